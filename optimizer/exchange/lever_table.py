"""The tables of levers in a plan folder: what opens when, and the figures the checker needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.domain.instance import Instance
from optimizer.domain.lever_arrays import NO_ITEM
from optimizer.domain.lever_rows import LeverRow
from optimizer.domain.levers import FloatArray, LeverSet
from optimizer.domain.levers_in_use import levers_in_use
from optimizer.domain.plan import Plan
from optimizer.domain.row import CONFIDENCES
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables

HEADER = (
    "day",
    "lever",
    "place",
    "started",
    "closed",
    "open",
    "usable",
    "vnd",
    "harm",
    "legal_basis",
    "approver_vi",
    "approver_en",
)
FIGURES = (
    "lever_id",
    "max_units",
    "delay_days",
    "ramp_days",
    "min_days",
    "may_close",
    "open_vnd",
    "day_vnd",
    "harm_per_day",
    "drawn_from",
)
YIELDS = ("lever_id", "resource", "place", "item", "amount")


def lever_places(inst: Instance) -> dict[str, tuple[str, ...]]:
    """Return the places of each lever's yields, in order of kind and id."""
    levers = inst.levers
    assert levers is not None
    out = {}
    for j, name in enumerate(levers.ids):
        places: list[str] = []
        for _, ids, _, array in _by_resource(inst, levers):
            here = array[j] != 0
            flat = here if here.ndim == 1 else here.any(axis=1)
            places += [ids[p] for p in np.flatnonzero(flat) if ids[p] not in places]
        out[name] = tuple(places)
    return out


def lever_vnd(levers: LeverSet, plan: Plan) -> FloatArray:
    """(J, T) VND that each lever costs on each day."""
    opening = levers.open_vnd[:, None] * plan.lever_started
    return np.asarray(opening + levers.day_vnd[:, None] * plan.lever_open)


def lever_confidence(tables: Tables, wave: int) -> dict[str, int]:
    """Return how sure each lever is, as a place in `CONFIDENCES`: its row, its yields, the wave."""
    out = {row.lever_id: max(wave, CONFIDENCES.index(row.confidence)) for row in tables.levers}
    for item in tables.lever_yields:
        code = CONFIDENCES.index(item.confidence)
        out[item.lever_id] = max(out[item.lever_id], code)
    return out


def lever_rows(tables: Tables, inst: Instance, plan: Plan, wave: int) -> list[tuple[object, ...]]:
    """Return the rows of levers.csv, by day; `wave`: how sure the scenario is."""
    levers = inst.levers
    assert levers is not None
    rows: Mapping[str, LeverRow] = {row.lever_id: row for row in tables.levers}
    places, sure = lever_places(inst), lever_confidence(tables, wave)
    vnd = lever_vnd(levers, plan)
    parts = (plan.lever_started, plan.lever_closed, plan.lever_open, plan.lever_usable)
    there = np.any([np.abs(part) > 1e-9 for part in parts], axis=0)
    found: list[tuple[object, ...]] = []
    for t, j in np.argwhere(there.T).tolist():
        name = levers.ids[j]
        row = rows[name]
        found.append(
            (
                t + 1,
                name,
                ";".join(places[name]),
                *(round(float(part[j, t])) for part in parts[:3]),
                repr(float(plan.lever_usable[j, t])),
                repr(float(vnd[j, t])),
                repr(float(levers.harm[j] * plan.lever_open[j, t])),
                row.legal_basis,
                row.approver_vi,
                row.approver_en,
                CONFIDENCES[sure[name]],
            )
        )
    return found


def _by_resource(
    inst: Instance, levers: LeverSet
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...] | None, FloatArray], ...]:
    """Return (resource, ids of places, ids of items, yields) for each resource."""
    y = levers.yields
    return (
        ("bed", inst.units, inst.levels, y.beds),
        ("staff", inst.units, inst.roles, y.staff),
        ("device", inst.units, inst.levels, y.devices),
        ("oxygen_flow", inst.units, None, y.oxygen_flow),
        ("oxygen_supply", inst.units, None, y.oxygen_supply),
        ("vehicle_minutes", inst.bases, None, y.vehicle_minutes),
        ("outside_place", inst.outside, None, y.outside_places),
        ("home_place", inst.bases, None, y.home_places),
    )


def figures_that_count(
    tables: Tables, scenario: Scenario, inst: Instance
) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the rows of inputs/levers.csv and inputs/lever_yields.csv: as they count."""
    levers = inst.levers
    if levers is None:
        return [], []
    seen = {row.lever_id: row for row in levers_in_use(tables, scenario)}
    figures = [
        ["" if v is None else int(v) if isinstance(v, bool) else v for v in _values(seen[name])]
        for name in levers.ids
    ]
    yields = [
        [levers.ids[j], resource, ids[at[0]], items[at[1]] if items else NO_ITEM, repr(float(v))]
        for resource, ids, items, array in _by_resource(inst, levers)
        for j, *at in np.argwhere(array != 0).tolist()
        for v in [array[(j, *at)]]
    ]
    return figures, sorted(yields)


def _values(row: LeverRow) -> list[Any]:
    return [getattr(row, name) for name in FIGURES]


def lever_titles(tables: Tables, inst: Instance) -> dict[str, dict[str, str]]:
    """Return what each lever in use is called in both languages, who decides it, and its basis."""
    ids = set(inst.levers.ids) if inst.levers else set()
    return {
        row.lever_id: {
            "vi": row.title_vi,
            "en": row.title_en,
            "approver_vi": row.approver_vi,
            "approver_en": row.approver_en,
            "legal_basis": row.legal_basis,
        }
        for row in tables.levers
        if row.lever_id in ids
    }
