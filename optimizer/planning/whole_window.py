"""Whole people on every day, where whole arrivals are given for all of them (a replay, hindsight).

Tens of thousands of whole columns, of which the LP uses some hundreds. The mixed-integer model is
solved over the columns that the LP uses, is indifferent to (no reduced cost) or that cost nothing;
its people are held and the LP is solved again. The bound stays that of the LP over every column,
so the gap that is reported is honest. Nothing is rounded after solving.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.errors import SolverError
from optimizer.solving.engine import Answer, solve_arrays
from optimizer.solving.matrix import Compiled

USED = 1e-7
FREE = 1e-6
"""Reduced costs below this share of the largest cost are none."""
WINDOW_GAP = 2e-3
"""The mixed-integer search ends within this share of its own bound."""


def whole_window(
    model: Compiled,
    cost: FloatArray,
    people: IntArray,
    harm: Answer,
    seconds: float,
) -> tuple[FloatArray, FloatArray, Answer]:
    """Return bounds that hold every person of the window whole, and the best answer within them.

    Parameters
    ----------
    people
        Columns that must be whole.
    harm
        The LP's answer: what it leaves at 0 at a reduced cost is not offered.

    Raises
    ------
    SolverError
        If no whole plan was found in time, with all columns offered too.
    """
    offered = np.ones(len(cost), dtype=bool)
    used, free = harm.x[people] > USED, cost[people] <= 0
    indifferent = harm.reduced_costs[people] <= FREE * max(1e-12, float(np.abs(cost).max()))
    offered[people] = used | free | indifferent
    upper = np.where(offered, model.column_upper, model.column_lower)
    try:
        found = _search(model, cost, upper, seconds)
    except SolverError:
        found = _search(model, cost, model.column_upper, seconds)
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    lower[people] = upper[people] = np.round(found.x[people])
    return lower, upper, solve_arrays(model, cost, lower=lower, upper=upper)


def _search(model: Compiled, cost: FloatArray, upper: FloatArray, seconds: float) -> Answer:
    return solve_arrays(
        model,
        cost,
        upper=upper,
        whole=True,
        engine="highs-mip",
        seconds=seconds,
        gap=WINDOW_GAP,
    )
