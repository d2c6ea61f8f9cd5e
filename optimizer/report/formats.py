"""Numbers and dates as they are written in Vietnamese and English; language is an argument."""

from __future__ import annotations

import datetime as dt
import math

MINUS = "\u2212"
THIN = "\u202f"
NONE = "\u2013"
SMALL_HARM = 10.0
"""Harm below which one digit after the point says too little."""
_WEEKDAYS = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_LONG_WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def num(value: float | None, lang: str, digits: int = 0, *, signed: bool = False) -> str:
    """Return ``1.234,5`` (vi) or ``1,234.5`` (en); a dash for an unknown figure.

    A figure that rounds to nothing carries no sign; `signed` puts a plus before a gain.
    """
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    text = f"{abs(value):,.{digits}f}"
    nothing = not any(c in "123456789" for c in text)
    if lang == "vi":
        text = text.translate(str.maketrans(",.", ".,"))
    if nothing:
        return text
    if value < 0:
        return MINUS + text
    return "+" + text if signed else text


def harm_text(harm: float, lang: str) -> str:
    """Return a harm, a small one with so many digits that it is told from another."""
    return num(harm, lang, 1 if abs(harm) >= SMALL_HARM else 3)


def pct(share: float | None, lang: str, digits: int = 0, *, signed: bool = False) -> str:
    """Return a share (1 = everything) as ``96,2 %`` (vi, narrow space) or ``96.2%`` (en)."""
    text = num(None if share is None else share * 100, lang, digits, signed=signed)
    if text == NONE:
        return text
    return text + (THIN + "%" if lang == "vi" else "%")


def day(date: dt.date, lang: str, *, year: bool = False) -> str:
    """Return ``04/12`` (vi) or ``4 Dec`` (en); with the year ``04/12/2026`` or ``4 Dec 2026``."""
    if lang == "vi":
        return f"{date:%d/%m/%Y}" if year else f"{date:%d/%m}"
    text = f"{date.day} {_MONTHS[date.month - 1]}"
    return f"{text} {date.year}" if year else text


def weekday(date: dt.date, lang: str) -> str:
    """Return ``T2 23/11`` or ``Mon 23 Nov``."""
    return f"{_WEEKDAYS[lang][date.weekday()]} {day(date, lang)}"


def long_day(date: dt.date, lang: str, *, year: bool = True) -> str:
    """Return ``Thứ Hai, 23/11/2026`` or ``Monday, 23 Nov 2026``."""
    return f"{_LONG_WEEKDAYS[lang][date.weekday()]}, {day(date, lang, year=year)}"


def minutes(value: float | None, lang: str) -> str:
    """Return ``51′`` under two hours, then ``2 giờ 13`` or ``2 h 13``."""
    if value is None or math.isnan(value):
        return NONE
    whole = round(value)
    if whole < 120:
        return f"{num(whole, lang)}′"
    hours, rest = divmod(whole, 60)
    unit = "giờ" if lang == "vi" else "h"
    return f"{num(hours, lang)} {unit} {rest:02d}" if rest else f"{num(hours, lang)} {unit}"


def people(value: float | None, lang: str) -> str:
    """Return a count of people: whole if it is whole or at least ten, else one decimal."""
    if value is None or math.isnan(value):
        return NONE
    whole = abs(value - round(value)) < 1e-6 or abs(value) >= 9.95
    return num(value, lang, 0 if whole else 1)
