"""JOURNEY: beds and staff planned together; who lends whom, who goes, and what that is worth.

The plan of beds says where people would be wanted if they could be lent freely; secondments bring
them there as far as travel, rest, blocks and floors allow; the people lent and borrowed go back
into the plan's staff, and the plan is solved again. No bed of the last plan is without its people.
docs/staffing.md section 4.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.cover import patients_in_beds, without_team
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.lending import (
    Workforce,
    free_from,
    home_floors,
    presence,
    secondment_problem,
    staff_change,
    without_recent,
    workforce,
)
from optimizer.domain.people import Person, StaffTables
from optimizer.domain.plan import Plan
from optimizer.domain.resource import values_of_one_more
from optimizer.domain.scenario import Scenario
from optimizer.domain.secondment import (
    DAYS_A_WEEK,
    SecondmentPlan,
    SecondmentProblem,
)
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, Problem
from optimizer.exchange.staff_blocks import EarlierBlocks, read_blocks, same_block
from optimizer.exchange.staff_tables import read_staff_tables
from optimizer.loading import load
from optimizer.planning import baselines
from optimizer.planning.lent import FreelyLent, Lendable, freely_lent
from optimizer.planning.screen import offered_ways, with_ways
from optimizer.planning.solve import solve_plan
from optimizer.staffing.secondment.solve import plan_secondments
from optimizer.staffing.secondment.who import Candidate, Going, Named, who_goes

Progress = Callable[[str, float, bool], None]

MANY = 1e6
"""People on duty where staff are not counted at all."""
NEAR = 1e-6
"""Share of the harm that the solver itself may be off by: less than this is not better."""
WISHES = {"none": 0.0, "willing": -3.0, "near": 0.0, "unwilling": 20.0}
"""Price of sending somebody who wishes so, in the units of squared days (1 = ten days)."""
FAR = 10.0
"""More for somebody who wishes to stay near, where the block loses days on the road."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the coupling."""

    number: int
    harm: float
    heads_moved: int
    head_days_short: float
    status: str
    gap: float | None
    plan_seconds: float
    staff_seconds: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Beds:
    """A plan of beds, harm alone and in means, with the instance it is of."""

    instance: Instance
    plan: Plan


@dataclass(frozen=True, slots=True)
class Coupled:
    """Beds and staff planned together."""

    tables: Tables
    staff: StaffTables
    scenario: Scenario
    made: Assembled
    force: Workforce
    problem: SecondmentProblem
    secondments: SecondmentPlan
    named: Named
    before: Beds
    """The beds with everybody at home."""
    unlimited: Beds
    """The beds if staff were no limit: what a plan without people would promise."""
    after: Beds
    """The beds with the secondments made, in means."""
    change: FloatArray
    """(F, R, T) people on duty more or fewer by the secondments that are kept."""
    free: FreelyLent
    earlier: EarlierBlocks
    """What was decided and published before."""
    decided: float | None
    """Harm with exactly what was decided and published before; None where nothing was."""
    rounds: tuple[Round, ...]
    seconds: dict[str, float]

    @property
    def illusion(self) -> FloatArray:
        """(F, T) patients whom the plan without people puts into beds that no team covers."""
        inst = self.before.instance
        return without_team(
            patients_in_beds(inst, self.unlimited.plan),
            inst.staff_need,
            inst.staff,
            inst.stands_in.astype(float),
        )


def _beds(inst: Instance) -> Beds:
    return Beds(inst, solve_plan(inst, baselines.MEANS))


def _with_staff(inst: Instance, change: FloatArray) -> Instance:
    """Return the instance with (F, R, T) people more or fewer; lending takes nobody's bed."""
    return inst.changed(staff=np.maximum(0.0, inst.staff + change), fell=inst.loses_beds)


def _ways(inst: Instance) -> Instance:
    """Return the instance with the ways a plan is offered."""
    rule, _ = baselines.greedy(inst)
    return with_ways(inst, *offered_ways(inst, rule))


def least_harm(inst: Instance) -> float:
    """Return the harm of the best plan of an instance, in means."""
    return _beds(_ways(inst)).plan.harm.value


def lendable(force: Workforce, staff: StaffTables, scenario: Scenario, inst: Instance) -> Lendable:
    """Return who could be lent at all, in people on duty."""
    units, days = len(inst.units), inst.days
    there = presence(scenario, days)
    lead = [0 if t is None else t.lead_days for t in force.terms]
    may = np.array([t is not None and t.may_lend for t in force.terms])
    starts = np.arange(min(lead), days, staff.rules.start_every)
    spare = np.maximum(0, force.heads[:, :, None] - home_floors(force, there)).max(axis=2)
    spare = np.minimum(spare, force.eligible.max(axis=2)) * may
    duty = spare * force.duty * there.max()
    most = np.zeros((units, len(inst.roles)))
    most[:, force.role_at] = duty[:, :units].T
    outside = np.zeros((len(inst.roles), len(starts)))
    for h in range(units, len(force.sites)):
        outside[force.role_at] += np.where(
            starts + staff.rules.start_every > lead[h], duty[:, h, None], 0.0
        )
    return Lendable(starts, most, outside, np.asarray(inst.listed.any(axis=1)))


def candidates(
    force: Workforce, staff: StaffTables, scenario: Scenario
) -> dict[tuple[str, str], list[Candidate]]:
    """Return who could go, by home and role."""
    weeks = staff.rules.min_weeks_between

    def free(person: Person) -> int | None:
        day = free_from(person, scenario.start_date, weeks)
        return None if day is None else max(day, force.again.get(person.person_id, 0))

    return {
        key: [
            Candidate(
                person=person.person_id,
                free_from=free(person),
                days_away=person.days_away_last_year,
                leads=person.can_supervise,
                cost=WISHES[person.preference],
                far_cost=FAR if person.preference == "near" else 0.0,
            )
            for person in rows
        ]
        for key, rows in force.people.items()
    }


def _named(
    best: SecondmentPlan,
    problem: SecondmentProblem,
    earlier: EarlierBlocks,
    force: Workforce,
    staff: StaffTables,
    scenario: Scenario,
) -> Named:
    """Name who goes: whoever was named for a block that stands; of a published one rather they."""
    stands = [(person, block) for person, block in earlier.going if block.pinned]
    told: dict[tuple[str, str, str, int, int], set[str]] = {}
    for person, block in earlier.going:
        if not block.pinned:
            told.setdefault(same_block(block), set()).add(person)
    window = DAYS_A_WEEK * staff.rules.min_weeks_between
    again = {person: max(0, block.start - 1 + window) for person, block in stands}
    people = {
        key: [
            one
            if one.person not in again or one.free_from is None
            else replace(one, free_from=max(one.free_from, again[one.person]))
            for one in rows
        ]
        for key, rows in candidates(force, staff, scenario).items()
    }
    ask = [block for block in best.blocks if not block.pinned]
    far = [problem.travel_of(block) > 0 for block in ask]
    rather = [frozenset(told.get(same_block(block), ())) for block in ask]
    found = who_goes(ask, people, staff.rules, far, rather=rather)
    return replace(found, going=(*(Going(*one) for one in stands), *found.going))


def plan_with_staff(
    scenario_path: Path,
    *,
    data_dir: Path | None = None,
    rounds: int = 3,
    seconds: float = 30.0,
    settings: Sequence[str] = (),
    progress: Progress | None = None,
    previous: Path | None = None,
    pins: Sequence[str] = (),
) -> Coupled:
    """Plan beds and staff together.

    Parameters
    ----------
    previous
        An earlier staff folder, or a table of blocks: what has begun or is pinned stands, the
        rest is published and changes at a price.
    pins
        Ids of published blocks that stand too.
    rounds
        At most so many; from the second on, one that does not lower the harm is the last. No
        round better than what is decided and made known: exactly that stands (nobody moves, where
        nothing is).
    seconds
        For the secondments of one round.

    Raises
    ------
    DataError
        If scenario or tables contradict themselves.
    """
    tell = progress or (lambda stage, spent, done: None)
    spent: dict[str, float] = {}
    clock = [time.perf_counter()]

    def lap(stage: str) -> float:
        now = time.perf_counter()
        took, clock[0] = now - clock[0], now
        spent[stage] = spent.get(stage, 0.0) + took
        tell(stage, took, True)
        return took

    if pins and previous is None:
        fault, remedy = "Nothing can be pinned without earlier blocks.", "Name them by --previous."
        raise DataError([Problem(fault, remedy, column="--pin", value=", ".join(pins)[:60])])
    tables, scenario, _ = load(scenario_path, data_dir, None, settings)
    if scenario.staff.lent:
        fault = "The scenario lends people itself already: these would be lent twice."
        remedy = "Leave staff.lent out: referral staff says who is lent."
        raise DataError([Problem(fault, remedy, str(scenario_path), column="staff.lent")])
    staff = read_staff_tables(tables)
    made = assemble(tables, scenario)
    force = workforce(tables, staff, scenario, made)
    earlier = EarlierBlocks()
    if previous is not None:
        rest = staff.rules.rest_days_after
        first, days = scenario.start_date, made.instance.days
        known = {"role": force.roles, "home": force.sites, "host": force.sites}
        earlier = read_blocks(previous, first, days, rest, pins, known)
        force = without_recent(force, earlier.over, first, staff.rules.min_weeks_between)
    inst = _ways(made.instance)
    lap("read")
    before = _beds(inst)
    lap("beds, everybody at home")
    unlimited = _beds(inst.changed(staff=np.full_like(inst.staff, MANY), fell=inst.loses_beds))
    lap("beds without counting people")
    free = freely_lent(inst, lendable(force, staff, scenario, inst))
    lap("beds with people lent freely")
    prices = values_of_one_more(inst, free.prices, "staff")

    def problem_of(plan: Plan) -> SecondmentProblem:
        asked = secondment_problem(force, staff, scenario, made, plan, free.change, prices)
        return replace(asked, pinned=earlier.pinned, published=earlier.published)

    at_home = problem_of(before.plan)
    stay = replace(
        at_home,
        substitutes=tuple(one for one in at_home.substitutes if not one.training_days),
    )
    if not earlier.published:
        stay = replace(stay, may_lend=np.zeros(len(force.sites), dtype=bool))
    after, best, problem = before, plan_secondments(stay, seconds, as_published=True), stay
    moved = np.zeros_like(inst.staff)
    decided = None
    if earlier.pinned or earlier.published:
        moved = staff_change(inst, force, scenario, stay, best)
        after = _beds(_with_staff(inst, moved))
        decided = after.plan.harm.value
        lap("beds with what is decided")
    history: list[Round] = []
    for number in range(1, rounds + 1):
        asked = problem_of(free.plan)
        found = plan_secondments(asked, seconds)
        staff_seconds = lap("secondments")
        change = staff_change(inst, force, scenario, asked, found)
        reply = _beds(_with_staff(inst, change))
        plan_seconds = lap("beds with the secondments")
        kept = reply.plan.harm.value < after.plan.harm.value * (1 - NEAR)
        history.append(
            Round(
                number,
                reply.plan.harm.value,
                found.heads_moved,
                float(found.short.sum()),
                found.status,
                found.groups["shortage"].gap,
                plan_seconds,
                staff_seconds,
                kept,
            )
        )
        if kept:
            after, best, problem, moved = reply, found, asked, change
        elif number > 1:
            break
        prices = np.maximum(prices, values_of_one_more(inst, reply.plan.shadow_prices, "staff"))
    named = _named(best, problem, earlier, force, staff, scenario)
    lap("who goes")
    return Coupled(
        tables=tables,
        staff=staff,
        scenario=scenario,
        made=replace(made, instance=inst),
        force=force,
        problem=problem,
        secondments=best,
        named=named,
        before=before,
        unlimited=unlimited,
        after=after,
        change=moved,
        free=free,
        earlier=earlier,
        decided=decided,
        rounds=tuple(history),
        seconds=spent,
    )
