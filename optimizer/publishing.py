"""Plans into folders: written, judged by our own checker, reported, and only then seen."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from optimizer import __version__
from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import Assembled
from optimizer.domain.assumptions import staff_assumptions
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.supplies import icu_quota, plan_needs
from optimizer.domain.tables import Tables
from optimizer.errors import PlanCheckError, Problem
from optimizer.exchange import plan_tables, planfolder
from optimizer.exchange.goals import goal_rows
from optimizer.exchange.grounds import (
    CODE,
    Grounds,
    confidence_share,
    read_grounds,
    scenario_assumptions,
    wave_confidence,
)
from optimizer.exchange.lever_table import lever_titles
from optimizer.exchange.proof_file import write_proof
from optimizer.i18n import LANGUAGES
from optimizer.planning import baselines
from optimizer.planning.split import split_to_communes
from optimizer.reasons import NONE, Reasons
from optimizer.report.equity import COLUMNS as EQUITY_COLUMNS
from optimizer.report.equity import Communes, equity_kpis, equity_rows
from optimizer.report.kpis import baseline_rows, plan_kpis, shortfalls
from optimizer.report.needs import COLUMNS as NEED_COLUMNS
from optimizer.report.needs import need_rows, needs_told
from optimizer.report.patients import class_names, disease_names
from optimizer.report.promises import COLUMNS as PROMISE_COLUMNS
from optimizer.report.promises import promise_rows, promises_told, stability_told
from optimizer.report.reports import write_reports
from optimizer.rivals import Beside, Rivals


def publish_plan(
    plan: Plan,
    inst: Instance,
    *,
    tables: Tables,
    scenario: Scenario,
    made: Assembled,
    scenario_path: Path,
    out: Path,
) -> dict[str, Any]:
    """Put a plan made elsewhere into the folder `out`, checked; return its summary.

    The nearest-free-place plan stands beside it.

    Raises
    ------
    PlanCheckError
        If our own checker refuses the plan; nothing is put into `out` then.
    """
    grounds = read_grounds(tables, scenario, made)
    desk = Desk(
        Beside(tables, scenario, made, {}), grounds, scenario_path, out, time.perf_counter()
    )
    return desk.publish(plan, inst, {"greedy": baselines.greedy(made.instance)})


def add_reports(folder: Path, summary: Mapping[str, Any] | None = None) -> None:
    """Write the reports into a checked plan folder, and their digests into its plan.json."""
    if summary is None:
        summary = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    write_reports(folder)
    planfolder.write_summary(folder, summary)


@dataclass(slots=True)
class Desk:
    """Puts the plans of one scenario into a folder, checked."""

    beside: Beside
    grounds: Grounds
    scenario_path: Path
    out: Path
    began: float
    refused: tuple[Problem, ...] = ()
    """What the checker said of the nearest-free-place plan; it is never published then."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """What each promise costs the rest of the harm."""

    def publish_rule(self, rule: Plan) -> None:
        """Publish the checked nearest-free-place plan, without reports: it is seldom kept."""
        inst = self.beside.made.instance
        try:
            self.publish(rule, inst, {"greedy": (rule, inst)}, reports=False)
        except PlanCheckError as error:  # our bug, said; the plan itself is judged on its own
            self.refused = error.problems

    def publish(
        self,
        plan: Plan,
        inst: Instance,
        rivals: Rivals,
        reasons: Reasons = NONE,
        *,
        reports: bool = True,
    ) -> dict[str, Any]:
        """Write, check, write the reports if asked, and only then show the folder."""
        work = self.out.with_name(f".{self.out.name}.{os.getpid()}.new")
        if work.exists():
            shutil.rmtree(work)
        work.mkdir(parents=True)
        made = replace(self.beside.made, instance=inst)
        planfolder.write_inputs(work / "inputs", self.beside.tables, self.beside.scenario, made)
        plan_tables.write_tables(work, made, plan, self.grounds)
        wave = CODE[wave_confidence(self.beside.scenario)]
        plan_tables.write_levers(work, self.beside.tables, inst, plan, wave)
        split = None
        if self.beside.scenario.areas == "clusters":
            split = split_to_communes(
                inst,
                plan,
                self.beside.made.demand.arrivals,
                self.beside.made.census.requests,
                self.beside.made.area_of,
                self.beside.made.minutes.commune_unit,
            )
            plan_tables.write_commune_split(work, made, *split, self.grounds)
        groups = [row.population_group for row in made.classes]
        equity = equity_rows(inst, plan, self._by_commune(inst, plan, split), groups)
        plan_tables.write_equity(work, equity, EQUITY_COLUMNS, self.grounds.results)
        needs = plan_needs(self.beside.tables, self.beside.scenario, inst, plan)
        plan_tables.write_needs(work, need_rows(needs), NEED_COLUMNS, self.grounds.results)
        planfolder.write_start(work, plan)
        write_proof(work, (plan, inst), rivals)
        plan_tables.write_baselines(
            work,
            [
                row
                for name, (rival, its) in (("plan", (plan, inst)), *rivals.items())
                for row in baseline_rows(its, name, rival)
            ],
        )
        plan_tables.write_reasons(work, reasons.tables)
        promises = promise_rows(inst, plan)
        if promises:
            plan_tables.write_promises(work, promises, PROMISE_COLUMNS, self.grounds.results)
        summary = self._summary(plan, inst, rivals, work)
        if inst.levers is not None:
            summary["levers_bought"] = [asdict(one) for one in reasons.levers]
            summary["without_levers"] = {"harm": self.beside.without}
        summary["equity"] = equity_kpis(equity)
        summary["explanation"] = reasons.summary
        summary["needs"] = needs_told(needs)
        if promises:
            costs = {} if plan.status == "rule" else self.costs
            summary["promises"] = promises_told(promises, inst, costs)
        planfolder.write_summary(work, summary)
        result = check_plan(work)
        if result.violations:
            kept = self.out.with_name(f"{self.out.name}.refused")
            planfolder.replace_folder(work, kept)
            raise PlanCheckError(
                [
                    Problem(
                        "The checker refused the plan: {rule}.",
                        "Please report this with the folder {folder}.",
                        values={"rule": v.render("en"), "folder": str(kept)},
                    )
                    for v in result.violations[:20]
                ]
            )
        if reports:
            add_reports(work, summary)
        planfolder.replace_folder(work, self.out)
        return summary

    def _by_commune(
        self, inst: Instance, plan: Plan, split: tuple[FloatArray, FloatArray] | None
    ) -> Communes:
        """Return communes with their admissions; `split` where the plan is by clusters."""
        made, arcs = self.beside.made, inst.admissions
        if split is None:  # areas are communes
            commune_of = np.zeros(len(inst.areas), dtype=np.int64)
            commune_of[made.area_of] = np.arange(len(made.communes))
            arc, day = np.nonzero(plan.admitted)
            seen = np.flatnonzero(plan.admitted_observed)
            both = np.concatenate([arc, seen])
            commune = commune_of[arcs.area[both]]
            days = np.concatenate([day, np.zeros_like(seen)])
            patients = np.concatenate([plan.admitted[arc, day], plan.admitted_observed[seen]])
        else:
            expected, observed = split
            both = np.concatenate([expected[:, 1], observed[:, 1]]).astype(np.int64)
            commune = np.concatenate([expected[:, 0], observed[:, 0]]).astype(np.int64)
            days = np.concatenate([expected[:, 2], np.zeros(len(observed))]).astype(np.int64)
            patients = np.concatenate([expected[:, 3], observed[:, 2]])
        rows = {row.admin_unit_id: row for row in self.beside.tables.admin_units}
        known = [rows[commune_id] for commune_id in made.communes]
        return Communes(
            cluster=[row.parent_id or row.admin_unit_id for row in known],
            population=made.demand.population,
            remote=np.array([float(row.remote) for row in known]),
            arrivals=made.demand.arrivals,
            requests=made.census.requests,
            commune=commune,
            arc=both,
            day=days,
            patients=patients,
            minutes=made.minutes.commune_unit[commune, arcs.to[both]],
        )

    def _summary(self, plan: Plan, inst: Instance, rivals: Rivals, work: Path) -> dict[str, Any]:
        scenario = self.beside.scenario
        digest = planfolder.inputs_digest(work / "inputs")
        named = {"scenario": self.scenario_path.stem, "inputs": digest, "solver": plan.solver}
        text = json.dumps([named, __version__], sort_keys=True)
        groups = {"harm": plan.harm, "fairness": plan.fairness, "burden": plan.burden}
        marks = self.grounds.of_places(inst)
        return {
            "schema_version": planfolder.SCHEMA_VERSION,
            "plan_id": hashlib.sha256(text.encode()).hexdigest()[:12],
            "referral_version": __version__,
            "province": scenario.province,
            "data_dir": os.path.relpath(self.beside.tables.directory.resolve(), self.out.resolve()),
            "scenario": self.scenario_path.stem,
            "title": scenario.title.model_dump(),
            "start_date": scenario.start_date.isoformat(),
            "horizon_days": scenario.horizon_days,
            "solved_days": scenario.solved_days,
            "areas": scenario.areas,
            "status": plan.status,
            "solver": plan.solver,
            "objective": {
                name: {"value": part.value, "bound": part.bound, "gap": part.gap}
                for name, part in groups.items()
            },
            "goals": goal_rows(scenario, self.beside.tables),
            "fairness_cost": dict(plan.prices) or None,
            **stability_told(inst, plan),
            "ways": {
                "offered": len(inst.admissions.area) + len(inst.transfers.origin),
                "permitted": len(self.beside.made.instance.admissions.area)
                + len(self.beside.made.instance.transfers.origin),
            },
            "seconds": {
                **{name: round(spent, 3) for name, spent in self.beside.seconds.copy().items()},
                **{f"solve: {name}": round(spent, 3) for name, spent in plan.seconds.items()},
                "so far": round(time.perf_counter() - self.began, 3),
            },
            "versions": {
                name: version(name) for name in ("ortools", "numpy", "networkx", "pydantic")
            },
            "inputs_sha256": digest,
            "kpis": plan_kpis(inst, plan),
            "baselines": {
                **{name: plan_kpis(its, rival) for name, (rival, its) in rivals.items()},
                **({"pooled_bound": self.beside.bound} if self.beside.bound is not None else {}),
            },
            "shortfalls": [
                {**one, "confidence": marks[one["place"]]} for one in shortfalls(inst, plan)
            ],
            "results_confidence": self.grounds.results,
            "names": dict(inst.unit_names),
            "class_names": {
                lang: class_names(
                    self.beside.made.classes,
                    self.beside.tables.severities,
                    lang,
                    self.beside.tables.diseases,
                )
                for lang in LANGUAGES
            },
            "supply_names": {
                lang: {
                    row.item: getattr(row, f"name_{lang}") for row in self.beside.tables.supplies
                }
                for lang in LANGUAGES
            },
            **({"lever_titles": lever_titles(self.beside.tables, inst)} if inst.levers else {}),
            "icu_quota": icu_quota(self.beside.tables, inst, inst.levels[-1]),
            "disease_names": {
                lang: disease_names(self.beside.tables.diseases, lang) for lang in LANGUAGES
            },
            "confidence_share": confidence_share(self.beside.tables, inst),
            "assumptions": [
                *staff_assumptions(self.beside.tables, scenario, self.beside.made),
                *scenario_assumptions(scenario),
            ],
            "notes": list(inst.notes),
            "not_counted": _not_counted(scenario),
            "checked": True,
        }


def _not_counted(scenario: Scenario) -> dict[str, float]:
    """Return the explicit arrivals that come after the last day solved, and their patients."""
    late = [row.count for row in scenario.explicit.arrivals if row.day > scenario.solved_days]
    return {"rows": len(late), "patients": float(sum(late))}
