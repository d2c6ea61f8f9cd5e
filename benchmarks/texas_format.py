"""Writes the Texas ICU wave of 2020 as a province in our own format; see `benchmarks.texas`."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

NOTE = {"source": "reported facts of the case", "confidence": "open_data"}
BLANK = {
    "patient_classes": ("ground_limit_minutes",),
    "facilities": ("valid_from", "valid_to"),
    "units": ("daily_places", "valid_from", "valid_to"),
    "travel": ("closed_from", "closed_to"),
}
"""Columns of which nothing is said here."""


@dataclass(frozen=True, slots=True)
class Wave:
    """The case as arrays; nodes N, days T."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    place: np.ndarray
    """(N, 2) latitude, longitude."""
    beds: np.ndarray
    """(N,) beds usable for these patients."""
    eve: np.ndarray
    """(N,) patients the day before day 1."""
    came: np.ndarray
    """(N, T) whole people."""
    left: np.ndarray
    """(N, T) of the patients of the eve who leave that day."""
    curve: np.ndarray
    """Share still in bed after 0, 1, 2, ... days."""
    km: np.ndarray
    """(N, N)."""
    first_day: datetime.date


def read_wave(folder: Path) -> Wave:
    """Read the case in place."""

    def table(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    nodes, daily = table("nodes"), table("daily")
    ids = tuple(row["id"] for row in nodes)
    days = max(int(row["day"]) for row in daily)
    came, left = np.zeros((len(ids), days)), np.zeros((len(ids), days))
    for row in daily:
        at = ids.index(row["id"]), int(row["day"]) - 1
        came[at], left[at] = float(row["admitted"]), float(row["discharged_initial"])
    km = {row["id"]: [float(row[other]) for other in ids] for row in table("distance")}
    return Wave(
        ids,
        tuple(row["name"] for row in nodes),
        np.array([[float(row["lat"]), float(row["lon"])] for row in nodes]),
        np.array([float(row["capacity"]) for row in nodes]),
        np.array([float(row["initial_patients"]) for row in nodes]),
        came,
        left,
        np.array([float(row["survival"]) for row in table("los_survival")]),
        np.array([km[one] for one in ids]),
        datetime.date.fromisoformat(min(row["date"] for row in daily)),
    )


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_province(folder: Path, wave: Wave) -> None:
    """Write the tables of a province: each node a commune, a facility and a unit with ICU beds."""
    folder.mkdir(parents=True)
    spot = {"coord_source": NOTE["source"], "coord_confidence": NOTE["confidence"]}
    flat = {
        "island": 0,
        "island_confidence": "assumed",
        "remote": 0,
        "remote_confidence": "assumed",
    }
    people = {"population": "", "population_source": "", "population_confidence": ""}
    counted = {"population": 1, "population_source": "not used", "population_confidence": "assumed"}
    middle = {"lat": round(wave.place[:, 0].mean(), 5), "lon": round(wave.place[:, 1].mean(), 5)}
    admin = [
        {"admin_unit_id": "TX", "kind": "province", "name": "Texas", "parent_id": ""}
        | people
        | middle
        | spot
        | flat
    ]
    facilities, units, beds = [], [], []
    for n, name in enumerate(wave.ids):
        here = {"lat": wave.place[n, 0], "lon": wave.place[n, 1]} | spot
        title = {"name": wave.names[n]}
        cluster = {"admin_unit_id": f"K{name}", "kind": "cluster", "parent_id": "TX"} | title
        commune = {"admin_unit_id": f"C{name}", "kind": "commune", "parent_id": f"K{name}"} | title
        admin += [cluster | people | here | flat, commune | counted | here | flat]
        facilities.append(
            {"facility_id": f"F{name}", "short_name": wave.names[n], "kind": "area_hospitals"}
            | title
            | {"ownership": "mixed", "admin_unit_id": f"C{name}", "cluster_id": f"K{name}"}
            | here
            | {"island": 0, "oxygen_source": "central", "oxygen_confidence": "assumed"}
            | {"existence_source": NOTE["source"], "existence_confidence": NOTE["confidence"]}
        )
        units.append(
            {"unit_id": f"U{name}", "facility_id": f"F{name}", "tier": "T", "intake": "open"}
        )
        units[-1] |= NOTE
        number = int(wave.beds[n])
        beds.append(
            {"unit_id": f"U{name}", "care_level": "ICU", "planned_beds": number}
            | {"physical_beds": number, "staffed_beds": "", "surge_limit": 0}
            | NOTE
            | {"surge_source": "none in the case", "surge_confidence": "assumed"}
        )
    pairs = [(a, b) for a in range(len(wave.ids)) for b in range(a)]
    travel = [
        {"from_id": f"F{wave.ids[a]}", "to_id": f"F{wave.ids[b]}"}
        | {"minutes": max(1, round(float(wave.km[a, b]))), "ferry_minutes": 0}
        | {"source": "distance at 60 km an hour", "confidence": "derived"}
        for a, b in pairs
    ]
    home = {"care_level": "HOME", "rank": 0, "place": "home", "name_vi": "Nhà", "name_en": "Home"}
    icu = {"care_level": "ICU", "rank": 1, "place": "bed", "name_vi": "Hồi sức", "name_en": "ICU"}
    tables: dict[str, list[dict[str, Any]]] = {
        "levels": [home, icu],
        "tiers": [{"tier": "T", "rank": 1, "name_vi": "Tầng", "name_en": "Tier"}],
        "kinds": [
            {"kind": "area_hospitals", "name_vi": "Bệnh viện vùng", "name_en": "Hospitals"}
            | {"commune_level": 1, "grouped": 0}
        ],
        "roles": [
            {"role": "NUR", "name_vi": "Điều dưỡng", "name_en": "Nurse", "stands_in_for": ""}
        ],
        "care_ratios": [
            {"care_level": "HOME", "role": "NUR", "care_phase": "conventional"}
            | {"patients_per_staff": 1, "source": "staff do not limit", "confidence": "assumed"}
        ],
        "patient_classes": [
            {"class_id": "ICU", "disease": "covid", "population_group": "all", "severity": "icu"}
            | {"phase": "acute", "care_level": "ICU", "unmet_weight": 1, "move_risk": 0}
            | {"travel_limit_minutes": 14400, "needs_vehicle": 0, "top_tier_direct": 0}
            | NOTE
        ],
        "admin_units": admin,
        "facilities": facilities,
        "units": units,
        "beds": beds,
        "travel": travel,
        "staff": [
            {"unit_id": f"U{name}", "role": "NUR", "heads": 1, "on_duty": 1} | NOTE
            for name in wave.ids
        ],
        "vehicles": [
            {"base_unit": f"U{name}", "vehicle_class": "any", "vehicles": 1000}
            | {"minutes_per_day": 1440, "source": "roads do not limit", "confidence": "assumed"}
            for name in wave.ids
        ],
    }
    for name, rows in tables.items():
        blank = dict.fromkeys(BLANK.get(name, ()), "")
        _write(folder / f"{name}.csv", [row | blank for row in rows])
    ages = [{"days_since_admission": k, "share": share} for k, share in enumerate(wave.curve)]
    _write(folder / "survival.csv", ages)


def write_scenario(
    folder: Path,
    name: str,
    wave: Wave,
    *,
    days: int,
    start: int = 1,
    arrivals: Sequence[Mapping[str, Any]] = (),
    requests: Sequence[Mapping[str, Any]] = (),
    leaving: Sequence[Mapping[str, Any]] = (),
    rules: Mapping[str, Any] | None = None,
) -> Path:
    """Write a scenario under the peer's rules, with its rows as files beside it."""
    explicit = {}
    for key, rows in (("arrivals", arrivals), ("open_requests", requests), ("leaving", leaving)):
        if rows:
            _write(folder / f"{name}-{key}.csv", rows)
            explicit[key] = f"{name}-{key}.csv"
    count = len(wave.ids)
    told = {
        "title": {"vi": "Texas 2020", "en": "Texas 2020"},
        "province": "texas",
        "start_date": wave.first_day + datetime.timedelta(days=start - 1),
        "horizon_days": min(days, 56),
        "beyond_days": max(0, days - 56),
        "areas": "communes",
        "route": "explicit",
        "disease": "covid",
        "explicit": explicit,
        "stays": {"icu": {"survival": "survival.csv"}},
        "travel": {"nearest": count, "transfer_nearest": count},
        "weights": {"corridor": 1, "move_elsewhere": 0.01, "move_down": 0.01, "lateness": 0}
        | {"move_event": 0},
        "rules": {"wait": "none", "corridor": "open", "movers": "new"}
        | {"sender_counts_move_day": True, **(rules or {})},
    }
    if (rules or {}).get("leaving_moves_once"):
        told["options"] = {"lateral": True}
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def arrivals_of(wave: Wave, days: int) -> list[dict[str, Any]]:
    """Return everybody who comes, as rows."""
    return [
        {"area": f"C{wave.ids[n]}", "day": t + 1, "severity": "icu", "count": int(wave.came[n, t])}
        for n in range(len(wave.ids))
        for t in range(days)
        if wave.came[n, t] > 0
    ]


def leaving_of(wave: Wave, days: int) -> list[dict[str, Any]]:
    """Return the patients of the eve who are there after day 1's discharges, by the day they go."""
    rows = []
    for n, name in enumerate(wave.ids):
        rest = wave.eve[n] - wave.left[n, 0]
        for t in range(1, days):
            gone = min(rest, float(wave.left[n, t]))
            rest -= gone
            rows.append((name, t + 1, gone))
        rows.append((name, days + 1, rest))
    return [
        {"unit": f"U{name}", "severity": "icu", "phase": "acute", "leaves_on_day": day}
        | {"count": count}
        for name, day, count in rows
        if count > 0
    ]
