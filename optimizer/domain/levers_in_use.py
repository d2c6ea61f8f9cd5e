"""Which levers a scenario allows, with the figures it sees (docs/data-format.md section 4)."""

from __future__ import annotations

from optimizer.domain.lever_rows import LeverRow, LeverYield
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables

CHANGEABLE = (
    "max_units",
    "delay_days",
    "ramp_days",
    "min_days",
    "may_close",
    "open_vnd",
    "day_vnd",
    "harm_per_day",
)
"""Columns of `levers.csv` that `levers.change` may replace."""


def levers_in_use(tables: Tables, scenario: Scenario) -> tuple[LeverRow, ...]:
    """Return the levers that the scenario allows, in order of id, as it sees their figures."""
    asked = scenario.levers
    if asked is None:
        return ()
    ids = {row.lever_id for row in tables.levers}
    if asked.use == "all":
        allowed = {row.lever_id for row in tables.levers if not row.named_only}
    else:
        allowed = set() if asked.use == "none" else ids & set(asked.use)
    if asked.use != "none":
        allowed |= ids & set(asked.named)
    rows = [row for row in tables.levers if row.lever_id in allowed]
    while lost := [row for row in rows if row.drawn_from and row.drawn_from not in allowed]:
        allowed -= {row.lever_id for row in lost}
        rows = [row for row in rows if row.lever_id in allowed]
    return tuple(sorted((_seen(row, scenario) for row in rows), key=lambda row: row.lever_id))


def _seen(row: LeverRow, scenario: Scenario) -> LeverRow:
    """Return the lever as the scenario sees it."""
    change = scenario.levers.change.get(row.lever_id) if scenario.levers else None
    if change is None:
        return row
    given = {name: getattr(change, name) for name in CHANGEABLE}
    return row.model_copy(update={name: v for name, v in given.items() if v is not None})


def yields_in_use(tables: Tables, scenario: Scenario) -> tuple[LeverYield, ...]:
    """Return what the levers in use give and take, by the factor the scenario sees."""
    used = {row.lever_id for row in levers_in_use(tables, scenario)}
    out = []
    for row in tables.lever_yields:
        if row.lever_id not in used or scenario.levers is None:
            continue
        change = scenario.levers.change.get(row.lever_id)
        factor = 1.0 if change is None or change.yields is None else change.yields
        if factor * row.amount != 0:
            same = factor == 1
            out.append(row if same else row.model_copy(update={"amount": factor * row.amount}))
    return tuple(out)


def opened_by_levers(tables: Tables, scenario: Scenario) -> frozenset[str]:
    """Return the closed units that levers in use may open: those where they yield beds."""
    if scenario.levers is None:
        return frozenset()
    closed = {row.unit_id for row in tables.units if row.intake == "closed"}
    return frozenset(
        row.place
        for row in yields_in_use(tables, scenario)
        if row.resource == "bed" and row.amount > 0 and row.place in closed
    )
