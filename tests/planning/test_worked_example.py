"""The worked example of docs/model.md section 7, number by number."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.instance import Instance
from optimizer.domain.plan import Plan, places_kept
from optimizer.planning.baselines import no_transfers
from optimizer.planning.solve import SolveOptions, solve_plan

from .instances import worked_example

A, B = 0, 1
SA, SR, CA, CR = range(4)


@pytest.fixture(scope="module")
def inst() -> Instance:
    return worked_example()


@pytest.fixture(scope="module")
def plan(inst: Instance) -> Plan:
    return solve_plan(inst)


def test_worked_example_owes_the_care_days_of_the_table(inst: Instance) -> None:
    # SR: 1/2 leave a night, 2 days in all; CR: a day, then SR, 1 + 2; CA: 2 + 3;
    # SA: 2 + 1/2 x 2 + 1/2 x 5; each less today
    assert inst.hazards.care_days_owed == pytest.approx([4.5, 1.0, 4.0, 2.0])


def test_worked_example_prices_are_weight_plus_care_lost_plus_death(inst: Instance) -> None:
    assert inst.harm.waiting == pytest.approx([4, 4, 20 * (1 + 4) + 100, 20])
    assert inst.harm.boarding == pytest.approx([4, 4, 20 * (1 + 0.5 * 4) + 50, 20])


def test_plan_reaches_the_golden_harm(plan: Plan) -> None:
    # day 1: CA boards in A 110
    # day 2: 3/4 CA up 3/4 x 2 = 1.5; B then holds 2 3/4 in 2 beds, so 3/4 SR down 3/4 x 1/2 = 0.375
    # day 3: 1/4 of the SA in A and of the 1/2 SA in B board: (1/4 + 1/8) x 110 = 41.25
    assert plan.harm.value == pytest.approx(110 + 1.5 + 0.375 + 41.25)
    assert plan.harm.value == pytest.approx(153.125)
    assert plan.harm.bound == pytest.approx(153.125)
    assert plan.status == "optimal"


def test_plan_shows_the_state_of_every_day(plan: Plan) -> None:
    # rows SA, SR, CA, CR; columns days 1, 2, 3
    assert plan.treated[A] == pytest.approx(
        np.array([[1, 1, 0.5], [0, 1, 0.75], [0, 0, 0], [0, 0, 0]])
    )
    assert plan.treated[B] == pytest.approx(
        np.array([[1, 0.5, 0.25], [0, 0.5, 0.375], [0, 1, 0.5], [1, 0, 0.5]])
    )
    assert plan.boarding[:, CA] == pytest.approx(np.array([[1, 0, 0.25], [0, 0, 0.125]]))
    assert plan.boarding[:, [SA, SR, CR]].sum() == pytest.approx(0)
    assert plan.waiting.sum() == pytest.approx(0)
    assert plan.corridor.sum() == pytest.approx(0)
    assert plan.excess.sum() == pytest.approx(0)


def test_plan_sends_the_open_request_to_b_and_moves_who_got_worse(
    inst: Instance, plan: Plan
) -> None:
    arcs, moves = inst.admissions, inst.transfers
    into_b = (arcs.to == B) & (arcs.patient_class == SA)
    assert plan.admitted_observed[into_b] == pytest.approx([1])  # A is full: 1 SA, 1 boarder
    assert plan.admitted_observed.sum() == 1
    up = (moves.origin == A) & (moves.patient_class == CA)
    down = (moves.origin == B) & (moves.patient_class == SR)
    assert plan.moved[up][0] == pytest.approx([0, 0.75, 0])  # 1/2 old boarder + 1/4 of the SA in A
    assert plan.moved[down][0] == pytest.approx([0, 0.75, 0])
    assert plan.in_house[B, CA] == pytest.approx([0, 0.25, 0])  # 1/4 of the SA in B
    assert plan.moved.sum() == pytest.approx(1.5)


def test_without_transfers_harm_is_249_5(inst: Instance) -> None:
    assert solve_plan(inst, SolveOptions(transfers=False)).harm.value == pytest.approx(249.5)
    rival, _ = no_transfers(inst)
    assert rival.harm.value == pytest.approx(249.5)
    assert not rival.moved.any()


@pytest.mark.parametrize(
    ("a", "b", "harm"),
    [
        ({"OXY": 2}, {"OXY": 1, "ICU": 2}, 3.125),
        ({"OXY": 2}, {"OXY": 2, "ICU": 1}, 152.75),
        ({"OXY": 3}, {"OXY": 1, "ICU": 1}, 153.125),
    ],
    ids=["ICU bed in B", "OXY bed in B", "OXY bed in A"],
)
def test_one_more_bed_lowers_harm_by_what_the_page_says(
    a: dict[str, float], b: dict[str, float], harm: float
) -> None:
    assert solve_plan(worked_example(a, b)).harm.value == pytest.approx(harm)


def test_places_kept_on_day_2_are_one_icu_in_b_and_two_oxygen_in_a(
    inst: Instance, plan: Plan
) -> None:
    kept = places_kept(inst, plan)
    # into A on day 2: 1/2 SA + 3/4 SR = 1.25, kept 2; into B: 3/4 CA, kept 1
    assert kept.expected[:, :, 0] == pytest.approx(np.array([[1.25, 0], [0, 0.75]]))
    assert kept.places[:, :, 0] == pytest.approx(np.array([[2, 0], [0, 1]]))
    # free in A: 2 beds - 1/2 SA who stay = 1 whole; in B: 1 - 1/4 = 0 whole
    assert kept.if_free[:, :, 0] == pytest.approx(np.array([[1, 0], [0, 1]]))
    assert kept.places[:, :, 1].sum() == 0


def test_people_move_whole_on_day_1(plan: Plan) -> None:
    for part in (plan.moved[:, 0], plan.in_house[:, :, 0], plan.admitted_observed):
        assert np.array_equal(part, np.round(part))


@pytest.mark.parametrize("day", [0, 1, 2])
def test_shadow_prices_bound_what_one_more_bed_of_a_day_gains(
    inst: Instance, plan: Plan, day: int
) -> None:
    beds = inst.beds.copy()
    beds[B, 1, day] += 1
    more = solve_plan(inst.changed(beds=beds), SolveOptions(whole=False)).harm.value
    # harm is convex in beds, and an intensive-care bed stands in two rows: its own and the house's
    gain = sum(
        plan.shadow_prices[name][at]
        for name, at in (("staffed_bed_capacity", (B, 1, day)), ("house_capacity", (B, day)))
    )
    assert 0 < 153.125 - more <= gain + 1e-6
