"""JOURNEY: the bed plan that a staff folder hands over, and what is said of it.

It is planned from the scenario with the people lent and borrowed, so that no bed of it counts
without the people whom the secondments, and the rosters if they are asked for, bring.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.secondment_files import LOSSES_FILE
from optimizer.checking.staff_folder import PLAN
from optimizer.domain.assemble import assemble
from optimizer.domain.cover import patients_in_beds, without_team
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.lending import around_the_clock, lent_rows, with_lent_rows
from optimizer.domain.secondment import Secondment, SecondmentPlan
from optimizer.domain.settings import LentStaff
from optimizer.exchange.beds import read_patients
from optimizer.exchange.scenarios import scenario_to_json
from optimizer.exchange.staff_blocks import same_block
from optimizer.exchange.staff_folder import write_staff_folder
from optimizer.i18n import LANGUAGES
from optimizer.report.kpis import plan_kpis
from optimizer.run import plan_scenario
from optimizer.seconding import Coupled, Progress


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The bed plan of a staff folder, as its files say it."""

    inst: Instance
    """With the people lent and borrowed."""
    here: FloatArray
    """(F, K, T) patients in beds."""
    summary: dict[str, Any]

    def unstaffed(self, staff: FloatArray) -> FloatArray:
        """(F, T) patients in beds for whom nobody is on duty, of (F, R, T) people on duty."""
        inst = self.inst
        return without_team(self.here, inst.staff_need, staff, inst.stands_in.astype(float))


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
    rows = rows_of(coupled, lost)
    outcome = plan_scenario(
        scenario_path,
        data_dir=coupled.tables.directory,
        out=work / PLAN,
        settings=settings,
        lent=rows,
        explain=False,
        progress=progress,
    )
    inst = instance_of(coupled, rows)
    return HandedOver(inst, read_patients(work / PLAN, inst), outcome.summary)


def rows_of(coupled: Coupled, lost: FloatArray | None) -> tuple[LentStaff, ...]:
    """Return who is lent and borrowed, (F, R, T) people on duty lost taken off."""
    change = coupled.change if lost is None else coupled.change - lost
    return lent_rows(coupled.made.instance, change)


def instance_of(coupled: Coupled, rows: tuple[LentStaff, ...]) -> Instance:
    """Return the instance with people lent and borrowed."""
    return assemble(coupled.tables, with_lent_rows(coupled.scenario, rows)).instance


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
    ids = coupled.earlier.names_of(coupled.secondments.blocks)
    write_staff_folder(work, coupled.problem, coupled.secondments, going, first, summary, ids)
    for name, value in (
        ("scenario", scenario_to_json(coupled.scenario)),
        ("sources", [{"path": f.path, "sha256": f.sha256} for f in coupled.tables.files]),
    ):
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (work / "inputs" / f"{name}.json").write_text(text, encoding="utf-8")
    return summary


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
    lent = np.maximum(0.0, inst.staff + coupled.change)
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
        }
        | ({} if coupled.decided is None else {"decided": coupled.decided}),
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
            "after": float(handed.unstaffed(lent)[:, :shown].sum()),
        },
        "rounds": [asdict(one) for one in coupled.rounds],
        "seconds": {name: round(spent, 3) for name, spent in coupled.seconds.items()},
        "secondment_seconds": {name: round(s, 3) for name, s in plan.seconds.items()},
        "confidence": "assumed",
    }
