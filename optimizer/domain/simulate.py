"""Rules without a solver, day by day: the nearest free place, or everybody shared out by beds.

The nearest free place is there before any solver; it is the greedy rival of every plan, the
fallback when a solver fails, and the local care that makes the opening census of a scenario.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.domain.admit import admit, admit_at_home
from optimizer.domain.harm import harm_value, home_unfollowed
from optimizer.domain.houses import SMALL, Uses, empty_houses
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import NOTHING_KNOWN, GroupResult, Plan, area_waiting, oxygen_drawn
from optimizer.domain.promises_kept import churn
from optimizer.domain.shares import dealt, shares
from optimizer.domain.terms import M3_A_DAY
from optimizer.domain.today import Asking, Flows, Today, no_flows, ways, whole
from optimizer.domain.trips import Trips


def simulate(inst: Instance, *, surge: bool = True, proportional: bool = False) -> Plan:
    """Return the plan of a rule: the worst off first, each to the nearest place that is free.

    Whole people on day 1, means later, like every plan. Boarders first move within the house,
    then up, then people who wait are admitted; nobody steps down. Surge beds open as soon as
    they may. Where staff or beds fall, those least badly off lose their beds.

    Parameters
    ----------
    proportional
        The rule of shares instead: the patients of each area and class that day are dealt out to
        the units of the province in proportion to their open beds of the level needed or above,
        free or not; boarders who find no bed in the house likewise. Who is dealt to a full unit
        has no second choice that day but a place outside the province or to be stabilised.
    """
    hazards, flows = inst.hazards, no_flows(inst)
    if surge:
        flows.surge_beds[:] = np.floor(inst.surge_limit + SMALL)
    houses, in_order = empty_houses(inst), ways(inst)
    n, b = inst.census_treated.copy(), inst.census_boarding.copy()
    u = np.zeros(inst.open_requests.shape)
    take_in = admit if proportional or inst.own_unit is None else admit_at_home
    store = inst.terms.oxygen_stored.copy()
    for t in range(inst.days):
        if t:
            b = b @ hazards.boarding + n @ hazards.worse
            n = n @ hazards.keep
            u = u @ hazards.waiting
        houses.open(inst, flows.surge_beds[:, :, t], store, t)
        today = Today(
            inst=inst,
            ways=in_order,
            houses=houses,
            flows=flows,
            day=t,
            treated=n,
            boarding=b,
            stabilised=np.zeros(len(inst.units)),
            trips=Trips(inst, t),
            places=inst.outside_places[:, t].tolist(),
            deal=shares(inst, flows.surge_beds[:, :, t], t) if proportional else None,
        )
        _lay_in_beds(today)
        _take_beds_away(today)
        _relieve_boarders(today)
        if t == 0:
            observed = Asking(inst.open_requests.copy(), people=True)
            take_in(today, observed)
            u = u + observed.waiting
        arrivals = inst.arrivals[:, :, t]
        expected = Asking(u + arrivals if t else arrivals.copy(), people=False)
        take_in(today, expected)
        u = expected.waiting if t else u + expected.waiting
        b += flows.bed_lost[:, :, t]
        _close_day(today)
        flows.treated[:, :, t], flows.boarding[:, :, t], flows.waiting[:, :, t] = n, b, u
        store = _use_oxygen(inst, flows, store, t)
    return _as_plan(inst, flows, "shares by beds" if proportional else "nearest free place")


def _lay_in_beds(today: Today) -> None:
    """Let the patients who are in proper beds already use what they use."""
    houses, levels = today.houses, today.inst.classes.level
    for f in range(len(today.inst.units)):
        for s in np.flatnonzero(today.treated[f] > 0).tolist():
            houses.take(f, houses.uses[f][levels[s]], today.treated[f, s])


def _take_beds_away(today: Today) -> None:
    """Where capacity falls today, let the least badly off of each level board, until all fit.

    They move on from tomorrow.
    """
    inst, houses, t = today.inst, today.houses, today.day
    level = inst.classes.level
    for f in np.flatnonzero(inst.loses_beds[:, t]).tolist():
        for k in reversed(range(len(inst.levels))):
            uses = houses.uses[f][k]
            for s in reversed(today.ways.classes):
                over = min(houses.over_at(f, uses), float(today.treated[f, s]))
                if level[s] != k or over <= SMALL:
                    continue
                if inst.rules.whole_window:
                    over = float(np.ceil(over - SMALL))
                today.treated[f, s] -= over
                today.flows.bed_lost[f, s, t] = over
                houses.take(f, uses, -over)


def _relieve_boarders(today: Today) -> None:
    """Move boarders within the house, then to the nearest house with room, or as they are dealt."""
    inst, houses, flows, t = today.inst, today.houses, today.flows, today.day
    n, b, trips, places, deal = (
        today.treated,
        today.boarding,
        today.trips,
        today.places,
        today.deal,
    )
    moves, units, able = inst.transfers, len(inst.units), inst.able
    levels = inst.classes.level.tolist()
    house_row: Uses = [(len(inst.levels), 1.0)]
    closed, moved_class = inst.closed, inst.moved_class
    for s in today.ways.classes:
        for f in np.flatnonzero(b[:, s] > SMALL).tolist():
            if able[f, s]:
                uses = houses.uses[f][levels[s]]
                fits = whole(houses.room(f, uses, b[f, s]), t == 0)
                houses.take(f, uses, fits)
                b[f, s] -= fits
                n[f, s] += fits
                flows.in_house[f, s, t] = fits
            here, before = float(b[f, s]), 0.0
            for x in today.ways.out_of_boarding.get((f, s), ()):
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
                fits = today.may_send(f, house_row, fits)
                fits = whole(fits, t == 0 or inst.rules.whole_window)
                if fits <= SMALL:
                    continue
                if base >= 0:
                    trips.take(base, s, fits * trip)
                if g >= units:
                    places[g - units] -= fits
                else:
                    houses.take(g, houses.uses[g][levels[s]], fits)
                    houses.intake.take(g, t, fits)
                    n[g, moved_class[x]] += fits
                if inst.rules.sender_counts:
                    houses.take(f, house_row, fits)
                b[f, s] -= fits
                flows.moved[x, t] = fits


def _close_day(today: Today) -> None:
    """Boarders lie in what beds are left, the rest in the corridor.

    Capacity that fell shows as excess.
    """
    inst, houses, flows, t = today.inst, today.houses, today.flows, today.day
    allowed = inst.excess_allowed
    for f in range(len(inst.units)):
        for k in reversed(range(len(inst.levels))):
            uses = houses.uses[f][k] if inst.listed[f, k] else []
            over = houses.over_at(f, uses)
            if over > SMALL and allowed[f, t]:
                flows.excess[f, k, t] += over
                houses.take(f, uses, -over)
        boarders = float(today.boarding[f].sum())
        if inst.rules.open_corridor:
            flows.corridor[f, t] = houses.in_open_corridor(f, boarders)
            continue
        old = float(today.boarding[f].sum() - today.stabilised[f])
        fits = houses.room(f, houses.boarder[f], old)
        flows.corridor[f, t] = max(0.0, old - fits) if old - fits > SMALL else 0.0


def _use_oxygen(inst: Instance, flows: Flows, store: FloatArray, t: int) -> FloatArray:
    """Return what is in store at day's end, (F,); note what somebody went without."""
    terms, day = inst.terms, slice(t, t + 1)
    drawn = oxygen_drawn(
        inst, flows.treated[:, :, day], flows.boarding[:, :, day], flows.corridor[:, day]
    )[:, 0]
    left = store + terms.oxygen_supply[:, t] - M3_A_DAY * drawn
    flows.oxygen_short[:, t] = np.maximum(0.0, -left)
    return np.clip(left, 0.0, terms.oxygen_tank)


def _as_plan(inst: Instance, flows: Flows, rule: str) -> Plan:
    burden = float(
        inst.burden.admission @ (flows.admitted.sum(axis=1) + flows.admitted_observed)
        + inst.burden.transfer @ flows.moved.sum(axis=1)
        + inst.burden.surge_bed_day * flows.surge_beds.sum()
        + inst.promises.churn_price
        * churn(inst, flows.admitted, flows.admitted_observed, flows.moved)
    )
    made = Plan(
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
        NOTHING_KNOWN,
        GroupResult(burden, None),
        status="rule",
        solver=rule,
        fairness=GroupResult(float(area_waiting(inst, flows.waiting).max(initial=0.0)), None),
        bed_lost=flows.bed_lost,
        oxygen_short=flows.oxygen_short,
        **_no_levers(inst),
    )
    return replace(made, harm=GroupResult(harm_value(inst, made), None))


def _no_levers(inst: Instance) -> dict[str, Any]:
    """Return the lever arrays of a plan that uses none of the levers it may use."""
    if inst.levers is None:
        return {}
    none = np.zeros((len(inst.levers.ids), inst.days))
    names = ("lever_started", "lever_closed", "lever_open", "lever_usable")
    return {**{name: none.copy() for name in names}, "home_short": home_unfollowed(inst)}
