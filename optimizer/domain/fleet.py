"""Vehicles by class and shift, where a table tells them apart (docs/model.md sections 1 and 4).

Letters: E bases, V vehicle classes from the lowest rank, J shifts, S patient classes, T days. Room
is in patient-minutes: minutes of a vehicle times the patients it takes on a trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.arrays import read_only
from optimizer.domain.care import PatientClass
from optimizer.domain.tables import Tables
from optimizer.domain.travel import VehicleClass, VehicleFleet

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fleet:
    """What vehicles of each class can carry, and who needs which class."""

    classes: tuple[str, ...]
    """(V,) lowest rank first."""
    shifts: tuple[str, ...]
    """(J,) empty: a day is not divided."""
    least: IntArray
    """(S,) index on V of the least class that suffices."""
    urgent: BoolArray
    """(S,) cannot wait for the next shift."""
    minutes: FloatArray
    """(E, V, T) patient-minutes of the vehicles of that very class."""
    shift_minutes: FloatArray
    """(E, J, V, T) those of each shift; they add up to `minutes`."""
    urgent_share: FloatArray
    """(J,) share of a day's urgent trips that must leave in the shift."""
    hours_share: FloatArray
    """(J,) share of the hours of a day."""
    patients_per_trip: FloatArray
    """(V,) mean."""

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def room(self) -> FloatArray:
        """(E, V, T) patient-minutes of vehicles of that class or above."""
        return from_class(self.minutes, axis=1)

    @property
    def shift_room(self) -> FloatArray:
        """(E, J, V, T) the same in each shift."""
        return from_class(self.shift_minutes, axis=2)

    @property
    def needs(self) -> BoolArray:
        """(V, S) the patient class needs that vehicle class or above."""
        return np.asarray(self.least[None, :] >= np.arange(len(self.classes))[:, None])

    def days(self, part: slice) -> Fleet:
        """Return the fleet of some days only."""
        return replace(
            self,
            minutes=self.minutes[:, :, part].copy(),
            shift_minutes=self.shift_minutes[..., part].copy(),
        )

    def times(self, factor: float) -> Fleet:
        """Return the fleet with so many times the minutes of every vehicle."""
        return replace(
            self, minutes=self.minutes * factor, shift_minutes=self.shift_minutes * factor
        )

    def with_minutes(self, more: FloatArray) -> Fleet:
        """Return the fleet with more vehicle minutes (E, V, T), in shifts by their hours."""
        added = more * self.patients_per_trip[None, :, None]
        by_shift = self.hours_share[None, :, None, None] * added[:, None]
        return replace(
            self, minutes=self.minutes + added, shift_minutes=self.shift_minutes + by_shift
        )


def from_class(figures: FloatArray, axis: int) -> FloatArray:
    """Return the sum over vehicle classes c' >= c along an axis."""
    return np.asarray(np.flip(np.cumsum(np.flip(figures, axis=axis), axis=axis), axis=axis))


def ranked(rows: Sequence[VehicleClass]) -> list[VehicleClass]:
    """Return vehicle classes from the lowest rank."""
    return sorted(rows, key=lambda row: (row.rank, row.vehicle_class))


def least_class(row: PatientClass, classes: Sequence[VehicleClass], drawing: frozenset[str]) -> int:
    """Return the place on V of the least vehicle class that suffices for a patient class.

    `drawing`: care levels that draw oxygen. Who names none needs the lowest; on oxygen the lowest
    that has oxygen, or the highest where none has.
    """
    if row.vehicle_class is not None:
        return [one.vehicle_class for one in classes].index(row.vehicle_class)
    if row.care_level not in drawing:
        return 0
    ready = [c for c, one in enumerate(classes) if one.oxygen]
    return min(ready, default=len(classes) - 1)


def drawing_levels(tables: Tables) -> frozenset[str]:
    """Return the care levels whose patients draw oxygen."""
    return frozenset(row.care_level for row in tables.oxygen_draw if row.lpm_per_patient > 0)


def shift_hours(from_hour: float, to_hour: float) -> float:
    """Return the hours of a shift; one that ends no later than it begins runs into the next day."""
    return to_hour - from_hour if to_hour > from_hour else to_hour - from_hour + 24.0


def fleet_of(
    tables: Tables,
    fleets: Sequence[tuple[int, VehicleFleet]],
    bases: int,
    days: int,
    factor: float,
    patients: Sequence[PatientClass],
    *,
    brought: bool = False,
) -> tuple[FloatArray, Fleet | None]:
    """Return all patient-minutes of each base, (E, T), and the fleet by class.

    `fleets` are rows of vehicles.csv with their base on E. None where no table tells classes apart:
    no vehicle is below what anybody needs, takes more than one, and nobody is urgent in a shift.
    `brought`: levers may bring vehicles of the lowest class.
    """
    if not tables.vehicle_classes and not tables.vehicle_shifts:
        total = np.zeros(bases)
        for e, fleet in fleets:
            total[e] += fleet.vehicles * fleet.minutes_per_day
        return np.repeat(total[:, None], days, axis=1) * factor, None
    classes = ranked(tables.vehicle_classes)
    at = {row.vehicle_class: c for c, row in enumerate(classes)}
    per_trip = np.array([row.patients_per_trip for row in classes] or [1.0])
    shifts = tables.vehicle_shifts
    hours = np.array([shift_hours(row.from_hour, row.to_hour) for row in shifts])
    hours = hours / max(1e-9, float(hours.sum()))
    shift_at = {row.shift: j for j, row in enumerate(shifts)}
    by_shift = np.zeros((bases, len(shifts), len(per_trip)))
    minutes = np.zeros((bases, len(per_trip)))
    for e, fleet in fleets:
        c = at[fleet.vehicle_class] if classes else 0
        much = fleet.vehicles * fleet.minutes_per_day * per_trip[c]
        minutes[e, c] += much
        if fleet.shift is None:
            by_shift[e, :, c] += much * hours
        elif shifts:
            by_shift[e, shift_at[fleet.shift], c] += much
    drawing = drawing_levels(tables)
    least = [least_class(row, classes, drawing) if classes else 0 for row in patients]
    fleet_by_class = Fleet(
        classes=tuple(row.vehicle_class for row in classes) or ("",),
        shifts=tuple(row.shift for row in shifts),
        least=np.array(least, dtype=np.int64),
        urgent=np.array([bool(row.urgent) for row in patients], dtype=bool),
        minutes=np.repeat(minutes[:, :, None], days, axis=2) * factor,
        shift_minutes=np.repeat(by_shift[..., None], days, axis=3) * factor,
        urgent_share=np.array([row.urgent_share for row in shifts], dtype=float),
        hours_share=hours,
        patients_per_trip=per_trip,
    )
    total = np.repeat(minutes.sum(axis=1)[:, None], days, axis=1) * factor
    return total, fleet_by_class if _told_apart(fleet_by_class, brought) else None


def _told_apart(fleet: Fleet, brought: bool) -> bool:
    """Return whether the classes or the shifts can ever matter."""
    stands = fleet.minutes.sum(axis=(0, 2)) > 0
    stands[0] |= brought
    lowest = int(stands.argmax()) if stands.any() else len(stands)
    several = bool((fleet.least > lowest).any() or (fleet.patients_per_trip[stands] != 1).any())
    return several or bool(len(fleet.shifts) and fleet.urgent.any())
