"""Blocks of variables and rows compiled into one sparse matrix; no loop over days, arcs or rows.

A variable block is an array of column numbers on its axes (-1 where the variable does not exist); a
row block likewise. A constraint writes whole blocks of (row, column, coefficient) triplets at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, IntArray

INFINITY = float("inf")


@dataclass(slots=True)
class Rows:
    """One block of rows; `index` has the row numbers on the block's axes."""

    name: str
    index: IntArray
    matrix: Matrix

    def add(
        self,
        coefficient: FloatArray | float,
        columns: IntArray,
        rows: IntArray | None = None,
    ) -> None:
        """Write coefficient x column into the rows; the three broadcast against each other."""
        self.matrix.write(self.index if rows is None else rows, columns, coefficient)

    def bound(self, lower: FloatArray | float, upper: FloatArray | float) -> None:
        """Set lower and upper of the whole block, broadcast on its axes."""
        here = self.index >= 0
        self.matrix.row_lower.append(np.broadcast_to(lower, self.index.shape)[here].astype(float))
        self.matrix.row_upper.append(np.broadcast_to(upper, self.index.shape)[here].astype(float))

    def equals(self, value: FloatArray | float) -> None:
        """Close the block as equalities."""
        self.bound(value, value)

    def at_most(self, value: FloatArray | float) -> None:
        """Close the block as <= rows."""
        self.bound(-INFINITY, value)

    def at_least(self, value: FloatArray | float) -> None:
        """Close the block as >= rows."""
        self.bound(value, INFINITY)


@dataclass(slots=True)
class Matrix:
    """Collects blocks; `compiled` gives the arrays a solver takes."""

    columns_made: int = 0
    rows_made: int = 0
    column_blocks: dict[str, IntArray] = field(default_factory=dict)
    row_blocks: dict[str, IntArray] = field(default_factory=dict)
    column_lower: list[FloatArray] = field(default_factory=list)
    column_upper: list[FloatArray] = field(default_factory=list)
    column_whole: list[BoolArray] = field(default_factory=list)
    row_lower: list[FloatArray] = field(default_factory=list)
    row_upper: list[FloatArray] = field(default_factory=list)
    triplets: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)

    def columns(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        exists: BoolArray | None = None,
        upper: FloatArray | float = INFINITY,
        whole: BoolArray | bool = False,
    ) -> IntArray:
        """Make a block of columns >= 0; return their numbers, -1 where `exists` is false."""
        here = np.ones(shape, dtype=bool) if exists is None else np.broadcast_to(exists, shape)
        index = np.full(shape, -1, dtype=np.int64)
        count = int(here.sum())
        index[here] = np.arange(self.columns_made, self.columns_made + count)
        self.columns_made += count
        self.column_lower.append(np.zeros(count))
        self.column_upper.append(np.broadcast_to(upper, shape)[here].astype(float))
        self.column_whole.append(np.broadcast_to(whole, shape)[here].astype(bool))
        self.column_blocks[name] = index
        return index

    def rows(self, name: str, shape: tuple[int, ...], *, exists: BoolArray | None = None) -> Rows:
        """Make a block of rows; close it with `equals`, `at_most` or `at_least`."""
        here = np.ones(shape, dtype=bool) if exists is None else np.broadcast_to(exists, shape)
        index = np.full(shape, -1, dtype=np.int64)
        count = int(here.sum())
        index[here] = np.arange(self.rows_made, self.rows_made + count)
        self.rows_made += count
        self.row_blocks[name] = index
        return Rows(name, index, self)

    def write(self, rows: IntArray, columns: IntArray, coefficient: FloatArray | float) -> None:
        """Append triplets; what has no row, no column or no coefficient is left out."""
        row, column, value = np.broadcast_arrays(rows, columns, coefficient)
        here = (row >= 0) & (column >= 0) & (value != 0)
        self.triplets.append((row[here], column[here], value[here].astype(float)))

    def compiled(self) -> Compiled:
        """Return the arrays; duplicates of one (row, column) are added up.

        Entries sorted by row.
        """
        row = np.concatenate([t[0] for t in self.triplets])
        column = np.concatenate([t[1] for t in self.triplets])
        value = np.concatenate([t[2] for t in self.triplets])
        key = row * self.columns_made + column
        order = np.argsort(key, kind="stable")
        key, value = key[order], value[order]
        first = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.zeros(0, bool)
        starts = np.flatnonzero(first)
        value = np.add.reduceat(value, starts) if len(starts) else value
        key = key[starts]
        keep = value != 0
        return Compiled(
            rows=key[keep] // self.columns_made,
            columns=key[keep] % self.columns_made,
            values=value[keep],
            column_lower=np.concatenate(self.column_lower),
            column_upper=np.concatenate(self.column_upper),
            whole=np.concatenate(self.column_whole),
            row_lower=np.concatenate(self.row_lower),
            row_upper=np.concatenate(self.row_upper),
        )


@dataclass(slots=True)
class Compiled:
    """One model as arrays: triplets sorted by row, bounds of columns and rows."""

    rows: IntArray
    columns: IntArray
    values: FloatArray
    column_lower: FloatArray
    column_upper: FloatArray
    whole: BoolArray
    row_lower: FloatArray
    row_upper: FloatArray

    @property
    def size(self) -> tuple[int, int, int]:
        """Return the numbers of columns, rows, nonzeros."""
        return len(self.column_lower), len(self.row_lower), len(self.values)

    def activity(self, x: FloatArray) -> FloatArray:
        """Return row activities of a point."""
        products = self.values * x[self.columns]
        out = np.bincount(self.rows, weights=products, minlength=len(self.row_lower))
        return np.asarray(out, dtype=float)
