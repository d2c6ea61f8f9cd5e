"""What levers add to the bound by weak duality: docs/model.md section 12, columns and rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.levers import MILLION, Levers
from optimizer.checking.promises import reserve_shares
from optimizer.checking.rules_objective import home_short
from optimizer.checking.violation import BoolArray, FloatArray, IntArray

NO_SIGN = frozenset({"lever_balance", "lever_ramp"})
"""Rows that are equalities."""


def lever_rows(case: Case) -> dict[str, BoolArray]:
    """Return where each row of section 12 stands; nowhere without levers."""
    levers, capacity = case.levers, case.own
    j = len(levers.rows) if levers else 0
    items, bases = 2 * len(capacity.levels) + len(capacity.roles), len(capacity.bases)
    if levers is None:
        none = np.zeros((j, 1), dtype=bool)
        out = dict.fromkeys(("lever_balance", "lever_ramp", "lever_limit"), none)
        out |= dict.fromkeys(("lever_closing", "lever_pool"), none)
        out["lever_giver"] = np.zeros((len(case.units), items, 1), dtype=bool)
        return out | {"budget": np.zeros(1, bool), "home_places": np.zeros((bases, 1), bool)}
    everywhere = np.ones((j, 1), dtype=bool)
    gives = np.concatenate([levers.yields[x] for x in ("bed", "staff", "device")], axis=2)
    return {
        "lever_balance": everywhere,
        "lever_ramp": (levers.ramp > 0)[:, None],
        "lever_limit": everywhere,
        "lever_closing": levers.may_close[:, None],
        "lever_pool": np.isin(np.arange(j), levers.pool)[:, None],
        "lever_giver": np.asarray(np.any(gives < 0, axis=0))[:, :, None],
        "budget": np.array([np.isfinite(levers.asked.budget_vnd)]),
        "home_places": levers.followed[:, None],
    }


def lever_bound(case: Case, price: Mapping[str, FloatArray]) -> float:
    """Return what the rows and columns of levers add to the bound at these prices."""
    levers = case.levers
    if levers is None:
        return 0.0
    home, room, _ = home_short(case)
    assert case.levers_done is not None
    y_home = levers.yields["home_place"]
    room = room - np.einsum("je,jt->et", y_home, case.levers_done.usable)  # without levers
    capacity, terms = case.own, case.own.terms
    devices = np.where(terms.counted[:, :, None], terms.devices, 0.0)
    has = np.concatenate([capacity.beds, capacity.staff, devices], axis=1)
    total = -float((price["lever_limit"] * levers.figures["max_units"][:, None]).sum())
    total -= float((price["lever_giver"] * has).sum())
    total -= float((price["home_places"] * (room - home)).sum())
    if np.isfinite(levers.asked.budget_vnd):
        total -= float(price["budget"].sum()) * levers.asked.budget_vnd / MILLION
    short = levers.asked.home_unmet - price["home_places"]
    short = np.where(levers.followed[:, None], np.minimum(0.0, short), 0.0)
    return total + float((short * home).sum()) + _columns(case, levers, price)


def _columns(case: Case, levers: Levers, p: Mapping[str, FloatArray]) -> float:
    """Return the least of js, jc, jo and ju: none is above the most units of its lever."""
    days = np.arange(case.scenario.days)[None, :]
    most = levers.figures["max_units"][:, None]
    balance, ramp, limit, closing = (
        p[f"lever_{x}"] for x in ("balance", "ramp", "limit", "closing")
    )
    sent = np.where(levers.pool[:, None] >= 0, p["lever_pool"][levers.pool], 0.0)
    millions = float(p["budget"].sum()) / MILLION
    zero, delay = np.zeros_like(levers.delay), levers.delay
    js = millions * levers.figures["open_vnd"][:, None] + _ahead(limit + sent, zero, delay)
    js = js - _ahead(balance, delay, delay + 1) + _ahead(closing, delay, delay + levers.held)
    share = (1.0 / (levers.ramp + 1.0))[:, None]
    js = js - share * _ahead(ramp, delay, delay + levers.ramp + 1)
    jc = np.where(levers.may_close[:, None] & (days >= delay[:, None]), balance + ramp, 0.0)
    jo = levers.harm[:, None] + millions * levers.figures["day_vnd"][:, None]
    jo = jo + balance - _tomorrow(balance) + limit + sent - closing
    ju = ramp - _tomorrow(ramp) - p["lever_pool"] - _worth(case, levers, p)
    ramped = (levers.ramp > 0)[:, None]
    jo = jo + np.where(ramped, 0.0, ju)  # without a ramp what is open is what is usable
    ju = np.where(ramped, ju, 0.0)
    opened = days >= delay[:, None]
    jo, ju = np.where(opened, jo, 0.0), np.where(opened, ju, 0.0)
    return float(sum((np.minimum(0.0, x) * most).sum() for x in (js, jc, jo, ju)))


def _tomorrow(figures: FloatArray) -> FloatArray:
    return np.concatenate([figures[:, 1:], np.zeros((len(figures), 1))], axis=1)


def _ahead(figures: FloatArray, first: IntArray, last: IntArray) -> FloatArray:
    """(J, T) sum of the figures of days t + first to t + last - 1; `first`, `last` (J,)."""
    days = figures.shape[1]
    total = np.concatenate([np.zeros((len(figures), 1)), np.cumsum(figures, axis=1)], axis=1)
    t = np.arange(days)[None, :]
    start, end = (np.clip(t + x[:, None], 0, days) for x in (first, last))
    return np.asarray(np.take_along_axis(total, end, 1) - np.take_along_axis(total, start, 1))


def _worth(case: Case, levers: Levers, p: Mapping[str, FloatArray]) -> FloatArray:
    """(J, T) what a usable unit gives at the prices of the rows its yields stand in."""
    capacity, y = case.own, levers.yields
    chain = capacity.stands_in.astype(float)
    nested, equipped = (np.cumsum(p[f"{x}_capacity"], axis=1) for x in ("staffed_bed", "device"))
    counted = capacity.terms.counted[:, :, None]
    k, r = len(capacity.levels), len(capacity.roles)
    giver = p["lever_giver"]
    bed = nested + p["house_capacity"][:, None, :] + np.where(counted, 0.0, equipped)
    bed = bed + _kept_free(case, p["reserve_share"])
    heads = np.einsum("rq,frt->fqt", chain, p["staff_on_duty"] + p["supervision"])
    prices = {
        "bed": bed + giver[:, :k],
        "staff": heads + giver[:, k : k + r],
        "device": np.where(counted, equipped, 0.0) + giver[:, k + r :],
        "oxygen_flow": p["oxygen_flow"],
        "oxygen_supply": p["oxygen_stock"],
        "vehicle_minutes": p["vehicle_minutes"],
        "home_place": p["home_places"],
        "outside_place": p["outside_places"],
    }
    out = np.zeros((len(levers.rows), case.scenario.days))
    for resource, amounts in y.items():
        if amounts.ndim == 3:
            out += np.einsum("jfi,fit->jt", amounts, prices[resource])
        else:
            out += np.einsum("jp,pt->jt", amounts, prices[resource])
    return out


def _kept_free(case: Case, prices: FloatArray) -> FloatArray:
    """(F, K, T) what a bed of each level gives the rows of promised reserves (F, K x K, T)."""
    share = reserve_shares(case)
    k = len(share)
    below = np.tri(k)  # [i, k'] level i is at or above k'
    widens = below.T[None, :, :] - (share[:, None] * below.T)[:, None, :]
    pairs = prices.reshape(len(prices), k, k, prices.shape[-1])
    return np.asarray(np.einsum("fkqt,kqi->fit", pairs, widens))
