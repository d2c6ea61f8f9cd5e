"""Which levers the scenario allows, and the figures it sees: from the tables as written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimizer.checking.reader import Document, Table, ident

if TYPE_CHECKING:
    from optimizer.checking.sources import Sources

FIGURES = (
    "max_units",
    "delay_days",
    "ramp_days",
    "min_days",
    "may_close",
    "open_vnd",
    "day_vnd",
    "harm_per_day",
)
"""Columns that ``levers.change`` may replace, in the order of ``inputs/levers.csv``."""
WHOLE_FIGURES = frozenset(FIGURES[:5])


@dataclass(frozen=True, slots=True)
class Asked:
    """The key ``levers`` of a scenario.

    `use`: ``all``, or the ids; `budget_vnd`: inf without a limit; `change`: figures by lever.
    """

    use: str | frozenset[str]
    named: frozenset[str]
    budget_vnd: float
    harm: float
    home_unmet: float
    unit_day: float
    million_vnd: float
    change: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Yield:
    """One row of ``lever_yields.csv`` after the factor of the scenario; `row` in the table."""

    resource: str
    place: str
    item: str
    amount: float
    row: int


@dataclass(frozen=True, slots=True)
class Lever:
    """One lever in use: its figures as the scenario sees them, `row` in ``levers.csv``."""

    name: str
    row: int
    figures: Mapping[str, float]
    pool: str
    yields: Sequence[Yield]


def read_asked(doc: Document) -> Asked | None:
    """Read the key ``levers``; None where it is not there, null, or allows none."""
    asked = doc.get("levers")
    if asked is None:
        return None
    if not isinstance(asked, dict):
        doc.fault("levers", "It must be a mapping or null.")
        return None
    use = asked.get("use")
    if use == "none":
        return None
    if use != "all" and not isinstance(use, list):
        doc.fault("levers.use", "It must be 'all', 'none' or a list of ids.")
        use = []
    named = asked.get("named")
    if not isinstance(named, list):
        doc.fault("levers.named", "It must be a list of ids.")
        named = []
    budget = asked.get("budget_vnd")
    return Asked(
        use="all" if use == "all" else frozenset(ident(str(x)) for x in use),
        named=frozenset(ident(str(x)) for x in named),
        budget_vnd=math.inf if budget is None else doc.number("levers.budget_vnd", 0),
        harm=doc.number("levers.harm", 0),
        home_unmet=doc.number("levers.home_unmet", 0),
        unit_day=doc.number("levers.unit_day", 0),
        million_vnd=doc.number("levers.million_vnd", 0),
        change=_changes(doc, asked.get("change")),
    )


def _changes(doc: Document, told: Any) -> dict[str, dict[str, float]]:
    """Return figures by lever that the scenario sees otherwise; nulls are left out."""
    if told is None:
        return {}
    if not isinstance(told, dict) or not all(isinstance(one, dict) for one in told.values()):
        doc.fault("levers.change", "It must be a mapping from lever to figures.")
        return {}
    out: dict[str, dict[str, float]] = {}
    for lever, figures in told.items():
        out[ident(str(lever))] = {}
        for key, value in figures.items():
            if value is None:
                continue
            if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
                doc.fault(f"levers.change.{lever}.{key}", "It must be a number.")
            else:
                out[ident(str(lever))][str(key)] = float(value)
    return out


def levers_in_use(sources: Sources, asked: Asked | None) -> list[Lever]:
    """Return the levers that the scenario allows, in order of id.

    One whose pool is not in use is not in use. Whether anything of it counts is seen later.
    """
    if asked is None:
        return []
    table = sources["levers"]
    ids = table.ids("lever_id")
    named_only = [x > 0 for x in table.wholes("named_only", blank=0.0)]
    if asked.use == "all":
        allowed = {name for name, only in zip(ids, named_only, strict=True) if not only}
    else:
        allowed = set(asked.use)
    allowed = (allowed | asked.named) & set(ids)
    pools = dict(zip(ids, table.ids("drawn_from"), strict=True))
    while lost := {name for name in allowed if pools[name] and pools[name] not in allowed}:
        allowed -= lost
    figures = {
        key: (table.wholes if key in WHOLE_FIGURES else table.numbers)(key, low=0.0)
        for key in FIGURES
    }
    given = _yields(sources["lever_yields"])
    out = []
    for row, name in sorted(enumerate(ids), key=lambda pair: pair[1]):
        if name not in allowed:
            continue
        change = asked.change.get(name, {})
        factor = change.get("yields", 1.0)
        out.append(
            Lever(
                name=name,
                row=row,
                figures={key: change.get(key, float(figures[key][row])) for key in FIGURES},
                pool=pools[name],
                yields=[
                    replace(one, amount=factor * one.amount)
                    for one in given.get(name, ())
                    if factor * one.amount != 0
                ],
            )
        )
    return out


def _yields(table: Table) -> dict[str, list[Yield]]:
    """Return the rows of ``lever_yields.csv`` by lever."""
    out: dict[str, list[Yield]] = {}
    columns = (table.ids(c) for c in ("lever_id", "resource", "place", "item"))
    amounts = table.numbers("amount").tolist()
    for row, (lever, resource, place, item) in enumerate(zip(*columns, strict=True)):
        out.setdefault(lever, []).append(Yield(resource, place, item, amounts[row], row))
    return out


def opened_units(sources: Sources, levers: Sequence[Lever]) -> frozenset[str]:
    """Return the closed units that levers in use open: those where they yield beds."""
    units = sources["units"]
    pairs = zip(units.ids("unit_id"), units.text("intake"), strict=True)
    closed = {unit for unit, intake in pairs if intake == "closed"}
    return frozenset(
        one.place
        for lever in levers
        for one in lever.yields
        if one.resource == "bed" and one.amount > 0 and one.place in closed
    )
