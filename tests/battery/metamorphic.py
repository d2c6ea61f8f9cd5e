"""Thirteen things that must hold between two solves, both to optimality; cost = harm.

Each property takes a seed and raises AssertionError where it is violated. Fifteen seeds each in the
tests, 200 each by ``python -m benchmarks.battery``.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.crosscheck.edges import any_instance, nobody_ill
from optimizer.crosscheck.process import BLOCKS
from optimizer.crosscheck.random_rules import fitted
from optimizer.domain.instance import FloatArray, Instance, IntArray, PlanRules
from optimizer.domain.plan import Plan
from optimizer.domain.promises import nothing_promised
from optimizer.domain.simulate import simulate
from optimizer.errors import SolverError
from optimizer.exchange.planfolder import inputs_digest, write_inputs
from optimizer.planning.model import build_model
from optimizer.planning.screen import with_ways
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.run import better_of
from optimizer.solving.engine import solve_arrays

from .provinces import province, read, rename, shuffle, wishes

MEANS = SolveOptions(burden=False, whole=False)
SAME = 1e-6
Dice = np.random.Generator


def harm(inst: Instance) -> float:
    return solve_plan(inst, MEANS).harm.value


def at_most(less: float, more: float, what: str) -> None:
    assert less <= more + SAME * max(1.0, abs(more)), f"{what}: {less!r} > {more!r}"


def equal(a: float, b: float, what: str) -> None:
    assert abs(a - b) <= SAME * max(1.0, abs(b)), f"{what}: {a!r} != {b!r}"


def same_plan(a: Plan, b: Plan) -> None:
    for name in BLOCKS:
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


def drawn(seed: int) -> tuple[Instance, Dice]:
    return any_instance(seed), np.random.default_rng([seed, 3])


def pick(dice: Dice, where: np.ndarray) -> tuple[int, ...] | None:
    """Return one of the places that are true, or None."""
    places = np.argwhere(where)
    return tuple(places[dice.integers(len(places))].tolist()) if len(places) else None


def one_more_never_harms(seed: int) -> None:
    """A bed, a nurse, an hour of a vehicle, a vehicle, a surge bed, a place outside."""
    inst, dice = drawn(seed)
    before = harm(inst)
    more: dict[str, FloatArray] = {
        "vehicle_minutes": inst.vehicle_minutes + 60.0,
        "outside_places": inst.outside_places + 1.0,
    }
    for name in ("beds", "surge_limit"):
        at = pick(dice, inst.listed)
        if at is not None:
            more[name] = getattr(inst, name).copy()
            more[name][at] += 1.0
    more["staff"] = inst.staff.copy()
    more["staff"][int(dice.integers(len(inst.units))), int(dice.integers(len(inst.roles)))] += 1.0
    for name, value in more.items():
        at_most(harm(inst.changed(**{name: value})), before, name)
    base = inst.vehicle_minutes.copy()
    base[int(dice.integers(len(inst.bases)))] += 900.0
    at_most(harm(inst.changed(vehicle_minutes=base)), before, "a vehicle")
    if inst.fleet is not None:
        hour = np.zeros_like(inst.fleet.minutes)
        hour[:, int(dice.integers(hour.shape[1]))] = 60.0
        fleet = inst.fleet.with_minutes(hour)
        better = inst.changed(fleet=fleet, vehicle_minutes=fleet.minutes.sum(axis=1))
        at_most(harm(better), before, "an hour of a vehicle class")


def one_patient_fewer_never_harms(seed: int) -> None:
    inst, dice = drawn(seed)
    before = harm(inst)
    for name in ("arrivals", "open_requests", "census_treated", "census_boarding"):
        value = getattr(inst, name).copy()
        at = pick(dice, value > 0)
        if at is not None:
            value[at] = max(0.0, value[at] - 1.0)
            at_most(harm(inst.changed(**{name: value})), before, name)


def relaxed_rule_never_harms_and_a_tighter_one_never_helps(seed: int) -> None:
    inst, dice = drawn(seed)
    # where nobody may wait without a way, a way less is a rule less
    inst = inst.changed(rules=replace(inst.rules, nobody_waits=False))
    before = harm(inst)
    arcs, moves = inst.admissions, inst.transfers
    keep_a = dice.random(len(arcs.area)) < 0.7
    keep_x = dice.random(len(moves.origin)) < 0.7
    everything = np.ones(len(moves.origin), dtype=bool)
    later = np.concatenate([np.zeros_like(inst.surge_limit[:, :, :1]), inst.surge_limit], axis=2)
    later = np.minimum(later[:, :, :-1], inst.surge_limit)  # a closed site opens no beds
    tighter = {
        "ways to be admitted": with_ways(inst, keep_a, everything),
        "ways to move": with_ways(inst, np.ones(len(arcs.area), dtype=bool), keep_x),
        "vehicles": inst.changed(
            vehicle_minutes=inst.vehicle_minutes / 2,
            fleet=None if inst.fleet is None else inst.fleet.times(0.5),
        ),
        "places outside": inst.changed(outside_places=inst.outside_places / 2),
        "delay of surge beds": inst.changed(surge_limit=later),
    }
    for name, other in tighter.items():
        at_most(before, harm(other), f"tighter {name}")
    on_foot = replace(inst.classes, needs_vehicle=np.zeros_like(inst.classes.needs_vehicle))
    first = np.maximum.accumulate(inst.surge_limit[:, :, ::-1], axis=2)[:, :, ::-1].copy()
    looser = {
        "vehicle": inst.changed(classes=on_foot),
        "ratios": inst.changed(staff_need=inst.staff_need / 2),
        "delay": inst.changed(surge_limit=first),
        "stand-ins": inst.changed(stands_in=np.triu(np.ones_like(inst.stands_in)).T),
    }
    for name, other in looser.items():
        at_most(harm(other), before, f"relaxed {name}")


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="battery-")


def order_of_rows_and_columns_means_nothing(seed: int) -> None:
    """Same cost and the same plan, row and column of every table shuffled."""
    with _folder() as name:
        one = read(province(Path(name) / "a", seed))[2].instance
        scenario = province(Path(name) / "b", seed)
        shuffle(scenario.parent, seed)
        other = read(scenario)[2].instance
        assert (one.units, one.areas) == (other.units, other.areas)
        same_plan(solve_plan(one), solve_plan(other))


def names_mean_nothing(seed: int) -> None:
    """Same cost with other ids and names (ties are broken by id, so the plan may differ)."""
    with _folder() as name:
        one = read(province(Path(name) / "a", seed))[2].instance
        shocks = wishes(seed)["shocks"]
        scenario = province(Path(name) / "b", seed)
        new = rename(scenario.parent, seed)
        closed = [new[old] for old in shocks.get("closed_facilities", [])]
        if closed:
            text = scenario.read_text(encoding="utf-8")
            for old, other_id in new.items():
                text = text.replace(f"- {old}\n", f"- {other_id}\n")
            scenario.write_text(text, encoding="utf-8")
        other = read(scenario)[2].instance
        assert not set(one.units) & set(other.units)
        means = SolveOptions(whole=False)
        first, second = solve_plan(one, means), solve_plan(other, means)
        equal(second.harm.value, first.harm.value, "harm")
        equal(second.burden.value, first.burden.value, "burden")


PRICES = (
    "waiting",
    "boarding",
    "corridor",
    "excess",
    "oxygen_short",
    "admission",
    "transfer",
)


def weights_times_k_are_cost_times_k(seed: int) -> None:
    inst, dice = drawn(seed)
    k = float(dice.choice([0.25, 2.0, 7.0]))
    prices = {name: getattr(inst.harm, name) * k for name in PRICES}
    efforts = {
        name: getattr(inst.burden, name) * k for name in ("admission", "transfer", "surge_bed_day")
    }
    told = inst.promises
    owed = {name: getattr(told, name) * k for name in ("reserve_price", "site_price")}
    steady = replace(told, churn_price=told.churn_price * k)
    means = SolveOptions(whole=False)
    plan = solve_plan(inst, means)
    scaled = inst.changed(harm=replace(inst.harm, **prices), promises=replace(told, **owed))
    dearer = solve_plan(scaled, means)
    equal(dearer.harm.value, k * plan.harm.value, f"harm x {k}")
    equal(dearer.burden.value, plan.burden.value, "burden when harm is scaled")
    slower = inst.changed(burden=replace(inst.burden, **efforts), promises=steady)
    heavier = solve_plan(slower, means)
    equal(heavier.harm.value, plan.harm.value, "harm when burden is scaled")
    equal(heavier.burden.value, k * plan.burden.value, f"burden x {k}")


SHARED_TERMS = (
    "devices",
    "oxygen_flow",
    "oxygen_supply",
    "oxygen_stored",
    "oxygen_tank",
    "oxygen_routine",
)


def halves(inst: Instance, f: int, share: float, *, whole: bool) -> Instance:
    """Return the instance with unit f as two at one place: the last unit is its other part."""

    def part(values: FloatArray) -> FloatArray:
        left = np.floor(values[f] * share) if whole else values[f] * share
        rest = np.where(
            np.isfinite(values[f]), values[f] - np.where(np.isfinite(left), left, 0), left
        )
        out = np.concatenate([values, rest[None]])
        out[f] = left
        return out

    def double(mask: np.ndarray) -> IntArray:
        return np.concatenate([np.arange(len(mask)), np.flatnonzero(mask)])

    def both(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.concatenate([values, values[f : f + 1]])

    units = len(inst.units)
    arcs, moves = inst.admissions, inst.transfers
    shift = np.where(arcs.to >= units, arcs.to + 1, arcs.to)
    rows = double(arcs.to == f)
    to = shift[rows]
    to[len(arcs.to) :] = units
    admissions = replace(
        arcs,
        area=arcs.area[rows],
        to=to,
        patient_class=arcs.patient_class[rows],
        kind=arcs.kind[rows],
        minutes=arcs.minutes[rows],
        late_minutes=arcs.late_minutes[rows],
    )
    gone = double((moves.origin == f) | (moves.to == f))
    goal = np.where(moves.to >= units, moves.to + 1, moves.to)[gone]
    start = moves.origin[gone]
    new = np.arange(len(gone)) >= len(moves.origin)
    goal[new & (moves.to[gone] == f)] = units
    start[new & (moves.origin[gone] == f)] = units
    transfers = replace(
        moves,
        origin=start,
        to=goal,
        patient_class=moves.patient_class[gone],
        direction=moves.direction[gone],
        from_boarding=moves.from_boarding[gone],
        minutes=moves.minutes[gone],
    )
    prices = {
        group: replace(
            getattr(inst, group),
            admission=getattr(inst, group).admission[rows],
            transfer=getattr(inst, group).transfer[gone],
        )
        for group in ("harm", "burden")
    }
    return inst.changed(
        units=(*inst.units, f"{inst.units[f]} bis"),
        admissions=admissions,
        transfers=transfers,
        listed=np.concatenate([inst.listed, inst.listed[f : f + 1]]),
        unit_base=np.append(inst.unit_base, inst.unit_base[f]),
        may_leave=both(inst.may_leave),
        promises=nothing_promised(len(inst.levels), len(inst.units) + 1, inst.days),
        no_intake=both(inst.no_intake),
        terms=replace(
            inst.terms, **{name: part(getattr(inst.terms, name)) for name in SHARED_TERMS}
        ),
        **{
            name: part(getattr(inst, name))
            for name in ("census_treated", "census_boarding", "beds", "surge_limit", "staff")
        },
        **prices,
    )


def a_facility_split_in_two_is_never_better_and_equal_when_shared_out(seed: int) -> None:
    """Shares of beds, staff and people alike: equal. Whole beds and people: not lower.

    Capacity that falls is left out: excess is allowed by day and unit. So are rules that say what
    is a unit of its own: between two halves there is a road.
    """
    inst, dice = drawn(seed)
    steady = {
        name: np.repeat(getattr(inst, name)[:, :, :1], inst.days, axis=2)
        for name in ("beds", "staff")
    }
    limit = np.maximum.accumulate(inst.surge_limit, axis=2)
    terms = replace(
        inst.terms,
        devices=np.repeat(inst.terms.devices[:, :, :1], inst.days, axis=2),
        oxygen_flow=np.repeat(inst.terms.oxygen_flow[:, :1], inst.days, axis=1),
    )
    inst = inst.changed(**steady, surge_limit=limit, terms=terms, rules=PlanRules(), own_unit=None)
    inst = inst.changed(promises=nothing_promised(len(inst.levels), len(inst.units), inst.days))
    inst = fitted(inst)
    f = int(dice.integers(len(inst.units)))
    before = harm(inst)
    equal(harm(halves(inst, f, float(dice.choice([0.25, 0.5])), whole=False)), before, "shared out")
    uneven = fitted(halves(inst, f, 0.5, whole=True))
    merged = {}
    for name in ("census_treated", "census_boarding"):  # a boarder may move, who is treated not
        people = getattr(uneven, name)
        merged[name] = people[:-1].copy()
        merged[name][f] += people[-1]
    at_most(harm(inst.changed(**merged)), harm(uneven), "whole beds")


def nobody_ill_is_an_empty_plan(seed: int) -> None:
    inst, dice = drawn(seed)
    nothing = nothing_promised(len(inst.levels), len(inst.units), inst.days)
    plan = solve_plan(nobody_ill(inst.changed(promises=nothing), dice))
    assert plan.harm.value == plan.burden.value == 0.0
    for name in BLOCKS:
        assert not getattr(plan, name).any(), name


def the_same_question_has_the_same_digest(seed: int) -> None:
    """A scenario written twice, in two folders: equal inputs, equal plan, to the last bit."""
    digests = []
    with _folder() as name:
        for copy in ("a", "b"):
            tables, scenario, made = read(province(Path(name) / copy, seed))
            write_inputs(Path(name) / f"{copy}.inputs", tables, scenario, made)
            plan = solve_plan(made.instance)
            bits = hashlib.sha256()
            for part in BLOCKS:
                bits.update(np.ascontiguousarray(getattr(plan, part)).tobytes())
            digests.append((inputs_digest(Path(name) / f"{copy}.inputs"), bits.hexdigest()))
    assert digests[0] == digests[1]


def a_week_later_is_the_same_plan(seed: int) -> None:
    """Start dates over 29 February, New Year and Tet; the tables have no seasonal closure."""
    start = date.fromisoformat(wishes(seed)["start_date"])
    with _folder() as name:
        plans = []
        for number, day in enumerate((start, start + timedelta(days=7))):
            folder = Path(name) / str(number)
            scenario = province(folder, seed, start_date=day.isoformat())
            plans.append(solve_plan(read(scenario)[2].instance))
            shutil.rmtree(folder)
        same_plan(*plans)
        assert plans[0].harm == plans[1].harm


def counted(inst: Instance, plan: Plan) -> float:
    """Return the people of day 1: in a house, waiting, or sent out of the province that day."""
    units = len(inst.units)
    there = sum(float(getattr(plan, n)[:, :, 0].sum()) for n in ("treated", "boarding", "waiting"))
    out = inst.admissions.to >= units
    away = plan.admitted[out, 0].sum() + plan.admitted_observed[out].sum()
    return there + float(away + plan.moved[inst.transfers.to >= units, 0].sum())


def one_person_more_is_one_person_more(seed: int) -> None:
    inst, dice = drawn(seed)
    before = counted(inst, solve_plan(inst))
    for name in ("open_requests", "census_treated", "census_boarding"):
        value = getattr(inst, name).copy()
        at = pick(dice, value > 0)
        if at is not None:
            value[at] += 1.0
            other = fitted(inst.changed(**{name: value}))
            more = counted(other, solve_plan(other)) - before
            assert abs(more - 1.0) <= 1e-6, f"{name}: {more}"


def answered(inst: Instance, seconds: float) -> Plan:
    """Return what the product keeps at a limit: the better of the solver's plan and the rule's."""
    rule = simulate(inst)
    try:
        return better_of(solve_plan(inst, SolveOptions(seconds=seconds)), inst, rule, inst)
    except SolverError:
        return rule


def more_time_is_never_worse(seed: int) -> None:
    inst, _ = drawn(seed)
    harms = [answered(inst, seconds).harm.value for seconds in (1e-6, 1e-3, 1.0, 60.0)]
    for less, more in zip(harms[1:], harms[:-1], strict=True):
        at_most(less, more, "more time")


def warm_start_is_never_worse_than_its_start(seed: int) -> None:
    """From the rule's plan; and from the basis of the day before a bed was lost."""
    inst, dice = drawn(seed)
    at_most(solve_plan(inst).harm.value, simulate(inst).harm.value, "from the rule")
    model = build_model(inst)
    if not model.compiled.size[0]:
        return
    cold = solve_arrays(model.compiled, model.harm, engine="glop")
    again = solve_arrays(model.compiled, model.harm, engine="glop", basis=cold.basis)
    at_most(again.objective, cold.objective, "from its own end")
    upper = model.compiled.column_upper.copy()
    column = int(dice.integers(len(upper)))
    upper[column] = min(upper[column], cold.x[column] + 0.5)
    warm = solve_arrays(
        model.compiled, model.harm, engine="glop", upper=upper, basis=cold.basis
    ).objective
    equal(warm, cold.objective, "a bound that does not bind")


PROPERTIES: Mapping[str, Callable[[int], Any]] = {
    check.__name__: check
    for check in (
        one_more_never_harms,
        one_patient_fewer_never_harms,
        relaxed_rule_never_harms_and_a_tighter_one_never_helps,
        order_of_rows_and_columns_means_nothing,
        names_mean_nothing,
        weights_times_k_are_cost_times_k,
        a_facility_split_in_two_is_never_better_and_equal_when_shared_out,
        nobody_ill_is_an_empty_plan,
        the_same_question_has_the_same_digest,
        a_week_later_is_the_same_plan,
        one_person_more_is_one_person_more,
        more_time_is_never_worse,
        warm_start_is_never_worse_than_its_start,
    )
}
