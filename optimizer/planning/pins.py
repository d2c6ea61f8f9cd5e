"""Pinned decisions: which of them cannot hold together.

A plan exists for every instance; with pins it may not. Then the smallest set of pins is looked for
without which there is one.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.errors import SolverError
from optimizer.planning.model import build_model
from optimizer.solving.engine import Answer, solve_arrays
from optimizer.solving.matrix import Compiled

HOLDS = 1e-6
"""Patients or beds by which a pin may be missed."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """Pins that cannot hold, by number; `least`: no smaller set is enough."""

    pins: tuple[int, ...]
    least: bool


def impossible_pins(inst: Instance, seconds: float = 60.0) -> Impossible:
    """Return the smallest set of pins to drop so that a plan exists; none where all can hold.

    Raises
    ------
    SolverError
        If the solver gives no answer.
    """
    count = len(inst.promises.pins)
    if not count:
        return Impossible((), least=True)
    model = build_model(inst)
    rows = model.row_blocks["pinned"]
    # somebody pinned twice as often as there are people is missed by no more than this
    most = 1.0 + float(inst.promises.pins[:, 5].max()) + float(inst.surge_limit.max(initial=0.0))
    most += float(inst.census_treated.sum() + inst.census_boarding.sum())
    most += float(inst.open_requests.sum() + inst.arrivals.sum())
    soft = _elastic(model.compiled, rows, most)
    columns = model.compiled.size[0]
    cost = np.zeros(columns + 3 * count)
    cost[columns : columns + 2 * count] = 1.0
    if solve_arrays(soft, cost, seconds=seconds).objective <= HOLDS * count:
        return Impossible((), least=True)
    number = np.zeros_like(cost)
    number[columns + 2 * count :] = 1.0
    found: Answer | None = None
    with contextlib.suppress(SolverError):
        found = solve_arrays(soft, number, whole=True, seconds=seconds, gap=0.0)
    if found is None:
        found = solve_arrays(soft, cost, seconds=seconds)
    missed = (found.x[columns : columns + count] + found.x[columns + count :][:count]) > HOLDS
    return Impossible(
        tuple(np.flatnonzero(missed).tolist()), least=found.optimal and bool(number @ found.x > 0)
    )


def _elastic(compiled: Compiled, rows: IntArray, most: float) -> Compiled:
    """Add to each pin's row what is above, what is below, and whether it is dropped (whole).

    above + below <= most x dropped.
    """
    count, (columns, made, _) = len(rows), compiled.size
    above = columns + np.arange(count)
    below, dropped = above + count, above + 2 * count
    links = made + np.arange(count)
    one = np.ones(count)

    def more(old: FloatArray, *parts: FloatArray) -> FloatArray:
        return np.concatenate([old, *parts])

    row = np.concatenate([compiled.rows, rows, rows, links, links, links])
    column = np.concatenate([compiled.columns, above, below, above, below, dropped])
    value = more(compiled.values, -one, one, one, one, -most * one)
    order = np.lexsort((column, row))
    return replace(
        compiled,
        rows=row[order],
        columns=column[order],
        values=value[order],
        column_lower=more(compiled.column_lower, np.zeros(3 * count)),
        column_upper=more(compiled.column_upper, np.full(2 * count, np.inf), one),
        whole=np.concatenate(
            [np.zeros(columns + 2 * count, dtype=bool), np.ones(count, dtype=bool)]
        ),
        row_lower=more(compiled.row_lower, np.full(count, -np.inf)),
        row_upper=more(compiled.row_upper, np.zeros(count)),
    )
