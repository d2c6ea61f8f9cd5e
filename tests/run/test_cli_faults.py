"""What the command line says of faults in scenarios and tables: exit 2, all at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run.command_line import run

from .province import wave, worked


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_bad_scenario_exits_2_with_all_its_faults(home: Path, lang: str) -> None:
    province = worked(home / "province")
    path = province / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("horizon_days: 3", "horizon_days: 99").replace("areas:", "areass:")
    path.write_text(text + "surge: {delay_days: -1}\n", encoding="utf-8")
    done = run("plan", path, "--data", province, "--lang", lang)
    assert done.exit_code == 2
    assert done.stdout == ""
    for word in ("scenario.yaml:4", "horizon_days", "areass", "surge.delay_days"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if "scenario.yaml" in line]) == 3


def test_refusals_differ_by_language(home: Path) -> None:
    province = worked(home / "province")
    path = wave(province, surge={"delay_days": -1})
    said = {
        lang: run("plan", path, "--data", province, "-q", "--lang", lang) for lang in ("vi", "en")
    }
    assert said["vi"].stderr != said["en"].stderr
    assert said["vi"].exit_code == said["en"].exit_code == 2


def test_bad_scenario_as_json_names_file_row_and_column(home: Path) -> None:
    province = worked(home / "province")
    path = province / "scenario.yaml"
    text = path.read_text(encoding="utf-8").replace("horizon_days: 3", "horizon_days: 99")
    path.write_text(text, encoding="utf-8")
    done = run("plan", path, "--data", province, "--json", "-q", "--lang", "en")
    assert done.exit_code == 2
    told = json.loads(done.stdout)
    assert told["status"] == "error"
    (problem,) = told["problems"]
    assert problem["row"] == 4
    assert problem["column"] == "horizon_days"
    assert problem["value"] == "99"


def test_bad_table_exits_2_and_leaves_no_plan(home: Path) -> None:
    province = worked(home / "province")
    beds = (province / "beds.csv").read_text(encoding="utf-8")
    (province / "beds.csv").write_text(beds.replace("A,OXY,2", "A,OXY,two"), encoding="utf-8")
    done = run("plan", province / "scenario.yaml", "--data", province, "-q")
    assert done.exit_code == 2
    assert "beds.csv:2" in done.stderr
    assert "two" in done.stderr
    assert not (home / "plans").exists()


@pytest.mark.parametrize("missing", ["scenario", "data"])
def test_missing_file_or_folder_exits_2(home: Path, missing: str) -> None:
    province = worked(home / "province")
    scenario = home / "none.yaml" if missing == "scenario" else province / "scenario.yaml"
    data = home / "none" if missing == "data" else province
    done = run("plan", scenario, "--data", data, "-q")
    assert done.exit_code == 2
    assert "none" in done.stderr


def test_unknown_language_is_refused(home: Path) -> None:
    for words in (("plan", "x.yaml"), ("check", "x"), ("validate", "x"), ("init", "x")):
        done = run(*words, "--lang", "fr")
        assert done.exit_code == 2
        assert "fr" in done.stderr


def _census(province: Path) -> None:
    """Write explicit rows with a fault of each kind, all in CSV files beside the scenario."""
    rows = {
        "arrivals": "area,day,severity,count\nc,2,severe,0.5\ncc,2,severe,1\nc,2,sever,1\n",
        "open": "area,severity,count\nc,severe,1\nc,seevere,1\n",
        "census": "unit,severity,phase,state,count\nA,severe,acute,treated,1\n"
        "AA,severe,acute,treated,1\nA,kritical,recovering,treated,1\n",
    }
    for name, text in rows.items():
        (province / f"{name}.csv").write_text(text, encoding="utf-8")


FOUND = {
    ("arrivals.csv", 3, "area", "cc"),
    ("arrivals.csv", 4, "severity", "sever"),
    ("open.csv", 3, "severity", "seevere"),
    ("census.csv", 3, "unit", "AA"),
    ("census.csv", 4, "severity", "kritical"),
}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", ["plan", "validate"])
def test_wrong_explicit_rows_are_named_all_at_once_with_file_and_row(
    home: Path, command: str, lang: str
) -> None:
    province = worked(home / "province")
    _census(province)
    words = (command, province / "scenario.yaml", "--data", province, "--lang", lang)
    done = run(*words, "--json")
    assert done.exit_code == {"plan": 2, "validate": 1}[command]
    problems = [p for p in json.loads(done.stdout)["problems"] if p["severity"] == "error"]
    found = {(Path(p["file"]).name, p["row"], p["column"], p["value"]) for p in problems}
    assert found == FOUND
    assert len(problems) == len(FOUND), "one line for one cause"
    remedy = {"en": "Did you mean critical?", "vi": "Có phải ý bạn là critical?"}[lang]
    assert any(remedy in p["message"] for p in problems)
    plain = run(*words)
    assert "census.csv:4 severity [kritical]" in plain.stderr + plain.stdout


def test_validate_of_a_folder_holds_its_scenarios_against_the_tables(home: Path) -> None:
    province = worked(home / "province")
    _census(province)
    told = json.loads(run("validate", province, "--json").stdout)
    found = {
        (Path(p["file"]).name, p["row"], p["column"], p["value"])
        for p in told["problems"]
        if p["severity"] == "error"
    }
    assert found == FOUND


def test_wrong_explicit_rows_within_the_scenario_are_named_with_their_line(home: Path) -> None:
    province = worked(home / "province")
    path = province / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    rows = (
        "\n    - {area: c, day: 1, severity: severe, count: 1}\n    - {area: x, day: 1, severity: "
    )
    text = text.replace(" arrivals.csv", rows + "severe, count: 1}")
    path.write_text(text, encoding="utf-8")
    (problem,) = [
        p
        for p in json.loads(run("validate", path, "--json").stdout)["problems"]
        if p["severity"] == "error"
    ]
    line = text.splitlines().index("    - {area: x, day: 1, severity: severe, count: 1}") + 1
    assert (problem["row"], problem["column"]) == (line, "explicit.arrivals[2].area")


def test_faults_of_scenario_and_tables_are_said_together(home: Path) -> None:
    province = worked(home / "province")
    path = wave(province, horizon_days=99)
    beds = (province / "beds.csv").read_text(encoding="utf-8")
    (province / "beds.csv").write_text(beds.replace("A,OXY,2", "A,OXY,two"), encoding="utf-8")
    done = run("plan", path, "--data", province, "-q", "--lang", "en")
    assert done.exit_code == 2
    assert "horizon_days" in done.stderr
    assert "beds.csv:2" in done.stderr


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "3 patients come after"), ("vi", "3 bệnh nhân đến sau")]
)
def test_arrivals_after_the_last_day_solved_are_said_wherever_the_plan_is(
    home: Path, lang: str, word: str
) -> None:
    province = worked(home / "province")
    late = "area,day,severity,count\nc,2,severe,0.5\nc,4,severe,1\nc,9,severe,2\n"
    (province / "arrivals.csv").write_text(late, encoding="utf-8")
    words = ("plan", province / "scenario.yaml", "--data", province, "--lang", lang)
    done = run(*words, "-q")
    assert done.exit_code == 0
    assert word in done.stdout, "the summary says it though warnings are silenced"
    told = json.loads(run(*words, "-q", "--json").stdout)
    assert told["not_counted"] == {"rows": 2, "patients": 3.0}
    loud = run(*words)
    assert "arrivals.csv:3 day [4]" in loud.stderr
    # a day beyond what is shown, but solved, is counted
    text = (province / "scenario.yaml").read_text(encoding="utf-8")
    text = text.replace("beyond_days: 0", "beyond_days: 6")
    (province / "scenario.yaml").write_text(text, encoding="utf-8")
    told = json.loads(run(*words, "-q", "--json").stdout)
    assert told["not_counted"] == {"rows": 0, "patients": 0.0}
