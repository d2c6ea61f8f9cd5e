"""A first roster person by person: each gets the best personal roster beside those made before.

For problems whose whole model is too large to hand to a solver at once. What one more person on a
post is worth is known exactly from who stands there, so that each problem is one person's own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.domain.roster import RosterStatus
from optimizer.staffing.roster.engine import FloatArray, Search, Signal, cp_sat
from optimizer.staffing.roster.parts import Parts
from optimizer.staffing.roster.rows import FREE, BoolArray, IntArray

PERSON_SECONDS = 0.2
"""CP-SAT's deterministic seconds for the roster of one person."""
TRIES = 8
"""How often that limit is doubled for a person who got no roster."""


class Slack:
    """Rows that shared columns of their own make soft, such as cover: what they cost.

    Only rows whose personal entries are all 1 and whose shared columns appear nowhere else.
    """

    def __init__(self, parts: Parts, low: IntArray, high: IntArray) -> None:
        self.parts = parts
        model = parts.model
        shared = model.owner[model.column] < 0
        appears = np.bincount(model.column, minlength=model.columns)
        odd = np.where(shared, appears[model.column] != 1, model.coefficient != 1)
        count = len(model.row_low)
        some = np.bincount(parts.row_of[shared], minlength=count) > 0
        self.soft: BoolArray = some & (np.bincount(parts.row_of[odd], minlength=count) == 0)
        kept = np.nonzero(shared & self.soft[parts.row_of])[0]
        self._row, column = parts.row_of[kept], model.column[kept]
        self._sign = np.sign(model.coefficient[kept])
        size = np.abs(model.coefficient[kept])
        self._capacity = size * (high[column] - low[column])
        self._unit = model.cost[column] / size
        floor = np.bincount(
            self._row, weights=model.coefficient[kept] * low[column], minlength=count
        )
        self._floor = floor.astype(np.int64)
        order = np.lexsort((self._unit, self._sign, self._row))
        self._row, self._sign = self._row[order], self._sign[order]
        self._capacity, self._unit = self._capacity[order], self._unit[order]

    def cost(self, activity: IntArray) -> FloatArray:
        """Return the least points of each soft row for what people do in it, (rows,)."""
        model, count = self.parts.model, len(self.soft)
        done = activity + self._floor
        short = np.maximum(model.row_low - done, 0)
        beyond = np.maximum(done - model.row_high, 0)
        total = np.zeros(count)
        for sign, need in ((1, short), (-1, beyond)):
            own = self._sign == sign
            row, capacity = self._row[own], self._capacity[own]
            before = np.cumsum(capacity) - capacity
            first = np.searchsorted(row, row)
            used = np.clip(need[row] - (before - before[first]), 0, capacity)
            total += np.bincount(row, weights=used * self._unit[own], minlength=count)
            met = np.bincount(row, weights=used, minlength=count)
            total[self.soft & (met < need)] = np.inf
        return total


def one_by_one(
    parts: Parts,
    low: IntArray,
    high: IntArray,
    left: Callable[[], float],
    seed: int = 0,
    stop: Signal | None = None,
) -> IntArray | None:
    """Return values of everybody's own columns, None if time ran out or somebody has no roster.

    Parameters
    ----------
    parts
        Of the whole model.
    low, high
        Bounds of its columns.
    left
        Seconds of wall time left.
    """
    model = parts.model
    slack = Slack(parts, low, high)
    values = low.copy()
    people = int(model.owner.max(initial=-1)) + 1
    personal = model.owner[model.column] >= 0
    entry_row, entry_column = parts.row_of[personal], model.column[personal]
    entry_value = model.coefficient[personal]
    order = np.random.default_rng(seed).permutation(people)
    columns_of = np.split(
        np.argsort(model.owner, kind="stable"),
        np.searchsorted(np.sort(model.owner), np.arange(people)),
    )[1:]
    done = np.bincount(
        entry_row, weights=entry_value * values[entry_column], minlength=len(model.row_low)
    ).astype(np.int64)
    for i in order.tolist():
        own = columns_of[i]
        own = own[low[own] < high[own]]
        if not len(own):
            continue
        if left() <= 0:
            return None
        worth = slack.cost(done + 1) - slack.cost(done)
        worth = np.round(np.nan_to_num(worth, posinf=FREE, neginf=-FREE)).astype(np.int64)
        price = model.cost.copy()
        rows = parts.rows_of(own)
        rows = rows[slack.soft[rows]]
        entries = parts.entries_of(rows)
        where = np.repeat(rows, model.start[rows + 1] - model.start[rows])
        mine = model.owner[model.column[entries]] == i
        np.add.at(price, model.column[entries][mine], worth[where[mine]])
        small, kept = parts.part(values, own, low, high, priced=slack.soft, price=price)
        for k in range(TRIES):
            found = cp_sat(
                small,
                Search(left(), deterministic=PERSON_SECONDS * 2**k, seed=seed),
                stop=stop,
            )
            if found.values is not None or found.status is RosterStatus.infeasible:
                break
        if found.values is None:
            return None
        before = values[own]
        values[kept] = found.values
        moved = own[values[own] != before]
        touched = spans_of(parts, moved)
        np.add.at(done, touched[0], touched[1] * (values - low)[touched[2]])
    return values


def spans_of(parts: Parts, columns: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return (row, coefficient, column) of the entries of `columns`."""
    model = parts.model
    rows = parts.rows_of(columns)
    entries = parts.entries_of(rows)
    inside = np.isin(model.column[entries], columns)
    where = np.repeat(rows, model.start[rows + 1] - model.start[rows])
    return where[inside], model.coefficient[entries][inside], model.column[entries][inside]
