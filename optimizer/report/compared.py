"""A plan before and after a change, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.i18n import translator
from optimizer.report.formats import num
from optimizer.report.summary import aligned, kpi_rows


def compared_json(
    changes: Sequence[str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return one object: what was changed, KPIs before and after, the fall of harm, seconds."""
    return {
        "schema_version": 1,
        "status": "optimal",
        "changes": list(changes),
        "before": dict(before),
        "after": dict(after),
        "harm_saved": before["harm"] - after["harm"],
        "seconds": {name: round(spent, 3) for name, spent in seconds.items()},
    }


def compared_text(
    changes: Sequence[str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    seconds: Mapping[str, float],
    lang: str,
    level_names: Mapping[str, str],
) -> str:
    """Return a table of KPIs before and after, and what the change is worth."""
    say = translator(lang)
    saved = before["harm"] - after["harm"]
    share = 100 * saved / before["harm"] if before["harm"] else 0.0
    worth = (
        say("harm falls by {saved} ({share} %)")
        if saved >= 0
        else say("harm rises by {saved} ({share} %)")
    )
    return "\n".join(
        [
            say("What if: {changes}").format(changes=", ".join(changes) or "–"),
            *aligned(kpi_rows([say("before"), say("after")], [before, after], lang, level_names)),
            worth.format(saved=num(abs(saved), lang, 1), share=num(abs(share), lang, 2)),
            say("Both sides: best of the plan's linear programme, surge beds held as planned."),
            say("Opened in {open} s, answered in {answer} s.").format(
                open=num(seconds["open"], lang, 1), answer=num(seconds["answer"], lang, 2)
            ),
        ]
    )
