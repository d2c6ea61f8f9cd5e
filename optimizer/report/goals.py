"""The goals of a plan as a table on a terminal, and what each group cost the ones beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.i18n import translator
from optimizer.report.formats import num
from optimizer.report.summary import aligned


def goals_text(rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Return the table of weights in `lang`, one block a group, in the order they are solved."""
    say = translator(lang)
    names = {
        "harm": say("1. Harm, made small first"),
        "fairness": say("2. Fairness, among plans of that harm"),
        "burden": say("3. Burden, among plans as fair as that"),
    }
    table = [[say("weight"), say("value"), say("unit"), say("confidence"), say("meaning")]]
    marks: list[tuple[int, str]] = []
    for group, title in names.items():
        mine = [row for row in rows if row["group"] == group]
        marks.append((len(table), title))
        for row in mine:
            text = row[f"meaning_{lang}"]
            if row["source"]:
                text += f" [{row['source']}]"
            value, sure = row["value"], say(row["confidence"])
            unit = row[f"unit_{lang}"]
            table.append([row["key"], num(value, lang, _digits(value)), unit, sure, text])
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    lines = []
    for key, value, *more, text in table:
        cells = [key.ljust(widths[0]), value.rjust(widths[1])]
        cells += [cell.ljust(width) for cell, width in zip(more, widths[2:], strict=True)]
        lines.append("  " + "  ".join([*cells, text]).rstrip())
    for at, title in reversed(marks):
        lines.insert(at, title)
    lines.append(say("Change one for a plan: referral plan SCENARIO --set KEY=VALUE"))
    return "\n".join(lines)


def reached_text(summary: Mapping[str, Any], lang: str) -> str:
    """Return what a plan reached in each group, and the price of fairness."""
    say = translator(lang)
    rows = [["", say("value"), say("bound")]]
    rows += [
        [say(name), num(part["value"], lang, 2), num(part["bound"], lang, 2)]
        for name, part in summary["objective"].items()
    ]
    lines = aligned(rows)
    cost = summary.get("fairness_cost")
    if cost:
        before = num(cost["worst_area_without"], lang, 3)
        after = num(summary["objective"]["fairness"]["value"], lang, 3)
        if before == after:
            text = say("Price of fairness: harm {harm}, burden {burden}; the longest wait stays")
            text += say(" {after} days a new patient")
        else:
            text = say("Price of fairness: harm {harm}, burden {burden}; it took the longest wait")
            text += say(" from {before} to {after} days a new patient")
        lines.append(
            text.format(
                harm=num(cost["harm"], lang, 2),
                burden=num(cost["burden"], lang, 1),
                before=before,
                after=after,
            )
        )
    return "\n".join(lines)


def routine_text(price: Mapping[str, float], lang: str) -> str:
    """Return what keeping beds and people for routine care costs in harm."""
    say = translator(lang)
    text = say(
        "Price of routine care: {kept} beds and their people are kept for it; without them "
        "the harm would be {without} instead of {value} (solved in {seconds} s)"
    )
    return text.format(
        kept=num(price["beds"], lang),
        without=num(price["without"], lang, 1),
        value=num(price["harm"], lang, 1),
        seconds=num(price["seconds"], lang, 1),
    )


def _digits(value: float) -> int:
    for digits in range(4):
        if abs(value - round(value, digits)) < 1e-9:
            return digits
    return 4
