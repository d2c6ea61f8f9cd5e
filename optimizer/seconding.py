"""JOURNEY: beds and staff planned together; who lends whom, who goes, and what that is worth.

The plan of beds says where people would be wanted if they could be lent freely; secondments bring
them there as far as travel, rest, blocks and floors allow; the people lent and borrowed go back
into the plan's staff, and the plan is solved again. No bed of the last plan is without its people.
docs/staffing.md section 4.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.secondments import check_secondments
from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.cover import patients_in_beds, without_team
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.lending import (
    Workforce,
    around_the_clock,
    free_from,
    home_floors,
    presence,
    secondment_problem,
    staff_with,
    workforce,
)
from optimizer.domain.people import StaffTables
from optimizer.domain.plan import Plan
from optimizer.domain.resource import values_of_one_more
from optimizer.domain.scenario import Scenario
from optimizer.domain.secondment import SecondmentPlan, SecondmentProblem
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, PlanCheckError, Problem
from optimizer.exchange.beds import write_patients
from optimizer.exchange.scenarios import scenario_to_json
from optimizer.exchange.staff_folder import SUMMARY_FILE, write_staff_folder
from optimizer.exchange.staff_tables import read_staff_tables
from optimizer.i18n import LANGUAGES
from optimizer.loading import load
from optimizer.planning import baselines
from optimizer.planning.lent import FreelyLent, Lendable, freely_lent
from optimizer.planning.screen import offered_ways, with_ways
from optimizer.planning.solve import solve_plan
from optimizer.report.kpis import plan_kpis
from optimizer.staffing.secondment.solve import plan_secondments
from optimizer.staffing.secondment.who import Candidate, Named, who_goes

Progress = Callable[[str, float, bool], None]

MANY = 1e6
"""People on duty where staff are not counted at all."""
NEAR = 1e-4
"""Share of the harm below which another round is not worth its time."""
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
    """The beds with the secondments made."""
    free: FreelyLent
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

    @property
    def unstaffed(self) -> FloatArray:
        """(F, T) the same of the last plan: nobody."""
        inst = self.after.instance
        return without_team(
            patients_in_beds(inst, self.after.plan),
            inst.staff_need,
            inst.staff,
            inst.stands_in.astype(float),
        )


def _beds(inst: Instance) -> Beds:
    return Beds(inst, solve_plan(inst, baselines.MEANS))


def _ways(inst: Instance) -> Instance:
    """Return the instance with the ways a plan is offered."""
    rule, _ = baselines.greedy(inst)
    return with_ways(inst, *offered_ways(inst, rule))


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
    return {
        key: [
            Candidate(
                person=person.person_id,
                free_from=free_from(person, scenario.start_date, weeks),
                days_away=person.days_away_last_year,
                leads=person.can_supervise,
                cost=WISHES[person.preference],
                far_cost=FAR if person.preference == "near" else 0.0,
            )
            for person in rows
        ]
        for key, rows in force.people.items()
    }


def plan_with_staff(
    scenario_path: Path,
    *,
    data_dir: Path | None = None,
    rounds: int = 3,
    seconds: float = 30.0,
    settings: Sequence[str] = (),
    progress: Progress | None = None,
) -> Coupled:
    """Plan beds and staff together.

    Parameters
    ----------
    rounds
        At most so many; from the second on, one that does not lower the harm is the last. No
        round better than everybody at home: nobody moves.
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

    tables, scenario, _ = load(scenario_path, data_dir, None, settings)
    staff = read_staff_tables(tables)
    made = assemble(tables, scenario)
    force = workforce(tables, staff, scenario, made)
    inst = _ways(made.instance)
    lap("read")
    before = _beds(inst)
    lap("beds, everybody at home")
    unlimited = _beds(inst.changed(staff=np.full_like(inst.staff, MANY)))
    lap("beds without counting people")
    free = freely_lent(inst, lendable(force, staff, scenario, inst))
    lap("beds with people lent freely")
    prices = values_of_one_more(inst, free.prices, "staff")

    def problem_of(plan: Plan) -> SecondmentProblem:
        return secondment_problem(force, staff, scenario, made, plan, free.change, prices)

    stay = replace(problem_of(before.plan), may_lend=np.zeros(len(force.sites), dtype=bool))
    after, best, problem = before, plan_secondments(stay, seconds), stay
    history: list[Round] = []
    for number in range(1, rounds + 1):
        asked = problem_of(free.plan)
        found = plan_secondments(asked, seconds)
        staff_seconds = lap("secondments")
        lent = staff_with(inst, force, scenario, asked, found)
        reply = _beds(inst.changed(staff=lent))
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
            after, best, problem = reply, found, asked
        elif number > 1:
            break
        prices = np.maximum(prices, values_of_one_more(inst, reply.plan.shadow_prices, "staff"))
    far = [problem.travel_of(block) > 0 for block in best.blocks]
    named = who_goes(best.blocks, candidates(force, staff, scenario), staff.rules, far)
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
        free=free,
        rounds=tuple(history),
        seconds=spent,
    )


def second_province(
    scenario_path: Path,
    *,
    data_dir: Path | None = None,
    out: Path,
    rounds: int = 3,
    seconds: float = 30.0,
    settings: Sequence[str] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Plan beds and staff together into the folder `out`, judged before anybody sees it.

    Raises
    ------
    DataError
        If scenario or tables contradict themselves, or something else than a staff folder is there.
    PlanCheckError
        If the judge refuses the secondments; nothing is put into `out` then.
    """
    if out.exists() and any(out.iterdir()) and not (out / SUMMARY_FILE).exists():
        fault = "This folder holds something else than a staff plan; nothing was written."
        raise DataError([Problem(fault, "Choose another one.", str(out))])
    coupled = plan_with_staff(
        scenario_path,
        data_dir=data_dir,
        rounds=rounds,
        seconds=seconds,
        settings=settings,
        progress=progress,
    )
    work = out.with_name(f".{out.name}.{os.getpid()}.new")
    shutil.rmtree(work, ignore_errors=True)
    try:
        summary = told(coupled, work)
        going = [(one.person, one.block) for one in coupled.named.going]
        first = coupled.scenario.start_date
        write_staff_folder(work, coupled.problem, coupled.secondments, going, first, summary)
        write_patients(work, coupled.after.instance, coupled.after.plan)
        _write_origin(work, coupled)
        result = check_secondments(work, coupled.tables.directory)
        if result.violations:
            raise PlanCheckError([one.problem() for one in result.violations])
        summary["checked"] = {"things": sum(result.counts.values()), "rules": len(result.counts)}
        text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
        (work / SUMMARY_FILE).write_text(text, encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return summary


def _write_origin(folder: Path, coupled: Coupled) -> None:
    """Write the scenario and the digests of the tables, as a plan folder has them."""
    for name, value in (
        ("scenario", scenario_to_json(coupled.scenario)),
        ("sources", [{"path": f.path, "sha256": f.sha256} for f in coupled.tables.files]),
    ):
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (folder / "inputs" / f"{name}.json").write_text(text, encoding="utf-8")


def told(coupled: Coupled, folder: Path) -> dict[str, Any]:
    """Return what is said of a coupled plan, as JSON can hold it."""
    made, problem, plan = coupled.made, coupled.problem, coupled.secondments
    inst = made.instance
    shown = inst.shown_days
    units = coupled.made.sites.inside
    terms = {row.ownership: row.model_dump(mode="json") for row in coupled.staff.lending}
    beds = patients_in_beds(inst, coupled.unlimited.plan).sum(axis=1)[:, :shown]
    illusion = coupled.illusion[:, :shown]
    return {
        "schema_version": 1,
        "status": plan.status,
        "scenario": coupled.scenario.title.model_dump(),
        "first_day": str(coupled.scenario.start_date),
        "days": problem.days,
        "shown_days": shown,
        "size": list(plan.size),
        "data_dir": os.path.relpath(coupled.tables.directory, folder.parent / "x"),
        "names": {site: problem.names.get(site, site) for site in problem.sites},
        "role_names": {
            lang: {row.role: str(getattr(row, f"name_{lang}")) for row in coupled.tables.roles}
            for lang in LANGUAGES
        },
        "named_sites": sorted({home for home, _ in coupled.force.people}),
        "site_of_facility": {site: unit.unit_id for unit in units for site in unit.sites},
        "lending": terms,
        "blocks": [asdict(block) | {"last": block.last} for block in plan.blocks],
        "lending_of": dict(zip(problem.sites, problem.legal_basis, strict=True)),
        "heads_moved": plan.heads_moved,
        "people_named": len(coupled.named.going),
        "nameless": sum(count for _, count in coupled.named.nameless),
        "trained": sum(course.heads for course in plan.training),
        "cost_vnd": plan.cost_vnd,
        "goals": {
            name: {"value": group.value, "bound": group.bound, "gap": group.gap}
            for name, group in plan.groups.items()
        },
        "short_head_days": float(plan.short.sum()),
        "short_head_days_at_home": float(
            np.maximum(0, problem.need - problem.heads[:, :, None]).sum()
        ),
        "lead_short_head_days": float(plan.lead_short.sum()),
        "around_the_clock": [
            asdict(one)
            for one in around_the_clock(
                coupled.force, coupled.staff, coupled.after.instance, coupled.after.plan
            )
        ],
        "floors_kept": bool((plan.below_wanted <= 0).all()),
        "harm": {
            "beds_without_people": coupled.unlimited.plan.harm.value,
            "everybody_at_home": coupled.before.plan.harm.value,
            "with_secondments": coupled.after.plan.harm.value,
            "lent_freely": coupled.free.harm,
        },
        "kpis": {
            name: plan_kpis(one.instance, one.plan)
            for name, one in (
                ("beds_without_people", coupled.unlimited),
                ("everybody_at_home", coupled.before),
                ("with_secondments", coupled.after),
            )
        },
        "illusion": {
            "bed_days": float(illusion.sum()),
            "share": float(illusion.sum() / max(1e-9, beds.sum())),
            "peak_beds": float(illusion.sum(axis=0).max(initial=0.0)),
            "peak_day": int(illusion.sum(axis=0).argmax()) + 1,
            "after": float(coupled.unstaffed[:, :shown].sum()),
        },
        "rounds": [asdict(one) for one in coupled.rounds],
        "seconds": {name: round(spent, 3) for name, spent in coupled.seconds.items()},
        "secondment_seconds": {name: round(s, 3) for name, s in plan.seconds.items()},
        "confidence": "assumed",
    }
