"""Rows of levers and yields -> `LeverSet`: which yields count, and where.

Source: docs/data-format.md section 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.lever_rows import LeverRow, LeverYield
from optimizer.domain.levers import BoolArray, FloatArray, LeverSet, LeverYields
from optimizer.domain.levers_in_use import levers_in_use, yields_in_use
from optimizer.domain.rules import closing_day
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import Sites
from optimizer.domain.tables import Tables
from optimizer.domain.terms import Terms

NO_ITEM = "-"
"""Item of a yield that has none."""


def lever_listed(
    tables: Tables, scenario: Scenario, sites: Sites, levels: tuple[str, ...], listed: BoolArray
) -> BoolArray:
    """(F, K) levels a unit lists with levers: its own, and those where a lever yields beds."""
    out = listed.copy()
    at = {member: f for f, unit in enumerate(sites.inside) for member in unit.members}
    shut = _shut(scenario, sites)
    for row in yields_in_use(tables, scenario):
        if row.resource == "bed" and row.amount > 0 and row.item in levels:
            f = at.get(row.place, -1)
            if f >= 0 and not shut[f]:
                out[f, levels.index(row.item)] = True
    return out


def _shut(scenario: Scenario, sites: Sites) -> list[bool]:
    """Return which units close within the days solved: levers have no say there."""
    last = scenario.solved_days
    return [any(closing_day(scenario, s) <= last for s in u.sites) for u in sites.inside]


def lever_set(
    tables: Tables,
    scenario: Scenario,
    sites: Sites,
    terms: Terms,
    levels: tuple[str, ...],
    bases: tuple[str, ...],
) -> LeverSet | None:
    """Return the levers of a scenario on the axes of its instance; None if it has none."""
    asked = scenario.levers
    rows = levers_in_use(tables, scenario)
    if asked is None or not rows:
        return None
    roles = tuple(row.role for row in tables.roles)
    yields = _yields(
        rows, yields_in_use(tables, scenario), scenario, sites, terms, levels, roles, bases
    )
    pools = {row.drawn_from for row in rows if row.drawn_from}
    counts = np.zeros(len(rows), dtype=bool)
    for part in yields:
        counts |= (part != 0).any(axis=tuple(range(1, part.ndim)))
    keep = [j for j, row in enumerate(rows) if counts[j] or row.lever_id in pools]
    if not keep:
        return None
    kept = [rows[j] for j in keep]
    number = {row.lever_id: j for j, row in enumerate(kept)}

    def of(name: str, kind: type) -> np.ndarray:
        return np.array([getattr(row, name) for row in kept], dtype=kind)

    return LeverSet(
        ids=tuple(number),
        max_units=of("max_units", float),
        delay=of("delay_days", np.int64),
        ramp=of("ramp_days", np.int64),
        min_days=of("min_days", np.int64),
        may_close=of("may_close", bool),
        open_vnd=of("open_vnd", float),
        day_vnd=of("day_vnd", float),
        harm=asked.harm * of("harm_per_day", float),
        pool=np.array([number.get(row.drawn_from or "", -1) for row in kept], dtype=np.int64),
        yields=LeverYields(*(part[keep] for part in yields)),
        budget_vnd=np.inf if asked.budget_vnd is None else asked.budget_vnd,
        home_unmet=asked.home_unmet,
        unit_day=asked.unit_day,
        million_vnd=asked.million_vnd,
    )


def _yields(
    rows: Sequence[LeverRow],
    given: Sequence[LeverYield],
    scenario: Scenario,
    sites: Sites,
    terms: Terms,
    levels: tuple[str, ...],
    roles: tuple[str, ...],
    bases: tuple[str, ...],
) -> list[FloatArray]:
    """Return the arrays of `LeverYields`, in its order."""
    number = {row.lever_id: j for j, row in enumerate(rows)}
    shut = _shut(scenario, sites)
    unit = {
        member: f for f, one in enumerate(sites.inside) for member in one.members if not shut[f]
    }
    outside = {one.unit_id: h for h, one in enumerate(sites.outside)}
    base = {name: e for e, name in enumerate(bases)}
    counted = terms.device_levels
    flows = np.asarray(np.isfinite(terms.oxygen_flow).all(axis=1))
    stores = np.asarray(np.isfinite(terms.oxygen_supply).all(axis=1))
    j, f = len(rows), len(sites.inside)
    beds, staff = np.zeros((j, f, len(levels))), np.zeros((j, f, len(roles)))
    devices, flow, supply = np.zeros((j, f, len(levels))), np.zeros((j, f)), np.zeros((j, f))
    minutes, places = np.zeros((j, len(bases))), np.zeros((j, len(sites.outside)))
    home = np.zeros((j, len(bases)))
    for row in given:
        lever = number[row.lever_id]
        here = unit.get(row.place, -1)
        e, h = base.get(row.place, -1), outside.get(row.place, -1)
        if row.resource == "bed" and here >= 0 and row.item in levels:
            beds[lever, here, levels.index(row.item)] += row.amount
        elif row.resource == "staff" and here >= 0:
            staff[lever, here, roles.index(row.item)] += row.amount
        elif row.resource == "device" and here >= 0 and row.item in levels:
            k = levels.index(row.item)
            devices[lever, here, k] += row.amount * counted[here, k]
        elif row.resource == "oxygen_flow" and here >= 0:
            flow[lever, here] += row.amount * flows[here]
        elif row.resource == "oxygen_supply" and here >= 0:
            supply[lever, here] += row.amount * stores[here]
        elif row.resource == "vehicle_minutes" and e >= 0:
            minutes[lever, e] += row.amount
        elif row.resource == "home_place" and e >= 0:
            home[lever, e] += row.amount
        elif row.resource == "outside_place" and h >= 0:
            places[lever, h] += row.amount
    return [beds, staff, devices, flow, supply, minutes, places, home]
