"""A part of the rows: what some open columns touch, all else standing at known values.

Costs what the part is large, not what the whole is: the rows of an open column and the entries of
a row are looked up. Columns that people share join the part when a row of it holds them.
"""

from __future__ import annotations

import numpy as np

from optimizer.staffing.roster.rows import BoolArray, Compiled, IntArray


class Parts:
    """Cuts parts out of one model."""

    def __init__(self, model: Compiled) -> None:
        self.model = model
        self.row_of = model.row_of
        order = np.argsort(model.column, kind="stable")
        self._row = self.row_of[order]
        self._begin = np.searchsorted(model.column[order], np.arange(model.columns + 1))
        self._shared = model.owner < 0

    def rows_of(self, columns: IntArray) -> IntArray:
        """Return the rows that hold some of `columns`."""
        return np.unique(self._row[spans(self._begin[columns], self._begin[columns + 1])])

    def entries_of(self, rows: IntArray) -> IntArray:
        """Return the entries of `rows`, in order."""
        return spans(self.model.start[rows], self.model.start[rows + 1])

    def around(
        self, columns: IntArray, low: IntArray, high: IntArray, priced: BoolArray | None = None
    ) -> tuple[IntArray, IntArray]:
        """Return (columns, rows): `columns`, the shared ones they meet, and all their rows.

        Rows that `priced` marks are left out.
        """
        opened: BoolArray = np.zeros(self.model.columns, dtype=bool)
        left_out = np.zeros(len(self.model.row_low), dtype=bool) if priced is None else priced
        seen: BoolArray = left_out.copy()
        fresh = columns
        while len(fresh):
            opened[fresh] = True
            rows = self.rows_of(fresh)
            rows = rows[~seen[rows]]
            seen[rows] = True
            met = np.unique(self.model.column[self.entries_of(rows)])
            fresh = met[self._shared[met] & ~opened[met] & (low[met] < high[met])]
        return np.nonzero(opened)[0], np.nonzero(seen & ~left_out)[0]

    def part(
        self,
        values: IntArray,
        columns: IntArray,
        low: IntArray,
        high: IntArray,
        *,
        priced: BoolArray | None = None,
        price: IntArray | None = None,
    ) -> tuple[Compiled, IntArray]:
        """Return the model over open columns and what they meet, and which columns those are.

        Parameters
        ----------
        values
            Of all columns; those that stay closed keep theirs.
        columns
            To open, within `low` and `high`; those that cannot move are left out.
        priced
            Rows that are left out because `price` counts them.
        price
            Points of each column instead of the model's.
        """
        model = self.model
        kept, rows = self.around(columns[low[columns] < high[columns]], low, high, priced)
        number = np.full(model.columns, -1, dtype=np.int64)
        number[kept] = np.arange(len(kept))
        entries = self.entries_of(rows)
        column, coefficient = number[model.column[entries]], model.coefficient[entries]
        where = np.repeat(np.arange(len(rows)), model.start[rows + 1] - model.start[rows])
        inside = column >= 0
        fixed = np.where(inside, 0, coefficient * values[model.column[entries]])
        known = np.bincount(where, weights=fixed, minlength=len(rows)).astype(np.int64)
        size = np.bincount(where[inside], minlength=len(rows))
        cost = (model.cost if price is None else price)[kept]
        return (
            Compiled(
                low=low[kept],
                high=high[kept],
                cost=cost,
                owner=model.owner[kept],
                start=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
                column=column[inside],
                coefficient=coefficient[inside],
                row_low=model.row_low[rows] - known,
                row_high=model.row_high[rows] - known,
                rule=model.rule[rows],
                rules=model.rules,
                places=((),) * len(rows),
                constant=model.points(values) - int(cost @ values[kept]),
            ),
            kept,
        )


def spans(begin: IntArray, end: IntArray) -> IntArray:
    """Return ``begin[0]:end[0]``, ``begin[1]:end[1]`` and so on as one array of indices."""
    size = end - begin
    total = int(size.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    shift = np.repeat(begin - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    return np.asarray(np.arange(total) + shift, dtype=np.int64)
