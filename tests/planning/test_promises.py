"""What a plan promises: each binds, does not bind, is on the edge; by both hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.domain.binding import binding_terms
from optimizer.domain.instance import ADMISSION, STEP_DOWN, Instance
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
from tests.planning.promise_cases import (
    CA,
    CASES,
    ICU,
    after,
    alike,
    icu_ward,
    pins,
    reception_refuses_the_fourth,
    reserve,
    reserve_is_taken_when_people_would_wait,
    reserve_sends_people_to_the_next_house,
    reserve_with_beds_to_spare,
    told_before,
)
from tests.planning.wait_cases import longest_wait_dear_enough_is_kept, queue, soon

from .instances import sketch, with_levers, worked_example, worst_violation


@pytest.mark.parametrize(
    ("make", "burden", "apart"),
    [
        (alike, 0.2, 0.0),
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


STAYS = 1.0 - 1e-9


def test_longest_wait_has_a_price_and_a_cost() -> None:
    inst, seen = longest_wait_dear_enough_is_kept(), list[Optimum]()
    plan = solve_plan(inst, seen=lambda model, answer: seen.append(Optimum(model, answer)))
    assert plan.shadow_prices["longest_wait"].sum() > 1.0
    assert promise_costs(inst, seen[0]) == {"longest_wait": pytest.approx(44.0 - 12.0)}
    model = build_model(soon(queue(), 1, hard=True))
    assert (model.column_blocks["wait_missed"] < 0).all()
    assert (build_model(queue()).row_blocks["longest_wait"] < 0).all()


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
