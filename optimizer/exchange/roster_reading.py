"""Tables of a roster folder and its ``rules.yaml`` while they are read, with every fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from optimizer.errors import Problem
from optimizer.exchange.cells import columns, convert, explain, required_columns
from optimizer.exchange.reading import Sheet, nearest_name, read_sheet, same_id, shown
from optimizer.exchange.roster_rows import (
    ROWS,
    RosterRow,
    RulesFile,
)
from optimizer.exchange.strict_yaml import dotted, read_yaml

R = TypeVar("R", bound=RosterRow)
RULES_FILE = "rules.yaml"


class RosterBook:
    """The tables of one folder while they are read."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.problems: list[Problem] = []
        self.rows: dict[type[RosterRow], list[tuple[int, RosterRow]]] = {m: [] for m in ROWS}
        self.sheets: dict[type[RosterRow], Sheet] = {}

    def file(self, model: type[RosterRow]) -> str:
        """Return what messages call a table."""
        return str(self.directory / f"{model.TABLE}.csv")

    def of(self, model: type[R]) -> Iterator[tuple[int, R]]:
        """Yield (row number, row) of a table."""
        for number, row in self.rows[model]:
            if isinstance(row, model):
                yield number, row

    def named(self, model: type[RosterRow], column: str) -> frozenset[str] | None:
        """Return the cells of a column, those of faulty rows too; None if some were not read."""
        sheet = self.sheets.get(model)
        if sheet is None or not (sheet.sound and sheet.complete):
            return None
        return frozenset(record.cells[column] for record in sheet.records)

    def say(
        self,
        model: type[RosterRow],
        row: int,
        column: str,
        fault: str,
        remedy: str,
        value: object = "",
        **values: object,
    ) -> None:
        """Add a fault of a row."""
        self.problems.append(
            Problem(fault, remedy, self.file(model), row, column, shown(str(value)), values=values)
        )


def read_rules(path: Path, problems: list[Problem]) -> RulesFile | None:
    """Return ``rules.yaml``, or None with its faults."""
    if not path.is_file():
        problems.append(
            Problem("The file is missing.", "Add it: facility_id, start and days.", str(path))
        )
        return None
    document = read_yaml(path, str(path))
    problems += document.problems
    if not document.complete:
        return None
    try:
        return RulesFile.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            keys = tuple(k for k in detail["loc"])
            fault, remedy, facts = explain(detail)
            if detail["type"] == "extra_forbidden":
                meant = nearest_name(str(keys[-1]), RulesFile.model_fields)
                fault = "Unknown key: nobody reads it."
                remedy = "Did you mean {meant}?" if meant else "Delete it or mend its name."
                facts = {"meant": meant}
            value = detail.get("input")
            text = "" if isinstance(value, dict | list | None) else shown(str(value))
            line = document.lines.get(keys, document.lines.get(keys[:1], 0))
            problems.append(
                Problem(fault, remedy, str(path), line, dotted(keys), text, values=facts)
            )
    return None


def load(book: RosterBook, model: type[RosterRow]) -> None:
    """Read one table; a missing one is a fault only if it is needed."""
    path = book.directory / f"{model.TABLE}.csv"
    if not path.is_file():
        if model.NEEDED:
            book.problems.append(
                Problem("The table is missing.", "Put it into the folder.", str(path))
            )
        return
    required = required_columns(model)
    optional = [c for c in columns(model) if c not in required]
    sheet = read_sheet(path, str(path), required, optional)
    empty = "The file has a header and no rows."
    book.problems += [p for p in sheet.problems if model.NEEDED or p.fault != empty]
    book.sheets[model] = sheet
    for record in sheet.records:
        row = convert(record, model, str(path), book.problems)
        if row is not None:
            book.rows[model].append((record.row, row))


def unique(book: RosterBook, model: type[RosterRow]) -> None:
    """Refuse a second row of the same key."""
    seen: dict[tuple[str, ...], int] = {}
    for number, row in book.of(model):
        key = tuple(same_id(str(getattr(row, column) or "")) for column in model.KEY)
        if key in seen:
            book.say(
                model,
                number,
                model.KEY[0],
                "The same key stands in row {other} already.",
                "Delete one of the two rows.",
                ", ".join(key),
                other=seen[key],
            )
        seen.setdefault(key, number)
