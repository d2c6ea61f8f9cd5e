"""JOURNEY: one scenario, read to report. Every plan passes the checker before anyone sees it.

The nearest-free-place plan is checked and on disk before any solver starts, and is kept if solving
fails, is cancelled or finds nothing better. While the solver works on the plan, a thread makes what
stands beside it: no transfers, local care only, shares by beds, and the pooled bound no plan can
beat.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from optimizer import __version__
from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.assumptions import staff_assumptions
from optimizer.domain.facility import Tables
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.levers_decided import without_levers
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.supplies import icu_quota, plan_needs
from optimizer.errors import DataError, InfeasiblePlanError, PlanCheckError, Problem, SolverError
from optimizer.exchange import planfolder
from optimizer.exchange.agreement import cross_check
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
from optimizer.exchange.scenarios import read_placed
from optimizer.exchange.tables import read_tables
from optimizer.exchange.target import sound_target
from optimizer.i18n import LANGUAGES
from optimizer.planning import baselines
from optimizer.planning.pins import impossible_pins
from optimizer.planning.pooled import pooled_bound
from optimizer.planning.promised import held_to_no_transfers, promise_costs
from optimizer.planning.screen import offered_ways, with_pinned, with_ways
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.split import split_to_communes
from optimizer.planning.worth import Optimum
from optimizer.reasons import NONE, Reasons, explained
from optimizer.report.equity import COLUMNS as EQUITY_COLUMNS
from optimizer.report.equity import Communes, equity_kpis, equity_rows
from optimizer.report.kpis import baseline_rows, plan_kpis, shortfalls
from optimizer.report.needs import COLUMNS as NEED_COLUMNS
from optimizer.report.needs import need_rows, needs_told
from optimizer.report.patients import class_names, disease_names
from optimizer.report.promises import COLUMNS as PROMISE_COLUMNS
from optimizer.report.promises import promise_rows, promises_told, stability_told
from optimizer.report.reports import write_reports

Progress = Callable[[str, float, bool], None]
BEST = 5e-5
"""Gap below which a baseline that is solved counts as the best of its kind."""
Rivals = dict[str, tuple[Plan, Instance]]
"""Plans beside the plan, each with the instance whose ways it was offered."""

Result = TypeVar("Result")
HUNG = 5.0
"""Limits of one solve after which a solver is given up; a plan takes up to four solves."""
RULE_IS_BETTER = Problem(
    "The nearest-free-place plan has less harm than the solver's in whole people; it is kept.",
    severity="warning",
)
NOT_COMPARED = Problem(
    "What each unit would have without transfers could not be worked out: promises."
    "no_site_worse_off is not held.",
    severity="warning",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A checked plan on disk, with its summary."""

    folder: Path
    summary: dict[str, Any]
    warnings: tuple[Problem, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def load(
    scenario_path: Path,
    data_dir: Path | None,
    areas: Literal["clusters", "communes"] | None = None,
    settings: Sequence[str] = (),
) -> tuple[Tables, Scenario, tuple[Problem, ...]]:
    """Read scenario and tables and hold them against each other.

    Raises
    ------
    DataError
        With every fault of both.
    """
    read, problems = inspect(scenario_path, data_dir, areas, settings)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or read is None:
        raise DataError(errors)
    return *read, problems


def inspect(
    scenario_path: Path,
    data_dir: Path | None = None,
    areas: Literal["clusters", "communes"] | None = None,
    settings: Sequence[str] = (),
) -> tuple[tuple[Tables, Scenario] | None, tuple[Problem, ...]]:
    """Return scenario and tables, if both can be read, and what is wrong with them or odd."""
    placed, tables = None, None
    problems: list[Problem] = []
    try:
        placed = read_placed(scenario_path, settings)
    except DataError as error:
        problems += error.problems
    folder = data_dir or default_data_dir(scenario_path, placed[0].province if placed else "")
    if placed or data_dir or (folder / "units.csv").exists():
        try:
            tables, warnings = read_tables(folder)
            problems += warnings
        except DataError as error:
            problems += error.problems
    if placed is None or tables is None:
        return None, tuple(problems)
    scenario, source = placed
    if areas is not None:
        scenario = scenario.model_copy(update={"areas": areas})
    problems += (source.placed(problem) for problem in cross_check(scenario, tables))
    return (tables, scenario), tuple(problems)


def default_data_dir(scenario_path: Path, province: str) -> Path:
    """Return the scenario's own folder, or data/facilities/<province> upwards of it or of here."""
    if (scenario_path.parent / "units.csv").exists():  # a province of one's own, scenario beside it
        return scenario_path.parent
    for root in (*scenario_path.resolve().parents, *Path(__file__).resolve().parents):
        found = root / "data" / "facilities" / province
        if found.is_dir():
            return found
    return Path("data/facilities") / province


def plan_scenario(
    scenario_path: Path,
    *,
    data_dir: Path | None = None,
    out: Path,
    areas: Literal["clusters", "communes"] | None = None,
    progress: Progress | None = None,
    options: SolveOptions | None = None,
    all_ways: bool = False,
    settings: Sequence[str] = (),
    explain: bool | None = None,
) -> Outcome:
    """Plan one scenario into the folder `out`; `explain` as `reasons.explained` has `full`.

    Raises
    ------
    DataError
        If scenario or tables contradict themselves, or something else than a plan is in `out`.
    PlanCheckError
        If our own checker refuses the plan; the checked nearest-free-place plan stays in `out`.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, seconds, done: None)
    seconds: dict[str, float] = {}

    def done(stage: str, started: float) -> None:
        seconds[stage] = time.perf_counter() - started
        tell(stage, seconds[stage], True)

    out = sound_target(out)
    started = time.perf_counter()
    tell("read", 0.0, False)
    tables, scenario, warnings = load(scenario_path, data_dir, areas, settings)
    done("read", started)
    started = time.perf_counter()
    made = assemble(tables, scenario)
    done("assemble", started)
    grounds = read_grounds(tables, scenario, made)
    must_hold = made.instance.promises.must_hold
    if must_hold:
        _can_hold(made.instance, scenario)
    desk = _Desk(tables, scenario, made, grounds, scenario_path, out, seconds, began)
    limit = HUNG * (options or SolveOptions()).seconds
    started = time.perf_counter()
    rule, offered = baselines.greedy(made.instance)
    desk.publish_rule(rule)  # on disk, checked, before any solver starts
    done("rule", started)
    started = time.perf_counter()
    if not all_ways:
        screening = _begun(lambda: offered_ways(made.instance, rule))
        with contextlib.suppress(SolverError):
            offered = with_ways(offered, *with_pinned(made.instance, *screening(limit)))
    done("screen", started)
    if scenario.promises.no_site_worse_off:
        started = time.perf_counter()
        comparing = _begun(lambda: desk.no_transfers())
        try:
            still = comparing(limit)[0]
            offered = held_to_no_transfers(offered, still)
            desk.made = made = replace(made, instance=held_to_no_transfers(made.instance, still))
            rule = baselines.greedy(made.instance)[0]  # its harm with the promise
        except SolverError:
            warnings = (*warnings, NOT_COMPARED)
        done("no transfers", started)
    optima: list[Optimum] = []
    tell("harm", 0.0, False)
    beside = _begun(lambda: desk.baselines(rule))
    started = time.perf_counter()
    solving = _begun(
        lambda: solve_plan(
            offered,
            options,
            lambda stage, spent: tell(stage, spent, True),
            seen=lambda model, answer: optima.append(Optimum(model, answer)),
        )
    )
    solved = offered
    try:
        plan = solving(limit)
    except SolverError as error:
        if must_hold:  # the nearest-free-place rule holds nothing that must
            raise
        warnings = (*warnings, *error.problems)
        plan, solved = rule, made.instance
        optima.clear()
    if not must_hold and better_of(plan, solved, rule, made.instance) is not plan:
        warnings = (*warnings, RULE_IS_BETTER)
        plan, solved = better_of(plan, solved, rule, made.instance), made.instance
        optima.clear()
    offered = solved
    done("solve", started)
    started = time.perf_counter()
    optimum = optima[0] if optima else None
    explaining = _begun(
        lambda: explained(tables, scenario, made, offered, plan, optimum, full=explain)
    )
    try:
        reasons = explaining(limit)
    except SolverError as error:
        warnings, reasons = (*warnings, *error.problems), NONE
    seconds.update(reasons.seconds)
    done("explain", started)
    if offered.promises.any and optimum is not None:
        started = time.perf_counter()
        costing = _begun(lambda: promise_costs(offered, optimum))
        with contextlib.suppress(SolverError):
            desk.costs = costing(limit)
        done("promises", started)
    try:
        rivals = beside(limit)
    except SolverError:
        plain = _unheld(made.instance)
        rivals = {"greedy": (baselines.greedy(plain)[0], plain)}
        if desk.still is not None:
            rivals["no_transfers"] = desk.still
    started = time.perf_counter()
    summary = desk.publish(plan, offered, rivals, reasons)
    done("write and check", started)
    return Outcome(out, summary, (*warnings, *desk.refused), seconds)


def _begun(work: Callable[[], Result]) -> Callable[[float], Result]:
    """Start `work` in a thread; return what waits for it, so many seconds and no more.

    A solver that hangs cannot be asked to end; its thread is left behind and dies with the process.
    """
    done: list[Result] = []
    failed: list[BaseException] = []

    def call() -> None:
        try:
            done.append(work())
        except BaseException as error:  # handed on to who waits
            failed.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()

    def wait(seconds: float) -> Result:
        thread.join(seconds)
        if failed:
            raise failed[0]
        if not done:
            fault = "The solver did not answer within {seconds} s."
            raise SolverError([Problem(fault, values={"seconds": f"{seconds:.0f}"})])
        return done[0]

    return wait


def better_of(plan: Plan, offered: Instance, rule: Plan, inst: Instance) -> Plan:
    """Return the plan of less harm; the rule's keeps the plan's bound if both had the same ways.

    Harm that fairness was allowed to cost does not count against the plan.
    """
    harm = plan.harm.value - plan.prices.get("harm", 0.0)
    if harm <= rule.harm.value + 1e-9 * max(1.0, rule.harm.value):
        return plan
    same = len(offered.admissions.area) == len(inst.admissions.area) and len(
        offered.transfers.origin
    ) == len(inst.transfers.origin)
    return replace(rule, harm=replace(rule.harm, bound=plan.harm.bound if same else None))


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
    desk = _Desk(tables, scenario, made, grounds, scenario_path, out, {}, time.perf_counter())
    return desk.publish(plan, inst, {"greedy": baselines.greedy(made.instance)})


@dataclass(slots=True)
class _Desk:
    """Puts plans into folders, checked."""

    tables: Tables
    scenario: Scenario
    made: Assembled
    grounds: Grounds
    scenario_path: Path
    out: Path
    seconds: dict[str, float]
    began: float
    refused: tuple[Problem, ...] = ()
    """What the checker said of the nearest-free-place plan; it is never published then."""
    still: tuple[Plan, Instance] | None = None
    """The plan without transfers, where a promise needed it first."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """What each promise costs the rest of the harm."""
    without: float | None = None
    """Least harm without any lever, means only; None: not solved, or there are none."""
    bound: dict[str, Any] | None = None
    """What no plan can beat, by KPI."""

    def publish_rule(self, rule: Plan) -> None:
        """Publish the checked nearest-free-place plan."""
        inst = self.made.instance
        try:
            self.publish(rule, inst, {"greedy": (rule, inst)})
        except PlanCheckError as error:  # our bug, said; the plan itself is judged on its own
            self.refused = error.problems

    def no_transfers(self) -> tuple[Plan, Instance]:
        """Return the best plan without transfers; the promise that rests on it is not its own.

        Raises
        ------
        SolverError
            If it is not proved the best of its kind.
        """
        inst = _unheld(self.made.instance)
        if self.scenario.areas == "communes":
            by_clusters = self.scenario.model_copy(update={"areas": "clusters"})
            inst = _unheld(assemble(self.tables, by_clusters).instance)
        rival, its = baselines.no_transfers(inst)
        if rival.harm.gap is None or rival.harm.gap >= BEST:
            raise SolverError([NOT_COMPARED])
        self.still = rival, its
        return self.still

    def baselines(self, rule: Plan) -> Rivals:
        """Solve the rivals beside the plan, and the bound of all."""
        inst = _unheld(self.made.instance)
        rule = baselines.greedy(inst)[0] if self.made.instance is not inst else rule
        found: Rivals = {"greedy": (rule, inst)}
        started = time.perf_counter()
        with contextlib.suppress(SolverError):
            self.bound = pooled_bound(inst)
        self.seconds["baseline: pooled_bound"] = time.perf_counter() - started
        if self.scenario.areas == "communes":  # the others by clusters: 0.2 % apart, 10 x faster
            by_clusters = self.scenario.model_copy(update={"areas": "clusters"})
            inst = _unheld(assemble(self.tables, by_clusters).instance)
        inst = without_levers(inst)
        for name, solve in (
            ("no_transfers", baselines.no_transfers),
            ("local_only", baselines.local_only),
            ("proportional_share", baselines.proportional_share),
        ):
            started = time.perf_counter()
            with contextlib.suppress(SolverError):
                known = self.still if name == "no_transfers" else None
                rival, its = known or solve(inst)
                if rival.status == "rule" or (rival.harm.gap is not None and rival.harm.gap < BEST):
                    found[name] = rival, its  # one that is not the best of its kind says nothing
            self.seconds[f"baseline: {name}"] = time.perf_counter() - started
        if self.made.instance.levers is not None:
            started = time.perf_counter()
            with contextlib.suppress(SolverError):
                self.without = baselines.no_levers(inst).harm.value
            self.seconds["baseline: no levers"] = time.perf_counter() - started
        return found

    def publish(
        self, plan: Plan, inst: Instance, rivals: Rivals, reasons: Reasons = NONE
    ) -> dict[str, Any]:
        """Write, check, write the reports, and only then put the folder where people look."""
        work = self.out.with_name(f".{self.out.name}.{os.getpid()}.new")
        if work.exists():
            shutil.rmtree(work)
        work.mkdir(parents=True)
        made = replace(self.made, instance=inst)
        planfolder.write_inputs(work / "inputs", self.tables, self.scenario, made)
        planfolder.write_tables(work, made, plan, self.grounds)
        wave = CODE[wave_confidence(self.scenario)]
        planfolder.write_levers(work, self.tables, inst, plan, wave)
        split = None
        if self.scenario.areas == "clusters":
            split = split_to_communes(
                inst,
                plan,
                self.made.demand.arrivals,
                self.made.census.requests,
                self.made.area_of,
                self.made.minutes.commune_unit,
            )
            planfolder.write_commune_split(work, made, *split, self.grounds)
        groups = [row.population_group for row in made.classes]
        equity = equity_rows(inst, plan, self._by_commune(inst, plan, split), groups)
        planfolder.write_equity(work, equity, EQUITY_COLUMNS, self.grounds.results)
        needs = plan_needs(self.tables, self.scenario, inst, plan)
        planfolder.write_needs(work, need_rows(needs), NEED_COLUMNS, self.grounds.results)
        planfolder.write_start(work, plan)
        write_proof(work, (plan, inst), rivals)
        planfolder.write_baselines(
            work,
            [
                row
                for name, (rival, its) in (("plan", (plan, inst)), *rivals.items())
                for row in baseline_rows(its, name, rival)
            ],
        )
        planfolder.write_reasons(work, reasons.tables)
        promises = promise_rows(inst, plan)
        if promises:
            planfolder.write_promises(work, promises, PROMISE_COLUMNS, self.grounds.results)
        summary = self._summary(plan, inst, rivals, work)
        if inst.levers is not None:
            summary["levers_bought"] = [asdict(one) for one in reasons.levers]
            summary["without_levers"] = {"harm": self.without}
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
        write_reports(work)
        planfolder.write_summary(work, summary)
        planfolder.replace_folder(work, self.out)
        return summary

    def _by_commune(
        self, inst: Instance, plan: Plan, split: tuple[FloatArray, FloatArray] | None
    ) -> Communes:
        """Return communes with their admissions; `split` where the plan is by clusters."""
        made, arcs = self.made, inst.admissions
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
        rows = {row.admin_unit_id: row for row in self.tables.admin_units}
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
        scenario = self.scenario
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
            "data_dir": os.path.relpath(self.tables.directory.resolve(), self.out.resolve()),
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
            "goals": goal_rows(scenario, self.tables),
            "fairness_cost": dict(plan.prices) or None,
            **stability_told(inst, plan),
            "ways": {
                "offered": len(inst.admissions.area) + len(inst.transfers.origin),
                "permitted": len(self.made.instance.admissions.area)
                + len(self.made.instance.transfers.origin),
            },
            "seconds": {
                **{name: round(spent, 3) for name, spent in self.seconds.copy().items()},
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
                **({"pooled_bound": self.bound} if self.bound is not None else {}),
            },
            "shortfalls": [
                {**one, "confidence": marks[one["place"]]} for one in shortfalls(inst, plan)
            ],
            "results_confidence": self.grounds.results,
            "names": dict(inst.unit_names),
            "class_names": {
                lang: class_names(
                    self.made.classes, self.tables.severities, lang, self.tables.diseases
                )
                for lang in LANGUAGES
            },
            "supply_names": {
                lang: {row.item: getattr(row, f"name_{lang}") for row in self.tables.supplies}
                for lang in LANGUAGES
            },
            **({"lever_titles": lever_titles(self.tables, inst)} if inst.levers else {}),
            "icu_quota": icu_quota(self.tables, inst, inst.levels[-1]),
            "disease_names": {
                lang: disease_names(self.tables.diseases, lang) for lang in LANGUAGES
            },
            "confidence_share": confidence_share(self.tables, inst),
            "assumptions": [
                *staff_assumptions(self.tables, scenario, self.made),
                *scenario_assumptions(scenario),
            ],
            "notes": list(inst.notes),
            "not_counted": _not_counted(scenario),
            "checked": True,
        }


def _unheld(inst: Instance) -> Instance:
    """Return the instance without what only the plan is held to.

    Pins, a longest wait that must hold, and no unit worse off.
    """
    promised = inst.promises
    if not promised.compared and not promised.must_hold:
        return inst
    return inst.changed(promises=replace(promised.without_what_must_hold(), site_limit=None))


def _can_hold(inst: Instance, scenario: Scenario) -> None:
    """Refuse pins, and longest waits that must hold, that cannot hold together.

    Raises
    ------
    InfeasiblePlanError
        Naming the smallest set of them without which a plan exists.
    """
    found = impossible_pins(inst)
    if not found.any:
        return
    remedy = "Without the pins named here a plan exists; no fewer are enough."
    if not found.least:
        remedy = "Without the pins named here a plan exists; fewer may be enough."
    if found.areas:
        remedy = "Without what is named here a plan exists; no less is enough."
        if not found.least:
            remedy = "Without what is named here a plan exists; less may be enough."
    problems = [
        Problem(
            "This pin cannot hold: {kind} to {place} on day {day}, {count}.",
            remedy,
            column=f"pins[{number + 1}]",
            values={
                "kind": scenario.pins[number].kind,
                "place": scenario.pins[number].to_place,
                "day": scenario.pins[number].day,
                "count": scenario.pins[number].count,
            },
        )
        for number in found.pins
    ]
    told = scenario.promises.longest_wait
    problems += [
        Problem(
            "In {area} this cannot hold: nobody of severity {severity} waits more than {days} "
            "days.",
            remedy,
            column="promises.longest_wait",
            values={
                "area": inst.unit_names.get(inst.areas[number], inst.areas[number]),
                "severity": told.severity if told else "",
                "days": told.days if told else 0,
            },
        )
        for number in found.areas
    ]
    raise InfeasiblePlanError(problems)


def _not_counted(scenario: Scenario) -> dict[str, float]:
    """Return the explicit arrivals that come after the last day solved, and their patients."""
    late = [row.count for row in scenario.explicit.arrivals if row.day > scenario.solved_days]
    return {"rows": len(late), "patients": float(sum(late))}
