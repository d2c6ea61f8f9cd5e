"""A scenario before it is judged: files merged, rows read, every key with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from optimizer.domain.promise_keys import Pin
from optimizer.domain.settings import LentStaff
from optimizer.domain.stay import HazardRow, SurvivalRow
from optimizer.domain.wave import CensusRow, ExplicitArrival, LeavingRow, OpenRequest, Wave
from optimizer.errors import Problem
from optimizer.exchange.cells import columns, convert, required_columns
from optimizer.exchange.previous import earlier_flows
from optimizer.exchange.reading import nearest_name, read_sheet, shown
from optimizer.exchange.strict_yaml import Keys, dotted, read_yaml, undotted

MOST_ANCESTORS = 10

ROW_FILES: dict[Keys, type[BaseModel]] = {
    ("explicit", "arrivals"): ExplicitArrival,
    ("explicit", "open_requests"): OpenRequest,
    ("explicit", "census"): CensusRow,
    ("explicit", "leaving"): LeavingRow,
    ("hazards",): HazardRow,
    ("pins",): Pin,
    ("staff", "lent"): LentStaff,
}
"""Where a file name may stand instead of rows, and what the rows are."""


class Source:
    """A merged mapping, with the file and line of each of its keys."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origin: dict[Keys, tuple[Path, int]] = {}
        self.in_tables: set[Keys] = set()
        """Keys of rows that stand in a CSV file: their columns are named without the way there."""
        self.problems: list[Problem] = []
        self.complete = True
        self.without_parent = False
        """What it extends cannot be read: a key that is missing here may stand there."""

    def place(self, keys: Keys) -> tuple[str, int]:
        """Return file and line of a key, or of the nearest mapping around it."""
        for length in range(len(keys), -1, -1):
            if keys[:length] in self.origin:
                path, line = self.origin[keys[:length]]
                return str(path), line
        return "", 0

    def column(self, keys: Keys) -> str:
        """Return what a key is called at its place: a column of a CSV row, or the way to it."""
        for length in range(len(keys) + 1):
            if keys[:length] in self.in_tables:
                return dotted(keys[length:])
        return dotted(keys)

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of a dotted key with the file, the row or line, and the column."""
        keys = undotted(problem.column)
        file, line = self.place(keys)
        return replace(problem, file=file, row=line, column=self.column(keys))

    def refuse(
        self, keys: Keys, fault: str, remedy: str = "", value: str = "", **facts: object
    ) -> None:
        """Add a problem of a key."""
        file, line = self.place(keys)
        self.problems.append(
            Problem(fault, remedy, file, line, self.column(keys), shown(value), values=facts)
        )


def inherit(path: Path, seen: tuple[Path, ...], source: Source) -> None:
    """Read a file after what it extends, and merge it over that."""
    document = read_yaml(path, str(path))
    source.problems += document.problems
    source.complete &= document.complete
    extends = document.data.pop("extends", None)
    line = document.lines.get(("extends",), 0)

    def refuse(fault: str, remedy: str, **facts: object) -> None:
        given = shown(str(extends))
        source.without_parent = True
        source.problems.append(
            Problem(fault, remedy, str(path), line, "extends", given, values=facts)
        )

    chain = (*seen, path.resolve())
    if extends is not None:
        parent = path.parent / str(extends)
        if not isinstance(extends, str) or Path(extends).is_absolute():
            refuse("It must be the name of a file, relative to this one.", "Correct the name.")
        elif parent.resolve() in chain:
            refuse(
                "The scenarios extend one another in a circle: {members}.",
                "Delete one of the extends.",
                members=" > ".join(p.name for p in (*chain, parent)),
            )
        elif len(chain) > MOST_ANCESTORS:
            refuse("More than {limit} files extend one another.", "", limit=MOST_ANCESTORS)
        elif not parent.is_file():
            known = [p.name for p in parent.parent.glob("*.y*ml")]
            meant = nearest_name(parent.name, known)
            refuse(
                "There is no such file.",
                "Did you mean {meant}?" if meant else "Correct the name.",
                meant=meant,
            )
        else:
            inherit(parent, chain, source)
    source.origin[()] = (path, 0)
    _merge(source.data, document.data, (), source.origin)
    for keys, at in document.lines.items():
        source.origin[keys] = (path, at)


def other_diseases(source: Source) -> None:
    """Lay each disease under ``also`` over the wave of the scenario it extends.

    Of that scenario only what a disease has for itself is taken: who comes, stays, provenance.
    """
    also = source.data.get("also")
    waves: dict[str, Any] = also if isinstance(also, dict) else {}
    for disease, wave in waves.items():
        extends = wave.pop("extends", None) if isinstance(wave, dict) else None
        if extends is None:
            continue
        here: Keys = ("also", disease)
        said = Path(source.place((*here, "extends"))[0]).parent / str(extends)
        if not isinstance(extends, str) or Path(extends).is_absolute() or not said.is_file():
            known = [path.name for path in said.parent.glob("*.y*ml")]
            meant = nearest_name(said.name, known)
            source.refuse(
                (*here, "extends"),
                "There is no such file.",
                "Did you mean {meant}?" if meant else "Correct the name.",
                str(extends),
                meant=meant,
            )
            continue
        other = Source()
        inherit(said, (), other)
        source.problems += other.problems
        source.complete &= other.complete
        source.without_parent |= other.without_parent
        if other.data.get("disease", disease) != disease:
            source.refuse(
                (*here, "extends"),
                "That scenario is one of another disease: {disease}.",
                "Name one of this disease, or the disease it is of.",
                str(extends),
                disease=other.data["disease"],
            )
        own = {key: value for key, value in other.data.items() if key in Wave.model_fields}
        _merge(own, wave, (), {})
        waves[disease] = own
        for keys, at in other.origin.items():
            if keys and keys[0] in Wave.model_fields:
                source.origin.setdefault((*here, *keys), at)
        told, theirs = source.data.setdefault("provenance", {}), other.data.get("provenance")
        if isinstance(told, dict) and isinstance(theirs, dict):
            for key, entry in theirs.items():
                if str(key).split(".", 1)[0] in Wave.model_fields:
                    told.setdefault(f"also.{disease}.{key}", entry)


def _merge(
    below: dict[str, Any], above: dict[str, Any], keys: Keys, origin: dict[Keys, tuple[Path, int]]
) -> None:
    """Lay one mapping over another: mappings merge, everything else replaces."""
    for key, value in above.items():
        here = (*keys, key)
        old = below.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            _merge(old, value, here, origin)
            continue
        for stale in [k for k in origin if k[: len(here)] == here]:
            del origin[stale]
        below[key] = value


def rows_from_files(source: Source) -> None:
    """Replace file names by the rows of the CSV files beside the scenario."""
    also = source.data.get("also")
    for disease in also if isinstance(also, dict) else ():
        _rows_of_wave(source, ("also", disease))
    _rows_of_wave(source, ())
    if isinstance(source.data.get("previous_plan"), str):
        name = source.data["previous_plan"]
        folder = Path(source.place(("previous_plan",))[0]).parent / name
        source.data["previous_plan"] = None
        try:
            source.data["previous_plan"] = earlier_flows(folder, source.data.get("start_date"))
        except (OSError, ValueError, KeyError, TypeError):
            fault = "It is no folder of a plan with days in common with this one."
            source.refuse(("previous_plan",), fault, "Correct the name, or leave it out.", name)


def _rows_of_wave(source: Source, wave: Keys) -> None:
    """Replace the file names of one disease, whose figures stand under the keys `wave`."""
    for keys, model in ROW_FILES.items():
        found = _rows_of_file(source, (*wave, *keys), model)
        if found is not None:
            holder, path, rows = found
            holder[str(keys[-1])] = [row.model_dump(mode="json") for _, row in rows]
            for index, (number, _) in enumerate(rows):
                source.origin[(*wave, *keys, index)] = path, number
                source.in_tables.add((*wave, *keys, index))
    own: Any = source.data
    for key in wave:
        own = own.get(key) if isinstance(own, dict) else None
    stays = own.get("stays") if isinstance(own, dict) else None
    for name in stays if isinstance(stays, dict) else ():
        place: Keys = (*wave, "stays", name, "survival")
        found = _rows_of_file(source, place, SurvivalRow)
        if found is None:
            continue
        holder, _, rows = found
        curve = sorted(
            (row.model_dump() for _, row in rows), key=lambda p: p["days_since_admission"]
        )
        holder["survival"] = [point["share"] for point in curve]
        if [point["days_since_admission"] for point in curve] != list(range(len(curve))):
            source.refuse(
                place,
                "The days of the curve do not count 0, 1, 2, ... without a gap.",
                "Write each day once.",
            )


def _rows_of_file(
    source: Source, keys: Keys, model: type[BaseModel]
) -> tuple[dict[str, Any], Path, list[tuple[int, BaseModel]]] | None:
    """Return the mapping that holds a file name, the file and its rows by number, or None."""
    holder: Any = source.data
    for key in keys[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
    name = holder.get(keys[-1]) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or not isinstance(name, str):
        return None
    holder[keys[-1]] = []
    beside = Path(source.place(keys)[0]).parent
    if Path(name).is_absolute() or ".." in Path(name).parts or not (beside / name).is_file():
        source.refuse(keys, "There is no such file beside the scenario.", "Correct the name.", name)
        return None
    path = beside / name
    required = required_columns(model)
    optional = [c for c in columns(model) if c not in required]
    sheet = read_sheet(path, str(path), required, optional)
    source.problems += sheet.problems
    rows = [(r.row, convert(r, model, str(path), source.problems)) for r in sheet.records]
    return holder, path, [(number, row) for number, row in rows if row is not None]
