"""What a plan uses up: oxygen, protective and bedside equipment; and the ICU quota.

Needs follow from the plan; they bind nothing (oxygen does, by rows of its own). Rates:
supplies.csv.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.care import Supply
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.domain.terms import M3_A_DAY

OXYGEN = "oxygen"


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed of an item each day, (T,)."""

    item: str
    unit: str
    lasting: bool
    """It stands at the bed and is used again; else it is used up."""
    amounts: FloatArray


def supply_needs(
    supplies: Sequence[Supply],
    levels: Sequence[str],
    patients: FloatArray,
    workers: FloatArray,
    shifts: float,
) -> list[Need]:
    """Return what is needed each day.

    Parameters
    ----------
    patients
        (K, T) patients in the houses by level.
    workers
        (T,) people at the beds at a time.
    shifts
        Shifts a day: so many workers take the place of one.
    """
    amounts: dict[str, FloatArray] = {}
    about: dict[str, Supply] = {}
    for row in supplies:
        here = np.array([row.care_level in (None, level) for level in levels], dtype=float)
        base = workers * shifts if row.per == "worker_shift" else here @ patients
        amounts[row.item] = amounts.get(row.item, np.zeros(len(workers))) + row.amount * base
        about.setdefault(row.item, row)
    return [
        Need(item, about[item].unit, about[item].per == "bed", amount)
        for item, amount in amounts.items()
    ]


def plan_needs(tables: Tables, scenario: Scenario, inst: Instance, plan: Plan) -> list[Need]:
    """Return what a plan needs each day of the shown horizon, oxygen first."""
    shown = slice(0, inst.shown_days)
    treated = np.zeros((len(inst.levels), inst.shown_days))
    np.add.at(treated, inst.classes.level, plan.treated[:, :, shown].sum(axis=0))
    boarding = plan.boarding[:, :, shown].sum(axis=1)
    in_bed = np.maximum(0.0, boarding - plan.corridor[:, shown])
    lowest = np.maximum(inst.lowest_level, 0)
    patients = treated.copy()
    np.add.at(patients, lowest, boarding)
    cared = treated.copy()
    np.add.at(cared, lowest, in_bed)
    workers = (inst.staff_need @ cared).sum(axis=0)
    found = supply_needs(
        tables.supplies, inst.levels, patients, workers, scenario.staff.shifts_per_day
    )
    if inst.terms.oxygen_draw.any():
        drawn = M3_A_DAY * (inst.terms.oxygen_draw @ cared)
        found.insert(0, Need(OXYGEN, "m3", False, np.asarray(drawn)))
    return found


def icu_quota(tables: Tables, inst: Instance, top: str) -> dict[str, float] | None:
    """Return beds the province is asked to have at its highest level, and has; None without a rule.

    `beds`, `ready_beds` by icu_quota.csv for facilities with an open unit of the plan; `has`,
    `can_open` physical beds, and surge beds with them; routine care lies in them too.
    """
    of_kind = {row.kind: row for row in tables.icu_quota}
    members = {member for inside in inst.unit_members.values() for member in inside}
    home = {unit.unit_id: unit.facility_id for unit in tables.units}
    open_sites = {home[member] for member in members}
    asked = [
        of_kind[f.kind]
        for f in tables.facilities
        if f.facility_id in open_sites and f.kind in of_kind
    ]
    if not asked:
        return None
    mine = [b for b in tables.beds if b.unit_id in members and b.care_level == top]
    has = float(sum(b.physical_beds for b in mine))
    return {
        "beds": float(sum(row.beds for row in asked)),
        "ready_beds": float(sum(row.ready_beds for row in asked)),
        "has": has,
        "can_open": has + float(sum(b.surge_limit for b in mine)),
    }
