"""`referral staff --rosters`: all facilities rostered; what none can staff is taken off."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimizer.checking.roster.judge import check_roster
from optimizer.checking.staff_folder import check_staff
from optimizer.cli import app
from optimizer.domain.staffable import taken_off
from optimizer.report.rostered import (
    facility_rows,
    rosters_text,
    rounds_note,
    still_counted,
)
from optimizer.report.staffing import finding_text, staff_text
from optimizer.roster_from_beds import opened_plan
from optimizer.rosters import for_people, held_against, options_of, roster_province
from tests.run.staffed_province import RUN


@pytest.fixture(scope="module")
def tired(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The province where a contract gives so few hours that no roster fills the posts."""
    folder = tmp_path_factory.mktemp("tired") / "province"
    shutil.copytree(peopled, folder)
    text = (folder / "contracts.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    for row in rows:
        row["weekly_hours"], row["max_hours"] = "20", "80"  # of 7 days: two shifts
    with (folder / "contracts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def rostered(tired: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rostered") / "staff"
    days = ["--set", "horizon_days=7", "--rounds", "1", "--progress", "plain"]
    done = CliRunner().invoke(
        app,
        ["staff", str(tired / "scenario.yaml"), "--out", str(out), *RUN, *days,
         "--rosters", "2", "--roster-rounds", "1", "--workers", "1", "--lang", "en"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "(1/3)" in done.stderr  # progress by facility
    assert "Plan and rosters, round 1" in done.output
    return out


def test_a_large_facility_has_more_seconds_in_proportion_and_a_small_one_no_fewer() -> None:
    asked = options_of(5.0, 2, 0)
    assert (asked.cpu_seconds, asked.seconds, asked.workers) == (10.0, 100.0, 2)
    assert [for_people(asked, n).cpu_seconds for n in (6, 60, 300)] == [10.0, 10.0, 50.0]


def told(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "staff.json").read_text(encoding="utf-8")))


def test_beds_that_no_roster_staffs_are_taken_off_and_the_folder_is_lawful(
    rostered: Path, tired: Path
) -> None:
    first, last = told(rostered)["rosters"]["rounds"]
    assert first["bed_days_lost"] > 1
    assert last["bed_days_lost"] < 0.2 * first["bed_days_lost"]
    assert last["bed_days"] < first["bed_days"]
    assert last["harm"] > first["harm"]
    assert last["kept"]
    assert first["harm_staffed"] > first["harm"]  # of the same beds, without whom no roster brings
    assert first["open"] >= first["at_least"] > 0
    assert last["cpu_seconds"] == 0  # it keeps to the rosters made before it
    assert {row["made_in"] for row in told(rostered)["rosters"]["facilities"]} == {1}
    result = check_staff(rostered, tired)
    assert result.passed, result.render("en")
    assert result.counts["rosters"] > 0
    with (rostered / "roster_losses.csv").open(encoding="utf-8") as file:
        assert sum(float(row["on_duty"]) for row in csv.DictReader(file)) > 0


def test_table_of_facilities_holds_every_facility_that_is_planned_by_itself(
    rostered: Path,
) -> None:
    summary = told(rostered)
    rows = summary["rosters"]["facilities"]
    assert [row["facility_id"] for row in rows] == ["H1", "H2", "H3"]
    with (rostered / "rosters" / "rosters.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    for row, line in zip(rows, written, strict=True):
        assert str(row["open"]) == line["open"]
        assert row["status"] in ("optimal", "feasible")
        assert check_roster(rostered / "rosters" / row["facility_id"]).passed
        assert row["open"] >= 0
    assert "giường" in staff_text(summary, "vi")
    assert "longer search" not in staff_text(summary, "en")
    summary["rosters"]["rounds"][0]["open"] += 5  # what a short search would leave
    rows[0]["status"], rows[1]["status"] = "infeasible", "no_solution_in_time"
    for part in ("a longer search", "No roster can be made for", "No roster was found in time"):
        assert part in staff_text(summary, "en")
    assert "BVĐK tỉnh" in staff_text(summary, "en")


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("rosters/H1/roster.csv", "drop"),
        ("staff.json", "tell fewer"),
        ("people_away.csv", "longer"),
    ],
)
def test_rosters_that_do_not_fit_the_plan_are_refused(
    rostered: Path, tired: Path, tmp_path: Path, file: str, change: str
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(rostered, spoilt)
    path = spoilt / file
    if change == "tell fewer":
        summary = told(spoilt)
        summary["rosters"]["facilities"][0]["open"] += 1
        path.write_text(json.dumps(summary), encoding="utf-8")
    elif change == "drop":
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    else:  # somebody who works at home is said to be lent all the time
        with (spoilt / "rosters/H1/roster.csv").open(encoding="utf-8") as read:
            person = next(csv.DictReader(read))["person_id"]
        with path.open("a", encoding="utf-8") as write:
            write.write(f"{person},B001,NUR,U1,U2,2026-11-23,2026-12-20,2026-12-23\n")
    assert "rosters" in check_staff(spoilt, tired).broken


def test_a_facility_with_posts_and_nobody_left_counts_for_nothing(
    staffed: Path, peopled: Path, tmp_path: Path
) -> None:
    plan = opened_plan(staffed, peopled)
    others = tuple(p for p in plan.staff.people if p.facility_id == "H3")
    bare = replace(plan, staff=replace(plan.staff, people=others))
    found = roster_province(bare, tmp_path / "rosters", options_of(0.5, 1, 0), days=2)
    row = next(row for row in found.rows if row.facility_id == "H1")
    assert row.status == "infeasible"
    assert row.open == row.posts > 0
    assert row.bed_days_lost == row.bed_days > 0
    own = bare.units_of("H1")
    assert found.known[own, :2].all()
    staff, stands_in = plan.made.instance.staff, plan.made.instance.stands_in
    off = taken_off(staff, stands_in, found.most, found.everywhere)
    assert staff[own][:, :, :2] - off[own][:, :, :2] == pytest.approx(0.0)
    assert (off[own][:, :, 2:] == 0).all()  # the rosters say nothing of later days
    again = held_against(bare, found, tmp_path / "rosters", days=2)
    assert next(row for row in again.rows if row.facility_id == "H1") == row


def facility(**more: Any) -> dict[str, Any]:
    row = {"name": "H", "people": 42, "posts": 0, "open": 0, "medium": 32_000, "soft": 2}
    rest = {"bound": 1_002.0, "status": "feasible", "wall_seconds": 1.0, "bed_days_lost": 0.0}
    return row | rest | {"made_in": 1} | more


def test_a_row_names_the_round_of_points_that_are_of_other_posts() -> None:
    """Round 3 is handed over: of a roster of round 1 the points are of other posts than its row."""
    rounds = [{"number": n, "kept": n == 3} for n in (1, 2, 3)]
    rosters = {"rounds": rounds, "facilities": [facility(), facility(made_in=3)]}
    old, new = facility_rows(rosters, "en")
    assert (old["Medium / soft"], old["Bound"]) == ("32,000 / 2 (round 1)", "1,002 (round 1)")
    assert old["Status"] == "not proved best (round 1)"
    assert (new["Medium / soft"], new["Bound"]) == ("32,000 / 2", "1,002")
    assert "of the plan handed over (round 3)" in rounds_note(rosters, "en")
    assert "(vòng 3)" in rounds_note(rosters, "vi")
    assert rounds_note({**rosters, "facilities": [facility(made_in=3)]}, "en") == ""


def test_bed_days_of_the_plan_that_no_roster_staffs_are_told_plainly(rostered: Path) -> None:
    rosters = told(rostered)["rosters"]
    kept = next(one for one in rosters["rounds"] if one["kept"])
    kept["bed_days"], kept["bed_days_lost"] = 1_000.0, 203.0
    text = "still counts 203.0 bed-days that no roster staffs, 20.3 %"
    assert text in still_counted(rosters, "en")
    assert text in rosters_text(rosters, "en")
    assert "203,0 ngày giường" in still_counted(rosters, "vi")
    assert "203.0 bed-days of that plan" in finding_text(
        told(rostered) | {"rosters": rosters}, "en"
    )
    rosters["excess"] = {"patient_days": 39.4, "harm": 39_373.0}
    assert "these make 39,373.0 of its harm" in still_counted(rosters, "en")
    assert "39,4 ngày bệnh nhân" in still_counted(rosters, "vi")
    kept["bed_days_lost"] = 0.04
    assert still_counted(rosters, "en") == ""
