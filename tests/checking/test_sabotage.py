"""Plans spoilt on purpose: each is refused, and the broken rule is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.checking.judge import RULES, check_plan
from tests.checking import (
    capacity_spoils,
    flow_spoils,
    folder_spoils,
    lever_spoils,
    record_spoils,
    rule_spoils,
)
from tests.checking.spoil import Make, Spoil

ROOMS = (flow_spoils, capacity_spoils, record_spoils, folder_spoils, rule_spoils, lever_spoils)
SPOILS = [spoil for room in ROOMS for spoil in room.spoil.known]


@pytest.mark.parametrize(("name", "rule", "make", "change"), SPOILS, ids=[s[0] for s in SPOILS])
def test_check_plan_names_the_rule_when_spoilt(
    name: str, rule: str, make: Make, change: Spoil, tmp_path: Path
) -> None:
    folder = make()
    change(folder)
    result = check_plan(folder.write(tmp_path))
    assert not result.passed
    assert rule in {v.rule for v in result.violations}, result.render()
    assert rule in result.broken
    for v in result.violations:
        assert v.amount >= 0 or v.amount != v.amount
        for lang in ("vi", "en"):
            assert "{" not in v.render(lang), v
            assert v.problem().render(lang)
    assert result.render("vi") != result.render("en")


def test_every_rule_is_sabotaged() -> None:
    assert {*RULES, "files", "inputs"} == {rule for _, rule, _, _ in SPOILS}
    assert len({name for name, *_ in SPOILS}) == len(SPOILS) >= 40
