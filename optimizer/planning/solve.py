"""`solve_plan`: the recipe in one page.

Harm first, then fairness and burden, each on the optimal face before it, whole people on day 1.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan, area_waiting
from optimizer.errors import Problem, SolverError
from optimizer.planning.fairness import (
    HELD,
    holding_worst_area,
    least_worst_area,
    priced,
    with_worst_area,
    worst_area_of,
)
from optimizer.planning.first import least_harm
from optimizer.planning.lever_days import better_days
from optimizer.planning.lever_dive import dived
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.proved import sharpened
from optimizer.planning.readout import bound_of, group_of, plan_of
from optimizer.planning.start import start_of
from optimizer.planning.whole import fractional, whole_day_one
from optimizer.planning.whole_levers import (
    Decided,
    all_whole,
    holding,
    nearest_whole,
    whole_levers,
)
from optimizer.planning.whole_window import whole_window
from optimizer.solving.engine import Answer, OpenSolver, solve_arrays
from optimizer.solving.face import containing, optimal_face
from optimizer.solving.matrix import Compiled

Progress = Callable[[str, float], None]
Seen = Callable[[PlanModel, Answer], None]

WORTH_SEARCHING = 0.005
"""Gap from which a small model is searched in whole numbers to the end."""
SEARCHED_TO = 5_000
"""Columns of a small model."""
SEARCH_SECONDS = 10.0
LEVER_SECONDS = 20.0
"""For the search of whole units over levers alone."""
DIVE_SHARE, DIVE_LEAST = 2.0, 5.0
"""Deciding levers in rounds takes so many times the first LP, at least so many seconds."""
DAYS_SHARE, DAYS_LEAST = 0.4, 2.0
"""Trying other days for levers likewise, each time."""
SEARCHED_GAIN = 1e-6
"""Harm below which a better plan is not worth taking."""


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve; nothing here changes what a plan means."""

    transfers: bool = True
    """False leaves every move between facilities out: the no-transfer baseline."""
    burden: bool = True
    """False stops after the harm group, without fairness too (baselines)."""
    seconds: float = 600.0
    engine: str = ""
    whole: bool = True
    """False leaves people and beds as means (baselines)."""
    window_seconds: float = 120.0
    """For the search of whole people over a whole window (`rules.whole_window`)."""


def solve_plan(
    inst: Instance,
    options: SolveOptions | None = None,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> Plan:
    """Return the plan of least harm, and of least burden among those; it always exists.

    `seen` is given the model and the answer of the harm group, before its face is fixed.

    Raises
    ------
    SolverError
        If the solver fails where a solution always exists (our bug or its).
    """
    options = options or SolveOptions()
    tell = progress or (lambda stage, seconds: None)
    seconds: dict[str, float] = {}

    def timed(stage: str, started: float) -> None:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started
        tell(stage, seconds[stage])

    started = time.perf_counter()
    model = build_model(inst, transfers=options.transfers)
    compiled = model.compiled
    timed("build", started)

    started = time.perf_counter()
    harm = least_harm(model, engine=options.engine, seconds=options.seconds)
    harm, bound = sharpened(model, inst, harm, min(60.0, options.seconds))
    timed("harm", started)
    if seen is not None:
        seen(model, harm)
    prices = {
        name: np.where(index >= 0, -harm.row_duals[np.maximum(index, 0)], 0.0)
        for name, index in model.row_blocks.items()
    }
    start = start_of(model, harm.basis)
    built, priced_at = model, harm
    least, spent = harm.objective, 0.0
    final, later = harm, Later()
    if options.burden:
        model, harm = with_worst_area(inst, model, harm)
    if options.burden and inst.fairness_epsilon > 0 and harm.optimal:
        started = time.perf_counter()
        cost, harm = priced(inst, model, harm, options.seconds)
        spent = max(0.0, float(model.harm @ harm.x) - least)
        model = replace(model, first=cost)
        timed("fairness", started)
    compiled = model.compiled
    lower, upper = compiled.column_lower, compiled.column_upper
    if options.burden:
        final, later = _later(model, harm, lower, upper, options, timed)
    free = model
    if options.whole and inst.levers is not None:
        started = time.perf_counter()
        base, harm = _whole_levers(built, inst, final.x, priced_at, options)
        start = start_of(base, harm.basis)
        model, final = base, harm
        if options.burden:
            least = harm.objective
            model, harm = with_worst_area(inst, base, harm)
            if inst.fairness_epsilon > 0 and harm.optimal:
                cost, harm = priced(inst, model, harm, options.seconds)
                spent = max(0.0, float(model.harm @ harm.x) - least)
                model = replace(model, first=cost)
        compiled = model.compiled
        lower, upper = compiled.column_lower, compiled.column_upper
        if options.burden:
            final, _ = _later(model, harm, lower, upper, options)
        timed("whole levers", started)
    people, beds = model.variables.whole_people, model.variables.surge_beds
    if options.whole and fractional(final.x, people).size:
        started = time.perf_counter()
        if inst.rules.whole_window:
            lower, upper, harm = whole_window(
                compiled, model.goal, people, harm, options.window_seconds
            )
        else:
            lower, upper, harm = whole_day_one(compiled, model.goal, people, model.day_one, harm)
        final = harm
        if options.burden:
            final, _ = _later(model, harm, lower, upper, options)
        timed("whole people", started)
    if options.whole and fractional(final.x, beds[beds >= 0]).size:
        started = time.perf_counter()
        final = _whole_surge(model, harm, final, lower, upper, options)
        timed("whole beds", started)
    short = float(model.harm @ final.x) - spent - bound
    small = compiled.size[0] <= SEARCHED_TO
    if options.whole and small and short > WORTH_SEARCHING * max(1.0, abs(bound)):
        started = time.perf_counter()
        final = _searched(free, final, options)
        timed("search", started)
    made = plan_of(model, final, bound, later.burden, options.whole, spent)
    worst = float(area_waiting(inst, made.waiting).max(initial=0.0))
    return replace(
        made,
        seconds=seconds,
        shadow_prices=prices,
        start=start,
        fairness=group_of(worst, later.fairness),
        prices={"harm": spent, "burden": later.added, "worst_area_without": later.unheld}
        if np.isfinite(later.fairness)
        else {},
        stability=later.stability,
    )


def _whole_levers(
    model: PlanModel, inst: Instance, x: FloatArray, lp: Answer, options: SolveOptions
) -> tuple[PlanModel, Answer]:
    """Hold all levers at whole units near the point `x`, and solve harm again with them.

    Where the units that a search over levers found cost more than half a per cent of the LP's harm,
    rounded ones are tried too, then other days of those that do harm themselves, then units decided
    in rounds, and the best are kept.
    """
    point, seconds = x[: model.compiled.size[0]], min(LEVER_SECONDS, options.seconds)

    warm = _Warm(model, lp, options.seconds)

    def solved(decided: Decided | None) -> tuple[Decided, Answer] | None:
        if decided is None:
            return None
        held = holding(model, inst, decided)
        answer = warm.solved(held.compiled)
        if answer is not None:
            return decided, answer
        try:
            return decided, least_harm(held, engine=options.engine, seconds=options.seconds)
        except SolverError:
            if inst.promises.must_hold:  # it may not, without a lever more
                return None
            raise

    def on_better_days(decided: Decided, answer: Answer) -> tuple[Decided, Answer]:
        """Return the units on the days that do least harm, as far as the time for it goes."""
        assert inst.levers is not None
        if answer.objective <= worth_it or lp.basis is None:
            return decided, answer
        return better_days(
            inst.levers,
            decided,
            answer,
            lambda other: warm.solved(holding(model, inst, other).compiled),
            worth_it,
            max(DAYS_LEAST, DAYS_SHARE * lp.seconds),
        )

    worth_it = (1 + WORTH_SEARCHING) * max(1.0, lp.objective)
    best = solved(nearest_whole(model, inst, point, lp.row_duals, seconds))
    if best is None or best[1].objective > worth_it:
        other = solved(whole_levers(model, inst, point, lp.row_duals))
        if best is None or (other is not None and other[1].objective < best[1].objective):
            best = other
    if best is None:
        best = solved(all_whole(model, inst, options.seconds))
    if best is None:
        raise SolverError([Problem("No whole units of levers were found with what must hold.")])
    best = on_better_days(*best)
    if best[1].objective > worth_it and lp.basis is not None:
        more = dived(model, inst, lp, point, max(DIVE_LEAST, DIVE_SHARE * lp.seconds))
        if more is not None:
            more = on_better_days(*more)
            best = min(best, more, key=lambda one: one[1].objective)
    return holding(model, inst, best[0]), best[1]


class _Warm:
    """The harm LP kept open, from the LP's basis: holding levers only moves bounds."""

    def __init__(self, model: PlanModel, lp: Answer, seconds: float) -> None:
        self._model, self._seconds, self._basis = model, seconds, lp.basis
        self._known = model.compiled
        self._solver: OpenSolver | None = None

    def solved(self, compiled: Compiled) -> Answer | None:
        """Return the optimum with these bounds; None where it is not found so."""
        if self._solver is None:
            if self._basis is None:
                return None
            self._solver = OpenSolver(self._model.compiled, self._model.harm, seconds=self._seconds)
        try:
            self._solver.change(self._known, compiled)
            self._known = compiled
            answer = self._solver.solve(self._basis)
        except SolverError:
            return None
        self._basis = None  # from where it stands
        return answer if answer.optimal else None


@dataclass(frozen=True, slots=True)
class Later:
    """The groups after harm: bounds of plans on its face, and what fairness cost the burden."""

    fairness: float = -np.inf
    """-inf where nothing is proved."""
    burden: float = 0.0
    added: float = 0.0
    """Burden above that without fairness."""
    stability: dict[str, float] = field(default_factory=dict)
    """Churn with and without its price, and what the rest of the burden pays for it."""
    unheld: float = 0.0
    """The worst area without fairness: waiting days a new patient."""


def _searched(model: PlanModel, final: Answer, options: SolveOptions) -> Answer:
    """Search whole people and beds of a small model together, where today alone was misjudged.

    The evening of day 1 is priced with the LP's duals, which may be far off for one person more.
    """
    compiled = model.compiled
    lower, upper = compiled.column_lower.copy(), compiled.column_upper.copy()
    seconds = min(SEARCH_SECONDS, options.seconds)
    with contextlib.suppress(SolverError):
        found = solve_arrays(compiled, model.goal, whole=True, seconds=seconds)
        if found.objective < float(model.goal @ final.x) - SEARCHED_GAIN:
            columns = np.flatnonzero(compiled.whole)
            lower[columns] = upper[columns] = np.round(found.x[columns])
            best = solve_arrays(
                compiled, model.goal, lower=lower, upper=upper, seconds=options.seconds
            )
            return _later(model, best, lower, upper, options)[0] if options.burden else best
    return final


def _later(
    model: PlanModel,
    harm: Answer,
    lower: FloatArray,
    upper: FloatArray,
    options: SolveOptions,
    timed: Callable[[str, float], None] = lambda stage, started: None,
) -> tuple[Answer, Later]:
    """Solve fairness on the optimal face of harm, then burden on the face of both.

    Burden alone comes first: it is what fairness may cost, and a near start of the last solve.
    Keep harm's own point if the face is too thin, or if harm has no proof and so no face.
    """
    if not harm.optimal:
        return harm, Later()
    face = optimal_face(model.compiled, model.goal, harm, lower, upper)
    started = time.perf_counter()
    alone = _burden(model, face, harm, options)
    timed("burden", started)
    started = time.perf_counter()
    fair = least_worst_area(model, face, harm, options.seconds)
    worst = worst_area_of(model, fair)
    timed("fairness", started)
    before = worst_area_of(model, alone)
    found = known = alone
    if before > worst * (1 + HELD) + HELD:
        started = time.perf_counter()
        held = holding_worst_area(model, face, worst)
        known = replace(fair, basis=alone.basis)
        found = _burden(model, held, known, options)
        timed("burden", started)
    stable = _stability(model, face, found, worst, options)
    added = max(0.0, float(model.burden @ (found.x - alone.x)))
    proved = worst if fair.optimal else -np.inf
    solved = found is not harm and (found is alone or found is not known)
    return found, Later(proved, bound_of(found) if solved else 0.0, added, stable, before)


def _stability(
    model: PlanModel, face: Compiled, found: Answer, worst: float, options: SolveOptions
) -> dict[str, float]:
    """Return churn with and without its price, and the rest of the burden in both; in means."""
    if model.churn is None or not model.churn.any():
        return {}
    rest = model.burden - model.churn
    held = holding_worst_area(model, face, worst)
    without = _burden(replace(model, burden=rest), held, found, options)
    price = float(model.churn.max())
    return {
        "churn": float(model.churn @ found.x) / price,
        "churn_without": model.churn_of(without.x),
        "rest": float(rest @ found.x),
        "rest_without": float(rest @ without.x),
    }


def _burden(model: PlanModel, face: Compiled, known: Answer, options: SolveOptions) -> Answer:
    """Solve the burden group on a face, warm from a known point; the point itself if none does."""
    # Warm first: it needs no presolve, which may call so thin a face empty.
    for on, engine, basis in (
        (face, "glop", known.basis),
        (face, "", None),
        (containing(face, known.x), "glop", known.basis),
    ):
        if engine and basis is None:
            continue
        with contextlib.suppress(SolverError):
            return solve_arrays(
                on, model.burden, engine=engine, basis=basis, seconds=options.seconds
            )
    return known


def _whole_surge(
    model: PlanModel,
    harm: Answer,
    final: Answer,
    lower: FloatArray,
    upper: FloatArray,
    options: SolveOptions,
) -> Answer:
    """Round surge beds up (opening more never harms), fix them and solve the last group again."""
    beds = model.variables.surge_beds
    columns = beds[beds >= 0]
    lower, upper = lower.copy(), upper.copy()
    whole = np.ceil(final.x[columns] - 1e-6)
    lower[columns] = upper[columns] = whole
    if options.burden and harm.optimal:
        face = optimal_face(model.compiled, model.goal, harm, lower, upper)
        low, high = face.column_lower.copy(), face.column_upper.copy()
        low[columns] = high[columns] = whole
        held = replace(face, column_lower=low, column_upper=high)
        held = holding_worst_area(model, held, worst_area_of(model, final))
        for engine, basis in (("glop", final.basis), ("", None)):
            if engine and basis is None:
                continue
            with contextlib.suppress(SolverError):
                return solve_arrays(
                    held, model.burden, engine=engine, basis=basis, seconds=options.seconds
                )
    again = solve_arrays(
        model.compiled, model.goal, lower=lower, upper=upper, seconds=options.seconds
    )
    if not options.burden:
        return again
    return _later(model, again, lower, upper, options)[0]
