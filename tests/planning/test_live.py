"""The open LP: a changed figure, solved on warm, equals the cold solve of the same LP."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.crosscheck.random_instances import random_instance
from optimizer.domain.fit import fit_census
from optimizer.domain.instance import Instance
from optimizer.errors import SolverError
from optimizer.planning.live import LiveModel
from optimizer.planning.solve import solve_plan

from .instances import worked_example


def _equal(live: LiveModel, inst: Instance) -> float:
    reply = live.ask(inst)
    cold = live.cold(inst).objective
    assert reply.plan.harm.value == pytest.approx(cold, rel=1e-6, abs=1e-6)
    assert reply.warm
    return reply.plan.harm.value


def test_live_model_opens_with_the_harm_of_the_plan_when_it_is_given_its_basis() -> None:
    inst = worked_example()
    plan = solve_plan(inst)
    live = LiveModel(inst, plan.surge_beds, plan.start)
    assert live.base.warm
    assert live.base.plan.harm.value == pytest.approx(153.125)


def test_live_model_knows_what_a_bed_more_is_worth_in_the_worked_example() -> None:
    inst = worked_example()
    plan = solve_plan(inst)
    live = LiveModel(inst, plan.surge_beds, plan.start)
    more = inst.beds.copy()
    more[1, 1] += 1  # one more ICU bed in B: docs/model.md section 7 says 3.125
    assert _equal(live, inst.changed(beds=more)) == pytest.approx(3.125)
    assert _equal(live, inst) == pytest.approx(153.125)  # and back again
    more = inst.beds.copy()
    more[0, 0] += 1  # one more OXY bed in A changes nothing
    assert _equal(live, inst.changed(beds=more)) == pytest.approx(153.125)


@pytest.mark.parametrize("seed", range(30))
def test_live_model_equals_the_cold_solve_when_beds_staff_or_census_change(seed: int) -> None:
    inst = random_instance(seed)
    dice = np.random.default_rng(seed)
    plan = solve_plan(inst)
    live = LiveModel(inst, plan.surge_beds, plan.start)
    assert live.base.plan.harm.value == pytest.approx(live.cold(inst).objective, rel=1e-6, abs=1e-6)
    for _ in range(4):
        beds, staff, boarding = inst.beds.copy(), inst.staff.copy(), inst.census_boarding.copy()
        f = int(dice.integers(len(inst.units)))
        listed = np.flatnonzero(inst.listed[f])
        what = int(dice.integers(4))
        if what == 0 and listed.size:
            beds[f, dice.choice(listed)] += 1
        elif what == 1:
            day = int(dice.integers(inst.days))
            staff[f, dice.integers(len(inst.roles)), day:] *= 0.5  # excess becomes possible
        elif what == 2:
            staff[f, dice.integers(len(inst.roles))] += 1.0
        elif listed.size:
            boarding[f, dice.integers(len(inst.classes.ids))] += 1.0
        after = inst.changed(beds=beds, staff=staff, fallen=None)
        treated, boarding = fit_census(after, inst.classes, inst.census_treated, boarding)
        _equal(live, after.changed(census_treated=treated, census_boarding=boarding))


@pytest.mark.parametrize("seed", range(10))
def test_live_model_answers_cold_when_no_basis_is_known(seed: int) -> None:
    inst = random_instance(seed)
    live = LiveModel(inst)
    assert not live.base.warm
    assert live.base.plan.harm.value == pytest.approx(live.cold(inst).objective, rel=1e-6, abs=1e-6)


def test_live_model_refuses_a_change_of_more_than_bounds() -> None:
    inst = worked_example()
    live = LiveModel(inst)
    with pytest.raises(SolverError):
        live.ask(inst.changed(staff_need=inst.staff_need + 0.5, staff=inst.staff + 9.0))
