"""The first solve: independent parts apart, the same optimum."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.crosscheck.random_instances import random_instance
from optimizer.planning.first import least_harm
from optimizer.planning.model import build_model
from optimizer.planning.parts import part_of_columns, solve_parts
from optimizer.solving.engine import solve_arrays
from optimizer.solving.matrix import Compiled


@pytest.mark.parametrize("seed", range(20))
def test_least_harm_equals_one_solve_of_the_whole_model(seed: int) -> None:
    model = build_model(random_instance(seed))
    plain = solve_arrays(model.compiled, model.harm)
    assert least_harm(model).objective == pytest.approx(plain.objective, rel=1e-8, abs=1e-7)


def _three_parts() -> tuple[Compiled, np.ndarray]:
    """x0 + x1 >= 3 and x1 <= 1; x2 >= 2; x3 free of rows: costs 2, 1, 5, 7 -> 2*2 + 1 + 10 = 15."""
    model = Compiled(
        rows=np.array([0, 0, 1, 2]),
        columns=np.array([0, 1, 1, 2]),
        values=np.array([1.0, 1.0, 1.0, 1.0]),
        column_lower=np.zeros(4),
        column_upper=np.full(4, np.inf),
        whole=np.zeros(4, dtype=bool),
        row_lower=np.array([3.0, -np.inf, 2.0]),
        row_upper=np.array([np.inf, 1.0, np.inf]),
    )
    return model, np.array([2.0, 1.0, 5.0, 7.0])


def test_parts_are_found_when_nothing_is_shared() -> None:
    model, _ = _three_parts()
    assert part_of_columns(model).tolist() == [0, 0, 1, 2]


def test_parts_give_the_whole_answer_when_put_together() -> None:
    model, cost = _three_parts()
    sizes: list[int] = []

    def solve(part: Compiled, its: np.ndarray):  # type: ignore[no-untyped-def]
        sizes.append(part.size[0])
        return solve_arrays(part, its)

    answer = solve_parts(model, cost, solve)
    assert len(sizes) > 1
    assert answer.x == pytest.approx([2.0, 1.0, 2.0, 0.0])
    assert answer.objective == pytest.approx(15.0)
    assert answer.row_duals == pytest.approx([2.0, -1.0, 5.0])
    assert answer.reduced_costs == pytest.approx([0.0, 0.0, 0.0, 7.0])
    warm = solve_arrays(model, cost, engine="glop", basis=answer.basis)
    assert warm.objective == pytest.approx(15.0)


@pytest.mark.parametrize("seed", range(10))
def test_parts_answer_like_one_model_when_two_provinces_share_nothing(seed: int) -> None:
    one, two = (build_model(random_instance(seed + 100 * n)) for n in (1, 2))
    a, b = one.compiled, two.compiled
    both = Compiled(
        np.concatenate([a.rows, b.rows + a.size[1]]),
        np.concatenate([a.columns, b.columns + a.size[0]]),
        np.concatenate([a.values, b.values]),
        *(
            np.concatenate([getattr(a, name), getattr(b, name)])
            for name in ("column_lower", "column_upper", "whole", "row_lower", "row_upper")
        ),
    )
    cost = np.concatenate([one.harm, two.harm])
    answer = solve_parts(both, cost, solve_arrays)
    alone = sum(solve_arrays(m.compiled, m.harm).objective for m in (one, two))
    assert answer.objective == pytest.approx(alone, rel=1e-8, abs=1e-7)
    dual = both.row_lower.copy()
    dual = np.where(answer.row_duals > 0, both.row_lower, both.row_upper)
    bound = float(answer.row_duals[answer.row_duals != 0] @ dual[answer.row_duals != 0])
    at = np.where(answer.reduced_costs > 0, both.column_lower, both.column_upper)
    priced = np.abs(answer.reduced_costs) > 1e-9
    bound += float(answer.reduced_costs[priced] @ at[priced])
    assert bound == pytest.approx(alone, rel=1e-6, abs=1e-6)
