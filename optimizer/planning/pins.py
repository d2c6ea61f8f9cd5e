"""What must hold: pinned decisions and a longest wait, and which of them cannot hold together.

A plan exists for every instance; where something must hold it may not. Then the smallest set is
looked for without which there is one: in means first, and then for a plan whose people of day 1,
surge beds and levers are whole. No set that is too small in means is enough in whole people, so
where the set found in means is enough for these too it is the smallest.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.errors import SolverError
from optimizer.planning.model import build_model
from optimizer.solving.engine import Answer, has_no_point, solve_arrays
from optimizer.solving.matrix import Compiled

HOLDS = 1e-6
"""Patients or beds by which something may be missed."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """What cannot hold, by number: pins, and areas whose longest wait must hold."""

    pins: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    least: bool = True
    """No smaller set is enough."""

    @property
    def any(self) -> bool:
        """Return whether something cannot hold."""
        return bool(self.pins or self.areas)


def impossible_pins(inst: Instance, seconds: float = 60.0) -> Impossible:
    """Return the smallest set to drop so that a plan exists; nothing where all can hold.

    Raises
    ------
    SolverError
        If the solver gives no answer at all.
    """
    if not inst.promises.must_hold:
        return Impossible()
    asked = _Asked(inst)
    missed = solve_arrays(asked.soft, asked.amount, seconds=seconds)
    dropped, least = np.zeros(asked.count, dtype=bool), True
    if missed.objective > HOLDS * len(asked.rows):
        dropped, least = asked.fewest(missed, seconds, whole=False)
    there = asked.plan_exists(dropped, seconds)
    if there is False:
        dropped, least = asked.fewest(None, seconds, whole=True)
    found = np.flatnonzero(dropped)
    pins = len(inst.promises.pins)
    return Impossible(
        tuple(found[found < pins].tolist()),
        tuple(asked.area[found[found >= pins] - pins].tolist()),
        least=least and there is not None,
    )


class _Asked:
    """The model with the rows of all that must hold, each of which may be missed.

    A thing asked for is a pin (one row) or the longest wait of an area (a row a day). Columns
    after those of the model: above and below of each row, and whether each thing is dropped.
    """

    def __init__(self, inst: Instance) -> None:
        model = build_model(inst)
        pins = model.row_blocks["pinned"]
        waits = model.row_blocks["longest_wait"]
        must = inst.promises.limits_waiting and inst.promises.wait_hard
        place = np.argwhere((waits >= 0) & must)
        self.area: IntArray = np.unique(place[:, 0])
        """(areas with such rows,) their numbers."""
        self.rows: IntArray = np.concatenate([pins, waits[place[:, 0], place[:, 1]]])
        thing = len(pins) + np.searchsorted(self.area, place[:, 0])
        self.thing: IntArray = np.concatenate([np.arange(len(pins)), thing])
        """(rows,) what each row is asked for by."""
        self.count = len(pins) + len(self.area)
        self.model = model.compiled
        # nobody is missed more often than there are people, or beds, or people asked for
        most = 1.0 + float(inst.surge_limit.max(initial=0.0))
        most += float(inst.promises.pins[:, 5].max(initial=0.0))
        most += float(inst.census_treated.sum() + inst.census_boarding.sum())
        most += float(inst.open_requests.sum() + inst.arrivals.sum())
        self.columns, size = model.compiled.size[0], len(self.rows)
        self.soft = _elastic(model.compiled, self.rows, self.thing, self.count, most)
        self.amount = np.zeros(self.columns + 2 * size + self.count)
        self.amount[self.columns : self.columns + 2 * size] = 1.0
        self.number = np.zeros_like(self.amount)
        self.number[self.columns + 2 * size :] = 1.0

    def fewest(
        self, known: Answer | None, seconds: float, *, whole: bool
    ) -> tuple[BoolArray, bool]:
        """Return the fewest things to drop, (things,), and whether they are proved the fewest.

        `known`: an answer to fall back on. `whole`: the plan is to be in whole people.
        """
        flags = self.soft.whole.copy()
        if not whole:
            flags[: self.columns] = False
        found = known
        with contextlib.suppress(SolverError):
            found = solve_arrays(
                replace(self.soft, whole=flags), self.number, whole=True, seconds=seconds, gap=0.0
            )
        if found is None:  # without any of them there is always a plan
            return np.ones(self.count, dtype=bool), False
        beside = found.x[self.columns : self.columns + 2 * len(self.rows)]
        missed = beside.reshape(2, -1).sum(axis=0) > HOLDS
        dropped = np.zeros(self.count, dtype=bool)
        dropped[self.thing[missed]] = True
        return dropped, found is not known and found.optimal

    def plan_exists(self, dropped: BoolArray, seconds: float) -> bool | None:
        """Tell whether there is a whole plan that holds all but the dropped; None: not known."""
        lower, upper = self.model.row_lower.copy(), self.model.row_upper.copy()
        free = self.rows[dropped[self.thing]]
        lower[free], upper[free] = -np.inf, np.inf
        held = replace(self.model, row_lower=lower, row_upper=upper)
        nothing = np.zeros(self.columns)
        try:
            solve_arrays(held, nothing, whole=True, seconds=seconds)
        except SolverError as error:
            return False if has_no_point(error) else None
        return True


def _elastic(
    compiled: Compiled, rows: IntArray, thing: IntArray, count: int, most: float
) -> Compiled:
    """Add to each row what is above and below, and whether its thing is dropped (whole).

    above + below <= most x dropped, a row each.
    """
    size, (columns, made, _) = len(rows), compiled.size
    above = columns + np.arange(size)
    below, dropped = above + size, columns + 2 * size + thing
    links = made + np.arange(size)
    one = np.ones(size)

    def more(old: FloatArray, *parts: FloatArray) -> FloatArray:
        return np.concatenate([old, *parts])

    row = np.concatenate([compiled.rows, rows, rows, links, links, links])
    column = np.concatenate([compiled.columns, above, below, above, below, dropped])
    value = more(compiled.values, -one, one, one, one, -most * one)
    order = np.lexsort((column, row))
    return replace(
        compiled,
        rows=row[order],
        columns=column[order],
        values=value[order],
        column_lower=more(compiled.column_lower, np.zeros(2 * size + count)),
        column_upper=more(compiled.column_upper, np.full(2 * size, np.inf), np.ones(count)),
        whole=np.concatenate(
            [compiled.whole, np.zeros(2 * size, dtype=bool), np.ones(count, dtype=bool)]
        ),
        row_lower=more(compiled.row_lower, np.full(size, -np.inf)),
        row_upper=more(compiled.row_upper, np.zeros(size)),
    )
