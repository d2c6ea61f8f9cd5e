"""One block of columns for each letter of docs/model.md section 3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import (
    ADMISSION,
    STABILISE,
    BoolArray,
    FloatArray,
    Instance,
    IntArray,
)
from optimizer.domain.promises_kept import earlier_flows, reserve_rows
from optimizer.planning.redundant import NeededRows, needed_rows
from optimizer.solving.matrix import Matrix


@dataclass(frozen=True, slots=True)
class LeverColumns:
    """Columns of docs/model.md section 12; empty without levers."""

    started: IntArray
    """(J, T) units begun that day, whole."""
    closed: IntArray
    """(J, T) units closed that day, whole."""
    standing: IntArray
    """(J, T) units open at day's end."""
    usable: IntArray
    """(J, T) of these usable: the same columns where a lever has no ramp."""
    home_short: IntArray
    """(E, T) patients at home whom nobody follows."""

    @property
    def decided(self) -> IntArray:
        """Return the whole columns: what is begun and what is closed."""
        both = np.concatenate([self.started.ravel(), self.closed.ravel()])
        return np.asarray(both[both >= 0])


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
    bed_lost: IntArray
    """(F, S, T) out of a proper bed into the boarding pool, on days on which capacity falls."""
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
    oxygen_stored: IntArray
    """(F, T) cubic metres in store at day's end."""
    oxygen_short: IntArray
    """(F, T) cubic metres that somebody went without."""
    levers: LeverColumns
    whole_people: IntArray
    """All columns of people observed on day 1; of a whole window all admissions and transfers."""
    needed: NeededRows
    """Capacity rows to write: those that no other row of the same house implies."""
    reserve_missed: IntArray
    """(F, K, T) beds of a promised reserve that are taken."""
    worse_off: IntArray
    """(F,) boarding and corridor days beyond those without transfers."""
    wait_missed: IntArray
    """(O, T) patients who wait beyond a promised longest wait."""
    churn_more: IntArray
    """(N,) patients more than an earlier plan has on a way that it uses; likewise fewer."""
    churn_less: IntArray


def _lever_columns(m: Matrix, inst: Instance) -> LeverColumns:
    """Make the columns of levers; none without levers."""
    levers, days = inst.levers, inst.days
    if levers is None:
        none = np.zeros((0, days), dtype=np.int64)
        return LeverColumns(none, none, none, none, none)
    shape = (len(levers.ids), days)
    in_time = np.flip(levers.usable_from(days), axis=1)  # what never opens is never begun
    started = m.columns("lever_started", shape, exists=in_time, whole=True)
    shut = m.columns("lever_closed", shape, exists=levers.may_close[:, None], whole=True)
    standing = m.columns("lever_open", shape, exists=levers.usable_from(days))
    ramped = (levers.ramp > 0)[:, None]
    usable = m.columns("lever_usable", shape, exists=ramped & levers.usable_from(days))
    followed = np.asarray((levers.yields.home_places > 0).any(axis=0))
    short = m.columns(
        "home_short",
        inst.home.patients.shape,
        exists=followed[:, None],
        upper=np.maximum(0.0, inst.home.patients),
    )
    return LeverColumns(started, shut, standing, np.where(ramped, usable, standing), short)


@dataclass(frozen=True, slots=True)
class Reachable:
    """Where somebody of a class can ever be; everything else needs no variable."""

    waiting: BoolArray
    """(O, S)."""
    treated: BoolArray
    """(F, S, T or 1)."""
    boarding: BoolArray
    """(F, S, T or 1)."""
    treated_early: BoolArray
    """(F, S, T or 1) after the night, before decisions; likewise boarding."""
    boarding_early: BoolArray


def reachable(inst: Instance, *, anybody: bool = False) -> Reachable:
    """Follow arrivals, requests and census through every night and every arc.

    `anybody`: as if somebody of every class were in every house this morning.
    """
    hazards, units, able = inst.hazards, len(inst.units), inst.able
    keep, worse, boards, waits = (
        (night > 0).astype(int)
        for night in (hazards.keep, hazards.worse, hazards.boarding, hazards.waiting)
    )
    arcs, moves = inst.admissions, inst.transfers
    inside = moves.to < units
    u = inst.arrivals.any(axis=2) | (inst.open_requests > 0)
    n, b = inst.census_treated > 0, inst.census_boarding > 0
    if anybody:
        houses = np.asarray(inst.listed.any(axis=1))
        n, b = n | able, b | np.repeat(houses[:, None], able.shape[1], axis=1)
    start = n, b
    loses = np.asarray(inst.loses_beds.any(axis=1))[:, None]
    while True:
        before = int(u.sum()) + int(n.sum()) + int(b.sum())
        u = u | (u.astype(int) @ waits > 0)
        b = b | (b.astype(int) @ boards > 0) | (n.astype(int) @ worse > 0) | (n & loses)
        n = n | ((n.astype(int) @ keep > 0) | b) & able
        asked = u[arcs.area, arcs.patient_class]
        for state, kind in ((n, ADMISSION), (b, STABILISE)):
            here = asked & (arcs.kind == kind)
            state[arcs.to[here], arcs.patient_class[here]] = True
        leaves = np.where(
            moves.from_boarding,
            b[moves.origin, moves.patient_class],
            n[moves.origin, moves.patient_class],
        )
        here = leaves & inside
        n[moves.to[here], inst.moved_class[here]] = True
        if int(u.sum()) + int(n.sum()) + int(b.sum()) == before:
            break
    if inst.classes.by_day is not None and inst.classes.by_day.any():
        return _day_by_day(inst, u, *start)
    n, b = n[:, :, None], b[:, :, None]
    return Reachable(u, n, b, n, b)


def _day_by_day(inst: Instance, u: BoolArray, n: BoolArray, b: BoolArray) -> Reachable:
    """Return the same by day: a class that is one day of a stay is empty on most days.

    `n`, `b`: who may be there this morning.
    """
    hazards, units, able = inst.hazards, len(inst.units), inst.able
    keep, worse, boards = (
        (night > 0).astype(int) for night in (hazards.keep, hazards.worse, hazards.boarding)
    )
    arcs, moves, arrives = inst.admissions, inst.transfers, inst.moved_class
    loses = inst.loses_beds
    inside = moves.to < units
    shape = (len(inst.units), len(inst.classes.ids), inst.days)
    early = np.zeros((2, *shape), dtype=bool)
    late = np.zeros((2, *shape), dtype=bool)
    for t in range(inst.days):
        if t:
            n, b = (
                n.astype(int) @ keep > 0,
                (b.astype(int) @ boards > 0) | (n.astype(int) @ worse > 0),
            )
        early[0, :, :, t], early[1, :, :, t] = n, b
        leaves = np.where(
            moves.from_boarding,
            b[moves.origin, moves.patient_class],
            n[moves.origin, moves.patient_class],
        )
        n, b = n | (b & able), b | (n & loses[:, t, None])
        n[moves.to[leaves & inside], arrives[leaves & inside]] = True
        asked = u[arcs.area, arcs.patient_class]
        for state, kind in ((n, ADMISSION), (b, STABILISE)):
            here = asked & (arcs.kind == kind)
            state[arcs.to[here], arcs.patient_class[here]] = True
        late[0, :, :, t], late[1, :, :, t] = n, b
    return Reachable(u, late[0], late[1], early[0], early[1])


def plan_variables(
    m: Matrix,
    inst: Instance,
    *,
    transfers: bool = True,
    live: bool = False,
    staff_move: bool = False,
) -> PlanVariables:
    """Make every block.

    `transfers` false leaves moves between facilities out (a baseline). `live` makes the blocks that
    no census, bed or person on duty of the instance decides about: another one differs in bounds.
    """
    days, f, s = inst.days, len(inst.units), len(inst.classes.ids)
    here = reachable(inst, anybody=live)
    day_one = np.arange(days) == 0
    all_days = inst.rules.whole_window
    arcs, moves = inst.admissions, inst.transfers
    expected = inst.arrivals.copy()
    arc_used = here.waiting[arcs.area, arcs.patient_class]
    arc_exists = np.repeat(arc_used[:, None], days, axis=1)
    arc_exists[:, 0] &= expected[arcs.area, arcs.patient_class, 0] > 0
    requests = inst.open_requests[arcs.area, arcs.patient_class]
    admitted = m.columns("admitted", (len(arcs.area), days), exists=arc_exists, whole=all_days)
    observed = m.columns(
        "admitted_observed", (len(arcs.area),), exists=requests > 0, upper=requests, whole=True
    )
    present = np.where(
        moves.from_boarding,
        inst.census_boarding[moves.origin, moves.patient_class],
        inst.census_treated[moves.origin, moves.patient_class],
    )
    leaves = np.where(
        moves.from_boarding[:, None],
        here.boarding_early[moves.origin, moves.patient_class],
        here.treated_early[moves.origin, moves.patient_class],
    )
    move_exists = np.broadcast_to(leaves & transfers, (len(moves.origin), days)).copy()
    move_exists[:, 0] &= (present > 0) | live
    upper = np.where(day_one, np.where((present > 0) | live, present, np.inf)[:, None], np.inf)
    moved = m.columns(
        "moved",
        (len(moves.origin), days),
        exists=move_exists,
        upper=upper,
        whole=day_one | all_days,
    )
    house_exists = here.boarding_early & inst.able[:, :, None]
    house_exists = np.broadcast_to(house_exists, (f, s, days)).copy()
    house_exists[:, :, 0] &= (inst.census_boarding > 0) | live
    in_house = m.columns("in_house", (f, s, days), exists=house_exists, whole=day_one)
    loses = inst.loses_beds[:, None, :]
    bed_lost = m.columns(
        "bed_lost",
        (f, s, days),
        exists=here.treated_early & (loses | (live & ~day_one)),
        upper=np.where(loses, np.inf, 0.0),
        whole=all_days,
    )
    needed = needed_rows(inst, every=live, staff_move=staff_move)
    store = np.isfinite(inst.terms.oxygen_supply).all(axis=1) & needed.stock
    apart = churn_slots(inst)[2]
    blocks = {
        "treated": m.columns("treated", (f, s, days), exists=here.treated),
        "boarding": m.columns("boarding", (f, s, days), exists=here.boarding),
        "waiting": m.columns(
            "waiting", (len(inst.areas), s, days), exists=here.waiting[:, :, None]
        ),
        "corridor": m.columns("corridor", (f, days)),
        "excess": m.columns(
            "excess",
            (f, len(inst.levels), days),
            exists=inst.listed[:, :, None] & (inst.excess_allowed | live)[:, None, :],
            upper=np.where(inst.excess_allowed, np.inf, 0.0)[:, None, :],
        ),
        "surge_beds": m.columns(
            "surge_beds",
            inst.surge_limit.shape,
            exists=inst.surge_limit > 0,
            whole=True,
        ),
        "oxygen_stored": m.columns(
            "oxygen_stored",
            (f, days),
            exists=store[:, None],
            upper=inst.terms.oxygen_tank[:, None],
        ),
        "oxygen_short": m.columns("oxygen_short", (f, days), exists=store[:, None]),
        "reserve_missed": m.columns(
            "reserve_missed",
            (f, len(inst.levels), days),
            exists=reserve_rows(inst)[:, :, None],
        ),
        "worse_off": m.columns(
            "worse_off",
            (f,),
            exists=np.full(f, inst.promises.compared),
            upper=2.0 * _everybody_shown(inst),
        ),
        "wait_missed": m.columns(
            "wait_missed",
            (len(inst.areas), days),
            exists=_promised_a_wait(inst, here)[:, None] & (not inst.promises.wait_hard),
        ),
        "churn_more": m.columns("churn_more", (len(apart),), upper=apart + _everybody_shown(inst)),
        "churn_less": m.columns("churn_less", (len(apart),), upper=apart),
    }
    levers = _lever_columns(m, inst)
    days_all = (admitted.ravel(), moved.ravel(), bed_lost.ravel())
    every = days_all if all_days else (moved[:, 0],)
    whole = np.concatenate([observed, *every, in_house[:, :, 0].ravel()])
    return PlanVariables(
        admitted=admitted,
        admitted_observed=observed,
        moved=moved,
        in_house=in_house,
        bed_lost=bed_lost,
        whole_people=whole[whole >= 0],
        needed=needed,
        levers=levers,
        **blocks,
    )


def _promised_a_wait(inst: Instance, here: Reachable) -> BoolArray:
    """(O,) areas where somebody with a promised longest wait can ever wait."""
    if not inst.promises.limits_waiting:
        return np.zeros(len(inst.areas), dtype=bool)
    return np.asarray(here.waiting[:, inst.promises.wait_classes].any(axis=1))


def stabilise_into(inst: Instance) -> BoolArray:
    """(F, S) some stabilise arc of the class leads into the unit."""
    out = np.zeros((len(inst.units), len(inst.classes.ids)), dtype=bool)
    arcs = inst.admissions
    here = arcs.kind == STABILISE
    out[arcs.to[here], arcs.patient_class[here]] = True
    return out


def _everybody_shown(inst: Instance) -> float:
    """Patient-days of all who can be anywhere on the shown days: nobody is ever two."""
    there = inst.census_treated.sum() + inst.census_boarding.sum() + inst.open_requests.sum()
    by_day = there + np.cumsum(inst.arrivals.sum(axis=(0, 1)))
    return float(by_day[: inst.shown_days].sum())


def churn_slots(inst: Instance) -> tuple[IntArray, IntArray, FloatArray]:
    """(N,) way (transfers after admissions), day and patients of an earlier plan, where above 0."""
    if not inst.promises.churn_days.any():
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0)
    before = np.concatenate(earlier_flows(inst)[:2]) * inst.promises.churn_days
    way, day = np.nonzero(before > 0)
    return way, day, np.asarray(before[way, day])
