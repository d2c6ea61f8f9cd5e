"""Instances that promise something, each with the least harm worked out by hand.

Prices as in test_rules.py: SA 4, CA 20 an unmet day; a bed of the reserve 0.5 a day unless said.
Nights send everybody home unless said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimizer.domain.instance import ADMISSION, STABILISE, STEP_UP, Instance
from optimizer.domain.promises_kept import (
    PIN_ADMISSION,
    PIN_SURGE,
    PIN_TRANSFER,
)

from .instances import sketch, worked_example

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


# pinned: kind, day from 0, from, to, class or level, count


def pins(inst: Instance, *rows: tuple[float, ...]) -> Instance:
    """Return the instance with some decisions pinned."""
    told = np.array(rows, dtype=float).reshape(-1, 6)
    return inst.changed(promises=replace(inst.promises, pins=told))


CA, ICU = 2, 1


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


def alike(ca: float = 2) -> Instance:
    inst = icu_ward(ca, b=4)
    return inst.changed(harm=replace(inst.harm, admission=np.zeros(2)))


def told_before(number: float, unit: int, price: float = 1.0) -> Instance:
    return after(alike(), (0, 0, 0, unit, CA, 0, number), price=price)


@case(153.125)
def reserve_of_nothing_is_the_worked_example() -> Instance:
    return worked_example()
