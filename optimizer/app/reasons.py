"""Bottlenecks, what would clear the shortfall and why here, as HTML text; no Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from optimizer.app.blocks import block
from optimizer.app.listings import cell, note, table
from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport
from optimizer.report.page_reasons import explanation, gain_words

ROWS = 8
Why = Mapping[tuple[int, str, str, str, str], str]
"""(day, origin, destination, pool, care level) -> sentences."""


def bottleneck_table(report: PlanReport, lang: str) -> str:
    """Return place, week, what binds, what one more saves, and the remedy."""
    say = translator(lang)
    found = explanation(report).get("bottlenecks") or []
    if not found:
        text = escape(say("Nothing binds: one more of anything would save no harm."))
        if not explanation(report):
            text = escape(say("This plan has no prices: it was made by a rule."))
        return block(f'<div class="state">{text}</div>')
    rows = []
    for one in found[:ROWS]:
        gain = gain_words(one, lang)
        hover = escape(str(one[f"text_{lang}"]))
        rows.append(
            cell(
                f'<span title="{hover}">{escape(report.place_name(str(one["place"]), lang))}</span>'
            )
            + cell(_dates(report, one, lang), "m w")
            + cell(escape(str(one[f"binding_{lang}"])))
            + cell(gain, "n")
            + cell(escape(f"{one[f'thing_{lang}']}; {one[f'remedy_{lang}']}"), "m")
        )
    head = [
        (say("Place"), ""),
        (say("When"), ""),
        (say("Binding"), ""),
        (say("Harm saved"), "n"),
        (say("Remedy"), ""),
    ]
    return block(table(head, rows) + note(str(found[0][f"text_{lang}"])))


def _dates(report: PlanReport, one: Mapping[str, Any], lang: str) -> str:
    first, last = (
        formats.day(report.date(int(one[key])), lang) for key in ("first_day", "last_day")
    )
    return escape(f"{first} – {last}")


def clearing_note(report: PlanReport, lang: str) -> str:
    """Return what would clear the shortfall, as a sentence; nothing for a plan by rule."""
    told = explanation(report)
    if not told:
        return ""
    if not told.get("clear"):
        text = translator(lang)("Not computed; referral plan --explain computes it.")
        return block(note(text))
    return block(f'<div class="state">{escape(str(told["clear"][f"text_{lang}"]))}</div>')


def why_here(report: PlanReport, lang: str) -> dict[tuple[int, str, str, str, str], str]:
    """Return the sentences of the moves of day 1, by what the list of moves tells them apart."""
    found: dict[tuple[int, str, str, str, str], str] = {}
    for one in explanation(report).get("why") or []:
        if not one["observed"]:
            continue
        key = (
            int(one["day"]),
            str(one["origin"]),
            str(one["place"]),
            str(one["pool"]),
            str(one["care_level"]),
        )
        text = str(one[f"text_{lang}"])
        found[key] = f"{found[key]} {text}" if key in found else text
    return found


def flows_why(report: PlanReport, lang: str) -> str:
    """Return why the largest flows of days 2 and 3 go where they go."""
    say = translator(lang)
    found = [one for one in explanation(report).get("why") or [] if not one["observed"]]
    if not found:
        return ""
    rows = [
        cell(formats.day(report.date(int(one["day"])), lang), "n")
        + cell(escape(str(one[f"text_{lang}"])))
        for one in found
    ]
    return block(table([(say("Day"), "n"), (say("Why here"), "")], rows, height=300))
