"""Numbers and dates as each language writes them."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from optimizer.report import formats

MONDAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (-33.0, 0, "\u221233", "\u221233"),
        (-0.04, 1, "0,0", "0.0"),  # nothing carries no sign
        (1e6, 0, "1.000.000", "1,000,000"),
        (None, 0, "\u2013", "\u2013"),
        (math.nan, 0, "\u2013", "\u2013"),
    ],
)
def test_num_writes_each_language(value: float | None, digits: int, vi: str, en: str) -> None:
    assert formats.num(value, "vi", digits) == vi
    assert formats.num(value, "en", digits) == en


def test_num_signs_a_difference_when_asked() -> None:
    assert formats.num(5.2, "vi", 1, signed=True) == "+5,2"
    assert formats.num(-5.2, "vi", 1, signed=True) == "\u22125,2"
    assert formats.num(0.0, "vi", signed=True) == "0"


def test_pct_has_a_narrow_space_in_vietnamese_only() -> None:
    assert formats.pct(0.962, "vi", 1) == "96,2\u202f%"
    assert formats.pct(0.962, "en", 1) == "96.2%"


def test_dates_follow_the_language() -> None:
    assert formats.day(MONDAY, "vi") == "23/11"
    assert formats.day(MONDAY, "en") == "23 Nov"
    assert formats.day(MONDAY, "vi", year=True) == "23/11/2026"
    assert formats.weekday(MONDAY, "vi") == "T2 23/11"
    assert formats.weekday(MONDAY, "en") == "Mon 23 Nov"
    assert formats.long_day(MONDAY, "vi") == "Thứ Hai, 23/11/2026"
    assert formats.long_day(dt.date(2026, 11, 29), "vi", year=False) == "Chủ Nhật, 29/11"


def test_minutes_turn_to_hours_from_two_hours_on() -> None:
    assert formats.minutes(51, "vi") == "51′"
    assert formats.minutes(133, "vi") == "2 giờ 13"
    assert formats.minutes(133, "en") == "2 h 13"
    assert formats.minutes(120, "vi") == "2 giờ"


def test_people_are_whole_when_they_are_or_from_ten_on() -> None:
    assert formats.people(3.0, "vi") == "3"
    assert formats.people(3.26, "vi") == "3,3"
    assert formats.people(12.6, "vi") == "13"


@pytest.mark.parametrize(
    ("harm", "lang", "words"),
    [(0.2357, "en", "0.236"), (0.229, "vi", "0,229"), (12.34, "en", "12.3")],
)
def test_small_harm_is_told_from_another(harm: float, lang: str, words: str) -> None:
    assert formats.harm_text(harm, lang) == words
