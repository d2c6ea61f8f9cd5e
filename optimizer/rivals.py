"""What stands beside a plan: rivals by rule or solved, and the bound that no plan can beat."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import Any

from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.instance import Instance
from optimizer.domain.levers_decided import without_levers
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.errors import Problem, SolverError
from optimizer.planning import baselines
from optimizer.planning.pooled import pooled_bound

BEST = 5e-5
"""Gap below which a baseline that is solved counts as the best of its kind."""
Rivals = dict[str, tuple[Plan, Instance]]
"""Plans beside the plan, each with the instance whose ways it was offered."""
NOT_COMPARED = Problem(
    "What each unit would have without transfers could not be worked out: promises."
    "no_site_worse_off is not held.",
    severity="warning",
)


@dataclass(slots=True)
class Beside:
    """Makes what stands beside a plan, and keeps what more than one asks for."""

    tables: Tables
    scenario: Scenario
    made: Assembled
    seconds: dict[str, float]
    still: tuple[Plan, Instance] | None = None
    """The plan without transfers, where a promise needed it first."""
    without: float | None = None
    """Least harm without any lever, means only; None: not solved, or there are none."""
    bound: dict[str, Any] | None = None
    """What no plan can beat, by KPI."""

    def no_transfers(self) -> tuple[Plan, Instance]:
        """Return the best plan without transfers; the promise that rests on it is not its own.

        Raises
        ------
        SolverError
            If it is not proved the best of its kind.
        """
        inst = unheld(self.made.instance)
        if self.scenario.areas == "communes":
            by_clusters = self.scenario.model_copy(update={"areas": "clusters"})
            inst = unheld(assemble(self.tables, by_clusters).instance)
        rival, its = baselines.no_transfers(inst)
        if rival.harm.gap is None or rival.harm.gap >= BEST:
            raise SolverError([NOT_COMPARED])
        self.still = rival, its
        return self.still

    def all(self, rule: Plan) -> Rivals:
        """Solve the rivals and the bound of all; `rule` is the nearest-free-place plan."""
        inst = unheld(self.made.instance)
        rule = baselines.greedy(inst)[0] if self.made.instance is not inst else rule
        found: Rivals = {"greedy": (rule, inst)}
        started = time.perf_counter()
        with contextlib.suppress(SolverError):
            self.bound = pooled_bound(inst)
        self.seconds["baseline: pooled_bound"] = time.perf_counter() - started
        if self.scenario.areas == "communes":  # the others by clusters: 0.2 % apart, 10 x faster
            by_clusters = self.scenario.model_copy(update={"areas": "clusters"})
            inst = unheld(assemble(self.tables, by_clusters).instance)
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

    def fallback(self) -> Rivals:
        """Return the rivals that need no solver now."""
        plain = unheld(self.made.instance)
        found: Rivals = {"greedy": (baselines.greedy(plain)[0], plain)}
        if self.still is not None:
            found["no_transfers"] = self.still
        return found


def unheld(inst: Instance) -> Instance:
    """Return the instance without what only the plan is held to.

    Pins, a longest wait that must hold, and no unit worse off.
    """
    promised = inst.promises
    if not promised.compared and not promised.must_hold:
        return inst
    return inst.changed(promises=replace(promised.without_what_must_hold(), site_limit=None))
