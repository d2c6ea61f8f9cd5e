"""Admissions by rule: the worst off first, each to the nearest free place or by shares of beds."""

from __future__ import annotations

import numpy as np

from optimizer.domain.houses import SMALL, Uses
from optimizer.domain.instance import ADMISSION, OUT_OF_PROVINCE, STABILISE
from optimizer.domain.shares import dealt
from optimizer.domain.today import Asking, Today, whole


def admit(today: Today, asking: Asking) -> None:
    """Admit who asks; stabilised patients come in as boarders with a bed."""
    inst, houses, t, waiting = today.inst, today.houses, today.day, asking.waiting
    arcs, units, left_unit = inst.admissions, len(inst.units), inst.left_unit
    trips, places, deal = today.trips, today.places, today.deal
    closed, people = inst.closed, asking.people
    levels = inst.classes.level.tolist()
    for s in today.ways.classes:
        for o in np.flatnonzero(waiting[:, s] > SMALL).tolist():
            here, before = float(waiting[o, s]), 0.0
            for a in today.ways.admissions.get((o, s), ()):
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
                    fits = today.may_send(own, houses.uses[own][levels[s]], fits)
                fits = whole(fits, people or inst.rules.whole_window)
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
                    (today.boarding if kind == STABILISE else today.treated)[f, s] += fits
                    today.stabilised[f] += fits if kind == STABILISE else 0.0
                waiting[o, s] -= fits
                today.note(a, fits, people=people)
            _admit_all_the_same(today, asking, o, s)


def _admit_all_the_same(today: Today, asking: Asking, o: int, s: int) -> None:
    """Where nobody may wait: into the own unit, else the nearest able one, whether there is room.

    What lies above its beds lies in the corridor.
    """
    inst, houses, waiting = today.inst, today.houses, asking.waiting
    if not inst.rules.nobody_waits or waiting[o, s] <= SMALL:
        return
    arcs, own = inst.admissions, -1 if inst.own_unit is None else int(inst.own_unit[o])
    ways = [
        a
        for a in today.ways.admissions.get((o, s), ())
        if arcs.kind[a] == ADMISSION and not inst.closed[arcs.to[a], today.day]
    ]
    ways.sort(key=lambda a: int(arcs.to[a]) != own)
    if ways:
        f, patients = int(arcs.to[ways[0]]), float(waiting[o, s])
        houses.take(f, houses.uses[f][inst.classes.level[s]], patients)
        if inst.rules.sender_counts and own not in (-1, f):
            houses.take(own, houses.uses[own][inst.classes.level[s]], patients)
        today.treated[f, s] += patients
        waiting[o, s] = 0.0
        today.note(ways[0], patients, people=asking.people)


def admit_at_home(today: Today, asking: Asking) -> None:
    """Admit everybody at home; houses that are over send on who came today, the fullest first.

    The rule where going elsewhere is a move (`movers: new`): as many as are over, to the nearest
    units that had room after their own admissions; whole people where people are whole. Where
    somebody may wait, home takes no more than fit and the others look for a place as always.
    """
    inst, houses = today.inst, today.houses
    if not inst.rules.nobody_waits:
        admit(today, asking)
        return
    asked = asking.waiting.copy()
    for s in today.ways.classes:
        for o in np.flatnonzero(asked[:, s] > SMALL).tolist():
            _admit_all_the_same(today, asking, o, s)
    own_unit = inst.own_unit
    assert own_unit is not None
    in_whole = asking.people or inst.rules.whole_window
    levels, arcs = inst.classes.level.tolist(), inst.admissions
    over = {f: houses.over(f) for f in range(len(inst.units))}
    for o in sorted(range(len(inst.areas)), key=lambda o: -over.get(int(own_unit[o]), 0.0)):
        f = int(own_unit[o])
        left = over.get(f, 0.0)
        for s in today.ways.classes:
            ways = today.ways.admissions.get((o, s), [])
            home = [a for a in ways if arcs.to[a] == f]
            if left <= SMALL or not home or asked[o, s] <= SMALL:
                continue
            send = min(float(np.ceil(left - SMALL)) if in_whole else left, float(asked[o, s]))
            for a in ways:
                g = int(arcs.to[a])
                if g >= len(inst.units) or g == f or arcs.kind[a] != ADMISSION:
                    continue
                if over[g] > SMALL or inst.closed[g, today.day] or send <= SMALL:
                    continue
                fits = whole(houses.room(g, houses.uses[g][levels[s]], send), in_whole)
                if fits <= SMALL:
                    continue
                houses.take(g, houses.uses[g][levels[s]], fits)
                if not inst.rules.sender_counts:
                    houses.take(f, houses.uses[f][levels[s]], -fits)
                today.treated[f, s] -= fits
                today.treated[g, s] += fits
                send -= fits
                left -= fits
                today.note(home[0], -fits, people=asking.people)
                today.note(a, fits, people=asking.people)
        over[f] = left
