"""What each lever bought: its yields at the LP's prices, and the LP solved again without it.

Harm is convex in what levers give, so the sum of prices is a floor of what would be lost without
one; the levers that bought most are taken away one by one and the LP is solved again, warm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan
from optimizer.errors import SolverError
from optimizer.planning.first import least_harm
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.start import carried, start_of
from optimizer.planning.whole_levers import worth_of_usable
from optimizer.planning.worth import Optimum
from optimizer.solving.engine import OpenSolver

FIRST = 3
"""Levers without which the LP is solved again."""


@dataclass(frozen=True, slots=True)
class Bought:
    """One lever that the plan uses."""

    lever: str
    first_day: int
    """First day open, from 1."""
    last_day: int
    most: float
    """Most units open at once."""
    unit_days: float
    vnd: float
    harm: float
    """Its own harm."""
    worth: float
    """Fall of harm by its yields at the LP's prices, less its own harm: a floor."""
    solved_without: float | None = None
    """Harm of the LP without it, less that with it; None: not solved."""


def levers_bought(inst: Instance, plan: Plan, optimum: Optimum) -> list[Bought]:
    """Return what each lever that the plan opens bought, the dearest first; all days solved.

    A unit that the LP did not use has no price: it counts only as far as the LP had it.
    """
    levers = inst.levers
    if levers is None:
        return []
    v, x = optimum.model.variables.levers, optimum.answer.x
    had = np.where(v.usable >= 0, x[np.maximum(v.usable, 0)], 0.0)
    price = worth_of_usable(optimum.model, optimum.answer.row_duals)
    worth = (price * np.minimum(had, plan.lever_usable)).sum(axis=1)
    harm = levers.harm * plan.lever_open.sum(axis=1)
    vnd = levers.open_vnd * plan.lever_started.sum(axis=1)
    vnd = vnd + levers.day_vnd * plan.lever_open.sum(axis=1)
    found = []
    for j in np.flatnonzero((plan.lever_open > 0.5).any(axis=1)).tolist():
        days = np.flatnonzero(plan.lever_open[j] > 0.5)
        found.append(
            Bought(
                lever=levers.ids[j],
                first_day=int(days[0]) + 1,
                last_day=int(days[-1]) + 1,
                most=float(plan.lever_open[j].max()),
                unit_days=float(plan.lever_open[j].sum()),
                vnd=float(vnd[j]),
                harm=float(harm[j]),
                worth=float(worth[j] - harm[j]),
            )
        )
    return sorted(found, key=lambda one: (-one.worth, one.lever))


def solved_without(
    optimum: Optimum, inst: Instance, found: Sequence[Bought], *, seconds: float = 120.0
) -> list[Bought]:
    """Return the same with the LP solved again without each of the first ones alone.

    Without a lever its columns are held at 0: bounds move only, so each solve goes on from the
    last. Levers drawn from it are gone with it.
    """
    levers = inst.levers
    if levers is None or not found:
        return list(found)
    model = build_model(inst, live=True)
    basis = carried(model, start_of(optimum.model, optimum.answer.basis))
    solver = OpenSolver(model.compiled, model.harm, seconds=seconds)
    known, out = model.compiled, []
    for place, one in enumerate(found):
        if place >= FIRST:
            out.append(one)
            continue
        changed = _without(model, levers.ids.index(one.lever))
        solver.change(known, changed.compiled)
        known = changed.compiled
        gain: float | None = None
        try:
            answer = solver.solve(basis)
            basis = None
            if not answer.optimal:
                answer = least_harm(changed, seconds=seconds)
            gain = answer.objective - optimum.answer.objective
        except SolverError:
            pass
        out.append(replace(one, solved_without=gain))
    return out


def _without(model: PlanModel, lever: int) -> PlanModel:
    """Return the model in which no unit of the lever may be begun."""
    upper: FloatArray = model.compiled.column_upper.copy()
    columns = model.variables.levers.started[lever]
    upper[columns[columns >= 0]] = 0.0
    return replace(model, compiled=replace(model.compiled, column_upper=upper))
