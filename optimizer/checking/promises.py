"""Promises of a plan as the judge reads them: where their rows stand, and what was reached."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import DIRECTIONS, KINDS, LEAVES
from optimizer.checking.violation import BoolArray, FloatArray


def reserve_shares(case: Case) -> FloatArray:
    """(K,) share of the open beds of the level and above that is promised to stay free."""
    told = case.scenario.reserve
    return np.array([told.get(level, 0.0) for level in case.capacity.levels], dtype=np.float64)


def reserve_stands(case: Case) -> BoolArray:
    """(F, K) True where a reserve is promised and the unit lists beds of the level or above."""
    lists = case.capacity.from_level(case.capacity.has.astype(float)[:, :, None])[:, :, 0] > 0
    return np.asarray(lists & (reserve_shares(case) > 0)[None, :])


def reserve_pairs(case: Case) -> BoolArray:
    """(F, K, K) pairs (k, k'): who needs k' or above could lie in the beds kept free at level k."""
    number, low = np.arange(len(case.capacity.levels)), case.capacity.lowest
    most = np.maximum(number[None, :], low[:, None])
    lower = (number >= low[:, None, None]) & (number <= most[:, :, None])
    return np.asarray(lower & reserve_stands(case)[:, :, None])


def at_lowest(case: Case) -> BoolArray:
    """(F, K) True at the lowest level of each unit."""
    return np.asarray(
        np.arange(len(case.capacity.levels))[None, :] == case.capacity.lowest[:, None]
    )


def reserve_reached(case: Case) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(F, K, T) each: beds promised, beds in which nobody needs to lie, and beds missing.

    0 where no reserve is promised.
    """
    flows = case.flows
    stands = reserve_stands(case)[:, :, None]
    room = case.capacity.from_level(case.open_beds)
    promised = reserve_shares(case)[:, None] * room
    lying = (flows.treated + flows.boarding).sum(axis=1) - flows.corridor
    used = np.where(at_lowest(case)[:, :, None], lying[:, None], case.treated_from_level)
    left = np.where(reserve_pairs(case)[:, :, :, None], (room - used)[:, None], np.inf)
    free = np.where(stands, left.min(axis=2, initial=np.inf), 0.0)
    missed = np.where(stands, np.maximum(0.0, promised - free), 0.0)
    return np.where(stands, promised, 0.0), free, missed


def receptions(case: Case) -> tuple[BoolArray, FloatArray]:
    """(Q, F) units of each place with a limit; (Q, T) patients it may take in a day, inf: any."""
    places, units = case.places, case.units
    homes = case.sources["facilities"].ids("facility_id")
    home = case.sources["units"].ids("facility_id")
    days = np.arange(1, case.scenario.days + 1)
    belongs = np.zeros((len(case.scenario.reception), len(units)), dtype=bool)
    limit = np.full((len(belongs), len(days)), np.inf)
    for q, (place, patients, first, last) in enumerate(case.scenario.reception):
        if place in units:
            belongs[q, units.index(place)] = True
        elif place in homes:
            members = places.members[: places.planned]
            belongs[q] = [any(home[m] == place for m in rows) for rows in members]
        limit[q, (days >= first) & (days <= last)] = patients
    return belongs, limit


def taken_in(case: Case) -> FloatArray:
    """(F, T) everybody who enters a unit from elsewhere."""
    f = case.places.planned
    return np.asarray((case.admitted[:f] + case.received[:f] + case.stabilised).sum(axis=1))


def site_unmet(case: Case) -> FloatArray:
    """(F,) boarding days of the shown days, those in a corridor counted twice."""
    shown = slice(0, case.scenario.horizon)
    flows = case.flows
    return np.asarray(
        flows.boarding[:, :, shown].sum(axis=(1, 2)) + flows.corridor[:, shown].sum(axis=1)
    )


def site_missed(case: Case) -> FloatArray:
    """(F,) such days beyond those without transfers."""
    limit = case.site_limit
    return (
        np.maximum(0.0, site_unmet(case) - limit)
        if limit is not None
        else np.zeros(len(case.units))
    )


def waits_promised(case: Case) -> BoolArray:
    """(S,) classes to whom a longest wait is promised."""
    told = case.scenario.longest_wait
    return np.array(
        [told is not None and name == told[1] for name in case.inputs.classes.severity], dtype=bool
    )


def wait_allowed(case: Case) -> FloatArray:
    """(O, T) of them those who may be waiting at day's end: who came on the last days promised.

    Each arrival is followed by itself through the nights; requests open this morning come on day 1.
    """
    asked, new = case.areas_day_one
    mine, night = waits_promised(case), case.inputs.night[2]
    out = np.zeros((new.shape[0], new.shape[2]))
    told = case.scenario.longest_wait
    for day in range(new.shape[2] if told is not None else 0):
        left = new[:, :, day] + (asked if day == 0 else 0.0)
        for later in range(day, min(new.shape[2], day + told[0])) if told is not None else ():
            out[:, later] += left[:, mine].sum(axis=1)
            left = left @ night
    return out


def wait_reached(case: Case) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(O, T) each: who may be waiting, who is, and who is beyond the promise; 0 without one."""
    may = wait_allowed(case)
    waits = case.flows.waiting[:, waits_promised(case)].sum(axis=1)
    return may, waits, np.maximum(0.0, waits - may)


def site_most(case: Case) -> float:
    """Return a number of such days that no unit can have: everybody, every shown day, twice."""
    inputs = case.inputs
    start = inputs.treated0.sum() + inputs.boarding0.sum() + inputs.waiting0.sum()
    people = start + np.cumsum(inputs.arrivals.sum(axis=(0, 1)))
    return float(2 * people[: case.scenario.horizon].sum())


def pins_reached(case: Case) -> FloatArray:
    """(P,) what the plan does of each pin: patients on the way that day, or surge beds open."""
    flows, names = case.flows, list(case.places.names)
    out = np.zeros(len(case.scenario.pins))
    for i, (kind, day, sender, receiver, what, _) in enumerate(case.scenario.pins):
        if kind == "surge_beds":
            levels = list(case.capacity.levels)
            if receiver in case.units and what in levels and day <= case.scenario.days:
                at = case.units.index(receiver), levels.index(what), day - 1
                out[i] = flows.surge_beds[at]
            continue
        table, letter, places = (
            (flows.admissions, "o", list(case.places.areas))
            if kind == "admission"
            else (flows.transfers, "f", case.units)
        )
        if sender not in places or receiver not in names:
            continue
        here = (table[letter] == places.index(sender)) & (table["g"] == names.index(receiver))
        here &= table["t"] == day - 1
        if what:
            classes = list(case.inputs.classes.names)
            here &= table["s"] == (classes.index(what) if what in classes else -1)
        out[i] = float(table.x[here].sum())
    return out


def churn_by_day(case: Case) -> FloatArray:
    """(T,) patients more or fewer on each way than in an earlier plan, on the common days.

    Ways that are not permitted now do not count.
    """
    scenario, names, classes = case.scenario, case.places.names, case.inputs.classes.names
    common = np.flatnonzero(scenario.churn_days)
    out = np.zeros(scenario.days)
    if not common.size:
        return out
    now: dict[tuple[int, str, str, str, str], float] = {}
    for rows, letter, places, column, words in (
        (case.flows.admissions, "o", case.places.areas, "kind", KINDS),
        (case.flows.transfers, "f", case.units, "way", (*DIRECTIONS[:3], "leaves")),
    ):
        for i in range(len(rows)):
            way = words[rows[column][i]], places[rows[letter][i]], names[rows["g"][i]]
            key = (int(rows["t"][i]) + 1, *way, classes[rows["s"][i]])
            now[key] = now.get(key, 0.0) + float(rows.x[i])
    at = {name: i for i, name in enumerate(names)}
    area = {name: i for i, name in enumerate(case.places.areas)}
    patient = {name: i for i, name in enumerate(classes)}

    def permitted(way: str, sender: str, receiver: str, who: str) -> bool:
        g, s = at.get(receiver), patient.get(who)
        if g is None or s is None:
            return False
        if way in KINDS:
            o = area.get(sender)
            return o is not None and bool(case.arcs.admission[KINDS.index(way), o, g, s])
        f = at.get(sender)
        number = LEAVES if way == "leaves" else DIRECTIONS.index(way)
        if f is None or f >= case.places.planned:
            return False
        return bool(case.arcs.transfer[number, f, g, s])

    for key in {*now, *scenario.earlier}:
        if key[0] - 1 in common and (key in now or permitted(*key[1:])):
            out[key[0] - 1] += abs(now.get(key, 0.0) - scenario.earlier.get(key, 0.0))
    return out
