"""From the beds of one facility and its people to a roster problem, and back to the beds.

Axes: F units of the facility, R roles, K care levels, T days, H shifts. Posts are those of
`cover.py`; people are those who are left for the wave. docs/roster.md, section "From beds".
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.cover import Cover as Posts
from optimizer.domain.cover import DutyShift
from optimizer.domain.instance import BoolArray, FloatArray
from optimizer.domain.people import ContractTerms, Person, Substitution
from optimizer.domain.roster import (
    Assignment,
    Contract,
    Cover,
    Leave,
    RosterProblem,
    RosterRules,
    Shift,
    SkillMix,
    StaffMember,
    Stay,
    SupervisionRatio,
)

FIRST_SHIFT = 7 * 60
"""Minutes after midnight when the first shift begins; assumed."""
NIGHT_FROM, NIGHT_TO = 22 * 60, 30 * 60
"""22:00 to 06:00: night work by the Labour Code."""
TERM_DAYS = 28
"""Days over which a contract counts its most hours."""
WEEK = 7
LEAD_WEIGHT, HELPER_WEIGHT = 300, 100
"""Points of a lead or a watched place missing; 100 is one post. Assumed, as in rules.yaml."""


@dataclass(frozen=True, slots=True)
class Lent:
    """One person lent to (here) or by the facility; dates are the first and last day of the block.

    Parameters
    ----------
    person
        Whose id, role and skills the roster takes over.
    """

    person: Person
    here: bool
    first: datetime.date
    last: datetime.date
    travel_days: int
    rest_days: int


@dataclass(frozen=True, slots=True)
class House:
    """What a roster of one facility is made from.

    Parameters
    ----------
    posts
        (F, R, T, H) of the plan, from the first day of the roster on.
    need, watch
        (R, K) people on duty, and supervisors, a patient.
    stands_in
        (R, R) [r', r]: r' may do the work of r.
    present
        (T,) share of those on the rota who are there on each day of the wave.
    people
        Employed here; those lent stand in `lent` too.
    kept
        Heads of each role that routine care keeps; they are in no roster of the wave.
    """

    facility: str
    start: datetime.date
    posts: Posts
    need: FloatArray
    watch: FloatArray
    stands_in: BoolArray
    present: FloatArray
    people: tuple[Person, ...]
    kept: Mapping[str, int]
    lent: tuple[Lent, ...]
    contracts: tuple[ContractTerms, ...]
    substitution: tuple[Substitution, ...]
    holidays: frozenset[datetime.date] = frozenset()


def roster_unit(house: House, unit: str, role: int, levels: Sequence[str]) -> str:
    """Return where a role stands: the house, or its unit of the levels that ask for a lead.

    A role is of the latter if it needs a lead, or serves none but such levels.
    """
    watched = (house.watch > 0).any(axis=0)
    serves = house.need[role] > 0
    own = (house.watch[role] > 0).any() or (serves.any() and not (serves & ~watched).any())
    if not own:
        return unit
    return f"{unit}:{'+'.join(np.array(levels)[watched].tolist())}"


def duty_shifts(shifts: Sequence[DutyShift]) -> tuple[Shift, ...]:
    """Return the shifts of a day one after the other, the first at 07:00.

    A shift is a night if more than half of it lies between 22:00 and 06:00.
    """
    out, start = [], FIRST_SHIFT
    for one in shifts:
        minutes = round(one.hours * 60)
        dark = max(0, min(start + minutes, NIGHT_TO) - max(start, NIGHT_FROM))
        out.append(Shift(one.code, start % 1440, minutes, night=2 * dark > minutes))
        start += minutes
    return tuple(sorted(out, key=lambda shift: shift.code))


def spread(people: Sequence[Person], count: int) -> tuple[Person, ...]:
    """Return `count` people, evenly along the order of who leads, who is trained, and id."""
    order = sorted(people, key=lambda p: (not p.can_supervise, not p.trained_for, p.person_id))
    n, k = len(order), min(count, len(order))
    return tuple(p for i, p in enumerate(order) if (i + 1) * k // n > i * k // n)


def roster_problem(house: House, levels: Sequence[str]) -> RosterProblem:
    """Return the roster problem of a house; every figure of people is generated or assumed."""
    posts, roles = house.posts, house.posts.roles
    days = posts.posts.shape[2]
    asked = {roles[r] for r in np.flatnonzero(posts.posts.any(axis=(0, 2, 3)))}
    helpers = {(one.role, one.post): int(one.per_trained) for one in house.substitution}
    away = {one.person.person_id for one in house.lent if not one.here}
    at_home: list[Person] = []
    for role in roles:
        own = [p for p in house.people if p.role == role]
        kept = set(spread([p for p in own if p.person_id not in away], house.kept.get(role, 0)))
        at_home += [p for p in own if p not in kept]
    guests = [one.person for one in house.lent if one.here]
    stays = [
        Stay(
            one.person.person_id,
            one.here,
            (one.first - house.start).days,
            (one.last - house.start).days,
            one.travel_days,
            one.rest_days,
        )
        for one in house.lent
    ]
    barred = {(stay.person, day) for stay in stays for day in range(days) if stay.bars(day)}
    members, persons = [], []
    for person in sorted([*at_home, *guests], key=lambda p: p.person_id):
        fills = _fills(person, house, helpers) & asked
        if fills and any((person.person_id, day) not in barred for day in range(days)):
            members.append(_member(person, fills, house, helpers))
            persons.append(person)
    there = {member.id for member in members}
    return RosterProblem(
        facility=house.facility,
        start=house.start,
        days=days,
        shifts=duty_shifts(posts.shifts),
        contracts=tuple(_contract(row, days) for row in house.contracts),
        people=tuple(members),
        cover=tuple(sorted(_cover(house, levels), key=lambda c: (c.unit, c.day, c.shift, c.role))),
        skill_mix=tuple(_leads(house, levels)),
        supervision=tuple(_watched(house, levels, helpers)),
        leave=tuple(
            leave
            for leave in _leave(house, persons, days)
            if (leave.person, leave.day) not in barred
        ),
        stays=tuple(
            sorted((s for s in stays if s.person in there), key=lambda s: (s.person, s.first))
        ),
        holidays=frozenset(
            day for day in range(days) if house.start + datetime.timedelta(day) in house.holidays
        ),
        rules=RosterRules(night_weight=2, weekend_weight=2, holiday_weight=5, change_weight=10),
    )


def _fills(person: Person, house: House, helpers: Mapping[tuple[str, str], int]) -> set[str]:
    """Return the roles whose posts somebody may fill: own, stood in for, helped at if trained."""
    roles = house.posts.roles
    if person.role not in roles:
        return set()
    own = {roles[r] for r in np.flatnonzero(house.stands_in[roles.index(person.role)])}
    helped = {post for post in person.trained_for if helpers.get((person.role, post), 0) >= 1}
    return {person.role} | own | helped


def _member(
    person: Person, fills: set[str], house: House, helpers: Mapping[tuple[str, str], int]
) -> StaffMember:
    lead = person.can_supervise and (house.watch[house.posts.roles.index(person.role)] > 0).any()
    skills = {"lead"} if lead else set()
    if person.can_supervise:
        skills.add("can_supervise")
    for role, post in helpers:
        if person.role == role and post in fills and post in person.trained_for:
            skills.add(f"helper:{post}")
        if person.role == post:
            skills.add(f"trained:{post}")
    order = (person.role, *sorted(fills - {person.role})) if person.role in fills else sorted(fills)
    return StaffMember(
        person.person_id, house.facility, (), tuple(order), person.contract_id, frozenset(skills)
    )


def _contract(row: ContractTerms, days: int) -> Contract:
    return Contract(
        row.contract_id,
        max_minutes=round(row.max_hours * 60 * days / TERM_DAYS),
        max_consecutive_days=row.max_consecutive_days,
        max_consecutive_nights=row.max_consecutive_nights,
        min_rest_minutes=round(row.min_rest_hours * 60),
    )


def _cover(house: House, levels: Sequence[str]) -> Iterator[Cover]:
    for line in house.posts.lines():
        unit = roster_unit(house, line.unit, house.posts.roles.index(line.role), levels)
        yield Cover(unit, line.day - 1, line.shift, line.role, line.posts, line.posts, 100, 10, 1)


def _leads(house: House, levels: Sequence[str]) -> Iterator[SkillMix]:
    """Leads on every shift of the watched unit: as many as its worst day asks for."""
    posts = house.posts
    for f, unit in enumerate(posts.units):
        for r in np.flatnonzero(posts.leads[f].any(axis=(1, 2))):
            most = int(posts.leads[f, r].max())
            name = roster_unit(house, unit, int(r), levels)
            yield SkillMix(f"lead:{posts.roles[r]}", name, "", "lead", most, LEAD_WEIGHT)


def _watched(
    house: House, levels: Sequence[str], helpers: Mapping[tuple[str, str], int]
) -> Iterator[SupervisionRatio]:
    posts = house.posts
    for f, unit in enumerate(posts.units):
        for (role, post), per in helpers.items():
            if post in posts.roles and per >= 1:
                r = posts.roles.index(post)
                if posts.posts[f, r].any():
                    name = roster_unit(house, unit, r, levels)
                    yield SupervisionRatio(
                        f"{role}:{post}",
                        name,
                        f"helper:{post}",
                        f"trained:{post}",
                        per,
                        HELPER_WEIGHT,
                    )


def _leave(house: House, people: Sequence[Person], days: int) -> Iterator[Leave]:
    """Weeks off, in turn: a contract's absence and what the wave keeps away, by role and week.

    Generated, no real leave; a day off counts a seventh of the weekly hours.
    """
    terms = {row.contract_id: row for row in house.contracts}
    groups: dict[tuple[str, str], list[Person]] = {}
    for person in people:
        groups.setdefault((person.role, person.contract_id), []).append(person)
    for (_, contract), group in sorted(groups.items()):
        row, begun = terms[contract], 0
        for first in range(0, days, WEEK):
            week = range(first, min(days, first + WEEK))
            there = (1 - row.absence) * float(house.present[week.start : week.stop].mean())
            count = math.floor(len(group) * (1 - there) + 0.5)
            for n in range(count):
                person = group[(begun + n) % len(group)]
                for day in week:
                    yield Leave(person.person_id, day, round(row.weekly_hours * 60 / WEEK))
            begun += count


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What a roster leaves of the posts of beds."""

    posts: int
    uncovered: int
    at_least: int
    """No roster leaves fewer: heads and hours counted alone."""
    leads: int
    leads_missing: int
    bed_days: float
    beds_lost: float
    """Bed-days that cannot be counted: a bed counts with its worst shift."""
    peak_lost: float
    peak_day: int
    by_role: Mapping[str, int]
    guests_outside: int
    """Shifts of guests outside their stay; the judge refuses any."""


@dataclass(frozen=True, slots=True)
class Beds:
    """Beds behind the posts of a roster, as its folder keeps them; all assumed.

    Parameters
    ----------
    patients
        (F, K, T) in beds.
    roster_units
        (unit, role) -> unit of the roster.
    leads
        (unit, role, day from 0, shift) -> leads.
    """

    units: tuple[str, ...]
    levels: tuple[str, ...]
    roles: tuple[str, ...]
    need: FloatArray
    watch: FloatArray
    patients: FloatArray
    roster_units: Mapping[tuple[str, str], str]
    leads: Mapping[tuple[str, str, int, str], int]


def uncovered(problem: RosterProblem, made: Sequence[Assignment], beds: Beds) -> Uncovered:
    """Return the posts a roster leaves open, and the beds that these take away.

    Patients of a level share what its scarcest role covers on the worst shift of the day.
    """
    filled: dict[tuple[str, str, int, str], int] = {}
    leading: dict[tuple[str, str, int, str], int] = {}
    members = {member.id: member for member in problem.people}
    for a in made:
        key = a.unit, a.role, a.day, a.shift
        filled[key] = filled.get(key, 0) + 1
        if "lead" in members[a.person].skills and members[a.person].roles[0] == a.role:
            leading[key] = leading.get(key, 0) + 1
    share = np.ones(beds.patients.shape)
    unit_of = {(place, role): unit for (unit, role), place in beds.roster_units.items()}
    missing: dict[str, int] = {}
    for c in problem.cover:
        short = max(0, c.minimum - filled.get((c.unit, c.role, c.day, c.shift), 0))
        if short:
            missing[c.role] = missing.get(c.role, 0) + short
            f, r = beds.units.index(unit_of[c.unit, c.role]), beds.roles.index(c.role)
            there = 1 - short / c.minimum
            at = beds.need[r] > 0
            share[f, at, c.day] = np.minimum(share[f, at, c.day], there)
    leads_missing = 0
    for (unit, role, day, shift), count in beds.leads.items():
        key = beds.roster_units[unit, role], role, day, shift
        short = max(0, count - leading.get(key, 0))
        leads_missing += short
        if short:
            f, at = beds.units.index(unit), beds.watch[beds.roles.index(role)] > 0
            share[f, at, day] = np.minimum(share[f, at, day], 1 - short / count)
    lost = (beds.patients * (1 - share)).sum(axis=(0, 1))
    stays = [stay for stay in problem.stays if stay.here]
    return Uncovered(
        posts=sum(c.minimum for c in problem.cover),
        uncovered=sum(missing.values()),
        at_least=least_uncovered(problem),
        leads=sum(beds.leads.values()),
        leads_missing=leads_missing,
        bed_days=float(beds.patients.sum()),
        beds_lost=float(lost.sum()),
        peak_lost=float(lost.max(initial=0.0)),
        peak_day=int(lost.argmax()) + 1 if lost.size else 0,
        by_role=missing,
        guests_outside=sum(
            stay.bars(a.day) for stay in stays for a in made if a.person == stay.person
        ),
    )


def least_uncovered(problem: RosterProblem) -> int:
    """Return posts that no roster can fill, by counting alone.

    For the posts of each role, and of all: posts less people who may fill one, day by day (one
    shift a day), and less the shifts that their hours allow; the largest of these.
    """
    barred = {(s.person, d) for s in problem.stays for d in range(problem.days) if s.bars(d)}
    off = {(leave.person, leave.day) for leave in problem.leave}
    credit: dict[str, int] = {}
    for leave in problem.leave:
        credit[leave.person] = credit.get(leave.person, 0) + leave.credit_minutes
    contracts = {contract.id: contract for contract in problem.contracts}
    shortest = min(shift.minutes for shift in problem.shifts)
    roles = sorted({c.role for c in problem.cover})
    best = 0
    for among in [{role} for role in roles] + [set(roles)]:
        able = [m for m in problem.people if among & set(m.roles)]
        open_days = np.zeros(problem.days, dtype=np.int64)
        for c in problem.cover:
            open_days[c.day] += c.minimum if c.role in among else 0
        there, shifts = np.zeros(problem.days, dtype=np.int64), 0
        for member in able:
            stayed = [d for d in range(problem.days) if (member.id, d) not in barred]
            free = [d for d in stayed if (member.id, d) not in off]
            there[free] += 1
            most = contracts[member.contract].max_minutes
            hours = len(free)
            if most is not None:
                allowed = math.ceil(most * len(stayed) / problem.days) - credit.get(member.id, 0)
                hours = min(hours, max(0, allowed) // shortest)
            shifts += hours
        by_day = int(np.maximum(0, open_days - there).sum())
        best = max(best, by_day, int(open_days.sum()) - shifts)
    return best
