"""Writes the tables of a plan (docs/data-format.md section 6), each row with its confidence."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.assemble import Assembled
from optimizer.domain.binding import binding_terms
from optimizer.domain.instance import (
    ADMISSION_KINDS,
    DIRECTIONS,
    FloatArray,
    Instance,
    IntArray,
)
from optimizer.domain.levers_decided import as_decided
from optimizer.domain.plan import Plan, places_kept
from optimizer.domain.row import CONFIDENCES
from optimizer.domain.tables import Tables
from optimizer.exchange import lever_table, oxygen_table
from optimizer.exchange.grounds import Grounds

SURE = "confidence"
"""Last column of every table: the weakest confidence the row rests on."""
Row = Sequence[object]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def cells(
    array: FloatArray, *axes: Sequence[object], marks: IntArray | None = None
) -> list[list[object]]:
    """One row for each |value| > 1e-9: the names on the axes, then the value with 17 digits.

    With `marks` (confidences as numbers, broadcast over the array) the row's confidence is last.
    """
    at = np.nonzero(np.abs(array) > 1e-9)
    columns = [[axis[i] for i in index.tolist()] for axis, index in zip(axes, at, strict=True)]
    columns.append([repr(value) for value in array[at].tolist()])
    if marks is not None:
        columns.append(_said(np.broadcast_to(marks, array.shape)[at]))
    return [list(row) for row in zip(*columns, strict=True)]


def _said(codes: IntArray) -> list[object]:
    """Return confidences as the words of the tables."""
    return [CONFIDENCES[code] for code in codes.tolist()]


def by_day(rows: list[list[object]], position: int) -> list[list[object]]:
    """Put the day first and sort by it."""
    moved = [[row[position], *row[:position], *row[position + 1 :]] for row in rows]
    return sorted(moved, key=lambda row: int(str(row[0])))


def _admissions(inst: Instance, plan: Plan, grounds: Grounds) -> list[Row]:
    arcs = inst.admissions
    places = [*inst.units, *inst.outside]
    marks = _said(
        np.maximum.reduce(
            [
                grounds.areas[arcs.area],
                grounds.places[arcs.to],
                grounds.classes[arcs.patient_class],
                grounds.area_minutes[arcs.area, arcs.to],
            ]
        )
    )
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
                    marks[a],
                )
            )
    return sorted(rows, key=lambda row: (row[0], -int(str(row[4]))))


def _transfers(inst: Instance, plan: Plan, grounds: Grounds) -> list[Row]:
    moves = inst.transfers
    places = [*inst.units, *inst.outside]
    marks = _said(
        np.maximum.reduce(
            [
                grounds.places[moves.origin],
                grounds.places[moves.to],
                grounds.classes[moves.patient_class],
                grounds.unit_minutes[moves.origin, moves.to],
            ]
        )
    )
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
                marks[x],
            )
        )
    return sorted(rows, key=lambda row: int(str(row[0])))


def _capacity(inst: Instance, plan: Plan, grounds: Grounds) -> list[Row]:
    marks = _said(grounds.figures)
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
                            f"{inst.beds[f, k, t]:.17g}",
                            f"{plan.surge_beds[f, k, t]:g}",
                            repr(float(treated[f, k, t])),
                            repr(float(need[f, k, t])),
                            f"{inst.terms.devices[f, k, t]:.17g}" if counted[f, k] else "",
                            ";".join(binding.get((f, k, t), ())),
                            marks[f],
                        )
                    )
    return rows


def write_tables(folder: Path, made: Assembled, plan: Plan, grounds: Grounds) -> None:
    """Write every table of a plan into `folder`, each row with the weakest of what it rests on."""
    inst = as_decided(made.instance, plan)
    days = list(range(1, inst.days + 1))
    ids, units = inst.classes.ids, inst.units
    here = grounds.places[: len(units)]
    of_unit = np.maximum(here[:, None, None], grounds.classes[:, None])
    of_area = np.maximum(grounds.areas[:, None, None], grounds.classes[:, None])
    write_table(
        folder / "admissions.csv",
        ("day", "area", "unit", "class_id", "observed", "kind", "patients", SURE),
        _admissions(inst, plan, grounds),
    )
    write_table(
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
            SURE,
        ),
        _transfers(inst, plan, grounds),
    )
    for name, array in (("in_house", plan.in_house), ("bed_lost", plan.bed_lost)):
        write_table(
            folder / f"{name}.csv",
            ("day", "unit", "class_id", "patients", SURE),
            by_day(cells(array, units, ids, days, marks=of_unit), 2),
        )
    present = [
        [*row[:2], state, *row[2:]]
        for state, array, places, marks in (
            ("treated", plan.treated, units, of_unit),
            ("boarding", plan.boarding, units, of_unit),
            ("waiting", plan.waiting, inst.areas, of_area),
        )
        for row in cells(array, places, ids, days, marks=marks)
    ]
    write_table(
        folder / "patients.csv",
        ("day", "place", "class_id", "state", "patients", SURE),
        by_day(present, 3),
    )
    write_table(
        folder / "corridor.csv",
        ("day", "unit", "patients", SURE),
        by_day(cells(plan.corridor, units, days, marks=here[:, None]), 1),
    )
    opened = np.maximum(here[:, None], grounds.surge)[:, :, None]
    for name, figure, array, marks in (
        ("excess", "patients", plan.excess, here[:, None, None]),
        ("surge_beds", "beds", plan.surge_beds, opened),
    ):
        write_table(
            folder / f"{name}.csv",
            ("day", "unit", "care_level", figure, SURE),
            by_day(cells(array, units, inst.levels, days, marks=marks), 2),
        )
    write_table(
        folder / "oxygen.csv",
        (*oxygen_table.HEADER, SURE),
        [
            (*row, sure)
            for row, sure in zip(*oxygen_table.oxygen_rows(inst, plan, _said(here)), strict=True)
        ],
    )
    kept = places_kept(inst, plan)
    rows = [
        (
            t + 2,
            unit,
            level,
            int(kept.places[f, k, t]),
            repr(float(kept.expected[f, k, t])),
            int(kept.if_free[f, k, t]),
            CONFIDENCES[here[f]],
        )
        for t in range(kept.places.shape[2])
        for f, unit in enumerate(units)
        for k, level in enumerate(inst.levels)
        if kept.places[f, k, t] > 0 or kept.expected[f, k, t] > 1e-9
    ]
    write_table(
        folder / "places_kept.csv",
        ("day", "unit", "care_level", "places", "expected", "if_free", SURE),
        rows,
    )
    write_table(
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
            "binding",
            SURE,
        ),
        _capacity(inst, plan, grounds),
    )
    home = inst.home
    write_table(
        folder / "home.csv",
        ("day", "cluster", "home_patients", "home_capacity", "unmet", SURE),
        (
            (
                t + 1,
                base,
                repr(float(home.patients[e, t])),
                repr(float(home.capacity[e, t])),
                repr(max(0.0, float(home.patients[e, t] - home.capacity[e, t]))),
                CONFIDENCES[grounds.bases[e]],
            )
            for t in range(inst.days)
            for e, base in enumerate(inst.bases)
        ),
    )


def write_commune_split(
    folder: Path, made: Assembled, expected: FloatArray, observed: FloatArray, grounds: Grounds
) -> None:
    """Write admissions_by_commune.csv from the rows of the split."""
    inst, arcs = made.instance, made.instance.admissions
    places = [*inst.units, *inst.outside]
    rows: list[Row] = []
    for seen, found in ((1, observed), (0, expected)):
        commune, arc = found[:, 0].astype(np.int64), found[:, 1].astype(np.int64)
        day = np.zeros(len(found), dtype=np.int64) if seen else found[:, 2].astype(np.int64)
        to, patient = arcs.to[arc], arcs.patient_class[arc]
        marks = np.maximum.reduce(
            [
                grounds.communes[commune],
                grounds.places[to],
                grounds.classes[patient],
                grounds.commune_minutes[commune, to],
            ]
        )
        rows += zip(
            (day + 1).tolist(),
            [made.communes[c] for c in commune.tolist()],
            [places[g] for g in to.tolist()],
            [inst.classes.ids[s] for s in patient.tolist()],
            [seen] * len(found),
            [ADMISSION_KINDS[kind] for kind in arcs.kind[arc].tolist()],
            [repr(patients) for patients in found[:, -1].tolist()],
            _said(marks),
            strict=True,
        )
    write_table(
        folder / "admissions_by_commune.csv",
        ("day", "commune", "unit", "class_id", "observed", "kind", "patients", SURE),
        rows,
    )


def write_reasons(folder: Path, tables: Mapping[str, tuple[Sequence[str], Iterable[Row]]]) -> None:
    """Write bottlenecks.csv, why.csv and clear.csv: name -> header and rows."""
    for name, (header, rows) in tables.items():
        write_table(folder / f"{name}.csv", header, rows)


def write_levers(folder: Path, tables: Tables, inst: Instance, plan: Plan, wave: int) -> None:
    """Write levers.csv: what opens when, its cost and harm, and who decides it."""
    if inst.levers is not None:
        rows = lever_table.lever_rows(tables, inst, plan, wave)
        write_table(folder / "levers.csv", (*lever_table.HEADER, SURE), rows)


def write_baselines(folder: Path, rows: Iterable[tuple[str, str, str, str, float]]) -> None:
    """Write baselines.csv: bed-days and peaks of the plan and its rivals."""
    write_table(
        folder / "baselines.csv",
        ("baseline", "measure", "place", "care_level", "value"),
        ((*row[:4], f"{row[4]:.6g}") for row in rows),
    )


def write_needs(folder: Path, rows: Iterable[Row], columns: Sequence[str], confidence: str) -> None:
    """Write needs.csv: oxygen, protective equipment and equipment at the beds by day."""
    write_table(folder / "needs.csv", (*columns, SURE), ((*row, confidence) for row in rows))


def write_equity(
    folder: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str], confidence: str
) -> None:
    """Write equity.csv: waiting and minutes by cluster, remoteness and population group."""
    write_table(
        folder / "equity.csv",
        (*columns, SURE),
        (
            (*("" if (v := row.get(name)) is None else v for name in columns), confidence)
            for row in rows
        ),
    )


def write_promises(
    folder: Path, rows: Iterable[Row], columns: Sequence[str], confidence: str
) -> None:
    """Write promises.csv: what was promised, what was reached, what is missed."""
    write_table(folder / "promises.csv", (*columns, SURE), ((*row, confidence) for row in rows))
