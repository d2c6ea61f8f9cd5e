"""WAIST 1: every number the plan model may read, on common axes.

Axes are the capitals of the letters of docs/model.md: O planning areas, F planning units, H
destinations outside the province, K care levels, S patient classes, R staff roles, E vehicle bases,
T days; V vehicle classes and J shifts in `fleet`. Destinations of arcs count units first:
``to < F`` is a unit, ``to - F`` a destination outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.arrays import read_only
from optimizer.domain.fleet import Fleet
from optimizer.domain.levers import LeverSet
from optimizer.domain.promises import Promised, nothing_promised
from optimizer.domain.terms import Terms, no_terms

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ADMISSION, STABILISE, OUT_OF_PROVINCE = 0, 1, 2
ADMISSION_KINDS = ("admission", "stabilise", "out_of_province")
STEP_UP, STEP_DOWN, LATERAL, OUTSIDE = 0, 1, 2, 3
DIRECTIONS = ("step_up", "step_down", "lateral", "out_of_province")


@dataclass(frozen=True, slots=True)
class Classes:
    """Patient classes, (S,) each."""

    ids: tuple[str, ...]
    severity: tuple[str, ...]
    recovering: BoolArray
    level: IntArray
    """Index on K of the level the class needs."""
    unmet_weight: FloatArray
    move_risk: FloatArray
    travel_limit: FloatArray
    """Minutes after which an admission is late."""
    ground_limit: FloatArray
    """Hard limit, minutes (inf: none)."""
    needs_vehicle: BoolArray
    top_tier_direct: BoolArray
    arrives_as: IntArray | None = None
    """Class as which somebody of the class arrives after a transfer; None: as the same."""
    by_day: BoolArray | None = None
    """Classes of one day of a stay each (docs/model.md section 2): most are empty on most days."""
    disease: tuple[str, ...] = ()
    """Disease of each class; empty: one and the same."""

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class PlanRules:
    """Rules of others, as options of the same model; the defaults are this planner's own."""

    nobody_waits: bool = False
    open_corridor: bool = False
    sender_counts: bool = False
    """Who is moved counts at the sender too on that day."""
    whole_window: bool = False
    """Whole people on every day, not only on day 1."""

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class Hazards:
    """What a night does, from class (row) to class (column); what is missing to 1 left or died."""

    keep: FloatArray
    """(S, S) treated patients who stay treated: still acute, recovering, convalescent."""
    worse: FloatArray
    """(S, S) treated patients who get worse and join the boarding pool."""
    boarding: FloatArray
    waiting: FloatArray
    death_treated: FloatArray
    """(S,) probability a night; likewise the next two."""
    death_boarding: FloatArray
    death_waiting: FloatArray

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def care_days_owed(self) -> FloatArray:
        """(S,) mean care days still owed after today under care (R of docs/model.md)."""
        treated = self.keep + self.worse
        size = len(treated)
        owed = np.linalg.solve(np.eye(size) - treated, np.ones(size)) - 1.0
        return np.asarray(owed, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class AdmissionArcs:
    """Which area may send which class where; (A,) each, sorted by area, class, destination."""

    area: IntArray
    to: IntArray
    patient_class: IntArray
    kind: IntArray
    minutes: FloatArray
    late_minutes: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class TransferArcs:
    """Which unit may send which class where; (X,) each."""

    origin: IntArray
    to: IntArray
    patient_class: IntArray
    direction: IntArray
    from_boarding: BoolArray
    """True: out of the boarding pool; False: out of the treated, recovering only."""
    minutes: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class HarmPrices:
    """Prices of the harm group, already multiplied out (docs/model.md section 5)."""

    waiting: FloatArray
    """(S,) per patient-day; likewise boarding."""
    boarding: FloatArray
    corridor: float
    excess: float
    admission: FloatArray
    """(A,) lateness and leaving the province, per patient."""
    transfer: FloatArray
    """(X,) risk of the move, flat prices and leaving the province, per patient."""
    oxygen_short: float = 70.0
    """Per cubic metre that somebody went without."""

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class BurdenPrices:
    """Prices of the burden group."""

    admission: FloatArray
    transfer: FloatArray
    surge_bed_day: float

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class Home:
    """Follow-up at home, computed outside the plan model; (O, T) patients."""

    patients: FloatArray
    capacity: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything a plan is made from. Built by `optimizer.domain.assemble`."""

    areas: tuple[str, ...]
    units: tuple[str, ...]
    outside: tuple[str, ...]
    levels: tuple[str, ...]
    roles: tuple[str, ...]
    bases: tuple[str, ...]
    classes: Classes
    days: int
    shown_days: int
    hazards: Hazards
    admissions: AdmissionArcs
    transfers: TransferArcs

    arrivals: FloatArray
    """(O, S, T) patients who come to need a place that day, means."""
    open_requests: FloatArray
    """(O, S) whole people waiting this morning."""
    census_treated: FloatArray
    """(F, S) whole people in a proper bed this morning.

    After the rule for a census above capacity.
    """
    census_boarding: FloatArray
    """(F, S) whole people boarding this morning."""

    beds: FloatArray
    """(F, K, T) beds usable for the wave."""
    listed: BoolArray
    """(F, K) the unit lists beds of this level (physical or surge)."""
    surge_limit: FloatArray
    """(F, K, T) surge beds that may be open."""
    staff: FloatArray
    """(F, R, T) staff on duty for the wave."""
    staff_need: FloatArray
    """(R, K) staff on duty a patient of that level needs."""
    stands_in: BoolArray
    """(R, R) [r', r]: r' may do the work of r (r itself included)."""
    vehicle_minutes: FloatArray
    """(E, T) minutes."""
    unit_base: IntArray
    """(F,) base on E whose vehicles fetch from the unit; -1 none; likewise areas."""
    area_base: IntArray
    outside_places: FloatArray
    """(H, T) patients a day."""
    trip_minutes_fixed: float
    """Minutes of preparation and handover a trip."""

    harm: HarmPrices
    burden: BurdenPrices
    home: Home
    unit_names: Mapping[str, str] = field(default_factory=dict)
    area_communes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit_members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit_tier_rank: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    fallen: BoolArray | None = None
    """(F, T) days with less capacity than before, if the days before are not here (a window)."""
    fell: BoolArray | None = None
    """(F, T) days on which capacity falls, if that is not what the arrays here say.

    So in a window, whose eve is not here, and where people are lent or levers decided: what is
    planned takes nobody's bed.
    """
    fairness_epsilon: float = 0.0
    """Share of the least harm that may be spent on the worst-off area."""
    rules: PlanRules = field(default_factory=PlanRules)
    own_unit: IntArray | None = None
    """(O,) the area's own unit, where going elsewhere is a move; -1 none. None: it never is."""
    may_leave: BoolArray | None = None
    """(F, S) who may leave a proper bed for another unit. None: the recovering."""
    no_intake: BoolArray | None = None
    """(F, T) the unit is closed that day. None: none is."""
    terms: Terms = field(default=None)  # type: ignore[assignment]  # its shape is that of other fields
    """Devices, oxygen, supervision; left out: they limit nothing."""
    levers: LeverSet | None = None
    """What may be decided besides where patients go; None: nothing."""
    promises: Promised = field(default=None)  # type: ignore[assignment]  # its shape is that of other fields
    """What the plan promises; left out: nothing."""
    fleet: Fleet | None = None
    """Vehicles by class and shift. None: one class, and `vehicle_minutes` says all."""

    def __post_init__(self) -> None:
        if self.terms is None:
            units, levels, roles = len(self.units), len(self.levels), len(self.roles)
            object.__setattr__(self, "terms", no_terms(units, levels, roles, self.days))
        if self.promises is None:
            nothing = nothing_promised(len(self.levels), len(self.units), self.days)
            object.__setattr__(self, "promises", nothing)
        read_only(self)

    @property
    def able(self) -> BoolArray:
        """(F, S) the unit has beds of the class's level or above."""
        above = np.flip(np.logical_or.accumulate(np.flip(self.listed, axis=1), axis=1), axis=1)
        return np.asarray(above[:, self.classes.level])

    @property
    def lowest_level(self) -> IntArray:
        """(F,) index of the lowest listed level, -1 for a unit without beds."""
        return np.where(self.listed.any(axis=1), self.listed.argmax(axis=1), -1)

    @property
    def above_lowest(self) -> BoolArray:
        """(F, K) levels above the unit's lowest and up to its highest, listed or not."""
        number = np.arange(len(self.levels))[None, :]
        last = np.flip(self.listed, axis=1).argmax(axis=1)
        highest = np.where(self.lowest_level >= 0, len(self.levels) - 1 - last, -1)
        inside = (number > self.lowest_level[:, None]) & (number <= highest[:, None])
        return np.asarray(inside)

    @property
    def needs_level(self) -> BoolArray:
        """(K, S) the class needs level k or above."""
        return np.asarray(self.classes.level[None, :] >= np.arange(len(self.levels))[:, None])

    @property
    def draw_at_lowest(self) -> FloatArray:
        """(F,) litres of oxygen a minute of a boarder in a bed: those of the lowest level."""
        low = self.lowest_level
        return np.where(low >= 0, self.terms.oxygen_draw[np.maximum(low, 0)], 0.0)

    @property
    def excess_allowed(self) -> BoolArray:
        """(F, T) some capacity of the unit is lower that day than on an earlier day."""
        if self.fallen is not None:
            return self.fallen
        flow = self.terms.oxygen_flow[:, None, :]
        parts = [self.beds, self.staff, self.surge_limit, self.terms.devices, flow]
        fallen = np.zeros((len(self.units), self.days), dtype=bool)
        for part in parts:
            before = np.maximum.accumulate(part, axis=2)
            fallen |= (part < before - 1e-9).any(axis=1)
        if self.levers is not None:
            fallen |= self.levers.capacity_may_fall(self.days)
        return fallen

    @property
    def loses_beds(self) -> BoolArray:
        """(F, T) some capacity of the unit is less than on the eve, and it is open."""
        if self.fell is not None:
            return self.fell & ~self.closed
        flow = self.terms.oxygen_flow[:, None, :]
        return falls(self.beds, self.staff, self.terms.devices, flow) & ~self.closed

    @property
    def movable(self) -> BoolArray:
        """(F, S) who may leave a proper bed for another unit."""
        if self.may_leave is not None:
            return self.may_leave
        return np.repeat(self.classes.recovering[None, :], len(self.units), axis=0)

    @property
    def moved_class(self) -> IntArray:
        """(X,) the class as which those of a transfer arrive."""
        if self.classes.arrives_as is None:
            return self.transfers.patient_class
        return self.classes.arrives_as[self.transfers.patient_class]

    @property
    def left_unit(self) -> IntArray:
        """(A,) the own unit that an admission elsewhere leaves, -1 where it is no move."""
        arcs = self.admissions
        if self.own_unit is None:
            return np.full(len(arcs.area), -1, dtype=np.int64)
        own = self.own_unit[arcs.area]
        return np.where(own == arcs.to, -1, own)

    @property
    def closed(self) -> BoolArray:
        """(F, T) the unit is closed that day: no beds, no intake."""
        if self.no_intake is None:
            return np.zeros((len(self.units), self.days), dtype=bool)
        return self.no_intake

    @property
    def vehicle_classes(self) -> tuple[str, ...]:
        """(V,) vehicle classes from the lowest rank; one without a name where one is all."""
        return ("",) if self.fleet is None else self.fleet.classes

    @property
    def has_way(self) -> BoolArray:
        """(O, S, T) some admission to a proper bed leads to a unit that is not closed that day."""
        arcs = self.admissions
        out = np.zeros((len(self.areas), len(self.classes.ids), self.days), dtype=bool)
        here = arcs.kind == ADMISSION
        open_then = ~self.closed[arcs.to[here]]
        np.logical_or.at(out, (arcs.area[here], arcs.patient_class[here]), open_then)
        return out

    def changed(self, **values: Any) -> Instance:
        """Return a copy with some fields replaced (what-if and tests)."""
        return replace(self, **values)


def falls(*parts: FloatArray) -> BoolArray:
    """(F, T) days on which some figure of (F, ., T) is less than on the eve."""
    units, _, days = parts[0].shape
    out = np.zeros((units, days), dtype=bool)
    for part in parts:
        out[:, 1:] |= (part[:, :, 1:] < part[:, :, :-1] - 1e-9).any(axis=1)
    return out


def unmet_price(
    weight: FloatArray,
    death: FloatArray,
    death_under_care: FloatArray,
    owed: FloatArray,
    price: float,
) -> FloatArray:
    """Harm of one unmet day of each class, (S,): w (1 + delta R) + D delta.

    Source: docs/model.md section 5.
    """
    delta = np.maximum(0.0, death - death_under_care)
    return weight * (1.0 + delta * owed) + price * delta
