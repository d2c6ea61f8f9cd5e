"""JOURNEY: the shift roster of a facility, from its tables to a judged folder, and what follows.

Build, explain, diagnose, re-plan after sick calls, find a stand-in, write Excel and calendars.
Every roster that is written has passed the judge, which reads its files alone.
"""

from __future__ import annotations

import datetime
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.checking.roster.judge import check_roster
from optimizer.domain.duty import uncovered
from optimizer.domain.roster import Assignment, Roster, RosterProblem, RosterStatus
from optimizer.errors import (
    DataError,
    InfeasibleRosterError,
    NoRosterInTimeError,
    PlanCheckError,
    Problem,
)
from optimizer.exchange.beds import read_beds, told_uncovered, write_uncovered
from optimizer.exchange.reading import nearest_name
from optimizer.exchange.roster_folder import (
    INPUTS,
    ROSTER_FILE,
    SUMMARY_FILE,
    read_assignments,
    sound_target,
    write_roster,
    write_table,
)
from optimizer.exchange.roster_tables import read_roster_folder
from optimizer.staffing.roster.change import Change, SickCall, StandIn, changes, replan, stand_ins
from optimizer.staffing.roster.diagnose import Diagnosis, diagnose
from optimizer.staffing.roster.score import ScoreExplanation, explain, score_rows
from optimizer.staffing.roster.solve import RosterOptions, build_roster

SICK_CALL = re.compile(r"(.+?):([0-9]{4}-[0-9]{2}-[0-9]{2})(?::([0-9]{4}-[0-9]{2}-[0-9]{2}))?")
"""ID:FIRST:LAST or ID:DATE; an id may hold colons itself."""
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SICK, FROZEN, PERSON, DAY = "--sick", "--frozen-until", "PERSON", "DATE"
"""Places on the command line, as faults name them."""
NEAR_DAYS = 3
"""Days on which somebody works that are named where the day asked for is not one."""
Tell = Callable[[int, float, float], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A judged roster, the problem it answers and what its folder says of it."""

    problem: RosterProblem
    roster: Roster
    summary: Mapping[str, Any]


def _sure(problem: RosterProblem, roster: Roster) -> None:
    """Raise if there is no roster, saying which of the two reasons it is.

    Raises
    ------
    InfeasibleRosterError
        If the rules cannot all be kept.
    NoRosterInTimeError
        If time ran out before the first roster.
    """
    if roster.status is RosterStatus.infeasible:
        raise InfeasibleRosterError(
            [
                Problem(
                    "No roster of {facility} can keep every hard rule.",
                    "Run referral roster diagnose: it names the smallest set of rules to relax.",
                    values={"facility": problem.facility},
                )
            ]
        )
    if roster.score is None:
        raise NoRosterInTimeError(
            [
                Problem(
                    "No roster of {facility} was found in {seconds} seconds; there may be one.",
                    "Allow more time with --time-limit.",
                    values={"facility": problem.facility, "seconds": round(roster.wall_seconds, 1)},
                )
            ]
        )


def _written(
    problem: RosterProblem, roster: Roster, out: Path | None, source: Path | None
) -> Mapping[str, Any]:
    """Write a roster where it was asked for, judge it there, and return its summary.

    Raises
    ------
    PlanCheckError
        If the judge finds anything: our fault.
    """
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "roster"
        rows = score_rows(problem, roster.assignments)
        summary = write_roster(target, problem, roster, rows, source)
        verdict = check_roster(target)
        if not verdict.passed:
            raise PlanCheckError(finding.problem() for finding in verdict.findings)
        if out is not None:
            rows = score_rows(problem, roster.assignments)
            summary = write_roster(out, problem, roster, rows, source)
    return summary


def make_roster(
    folder: Path,
    out: Path | None,
    options: RosterOptions,
    tell: Tell | None = None,
) -> Built:
    """Return the judged roster of a folder of tables, written to `out`.

    Raises
    ------
    DataError, InfeasibleRosterError, NoRosterInTimeError, PlanCheckError
        Each with what to do.
    """
    if out is not None:
        sound_target(out)
    problem = read_roster_folder(folder)
    roster = build_roster(problem, options, tell=tell)
    _sure(problem, roster)
    summary = dict(_written(problem, roster, out, folder))
    beds = read_beds(folder)
    if beds is not None:
        found = uncovered(problem, roster.assignments, beds)
        summary["beds"] = told_uncovered(found)
        if out is not None:
            write_uncovered(out, found)
    return Built(problem, roster, summary)


def read_roster(folder: Path) -> tuple[RosterProblem, tuple[Assignment, ...], Mapping[str, Any]]:
    """Return (problem, assignments, summary) of a roster folder.

    Raises
    ------
    DataError
        If it is no roster folder, or its files do not fit together.
    """
    if not (folder / SUMMARY_FILE).is_file() or not (folder / INPUTS).is_dir():
        fault = "This is not a roster folder."
        raise DataError([Problem(fault, "Name a folder that referral roster wrote.", str(folder))])
    problem = read_roster_folder(folder / INPUTS)
    try:
        summary = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    except ValueError as error:
        fault = "The file is missing or cannot be read."
        raise DataError([Problem(fault, "", str(folder / SUMMARY_FILE))]) from error
    return problem, read_assignments(folder / ROSTER_FILE, problem), summary


def explained(folder: Path) -> tuple[RosterProblem, ScoreExplanation]:
    """Return every point of a written roster."""
    problem, assignments, _ = read_roster(folder)
    return problem, explain(problem, assignments)


def diagnosed(folder: Path, seconds: float, *, full: bool) -> tuple[RosterProblem, Diagnosis]:
    """Return the smallest relaxation of a folder of tables (or of a roster's inputs)."""
    inputs = folder / INPUTS if (folder / SUMMARY_FILE).is_file() else folder
    problem = read_roster_folder(inputs)
    return problem, diagnose(problem, seconds, full=full)


def sick_call(problem: RosterProblem, text: str) -> SickCall:
    """Return ``ID:FIRST:LAST`` (or ``ID:DATE``) as a sick call.

    Raises
    ------
    DataError
        With every fault of it.
    """
    found: list[Problem] = []
    call = _sick_call(problem, text, found)
    if call is None:
        raise DataError(found)
    return call


def _sick_call(problem: RosterProblem, text: str, found: list[Problem]) -> SickCall | None:
    """Return a sick call, or None with its faults added to `found`."""
    parts = SICK_CALL.fullmatch(text)
    days = [_date(d) for d in (parts[2], parts[3] or parts[2])] if parts else []
    if parts is None or None in days:
        fault, remedy = "A sick call cannot be read.", "Write it like N07:2026-12-03:2026-12-05."
        found.append(Problem(fault, remedy, column=SICK, value=text[:60]))
        return None
    first, last = ((day - problem.start).days for day in days if day is not None)
    wrong = _unknown_person(problem, parts[1], SICK)
    if last < first:
        fault = "The last day of a sick call comes before its first."
        wrong.append(Problem(fault, "Correct the dates.", column=SICK, value=text[:60]))
    elif last < 0 or first >= problem.days:
        fault = "The dates of a sick call are not days of the roster."
        wrong.append(_outside(problem, fault, SICK, text))
    found += wrong
    return None if wrong else SickCall(parts[1], max(first, 0), last)


def _date(text: str) -> datetime.date | None:
    """Return a date written as YYYY-MM-DD, None if it is none."""
    try:
        return datetime.date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


def _outside(problem: RosterProblem, fault: str, place: str, text: str) -> Problem:
    """Say between which days the roster lies."""
    values = {"first": problem.date(0), "last": problem.date(problem.days - 1)}
    remedy = "The roster has the days {first} to {last}."
    return Problem(fault, remedy, column=place, value=text[:60], values=values)


def _unknown_person(problem: RosterProblem, id: str, place: str) -> list[Problem]:
    """Return the fault of an id that nobody of the roster has."""
    ids = [member.id for member in problem.people]
    if id in ids:
        return []
    meant = nearest_name(id, ids)
    fault = "Nobody of this roster has the id {id}."
    remedy = "Did you mean {meant}?" if meant else "Ids stand in inputs/people.csv."
    values = {"id": id[:60], "meant": meant}
    return [Problem(fault, remedy, column=place, value=id[:60], values=values)]


def _frozen(problem: RosterProblem, text: str, found: list[Problem]) -> int:
    """Return the first day that may change; faults are added to `found`."""
    date = _date(text)
    if date is None:
        fault, remedy = "Not a date as YYYY-MM-DD.", "Write it like 2026-11-23."
        found.append(Problem(fault, remedy, column=FROZEN, value=text[:60]))
        return 0
    day = (date - problem.start).days
    if not 0 <= day < problem.days:
        found.append(_outside(problem, "The date is no day of the roster.", FROZEN, text))
    return day


def replanned(
    folder: Path,
    calls: Sequence[str],
    frozen_until: str,
    out: Path | None,
    options: RosterOptions,
    max_changes: int | None = None,
) -> tuple[Built, tuple[Change, ...]]:
    """Return the roster after sick calls, judged and written, and every day that changed.

    Parameters
    ----------
    frozen_until
        Date; days before it stand as they are. Empty: the first day of the earliest call.

    Raises
    ------
    DataError
        With every fault of every call and of the date.
    """
    if out is not None:
        sound_target(out)
    problem, published, _ = read_roster(folder)
    faults: list[Problem] = []
    read = [_sick_call(problem, text, faults) for text in calls]
    events = [call for call in read if call is not None]
    frozen = min((call.first for call in events), default=0)
    if frozen_until:
        frozen = _frozen(problem, frozen_until, faults)
    if faults:
        raise DataError(faults)
    after, roster = replan(problem, published, events, frozen, options, max_changes)
    _sure(after, roster)
    built = Built(after, roster, _written(after, roster, out, None))
    found = changes(published, roster.assignments, events)
    if out is not None:
        write_table(
            out / "changes.csv",
            ("person_id", "date", "was", "now", "called_in_sick"),
            ((c.person, after.date(c.day), c.was, c.now, "1" if c.called else "0") for c in found),
        )
    return built, found


def replacements(folder: Path, person: str, date: str, count: int) -> list[StandIn]:
    """Return who could take over a shift, ranked; `count` of those who can, then who cannot.

    Raises
    ------
    DataError
        If the person is unknown, the date is no day of the roster, or nobody works then: each said.
    """
    problem, assignments, _ = read_roster(folder)
    faults = _unknown_person(problem, person, PERSON)
    told = _date(date)
    day = -1 if told is None else (told - problem.start).days
    if told is None:
        fault, remedy = "Not a date as YYYY-MM-DD.", "Write it like 2026-11-23."
        faults.append(Problem(fault, remedy, column=DAY, value=date[:60]))
    elif not 0 <= day < problem.days:
        faults.append(_outside(problem, "The date is no day of the roster.", DAY, date))
    works = sorted(a.day for a in assignments if a.person == person)
    if not faults and day not in works:
        near = sorted(sorted(works, key=lambda d: (abs(d - day), d))[:NEAR_DAYS])
        fault = "The person does not work on that date."
        remedy = "Works nearest to it on {days}." if near else "Has no shift in this roster."
        values = {"days": ", ".join(str(problem.date(d)) for d in near)}
        faults.append(Problem(fault, remedy, column=DAY, value=f"{person} {date}", values=values))
    if faults:
        raise DataError(faults)
    found = stand_ins(problem, assignments, person, day)
    able = [s for s in found if not s.excluded]
    return able[:count] + [s for s in found if s.excluded]
