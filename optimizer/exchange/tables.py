"""Reads the tables of a province folder; refuses with every fault of every file at once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from optimizer.domain.row import Row
from optimizer.domain.tables import ROWS, SourceFile, Tables
from optimizer.errors import DataError, Problem
from optimizer.exchange import geography, lever_checks, soundness, terms, vehicles
from optimizer.exchange.book import Book, Loaded
from optimizer.exchange.cells import columns, convert, required_columns
from optimizer.exchange.reading import Record, Sheet, nearest_name, read_sheet, same_id

MOST_PROBLEMS = 200
"""So many faults are listed; a last line says how many more there are."""

MAY_BE_ABSENT: dict[str, str] = {
    "severities": "",
    "diseases": "",
    "supplies": "",
    "icu_quota": "",
    "travel_rules": "",
    "travel": "",
    "links": "",
    "mobile_stations": "",
    "levers": "",
    "lever_yields": "",
    "devices": "No devices.csv: devices limit nobody.",
    "oxygen": "No oxygen.csv: oxygen limits nobody.",
    "oxygen_draw": "No oxygen_draw.csv: patients draw no oxygen, so that it limits nobody.",
    "supervision": "No supervision.csv: supervision limits nobody.",
    "routine": "No routine.csv: no ordinary patients are kept in the beds.",
    "vehicles": "No vehicles.csv: no trip that needs a vehicle can be made.",
    "vehicle_classes": "",
    "vehicle_shifts": "",
}
"""Tables that a province may do without, and what is said then."""

REFERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("roles", "stands_in_for", ("roles",)),
    ("care_ratios", "care_level", ("levels",)),
    ("care_ratios", "role", ("roles",)),
    ("supervision", "care_level", ("levels",)),
    ("supervision", "role", ("roles",)),
    ("oxygen_draw", "care_level", ("levels",)),
    ("patient_classes", "care_level", ("levels",)),
    ("supplies", "care_level", ("levels",)),
    ("icu_quota", "kind", ("kinds",)),
    ("admin_units", "parent_id", ("admin_units",)),
    ("facilities", "kind", ("kinds",)),
    ("facilities", "admin_unit_id", ("admin_units",)),
    ("facilities", "cluster_id", ("admin_units",)),
    ("units", "facility_id", ("facilities",)),
    ("units", "tier", ("tiers",)),
    ("beds", "unit_id", ("units",)),
    ("beds", "care_level", ("levels",)),
    ("routine", "unit_id", ("units",)),
    ("routine", "care_level", ("levels",)),
    ("devices", "unit_id", ("units",)),
    ("devices", "care_level", ("levels",)),
    ("oxygen", "unit_id", ("units",)),
    ("staff", "unit_id", ("units",)),
    ("staff", "role", ("roles",)),
    ("links", "from_unit", ("units",)),
    ("links", "to_unit", ("units",)),
    ("travel", "from_id", ("facilities", "admin_units")),
    ("travel", "to_id", ("facilities", "admin_units")),
    ("vehicles", "base_unit", ("units",)),
    ("mobile_stations", "base_unit", ("units",)),
    ("mobile_stations", "cluster_id", ("admin_units",)),
    ("levers", "drawn_from", ("levers",)),
    ("lever_yields", "lever_id", ("levers",)),
    ("vehicles", "vehicle_class", ("vehicle_classes",)),
    ("vehicles", "shift", ("vehicle_shifts",)),
    ("patient_classes", "vehicle_class", ("vehicle_classes",)),
)
"""(table, column, tables of whose ids it must be one)."""


def read_tables(directory: Path) -> tuple[Tables, tuple[Problem, ...]]:
    """Read a province folder, with what it inherits from its parent folder.

    Returns
    -------
    The tables, and the warnings: what was kept and must be said.

    Raises
    ------
    DataError
        With every fault of all files.
    """
    if not directory.is_dir():
        raise DataError([_no_folder(directory)])
    book = Book(directory)
    for model in ROWS:
        _load(book, model)
    for model in ROWS:
        _unique(book, model)
    for table, column, targets in REFERS:
        _refers(book, table, column, targets)
    checks = (
        *soundness.CHECKS,
        *terms.CHECKS,
        *geography.CHECKS,
        *lever_checks.CHECKS,
        *vehicles.CHECKS,
    )
    for check in checks:
        check(book)
    refuse_if_faulty(book.problems)
    found = {name: _sorted(loaded) for name, loaded in book.tables.items()}
    tables = Tables(**found, directory=directory, files=tuple(book.files))  # type: ignore[arg-type]
    return tables, tuple(p for p in book.problems if p.severity == "warning")


def refuse_if_faulty(problems: Iterable[Problem]) -> None:
    """Raise `DataError` with the errors among some problems, if there are any."""
    errors = [p for p in problems if p.severity == "error"]
    if not errors:
        return
    more = len(errors) - MOST_PROBLEMS
    if more > 0:
        errors[MOST_PROBLEMS:] = [
            Problem("There are {count} more faults.", "Mend these first.", values={"count": more})
        ]
    raise DataError(errors)


def _no_folder(directory: Path) -> Problem:
    parent = directory.parent
    known = [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
    meant = nearest_name(directory.name, known)
    return Problem(
        "There is no such data folder.",
        "Did you mean {meant}?" if meant else "Make one with: referral init DIR",
        str(directory),
        values={"meant": meant},
    )


def _load(book: Book, model: type[Row]) -> None:
    """Read one table, from the folder or its parent."""
    name = f"{model.TABLE}.csv"
    here, above = book.directory / name, book.directory / os.pardir / name
    path = here if here.is_file() else above
    if not path.is_file():
        loaded = Loaded(model, str(here), Sheet(str(here), sound=False), absent=True)
        if model.TABLE not in MAY_BE_ABSENT:
            book.problems.append(
                Problem(
                    "The table is missing.",
                    "Put it into the folder or its parent; referral init DIR writes examples.",
                    str(here),
                )
            )
        elif MAY_BE_ABSENT[model.TABLE]:
            said = MAY_BE_ABSENT[model.TABLE]
            book.problems.append(Problem(said, "", str(here), severity="warning"))
        book.tables[model.TABLE] = loaded
        return
    required = required_columns(model)
    optional = [c for c in columns(model) if c not in required]
    sheet = read_sheet(path, str(path), required, optional)
    loaded = book.tables[model.TABLE] = Loaded(model, str(path), sheet)
    book.problems += sheet.problems
    relative = name if path is here else f"../{name}"
    book.files.append(SourceFile(relative, sheet.sha256))
    for record in sheet.records:
        row = convert(record, model, str(path), book.problems)
        if row is not None:
            loaded.rows.append((record.row, row))


def _key(record: Record, model: type[Row]) -> tuple[str, ...]:
    return tuple(same_id(record.cells.get(column, "")) for column in model.KEY)


def _unique(book: Book, model: type[Row]) -> None:
    """Refuse two rows with the same key; look-alikes count as the same."""
    loaded = book.tables[model.TABLE]
    first: dict[tuple[str, ...], Record] = {}
    for record in loaded.sheet.records:
        key = _key(record, model)
        if not all(part or columns(model)[c][1] for part, c in zip(key, model.KEY, strict=True)):
            continue
        if model.TABLE == "travel":
            key = tuple(sorted(key))
        other = first.setdefault(key, record)
        if other is not record:
            book.say(
                model,
                record.row,
                ", ".join(model.KEY),
                "The same key stands in row {first} and in row {second} (spaces, case and the "
                "spelling of accents do not make a difference).",
                "Rename one of them or delete it.",
                value=" ".join(filter(None, (record.cells.get(c, "") for c in model.KEY))),
                first=other.row,
                second=record.row,
            )


def _refers(book: Book, table: str, column: str, targets: tuple[str, ...]) -> None:
    """Refuse ids that no row of the tables referred to has."""
    loaded = book.tables[table]
    aims = [book.tables[target] for target in targets]
    if not all(aim.sheet.sound and aim.sheet.complete for aim in aims):
        return
    exact = {given for aim in aims for given in aim.ids.values()}
    folded = {key: given for aim in aims for key, given in aim.ids.items()}
    for record in loaded.sheet.records:
        given = record.cells.get(column, "")
        if not given or given in exact:
            continue
        meant = folded.get(same_id(given)) or nearest_name(given, exact)
        book.say(
            loaded.model,
            record.row,
            column,
            "Not in {table}.",
            "Did you mean {meant}?" if meant else "Correct it, or add the row there.",
            value=given,
            table=" / ".join(f"{t}.csv" for t in targets),
            meant=meant,
        )


def _sorted(loaded: Loaded) -> tuple[Row, ...]:
    def order(row: Row) -> tuple[str, ...]:
        return tuple(sorted(row.key)) if loaded.model.TABLE == "travel" else row.key

    return tuple(sorted((row for _, row in loaded.rows), key=order))
