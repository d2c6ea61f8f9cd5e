"""What a plan rests on: shares by confidence and the printed assumptions, as HTML text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from optimizer.app.blocks import block, span
from optimizer.app.listings import cell, table
from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import CONFIDENCES, PlanReport
from optimizer.report.palette import Palette
from optimizer.report.tables import confidence_names


def confidence_bar(plan: PlanReport, lang: str, palette: Palette) -> str:
    """Return the share of the plan's beds by confidence: a bar and its figures."""
    fills = (palette.ramp[5], palette.ramp[3], palette.ramp[1], "")
    names = confidence_names(lang)
    parts, legend = [], []
    for key, fill in zip(CONFIDENCES, fills, strict=True):
        share = plan.confidence_share[key]
        kind = "" if fill else "hatch"
        look = f"background:{fill}" if fill else ""
        parts.append(f'<i class="{kind}" style="width:{share * 100:.2f}%;{look}"></i>')
        figure = f"{escape(names[key])} <b>{formats.pct(share, lang, 1)}</b>"
        legend.append(span(f'<i class="c {kind}" style="{look}"></i>&nbsp;&nbsp;{figure}'))
    return block(f'<div class="bar">{"".join(parts)}</div><div class="leg">{"".join(legend)}</div>')


def assumption_table(plan: PlanReport, lang: str) -> str:
    """Return every printed assumption, the weakest first."""
    say = translator(lang)
    names = confidence_names(lang)

    def weakest_first(told: Mapping[str, Any]) -> int:
        known = str(told.get("confidence"))
        return -CONFIDENCES.index(known) if known in CONFIDENCES else 1

    rows = []
    for told in sorted(plan.head.get("assumptions", []), key=weakest_first):
        text = escape(str(told.get(f"text_{lang}") or told.get("key")))
        kind = "assumed" if told.get("confidence") == "assumed" else ""
        value = told.get("value")
        shown = f" = {value}" if isinstance(value, int | float | str) and str(value) else ""
        named = str(told.get("key") or "")
        key = "" if named in text else "<br>" + span(escape(named + shown), "note")
        rows.append(
            cell(span(text, kind) + key)
            + cell(escape(names.get(str(told.get("confidence")), "")), "w")
            + cell(escape(str(told.get("source") or "")), "m")
        )
    head = [(say("Assumption"), ""), (say("Confidence"), ""), (say("Source"), "")]
    return block(table(head, rows, height=640))
