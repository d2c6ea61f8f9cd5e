"""A mix of whole personal rosters against the rows that tie people together.

Everybody, or some people while the rest of a roster stands. Its prices ask the networks for better
personal rosters; its points and prices give a bound that rests on no tolerance of the solver.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from optimizer.staffing.roster.engine import FloatArray
from optimizer.staffing.roster.growing import Growing
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import FREE, Compiled, IntArray

ARTIFICIAL = 2_000.0
"""Points for a row that the mix cannot keep yet; only steers the master."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal roster: whose, the columns it sets to 1, and its entries in the tied rows.

    `lawful`: it keeps those rules of its person that paths leave to rows.
    """

    person: int
    columns: IntArray
    rows: IntArray
    values: FloatArray
    cost: float
    lawful: bool = True


class Tied:
    """The rows that tie people together; the same for every mix of a problem."""

    def __init__(self, model: Compiled, kept_by_paths: frozenset[str]) -> None:
        self.model = model
        kept = np.array([name in kept_by_paths for name in model.rules], dtype=bool)
        two_days = np.array([name == "rest_between_shifts" for name in model.rules], dtype=bool)
        personal = kept | two_days
        pins = np.array([name == "pins" for name in model.rules], dtype=bool)
        sizes = np.diff(model.start)
        tied = ~personal[model.rule] & ~(pins[model.rule] & (sizes == 1))
        self.rows = np.nonzero(tied)[0]
        number = np.full(len(tied), -1, dtype=np.int64)
        number[self.rows] = np.arange(len(self.rows))
        entry = tied[model.row_of]
        self.row = number[model.row_of[entry]]
        self.column = model.column[entry]
        self.coefficient = model.coefficient[entry].astype(float)
        self.low = np.where(model.row_low <= -FREE // 2, -np.inf, model.row_low)[self.rows]
        self.high = np.where(model.row_high >= FREE // 2, np.inf, model.row_high)[self.rows]
        own = model.owner >= 0
        self.shared = np.nonzero(~own)[0]
        place = np.full(model.columns, -1, dtype=np.int64)
        place[self.shared] = np.arange(len(self.shared))
        loose = ~own[self.column]
        self.shared_entries = (self.row[loose], place[self.column[loose]], self.coefficient[loose])
        owner = model.owner[self.column]
        first = np.full(len(self.rows), -1, dtype=np.int64)
        first[self.row] = owner
        strange = np.bincount(self.row, weights=owner != first[self.row], minlength=len(first)) > 0
        own_row = np.where(strange, -1, first)
        self._alone = [
            np.nonzero(own_row == i)[0] for i in range(int(model.owner.max(initial=-1)) + 1)
        ]
        order = np.argsort(self.column, kind="stable")
        self._by_column = (self.row[order], self.coefficient[order])
        self._begin = np.searchsorted(self.column[order], np.arange(model.columns + 1))

    def personal(self, person: int, columns: IntArray) -> Personal:
        """Return a personal roster with its entries."""
        rows, values = self._by_column
        spans = [slice(self._begin[c], self._begin[c + 1]) for c in columns]
        row = np.concatenate([rows[s] for s in spans]) if spans else np.zeros(0, np.int64)
        value = np.concatenate([values[s] for s in spans]) if spans else np.zeros(0)
        found, where = np.unique(row, return_inverse=True)
        summed = np.bincount(where, weights=value, minlength=len(found))
        cost = float(self.model.cost[columns].sum())
        alone = self._alone[person]
        done = np.zeros(len(self.rows))
        done[found] = summed
        kept = (done[alone] >= self.low[alone]) & (done[alone] <= self.high[alone])
        return Personal(person, columns, found, summed.astype(np.float64), cost, bool(kept.all()))


class Mix:
    """What mixes: some people's rosters, the rest standing still.

    Parameters
    ----------
    tied, paths
        Rows and networks of the same columns; `paths` of `people` alone, or of all.
    people
        Who is open.
    standing
        Personal rosters of the others.
    """

    def __init__(
        self, tied: Tied, paths: Paths, people: Iterable[int], standing: Iterable[Personal] = ()
    ) -> None:
        self.tied, self.paths = tied, paths
        self.people = list(people)
        self.place = {person: k for k, person in enumerate(self.people)}
        model, count = tied.model, len(tied.rows)
        done = np.zeros(count)
        self.constant = float(model.constant)
        for roster in standing:
            done[roster.rows] += roster.values
            self.constant += roster.cost
        self.low, self.high = tied.low - done, tied.high - done
        self.rosters: list[Personal] = []
        self.known: set[tuple[int, bytes]] = set()
        self.settled: dict[int, int] = {}
        self.closed: set[int] = set()
        shared = len(tied.shared)
        below = np.nonzero(np.isfinite(self.low))[0]
        above = np.nonzero(np.isfinite(self.high))[0]
        self.first = shared + len(below) + len(above)
        row = np.concatenate([tied.shared_entries[0], below, above])
        column = np.concatenate([tied.shared_entries[1], np.arange(shared, self.first)])
        value = np.concatenate([tied.shared_entries[2], np.ones(len(below)), -np.ones(len(above))])
        order = np.lexsort((column, row))
        low, high = np.zeros(self.first), np.full(self.first, np.inf)
        low[:shared], high[:shared] = model.low[tied.shared], model.high[tied.shared]
        self.programme = Growing(
            low,
            high,
            np.concatenate(
                [model.cost[tied.shared].astype(float), np.full(self.first - shared, ARTIFICIAL)]
            ),
            (row[order], column[order], value[order]),
            np.concatenate([self.low, np.ones(len(self.people))]),
            np.concatenate([self.high, np.ones(len(self.people))]),
        )

    def add(self, person: int, columns: IntArray) -> bool:
        """Add a personal roster; False if it is there already."""
        return self.join(self.tied.personal(person, columns))

    def join(self, roster: Personal) -> bool:
        """Add a personal roster; False if it is there already."""
        key = (roster.person, np.sort(roster.columns).tobytes())
        if key in self.known:
            return False
        self.known.add(key)
        self.rosters.append(roster)
        chosen = len(self.tied.rows) + self.place[roster.person]
        column = self.programme.join(
            roster.cost, np.append(roster.rows, chosen), np.append(roster.values, 1.0)
        )
        if roster.person in self.settled:
            self.programme.bound(column, 0.0, 0.0)
        return True

    def settle(self, index: int) -> None:
        """Keep one roster of its person and close the others."""
        person = self.rosters[index].person
        self.settled[person] = index
        for other, roster in enumerate(self.rosters):
            if roster.person == person and other != index:
                self.close(other)

    def close(self, index: int) -> None:
        """Take a roster out of the mix."""
        self.closed.add(index)
        self.programme.bound(self.first + index, 0.0, 0.0)

    def _close_unlawful(self) -> int:
        """Take out all rosters that break a rule of their person; return how many."""
        wrong = [k for k, r in enumerate(self.rosters) if not r.lawful and k not in self.closed]
        for index in wrong:
            self.close(index)
        return len(wrong)

    def solve(self, seconds: float) -> tuple[FloatArray, FloatArray, float] | None:
        """Return (duals of the rows, weights of the rosters, points of the mix)."""
        found = self.programme.solve(seconds)
        if not found.optimal:
            return None
        return (
            found.row_duals[: len(self.tied.rows)],
            found.values[self.first :],
            found.bound + self.constant,
        )

    def prices(self, duals: FloatArray) -> FloatArray:
        """Return the cost of each column less what the tied rows pay for it."""
        tied = self.tied
        paid = np.bincount(
            tied.column,
            weights=tied.coefficient * duals[tied.row],
            minlength=tied.model.columns,
        )
        return np.asarray(tied.model.cost - paid, dtype=np.float64)

    def bound(self, duals: FloatArray, price: FloatArray, least: FloatArray) -> float:
        """Return the points that no roster can go below, by these duals.

        `least` is what each person's cheapest roster costs at `price`; only those of the open
        people count.
        """
        least = least[self.people]
        if not np.isfinite(least).all():
            return math.inf
        shared, model = self.tied.shared, self.tied.model
        ends = np.minimum(
            price[shared] * model.low[shared], price[shared] * model.high[shared]
        ).sum()
        sides = np.where(duals > 0, self.low, self.high)
        paid = np.where(duals == 0, 0.0, duals * np.where(np.isfinite(sides), sides, 0.0)).sum()
        return float(self.constant + ends + paid + least.sum())

    def sound(self, duals: FloatArray) -> FloatArray:
        """Return duals without those whose side of the row does not exist."""
        wrong = ((duals > 0) & ~np.isfinite(self.low)) | ((duals < 0) & ~np.isfinite(self.high))
        return np.where(wrong, 0.0, duals)

    def priced(self, duals: FloatArray) -> int:
        """Add the cheapest rosters of who is not settled; return how many are new."""
        _, sets = self.paths.cheapest(self.prices(self.sound(duals)))
        fresh = [i for i in self.people if i not in self.settled]
        return sum(self.add(i, sets[i]) for i in fresh)

    def dive(self, left: Callable[[], float], worth: float = math.inf) -> list[Personal] | None:
        """Return a roster for each open person: settle one after the other.

        After each step the others get new personal rosters at the prices that follow.

        Parameters
        ----------
        left
            Seconds of wall time left.
        worth
            Give up once the mix costs this much.

        Returns
        -------
        None if time ran out, rows cannot be kept this way or nothing better can follow.
        """
        while left() > 0:
            answer = None
            for _ in range(4):
                answer = self.solve(max(0.2, left()))
                if answer is None or left() <= 0:
                    return None
                if not self.priced(answer[0]):
                    break
            else:
                answer = self.solve(max(0.2, left()))
            if answer is None or answer[2] > worth - 1e-6:
                return None
            weights = answer[1]
            order = np.argsort(-weights, kind="stable")
            steps = 0
            for index in order.tolist():
                roster = self.rosters[index]
                if roster.person in self.settled or index in self.closed:
                    continue
                if weights[index] < (0.75 if steps else 1e-6):
                    break
                if roster.lawful:
                    self.settle(index)
                    steps += 1
            if not steps and not self._close_unlawful():
                return None
            if len(self.settled) == len(self.people):
                return [self.rosters[self.settled[i]] for i in self.people]
        return None
