"""What units have, by rule: levels, usable beds, surge limits, staff, vehicles, places outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.checking.places import Places
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.terms import Terms, read_terms
from optimizer.checking.vehicles import Vehicles, read_vehicles
from optimizer.checking.violation import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Capacity:
    """Figures of planning units; constant over the days unless an axis T is named.

    Parameters
    ----------
    levels
        Ids of the K care levels with beds, lowest rank first.
    has
        (F, K) True where a member has beds or may open some.
    lowest
        (F,) first such level, K if none.
    beds, surge_limit
        (F, K, T) usable beds; surge beds in all, before the delay counts.
    staff, at_home, stands_in, needs
        (F, R, T) on duty for the wave, `at_home` before any are lent or borrowed;
        (R, R) [r, r'] True if r' may do the work of r; (R, K) staff a patient.
    bases, vehicle_minutes
        Clusters, the last one blank for those without; (E, T) patient-minutes of each day.
    outside_places
        (H, T) patients a day, inf if not limited.
    terms
        Devices, oxygen and supervision.
    vehicles
        The vehicle minutes by class and shift.
    """

    levels: Sequence[str]
    has: BoolArray
    lowest: IntArray
    beds: FloatArray
    surge_limit: FloatArray
    roles: Sequence[str]
    staff: FloatArray
    at_home: FloatArray
    stands_in: BoolArray
    needs: FloatArray
    bases: Sequence[str]
    vehicle_minutes: FloatArray
    outside_places: FloatArray
    terms: Terms
    vehicles: Vehicles

    def from_level(self, figures: FloatArray) -> FloatArray:
        """Return the sum over levels k' >= k along axis 1."""
        return np.asarray(np.flip(np.cumsum(np.flip(figures, axis=1), axis=1), axis=1))


def read_capacity(sources: Sources, scenario: Scenario, places: Places) -> Capacity:
    """Work out every figure of capacity from the source tables."""
    levels_table, units = sources["levels"], sources["units"]
    ranked = zip(
        levels_table.numbers("rank"),
        levels_table.ids("care_level"),
        levels_table.text("place"),
        strict=True,
    )
    levels = [name for _, name, place in sorted(ranked) if place == "bed"]
    level = {name: k for k, name in enumerate(levels)}
    row = {u: i for i, u in enumerate(units.ids("unit_id"))}
    size = (len(units), len(levels))

    def spread(table: str, column: str, blank: float = 0.0) -> FloatArray:
        out = np.zeros(size)
        t = sources[table]
        u, names = t.look_up("unit_id", row), t.ids("care_level")
        figures = (
            t.wholes(column, blank=blank) if blank == 0 else t.numbers(column, blank=blank, low=0.0)
        )
        for i in range(len(t)):
            if u[i] >= 0 and names[i] in level:
                out[u[i], level[names[i]]] = figures[i]
        return out

    listed = np.zeros(size, dtype=bool)
    table = sources["beds"]
    for i, name in zip(table.look_up("unit_id", row), table.ids("care_level"), strict=True):
        if i >= 0 and name in level:
            listed[i, level[name]] = True
    physical, planned = spread("beds", "physical_beds"), spread("beds", "planned_beds")
    staffed, limit = spread("beds", "staffed_beds", blank=np.inf), spread("beds", "surge_limit")
    routine = spread("routine", "routine_patients")
    usable = np.where(listed, np.maximum(0.0, np.minimum(physical, staffed) - routine), 0.0)
    roles, staff, stands_in, needs = _staff(sources, scenario, level, planned, routine, row)
    # a unit that only levers open adds nothing of its own
    members = zip(places.members[: places.planned], places.by_lever, strict=True)
    grouped = [np.asarray([] if only else m, dtype=np.intp) for m, only in members]

    def added(figures: FloatArray) -> FloatArray:
        sums = [figures[m].sum(axis=0) for m in grouped]
        return np.array(sums).reshape(len(grouped), *figures.shape[1:])

    has = added(physical + limit) > 0
    bases, vehicles = _vehicles(sources, scenario, places, row)
    daily = units.numbers("daily_places", blank=-1.0)
    open_then = ~closed_members(sources, scenario)[:, None, :]
    outside = np.array([daily[m[0]] for m in places.members[places.planned :]])
    return Capacity(
        levels=levels,
        has=has,
        lowest=lowest_level(has),
        beds=added(usable[:, :, None] * open_then),
        surge_limit=added(limit[:, :, None] * open_then),
        roles=roles,
        staff=_with_lent(added(staff), roles, scenario, places),
        at_home=added(staff),
        stands_in=stands_in,
        needs=needs,
        bases=bases,
        vehicle_minutes=_each_day(vehicles.room[:, 0], scenario),
        outside_places=_each_day(np.where(outside < 0, np.inf, outside), scenario),
        terms=read_terms(sources, scenario, places, level, row, physical + limit > 0),
        vehicles=vehicles,
    )


def lowest_level(has: BoolArray) -> IntArray:
    """Return (F,) the first level of each unit, K if it has none."""
    padded = np.concatenate([has, np.ones((len(has), 1), dtype=bool)], axis=1)
    return np.asarray(padded.argmax(axis=1), dtype=np.intp)


def _with_lent(
    staff: FloatArray, roles: Sequence[str], scenario: Scenario, places: Places
) -> FloatArray:
    """Return (F, R, T) staff with who is borrowed and without who is lent, never below 0.

    A row of a place or role that the plan does not have counts for nothing.
    """
    at = {name: f for f, name in enumerate(places.names[: places.planned])}
    out = staff.copy()
    for unit, role, first, last, people in scenario.lent:
        if unit in at and role in roles:
            out[at[unit], list(roles).index(role), first - 1 : last] += people
    return np.maximum(0.0, out)


def _each_day(figures: FloatArray, scenario: Scenario) -> FloatArray:
    """Return (P, T): the same figures on all days."""
    return np.repeat(figures[:, None], scenario.days, axis=1)


def closed_members(sources: Sources, scenario: Scenario) -> BoolArray:
    """Return (units, T): True on days on which the unit's facility has closed."""
    day = np.arange(1, scenario.days + 1)
    ends = [scenario.closing.get(f, 10**6) for f in sources["units"].ids("facility_id")]
    return np.array(ends).reshape(-1, 1) <= day[None, :]


def _staff(
    sources: Sources,
    scenario: Scenario,
    level: dict[str, int],
    planned: FloatArray,
    routine: FloatArray,
    row: dict[str, int],
) -> tuple[list[str], FloatArray, BoolArray, FloatArray]:
    """Return roles, (units, R, T) staff for the wave, (R, R) stand-ins, (R, K) staff a patient."""
    table = sources["roles"]
    roles = table.ids("role")
    index = {r: i for i, r in enumerate(roles)}
    stands_in = np.eye(len(roles), dtype=bool)
    for i, other in enumerate(table.ids("stands_in_for")):
        if other in index:
            stands_in[index[other], i] = True
        elif other:
            table.fault(i, "stands_in_for", "{value!r} is not known here.", value=other)
    for _ in roles:
        stands_in |= (stands_in.astype(float) @ stands_in) > 0

    ratios = sources["care_ratios"]
    needs = np.zeros((len(roles), len(level)))
    at, care, phase = (
        ratios.look_up("role", index),
        ratios.ids("care_level"),
        ratios.text("care_phase"),
    )
    per_staff = ratios.numbers("patients_per_staff", low=1e-9)
    for i in range(len(ratios)):
        if at[i] >= 0 and phase[i] == scenario.care_phase and care[i] in level:
            needs[at[i], level[care[i]]] = 1 / max(per_staff[i], 1e-9)

    lists = (needs > 0).astype(float)
    beds, ordinary = planned @ lists.T, routine @ lists.T
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(beds > 0, np.minimum(1.0, ordinary / beds), 0.0)
    table = sources["staff"]
    on_duty = np.zeros((len(row), len(roles)))
    u, r = table.look_up("unit_id", row), table.look_up("role", index)
    good = (u >= 0) & (r >= 0)
    np.add.at(on_duty, (u[good], r[good]), table.numbers("on_duty", blank=0.0, low=0.0)[good])
    keep = scenario.staff_factors * (1 - scenario.surge_absence)
    left = on_duty[:, :, None] * keep - (on_duty * share)[:, :, None]
    return roles, np.maximum(0.0, left), stands_in, needs


def _vehicles(
    sources: Sources, scenario: Scenario, places: Places, row: dict[str, int]
) -> tuple[list[str], Vehicles]:
    """Return the bases (clusters, then blank) and what their vehicles can do; blank has none."""
    units, facilities = sources["units"], sources["facilities"]
    cluster = dict(zip(facilities.ids("facility_id"), facilities.ids("cluster_id"), strict=True))
    based = [cluster.get(f, "") for f in units.ids("facility_id")]
    bases = [*sorted({*based, *places.area_cluster, *places.cluster} - {""}), ""]
    index = {b: i for i, b in enumerate(bases)}
    sources["vehicles"].look_up("base_unit", row)  # an unknown unit is a fault
    at = {name: index[based[u]] for name, u in row.items() if places.stays[u] and based[u]}
    return bases, read_vehicles(sources, at, len(bases), scenario.vehicle_factor)
