"""Rules of others, closing sites and classes of one day: binds, does not bind, edge; both hands.

Prices unless said: P 4 an unmet day; corridor 25, excess 1000, a move down or lateral 0.5. Nights
send everybody home unless said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.domain.instance import (
    ADMISSION,
    LATERAL,
    STEP_DOWN,
    Instance,
    PlanRules,
)
from optimizer.domain.simulate import simulate
from optimizer.planning.model import build_model
from optimizer.planning.screen import with_ways
from optimizer.planning.solve import solve_plan

from .instances import sketch, worst_violation

ONE = {"P": ("ICU", 4.0, False), "M": ("ICU", 4.0, False)}
HALF = {("P", "P"): 0.5, ("M", "M"): 0.5}
CASES: list[tuple[str, Callable[[], Instance], float]] = []


def case(due: float) -> Callable[[Callable[[], Instance]], Callable[[], Instance]]:
    """Register an instance with its least harm, worked out by hand."""

    def note(make: Callable[[], Instance]) -> Callable[[], Instance]:
        CASES.append((make.__name__, make, due))
        return make

    return note


def one_level(a: float, b: float | None = None, **more: object) -> Instance:
    """One area, units A and B of one level, one arrival on day 1 unless said."""
    beds: dict[str, dict[str, float]] = {"A": {"ICU": a}}
    if b is not None:
        beds["B"] = {"ICU": b}
    told: dict[str, object] = {
        "levels": ("ICU",),
        "classes": ONE,
        "beds": beds,
        "admissions": [("o", unit, "P", ADMISSION, 10.0 * (1 + i)) for i, unit in enumerate(beds)],
        "arrivals": {("o", "P", 1): 1},
        **more,
    }
    return sketch(**told)  # type: ignore[arg-type]


def home(inst: Instance, price: float = 0.01, **rules: bool) -> Instance:
    """A is the area's own unit; going elsewhere is a move at `price`."""
    own = np.zeros(1, dtype=np.int64)
    inst = inst.changed(own_unit=own, rules=PlanRules(**rules))
    moves = (inst.left_unit >= 0).astype(float)
    return inst.changed(harm=replace(inst.harm, admission=inst.harm.admission + price * moves))


# nobody_waits, and the corridor that makes room for it


@case(25.0)
def nobody_waits_so_the_corridor_takes_him() -> Instance:
    return one_level(0).changed(rules=PlanRules(nobody_waits=True, open_corridor=True))


@case(0.0)
def nobody_waits_when_there_is_a_bed() -> Instance:
    return one_level(1).changed(rules=PlanRules(nobody_waits=True, open_corridor=True))


@case(4.0)
def somebody_waits_all_the_same_when_there_is_no_way() -> Instance:
    inst = one_level(1, admissions=[])
    return inst.changed(rules=PlanRules(nobody_waits=True, open_corridor=True))


@case(25.0)
def open_corridor_is_used_when_waiting_is_worse() -> Instance:
    inst = one_level(0, classes={"P": ("ICU", 40.0, False), "M": ("ICU", 40.0, False)})
    return inst.changed(rules=PlanRules(open_corridor=True))


@case(40.0)
def closed_corridor_takes_nobody_in() -> Instance:
    return one_level(0, classes={"P": ("ICU", 40.0, False), "M": ("ICU", 40.0, False)})


@case(12.5)
def open_corridor_holds_what_is_above_half_a_bed() -> Instance:
    inst = one_level(0.5)
    return inst.changed(rules=PlanRules(nobody_waits=True, open_corridor=True))


@case(25.0)
def open_corridor_takes_who_has_no_device() -> Instance:
    inst = one_level(1).changed(rules=PlanRules(nobody_waits=True, open_corridor=True))
    return inst.changed(terms=replace(inst.terms, devices=np.zeros_like(inst.terms.devices)))


# corridor_people: more people in a free corridor than there are would spare nurses


def _free_corridor(nurses: float, ca: float = 1) -> Instance:
    """A CA asks for A's ICU bed; there he needs a nurse, a boarder (and who is in v) a quarter."""
    inst = sketch(
        beds={"A": {"OXY": 9, "ICU": 9}},
        admissions=[("o", "A", "CA", ADMISSION, 10.0)],
        requests={("o", "CA"): ca},
        need={("NUR", "OXY"): 0.25, ("NUR", "ICU"): 1.0},
        staff={("A", "NUR"): nurses},
        prices={"corridor": 0.0},
    )
    return inst.changed(rules=PlanRules(open_corridor=True))


@case(20.0)
def free_corridor_holds_no_more_people_than_there_are() -> Instance:
    return _free_corridor(0)  # four in the corridor would spare the nurse of one


@case(0.0)
def free_corridor_with_everybody_in_it() -> Instance:
    return _free_corridor(0.75)  # 1 - 1 / 4


@case(20.0)
def free_corridor_a_trace_short_of_nurses() -> Instance:
    return _free_corridor(0.749)


@case(0.0)
def free_corridor_that_nobody_needs() -> Instance:
    return _free_corridor(1)


@case(25.01)
def corridor_holds_whom_an_empty_house_sends_on_today() -> Instance:
    inst = home(one_level(0, 1), nobody_waits=True, open_corridor=True, sender_counts=True)
    return inst.changed(harm=replace(inst.harm, corridor=25.0, admission=np.array([9.0, 0.01])))


# own unit and the sender's day


@case(0.01)
def going_elsewhere_is_a_move() -> Instance:
    return home(one_level(0, 1), nobody_waits=True, open_corridor=True)


@case(25.01)
def sender_counts_whom_it_sends_today() -> Instance:
    # A is full with 1: the arrival goes to B, and stands in A's corridor that day
    inst = one_level(1, 1, treated={("A", "P"): 1}, days=1)
    inst = home(inst, nobody_waits=True, open_corridor=True, sender_counts=True)
    return inst.changed(harm=replace(inst.harm, corridor=25.0, admission=np.array([9.0, 0.01])))


@case(0.01)
def sender_does_not_count_by_our_own_rules() -> Instance:
    inst = one_level(1, 1, treated={("A", "P"): 1})
    return home(inst, nobody_waits=True, open_corridor=True)


@case(0.0)
def sender_with_a_bed_to_spare_sends_nobody() -> Instance:
    inst = one_level(2, 1, treated={("A", "P"): 1})
    return home(inst, nobody_waits=True, open_corridor=True, sender_counts=True)


@case(0.01)
def own_unit_without_the_level_counts_nobody_for_it() -> Instance:
    # A has no ICU bed: the CR of its area goes to B and takes no bed of A, not even for a day
    inst = sketch(
        beds={"A": {"OXY": 1}, "B": {"ICU": 1}},
        admissions=[("o", "B", "CR", ADMISSION, 10.0)],
        requests={("o", "CR"): 1},
    )
    return home(inst, sender_counts=True)


def _icu(beds: int) -> Instance:
    """B's ICU bed has a CR, a CA boards beside it; C of a lower tier could take the CR."""
    return sketch(
        beds={"C": {"ICU": 1}, "B": {"OXY": 2, "ICU": beds}},
        transfers=[("B", "C", "CR", STEP_DOWN, 10.0)],
        treated={("B", "CR"): 1},
        boarding={("B", "CA"): 1},
    )


@case(0.5)
def bed_is_free_at_once_by_our_own_rules() -> Instance:
    return _icu(1)


@case(20.0)
def bed_is_not_free_before_tomorrow_where_the_sender_counts() -> Instance:
    return _icu(1).changed(rules=PlanRules(sender_counts=True))


@case(0.0)
def second_bed_makes_the_sender_rule_idle() -> Instance:
    return _icu(2).changed(rules=PlanRules(sender_counts=True))


# step-down out of an intensive care centre without wards


def _centre(beds: dict[str, float], *, step_down: bool = True) -> Instance:
    """A convalescent (SR) lies in the centre's ICU bed, a CA boards there; A has an oxygen bed."""
    return sketch(
        beds={"A": {"OXY": 1}, "B": beds},
        transfers=[("B", "A", "SR", STEP_DOWN, 10.0)] if step_down else [],
        treated={("B", "SR"): 1},
        boarding={("B", "CA"): 1},
    )


@case(0.5)
def centre_without_wards_sends_its_convalescents_down() -> Instance:
    return _centre({"ICU": 1})


@case(45.0)
def centre_without_wards_and_without_step_down_is_blocked() -> Instance:
    return _centre({"ICU": 1}, step_down=False)  # CA boards (20) in the corridor (25)


@case(0.0)
def centre_with_one_ward_bed_needs_no_step_down() -> Instance:
    return _centre({"ICU": 1, "OXY": 1}, step_down=False)


# who may leave, and as what he arrives


def _relay(twin: bool) -> Instance:
    """Two in A's one bed; B has a bed today, C tomorrow; A to B and B to C only."""
    inst = one_level(
        1,
        days=2,
        beds={"A": {"ICU": 1}, "B": {"ICU": [1, 0]}, "C": {"ICU": 1}},
        arrivals={},
        admissions=[],
        transfers=[("A", "B", "P", LATERAL, 10.0), ("B", "C", "P", LATERAL, 10.0)],
        treated={("A", "P"): 2},
        keep=HALF,
    )
    names = np.array([1, 1] if twin else [0, 1], dtype=np.int64)
    movable = np.repeat(np.array([[True, False]]), 3, axis=0)
    return inst.changed(
        rules=PlanRules(open_corridor=True),
        may_leave=movable,
        classes=replace(inst.classes, arrives_as=names),
    )


@case(0.75)
def who_may_move_twice_moves_on() -> Instance:
    return _relay(twin=False)  # 0.5 for one today, 0.25 for the half of him tomorrow


@case(13.0)
def who_may_move_once_stays_where_he_is() -> Instance:
    return _relay(twin=True)  # 0.5 today, then the half of him in B's corridor: 12.5


@case(25.0)
def who_may_not_move_lies_in_the_corridor() -> Instance:
    inst = _relay(twin=True)
    nobody = np.zeros(len(inst.transfers.origin), dtype=bool)
    return with_ways(inst, np.ones(0, dtype=bool), nobody)


# closed_intake


def _closing(**more: object) -> Instance:
    inst = one_level(1, days=2, **more)
    closed = np.zeros((len(inst.units), 2), dtype=bool)
    closed[0, 1] = True
    return inst.changed(no_intake=closed)


@case(4.0)
def closed_site_takes_nobody_though_it_has_a_bed() -> Instance:
    return _closing(arrivals={("o", "P", 2): 1})


@case(0.0)
def closing_site_takes_people_until_the_day() -> Instance:
    return _closing(arrivals={("o", "P", 1): 1})


@case(0.0)
def closed_site_sends_people_next_door() -> Instance:
    return _closing(b=1, arrivals={("o", "P", 2): 1})


@case(4.0)
def nobody_need_be_admitted_where_all_ways_have_closed() -> Instance:
    inst = _closing(arrivals={("o", "P", 2): 1})
    return inst.changed(rules=PlanRules(nobody_waits=True, open_corridor=True))


@case(1000.0)
def who_is_left_in_a_closed_site_is_excess() -> Instance:
    inst = one_level(
        1,
        days=2,
        beds={"A": {"ICU": [1, 0]}},
        arrivals={},
        treated={("A", "P"): 2 - 1},
        keep={("P", "P"): 1 - 1e-9},
    )
    return inst.changed(no_intake=np.array([[False, True]]))


# surge_stays_open, where the limit falls


@case(0.0)
def surge_beds_of_a_site_may_close_with_it() -> Instance:
    return one_level(
        0, beds={"A": {}}, surge={("A", "ICU"): [2, 1]}, days=2, arrivals={("o", "P", 1): 2}
    )


@case(4.0)
def surge_beds_are_not_more_than_allowed() -> Instance:
    return one_level(
        0, beds={"A": {}}, surge={("A", "ICU"): [1, 1]}, days=2, arrivals={("o", "P", 1): 2}
    )


# whole window


def _half_a_team(nurses: float) -> Instance:
    inst = one_level(
        9,
        days=2,
        arrivals={("o", "P", 2): 1},
        need={("NUR", "ICU"): 1.0},
        staff={("A", "NUR"): nurses},
    )
    return inst.changed(rules=PlanRules(whole_window=True))


@case(4.0)
def whole_people_on_day_two_do_not_come_by_halves() -> Instance:
    return _half_a_team(0.5)


@case(0.0)
def whole_people_on_day_two_come_when_there_is_room() -> Instance:
    return _half_a_team(1.0)


@pytest.mark.parametrize(("name", "make", "due"), CASES, ids=[c[0] for c in CASES])
def test_plan_has_the_harm_worked_out_by_hand(
    name: str, make: Callable[[], Instance], due: float
) -> None:
    inst = make()
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(due, abs=1e-6)
    assert worst_violation(build_model(inst), inst, plan) <= 1e-6


def test_third_hand_has_the_harm_worked_out_by_hand() -> None:
    found = crosscheck_many([make() for _, make, _ in CASES], whole="today")
    told = {name: answer.harm for (name, _, _), answer in zip(CASES, found, strict=True)}
    assert told == pytest.approx({name: due for name, _, due in CASES}, rel=1e-8, abs=1e-6)


@pytest.mark.parametrize(("name", "make"), [c[:2] for c in CASES], ids=[c[0] for c in CASES])
def test_greedy_rule_is_lawful_under_the_rules_of_others(
    name: str, make: Callable[[], Instance]
) -> None:
    inst = make()
    assert worst_violation(build_model(inst), inst, simulate(inst)) <= 1e-6


def test_greedy_rule_sends_on_what_is_above_the_beds_to_the_nearest_with_room() -> None:
    # A has 1 bed and 3 come; B (nearer) has 1 bed, C 5: 1 stays, 1 to B, 1 to C
    inst = sketch(
        levels=("ICU",),
        classes=ONE,
        beds={"A": {"ICU": 1}, "B": {"ICU": 1}, "C": {"ICU": 5}},
        admissions=[
            ("o", "A", "P", ADMISSION, 0.0),
            ("o", "B", "P", ADMISSION, 10.0),
            ("o", "C", "P", ADMISSION, 20.0),
        ],
        arrivals={("o", "P", 1): 3},
    )
    rule = simulate(home(inst, nobody_waits=True, open_corridor=True))
    assert rule.admitted[:, 0].tolist() == [1, 1, 1]
    assert rule.corridor.sum() == 0
    counted = home(inst, nobody_waits=True, open_corridor=True, sender_counts=True)
    assert simulate(counted).corridor.sum() == 2  # both stand at A today
