"""The recipe: a roster problem in, the best roster found and the best bound out.

Small problems go to CP-SAT at once. Others are searched from two sides: whole personal rosters
give a strong bound and, settled one by one, a good roster; CP-SAT finds a first one; then
parts of the best roster are made anew until time is up or the bound is met.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.roster import Assignment, Roster, RosterProblem, RosterStatus
from optimizer.errors import SolverError
from optimizer.staffing.roster.board import Board
from optimizer.staffing.roster.columns import PathBound, dive, path_bound
from optimizer.staffing.roster.engine import Found, Search, clock, cp_sat, relaxed
from optimizer.staffing.roster.mixing import Mixing
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.naming import named
from optimizer.staffing.roster.near import near_arcs, near_model
from optimizer.staffing.roster.neighbourhoods import Neighbourhoods
from optimizer.staffing.roster.one_by_one import one_by_one
from optimizer.staffing.roster.parts import Parts
from optimizer.staffing.roster.paths import Paths, TooManyArcsError
from optimizer.staffing.roster.rows import YES, Compiled, IntArray, propagated, restricted
from optimizer.staffing.roster.score import explain
from optimizer.staffing.roster.variables import RosterColumns

SMALL = 1_500
"""Open columns up to which CP-SAT alone is tried first."""
NEIGHBOURHOOD_SECONDS = 1.0
"""Deterministic seconds for one part made anew."""
COMPLETING_SECONDS = 4.0
"""Deterministic seconds to complete a roster that was settled person by person."""
QUICKEST = "quick_restart_no_lp"
"""CP-SAT's strategy for a first roster."""
MIXED_OF = 4
"""Of so many parts made anew, all but one are whole rosters of some people, mixed."""
MOST_NEAR = 12_000
"""Arcs near the bound that CP-SAT is given."""
MOST_ENTRIES = 1_500_000
"""Entries above which the linear relaxation is left out."""
MOST_AT_ONCE = 300_000
"""Entries above which the first roster is made person by person."""


@dataclass(frozen=True, slots=True)
class RosterOptions:
    """How long and how hard to search.

    Parameters
    ----------
    seconds
        Wall time, building included.
    workers
        Threads.
    seed
        Of every random choice.
    deterministic
        CP-SAT's deterministic seconds for one worker; the same answer each time, and `seconds`
        only guards. 0: search by wall time.
    cpu_seconds
        CPU time of the process; on a shared machine a fairer limit than wall time.
    """

    seconds: float = 60.0
    workers: int = 2
    seed: int = 0
    deterministic: float = 0.0
    cpu_seconds: float = math.inf


class _Job:
    """One problem being solved."""

    def __init__(
        self,
        problem: RosterProblem,
        options: RosterOptions,
        tell: Callable[[int, float, float], None] | None,
    ) -> None:
        self.options = options
        self.began = clock()
        self.v: RosterColumns = roster_model(problem)
        self.model: Compiled = self.v.rows.compiled()
        self.board = Board(self.model, options.seconds, tell, began=self.began[0])
        self.large = len(self.model.column) > MOST_ENTRIES
        rounds = 3 if self.large else 20
        self.low, self.high, self.sound = propagated(
            self.model, self.model.low, self.model.high, rounds
        )
        self.parts = Parts(self.model)
        self.lp_bound = math.nan
        self.networks: tuple[Paths, PathBound] | None = None

    def whole(self, search: Search, hint: IntArray | None = None) -> Found:
        """Solve the whole model by CP-SAT, telling the board."""
        small, kept = restricted(self.model, self.low, self.high)

        def tell(values: IntArray) -> None:
            full = self.low.copy()
            full[kept] = values
            self.board.offer(full)

        found = cp_sat(
            small,
            search,
            hint=None if hint is None else hint[kept],
            tell=tell,
            stop=self.board.stop,
        )
        if found.values is not None:
            tell(found.values)
        if found.status is RosterStatus.infeasible:
            self.board.infeasible = True
            self.board.stop.set()
        elif found.status is RosterStatus.optimal:
            self.board.prove(found.points)
        else:
            self.board.prove(found.bound)
        return found

    def first(self, hint: IntArray | None) -> None:
        """Find any roster; strategies without the linear relaxation are soonest.

        A model too large to be handed over at once gets one person by person.
        """
        if len(self.model.column) > MOST_AT_ONCE:
            values = one_by_one(
                self.parts,
                self.low,
                self.high,
                lambda: self.board.left,
                self.options.seed,
                self.board.stop,
            )
            if values is not None and self.complete(
                [np.nonzero((self.model.owner >= 0) & (values > 0))[0]]
            ):
                return
        quick = Search(
            self.board.left,
            1,
            (QUICKEST,),
            self.options.seed,
            stop_at=math.inf,
            presolve=False,
        )
        self.whole(quick, hint)

    def relax(self) -> None:
        """Bound by the linear relaxation of the same rows."""
        if self.large or not math.isnan(self.lp_bound):
            return
        small, _ = restricted(self.model, self.low, self.high)
        found = relaxed(small, max(20.0, 0.3 * self.board.left))
        if found.optimal:
            self.lp_bound = found.bound
            self.board.prove(found.bound)

    def mixed(self) -> PathBound | None:
        """Bound by mixed personal rosters; then settle a whole roster.

        Where the mix is no stronger than the linear relaxation, as in a facility whose posts can
        be filled, settling people one by one is slower than the search of the whole model.
        """
        for timed in (True, False):
            try:
                paths = Paths(self.v, self.low, self.high, timed=timed)
                break
            except TooManyArcsError:
                continue
        else:
            return None
        if not paths.alive:
            if timed:
                self.board.infeasible = True
                self.board.stop.set()
            return None
        found = path_bound(self.model, paths, 0.4 * self.board.left, self.board.stop)
        self.board.prove(found.bound)
        stronger = not found.bound <= self.lp_bound * 1.001 + 0.5
        if self.board.left > 0 and stronger:
            chosen = dive(self.model, paths, found, 0.6 * self.board.left, self.board.stop)
            if chosen is not None:
                self.complete(chosen)
        if stronger and math.isfinite(found.bound):
            self.networks = (paths, found)
        if paths.timed and math.isfinite(found.bound):
            self.near(paths, found)
        return found

    def near(self, paths: Paths, found: PathBound) -> None:
        """Solve exactly among paths near the bound, a little farther each time."""
        board = self.board
        added, below = 0.0, found.bound
        while board.left > 0.5:
            top = min(math.ceil(below - 1e-6) + added, board.points - 1)
            masks = near_arcs(paths, found.prices, top - below)
            if sum(int(mask.sum()) for mask in masks) > MOST_NEAR:
                return
            flow = near_model(self.model, paths, self.low, self.high, masks)
            low, high, sound = propagated(flow.model, flow.model.low, flow.model.high)
            status = RosterStatus.infeasible
            points = math.inf
            if sound:
                small, kept = restricted(flow.model, low, high)

                def tell(values: IntArray, low: IntArray = low, kept: IntArray = kept) -> None:
                    full = low.copy()
                    full[kept] = values
                    board.offer(full[: self.model.columns])

                search = Search(board.left, seed=self.options.seed, stop_at=top)
                answer = cp_sat(small, search, tell=tell, at_least=below, stop=board.stop)
                status, points = answer.status, answer.points
                if answer.values is not None:
                    tell(answer.values)
            if status not in (RosterStatus.optimal, RosterStatus.infeasible):
                return
            board.prove(min(points, top + 1) if sound and points else top + 1)
            if board.points <= top + 1:
                board.prove(min(board.points, top + 1))
            added = max(1.0, 2 * added)

    def complete(self, chosen: list[IntArray]) -> bool:
        """Offer a roster made of personal rosters; posts and slacks are CP-SAT's.

        People whose roster breaks a rule that paths do not keep (such as the most shifts of a
        kind) are left open for CP-SAT.
        """
        opened = self.model.owner < 0
        worked = self.low.copy()
        for columns in chosen:
            worked[columns] = 1
        for row in self.model.broken(worked):
            span = slice(self.model.start[row], self.model.start[row + 1])
            owners = np.unique(self.model.owner[self.model.column[span]])
            if len(owners) == 1 and owners[0] >= 0:
                opened |= self.model.owner == owners[0]
        small, kept = self.parts.part(worked, np.nonzero(opened)[0], self.low, self.high)
        if len(kept):
            found = cp_sat(small, Search(self.board.left, deterministic=COMPLETING_SECONDS))
            if found.values is None:
                return False
            worked[kept] = found.values
        return self.board.offer(worked)

    def improve(self, seed: int) -> None:
        """Make parts of the best roster anew until time is up."""
        around = Neighbourhoods(self.v, self.model, self.low, self.high, seed, self.parts)
        mixing: Mixing | None = None
        turn = seed
        while self.board.left > 0.05:
            if self.board.best()[0] is None:
                self.board.stop.wait(0.05)
                continue
            if mixing is None and self.networks is not None:
                mixing = Mixing(self.model, *self.networks, self.complete, seed)
            turn += 1
            if mixing is not None and turn % MIXED_OF:
                mixing.improve(self.board, NEIGHBOURHOOD_SECONDS)
            else:
                around.improve(self.board, NEIGHBOURHOOD_SECONDS)


def build_roster(
    problem: RosterProblem,
    options: RosterOptions | None = None,
    *,
    start: Sequence[Assignment] = (),
    tell: Callable[[int, float, float], None] | None = None,
) -> Roster:
    """Return the best roster found in time, with what is known of it.

    Parameters
    ----------
    problem
        What to roster.
    options
        Limits; see `RosterOptions`.
    start
        A roster to begin near, such as yesterday's.
    tell
        Called with (points, bound, seconds) at each better roster.

    Raises
    ------
    SolverError
        If the solver's points are not those of the roster: our fault.
    """
    options = options or RosterOptions()
    job = _Job(problem, options, tell)
    board = job.board
    if not job.sound:
        return _told(job, RosterStatus.infeasible)
    hint = _hint(job, start) if start else None
    if math.isfinite(options.cpu_seconds):
        limit = job.began[1] + options.cpu_seconds
        threading.Thread(target=_stop_at, args=(board, limit), daemon=True).start()
    if options.deterministic:
        job.relax()
        search = Search(options.seconds, 1, deterministic=options.deterministic, seed=options.seed)
        job.whole(search, hint)
        return _told(job)
    if int((job.low < job.high).sum()) <= SMALL:
        job.whole(Search(min(3.0, board.left), options.workers, _STRATEGIES, options.seed), hint)
    if board.left > 0:
        _search(job, hint)
    if math.isnan(job.lp_bound) and len(job.model.column) <= MOST_AT_ONCE:
        job.relax()  # soon done; a larger one would overrun the limit
    return _told(job)


def _stop_at(board: Board, cpu: float) -> None:
    """End a search once this process has used its CPU time."""
    while board.left > 0 and clock()[1] < cpu:
        board.stop.wait(0.2)
    board.stop.set()


_STRATEGIES = ("max_lp", "reduced_costs", "quick_restart", "pseudo_costs")


def _search(job: _Job, hint: IntArray | None) -> None:
    """Search from all sides at once."""
    board, options = job.board, job.options
    workers = max(1, options.workers)
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # told to the caller
                errors.append(error)
                board.stop.set()

        return run

    def bounds() -> None:
        if workers == 1 and board.best()[0] is None:
            job.first(hint)
        job.relax()
        job.mixed()
        if job.networks is None and not job.large and workers > 1 and board.left > 0:
            job.whole(Search(board.left, seed=options.seed), board.best()[0])
        job.improve(options.seed + 1)

    def rest(seed: int) -> Callable[[], None]:
        return lambda: job.improve(seed)

    def first() -> None:
        if board.best()[0] is None:
            job.first(hint)
        job.improve(options.seed + 2)

    works: list[Callable[[], object]] = [bounds]
    if workers > 1:
        works.append(first)
    works += [rest(options.seed + k) for k in range(3, workers + 1)]
    threads = [threading.Thread(target=guarded(work), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:  # keep what there is
        board.stop.set()
        for thread in threads:
            thread.join()
        if board.best()[0] is None:
            raise
    if errors:
        raise errors[0]


def personal_values(v: RosterColumns, model: Compiled, roster: Sequence[Assignment]) -> IntArray:
    """Return the values of all columns of people for a roster; shared columns stay 0."""
    values = np.zeros(model.columns, dtype=np.int64)
    for a in roster:
        if a.person in v.person and 0 <= a.day < v.problem.days and a.shift in v.shift:
            i, s = v.person[a.person], v.shift[a.shift]
            if v.does(i, a.day, s) >= 0:
                values[v.does(i, a.day, s)] = 1
                values[v.works(i, a.day)] = 1
    for k, days in enumerate(v.weekends):
        inside = [d for d in days if d < v.problem.days]
        for i in range(len(v.problem.people)):
            known = [v.works(i, d) for d in inside]
            values[v.weekend[i, k]] = max(
                int(values[c]) if c >= 0 else int(c == YES) for c in known
            )
    return values


def _hint(job: _Job, start: Sequence[Assignment]) -> IntArray:
    """Return values near a roster; offered at once if it is lawful as it stands."""
    values = np.clip(personal_values(job.v, job.model, start), job.low, job.high)
    job.complete([np.nonzero((job.model.owner >= 0) & (values > 0))[0]])
    best, _ = job.board.best()
    return values if best is None else best


def _told(job: _Job, status: RosterStatus | None = None) -> Roster:
    """Return what is known, after the score was counted again from the roster itself."""
    wall, cpu = clock()
    board = job.board
    values, points = board.best()
    assignments: tuple[Assignment, ...] = ()
    score = None
    bound = board.bound
    if values is not None:
        assignments = named(job.v, values)
        score = explain(job.v.problem, assignments).score
        if score.hard or score.total > points:
            raise SolverError(
                "The points of the roster differ from the solver's. Report it with the folder."
            )
        points = score.total  # slack that a stopped search left loose costs nothing
        bound = min(bound, points)
        status = RosterStatus.optimal if bound >= points else RosterStatus.feasible
    elif status is None:
        status = RosterStatus.infeasible if board.infeasible else RosterStatus.no_solution_in_time
    return Roster(
        status=status,
        assignments=assignments,
        score=score,
        bound=bound if math.isfinite(bound) else math.nan,
        lp_bound=job.lp_bound,
        wall_seconds=wall - job.began[0],
        cpu_seconds=cpu - job.began[1],
        first_seconds=board.first_seconds,
    )
