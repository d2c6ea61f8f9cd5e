"""Shares by beds, a rule; and the pooled bound, which no plan can beat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from optimizer.domain.instance import ADMISSION, STEP_UP, Instance
from optimizer.domain.simulate import simulate
from optimizer.planning import variables
from optimizer.planning.baselines import local_only, no_transfers, proportional_share
from optimizer.planning.model import build_model
from optimizer.planning.pooled import pooled, pooled_bound
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.report.kpis import plan_kpis

from .instances import sketch, worked_example, worst_violation
from .random_instances import random_instances
from .test_properties import all_rows, at_most

MEANS = SolveOptions(burden=False, whole=False)


# shares by beds


def three_units(**more: object) -> Instance:
    """A is near with 1 bed, B has 3, C is far with 4; all in reach."""
    ways = [("o", unit, "SA", ADMISSION, at) for unit, at in (("A", 5.0), ("B", 10.0), ("C", 40.0))]
    beds = {"A": {"OXY": 1}, "B": {"OXY": 3}, "C": {"OXY": 4}}
    return sketch(beds=beds, admissions=ways, **more)  # type: ignore[arg-type]


def test_shares_follow_beds_not_distance() -> None:
    plan, _ = proportional_share(three_units(arrivals={("o", "SA", 1): 4}))
    # 8 beds for 4 patients: half a bed's worth each
    assert plan.treated.sum(axis=(1, 2)).tolist() == pytest.approx([0.5, 1.5, 2.0])
    assert simulate(three_units(arrivals={("o", "SA", 1): 4})).treated.sum(
        axis=(1, 2)
    ).tolist() == pytest.approx([1.0, 3.0, 0.0])


def test_people_seen_are_dealt_out_whole() -> None:
    plan, _ = proportional_share(three_units(requests={("o", "SA"): 4}))
    # running shares 1/8, 4/8, 1 of 4 people: 0.5, 2, 4; cut at the half: 1, 2, 4
    assert plan.admitted_observed.tolist() == [1.0, 1.0, 2.0]


def test_who_is_dealt_to_a_full_unit_waits() -> None:
    full = three_units(arrivals={("o", "SA", 1): 4}, treated={("C", "SA"): 4})
    plan, _ = proportional_share(full)
    assert plan.waiting.sum() == pytest.approx(2.0)  # C's half has no second choice
    assert simulate(full).waiting.sum() == 0


def test_boarders_are_dealt_out_too() -> None:
    ways = [("A", unit, "CA", STEP_UP, 10.0) for unit in ("B", "C")]
    inst = sketch(
        beds={"A": {"OXY": 9}, "B": {"ICU": 1}, "C": {"ICU": 3}},
        transfers=ways,
        boarding={("A", "CA"): 4},
    )
    plan, _ = proportional_share(inst)
    assert plan.moved[:, 0].tolist() == [1.0, 3.0]


@given(random_instances())
def test_every_row_holds_for_shares_by_beds(inst: Instance) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variables, "needed_rows", all_rows)
        complete = build_model(inst)
    plan, _ = proportional_share(inst)
    assert worst_violation(complete, inst, plan) <= 1e-6
    assert at_most(solve_plan(inst, MEANS).harm.value, plan.harm.value)


# the pooled bound


def test_bound_of_the_worked_example_by_hand() -> None:
    """Three OXY beds and one ICU bed in one house.

    Day 1: CR holds the ICU bed, so the CA boards; 2 SA in beds: 4 of 4 beds. Harm 110. As in
    docs/model.md section 7: the same as the plan, but no move is paid. Two moves up at 2 and 0.75
    down at 0.5 fall away: 1.5 + 0.375 of 153.125.
    """
    inst = worked_example()
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(153.125)
    assert pooled_bound(inst)["harm"] == pytest.approx(153.125 - 1.5 - 0.375)


def test_distance_is_what_the_bound_leaves_out() -> None:
    # the only free bed lies where no way leads; pooled, everybody is in it
    inst = sketch(
        beds={"A": {"OXY": 0}, "B": {"OXY": 1}},
        admissions=[("o", "A", "SA", ADMISSION, 5.0)],
        arrivals={("o", "SA", 1): 1},
    )
    assert solve_plan(inst).harm.value == pytest.approx(4.0)
    assert pooled_bound(inst)["harm"] == 0


def test_bound_knows_a_class_that_nobody_takes_in() -> None:
    inst = sketch(beds={"A": {"OXY": 1}}, arrivals={("o", "SA", 1): 1})
    assert pooled_bound(inst)["harm"] == pytest.approx(solve_plan(inst).harm.value) == 4.0


def test_a_boarder_needs_the_smallest_team_any_house_has_for_him() -> None:
    # OXY needs half a nurse, ICU a tenth: B's lowest level is ICU, its boarders need a tenth
    inst = sketch(
        beds={"A": {"OXY": 1}, "B": {"ICU": 1}},
        need={("NUR", "OXY"): 0.5, ("NUR", "ICU"): 0.1},
        staff={("A", "NUR"): 0.0, ("B", "NUR"): 0.1},
        boarding={("B", "SA"): 1},
    )
    assert pooled(inst).staff_need.tolist() == [[0.1, 0.1]]
    assert pooled_bound(inst)["harm"] <= solve_plan(inst).harm.value


@given(random_instances())
def test_no_plan_and_no_rival_is_below_the_pooled_bound(inst: Instance) -> None:
    bound = pooled_bound(inst)
    still, its = no_transfers(inst)
    local, near = local_only(inst)
    for plan, offered in (
        (solve_plan(inst), inst),
        (solve_plan(inst, MEANS), inst),
        (still, its),
        (local, near),
        (simulate(inst), inst),
        (simulate(inst, proportional=True), inst),
    ):
        kpis = plan_kpis(offered, plan)
        assert at_most(bound["harm"], kpis["harm"])
        assert at_most(bound["deaths_for_want_of_care"], kpis["deaths_for_want_of_care"])
        assert at_most(bound["unmet_patient_days_all"], sum(kpis["unmet_patient_days"].values()))
        for level, least in bound["unmet_patient_days"].items():
            assert at_most(least, kpis["unmet_patient_days"][level])


@given(random_instances())
def test_pooling_keeps_everybody(inst: Instance) -> None:
    whole = pooled(inst)
    for name in ("arrivals", "open_requests", "census_treated", "census_boarding", "staff"):
        assert getattr(whole, name).sum() == pytest.approx(getattr(inst, name).sum())
    assert np.array_equal(whole.listed.any(axis=0), inst.listed.any(axis=0))


def test_bound_knows_one_store_of_oxygen_for_all() -> None:
    """A has the oxygen and B the patient: pooled, both are in one house."""
    inst = sketch(
        beds={"A": {"OXY": 1}, "B": {"OXY": 1}},
        admissions=[("o", "B", "SA", ADMISSION, 5.0)],
        arrivals={("o", "SA", 1): 1},
    )
    draw = np.array([10.0, 30.0])
    for flow, harm, pooled_harm in (((10.0, 0.0), 4.0, 0.0), ((4.0, 1.0), 3.6, 2.0)):
        terms = replace(inst.terms, oxygen_draw=draw, oxygen_flow=np.array([[flow[0]], [flow[1]]]))
        short = inst.changed(terms=terms)
        # 10 litres a patient: B takes flow / 10 of one, the pool the sum of both
        assert solve_plan(short, MEANS).harm.value == pytest.approx(harm)
        assert pooled_bound(short)["harm"] == pytest.approx(pooled_harm)
