"""A census above capacity: who boards because there is no bed, device, person or oxygen for him."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from optimizer.domain.instance import BoolArray, Classes, FloatArray
from optimizer.domain.terms import Terms


class Room(Protocol):
    """What a census must fit into on day 1; shapes as in `Instance`."""

    @property
    def beds(self) -> FloatArray:
        """(F, K, T)."""

    @property
    def listed(self) -> BoolArray:
        """(F, K)."""

    @property
    def staff(self) -> FloatArray:
        """(F, R, T)."""

    @property
    def staff_need(self) -> FloatArray:
        """(R, K)."""

    @property
    def stands_in(self) -> BoolArray:
        """(R, R)."""

    @property
    def terms(self) -> Terms:
        """Devices, oxygen, supervision."""


def fit_census(
    room: Room,
    classes: Classes,
    treated: FloatArray,
    boarding: FloatArray,
    open_corridor: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Census above capacity: who has no bed, device, staff or oxygen boards, least weight first.

    Whole people.

    Classes the unit cannot treat, then level by level from the top, then one by one while any
    row of staff, supervision or oxygen flow is short; (F, S) treated and boarding. In an open
    corridor whom the unit can treat is treated. Source: docs/model.md section 4.
    """
    treated, boarding = treated.copy(), boarding.copy()
    terms, counted = room.terms, room.terms.device_levels
    needs = np.concatenate(
        [
            room.stands_in.T.astype(float) @ room.staff_need,
            room.stands_in.T.astype(float) @ terms.supervision,
            terms.oxygen_draw[None, :],
        ]
    )
    per_patient = needs[:, classes.level]
    order = sorted(range(len(classes.ids)), key=lambda s: (classes.unmet_weight[s], classes.ids[s]))
    for f in range(len(treated)):
        if not treated[f].any():
            continue
        listed = np.flatnonzero(room.listed[f])
        unable = (classes.level > listed.max(initial=-1)).astype(float)
        rows: list[tuple[FloatArray, float]] = [(unable, 0.0)]
        equipped = np.where(counted[f], terms.devices[f, :, 0], room.beds[f, :, 0])
        levels = range(int(listed.max(initial=-1)), int(listed.min(initial=0)) - 1, -1)
        for k in () if open_corridor else levels:
            from_level = 0 if k == listed.min() else k
            above = (classes.level >= from_level).astype(float)
            rows.append((above, float(room.beds[f, from_level:, 0].sum())))
            if counted[f, k]:
                rows.append(((classes.level >= k).astype(float), float(equipped[k:].sum())))
        for above, limit in rows:
            for s in order:
                while above[s] > 0 and treated[f, s] > 0 and above @ treated[f] > limit + 1e-6:
                    _board(treated, boarding, f, s)
        heads = room.stands_in.T.astype(float) @ room.staff[f, :, 0]
        limits = np.concatenate([heads, heads, terms.oxygen_flow[f, :1]])
        while not open_corridor:
            short = per_patient @ treated[f] > limits + 1e-6
            who = [s for s in order if treated[f, s] > 0 and per_patient[short, s].any()]
            if not who:
                break
            _board(treated, boarding, f, who[0])
    return treated, boarding


def _board(treated: FloatArray, boarding: FloatArray, f: int, s: int) -> None:
    """Let one person of the class board, or what is left of a mean below one."""
    person = min(1.0, float(treated[f, s]))
    treated[f, s] -= person
    boarding[f, s] += person
