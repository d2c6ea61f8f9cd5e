"""YAML without its surprises: what two readers could understand differently is refused.

Read from the parser's events, so that an alias is never followed and a tag never built. Dates stay
text; the scenario's own types say what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from optimizer.errors import Problem, system_fault
from optimizer.exchange.reading import shown

MOST_BYTES = 256_000
MOST_DEPTH = 12

Keys = tuple[str | int, ...]
"""The way to a value: keys of mappings, indices of lists."""

_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_ODD_NUMBER = re.compile(
    r"[-+]?(0[0-9_]+|0[box][0-9a-f_]+|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*(e[-+]?[0-9]+)?)|[-+]?\.(inf|nan)",
    re.IGNORECASE,
)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_WORDS = frozenset(["y", "yes", "n", "no", "on", "off", "true", "false"])


@dataclass(slots=True)
class Document:
    """What a file says: its mapping, the line of every key, and what is wrong.

    `complete` is false where the rest of the file could not be understood.
    """

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Keys, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True


class _Stop(Exception):
    """The rest of the file cannot be understood."""


def read_yaml(path: Path, file: str) -> Document:
    """Read a file that must hold one mapping; faults are collected, not raised."""
    document = Document(complete=False)
    reader = _Reader(file, document)
    try:
        text = reader.text(path)
        reader.events = yaml.parse(text, Loader=yaml.SafeLoader)
        document.data = reader.document()
        document.complete = True
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.refuse(
            mark.line + 1 if mark else 0,
            "This is not YAML: {reason}.",
            "Look at the indentation, colons and quotes of this line and the one above.",
            reason=error.problem or "?",
        )
    except (yaml.YAMLError, RecursionError):
        reader.refuse(0, "The file holds an unprintable sign.", "Type the line anew.")
    return document


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


class _Reader:
    """Builds plain values from events."""

    events: Iterator[yaml.Event]

    def __init__(self, file: str, document: Document) -> None:
        self.file = file
        self.out = document

    def refuse(
        self, line: int, fault: str, remedy: str, keys: Keys = (), value: str = "", **facts: object
    ) -> None:
        self.out.problems.append(
            Problem(fault, remedy, self.file, line, dotted(keys), shown(value), values=facts)
        )

    def text(self, path: Path) -> str:
        try:
            if path.stat().st_size > MOST_BYTES:
                self.refuse(
                    0,
                    "The file is larger than {limit} kB.",
                    "Put long lists of rows into CSV files beside it.",
                    limit=MOST_BYTES // 1000,
                )
                raise _Stop
            return path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            reason = system_fault(error)
            self.refuse(0, "The file cannot be read ({reason}).", "", reason=reason)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.refuse(line, "The text is not UTF-8.", "Save it as UTF-8.")
        raise _Stop

    def document(self) -> dict[str, Any]:
        event = next(self.events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self.refuse(0, "The file is empty.", "Write the keys of a scenario.")
            raise _Stop
        value = self.value(event, ())
        for rest in self.events:
            if isinstance(rest, yaml.DocumentStartEvent):
                line = _line(rest)
                self.refuse(line, "A second document starts here.", "Keep one file, one scenario.")
                break
        if not isinstance(value, dict):
            line = _line(event)
            self.refuse(
                line, "It must be a mapping of keys to values.", "Write lines like key: value."
            )
            raise _Stop
        return value

    def value(self, event: yaml.Event, keys: Keys) -> Any:
        line = _line(event)
        if len(keys) > MOST_DEPTH:
            self.refuse(line, "Nested more than {limit} deep.", "", keys[:3], limit=MOST_DEPTH)
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self.refuse(
                line,
                "An alias (*) is not read.",
                "Write the value itself.",
                keys,
                f"*{event.anchor}",
            )
            return None
        if anchor := getattr(event, "anchor", None):
            self.refuse(
                line,
                "An anchor for an alias (&) is not read.",
                "Delete it.",
                keys,
                f"&{anchor}",
            )
        tag = getattr(event, "tag", None)
        if tag:
            self.refuse(
                line, "A tag (!) is not read.", "Delete it; write a plain value.", keys, tag
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(keys)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(keys)
        assert isinstance(event, yaml.ScalarEvent)
        self.out.lines.setdefault(keys, line)
        if tag or event.style is not None:
            return event.value
        return self.plain(event.value, line, keys)

    def mapping(self, keys: Keys) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                self.refuse(line, "A key must be a plain word.", "Write key: value.", keys)
                if not isinstance(event, yaml.ScalarEvent):
                    raise _Stop
            key = event.value
            here = (*keys, key)
            if event.style is None and (key == "<<" or key.casefold() in _WORDS or not key):
                self.refuse(
                    line, "This key is read differently elsewhere.", "Put it in quotes.", here, key
                )
            if key in found:
                self.refuse(
                    line,
                    "The key stands twice, in line {first} and in line {second}.",
                    "Delete one of the two.",
                    here,
                    first=self.out.lines[here],
                    second=line,
                )
                self.value(next(self.events), (*here, "…"))
                continue
            self.out.lines[here] = line
            found[key] = self.value(next(self.events), here)
        return found

    def sequence(self, keys: Keys) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here = (*keys, len(found))
            self.out.lines[here] = _line(event)
            found.append(self.value(event, here))
        return found

    def plain(self, text: str, line: int, keys: Keys) -> Any:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INT.fullmatch(text) and len(text) < 20:
            return int(text)
        if _FLOAT.fullmatch(text) and len(text) < 40:
            return float(text)
        if text.casefold() in _WORDS:
            fault = "This word is true or false to one reader and text to another."
            remedy = "Write true or false, or put it in quotes."
        elif _SEXAGESIMAL.fullmatch(text):
            fault = "Some readers take this for a number to the base of 60."
            remedy = "Put it in quotes, or write a plain number."
        elif _ODD_NUMBER.fullmatch(text):
            fault = "This number is read differently by different readers."
            remedy = "Write it like 12 or 0.5; put an id in quotes."
        elif text.casefold() == "null":
            fault, remedy = (
                "This word is read differently elsewhere.",
                "Write null in small letters.",
            )
        else:
            return text
        self.refuse(line, fault, remedy, keys, text)
        return text


def dotted(keys: Keys) -> str:
    """Return the way to a value as people write it: stays.severe.stay_days, roads_cut[2]."""
    text = ""
    for key in keys:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if text else key
    return text


_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")


def undotted(text: str) -> Keys:
    """Return the keys that `dotted` wrote."""
    return tuple(int(at) - 1 if at else name for at, name in _STEP.findall(text))
