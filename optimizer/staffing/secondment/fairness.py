"""The days away of the site that lends most, made small, with a bound that knows whole blocks.

An LP gives phi, days a head. Blocks are whole multiples of the greatest common divisor of their
lengths, so no site can stand between two of them: at a given phi each site's days are rounded down
to such a multiple. The least phi at which the LP with rounded days still has a point is a bound no
plan in whole people can beat.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.domain.secondment import SecondmentProblem
from optimizer.errors import SolverError
from optimizer.solving.engine import Answer, Basis, solve_arrays
from optimizer.solving.matrix import INFINITY, Compiled
from optimizer.staffing.secondment.columns import Columns
from optimizer.staffing.secondment.rows import pinned_days

HAIR = 1e-7
FIRST_STEP = 1.06
"""So much of the least phi nearly always holds a whole plan: it is tried first."""
NEXT_STEPS = (1.02, 1.004)
"""Then, while there is time, what is fairer."""
NEAR = 1.003
"""Two candidates this near are not told apart."""
LOOKED = 1.3
"""The rounded least is looked for up to so many times the LP's."""


def least(model: Compiled, cost: FloatArray, seconds: float, basis: Basis | None = None) -> Answer:
    """Solve an LP, on from a basis where that works."""
    if basis is not None:
        with contextlib.suppress(SolverError):
            return solve_arrays(model, cost, engine="glop", basis=basis, seconds=seconds)
    return solve_arrays(model, cost, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Fairness:
    """The least phi that is proved, and the models that hold phi at it or a little above."""

    least: float
    base: Compiled
    problem: SecondmentProblem
    columns: Columns
    rows: IntArray
    """(H,) row numbers of ``most_days``; -1 where there is none."""

    def at(self, step: float) -> Compiled:
        """Return the model that holds phi at so many times the least."""
        return held(self, self.least * step + HAIR)


def _caps(problem: SecondmentProblem, phi: float) -> FloatArray:
    """(H,) days of new blocks that a site may lend at phi, whole multiples of what blocks have."""
    step = int(np.gcd.reduce(np.array(problem.rules.lengths)))
    pinned = pinned_days(problem)
    room = phi * problem.heads.sum(axis=0) - pinned
    return np.asarray(np.maximum(0.0, np.floor(room / step + HAIR) * step))


def held(fair: Fairness, phi: float, elastic: bool = False) -> Compiled:
    """Return the model with each site's days at most what phi allows; `over` free if elastic."""
    model, here = fair.base, fair.rows >= 0
    upper, row_upper = model.column_upper.copy(), model.row_upper.copy()
    lower = model.column_lower.copy()
    lower[fair.columns.most_days] = upper[fair.columns.most_days] = 0.0
    upper[fair.columns.over] = INFINITY if elastic else 0.0
    row_upper[fair.rows[here]] = _caps(fair.problem, phi)[here]
    return replace(model, column_lower=lower, column_upper=upper, row_upper=row_upper)


def fairest(
    problem: SecondmentProblem,
    columns: Columns,
    model: Compiled,
    rows: IntArray,
    basis: Basis | None,
    seconds: float,
) -> Fairness:
    """Return the least phi on the faces before it.

    Raises
    ------
    SolverError
        If the LP gave no proof.
    """
    cost = np.zeros(len(model.column_lower))
    cost[columns.most_days] = 1.0
    lp = least(model, cost, seconds, basis)
    if not lp.optimal:
        raise SolverError("The solver stopped before the least was proved.")
    return Fairness(lp.objective, model, problem, columns, rows)


def sharpened(fair: Fairness, seconds: float) -> Fairness:
    """Return the least phi whose rounded days the LP can keep, at most `LOOKED` times the LP's."""
    with contextlib.suppress(SolverError):
        return replace(fair, least=_rounded(fair, seconds))
    return fair


def _rounded(fair: Fairness, seconds: float) -> float:
    problem = fair.problem
    step = int(np.gcd.reduce(np.array(problem.rules.lengths)))
    people = problem.heads.sum(axis=0)[(fair.rows >= 0) & (problem.heads.sum(axis=0) > 0)]
    if fair.least <= HAIR or not len(people):
        return fair.least
    blocks = np.arange(1, int(LOOKED * fair.least * people.max() / step) + 2)
    phis = np.unique(np.round(np.outer(1.0 / people, blocks * step), 9))
    phis = phis[(phis >= fair.least - HAIR) & (phis <= LOOKED * fair.least)]
    cost = np.zeros(len(fair.base.column_lower))
    cost[fair.columns.over] = 1.0
    low, high, proved = 0, len(phis), fair.least
    ends = time.perf_counter() + seconds
    while low < high and (high == len(phis) or phis[high] > NEAR * max(proved, phis[low])):
        middle = (low + high) // 2
        answer = least(held(fair, phis[middle] + HAIR, elastic=True), cost, seconds)
        if not answer.optimal or time.perf_counter() > ends:
            return proved
        if answer.objective <= HAIR * 10:
            high = middle
        else:
            low = middle + 1
            if low < len(phis):
                proved = max(proved, float(phis[low]))
    return float(phis[low]) if low == high and low < len(phis) else proved
