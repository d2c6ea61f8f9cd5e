"""Rules about vehicles: all of a base, those of each class, those of each shift."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.violation import RELATIVE, Bench, FloatArray

NEAR = 100 * RELATIVE


def driven(case: Case) -> FloatArray:
    """Return (E, S, T) minutes of all trips charged to each cluster, by class of patient."""
    scenario, places = case.scenario, case.places
    fixed = scenario.prepare + scenario.handover
    index = {base: e for e, base in enumerate(case.capacity.bases)}
    rows, moves = case.flows.admissions, case.flows.transfers
    trip = fixed + 2 * case.arcs.admission_minutes[rows["o"], rows["g"]]
    charged = case.inputs.classes.needs_vehicle[rows["s"]]
    by_area = rows.total("o s t", charged, trip)
    by_unit = moves.total(
        "f s t", None, fixed + 2 * case.arcs.transfer_minutes[moves["f"], moves["g"]]
    )
    used = np.zeros((len(case.capacity.bases), *by_area.shape[1:]))
    np.add.at(used, [index[c] for c in places.area_cluster], by_area)
    if places.planned:
        np.add.at(used, [index[c] for c in places.cluster], by_unit)
    return used


def vehicle_minutes(case: Case, bench: Bench) -> None:
    """Minutes of all trips charged to a cluster <= its vehicle minutes that day (E, T)."""
    used = driven(case).sum(axis=1)
    most = case.capacity.vehicle_minutes
    message = "Trips take {left} minutes, but the vehicles have {right}."
    axes = ([b or "-" for b in case.capacity.bases], case.days)
    bench.at_most("vehicle_minutes", used, most, axes, message, "minutes", tolerance=NEAR)


def vehicle_rank(case: Case, bench: Bench) -> None:
    """Trips of who needs a class or above <= vehicles of that class or above (E, V, T)."""
    vehicles = case.capacity.vehicles
    needs = case.vehicle_needs.from_class(len(vehicles.names))[1:]
    used = np.einsum("vs,est->evt", needs, driven(case))
    most = np.broadcast_to(vehicles.room[:, 1:, None], used.shape)
    message = "Trips that need this class or above take {left} minutes, but such have {right}."
    axes = ([b or "-" for b in case.capacity.bases], vehicles.names[1:], case.days)
    bench.at_most("vehicle_rank", used, most, axes, message, "minutes", tolerance=NEAR)


def vehicle_shift(case: Case, bench: Bench) -> None:
    """Share of urgent trips of a class or above <= such vehicles of the shift (E, J, V, T)."""
    vehicles, needs = case.capacity.vehicles, case.vehicle_needs
    hurried = needs.from_class(len(vehicles.names)) * needs.urgent[None, :]
    used = np.einsum("j,vs,est->ejvt", vehicles.share, hurried, driven(case))
    most = np.broadcast_to(vehicles.shift_room[..., None], used.shape)
    message = "Urgent trips of this shift take {left} minutes, but its vehicles have {right}."
    bases = [b or "-" for b in case.capacity.bases]
    axes = (bases, vehicles.shifts, vehicles.names, case.days)
    bench.at_most("vehicle_shift", used, most, axes, message, "minutes", tolerance=NEAR)
