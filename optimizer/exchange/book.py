"""The tables of one folder while they are being read: rows with their row numbers, and problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from optimizer.domain.row import Row
from optimizer.domain.tables import SourceFile
from optimizer.errors import Problem
from optimizer.exchange.reading import Sheet, same_id, shown

R = TypeVar("R", bound=Row)


@dataclass(slots=True)
class Loaded:
    """A table as it was read: the sound rows with their row numbers, and every record."""

    model: type[Row]
    file: str
    sheet: Sheet
    rows: list[tuple[int, Row]] = field(default_factory=list)
    absent: bool = False

    @property
    def ids(self) -> dict[str, str]:
        """Return the ids of all records, faulty ones too, by the form in which they must differ."""
        key = self.model.KEY[0]
        return {same_id(r.cells[key]): r.cells[key] for r in self.sheet.records if r.cells.get(key)}


class Book:
    """All tables read so far, by name, with the problems found."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.tables: dict[str, Loaded] = {}
        self.files: list[SourceFile] = []
        self.problems: list[Problem] = []

    def rows(self, model: type[R]) -> list[tuple[int, R]]:
        """Return (row number, row) of the sound rows of a table."""
        return [(n, row) for n, row in self.tables[model.TABLE].rows if isinstance(row, model)]

    def say(
        self,
        model: type[Row],
        row: int,
        column: str,
        fault: str,
        remedy: str = "",
        *,
        value: object = "",
        warning: bool = False,
        **values: object,
    ) -> None:
        """Add a problem of a row of a table."""
        where = self.tables[model.TABLE].file
        severity = "warning" if warning else "error"
        text = shown(str(value))
        self.problems.append(
            Problem(fault, remedy, where, row, column, text, severity, values=values)
        )
