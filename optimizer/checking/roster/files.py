"""Reads a roster folder with the standard library; what cannot be read is a finding."""

from __future__ import annotations

import csv
import datetime
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from optimizer.errors import Problem
from optimizer.i18n.counting import filled

REQUIRED = ("people", "contracts", "shifts", "cover")
OPTIONAL = ("requests", "leave", "pins", "stays", "history", "published", "holidays")
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place; `message` is an English message id filled from `values`."""

    rule: str
    where: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: str = "en") -> str:
        """Return one line in `lang`."""
        return f"{self.rule} ({self.where}): " + filled(self.message, self.values, lang)

    def problem(self) -> Problem:
        """Return it as a `Problem`."""
        return Problem(self.message, file=f"{self.rule} ({self.where})", values=self.values)


Row = dict[str, str]


@dataclass(slots=True)
class RosterFiles:
    """What the files say, as plain values.

    `does[person, day]` is the row of ``roster.csv``; `before[person, day]` the shift of history;
    days count from 0 on the first day.
    """

    folder: Path
    findings: list[Finding] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    roster: list[Row] = field(default_factory=list)
    does: dict[tuple[str, int], Row] = field(default_factory=dict)
    before: dict[tuple[str, int], str] = field(default_factory=dict)
    start: datetime.date = datetime.date(1, 1, 1)
    days: int = 0

    def find(self, rule: str, where: str, message: str, **values: object) -> None:
        """Add a finding."""
        self.findings.append(Finding(rule, where, message, values))

    def day(self, text: str) -> int:
        """Return the day of a date; history is negative."""
        return (datetime.date.fromisoformat(text) - self.start).days

    def date(self, day: int) -> str:
        """Return the date of a day."""
        return (self.start + datetime.timedelta(days=day)).isoformat()

    def weekday(self, day: int) -> int:
        """Return 0 for Monday to 6 for Sunday."""
        return (self.start + datetime.timedelta(days=day)).weekday()

    @property
    def people(self) -> dict[str, Row]:
        """Rows of people by id."""
        return {row["person_id"]: row for row in self.tables["people"]}

    @property
    def contracts(self) -> dict[str, Row]:
        """Rows of contracts by id."""
        return {row["contract_id"]: row for row in self.tables["contracts"]}

    @property
    def shifts(self) -> dict[str, Row]:
        """Rows of shifts by code."""
        return {row["shift"]: row for row in self.tables["shifts"]}

    def shift_on(self, person: str, day: int) -> str:
        """Return the shift worked on a day, before the horizon too; empty: a day off."""
        if day < 0:
            return self.before.get((person, day), "")
        row = self.does.get((person, day))
        return row["shift"] if row else ""

    def begins(self, person: str) -> int:
        """Return the first day of which anything is known."""
        return -int(self.rules.get("history_days", 0))


def minutes(hours: str) -> int:
    """Return hours as whole minutes."""
    return round(Fraction(hours) * 60) if hours else 0


def limit(row: Row, column: str) -> int | None:
    """Return a whole number of a cell, None if blank."""
    text = row.get(column) or ""
    return int(text) if text else None


def several(cell: str | None) -> list[str]:
    """Return the parts of a cell that are separated by a bar."""
    return [part.strip() for part in (cell or "").split("|") if part.strip()]


def _rows(path: Path) -> list[Row]:
    text = path.read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("#")]
    head = lines[0] if lines else ""
    sign = ";" if head.count(";") > head.count(",") else ","
    found = []
    for row in csv.DictReader(lines, delimiter=sign, strict=True):
        if any(row.values()):
            found.append({(k or "").strip(): (v or "").strip() for k, v in row.items()})
    return found


def read_files(folder: Path) -> RosterFiles:
    """Return what the files say; faults of reading stand in `findings` under ``files``."""
    files = RosterFiles(folder)
    inputs = folder / "inputs"
    for name in (*REQUIRED, *OPTIONAL):
        path = inputs / f"{name}.csv"
        try:
            files.tables[name] = _rows(path) if path.is_file() or name in REQUIRED else []
        except (OSError, ValueError, csv.Error):
            files.find("files", f"inputs/{name}.csv", "The file is missing or cannot be read.")
            files.tables[name] = []
    for name, place in (("rules.json", inputs), ("roster.json", folder)):
        try:
            data = json.loads((place / name).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            files.find("files", name, "The file is missing or cannot be read.")
            data = {}
        if place is inputs:
            files.rules = data
        else:
            files.summary = data
    try:
        files.roster = _rows(folder / "roster.csv")
    except (OSError, ValueError, csv.Error):
        files.find("files", "roster.csv", "The file is missing or cannot be read.")
    if files.findings:
        return files
    try:
        files.start = datetime.date.fromisoformat(str(files.rules["start"]))
        files.days = int(files.rules["days"])
        _place(files)
    except (KeyError, ValueError, TypeError) as error:
        files.find("files", "inputs", "The files cannot be understood ({what}).", what=error)
    return files


def _place(files: RosterFiles) -> None:
    """Put assignments and history by person and day; what cannot stand is a finding."""
    people, shifts = files.people, files.shifts
    for number, row in enumerate(files.roster, start=2):
        day = files.day(row["date"])
        where = f"roster.csv:{number}"
        if row["person_id"] not in people or row["shift"] not in shifts:
            files.find("files", where, "The row names a person or shift that no table has.")
        elif not 0 <= day < files.days:
            files.find("files", where, "The date is outside the roster.")
        elif (row["person_id"], day) in files.does:
            files.find(
                "one_shift_a_day",
                f"{row['person_id']}, {row['date']}",
                "Works two shifts on one day.",
            )
        else:
            files.does[row["person_id"], day] = row
    for row in files.tables["history"]:
        files.before[row["person_id"], files.day(row["date"])] = row["shift"]


def grouped(rows: list[Row], column: str) -> dict[str, list[Row]]:
    """Return rows by the value of a column."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
