"""Levers: each row of docs/model.md section 12 binds, does not bind, and stands at its edge.

One patient of class SA (weight 4) waits outside on every day that no bed is there: 4 a day. He
stays for good once he lies. What a unit of a lever yields is one bed unless said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.instance import ADMISSION, OUT_OF_PROVINCE, Home, Instance
from optimizer.domain.simulate import simulate
from optimizer.planning.bought import levers_bought, solved_without
from optimizer.planning.envelope import harm_after
from optimizer.planning.lever_rows import LEVER_CONSTRAINTS
from optimizer.planning.live import LiveModel, decided_of
from optimizer.planning.model import build_model
from optimizer.planning.pooled import pooled_bound
from optimizer.planning.solve import solve_plan
from optimizer.planning.worth import Optimum

from .instances import sketch, with_levers, worst_violation
from .random_instances import random_instances

EVER = 1.0 - 1e-9
BED = {("L", "bed", "A", "OXY"): 1.0}
Yields = Mapping[tuple[str, str, str, str], float]


def ward(
    come: Mapping[int, float], days: int = 6, beds: float = 0, leaves: int = 0, **more: Any
) -> Instance:
    """One hospital A; `come` patients of class SA by day; they stay for good, or one day."""
    stays = {} if leaves else {("SA", "SA"): EVER}
    return sketch(
        days=days,
        beds={"A": {"OXY": beds}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", day): number for day, number in come.items()},
        keep=stays,
        waits={("SA", "SA"): 1.0},
        **more,
    )


def lever(come: Mapping[int, float], yields: Yields = BED, days: int = 6, **figures: float) -> Any:
    """Return the plan of a ward without beds and one lever L."""
    return solve_plan(with_levers(ward(come, days), {"L": figures}, yields))


def rows_of(inst: Instance, name: str) -> int:
    return int((build_model(inst).row_blocks[name] >= 0).sum())


# without levers


def test_build_model_has_no_column_or_row_of_levers_without_levers() -> None:
    blocks = build_model(ward({1: 1}))
    names = {row.__name__ for row in LEVER_CONSTRAINTS}
    assert not names & set(blocks.row_blocks)
    assert not [name for name in blocks.column_blocks if "lever" in name or name == "home_short"]


# lever_balance, lever_ramp


@pytest.mark.parametrize(("delay", "due"), [(0, 0.0), (1, 4.0), (3, 12.0), (6, 24.0)])
def test_lever_balance_opens_after_the_delay(delay: int, due: float) -> None:
    """He waits as many days as the lever takes; one that opens after the last day is not begun."""
    plan = lever({1: 1}, delay=delay)
    assert plan.harm.value == pytest.approx(due, abs=1e-6)
    assert plan.lever_started.sum() == (0 if delay == 6 else 1)


def test_lever_ramp_makes_usable_by_and_by() -> None:
    """Three patients, a unit of 3 beds with 2 days of ramp: 1, 2, 3 beds on days 2, 3, 4.

    Waiting 3 on day 1, 2 on day 2, 1 on day 3: 6 x 4 = 24, and 5 days open at 0.5.
    """
    plan = lever({1: 3}, {("L", "bed", "A", "OXY"): 3.0}, delay=1, ramp=2, harm=0.5)
    assert plan.harm.value == pytest.approx(24 + 2.5, abs=1e-5)
    assert plan.lever_usable[0] == pytest.approx([0, 1 / 3, 2 / 3, 1, 1, 1])
    assert plan.lever_open[0] == pytest.approx([0, 1, 1, 1, 1, 1])


# lever_limit


@pytest.mark.parametrize(("most", "due"), [(1, 2 * 24.0), (2, 24.0), (3, 0.0), (4, 0.0)])
def test_lever_limit_is_the_most_units_at_once(most: int, due: float) -> None:
    """Three patients for six days; each unit takes one."""
    plan = lever({1: 3}, max_units=most)
    assert plan.harm.value == pytest.approx(due, abs=1e-5)
    assert plan.lever_open.max() == min(most, 3)


# lever_closing


@pytest.mark.parametrize(
    ("least", "open_days"),
    [
        (1, 2),  # one patient on day 1, one on day 5: open on each of these days only
        (2, 4),  # days 1, 2 and 5, 6: what is closed may be opened again
        (4, 5),  # days 1 to 4 at least: opened once, it stays to day 5
    ],
)
def test_lever_closing_keeps_a_unit_open_its_least_days(least: int, open_days: int) -> None:
    """Patients leave after one day in bed. A day open costs 0.5, a day of waiting 4."""
    inst = ward({1: 1, 5: 1}, leaves=1)
    levers = {"L": {"harm": 0.5, "may_close": 1, "min_days": least}}
    plan = solve_plan(with_levers(inst, levers, BED))
    assert plan.lever_open.sum() == open_days
    assert plan.harm.value == pytest.approx(0.5 * open_days, abs=1e-6)


def test_lever_closing_never_where_the_lever_stays_open() -> None:
    inst = ward({1: 1}, leaves=1)
    plan = solve_plan(with_levers(inst, {"L": {"harm": 0.5}}, BED))
    assert plan.lever_open.sum() == 6
    assert rows_of(with_levers(inst, {"L": {}}, BED), "lever_closing") == 0


# lever_pool


@pytest.mark.parametrize(("teams", "due"), [(1, 24.0), (2, 0.0)])
def test_lever_pool_sends_nobody_to_two_places(teams: int, due: float) -> None:
    """Two hospitals short of a bed team each, one or two teams to send."""
    inst = sketch(
        days=6,
        beds={"A": {"OXY": 0}, "B": {"OXY": 0}},
        areas=("o", "q"),
        admissions=[("o", "A", "SA", ADMISSION, 10.0), ("q", "B", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 1): 1, ("q", "SA", 1): 1},
        keep={("SA", "SA"): EVER},
        waits={("SA", "SA"): 1.0},
    )
    levers = {"P": {"max_units": teams}, "X": {}, "Y": {}}
    yields = {("X", "bed", "A", "OXY"): 1.0, ("Y", "bed", "B", "OXY"): 1.0}
    plan = solve_plan(with_levers(inst, levers, yields, pools={"X": "P", "Y": "P"}))
    assert plan.harm.value == pytest.approx(due, abs=1e-5)


def test_lever_pool_loses_a_travel_day_between_two_places() -> None:
    """A patient in A on day 2, one in B on day 3, each a day in bed; a team travels one day.

    Closed in A on day 3 it is on the road and opens in B on day 4: the patient of B waits one day,
    4, which is cheaper than leaving out A's (4 a day to the end).
    """
    inst = sketch(
        days=5,
        beds={"A": {"OXY": 0}, "B": {"OXY": 0}},
        areas=("o", "q"),
        admissions=[("o", "A", "SA", ADMISSION, 10.0), ("q", "B", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 2): 1, ("q", "SA", 3): 1},
        waits={("SA", "SA"): 1.0},
    )
    moves = {"delay": 1, "may_close": 1}
    yields = {("X", "bed", "A", "OXY"): 1.0, ("Y", "bed", "B", "OXY"): 1.0}
    made = with_levers(inst, {"P": {}, "X": moves, "Y": moves}, yields, pools={"X": "P", "Y": "P"})
    plan = solve_plan(made)
    assert plan.harm.value == pytest.approx(4.0, abs=1e-6)
    assert plan.lever_open[1] == pytest.approx([0, 1, 0, 0, 0])
    assert plan.lever_started[2] == pytest.approx([0, 0, 1, 0, 0])


# lever_giver


@pytest.mark.parametrize(("has", "due"), [(0.0, 24.0), (1.0, 0.0), (2.0, 0.0)])
def test_lever_giver_takes_nothing_that_is_not_there(has: float, due: float) -> None:
    """A bed in A without a nurse; B can lend one if it has one."""
    inst = sketch(
        days=6,
        beds={"A": {"OXY": 1}, "B": {"OXY": 0}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 1): 1},
        keep={("SA", "SA"): EVER},
        waits={("SA", "SA"): 1.0},
        need={("NUR", "OXY"): 1.0},
        staff={("A", "NUR"): 0.0, ("B", "NUR"): has},
    )
    yields = {("L", "staff", "A", "NUR"): 1.0, ("L", "staff", "B", "NUR"): -1.0}
    plan = solve_plan(with_levers(inst, {"L": {}}, yields))
    assert plan.harm.value == pytest.approx(due, abs=1e-5)
    assert plan.excess.sum() == 0


# budget


@pytest.mark.parametrize(
    ("budget", "units"),
    [
        (np.inf, 2),
        (22e6, 2),  # edge: 2 x (5 + 6 days x 1) million
        (21.9e6, 2),  # the second begun a day later: a day of waiting
        (11e6, 1),
        (10.9e6, 1),  # begun a day later
        (5.9e6, 0),  # not even one day of one unit
    ],
)
def test_budget_limits_what_all_levers_cost(budget: float, units: int) -> None:
    inst = ward({1: 2})
    levers = {"L": {"max_units": 2, "open_vnd": 5e6, "day_vnd": 1e6}}
    plan = solve_plan(with_levers(inst, levers, BED, budget=budget))
    spent = 5e6 * plan.lever_started.sum() + 1e6 * plan.lever_open.sum()
    assert spent <= budget * (1 + 1e-9)
    assert plan.lever_started.sum() == units


# home_places


@pytest.mark.parametrize(("places", "short"), [(50.0, 2 * 30.0), (80.0, 0.0), (100.0, 0.0)])
def test_home_places_count_whom_nobody_follows(places: float, short: float) -> None:
    """100 at home on two days, own stations follow 20; a harm of 0.2 a day each."""
    inst = ward({}, days=2).changed(home=Home(np.full((1, 2), 100.0), np.full((1, 2), 20.0)))
    plan = solve_plan(with_levers(inst, {"L": {}}, {("L", "home_place", "base", ""): places}))
    assert plan.home_short.sum() == pytest.approx(short)
    assert plan.harm.value == pytest.approx(0.2 * short)


# what levers yield


@pytest.mark.parametrize(
    ("yields", "short"),
    [
        ({("L", "staff", "A", "NUR"): 1.0}, {"staff": {("A", "NUR"): 0.0}}),
        ({("L", "device", "A", "ICU"): 1.0}, {"devices": {("A", "ICU"): 0.0}}),
        ({("L", "oxygen_flow", "A", ""): 30.0}, {"draw": {"ICU": 30.0}, "flow": {"A": 0.0}}),
        (
            {("L", "oxygen_supply", "A", ""): 43.2},
            {"draw": {"ICU": 30.0}, "store": {"A": (0.0, 0.0, 0.0)}},
        ),
        ({("L", "vehicle_minutes", "base", ""): 70.0}, {"minutes": 0.0}),
    ],
)
def test_lever_yields_widen_their_row(yields: Yields, short: Mapping[str, Any]) -> None:
    """A bed for one critical patient that lacks one thing; half of it does not do."""
    inst = sketch(
        days=3,
        beds={"A": {"ICU": 1}},
        admissions=[("o", "A", "CA", ADMISSION, 10.0)],
        arrivals={("o", "CA", 1): 1},
        keep={("CA", "CA"): EVER},
        waits={("CA", "CA"): 1.0},
        need={("NUR", "ICU"): 1.0},
        needs_vehicle=["CA"],
        **short,
    )
    half = {key: amount / 2 for key, amount in yields.items()}
    assert solve_plan(inst).harm.value > 1
    assert solve_plan(with_levers(inst, {"L": {}}, half)).harm.value > 1
    assert solve_plan(with_levers(inst, {"L": {}}, yields)).harm.value == pytest.approx(0, abs=1e-4)


def test_lever_yields_places_outside() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 0}},
        outside={"H": 0},
        admissions=[("o", "H", "SA", OUT_OF_PROVINCE, 90.0)],
        arrivals={("o", "SA", 1): 1},
        waits={("SA", "SA"): 1.0},
        prices={"out": 1.0},
    )
    plan = solve_plan(with_levers(inst, {"L": {}}, {("L", "outside_place", "H", ""): 1.0}))
    assert solve_plan(inst).harm.value == pytest.approx(8.0)
    assert plan.harm.value == pytest.approx(1.0)


def test_lever_converts_beds_of_a_lower_level() -> None:
    """Two oxygen beds become one of intensive care: the critical patient lies, one severe waits."""
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 2}},
        admissions=[("o", "A", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        arrivals={("o", "SA", 1): 1, ("o", "CA", 1): 1},
        keep={("SA", "SA"): EVER, ("CA", "CA"): EVER},
        waits={("SA", "SA"): 1.0, ("CA", "CA"): 1.0},
    )
    yields = {("L", "bed", "A", "OXY"): -2.0, ("L", "bed", "A", "ICU"): 1.0}
    plan = solve_plan(with_levers(inst, {"L": {}}, yields))
    assert plan.harm.value == pytest.approx(8.0, abs=1e-5)
    assert plan.lever_started.sum() == 1


# goals


def test_lever_harm_outweighs_what_it_saves() -> None:
    """A day open of 5 against a day of waiting of 4: nothing opens."""
    assert lever({1: 1}, harm=3.9).lever_started.sum() == 1
    assert lever({1: 1}, harm=4.1).lever_started.sum() == 0


def test_lever_effort_chooses_the_cheaper_of_two() -> None:
    yields = {("L", "bed", "A", "OXY"): 1.0, ("M", "bed", "A", "OXY"): 1.0}
    levers = {"L": {"open_vnd": 9e9}, "M": {"open_vnd": 8e9}}
    plan = solve_plan(with_levers(ward({1: 1}), levers, yields))
    assert plan.lever_started.sum(axis=1) == pytest.approx([0, 1])


def test_whole_levers_are_whole_and_near_the_bound() -> None:
    """Half a patient a day: the LP opens half a unit, the plan a whole one."""
    plan = lever({1: 0.5}, max_units=3)
    assert plan.lever_started.sum() == 1
    assert plan.harm.value == pytest.approx(plan.harm.bound, abs=1e-6)


def test_live_model_holds_levers_as_the_plan_decided_them() -> None:
    """Two patients, one bed by a lever; with a bed of the house's own nobody waits.

    The same patients with a giver who has fewer nurses than the plan took still have an answer.
    """
    inst = with_levers(ward({1: 2}), {"L": {"harm": 0.5}}, BED)
    plan = solve_plan(inst)
    live = LiveModel(inst, plan.surge_beds, plan.start, decided_of(plan))
    assert live.base.plan.harm.value == pytest.approx(plan.harm.value)
    more = live.ask(inst.changed(beds=inst.beds + 1.0))
    assert more.plan.harm.value == pytest.approx(3.0, abs=1e-6)
    assert more.plan.lever_open.sum() == plan.lever_open.sum() == 6


def test_live_model_answers_where_a_giver_has_less_than_was_taken() -> None:
    inst = sketch(
        days=3,
        beds={"A": {"OXY": 1}, "B": {"OXY": 1}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 1): 1},
        keep={("SA", "SA"): EVER},
        waits={("SA", "SA"): 1.0},
        need={("NUR", "OXY"): 1.0},
        staff={("A", "NUR"): 0.0, ("B", "NUR"): 1.0},
    )
    yields = {("L", "staff", "A", "NUR"): 1.0, ("L", "staff", "B", "NUR"): -1.0}
    made = with_levers(inst, {"L": {}}, yields)
    plan = solve_plan(made)
    live = LiveModel(made, plan.surge_beds, plan.start, decided_of(plan))
    fewer = made.staff.copy()
    fewer[1] = 0.5
    assert plan.harm.value == pytest.approx(0, abs=1e-6)
    assert live.ask(made.changed(staff=fewer)).plan.harm.value == pytest.approx(1500, abs=1e-3)


@st.composite
def random_levers(draw: st.DrawFn) -> tuple[Instance, Instance]:
    """Return an instance and the same with up to three levers of all kinds."""
    inst = draw(random_instances())
    levers, yields = {}, {}
    for name in ("L", "M", "N")[: draw(st.integers(1, 3))]:
        levers[name] = {
            "max_units": draw(st.integers(0, 2)),
            "delay": draw(st.integers(0, 2)),
            "ramp": draw(st.integers(0, 1)),
            "min_days": draw(st.integers(1, 2)),
            "may_close": draw(st.integers(0, 1)),
            "harm": draw(st.sampled_from([0.0, 0.1, 1.0])),
            "open_vnd": draw(st.sampled_from([0.0, 1e6])),
        }
        for unit in inst.units:
            level = inst.levels[int(inst.lowest_level[inst.units.index(unit)])]
            if draw(st.booleans()):
                yields[name, "bed", unit, level] = float(draw(st.sampled_from([1, 2, -1])))
            if draw(st.booleans()):
                yields[name, "staff", unit, "NUR"] = float(draw(st.sampled_from([1, 2, -1])))
    pools = {"M": "L"} if len(levers) > 1 and draw(st.booleans()) else None
    budget = draw(st.sampled_from([np.inf, 1e6]))
    return inst, with_levers(inst, levers, yields, pools=pools, budget=budget)


@settings(max_examples=60, deadline=None)
@given(random_levers())
def test_levers_never_worsen_harm_and_always_answer(pair: tuple[Instance, Instance]) -> None:
    """The bound with levers is never above that without; the plan keeps every row and is whole."""
    without, allowed = pair
    plan = solve_plan(allowed)
    before = solve_plan(without)
    assert plan.harm.bound is not None
    assert before.harm.bound is not None
    assert plan.harm.bound <= before.harm.bound + 1e-6 * max(1.0, before.harm.bound)
    assert plan.harm.value <= before.harm.value * (1 + 1e-6) + 1e-6
    assert worst_violation(build_model(allowed, live=True), allowed, plan) <= 1e-6
    assert pooled_bound(allowed)["harm"] <= plan.harm.bound + 1e-6 * max(1.0, plan.harm.bound)
    assert simulate(allowed).harm.value == pytest.approx(simulate(without).harm.value)
    for block in (plan.lever_started, plan.lever_closed, plan.lever_open):
        assert np.abs(block - np.round(block)).max(initial=0.0) <= 1e-9


def test_harm_after_sees_other_figures_of_levers() -> None:
    """One patient of two lies in the lever's bed, open 6 days at 0.5: 24 + 3 = 27.

    With 1.5 beds a unit half a patient more lies there: 12 + 3; at twice its harm 24 + 6.
    """
    inst = with_levers(ward({1: 2}), {"L": {"harm": 0.5}}, BED)
    seen: list[Optimum] = []
    solve_plan(inst, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    more = with_levers(ward({1: 2}), {"L": {"harm": 0.5}}, {("L", "bed", "A", "OXY"): 1.5})
    worse = with_levers(ward({1: 2}), {"L": {"harm": 1.0}}, BED)
    assert harm_after(seen[0], inst) == pytest.approx(27, abs=1e-5)
    assert harm_after(seen[0], more) == pytest.approx(15, abs=1e-5)
    assert harm_after(seen[0], worse) == pytest.approx(30, abs=1e-5)


def test_levers_bought_say_what_would_be_lost_without_each() -> None:
    """Two patients, a lever of one bed each: without one of them one waits six days, 24 - 3."""
    yields = {("L", "bed", "A", "OXY"): 1.0, ("M", "bed", "A", "OXY"): 1.0}
    inst = with_levers(ward({1: 2}), {"L": {"harm": 0.5}, "M": {"harm": 0.5}}, yields)
    seen: list[Optimum] = []
    plan = solve_plan(inst, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    found = solved_without(seen[0], inst, levers_bought(inst, plan, seen[0]))
    assert [one.lever for one in found] == ["L", "M"]
    for one in found:
        assert (one.first_day, one.last_day, one.unit_days, one.harm) == (1, 6, 6, 3)
        assert one.solved_without == pytest.approx(21, abs=1e-5)
        assert one.worth <= 21 + 1e-6
