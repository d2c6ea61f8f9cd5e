"""Devices, oxygen and supervision that a planning unit has for the wave.

Routine patients keep theirs first, as they keep their beds. Source: docs/data-format.md section 4.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray
from optimizer.domain.levers_in_use import yields_in_use
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import PlanningUnit, Sites
from optimizer.domain.tables import Tables
from optimizer.domain.terms import M3_A_DAY, Terms


def unit_devices(tables: Tables, levels: tuple[str, ...]) -> dict[str, FloatArray]:
    """For each unit (3, K) devices for the wave: now, once surge beds may open; rows there are.

    Of several devices of a level the scarcest counts. Beds of a level without any row: inf.
    """
    at = {level: k for k, level in enumerate(levels)}
    out = {unit.unit_id: np.zeros((3, len(levels))) for unit in tables.units}
    for row in tables.beds:
        if row.care_level in at and row.physical_beds + row.surge_limit > 0:
            out[row.unit_id][:2, at[row.care_level]] = np.inf
    for device in tables.devices:
        if device.care_level in at:
            here = out[device.unit_id][:, at[device.care_level]]
            now = float(max(0, device.devices - device.routine_in_use))
            pair = np.array([now, now + (device.surge_devices or 0)])
            here[:2] = np.minimum(here[:2], pair) if here[2] else pair
            here[2] += 1
    return out


def _counted_by_levers(
    tables: Tables, scenario: Scenario, unit: PlanningUnit, levels: tuple[str, ...]
) -> tuple[BoolArray, float, float]:
    """Return what is counted at a unit that levers open: (K,) levels with devices, flow, supply.

    A term for which a lever in use has a yield there starts from 0; the others limit nothing.
    """
    here = [row for row in yields_in_use(tables, scenario) if row.place in unit.members]
    named = [any(r.resource == "device" and r.item == level for r in here) for level in levels]
    flow, supply = (
        0.0 if any(row.resource == name for row in here) else np.inf
        for name in ("oxygen_flow", "oxygen_supply")
    )
    return np.array(named, dtype=bool), flow, supply


def equipment(
    tables: Tables, scenario: Scenario, sites: Sites, levels: tuple[str, ...], open_from: FloatArray
) -> Terms:
    """Return the terms of the planning units; `open_from` (T,) 1 from the day surge beds may open.

    What members of a group have is added up; one member without a row makes the group unlimited.
    """
    days, units = len(open_from), len(sites.inside)
    free = unit_devices(tables, levels)
    devices = np.zeros((units, len(levels), days))
    flow, supply = np.zeros((units, days)), np.zeros((units, days))
    stored, tank, kept = np.zeros(units), np.zeros(units), np.zeros(units)
    named = np.zeros((units, len(levels)), dtype=bool)
    rows = {row.unit_id: row for row in tables.oxygen}
    for f, unit in enumerate(sites.inside):
        if unit.by_lever:
            named[f], flow[f], supply[f] = _counted_by_levers(tables, scenario, unit, levels)
            continue
        for member in unit.members:
            now, later, number = free[member]
            named[f] |= number > 0
            devices[f] += np.where(open_from[None, :] > 0, later[:, None], now[:, None])
            row = rows.get(member)
            at_once = None if row is None else row.flow_lpm
            each_day = None if row is None else row.daily_supply_m3
            routine = 0.0 if row is None else row.routine_lpm
            flow[f] += np.inf if at_once is None else max(0.0, at_once - routine)
            supply[f] += np.inf if each_day is None else max(0.0, each_day - M3_A_DAY * routine)
            stored[f] += 0.0 if row is None else row.stored_m3
            tank[f] += 0.0 if row is None else row.tank_m3
            kept[f] += routine
    devices[~named] = np.inf
    roles = {row.role: r for r, row in enumerate(tables.roles)}
    at = {level: k for k, level in enumerate(levels)}
    draw = np.zeros(len(levels))
    for asked in tables.oxygen_draw:
        if asked.care_level in at:
            draw[at[asked.care_level]] = asked.lpm_per_patient
    oversees = np.zeros((len(roles), len(levels)))
    for ratio in tables.supervision:
        if ratio.care_phase == scenario.staff.care_phase and ratio.care_level in at:
            share = 1.0 / ratio.patients_per_supervisor
            oversees[roles[ratio.role], at[ratio.care_level]] = share
    return Terms(devices, draw, flow, supply, stored, tank, oversees, kept)
