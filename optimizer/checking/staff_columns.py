"""Judges the columns of a staff folder's tables that follow from its other files.

Dates, travel, rest and terms of a block; the people of a block; who learns, helps and is helped;
the table of what is short. docs/staffing.md section 4.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.secondment_files import Row, StaffFiles
from optimizer.checking.violation import FloatArray, Violation

RULE = "columns"
HAIR = 1e-5
TEXT = "{column} is {stated}, but {worked} follows from the files."


def columns(folder: Path, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """Every column that follows from other files says what follows."""
    start = case.scenario.start_date
    yield from _blocks(files, start)
    yield from _going(files, start)
    for number, row in enumerate(files.training, 2):
        due = {"start_date": _date(start, int(row["start_day"]))}
        yield from differing(f"training.csv:{number}", row, due)
    yield from _heads(files)
    yield from _short(folder, files, start)


def differing(where: str, row: Mapping[str, str], due: Mapping[str, object]) -> Iterator[Violation]:
    """Yield the cells of a row that are not as due; numbers within a hair, None is empty."""
    for column, worked in due.items():
        stated = row.get(column)
        if not same_cell(stated, worked):
            values = {"column": column, "stated": stated, "worked": worked}
            yield Violation(RULE, f"{RULE}({where} {column})", 1, "cells", TEXT, values)


def same_cell(stated: str | None, worked: object) -> bool:
    """Tell whether a cell says what follows."""
    if worked is None or isinstance(worked, str):
        return stated == (worked or "")
    try:
        number = float(stated or "nan")
    except ValueError:
        return False
    return abs(number - float(str(worked))) <= HAIR * max(1.0, abs(number) / 100)


def _date(start: datetime.date, day: int) -> str:
    return str(start + datetime.timedelta(days=day - 1))


def _blocks(files: StaffFiles, start: datetime.date) -> Iterator[Violation]:
    for number, row in enumerate(files.blocks, 2):
        first, length = int(row["start_day"]), int(row["days"])
        pair, home = files.pairs.get((row["home"], row["host"])), files.sites.get(row["home"])
        due: dict[str, object] = {
            "last_day": first + length - 1,
            "start_date": _date(start, first),
            "last_date": _date(start, first + length - 1),
            "rest_days_after": files.rules["rest_days_after"],
        }
        if pair is not None and home is not None:
            due |= {"travel_days": int(pair["travel_days"]), "lending": home["lending"]}
        yield from differing(f"secondments.csv:{number}", row, due)


def _going(files: StaffFiles, start: datetime.date) -> Iterator[Violation]:
    blocks = {row["block_id"]: row for row in files.blocks}
    rest = int(files.number("rest_days_after"))
    for number, row in enumerate(files.going, 2):
        block = blocks.get(row["block_id"])
        if block is None:
            continue  # the rule `people` says so
        first = int(block["start_day"])
        last = first + int(block["days"]) - 1
        due: dict[str, object] = {name: block[name] for name in ("role", "home", "host")}
        due |= {
            "start_date": _date(start, first),
            "last_date": _date(start, last),
            "back_date": _date(start, last + rest + 1),
        }
        yield from differing(f"people_away.csv:{number}", row, due)


def _heads(files: StaffFiles) -> Iterator[Violation]:
    for site, role in files.places():
        for column, worked in (
            ("learning", files.learning(role, site)),
            ("helping_elsewhere", files.moved("role", role, site)),
            ("helped", files.moved("post", role, site)),
        ):
            stated: FloatArray = files.stated(column, (site, role))
            for day in np.flatnonzero(np.abs(stated - worked) > HAIR):
                values = {
                    "column": column,
                    "stated": float(stated[day]),
                    "worked": float(worked[day]),
                }
                where = f"{RULE}(heads.csv {site},{role},{day + 1} {column})"
                amount = float(abs(stated[day] - worked[day]))
                yield Violation(RULE, where, amount, "people", TEXT, values)


def _short(folder: Path, files: StaffFiles, start: datetime.date) -> Iterator[Violation]:
    """shortage.csv is the rows of heads.csv in which somebody is short."""
    with (folder / "shortage.csv").open(encoding="utf-8", newline="") as file:
        told = {(r["site"], r["role"], r["day"]): r for r in csv.DictReader(file)}
    due: dict[tuple[str, str, str], Row] = {
        (row["site"], row["role"], row["day"]): row
        for row in files.heads
        if float(row["short"]) > 0 or float(row["lead_short"]) > 0
    }
    for key in sorted({*due, *told}):
        where = f"shortage.csv {','.join(key)}"
        if key not in due or key not in told:
            text = "Rows of shortage.csv and of heads.csv differ."
            yield Violation(RULE, f"{RULE}({where})", 1, "rows", text)
            continue
        own = due[key]
        wanted: dict[str, object] = {"date": _date(start, int(key[2]))}
        wanted |= {name: float(own[name]) for name in ("need", "short", "lead_short", "weight")}
        yield from differing(where, told[key], wanted)
