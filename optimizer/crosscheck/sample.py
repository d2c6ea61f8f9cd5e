"""Parts of an instance that are small enough to be solved a second time.

The second formulation is dense on purpose. A province is not solved whole by it but in samples:
some clusters with their units, over a few days. A sample is a lawful instance of its own, not the
province with something forgotten: ways out of its clusters are gone, for both hands alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from optimizer.domain.instance import BoolArray, Instance, IntArray

AXES: Mapping[str, str] = {
    "arrivals": "OST",
    "open_requests": "OS",
    "census_treated": "FS",
    "census_boarding": "FS",
    "beds": "FKT",
    "listed": "FK",
    "surge_limit": "FKT",
    "staff": "FRT",
    "staff_need": "RK",
    "stands_in": "RR",
    "vehicle_minutes": "ET",
    "unit_base": "F",
    "area_base": "O",
    "outside_places": "HT",
    "fallen": "FT",
    "fell": "FT",
    "own_unit": "O",
    "may_leave": "FS",
    "no_intake": "FT",
}
"""Axes of every array of an `Instance`. Who adds one adds it here, or no sample is taken."""
TERM_AXES: Mapping[str, str] = {
    "devices": "FKT",
    "oxygen_draw": "K",
    "oxygen_flow": "FT",
    "oxygen_supply": "FT",
    "oxygen_stored": "F",
    "oxygen_tank": "F",
    "supervision": "RK",
    "oxygen_routine": "F",
}
"""Likewise of `Instance.terms`."""
PROMISE_AXES: Mapping[str, str] = {
    "reserve": "K",
    "reception": "QT",
    "reception_of": "FQ",
    "site_limit": "F",
    "pins": "P",
    "earlier": "N",
    "churn_days": "T",
    "wait_classes": "S",
}
"""Likewise of `Instance.promises`."""
YIELD_AXES: Mapping[str, str] = {
    "beds": "JFK",
    "staff": "JFR",
    "devices": "JFK",
    "oxygen_flow": "JF",
    "oxygen_supply": "JF",
    "vehicle_minutes": "JE",
    "outside_places": "JH",
    "home_places": "JE",
}
"""Likewise of the yields of `Instance.levers`; the levers themselves all stay."""
PARTS_BY_NAME = ("unit_names", "area_communes", "unit_members")


def burdensome(inst: Instance) -> int:
    """Return about how many coefficients the second formulation of `inst` has.

    Measured on the example province: 8 to 10 for each way, day it is used and later day it is felt.
    """
    ways = len(inst.admissions.area) + len(inst.transfers.origin)
    ways += len(inst.units) * len(inst.classes.ids)
    return 10 * ways * inst.days * (inst.days + 1) // 2


def part_of(inst: Instance, areas: BoolArray, units: BoolArray) -> Instance:
    """Return the instance with these areas (O,) and units (F,) only, and the ways among them."""
    keep = {"O": areas, "F": units}
    changed: dict[str, Any] = _cut(inst, AXES, keep)
    changed["terms"] = replace(inst.terms, **_cut(inst.terms, TERM_AXES, keep))
    promised = replace(inst.promises, **_cut(inst.promises, PROMISE_AXES, keep))
    changed["promises"] = replace(  # these name other numbers
        promised,
        pins=promised.pins[:0],
        earlier=promised.earlier[:0],
        churn_days=promised.churn_days[:0],
    )
    arcs, moves = inst.admissions, inst.transfers
    if inst.own_unit is not None:
        own = inst.own_unit[areas]
        changed["own_unit"] = np.where((own >= 0) & units[own], np.cumsum(units)[own] - 1, -1)
    there = np.concatenate([units, np.ones(len(inst.outside), dtype=bool)])
    number = np.concatenate([np.cumsum(units) - 1, units.sum() + np.arange(len(inst.outside))])
    used = areas[arcs.area] & there[arcs.to]
    goes = units[moves.origin] & there[moves.to]
    changed["admissions"] = replace(
        _ways(arcs, used),
        area=(np.cumsum(areas) - 1)[arcs.area[used]],
        to=number[arcs.to[used]],
    )
    changed["transfers"] = replace(
        _ways(moves, goes), origin=number[moves.origin[goes]], to=number[moves.to[goes]]
    )
    for group in ("harm", "burden"):
        price = getattr(inst, group)
        changed[group] = replace(
            price, admission=price.admission[used], transfer=price.transfer[goes]
        )
    if inst.levers is not None:
        yields = _cut(inst.levers.yields, YIELD_AXES, keep)
        changed["levers"] = replace(inst.levers, yields=replace(inst.levers.yields, **yields))
    home = inst.home
    if inst.levers is None and len(home.patients) == len(areas):
        changed["home"] = replace(
            home, patients=home.patients[areas], capacity=home.capacity[areas]
        )
    named = {"areas": areas, "units": units}
    for axis, mask in named.items():
        names = getattr(inst, axis)
        changed[axis] = tuple(name for name, kept in zip(names, mask, strict=True) if kept)
    if len(inst.unit_tier_rank) == len(units):
        ranks = zip(inst.unit_tier_rank, units, strict=True)
        changed["unit_tier_rank"] = tuple(rank for rank, kept in ranks if kept)
    known = {*changed["areas"], *changed["units"], *inst.outside}
    for name in PARTS_BY_NAME:
        changed[name] = {k: v for k, v in getattr(inst, name).items() if k in known}
    return inst.changed(**changed)


def _cut(value: Any, axes: Mapping[str, str], keep: Mapping[str, BoolArray]) -> dict[str, Any]:
    """Return the arrays that have an axis in `keep`, some places alone."""
    out: dict[str, Any] = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if not isinstance(part, np.ndarray):
            continue
        if field.name not in axes:
            name = f"{type(value).__name__}.{field.name}"
            raise TypeError(f"the axes of {name} are not known to crosscheck.sample")
        for place, letter in enumerate(axes[field.name]):
            if letter in keep:
                out[field.name] = np.compress(keep[letter], part, axis=place)
    return out


def _ways(arcs: Any, keep: BoolArray) -> Any:
    return replace(arcs, **{one.name: getattr(arcs, one.name)[keep] for one in fields(arcs)})


def sampled_clusters(inst: Instance, dice: np.random.Generator, most: int) -> Instance:
    """Return as many whole clusters, at random, as `most` coefficients allow (at least one)."""
    bases: IntArray = np.unique(np.concatenate([inst.area_base, inst.unit_base]))
    chosen: list[int] = []
    kept: Instance | None = None
    for base in dice.permutation(bases[bases >= 0]).tolist():
        trial = [*chosen, int(base)]
        part = part_of(inst, np.isin(inst.area_base, trial), np.isin(inst.unit_base, trial))
        if kept is not None and len(kept.areas) and burdensome(part) > most:
            continue
        chosen, kept = trial, part
    return inst if kept is None else kept
