"""The second group: how long the worst-off area waits, made small among the plans of least harm.

Boarders carry no origin, so waiting outside is what an area can be worse off in; who boards is
shown by house. The group may spend a share of the harm (``options.fairness.epsilon``): then it is
priced into the first group, and what it took of it is said.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import new_patients
from optimizer.errors import SolverError
from optimizer.planning.constraints import Constraint
from optimizer.planning.model import PlanModel
from optimizer.planning.variables import PlanVariables
from optimizer.solving.engine import Answer, Basis, solve_arrays
from optimizer.solving.face import optimal_face
from optimizer.solving.matrix import Compiled, Matrix

AT_UPPER, BASIC = 3, 5
"""MathOpt's codes of a basis status."""
NOBODY = 1e-9
"""Waiting days a patient below which no area waits."""
HELD = 1e-6
"""Share of theta, and days a patient, that a later group may give back: a thinner face than this
made GLOP imprecise on a province (and burden 3 % dearer for nothing a reader could see)."""


def worst_area_waiting(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""No area waits longer, for each of its new patients, than the worst-off one, (O,).

    .. math:: \frac{1}{N_o} \sum_{s, t \le T_0} u_{ost} \le \theta

    u  ``v.waiting``  end of day (O, S, T), shown days t <= T0 only
    N  `new_patients` (O,): open requests and arrivals of the shown days, all classes
    theta  the column ``worst_area``: waiting days a new patient
    Areas without new patients have nobody who waits, and no row.
    """
    new = new_patients(inst)
    rows = m.rows("worst_area_waiting", new.shape, exists=new > 0)
    waiting = v.waiting[:, :, : inst.shown_days]
    share = 1.0 / np.where(new > 0, new, 1.0)
    rows.add(share[:, None, None], waiting, rows.index[:, None, None])
    rows.add(-1.0, m.column_blocks["worst_area"], rows.index)
    rows.at_most(0.0)


FAIRNESS: tuple[Constraint, ...] = (worst_area_waiting,)


def with_worst_area(inst: Instance, model: PlanModel, harm: Answer) -> tuple[PlanModel, Answer]:
    """Return the model with theta and its rows behind all others, and harm's answer in it.

    The answer's basis is extended so that it is feasible as it stands: theta is basic, at the area
    that waits longest in the answer.
    """
    columns, rows, _ = model.compiled.size
    more = Matrix(columns_made=columns, rows_made=rows)
    theta = more.columns("worst_area", (1,))
    for constraint in FAIRNESS:
        constraint(more, inst, model.variables)
    new, old = more.compiled(), model.compiled
    wide = Compiled(
        np.concatenate([old.rows, new.rows]),
        np.concatenate([old.columns, new.columns]),
        np.concatenate([old.values, new.values]),
        np.append(old.column_lower, new.column_lower),
        np.append(old.column_upper, new.column_upper),
        np.append(old.whole, new.whole),
        np.append(old.row_lower, new.row_lower),
        np.append(old.row_upper, new.row_upper),
    )
    x = np.append(harm.x, 0.0)
    waits = wide.activity(x)[rows:]
    x[theta] = max(0.0, float(waits.max(initial=0.0)))
    status = np.full(len(waits), BASIC)
    if status.size:
        status[np.argmax(waits)] = AT_UPPER
    basis = harm.basis
    if basis is not None:
        # without rows theta has nothing to lean on: it stays at its lower bound
        column = BASIC if status.size else 2
        basis = Basis((*basis.columns, column), (*basis.rows, *status.tolist()))
    duals = harm.row_duals
    answer = replace(
        harm,
        x=x,
        row_duals=np.append(duals, np.zeros(len(waits))) if duals.size else duals,
        reduced_costs=np.append(harm.reduced_costs, 0.0) if duals.size else harm.reduced_costs,
        basis=basis,
    )
    wide_model = replace(
        model,
        compiled=wide,
        column_blocks={**model.column_blocks, **more.column_blocks},
        row_blocks={**model.row_blocks, **more.row_blocks},
        harm=np.append(model.harm, 0.0),
        burden=np.append(model.burden, 0.0),
        churn=None if model.churn is None else np.append(model.churn, 0.0),
    )
    return wide_model, answer


def least_worst_area(model: PlanModel, face: Compiled, first: Answer, seconds: float) -> Answer:
    """Make theta small on the face of the first group.

    Where no engine answers the first group's own point is kept.
    """
    theta = int(model.column_blocks["worst_area"][0])
    if first.x[theta] <= NOBODY:
        return first
    cost = np.zeros(len(model.harm))
    cost[theta] = 1.0
    for engine, basis in (("glop", first.basis), ("", None)):
        if engine and basis is None:
            continue
        with contextlib.suppress(SolverError):
            return solve_arrays(face, cost, engine=engine, basis=basis, seconds=seconds)
    return first


def worst_area_of(model: PlanModel, answer: Answer) -> float:
    """Return the waiting days a new patient of the worst-off area at a point, whatever theta is."""
    rows = model.row_blocks["worst_area_waiting"]
    theta = int(model.column_blocks["worst_area"][0])
    waits = model.compiled.activity(answer.x)[rows[rows >= 0]] + answer.x[theta]
    return max(0.0, float(waits.max(initial=0.0)))


def holding_worst_area(model: PlanModel, face: Compiled, value: float) -> Compiled:
    """Return the face on which no area waits longer than `value`.

    One bound on one column: the point that reached the value stays feasible as it is.
    """
    theta = int(model.column_blocks["worst_area"][0])
    upper = face.column_upper.copy()
    upper[theta] = value * (1 + HELD) + HELD
    return replace(face, column_upper=upper)


def priced(
    inst: Instance, model: PlanModel, harm: Answer, seconds: float
) -> tuple[FloatArray, Answer]:
    """Return the first group with a price on theta, such that harm rises by epsilon at most.

    With h, theta of the least harm and of the best of its plans, the price is epsilon h / theta:
    harm + price x theta is no more than that of this plan, so harm <= h + epsilon h.
    """
    theta = int(model.column_blocks["worst_area"][0])
    face = optimal_face(model.compiled, model.harm, harm)
    fair = least_worst_area(model, face, harm, seconds)
    cost = model.harm.copy()
    if fair.x[theta] <= NOBODY:
        return cost, harm
    cost[theta] = inst.fairness_epsilon * max(0.0, harm.objective) / fair.x[theta]
    for engine, basis in (("glop", fair.basis), ("", None)):
        if engine and basis is None:
            continue
        with contextlib.suppress(SolverError):
            return cost, solve_arrays(
                model.compiled, cost, engine=engine, basis=basis, seconds=seconds
            )
    return model.harm, harm
