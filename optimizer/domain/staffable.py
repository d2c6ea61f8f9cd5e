"""What the rosters of a province can staff, and whom a bed plan therefore may not count.

Axes: F planning units, R roles, T days. A role covers, on a day, what its worst shift fills:
docs/staffing.md section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.cover import DutyShift
from optimizer.domain.duty import Beds
from optimizer.domain.instance import BoolArray, FloatArray
from optimizer.domain.roster import Assignment, RosterProblem


@dataclass(frozen=True, slots=True)
class Staffable:
    """What one roster fills, in people on duty of a plan; units as in its beds."""

    units: tuple[str, ...]
    most: FloatArray
    """(F, R, T) people on duty that the worst shift of the day fills."""
    short: BoolArray
    """(F, R, T) a post or a lead is missing on some shift of the day."""


def staffable(
    problem: RosterProblem,
    made: Sequence[Assignment],
    beds: Beds,
    shifts: Sequence[DutyShift],
) -> Staffable:
    """Return what a roster fills of the posts of beds.

    A post stands for 1 / share of the shift; where leads are missing, the role counts with the
    share of leads that are there.
    """
    shape = (len(beds.units), len(beds.roles), problem.days)
    filled: dict[tuple[str, str, int, str], int] = {}
    leading: dict[tuple[str, str, int, str], int] = {}
    members = {member.id: member for member in problem.people}
    for a in made:
        key = a.unit, a.role, a.day, a.shift
        filled[key] = filled.get(key, 0) + 1
        if "lead" in members[a.person].skills and members[a.person].roles[0] == a.role:
            leading[key] = leading.get(key, 0) + 1
    wanted = {(c.unit, c.role, c.day, c.shift): c.minimum for c in problem.cover}
    asked = np.einsum("fkt,rk->frt", beds.patients, beds.need)
    most, short = np.zeros(shape), np.zeros(shape, dtype=bool)
    for f, unit in enumerate(beds.units):
        for r, role in enumerate(beds.roles):
            place = beds.roster_units[unit, role]
            for t in range(problem.days):
                there = []
                for shift in shifts:
                    key = place, role, t, shift.code
                    count = filled.get(key, 0)
                    there.append(count / shift.share)
                    short[f, r, t] |= count < wanted.get(key, 0)
                    leads = beds.leads.get((unit, role, t, shift.code), 0)
                    if leading.get(key, 0) < leads:
                        short[f, r, t] = True
                        there.append(asked[f, r, t] * leading.get(key, 0) / leads)
                most[f, r, t] = min(there, default=0.0)
    return Staffable(beds.units, most, short)


def taken_off(
    staff: FloatArray, stands_in: BoolArray, most: FloatArray, held: BoolArray
) -> FloatArray:
    """(F, R, T) people on duty whom the plan may count no more.

    Where `held`, a role and whoever may do its work keep at most `most` people each, those who
    stand in counted where they stand; together never more than were there. Below 0: people of
    another role whom the roster lets stand in.

    Parameters
    ----------
    staff, most
        (F, R, T) people on duty counted so far; that the rosters fill.
    stands_in
        (R, R) [r', r]: r' may do the work of r.
    """
    held = np.einsum("pr,frt->fpt", stands_in.astype(float), held) > 0
    left = np.zeros_like(staff)
    for r in np.argsort(stands_in.sum(axis=0), kind="stable"):
        others = np.flatnonzero(stands_in[:, r] & (np.arange(len(stands_in)) != r))
        room = staff[:, r] + (staff[:, others] - left[:, others]).sum(axis=1)
        left[:, r] = np.where(held[:, r], np.minimum(most[:, r], room), staff[:, r])
    return np.asarray(staff - np.maximum(0.0, left))
