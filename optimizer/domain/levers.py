"""Levers as arrays: what may be decided, and what one unit of it gives or takes.

Letters and rows: docs/model.md section 12. J levers; the other axes as in `Instance`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.arrays import read_only

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeverYields:
    """What one unit gives at each place; negative takes away."""

    beds: FloatArray
    """(J, F, K) beds."""
    staff: FloatArray
    """(J, F, R) people on duty."""
    devices: FloatArray
    """(J, F, K) devices, 0 at levels whose devices are not counted."""
    oxygen_flow: FloatArray
    """(J, F) litres a minute."""
    oxygen_supply: FloatArray
    """(J, F) cubic metres a day."""
    vehicle_minutes: FloatArray
    """(J, E) minutes a day."""
    outside_places: FloatArray
    """(J, H) patients a day."""
    home_places: FloatArray
    """(J, E) patients followed at home."""

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class LeverSet:
    """The levers a plan may use, (J,) each, in order of id."""

    ids: tuple[str, ...]
    max_units: FloatArray
    delay: IntArray
    """Days from the decision to the first day open."""
    ramp: IntArray
    """Days after opening until all of it is usable."""
    min_days: IntArray
    may_close: BoolArray
    open_vnd: FloatArray
    """VND a unit."""
    day_vnd: FloatArray
    """VND a unit and day open."""
    harm: FloatArray
    """Harm of a unit and day open."""
    pool: IntArray
    """Lever whose units it sends somewhere; -1 none."""
    yields: LeverYields
    budget_vnd: float
    """VND over all days; inf: no limit."""
    home_unmet: float
    """Harm of a patient at home whom nobody follows, a day."""
    unit_day: float
    """Burden of a unit and day open."""
    million_vnd: float
    """Burden of a million VND."""

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def held(self) -> IntArray:
        """(J,) days a unit must have been open before it may close: all of it usable by then."""
        return np.asarray(np.maximum(self.min_days, self.ramp))

    @property
    def share(self) -> FloatArray:
        """(J,) share of a unit that becomes usable each day while it is ramped up."""
        return np.asarray(1.0 / (self.ramp + 1.0))

    def usable_from(self, days: int) -> BoolArray:
        """(J, T) days on which something of the lever can be usable."""
        return np.asarray(np.arange(days)[None, :] >= self.delay[:, None])

    @property
    def at_units(self) -> FloatArray:
        """(J, F, K + R + K + 1) yields of beds, staff, devices and oxygen flow side by side."""
        y = self.yields
        parts = (y.beds, y.staff, y.devices, y.oxygen_flow[:, :, None])
        return np.concatenate(parts, axis=2)

    def capacity_may_fall(self, days: int) -> BoolArray:
        """(F, T) days on which levers may have taken away, or closed, at a unit."""
        here = self.at_units
        day = np.arange(days)
        takes = np.asarray((here < 0).any(axis=2))
        gives = np.asarray((here != 0).any(axis=2)) & self.may_close[:, None]
        gone = day[None, :] >= (self.delay + self.held)[:, None]
        allowed = self.max_units > 0
        takes, gives = takes & allowed[:, None], gives & allowed[:, None]
        fallen = takes[:, :, None] & self.usable_from(days)[:, None, :]
        fallen |= gives[:, :, None] & gone[:, None, :]
        return np.asarray(fallen.any(axis=0))

    def in_window(self, start: int) -> LeverSet:
        """Return the levers as a window of days from `start` (from 0) sees them.

        What could be usable by then may be decided on its first day, whole and for nothing.
        """
        return replace(
            self,
            delay=np.maximum(0, self.delay - start),
            ramp=np.zeros_like(self.ramp),
            min_days=np.ones_like(self.min_days),
            pool=self.pool,
            budget_vnd=np.inf,
        )


def usable_units(levers: LeverSet, started: FloatArray, closed: FloatArray) -> FloatArray:
    """(J, T) usable units of each lever, from what is begun and closed, (J, T) each."""
    days = started.shape[1]
    out = np.zeros_like(started)
    for i in range(int(levers.ramp.max(initial=0)) + 1):
        for j in np.flatnonzero(levers.ramp >= i):
            first = int(levers.delay[j]) + i
            if first < days:
                out[j, first:] += levers.share[j] * started[j, : days - first]
    return np.asarray(np.cumsum(out - closed, axis=1))


def open_units(levers: LeverSet, started: FloatArray, closed: FloatArray) -> FloatArray:
    """(J, T) units open at each day's end."""
    out = np.zeros_like(started)
    days = started.shape[1]
    for j, d in enumerate(levers.delay.tolist()):
        if d < days:
            out[j, d:] = started[j, : days - d]
    return np.asarray(np.cumsum(out - closed, axis=1))
