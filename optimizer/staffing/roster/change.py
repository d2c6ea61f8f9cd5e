"""What to do when somebody falls ill: a new roster close to the published one, or one stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.roster import ANY, Assignment, Leave, Pin, Roster, RosterProblem
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.rows import Compiled, IntArray
from optimizer.staffing.roster.score import explain
from optimizer.staffing.roster.solve import RosterOptions, build_roster, personal_values
from optimizer.staffing.roster.variables import RosterColumns, may_fill

CHANGES_PER_CALL = 5
"""Days of other people that one sick call may change; a choice, `max_changes` overrides it."""


@dataclass(frozen=True, slots=True)
class SickCall:
    """A person who cannot work from `first` to `last`."""

    person: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who could take a shift: what it would change, or which rules exclude them."""

    person: str
    change: int
    hard: int
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One day of one person that is not as published."""

    person: str
    day: int
    was: str
    now: str
    called: bool


def replanned_problem(
    problem: RosterProblem,
    published: tuple[Assignment, ...],
    calls: Sequence[SickCall],
    frozen_until: int,
    max_changes: int | None = None,
) -> RosterProblem:
    """Return the problem of the day after: past frozen, sick days free, few changes.

    Parameters
    ----------
    published
        The roster that people know.
    frozen_until
        Days before this one stand as they are.
    max_changes
        Days of other people that may change; None: `CHANGES_PER_CALL` a call.
    """
    minutes = {kind.code: kind.minutes for kind in problem.shifts}
    does = {(a.person, a.day): a for a in published}
    kept = {(p.person, p.day): p for p in problem.pins}
    for member in problem.people:
        for day in range(max(0, frozen_until)):
            done = does.get((member.id, day))
            kept[member.id, day] = (
                Pin(member.id, day, done.shift, done.unit) if done else Pin(member.id, day, ANY)
            )
    sick: dict[tuple[str, int], Leave] = {(x.person, x.day): x for x in problem.leave}
    lost = 0
    for call in calls:
        for day in range(max(call.first, frozen_until), min(call.last, problem.days - 1) + 1):
            done = does.get((call.person, day))
            lost += done is not None
            credit = minutes[done.shift] if done else 0
            kept.pop((call.person, day), None)
            sick.setdefault((call.person, day), Leave(call.person, day, credit))
    others = CHANGES_PER_CALL * len(calls) if max_changes is None else max_changes
    rules = replace(
        problem.rules,
        change_weight=max(problem.rules.change_weight, 1),
        max_changes=lost + others,
    )
    return replace(
        problem,
        published=published,
        pins=tuple(sorted(kept.values(), key=lambda p: (p.person, p.day))),
        leave=tuple(sorted(sick.values(), key=lambda x: (x.person, x.day))),
        rules=rules,
    )


def replan(
    problem: RosterProblem,
    published: tuple[Assignment, ...],
    calls: Sequence[SickCall],
    frozen_until: int,
    options: RosterOptions | None = None,
    max_changes: int | None = None,
) -> tuple[RosterProblem, Roster]:
    """Return (problem of the day after, its roster), starting from the published one."""
    after = replanned_problem(problem, published, calls, frozen_until, max_changes)
    out = {(call.person, d) for call in calls for d in range(call.first, call.last + 1)}
    start = tuple(a for a in published if a.day < frozen_until or (a.person, a.day) not in out)
    options = options or RosterOptions(seconds=15.0)
    return after, build_roster(after, options, start=start)


def changes(
    published: Sequence[Assignment], now: Sequence[Assignment], calls: Sequence[SickCall] = ()
) -> tuple[Change, ...]:
    """Return every day of a person that differs, the called-in sick days marked."""
    was = {(a.person, a.day): a.shift for a in published}
    then = {(a.person, a.day): a.shift for a in now}
    sick = {(call.person, d) for call in calls for d in range(call.first, call.last + 1)}
    return tuple(
        Change(
            person,
            day,
            was.get((person, day), ""),
            then.get((person, day), ""),
            (person, day) in sick,
        )
        for person, day in sorted(was.keys() | then.keys())
        if was.get((person, day)) != then.get((person, day))
    )


def stand_ins(
    problem: RosterProblem, roster: Sequence[Assignment], person: str, day: int
) -> list[StandIn]:
    """Return who could take over a shift, best first; then who cannot, and why.

    Every other assignment stays. `change` is the change of medium and soft points against the
    roster with the shift left open; `hard` counts hard points it leaves.

    Raises
    ------
    KeyError
        If the person does not work that day.
    """
    given = next((a for a in roster if (a.person, a.day) == (person, day)), None)
    if given is None:
        raise KeyError((person, day))
    rest = [a for a in roster if a is not given]
    v = roster_model(problem)
    model = v.rows.compiled()
    personal = _personal_rows(model)
    without = explain(problem, rest).score
    busy = {a.person: a.shift for a in rest if a.day == day}
    found = []
    for i, member in enumerate(problem.people):
        if member.id == person:
            continue
        reasons = []
        if member.id in busy:
            reasons.append("one_shift_a_day")
        if not may_fill(member, (given.unit, given.role)):
            reasons.append("posts")
        if not reasons:
            taken = replace(given, person=member.id)
            reasons = _reasons(v, model, personal, i, [*rest, taken])
        if reasons:
            found.append(StandIn(member.id, 0, 0, tuple(reasons)))
        else:
            score = explain(problem, [*rest, taken]).score
            found.append(StandIn(member.id, score.total - without.total, score.hard))
    return sorted(found, key=lambda s: (bool(s.excluded), s.hard, s.change, s.person))


def _personal_rows(model: Compiled) -> IntArray:
    """Return the rows that speak of one person alone, with that person."""
    owners = model.owner[model.column]
    least = np.full(len(model.row_low), 10**9)
    most = np.full(len(model.row_low), -1)
    np.minimum.at(least, model.row_of, owners)
    np.maximum.at(most, model.row_of, owners)
    return np.where((least == most) & (least >= 0), least, -1).astype(np.int64)


def _reasons(
    v: RosterColumns, model: Compiled, personal: IntArray, i: int, roster: list[Assignment]
) -> list[str]:
    """Return the names of personal rules that a roster breaks for person i."""
    values = personal_values(v, model, roster)
    broken = model.broken(values)
    names = {model.rules[model.rule[r]] for r in broken if personal[r] == i}
    if v.does(i, roster[-1].day, v.shift[roster[-1].shift]) < 0:
        names.add("max_shifts")
    return sorted(names)
