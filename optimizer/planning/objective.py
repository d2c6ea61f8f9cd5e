"""The terms of docs/model.md section 5, one function each with its unit; `TERMS` by group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.planning.promise_rows import (
    churn_of_flows,
    days_beyond_wait,
    days_worse_off,
    reserve_days,
)
from optimizer.planning.variables import PlanVariables

Term = Callable[[Instance, PlanVariables, FloatArray], None]


def _price(cost: FloatArray, columns: IntArray, price: FloatArray | float) -> None:
    here = columns >= 0
    np.add.at(cost, columns[here], np.broadcast_to(price, columns.shape)[here])


def waiting_days(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Patients waiting outside, harm a patient-day, death for want of care included."""
    _price(cost, v.waiting, inst.harm.waiting[None, :, None])


def boarding_days(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Patients in a house below their need, harm a patient-day."""
    _price(cost, v.boarding, inst.harm.boarding[None, :, None])


def corridor_days(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Boarders without a bed, harm a patient-day."""
    _price(cost, v.corridor, inst.harm.corridor)


def left_standing(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Patients left standing when capacity falls; priced above a death, never a way in."""
    _price(cost, v.excess, inst.harm.excess)


def oxygen_missed(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Oxygen that patients in beds go without, harm a cubic metre; dearer than leaving them out."""
    _price(cost, v.oxygen_short, inst.harm.oxygen_short)


def late_admissions(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Minutes beyond the target, and the price of leaving the province, harm a patient."""
    _price(cost, v.admitted, inst.harm.admission[:, None])
    _price(cost, v.admitted_observed, inst.harm.admission)


def risk_of_moves(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Risk of each transfer by class and minutes, harm a patient."""
    _price(cost, v.moved, inst.harm.transfer[:, None])


def lever_days(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Levers open, harm a unit and day: an operation put off, staff spread thin."""
    if inst.levers is not None:
        _price(cost, v.levers.standing, inst.levers.harm[:, None])


def home_unfollowed(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Patients at home whom nobody follows, harm a patient-day; only where levers could."""
    if inst.levers is not None:
        _price(cost, v.levers.home_short, inst.levers.home_unmet)


def lever_effort(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Levers open, burden a unit and day, and burden a million VND."""
    levers = inst.levers
    if levers is not None:
        millions = levers.million_vnd / 1e6
        _price(cost, v.levers.standing, (levers.unit_day + millions * levers.day_vnd)[:, None])
        _price(cost, v.levers.started, (millions * levers.open_vnd)[:, None])


def road_and_moves(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Road minutes and number of moves, burden a patient."""
    _price(cost, v.admitted, inst.burden.admission[:, None])
    _price(cost, v.admitted_observed, inst.burden.admission)
    _price(cost, v.moved, inst.burden.transfer[:, None])


def surge_bed_days(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Surge beds open, burden a bed-day."""
    _price(cost, v.surge_beds, inst.burden.surge_bed_day)


TERMS: dict[str, tuple[Term, ...]] = {
    "harm": (
        waiting_days,
        boarding_days,
        corridor_days,
        left_standing,
        oxygen_missed,
        late_admissions,
        risk_of_moves,
        lever_days,
        home_unfollowed,
        reserve_days,
        days_worse_off,
        days_beyond_wait,
    ),
    "burden": (road_and_moves, surge_bed_days, lever_effort, churn_of_flows),
}


def group_cost(group: str, inst: Instance, v: PlanVariables, columns: int) -> FloatArray:
    """Return the cost vector of one group, (columns,)."""
    cost = np.zeros(columns)
    for term in TERMS[group]:
        term(inst, v, cost)
    return cost
