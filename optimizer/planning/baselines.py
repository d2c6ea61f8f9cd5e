"""What every plan is shown beside: no transfers, nearest free place, local only, shares by beds.

No transfers and local only are optimal for their rule (the same model with fewer ways), so the
comparison is with the best a province could do under it, not with a straw man. The other two need
no solver. What nobody can beat stands in `optimizer.planning.pooled`.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import Instance
from optimizer.domain.levers_decided import without_levers
from optimizer.domain.plan import Plan
from optimizer.domain.simulate import simulate
from optimizer.planning.screen import offered_ways, with_ways
from optimizer.planning.solve import SolveOptions, solve_plan

MEANS = SolveOptions(burden=False, whole=False)


def no_transfers(inst: Instance) -> tuple[Plan, Instance]:
    """Best admissions, nobody moves between facilities.

    Where going elsewhere than to the own unit is a move, nobody does that either.
    """
    every = inst.left_unit < 0
    still = with_ways(inst, every, np.zeros(len(inst.transfers.origin), dtype=bool))
    fewer = with_ways(still, *offered_ways(still, simulate(still)))
    return solve_plan(fewer, MEANS), fewer


def greedy(inst: Instance) -> tuple[Plan, Instance]:
    """Everybody to the nearest free place, the worst off first."""
    return simulate(inst), inst


def proportional_share(inst: Instance) -> tuple[Plan, Instance]:
    """Every area's patients dealt out to the units in proportion to their beds."""
    return simulate(inst, proportional=True), inst


def no_levers(inst: Instance) -> Plan:
    """Best plan of means without any lever: what the levers of a plan are held against."""
    bare = without_levers(inst)
    return solve_plan(with_ways(bare, *offered_ways(bare, simulate(bare))), MEANS)


def local_only(inst: Instance) -> tuple[Plan, Instance]:
    """Best admissions inside the own cluster, nobody moves, nobody leaves the province."""
    arcs = inst.admissions
    inside = arcs.to < len(inst.units)
    same = np.zeros(len(arcs.area), dtype=bool)
    same[inside] = inst.area_base[arcs.area[inside]] == inst.unit_base[arcs.to[inside]]
    fewer = with_ways(inst, same, np.zeros(len(inst.transfers.origin), dtype=bool))
    return solve_plan(fewer, MEANS), fewer
