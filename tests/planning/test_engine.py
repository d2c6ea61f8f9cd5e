"""The one door to the solver: nothing is read without a solution, nothing odd goes in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ortools.math_opt.python import mathopt

from optimizer.domain.instance import FloatArray
from optimizer.errors import SolverError
from optimizer.planning.model import build_model
from optimizer.solving.engine import solve_arrays
from optimizer.solving.matrix import Compiled, Matrix

from .instances import sketch, worked_example


def small() -> tuple[Compiled, FloatArray]:
    """Least -3x - 2y with x + y <= 4, x + 3y <= 6, x <= 2.5: x = 2.5, y = 7/6, -59/6."""
    model = Compiled(
        rows=np.array([0, 0, 1, 1]),
        columns=np.array([0, 1, 0, 1]),
        values=np.array([1.0, 1.0, 1.0, 3.0]),
        column_lower=np.zeros(2),
        column_upper=np.array([2.5, np.inf]),
        whole=np.array([True, False]),
        row_lower=np.full(2, -np.inf),
        row_upper=np.array([4.0, 6.0]),
    )
    return model, np.array([-3.0, -2.0])


@pytest.mark.parametrize("engine", ["", "glop", "highs"])
def test_solve_finds_the_corner_with_every_engine(engine: str) -> None:
    model, cost = small()
    answer = solve_arrays(model, cost, engine=engine)
    assert answer.optimal
    assert answer.x == pytest.approx([2.5, 7 / 6], abs=1e-7)
    assert answer.objective == pytest.approx(-7.5 - 7 / 3)
    assert answer.bound == pytest.approx(answer.objective)
    # the second row binds: a unit more of it is worth 2/3
    assert answer.row_duals == pytest.approx([0, -2 / 3], abs=1e-7)
    assert answer.reduced_costs == pytest.approx([-7 / 3, 0], abs=1e-7)


def test_solve_keeps_whole_columns_whole_when_asked() -> None:
    model, cost = small()
    answer = solve_arrays(model, cost, whole=True, gap=0.0)
    assert answer.x == pytest.approx([2, 4 / 3], abs=1e-7)
    assert answer.objective == pytest.approx(-6 - 8 / 3)


def test_solve_holds_the_bounds_given() -> None:
    model, cost = small()
    answer = solve_arrays(model, cost, lower=np.array([0.0, 1.5]), upper=np.array([2.5, 9.0]))
    assert answer.x == pytest.approx([1.5, 1.5], abs=1e-7)  # x + 3y <= 6


def test_warm_start_gives_the_same_answer() -> None:
    model, cost = small()
    first = solve_arrays(model, cost, engine="glop")
    assert first.basis is not None
    again = solve_arrays(model, cost, engine="glop", basis=first.basis)
    assert again.x == pytest.approx(first.x)


# no values without a solution


def test_nothing_is_read_when_there_is_no_solution() -> None:
    model, cost = small()
    with pytest.raises(SolverError, match="without a plan") as caught:
        solve_arrays(model, cost, lower=np.array([0.0, 3.0]))  # x + 3y <= 6 cannot hold
    assert "INFEASIBLE" in str(caught.value)
    assert caught.value.exit_code == 6


def test_nothing_is_read_when_the_objective_has_no_end() -> None:
    model, _ = small()
    model.column_upper = np.full(2, np.inf)
    model.row_upper = np.full(2, np.inf)
    with pytest.raises(SolverError, match="without a plan"):
        solve_arrays(model, np.array([-1.0, -1.0]))


@pytest.mark.parametrize("engine", ["highs", "glop"])
def test_nothing_is_read_when_time_ran_out(engine: str) -> None:
    model = build_model(worked_example())
    with pytest.raises(SolverError, match="without a plan") as caught:
        solve_arrays(model.compiled, model.harm, engine=engine, seconds=1e-9)
    assert "NO_SOLUTION_FOUND" in str(caught.value)
    assert caught.value.render("vi")


# nothing odd goes in


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_number_that_is_not_finite_is_refused(odd: float) -> None:
    model, cost = small()
    for spoilt, price in (
        (model, np.array([odd, 1.0])),
        (replace(model, values=np.array([1.0, odd, 1.0, 3.0])), cost),
        (replace(model, column_lower=np.array([0.0, odd])), cost),
    ):
        with pytest.raises(SolverError, match="not finite"):
            solve_arrays(spoilt, price)


def test_upper_bound_that_is_no_number_and_crossed_bounds_are_refused() -> None:
    model, cost = small()
    with pytest.raises(SolverError, match="not finite"):
        solve_arrays(model, cost, upper=np.array([np.nan, 1.0]))
    with pytest.raises(SolverError, match="crossed"):
        solve_arrays(model, cost, lower=np.array([3.0, 0.0]))


# the public way agrees


def public(model: Compiled, cost: FloatArray, *, whole: bool) -> float:
    """Solve with MathOpt's public API, a call for each column, row and coefficient."""
    their = mathopt.Model()
    x = [
        their.add_variable(lb=low, ub=high, is_integer=bool(whole and integer))
        for low, high, integer in zip(
            model.column_lower, model.column_upper, model.whole, strict=True
        )
    ]
    rows = [
        their.add_linear_constraint(lb=low, ub=high)
        for low, high in zip(model.row_lower, model.row_upper, strict=True)
    ]
    for row, column, value in zip(model.rows, model.columns, model.values, strict=True):
        rows[row].set_coefficient(x[column], value)
    their.minimize(sum(price * one for price, one in zip(cost, x, strict=True)))
    parameters = mathopt.SolveParameters(relative_gap_tolerance=0.0)
    solver = mathopt.SolverType.HIGHS if whole else mathopt.SolverType.GLOP
    result = mathopt.solve(their, solver, params=parameters)
    assert result.termination.reason is mathopt.TerminationReason.OPTIMAL
    return float(result.objective_value())


@pytest.mark.parametrize("whole", [False, True])
def test_public_mathopt_agrees_with_the_core_call(whole: bool) -> None:
    model = build_model(worked_example())
    ours = solve_arrays(model.compiled, model.harm, whole=whole, gap=0.0)
    assert public(model.compiled, model.harm, whole=whole) == pytest.approx(ours.objective)
    assert ours.objective == pytest.approx(153.125)
    tiny, cost = small()
    ours = solve_arrays(tiny, cost, whole=whole, gap=0.0)
    assert public(tiny, cost, whole=whole) == pytest.approx(ours.objective)


# the arrays


def test_matrix_adds_up_what_stands_in_one_place() -> None:
    matrix = Matrix()
    x = matrix.columns("x", (3,), exists=np.array([True, False, True]), upper=np.array([1.0, 9, 5]))
    rows = matrix.rows("row", (2,))
    rows.add(1.0, x, rows.index[[0, 0, 1]])
    rows.add(2.5, x[[0]], rows.index[[0]])
    rows.at_most(np.array([7.0, 8.0]))
    compiled = matrix.compiled()
    assert x.tolist() == [0, -1, 1]
    assert compiled.size == (2, 2, 2)
    assert compiled.activity(np.array([2.0, 10.0])) == pytest.approx([7.0, 10.0])
    assert compiled.column_upper.tolist() == [1.0, 5.0]
    assert compiled.row_upper.tolist() == [7.0, 8.0]


def test_model_says_which_rows_there_are() -> None:
    inst = sketch(
        beds={"A": {"OXY": 1, "ICU": 1}}, treated={("A", "SA"): 1}, surge={("A", "ICU"): 2}
    )
    blocks = build_model(inst).row_blocks
    assert set(blocks) == {
        "waiting_balance",
        "open_requests",
        "expected_arrivals",
        "treated_balance",
        "boarding_balance",
        "only_stable_move",
        "boarders_leave_once",
        "bed_lost_once",
        "staffed_bed_capacity",
        "house_capacity",
        "corridor_boarders_only",
        "staff_on_duty",
        "device_capacity",
        "supervision",
        "oxygen_flow",
        "oxygen_stock",
        "surge_limit",
        "surge_stays_open",
        "vehicle_minutes",
        "outside_places",
        "nobody_waits",
        "closed_intake",
        "corridor_people",
        "reserve_share",
        "reception_limit",
        "no_site_worse_off",
        "longest_wait",
        "pinned",
        "churn",
    }
    numbers = np.concatenate([block[block >= 0].ravel() for block in blocks.values()])
    assert sorted(numbers.tolist()) == list(range(len(numbers)))


@pytest.mark.parametrize("row", [np.nan, np.inf, 5.0])
def test_odd_row_bounds_are_refused_as_our_own_error(row: float) -> None:
    model, cost = small()
    with pytest.raises(SolverError):
        solve_arrays(replace(model, row_lower=np.array([row, -np.inf])), cost)
