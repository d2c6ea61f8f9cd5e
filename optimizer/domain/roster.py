"""Who may work when, how many are needed, and who works: the nouns of a shift roster.

Days count from 0 on the first day of the roster; days before it (history) are negative. Times are
minutes. A shift, a role, a unit, a skill is a row in a file: code never knows one by name.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DAY_MINUTES = 1440
ANY = ""
"""An empty unit, shift or role means every one of them."""


class Level(StrEnum):
    """How binding a rule is: never broken, priced before all wishes, or a wish."""

    hard = "hard"
    medium = "medium"
    soft = "soft"


class RosterStatus(StrEnum):
    """What is known of a roster; the four are never mixed up."""

    optimal = "optimal"
    feasible = "feasible"
    infeasible = "infeasible"
    no_solution_in_time = "no_solution_in_time"


@dataclass(frozen=True, slots=True)
class Shift:
    """A kind of shift.

    Parameters
    ----------
    code
        Its id in every table.
    start, minutes
        Start after midnight and length, in minutes; ``start + minutes`` may pass midnight.
    night
        Counts as a night for runs of nights and for fairness.
    not_next_day
        Shifts that may not be worked on the day after this one.
    """

    code: str
    start: int
    minutes: int
    night: bool = False
    not_next_day: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """Limits of one person over the horizon; None leaves a limit out.

    Parameters
    ----------
    max_minutes, min_minutes
        Working time, credited leave included; by the share of days present for whoever is here
        for a part of the horizon only.
    max_consecutive_days, min_consecutive_days
        Length of a run of working days. A run that touches the edge of what is known is free
        of the minimum, never of the maximum.
    max_consecutive_nights
        Length of a run of nights.
    min_days_off
        Length of a run of days off between two runs of work; free at the edges likewise.
    max_weekends
        Weekends with work on Saturday or Sunday.
    min_rest_minutes
        Rest between the end of a shift and the start of the next.
    max_shifts
        Most shifts of one kind; 0 excludes the kind.
    """

    id: str
    max_minutes: int | None = None
    min_minutes: int | None = None
    max_consecutive_days: int | None = None
    min_consecutive_days: int | None = None
    max_consecutive_nights: int | None = None
    min_days_off: int | None = None
    max_weekends: int | None = None
    min_rest_minutes: int = 0
    max_shifts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person, by a pseudonymous id.

    Parameters
    ----------
    units
        Units where they may work, home unit first; empty: any.
    roles
        Posts they may fill.
    skills
        What rules of skill mix and supervision ask for, such as ``lead`` or ``trainee``.
    nights_before, weekends_before, holidays_before
        Worked in earlier rosters; fairness goes on from there.
    """

    id: str
    facility: str
    units: tuple[str, ...]
    roles: tuple[str, ...]
    contract: str
    skills: frozenset[str] = frozenset()
    nights_before: int = 0
    weekends_before: int = 0
    holidays_before: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """Posts to fill on one unit, day and shift, by role.

    Below `minimum` each missing person costs `under_weight` (medium), between `minimum` and
    `preferred` `preferred_weight` (soft), each above `preferred` `over_weight` (soft); points a
    person.
    """

    unit: str
    day: int
    shift: str
    role: str
    minimum: int
    preferred: int
    under_weight: int
    preferred_weight: int
    over_weight: int


@dataclass(frozen=True, slots=True)
class SkillMix:
    """On every shift of `unit` that has cover, at least `minimum` people with `skill`."""

    name: str
    unit: str
    shift: str
    skill: str
    minimum: int
    weight: int
    level: Level = Level.medium


@dataclass(frozen=True, slots=True)
class SupervisionRatio:
    """On every shift of `unit`, at most `per` people with `trainee` for each with `trained`."""

    name: str
    unit: str
    trainee: str
    trained: str
    per: int
    weight: int
    level: Level = Level.medium


@dataclass(frozen=True, slots=True)
class Request:
    """A wish: to work (`wanted`) or not to work a shift, or any shift (`ANY`), on a day."""

    person: str
    day: int
    shift: str
    wanted: bool
    weight: int


@dataclass(frozen=True, slots=True)
class Leave:
    """A day off that is promised; `credit_minutes` count as worked."""

    person: str
    day: int
    credit_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Stay:
    """A secondment as the roster of one facility sees it.

    ``here``: a guest, who works from `first` + `travel_days` to `last` - `travel_days` only.
    ``away``: one of our own, who does not work from `first` to `last` + `rest_days`.
    """

    person: str
    here: bool
    first: int
    last: int
    travel_days: int = 0
    rest_days: int = 0

    def bars(self, day: int) -> bool:
        """Say whether it keeps the person out of the roster of `day`."""
        if self.here:
            return not self.first + self.travel_days <= day <= self.last - self.travel_days
        return self.first <= day <= self.last + self.rest_days


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """A person works a shift; `unit` and `role` name the post (`ANY` in a pin: whichever)."""

    day: int
    shift: str
    person: str
    unit: str = ANY
    role: str = ANY


@dataclass(frozen=True, slots=True)
class Pin:
    """A decision that stands: this shift (`ANY`: a day off), on this unit if one is named."""

    person: str
    day: int
    shift: str
    unit: str = ANY


@dataclass(frozen=True, slots=True)
class Worked:
    """A shift before the horizon; `day` is negative."""

    person: str
    day: int
    shift: str


@dataclass(frozen=True, slots=True)
class RosterRules:
    """What holds for the whole facility.

    Parameters
    ----------
    cover_level
        ``hard`` forbids going below a cover's minimum; ``medium`` prices it.
    night_weight, weekend_weight, holiday_weight
        Points for each night, weekend or holiday between the most and the least burdened of
        those who share a contract and roles.
    change_weight
        Points for each day of a person that differs from the published roster.
    max_changes
        Days of people that may differ from the published roster; None: any number.
    history_days
        How many days before the horizon are known (no row then means a day off).
    """

    cover_level: Level = Level.medium
    night_weight: int = 0
    weekend_weight: int = 0
    holiday_weight: int = 0
    change_weight: int = 0
    max_changes: int | None = None
    history_days: int = 0


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Everything a roster of one facility is made from; ids are unique, references hold."""

    facility: str
    start: datetime.date
    days: int
    shifts: tuple[Shift, ...]
    contracts: tuple[Contract, ...]
    people: tuple[StaffMember, ...]
    cover: tuple[Cover, ...] = ()
    skill_mix: tuple[SkillMix, ...] = ()
    supervision: tuple[SupervisionRatio, ...] = ()
    requests: tuple[Request, ...] = ()
    leave: tuple[Leave, ...] = ()
    pins: tuple[Pin, ...] = ()
    stays: tuple[Stay, ...] = ()
    history: tuple[Worked, ...] = ()
    holidays: frozenset[int] = frozenset()
    published: tuple[Assignment, ...] = ()
    rules: RosterRules = RosterRules()

    def weekday(self, day: int) -> int:
        """Return 0 for Monday to 6 for Sunday."""
        return (self.start.weekday() + day) % 7

    def weekends(self) -> list[tuple[int, int]]:
        """Return (Saturday, Sunday) of every weekend with a day in the horizon."""
        first = -((self.start.weekday() - 5) % 7)
        return [
            (saturday, saturday + 1)
            for saturday in range(first, self.days, 7)
            if saturday + 1 >= 0 and saturday < self.days
        ]

    def date(self, day: int) -> datetime.date:
        """Return the date of a day."""
        return self.start + datetime.timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Score:
    """Points against a roster, by level; `hard` counts broken rules."""

    hard: int = 0
    medium: int = 0
    soft: int = 0

    @property
    def total(self) -> int:
        """Medium and soft points together: what the search makes small."""
        return self.medium + self.soft


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works when, and how good that is known to be.

    Parameters
    ----------
    assignments
        Sorted by day, shift, person; empty without a solution.
    score
        None without a solution.
    bound, lp_bound
        No roster costs less than `bound` (the best of all bounds found, never above the score);
        `lp_bound` is that of the linear relaxation alone. Points, NaN if not computed.
    wall_seconds, cpu_seconds
        Time from the problem to the answer; CPU of this process.
    first_seconds
        Wall time of the first roster; NaN without one.
    """

    status: RosterStatus
    assignments: tuple[Assignment, ...]
    score: Score | None
    bound: float
    lp_bound: float
    wall_seconds: float
    cpu_seconds: float
    first_seconds: float = float("nan")

    @property
    def gap(self) -> float:
        """(score - bound) / score; 0 if proved, 1 without a roster."""
        if self.score is None:
            return 1.0
        total = self.score.total
        return max(0.0, total - self.bound) / total if total else 0.0
