"""Blocks of an earlier plan, by date: what stands, what was made known, what is over."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from optimizer.domain.secondment import Secondment
from optimizer.errors import DataError
from optimizer.exchange.staff_blocks import read_blocks

FIRST = datetime.date(2026, 12, 7)
HEAD = "block_id,role,home,host,start_date,days,heads,pinned"
ROWS = (
    "B1,NUR,A,B,2026-11-30,14,2,0",  # left a week ago: stands
    "B2,NUR,A,B,2026-12-07,14,3,0",  # leaves on the first day: made known
    "B3,DOC,A,B,2026-12-14,21,1,1",  # decided
    "B4,NUR,C,B,2026-11-09,14,4,0",  # back on 22 November, two days of rest: over
    "B5,NUR,C,B,2027-02-01,14,4,0",  # after the plan
)


def table(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_blocks_of_a_table_stand_or_are_made_known_by_their_dates(tmp_path: Path) -> None:
    found = read_blocks(table(tmp_path / "blocks.csv", *ROWS), FIRST, 28, 2)
    assert found.pinned == (
        Secondment("DOC", "A", "B", 8, 21, 1, pinned=True),
        Secondment("NUR", "A", "B", -6, 14, 2, pinned=True),
    )
    assert found.published == (Secondment("NUR", "A", "B", 1, 14, 3),)
    assert found.left_out == 1
    assert found.going == ()


@pytest.mark.parametrize(("start", "kept"), [("2026-11-21", 0), ("2026-11-22", 1)])
def test_a_block_is_over_when_its_rest_is(tmp_path: Path, start: str, kept: int) -> None:
    row = f"B1,NUR,A,B,{start},14,2,0"  # 14 days and 2 of rest: to the 6th, to the 7th
    found = read_blocks(table(tmp_path / "blocks.csv", row), FIRST, 28, 2)
    assert len(found.pinned) == kept


def test_blocks_of_a_staff_folder_come_with_their_people_and_pins_hold_them(tmp_path: Path) -> None:
    head = HEAD.replace("start_date", "start_day,start_date")
    rows = [row.replace(",20", ",1,20", 1) for row in ROWS]
    table(tmp_path / "secondments.csv", *rows, head=head)
    people = ("P1,B1", "P2,B1", "P3,B4", "P4,B2")
    table(tmp_path / "people_away.csv", *people, head="person_id,block_id")
    found = read_blocks(tmp_path, FIRST, 28, 2, ["B2"])
    assert found.published == ()
    assert Secondment("NUR", "A", "B", 1, 14, 3, pinned=True) in found.pinned
    assert [person for person, block in found.going] == ["P1", "P2", "P4"]
    assert found.over == (("P3", -27),)


def test_a_block_that_is_there_again_keeps_its_id_and_no_other_gets_one_used(
    tmp_path: Path,
) -> None:
    """B1 and B3 stand, B2 with one person fewer; B001 is over: the new block is B002."""
    rows = [row.replace("B4,", "B001,") for row in ROWS]
    found = read_blocks(table(tmp_path / "blocks.csv", *rows), FIRST, 28, 2)
    fresh = Secondment("DOC", "A", "B", 1, 14, 1)
    fewer = Secondment("NUR", "A", "B", 1, 14, 2)
    names = found.names_of((fresh, fewer, *found.pinned))
    assert [names[block] for block in (fresh, fewer, *found.pinned)] == ["B002", "B2", "B3", "B1"]


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_fault_of_a_table_is_named_at_once(tmp_path: Path, lang: str) -> None:
    path = table(
        tmp_path / "blocks.csv",
        "B1,NUR,A,B,07/12/2026,14,2,0",
        "B2,NUR,A,B,2026-12-07,14,many,0",
    )
    with pytest.raises(DataError) as caught:
        read_blocks(path, FIRST, 28, 2)
    assert [(p.row, p.column) for p in caught.value.problems] == [(2, "start_date"), (3, "heads")]
    assert all(problem.render(lang) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "No earlier block"), ("vi", "Không đợt trước nào")]
)
def test_a_pin_without_a_block_is_named_with_the_nearest(
    tmp_path: Path, lang: str, word: str
) -> None:
    path = table(tmp_path / "blocks.csv", *ROWS)
    with pytest.raises(DataError) as caught:
        read_blocks(path, FIRST, 28, 2, ["b2"])
    assert word in caught.value.render(lang)
    assert "B2" in caught.value.render(lang)


def test_a_place_without_blocks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no blocks here"):
        read_blocks(tmp_path, FIRST, 28, 2)


FOLDER = (
    "block_id,role,home,host,start_day,last_day,start_date,last_date,days,heads,travel_days,"
    "rest_days_after,pinned,lending,cost_vnd\n"
    "B001,NUR,A,B,1,14,07/12/2026,2026-12-20,14,2,0,2,0,public,1.5\n"
    "B002,NUR,A1,B,1,14,2026-12-07,2026-12-20,14,2,0,2,0,public,1.5\n"
    "B003,NURS,A,B,1,14,2026-12-07,2026-12-20,14,two,0,2,0,public,1.5\n"
    "B004,NURS,A,Beta9,1,14,2026-12-07,2026-12-20,14,2,0,2,0,public,1.5\n"
)
KNOWN = {"role": ("NUR", "DOC"), "home": ("A11", "A", "B"), "host": ("A", "B")}


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_fault_of_an_earlier_folder_is_named_by_file_row_and_column(
    tmp_path: Path, lang: str
) -> None:
    (tmp_path / "secondments.csv").write_text(FOLDER, encoding="utf-8")
    (tmp_path / "people_away.csv").write_text("person,block_id\nP1,B002\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_blocks(tmp_path, FIRST, 28, 2, ["B9", "B001"], KNOWN)
    found = [(Path(p.file).name, p.row, p.column) for p in caught.value.problems]
    assert set(found) >= {
        ("secondments.csv", 2, "start_date"),
        ("secondments.csv", 3, "home"),
        ("secondments.csv", 4, "heads"),
        ("secondments.csv", 5, "role"),
        ("secondments.csv", 5, "host"),
        ("secondments.csv", 0, "--pin"),
    }
    assert any(name == "people_away.csv" for name, _, _ in found)
    said = caught.value.render(lang)
    assert "{" not in said
    assert ("Did you mean A11?" if lang == "en" else "A11") in said


def test_blocks_that_no_longer_count_may_name_places_that_are_gone(tmp_path: Path) -> None:
    path = table(tmp_path / "blocks.csv", "B1,NUR,gone,B,2026-01-05,14,2,0")
    assert read_blocks(path, FIRST, 28, 2, known=KNOWN).published == ()
