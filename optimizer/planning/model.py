"""Compiles an instance into one model: blocks of variables, rows, the cost of each group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.domain.promises_kept import churn
from optimizer.planning.constraints import CONSTRAINTS
from optimizer.planning.lever_rows import LEVER_CONSTRAINTS
from optimizer.planning.objective import group_cost
from optimizer.planning.promise_rows import churn_of_flows
from optimizer.planning.variables import PlanVariables, plan_variables
from optimizer.solving.matrix import Compiled, Matrix


@dataclass(frozen=True, slots=True)
class PlanModel:
    """The compiled model of one instance."""

    compiled: Compiled
    variables: PlanVariables
    row_blocks: dict[str, IntArray]
    column_blocks: dict[str, IntArray]
    harm: FloatArray
    burden: FloatArray
    churn: FloatArray | None = None
    """The part of the burden that is churn against an earlier plan."""
    apart: Callable[[FloatArray], float] | None = None
    """Churn at a point, whatever its columns say."""
    first: FloatArray | None = None
    """Cost of the first group where it is not harm alone: a price on the worst-off area too."""

    def churn_of(self, x: FloatArray) -> float:
        """Return patients more or fewer than in an earlier plan at a point."""
        return self.apart(x) if self.apart is not None else 0.0

    @property
    def goal(self) -> FloatArray:
        """(columns,) the cost of the first group."""
        return self.harm if self.first is None else self.first

    @property
    def day_one(self) -> BoolArray:
        """(columns,) the variables of day 1."""
        v = self.variables
        levers = v.levers
        people = (v.admitted, v.moved, v.in_house, v.bed_lost)
        blocks = (*people, v.treated, v.boarding, v.waiting, v.corridor)
        oxygen = (v.oxygen_stored, v.oxygen_short)
        slack = (v.excess, v.surge_beds, *oxygen, v.reserve_missed)
        lever = (levers.started, levers.closed, levers.standing, levers.usable, levers.home_short)
        first = [block[..., 0].ravel() for block in (*blocks, *slack, *lever)]
        numbers = np.concatenate([v.admitted_observed, *first])
        out = np.zeros(self.compiled.size[0], dtype=bool)
        out[numbers[numbers >= 0]] = True
        return out


def build_model(
    inst: Instance, *, transfers: bool = True, live: bool = False, staff_move: bool = False
) -> PlanModel:
    """Compile the model of docs/model.md for one instance.

    `live`: in the shape that changed beds, staff or census only change the bounds of.
    `staff_move`: in the shape that people on duty may be lent and borrowed in.
    """
    matrix = Matrix()
    variables = plan_variables(matrix, inst, transfers=transfers, live=live, staff_move=staff_move)
    for constraint in (*CONSTRAINTS, *(LEVER_CONSTRAINTS if inst.levers else ())):
        constraint(matrix, inst, variables)
    compiled = matrix.compiled()
    columns = compiled.size[0]
    return PlanModel(
        compiled,
        variables,
        matrix.row_blocks,
        matrix.column_blocks,
        group_cost("harm", inst, variables, columns),
        group_cost("burden", inst, variables, columns),
        churn_cost(inst, variables, columns),
        lambda x: _apart(inst, variables, x),
    )


def churn_cost(inst: Instance, v: PlanVariables, columns: int) -> FloatArray | None:
    """(columns,) the burden of churn alone; None without an earlier plan."""
    if not inst.promises.churn_days.any():
        return None
    cost = np.zeros(columns)
    churn_of_flows(inst, v, cost)
    return cost


def _apart(inst: Instance, v: PlanVariables, x: FloatArray) -> float:
    def of(index: IntArray) -> FloatArray:
        return np.asarray(np.where(index >= 0, x[np.maximum(index, 0)], 0.0))

    return churn(inst, of(v.admitted), of(v.admitted_observed), of(v.moved))
