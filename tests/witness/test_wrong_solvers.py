"""A solver that is wrong is caught, and what is wrong with it is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from optimizer.checking.judge import check_plan
from optimizer.cli import app
from optimizer.domain.instance import Instance
from optimizer.domain.plan import GroupResult, Plan
from optimizer.domain.simulate import simulate
from optimizer.errors import SolverError
from optimizer.planning import solve
from optimizer.solving import engine
from optimizer.solving.engine import Answer
from optimizer.witness.compare import compare, least_plan
from tests.battery.broken import who_solve
from tests.planning.instances import worked_example
from tests.planning.test_fairness import two_areas
from tests.run.province import worked


def faults(fake: Callable[[Instance], Plan], inst: Instance | None = None) -> str:
    """Return what is said of a fake solver on the worked example (harm 153.125)."""
    [verdict] = compare([("worked", inst or worked_example())], solve=fake)
    assert verdict.status == ("disagree" if verdict.faults else "agree")
    return "\n".join(fault.render("en") for fault in verdict.faults)


def changed(plan: Plan, name: str, at: tuple[int, ...], by: float) -> Plan:
    part = getattr(plan, name).copy()
    part[at] += by
    return replace(plan, **{name: part})


def test_sound_solver_is_not_blamed() -> None:
    assert faults(least_plan) == ""


def test_feasible_plan_that_is_not_the_best_is_named() -> None:
    """Nobody moves: 249.5, lawful, stated as optimal with a bound of its own."""

    def fake(inst: Instance) -> Plan:
        plan = solve.solve_plan(inst, solve.SolveOptions(transfers=False, whole=False))
        assert plan.status == "optimal"
        return plan

    said = faults(fake)
    assert "harm is 249.5; 153.125 can be reached: not the best plan" in said
    assert "bound 249.5 is above 153.125, which can be reached" in said
    assert "breaks" not in said


def test_rule_that_states_no_bound_is_only_called_not_best() -> None:
    inst = worked_example({"OXY": 3}, {"OXY": 1, "ICU": 2})
    said = faults(simulate, inst)
    assert said == "" or "not the best plan" in said
    assert "bound" not in said


def test_more_burden_than_need_be_is_named() -> None:
    """Harm alone is solved: any of its best points, here one with a useless trip more."""

    def fake(inst: Instance) -> Plan:
        plan = least_plan(inst)
        return replace(plan, burden=GroupResult(plan.burden.value + 1.0, plan.burden.bound))

    said = faults(fake)
    assert "burden" in said
    assert "its own decisions add up to" in said
    assert "not the best plan" in said


def test_unfair_plan_of_the_same_harm_is_named() -> None:
    """Two areas, one house with 2 beds for 6: burden alone would leave the far area waiting."""

    def fake(inst: Instance) -> Plan:
        plan = least_plan(inst)
        waits = plan.waiting.copy()
        waits[0, 0, 0], waits[1, 0, 0] = 2.0, 2.0
        came = plan.admitted.copy()
        came[:, 0] = 2.0, 0.0
        unfair = GroupResult(1.0, 1.0)
        return replace(plan, waiting=waits, admitted=came, fairness=unfair)

    said = faults(fake, two_areas())
    assert "fairness is 1; 0.66666" in said
    assert "breaks" not in said


def test_wrong_objective_is_named() -> None:
    def fake(inst: Instance) -> Plan:
        return replace(least_plan(inst), harm=GroupResult(100.0, 100.0))

    said = faults(fake)
    assert "states harm 100; its own decisions add up to 153.125" in said
    assert "harm is 100, below 153.125" in said


@pytest.mark.parametrize(
    ("name", "at", "by", "row"),
    [
        ("treated", (1, 2, 0), 1.0, "treated_balance(B,CA,1)"),
        ("boarding", (0, 2, 0), -0.5, "boarding_balance(A,CA,1)"),
        ("waiting", (0, 0, 1), -0.25, "waiting_balance(c,SA,2)"),
        ("corridor", (0, 2), 1.0, "corridor_boarders_only(A,3)"),
        ("surge_beds", (1, 1, 0), 1.0, "surge_limit(B,ICU,1)"),
        ("excess", (1, 1, 1), 1.0, "no such excess"),
        ("moved", (0, 1), -0.5, "moved_up(A,B,SA,2)"),
    ],
)
def test_point_that_breaks_a_row_is_named(
    name: str, at: tuple[int, ...], by: float, row: str
) -> None:
    said = faults(lambda inst: changed(least_plan(inst), name, at, by))
    assert f"breaks {row}" in said


def test_patient_sent_home_by_the_solver_is_named() -> None:
    """Capacity row broken though every balance holds: an ICU bed holds two."""

    def fake(inst: Instance) -> Plan:
        roomy = inst.beds.copy()
        roomy[1, 1] += 1
        return least_plan(inst.changed(beds=roomy))

    said = faults(fake)
    assert "breaks staffed_bed_capacity(B,ICU,1)" in said
    assert "harm is 3.125, below 153.125" in said


def test_bound_that_promises_too_much_is_named() -> None:
    def fake(inst: Instance) -> Plan:
        plan = least_plan(inst)
        return replace(plan, harm=GroupResult(plan.harm.value, 160.0))

    assert "bound 160 is above 153.125" in faults(fake)


def test_bound_that_is_too_low_is_named() -> None:
    def fake(inst: Instance) -> Plan:
        plan = least_plan(inst)
        return replace(plan, harm=GroupResult(plan.harm.value, 150.0))

    assert "bound 150 is below 153.125" in faults(fake)


def test_solver_that_gives_up_is_named() -> None:
    def fake(inst: Instance) -> Plan:
        raise SolverError("The solver glop stopped without a plan: x.")

    assert "stopped without a plan" in faults(fake)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_values_that_are_no_patients_are_named(value: float) -> None:
    def fake(inst: Instance) -> Plan:
        plan = least_plan(inst)
        part = plan.treated.copy()
        part[0, 0, 1] = value
        return replace(plan, treated=part)

    assert "breaks treated(A,SA,2)" in faults(fake)


def test_instance_the_second_hand_calls_infeasible_is_named() -> None:
    inst = worked_example()
    crowded = inst.changed(census_treated=np.full_like(inst.census_treated, 3.0))
    said = faults(lambda _: least_plan(inst), crowded)
    assert "ends without an optimum (infeasible)" in said


# through the whole product: a solver inside OR-Tools that is wrong


def lazy(real: Callable[..., Answer]) -> Callable[..., Answer]:
    """An engine that minimises nothing and calls what it finds the optimum."""

    def wrong(model: Any, cost: Any, **more: Any) -> Answer:
        found = real(model, np.zeros_like(cost), **(more | {"basis": None}))
        value = float(np.asarray(cost) @ found.x)
        return replace(found, objective=value, bound=value, basis=None)

    return wrong


@pytest.fixture
def wrong_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in who_solve():
        monkeypatch.setattr(module, "solve_arrays", lazy(engine.solve_arrays))


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.usefixtures("wrong_engine")
def test_command_keeps_the_better_checked_plan_and_a_reproducer_when_the_solver_is_wrong(
    tmp_path: Path,
) -> None:
    province = worked(tmp_path / "province")
    out = tmp_path / "kept"
    done = run("crosscheck", province / "scenario.yaml", "--out", out, "--json", "--lang", "en")
    assert done.exit_code == 1, done.output
    told = json.loads(done.stdout)
    [case] = told["cases"]
    assert case["status"] == "disagree"
    assert any("not the best plan" in fault for fault in case["faults"])
    folder = Path(case["kept"])
    assert {"planner.lp", "second.lp", "faults.txt"} <= {p.name for p in folder.iterdir()}
    assert told["kept_plan"]["hand"] == "second"
    assert told["kept_plan"]["harm"] == pytest.approx(153.125)
    assert check_plan(folder / "plan").violations == ()


def test_command_blames_a_plan_folder_whose_bound_promises_too_much(tmp_path: Path) -> None:
    province = worked(tmp_path / "province")
    plan = tmp_path / "plan"
    assert run("plan", province / "scenario.yaml", "--out", plan, "-q").exit_code == 0
    good = run("crosscheck", plan, "--data", province, "--lang", "en")
    assert good.exit_code == 0, good.output
    assert "1 of 1 agree" in good.stdout
    text = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    text["objective"]["harm"] |= {"bound": 153.5, "value": 153.5, "gap": 0.0}
    (plan / "plan.json").write_text(json.dumps(text), encoding="utf-8")
    bad = run("crosscheck", plan, "--data", province, "--out", tmp_path / "kept", "--lang", "vi")
    assert bad.exit_code == 1
    assert "Cận được nêu 153.5 cao hơn 153.125" in bad.stdout
    assert "tổn hại" in bad.stdout
    # and the checker, which solves nothing, sees that the value is not the plan's
    assert any(v.rule == "objective_harm" for v in check_plan(plan, province).violations)
