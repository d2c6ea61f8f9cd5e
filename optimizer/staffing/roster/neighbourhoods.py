"""Large neighbourhood search: most of a roster stays, a well chosen part is made anew by CP-SAT.

Three ways to choose: a few people over the whole horizon, everybody over a few days, and those who
work around days where cover costs most. The size follows what CP-SAT manages in its time.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.roster import RosterStatus
from optimizer.staffing.roster.board import Board
from optimizer.staffing.roster.engine import FloatArray, Search, cp_sat
from optimizer.staffing.roster.parts import Parts
from optimizer.staffing.roster.rows import BoolArray, Compiled, IntArray
from optimizer.staffing.roster.variables import RosterColumns

WAYS = ("people", "days", "cover", "trade")
LONG = 56
"""Days above which people are opened for a window alone."""
WINDOW = 28
"""Days of that window."""
MOST_OPEN = 4_000
"""Shifts of people open at once where everybody is open over some days."""


class Neighbourhoods:
    """Chooses what to make anew.

    Parameters
    ----------
    v, model, low, high
        Columns, their rows and bounds.
    seed
        Of every choice.
    parts
        Of the same model, if somebody made them already.
    """

    def __init__(
        self,
        v: RosterColumns,
        model: Compiled,
        low: IntArray,
        high: IntArray,
        seed: int,
        parts: Parts | None = None,
    ) -> None:
        self.v, self.model, self.low, self.high = v, model, low, high
        self.parts = parts or Parts(model)
        self.random = np.random.default_rng(seed)
        people, days = len(v.problem.people), v.problem.days
        self.kinds = max(1.0, float((v.assigned >= 0).sum() / max(people * days, 1)))
        span = min(days, WINDOW) if days > LONG else days
        self.size = {
            "people": min(people, max(2, 160 // span)),
            "days": min(days, max(3, 160 // max(people, 1))),
            "cover": min(people, max(3, 300 // span)),
            "trade": min(people, max(2, 120 // span)),
        }
        self.limit = {"people": people, "days": days, "cover": people, "trade": people}
        self.weight = dict.fromkeys(WAYS, 1.0)

    def choose(self, values: IntArray) -> tuple[str, BoolArray]:
        """Return (way, cells (P, T) to make anew)."""
        share = np.array([self.weight[way] for way in WAYS])
        way = str(self.random.choice(WAYS, p=share / share.sum()))
        people, days = len(self.v.problem.people), self.v.problem.days
        cells = np.zeros((people, days), dtype=bool)
        size = self.size[way]
        window = slice(None)
        if days > LONG:
            begin = int(self.random.integers(-WINDOW + 1, days))
            window = slice(max(begin, 0), begin + WINDOW)
        if way == "people":
            cells[self._alike(size), window] = True
        elif way == "days":
            first = int(self.random.integers(-size + 1, days))
            some = min(people, max(2, round(MOST_OPEN / (size * self.kinds))))
            chosen = self.random.choice(people, some, replace=False)
            cells[chosen, max(first, 0) : first + size] = True
        elif way == "trade":
            cells[self.random.choice(people, size, replace=False), window] = True
        else:
            span = min(days, 14)
            centre = self._costly_day(values)
            first = int(np.clip(centre - span // 2, 0, days - span))
            chosen = self.random.choice(people, min(people, size), replace=False)
            cells[chosen[:, None], np.arange(first, first + span)] = True
        return way, cells

    def _alike(self, size: int) -> IntArray:
        """Return people of whom one is like another: they can trade shifts."""
        people = len(self.v.problem.people)
        seed = int(self.random.integers(people))
        kinds = np.asarray((self.v.assigned >= 0).any(axis=1))
        shared = np.logical_and(kinds, kinds[seed][None, :]).sum(axis=1)
        common = shared + self.random.random(people) * 2
        common[seed] = np.inf
        return np.argsort(-common)[:size].astype(np.int64)

    def _costly_day(self, values: IntArray) -> int:
        """Return a day, by chance in proportion to what its cover costs."""
        days = self.v.problem.days
        cost: FloatArray = np.full(days, 0.1)
        shared = (self.model.owner < 0) & (self.model.cost > 0) & (values > 0)
        for column in np.nonzero(shared)[0]:
            day = self._day_of.get(int(column))
            if day is not None:
                cost[day] += self.model.cost[column] * values[column]
        return int(self.random.choice(days, p=cost / cost.sum()))

    @property
    def _day_of(self) -> dict[int, int]:
        """Day of each column of a cover row."""
        if not hasattr(self, "_days"):
            self._days: dict[int, int] = {}
            rows = [
                r
                for r, name in enumerate(self.model.rule)
                if self.model.rules[name] in ("cover", "skill_mix", "supervision")
            ]
            for r in rows:
                for c in self.model.column[self.model.start[r] : self.model.start[r + 1]]:
                    if self.model.owner[c] < 0:
                        self._days[int(c)] = int(self.model.places[r][-2])
        return self._days

    def improve(self, board: Board, seconds: float) -> bool:
        """Make one part of the best roster anew; say whether it became better.

        `seconds` are CP-SAT's deterministic ones: a busy machine does not cut a search short.
        """
        values, points = board.best()
        if values is None:
            return False
        way, cells = self.choose(values)
        small, kept = self.parts.part(values, self._opened(cells), self.low, self.high)
        if not len(kept):
            return False
        found = cp_sat(
            small,
            Search(board.left, deterministic=seconds, seed=int(self.random.integers(2**30))),
            hint=values[kept],
            stop=board.stop,
        )
        better = False
        if found.values is not None and found.points < points:
            new = values.copy()
            new[kept] = found.values
            better = board.offer(new)
        done = found.status in (RosterStatus.optimal, RosterStatus.infeasible)
        step = 1 if done else -1
        self.size[way] = int(np.clip(self.size[way] + step, 2, self.limit[way]))
        self.weight[way] = 0.9 * self.weight[way] + (1.0 if better else 0.05)
        return better

    def _opened(self, cells: BoolArray) -> IntArray:
        """Return the columns of people in `cells`, and their weekends."""
        people = cells.any(axis=1)
        columns = [self.v.assigned[cells], self.v.working[cells], self.v.weekend[people]]
        opened = np.concatenate([part.ravel() for part in columns])
        return opened[opened >= 0].astype(np.int64)
