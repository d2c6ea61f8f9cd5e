"""Units of levers begun on other days, one at a time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from optimizer.planning.lever_days import better_days, on_another_day
from optimizer.planning.whole_levers import Decided

DAYS = 6


def decided(*starts: list[int]) -> Decided:
    started = np.zeros((len(starts), DAYS))
    for lever, days in enumerate(starts):
        for day in days:
            started[lever, day] += 1
    return Decided(np.cumsum(started, axis=1), np.zeros_like(started))


def days_of(one: Decided, lever: int) -> list[int]:
    counts = np.diff(one.begun[lever], prepend=0.0).astype(int)
    return [day for day in range(DAYS) for _ in range(counts[day])]


def test_one_unit_moves_and_the_others_stay() -> None:
    start = decided([1, 1, 3], [2])
    later = on_another_day(start, 0, 1, 1)
    assert later is not None
    assert days_of(later, 0) == [1, 2, 3]
    assert days_of(later, 1) == [2]
    sooner = on_another_day(start, 0, 3, -1)
    assert sooner is not None
    assert days_of(sooner, 0) == [1, 1, 2]


def test_no_unit_leaves_the_days_solved_or_closes_before_it_is_begun() -> None:
    start = decided([0, 5])
    assert on_another_day(start, 0, 0, -1) is None
    assert on_another_day(start, 0, 5, 1) is None
    shut = start.shut.copy()
    shut[0, 1:] = 1
    assert on_another_day(Decided(start.begun, shut), 0, 0, 1) is not None
    shut[0, 0] = 1
    assert on_another_day(Decided(start.begun, shut), 0, 0, 1) is None


def answer(harm: float) -> Any:
    return SimpleNamespace(objective=harm)


def tried(
    best: list[int], enough: float = 0.0, own: tuple[float, ...] = (3.0, 1.0, 0.0)
) -> tuple[list[list[int]], float, int]:
    """Harm is the distance of every unit from its best day; lever 0 may not begin before day 1."""
    levers: Any = SimpleNamespace(harm=np.array(own))
    calls = 0

    def harm(one: Decided) -> float:
        return float(sum(abs(days_of(one, j)[0] - best[j]) for j in range(3)))

    def solve(one: Decided) -> Any:
        nonlocal calls
        calls += 1
        return None if days_of(one, 0)[0] < 1 else answer(harm(one))

    start = decided([2], [2], [2])
    found, last = better_days(levers, start, answer(harm(start)), solve, enough, 60.0)
    return [days_of(found, j) for j in range(3)], last.objective, calls


def test_units_go_to_their_best_days_but_where_the_rows_refuse() -> None:
    places, harm, _ = tried([0, 5, 4])
    assert places == [[1], [5], [2]]  # the third does no harm of its own: it is left alone
    assert harm == 1 + 0 + 2


def test_dearest_comes_first_and_enough_is_enough() -> None:
    places, harm, calls = tried([4, 4, 2], enough=3.0)
    assert places == [[3], [2], [2]]
    assert harm == 3
    assert calls == 1


def test_nothing_moves_where_no_day_is_better() -> None:
    places, harm, calls = tried([2, 2, 2])
    assert (places, harm) == ([[2], [2], [2]], 0.0)
    assert calls == 0  # no harm is enough already
