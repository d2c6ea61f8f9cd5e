"""Levers in words: what opens when, who decides it, and whether its worth was solved again."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.report.levers import lever_lines, rows, totals


def head(**more: Any) -> dict[str, Any]:
    one = {
        "lever": "L",
        "first_day": 3,
        "last_day": 9,
        "most": 2.0,
        "unit_days": 14.0,
        "vnd": 28e6,
        "harm": 7.0,
        "worth": 120.0,
        "solved_without": None,
    }
    said = {"vi": "Hoãn mổ", "en": "Postpone", "approver_vi": "Giám đốc", "legal_basis": "QĐ 1"}
    return {
        "kpis": {
            "levers": {
                "vnd": 28e6,
                "vnd_solved": 30e6,
                "budget_vnd": 50e6,
                "unit_days": 14.0,
                "harm": 7.0,
                "home_short_days": 0.0,
            }
        },
        "lever_titles": {"L": said | {"approver_en": "Director"}},
        "levers_bought": [one | more],
        "without_levers": {"harm": 400.0},
    }


def test_lever_lines_say_nothing_without_levers() -> None:
    assert lever_lines({"kpis": {}}, "en") == []
    assert totals({"kpis": {}}, "vi") == ""


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Postpone", "day 3 to 9", "28 million VND", "at least 120", "Director", "400"]),
        ("vi", ["Hoãn mổ", "ngày 3 đến 9", "28 triệu", "ít nhất 120", "Giám đốc", "400"]),
    ],
)
def test_lever_lines_say_what_opens_and_who_decides(lang: str, words: list[str]) -> None:
    text = "\n".join(lever_lines(head(), lang))
    assert not [word for word in words if word not in text]


def test_lever_lines_say_when_the_plan_was_solved_again() -> None:
    text = "\n".join(lever_lines(head(solved_without=133.0), "en"))
    assert "saves 133 harm (solved again without it)" in text
    assert "at least" not in text


def test_lever_lines_name_eight_and_count_the_rest() -> None:
    plan = head()
    plan["levers_bought"] = plan["levers_bought"] * 11
    lines = lever_lines(plan, "en")
    assert len([line for line in lines if "Postpone" in line]) == 8
    assert "… and 3 more in levers.csv" in "\n".join(lines)


def test_rows_have_the_figures_of_the_plan() -> None:
    assert rows(head(), "en") == [
        ["Postpone", 3, 9, 2.0, 14.0, 28.0, 7.0, 120.0, None, "Director", "QĐ 1"]
    ]
