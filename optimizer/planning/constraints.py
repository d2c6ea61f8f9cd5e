"""The rows of docs/model.md section 4, one function each; `CONSTRAINTS` is the table of contents.

Letters: O areas, F units, H outside, K levels, S classes, R roles, E bases, T days; A admission
arcs, X transfer arcs. All quantities are patients unless said.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.domain.instance import STABILISE, FloatArray, Instance, IntArray
from optimizer.planning.capacity_rows import (
    device_capacity,
    oxygen_flow,
    oxygen_stock,
    supervision,
)
from optimizer.planning.lever_rows import (
    bed_yields,
    house_yields,
    outside_yields,
    staff_yields,
    vehicle_yields,
)
from optimizer.planning.promise_rows import (
    churn,
    longest_wait,
    no_site_worse_off,
    pinned,
    reception_limit,
    reserve_share,
)
from optimizer.planning.rule_rows import (
    closed_intake,
    corridor_people,
    nobody_waits,
    sender_at_level,
    sender_in_house,
)
from optimizer.planning.variables import PlanVariables, stabilise_into
from optimizer.planning.vehicle_rows import vehicle_rank, vehicle_shift
from optimizer.solving.matrix import Matrix, Rows

Constraint = Callable[[Matrix, Instance, PlanVariables], None]


def _night(rows: Rows, sign: float, night: FloatArray, state: IntArray, index: IntArray) -> None:
    """Add sign x (state of yesterday through one night) to rows of today; (place, S, T) blocks."""
    before, after = np.nonzero(night)
    if len(before):
        rows.add(
            sign * night[before, after][None, :, None], state[:, before, :-1], index[:, after, 1:]
        )


def _opening(shape: tuple[int, ...], first: FloatArray) -> FloatArray:
    """Right-hand side that is `first` on day 1 and 0 later."""
    out = np.zeros(shape)
    out[..., 0] = first
    return out


def waiting_balance(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Who is not admitted waits: u = u~ + new - all admissions.

    .. math:: u_{ost} = \sum_{s'} W_{s's} u_{os',t-1} + new_{ost} - \sum_f (a + a')_{ofst}

    u  ``v.waiting``   end of day (O, S, T);  new  ``inst.arrivals`` (O, S, T), day 1 plus open
    requests (O, S) Shadow price: harm of one more patient who comes to need a place there that
    day.
    """
    rows = m.rows("waiting_balance", v.waiting.shape, exists=v.waiting >= 0)
    arcs = inst.admissions
    rows.add(1.0, v.waiting)
    _night(rows, -1.0, inst.hazards.waiting, v.waiting, rows.index)
    rows.add(1.0, v.admitted, rows.index[arcs.area, arcs.patient_class])
    rows.add(1.0, v.admitted_observed, rows.index[arcs.area, arcs.patient_class, 0])
    new = inst.arrivals.copy()
    new[:, :, 0] += inst.open_requests
    rows.equals(new)


def open_requests(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Whole people admitted this morning had a request: sum_f ao <= U0, (O, S)."""
    shape = inst.open_requests.shape
    rows = m.rows("open_requests", shape, exists=inst.open_requests > 0)
    arcs = inst.admissions
    rows.add(1.0, v.admitted_observed, rows.index[arcs.area, arcs.patient_class])
    rows.at_most(inst.open_requests)


def expected_arrivals(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """The other admissions of day 1 are means of those expected: sum_f a <= new, (O, S)."""
    new = inst.arrivals[:, :, 0]
    rows = m.rows("expected_arrivals", new.shape, exists=new > 0)
    arcs = inst.admissions
    rows.add(1.0, v.admitted[:, 0], rows.index[arcs.area, arcs.patient_class])
    rows.at_most(new)


def treated_balance(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Patients in proper beds: n = n~ + admissions + in-house + transfers in - transfers out.

    .. math:: n_{fst} = \sum_{s'} K_{s's} n_{fs',t-1} + \sum_o a_{ofst} + p_{fst} - p'_{fst}
              + \sum_g x_{gfst} - \sum_g x^n_{fgst}

    n  ``v.treated`` end of day (F, S, T); day 1 starts from ``inst.census_treated`` (F, S)
    """
    rows = m.rows("treated_balance", v.treated.shape, exists=v.treated >= 0)
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)
    rows.add(1.0, v.treated)
    _night(rows, -1.0, inst.hazards.keep, v.treated, rows.index)
    rows.add(-1.0, v.in_house)
    rows.add(1.0, v.bed_lost)
    proper = (arcs.to < units) & (arcs.kind != STABILISE)
    into = rows.index[arcs.to[proper], arcs.patient_class[proper]]
    rows.add(-1.0, v.admitted[proper], into)
    rows.add(-1.0, v.admitted_observed[proper], into[:, 0])
    inside = moves.to < units
    rows.add(-1.0, v.moved[inside], rows.index[moves.to[inside], inst.moved_class[inside]])
    out = ~moves.from_boarding
    rows.add(1.0, v.moved[out], rows.index[moves.origin[out], moves.patient_class[out]])
    rows.equals(_opening(v.treated.shape, inst.census_treated))


def boarding_balance(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Who got worse boards until a proper bed is found.

    B = b~ + a' - p + p' - transfers out of the pool.

    .. math:: b_{fst} = \sum_{s'} (B_{s's} b + M_{s's} n)_{fs',t-1} + \sum_o a'_{ofst}
              - p_{fst} + p'_{fst} - \sum_g x^b_{fgst}

    b  ``v.boarding`` end of day (F, S, T); day 1 starts from ``inst.census_boarding`` (F, S)
    Shadow price: harm of one more patient who gets worse in that house that night.
    """
    rows = m.rows("boarding_balance", v.boarding.shape, exists=v.boarding >= 0)
    arcs, moves = inst.admissions, inst.transfers
    rows.add(1.0, v.boarding)
    _night(rows, -1.0, inst.hazards.boarding, v.boarding, rows.index)
    _night(rows, -1.0, inst.hazards.worse, v.treated, rows.index)
    rows.add(1.0, v.in_house)
    rows.add(-1.0, v.bed_lost)
    here = arcs.kind == STABILISE
    into = rows.index[arcs.to[here], arcs.patient_class[here]]
    rows.add(-1.0, v.admitted[here], into)
    rows.add(-1.0, v.admitted_observed[here], into[:, 0])
    up = moves.from_boarding
    rows.add(1.0, v.moved[up], rows.index[moves.origin[up], moves.patient_class[up]])
    rows.equals(_opening(v.boarding.shape, inst.census_boarding))


def only_stable_move(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Only who was there after the night steps down.

    Sum_g x_n <= n~, (F, S, T): recovering classes, or whom the scenario lets move.
    """
    moves = inst.transfers
    out = ~moves.from_boarding
    exists = np.zeros(v.treated.shape, dtype=bool)
    exists[moves.origin[out], moves.patient_class[out]] = True
    rows = m.rows("only_stable_move", exists.shape, exists=exists & (v.treated >= 0))
    rows.add(1.0, v.moved[out], rows.index[moves.origin[out], moves.patient_class[out]])
    _night(rows, -1.0, inst.hazards.keep, v.treated, rows.index)
    rows.at_most(_opening(exists.shape, inst.census_treated))


def boarders_leave_once(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Who is stabilised today does not leave today.

    B >= a' + p', that is p + sum_g x_b <= b~, (F, S, T).

    Where no stabilise arc leads in and no bed is lost, `boarding_balance` and b >= 0 already say
    so: no row there.
    """
    joins = stabilise_into(inst)[:, :, None] | (v.bed_lost >= 0)
    exists = joins & (v.boarding >= 0)
    rows = m.rows("boarders_leave_once", exists.shape, exists=exists)
    arcs = inst.admissions
    here = arcs.kind == STABILISE
    into = rows.index[arcs.to[here], arcs.patient_class[here]]
    rows.add(1.0, v.boarding)
    rows.add(-1.0, v.admitted[here], into)
    rows.add(-1.0, v.admitted_observed[here], into[:, 0])
    rows.add(-1.0, v.bed_lost)
    rows.at_least(0.0)


def bed_lost_once(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Who loses a bed lay in it after the night: p' + sum_g x_n <= n~, (F, S, T).

    Only on days on which staff or beds of the unit fall by the tables; so nobody is admitted to
    board.
    """
    rows = m.rows("bed_lost_once", v.bed_lost.shape, exists=v.bed_lost >= 0)
    moves = inst.transfers
    out = ~moves.from_boarding
    rows.add(1.0, v.bed_lost)
    rows.add(1.0, v.moved[out], rows.index[moves.origin[out], moves.patient_class[out]])
    _night(rows, -1.0, inst.hazards.keep, v.treated, rows.index)
    rows.at_most(_opening(v.bed_lost.shape, inst.census_treated))


def _level_above(inst: Instance) -> tuple[IntArray, IntArray]:
    """Return pairs (k, k') with k' >= k."""
    size = len(inst.levels)
    low, high = np.nonzero(np.triu(np.ones((size, size), dtype=bool)))
    return low, high


def staffed_bed_capacity(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Patients of level k or above lie in beds of level k or above (nested beds).

    .. math:: \sum_{s: l(s) \ge k} n_{fst} \le \sum_{k' \ge k} (c + z + e)_{fk't}
              \qquad \forall f, k > k_0(f), t

    c  ``inst.beds`` (F, K, T) beds;  z  ``v.surge_beds``;  e  ``v.excess``
    Shadow price: fall of the harm for the next tiny piece of room at that level that day; a whole
    bed also widens `house_capacity`, and where optima are many the price is one of several.
    """
    shape = (len(inst.units), len(inst.levels), inst.days)
    rows = m.rows("staffed_bed_capacity", shape, exists=v.needed.beds)
    level, patient = np.nonzero(inst.needs_level)
    rows.add(1.0, v.treated[:, patient], rows.index[:, level])
    low, high = _level_above(inst)
    rows.add(-1.0, v.surge_beds[:, high], rows.index[:, low])
    rows.add(-1.0, v.excess[:, high], rows.index[:, low])
    sender_at_level(rows, inst, v)
    bed_yields(rows, inst, v)
    rows.at_most(_beds_from_level(inst))


def _beds_from_level(inst: Instance) -> FloatArray:
    """(F, K, T) usable beds of level k and above."""
    return np.asarray(np.flip(np.cumsum(np.flip(inst.beds, axis=1), axis=1), axis=1))


def house_capacity(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Everybody in the house lies in some bed, but boarders in corridors.

    Sum (n + b) - v <= all beds, (F, T).
    """
    rows = m.rows("house_capacity", v.corridor.shape, exists=v.needed.house)
    index = rows.index[:, None, :]
    rows.add(1.0, v.treated, index)
    rows.add(1.0, v.boarding, index)
    rows.add(-1.0, v.corridor)
    rows.add(-1.0, v.surge_beds, index)
    rows.add(-1.0, v.excess, index)
    sender_in_house(rows, inst, v)
    house_yields(rows, inst, v)
    rows.at_most(inst.beds.sum(axis=1))


def corridor_boarders_only(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Nobody is admitted into a corridor: v <= sum_s b - a', (F, T).

    No such row with the rule `corridor: open`; `corridor_people` stands there.
    """
    bound = np.full(v.corridor.shape, not inst.rules.open_corridor)
    rows = m.rows("corridor_boarders_only", v.corridor.shape, exists=bound)
    arcs = inst.admissions
    here = arcs.kind == STABILISE
    rows.add(1.0, v.corridor)
    rows.add(-1.0, v.boarding, rows.index[:, None, :])
    rows.add(1.0, v.admitted[here], rows.index[arcs.to[here]])
    rows.add(1.0, v.admitted_observed[here], rows.index[arcs.to[here], 0])
    rows.at_most(0.0)


def staff_on_duty(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Staff on duty for the wave cover the patients in beds, stand-ins included, (F, R, T).

    .. math:: \sum_{r' \ge r} \Big( \sum_s q_{r'l(s)} n_{fst} + q_{r'k_0} (\sum_s b_{fst} - v_{ft})
              - \sum_k q_{r'k} e_{fkt} \Big) \le \sum_{r' \ge r} h_{fr't}

    q  ``inst.staff_need`` (R, K) staff a patient;  h  ``inst.staff`` (F, R, T) people on duty
    Shadow price: fall of the harm for one more person on duty that day.
    """
    need = inst.stands_in.T.astype(float) @ inst.staff_need
    heads = np.einsum("pr,fpt->frt", inst.stands_in.astype(float), inst.staff)
    exists = np.asarray((need > 0).any(axis=1))
    shape = (len(inst.units), len(inst.roles), inst.days)
    rows = m.rows("staff_on_duty", shape, exists=exists[None, :, None] & v.needed.staff)
    index = rows.index[:, :, None, :]
    rows.add(need[:, inst.classes.level][None, :, :, None], v.treated[:, None], index)
    lowest = inst.lowest_level
    at_lowest = np.where(lowest[:, None] >= 0, need.T[np.maximum(lowest, 0)], 0.0)
    rows.add(at_lowest[:, :, None, None], v.boarding[:, None], index)
    rows.add(-at_lowest[:, :, None], v.corridor[:, None])
    rows.add(-need[None, :, :, None], v.excess[:, None], index)
    staff_yields(rows, inst, v)
    rows.at_most(heads)


def surge_limit(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Surge beds open only after their delay and within their limit: z <= limit, (F, K, T) beds.

    Shadow price: fall of the harm for one more bed that may be opened.
    """
    rows = m.rows("surge_limit", v.surge_beds.shape, exists=v.surge_beds >= 0)
    rows.add(1.0, v.surge_beds)
    rows.at_most(inst.surge_limit)


def surge_stays_open(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """A surge bed once opened stays open, unless its site closes: (F, K, T-1).

    Z[t] >= z[t-1] - the fall of the limit, where both days allow some.
    """
    both = (v.surge_beds[:, :, 1:] >= 0) & (v.surge_beds[:, :, :-1] >= 0)
    rows = m.rows("surge_stays_open", both.shape, exists=both)
    rows.add(1.0, v.surge_beds[:, :, 1:])
    rows.add(-1.0, v.surge_beds[:, :, :-1])
    rows.at_least(-np.maximum(0.0, -np.diff(inst.surge_limit, axis=2)))


def vehicle_minutes(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Trips fit into the vehicle-minutes of the sender's base, whatever vehicle, (E, T) minutes.

    A trip takes preparation + twice the road + handover; admissions count if the class needs a
    vehicle. Shadow price: fall of the harm for one more vehicle-minute at that base that day.
    """
    rows = m.rows("vehicle_minutes", inst.vehicle_minutes.shape)
    arcs, moves = inst.admissions, inst.transfers
    by_vehicle = inst.classes.needs_vehicle[arcs.patient_class]
    base = inst.area_base[arcs.area[by_vehicle]]
    trip = inst.trip_minutes_fixed + 2 * arcs.minutes[by_vehicle]
    index = np.where(base[:, None] >= 0, rows.index[base], -1)
    rows.add(trip[:, None], v.admitted[by_vehicle], index)
    rows.add(trip, v.admitted_observed[by_vehicle], index[:, 0])
    base = inst.unit_base[moves.origin]
    trip = inst.trip_minutes_fixed + 2 * moves.minutes
    rows.add(trip[:, None], v.moved, np.where(base[:, None] >= 0, rows.index[base], -1))
    vehicle_yields(rows, inst, v)
    rows.at_most(inst.vehicle_minutes)


def outside_places(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """All who leave for a destination outside fit into its daily places, (H, T)."""
    rows = m.rows("outside_places", inst.outside_places.shape)
    arcs, moves, units = inst.admissions, inst.transfers, len(inst.units)
    out = arcs.to >= units
    rows.add(1.0, v.admitted[out], rows.index[arcs.to[out] - units])
    rows.add(1.0, v.admitted_observed[out], rows.index[arcs.to[out] - units, 0])
    gone = moves.to >= units
    rows.add(1.0, v.moved[gone], rows.index[moves.to[gone] - units])
    outside_yields(rows, inst, v)
    rows.at_most(inst.outside_places)


CONSTRAINTS: tuple[Constraint, ...] = (
    waiting_balance,
    open_requests,
    expected_arrivals,
    treated_balance,
    boarding_balance,
    only_stable_move,
    boarders_leave_once,
    bed_lost_once,
    staffed_bed_capacity,
    house_capacity,
    corridor_boarders_only,
    staff_on_duty,
    device_capacity,
    supervision,
    oxygen_flow,
    oxygen_stock,
    surge_limit,
    surge_stays_open,
    vehicle_minutes,
    outside_places,
    nobody_waits,
    closed_intake,
    corridor_people,
    reserve_share,
    vehicle_rank,
    vehicle_shift,
    reception_limit,
    no_site_worse_off,
    longest_wait,
    pinned,
    churn,
)
