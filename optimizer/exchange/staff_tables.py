"""Reads the staff tables of a province folder; refuses with every fault of every file at once."""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from pathlib import Path

from optimizer.domain.people import (
    RULES,
    STAFF_ROWS,
    ContractTerms,
    Holiday,
    Lender,
    LendingTerms,
    Person,
    StaffingRule,
    StaffTables,
    Substitution,
)
from optimizer.domain.row import Row
from optimizer.domain.tables import SourceFile, Tables
from optimizer.errors import Problem
from optimizer.exchange.book import Book, Loaded, R
from optimizer.exchange.cells import columns, convert, required_columns
from optimizer.exchange.reading import Sheet, read_sheet, same_id
from optimizer.exchange.tables import refuse_if_faulty

PEOPLE = "people.csv"
OPTIONAL: tuple[type[Row], ...] = (Lender, Holiday)
"""A province may have nobody to ask, and no holidays."""


def has_people(directory: Path) -> bool:
    """Tell whether a province folder has staff tables at all."""
    return (directory / PEOPLE).is_file()


def read_staff_tables(tables: Tables) -> StaffTables:
    """Read the staff tables beside the tables of a province, and hold them against these.

    Raises
    ------
    DataError
        With every fault of all files.
    """
    book = Book(tables.directory)
    for model in STAFF_ROWS:
        _load(book, model)
    for model in STAFF_ROWS:
        _unique(book, model)
    _refer(book, tables)
    figures = _figures(book)
    _count(book, tables)
    refuse_if_faulty(book.problems)

    def rows(model: type[R]) -> tuple[R, ...]:
        return tuple(sorted((row for _, row in book.rows(model)), key=lambda row: row.key))

    return StaffTables(
        contracts=rows(ContractTerms),
        substitution=rows(Substitution),
        lending=rows(LendingTerms),
        people=rows(Person),
        lenders=rows(Lender),
        figures=figures,
        files=tuple(book.files),
        holidays=rows(Holiday),
    )


def _load(book: Book, model: type[Row]) -> None:
    name = f"{model.TABLE}.csv"
    here, above = book.directory / name, book.directory / os.pardir / name
    path = here if here.is_file() else above
    if not path.is_file():
        book.tables[model.TABLE] = Loaded(model, str(here), Sheet(str(here), sound=False), [], True)
        if model not in OPTIONAL:
            book.problems.append(
                Problem(
                    "The table is missing.",
                    "Staff are planned from people.csv and the tables beside it: "
                    "docs/data-format.md.",
                    str(here),
                )
            )
        return
    required = required_columns(model)
    optional = [column for column in columns(model) if column not in required]
    sheet = read_sheet(path, str(path), required, optional)
    loaded = book.tables[model.TABLE] = Loaded(model, str(path), sheet)
    book.problems += sheet.problems
    book.files.append(SourceFile(name if path is here else f"../{name}", sheet.sha256))
    for record in sheet.records:
        row = convert(record, model, str(path), book.problems)
        if row is not None:
            loaded.rows.append((record.row, row))


def _unique(book: Book, model: type[Row]) -> None:
    first: dict[tuple[str, ...], int] = {}
    for number, row in book.tables[model.TABLE].rows:
        key = tuple(same_id(cell) for cell in row.key)
        other = first.setdefault(key, number)
        if other != number:
            book.say(
                model,
                number,
                ", ".join(model.KEY),
                "The same key stands in row {first} and in row {second} (spaces, case and the "
                "spelling of accents do not make a difference).",
                "Rename one of them or delete it.",
                value=" ".join(row.key),
                first=other,
                second=number,
            )


def _named(book: Book, model: type[Row]) -> frozenset[str] | None:
    """Return the ids of a table, those of faulty rows too; None if some could not be read."""
    loaded = book.tables[model.TABLE]
    if loaded.absent or not (loaded.sheet.sound and loaded.sheet.complete):
        return None
    return frozenset(loaded.ids.values())


def _refer(book: Book, tables: Tables) -> None:
    """Refuse ids of what is not there."""
    roles = {row.role for row in tables.roles}
    sites = {row.facility_id for row in tables.facilities}
    contracts, ownerships = _named(book, ContractTerms), _named(book, LendingTerms)

    def known(
        model: type[Row],
        number: int,
        column: str,
        cell: str,
        among: Collection[str] | None,
        table: str,
    ) -> None:
        if among is not None and cell not in among:
            book.say(
                model,
                number,
                column,
                "Not in {table}.",
                "Correct it, or add the row there.",
                value=cell,
                table=table,
            )

    for number, person in book.rows(Person):
        known(Person, number, "facility_id", person.facility_id, sites, "facilities.csv")
        known(Person, number, "contract_id", person.contract_id, contracts, "contracts.csv")
        for role in (person.role, *person.trained_for):
            known(Person, number, "role", role, roles, "roles.csv")
    for number, one in book.rows(Substitution):
        for column, role in (("role", one.role), ("post", one.post)):
            known(Substitution, number, column, role, roles, "roles.csv")
    for number, lender in book.rows(Lender):
        known(Lender, number, "role", lender.role, roles, "roles.csv")
        known(Lender, number, "ownership", lender.ownership, ownerships, "lending.csv")
    used = {row.facility_id for _, row in book.rows(Person)}
    for site in tables.facilities:
        if ownerships is None or site.facility_id not in used:
            continue
        if site.ownership not in ownerships:
            where = book.tables[LendingTerms.TABLE].file
            fault = "No row for the ownership {ownership}, which {site} has."
            book.problems.append(
                Problem(
                    fault,
                    "Add it: nobody knows on what terms this site may lend people.",
                    where,
                    values={"ownership": site.ownership, "site": site.facility_id},
                )
            )


def _figures(book: Book) -> dict[str, tuple[float, ...]]:
    """Return the values of the rules; refuse what is no number, missing or unknown."""
    out: dict[str, tuple[float, ...]] = {}
    for number, row in book.rows(StaffingRule):
        if row.rule not in RULES:
            book.say(
                StaffingRule, number, "rule", "There is no such rule.", "Delete it.", value=row.rule
            )
            continue
        try:
            values = tuple(float(part) for part in row.value.split(";"))
        except ValueError:
            values = ()
        if not values or not all(math.isfinite(v) and v >= 0 for v in values):
            book.say(
                StaffingRule,
                number,
                "value",
                "This is not a number, or several joined by ; .",
                "Write numbers of zero or more.",
                value=row.value,
            )
        out[row.rule] = values
    loaded = book.tables[StaffingRule.TABLE]
    if not loaded.absent:
        for rule in RULES:
            if rule not in {row.rule for _, row in book.rows(StaffingRule)}:
                fault = "The rule {rule} is missing."
                book.problems.append(
                    Problem(fault, "Add its row.", loaded.file, values={"rule": rule})
                )
    return out


def _count(book: Book, tables: Tables) -> None:
    """Refuse people who are more or fewer than the heads of staff.csv, by facility and role."""
    loaded = book.tables[Person.TABLE]
    if loaded.absent or not (loaded.sheet.sound and loaded.sheet.complete):
        return
    facility = {row.unit_id: row.facility_id for row in tables.units}
    heads: dict[tuple[str, str], float] = {}
    for pool in tables.staff:
        key = facility[pool.unit_id], pool.role
        heads[key] = heads.get(key, 0.0) + pool.heads
    people: dict[tuple[str, str], int] = {}
    for record in loaded.sheet.records:  # of faulty rows too: they are people
        key = record.cells["facility_id"], record.cells["role"]
        people[key] = people.get(key, 0) + 1
    for site, role in sorted(heads.keys() | people.keys()):
        known, counted = heads.get((site, role), 0.0), people.get((site, role), 0)
        if abs(known - counted) > 1e-9:
            fault = "{site} {role}: {people} people, but {heads} heads in staff.csv."
            book.problems.append(
                Problem(
                    fault,
                    "Mend one of the two tables.",
                    loaded.file,
                    values={"site": site, "role": role, "people": counted, "heads": f"{known:g}"},
                )
            )
