"""What a province could add to: beds, people on duty, vehicle minutes, places outside.

Each resource is a field of `Instance` and says in which rows of docs/model.md section 4 one more of
it is felt. Prices of rows become values of resources here, once, for whoever explains a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.fleet import Fleet
from optimizer.domain.instance import BoolArray, FloatArray, Instance

Felt = Mapping[str, FloatArray]
"""Row block -> (P, J, I), P may be 1: one more of item j widens row i of the same place and day."""


def felt_at(by_item: FloatArray, place: int) -> FloatArray:
    """(J, I) what one more of each item widens at one place."""
    return np.asarray(by_item[min(place, len(by_item) - 1)])


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that can be added at a place."""

    kind: str
    field: str
    """Field of `Instance`: (P, J, T), or (P, T) the sum over items, or without any."""
    places: str
    """Field of `Instance` with the ids of the places."""
    items: str
    """Field of `Instance` with the ids of the items; empty: no items."""
    step: float
    """What "one more" means to people, in units of the field."""
    felt: Callable[[Instance], Felt]
    offered: Callable[[Instance], BoolArray]
    """(P, J) where one more makes sense."""


def _bed_rows(inst: Instance) -> Felt:
    """A bed of a level serves its level and all below, and somebody more lies in the house."""
    number = np.arange(len(inst.levels))
    nested = (number[None, :] <= number[:, None]).astype(float)
    instead = (~inst.terms.device_levels)[:, :, None] * nested  # where no devices are counted
    return {
        "staffed_bed_capacity": nested[None],
        "house_capacity": np.ones((1, len(number), 1)),
        "device_capacity": instead,
        "reserve_share": _reserve_rows(inst.promises.reserve, nested)[None],
    }


def _reserve_rows(share: FloatArray, nested: FloatArray) -> FloatArray:
    """(K, K x K) one more bed of level i in row (k, k'): there if i >= k', less what is kept."""
    kept = nested * share[None, :]
    return np.asarray((nested[:, None, :] - kept[:, :, None]).reshape(len(share), -1))


def _staff_rows(inst: Instance) -> Felt:
    """A person on duty counts for the own role and those he stands in for, overseeing too."""
    serves = inst.stands_in.astype(float)[None]
    return {"staff_on_duty": serves, "supervision": serves}


def _vehicle_rows(inst: Instance) -> Felt:
    """A vehicle minute serves the own class and all below; in shifts by their hours."""
    fleet = inst.fleet
    if fleet is None:
        return {"vehicle_minutes": np.ones((1, 1, 1))}
    number = np.arange(len(fleet.classes))
    nested = (number[None, :] <= number[:, None]) * fleet.patients_per_trip[:, None]
    by_shift = fleet.hours_share[None, :, None] * nested[:, None, :]
    return {
        "vehicle_minutes": fleet.patients_per_trip[None, :, None],
        "vehicle_rank": nested[None],
        "vehicle_shift": by_shift.reshape(1, len(number), -1),
    }


def _wanted_vehicles(inst: Instance) -> BoolArray:
    """(E, V) vehicle classes that somebody needs, and the lowest; a better one is never needed."""
    wanted = np.ones(1, dtype=bool)
    if inst.fleet is not None:
        wanted = np.isin(np.arange(len(inst.fleet.classes)), [0, *inst.fleet.least.tolist()])
    return np.repeat(wanted[None, :], len(inst.bases), axis=0)


def _wanted_roles(inst: Instance) -> BoolArray:
    """Roles that somebody in a bed needs, directly or through a role they stand in for."""
    needed = np.asarray((inst.stands_in.astype(float) @ inst.staff_need > 0).any(axis=1))
    return np.asarray(np.outer(inst.listed.any(axis=1), needed))


RESOURCES: tuple[Resource, ...] = (
    Resource("bed", "beds", "units", "levels", 1.0, _bed_rows, lambda inst: inst.listed),
    Resource("staff", "staff", "units", "roles", 1.0, _staff_rows, _wanted_roles),
    Resource(
        "vehicle_minutes",
        "vehicle_minutes",
        "bases",
        "vehicle_classes",
        60.0,
        _vehicle_rows,
        _wanted_vehicles,
    ),
    Resource(
        "outside_place",
        "outside_places",
        "outside",
        "",
        1.0,
        lambda inst: {"outside_places": np.ones((1, 1, 1))},
        lambda inst: np.ones((len(inst.outside), 1), dtype=bool),
    ),
)
BY_KIND = {resource.kind: resource for resource in RESOURCES}


@dataclass(frozen=True, slots=True)
class Addition:
    """So much more of a resource at one place, from the first to the last day (from 0, both in)."""

    kind: str
    place: int
    item: int
    first: int
    last: int
    amount: float

    def place_id(self, inst: Instance) -> str:
        """Return the id of the unit, base or destination."""
        return str(getattr(inst, BY_KIND[self.kind].places)[self.place])

    def item_id(self, inst: Instance) -> str:
        """Return the care level, role or vehicle class; empty for a resource without items."""
        items = BY_KIND[self.kind].items
        return str(getattr(inst, items)[self.item]) if items else ""


def with_more(inst: Instance, additions: Sequence[Addition]) -> Instance:
    """Return the instance with more capacity; what is added for some days only may go again.

    Days on which patients may be left standing stay as they were: an addition that ends is not a
    loss of capacity.
    """
    changed: dict[str, FloatArray] = {}
    for one in additions:
        resource = BY_KIND[one.kind]
        array = changed.setdefault(resource.field, getattr(inst, resource.field).copy())
        days = slice(one.first, one.last + 1)
        if array.ndim == 3:
            array[one.place, one.item, days] += one.amount
        else:
            array[one.place, days] += one.amount * _seats(inst, one)
    return inst.changed(
        **changed,
        fallen=inst.excess_allowed,
        fell=inst.loses_beds,
        fleet=_more_vehicles(inst, additions),
    )


def _seats(inst: Instance, one: Addition) -> float:
    """Return the patients on one trip of a vehicle added; 1 for anything else."""
    counted = one.kind == "vehicle_minutes" and inst.fleet is not None
    return float(inst.fleet.patients_per_trip[one.item]) if counted and inst.fleet else 1.0


def _more_vehicles(inst: Instance, additions: Sequence[Addition]) -> Fleet | None:
    """Return the fleet with the vehicle minutes among some additions."""
    if inst.fleet is None:
        return None
    more = np.zeros_like(inst.fleet.minutes)
    for one in additions:
        if one.kind == "vehicle_minutes":
            more[one.place, one.item, one.first : one.last + 1] += one.amount
    return inst.fleet.with_minutes(more)


def values_of_one_more(inst: Instance, prices: Mapping[str, FloatArray], kind: str) -> FloatArray:
    """Fall of harm for one more of a resource on a day, (P, J, T); 0 where it is not offered.

    `prices` are shadow prices by row block, as a `Plan` carries them.
    """
    resource = BY_KIND[kind]
    offered = resource.offered(inst)
    out = np.zeros((*offered.shape, inst.days))
    for block, felt in resource.felt(inst).items():
        found = prices.get(block)
        if found is not None and found.size:
            rows = found.reshape(len(found), -1, found.shape[-1])
            out += np.einsum(
                "pji,pit->pjt", np.broadcast_to(felt, (len(rows), *felt.shape[1:])), rows
            )
    return np.where(offered[:, :, None], out, 0.0)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What an addition gained when the plan was solved again with it."""

    addition: Addition
    gain: float
    """Fall of harm."""
    unmet_days: FloatArray
    """(K,) fall of unmet patient-days over the shown days, by the level people need."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What would clear the shortfall, proved by solving again with it."""

    additions: tuple[Addition, ...]
    """Whole, over all days."""
    needed_from: tuple[int, ...]
    """First day (from 0) on which each addition is used."""
    weight: float
    """Weight of the whole additions."""
    least_weight: float
    """Weight of the best additions if they might be broken; no set weighs less."""
    unmet_before: FloatArray
    """(K,) unmet patient-days of the plan over the shown days."""
    unmet_after: FloatArray
    """(K,) with the additions."""
    harm_left: float
    """Harm of waiting, boarding, corridors that no capacity could avoid, all days."""
    harm_reached: float
    """The same with the additions, solved again."""

    @property
    def proved(self) -> bool:
        """Tell whether the additions reach what no capacity could better, to 1e-4 of it."""
        return self.harm_reached <= self.harm_left + 1e-4 * max(1.0, abs(self.harm_left))
