"""An engine that fails: the other one answers the same; no value is read without a solution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pytest
from ortools.math_opt import parameters_pb2, result_pb2, solution_pb2

from optimizer.errors import SolverError
from optimizer.planning.solve import solve_plan
from optimizer.solving import engine
from optimizer.solving.engine import solve_arrays

from .instances import worked_example
from .test_engine import small

GLOP, HIGHS = parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SOLVER_TYPE_HIGHS
ENGINES = {"glop": GLOP, "highs": HIGHS}
Reason = result_pb2.TerminationReasonProto
WITH_A_SOLUTION = ("TERMINATION_REASON_OPTIMAL", "TERMINATION_REASON_FEASIBLE")
WITHOUT = [name for name in Reason.keys() if name not in WITH_A_SOLUTION]  # noqa: SIM118
Result = result_pb2.SolveResultProto
Fail = Callable[[], Result]


def ended(reason: str, *, values: bool = False) -> Result:
    """Return a result that ended so, with values that no model of these tests has, or with none."""
    result = Result()
    result.termination.reason = Reason.Value(reason)
    result.termination.objective_bounds.dual_bound = -np.inf
    if values:
        solution = result.solutions.add()
        solution.primal_solution.variable_values.ids.extend([0, 1])
        solution.primal_solution.variable_values.values.extend([777.0, 777.0])
        solution.primal_solution.objective_value = -777.0
        solution.primal_solution.feasibility_status = solution_pb2.SOLUTION_STATUS_FEASIBLE
    return result


def breaks() -> NoReturn:
    raise RuntimeError("Unexpected termination reason: ABNORMAL")


FAILURES: dict[str, Fail] = {
    "raises": breaks,
    "says error": lambda: ended("TERMINATION_REASON_OTHER_ERROR"),
    "says numerical error": lambda: ended("TERMINATION_REASON_NUMERICAL_ERROR", values=True),
    "knows nothing": lambda: ended("TERMINATION_REASON_NO_SOLUTION_FOUND"),
    "is imprecise": lambda: ended("TERMINATION_REASON_IMPRECISE", values=True),
    "calls it infeasible": lambda: ended("TERMINATION_REASON_INFEASIBLE"),
}


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Return a function that makes some engines fail; it returns the engines asked, as they are."""
    real = engine.core_solver.solve

    def spoil(fail: Fail, *broken: int) -> list[int]:
        asked: list[int] = []

        def solve(model: Any, kind: int, *rest: Any) -> Result:
            asked.append(kind)
            return fail() if kind in broken else real(model, kind, *rest)

        monkeypatch.setattr(engine.core_solver, "solve", solve)
        return asked

    return spoil


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(("first", "second"), [("glop", "highs"), ("highs", "glop")])
def test_second_engine_gives_the_normal_answer_when_the_first(
    first: str,
    second: str,
    failure: str,
    breaking: Callable[..., list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if first == "highs":  # the order of large models
        monkeypatch.setattr(engine, "SMALL", 0)
    model, cost = small()
    normal = solve_arrays(model, cost)
    assert normal.engine == first
    asked = breaking(FAILURES[failure], ENGINES[first])
    answer = solve_arrays(model, cost)
    assert asked == [ENGINES[first], ENGINES[second]]
    assert answer.engine == second
    assert answer.optimal
    assert answer.x == pytest.approx(normal.x, abs=1e-7)
    assert answer.objective == pytest.approx(normal.objective)
    assert answer.bound == pytest.approx(normal.bound)
    assert answer.row_duals == pytest.approx(normal.row_duals, abs=1e-7)
    assert answer.reduced_costs == pytest.approx(normal.reduced_costs, abs=1e-7)


@pytest.mark.parametrize(("broken", "large"), [("glop", False), ("highs", True)])
def test_plan_is_as_good_as_ever_when_one_engine_raises(
    broken: str, large: bool, breaking: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(engine, "SMALL", 0)
    normal = solve_plan(worked_example())
    asked = breaking(breaks, ENGINES[broken])
    plan = solve_plan(worked_example())
    assert ENGINES[broken] in asked
    assert plan.solver not in ("", broken)
    assert plan.harm.value == pytest.approx(153.125)  # the golden value of docs/model.md
    assert plan.harm.bound == pytest.approx(153.125)
    assert plan.burden.value == pytest.approx(normal.burden.value)
    assert plan.status == normal.status == "optimal"


def test_every_engine_is_named_with_its_reason_when_all_fail(
    breaking: Callable[..., list[int]],
) -> None:
    breaking(breaks, GLOP, HIGHS)
    with pytest.raises(SolverError) as caught:
        solve_arrays(*small())
    assert [p.values["engine"] for p in caught.value.problems] == ["glop", "highs"]
    for lang in ("vi", "en"):
        assert caught.value.render(lang).count("ABNORMAL") == 2


# no value without a solution


class Untouchable:
    """A result that ended without a plan; whoever looks at its solutions fails the test."""

    def __init__(self, reason: str) -> None:
        self.termination = ended(reason).termination

    @property
    def solutions(self) -> NoReturn:
        pytest.fail("values were read from a result without a solution")


@pytest.mark.parametrize("reason", WITHOUT)
@pytest.mark.parametrize("whole", [False, True])
def test_no_value_is_read_when_the_result_is_without_a_solution(
    reason: str, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.core_solver, "solve", lambda *_: Untouchable(reason))
    with pytest.raises(SolverError, match=reason):
        solve_arrays(*small(), whole=whole)


@pytest.mark.parametrize("reason", WITH_A_SOLUTION)
@pytest.mark.parametrize(
    "status",
    [None, "SOLUTION_STATUS_UNDETERMINED", "SOLUTION_STATUS_INFEASIBLE"],
    ids=["no solution", "undetermined", "infeasible"],
)
def test_no_value_is_read_when_the_solution_is_not_known_to_be_feasible(
    reason: str, status: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = ended(reason, values=status is not None)
    if status is not None:
        primal = result.solutions[0].primal_solution
        primal.feasibility_status = solution_pb2.SolutionStatusProto.Value(status)
    monkeypatch.setattr(engine.core_solver, "solve", lambda *_: result)
    with pytest.raises(SolverError, match=reason):
        solve_arrays(*small())


# no proof without a proof


@pytest.fixture
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every engine say at its best point that the time is up and nothing is proved."""
    real = engine.core_solver.solve

    def solve(*words: Any) -> Result:
        result = real(*words)
        result.termination.reason = result_pb2.TERMINATION_REASON_FEASIBLE
        result.termination.objective_bounds.dual_bound = -np.inf
        return result

    monkeypatch.setattr(engine.core_solver, "solve", solve)


@pytest.mark.usefixtures("unproved")
def test_duals_are_not_read_when_nothing_is_proved() -> None:
    answer = solve_arrays(*small())
    assert not answer.optimal
    assert answer.objective == pytest.approx(-59 / 6)
    assert answer.bound == -np.inf
    assert answer.row_duals.tolist() == [0, 0]
    assert answer.reduced_costs.tolist() == [0, 0]


@pytest.mark.usefixtures("unproved")
def test_plan_claims_no_bound_when_nothing_is_proved() -> None:
    plan = solve_plan(worked_example())
    assert plan.harm.value == pytest.approx(153.125)
    assert plan.harm.bound is None
    assert plan.harm.gap is None
    assert plan.burden.value > 0
    assert plan.status == "feasible"
    assert all((prices == 0).all() for prices in plan.shadow_prices.values())
