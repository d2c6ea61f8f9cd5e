"""Which one more of something has a price, where and when: the bottlenecks, the dearest first.

Sums of shadow prices over a week are a ceiling: one more never gains more. What people act on is
solved again (`optimizer.planning.worth`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.fleet import Fleet
from optimizer.domain.instance import BoolArray, FloatArray, Instance
from optimizer.domain.levers_decided import as_decided
from optimizer.domain.plan import Plan
from optimizer.domain.resource import (
    RESOURCES,
    Addition,
    Confirmed,
    values_of_one_more,
)

WEEK = 7
NO_BED = 1e-6
WORTH_TELLING = 0.05
"""Harm below which a row is not written down."""
EMPTY_PROMISE = 0.05
"""Share of its ceiling below which a gain solved again makes others of its sort doubtful."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """One more of something at one place in one week (days from 1, both in)."""

    kind: str
    place: str
    item: str
    cluster: str
    week: int
    first_day: int
    last_day: int
    step: float
    days_binding: int
    at_most: float
    """Sum of shadow prices times `step`: the gain of one more is this or less."""
    addition: Addition
    confirmed: Confirmed | None = None

    @property
    def gain(self) -> float:
        """Return the gain solved again, else its ceiling."""
        return self.at_most if self.confirmed is None else max(0.0, self.confirmed.gain)

    @property
    def kept_too_little(self) -> bool:
        """Tell whether the gain is unknown, or far below the ceiling."""
        return self.confirmed is None or self.gain < EMPTY_PROMISE * self.at_most


def _cluster(inst: Instance, kind: str, place: int) -> str:
    if kind == "vehicle_minutes":
        return inst.bases[place]
    if kind == "outside_place" or inst.unit_base[place] < 0:
        return ""
    return inst.bases[int(inst.unit_base[place])]


def bottlenecks(inst: Instance, plan: Plan) -> list[Bottleneck]:
    """Return every resource, place and shown week with a price, the dearest first.

    Days on which a unit has no bed, nor may open one, have none: where a lever opens a house later,
    prices of the days before it are of parts of a lever, and more people there would find no bed.
    """
    found: list[Bottleneck] = []
    for resource in RESOURCES:
        daily = values_of_one_more(inst, plan.shadow_prices, resource.kind)
        if resource.places == "units":
            daily = np.where(_has_beds(inst, plan)[:, None], daily, 0.0)
        places = getattr(inst, resource.places)
        items = getattr(inst, resource.items) if resource.items else ("",)
        for first in range(0, inst.shown_days, WEEK):
            last = min(first + WEEK, inst.shown_days) - 1
            week = daily[:, :, first : last + 1]
            total = week.sum(axis=2) * resource.step
            if resource.kind == "vehicle_minutes" and inst.fleet is not None:
                total = np.where(_said_once(inst.fleet, week), total, 0.0)
            for p, j in zip(*np.nonzero(total >= WORTH_TELLING), strict=True):
                found.append(
                    Bottleneck(
                        kind=resource.kind,
                        place=places[p],
                        item=items[j],
                        cluster=_cluster(inst, resource.kind, int(p)),
                        week=first // WEEK + 1,
                        first_day=first + 1,
                        last_day=last + 1,
                        step=resource.step,
                        days_binding=int((week[p, j] > 1e-6).sum()),
                        at_most=float(total[p, j]),
                        addition=Addition(
                            resource.kind, int(p), int(j), first, last, resource.step
                        ),
                    )
                )
    return sorted(found, key=_dearest)


def _has_beds(inst: Instance, plan: Plan) -> BoolArray:
    """(F, T) units that have a bed that day as the plan leaves it, or may open one."""
    room = as_decided(inst, plan).beds + np.maximum(plan.surge_beds, inst.surge_limit)
    return np.asarray(room.sum(axis=1) > NO_BED)


def _said_once(fleet: Fleet, week: FloatArray) -> BoolArray:
    """(E, V) the classes to name where a patient-minute of several is worth the same every day.

    Better vehicles do what lesser ones do, so one scarcity shows in each class. `week`, (E, V, T),
    is harm a minute. Of such classes the least that stands at the base is named; the least of all
    where none does.
    """
    each = week / fleet.patients_per_trip[None, :, None]
    stands = np.asarray(fleet.minutes.any(axis=2))
    out = np.zeros(stands.shape, dtype=bool)
    for e, own in enumerate(each):
        left = list(range(len(own)))
        while left:
            same = [c for c in left if np.allclose(own[c], own[left[0]], rtol=1e-6, atol=1e-9)]
            out[e, next((c for c in same if stands[e, c]), same[0])] = True
            left = [c for c in left if c not in same]
    return out


def _dearest(b: Bottleneck) -> tuple[float, str, str, str, int]:
    """Sort by the ceiling, less where it stands on a few days of the week only.

    A price of one or two days is mostly the tip of a fraction of a patient.
    """
    steady = b.at_most * b.days_binding / (b.last_day - b.first_day + 1)
    return -steady, b.kind, b.place, b.item, b.week


def to_confirm(found: Sequence[Bottleneck], count: int) -> list[Bottleneck]:
    """Return the dearest rows, one of each item first, then a second; no place twice for a kind."""
    chosen: list[Bottleneck] = []
    for most in range(1, count + 1):
        for one in found:
            same = [c for c in chosen if c.kind == one.kind]
            fewer = sum(c.item == one.item for c in same) < most
            if len(chosen) < count and fewer and all(c.place != one.place for c in same):
                chosen.append(one)
    return chosen


def with_confirmed(
    found: Sequence[Bottleneck], confirmed: Sequence[Confirmed | None]
) -> list[Bottleneck]:
    """Put what was solved again beside its row; those first, the greatest gain first."""
    known = {one.addition: one for one in confirmed if one is not None}
    rows = [replace(one, confirmed=known.get(one.addition)) for one in found]
    return sorted(
        rows,
        key=lambda b: (b.confirmed is None, 0.0 if b.confirmed is None else -b.gain, _dearest(b)),
    )
