"""Patients in beds of a plan or staff folder, and the beds behind a roster (``beds.json``)."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.cover import patients_by_level
from optimizer.domain.duty import Beds, House, Uncovered, roster_unit
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan
from optimizer.errors import DataError, Problem

BEDS_FILE = "beds.json"
NO_BEDS = Problem(
    "This folder does not say who lies in its beds.",
    "Plan again: referral plan or referral staff writes patients.csv.",
)


def write_patients(folder: Path, inst: Instance, plan: Plan) -> None:
    """Write who is treated, boards or lies in a corridor, as a plan folder has it."""
    for name, header, states in (
        (
            "patients",
            ("day", "place", "class_id", "state", "patients", "confidence"),
            (("treated", plan.treated), ("boarding", plan.boarding)),
        ),
        ("corridor", ("day", "unit", "patients", "confidence"), (("", plan.corridor),)),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for state, array in states:
                for at in np.argwhere(np.abs(array) > 1e-9).tolist():
                    who = (inst.classes.ids[at[1]], state) if state else ()
                    value = repr(float(array[tuple(at)]))
                    writer.writerow((at[-1] + 1, inst.units[at[0]], *who, value, "assumed"))


def read_patients(folder: Path, inst: Instance) -> FloatArray:
    """(F, K, T) patients in beds of a plan or staff folder.

    Raises
    ------
    DataError
        If its tables cannot be read, or are of other tables than `inst`.
    """
    shape = (len(inst.units), len(inst.classes.ids), inst.days)
    state = {"treated": np.zeros(shape), "boarding": np.zeros(shape)}
    corridor = np.zeros((len(inst.units), inst.days))
    units = {unit: f for f, unit in enumerate(inst.units)}
    classes = {name: s for s, name in enumerate(inst.classes.ids)}
    try:
        with (folder / "patients.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["state"] in state:
                    at = units[row["place"]], classes[row["class_id"]], int(row["day"]) - 1
                    state[row["state"]][at] = float(row["patients"])
        with (folder / "corridor.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                corridor[units[row["unit"]], int(row["day"]) - 1] = float(row["patients"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        place = str(folder / "patients.csv")
        raise DataError([Problem(NO_BEDS.fault, NO_BEDS.remedy, place)]) from error
    return patients_by_level(inst, state["treated"], state["boarding"], corridor)


def read_excess(folder: Path) -> float:
    """Return patient-days of a plan folder left standing where capacity fell, of all its days."""
    with (folder / "excess.csv").open(encoding="utf-8", newline="") as file:
        return sum(float(row["patients"]) for row in csv.DictReader(file))


def write_beds(
    folder: Path, house: House, levels: tuple[str, ...], patients: FloatArray, told: Any
) -> Mapping[str, Any]:
    """Write the beds behind a roster's posts; return what stands there."""
    posts = house.posts
    data = {
        "schema_version": 1,
        "confidence": "assumed",
        "synthetic": True,
        **told,
        "units": list(posts.units),
        "levels": list(levels),
        "roles": list(posts.roles),
        "need": house.need.tolist(),
        "watch": house.watch.tolist(),
        "patients": patients.tolist(),
        "roster_units": [
            [unit, role, roster_unit(house, unit, r, levels)]
            for unit in posts.units
            for r, role in enumerate(posts.roles)
        ],
        "leads": [
            [line.unit, line.role, line.day - 1, line.shift, line.leads]
            for line in posts.lines()
            if line.leads
        ],
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    (folder / BEDS_FILE).write_text(text + "\n", encoding="utf-8")
    return data


def read_beds(folder: Path) -> Beds | None:
    """Return the beds behind the tables of a roster; None where they come from no plan.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    path = folder / BEDS_FILE
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Beds(
            tuple(data["units"]),
            tuple(data["levels"]),
            tuple(data["roles"]),
            np.array(data["need"], dtype=float),
            np.array(data["watch"], dtype=float),
            np.array(data["patients"], dtype=float),
            {(unit, role): place for unit, role, place in data["roster_units"]},
            {(unit, role, day, shift): n for unit, role, day, shift, n in data["leads"]},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = "The file is missing or cannot be read."
        raise DataError([Problem(fault, "", str(path))]) from error


def told_uncovered(found: Uncovered) -> dict[str, Any]:
    """Return what a roster leaves of its beds, as JSON holds it."""
    return {"schema_version": 1, "confidence": "assumed", **asdict(found)}


def write_uncovered(folder: Path, found: Uncovered) -> None:
    """Write what a roster leaves of its beds beside it."""
    text = json.dumps(told_uncovered(found), ensure_ascii=False, indent=1)
    (folder / BEDS_FILE).write_text(text + "\n", encoding="utf-8")
