"""JOURNEY: beds and secondments in one folder, with the bed plan that is handed over, judged.

The staff folder holds who lends whom and who goes; its folder ``plan`` is a plan folder like any
other, made with the people lent and borrowed (`staff.lent` of its scenario), so no bed of it counts
without the people that the secondments bring. docs/staffing.md section 4.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.staff_folder import LOSSES_FILE, PLAN, ROSTERS, check_staff
from optimizer.domain.assemble import assemble
from optimizer.domain.cover import patients_in_beds, without_team
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.lending import around_the_clock, lent_rows, with_lent_rows
from optimizer.domain.secondment import Secondment, SecondmentPlan
from optimizer.domain.staffable import taken_off
from optimizer.errors import DataError, PlanCheckError, Problem
from optimizer.exchange.beds import read_patients
from optimizer.exchange.scenarios import scenario_to_json
from optimizer.exchange.staff_folder import SUMMARY_FILE, write_staff_folder
from optimizer.i18n import LANGUAGES
from optimizer.report.kpis import plan_kpis
from optimizer.roster_from_beds import opened_plan
from optimizer.rosters import Rosters, held_against, roster_province
from optimizer.run import plan_scenario
from optimizer.seconding import Coupled, Progress, plan_with_staff, same_block
from optimizer.staffing.roster.solve import RosterOptions


@dataclass(frozen=True, slots=True)
class RosterWish:
    """Rosters asked for beside the plan.

    Parameters
    ----------
    options
        Time and threads of one facility.
    rounds
        Of plan and rosters; after the last one the plan keeps to what the rosters fill.
    days
        Of each roster, from the first day of the plan; None: its shown days, at most 28.
    """

    options: RosterOptions
    rounds: int = 2
    days: int | None = None


@dataclass(frozen=True, slots=True)
class RosterRound:
    """One plan held against its rosters."""

    number: int
    harm: float
    posts: int
    open: int
    leads_missing: int
    bed_days: float
    bed_days_lost: float
    cpu_seconds: float
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The bed plan of a staff folder, as its files say it."""

    inst: Instance
    """With the people lent and borrowed."""
    here: FloatArray
    """(F, K, T) patients in beds."""
    summary: dict[str, Any]

    @property
    def unstaffed(self) -> FloatArray:
        """(F, T) patients in beds for whom nobody is on duty: nobody."""
        inst = self.inst
        return without_team(self.here, inst.staff_need, inst.staff, inst.stands_in.astype(float))


def second_province(
    scenario_path: Path,
    *,
    data_dir: Path | None = None,
    out: Path,
    rounds: int = 3,
    seconds: float = 30.0,
    settings: Sequence[str] = (),
    progress: Progress | None = None,
    rosters: RosterWish | None = None,
    previous: Path | None = None,
    pins: Sequence[str] = (),
) -> dict[str, Any]:
    """Plan beds and staff together into the folder `out`, judged before anybody sees it.

    `rosters`: make the roster of every facility too, and take off the plan what none can staff.
    `previous`, `pins`: as `plan_with_staff` has them.

    Raises
    ------
    DataError
        If scenario or tables contradict themselves, or something else than a staff folder is there.
    PlanCheckError
        If the judge refuses the secondments or the plan; nothing is put into `out` then.
    """
    sound_staff_target(out)
    coupled = plan_with_staff(
        scenario_path,
        data_dir=data_dir,
        rounds=rounds,
        seconds=seconds,
        settings=settings,
        progress=progress,
        previous=previous,
        pins=pins,
    )
    work = out.with_name(f".{out.name}.{os.getpid()}.new")
    shutil.rmtree(work, ignore_errors=True)
    try:
        if rosters is None:
            plan = hand_over(coupled, work, scenario_path, settings, progress)
            summary = write_staffed(coupled, plan, work)
        else:
            summary = _rostered(coupled, work, scenario_path, settings, progress, rosters)
        judged(work, coupled, summary)
        shutil.rmtree(out, ignore_errors=True)
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return summary


def sound_staff_target(out: Path) -> None:
    """Refuse a folder that holds something else than a staff plan."""
    if out.exists() and any(out.iterdir()) and not (out / SUMMARY_FILE).exists():
        fault = "This folder holds something else than a staff plan; nothing was written."
        raise DataError([Problem(fault, "Choose another one.", str(out))])


def hand_over(
    coupled: Coupled,
    work: Path,
    scenario_path: Path,
    settings: Sequence[str] = (),
    progress: Progress | None = None,
    lost: FloatArray | None = None,
) -> HandedOver:
    """Plan the beds with the people lent into ``work/plan``, as `referral plan` does.

    Parameters
    ----------
    lost
        (F, R, T) people on duty whom no roster can bring; they are taken off.
    """
    change = coupled.change if lost is None else coupled.change - lost
    rows = lent_rows(coupled.made.instance, change)
    outcome = plan_scenario(
        scenario_path,
        data_dir=coupled.tables.directory,
        out=work / PLAN,
        settings=settings,
        lent=rows,
        explain=False,
        progress=progress,
    )
    inst = assemble(coupled.tables, with_lent_rows(coupled.scenario, rows)).instance
    return HandedOver(inst, read_patients(work / PLAN, inst), outcome.summary)


def _rostered(
    coupled: Coupled,
    work: Path,
    scenario_path: Path,
    settings: Sequence[str],
    progress: Progress | None,
    wish: RosterWish,
) -> dict[str, Any]:
    """Plan, make every roster, take off what none can staff, and plan again; return the summary.

    In the rounds only roles and days with an open post are held to what the roster fills, so that
    patients may lie elsewhere. After the last one every facility is, and no new roster is made.
    The round that loses the fewest bed-days is handed over.
    """
    lost: FloatArray | None = None
    found: Rosters | None = None
    rounds: list[RosterRound] = []
    best: dict[str, Any] | None = None
    kept = work / ".kept"
    for number in range(1, wish.rounds + 2):
        began = time.perf_counter()
        plan = hand_over(coupled, work, scenario_path, settings, progress, lost)
        write_staffed(coupled, plan, work)
        opened = opened_plan(work, coupled.tables.directory)
        if found is not None and number > wish.rounds:
            found = held_against(opened, found, work / ROSTERS, wish.days)
        else:
            found = roster_province(
                opened, work / ROSTERS, wish.options, days=wish.days, before=found, tell=progress
            )
        rounds.append(_round(number, plan, found, time.perf_counter() - began))
        if best is None or rounds[-1].bed_days_lost < rounds[best["round"] - 1].bed_days_lost:
            best = {"round": number, "found": found, "plan": plan, "lost": lost}
            shutil.rmtree(kept, ignore_errors=True)
            for name in (PLAN, ROSTERS):
                shutil.copytree(work / name, kept / name)
        if not found.short.any() or number > wish.rounds:
            break
        last = number == wish.rounds
        held = np.broadcast_to(found.known[:, None], found.short.shape) if last else found.short
        more = taken_off(plan.inst.staff, plan.inst.stands_in, found.most, held)
        lost = more if lost is None else lost + more
    assert best is not None
    for name in (PLAN, ROSTERS):
        shutil.rmtree(work / name)
        (kept / name).rename(work / name)
    kept.rmdir()
    if best["lost"] is not None:
        write_losses(work, coupled.made.instance, best["lost"])
    summary = write_staffed(coupled, best["plan"], work)  # the last round's stands there
    summary["rosters"] = {
        "folder": ROSTERS,
        "days": wish.days,
        "rounds": [asdict(one) | {"kept": one.number == best["round"]} for one in rounds],
        "facilities": [asdict(row) for row in best["found"].rows],
        "bed_days_lost": rounds[best["round"] - 1].bed_days_lost,
    }
    return summary


def _round(number: int, plan: HandedOver, found: Rosters, seconds: float) -> RosterRound:
    return RosterRound(
        number=number,
        harm=plan.summary["objective"]["harm"]["value"],
        posts=int(found.total("posts")),
        open=int(found.total("open")),
        leads_missing=int(found.total("leads_missing")),
        bed_days=found.total("bed_days"),
        bed_days_lost=found.total("bed_days_lost"),
        cpu_seconds=found.total("cpu_seconds"),
        wall_seconds=round(seconds, 3),
    )


def write_losses(folder: Path, inst: Instance, lost: FloatArray) -> None:
    """Write the people on duty whom the plan may not count, for no roster brings them."""
    with (folder / LOSSES_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("unit", "role", "day", "on_duty", "confidence"))
        for f, r, t in np.argwhere(np.abs(lost) > 1e-9).tolist():
            value = repr(float(lost[f, r, t]))
            writer.writerow((inst.units[f], inst.roles[r], t + 1, value, "assumed"))


def write_staffed(coupled: Coupled, plan: HandedOver, work: Path) -> dict[str, Any]:
    """Write the tables of the secondments beside the plan; return what is said of all."""
    summary = told(coupled, plan, work)
    going = [(one.person, one.block) for one in coupled.named.going]
    first = coupled.scenario.start_date
    write_staff_folder(work, coupled.problem, coupled.secondments, going, first, summary)
    for name, value in (
        ("scenario", scenario_to_json(coupled.scenario)),
        ("sources", [{"path": f.path, "sha256": f.sha256} for f in coupled.tables.files]),
    ):
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (work / "inputs" / f"{name}.json").write_text(text, encoding="utf-8")
    return summary


def judged(work: Path, coupled: Coupled, summary: dict[str, Any]) -> None:
    """Judge a staff folder with its whole summary, and write what the judge counted into it.

    Raises
    ------
    PlanCheckError
        If the judge finds anything.
    """

    def write() -> None:
        text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
        (work / SUMMARY_FILE).write_text(text, encoding="utf-8")

    write()
    result = check_staff(work, coupled.tables.directory)
    if result.violations:
        raise PlanCheckError([one.problem() for one in result.violations])
    summary["checked"] = {"things": sum(result.counts.values()), "rules": len(result.counts)}
    write()


def block_changes(published: Sequence[Secondment], plan: SecondmentPlan) -> list[dict[str, Any]]:
    """Return the published blocks that are not as published: heads then, heads now."""
    now: dict[tuple[str, str, str, int, int], int] = {}
    for block in plan.blocks:
        if not block.pinned:
            now[same_block(block)] = block.heads
    return [
        {
            "role": block.role,
            "home": block.home,
            "host": block.host,
            "start": block.start,
            "length": block.length,
            "published": block.heads,
            "planned": now.get(same_block(block), 0),
        }
        for block in published
        if now.get(same_block(block), 0) != block.heads
    ]


def told(coupled: Coupled, handed: HandedOver, folder: Path) -> dict[str, Any]:
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
        "changes": block_changes(coupled.earlier.published, plan),
        "earlier": {
            "pinned": sum(block.heads for block in problem.pinned),
            "published": sum(block.heads for block in coupled.earlier.published),
            "left_out": coupled.earlier.left_out,
        },
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
            for one in around_the_clock(coupled.force, coupled.staff, handed.inst, handed.here)
        ],
        "floors_kept": bool((plan.below_wanted <= 0).all()),
        "harm": {
            "beds_without_people": coupled.unlimited.plan.harm.value,
            "everybody_at_home": coupled.before.plan.harm.value,
            "with_secondments": coupled.after.plan.harm.value,
            "lent_freely": coupled.free.harm,
            "handed_over": handed.summary["objective"]["harm"]["value"],
        },
        "plan": {
            "folder": PLAN,
            "plan_id": handed.summary["plan_id"],
            "status": handed.summary["status"],
            **handed.summary["objective"]["harm"],
        },
        "kpis": {
            name: plan_kpis(one.instance, one.plan)
            for name, one in (
                ("beds_without_people", coupled.unlimited),
                ("everybody_at_home", coupled.before),
                ("with_secondments", coupled.after),
            )
        }
        | {"handed_over": handed.summary["kpis"]},
        "illusion": {
            "bed_days": float(illusion.sum()),
            "share": float(illusion.sum() / max(1e-9, beds.sum())),
            "peak_beds": float(illusion.sum(axis=0).max(initial=0.0)),
            "peak_day": int(illusion.sum(axis=0).argmax()) + 1,
            "after": float(handed.unstaffed[:, :shown].sum()),
        },
        "rounds": [asdict(one) for one in coupled.rounds],
        "seconds": {name: round(spent, 3) for name, spent in coupled.seconds.items()},
        "secondment_seconds": {name: round(s, 3) for name, s in plan.seconds.items()},
        "confidence": "assumed",
    }
