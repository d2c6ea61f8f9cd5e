"""`plan_secondments`: four goals one after the other, in whole people; it always answers.

Shortage first, then what should stay at home, then the days away of the site that lends most, then
money, moves and changes together at their exact prices. Each goal is an LP whose optimal face is
fixed for the next; the last is solved in whole numbers on all faces. Blocks are runs of days, so
there nearly always are whole people on the faces; else shortage and floors are solved in whole
numbers first and held by a row.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.domain.plan import GroupResult
from optimizer.domain.secondment import (
    GROUPS,
    Secondment,
    SecondmentPlan,
    SecondmentProblem,
    Training,
    present,
)
from optimizer.errors import SolverError
from optimizer.solving.engine import Answer, Basis, has_no_point, solve_arrays
from optimizer.solving.face import optimal_face
from optimizer.solving.matrix import INFINITY, Compiled, Matrix
from optimizer.staffing.secondment.columns import Columns, make_columns, published_heads, values
from optimizer.staffing.secondment.fairness import FIRST_STEP, NEXT_STEPS, fairest, least, sharpened
from optimizer.staffing.secondment.rows import CONSTRAINTS, Model, pinned_days

MILLION = 1e6
"""Money in the model is in million VND."""
WHOLE = 1e-6
PROVED = 1e-4
"""Gap of a goal that counts as optimal."""
HELD = 1e-7
"""Relative room of a row that holds a goal."""
GAP = 1e-3
"""Gap of the last goal, the burden, at which the search ends."""
LEAST_SECONDS = 1.0
STANDS_SECONDS = 20.0
"""However short the time asked for: whether published blocks can stand is settled in so many."""


@dataclass(frozen=True, slots=True)
class Built:
    """A compiled model with the cost vector of each goal."""

    compiled: Compiled
    columns: Columns
    costs: dict[str, FloatArray]
    fair_rows: IntArray
    """(H,) row numbers of ``most_days``."""


def build(problem: SecondmentProblem) -> Built:
    """Compile the model of a problem."""
    m = Matrix()
    c, published = make_columns(m, problem)
    model = Model(m, problem, c, published)
    for constraint in CONSTRAINTS:
        constraint(model)
    compiled = m.compiled()
    return Built(compiled, c, goals(problem, c, m.columns_made), m.row_blocks["most_days"])


def goals(problem: SecondmentProblem, c: Columns, columns: int) -> dict[str, FloatArray]:
    """Return the cost vector of each goal: harm-days, head-days, days a head, million VND."""
    rules = problem.rules
    out = {name: np.zeros(columns) for name in GROUPS}

    def price(name: str, index: IntArray, amount: FloatArray | float) -> None:
        here = index >= 0
        out[name][index[here]] += np.broadcast_to(amount, index.shape)[here]

    price("shortage", c.short, problem.weight)
    price("shortage", c.lead_short, rules.lead_weight * problem.weight)
    price("floors", c.below, 1.0)
    out["fairness"][c.most_days] = 1.0
    travel = problem.travel_vnd[c.pairs.home, c.pairs.host]
    allowance = problem.allowance_vnd[c.pairs.host]
    money = travel[:, None] + allowance[:, None] * c.lengths[None, :] + rules.move_vnd
    price("burden", c.sent, money[:, None, :] / MILLION)
    price("burden", c.dropped, rules.churn_vnd / MILLION)
    price("burden", c.added, rules.churn_vnd / MILLION)
    return out


def with_ceiling(model: Compiled, cost: FloatArray, most: float) -> Compiled:
    """Return the model with a row more: cost x <= most."""
    priced = np.flatnonzero(cost)
    return replace(
        model,
        rows=np.concatenate([model.rows, np.full(len(priced), len(model.row_lower))]),
        columns=np.concatenate([model.columns, priced]),
        values=np.concatenate([model.values, cost[priced]]),
        row_lower=np.append(model.row_lower, -INFINITY),
        row_upper=np.append(model.row_upper, most),
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """One goal solved: the point, its bound, and the model the next goal starts from."""

    answer: Answer
    bound: float
    model: Compiled


def on_face(
    model: Compiled, cost: FloatArray, seconds: float, basis: Basis | None = None
) -> Reached:
    """Solve one goal as an LP, warm where it can be, and fix its optimal face.

    Raises
    ------
    SolverError
        If nothing came back, or no proof that it is the least.
    """
    answer = least(model, cost, seconds, basis)
    if not answer.optimal:
        raise SolverError("The solver stopped before the least was proved.")
    return Reached(answer, answer.objective, optimal_face(model, cost, answer))


def in_whole(model: Compiled, cost: FloatArray, seconds: float) -> Reached:
    """Solve one goal in whole people and hold its value by a row.

    Raises
    ------
    SolverError
        If nothing came back in time.
    """
    found = solve_arrays(
        model, cost, whole=True, engine="highs-mip-simplex", seconds=seconds, gap=GAP
    )
    room = HELD * max(1.0, abs(found.objective))
    return Reached(found, found.bound, with_ceiling(model, cost, found.objective + room))


class Clock:
    """What is left of the time allowed."""

    def __init__(self, seconds: float) -> None:
        self._end = time.perf_counter() + seconds
        self.spent: dict[str, float] = {}
        self._last = time.perf_counter()

    @property
    def left(self) -> float:
        """Return the seconds left, never less than a last try needs."""
        return max(LEAST_SECONDS, self._end - time.perf_counter())

    def lap(self, name: str) -> None:
        """Book the time since the last lap."""
        now = time.perf_counter()
        self.spent[name] = self.spent.get(name, 0.0) + now - self._last
        self._last = now


def plan_secondments(
    problem: SecondmentProblem, seconds: float = 60.0, *, as_published: bool = False
) -> SecondmentPlan:
    """Return who lends whom how many people when; nobody but the pinned if no solver answers.

    Parameters
    ----------
    as_published
        Nobody moves but by pinned and published blocks; of these as many as the rules let. Bounds
        are then of such plans only.
    """
    clock = Clock(seconds)
    built = build(problem)
    clock.lap("build")
    bounds: dict[str, float] = {}
    x: FloatArray | None = None
    if as_published and problem.published:
        try:
            built = _as_published(built, max(STANDS_SECONDS, clock.left))
        except SolverError:
            return made_plan(problem, built, None, bounds, clock.spent)
        clock.lap("as published")
    try:
        shortage = on_face(built.compiled, built.costs["shortage"], clock.left)
        bounds["shortage"] = shortage.bound
        clock.lap("shortage")
        x = rounded_down(built, shortage.answer.x, clock.left)
        clock.lap("rounded down")
        x = _by_faces(problem, built, shortage, clock, bounds)
    except SolverError:
        whole = _by_rows(built, clock, bounds)
        x = x if whole is None else whole
    return made_plan(problem, built, x, bounds, clock.spent)


def _as_published(built: Built, seconds: float) -> Built:
    """Return the model in which the published blocks stand, as many of their people as may leave.

    Raises
    ------
    SolverError
        If nothing came back.
    """
    model, c = built.compiled, built.columns
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    there, known = c.sent >= 0, c.dropped >= 0
    upper[c.sent[there & ~known]] = 0.0
    upper[c.added[known]] = 0.0
    cost = np.zeros(len(lower))
    cost[c.dropped[known]] = 1.0
    found = in_whole(replace(model, column_lower=lower, column_upper=upper), cost, seconds).answer
    sent = c.sent[there]
    lower[sent] = upper[sent] = np.round(found.x[sent])
    return replace(built, compiled=replace(model, column_lower=lower, column_upper=upper))


def rounded_down(built: Built, x: FloatArray, seconds: float) -> FloatArray:
    """Return a lawful point near an LP's: nobody goes who went in part, what follows is solved.

    Fewer who go keep every floor, share and frequency; who trains, helps and is short follows.

    Raises
    ------
    SolverError
        If nothing came back.
    """
    model, c = built.compiled, built.columns
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    sent, trained = c.sent[c.sent >= 0], c.trained[c.trained >= 0]
    lower[sent] = upper[sent] = np.floor(x[sent] + WHOLE)
    cost = built.costs["shortage"]
    partly = solve_arrays(model, cost, lower=lower, upper=upper, seconds=seconds).x
    if not len(trained):
        return partly
    lower[trained] = upper[trained] = np.floor(partly[trained] + WHOLE)
    return solve_arrays(model, cost, lower=lower, upper=upper, seconds=seconds).x


def _by_faces(
    problem: SecondmentProblem,
    built: Built,
    shortage: Reached,
    clock: Clock,
    bounds: dict[str, float],
) -> FloatArray:
    """LPs for the goals, faces between them, whole numbers at the end; fairer while time is left.

    Raises
    ------
    SolverError
        If no whole people were found on the faces.
    """
    floors = on_face(shortage.model, built.costs["floors"], clock.left, shortage.answer.basis)
    bounds["floors"] = floors.bound
    clock.lap("floors")
    fair = fairest(
        problem, built.columns, floors.model, built.fair_rows, floors.answer.basis, clock.left
    )
    bounds["fairness"] = fair.least
    clock.lap("fairness")
    began = time.perf_counter()
    last = in_whole(fair.at(FIRST_STEP), built.costs["burden"], clock.left)
    took = time.perf_counter() - began
    if clock.left > 3 * took and fair.least > WHOLE:
        fair = sharpened(fair, took)
        bounds["fairness"] = fair.least
    for step in NEXT_STEPS:
        if clock.left < 2 * took or fair.least <= WHOLE:
            break
        try:
            last = in_whole(fair.at(step), built.costs["burden"], 2 * took)
        except SolverError as error:
            if has_no_point(error):
                bounds["fairness"] = fair.least * step
            break
    clock.lap("burden")
    bounds["burden"] = last.bound
    return last.answer.x


def _by_rows(built: Built, clock: Clock, bounds: dict[str, float]) -> FloatArray | None:
    """Whole numbers for each goal, held by rows: the road where the faces hold no whole people."""
    model, x = built.compiled, None
    for name in ("shortage", "floors", "burden"):
        try:
            reached = in_whole(model, built.costs[name], clock.left)
        except SolverError:
            break
        finally:
            clock.lap(name)
        x, model = reached.answer.x, reached.model
        bounds[name] = max(reached.bound, bounds.get(name, -INFINITY))
    return x


def made_plan(
    problem: SecondmentProblem,
    built: Built,
    x: FloatArray | None,
    bounds: dict[str, float],
    seconds: dict[str, float],
) -> SecondmentPlan:
    """Return a point of the model as a plan; its shortage is counted from the people, not read."""
    c = built.columns
    nobody = x is None
    if x is None:
        x = np.zeros(len(built.compiled.column_lower))
        known = c.dropped >= 0
        x[c.dropped[known]] = published_heads(problem, c.pairs, c.starts, c.lengths)[known]
    blocks = tuple(sorted((*problem.pinned, *_blocks(problem, c, x))))
    used = values(x, c.used)
    training = _training(problem, c, x)
    short, lead_short = shortage(problem, blocks, training, used)
    stay = problem.heads[:, :, None] - problem.moved(blocks)[0]
    gives = np.zeros(stay.shape[:2], dtype=bool)
    for block in blocks:
        gives[problem.roles.index(block.role), problem.sites.index(block.home)] = True
    below = np.where(gives[:, :, None], np.maximum(0, problem.wanted - stay), 0).astype(float)
    days = pinned_days(problem).astype(float)
    for block in blocks:
        if not block.pinned:
            days[problem.sites.index(block.home)] += block.length * block.heads
    people = np.maximum(1, problem.heads.sum(axis=0))
    lends = days / people
    fresh = [block for block in blocks if not block.pinned]
    money = sum(problem.cost_vnd(b) + b.heads * problem.rules.move_vnd for b in fresh)
    money += problem.rules.churn_vnd * changes(problem, built, x)
    harm = problem.weight * (short + problem.rules.lead_weight * lead_short)
    reached = {
        "shortage": float(harm.sum()),
        "floors": float(below.sum()),
        "fairness": float(lends.max(initial=0.0)),
        "burden": money / MILLION,
    }
    groups = {
        name: GroupResult(value, min(value, bounds[name]) if name in bounds else None)
        for name, value in reached.items()
    }
    proved = all(g.gap is not None and g.gap <= PROVED for g in groups.values())
    status = "no_solution_in_time" if nobody else ("optimal" if proved else "feasible")
    return SecondmentPlan(
        blocks=blocks,
        training=training,
        substituted=used,
        short=short,
        lead_short=lead_short,
        below_wanted=below,
        days_per_head=lends,
        cost_vnd=sum(problem.cost_vnd(block) for block in blocks),
        status=status,
        groups=groups,
        seconds=seconds,
        size=built.compiled.size,
    )


def changes(problem: SecondmentProblem, built: Built, x: FloatArray) -> float:
    """Return how many people differ from the published blocks that could be kept."""
    c = built.columns
    return float(np.round(values(x, c.dropped)).sum() + np.round(values(x, c.added)).sum())


def _blocks(problem: SecondmentProblem, c: Columns, x: FloatArray) -> list[Secondment]:
    sent = np.round(values(x, c.sent)).astype(int)
    return [
        Secondment(
            role=problem.roles[c.pairs.role[p]],
            home=problem.sites[c.pairs.home[p]],
            host=problem.sites[c.pairs.host[p]],
            start=int(c.starts[n]) + 1,
            length=int(c.lengths[m]),
            heads=int(sent[p, n, m]),
        )
        for p, n, m in zip(*np.nonzero(sent), strict=True)
    ]


def _training(problem: SecondmentProblem, c: Columns, x: FloatArray) -> tuple[Training, ...]:
    trained = np.round(values(x, c.trained)).astype(int)
    return tuple(
        Training(
            site=problem.sites[h],
            role=problem.substitutes[u].role,
            post=problem.substitutes[u].post,
            start=int(c.starts[n]) + 1,
            heads=int(trained[u, h, n]),
        )
        for u, h, n in zip(*np.nonzero(trained), strict=True)
    )


def shortage(
    problem: SecondmentProblem,
    blocks: tuple[Secondment, ...],
    training: tuple[Training, ...],
    used: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the heads and the leads short, (G, H, T), counted from who is where."""
    own = present(problem, blocks).astype(float)
    posts = np.zeros_like(own)
    for u, one in enumerate(problem.substitutes):
        g, k = problem.roles.index(one.role), problem.roles.index(one.post)
        own[g] -= used[u]
        posts[k] += used[u]
        for course in training:
            if (course.role, course.post) == (one.role, one.post):
                first = course.start - 1
                h = problem.sites.index(course.site)
                own[g, h, first : first + one.training_days] -= course.heads
    short = np.maximum(0.0, problem.need - own - posts)
    lead_short = np.maximum(0.0, problem.leads - own)
    return np.where(short < WHOLE, 0.0, short), np.where(lead_short < WHOLE, 0.0, lead_short)
