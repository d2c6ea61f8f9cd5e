"""One block of columns for each letter of docs/model.md section 3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import STABILISE, BoolArray, Instance, IntArray
from optimizer.planning.matrix import Matrix


@dataclass(frozen=True, slots=True)
class PlanVariables:
    """Column numbers; -1 where a variable does not exist."""

    admitted: IntArray
    """(A, T) expected patients, stabilise arcs and destinations outside included."""
    admitted_observed: IntArray
    """(A,) people with an open request this morning, whole."""
    moved: IntArray
    """(X, T) transfers; day 1 whole."""
    in_house: IntArray
    """(F, S, T) out of the boarding pool into a proper bed; day 1 whole."""
    treated: IntArray
    boarding: IntArray
    waiting: IntArray
    """(O, S, T)."""
    corridor: IntArray
    """(F, T)."""
    excess: IntArray
    """(F, K, T)."""
    surge_beds: IntArray
    """(F, K, T) whole."""
    whole_people: IntArray
    """All columns of people observed on day 1."""


def reachable_classes(inst: Instance) -> BoolArray:
    """(S,) classes somebody can ever be in, from arrivals, requests and census through every night."""
    here = (
        inst.arrivals.any(axis=(0, 2))
        | inst.open_requests.any(axis=0)
        | inst.census_treated.any(axis=0)
        | inst.census_boarding.any(axis=0)
    )
    hazards = inst.hazards
    step = (hazards.keep + hazards.worse + hazards.boarding + hazards.waiting) > 0
    for _ in range(len(here)):
        here = here | (here[:, None] & step).any(axis=0)
    return np.asarray(here)


def plan_variables(m: Matrix, inst: Instance, *, transfers: bool = True) -> PlanVariables:
    """Make every block; `transfers` false leaves moves between facilities out (a baseline)."""
    days, f, s = inst.days, len(inst.units), len(inst.classes.ids)
    used = reachable_classes(inst)
    able = inst.able & used
    day_one = np.arange(days) == 0
    arcs, moves = inst.admissions, inst.transfers
    expected = inst.arrivals.copy()
    arc_used = used[arcs.patient_class]
    arc_exists = np.repeat(arc_used[:, None], days, axis=1)
    arc_exists[:, 0] &= expected[arcs.area, arcs.patient_class, 0] > 0
    requests = inst.open_requests[arcs.area, arcs.patient_class]
    admitted = m.columns("admitted", (len(arcs.area), days), exists=arc_exists)
    observed = m.columns(
        "admitted_observed", (len(arcs.area),), exists=requests > 0, upper=requests, whole=True
    )
    present = np.where(
        moves.from_boarding,
        inst.census_boarding[moves.origin, moves.patient_class],
        inst.census_treated[moves.origin, moves.patient_class],
    )
    move_exists = np.repeat((used[moves.patient_class] & transfers)[:, None], days, axis=1)
    move_exists[:, 0] &= present > 0
    upper = np.where(day_one, np.where(present > 0, present, np.inf)[:, None], np.inf)
    moved = m.columns(
        "moved", (len(moves.origin), days), exists=move_exists, upper=upper, whole=day_one
    )
    house_exists = np.repeat(able[:, :, None], days, axis=2)
    house_exists[:, :, 0] &= inst.census_boarding > 0
    in_house = m.columns("in_house", (f, s, days), exists=house_exists, whole=day_one)
    blocks = {
        "treated": m.columns("treated", (f, s, days), exists=able[:, :, None]),
        "boarding": m.columns("boarding", (f, s, days), exists=used[None, :, None]),
        "waiting": m.columns("waiting", (len(inst.areas), s, days), exists=used[None, :, None]),
        "corridor": m.columns("corridor", (f, days)),
        "excess": m.columns(
            "excess",
            (f, len(inst.levels), days),
            exists=inst.listed[:, :, None] & inst.excess_allowed[:, None, :],
        ),
        "surge_beds": m.columns(
            "surge_beds",
            inst.surge_limit.shape,
            exists=inst.surge_limit > 0,
            whole=True,
        ),
    }
    whole = np.concatenate([observed, moved[:, 0], in_house[:, :, 0].ravel()])
    return PlanVariables(
        admitted=admitted,
        admitted_observed=observed,
        moved=moved,
        in_house=in_house,
        whole_people=whole[whole >= 0],
        **blocks,
    )


def stabilise_into(inst: Instance) -> BoolArray:
    """(F, S) some stabilise arc of the class leads into the unit."""
    out = np.zeros((len(inst.units), len(inst.classes.ids)), dtype=bool)
    arcs = inst.admissions
    here = arcs.kind == STABILISE
    out[arcs.to[here], arcs.patient_class[here]] = True
    return out
