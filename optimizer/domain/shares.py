"""The rule of shares: patients dealt out to units in proportion to their open beds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import ADMISSION, BoolArray, FloatArray, Instance, IntArray

SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Shares:
    """What part of its area's, or its unit's, patients of a class each way is dealt that day.

    NaN: ways outside the province and stabilise arcs take from who is left over.
    """

    admission: FloatArray
    transfer: FloatArray


def shares(inst: Instance, surge_beds: FloatArray, t: int) -> Shares:
    """Shares by the open beds of day t at the level needed or above; `surge_beds` (F, K)."""
    beds = inst.beds[:, :, t] + surge_beds
    above = np.flip(np.cumsum(np.flip(beds, axis=1), axis=1), axis=1)
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)

    def part(to: IntArray, s: IntArray, place: IntArray, inside: BoolArray) -> FloatArray:
        if not units:
            return np.full(len(to), np.nan)
        weight = inside * above[np.minimum(to, units - 1), inst.classes.level[s]]
        total = np.zeros((int(place.max(initial=-1)) + 1, len(inst.classes.ids)))
        np.add.at(total, (place, s), weight)
        share = weight / np.maximum(total[place, s], SMALL)
        return np.asarray(np.where(inside, share, np.nan))

    proper = (arcs.to < units) & (arcs.kind == ADMISSION)
    return Shares(
        part(arcs.to, arcs.patient_class, arcs.area, proper),
        part(moves.to, moves.patient_class, moves.origin, (moves.to < units) & moves.from_boarding),
    )


def dealt(people: float, share: float, before: float, whole: bool) -> float:
    """Return the part of `people` dealt to a way, those dealt to the ways before it known.

    Whole people are cut where the running total of shares passes a half.
    """
    if not whole:
        return people * share
    return float(np.floor(people * (before + share) + 0.5) - np.floor(people * before + 0.5))
