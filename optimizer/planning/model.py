"""Compiles an instance into one model: blocks of variables, rows, the cost of each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.planning.constraints import CONSTRAINTS
from optimizer.planning.matrix import Compiled, Matrix
from optimizer.planning.objective import group_cost
from optimizer.planning.variables import PlanVariables, plan_variables


@dataclass(frozen=True, slots=True)
class PlanModel:
    """The compiled model of one instance."""

    compiled: Compiled
    variables: PlanVariables
    row_blocks: dict[str, IntArray]
    column_blocks: dict[str, IntArray]
    harm: FloatArray
    burden: FloatArray

    @property
    def day_one(self) -> BoolArray:
        """(columns,) the variables of day 1."""
        v = self.variables
        blocks = (v.admitted, v.moved, v.in_house, v.treated, v.boarding, v.waiting, v.corridor)
        first = [block[..., 0].ravel() for block in (*blocks, v.excess, v.surge_beds)]
        numbers = np.concatenate([v.admitted_observed, *first])
        out = np.zeros(self.compiled.size[0], dtype=bool)
        out[numbers[numbers >= 0]] = True
        return out


def build_model(inst: Instance, *, transfers: bool = True) -> PlanModel:
    """Compile the model of docs/model.md for one instance."""
    matrix = Matrix()
    variables = plan_variables(matrix, inst, transfers=transfers)
    for constraint in CONSTRAINTS:
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
    )
