"""From a plan's beds to a judged roster: province, staff, tables, roster, judge."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from optimizer.checking.roster.judge import check_roster
from optimizer.cli import app
from optimizer.domain import duty
from optimizer.domain.assemble import assemble
from optimizer.domain.cover import cover_of
from optimizer.domain.lending import home_floors, presence
from optimizer.domain.people import ContractTerms
from optimizer.domain.roster import RosterProblem
from optimizer.exchange.beds import read_beds, read_patients
from optimizer.exchange.roster_folder import read_assignments
from optimizer.exchange.roster_tables import read_roster_folder
from optimizer.exchange.scenarios import scenario_from_json
from optimizer.exchange.staff_tables import read_staff_tables
from optimizer.exchange.tables import read_tables
from optimizer.roster_from_beds import beds_of, house_tables, opened_plan

run = CliRunner()


def host_of(folder: Path, peopled: Path) -> str:
    told = json.loads((folder / "staff.json").read_text(encoding="utf-8"))
    sites = told["site_of_facility"]
    hosts = {block["host"] for block in told["blocks"]}
    return min(site for site, unit in sites.items() if unit in hosts)


@pytest.fixture(scope="module")
def tables(staffed: Path, peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables") / "house"
    host = host_of(staffed, peopled)
    done = run.invoke(
        app,
        ["roster", "from", str(staffed), "--facility", host, "--data", str(peopled),
         "--out", str(out), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["synthetic"]
    assert told["guests"] > 0
    return out


@pytest.fixture(scope="module")
def problem(tables: Path) -> RosterProblem:
    return read_roster_folder(tables)


@pytest.fixture(scope="module")
def roster(tables: Path) -> Path:
    out = tables.with_name("made")
    done = run.invoke(
        app, ["roster", str(tables), "--out", str(out), "--time-limit", "6", "-q", "--lang", "vi"]
    )
    assert done.exit_code == 0, done.output
    assert "giường" in done.stdout
    return out


def test_holidays_of_the_province_stand_in_the_tables(tables: Path, problem: RosterProblem) -> None:
    assert (tables / "holidays.csv").read_text(encoding="utf-8").splitlines() == [
        "date",
        "2026-11-24",
    ]
    assert problem.holidays == {1}


def test_posts_are_those_of_the_cover_of_the_beds(
    problem: RosterProblem, tables: Path, staffed: Path, peopled: Path
) -> None:
    beds = read_beds(tables)
    assert beds is not None
    text = (staffed / "inputs" / "scenario.json").read_text(encoding="utf-8")
    read, _ = read_tables(peopled)
    inst = assemble(read, scenario_from_json(json.loads(text))).instance
    cover = cover_of(inst, read_patients(beds_of(staffed), inst), read_staff_tables(read).shifts)
    wanted = {
        (beds.roster_units[c.unit, c.role], c.role, c.day - 1, c.shift): c.posts
        for c in cover.lines()
        if c.unit in beds.units
    }
    assert {(c.unit, c.role, c.day, c.shift): c.minimum for c in problem.cover} == wanted
    assert wanted


def test_the_roster_passes_its_judge_and_says_what_it_leaves_open(
    roster: Path, problem: RosterProblem
) -> None:
    assert check_roster(roster).passed
    found = json.loads((roster / "beds.json").read_text(encoding="utf-8"))
    made = read_assignments(roster / "roster.csv", problem)
    filled: dict[tuple[str, str, int, str], int] = {}
    for a in made:
        filled[a.unit, a.role, a.day, a.shift] = filled.get((a.unit, a.role, a.day, a.shift), 0) + 1
    open_posts = sum(
        max(0, c.minimum - filled.get((c.unit, c.role, c.day, c.shift), 0)) for c in problem.cover
    )
    assert found["uncovered"] == open_posts
    assert found["at_least"] <= open_posts
    assert (found["beds_lost"] > 0) == (open_posts + found["leads_missing"] > 0)


def test_a_guest_never_works_outside_the_stay(roster: Path, problem: RosterProblem) -> None:
    made = read_assignments(roster / "roster.csv", problem)
    here = [stay for stay in problem.stays if stay.here]
    assert here
    for stay in here:
        days = {a.day for a in made if a.person == stay.person}
        assert all(stay.first + stay.travel_days <= d <= stay.last - stay.travel_days for d in days)


def test_who_is_lent_by_the_facility_does_not_work_there(
    staffed: Path, peopled: Path, tmp_path: Path
) -> None:
    told = json.loads((staffed / "staff.json").read_text(encoding="utf-8"))
    homes = {block["home"] for block in told["blocks"]}
    sites = told["site_of_facility"]
    home = min(site for site, unit in sites.items() if unit in homes)
    done = run.invoke(
        app,
        ["roster", "from", str(staffed), "--facility", home, "--data", str(peopled),
         "--out", str(tmp_path / "home"), "--json"],
    )  # fmt: skip
    if done.exit_code == 2:  # no bed in use there: said, nothing written
        assert "nothing to roster" in done.stdout
        return
    assert json.loads(done.stdout)["away"] > 0


def test_limits_of_a_contract_stand_in_the_roster() -> None:
    row = ContractTerms(
        contract_id="full",
        weekly_hours=40,
        absence=0.15,
        max_hours=176,
        max_consecutive_days=6,
        max_consecutive_nights=3,
        min_rest_hours=11,
        source="R22",
        confidence="assumed",
    )
    made = duty._contract(row, 14)  # half of 28 days: 88 h
    limits = (made.max_minutes, made.max_consecutive_days, made.max_consecutive_nights)
    assert (*limits, made.min_rest_minutes) == (5280, 6, 3, 660)


@pytest.mark.parametrize(
    ("lang", "fault", "remedy"),
    [("en", "knows no facility", "Did you mean"), ("vi", "không có cơ sở", "Có phải")],
)
def test_unknown_facility_is_named_with_a_remedy(
    staffed: Path, peopled: Path, tmp_path: Path, lang: str, fault: str, remedy: str
) -> None:
    done = run.invoke(
        app,
        ["roster", "from", str(staffed), "--facility", "nowhere", "--data", str(peopled),
         "--out", str(tmp_path / "x"), "--lang", lang],
    )  # fmt: skip
    assert done.exit_code == 2
    said = done.output + done.stderr
    assert fault in said
    assert remedy in said
    assert not (tmp_path / "x").exists()


def test_beds_of_a_role_that_nobody_fills_cannot_be_counted(
    tables: Path, problem: RosterProblem
) -> None:
    from optimizer.domain.duty import uncovered

    beds = read_beds(tables)
    assert beds is not None
    found = uncovered(problem, (), beds)
    assert found.uncovered == found.posts > 0
    used = beds.patients[:, (beds.need > 0).any(axis=0)].sum()
    assert found.beds_lost == pytest.approx(float(np.asarray(used)))


def test_people_at_remote_posts_are_not_lent_but_work_at_home(
    staffed: Path, peopled: Path, tmp_path: Path
) -> None:
    plan = opened_plan(staffed, peopled)
    remote = replace(plan, force=replace(plan.force, protected=plan.force.heads))
    there = presence(plan.scenario, plan.made.instance.days)
    assert (home_floors(remote.force, there) == plan.force.heads[:, :, None]).all()
    told = [house_tables(one, "H1", tmp_path / name) for one, name in ((plan, "a"), (remote, "b"))]
    assert told[0] == told[1]
    assert told[0]["people"] > 0
