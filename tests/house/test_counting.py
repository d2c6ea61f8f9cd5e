"""One of a thing is singular in English; Vietnamese has one form."""

from __future__ import annotations

import pytest

from optimizer.checking.violation import CheckResult, Violation
from optimizer.errors import Problem
from optimizer.i18n.counting import counting


@pytest.mark.parametrize(
    ("message", "values", "said"),
    [
        ("{count} violations found.", {"count": 1}, "1 violation found."),
        ("{count} violations found.", {"count": "1"}, "1 violation found."),
        ("{count} violations found.", {"count": "1,001"}, "1,001 violations found."),
        ("{count} violations found.", {"count": 0}, "0 violations found."),
        (
            "{faults} faults, {warnings} warnings in {place}.",
            {"faults": 1, "warnings": 2, "place": "p"},
            "1 fault, 2 warnings in p.",
        ),
        (
            "{facility}: {left} posts are open, but {told} are told.",
            {"facility": "H1", "left": 1, "told": 1},
            "H1: 1 post is open, but 1 are told.",
        ),
    ],
)
def test_one_is_singular_and_many_are_not(
    message: str, values: dict[str, object], said: str
) -> None:
    assert counting("en")(message, **values) == said


def test_vietnamese_is_the_same_for_one_and_for_many() -> None:
    counted = counting("vi")
    one = counted("{count} violations found.", count=1)
    assert one.replace("1", "2") == counted("{count} violations found.", count=2)


def test_verdicts_and_problems_count_one_in_the_singular() -> None:
    fault = Violation("people", "B1", 1, "people", "{named} people for {heads} heads.",
                      {"named": 1, "heads": 2})  # fmt: skip
    said = CheckResult((fault,), {"people": 1}, {"people": 1}, 0.0).render("en")
    assert "breaks 1 rule at 1 place; 1 thing checked" in said
    assert "1 person for 2 heads" in said
    values = {"site": "H", "role": "NUR", "people": 2, "heads": "1"}
    fault_id = "{site} {role}: {people} people, but {heads} heads in staff.csv."
    text = Problem(fault_id, values=values).render()
    assert text == "H NUR: 2 people, but 1 head in staff.csv."
