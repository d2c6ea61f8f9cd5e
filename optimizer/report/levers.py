"""Levers in words and tables: what opens when, who decides it, its cost and what it bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.i18n import translator
from optimizer.report.formats import num

MILLION = 1e6
SHOWN = 8
"""Levers said on a terminal."""
HEADS = (
    "lever",
    "first_day",
    "last_day",
    "units",
    "unit_days",
    "million_vnd",
    "harm",
    "worth",
    "solved_without",
    "approver",
    "legal_basis",
)
Told = Mapping[str, Any]


def levers_used(head: Told) -> list[Told]:
    """Return the levers that the plan of a ``plan.json`` opens, those that bought most first."""
    found = head.get("levers_bought")
    return list(found) if isinstance(found, list) else []


def lever_name(head: Told, lever: str, lang: str) -> str:
    """Return what a lever is called."""
    told = (head.get("lever_titles") or {}).get(lever) or {}
    return str(told.get(lang) or lever)


def heading(lang: str) -> list[str]:
    """Return the words above the columns of `rows`."""
    say = translator(lang)
    return [
        say("Lever"),
        say("Open from"),
        say("to"),
        say("Units"),
        say("Unit-days"),
        say("Million VND"),
        say("Own harm"),
        say("Harm saved, at least"),
        say("solved again"),
        say("Approved by"),
        say("Legal basis"),
    ]


def rows(head: Told, lang: str) -> list[list[Any]]:
    """Return one row for each lever the plan opens: words, days and figures (None: not solved)."""
    titles = head.get("lever_titles") or {}
    return [
        [
            lever_name(head, str(one["lever"]), lang),
            int(one["first_day"]),
            int(one["last_day"]),
            float(one["most"]),
            float(one["unit_days"]),
            float(one["vnd"]) / MILLION,
            float(one["harm"]),
            float(one["worth"]),
            one["solved_without"],
            str((titles.get(one["lever"]) or {}).get(f"approver_{lang}", "")),
            str((titles.get(one["lever"]) or {}).get("legal_basis", "")),
        ]
        for one in levers_used(head)
    ]


def totals(head: Told, lang: str) -> str:
    """Return what all levers cost and harm, and the harm without any; empty without levers."""
    kpis = (head.get("kpis") or {}).get("levers")
    if not kpis:
        return ""
    say = translator(lang)
    text = say("{vnd} million VND in the days shown, {days} unit-days, own harm {harm}").format(
        vnd=num(kpis["vnd"] / MILLION, lang, 0),
        days=num(kpis["unit_days"], lang, 0),
        harm=num(kpis["harm"], lang, 1),
    )
    if kpis.get("budget_vnd") is not None:
        text += say("; budget {budget} million, {spent} spent in all days solved").format(
            budget=num(kpis["budget_vnd"] / MILLION, lang, 0),
            spent=num(kpis["vnd_solved"] / MILLION, lang, 0),
        )
    without = (head.get("without_levers") or {}).get("harm")
    if without is not None:
        text += say("; harm without any lever {harm}").format(harm=num(float(without), lang, 0))
    return text


def lever_lines(head: Told, lang: str) -> list[str]:
    """Return the lines of `referral plan`; none for a plan without levers."""
    told = totals(head, lang)
    if not told:
        return []
    say = translator(lang)
    found: Sequence[list[Any]] = rows(head, lang)
    lines = [say("Levers:") + " " + told]
    for row in found[:SHOWN]:
        name, first, last, units, _, cost, _, worth, again, approver, _ = row
        bought = say("saves at least {worth} harm").format(worth=num(worth, lang, 0))
        if again is not None:
            bought = say("saves {worth} harm (solved again without it)").format(
                worth=num(float(again), lang, 0)
            )
        text = say(
            "{lever}: {units} open from day {first} to {last}, {cost} million VND, {bought}; "
            "decided by: {approver}"
        )
        lines.append(
            "  "
            + text.format(
                lever=name,
                units=num(units, lang, 0),
                first=first,
                last=last,
                cost=num(cost, lang, 0),
                bought=bought,
                approver=approver,
            )
        )
    if len(found) > SHOWN:
        lines.append("  " + say("… and {n} more in levers.csv").format(n=len(found) - SHOWN))
    if not found:
        lines.append("  " + say("none is opened"))
    return [*lines, ""]
