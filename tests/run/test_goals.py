"""`referral goals` and `referral plan --set` on the worked example."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.whatif import routine_price
from tests.run.province import WORKED, summary, worked

RUN = CliRunner()


def referral(*words: object) -> str:
    result = RUN.invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_set_changes_the_plan_and_goals_tell_it(tmp_path: Path) -> None:
    folder = worked(tmp_path / "data")
    out = tmp_path / "plan"
    referral("plan", folder / "scenario.yaml", "--out", out, "--set", "weights.death=0", "-q")
    # docs/model.md section 7: 1.375 boarding days of CA at 20 (1 + 0.5 x 4) instead of 110
    harm = 1.375 * 60 + 1.5 + 0.375
    assert summary(out)["objective"]["harm"]["value"] == pytest.approx(harm)
    told = json.loads(referral("goals", out, "--json"))
    by_key = {row["key"]: row for row in told["goals"]}
    assert by_key["weights.death"]["value"] == 0
    assert told["objective"]["fairness"]["value"] == 0
    assert told["fairness_cost"]["harm"] == 0
    of_file = json.loads(referral("goals", folder / "scenario.yaml", "--json"))
    assert {row["key"] for row in of_file["goals"]} == set(by_key)
    assert "objective" not in of_file


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_goals_are_told_in_both_languages(tmp_path: Path, lang: str) -> None:
    folder = worked(tmp_path / "data")
    text = referral("goals", folder / "scenario.yaml", "--lang", lang)
    assert ("1. Tổn hại" if lang == "vi" else "1. Harm") in text
    assert "weights.death" in text


def test_routine_care_has_a_price(tmp_path: Path) -> None:
    """One ICU bed of B's two is kept for routine care; with both the harm is 3.125."""
    folder = worked(tmp_path / "data")
    beds = WORKED["beds"].replace("B,ICU,1,1,1,0", "B,ICU,2,2,2,0")
    (folder / "beds.csv").write_text(beds, encoding="utf-8")
    (folder / "routine.csv").write_text(
        "unit_id,care_level,routine_patients,source,confidence\nB,ICU,1,example,assumed\n",
        encoding="utf-8",
    )
    out = tmp_path / "plan"
    referral("plan", folder / "scenario.yaml", "--out", out, "-q")
    price = routine_price(out)
    assert price["beds"] == 1
    assert price["harm"] == pytest.approx(153.125)
    assert price["without"] == pytest.approx(3.125)
    assert "3.1 instead of 153.1" in referral("goals", out, "--routine", "--lang", "en")
