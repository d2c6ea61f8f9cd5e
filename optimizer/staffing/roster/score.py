"""Why a roster costs what it costs: every point by rule, person, day and shift.

Counted from the assignments alone, without the model; the sum of the matches is the score, exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from optimizer.domain.roster import ANY, Assignment, Level, RosterProblem, Score


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a rule costs points: `units` missing or too many at `weight` each."""

    rule: str
    level: Level
    weight: int
    units: int
    person: str = ""
    day: int | None = None
    shift: str = ""
    unit: str = ""
    role: str = ""

    @property
    def points(self) -> int:
        """Weight times units."""
        return self.weight * self.units


@dataclass(frozen=True, slots=True)
class ScoreExplanation:
    """All matches; their points add up to the score."""

    matches: tuple[Match, ...]

    @property
    def score(self) -> Score:
        """Points by level."""
        by: Counter[Level] = Counter()
        for match in self.matches:
            by[match.level] += match.points
        return Score(by[Level.hard], by[Level.medium], by[Level.soft])

    def by_rule(self) -> list[tuple[str, Level, int, int]]:
        """Return (rule, level, matches, points), most points first."""
        count: Counter[tuple[str, Level]] = Counter()
        points: Counter[tuple[str, Level]] = Counter()
        for match in self.matches:
            count[match.rule, match.level] += 1
            points[match.rule, match.level] += match.points
        rows = [(rule, level, count[rule, level], points[rule, level]) for rule, level in count]
        return sorted(rows, key=lambda row: (-row[3], row[0], row[1]))


def explain(problem: RosterProblem, assignments: Iterable[Assignment]) -> ScoreExplanation:
    """Return every point of a roster.

    Hard rules of one person are the judge's business (`optimizer.checking.roster`); hard cover,
    skill mix and supervision are counted here too, one point a missing person.
    """
    roster = _Counted(problem, tuple(assignments))
    parts = (
        _cover(roster),
        _skill_mix(roster),
        _supervision(roster),
        _requests(roster),
        _fairness(roster),
        _changes(roster),
    )
    return ScoreExplanation(tuple(m for part in parts for m in part if m.units))


class _Counted:
    """A roster, counted every way the rules need."""

    def __init__(self, problem: RosterProblem, assignments: tuple[Assignment, ...]) -> None:
        self.problem = problem
        self.assignments = assignments
        self.skills = {member.id: member.skills for member in problem.people}
        self.does = {(a.person, a.day): a.shift for a in assignments}
        self.on_post = Counter((a.unit, a.role, a.day, a.shift) for a in assignments)
        self.on_unit: dict[tuple[str, int, str], list[str]] = defaultdict(list)
        for a in assignments:
            self.on_unit[a.unit, a.day, a.shift].append(a.person)

    def with_skill(self, unit: str, day: int, shift: str, skill: str) -> int:
        """Count people with a skill on a unit."""
        return sum(skill in self.skills[p] for p in self.on_unit[unit, day, shift])

    def unit_shifts(self, unit: str, shift: str = ANY) -> list[tuple[int, str]]:
        """Return (day, shift) where a unit has cover to fill."""
        return sorted(
            {
                (c.day, c.shift)
                for c in self.problem.cover
                if c.unit == unit and c.preferred > 0 and shift in (ANY, c.shift)
            }
        )


def _cover(roster: _Counted) -> Iterator[Match]:
    hard = roster.problem.rules.cover_level is Level.hard
    for c in roster.problem.cover:
        here = roster.on_post[c.unit, c.role, c.day, c.shift]
        place = {"day": c.day, "shift": c.shift, "unit": c.unit, "role": c.role}
        under = max(0, c.minimum - here)
        between = max(0, c.preferred - max(here, c.minimum))
        if hard:
            yield Match("cover_minimum", Level.hard, 1, under, **place)  # type: ignore[arg-type]
        for level, weight, units in (
            (Level.medium, c.under_weight, under),
            (Level.soft, c.preferred_weight, between),
            (Level.soft, c.over_weight, max(0, here - c.preferred)),
        ):
            if weight:
                yield Match("cover", level, weight, units, **place)  # type: ignore[arg-type]


def _skill_mix(roster: _Counted) -> Iterator[Match]:
    for rule in roster.problem.skill_mix:
        for day, shift in roster.unit_shifts(rule.unit, rule.shift):
            missing = max(0, rule.minimum - roster.with_skill(rule.unit, day, shift, rule.skill))
            weight = 1 if rule.level is Level.hard else rule.weight
            yield Match(
                f"skill_mix:{rule.name}",
                rule.level,
                weight,
                missing,
                day=day,
                shift=shift,
                unit=rule.unit,
            )


def _supervision(roster: _Counted) -> Iterator[Match]:
    for rule in roster.problem.supervision:
        for day, shift in roster.unit_shifts(rule.unit):
            trainees = roster.with_skill(rule.unit, day, shift, rule.trainee)
            trained = roster.with_skill(rule.unit, day, shift, rule.trained)
            weight = 1 if rule.level is Level.hard else rule.weight
            yield Match(
                f"supervision:{rule.name}",
                rule.level,
                weight,
                max(0, trainees - rule.per * trained),
                day=day,
                shift=shift,
                unit=rule.unit,
            )


def _requests(roster: _Counted) -> Iterator[Match]:
    for r in roster.problem.requests:
        shift = roster.does.get((r.person, r.day))
        met = shift is not None and r.shift in (ANY, shift)
        if met != r.wanted:
            name = "request_on" if r.wanted else "request_off"
            yield Match(name, Level.soft, r.weight, 1, r.person, r.day, r.shift)


def _fairness(roster: _Counted) -> Iterator[Match]:
    problem, rules = roster.problem, roster.problem.rules
    night = {kind.code for kind in problem.shifts if kind.night}
    partly = {stay.person for stay in problem.stays}
    before_horizon = {(w.person, w.day) for w in problem.history}
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for member in problem.people:
        if member.id not in partly:
            groups[member.contract, tuple(sorted(member.roles))].append(member.id)
    nights = Counter({m.id: m.nights_before for m in problem.people})
    nights.update(a.person for a in roster.assignments if a.shift in night)
    weekends = Counter({m.id: m.weekends_before for m in problem.people})
    for member in problem.people:
        weekends[member.id] += sum(
            any((member.id, d) in roster.does or (member.id, d) in before_horizon for d in days)
            for days in problem.weekends()
        )
    holidays = Counter({m.id: m.holidays_before for m in problem.people})
    holidays.update(a.person for a in roster.assignments if a.day in problem.holidays)
    wanted = (
        ("night_fairness", rules.night_weight if night else 0, nights),
        ("weekend_fairness", rules.weekend_weight if problem.weekends() else 0, weekends),
        ("holiday_fairness", rules.holiday_weight if problem.holidays else 0, holidays),
    )
    for name, weight, counted in wanted:
        for members in groups.values():
            if weight and len(members) > 1:
                most = max(members, key=lambda id: counted[id])
                spread = counted[most] - min(counted[id] for id in members)
                yield Match(name, Level.soft, weight, spread, most)


def _changes(roster: _Counted) -> Iterator[Match]:
    problem, weight = roster.problem, roster.problem.rules.change_weight
    if not problem.published or not weight:
        return
    was = {(a.person, a.day): a.shift for a in problem.published}
    for member in problem.people:
        for day in range(problem.days):
            key = (member.id, day)
            if was.get(key) != roster.does.get(key):
                yield Match("changes", Level.soft, weight, 1, member.id, day, was.get(key, ""))


def score_rows(
    problem: RosterProblem, assignments: Iterable[Assignment]
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``score.csv``; their points add up to the score."""
    for m in explain(problem, assignments).matches:
        date = "" if m.day is None else problem.date(m.day).isoformat()
        yield (
            m.rule,
            m.level.value,
            m.weight,
            m.units,
            m.points,
            m.person,
            date,
            m.shift,
            m.unit,
            m.role,
        )
