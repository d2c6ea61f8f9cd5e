"""How far the decisions of a plan keep its promises; no solver.

Arrays are decisions on the axes of the instance, as in `optimizer.domain.plan.Plan`.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance


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


def promise_harm(
    inst: Instance,
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
    return float(promised.reserve_price * missed.sum())
