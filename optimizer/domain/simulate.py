"""Rules without a solver, day by day: the nearest free place, or everybody shared out by beds.

The nearest free place is there before any solver; it is the greedy rival of every plan, the
fallback when a solver fails, and the local care that makes the opening census of a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimizer.domain.instance import (
    ADMISSION,
    OUT_OF_PROVINCE,
    STABILISE,
    FloatArray,
    Instance,
)
from optimizer.domain.plan import GroupResult, Plan, area_waiting, oxygen_drawn
from optimizer.domain.promises_kept import Intake, churn, promise_harm
from optimizer.domain.shares import Shares, dealt, shares
from optimizer.domain.terms import M3_A_DAY
from optimizer.domain.trips import Trips

SMALL = 1e-9
RESERVE_DAYS = 7.0
"""The rule takes a patient only if what is in store lasts so long at what is drawn then."""
Uses = list[tuple[int, float]]


@dataclass(slots=True)
class _Houses:
    """What is left in every unit today.

    One slack for each nested bed row, the house, each role, each nested device row, each role that
    oversees, the oxygen flow and, last, the oxygen in store.
    """

    uses: list[list[Uses]]
    """[f][k]: rows that a patient of level k in a proper bed uses, with how much."""
    boarder: list[Uses]
    intake: Intake
    slack: list[list[float]] = field(default_factory=list)

    def room(self, f: int, uses: Uses, wanted: float) -> float:
        """Return how many more of the wanted patients fit."""
        slack = self.slack[f]
        fits = min((slack[row] / much for row, much in uses), default=0.0)
        return max(0.0, min(wanted, fits))

    def take(self, f: int, uses: Uses, patients: float) -> None:
        """Use the rows."""
        for row, much in uses:
            self.slack[f][row] -= much * patients


def _houses(inst: Instance) -> _Houses:
    levels, roles, terms = len(inst.levels), len(inst.roles), inst.terms
    chain = inst.stands_in.T.astype(float)
    house, counted = levels, terms.device_levels
    draw = terms.oxygen_draw[None, :]
    # rows whose use depends on the level alone: staff, then after the devices the other three
    staff = chain @ inst.staff_need
    others = np.concatenate([chain @ terms.supervision, draw, M3_A_DAY * draw])
    first_device = house + 1 + roles
    weighed = [
        *((house + 1 + r, staff[r].tolist()) for r in range(roles)),
        *((first_device + levels + i, row.tolist()) for i, row in enumerate(others)),
    ]

    def at_level(k: int) -> Uses:
        return [(row, need[k]) for row, need in weighed if need[k] > 0]

    uses: list[list[Uses]] = []
    boarder: list[Uses] = []
    for f, low in enumerate(inst.lowest_level.tolist()):
        rows: list[Uses] = []
        for k in range(levels):
            beds = [(j, 1.0) for j in range(k + 1) if inst.above_lowest[f, j]]
            devices = [(first_device + j, 1.0) for j in range(k + 1) if counted[f, j]]
            rows.append([*beds, (house, 1.0), *devices, *at_level(k)])
        uses.append(rows)
        boarder.append([(house, 1.0), *(at_level(low) if low >= 0 else [])])
    return _Houses(uses, boarder, Intake(inst))


@dataclass(slots=True)
class _Flows:
    """What the simulation decides; arrays as in `Plan`."""

    admitted: FloatArray
    admitted_observed: FloatArray
    moved: FloatArray
    in_house: FloatArray
    treated: FloatArray
    boarding: FloatArray
    waiting: FloatArray
    corridor: FloatArray
    excess: FloatArray
    surge_beds: FloatArray
    oxygen_short: FloatArray


def simulate(inst: Instance, *, surge: bool = True, proportional: bool = False) -> Plan:
    """Return the plan of a rule: the worst off first, each to the nearest place that is free.

    Whole people on day 1, means later, like every plan. Boarders first move within the house,
    then up, then people who wait are admitted; nobody steps down. Surge beds open as soon as
    they may.

    Parameters
    ----------
    proportional
        The rule of shares instead: the patients of each area and class that day are dealt out to
        the units of the province in proportion to their open beds of the level needed or above,
        free or not; boarders who find no bed in the house likewise. Who is dealt to a full unit
        has no second choice that day but a place outside the province or to be stabilised.
    """
    days, hazards = inst.days, inst.hazards
    flows = _empty(inst)
    if surge:
        flows.surge_beds[:] = np.floor(inst.surge_limit + SMALL)
    houses = _houses(inst)
    by_need = _by_need(inst)
    arcs_of = _admissions_by_area(inst)
    moves_of = _moves_by_unit(inst)
    n, b = inst.census_treated.copy(), inst.census_boarding.copy()
    u = np.zeros(inst.open_requests.shape)
    admit = _admit if proportional or inst.own_unit is None else _admit_at_home
    store = inst.terms.oxygen_stored.copy()
    for t in range(days):
        if t:
            b = b @ hazards.boarding + n @ hazards.worse
            n = n @ hazards.keep
            u = u @ hazards.waiting
        _open_day(inst, houses, flows, n, store, t)
        deal = shares(inst, flows.surge_beds[:, :, t], t) if proportional else None
        trips = Trips(inst, t)
        places = inst.outside_places[:, t].tolist()
        _relieve_boarders(inst, houses, flows, n, b, t, by_need, moves_of, trips, places, deal)
        entered = np.zeros(len(inst.units))
        if t == 0:
            observed = inst.open_requests.copy()
            admit(
                inst,
                houses,
                flows,
                n,
                b,
                observed,
                entered,
                t,
                by_need,
                arcs_of,
                trips,
                places,
                True,
                deal,
            )
            u = u + observed
        new = u + inst.arrivals[:, :, t] if t else inst.arrivals[:, :, 0].copy()
        admit(
            inst,
            houses,
            flows,
            n,
            b,
            new,
            entered,
            t,
            by_need,
            arcs_of,
            trips,
            places,
            False,
            deal,
        )
        u = new if t else u + new
        _close_day(inst, houses, flows, b, entered, t)
        flows.treated[:, :, t], flows.boarding[:, :, t], flows.waiting[:, :, t] = n, b, u
        store = _use_oxygen(inst, flows, store, t)
    return _as_plan(inst, flows, "shares by beds" if proportional else "nearest free place")


def _empty(inst: Instance) -> _Flows:
    f, s, t, k = len(inst.units), len(inst.classes.ids), inst.days, len(inst.levels)
    return _Flows(
        np.zeros((len(inst.admissions.area), t)),
        np.zeros(len(inst.admissions.area)),
        np.zeros((len(inst.transfers.origin), t)),
        np.zeros((f, s, t)),
        np.zeros((f, s, t)),
        np.zeros((f, s, t)),
        np.zeros((len(inst.areas), s, t)),
        np.zeros((f, t)),
        np.zeros((f, k, t)),
        np.zeros((f, k, t)),
        np.zeros((f, t)),
    )


def _by_need(inst: Instance) -> list[int]:
    """Classes, the worst off first; ties by class id."""
    classes = inst.classes
    return sorted(range(len(classes.ids)), key=lambda s: (-classes.unmet_weight[s], classes.ids[s]))


def _admissions_by_area(inst: Instance) -> dict[tuple[int, int], list[int]]:
    """For each area and class its arcs: proper beds inside, outside, stabilise.

    Each nearest first.
    """
    arcs = inst.admissions
    order = {STABILISE: 2, OUT_OF_PROVINCE: 1}
    out: dict[tuple[int, int], list[int]] = {}
    for a in np.lexsort((arcs.to, arcs.minutes)).tolist():
        out.setdefault((int(arcs.area[a]), int(arcs.patient_class[a])), []).append(a)
    for found in out.values():
        found.sort(key=lambda a: order.get(int(arcs.kind[a]), 0))
    return out


def _moves_by_unit(inst: Instance) -> dict[tuple[int, int], list[int]]:
    """For each unit and class the ways out of the boarding pool, inside first, nearest first."""
    moves = inst.transfers
    outside = moves.to >= len(inst.units)
    out: dict[tuple[int, int], list[int]] = {}
    for x in np.lexsort((moves.to, moves.minutes, outside)).tolist():
        if moves.from_boarding[x]:
            out.setdefault((int(moves.origin[x]), int(moves.patient_class[x])), []).append(x)
    return out


def _open_day(
    inst: Instance, houses: _Houses, flows: _Flows, n: FloatArray, store: FloatArray, t: int
) -> None:
    """Set today's slacks: what each row has less the patients already in proper beds."""
    terms = inst.terms
    beds = inst.beds[:, :, t] + flows.surge_beds[:, :, t]
    devices = np.where(terms.device_levels, terms.devices[:, :, t], beds)
    heads = inst.staff[:, :, t] @ inst.stands_in.astype(float)
    houses.slack = np.concatenate(
        [
            np.flip(np.cumsum(np.flip(beds, axis=1), axis=1), axis=1),
            beds.sum(axis=1)[:, None],
            heads,
            np.flip(np.cumsum(np.flip(devices, axis=1), axis=1), axis=1),
            heads,
            terms.oxygen_flow[:, t, None],
            (terms.oxygen_supply[:, t] + store / RESERVE_DAYS)[:, None],
        ],
        axis=1,
    ).tolist()
    for f in range(len(inst.units)):
        for s in np.flatnonzero(n[f] > 0).tolist():
            houses.take(f, houses.uses[f][inst.classes.level[s]], n[f, s])


def _relieve_boarders(
    inst: Instance,
    houses: _Houses,
    flows: _Flows,
    n: FloatArray,
    b: FloatArray,
    t: int,
    by_need: list[int],
    moves_of: dict[tuple[int, int], list[int]],
    trips: Trips,
    places: list[float],
    deal: Shares | None,
) -> None:
    moves, units, able = inst.transfers, len(inst.units), inst.able
    levels = inst.classes.level.tolist()
    house_row: Uses = [(len(inst.levels), 1.0)]
    closed = inst.closed
    for s in by_need:
        for f in np.flatnonzero(b[:, s] > SMALL).tolist():
            if able[f, s]:
                uses = houses.uses[f][levels[s]]
                fits = _whole(houses.room(f, uses, b[f, s]), t == 0)
                houses.take(f, uses, fits)
                b[f, s] -= fits
                n[f, s] += fits
                flows.in_house[f, s, t] = fits
            here, before = float(b[f, s]), 0.0
            for x in moves_of.get((f, s), ()):
                if b[f, s] <= SMALL:
                    break
                g, base = int(moves.to[x]), int(inst.unit_base[f])
                if g < units and closed[g, t]:
                    continue
                trip = inst.trip_minutes_fixed + 2 * moves.minutes[x]
                fits = min(
                    float(b[f, s]), trips.room(base, s) / trip if base >= 0 and trip > 0 else np.inf
                )
                share = np.nan if deal is None else float(deal.transfer[x])
                if not np.isnan(share):
                    fits = min(fits, dealt(here, share, before, t == 0))
                    before += share
                if g >= units:
                    fits = min(fits, places[g - units])
                else:
                    fits = houses.room(g, houses.uses[g][levels[s]], fits)
                    fits = houses.intake.room(g, t, fits)
                fits = _sent(inst, houses, f, house_row, fits)
                fits = _whole(fits, t == 0 or inst.rules.whole_window)
                if fits <= SMALL:
                    continue
                if base >= 0:
                    trips.take(base, s, fits * trip)
                if g >= units:
                    places[g - units] -= fits
                else:
                    houses.take(g, houses.uses[g][levels[s]], fits)
                    houses.intake.take(g, t, fits)
                    n[g, inst.moved_class[x]] += fits
                if inst.rules.sender_counts:
                    houses.take(f, house_row, fits)
                b[f, s] -= fits
                flows.moved[x, t] = fits


def _sent(inst: Instance, houses: _Houses, f: int, uses: Uses, wanted: float) -> float:
    """Return how many may leave a house that still counts them today."""
    if not inst.rules.sender_counts or inst.rules.open_corridor:
        return wanted
    return houses.room(f, uses, wanted)


def _whole(patients: float, people: bool) -> float:
    """Round down where the patients are people somebody has seen."""
    return float(np.floor(patients + SMALL)) if people else patients


def _admit(
    inst: Instance,
    houses: _Houses,
    flows: _Flows,
    n: FloatArray,
    b: FloatArray,
    waiting: FloatArray,
    entered: FloatArray,
    t: int,
    by_need: list[int],
    arcs_of: dict[tuple[int, int], list[int]],
    trips: Trips,
    places: list[float],
    people: bool,
    deal: Shares | None,
) -> None:
    """Admit from `waiting` (O, S), changed in place.

    Stabilised patients come in as boarders with a bed.
    """
    arcs, units, left_unit = inst.admissions, len(inst.units), inst.left_unit
    closed = inst.closed
    levels = inst.classes.level.tolist()
    for s in by_need:
        for o in np.flatnonzero(waiting[:, s] > SMALL).tolist():
            here, before = float(waiting[o, s]), 0.0
            for a in arcs_of.get((o, s), ()):
                left = float(waiting[o, s])
                if left <= SMALL:
                    break
                share = np.nan if deal is None else float(deal.admission[a])
                if not np.isnan(share):
                    left = min(left, dealt(here, share, before, people))
                    before += share
                f, kind, base = int(arcs.to[a]), int(arcs.kind[a]), int(inst.area_base[o])
                if f < units and closed[f, t]:
                    continue
                trip = inst.trip_minutes_fixed + 2 * arcs.minutes[a]
                by_vehicle = bool(inst.classes.needs_vehicle[s]) and base >= 0
                if by_vehicle and trip > 0:
                    left = min(left, trips.room(base, s) / trip)
                uses: Uses = []
                if kind == OUT_OF_PROVINCE:
                    fits = min(left, places[f - units])
                else:
                    uses = houses.boarder[f] if kind == STABILISE else houses.uses[f][levels[s]]
                    fits = houses.intake.room(f, t, houses.room(f, uses, left))
                own = int(left_unit[a])
                if own >= 0:
                    fits = _sent(inst, houses, own, houses.uses[own][levels[s]], fits)
                fits = _whole(fits, people or inst.rules.whole_window)
                if fits <= SMALL:
                    continue
                if inst.rules.sender_counts and own >= 0:
                    houses.take(own, houses.uses[own][levels[s]], fits)
                if by_vehicle:
                    trips.take(base, s, fits * trip)
                if kind == OUT_OF_PROVINCE:
                    places[f - units] -= fits
                else:
                    houses.take(f, uses, fits)
                    houses.intake.take(f, t, fits)
                    (b if kind == STABILISE else n)[f, s] += fits
                    entered[f] += fits if kind == STABILISE else 0.0
                waiting[o, s] -= fits
                _note(flows, a, t, fits, people)
            _admit_all_the_same(inst, houses, flows, n, waiting, o, s, t, arcs_of, people)


def _note(flows: _Flows, arc: int, day: int, patients: float, people: bool) -> None:
    if people:
        flows.admitted_observed[arc] += patients
    else:
        flows.admitted[arc, day] += patients


def _admit_all_the_same(
    inst: Instance,
    houses: _Houses,
    flows: _Flows,
    n: FloatArray,
    waiting: FloatArray,
    o: int,
    s: int,
    t: int,
    arcs_of: dict[tuple[int, int], list[int]],
    people: bool,
) -> None:
    """Where nobody may wait: into the own unit, else the nearest able one, whether there is room.

    What lies above its beds lies in the corridor.
    """
    if not inst.rules.nobody_waits or waiting[o, s] <= SMALL:
        return
    arcs, own = inst.admissions, -1 if inst.own_unit is None else int(inst.own_unit[o])
    ways = [
        a
        for a in arcs_of.get((o, s), ())
        if arcs.kind[a] == ADMISSION and not inst.closed[arcs.to[a], t]
    ]
    ways.sort(key=lambda a: int(arcs.to[a]) != own)
    if ways:
        f, patients = int(arcs.to[ways[0]]), float(waiting[o, s])
        houses.take(f, houses.uses[f][inst.classes.level[s]], patients)
        if inst.rules.sender_counts and own not in (-1, f):
            houses.take(own, houses.uses[own][inst.classes.level[s]], patients)
        n[f, s] += patients
        waiting[o, s] = 0.0
        _note(flows, ways[0], t, patients, people)


def _admit_at_home(
    inst: Instance,
    houses: _Houses,
    flows: _Flows,
    n: FloatArray,
    b: FloatArray,
    waiting: FloatArray,
    entered: FloatArray,
    t: int,
    by_need: list[int],
    arcs_of: dict[tuple[int, int], list[int]],
    trips: Trips,
    places: list[float],
    people: bool,
    deal: Shares | None,
) -> None:
    """Admit everybody at home; houses that are over send on who came today, the fullest first.

    The rule where going elsewhere is a move (`movers: new`): as many as are over, to the nearest
    units that had room after their own admissions; whole people where people are whole. Where
    somebody may wait, home takes no more than fit and the others look for a place as always.
    """
    if not inst.rules.nobody_waits:
        _admit(
            inst,
            houses,
            flows,
            n,
            b,
            waiting,
            entered,
            t,
            by_need,
            arcs_of,
            trips,
            places,
            people,
            deal,
        )
        return
    asked = waiting.copy()
    for s in by_need:
        for o in np.flatnonzero(asked[:, s] > SMALL).tolist():
            _admit_all_the_same(inst, houses, flows, n, waiting, o, s, t, arcs_of, people)
    own_unit = inst.own_unit
    assert own_unit is not None
    whole = people or inst.rules.whole_window
    levels, arcs = inst.classes.level.tolist(), inst.admissions
    over = {f: _over(houses, f, inst) for f in range(len(inst.units))}
    for o in sorted(range(len(inst.areas)), key=lambda o: -over.get(int(own_unit[o]), 0.0)):
        f = int(own_unit[o])
        left = over.get(f, 0.0)
        for s in by_need:
            home = [a for a in arcs_of.get((o, s), ()) if arcs.to[a] == f]
            if left <= SMALL or not home or asked[o, s] <= SMALL:
                continue
            send = min(float(np.ceil(left - SMALL)) if whole else left, float(asked[o, s]))
            for a in arcs_of[o, s]:
                g = int(arcs.to[a])
                if g >= len(inst.units) or g == f or arcs.kind[a] != ADMISSION:
                    continue
                if over[g] > SMALL or inst.closed[g, t] or send <= SMALL:
                    continue
                fits = _whole(houses.room(g, houses.uses[g][levels[s]], send), whole)
                if fits <= SMALL:
                    continue
                houses.take(g, houses.uses[g][levels[s]], fits)
                if not inst.rules.sender_counts:
                    houses.take(f, houses.uses[f][levels[s]], -fits)
                n[f, s] -= fits
                n[g, s] += fits
                send -= fits
                left -= fits
                _note(flows, home[0], t, -fits, people)
                _note(flows, a, t, fits, people)
        over[f] = left


def _over(houses: _Houses, f: int, inst: Instance) -> float:
    """Return the patients above the room of a house, its store of oxygen apart."""
    low, store = int(inst.lowest_level[f]), len(houses.slack[f]) - 1
    uses = [*houses.boarder[f], *(houses.uses[f][low] if low >= 0 else [])]
    uses = [(row, much) for row, much in uses if row != store]
    return max(0.0, max((-houses.slack[f][row] / much for row, much in uses), default=0.0))


def _over_with_boarders(houses: _Houses, f: int, boarders: float, inst: Instance) -> float:
    """Return who lies in an open corridor: all above the room of the house."""
    houses.take(f, houses.boarder[f], boarders)
    over = _over(houses, f, inst)
    return over if over > SMALL else 0.0


def _close_day(
    inst: Instance, houses: _Houses, flows: _Flows, b: FloatArray, entered: FloatArray, t: int
) -> None:
    """Boarders lie in what beds are left, the rest in the corridor.

    Capacity that fell shows as excess.
    """
    for f in range(len(inst.units)):
        slack = houses.slack[f]
        store = len(slack) - 1  # an empty store shows as oxygen that somebody goes without
        for k in reversed(range(len(inst.levels))):
            uses = houses.uses[f][k] if inst.listed[f, k] else []
            over = max((-slack[row] / much for row, much in uses if row != store), default=0.0)
            if over > SMALL and inst.excess_allowed[f, t]:
                flows.excess[f, k, t] += over
                houses.take(f, uses, -over)
        if inst.rules.open_corridor:
            flows.corridor[f, t] = _over_with_boarders(houses, f, float(b[f].sum()), inst)
            continue
        old = float(b[f].sum() - entered[f])
        fits = houses.room(f, houses.boarder[f], old)
        flows.corridor[f, t] = max(0.0, old - fits) if old - fits > SMALL else 0.0


def _use_oxygen(inst: Instance, flows: _Flows, store: FloatArray, t: int) -> FloatArray:
    """Return what is in store at day's end, (F,); note what somebody went without."""
    terms, day = inst.terms, slice(t, t + 1)
    drawn = oxygen_drawn(
        inst, flows.treated[:, :, day], flows.boarding[:, :, day], flows.corridor[:, day]
    )[:, 0]
    left = store + terms.oxygen_supply[:, t] - M3_A_DAY * drawn
    flows.oxygen_short[:, t] = np.maximum(0.0, -left)
    return np.clip(left, 0.0, terms.oxygen_tank)


def _as_plan(inst: Instance, flows: _Flows, rule: str) -> Plan:
    harm = harm_value(inst, flows)
    if inst.levers is not None:
        harm += inst.levers.home_unmet * float(home_unfollowed(inst).sum())
    burden = float(
        inst.burden.admission @ (flows.admitted.sum(axis=1) + flows.admitted_observed)
        + inst.burden.transfer @ flows.moved.sum(axis=1)
        + inst.burden.surge_bed_day * flows.surge_beds.sum()
        + inst.promises.churn_price
        * churn(inst, flows.admitted, flows.admitted_observed, flows.moved)
    )
    return Plan(
        flows.admitted,
        flows.admitted_observed,
        flows.moved,
        flows.in_house,
        flows.treated,
        flows.boarding,
        flows.waiting,
        flows.corridor,
        flows.excess,
        flows.surge_beds,
        GroupResult(harm, None),
        GroupResult(burden, None),
        status="rule",
        solver=rule,
        fairness=GroupResult(float(area_waiting(inst, flows.waiting).max(initial=0.0)), None),
        oxygen_short=flows.oxygen_short,
        **_no_levers(inst),
    )


def _no_levers(inst: Instance) -> dict[str, Any]:
    """Return the lever arrays of a plan that uses none of the levers it may use."""
    if inst.levers is None:
        return {}
    none = np.zeros((len(inst.levers.ids), inst.days))
    names = ("lever_started", "lever_closed", "lever_open", "lever_usable")
    return {**{name: none.copy() for name in names}, "home_short": home_unfollowed(inst)}


def home_unfollowed(inst: Instance) -> FloatArray:
    """(E, T) patients at home whom nobody follows without levers; 0 where levers add nothing."""
    if inst.levers is None:
        return np.zeros_like(inst.home.patients)
    followed = np.asarray((inst.levers.yields.home_places > 0).any(axis=0))
    short = np.maximum(0.0, inst.home.patients - inst.home.capacity)
    return np.asarray(np.where(followed[:, None], short, 0.0))


def harm_value(inst: Instance, flows: Plan | _Flows) -> float:
    """Return the harm of a plan from its flows (docs/model.md section 5)."""
    price = inst.harm
    levers = 0.0
    if inst.levers is not None and isinstance(flows, Plan):
        levers = float(inst.levers.harm @ flows.lever_open.sum(axis=1))
        levers += inst.levers.home_unmet * float(flows.home_short.sum())
    return levers + float(
        np.einsum("ost,s->", flows.waiting, price.waiting)
        + np.einsum("fst,s->", flows.boarding, price.boarding)
        + price.corridor * flows.corridor.sum()
        + price.excess * flows.excess.sum()
        + price.oxygen_short * flows.oxygen_short.sum()
        + price.admission @ (flows.admitted.sum(axis=1) + flows.admitted_observed)
        + price.transfer @ flows.moved.sum(axis=1)
        + promise_harm(
            inst, flows.waiting, flows.treated, flows.boarding, flows.corridor, flows.surge_beds
        )
    )
