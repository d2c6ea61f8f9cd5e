"""The door to the solvers: arrays in, arrays out, values read in one guarded place.

CP-SAT's values after UNKNOWN are uninitialised memory, so nothing is read unless the status says
that there is a solution; what is read is put into every row again before anyone sees it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
)
from ortools.math_opt.core.python import solver as core_solver
from ortools.sat.python import cp_model

from optimizer.domain.roster import RosterStatus
from optimizer.errors import Problem, SolverError
from optimizer.staffing.roster.rows import FREE, Compiled, IntArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Search:
    """How CP-SAT looks.

    Parameters
    ----------
    seconds
        Wall time limit.
    workers
        Threads; 1 with `deterministic` is reproducible.
    subsolvers
        Names of CP-SAT's own strategies, in order; the first `workers` run.
    deterministic
        Limit in CP-SAT's deterministic seconds, about CPU seconds, beside wall time; 0: none.
    stop_at
        Stop once a roster costs no more than this.
    presolve
        Simplify the rows first; for any roster at all that takes longer than the search.
    """

    seconds: float
    workers: int = 1
    subsolvers: tuple[str, ...] = ("max_lp",)
    seed: int = 0
    deterministic: float = 0.0
    stop_at: float = -math.inf
    linearization: int = -1
    presolve: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What one call of CP-SAT found: `values` of all columns, or None."""

    status: RosterStatus
    values: IntArray | None
    points: int
    bound: float


class Signal(Protocol):
    """Anything that says whether to stop."""

    def is_set(self) -> bool:
        """Say whether to stop."""


class _Watch(cp_model.CpSolverSolutionCallback):
    """Tells of each better roster; stops when it is told to."""

    def __init__(
        self, columns: list[cp_model.IntVar], tell: Callable[[IntArray], None], stop_at: float
    ) -> None:
        super().__init__()
        self._columns, self._tell, self._stop_at = columns, tell, stop_at

    def on_solution_callback(self) -> None:
        self._tell(np.array([self.value(c) for c in self._columns], dtype=np.int64))
        if self.objective_value <= self._stop_at:
            self.stop_search()


def cp_sat(
    model: Compiled,
    search: Search,
    hint: IntArray | None = None,
    tell: Callable[[IntArray], None] | None = None,
    at_least: float = -math.inf,
    stop: Signal | None = None,
) -> Found:
    """Solve the rows by CP-SAT.

    Parameters
    ----------
    model
        Columns and rows.
    search
        Limits and strategies.
    hint
        Values of all columns to begin near.
    tell
        Called with the values of every better roster.
    at_least
        A proved bound on the points; handed to the solver.
    stop
        Ends the search when it is set.

    Raises
    ------
    SolverError
        If the solver refuses the model or returns values that break a row.
    """
    program = cp_model.CpModel()
    columns = [
        program.new_int_var(int(low), int(high), "")
        for low, high in zip(model.low, model.high, strict=True)
    ]
    start, column = model.start.tolist(), model.column.tolist()
    coefficient = model.coefficient.tolist()
    for r, (low, high) in enumerate(
        zip(model.row_low.tolist(), model.row_high.tolist(), strict=True)
    ):
        entries = slice(start[r], start[r + 1])
        terms = [columns[c] for c in column[entries]]
        program.add_linear_constraint(
            cp_model.LinearExpr.weighted_sum(terms, coefficient[entries]),
            max(low, -FREE),
            min(high, FREE),
        )
    priced = np.nonzero(model.cost)[0]
    total = cp_model.LinearExpr.weighted_sum(
        [columns[c] for c in priced], model.cost[priced].tolist()
    )
    if at_least > -math.inf:
        program.add(total >= math.ceil(at_least - 1e-6) - model.constant)
    program.minimize(total)
    if hint is not None:
        for c, value in zip(columns, hint.tolist(), strict=True):
            program.add_hint(c, value)
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = search.workers
    parameters.random_seed = search.seed
    parameters.catch_sigint_signal = False
    for name in search.subsolvers:
        parameters.subsolvers.append(name)
    if search.linearization >= 0:
        parameters.linearization_level = search.linearization
    parameters.cp_model_presolve = search.presolve
    parameters.max_time_in_seconds = max(0.01, search.seconds)
    if search.deterministic:
        parameters.max_deterministic_time = search.deterministic
    watch = None
    if tell is not None or search.stop_at > -math.inf:
        watch = _Watch(columns, tell or (lambda values: None), search.stop_at - model.constant)
    ended = threading.Event()
    if stop is not None:
        threading.Thread(target=_stop_when, args=(stop, ended, solver), daemon=True).start()
    try:
        status = solver.solve(program, watch)
    finally:
        ended.set()
    if status == cp_model.MODEL_INVALID:
        raise SolverError(
            [
                Problem(
                    "The roster model is not valid: {why}.",
                    values={"why": program.validate()[:200]},
                )
            ]
        )
    if status == cp_model.INFEASIBLE:
        return Found(RosterStatus.infeasible, None, 0, math.inf)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        bound = solver.best_objective_bound
        proved = bound + model.constant if math.isfinite(bound) and columns else -math.inf
        return Found(RosterStatus.no_solution_in_time, None, 0, proved)
    values = np.array([solver.value(c) for c in columns], dtype=np.int64)
    if len(model.broken(values)):
        raise SolverError("CP-SAT returned a roster that breaks its own rows. Report it.")
    points = model.points(values)
    bound = float(points)
    known = RosterStatus.optimal
    if status == cp_model.FEASIBLE:
        bound = min(bound, solver.best_objective_bound + model.constant)
        known = RosterStatus.feasible
    return Found(known, values, points, bound)


def _stop_when(stop: Signal, ended: threading.Event, solver: cp_model.CpSolver) -> None:
    """End a search once `stop` is set; asked again until it has ended."""
    while not ended.wait(0.1):
        if stop.is_set():
            solver.stop_search()


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of a linear program, or what is known of it.

    `bound` is a true bound only if `optimal`.
    """

    optimal: bool
    bound: float
    values: FloatArray
    row_duals: FloatArray


def linear_program(
    low: FloatArray,
    high: FloatArray,
    cost: FloatArray,
    entries: tuple[IntArray, IntArray, FloatArray],
    row_low: FloatArray,
    row_high: FloatArray,
    seconds: float,
) -> Relaxed:
    """Minimise by GLOP; `entries` are (row, column, coefficient), sorted by row.

    GLOP now and then ends "imprecise"; then it goes on without presolve, then HiGHS does.
    """
    proto = model_pb2.ModelProto()
    count = len(low)
    proto.variables.ids.extend(range(count))
    proto.variables.lower_bounds.extend(low.tolist())
    proto.variables.upper_bounds.extend(high.tolist())
    proto.variables.integers.extend([False] * count)
    priced = np.nonzero(cost)[0]
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(cost[priced].tolist())
    proto.linear_constraints.ids.extend(range(len(row_low)))
    proto.linear_constraints.lower_bounds.extend(row_low.tolist())
    proto.linear_constraints.upper_bounds.extend(row_high.tolist())
    row, column, coefficient = entries
    proto.linear_constraint_matrix.row_ids.extend(row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(column.tolist())
    proto.linear_constraint_matrix.coefficients.extend(coefficient.tolist())
    for kind, presolve in (
        (parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.EMPHASIS_UNSPECIFIED),
        (parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.EMPHASIS_OFF),
        (parameters_pb2.SOLVER_TYPE_HIGHS, parameters_pb2.EMPHASIS_UNSPECIFIED),
    ):
        parameters = parameters_pb2.SolveParametersProto(presolve=presolve)
        parameters.time_limit.FromNanoseconds(int(max(seconds, 0.01) * 1e9))
        result = core_solver.solve(
            proto,
            kind,
            parameters_pb2.SolverInitializerProto(),
            parameters,
            model_parameters_pb2.ModelSolveParametersProto(),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
        if result.termination.reason != result_pb2.TERMINATION_REASON_IMPRECISE:
            break
    return read_linear(result, count, len(row_low))


def read_linear(result: result_pb2.SolveResultProto, columns: int, rows: int) -> Relaxed:
    """Return what a solve proved; nothing is read from an answer that is not optimal."""
    nothing = np.zeros(0)
    feasible = solution_pb2.SOLUTION_STATUS_FEASIBLE
    if (
        result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL
        or not result.solutions
        or result.solutions[0].dual_solution.feasibility_status != feasible
    ):
        return Relaxed(False, -math.inf, nothing, nothing)
    primal = result.solutions[0].primal_solution
    dual = result.solutions[0].dual_solution.dual_values
    values, duals = np.zeros(columns), np.zeros(rows)
    values[list(primal.variable_values.ids)] = list(primal.variable_values.values)
    duals[list(dual.ids)] = list(dual.values)
    return Relaxed(True, float(primal.objective_value), values, duals)


def relaxed(model: Compiled, seconds: float) -> Relaxed:
    """Return the linear relaxation of the rows, constant included."""
    row_low = np.where(model.row_low <= -FREE // 2, -np.inf, model.row_low)
    row_high = np.where(model.row_high >= FREE // 2, np.inf, model.row_high)
    found = linear_program(
        model.low.astype(float),
        model.high.astype(float),
        model.cost.astype(float),
        (model.row_of, model.column, model.coefficient.astype(float)),
        row_low.astype(float),
        row_high.astype(float),
        seconds,
    )
    bound = found.bound + model.constant if found.optimal else -math.inf
    return Relaxed(found.optimal, bound, found.values, found.row_duals)


def clock() -> tuple[float, float]:
    """Return (wall, CPU of this process) in seconds."""
    return time.perf_counter(), time.process_time()
