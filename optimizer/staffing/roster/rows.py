"""Columns and rows of a roster model: written once, read by CP-SAT, by GLOP and by the diagnosis.

Every rule is linear over whole-number columns, so one table of rows serves every engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NO = -1
"""A term that is known to be 0 (a day off before the horizon, an excluded shift)."""
YES = -2
"""A term that is known to be 1."""
FREE = 2**40
"""Beyond every sum of a roster: a side of a row that does not bind."""

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The model as arrays, rows in compressed form.

    Parameters
    ----------
    low, high, cost
        Of each column; cost in points.
    owner
        Index of the person a column speaks of alone; -1 for what they share.
    start, column, coefficient
        Row r holds entries ``start[r]:start[r + 1]``.
    row_low, row_high
        Sides of each row, whole numbers; beyond `FREE` they do not bind.
    rule
        For each row the index of its rule in `rules`.
    constant
        Points that no decision changes.
    """

    low: IntArray
    high: IntArray
    cost: IntArray
    owner: IntArray
    start: IntArray
    column: IntArray
    coefficient: IntArray
    row_low: IntArray
    row_high: IntArray
    rule: IntArray
    rules: tuple[str, ...]
    places: tuple[Place, ...]
    constant: int

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.low)

    @property
    def row_of(self) -> IntArray:
        """Row of each entry."""
        return np.repeat(np.arange(len(self.row_low)), np.diff(self.start))

    def activity(self, values: IntArray) -> IntArray:
        """Return the left-hand side of each row."""
        products = self.coefficient * values[self.column]
        return np.bincount(self.row_of, weights=products, minlength=len(self.row_low)).astype(
            np.int64
        )

    def broken(self, values: IntArray) -> IntArray:
        """Return the rows that `values` breaks."""
        left = self.activity(values)
        return np.nonzero((left < self.row_low) | (left > self.row_high))[0]

    def points(self, values: IntArray) -> int:
        """Return the points of `values`."""
        return int(self.cost @ values) + self.constant


class Rows:
    """Collects columns and rows; `compiled` turns them into arrays."""

    def __init__(self) -> None:
        self.low: list[int] = []
        self.high: list[int] = []
        self.cost: list[int] = []
        self.owner: list[int] = []
        self.constant = 0
        self._sizes: list[int] = []
        self._column: list[int] = []
        self._coefficient: list[int] = []
        self._row_low: list[int] = []
        self._row_high: list[int] = []
        self._chunks: list[tuple[IntArray, IntArray, IntArray]] = []
        self._rule: list[int] = []
        self._rules: dict[str, int] = {}
        self._places: list[Place] = []

    def new(self, high: int = 1, *, cost: int = 0, owner: int = -1) -> int:
        """Return a new column with values 0 to `high`."""
        self.low.append(0)
        self.high.append(high)
        self.cost.append(cost)
        self.owner.append(owner)
        return len(self.low) - 1

    def price(self, column: int, points: int) -> None:
        """Add `points` for each unit of a column (or at once, if it is known)."""
        if column >= 0:
            self.cost[column] += points
        elif column == YES:
            self.constant += points

    def add(
        self,
        rule: str,
        place: Place,
        terms: Iterable[tuple[int, int]],
        at_least: int = -FREE,
        at_most: int = FREE,
    ) -> None:
        """Write one row: ``at_least <= sum of coefficient x column <= at_most``."""
        known, size = 0, len(self._column)
        for column, coefficient in terms:
            if column >= 0:
                self._column.append(column)
                self._coefficient.append(coefficient)
            elif column == YES:
                known += coefficient
        self._sizes.append(len(self._column) - size)
        self._row_low.append(at_least - known)
        self._row_high.append(at_most - known)
        self._rule.append(self._rules.setdefault(rule, len(self._rules)))
        self._places.append(place)

    def add_cliques(
        self, rule: str, places: Sequence[Place], columns: IntArray, sizes: IntArray
    ) -> None:
        """Write many rows at once: of the columns of each at most one is 1.

        Parameters
        ----------
        rule, places
            As in `add`, a place for each row.
        columns
            Row after row; terms known to be 0 may be among them, none known to be 1.
        sizes
            How many of `columns` each row holds.
        """
        real = columns >= 0
        row = np.repeat(np.arange(len(sizes)), sizes)
        kept = np.bincount(row[real], minlength=len(sizes))
        self._flush()
        self._chunks.append((kept, columns[real], np.ones(int(real.sum()), dtype=np.int64)))
        self._row_low += [-FREE] * len(sizes)
        self._row_high += [1] * len(sizes)
        self._rule += [self._rules.setdefault(rule, len(self._rules))] * len(sizes)
        self._places += places

    def _flush(self) -> None:
        """Turn the rows written one by one since last time into arrays."""
        sizes = np.array(self._sizes, dtype=np.int64)
        column = np.array(self._column, dtype=np.int64)
        self._chunks.append((sizes, column, np.array(self._coefficient, dtype=np.int64)))
        self._sizes, self._column, self._coefficient = [], [], []

    def compiled(self) -> Compiled:
        """Return the arrays; columns of a row in order, each once."""

        def array(values: Sequence[int]) -> IntArray:
            return np.array(values, dtype=np.int64)

        rows = len(self._row_low)
        self._flush()
        sizes, column, coefficient = (np.concatenate(p) for p in zip(*self._chunks, strict=True))
        row = np.repeat(np.arange(rows), sizes)
        width = max(len(self.low), 1)
        key, where = np.unique(row * width + column, return_inverse=True)
        summed = np.bincount(where, weights=coefficient, minlength=len(key))
        key, summed = key[summed != 0], summed[summed != 0]
        start = np.searchsorted(key, np.arange(rows + 1) * width)
        return Compiled(
            low=array(self.low),
            high=array(self.high),
            cost=array(self.cost),
            owner=array(self.owner),
            start=start.astype(np.int64),
            column=(key % width).astype(np.int64),
            coefficient=summed.astype(np.int64),
            row_low=array(self._row_low),
            row_high=array(self._row_high),
            rule=array(self._rule),
            rules=tuple(self._rules),
            places=tuple(self._places),
            constant=self.constant,
        )


def propagated(
    model: Compiled, low: IntArray, high: IntArray, rounds: int = 20
) -> tuple[IntArray, IntArray, bool]:
    """Return tighter column bounds by activity bounds of rows, and whether they still meet.

    Sound for every roster within `low` and `high`; repeated until nothing moves, `rounds` at most.
    """
    low, high = low.copy(), high.copy()
    rows, column, coefficient = model.row_of, model.column, model.coefficient
    count = len(model.row_low)
    positive = coefficient > 0
    for _ in range(rounds):
        least = np.where(positive, coefficient * low[column], coefficient * high[column])
        most = np.where(positive, coefficient * high[column], coefficient * low[column])
        row_least = np.bincount(rows, weights=least, minlength=count).astype(np.int64)
        row_most = np.bincount(rows, weights=most, minlength=count).astype(np.int64)
        if np.any(row_least > model.row_high) or np.any(row_most < model.row_low):
            return low, high, False
        spare_high = model.row_high[rows] - (row_least[rows] - least)
        spare_low = model.row_low[rows] - (row_most[rows] - most)
        size = np.abs(coefficient)
        up = np.where(positive, spare_high // size, (-spare_low) // size)
        down = np.where(positive, -((-spare_low) // size), -(spare_high // size))
        new_high, new_low = high.copy(), low.copy()
        np.minimum.at(new_high, column, up)
        np.maximum.at(new_low, column, down)
        if np.any(new_low > new_high):
            return low, high, False
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, high, True


def restricted(model: Compiled, low: IntArray, high: IntArray) -> tuple[Compiled, IntArray]:
    """Return the model over the columns that `low` and `high` leave open, and those columns."""
    free = low < high
    kept = np.nonzero(free)[0]
    number = np.full(model.columns, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    rows, open_entry = model.row_of, free[model.column]
    fixed = np.where(open_entry, 0, model.coefficient * low[model.column])
    known = np.bincount(rows, weights=fixed, minlength=len(model.row_low)).astype(np.int64)
    size = np.bincount(rows[open_entry], minlength=len(model.row_low))
    alive = np.nonzero(size > 0)[0]
    constant = model.constant + int(model.cost[~free] @ low[~free])
    return (
        Compiled(
            low=low[kept],
            high=high[kept],
            cost=model.cost[kept],
            owner=model.owner[kept],
            start=np.concatenate([[0], np.cumsum(size[alive])]).astype(np.int64),
            column=number[model.column[open_entry]],
            coefficient=model.coefficient[open_entry],
            row_low=(model.row_low - known)[alive],
            row_high=(model.row_high - known)[alive],
            rule=model.rule[alive],
            rules=model.rules,
            places=tuple(model.places[r] for r in alive),
            constant=constant,
        ),
        kept,
    )
