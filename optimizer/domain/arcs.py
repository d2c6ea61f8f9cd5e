"""Which ways the plan may use: planning areas, admission arcs, transfer arcs.

Pruned for communes first, grouped after: an area has the union of its communes' arcs.
Source: docs/data-format.md section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.care import PatientClass
from optimizer.domain.instance import (
    ADMISSION,
    LATERAL,
    OUT_OF_PROVINCE,
    OUTSIDE,
    STABILISE,
    STEP_DOWN,
    STEP_UP,
    AdmissionArcs,
    BoolArray,
    FloatArray,
    IntArray,
    TransferArcs,
)
from optimizer.domain.network import ReferralNetwork
from optimizer.domain.phases import is_plain
from optimizer.domain.rules import evacuated, may_leave, movable_classes
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import PlanningUnit, Sites
from optimizer.domain.tables import Tables


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes between places of the plan; inf where there is no way."""

    commune_unit: FloatArray
    """(C, F + H)."""
    unit_unit: FloatArray
    """(F, F + H)."""


@dataclass(frozen=True, slots=True)
class SiteMinutes:
    """Minutes between sites of the plan, before units of several sites are put together."""

    sites: tuple[str, ...]
    """All of them; those of planning units are `inside`."""
    inside: tuple[str, ...]
    commune_site: FloatArray
    """(C, sites)."""
    site_site: FloatArray
    """(inside, sites)."""


def site_minutes(network: ReferralNetwork, sites: Sites, communes: tuple[str, ...]) -> SiteMinutes:
    """Minutes from communes and from sites of planning units to every site of the plan."""
    places = [*sites.inside, *sites.outside]
    all_sites = tuple(sorted({site for unit in places for site in unit.sites}))
    inside = tuple(sorted({site for unit in sites.inside for site in unit.sites}))
    return SiteMinutes(
        all_sites,
        inside,
        network.minutes(communes, all_sites),
        network.minutes(inside, all_sites),
    )


def plan_minutes(
    network: ReferralNetwork, sites: Sites, communes: tuple[str, ...], tables: Tables
) -> Minutes:
    """Minutes from communes and units to every destination; groups as docs/data-format.md says."""
    places = [*sites.inside, *sites.outside]
    known = site_minutes(network, sites, communes)
    at = {site: i for i, site in enumerate(known.sites)}
    physical: dict[str, float] = {}
    for row in tables.beds:
        physical[row.unit_id] = physical.get(row.unit_id, 0.0) + row.physical_beds
    row_of = {site: i for i, site in enumerate(known.inside)}

    def columns(unit: PlanningUnit) -> list[int]:
        return [at[site] for site in unit.sites]

    commune_unit = np.full((len(communes), len(places)), np.inf)
    for f, unit in enumerate(places):
        commune_unit[:, f] = known.commune_site[:, columns(unit)].min(axis=1)
    unit_unit = np.full((len(sites.inside), len(places)), np.inf)
    for f, unit in enumerate(sites.inside):
        weights = np.array([physical.get(member, 0.0) for member in unit.members])
        if weights.sum() <= 0:
            weights = np.ones(len(weights))
        block = known.site_site[[row_of[site] for site in unit.sites]]
        for g, other in enumerate(places):
            near = block[:, columns(other)].min(axis=1)
            reach = np.isfinite(near)
            if reach.any() and (weights * reach).sum() > 0:
                unit_unit[f, g] = np.average(near[reach], weights=weights[reach])
    return Minutes(commune_unit, unit_unit)


def planning_areas(
    tables: Tables,
    scenario: Scenario,
    communes: tuple[str, ...],
    reach: BoolArray,
    people: FloatArray,
) -> tuple[tuple[str, ...], IntArray]:
    """Return area ids (sorted) and the area number of each commune, (C,)."""
    if scenario.areas == "communes":
        return communes, np.arange(len(communes))
    parent = {row.admin_unit_id: row.parent_id or row.admin_unit_id for row in tables.admin_units}
    groups: dict[str, dict[bytes, list[int]]] = {}
    for c, commune in enumerate(communes):
        groups.setdefault(parent[commune], {}).setdefault(reach[c].tobytes(), []).append(c)
    named: dict[str, list[int]] = {}
    for cluster, sets in groups.items():
        ordered = sorted(sets.values(), key=lambda one: (-people[one].sum(), communes[min(one)]))
        named[cluster] = ordered[0]
        for other in ordered[1:]:
            named[f"{cluster}+{communes[min(other)]}"] = other
    ids = tuple(sorted(named))
    number = np.zeros(len(communes), dtype=np.int64)
    for o, area in enumerate(ids):
        number[named[area]] = o
    return ids, number


def _nearest(minutes: FloatArray, allowed: BoolArray, count: int) -> BoolArray:
    """Mark the `count` nearest allowed columns of each row.

    Ties by column number (ids are sorted).
    """
    ranked = np.argsort(np.where(allowed, minutes, np.inf), axis=1, kind="stable")
    out = np.zeros(minutes.shape, dtype=bool)
    np.put_along_axis(out, ranked[:, :count], True, axis=1)
    return out & allowed


def hard_limit(scenario: Scenario, row: PatientClass) -> float:
    """Return the most minutes a patient of the class may be driven; inf: no limit, or lifted."""
    limit = row.ground_limit_minutes
    lifted = limit is None or scenario.travel.lifts_limit(row.class_id)
    return np.inf if limit is None or lifted else limit


def admission_arcs(
    scenario: Scenario,
    classes: tuple[PatientClass, ...],
    sites: Sites,
    minutes: FloatArray,
    able: BoolArray,
    has_beds: BoolArray,
    area_of: IntArray,
    people: FloatArray,
    commune_cluster: tuple[str, ...],
    by_levers: BoolArray | None = None,
) -> AdmissionArcs:
    """Return the admission arcs of the areas.

    `minutes` (C, F + H), `able` (F, S), `has_beds` (F,), `by_levers` (F, S) where only levers make
    able.
    """
    units = len(sites.inside)
    ranks = np.array([unit.tier_rank for unit in sites.inside], dtype=np.int64)
    own = [[unit.cluster_id == c for unit in sites.inside] for c in commune_cluster]
    home = np.array(own, dtype=bool).reshape(len(commune_cluster), units)
    local = home if scenario.options.local_only else np.ones_like(home)
    inside, outside = minutes[:, :units], minutes[:, units:]
    if scenario.options.local_only:
        outside = np.full_like(outside, np.inf)
    found: list[tuple[IntArray, ...]] = []
    for s, row in enumerate(classes):
        if not is_plain(row):  # nobody comes in the middle of a stay
            continue
        hard = hard_limit(scenario, row)
        allowed = local & able[None, :, s] & np.isfinite(inside) & (inside <= hard)
        within = allowed & (inside <= row.travel_limit_minutes)
        chosen = _nearest(inside, within, scenario.travel.nearest)
        if row.top_tier_direct:
            chosen |= allowed & (ranks == sites.top_rank)[None, :]
        none = np.asarray(~within.any(axis=1))
        chosen |= _nearest(inside, allowed, 1) & none[:, None]
        if by_levers is not None:
            more = local & by_levers[None, :, s] & np.isfinite(inside) & (inside <= hard)
            near = more & (inside <= row.travel_limit_minutes)
            chosen |= _nearest(inside, near, scenario.travel.nearest)
            if row.top_tier_direct:
                chosen |= more & (ranks == sites.top_rank)[None, :]
        stabilise = _nearest(inside, local & has_beds[None, :] & np.isfinite(inside), 1)
        stabilise &= none[:, None]
        out = np.isfinite(outside) & (outside <= hard) & row.top_tier_direct
        for kind, mask, first in (
            (ADMISSION, chosen, 0),
            (STABILISE, stabilise, 0),
            (OUT_OF_PROVINCE, out, units),
        ):
            c, f = np.nonzero(mask)
            pairs = np.unique(np.stack([area_of[c], f + first]), axis=1)
            size = pairs.shape[1]
            found.append((pairs[0], pairs[1], np.full(size, s), np.full(size, kind)))
    area, to, patient, kind_of = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((kind_of, to, patient, area))
    area, to, patient, kind_of = area[order], to[order], patient[order], kind_of[order]
    mean, late = _area_minutes(classes, minutes, area_of, people, area, to, patient)
    return AdmissionArcs(area, to, patient, kind_of, mean, late)


def _area_minutes(
    classes: tuple[PatientClass, ...],
    minutes: FloatArray,
    area_of: IntArray,
    people: FloatArray,
    area: IntArray,
    to: IntArray,
    patient: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Mean minutes and late minutes of each arc over the communes that can reach it.

    By population.
    """
    limit = np.array([row.travel_limit_minutes for row in classes])
    mean, late = np.zeros(len(area)), np.zeros(len(area))
    members = [np.flatnonzero(area_of == o) for o in range(int(area_of.max(initial=-1)) + 1)]
    for o, inside in enumerate(members):
        here = np.flatnonzero(area == o)
        if not here.size:
            continue
        block = minutes[np.ix_(inside, to[here])]
        reach = np.isfinite(block)
        weights = people[inside][:, None] * reach
        weights = np.where(weights.sum(axis=0) > 0, weights, reach.astype(float))
        weights = weights / weights.sum(axis=0)
        block = np.where(reach, block, 0.0)
        mean[here] = (weights * block).sum(axis=0)
        late[here] = (weights * np.maximum(0.0, block - limit[patient[here]])).sum(axis=0)
    return mean, late


def _lateral_requests(
    scenario: Scenario, row: PatientClass, place: dict[str, int], units: int
) -> BoolArray:
    """(F, F) pairs between which lateral transfers of the class are asked for by name."""
    out = np.zeros((units, units), dtype=bool)
    for one in scenario.options.lateral_requests:
        f, g = place.get(one.from_unit), place.get(one.to_unit)
        if f is not None and g is not None and one.severity in (None, row.severity):
            out[f, g] = True
    return out


def transfer_arcs(
    scenario: Scenario,
    tables: Tables,
    classes: tuple[PatientClass, ...],
    sites: Sites,
    minutes: FloatArray,
    able: BoolArray,
    by_levers: BoolArray | None = None,
) -> TransferArcs:
    """Return the transfer arcs; `minutes` (F, F + H), `able` (F, S).

    `by_levers` (F, S) where only levers make able: the same rules once more among these.
    """
    units = len(sites.inside)
    place = {member: f for f, unit in enumerate(sites.inside) for member in unit.members}
    never = np.zeros((units, units), dtype=bool)
    line = np.zeros((units, units), dtype=bool)
    for link in tables.links:
        f, g = place.get(link.from_unit), place.get(link.to_unit)
        if f is not None and g is not None and f != g:
            (never if link.kind == "never" else line)[f, g] = True
    ranks = np.array([unit.tier_rank for unit in sites.inside], dtype=np.int64)
    clusters = np.array([unit.cluster_id for unit in sites.inside], dtype=str)
    possible = ~np.eye(units, dtype=bool) & ~never & np.isfinite(minutes[:, :units])
    if scenario.options.local_only:
        possible &= clusters[:, None] == clusters[None, :]
    always = line | (ranks == sites.top_rank)[None, :]
    lower, level = ranks[None, :] < ranks[:, None], ranks[None, :] == ranks[:, None]
    inside, outside = minutes[:, :units], minutes[:, units:]
    count = scenario.travel.transfer_nearest
    found: list[tuple[IntArray, ...]] = []

    def take(mask: BoolArray, s: int, direction: int, first: int = 0) -> None:
        f, g = np.nonzero(mask)
        size = len(f)
        found.append((f, g + first, np.full(size, s), np.full(size, direction)))

    leaves = may_leave(scenario, sites, classes)
    closing = evacuated(scenario, sites)
    stays_put = ~movable_classes(scenario, classes) & (scenario.rules.movers == "new")
    top = np.broadcast_to((ranks == sites.top_rank)[None, :], possible.shape)
    if scenario.options.transfers:
        for s, row in enumerate(classes):
            hard = hard_limit(scenario, row)
            holds = able if by_levers is None else able | by_levers
            for receives in (able,) if by_levers is None else (able, by_levers):
                allowed = possible & receives[None, :, s] & (inside <= hard)
                up = allowed & (closing | ~stays_put[s])[:, None]
                take(_nearest(inside, up, count) | (up & always), s, STEP_UP)
                out = allowed & holds[:, None, s] & leaves[:, None, s]
                down = out & lower & (closing | scenario.options.step_down)[:, None]
                take(_nearest(inside, down, count) | (down & line), s, STEP_DOWN)
                aside = out & np.where(closing[:, None], ~lower, level & scenario.options.lateral)
                asked = out & level & _lateral_requests(scenario, row, place, units)
                take(_nearest(inside, aside, count) | (aside & top) | asked, s, LATERAL)
            goes = row.phase == "acute" and row.top_tier_direct and not stays_put[s]
            if not scenario.options.local_only and goes:
                take(np.isfinite(outside) & (outside <= hard), s, OUTSIDE, units)
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return TransferArcs(none, none, none, none, none.astype(bool), none.astype(float))
    origin, to, patient, direction = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((direction, to, patient, origin))
    origin, to, patient, direction = origin[order], to[order], patient[order], direction[order]
    pool = (direction == STEP_UP) | (direction == OUTSIDE)
    return TransferArcs(origin, to, patient, direction, pool, minutes[origin, to])
