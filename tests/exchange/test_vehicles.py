"""Tables of vehicle classes and shifts: every fault by place, fault and remedy; what follows."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from optimizer.domain.assemble import assemble
from optimizer.domain.instance import Instance
from optimizer.exchange.agreement import cross_check
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables

Edit = Callable[..., None]
Heard = Callable[[], list[str]]
Cells = dict[str, str]


def change(province: Path, table: str, key: str, **cells: str) -> None:
    """Write cells of the row whose first column is `key`."""
    path = province / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        header, found = list(reader.fieldnames or ()), list(reader)
    row = next(r for r in found if r[header[0]] == key)
    assert set(cells) <= set(header)
    row.update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(found)


def instance(province: Path) -> Instance:
    tables, _ = read_tables(province)
    return assemble(tables, read_scenario(province / "scenario.yaml")).instance


@pytest.mark.parametrize(
    ("table", "key", "cells", "said"),
    [
        ("vehicle_classes", "COACH", {"rank": "4"}, "has the same rank"),
        ("vehicle_classes", "COACH", {"rank": "9"}, "COACH has a higher rank than AMB_ICU"),
        ("vehicle_classes", "COACH", {"patients_per_trip": "0.5"}, "It must be 1 or more"),
        ("vehicle_classes", "COACH", {"oxygen": "no"}, "Neither 0 nor 1"),
        (
            "patient_classes",
            "severe-acute",
            {"vehicle_class": "COACH"},
            "severe-acute draws oxygen (level OXY), but COACH, row 5 of vehicle_classes.csv",
        ),
        ("patient_classes", "mild-acute", {"vehicle_class": "COCH"}, "Did you mean COACH?"),
        ("vehicles", "U2", {"vehicle_class": "ambulance"}, "Not in vehicle_classes.csv"),
        ("vehicles", "U2", {"shift": "noon"}, "Not in vehicle_shifts.csv"),
        ("vehicles", "U2", {"shift": "day"}, "The shift day has 720 minutes only"),
        ("vehicle_shifts", "night", {"urgent_share": "0.5"}, "add up to 1.1, not to 1"),
        ("vehicle_shifts", "night", {"to_hour": "5"}, "23 hours in all"),
        ("vehicle_shifts", "night", {"from_hour": "19", "to_hour": "7"}, "24 hours in all"),
    ],
)
def test_a_fault_is_said_with_its_row_and_a_remedy(
    province: Path, refused: Heard, table: str, key: str, cells: Cells, said: str
) -> None:
    change(province, table, key, **cells)
    lines = [line for line in refused() if said in line]
    assert lines, refused()
    assert f"{table}.csv" in lines[0]


def test_no_class_with_oxygen_is_refused_at_every_patient_who_draws_it(
    province: Path, refused: Heard
) -> None:
    for name in ("AMB_ICU", "AMB_BASIC", "CAR_O2"):
        change(province, "vehicle_classes", name, oxygen="0")
    lines = refused()
    assert sum("but no row of vehicle_classes.csv has oxygen" in line for line in lines) == 3
    assert sum("draws oxygen (level" in line for line in lines) == 4  # those who name a class


def test_what_is_named_without_its_table_is_refused(province: Path, refused: Heard) -> None:
    for name in ("vehicle_classes", "vehicle_shifts"):
        (province / f"{name}.csv").unlink()
    lines = refused()
    assert sum("there is no vehicle_classes.csv" in line for line in lines) == 4
    assert sum("there is no vehicle_shifts.csv" in line for line in lines) == 2


def test_urgent_without_shifts_and_vehicles_that_stand_nowhere_are_said(
    province: Path, warned: Heard
) -> None:
    (province / "vehicle_shifts.csv").unlink()
    path = province / "vehicles.csv"
    text = path.read_text(encoding="utf-8").replace("AMB_ICU", "CAR_O2")
    text = text.replace("U1,AMB_BASIC,day,1,660,example,assumed\n", "").replace(",day,", ",,")
    path.write_text(text, encoding="utf-8")
    lines = warned()
    assert sum("There is no vehicle_shifts.csv" in line for line in lines) == 3
    assert sum("No vehicle of AMB_ICU or above stands anywhere" in line for line in lines) == 2


def test_two_rows_of_a_class_are_one_too_many_unless_their_shifts_differ(
    edit: Edit, refused: Heard, province: Path
) -> None:
    row = "U1,AMB_BASIC,day,1,660,example,assumed"
    edit("vehicles", row, f"{row}\n{row.replace('day', 'night')}")
    assert len(read_tables(province)[0].vehicles) == 6
    edit("vehicles", row, f"{row}\n{row}")
    assert any("The same key" in line and "U1 AMB_BASIC day" in line for line in refused())


def test_columns_and_tables_may_be_left_out(province: Path) -> None:
    for name in ("vehicle_classes", "vehicle_shifts"):
        (province / f"{name}.csv").unlink()
    for table, gone in (("patient_classes", {"vehicle_class", "urgent"}), ("vehicles", {"shift"})):
        path = province / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        header = [name for name in found[0] if name not in gone]
        rows = found[:2] + found[4:] if table == "vehicles" else found  # one of each class
        lines = [",".join(header), *(",".join(row[name] for name in header) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    inst = instance(province)
    assert inst.fleet is None
    assert inst.vehicle_minutes[:, 0].tolist() == [900 + 660, 900]


def test_fleet_follows_from_the_tables(province: Path) -> None:
    inst = instance(province)
    fleet, ids = inst.fleet, inst.classes.ids
    assert fleet is not None
    assert fleet.classes == ("COACH", "CAR_O2", "AMB_BASIC", "AMB_ICU")
    least = {ids[s]: fleet.classes[c] for s, c in enumerate(fleet.least.tolist())}
    assert least["mild-acute"] == "COACH"  # blank: the lowest
    assert least["severe-acute"] == "CAR_O2"  # blank and on oxygen: the lowest with oxygen
    assert least["critical-acute"] == "AMB_ICU"
    assert {ids[s] for s in np.flatnonzero(fleet.urgent)} == {
        *("severe-acute", "high_flow-acute", "critical-acute")
    }
    assert fleet.minutes[0, :, 0].tolist() == [240 * 15, 0, 660 + 900, 900]
    day, night = fleet.shift_minutes[0, :, :, 0]
    assert day.tolist() == [240 * 15, 0, 660 + 450, 450]
    assert night.tolist() == [0, 0, 450, 450]


def test_classes_that_tell_nothing_apart_are_one(province: Path) -> None:
    """As in the shipped provinces: every vehicle may carry everybody, one a trip, no shifts."""
    (province / "vehicle_shifts.csv").unlink()
    for table, old, new in (
        ("vehicles", "COACH,day,1,240", "CAR_O2,,1,240"),
        ("vehicles", ",day,", ",,"),
        ("patient_classes", "AMB_ICU", ""),
        ("patient_classes", "AMB_BASIC", ""),
    ):
        path = province / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    text = (province / "vehicles.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "AMB_BASIC,,1,660" not in line]
    (province / "vehicles.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    inst = instance(province)
    assert inst.fleet is None
    assert inst.vehicle_minutes[:, 0].tolist() == [900 + 900 + 240, 900]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[critical-acut]", "Did you mean critical-acute?"),
        ("[mild-acute]", "there is nothing to lift"),
        ("[critical-acute]", ""),
        ("true", ""),
        ("false", ""),
    ],
)
def test_a_lifted_limit_names_classes_that_have_one(province: Path, given: str, said: str) -> None:
    path = province / "wave.yaml"
    text = f"extends: scenario.yaml\ntravel: {{ground_limit_override: {given}}}\n"
    path.write_text(text, encoding="utf-8")
    scenario = read_scenario(path)
    found = [p for p in cross_check(scenario, read_tables(province)[0]) if "ground" in p.column]
    assert [said in p.render("en") for p in found] == ([True] if said else [])
    assert all(p.render("vi") for p in found)
    if given == "false":
        assert scenario.travel.ground_limit_override == ()
