"""Devices, supervision and oxygen: rows of docs/model.md section 4 beside beds and staff.

Each term of usable capacity is a row of its own, so that its shadow price names the bottleneck. A
term that a province says nothing of (`inst.terms`, infinite room) has no row.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.terms import M3_A_DAY
from optimizer.planning.lever_rows import (
    device_yields,
    flow_yields,
    staff_yields,
    supply_yields,
)
from optimizer.planning.variables import PlanVariables
from optimizer.solving.matrix import Matrix, Rows


def device_capacity(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Patients who need level k or above have devices of level k or above, (F, K, T).

    .. math:: \sum_{s: l(s) \ge k} n_{fst} \le \sum_{k' \ge k} (G + e)_{fk't}
              \qquad \forall f, k \text{ with devices}, t

    In an open corridor (rules of others) less v on the left: who lies there has no device.

    G  ``inst.terms.devices`` (F, K, T) devices; where a higher level has none stated, its beds and
    surge beds stand for them: G = c + z
    Shadow price: fall of the harm for one more device of that level that day.
    """
    levels = len(inst.levels)
    shape = (len(inst.units), levels, inst.days)
    counted = inst.terms.device_levels
    rows = m.rows("device_capacity", shape, exists=counted[:, :, None] & v.needed.devices[:, :, :])
    level, patient = np.nonzero(inst.needs_level)
    rows.add(1.0, v.treated[:, patient], rows.index[:, level])
    low, high = np.nonzero(np.triu(np.ones((levels, levels), dtype=bool)))
    stands = (~counted[:, high]).astype(float)
    rows.add(-stands[:, :, None], v.surge_beds[:, high], rows.index[:, low])
    rows.add(-1.0, v.excess[:, high], rows.index[:, low])
    if inst.rules.open_corridor:
        rows.add(-1.0, v.corridor[:, None, :], rows.index)
    device_yields(rows, inst, v)
    rows.at_most(devices_from_level(inst))


def devices_from_level(inst: Instance) -> FloatArray:
    """(F, K, T) devices of level k and above; usable beds where a level has none stated."""
    counted = inst.terms.device_levels[:, :, None]
    own = np.where(counted, inst.terms.devices, inst.beds)
    return np.asarray(np.flip(np.cumsum(np.flip(own, axis=1), axis=1), axis=1))


def supervision(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Supervisors on duty oversee the patients in beds, stand-ins included, (F, R, T).

    .. math:: \sum_{r' \ge r} \Big( \sum_s m_{r'l(s)} n_{fst} + m_{r'k_0} (\sum_s b_{fst} - v_{ft})
              - \sum_k m_{r'k} e_{fkt} \Big) \le \sum_{r' \ge r} h_{fr't}

    m  ``inst.terms.supervision`` (R, K) supervisors a patient;  h  ``inst.staff`` (F, R, T) people
    Shadow price: fall of the harm for one more supervisor on duty that day.
    """
    oversees = inst.stands_in.T.astype(float) @ inst.terms.supervision
    heads = np.einsum("pr,fpt->frt", inst.stands_in.astype(float), inst.staff)
    exists = np.asarray((oversees > 0).any(axis=1))
    shape = (len(inst.units), len(inst.roles), inst.days)
    rows = m.rows("supervision", shape, exists=exists[None, :, None] & v.needed.supervision)
    index = rows.index[:, :, None, :]
    rows.add(oversees[:, inst.classes.level][None, :, :, None], v.treated[:, None], index)
    lowest = inst.lowest_level
    at_lowest = np.where(lowest[:, None] >= 0, oversees.T[np.maximum(lowest, 0)], 0.0)
    rows.add(at_lowest[:, :, None, None], v.boarding[:, None], index)
    rows.add(-at_lowest[:, :, None], v.corridor[:, None])
    rows.add(-oversees[None, :, :, None], v.excess[:, None], index)
    staff_yields(rows, inst, v)
    rows.at_most(heads)


def _drawn(rows: Rows, inst: Instance, v: PlanVariables, times: float) -> None:
    """Add the oxygen that patients in beds draw, litres a minute x `times`, to (F, T) rows."""
    index = rows.index[:, None, :]
    per_class = inst.terms.oxygen_draw[inst.classes.level]
    rows.add(times * per_class[None, :, None], v.treated, index)
    at_lowest = times * inst.draw_at_lowest
    rows.add(at_lowest[:, None, None], v.boarding, index)
    rows.add(-at_lowest[:, None], v.corridor)


def oxygen_flow(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Patients in beds draw no more oxygen at once than flows, (F, T) litres a minute.

    .. math:: \sum_s d_{l(s)} n_{fst} + d_{k_0} (\sum_s b_{fst} - v_{ft}) - \sum_k d_k e_{fkt}
              \le L_{ft}

    d  ``inst.terms.oxygen_draw`` (K,) litres a minute a patient;  L  ``inst.terms.oxygen_flow``
    Shadow price: fall of the harm for one more litre a minute that day.
    """
    limit = inst.terms.oxygen_flow
    rows = m.rows("oxygen_flow", limit.shape, exists=np.isfinite(limit) & v.needed.flow)
    _drawn(rows, inst, v, 1.0)
    draw = inst.terms.oxygen_draw
    rows.add(-draw[None, :, None], v.excess, rows.index[:, None, :])
    flow_yields(rows, inst, v)
    rows.at_most(limit)


def oxygen_stock(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Oxygen in store: yesterday's, plus what came, less what was drawn, (F, T) cubic metres.

    .. math:: w_{ft} \le w_{f,t-1} + i_{ft} + y_{ft}
              - 1.44 \Big( \sum_s d_{l(s)} n_{fst} + d_{k_0} (\sum_s b_{fst} - v_{ft}) \Big)

    w  ``v.oxygen_stored``, at most the tank (a bound of the column)
    i  ``inst.terms.oxygen_supply``
    y  ``v.oxygen_short``, what somebody goes without: soft, for nobody under care can be sent away
    Shadow price: fall of the harm for one more cubic metre that day.
    """
    supply = inst.terms.oxygen_supply
    rows = m.rows("oxygen_stock", supply.shape, exists=v.oxygen_stored >= 0)
    rows.add(1.0, v.oxygen_stored)
    rows.add(-1.0, v.oxygen_stored[:, :-1], rows.index[:, 1:])
    rows.add(-1.0, v.oxygen_short)
    _drawn(rows, inst, v, M3_A_DAY)
    supply_yields(rows, inst, v)
    room = supply.copy()
    room[:, 0] += inst.terms.oxygen_stored
    rows.at_most(room)
