"""From the beds of a plan to the people they need: posts of a shift, then heads on the books.

Axes: F units, R roles, K care levels, T days, H shifts. A post is one person of a role on duty for
one shift; heads are people employed, more of them, for nobody works round the clock. Ratios, hours
and absence are data, never constants: docs/staffing.md section 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.plan import Plan

HOURS_A_WEEK = 168.0
DAYS_A_WEEK = 7.0
HAIR = 1e-6
"""Means of patients carry the solver's last digits; less than this is no post more."""


@dataclass(frozen=True, slots=True)
class DutyShift:
    """One shift of the day."""

    code: str
    hours: float
    share: float = 1.0
    """Of the posts the ratio asks for, such as a thinner night."""


@dataclass(frozen=True, slots=True)
class WorkTime:
    """What one person employed gives, as a contract says."""

    weekly_hours: float
    absence: float
    """Share of these hours not worked: leave, illness, courses."""

    @property
    def hours_a_day(self) -> float:
        """Return the hours worked on an average day of the week."""
        return self.weekly_hours * (1.0 - self.absence) / DAYS_A_WEEK

    @property
    def heads_per_post(self) -> float:
        """Return the heads that keep one post filled day and night: 4.94 at 40 h and 15 %."""
        return HOURS_A_WEEK / (self.weekly_hours * (1.0 - self.absence))


@dataclass(frozen=True, slots=True)
class CoverLine:
    """So many people of a role on duty in one unit on one day (from 1) and shift."""

    unit: str
    role: str
    day: int
    shift: str
    posts: int
    leads: int
    """Of these, who must be able to lead: fully trained, no stand-in."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Posts that the beds of a plan need."""

    units: tuple[str, ...]
    roles: tuple[str, ...]
    shifts: tuple[DutyShift, ...]
    posts: IntArray
    """(F, R, T, H) whole people on duty."""
    leads: IntArray
    """(F, R, T, H) of these, leads."""

    def __post_init__(self) -> None:
        self.posts.setflags(write=False)
        self.leads.setflags(write=False)

    @property
    def hours(self) -> FloatArray:
        """(F, R, T) hours of work."""
        return np.asarray(self.posts @ self._hours)

    @property
    def lead_hours(self) -> FloatArray:
        """(F, R, T) hours of work of leads."""
        return np.asarray(self.leads @ self._hours)

    @property
    def _hours(self) -> FloatArray:
        return np.array([shift.hours for shift in self.shifts], dtype=float)

    def lines(self) -> Iterator[CoverLine]:
        """Yield every cover that is not zero."""
        for f, r, t, h in zip(*np.nonzero(self.posts), strict=True):
            yield CoverLine(
                self.units[f],
                self.roles[r],
                int(t) + 1,
                self.shifts[h].code,
                int(self.posts[f, r, t, h]),
                int(self.leads[f, r, t, h]),
            )


def patients_in_beds(inst: Instance, plan: Plan) -> FloatArray:
    """(F, K, T) patients in beds by the level of care they get.

    Who boards has the lowest level of the house; who lies in a corridor has no bed.
    """
    return patients_by_level(inst, plan.treated, plan.boarding, plan.corridor)


def patients_by_level(
    inst: Instance, treated: FloatArray, boarding: FloatArray, corridor: FloatArray
) -> FloatArray:
    """(F, K, T) patients in beds, from (F, S, T) treated and boarding and (F, T) in corridors."""
    of_level = (inst.classes.level == np.arange(len(inst.levels))[:, None]).astype(float)
    here = np.einsum("ks,fst->fkt", of_level, treated)
    low = inst.lowest_level
    house = np.flatnonzero(low >= 0)
    boarders = boarding.sum(axis=1) - corridor
    here[house, low[house]] += np.maximum(0.0, boarders[house])
    return np.asarray(here, dtype=np.float64)


def _whole_up(values: FloatArray) -> IntArray:
    return np.asarray(np.ceil(values - HAIR), dtype=np.int64)


def posts(patients: FloatArray, need: FloatArray, shifts: Sequence[DutyShift]) -> IntArray:
    """Return the people on duty that patients need, whole, (F, R, T, H).

    Parameters
    ----------
    patients
        (F, K, T) patients in beds.
    need
        (R, K) people on duty a patient, or (R, K, T) where the phase of care changes by day.

    A house's total of a role is rounded up, never each level: small intensive-care units would be
    counted twice.
    """
    by_day = "rkt" if need.ndim == 3 else "rk"
    average = np.einsum(f"fkt,{by_day}->frt", patients, need)
    shares = np.array([shift.share for shift in shifts])
    return _whole_up(np.maximum(0.0, average[..., None] * shares))


def cover_from_beds(
    inst: Instance, plan: Plan, shifts: Sequence[DutyShift], need: FloatArray | None = None
) -> Cover:
    """Return the posts of a plan's beds at the ratios of its phase of care, or at `need`.

    Where supervisors are asked for, they are the leads, and never fewer posts than leads.
    """
    return cover_of(inst, patients_in_beds(inst, plan), shifts, need)


def cover_of(
    inst: Instance,
    here: FloatArray,
    shifts: Sequence[DutyShift],
    need: FloatArray | None = None,
) -> Cover:
    """Return the posts of (F, K, T) patients in beds, as `cover_from_beds` does."""
    wanted = posts(here, inst.staff_need if need is None else need, shifts)
    leads = posts(here, inst.terms.supervision, [DutyShift(s.code, s.hours) for s in shifts])
    return Cover(inst.units, inst.roles, tuple(shifts), np.maximum(wanted, leads), leads)


def heads(hours: FloatArray, time: WorkTime) -> IntArray:
    """Return the people employed that so many hours of work a day need, whole.

    heads = hours / (weekly hours / 7 x (1 - absence)), rounded up.
    """
    return _whole_up(hours / time.hours_a_day)


def without_team(
    patients: FloatArray, need: FloatArray, staff: FloatArray, stands_in: FloatArray
) -> FloatArray:
    """(F, T) patients in beds for whom nobody is on duty: the part of capacity that is an illusion.

    All patients of a house share what its scarcest role covers; a role counts with those who may
    stand in for it, as in the row ``staff_on_duty`` of docs/model.md.

    Parameters
    ----------
    patients, need, staff
        (F, K, T) patients; (R, K) people a patient; (F, R, T) people on duty.
    stands_in
        (R, R) [r', r]: r' may do the work of r.
    """
    own = np.einsum("fkt,rk->frt", patients, need)
    asked = np.einsum("pr,fpt->frt", stands_in, own)
    there = np.einsum("pr,fpt->frt", stands_in, staff)
    share = np.divide(there, asked, out=np.ones_like(asked), where=asked > HAIR)
    covered = np.clip(share, 0.0, 1.0).min(axis=1, initial=1.0)
    return np.asarray(patients.sum(axis=1) * (1.0 - covered))
