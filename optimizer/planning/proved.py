"""What the duals of a solve prove: a bound on harm that holds however roughly the solver ended.

The objective of a solver is that of a point which is best within tolerances; on a large model the
least possible may lie a hundred-thousandth lower. Weak duality needs no tolerance.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.terms import M3_A_DAY
from optimizer.planning.engine import Answer
from optimizer.planning.model import PlanModel


def proved_bound(model: PlanModel, inst: Instance, answer: Answer) -> float:
    r"""Return the harm that no plan of the model can beat, by the duals of `answer`.

    .. math:: y b + \sum_j \min(0, c_j - A_j^T y) \, U_j

    y  row duals, of the sign their row asks for;  U  the most of a column: its upper bound or the
    surge limit; where columns of a block and day add up to no more than everybody who can be
    anywhere by then, the least of them counts once with that number.
    """
    compiled = model.compiled
    y = answer.row_duals
    y = np.where(np.isfinite(compiled.row_lower), y, np.minimum(y, 0.0))
    y = np.where(np.isfinite(compiled.row_upper), y, np.maximum(y, 0.0))
    side = np.where(y > 0, compiled.row_lower, compiled.row_upper)
    total = float((y * np.where(y != 0, side, 0.0)).sum())
    products = compiled.values * y[compiled.rows]
    columns = compiled.size[0]
    reduced = model.harm - np.bincount(compiled.columns, weights=products, minlength=columns)
    reduced = np.minimum(0.0, reduced)
    most = compiled.column_upper.copy()
    beds = model.column_blocks["surge_beds"]
    most[beds[beds >= 0]] = inst.surge_limit[beds >= 0]
    boxed = np.isfinite(most)
    total += float((reduced[boxed] * most[boxed]).sum())
    reduced = np.where(boxed, 0.0, reduced)
    people = _everybody(inst)
    for name, index in model.column_blocks.items():
        if index.ndim > 1 and index.size:
            least = np.where(index >= 0, reduced[np.maximum(index, 0)], 0.0)
            least = least.reshape(-1, index.shape[-1]).min(axis=0)
            gas = M3_A_DAY * float(inst.terms.oxygen_draw.max(initial=0.0))
            total += float((least * people).sum()) * (gas if name == "oxygen_short" else 1.0)
    return total


def _everybody(inst: Instance) -> FloatArray:
    """(T,) all who can be anywhere by that day: nobody is ever two."""
    there = inst.census_treated.sum() + inst.census_boarding.sum() + inst.open_requests.sum()
    return np.asarray(there + np.cumsum(inst.arrivals.sum(axis=(0, 1))))
