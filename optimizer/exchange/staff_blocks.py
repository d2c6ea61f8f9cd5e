"""Blocks that were decided or made known before: of an earlier staff folder, or of a table.

Days of an earlier plan become days of the new one by their dates.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from optimizer.domain.row import Id, Row
from optimizer.domain.secondment import Secondment
from optimizer.errors import DataError, Problem
from optimizer.exchange.cells import columns, convert, required_columns
from optimizer.exchange.reading import nearest_name, read_sheet


class BlockRow(Row):
    """One block of ``--previous TABLE``, and the columns read of ``secondments.csv``."""

    TABLE: ClassVar[str] = "blocks"
    KEY: ClassVar[tuple[str, ...]] = ("role", "home", "host", "start_date", "days")
    block_id: Id | None = Field(None, description="id, for --pin")
    role: Id
    home: Id = Field(description="site that lends: planning unit, or outside:<lender>")
    host: Id = Field(description="site that borrows")
    start_date: datetime.date = Field(description="day on which they leave")
    days: Annotated[int, Field(ge=1, le=365)] = Field(description="length, travel inside")
    heads: Annotated[int, Field(ge=1, le=10_000)] = Field(description="people")
    pinned: bool = Field(False, description="1: decided, may not change; 0: made known")


@dataclass(frozen=True, slots=True)
class EarlierBlocks:
    """What was decided and what was made known, in days of the new plan.

    Parameters
    ----------
    going
        People named for a block of either kind, by block.
    over
        (person, first day) who left with a block that is over.
    left_out
        Blocks that begin after the plan.
    """

    pinned: tuple[Secondment, ...] = ()
    published: tuple[Secondment, ...] = ()
    going: tuple[tuple[str, Secondment], ...] = ()
    over: tuple[tuple[str, int], ...] = ()
    left_out: int = 0


def read_blocks(
    source: Path, first_day: datetime.date, days: int, rest_days: int, pins: Sequence[str] = ()
) -> EarlierBlocks:
    """Return the blocks of an earlier staff folder or of a table, by date.

    Who has left before the first day stays as decided; so does a block that is pinned there or
    named in `pins`. The others are published: they may change, at a price.

    Raises
    ------
    DataError
        With every row that cannot be read, and every pin that names no block.
    """
    folder = source.is_dir()
    path = source / "secondments.csv" if folder else source
    if not path.is_file():
        fault = "There are no blocks here: neither a staff folder nor a table of blocks."
        remedy = "Name a folder that referral staff wrote, or a CSV table."
        raise DataError([Problem(fault, remedy, str(source), column="--previous")])
    rows = _rows(path, folder)
    ids = {row.block_id for row in rows if row.block_id}
    problems = []
    for pin in pins:
        if pin not in ids:
            meant = nearest_name(pin, ids)
            fault = "No earlier block has the id {pin}."
            remedy = "Did you mean {meant}?" if meant else "Ids stand in block_id."
            values = {"pin": pin, "meant": meant}
            problems.append(Problem(fault, remedy, str(path), column="--pin", values=values))
    if problems:
        raise DataError(problems)
    named = _people(source / "people_away.csv") if folder else {}
    out: dict[str, list[Secondment]] = {"pinned": [], "published": []}
    going: list[tuple[str, Secondment]] = []
    over: list[tuple[str, int]] = []
    late = 0
    for row in rows:
        start = (row.start_date - first_day).days + 1
        people = named.get(row.block_id or "", ())
        if start + row.days + rest_days <= 1:
            over += [(person, start) for person in people]
            continue
        if start > days:
            late += 1
            continue
        stands = start < 1 or row.pinned or row.block_id in pins
        block = Secondment(row.role, row.home, row.host, start, row.days, row.heads, stands)
        out["pinned" if stands else "published"].append(block)
        going += [(person, block) for person in people]
    return EarlierBlocks(
        _summed(out["pinned"]), _summed(out["published"]), tuple(going), tuple(over), late
    )


def _summed(blocks: list[Secondment]) -> tuple[Secondment, ...]:
    """Return the blocks, those of the same people, places and days as one."""
    heads: dict[tuple[str, str, str, int, int, bool], int] = {}
    for b in blocks:
        key = b.role, b.home, b.host, b.start, b.length, b.pinned
        heads[key] = heads.get(key, 0) + b.heads
    return tuple(sorted(Secondment(*key[:5], count, key[5]) for key, count in heads.items()))


def _rows(path: Path, folder: bool) -> list[BlockRow]:
    """Return the rows of a table; of a staff folder only the columns that say what a block is."""
    required = required_columns(BlockRow)
    optional = [name for name in columns(BlockRow) if name not in required]
    if folder:
        kept = {*required, *optional}
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = [{k: v for k, v in row.items() if k in kept} for row in csv.DictReader(file)]
        try:
            return [BlockRow.model_validate(row) for row in found]
        except ValueError as error:
            fault = "The blocks of this staff folder cannot be read."
            remedy = "Judge it with referral staff, or make it anew."
            raise DataError([Problem(fault, remedy, str(path))]) from error
    sheet = read_sheet(path, str(path), required, optional)
    problems = list(sheet.problems)
    made = [convert(record, BlockRow, str(path), problems) for record in sheet.records]
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    return [row for row in made if row is not None]


def _people(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the people named for each block of a staff folder."""
    out: dict[str, tuple[str, ...]] = {}
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                out[row["block_id"]] = (*out.get(row["block_id"], ()), row["person_id"])
    return out
