"""Blocks that were decided or made known before: of an earlier staff folder, or of a table.

Days of an earlier plan become days of the new one by their dates.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from optimizer.domain.row import Id, Row
from optimizer.domain.secondment import Secondment
from optimizer.errors import DataError, Problem
from optimizer.exchange.cells import columns, convert, required_columns
from optimizer.exchange.reading import Record, Sheet, nearest_name, read_sheet, shown
from optimizer.exchange.staff_folder import BLOCK_COLUMNS, GOING_COLUMNS


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
    ids: Mapping[Secondment, str] = field(default_factory=dict)
    """Id of a block that stands or was made known."""
    used: frozenset[str] = frozenset()
    """Every id that an earlier block has, also one that is over: no other block gets it."""

    def names_of(self, blocks: Sequence[Secondment]) -> dict[Secondment, str]:
        """Return the id of each block: one made known before keeps its own."""
        known = {(same_block(block), block.pinned): name for block, name in self.ids.items()}
        out: dict[Secondment, str] = {}
        for block in blocks:
            name = known.get((same_block(block), block.pinned))
            if name is not None and name not in out.values():
                out[block] = name
        free = (name for name in map("B{:03d}".format, count(1)) if name not in self.used)
        for block in blocks:
            if block not in out:
                out[block] = next(free)
        return out


def same_block(block: Secondment) -> tuple[str, str, str, int, int]:
    """Return what makes a block the same whoever and however many go."""
    return block.role, block.home, block.host, block.start, block.length


def read_blocks(
    source: Path,
    first_day: datetime.date,
    days: int,
    rest_days: int,
    pins: Sequence[str] = (),
    known: Mapping[str, Collection[str]] | None = None,
) -> EarlierBlocks:
    """Return the blocks of an earlier staff folder or of a table, by date.

    Who has left before the first day stays as decided; so does a block that is pinned there or
    named in `pins`. The others are published: they may change, at a price.

    Parameters
    ----------
    known
        Column (role, home, host) -> what the plan has; blocks that still count may name no other.

    Raises
    ------
    DataError
        With every cell that cannot be read or names what the plan does not have, by file, row and
        column, and every pin that names no block.
    """
    folder = source.is_dir()
    path = source / "secondments.csv" if folder else source
    if not path.is_file():
        fault = "There are no blocks here: neither a staff folder nor a table of blocks."
        remedy = "Name a folder that referral staff wrote, or a CSV table."
        raise DataError([Problem(fault, remedy, str(source), column="--previous")])
    problems: list[Problem] = []
    sheet = _sheet(path, folder, problems)
    numbered = _rows(sheet, problems)
    if sheet.sound:
        problems += _unknown_pins(sheet, pins)
    problems += [
        problem
        for number, row in numbered
        if _counts(row, first_day, days, rest_days)
        for problem in _unknown_places(sheet.file, number, row, known or {})
    ]
    named = _people(source / "people_away.csv", problems) if folder else {}
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    rows = [row for _, row in numbered]
    out: dict[str, list[Secondment]] = {"pinned": [], "published": []}
    going: list[tuple[str, Secondment]] = []
    over: list[tuple[str, int]] = []
    late = 0
    ids: dict[tuple[tuple[str, str, str, int, int], bool], str] = {}
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
        if row.block_id is not None:
            ids.setdefault((same_block(block), stands), row.block_id)
        going += [(person, block) for person in people]
    pinned, published = _summed(out["pinned"]), _summed(out["published"])
    whole = {(same_block(block), block.pinned): block for block in (*pinned, *published)}
    return EarlierBlocks(
        pinned,
        published,
        tuple((person, whole[same_block(block), block.pinned]) for person, block in going),
        tuple(over),
        late,
        {block: ids[key] for key, block in whole.items() if key in ids},
        frozenset(row.block_id for row in rows if row.block_id is not None),
    )


def _summed(blocks: list[Secondment]) -> tuple[Secondment, ...]:
    """Return the blocks, those of the same people, places and days as one."""
    heads: dict[tuple[str, str, str, int, int, bool], int] = {}
    for b in blocks:
        key = b.role, b.home, b.host, b.start, b.length, b.pinned
        heads[key] = heads.get(key, 0) + b.heads
    return tuple(sorted(Secondment(*key[:5], people, key[5]) for key, people in heads.items()))


def _sheet(path: Path, folder: bool, problems: list[Problem]) -> Sheet:
    """Return the records of a table; of a staff folder the columns that say what a block is."""
    required = required_columns(BlockRow)
    optional = [name for name in columns(BlockRow) if name not in required]
    told = [name for name in BLOCK_COLUMNS if folder and name not in (*required, *optional)]
    sheet = read_sheet(path, str(path), required, [*optional, *told])
    problems += sheet.problems
    for n, record in enumerate(sheet.records):
        cells = {name: cell for name, cell in record.cells.items() if name not in told}
        sheet.records[n] = Record(record.row, cells)
    return sheet


def _rows(sheet: Sheet, problems: list[Problem]) -> list[tuple[int, BlockRow]]:
    """Return the rows that can be read, with their numbers."""
    made = [
        (record.row, convert(record, BlockRow, sheet.file, problems)) for record in sheet.records
    ]
    return [(number, row) for number, row in made if row is not None]


def _unknown_pins(sheet: Sheet, pins: Sequence[str]) -> list[Problem]:
    ids = {record.cells.get("block_id", "") for record in sheet.records} - {""}
    out = []
    for pin in pins:
        if pin not in ids:
            meant = nearest_name(pin, ids)
            fault = "No earlier block has the id {pin}."
            remedy = "Did you mean {meant}?" if meant else "Ids stand in block_id."
            values = {"pin": pin, "meant": meant}
            out.append(Problem(fault, remedy, sheet.file, column="--pin", values=values))
    return out


def _counts(row: BlockRow, first_day: datetime.date, days: int, rest_days: int) -> bool:
    """Tell whether a block is neither over before the plan nor begins after it."""
    start = (row.start_date - first_day).days + 1
    return start + row.days + rest_days > 1 and start <= days


def _unknown_places(
    file: str, number: int, row: BlockRow, known: Mapping[str, Collection[str]]
) -> list[Problem]:
    """Return the cells of a row that name a site or role which the plan does not have."""
    out = []
    for column, names in known.items():
        value = str(getattr(row, column))
        if value not in names:
            meant = nearest_name(value, names)
            fault = "An earlier block names {value}, which this plan does not have."
            remedy = "Did you mean {meant}?" if meant else "Correct the row, or leave it out."
            values = {"value": value, "meant": meant}
            out.append(Problem(fault, remedy, file, number, column, shown(value), values=values))
    return out


def _people(path: Path, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """Return the people named for each block of a staff folder."""
    out: dict[str, tuple[str, ...]] = {}
    if path.is_file():
        needed = ("person_id", "block_id")
        others = [name for name in GOING_COLUMNS if name not in needed]
        sheet = read_sheet(path, str(path), needed, others)
        problems += sheet.problems
        for record in sheet.records:
            block, person = record.cells.get("block_id", ""), record.cells.get("person_id", "")
            out[block] = (*out.get(block, ()), person)
    return out
