"""Writes a plan folder (docs/data-format.md section 6).

Plan.json, tables as CSV, and inputs/ for the checker.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from optimizer.domain.assemble import Assembled
from optimizer.domain.binding import binding_terms
from optimizer.domain.facility import (
    CONFIDENCES,
    Beds,
    Confidence,
    Device,
    OxygenSupply,
    RoutineLoad,
    StaffPool,
    Tables,
    weakest,
)
from optimizer.domain.instance import ADMISSION_KINDS, DIRECTIONS, FloatArray, Instance
from optimizer.domain.plan import Plan, places_kept
from optimizer.domain.scenario import Scenario
from optimizer.exchange import oxygen_table
from optimizer.exchange.scenarios import scenario_to_json
from optimizer.i18n import translator

SCHEMA_VERSION = 1
LARGEST_JSON = 1_000_000
Row = Sequence[object]


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _cells(array: FloatArray, *axes: Sequence[object]) -> list[list[object]]:
    """One row for each |value| > 1e-9: the names on the axes, then the value with 17 digits."""
    at = np.nonzero(np.abs(array) > 1e-9)
    names = [[axis[i] for i in index.tolist()] for axis, index in zip(axes, at, strict=True)]
    values = [repr(value) for value in array[at].tolist()]
    return [list(row) for row in zip(*names, values, strict=True)]


def _by_day(rows: list[list[object]], position: int) -> list[list[object]]:
    """Put the day first and sort by it."""
    moved = [[row[position], *row[:position], *row[position + 1 :]] for row in rows]
    return sorted(moved, key=lambda row: int(str(row[0])))


def _admissions(inst: Instance, plan: Plan) -> list[Row]:
    arcs = inst.admissions
    places = [*inst.units, *inst.outside]
    rows: list[Row] = []
    for observed, values in ((1, plan.admitted_observed[:, None]), (0, plan.admitted)):
        for a, t in zip(*np.nonzero(np.abs(values) > 1e-9), strict=True):
            rows.append(
                (
                    int(t) + 1,
                    inst.areas[arcs.area[a]],
                    places[arcs.to[a]],
                    inst.classes.ids[arcs.patient_class[a]],
                    observed,
                    ADMISSION_KINDS[arcs.kind[a]],
                    repr(float(values[a, t])),
                )
            )
    return sorted(rows, key=lambda row: (row[0], -int(str(row[4]))))


def _transfers(inst: Instance, plan: Plan) -> list[Row]:
    moves = inst.transfers
    places = [*inst.units, *inst.outside]
    rows: list[Row] = []
    for x, t in zip(*np.nonzero(np.abs(plan.moved) > 1e-9), strict=True):
        rows.append(
            (
                int(t) + 1,
                inst.units[moves.origin[x]],
                places[moves.to[x]],
                inst.classes.ids[moves.patient_class[x]],
                "boarding" if moves.from_boarding[x] else "treated",
                DIRECTIONS[moves.direction[x]],
                repr(float(plan.moved[x, t])),
                f"{moves.minutes[x]:.1f}",
            )
        )
    return sorted(rows, key=lambda row: int(str(row[0])))


def unit_confidence(tables: Tables, inst: Instance) -> dict[str, Confidence]:
    """Weakest confidence of what a planning unit's capacity was made from."""
    out: dict[str, Confidence] = {}
    found: dict[str, list[Confidence]] = {}
    figures: list[Beds | RoutineLoad | StaffPool | Device | OxygenSupply]
    figures = [*tables.beds, *tables.routine, *tables.staff, *tables.devices, *tables.oxygen]
    for row in figures:
        found.setdefault(row.unit_id, []).append(row.confidence)
    for unit, members in inst.unit_members.items():
        marks = [mark for member in members for mark in found.get(member, ["assumed"])]
        out[unit] = weakest("official", *marks) if marks else "assumed"
    return out


def confidence_share(tables: Tables, inst: Instance) -> dict[str, float]:
    """Share of the plan's usable beds by the confidence of their figures."""
    marks = unit_confidence(tables, inst)
    beds = inst.beds[:, :, 0].sum(axis=1)
    total = max(1e-12, float(beds.sum()))
    return {
        mark: float(sum(b for b, u in zip(beds, inst.units, strict=True) if marks[u] == mark))
        / total
        for mark in CONFIDENCES
    }


def _capacity(tables: Tables, inst: Instance, plan: Plan) -> list[Row]:
    marks = unit_confidence(tables, inst)
    of_level = (inst.classes.level[None, :] == np.arange(len(inst.levels))[:, None]).astype(float)
    above = inst.needs_level.astype(float)
    treated = np.einsum("ks,fst->fkt", of_level, plan.treated)
    need = np.einsum("ks,fst->fkt", above, plan.treated)
    binding, counted = binding_terms(inst, plan), inst.terms.device_levels
    rows: list[Row] = []
    for t in range(inst.days):
        for f, unit in enumerate(inst.units):
            for k, level in enumerate(inst.levels):
                if inst.listed[f, k] or treated[f, k, t] > 1e-9 or need[f, k, t] > 1e-9:
                    rows.append(
                        (
                            t + 1,
                            unit,
                            level,
                            f"{inst.beds[f, k, t]:g}",
                            f"{plan.surge_beds[f, k, t]:g}",
                            repr(float(treated[f, k, t])),
                            repr(float(need[f, k, t])),
                            f"{inst.terms.devices[f, k, t]:g}" if counted[f, k] else "",
                            marks[unit],
                            ";".join(binding.get((f, k, t), ())),
                        )
                    )
    return rows


def write_tables(folder: Path, tables: Tables, made: Assembled, plan: Plan) -> None:
    """Write every table of a plan into `folder`."""
    inst = made.instance
    days = list(range(1, inst.days + 1))
    ids, units = inst.classes.ids, inst.units
    _write(
        folder / "admissions.csv",
        ("day", "area", "unit", "class_id", "observed", "kind", "patients"),
        _admissions(inst, plan),
    )
    _write(
        folder / "transfers.csv",
        (
            "day",
            "from_unit",
            "to_unit",
            "class_id",
            "pool",
            "direction",
            "patients",
            "minutes",
        ),
        _transfers(inst, plan),
    )
    _write(
        folder / "in_house.csv",
        ("day", "unit", "class_id", "patients"),
        _by_day(_cells(plan.in_house, units, ids, days), 2),
    )
    present = [
        [*row[:2], state, *row[2:]]
        for state, array, places in (
            ("treated", plan.treated, units),
            ("boarding", plan.boarding, units),
            ("waiting", plan.waiting, inst.areas),
        )
        for row in _cells(array, places, ids, days)
    ]
    _write(
        folder / "patients.csv",
        ("day", "place", "class_id", "state", "patients"),
        _by_day(present, 3),
    )
    _write(
        folder / "corridor.csv",
        ("day", "unit", "patients"),
        _by_day(_cells(plan.corridor, units, days), 1),
    )
    for name, array in (("excess", plan.excess), ("surge_beds", plan.surge_beds)):
        _write(
            folder / f"{name}.csv",
            ("day", "unit", "care_level", "patients" if name == "excess" else "beds"),
            _by_day(_cells(array, units, inst.levels, days), 2),
        )
    _write(folder / "oxygen.csv", oxygen_table.HEADER, oxygen_table.oxygen_rows(inst, plan))
    kept = places_kept(inst, plan)
    rows = [
        (
            t + 2,
            unit,
            level,
            int(kept.places[f, k, t]),
            repr(float(kept.expected[f, k, t])),
            int(kept.if_free[f, k, t]),
        )
        for t in range(kept.places.shape[2])
        for f, unit in enumerate(units)
        for k, level in enumerate(inst.levels)
        if kept.places[f, k, t] > 0 or kept.expected[f, k, t] > 1e-9
    ]
    _write(
        folder / "places_kept.csv",
        ("day", "unit", "care_level", "places", "expected", "if_free"),
        rows,
    )
    _write(
        folder / "capacity.csv",
        (
            "day",
            "unit",
            "care_level",
            "usable_beds",
            "surge_beds",
            "treated",
            "need_at_or_above",
            "devices",
            "confidence",
            "binding",
        ),
        _capacity(tables, inst, plan),
    )
    home = inst.home
    _write(
        folder / "home.csv",
        ("day", "cluster", "home_patients", "home_capacity", "unmet"),
        (
            (
                t + 1,
                base,
                repr(float(home.patients[e, t])),
                repr(float(home.capacity[e, t])),
                repr(max(0.0, float(home.patients[e, t] - home.capacity[e, t]))),
            )
            for t in range(inst.days)
            for e, base in enumerate(inst.bases)
        ),
    )


def write_commune_split(
    folder: Path, made: Assembled, expected: FloatArray, observed: FloatArray
) -> None:
    """Write admissions_by_commune.csv from the rows of the split."""
    inst, arcs = made.instance, made.instance.admissions
    places = [*inst.units, *inst.outside]

    def row(commune: float, arc: float, day: int, seen: int, patients: float) -> Row:
        a = int(arc)
        return (
            day,
            made.communes[int(commune)],
            places[arcs.to[a]],
            inst.classes.ids[arcs.patient_class[a]],
            seen,
            ADMISSION_KINDS[arcs.kind[a]],
            repr(float(patients)),
        )

    rows = [row(c, a, 1, 1, p) for c, a, p in observed.tolist()]
    rows += [row(c, a, int(t) + 1, 0, p) for c, a, t, p in expected.tolist()]
    _write(
        folder / "admissions_by_commune.csv",
        ("day", "commune", "unit", "class_id", "observed", "kind", "patients"),
        rows,
    )


def write_inputs(folder: Path, tables: Tables, scenario: Scenario, made: Assembled) -> None:
    """Write what the checker cannot recompute from the source tables."""
    folder.mkdir(parents=True, exist_ok=True)
    inst, hazards = made.instance, made.instance.hazards
    ids, days = inst.classes.ids, list(range(1, inst.days + 1))
    _json(folder / "scenario.json", scenario_to_json(scenario))
    _json(folder / "sources.json", [{"path": f.path, "sha256": f.sha256} for f in tables.files])
    header = tuple(type(made.classes[0]).model_fields) if made.classes else ("class_id",)
    _write(
        folder / "classes.csv",
        header,
        ([_cell(getattr(row, name)) for name in header] for row in made.classes),
    )
    _write(
        folder / "arrivals.csv",
        ("day", "commune", "class_id", "patients"),
        _by_day(_cells(made.demand.arrivals, made.communes, ids, days), 2),
    )
    nights = [
        [pool, row[0], row[1], kind, row[2]]
        for pool, kind, matrix in (
            ("treated", "keep", hazards.keep),
            ("treated", "worse", hazards.worse),
            ("boarding", "keep", hazards.boarding),
            ("waiting", "keep", hazards.waiting),
        )
        for row in _cells(matrix, ids, ids)
    ]
    _write(
        folder / "hazards.csv", ("pool", "from_class", "to_class", "kind", "probability"), nights
    )
    deaths = [
        [pool, *row]
        for pool, vector in (
            ("treated", hazards.death_treated),
            ("boarding", hazards.death_boarding),
            ("waiting", hazards.death_waiting),
        )
        for row in _cells(vector, ids)
    ]
    _write(folder / "deaths.csv", ("pool", "class_id", "probability"), deaths)
    census = [
        [*row[:2], state, row[2]]
        for state, array, places in (
            ("treated", made.census.treated, inst.units),
            ("boarding", made.census.boarding, inst.units),
            ("waiting", made.census.requests, made.communes),
        )
        for row in _cells(array, places, ids)
    ]
    _write(folder / "opening_census.csv", ("place", "class_id", "state", "patients"), census)
    _write(
        folder / "areas.csv",
        ("area", "commune"),
        ((area, c) for area, inside in inst.area_communes.items() for c in inside),
    )
    _write(
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


def write_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write plan.json with the digests of the tables beside it and of itself.

    Shortfalls are shortened where it would grow past a megabyte.
    """
    told = dict(summary)
    told["files_sha256"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.csv"))
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


def write_baselines(folder: Path, rows: Iterable[tuple[str, str, str, str, float]]) -> None:
    """Write baselines.csv: bed-days and peaks of the plan and its rivals."""
    _write(
        folder / "baselines.csv",
        ("baseline", "measure", "place", "care_level", "value"),
        ((*row[:4], f"{row[4]:.6g}") for row in rows),
    )


SAID_ELSEWHERE = {"title", "province", "start_date", "provenance", "route", "disease", "areas"}


def scenario_assumptions(scenario: Scenario) -> list[dict[str, Any]]:
    """Every figure of the scenario that is not official, with its meaning and source."""
    vi = translator("vi")
    out: list[dict[str, Any]] = []

    def walk(prefix: str, part: object, meaning: str) -> None:
        if isinstance(part, BaseModel):
            for name, info in type(part).model_fields.items():
                if prefix or name not in SAID_ELSEWHERE:
                    key = f"{prefix}.{name}" if prefix else name
                    walk(key, getattr(part, name), info.description or "")
        elif isinstance(part, Mapping):
            for name, one in part.items():
                walk(f"{prefix}.{name}", one, meaning)
        elif isinstance(part, (bool, int, float)):
            source, confidence = scenario.provenance_of(prefix)
            if confidence != "official":
                out.append(
                    {
                        "key": prefix,
                        "value": part,
                        "confidence": confidence,
                        "source": source,
                        "text_vi": f"{prefix} = {str(part).replace('.', ',')}: {vi(meaning)}",
                        "text_en": f"{prefix} = {part}: {meaning}",
                    }
                )

    walk("", scenario, "")
    return out
