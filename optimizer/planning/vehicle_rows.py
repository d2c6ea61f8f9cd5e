"""Rows of vehicle classes and shifts (docs/model.md section 4); letters as in `constraints.py`.

V vehicle classes from the lowest rank, D shifts. Neither block is there where no table tells
vehicles apart (`inst.fleet` is None).
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.planning.variables import PlanVariables
from optimizer.solving.matrix import Matrix, Rows


def _trips(
    rows: Rows,
    inst: Instance,
    v: PlanVariables,
    counted: FloatArray,
    index: IntArray,
) -> None:
    """Add the minutes of all trips to rows (E, V, T), `counted` (V, S) of each class's patients."""
    arcs, moves = inst.admissions, inst.transfers
    by_vehicle = inst.classes.needs_vehicle[arcs.patient_class]
    base = inst.area_base[arcs.area[by_vehicle]]
    trip = inst.trip_minutes_fixed + 2 * arcs.minutes[by_vehicle]
    share = counted.T[arcs.patient_class[by_vehicle]] * trip[:, None]
    at = np.where(base[:, None, None] >= 0, index[base], -1)
    rows.add(share[:, :, None], v.admitted[by_vehicle][:, None, :], at)
    rows.add(share, v.admitted_observed[by_vehicle][:, None], at[:, :, 0])
    base = inst.unit_base[moves.origin]
    trip = inst.trip_minutes_fixed + 2 * moves.minutes
    share = counted.T[moves.patient_class] * trip[:, None]
    at = np.where(base[:, None, None] >= 0, index[base], -1)
    rows.add(share[:, :, None], v.moved[:, None, :], at)


def vehicle_rank(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Trips of who needs class c or above fit into vehicles of class c or above, (E, V, T).

    .. math:: \sum_{\text{trips: } c(s) \ge c} \tau \, x \le \sum_{c' \ge c} M_{ec't}
              \qquad \forall e, c > 0, t

    tau  minutes of a trip: preparation + twice the road + handover;  x  patients driven
    M  ``inst.fleet.minutes`` patient-minutes.  The lowest class is the row `vehicle_minutes`.
    Shadow price: fall of the harm for one more patient-minute of such a vehicle that day; it also
    widens the rows of all lesser classes.
    """
    fleet, exists = inst.fleet, v.needed.ranks
    if fleet is None or exists is None:
        return
    rows = m.rows("vehicle_rank", exists.shape, exists=exists)
    _trips(rows, inst, v, fleet.needs.astype(float), rows.index)
    rows.at_most(fleet.room)


def vehicle_shift(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Urgent trips of a shift fit into the vehicles of the shift, (E, D, V, T).

    .. math:: h_d \sum_{\text{urgent trips: } c(s) \ge c} \tau \, x \le \sum_{c' \ge c} M_{edc't}

    h  ``inst.fleet.urgent_share`` share of a day's urgent trips that must leave in the shift
    M  ``inst.fleet.shift_minutes`` patient-minutes
    Shadow price: fall of the harm for one more patient-minute of such a vehicle in that shift.
    """
    fleet, exists = inst.fleet, v.needed.shifts
    if fleet is None or exists is None or not len(fleet.shifts):
        return
    rows = m.rows("vehicle_shift", exists.shape, exists=exists)
    hurried: BoolArray = fleet.needs & fleet.urgent[None, :]
    for j, share in enumerate(fleet.urgent_share.tolist()):
        _trips(rows, inst, v, share * hurried, rows.index[:, j])
    rows.at_most(fleet.shift_room)
