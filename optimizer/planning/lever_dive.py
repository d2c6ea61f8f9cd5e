"""Whole units of levers decided in rounds, with the patients' LP solved again after each.

A search over levers alone prices what is lost at the LP's prices, which speak of small steps and of
one lever at a time. Here the levers that lose least by being whole are held first, the LP is solved
again with the others free, and so on: those that are hard to share out are decided last, when the
LP has seen all the rest. Bounds only change, so each solve goes on from the last.
"""

from __future__ import annotations

import time

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance
from optimizer.errors import SolverError
from optimizer.planning.model import PlanModel
from optimizer.planning.whole_levers import (
    Decided,
    holding,
    lost_by_lever,
    nearest_whole,
)
from optimizer.solving.engine import Answer, OpenSolver

SHARE = 0.5
"""Share of the levers that lose something which one round holds."""
LAST = 0.125
"""Share of the time kept for the last solve."""
LOSES_NOTHING = 1e-6
"""Harm below which a whole lever loses nothing."""


def dived(
    model: PlanModel, inst: Instance, lp: Answer, x: FloatArray, seconds: float
) -> tuple[Decided, Answer] | None:
    """Return whole units decided in rounds and the LP's answer with them; None if it fails.

    Parameters
    ----------
    lp
        The answer with all levers free: its duals price the first round, its basis starts all.
    x
        (columns,) the point of the LP the first round begins at.
    seconds
        Once `LAST` of these is left, all levers still free are held at the last search's units.
    """
    levers = inst.levers
    assert levers is not None
    until = time.perf_counter() + seconds
    solver = OpenSolver(model.compiled, model.harm, seconds=seconds)
    known, basis, duals = model.compiled, lp.basis, lp.row_duals
    fixed = np.zeros(len(levers.ids), dtype=bool)
    decided: Decided | None = None
    while True:
        left = until - time.perf_counter()
        held = None if decided is None else (decided, fixed)
        found = nearest_whole(model, inst, x, duals, max(1.0, left / 4), held) if left > 0 else None
        if found is None and decided is None:
            return None
        decided = found or decided
        assert decided is not None
        late = found is None or until - time.perf_counter() < LAST * seconds
        if late:
            fixed = np.ones_like(fixed)
        else:
            idle = np.asarray((decided.begun <= 0).all(axis=1))
            fixed = _more(fixed, idle, lost_by_lever(model, inst, x, duals, decided))
        now = holding(model, inst, decided, only=fixed).compiled
        try:
            solver.change(known, now)
            answer = solver.solve(basis)
        except SolverError:
            return None
        if not answer.optimal:
            return None
        if fixed.all():
            return decided, answer
        known, basis, x, duals = now, None, answer.x, answer.row_duals


def _more(fixed: BoolArray, idle: BoolArray, lost: FloatArray) -> BoolArray:
    """Return which levers are held after one more round; all where none free loses anything.

    Half of those that lose are held, and what is used and loses nothing. What is not used and not
    missed stays free: it may make up for what others lose.
    """
    dear = ~fixed & (lost > LOSES_NOTHING)
    if not dear.any():
        return np.ones_like(fixed)
    out = fixed | ~(dear | idle)
    numbers = np.flatnonzero(dear)
    first = numbers[np.argsort(lost[numbers], kind="stable")]
    out[first[: max(1, int(len(first) * SHARE))]] = True
    return np.asarray(out)
