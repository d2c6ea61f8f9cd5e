"""Rows of vehicle classes and shifts that another row of the same base always implies are left out.

A row of class c says nothing new where no patient class needs just c (the row of the next class
that is needed has the same trips and less room), or where no vehicle below c and above the row
before it stands at the base (that row has more trips and the same room). A shift with at least its
share of the room of the whole day is implied by the row of the day. Where a lever brings vehicles
of the lowest class the row of the day is wider than its figures and implies nothing. Letters as in
`optimizer.domain.fleet`.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.fleet import Fleet
from optimizer.domain.instance import BoolArray, FloatArray, Instance

SAME = 1e-9


def needed_vehicles(
    inst: Instance, *, every: bool = False
) -> tuple[BoolArray | None, BoolArray | None]:
    """Return where to write `vehicle_rank` (E, V, T) and `vehicle_shift` (E, J, V, T); or None.

    `every`: wherever somebody may need that class, implied or not.
    """
    fleet = inst.fleet
    if fleet is None:
        return None, None
    needs = np.asarray(fleet.needs.any(axis=1))
    ranks = np.broadcast_to(needs[None, :, None], fleet.minutes.shape).copy()
    ranks[:, 0] = False  # the row of the lowest class is `vehicle_minutes`
    hurried = np.asarray((fleet.needs & fleet.urgent[None, :]).any(axis=1))
    somebody = hurried[None, :] & (fleet.urgent_share > 0)[:, None]
    shifts = np.broadcast_to(somebody[None, :, :, None], fleet.shift_minutes.shape).copy()
    if every:
        return ranks, shifts
    wider = _brought(inst)
    day = np.where(wider[:, None], np.inf, fleet.room[:, 0])
    ranks &= _distinct(fleet, fleet.room, day, np.ones_like(fleet.urgent), 1)
    shifts &= _distinct(fleet, fleet.shift_room, np.inf, fleet.urgent, 2)
    room = np.concatenate([day[:, None], fleet.room[:, 1:]], axis=1)
    due = fleet.urgent_share[None, :, None, None] * np.where(np.isfinite(room), room, 0.0)[:, None]
    implied = (fleet.shift_room >= due - SAME) & np.isfinite(room)[:, None]
    shifts &= ~implied
    return ranks, shifts


def _brought(inst: Instance) -> BoolArray:
    """(E,) bases to which a lever may bring vehicles."""
    if inst.levers is None:
        return np.zeros(len(inst.bases), dtype=bool)
    return np.asarray((inst.levers.yields.vehicle_minutes != 0).any(axis=0))


def _distinct(
    fleet: Fleet, room: FloatArray, first: FloatArray | float, who: BoolArray, axis: int
) -> BoolArray:
    """Mark rows whose class somebody among `who` just needs, and with less room than before it.

    `first`: room of the row before the lowest.
    """
    count = len(fleet.classes)
    wanted = np.isin(np.arange(count), fleet.least[who])
    out = np.zeros(room.shape, dtype=bool)
    before = np.broadcast_to(first, np.take(room, 0, axis=axis).shape)
    for c in range(axis == 1, count):  # of the day the lowest row is always there, as `first`
        here = np.take(room, c, axis=axis)
        if wanted[c]:
            index = (slice(None),) * axis + (c,)
            out[index] = here < before - SAME
            before = np.minimum(before, here)
    return out
