"""Prices a solver left wrong are made right before a bound is claimed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.planning.first import least_harm
from optimizer.planning.model import build_model
from optimizer.planning.proved import proved_bound, sharpened

from .instances import worked_example


def test_wrong_prices_are_solved_again_from_the_same_vertex() -> None:
    inst = worked_example()
    model = build_model(inst)
    answer = least_harm(model)
    wrong = replace(answer, row_duals=answer.row_duals * 0.5)
    assert proved_bound(model, inst, wrong) < answer.objective - 1
    again, bound = sharpened(model, inst, wrong, 60.0)
    assert bound == pytest.approx(answer.objective)
    assert again.engine == answer.engine
    assert again.row_duals != pytest.approx(wrong.row_duals)


def test_right_prices_are_left_alone() -> None:
    inst = worked_example()
    model = build_model(inst)
    answer = least_harm(model)
    again, bound = sharpened(model, inst, answer, 60.0)
    assert again is answer
    assert bound == pytest.approx(answer.objective)


def test_nothing_is_claimed_without_an_optimum() -> None:
    inst = worked_example()
    model = build_model(inst)
    answer = replace(least_harm(model), optimal=False)
    assert sharpened(model, inst, answer, 60.0) == (answer, -np.inf)


def test_without_a_vertex_the_bound_stays_what_the_prices_prove() -> None:
    inst = worked_example()
    model = build_model(inst)
    answer = least_harm(model)
    wrong = replace(answer, row_duals=answer.row_duals * 0.5, basis=None)
    again, bound = sharpened(model, inst, wrong, 60.0)
    assert again is wrong
    assert bound == pytest.approx(proved_bound(model, inst, wrong))
