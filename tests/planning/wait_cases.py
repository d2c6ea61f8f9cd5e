"""Instances that promise a longest wait, each with the least harm worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.instance import ADMISSION, Instance

from .instances import sketch
from .promise_cases import case

# longest_wait: M (4 a day) and X (20 a day) want the one bed, a day each; X comes every day


def soon(inst: Instance, days: int, *, price: float = 5.0, hard: bool = False) -> Instance:
    """Return the instance in which nobody of the first class waits longer than so many days."""
    classes = np.arange(len(inst.classes.ids)) == 0
    promised = replace(
        inst.promises, wait_classes=classes, wait_days=days, wait_price=price, wait_hard=hard
    )
    return inst.changed(promises=promised)


def queue(beds: float = 1) -> Instance:
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
    return soon(queue(), 3)


@case(12.0 + 2 * 5.0)
def longest_wait_is_missed_where_others_are_worse_off() -> Instance:
    return soon(queue(), 1)


@case(4.0 + 2 * 20.0)
def longest_wait_dear_enough_is_kept() -> Instance:
    return soon(queue(), 1, price=50.0)


@case(8.0 + 20.0)
def longest_wait_of_two_days_is_kept_on_the_last() -> Instance:
    return soon(queue(), 2, price=50.0)


@case(4.0 + 2 * 20.0)
def longest_wait_that_must_hold() -> Instance:
    return soon(queue(), 1, hard=True)


@case(3 * 20.0)
def longest_wait_of_no_day_that_must_hold() -> Instance:
    return soon(queue(), 0, hard=True)


@case(0.0)
def longest_wait_with_beds_to_spare() -> Instance:
    return soon(queue(beds=2), 0, hard=True)


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
