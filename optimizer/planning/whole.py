"""Whole people on day 1: round those the LP has split, hold them, solve the rest again warm.

The columns of people observed today are few and mostly whole already in the LP. Rounding happens to
flows of today only, before the solve that follows them: nothing is rounded after solving.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.errors import SolverError
from optimizer.planning.engine import Answer, solve_arrays
from optimizer.planning.matrix import Compiled

WHOLE = 1e-6
GOOD = 1e-3
"""A rounding whose harm is within this share of the bound needs no rival."""


def fractional(x: FloatArray, columns: IntArray) -> IntArray:
    """Return those of the columns whose value is not whole."""
    values = x[columns]
    return np.asarray(columns[np.abs(values - np.round(values)) > WHOLE])


def whole_day_one(
    model: Compiled, cost: FloatArray, people: IntArray, start: Answer, harm: Answer
) -> tuple[FloatArray, FloatArray, Answer]:
    """Return bounds that hold every person whole, and the best answer within them.

    Tried: everybody to the nearest whole number, then everybody down (who does not move stays where
    he is); the better one that is lawful counts. `harm` gives the basis and the bound.

    Raises
    ------
    SolverError
        If neither is lawful (the caller then falls back to the nearest-free-place plan).
    """
    best: tuple[FloatArray, FloatArray, Answer] | None = None
    for rounded in (np.round(start.x[people]), np.floor(start.x[people] + WHOLE)):
        lower, upper = model.column_lower.copy(), model.column_upper.copy()
        lower[people] = upper[people] = np.minimum(rounded, upper[people])
        try:
            answer = _warm(model, cost, lower, upper, harm)
        except SolverError:
            continue
        if best is None or answer.objective < best[2].objective:
            best = lower, upper, answer
        if answer.objective <= harm.objective + GOOD * max(1.0, abs(harm.objective)):
            break
    if best is None:
        raise SolverError("No whole number fits a person observed on day 1.")
    return best


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
