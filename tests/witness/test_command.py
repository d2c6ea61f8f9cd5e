"""`referral crosscheck`: scenarios whole and in samples, random instances, exports, languages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ortools.linear_solver.python import model_builder
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.crosscheck import crosscheck
from optimizer.crosscheck.edges import any_instance
from optimizer.crosscheck.sample import AXES, TERM_AXES, burdensome, part_of
from optimizer.domain.instance import Instance
from optimizer.domain.terms import Terms
from optimizer.planning.constraints import CONSTRAINTS
from optimizer.planning.export import COLUMN_AXES, ROW_AXES, write_model
from optimizer.planning.model import build_model
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.witness.compare import compare
from optimizer.witness.journey import read_target, samples
from tests.planning.instances import worked_example
from tests.run.province import ROOT, template, wave, worked

LP_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_(),.]*")


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def told(*words: object) -> dict[str, Any]:
    done = run("crosscheck", *words, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_worked_example_agrees_whole(tmp_path: Path) -> None:
    said = told(worked(tmp_path / "province") / "scenario.yaml")
    assert said["scope"] == "whole"
    [case] = said["cases"]
    harm, fairness, burden = case["groups"]
    assert harm["planner"] == pytest.approx(153.125)
    assert harm["second"] == pytest.approx(153.125)
    assert [fairness["name"], burden["name"], case["status"]] == ["fairness", "burden", "agree"]
    assert all(min(size) > 0 for size in case["sizes"].values())


@pytest.mark.parametrize("demand", [0, 1, 20])
def test_starter_province_agrees_whole(tmp_path: Path, demand: int) -> None:
    province = template(tmp_path / "province")
    said = told(wave(province, shocks={"demand_factor": demand}), "--data", province)
    assert (said["scope"], said["agree"]) == ("whole", 1)


def test_province_too_large_for_the_second_hand_is_sampled_and_that_is_said() -> None:
    scenario = ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml"
    done = run("crosscheck", scenario, "--instances", 2, "--seed", 5, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "The scenario as a whole was not compared." in done.stdout
    assert "2 of 2 agree" in done.stdout
    assert "Seed 5." in done.stdout


def test_row_too_steep_to_hold_harm_is_not_believed() -> None:
    """1e-12 of the harm would buy 16 of the burden; on the face both hands find 7.17."""
    target = read_target(ROOT / "scenarios" / "can_tho_delta_unvaccinated.yaml")
    [case] = [one for one in samples(target.instance, 30, 11) if one[0] == "7-11 916"]
    [verdict] = compare([case])
    assert verdict.status == "agree"
    assert verdict.groups[2].second == pytest.approx(7.17468268)


def test_random_instances_are_counted_and_their_seed_is_said() -> None:
    done = run("crosscheck", "--instances", 6, "--seed", 77, "--lang", "vi")
    assert done.exit_code == 0, done.output
    assert "Số gieo ngẫu nhiên: 77." in done.stdout
    assert "6 trên 6 khớp" in done.stdout
    cases = told("--instances", 3, "--seed", 5)["cases"]
    assert [case["name"] for case in cases] == ["seed 5", "seed 6", "seed 7"]


def test_second_hand_that_finds_no_end_is_not_called_agreement(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    done = run(
        "crosscheck", province / "scenario.yaml", "--data", province, "--time-limit", 1, "--json"
    )
    assert done.exit_code == 1
    [case] = json.loads(done.stdout)["cases"]
    assert case["status"] == "not compared"


@pytest.mark.parametrize("word", ["nowhere.yaml", "."])
def test_faulty_target_is_refused_with_its_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("crosscheck", word, "--lang", "en")
    assert done.exit_code == 2
    assert "Traceback" not in done.output


# exports


def optimum(path: Path) -> float:
    """Solve a file elsewhere: MPS with OR-Tools, LP with CBC."""
    if path.suffix == ".mps":
        model, solver = model_builder.Model(), model_builder.Solver("glop")
        assert model.import_from_mps_file(str(path))
        assert solver.solve(model) == model_builder.SolveStatus.OPTIMAL
        return float(solver.objective_value)
    where = "import pulp; print(pulp.PULP_CBC_CMD.pulp_cbc_path)"
    cbc = subprocess.run(
        [sys.executable, "-c", where], check=True, capture_output=True, text=True
    ).stdout.strip()
    said = subprocess.run([cbc, str(path), "-solve"], check=True, capture_output=True, text=True)
    return float(re.findall(r"(?:Optimal objective|Objective value:)\s+(\S+)", said.stdout)[0])


@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_both_formulations_are_exported_and_solve_to_one_harm(kind: str, tmp_path: Path) -> None:
    scenario = worked(tmp_path / "province") / "scenario.yaml"
    path = tmp_path / f"model.{kind}"
    said = told(scenario, f"--{kind}", path)
    assert said["exported"] == [str(path), str(tmp_path / f"model.second.{kind}")]
    for file in said["exported"]:
        assert optimum(Path(file)) == pytest.approx(153.125), file
    text = path.read_text(encoding="ascii")
    for row in ("staffed_bed_capacity(B,ICU,3)", "treated_balance(A,SA,1)", "waiting(c,SA,2)"):
        assert row in text
        assert row in Path(said["exported"][1]).read_text(encoding="ascii")


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_exported_planner_model_has_the_planners_harm(
    kind: Any, whole: bool, tmp_path: Path
) -> None:
    inst = any_instance(5)
    path = tmp_path / f"m.{kind}"
    write_model(inst, path, kind=kind, whole=whole)
    expected = crosscheck(inst, whole="today" if whole else "").harm
    if whole and kind == "mps":
        assert path.read_text(encoding="ascii").count("'INTORG'") > 0
        return  # GLOP takes whole numbers for parts
    assert optimum(path) == pytest.approx(expected, rel=1e-6)


def test_exported_burden_is_the_other_objective(tmp_path: Path) -> None:
    write_model(worked_example(), tmp_path / "m.mps", kind="mps", group="burden")
    assert optimum(tmp_path / "m.mps") == pytest.approx(0.0)


def test_names_are_safe_for_lp_files_and_unlike_each_other(tmp_path: Path) -> None:
    inst = any_instance(4)
    ids = ("bệnh viện-A", "bệnh viện A", "3e5", "a" * 90, "a" * 91, "x;y")[: len(inst.units)]
    path = tmp_path / "m.lp"
    write_model(inst.changed(units=ids), path)
    text = path.read_text(encoding="ascii")
    rows = re.findall(r"^(\S+):$", text, flags=re.MULTILINE)[1:]
    assert len(rows) == len(set(rows)) > 0
    assert all(LP_NAME.fullmatch(row) and len(row) <= 255 for row in rows)
    assert optimum(path) == pytest.approx(
        solve_plan(inst, SolveOptions(burden=False, whole=False)).harm.value
    )


def test_every_block_of_the_planner_has_readable_axes() -> None:
    model = build_model(worked_example())
    assert set(model.column_blocks) == set(COLUMN_AXES)
    assert {constraint.__name__ for constraint in CONSTRAINTS} == set(ROW_AXES)
    for blocks, axes in ((model.column_blocks, COLUMN_AXES), (model.row_blocks, ROW_AXES)):
        for name in axes:
            if name in blocks:
                assert len(axes[name]) == blocks[name].ndim, name


# samples


def test_every_array_of_an_instance_has_axes_known_to_the_sampling() -> None:
    inst = worked_example().changed(
        fallen=np.zeros((2, 3), dtype=bool),
        fell=np.zeros((2, 3), dtype=bool),
        own_unit=np.zeros(1, dtype=np.int64),
        may_leave=np.ones((2, 4), dtype=bool),
        no_intake=np.zeros((2, 3), dtype=bool),
    )
    arrays = {f.name for f in fields(Instance) if isinstance(getattr(inst, f.name), np.ndarray)}
    assert arrays == set(AXES)
    assert {f.name for f in fields(Terms)} == set(TERM_AXES)
    part = part_of(inst, np.ones(1, bool), np.array([False, True]))
    assert part.terms.devices.shape == (1, 2, 3)
    assert part.own_unit is not None
    assert part.own_unit.tolist() == [-1]  # the area's own unit is not in the sample


def test_part_of_an_instance_is_the_instance_when_everything_is_kept() -> None:
    inst = any_instance(8)
    same = part_of(inst, np.ones(len(inst.areas), bool), np.ones(len(inst.units), bool))
    means = SolveOptions(whole=False)
    assert solve_plan(same, means).harm.value == solve_plan(inst, means).harm.value
    assert burdensome(same) == burdensome(inst)


def test_part_of_an_instance_is_never_less_harm_an_area_than_with_its_neighbours() -> None:
    """Dropping a unit takes a way to be treated away; its own patients go with it."""
    inst = worked_example()
    alone = part_of(inst, np.ones(1, bool), np.array([True, False]))
    assert alone.units == ("A",)
    assert len(alone.transfers.origin) == 0
    assert set(alone.admissions.to.tolist()) == {0}
    assert crosscheck(alone).harm > 153.125
