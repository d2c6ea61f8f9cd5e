"""Small provinces on disk, every one with a wave of its own; the template's tables, 4 to 6 days."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.loading import load
from tests.run.province import template, wave

IDS = ("U1", "U2", "U3", "UE", "H1", "H2", "H3", "E1", "X1", "X2", "X3", "C1", "C2", "M1", "M2")
STARTS = ("2026-11-23", "2027-12-27", "2028-02-24", "2027-02-01", "2028-12-30")
"""Over New Year, 29 February, Tet."""


def wishes(seed: int) -> dict[str, Any]:
    """Return what a scenario of this seed asks for."""
    dice = random.Random(seed)
    shocks: dict[str, Any] = {"demand_factor": dice.choice([1, 2, 5, 8, 20])}
    if dice.random() < 0.3:
        shocks["staff_factor"] = dice.choice([0, 0.5, 0.8])
    if dice.random() < 0.2:
        shocks["vehicle_factor"] = dice.choice([0, 0.5])
    if dice.random() < 0.2:
        shocks["closed_facilities"] = [dice.choice(["H2", "H3"])]
    return {
        "horizon_days": dice.choice([4, 5, 6]),
        "areas": dice.choice(["clusters", "communes"]),
        "start_date": dice.choice(STARTS),
        "shocks": shocks,
    }


def province(folder: Path, seed: int, **changes: Any) -> Path:
    """Write the province and scenario of this seed; return the scenario."""
    return wave(template(folder), **(wishes(seed) | changes))


def read(scenario: Path) -> tuple[Tables, Scenario, Assembled]:
    tables, read_scenario, _ = load(scenario, scenario.parent)
    return tables, read_scenario, assemble(tables, read_scenario)


def _rewrite(folder: Path, change: Any) -> None:
    for path in sorted(folder.glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head = [line for line in lines if line.startswith("#")]
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
        rows = change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(head)
            csv.writer(file, lineterminator="\n").writerows(rows)


def shuffle(folder: Path, seed: int) -> None:
    """Put the rows and the columns of every table into another order."""
    dice = random.Random(seed)

    def change(rows: list[list[str]]) -> list[list[str]]:
        header, *body = rows
        dice.shuffle(body)
        order = list(range(len(header)))
        dice.shuffle(order)
        return [[row[i] for i in order] for row in (header, *body)]

    _rewrite(folder, change)


def rename(folder: Path, seed: int) -> dict[str, str]:
    """Give every place another id and every site another name; return the ids' new names."""
    dice = random.Random(seed)
    numbers = dice.sample(range(100, 999), len(IDS))
    new = {old: f"{dice.choice('QZA0')}{n} é" for old, n in zip(IDS, numbers, strict=True)}

    def change(rows: list[list[str]]) -> list[list[str]]:
        return [[new.get(cell, cell).replace("Bệnh viện", "BV") for cell in row] for row in rows]

    _rewrite(folder, change)
    return new
