"""From the bytes of a CSV file to records of text cells, each with the row a spreadsheet shows.

Nothing is guessed: what could be read in two ways is refused with its place. Cells are trimmed and
brought to Unicode NFC; what they mean is the business of `cells.py`.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.errors import Problem, system_fault

MOST_BYTES = 64_000_000
"""A larger file is refused before it is read."""

MOST_TITLE_ROWS = 30
"""So many rows are searched for a header."""

_PERSONAL = frozenset(
    [
        "hoten",
        "hovaten",
        "tenbenhnhan",
        "benhnhan",
        "cccd",
        "cmnd",
        "socccd",
        "socmnd",
        "cancuoc",
        "cancuoccongdan",
        "sodienthoai",
        "dienthoai",
        "sdt",
        "phone",
        "phonenumber",
        "mobile",
        "telephone",
        "ngaysinh",
        "namsinh",
        "dob",
        "dateofbirth",
        "birthdate",
        "birthday",
        "fullname",
        "firstname",
        "lastname",
        "surname",
        "patientname",
        "email",
        "bhyt",
        "mabhyt",
        "sobhyt",
        "thebhyt",
        "sothe",
        "hochieu",
        "passport",
        "nationalid",
        "citizenid",
        "diachi",
        "homeaddress",
    ]
)
_TOTALS = frozenset(["tong", "tong cong", "tong so", "total", "totals", "grand total"])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONG_DIGITS = re.compile(r"(?<![\d.])\d{9,12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: its row as a spreadsheet counts, and its cells by column."""

    row: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """What was read of one file.

    `sound`: the header could be trusted, so that rows mean something. `complete`: no record was
    lost on the way, so that an id which is not here exists nowhere.
    """

    file: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sound: bool = True
    complete: bool = True
    sha256: str = ""


def shown(value: str) -> str:
    """Return a cell as a message may show it: short, printable, long runs of digits masked."""
    text = _LONG_DIGITS.sub("…", value)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= 60 else text[:57] + "…"


def fold(text: str) -> str:
    """Return text without case, marks and outer spaces, so that look-alikes become equal."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def same_id(text: str) -> str:
    """Return the form in which two ids must differ: trimmed, NFC, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Return the known name closest to a misspelt one, or an empty text."""
    by_fold = {fold(k): k for k in known}
    close = difflib.get_close_matches(fold(name), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else ""


def read_sheet(path: Path, file: str, required: Sequence[str], optional: Sequence[str]) -> Sheet:
    """Read one CSV file whose columns are known.

    Parameters
    ----------
    path, file
        Where it is, and what messages call it.
    required, optional
        Column names; a column of neither list is refused.
    """
    sheet = Sheet(file)
    text = _decode(path, sheet)
    if text is None:
        sheet.sound = False
        return sheet
    comments, body = _without_comments(text)
    if not body.strip():
        sheet.problems.append(
            Problem("The file is empty.", "Fill in the header and the rows.", file)
        )
        sheet.sound = False
        return sheet
    if not re.split(r"[\r\n]", text, maxsplit=1)[0].strip(" \t,;"):
        fault, remedy = "The first row is blank.", "Delete the blank rows above the header."
        sheet.problems.append(Problem(fault, remedy, file, 1))
    known = (*required, *optional)
    delimiter = _delimiter(body, known, comments, sheet)
    raw = _split(body, delimiter, comments, sheet)
    header = _find_header(raw, known, sheet)
    if header is None:
        sheet.sound = False
        return sheet
    row, names = raw[header]
    spare = len(names)
    _check_header(row, names, required, optional, sheet)
    if sheet.sound:
        _take_records(raw[header + 1 :], names, spare, delimiter, sheet)
    return sheet


def _decode(path: Path, sheet: Sheet) -> str | None:
    """Return the text of a file, or None with the reason why it is not one."""

    def refuse(fault: str, remedy: str, **values: object) -> None:
        sheet.problems.append(Problem(fault, remedy, sheet.file, values=values))

    try:
        if path.stat().st_size > MOST_BYTES:
            refuse(
                "The file is larger than {limit} MB.",
                "Divide it or take out what does not belong there.",
                limit=MOST_BYTES // 1_000_000,
            )
            return None
        data = path.read_bytes()
        sheet.sha256 = hashlib.sha256(data).hexdigest()
    except OSError as error:
        refuse("The file cannot be read ({reason}).", "", reason=system_fault(error))
        return None
    half = len(data) // 2
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        half and max(data[::2].count(0), data[1::2].count(0)) > half * 0.4
    ):
        refuse("The file is UTF-16, not UTF-8.", "In Excel save it as 'CSV UTF-8'.")
        return None
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        refuse("This is a workbook or a PDF, not a CSV file.", "In Excel save it as 'CSV UTF-8'.")
        return None
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")
    bad = [
        n
        for n, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)
        if _SURROGATE.search(line)
    ]
    if len(bad) > 3:
        sheet.problems.append(
            Problem(
                "The text is not UTF-8 (first in row {row}, {count} rows in all); it looks like an "
                "old code page.",
                "In Excel save it as 'CSV UTF-8'.",
                sheet.file,
                values={"row": bad[0], "count": len(bad)},
            )
        )
        return None
    return text


def _without_comments(text: str) -> tuple[int, str]:
    """Return the number of comment and blank lines at the top, and the text after them."""
    count = 0
    while text:
        end = min((at for at in map(text.find, "\r\n") if at >= 0), default=len(text))
        line, rest = text[:end], text[end:]
        if line.strip(" \t,;") and not line.lstrip('" \t').startswith("#"):
            break
        count += 1
        text = rest[2:] if rest.startswith("\r\n") else rest[1:]
    return count, text


def _delimiter(body: str, known: Sequence[str], comments: int, sheet: Sheet) -> str:
    """Return comma or semicolon, whichever cuts a line near the top into known names."""

    def cut(line: str, delimiter: str) -> list[str]:
        return [cell.strip(' "') for cell in line.split(delimiter)]

    lines = body.splitlines()[:MOST_TITLE_ROWS]
    options = [(sum(c in known for c in cut(line, d)), d, line) for d in ",;\t" for line in lines]
    hits, best, header = max(options, key=lambda option: option[0])
    other = ";" if best == "," else ","
    if not hits:
        best = max(",;\t", key=lines[0].count)
    if best == "\t":
        fault = "The columns are separated by tabs."
        remedy = "Separate them by commas or semicolons: in Excel save as 'CSV UTF-8'."
    elif hits and any(c in known for cell in cut(header, best) for c in cut(cell, other)[1:]):
        fault = "The header mixes commas and semicolons."
        remedy = "Use the same separator in the whole file."
    else:
        return best
    sheet.problems.append(Problem(fault, remedy, sheet.file, comments + 1))
    sheet.sound = False
    return best


def _split(body: str, delimiter: str, comments: int, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Return (row, cells) of every record that is not blank; trimmed, NFC."""
    found: list[tuple[int, list[str]]] = []
    row = comments
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            sheet.problems.append(
                Problem(
                    'A quote (") opens here and is not closed where a cell ends.',
                    "Close the quote, or double it if it belongs to the text.",
                    sheet.file,
                    row,
                )
            )
            sheet.complete = False
            return found
        cells = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
        if any(cells):
            found.append((row, cells))


def _find_header(
    raw: list[tuple[int, list[str]]], known: Sequence[str], sheet: Sheet
) -> int | None:
    """Return the index of the header record; title lines above it are a fault."""

    def hits(index: int) -> int:
        return sum(cell in known for cell in raw[index][1])

    if not raw:
        return None
    best = max(range(min(len(raw), MOST_TITLE_ROWS)), key=lambda i: (hits(i), -i))
    if hits(best) > hits(0) and not any(nearest_name(c, known) for c in raw[0][1] if c):
        sheet.problems.append(
            Problem(
                "Title lines stand above the header of row {header} ({column}, ...).",
                "Delete them, or begin each with #.",
                sheet.file,
                raw[0][0],
                values={"header": raw[best][0], "column": known[0]},
            )
        )
        return best
    return 0


def _check_header(
    row: int, names: list[str], required: Sequence[str], optional: Sequence[str], sheet: Sheet
) -> None:
    """Refuse columns that are missing, doubled, misspelt, nameless, or about persons."""

    def refuse(fault: str, remedy: str, column: str, **values: object) -> None:
        sheet.problems.append(Problem(fault, remedy, sheet.file, row, shown(column), values=values))
        sheet.sound = False

    while names and not names[-1]:
        names.pop()
    known = (*required, *optional)
    absent = [c for c in required if c not in names]
    suspects = [c for c in known if c not in names]
    personal = False
    for index, name in enumerate(names, start=1):
        if not name:
            refuse("Column {index} has no name.", "Name it or delete it.", "", index=index)
        elif name in names[: index - 1]:
            refuse("The column stands in the header twice.", "Delete one of the two.", name)
        elif name not in known and re.sub(r"[^a-z]", "", fold(name)) in _PERSONAL:
            personal = True
            refuse(
                "This column holds data of persons, which the planner never reads.",
                "Delete the column; no value of this file is repeated here.",
                name,
            )
        elif name not in known:
            meant = nearest_name(name, suspects)
            if meant in absent:
                absent.remove(meant)
            if meant:
                suspects.remove(meant)
                refuse("Unknown column; did you mean {meant}?", "Rename it.", name, meant=meant)
            else:
                refuse("Unknown column: nobody reads it.", "Delete it or mend its name.", name)
    if not personal:
        for column in absent:
            refuse("The required column is missing.", "Add it.", column)


def _take_records(
    raw: list[tuple[int, list[str]]], names: list[str], spare: int, delimiter: str, sheet: Sheet
) -> None:
    """Turn raw records into `Record` values; those of a wrong length or foot rows are faults.

    `spare` is the width of the header with the nameless blank columns that spreadsheets leave.
    """
    width = len(names)
    other = ";" if delimiter == "," else ","
    for row, cells in raw:
        while width < len(cells) <= spare and not cells[-1]:
            cells.pop()
        if any(fold(c).rstrip(" :.") in _TOTALS for c in [c for c in cells if c][:2]):
            sheet.problems.append(
                Problem(
                    "A totals row would count the province twice.",
                    "Delete the row.",
                    sheet.file,
                    row,
                    value=shown(next(c for c in cells if c)),
                )
            )
        elif len(cells) != width:
            sheet.complete = False
            mixed = len(cells) == 1 and cells[0].count(other) >= width - 1 > 0
            sheet.problems.append(
                Problem(
                    "This row is separated by another sign than the header ({sign})."
                    if mixed
                    else "The row has {found} fields, the header {expected}.",
                    "Use the same separator in the whole file."
                    if mixed
                    else "Look for a missing or surplus separator; quote a cell that has one.",
                    sheet.file,
                    row,
                    values={"found": len(cells), "expected": width, "sign": delimiter},
                )
            )
        else:
            record = Record(row, dict(zip(names, cells, strict=True)))
            if _printable(record, sheet):
                sheet.records.append(record)
    if not raw and sheet.complete:
        sheet.problems.append(
            Problem(
                "The file has a header and no rows.",
                "Fill in the rows, or delete the file if there is nothing to tell.",
                sheet.file,
            )
        )


def _printable(record: Record, sheet: Sheet) -> bool:
    """Refuse cells with bytes that are not UTF-8, or with signs that no screen shows."""
    sound = True
    for column, cell in record.cells.items():
        if _SURROGATE.search(cell):
            fault, remedy = "The text is not UTF-8.", "In Excel save it as 'CSV UTF-8'."
        elif _CONTROL.search(cell):
            fault, remedy = "The cell holds an unprintable sign.", "Type the cell anew."
        else:
            continue
        sheet.problems.append(Problem(fault, remedy, sheet.file, record.row, column))
        sound = sheet.complete = False
    return sound
