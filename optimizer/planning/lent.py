"""The plan if people could be lent freely from week to week: where they would go, and a bound.

The harm LP of the plan with two columns more for each unit, role and week: lent, borrowed. Nobody
travels, rests or stays for a block here, so no secondment plan can bring less harm; and what is
lent and borrowed says how many people each place should have. docs/staffing.md section 4.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.domain.plan import Plan
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.readout import plan_of
from optimizer.solving.engine import solve_arrays
from optimizer.solving.matrix import Compiled

EFFORT = 1e-3
"""Harm of one person on duty who works elsewhere for a day: nobody moves for nothing."""


@dataclass(frozen=True, slots=True)
class Lendable:
    """Who may be lent, in people on duty."""

    starts: IntArray
    """(J,) first days of the weeks, from 0; before the first nobody has left."""
    most: FloatArray
    """(F, R) whom a unit may lend at once."""
    outside: FloatArray
    """(R, J) whom pools outside the province may send."""
    hosts: BoolArray
    """(F,) units that may borrow."""


@dataclass(frozen=True, slots=True)
class FreelyLent:
    """The answer: no secondments can do better."""

    change: FloatArray
    """(F, R, T) people on duty borrowed less lent."""
    plan: Plan
    harm: float
    prices: Mapping[str, FloatArray]
    """Fall of harm for one more of each row, by constraint."""
    seconds: float


def freely_lent(inst: Instance, lendable: Lendable, seconds: float = 600.0) -> FreelyLent:
    """Solve the plan with people lent freely.

    Raises
    ------
    SolverError
        If no solver answers.
    """
    began = time.perf_counter()
    model = build_model(inst, staff_move=True)
    wider, lent, got = _with_lent(model, inst, lendable)
    columns = model.compiled.size[0]
    cost = np.concatenate([model.harm, np.zeros(wider.size[0] - columns)])
    days = np.diff(np.append(lendable.starts, inst.days))
    cost[got] = EFFORT * days
    answer = solve_arrays(wider, cost, seconds=seconds)
    x = answer.x
    week = np.searchsorted(lendable.starts, np.arange(inst.days), side="right") - 1
    moved = np.where(got >= 0, x[got], 0.0) - np.where(lent >= 0, x[lent], 0.0)
    change = np.where(week >= 0, moved[:, :, np.maximum(week, 0)], 0.0)
    plan = plan_of(model, replace(answer, x=x[:columns], bound=-np.inf, optimal=False))
    prices = {
        name: np.where(index >= 0, -answer.row_duals[np.maximum(index, 0)], 0.0)
        for name, index in model.row_blocks.items()
    }
    harm = float(model.harm @ x[:columns])
    return FreelyLent(change, plan, harm, prices, time.perf_counter() - began)


def _with_lent(
    model: PlanModel, inst: Instance, lendable: Lendable
) -> tuple[Compiled, IntArray, IntArray]:
    """Return the wider model and the columns of lent and borrowed, (F, R, J) each."""
    old = model.compiled
    columns, rows, _ = old.size
    units, roles, weeks = len(inst.units), len(inst.roles), len(lendable.starts)
    shape = (units, roles, weeks)
    lent = columns + np.arange(units * roles * weeks).reshape(shape)
    got = lent + lent.size
    balance = rows + np.arange(roles * weeks).reshape(roles, weeks)
    week = np.searchsorted(lendable.starts, np.arange(inst.days), side="right") - 1
    day = np.flatnonzero(week >= 0)
    new: list[tuple[IntArray, IntArray, FloatArray]] = []
    for name in ("staff_on_duty", "supervision"):
        index = model.row_blocks[name]
        for p, r in zip(*np.nonzero(inst.stands_in), strict=True):
            row = index[:, r][:, day]
            for block, sign in ((lent, 1.0), (got, -1.0)):
                column = block[:, p][:, week[day]]
                here = row >= 0
                new.append((row[here], column[here], np.full(int(here.sum()), sign)))
    every = np.broadcast_to(balance[None], shape)
    for block, sign in ((lent, -1.0), (got, 1.0)):
        new.append((every.ravel(), block.ravel(), np.full(block.size, sign)))
    row = np.concatenate([old.rows, *(part[0] for part in new)])
    column = np.concatenate([old.columns, *(part[1] for part in new)])
    value = np.concatenate([old.values, *(part[2] for part in new)])
    order = np.lexsort((column, row))
    most = np.repeat(lendable.most[:, :, None], weeks, axis=2)
    room = np.broadcast_to(np.where(lendable.hosts[:, None, None], np.inf, 0.0), shape)
    wider = Compiled(
        rows=row[order],
        columns=column[order],
        values=value[order],
        column_lower=np.concatenate([old.column_lower, np.zeros(2 * lent.size)]),
        column_upper=np.concatenate([old.column_upper, most.ravel(), room.ravel()]),
        whole=np.concatenate([old.whole, np.zeros(2 * lent.size, dtype=bool)]),
        row_lower=np.concatenate([old.row_lower, np.full(balance.size, -np.inf)]),
        row_upper=np.concatenate([old.row_upper, lendable.outside.ravel()]),
    )
    return wider, lent, got
