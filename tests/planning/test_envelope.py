"""Harm of other figures to first order: a floor where harm is convex, a ceiling where concave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.crosscheck.random_instances import random_instance
from optimizer.domain.instance import Instance
from optimizer.planning.envelope import harm_after, same_ways
from optimizer.planning.model import build_model
from optimizer.planning.screen import with_ways
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.worth import Optimum

from .instances import worked_example

MEANS = SolveOptions(whole=False)
FEW = settings(max_examples=25, derandomize=True, deadline=None, database=None)


def optimum_of(inst: Instance) -> Optimum:
    seen: list[Optimum] = []
    solve_plan(inst, MEANS, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    return seen[0]


def least_harm_of(inst: Instance) -> float:
    return optimum_of(inst).answer.objective


@FEW
@given(st.integers(0, 10_000))
def test_nothing_changed_gives_the_harm_itself(seed: int) -> None:
    inst = random_instance(seed)
    optimum = optimum_of(inst)
    assert harm_after(optimum, inst) == pytest.approx(optimum.answer.objective, abs=1e-6, rel=1e-7)


@FEW
@given(st.integers(0, 10_000), st.floats(0.5, 1.5), st.sampled_from(["beds", "staff", "arrivals"]))
def test_first_order_is_a_floor_for_capacity_and_patients(
    seed: int, factor: float, field: str
) -> None:
    inst = random_instance(seed)
    optimum = optimum_of(inst)
    factor = factor if field == "arrivals" else 1 + abs(factor - 1)  # less may not hold the census
    other = inst.changed(**{field: getattr(inst, field) * factor}, fallen=inst.excess_allowed)
    told = harm_after(optimum, other)
    if not np.isnan(told):
        assert told <= least_harm_of(other) * (1 + 1e-7) + 1e-5


@FEW
@given(st.integers(0, 10_000), st.floats(0.2, 5.0))
def test_first_order_is_a_ceiling_for_prices(seed: int, factor: float) -> None:
    inst = random_instance(seed)
    optimum = optimum_of(inst)
    other = replace(inst, harm=replace(inst.harm, waiting=inst.harm.waiting * factor))
    assert harm_after(optimum, other) >= least_harm_of(other) * (1 - 1e-7) - 1e-5


def test_first_order_of_the_worked_example_by_hand() -> None:
    """1.5 patients come on day 2 instead of 0.5: the price of one more there, read off the LP."""
    inst = worked_example()
    optimum = optimum_of(inst)
    arrivals = inst.arrivals * 3
    told = harm_after(optimum, inst.changed(arrivals=arrivals))
    rows = optimum.model.row_blocks["waiting_balance"]
    there = np.argwhere(inst.arrivals > 0)[0]
    price = optimum.answer.row_duals[rows[tuple(there)]]
    assert told == pytest.approx(153.125 + price * 1.0)
    assert told <= least_harm_of(inst.changed(arrivals=arrivals)) + 1e-6


def test_patients_without_a_price_are_not_guessed() -> None:
    inst = random_instance(3)
    none = inst.changed(
        arrivals=inst.arrivals * 0,
        open_requests=inst.open_requests * 0,
        census_treated=inst.census_treated * 0,
        census_boarding=inst.census_boarding * 0,
    )
    optimum = optimum_of(none)
    assert build_model(none).row_blocks["waiting_balance"].max() == -1
    assert np.isnan(harm_after(optimum, inst))


def test_same_ways_are_found_again() -> None:
    inst = random_instance(5)
    keep = np.arange(len(inst.admissions.area)) % 2 == 0
    moves = np.arange(len(inst.transfers.origin)) % 3 == 0
    part = with_ways(inst, keep, moves)
    found = same_ways(inst, part)
    assert (found[0] == keep).all()
    assert (found[1] == moves).all()
