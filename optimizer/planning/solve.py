"""`solve_plan`: the recipe in one page.

Harm first, then burden on harm's optimal face, whole people on day 1.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.plan import GroupResult, Plan
from optimizer.errors import SolverError
from optimizer.planning.engine import Answer, solve_arrays
from optimizer.planning.first import least_harm
from optimizer.planning.matrix import Compiled
from optimizer.planning.model import PlanModel, build_model
from optimizer.planning.start import start_of
from optimizer.planning.whole import fractional, whole_day_one
from optimizer.planning.whole_window import whole_window

Progress = Callable[[str, float], None]
Seen = Callable[[PlanModel, Answer], None]
FACE = 1e-9
"""Reduced costs and duals above this share of the largest cost fix a face.

At 1e-6 the price of excess (1,000) hid reduced costs up to 0.001, and burden was bought with harm.
"""


WORTH_SEARCHING = 0.005
"""Gap from which a small model is searched in whole numbers to the end."""
SEARCHED_TO = 5_000
"""Columns of a small model."""
SEARCH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve; nothing here changes what a plan means."""

    transfers: bool = True
    """False leaves every move between facilities out: the no-transfer baseline."""
    burden: bool = True
    """False stops after the harm group (baselines)."""
    seconds: float = 600.0
    engine: str = ""
    whole: bool = True
    """False leaves people and beds as means (baselines)."""
    window_seconds: float = 120.0
    """For the search of whole people over a whole window (`rules.whole_window`)."""


def optimal_face(
    model: Compiled, cost: FloatArray, answer: Answer, lower: FloatArray, upper: FloatArray
) -> tuple[Compiled, FloatArray, FloatArray]:
    """Fix what every optimal point has in common.

    Priced columns at their bound, priced rows at their side.

    Exact, with no tolerance row: a later group then moves only inside the face.
    """
    price = FACE * max(1e-12, float(np.abs(cost).max()))
    lower, upper = lower.copy(), upper.copy()
    at_lower = answer.reduced_costs > price
    at_upper = answer.reduced_costs < -price
    upper[at_lower] = lower[at_lower]
    finite = at_upper & np.isfinite(upper)
    lower[finite] = upper[finite]
    row_lower, row_upper = model.row_lower.copy(), model.row_upper.copy()
    row_upper = np.where((answer.row_duals > price) & np.isfinite(row_lower), row_lower, row_upper)
    row_lower = np.where((answer.row_duals < -price) & np.isfinite(row_upper), row_upper, row_lower)
    face = Compiled(
        model.rows,
        model.columns,
        model.values,
        lower,
        upper,
        model.whole,
        row_lower,
        row_upper,
    )
    return face, lower, upper


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
    bound = _bound(harm)
    timed("harm", started)
    if seen is not None:
        seen(model, harm)
    prices = {
        name: np.where(index >= 0, -harm.row_duals[np.maximum(index, 0)], 0.0)
        for name, index in model.row_blocks.items()
    }
    start = start_of(model, harm.basis)
    lower, upper = compiled.column_lower, compiled.column_upper
    final, burden_bound = harm, 0.0
    if options.burden:
        started = time.perf_counter()
        final, burden_bound = _burden(model, harm, lower, upper, options)
        timed("burden", started)
    people, beds = model.variables.whole_people, model.variables.surge_beds
    if options.whole and fractional(final.x, people).size:
        started = time.perf_counter()
        if inst.rules.whole_window:
            lower, upper, harm = whole_window(
                compiled, model.harm, people, harm, options.window_seconds
            )
        else:
            lower, upper, harm = whole_day_one(compiled, model.harm, people, model.day_one, harm)
        final = harm
        if options.burden:
            final, _ = _burden(model, harm, lower, upper, options)
        timed("whole people", started)
    if options.whole and fractional(final.x, beds[beds >= 0]).size:
        started = time.perf_counter()
        final = _whole_surge(model, harm, final, lower, upper, options)
        timed("whole beds", started)
    least = bound + WORTH_SEARCHING * max(1.0, abs(bound))
    if options.whole and float(model.harm @ final.x) > least and compiled.size[0] <= SEARCHED_TO:
        started = time.perf_counter()
        final = _searched(model, final, options)
        timed("search", started)
    made = plan_of(model, final, bound, burden_bound, options.whole)
    return replace(made, seconds=seconds, shadow_prices=prices, start=start)


def _searched(model: PlanModel, final: Answer, options: SolveOptions) -> Answer:
    """Search whole people and beds of a small model together, where today alone was misjudged.

    The evening of day 1 is priced with the LP's duals, which may be far off for one person more.
    """
    compiled = model.compiled
    lower, upper = compiled.column_lower.copy(), compiled.column_upper.copy()
    seconds = min(SEARCH_SECONDS, options.seconds)
    with contextlib.suppress(SolverError):
        found = solve_arrays(compiled, model.harm, whole=True, seconds=seconds)
        if found.objective < float(model.harm @ final.x) - FACE:
            columns = np.flatnonzero(compiled.whole)
            lower[columns] = upper[columns] = np.round(found.x[columns])
            harm = solve_arrays(
                compiled, model.harm, lower=lower, upper=upper, seconds=options.seconds
            )
            return _burden(model, harm, lower, upper, options)[0] if options.burden else harm
    return final


def _burden(
    model: PlanModel, harm: Answer, lower: FloatArray, upper: FloatArray, options: SolveOptions
) -> tuple[Answer, float]:
    """Solve the burden group on the optimal face of harm.

    Keep harm's own point if the face is too thin, or if harm has no proof and so no face.
    """
    if not harm.optimal:
        return harm, 0.0
    face, lower, upper = optimal_face(model.compiled, model.harm, harm, lower, upper)
    # Warm from harm's own basis first: it needs no presolve, which may call so thin a face empty.
    for engine, basis in (("glop", harm.basis), ("", None)):
        if engine and basis is None:
            continue
        with contextlib.suppress(SolverError):
            answer = solve_arrays(
                face,
                model.burden,
                lower=lower,
                upper=upper,
                engine=engine,
                basis=basis,
                seconds=options.seconds,
            )
            return answer, _bound(answer)
    return harm, 0.0


def _bound(answer: Answer) -> float:
    """Return what no plan can beat: the value itself where it is proved, else what the solver has.

    -inf where it has nothing.
    """
    return answer.objective if answer.optimal else answer.bound


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
        face, low, high = optimal_face(model.compiled, model.harm, harm, lower, upper)
        low[columns] = high[columns] = whole
        try:
            return solve_arrays(
                face,
                model.burden,
                lower=low,
                upper=high,
                engine="glop" if final.basis else "",
                basis=final.basis,
                seconds=options.seconds,
            )
        except SolverError:
            pass
    again = solve_arrays(
        model.compiled, model.harm, lower=lower, upper=upper, seconds=options.seconds
    )
    if not options.burden:
        return again
    return _burden(model, again, lower, upper, options)[0]


def _group(value: float, bound: float) -> GroupResult:
    return GroupResult(value, min(bound, value) if np.isfinite(bound) else None)


def plan_of(
    model: PlanModel,
    answer: Answer,
    bound: float | None = None,
    burden_bound: float = 0.0,
    whole: bool = False,
) -> Plan:
    """Return an answer as a plan; `whole` rounds what is whole already to the last digit."""
    x = np.where(answer.x < 1e-9, 0.0, answer.x)
    v = model.variables
    if whole:
        people = np.concatenate([v.whole_people, v.surge_beds[v.surge_beds >= 0]])
        x[people] = np.round(x[people])

    def values(index: IntArray) -> FloatArray:
        return np.asarray(np.where(index >= 0, x[np.maximum(index, 0)], 0.0))

    harm, burden = float(model.harm @ x), float(model.burden @ x)
    bound = _bound(answer) if bound is None else bound
    proved = np.isfinite(bound) and harm - bound <= 1e-6 * max(1.0, abs(bound))
    return Plan(
        admitted=values(v.admitted),
        admitted_observed=values(v.admitted_observed),
        moved=values(v.moved),
        in_house=values(v.in_house),
        treated=values(v.treated),
        boarding=values(v.boarding),
        waiting=values(v.waiting),
        corridor=values(v.corridor),
        excess=values(v.excess),
        surge_beds=values(v.surge_beds),
        oxygen_short=values(v.oxygen_short),
        harm=_group(harm, bound),
        burden=_group(burden, burden_bound),
        status="optimal" if proved else "feasible",
        solver=answer.engine,
    )
