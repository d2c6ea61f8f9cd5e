"""Section 12 of docs/model.md: columns of levers, their rows, and what they give in other rows.

Cumulative, as in the rest of this hand: units open, usable or standing on a day are added up from
everything begun and closed on any day so far, never from the day before.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.domain.instance import FloatArray
from optimizer.domain.levers import LeverSet

if TYPE_CHECKING:
    from optimizer.crosscheck.model import Model, Terms

MILLION = 1_000_000.0
YIELDS = ("beds", "staff", "devices", "oxygen_flow")
"""What a lever may give to a unit, or take from it, and that lets people be in excess there."""


def lever_columns(m: Model, whole: bool) -> None:
    """Make the columns of levers: begun, closed, open, usable units, and whom nobody follows."""
    inst, levers = m.inst, m.inst.levers
    m.lever_started, m.lever_closed, m.lever_open, m.lever_usable = {}, {}, {}, {}
    m.home_short = {}
    if levers is None:
        return
    for j in range(len(levers.ids)):
        for t in m.days:
            key = m.at("lever", j), t
            if t + levers.delay[j] <= inst.days:  # what never opens is never begun
                m.lever_started[j, t] = m.column("lever_started", *key, whole=whole)
            if levers.may_close[j]:
                m.lever_closed[j, t] = m.column("lever_closed", *key, whole=whole)
            m.lever_open[j, t] = m.column("lever_open", *key)
            m.lever_usable[j, t] = m.column("lever_usable", *key)
    for e in range(len(inst.bases)):
        if levers.yields.home_places[:, e].any():
            for t in m.days:
                m.home_short[e, t] = m.column("home_short", m.at("base", e), t)


def may_have_fallen(levers: LeverSet, f: int, t: int) -> bool:
    """Return whether a lever may have taken away, or been closed, at unit f by day t."""
    for j in range(len(levers.ids)):
        if levers.max_units[j] <= 0:
            continue
        here = [getattr(levers.yields, name)[j, f] for name in YIELDS]
        takes = any(bool((part < 0).any()) for part in here)
        gives = any(bool((part != 0).any()) for part in here)
        opens = 1 + int(levers.delay[j])
        closes = opens + _held(levers, j)
        if (takes and t >= opens) or (gives and levers.may_close[j] and t >= closes):
            return True
    return False


def _held(levers: LeverSet, j: int) -> int:
    """Return eta: days before a unit that opened may be closed."""
    return max(int(levers.min_days[j]), int(levers.ramp[j]))


def given(m: Model, name: str, place: int, item: int | None, t: int) -> Terms:
    """Return what usable units give of one resource on day t, units of it."""
    levers = m.inst.levers
    if levers is None:
        return {}
    amounts: FloatArray = getattr(levers.yields, name)[:, place]
    return {
        m.lever_usable[j, t]: float(amounts[j] if item is None else amounts[j, item])
        for j in range(len(levers.ids))
    }


def lever_balance(m: Model) -> None:
    """Open = everything begun long enough ago to have opened, less everything closed."""
    levers = m.inst.levers
    for (j, t), var in m.lever_open.items():
        assert levers is not None
        terms = {var: 1.0}
        for day in range(1, t - int(levers.delay[j]) + 1):
            terms[m.lever_started[j, day]] = -1.0
        terms |= {m.lever_closed[j, d]: 1.0 for d in range(1, t + 1) if (j, d) in m.lever_closed}
        m.equal("lever_balance", (m.at("lever", j), t), terms, 0.0)


def lever_ramp(m: Model) -> None:
    """Usable = of every unit the share that its age allows, less everything closed."""
    levers = m.inst.levers
    for (j, t), var in m.lever_usable.items():
        assert levers is not None
        ramp, terms = int(levers.ramp[j]), {var: 1.0}
        for day in range(1, t + 1):
            age = t - (day + int(levers.delay[j]))
            if age >= 0:
                terms[m.lever_started[j, day]] = -min(1.0, (age + 1) / (ramp + 1))
        terms |= {m.lever_closed[j, d]: 1.0 for d in range(1, t + 1) if (j, d) in m.lever_closed}
        m.equal("lever_ramp", (m.at("lever", j), t), terms, 0.0)


def _standing(m: Model, j: int, t: int) -> Terms:
    """Return units open or being prepared: everything begun so far, less everything closed."""
    terms: Terms = {}
    for day in range(1, t + 1):
        if (j, day) in m.lever_started:
            terms[m.lever_started[j, day]] = 1.0
        if (j, day) in m.lever_closed:
            terms[m.lever_closed[j, day]] = -1.0
    return terms


def lever_limit(m: Model) -> None:
    """Units open or being prepared <= the most there may be."""
    levers = m.inst.levers
    for j, t in m.lever_open:
        assert levers is not None
        key = m.at("lever", j), t
        m.at_most("lever_limit", key, _standing(m, j, t), float(levers.max_units[j]))


def lever_closing(m: Model) -> None:
    """Everything closed so far was begun so long ago that it has been open its least days."""
    levers = m.inst.levers
    for j, t in m.lever_closed:
        assert levers is not None
        last = t - int(levers.delay[j]) - _held(levers, j)
        terms = {m.lever_closed[j, day]: 1.0 for day in range(1, t + 1)}
        terms |= {m.lever_started[j, day]: -1.0 for day in range(1, last + 1)}
        m.at_most("lever_closing", (m.at("lever", j), t), terms, 0.0)


def lever_pool(m: Model) -> None:
    """Units sent out of a pool, on their way or there, <= usable units of the pool."""
    levers = m.inst.levers
    if levers is None:
        return
    for pool in sorted({int(p) for p in levers.pool if p >= 0}):
        for t in m.days:
            terms = {m.lever_usable[pool, t]: -1.0}
            for j in range(len(levers.ids)):
                if levers.pool[j] == pool:
                    terms |= _standing(m, j, t)
            m.at_most("lever_pool", (m.at("lever", pool), t), terms, 0.0)


def lever_giver(m: Model) -> None:
    """What levers take of a bed, a person or a device, less what they give of it <= what is there.

    Only where some lever takes.
    """
    inst, levers = m.inst, m.inst.levers
    if levers is None:
        return
    parts = (
        ("beds", "level", inst.beds),
        ("staff", "role", inst.staff),
        ("devices", "level", inst.terms.devices),
    )
    for name, axis, has in parts:
        amounts = getattr(levers.yields, name)
        for f in range(m.F):
            for item in range(has.shape[1]):
                if not (amounts[:, f, item] < 0).any():
                    continue
                for t in m.days:
                    terms = {var: -y for var, y in given(m, name, f, item, t).items()}
                    there = float(has[f, item, t - 1])
                    key = m.at("unit", f), (name, m.at(axis, item)[1]), t
                    m.at_most("lever_giver", key, terms, there if math.isfinite(there) else 0.0)


def _millions(m: Model) -> Terms:
    """Return what all levers cost on all days, million VND."""
    levers = m.inst.levers
    if levers is None:
        return {}
    terms: Terms = {v: float(levers.open_vnd[j]) / MILLION for (j, _), v in m.lever_started.items()}
    return terms | {v: float(levers.day_vnd[j]) / MILLION for (j, _), v in m.lever_open.items()}


def budget(m: Model) -> None:
    """All that levers cost <= the budget; no row without one."""
    levers = m.inst.levers
    if levers is not None and math.isfinite(levers.budget_vnd):
        m.at_most("budget", (), _millions(m), levers.budget_vnd / MILLION)


def home_places(m: Model) -> None:
    """Patients at home are followed by stations or levers, or nobody does."""
    home = m.inst.home
    for (e, t), var in m.home_short.items():
        terms = {v: -y for v, y in given(m, "home_places", e, None, t).items()} | {var: -1.0}
        room = float(home.capacity[e, t - 1] - home.patients[e, t - 1])
        m.at_most("home_places", (m.at("base", e), t), terms, room)


def lever_harm(m: Model) -> Terms:
    """Return the harm of levers that are open, and of patients at home whom nobody follows."""
    levers = m.inst.levers
    if levers is None:
        return {}
    terms = {var: float(levers.harm[j]) for (j, _), var in m.lever_open.items()}
    return terms | dict.fromkeys(m.home_short.values(), float(levers.home_unmet))


def lever_burden(m: Model) -> Terms:
    """Return the burden of units open, and of a million VND."""
    levers = m.inst.levers
    if levers is None:
        return {}
    terms = {var: levers.million_vnd * cost for var, cost in _millions(m).items()}
    for var in m.lever_open.values():
        terms[var] = terms.get(var, 0.0) + levers.unit_day
    return terms
