"""The terms of usable capacity beside beds and staff: devices, oxygen, supervision.

A term that a province says nothing of limits nothing: its room is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.arrays import read_only

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

M3_A_DAY = 1.44
"""Cubic metres a day of one litre a minute: 1440 minutes / 1000 litres."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a unit has of each term for the wave, routine care served; axes as in `Instance`."""

    devices: FloatArray
    """(F, K, T) devices of the level; inf: the level needs none there."""
    oxygen_draw: FloatArray
    """(K,) litres a minute of one patient of that level."""
    oxygen_flow: FloatArray
    """(F, T) litres a minute at once; inf: not limited."""
    oxygen_supply: FloatArray
    """(F, T) cubic metres that reach the house that day; inf: its store is no limit."""
    oxygen_stored: FloatArray
    """(F,) cubic metres in store on the morning of day 1."""
    oxygen_tank: FloatArray
    """(F,) cubic metres the store holds at most."""
    supervision: FloatArray
    """(R, K) supervisors on duty for one patient of that level."""
    oxygen_routine: FloatArray
    """(F,) litres a minute of ordinary patients, taken off flow and supply already."""

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def device_levels(self) -> BoolArray:
        """(F, K) levels whose devices are counted."""
        return np.asarray(np.isfinite(self.devices).all(axis=2))

    def days(self, part: slice, stored: FloatArray) -> Terms:
        """Return the terms of some days alone, begun with what is then in store, (F,)."""
        return Terms(
            self.devices[:, :, part].copy(),
            self.oxygen_draw,
            self.oxygen_flow[:, part].copy(),
            self.oxygen_supply[:, part].copy(),
            stored,
            self.oxygen_tank,
            self.supervision,
            self.oxygen_routine,
        )


def no_terms(units: int, levels: int, roles: int, days: int) -> Terms:
    """Return terms that limit nothing."""
    return Terms(
        devices=np.full((units, levels, days), np.inf),
        oxygen_draw=np.zeros(levels),
        oxygen_flow=np.full((units, days), np.inf),
        oxygen_supply=np.full((units, days), np.inf),
        oxygen_stored=np.zeros(units),
        oxygen_tank=np.zeros(units),
        supervision=np.zeros((roles, levels)),
        oxygen_routine=np.zeros(units),
    )


def in_store(terms: Terms, draw: FloatArray, short: FloatArray) -> FloatArray:
    """(F, T) cubic metres in store at each day's end, given the litres a minute drawn that day.

    `short`: cubic metres a day that somebody went without. 0 where the store is no limit.
    """
    out = np.zeros_like(draw)
    store = terms.oxygen_stored.copy()
    counted = np.isfinite(terms.oxygen_supply)
    for t in range(draw.shape[1]):
        here = np.where(counted[:, t], terms.oxygen_supply[:, t], 0.0)
        store = store + here - M3_A_DAY * draw[:, t] + short[:, t]
        store = np.where(counted[:, t], np.minimum(terms.oxygen_tank, store), 0.0)
        out[:, t] = store
    return out


def hours_to_empty(terms: Terms, draw: FloatArray, stored: FloatArray) -> FloatArray:
    """(F, T) hours that what is in store lasts if nothing comes, ordinary patients counted.

    Inf where nobody draws.
    """
    m3_an_hour = 0.06 * (draw + terms.oxygen_routine[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(m3_an_hour > 1e-12, stored / m3_an_hour, np.inf)
