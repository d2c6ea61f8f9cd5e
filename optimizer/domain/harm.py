"""The harm of a plan, from its flows alone; no solver."""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.levers_decided import as_decided
from optimizer.domain.plan import Plan
from optimizer.domain.promises_kept import promise_harm


def home_unfollowed(inst: Instance) -> FloatArray:
    """(E, T) patients at home whom nobody follows without levers; 0 where levers add nothing."""
    if inst.levers is None:
        return np.zeros_like(inst.home.patients)
    followed = np.asarray((inst.levers.yields.home_places > 0).any(axis=0))
    short = np.maximum(0.0, inst.home.patients - inst.home.capacity)
    return np.asarray(np.where(followed[:, None], short, 0.0))


def harm_value(inst: Instance, plan: Plan) -> float:
    """Return the harm of a plan from its flows (docs/model.md section 5)."""
    price = inst.harm
    levers = 0.0
    if inst.levers is not None:
        levers = float(inst.levers.harm @ plan.lever_open.sum(axis=1))
        levers += inst.levers.home_unmet * float(plan.home_short.sum())
    return levers + float(
        np.einsum("ost,s->", plan.waiting, price.waiting)
        + np.einsum("fst,s->", plan.boarding, price.boarding)
        + price.corridor * plan.corridor.sum()
        + price.excess * plan.excess.sum()
        + price.oxygen_short * plan.oxygen_short.sum()
        + price.admission @ (plan.admitted.sum(axis=1) + plan.admitted_observed)
        + price.transfer @ plan.moved.sum(axis=1)
        + promise_harm(
            as_decided(inst, plan),
            plan.waiting,
            plan.treated,
            plan.boarding,
            plan.corridor,
            plan.surge_beds,
        )
    )
