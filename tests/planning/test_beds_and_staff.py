"""Rows of beds, houses, corridors, staff and surge: where each binds, and where not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.domain.instance import (
    ADMISSION,
    STABILISE,
    Instance,
    PlanRules,
)
from optimizer.domain.simulate import simulate
from optimizer.planning.solve import solve_plan

from .instances import HALF, NURSES, TO_A, sketch
from .third_hand import harm, named, third_hand

__all__ = ["named", "third_hand"]

# staffed_bed_capacity


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ({"CA": 2}, 20.0),  # one intensive-care bed for two
        ({"CA": 1}, 0.0),  # edge
        ({"CA": 1, "SA": 2}, 4.0),  # the oxygen bed takes one of them
        ({"CA": 1, "SA": 1}, 0.0),
        ({"SA": 2}, 0.0),  # nested: an intensive-care bed serves SA as well
        ({"SA": 3}, 4.0),
    ],
)
def test_staffed_bed_capacity_nests_beds(asked: dict[str, float], due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 1, "ICU": 1}},
        admissions=[("o", "A", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        requests={("o", s): number for s, number in asked.items()},
    )
    assert harm(inst) == pytest.approx(due)


# house_capacity


@pytest.mark.parametrize(
    ("boarders", "asked", "due"),
    [
        (1, 2, 24.0),  # 20 for the boarder, one SA waits rather than the corridor for 25
        (1, 1, 20.0),  # edge: both beds taken
        (0, 2, 0.0),
        (2, 0, 40.0),
        (3, 0, 85.0),  # 3 x 20 and one in the corridor
    ],
)
def test_house_capacity_counts_boarders(boarders: int, asked: int, due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 2}},
        admissions=TO_A,
        boarding={("A", "CA"): boarders},
        requests={("o", "SA"): asked},
    )
    assert harm(inst) == pytest.approx(due)


# corridor_boarders_only


@pytest.mark.parametrize(
    ("beds", "asked", "due", "corridor"),
    [
        (
            1,
            2,
            25.0,
            1,
        ),  # boarder 20 + corridor 1, one SA in the bed, the other waits 4, never in a corridor
        (1, 1, 21.0, 1),  # edge: the boarder makes room for the SA
        (2, 1, 20.0, 0),
    ],
)
def test_corridor_boarders_only_admits_nobody_into_a_corridor(
    beds: int, asked: int, due: float, corridor: int
) -> None:
    inst = sketch(
        beds={"A": {"OXY": beds}},
        admissions=TO_A,
        boarding={("A", "CA"): 1},
        requests={("o", "SA"): asked},
        prices={"corridor": 1},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(due)
    assert plan.corridor.sum() == pytest.approx(corridor)


def test_corridor_boarders_only_stabilises_nobody_into_a_corridor() -> None:
    inst = sketch(
        beds={"A": {"OXY": 0}},
        admissions=[("o", "A", "CA", STABILISE, 10.0)],
        requests={("o", "CA"): 1},
        deaths={"waiting": {"CA": 1.0}},
        prices={"corridor": 1},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(20 * (1 + 0) + 100)
    assert plan.admitted_observed.sum() == 0


# staff_on_duty


# one nurse for four patients
@pytest.mark.parametrize(("asked", "due"), [(5, 4.0), (4, 0.0), (3, 0.0)])
def test_staff_on_duty_limits_patients_in_beds(asked: int, due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=TO_A,
        requests={("o", "SA"): asked},
        need=NURSES,
        staff={("A", "NUR"): 1},
    )
    assert harm(inst) == pytest.approx(due)


@pytest.mark.parametrize(
    ("nurses", "icu_nurses", "sa", "ca", "due"),
    [
        (0, 1, 4, 0, 0.0),  # the intensive-care nurse does the work of a nurse
        (0, 1, 5, 0, 4.0),
        (0, 1, 2, 1, 0.0),  # 2/4 + 1/2 = 1
        (0, 1, 3, 1, 4.0),
        (1, 1, 2, 2, 0.0),  # row of NUR_ICU: 2 x 1/2 = 1; row of NUR: 2/4 + 1 <= 1 + 1
        (0, 1, 2, 2, 8.0),  # row of NUR: the two CA use the one nurse who is there; two SA wait
        (9, 0, 0, 1, 20.0),  # not the other way round
    ],
)
def test_staff_on_duty_counts_stand_ins_one_way(
    nurses: float, icu_nurses: float, sa: int, ca: int, due: float
) -> None:
    inst = sketch(
        beds={"A": {"OXY": 4, "ICU": 2}},
        admissions=[("o", "A", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        requests={("o", "SA"): sa, ("o", "CA"): ca},
        roles={"NUR": None, "NUR_ICU": "NUR"},
        need={("NUR", "OXY"): 0.25, ("NUR_ICU", "ICU"): 0.5},
        staff={("A", "NUR"): nurses, ("A", "NUR_ICU"): icu_nurses},
    )
    assert harm(inst) == pytest.approx(due)


@pytest.mark.parametrize(
    ("nurses", "due"),
    [
        (0.5, 24.0),  # boarder 20 and one SA use 2/4; the other SA waits
        (0.75, 20.0),
        (0.25, 28.0),
        (0.0, 53.0),  # the boarder lies in the corridor: 20 + 25 + 2 x 4
    ],
)
def test_staff_on_duty_cares_for_boarders_at_the_lowest_level(nurses: float, due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=TO_A,
        boarding={("A", "CA"): 1},
        requests={("o", "SA"): 2},
        need={("NUR", "OXY"): 0.25, ("NUR", "ICU"): 0.5},
        staff={("A", "NUR"): nurses},
    )
    assert harm(inst) == pytest.approx(due)


# bed_lost_once


def falling(nurses: float, **more: Any) -> Instance:
    return sketch(
        days=2,
        beds={"A": {"OXY": 1}},
        treated={("A", "SA"): 1},
        keep=HALF,
        need=NURSES,
        staff={("A", "NUR"): (0.25, nurses)},
        **more,
    )


@pytest.mark.parametrize(("nurses", "lost"), [(0.125, 0.0), (0.1, 0.1), (0.0, 0.5)])
def test_bed_lost_once_lets_who_cannot_be_staffed_board(nurses: float, lost: float) -> None:
    plan = solve_plan(falling(nurses))  # half of him is there on day 2
    assert plan.harm.value == pytest.approx(lost * (4 + 25))  # in the corridor
    assert plan.bed_lost[0, 0] == pytest.approx([0, lost])
    assert plan.boarding[0, 0] == pytest.approx([0, lost])
    assert plan.excess.sum() == 0


def test_bed_lost_once_is_no_way_into_the_corridor() -> None:
    inst = falling(0.0, admissions=TO_A, arrivals={("o", "SA", 2): 1})
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(0.5 * (4 + 25) + 4)  # who comes on day 2 waits
    assert plan.admitted[:, 1].sum() == 0


def test_bed_lost_once_finds_a_bed_again_when_staff_are_back() -> None:
    inst = sketch(
        days=4,
        beds={"A": {"OXY": 1}},
        treated={("A", "SA"): 1},
        keep={("SA", "SA"): 0.5},
        boards={("SA", "SA"): 1.0},
        need=NURSES,
        staff={("A", "NUR"): (0.25, 0.0, 0.0, 0.25)},
    )
    plan = solve_plan(inst)
    assert plan.bed_lost[0, 0] == pytest.approx([0, 0.5, 0, 0])
    assert plan.treated[0, 0] == pytest.approx([1, 0, 0, 0.5])


def test_bed_lost_once_has_no_column_where_nothing_falls_or_a_site_closes() -> None:
    steady = sketch(days=3, beds={"A": {"OXY": (1, 1, 2)}})
    falls = sketch(days=3, beds={"A": {"OXY": (1, 0, 0)}})
    closes = falls.changed(no_intake=np.array([[False, True, True]]))
    assert not steady.loses_beds.any()
    assert falls.loses_beds.tolist() == [[False, True, False]]
    assert not closes.loses_beds.any()


def test_bed_lost_once_is_for_whole_people_where_the_whole_window_is() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 2}},
        treated={("A", "SA"): 2},
        keep={("SA", "SA"): 1 - 1e-12},
        need=NURSES,
        staff={("A", "NUR"): (0.5, 0.375)},  # for one and a half
    ).changed(rules=PlanRules(whole_window=True))
    for plan in (solve_plan(inst), simulate(inst)):
        assert plan.bed_lost[0, 0] == pytest.approx([0, 1])
        assert plan.excess.sum() == 0


# excess: where a site closes, or levers take away


def test_excess_leaves_patients_standing_when_a_site_closes() -> None:
    inst = sketch(days=2, beds={"A": {"OXY": (1, 0)}}, treated={("A", "SA"): 1}, keep=HALF)
    plan = solve_plan(inst.changed(no_intake=np.array([[False, True]])))
    assert plan.harm.value == pytest.approx(0.5 * 1000)  # half of him is there on day 2
    assert plan.excess[0, 0] == pytest.approx([0, 0.5])


def test_excess_is_no_way_in() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1}},
        admissions=TO_A,
        arrivals={("o", "SA", 2): 1},
        need=NURSES,
        staff={("A", "NUR"): (0.25, 0.0)},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(4)
    assert plan.excess.sum() == 0


def test_excess_has_no_column_when_capacity_never_falls() -> None:
    steady = sketch(days=3, beds={"A": {"OXY": (1, 1, 2)}})
    falls = sketch(days=3, beds={"A": {"OXY": (1, 0, 1)}})
    assert not steady.excess_allowed.any()
    assert falls.excess_allowed.tolist() == [[False, True, False]]


def test_excess_frees_the_beds_that_fell_for_who_lies_there() -> None:
    inst = sketch(
        days=2, beds={"A": {"OXY": (2, 0)}}, treated={("A", "SA"): 2}, keep={("SA", "SA"): 0.75}
    )
    assert harm(inst) == pytest.approx(1.5 * (4 + 25))  # they board in the corridor
    closes = inst.changed(no_intake=np.array([[False, True]]))
    assert harm(closes) == pytest.approx(1.5 * 1000)


# surge_limit and surge_stays_open


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (3.0, 16.0),
        (3.5, 18.0),
        (1.0, 16.0),
    ],  # days 1, 2: two wait each, 2 x 8; day 3: one bed and two more
)
def test_surge_limit_opens_beds_after_the_delay(last: float, due: float) -> None:
    inst = sketch(
        days=3,
        beds={"A": {"OXY": 1}},
        admissions=TO_A,
        arrivals={("o", "SA", 1): 3, ("o", "SA", 2): 3, ("o", "SA", 3): last},
        surge={("A", "OXY"): (0, 0, 2)},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(due)
    assert plan.surge_beds[0, 0] == pytest.approx([0, 0, min(2, max(0, last - 1))])


def test_surge_beds_are_whole_when_half_a_bed_would_do() -> None:
    inst = sketch(
        beds={"A": {"OXY": 1}},
        admissions=TO_A,
        arrivals={("o", "SA", 1): 1.5},
        surge={("A", "OXY"): 2},
    )
    plan = solve_plan(inst)
    assert plan.surge_beds[0, 0] == pytest.approx([1])
    assert plan.harm.value == pytest.approx(0)
    assert plan.burden.value == pytest.approx(1.5 * 0.1 + 0.1)  # 1.5 x 10 road minutes, a bed-day


@pytest.mark.parametrize(("day", "open_days"), [(1, [1, 1, 1]), (2, [0, 1, 1]), (3, [0, 0, 1])])
def test_surge_stays_open_to_the_end(day: int, open_days: list[int]) -> None:
    inst = sketch(
        days=3,
        beds={"A": {"OXY": 0}},
        admissions=TO_A,
        arrivals={("o", "SA", day): 1},
        surge={("A", "OXY"): 1},
    )
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(0)
    assert plan.surge_beds[0, 0] == pytest.approx(open_days)
    assert plan.burden.value == pytest.approx(0.1 + 0.1 * sum(open_days))
