"""Every message of the readers can be said in Vietnamese, with the same facts in it."""

from __future__ import annotations

import ast
import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pydantic import BaseModel

import optimizer
from optimizer.domain import part, promise_keys, scenario, settings, stay, wave
from optimizer.domain.people import STAFF_ROWS
from optimizer.domain.tables import ROWS
from optimizer.i18n import translator

PACKAGE = Path(optimizer.__file__).parent
CATALOGUES = [PACKAGE / "i18n" / "vi" / "LC_MESSAGES" / f"{name}.po" for name in ("data", "roster")]
"""The second is that of rosters: their files are read here, their room says more of them."""
CATALOGUE = CATALOGUES[0]
_SENTENCE = re.compile(r"[A-Z0-9{].* .*[.?]|[a-z][\w.]+ .*[.?]|[A-Z][a-z]+ .*", re.DOTALL)


def message_ids() -> set[str]:
    """Return every sentence in the source of the readers, and every description of a key."""
    found: set[str] = set()
    modules = (part, promise_keys, scenario, settings, stay, wave)
    for path in [*(PACKAGE / "exchange").glob("*.py"), *(Path(m.__file__) for m in modules)]:
        if path.name not in ("example.py", "example_staff.py"):
            found |= _literals(ast.parse(path.read_text(encoding="utf-8")))
    for row in (*ROWS, *STAFF_ROWS):
        found |= {row.meaning(column) for column in row.model_fields}
    for thing in [value for module in modules for value in vars(module).values()]:
        if isinstance(thing, type) and issubclass(thing, BaseModel):
            found |= {f.description for f in thing.model_fields.values() if f.description}
    return found


def _literals(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    silent = {id(n.value) for n in nodes if isinstance(n, ast.Expr)}  # docstrings
    silent |= {id(part) for n in nodes if isinstance(n, ast.JoinedStr) for part in ast.walk(n)}
    said = {
        id(n.args[0])
        for n in nodes
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Name)
        and n.func.id in ("say", "contradiction")
        and n.args
    }
    return {
        n.value
        for n in nodes
        if isinstance(n, ast.Constant)
        and isinstance(n.value, str)
        and (id(n) in said or (id(n) not in silent and _SENTENCE.fullmatch(n.value)))
    }


@pytest.mark.parametrize("message", sorted(message_ids()))
def test_message_has_a_vietnamese_text_with_the_same_facts(message: str) -> None:
    entries = []
    for path in CATALOGUES:
        with path.open("rb") as file:
            entries.append(read_po(file).get(message))
    entry = next((one for one in entries if one is not None), None)
    assert entry is not None
    assert entry.string
    places = re.compile(r"\{(\w+)\}")
    assert set(places.findall(message)) == set(places.findall(str(entry.string)))
    assert translator("vi")(message) == entry.string
    assert translator("en")(message) == message


def test_catalogue_has_no_message_that_nobody_says() -> None:
    with CATALOGUE.open("rb") as file:
        assert {str(m.id) for m in read_po(file) if m.id} <= message_ids()


def test_compiled_catalogue_is_that_of_the_source() -> None:
    compiled = io.BytesIO()
    with CATALOGUE.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    fresh = gettext.GNUTranslations(compiled)
    for message in message_ids():
        assert shipped.gettext(message) == fresh.gettext(message)
