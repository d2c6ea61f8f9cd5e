"""Who may go where, by rule: admission arcs of areas and transfer arcs of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.checking.capacity import Capacity
from optimizer.checking.flows import (
    ADMISSION,
    LATERAL,
    LEAVES,
    OUTSIDE,
    STABILISE,
    STEP_DOWN,
    STEP_UP,
)
from optimizer.checking.inputs import Inputs
from optimizer.checking.phases import evacuated_units, movable_classes
from optimizer.checking.places import Places
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.violation import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Arcs:
    """Permitted arcs and what a trip on them takes.

    Parameters
    ----------
    admission
        (3, O, G, S) by kind as in ``flows.KINDS``.
    transfer
        (4, F, G, S) by direction as in ``flows.DIRECTIONS``.
    late
        (O, G, S) mean late minutes.
    admission_minutes, transfer_minutes
        (O, G), (F, G) road minutes, 0 where there is no way.
    """

    admission: BoolArray
    transfer: BoolArray
    late: FloatArray
    admission_minutes: FloatArray
    transfer_minutes: FloatArray


def read_arcs(
    sources: Sources,
    scenario: Scenario,
    places: Places,
    capacity: Capacity,
    inputs: Inputs,
    more: BoolArray | None = None,
) -> Arcs:
    """Work out every permitted arc.

    `capacity` and ``inputs.able`` are those without levers; `more` (F, S) is True where only levers
    make a unit able: there the rules apply once more, to these pairs alone.
    """
    by_levers = np.zeros_like(inputs.able) if more is None else more
    limit = inputs.classes.travel_limit
    late = (
        np.stack(
            [places.area_mean(np.maximum(0.0, places.commune_minutes - m)) for m in limit], axis=2
        )
        if limit.size
        else np.zeros((*places.area_minutes.shape, 0))
    )
    return Arcs(
        admission=_admission(scenario, places, capacity, inputs, by_levers),
        transfer=_transfer(sources, scenario, places, inputs, by_levers),
        late=np.where(np.isfinite(late), late, 0.0),
        admission_minutes=np.where(np.isfinite(places.area_minutes), places.area_minutes, 0.0),
        transfer_minutes=np.where(np.isfinite(places.between), places.between, 0.0),
    )


def _by_nearness(minutes: FloatArray) -> FloatArray:
    """Return the rank of each column in its row by (minutes, id), from 0; inf if no way."""
    order = np.argsort(minutes, axis=1, kind="stable")
    rank = np.empty(minutes.shape)
    np.put_along_axis(rank, order, np.arange(minutes.shape[1], dtype=float)[None, :], axis=1)
    rank[~np.isfinite(minutes)] = np.inf
    return rank


def _goes_outside(scenario: Scenario) -> bool:
    """Return True if anybody may leave the province."""
    return scenario.out_of_province and not scenario.local_only


def _same_cluster(clusters: Sequence[str], places: Places) -> BoolArray:
    """Return (., G) True where both are of one cluster; what has none shares none."""
    theirs = [*places.cluster, *[""] * (len(places.names) - places.planned)]
    same = [[bool(mine) and mine == other for other in theirs] for mine in clusters]
    return np.array(same, dtype=bool).reshape(len(clusters), len(theirs))


def _admission(
    scenario: Scenario, places: Places, capacity: Capacity, inputs: Inputs, more: BoolArray
) -> BoolArray:
    """Return (3, O, G, S): the union of the arcs of an area's communes."""
    classes, units = inputs.classes, places.planned
    minutes = places.commune_minutes
    if scenario.local_only:
        minutes = np.where(_same_cluster(places.commune_cluster, places), minutes, np.inf)
    top = places.top
    beds = (capacity.beds + capacity.surge_limit).max(axis=2, initial=0.0).sum(axis=1) > 0
    to_beds = _by_nearness(np.where(beds, minutes[:, :units], np.inf)) == 0
    out = np.zeros((3, len(places.communes), len(places.names), len(classes.names)), dtype=bool)
    for s in range(len(classes.names)):
        near = np.where(minutes <= classes.ground_limit[s], minutes, np.inf)
        to_able = np.where(inputs.able[:, s], near[:, :units], np.inf)
        rank = _by_nearness(to_able)
        within = to_able <= classes.travel_limit[s]
        none = ~within.any(axis=1, keepdims=True)
        arcs = (within & (rank < scenario.nearest)) | (none & (rank == 0))
        if classes.by_day[s]:  # nobody comes in the middle of a stay
            continue
        out[STABILISE, :, :units, s] = none & to_beds
        if classes.direct[s]:
            arcs |= top & np.isfinite(to_able)
            out[OUTSIDE, :, units:, s] = np.isfinite(near[:, units:]) & _goes_outside(scenario)
        added = np.where(more[:, s], near[:, :units], np.inf)
        in_time = np.where(added <= classes.travel_limit[s], added, np.inf)
        arcs |= _by_nearness(in_time) < scenario.nearest
        if classes.direct[s]:
            arcs |= top & np.isfinite(added)
        out[ADMISSION, :, :units, s] = arcs
    union = np.zeros((len(places.areas), *out.shape[:1], *out.shape[2:]), dtype=bool)
    np.logical_or.at(union, places.area_of, np.moveaxis(out, 0, 1))
    return np.moveaxis(union, 0, 1)


def _transfer(
    sources: Sources, scenario: Scenario, places: Places, inputs: Inputs, more: BoolArray
) -> BoolArray:
    """Return (4, F, G, S): up out of boarding, down and lateral out of the recovering treated.

    "Nearest" counts among the units of the direction: all for up, those of a lower tier rank for
    down, those of an equal one for lateral.
    """
    classes, units, size = inputs.classes, places.planned, len(places.names)
    out = np.zeros((4, units, size, len(classes.names)), dtype=bool)
    if not scenario.transfers or not units:
        return out
    refers, never = _links(sources, places)
    movable, evacuated = movable_classes(scenario, classes), evacuated_units(scenario, places)
    tier = places.tier
    top = places.top
    lower, equal = tier[None, :] < tier[:, None], tier[None, :] == tier[:, None]
    same = np.eye(units, size, dtype=bool)
    far = ~_same_cluster(places.cluster, places) & scenario.local_only

    def nearest(minutes: FloatArray) -> BoolArray:
        return _by_nearness(minutes) < scenario.transfer_nearest

    for s in range(len(classes.names)):
        barred = never | same | far | ~(places.between <= classes.ground_limit[s])
        minutes = np.where(barred | ~np.isfinite(places.between), np.inf, places.between)
        boards = evacuated[:, None] | (scenario.movers != "new") | movable[s]
        down = lower & (evacuated[:, None] | scenario.step_down)
        aside = np.where(evacuated[:, None], ~lower, equal & scenario.lateral)
        asked = equal & _asked(scenario, places, inputs.classes.severity[s])
        holds = (inputs.able | more)[:, s]
        for receives in (inputs.able[:, s], more[:, s]):
            to_able = np.where(receives, minutes[:, :units], np.inf)
            way = np.isfinite(to_able)
            near = nearest(np.where(boards, to_able, np.inf)) | top | refers[:, :units]
            out[STEP_UP, :, :units, s] |= way & boards & near
            goes = way & holds[:, None] & (evacuated | movable[s])[:, None]
            near = nearest(np.where(goes & down, to_able, np.inf)) | refers[:, :units]
            out[STEP_DOWN, :, :units, s] |= goes & down & near
            near = nearest(np.where(goes & aside, to_able, np.inf)) | top
            out[LATERAL, :, :units, s] |= goes & ((aside & near) | asked)
        stays = scenario.movers == "new" and not movable[s]
        if classes.direct[s] and not classes.recovering[s] and not stays:
            out[LEAVES, :, units:, s] = np.isfinite(minutes[:, units:]) & _goes_outside(scenario)
    return out


def _asked(scenario: Scenario, places: Places, severity: str) -> BoolArray:
    """Return (F, F) True between units whose lateral transfers are asked for by name."""
    at = {name: i for i, name in enumerate(places.names[: places.planned])}
    for i, rows in enumerate(places.members[: places.planned]):
        at.update((places.unit_ids[u], i) for u in rows)
    out = np.zeros((places.planned, places.planned), dtype=bool)
    for a, b, only in scenario.lateral_requests:
        if a in at and b in at and only in ("", severity):
            out[at[a], at[b]] = True
    return out


def _links(sources: Sources, places: Places) -> tuple[BoolArray, BoolArray]:
    """Return (F, G) ``refers_to`` and ``never``; the link of a member is a link of its group."""
    at: dict[str, int] = {name: i for i, name in enumerate(places.names)}
    for i, rows in enumerate(places.members):
        at.update((places.unit_ids[u], i) for u in rows)
    table = sources["links"]
    shape = (places.planned, len(places.names))
    refers, never = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for a, b, kind in zip(
        table.ids("from_unit"), table.ids("to_unit"), table.text("kind"), strict=True
    ):
        i, j = at.get(a, -1), at.get(b, -1)
        if i < 0 or j < 0:
            continue
        if kind == "refers_to" and i < places.planned:
            refers[i, j] = True
        if kind == "never" and i < places.planned:
            never[i, j] = True
    return refers, never
