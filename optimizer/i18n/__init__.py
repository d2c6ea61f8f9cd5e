"""Catalogues for Vietnamese and English; the language is an argument, never module state.

Message ids are the English texts. Each room has a catalogue of its own (``data.po``, ``check.po``,
``report.po``, ``app.po``) in ``vi/LC_MESSAGES``; they are read together.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = ("vi", "en")


@cache
def translations(lang: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; English is the message ids themselves.

    Raises
    ------
    ValueError
        If the language is not in `LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}")
    found = gettext.NullTranslations()
    for path in sorted((Path(__file__).parent / lang / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        catalogue.add_fallback(found)
        found = catalogue
    return found


def translator(lang: str) -> Callable[[str], str]:
    """Return the function that says a message id in `lang`."""
    return translations(lang).gettext
