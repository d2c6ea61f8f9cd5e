"""The columns of docs/model.md section 3 in PuLP, and who is present on a day, cumulatively."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.crosscheck.levers import lever_columns, may_have_fallen
from optimizer.domain.instance import ADMISSION_KINDS, STABILISE, FloatArray, Instance
from optimizer.domain.labels import Labels

Terms = dict[Any, float]
Slot = tuple[int, int, int]


class Model:
    """One PuLP problem with the columns of docs/model.md section 3; days are counted 1..T."""

    def __init__(self, pulp: Any, inst: Instance, whole: bool, price: float = 0.0) -> None:
        self.pulp, self.inst, self.price = pulp, inst, price
        self.problem = pulp.LpProblem("plan", pulp.LpMinimize)
        self.labels = Labels()
        self.A, self.F, self.S = len(inst.areas), len(inst.units), len(inst.classes.ids)
        self.K, self.H = len(inst.levels), len(inst.outside)
        self.days = range(1, inst.days + 1)
        listed = [[k for k in range(self.K) if inst.listed[f, k]] for f in range(self.F)]
        self.lowest = [min(levels, default=-1) for levels in listed]
        need = [int(k) for k in inst.classes.level]
        self.level = need
        self.able = [
            [max(listed[f], default=-1) >= need[s] for s in range(self.S)] for f in range(self.F)
        ]
        # One night for everybody in a house, treated first, boarders after them: N = K + M, and B.
        h = inst.hazards
        night = np.block([[h.keep, h.worse], [np.zeros_like(h.keep), h.boarding]])
        self.nights = [np.linalg.matrix_power(night, t) for t in range(inst.days)]
        self.outdoors = [np.linalg.matrix_power(h.waiting, t) for t in range(inst.days)]
        self.lever_started: dict[tuple[int, int], Any]
        self.lever_closed: dict[tuple[int, int], Any]
        self.lever_open: dict[tuple[int, int], Any]
        self.lever_usable: dict[tuple[int, int], Any]
        self.home_short: dict[tuple[int, int], Any]
        self._columns(listed, whole)
        lever_columns(self, whole)
        self.worst_area = self.column("worst_area")
        self._flows()

    def _columns(self, listed: list[list[int]], whole: bool) -> None:
        inst, days, every = self.inst, self.days, self.inst.rules.whole_window
        areas, units, classes = inst.areas, inst.units, inst.classes.ids
        admit, move = inst.admissions, inst.transfers
        goals = [("to", g) for g in units] + [("outside", h) for h in inst.outside]
        a = {
            i: (
                *((("area", areas[int(o)]), goals[int(g)], ("class", classes[int(s)]))),
                *([("kind", ADMISSION_KINDS[int(kind)])] if kind == STABILISE else []),
            )
            for i, (o, g, s, kind) in enumerate(
                zip(admit.area, admit.to, admit.patient_class, admit.kind, strict=True)
            )
        }
        x = {
            j: (("unit", units[int(f)]), goals[int(g)], ("class", classes[int(s)]))
            for j, (f, g, s) in enumerate(
                zip(move.origin, move.to, move.patient_class, strict=True)
            )
        }
        house = {
            (f, s): (("unit", units[f]), ("class", classes[s]))
            for f in range(self.F)
            for s in range(self.S)
        }
        self.admitted = {
            (i, t): self.column("admitted", *key, t, whole=whole and every)
            for i, key in a.items()
            for t in days
        }
        self.admitted_observed = {
            i: self.column("admitted_observed", *key, 1, whole=whole) for i, key in a.items()
        }
        self.moved = {
            (j, t): self.column(
                "moved_up" if move.from_boarding[j] else "moved_down",
                *key,
                t,
                whole=whole and (every or t == 1),
            )
            for j, key in x.items()
            for t in days
        }
        self.in_house = {
            (f, s, t): self.column("in_house", *key, t, whole=whole and t == 1)
            for (f, s), key in house.items()
            if self.able[f][s]
            for t in days
        }
        self.bed_lost = {
            (f, s, t): self.column("bed_lost", *key, t, whole=whole and every)
            for (f, s), key in house.items()
            if self.able[f][s]
            for t in days
            if self.falls_today(f, t)
        }
        self.treated = {
            (f, s, t): self.column("treated", *key, t)
            for (f, s), key in house.items()
            if self.able[f][s]
            for t in days
        }
        self.boarding = {
            (f, s, t): self.column("boarding", *key, t)
            for (f, s), key in house.items()
            for t in days
        }
        self.waiting = {
            (o, s, t): self.column("waiting", ("area", areas[o]), ("class", classes[s]), t)
            for o in range(self.A)
            for s in range(self.S)
            for t in days
        }
        self.corridor = {
            (f, t): self.column("corridor", ("unit", units[f]), t)
            for f in range(self.F)
            for t in days
        }
        slots = [(f, k, t) for f in range(self.F) for k in range(self.K) for t in days]
        self.excess = {
            (f, k, t): self.column("excess", ("unit", units[f]), ("level", inst.levels[k]), t)
            for f, k, t in slots
            if k in listed[f] and self.capacity_fell(f, t)  # a unit has nobody at other levels
        }
        self.surge_beds = {
            (f, k, t): self.column(
                "surge_beds", ("unit", units[f]), ("level", inst.levels[k]), t, whole=whole
            )
            for f, k, t in slots
        }

        self.oxygen_short = {
            (f, t): self.column("oxygen_short", ("unit", units[f]), t)
            for f in range(self.F)
            if np.isfinite(inst.terms.oxygen_supply[f]).all()
            for t in days
        }

        self.reserve_missed = {
            (f, k, t): self.column(
                "reserve_missed", ("unit", units[f]), ("level", inst.levels[k]), t
            )
            for f, k, t in slots
            if inst.promises.reserve[k] > 0 and max(listed[f], default=-1) >= k
        }

        self.worse_off = {
            f: self.column("worse_off", ("unit", units[f]))
            for f in range(self.F)
            if inst.promises.site_limit is not None
        }

        waits = inst.promises.wait_classes
        self.promised_wait = [s for s in range(self.S) if len(waits) and waits[s]]
        self.wait_missed = {
            (o, t): self.column("wait_missed", ("area", areas[o]), t)
            for o in range(self.A)
            for t in days
            if self.promised_wait and not inst.promises.wait_hard
        }

        self.earlier = self._earlier()
        self.churn = {
            (i, t): (self.column("churn_more", i + 1, t), self.column("churn_less", i + 1, t))
            for i, t in self.earlier
        }

    def _earlier(self) -> dict[tuple[int, int], float]:
        """Return what an earlier plan sends: way (transfers after admissions) and day, if any."""
        inst, promised = self.inst, self.inst.promises
        arcs, moves = inst.admissions, inst.transfers
        out = dict[tuple[int, int], float]()
        ways = [
            (0, *w) for w in zip(arcs.area, arcs.to, arcs.patient_class, arcs.kind, strict=True)
        ]
        ways += [
            (1, *w)
            for w in zip(moves.origin, moves.to, moves.patient_class, moves.direction, strict=True)
        ]
        number = {tuple(int(x) for x in way): i for i, way in enumerate(ways)}
        for row in promised.earlier.tolist():
            key = tuple(int(row[i]) for i in (0, 2, 3, 4, 5))
            day = int(row[1])
            if key in number and len(promised.churn_days) and promised.churn_days[day]:
                at = number[key], day + 1
                out[at] = out.get(at, 0.0) + row[6]
        return {at: much for at, much in out.items() if much > 0}

    def going(self, way: int, t: int) -> Terms:
        """Return everybody who goes a way on a day; transfers are counted after admissions."""
        size = len(self.inst.admissions.area)
        if way >= size:
            return {self.moved[way - size, t]: 1.0}
        today = {self.admitted_observed[way]: 1.0} if t == 1 else {}
        return {self.admitted[way, t]: 1.0} | today

    def capacity_fell(self, f: int, t: int) -> bool:
        """Return whether some capacity of unit f is lower on day t than on an earlier day."""
        if self.inst.fallen is not None:  # a window: the earlier days are not here
            return bool(self.inst.fallen[f, t - 1])
        if self.inst.levers is not None and may_have_fallen(self.inst.levers, f, t):
            return True
        terms = self.inst.terms
        parts = (
            self.inst.beds[f],
            self.inst.staff[f],
            self.inst.surge_limit[f],
            terms.devices[f],
            terms.oxygen_flow[f : f + 1],
        )
        return any(
            part[i, t - 1] < part[i, earlier] - 1e-9
            for part in parts
            for i in range(len(part))
            for earlier in range(t - 1)
        )

    def falls_today(self, f: int, t: int) -> bool:
        """Return whether unit f is open on day t with less of some capacity than on the eve."""
        inst = self.inst
        if inst.no_intake is not None and inst.no_intake[f, t - 1]:
            return False
        if inst.fell is not None:  # a window, or people lent: the figures here do not tell
            return bool(inst.fell[f, t - 1])
        if t == 1:
            return False
        parts = (*inst.beds[f], *inst.staff[f], *inst.terms.devices[f], inst.terms.oxygen_flow[f])
        return any(part[t - 1] < part[t - 2] - 1e-9 for part in parts)

    def _flows(self) -> None:
        """Sort every move by the pool it enters (+1) or leaves (-1).

        Pools of a house are (f, s, t) for treated and (f, S + s, t) for boarding.
        """
        inst, size = self.inst, self.S
        self.house: dict[Slot, Terms] = {}
        self.area: dict[Slot, Terms] = {}
        admit, move, twin = inst.admissions, inst.transfers, inst.classes.arrives_as
        for (i, t), var in self.arrive():
            o, g, s = int(admit.area[i]), int(admit.to[i]), int(admit.patient_class[i])
            self.area.setdefault((o, s, t), {})[var] = -1.0
            if g < self.F:
                column = s + size if admit.kind[i] == STABILISE else s
                self.house.setdefault((g, column, t), {})[var] = 1.0
        for (j, t), var in self.moved.items():
            f, g, s = int(move.origin[j]), int(move.to[j]), int(move.patient_class[j])
            column = s + size if move.from_boarding[j] else s
            self.house.setdefault((f, column, t), {})[var] = -1.0
            if g < self.F:
                arrives = s if twin is None else int(twin[s])
                self.house.setdefault((g, arrives, t), {})[var] = 1.0
        for (f, s, t), var in self.in_house.items():
            self.house.setdefault((f, s + size, t), {})[var] = -1.0
            self.house.setdefault((f, s, t), {})[var] = 1.0
        for (f, s, t), var in self.bed_lost.items():
            self.house.setdefault((f, s, t), {})[var] = -1.0
            self.house.setdefault((f, s + size, t), {})[var] = 1.0

    def arrive(self) -> Iterator[tuple[tuple[int, int], Any]]:
        """Yield (admission arc, day) and column of all admitted; people observed on day 1."""
        yield from self.admitted.items()
        for i, var in self.admitted_observed.items():
            yield (i, 1), var

    def in_the_house(self, f: int, column: int, t: int) -> tuple[Terms, float]:
        """Return who is in unit f after the night before day t (day 1: the observed census)."""
        census = np.concatenate([self.inst.census_treated[f], self.inst.census_boarding[f]])
        return self._pushed(self.house, self.nights, f, column, t, census)

    def outside_the_house(self, o: int, s: int, t: int) -> tuple[Terms, float]:
        """Return who waits in area o after the night before day t (day 1: open requests).

        Those who come to need a place on day t itself are not among them yet.
        """
        terms, known = self._pushed(
            self.area, self.outdoors, o, s, t, np.asarray(self.inst.open_requests[o])
        )
        for day in range(1, t):
            known += float(self.inst.arrivals[o, :, day - 1] @ self.outdoors[t - day][:, s])
        return terms, known

    def _pushed(
        self,
        flows: dict[Slot, Terms],
        nights: list[FloatArray],
        place: int,
        column: int,
        t: int,
        start: FloatArray,
    ) -> tuple[Terms, float]:
        terms: Terms = {}
        for day in range(1, t):
            through = nights[t - day]
            for source in range(len(start)):
                share = float(through[source, column])
                if share != 0.0:
                    add(terms, flows.get((place, source, day), {}), share)
        return terms, float(start @ nights[t - 1][:, column])

    def name(self, block: str, *key: tuple[str, str] | int) -> str:
        """Return a name that LP and MPS files can hold, unlike every other one of the model."""
        return self.labels.name(block, *key)

    def column(self, block: str, *key: tuple[str, str] | int, whole: bool = False) -> Any:
        """Return a new column >= 0."""
        kind = self.pulp.LpInteger if whole else self.pulp.LpContinuous
        return self.problem.add_variable(self.name(block, *key), 0, None, kind)

    def row(
        self,
        block: str,
        key: Sequence[tuple[str, str] | int],
        terms: Terms,
        sense: int,
        right: float,
    ) -> None:
        """Add ``terms (<= | =) right``; an empty row stays out if true, gets a nobody if not."""
        terms = {var: value for var, value in terms.items() if value != 0.0}
        if not terms:
            if right == 0.0 or (sense == self.pulp.LpConstraintLE and right > 0.0):
                return
            terms = {self.problem.add_variable(self.name("nobody"), 0, 0): 1.0}
        expression = self.pulp.LpAffineExpression(terms)
        self.problem.addConstraint(
            self.pulp.LpConstraint(expression, sense, rhs=right), self.name(block, *key)
        )

    def at_most(
        self, block: str, key: Sequence[tuple[str, str] | int], terms: Terms, right: float
    ) -> None:
        """Add the row ``terms <= right``."""
        self.row(block, key, terms, self.pulp.LpConstraintLE, right)

    def equal(
        self, block: str, key: Sequence[tuple[str, str] | int], terms: Terms, right: float
    ) -> None:
        """Add the row ``terms = right``."""
        self.row(block, key, terms, self.pulp.LpConstraintEQ, right)

    def at(self, axis: str, index: int) -> tuple[str, str]:
        """Return what stands at `index` of an axis, for a name."""
        inst = self.inst
        ids = {
            "area": inst.areas,
            "unit": inst.units,
            "class": inst.classes.ids,
            "level": inst.levels,
            "role": inst.roles,
            "base": inst.bases,
            "outside": inst.outside,
            "lever": inst.levers.ids if inst.levers is not None else (),
        }
        return axis, ids[axis][index]


def add(terms: Terms, more: Terms, share: float = 1.0) -> Terms:
    """Add share x more to terms, in place, and return them."""
    for var, value in more.items():
        terms[var] = terms.get(var, 0.0) + share * value
    return terms
