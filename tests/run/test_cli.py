"""The command line: what it prints, what it exits with, in both languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.command_line import run

from .province import ROOT, table, template, wave, worked

# plan


def test_plan_prints_a_summary_and_exits_0(home: Path) -> None:
    province = worked(home / "province")
    done = run("plan", province / "scenario.yaml", "--data", province, "--lang", "en")
    assert done.exit_code == 0
    assert (home / "plans" / "scenario" / "plan.json").exists()
    assert "153" in done.stdout
    assert "no transfers" in done.stdout
    assert "harm" in done.stdout


@pytest.mark.parametrize(("lang", "word"), [("en", "no transfers"), ("vi", "không chuyển")])
def test_plan_speaks_the_language_asked(home: Path, lang: str, word: str) -> None:
    province = worked(home / "province")
    done = run(
        "plan", province / "scenario.yaml", "--data", province, "--lang", lang, "--progress", "none"
    )
    assert done.exit_code == 0
    assert word in done.stdout


def test_plan_json_is_one_object(home: Path) -> None:
    province = worked(home / "province")
    done = run("plan", province / "scenario.yaml", "--data", province, "--json", "-q")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["objective"]["harm"]["value"] == pytest.approx(153.125)
    assert told["checked"] is True


def test_plan_tells_its_progress_as_json_lines(home: Path) -> None:
    province = template(home / "province")  # nothing to warn of
    done = run("plan", wave(province), "--data", province, "--progress", "json", "--json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"read", "assemble", "harm", "burden"} <= {line["stage"] for line in lines}
    assert all(set(line) == {"stage", "seconds", "done"} for line in lines)


def test_plan_keeps_quiet_when_asked(home: Path) -> None:
    province = worked(home / "province")
    done = run("plan", province / "scenario.yaml", "--data", province, "-q")
    assert done.stderr == ""


def test_plan_by_communes_and_with_all_ways_gives_the_same(home: Path) -> None:
    province = worked(home / "province")
    words = ("plan", province / "scenario.yaml", "--data", province, "--json", "-q")
    for more in (("--areas", "clusters"), ("--areas", "communes", "--all-ways")):
        told = json.loads(run(*words, *more).stdout)
        assert told["areas"] == more[1]
        assert told["objective"]["harm"]["value"] == pytest.approx(153.125)


def test_plan_requiring_the_optimum_exits_0_when_it_has_it_and_1_when_not(home: Path) -> None:
    province = worked(home / "province")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--require-optimal")
    assert run(*words).exit_code == 0
    # room for two and a half patients, two are there: half a place for a whole person who asks
    text = (province / "staff.csv").read_text(encoding="utf-8")
    (province / "staff.csv").write_text(text.replace("A,NUR,100,50", "A,NUR,1,1"), encoding="utf-8")
    lines = (province / "scenario.yaml").read_text(encoding="utf-8")
    short = "staff: {surge_absence: 0.375}\n"  # 5/8 of a nurse on duty at 4 patients a nurse
    (province / "scenario.yaml").write_text(lines + short, encoding="utf-8")
    (province / "census.csv").write_text(
        "unit,severity,phase,state,count\nA,severe,acute,treated,2\n", encoding="utf-8"
    )
    beds = (province / "beds.csv").read_text(encoding="utf-8")
    beds = beds.replace("A,OXY,2,2,2", "A,OXY,9,9,9").replace("B,OXY,1,1,1", "B,OXY,0,0,0")
    (province / "beds.csv").write_text(beds.replace("B,ICU,1,1,1", "B,ICU,0,0,0"), encoding="utf-8")
    (province / "arrivals.csv").write_text(
        "area,day,severity,count\nc,3,severe,0.5\n", encoding="utf-8"
    )
    done = run(*words)
    told = json.loads((home / "plans" / "scenario" / "plan.json").read_text(encoding="utf-8"))
    assert told["objective"]["harm"]["gap"] > 0.005
    assert told["status"] == "feasible"
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("lang", "name"), [("en", "1 × Severe, acute phase"), ("vi", "1 × Nặng, giai đoạn cấp")]
)
def test_moves_of_today_name_severity_and_phase_in_the_readers_language(
    home: Path, lang: str, name: str
) -> None:
    province = template(home / "province")
    asked = {"area": "X2", "severity": "severe", "count": 1}
    boards = {"unit": "U2", "severity": "critical", "phase": "acute", "state": "boarding"}
    scenario = wave(
        province, explicit={"open_requests": [asked], "census": [{**boards, "count": 1}]}
    )
    done = run("plan", scenario, "--data", province, "--out", home / "plan", "-q", "--lang", lang)
    assert done.exit_code == 0
    moves = [line for line in done.stdout.splitlines() if " × " in line]
    assert len(moves) == 2
    assert any(name in line for line in moves)
    ids = {row["class_id"] for row in table(home / "plan" / "inputs", "classes")}
    assert not any(class_id in done.stdout for class_id in ids)


# check


def test_check_exits_0_for_a_lawful_plan(plan: Path) -> None:
    done = run("check", plan / "plan", "--lang", "en")
    assert done.exit_code == 0
    assert "lawful" in done.stdout
    told = json.loads(run("check", plan / "plan" / "plan.json", "--json").stdout)
    assert told["status"] == "lawful"
    assert told["violations"] == []
    assert sum(told["counts"].values()) > 100


def test_check_writes_seconds_with_a_comma_in_vietnamese(plan: Path) -> None:
    done = run("check", plan / "plan", "--lang", "vi")
    assert re.search(r"^Kế hoạch hợp lệ: .* trong \d+,\d giây\.$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_check_exits_1_and_names_the_rule_of_a_spoilt_plan(
    plan: Path, home: Path, lang: str
) -> None:
    spoilt = home / "plan"
    shutil.copytree(plan / "plan", spoilt)
    rows = table(spoilt, "patients")
    text = (spoilt / "patients.csv").read_text(encoding="utf-8")
    victim = next(r for r in rows if r["state"] == "boarding")
    line = ",".join(victim.values())
    assert line in text
    (spoilt / "patients.csv").write_text(text.replace(line + "\n", ""), encoding="utf-8")
    done = run("check", spoilt, "--data", plan / "province", "--lang", lang)
    assert done.exit_code == 1
    assert "boarding_balance" in done.stdout
    told = json.loads(run("check", spoilt, "--data", plan / "province", "--json").stdout)
    assert "boarding_balance" in {v["rule"] for v in told["violations"]}


def test_check_exits_1_where_there_is_no_plan(home: Path) -> None:
    done = run("check", home / "nothing")
    assert done.exit_code == 1
    assert "plan.json" in done.stdout


# validate, init, schema, version


def test_validate_exits_0_for_a_sound_folder_and_1_with_every_fault(home: Path) -> None:
    province = worked(home / "province")
    assert run("validate", province).exit_code == 0
    beds = (province / "beds.csv").read_text(encoding="utf-8")
    beds = beds.replace("A,OXY,2", "A,OXY,-2").replace("B,ICU", "B,ICUU")
    (province / "beds.csv").write_text(beds, encoding="utf-8")
    done = run("validate", province, "--lang", "en")
    assert done.exit_code == 1
    assert "beds.csv:2" in done.stdout
    assert "beds.csv:4" in done.stdout
    told = json.loads(run("validate", province, "--json").stdout)
    assert {p["row"] for p in told["problems"] if p["severity"] == "error"} >= {2, 4}


def test_validate_reads_a_scenario_file_alone(home: Path) -> None:
    province = worked(home / "province")
    assert run("validate", province / "scenario.yaml").exit_code == 0
    bad = wave(province, horizon_days=0)
    assert run("validate", bad).exit_code == 1


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_init_then_plan_gives_a_plan(home: Path, lang: str) -> None:
    assert run("init", home / "mine", "--lang", lang).exit_code == 0
    assert run("validate", home / "mine").exit_code == 0
    short = wave(home / "mine")
    done = run("plan", short, "--data", home / "mine", "--out", home / "out", "-q", "--lang", lang)
    assert done.exit_code == 0
    assert run("check", home / "out").exit_code == 0


def test_init_overwrites_nothing(home: Path) -> None:
    template(home / "mine")
    (home / "mine" / "beds.csv").write_text("mine\n", encoding="utf-8")
    done = run("init", home / "mine")
    assert done.exit_code == 2
    assert "beds.csv" in done.stderr
    assert (home / "mine" / "beds.csv").read_text(encoding="utf-8") == "mine\n"


def test_schema_is_json_and_names_every_key_of_a_scenario() -> None:
    done = run("schema")
    assert done.exit_code == 0
    assert {"title", "horizon_days", "stays", "shocks"} <= set(
        json.loads(done.stdout)["properties"]
    )


def test_version_and_no_words_at_all() -> None:
    from optimizer import __version__

    assert run("--version").stdout.strip() == __version__
    assert "plan" in run().output


def test_command_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "optimizer.cli", "validate", str(tmp_path / "none")],
        cwd=ROOT,
        env={**os.environ, "REFERRAL_LANG": "vi"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "none" in done.stdout
    assert done.stderr == ""


def test_progress_json_stays_json_when_there_are_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    province = worked(tmp_path / "province")
    done = run(
        "plan", province / "scenario.yaml", "--data", province, "--progress", "json", "--json"
    )
    assert [json.loads(line) for line in done.stderr.splitlines()]
