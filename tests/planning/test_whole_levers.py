"""Whole units of levers near an LP point: rounded, dived, held; nobody is left standing."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.instance import ADMISSION, Instance
from optimizer.planning.first import least_harm
from optimizer.planning.lever_dive import dived
from optimizer.planning.model import build_model
from optimizer.planning.solve import solve_plan
from optimizer.planning.whole_levers import holding, nearest_whole, no_levers, whole_levers

from .instances import sketch, with_levers

EVER = 1.0 - 1e-9
BED = {("L", "bed", "A", "OXY"): 1.0}


def pool_of_one() -> Instance:
    """Three levers of a pool of one unit, half a patient each: the LP shares the unit out."""
    units = ("A", "B", "C")
    inst = sketch(
        days=3,
        beds={unit: {"OXY": 0} for unit in units},
        areas=units,
        admissions=[(unit, unit, "SA", ADMISSION, 10.0) for unit in units],
        arrivals={("A", "SA", 1): 0.5, ("B", "SA", 1): 0.5, ("C", "SA", 1): 0.5},
        keep={("SA", "SA"): EVER},
        waits={("SA", "SA"): 1.0},
    )
    names = {"X": "A", "Y": "B", "Z": "C"}
    yields = {(name, "bed", unit, "OXY"): 1.0 for name, unit in names.items()}
    return with_levers(
        inst, {"P": {}, "X": {}, "Y": {}, "Z": {}}, yields, pools=dict.fromkeys(names, "P")
    )


def test_whole_levers_take_back_what_breaks_a_row() -> None:
    """Rounded up, two of three have to go."""
    made = pool_of_one()
    assert made.levers is not None
    model = build_model(made)
    answer = least_harm(model)
    for decided in (
        whole_levers(model, made, answer.x, answer.row_duals),
        nearest_whole(model, made, answer.x, answer.row_duals, 10.0),
    ):
        assert decided is not None
        started, _, standing, _ = decided.columns(made.levers)
        assert standing[1:].sum(axis=0).max() <= standing[0].max() <= 1
        assert np.array_equal(started, np.round(started))
    assert solve_plan(made).harm.value == pytest.approx(12, abs=1e-5)


def test_units_are_not_closed_while_somebody_lies_there() -> None:
    """A fifth stays each night; a day open costs 0.5, who is left standing 1000 a day."""
    inst = sketch(
        days=5,
        beds={"A": {"OXY": 0}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 1): 1},
        keep={("SA", "SA"): 0.2},
        waits={("SA", "SA"): 1.0},
    )
    made = with_levers(inst, {"L": {"harm": 0.5, "may_close": 1}}, BED)
    model = build_model(made)
    answer = least_harm(model)
    found = nearest_whole(model, made, answer.x, answer.row_duals, 10.0)
    assert found is not None
    assert found.shut.sum() == 0
    assert found.begun[0].tolist() == [1.0] * 5
    assert solve_plan(made).harm.value == pytest.approx(2.5, abs=1e-5)


def test_dived_levers_are_whole_and_lawful() -> None:
    """One of three gets the unit; half a patient waits 3 days at two places: 2 x 0.5 x 3 x 4."""
    made = pool_of_one()
    model = build_model(made)
    answer = least_harm(model)
    found = dived(model, made, answer, answer.x, 20.0)
    assert found is not None
    assert made.levers is not None
    decided, held = found
    started, _, standing, _ = decided.columns(made.levers)
    assert standing[1:].sum(axis=0).max() <= standing[0].max() <= 1
    assert np.array_equal(started, np.round(started))
    assert held.objective == pytest.approx(12, abs=1e-5)
    assert held.objective == pytest.approx(
        least_harm(holding(model, made, decided)).objective, abs=1e-6
    )


def test_dived_says_nothing_without_time() -> None:
    made = pool_of_one()
    model = build_model(made)
    answer = least_harm(model)
    assert dived(model, made, answer, answer.x, -1.0) is None


def test_holding_some_levers_leaves_the_others_free() -> None:
    made = pool_of_one()
    model = build_model(made)
    assert made.levers is not None
    only = np.array([name == "X" for name in made.levers.ids])
    held = holding(model, made, no_levers(made), only)
    started = held.variables.levers.started
    upper = held.compiled.column_upper
    assert (upper[started[only][started[only] >= 0]] == 0).all()
    assert (upper[started[~only][started[~only] >= 0]] > 0).all()
