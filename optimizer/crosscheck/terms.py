"""Rows of docs/model.md section 4 about devices, supervision and oxygen, one function each."""

from __future__ import annotations

import math

from optimizer.crosscheck.levers import given
from optimizer.crosscheck.model import Model, Terms, add


def _has_devices(m: Model, f: int, k: int) -> bool:
    """Return whether devices of level k are counted in unit f."""
    return all(math.isfinite(number) for number in m.inst.terms.devices[f, k])


def device_capacity(m: Model) -> None:
    """Treated who need level k or more <= devices of level k or more, and excess.

    A higher level where devices are not counted gives its beds and surge beds instead. Who lies in
    an open corridor has none.
    """
    inst = m.inst
    for f in range(m.F):
        for k in range(m.K):
            if not _has_devices(m, f, k):
                continue
            for t in m.days:
                here = [s for s in range(m.S) if m.able[f][s] and m.level[s] >= k]
                terms: Terms = {m.treated[f, s, t]: 1.0 for s in here}
                if inst.rules.open_corridor:
                    add(terms, {m.corridor[f, t]: -1.0})
                right = 0.0
                for j in range(k, m.K):
                    if _has_devices(m, f, j):
                        right += float(inst.terms.devices[f, j, t - 1])
                        add(terms, given(m, "devices", f, j, t), -1.0)
                    else:
                        right += float(inst.beds[f, j, t - 1])
                        add(terms, {m.surge_beds[f, j, t]: -1.0})
                        add(terms, given(m, "beds", f, j, t), -1.0)
                    if (f, j, t) in m.excess:
                        add(terms, {m.excess[f, j, t]: -1.0})
                key = m.at("unit", f), m.at("level", k), t
                m.at_most("device_capacity", key, terms, right)


def supervision(m: Model) -> None:
    """Supervisors that patients in beds need, by role and stand-ins, less excess <= heads."""
    inst, need = m.inst, m.inst.terms.supervision
    for f in range(m.F):
        for r in range(len(inst.roles)):
            team = [q for q in range(len(inst.roles)) if inst.stands_in[q, r]]
            for t in m.days:
                terms: Terms = {}
                for q in team:
                    add(terms, _in_beds(m, f, t, [float(one) for one in need[q]]))
                    for k in range(m.K):
                        if (f, k, t) in m.excess:
                            add(terms, {m.excess[f, k, t]: -float(need[q, k])})
                    add(terms, given(m, "staff", f, q, t), -1.0)
                heads = float(sum(inst.staff[f, q, t - 1] for q in team))
                m.at_most("supervision", (m.at("unit", f), m.at("role", r), t), terms, heads)


def _in_beds(m: Model, f: int, t: int, by_level: list[float]) -> Terms:
    """Return what patients in beds use: treated by their level, boarders in beds by the lowest."""
    terms: Terms = {m.treated[f, s, t]: by_level[m.level[s]] for s in range(m.S) if m.able[f][s]}
    if m.lowest[f] >= 0:
        low = by_level[m.lowest[f]]
        add(terms, {m.boarding[f, s, t]: low for s in range(m.S)})
        add(terms, {m.corridor[f, t]: -low})
    return terms


def oxygen_flow(m: Model) -> None:
    """Litres a minute drawn in beds, less those of excess <= the flow left for the wave."""
    draw = [float(one) for one in m.inst.terms.oxygen_draw]
    for f in range(m.F):
        for t in m.days:
            flow = float(m.inst.terms.oxygen_flow[f, t - 1])
            if not math.isfinite(flow):
                continue
            terms = _in_beds(m, f, t, draw)
            for k in range(m.K):
                if (f, k, t) in m.excess:
                    add(terms, {m.excess[f, k, t]: -draw[k]})
            add(terms, given(m, "oxygen_flow", f, None, t), -1.0)
            m.at_most("oxygen_flow", (m.at("unit", f), t), terms, flow)


def oxygen_stock(m: Model) -> None:
    """Over any days a..b what is drawn exceeds what comes by no more than the store could hold.

    That is what was there on the first morning if a = 1, else a full tank; what somebody goes
    without counts as come. No column for the store: it is full or begun at some a, whatever then.
    """
    inst = m.inst
    a_day = [1.44 * float(one) for one in inst.terms.oxygen_draw]
    for f in range(m.F):
        if (f, 1) not in m.oxygen_short:
            continue
        use = {t: add(_in_beds(m, f, t, a_day), {m.oxygen_short[f, t]: -1.0}) for t in m.days}
        for t, terms in use.items():
            add(terms, given(m, "oxygen_supply", f, None, t), -1.0)
        for a in m.days:
            store = float((inst.terms.oxygen_stored if a == 1 else inst.terms.oxygen_tank)[f])
            terms, came = Terms(), 0.0
            for b in range(a, inst.days + 1):
                add(terms, use[b])
                came += float(inst.terms.oxygen_supply[f, b - 1])
                m.at_most("oxygen_stock", (m.at("unit", f), a, b), dict(terms), store + came)
