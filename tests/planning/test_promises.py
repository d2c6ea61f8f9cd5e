"""What a plan promises: each binds, does not bind, is on the edge; by both hands.

Prices as in test_rules.py: SA 4, CA 20 an unmet day; a bed of the reserve 0.5 a day unless said.
Nights send everybody home unless said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.domain.binding import binding_terms
from optimizer.domain.instance import ADMISSION, STABILISE, STEP_DOWN, STEP_UP, Instance
from optimizer.domain.promises_kept import (
    PIN_ADMISSION,
    PIN_SURGE,
    PIN_TRANSFER,
    churn,
    reserve_missed,
)
from optimizer.domain.simulate import simulate
from optimizer.planning.baselines import no_transfers
from optimizer.planning.model import build_model
from optimizer.planning.pins import impossible_pins
from optimizer.planning.promised import promise_costs, with_sites_compared
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.worth import Optimum

from .instances import sketch, with_levers, worked_example, worst_violation

CASES: list[tuple[str, Callable[[], Instance], float]] = []


def case(due: float) -> Callable[[Callable[[], Instance]], Callable[[], Instance]]:
    """Register an instance with its least harm, worked out by hand."""

    def note(make: Callable[[], Instance]) -> Callable[[], Instance]:
        CASES.append((make.__name__, make, due))
        return make

    return note


# reserve_share: A (ICU, and OXY below) 10 minutes away, B 20 minutes and 0.2 a patient dearer


def reserve(icu: float, oxy: float = 0.0, price: float = 0.5) -> Callable[..., Instance]:
    """Return a maker of instances in which shares of ICU and of all beds are promised free."""

    def make(inst: Instance) -> Instance:
        share = np.array([oxy, icu])
        return inst.changed(promises=replace(inst.promises, reserve=share, reserve_price=price))

    return make


def icu_ward(ca: float, beds: float = 4, b: float = 0, **more: object) -> Instance:
    """People ask for ICU in A (free) or B (0.2 a patient)."""
    told: dict[str, object] = {
        "beds": {"A": {"ICU": beds}, "B": {"ICU": b}},
        "admissions": [("o", u, "CA", ADMISSION, m) for u, m in (("A", 10.0), ("B", 20.0))],
        "requests": {("o", "CA"): ca},
        **more,
    }
    inst = sketch(**told)  # type: ignore[arg-type]
    return inst.changed(harm=replace(inst.harm, admission=np.array([0.0, 0.2])))


@case(0.5)
def reserve_is_taken_when_people_would_wait() -> Instance:
    return reserve(0.25)(icu_ward(4))  # 1 of 4 beds promised, all 4 needed


@case(0.0)
def reserve_at_the_edge_is_kept() -> Instance:
    return reserve(0.25)(icu_ward(3))


@case(0.0)
def reserve_with_beds_to_spare() -> Instance:
    return reserve(0.25)(icu_ward(1))


@case(0.2)
def reserve_sends_people_to_the_next_house() -> Instance:
    return reserve(0.25)(icu_ward(4, b=4))


@case(0.2)
def reserve_cheaper_than_the_way_is_taken() -> Instance:
    # promised 1 of 4 in A at 0.2 a bed-day: as dear as the way to B
    return reserve(0.25, price=0.2)(icu_ward(4, b=4))


@case(0.1)
def reserve_at_a_low_price_is_taken() -> Instance:
    return reserve(0.25, price=0.1)(icu_ward(4, b=4))


@case(2.0)
def reserve_of_everything_is_taken_by_everybody() -> Instance:
    return reserve(1.0)(icu_ward(4))


@case(0.25)
def reserve_counts_beds_by_share_not_by_whole_ones() -> Instance:
    return reserve(0.5)(icu_ward(1, beds=1))  # half a bed of one


@case(20.0)
def reserve_is_no_way_in() -> Instance:
    return reserve(0.0)(icu_ward(5))


@case(0.5)
def reserve_of_all_beds_counts_all_patients() -> Instance:
    # 4 beds in all, 1 promised free; two SA and two CA lie in them
    inst = sketch(
        beds={"A": {"OXY": 2, "ICU": 2}},
        admissions=[("o", "A", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        requests={("o", "SA"): 2, ("o", "CA"): 2},
    )
    return reserve(0.0, oxy=0.25)(inst)


@case(0.5)
def reserve_of_two_levels_is_two_promises() -> Instance:
    # ICU 1 of 2 free (2 there: 1 taken); all 4: 0.25 promised, 2 free
    inst = sketch(
        beds={"A": {"OXY": 2, "ICU": 2}},
        admissions=[("o", "A", "CA", ADMISSION, 10.0)],
        requests={("o", "CA"): 2},
    )
    return reserve(0.5, oxy=0.25)(inst)


def _ward(sa: float, **more: object) -> Instance:
    """2 oxygen beds and 2 of intensive care, 1 of these promised free; people need oxygen."""
    inst = sketch(
        beds={"A": {"OXY": 2, "ICU": 2}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        requests={("o", "SA"): sa},
        **more,  # type: ignore[arg-type]
    )
    return reserve(0.5)(inst)


@case(0.5)
def reserve_is_taken_by_who_needs_less_when_the_beds_below_are_full() -> Instance:
    return _ward(4)


@case(0.0)
def reserve_is_free_while_who_needs_less_finds_beds_below() -> Instance:
    return _ward(3)


@case(20.5)
def reserve_is_taken_by_a_boarder_in_the_last_bed_below() -> Instance:
    # three SA and the CA (20) lie in the oxygen beds and one of intensive care; no team for him
    return _ward(3, boarding={("A", "CA"): 1}, need={("NUR", "ICU"): 1.0}, staff={("A", "NUR"): 0})


@case(0.0)
def reserve_is_kept_by_opening_surge_beds() -> Instance:
    return reserve(0.25)(icu_ward(3, beds=2, surge={("A", "ICU"): 2}))


@case(0.375)
def reserve_grows_with_the_surge_beds() -> Instance:
    # 3 of 3 beds full, a quarter of them promised
    return reserve(0.25)(icu_ward(3, beds=2, surge={("A", "ICU"): 1})).changed(
        burden=replace(icu_ward(3).burden, surge_bed_day=0.1)
    )


@case(0.5 * 4)
def reserve_of_a_census_that_fills_the_house() -> Instance:
    inst = sketch(
        days=2,
        beds={"A": {"ICU": 4}},
        treated={("A", "CA"): 4},
        keep={("CA", "CA"): 1 - 1e-9},
    )
    return reserve(0.5)(inst)


# reception_limit


def limited(inst: Instance, *limits: tuple[str, float]) -> Instance:
    """Return the instance with limits on what groups of units ("AB") take in a day."""
    of = np.array([[unit in place for place, _ in limits] for unit in inst.units])
    limit = np.repeat([[number] for _, number in limits], inst.days, axis=1)
    return inst.changed(
        promises=replace(
            inst.promises,
            reception=limit.astype(float),
            reception_of=of,
            reception_places=tuple(place for place, _ in limits),
        )
    )


@case(20.0)
def reception_refuses_the_fourth() -> Instance:
    return limited(icu_ward(4), ("A", 3))


@case(0.0)
def reception_at_the_edge_takes_all() -> Instance:
    return limited(icu_ward(4), ("A", 4))


@case(0.0)
def reception_with_room_to_spare() -> Instance:
    return limited(icu_ward(2), ("A", 4))


@case(0.2)
def reception_sends_the_fourth_to_the_next_house() -> Instance:
    return limited(icu_ward(4, b=4), ("A", 3))


@case(20.0)
def reception_of_a_site_counts_all_its_units() -> Instance:
    return limited(icu_ward(4, b=4), ("AB", 3))


@case(20.2)
def reception_keeps_every_limit() -> Instance:
    return limited(icu_ward(4, b=4), ("AB", 3), ("A", 2))


@case(40.0)
def reception_of_nobody() -> Instance:
    return limited(icu_ward(2), ("A", 0))


@case(20.0)
def reception_counts_transfers_too() -> Instance:
    # a boarder may go up to B, which takes nobody in: he boards
    inst = sketch(
        beds={"A": {"OXY": 2}, "B": {"ICU": 2}},
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CA"): 1},
    )
    return limited(inst, ("B", 0))


@case(2.0)
def reception_that_takes_one_takes_the_transfer() -> Instance:
    inst = sketch(
        beds={"A": {"OXY": 2}, "B": {"ICU": 2}},
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CA"): 1},
    )
    return limited(inst, ("B", 1))


@case(20.0)
def reception_counts_who_is_stabilised() -> Instance:
    inst = sketch(
        beds={"A": {"OXY": 2}},
        admissions=[("o", "A", "CA", STABILISE, 10.0)],
        requests={("o", "CA"): 1},
    )
    return limited(inst, ("A", 0))


@case(0.0)
def reception_leaves_who_is_there_alone() -> Instance:
    inst = sketch(beds={"A": {"ICU": 2}}, treated={("A", "CA"): 1}, boarding={("A", "CA"): 1})
    return limited(inst, ("A", 0))


# no_site_worse_off: a boarder (CA 20) of A may go up to B (2), whose oxygen bed he takes


def compared(inst: Instance, *limit: float, price: float = 5.0) -> Instance:
    """Return the instance whose units may have so many boarding and corridor days."""
    promised = replace(inst.promises, site_limit=np.array(limit), site_price=price)
    return inst.changed(promises=promised)


def _boards(ca: float = 2) -> Instance:
    """CA board in A, each 20 a day; B has an ICU bed; up costs 2."""
    return sketch(
        beds={"A": {"OXY": 4}, "B": {"ICU": 1}},
        transfers=[("A", "B", "CA", STEP_UP, 10.0)],
        boarding={("A", "CA"): ca},
    )


@case(22.0 + 5.0)
def site_with_a_boarder_more_than_before_is_worse_off() -> Instance:
    return compared(_boards(), 0, 0)


@case(22.0)
def site_as_well_off_as_before() -> Instance:
    return compared(_boards(), 1, 0)


@case(22.0)
def site_better_off_than_before() -> Instance:
    return compared(_boards(), 2, 0)


@case(45.0 + 2 * 5.0)
def corridor_days_count_twice() -> Instance:
    inst = sketch(beds={"A": {"OXY": 0}}, boarding={("A", "CA"): 1})
    return compared(inst, 0)


@case(45.0 + 5.0)
def corridor_days_that_were_boarding_days_before() -> Instance:
    inst = sketch(beds={"A": {"OXY": 0}}, boarding={("A", "CA"): 1})
    return compared(inst, 1)


def _either() -> Instance:
    """A CA comes to A or to B as a boarder; A is 1 nearer; both have a bed for him to lie in."""
    inst = sketch(
        beds={"A": {"OXY": 2}, "B": {"OXY": 2}},
        admissions=[("o", u, "CA", STABILISE, m) for u, m in (("A", 10.0), ("B", 20.0))],
        requests={("o", "CA"): 1},
        waits={("CA", "CA"): 1.0 - 1e-9},
    )
    harm = replace(inst.harm, admission=np.array([0.0, 1.0]), waiting=inst.harm.waiting * 9)
    return inst.changed(harm=harm)


@case(20.0)
def boarder_comes_to_the_nearest() -> Instance:
    return _either()


@case(21.0)
def boarder_comes_where_nobody_is_worse_off() -> Instance:
    return compared(_either(), 0, 1)


@case(20.5)
def boarder_comes_to_the_nearest_where_the_promise_is_cheaper() -> Instance:
    return compared(_either(), 0, 1, price=0.5)


@case(25.0)
def boarder_comes_all_the_same_where_all_are_worse_off() -> Instance:
    return compared(_either(), 0, 0)


# longest_wait: M (4 a day) and X (20 a day) want the one bed, a day each; X comes every day


def soon(inst: Instance, days: int, *, price: float = 5.0, hard: bool = False) -> Instance:
    """Return the instance in which nobody of the first class waits longer than so many days."""
    classes = np.arange(len(inst.classes.ids)) == 0
    promised = replace(
        inst.promises, wait_classes=classes, wait_days=days, wait_price=price, wait_hard=hard
    )
    return inst.changed(promises=promised)


def _queue(beds: float = 1) -> Instance:
    return sketch(
        days=3,
        beds={"A": {"OXY": beds}},
        classes={"M": ("OXY", 4.0, False), "X": ("OXY", 20.0, False)},
        admissions=[("o", "A", s, ADMISSION, 10.0) for s in ("M", "X")],
        requests={("o", "M"): 1},
        arrivals={("o", "X", day): 1 for day in (1, 2, 3)},
        waits={(s, s): 1.0 for s in ("M", "X")},
    )


@case(12.0)
def longest_wait_of_three_days_is_kept_anyhow() -> Instance:
    return soon(_queue(), 3)


@case(12.0 + 2 * 5.0)
def longest_wait_is_missed_where_others_are_worse_off() -> Instance:
    return soon(_queue(), 1)


@case(4.0 + 2 * 20.0)
def longest_wait_dear_enough_is_kept() -> Instance:
    return soon(_queue(), 1, price=50.0)


@case(8.0 + 20.0)
def longest_wait_of_two_days_is_kept_on_the_last() -> Instance:
    return soon(_queue(), 2, price=50.0)


@case(4.0 + 2 * 20.0)
def longest_wait_that_must_hold() -> Instance:
    return soon(_queue(), 1, hard=True)


@case(3 * 20.0)
def longest_wait_of_no_day_that_must_hold() -> Instance:
    return soon(_queue(), 0, hard=True)


@case(0.0)
def longest_wait_with_beds_to_spare() -> Instance:
    return soon(_queue(beds=2), 0, hard=True)


@case(4 * 3.5 + 0.5 * 5.0)
def longest_wait_counts_who_is_left_of_those_who_came() -> Instance:
    # two come, nobody is admitted, half leave each night: 2, 1, 1/2 against 2, 1, 0
    inst = sketch(
        days=3,
        beds={"A": {"OXY": 0}},
        classes={"M": ("OXY", 4.0, False)},
        requests={("o", "M"): 2},
        waits={("M", "M"): 0.5},
    )
    return soon(inst, 2)


@case(1.0 + 2 * 4.0 + 5.0)
def longest_wait_runs_from_the_day_on_which_somebody_came() -> Instance:
    # L (1 a day) is M the next morning: his second evening is within two days, not his third
    inst = sketch(
        days=3,
        beds={"A": {"OXY": 0}},
        classes={"M": ("OXY", 4.0, False), "L": ("OXY", 1.0, False)},
        arrivals={("o", "L", 1): 1},
        waits={("L", "M"): 1.0, ("M", "M"): 1.0},
    )
    return soon(inst, 2)


# pinned: kind, day from 0, from, to, class or level, count


def pins(inst: Instance, *rows: tuple[float, ...]) -> Instance:
    """Return the instance with some decisions pinned."""
    told = np.array(rows, dtype=float).reshape(-1, 6)
    return inst.changed(promises=replace(inst.promises, pins=told))


CA, ICU = 2, 1
STAYS = 1.0 - 1e-9


@case(0.4)
def pin_sends_two_of_three_to_the_dearer_house() -> Instance:
    return pins(icu_ward(3, b=4), (PIN_ADMISSION, 0, 0, 1, CA, 2))


@case(0.4)
def pin_of_all_classes() -> Instance:
    return pins(icu_ward(3, b=4), (PIN_ADMISSION, 0, 0, 1, -1, 2))


@case(0.0)
def pin_of_what_would_be_done_anyhow() -> Instance:
    return pins(icu_ward(3, b=4), (PIN_ADMISSION, 0, 0, 0, CA, 3))


@case(40.2)
def pin_of_nobody_and_of_one() -> Instance:
    rows = (PIN_ADMISSION, 0, 0, 0, CA, 0), (PIN_ADMISSION, 0, 0, 1, CA, 1)
    return pins(icu_ward(3, b=4), *rows)


@case(40.0)
def pin_keeps_boarders_where_they_are() -> Instance:
    return pins(_boards(), (PIN_TRANSFER, 0, 0, 1, CA, 0))


@case(22.0)
def pin_of_a_transfer_that_is_made_anyhow() -> Instance:
    return pins(_boards(), (PIN_TRANSFER, 0, 0, 1, CA, 1))


@case(20.0)
def pin_of_surge_beds_leaves_one_closed() -> Instance:
    inst = icu_ward(4, beds=2, surge={("A", "ICU"): 2})
    return pins(inst, (PIN_SURGE, 0, -1, 0, ICU, 1))


@case(0.0)
def pin_of_surge_beds_opens_them_for_nobody() -> Instance:
    return pins(icu_ward(1, beds=2, surge={("A", "ICU"): 2}), (PIN_SURGE, 0, -1, 0, ICU, 2))


# churn: A and B as good for the harm; burden 0.1 a patient to A, 0.2 to B


def after(inst: Instance, *rows: tuple[float, ...], price: float = 1.0) -> Instance:
    """Return the instance with an earlier plan: table, day, from, to, class, kind, patients."""
    promised = replace(
        inst.promises,
        earlier=np.array(rows, dtype=float).reshape(-1, 7),
        churn_days=np.ones(inst.days, dtype=bool),
        churn_price=price,
    )
    return inst.changed(promises=promised)


def _alike(ca: float = 2) -> Instance:
    inst = icu_ward(ca, b=4)
    return inst.changed(harm=replace(inst.harm, admission=np.zeros(2)))


def told_before(number: float, unit: int, price: float = 1.0) -> Instance:
    return after(_alike(), (0, 0, 0, unit, CA, 0, number), price=price)


@pytest.mark.parametrize(
    ("make", "burden", "apart"),
    [
        (_alike, 0.2, 0.0),
        (lambda: told_before(2, 1), 0.4, 0.0),  # both to B, as told
        (lambda: told_before(1, 1), 1.3, 1.0),  # one as told; the other is new wherever he goes
        (lambda: told_before(2, 1, price=0.04), 0.36, 4.0),  # not worth it: 2 fewer, 2 more
        (lambda: told_before(5, 0), 3.2, 3.0),  # three of them never came
        (lambda: told_before(2, 7), 2.2, 2.0),  # no such place now: all is new
    ],
)
def test_churn_against_an_earlier_plan(
    make: Callable[[], Instance], burden: float, apart: float
) -> None:
    inst = make()
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(0.0, abs=1e-9)
    assert plan.burden.value == pytest.approx(burden)
    moved = churn(inst, plan.admitted, plan.admitted_observed, plan.moved)
    assert moved == pytest.approx(apart)
    second = crosscheck_many([inst], whole="today", upto="burden", plans=[plan])[0]
    assert second.groups["burden"] == pytest.approx(burden, abs=1e-5)
    assert second.totals["burden"] == pytest.approx(burden)
    assert second.broken == ()


def test_price_of_stability_is_churn_and_burden_with_and_without() -> None:
    found = solve_plan(told_before(2, 1)).stability
    assert found["churn"] == pytest.approx(0.0, abs=1e-6)
    assert found["churn_without"] == pytest.approx(4.0)
    assert found["rest"] - found["rest_without"] == pytest.approx(0.2)


def test_churn_never_costs_harm() -> None:
    inst = icu_ward(2, b=4)  # B is 0.2 a patient dearer in harm
    plan = solve_plan(after(inst, (0, 0, 0, 1, CA, 0, 2), price=99.0))
    assert plan.harm.value == pytest.approx(0.0, abs=1e-9)


@case(153.125)
def reserve_of_nothing_is_the_worked_example() -> Instance:
    return worked_example()


@pytest.mark.parametrize(("name", "make", "due"), CASES, ids=[c[0] for c in CASES])
def test_plan_has_the_harm_worked_out_by_hand(
    name: str, make: Callable[[], Instance], due: float
) -> None:
    inst = make()
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(due, abs=1e-6)
    assert plan.harm.bound == pytest.approx(due, abs=1e-5)


def test_third_hand_has_the_harm_worked_out_by_hand() -> None:
    plans = [solve_plan(make()) for _, make, _ in CASES]
    found = crosscheck_many([make() for _, make, _ in CASES], whole="today", plans=plans)
    told = {name: answer.harm for (name, _, _), answer in zip(CASES, found, strict=True)}
    assert told == pytest.approx({name: due for name, _, due in CASES}, rel=1e-7, abs=1e-6)
    for (name, _, due), answer in zip(CASES, found, strict=True):
        assert answer.broken == (), name
        assert answer.totals["harm"] == pytest.approx(due, abs=1e-6), name


@pytest.mark.parametrize(("name", "make"), [c[:2] for c in CASES], ids=[c[0] for c in CASES])
def test_nearest_free_place_keeps_the_hard_promises(
    name: str, make: Callable[[], Instance]
) -> None:
    inst = make()  # the rule holds nothing that must hold
    inst = inst.changed(promises=inst.promises.without_what_must_hold())
    rule = simulate(inst)
    assert worst_violation(build_model(inst), inst, rule) <= 1e-6
    assert rule.harm.value >= solve_plan(inst, SolveOptions(whole=False)).harm.value - 1e-6


def test_a_promise_not_made_adds_no_column_and_no_row() -> None:
    model = build_model(worked_example())
    assert (model.column_blocks["reserve_missed"] < 0).all()
    assert (model.row_blocks["reserve_share"] < 0).all()


def test_reserve_that_binds_is_named() -> None:
    inst = reserve_sends_people_to_the_next_house()
    assert binding_terms(inst, solve_plan(inst))[0, 1, 0] == ("reserve",)


def test_reception_that_binds_is_named_and_has_a_price() -> None:
    inst, seen = reception_refuses_the_fourth(), list[Optimum]()
    plan = solve_plan(inst, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    assert binding_terms(inst, plan)[0, 1, 0] == ("reception",)
    assert plan.shadow_prices["reception_limit"][0, 0] == pytest.approx(20.0)
    assert promise_costs(inst, seen[0]) == {"reception": pytest.approx(20.0)}


def test_price_of_a_promise_is_what_the_rest_of_the_harm_rises_by() -> None:
    # kept at the price of the way to B (0.2); taken: nothing but the reserve itself
    for make, due in (
        (reserve_sends_people_to_the_next_house, 0.2),
        (reserve_is_taken_when_people_would_wait, 0.0),
        (reserve_with_beds_to_spare, 0.0),
    ):
        inst, seen = make(), list[Optimum]()
        solve_plan(inst, seen=lambda model, answer, seen=seen: seen.append(Optimum(model, answer)))
        assert promise_costs(inst, seen[0]) == {"reserve": pytest.approx(due, abs=1e-6)}


def test_comparison_is_with_the_best_plan_without_transfers() -> None:
    inst = worked_example()
    wanted = inst.changed(promises=replace(inst.promises, sites_compared=True, site_price=5.0))
    told = with_sites_compared(wanted, wanted).promises.site_limit
    still = no_transfers(inst)[0]
    due = still.boarding.sum(axis=(1, 2)) + still.corridor.sum(axis=1)
    assert told == pytest.approx(due)
    assert with_sites_compared(inst, inst) is inst


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        ([(PIN_ADMISSION, 0, 0, 0, CA, 3)], ()),
        ([(PIN_ADMISSION, 0, 0, 0, CA, 5)], (0,)),  # 4 beds
        ([(PIN_ADMISSION, 0, 0, 0, CA, 3), (PIN_ADMISSION, 0, 0, 1, CA, 1)], (1,)),  # no bed in B
        ([(PIN_ADMISSION, 0, 0, 0, 0, 1)], (0,)),  # nobody of the class
        ([(PIN_SURGE, 0, -1, 0, ICU, 1)], (0,)),  # none may be opened
        ([(PIN_ADMISSION, 0, 7, 0, CA, 1)], (0,)),  # no such area
    ],
)
def test_smallest_set_of_pins_that_cannot_hold(
    rows: list[tuple[float, ...]], due: tuple[int, ...]
) -> None:
    found = impossible_pins(pins(icu_ward(5), *rows))
    assert found.pins == due
    assert found.least


def test_one_pin_is_dropped_rather_than_the_two_it_contradicts() -> None:
    # nobody to A, against two classes pinned to A
    inst = sketch(
        beds={"A": {"OXY": 9, "ICU": 9}},
        admissions=[("o", "A", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        requests={("o", "SA"): 2, ("o", "CA"): 2},
    )
    rows = [(PIN_ADMISSION, 0, 0, 0, s, n) for s, n in ((-1, 0), (0, 2), (CA, 1))]
    assert impossible_pins(pins(inst, *rows)).pins == (0,)


def test_longest_wait_has_a_price_and_a_cost() -> None:
    inst, seen = longest_wait_dear_enough_is_kept(), list[Optimum]()
    plan = solve_plan(inst, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    assert plan.shadow_prices["longest_wait"].sum() > 1.0
    assert promise_costs(inst, seen[0]) == {"longest_wait": pytest.approx(44.0 - 12.0)}
    model = build_model(soon(_queue(), 1, hard=True))
    assert (model.column_blocks["wait_missed"] < 0).all()
    assert (build_model(_queue()).row_blocks["longest_wait"] < 0).all()


@pytest.mark.parametrize(("beds", "due"), [(3, ()), (1, (1,)), (0, (0, 1))])
def test_areas_where_a_longest_wait_cannot_hold(beds: int, due: tuple[int, ...]) -> None:
    # one comes from o, two from q; who is in bed stays there
    inst = sketch(
        days=2,
        beds={"A": {"OXY": beds}},
        areas=("o", "q"),
        classes={"M": ("OXY", 4.0, False)},
        admissions=[(o, "A", "M", ADMISSION, 10.0) for o in ("o", "q")],
        requests={("o", "M"): 1, ("q", "M"): 2},
        keep={("M", "M"): STAYS},
        waits={("M", "M"): 1.0},
    )
    found = impossible_pins(soon(inst, 1, hard=True))
    assert (found.areas, found.least, found.any) == (due, True, bool(due))
    assert not impossible_pins(soon(inst, 1)).any


def _one_person(*rows: tuple[float, ...]) -> Instance:
    """Somebody comes to A or to B this morning, and may be moved on to C tomorrow."""
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1}, "B": {"OXY": 1}, "C": {"OXY": 1}},
        admissions=[("o", u, "SR", ADMISSION, 10.0) for u in ("A", "B")],
        transfers=[(u, "C", "SR", STEP_DOWN, 10.0) for u in ("A", "B")],
        requests={("o", "SR"): 1},
        keep={("SR", "SR"): STAYS},
    )
    return pins(inst, *rows)


SR = 1


def test_pins_that_hold_for_half_a_person_only_cannot_hold() -> None:
    """In means half of him is in A and half in B; he himself is in one of them."""
    half = (PIN_ADMISSION, 0, 0, 0, SR, 0.5)
    assert impossible_pins(_one_person(half)).pins == (0,)
    both = [(PIN_TRANSFER, 1, f, 2, SR, 0.5) for f in (0, 1)]
    found = impossible_pins(_one_person(*both))
    assert (len(found.pins), found.least) == (1, True)
    kept = _one_person(*[row for i, row in enumerate(both) if i not in found.pins])
    assert not impossible_pins(kept).any
    plan = solve_plan(kept)
    assert plan.moved[:, 1].sum() == pytest.approx(0.5)


def test_pins_of_the_next_day_are_asked_of_whole_people_today() -> None:
    inst = _one_person((PIN_TRANSFER, 1, 1, 2, SR, 1.0))
    assert not impossible_pins(inst).any
    plan = solve_plan(inst)
    assert plan.admitted_observed.tolist() == [0.0, 1.0]
    assert plan.moved[:, 1].sum() == pytest.approx(1.0)


def test_pins_that_need_a_lever_get_it_whole() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 0}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 2): 1},
        waits={("SA", "SA"): 1.0},
    )
    inst = with_levers(inst, {"L": {"harm": 9.0}}, {("L", "bed", "A", "OXY"): 1.0})
    assert solve_plan(inst).lever_open.sum() == 0
    inst = pins(inst, (PIN_ADMISSION, 1, 0, 0, 0, 0.5))
    assert not impossible_pins(inst).any
    plan = solve_plan(inst)
    assert plan.lever_open[0].tolist() == [0.0, 1.0]
    assert plan.admitted[0, 1] >= 0.5 - 1e-6


def test_reserve_missed_is_worked_out_from_the_decisions() -> None:
    inst = reserve_is_taken_when_people_would_wait()
    plan = solve_plan(inst)
    missed = reserve_missed(inst, plan.treated, plan.boarding, plan.corridor, plan.surge_beds)
    assert missed[0, 1].tolist() == [1.0]
    assert missed.sum() == 1.0


def test_more_reserve_never_lowers_the_harm() -> None:
    inst = worked_example()
    before = -1.0
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        value = solve_plan(reserve(share, oxy=share)(inst)).harm.value
        assert value >= before - 1e-6
        before = value
