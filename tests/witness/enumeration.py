"""The third judge: every lawful plan of a tiny instance tried, in pure Python.

Whole people on every day, nights that are certain (each class goes to one state, or leaves), no
capacity that falls. Written from docs/model.md sections 2 to 5; no solver, no linear algebra.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import numpy as np

from optimizer.domain.instance import STABILISE, Instance

Counts = tuple[tuple[int, ...], ...]
"""People by place and class."""
Value = tuple[Fraction, Fraction]
"""Harm, burden."""


def shares(people: int, most: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield every way to send `people` along ways that take at most `most` each; some may stay."""
    if not most:
        yield ()
        return
    for number in range(min(people, most[0]) + 1):
        for rest in shares(people - number, most[1:]):
            yield (number, *rest)


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
        assert not inst.excess_allowed.any()
        self.day = cache(self._day)

    def certain(self, matrix: np.ndarray) -> list[int]:
        """Return where each class goes, -1: leaves or goes elsewhere."""
        assert set(np.unique(matrix)) <= {0.0, 1.0}
        return [int(row.argmax()) if row.any() else -1 for row in matrix]

    def least(self) -> Value:
        """Return least harm, and least burden of the plans that have it."""
        inst = self.inst
        whole = [inst.census_treated, inst.census_boarding, inst.open_requests]
        n, b, u = ([tuple(int(v) for v in row) for row in part.tolist()] for part in whole)
        open_beds = tuple((0,) * self.K for _ in range(self.F))
        return self.day(1, tuple(n), tuple(b), tuple(u), open_beds)

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

    def _day(self, t: int, n: Counts, b: Counts, u: Counts, z: Counts) -> Value:
        """Return the least value of days t.. from who is there in the morning."""
        inst, best = self.inst, None
        # who came to need a place today may be admitted today, too
        new = [[int(inst.arrivals[o, s, t - 1]) for s in range(self.S)] for o in range(self.O)]
        there = tuple(tuple(u[o][s] + new[o][s] for s in range(self.S)) for o in range(self.O))
        for moved in self.moves(t, n, b, there):
            n2, b2, u2, harm, burden, came = moved
            for beds in self.openings(t, z):
                corridor = self.corridor(t, n2, b2, came, beds)
                if corridor is None:
                    continue
                today = harm + corridor * exact(inst.harm.corridor)
                cost = burden + exact(inst.burden.surge_bed_day) * sum(map(sum, beds))
                later: Value = (Fraction(0), Fraction(0))
                if t < inst.days:
                    later = self.day(t + 1, *self.night(n2, b2, u2), beds)
                value = today + later[0], cost + later[1]
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

    def moves(
        self, t: int, n: Counts, b: Counts, u: Counts
    ) -> Iterator[tuple[Counts, Counts, Counts, Fraction, Fraction, tuple[int, ...]]]:
        """Yield every set of decisions that vehicles and places outside allow."""
        inst, arcs, ways = self.inst, self.inst.admissions, self.inst.transfers
        pools: list[tuple[list[tuple[str, int]], int]] = []
        for o, s in itertools.product(range(self.O), range(self.S)):
            mine = np.flatnonzero((arcs.area == o) & (arcs.patient_class == s)).tolist()
            if u[o][s] and mine:
                pools.append(([("a", i) for i in mine], u[o][s]))
        for f, s in itertools.product(range(self.F), range(self.S)):
            here = (ways.origin == f) & (ways.patient_class == s)
            up = [("x", j) for j in np.flatnonzero(here & ways.from_boarding).tolist()]
            if b[f][s]:
                inside = [("p", f * self.S + s)] if self.able[f][s] else []
                pools.append((up + inside, b[f][s]))
            down = [("x", j) for j in np.flatnonzero(here & ~ways.from_boarding).tolist()]
            if n[f][s] and down and inst.classes.recovering[s]:
                pools.append((down, n[f][s]))
        minutes = [exact(v) for v in inst.vehicle_minutes[:, t - 1]]
        places = [exact(v) for v in inst.outside_places[:, t - 1]]
        choices = [list(shares(people, [people] * len(to))) for to, people in pools]
        for picked in itertools.product(*choices):
            n2, b2, u2 = ([list(row) for row in part] for part in (n, b, u))
            harm, burden = Fraction(0), Fraction(0)
            left, free, came = minutes.copy(), places.copy(), [0] * self.F
            for (to, _), numbers in zip(pools, picked, strict=True):
                for (kind, i), number in zip(to, numbers, strict=True):
                    if number:
                        h, w = self.send(kind, i, number, n2, b2, u2, left, free, came)
                        harm, burden = harm + h, burden + w
            if min(left, default=0) < 0 or min(free, default=0) < 0:
                continue
            for o, s in itertools.product(range(self.O), range(self.S)):
                harm += exact(inst.harm.waiting[s]) * u2[o][s]
            for f, s in itertools.product(range(self.F), range(self.S)):
                harm += exact(inst.harm.boarding[s]) * b2[f][s]
            done = [tuple(map(tuple, part)) for part in (n2, b2, u2)]
            yield done[0], done[1], done[2], harm, burden, tuple(came)

    def send(
        self,
        kind: str,
        i: int,
        number: int,
        n: list[list[int]],
        b: list[list[int]],
        u: list[list[int]],
        minutes: list[Fraction],
        places: list[Fraction],
        came: list[int],
    ) -> Value:
        inst = self.inst
        if kind == "p":
            f, s = divmod(i, self.S)
            b[f][s] -= number
            n[f][s] += number
            return Fraction(0), Fraction(0)
        arcs = inst.admissions if kind == "a" else inst.transfers
        g, s = int(arcs.to[i]), int(arcs.patient_class[i])
        trip = exact(inst.trip_minutes_fixed) + 2 * exact(arcs.minutes[i])
        if kind == "a":
            o = int(inst.admissions.area[i])
            base = int(inst.area_base[o]) if inst.classes.needs_vehicle[s] else -1
            u[o][s] -= number
            prices = inst.harm.admission[i], inst.burden.admission[i]
            boards = int(inst.admissions.kind[i]) == STABILISE
        else:
            f = int(inst.transfers.origin[i])
            base = int(inst.unit_base[f])
            (b if inst.transfers.from_boarding[i] else n)[f][s] -= number
            prices, boards = (inst.harm.transfer[i], inst.burden.transfer[i]), False
        if base >= 0:
            minutes[base] -= trip * number
        if g >= self.F:
            places[g - self.F] -= number
        else:
            (b if boards else n)[g][s] += number
            came[g] += number if boards else 0
        return exact(prices[0]) * number, exact(prices[1]) * number

    def corridor(
        self, t: int, n: Counts, b: Counts, came: tuple[int, ...], z: Counts
    ) -> Fraction | None:
        """Return the fewest boarders in corridors, or None where some row cannot hold."""
        inst, total = self.inst, Fraction(0)
        for f in range(self.F):
            room = [exact(inst.beds[f, k, t - 1]) + z[f][k] for k in range(self.K)]
            for k in range(self.lowest[f] + 1, self.K):
                if sum(n[f][s] for s in range(self.S) if self.level[s] >= k) > sum(room[k:]):
                    return None
            everybody = sum(n[f]) + sum(b[f])
            least = max(Fraction(0), everybody - sum(room))
            for r in range(self.R):
                team = [q for q in range(self.R) if inst.stands_in[q, r]]
                heads = sum((exact(inst.staff[f, q, t - 1]) for q in team), Fraction(0))
                need, low = Fraction(0), Fraction(0)
                for q in team:
                    for s in range(self.S):
                        need += exact(inst.staff_need[q, self.level[s]]) * n[f][s]
                    if self.lowest[f] >= 0:
                        low += exact(inst.staff_need[q, self.lowest[f]])
                short = need + low * sum(b[f]) - heads
                if short > 0:
                    if low == 0:
                        return None
                    least = max(least, short / low)
            if least > sum(b[f]) - came[f]:
                return None
            total += least
        return total
