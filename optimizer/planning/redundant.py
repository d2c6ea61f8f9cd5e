"""Capacity rows that another row of the same house always implies are left out.

The same plans, a smaller model.

Every capacity row of a unit on a day reads ``sum_k coefficient_k x patients of level k +
coefficient x boarders in beds <= room``. Row i is implied by row j if coefficient_i / room_i <=
coefficient_j / room_j everywhere. Surge beds only widen row i, and count in full in the room of row
j. Where capacity may fall (excess), or the rows read otherwise by a rule of others, nothing is left
out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance


@dataclass(frozen=True, slots=True)
class NeededRows:
    """Which capacity rows to write."""

    beds: BoolArray
    """(F, K, T) rows of `staffed_bed_capacity`."""
    house: BoolArray
    """(F, T)."""
    staff: BoolArray
    """(F, R, T)."""


def needed_rows(inst: Instance) -> NeededRows:
    """Return the capacity rows that no other row of the same house implies."""
    levels, roles, days = len(inst.levels), len(inst.roles), inst.days
    units = len(inst.units)
    lowest = inst.lowest_level
    above = (np.arange(levels)[None, :] >= np.arange(levels)[:, None]).astype(float)
    need = inst.stands_in.T.astype(float) @ inst.staff_need
    heads = np.einsum("pr,fpt->frt", inst.stands_in.astype(float), inst.staff)
    beds_from = np.einsum("kl,flt->fkt", above, inst.beds)
    surge_from = np.einsum("kl,flt->fkt", above, inst.surge_limit)
    count = levels + 1 + roles
    # rows: K nested bed rows, the house, R staff rows; columns: K levels of treated, boarders
    # in beds
    coefficient = np.zeros((units, count, levels + 1))
    coefficient[:, :levels, :levels] = above
    coefficient[:, levels] = 1.0
    coefficient[:, levels + 1 :, :levels] = need
    at_lowest = np.where(lowest[:, None] >= 0, need.T[np.maximum(lowest, 0)], 0.0)
    coefficient[:, levels + 1 :, levels] = at_lowest
    able = np.flip(np.logical_or.accumulate(np.flip(inst.listed, axis=1), axis=1), axis=1)
    coefficient[:, :, :levels] *= able[:, None, :]
    least = np.concatenate([beds_from, inst.beds.sum(axis=1)[:, None], heads], axis=1)
    most = least.copy()
    most[:, :levels] += surge_from
    most[:, levels] += inst.surge_limit.sum(axis=1)
    exists = np.zeros((units, count), dtype=bool)
    exists[:, :levels] = inst.above_lowest
    exists[:, levels] = True
    exists[:, levels + 1 :] = np.asarray((need > 0).any(axis=1))[None, :]
    keep = np.repeat(exists[:, :, None], days, axis=2)
    plain = not (inst.rules.open_corridor or inst.rules.sender_counts)
    free = ~inst.excess_allowed & plain
    for i in range(count):
        for j in range(count):
            if i != j:
                keep[:, i] &= ~(
                    free
                    & keep[:, j]
                    & _implies(coefficient[:, i], least[:, i], coefficient[:, j], most[:, j])
                )
    return NeededRows(keep[:, :levels], keep[:, levels], keep[:, levels + 1 :])


def _implies(
    weak: FloatArray, room: FloatArray, strong: FloatArray, limit: FloatArray
) -> BoolArray:
    """(F, T) row `strong` <= `limit` implies row `weak` <= `room`.

    Coefficients (F, columns), rooms (F, T).
    """
    left = weak[:, :, None] * limit[:, None, :]
    right = strong[:, :, None] * room[:, None, :]
    unused = (weak == 0)[:, :, None]
    return np.asarray((unused | ((strong > 0)[:, :, None] & (left <= right + 1e-12))).all(axis=1))
