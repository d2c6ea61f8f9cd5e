"""The pieces of the search: parts of the rows, growing programmes, mixing, one person by one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.curtois import read_curtois
from benchmarks.curtois_random import instance
from optimizer.domain.roster import RosterStatus
from optimizer.staffing.roster.columns import path_bound
from optimizer.staffing.roster.engine import Search, cp_sat, linear_program
from optimizer.staffing.roster.growing import Growing
from optimizer.staffing.roster.mixing import Mixing
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.one_by_one import Slack, one_by_one
from optimizer.staffing.roster.parts import Parts, spans
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import propagated
from optimizer.staffing.roster.solve import RosterOptions, _Job, build_roster
from tests.staffing.test_roster_solve import tight
from tests.staffing.ward import points


def test_spans_lists_the_indices_of_each_range() -> None:
    begin, end = np.array([4, 9, 9, 0]), np.array([6, 9, 12, 1])
    assert spans(begin, end).tolist() == [4, 5, 9, 10, 11, 0]


def test_part_with_everything_open_has_the_optimum_and_with_nothing_open_the_points() -> None:
    v = roster_model(tight())
    model = v.rows.compiled()
    parts = Parts(model)
    optimum = cp_sat(model, Search(20))
    assert optimum.values is not None
    every = np.arange(model.columns)
    whole, kept = parts.part(optimum.values, every, model.low, model.high)
    again = cp_sat(whole, Search(20))
    assert again.points == optimum.points == points(tight())
    assert len(kept) == int((model.low < model.high).sum())
    nothing, kept = parts.part(optimum.values, every[:0], model.low, model.high)
    assert not len(kept)
    assert nothing.constant == optimum.points


def test_part_of_one_person_keeps_the_others_and_never_costs_more() -> None:
    v = roster_model(tight())
    model = v.rows.compiled()
    first = cp_sat(model, Search(20, 1, ("quick_restart_no_lp",), stop_at=math.inf))
    assert first.values is not None
    own = np.nonzero(model.owner == 1)[0]
    small, kept = Parts(model).part(first.values, own, model.low, model.high)
    assert set(model.owner[kept]) <= {1, -1}
    found = cp_sat(small, Search(20))
    assert found.values is not None
    assert found.status is RosterStatus.optimal
    values = first.values.copy()
    values[kept] = found.values
    assert not len(model.broken(values))
    assert model.points(values) == found.points <= first.points


def test_growing_programme_agrees_with_one_solved_afresh() -> None:
    random = np.random.default_rng(5)
    rows = 6
    empty = (np.arange(rows), np.arange(rows), np.ones(rows))
    need = np.arange(1.0, rows + 1)
    free = np.full(rows, np.inf)
    growing = Growing(np.zeros(rows), free, np.full(rows, 50.0), empty, need, free)
    assert growing.solve(5).bound == pytest.approx(50 * need.sum())
    parts = [empty]
    cost = [50.0] * rows
    for _ in range(4):
        for _ in range(3):
            held = np.nonzero(random.random(rows) < 0.5)[0]
            cost.append(float(random.integers(1, 60)))
            number = growing.join(cost[-1], held, np.ones(len(held)))
            parts.append((held, np.full(len(held), number), np.ones(len(held))))
        growing.bound(number, 0.0, 0.25)
        high = np.array(growing.high)
        row, column, value = (np.concatenate(p) for p in zip(*parts, strict=True))
        order = np.lexsort((column, row))
        entries = (row[order], column[order], value[order])
        afresh = linear_program(np.zeros(len(cost)), high, np.array(cost), entries, need, free, 5)
        assert growing.solve(5).bound == pytest.approx(afresh.bound)


def test_slack_costs_what_the_solver_would_pay() -> None:
    v = roster_model(tight())
    model = v.rows.compiled()
    parts = Parts(model)
    slack = Slack(parts, model.low, model.high)
    assert {model.rules[k] for k in model.rule[slack.soft]} == {"cover"}
    found = cp_sat(model, Search(20))
    assert found.values is not None
    own = model.owner >= 0
    done = np.bincount(
        parts.row_of,
        weights=model.coefficient * np.where(own, found.values, 0)[model.column],
        minlength=len(model.row_low),
    ).astype(np.int64)
    personal = int(model.cost[own] @ found.values[own]) + model.constant
    assert slack.cost(done)[slack.soft].sum() + personal == found.points


def test_one_by_one_gives_everybody_a_lawful_roster() -> None:
    v = roster_model(tight(4))
    model = v.rows.compiled()
    low, high, _ = propagated(model, model.low, model.high)
    values = one_by_one(Parts(model), low, high, lambda: 30.0)
    assert values is not None
    broken = {model.rules[k] for k in model.rule[model.broken(values)]}
    assert broken <= {"cover"}  # only what shared columns settle afterwards
    assert one_by_one(Parts(model), low, high, lambda: 0.0) is None


def test_mixing_improves_a_poor_roster_to_the_optimum_of_a_small_ward() -> None:
    problem = tight(3)
    job = _Job(problem, RosterOptions(seconds=60, workers=1), None)
    model = job.model
    dear = cp_sat(replace(model, cost=-model.cost), Search(10))
    assert dear.values is not None
    assert job.board.offer(dear.values)
    found = path_bound(model, Paths(job.v, job.low, job.high, timed=True), 20)
    mixing = Mixing(model, Paths(job.v, job.low, job.high, timed=True), found, job.complete, seed=1)
    for _ in range(12):
        mixing.improve(job.board, 1.0)
    assert job.board.points == points(problem) < -dear.points


def test_unknown_instances_of_the_format_load_and_are_solved(tmp_path: Path) -> None:
    path = tmp_path / "Instance77.txt"
    path.write_text(instance(28, 6, 5, seed=3), encoding="utf-8")
    roster = build_roster(read_curtois(path), RosterOptions(seconds=60, workers=1, cpu_seconds=3))
    assert roster.status in (RosterStatus.feasible, RosterStatus.optimal)
    assert roster.score is not None
    assert roster.score.hard == 0


def test_a_model_too_large_to_hand_over_gets_a_first_roster_person_by_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.staffing.roster.solve.MOST_ENTRIES", 10)
    monkeypatch.setattr("optimizer.staffing.roster.solve.MOST_AT_ONCE", 10)
    path = tmp_path / "Instance78.txt"
    path.write_text(instance(28, 5, 3, seed=4), encoding="utf-8")
    job = _Job(read_curtois(path), RosterOptions(seconds=60, workers=1), None)
    job.first(None)
    assert job.large
    assert math.isfinite(job.board.points)
