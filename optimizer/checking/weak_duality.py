"""A lower bound on harm without a solver: weak duality, from prices of rows that anybody may write.

For any prices, of the right sign, the sum of price x right-hand side plus, column by column, the
least that its reduced cost can add, is no more than the harm of any lawful plan that uses the ways
offered. So a wrong price can only prove less. Formulas: docs/model.md, sections 4 and 8.
"""

from __future__ import annotations

import numpy as np

from optimizer.checking import duality_levers as levers
from optimizer.checking.case import Case
from optimizer.checking.flows import ADMISSION, BOARDING, LEAVES, OUTSIDE, STABILISE
from optimizer.checking.possible import pool_left, possible
from optimizer.checking.promises import (
    at_lowest,
    receptions,
    reserve_pairs,
    reserve_shares,
    site_most,
    wait_allowed,
    waits_promised,
)
from optimizer.checking.proof import ROWS, Side
from optimizer.checking.rules_capacity import capacity_falls, loses_beds, ways_reach
from optimizer.checking.rules_objective import MINUTES_A_DAY, unmet_weights
from optimizer.checking.violation import BoolArray, FloatArray, IntArray

NO_SIGN = levers.NO_SIGN | {"pinned", "waiting_balance", "treated_balance", "boarding_balance"}
AT_LEAST = frozenset({"boarders_leave_once", "surge_stays_open"})


def harm_bound(case: Case, side: Side) -> float:
    """Return what the prices of `side` prove: no lawful plan on its ways has less harm."""
    return _Proof(case, side).bound()


def way_costs(case: Case, side: Side) -> tuple[FloatArray, FloatArray]:
    """Return (A,) and (X,) the harm of a patient on each way offered."""
    w, classes, arcs = case.scenario.weights, case.inputs.classes, case.arcs
    o, g, s, kind = side.admissions.T
    own = case.own_unit[o]
    admission = w["lateness"] * classes.weight[s] / MINUTES_A_DAY * arcs.late[o, g, s]
    admission = admission + w["out_of_province"] * (kind == OUTSIDE)
    admission = admission + w["move_elsewhere"] * ((own >= 0) & (own != g))
    f, g, s, way = side.transfers.T
    risk = w["move_event"] * classes.move_risk[s] * 1.02 ** (arcs.transfer_minutes[f, g] / 10)
    up = pool_left(way) == BOARDING
    move = (
        risk + np.where(up, w["move_up"], w["move_down"]) + w["out_of_province"] * (way == LEAVES)
    )
    return np.asarray(admission), np.asarray(move)


class _Proof:
    def __init__(self, case: Case, side: Side) -> None:
        self.case, self.side = case, side
        self.possible = possible(case, side)
        f, k, days = len(case.units), len(case.capacity.levels), case.scenario.days
        s, r = len(case.inputs.classes.names), len(case.capacity.roles)
        size = {"O": len(case.places.areas), "F": f, "S": s, "K": k, "R": r, "T": days}
        size |= {"E": len(case.capacity.bases), "H": len(case.places.names) - f}
        vehicles = case.capacity.vehicles
        size |= {"V": len(vehicles.names), "D": len(vehicles.shifts)}
        size["t"], size["L"] = max(0, days - 1), k * k
        size |= {"J": len(case.levers.rows) if case.levers else 0, "I": 2 * k + r, "1": 1}
        self.belongs, self.limit = receptions(case)
        size["Q"], size["P"] = len(self.belongs), len(case.scenario.pins)
        lawful = _lawful_rows(case)
        self.price: dict[str, FloatArray] = {}
        for row, letters in ROWS.items():
            given = side.prices.get(row, np.zeros(tuple(size[x] for x in letters)))
            if row in AT_LEAST:
                given = np.minimum(given, 0.0)
            elif row not in NO_SIGN:
                given = np.maximum(given, 0.0)
            self.price[row] = np.where(lawful[row], given, 0.0) if row in lawful else given
        self.level = case.inputs.classes.level
        self.reserve = reserve_shares(case)
        chain = case.capacity.stands_in.astype(float)
        self.needs = chain @ case.capacity.needs
        self.oversees = chain @ case.capacity.terms.oversees
        self.draw, self.gas = case.capacity.terms.draw, case.capacity.terms.m3_a_day

    def bound(self) -> float:
        """Return right-hand sides plus the least of every group of columns."""
        own = self._sides() + self._states() + self._ways() + self._capacity()
        return float(own + levers.lever_bound(self.case, self.price))

    # right-hand sides

    def _sides(self) -> float:
        case, p = self.case, self.price
        inputs, capacity, terms = case.inputs, case.own, case.own.terms
        asked, new = case.areas_day_one
        total = -float((p["waiting_balance"] * new).sum())
        total -= float((p["waiting_balance"][:, :, 0] * asked).sum())
        total -= float((p["open_requests"] * asked).sum())
        total -= float((p["expected_arrivals"] * new[:, :, 0]).sum())
        first = p["treated_balance"][:, :, 0] + p["only_stable_move"][:, :, 0]
        first = first + p["bed_lost_once"][:, :, 0]
        total -= float((first * inputs.treated0).sum())
        total -= float((p["boarding_balance"][:, :, 0] * inputs.boarding0).sum())
        beds = capacity.beds
        ready = np.where(terms.counted[:, :, None], terms.devices, beds)
        heads = np.einsum("rq,fqt->frt", capacity.stands_in.astype(float), capacity.staff)
        limit = capacity.surge_limit
        opened = np.arange(case.scenario.days) >= case.scenario.surge_delay
        falls = np.maximum(0.0, limit[:, :, :-1] - limit[:, :, 1:])
        falls = falls * opened[:-1]
        supply = _finite(terms.supply)
        supply[:, 0] += np.where(np.isfinite(terms.supply[:, 0]), terms.stored, 0.0)
        for row, room in (
            ("staffed_bed_capacity", capacity.from_level(beds)),
            ("house_capacity", beds.sum(axis=1)),
            ("device_capacity", capacity.from_level(_finite(ready))),
            ("staff_on_duty", heads),
            ("supervision", heads),
            ("oxygen_flow", _finite(terms.flow)),
            ("oxygen_stock", supply),
            ("surge_limit", limit * opened),
            ("surge_stays_open", -falls),
            ("vehicle_minutes", capacity.vehicle_minutes),
            ("outside_places", _finite(capacity.outside_places)),
            ("pinned", np.array([row[5] for row in case.scenario.pins])),
            ("no_site_worse_off", 0.0 if case.site_limit is None else case.site_limit),
            ("longest_wait", wait_allowed(case)),
            ("reception_limit", _finite(self.limit)),
            ("reserve_share", self._beside_reserve(capacity.from_level(beds))),
            ("vehicle_rank", capacity.vehicles.room[:, :, None]),
            ("vehicle_shift", capacity.vehicles.shift_room[..., None]),
        ):
            total -= float((p[row] * room).sum())
        return total

    def _beside_reserve(self, beds: FloatArray) -> FloatArray:
        """(F, K x K, T) beds of level k' and above beside the reserve of level k."""
        beside = beds[:, None] - (self.reserve[:, None] * beds)[:, :, None]
        return np.asarray(beside.reshape(len(beds), len(self.reserve) ** 2, beds.shape[2]))

    def _reserve_prices(self) -> FloatArray:
        """(F, K, K', T) prices of the rows of promised reserves."""
        k = len(self.reserve)
        prices = self.price["reserve_share"]
        return prices.reshape(len(prices), k, k, prices.shape[2])

    # columns

    @property
    def people(self) -> FloatArray:
        """(T,) everybody who can be anywhere by that day: nobody is ever two."""
        inputs = self.case.inputs
        start = inputs.treated0.sum() + inputs.boarding0.sum() + inputs.waiting0.sum()
        return np.asarray(start + np.cumsum(inputs.arrivals.sum(axis=(0, 1))))

    def _at_most_everybody(
        self, reduced: FloatArray, possible: BoolArray | None = None, first_day: int = 0
    ) -> float:
        """Return the least of columns (..., T) whose sum on a day is at most everybody."""
        if not reduced.size:
            return 0.0
        reduced = reduced if possible is None else np.where(possible, reduced, 0.0)
        flat = reduced.reshape(-1, reduced.shape[-1])[:, first_day:]
        least = np.minimum(0.0, flat.min(axis=0, initial=0.0))
        return float((least * self.people[first_day:]).sum())

    def _from_level(self, prices: FloatArray) -> FloatArray:
        """(F, K, T) sum of the prices of the rows of levels k' <= k."""
        return np.cumsum(prices, axis=1)

    def _in_bed(self) -> tuple[FloatArray, FloatArray]:
        """(F, K, T) and (F, T): what a patient treated at k, and a boarder in a bed, takes."""
        p = self.price
        kept = self._reserve_prices().sum(axis=1)
        lowest = at_lowest(self.case)[:, :, None]
        kept = np.where(lowest, 0.0, kept)  # those of the lowest level are felt by everybody
        level = self._from_level(p["staffed_bed_capacity"] + p["device_capacity"] + kept)
        level = level + self._kept_by_all()[:, None, :]
        level = level + p["house_capacity"][:, None, :]
        used = np.einsum("rk,frt->fkt", self.needs, p["staff_on_duty"])
        used += np.einsum("rk,frt->fkt", self.oversees, p["supervision"])
        used += self.draw[None, :, None] * p["oxygen_flow"][:, None, :]
        gas = self.gas[None, :, None] * p["oxygen_stock"][:, None, :]
        padded = np.concatenate([used + gas, np.zeros((len(used), 1, used.shape[2]))], axis=1)
        boarder = padded[np.arange(len(used)), self.case.capacity.lowest]
        return level + used + gas, boarder

    def _kept_by_all(self) -> FloatArray:
        """(F, T) prices of reserves that everybody in a bed of the house takes."""
        prices = self._reserve_prices().sum(axis=1)
        return np.asarray(np.where(at_lowest(self.case)[:, :, None], prices, 0.0).sum(axis=1))

    def _states(self) -> float:
        case, p, inputs = self.case, self.price, self.case.inputs
        weights = unmet_weights(case)
        waiting, treated, boarding = (
            p[f"{name}_balance"] for name in ("waiting", "treated", "boarding")
        )
        u = weights[2][None, :, None] + waiting + p["nobody_waits"]
        u = u - _tomorrow(inputs.night[2], waiting)
        u = u + p["longest_wait"][:, None] * waits_promised(case)[:, None]
        level, boarder = self._in_bed()
        stays = treated + p["only_stable_move"] + p["bed_lost_once"]
        n = treated - _tomorrow(inputs.keep[0], stays)
        n = n - _tomorrow(inputs.worse[0], boarding) + level[:, self.level]
        n = n - p["corridor_people"][:, None, :]
        n = np.where(inputs.able[:, :, None] & self.possible.treated, n, 0.0)
        b = weights[1][None, :, None] + boarding - _tomorrow(inputs.night[1], boarding)
        b = b + p["boarders_leave_once"]
        lying = p["house_capacity"] + boarder + self._kept_by_all()
        shown = np.arange(case.scenario.days) < case.scenario.horizon
        unmet = p["no_site_worse_off"][:, None] * shown
        b = b + (lying - p["corridor_boarders_only"] - p["corridor_people"])[:, None, :]
        b = b + unmet[:, None, :]
        u = np.where(self.possible.waiting, u, 0.0)
        b = np.where(self.possible.boarding, b, 0.0)
        days = case.scenario.days
        states = np.concatenate([x.reshape(-1, days) for x in (u, n, b)])
        house = np.where(self.possible.in_house, boarding - treated, 0.0)
        first = np.minimum(0.0, house[:, :, 0]) * inputs.boarding0
        lost = treated - boarding - p["boarders_leave_once"] + p["bed_lost_once"]
        lost = np.where(loses_beds(case)[:, None] & inputs.able[:, :, None], lost, 0.0)
        v = case.scenario.weights["corridor"] + p["corridor_boarders_only"] - lying
        v = v + p["corridor_people"] + unmet
        if case.scenario.corridor == "open":
            v = v - p["device_capacity"].sum(axis=1)
        return (
            self._at_most_everybody(states)
            + self._at_most_everybody(house, first_day=1)
            + self._at_most_everybody(lost, self.possible.treated)
            + float(first.sum())
            + (2.0 if case.scenario.sender_counts else 1.0) * self._at_most_everybody(v)
        )

    def _a_minute(self) -> FloatArray:
        """(E, S, T) what a minute of a trip of each class of patients takes, at its base."""
        p, vehicles, needs = self.price, self.case.capacity.vehicles, self.case.vehicle_needs
        above = needs.from_class(len(vehicles.names))
        hurried = above * needs.urgent[None, :]
        out = p["vehicle_minutes"][:, None, :] + np.einsum("vs,evt->est", above, p["vehicle_rank"])
        shifts = np.einsum("j,vs,ejvt->est", vehicles.share, hurried, p["vehicle_shift"])
        return np.asarray(out + shifts)

    def _ways(self) -> float:
        case, p, side = self.case, self.price, self.side
        minute = self._a_minute()
        fixed = case.scenario.prepare + case.scenario.handover
        base = {name: e for e, name in enumerate(case.capacity.bases)}
        cost, move_cost = way_costs(case, side)
        outside = np.concatenate([np.zeros_like(p["closed_intake"]), p["outside_places"]])
        closed = np.concatenate([p["closed_intake"], np.zeros_like(p["outside_places"])])
        limited = self.belongs.T.astype(float) @ p["reception_limit"]
        limited = np.concatenate([limited, np.zeros_like(p["outside_places"])])
        entry = outside + closed + limited
        treated = _padded(p["treated_balance"], len(case.places.names))
        o, g, s, kind = side.admissions.T
        a = cost[:, None] + p["waiting_balance"][o, s] + entry[g]
        a = a - np.where((kind == ADMISSION)[:, None], treated[g, s], 0.0)
        stabilised = p["boarding_balance"] + p["boarders_leave_once"]
        stabilised = stabilised - p["corridor_boarders_only"][:, None, :]
        stabilised = _padded(stabilised, len(case.places.names))
        a = a - np.where((kind == STABILISE)[:, None], stabilised[g, s], 0.0)
        trip = fixed + 2 * case.arcs.admission_minutes[o, g]
        at = np.array([base[c] for c in case.places.area_cluster], dtype=np.intp)[o]
        vehicle = np.where(case.inputs.classes.needs_vehicle[s], trip, 0.0)
        a = a + vehicle[:, None] * minute[at, s]
        if case.scenario.sender_counts:
            own = case.own_unit[o]
            leaves = ((own >= 0) & (own != g))[:, None]
            level = self._from_level(p["staffed_bed_capacity"])[own, self.level[s]]
            level = np.where((kind != STABILISE)[:, None], level, 0.0)
            here = p["house_capacity"] - p["corridor_people"]
            a = a + np.where(leaves, here[own] + level, 0.0)
        a = a + self._pins("admission", o, g, s)
        asked, new = case.areas_day_one
        shape = asked.shape
        observed = a[:, 0] + p["open_requests"][o, s]
        expected = a[:, 0] + p["expected_arrivals"][o, s]
        total = float((_least(observed, (o, s), shape) * asked).sum())
        total += float((_least(expected, (o, s), shape) * new[:, :, 0]).sum())
        total += self._at_most_everybody(a, self.possible.admitted, 1)

        f, g, s, way = side.transfers.T
        up = (pool_left(way) == BOARDING)[:, None]
        x = move_cost[:, None] + entry[g] - treated[g, case.inputs.classes.arrives_as[s]]
        x = x + np.where(
            up,
            p["boarding_balance"][f, s],
            p["treated_balance"][f, s] + p["only_stable_move"][f, s] + p["bed_lost_once"][f, s],
        )
        trip = fixed + 2 * case.arcs.transfer_minutes[f, g]
        at = np.array([base[c] for c in case.places.cluster], dtype=np.intp)[f]
        x = x + trip[:, None] * minute[at, s]
        if case.scenario.sender_counts:
            level = self._from_level(p["staffed_bed_capacity"])[f, self.level[s]]
            x = x + here[f] + np.where(up, 0.0, level)
        x = x + self._pins("transfer", f, g, s)
        for pool, there in ((True, case.inputs.boarding0), (False, case.inputs.treated0)):
            here = up[:, 0] == pool
            least = _least(x[here, 0], (f[here], s[here]), there.shape)
            total += float((least * there).sum())
        return total + self._at_most_everybody(x, self.possible.moved, 1)

    def _pins(self, kind: str, start: IntArray, to: IntArray, patient: IntArray) -> FloatArray:
        """(ways, T) prices of the pins that speak of each way."""
        case = self.case
        out = np.zeros((len(to), case.scenario.days))
        places = case.places.areas if kind == "admission" else case.places.names
        for price, row in zip(self.price["pinned"].tolist(), case.scenario.pins, strict=True):
            if row[0] != kind or row[1] > case.scenario.days:
                continue
            names = np.array(places)[start], np.array(case.places.names)[to]
            here = (names[0] == row[2]) & (names[1] == row[3])
            if row[4]:
                here &= np.array(case.inputs.classes.names)[patient] == row[4]
            out[here, row[1] - 1] += price
        return out

    def _capacity(self) -> float:
        """Excess, surge beds, oxygen in store and oxygen gone without."""
        case, p = self.case, self.price
        weights, capacity, terms = case.scenario.weights, case.own, case.own.terms
        nested = self._from_level(p["staffed_bed_capacity"])
        equipped = self._from_level(p["device_capacity"])
        used = np.einsum("rk,frt->fkt", self.needs, p["staff_on_duty"])
        used += np.einsum("rk,frt->fkt", self.oversees, p["supervision"])
        used += self.draw[None, :, None] * p["oxygen_flow"][:, None, :]
        whole = p["house_capacity"][:, None, :]
        e = weights["excess"] - nested - equipped - whole - used
        e = np.where(capacity.has[:, :, None] & capacity_falls(case)[:, None, :], e, 0.0)
        z = p["surge_limit"] - nested - whole
        free = self._reserve_prices()
        z = z - self._from_level(free.sum(axis=1))
        z = z + self._from_level(self.reserve[:, None] * free.sum(axis=2))
        z = z - np.where(terms.counted[:, :, None], 0.0, equipped)
        units, levels = case.units, list(capacity.levels)
        for price, row in zip(p["pinned"].tolist(), case.scenario.pins, strict=True):
            if row[0] == "surge_beds" and row[3] in units and row[4] in levels:
                z[units.index(row[3]), levels.index(row[4]), row[1] - 1] += price
        kept = p["surge_stays_open"]
        z[:, :, 1:] += kept
        z[:, :, :-1] -= kept
        opened = np.arange(case.scenario.days) >= case.scenario.surge_delay
        total = float((np.minimum(0.0, z) * capacity.surge_limit * opened).sum())
        stock = p["oxygen_stock"]
        w = stock.copy()
        w[:, :-1] -= stock[:, 1:]
        total += float((np.minimum(0.0, w) * _finite(terms.tank)[:, None]).sum())
        y = np.where(np.isfinite(terms.supply), weights["oxygen_short"] - stock, 0.0)
        most = float(self.gas.max(initial=0.0))
        if case.site_limit is not None:
            g = case.scenario.site_price - p["no_site_worse_off"]
            total += float(np.minimum(0.0, g).sum()) * site_most(case)
        told = case.scenario.longest_wait
        if told is not None and not told[2]:  # at most the patients who wait
            total += self._at_most_everybody(case.scenario.wait_price - p["longest_wait"])
        for k in np.flatnonzero(self.reserve):  # at most the patients who need the level
            j = case.scenario.reserve_price - free[:, k].sum(axis=1)
            total += self._at_most_everybody(j)
        return total + self._at_most_everybody(e) + most * self._at_most_everybody(y)


def _lawful_rows(case: Case) -> dict[str, FloatArray]:
    """Return, of rows that do not stand everywhere, where they do."""
    capacity, terms, scenario = case.own, case.own.terms, case.scenario
    k = np.arange(len(capacity.levels))
    return {
        "bed_lost_once": loses_beds(case)[:, None],
        "staffed_bed_capacity": (k[None, :] > capacity.lowest[:, None])[:, :, None],
        "device_capacity": terms.counted[:, :, None],
        "oxygen_flow": np.isfinite(terms.flow),
        "oxygen_stock": np.isfinite(terms.supply),
        "outside_places": np.isfinite(capacity.outside_places),
        "corridor_boarders_only": np.array([[scenario.corridor != "open"]]),
        "corridor_people": np.array([[scenario.corridor == "open"]]),
        "nobody_waits": ways_reach(case) & (scenario.wait == "none"),
        "closed_intake": case.closed,
        "reception_limit": np.isfinite(receptions(case)[1]),
        "no_site_worse_off": np.array([case.site_limit is not None]),
        "longest_wait": np.array([[scenario.longest_wait is not None]]),
        "reserve_share": reserve_pairs(case).reshape(len(case.units), len(k) ** 2)[:, :, None],
        **levers.lever_rows(case),
    }


def _finite(figures: FloatArray) -> FloatArray:
    return np.where(np.isfinite(figures), figures, 0.0)


def _tomorrow(night: FloatArray, prices: FloatArray) -> FloatArray:
    """Return (., S, T): what somebody of s today will be charged tomorrow."""
    out = np.zeros_like(prices)
    out[:, :, :-1] = np.einsum("ab,xbt->xat", night, prices[:, :, 1:])
    return out


def _padded(prices: FloatArray, size: int) -> FloatArray:
    """Return the prices with nothing for those outside."""
    out = np.zeros((size, *prices.shape[1:]))
    out[: len(prices)] = prices
    return out


def _least(
    reduced: FloatArray, at: tuple[IntArray, IntArray], shape: tuple[int, ...]
) -> FloatArray:
    """Return the least reduced cost, 0 or below, of the ways out of each (place, class)."""
    out = np.zeros(shape)
    np.minimum.at(out, at, reduced)
    return out
