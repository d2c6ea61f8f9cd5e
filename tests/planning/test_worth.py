"""What one more is worth and what would clear the shortfall, by hand and on random instances."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.crosscheck.random_instances import random_instance
from optimizer.domain.instance import Instance
from optimizer.domain.plan import Plan
from optimizer.domain.resource import (
    BY_KIND,
    RESOURCES,
    Addition,
    felt_at,
    values_of_one_more,
    with_more,
)
from optimizer.planning.clear import clear_shortfall, unmet_cost, weights_of
from optimizer.planning.model import build_model
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.worth import Optimum, confirm, prices_of_ways
from optimizer.solving.engine import solve_arrays

from .instances import worked_example

A, B = 0, 1
OXY, ICU = 0, 1
COSTS = {"bed": 1.0, "staff": 3.0, "vehicle_minutes": 0.005, "outside_place": 20.0}
MEANS = SolveOptions(whole=False)


def solved(inst: Instance) -> tuple[Plan, Optimum]:
    seen: list[Optimum] = []
    plan = solve_plan(inst, MEANS, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    return plan, seen[0]


def one_bed(unit: int, level: int, inst: Instance) -> Addition:
    return Addition("bed", unit, level, 0, inst.days - 1, 1.0)


@pytest.mark.parametrize(
    ("unit", "level", "gain"), [(B, ICU, 150.0), (B, OXY, 0.375), (A, OXY, 0.0)]
)
def test_one_more_bed_solved_again_gains_what_the_page_says(
    unit: int, level: int, gain: float
) -> None:
    inst = worked_example()
    plan, optimum = solved(inst)
    (told,) = confirm(optimum, inst, [one_bed(unit, level, inst)])
    assert told is not None
    # 153.125 - 3.125 = 150; 153.125 - 152.75 = 0.375; 153.125 - 153.125 = 0
    assert told.gain == pytest.approx(gain, abs=1e-6)
    ceiling = values_of_one_more(inst, plan.shadow_prices, "bed")[unit, level].sum()
    assert ceiling >= told.gain - 1e-6  # harm is convex in capacity: the prices are a ceiling
    if level == ICU:
        # 1 CA on day 1, 1/4 + 1/8 on day 3 board no longer
        assert told.unmet_days == pytest.approx([0.0, 1.375], abs=1e-6)
        assert ceiling > told.gain + 1  # here the prices promise more than a whole bed keeps


def test_clearing_of_the_worked_example_is_one_icu_bed_in_b_from_day_1() -> None:
    inst = worked_example()
    _, optimum = solved(inst)
    found = clear_shortfall(optimum, inst, COSTS)
    assert found is not None
    assert found.additions == (one_bed(B, ICU, inst),)
    assert found.needed_from == (0,)
    assert found.weight == pytest.approx(1.1)  # second of two levels: a tenth dearer
    assert found.unmet_before == pytest.approx([0.0, 1.375])
    assert found.unmet_after == pytest.approx([0.0, 0.0], abs=1e-6)
    assert found.harm_left == pytest.approx(0.0, abs=1e-6)
    assert found.proved


def test_clearing_adds_nothing_when_nobody_is_unmet() -> None:
    inst = worked_example({"OXY": 9}, {"OXY": 9, "ICU": 9})
    _, optimum = solved(inst)
    found = clear_shortfall(optimum, inst, COSTS)
    assert found is not None
    # the boarder of day 1 moves in B's spare beds at once, nobody else is short
    assert found.additions == ()
    assert found.weight == 0.0


def test_weights_change_what_clears_the_shortfall() -> None:
    inst = worked_example()
    _, optimum = solved(inst)
    dear = clear_shortfall(optimum, inst, {**COSTS, "bed": 50.0})
    assert dear is not None
    assert dear.weight == pytest.approx(55.0)


@pytest.mark.parametrize("seed", range(0, 240, 4))
def test_one_more_solved_again_equals_the_changed_instance_solved_cold(seed: int) -> None:
    inst = random_instance(seed, gaps=seed % 8 == 0)
    plan, optimum = solved(inst)
    dice = np.random.default_rng(seed)
    for resource in RESOURCES:
        places = np.argwhere(resource.offered(inst))
        if not len(places):
            continue
        p, j = places[dice.integers(len(places))]
        first = int(dice.integers(inst.days))
        last = int(dice.integers(first, inst.days))
        addition = Addition(resource.kind, int(p), int(j), first, last, resource.step)
        (told,) = confirm(optimum, inst, [addition])
        assert told is not None
        changed = with_more(inst, [addition])
        cold = solve_plan(changed, SolveOptions(whole=False, burden=False)).harm.value
        assert optimum.answer.objective - told.gain == pytest.approx(cold, rel=1e-6, abs=1e-6)
        daily = values_of_one_more(inst, plan.shadow_prices, resource.kind)
        ceiling = daily[p, j, first : last + 1].sum() * resource.step
        assert told.gain <= ceiling + 1e-6 * max(1.0, cold)


@pytest.mark.parametrize("seed", range(0, 240, 4))
def test_additions_bring_unmet_harm_to_what_no_capacity_could_better(seed: int) -> None:
    inst = random_instance(seed, gaps=seed % 8 == 0)
    _, optimum = solved(inst)
    found = clear_shortfall(optimum, inst, COSTS)
    assert found is not None
    # solved here with capacity of everything beyond any need, by another path than the elastic LP
    plenty = [
        Addition(resource.kind, int(p), int(j), 0, inst.days - 1, 1e4)
        for resource in RESOURCES
        for p, j in np.argwhere(resource.offered(inst))
    ]
    model = build_model(with_more(inst, plenty))
    least = solve_arrays(model.compiled, unmet_cost(model)).objective
    assert found.harm_left == pytest.approx(least, rel=1e-6, abs=1e-5)
    assert found.harm_reached == pytest.approx(least, rel=1e-4, abs=1e-5)
    assert found.proved
    assert found.weight >= found.least_weight - 1e-6
    assert all(float(one.amount).is_integer() for one in found.additions)


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_resource_names_every_row_its_field_widens(kind: str) -> None:
    """Right-hand sides of a model with more of it differ just as `felt` says, and no others do."""
    checked = 0
    for seed in range(30):
        inst = random_instance(seed)
        every = inst.changed(fallen=np.ones_like(inst.excess_allowed))  # no row is left out
        before = build_model(every)
        for p, j in np.argwhere(BY_KIND[kind].offered(inst))[:3]:
            addition = Addition(kind, int(p), int(j), 0, inst.days - 1, 2.0)
            after = build_model(with_more(every, [addition]))
            assert after.compiled.size == before.compiled.size
            ends = (np.nan_to_num(m.compiled.row_upper, posinf=0.0) for m in (after, before))
            wide = next(ends) - next(ends)
            for block, by_item in BY_KIND[kind].felt(inst).items():
                index = before.row_blocks[block]
                rows = index[p] if index.ndim == 3 else index[p][None, :]
                expected = np.broadcast_to(2.0 * felt_at(by_item, int(p))[j][:, None], rows.shape)
                here = rows >= 0
                assert wide[rows[here]] == pytest.approx(expected[here])
                wide[rows[here]] = 0.0
                checked += int(here.sum())
            assert not wide.any()
    assert checked > 0


def test_ways_in_use_cost_nothing_and_no_way_costs_less() -> None:
    used = 0
    for seed in range(0, 60, 3):
        inst = random_instance(seed)
        _, optimum = solved(inst)
        expected, observed, moved = prices_of_ways(optimum, inst)
        v, x = optimum.model.variables, optimum.answer.x
        upper = optimum.model.compiled.column_upper
        for block, prices in (
            (v.admitted, expected),
            (v.admitted_observed, observed),
            (v.moved, moved),
        ):
            here = block >= 0
            values, most = x[block[here]], upper[block[here]]
            inside = (values > 1e-6) & (values < most - 1e-6)
            assert prices[here][inside] == pytest.approx(0.0, abs=1e-5)
            low = prices[here][values < most - 1e-6]
            assert (low >= -1e-5).all()
            used += int(inside.sum())
    assert used > 20


def test_several_additions_are_each_solved_alone_not_on_top_of_one_another() -> None:
    inst = worked_example()
    _, optimum = solved(inst)
    bed = one_bed(B, ICU, inst)
    gains = [told.gain for told in confirm(optimum, inst, [bed, bed, bed]) if told]
    assert gains == pytest.approx([150.0] * 3)


def test_boarders_of_a_house_without_beds_stay_in_the_model_kept_open() -> None:
    """Random instance 200 has boarders in a unit that lists no bed: they are not forgotten."""
    inst = random_instance(200, gaps=True)
    assert inst.census_boarding[~inst.listed.any(axis=1)].any()
    _, optimum = solved(inst)
    live = build_model(inst, live=True)
    again = solve_arrays(live.compiled, live.harm).objective
    assert again == pytest.approx(optimum.answer.objective)


def test_weights_rise_with_level_and_with_roles_one_may_stand_in_for() -> None:
    inst = worked_example()
    assert weights_of(inst, COSTS, "bed") == pytest.approx([1.0, 1.1])
    roles = weights_of(inst, COSTS, "staff")
    assert (roles >= 3.0).all()
    assert weights_of(inst, COSTS, "outside_place") == pytest.approx([20.0])
