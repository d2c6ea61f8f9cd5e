"""The third hand: harm of docs/model.md once more, row by row in PuLP, solved by CBC.

Written from the page, never from `planning/constraints.py`. Balances are spelled cumulatively from
day 0: who is present on day t = whoever entered on any day so far, pushed through every night
since, less whoever left, pushed through the same nights; a day off by one in either hand then
shows. Dense on purpose: for small and sampled instances, and for LP and MPS files with names
people can read.

PuLP is imported in a child process only: PuLP and OR-Tools may each bring a HiGHS, and one process
must never hold both. The child gets a folder of plain JSON and arrays, never a pickle.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.instance import (
    ADMISSION_KINDS,
    STABILISE,
    AdmissionArcs,
    BurdenPrices,
    Classes,
    FloatArray,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    TransferArcs,
)
from optimizer.errors import SolverError

CBC_OPTIONS = ("preprocess off", "ratio 0", "allow 0", "increment 0")
"""Integer preprocessing stays off: with its default ("sos") CBC 2.10.3 called 3 of 1,385 small
models of this kind optimal that were not, each time with a feasible answer, which no checker of
rules can catch; without it none. The LP presolve is off too (`presolve=False`): a witness should
solve the rows it was given. The other three ask for proof to the end, not for "near enough"."""
HOLDS = 1e-6
"""Largest violation of a row, as a share of the sizes in it, that an answer of CBC may show."""

Terms = dict[Any, float]
Slot = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class CrossResult:
    """What the third hand found."""

    harm: float
    """Least harm; NaN unless `status` is ``optimal``."""
    status: str
    """``optimal`` (proved, and every row held by hand afterwards), ``infeasible``, ``unbounded``,
    ``stopped`` (CBC or we ended it), ``wrong`` (CBC says optimal, its answer breaks a row) or
    ``failed``."""
    seconds: float
    rows: int
    columns: int


def crosscheck(inst: Instance, *, whole: bool = False, seconds: float = 600.0) -> CrossResult:
    """Return the least harm of `inst`; `whole`: whole people on day 1 and whole surge beds."""
    return crosscheck_many([inst], whole=whole, seconds=seconds)[0]


def crosscheck_many(
    instances: Sequence[Instance], *, whole: bool = False, seconds: float = 600.0
) -> list[CrossResult]:
    """Return `crosscheck` of each, in one child process; `seconds` for all of them together."""
    return _in_a_child(instances, {"do": "solve", "whole": whole}, seconds)


def write_lp(
    inst: Instance, path: Path | str, *, whole: bool = False, seconds: float = 600.0
) -> None:
    """Write the harm group as an LP file, rows and columns named as in docs/model.md."""
    _write(inst, path, "lp", whole, seconds)


def write_mps(
    inst: Instance, path: Path | str, *, whole: bool = False, seconds: float = 600.0
) -> None:
    """Write the harm group as an MPS file, rows and columns named as in docs/model.md."""
    _write(inst, path, "mps", whole, seconds)


def _write(inst: Instance, path: Path | str, do: str, whole: bool, seconds: float) -> None:
    to = str(Path(path).resolve())
    answer = _in_a_child([inst], {"do": do, "whole": whole, "to": to}, seconds)[0]
    if answer.status != "written":
        raise SolverError(f"The model file could not be written: {answer.status}.")


# --- the rows of docs/model.md, section 4 ---


class Model:
    """One PuLP problem with the columns of docs/model.md section 3; days are counted 1..T."""

    def __init__(self, pulp: Any, inst: Instance, whole: bool) -> None:
        self.pulp, self.inst = pulp, inst
        self.problem = pulp.LpProblem("harm", pulp.LpMinimize)
        self.taken: set[str] = set()
        self.words: dict[str, dict[str, str]] = {}
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
        self._columns(listed, whole)
        self._flows()

    def _columns(self, listed: list[list[int]], whole: bool) -> None:
        inst, days = self.inst, self.days
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
            (i, t): self.column("admitted", *key, t) for i, key in a.items() for t in days
        }
        self.admitted_observed = {
            i: self.column("admitted_observed", *key, 1, whole=whole) for i, key in a.items()
        }
        self.moved = {
            (j, t): self.column(
                "moved_up" if move.from_boarding[j] else "moved_down",
                *key,
                t,
                whole=whole and t == 1,
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

    def capacity_fell(self, f: int, t: int) -> bool:
        """Return whether some capacity of unit f is lower on day t than on an earlier day."""
        parts = (self.inst.beds[f], self.inst.staff[f], self.inst.surge_limit[f])
        return any(
            part[i, t - 1] < part[i, earlier] - 1e-9
            for part in parts
            for i in range(len(part))
            for earlier in range(t - 1)
        )

    def _flows(self) -> None:
        """Sort every move by the pool it enters (+1) or leaves (-1).

        Pools of a house are (f, s, t) for treated and (f, S + s, t) for boarding.
        """
        inst, size = self.inst, self.S
        self.house: dict[Slot, Terms] = {}
        self.area: dict[Slot, Terms] = {}
        admit, move = inst.admissions, inst.transfers
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
                self.house.setdefault((g, s, t), {})[var] = 1.0
        for (f, s, t), var in self.in_house.items():
            self.house.setdefault((f, s + size, t), {})[var] = -1.0
            self.house.setdefault((f, s, t), {})[var] = 1.0

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
                    _add(terms, flows.get((place, source, day), {}), share)
        return terms, float(start @ nights[t - 1][:, column])

    def name(self, block: str, *key: tuple[str, str] | int) -> str:
        """Return a name that LP and MPS files can hold, unlike every other one of the model."""
        parts = [str(part) if isinstance(part, int) else self._word(*part) for part in key]
        text = f"{block}({','.join(parts)})"
        name, number = text, 1
        while name in self.taken:
            number += 1
            name = f"{text}.{number}"
        self.taken.add(name)
        return name

    def _word(self, axis: str, ident: str) -> str:
        words = self.words.setdefault(axis, {})
        if ident not in words:
            plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in ident)[:40] or "_"
            word, number = plain, 1
            while word in words.values():
                number += 1
                word = f"{plain}.{number}"
            words[ident] = word
        return words[ident]

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
        }
        return axis, ids[axis][index]


def _add(terms: Terms, more: Terms, share: float = 1.0) -> Terms:
    for var, value in more.items():
        terms[var] = terms.get(var, 0.0) + share * value
    return terms


def waiting_balance(m: Model) -> None:
    """Who is not admitted waits: u = u~ + new - all admissions out of o."""
    for (o, s, t), var in m.waiting.items():
        present, known = m.outside_the_house(o, s, t)
        terms = {var: 1.0}
        _add(terms, present, -1.0)
        _add(terms, m.area.get((o, s, t), {}), -1.0)
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
                _add(terms, present, -1.0)
                _add(terms, m.house.get((f, s, t), {}), -1.0)
                m.equal("treated_balance", (m.at("unit", f), m.at("class", s), t), terms, known)


def boarding_balance(m: Model) -> None:
    """Boarding at day's end = all who got worse or came as boarders, less who left."""
    for (f, s, t), var in m.boarding.items():
        present, known = m.in_the_house(f, s + m.S, t)
        terms = {var: 1.0}
        _add(terms, present, -1.0)
        _add(terms, m.house.get((f, s + m.S, t), {}), -1.0)
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
    """Out of the treated only recovering patients move, and only who was there in the morning."""
    for f in range(m.F):
        for s in range(m.S):
            for t in m.days:
                terms, known = _leavers(m, f, s, t, boarding=False), 0.0
                if not terms:
                    continue
                if m.inst.classes.recovering[s]:
                    present, known = m.in_the_house(f, s, t)
                    _add(terms, present, -1.0)
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
                _add(terms, present, -1.0)
                key = m.at("unit", f), m.at("class", s), t
                m.at_most("boarders_leave_once", key, terms, known)


def _room(m: Model, f: int, lowest: int, t: int) -> tuple[Terms, float]:
    """Return -(surge beds + excess) and the beds of levels >= lowest."""
    terms: Terms = {}
    for k in range(lowest, m.K):
        terms[m.surge_beds[f, k, t]] = -1.0
        if (f, k, t) in m.excess:
            terms[m.excess[f, k, t]] = -1.0
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
                _add(terms, {m.treated[f, s, t]: 1.0 for s in here})
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
            m.at_most("house_capacity", (m.at("unit", f), t), terms, beds)


def corridor_boarders_only(m: Model) -> None:
    """In the corridor <= boarders who were not admitted today."""
    arcs = m.inst.admissions
    for (f, t), var in m.corridor.items():
        terms = {var: 1.0}
        _add(terms, {m.boarding[f, s, t]: -1.0 for s in range(m.S)})
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
                            _add(terms, {m.treated[f, s, t]: float(need[q, m.level[s]])})
                        if m.lowest[f] >= 0:
                            _add(terms, {m.boarding[f, s, t]: float(need[q, m.lowest[f]])})
                    if m.lowest[f] >= 0:
                        _add(terms, {m.corridor[f, t]: -float(need[q, m.lowest[f]])})
                    for k in range(m.K):
                        if (f, k, t) in m.excess:
                            _add(terms, {m.excess[f, k, t]: -float(need[q, k])})
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
            m.at_most("surge_stays_open", key, terms, 0.0)


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
            m.at_most("outside_places", key, dict.fromkeys(flows, 1.0), right)


CONSTRAINTS: tuple[Callable[[Model], None], ...] = (
    waiting_balance,
    open_requests,
    expected_arrivals,
    treated_balance,
    boarding_balance,
    only_stable_move,
    boarders_leave_once,
    staffed_bed_capacity,
    house_capacity,
    corridor_boarders_only,
    staff_on_duty,
    surge_limit,
    surge_stays_open,
    vehicle_minutes,
    outside_places,
)
"""Every row of docs/model.md section 4, in its order."""


def harm(m: Model) -> None:
    """Set the harm of docs/model.md section 5 as the objective."""
    prices, terms = m.inst.harm, Terms()
    _add(terms, {var: float(prices.waiting[s]) for (_, s, _), var in m.waiting.items()})
    _add(terms, {var: float(prices.boarding[s]) for (_, s, _), var in m.boarding.items()})
    _add(terms, dict.fromkeys(m.corridor.values(), prices.corridor))
    _add(terms, dict.fromkeys(m.excess.values(), prices.excess))
    _add(terms, {var: float(prices.admission[i]) for (i, _), var in m.arrive()})
    _add(terms, {var: float(prices.transfer[j]) for (j, _), var in m.moved.items()})
    m.problem.setObjective(m.pulp.LpAffineExpression(terms))


def build(pulp: Any, inst: Instance, whole: bool) -> Any:
    """Return the PuLP problem of `inst`."""
    model = Model(pulp, inst, whole)
    harm(model)
    for constraint in CONSTRAINTS:
        constraint(model)
    return model.problem


# --- the child: the only place that imports PuLP ---


def _solve(pulp: Any, problem: Any) -> tuple[str, float]:
    """Solve with CBC.

    PuLP says Optimal also when CBC was stopped, so the status of the solution is read beside it.
    """
    solver = pulp.COIN_CMD(
        path=pulp.PULP_CBC_CMD.pulp_cbc_path, msg=False, presolve=False, options=list(CBC_OPTIONS)
    )
    try:
        problem.solve(solver)
    except pulp.PulpSolverError:
        return "failed", math.nan
    if problem.status == pulp.LpStatusInfeasible:
        return "infeasible", math.nan
    if problem.status == pulp.LpStatusUnbounded:
        return "unbounded", math.nan
    if problem.status != pulp.LpStatusOptimal or problem.sol_status != pulp.LpSolutionOptimal:
        return "stopped", math.nan
    if not _holds(pulp, problem):
        return "wrong", math.nan
    return "optimal", float(pulp.value(problem.objective))


def _holds(pulp: Any, problem: Any) -> bool:
    """Return whether the answer keeps every row, every bound and every whole number."""
    for var in problem.variables():
        value = var.varValue
        if value is None or not math.isfinite(value) or value < -HOLDS:
            return False
        if var.cat == pulp.LpInteger and abs(value - round(value)) > 1e-5:
            return False
    for row in problem.constraints():
        parts = [value * var.varValue for var, value in row.items()]
        off = sum(parts) + row.constant  # PuLP keeps the right side as a constant on the left
        size = 1.0 + abs(row.constant) + sum(map(abs, parts))
        if (off if row.sense == pulp.LpConstraintLE else abs(off)) > HOLDS * size:
            return False
    return True


def _work(folder: Path) -> None:
    import pulp

    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    for number in range(order["cases"]):
        started = time.perf_counter()
        problem = build(pulp, _read(folder / f"case{number}"), order["whole"])
        status, value = "written", math.nan
        if order["do"] == "solve":
            status, value = _solve(pulp, problem)
        elif order["do"] == "lp":
            problem.writeLP(order["to"], max_length=255)
        else:
            problem.writeMPS(order["to"])
        answer = {
            "harm": None if math.isnan(value) else value,
            "status": status,
            "seconds": time.perf_counter() - started,
            "rows": problem.numConstraints(),
            "columns": problem.numVariables(),
        }
        written = folder / f"answer{number}.json.part"
        written.write_text(json.dumps(answer), encoding="utf-8")
        written.rename(folder / f"answer{number}.json")


def _end_with_parent(folder: Path) -> None:
    """End this process group, CBC with it, when the parent is gone: it holds our other end."""

    def watch() -> None:
        os.read(0, 1)  # not sys.stdin: its lock would hold up our own end
        shutil.rmtree(folder, ignore_errors=True)
        _end_group(os.getpid())

    threading.Thread(target=watch, daemon=True).start()


# --- the parent ---


def _in_a_child(
    instances: Iterable[Instance], order: dict[str, Any], seconds: float
) -> list[CrossResult]:
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as name:
        folder = Path(name)
        cases = 0
        for inst in instances:
            _save(inst, folder / f"case{cases}")
            cases += 1
        (folder / "order.json").write_text(json.dumps(order | {"cases": cases}), encoding="utf-8")
        ended = _run(folder, seconds)
        return [_answer(folder / f"answer{number}.json", ended) for number in range(cases)]


def _run(folder: Path, seconds: float) -> str:
    """Run the child over `folder`; return what to say of cases it did not answer."""
    root = str(Path(__file__).resolve().parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    complaints = folder / "complaints.txt"
    with complaints.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.crosscheck", str(folder)],
            cwd=folder,
            env=os.environ | temporary | {"PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    try:
        code = child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return "stopped"
    finally:
        if child.poll() is None:
            _end_group(child.pid)
            child.wait()
        if child.stdin:
            with contextlib.suppress(OSError):
                child.stdin.close()
    if code:
        said = complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SolverError(f"The cross-check ended without an answer: {said[-1] if said else code}")
    return "failed"


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)


def _answer(path: Path, missing: str) -> CrossResult:
    if not path.exists():
        return CrossResult(math.nan, missing, 0.0, 0, 0)
    answer = json.loads(path.read_text(encoding="utf-8"))
    if answer["harm"] is None:
        answer["harm"] = math.nan
    return CrossResult(**answer)


PARTS: dict[str, Any] = {
    "classes": Classes,
    "hazards": Hazards,
    "admissions": AdmissionArcs,
    "transfers": TransferArcs,
    "harm": HarmPrices,
    "burden": BurdenPrices,
    "home": Home,
}


def _save(inst: Instance, stem: Path) -> None:
    """Write `inst` as arrays (.npz), words and numbers (.json), without the names for a screen."""
    arrays: dict[str, Any] = {}
    plain: dict[str, dict[str, Any]] = {}
    for part, value in [("", inst), *((part, getattr(inst, part)) for part in PARTS)]:
        for field in fields(value):
            item = getattr(value, field.name)
            if isinstance(item, np.ndarray):
                arrays[f"{part}.{field.name}"] = item
            elif isinstance(item, (int, float, tuple)):
                plain.setdefault(part, {})[field.name] = item
    np.savez(stem.with_suffix(".npz"), **arrays)
    stem.with_suffix(".json").write_text(json.dumps(plain), encoding="utf-8")


def _read(stem: Path) -> Instance:
    plain = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = {part: {} for part in ("", *PARTS)}
    for part, items in plain.items():
        for name, item in items.items():
            found[part][name] = tuple(item) if isinstance(item, list) else item
    with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
        for key in arrays.files:
            part, name = key.split(".")
            found[part][name] = arrays[key]
    parts = {part: kind(**found[part]) for part, kind in PARTS.items()}
    return Instance(**found[""], **parts)


if __name__ == "__main__":
    _end_with_parent(Path(sys.argv[1]))
    _work(Path(sys.argv[1]))
