"""From a province and its people to a secondment problem, and from secondments back to staff.

Sites are the planning units in their order, then the pools outside. One head of a role gives the
same time on duty wherever he or she works: what staff.csv shows at home (on_duty / heads), less
what the surge keeps away. docs/staffing.md sections 1 and 4.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from optimizer.domain.assemble import Assembled
from optimizer.domain.capacity import bed_levels, staff_needs
from optimizer.domain.cover import HAIR, WorkTime, cover_of, heads, patients_in_beds
from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.domain.people import LendingTerms, Person, StaffTables
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Provenance, Scenario
from optimizer.domain.secondment import (
    DAYS_A_WEEK,
    SecondmentPlan,
    SecondmentProblem,
    Substitute,
)
from optimizer.domain.settings import LentStaff
from optimizer.domain.tables import Tables

OUTSIDE = "outside:"
LEAST_WEIGHT = 1e-3
"""Harm of one head short for a day where the plan has no use for him: wanted all the same."""


@dataclass(frozen=True, slots=True)
class Workforce:
    """People of a province by site and role; G are the roles that patients need."""

    sites: tuple[str, ...]
    roles: tuple[str, ...]
    role_at: IntArray
    """(G,) place of each on the roles of the instance."""
    heads: IntArray
    """(G, H)."""
    routine: FloatArray
    """(G, H) heads that routine care keeps, by the rule of docs/data-format.md section 4."""
    protected: IntArray
    """(G, H) people who stay at remote posts."""
    duty: FloatArray
    """(G, H) time on duty of a head, share of day and night, in ordinary times."""
    eligible: IntArray
    """(G, H, T) who may leave by that day."""
    trained: dict[tuple[str, str], IntArray]
    """(H,) people of a role trained for another post already, by (role, post)."""
    people: dict[tuple[str, str], tuple[Person, ...]]
    """People by (site, role)."""
    terms: tuple[LendingTerms | None, ...]
    """(H,)."""
    names: dict[str, str]
    minutes_outside: FloatArray
    """(H,) minutes of a pool outside, 0 inside."""
    km_outside: FloatArray
    again: Mapping[str, int] = field(default_factory=dict)
    """Day (from 0) on which people of an earlier block may leave again."""


def _routine_shares(tables: Tables, scenario: Scenario) -> dict[tuple[str, str], float]:
    """Share of a unit's people of a role whom ordinary patients keep, as `free_staff` has it."""
    levels = bed_levels(tables)
    need = staff_needs(tables, scenario.staff.care_phase, levels)
    out = {}
    for r, role in enumerate(row.role for row in tables.roles):
        serves = {level for k, level in enumerate(levels) if need[r, k] > 0}
        for unit in tables.units:
            planned = sum(
                row.planned_beds
                for row in tables.beds
                if row.unit_id == unit.unit_id and row.care_level in serves
            )
            kept = sum(
                row.routine_patients
                for row in tables.routine
                if row.unit_id == unit.unit_id and row.care_level in serves
            )
            out[unit.unit_id, role] = min(1.0, kept / planned) if planned else 0.0
    return out


def free_from(person: Person, first_day: datetime.date, weeks: int) -> int | None:
    """Return the first day (from 0) on which somebody may leave; None: never."""
    if not person.may_be_seconded or person.remote_protected:
        return None
    if person.returned_on is None:
        return 0
    return max(0, (person.returned_on - first_day).days + weeks * DAYS_A_WEEK)


def workforce(tables: Tables, staff: StaffTables, scenario: Scenario, made: Assembled) -> Workforce:
    """Return the people of a province on the sites of an instance, pools outside last."""
    inst = made.instance
    asked = inst.stands_in.astype(float) @ inst.staff_need
    role_at = np.flatnonzero((asked > 0).any(axis=1))
    roles = tuple(inst.roles[r] for r in role_at)
    pools = sorted({(row.lender_id, row.ownership) for row in staff.lenders})
    sites = (*inst.units, *(OUTSIDE + name for name, _ in pools))
    shape = (len(roles), len(sites))
    heads, protected = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    routine, on_duty = np.zeros(shape), np.zeros(shape)
    eligible = np.zeros((*shape, inst.days), dtype=np.int64)
    shares = _routine_shares(tables, scenario)
    site_of, facility_of = {}, {row.unit_id: row.facility_id for row in tables.units}
    for f, unit in enumerate(made.sites.inside):
        for member in unit.members:
            site_of[member] = f
    for row in tables.staff:
        if row.role in roles and row.unit_id in site_of:
            at = roles.index(row.role), site_of[row.unit_id]
            heads[at] += round(row.heads)
            on_duty[at] += row.on_duty
            routine[at] += row.heads * shares[row.unit_id, row.role]
    home = {facility_of[unit]: f for unit, f in site_of.items()}
    people: dict[tuple[str, str], list[Person]] = {}
    posts = {(one.role, one.post) for one in staff.substitution}
    trained = {pair: np.zeros(len(sites), dtype=np.int64) for pair in sorted(posts)}
    weeks = staff.rules.min_weeks_between
    for person in staff.people:
        if person.role not in roles or person.facility_id not in home:
            continue
        g, h = roles.index(person.role), home[person.facility_id]
        people.setdefault((sites[h], person.role), []).append(person)
        protected[g, h] += person.remote_protected
        day = free_from(person, scenario.start_date, weeks)
        if day is not None and day < inst.days:
            eligible[g, h, day:] += 1
        for post in person.trained_for:
            if (person.role, post) in trained:
                trained[person.role, post][h] += 1
    minutes, km = np.zeros(len(sites)), np.zeros(len(sites))
    names = dict(inst.unit_names)
    for pool in staff.lenders:
        h = sites.index(OUTSIDE + pool.lender_id)
        minutes[h], km[h] = pool.minutes, pool.road_km
        names[OUTSIDE + pool.lender_id] = pool.name_vi
        if pool.role in roles:
            g = roles.index(pool.role)
            heads[g, h] = pool.heads
            eligible[g, h, :] = pool.heads
    known = (
        on_duty.sum(axis=1, keepdims=True)
        / np.maximum(1, heads[:, : len(inst.units)].sum(1))[:, None]
    )
    duty = np.where(on_duty > 0, on_duty / np.maximum(1, heads), known)
    return Workforce(
        sites=sites,
        roles=roles,
        role_at=role_at,
        heads=heads,
        routine=routine,
        protected=protected,
        duty=duty,
        eligible=eligible,
        trained=trained,
        people={key: tuple(rows) for key, rows in people.items()},
        terms=_terms(staff, made, [ownership for _, ownership in pools]),
        names=names,
        minutes_outside=minutes,
        km_outside=km,
    )


def without_recent(
    force: Workforce, over: Sequence[tuple[str, int]], first_day: datetime.date, weeks: int
) -> Workforce:
    """Return the workforce in which nobody leaves again within the window of an earlier block.

    Parameters
    ----------
    over
        (person, day on which he or she left, 1 = first day; before it 0 and below).
    """
    again = {person: max(0, start - 1 + weeks * DAYS_A_WEEK) for person, start in over}
    eligible = force.eligible.copy()
    for (site, role), rows in force.people.items():
        g, h = force.roles.index(role), force.sites.index(site)
        for person in rows:
            day = free_from(person, first_day, weeks)
            if day is not None and person.person_id in again:
                eligible[g, h, day : max(day, again[person.person_id])] -= 1
    return replace(force, eligible=eligible, again=again)


def _terms(
    staff: StaffTables, made: Assembled, outside: list[str]
) -> tuple[LendingTerms | None, ...]:
    """Terms of each site: those of its first facility's ownership."""
    by_ownership = {row.ownership: row for row in staff.lending}
    inside = [
        by_ownership.get(made.sites.facilities[unit.sites[0]].ownership)
        for unit in made.sites.inside
    ]
    return (*inside, *(by_ownership.get(ownership) for ownership in outside))


def presence(scenario: Scenario, days: int) -> FloatArray:
    """(T,) share of those on the rota who are there on each day of the surge."""
    day = np.arange(1, days + 1)
    shocks = scenario.shocks
    last = days if shocks.staff_to_day is None else shocks.staff_to_day
    hit = (day >= shocks.staff_from_day) & (day <= last)
    return np.where(hit, shocks.staff_factor, 1.0) * (1.0 - scenario.staff.surge_absence)


def routine_heads(force: Workforce, there: FloatArray) -> IntArray:
    """(G, H, T) heads whom routine care keeps: so many that it has its people present."""
    kept = np.ceil(force.routine[:, :, None] / np.maximum(there, 1e-9) - HAIR).astype(np.int64)
    return np.asarray(np.minimum(force.heads[:, :, None], kept))


def home_floors(force: Workforce, there: FloatArray) -> IntArray:
    """(G, H, T) heads who stay: whom routine care keeps, and at least who is protected."""
    floor = np.maximum(routine_heads(force, there), force.protected[:, :, None])
    return np.asarray(np.minimum(force.heads[:, :, None], floor))


def secondment_problem(
    force: Workforce,
    staff: StaffTables,
    scenario: Scenario,
    made: Assembled,
    plan: Plan,
    change: FloatArray,
    prices: FloatArray,
) -> SecondmentProblem:
    """Return the problem whose need is what the beds' plan would have where.

    Parameters
    ----------
    plan
        The plan with people lent freely; says which hosts have many cases.
    change
        (F, R, T) people on duty it borrows less those it lends.
    prices
        (F, R, T) fall of its harm for one more person on duty for a day.
    """
    inst = made.instance
    units, sites, days = len(inst.units), len(force.sites), inst.days
    there = presence(scenario, days)
    per_head = force.duty[:, :units, None] * there
    move = change[:, force.role_at].transpose(1, 0, 2) / np.maximum(per_head, 1e-9)
    shape = (len(force.roles), sites, days)
    need = np.zeros(shape, dtype=np.int64)
    wanted = np.ceil(np.maximum(0.0, force.heads[:, :units, None] + move) - 1e-6)
    need[:, :units] = wanted.astype(np.int64)
    weight = np.full(shape, LEAST_WEIGHT)
    price = np.maximum(0.0, prices[:, force.role_at].transpose(1, 0, 2)) * per_head
    weight[:, :units] = np.maximum(LEAST_WEIGHT, price)
    floor = home_floors(force, there)
    more = np.ceil(staff.figure("wanted_share") * force.heads).astype(np.int64)
    should = np.minimum(force.heads[:, :, None], floor + more[:, :, None])
    should[:, units:] = 0
    minutes = np.full((sites, sites), np.inf)
    minutes[:units, :units] = made.minutes.unit_unit[:, :units]
    minutes[units:, :units] = force.minutes_outside[units:, None]
    lost = (minutes >= staff.figure("travel_day_minutes")) & np.isfinite(minutes)
    km = np.where(np.isfinite(minutes), minutes, 0.0) * 45.0 / 60.0
    km[units:] = force.km_outside[units:, None]
    high = _high_cases(inst, plan, staff.figure("high_case_share"))
    allowance = np.full(sites, staff.figure("allowance_vnd"))
    allowance[:units][high] = staff.figure("allowance_high_vnd")
    terms = force.terms
    return SecondmentProblem(
        sites=force.sites,
        roles=force.roles,
        days=days,
        heads=force.heads.copy(),
        floor=floor,
        wanted=should,
        eligible=force.eligible.copy(),
        need=need,
        leads=_leads(force, inst, plan, per_head, need),
        weight=weight,
        may_host=np.pad(inst.listed.any(axis=1), (0, sites - units)),
        may_lend=np.array([one is not None and one.may_lend for one in terms], dtype=bool),
        lead_days=np.array([0 if one is None else one.lead_days for one in terms], dtype=np.int64),
        travel_days=lost.astype(np.int64),
        travel_minutes=minutes,
        travel_vnd=2 * km * staff.figure("travel_vnd_per_km"),
        allowance_vnd=allowance,
        substitutes=_substitutes(force, staff, inst),
        rules=staff.rules,
        pool=("",) * units + tuple("" if t is None else t.ownership for t in terms[units:]),
        legal_basis=tuple("" if one is None else one.ownership for one in terms),
        names=force.names,
    )


def _high_cases(inst: Instance, plan: Plan, share: float) -> BoolArray:
    """(F,) units whose beds hold at least that share of patients of the wave on some day."""
    here = patients_in_beds(inst, plan).sum(axis=1)
    beds = np.maximum(1e-9, inst.beds.sum(axis=1))
    return np.asarray((here / beds >= share).any(axis=1) & (here > 0.5).any(axis=1))


def _leads(
    force: Workforce, inst: Instance, plan: Plan, per_head: FloatArray, need: IntArray
) -> IntArray:
    """(G, H, T) heads of leads: supervisors a house with such patients needs, at most its need."""
    watch = np.einsum("fkt,rk->rft", patients_in_beds(inst, plan), inst.terms.supervision)
    out = np.zeros_like(need)
    asked = np.where(watch > 0.05, np.ceil(watch - 1e-6), 0.0)[force.role_at]
    heads = np.ceil(asked / np.maximum(per_head, 1e-9) - 1e-6).astype(np.int64)
    out[:, : len(inst.units)] = np.minimum(heads, need[:, : len(inst.units)])
    return out


def _substitutes(force: Workforce, staff: StaffTables, inst: Instance) -> tuple[Substitute, ...]:
    """Roles that stand in for others, and helpers after training."""
    out = [
        Substitute(role, post)
        for role in force.roles
        for post in force.roles
        if role != post and inst.stands_in[inst.roles.index(role), inst.roles.index(post)]
    ]
    out += [
        Substitute(
            one.role,
            one.post,
            one.per_trained,
            one.training_days,
            tuple(force.trained[one.role, one.post].tolist()),
        )
        for one in staff.substitution
        if one.role in force.roles and one.post in force.roles
    ]
    return tuple(out)


def staff_change(
    inst: Instance,
    force: Workforce,
    scenario: Scenario,
    problem: SecondmentProblem,
    plan: SecondmentPlan,
) -> FloatArray:
    """(F, R, T) people on duty more or fewer by the secondments: borrowed, lent, learning, helping.

    `staff.lent` of a scenario in an array.
    """
    units, days = len(inst.units), inst.days
    there = presence(scenario, days)
    change = np.zeros((len(force.roles), units, days))
    for block in plan.blocks:
        g = problem.roles.index(block.role)
        home, host = problem.sites.index(block.home), problem.sites.index(block.host)
        rate = force.duty[g, home] * there * block.heads
        gone, here = problem.away_days(block), problem.here_days(block)
        if home < units:
            change[g, home, gone.start : gone.stop] -= rate[gone.start : gone.stop]
        change[g, host, here.start : here.stop] += rate[here.start : here.stop]
    for u, one in enumerate(problem.substitutes):
        if not one.training_days:
            continue  # stand-ins are in the rows of the plan already
        g, k = problem.roles.index(one.role), problem.roles.index(one.post)
        helping = plan.substituted[u, :units] * force.duty[g, :units, None] * there
        change[g] -= helping
        change[k] += helping
        for course in plan.training:
            if (course.role, course.post) == (one.role, one.post):
                h, first = problem.sites.index(course.site), course.start - 1
                learns = slice(first, min(days, first + one.training_days))
                change[g, h, learns] -= course.heads * force.duty[g, h] * there[learns]
    out = np.zeros_like(inst.staff)
    out[:, force.role_at] = change.transpose(1, 0, 2)
    return out


def lent_rows(inst: Instance, change: FloatArray) -> tuple[LentStaff, ...]:
    """Return (F, R, T) people on duty more or fewer as rows of a scenario, days together."""
    rows = []
    for f, r in np.argwhere(np.abs(change).max(axis=2, initial=0.0) > 1e-9).tolist():
        series = change[f, r]
        cuts = [0, *(np.flatnonzero(np.diff(series) != 0) + 1).tolist(), inst.days]
        rows += [
            LentStaff(
                unit=inst.units[f],
                role=inst.roles[r],
                from_day=first + 1,
                to_day=end,
                on_duty=float(series[first]),
            )
            for first, end in pairwise(cuts)
            if abs(series[first]) > 1e-9
        ]
    return tuple(rows)


def with_lent_rows(scenario: Scenario, rows: tuple[LentStaff, ...]) -> Scenario:
    """Return the scenario with these people lent and borrowed; such figures are assumed."""
    if not rows:
        return scenario
    said = Provenance(source="referral staff: secondments and rosters", confidence="assumed")
    return scenario.model_copy(
        update={
            "staff": scenario.staff.model_copy(update={"lent": rows}),
            "provenance": {**scenario.provenance, "staff.lent": said},
        }
    )


@dataclass(frozen=True, slots=True)
class AroundTheClock:
    """What the beds of a plan need of one role on the day they need most (docs/staffing.md 1)."""

    role: str
    day: int
    """1 = first day of the plan."""
    turns: int
    """People on duty, summed over the shifts of that day."""
    heads: int
    """People employed, whole in each house, by hours and absence of their contracts."""
    on_books: int
    """People of the role in the province."""


def around_the_clock(
    force: Workforce, staff: StaffTables, inst: Instance, here: FloatArray
) -> tuple[AroundTheClock, ...]:
    """Return shifts and heads that (F, K, T) patients in beds need, each role's largest shown day.

    A head gives the mean of the contracts of the people of that role.
    """
    cover = cover_of(inst, here, staff.shifts)
    out = []
    for g, role in enumerate(force.roles):
        rows = [one for (_, own), people in force.people.items() if own == role for one in people]
        if not rows:
            continue
        time = [staff.work_time(one.contract_id) for one in rows]
        mean = sum(one.hours_a_day for one in time) / len(time) * DAYS_A_WEEK
        r = int(force.role_at[g])
        needed = heads(cover.hours[:, r, : inst.shown_days], WorkTime(mean, 0.0)).sum(axis=0)
        day = int(needed.argmax())
        turns = int(cover.posts[:, r, day].sum())
        on_books = int(force.heads[g, : len(inst.units)].sum())
        out.append(AroundTheClock(role, day + 1, turns, int(needed[day]), on_books))
    return tuple(out)
