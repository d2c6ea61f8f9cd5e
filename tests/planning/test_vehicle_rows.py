"""`vehicle_rank` and `vehicle_shift`: where they bind, do not, at the edge; by hand and both hands.

A trip of 10 minutes takes 50 + 2 x 10 = 70. SA weighs 4, CA 20 an unmet day; nobody waits free.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.crosscheck.random_instances import random_instance
from optimizer.crosscheck.random_vehicles import vehicles_told_apart
from optimizer.domain.instance import ADMISSION, STEP_UP, Instance
from optimizer.domain.resource import Addition, values_of_one_more, with_more
from optimizer.domain.simulate import simulate
from optimizer.planning.clear import clear_shortfall
from optimizer.planning.model import build_model
from optimizer.planning.solve import solve_plan
from optimizer.planning.worth import Optimum, confirm
from optimizer.solving.engine import solve_arrays

from .instances import sketch, with_levers, worst_violation
from .third_hand import harm, named, third_hand
from .vehicles import with_fleet

__all__ = ["named", "third_hand"]

ICU = {"CA": "AMB_ICU", "CR": "AMB_ICU"}
DAY_NIGHT = {"day": (0.5, 0.5), "night": (0.5, 0.5)}


def house(sick: float = 2, ill: float = 1, minutes: float = 9999.0) -> Instance:
    """One area, one house with room for all; `sick` CA and `ill` SA ask for a vehicle."""
    return sketch(
        beds={"B": {"OXY": 9, "ICU": 9}},
        admissions=[("o", "B", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        requests={("o", "CA"): sick, ("o", "SA"): ill},
        needs_vehicle=("SA", "CA"),
        minutes=minutes,
    )


def least(inst: Instance, *, live: bool = False) -> float:
    model = build_model(inst, live=live)
    return solve_arrays(model.compiled, model.harm).objective


# vehicle_rank


@pytest.mark.parametrize(
    ("basic", "icu", "due"),
    [
        (140, 70, 20.0),  # room for three, but one of the two CA only may ride in what is left
        (140, 139, 20.0),  # whole trips
        (70, 140, 0.0),  # the edge: two CA in the one, SA in the other
        (0, 210, 0.0),  # a better vehicle carries whoever a lesser one may
        (9999, 0, 40.0),  # however many lesser ones there are
        (0, 140, 4.0),  # SA gives way
    ],
)
def test_vehicle_rank_holds_who_needs_the_better_vehicle(
    basic: float, icu: float, due: float
) -> None:
    inst = with_fleet(house(), {"AMB_BASIC": basic, "AMB_ICU": icu}, ICU)
    assert harm(inst) == pytest.approx(due)


def test_cars_of_a_lever_carry_nobody_who_needs_better() -> None:
    """Only ambulances stand there, so their row is that of the day: until taxis widen that one."""
    inst = with_fleet(house(), {"AMB_BASIC": 0, "AMB_ICU": 70}, ICU)
    cars = with_levers(inst, {"taxis": {}}, {("taxis", "vehicle_minutes", inst.bases[0], "-"): 999})
    assert harm(inst) == pytest.approx(20.0 + 4.0)
    assert harm(cars) == pytest.approx(20.0)


def test_cars_of_a_lever_do_not_widen_a_shift() -> None:
    inst = house(0, 4)
    half = with_fleet(inst, {"AMB_BASIC": 140}, {}, urgent=("SA",), shifts=DAY_NIGHT)
    cars = with_levers(half, {"taxis": {}}, {("taxis", "vehicle_minutes", inst.bases[0], "-"): 999})
    assert harm(half) == pytest.approx(2 * 4.0)
    assert harm(cars) == pytest.approx(2 * 4.0)


def test_vehicle_rank_counts_transfers_at_the_base_of_the_sender() -> None:
    inst = sketch(
        beds={"A": {"OXY": 2}, "B": {"ICU": 2}},
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CA"): 2},
    )
    one = with_fleet(inst, {"AMB_BASIC": 500, "AMB_ICU": 70}, ICU)
    assert harm(one) == pytest.approx(2 + 20)  # one goes up, one boards
    assert harm(with_fleet(inst, {"AMB_BASIC": 0, "AMB_ICU": 140}, ICU)) == pytest.approx(4)


def test_vehicle_rank_sees_no_vehicle_when_patients_come_by_themselves() -> None:
    on_foot = replace(house().classes, needs_vehicle=np.zeros(4, dtype=bool))
    inst = house().changed(classes=on_foot)
    assert harm(with_fleet(inst, {"AMB_BASIC": 0, "AMB_ICU": 0}, ICU)) == pytest.approx(0)


@pytest.mark.parametrize(("minutes", "due"), [(70, 0.0), (69, 4.0), (35, 8.0), (0, 12.0)])
def test_a_coach_counts_by_its_seats_and_carries_no_better_class(
    minutes: float, due: float
) -> None:
    # three SA ride three at a time: 3 x 70 patient-minutes; two CA take 140 of the ambulance
    inst = with_fleet(
        house(sick=2, ill=3), {"COACH": minutes, "AMB_ICU": 140}, ICU, seats={"COACH": 3}
    )
    assert harm(inst) == pytest.approx(due)


# vehicle_shift


@pytest.mark.parametrize(
    ("day", "night", "due"),
    [
        (70, 70, 0.0),  # the edge: half of two urgent trips in each shift
        (140, 0, 40.0),  # enough for both, but nobody drives at night
        (140, 69, 20.0),  # whole people
        (999, 35, 20.0),  # half a trip of one person at night
        (69, 999, 20.0),
    ],
)
def test_vehicle_shift_holds_the_urgent_in_every_shift(
    day: float, night: float, due: float
) -> None:
    inst = with_fleet(
        house(ill=0),
        {"AMB": day + night},
        {},
        urgent=("CA",),
        shifts=DAY_NIGHT,
        stated={("day", "AMB"): day, ("night", "AMB"): night},
    )
    assert harm(inst) == pytest.approx(due)


def test_vehicle_shift_leaves_alone_who_can_wait_for_the_day() -> None:
    inst = with_fleet(
        house(sick=0, ill=3),
        {"AMB": 210},
        {},
        urgent=("CA",),
        shifts=DAY_NIGHT,
        stated={("day", "AMB"): 210},
    )
    assert harm(inst) == pytest.approx(0)


@pytest.mark.parametrize(("night", "due"), [(70, 0.0), (69, 20.0)])
def test_vehicle_shift_is_nested_by_class(night: float, due: float) -> None:
    # at night basic ambulances stand idle: CA needs the other
    inst = with_fleet(
        house(ill=0),
        {"AMB_BASIC": 999, "AMB_ICU": 500 + night},
        ICU,
        urgent=("CA",),
        shifts=DAY_NIGHT,
        stated={("night", "AMB_BASIC"): 999, ("day", "AMB_ICU"): 500, ("night", "AMB_ICU"): night},
    )
    assert harm(inst) == pytest.approx(due)


def test_vehicles_without_a_shift_are_spread_over_the_hours() -> None:
    inst = with_fleet(
        house(ill=0), {"AMB": 280}, {}, urgent=("CA",), shifts={"a": (1.0, 0.5), "b": (0.0, 0.5)}
    )
    assert harm(inst) == pytest.approx(0)  # both in shift a, with half of the minutes: 140
    assert harm(
        with_fleet(
            house(ill=0),
            {"AMB": 270},
            {},
            urgent=("CA",),
            shifts={"a": (1.0, 0.5), "b": (0.0, 0.5)},
        )
    ) == pytest.approx(20)


# what is left out


def blocks(inst: Instance, *, live: bool = False) -> dict[str, int]:
    rows = build_model(inst, live=live).row_blocks
    return {name: int((rows[name] >= 0).sum()) for name in rows if name.startswith("vehicle")}


def test_without_classes_the_model_has_no_such_rows() -> None:
    assert blocks(house()) == {"vehicle_minutes": 1}


def test_rows_another_implies_are_left_out_and_written_where_bounds_may_change() -> None:
    fleet = {"COACH": 0, "CAR": 70, "AMB": 70, "ICU": 70}
    inst = with_fleet(house(), fleet, {"SA": "CAR", "CA": "ICU"})
    # CAR: nothing below it stands there; AMB: nobody needs just that
    assert blocks(inst) == {"vehicle_minutes": 1, "vehicle_rank": 1}
    assert build_model(inst).row_blocks["vehicle_rank"][0, :, 0].tolist()[:3] == [-1, -1, -1]
    assert blocks(inst, live=True) == {"vehicle_minutes": 1, "vehicle_rank": 3}


def test_shift_rows_are_left_out_where_the_day_implies_them() -> None:
    even = with_fleet(house(), {"AMB": 100}, {}, urgent=("CA",), shifts=DAY_NIGHT)
    assert blocks(even) == {"vehicle_minutes": 1, "vehicle_rank": 0, "vehicle_shift": 0}
    stated = {("day", "AMB"): 60.0, ("night", "AMB"): 40.0}
    odd = with_fleet(house(), {"AMB": 100}, {}, urgent=("CA",), shifts=DAY_NIGHT, stated=stated)
    assert blocks(odd) == {"vehicle_minutes": 1, "vehicle_rank": 0, "vehicle_shift": 1}


@pytest.mark.parametrize("seed", range(40))
def test_rows_left_out_change_nothing(seed: int) -> None:
    inst = vehicles_told_apart(random_instance(seed), np.random.default_rng([seed, 6]))
    assert least(inst) == pytest.approx(least(inst, live=True), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_more_vehicles_of_any_class_never_worsen_harm(seed: int) -> None:
    dice = np.random.default_rng([seed, 7])
    inst = vehicles_told_apart(random_instance(seed), dice)
    assert inst.fleet is not None
    before, count = least(inst), len(inst.fleet.classes)
    for c in range(count):
        base = int(dice.integers(len(inst.bases)))
        more = with_more(inst, [Addition("vehicle_minutes", base, c, 0, inst.days - 1, 90.0)])
        assert more.fleet is not None
        total = more.fleet.minutes.sum(axis=1)
        assert more.vehicle_minutes == pytest.approx(total)
        if more.fleet.shifts:
            assert more.fleet.shift_minutes.sum(axis=(1, 2)) == pytest.approx(total)
        assert least(more) <= before + 1e-6 * max(1.0, before)


@pytest.mark.parametrize("seed", range(40))
def test_the_rule_keeps_the_rows(seed: int) -> None:
    inst = vehicles_told_apart(random_instance(seed), np.random.default_rng([seed, 8]))
    assert worst_violation(build_model(inst, live=True), inst, simulate(inst)) <= 1e-6


# prices and what can be added


def test_one_more_minute_is_worth_what_the_class_that_is_short_saves() -> None:
    inst = with_fleet(house(), {"AMB_BASIC": 500, "AMB_ICU": 70}, ICU)
    worth = values_of_one_more(inst, solve_plan(inst).shadow_prices, "vehicle_minutes")
    assert worth[0, :, 0] == pytest.approx([0.0, 20 / 70])


def test_a_seat_more_counts_once_for_each_patient() -> None:
    inst = with_fleet(
        house(sick=0, ill=4), {"COACH": 35, "AMB": 0}, {"CA": "AMB"}, seats={"COACH": 4}
    )
    worth = values_of_one_more(inst, solve_plan(inst).shadow_prices, "vehicle_minutes")
    assert worth[0, 0, 0] == pytest.approx(4 * 4 / 70)


def test_what_clears_the_shortfall_is_a_vehicle_of_the_class_that_is_short() -> None:
    inst = with_fleet(house(), {"AMB_BASIC": 500, "AMB_ICU": 70}, ICU)
    model = build_model(inst)
    costs = {"bed": 1.0, "staff": 3.0, "vehicle_minutes": 0.005, "outside_place": 20.0}
    found = clear_shortfall(Optimum(model, solve_arrays(model.compiled, model.harm)), inst, costs)
    assert found is not None
    assert found.proved
    assert [(one.kind, one.item_id(inst), one.amount) for one in found.additions] == [
        ("vehicle_minutes", "AMB_ICU", 70.0)
    ]


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_one_more_of_a_class_solved_again_is_the_truth_and_under_its_ceiling(seed: int) -> None:
    dice = np.random.default_rng([seed, 10])
    inst = vehicles_told_apart(random_instance(seed), dice)
    model = build_model(inst)
    optimum = Optimum(model, solve_arrays(model.compiled, model.harm, engine="glop"))
    prices = {
        name: np.where(index >= 0, -optimum.answer.row_duals[np.maximum(index, 0)], 0.0)
        for name, index in model.row_blocks.items()
    }
    daily = values_of_one_more(inst, prices, "vehicle_minutes")
    base, c = int(dice.integers(len(inst.bases))), int(dice.integers(daily.shape[1]))
    addition = Addition("vehicle_minutes", base, c, 0, inst.days - 1, 60.0)
    (told,) = confirm(optimum, inst, [addition])
    assert told is not None
    again = least(with_more(inst, [addition]))
    close = 1e-6 * max(1.0, optimum.answer.objective)
    assert abs(optimum.answer.objective - told.gain - again) <= close
    if daily[base, c].any():
        assert told.gain <= 60.0 * daily[base, c].sum() + close
