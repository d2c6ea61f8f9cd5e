"""Whole units of levers begun a day later or earlier, one at a time, while that lowers the harm.

The search over the levers' own rows (`whole_levers.nearest_whole`) sees what less is usable, not
what is usable too soon: a hospital converted on the first day on which the LP wants a part of it
costs its own harm for days on which nobody lies there. Only levers with harm of their own, the
dearest first; every try is the whole LP from where it stands. Source: docs/model.md section 12.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from optimizer.domain.levers import LeverSet
from optimizer.planning.whole_levers import Decided
from optimizer.solving.engine import Answer

BETTER = 1e-6
"""Share of the harm that a day must bring."""
Solved = Callable[[Decided], Answer | None]


def on_another_day(decided: Decided, lever: int, day: int, by: int) -> Decided | None:
    """Return the decision with one unit begun `by` days later; None outside the days solved.

    Whether a lever may begin, stand and close then is for the rows of the model to say.
    """
    begun = decided.begun.copy()
    first, last = sorted((day, day + by))
    if first < 0 or last >= begun.shape[1]:
        return None
    begun[lever, first:last] -= np.sign(by)
    if (begun[lever] < decided.shut[lever]).any():
        return None
    return Decided(begun, decided.shut)


def better_days(
    levers: LeverSet,
    decided: Decided,
    answer: Answer,
    solve: Solved,
    enough: float,
    seconds: float,
) -> tuple[Decided, Answer]:
    """Return units on better days and the LP's answer with them; those given if none is better.

    Parameters
    ----------
    solve
        The answer with levers held; None where they cannot be.
    enough
        Harm at or below which no more is tried.
    seconds
        After which no new try begins.
    """
    until = time.perf_counter() + seconds
    better = True
    while better:
        better = False
        for lever, by in _order(levers, decided):
            moved = True
            while moved:
                moved = False
                for day in np.flatnonzero(np.diff(decided.begun[lever], prepend=0.0) > 0).tolist():
                    if answer.objective <= enough or time.perf_counter() > until:
                        return decided, answer
                    other = on_another_day(decided, lever, day, by)
                    found = None if other is None else solve(other)
                    if other is None or found is None:
                        continue
                    if found.objective < answer.objective - BETTER * max(1.0, answer.objective):
                        decided, answer = other, found
                        better = moved = True
                        break
    return decided, answer


def _order(levers: LeverSet, decided: Decided) -> Iterator[tuple[int, int]]:
    """Yield levers in use that do harm themselves, the dearest first, and the way to move."""
    for lever in np.argsort(-levers.harm, kind="stable").tolist():
        if levers.harm[lever] > 0 and decided.begun[lever, -1] > 0:
            yield lever, 1
            yield lever, -1
