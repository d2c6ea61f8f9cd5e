"""Writes a plan folder (docs/data-format.md section 6): inputs/, plan.json, digests.

Its tables are written by `plan_tables`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.assemble import Assembled
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.exchange import lever_table
from optimizer.exchange.plan_tables import by_day, cells, write_table
from optimizer.exchange.scenarios import scenario_to_json

SCHEMA_VERSION = 1
START_FILE = "start.npz"
LARGEST_JSON = 1_000_000


def write_inputs(folder: Path, tables: Tables, scenario: Scenario, made: Assembled) -> None:
    """Write what the checker cannot recompute from the source tables."""
    folder.mkdir(parents=True, exist_ok=True)
    inst, hazards = made.instance, made.instance.hazards
    ids, days = inst.classes.ids, list(range(1, inst.days + 1))
    _json(folder / "scenario.json", scenario_to_json(scenario))
    _json(folder / "sources.json", [{"path": f.path, "sha256": f.sha256} for f in tables.files])
    header = tuple(type(made.classes[0]).model_fields) if made.classes else ("class_id",)
    write_table(
        folder / "classes.csv",
        header,
        ([_cell(getattr(row, name)) for name in header] for row in made.classes),
    )
    write_table(
        folder / "arrivals.csv",
        ("day", "commune", "class_id", "patients"),
        by_day(cells(made.demand.arrivals, made.communes, ids, days), 2),
    )
    nights = [
        [pool, row[0], row[1], kind, row[2]]
        for pool, kind, matrix in (
            ("treated", "keep", hazards.keep),
            ("treated", "worse", hazards.worse),
            ("boarding", "keep", hazards.boarding),
            ("waiting", "keep", hazards.waiting),
        )
        for row in cells(matrix, ids, ids)
    ]
    write_table(
        folder / "hazards.csv", ("pool", "from_class", "to_class", "kind", "probability"), nights
    )
    deaths = [
        [pool, *row]
        for pool, vector in (
            ("treated", hazards.death_treated),
            ("boarding", hazards.death_boarding),
            ("waiting", hazards.death_waiting),
        )
        for row in cells(vector, ids)
    ]
    write_table(folder / "deaths.csv", ("pool", "class_id", "probability"), deaths)
    census = [
        [*row[:2], state, row[2]]
        for state, array, places in (
            ("treated", made.census.treated, inst.units),
            ("boarding", made.census.boarding, inst.units),
            ("waiting", made.census.requests, made.communes),
        )
        for row in cells(array, places, ids)
    ]
    write_table(folder / "opening_census.csv", ("place", "class_id", "state", "patients"), census)
    write_table(
        folder / "areas.csv",
        ("area", "commune"),
        ((area, c) for area, inside in inst.area_communes.items() for c in inside),
    )
    if inst.levers is not None:
        figures, yields = lever_table.figures_that_count(tables, scenario, inst)
        write_table(folder / "levers.csv", lever_table.FIGURES, figures)
        write_table(folder / "lever_yields.csv", lever_table.YIELDS, yields)
    write_table(
        folder / "units.csv",
        ("planning_unit", "unit_id"),
        ((unit, m) for unit, members in inst.unit_members.items() for m in members),
    )


def _cell(value: object) -> object:
    if value is None:
        return ""
    return int(value) if isinstance(value, bool) else value


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def inputs_digest(folder: Path) -> str:
    """SHA-256 over lines ``<sha256>  <name>`` of the files of inputs/, in order of name."""
    lines = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def write_start(folder: Path, plan: Plan) -> None:
    """Write where the harm group ended, for `referral whatif`: start.npz (a few 10 kB)."""
    if plan.start:
        arrays: dict[str, Any] = {"surge_beds": plan.surge_beds.astype(np.int32), **plan.start}
        if plan.lever_started.size:
            arrays["lever_started"] = plan.lever_started.astype(np.int32)
            arrays["lever_closed"] = plan.lever_closed.astype(np.int32)
        np.savez_compressed(folder / START_FILE, **arrays)


def write_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write plan.json with the digests of the tables beside it and of itself.

    Shortfalls are shortened where it would grow past a megabyte.
    """
    told = dict(summary)
    told.pop("summary_sha256", None)  # of a summary that was read again
    told["files_sha256"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted([*folder.glob("*.csv"), *folder.glob("*.npz"), *folder.glob("report.*")])
    }
    if len(json.dumps(told, ensure_ascii=False, indent=1).encode()) > LARGEST_JSON:
        told["shortfalls"] = told["shortfalls"][:100]
    plain = json.loads(json.dumps(told, ensure_ascii=False))
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    told["summary_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    _json(folder / "plan.json", told)


def replace_folder(new: Path, target: Path) -> None:
    """Put a finished folder in the place of an older plan; an unfinished one is never seen."""
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if target.exists():
        target.replace(old)
    new.replace(target)
    if old.exists():
        shutil.rmtree(old)
