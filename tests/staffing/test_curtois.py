"""The reader of Curtois' format: what it reads, and that it names every line it cannot read."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.curtois import FormatError, read_curtois
from optimizer.staffing.roster.solve import build_roster
from tests.staffing.ward import QUICK

TEXT = """# a made-up instance
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,480,E

SECTION_STAFF
A,E=7|L=0,3360,480,5,2,2,1
B,E=7|L=3,3360,480,5,2,2,1

SECTION_DAYS_OFF
A,0,1

SECTION_SHIFT_ON_REQUESTS
A,2,E,3

SECTION_SHIFT_OFF_REQUESTS
B,3,L,2

SECTION_COVER
0,E,1,100,1
0,L,0,100,1
1,E,0,100,1
1,L,0,100,1
2,E,1,100,1
2,L,0,100,1
3,E,0,100,1
3,L,1,100,1
4,E,0,100,1
4,L,0,100,1
5,E,0,100,1
5,L,0,100,1
6,E,0,100,1
6,L,0,100,1
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "Instance99.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_curtois_becomes_a_roster_problem_like_any_other(tmp_path: Path) -> None:
    problem = read_curtois(write(tmp_path, TEXT))
    assert (problem.days, len(problem.people), len(problem.shifts)) == (7, 2, 2)
    assert problem.shifts[1].not_next_day == ("E",)
    assert [(x.person, x.day) for x in problem.leave] == [("A", 0), ("A", 1)]
    assert [(r.wanted, r.weight) for r in problem.requests] == [(True, 3), (False, 2)]
    assert problem.contracts[0].max_shifts == {"E": 7, "L": 0}
    assert problem.cover[4].under_weight == 100
    roster = build_roster(problem, QUICK)
    assert roster.status == "optimal"
    assert roster.score is not None
    # all three posts: A works E on 2 and 3 (one over), B works E on 0 and, after days off, L on 3
    # (2 for the wish) and 4 (one over)
    assert roster.score.total == 4


def test_curtois_names_every_line_it_cannot_read(tmp_path: Path) -> None:
    bad = TEXT.replace("3,L,1,100,1", "3,X,1,100,1\n4,E,one,100,1").replace("A,0,1", "Z,0")
    with pytest.raises(FormatError) as caught:
        read_curtois(write(tmp_path, bad))
    told = str(caught.value).splitlines()
    assert len(told) == 3
    assert all("Instance99.txt:" in line for line in told)


def test_curtois_says_which_section_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="SECTION_COVER is missing"):
        read_curtois(write(tmp_path, TEXT.split("SECTION_COVER")[0]))
