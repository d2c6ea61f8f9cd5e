"""No column without effect: every column of every table changes a plan, or says why it need not.

Like the keys of a scenario in `test_every_parameter`.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from optimizer.domain.tables import ROWS
from tests.run.trials import (
    CLEAR,
    DESCRIBES,
    DRIVES,
    GRAVE,
    LEVERS,
    MANY,
    PASSING,
    SECRET,
    Bench,
    Data,
    cells,
)

# tables: column -> row (None: every row), value, what else is changed
COLUMNS: dict[str, tuple[str, Any, Data]] = {
    "levels.rank": ("OXY", 9, {}),
    "levels.place": ("HOME", "bed", {}),
    "tiers.rank": ("1", 3, {}),
    "kinds.commune_level": ("commune_health_station", False, {}),
    "kinds.grouped": ("commune_health_station", False, {"together": 1}),
    "roles.stands_in_for": ("NUR_ICU", None, {}),
    "care_ratios.role": (
        "ICU|NUR_ICU|conventional",
        "DOC_ICU",
        {**GRAVE, "shocks.staff_factor": 0.5},
    ),
    "care_ratios.care_phase": ("", "crisis", {}),
    "care_ratios.patients_per_staff": ("", 1.0, {}),
    "supervision.role": ("", "NUR", {"few": 1}),
    "supervision.care_phase": ("", "crisis", {"few": 1}),
    "supervision.patients_per_supervisor": ("", 0.1, {}),
    "supplies.per": ("gloves|worker_shift", "patient_day", {}),
    "supplies.care_level": ("ventilator|bed", "WARD", {}),
    "supplies.amount": ("", 9.0, {}),
    "icu_quota.beds": ("", 7, {}),
    "icu_quota.ready_beds": ("", 7, {}),
    "oxygen_draw.lpm_per_patient": ("", 500.0, {}),
    "patient_classes.disease": ("severe-acute", "x", {}),
    "patient_classes.care_level": ("severe-acute", "ICU", {}),
    "patient_classes.unmet_weight": ("", 7.0, {}),
    "patient_classes.move_risk": ("", 0.9, {}),
    "patient_classes.travel_limit_minutes": ("", 1.0, {}),
    "patient_classes.ground_limit_minutes": ("", 20.0, {}),
    "patient_classes.needs_vehicle": ("", True, {"shocks.vehicle_factor": 0.1}),
    "patient_classes.top_tier_direct": ("", False, {}),
    "travel_rules.detour": ("", 5.0, {}),
    "travel_rules.speed_kmh": ("", 5.0, {}),
    "admin_units.parent_id": ("X3", "C1", {}),
    "admin_units.population": ("X3", 5000, {}),
    "admin_units.lat": ("X3", 9.9, {}),
    "admin_units.lon": ("X3", 105.5, {}),
    "admin_units.island": ("X3", True, {}),
    "facilities.kind": ("H2", "commune_health_station", {}),
    "facilities.admin_unit_id": ("H3", "X1", {}),
    "facilities.cluster_id": ("H2", "C1", {}),
    "facilities.lat": ("H2", 9.9, {}),
    "facilities.lon": ("H2", 105.5, {}),
    "facilities.island": ("H2", True, {}),
    "facilities.valid_from": ("H2", datetime.date(2030, 1, 1), {}),
    "facilities.valid_to": ("H2", datetime.date(2020, 1, 1), {}),
    "units.facility_id": ("U2", "H1", {}),
    "units.tier": ("U3", "3", {}),
    "units.intake": ("U2", "closed", {}),
    "units.daily_places": ("UE", 0, {}),
    "units.valid_from": ("U2", datetime.date(2030, 1, 1), {}),
    "units.valid_to": ("U2", datetime.date(2020, 1, 1), {}),
    "beds.planned_beds": ("", 400, {}),
    "beds.physical_beds": ("U2|WARD", 35, {"shocks.staff_factor": 9}),
    "beds.staffed_beds": ("U2|WARD", 40, {"shocks.staff_factor": 9}),
    "beds.surge_limit": ("", 0, {"shocks.staff_factor": 9}),
    "routine.care_level": ("U1|OXY", "ICU", {}),
    "routine.routine_patients": ("", 5, {}),
    "devices.care_level": ("U1|ventilator", "OXY", GRAVE),
    "devices.devices": ("U1|ventilator", 3, GRAVE),
    "devices.routine_in_use": ("U1|ventilator", 12, GRAVE),
    "devices.surge_devices": ("U1|ventilator", 0, {**CLEAR, **GRAVE, "surge.delay_days": 0}),
    "oxygen.flow_lpm": ("U1", 155.0, {}),
    "oxygen.tank_m3": ("", 0.0, {**MANY, "oxygen": 0}),
    "oxygen.stored_m3": ("", 0.0, {**MANY, "oxygen": 0}),
    "oxygen.daily_supply_m3": ("", 150.0, {**MANY, "dry": 1}),
    "oxygen.routine_lpm": ("U1", 1190.0, {}),
    "staff.role": ("U1|NUR", "DOC", {}),
    "staff.on_duty": ("", 1.0, {}),
    "links.kind": ("", "never", {}),
    "travel.minutes": ("H1|E1", 20.0, {}),
    "vehicles.vehicles": ("", 0, {}),
    "vehicles.minutes_per_day": ("", 1.0, {}),
    "mobile_stations.cluster_id": ("M2", "C1", {}),
    "mobile_stations.home_patients": ("", 1, {}),
    "patient_classes.vehicle_class": ("severe-acute", "AMB_ICU", DRIVES),
    "patient_classes.urgent": ("severe-acute", False, DRIVES),
    "vehicle_classes.rank": ("AMB_BASIC", 5, DRIVES),
    "vehicle_classes.patients_per_trip": ("AMB_BASIC", 2.0, DRIVES),
    "vehicle_classes.oxygen": ("COACH", True, DRIVES),
    "vehicle_shifts.from_hour": ("night", 22.0, DRIVES),
    "vehicle_shifts.to_hour": ("day", 8.0, DRIVES),
    "vehicle_shifts.urgent_share": ("night", 0.9, DRIVES),
    "vehicles.shift": ("U1|AMB_BASIC|None", "day", DRIVES),
    "levers.max_units": ("field", 1, LEVERS),
    "levers.delay_days": ("field", 3, LEVERS),
    "levers.ramp_days": ("field", 0, LEVERS),
    "levers.min_days": ("field", 1, {**PASSING, "levers.change.field.min_days": None}),
    "levers.may_close": ("field", False, PASSING),
    "levers.open_vnd": ("field", 9e9, LEVERS),
    "levers.day_vnd": ("field", 9e9, LEVERS),
    "levers.harm_per_day": ("field", 99.0, LEVERS),
    "levers.named_only": ("secret", False, SECRET),
    "levers.drawn_from": ("station-C1", None, LEVERS),
    "lever_yields.amount": ("field|bed|UF|OXY", 5.0, LEVERS),
}
"""None for both: a test of its own, or the row's other cells would no longer fit."""
ELSEWHERE = {
    "patient_classes.population_group": "test_disease_and_groups_pick_the_classes",
    "patient_classes.severity": "with the phase it says which class it is; explicit.*.severity",
    "patient_classes.phase": "with the severity it says which class it is",
    "admin_units.kind": "what a row is: every table that names it fails without it",
    "travel.closed_from": "test_a_key_of_the_scenario_changes_the_plan[start_date]",
    "travel.closed_to": "likewise",
}


def columns() -> Iterator[str]:
    """Yield table.column of everything that is not the key of its row, a source or a confidence."""
    for model in ROWS:
        for column in model.model_fields:
            if column not in model.KEY and not column.endswith(("source", "confidence")):
                yield f"{model.TABLE}.{column}"


def test_every_column_is_tried_or_said_to_decide_nothing() -> None:
    there = set(columns())
    silent = {c for c in there if c.split(".")[1] in DESCRIBES or c in DESCRIBES}
    assert there - silent - set(COLUMNS) - set(ELSEWHERE) == set()
    names = {f"{model.TABLE}.{column}" for model in ROWS for column in model.model_fields}
    assert set(COLUMNS) | set(ELSEWHERE) <= names
    assert set(COLUMNS) & silent == set()
    assert {c for c, (_, value, _) in COLUMNS.items() if value is None} <= {
        *ELSEWHERE,
        "levers.drawn_from",
        "roles.stands_in_for",
    }


@pytest.mark.parametrize("name", [c for c in COLUMNS if c not in ELSEWHERE])
def test_a_column_of_a_table_changes_the_plan(bench: Bench, lever_bench: Bench, name: str) -> None:
    row, value, context = COLUMNS[name]
    table, column = name.split(".")
    bench = lever_bench if table in ("levers", "lever_yields") else bench
    context, tables = copy.deepcopy(context), bench.tables
    if context.pop("few", None) is not None:
        tables = cells(tables, "supervision", "patients_per_supervisor", 0.1)
    if context.pop("together", None) is not None:  # two sites of one kind, tier and cluster
        tables = cells(tables, "facilities", "kind", "commune_health_station", "H2")
        tables = cells(tables, "facilities", "cluster_id", "C1", "H2")
        tables = cells(tables, "units", "tier", "1", "U2")
    if context.pop("oxygen", None) is not None:
        tables = cells(tables, "oxygen", "daily_supply_m3", 150.0)
    if context.pop("dry", None) is not None:
        tables = cells(tables, "oxygen", "stored_m3", 0.0)
    changed = cells(tables, table, column, value, row)
    assert changed != tables
    assert bench.told(context, tables) != bench.told(context, changed)
