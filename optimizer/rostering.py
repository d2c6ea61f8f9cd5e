"""JOURNEY: the shift roster of a facility, from its tables to a judged folder, and what follows.

Build, explain, diagnose, re-plan after sick calls, find a stand-in, write Excel and calendars.
Every roster that is written has passed the judge, which reads its files alone.
"""

from __future__ import annotations

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
        If it cannot be read, or nobody has the id.
    """
    import datetime

    parts = SICK_CALL.fullmatch(text)
    id, first, last = parts.groups("") if parts else ("", "", "")
    try:
        days = [
            (datetime.date.fromisoformat(d) - problem.start).days for d in (first, last or first)
        ]
    except ValueError as error:
        fault, remedy = "A sick call cannot be read.", "Write it like N07:2026-12-03:2026-12-05."
        raise DataError([Problem(fault, remedy, value=text[:60])]) from error
    if id not in {member.id for member in problem.people}:
        fault, remedy = "Nothing of this id is known.", "Add it there, or correct it here."
        raise DataError([Problem(fault, remedy, value=id[:60])])
    if days[1] < days[0] or days[1] < 0 or days[0] >= problem.days:
        fault = "The dates of a sick call are not days of the roster."
        raise DataError([Problem(fault, "Correct the dates.", value=text[:60])])
    return SickCall(id, max(days[0], 0), days[1])


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
    """
    import datetime

    if out is not None:
        sound_target(out)
    problem, published, _ = read_roster(folder)
    events = [sick_call(problem, text) for text in calls]
    frozen = min((call.first for call in events), default=0)
    if frozen_until:
        try:
            frozen = (datetime.date.fromisoformat(frozen_until) - problem.start).days
        except ValueError as error:
            fault, remedy = "Not a date as YYYY-MM-DD.", "Write it like 2026-11-23."
            raise DataError([Problem(fault, remedy, value=frozen_until[:60])]) from error
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
        If the person does not work on the date.
    """
    import datetime

    problem, assignments, _ = read_roster(folder)
    try:
        day = (datetime.date.fromisoformat(date) - problem.start).days
        found = stand_ins(problem, assignments, person, day)
    except (ValueError, KeyError) as error:
        fault = "The person does not work on that date."
        remedy = "Look at roster.csv; write the date like 2026-11-23."
        raise DataError([Problem(fault, remedy, value=f"{person} {date}"[:60])]) from error
    able = [s for s in found if not s.excluded]
    return able[:count] + [s for s in found if s.excluded]
