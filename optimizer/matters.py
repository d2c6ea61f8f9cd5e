"""Which assumption matters: each assumed figure moved within its range, and what harm does then.

To first order from the plan's own prices (`planning/envelope.py`), so a figure costs an assembly
and no solve; the largest are what to find out first. Ranges: `low` and `high` of a scenario's
`provenance`; a figure without has a fifth more and less, and is marked so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from optimizer.domain.assemble import assemble
from optimizer.domain.instance import Instance
from optimizer.domain.row import Row
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.errors import DataError
from optimizer.planning.envelope import harm_after, same_ways
from optimizer.planning.screen import with_ways
from optimizer.planning.worth import Optimum

FACTS = (
    "reported_cases",
    "infections",
    "stays",
    "staff",
    "surge",
    "travel",
    "boarding_mix",
    "also",
)
"""Keys of a scenario that say how the world is; weights, goals and shocks are choices."""
COUNTS = {"nearest", "transfer_nearest", "history_days", "peak_day", "survival"}
"""Keys whose change would offer other ways or move the window."""
FIFTH = 0.2
TABLES: tuple[tuple[str, str, str], ...] = (
    ("beds", "staffed_beds", "confidence"),
    ("beds", "surge_limit", "surge_confidence"),
    ("routine", "routine_patients", "confidence"),
    ("staff", "on_duty", "confidence"),
    ("devices", "devices", "confidence"),
    ("oxygen", "flow_lpm", "confidence"),
    ("vehicles", "minutes_per_day", "confidence"),
    ("units", "daily_places", "confidence"),
    ("care_ratios", "patients_per_staff", "confidence"),
)
"""(table, column, column of its confidence); all assumed cells of a column are moved together."""
OF_LEVERS: tuple[tuple[str, str, str], ...] = (
    ("lever_yields", "amount", "confidence"),
    ("levers", "max_units", "confidence"),
    ("levers", "harm_per_day", "confidence"),
)
"""The same, where levers are in use."""
SEATS = ("vehicle_classes", "patients_per_trip", "confidence")
"""Likewise, where vehicles are told apart: of those that take more than one patient."""
MATTERS_COLUMNS = ("figure", "low", "high", "stated_range", "harm", "harm_low", "harm_high")


@dataclass(frozen=True, slots=True)
class Matter:
    """An assumed figure and the harm of its two ends, to first order."""

    figure: str
    """Dotted key of the scenario, or ``table.column``: then `low` and `high` are factors."""
    low: float
    high: float
    stated: bool
    """Whether the range stands in the data; else it is a fifth more and less."""
    harm_low: float
    harm_high: float

    def swing(self, harm: float) -> float:
        """Return the largest change of harm, of whichever end."""
        ends = [abs(end - harm) for end in (self.harm_low, self.harm_high) if np.isfinite(end)]
        return max(ends, default=0.0)


def assumed_keys(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """Yield dotted key and value of every assumed number of the scenario that says a fact."""

    def walk(prefix: str, part: object) -> Iterator[tuple[str, float]]:
        if isinstance(part, BaseModel):
            for name in type(part).model_fields:
                if name not in COUNTS:
                    yield from walk(f"{prefix}.{name}", getattr(part, name))
        elif isinstance(part, Mapping):
            for name, one in part.items():
                yield from walk(f"{prefix}.{name}", one)
        elif isinstance(part, int | float) and not isinstance(part, bool):
            yield prefix, float(part)

    for name in FACTS:
        for key, value in walk(name, getattr(scenario, name)):
            if value > 0 and scenario.provenance_of(key)[1] == "assumed":
                yield key, value


def with_figure(scenario: Scenario, key: str, value: float) -> Scenario | None:
    """Return the scenario with one number changed; None if it then contradicts itself."""
    data = scenario.model_dump(mode="json")
    here: Any = data
    parts = key.split(".")
    for part in parts[:-1]:
        here = here[part]
    old = here[parts[-1]]
    here[parts[-1]] = round(value) if isinstance(old, int) and not isinstance(old, bool) else value
    try:
        return Scenario.model_validate(data)
    except ValueError:
        return None


def with_column(
    tables: Tables, name: str, column: str, mark: str, factor: float, above: float = 0.0
) -> Tables | None:
    """Return the tables with the assumed cells of a column times a factor; None without such.

    `above`: only cells greater than this.
    """
    rows: tuple[Row, ...] = getattr(tables, name)
    moved = [
        row.model_copy(update={column: getattr(row, column) * factor})
        if getattr(row, mark) == "assumed" and (getattr(row, column) or 0.0) > above
        else row
        for row in rows
    ]
    changed = any(new is not old for new, old in zip(moved, rows, strict=True))
    fields: dict[str, Any] = {name: tuple(moved)}
    return replace(tables, **fields) if changed else None


def what_matters(
    tables: Tables, scenario: Scenario, offered: Instance, optimum: Optimum
) -> list[Matter]:
    """Return every assumed figure with the harm of its ends, the weightiest first."""

    def harm(of_tables: Tables | None, of_scenario: Scenario | None) -> float:
        if of_tables is None or of_scenario is None:
            return float("nan")
        try:
            inst = assemble(of_tables, of_scenario).instance
        except (DataError, ValueError):
            return float("nan")
        ids = inst.levers.ids if inst.levers else ()
        same = ids == (offered.levers.ids if offered.levers else ())
        if not same or inst.classes.ids != offered.classes.ids or inst.units != offered.units:
            return float("nan")
        limit = offered.promises.site_limit  # of another plan: held
        inst = inst.changed(promises=replace(inst.promises, site_limit=limit))
        after = harm_after(optimum, with_ways(inst, *same_ways(inst, offered)))
        return after if np.isnan(after) else max(0.0, after)

    found = []
    for key, value in assumed_keys(scenario):
        stated = scenario.range_of(key)
        low, high = stated or (value * (1 - FIFTH), value * (1 + FIFTH))
        if stated is None and value <= 1 and with_figure(scenario, key, high) is None:
            high = (value + 1) / 2  # a share near 1
        ends = [harm(tables, with_figure(scenario, key, end)) for end in (low, high)]
        found.append(Matter(key, low, high, stated is not None, *ends))
    more = (*(OF_LEVERS if offered.levers else ()), *([SEATS] if offered.fleet is not None else ()))
    for name, column, mark in (*TABLES, *more):
        low, high = 1 - FIFTH, 1 + FIFTH
        above = 1.0 if name == SEATS[0] else 0.0
        sides = [with_column(tables, name, column, mark, end, above) for end in (low, high)]
        if sides[0] is not None:
            ends = [harm(side, scenario) for side in sides]
            found.append(Matter(f"{name}.{column}", low, high, False, *ends))
    least = max(0.0, optimum.answer.objective)
    return sorted(found, key=lambda one: (-one.swing(least), one.figure))


def meaning(scenario: Scenario, key: str) -> str:
    """Return what a dotted key means; empty for a column of a table."""
    here: Any = scenario
    found = ""
    for part in key.split("."):
        if isinstance(here, BaseModel) and part in type(here).model_fields:
            found = type(here).model_fields[part].description or ""
            here = getattr(here, part)
        elif isinstance(here, Mapping) and part in here:
            here = here[part]
        else:
            return ""
    return found


def matter_rows(found: list[Matter], harm: float) -> list[list[object]]:
    """Return the rows of ``matters.csv``."""
    return [
        [
            one.figure,
            repr(one.low),
            repr(one.high),
            int(one.stated),
            repr(harm),
            *("" if np.isnan(end) else repr(end) for end in (one.harm_low, one.harm_high)),
        ]
        for one in found
    ]
