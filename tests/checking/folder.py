"""A plan folder and its province in memory, written as files with their digests."""

from __future__ import annotations

import copy
import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]


def rows(header: str, *lines: str) -> list[Row]:
    """Return rows of blank-separated cells; ``.`` is an empty cell."""
    names = header.split()
    out = []
    for line in lines:
        cells = line.split()
        assert len(cells) == len(names), line
        out.append({n: "" if c == "." else c for n, c in zip(names, cells, strict=True)})
    return out


@dataclass
class Folder:
    """Tables of a data folder and of a plan folder, before they are written."""

    data: dict[str, list[Row]]
    inputs: dict[str, list[Row]]
    tables: dict[str, list[Row]]
    scenario: dict[str, Any]
    plan: dict[str, Any]
    proof: dict[str, Any] = field(default_factory=dict)
    after: list[Callable[[Path], None]] = field(default_factory=list)

    def row(self, table: str, **match: object) -> Row:
        """Return the one row that matches."""
        pool = {**self.inputs, **self.tables, **self.data}[table]
        found = [r for r in pool if all(str(r[k]) == str(v) for k, v in match.items())]
        assert len(found) == 1, (table, match, found)
        return found[0]

    def add(self, table: str, **cells: object) -> None:
        """Add a row to a plan table, blank where nothing is said."""
        self.tables[table].append(dict(cells))

    def copy(self) -> Folder:
        return copy.deepcopy(self)

    def write(self, root: Path) -> Path:
        """Write everything under `root`, with true digests; return the plan folder."""
        home, plan = root / "data" / "worked", root / "plan"
        (plan / "inputs").mkdir(parents=True)
        home.mkdir(parents=True)
        shared = {
            "levels",
            "tiers",
            "kinds",
            "roles",
            "care_ratios",
            "patient_classes",
            "travel_rules",
            "oxygen_draw",
            "supervision",
        }
        sources = []
        for name, table in self.data.items():
            for row in table:
                for column in SURE.get(name, ()):
                    row.setdefault(column, "official")
                for column in CALLED.get(name, ()):
                    row.setdefault(column, next(iter(row.values())))
            path = (home.parent if name in shared else home) / f"{name}.csv"
            write_csv(path, table, name)
            relative = f"../{name}.csv" if name in shared else f"{name}.csv"
            sources.append({"path": relative, "sha256": digest(path)})
        for row in self.inputs["classes"]:
            row.setdefault("confidence", "official")
        for name, table in self.inputs.items():
            write_csv(plan / "inputs" / f"{name}.csv", table, name)
        (plan / "inputs" / "scenario.json").write_text(json.dumps(self.scenario), "utf-8")
        (plan / "inputs" / "sources.json").write_text(json.dumps(sources), "utf-8")
        for name, table in self.tables.items():
            for row in table if name != "baselines" else ():
                row.setdefault("confidence", "official")
            write_csv(plan / f"{name}.csv", table, name)
        if self.proof:
            np.savez_compressed(plan / "proof.npz", **self.proof)
        own = {p.name: digest(p) for p in sorted((plan / "inputs").iterdir())}
        (plan / "plan.json").write_text(json.dumps({**self.plan, "inputs_sha256": own}), "utf-8")
        for spoil in self.after:
            spoil(plan)
        return plan


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_csv(path: Path, table: list[Row], name: str) -> None:
    header = list(table[0]) if table else [*HEADERS[name].split(), *SURE.get(name, ("confidence",))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(table)


HEADERS = {
    "admissions": "day area unit class_id observed kind patients",
    "admissions_by_commune": "day commune unit class_id observed kind patients",
    "transfers": "day from_unit to_unit class_id pool direction patients minutes",
    "baselines": "baseline measure place care_level value",
    "in_house": "day unit class_id patients",
    "bed_lost": "day unit class_id patients",
    "patients": "day place class_id state patients",
    "corridor": "day unit patients",
    "excess": "day unit care_level patients",
    "surge_beds": "day unit care_level beds",
    "places_kept": "day unit care_level places expected if_free",
    "capacity": "day unit care_level usable_beds surge_beds treated need_at_or_above devices",
    "home": "day cluster home_patients home_capacity unmet",
    "oxygen": "day unit drawn_lpm flow_lpm stored_m3 hours_to_empty short_m3",
    "routine": "unit_id care_level routine_patients",
    "devices": "unit_id device care_level devices routine_in_use",
    "links": "from_unit to_unit kind",
    "travel": "from_id to_id minutes closed_from closed_to",
    "mobile_stations": "mobile_station_id cluster_id home_patients",
}
"""Columns of tables that may be without rows; each plan table has its confidence after these."""

CALLED = {
    "roles": ("name_vi", "name_en"),
    "kinds": ("name_vi",),
    "admin_units": ("name",),
    "facilities": ("short_name",),
}
"""Names: everything is called by its id."""

SURE = {
    "care_ratios": ("confidence",),
    "patient_classes": ("confidence",),
    "admin_units": ("population_confidence",),
    "units": ("confidence",),
    "beds": ("confidence", "surge_confidence"),
    "routine": ("confidence",),
    "devices": ("confidence",),
    "oxygen": ("confidence",),
    "oxygen_draw": (),
    "supervision": (),
    "staff": ("confidence",),
    "mobile_stations": ("confidence",),
    "links": (),
    "travel": (),
    "baselines": (),
}
"""Columns that say how sure the figures are; all official but where a test says otherwise."""
