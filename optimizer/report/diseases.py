"""Diseases at the same time: who comes with each, and how short of care each falls."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from optimizer.i18n import translator
from optimizer.report import formats


def disease_figures(summary: Mapping[str, Any], lang: str) -> list[tuple[str, dict[str, float]]]:
    """Return (name, figures) of each disease of a plan.json, most unmet first; none of one alone.

    Figures: ``new`` patients, ``unmet`` patient-days, ``peak`` patients, ``day`` of the peak,
    ``deaths`` for want of care.
    """
    names = summary.get("disease_names", {}).get(lang, {})
    found = []
    for disease, told in (summary["kpis"].get("by_disease") or {}).items():
        figures = {
            "new": float(told["new_patients"]),
            "unmet": float(sum(told["unmet_patient_days"].values())),
            "peak": float(told["peak_short"]["patients"]),
            "day": float(told["peak_short"]["day"]),
            "deaths": float(told["deaths_for_want_of_care"]),
        }
        found.append((str(names.get(disease, disease)), figures))
    return sorted(found, key=lambda one: (-one[1]["unmet"], one[0]))


def disease_lines(summary: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines of the terminal."""
    say, found = translator(lang), disease_figures(summary, lang)
    if not found:
        return []
    text = say(
        "{disease}: {new} new patients, {unmet} unmet patient-days, at most {peak} on day {day}, "
        "{deaths} deaths for want of care"
    )
    lines = [say("By disease; beds, staff, oxygen and vehicles are shared:")]
    for name, one in found:
        lines.append(
            "  "
            + text.format(
                disease=name,
                new=formats.num(one["new"], lang),
                unmet=formats.num(one["unmet"], lang),
                peak=formats.people(one["peak"], lang),
                day=int(one["day"]),
                deaths=formats.people(one["deaths"], lang),
            )
        )
    return [*lines, ""]


def disease_table(
    summary: Mapping[str, Any], lang: str
) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]:
    """Return head and rows of the table, cells as (HTML, class) pairs; no rows of one alone."""
    say = translator(lang)
    head = [
        (say("Disease"), ""),
        (say("New patients"), "n"),
        (say("Unmet patient-days"), "n"),
        (say("Most at once"), "n"),
        (say("on day"), "n"),
        (say("Deaths for want of care (modelled)"), "n"),
    ]
    rows = [
        [
            (escape(name), ""),
            (formats.num(one["new"], lang), "n"),
            (f"<b>{formats.num(one['unmet'], lang)}</b>", "n"),
            (formats.people(one["peak"], lang), "n"),
            (str(int(one["day"])), "n"),
            (formats.people(one["deaths"], lang), "n"),
        ]
        for name, one in disease_figures(summary, lang)
    ]
    return head, rows
