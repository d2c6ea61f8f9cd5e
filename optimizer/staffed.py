"""JOURNEY: beds and secondments in one folder, with the bed plan that is handed over, judged.

The staff folder holds who lends whom and who goes; its folder ``plan`` is a plan folder like any
other, made with the people lent and borrowed (`staff.lent` of its scenario), so no bed of it counts
without the people that the secondments bring. docs/staffing.md section 4.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from optimizer.checking.staff_folder import PLAN, ROSTERS, check_staff
from optimizer.domain.instance import FloatArray
from optimizer.domain.staffable import taken_off
from optimizer.errors import DataError, PlanCheckError, Problem
from optimizer.exchange.beds import read_excess
from optimizer.exchange.staff_folder import SUMMARY_FILE
from optimizer.handed_over import (
    HandedOver,
    hand_over,
    instance_of,
    rows_of,
    write_losses,
    write_staffed,
)
from optimizer.roster_from_beds import opened_plan
from optimizer.rosters import Rosters, held_against, roster_province
from optimizer.seconding import NEAR, Coupled, Progress, least_harm, plan_with_staff
from optimizer.staffing.roster.solve import RosterOptions

STOWED = ".kept"


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
    harm_staffed: float | None
    """Least harm, in means, with nobody but whom its rosters bring; None where the plan is held to
    rosters made before it."""
    posts: int
    open: int
    at_least: int
    """Open posts that counting heads and hours proves."""
    leads_missing: int
    bed_days: float
    bed_days_lost: float
    cpu_seconds: float
    wall_seconds: float


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
    patients may lie elsewhere. The rosters with which the least harm can be reached stand: the plan
    that is handed over keeps to them everywhere, and no bed of it counts beside them.
    """
    tell = progress or (lambda stage, spent, done: None)
    lost: FloatArray | None = None
    rounds: list[RosterRound] = []
    best: _Kept | None = None
    found: Rosters | None = None
    for number in range(1, wish.rounds + 1):
        began = time.perf_counter()
        plan = hand_over(coupled, work, scenario_path, settings, progress, lost)
        write_staffed(coupled, plan, work)
        opened = opened_plan(work, coupled.tables.directory)
        found = roster_province(
            opened,
            work / ROSTERS,
            wish.options,
            days=wish.days,
            before=found,
            number=number,
            tell=progress,
        )
        start = time.perf_counter()
        off = taken_off(plan.inst.staff, plan.inst.stands_in, found.most, found.everywhere)
        held = off if lost is None else lost + off
        harm = least_harm(instance_of(coupled, rows_of(coupled, held)))
        tell("beds with whom the rosters bring", time.perf_counter() - start, True)
        rounds.append(_round(number, plan, found, harm, time.perf_counter() - began))
        if best is None or harm < best.harm * (1 - NEAR):
            best = _Kept(number, harm, found, plan, lost, held)
            best.stow(work)
        if not found.short.any():
            break
        if number < wish.rounds:
            more = taken_off(plan.inst.staff, plan.inst.stands_in, found.most, found.short)
            lost = more if lost is None else lost + more
    assert best is not None
    best.restore(work)
    if best.found.short.any():
        began = time.perf_counter()
        lost = best.held
        plan = hand_over(coupled, work, scenario_path, settings, progress, lost)
        write_staffed(coupled, plan, work)
        opened = opened_plan(work, coupled.tables.directory)
        found = held_against(opened, best.found, work / ROSTERS, wish.days)
        kept = rounds[-1].number + 1
        rounds.append(_round(kept, plan, found, None, time.perf_counter() - began))
    else:
        kept, plan, found, lost = best.number, best.plan, best.found, best.lost
    if lost is not None:
        write_losses(work, coupled.made.instance, lost)
    summary = write_staffed(coupled, plan, work)
    left = read_excess(work / PLAN)
    summary["rosters"] = {
        "folder": ROSTERS,
        "days": wish.days,
        "rosters_of_round": best.number,
        "rounds": [asdict(one) | {"kept": one.number == kept} for one in rounds],
        "facilities": [asdict(row) for row in found.rows],
        "bed_days_lost": rounds[kept - 1].bed_days_lost,
        "excess": {"patient_days": left, "harm": left * plan.inst.harm.excess},
    }
    return summary


@dataclass(frozen=True, slots=True)
class _Kept:
    """A round whose plan and rosters are kept aside while others are tried."""

    number: int
    harm: float
    found: Rosters
    plan: HandedOver
    lost: FloatArray | None
    """(F, R, T) people on duty that its plan went without."""
    held: FloatArray
    """(F, R, T) the same for a plan that keeps to its rosters everywhere."""

    def stow(self, work: Path) -> None:
        shutil.rmtree(work / STOWED, ignore_errors=True)
        for name in (PLAN, ROSTERS):
            shutil.copytree(work / name, work / STOWED / name)

    def restore(self, work: Path) -> None:
        for name in (PLAN, ROSTERS):
            shutil.rmtree(work / name)
            (work / STOWED / name).rename(work / name)
        (work / STOWED).rmdir()


def _round(
    number: int, plan: HandedOver, found: Rosters, harm: float | None, seconds: float
) -> RosterRound:
    return RosterRound(
        number=number,
        harm=plan.summary["objective"]["harm"]["value"],
        harm_staffed=harm,
        posts=int(found.total("posts")),
        open=int(found.total("open")),
        at_least=int(sum(min(row.open, row.at_least) for row in found.rows)),
        leads_missing=int(found.total("leads_missing")),
        bed_days=found.total("bed_days"),
        bed_days_lost=found.total("bed_days_lost"),
        cpu_seconds=found.total("cpu_seconds", made_in=number),
        wall_seconds=round(seconds, 3),
    )


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
