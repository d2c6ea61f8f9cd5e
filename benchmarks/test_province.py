"""Build, simulate, solve, split and check of a real province, as pytest-benchmark sees them.

The solve is of seven days so that a smoke run is quick; `python -m benchmarks.province_table`
measures the full 28 + 14 days of all nine scenarios and writes RESULTS.md. What is compared is a
ratio inside one run: each part against the solve of the same instance (`ratio_to_solve`).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.simulate import simulate
from optimizer.loading import load
from optimizer.planning.live import LiveModel
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.solve import solve_plan
from optimizer.planning.split import split_to_communes
from optimizer.run import plan_scenario

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml"
WITH_LEVERS = ROOT / "scenarios" / "soc_trang_delta_with_levers.yaml"
PROVINCE = ROOT / "data" / "facilities" / "soc_trang"
Made = TypeVar("Made")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scenario of seven days of the shipped wave."""
    path = tmp_path_factory.mktemp("week") / "soc_trang_week.yaml"
    base = os.path.relpath(SCENARIO, path.parent)
    path.write_text(f"extends: {base}\nhorizon_days: 7\nbeyond_days: 0\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(week: Path) -> Assembled:
    tables, scenario, _ = load(week, ROOT / "data" / "facilities" / "soc_trang")
    return assemble(tables, scenario)


@pytest.fixture(scope="module")
def solve_seconds(made: Assembled) -> float:
    started = time.perf_counter()
    solve_plan(made.instance)
    return time.perf_counter() - started


def _compare(benchmark: BenchmarkFixture, solve_seconds: float) -> None:
    if benchmark.stats:
        benchmark.extra_info["ratio_to_solve"] = benchmark.stats.stats.median / solve_seconds


def test_assemble(benchmark: BenchmarkFixture, week: Path, solve_seconds: float) -> None:
    tables, scenario, _ = load(week, ROOT / "data" / "facilities" / "soc_trang")
    made = benchmark(assemble, tables, scenario)
    assert len(made.instance.areas) == 11
    _compare(benchmark, solve_seconds)


@pytest.mark.benchmark(timer=time.process_time)
def test_all_but_the_solver(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read, assemble and build the whole 28 + 14 days with levers, in seconds of CPU."""
    spent: dict[str, list[float]] = {"read": [], "assemble": [], "build": []}

    def stage(name: str, work: Callable[[], Made]) -> Made:
        began = time.process_time()
        done = work()
        spent[name].append(time.process_time() - began)
        return done

    def all_of_it() -> PlanModel:
        tables, scenario, _ = stage("read", lambda: load(WITH_LEVERS, PROVINCE))
        made = stage("assemble", lambda: assemble(tables, scenario))
        return stage("build", lambda: build_model(made.instance))

    model = benchmark.pedantic(all_of_it, rounds=5, iterations=1, warmup_rounds=1)
    millions = model.compiled.size[2] / 1e6
    assert millions > 0.9
    ratios = {name: statistics.median(times) / millions for name, times in spent.items()}
    ratios["all"] = statistics.median(map(sum, zip(*spent.values(), strict=True))) / millions
    told = {f"{name}, CPU s per million nonzeros": ratio for name, ratio in ratios.items()}
    benchmark.extra_info["columns, rows, nonzeros"] = model.compiled.size
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print(
            f"\nCPU s per million nonzeros ({millions:.2f} million): "
            + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
        )


def test_simulate(benchmark: BenchmarkFixture, made: Assembled, solve_seconds: float) -> None:
    plan = benchmark(simulate, made.instance)
    assert plan.harm.value > 0
    _compare(benchmark, solve_seconds)


def test_build(benchmark: BenchmarkFixture, made: Assembled, solve_seconds: float) -> None:
    model = benchmark(build_model, made.instance)
    benchmark.extra_info["columns, rows, nonzeros"] = model.compiled.size
    assert model.compiled.size[0] > 10_000
    _compare(benchmark, solve_seconds)


def test_solve(benchmark: BenchmarkFixture, made: Assembled, solve_seconds: float) -> None:
    plan = benchmark.pedantic(solve_plan, args=(made.instance,), rounds=3, iterations=1)
    assert plan.harm.gap <= 0.005
    _compare(benchmark, solve_seconds)


def test_split(benchmark: BenchmarkFixture, made: Assembled, solve_seconds: float) -> None:
    plan = simulate(made.instance)
    rows, _ = benchmark(
        split_to_communes,
        made.instance,
        plan,
        made.demand.arrivals,
        made.census.requests,
        made.area_of,
        made.minutes.commune_unit,
    )
    assert rows[:, 3].sum() == pytest.approx(plan.admitted.sum(), rel=1e-6)
    _compare(benchmark, solve_seconds)


def test_check(
    benchmark: BenchmarkFixture, week: Path, tmp_path: Path, solve_seconds: float
) -> None:
    out = tmp_path / "plan"
    plan_scenario(week, data_dir=ROOT / "data" / "facilities" / "soc_trang", out=out)
    result = benchmark(check_plan, out)
    assert not result.violations
    _compare(benchmark, solve_seconds)


def test_whatif(benchmark: BenchmarkFixture, made: Assembled) -> None:
    inst = made.instance
    plan = solve_plan(inst)
    live = LiveModel(inst, plan.surge_beds, plan.start)
    started = time.perf_counter()
    live.cold(inst)
    cold = time.perf_counter() - started
    beds = inst.beds.copy()
    f, k = next((f, k) for f, k in zip(*inst.listed.nonzero(), strict=True) if k == 4)
    beds[f, k] += 1
    both = [inst.changed(beds=beds), inst]
    reply = benchmark(lambda: [live.ask(one) for one in both][-1])
    assert reply.plan.harm.value == pytest.approx(live.base.plan.harm.value, rel=1e-6)
    if benchmark.stats:
        benchmark.extra_info["cold_to_warm"] = 2 * cold / benchmark.stats.stats.median
