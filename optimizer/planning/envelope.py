"""What harm would become if the figures behind a plan were others, to first order, unsolved.

The envelope theorem: at an optimum, the change of the least cost is that of the Lagrangian with
the plan and its prices held. Where only capacity or patients change, harm is convex in them, so the
true change is at least what is said here; where only costs change it is at most that.
Source: docs/model.md section 9.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import BoolArray, Instance, IntArray
from optimizer.planning.model import build_model
from optimizer.planning.worth import BALANCES, Optimum

EDGE = 1e-9


def _matched(base: dict[str, IntArray], other: dict[str, IntArray]) -> tuple[IntArray, IntArray]:
    """Return the numbers of what both models have, in the one and in the other."""
    mine, theirs = [], []
    for name, index in other.items():
        before = base.get(name)
        if before is not None and before.shape == index.shape:
            both = (index >= 0) & (before >= 0)
            mine.append(before[both])
            theirs.append(index[both])
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *mine]), np.concatenate([none, *theirs])


def harm_after(optimum: Optimum, other: Instance) -> float:
    """Return the least harm of another instance of the same shape, to first order.

    `other` has the axes and the ways of the plan's own instance. NaN where it has patients for
    whom the plan has no price.
    """
    model, answer = optimum.model, optimum.answer
    changed = build_model(other, live=True)
    c = changed.compiled
    columns, rows, _ = c.size
    mine, theirs = _matched(model.row_blocks, changed.row_blocks)
    duals = np.zeros(rows)
    duals[theirs] = answer.row_duals[mine]
    known = np.zeros(rows, dtype=bool)
    known[theirs] = True
    side = np.where(duals > 0, c.row_lower, c.row_upper)
    for name in BALANCES:
        index = changed.row_blocks.get(name, theirs[:0])
        index = index[index >= 0]
        strange = index[~known[index]]
        if (np.abs(side[strange]) > EDGE).any():
            return float("nan")
    value = float(duals[duals != 0] @ side[duals != 0])
    reduced = changed.harm - np.bincount(
        c.columns, weights=c.values * duals[c.rows], minlength=columns
    )
    mine, theirs = _matched(model.column_blocks, changed.column_blocks)
    x = np.zeros(columns)
    x[theirs] = answer.x[mine]
    upper = model.compiled.column_upper[mine]
    full = np.isfinite(upper) & (answer.x[mine] >= upper - EDGE) & (answer.reduced_costs[mine] < 0)
    x[theirs[full]] = c.column_upper[theirs[full]]
    used = x > 0
    return value + float(reduced[used] @ x[used])


def same_ways(inst: Instance, plan_ways: Instance) -> tuple[BoolArray, BoolArray]:
    """Return which arcs of `inst` are arcs of `plan_ways` too: (A,), (X,) of True and False."""
    size = len(inst.units) + len(inst.outside) + 1
    classes = len(inst.classes.ids)

    def admissions(one: Instance) -> IntArray:
        arcs = one.admissions
        pair = (arcs.area * size + arcs.to) * classes + arcs.patient_class
        return np.asarray(pair * 4 + arcs.kind)

    def transfers(one: Instance) -> IntArray:
        moves = one.transfers
        pair = (moves.origin * size + moves.to) * classes + moves.patient_class
        return np.asarray((pair * 8 + moves.direction) * 2 + moves.from_boarding)

    return (
        np.isin(admissions(inst), admissions(plan_ways)),
        np.isin(transfers(inst), transfers(plan_ways)),
    )
