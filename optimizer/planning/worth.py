"""What one more is worth: the plan's LP solved again, warm, with a little more of a resource.

Shadow prices speak of a tiny piece more and, where optima are many, are one of several; a whole one
more never gains more than they say. The figures people act on are therefore solved again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from ortools.math_opt import solution_pb2

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.resource import Addition, Confirmed, with_more
from optimizer.errors import SolverError
from optimizer.planning.engine import Answer, Basis, solve_arrays
from optimizer.planning.model import PlanModel, build_model

BASIC = solution_pb2.BASIS_STATUS_BASIC
WARM = 15.0
"""Seconds after which a warm start is given up for a cold one: now and then one goes astray."""
BALANCES = ("waiting_balance", "treated_balance", "boarding_balance")
"""Rows whose price nobody can guess; any other row that is missing has price 0."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The harm group solved, before its face is fixed: where explanations start from."""

    model: PlanModel
    answer: Answer


def _carried(
    statuses: Sequence[int], before: Sequence[IntArray], after: Sequence[IntArray], size: int
) -> list[int]:
    """Put each status where its row or column now stands; what is new is basic."""
    old = np.asarray(statuses, dtype=np.int64)
    out = np.full(size, BASIC, dtype=np.int64)
    for one, other in zip(before, after, strict=True):
        if one.shape == other.shape:
            both = (one >= 0) & (other >= 0)
            out[other[both]] = old[one[both]]
    return [int(status) for status in out]


def _blocks(model: PlanModel) -> list[IntArray]:
    v = model.variables
    arrays = [getattr(v, item.name) for item in fields(v) if item.name != "whole_people"]
    return [array for array in arrays if isinstance(array, np.ndarray)]


def carried_basis(before: PlanModel, basis: Basis | None, after: PlanModel) -> Basis | None:
    """Return a basis of one model as a start for a neighbour with the same columns."""
    if basis is None or before.compiled.size[0] != after.compiled.size[0]:
        return None
    names = [name for name in after.row_blocks if name in before.row_blocks]
    columns, rows, _ = after.compiled.size
    return Basis(
        tuple(_carried(basis.columns, _blocks(before), _blocks(after), columns)),
        tuple(
            _carried(
                basis.rows,
                [before.row_blocks[name] for name in names],
                [after.row_blocks[name] for name in names],
                rows,
            )
        ),
    )


def solve_neighbour(
    optimum: Optimum, inst: Instance, *, seconds: float = 120.0
) -> tuple[PlanModel, Answer]:
    """Solve the harm group of a neighbouring instance, warm from a known optimum.

    Raises
    ------
    SolverError
        If neither the warm nor a cold start answers in `seconds` each.
    """
    model = build_model(inst)
    basis = carried_basis(optimum.model, optimum.answer.basis, model)
    if basis is not None:
        try:
            answer = solve_arrays(
                model.compiled,
                model.harm,
                engine="glop",
                basis=basis,
                dual=True,
                seconds=min(WARM, seconds),
            )
        except SolverError:
            pass
        else:
            if answer.optimal:
                return model, answer
    return model, solve_arrays(model.compiled, model.harm, seconds=seconds)


def unmet_days(inst: Instance, model: PlanModel, x: FloatArray) -> FloatArray:
    """(K,) patient-days waiting or boarding over the shown days, by the level people need."""
    out = np.zeros(len(inst.levels))
    for block in (model.variables.waiting, model.variables.boarding):
        shown = block[:, :, : inst.shown_days]
        values = np.where(shown >= 0, x[np.maximum(shown, 0)], 0.0).sum(axis=(0, 2))
        np.add.at(out, inst.classes.level, values)
    return out


def confirm(
    optimum: Optimum, inst: Instance, additions: Sequence[Addition], *, seconds: float = 120.0
) -> list[Confirmed | None]:
    """Solve the plan again with each addition alone; None where no answer came in time."""
    found: list[Confirmed | None] = []
    before = unmet_days(inst, optimum.model, optimum.answer.x)
    for addition in additions:
        try:
            model, answer = solve_neighbour(optimum, with_more(inst, [addition]), seconds=seconds)
        except SolverError:
            found.append(None)
            continue
        found.append(
            Confirmed(
                addition,
                gain=optimum.answer.objective - answer.objective,
                unmet_days=before - unmet_days(inst, model, answer.x),
            )
        )
    return found


def prices_of_ways(optimum: Optimum, inst: Instance) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What one patient more on each way of `inst` would cost at the plan's prices, in harm.

    `inst` may offer more ways than the plan had; where a way leads into a row the plan did not
    know, it has no price.

    Returns
    -------
    (A, T) admissions of expected patients, (A,) of people observed, (X, T) transfers: the column's
    own price plus what it takes in every row. A way the optimum uses costs 0, another what it would
    add. NaN where the way does not exist that day or has no price.
    """
    model, known = build_model(inst), optimum.model.row_blocks
    columns, rows, _ = model.compiled.size
    duals, strange = np.zeros(rows), np.ones(rows, dtype=bool)
    for name, index in model.row_blocks.items():
        before = known.get(name)
        if before is not None and before.shape == index.shape:
            both = (index >= 0) & (before >= 0)
            duals[index[both]] = optimum.answer.row_duals[before[both]]
            strange[index[both]] = False
        if name not in BALANCES:
            strange[index[index >= 0]] = False
    c = model.compiled
    spent = np.bincount(c.columns, weights=c.values * duals[c.rows], minlength=columns)
    reduced = model.harm - spent
    reduced[c.columns[strange[c.rows]]] = np.nan

    def of(index: IntArray) -> FloatArray:
        return np.asarray(np.where(index >= 0, reduced[np.maximum(index, 0)], np.nan))

    v = model.variables
    return of(v.admitted), of(v.admitted_observed), of(v.moved)
