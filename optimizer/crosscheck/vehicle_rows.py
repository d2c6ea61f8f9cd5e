"""The rows of docs/model.md section 4 for vehicle classes and shifts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.crosscheck.model import Model, Terms
from optimizer.domain.fleet import Fleet


def _driven(m: Model, e: int, t: int) -> Iterator[tuple[Any, int, float]]:
    """Yield column, class of patient and minutes of every trip charged to base e on day t."""
    inst, fixed = m.inst, m.inst.trip_minutes_fixed
    admit, move = inst.admissions, inst.transfers
    for (i, day), var in m.arrive():
        s = int(admit.patient_class[i])
        if day == t and inst.area_base[admit.area[i]] == e and inst.classes.needs_vehicle[s]:
            yield var, s, fixed + 2.0 * float(admit.minutes[i])
    for (j, day), var in m.moved.items():
        if day == t and inst.unit_base[move.origin[j]] == e:
            yield var, int(move.patient_class[j]), fixed + 2.0 * float(move.minutes[j])


def _at_least(fleet: Fleet, s: int, c: int) -> bool:
    return int(fleet.least[s]) >= c


def vehicle_rank(m: Model) -> None:
    """Trips of who needs class c or above <= minutes of vehicles of class c or above."""
    fleet = m.inst.fleet
    for e in range(len(m.inst.bases) if fleet else 0):
        for c in range(1, len(fleet.classes) if fleet else 0):
            for t in m.days:
                assert fleet is not None
                terms: Terms = {
                    var: trip for var, s, trip in _driven(m, e, t) if _at_least(fleet, s, c)
                }
                room = float(sum(fleet.minutes[e, k, t - 1] for k in range(c, len(fleet.classes))))
                key = ("base", m.inst.bases[e]), ("vehicle", fleet.classes[c]), t
                m.at_most("vehicle_rank", key, terms, room)


def vehicle_shift(m: Model) -> None:
    """The share of urgent trips of each shift <= minutes of the vehicles of that shift."""
    fleet = m.inst.fleet
    if fleet is None:
        return
    for e in range(len(m.inst.bases)):
        for t in m.days:
            trips = [one for one in _driven(m, e, t) if fleet.urgent[one[1]]]
            for j, shift in enumerate(fleet.shifts):
                share = float(fleet.urgent_share[j])
                for c, name in enumerate(fleet.classes):
                    terms: Terms = {
                        var: share * trip for var, s, trip in trips if _at_least(fleet, s, c)
                    }
                    room = float(fleet.shift_minutes[e, j, c:, t - 1].sum())
                    key = ("base", m.inst.bases[e]), ("shift", shift), ("vehicle", name), t
                    m.at_most("vehicle_shift", key, terms, room)
