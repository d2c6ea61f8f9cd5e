"""How far the decisions of a plan keep its promises; no solver.

Arrays are decisions on the axes of the instance, as in `optimizer.domain.plan.Plan`.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray

PIN_ADMISSION, PIN_TRANSFER, PIN_SURGE = 0, 1, 2
PIN_KINDS = ("admission", "transfer", "surge_beds")


def pinned_arcs(inst: Instance, pin: FloatArray) -> IntArray:
    """Return the numbers of the admission or transfer arcs that a pin speaks of."""
    arcs, moves = inst.admissions, inst.transfers
    sender, receiver, patient = (int(x) for x in pin[2:5])
    if int(pin[0]) == PIN_ADMISSION:
        found = (arcs.area == sender) & (arcs.to == receiver)
        classes = arcs.patient_class
    else:
        found = (moves.origin == sender) & (moves.to == receiver)
        classes = moves.patient_class
    return np.flatnonzero(found & ((classes == patient) | (patient < 0)))


def pins_reached(
    inst: Instance,
    admitted: FloatArray,
    admitted_observed: FloatArray,
    moved: FloatArray,
    surge_beds: FloatArray,
) -> FloatArray:
    """(P,) what was done of each pin: patients, or surge beds open."""
    out = np.zeros(len(inst.promises.pins))
    for number, pin in enumerate(inst.promises.pins):
        day = int(pin[1])
        if int(pin[0]) == PIN_SURGE:
            out[number] = surge_beds[int(pin[3]), int(pin[4]), day]
            continue
        arcs = pinned_arcs(inst, pin)
        if int(pin[0]) == PIN_ADMISSION:
            out[number] = admitted[arcs, day].sum()
            out[number] += admitted_observed[arcs].sum() if day == 0 else 0.0
        else:
            out[number] = moved[arcs, day].sum()
    return out


def earlier_flows(inst: Instance) -> tuple[FloatArray, FloatArray, float]:
    """(A, T) and (X, T) what an earlier plan does on the ways of this one; patients on others."""
    arcs, moves, told = inst.admissions, inst.transfers, inst.promises.earlier
    out = np.zeros((len(arcs.area), inst.days)), np.zeros((len(moves.origin), inst.days))
    ways: dict[tuple[int, ...], int] = {}
    for table, columns in (
        (0, (arcs.area, arcs.to, arcs.patient_class, arcs.kind)),
        (1, (moves.origin, moves.to, moves.patient_class, moves.direction)),
    ):
        for number, way in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            ways[table, *way] = number
    gone = 0.0
    for row in told.tolist() if len(inst.promises.churn_days) else ():
        key = tuple(int(row[i]) for i in (0, 2, 3, 4, 5))
        if key in ways:
            out[key[0]][ways[key], int(row[1])] += row[6]
        else:
            gone += row[6]
    return out[0], out[1], gone


def churn(
    inst: Instance, admitted: FloatArray, admitted_observed: FloatArray, moved: FloatArray
) -> float:
    """Return patients more or fewer on each way and common day than in an earlier plan."""
    days = inst.promises.churn_days
    if not len(days):
        return 0.0
    before_a, before_x, _ = earlier_flows(inst)
    now = admitted.copy()
    now[:, 0] += admitted_observed
    apart = np.abs(now - before_a)[:, days].sum() + np.abs(moved - before_x)[:, days].sum()
    return float(apart)


def reserve_rows(inst: Instance) -> BoolArray:
    """(F, K) units and levels for which a reserve is promised: there are such beds to keep."""
    able = np.flip(np.logical_or.accumulate(np.flip(inst.listed, axis=1), axis=1), axis=1)
    return np.asarray(able & (inst.promises.reserve > 0)[None, :])


def open_from_level(inst: Instance, surge_beds: FloatArray) -> FloatArray:
    """(F, K, T) usable and open surge beds of level k and above."""
    beds = np.flip(inst.beds + surge_beds, axis=1)
    return np.asarray(np.flip(np.cumsum(beds, axis=1), axis=1))


def reserve_pairs(inst: Instance) -> BoolArray:
    """(F, K, K) pairs (k, k') whose row says of a reserve of level k that it is free: k' <= k.

    Whoever needs level k' or above may lie in beds of level k, when those below are full; from the
    unit's lowest level on that is everybody in the house.
    """
    number, low = np.arange(len(inst.levels)), inst.lowest_level
    most = np.maximum(number[None, :], low[:, None])
    felt = (number[None, None, :] >= low[:, None, None]) & (number <= most[:, :, None])
    return np.asarray(felt & reserve_rows(inst)[:, :, None])


def in_beds_from_level(
    inst: Instance, treated: FloatArray, boarding: FloatArray, corridor: FloatArray
) -> FloatArray:
    """(F, K, T) who must lie in beds of level k or above; at the lowest level all in beds."""
    here = np.einsum("ks,fst->fkt", inst.needs_level.astype(float), treated)
    everybody = (treated + boarding).sum(axis=1) - corridor
    lowest = np.arange(len(inst.levels))[None, :] == inst.lowest_level[:, None]
    return np.asarray(np.where(lowest[:, :, None], everybody[:, None, :], here))


def reserve_free(
    inst: Instance,
    treated: FloatArray,
    boarding: FloatArray,
    corridor: FloatArray,
    surge_beds: FloatArray,
) -> FloatArray:
    """(F, K, T) open beds of level k and above in which nobody needs to lie."""
    left = open_from_level(inst, surge_beds) - in_beds_from_level(inst, treated, boarding, corridor)
    pairs = reserve_pairs(inst)[:, :, :, None]
    least = np.where(pairs, left[:, None, :, :], np.inf).min(axis=2, initial=np.inf)
    return np.where(np.isfinite(least), least, 0.0)


def reserve_missed(
    inst: Instance,
    treated: FloatArray,
    boarding: FloatArray,
    corridor: FloatArray,
    surge_beds: FloatArray,
) -> FloatArray:
    """(F, K, T) beds of the reserve that are taken; 0 where none is promised."""
    due = inst.promises.reserve[None, :, None] * open_from_level(inst, surge_beds)
    free = reserve_free(inst, treated, boarding, corridor, surge_beds)
    return np.where(reserve_rows(inst)[:, :, None], np.maximum(0.0, due - free), 0.0)


def taken_in(
    inst: Instance, admitted: FloatArray, admitted_observed: FloatArray, moved: FloatArray
) -> FloatArray:
    """(F, T) patients who enter each unit from elsewhere, stabilised ones too."""
    out = np.zeros((len(inst.units), inst.days))
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)
    into, inside = arcs.to < units, moves.to < units
    np.add.at(out, arcs.to[into], admitted[into])
    np.add.at(out[:, 0], arcs.to[into], admitted_observed[into])
    np.add.at(out, moves.to[inside], moved[inside])
    return out


def received(inst: Instance, by_unit: FloatArray) -> FloatArray:
    """(Q, T) patients whom each place with a limit takes in; `by_unit` (F, T)."""
    return np.asarray(inst.promises.reception_of.T.astype(float) @ by_unit)


class Intake:
    """What each unit may still take in, for a rule that deals patients out one after another."""

    def __init__(self, inst: Instance) -> None:
        promised = inst.promises
        self.left = promised.reception.copy()
        self.limits: list[list[int]] = [[] for _ in inst.units]
        for f, q in np.argwhere(promised.reception_of).tolist():
            self.limits[f].append(q)

    def room(self, f: int, day: int, wanted: float) -> float:
        """Return how many of the wanted patients the unit may take in that day (from 0)."""
        return min([wanted, *(float(self.left[q, day]) for q in self.limits[f])])

    def take(self, f: int, day: int, patients: float) -> None:
        """Count patients taken in."""
        for q in self.limits[f]:
            self.left[q, day] -= patients


def site_unmet(inst: Instance, boarding: FloatArray, corridor: FloatArray) -> FloatArray:
    """(F,) boarding patient-days of the shown days, and once more those of them in a corridor."""
    shown = slice(0, inst.shown_days)
    return np.asarray(boarding[:, :, shown].sum(axis=(1, 2)) + corridor[:, shown].sum(axis=1))


def site_missed(inst: Instance, boarding: FloatArray, corridor: FloatArray) -> FloatArray:
    """(F,) such days beyond those without transfers; 0 where nothing is promised."""
    limit = inst.promises.site_limit
    if limit is None:
        return np.zeros(len(inst.units))
    return np.maximum(0.0, site_unmet(inst, boarding, corridor) - limit)


def wait_limit(inst: Instance) -> FloatArray:
    """(O, T) patients with a promised longest wait of N days who may be waiting at day's end.

    Those who came on the last N days, that day included, as many as the nights would have left
    waiting had nobody been admitted. Requests open this morning count as come on day 1.
    """
    promised, days = inst.promises, inst.days
    out = np.zeros((len(inst.areas), days))
    came = inst.arrivals.copy()
    came[:, :, 0] += inst.open_requests
    for age in range(min(promised.wait_days, days)):
        out[:, age:] += came[:, promised.wait_classes, : days - age].sum(axis=1)
        came = np.einsum("ost,sk->okt", came, inst.hazards.waiting)
    return out


def waiting_promised(inst: Instance, waiting: FloatArray) -> FloatArray:
    """(O, T) patients with a promised longest wait who are waiting; `waiting` (O, S, T)."""
    return np.asarray(waiting[:, inst.promises.wait_classes].sum(axis=1))


def wait_missed(inst: Instance, waiting: FloatArray) -> FloatArray:
    """(O, T) of these the patients beyond it; 0 where nothing is promised."""
    if not inst.promises.limits_waiting:
        return np.zeros((len(inst.areas), inst.days))
    return np.maximum(0.0, waiting_promised(inst, waiting) - wait_limit(inst))


def promise_harm(
    inst: Instance,
    waiting: FloatArray,
    treated: FloatArray,
    boarding: FloatArray,
    corridor: FloatArray,
    surge_beds: FloatArray,
) -> float:
    """Return what promises not kept add to the harm (docs/model.md section 5)."""
    promised = inst.promises
    if not promised.any:
        return 0.0
    missed = reserve_missed(inst, treated, boarding, corridor, surge_beds)
    beyond = site_missed(inst, boarding, corridor)
    late = 0.0 if promised.wait_hard else float(wait_missed(inst, waiting).sum())
    return float(
        promised.reserve_price * missed.sum()
        + promised.site_price * beyond.sum()
        + promised.wait_price * late
    )
