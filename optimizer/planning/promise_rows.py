"""Rows and prices of what a plan promises (docs/model.md section 13).

Letters as in `constraints.py`. A promise that is not made has no row and no column.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.promises_kept import (
    PIN_ADMISSION,
    PIN_SURGE,
    open_from_level,
    pinned_arcs,
    reserve_pairs,
    wait_limit,
)
from optimizer.planning.lever_rows import reserve_yields
from optimizer.planning.variables import PlanVariables, churn_slots
from optimizer.solving.matrix import Matrix


def reserve_share(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""A share of the open beds of level k and above is free: nobody needs to lie in them.

    .. math:: \sum_{s: l(s) \ge k'} n_{fst} - j_{fkt}
              \le \sum_{i \ge k'} (c + z)_{fit} - \rho_k \sum_{i \ge k} (c + z)_{fit}
              \qquad \forall f, k' \le k, t

    For k' = k_0, the lowest level of f, with everybody in beds on the left: sum_s (n + b) - v.
    rho  ``inst.promises.reserve`` (K,) share;  j  ``v.reserve_missed`` (F, K, T) beds of it taken
    Rows on (F, K x K, T), k before k'. Shadow price: fall of the harm for one more bed that need
    not be kept free that day.
    """
    size, share = len(inst.levels), inst.promises.reserve
    pairs = reserve_pairs(inst).reshape(len(inst.units), size * size)
    shape = (*pairs.shape, inst.days)
    rows = m.rows("reserve_share", shape, exists=pairs[:, :, None])
    index = rows.index.reshape(len(inst.units), size, size, inst.days)
    lowest = np.arange(size)[None, :] == inst.lowest_level[:, None]
    at_lowest = np.where(lowest[:, None, :, None], index, -1)
    above = np.where(lowest[:, None, :, None], -1, index)
    level, patient = np.nonzero(inst.needs_level)
    rows.add(1.0, v.treated[:, None, patient], above[:, :, level])
    for block in (v.treated, v.boarding):
        rows.add(1.0, block[:, None, None], at_lowest[:, :, :, None])
    rows.add(-1.0, v.corridor[:, None, None], at_lowest)
    rows.add(-1.0, v.reserve_missed[:, :, None], index)
    rows.add(
        -_widened(share)[None, :, :, :, None], v.surge_beds[:, None, None], index[:, :, :, None]
    )
    reserve_yields(rows, inst, v, _widened(share))
    rows.at_most(_room_beside(inst).reshape(shape))


def _widened(share: FloatArray) -> FloatArray:
    """(K, K', I) how much one more open bed of level i widens row (k, k')."""
    number = np.arange(len(share))
    there = (number[None, :] >= number[:, None]).astype(float)
    return np.asarray(there[None, :, :] - (share[:, None] * there)[:, None, :])


def _room_beside(inst: Instance) -> FloatArray:
    """(F, K, K', T) usable beds of level k' and above beside the reserve of level k."""
    beds = open_from_level(inst, np.zeros_like(inst.surge_limit))
    kept = inst.promises.reserve[None, :, None] * beds
    return np.asarray(beds[:, None] - kept[:, :, None])


def reception_limit(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """A place takes in no more patients a day than promised, (Q, T): admissions and transfers.

    Shadow price: fall of the harm for one more patient that it might take in that day.
    """
    limit, of = inst.promises.reception, inst.promises.reception_of
    rows = m.rows("reception_limit", limit.shape, exists=np.isfinite(limit))
    if not limit.size:
        rows.at_most(limit)
        return
    arcs, moves = inst.admissions, inst.transfers
    outside = np.zeros((len(inst.outside), of.shape[1]), dtype=bool)
    into = np.concatenate([of, outside])
    arc, place = np.nonzero(into[arcs.to])
    rows.add(1.0, v.admitted[arc], rows.index[place])
    rows.add(1.0, v.admitted_observed[arc], rows.index[place, 0])
    arc, place = np.nonzero(into[moves.to])
    rows.add(1.0, v.moved[arc], rows.index[place])
    rows.at_most(limit)


def no_site_worse_off(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""No unit has more boarding and corridor days than without transfers, (F,) patient-days.

    .. math:: \sum_{t \le T_0} \Big( \sum_s b_{fst} + v_{ft} \Big) - g_f \le W_f

    W  ``inst.promises.site_limit`` (F,), of the best plan without transfers;  g  ``v.worse_off``
    Shadow price: fall of the harm for one such day more that the unit may have.
    """
    rows = m.rows("no_site_worse_off", v.worse_off.shape, exists=v.worse_off >= 0)
    shown = slice(0, inst.shown_days)
    rows.add(1.0, v.boarding[:, :, shown], rows.index[:, None, None])
    rows.add(1.0, v.corridor[:, shown], rows.index[:, None])
    rows.add(-1.0, v.worse_off)
    limit = inst.promises.site_limit
    rows.at_most(0.0 if limit is None else limit)


def longest_wait(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Who waits at day's end came on the last N days, or waits beyond the promise, (O, T).

    .. math:: \sum_{s \in M} u_{ost} - m_{ot} \le \sum_{i=0}^{N-1} \sum_{s \in M}
              \big( W^i \big)^T (U0 + new)_{o \cdot, t-i}

    M  ``inst.promises.wait_classes``;  N  ``wait_days``;  m  ``v.wait_missed`` (O, T), none where
    it must hold. Shadow price: fall of the harm for one patient more who may still be waiting.
    """
    made = inst.promises.limits_waiting
    waiting = v.waiting[:, inst.promises.wait_classes] if made else v.waiting[:, :0]
    some = np.asarray((waiting >= 0).any(axis=(1, 2)))
    rows = m.rows("longest_wait", v.wait_missed.shape, exists=some[:, None])
    rows.add(1.0, waiting, rows.index[:, None])
    rows.add(-1.0, v.wait_missed)
    rows.at_most(wait_limit(inst) if made else 0.0)


def pinned(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """What is pinned is done: the sum of the flows, or the surge beds open, = the count, (P,).

    Shadow price: fall of the harm if the count were one less (it may be below 0).
    """
    pins = inst.promises.pins
    rows = m.rows("pinned", (len(pins),))
    for number, pin in enumerate(pins):  # a few, one row each
        kind, day = int(pin[0]), int(pin[1])
        row = rows.index[number : number + 1]
        if kind == PIN_SURGE:
            rows.add(1.0, v.surge_beds[int(pin[3]), int(pin[4]), day][None], row)
            continue
        arcs = pinned_arcs(inst, pin)
        block = v.admitted if kind == PIN_ADMISSION else v.moved
        rows.add(1.0, block[arcs, day], row)
        if kind == PIN_ADMISSION and day == 0:
            rows.add(1.0, v.admitted_observed[arcs], row)
    rows.equals(pins[:, 5])


def churn(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """What an earlier plan sends on a way that day, and how far this one is from it, (N,) patients.

    Flow (a + ao, or x) - more + less = the earlier flow; where that was 0 the flow itself is
    priced. Of no weight in the harm: its shadow price there is 0.
    """
    way, day, before = churn_slots(inst)
    rows = m.rows("churn", before.shape)
    rows.add(1.0, np.concatenate([v.admitted, v.moved])[way, day], rows.index)
    none = np.full(len(v.moved), -1, dtype=np.int64)
    today = np.concatenate([v.admitted_observed, none])[way]
    rows.add(1.0, np.where(day == 0, today, -1), rows.index)
    rows.add(-1.0, v.churn_more, rows.index)
    rows.add(1.0, v.churn_less, rows.index)
    rows.equals(before)


def churn_of_flows(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Patients more or fewer than in an earlier plan, burden a patient, way and common day."""
    days, price = inst.promises.churn_days, inst.promises.churn_price
    if not days.any():
        return
    cost[v.churn_more] += price
    cost[v.churn_less] += price
    way, day, _ = churn_slots(inst)
    flows = np.concatenate([v.admitted, v.moved])
    new = np.broadcast_to(days, flows.shape).copy()
    new[way, day] = False
    np.add.at(cost, flows[new & (flows >= 0)], price)
    if days[0]:
        today = v.admitted_observed[new[: len(v.admitted), 0]]
        np.add.at(cost, today[today >= 0], price)


def days_worse_off(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Boarding and corridor days beyond those without transfers, harm a patient-day."""
    cost[v.worse_off[v.worse_off >= 0]] += inst.promises.site_price


def days_beyond_wait(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Patients who wait beyond a promised longest wait, harm a patient-day."""
    cost[v.wait_missed[v.wait_missed >= 0]] += inst.promises.wait_price


def reserve_days(inst: Instance, v: PlanVariables, cost: FloatArray) -> None:
    """Beds of the reserve that are taken, harm a bed-day."""
    here = v.reserve_missed[v.reserve_missed >= 0]
    cost[here] += inst.promises.reserve_price
