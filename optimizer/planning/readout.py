"""Reads an answer of the solver as a plan."""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.domain.plan import GroupResult, Plan
from optimizer.planning.model import PlanModel
from optimizer.solving.engine import Answer


def bound_of(answer: Answer) -> float:
    """Return what no plan can beat: the value itself where it is proved, else what the solver has.

    -inf where it has nothing.
    """
    return answer.objective if answer.optimal else answer.bound


def group_of(value: float, bound: float) -> GroupResult:
    """Return value and bound of a goal; no bound where none is known."""
    return GroupResult(value, min(bound, value) if np.isfinite(bound) else None)


def plan_of(
    model: PlanModel,
    answer: Answer,
    bound: float | None = None,
    burden_bound: float = 0.0,
    whole: bool = False,
    spent: float = 0.0,
) -> Plan:
    """Return an answer as a plan; `whole` rounds what is whole already to the last digit.

    `spent`: harm that fairness was allowed to cost, so that the plan may be optimal all the same.
    """
    x = np.where(answer.x < 1e-9, 0.0, answer.x)
    v = model.variables
    if whole:
        people = np.concatenate([v.whole_people, v.surge_beds[v.surge_beds >= 0]])
        people = np.concatenate([people, v.levers.decided])
        standing = v.levers.standing
        people = np.concatenate([people, standing[standing >= 0]])
        x[people] = np.round(x[people])

    def values(index: IntArray) -> FloatArray:
        return np.asarray(np.where(index >= 0, x[np.maximum(index, 0)], 0.0))

    harm, burden = float(model.harm @ x), float(model.burden @ x)
    bound = bound_of(answer) if bound is None else bound
    proved = np.isfinite(bound) and harm - bound - spent <= 1e-6 * max(1.0, abs(bound))
    return Plan(
        admitted=values(v.admitted),
        admitted_observed=values(v.admitted_observed),
        moved=values(v.moved),
        in_house=values(v.in_house),
        bed_lost=values(v.bed_lost),
        treated=values(v.treated),
        boarding=values(v.boarding),
        waiting=values(v.waiting),
        corridor=values(v.corridor),
        excess=values(v.excess),
        surge_beds=values(v.surge_beds),
        oxygen_short=values(v.oxygen_short),
        lever_started=values(v.levers.started),
        lever_closed=values(v.levers.closed),
        lever_open=values(v.levers.standing),
        lever_usable=values(v.levers.usable),
        home_short=values(v.levers.home_short),
        harm=group_of(harm, bound),
        burden=group_of(burden, burden_bound),
        status="optimal" if proved else "feasible",
        solver=answer.engine,
    )
