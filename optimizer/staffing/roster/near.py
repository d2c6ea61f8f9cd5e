"""Rosters near the bound: only paths that cost little more than the cheapest, solved exactly.

By the prices of the bound B, a roster of at most t points uses no arc that adds more than t - B
to the cheapest path of its person. What is left is small; CP-SAT solves it as a flow. If its best
roster costs more than t, no roster at all costs t or less: the bound rises to t + 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.staffing.roster.engine import FloatArray
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import BoolArray, Compiled, IntArray


@dataclass(frozen=True, slots=True)
class Near:
    """A flow over the arcs that are near; the model's own columns come first."""

    model: Compiled
    arcs: int

    def flows(self, paths: Paths, masks: list[BoolArray], values: IntArray) -> IntArray | None:
        """Return values of all columns for a roster of the model, None if it uses other arcs."""
        state = paths.start.copy()
        marks = []
        for day, mask in zip(paths.layers, masks, strict=True):
            worked = np.append(values, 0)
            fits = (day.working < 0) | (worked[day.working] == 1)
            fits &= (day.assigned < 0) | (worked[day.assigned] == 1)
            off = day.working < 0
            busy = np.zeros(paths.people, dtype=bool)
            busy[paths.person[day.source[~off & fits]]] = True
            fits &= ~(off & busy[paths.person[day.source]])
            fits &= state[paths.person[day.source]] == day.source
            found = np.nonzero(fits & mask)[0]
            if len(found) != paths.people:
                return None
            flow = np.zeros(len(mask), dtype=np.int64)
            flow[found] = 1
            marks.append(flow[mask])
            state = state.copy()
            state[paths.person[day.source[found]]] = day.target[found]
        return np.concatenate([values, *marks])


def near_model(
    model: Compiled, paths: Paths, low: IntArray, high: IntArray, masks: list[BoolArray]
) -> Near:
    """Return the flow over the arcs that `masks` marks, with every row paths do not keep."""
    implied = np.array(
        [name in paths.kept and name != "rest_between_shifts" for name in model.rules], dtype=bool
    )
    kept_rows = np.nonzero(~implied[model.rule])[0]
    number = np.full(len(model.rule), -1, dtype=np.int64)
    number[kept_rows] = np.arange(len(kept_rows))
    entry = number[model.row_of] >= 0
    row, column = [number[model.row_of[entry]]], [model.column[entry]]
    value = [model.coefficient[entry]]
    row_low, row_high = [model.row_low[kept_rows]], [model.row_high[kept_rows]]
    count = len(kept_rows)
    own = np.nonzero(model.owner >= 0)[0]
    link = np.full(model.columns + 1, -1, dtype=np.int64)
    link[own] = count + np.arange(len(own))
    row.append(link[own])
    column.append(own)
    value.append(-np.ones(len(own), dtype=np.int64))
    row_low.append(np.zeros(len(own), dtype=np.int64))
    row_high.append(np.zeros(len(own), dtype=np.int64))
    count += len(own)
    first = model.columns
    before: IntArray | None = None
    last_target = last_arcs = np.zeros(0, dtype=np.int64)
    for day, mask in zip(paths.layers, masks, strict=True):
        source, target = day.source[mask], day.target[mask]
        arcs = first + np.arange(len(source))
        for part in (day.assigned[mask], day.working[mask], day.weekend[mask]):
            set_by = part >= 0
            row.append(link[part[set_by]])
            column.append(arcs[set_by])
            value.append(np.ones(int(set_by.sum()), dtype=np.int64))
        nodes = paths.start if before is None else before
        place = np.full(paths.states, -1, dtype=np.int64)
        place[nodes] = count + np.arange(len(nodes))
        row.append(place[source])
        column.append(arcs)
        value.append(np.ones(len(arcs), dtype=np.int64))
        if before is None:
            row_low.append(np.ones(len(nodes), dtype=np.int64))
            row_high.append(np.ones(len(nodes), dtype=np.int64))
        else:
            row.append(place[last_target])
            column.append(last_arcs)
            value.append(-np.ones(len(last_arcs), dtype=np.int64))
            row_low.append(np.zeros(len(nodes), dtype=np.int64))
            row_high.append(np.zeros(len(nodes), dtype=np.int64))
        count += len(nodes)
        before, last_target, last_arcs = np.unique(target), target, arcs
        first += len(arcs)
    r, c, x = np.concatenate(row), np.concatenate(column), np.concatenate(value)
    order = np.lexsort((c, r))
    arcs_made = first - model.columns
    extra = np.zeros(arcs_made, dtype=np.int64)
    return Near(
        replace(
            model,
            low=np.concatenate([low, extra]),
            high=np.concatenate([high, extra + 1]),
            cost=np.concatenate([model.cost, extra]),
            owner=np.concatenate([model.owner, extra - 1]),
            start=np.searchsorted(r[order], np.arange(count + 1)).astype(np.int64),
            column=c[order],
            coefficient=x[order],
            row_low=np.concatenate(row_low),
            row_high=np.concatenate(row_high),
            rule=np.zeros(count, dtype=np.int64),
            rules=("near",),
            places=((),) * count,
        ),
        arcs_made,
    )


def near_arcs(paths: Paths, price: FloatArray, added: float) -> list[BoolArray]:
    """Return for each day the arcs on some path that costs at most `added` above the cheapest."""
    costs = list(paths.costs(price))
    forward, total = paths.reach(costs)
    to_go = np.where(paths.end, 0.0, np.inf)
    masks: list[BoolArray] = []
    for d in range(paths.days - 1, -1, -1):
        day = paths.layers[d]
        onward = costs[d] + to_go[day.target]
        through = forward[d][day.source] + onward - total[paths.person[day.source]]
        masks.append(through <= added + 1e-6)
        to_go = np.full(paths.states, np.inf)
        np.minimum.at(to_go, day.source, onward)
    return masks[::-1]
