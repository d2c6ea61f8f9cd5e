"""Secondments of a province: 40 sites and 3 pools outside, about 2,500 staff, 56 days.

The bar: shortage proved within 0.5 % in 30 s, building included. What is compared inside one run is
building against solving.
"""

from __future__ import annotations

import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.secondment_case import province
from optimizer.staffing.secondment.solve import build, plan_secondments

BAR = 0.005
SECONDS = 30.0


def test_build(benchmark: BenchmarkFixture) -> None:
    problem = province()
    made = benchmark(build, problem)
    benchmark.extra_info["columns, rows, nonzeros"] = made.compiled.size
    assert made.compiled.size[0] > 10_000


@pytest.mark.parametrize("seed", [0, 1])
def test_plan(benchmark: BenchmarkFixture, seed: int) -> None:
    problem = province(seed)
    began = time.process_time()
    plan = benchmark.pedantic(plan_secondments, args=(problem, SECONDS), rounds=1, iterations=1)
    benchmark.extra_info["cpu seconds"] = time.process_time() - began
    benchmark.extra_info["gaps"] = {name: group.gap for name, group in plan.groups.items()}
    for name in ("shortage", "floors"):
        gap = plan.groups[name].gap
        assert gap is not None
        assert gap <= BAR
