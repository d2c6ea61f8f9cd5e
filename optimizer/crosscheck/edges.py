"""Random instances, every third on an edge and every third under rules of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from optimizer.crosscheck.random_instances import random_instance
from optimizer.crosscheck.random_rules import fitted, pinning, ruled
from optimizer.crosscheck.random_vehicles import vehicles_told_apart
from optimizer.domain.instance import BoolArray, Instance

Dice = np.random.Generator


def no_capacity(inst: Instance, dice: Dice) -> Instance:
    """No bed anywhere on any day, none to be opened."""
    nothing = np.zeros_like(inst.beds)
    return fitted(inst.changed(beds=nothing, surge_limit=nothing.copy()))


def one_bed(inst: Instance, dice: Dice) -> Instance:
    """One bed in all."""
    beds = np.zeros_like(inst.beds)
    places = np.argwhere(inst.listed)
    if len(places):
        beds[tuple(places[dice.integers(len(places))])] = 1.0
    return fitted(inst.changed(beds=beds, surge_limit=np.zeros_like(beds)))


def equal_costs(inst: Instance, dice: Dice) -> Instance:
    """All prices equal: many best plans."""
    price, effort = inst.harm, inst.burden
    harm = replace(
        price,
        waiting=np.ones_like(price.waiting),
        boarding=np.ones_like(price.boarding),
        corridor=1.0,
        admission=np.zeros_like(price.admission),
        transfer=np.ones_like(price.transfer),
    )
    burden = replace(
        effort,
        admission=np.ones_like(effort.admission),
        transfer=np.ones_like(effort.transfer),
        surge_bed_day=1.0,
    )
    return inst.changed(harm=harm, burden=burden)


def nobody_on_duty(inst: Instance, dice: Dice) -> Instance:
    """No staff on any day."""
    return fitted(inst.changed(staff=np.zeros_like(inst.staff)))


def nobody_ill(inst: Instance, dice: Dice) -> Instance:
    """No patient at all."""
    return inst.changed(
        arrivals=np.zeros_like(inst.arrivals),
        open_requests=np.zeros_like(inst.open_requests),
        census_treated=np.zeros_like(inst.census_treated),
        census_boarding=np.zeros_like(inst.census_boarding),
    )


def no_ways(inst: Instance, dice: Dice) -> Instance:
    """All roads cut: nobody can be sent anywhere."""
    none: BoolArray = np.zeros(len(inst.admissions.area), dtype=bool)
    still: BoolArray = np.zeros(len(inst.transfers.origin), dtype=bool)
    return _with_ways(inst, none, still)


def no_vehicles(inst: Instance, dice: Dice) -> Instance:
    """No vehicle-minutes."""
    return inst.changed(vehicle_minutes=np.zeros_like(inst.vehicle_minutes))


def crowd(inst: Instance, dice: Dice) -> Instance:
    """A hundred times the demand."""
    return inst.changed(arrivals=inst.arrivals * 100, open_requests=inst.open_requests * 100)


EDGES: Mapping[str, Callable[[Instance, Dice], Instance]] = {
    edge.__name__: edge
    for edge in (
        no_capacity,
        one_bed,
        equal_costs,
        nobody_on_duty,
        nobody_ill,
        no_ways,
        no_vehicles,
        crowd,
    )
}


def _with_ways(inst: Instance, admissions: BoolArray, transfers: BoolArray) -> Instance:
    arcs, moves = inst.admissions, inst.transfers
    prices = {
        group: replace(
            getattr(inst, group),
            admission=getattr(inst, group).admission[admissions],
            transfer=getattr(inst, group).transfer[transfers],
        )
        for group in ("harm", "burden")
    }
    return inst.changed(
        admissions=replace(
            arcs,
            area=arcs.area[admissions],
            to=arcs.to[admissions],
            patient_class=arcs.patient_class[admissions],
            kind=arcs.kind[admissions],
            minutes=arcs.minutes[admissions],
            late_minutes=arcs.late_minutes[admissions],
        ),
        transfers=replace(
            moves,
            origin=moves.origin[transfers],
            to=moves.to[transfers],
            patient_class=moves.patient_class[transfers],
            direction=moves.direction[transfers],
            from_boarding=moves.from_boarding[transfers],
            minutes=moves.minutes[transfers],
        ),
        harm=prices["harm"],
        burden=prices["burden"],
    )


def any_instance(seed: int) -> Instance:
    """Return a random instance: every third on an edge, in turn, every third under other rules.

    Every fifth has vehicles of several classes and shifts; what is pinned is what these can drive.
    """
    inst = _any_instance(seed)
    if seed % 5:
        return inst
    dice = np.random.default_rng([seed, 5])
    apart = vehicles_told_apart(inst, dice)
    return pinning(apart, dice) if len(inst.promises.pins) else apart


def _any_instance(seed: int) -> Instance:
    inst = random_instance(seed, gaps=seed % 2 == 0)
    if seed % 3 == 1:
        return inst
    if seed % 3 == 2:
        return ruled(inst, np.random.default_rng([seed, 4]))
    names = list(EDGES)
    return EDGES[names[(seed // 3) % len(names)]](inst, np.random.default_rng([seed, 1]))
