"""Why no roster can keep every hard rule, and the smallest set of rules to relax.

First what counting alone shows; then a model in which every group of rows (one rule of one
person, one promise, one post) may be switched off, with as few switches as possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.roster import ANY, Level, RosterProblem, RosterStatus
from optimizer.staffing.roster.engine import Search, cp_sat
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.rows import Compiled, IntArray, Place
from optimizer.staffing.roster.variables import RosterColumns, may_fill

FIXED = frozenset({"one_shift_a_day", "weekend_is_worked", "posts", "cover"})
"""Definitions: they are never relaxed."""
DATED = frozenset({"leave", "stays", "pins"})
"""Rules whose every day is a group of its own."""
READY = {"pins": 0, "cover_minimum": 2, "skill_mix": 2, "supervision": 2, "max_shifts": 3}
"""Ties: what is given up first; everything else 5."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One rule to give up at one place, and by how much.

    Parameters
    ----------
    rule
        Name of the rule; `person`, `day`, `shift`, `unit` say where, as far as they apply.
    amount
        In the rule's own unit (minutes, days, people).
    """

    rule: str
    person: str
    day: int | None
    shift: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """What counting shows: `needed` people of a post, `available` at most."""

    kind: str
    unit: str
    day: int
    shift: str
    role: str
    needed: int
    available: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a problem has no roster.

    `proved`: no smaller set of relaxations is enough. `feasible`: nothing has to be relaxed.
    """

    status: RosterStatus
    relaxations: tuple[Relaxation, ...]
    shortages: tuple[Shortage, ...]
    proved: bool

    @property
    def feasible(self) -> bool:
        """True if every hard rule can be kept."""
        return self.proved and not self.relaxations


def everything_hard(problem: RosterProblem) -> RosterProblem:
    """Return the problem with cover, skill mix and supervision as walls: what full cover takes."""
    return replace(
        problem,
        rules=replace(problem.rules, cover_level=Level.hard),
        skill_mix=tuple(replace(rule, level=Level.hard) for rule in problem.skill_mix),
        supervision=tuple(replace(rule, level=Level.hard) for rule in problem.supervision),
    )


def diagnose(
    problem: RosterProblem, seconds: float = 30.0, *, full: bool = False, workers: int = 2
) -> Diagnosis:
    """Return the smallest relaxation that makes a problem solvable.

    Parameters
    ----------
    full
        Ask what it takes to fill every minimum, skill and supervision, whatever their level.
    """
    if full:
        problem = everything_hard(problem)
    shortages = tuple(counted(problem))
    v = roster_model(problem)
    model = v.rows.compiled()
    groups = _groups(v, model)
    elastic = _elastic(model, groups)
    found = cp_sat(elastic, Search(seconds, workers, ("max_lp", "quick_restart")))
    if found.values is None:
        return Diagnosis(found.status, (), shortages, proved=False)
    proved = found.status is RosterStatus.optimal
    left = model.activity(found.values[: model.columns])
    given_up = []
    for k, rows in enumerate(groups.values()):
        if found.values[model.columns + k]:
            over = np.maximum(left[rows] - model.row_high[rows], model.row_low[rows] - left[rows])
            worst = int(over.argmax())
            if over[worst] > 0:
                given_up.append(_told(v, model, int(rows[worst]), int(over[worst])))
    return Diagnosis(found.status, tuple(given_up), shortages, proved)


def _groups(v: RosterColumns, model: Compiled) -> dict[tuple[str, Place], IntArray]:
    """Return rows by what they stand for: one rule at one person, promise or post."""
    found: dict[tuple[str, Place], list[int]] = defaultdict(list)
    for r, (index, place) in enumerate(zip(model.rule.tolist(), model.places, strict=True)):
        rule = model.rules[index]
        if rule in FIXED or rule.endswith("_fairness"):
            continue
        alone = rule in DATED or place[0] not in v.person
        found[rule, place if alone else place[:1]].append(r)
    return {key: np.array(rows) for key, rows in found.items()}


def _elastic(model: Compiled, groups: dict[tuple[str, Place], IntArray]) -> Compiled:
    """Return the model with a switch for each group, and nothing to pay but switches."""
    positive = model.coefficient > 0
    rows, count = model.row_of, len(model.row_low)
    low, high = model.low[model.column], model.high[model.column]
    least_of = np.where(positive, model.coefficient * low, model.coefficient * high)
    most_of = np.where(positive, model.coefficient * high, model.coefficient * low)
    least = np.bincount(rows, weights=least_of, minlength=count).astype(np.int64)
    most = np.bincount(rows, weights=most_of, minlength=count).astype(np.int64)
    row, column, value = [rows], [model.column], [model.coefficient]
    cost = np.zeros(model.columns + len(groups), dtype=np.int64)
    for k, ((rule, _), members) in enumerate(groups.items()):
        switch = model.columns + k
        cost[switch] = 1000 + READY.get(rule, 5)
        above, below = (
            most[members] - model.row_high[members],
            model.row_low[members] - least[members],
        )
        for amounts, sign in ((above, -1), (below, +1)):
            needed = amounts > 0
            row.append(members[needed])
            column.append(np.full(int(needed.sum()), switch))
            value.append(sign * amounts[needed])
    r, c, x = np.concatenate(row), np.concatenate(column), np.concatenate(value)
    order = np.lexsort((c, r))
    r, c, x = r[order], c[order], x[order]
    key, where = np.unique(r * len(cost) + c, return_inverse=True)
    summed = np.bincount(where, weights=x, minlength=len(key)).astype(np.int64)
    switches = np.zeros(len(groups), dtype=np.int64)
    return replace(
        model,
        low=np.concatenate([model.low, switches]),
        high=np.concatenate([model.high, switches + 1]),
        cost=cost,
        owner=np.concatenate([model.owner, switches - 1]),
        start=np.searchsorted(key, np.arange(count + 1) * len(cost)).astype(np.int64),
        column=key % len(cost),
        coefficient=summed,
        constant=0,
    )


def _told(v: RosterColumns, model: Compiled, row: int, amount: int) -> Relaxation:
    """Return what a broken row stands for."""
    rule, place = model.rules[model.rule[row]], model.places[row]
    shifts = v.problem.shifts
    if rule == "cover_minimum":
        unit, _, day, s = place
        return Relaxation(rule, "", int(day), shifts[int(s)].code, str(unit), amount)
    if rule in ("skill_mix", "supervision"):
        name, day, s = place
        return Relaxation(f"{rule}:{name}", "", int(day), shifts[int(s)].code, "", amount)
    if place[0] not in v.person:
        unit, day, s = place
        return Relaxation(rule, "", int(day), shifts[int(s)].code, str(unit), amount)
    rest = place[1:]
    day_of = next((int(part) for part in rest if isinstance(part, int)), None)
    shift = next((part for part in rest if isinstance(part, str)), ANY)
    return Relaxation(rule, str(place[0]), day_of, shift, "", amount)


def counted(problem: RosterProblem) -> Iterator[Shortage]:
    """Yield posts, skills and supervisors that counting alone shows cannot be there."""
    off = {(x.person, x.day) for x in problem.leave}
    off |= {(p.person, p.day) for p in problem.pins if p.shift == ANY}
    pinned = {(p.person, p.day): p.shift for p in problem.pins if p.shift != ANY}
    barred = {c.id: {s for s, most in c.max_shifts.items() if most == 0} for c in problem.contracts}
    stays = defaultdict(list)
    for stay in problem.stays:
        stays[stay.person].append(stay)

    def free(day: int, shift: str) -> list[int]:
        return [
            i
            for i, member in enumerate(problem.people)
            if (member.id, day) not in off
            and pinned.get((member.id, day), shift) == shift
            and shift not in barred[member.contract]
            and not any(stay.bars(day) for stay in stays[member.id])
        ]

    if problem.rules.cover_level is Level.hard:
        for c in problem.cover:
            able = [
                i for i in free(c.day, c.shift) if may_fill(problem.people[i], (c.unit, c.role))
            ]
            if len(able) < c.minimum:
                yield Shortage("cover", c.unit, c.day, c.shift, c.role, c.minimum, len(able))
    for rule in problem.skill_mix:
        if rule.level is not Level.hard:
            continue
        places = {
            (c.day, c.shift)
            for c in problem.cover
            if c.unit == rule.unit and c.preferred > 0 and rule.shift in (ANY, c.shift)
        }
        for day, shift in sorted(places):
            able = [
                i
                for i in free(day, shift)
                if rule.skill in problem.people[i].skills
                and (not problem.people[i].units or rule.unit in problem.people[i].units)
            ]
            if len(able) < rule.minimum:
                yield Shortage(
                    f"skill_mix:{rule.name}",
                    rule.unit,
                    day,
                    shift,
                    rule.skill,
                    rule.minimum,
                    len(able),
                )
