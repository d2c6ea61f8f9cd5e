"""Levers by both hands: random ones, each row of docs/model.md section 12 alone, and enumerated.

40 random instances each run, 2,000 with ``REFERRAL_MANY=1``; seeds as in `test_two_hands`.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.crosscheck.random_levers import levered_instance
from optimizer.domain.instance import ADMISSION, Home, Instance
from optimizer.domain.levers_decided import without_levers
from optimizer.planning.model import build_model
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.witness.compare import SAME, compare
from tests.planning.instances import sketch, with_levers
from tests.planning.test_levers import BED, EVER, ward

from .lever_enumeration import least_with_lever, one_lever
from .test_two_hands import MANY, SMALL, same, seed, whole_harm
from .tiny import tiny_instance

COUNT = 2000 if MANY else 40
TINY = 40


def test_both_hands_find_the_same_objectives_on_random_levers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = seed()
    verdicts = compare([(f"seed {n}", levered_instance(n)) for n in range(first, first + COUNT)])
    apart = [(v.name, [f.render("en") for f in v.faults]) for v in verdicts if v.status != "agree"]
    widest = max((abs(g.difference) for v in verdicts for g in v.groups), default=0.0)
    used = len([v for v in verdicts if v.plan and v.plan.lever_started.sum() > SAME])
    with capsys.disabled():
        sys.stdout.write(
            f"\ncrosscheck: REFERRAL_SEED={first}, {COUNT - len(apart)} of {COUNT} with levers "
            f"agree, {used} use them, largest difference {widest:.1e}\n"
        )
    assert apart == [], f"REFERRAL_SEED={first}"
    assert used >= COUNT // 8


def test_both_hands_find_the_same_harm_in_whole_units() -> None:
    first = seed()
    cases = [(n, levered_instance(n)) for n in range(first, first + COUNT)]
    small = [(n, i) for n, i in cases if build_model(i).compiled.size[0] <= 2 * SMALL]
    answers = crosscheck_many([inst for _, inst in small], whole="today")
    apart: list[tuple[int, float, float]] = []
    unlawful = []
    for (number, inst), answer in zip(small, answers, strict=True):
        assert answer.status == "optimal", number
        if not same(whole_harm(inst), answer.harm):
            apart.append((number, whole_harm(inst), answer.harm))
        harm = solve_plan(inst, SolveOptions(burden=False)).harm
        bound, gap = harm.bound, harm.gap
        assert bound is not None
        assert gap is not None
        lost = (harm.value - answer.harm) / max(1.0, abs(answer.harm))
        if lost < -SAME or lost > gap + SAME or bound > answer.harm * (1 + SAME) + SAME:
            unlawful.append((number, harm, answer.harm))
    assert apart == [], f"REFERRAL_SEED={first}: (seed, planner, second)"
    assert unlawful == [], f"REFERRAL_SEED={first}: (seed, plan, second)"


def test_random_levers_have_every_figure_and_resource() -> None:
    many = [levered_instance(n).levers for n in range(60)]
    levers = [one for one in many if one is not None]
    assert len(levers) == 60
    for name in ("beds", "staff", "devices"):
        amounts = [getattr(one.yields, name) for one in levers]
        assert sum(bool((y < 0).any()) for y in amounts) >= 5, name
        assert sum(bool((y > 0).any()) for y in amounts) >= 5, name
    others = ("oxygen_flow", "oxygen_supply", "vehicle_minutes", "outside_places", "home_places")
    for name in others:
        assert sum(bool((getattr(one.yields, name) > 0).any()) for one in levers) >= 5, name
    for name in ("delay", "ramp", "may_close", "open_vnd", "day_vnd", "harm"):
        assert sum(bool(getattr(one, name).any()) for one in levers) >= 5, name
    assert sum(bool((one.pool >= 0).any()) for one in levers) >= 5
    assert sum(bool(np.isfinite(one.budget_vnd)) for one in levers) >= 5


# --- each row: it binds, it does not bind, the edge -----------------------------------------------


def one(come: dict[int, float], budget: float = np.inf, **figures: float) -> Instance:
    """One lever L that gives a bed; a patient who waits costs 4 a day, six days."""
    return with_levers(ward(come), {"L": figures}, BED, budget=budget)


def short_stays(least: int, may_close: int = 1) -> Instance:
    """A patient on day 1 and one on day 5, each a day in bed; a day open costs 0.5."""
    figures: dict[str, float] = {"harm": 0.5, "may_close": may_close, "min_days": least}
    return with_levers(ward({1: 1, 5: 1}, leaves=1), {"L": figures}, BED)


def two_wards(teams: int) -> Instance:
    """Two hospitals lack a bed each; `teams` can be sent."""
    inst = sketch(
        days=6,
        beds={"A": {"OXY": 0}, "B": {"OXY": 0}},
        areas=("o", "q"),
        admissions=[("o", "A", "SA", ADMISSION, 10.0), ("q", "B", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 1): 1, ("q", "SA", 1): 1},
        keep={("SA", "SA"): EVER},
        waits={("SA", "SA"): 1.0},
    )
    yields = {("X", "bed", "A", "OXY"): 1.0, ("Y", "bed", "B", "OXY"): 1.0}
    levers: dict[str, dict[str, float]] = {"P": {"max_units": teams}, "X": {}, "Y": {}}
    return with_levers(inst, levers, yields, pools={"X": "P", "Y": "P"})


def lender(has: float) -> Instance:
    """A bed in A without a nurse; B lends one if it has one."""
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
    return with_levers(inst, {"L": {}}, yields)


def at_home(places: float) -> Instance:
    """100 at home on two days, 20 followed; 0.2 a day for each whom nobody follows."""
    inst = ward({}, days=2).changed(home=Home(np.full((1, 2), 100.0), np.full((1, 2), 20.0)))
    return with_levers(inst, {"L": {}}, {("L", "home_place", "base", ""): places})


CASES: dict[str, tuple[Instance, float]] = {
    "lever_balance, open at once": (one({1: 1}), 0.0),
    "lever_balance, a day late": (one({1: 1}, delay=1), 4.0),
    "lever_balance, on the last day": (one({1: 1}, delay=5), 20.0),
    "lever_balance, never": (one({1: 1}, delay=6), 24.0),
    # 1 / 3, 2 / 3 and all of the bed on days 1, 2, 3: 2 / 3 + 1 / 3 days of waiting
    "lever_ramp, usable by and by": (one({1: 1}, ramp=2), 4.0),
    "lever_ramp, in time": (one({3: 1}, ramp=2), 0.0),
    "lever_limit, binds": (one({1: 3}, max_units=2), 24.0),
    "lever_limit, edge": (one({1: 3}, max_units=3), 0.0),
    "lever_limit, free": (one({1: 3}, max_units=4), 0.0),
    "lever_closing, free": (short_stays(1), 1.0),
    "lever_closing, opened twice": (short_stays(2), 2.0),
    "lever_closing, held from 1 to 5": (short_stays(4), 2.5),
    "lever_closing, may not": (short_stays(1, may_close=0), 3.0),
    "lever_pool, binds": (two_wards(1), 24.0),
    "lever_pool, edge": (two_wards(2), 0.0),
    "lever_pool, nobody to send": (two_wards(0), 48.0),
    "lever_giver, binds": (lender(0.0), 24.0),
    "lever_giver, edge": (lender(1.0), 0.0),
    "lever_giver, free": (lender(2.0), 0.0),
    "budget, edge": (one({1: 1}, budget=11e6, open_vnd=5e6, day_vnd=1e6), 0.0),
    "budget, a day less": (one({1: 1}, budget=10e6, open_vnd=5e6, day_vnd=1e6), 4.0),
    "budget, nothing": (one({1: 1}, budget=5.9e6, open_vnd=5e6, day_vnd=1e6), 24.0),
    "home_places, binds": (at_home(50.0), 12.0),
    "home_places, edge": (at_home(80.0), 0.0),
    "home_places, free": (at_home(100.0), 0.0),
    # a day open of 4.1 against a day of waiting of 4
    "harm of a lever, too dear": (one({1: 1}, harm=4.1), 24.0),
    "harm of a lever, worth it": (one({1: 1}, harm=3.9), 23.4),
}


def test_each_row_of_levers_by_both_hands() -> None:
    answers = crosscheck_many([inst for inst, _ in CASES.values()], whole="today")
    found: dict[str, Any] = {}
    for (name, (inst, due)), answer in zip(CASES.items(), answers, strict=True):
        pair = (answer.harm, solve_plan(inst).harm.value)
        if not all(abs(value - due) <= 1e-4 for value in pair):
            found[name] = (due, *pair)
    assert found == {}, "(by hand, second hand, planner)"


# --- enumerated -----------------------------------------------------------------------------------


def test_enumeration_planner_and_second_hand_agree_on_one_lever(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = seed()
    numbers = range(first, first + TINY)
    instances = [one_lever(tiny_instance(number), number) for number in numbers]
    answers = crosscheck_many(instances, whole="always", upto="burden")
    apart: list[tuple[int, float, tuple[float, ...]]] = []
    gained = 0
    for number, inst, answer in zip(numbers, instances, answers, strict=True):
        harm, _, burden = map(float, least_with_lever(inst))
        gained += harm < whole_harm(without_levers(inst), always=True) - SAME
        found = (whole_harm(inst, always=True), answer.harm)
        if not all(same(value, harm) for value in found):
            apart.append((number, harm, found))
        if not abs(answer.groups["burden"] - burden) <= 1e-5 * max(1.0, burden):
            apart.append((number, burden, (answer.groups["burden"],)))
    with capsys.disabled():
        sys.stdout.write(
            f"\nenumeration: REFERRAL_SEED={first}, {TINY - len(apart)} of {TINY} with a lever "
            f"equal, {gained} gain by it\n"
        )
    assert apart == [], f"REFERRAL_SEED={first}: (seed, enumerated, planner and second)"
    assert gained >= TINY // 8
