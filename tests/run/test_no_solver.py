"""A solver that fails: the plan is the other engine's, or the checked rule's; the reason said."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ortools.math_opt import parameters_pb2, result_pb2
from typer.testing import CliRunner, Result

from optimizer.checking.judge import check_plan
from optimizer.cli import app
from optimizer.solving import engine

from .province import summary, table, worked

RULE_SAID = {
    "en": ("Not optimised: these figures", "plan by rule, not optimised", "Intensive care"),
    "vi": ("Chưa tối ưu: các số liệu", "theo quy tắc, chưa tối ưu", "Hồi sức"),
}
GLOP, HIGHS = parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SOLVER_TYPE_HIGHS


def planned(province: Path, out: Path, *words: str) -> Result:
    place = [str(province / "scenario.yaml"), "--data", str(province), "--out", str(out)]
    return CliRunner().invoke(app, ["plan", *place, *words])


def spoil(monkeypatch: pytest.MonkeyPatch, *broken: int) -> None:
    """Make these engines stop with an error that names no plan."""
    real = engine.core_solver.solve

    def solve(model: Any, kind: int, *rest: Any) -> Any:
        if kind in broken:
            raise RuntimeError("ABNORMAL [INTERNAL]")
        return real(model, kind, *rest)

    monkeypatch.setattr(engine.core_solver, "solve", solve)


def test_plan_is_the_normal_one_when_the_first_engine_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    province = worked(tmp_path / "province")
    assert planned(province, tmp_path / "normal", "-q").exit_code == 0
    spoil(monkeypatch, GLOP)
    done = planned(province, tmp_path / "second")
    assert done.exit_code == 0
    assert "ABNORMAL" not in done.stderr, "an engine that was replaced is no news"
    normal, second = summary(tmp_path / "normal"), summary(tmp_path / "second")
    for one in ("normal", "second"):
        page = (tmp_path / one / "report.html").read_text(encoding="utf-8")
        assert not any(said in page for said, _, _ in RULE_SAID.values())
    assert normal["solver"] == "glop"
    assert second["solver"] == "highs"
    assert second["status"] == normal["status"] == "optimal"
    for group in ("harm", "burden"):
        mine, theirs = second["objective"][group], normal["objective"][group]
        assert mine["value"] == pytest.approx(theirs["value"])
        assert mine["bound"] == pytest.approx(theirs["bound"])
    assert second["objective"]["harm"]["value"] == pytest.approx(153.125)
    assert check_plan(tmp_path / "second").violations == ()


@pytest.mark.parametrize(
    ("lang", "reason", "status"),
    [
        ("en", "stopped without a plan: ABNORMAL [INTERNAL]", "Status: nearest free place, a rule"),
        ("vi", "ABNORMAL [INTERNAL]", "Trạng thái: theo quy tắc chỗ trống gần nhất"),
    ],
)
def test_plan_is_the_checked_rule_plan_when_every_engine_fails(
    lang: str, reason: str, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    province = worked(tmp_path / "province")
    spoil(monkeypatch, GLOP, HIGHS)
    done = planned(province, tmp_path / "plan", "--lang", lang)
    assert done.exit_code == 0
    warnings = [line for line in done.stderr.splitlines() if reason in line]
    assert len(warnings) == 2
    for name in ("glop", "highs"):
        assert any(name in line for line in warnings)
    assert "Traceback" not in done.stderr
    assert status in done.stdout
    note, column, level = RULE_SAID[lang]
    assert note in done.stdout
    assert column in done.stdout, "no column of the table is called the plan"
    assert f", {level} " in done.stdout, "levels by their names"
    page = (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    for said, _, _ in RULE_SAID.values():
        assert page.index(said) < page.index("<h2>", page.index(said))
    with zipfile.ZipFile(tmp_path / "plan" / "report.xlsx") as book:
        assert book.read("xl/sharedStrings.xml").decode().count(note) == 1
    told = summary(tmp_path / "plan")
    assert told["status"] == "rule"
    assert told["solver"] == "nearest free place"
    assert told["checked"] is True
    assert told["objective"]["harm"]["bound"] is None
    assert told["objective"]["harm"]["value"] == pytest.approx(told["baselines"]["greedy"]["harm"])
    rules = {"greedy", "proportional_share"}  # they need no solver
    assert set(told["baselines"]) == rules, "rivals that were not solved"
    assert told["ways"]["offered"] == told["ways"]["permitted"]
    assert table(tmp_path / "plan", "admissions")
    assert check_plan(tmp_path / "plan").violations == ()


def test_plan_is_the_rule_plan_when_every_engine_knows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unknown:
        termination = result_pb2.TerminationProto(
            reason=result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND
        )

        @property
        def solutions(self) -> NoReturn:
            raise AssertionError("values were read from a result without a solution")

    monkeypatch.setattr(engine.core_solver, "solve", lambda *_: Unknown())
    done = planned(worked(tmp_path / "province"), tmp_path / "plan", "--json", "--lang", "en")
    assert done.exit_code == 0
    assert done.stderr.count("NO_SOLUTION_FOUND") == 2
    told = json.loads(done.stdout)
    assert told["status"] == "rule"
    assert check_plan(tmp_path / "plan").violations == ()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "feasible: no bound proved in time"), ("vi", "khả thi: chưa kịp chứng minh cận")],
)
def test_plan_says_that_there_is_no_bound_when_time_was_too_short_for_a_proof(
    lang: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine.core_solver.solve

    def solve(*arguments: Any) -> Any:
        result = real(*arguments)
        result.termination.reason = result_pb2.TERMINATION_REASON_FEASIBLE
        result.termination.objective_bounds.dual_bound = float("-inf")
        return result

    monkeypatch.setattr(engine.core_solver, "solve", solve)
    out = tmp_path / "plan"
    done = planned(worked(tmp_path / "province"), out, "-q", "--lang", lang, "--require-optimal")
    assert done.exit_code == 1, "nothing is proved"
    assert words in done.stdout
    assert summary(out)["objective"]["harm"]["bound"] is None
    assert check_plan(out).violations == ()
