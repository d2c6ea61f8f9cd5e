"""The Staff page: figures of the staff folder, in both languages; and what it says without one."""

from __future__ import annotations

import datetime
import io
import json
import math
import os
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.app.rosters import files
from optimizer.app.rosters import folders as roster_folders
from optimizer.app.staff import cover_rows, folders
from optimizer.domain.roster import (
    Assignment,
    Contract,
    Cover,
    Leave,
    Roster,
    RosterProblem,
    RosterStatus,
    Shift,
    StaffMember,
    Stay,
)
from optimizer.exchange.roster_folder import write_roster as write_roster_folder
from optimizer.report.staffing import block_rows, finding_text, round_rows
from optimizer.rostering import read_roster
from optimizer.staffing.roster.score import explain, score_rows

ENTRY = Path(__file__).resolve().parents[2] / "streamlit_app.py"

SUMMARY = {
    "first_day": "2026-11-23",
    "names": {"A": "BV Một", "B": "TTYT Hai", "outside:x": "Sở Y tế Ba"},
    "role_names": {"vi": {"NUR": "Điều dưỡng"}, "en": {"NUR": "Nurse"}},
    "blocks": [
        {"role": "NUR", "home": "A", "host": "B", "start": 2, "length": 14, "last": 15, "heads": 4}
    ],
    "lending_of": {"A": "public", "B": "public", "outside:x": "neighbour"},
    "lending": {
        "public": {
            "legal_basis_vi": "Luân phiên",
            "legal_basis_en": "Rotation",
            "approver_vi": "Giám đốc",
            "approver_en": "Director",
        }
    },
    "illusion": {"bed_days": 70.0, "peak_beds": 12.0, "peak_day": 6},
    "harm": {"everybody_at_home": 100.0, "with_secondments": 60.5, "lent_freely": 55.0},
    "heads_moved": 4,
    "cost_vnd": 17_000_000.0,
    "rounds": [
        {"number": 1, "harm": 60.5, "heads_moved": 4, "kept": True},
        {"number": 2, "harm": 61.0, "heads_moved": 5, "kept": False},
    ],
}


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFERRAL_PLANS", str(tmp_path / "plans"))
    return tmp_path / "plans"


def write(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "staff.json").write_text(json.dumps(SUMMARY), encoding="utf-8")
    rows = ["site,role,day,heads,need,away,here,short"]
    rows += [
        f"B,NUR,{day},2,6,0,{4 if day > 1 else 0},{0 if day > 1 else 4}" for day in range(1, 9)
    ]
    (folder / "heads.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def opened(lang: str) -> AppTest:
    app = AppTest.from_file(str(ENTRY), default_timeout=120)
    app.session_state["lang"] = lang
    app.run()
    app.switch_page("optimizer/app/staff.py").run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in app.get("html"))


@pytest.mark.parametrize(("lang", "harm"), [("vi", "từ 100,0 xuống 60,5"), ("en", "100.0 to 60.5")])
def test_staff_page_opens_with_its_finding(lang: str, harm: str, plans: Path) -> None:
    write(plans / "one-staff")
    app = opened(lang)
    assert harm in text_of(app)
    assert finding_text(SUMMARY, lang) in text_of(app)
    assert len(app.dataframe) == 3
    assert app.dataframe[0].value.iloc[0, 0] == "BV Một"
    shown = json.loads(app.dataframe[0].proto.columns)
    form = {"vi": "DD/MM/YYYY", "en": "D MMM YYYY"}[lang]
    names = {"vi": ("Từ", "Đến ngày"), "en": ("From", "Until")}[lang]
    assert [shown[name]["type_config"]["format"] for name in names] == [form, form]


@pytest.mark.parametrize(
    ("lang", "word"), [("vi", "Chưa có kế hoạch nhân lực"), ("en", "No staff")]
)
def test_staff_page_says_what_to_do_when_there_is_no_plan(
    lang: str, word: str, plans: Path
) -> None:
    assert word in text_of(opened(lang))


def test_staff_page_names_a_folder_it_cannot_show(plans: Path) -> None:
    folder = write(plans / "broken-staff")
    (folder / "staff.json").write_text("{}", encoding="utf-8")
    assert "cannot be shown" in text_of(opened("en"))


def test_folders_are_newest_first(plans: Path) -> None:
    old, new = write(plans / "old"), write(plans / "new")
    os.utime(old / "staff.json", (1, 1))
    assert folders(plans) == [new, old]


def test_tables_hold_the_figures_of_the_folder(plans: Path) -> None:
    folder = write(plans / "one")
    assert cover_rows(folder, "B", "en", str)[0] == {
        "Role": "NUR",
        "Week": 1,
        "Needed": 6,
        "Own people": 2,
        "Lent": 0,
        "Borrowed": 4,
        "Short, head-days": "4.0",
    }
    row = block_rows(SUMMARY, "vi")[0]
    assert list(row.values())[:4] == ["BV Một", "TTYT Hai", "Điều dưỡng", 4]
    assert [str(value) for value in list(row.values())[4:6]] == ["2026-11-24", "2026-12-07"]
    assert [list(one.values())[1] for one in round_rows(SUMMARY, "en")] == [
        "100.0",
        "60.5",
        "61.0",
        "55.0",
    ]


def test_finding_says_that_every_bed_has_people_when_none_lacks() -> None:
    nobody = SUMMARY | {"illusion": {"bed_days": 0.0, "peak_beds": 0.0, "peak_day": 1}}
    assert finding_text(nobody, "en") == "Every bed of the plan has its people."


def write_roster(folder: Path) -> Path:
    """Write a small roster: two nurses, three days, one night nobody fills."""
    shifts = (
        Shift("S1", 7 * 60, 480, night=False),
        Shift("S2", 15 * 60, 480, night=False),
        Shift("S3", 23 * 60, 480, night=True),
    )
    problem = RosterProblem(
        facility="H1",
        start=datetime.date(2026, 11, 23),
        days=3,
        shifts=shifts,
        contracts=(Contract("full"),),
        people=tuple(StaffMember(name, "H1", (), ("NUR",), "full") for name in ("N1", "N2", "N3")),
        cover=(
            *(Cover("H1", d, "S1", "NUR", 1, 1, 100, 10, 1) for d in range(3)),
            Cover("H1", 1, "S3", "NUR", 2, 2, 100, 10, 1),
        ),
        leave=(Leave("N2", 0, 480),),
        stays=(Stay("N3", True, 1, 2),),
    )
    made = (*(Assignment(d, "S1", "N1", "H1", "NUR") for d in range(3)),)
    found = explain(problem, made)
    roster = Roster(RosterStatus.feasible, made, found.score, 200.0, math.nan, 1.0, 1.0)
    write_roster_folder(folder, problem, roster, score_rows(problem, made))
    return folder


@pytest.mark.parametrize(
    ("lang", "said", "letter"),
    [("en", "2 of 5 posts stay open", ">E</td>"), ("vi", "2/5 vị trí trực còn trống", ">S</td>")],
)
def test_a_roster_opens_as_a_grid_with_its_open_posts_and_its_score(
    plans: Path, lang: str, said: str, letter: str
) -> None:
    write_roster(plans / "one-staff" / "rosters" / "H1")
    app = opened(lang)
    text = text_of(app)
    assert said in text
    assert text.count(letter) == 3
    assert "▼2" in text  # the night of day 2
    assert ">↔</td>" in text  # N3 before the stay
    cover, open_posts, score = (one.value for one in app.dataframe)
    assert cover.iloc[0].tolist() == ["H1", "NUR", "S3", 2, 0, 2]
    assert open_posts.iloc[0, -1] == 2
    assert score.iloc[:, -1].sum() == 200


def test_workbook_and_calendars_of_a_roster_can_be_taken_away(plans: Path) -> None:
    problem, assignments, summary = read_roster(write_roster(plans / "H1"))
    book, packed = files(problem, assignments, dict(summary), "vi")
    assert book.startswith(b"PK")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["N1.ics", "N2.ics", "N3.ics"]
        assert archive.read("N1.ics").count(b"BEGIN:VEVENT") == 3


def test_rosters_of_a_staff_folder_are_listed_newest_first_and_hidden_ones_not(plans: Path) -> None:
    old = write_roster(plans / "one" / "rosters" / "H1")
    write_roster(plans / "two")
    write_roster(plans / ".half" / "rosters" / "H1")
    os.utime(old / "roster.json", (1, 1))
    assert list(roster_folders(plans)) == ["two", "one/rosters/H1"]


def test_a_broken_roster_is_named_and_the_page_stands(plans: Path) -> None:
    folder = write_roster(plans / "H1")
    (folder / "roster.csv").write_text("date\n", encoding="utf-8")
    assert "This roster cannot be shown" in text_of(opened("en"))


@pytest.mark.parametrize(("lang", "said"), [("vi", "là 99,0"), ("en", "it is 99.0")])
def test_finding_says_what_the_rosters_leave_of_the_plan(lang: str, said: str) -> None:
    one = {"number": 1}
    told = SUMMARY | {"harm": SUMMARY["harm"] | {"handed_over": 99.0}}
    assert said in finding_text(told | {"rosters": {"rounds": [one, one]}}, lang)
    assert said not in finding_text(told | {"rosters": {"rounds": [one]}}, lang)
