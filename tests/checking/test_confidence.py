"""No row may be surer than the weakest figure behind what it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from optimizer.checking.judge import check_plan
from optimizer.checking.scenario import CONFIDENCES, weakest_figure
from tests.checking.folder import Folder, Row
from tests.checking.wider_example import wide
from tests.checking.worked_example import GROUP

TABLES = (
    "admissions",
    "admissions_by_commune",
    "transfers",
    "in_house",
    "patients",
    "corridor",
    "excess",
    "surge_beds",
    "places_kept",
    "capacity",
    "home",
)


def full() -> Folder:
    """Return the wider example with a row in every table; only confidences are looked at."""
    folder = wide()
    folder.add("corridor", day=1, unit="A", patients=0)
    folder.add("excess", day=1, unit="A", care_level="OXY", patients=0)
    return folder


def named(row: Row) -> set[str]:
    """Return what a row names."""
    columns = ("unit", "from_unit", "to_unit", "place", "area", "commune", "class_id", "cluster")
    return {str(row[c]) for c in columns if c in row}


Hit = Callable[[str, Row], bool]


def units(*ids: str) -> Hit:
    return lambda table, row: bool(named(row) & set(ids))


WEAK: dict[str, tuple[str, dict[str, str], str, Hit]] = {
    "beds of a unit": ("beds", {"unit_id": "A"}, "confidence", units("A")),
    "routine of a unit": ("routine", {"unit_id": "A"}, "confidence", units("A")),
    "staff of a unit": ("staff", {"unit_id": "B", "role": "NUR_ICU"}, "confidence", units("B")),
    "devices of a unit": ("devices", {"unit_id": "B"}, "confidence", units("B")),
    "a member of a group": ("beds", {"unit_id": "U2"}, "confidence", units(GROUP)),
    "a destination outside": ("units", {"unit_id": "H"}, "confidence", units("H")),
    "a class": ("patient_classes", {"class_id": "CA"}, "confidence", units("CA")),
    "people of a commune": (
        "admin_units",
        {"admin_unit_id": "C2"},
        "population_confidence",
        lambda table, row: bool(named(row) & {"C2", "K1"}),
    ),
    "a mobile station": (
        "mobile_stations",
        {"mobile_station_id": "M1"},
        "confidence",
        lambda table, row: table == "home",
    ),
    "surge beds": (
        "beds",
        {"unit_id": "B", "care_level": "ICU"},
        "surge_confidence",
        lambda table, row: table == "surge_beds" and row["unit"] == "B",
    ),
    "care ratios": (
        "care_ratios",
        {"care_level": "OXY", "role": "NUR"},
        "confidence",
        lambda table, row: (
            table not in ("home", "capacity") and bool(named(row) & {"A", "B", GROUP})
        ),
    ),
}
"""Name -> table, row and column of the one figure that is weak, and which rows rest on it."""


def spread(folder: Folder) -> dict[str, list[Row]]:
    return {name: folder.tables[name] for name in TABLES}


def shortfalls(folder: Folder) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = folder.plan["shortfalls"]
    return listed


def broken(folder: Folder, root: Path) -> int:
    return check_plan(folder.write(root)).broken.get("confidence", 0)


def test_example_has_rows_in_every_table_and_all_may_be_official(tmp_path: Path) -> None:
    folder = full()
    assert all(folder.tables[name] for name in TABLES)
    result = check_plan(folder.write(tmp_path))
    assert "confidence" not in result.broken
    assert result.counts["confidence"] == sum(len(rows) for rows in spread(folder).values()) + 2


@pytest.mark.parametrize("name", WEAK)
def test_exactly_the_rows_on_a_weak_figure_are_refused(name: str, tmp_path: Path) -> None:
    table, match, column, rests = WEAK[name]
    folder = full()
    folder.row(table, **match)[column] = "derived"
    if table == "patient_classes":
        folder.row("classes", **match)[column] = "derived"
    at_fault = [(t, r) for t, rows in spread(folder).items() for r in rows if rests(t, r)]
    assert at_fault
    listed = sum(rests("shortfalls", {"unit": one["place"]}) for one in shortfalls(folder))
    assert broken(folder, tmp_path / "strong") == len(at_fault) + listed
    # as sure as the figure, or less: lawful
    for weak in ("derived", "assumed"):
        for _, row in at_fault:
            row["confidence"] = weak
        for one in shortfalls(folder):
            one["confidence"] = weak
        assert broken(folder, tmp_path / weak) == 0


def test_care_ratios_of_another_phase_do_not_count(tmp_path: Path) -> None:
    folder = full()
    folder.row("care_ratios", care_phase="crisis")["confidence"] = "assumed"
    assert broken(folder, tmp_path) == 0


def test_unit_without_any_figure_is_assumed(tmp_path: Path) -> None:
    folder = full()
    for name in ("beds", "staff"):
        folder.data[name] = [r for r in folder.data[name] if r["unit_id"] != "U2"]
    hit = [r for rows in spread(folder).values() for r in rows if GROUP in named(r)]
    assert broken(folder, tmp_path) == len(hit) + 1 > 1  # and the shortfall


@pytest.mark.parametrize("cell", ["", "certain"])
def test_figure_that_says_nothing_is_assumed(cell: str, tmp_path: Path) -> None:
    folder = full()
    folder.row("beds", unit_id="A")["confidence"] = cell
    hit = [r for rows in spread(folder).values() for r in rows if "A" in named(r)]
    assert broken(folder, tmp_path) == len(hit) + 1  # and the shortfall


@pytest.mark.parametrize(
    ("change", "due"),
    [
        ({}, "official"),
        ({"burden": "open_data"}, "open_data"),
        ({"weights.death": "derived", "burden": "open_data"}, "derived"),
        # the longest beginning counts
        ({"shocks": "assumed", "shocks.demand_factor": "official"}, "assumed"),
        ({"options": None}, "assumed"),
        ({"weights": "certain"}, "assumed"),
    ],
)
def test_no_row_but_of_capacity_is_surer_than_the_scenario(
    change: dict[str, str | None], due: str, tmp_path: Path
) -> None:
    folder = full()
    told = folder.scenario["provenance"]
    for key, confidence in change.items():
        told.pop(key, None)
        if confidence is not None:
            told[key] = {"source": "test", "confidence": confidence}
    assert CONFIDENCES[weakest_figure(folder.scenario)] == due
    rows = [r for name, some in spread(folder).items() for r in some if name != "capacity"]
    expected = 0 if due == "official" else len(rows) + len(shortfalls(folder))
    assert broken(folder, tmp_path / "strong") == expected
    for row in rows:
        row["confidence"] = due
    for one in shortfalls(folder):
        one["confidence"] = due
    assert broken(folder, tmp_path / "due") == 0


@pytest.mark.parametrize(
    ("scenario", "due"),
    [
        ({"title": {"vi": "x", "en": "x"}, "route": "explicit", "horizon_days": None}, 0),
        ({"explicit": {"arrivals": [], "census": []}}, 0),
        ({"explicit": {"arrivals": [{"count": 1}], "census": []}}, 3),
        ({"a": {"b.c": {"d": True}}, "provenance": {"a.b.c": {"confidence": "derived"}}}, 2),
        ({"a": 1, "provenance": ["a"]}, 3),
        ({"a": 1, "provenance": {"a": "official"}}, 3),
        ({"a": 1, "b": 2, "provenance": {k: {"confidence": "official"} for k in "ab"}}, 0),
    ],
)
def test_figures_of_a_scenario_are_its_numbers_truths_and_lists(
    scenario: dict[str, Any], due: int
) -> None:
    assert weakest_figure(scenario) == due


def test_refusal_names_the_row_and_both_confidences(tmp_path: Path) -> None:
    folder = full()
    folder.row("staff", unit_id="B", role="NUR")["confidence"] = "assumed"
    result = check_plan(folder.write(tmp_path))
    lines = {lang: [v.render(lang) for v in result.violations] for lang in ("en", "vi")}
    row = "confidence(transfers.csv,A,B,CA,boarding,step_up,2)"
    expected = f"{row}: The row claims official, but rests on figures that are assumed."
    assert expected in lines["en"]
    assert any(row in line and "official" in line for line in lines["vi"])
    assert lines["en"] != lines["vi"]
