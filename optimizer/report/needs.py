"""What the plan uses up, in words and rows: peaks, totals, a reserve, and the ICU quota."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimizer.domain.supplies import OXYGEN, Need
from optimizer.i18n import translator
from optimizer.report import formats

COLUMNS = ("day", "item", "unit", "amount")
RESERVE_DAYS = 14
"""Days of the largest use that a reserve should last (our choice)."""


def need_rows(needs: Sequence[Need]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of needs.csv."""
    days = len(needs[0].amounts) if needs else 0
    for t in range(days):
        for need in needs:
            yield t + 1, need.item, need.unit, repr(float(need.amounts[t]))


def needs_told(needs: Sequence[Need]) -> list[dict[str, Any]]:
    """Return for each item its peak, its day, the total, and the reserve (of what is used up)."""
    told = []
    for need in needs:
        peak = float(need.amounts.max(initial=0.0))
        window = min(RESERVE_DAYS, len(need.amounts))
        sums = [
            float(need.amounts[t : t + window].sum())
            for t in range(max(1, len(need.amounts) - window + 1))
        ]
        told.append(
            {
                "item": need.item,
                "unit": need.unit,
                "lasting": need.lasting,
                "peak": peak,
                "peak_day": int(need.amounts.argmax()) + 1 if len(need.amounts) else 1,
                "total": None if need.lasting else float(need.amounts.sum()),
                "reserve": None if need.lasting else max(sums, default=0.0),
            }
        )
    return told


def item_name(summary: Mapping[str, Any], item: str, lang: str) -> str:
    """Return what an item is called."""
    if item == OXYGEN:
        return translator(lang)("Oxygen")
    return str(summary.get("supply_names", {}).get(lang, {}).get(item, item))


def quota_line(summary: Mapping[str, Any], lang: str) -> str:
    """Return the ICU beds asked for and there; empty without a rule."""
    quota = summary.get("icu_quota")
    if not quota:
        return ""
    text = translator(lang)(
        "ICU quota: {beds} beds asked for, {ready} to be ready for; there are {has}, {can} with "
        "surge beds"
    )
    return text.format(
        beds=formats.num(quota["beds"], lang),
        ready=formats.num(quota["ready_beds"], lang),
        has=formats.num(quota["has"], lang),
        can=formats.num(quota["can_open"], lang),
    )


def need_lines(summary: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines of the terminal: what is used up most, and the ICU quota."""
    say = translator(lang)
    used = [one for one in summary.get("needs", ()) if not one["lasting"] and one["peak"] > 0]
    lines = []
    if used:
        text = say("{item} {amount} {unit} on day {day}")
        parts = [
            text.format(
                item=item_name(summary, one["item"], lang),
                amount=formats.num(one["peak"], lang),
                unit=say(one["unit"]),
                day=one["peak_day"],
            )
            for one in used[:3]
        ]
        lines.append(say("Used up most: {parts}").format(parts="; ".join(parts)))
    quota = quota_line(summary, lang)
    return [*lines, *([quota] if quota else [])]


def need_table(
    summary: Mapping[str, Any], lang: str
) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]:
    """Return head and rows of the table of needs, cells as (text, class) pairs."""
    say = translator(lang)
    head = [
        (say("Supply item"), ""),
        (say("Measured in"), ""),
        (say("Most a day"), "n"),
        (say("on day"), "n"),
        (say("In all"), "n"),
        (say("Reserve, {days} days").format(days=RESERVE_DAYS), "n"),
    ]
    rows = [
        [
            (item_name(summary, one["item"], lang), ""),
            (say(one["unit"]), "m"),
            (formats.num(one["peak"], lang), "n"),
            (str(one["peak_day"]), "n"),
            (formats.num(one["total"], lang), "n"),
            (formats.num(one["reserve"], lang), "n"),
        ]
        for one in summary.get("needs", ())
    ]
    return head, rows
