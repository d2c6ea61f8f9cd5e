"""A strong bound: a mix of whole personal rosters against the rows that tie people together.

Column generation: the master (GLOP) mixes personal rosters; its duals price days and shifts; the
networks give each person's cheapest roster at those prices, which joins the mix. The bound is taken
from the prices alone (Lagrange), so it holds at any point of the search and rests on no tolerance
of the linear program.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from optimizer.staffing.roster.engine import FloatArray, Signal, linear_program
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import FREE, Compiled, IntArray

ARTIFICIAL = 2_000.0
"""Points for a row that the mix cannot keep yet; only steers the master."""


KEPT_ROSTERS = 15
"""Personal rosters of each person that a dive begins with."""


@dataclass(frozen=True, slots=True)
class PathBound:
    """The best bound of the search and what proves it.

    Parameters
    ----------
    bound
        Points; -inf if none was reached.
    prices
        Of each column: what it costs after the rows that tie people together are paid for.
    rosters
        Personal rosters that were tried: (person, columns set to 1, weight in the last mix).
    rounds, seconds
        Of the search.
    """

    bound: float
    prices: FloatArray
    rosters: tuple[tuple[int, IntArray, float], ...]
    rounds: int
    seconds: float


class _Master:
    """The rows that tie people together, and their mix of personal rosters."""

    def __init__(self, model: Compiled, paths: Paths) -> None:
        self.model, self.paths = model, paths
        kept = np.array([name in paths.kept for name in model.rules], dtype=bool)
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
        self.place = np.full(model.columns, -1, dtype=np.int64)
        self.place[self.shared] = np.arange(len(self.shared))
        loose = ~own[self.column]
        self.shared_entries = (
            self.row[loose],
            self.place[self.column[loose]],
            self.coefficient[loose],
        )
        order = np.argsort(self.column, kind="stable")
        self.by_column = (self.row[order], self.coefficient[order])
        self.begin = np.searchsorted(self.column[order], np.arange(model.columns + 1))
        self.known: set[tuple[int, bytes]] = set()
        self.person: list[int] = []
        self.sets: list[IntArray] = []
        self.entries: list[tuple[IntArray, FloatArray]] = []
        self.costs: list[float] = []
        self.closed: set[int] = set()
        self.settled: set[int] = set()

    def add(self, person: int, columns: IntArray) -> bool:
        """Add a personal roster; False if it is there already."""
        key = (person, np.sort(columns).tobytes())
        if key in self.known:
            return False
        self.known.add(key)
        rows, values = self.by_column
        spans = [slice(self.begin[c], self.begin[c + 1]) for c in columns]
        if spans:
            row = np.concatenate([rows[s] for s in spans])
            value = np.concatenate([values[s] for s in spans])
        else:
            row, value = np.zeros(0, np.int64), np.zeros(0)
        found, where = np.unique(row, return_inverse=True)
        summed = np.bincount(where, weights=value, minlength=len(found))
        self.entries.append((found.astype(np.int64), summed.astype(np.float64)))
        self.costs.append(float(self.model.cost[columns].sum()))
        self.person.append(person)
        self.sets.append(columns)
        return True

    def settle(self, index: int) -> None:
        """Keep one roster of its person and close the others."""
        for other, person in enumerate(self.person):
            if person == self.person[index] and other != index:
                self.closed.add(other)
        self.settled.add(self.person[index])

    def solve(self, seconds: float) -> tuple[FloatArray, FloatArray, float] | None:
        """Return (duals of the rows, weights of the rosters, points of the mix)."""
        model, people, rows = self.model, self.paths.people, len(self.rows)
        shared = len(self.shared)
        bounded_low, bounded_high = np.isfinite(self.low), np.isfinite(self.high)
        below, above = np.nonzero(bounded_low)[0], np.nonzero(bounded_high)[0]
        row = [self.shared_entries[0], below, above]
        column = [
            self.shared_entries[1],
            shared + np.arange(len(below)),
            shared + len(below) + np.arange(len(above)),
        ]
        value = [self.shared_entries[2], np.ones(len(below)), -np.ones(len(above))]
        first = shared + len(below) + len(above)
        opened = [k for k in range(len(self.costs)) if k not in self.closed]
        count = len(opened)
        person = np.array([self.person[k] for k in opened], dtype=np.int64)
        row += [rows + person]
        column += [first + np.arange(count)]
        value += [np.ones(count)]
        lengths = [len(self.entries[k][0]) for k in opened]
        row.append(np.concatenate([self.entries[k][0] for k in opened]))
        column.append(first + np.repeat(np.arange(count), lengths))
        value.append(np.concatenate([self.entries[k][1] for k in opened]))
        r, c, x = np.concatenate(row), np.concatenate(column), np.concatenate(value)
        order = np.lexsort((c, r))
        width = first + count
        cost = np.concatenate(
            [
                model.cost[self.shared],
                np.full(first - shared, ARTIFICIAL),
                [self.costs[k] for k in opened],
            ]
        )
        high = np.full(width, np.inf)
        high[:shared] = model.high[self.shared]
        low = np.zeros(width)
        low[:shared] = model.low[self.shared]
        found = linear_program(
            low,
            high,
            cost.astype(float),
            (r[order], c[order], x[order]),
            np.concatenate([self.low, np.ones(people)]),
            np.concatenate([self.high, np.ones(people)]),
            seconds,
        )
        if not found.optimal:
            return None
        weights = np.zeros(len(self.costs))
        weights[opened] = found.values[first:]
        return found.row_duals[:rows], weights, found.bound + model.constant

    def prices(self, duals: FloatArray) -> FloatArray:
        """Return the cost of each column less what the tied rows pay for it."""
        paid = np.bincount(
            self.column, weights=self.coefficient * duals[self.row], minlength=self.model.columns
        )
        return np.asarray(self.model.cost - paid, dtype=np.float64)

    def bound(self, duals: FloatArray, price: FloatArray, least: FloatArray) -> float:
        """Return the points that no roster can go below, by these duals."""
        if not np.isfinite(least).all():
            return math.inf
        shared, model = self.shared, self.model
        ends = np.minimum(
            price[shared] * model.low[shared], price[shared] * model.high[shared]
        ).sum()
        sides = np.where(duals > 0, self.low, self.high)
        paid = np.where(duals == 0, 0.0, duals * np.where(np.isfinite(sides), sides, 0.0)).sum()
        return float(model.constant + ends + paid + least.sum())

    def sound(self, duals: FloatArray) -> FloatArray:
        """Return duals without those whose side of the row does not exist."""
        wrong = ((duals > 0) & ~np.isfinite(self.low)) | ((duals < 0) & ~np.isfinite(self.high))
        return np.where(wrong, 0.0, duals)


def path_bound(
    model: Compiled,
    paths: Paths,
    seconds: float,
    stop: Signal | None = None,
) -> PathBound:
    """Search the bound of mixed personal rosters.

    Parameters
    ----------
    model, paths
        The rows and the networks of the same columns.
    seconds
        Wall time to spend.
    stop
        Ends the search when it is set.
    """
    began = time.perf_counter()
    master = _Master(model, paths)
    duals = np.zeros(len(master.rows))
    best, best_price, centre = -math.inf, master.prices(duals), duals
    weights: FloatArray = np.zeros(0)
    smooth, rounds = 0.0, 0
    while time.perf_counter() - began < seconds and not (stop and stop.is_set()):
        rounds += 1
        trial = master.sound(smooth * centre + (1 - smooth) * duals)
        price = master.prices(trial)
        least, sets = paths.cheapest(price)
        bound = master.bound(trial, price, least)
        if bound > best:
            best, best_price, centre = bound, price, trial
        new = sum(master.add(i, columns) for i, columns in enumerate(sets))
        if not new and smooth == 0.0:
            break
        if not new:
            smooth = 0.0
            continue
        answer = master.solve(max(0.5, seconds - (time.perf_counter() - began)))
        if answer is None:
            break
        duals, weights, points = answer
        smooth = 0.7 if rounds > 2 else 0.0
        if points - best < 1e-6 * max(1.0, abs(points)):
            break
    known = np.zeros(len(master.sets))
    known[: len(weights)] = weights
    kept = tuple(zip(master.person, master.sets, known.tolist(), strict=True))
    return PathBound(best, best_price, kept, rounds, time.perf_counter() - began)


def _best_of(found: PathBound, people: int) -> list[tuple[int, IntArray]]:
    """Return the rosters of the last mix, and of each person the cheapest others."""
    price = found.prices
    ranked: list[list[tuple[float, int]]] = [[] for _ in range(people)]
    for k, (person, columns, weight) in enumerate(found.rosters):
        ranked[person].append((-math.inf if weight > 1e-6 else float(price[columns].sum()), k))
    kept = [k for own in ranked for _, k in sorted(own)[:KEPT_ROSTERS]]
    return [(found.rosters[k][0], found.rosters[k][1]) for k in sorted(kept)]


def dive(
    model: Compiled, paths: Paths, found: PathBound, seconds: float, stop: Signal | None = None
) -> list[IntArray] | None:
    """Return a whole roster for everybody, near the bound: settle one person after the other.

    After each step the others get new personal rosters at the prices that follow.

    Parameters
    ----------
    found
        Rosters and prices to begin with.
    seconds
        Wall time to spend.
    stop
        Ends the search when it is set.

    Returns
    -------
    For each person the columns set to 1; None if time ran out or rows cannot be kept this way.
    """
    began = time.perf_counter()
    master = _Master(model, paths)
    for person, columns in _best_of(found, paths.people):
        master.add(person, columns)

    def left() -> float:
        if stop is not None and stop.is_set():
            return 0.0
        return seconds - (time.perf_counter() - began)

    while left() > 0:
        answer = None
        for _ in range(4):
            answer = master.solve(max(0.2, left()))
            if answer is None or left() < 0:
                return None
            duals, _, _ = answer
            _, sets = paths.cheapest(master.prices(master.sound(duals)))
            fresh = [i for i in range(paths.people) if i not in master.settled]
            if not sum(master.add(i, sets[i]) for i in fresh):
                break
        answer = master.solve(max(0.2, left()))
        if answer is None:
            return None
        weights = answer[1]
        order = np.argsort(-weights)
        steps = 0
        for index in order.tolist():
            if master.person[index] in master.settled:
                continue
            if weights[index] < (0.999 if steps == 0 else 0.75) and steps:
                break
            master.settle(index)
            steps += 1
        if len(master.settled) == paths.people:
            chosen: list[IntArray] = [np.zeros(0, np.int64)] * paths.people
            for index in order.tolist()[::-1]:
                if index not in master.closed:
                    chosen[master.person[index]] = master.sets[index]
            return chosen
    return None
