"""The rows of docs/model.md section 4 and the harm of section 5, one function each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimizer.crosscheck.levers import (
    budget,
    given,
    home_places,
    lever_balance,
    lever_closing,
    lever_giver,
    lever_harm,
    lever_limit,
    lever_pool,
    lever_ramp,
)
from optimizer.crosscheck.model import Model, Terms, add
from optimizer.crosscheck.promise_rows import (
    churn,
    longest_wait,
    no_site_worse_off,
    pinned,
    promises_missed,
    reception_limit,
    reserve_share,
)
from optimizer.crosscheck.rule_rows import (
    closed_intake,
    corridor_people,
    gone_but_counted,
    may_leave,
    nobody_waits,
)
from optimizer.crosscheck.terms import device_capacity, oxygen_flow, oxygen_stock, supervision
from optimizer.crosscheck.vehicle_rows import vehicle_rank, vehicle_shift
from optimizer.domain.instance import STABILISE, Instance


def waiting_balance(m: Model) -> None:
    """Who is not admitted waits: u = u~ + new - all admissions out of o."""
    for (o, s, t), var in m.waiting.items():
        present, known = m.outside_the_house(o, s, t)
        terms = {var: 1.0}
        add(terms, present, -1.0)
        add(terms, m.area.get((o, s, t), {}), -1.0)
        key = m.at("area", o), m.at("class", s), t
        m.equal("waiting_balance", key, terms, known + float(m.inst.arrivals[o, s, t - 1]))


def _out_of_area(m: Model, o: int, s: int, observed: bool) -> Terms:
    """Return the admissions of day 1 out of (o, s), of people observed or of those expected."""
    arcs = m.inst.admissions
    return {
        m.admitted_observed[i] if observed else m.admitted[i, 1]: 1.0
        for i in range(len(arcs.area))
        if arcs.area[i] == o and arcs.patient_class[i] == s
    }


def open_requests(m: Model) -> None:
    """Day 1: people with a request today who are admitted <= requests."""
    for o in range(m.A):
        for s in range(m.S):
            terms = _out_of_area(m, o, s, observed=True)
            key = m.at("area", o), m.at("class", s)
            m.at_most("open_requests", key, terms, float(m.inst.open_requests[o, s]))


def expected_arrivals(m: Model) -> None:
    """Day 1: means admitted <= those who come to need a place today."""
    for o in range(m.A):
        for s in range(m.S):
            terms = _out_of_area(m, o, s, observed=False)
            key = m.at("area", o), m.at("class", s)
            m.at_most("expected_arrivals", key, terms, float(m.inst.arrivals[o, s, 0]))


def treated_balance(m: Model) -> None:
    """Treated at day's end = all who entered a proper bed and still are treated, less who left."""
    for f in range(m.F):
        for s in range(m.S):
            for t in m.days:
                present, known = m.in_the_house(f, s, t)
                terms = {m.treated[f, s, t]: 1.0} if m.able[f][s] else {}
                add(terms, present, -1.0)
                add(terms, m.house.get((f, s, t), {}), -1.0)
                m.equal("treated_balance", (m.at("unit", f), m.at("class", s), t), terms, known)


def boarding_balance(m: Model) -> None:
    """Boarding at day's end = all who got worse or came as boarders, less who left."""
    for (f, s, t), var in m.boarding.items():
        present, known = m.in_the_house(f, s + m.S, t)
        terms = {var: 1.0}
        add(terms, present, -1.0)
        add(terms, m.house.get((f, s + m.S, t), {}), -1.0)
        m.equal("boarding_balance", (m.at("unit", f), m.at("class", s), t), terms, known)


def _leavers(m: Model, f: int, s: int, t: int, boarding: bool) -> Terms:
    arcs = m.inst.transfers
    return {
        m.moved[j, t]: 1.0
        for j in range(len(arcs.origin))
        if arcs.origin[j] == f
        and arcs.patient_class[j] == s
        and bool(arcs.from_boarding[j]) == boarding
    }


def only_stable_move(m: Model) -> None:
    """Out of the treated only who may move moves, and only who was there in the morning."""
    for f in range(m.F):
        for s in range(m.S):
            for t in m.days:
                terms, known = _leavers(m, f, s, t, boarding=False), 0.0
                if not terms:
                    continue
                if may_leave(m, f, s):
                    present, known = m.in_the_house(f, s, t)
                    add(terms, present, -1.0)
                m.at_most("only_stable_move", (m.at("unit", f), m.at("class", s), t), terms, known)


def boarders_leave_once(m: Model) -> None:
    """In-house moves and transfers out of the boarding pool <= who boarded in the morning."""
    for f in range(m.F):
        for s in range(m.S):
            for t in m.days:
                terms = _leavers(m, f, s, t, boarding=True)
                if m.able[f][s]:
                    terms[m.in_house[f, s, t]] = 1.0
                if not terms:
                    continue
                present, known = m.in_the_house(f, s + m.S, t)
                add(terms, present, -1.0)
                key = m.at("unit", f), m.at("class", s), t
                m.at_most("boarders_leave_once", key, terms, known)


def bed_lost_once(m: Model) -> None:
    """Who loses his bed, and who is moved out of one, lay in it in the morning."""
    for (f, s, t), var in m.bed_lost.items():
        terms = {var: 1.0} | _leavers(m, f, s, t, boarding=False)
        present, known = m.in_the_house(f, s, t)
        add(terms, present, -1.0)
        m.at_most("bed_lost_once", (m.at("unit", f), m.at("class", s), t), terms, known)


def _room(m: Model, f: int, lowest: int, t: int) -> tuple[Terms, float]:
    """Return -(surge beds + excess + beds of levers) and the own beds of levels >= lowest."""
    terms: Terms = {}
    for k in range(lowest, m.K):
        terms[m.surge_beds[f, k, t]] = -1.0
        if (f, k, t) in m.excess:
            terms[m.excess[f, k, t]] = -1.0
        add(terms, given(m, "beds", f, k, t), -1.0)
    return terms, float(sum(m.inst.beds[f, k, t - 1] for k in range(lowest, m.K)))


def staffed_bed_capacity(m: Model) -> None:
    """Treated who need level k or more <= beds, surge beds and excess of level k or more.

    For every k above the unit's lowest level, whether the unit lists k itself or not.
    """
    for f in range(m.F):
        for k in range(m.lowest[f] + 1, m.K):
            for t in m.days:
                terms, beds = _room(m, f, k, t)
                here = [s for s in range(m.S) if m.able[f][s] and m.level[s] >= k]
                add(terms, {m.treated[f, s, t]: 1.0 for s in here})
                add(terms, gone_but_counted(m, f, k, t))
                key = m.at("unit", f), m.at("level", k), t
                m.at_most("staffed_bed_capacity", key, terms, beds)


def house_capacity(m: Model) -> None:
    """Everybody in the house but the corridor <= all its beds, surge beds and excess."""
    for f in range(m.F):
        for t in m.days:
            terms, beds = _room(m, f, 0, t)
            for s in range(m.S):
                terms[m.boarding[f, s, t]] = 1.0
                if m.able[f][s]:
                    terms[m.treated[f, s, t]] = 1.0
            terms[m.corridor[f, t]] = -1.0
            add(terms, gone_but_counted(m, f, None, t))
            m.at_most("house_capacity", (m.at("unit", f), t), terms, beds)


def corridor_boarders_only(m: Model) -> None:
    """In the corridor <= boarders who were not admitted today; no such row in an open corridor."""
    if m.inst.rules.open_corridor:
        return
    arcs = m.inst.admissions
    for (f, t), var in m.corridor.items():
        terms = {var: 1.0}
        add(terms, {m.boarding[f, s, t]: -1.0 for s in range(m.S)})
        for (i, day), admitted in m.arrive():
            if day == t and arcs.to[i] == f and arcs.kind[i] == STABILISE:
                terms[admitted] = 1.0
        m.at_most("corridor_boarders_only", (m.at("unit", f), t), terms, 0.0)


def staff_on_duty(m: Model) -> None:
    """Need of treated and of boarders in a bed, less excess, by role and stand-ins <= heads."""
    need = m.inst.staff_need
    for f in range(m.F):
        for r in range(len(m.inst.roles)):
            team = [q for q in range(len(m.inst.roles)) if m.inst.stands_in[q, r]]
            for t in m.days:
                terms: Terms = {}
                for q in team:
                    for s in range(m.S):
                        if m.able[f][s]:
                            add(terms, {m.treated[f, s, t]: float(need[q, m.level[s]])})
                        if m.lowest[f] >= 0:
                            add(terms, {m.boarding[f, s, t]: float(need[q, m.lowest[f]])})
                    if m.lowest[f] >= 0:
                        add(terms, {m.corridor[f, t]: -float(need[q, m.lowest[f]])})
                    for k in range(m.K):
                        if (f, k, t) in m.excess:
                            add(terms, {m.excess[f, k, t]: -float(need[q, k])})
                    add(terms, given(m, "staff", f, q, t), -1.0)
                heads = float(sum(m.inst.staff[f, q, t - 1] for q in team))
                m.at_most("staff_on_duty", (m.at("unit", f), m.at("role", r), t), terms, heads)


def surge_limit(m: Model) -> None:
    """Surge beds <= the limit of that day (0 before the delay is over)."""
    for (f, k, t), var in m.surge_beds.items():
        key = m.at("unit", f), m.at("level", k), t
        m.at_most("surge_limit", key, {var: 1.0}, float(m.inst.surge_limit[f, k, t - 1]))


def surge_stays_open(m: Model) -> None:
    """Surge beds once opened stay open."""
    for (f, k, t), var in m.surge_beds.items():
        if t > 1:
            key = m.at("unit", f), m.at("level", k), t
            terms = {m.surge_beds[f, k, t - 1]: 1.0, var: -1.0}
            limit = m.inst.surge_limit[f, k]
            fewer = max(0.0, float(limit[t - 2] - limit[t - 1]))
            m.at_most("surge_stays_open", key, terms, fewer)


def vehicle_minutes(m: Model) -> None:
    """Minutes of the trips charged to a base on a day <= its minutes.

    A trip is there and back and its fixed part; nothing limits trips that no base is charged for.
    """
    inst = m.inst
    admit, move, fixed = inst.admissions, inst.transfers, inst.trip_minutes_fixed
    for e in range(len(inst.bases)):
        for t in m.days:
            terms: Terms = {}
            for (i, day), var in m.arrive():
                needs = inst.classes.needs_vehicle[admit.patient_class[i]]
                if day == t and needs and inst.area_base[admit.area[i]] == e:
                    terms[var] = fixed + 2.0 * float(admit.minutes[i])
            for (j, day), var in m.moved.items():
                if day == t and inst.unit_base[move.origin[j]] == e:
                    terms[var] = fixed + 2.0 * float(move.minutes[j])
            add(terms, given(m, "vehicle_minutes", e, None, t), -1.0)
            key = m.at("base", e), t
            m.at_most("vehicle_minutes", key, terms, float(inst.vehicle_minutes[e, t - 1]))


def outside_places(m: Model) -> None:
    """Everything that enters a destination outside the province on a day <= its places."""
    inst = m.inst
    for h in range(m.H):
        for t in m.days:
            flows = [
                var for (i, d), var in m.arrive() if d == t and inst.admissions.to[i] == m.F + h
            ]
            flows += [
                var for (j, d), var in m.moved.items() if d == t and inst.transfers.to[j] == m.F + h
            ]
            key = m.at("outside", h), t
            right = float(inst.outside_places[h, t - 1])
            into = dict.fromkeys(flows, 1.0)
            add(into, given(m, "outside_places", h, None, t), -1.0)
            m.at_most("outside_places", key, into, right)


def worst_area_waiting(m: Model) -> None:
    """Waiting days of an area on the shown days <= its new patients x those of the worst area."""
    inst, shown = m.inst, m.inst.shown_days
    for o in range(m.A):
        new = float(inst.open_requests[o].sum() + inst.arrivals[o, :, :shown].sum())
        if new > 0.0:
            days = {var: 1.0 for (at, _, t), var in m.waiting.items() if at == o and t <= shown}
            m.at_most("worst_area_waiting", (m.at("area", o),), days | {m.worst_area: -new}, 0.0)


CONSTRAINTS: tuple[Callable[[Model], None], ...] = (
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
    vehicle_rank,
    vehicle_shift,
    worst_area_waiting,
    corridor_people,
    reserve_share,
    reception_limit,
    no_site_worse_off,
    longest_wait,
    pinned,
    churn,
)
"""Every row of docs/model.md section 4, in its order."""

LEVER_CONSTRAINTS: tuple[Callable[[Model], None], ...] = (
    lever_balance,
    lever_ramp,
    lever_limit,
    lever_closing,
    lever_pool,
    lever_giver,
    budget,
    home_places,
)
"""Every row of docs/model.md section 12, in its order."""


def harm(m: Model) -> Terms:
    """Return the harm of docs/model.md section 5, with the model's price on the worst area."""
    prices, terms = m.inst.harm, Terms()
    add(terms, {var: float(prices.waiting[s]) for (_, s, _), var in m.waiting.items()})
    add(terms, {var: float(prices.boarding[s]) for (_, s, _), var in m.boarding.items()})
    add(terms, dict.fromkeys(m.corridor.values(), prices.corridor))
    add(terms, dict.fromkeys(m.excess.values(), prices.excess))
    add(terms, dict.fromkeys(m.oxygen_short.values(), prices.oxygen_short))
    add(terms, {var: float(prices.admission[i]) for (i, _), var in m.arrive()})
    add(terms, {var: float(prices.transfer[j]) for (j, _), var in m.moved.items()})
    add(terms, promises_missed(m))
    add(terms, {m.worst_area: m.price})
    return add(terms, lever_harm(m))


def build(pulp: Any, inst: Instance, whole: str = "", price: float = 0.0) -> Model:
    """Return the rows of `inst` in PuLP, without an objective.

    `whole`: ``today`` people of day 1 and surge beds are whole, ``always`` every decision is.
    `price`: harm of a waiting day in the worst area.
    """
    model = Model(pulp, inst, bool(whole), price)
    if whole == "always":
        sent = (model.admitted, model.admitted_observed, model.moved)
        for block in (*sent, model.in_house, model.bed_lost):
            for var in block.values():
                var.cat = pulp.LpInteger
    for constraint in (*CONSTRAINTS, *LEVER_CONSTRAINTS):
        constraint(model)
    return model
