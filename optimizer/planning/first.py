"""The first and largest solve: harm alone, part by part where the model falls apart."""

from __future__ import annotations

from optimizer.domain.instance import FloatArray
from optimizer.planning.model import PlanModel
from optimizer.planning.parts import solve_parts
from optimizer.solving.engine import Answer, solve_arrays
from optimizer.solving.matrix import Compiled


def least_harm(model: PlanModel, *, engine: str = "", seconds: float = 600.0) -> Answer:
    """Solve the harm group of a model without whole numbers.

    Raises
    ------
    SolverError
        If no engine answers.
    """

    def solve(part: Compiled, cost: FloatArray) -> Answer:
        return solve_arrays(part, cost, engine=engine, seconds=seconds)

    return solve_parts(model.compiled, model.harm, solve)
