"""Ways to spoil an example on purpose, each with the rule that must be named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.checking.folder import Folder

Spoil = Callable[[Folder], object]
Make = Callable[[], Folder]


class Spoils:
    """A decorator of functions that spoil an example; `known` holds those it has decorated."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.known: list[tuple[str, str, Make, Spoil]] = []
        """Name, rule, the example, what spoils it."""

    def __call__(self, rule: str, make: Make | None = None) -> Callable[[Spoil], Spoil]:
        """Register one way to spoil the example and the rule that must be named."""

        def note(change: Spoil) -> Spoil:
            self.known.append((change.__name__, rule, make or self.make, change))
            return change

        return note


def patients(f: Folder, day: int, place: str, s: str, state: str = "treated") -> dict[str, str]:
    return f.row("patients", day=day, place=place, class_id=s, state=state)


def admission(f: Folder, day: int, unit: str) -> dict[str, str]:
    return f.row("admissions", day=day, unit=unit)


def edit_json(path: Path, change: Callable[[object], object]) -> None:
    value = json.loads(path.read_text("utf-8"))
    change(value)
    path.write_text(json.dumps(value), "utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")
