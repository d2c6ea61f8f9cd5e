"""English of one: ``1 violation``, where a message id has ``{count} violations``.

Message ids are written for many; a message may hold several counts, so each is put into the
singular by itself. Vietnamese nouns have one form and are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from optimizer.i18n import translator

NOUNS = {
    "bed-days": "bed-day",
    "beds": "bed",
    "blocks": "block",
    "communes": "commune",
    "days": "day",
    "facilities": "facility",
    "faults": "fault",
    "files": "file",
    "guests": "guest",
    "head-days": "head-day",
    "heads": "head",
    "helpers": "helper",
    "hours": "hour",
    "leads": "lead",
    "newcomers": "newcomer",
    "patients": "patient",
    "people": "person",
    "places": "place",
    "posts": "post",
    "rows": "row",
    "rules": "rule",
    "seconds": "second",
    "shifts": "shift",
    "things": "thing",
    "units": "unit",
    "violations": "violation",
    "warnings": "warning",
}
VERBS = {
    "are": "is",
    "arrive": "arrives",
    "change": "changes",
    "come": "comes",
    "differ": "differs",
    "do": "does",
    "have": "has",
    "lie": "lies",
    "need": "needs",
    "stand": "stands",
    "stay": "stays",
    "were": "was",
}
COUNTED = re.compile(
    r"\{(?P<name>\w+)\}(?P<between>(?: [a-z]+)??) "
    rf"(?P<noun>{'|'.join(sorted(NOUNS, key=len, reverse=True))})\b"
    rf"(?: (?P<verb>{'|'.join(VERBS)})\b)?"
)
"""A place to fill, at most one word between, the noun that is counted, and its verb."""


def counting(lang: str) -> Callable[..., str]:
    """Return the function that says a message id in `lang` with its places filled by name."""

    def counted(message: str, **values: object) -> str:
        return filled(message, values, lang)

    return counted


def filled(message: str, values: Mapping[str, object], lang: str) -> str:
    """Return a message id in `lang` with its places filled; in English one of a thing is singular.

    Parameters
    ----------
    values
        Numbers, or numbers as they are shown; one is what is shown as ``1``.
    """
    text = translator(lang)(message)
    if lang == "en":
        text = COUNTED.sub(lambda found: _one(found, values), text)
    return text.format_map(values)


def _one(found: re.Match[str], values: Mapping[str, object]) -> str:
    """Return the words as they are, or in the singular where the count is one."""
    if str(values.get(found["name"])) != "1":
        return found[0]
    verb = f" {VERBS[found['verb']]}" if found["verb"] else ""
    place = found[0][: found[0].index("}") + 1]
    return f"{place}{found['between']} {NOUNS[found['noun']]}{verb}"
