"""The first and largest solve: harm alone, the balance of boarders written as "at least".

Nobody gains by a patient who does not exist: surplus boarders cost harm and take beds, staff and
vehicles. So their balance may be an inequality, the optimum is the same (decision 12), and interior
point has a starting basis at once. Where a row is left with surplus all the same (it cost nothing),
the equations are put back and the basis is solved on, warm.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray
from optimizer.errors import SolverError
from optimizer.planning.engine import SMALL, Answer, Basis, solve_arrays
from optimizer.planning.matrix import INFINITY, Compiled
from optimizer.planning.model import PlanModel
from optimizer.planning.parts import solve_parts

AT_LEAST = "boarding_balance"
TIGHT = 1e-7
"""Surplus patients in a row beyond which its equation counts as broken."""
BASIC, FIXED = 5, 4
"""MathOpt's codes of a basis status."""


def least_harm(model: PlanModel, *, engine: str = "", seconds: float = 600.0) -> Answer:
    """Solve the harm group of a model without whole numbers.

    Raises
    ------
    SolverError
        If no engine answers.
    """
    compiled = model.compiled
    if engine or compiled.size[0] < SMALL:
        return solve_arrays(compiled, model.harm, engine=engine, seconds=seconds)

    def solve(part: Compiled, cost: FloatArray) -> Answer:
        return solve_arrays(part, cost, seconds=seconds)

    rows = balance_rows(model)
    loose = replace(compiled, row_upper=np.where(rows, INFINITY, compiled.row_upper))
    try:
        answer = solve_parts(loose, model.harm, solve)
    except SolverError:
        return solve_parts(compiled, model.harm, solve)
    answer = replace(answer, basis=_as_equations(answer.basis, rows))
    surplus = compiled.activity(answer.x) - compiled.row_upper
    if (surplus[rows] <= TIGHT).all():
        return answer
    if answer.basis is not None:
        with contextlib.suppress(SolverError):
            return solve_arrays(
                compiled, model.harm, engine="glop", basis=answer.basis, seconds=seconds
            )
    return solve_parts(compiled, model.harm, solve)


def balance_rows(model: PlanModel) -> BoolArray:
    """(rows,) those that may be written as "at least"."""
    out = np.zeros(model.compiled.size[1], dtype=bool)
    index = model.row_blocks[AT_LEAST]
    out[index[index >= 0]] = True
    return out


def _as_equations(basis: Basis | None, rows: BoolArray) -> Basis | None:
    """Say of a row at its bound that it is an equation."""
    if basis is None:
        return None
    status = np.array(basis.rows)
    status[rows & (status != BASIC)] = FIXED
    return replace(basis, rows=tuple(status.tolist()))
