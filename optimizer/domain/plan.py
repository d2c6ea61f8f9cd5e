"""WAIST 2: every decision of a plan, its status, bounds and shadow prices.

Arrays are on the axes of the `Instance` the plan was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.arrays import read_only
from optimizer.domain.instance import BoolArray, FloatArray, Instance


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group of the objective: what the plan reaches, what no plan can beat."""

    value: float
    bound: float | None
    """None: the plan was made by a rule, which has no bound."""

    @property
    def gap(self) -> float | None:
        """Distance to the bound as a share of it (of 1 where the bound is smaller)."""
        if self.bound is None:
            return None
        return max(0.0, self.value - self.bound) / max(1.0, abs(self.bound))


NOTHING_KNOWN = GroupResult(0.0, None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every decision, in patients; shapes as in docs/model.md section 3."""

    admitted: FloatArray
    """(A, T) expected patients."""
    admitted_observed: FloatArray
    """(A,) people with an open request, day 1, whole."""
    moved: FloatArray
    """(X, T)."""
    in_house: FloatArray
    """(F, S, T)."""
    treated: FloatArray
    boarding: FloatArray
    waiting: FloatArray
    """(O, S, T)."""
    corridor: FloatArray
    """(F, T)."""
    excess: FloatArray
    """(F, K, T)."""
    surge_beds: FloatArray
    """(F, K, T) whole."""
    harm: GroupResult
    burden: GroupResult
    status: str
    bed_lost: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    """(F, S, T) out of a proper bed into the boarding pool, where capacity falls that day."""
    oxygen_short: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    """(F, T) cubic metres of oxygen that patients in beds went without that day."""
    lever_started: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    """(J, T) units of each lever begun that day, whole."""
    lever_closed: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    lever_open: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    """(J, T) units open at day's end; the next: usable units."""
    lever_usable: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    home_short: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    """(E, T) patients at home whom nobody follows; only where levers could."""
    fairness: GroupResult = NOTHING_KNOWN
    """Waiting days a new patient of the worst-off area; the bound is of plans of least harm."""
    prices: Mapping[str, float] = field(default_factory=dict)
    """What fairness cost the other groups, by group, and the worst area without it."""
    stability: Mapping[str, float] = field(default_factory=dict)
    """Churn against an earlier plan with its price and without, and the rest of the burden."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    shadow_prices: Mapping[str, FloatArray] = field(default_factory=dict)
    """Fall of harm for one more unit of each row, by constraint.

    Of the harm group before its face is fixed.
    """
    solver: str = ""
    start: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    """Where the harm group ended: the basis status of every column and row, by block.

    From it a what-if is solved on, warm. Keys ``column:<block>``, ``row:<block>``; 0 = not there.
    """

    def __post_init__(self) -> None:
        read_only(self)


def new_patients(inst: Instance) -> FloatArray:
    """(O,) patients of an area who came to need a place: open requests, arrivals shown."""
    arrivals = inst.arrivals[:, :, : inst.shown_days].sum(axis=(1, 2))
    return np.asarray(inst.open_requests.sum(axis=1) + arrivals)


def area_waiting(inst: Instance, waiting: FloatArray) -> FloatArray:
    """(O,) waiting patient-days of the shown days for each new patient of the area.

    `waiting` is (O, S, T), at day's end. Areas without new patients: 0.
    """
    days, new = waiting[:, :, : inst.shown_days].sum(axis=(1, 2)), new_patients(inst)
    return np.where(new > 0, days / np.where(new > 0, new, 1.0), 0.0)


@dataclass(frozen=True, slots=True)
class PlacesKept:
    """Whole places kept for the means of days 2 and 3; (F, K, 2) each, days 2 then 3."""

    places: FloatArray
    expected: FloatArray
    if_free: FloatArray


def oxygen_drawn(
    inst: Instance, treated: FloatArray, boarding: FloatArray, corridor: FloatArray
) -> FloatArray:
    """(F, T) litres of oxygen a minute of patients of the wave at each day's end.

    Boarders in beds draw as much as the unit's lowest level, those in corridors nothing.
    """
    draw = inst.terms.oxygen_draw[inst.classes.level]
    in_beds = boarding.sum(axis=1) - corridor
    lying = np.einsum("s,fst->ft", draw, treated)
    return np.asarray(lying + inst.draw_at_lowest[:, None] * in_beds)


def inflow(inst: Instance, plan: Plan) -> FloatArray:
    """Patients who enter a proper bed from outside the unit, by class and day, (F, S, T)."""
    out = np.zeros_like(plan.treated)
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)
    proper = (arcs.to < units) & (arcs.kind != 1)
    np.add.at(out, (arcs.to[proper], arcs.patient_class[proper]), plan.admitted[proper])
    np.add.at(
        out[:, :, 0], (arcs.to[proper], arcs.patient_class[proper]), plan.admitted_observed[proper]
    )
    inside = moves.to < units
    np.add.at(out, (moves.to[inside], inst.moved_class[inside]), plan.moved[inside])
    return out


def places_kept(inst: Instance, plan: Plan) -> PlacesKept:
    """Whole places to keep on days 2 and 3: the cumulative means rounded up, by unit and level.

    Source: docs/model.md section 6.
    """
    entered = inflow(inst, plan)
    levels = np.arange(len(inst.levels))
    of_level: BoolArray = inst.classes.level[None, :] == levels[:, None]
    days = slice(1, min(3, inst.days))
    mean = np.einsum("ks,fst->fkt", of_level.astype(float), entered[:, :, days])
    total = np.ceil(np.cumsum(mean, axis=2) - 1e-6)
    places = np.diff(total, axis=2, prepend=0.0)
    above = inst.needs_level.astype(float)
    beds = inst.beds + plan.surge_beds
    counted = inst.terms.device_levels[:, :, None]
    ready = np.where(counted, inst.terms.devices, beds)
    bedded, equipped = (
        np.flip(np.cumsum(np.flip(part, axis=1), axis=1), axis=1) for part in (beds, ready)
    )
    from_level = np.where(counted, np.minimum(bedded, equipped), bedded)[:, :, days]
    stay = np.einsum("ks,fst->fkt", above, (plan.treated - entered)[:, :, days])
    free = np.maximum(0.0, np.floor(from_level - stay + 1e-6))
    return PlacesKept(places, mean, np.maximum(0.0, places - free))
