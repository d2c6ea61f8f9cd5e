"""The plan's LP kept open: a changed bed, person on duty or patient moves bounds only.

GLOP takes over the basis the plan ended with and is solved on by the dual simplex, since changed
bounds leave it dual feasible. Surge beds stay as the plan opened them. Answers are those of the
cold solve of the same LP. Levers stay as the plan decided them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.plan import Plan
from optimizer.errors import Problem, SolverError
from optimizer.planning.first import least_harm
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.readout import plan_of
from optimizer.planning.start import Start, carried
from optimizer.planning.whole_levers import Decided, holding
from optimizer.solving.engine import Answer, OpenSolver


@dataclass(frozen=True, slots=True)
class Reply:
    """What one change gives."""

    instance: Instance
    plan: Plan
    """Harm only: not whole on day 1, not of least burden."""
    seconds: float
    warm: bool


class LiveModel:
    """The harm LP of one instance, open for changed beds, staff and census.

    Parameters
    ----------
    inst
        The instance with the ways the plan was offered.
    surge_beds
        (F, K, T) surge beds the plan holds open, whole; None lets them be decided anew.
    levers
        What the plan decided of levers, held; None lets it be decided anew, in parts of units.
    start
        `Plan.start` of the plan made from `inst`; without it the first solve is cold.
    """

    def __init__(
        self,
        inst: Instance,
        surge_beds: FloatArray | None = None,
        start: Start | None = None,
        levers: Decided | None = None,
    ) -> None:
        self.inst = inst
        self._surge = surge_beds
        self._levers = levers
        self._model = self._built(inst)
        self._bounds = self._model.compiled
        began = time.perf_counter()
        basis = carried(self._model, start) if start else None
        cold: Answer | None = None
        if basis is None:
            cold = least_harm(self._model)
            basis = cold.basis
        self._solver = OpenSolver(self._bounds, self._model.harm)
        answer = self._solver.solve(basis)
        self.base = Reply(
            inst, plan_of(self._model, answer), time.perf_counter() - began, warm=cold is None
        )

    def _built(self, inst: Instance) -> PlanModel:
        model = build_model(inst, live=True)
        if self._levers is not None and inst.levers is not None:
            model = _givers_keep_giving(holding(model, inst, self._levers))
        if self._surge is None:
            return model
        z: IntArray = model.variables.surge_beds
        here = z >= 0
        held = np.minimum(self._surge, inst.surge_limit)[here]
        lower, upper = model.compiled.column_lower.copy(), model.compiled.column_upper.copy()
        lower[z[here]] = upper[z[here]] = held
        return replace(
            model, compiled=replace(model.compiled, column_lower=lower, column_upper=upper)
        )

    def cold(self, inst: Instance) -> Answer:
        """Solve the same LP for a changed instance from nothing (the comparison)."""
        return least_harm(self._built(inst))

    def ask(self, inst: Instance) -> Reply:
        """Return the plan of a changed instance, solved on from the last answer.

        Raises
        ------
        SolverError
            If more than bounds changed, or no answer came.
        """
        began = time.perf_counter()
        model = self._built(inst)
        old, new = self._bounds, model.compiled
        same = old.size == new.size and all(
            np.array_equal(getattr(old, name), getattr(new, name))
            for name in ("rows", "columns", "values")
        )
        if not same:
            raise SolverError(
                [Problem("This change needs a new plan: it changes which ways exist.")]
            )
        self._solver.change(old, new)
        self._bounds = new
        answer = self._solver.solve(None)
        return Reply(inst, plan_of(model, answer), time.perf_counter() - began, warm=True)


def _givers_keep_giving(model: PlanModel) -> PlanModel:
    """Let what levers take stand, though the giver of a changed instance has less than that."""
    index, compiled = model.row_blocks["lever_giver"], model.compiled
    rows = index[index >= 0]
    upper = compiled.row_upper.copy()
    upper[rows] = np.maximum(upper[rows], compiled.activity(compiled.column_lower)[rows])
    return replace(model, compiled=replace(compiled, row_upper=upper))


def decided_of(plan: Plan) -> Decided | None:
    """Return what a plan decided of levers; None where it had none."""
    if not plan.lever_started.size:
        return None
    return Decided(np.cumsum(plan.lever_started, axis=1), np.cumsum(plan.lever_closed, axis=1))
