"""What a unit has left for the wave: beds, surge beds, staff on duty, vehicle-minutes.

Routine patients keep their beds and the staff the site gives them in ordinary times;
how much staff is free decides every result, so the rule is printed with each plan. Source:
docs/data- format.md section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.care import PatientClass
from optimizer.domain.equipment import equipment
from optimizer.domain.fleet import Fleet, fleet_of
from optimizer.domain.instance import BoolArray, FloatArray, falls
from optimizer.domain.rules import closing_day
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import Sites, existing_units
from optimizer.domain.tables import Tables
from optimizer.domain.terms import Terms, no_terms


@dataclass(frozen=True, slots=True)
class Capacity:
    """Shapes as in `Instance`."""

    beds: FloatArray
    listed: BoolArray
    surge_limit: FloatArray
    staff: FloatArray
    staff_need: FloatArray
    stands_in: BoolArray
    vehicle_minutes: FloatArray
    terms: Terms = field(default=None)  # type: ignore[assignment]  # its shape is that of other fields
    """Devices, oxygen, supervision; left out: they limit nothing."""
    fleet: Fleet | None = None
    """Vehicles by class and shift, if a table tells them apart."""
    fell: BoolArray | None = None
    """(F, T) days on which people at home fall, if the scenario lends some."""

    def __post_init__(self) -> None:
        if self.terms is None:
            (units, levels), (roles, days) = self.listed.shape, self.staff.shape[1:]
            object.__setattr__(self, "terms", no_terms(units, levels, roles, days))


def bed_levels(tables: Tables) -> tuple[str, ...]:
    """Return the care levels that are beds, lowest first."""
    rows = sorted(tables.levels, key=lambda row: (row.rank, row.care_level))
    return tuple(row.care_level for row in rows if row.place == "bed")


def stand_ins(tables: Tables) -> BoolArray:
    """(R, R) [r', r]: r' is r or may stand in for it, directly or in steps."""
    roles = [row.role for row in tables.roles]
    at = {role: i for i, role in enumerate(roles)}
    out = np.eye(len(roles), dtype=bool)
    for row in tables.roles:
        current, seen = row, {row.role}
        while current.stands_in_for and current.stands_in_for not in seen:
            out[at[row.role], at[current.stands_in_for]] = True
            seen.add(current.stands_in_for)
            current = tables.roles[at[current.stands_in_for]]
    return out


def _unit_beds(tables: Tables, levels: tuple[str, ...]) -> dict[str, FloatArray]:
    """For each unit (4, K): planned, usable for the wave, surge limit, listed."""
    at = {level: k for k, level in enumerate(levels)}
    routine = {(r.unit_id, r.care_level): r.routine_patients for r in tables.routine}
    out = {unit.unit_id: np.zeros((4, len(levels))) for unit in tables.units}
    for row in tables.beds:
        if row.care_level not in at:
            continue
        k = at[row.care_level]
        staffed = row.physical_beds if row.staffed_beds is None else row.staffed_beds
        free = min(row.physical_beds, staffed) - routine.get((row.unit_id, row.care_level), 0)
        listed = row.physical_beds + row.surge_limit > 0
        out[row.unit_id][:, k] = row.planned_beds, max(0, free), row.surge_limit, listed
    return out


def staff_needs(tables: Tables, care_phase: str, levels: tuple[str, ...]) -> FloatArray:
    """(R, K) staff on duty for one patient of that level."""
    roles = {row.role: r for r, row in enumerate(tables.roles)}
    at = {level: k for k, level in enumerate(levels)}
    out = np.zeros((len(roles), len(levels)))
    for row in tables.care_ratios:
        if row.care_phase == care_phase and row.care_level in at:
            out[roles[row.role], at[row.care_level]] = 1.0 / row.patients_per_staff
    return out


def _staff_factor(scenario: Scenario, days: int) -> FloatArray:
    shocks = scenario.shocks
    day = np.arange(1, days + 1)
    last = days if shocks.staff_to_day is None else shocks.staff_to_day
    hit = (day >= shocks.staff_from_day) & (day <= last)
    return np.where(hit, shocks.staff_factor, 1.0)


def free_staff(
    tables: Tables, scenario: Scenario, levels: tuple[str, ...], days: int
) -> dict[str, FloatArray]:
    """For each unit (R, T) staff on duty for the wave; routine patients keep theirs."""
    need = staff_needs(tables, scenario.staff.care_phase, levels)
    beds = _unit_beds(tables, levels)
    routine = {unit.unit_id: np.zeros(len(levels)) for unit in tables.units}
    at = {level: k for k, level in enumerate(levels)}
    for row in tables.routine:
        if row.care_level in at:
            routine[row.unit_id][at[row.care_level]] += row.routine_patients
    roles = {row.role: r for r, row in enumerate(tables.roles)}
    present = _staff_factor(scenario, days) * (1.0 - scenario.staff.surge_absence)
    out = {unit.unit_id: np.zeros((len(roles), days)) for unit in tables.units}
    for pool in tables.staff:
        r = roles[pool.role]
        serves = need[r] > 0
        planned = beds[pool.unit_id][0][serves].sum()
        share = min(1.0, routine[pool.unit_id][serves].sum() / planned) if planned else 0.0
        out[pool.unit_id][r] += np.maximum(0.0, pool.on_duty * present - pool.on_duty * share)
    return out


def with_lent(
    people: FloatArray, units: Sequence[str], tables: Tables, scenario: Scenario
) -> FloatArray:
    """(F, R, T) people on duty with those whom the scenario lends and borrows, never below 0."""
    if not scenario.staff.lent:
        return people
    at = {unit: f for f, unit in enumerate(units)}
    roles = {row.role: r for r, row in enumerate(tables.roles)}
    out = people.copy()
    for row in scenario.staff.lent:
        if row.unit in at and row.role in roles:
            out[at[row.unit], roles[row.role], row.from_day - 1 : row.to_day] += row.on_duty
    return np.maximum(0.0, out)


def capacity(
    tables: Tables,
    scenario: Scenario,
    sites: Sites,
    bases: tuple[str, ...],
    patients: Sequence[PatientClass] = (),
) -> Capacity:
    """Return what the planning units have for the wave; `patients` are classes of the axis S."""
    levels, days = bed_levels(tables), scenario.solved_days
    beds = _unit_beds(tables, levels)
    staff = free_staff(tables, scenario, levels, days)
    units = len(sites.inside)
    usable = np.zeros((units, len(levels)))
    surge = np.zeros((units, len(levels)))
    listed = np.zeros((units, len(levels)), dtype=bool)
    people = np.zeros((units, len(tables.roles), days))
    for f, unit in enumerate(sites.inside):
        if unit.by_lever:  # what it has of its own is not for the wave
            continue
        for member in unit.members:
            usable[f] += beds[member][1]
            surge[f] += beds[member][2]
            listed[f] |= beds[member][3] > 0
            people[f] += staff[member]
    fell = falls(people) if scenario.staff.lent else None
    people = with_lent(people, [unit.unit_id for unit in sites.inside], tables, scenario)
    closed = np.zeros((2, units, len(levels), days))
    day = np.arange(1, days + 1)
    for f, unit in enumerate(sites.inside):
        if unit.by_lever:
            continue
        for member, site in zip(unit.members, unit.sites, strict=True):
            gone = day >= closing_day(scenario, site)
            closed[:, f] += beds[member][1:3, :, None] * gone
    open_from = np.arange(1, days + 1) >= 1 + scenario.surge.delay_days
    cluster_of = {
        unit.unit_id: sites.facilities[unit.facility_id].cluster_id or "" for unit in tables.units
    }
    at = {base: e for e, base in enumerate(bases)}
    existing = existing_units(tables, scenario)
    fleets = [
        (at[cluster_of[row.base_unit]], row)
        for row in tables.vehicles
        if cluster_of[row.base_unit] in at and row.base_unit in existing
    ]
    factor = scenario.shocks.vehicle_factor
    brought = scenario.levers is not None and any(
        row.resource == "vehicle_minutes" for row in tables.lever_yields
    )
    minutes, fleet = fleet_of(tables, fleets, len(bases), days, factor, patients, brought=brought)
    return Capacity(
        beds=usable[:, :, None] - closed[0],
        listed=listed,
        surge_limit=(surge[:, :, None] - closed[1]) * open_from,
        staff=people,
        staff_need=staff_needs(tables, scenario.staff.care_phase, levels),
        stands_in=stand_ins(tables),
        vehicle_minutes=minutes,
        terms=equipment(tables, scenario, sites, levels, open_from.astype(float)),
        fleet=fleet,
        fell=fell,
    )
