"""The groups of docs/model.md section 5, one after another: each keeps what those before reached.

The planner fixes the optimal face; this hand holds a group by a row instead, with a tolerance. It
is the judge: what a group could gain by the tolerance is told by the row's dual and given back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.crosscheck.cbc import solve
from optimizer.crosscheck.model import Model, Terms, add
from optimizer.crosscheck.rows import harm

HOLD = {False: 1e-9, True: 1e-6}
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


@dataclass(slots=True)
class Solved:
    """Least value of each group, those before it held."""

    status: str = "optimal"
    values: dict[str, float] = field(default_factory=dict)
    exchange: dict[str, float] = field(default_factory=dict)
    """By group: how much of it one unit of the groups before it would buy."""


def solve_groups(pulp: Any, model: Model, upto: str) -> Solved:
    """Solve group after group up to `upto`; the last solution stands in the variables."""
    solved, held = Solved(), list[tuple[str, float]]()
    whole = any(var.cat == pulp.LpInteger for var in model.problem.variables())
    for name, make in GROUPS.items():
        terms = {var: share for var, share in make(model).items() if share != 0.0}
        model.problem.setObjective(pulp.LpAffineExpression(terms))
        found = solve(pulp, model.problem)
        if found.status != "optimal":
            solved.status = found.status
            return solved
        prices = [(-found.duals[row] / scale, HOLD[whole] * scale) for row, scale in held]
        gained = 0.0 if whole else math.fsum(price * room for price, room in prices)
        solved.values[name] = found.value + gained
        solved.exchange[name] = sum(max(0.0, price) for price, _ in prices)
        if name == upto:
            break
        scale = max(1.0, abs(found.value))
        row = f"hold_{name}"
        shares = {var: share / scale for var, share in terms.items()}
        model.at_most(row, (), shares, found.value / scale + HOLD[whole])
        if shares:
            held.append((row, scale))
    return solved
