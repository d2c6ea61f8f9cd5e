"""How good the plan is said to be: the bound proved without a solver, the ways, the status."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import Rows
from optimizer.checking.proof import PROOF, Proof, Side
from optimizer.checking.rules_objective import harm_by_day, stated
from optimizer.checking.violation import RELATIVE, Bench, BoolArray, IntArray
from optimizer.checking.weak_duality import harm_bound

PLAN = "plan"
"""The plan's own side of the proof."""
BY_RULE = "nearest free place"
"""What a plan that no solver made says of its solver."""


def bound(case: Case, bench: Bench) -> None:
    """Check that the bound of harm is proved, is not above the harm, and that the gap follows.

    A plan made without a bound says null for both. The bounds of fairness and burden can only be
    held against their values: they are of the plans of least harm.
    """
    for group, unit in (
        ("harm", "harm points"),
        ("fairness", "days a new patient"),
        ("burden", "burden points"),
    ):
        value = stated(case.plan.get(f"objective.{group}.value"))
        if group == "harm":
            value = sum(float(x.sum()) for x in harm_by_day(case).values())
        low = case.plan.get(f"objective.{group}.bound")
        gap = case.plan.get(f"objective.{group}.gap")
        bench.checked("bound")
        if low is None and gap is None:
            continue
        message = "The bound {left} is above the value {right}."
        slack = RELATIVE * max(1.0, abs(value)) / max(1.0, abs(value) / 100)
        bench.at_most("bound", stated(low), value, (), message, unit, slack)
        due = max(0.0, value - stated(low)) / max(1.0, abs(stated(low)))
        message = "The plan reports the gap {left}; recomputed it is {right}."
        bench.equal("bound", stated(gap), due, (), message, "share", 2 * RELATIVE)
    _ways(case, bench)


def _ways(case: Case, bench: Bench) -> None:
    """Prove the bound over the ways offered, and hold the plan and its counts to these."""
    permitted = int(case.arcs.admission.sum() + case.arcs.transfer.sum())
    message = "The plan reports {left} ways; {right} follow."
    told = stated(case.plan.get("ways.permitted"))
    bench.equal("bound", told, permitted, (), message, "ways", 0.0)
    low = case.plan.get("objective.harm.bound")
    proof = Proof(case.folder / PROOF, bench)
    side = proof.side(PLAN, case.proof_axes) if PLAN in proof.sides() else None
    if side is None:
        if low is not None:
            message = "The bound {left} has no proof: prices of rows are not in proof.npz."
            bench.add("bound", "bound", message, left=stated(low))
        return
    offered = len(side.admissions) + len(side.transfers)
    told = stated(case.plan.get("ways.offered"))
    bench.equal("bound", told, offered, (), message, "ways", 0.0)
    for rows, ways, axes in (
        (case.flows.admissions, side.admissions, ("o", "g", "s", "kind")),
        (case.flows.transfers, side.transfers, ("f", "g", "s", "way")),
    ):
        message = "{left} go a way of which the bound knows nothing."
        beside = np.where(_among(rows, ways, axes), 0.0, rows.x)
        bench.at_most("bound", beside, 0.0, (rows.labels,), message, tolerance=0.0)
    if low is not None:
        prove(case, side, stated(low), "bound", bench)


def prove(
    case: Case, side: Side, low: float, rule: str, bench: Bench, within: float = RELATIVE
) -> None:
    """Check that the prices of `side` prove a bound of `low`, to a share `within` of it."""
    proved = harm_bound(case, side)
    message = "The bound {left} is not proved: the prices in proof.npz prove {right}."
    slack = within * max(1.0, abs(low)) / max(1.0, abs(proved) / 100)
    bench.at_most(rule, low, proved, (), message, "harm points", slack)


def _among(rows: Rows, ways: IntArray, axes: tuple[str, ...]) -> BoolArray:
    """Return which rows go a way that is offered."""
    shape = tuple(max(1, len(rows.axes[a])) for a in axes)
    if not len(rows):
        return np.zeros(0, dtype=bool)
    good = (ways < np.array(shape)).all(axis=1)
    offered = np.ravel_multi_index(tuple(ways[good].T), shape)
    return np.isin(np.ravel_multi_index(tuple(rows[a] for a in axes), shape), offered)


def status(case: Case, bench: Bench) -> None:
    """Check that the plan is called what its bound bears out: optimal, feasible, or by rule."""
    told, solver = case.plan.get("status"), case.plan.get("solver")
    low, value = case.plan.get("objective.harm.bound"), case.plan.get("objective.harm.value")
    bench.checked("status")
    if solver == BY_RULE and low is None:
        due = "rule"
    elif low is not None and within(case, stated(value), stated(low)):
        due = "optimal"
    else:
        due = "feasible"
    if told != due:
        message = "The plan is called {left}; its solver, value and bound make it {right}."
        bench.add("status", "plan.json status", message, left=str(told), right=due)


def within(case: Case, value: float, low: float) -> bool:
    """Return whether harm is at its bound, but for what the scenario lets fairness cost."""
    spent = stated(case.plan.get("fairness_cost.harm"))
    most = case.scenario.fairness_epsilon * max(0.0, low) * (1 + RELATIVE)
    spent = min(spent, most) if spent > 0 else 0.0
    return value - low - spent <= RELATIVE * max(1.0, abs(low))
