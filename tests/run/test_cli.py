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
from typer.testing import CliRunner, Result

from optimizer.cli import app

from .province import ROOT, table, template, wave, worked


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: object) -> Result:
    """Run the command; plans are not explained here, which takes most of their time."""
    if words[:1] == ("plan",):
        words = (*words, "--no-explain")
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the worked example's province and its plan, made by the command line."""
    root = tmp_path_factory.mktemp("cli")
    province = worked(root / "province")
    done = run("plan", province / "scenario.yaml", "--data", province, "--out", root / "plan", "-q")
    assert done.exit_code == 0, done.output
    return root


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


# refusals


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


# where the plan goes


def _untouched(path: Path) -> list[tuple[str, bytes]]:
    every = [path, *sorted(path.rglob("*"))]
    return [(str(p), p.read_bytes() if p.is_file() else b"") for p in every]


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "There is a plain file"), ("vi", "đang có một tệp thường")]
)
def test_plan_refuses_an_out_that_is_a_plain_file_before_it_solves(
    home: Path, lang: str, word: str
) -> None:
    province = worked(home / "province")
    (home / "mine").write_text("of mine", encoding="utf-8")
    before = _untouched(home)
    words = ("plan", province / "scenario.yaml", "--data", province, "--lang", lang)
    done = run(*words, "--out", home / "mine", "--progress", "json")
    assert done.exit_code == 2
    assert word in done.stderr
    assert "stage" not in done.stderr, "nothing was begun"
    assert _untouched(home) == before


def test_plan_refuses_an_out_below_a_plain_file(home: Path) -> None:
    province = worked(home / "province")
    (home / "mine").write_text("of mine", encoding="utf-8")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    done = run(*words, "--out", home / "mine" / "a" / "plan")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert (home / "mine").read_text(encoding="utf-8") == "of mine"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_plan_refuses_an_out_where_nobody_may_write(home: Path) -> None:
    province = worked(home / "province")
    (home / "locked").mkdir(mode=0o500)
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    done = run(*words, "--out", home / "locked" / "plan")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("inside", ["letter.txt", "plan.json"])
def test_plan_does_not_replace_a_folder_that_is_no_plan(home: Path, inside: str) -> None:
    province = worked(home / "province")
    (home / "mine").mkdir()
    (home / "mine" / inside).write_text("{}", encoding="utf-8")
    before = _untouched(home / "mine")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    done = run(*words, "--out", home / "mine")
    assert done.exit_code == 2
    assert "not a plan folder" in done.stderr
    assert _untouched(home / "mine") == before
    assert sorted(p.name for p in home.iterdir()) == ["mine", "province"]


def test_plan_replaces_a_plan_but_not_with_somebodys_notes_in_it(home: Path) -> None:
    province = worked(home / "province")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    assert run(*words, "--out", home / "new" / "plan").exit_code == 0
    assert run(*words, "--out", home / "new" / "plan").exit_code == 0
    (home / "new" / "plan" / "notes.txt").write_text("of mine", encoding="utf-8")
    done = run(*words, "--out", home / "new" / "plan")
    assert done.exit_code == 2
    assert "notes.txt" in done.stderr
    assert (home / "new" / "plan" / "notes.txt").read_text(encoding="utf-8") == "of mine"


def test_plan_follows_an_out_that_is_a_link(home: Path) -> None:
    province = worked(home / "province")
    (home / "real").mkdir()
    (home / "link").symlink_to(home / "real")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q")
    assert run(*words, "--out", home / "link").exit_code == 0
    assert (home / "link").is_symlink()
    assert (home / "real" / "plan.json").exists()


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


@pytest.mark.parametrize(("lang", "reason"), [("vi", "một thư mục"), ("en", "Is a directory")])
def test_plan_gives_the_reason_of_the_system_in_the_language_asked_for(
    lang: str, reason: str, home: Path
) -> None:
    done = run("plan", home, "--lang", lang, "-q")
    assert done.exit_code == 2
    assert reason in done.stderr


@pytest.mark.parametrize(("lang", "reason"), [("vi", "không phải là thư mục"), ("en", "Not a dir")])
def test_plan_says_why_its_folder_cannot_be_written(
    lang: str, reason: str, plan: Path, home: Path
) -> None:
    (home / "file").write_text("")
    place = ["--data", plan / "province", "--out", home / "file" / "plan"]
    done = run("plan", plan / "province" / "scenario.yaml", *place, "--lang", lang, "-q")
    assert done.exit_code == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


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
