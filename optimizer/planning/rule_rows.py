"""Rows of the rules of others and of closing sites, and the sender's part (docs/model.md 4).

Letters as in `constraints.py`.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import STABILISE, FloatArray, Instance, IntArray
from optimizer.planning.variables import PlanVariables
from optimizer.solving.matrix import Matrix, Rows


def sender_in_house(rows: Rows, inst: Instance, v: PlanVariables, sign: float = 1.0) -> None:
    """Add to rows (F, T) of the house who leaves that day, where the sender still counts them."""
    if not inst.rules.sender_counts:
        return
    own = inst.left_unit
    index = np.where(own[:, None] >= 0, rows.index[own], -1)
    rows.add(sign, v.admitted, index)
    rows.add(sign, v.admitted_observed, index[:, 0])
    rows.add(sign, v.moved, rows.index[inst.transfers.origin])


def sender_at_level(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Add to the bed rows (F, K, T) who leaves a proper bed that day, if the sender counts them.

    Who is sent on from the own unit without a day there counts only where the unit can treat him.
    """
    if not inst.rules.sender_counts:
        return
    arcs, moves, own = inst.admissions, inst.transfers, inst.left_unit
    levels = np.arange(len(inst.levels))

    def below(level: IntArray) -> FloatArray:
        return np.asarray((levels[None, :] <= level[:, None]).astype(float))[:, :, None]

    treated = (own >= 0) & (arcs.kind != STABILISE) & inst.able[own, arcs.patient_class]
    index = np.where(treated[:, None, None], rows.index[own], -1)
    counted = below(inst.classes.level[arcs.patient_class])
    rows.add(counted, v.admitted[:, None, :], index)
    rows.add(counted[:, :, 0], v.admitted_observed[:, None], index[:, :, 0])
    out = ~moves.from_boarding
    counted = below(inst.classes.level[moves.patient_class[out]])
    rows.add(counted, v.moved[out][:, None, :], rows.index[moves.origin[out]])


def nobody_waits(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Who comes is admitted the same day, wherever there is a way: u = 0, (O, S, T).

    Only with the rule `wait: none`. Shadow price: fall of the harm if one patient may wait a day.
    """
    rows = m.rows(
        "nobody_waits",
        v.waiting.shape,
        exists=(v.waiting >= 0) & inst.has_way & inst.rules.nobody_waits,
    )
    rows.add(1.0, v.waiting)
    rows.at_most(0.0)


def closed_intake(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Nobody is admitted or moved into a unit that has closed, (F, T) patients.

    Shadow price: fall of the harm if it took one more patient that day.
    """
    closed = inst.closed
    rows = m.rows("closed_intake", closed.shape, exists=closed)
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)
    into = arcs.to < units
    rows.add(1.0, v.admitted[into], rows.index[arcs.to[into]])
    rows.add(1.0, v.admitted_observed[into], rows.index[arcs.to[into], 0])
    inside = moves.to < units
    rows.add(1.0, v.moved[inside], rows.index[moves.to[inside]])
    rows.at_most(0.0)


def corridor_people(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""An open corridor holds people who are there: v <= sum_s (n + b) + D, (F, T) patients.

    .. math:: v_{ft} \le \sum_s (n + b)_{fst} + D_{ft}

    D  who leaves that day and still counts at the sender, as in `house_capacity`
    Only with the rule `corridor: open`; else `corridor_boarders_only` says more. Without it a
    corridor that costs nothing could hold more people than there are, and staff, oxygen and devices
    would be spared for them. Shadow price: 0 wherever a corridor has a price.
    """
    here = np.full(v.corridor.shape, inst.rules.open_corridor)
    rows = m.rows("corridor_people", v.corridor.shape, exists=here)
    rows.add(1.0, v.corridor)
    rows.add(-1.0, v.treated, rows.index[:, None, :])
    rows.add(-1.0, v.boarding, rows.index[:, None, :])
    sender_in_house(rows, inst, v, -1.0)
    rows.at_most(0.0)
