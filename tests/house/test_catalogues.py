"""Both languages say everything, with the same places to fill."""

from __future__ import annotations

import ast
import csv
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytest.importorskip("babel", reason="Babel comes with the test extra")

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from optimizer.i18n import LANGUAGES, translations
from optimizer.i18n.__main__ import FOLDER, is_current, sources

PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdifgr]")
SPEAKERS = {"_", "say", "tr", "translate", "gettext", "counted"}
SPOKEN = {"fault", "remedy", "message"}


def catalogue(source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=source.parents[1].name)


def texts(message: Message) -> list[tuple[str, str]]:
    """Pairs of id and translation; a plural form is held against both ids' common places."""
    if isinstance(message.id, (list, tuple)):
        return [(message.id[-1], text) for text in message.string]
    return [(message.id, message.string)]


def places(text: str) -> set[str]:
    """Return the names to fill in: ``{name}`` and ``%(name)s``."""
    found = {f"%{m.group(1) or m.group(0)}" for m in PERCENT.finditer(text)}
    try:
        return found | {
            name for _, name, _, _ in string.Formatter().parse(text) if name is not None
        }
    except ValueError:  # a lone brace: not a format string
        return found


@pytest.fixture(
    scope="module", params=list(sources()), ids=lambda p: f"{p.parents[1].name}-{p.stem}"
)
def source(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_catalogues_exist_for_vietnamese() -> None:
    assert any(path.parents[1].name == "vi" for path in sources())


def test_catalogue_is_compiled_when_committed(source: Path) -> None:
    assert is_current(source), f"{source.name}: run python -m optimizer.i18n and commit the .mo"


def test_catalogue_has_no_untranslated_or_fuzzy_entry(source: Path) -> None:
    left = [
        m.id for m in catalogue(source) if m.id and (m.fuzzy or not all(t for _, t in texts(m)))
    ]
    assert left == []


def test_catalogue_fills_the_same_places_in_both_languages(source: Path) -> None:
    wrong = [
        (msgid, text)
        for message in catalogue(source)
        if message.id
        for msgid, text in texts(message)
        if places(msgid) != places(text)
    ]
    assert wrong == []


def test_catalogues_agree_when_two_rooms_say_the_same_thing() -> None:
    said: dict[tuple[str, object], str] = {}
    wrong = []
    for path in sources():
        for message in catalogue(path):
            for msgid, text in texts(message) if message.id else ():
                key = (path.parents[1].name, (message.context, msgid))
                if said.setdefault(key, text) != text:
                    wrong.append((msgid, said[key], text))
    assert wrong == []


def test_every_compiled_catalogue_has_a_source() -> None:
    orphans = [p for p in FOLDER.glob("*/LC_MESSAGES/*.mo") if not p.with_suffix(".po").is_file()]
    assert orphans == []


def literal_messages(path: Path) -> Iterator[str]:
    """Yield what `path` says to people: literals for a translator, or as a `SPOKEN` argument."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        count = 1 if name in SPEAKERS else 2 if name == "Problem" else 0
        for part in node.args[:count] + [k.value for k in node.keywords if k.arg in SPOKEN]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                yield part.value


def test_every_literal_message_of_the_code_is_in_the_vietnamese_catalogues() -> None:
    known = {m.id for path in sources() if path.parents[1].name == "vi" for m in catalogue(path)}
    missing = {
        f"{path.name}: {text}"
        for path in FOLDER.parent.rglob("*.py")
        for text in literal_messages(path)
        if text not in known
    }
    assert missing == set()


def test_translations_fall_back_to_the_message_id_when_unknown() -> None:
    for lang in LANGUAGES:
        assert translations(lang).gettext("no such message") == "no such message"


def pairs(value: object, where: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every mapping below `value` that speaks a language."""
    if isinstance(value, dict):
        if value.keys() & set(LANGUAGES):
            yield where, value
        for key, below in value.items():
            yield from pairs(below, f"{where}.{key}")
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from pairs(below, f"{where}[{number}]")


def test_scenarios_speak_both_languages(root: Path) -> None:
    wrong = [
        where
        for path in sorted((root / "scenarios").rglob("*.yaml"))
        for where, pair in pairs(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)
        if not all(pair.get(lang) for lang in LANGUAGES)
    ]
    assert wrong == []


def test_tables_speak_both_languages(root: Path) -> None:
    wrong = []
    for path in sorted((root / "data/facilities").rglob("*.csv")):
        if "sources" in path.parts:  # raw facts as they were found; nobody is shown their headers
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in file if not line.startswith("#")]
        rows = csv.DictReader(lines)
        columns = rows.fieldnames or []
        stems = {c[:-3] for c in columns if c.endswith(("_vi", "_en"))}
        for stem in stems:
            wanted = [f"{stem}_{lang}" for lang in LANGUAGES]
            if not set(wanted) <= set(columns):
                wrong.append(f"{path.name}: {stem} in one language only")
        wrong += [
            f"{path.name}: row {number}: {stem}"
            for number, row in enumerate(rows, start=2)
            for stem in stems
            if bool(row.get(f"{stem}_vi")) != bool(row.get(f"{stem}_en"))
        ]
    assert wrong == []
