"""Each row of docs/model.md section 4: where it binds, does not bind, at the edge; by both hands.

Prices unless said: SA, SR 4 and CA, CR 20 an unmet day; corridor 25, excess 1000, up 2,
down 0.5, out 5. Nights send everybody home unless said.
"""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.instance import (
    ADMISSION,
    OUT_OF_PROVINCE,
    OUTSIDE,
    STABILISE,
    STEP_DOWN,
    STEP_UP,
    Instance,
)
from optimizer.planning.solve import solve_plan

from .instances import HALF, NURSES, TO_A, sketch
from .third_hand import harm, named, third_hand

__all__ = ["named", "third_hand"]

# waiting_balance


def test_waiting_balance_carries_who_is_not_admitted_through_the_night() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 0}},
        requests={("o", "SA"): 1},
        waits={("SA", "SA"): 0.5, ("SA", "CA"): 0.5},
    )
    assert harm(inst) == pytest.approx(4 + 0.5 * 4 + 0.5 * 20)


def test_waiting_balance_holds_nobody_when_there_is_a_bed() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1}},
        admissions=TO_A,
        requests={("o", "SA"): 1},
        waits={("SA", "SA"): 0.5, ("SA", "CA"): 0.5},
    )
    assert harm(inst) == pytest.approx(0)


def test_waiting_balance_adds_the_arrivals_of_the_day() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 0}},
        requests={("o", "SA"): 1},
        arrivals={("o", "SA", 2): 0.75},
        waits={("SA", "SA"): 0.5},
    )
    assert harm(inst) == pytest.approx(4 + (0.5 + 0.75) * 4)


# open_requests and expected_arrivals


@pytest.mark.parametrize(
    ("nurses", "due", "bound"),
    [
        (0.125, 4.0, 2.0),  # room for half a person: nobody comes, though the mean would
        (0.25, 0.0, 0.0),  # room for exactly one
        (0.5, 0.0, 0.0),  # room to spare
    ],
)
def test_open_requests_are_whole_people(nurses: float, due: float, bound: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=TO_A,
        requests={("o", "SA"): 1},
        need=NURSES,
        staff={("A", "NUR"): nurses},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(due)
    assert plan.harm.bound == pytest.approx(bound)
    assert plan.status == ("optimal" if due == bound else "feasible")


def test_open_requests_and_expected_arrivals_are_told_apart() -> None:
    inst = sketch(
        beds={"A": {"OXY": 1}, "B": {"OXY": 1}},
        admissions=[*TO_A, ("o", "B", "SA", ADMISSION, 10.0)],
        requests={("o", "SA"): 1},
        arrivals={("o", "SA", 1): 1},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(0)
    assert plan.admitted_observed.sum() == 1  # not two people where one has asked
    assert plan.admitted[:, 0].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("expected", "due"),
    [
        (0.25, 8.0),  # room for 0.5: only the expected 0.25 are means; 2 whole people wait, 2 x 4
        (0.5, 8.0),  # edge: the room is just used
        (0.75, 9.0),  # 0.25 expected wait too
    ],
)
def test_expected_arrivals_take_no_place_for_people_with_a_request(
    expected: float, due: float
) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=TO_A,
        requests={("o", "SA"): 2},
        arrivals={("o", "SA", 1): expected},
        need=NURSES,
        staff={("A", "NUR"): 0.125},
    )
    assert harm(inst) == pytest.approx(due)


# treated_balance and boarding_balance


@pytest.mark.parametrize(
    ("new", "due"),
    [
        (1.0, 2.0),
        (0.5, 0.0),
        (0.25, 0.0),
    ],  # half of the bed is still taken: 0.5 x 4 wait at new = 1
)
def test_treated_balance_keeps_the_bed_of_who_stays(new: float, due: float) -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1}},
        admissions=TO_A,
        treated={("A", "SA"): 1},
        arrivals={("o", "SA", 2): new},
        keep=HALF,
    )
    assert harm(inst) == pytest.approx(due)


def test_boarding_balance_takes_in_who_got_worse() -> None:
    inst = sketch(
        days=3,
        beds={"A": {"OXY": 2}},
        treated={("A", "SA"): 1},
        keep=HALF,
        worse={("SA", "CA"): 0.25},
        boards={("CA", "CA"): 0.5},
    )
    # day 2: 1/4 boards, 5; day 3: half of it and 1/4 of the 1/2 still treated, (1/8 + 1/8) x 20
    assert harm(inst) == pytest.approx(5 + 5)


def test_boarding_balance_empties_when_the_house_has_the_bed() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 2, "ICU": 1}},
        treated={("A", "SA"): 1},
        keep=HALF,
        worse={("SA", "CA"): 0.25},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(0)
    assert plan.in_house.sum() == pytest.approx(0.25)


# only_stable_move


@pytest.mark.parametrize(
    ("new", "due"),
    [
        (2.0, 4.25),  # n~ = 1/2 moves for 1/4, one comes in, one waits for 4
        (1.0, 0.25),  # edge: moving 1/2 makes just the room
        (0.5, 0.0),  # room without moving
    ],
)
def test_only_stable_move_lets_nobody_step_down_on_the_day_he_comes(new: float, due: float) -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 9}, "B": {"OXY": 1}},
        admissions=[("o", "B", "SR", ADMISSION, 10.0)],
        transfers=[("B", "A", "SR", STEP_DOWN, 10.0)],
        treated={("B", "SR"): 1},
        arrivals={("o", "SR", 2): new},
        keep=HALF,
    )
    assert harm(inst) == pytest.approx(due)


# boarders_leave_once and stabilise arcs


def stabilised(days: int, **more: object) -> Instance:
    """A has oxygen only; a critical patient may be stabilised there and sent up to B."""
    return sketch(
        days=days,
        beds={"A": {"OXY": 1}, "B": {"ICU": 1}},
        admissions=[("o", "A", "CA", STABILISE, 10.0)],
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        keep=HALF,
        boards={("CA", "CA"): 0.5},
        deaths={"waiting": {"CA": 1.0}},
        **more,  # type: ignore[arg-type]
    )


def test_boarders_leave_once_holds_who_was_stabilised_today() -> None:
    # day 2 boarding 20; day 3 half of him is left and goes up, 1/2 x 2.
    # Waiting would be 20 x (1 + 1 x 1) + 100 = 140.
    inst = stabilised(3, arrivals={("o", "CA", 2): 1})
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(20 + 1)
    assert plan.moved[0] == pytest.approx([0, 0, 0.5])


def test_boarders_leave_once_holds_class_by_class() -> None:
    # another class that boards makes no room for passing through: CR boards on both days, 2 x 20,
    # the CA stabilised on day 2 boards that day, 20; passing through would cost 2
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 2}, "B": {"ICU": 1}},
        admissions=[("o", "A", "CA", STABILISE, 10.0)],
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CR"): 1},
        boards={("CR", "CR"): 1.0},
        arrivals={("o", "CA", 2): 1},
        deaths={"waiting": {"CA": 1.0}},
    )
    assert harm(inst) == pytest.approx(20 + 20 + 20)


def test_boarders_leave_once_lets_yesterdays_boarder_go_when_another_is_stabilised() -> None:
    # day 1: the boarder goes up, 2; day 2: n in B is 1/2, the newcomer boards in A, 20
    inst = stabilised(2, boarding={("A", "CA"): 1}, arrivals={("o", "CA", 2): 1})
    assert harm(inst) == pytest.approx(2 + 20)


def test_boarders_leave_once_does_not_bind_when_nobody_is_stabilised() -> None:
    assert harm(stabilised(1, boarding={("A", "CA"): 1})) == pytest.approx(2)


def test_stabilise_needs_a_bed_of_the_house() -> None:
    inst = stabilised(1, requests={("o", "CA"): 2})
    # one lies in the oxygen bed, 20; the other waits, 140
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(160)
    assert plan.corridor.sum() == 0


# vehicle_minutes: a trip of 10 minutes takes 50 + 2 x 10 = 70


@pytest.mark.parametrize(
    ("minutes", "due"),
    [(140, 4.0), (139, 8.0), (210, 0.0), (0, 12.0)],  # 3 people; whole trips only
)
def test_vehicle_minutes_limit_admissions_of_who_needs_a_vehicle(
    minutes: float, due: float
) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=TO_A,
        requests={("o", "SA"): 3},
        needs_vehicle=("SA",),
        minutes=minutes,
    )
    assert harm(inst) == pytest.approx(due)


def test_vehicle_minutes_do_not_bind_when_patients_come_by_themselves() -> None:
    inst = sketch(beds={"A": {"OXY": 9}}, admissions=TO_A, requests={("o", "SA"): 3}, minutes=0)
    assert harm(inst) == pytest.approx(0)


@pytest.mark.parametrize(("minutes", "due"), [(70, 22.0), (140, 4.0), (69, 40.0)])
def test_vehicle_minutes_always_count_for_transfers(minutes: float, due: float) -> None:
    # two boarders: each goes up for 2 or boards for 20
    inst = sketch(
        beds={"A": {"OXY": 2}, "B": {"ICU": 2}},
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CA"): 2},
        minutes=minutes,
    )
    assert harm(inst) == pytest.approx(due)


# outside_places


@pytest.mark.parametrize(
    ("places", "due"),
    [
        (2, 12.0),  # the one who asks goes out for 5, the boarder for 2 + 5
        (1, 25.0),  # 5 for the one, 20 for the boarder
        (0, 40.0),
        (3, 12.0),
    ],
)
def test_outside_places_are_shared_by_admissions_and_transfers(places: float, due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 1}},
        outside={"H": places},
        admissions=[("o", "H", "CA", OUT_OF_PROVINCE, 90.0)],
        transfers=[("A", "H", "CA", OUTSIDE, 90.0)],
        boarding={("A", "CA"): 1},
        requests={("o", "CA"): 1},
    )
    assert harm(inst) == pytest.approx(due)


def test_outside_ends_a_patients_time_in_the_plan() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1}},
        outside={"H": 1},
        admissions=[("o", "H", "CA", OUT_OF_PROVINCE, 90.0)],
        requests={("o", "CA"): 1},
        keep=HALF,
        waits={("CA", "CA"): 0.5},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(5)
    assert np.concatenate([plan.treated.ravel(), plan.waiting.ravel()]).sum() == 0


# whole people


@pytest.mark.parametrize(
    ("nurses", "due"),
    [
        (0.75, 22.0),  # room for one and a half in B: one goes up for 2, the other boards for 20
        (0.5, 22.0),  # edge: room for one
        (1.0, 4.0),  # room for both
    ],
)
def test_transfers_of_day_1_are_whole(nurses: float, due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 2}, "B": {"ICU": 2}},
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CA"): 2},
        need={("NUR", "ICU"): 0.5},
        staff={("B", "NUR"): nurses},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(due)
    assert np.array_equal(plan.moved, np.round(plan.moved))
