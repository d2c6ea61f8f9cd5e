"""The judge of a secondment folder: a sound one passes, each spoilt one is named."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.checking.secondments import RULES, check_secondments
from optimizer.domain.secondment import Secondment, SecondmentPlan, SecondmentProblem, Substitute
from optimizer.exchange.staff_blocks import EarlierBlocks
from optimizer.exchange.staff_folder import write_staff_folder
from optimizer.staffing.secondment.solve import plan_secondments
from tests.staffing.province import RULES as USUAL
from tests.staffing.province import small

FIRST = datetime.date(2026, 11, 23)
PUBLISHED = Secondment("NUR", "A", "B", 8, 14, 2)
PINNED = Secondment("NUR", "A", "B", 1, 14, 1, pinned=True)


def case() -> SecondmentProblem:
    """Home A, host B; a pinned block, helpers in intensive care, travel days and a host share."""
    helper = Substitute("NUR", "NUR_ICU", 1.0, 5, (0, 0))
    return small(
        roles=("NUR", "NUR_ICU"),
        heads=((12, 10), (4, 3)),
        need=((4, 13), (1, 7)),
        floor=((4, 2), (1, 0)),
        wanted=((5, 2), (2, 0)),
        leads=((0, 0), (0, 2)),
        travel_days=1,
        days=28,
        substitutes=(helper,),
        rules=replace(USUAL, host_share=0.5, lengths=(14, 21)),
        pinned=(PINNED,),
        published=(PUBLISHED,),
        legal_basis=("public", "public"),
    )


def person(name: str, role: str, site: str) -> dict[str, str]:
    return {
        "person_id": name,
        "facility_id": site,
        "role": role,
        "may_be_seconded": "1",
        "remote_protected": "0",
        "returned_on": "",
    }


def crowd(problem: SecondmentProblem) -> list[dict[str, str]]:
    return [
        person(f"{site}:{role}:{n}", role, site)
        for g, role in enumerate(problem.roles)
        for h, site in enumerate(problem.sites)
        for n in range(int(problem.heads[g, h]))
    ]


def going(problem: SecondmentProblem, plan: SecondmentPlan) -> list[tuple[str, Secondment]]:
    left = {(p["facility_id"], p["role"]): [] for p in crowd(problem)}
    for one in crowd(problem):
        left[one["facility_id"], one["role"]].append(one["person_id"])
    return [
        (left[block.home, block.role].pop(), block)
        for block in plan.blocks
        for _ in range(block.heads)
    ]


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def solved() -> tuple[SecondmentProblem, SecondmentPlan]:
    problem = case()
    return problem, plan_secondments(problem)


@pytest.fixture
def folder(tmp_path: Path, solved: tuple[SecondmentProblem, SecondmentPlan]) -> Path:
    problem, plan = solved
    write_rows(tmp_path / "people.csv", crowd(problem))
    out = tmp_path / "staff"
    summary = {
        "data_dir": "..",
        "first_day": str(FIRST),
        "named_sites": list(problem.sites),
        "site_of_facility": {site: site for site in problem.sites},
        "cost_vnd": plan.cost_vnd,
        "goals": {
            name: {"value": group.value, "bound": group.bound}
            for name, group in plan.groups.items()
        },
    }
    ids = EarlierBlocks().names_of(plan.blocks)
    write_staff_folder(out, problem, plan, going(problem, plan), FIRST, summary, ids)
    return out


def test_case_uses_what_the_judge_must_see(
    solved: tuple[SecondmentProblem, SecondmentPlan],
) -> None:
    _, plan = solved
    assert plan.training
    assert (plan.substituted > 0).any()
    assert {block.role for block in plan.blocks} == {"NUR", "NUR_ICU"}
    assert (plan.short > 0).any()


def test_judge_passes_a_sound_folder(folder: Path) -> None:
    result = check_secondments(folder)
    assert [one.render() for one in result.violations] == []
    assert set(result.counts) == {rule.__name__ for rule in RULES}


Spoil = Callable[[list[dict[str, str]]], None]


def first(column: str, value: str) -> Spoil:
    def spoil(rows: list[dict[str, str]]) -> None:
        rows[-1][column] = value

    return spoil


def more(
    column: str, by: float, where: Callable[[dict[str, str]], bool] = lambda row: True
) -> Spoil:
    def spoil(rows: list[dict[str, str]]) -> None:
        row = next(row for row in rows if where(row))
        row[column] = str(float(row[column]) + by).removesuffix(".0")

    return spoil


def free(row: dict[str, str]) -> bool:
    return row.get("pinned") == "0"


@pytest.mark.parametrize(
    ("file", "spoil", "rule"),
    [
        ("secondments.csv", first("days", "15"), "blocks"),
        ("secondments.csv", first("host", "C"), "blocks"),
        ("secondments.csv", first("heads", "0"), "blocks"),
        ("inputs/sites.csv", lambda rows: rows[0].update(lead_days="9"), "blocks"),
        ("inputs/sites.csv", lambda rows: rows[1].update(may_host="0"), "blocks"),
        (
            "secondments.csv",
            lambda rows: rows.remove(next(r for r in rows if not free(r))),
            "pinned",
        ),
        ("secondments.csv", more("heads", 20, free), "home_floor"),
        ("secondments.csv", more("heads", 1, free), "days_away"),
        ("heads.csv", more("away", 1), "days_away"),
        ("heads.csv", more("short", 1), "cover"),
        ("heads.csv", more("lead_short", 1), "cover"),
        ("heads.csv", more("need", 1, lambda r: r["site"] == "B"), "cover"),
        ("helping.csv", more("heads", 20), "role_use"),
        ("helping.csv", more("heads", 8), "supervision"),
        ("training.csv", first("start_day", "22"), "training"),
        ("training.csv", more("heads", 30), "role_use"),
        ("heads.csv", lambda rows: [r.update(eligible="0") for r in rows], "frequency"),
        ("inputs/rules.json", {"host_share": 0.05}, "host_share"),
        ("people_away.csv", lambda rows: rows.pop(), "people"),
        ("people_away.csv", first("person_id", "nobody"), "people"),
        (
            "people_away.csv",
            lambda rows: rows[-1].update(person_id=rows[-2]["person_id"]),
            "people",
        ),
        ("../people.csv", lambda rows: [r.update(may_be_seconded="0") for r in rows], "people"),
        ("../people.csv", lambda rows: [r.update(remote_protected="1") for r in rows], "people"),
        (
            "../people.csv",
            lambda rows: [r.update(returned_on="2026-11-01") for r in rows],
            "people",
        ),
        ("../people.csv", lambda rows: rows.pop(), "tables"),
        ("secondments.csv", more("cost_vnd", 5000), "goals"),
        ("inputs/pairs.csv", more("travel_vnd", 5000), "goals"),
        ("heads.csv", more("weight", 50, lambda r: float(r["short"]) > 0), "goals"),
        ("staff.json", {"cost_vnd": 1.0}, "goals"),
        ("staff.json", {"goals": None}, "goals"),
        (
            "inputs/pinned.csv",
            more("heads", 3, lambda row: row["kind"] == "published"),
            "churn",
        ),
        ("inputs/rules.json", {"move_vnd": 1e6}, "churn"),
    ],
)
def test_judge_names_the_broken_rule(
    folder: Path, file: str, spoil: Spoil | dict[str, object], rule: str
) -> None:
    path = folder / file
    if isinstance(spoil, dict):
        told = json.loads(path.read_text(encoding="utf-8"))
        if spoil == {"goals": None}:
            told["goals"]["shortage"]["bound"] = told["goals"]["shortage"]["value"] + 10
        else:
            told |= spoil
        path.write_text(json.dumps(told), encoding="utf-8")
    else:
        rows = read_rows(path)
        spoil(rows)
        write_rows(path, rows)
    broken = check_secondments(folder).broken
    assert rule in broken, broken


def test_judge_says_that_it_cannot_read_a_folder(tmp_path: Path) -> None:
    assert check_secondments(tmp_path).broken == {"files": 1}


def test_judge_speaks_vietnamese(folder: Path) -> None:
    rows = read_rows(folder / "secondments.csv")
    rows[-1]["days"] = "15"
    write_rows(folder / "secondments.csv", rows)
    assert "Không được có đợt 15 ngày." in check_secondments(folder).render("vi")


def test_moved_counts_travel_inside_and_rest_after() -> None:
    """14 days from day 3, one day of travel each way, two of rest: away 3-18, here 4-15."""
    problem = case()
    away, here = problem.moved((Secondment("NUR", "A", "B", 3, 14, 2),))
    assert np.flatnonzero(away[0, 0]).tolist() == list(range(2, 18))
    assert np.flatnonzero(here[0, 1]).tolist() == list(range(3, 15))
