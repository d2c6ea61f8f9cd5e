"""What fairness cost, in a sentence that is true where it changed nothing."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.report.goals import reached_text


def summary(before: float, after: float) -> dict[str, Any]:
    group = {"value": after, "bound": after}
    cost = {"harm": 0.22, "burden": 1.5, "worst_area_without": before}
    return {"objective": {"fairness": group}, "fairness_cost": cost}


@pytest.mark.parametrize(
    ("lang", "before", "words"),
    [
        ("en", 5.9, "it took the longest wait from 5.900 to 5.294 days"),
        ("en", 5.29412, "the longest wait stays 5.294 days"),
        ("vi", 5.9, "giảm từ 5,900 xuống 5,294 ngày"),
        ("vi", 5.29412, "chờ lâu nhất vẫn là 5,294 ngày"),
    ],
)
def test_price_of_fairness_says_what_it_changed(lang: str, before: float, words: str) -> None:
    assert words in reached_text(summary(before, 5.294), lang)
