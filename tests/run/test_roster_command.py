"""``referral roster``: every command from a folder of tables, in both languages."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.domain.roster import Leave, Pin
from optimizer.exchange.roster_folder import write_inputs
from tests.staffing.ward import DAY, NIGHT, ward, with_contract, with_rules

run = CliRunner()
SHORT = ["--time-limit", "5", "-q"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables") / "BV01"
    problem = with_contract(
        ward(5, 10, (DAY, NIGHT)), min_rest_minutes=660, max_consecutive_days=4, min_days_off=1
    )
    problem = replace(problem, leave=(Leave("N2", 4, 720),))
    write_inputs(with_rules(problem, night_weight=2, change_weight=10), folder)
    return folder


@pytest.fixture(scope="module")
def built(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "roster"
    done = run.invoke(
        app,
        ["roster", str(tables), "--out", str(out), "--excel", "--calendars", "--json", *SHORT],
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["folder"] == str(out)
    assert told["status"] in ("optimal", "feasible")
    return out


def test_roster_builds_when_only_a_folder_is_named(built: Path) -> None:
    names = {p.name for p in built.iterdir()}
    assert names == {
        "inputs", "roster.csv", "roster.json", "score.csv", "roster.xlsx", "calendars",
    }  # fmt: skip
    assert len(list((built / "calendars").iterdir())) == 5


def test_roster_check_passes_and_then_names_what_was_spoilt(built: Path, tmp_path: Path) -> None:
    done = run.invoke(app, ["roster", "check", str(built), "--lang", "vi"])
    assert done.exit_code == 0
    assert "Lịch trực giữ mọi quy tắc" in done.stdout
    import shutil

    spoilt = tmp_path / "spoilt"
    shutil.copytree(built, spoilt)
    text = (spoilt / "roster.csv").read_text(encoding="utf-8").splitlines()
    (spoilt / "roster.csv").write_text("\n".join(text[:-1]) + "\n", encoding="utf-8")
    done = run.invoke(app, ["roster", "check", str(spoilt), "--json"])
    assert done.exit_code == 1
    assert {f["rule"] for f in json.loads(done.stdout)["findings"]} >= {"score"}


def test_roster_explain_adds_up_to_the_score_of_the_summary(built: Path) -> None:
    done = run.invoke(app, ["roster", "explain", str(built), "--json"])
    told = json.loads(done.stdout)
    summary = json.loads((built / "roster.json").read_text(encoding="utf-8"))
    assert sum(m["points"] for m in told["matches"]) == summary["points"]
    assert sum(r["points"] for r in told["by_rule"]) == summary["points"]
    assert told["score"] == summary["score"]


def test_roster_diagnose_names_the_pin_and_leaves_with_three(tables: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "never"
    shutil.copytree(tables, folder)
    (folder / "pins.csv").write_text(
        "person_id,date,shift,unit\nN2,2026-11-27,D,\n", encoding="utf-8"
    )
    done = run.invoke(app, ["roster", str(folder), "--out", str(tmp_path / "r"), *SHORT])
    assert done.exit_code == 3
    done = run.invoke(app, ["roster", "diagnose", str(folder), "--json"])
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert told["proved"]
    assert [(r["rule"], r["person_id"], r["date"]) for r in told["relaxations"]] == [
        ("pins", "N2", "2026-11-27")
    ]
    done = run.invoke(app, ["roster", "diagnose", str(tables)])
    assert done.exit_code == 0


def test_roster_replan_keeps_the_past_and_marks_the_sick(built: Path, tmp_path: Path) -> None:
    rows = (built / "roster.csv").read_text(encoding="utf-8").splitlines()[1:]
    person = next(r.split(",")[2] for r in rows if r.startswith("2026-11-28"))
    out = tmp_path / "after"
    done = run.invoke(
        app,
        ["roster", "replan", str(built), "--sick", f"{person}:2026-11-28:2026-11-29", "--out",
         str(out), "--time-limit", "5", "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert any(c["called_in_sick"] and c["person_id"] == person for c in told["changes"])
    assert all(c["date"] >= "2026-11-28" for c in told["changes"])
    assert len([c for c in told["changes"] if not c["called_in_sick"]]) <= 5
    assert run.invoke(app, ["roster", "check", str(out)]).exit_code == 0
    assert (out / "changes.csv").read_text(encoding="utf-8").startswith("person_id,date")


def test_roster_replace_ranks_who_can_and_says_why_others_cannot(built: Path) -> None:
    rows = (built / "roster.csv").read_text(encoding="utf-8").splitlines()[1:]
    date, _, person, _, _ = rows[len(rows) // 2].split(",")
    done = run.invoke(app, ["roster", "replace", str(built), person, date, "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert {s["person_id"] for s in told} == {f"N{k}" for k in range(1, 6)} - {person}
    able = [s["change"] for s in told if not s["excluded"]]
    assert able == sorted(able)
    assert any(s["excluded"] for s in told)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Nobody can take"), ("vi", "Không ai trực thay")]
)
def test_roster_replace_says_so_where_nobody_can(
    built: Path, tmp_path: Path, lang: str, said: str
) -> None:
    rows = (built / "roster.csv").read_text(encoding="utf-8").splitlines()[1:]
    date, _, person, _, _ = rows[len(rows) // 2].split(",")
    able = run.invoke(app, ["roster", "replace", str(built), person, date, "--lang", lang])
    assert said not in able.output
    folder = tmp_path / "away"
    shutil.copytree(built, folder)
    lines = [f"{id},{date},0" for id in ("N1", "N2", "N3", "N4", "N5") if id != person]
    leave = "\n".join(["person_id,date,credit_hours", *lines]) + "\n"
    (folder / "inputs" / "leave.csv").write_text(leave, encoding="utf-8")
    done = run.invoke(app, ["roster", "replace", str(folder), person, date, "--lang", lang])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(said)
    assert done.output.count("\n  - N") == 4


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_roster_says_every_fault_with_two(lang: str, tables: Path, tmp_path: Path) -> None:
    folder = tmp_path / "faulty"
    shutil.copytree(tables, folder)
    (folder / "leave.csv").write_text(
        "person_id,date\nQ1,2026-11-27\nN1,2027-01-01\n", encoding="utf-8"
    )
    done = run.invoke(app, ["roster", str(folder), "--lang", lang, *SHORT])
    assert done.exit_code == 2
    assert "leave.csv:2" in done.stderr
    assert "leave.csv:3" in done.stderr


def test_roster_import_takes_tables_from_a_workbook(tmp_path: Path) -> None:
    import xlsxwriter

    book = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet("requests")
        sheet.write_row(0, 0, ["person_id", "date", "shift", "kind", "weight"])
        sheet.write_row(1, 0, ["N1", "2026-11-26", "D", "off", "3"])
    done = run.invoke(app, ["roster", "import", str(book), str(tmp_path / "t"), "--json"])
    assert done.exit_code == 0
    assert (tmp_path / "t" / "requests.csv").is_file()


def test_sick_call_that_cannot_be_read_is_refused(built: Path) -> None:
    for call in ("N1", "Q9:2026-11-28", "N1:2026-12-28", "N1:soon"):
        done = run.invoke(app, ["roster", "replan", str(built), "--sick", call])
        assert done.exit_code == 2, call


def test_sick_call_may_name_an_id_with_colons() -> None:
    from optimizer.rostering import sick_call

    problem = ward(1, 10)
    problem = replace(problem, people=(replace(problem.people[0], id="st-bv:NURSE:001"),))
    call = sick_call(problem, "st-bv:NURSE:001:2026-11-24")
    assert (call.person, call.first, call.last) == ("st-bv:NURSE:001", 1, 1)
    call = sick_call(problem, "st-bv:NURSE:001:2026-11-24:2026-11-26")
    assert (call.first, call.last) == (1, 3)


def test_pins_of_the_published_roster_survive_a_replan(built: Path, tables: Path) -> None:
    from optimizer.rostering import read_roster
    from optimizer.staffing.roster.change import SickCall, replanned_problem

    problem, published, _ = read_roster(built)
    problem = replace(problem, pins=(Pin("N1", 9, ""),))
    after = replanned_problem(problem, published, [SickCall("N2", 5, 6)], 5)
    assert Pin("N1", 9, "") in after.pins
    assert {(p.person, p.day) for p in after.pins if p.day < 5} == {
        (f"N{k}", d) for k in range(1, 6) for d in range(5)
    }


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_bad_sick_call_and_date_is_named_at_once(built: Path, lang: str) -> None:
    bad = ["N11:2026-11-28", "N1", "N2:2026-12-28", "N3:2026-11-29:2026-11-28", "Q9:2027-01-01"]
    calls = [part for call in bad for part in ("--sick", call)]
    done = run.invoke(
        app,
        ["roster", "replan", str(built), *calls, "--frozen-until", "soon", "--lang", lang],
    )
    assert done.exit_code == 2
    said = done.output + done.stderr
    for call in ("N11", "N1]", "N2:2026-12-28", "N3:2026-11-29:2026-11-28", "Q9", "soon"):
        assert call in said, said
    assert said.count("--sick [") == 6 * said.count("--frozen-until [")  # Q9: nobody, and no day
    assert ("Did you mean N1?" if lang == "en" else "N1?") in said
    assert "2026-12-02" in said  # its last day


@pytest.mark.parametrize(("date", "word"), [("2026-12-28", "no day"), ("28/11/2026", "YYYY-MM-DD")])
def test_replace_names_an_unknown_person_and_a_wrong_date_together(
    built: Path, date: str, word: str
) -> None:
    done = run.invoke(app, ["roster", "replace", str(built), "N77", date, "--lang", "en"])
    assert done.exit_code == 2
    said = done.output + done.stderr
    assert "PERSON [N77]" in said
    assert f"DATE [{date}]" in said
    assert word in said


def test_replace_says_on_which_days_somebody_works_who_does_not_work_then(built: Path) -> None:
    rows = [r.split(",") for r in (built / "roster.csv").read_text("utf-8").splitlines()[1:]]
    works = {row[0] for row in rows if row[2] == "N1"}
    free = next(d for d in sorted({row[0] for row in rows}) if d not in works)
    done = run.invoke(app, ["roster", "replace", str(built), "N1", free, "--lang", "en"])
    assert done.exit_code == 2
    said = done.output + done.stderr
    assert sum(day in said for day in works) == min(3, len(works))


def test_frozen_until_beyond_the_roster_is_refused(built: Path) -> None:
    call = ["--sick", "N1:2026-11-28", "--frozen-until", "2027-11-28", "--lang", "vi"]
    done = run.invoke(app, ["roster", "replan", str(built), *call])
    assert done.exit_code == 2
    assert "không thuộc lịch trực" in done.output + done.stderr
