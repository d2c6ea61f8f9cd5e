"""What follows by rule for vehicle classes, shifts and limits that are lifted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer.checking.inputs import with_limits_lifted
from optimizer.checking.judge import check_plan
from optimizer.checking.vehicles import read_needs
from optimizer.checking.violation import Bench
from tests.checking.folder import Folder, rows
from tests.checking.follows import Follows
from tests.checking.wider_example import ranked
from tests.checking.worked_example import breathing


def test_room_is_nested_by_class_and_spread_over_the_hours(tmp_path: Path) -> None:
    folder = ranked()
    folder.row("vehicle_classes", vehicle_class="BASIC")["patients_per_trip"] = "2"
    folder.row("vehicle_shifts", shift="day")["to_hour"] = "12"  # 6 hours of 24
    folder.row("vehicle_shifts", shift="night")["from_hour"] = "12"
    found = Follows(folder, tmp_path).capacity.vehicles
    assert list(found.names) == ["BASIC", "ICU"]
    assert found.room[0].tolist() == [480 * 2 + 300, 300]
    day, night = found.shift_room[0]
    assert day.tolist() == [480 * 2 / 4 + 200, 200]
    assert night.tolist() == [480 * 2 * 3 / 4 + 100, 100]


def test_blank_is_the_lowest_class_and_with_oxygen_for_who_draws_it(tmp_path: Path) -> None:
    folder = breathing()
    folder.data["vehicle_classes"] = rows(
        "vehicle_class rank patients_per_trip oxygen", "COACH 1 20 0", "CAR 2 1 1", "AMB 3 1 1"
    )
    folder.data["vehicles"] = rows(
        "base_unit vehicle_class vehicles minutes_per_day", "A AMB 2 480"
    )
    for row in folder.data["patient_classes"]:
        row["vehicle_class"] = "AMB" if row["class_id"] == "CA" else ""
    sources = Follows(folder, tmp_path).sources
    litres = {
        row["care_level"]: float(row["lpm_per_patient"]) for row in folder.data["oxygen_draw"]
    }
    assert litres["OXY"] > 0
    needs = read_needs(sources, ["SA", "CA", "SA~day3", "nobody"])
    assert needs.least.tolist() == [1, 2, 1, 0]
    assert not needs.urgent.any()


@pytest.mark.parametrize(
    ("lifted", "free"),
    [(False, []), (True, ["SA", "SR", "CA", "CR"]), (frozenset({"CA"}), ["CA"])],
)
def test_limits_are_lifted_for_whom_the_scenario_names(
    lifted: bool | frozenset[str], free: list[str], tmp_path: Path
) -> None:
    folder: Folder = ranked()
    for table in (folder.data["patient_classes"], folder.inputs["classes"]):
        for row in table:
            row["ground_limit_minutes"] = "180"
    classes = with_limits_lifted(Follows(folder, tmp_path).inputs.classes, lifted)
    found = [
        n for n, limit in zip(classes.names, classes.ground_limit, strict=True) if np.isinf(limit)
    ]
    assert found == free


@pytest.mark.parametrize(("car", "better", "fault"), [(1, 1, False), (0, 1, True), (1, 0, True)])
def test_nobody_on_oxygen_may_ride_without(
    car: int, better: int, fault: bool, tmp_path: Path
) -> None:
    folder = breathing()
    folder.data["vehicle_classes"] = rows(
        "vehicle_class rank patients_per_trip oxygen", f"CAR 1 1 {car}", f"AMB 2 1 {better}"
    )
    vehicles = rows("base_unit vehicle_class vehicles minutes_per_day", "A AMB 2 480")
    folder.data["vehicles"] = vehicles
    for table in (folder.data["patient_classes"], folder.inputs["classes"]):
        for row in table:
            row["vehicle_class"] = "CAR"
    result = check_plan(folder.write(tmp_path))
    assert result.passed != fault, result.render()
    assert ("files" in result.broken) == fault


def test_an_unknown_class_or_shift_is_a_fault(tmp_path: Path) -> None:
    for at, (column, value) in enumerate((("vehicle_class", "VAN"), ("shift", "noon"))):
        folder = ranked()
        folder.row("vehicles", vehicle_class="BASIC")[column] = value
        bench: Bench = Follows(folder, tmp_path / str(at)).bench
        assert any(v.rule == "files" and column in v.where for v in bench.violations)
