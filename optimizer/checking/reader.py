"""Reads CSV and JSON with the standard library; a bad cell is a violation, never a trace.

Rows are counted as records: comments and the header count, the first line is row 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from optimizer.checking.violation import Bench, FloatArray, IntArray, Violation

FILES = "files"


def ident(text: str) -> str:
    """Return an id as ids are compared: trimmed, composed (NFC)."""
    return unicodedata.normalize("NFC", text.strip())


def sha256(path: Path) -> str:
    """Return the digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Table:
    """One CSV table by columns; cells that cannot be read are noted on `bench` under ``files``."""

    def __init__(
        self, name: str, bench: Bench, columns: Mapping[str, Sequence[str]], first: int
    ) -> None:
        self.name = name
        self.bench = bench
        self.columns = columns
        self.rows: Sequence[int] = range(first, first + len(next(iter(columns.values()), ())))

    def __len__(self) -> int:
        return len(self.rows)

    def fault(self, row: int, column: str, message: str, **values: object) -> None:
        """Note a cell that cannot be read."""
        self.bench.note(
            Violation(FILES, f"{self.name}:{self.rows[row]} {column}", 1.0, "", message, values)
        )

    def text(self, column: str) -> list[str]:
        """Return the cells, trimmed."""
        return [cell.strip() for cell in self.columns[column]]

    def ids(self, column: str) -> list[str]:
        """Return the cells as ids; blank where nothing is said."""
        return [ident(cell) for cell in self.columns[column]]

    def numbers(
        self, column: str, blank: float | None = None, low: float = -math.inf
    ) -> FloatArray:
        """Return finite numbers >= `low`; an empty cell is `blank`, or a fault if None."""
        cells = self.columns[column]
        try:
            values = np.array(cells, dtype=np.float64) if cells else np.zeros(0)
            if (
                np.isfinite(values).all()
                and (values >= low).all()
                and not any("_" in c for c in cells)
            ):
                return values
        except ValueError:
            pass
        out = np.zeros(len(cells))
        for i, cell in enumerate(cells):
            text = cell.strip()
            if not text and blank is not None:
                out[i] = blank
                continue
            try:
                value = math.nan if "_" in text else float(text)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                self.fault(i, column, "{value!r} is not a number.", value=text)
            elif value < low:
                self.fault(i, column, "{value} is below {low}.", value=text, low=low)
            else:
                out[i] = value
        return out

    def wholes(self, column: str, blank: float | None = None, low: float = 0.0) -> FloatArray:
        """Return the cells as whole numbers >= `low`."""
        out = self.numbers(column, blank, low)
        for i in map(int, np.flatnonzero((out != np.rint(out)) & np.isfinite(out))):
            self.fault(i, column, "{value} is not a whole number.", value=self.columns[column][i])
        return np.where(np.isfinite(out), np.rint(out), out)

    def look_up(self, column: str, index: Mapping[str, int]) -> IntArray:
        """Return the place of each id in `index`; -1 and a fault where it is not known."""
        return self.look_up_else(column, index, {})

    def look_up_else(
        self, column: str, index: Mapping[str, int], known: Mapping[str, str]
    ) -> IntArray:
        """Return places as `look_up`; an id in `known` breaks the rule named there."""
        cells = self.columns[column]
        out = np.fromiter((index.get(c, -1) for c in cells), dtype=np.intp, count=len(cells))
        for i in map(int, np.flatnonzero(out < 0)):
            name = ident(cells[i])
            out[i] = index.get(name, -1)
            if out[i] >= 0:
                continue
            if name in known:
                where = f"{self.name}:{self.rows[i]} {column}"
                message = "{value!r} is closed, or not valid on day 1: nobody may be planned there."
                self.bench.add(known[name], where, message, value=name)
            else:
                self.fault(i, column, "{value!r} is not known here.", value=name)
        return out

    def dates(self, column: str) -> list[date | None]:
        """Return the cells as dates; None where nothing is said."""
        out: list[date | None] = []
        for i, cell in enumerate(self.text(column)):
            try:
                out.append(date.fromisoformat(cell) if cell else None)
            except ValueError:
                self.fault(i, column, "{value!r} is not a date (YYYY-MM-DD).", value=cell)
                out.append(None)
        return out


def read_table(
    path: Path, name: str, columns: Sequence[str], bench: Bench, optional: Sequence[str] = ()
) -> Table:
    """Return the table; empty, with the faults noted on `bench`, when it cannot be read.

    Of the `columns` the `optional` ones may not be there: all their cells are blank then.
    """
    empty = Table(name, bench, {c: [] for c in columns}, 2)
    bench.checked(FILES)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        bench.add(FILES, name, "The file is missing or cannot be opened.")
        return empty
    except UnicodeDecodeError:
        bench.add(FILES, name, "The file is not UTF-8.")
        return empty
    first = 1
    while text.startswith("#") or (text and not text.partition("\n")[0].strip()):
        text = text.partition("\n")[2]
        first += 1
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        bench.add(FILES, name, "The file is not sound CSV: {error}", error=str(error))
        return empty
    if not records or not records[0]:
        bench.add(FILES, name, "The file is empty.")
        return empty
    header = [cell.strip() for cell in records[0]]
    left_out = [c for c in optional if c not in header]
    wrong = [c for c in columns if header.count(c) != 1 and c not in left_out]
    for column in wrong:
        message = "Column {column!r} stands {times} times in the header; once is right."
        bench.add(FILES, f"{name}:{first}", message, column=column, times=header.count(column))
    if wrong:
        return empty
    body = records[1:]
    while body and not any(body[-1]):
        body.pop()
    for i, record in enumerate(body):
        if len(record) != len(header):
            message = "The row has {cells} cells, the header {columns}."
            where = f"{name}:{first + 1 + i}"
            bench.add(FILES, where, message, cells=len(record), columns=len(header))
    if any(len(record) != len(header) for record in body):
        return empty
    cells = list(zip(*body, strict=True)) if body else [()] * len(header)
    blank = ("",) * len(body)
    found = {c: blank if c in left_out else cells[header.index(c)] for c in columns}
    return Table(name, bench, found, first + 1)


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        _refuse("a key stands twice")
    return out


def read_json(path: Path, name: str, bench: Bench) -> Any:
    """Return the value of a JSON file; None, with the fault noted, when it cannot be read."""
    bench.checked(FILES)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except OSError:
        bench.add(FILES, name, "The file is missing or cannot be opened.")
    except (ValueError, RecursionError) as error:
        bench.add(FILES, name, "The file is not sound JSON: {error}", error=str(error))
    return None


class Document:
    """A JSON object with the faults of its keys noted under ``files``."""

    def __init__(self, name: str, value: Any, bench: Bench) -> None:
        self.name = name
        self.bench = bench
        self.value: Mapping[str, Any] = value if isinstance(value, dict) else {}
        if value is not None and not isinstance(value, dict):
            bench.add(FILES, name, "The file must hold one JSON object.")

    def get(self, key: str) -> Any:
        """Return the value at a dotted key, or None."""
        here: Any = self.value
        for part in key.split("."):
            here = here.get(part) if isinstance(here, dict) else None
        return here

    def fault(self, key: str, message: str, **values: object) -> None:
        """Note that `key` is not what it must be."""
        self.bench.note(Violation(FILES, f"{self.name} {key}", 1.0, "", message, values))

    def number(self, key: str, low: float = -math.inf) -> float:
        """Return a finite number >= `low`, or nan and a fault."""
        value = self.get(key)
        try:
            number = math.nan if isinstance(value, bool | str) else float(value)
        except (TypeError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            self.fault(key, "It must be a number.")
            return math.nan
        if number < low:
            self.fault(key, "{value} is below {low}.", value=number, low=low)
            return math.nan
        return number

    def whole(self, key: str, low: int = 0, high: int = 10**6) -> int:
        """Return a whole number from `low` to `high`, or `low` and a fault."""
        value = self.number(key, low)
        if math.isnan(value):
            return low
        if value != int(value):
            self.fault(key, "It must be a whole number.")
        if value > high:
            self.fault(key, "{value} is above {high}.", value=value, high=high)
            return low
        return int(value)

    def truth(self, key: str) -> bool:
        """Return true or false."""
        value = self.get(key)
        if not isinstance(value, bool):
            self.fault(key, "It must be true or false.")
        return bool(value)

    def text(self, key: str) -> str:
        """Return a text."""
        value = self.get(key)
        if not isinstance(value, str):
            self.fault(key, "It must be a text.")
            return ""
        return value

    def day(self, key: str) -> date:
        """Return a date."""
        try:
            return date.fromisoformat(str(self.get(key)))
        except ValueError:
            self.fault(key, "It must be a date (YYYY-MM-DD).")
            return date(2000, 1, 1)
