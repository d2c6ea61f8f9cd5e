"""The Staff page: figures of the staff folder, in both languages; and what it says without one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.app.staff import cover_rows, folders
from optimizer.report.staffing import block_rows, finding_text, round_rows

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
