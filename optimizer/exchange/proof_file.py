"""Writes proof.npz: what lets a reader without a solver prove the bound and redo the baselines.

Of each side (the plan, and each plan beside it) the ways it was offered and the prices of its rows;
of those beside it their decisions too. Layout: docs/data-format.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.instance import Instance
from optimizer.domain.plan import Plan

PROOF_FILE = "proof.npz"
DECISIONS = (
    "admitted",
    "admitted_observed",
    "moved",
    "in_house",
    "bed_lost",
    "corridor",
    "excess",
    "surge_beds",
    "oxygen_short",
)
NOTHING = 1e-9
"""Figures below it are left out, as in the tables."""


def write_proof(folder: Path, plan: tuple[Plan, Instance], rivals: Mapping[str, Any]) -> None:
    """Write the file: the plan's side, and those of the plans beside it with their decisions."""
    arrays: dict[str, Any] = _side("plan", *plan, decisions=False)
    for name, (rival, its) in rivals.items():
        arrays |= _side(name, rival, its, decisions=True)
    np.savez_compressed(folder / PROOF_FILE, **arrays)


def _side(name: str, plan: Plan, inst: Instance, *, decisions: bool) -> dict[str, Any]:
    arcs, moves = inst.admissions, inst.transfers
    out: dict[str, Any] = {
        "areas": np.array(inst.areas, dtype=np.str_),
        "units": np.array((*inst.units, *inst.outside), dtype=np.str_),
        "levels": np.array(inst.levels, dtype=np.str_),
        "classes": np.array(inst.classes.ids, dtype=np.str_),
        "roles": np.array(inst.roles, dtype=np.str_),
        "bases": np.array(inst.bases, dtype=np.str_),
        "admissions": _ways(arcs.area, arcs.to, arcs.patient_class, arcs.kind),
        "transfers": _ways(moves.origin, moves.to, moves.patient_class, moves.direction),
    }
    if inst.levers is not None:
        out["levers"] = np.array(inst.levers.ids, dtype=np.str_)
    if inst.fleet is not None:
        out["vehicles"] = np.array(inst.fleet.classes, dtype=np.str_)
        out["shifts"] = np.array(inst.fleet.shifts, dtype=np.str_)
    for row, prices in plan.shadow_prices.items():
        if prices.size and np.abs(prices).max() > 0:
            out[f"price:{row}"] = prices
    for part in DECISIONS if decisions else ():
        figures = getattr(plan, part)
        out[part] = np.where(np.abs(figures) > NOTHING, figures, 0.0)
    return {f"{name}/{key}": value for key, value in out.items()}


def _ways(*columns: Any) -> Any:
    return np.stack([np.asarray(column, dtype=np.int32) for column in columns], axis=1)
