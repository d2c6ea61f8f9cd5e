"""Hard rules of one person at a time: what the law, the contract and promises allow.

Letters: ``x[i,d,s]`` the person i works shift s on day d; ``w[i,d]`` works on day d. Days before
the horizon (negative) are known where there is history. Rows name the person first.
"""

from __future__ import annotations

import math

import numpy as np

from optimizer.domain.roster import ANY, DAY_MINUTES, Shift
from optimizer.staffing.roster.variables import RosterColumns


def one_shift_a_day(v: RosterColumns) -> None:
    r"""At most one shift a day: :math:`w_{id} = \sum_s x_{ids}`, w being 0 or 1."""
    for i, member in enumerate(v.problem.people):
        for d in range(v.problem.days):
            terms = [(int(x), 1) for x in v.assigned[i, d]]
            v.rows.add("one_shift_a_day", (member.id, d), [*terms, (v.works(i, d), -1)], 0, 0)


def forbidden_successions(v: RosterColumns) -> None:
    r"""Some shifts may not follow others on the next day.

    .. math:: \sum_{s': F(s') \supseteq F(s)} x_{ids'} + \sum_{s' \in F(s)} x_{i,d+1,s'} \le 1

    F(s) what may not follow s; those on the left all forbid the same shifts and exclude each other.
    Shifts that forbid the same share a row.
    """
    after = {
        s: frozenset(v.shift[code] for code in kind.not_next_day)
        for s, kind in enumerate(v.problem.shifts)
    }
    rows: list[tuple[int, list[int], list[int]]] = []
    told: set[frozenset[int]] = set()
    for s, barred in after.items():
        if barred and barred not in told:
            told.add(barred)
            rows.append((s, [t for t, own in after.items() if own >= barred], sorted(barred)))
    if not rows:
        return
    today = np.array([t for _, left, right in rows for t in left + right], dtype=np.int64)
    tomorrow = np.array(
        [k >= len(left) for _, left, right in rows for k in range(len(left + right))], dtype=bool
    )
    sizes = np.array([len(left) + len(right) for _, left, right in rows], dtype=np.int64)
    nights = max(v.problem.days - 1, 0)
    for i, member in enumerate(v.problem.people):
        for d in range(v.earliest[i], min(0, v.problem.days - 1)):
            for s, left, right in rows:
                terms = [(v.does(i, d, t), 1) for t in left]
                terms += [(v.does(i, d + 1, t), 1) for t in right]
                v.rows.add("forbidden_successions", (member.id, d, s), terms, at_most=1)
        columns = v.assigned[i][np.arange(nights)[:, None] + tomorrow, today]
        places = [(member.id, d, s) for d in range(nights) for s, _, _ in rows]
        v.rows.add_cliques("forbidden_successions", places, columns.ravel(), np.tile(sizes, nights))


def too_close(first: Shift, second: Shift, days: int, rest: int) -> bool:
    """Say whether `second`, `days` days after `first`, starts before `rest` minutes of rest."""
    return days * DAY_MINUTES + second.start - (first.start + first.minutes) < rest


def rest_between_shifts(v: RosterColumns) -> None:
    r"""Rest between the end of a shift and the start of the next (11 hours unless agreed).

    .. math:: x_{ids} + \sum_{s' : \text{too close}} x_{i,d+n,s'} \le 1 \qquad n = 1, 2
    """
    kinds = v.problem.shifts
    for i, member in enumerate(v.problem.people):
        rest = v.contract[i].min_rest_minutes
        for days in (1, 2):
            for s, first in enumerate(kinds):
                close = [t for t, then in enumerate(kinds) if too_close(first, then, days, rest)]
                for d in range(v.earliest[i], v.problem.days - days) if close else ():
                    terms = [(v.does(i, d, s), 1), *((v.does(i, d + days, t), 1) for t in close)]
                    v.rows.add("rest_between_shifts", (member.id, d, s), terms, at_most=1)


def _minutes(v: RosterColumns, i: int) -> list[tuple[int, int]]:
    return [
        (int(v.assigned[i, d, s]), kind.minutes)
        for d in range(v.problem.days)
        for s, kind in enumerate(v.problem.shifts)
    ]


def share_present(v: RosterColumns, i: int) -> tuple[int, int]:
    """Return (days present, days of the horizon) of a person by their stays."""
    id = v.problem.people[i].id
    own = [stay for stay in v.problem.stays if stay.person == id]
    away = sum(any(stay.bars(d) for stay in own) for d in range(v.problem.days))
    return v.problem.days - away, v.problem.days


def _credit(v: RosterColumns, i: int) -> int:
    """Return minutes of leave that count as worked."""
    id = v.problem.people[i].id
    return sum(leave.credit_minutes for leave in v.problem.leave if leave.person == id)


def max_minutes(v: RosterColumns) -> None:
    r""":math:`\sum_{d,s} m_s x_{ids} \le M_i - c_i`; m minutes of a shift, c credited leave.

    M is the contract's, times the share of days present, rounded up to whole minutes.
    """
    for i, member in enumerate(v.problem.people):
        most = v.contract[i].max_minutes
        if most is not None:
            here, days = share_present(v, i)
            allowed = math.ceil(most * here / days) - _credit(v, i)
            v.rows.add("max_minutes", (member.id,), _minutes(v, i), at_most=allowed)


def min_minutes(v: RosterColumns) -> None:
    r""":math:`\sum_{d,s} m_s x_{ids} \ge m_i - c_i`, by the share of days present, rounded down."""
    for i, member in enumerate(v.problem.people):
        least = v.contract[i].min_minutes
        if least is not None:
            here, days = share_present(v, i)
            owed = least * here // days - _credit(v, i)
            v.rows.add("min_minutes", (member.id,), _minutes(v, i), at_least=owed)


def max_shifts(v: RosterColumns) -> None:
    r"""At most so many shifts of one kind: :math:`\sum_d x_{ids} \le N_{is}` (0 has no column)."""
    for i, member in enumerate(v.problem.people):
        for code, most in v.contract[i].max_shifts.items():
            if 0 < most < v.problem.days:
                column = v.assigned[i, :, v.shift[code]]
                terms = [(int(x), 1) for x in column]
                v.rows.add("max_shifts", (member.id, code), terms, at_most=most)


def max_consecutive_days(v: RosterColumns) -> None:
    r"""In any K + 1 days one is off: :math:`\sum_{j=0}^{K} w_{i,d+j} \le K`."""
    for i, member in enumerate(v.problem.people):
        most = v.contract[i].max_consecutive_days
        if most is not None:
            for d in range(max(v.earliest[i], -most), v.problem.days - most):
                terms = [(v.works(i, d + j), 1) for j in range(most + 1)]
                v.rows.add("max_consecutive_days", (member.id, d), terms, at_most=most)


def min_consecutive_days(v: RosterColumns) -> None:
    r"""Who starts to work goes on: :math:`w_{i,d+1} - w_{id} \le w_{i,d+j}`, j = 2..k.

    A run that touches the last day, or begins before what is known, is free of it.
    """
    for i, member in enumerate(v.problem.people):
        least = v.contract[i].min_consecutive_days or 0
        for j in range(2, least + 1):
            for d in range(v.earliest[i], v.problem.days - j):
                if d + j >= 0:
                    terms = [(v.works(i, d + 1), 1), (v.works(i, d), -1), (v.works(i, d + j), -1)]
                    v.rows.add("min_consecutive_days", (member.id, d, j), terms, at_most=0)


def max_consecutive_nights(v: RosterColumns) -> None:
    r"""In any K + 1 days one is without a night: :math:`\sum_{j=0}^{K} n_{i,d+j} \le K`."""
    nights = [s for s, kind in enumerate(v.problem.shifts) if kind.night]
    for i, member in enumerate(v.problem.people):
        most = v.contract[i].max_consecutive_nights
        if most is not None and nights:
            for d in range(max(v.earliest[i], -most), v.problem.days - most):
                terms = [(v.does(i, d + j, s), 1) for j in range(most + 1) for s in nights]
                v.rows.add("max_consecutive_nights", (member.id, d), terms, at_most=most)


def min_days_off(v: RosterColumns) -> None:
    r"""Who goes off stays off: :math:`w_{id} - w_{i,d+1} \le 1 - w_{i,d+j}`, j = 2..k."""
    for i, member in enumerate(v.problem.people):
        least = v.contract[i].min_days_off or 0
        for j in range(2, least + 1):
            for d in range(v.earliest[i], v.problem.days - j):
                if d + j >= 0:
                    terms = [(v.works(i, d), 1), (v.works(i, d + 1), -1), (v.works(i, d + j), 1)]
                    v.rows.add("min_days_off", (member.id, d, j), terms, at_most=1)


def weekend_is_worked(v: RosterColumns) -> None:
    r"""A weekend counts if one of its days does: :math:`W_{ik} = \max(w_{i,Sat}, w_{i,Sun})`."""
    for i, member in enumerate(v.problem.people):
        for k, days in enumerate(v.weekends):
            counted = int(v.weekend[i, k])
            known = [v.works(i, d) for d in days if d < v.problem.days]
            for d, column in zip(days, known, strict=False):
                terms = [(column, 1), (counted, -1)]
                v.rows.add("weekend_is_worked", (member.id, k, d), terms, at_most=0)
            terms = [(counted, 1), *((column, -1) for column in known)]
            v.rows.add("weekend_is_worked", (member.id, k), terms, at_most=0)


def max_weekends(v: RosterColumns) -> None:
    r"""Not too many weekends with work: :math:`\sum_k W_{ik} \le N_i`."""
    for i, member in enumerate(v.problem.people):
        most = v.contract[i].max_weekends
        if most is not None:
            terms = [(int(column), 1) for column in v.weekend[i]]
            v.rows.add("max_weekends", (member.id,), terms, at_most=most)


def leave(v: RosterColumns) -> None:
    r"""Promised days off: :math:`w_{id} = 0`."""
    for entry in v.problem.leave:
        i = v.person[entry.person]
        v.rows.add("leave", (entry.person, entry.day), [(v.works(i, entry.day), 1)], at_most=0)


def stays(v: RosterColumns) -> None:
    r"""Guests work inside their stay, our own not while lent or resting: :math:`w_{id} = 0`."""
    for stay in v.problem.stays:
        i = v.person[stay.person]
        for d in range(v.problem.days):
            if stay.bars(d):
                v.rows.add("stays", (stay.person, d), [(v.works(i, d), 1)], at_most=0)


def pins(v: RosterColumns) -> None:
    r"""Decisions that stand: :math:`x_{ids} = 1`, or a day off :math:`w_{id} = 0`."""
    for pin in v.problem.pins:
        i = v.person[pin.person]
        if pin.shift == ANY:
            v.rows.add("pins", (pin.person, pin.day), [(v.works(i, pin.day), 1)], at_most=0)
        else:
            column = v.does(i, pin.day, v.shift[pin.shift])
            v.rows.add("pins", (pin.person, pin.day, pin.shift), [(column, 1)], at_least=1)
