"""Capacity rows that another row of the same house always implies are left out.

The same plans, a smaller model.

Every row of beds, house, staff, devices, supervision and oxygen flow of a unit on a day reads
``sum_k coefficient_k x patients of level k + coefficient x boarders in beds <= room``. Row i is
implied by row j if coefficient_i / room_i <= coefficient_j / room_j everywhere. Surge beds only
widen row i, and count in full in the room of row j. Where capacity may fall (excess), or the rows
read otherwise by a rule of others, nothing is left out. The store of oxygen is left out where the
other rows let so little be drawn each day that it cannot run dry.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance
from optimizer.domain.terms import M3_A_DAY
from optimizer.planning.needed_vehicles import needed_vehicles


@dataclass(frozen=True, slots=True)
class NeededRows:
    """Which capacity rows to write."""

    beds: BoolArray
    """(F, K, T) rows of `staffed_bed_capacity`."""
    house: BoolArray
    """(F, T)."""
    staff: BoolArray
    """(F, R, T)."""
    devices: BoolArray
    """(F, K, T) rows of `device_capacity`."""
    supervision: BoolArray
    """(F, R, T)."""
    flow: BoolArray
    """(F, T) rows of `oxygen_flow`."""
    stock: BoolArray
    """(F,) units whose store of oxygen may run dry."""
    ranks: BoolArray | None = None
    """(E, V, T) rows of `vehicle_rank`; None: one class of vehicles is all."""
    shifts: BoolArray | None = None
    """(E, J, V, T) rows of `vehicle_shift`."""


def needed_rows(inst: Instance, *, every: bool = False, staff_move: bool = False) -> NeededRows:
    """Return the capacity rows that no other row of the same house implies; or every row.

    `staff_move`: people on duty may become more or fewer, so that their rows imply nothing and
    nothing implies them.
    """
    levels, roles, days = len(inst.levels), len(inst.roles), inst.days
    units = len(inst.units)
    lowest = inst.lowest_level
    above = (np.arange(levels)[None, :] >= np.arange(levels)[:, None]).astype(float)
    need = inst.stands_in.T.astype(float) @ inst.staff_need
    heads = np.einsum("pr,fpt->frt", inst.stands_in.astype(float), inst.staff)
    beds_from = np.einsum("kl,flt->fkt", above, inst.beds)
    surge_from = np.einsum("kl,flt->fkt", above, inst.surge_limit)
    terms = inst.terms
    oversees = inst.stands_in.T.astype(float) @ terms.supervision
    counted = terms.device_levels
    equipped = np.where(counted[:, :, None], terms.devices, inst.beds)
    equipped_from = np.einsum("kl,flt->fkt", above, equipped)
    wider = np.einsum("kl,flt->fkt", above, inst.surge_limit * ~counted[:, :, None])
    flows = np.isfinite(terms.oxygen_flow)
    flow = np.where(flows, terms.oxygen_flow, 0.0)
    stores = np.asarray(np.isfinite(terms.oxygen_supply).all(axis=1))
    supply = np.where(stores[:, None], terms.oxygen_supply, 0.0)
    # rows: K nested bed rows, the house, R staff rows, K device rows, R supervision rows, oxygen
    # flow, a day's oxygen; columns: K levels of treated, boarders in beds
    start = np.cumsum([0, levels, 1, roles, levels, roles, 1, 1])
    bed, house, team, device, watch, gas, day = (
        slice(int(a), int(b)) for a, b in pairwise(start.tolist())
    )
    count = int(start[-1])
    coefficient = np.zeros((units, count, levels + 1))
    coefficient[:, bed, :levels] = coefficient[:, device, :levels] = above
    coefficient[:, house] = 1.0
    at_lowest = np.where(lowest[:, None] >= 0, 1.0, 0.0)
    for part, weight in ((team, need), (watch, oversees), (gas, terms.oxygen_draw[None])):
        coefficient[:, part, :levels] = weight
        coefficient[:, part, levels] = at_lowest * weight.T[np.maximum(lowest, 0)]
    coefficient[:, day] = M3_A_DAY * coefficient[:, gas]
    able = np.flip(np.logical_or.accumulate(np.flip(inst.listed, axis=1), axis=1), axis=1)
    coefficient[:, :, :levels] *= able[:, None, :]
    least = np.concatenate(
        [
            beds_from,
            inst.beds.sum(axis=1)[:, None],
            heads,
            equipped_from,
            heads,
            flow[:, None],
            supply[:, None],
        ],
        axis=1,
    )
    taken, given = _by_levers(inst, above, counted)
    least -= taken[:, :, None]
    most = least + (taken + given)[:, :, None]
    most[:, bed] += surge_from
    most[:, house] += inst.surge_limit.sum(axis=1)[:, None]
    most[:, device] += wider
    keep = np.zeros((units, count, days), dtype=bool)
    keep[:, bed] = inst.above_lowest[:, :, None]
    keep[:, house] = True
    keep[:, team] = np.asarray((need > 0).any(axis=1))[None, :, None]
    keep[:, device] = counted[:, :, None]
    keep[:, watch] = np.asarray((oversees > 0).any(axis=1))[None, :, None]
    keep[:, gas] = flows[:, None]
    plain = not (inst.rules.open_corridor or inst.rules.sender_counts)
    free = ~inst.excess_allowed & plain
    people = {*range(team.start, team.stop), *range(watch.start, watch.stop)} if staff_move else ()
    for i in range(day.start):
        for j in range(day.start):
            if i in people or j in people:
                continue
            if not every and i != j and keep[:, i].any() and keep[:, j].any():
                keep[:, i] &= ~(
                    free
                    & keep[:, j]
                    & _implies(coefficient[:, i], least[:, i], coefficient[:, j], most[:, j])
                )
    ranks, shifts = needed_vehicles(inst, every=every or bool(inst.excess_allowed.all()))
    return NeededRows(
        beds=keep[:, bed],
        house=keep[:, house.start],
        staff=keep[:, team],
        devices=keep[:, device],
        supervision=keep[:, watch],
        flow=keep[:, gas.start],
        stock=stores
        & (every | _may_run_dry(inst, coefficient, most, keep & free[:, None], day.start)),
        ranks=ranks,
        shifts=shifts,
    )


def _by_levers(
    inst: Instance, above: FloatArray, counted: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return the most that levers may take from and add to the room of each row, (F, rows).

    What they bring into a store of oxygen is not counted: it may not be brought.
    """
    levels, roles = len(inst.levels), len(inst.roles)
    none = np.zeros((len(inst.units), 2 * levels + 2 * roles + 3))
    if inst.levers is None:
        return none, none
    y = inst.levers.yields
    people = np.einsum("pr,jfp->jfr", inst.stands_in.astype(float), y.staff)
    equipped = np.where(counted[None], y.devices, y.beds)
    parts = (
        np.einsum("kl,jfl->jfk", above, y.beds),
        y.beds.sum(axis=2)[:, :, None],
        people,
        np.einsum("kl,jfl->jfk", above, equipped),
        people,
        y.oxygen_flow[:, :, None],
        np.zeros((*y.oxygen_supply.shape, 1)),
    )
    room = np.concatenate(parts, axis=2) * inst.levers.max_units[:, None, None]
    return np.maximum(0.0, -room).sum(axis=0), np.maximum(0.0, room).sum(axis=0)


def _may_run_dry(
    inst: Instance, coefficient: FloatArray, most: FloatArray, rows: BoolArray, last: int
) -> BoolArray:
    """(F,) the store could be empty some day if the most that `rows` let pass were drawn daily."""
    drawn, terms = coefficient[:, last], inst.terms
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(drawn[:, None] > 0, drawn[:, None] / coefficient[:, :last], 0.0).max(axis=2)
        limit = rate[:, :, None] * most[:, :last]
    limit[~rows[:, :last] | np.isinf(rate)[:, :, None]] = np.inf
    draw = limit.min(axis=1, initial=np.inf)
    store, dry = terms.oxygen_stored.copy(), np.zeros(len(drawn), dtype=bool)
    for t in range(inst.days):
        store = np.minimum(terms.oxygen_tank, store + most[:, last, t] - draw[:, t])
        dry |= store < 0.0
    return dry & (drawn > 0).any(axis=1)


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
