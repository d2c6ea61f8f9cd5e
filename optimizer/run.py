"""JOURNEY: one scenario, read to report. Every plan passes the checker before anyone sees it.

The nearest-free-place plan is checked and on disk before any solver starts, and is kept if solving
fails, is cancelled or finds nothing better. While the solver works on the plan, a thread makes what
stands beside it: no transfers, local care only, shares by beds, and the pooled bound no plan can
beat.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from optimizer.domain.assemble import assemble
from optimizer.domain.instance import Instance
from optimizer.domain.lending import with_lent_rows
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.settings import LentStaff
from optimizer.errors import InfeasiblePlanError, Problem, SolverError
from optimizer.exchange.grounds import (
    read_grounds,
)
from optimizer.exchange.target import sound_target
from optimizer.loading import load
from optimizer.planning import baselines
from optimizer.planning.pins import impossible_pins
from optimizer.planning.promised import held_to_no_transfers, promise_costs
from optimizer.planning.screen import offered_ways, with_pinned, with_ways
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.worth import Optimum
from optimizer.publishing import Desk, add_reports
from optimizer.reasons import NONE, Reasons, explained
from optimizer.rivals import NOT_COMPARED, Beside

Progress = Callable[[str, float, bool], None]
Result = TypeVar("Result")
HUNG = 5.0
"""Limits of one solve after which a solver is given up; a plan takes up to four solves."""
RULE_IS_BETTER = Problem(
    "The nearest-free-place plan has less harm than the solver's in whole people; it is kept.",
    severity="warning",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A checked plan on disk, with its summary."""

    folder: Path
    summary: dict[str, Any]
    warnings: tuple[Problem, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


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
    reports: bool = True,
    lent: tuple[LentStaff, ...] = (),
) -> Outcome:
    """Plan one scenario into the folder `out`; `explain` as `reasons.explained` has `full`.

    `reports`: also write report.html and report.xlsx. `lent`: people lent and borrowed, instead
    of those of the scenario.

    Raises
    ------
    DataError
        If scenario or tables contradict themselves, or something else than a plan is in `out`.
    PlanCheckError
        If our own checker refuses the plan; the checked nearest-free-place plan stays in `out`.
    """
    clock = _Clock(progress or (lambda stage, seconds, done: None))
    out = sound_target(out)
    with clock.stage("read", told=True):
        tables, scenario, warnings = load(scenario_path, data_dir, areas, settings)
        scenario = with_lent_rows(scenario, lent)
    with clock.stage("assemble"):
        made = assemble(tables, scenario)
    grounds = read_grounds(tables, scenario, made)
    if made.instance.promises.must_hold:
        _can_hold(made.instance, scenario)
    beside = Beside(tables, scenario, made, clock.seconds)
    desk = Desk(beside, grounds, scenario_path, out, clock.began)
    with clock.stage("rule"):  # on disk, checked, before any solver starts
        rule, offered = baselines.greedy(made.instance)
        desk.publish_rule(rule)
    journey = _Journey(desk, clock, options or SolveOptions(), warnings)
    with _reported(out, reports and not desk.refused):
        if not all_ways:
            offered = journey.screened(offered, rule)
        if scenario.promises.no_site_worse_off:
            rule, offered = journey.held_to_no_transfers(rule, offered)
        rivals = _begun(lambda: beside.all(rule))
        plan, offered, optimum = journey.solved(rule, offered)
        reasons = journey.explained(plan, offered, optimum, explain)
        if offered.promises.any and optimum is not None:
            journey.cost_promises(offered, optimum)
        try:
            found = rivals(journey.limit)
        except SolverError:
            found = beside.fallback()
        with clock.stage("write and check"):
            summary = desk.publish(plan, offered, found, reasons, reports=reports)
    return Outcome(out, summary, (*journey.warnings, *desk.refused), clock.seconds)


@contextlib.contextmanager
def _reported(out: Path, wanted: bool) -> Iterator[None]:
    """Give the plan that is on disk its reports if what follows is stopped or refused."""
    try:
        yield
    except BaseException:
        if wanted and (out / "plan.json").exists():
            add_reports(out)
        raise


@dataclass(slots=True)
class _Clock:
    """Times the stages and tells of them."""

    tell: Progress
    began: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def stage(self, name: str, *, told: bool = False) -> Iterator[None]:
        """Time one stage; `told` says that it begins, too."""
        started = time.perf_counter()
        if told:
            self.tell(name, 0.0, False)
        yield
        self.seconds[name] = time.perf_counter() - started
        self.tell(name, self.seconds[name], True)


@dataclass(slots=True)
class _Journey:
    """The stages that need a solver; one that fails leaves what stood before."""

    desk: Desk
    clock: _Clock
    options: SolveOptions
    warnings: tuple[Problem, ...]

    @property
    def limit(self) -> float:
        """Return the seconds after which a solver is given up."""
        return HUNG * self.options.seconds

    def screened(self, offered: Instance, rule: Plan) -> Instance:
        """Return the instance with the ways that are worth offering."""
        whole = self.desk.beside.made.instance
        with self.clock.stage("screen"), contextlib.suppress(SolverError):
            screening = _begun(lambda: offered_ways(whole, rule))
            return with_ways(offered, *with_pinned(whole, *screening(self.limit)))
        return offered

    def held_to_no_transfers(self, rule: Plan, offered: Instance) -> tuple[Plan, Instance]:
        """Hold the instance to "no site worse off"; return the rule's plan and the ways held."""
        beside = self.desk.beside
        with self.clock.stage("no transfers"):
            try:
                still = _begun(beside.no_transfers)(self.limit)[0]
            except SolverError:
                self.warnings = (*self.warnings, NOT_COMPARED)
                return rule, offered
            held = held_to_no_transfers(beside.made.instance, still)
            beside.made = replace(beside.made, instance=held)
            return baselines.greedy(held)[0], held_to_no_transfers(offered, still)

    def solved(self, rule: Plan, offered: Instance) -> tuple[Plan, Instance, Optimum | None]:
        """Return the better of the solver's plan and the rule's, its ways, and its optimum."""
        beside, optima = self.desk.beside, list[Optimum]()
        must_hold, whole = beside.made.instance.promises.must_hold, beside.made.instance
        self.clock.tell("harm", 0.0, False)
        with self.clock.stage("solve"):
            solving = _begun(
                lambda: solve_plan(
                    offered,
                    self.options,
                    lambda stage, spent: self.clock.tell(stage, spent, True),
                    seen=lambda model, answer: optima.append(Optimum(model, answer)),
                )
            )
            try:
                plan = solving(self.limit)
            except SolverError as error:
                if must_hold:  # the nearest-free-place rule holds nothing that must
                    raise
                self.warnings = (*self.warnings, *error.problems)
                return rule, whole, None
            better = plan if must_hold else better_of(plan, offered, rule, whole)
            if better is not plan:
                self.warnings = (*self.warnings, RULE_IS_BETTER)
                return better, whole, None
            return plan, offered, optima[0] if optima else None

    def explained(
        self, plan: Plan, offered: Instance, optimum: Optimum | None, full: bool | None
    ) -> Reasons:
        """Return why the plan is as it is; nothing where that could not be worked out."""
        beside = self.desk.beside
        with self.clock.stage("explain"):
            explaining = _begun(
                lambda: explained(
                    beside.tables, beside.scenario, beside.made, offered, plan, optimum, full=full
                )
            )
            try:
                reasons = explaining(self.limit)
            except SolverError as error:
                self.warnings = (*self.warnings, *error.problems)
                reasons = NONE
            self.clock.seconds.update(reasons.seconds)
        return reasons

    def cost_promises(self, offered: Instance, optimum: Optimum) -> None:
        """Work out what each promise costs the rest of the harm."""
        with self.clock.stage("promises"), contextlib.suppress(SolverError):
            self.desk.costs = _begun(lambda: promise_costs(offered, optimum))(self.limit)


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
