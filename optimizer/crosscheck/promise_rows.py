"""The rows and prices of docs/model.md section 13: what a plan promises."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from optimizer.crosscheck.levers import given
from optimizer.crosscheck.model import Model, Terms, add


def _reserve(m: Model) -> Iterator[tuple[int, int, int, int, Terms, float]]:
    """Yield f, k, k', t of each row, and what must be no more than j: terms and a constant."""
    inst = m.inst
    for f, k, t in m.reserve_missed:
        kept = float(inst.promises.reserve[k])
        for lower in range(m.lowest[f], max(k, m.lowest[f]) + 1):
            terms: Terms = {}
            if lower == m.lowest[f]:
                add(terms, {m.boarding[f, s, t]: 1.0 for s in range(m.S)})
                add(terms, {m.corridor[f, t]: -1.0})
            for s in range(m.S):
                if m.able[f][s] and (lower == m.lowest[f] or m.level[s] >= lower):
                    add(terms, {m.treated[f, s, t]: 1.0})
            known = 0.0
            for i in range(m.K):
                free = float(i >= lower) - (kept if i >= k else 0.0)
                add(terms, {m.surge_beds[f, i, t]: -free})
                add(terms, given(m, "beds", f, i, t), -free)
                known -= free * float(inst.beds[f, i, t - 1])
            yield f, k, lower, t, terms, known


def reserve_share(m: Model) -> None:
    """Of the open beds of level k or more a share is free, or missed.

    Those who need a level k' <= k or more, and at the lowest level everybody in beds, leave it.
    """
    for f, k, lower, t, terms, known in _reserve(m):
        key = m.at("unit", f), m.at("level", k), m.at("level", lower), t
        m.at_most("reserve_share", key, add({m.reserve_missed[f, k, t]: -1.0}, terms), -known)


def reception_limit(m: Model) -> None:
    """Everybody who enters the units of a place on a day <= what was promised for that day."""
    promised = m.inst.promises
    for q, place in enumerate(promised.reception_places):
        units = {f for f in range(m.F) if promised.reception_of[f, q]}
        for t in m.days:
            limit = float(promised.reception[q, t - 1])
            if not math.isfinite(limit):
                continue
            terms: Terms = {
                var: 1.0
                for (i, d), var in m.arrive()
                if d == t and m.inst.admissions.to[i] in units
            }
            moved = m.moved.items()
            add(
                terms,
                {v: 1.0 for (j, d), v in moved if d == t and m.inst.transfers.to[j] in units},
            )
            m.at_most("reception_limit", (("reception", place), t), terms, limit)


def _unmet(m: Model, f: int) -> Terms:
    """Return the boarders of a unit on the shown days, those in a corridor twice."""
    shown = range(1, m.inst.shown_days + 1)
    terms: Terms = {m.boarding[f, s, t]: 1.0 for s in range(m.S) for t in shown}
    return add(terms, {m.corridor[f, t]: 1.0 for t in shown})


def no_site_worse_off(m: Model) -> None:
    """Boarding and corridor days of a unit <= those without transfers, and what is beyond."""
    limit = m.inst.promises.site_limit
    for f, beyond in m.worse_off.items():
        assert limit is not None
        terms = add({beyond: -1.0}, _unmet(m, f))
        m.at_most("no_site_worse_off", (m.at("unit", f),), terms, float(limit[f]))


def may_wait(m: Model, o: int, t: int) -> float:
    """Return who may be waiting on the evening of t: whoever came less than N days before."""
    inst, size = m.inst, range(m.S)
    night, total = inst.hazards.waiting.tolist(), 0.0
    for came in range(max(1, t - inst.promises.wait_days + 1), t + 1):
        left = [float(inst.arrivals[o, s, came - 1]) for s in size]
        if came == 1:
            left = [left[s] + float(inst.open_requests[o, s]) for s in size]
        for _ in range(t - came):
            left = [sum(left[s] * night[s][k] for s in size) for k in size]
        total += sum(left[s] for s in m.promised_wait)
    return total


def longest_wait(m: Model) -> None:
    """Who is waiting in the evening came on the last days promised, or is beyond the promise."""
    for o in range(m.A if m.promised_wait else 0):
        for t in m.days:
            terms: Terms = {m.waiting[o, s, t]: 1.0 for s in m.promised_wait}
            if (o, t) in m.wait_missed:
                add(terms, {m.wait_missed[o, t]: -1.0})
            m.at_most("longest_wait", (m.at("area", o), t), terms, may_wait(m, o, t))


def pinned(m: Model) -> None:
    """The patients who go a pinned way that day, or the surge beds open, = the count."""
    inst = m.inst
    for number, pin in enumerate(inst.promises.pins.tolist(), start=1):
        kind, day, sender, receiver, what = (int(x) for x in pin[:5])
        terms: Terms = {}
        if kind == 2:
            terms = {m.surge_beds[receiver, what, day + 1]: 1.0}
        for (i, t), var in m.arrive() if kind == 0 else m.moved.items():
            arcs: Any = inst.admissions if kind == 0 else inst.transfers
            start = arcs.area if kind == 0 else arcs.origin
            way = int(start[i]), int(arcs.to[i]), t
            mine = what in (-1, int(arcs.patient_class[i]))
            if kind < 2 and mine and way == (sender, receiver, day + 1):
                terms[var] = 1.0
        m.equal("pinned", (number,), terms, float(pin[5]))


def churn(m: Model) -> None:
    """Who goes a way that an earlier plan uses that day, less more, and less = the earlier flow."""
    before = m.earlier
    for (way, t), (more, less) in m.churn.items():
        terms = m.going(way, t) | {more: -1.0, less: 1.0}
        m.equal("churn", (way + 1, t), terms, before[way, t])


def churn_of_flows(m: Model) -> Terms:
    """Return the burden of churn: more and less on those ways, and all who go another way."""
    promised, terms = m.inst.promises, Terms()
    if not promised.churn_days.any():
        return terms
    price = float(promised.churn_price)
    ways = len(m.inst.admissions.area) + len(m.inst.transfers.origin)
    for way in range(ways):
        for t in m.days:
            if not promised.churn_days[t - 1]:
                continue
            flows = m.going(way, t)
            if (way, t) in m.churn:
                flows = dict.fromkeys(m.churn[way, t], 1.0)
            add(terms, flows, price)
    return terms


def promises_missed(m: Model) -> Terms:
    """Return what promises not kept add to the harm."""
    promised = m.inst.promises
    terms: Terms = dict.fromkeys(m.reserve_missed.values(), float(promised.reserve_price))
    add(terms, dict.fromkeys(m.wait_missed.values(), float(promised.wait_price)))
    return add(terms, dict.fromkeys(m.worse_off.values(), float(promised.site_price)))


def settle(m: Model) -> None:
    """Give the columns of promises missed the least value that the plan's decisions allow."""
    for taken in m.reserve_missed.values():
        taken.varValue = 0.0
    for f, k, _, t, terms, known in _reserve(m):
        over = known + sum(share * (var.varValue or 0.0) for var, share in terms.items())
        taken = m.reserve_missed[f, k, t]
        taken.varValue = max(taken.varValue, over)
    limit = m.inst.promises.site_limit
    for f, beyond in m.worse_off.items():
        assert limit is not None
        days = sum(share * (var.varValue or 0.0) for var, share in _unmet(m, f).items())
        beyond.varValue = max(0.0, days - float(limit[f]))
    for (o, t), late in m.wait_missed.items():
        waits = sum(m.waiting[o, s, t].varValue or 0.0 for s in m.promised_wait)
        late.varValue = max(0.0, waits - may_wait(m, o, t))
    for (way, t), (more, less) in m.churn.items():
        now = sum(var.varValue or 0.0 for var in m.going(way, t))
        more.varValue = max(0.0, now - m.earlier[way, t])
        less.varValue = max(0.0, m.earlier[way, t] - now)
