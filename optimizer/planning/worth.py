"""What one more is worth: the plan's LP solved again, warm, with a little more of a resource.

Shadow prices speak of a tiny piece more and, where optima are many, are one of several; a whole one
more never gains more than they say. The figures people act on are therefore solved again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.resource import Addition, Confirmed, with_more
from optimizer.errors import SolverError
from optimizer.planning.first import least_harm
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.start import carried, start_of
from optimizer.solving.engine import Answer, OpenSolver

BALANCES = ("waiting_balance", "treated_balance", "boarding_balance")
"""Rows whose price nobody can guess; any other row that is missing has price 0."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The harm group solved, before its face is fixed: where explanations start from."""

    model: PlanModel
    answer: Answer


def unmet_days(inst: Instance, model: PlanModel, x: FloatArray) -> FloatArray:
    """(K,) patient-days waiting or boarding over the shown days, by the level people need."""
    out = np.zeros(len(inst.levels))
    for block in (model.variables.waiting, model.variables.boarding):
        shown = block[:, :, : inst.shown_days]
        values = np.where(shown >= 0, x[np.maximum(shown, 0)], 0.0).sum(axis=(0, 2))
        np.add.at(out, inst.classes.level, values)
    return out


def confirm(
    optimum: Optimum, inst: Instance, additions: Sequence[Addition], *, seconds: float = 60.0
) -> list[Confirmed | None]:
    """Solve the plan's LP again with each addition alone; None where no answer came in time.

    The LP stays open in the solver: an addition moves bounds of rows only, and each solve goes on
    from where the last one ended.
    """
    if not additions:
        return []
    model = build_model(inst, live=True)
    basis = carried(model, start_of(optimum.model, optimum.answer.basis))
    solver = OpenSolver(model.compiled, model.harm, seconds=seconds)
    known = model.compiled
    before = unmet_days(inst, optimum.model, optimum.answer.x)
    found: list[Confirmed | None] = []
    for addition in additions:
        changed = build_model(with_more(inst, [addition]), live=True)
        solver.change(known, changed.compiled)
        known = changed.compiled
        try:
            answer = solver.solve(basis)
            basis = None
            if not answer.optimal:
                answer = least_harm(changed, seconds=seconds)
        except SolverError:
            found.append(None)
            continue
        found.append(
            Confirmed(
                addition,
                gain=optimum.answer.objective - answer.objective,
                unmet_days=before - unmet_days(inst, changed, answer.x),
            )
        )
    return found


def prices_of_ways(optimum: Optimum, inst: Instance) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What one patient more on each way of `inst` would cost at the plan's prices, in harm.

    `inst` may offer more ways than the plan had; where a way leads into a row the plan did not
    know, it has no price.

    Returns
    -------
    (A, T) admissions of expected patients, (A,) of people observed, (X, T) transfers: the column's
    own price plus what it takes in every row. A way the optimum uses costs 0, another what it would
    add. NaN where the way does not exist that day or has no price.
    """
    model, known = build_model(inst), optimum.model.row_blocks
    columns, rows, _ = model.compiled.size
    duals, strange = np.zeros(rows), np.ones(rows, dtype=bool)
    for name, index in model.row_blocks.items():
        before = known.get(name)
        if before is not None and before.shape == index.shape:
            both = (index >= 0) & (before >= 0)
            duals[index[both]] = optimum.answer.row_duals[before[both]]
            strange[index[both]] = False
        if name not in BALANCES:
            strange[index[index >= 0]] = False
    c = model.compiled
    spent = np.bincount(c.columns, weights=c.values * duals[c.rows], minlength=columns)
    reduced = model.harm - spent
    reduced[c.columns[strange[c.rows]]] = np.nan

    def of(index: IntArray) -> FloatArray:
        return np.asarray(np.where(index >= 0, reduced[np.maximum(index, 0)], np.nan))

    v = model.variables
    return of(v.admitted), of(v.admitted_observed), of(v.moved)
