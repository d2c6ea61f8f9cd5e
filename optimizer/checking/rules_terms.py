"""Rules about devices, supervision and oxygen."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.violation import PATIENTS, Bench, FloatArray

LITRES = 30 * PATIENTS
"""Litres a minute: what `PATIENTS` of the gravest draw."""
CUBIC_METRES = 100 * PATIENTS
"""A store adds up the days."""
HOURS = 0.1
"""Hours to empty are written with one decimal."""


def _in_beds(case: Case) -> FloatArray:
    """(F, T) boarders who lie in a bed."""
    return np.asarray(case.flows.boarding.sum(axis=1) - case.flows.corridor)


def _of_lowest(case: Case, figures: FloatArray) -> FloatArray:
    """Return the figures (..., K) at the lowest level of each unit, (..., F); 0 without beds."""
    padded = np.concatenate([figures, np.zeros((*figures.shape[:-1], 1))], axis=-1)
    return np.asarray(padded[..., case.capacity.lowest])


def device_capacity(case: Case, bench: Bench) -> None:
    """Check treated who need k or above <= devices of k or above, levels with devices (F, K, T).

    A higher level without devices counts with its open beds. Who lies in an open corridor has no
    device.
    """
    terms = case.capacity.terms
    stands = np.where(terms.counted[:, :, None], terms.devices, case.open_beds)
    room = case.capacity.from_level(stands + case.flows.excess)
    equipped = case.treated_from_level
    if case.scenario.corridor == "open":
        equipped = equipped - case.flows.corridor[:, None, :]
    left = np.where(terms.counted[:, :, None], equipped, 0.0)
    axes = (case.units, case.capacity.levels, case.days)
    message = "{left} treated patients need devices of this level or above, but {right} are free."
    bench.at_most("device_capacity", left, room, axes, message)


def supervision(case: Case, bench: Bench) -> None:
    """Check that supervisors needed, by role and stand-ins, <= those on duty (F, R, T)."""
    capacity, flows = case.capacity, case.flows
    oversees = capacity.terms.oversees
    need = np.einsum("rs,fst->frt", oversees[:, case.inputs.classes.level], flows.treated)
    need += np.einsum("rf,ft->frt", _of_lowest(case, oversees), _in_beds(case))
    need -= np.einsum("rk,fkt->frt", oversees, flows.excess)
    chain = capacity.stands_in.astype(float)
    left = np.einsum("rq,fqt->frt", chain, need)
    right = np.einsum("rq,fqt->frt", chain, capacity.staff)
    axes = (case.units, capacity.roles, case.days)
    message = "{left} supervisors are needed, but {right} are on duty for the wave."
    bench.at_most("supervision", left, right, axes, message, "staff")


def drawn(case: Case) -> FloatArray:
    """(F, T) litres a minute of patients of the wave who lie in beds."""
    draw = case.capacity.terms.draw
    out = np.einsum("s,fst->ft", draw[case.inputs.classes.level], case.flows.treated)
    return np.asarray(out + _of_lowest(case, draw)[:, None] * _in_beds(case))


def oxygen_flow(case: Case, bench: Bench) -> None:
    """Check that what is drawn at once, less excess, <= the flow left for the wave (F, T)."""
    terms = case.capacity.terms
    left = drawn(case) - np.einsum("k,fkt->ft", terms.draw, case.flows.excess)
    limited = np.isfinite(terms.flow)
    axes = (case.units, case.days)
    message = "{left} litres of oxygen a minute are drawn, but {right} flow for the wave."
    most = np.where(limited, terms.flow, 0.0)
    left = np.where(limited, left, 0.0)
    bench.at_most("oxygen_flow", left, most, axes, message, "L/min", LITRES)


def oxygen_stock(case: Case, bench: Bench) -> None:
    """Check the store, day by day, and that the table of oxygen shows what follows (F, T)."""
    _table(case, bench, store_is_not_below_empty(case, bench))


def store_is_not_below_empty(case: Case, bench: Bench) -> FloatArray:
    """Check that the store is never below empty but for what is said to be missing.

    Returns
    -------
    (F, T) cubic metres in store.
    """
    terms, flows = case.capacity.terms, case.flows
    limited = np.asarray(np.isfinite(terms.supply).all(axis=1))
    used = drawn(case) * 1.44
    supply = np.where(limited[:, None], terms.supply, 0.0)
    short = flows.oxygen_short
    store, levels, below = terms.stored.copy(), np.zeros(used.shape), np.zeros(used.shape)
    for t in range(used.shape[1]):
        store = np.minimum(terms.tank, store + supply[:, t] - used[:, t] + short[:, t])
        below[:, t] = np.where(limited, np.maximum(0.0, -store), 0.0)
        store = np.maximum(0.0, store)
        levels[:, t] = store
    axes = (case.units, case.days)
    message = "The store of oxygen is {left} m3 below empty."
    bench.at_most("oxygen_stock", below, 0.0, axes, message, "m3", CUBIC_METRES)
    message = "{left} m3 of oxygen are missing where the store is no limit."
    beside = np.where(limited[:, None], 0.0, flows.oxygen_short)
    bench.at_most("oxygen_stock", beside, 0.0, axes, message, "m3", CUBIC_METRES)
    return levels


def _table(case: Case, bench: Bench, levels: FloatArray) -> None:
    """Compare what ``oxygen.csv`` shows with what follows from the patients."""
    terms, rows, shown = case.capacity.terms, case.flows.oxygen, case.flows.oxygen_shown
    at = (rows["f"], rows["t"])
    now = drawn(case)
    flow, stores = terms.flow, np.isfinite(terms.supply)
    all_drawn = (now + terms.routine[:, None]) * 60 / 1000
    with np.errstate(divide="ignore", invalid="ignore"):
        hours = np.where(stores & (all_drawn > 1e-12), levels / all_drawn, np.nan)
    due = {
        "drawn_lpm": (now, LITRES),
        "flow_lpm": (np.where(np.isfinite(flow), flow, np.nan), LITRES),
        "stored_m3": (np.where(stores, levels, np.nan), CUBIC_METRES),
        "hours_to_empty": (hours, HOURS),
    }
    message = "{left} in oxygen.csv, recomputed {right}."
    for name, (figures, tolerance) in due.items():
        left, right = shown[name], figures[at]
        blank = np.isnan(left) & np.isnan(right)
        bench.equal(
            "oxygen_stock",
            np.where(blank, 0.0, left),
            np.where(blank, 0.0, right),
            (rows.labels,),
            message,
            name,
            tolerance,
        )
    there = np.zeros(now.shape, dtype=bool)
    there[at] = True
    missing = np.where(there | ~(np.isfinite(flow) | stores), 0.0, now)
    axes = (case.units, case.days)
    bench.equal("oxygen_stock", missing, 0.0, axes, "The row is not in oxygen.csv.", "L/min")
