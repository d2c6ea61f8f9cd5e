"""A plan as values of this hand's columns, and this hand's values as a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.crosscheck.cbc import HOLDS, violation
from optimizer.crosscheck.groups import GROUPS
from optimizer.crosscheck.model import Model
from optimizer.crosscheck.process import BLOCKS
from optimizer.crosscheck.promise_rows import settle
from optimizer.domain.instance import FloatArray, Instance

ONE_DAY = "admitted_observed"
MOST_ROWS = 50


def shapes(inst: Instance) -> dict[str, tuple[int, ...]]:
    """Return the shape of every block."""
    areas, units, levels = len(inst.areas), len(inst.units), len(inst.levels)
    classes, days = len(inst.classes.ids), inst.days
    house = (units, classes, days)
    return {
        "admitted": (len(inst.admissions.area), days),
        ONE_DAY: (len(inst.admissions.area),),
        "moved": (len(inst.transfers.origin), days),
        "in_house": house,
        "bed_lost": house,
        "treated": house,
        "boarding": house,
        "waiting": (areas, classes, days),
        "corridor": (units, days),
        "excess": (units, levels, days),
        "surge_beds": (units, levels, days),
        "oxygen_short": (units, days),
        **dict.fromkeys(
            ("lever_started", "lever_closed", "lever_open", "lever_usable"),
            (len(inst.levers.ids) if inst.levers is not None else 0, days),
        ),
        "home_short": (len(inst.bases) if inst.levers is not None else 0, days),
    }


def _place(block: str, key: Any) -> tuple[int, ...]:
    parts = key if isinstance(key, tuple) else (key,)
    return parts if block == ONE_DAY else (*parts[:-1], parts[-1] - 1)


def solution(model: Model) -> dict[str, FloatArray]:
    """Return the values of the columns as the arrays of a plan."""
    out = {block: np.zeros(shape) for block, shape in shapes(model.inst).items()}
    for block, values in out.items():
        for key, var in getattr(model, block).items():
            values[_place(block, key)] = var.varValue or 0.0
    return out


def _worst_area(inst: Instance, waiting: FloatArray) -> float:
    """Return the waiting days a new patient of the worst-off area, shown days only."""
    days = waiting[:, :, : inst.shown_days].sum(axis=(1, 2)).tolist()
    new = inst.open_requests.sum(axis=1) + inst.arrivals[:, :, : inst.shown_days].sum(axis=(1, 2))
    return max(
        (left / who for left, who in zip(days, new.tolist(), strict=True) if who > 0), default=0.0
    )


def judged(pulp: Any, model: Model, plan: Mapping[str, FloatArray]) -> dict[str, Any]:
    """Return the rows that a plan breaks, worst first, and the groups its decisions add up to.

    Called before any group is solved, so that only rows of docs/model.md are judged. A row with a
    column that a plan does not speak of is not judged.
    """
    for var in model.problem.variables():
        var.varValue = None
    broken: list[tuple[str, float]] = []
    for block in BLOCKS:
        left = plan[block].copy()
        for key, var in getattr(model, block).items():
            var.varValue = float(left[_place(block, key)])
            left[_place(block, key)] = 0.0
            if not math.isfinite(var.varValue) or var.varValue < -HOLDS:
                broken.append((var.name, abs(var.varValue)))
            elif var.cat == pulp.LpInteger and abs(var.varValue - round(var.varValue)) > HOLDS:
                broken.append((var.name, abs(var.varValue - round(var.varValue))))
        beyond = float(np.abs(left).max(initial=0.0))
        if not beyond <= HOLDS:
            broken.append((f"no such {block}", beyond))
    settle(model)
    for row in model.problem.constraints():
        if any(var.varValue is None for var in row):
            continue
        off = violation(pulp, row)
        if not off <= HOLDS:
            broken.append((row.name, off))
    model.worst_area.varValue = _worst_area(model.inst, plan["waiting"])
    totals = {
        name: math.fsum(share * (var.varValue or 0.0) for var, share in make(model).items())
        for name, make in GROUPS.items()
    }
    totals["harm"] -= model.price * totals["fairness"]
    broken.sort(key=lambda one: -one[1] if math.isfinite(one[1]) else -math.inf)
    return {"broken": broken[:MOST_ROWS], "totals": totals}
