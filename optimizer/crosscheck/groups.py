"""The groups of docs/model.md section 5, one after another: each keeps what those before reached.

This hand holds a group by a row, with a tolerance that can only make the next group smaller; what
the row's dual says of the tolerance is given back. Where two ways are equal but for the ninth digit
that is not enough: then the group is also solved with everything fixed that all best points have in
common (columns by reduced cost, rows by dual), and the truth lies between the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.crosscheck.cbc import Found, solve
from optimizer.crosscheck.model import Model, Terms, add
from optimizer.crosscheck.rows import harm

HOLD = {False: 1e-12, True: 1e-6}
"""Tolerance of the row that holds a group, relative, without and with whole numbers."""


def burden(m: Model) -> Terms:
    """Return the burden of docs/model.md section 5: minutes and moves, surge-bed days."""
    prices, terms = m.inst.burden, Terms()
    add(terms, {var: float(prices.admission[i]) for (i, _), var in m.arrive()})
    add(terms, {var: float(prices.transfer[j]) for (j, _), var in m.moved.items()})
    add(terms, dict.fromkeys(m.surge_beds.values(), float(prices.surge_bed_day)))
    return terms


GROUPS: Mapping[str, Callable[[Model], Terms]] = {"harm": harm, "burden": burden}
"""Every group, in the order in which they are made small."""


PRICED = 1e-8
"""Reduced costs and duals above this share of the largest price are told from zero."""
SAME = 1e-7


@dataclass(slots=True)
class Solved:
    """Least value of each group, those before it held."""

    status: str = "optimal"
    values: dict[str, float] = field(default_factory=dict)
    """With those before it held by a row: never above the truth."""
    highest: dict[str, float] = field(default_factory=dict)
    """With what all best points have in common fixed, where a plan had another value."""
    exchange: dict[str, float] = field(default_factory=dict)
    """By group: how much of it one unit of the groups before it would buy."""


def solve_groups(pulp: Any, model: Model, upto: str, known: Mapping[str, float]) -> Solved:
    """Solve group after group up to `upto`; the last solution stands in the variables.

    `known`: values of a plan; where a group's least differs, it is solved in the second way, too.
    """
    solved, held = Solved(), list[tuple[str, float]]()
    whole = any(var.cat == pulp.LpInteger for var in model.problem.variables())
    faces: list[tuple[Found, float]] = []
    for name, make in GROUPS.items():
        terms = {var: share for var, share in make(model).items() if share != 0.0}
        model.problem.setObjective(pulp.LpAffineExpression(terms))
        found = solve(pulp, model.problem)
        if found.status != "optimal":
            solved.status = found.status
            return solved
        prices = [(-found.duals[row] / scale, HOLD[whole] * scale) for row, scale in held]
        gained = 0.0 if whole else math.fsum(price * room for price, room in prices)
        value = solved.values[name] = found.value + gained
        solved.exchange[name] = sum(max(0.0, price) for price, _ in prices)
        scale = max(1.0, abs(value))
        if faces and not whole and abs(known.get(name, value) - value) > SAME * scale:
            for face, price in faces:
                _fix(pulp, model, face, price)
            again = solve(pulp, model.problem)
            if again.status == "optimal":
                solved.highest[name] = again.value
        if name == upto:
            break
        row = f"hold_{name}"
        shares = {var: share / scale for var, share in terms.items()}
        model.at_most(row, (), shares, found.value / scale + HOLD[whole])
        if shares:
            held.append((row, scale))
        faces.append((found, PRICED * max(map(abs, terms.values()), default=1.0)))
    return solved


def _fix(pulp: Any, model: Model, found: Found, price: float) -> None:
    """Fix every column and row that has a price at a best point: all best points share it."""
    for var in model.problem.variables():
        if found.reduced.get(var.name, 0.0) > price:
            var.upBound = 0.0
    for row in model.problem.constraints():
        if abs(found.duals.get(row.name, 0.0)) > price:
            row.sense = pulp.LpConstraintEQ
