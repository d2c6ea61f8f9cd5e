"""The source tables of a province, as written; nothing is derived here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.checking.lever_rows import FIGURES
from optimizer.checking.reader import FILES, Table, read_table
from optimizer.checking.violation import Bench

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "levels": ("care_level", "rank", "place"),
    "tiers": ("tier", "rank"),
    "kinds": ("kind", "name_vi", "commune_level", "grouped"),
    "roles": ("role", "name_vi", "name_en", "stands_in_for"),
    "care_ratios": (
        "care_level",
        "role",
        "care_phase",
        "patients_per_staff",
        "confidence",
    ),
    "patient_classes": (
        "class_id",
        "disease",
        "severity",
        "phase",
        "care_level",
        "unmet_weight",
        "move_risk",
        "travel_limit_minutes",
        "ground_limit_minutes",
        "needs_vehicle",
        "top_tier_direct",
        "vehicle_class",
        "urgent",
        "confidence",
    ),
    "admin_units": (
        "admin_unit_id",
        "kind",
        "name",
        "parent_id",
        "population",
        "population_confidence",
        "lat",
        "lon",
        "island",
    ),
    "facilities": (
        "facility_id",
        "short_name",
        "kind",
        "admin_unit_id",
        "cluster_id",
        "lat",
        "lon",
        "island",
        "valid_from",
        "valid_to",
    ),
    "units": (
        "unit_id",
        "facility_id",
        "tier",
        "intake",
        "daily_places",
        "valid_from",
        "valid_to",
        "confidence",
    ),
    "beds": (
        "unit_id",
        "care_level",
        "physical_beds",
        "planned_beds",
        "staffed_beds",
        "surge_limit",
        "confidence",
        "surge_confidence",
    ),
    "routine": ("unit_id", "care_level", "routine_patients", "confidence"),
    "devices": (
        "unit_id",
        "device",
        "care_level",
        "devices",
        "routine_in_use",
        "surge_devices",
        "confidence",
    ),
    "oxygen": (
        "unit_id",
        "flow_lpm",
        "tank_m3",
        "stored_m3",
        "daily_supply_m3",
        "routine_lpm",
        "confidence",
    ),
    "oxygen_draw": ("care_level", "lpm_per_patient"),
    "supervision": ("care_level", "role", "care_phase", "patients_per_supervisor"),
    "staff": ("unit_id", "role", "on_duty", "confidence"),
    "links": ("from_unit", "to_unit", "kind"),
    "travel": ("from_id", "to_id", "minutes", "closed_from", "closed_to"),
    "travel_rules": ("leg", "detour", "speed_kmh"),
    "vehicles": ("base_unit", "vehicle_class", "shift", "vehicles", "minutes_per_day"),
    "mobile_stations": ("mobile_station_id", "cluster_id", "home_patients", "confidence"),
    "vehicle_classes": ("vehicle_class", "rank", "patients_per_trip", "oxygen"),
    "vehicle_shifts": ("shift", "from_hour", "to_hour", "urgent_share"),
    "levers": (
        *("lever_id", "title_vi", "title_en", *FIGURES, "named_only", "drawn_from"),
        *("legal_basis", "approver_vi", "approver_en", "confidence"),
    ),
    "lever_yields": ("lever_id", "resource", "place", "item", "amount", "confidence"),
}
"""Columns the judge reads of each table; the others are for people."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "levels": ("care_level",),
    "tiers": ("tier",),
    "kinds": ("kind",),
    "roles": ("role",),
    "care_ratios": ("care_level", "role", "care_phase"),
    "patient_classes": ("class_id",),
    "admin_units": ("admin_unit_id",),
    "facilities": ("facility_id",),
    "units": ("unit_id",),
    "beds": ("unit_id", "care_level"),
    "routine": ("unit_id", "care_level"),
    "devices": ("unit_id", "device"),
    "oxygen": ("unit_id",),
    "oxygen_draw": ("care_level",),
    "supervision": ("care_level", "role", "care_phase"),
    "staff": ("unit_id", "role"),
    "links": ("from_unit", "to_unit"),
    "travel_rules": ("leg",),
    "vehicles": ("base_unit", "vehicle_class", "shift"),
    "mobile_stations": ("mobile_station_id",),
    "vehicle_classes": ("vehicle_class",),
    "vehicle_shifts": ("shift",),
    "levers": ("lever_id",),
    "lever_yields": ("lever_id", "resource", "place", "item"),
}

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "devices": ("surge_devices",),
    "oxygen": ("flow_lpm", "daily_supply_m3"),
    "patient_classes": ("vehicle_class", "urgent"),
    "vehicles": ("shift",),
}
"""Columns that a table may leave out: all their cells are blank then."""

MAY_BE_ABSENT = frozenset(
    {
        "routine",
        "devices",
        "oxygen",
        "oxygen_draw",
        "supervision",
        "staff",
        "links",
        "travel",
        "travel_rules",
        "vehicles",
        "mobile_stations",
        "vehicle_classes",
        "vehicle_shifts",
        "levers",
        "lever_yields",
    }
)
"""Without these nothing is said of their subject; without any other nothing can be judged."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Tables by name, and where each was found: ``x.csv`` or ``../x.csv`` from the data folder."""

    tables: Mapping[str, Table]
    found: Mapping[str, str]

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]


def read_sources(data_dir: Path, bench: Bench) -> Sources:
    """Read each table from `data_dir`, or from its parent if it is not there."""
    tables: dict[str, Table] = {}
    found: dict[str, str] = {}
    for name, columns in COLUMNS.items():
        file = f"{name}.csv"
        for path, relative in ((data_dir / file, file), (data_dir.parent / file, f"../{file}")):
            if path.is_file():
                found[name] = relative
                tables[name] = read_table(path, file, columns, bench, OPTIONAL.get(name, ()))
                break
        else:
            tables[name] = Table(file, bench, {c: [] for c in columns}, 2)
            if name not in MAY_BE_ABSENT:
                bench.add(FILES, file, "The table is neither in the data folder nor in its parent.")
    for name, key in KEYS.items():
        once(tables[name], key)
    return Sources(tables, found)


def once(table: Table, key: tuple[str, ...]) -> None:
    """Note every row whose key has been seen before."""
    seen: dict[tuple[str, ...], int] = {}
    for i, names in enumerate(zip(*(table.ids(c) for c in key), strict=True)):
        before = seen.setdefault(tuple(n.casefold() for n in names), i)
        if before != i:
            shown = ", ".join(names)
            table.fault(
                i,
                key[0],
                "{key} stands twice: also in row {other}.",
                key=shown,
                other=table.rows[before],
            )
