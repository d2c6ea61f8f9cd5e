"""Both hands on one instance, and a verdict that names what is wrong."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from optimizer.crosscheck import CrossResult, crosscheck_many
from optimizer.crosscheck.groups import GIVEN
from optimizer.domain.instance import Instance
from optimizer.domain.plan import GroupResult, Plan
from optimizer.errors import Problem, SolverError
from optimizer.planning.model import build_model
from optimizer.planning.solve import SolveOptions, solve_plan

SAME = 1e-6
"""Largest difference of two objectives that are called equal, relative, at least to 1."""
DIGITS = 1e-12
"""Share of an objective that is noise of the arithmetic, whatever it buys of the next group."""
GROUPS = ("harm", "fairness", "burden")
BOUND_ABOVE = (
    "The stated bound {bound} is above {second}, which can be reached: it promises too much."
)
BOUND_BELOW = "The stated bound {bound} is below {second}, the least that can be reached."
NOT_BEST = "The planner's {group} is {planner}; {second} can be reached: not the best plan."
BELOW = (
    "The planner's {group} is {planner}, below {second}, the least by the second formulation: "
    "one of the two is wrong."
)
MEANS = SolveOptions(whole=False)
Solve = Callable[[Instance], Plan]


def least_plan(inst: Instance) -> Plan:
    """Return the planner's plan in means, every group: what its bound rests on."""
    return solve_plan(inst, MEANS)


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the objective as both hands find it."""

    name: str
    planner: float
    second: float
    difference: float
    """(planner - second) / max(1, |second|)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What two hands found on one instance."""

    name: str
    status: str
    """``agree``, ``disagree`` or ``not compared`` (the second formulation found no end)."""
    groups: tuple[Group, ...] = ()
    faults: tuple[Problem, ...] = ()
    """What is wrong, each with its place; a row is named as in docs/model.md."""
    sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Columns, rows, nonzeros by hand."""
    seconds: dict[str, float] = field(default_factory=dict)
    plan: Plan | None = None
    second: CrossResult | None = None


def compare(
    instances: Sequence[tuple[str, Instance]],
    *,
    solve: Solve = least_plan,
    seconds: float = 600.0,
    batch: int = 25,
) -> list[Verdict]:
    """Solve each instance by both hands; `seconds` for each batch of the second formulation."""
    verdicts: list[Verdict] = []
    for first in range(0, len(instances), batch):
        part = instances[first : first + batch]
        plans, silent, spent = list[Plan | None](), list[tuple[Problem, ...]](), list[float]()
        for _, inst in part:
            started = time.perf_counter()
            try:
                plans.append(solve(inst))
                silent.append(())
            except SolverError as error:
                plans.append(None)
                silent.append(error.problems)
            spent.append(time.perf_counter() - started)
        answers = crosscheck_many(
            [inst for _, inst in part], upto="burden", plans=plans, solution=True, seconds=seconds
        )
        for (name, inst), plan, said, took, answer in zip(
            part, plans, silent, spent, answers, strict=True
        ):
            verdicts.append(_verdict(name, inst, plan, said, took, answer))
    return verdicts


def _verdict(
    name: str,
    inst: Instance,
    plan: Plan | None,
    silent: tuple[Problem, ...],
    took: float,
    answer: CrossResult,
) -> Verdict:
    sizes = {
        "planner": build_model(inst).compiled.size,
        "second": (answer.columns, answer.rows, answer.nonzeros),
    }
    seconds = {"planner": took, "second": answer.seconds}
    groups: tuple[Group, ...] = ()
    faults = list(silent)
    if plan is not None:
        faults += _broken(answer) + _stated(plan, answer)
    if answer.status == "optimal" and plan is not None:
        groups = tuple(_groups(plan, answer))
        faults += _compared(plan, answer)
    elif answer.status in ("infeasible", "unbounded", "wrong", "failed"):
        faults.append(
            Problem(
                "The second formulation ends without an optimum ({status}), where a plan always "
                "exists.",
                values={"status": answer.status},
            )
        )
    status = "disagree" if faults else "agree" if groups else "not compared"
    return Verdict(name, status, groups, tuple(faults), sizes, seconds, plan, answer)


def _groups(plan: Plan, answer: CrossResult) -> list[Group]:
    out = []
    for name in GROUPS:
        mine, second = _least(plan, name), answer.groups[name]
        if abs(mine - answer.highest[name]) < abs(mine - second):
            second = answer.highest[name]
        out.append(Group(name, mine, second, (mine - second) / max(1.0, abs(second))))
    return out


def _least(plan: Plan, name: str) -> float:
    """Return the value to compare: of fairness what was reached, before burden took its part."""
    group: GroupResult = getattr(plan, name)
    return group.bound if name == "fairness" and group.bound is not None else group.value


def _broken(answer: CrossResult) -> list[Problem]:
    """Rows of the second formulation that the planner's plan breaks."""
    return [
        Problem(
            "The planner's plan breaks {row} by {amount} of its size.",
            values={"row": row, "amount": f"{amount:.3g}"},
        )
        for row, amount in answer.broken[:5]
    ]


def _stated(plan: Plan, answer: CrossResult) -> list[Problem]:
    """Values that the planner's own decisions do not add up to."""
    out = []
    for name, found in answer.totals.items():
        stated = getattr(plan, name).value
        if not abs(stated - found) <= SAME * max(1.0, abs(found)):
            out.append(
                Problem(
                    "The planner states {group} {stated}; its own decisions add up to {found}.",
                    values={"group": name, "stated": shown(stated), "found": shown(found)},
                )
            )
    return out


def _compared(plan: Plan, answer: CrossResult) -> list[Problem]:
    """Objectives that are not equal, group by group; the bound."""
    out = []
    harm = answer.groups["harm"]
    bound = plan.harm.bound
    if bound is not None and abs(bound - harm) > SAME * max(1.0, abs(harm)):
        text = BOUND_ABOVE if bound > harm else BOUND_BELOW
        out.append(Problem(text, values={"bound": shown(bound), "second": shown(harm)}))
    off = dict[str, float]()
    for name in GROUPS:
        mine = _least(plan, name)
        low, high = answer.groups[name], answer.highest[name]
        slack = SAME * max(1.0, abs(high))
        if name == "fairness":  # made small on a thin face: as burden may take it back
            slack += GIVEN * (1.0 + abs(high))
        if name == "harm":  # fairness may cost some: what it took is no fault
            low = high
        slack += sum(
            apart * max(1.0, answer.exchange.get(f"{before}>{name}", 0.0))
            for before, apart in off.items()
        )
        off[name] = max(DIGITS * max(1.0, abs(high)), min(abs(mine - low), abs(mine - high)))
        values = {"group": name, "planner": shown(mine)}
        if mine > high + slack:
            out.append(Problem(NOT_BEST, values=values | {"second": shown(high)}))
        elif mine < low - slack:
            out.append(Problem(BELOW, values=values | {"second": shown(low)}))
        if off[name] > slack:  # another face: the later groups answer another question
            break
    return out


def shown(value: float) -> str:
    """Return a number with the nine digits that tell two objectives apart."""
    return f"{value:.9g}" if math.isfinite(value) else str(value)
