"""The files of a secondment folder as its judge reads them, with a reader of its own."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.violation import FloatArray

Row = dict[str, str]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def province_rows(path: Path) -> list[Row]:
    """Return the rows of a table of a province: remarks before the header, commas or semicolons."""
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = lines[first] if first < len(lines) else ""
    sign = ";" if head.count(";") > head.count(",") else ","
    return [
        {(name or "").strip(): (cell or "").strip() for name, cell in row.items()}
        for row in csv.DictReader(lines[first:], delimiter=sign)
    ]


LOSSES_FILE = "roster_losses.csv"


@dataclass(frozen=True, slots=True)
class StaffFiles:
    """What the files say, and what follows from the blocks."""

    summary: dict[str, Any]
    rules: dict[str, Any]
    blocks: list[Row]
    going: list[Row]
    training: list[Row]
    helping: list[Row]
    pinned: list[Row]
    heads: list[Row]
    sites: dict[str, Row]
    pairs: dict[tuple[str, str], Row]
    substitutes: list[Row]
    people: dict[str, Row]
    days: int
    table: dict[str, dict[tuple[str, str], FloatArray]]
    """Column of heads.csv -> (site, role) -> (T,)."""
    away: dict[tuple[str, str], FloatArray]
    here: dict[tuple[str, str], FloatArray]

    def stated(self, column: str, key: tuple[str, str]) -> FloatArray:
        """Return a column of heads.csv; zeros where the file has no such site and role."""
        return self.table[column].get(key, np.zeros(self.days))

    def number(self, rule: str) -> float:
        """Return a rule that is a number."""
        return float(str(self.rules[rule]))

    def places(self) -> list[tuple[str, str]]:
        """Return every (site, role) of heads.csv."""
        return sorted(self.table["heads"])

    def present(self, key: tuple[str, str]) -> FloatArray:
        """Return the heads at a site, (T,), lent and borrowed."""
        none = np.zeros(self.days)
        return self.stated("heads", key) - self.away.get(key, none) + self.here.get(key, none)

    def moved(self, column: str, role: str, site: str) -> FloatArray:
        """Return those who help: `column` role (leave it) or post (come to it), (T,)."""
        out = np.zeros(self.days)
        for row in self.helping:
            if row[column] == role and row["site"] == site:
                out[int(row["day"]) - 1] += float(row["heads"])
        return out

    def learning(self, role: str, site: str) -> FloatArray:
        """Return those of a role in training, (T,)."""
        out = np.zeros(self.days)
        for row in self.training:
            if row["role"] == role and row["site"] == site:
                first = int(row["start_day"]) - 1
                length = self.training_days(row["role"], row["post"])
                out[first : first + length] += int(row["heads"])
        return out

    def training_days(self, role: str, post: str) -> int:
        """Return the days of a training."""
        found = [r for r in self.substitutes if (r["role"], r["post"]) == (role, post)]
        return int(found[0]["training_days"]) if found else 0


def read_files(folder: Path, data_dir: Path | None) -> StaffFiles:
    """Read a folder.

    Raises
    ------
    OSError, ValueError, KeyError
        If a file is missing or cannot be read as what it should be.
    """
    summary = json.loads((folder / "staff.json").read_text(encoding="utf-8"))
    rules = json.loads((folder / "inputs" / "rules.json").read_text(encoding="utf-8"))
    days = int(rules["days"])
    heads = _rows(folder / "heads.csv")
    columns = [name for name in heads[0] if name not in ("site", "role", "day")] if heads else []
    table: dict[str, dict[tuple[str, str], FloatArray]] = {name: {} for name in columns}
    for row in heads:
        key = row["site"], row["role"]
        for name in columns:
            by_day = table[name].setdefault(key, np.zeros(days))
            by_day[int(row["day"]) - 1] = float(row[name])
    blocks = _rows(folder / "secondments.csv")
    pairs = {(r["home"], r["host"]): r for r in _rows(folder / "inputs" / "pairs.csv")}
    away: dict[tuple[str, str], FloatArray] = {}
    here: dict[tuple[str, str], FloatArray] = {}
    rest = int(rules["rest_days_after"])
    for block in blocks:
        start, length, count = (int(block[c]) for c in ("start_day", "days", "heads"))
        known = pairs.get((block["home"], block["host"]))
        tau = int(known["travel_days"]) if known else 0
        gone = away.setdefault((block["home"], block["role"]), np.zeros(days))
        gone[max(0, start - 1) : max(0, start - 1 + length + rest)] += count
        there = here.setdefault((block["host"], block["role"]), np.zeros(days))
        there[max(0, start - 1 + tau) : max(0, start - 1 + length - tau)] += count
    province = data_dir or folder / str(summary["data_dir"])
    return StaffFiles(
        summary=summary,
        rules=rules,
        blocks=blocks,
        going=_rows(folder / "people_away.csv"),
        training=_rows(folder / "training.csv"),
        helping=_rows(folder / "helping.csv"),
        pinned=_rows(folder / "inputs" / "pinned.csv"),
        heads=heads,
        sites={row["site"]: row for row in _rows(folder / "inputs" / "sites.csv")},
        pairs=pairs,
        substitutes=_rows(folder / "inputs" / "substitutes.csv"),
        people={row["person_id"]: row for row in province_rows(province / "people.csv")},
        days=days,
        table=table,
        away=away,
        here=here,
    )


def losses(folder: Path) -> list[tuple[str, str, int, float]]:
    """Return unit, role, day and people on duty whom no roster brings; none without the file."""
    path = folder / LOSSES_FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["unit"], row["role"], int(row["day"]), float(row["on_duty"]))
            for row in csv.DictReader(file)
        ]
