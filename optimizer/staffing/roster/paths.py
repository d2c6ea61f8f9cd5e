"""One person's rules as a network of days: every lawful personal roster is a path, and back.

A state says what the rules must remember at the end of a day: the kind of the last shift and the
length of the run of work and of nights, or the length of the run of days off; weekends worked so
far; how many of the scarcest kinds of shift; working time so far (if there is room for it). Paths
leave out rest over two days and generous limits on a kind, which rows of the model keep: a path
bound is then only a little weaker, never wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.staffing.roster.engine import FloatArray
from optimizer.staffing.roster.personal import share_present, too_close
from optimizer.staffing.roster.rows import BoolArray, IntArray
from optimizer.staffing.roster.variables import RosterColumns

KEPT = frozenset(
    {
        "one_shift_a_day",
        "forbidden_successions",
        "rest_between_shifts",
        "max_consecutive_days",
        "min_consecutive_days",
        "max_consecutive_nights",
        "min_days_off",
        "weekend_is_worked",
        "max_weekends",
        "leave",
        "stays",
    }
)
"""Rules that every path keeps."""
TIMED = frozenset({"max_minutes", "min_minutes"})
"""Kept too if paths count working time."""
MOST_ARCS = 6_000_000
"""Above this the networks are not made."""

MOST_COUNTS = 6
"""Counts of scarce kinds that a state tells apart."""

OFF = -1


@dataclass(frozen=True, slots=True)
class Layer:
    """The arcs of one day, sorted by the state they lead to.

    `assigned`, `working` and `weekend` are columns of the model that an arc sets to 1, -1 for none.
    """

    source: IntArray
    target: IntArray
    assigned: IntArray
    working: IntArray
    weekend: IntArray
    starts: IntArray
    reached: IntArray

    def take(self, kept: BoolArray) -> Layer:
        """Return the arcs that `kept` marks."""
        return layer(
            *(
                part[kept]
                for part in (self.source, self.target, self.assigned, self.working, self.weekend)
            )
        )


def layer(
    source: IntArray, target: IntArray, assigned: IntArray, working: IntArray, weekend: IntArray
) -> Layer:
    """Return the arcs of a day in order."""
    order = np.argsort(target, kind="stable")
    target = target[order]
    reached, starts = np.unique(target, return_index=True)
    return Layer(
        source[order], target, assigned[order], working[order], weekend[order], starts, reached
    )


class State(NamedTuple):
    """What the rules must remember of one person at the end of a day.

    `run` counts working days or days off, as far as they matter; `barred` are the shifts that may
    not follow; `free`: the run may end today; `fresh`: nothing is known before, so that a run which
    begins now is free of the minimum.
    """

    working: bool
    barred: frozenset[int]
    run: int
    nights: int
    free: bool
    fresh: bool = False


class _Template:
    """Transitions of one contract: (state, shift or `OFF`) -> state, for any day."""

    def __init__(self, v: RosterColumns, i: int) -> None:
        contract, kinds = v.contract[i], v.problem.shifts
        self.longest = contract.max_consecutive_days
        self.least = contract.min_consecutive_days or 1
        self.off = contract.min_days_off or 1
        self.nights = contract.max_consecutive_nights
        self.run = max(self.longest or 0, self.least)
        rest = contract.min_rest_minutes
        self.barred = [
            frozenset(
                t
                for t, then in enumerate(kinds)
                if then.code in kind.not_next_day or too_close(kind, then, 1, rest)
            )
            for kind in kinds
        ]
        self.night = [kind.night and self.nights is not None for kind in kinds]
        self.states: list[State] = []
        self._number: dict[State, int] = {}
        self.arcs: list[tuple[int, int, int, bool]] = []

    def number(self, state: State) -> int:
        """Return the number of a state, a new one if it is new."""
        if state not in self._number:
            self._number[state] = len(self.states)
            self.states.append(state)
        return self._number[state]

    def work(self, state: State, s: int) -> State:
        """Return the state after working s, lawful or not."""
        run = state.run + 1 if state.working else 1
        free = (state.free if state.working else state.fresh) or run >= self.least
        nights = (state.nights if state.working else 0) + 1 if self.night[s] else 0
        return State(True, self.barred[s], min(run, self.run), nights, free)

    def rest(self, state: State) -> State:
        """Return the state after a day off, lawful or not."""
        run = min(1 if state.working else state.run + 1, self.off)
        return State(False, frozenset(), run, 0, run >= self.off)

    def may_work(self, state: State, s: int) -> bool:
        """Say whether s may be worked the day after `state`."""
        full = state.working and self.longest is not None and state.run >= self.longest
        nights = self.nights is not None and self.work(state, s).nights > self.nights
        return not (full or nights or s in state.barred or not (state.working or state.free))

    def close(self, shifts: list[int]) -> None:
        """Make every arc from the states known so far and those they lead to."""
        at = 0
        while at < len(self.states):
            state = self.states[at]
            if state.free or not state.working:
                self.arcs.append((at, self.number(self.rest(state)), OFF, state.working))
            for s in shifts:
                if self.may_work(state, s):
                    self.arcs.append((at, self.number(self.work(state, s)), s, state.working))
            at += 1


def first_state(v: RosterColumns, i: int, template: _Template) -> State:
    """Return the state on the eve of the horizon, from what is known before it."""
    state = State(False, frozenset(), template.off, 0, True, fresh=True)
    for d in range(v.earliest[i], 0):
        s = v.worked.get((i, d))
        state = template.rest(state) if s is None else template.work(state, s)
    return state


class Paths:
    """The networks of all people of a problem, day by day, side by side.

    Parameters
    ----------
    v
        Columns of the model.
    low, high
        Bounds of its columns; arcs that leave them are not made.
    timed
        Count working time in the states.

    Attributes
    ----------
    layers
        One for each day.
    person
        Person of each state.
    start
        First state of each person.
    kept
        Rules that every path keeps.
    """

    def __init__(self, v: RosterColumns, low: IntArray, high: IntArray, *, timed: bool) -> None:
        self.v, self.timed = v, timed
        self.days = v.problem.days
        self.people = len(v.problem.people)
        self.kept = KEPT | TIMED if timed else KEPT
        parts: list[list[tuple[IntArray, ...]]] = [[] for _ in range(self.days)]
        starts, person, total = [], [], 0
        self.unit = math.gcd(*(kind.minutes for kind in v.problem.shifts)) or 1
        self.arcs = 0
        self._end: list[BoolArray] = []
        for i in range(self.people):
            first, count = self._one(i, low, high, total, parts)
            starts.append(first)
            person.append(np.full(count, i, dtype=np.int64))
            total += count
        self.start = np.array(starts, dtype=np.int64)
        self.person = np.concatenate(person)
        self.states = total
        self.layers = [layer(*(np.concatenate(p) for p in zip(*day, strict=True))) for day in parts]
        self.alive = self._prune()

    def _one(
        self,
        i: int,
        low: IntArray,
        high: IntArray,
        offset: int,
        parts: list[list[tuple[IntArray, ...]]],
    ) -> tuple[int, int]:
        """Add the arcs of one person; return its first state and how many states it has."""
        v = self.v
        open_kinds = [
            s
            for s in range(len(v.problem.shifts))
            if any(c >= 0 and high[c] > 0 for c in v.assigned[i, :, s])
        ]
        template = _Template(v, i)
        first = template.number(first_state(v, i, template))
        template.close(open_kinds)
        source, target, kind, worked = (np.array(p) for p in zip(*template.arcs, strict=True))
        most = v.contract[i].max_weekends
        weekends = most + 1 if most is not None else 1
        times, lengths, owed = self._times(i)
        counted_on = self._counts(i)
        counts = counted_on.shape[1]
        size = len(template.states) * weekends * counts * times
        if len(source) * weekends * counts * times * self.days > 4 * MOST_ARCS:
            raise TooManyArcsError  # before anything so large is made
        reached = np.zeros(size, dtype=bool)
        reached[first * weekends * counts * times] = True
        sunday, counted = {}, {}
        for k, days in enumerate(v.weekends):
            last = [d for d in days if d < self.days][-1]
            counted[last] = k
            sunday[last] = last == days[1]
        for d in range(self.days):
            allowed = np.zeros(len(v.problem.shifts) + 1, dtype=bool)
            fixed = [s for s in open_kinds if v.does(i, d, s) >= 0 and low[v.does(i, d, s)] > 0]
            for s in fixed or open_kinds:
                column = v.does(i, d, s)
                allowed[s] = column >= 0 and high[column] > 0
            day_column = v.works(i, d)
            allowed[OFF] = not fixed and low[day_column] == 0
            if high[day_column] == 0:
                allowed[:-1] = False
            kept = allowed[kind]
            if d == 0:
                kept &= source == first
            src, dst, shift, was = source[kept], target[kept], kind[kept], worked[kept]
            on = shift != OFF
            extra = np.zeros(len(src), dtype=np.int64)
            if d in counted:
                extra = (on | (was & sunday[d])).astype(np.int64)
            units = np.where(on, np.append(lengths, 0)[shift], 0)
            w = np.arange(weekends)[:, None, None]
            n = np.arange(counts)[:, None]
            c = np.arange(times)
            full = (len(src), weekends, counts, times)
            grown = (slice(None), None, None, None)
            step_w = extra if most is not None else extra * 0
            new_w = np.broadcast_to(w + step_w[grown], full)
            new_k = np.broadcast_to(counted_on[shift][:, None, :, None], full)
            new_c = np.broadcast_to(c + units[grown], full)
            fits = (new_w < weekends) & (new_k >= 0) & (new_c < times)
            a = ((src[grown] * weekends + w) * counts + n) * times + c
            b = ((dst[grown] * weekends + new_w) * counts + new_k) * times + new_c
            fits &= np.broadcast_to(reached[a], full)
            reached = np.zeros(size, dtype=bool)
            reached[b[fits]] = True
            column_of = np.where(on, v.assigned[i, d][shift], -1)
            week = np.where(extra > 0, v.weekend[i, counted[d]] if d in counted else -1, -1)
            parts[d].append(
                (
                    a[fits] + offset,
                    b[fits] + offset,
                    np.broadcast_to(column_of[grown], full)[fits],
                    np.broadcast_to(np.where(on, day_column, -1)[grown], full)[fits],
                    np.broadcast_to(week[grown], full)[fits],
                )
            )
            self.arcs += int(fits.sum())
            if self.arcs > MOST_ARCS:
                raise TooManyArcsError
        self._end.append(np.arange(size) % times >= owed)
        return offset + first * weekends * counts * times, size

    def _counts(self, i: int) -> IntArray:
        """Return what a count of scarce kinds becomes after each shift, -1 if too many.

        A kind is counted if its limit is small; the others keep their row alone.  (S + 1, counts)
        """
        kinds = self.v.problem.shifts
        most = self.v.contract[i].max_shifts
        scarce = sorted((n, s) for s, k in enumerate(kinds) if (n := most.get(k.code, 0)) > 0)
        counts = 1
        after = np.zeros((len(kinds) + 1, 1), dtype=np.int64)
        for limit, s in scarce:
            if counts * (limit + 1) > MOST_COUNTS:
                break
            once = np.arange(limit + 1)
            blocked = after[:, None, :] < 0
            grown = after[:, None, :] + counts * once[None, :, None]
            more = after[s][None, :] + counts * (once[:, None] + 1)
            grown = np.where(blocked, -1, grown)
            grown[s] = np.where(once[:, None] < limit, more, -1)
            counts *= limit + 1
            after = grown.reshape(len(kinds) + 1, counts)
        return after

    def _times(self, i: int) -> tuple[int, IntArray, int]:
        """Return (values of working time, units of each shift, units owed at the end)."""
        v, contract = self.v, self.v.contract[i]
        lengths = np.array([k.minutes // self.unit for k in v.problem.shifts], dtype=np.int64)
        if not self.timed or contract.max_minutes is None:
            return 1, lengths * 0, 0
        here, days = share_present(v, i)
        credit = sum(
            x.credit_minutes for x in v.problem.leave if x.person == v.problem.people[i].id
        )
        most = (math.ceil(contract.max_minutes * here / days) - credit) // self.unit
        least = (contract.min_minutes or 0) * here // days - credit
        return max(most, 0) + 1, lengths, max(0, -(-least // self.unit))

    def _prune(self) -> bool:
        """Drop arcs that no whole path uses; return whether everybody has a path."""
        forward = [np.zeros(self.states, dtype=bool) for _ in range(self.days + 1)]
        forward[0][self.start] = True
        for d, day in enumerate(self.layers):
            forward[d + 1][day.target[forward[d][day.source]]] = True
        alive = forward[-1] & np.concatenate(self._end)
        self.end = alive
        for d in range(self.days - 1, -1, -1):
            day = self.layers[d]
            kept = alive[day.target] & forward[d][day.source]
            self.layers[d] = day.take(kept)
            alive = np.zeros(self.states, dtype=bool)
            alive[self.layers[d].source] = True
        self.arcs = sum(len(day.source) for day in self.layers)
        return bool(alive[self.start].all())

    def only(self, people: Sequence[int]) -> Paths:
        """Return the same networks with the arcs of some people alone."""
        part = copy(self)
        inside = np.zeros(self.people, dtype=bool)
        inside[list(people)] = True
        part.layers = [day.take(inside[self.person[day.source]]) for day in self.layers]
        return part

    def costs(self, price: FloatArray) -> Iterator[FloatArray]:
        """Yield the cost of each arc, day by day, from prices of the model's columns."""
        padded = np.append(price, 0.0)
        for day in self.layers:
            yield padded[day.assigned] + padded[day.working] + padded[day.weekend]

    def cheapest(self, price: FloatArray) -> tuple[FloatArray, list[IntArray]]:
        """Return for each person the cost of the cheapest path, and the columns it sets to 1.

        Whoever has no path costs infinitely much; their columns mean nothing.
        """
        reach = np.full(self.states, np.inf)
        reach[self.start] = 0.0
        chosen: list[IntArray] = []
        for day, cost in zip(self.layers, self.costs(price), strict=True):
            value = reach[day.source] + cost
            least = np.minimum.reduceat(value, day.starts)
            hit = np.nonzero(value == np.repeat(least, np.diff(np.append(day.starts, len(value)))))[
                0
            ]
            best = np.full(self.states, -1, dtype=np.int64)
            best[day.target[hit]] = hit
            chosen.append(best)
            reach = np.full(self.states, np.inf)
            reach[day.reached] = least
        reach = np.where(self.end, reach, np.inf)
        total = np.full(self.people, np.inf)
        np.minimum.at(total, self.person, reach)
        ends = np.nonzero(reach == total[self.person])[0]
        state = np.zeros(self.people, dtype=np.int64)
        state[self.person[ends]] = ends
        columns: list[IntArray] = []
        for d in range(self.days - 1, -1, -1):
            day, arc = self.layers[d], chosen[d][state]
            columns.append(np.stack([day.assigned[arc], day.working[arc], day.weekend[arc]]))
            state = day.source[arc]
        together = np.concatenate(columns)
        return total, [together[:, i][together[:, i] >= 0] for i in range(self.people)]

    def reach(self, costs: list[FloatArray]) -> tuple[list[FloatArray], FloatArray]:
        """Return (cheapest way to each state, day by day; cheapest path of each person)."""
        forward = [np.full(self.states, np.inf)]
        forward[0][self.start] = 0.0
        for day, cost in zip(self.layers, costs, strict=True):
            reach = np.full(self.states, np.inf)
            reach[day.reached] = np.minimum.reduceat(forward[-1][day.source] + cost, day.starts)
            forward.append(reach)
        final = np.where(self.end, forward[-1], np.inf)
        total = np.full(self.people, np.inf)
        np.minimum.at(total, self.person, final)
        return forward, total


class TooManyArcsError(Exception):
    """The networks of this problem are too large to be made."""
