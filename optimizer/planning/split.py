"""A cluster's admissions shared out to its communes.

Small transport problems, by area, class and day.

Every commune may use its cluster's arcs. The people admitted are shared in proportion to who asks
there; who goes where is the shortest way in all. People observed on day 1 stay whole.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.plan import Plan

SCALE = 1e7


def _transport(supply: FloatArray, demand: FloatArray, cost: FloatArray) -> FloatArray:
    """Cheapest flows, (rows, columns); demand is met exactly, no row sends more than its supply."""
    if demand.size == 1 and abs(float(supply.sum() - demand[0])) < 1e-9:
        return supply[:, None]
    give = np.floor(supply * SCALE + 0.5).astype(np.int64)
    take = np.floor(demand * SCALE + 0.5).astype(np.int64)
    short = int(take.sum() - give.sum())
    if short > 0:
        give[int(np.argmax(give))] += short
    rows, columns = len(give), len(take)
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.repeat(np.arange(rows), columns)
    heads = rows + np.tile(np.arange(columns), rows)
    price = np.where(np.isfinite(cost), cost, 10_000.0).ravel()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tails, heads, np.repeat(give, columns), np.round(price * 10).astype(np.int64)
    )
    flow.set_nodes_supplies(np.arange(rows + columns), np.concatenate([give, -take]))
    flow.solve_max_flow_with_min_cost()
    out = flow.flows(arcs).reshape(rows, columns) / SCALE
    total = out.sum(axis=0)
    return np.asarray(out * np.where(total > 0, demand / np.maximum(total, 1e-300), 0.0))


def split_to_communes(
    inst: Instance,
    plan: Plan,
    arrivals: FloatArray,
    requests: FloatArray,
    area_of: IntArray,
    minutes: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return admissions by commune.

    Parameters
    ----------
    arrivals, requests
        (C, S, T) means and (C, S) whole people by commune.
    area_of
        (C,) area of each commune.
    minutes
        (C, F + H).

    Returns
    -------
    Two lists of rows: ``(n, 4)`` commune, arc, day, expected patients; ``(m, 3)`` commune, arc,
    people observed on day 1.
    """
    arcs = inst.admissions
    pool = np.zeros_like(requests)
    rows: list[tuple[float, float, float, float]] = []
    seen: list[tuple[float, float, float]] = []
    by_pair: dict[tuple[int, int], IntArray] = {}
    keys = arcs.area * len(inst.classes.ids) + arcs.patient_class
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys[order]) != 0]))
    for part in np.split(order, starts[1:]) if len(order) else []:
        by_pair[int(arcs.area[part[0]]), int(arcs.patient_class[part[0]])] = part
    members = [np.flatnonzero(area_of == o) for o in range(len(inst.areas))]
    for (o, s), part in by_pair.items():
        used = part[plan.admitted_observed[part] > 0.5]
        if used.size:
            inside = members[o]
            shares = _transport(
                requests[inside, s],
                plan.admitted_observed[used],
                minutes[np.ix_(inside, arcs.to[used])],
            )
            shares = np.round(shares)
            for i, a in zip(*np.nonzero(shares), strict=True):
                seen.append((float(inside[i]), float(used[a]), float(shares[i, a])))
    left = requests.copy()
    for c, a, patients in seen:
        left[int(c), arcs.patient_class[int(a)]] -= patients
    for t in range(inst.days):
        pool = (pool @ inst.hazards.waiting if t else np.zeros_like(pool)) + arrivals[:, :, t]
        for (o, s), part in by_pair.items():
            used = part[plan.admitted[part, t] > 1e-9]
            if not used.size:
                continue
            inside = members[o]
            here = pool[inside, s]
            total = float(here.sum())
            amount = plan.admitted[used, t]
            if total <= 0:
                continue
            supply = here * min(1.0, float(amount.sum()) / total)
            flows = _transport(supply, amount, minutes[np.ix_(inside, arcs.to[used])])
            pool[inside, s] = np.maximum(0.0, here - flows.sum(axis=1))
            for i, a in zip(*np.nonzero(flows > 1e-9), strict=True):
                rows.append((float(inside[i]), float(used[a]), float(t), float(flows[i, a])))
        if t == 0:
            pool += left
    return np.array(rows).reshape(-1, 4), np.array(seen).reshape(-1, 3)
