"""The third judge: every lawful plan of a tiny instance tried, in pure Python.

Whole people on every day, nights that are certain (each class goes to one state, or leaves), one
area, no capacity that falls but staff and beds of open units (who loses a bed is tried; excess is
dearer); over several days boarders draw no oxygen where a store is limited, so that a corridor
saves none for tomorrow. Written from docs/model.md sections 2 to 5 and 10; no solver, no linear
algebra.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import numpy as np

from optimizer.domain.instance import ADMISSION, STABILISE, Instance, falls

Counts = tuple[tuple[int, ...], ...]
"""People by place and class."""
Value = tuple[Fraction, Fraction, Fraction]
"""Harm, waiting days, burden."""
Stores = tuple[Fraction, ...]
"""Cubic metres of oxygen by unit, 0 where the store is no limit."""


@dataclass(slots=True)
class Today:
    """What one set of decisions leads to at day's end, before beds are counted."""

    n: list[list[int]]
    b: list[list[int]]
    u: list[list[int]]
    minutes: list[Fraction]
    places: list[Fraction]
    came: list[int]
    """By unit: stabilised there today."""
    gone: list[list[int]]
    """By unit and class: left a proper bed today, or went elsewhere though this was his own."""
    left: list[int]
    """By unit: all who left today, and those who went elsewhere."""
    harm: Fraction = Fraction(0)
    burden: Fraction = Fraction(0)
    driven: dict[tuple[int, int], Fraction] = field(default_factory=dict)
    """Minutes of trips by base and class of patients."""


def shares(people: int, most: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield every way to send `people` along ways that take at most `most` each; some may stay."""
    if not most:
        yield ()
        return
    for number in range(min(people, most[0]) + 1):
        for rest in shares(people - number, most[1:]):
            yield (number, *rest)


A_DAY = Fraction(144, 100)
"""Cubic metres a day of one litre a minute."""


def exact(value: float) -> Fraction:
    return Fraction(float(value)).limit_denominator(10**6)


class Enumeration:
    """Least (harm, burden) of an instance, by trying everything."""

    def __init__(self, inst: Instance) -> None:
        self.inst = inst
        self.F, self.O, self.S = len(inst.units), len(inst.areas), len(inst.classes.ids)
        self.K, self.R = len(inst.levels), len(inst.roles)
        self.level = inst.classes.level.tolist()
        listed = inst.listed.tolist()
        self.lowest = [row.index(True) if True in row else -1 for row in listed]
        highest = [max((k for k, has in enumerate(row) if has), default=-1) for row in listed]
        self.able = [[highest[f] >= self.level[s] for s in range(self.S)] for f in range(self.F)]
        hazards = inst.hazards
        self.keeps, self.worse = self.certain(hazards.keep), self.certain(hazards.worse)
        self.boards, self.waits = self.certain(hazards.boarding), self.certain(hazards.waiting)
        self.closed = np.zeros((self.F, inst.days), dtype=bool)
        if inst.no_intake is not None:
            self.closed = inst.no_intake
        assert not (falls(inst.beds, inst.staff) & self.closed).any()
        assert self.O == 1
        self.twin = list(range(self.S))
        if inst.classes.arrives_as is not None:
            self.twin = inst.classes.arrives_as.tolist()
        self.may_leave = np.repeat(inst.classes.recovering[None, :], self.F, axis=0)
        if inst.may_leave is not None:
            self.may_leave = inst.may_leave
        self.stored = [bool(np.isfinite(row).all()) for row in inst.terms.oxygen_supply]
        self.draw = [exact(v) for v in inst.terms.oxygen_draw]
        for f in range(self.F):
            low = self.draw[self.lowest[f]] if self.lowest[f] >= 0 else Fraction(0)
            assert inst.days == 1 or not self.stored[f] or low == 0
        self.day = cache(self._day)

    def certain(self, matrix: np.ndarray) -> list[int]:
        """Return where each class goes, -1: leaves or goes elsewhere."""
        assert set(np.unique(matrix)) <= {0.0, 1.0}
        return [int(row.argmax()) if row.any() else -1 for row in matrix]

    def least(self) -> Value:
        """Return least harm, least waiting of the plans that have it, least burden of those."""
        inst = self.inst
        whole = [inst.census_treated, inst.census_boarding, inst.open_requests]
        n, b, u = ([tuple(int(v) for v in row) for row in part.tolist()] for part in whole)
        open_beds = tuple((0,) * self.K for _ in range(self.F))
        full = tuple(exact(v) for v in inst.terms.oxygen_stored)
        return self.day(1, tuple(n), tuple(b), tuple(u), open_beds, full)

    def night(self, n: Counts, b: Counts, u: Counts) -> tuple[Counts, Counts, Counts]:
        treated = [[0] * self.S for _ in range(self.F)]
        boarding = [[0] * self.S for _ in range(self.F)]
        waiting = [[0] * self.S for _ in range(self.O)]
        for f, s in itertools.product(range(self.F), range(self.S)):
            if self.keeps[s] >= 0:
                treated[f][self.keeps[s]] += n[f][s]
            if self.worse[s] >= 0:
                boarding[f][self.worse[s]] += n[f][s]
            if self.boards[s] >= 0:
                boarding[f][self.boards[s]] += b[f][s]
        for o, s in itertools.product(range(self.O), range(self.S)):
            if self.waits[s] >= 0:
                waiting[o][self.waits[s]] += u[o][s]
        n_, b_, u_ = (tuple(map(tuple, part)) for part in (treated, boarding, waiting))
        return n_, b_, u_

    def _day(self, t: int, n: Counts, b: Counts, u: Counts, z: Counts, store: Stores) -> Value:
        """Return the least value of days t.. from who is there in the morning."""
        inst, best = self.inst, None
        # who came to need a place today may be admitted today, too
        new = [[int(inst.arrivals[o, s, t - 1]) for s in range(self.S)] for o in range(self.O)]
        there = tuple(tuple(u[o][s] + new[o][s] for s in range(self.S)) for o in range(self.O))
        for today in self.moves(t, n, b, there):
            ended: list[Counts] = [tuple(map(tuple, p)) for p in (today.n, today.b, today.u)]
            waiting = Fraction(sum(map(sum, today.u)))
            for beds in self.openings(t, z):
                housed = self.housed(t, today, beds, store)
                if housed is None:
                    continue
                harm, later_store = today.harm + housed[0], housed[1]
                cost = today.burden + exact(inst.burden.surge_bed_day) * sum(map(sum, beds))
                later: Value = (Fraction(0), Fraction(0), Fraction(0))
                if t < inst.days:
                    later = self.day(t + 1, *self.night(*ended), beds, later_store)
                value = harm + later[0], waiting + later[1], cost + later[2]
                if best is None or value < best:
                    best = value
        assert best is not None
        return best

    def openings(self, t: int, z: Counts) -> Iterator[Counts]:
        """Yield the surge beds that may stand open: never fewer than before."""
        limit = self.inst.surge_limit[:, :, t - 1]
        ranges = [
            range(z[f][k], int(limit[f, k]) + 1) for f in range(self.F) for k in range(self.K)
        ]
        for flat in itertools.product(*ranges):
            yield tuple(flat[f * self.K : (f + 1) * self.K] for f in range(self.F))

    def moves(self, t: int, n: Counts, b: Counts, u: Counts) -> Iterator[Today]:
        """Yield every set of decisions that vehicles, places outside and closed doors allow."""
        inst, arcs, ways = self.inst, self.inst.admissions, self.inst.transfers
        pools: list[tuple[list[tuple[str, int]], int]] = []
        for o, s in itertools.product(range(self.O), range(self.S)):
            mine = np.flatnonzero((arcs.area == o) & (arcs.patient_class == s)).tolist()
            mine = [i for i in mine if self.takes(int(arcs.to[i]), t)]
            if u[o][s] and mine:
                pools.append(([("a", i) for i in mine], u[o][s]))
        for f, s in itertools.product(range(self.F), range(self.S)):
            here = (ways.origin == f) & (ways.patient_class == s)
            up = np.flatnonzero(here & ways.from_boarding).tolist()
            goals = [("x", j) for j in up if self.takes(int(ways.to[j]), t)]
            if b[f][s]:
                inside = [("p", f * self.S + s)] if self.able[f][s] else []
                pools.append((goals + inside, b[f][s]))
            down = np.flatnonzero(here & ~ways.from_boarding).tolist()
            goals = [("x", j) for j in down if self.takes(int(ways.to[j]), t)]
            goals = goals if self.may_leave[f, s] else []
            if self.falls(f, t):
                goals.append(("lost", f * self.S + s))
            if n[f][s] and goals:
                pools.append((goals, n[f][s]))
        minutes = [exact(v) for v in inst.vehicle_minutes[:, t - 1]]
        places = [exact(v) for v in inst.outside_places[:, t - 1]]
        choices = [list(shares(people, [people] * len(to))) for to, people in pools]
        for picked in itertools.product(*choices):
            n2, b2, u2 = ([list(row) for row in part] for part in (n, b, u))
            gone = [[0] * self.S for _ in range(self.F)]
            nobody = [0] * self.F
            today = Today(n2, b2, u2, minutes.copy(), places.copy(), nobody, gone, nobody.copy())
            for (to, _), numbers in zip(pools, picked, strict=True):
                for (kind, i), number in zip(to, numbers, strict=True):
                    if number:
                        self.send(kind, i, number, today)
            if min(today.minutes, default=0) < 0 or min(today.places, default=0) < 0:
                continue
            if inst.fleet is not None and not self.everybody_rides(t, today.driven):
                continue
            if inst.rules.nobody_waits and self.waits_in_vain(t, today.u):
                continue
            for o, s in itertools.product(range(self.O), range(self.S)):
                today.harm += exact(inst.harm.waiting[s]) * today.u[o][s]
            for f, s in itertools.product(range(self.F), range(self.S)):
                today.harm += exact(inst.harm.boarding[s]) * today.b[f][s]
            yield today

    def everybody_rides(self, t: int, driven: dict[tuple[int, int], Fraction]) -> bool:
        """Seat everybody, the best vehicles first: on the day, then the urgent of each shift."""
        fleet = self.inst.fleet
        assert fleet is not None
        for base in range(len(self.inst.bases)):
            days = [(Fraction(1), fleet.minutes[base, :, t - 1], False)]
            days += [
                (exact(share), fleet.shift_minutes[base, j, :, t - 1], True)
                for j, share in enumerate(fleet.urgent_share)
            ]
            for share, minutes, urgent in days:
                left = Fraction(0)
                for c in reversed(range(len(fleet.classes))):
                    left += exact(minutes[c])
                    for s in range(self.S):
                        if fleet.least[s] == c and (fleet.urgent[s] or not urgent):
                            left -= share * driven.get((base, s), Fraction(0))
                    if left < 0:
                        return False
        return True

    def takes(self, to: int, t: int) -> bool:
        """Return whether a destination takes anybody in on day t."""
        return to >= self.F or not self.closed[to, t - 1]

    def falls(self, f: int, t: int) -> bool:
        """Return whether staff or beds of an open unit are fewer on day t than on the eve."""
        if t == 1 or self.closed[f, t - 1]:
            return False
        parts = [*self.inst.beds[f], *self.inst.staff[f]]
        return any(part[t - 1] < part[t - 2] for part in parts)

    def waits_in_vain(self, t: int, u: list[list[int]]) -> bool:
        """Return whether somebody waits though a proper bed of an open unit can be reached."""
        arcs = self.inst.admissions
        return any(
            kind == ADMISSION and self.takes(int(to), t) and u[o][s] > 0
            for o, to, s, kind in zip(
                arcs.area, arcs.to, arcs.patient_class, arcs.kind, strict=True
            )
        )

    def send(self, kind: str, i: int, number: int, today: Today) -> None:
        """Move people along one way; note what it takes and costs."""
        inst = self.inst
        if kind == "p":
            f, s = divmod(i, self.S)
            today.b[f][s] -= number
            today.n[f][s] += number
            return
        if kind == "lost":
            f, s = divmod(i, self.S)
            today.n[f][s] -= number
            today.b[f][s] += number
            return
        arcs = inst.admissions if kind == "a" else inst.transfers
        g, s = int(arcs.to[i]), int(arcs.patient_class[i])
        trip = exact(inst.trip_minutes_fixed) + 2 * exact(arcs.minutes[i])
        if kind == "a":
            o = int(inst.admissions.area[i])
            base = int(inst.area_base[o]) if inst.classes.needs_vehicle[s] else -1
            today.u[o][s] -= number
            prices = inst.harm.admission[i], inst.burden.admission[i]
            boards = int(inst.admissions.kind[i]) == STABILISE
            arrives = s
            own = -1 if inst.own_unit is None else int(inst.own_unit[o])
            if own >= 0 and own != g:
                today.left[own] += number
                if not boards and self.able[own][s]:
                    today.gone[own][s] += number
        else:
            f = int(inst.transfers.origin[i])
            base = int(inst.unit_base[f])
            pool = today.b if inst.transfers.from_boarding[i] else today.n
            pool[f][s] -= number
            today.left[f] += number
            if pool is today.n:
                today.gone[f][s] += number
            prices, boards = (inst.harm.transfer[i], inst.burden.transfer[i]), False
            arrives = self.twin[s]
        if base >= 0:
            today.minutes[base] -= trip * number
            today.driven[base, s] = today.driven.get((base, s), Fraction(0)) + trip * number
        if g >= self.F:
            today.places[g - self.F] -= number
        else:
            (today.b if boards else today.n)[g][arrives] += number
            today.came[g] += number if boards else 0
        today.harm += exact(prices[0]) * number
        today.burden += exact(prices[1]) * number

    def housed(
        self, t: int, today: Today, z: Counts, store: Stores
    ) -> tuple[Fraction, Stores] | None:
        """Return the harm of corridors and missed oxygen, and the stores; None: some row breaks."""
        harm, left = Fraction(0), list[Fraction]()
        for f in range(self.F):
            least = self.least_corridor(t, f, today, z)
            if least is None:
                return None
            most = sum(today.b[f]) - today.came[f]
            if self.inst.rules.open_corridor:
                most = sum(today.b[f]) + sum(today.n[f])
                most += today.left[f] if self.inst.rules.sender_counts else 0
            if least > most:
                return None
            cost, after = self.oxygen(t, f, today, least, most, store[f])
            harm += cost
            left.append(after)
        return harm, tuple(left)

    def least_corridor(self, t: int, f: int, today: Today, z: Counts) -> Fraction | None:
        """Return the fewest people in the corridor of a unit; None if no number helps."""
        inst, counts = self.inst, self.inst.rules.sender_counts
        n, boarders = today.n[f], sum(today.b[f])
        beds = [exact(inst.beds[f, k, t - 1]) + z[f][k] for k in range(self.K)]
        stay = [n[s] + (today.gone[f][s] if counts else 0) for s in range(self.S)]
        for k in range(self.lowest[f] + 1, self.K):
            if sum(stay[s] for s in range(self.S) if self.level[s] >= k) > sum(beds[k:]):
                return None
        everybody = sum(n) + boarders + (today.left[f] if counts else 0)
        least = max(Fraction(0), everybody - sum(beds, Fraction(0)))
        devices = inst.terms.devices[f, :, t - 1].tolist()
        ready = [beds[k] if v == float("inf") else exact(v) for k, v in enumerate(devices)]
        for k in range(self.K):
            short = sum(n[s] for s in range(self.S) if self.level[s] >= k) - sum(ready[k:])
            if devices[k] != float("inf") and short > 0:
                if not inst.rules.open_corridor:
                    return None
                least = max(least, short)
        for uses, room in self.shared_rows(t, f):
            low = uses[self.lowest[f]] if self.lowest[f] >= 0 else Fraction(0)
            need = sum((uses[self.level[s]] * n[s] for s in range(self.S)), Fraction(0))
            short = need + low * boarders - room
            if short > 0:
                if low == 0:
                    return None
                least = max(least, short / low)
        return least

    def shared_rows(self, t: int, f: int) -> Iterator[tuple[list[Fraction], Fraction]]:
        """Yield what one patient of each level uses, and how much there is: people, oxygen."""
        inst = self.inst
        for r in range(self.R):
            team = [q for q in range(self.R) if inst.stands_in[q, r]]
            heads = sum((exact(inst.staff[f, q, t - 1]) for q in team), Fraction(0))
            for need in (inst.staff_need, inst.terms.supervision):
                uses = [sum((exact(need[q, k]) for q in team), Fraction(0)) for k in range(self.K)]
                yield uses, heads
        flow = float(inst.terms.oxygen_flow[f, t - 1])
        if flow != float("inf"):
            yield self.draw, exact(flow)

    def oxygen(
        self, t: int, f: int, today: Today, least: Fraction, most: int, store: Fraction
    ) -> tuple[Fraction, Fraction]:
        """Return the least harm of corridor and missed oxygen, and what is then in store."""
        inst = self.inst
        price, missed = exact(inst.harm.corridor), exact(inst.harm.oxygen_short)
        if not self.stored[f]:
            return price * least, Fraction(0)
        low = self.draw[self.lowest[f]] if self.lowest[f] >= 0 else Fraction(0)
        need = sum((self.draw[self.level[s]] * today.n[f][s] for s in range(self.S)), Fraction(0))
        need += low * sum(today.b[f])
        has = store + exact(inst.terms.oxygen_supply[f, t - 1])
        tries = [least]
        if low > 0:  # as many in the corridor as leave enough for the others
            enough = max(least, (need - has / A_DAY) / low)
            tries.append(min(enough, Fraction(most)))

        def after(corridor: Fraction) -> Fraction:
            return has - A_DAY * (need - low * corridor)

        harm, best = min(
            (price * many + missed * max(Fraction(0), -after(many)), many) for many in tries
        )
        tank = exact(inst.terms.oxygen_tank[f])
        return harm, min(tank, max(Fraction(0), after(best)))
