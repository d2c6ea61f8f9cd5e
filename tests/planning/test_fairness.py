"""Fairness, the second group: the area that waits longest for each of its new patients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.crosscheck import crosscheck_many
from optimizer.crosscheck.random_instances import random_instance
from optimizer.domain.instance import ADMISSION, Instance
from optimizer.domain.plan import area_waiting, new_patients
from optimizer.domain.simulate import simulate
from optimizer.planning.fairness import HELD, with_worst_area
from optimizer.planning.first import least_harm
from optimizer.planning.model import build_model
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.solving.engine import solve_arrays

from .instances import sketch
from .random_instances import random_instances
from .test_properties import at_most

GIVEN = 4 * HELD
"""What burden may take back of the fairness reached, some areas and patients together."""


def two_areas(beds: float = 2.0, epsilon: float = 0.0, far: float = 0.0) -> Instance:
    """Areas p and q send 4 and 2 patients to one house; admissions from q cost `far` harm."""
    inst = sketch(
        areas=("p", "q"),
        beds={"A": {"OXY": beds}},
        admissions=[("p", "A", "SA", ADMISSION, 5.0), ("q", "A", "SA", ADMISSION, 60.0)],
        arrivals={("p", "SA", 1): 4.0, ("q", "SA", 1): 2.0},
    )
    price = np.where(inst.admissions.area == 1, far, 0.0)
    harm = type(inst.harm)(
        inst.harm.waiting,
        inst.harm.boarding,
        inst.harm.corridor,
        inst.harm.excess,
        price,
        inst.harm.transfer,
    )
    return inst.changed(fairness_epsilon=epsilon, harm=harm)


def waits(inst: Instance) -> list[float]:
    return [float(x) for x in area_waiting(inst, solve_plan(inst).waiting)]


def test_both_areas_wait_alike_when_harm_is_the_same() -> None:
    # 6 patients, 2 beds, the same harm whoever is admitted, and p is nearer: burden alone would
    # leave q's 2 waiting. 4 of 6 wait: 2/3 of a day each.
    plan = solve_plan(two_areas())
    assert waits(two_areas()) == pytest.approx([2 / 3, 2 / 3], abs=GIVEN)
    assert plan.fairness.value == pytest.approx(2 / 3, abs=GIVEN)
    assert plan.fairness.bound == pytest.approx(2 / 3)
    assert plan.prices["worst_area_without"] == pytest.approx(1.0)
    # 2/3 of a patient comes 55 minutes further at 0.01 a minute
    assert plan.prices["burden"] == pytest.approx(2 / 3 * 0.55, abs=GIVEN)
    assert plan.prices["harm"] == 0
    assert plan.harm.value == pytest.approx(4 * 4.0)


def test_nobody_waits_and_fairness_is_free_when_there_are_beds() -> None:
    plan = solve_plan(two_areas(beds=6.0))
    assert plan.fairness.value == pytest.approx(0.0, abs=1e-9)
    assert list(plan.prices.values()) == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_fairness_costs_no_harm_when_epsilon_is_0() -> None:
    # admitting from q costs 0.1 harm more: at epsilon 0 p gets both beds and q waits a day
    plan = solve_plan(two_areas(far=0.1))
    assert waits(two_areas(far=0.1)) == pytest.approx([0.5, 1.0])
    assert plan.harm.value == pytest.approx(16.0)


def test_epsilon_buys_fairness_within_its_share() -> None:
    # the price is 0.01 x 16 / 1 = 0.16 a day of the worst area. One patient of q more costs 0.1
    # and lowers q by half a day: 0.08 < 0.1, not worth it; at 0.02 it is 0.16 > 0.1.
    assert waits(two_areas(far=0.1, epsilon=0.01)) == pytest.approx([0.5, 1.0])
    fair = solve_plan(two_areas(far=0.1, epsilon=0.02))
    assert area_waiting(two_areas(), fair.waiting).tolist() == pytest.approx(
        [2 / 3, 2 / 3], abs=GIVEN
    )
    assert fair.prices["harm"] == pytest.approx(2 / 3 * 0.1)
    assert fair.harm.value == pytest.approx(16.0 + 2 / 3 * 0.1)
    assert fair.harm.bound == pytest.approx(16.0)
    assert fair.status == "optimal"


def test_areas_without_new_patients_are_in_no_row() -> None:
    inst = two_areas()
    arrivals = inst.arrivals.copy()
    arrivals[1] = 0
    nobody = inst.changed(arrivals=arrivals)
    assert new_patients(nobody).tolist() == [4.0, 0.0]
    assert waits(nobody) == pytest.approx([0.5, 0.0])


def test_days_beyond_the_shown_ones_do_not_count() -> None:
    inst = sketch(
        days=2, beds={"A": {"OXY": 0}}, arrivals={("o", "SA", 1): 1.0, ("o", "SA", 2): 5.0}
    )
    shown = inst.changed(shown_days=1)
    assert waits(inst) == pytest.approx([1.0])
    assert waits(shown) == pytest.approx([1.0])
    assert new_patients(shown).tolist() == [1.0]


# every instance


@given(random_instances())
def test_fairness_never_costs_harm_and_no_plan_of_that_harm_is_fairer(inst: Instance) -> None:
    alone = solve_plan(inst, SolveOptions(burden=False, whole=False))
    both = solve_plan(inst, SolveOptions(whole=False))
    assert both.harm.value <= alone.harm.value + 1e-5 * max(1.0, alone.harm.value)
    worst = float(area_waiting(inst, alone.waiting).max(initial=0.0))
    assert at_most(both.fairness.value, worst + 1e-5)
    assert both.fairness.value == pytest.approx(
        float(area_waiting(inst, both.waiting).max(initial=0.0))
    )


@given(random_instances(), st.sampled_from([0.01, 0.1, 1.0]))
def test_harm_rises_by_its_share_at_most(inst: Instance, epsilon: float) -> None:
    least = solve_plan(inst, SolveOptions(whole=False))
    fair = solve_plan(inst.changed(fairness_epsilon=epsilon), SolveOptions(whole=False))
    assert at_most(fair.harm.value, (1 + epsilon) * least.harm.value + 1e-5)
    assert at_most(fair.fairness.value, least.fairness.value + 1e-5)
    assert fair.harm.value <= least.harm.value + fair.prices.get("harm", 0.0) + 1e-4 * max(
        1.0, least.harm.value
    )


def test_rule_says_its_worst_area_without_a_bound() -> None:
    plan = simulate(two_areas())
    assert plan.fairness.value == pytest.approx(1.0)  # the first area in line takes both beds
    assert plan.fairness.bound is None


# the third hand


def test_both_formulations_agree_on_a_price_for_the_worst_area() -> None:
    price, cases = 37.5, [random_instance(seed) for seed in range(7000, 7030)]
    cases += [two_areas(far=0.1), two_areas(far=30.0)]
    answers = crosscheck_many(cases, price=price)
    moved = 0
    for inst, other in zip(cases, answers, strict=True):
        assert other.status == "optimal"
        model = build_model(inst)
        wide, harm = with_worst_area(inst, model, least_harm(model))
        theta = wide.column_blocks["worst_area"][0]
        cost = wide.harm.copy()
        cost[theta] = price
        mine = solve_arrays(wide.compiled, cost)
        assert mine.objective == pytest.approx(other.harm, rel=1e-6, abs=1e-6)
        moved += bool(float(wide.harm @ mine.x) > harm.objective + 1e-6)
    assert moved > 0  # somewhere the price is worth some harm
