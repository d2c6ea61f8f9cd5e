"""Rules of others, curves, known leaving days and closing sites, from files to judged plans."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks.texas import moves, overflow, total
from benchmarks.texas_format import (
    Wave,
    arrivals_of,
    leaving_of,
    write_province,
    write_scenario,
)
from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import assemble
from optimizer.errors import DataError
from optimizer.loading import load
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.run import plan_scenario
from optimizer.solving.engine import solve_arrays
from optimizer.solving.matrix import Matrix

from .province import planned, summary, table, template, wave, worked
from .province import total as patients

CURVE = np.array([1.0, 0.9, 0.6, 0.3, 0.1])


@pytest.fixture(scope="module")
def invented() -> Wave:
    """Three areas, eight days, a wave that one of them cannot hold alone."""
    came = np.array([[0, 1, 5, 6, 4, 3, 1, 0], [1, 0, 1, 2, 1, 1, 0, 0], [0, 1, 0, 1, 0, 2, 1, 1]])
    left = np.array([[0, 0, 0, 1, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0]])
    return Wave(
        ids=("A", "B", "C"),
        names=("Alpha", "Beta", "Gamma"),
        place=np.array([[31.0, -97.0], [31.5, -97.5], [32.0, -98.0]]),
        beds=np.array([6.0, 8.0, 9.0]),
        eve=np.array([8.0, 2.0, 1.0]),
        came=came.astype(float),
        left=left.astype(float),
        curve=CURVE,
        km=np.array([[0.0, 70, 150], [70, 0, 80], [150, 80, 0]]),
        first_day=datetime.date(2020, 6, 15),
    )


def known(wave: Wave) -> np.ndarray:
    """(N, T) patients of the eve still there at day's end."""
    return np.asarray(wave.eve[:, None] - wave.left.cumsum(axis=1))


def summed_out(wave: Wave) -> float:
    """Least overflow + 0.01 a move by the census written as a sum over the days of admission.

    census[i,t] = known + sum over t' <= t of S(t - t') (came - sent + got)[i,t'].
    """
    nodes, days = wave.came.shape
    m = Matrix()
    sent = m.columns("sent", (nodes, days), upper=wave.came)
    got = m.columns("got", (nodes, days))
    above = m.columns("above", (nodes, days))
    even = m.rows("even", (days,))
    even.add(1.0, sent, even.index[None, :])
    even.add(-1.0, got, even.index[None, :])
    even.equals(0.0)
    room = m.rows("room", (nodes, days))
    right = np.repeat(wave.beds[:, None], days, axis=1) - known(wave)
    stay = np.zeros((days, days))
    for t in range(days):
        for first in range(t + 1):
            age = t - first
            stay[first, t] = wave.curve[age] if age < len(wave.curve) else 0.0
    room.add(-stay[None], sent[:, :, None], room.index[:, None, :])
    room.add(stay[None], got[:, :, None], room.index[:, None, :])
    room.add(1.0, sent)  # the sender counts whom it sends today
    room.add(-1.0, above)
    room.at_most(right - wave.came @ stay)
    compiled = m.compiled()
    cost = np.zeros(compiled.size[0])
    cost[above], cost[sent] = 1.0, 0.01
    return solve_arrays(compiled, cost).objective


def replay(wave: Wave, folder: Path, **rules: Any) -> Path:
    write_province(folder, wave)
    days = wave.came.shape[1]
    rows = {"arrivals": arrivals_of(wave, days), "leaving": leaving_of(wave, days)}
    return write_scenario(folder, "replay", wave, days=days, rules=rules, **rows)


def test_ages_have_the_same_optimum_as_the_census_summed_over_days(
    invented: Wave, tmp_path: Path
) -> None:
    path = replay(invented, tmp_path / "data")
    outcome = plan_scenario(
        path,
        data_dir=path.parent,
        out=tmp_path / "plan",
        all_ways=True,
        explain=False,
        reports=False,
    )
    harm = outcome.summary["objective"]["harm"]
    assert harm["value"] == pytest.approx(summed_out(invented), abs=1e-6)
    assert harm["value"] > 0.05
    moved, above = total(moves(tmp_path / "plan")), overflow(tmp_path / "plan")
    assert above + 0.01 * moved == pytest.approx(harm["value"])
    assert outcome.summary["kpis"]["admissions_elsewhere"] == pytest.approx(moved)
    assert check_plan(tmp_path / "plan").violations == ()


def test_means_of_a_curve_and_of_known_leaving_days_are_exact(
    invented: Wave, tmp_path: Path
) -> None:
    path = replay(invented, tmp_path / "data")
    tables, scenario, _ = load(path, path.parent)
    inst = assemble(tables, scenario).instance
    plan = solve_plan(inst, SolveOptions(whole=False))
    placed = np.zeros((3, 8))
    np.add.at(placed, inst.admissions.to, plan.admitted)
    due = known(invented).copy()
    for t in range(8):
        for first in range(t + 1):
            if t - first < len(CURVE):
                due[:, t] += CURVE[t - first] * placed[:, first]
    assert plan.treated.sum(axis=1) == pytest.approx(due, abs=1e-9)


def test_whole_window_is_whole_and_says_its_gap(invented: Wave, tmp_path: Path) -> None:
    path = replay(invented, tmp_path / "data", whole_window=True)
    outcome = plan_scenario(
        path,
        data_dir=path.parent,
        out=tmp_path / "plan",
        all_ways=True,
        explain=False,
        reports=False,
    )
    harm = outcome.summary["objective"]["harm"]
    assert harm["bound"] == pytest.approx(summed_out(invented), abs=1e-6)
    assert harm["value"] >= harm["bound"] - 1e-9
    found = [p for _, _, p in moves(tmp_path / "plan")]
    assert found == pytest.approx([round(p) for p in found], abs=1e-9)
    assert "rules.whole_window: true" in outcome.summary["notes"]


def test_opening_census_that_may_move_once_never_raises_harm(
    invented: Wave, tmp_path: Path
) -> None:
    before = planned_harm(replay(invented, tmp_path / "a"), tmp_path / "plan-a")
    path = replay(invented, tmp_path / "b", leaving_moves_once=True)
    assert planned_harm(path, tmp_path / "plan-b") < before - 1e-3
    gone = table(tmp_path / "plan-b", "transfers")
    assert {row["direction"] for row in gone} == {"lateral"}
    assert all("~out" in row["class_id"] and "~moved" not in row["class_id"] for row in gone)
    rows = table(tmp_path / "plan-b", "patients")
    assert any(row["class_id"].endswith("~moved") for row in rows)


def planned_harm(path: Path, out: Path) -> float:
    outcome = plan_scenario(
        path, data_dir=path.parent, out=out, all_ways=True, explain=False, reports=False
    )
    assert check_plan(out).violations == ()
    return float(outcome.summary["objective"]["harm"]["value"])


def test_notes_name_every_rule_of_others(invented: Wave, tmp_path: Path) -> None:
    path = replay(invented, tmp_path / "data")
    tables, scenario, _ = load(path, path.parent)
    notes = assemble(tables, scenario).instance.notes
    assert {
        "rules.wait: none",
        "rules.corridor: open",
        "rules.movers: new",
        "rules.sender_counts_move_day: true",
        "stays.icu.survival",
    } <= set(notes)


# a province of our own kind


def worked_with(directory: Path, **changes: Any) -> Path:
    """Write the worked example with some keys of its scenario changed; return the scenario."""
    province = worked(directory)
    path = province / "scenario.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, value in changes.items():
        told[key] = {**told.get(key, {}), **value}
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return path


def harm_of(path: Path, out: Path) -> float:
    return float(planned(path, path.parent, out).summary["objective"]["harm"]["value"])


def test_without_step_down_the_worked_example_costs_more(tmp_path: Path) -> None:
    path = worked_with(tmp_path / "data", options={"step_down": False})
    assert harm_of(path, tmp_path / "plan") > 153.125 + 1
    assert all(r["direction"] == "step_up" for r in table(tmp_path / "plan", "transfers"))


def test_movers_all_lets_acute_patients_leave_a_proper_bed(tmp_path: Path) -> None:
    path = worked_with(tmp_path / "data", rules={"movers": "all"})
    assert harm_of(path, tmp_path / "plan") <= 153.125 + 1e-6


def test_movers_new_leaves_everybody_where_he_was_admitted(tmp_path: Path) -> None:
    path = worked_with(tmp_path / "data", rules={"movers": "new"})
    assert harm_of(path, tmp_path / "plan") == pytest.approx(249.5)  # the rival without transfers
    assert table(tmp_path / "plan", "transfers") == []


def test_closing_site_is_emptied_before_the_day(tmp_path: Path) -> None:
    path = worked_with(tmp_path / "data", shocks={"closing": [{"facility": "FA", "day": 3}]})
    told = summary_of(path, tmp_path / "plan")
    gone = table(tmp_path / "plan", "transfers")
    assert patients(gone, from_unit="A", direction="lateral") > 0  # A's treated, to a higher tier
    assert patients(table(tmp_path / "plan", "admissions"), day="3", unit="A") == 0
    assert "shocks.closing: FA (3)" in told["notes"]


def test_closing_that_comes_after_the_window_changes_nothing(tmp_path: Path) -> None:
    path = worked_with(tmp_path / "data", shocks={"closing": [{"facility": "FA", "day": 9}]})
    assert harm_of(path, tmp_path / "plan") == pytest.approx(153.125)


def summary_of(path: Path, out: Path) -> dict[str, Any]:
    planned(path, path.parent, out)
    return summary(out)


def test_own_unit_without_the_level_counts_nobody_for_it(tmp_path: Path) -> None:
    """A is the own unit of the commune and has no ICU bed: the critical patient goes on to B."""
    path = worked_with(tmp_path / "data", rules={"movers": "new", "sender_counts_move_day": True})
    with (path.parent / "open.csv").open("a", encoding="utf-8") as file:
        file.write("c,critical,1\n")
    census = path.parent / "census.csv"
    rows = census.read_text(encoding="utf-8").splitlines()
    here = [row for row in rows if not row.startswith(("B,", "A,critical"))]
    census.write_text("\n".join(here) + "\n", encoding="utf-8")
    planned(path, path.parent, tmp_path / "plan")  # the checker refused it once
    came = table(tmp_path / "plan", "admissions")
    assert patients(came, day="1", unit="B", class_id="CA") == 1


@pytest.mark.parametrize("movers", ["all", "new"])
def test_template_plans_with_a_site_closing_under_rules_of_others(
    movers: str, tmp_path: Path
) -> None:
    province = template(tmp_path / "data")
    text = (province / "units.csv").read_text(encoding="utf-8").splitlines()
    units = list(csv.DictReader(line for line in text if not line.startswith("#")))
    path = wave(
        province,
        rules={"movers": movers, "sender_counts_move_day": True},
        shocks={"closing": [{"facility": units[0]["facility_id"], "day": 4}]},
    )
    planned(path, province, tmp_path / "plan")


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ([{"from_unit": "B", "to_unit": "A"}], 153.125),  # the way down of the page, now lateral
        ([{"from_unit": "B", "to_unit": "A", "severity": "severe"}], 153.125),
        ([{"from_unit": "B", "to_unit": "A", "severity": "critical"}], None),
        ([], None),
    ],
)
def test_lateral_transfers_on_request(
    asked: list[dict[str, str]], due: float | None, tmp_path: Path
) -> None:
    path = worked_with(tmp_path / "data", options={"lateral_requests": asked})
    units = path.parent / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("B,FB,T2", "B,FB,T1"), "utf-8")
    found = harm_of(path, tmp_path / "plan")
    if due is None:
        assert found > 154
    else:
        assert found == pytest.approx(due)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rules": {"wait": "none"}}, "somebody must be able to lie in a corridor"),
        ({"rules": {"corridor": "open"}}, "for one care level"),
        ({"rules": {"whole_window": True}}, "whole people of one commune"),
        ({"shocks": {"closing": [{"facility": "FX", "day": 2}]}}, "No facility has this id"),
        (
            {"options": {"lateral_requests": [{"from_unit": "A", "to_unit": "B"}]}},
            "not of the same tier rank",
        ),
        (
            {"options": {"lateral_requests": [{"from_unit": "A", "to_unit": "Z"}]}},
            "No open unit has this id",
        ),
        ({"stays": {"severe": {"survival": [1, 0.5, 0.6]}}}, "survival rises"),
        ({"stays": {"severe": {"survival": [0.9, 0.5]}}}, "starts with 1"),
        ({"stays": {"severe": {"survival": [1], "stay_days": 3}}}, "one of the two"),
        (
            {"stays": {"severe": {"survival": [1], "delay_days": 3}}},
            "Beside survival there is one phase",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused_in_both_languages(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = worked_with(tmp_path / "data", **changes)
    with pytest.raises(DataError) as error:
        load(path, path.parent)
    assert any(said in problem.render("en") for problem in error.value.problems)
    assert all(problem.render("vi") != problem.render("en") for problem in error.value.problems)


def test_survival_file_with_a_gap_is_refused(invented: Wave, tmp_path: Path) -> None:
    path = replay(invented, tmp_path / "data")
    ages = path.parent / "survival.csv"
    lines = ages.read_text(encoding="utf-8").splitlines()
    ages.write_text("\n".join([*lines[:3], *lines[4:]]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="without a gap"):
        load(path, path.parent)


def test_census_of_a_curve_must_say_since_when(invented: Wave, tmp_path: Path) -> None:
    path = replay(invented, tmp_path / "data")
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    row = {"unit": "UA", "severity": "icu", "phase": "acute", "state": "treated", "count": 2}
    told["explicit"]["census"] = [row]
    path.write_text(yaml.safe_dump(told), encoding="utf-8")
    with pytest.raises(DataError, match="since when are they here"):
        load(path, path.parent)
    told["explicit"]["census"] = [row | {"days_since_admission": 2}]
    path.write_text(yaml.safe_dump(told), encoding="utf-8")
    tables, scenario, _ = load(path, path.parent)
    inst = assemble(tables, scenario).instance
    there = inst.census_treated[:, inst.classes.ids.index("ICU~day2")]
    assert there.tolist() == [2, 0, 0]
