"""What every plan is shown beside: no transfers, the nearest free place, local care only.

The first and the last are optimal for their rule (the same model with fewer ways), so the comparison is with the best a
province could do under it, not with a straw man.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.instance import AdmissionArcs, BoolArray, Instance
from optimizer.domain.plan import Plan
from optimizer.domain.simulate import simulate
from optimizer.planning.solve import SolveOptions, solve_plan

BASELINES = ("no_transfers", "greedy", "local_only")


def no_transfers(inst: Instance) -> Plan:
    """Best admissions, nobody moves between facilities."""
    return solve_plan(inst, SolveOptions(transfers=False, burden=False, whole=False))


def greedy(inst: Instance) -> Plan:
    """Everybody to the nearest free place, the worst off first."""
    return simulate(inst)


def _same_cluster(inst: Instance) -> BoolArray:
    """(A,) the arc stays inside the area's own cluster."""
    arcs = inst.admissions
    inside = arcs.to < len(inst.units)
    same = np.zeros(len(arcs.area), dtype=bool)
    same[inside] = inst.area_base[arcs.area[inside]] == inst.unit_base[arcs.to[inside]]
    return same


def local_arcs(inst: Instance) -> AdmissionArcs:
    """Return the admission arcs that stay inside the own cluster."""
    arcs, same = inst.admissions, _same_cluster(inst)
    return AdmissionArcs(
        arcs.area[same],
        arcs.to[same],
        arcs.patient_class[same],
        arcs.kind[same],
        arcs.minutes[same],
        arcs.late_minutes[same],
    )


def local_only(inst: Instance) -> Plan:
    """Best admissions inside the own cluster, nobody moves, nobody leaves the province."""
    same = _same_cluster(inst)
    small = inst.changed(
        admissions=local_arcs(inst),
        harm=replace(inst.harm, admission=inst.harm.admission[same]),
        burden=replace(inst.burden, admission=inst.burden.admission[same]),
    )
    return solve_plan(small, SolveOptions(transfers=False, burden=False, whole=False))
