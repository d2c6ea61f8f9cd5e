"""Why no roster can keep every hard rule, and the smallest set of rules to relax.

First what counting alone shows; then a model in which every group of rows (one rule of one
person, one promise, one post) may be switched off, with as few switches as possible; then, with
these alone off, as little beyond them as possible. Where counting shows too few people over the
horizon, posts and skills give way before any rule of a person: nobody can work for three.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from optimizer.domain.roster import ANY, DAY_MINUTES, Level, RosterProblem, RosterStatus
from optimizer.staffing.roster.counting import Shortage, counted
from optimizer.staffing.roster.engine import Search, cp_sat
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.rows import YES, Compiled, IntArray, Place
from optimizer.staffing.roster.variables import RosterColumns

FIXED = frozenset({"one_shift_a_day", "weekend_is_worked", "posts", "cover"})
"""Definitions: they are never relaxed."""
DATED = frozenset({"leave", "stays", "pins"})
"""Rules whose every day is a group of its own."""
READY = {"pins": 0, "cover_minimum": 2, "skill_mix": 2, "supervision": 2, "max_shifts": 3}
"""Ties: what is given up first; everything else 5."""
UNIT_MINUTES = 480
"""One day, night or person beyond a rule weighs as so many minutes of work beyond another."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One rule to give up at one place, and by how much.

    Parameters
    ----------
    rule
        Name of the rule; `person`, `day`, `shift`, `unit` say where, as far as they apply.
    amount
        What is needed beyond the rule, in its own unit: minutes of work or of rest missing; days of
        the longest run above the limit, or of the shortest below it; people; times.
    """

    rule: str
    person: str
    day: int | None
    shift: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a problem has no roster.

    `proved`: no smaller set of relaxations is enough; where people are `too_few`, none that keeps
    more rules of people. `feasible`: nothing has to be relaxed.
    """

    status: RosterStatus
    relaxations: tuple[Relaxation, ...]
    shortages: tuple[Shortage, ...]
    proved: bool

    @property
    def too_few(self) -> bool:
        """True if counting shows that the people cannot work the shifts of the horizon."""
        return any(one.day is None for one in self.shortages)

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
    shortages = counted(problem)
    ends = time.perf_counter() + seconds
    v = roster_model(problem)
    model = v.rows.compiled()
    groups = _groups(v, model)
    elastic = _elastic(v, model, groups, too_few=any(one.day is None for one in shortages))
    found = cp_sat(elastic, Search(seconds, workers, ("max_lp", "quick_restart")))
    if found.values is None:
        return Diagnosis(found.status, (), shortages, proved=False)
    proved = found.status is RosterStatus.optimal
    off = [rows for k, rows in enumerate(groups.values()) if found.values[model.columns + k]]
    values = found.values[: model.columns]
    if off:
        search = Search(max(1.0, ends - time.perf_counter()), workers, ("max_lp", "quick_restart"))
        least = cp_sat(_stretched(model, np.concatenate(off)), search)
        values = values if least.values is None else least.values[: model.columns]
    left = model.activity(values)
    given_up = []
    for rows in off:
        over = np.maximum(left[rows] - model.row_high[rows], model.row_low[rows] - left[rows])
        worst = int(over.argmax())
        if over[worst] > 0:
            told = _told(v, model, int(rows[worst]), int(over[worst]))
            given_up.append(in_own_unit(v, values, told))
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


def _reach(model: Compiled) -> tuple[IntArray, IntArray]:
    """Return the least and the most that each row's left-hand side can be."""
    positive = model.coefficient > 0
    count = len(model.row_low)
    low, high = model.low[model.column], model.high[model.column]
    least_of = np.where(positive, model.coefficient * low, model.coefficient * high)
    most_of = np.where(positive, model.coefficient * high, model.coefficient * low)
    rows = model.row_of
    least = np.bincount(rows, weights=least_of, minlength=count).astype(np.int64)
    most = np.bincount(rows, weights=most_of, minlength=count).astype(np.int64)
    return least, most


def _elastic(
    v: RosterColumns,
    model: Compiled,
    groups: dict[tuple[str, Place], IntArray],
    *,
    too_few: bool,
) -> Compiled:
    """Return the model with a switch for each group, and nothing to pay but switches.

    `too_few`: every other switch is cheaper than one rule of a person.
    """
    least, most = _reach(model)
    row, column, value = [], [], []
    cost = np.zeros(len(groups), dtype=np.int64)
    for k, ((rule, place), members) in enumerate(groups.items()):
        switch = model.columns + k
        cost[k] = 1000 + READY.get(rule, 5)
        if too_few and place[0] in v.person and rule != "pins":
            cost[k] *= 1 + len(groups)
        above, below = (
            most[members] - model.row_high[members],
            model.row_low[members] - least[members],
        )
        for amounts, sign in ((above, -1), (below, +1)):
            needed = amounts > 0
            row.append(members[needed])
            column.append(np.full(int(needed.sum()), switch))
            value.append(sign * amounts[needed])
    switches = np.ones(len(groups), dtype=np.int64)
    return _wider(model, switches, cost, row, column, value)


def _stretched(model: Compiled, off: IntArray) -> Compiled:
    """Return the model whose rows `off` may be passed, and nothing to pay but by how much."""
    least, most = _reach(model)
    row: list[IntArray] = []
    column: list[IntArray] = []
    value: list[IntArray] = []
    high: list[IntArray] = []
    price: list[IntArray] = []
    for amounts, sign in (
        (most[off] - model.row_high[off], -1),
        (model.row_low[off] - least[off], +1),
    ):
        rows, room = off[amounts > 0], amounts[amounts > 0]
        row.append(rows)
        column.append(model.columns + sum(len(part) for part in high) + np.arange(len(rows)))
        value.append(np.full(len(rows), sign))
        high.append(room)
        timed = np.array([model.rules[k].endswith("_minutes") for k in model.rule[rows]], bool)
        price.append(np.where(timed, 1, UNIT_MINUTES))
    return _wider(
        model,
        np.concatenate(high).astype(np.int64),
        np.concatenate(price).astype(np.int64),
        row,
        column,
        value,
    )


def _wider(
    model: Compiled,
    high: IntArray,
    price: IntArray,
    row: list[IntArray],
    column: list[IntArray],
    value: list[IntArray],
) -> Compiled:
    """Return the model with more columns, 0 to `high`, and their entries; only these cost."""
    cost = np.concatenate([np.zeros(model.columns, dtype=np.int64), price])
    r = np.concatenate([model.row_of, *row])
    c, x = np.concatenate([model.column, *column]), np.concatenate([model.coefficient, *value])
    count = len(model.row_low)
    order = np.lexsort((c, r))
    r, c, x = r[order], c[order], x[order]
    key, where = np.unique(r * len(cost) + c, return_inverse=True)
    summed = np.bincount(where, weights=x, minlength=len(key)).astype(np.int64)
    return replace(
        model,
        low=np.concatenate([model.low, np.zeros_like(high)]),
        high=np.concatenate([model.high, high]),
        cost=cost,
        owner=np.concatenate([model.owner, np.full_like(high, -1)]),
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


def in_own_unit(v: RosterColumns, values: IntArray, told: Relaxation) -> Relaxation:
    """Return a relaxation of a rule on runs or rest with the whole amount, not that of one row."""
    if told.person not in v.person:
        return told
    i, last = v.person[told.person], v.problem.days - 1
    contract, kinds = v.contract[i], v.problem.shifts

    def on(day: int, s: int) -> bool:
        column = v.does(i, day, s)
        return bool(values[column]) if column >= 0 else column == YES

    does = {d: s for d in range(v.earliest[i], last + 1) for s in range(len(kinds)) if on(d, s)}
    nights = {d for d, s in does.items() if kinds[s].night}
    rests = {d for d in range(v.earliest[i], last + 1) if d not in does}
    longest = {
        "max_consecutive_days": (set(does), contract.max_consecutive_days),
        "max_consecutive_nights": (nights, contract.max_consecutive_nights),
    }
    shortest = {
        "min_consecutive_days": (set(does), contract.min_consecutive_days),
        "min_days_off": (rests, contract.min_days_off),
    }
    if told.rule in longest:
        days, most = longest[told.rule]
        first, length = max(_runs(days), key=lambda run: run[1])
        return replace(told, day=first, amount=length - (most or 0))
    if told.rule in shortest:
        days, least = shortest[told.rule]
        inner = [run for run in _runs(days) if run[0] > v.earliest[i] and sum(run) <= last]
        first, length = min(inner, key=lambda run: run[1])
        return replace(told, day=first, amount=(least or 0) - length)
    if told.rule == "rest_between_shifts":
        order = sorted(does)
        gaps = {
            d: (n - d) * DAY_MINUTES
            + kinds[does[n]].start
            - kinds[does[d]].start
            - kinds[does[d]].minutes
            for d, n in pairwise(order)
        }
        day = min(gaps, key=lambda d: gaps[d])
        return replace(told, day=day, amount=contract.min_rest_minutes - gaps[day])
    if told.rule == "forbidden_successions":
        broken = sum(
            d + 1 in does and kinds[does[d + 1]].code in kinds[s].not_next_day
            for d, s in does.items()
        )
        return replace(told, amount=broken)
    return told


def _runs(days: set[int]) -> list[tuple[int, int]]:
    """Return (first day, length) of each run of days."""
    found: list[tuple[int, int]] = []
    for day in sorted(days):
        if found and sum(found[-1]) == day:
            found[-1] = found[-1][0], found[-1][1] + 1
        else:
            found.append((day, 1))
    return found
