"""A sample of both batteries; the full counts: ``python -m benchmarks.battery``."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.app.jobs import Job, JobManager, PlanRequest, launch
from optimizer.checking.judge import check_plan
from optimizer.crosscheck.edges import any_instance
from optimizer.domain.instance import Instance
from optimizer.domain.simulate import simulate
from optimizer.errors import SolverError
from optimizer.planning.model import build_model
from optimizer.planning.screen import with_ways
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.run import better_of, plan_scenario
from optimizer.solving import engine
from tests.run.province import template, wave

from . import broken
from .always import OVERLOADS, TROUBLES, answered
from .metamorphic import PROPERTIES

EACH = 15


@pytest.mark.parametrize("name", PROPERTIES)
def test_property_holds_on(name: str) -> None:
    for seed in range(EACH):
        try:
            PROPERTIES[name](seed)
        except AssertionError as error:
            pytest.fail(f"{name}, seed {seed}: {error}")


def test_there_are_thirteen_properties() -> None:
    assert len(PROPERTIES) == 13


@pytest.mark.parametrize("overload", range(len(OVERLOADS)))
def test_answer_comes_whatever_happens(overload: int, tmp_path: Path) -> None:
    for number in range(overload % 2, len(TROUBLES), 2):
        seed = overload * len(TROUBLES) + number
        answered(seed, tmp_path / str(seed), explain=number < 2)


# what the batteries found


@pytest.mark.parametrize("seed", [175, 188])
def test_plan_in_whole_people_is_never_worse_than_the_rule(seed: int) -> None:
    """Today alone, its evening priced by the LP's duals, was 6 % worse than the nearest place."""
    inst = any_instance(seed)
    assert solve_plan(inst).harm.value < simulate(inst).harm.value


@pytest.mark.parametrize("seed", [323, 359, 415])
def test_burden_is_not_bought_with_harm(seed: int) -> None:
    """A face fixed too loosely let burden fall by 5 % for 2e-5 of the harm."""
    harm = solve_plan(any_instance(seed), SolveOptions(whole=False)).harm
    assert harm.bound is not None
    assert harm.value <= harm.bound * (1 + 1e-7)


def test_lp_that_was_stopped_promises_nothing() -> None:
    """A stopped LP was once called optimal, with its own value as bound: above what is possible."""
    told = 0
    for seed in (61, 70, 79):
        inst = any_instance(seed)
        model = build_model(inst)
        least = engine.solve_arrays(model.compiled, model.harm).objective
        for seconds in (1e-7, 1e-6, 1e-5, 1e-4, 1e-3):
            with contextlib.suppress(SolverError):
                found = engine.solve_arrays(
                    model.compiled, model.harm, engine="glop", seconds=seconds
                )
                assert not found.optimal or found.objective == pytest.approx(least)
            with contextlib.suppress(SolverError):
                harm = solve_plan(inst, SolveOptions(seconds=seconds)).harm
                assert harm.bound is None or harm.bound <= least * (1 + 1e-9) + 1e-9
                told += 1
    assert told > 0


def test_better_of_two_plans_is_kept_and_its_bound_is_not_made_up() -> None:
    inst = any_instance(2)
    rule, plan = simulate(inst), solve_plan(inst)
    assert better_of(plan, inst, rule, inst) is plan
    worse = replace(plan, harm=replace(plan.harm, value=rule.harm.value + 1.0))
    kept = better_of(worse, inst, rule, inst)
    assert (kept.solver, kept.harm.bound) == ("nearest free place", plan.harm.bound)
    fewer = part_of_ways(inst)
    assert better_of(worse, fewer, rule, inst).harm.bound is None


def part_of_ways(inst: Instance) -> Instance:
    """The instance with one way fewer: its bound says nothing of the whole."""
    every = np.ones(len(inst.admissions.area), dtype=bool)
    every[0] = False
    return with_ways(inst, every, np.ones(len(inst.transfers.origin), dtype=bool))


# a solver that dies


@pytest.fixture
def province(tmp_path: Path) -> Path:
    return template(tmp_path / "facilities" / "here")


def test_rule_is_kept_in_time_when_the_solver_hangs(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in broken.who_solve():
        monkeypatch.setattr(module, "solve_arrays", lambda *_, **__: time.sleep(60))
    scenario = wave(province, shocks={"demand_factor": 8})
    began = time.monotonic()
    outcome = plan_scenario(
        scenario,
        data_dir=province,
        out=tmp_path / "plan",
        options=SolveOptions(seconds=0.3),
        explain=False,
        reports=False,
    )
    assert time.monotonic() - began < 30.0
    assert outcome.summary["solver"] == "nearest free place"
    assert outcome.summary["objective"]["harm"]["bound"] is None
    assert check_plan(tmp_path / "plan").violations == ()
    assert any("did not answer" in w.render("en") for w in outcome.warnings)


def test_rule_is_kept_when_every_solver_gives_up(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> None:
        raise SolverError("The solver glop stopped without a plan: x.")

    for module in broken.who_solve():
        monkeypatch.setattr(module, "solve_arrays", silent)
    outcome = plan_scenario(
        wave(province), data_dir=province, out=tmp_path / "plan", explain=False, reports=False
    )
    assert outcome.summary["solver"] == "nearest free place"
    assert check_plan(tmp_path / "plan").violations == ()


def until(job: Job, seconds: float) -> None:
    end = time.monotonic() + seconds
    while job.live and time.monotonic() < end:
        time.sleep(0.05)
    assert not job.live, f"still {job.state} after {seconds} s"


@pytest.mark.parametrize("how", broken.HOWS)
def test_app_keeps_the_checked_rule_when_the_solver_is(
    how: str, province: Path, tmp_path: Path
) -> None:
    scenario = wave(province, shocks={"demand_factor": 8})

    def start(command: Sequence[str]) -> subprocess.Popen[str]:
        at = command.index("optimizer.cli")
        return launch([sys.executable, "-m", "tests.battery.broken", how, *command[at + 1 :]])

    jobs = JobManager(tmp_path / "plans", launch=start, limit_seconds=12.0)
    job = jobs.start(PlanRequest(scenario, province))
    until(job, 20.0)
    assert (job.state, job.cancelled) == ("failed", False)
    assert job.folder is not None, job.log
    assert check_plan(job.folder, province).violations == ()
    plan = json.loads((job.folder / "plan.json").read_text(encoding="utf-8"))
    assert plan["solver"] == "nearest free place"
    assert [p.name for p in (tmp_path / "plans").iterdir()] == [job.folder.name]
