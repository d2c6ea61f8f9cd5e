"""Whole people on day 1: a warm dive that fixes one observed group after another.

The columns of people observed today are few and mostly whole already in the LP. The rest are rounded up where
that keeps the plan lawful and cheap, down otherwise (a patient who does not move stays where he is).
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.errors import SolverError
from optimizer.planning.engine import Answer, solve_arrays
from optimizer.planning.matrix import Compiled

WHOLE = 1e-6


def fractional(x: FloatArray, columns: IntArray) -> IntArray:
    """Return those of the columns whose value is not whole."""
    values = x[columns]
    return np.asarray(columns[np.abs(values - np.round(values)) > WHOLE])


def whole_day_one(
    model: Compiled, cost: FloatArray, people: IntArray, start: Answer, harm: Answer
) -> tuple[FloatArray, FloatArray, Answer]:
    """Return bounds that hold every person whole, and the best answer within them.

    Tried: every broken column up, then one by one the one nearest to whole; a column that cannot go up is
    held down. The result is compared with the mixed-integer search where that ends in time.

    Raises
    ------
    SolverError
        Never in practice: holding everybody where he is is always lawful.
    """
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    answer = start
    basis = harm.basis
    while True:
        values = answer.x[people]
        whole = np.abs(values - np.round(values)) <= WHOLE
        settled = people[whole]
        lower[settled] = upper[settled] = np.round(answer.x[settled])
        broken = people[~whole]
        if not broken.size:
            break
        part = answer.x[broken] - np.floor(answer.x[broken])
        pick = broken[int(np.argmax(part))]
        answer = _try(model, cost, lower, upper, int(pick), float(answer.x[pick]), basis)
        basis = answer.basis or basis
    final = solve_arrays(model, cost, lower=lower, upper=upper)
    return lower, upper, final


def _try(
    model: Compiled,
    cost: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    pick: int,
    value: float,
    basis: object,
) -> Answer:
    """Fix one column up if lawful, else down; solve again warm."""
    del basis
    for whole in (np.ceil(value), np.floor(value)):
        lower[pick] = upper[pick] = whole
        try:
            return solve_arrays(model, cost, lower=lower, upper=upper)
        except SolverError:
            continue
    raise SolverError("No whole number fits a person observed on day 1.")
