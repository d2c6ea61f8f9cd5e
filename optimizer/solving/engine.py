"""The one door to OR-Tools MathOpt: arrays in, arrays out, values read in one guarded place.

The model proto is filled with ``.extend`` (10 times faster than a call per coefficient). MathOpt's
core call is used because it also reports errors as they are; `solve_public` is the tested public
way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
)
from ortools.math_opt.core.python import solver as core_solver

from optimizer.domain.instance import FloatArray
from optimizer.errors import Problem, SolverError
from optimizer.solving.matrix import Compiled

SMALL = 20_000
"""Below about this many columns GLOP's dual simplex beats interior point."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Statuses of a simplex basis, as the solver's own codes."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One solve: values, duals (none for whole-number models, 0 if not proved), bound and time.

    Only an `optimal` answer's duals and objective prove anything; else the `bound` does.
    """

    x: FloatArray
    objective: float
    bound: float
    row_duals: FloatArray
    reduced_costs: FloatArray
    optimal: bool
    seconds: float
    engine: str
    basis: Basis | None = None


def _proto(
    model: Compiled, cost: FloatArray, lower: FloatArray, upper: FloatArray, whole: bool
) -> model_pb2.ModelProto:
    proto = model_pb2.ModelProto()
    columns, rows, _ = model.size
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend(lower.tolist())
    proto.variables.upper_bounds.extend(upper.tolist())
    flags = model.whole if whole else np.zeros(columns, dtype=bool)
    proto.variables.integers.extend(flags.tolist())
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(model.row_lower.tolist())
    proto.linear_constraints.upper_bounds.extend(model.row_upper.tolist())
    entries = proto.linear_constraint_matrix
    entries.row_ids.extend(model.rows.tolist())
    entries.column_ids.extend(model.columns.tolist())
    entries.coefficients.extend(model.values.tolist())
    priced = np.flatnonzero(cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(cost[priced].tolist())
    return proto


def _dense(ids: Iterable[int], values: Iterable[float], size: int) -> FloatArray:
    out = np.zeros(size)
    out[np.fromiter(ids, dtype=np.int64)] = np.fromiter(values, dtype=float)
    return out


def solve_arrays(
    model: Compiled,
    cost: FloatArray,
    *,
    lower: FloatArray | None = None,
    upper: FloatArray | None = None,
    whole: bool = False,
    engine: str = "",
    basis: Basis | None = None,
    seconds: float = 600.0,
    gap: float = 1e-4,
    log: Callable[[str], None] | None = None,
) -> Answer:
    """Solve one model with the bounds given; minimise.

    Parameters
    ----------
    engine
        ``highs`` (interior point with crossover), ``glop`` (dual simplex, also warm),
        ``highs-mip`` (nodes by interior point), ``highs-mip-simplex``; empty chooses.

    Raises
    ------
    SolverError
        If no solution came back. Nothing is ever read from such an answer.
    """
    columns, rows, _ = model.size
    lower = model.column_lower if lower is None else lower
    upper = model.column_upper if upper is None else upper
    finite = all(np.isfinite(part).all() for part in (cost, lower, model.values))
    ends = (upper, model.row_lower, model.row_upper)
    crossed = bool((lower > upper + 1e-9).any() or (model.row_lower > model.row_upper + 1e-9).any())
    endless = bool((model.row_lower == np.inf).any() or (model.row_upper == -np.inf).any())
    if not finite or crossed or endless or any(np.isnan(part).any() for part in ends):
        raise SolverError(
            [Problem("The model holds a number that is not finite or crossed bounds.")]
        )
    if not engine:
        return _first_that_answers(
            ("highs-mip",)
            if whole
            else (("glop", "highs") if columns < SMALL else ("highs", "glop")),
            lambda name: solve_arrays(
                model,
                cost,
                lower=lower,
                upper=upper,
                whole=whole,
                engine=name,
                basis=basis if name == "glop" else None,
                seconds=seconds,
                gap=gap,
                log=log,
            ),
        )
    parameters = parameters_pb2.SolveParametersProto()
    parameters.time_limit.FromNanoseconds(int(seconds * 1e9))
    kind = parameters_pb2.SOLVER_TYPE_HIGHS
    if engine == "glop":
        kind = parameters_pb2.SOLVER_TYPE_GLOP
        if basis is not None:
            parameters.presolve = parameters_pb2.EMPHASIS_OFF
    elif engine == "highs":
        parameters.highs.string_options["solver"] = "ipm"
    else:
        if engine == "highs-mip":
            parameters.highs.string_options["mip_lp_solver"] = "ipm"
        parameters.relative_gap_tolerance = gap
    hint = _begin_at(basis)
    started = time.perf_counter()
    try:
        result = core_solver.solve(
            _proto(model, cost, lower, upper, whole),
            kind,
            parameters_pb2.SolverInitializerProto(),
            parameters,
            hint,
            (lambda lines: [log(line) for line in lines]) if log else None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
    except Exception as error:  # MathOpt's own status type; what it says is kept
        raise SolverError(
            [
                Problem(
                    "The solver {engine} stopped without a plan: {reason}.",
                    values={"engine": engine, "reason": str(error)},
                )
            ]
        ) from error
    return _read(result, columns, rows, engine, time.perf_counter() - started)


def has_no_point(error: SolverError) -> bool:
    """Tell whether a solver proved that a model has no point, rather than ran out of time."""
    reasons = {str(problem.values.get("reason", "")) for problem in error.problems}
    return reasons == {"TERMINATION_REASON_INFEASIBLE"}


def _begin_at(basis: Basis | None) -> model_parameters_pb2.ModelSolveParametersProto:
    hint = model_parameters_pb2.ModelSolveParametersProto()
    if basis is not None:
        hint.initial_basis.variable_status.ids.extend(range(len(basis.columns)))
        hint.initial_basis.variable_status.values.extend(basis.columns)
        hint.initial_basis.constraint_status.ids.extend(range(len(basis.rows)))
        hint.initial_basis.constraint_status.values.extend(basis.rows)
    return hint


class OpenSolver:
    """GLOP with one LP kept inside; bounds may change, and it goes on from where it stood."""

    def __init__(self, model: Compiled, cost: FloatArray, *, seconds: float = 120.0) -> None:
        self._size = model.size
        self._parameters = parameters_pb2.SolveParametersProto()
        self._parameters.time_limit.FromNanoseconds(int(seconds * 1e9))
        self._parameters.presolve = parameters_pb2.EMPHASIS_OFF
        self._parameters.lp_algorithm = parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
        self._solver = core_solver.new(
            parameters_pb2.SOLVER_TYPE_GLOP,
            _proto(model, cost, model.column_lower, model.column_upper, False),
            parameters_pb2.SolverInitializerProto(),
        )

    def change(self, old: Compiled, new: Compiled) -> None:
        """Take over the bounds of `new` where they differ from those of `old`."""
        update = model_update_pb2.ModelUpdateProto()
        for part, was, now in (
            (update.variable_updates.lower_bounds, old.column_lower, new.column_lower),
            (update.variable_updates.upper_bounds, old.column_upper, new.column_upper),
            (update.linear_constraint_updates.lower_bounds, old.row_lower, new.row_lower),
            (update.linear_constraint_updates.upper_bounds, old.row_upper, new.row_upper),
        ):
            differ = np.flatnonzero(was != now)
            part.ids.extend(differ.tolist())
            part.values.extend(now[differ].tolist())
        if not self._solver.update(update):
            raise SolverError([Problem("The open solver refused the changed figures.")])

    def solve(self, basis: Basis | None = None) -> Answer:
        """Solve, from `basis` or from where the last solve ended.

        Raises
        ------
        SolverError
            If no solution came back.
        """
        began = time.perf_counter()
        result = self._solver.solve(
            self._parameters,
            _begin_at(basis),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
        columns, rows, _ = self._size
        return _read(result, columns, rows, "glop", time.perf_counter() - began)


def _first_that_answers(engines: Sequence[str], solve: Callable[[str], Answer]) -> Answer:
    """Try one engine after another; one that fails says so only if all do."""
    said: list[Problem] = []
    for name in engines:
        try:
            return solve(name)
        except SolverError as error:
            said += error.problems
    raise SolverError(said)


def _read(
    result: result_pb2.SolveResultProto, columns: int, rows: int, engine: str, seconds: float
) -> Answer:
    """Read values in the one guarded place: only from a feasible primal solution."""
    reason = result.termination.reason
    good = (result_pb2.TERMINATION_REASON_OPTIMAL, result_pb2.TERMINATION_REASON_FEASIBLE)
    feasible = solution_pb2.SOLUTION_STATUS_FEASIBLE
    if (
        reason not in good
        or not result.solutions
        or not result.solutions[0].HasField("primal_solution")
        or result.solutions[0].primal_solution.feasibility_status != feasible
    ):
        raise SolverError(
            [
                Problem(
                    "The solver {engine} stopped without a plan: {reason}.",
                    values={
                        "engine": engine,
                        "reason": result_pb2.TerminationReasonProto.Name(reason),
                    },
                )
            ]
        )
    solution = result.solutions[0]
    primal = solution.primal_solution
    x = _dense(primal.variable_values.ids, primal.variable_values.values, columns)
    duals, reduced, proved = np.zeros(0), np.zeros(0), reason == good[0]
    if solution.HasField("dual_solution"):
        dual = solution.dual_solution
        duals, reduced = np.zeros(rows), np.zeros(columns)
        proved = proved and dual.feasibility_status == feasible
        if proved:
            duals = _dense(dual.dual_values.ids, dual.dual_values.values, rows)
            reduced = _dense(dual.reduced_costs.ids, dual.reduced_costs.values, columns)
    basis = None
    if solution.HasField("basis"):
        basis = Basis(
            tuple(solution.basis.variable_status.values),
            tuple(solution.basis.constraint_status.values),
        )
    return Answer(
        x=x,
        objective=primal.objective_value,
        bound=result.termination.objective_bounds.dual_bound,
        row_duals=duals,
        reduced_costs=reduced,
        optimal=proved,
        seconds=seconds,
        engine=engine,
        basis=basis,
    )
