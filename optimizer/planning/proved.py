"""What the duals of a solve prove: a bound on harm that holds however roughly the solver ended.

The objective of a solver is that of a point which is best within tolerances; on a large model the
least possible may lie a hundred-thousandth lower. Weak duality needs no tolerance.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.terms import M3_A_DAY
from optimizer.errors import SolverError
from optimizer.planning.model import PlanModel
from optimizer.solving.engine import Answer, solve_arrays

LEVER_BLOCKS = ("lever_started", "lever_closed", "lever_open", "lever_usable")
ROUGH = 1e-6
"""Share of the harm by which duals may miss it before the solve is made sharper."""


def sharpened(
    model: PlanModel, inst: Instance, answer: Answer, seconds: float
) -> tuple[Answer, float]:
    """Return the answer and the bound its duals prove, -inf without duals of an optimum.

    Interior point may end, after its postsolve, on a vertex with a few wrong prices: twenty times
    the demand of Cao Bang left two columns at -800, and their bound at nothing. GLOP goes on from
    that vertex; what it finds is taken if it proves more. Where that fails, HiGHS begins anew.
    """
    if not answer.optimal:
        return answer, -np.inf
    bound = min(answer.objective, proved_bound(model, inst, answer))
    if answer.basis is None or bound >= answer.objective - ROUGH * max(1.0, abs(answer.objective)):
        return answer, bound
    tries = [("glop", answer.basis)] + [("highs", None)] * (answer.engine != "highs")
    for engine, basis in tries:
        with contextlib.suppress(SolverError):
            better = solve_arrays(
                model.compiled, model.harm, engine=engine, basis=basis, seconds=seconds
            )
            if better.optimal:
                proves = min(better.objective, proved_bound(model, inst, better))
                if proves > bound:
                    return replace(better, engine=answer.engine), proves
    return answer, bound


def proved_bound(model: PlanModel, inst: Instance, answer: Answer) -> float:
    r"""Return the harm that no plan of the model can beat, by the duals of `answer`.

    .. math:: y b + \sum_j \min(0, c_j - A_j^T y) \, U_j

    y  row duals, of the sign their row asks for;  U  the most of a column: its upper bound, the
    surge limit or the most units of a lever; where columns of a block and day add up to no more
    than everybody who can be anywhere by then, the least of them counts once with that number.
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
    if inst.levers is not None:
        for name in LEVER_BLOCKS:
            index = model.column_blocks[name]
            units = np.broadcast_to(inst.levers.max_units[:, None], index.shape)
            most[index[index >= 0]] = units[index >= 0]
    boxed = np.isfinite(most)
    total += float((reduced[boxed] * most[boxed]).sum())
    reduced = np.where(boxed, 0.0, reduced)
    people = _everybody(inst)
    times = {
        "reserve_missed": float((inst.promises.reserve > 0).sum()),  # once for each such level
        "oxygen_short": M3_A_DAY * float(inst.terms.oxygen_draw.max(initial=0.0)),
        "corridor": 2.0 if inst.rules.sender_counts else 1.0,  # at both ends of a move
    }
    for name, index in model.column_blocks.items():
        if index.ndim > 1 and index.size:
            least = np.where(index >= 0, reduced[np.maximum(index, 0)], 0.0)
            least = least.reshape(-1, index.shape[-1]).min(axis=0)
            total += float((least * people).sum()) * times.get(name, 1.0)
    return total


def _everybody(inst: Instance) -> FloatArray:
    """(T,) all who can be anywhere by that day: nobody is ever two."""
    there = inst.census_treated.sum() + inst.census_boarding.sum() + inst.open_requests.sum()
    return np.asarray(there + np.cumsum(inst.arrivals.sum(axis=(0, 1))))
