"""A finished plan opened again: the same LP, a figure changed, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli import app
from optimizer.domain.change import Change
from optimizer.errors import DataError
from optimizer.whatif import WhatIf

from .province import planned, summary, template, wave, worked


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whatif")
    province = worked(root / "province")
    planned(province / "scenario.yaml", province, root / "plan")
    return root / "plan"


def test_whatif_gives_the_page_s_worth_of_one_icu_bed(plan: Path) -> None:
    done = run("whatif", plan, "--bed", "B:ICU=+1", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["before"]["harm"] == pytest.approx(153.125)
    assert told["after"]["harm"] == pytest.approx(3.125)
    assert told["harm_saved"] == pytest.approx(150)
    assert told["changes"] == ["B:ICU=+1"]


@pytest.mark.parametrize(("lang", "word"), [("en", "harm falls by"), ("vi", "tổn hại giảm")])
def test_whatif_speaks_both_languages(plan: Path, lang: str, word: str) -> None:
    done = run("whatif", plan / "plan.json", "--bed", "B:ICU=+1", "--lang", lang)
    assert done.exit_code == 0, done.output
    assert word in done.stdout
    assert "150" in done.stdout


def test_whatif_starts_warm_from_the_folder(plan: Path) -> None:
    opened = WhatIf(plan)
    assert opened.base.warm
    assert opened.base.plan.harm.value == pytest.approx(summary(plan)["objective"]["harm"]["bound"])
    several = opened.ask([Change("bed", "B", "ICU", 1), Change("bed", "B", "OXY", 1)])
    assert several.after["harm"] <= 3.125 + 1e-6


def test_whatif_answers_cold_when_the_folder_has_no_start(plan: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(plan, copy)
    (copy / "start.npz").unlink()
    opened = WhatIf(copy, plan.parent / "province")
    assert not opened.base.warm
    assert opened.ask([Change("bed", "B", "ICU", 1)]).after["harm"] == pytest.approx(3.125)


def test_whatif_finds_the_province_where_the_data_is_kept_when_the_plan_was_moved(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    moved = tmp_path / "a" / "b" / "moved"
    shutil.copytree(plan, moved)
    with pytest.raises(DataError, match="not found"):
        WhatIf(moved)
    name = json.loads((moved / "plan.json").read_text(encoding="utf-8"))["province"]
    shutil.copytree(plan.parent / "province", tmp_path / "data" / name)
    monkeypatch.setenv("REFERRAL_DATA", str(tmp_path / "data"))
    assert WhatIf(moved).ask([Change("bed", "B", "ICU", 1)]).after["harm"] == pytest.approx(3.125)


def test_whatif_names_every_unit_it_does_not_know_and_exits_2(plan: Path) -> None:
    done = run("whatif", plan, "--bed", "X:ICU=+1", "--staff", "Y:NOBODY=1", "--lang", "en")
    assert done.exit_code == 2
    assert "X" in done.output
    assert "NOBODY" in done.output
    assert run("whatif", plan, "--bed", "B:ICU").exit_code == 2
    assert run("whatif", plan / "inputs").exit_code == 2


def test_whatif_refuses_tables_that_changed_since_the_plan(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    planned(wave(province), province, tmp_path / "plan")
    beds = province / "beds.csv"
    beds.write_text(beds.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        WhatIf(tmp_path / "plan")
    assert caught.value.problems[0].file == "beds.csv"


def test_whatif_more_staff_never_harms_when_asked_one_after_another(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    planned(wave(province), province, tmp_path / "plan")
    opened = WhatIf(tmp_path / "plan")
    for unit in opened.inst.units:
        for role in opened.inst.roles:
            answer = opened.ask([Change("staff", unit, role, 1.0)])
            assert answer.after["harm"] <= answer.before["harm"] + 1e-6
