"""The groups of docs/model.md section 5, one after another: each keeps what those before reached.

This hand holds harm by a row, with a tolerance that can only make the next group smaller; what the
row's dual says of the tolerance is given back. Where two ways are equal but for the ninth digit
that is not enough: then the later groups are also solved with everything fixed that all plans of
least harm have in common (columns by reduced cost, rows by dual), and the truth lies between both.
Fairness is held as the page says: burden may take back a millionth of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.crosscheck.cbc import Found, solve
from optimizer.crosscheck.levers import lever_burden
from optimizer.crosscheck.model import Model, Terms, add
from optimizer.crosscheck.promise_rows import churn_of_flows
from optimizer.crosscheck.rows import harm

HOLD = {False: 1e-12, True: 1e-6}
"""Tolerance of the row that holds harm, relative, without and with whole numbers."""
WIDER = (1e-10, 1e-9, 1e-8)
"""Wider ones, where harm came out so far below the truth that CBC sees no plan of it."""
LOOSE = 1e-7
"""Likewise once harm's face is fixed."""
GIVEN = 1e-6
"""Share of the worst area's wait, and days a patient, that burden may take back."""


def fairness(m: Model) -> Terms:
    """Return the fairness of docs/model.md section 5: the wait of the worst-off area."""
    return {m.worst_area: 1.0}


def burden(m: Model) -> Terms:
    """Return the burden of docs/model.md section 5: minutes and moves, surge-bed days, levers."""
    prices, terms = m.inst.burden, Terms()
    add(terms, {var: float(prices.admission[i]) for (i, _), var in m.arrive()})
    add(terms, {var: float(prices.transfer[j]) for (j, _), var in m.moved.items()})
    add(terms, dict.fromkeys(m.surge_beds.values(), float(prices.surge_bed_day)))
    add(terms, churn_of_flows(m))
    return add(terms, lever_burden(m))


GROUPS: Mapping[str, Callable[[Model], Terms]] = {
    "harm": harm,
    "fairness": fairness,
    "burden": burden,
}
"""Every group, in the order in which they are made small."""


PRICED = 1e-8
"""Reduced costs and duals above this share of the largest price are told from zero."""
SAME = 1e-7
TOO_STEEP = 1e-3
"""Share of a group that the tolerance of harm's row may buy: above it the row decides nothing."""


@dataclass(slots=True)
class Solved:
    """Least value of each group, those before it held."""

    status: str = "optimal"
    values: dict[str, float] = field(default_factory=dict)
    """With harm held by a row: never above the truth."""
    highest: dict[str, float] = field(default_factory=dict)
    """With what all best points have in common fixed, where a plan had another value."""
    exchange: dict[str, float] = field(default_factory=dict)
    """``harm>burden``: how much of the later group one unit of the earlier would buy."""


def solve_groups(pulp: Any, model: Model, upto: str, known: Mapping[str, float]) -> Solved:
    """Solve group after group up to `upto`; the last solution stands in the variables.

    `known`: values of a plan; where a group's least differs, it is solved in the second way, too.
    """
    solved, held, steep = Solved(), dict[str, tuple[str, float]](), set[str]()
    whole = any(var.cat == pulp.LpInteger for var in model.problem.variables())
    face: tuple[Found, float] | None = None
    on_face, hold = False, HOLD[whole]
    for name, make in GROUPS.items():
        terms = _aim(pulp, model, make)
        found = solve(pulp, model.problem)
        for wider in WIDER:
            if found.status != "infeasible" or "harm" not in held or whole:
                break
            _widen(model, held["harm"][0], wider - hold)
            hold = wider
            found = solve(pulp, model.problem)
        if found.status in ("infeasible", "wrong") and face is not None and not whole:
            _fix(pulp, model, *face)  # the row is narrower than CBC can see
            on_face = True
            found = solve(pulp, model.problem)
        if found.status != "optimal":
            solved.status = found.status
            return solved
        value = found.value
        for before, (row, size) in held.items():
            price = 0.0 if on_face and before == "harm" else -found.duals[row] / size
            solved.exchange[f"{before}>{name}"] = max(0.0, price)
            if before == "harm" and not whole:
                gained = price * hold * size
                value += gained
                if abs(gained) > TOO_STEEP * max(1.0, abs(found.value)):
                    steep.add(name)
        solved.values[name] = value
        if face is None:
            face = found, PRICED * max(map(abs, terms.values()), default=1.0)
        if name == upto:
            break
        size = max(1.0, abs(value))
        shares = {var: share / size for var, share in terms.items()}
        room = _given(value) if name == "fairness" else HOLD[whole] * size
        model.at_most(f"hold_{name}", (), shares, (found.value + room) / size)
        if shares:
            held[name] = f"hold_{name}", size
    if face is not None and not whole and not on_face and (steep or _differ(solved.values, known)):
        _fix(pulp, model, *face)
        _again(pulp, model, solved, held, steep)
    return solved


def _aim(pulp: Any, model: Model, make: Callable[[Model], Terms]) -> Terms:
    """Set a group as the objective; return its terms."""
    terms = {var: share for var, share in make(model).items() if share != 0.0}
    model.problem.setObjective(pulp.LpAffineExpression(terms))
    return terms


def _given(value: float) -> float:
    """Return what burden may take back of the fairness reached."""
    return GIVEN * (1.0 + abs(value))


def _differ(values: Mapping[str, float], known: Mapping[str, float]) -> bool:
    """Return whether a plan has another value of a group after harm than the one found."""
    for name, value in values.items():
        room = SAME * max(1.0, abs(value)) + (_given(value) if name == "fairness" else 0.0)
        if name != "harm" and abs(known.get(name, value) - value) > room:
            return True
    return False


def _widen(model: Model, name: str, more: float) -> None:
    """Let a row that holds a group hold it less narrowly, by a share of the group's size."""
    for row in model.problem.constraints():
        if row.name == name:
            row.constant -= more


def _again(
    pulp: Any,
    model: Model,
    solved: Solved,
    held: Mapping[str, tuple[str, float]],
    steep: set[str],
) -> None:
    """Solve the groups after harm once more, on the face that is now fixed.

    `steep`: groups of which only this answer counts.
    """
    for name in list(solved.values)[1:]:
        _aim(pulp, model, GROUPS[name])
        found = solve(pulp, model.problem)
        if found.status != "optimal":
            return
        if name in steep:
            solved.values[name] = found.value
            solved.exchange[f"harm>{name}"] = 0.0
        solved.highest[name] = max(found.value, solved.values[name])
        for row in model.problem.constraints():
            if name in held and row.name == held[name][0]:
                row.constant = -(found.value + _given(found.value)) / held[name][1]


def _fix(pulp: Any, model: Model, found: Found, price: float) -> None:
    """Fix every column and row that has a price at a best point: all best points share it.

    The row that holds harm has nothing more to hold then.
    """
    for var in model.problem.variables():
        if found.reduced.get(var.name, 0.0) > price:
            var.upBound = 0.0
    for row in model.problem.constraints():
        if abs(found.duals.get(row.name, 0.0)) > price:
            row.sense = pulp.LpConstraintEQ
        if row.name == "hold_harm":
            row.constant -= LOOSE * max(1.0, abs(row.constant))
