"""The price of each promise: what it costs the harm of patients, solved again without it."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.errors import SolverError
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
    return out


def penalty(model: PlanModel, inst: Instance, name: str, x: FloatArray) -> float:
    """Return what one promise adds to the harm at a point: what is missed of it, priced."""
    blocks = {"reserve": "reserve_missed"}
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
