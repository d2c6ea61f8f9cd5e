"""What counting alone shows: posts and skills for which there are too few people.

Day by day, by who is there at all; and over the horizon, by the shifts that hours, runs of days and
of nights leave each person: heads < posts x relief.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from optimizer.domain.roster import ANY, Level, RosterProblem, StaffMember
from optimizer.staffing.roster.variables import may_fill


@dataclass(frozen=True, slots=True)
class Shortage:
    """What counting shows: `needed` of a post or skill, `available` at most.

    Parameters
    ----------
    kind
        ``cover``, or ``skill_mix:<name>``.
    unit, role
        Empty: every one. Of a skill mix `role` is the skill.
    day
        Of people on one day; None: shifts over the horizon.
    shift
        Empty: every kind, or (of the horizon, `nights`) those at night.
    people
        Of the horizon: who may work these shifts.
    more
        Of the horizon: people like them who are missing at the least.
    """

    kind: str
    unit: str
    day: int | None
    shift: str
    role: str
    needed: int
    available: int
    people: int = 0
    more: int = 0
    nights: bool = False


def counted(problem: RosterProblem) -> tuple[Shortage, ...]:
    """Return what is short over the horizon, then what is short on a day."""
    return (*_over_the_horizon(problem), *_on_a_day(problem))


class _Reach:
    """How many shifts each person can work over the horizon, whatever the roster."""

    def __init__(self, problem: RosterProblem) -> None:
        self.problem = problem
        self.contract = {one.id: one for one in problem.contracts}
        self.off = {(x.person, x.day) for x in problem.leave}
        self.off |= {(p.person, p.day) for p in problem.pins if p.shift == ANY}
        self.pinned = {(p.person, p.day): p.shift for p in problem.pins if p.shift != ANY}
        self.stays = defaultdict(list)
        for stay in problem.stays:
            self.stays[stay.person].append(stay)
        self.credit: dict[str, int] = defaultdict(int)
        for leave in problem.leave:
            self.credit[leave.person] += leave.credit_minutes
        self.night = {kind.code for kind in problem.shifts if kind.night}
        self.minutes = {kind.code: kind.minutes for kind in problem.shifts}

    def free(self, day: int, shift: str) -> list[int]:
        """Return who could work a shift on a day, by index, whatever the post."""
        return [
            i
            for i, member in enumerate(self.problem.people)
            if (member.id, day) not in self.off
            and self.pinned.get((member.id, day), shift) == shift
            and self.contract[member.contract].max_shifts.get(shift, 1) > 0
            and not any(stay.bars(day) for stay in self.stays[member.id])
        ]

    def of(self, member: StaffMember, codes: Collection[str]) -> int:
        """Return the most shifts of some kinds that a person can work."""
        contract, days = self.contract[member.contract], self.problem.days
        barred = {d for d in range(days) if any(s.bars(d) for s in self.stays[member.id])}
        free = sum(d not in barred and (member.id, d) not in self.off for d in range(days))
        limits = contract.max_shifts
        may = [code for code in codes if limits.get(code, 1) > 0]
        if not may:
            return 0
        most = min(free, _in_runs(days, contract.max_consecutive_days, contract.min_days_off or 1))
        if all(code in limits for code in may):
            most = min(most, sum(limits[code] for code in may))
        if set(may) <= self.night:
            most = min(most, _in_runs(days, contract.max_consecutive_nights, 1))
        if contract.max_minutes is not None:
            allowed = math.ceil(contract.max_minutes * (days - len(barred)) / days)
            shortest = min(self.minutes[code] for code in may)
            most = min(most, max(0, allowed - self.credit[member.id]) // max(1, shortest))
        return most

    def short(
        self, able: Collection[str], needed: dict[tuple[int, str], int], nights: bool
    ) -> tuple[int, int, int, int] | None:
        """Return (needed, at most, people, more people) of shifts; None: enough.

        Shifts for which nobody is there on the day itself are told by day, so they ask for nobody.
        """
        asked = {at: count for at, count in needed.items() if at[1] in self.night or not nights}
        codes = {shift for (_, shift), count in asked.items() if count}
        each = [self.of(one, codes) for one in self.problem.people if one.id in able]
        there = sum(
            min(count, sum(self.problem.people[i].id in able for i in self.free(*at)))
            for at, count in asked.items()
        )
        if sum(each) >= there:
            return None
        wanted = sum(asked.values())
        whole = max(
            (self.of(StaffMember("", "", (), (), name), codes) for name in self.contract),
            default=0,
        )
        more = math.ceil((there - sum(each)) / whole) if whole else 0
        return wanted, sum(each), len(each), more


def _in_runs(days: int, most: int | None, apart: int) -> int:
    """Return the most days of work where runs are at most so long and so far apart."""
    if most is None:
        return days
    whole, rest = divmod(days, most + apart)
    return whole * most + min(rest, most)


def _over_the_horizon(problem: RosterProblem) -> Iterator[Shortage]:
    """Yield posts and skills whose shifts are more than people can work, the narrowest first."""
    reach = _Reach(problem)
    if problem.rules.cover_level is Level.hard:
        yield from _posts(problem, reach)
    for rule in problem.skill_mix:
        if rule.level is not Level.hard:
            continue
        able = {
            member.id
            for member in problem.people
            if rule.skill in member.skills and (not member.units or rule.unit in member.units)
        }
        needed = {
            (c.day, c.shift): rule.minimum
            for c in problem.cover
            if c.unit == rule.unit and c.preferred > 0 and rule.shift in (ANY, c.shift)
        }
        name = f"skill_mix:{rule.name}"
        yield from _told(reach, name, rule.unit, rule.skill, able, needed, rule.shift)


def _posts(problem: RosterProblem, reach: _Reach) -> Iterator[Shortage]:
    posts = sorted({(c.unit, c.role) for c in problem.cover})
    roles = sorted({role for _, role in posts})
    groups = [
        *((unit, role, [(unit, role)]) for unit, role in posts),
        *((ANY, role, [post for post in posts if post[1] == role]) for role in roles),
        (ANY, ANY, posts),
    ]
    told: set[tuple[str, str]] = set()
    for unit, role, among in groups:
        if told & set(among):
            continue
        needed: dict[tuple[int, str], int] = defaultdict(int)
        for c in problem.cover:
            if (c.unit, c.role) in among:
                needed[c.day, c.shift] += c.minimum
        able = {one.id for one in problem.people if any(may_fill(one, post) for post in among)}
        found = list(_told(reach, "cover", unit, role, able, needed, ANY))
        told |= set(among) if found else set()
        yield from found


def _told(
    reach: _Reach,
    kind: str,
    unit: str,
    role: str,
    able: Collection[str],
    needed: dict[tuple[int, str], int],
    shift: str,
) -> Iterator[Shortage]:
    """Yield what is short of all shifts, or else of those at night."""
    for nights in (False, True):
        found = reach.short(able, needed, nights)
        if found is not None:
            yield Shortage(kind, unit, None, shift, role, *found, nights)
            return


def _on_a_day(problem: RosterProblem) -> Iterator[Shortage]:
    """Yield posts and skills for which nobody can be there on a day."""
    free = _Reach(problem).free
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
