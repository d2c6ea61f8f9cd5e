"""Sections of the page that say why, and on what ground: reasons, promises, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from optimizer.i18n import translator
from optimizer.report import formats, levers
from optimizer.report.folder import PlanReport
from optimizer.report.markup import html_table, level_chip, remark, section
from optimizer.report.promises import promise_table, promise_title, stability_line

ADDITIONS, CHOICES, ASSUMPTIONS = 12, 24, 60
"""Rows printed; the rest stands in the tables of the folder and in report.xlsx."""


def reasons(report: PlanReport, lang: str) -> str:
    """Return the sections of why the plan is so, and on what ground it stands."""
    parts = [
        _bottlenecks(report, lang),
        _clearing(report, lang),
        _promises(report, lang),
        _levers(report, lang),
        _moves(report, lang),
        _matters(report, lang),
        _assumptions(report, lang),
    ]
    return "".join(parts)


def explanation(report: PlanReport) -> Mapping[str, Any]:
    """Return what plan.json says of why; empty for a plan by rule."""
    found = report.head.get("explanation")
    return found if isinstance(found, Mapping) else {}


def _bottlenecks(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    found = explanation(report).get("bottlenecks") or []
    if not found:
        return ""
    rows = [
        [
            (escape(report.place_name(str(one["place"]), lang)), ""),
            (escape(f"{say('week')} {one['week']}"), "m w"),
            (escape(str(one[f"binding_{lang}"])), ""),
            (escape(str(one[f"thing_{lang}"])), ""),
            (gain_words(one, lang), "n"),
            (escape(str(one[f"remedy_{lang}"])), "m"),
        ]
        for one in found
    ]
    head = [
        (say("Place"), ""),
        (say("When"), ""),
        (say("Binding"), ""),
        (say("Addition"), ""),
        (say("Harm saved"), "n"),
        (say("Remedy"), ""),
    ]
    first = remark(str(found[0][f"text_{lang}"]))
    note = say("about = solved again with it; ≤ = sum of shadow prices, a ceiling")
    return section(say("Bottlenecks"), note, html_table(head, rows) + first)


def gain_words(one: Mapping[str, Any], lang: str) -> str:
    """Return the gain of a bottleneck as it is shown: about, or at most."""
    say = translator(lang)
    told = one.get("solved_again_harm")
    if told is None:
        return f"≤ {formats.num(float(one['at_most_harm']), lang, 1)}"
    return say("about {a}").format(a=f"<b>{formats.num(float(told), lang, 1)}</b>")


def _clearing(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    title = say("What would clear the shortfall")
    told = explanation(report).get("clear")
    if not told:
        text = say("Not computed; referral plan --explain computes it.")
        return section(title, "", remark(text)) if explanation(report) else ""
    rows = [
        [
            (escape(report.place_name(str(one["place"]), lang)), ""),
            (escape(str(one[f"thing_{lang}"])), ""),
            (formats.day(report.date(int(one["needed_from_day"])), lang), "n"),
        ]
        for one in told["additions"][:ADDITIONS]
    ]
    head = [(say("Place"), ""), (say("Add"), ""), (say("Needed from"), "n")]
    weights = ", ".join(
        f"{resource_name(kind, lang)} {formats.num(float(weight), lang, 3 if weight % 1 else 0)}"
        for kind, weight in told["costs"].items()
    )
    note = say("Weights (editable in the scenario, assumed): {weights}.").format(weights=weights)
    body = f"<p>{escape(str(told[f'text_{lang}']))}</p>"
    return section(title, "", body + (html_table(head, rows) if rows else "") + remark(note))


def resource_name(kind: str, lang: str) -> str:
    """Return what a resource is called."""
    say = translator(lang)
    return {
        "bed": say("bed"),
        "staff": say("person on duty"),
        "vehicle_minutes": say("vehicle minute a day"),
        "outside_place": say("place outside a day"),
    }.get(kind, kind)


def _promises(report: PlanReport, lang: str) -> str:
    levels = {k: report.level_name(k, lang) for k in report.levels["care_level"]}
    head, rows = promise_table(report.head, levels, lang)
    title, note = promise_title(lang)
    changed = remark(stability_line(report.head, lang))
    body = (html_table(head, rows) if rows else "") + changed
    return section(title, note, body) if body else ""


def _levers(report: PlanReport, lang: str) -> str:
    say, told = translator(lang), levers.totals(report.head, lang)
    if not told:
        return ""
    body = []
    for row in levers.rows(report.head, lang):
        name, first, last, units, _, cost, harm, worth, again, approver, basis = row
        saved = f"≥ {formats.num(worth, lang)}" if again is None else formats.num(again, lang)
        body.append(
            [
                (escape(name), ""),
                (formats.day(report.date(first), lang), "n"),
                (formats.day(report.date(last), lang), "n m"),
                (formats.num(units, lang), "n"),
                (formats.num(cost, lang), "n"),
                (formats.num(harm, lang, 1), "n"),
                (f"<b>{saved}</b>", "n"),
                (escape(f"{approver}; {basis}"), "m"),
            ]
        )
    head = [
        (say("Lever"), ""),
        (say("Open from"), "n"),
        (say("to"), "n"),
        (say("Units"), "n"),
        (say("Million VND"), "n"),
        (say("Own harm"), "n"),
        (say("Harm saved"), "n"),
        (say("Approved by; legal basis"), ""),
    ]
    note = say("≥ = yields at shadow prices, a floor; others: solved again without the lever")
    table = html_table(head, body) if body else remark(say("The plan opens no lever."))
    return section(say("Levers"), note, f"<p>{escape(told)}</p>{table}")


def _moves(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    found = explanation(report).get("why") or []
    if not found:
        return ""
    rows = [
        [
            (formats.day(report.date(int(one["day"])), lang), "n"),
            (level_chip(report, str(one["care_level"]), lang), ""),
            (formats.people(float(one["patients"]), lang), "n"),
            (escape(str(one[f"text_{lang}"])), ""),
        ]
        for one in found[:CHOICES]
    ]
    head = [(say("Day"), "n"), (say("Level"), ""), (say("People"), "n"), (say("Why here"), "")]
    note = say("day 1 orders, then the largest flows of days 2 and 3; harm a patient")
    rest = len(found) - CHOICES
    more = remark(say("… and {n} more in report.xlsx").format(n=rest)) if rest > 0 else ""
    return section(say("Why here"), note, html_table(head, rows) + more)


def _matters(report: PlanReport, lang: str) -> str:
    say, told = translator(lang), explanation(report).get("matters") or []
    note = say("to first order, the plan not solved again; all figures in matters.csv")
    body = "".join(remark(f"≈ {one[f'text_{lang}']}") for one in told)
    return section(say("Which assumption matters"), note, body) if told else ""


def _assumptions(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    names = {
        "official": say("official"),
        "open_data": say("open data"),
        "derived": say("derived"),
        "assumed": say("assumed"),
    }
    told = list(report.head.get("assumptions", []))
    rows = []
    for one in told[:ASSUMPTIONS]:
        mark = str(one.get("confidence"))
        kind = "assumed" if mark == "assumed" else ""
        text = escape(str(one.get(f"text_{lang}") or one.get("key")))
        sign = "≈ " if kind else ""
        rows.append(
            [
                (f'{sign}<span class="{kind}">{text}</span>', ""),
                (escape(names.get(mark, mark)), "m"),
                (escape(str(one.get("source") or "")), "m"),
            ]
        )
    head = [(say("Assumption"), ""), (say("Confidence"), ""), (say("Source"), "")]
    rest = len(told) - ASSUMPTIONS
    more = remark(say("… and {n} more in report.xlsx").format(n=rest)) if rest > 0 else ""
    return section(say("Assumptions"), "", html_table(head, rows) + more)
