"""What must hold for every instance, at optimality.

`means` is the bound, with parts of people; `people` the least harm with whole people.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optimizer.domain.harm import harm_value
from optimizer.domain.instance import AdmissionArcs, FloatArray, Instance, IntArray, TransferArcs
from optimizer.domain.plan import Plan
from optimizer.domain.simulate import simulate
from optimizer.planning import variables
from optimizer.planning.model import build_model
from optimizer.planning.redundant import NeededRows
from optimizer.planning.screen import with_ways
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.solving.engine import solve_arrays

from .instances import sketch, worst_violation
from .random_instances import random_instances

MEANS = SolveOptions(burden=False, whole=False)
CLOSE = {"rel": 1e-6, "abs": 1e-6}
number = st.integers(0, 10**6)


def means(inst: Instance) -> float:
    return solve_plan(inst, MEANS).harm.value


def people(inst: Instance) -> float:
    """Least harm with whole people and surge beds, by a mixed-integer search to the end."""
    model = build_model(inst)
    return solve_arrays(model.compiled, model.harm, whole=True, gap=0.0).objective


def at_most(less: float, more: float) -> bool:
    return less <= more + 1e-6 * max(1.0, abs(more))


def all_rows(inst: Instance, *, every: bool = False, staff_move: bool = False) -> NeededRows:
    del every, staff_move
    f, k, r, t = len(inst.units), len(inst.levels), len(inst.roles), inst.days
    levels, roles, house = (np.ones(shape, bool) for shape in ((f, k, t), (f, r, t), (f, t)))
    return NeededRows(
        beds=levels,
        house=house,
        staff=roles,
        devices=levels,
        supervision=roles,
        flow=house,
        stock=np.ones(f, bool),
    )


# more never harms


@given(random_instances(), number)
def test_one_more_bed_never_worsens_harm(inst: Instance, pick: int) -> None:
    places = np.argwhere(inst.listed)
    f, k = places[pick % len(places)]
    beds = inst.beds.copy()
    beds[f, k] += 1
    more = inst.changed(beds=beds)
    assert at_most(means(more), means(inst))
    assert at_most(people(more), people(inst))


@given(random_instances(), number)
def test_one_more_nurse_never_worsens_harm(inst: Instance, pick: int) -> None:
    staff = inst.staff.copy()
    staff[pick % len(inst.units), pick % len(inst.roles)] += 1
    more = inst.changed(staff=staff)
    assert at_most(means(more), means(inst))
    assert at_most(people(more), people(inst))


@given(random_instances(), st.sampled_from([10.0, 70.0, 500.0]))
def test_more_vehicle_minutes_never_worsen_harm(inst: Instance, extra: float) -> None:
    more = inst.changed(vehicle_minutes=inst.vehicle_minutes + extra)
    assert at_most(means(more), means(inst))
    assert at_most(people(more), people(inst))


@given(random_instances())
def test_one_more_place_outside_never_worsens_harm(inst: Instance) -> None:
    assume(len(inst.outside))
    more = inst.changed(outside_places=inst.outside_places + 1)
    assert at_most(means(more), means(inst))
    assert at_most(people(more), people(inst))


@given(random_instances(), number)
def test_one_more_surge_bed_never_worsens_harm(inst: Instance, pick: int) -> None:
    places = np.argwhere(inst.listed)
    f, k = places[pick % len(places)]
    limit = inst.surge_limit.copy()
    limit[f, k] += 1
    assert at_most(means(inst.changed(surge_limit=limit)), means(inst))


@given(random_instances(), number, st.sampled_from(["devices", "flow", "supply", "stored"]))
def test_more_devices_or_oxygen_never_worsen_harm(inst: Instance, pick: int, what: str) -> None:
    terms, f = inst.terms, pick % len(inst.units)
    name = what if what == "devices" else f"oxygen_{what}"
    figures = getattr(terms, name).copy()
    figures[f] += 1.0 if what == "devices" else 20.0
    more = {name: figures}
    if what == "stored":  # what is in store has to fit
        more["oxygen_tank"] = terms.oxygen_tank + 20.0
    better = inst.changed(terms=replace(terms, **more))
    assert at_most(means(better), means(inst))
    assert at_most(people(better), people(inst))


@given(random_instances(), number)
def test_one_patient_fewer_never_worsens_harm(inst: Instance, pick: int) -> None:
    asking = np.argwhere(inst.open_requests > 0)
    assume(len(asking))
    requests = inst.open_requests.copy()
    requests[tuple(asking[pick % len(asking)])] -= 1
    assert at_most(means(inst.changed(open_requests=requests)), means(inst))


@given(random_instances(), number)
def test_one_more_way_in_or_between_never_worsens_harm(inst: Instance, pick: int) -> None:
    """Better access: the same instance without one of its ways is never better off."""
    arcs, moves = len(inst.admissions.area), len(inst.transfers.origin)
    assume(arcs + moves)
    keep = np.ones(arcs + moves, dtype=bool)
    keep[pick % (arcs + moves)] = False
    fewer = with_ways(inst, keep[:arcs], keep[arcs:])
    assert at_most(means(inst), means(fewer))
    assert at_most(people(inst), people(fewer))


@given(random_instances())
def test_nobody_hides_in_a_corridor_while_a_bed_of_the_house_is_free(inst: Instance) -> None:
    """Where a corridor costs, whoever lies in one finds no bed and no team in his own house."""
    assume(inst.harm.corridor > 0)
    plan = solve_plan(inst, SolveOptions(whole=False))
    need = inst.stands_in.T.astype(float) @ inst.staff_need
    heads = np.einsum("pr,fpt->frt", inst.stands_in.astype(float), inst.staff)
    for f, t in np.argwhere(plan.corridor > 1e-5).tolist():
        assert plan.corridor[f, t] <= plan.boarding[f, :, t].sum() + 1e-6
        beds = inst.beds[f, :, t].sum() + plan.surge_beds[f, :, t].sum()
        beds += plan.excess[f, :, t].sum()
        inside = plan.treated[f, :, t].sum() + plan.boarding[f, :, t].sum() - plan.corridor[f, t]
        low = inst.lowest_level[f]
        if low < 0 or beds - inside <= 1e-5:
            continue
        used = need[:, inst.classes.level] @ plan.treated[f, :, t]
        used += need[:, low] * (plan.boarding[f, :, t].sum() - plan.corridor[f, t])
        used -= need @ plan.excess[f, :, t]
        short = (need[:, low] > 0) & (heads[f, :, t] - used <= 1e-5)
        other = np.isfinite(inst.terms.oxygen_flow[f, t])
        other |= bool(np.isfinite(inst.terms.oxygen_supply[f]).all())
        other |= bool((inst.terms.supervision > 0).any())
        assert short.any() or other, (inst.units[f], t)


# names and order mean nothing


@given(random_instances())
def test_renaming_everything_leaves_the_harm(inst: Instance) -> None:
    classes = replace(inst.classes, ids=tuple(reversed(inst.classes.ids)))
    other = inst.changed(
        areas=tuple(f"z{o}" for o in reversed(inst.areas)),
        units=tuple(f"NA{u}" for u in reversed(inst.units)),
        levels=tuple(f"level {k}" for k in inst.levels),
        roles=tuple(f"role {r}" for r in inst.roles),
        classes=classes,
    )
    plan, same = solve_plan(inst), solve_plan(other)
    assert same.harm.value == pytest.approx(plan.harm.value, **CLOSE)
    assert same.burden.value == pytest.approx(plan.burden.value, **CLOSE)


def reordered(inst: Instance, units: IntArray, areas: IntArray, ways: int) -> Instance:
    """Return the instance with units, areas and ways in another order; ``units[new] = old``."""
    random = np.random.default_rng(ways)
    count = len(inst.units)
    new_unit = np.concatenate([np.argsort(units), count + np.arange(len(inst.outside))])
    new_area = np.argsort(areas)
    arcs, moves = inst.admissions, inst.transfers
    a, x = random.permutation(len(arcs.area)), random.permutation(len(moves.origin))
    return inst.changed(
        areas=tuple(inst.areas[o] for o in areas),
        units=tuple(inst.units[f] for f in units),
        admissions=AdmissionArcs(
            new_area[arcs.area][a],
            new_unit[arcs.to][a],
            arcs.patient_class[a],
            arcs.kind[a],
            arcs.minutes[a],
            arcs.late_minutes[a],
        ),
        transfers=TransferArcs(
            new_unit[moves.origin][x],
            new_unit[moves.to][x],
            moves.patient_class[x],
            moves.direction[x],
            moves.from_boarding[x],
            moves.minutes[x],
        ),
        harm=replace(inst.harm, admission=inst.harm.admission[a], transfer=inst.harm.transfer[x]),
        burden=replace(
            inst.burden, admission=inst.burden.admission[a], transfer=inst.burden.transfer[x]
        ),
        arrivals=inst.arrivals[areas],
        open_requests=inst.open_requests[areas],
        census_treated=inst.census_treated[units],
        census_boarding=inst.census_boarding[units],
        beds=inst.beds[units],
        listed=inst.listed[units],
        surge_limit=inst.surge_limit[units],
        staff=inst.staff[units],
        terms=replace(
            inst.terms,
            devices=inst.terms.devices[units],
            oxygen_flow=inst.terms.oxygen_flow[units],
            oxygen_supply=inst.terms.oxygen_supply[units],
            oxygen_stored=inst.terms.oxygen_stored[units],
            oxygen_tank=inst.terms.oxygen_tank[units],
            oxygen_routine=inst.terms.oxygen_routine[units],
        ),
        unit_base=inst.unit_base[units],
        area_base=inst.area_base[areas],
    )


@given(random_instances(), number)
def test_order_of_areas_units_and_ways_leaves_the_harm(inst: Instance, seed: int) -> None:
    random = np.random.default_rng(seed)
    other = reordered(
        inst, random.permutation(len(inst.units)), random.permutation(len(inst.areas)), seed
    )
    assert means(other) == pytest.approx(means(inst), **CLOSE)
    assert people(other) == pytest.approx(people(inst), **CLOSE)


# scale


@given(random_instances(), st.sampled_from([0.25, 2.0, 7.0]))
def test_harm_weights_times_k_give_harm_times_k(inst: Instance, factor: float) -> None:
    price = inst.harm
    scaled = replace(
        price,
        waiting=price.waiting * factor,
        boarding=price.boarding * factor,
        corridor=price.corridor * factor,
        excess=price.excess * factor,
        oxygen_short=price.oxygen_short * factor,
        admission=price.admission * factor,
        transfer=price.transfer * factor,
    )
    assert means(inst.changed(harm=scaled)) == pytest.approx(factor * means(inst), **CLOSE)


@given(random_instances(), st.sampled_from([2.0, 3.0]))
def test_everything_times_k_gives_harm_times_k(inst: Instance, factor: float) -> None:
    names = (
        "arrivals",
        "open_requests",
        "census_treated",
        "census_boarding",
        "beds",
        "surge_limit",
        "staff",
        "vehicle_minutes",
        "outside_places",
    )
    amounts = ("devices", "oxygen_flow", "oxygen_supply", "oxygen_stored", "oxygen_tank")
    terms = replace(inst.terms, **{name: getattr(inst.terms, name) * factor for name in amounts})
    scaled = inst.changed(terms=terms, **{name: getattr(inst, name) * factor for name in names})
    assert means(scaled) == pytest.approx(factor * means(inst), **CLOSE)


@given(random_instances())
def test_zero_demand_gives_an_empty_plan(inst: Instance) -> None:
    nobody = inst.changed(
        arrivals=np.zeros_like(inst.arrivals),
        open_requests=np.zeros_like(inst.open_requests),
        census_treated=np.zeros_like(inst.census_treated),
        census_boarding=np.zeros_like(inst.census_boarding),
    )
    plan = solve_plan(nobody)
    assert plan.harm.value == plan.burden.value == 0
    for name in ("admitted", "moved", "in_house", "treated", "boarding", "waiting", "surge_beds"):
        assert not getattr(plan, name).any(), name


# bounds and rivals


@given(random_instances())
def test_harm_of_a_plan_lies_between_its_bound_and_the_rule(inst: Instance) -> None:
    plan = solve_plan(inst)
    assert at_most(plan.harm.bound, plan.harm.value)
    assert plan.harm.bound == pytest.approx(means(inst), **CLOSE)
    assert at_most(people(inst), plan.harm.value)
    assert at_most(plan.harm.value, simulate(inst).harm.value)


@given(random_instances())
def test_no_transfers_never_lowers_harm(inst: Instance) -> None:
    still = solve_plan(inst, replace(MEANS, transfers=False)).harm.value
    assert at_most(means(inst), still)


@given(random_instances())
def test_burden_never_raises_the_harm(inst: Instance) -> None:
    alone = solve_plan(inst, SolveOptions(burden=False, whole=False))
    both = solve_plan(inst, SolveOptions(whole=False))
    assert both.harm.value <= alone.harm.value + 1e-5 * max(1.0, alone.harm.value)
    model = build_model(inst)
    first = solve_arrays(model.compiled, model.harm)
    alone = both.burden.value - both.prices.get("burden", 0.0)  # fairness may cost some
    assert at_most(alone, float(model.burden @ first.x))


# the plan itself


@given(random_instances())
def test_first_day_is_whole(inst: Instance) -> None:
    plan = solve_plan(inst)
    for part in (
        plan.admitted_observed,
        plan.moved[:, 0],
        plan.in_house[:, :, 0],
        plan.surge_beds,
    ):
        assert np.array_equal(part, np.round(part))


@given(random_instances())
def test_every_row_holds_for_the_plan_and_for_the_rule(inst: Instance) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variables, "needed_rows", all_rows)
        complete = build_model(inst)
    assert worst_violation(complete, inst, solve_plan(inst)) <= 1e-6
    assert worst_violation(complete, inst, simulate(inst)) <= 1e-6


@given(random_instances())
def test_harm_counted_again_from_the_flows_is_the_harm_said(inst: Instance) -> None:
    plan = solve_plan(inst)
    assert harm_value(inst, plan) == pytest.approx(plan.harm.value, **CLOSE)


@given(random_instances())
def test_leaving_out_redundant_rows_changes_nothing(inst: Instance) -> None:
    lean = build_model(inst)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variables, "needed_rows", all_rows)
        complete = build_model(inst)
    assert lean.compiled.size[1] <= complete.compiled.size[1]
    least = [solve_arrays(m.compiled, m.harm).objective for m in (lean, complete)]
    assert least[0] == pytest.approx(least[1], **CLOSE)


def test_redundant_rows_are_left_out_when_beds_bind_before_staff() -> None:
    def rows(nurses: float) -> int:
        inst = sketch(
            beds={"A": {"OXY": 2}}, need={("NUR", "OXY"): 0.25}, staff={("A", "NUR"): nurses}
        )
        return build_model(inst).compiled.size[1]

    # two beds need half a nurse: with one nurse the nurses' row goes, with a quarter the house's
    assert rows(1.0) == rows(0.25)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variables, "needed_rows", all_rows)
        assert rows(1.0) == rows(0.25)
        complete = rows(1.0)
    assert rows(1.0) < complete


# people are neither made nor lost


def leaving(matrix: FloatArray, state: FloatArray) -> float:
    """Return who leaves or dies over the nights of a state (place, S, T), all but the last."""
    return float(np.einsum("pst,s->", state[:, :, :-1], 1 - matrix.sum(axis=1)))


@given(random_instances())
def test_nobody_is_lost_or_made(inst: Instance) -> None:
    plan: Plan = solve_plan(inst)
    came = sum(
        float(part.sum())
        for part in (
            inst.arrivals,
            inst.open_requests,
            inst.census_treated,
            inst.census_boarding,
        )
    )
    there = sum(float(part[:, :, -1].sum()) for part in (plan.treated, plan.boarding, plan.waiting))
    units, hazards = len(inst.units), inst.hazards
    outside = (
        plan.admitted[inst.admissions.to >= units].sum()
        + plan.admitted_observed[inst.admissions.to >= units].sum()
        + plan.moved[inst.transfers.to >= units].sum()
    )
    gone = (
        leaving(hazards.keep + hazards.worse, plan.treated)
        + leaving(hazards.boarding, plan.boarding)
        + leaving(hazards.waiting, plan.waiting)
    )
    assert there + outside + gone == pytest.approx(came, **CLOSE)
