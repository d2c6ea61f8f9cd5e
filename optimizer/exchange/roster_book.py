"""Tables from an Excel workbook: each sheet named as a table becomes its CSV file.

A small reader of our own: text of cells as it stands, nothing run, nothing guessed. Archives that
are too large, that declare entities, formulas without a stored result and merged cells are
refused by name.
"""

from __future__ import annotations

import csv
import datetime
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Tree

from optimizer.errors import DataError, Problem, system_fault
from optimizer.exchange.reading import fold
from optimizer.exchange.roster_rows import ROWS

MOST_BYTES = 20_000_000
MOST_UNPACKED = 60_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EPOCH = datetime.date(1899, 12, 30)
SHEETS = {
    "nhân sự": "people",
    "nguyện vọng": "requests",
    "nghỉ phép": "leave",
    "nhu cầu": "cover",
    "ca trực": "shifts",
    "hợp đồng": "contracts",
    "ghim": "pins",
    "lịch sử": "history",
    "luân phiên": "stays",
    "ngày lễ": "holidays",
    "lịch trực": "published",
    "roster": "published",
}
"""Other names of sheets, most of them Vietnamese; the English ones are the names of the tables.

`roster` is the sheet of our own workbook: people know that roster once it is imported.
"""
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class _Book:
    """One open workbook."""

    def __init__(self, path: Path) -> None:
        self.path, self.problems = path, [*self._refusals(path)]
        if self.problems:
            raise DataError(self.problems)
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError([self.problem("This is not an Excel workbook (.xlsx).")]) from error
        total = sum(item.file_size for item in self.archive.infolist())
        if total > MOST_UNPACKED:
            fault = "The workbook unpacks to a size of {size} MB; {limit} MB are allowed."
            raise DataError(
                [self.problem(fault, size=total // 10**6, limit=MOST_UNPACKED // 10**6)]
            )
        self.strings = self._strings()
        self.dated = self._dated()

    def problem(self, fault: str, where: str = "", **values: object) -> Problem:
        """Return a fault of the workbook, at a sheet or cell."""
        remedy = "Save it anew as .xlsx with plain values." if fault else ""
        return Problem(fault, remedy, str(self.path), column=where, values=values)

    def _refusals(self, path: Path) -> list[Problem]:
        try:
            size = path.stat().st_size
        except OSError as error:
            reason = system_fault(error)
            fault = "The file cannot be read ({reason})."
            return [Problem(fault, "", str(path), values={"reason": reason})]
        if size > MOST_BYTES:
            fault = "The workbook has a size of {size} MB; {limit} MB are allowed."
            return [self.problem(fault, size=size // 10**6, limit=MOST_BYTES // 10**6)]
        return []

    def tree(self, name: str) -> Tree.Element | None:
        """Return a part of the workbook, None if there is none."""
        try:
            data = self.archive.read(name)
        except KeyError:
            return None
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError([self.problem("This is not an Excel workbook (.xlsx).")]) from error
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise DataError([self.problem("A part declares an entity: it is not read.", name)])
        try:
            return Tree.fromstring(data)
        except Tree.ParseError as error:
            raise DataError([self.problem("This is not an Excel workbook (.xlsx).")]) from error

    def _strings(self) -> list[str]:
        root = self.tree("xl/sharedStrings.xml")
        if root is None:
            return []
        return ["".join(t.text or "" for t in item.iter(f"{MAIN}t")) for item in root]

    def _dated(self) -> set[int]:
        """Return the cell styles that show a number as a date."""
        root = self.tree("xl/styles.xml")
        if root is None:
            return set()
        formats = {
            int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iter(f"{MAIN}numFmt")
        }
        styles = root.find(f"{MAIN}cellXfs")
        found = set()
        for index, style in enumerate(styles if styles is not None else ()):
            id = int(style.get("numFmtId", "0"))
            code = re.sub(r'"[^"]*"|\[[^\]]*\]', "", formats.get(id, "")).lower()
            if 14 <= id <= 17 or ("y" in code and "d" in code):
                found.add(index)
        return found

    def sheets(self) -> list[tuple[str, str]]:
        """Return (name, part) of every sheet."""
        book, links = self.tree("xl/workbook.xml"), self.tree("xl/_rels/workbook.xml.rels")
        if book is None or links is None:
            raise DataError([self.problem("This is not an Excel workbook (.xlsx).")])
        parts = {link.get("Id"): link.get("Target", "") for link in links}
        return [
            (
                sheet.get("name", ""),
                "xl/" + parts.get(sheet.get(RELATION), "").lstrip("/").removeprefix("xl/"),
            )
            for sheet in book.iter(f"{MAIN}sheet")
        ]

    def rows(self, name: str, part: str) -> list[list[str]]:
        """Return the cells of a sheet as text; what cannot be read is a problem."""
        root = self.tree(part)
        if root is None:
            self.problems.append(self.problem("The sheet is missing.", name))
            return []
        for merged in root.iter(f"{MAIN}mergeCell"):
            fault = "Merged cells leave the other cells without a value."
            self.problems.append(self.problem(fault, f"{name}!{merged.get('ref', '')}"))
        found: list[list[str]] = []
        for row in root.iter(f"{MAIN}row"):
            cells: dict[int, str] = {}
            for cell in row:
                text = self._text(name, cell)
                place = _PLACE.fullmatch(cell.get("r", ""))
                if text and place:
                    column = 0
                    for letter in place[1]:
                        column = 26 * column + ord(letter) - 64
                    cells[column] = text
            number = int(row.get("r", "0"))
            if not cells:
                continue
            if number > MOST_ROWS or max(cells) > MOST_COLUMNS:
                fault = "The sheet is too large: {rows} rows and {columns} columns are allowed."
                large = self.problem(fault, name, rows=MOST_ROWS, columns=MOST_COLUMNS)
                self.problems.append(large)
                return []
            while len(found) < number - 1:
                found.append([])
            found.append([cells.get(c, "") for c in range(1, max(cells) + 1)])
        return found

    def _text(self, name: str, cell: Tree.Element) -> str:
        kind, value = cell.get("t", "n"), cell.find(f"{MAIN}v")
        if kind == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(f"{MAIN}t")).strip()
        if value is None or value.text is None:
            if cell.find(f"{MAIN}f") is not None:
                fault = "A formula without a stored result reads as blank."
                self.problems.append(self.problem(fault, f"{name}!{cell.get('r', '')}"))
            return ""
        if kind == "e":
            fault = "The cell holds an error of the spreadsheet ({value})."
            where = f"{name}!{cell.get('r', '')}"
            self.problems.append(self.problem(fault, where, value=value.text))
            return ""
        if kind == "s":
            return self.strings[int(value.text)].strip()
        if kind == "n" and int(cell.get("s", "0")) in self.dated:
            return (EPOCH + datetime.timedelta(days=int(float(value.text)))).isoformat()
        if kind == "n" and re.fullmatch(r"-?[0-9]+\.0+", value.text):
            return value.text.partition(".")[0]
        return value.text.strip()


def import_book(path: Path, folder: Path) -> tuple[Path, ...]:
    """Write the tables of a workbook as CSV files; returns them.

    Sheets that are no table are left alone. Nothing is written if anything is wrong.

    Raises
    ------
    DataError
        With every fault of the workbook.
    """
    book = _Book(path)
    known = {model.TABLE for model in ROWS}
    others = {fold(name): table for name, table in SHEETS.items()}
    tables: dict[str, list[list[str]]] = {}
    sheets = book.sheets()
    if "published" in {fold(name) for name, _ in sheets}:
        del others["roster"]
    for name, part in sheets:
        folded_name = fold(name)
        table = folded_name if folded_name in known else others.get(folded_name, "")
        if table in tables:
            book.problems.append(book.problem("Two sheets hold the same table.", name))
        elif table:
            tables[table] = book.rows(name, part)
    if not tables and not book.problems:
        fault = "No sheet is named as a table ({names})."
        book.problems.append(book.problem(fault, names=", ".join(sorted(known))))
    if book.problems:
        raise DataError(book.problems)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, rows in tables.items():
            width = max((len(row) for row in rows), default=0)
            target = folder / f"{table}.csv"
            with target.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([*row, *[""] * (width - len(row))] for row in rows if any(row))
            written.append(target)
    except OSError as error:
        reason = system_fault(error)
        fault, remedy = "The folder cannot be written ({reason}).", "Choose another one."
        raise DataError([Problem(fault, remedy, str(folder), values={"reason": reason})]) from error
    return tuple(written)
