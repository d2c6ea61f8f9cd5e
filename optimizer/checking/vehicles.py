"""Vehicles by class and shift, by rule, and who needs which class (docs/data-format.md section 4).

Axes: E bases, V vehicle classes from the lowest rank, J shifts, S patient classes. Without a table
of classes there is one, without a table of shifts there are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.checking.phases import plain
from optimizer.checking.sources import Sources
from optimizer.checking.violation import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Vehicles:
    """Patient-minutes a day: minutes times the patients on a trip.

    Parameters
    ----------
    names, shifts
        Ids of vehicle classes and shifts.
    share
        (J,) share of a day's urgent trips that must leave in the shift.
    room, shift_room
        (E, V) and (E, J, V) of vehicles of that class or above.
    """

    names: Sequence[str]
    shifts: Sequence[str]
    share: FloatArray
    room: FloatArray
    shift_room: FloatArray


@dataclass(frozen=True, slots=True)
class VehicleNeeds:
    """(S,) place on V of the least class that suffices; (S,) who cannot wait for a shift."""

    least: IntArray
    urgent: BoolArray

    def from_class(self, classes: int) -> FloatArray:
        """(V, S) 1 where the patient class needs that vehicle class or above."""
        needs = self.least[None, :] >= np.arange(classes)[:, None]
        return np.asarray(needs.astype(np.float64))


def _classes(sources: Sources) -> tuple[list[str], FloatArray, BoolArray]:
    """Return ids, patients a trip and oxygen of vehicle classes, the lowest rank first."""
    table = sources["vehicle_classes"]
    if not len(table):
        return [""], np.ones(1), np.ones(1, dtype=bool)
    names, rank = table.ids("vehicle_class"), table.wholes("rank")
    order = sorted(range(len(names)), key=lambda i: (rank[i], names[i]))
    seats, oxygen = table.numbers("patients_per_trip", low=1.0), table.wholes("oxygen") > 0
    return [names[i] for i in order], seats[order], oxygen[order]


def read_vehicles(
    sources: Sources, base_of_unit: Mapping[str, int], bases: int, factor: float
) -> Vehicles:
    """Add up the vehicles of the units that stand at a base.

    Parameters
    ----------
    base_of_unit
        Place on E of each unit that keeps vehicles for the wave.
    factor
        On all minutes.
    """
    names, seats, _ = _classes(sources)
    at = {name: c for c, name in enumerate(names)}
    table = sources["vehicle_shifts"]
    shifts = table.ids("shift")
    begin, end = table.numbers("from_hour", low=0.0), table.numbers("to_hour", low=0.0)
    hours = np.where(end > begin, end - begin, end - begin + 24.0)
    hours = hours / max(1e-9, float(hours.sum()))
    own, by_shift = np.zeros((bases, len(names))), np.zeros((bases, len(shifts), len(names)))
    fleet = sources["vehicles"]
    minutes = fleet.wholes("vehicles", blank=0.0) * fleet.numbers(
        "minutes_per_day", blank=0.0, low=0.0
    )
    rows = zip(fleet.ids("base_unit"), fleet.ids("vehicle_class"), fleet.ids("shift"), strict=True)
    for i, (unit, name, shift) in enumerate(rows):
        c = at.get(name, -1 if len(sources["vehicle_classes"]) else 0)
        if c < 0:
            fleet.fault(i, "vehicle_class", "{value!r} is not known here.", value=name)
        elif shift and shift not in shifts:
            fleet.fault(i, "shift", "{value!r} is not known here.", value=shift)
        elif unit in base_of_unit:
            e, much = base_of_unit[unit], minutes[i] * seats[c] * factor
            own[e, c] += much
            parts = hours if not shift else np.eye(len(shifts))[shifts.index(shift)]
            by_shift[e, :, c] += much * parts
    return Vehicles(
        names=names,
        shifts=shifts,
        share=table.numbers("urgent_share", low=0.0),
        room=np.asarray(own[:, ::-1].cumsum(axis=1)[:, ::-1]),
        shift_room=np.asarray(by_shift[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]),
    )


def read_needs(sources: Sources, classes: Sequence[str]) -> VehicleNeeds:
    """Return what each class of ``inputs/classes.csv`` needs, by its row of patient_classes.csv.

    Blank: the lowest class; of those who draw oxygen the lowest with oxygen.
    """
    names, _, oxygen = _classes(sources)
    draw = sources["oxygen_draw"]
    litres = dict(
        zip(draw.ids("care_level"), draw.numbers("lpm_per_patient", low=0.0).tolist(), strict=True)
    )
    table = sources["patient_classes"]
    row = {name: i for i, name in enumerate(table.ids("class_id"))}
    level, stated = table.ids("care_level"), table.ids("vehicle_class")
    hurry = table.wholes("urgent", blank=0.0) > 0
    with_oxygen = int(oxygen.argmax()) if oxygen.any() else len(names) - 1
    least, urgent = [], []
    for full in classes:
        i = row.get(plain(full), -1)
        draws = i >= 0 and litres.get(level[i], 0.0) > 0
        c = with_oxygen if draws else 0
        if i >= 0 and stated[i]:
            if stated[i] in names:
                c = names.index(stated[i])
            else:
                table.fault(i, "vehicle_class", "{value!r} is not known here.", value=stated[i])
        if draws and not oxygen[c:].all():
            message = "Patients on oxygen might ride in {value!r} or above, without any."
            table.fault(i, "vehicle_class", message, value=names[c])
        least.append(c)
        urgent.append(bool(i >= 0 and hurry[i]))
    return VehicleNeeds(np.array(least, dtype=np.intp), np.array(urgent, dtype=bool))
