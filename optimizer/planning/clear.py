"""What would clear the shortfall: the lightest set of additions after which no more can be gained.

The same rows as the plan's, each capacity row made elastic by one column for every resource and
place, the same on all days. First the harm of waiting, boarding, corridors and of those left
standing is brought as low as unlimited capacity could; on that face the weight of the additions is
least; they are rounded up and the changed instance is solved afresh to prove it. There is always an
answer: what no capacity can avoid (no way leads to a bed) is left and said.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.resource import RESOURCES, Addition, Clearing, felt_at, with_more
from optimizer.errors import SolverError
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.worth import Optimum, unmet_days
from optimizer.solving.engine import Answer, solve_arrays
from optimizer.solving.face import optimal_face
from optimizer.solving.matrix import Compiled

LEVEL_STEP = 0.1
"""A bed of the next level, a role that may stand in for one more role, a vehicle of the next class:
so much dearer each."""
NOTHING = 1e-6


def unmet_cost(model: PlanModel) -> FloatArray:
    """(columns,) the part of harm that is waiting, boarding, corridors and left standing."""
    v, cost = model.variables, np.zeros_like(model.harm)
    for block in (v.waiting, v.boarding, v.corridor, v.excess):
        columns = block[block >= 0]
        cost[columns] = model.harm[columns]
    return cost


def weights_of(inst: Instance, costs: Mapping[str, float], kind: str) -> FloatArray:
    """(J,) weight of one more of each item of a resource."""
    if kind == "bed":
        steps = np.arange(len(inst.levels), dtype=float)
        return np.asarray(costs[kind] * (1.0 + LEVEL_STEP * steps))
    if kind == "staff":
        others = inst.stands_in.sum(axis=1) - 1.0
        return np.asarray(costs[kind] * (1.0 + LEVEL_STEP * others))
    if kind == "vehicle_minutes" and inst.fleet is not None:
        ranks = np.arange(len(inst.fleet.classes), dtype=float)
        return np.asarray(costs[kind] * (1.0 + LEVEL_STEP * ranks))
    return np.array([costs[kind]])


def _every_row(inst: Instance) -> PlanModel:
    """Compile with all capacity rows: one implied by another today may bind after additions."""
    every = inst.changed(fallen=np.ones_like(inst.excess_allowed))
    model = build_model(every)
    block = model.variables.excess
    never = (block >= 0) & ~inst.excess_allowed[:, None, :]
    model.compiled.column_upper[block[never]] = 0.0
    return model


def _elastic(
    inst: Instance, model: PlanModel, costs: Mapping[str, float]
) -> tuple[Compiled, list[tuple[str, int, int]], FloatArray]:
    """Add one column for every resource and place that may be added to; return keys and weights."""
    c = model.compiled
    columns = c.size[0]
    keys: list[tuple[str, int, int]] = []
    weights: list[float] = []
    parts: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for resource in RESOURCES:
        weight = weights_of(inst, costs, resource.kind)
        felt = resource.felt(inst)
        for p, j in zip(*np.nonzero(resource.offered(inst)), strict=True):
            for block, by_item in felt.items():
                index = model.row_blocks.get(block)
                if index is None:
                    continue
                rows = index[p].reshape(-1, index.shape[-1])
                value = np.broadcast_to(felt_at(by_item, int(p))[j][:, None], rows.shape)
                here = (rows >= 0) & (value != 0)
                count = int(here.sum())
                parts.append((rows[here], np.full(count, columns + len(keys)), -value[here]))
            keys.append((resource.kind, int(p), int(j)))
            weights.append(float(weight[j]))
    rows, cols, values = (
        np.concatenate([first, *(part[i] for part in parts)])
        for i, first in enumerate((c.rows, c.columns, c.values))
    )
    order = np.lexsort((cols, rows))
    added = len(keys)
    big = Compiled(
        rows[order].astype(np.int64),
        cols[order].astype(np.int64),
        values[order],
        np.concatenate([c.column_lower, np.zeros(added)]),
        np.concatenate([c.column_upper, np.full(added, np.inf)]),
        np.concatenate([c.whole, np.zeros(added, dtype=bool)]),
        c.row_lower,
        c.row_upper,
    )
    return big, keys, np.array(weights)


def clear_shortfall(
    optimum: Optimum, inst: Instance, costs: Mapping[str, float], *, seconds: float = 120.0
) -> Clearing | None:
    """Return the lightest additions that bring unmet to what no capacity could avoid.

    None if the solver gave no answer in time.
    """
    try:
        return _cleared(optimum, inst, costs, seconds)
    except SolverError:
        return None


def _cleared(
    optimum: Optimum, inst: Instance, costs: Mapping[str, float], seconds: float
) -> Clearing:
    model = _every_row(inst)
    big, keys, weights = _elastic(inst, model, costs)
    columns = model.compiled.size[0]
    unmet = np.concatenate([unmet_cost(model), np.zeros(len(keys))])
    best = solve_arrays(big, unmet, seconds=seconds)
    face = optimal_face(big, unmet, best)
    lower, upper = face.column_lower, face.column_upper
    price = np.concatenate([np.zeros(columns), weights])
    lightest = solve_arrays(face, price, lower=lower, upper=upper, seconds=seconds)
    for spare in (NOTHING, 0.0):  # the solver's noise is not a bed, unless the proof says so
        whole = np.ceil(np.maximum(0.0, lightest.x[columns:] - spare))
        additions = tuple(
            Addition(keys[i][0], keys[i][1], keys[i][2], 0, inst.days - 1, float(whole[i]))
            for i in np.flatnonzero(whole > 0)
        )
        again_model = build_model(with_more(inst, additions))
        again = solve_arrays(again_model.compiled, unmet_cost(again_model), seconds=seconds)
        found = Clearing(
            additions=additions,
            needed_from=_needed_from(inst, model, lightest, additions),
            weight=float(weights @ whole),
            least_weight=lightest.objective,
            unmet_before=unmet_days(inst, optimum.model, optimum.answer.x),
            unmet_after=unmet_days(inst, again_model, again.x),
            harm_left=best.objective,
            harm_reached=again.objective,
        )
        if found.proved:
            break
    return found


def _needed_from(
    inst: Instance, model: PlanModel, answer: Answer, additions: tuple[Addition, ...]
) -> tuple[int, ...]:
    """First day on which a row would be overrun without the additions; the last day if none is."""
    c = model.compiled
    over = c.activity(answer.x[: c.size[0]]) - c.row_upper > NOTHING
    kinds = {resource.kind: resource for resource in RESOURCES}
    found = []
    for one in additions:
        days = np.zeros(inst.days, dtype=bool)
        for block, by_item in kinds[one.kind].felt(inst).items():
            index = model.row_blocks.get(block)
            if index is None:
                continue
            rows = index[one.place].reshape(-1, index.shape[-1])
            hit = (
                (rows >= 0)
                & (felt_at(by_item, one.place)[one.item][:, None] != 0)
                & over[np.maximum(rows, 0)]
            )
            days |= hit.any(axis=0)
        found.append(int(np.argmax(days)) if days.any() else inst.days - 1)
    return tuple(found)
