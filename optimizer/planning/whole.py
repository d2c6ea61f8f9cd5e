"""Whole people on day 1: today solved again in whole numbers, the rest of the plan after it.

The columns of people observed today are few and mostly whole already in the LP. Where some are
split, the rows of day 1 alone form a small mixed-integer model; what its evening is worth tomorrow
is told by the LP's duals. Duals speak of small steps only, so whole numbers next to the LP's are
tried first, and all others only if those cost more than a trace. The people are held, and the LP is
solved again, warm. Nothing is rounded after solving.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, IntArray
from optimizer.errors import SolverError
from optimizer.solving.engine import Answer, solve_arrays
from optimizer.solving.matrix import Compiled

WHOLE = 1e-6
ALL_DAYS_SECONDS = 120.0
TRACE = 1e-4
"""Share of the LP's harm that whole people next to the LP may cost before others are tried."""


def fractional(x: FloatArray, columns: IntArray) -> IntArray:
    """Return those of the columns whose value is not whole."""
    values = x[columns]
    return np.asarray(columns[np.abs(values - np.round(values)) > WHOLE])


def first_day(model: Compiled, columns: BoolArray) -> tuple[Compiled, IntArray, BoolArray]:
    """Cut out the rows that speak of day 1 only.

    Returns
    -------
    The small model, the numbers of its columns in the whole one, which entries lie in later rows.
    """
    rows_made = len(model.row_lower)
    later = np.zeros(rows_made, dtype=bool)
    later[model.rows[~columns[model.columns]]] = True
    here = columns[model.columns] & ~later[model.rows]
    kept_rows = np.unique(model.rows[here])
    row_at = np.full(rows_made, -1, dtype=np.int64)
    row_at[kept_rows] = np.arange(len(kept_rows))
    kept = np.flatnonzero(columns)
    column_at = np.full(len(columns), -1, dtype=np.int64)
    column_at[kept] = np.arange(len(kept))
    small = Compiled(
        row_at[model.rows[here]],
        column_at[model.columns[here]],
        model.values[here],
        model.column_lower[kept],
        model.column_upper[kept],
        model.whole[kept],
        model.row_lower[kept_rows],
        model.row_upper[kept_rows],
    )
    return small, kept, columns[model.columns] & later[model.rows]


def whole_day_one(
    model: Compiled, cost: FloatArray, people: IntArray, day_one: BoolArray, harm: Answer
) -> tuple[FloatArray, FloatArray, Answer]:
    """Return bounds that hold every person whole, and the best answer within them.

    Parameters
    ----------
    people
        Columns of people observed on day 1.
    day_one
        (columns,) all columns of day 1.
    harm
        The LP's answer: its duals price the evening of day 1, its basis starts the next solve.

    Raises
    ------
    SolverError
        If no whole plan is found. There always is one where nothing must hold: everybody stays.
    """
    small, kept, beyond = first_day(model, day_one)
    priced = cost.astype(float).copy()
    np.subtract.at(
        priced,
        model.columns[beyond],
        model.values[beyond] * harm.row_duals[model.rows[beyond]],
    )
    near_lower, near_upper = model.column_lower.copy(), model.column_upper.copy()
    near_lower[people] = np.floor(harm.x[people] + WHOLE)
    near_upper[people] = np.ceil(harm.x[people] - WHOLE)
    best: tuple[FloatArray, FloatArray, Answer] | None = None
    for low, high in ((near_lower, near_upper), (model.column_lower, model.column_upper)):
        try:
            today = solve_arrays(
                small,
                priced[kept],
                lower=low[kept],
                upper=high[kept],
                whole=True,
                seconds=20.0,
                gap=1e-6,
            )
            values = np.zeros(len(cost))
            values[kept] = today.x
            lower, upper = model.column_lower.copy(), model.column_upper.copy()
            lower[people] = upper[people] = np.round(values[people])
            answer = _warm(model, cost, lower, upper, harm)
        except SolverError:
            continue
        if best is None or answer.objective < best[2].objective:
            best = lower, upper, answer
        if best[2].objective - harm.objective <= TRACE * max(1.0, abs(harm.objective)):
            break
    return best if best is not None else _all_days(model, cost, people)


def _all_days(
    model: Compiled, cost: FloatArray, people: IntArray
) -> tuple[FloatArray, FloatArray, Answer]:
    """Return the same from all days at once: what must hold later (a pin) may ask it of today.

    Raises
    ------
    SolverError
        If there is no such plan, or none was found in time.
    """
    found = solve_arrays(model, cost, whole=True, seconds=ALL_DAYS_SECONDS)
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    lower[people] = upper[people] = np.round(found.x[people])
    return lower, upper, solve_arrays(model, cost, lower=lower, upper=upper)


def _warm(
    model: Compiled, cost: FloatArray, lower: FloatArray, upper: FloatArray, known: Answer
) -> Answer:
    """Solve after changed bounds from a known basis; cold if the warm start fails."""
    if known.basis is not None:
        try:
            return solve_arrays(
                model, cost, lower=lower, upper=upper, engine="glop", basis=known.basis
            )
        except SolverError:
            pass
    return solve_arrays(model, cost, lower=lower, upper=upper)
