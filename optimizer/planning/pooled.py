"""The pooled bound: one big house with all beds and staff, and no roads. No plan can beat it.

What the distance of a plan to this bound is made of is distance itself: patients, beds and staff in
different places. A plan at the bound needs no better roads, only more beds or staff.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from optimizer.domain.instance import (
    OUT_OF_PROVINCE,
    OUTSIDE,
    AdmissionArcs,
    BoolArray,
    FloatArray,
    Home,
    Instance,
    IntArray,
    PlanRules,
    TransferArcs,
)
from optimizer.domain.levers import LeverSet
from optimizer.domain.promises import nothing_promised
from optimizer.domain.terms import Terms
from optimizer.planning.model import PlanModel, build_model
from optimizer.solving.engine import solve_arrays


def pooled(inst: Instance) -> Instance:
    r"""Return the instance with all areas as one, all units as one house, and no distances.

    Its least harm is a lower bound of the harm of every plan of `inst`, for the sum over places of
    a lawful plan is lawful here and costs no more:

    * *Balances.* Nights are the same in every house, so the sums of n, b, u over places follow the
      same matrices. A transfer between two units leaves the sum of n as it is if it steps down, and
      is an in-house move p of the sum if it goes up; both are free here and cost >= 0 there.
    * *Admissions* of a class keep their least price over all areas and units, wherever they end;
      those outside likewise, and transfers outside. All their daily places are added up.
    * *Beds.* Above a unit's lowest level k0 the rows add up. At or below k0 the unit's own
      row is :math:`\sum_s (n + b) - v \le` all beds, and v <= sum b, so sum n <= all beds there
      too: the row of level k holds for the sum.
    * *Corridor, stabilised, requests* are sums of rows. Excess may stand here on a day on which it
      may stand in any unit. Surge beds count as beds as soon as they may be open: no harm to open.
    * *Staff.* Treated patients need the same everywhere. A boarder needs a team of his own unit's
      lowest level; here of the pool's lowest level, whose need is set to the least that any unit
      has at its own (no more than before for the treated of that level either).
    * *Oxygen and supervision* are summed like staff; where one house is without limit, all are. The
      stores of all houses are one.
    * *Levers* stay as they are, each with the sum of what it yields everywhere; their rows speak of
      no place but that of the giver, whose rows add up. Nobody at home is counted.
    * *Devices*: these rows are left out.
    * *Vehicles*, promises, closed sites, nobody waits, the sender's row on the day of a move, whole
      people: these rows are left out. An open corridor stays; it comes with one care level.

    Every row left is implied by those of the plan and every price is at most the plan's, so the
    minimum is at most the plan's harm. The same sums prove it for any other price of n, b, u, so
    for unmet patient-days and for deaths.
    """
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)
    listed = inst.listed.any(axis=0, keepdims=True)
    low = inst.lowest_level[inst.lowest_level >= 0]

    def least_below(need: FloatArray) -> FloatArray:
        """(..., K) what a patient needs, at the pool's lowest level the least of any lowest."""
        out = need.copy()
        if low.size:
            out[..., low.min()] = need[..., low].min(axis=-1)
        return out

    gone = np.flatnonzero(moves.to >= units)
    a = _cheapest(arcs.kind, arcs.patient_class, inst.harm.admission)
    x = gone[
        _cheapest(moves.from_boarding[gone], moves.patient_class[gone], inst.harm.transfer[gone])
    ]
    none_a, none_x = np.zeros(len(a)), np.zeros(len(x))
    hall_a, hall_x = np.zeros(len(a), dtype=np.int64), np.zeros(len(x), dtype=np.int64)
    outside = ("outside",) if inst.outside else ()

    def together(array: FloatArray) -> FloatArray:
        return np.asarray(array.sum(axis=0, keepdims=True))

    return inst.changed(
        areas=("everywhere",),
        units=("one house",),
        outside=outside,
        bases=("no base",),
        admissions=AdmissionArcs(
            hall_a,
            (arcs.kind[a] == OUT_OF_PROVINCE).astype(np.int64),
            arcs.patient_class[a],
            arcs.kind[a],
            none_a,
            none_a.copy(),
        ),
        transfers=TransferArcs(
            hall_x,
            hall_x + 1,
            moves.patient_class[x],
            np.full(len(x), OUTSIDE),
            moves.from_boarding[x],
            none_x,
        ),
        arrivals=together(inst.arrivals),
        open_requests=together(inst.open_requests),
        census_treated=together(inst.census_treated),
        census_boarding=together(inst.census_boarding),
        beds=together(inst.beds + inst.surge_limit),
        listed=listed,
        surge_limit=together(np.zeros_like(inst.surge_limit)),
        staff=together(inst.staff),
        staff_need=least_below(inst.staff_need),
        vehicle_minutes=np.zeros((1, inst.days)),
        unit_base=np.array([-1]),
        area_base=np.array([-1]),
        outside_places=together(inst.outside_places) if inst.outside else inst.outside_places,
        harm=replace(inst.harm, admission=inst.harm.admission[a], transfer=inst.harm.transfer[x]),
        burden=replace(inst.burden, admission=none_a, transfer=none_x),
        home=Home(np.zeros((1, inst.days)), np.zeros((1, inst.days))),
        unit_names={},
        area_communes={},
        unit_members={},
        unit_tier_rank=(),
        terms=Terms(
            devices=np.full((1, len(inst.levels), inst.days), np.inf),
            oxygen_draw=least_below(inst.terms.oxygen_draw),
            oxygen_flow=together(inst.terms.oxygen_flow),
            oxygen_supply=together(inst.terms.oxygen_supply),
            oxygen_stored=together(inst.terms.oxygen_stored),
            oxygen_tank=together(inst.terms.oxygen_tank),
            supervision=least_below(inst.terms.supervision),
            oxygen_routine=together(inst.terms.oxygen_routine),
        ),
        rules=PlanRules(open_corridor=inst.rules.open_corridor),
        own_unit=None,
        may_leave=None
        if inst.may_leave is None
        else np.asarray(inst.may_leave.any(axis=0, keepdims=True)),
        no_intake=None,
        fallen=inst.excess_allowed.any(axis=0, keepdims=True),
        fell=inst.loses_beds.any(axis=0, keepdims=True),
        levers=None if inst.levers is None else _pooled_levers(inst.levers),
        promises=nothing_promised(len(inst.levels), 1, inst.days),
        fleet=None,
    )


def _pooled_levers(levers: LeverSet) -> LeverSet:
    """Return the levers with all their yields in one place; nobody at home counts there."""
    y = levers.yields
    parts = {
        item.name: getattr(y, item.name).sum(axis=1, keepdims=True)
        for item in fields(y)
        if getattr(y, item.name).shape[1]
    }
    parts["devices"] = np.zeros_like(parts["devices"])  # these rows are left out
    return replace(levers, yields=replace(y, **parts))


def _cheapest(kinds: IntArray | BoolArray, classes: IntArray, price: FloatArray) -> IntArray:
    """Return the numbers of the cheapest way of each kind and class."""
    order = np.lexsort((price, classes, kinds))
    pairs = np.stack([kinds[order], classes[order]])
    first = np.ones(len(order), dtype=bool)
    first[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    return np.asarray(order[first])


def pooled_bound(inst: Instance) -> dict[str, Any]:
    """Return what no plan can beat, each figure by itself, with the keys of `plan_kpis`.

    ``unmet_patient_days`` by care level and ``unmet_patient_days_all`` are minima of their own: the
    levels need not be reached together, so they may add up to less than the whole.

    Raises
    ------
    SolverError
        If a solve fails.
    """
    model = build_model(pooled(inst))
    hazards, classes = inst.hazards, inst.classes
    dead_waiting = np.maximum(0.0, hazards.death_waiting - hazards.death_treated)
    dead_boarding = np.maximum(0.0, hazards.death_boarding - hazards.death_treated)

    def least(cost: FloatArray) -> float:
        return max(0.0, solve_arrays(model.compiled, cost).objective)

    def unmet(of: BoolArray) -> float:
        return least(_unmet(model, inst, of.astype(float), of.astype(float)))

    return {
        "harm": least(model.harm),
        "unmet_patient_days": {
            level: unmet(classes.level == k) for k, level in enumerate(inst.levels)
        },
        "unmet_patient_days_all": unmet(np.ones(len(classes.ids), dtype=bool)),
        "deaths_for_want_of_care": least(_unmet(model, inst, dead_waiting, dead_boarding)),
    }


def _unmet(
    model: PlanModel, inst: Instance, waiting: FloatArray, boarding: FloatArray
) -> FloatArray:
    """Return the cost of the patients unmet on the shown days at a price by class, (columns,)."""
    cost = np.zeros(model.compiled.size[0])
    for block, price in (
        (model.variables.waiting, waiting),
        (model.variables.boarding, boarding),
    ):
        shown = block[:, :, : inst.shown_days]
        here = shown >= 0
        cost[shown[here]] = np.broadcast_to(price[None, :, None], shown.shape)[here]
    return cost
