"""The price of each promise: what it costs the harm of patients, solved again without it."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan
from optimizer.domain.promises_kept import site_unmet
from optimizer.errors import SolverError
from optimizer.planning.baselines import no_transfers
from optimizer.planning.first import least_harm
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.worth import Optimum


def promises_made(inst: Instance) -> dict[str, Instance]:
    """Return, for each promise of an instance, the instance without it."""
    promised, out = inst.promises, {}
    if promised.reserve.any():
        nothing = np.zeros_like(promised.reserve)
        out["reserve"] = inst.changed(promises=replace(promised, reserve=nothing))
    if promised.reception_places:
        free = np.full_like(promised.reception, np.inf)
        out["reception"] = inst.changed(promises=replace(promised, reception=free))
    if len(promised.pins):
        out["pins"] = inst.changed(promises=replace(promised, pins=promised.pins[:0]))
    if promised.limits_waiting:
        nobody = replace(promised, wait_classes=promised.wait_classes[:0])
        out["longest_wait"] = inst.changed(promises=nobody)
    if promised.compared:
        out["no_site_worse_off"] = inst.changed(promises=replace(promised, site_limit=None))
    return out


def held_to_no_transfers(inst: Instance, still: Plan) -> Instance:
    """Return the instance whose units are to be no worse off than in `still`, without transfers."""
    limit = site_unmet(inst, still.boarding, still.corridor)
    return inst.changed(promises=replace(inst.promises, site_limit=limit))


def with_sites_compared(inst: Instance, by_clusters: Instance) -> Instance:
    """Return the instance with the promise worked out, where it is made and it can be.

    The best plan without transfers is solved for it, by clusters as the baselines are; where that
    does not end the promise is not held.
    """
    if not inst.promises.sites_compared or inst.promises.compared:
        return inst
    with contextlib.suppress(SolverError):
        return held_to_no_transfers(inst, no_transfers(by_clusters)[0])
    return inst


def penalty(model: PlanModel, inst: Instance, name: str, x: FloatArray) -> float:
    """Return what one promise adds to the harm at a point: what is missed of it, priced."""
    blocks = {
        "reserve": "reserve_missed",
        "no_site_worse_off": "worse_off",
        "longest_wait": "wait_missed",
    }
    if name not in blocks:  # kept by a row that nothing may break
        return 0.0
    block = model.column_blocks[blocks[name]]
    columns = block[block >= 0]
    return float(model.harm[columns] @ x[columns])


def promise_costs(
    inst: Instance, optimum: Optimum | None, seconds: float = 120.0
) -> dict[str, float]:
    """Return, by promise, how much lower the rest of the harm could be without it.

    In means: the LP of the plan, less what the promise itself adds, against the same LP without
    the promise. A promise whose solve did not end is left out.
    """
    out: dict[str, float] = {}
    if optimum is None:
        return out
    x, value = optimum.answer.x, optimum.answer.objective
    for name, without in promises_made(inst).items():
        with contextlib.suppress(SolverError):
            free = least_harm(build_model(without), seconds=seconds)
            if free.optimal:
                rest = value - penalty(optimum.model, inst, name, x)
                out[name] = max(0.0, rest - free.objective)
    return out
