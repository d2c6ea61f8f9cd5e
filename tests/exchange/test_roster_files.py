"""Roster tables, folders, workbooks and calendars: round trips, and every fault at once."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.checking.roster.judge import check_roster
from optimizer.domain.roster import (
    Assignment,
    Leave,
    Pin,
    Request,
    RosterProblem,
    SkillMix,
    Stay,
    SupervisionRatio,
    Worked,
)
from optimizer.errors import DataError
from optimizer.exchange.roster_book import import_book
from optimizer.exchange.roster_folder import (
    read_assignments,
    write_inputs,
    write_roster,
)
from optimizer.exchange.roster_outputs import calendar, write_calendars, write_workbook
from optimizer.exchange.roster_tables import read_roster_folder
from optimizer.staffing.roster.score import score_rows
from optimizer.staffing.roster.solve import build_roster
from tests.staffing.ward import DAY, NIGHT, QUICK, ward, with_contract, with_rules


def full() -> RosterProblem:
    """A problem that uses every table."""
    problem = with_contract(
        ward(4, 14, (DAY, NIGHT)),
        max_minutes=7 * 24 * 60 + 20,
        min_minutes=24 * 60,
        max_consecutive_days=4,
        min_consecutive_days=1,
        max_consecutive_nights=3,
        min_days_off=1,
        max_weekends=2,
        min_rest_minutes=11 * 60,
        max_shifts={"N": 6},
    )
    people = tuple(
        replace(p, skills=frozenset({"lead"} if k % 2 else {"trainee"}), nights_before=k)
        for k, p in enumerate(problem.people)
    )
    problem = replace(
        problem,
        people=people,
        skill_mix=(SkillMix("icu_lead", "ICU", "D", "lead", 1, 300),),
        supervision=(SupervisionRatio("icu", "ICU", "trainee", "lead", 2, 50),),
        requests=(Request("N1", 3, "", False, 5), Request("N1", 4, "D", True, 2)),
        leave=(Leave("N2", 4, 720),),
        pins=(Pin("N3", 0, "D", "ICU"), Pin("N4", 0, "")),
        stays=(Stay("N4", True, -3, 20, 1, 0),),
        history=(Worked("N1", -1, "D"),),
        holidays=frozenset({2}),
        published=(Assignment(0, "D", "N3", "ICU", "nurse"),),
    )
    return with_rules(
        problem, night_weight=2, weekend_weight=1, holiday_weight=3, change_weight=1, history_days=3
    )


def test_problem_comes_back_from_its_own_tables(tmp_path: Path) -> None:
    problem = full()
    write_inputs(problem, tmp_path)
    assert read_roster_folder(tmp_path) == problem


def test_rows_in_another_order_give_the_same_problem(tmp_path: Path) -> None:
    write_inputs(full(), tmp_path)
    for path in tmp_path.glob("*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *rows[::-1]]) + "\n", encoding="utf-8")
    assert read_roster_folder(tmp_path) == full()


def test_folder_of_a_roster_is_judged_sound_and_read_back(tmp_path: Path) -> None:
    problem = full()
    roster = build_roster(problem, QUICK)
    source = tmp_path / "in"
    write_inputs(problem, source)
    for given in (source, None):
        target = tmp_path / "roster"
        write_roster(target, problem, roster, score_rows(problem, roster.assignments), given)
        verdict = check_roster(target)
        assert verdict.passed, verdict.render()
        assert roster.score is not None
        assert verdict.score == {
            "hard": 0,
            "medium": roster.score.medium,
            "soft": roster.score.soft,
        }
        assert read_assignments(target / "roster.csv", problem) == roster.assignments


def test_roster_does_not_replace_what_is_not_a_roster(tmp_path: Path) -> None:
    problem = ward(1, 1)
    roster = build_roster(problem, QUICK)
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(DataError, match="not a roster"):
        write_roster(tmp_path, problem, roster, ())
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "dear"


def test_every_fault_of_a_folder_is_named_at_once(tmp_path: Path) -> None:
    write_inputs(full(), tmp_path)

    def change(name: str, old: str, new: str) -> None:
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    change("people.csv", "N1,BV01,ICU,nurse,full", "N1,BV01,ICU,nurse,fuII")
    change("people.csv", "N2,BV01", "N2,BV99")
    change("shifts.csv", "D,07:00", "D,7 o'clock")
    change("cover.csv", "ICU,2026-11-23,D,nurse,1,1", "ICU,2026-11-23,D,nurse,3,1")
    change("leave.csv", "2026-11-27", "2027-11-27")
    change("requests.csv", "N1,2026-11-26,,off", "N9,2026-11-26,,off")
    change("requests.csv", "D,on", "X,on")
    change("history.csv", "2026-11-22", "2026-10-22")
    change("rules.yaml", '"night_weight"', '"night_wieght"')
    with pytest.raises(DataError) as caught:
        read_roster_folder(tmp_path)
    assert [p.column for p in caught.value.problems] == ["night_wieght"]  # rules come first
    change("rules.yaml", '"night_wieght"', '"night_weight"')
    with pytest.raises(DataError) as caught:
        read_roster_folder(tmp_path)
    told = {(Path(p.file).name, p.column) for p in caught.value.problems}
    assert told == {
        ("people.csv", "contract_id"),
        ("people.csv", "facility_id"),
        ("shifts.csv", "start"),
        ("cover.csv", "preferred"),
        ("leave.csv", "date"),
        ("requests.csv", "person_id"),
        ("requests.csv", "shift"),
        ("history.csv", "date"),
    }
    for lang in ("vi", "en"):
        assert all(":" in line for line in caught.value.render(lang).splitlines())


@pytest.mark.parametrize("name", ["people", "contracts", "shifts", "cover"])
def test_missing_table_is_named(name: str, tmp_path: Path) -> None:
    write_inputs(full(), tmp_path)
    (tmp_path / f"{name}.csv").unlink()
    with pytest.raises(DataError) as caught:
        read_roster_folder(tmp_path)
    assert [Path(p.file).name for p in caught.value.problems] == [f"{name}.csv"]


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        ("contracts", "full,", "full,x", "max_hours"),
        ("shifts", "D,07:00,", "D,07:00,x", "hours"),
        ("people", "nurse,full,trainee,0", "nurse,full,trainee,x", "nights_before"),
    ],
)
def test_a_bad_row_is_one_fault_and_not_one_of_all_that_name_it(
    name: str, old: str, new: str, column: str, tmp_path: Path
) -> None:
    write_inputs(full(), tmp_path)
    path = tmp_path / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_roster_folder(tmp_path)
    told = [(Path(p.file).name, p.column) for p in caught.value.problems]
    assert told == [(f"{name}.csv", column)]


def test_names_of_persons_are_refused_and_not_repeated(tmp_path: Path) -> None:
    write_inputs(full(), tmp_path)
    text = (tmp_path / "people.csv").read_text(encoding="utf-8").splitlines()
    text[0] += ",ho_ten"
    text[1:] = [line + ",Nguyen Van A" for line in text[1:]]
    (tmp_path / "people.csv").write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_roster_folder(tmp_path)
    assert "ho_ten" in str(caught.value)
    assert "Nguyen" not in str(caught.value)


def test_workbook_is_read_back_as_the_table_it_holds(tmp_path: Path) -> None:
    problem = full()
    roster = build_roster(problem, QUICK)
    write_workbook(tmp_path / "roster.xlsx", problem, roster, "vi")
    import xlsxwriter

    book = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        dated = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet = made.add_worksheet("Nghỉ phép")
        sheet.write_row(0, 0, ["person_id", "date", "credit_hours"])
        sheet.write_string(1, 0, "N2")
        sheet.write_datetime(1, 1, problem.date(4), dated)
        sheet.write_number(1, 2, 12)
        made.add_worksheet("Ghi chú")
    (written,) = import_book(book, tmp_path / "tables")
    assert written.read_text(encoding="utf-8") == "person_id,date,credit_hours\nN2,2026-11-27,12\n"
    with zipfile.ZipFile(tmp_path / "roster.xlsx") as archive:
        print_settings = archive.read("xl/worksheets/sheet1.xml").decode()
        assert 'paperSize="9"' in print_settings
        assert 'orientation="landscape"' in print_settings
        names = archive.read("xl/workbook.xml").decode()
    assert "Lịch trực để in" in names
    assert 'name="roster"' in names


def test_sheet_of_our_own_workbook_comes_back_as_the_roster_people_know(tmp_path: Path) -> None:
    import xlsxwriter

    problem = full()
    roster = build_roster(problem, QUICK)
    write_workbook(tmp_path / "out.xlsx", problem, roster, "en")
    (written,) = import_book(tmp_path / "out.xlsx", tmp_path / "tables")
    assert written.name == "published.csv"
    lines = written.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "date,shift,person_id,unit,role"
    assert len(lines) == 1 + len(roster.assignments)
    with xlsxwriter.Workbook(str(tmp_path / "two.xlsx")) as made:
        for name, shift in (("roster", "N"), ("published", "D")):
            made.add_worksheet(name).write_row(0, 0, ["date", shift])
    (one,) = import_book(tmp_path / "two.xlsx", tmp_path / "two")
    assert one.read_text(encoding="utf-8") == "date,D\n"  # the sheet named as the table wins


def damaged(path: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<sheetData>", "<!DOCTYPE x><sheetData>", "entity"),
        ("<v>12</v>", "<f>A1</f>", "formula"),
        ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells>', "Merged"),
        ('<c r="C2"><v>12</v>', '<c r="C2" t="e"><v>#REF!</v>', "#REF!"),
    ],
)
def test_workbook_that_would_be_misread_is_refused(
    old: str, new: str, fault: str, tmp_path: Path
) -> None:
    import xlsxwriter

    book = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet("leave")
        sheet.write_row(0, 0, ["person_id", "date", "credit_hours"])
        sheet.write_row(1, 0, ["N2", "2026-11-27", 12])
    damaged(book, "xl/worksheets/sheet1.xml", old, new)
    with pytest.raises(DataError, match=fault):
        import_book(book, tmp_path / "tables")
    assert not (tmp_path / "tables").exists()


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    book = tmp_path / "in.xlsx"
    book.write_bytes(b"%PDF-1.4")
    with pytest.raises(DataError, match="not an Excel workbook"):
        import_book(book, tmp_path / "tables")


def test_calendar_holds_every_shift_in_utc_and_nobody_elses(tmp_path: Path) -> None:
    problem = ward(2, 3, (NIGHT,))
    roster = build_roster(problem, QUICK)
    own = [a for a in roster.assignments if a.person == "N1"]
    text = calendar(problem, roster, "N1", "vi")
    assert text.count("BEGIN:VEVENT") == len(own) > 0
    # 19:00 in Vietnam is 12:00 UTC; 12 hours later 00:00 UTC of the next day
    assert f"DTSTART:{problem.date(own[0].day):%Y%m%d}T120000Z" in text
    assert f"DTEND:{problem.date(own[0].day + 1):%Y%m%d}T000000Z" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    paths = write_calendars(tmp_path, problem, roster, "en")
    assert [p.name for p in paths] == ["N1.ics", "N2.ics"]


def test_summary_of_a_roster_says_what_is_known(tmp_path: Path) -> None:
    problem = full()
    roster = build_roster(problem, QUICK)
    write_roster(tmp_path / "r", problem, roster, score_rows(problem, roster.assignments))
    told = json.loads((tmp_path / "r" / "roster.json").read_text(encoding="utf-8"))
    assert told["status"] == roster.status.value
    assert told["bound"] <= told["points"]
    assert {"lp_bound", "gap", "wall_seconds", "cpu_seconds", "first_seconds"} <= told.keys()
