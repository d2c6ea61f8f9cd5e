"""The page, the planner and the judge use the same names for the rules of a roster."""

from __future__ import annotations

import re
from pathlib import Path

from optimizer.checking.roster.judge import RULES as JUDGED
from optimizer.staffing.roster.model import RULES
from optimizer.staffing.roster.sentences import SENTENCES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roster.md"


def test_page_names_every_rule_with_its_function_and_its_judge() -> None:
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\| `(\w+)\.(\w+)` \| (.*) \|$", PAGE.read_text(), re.M)
    assert [name for name, *_ in rows] == [rule.__name__ for rule in RULES]
    for rule, (name, module, function, judge) in zip(RULES, rows, strict=True):
        assert function == name
        assert rule.__module__.rpartition(".")[2] == module
        for twin in re.findall(r"`(?:\w+\.)?(\w+)`", judge):
            assert twin in JUDGED, twin


def test_every_rule_has_a_sentence() -> None:
    assert {rule.__name__ for rule in RULES} <= SENTENCES.keys()
