"""A roster as a folder: the assignments, what is known of them, every point, and the inputs beside.

``roster.csv`` who works when, ``score.csv`` why it costs what it costs, ``roster.json`` status and
figures, ``inputs/`` the tables it was made from (``rules.json`` with every default filled in).
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from optimizer.domain.roster import Assignment, Roster, RosterProblem
from optimizer.errors import DataError, Problem, system_fault
from optimizer.exchange.roster_reading import RosterBook, load, read_rules
from optimizer.exchange.roster_rows import ROWS, PublishedRow, RulesFile

SCHEMA_VERSION = 1
ROSTER_FILE, SUMMARY_FILE, SCORE_FILE, INPUTS = "roster.csv", "roster.json", "score.csv", "inputs"
OWN_NAMES = frozenset(
    {
        ROSTER_FILE,
        SUMMARY_FILE,
        SCORE_FILE,
        INPUTS,
        "roster.xlsx",
        "calendars",
        "changes.csv",
        "beds.json",
    }
)

Cells = Sequence[object]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write one CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def hours(minutes: int | None) -> str:
    """Return minutes as hours, exactly enough to come back as the same minutes."""
    return "" if minutes is None else f"{minutes / 60:.12g}"


def flag(value: bool) -> str:
    """Return 1 or 0."""
    return "1" if value else "0"


def write_inputs(problem: RosterProblem, folder: Path) -> None:
    """Write a problem as the tables it could have been read from."""
    folder.mkdir(parents=True, exist_ok=True)
    date = problem.date
    many = "|".join

    def table(name: str, header: str, rows: Iterable[Cells]) -> None:
        found = list(rows)
        if found:
            write_table(folder / f"{name}.csv", header.split(), found)

    table(
        "people",
        "person_id facility_id unit role contract_id skills nights_before weekends_before "
        "holidays_before",
        (
            (
                p.id,
                problem.facility,
                many(p.units),
                many(p.roles),
                p.contract,
                many(sorted(p.skills)),
                p.nights_before,
                p.weekends_before,
                p.holidays_before,
            )
            for p in problem.people
        ),
    )
    table(
        "contracts",
        "contract_id max_hours min_hours max_consecutive_days min_consecutive_days "
        "max_consecutive_nights min_days_off max_weekends min_rest_hours max_shifts",
        (
            (
                c.id,
                hours(c.max_minutes),
                hours(c.min_minutes),
                c.max_consecutive_days,
                c.min_consecutive_days,
                c.max_consecutive_nights,
                c.min_days_off,
                c.max_weekends,
                hours(c.min_rest_minutes),
                many(f"{s}={n}" for s, n in c.max_shifts.items()),
            )
            for c in problem.contracts
        ),
    )
    table(
        "shifts",
        "shift start hours night not_next_day",
        (
            (
                s.code,
                f"{s.start // 60:02d}:{s.start % 60:02d}",
                hours(s.minutes),
                flag(s.night),
                many(s.not_next_day),
            )
            for s in problem.shifts
        ),
    )
    table(
        "cover",
        "unit date shift role minimum preferred under_weight preferred_weight over_weight",
        (
            (
                c.unit,
                date(c.day),
                c.shift,
                c.role,
                c.minimum,
                c.preferred,
                c.under_weight,
                c.preferred_weight,
                c.over_weight,
            )
            for c in problem.cover
        ),
    )
    table(
        "requests",
        "person_id date shift kind weight",
        (
            (r.person, date(r.day), r.shift, "on" if r.wanted else "off", r.weight)
            for r in problem.requests
        ),
    )
    table(
        "leave",
        "person_id date credit_hours",
        ((x.person, date(x.day), hours(x.credit_minutes)) for x in problem.leave),
    )
    table(
        "pins",
        "person_id date shift unit",
        ((p.person, date(p.day), p.shift, p.unit) for p in problem.pins),
    )
    table(
        "stays",
        "person_id kind first last travel_days rest_days",
        (
            (
                s.person,
                "here" if s.here else "away",
                date(s.first),
                date(s.last),
                s.travel_days,
                s.rest_days,
            )
            for s in problem.stays
        ),
    )
    table(
        "history",
        "person_id date shift",
        ((w.person, date(w.day), w.shift) for w in problem.history),
    )
    table(
        "published",
        "date shift person_id unit role",
        ((date(a.day), a.shift, a.person, a.unit, a.role) for a in problem.published),
    )
    table("holidays", "date", ((date(d),) for d in sorted(problem.holidays)))
    told = json.dumps(rules_told(problem), ensure_ascii=False, indent=1)
    (folder / "rules.json").write_text(told + "\n", encoding="utf-8")
    (folder / "rules.yaml").write_text(told + "\n", encoding="utf-8")


def rules_told(problem: RosterProblem) -> dict[str, Any]:
    """Return ``rules.yaml`` of a problem with every default filled in."""
    rules = RulesFile(
        facility_id=problem.facility or "facility",
        start=problem.start,
        days=problem.days,
        cover_level="hard" if problem.rules.cover_level == "hard" else "medium",
        night_weight=problem.rules.night_weight,
        weekend_weight=problem.rules.weekend_weight,
        holiday_weight=problem.rules.holiday_weight,
        change_weight=problem.rules.change_weight,
        max_changes=problem.rules.max_changes,
        history_days=problem.rules.history_days,
    ).model_dump(mode="json")
    rules["skill_mix"] = [
        {
            "name": r.name,
            "unit": r.unit,
            "shift": r.shift,
            "skill": r.skill,
            "minimum": r.minimum,
            "weight": r.weight,
            "level": r.level.value,
        }
        for r in problem.skill_mix
    ]
    rules["supervision"] = [
        {
            "name": r.name,
            "unit": r.unit,
            "trainee": r.trainee,
            "trained": r.trained,
            "per": r.per,
            "weight": r.weight,
            "level": r.level.value,
        }
        for r in problem.supervision
    ]
    return rules


def copy_inputs(source: Path, problem: RosterProblem, folder: Path) -> None:
    """Copy the tables byte for byte, and write the rules with every default filled in."""
    folder.mkdir(parents=True, exist_ok=True)
    for model in ROWS:
        path = source / f"{model.TABLE}.csv"
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    told = rules_told(problem)
    given = (source / "rules.yaml").read_bytes()
    (folder / "rules.yaml").write_bytes(given)
    told |= _weights(source)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "rules.json").write_text(text + "\n", encoding="utf-8")


def _weights(source: Path) -> dict[str, Any]:
    """Return the keys of ``rules.yaml`` that only say what blank cells of tables mean."""
    rules = read_rules(source / "rules.yaml", [])
    keys = ("under_weight", "preferred_weight", "over_weight", "request_weight", "min_rest_hours")
    return {key: getattr(rules, key) for key in keys} if rules else {}


def inputs_digests(folder: Path) -> dict[str, Any]:
    """Return the hash of each file of the inputs, and one over all names and bytes."""
    whole, each = hashlib.sha256(), {}
    for path in sorted(folder.iterdir()):
        own = hashlib.sha256(path.read_bytes())
        each[path.name] = own.hexdigest()
        whole.update(path.name.encode() + b"\0" + own.digest())
    return {"inputs": each, "inputs_sha256": whole.hexdigest()}


def told(problem: RosterProblem, roster: Roster) -> dict[str, Any]:
    """Return what is known of a roster, as ``roster.json`` and the command line say it."""

    def number(value: float, digits: int = 6) -> float | None:
        return None if math.isnan(value) else round(value, digits)

    score = roster.score
    return {
        "schema_version": SCHEMA_VERSION,
        "facility_id": problem.facility,
        "start": problem.start.isoformat(),
        "days": problem.days,
        "people": len(problem.people),
        "status": roster.status.value,
        "score": None
        if score is None
        else {"hard": score.hard, "medium": score.medium, "soft": score.soft},
        "points": None if score is None else score.total,
        "bound": number(roster.bound),
        "lp_bound": number(roster.lp_bound),
        "gap": None if score is None else number(roster.gap),
        "wall_seconds": number(roster.wall_seconds, 3),
        "cpu_seconds": number(roster.cpu_seconds, 3),
        "first_seconds": number(roster.first_seconds, 3),
    }


def write_roster(
    target: Path,
    problem: RosterProblem,
    roster: Roster,
    matches: Iterable[Cells],
    source: Path | None = None,
) -> Mapping[str, Any]:
    """Write a roster folder whole or not at all; return its summary.

    Parameters
    ----------
    matches
        Rows of ``score.csv``.
    source
        Folder the problem was read from; its tables are copied. None: written from the problem.

    Raises
    ------
    DataError
        If something else than a roster stands there, or nobody may write there.
    """
    sound_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
        if source is None:
            write_inputs(problem, new / INPUTS)
        else:
            copy_inputs(source, problem, new / INPUTS)
        write_table(
            new / ROSTER_FILE,
            ("date", "shift", "person_id", "unit", "role"),
            ((problem.date(a.day), a.shift, a.person, a.unit, a.role) for a in roster.assignments),
        )
        write_table(
            new / SCORE_FILE,
            (
                "rule",
                "level",
                "weight",
                "units",
                "points",
                "person_id",
                "date",
                "shift",
                "unit",
                "role",
            ),
            matches,
        )
        summary = told(problem, roster) | inputs_digests(new / INPUTS)
        text = json.dumps(summary, ensure_ascii=False, indent=1)
        (new / SUMMARY_FILE).write_text(text + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        new.chmod(0o755)
        new.replace(target)
    except OSError as error:
        raise DataError(
            [
                Problem(
                    "The folder cannot be written ({reason}).",
                    "Choose another one.",
                    str(target),
                    values={"reason": system_fault(error)},
                )
            ]
        ) from error
    return summary


def sound_target(target: Path) -> None:
    """Refuse a place where something else than a roster stands.

    Raises
    ------
    DataError
        With its place.
    """
    if not target.exists():
        return
    names = {p.name for p in target.iterdir()} if target.is_dir() else {target.name}
    if not target.is_dir() or (names and SUMMARY_FILE not in names) or names - OWN_NAMES:
        raise DataError(
            [
                Problem(
                    "Something that is not a roster stands there: it would be replaced.",
                    "Name a new folder with --out.",
                    str(target),
                )
            ]
        )


def read_assignments(path: Path, problem: RosterProblem) -> tuple[Assignment, ...]:
    """Return the assignments of a ``roster.csv``.

    Raises
    ------
    DataError
        With every row that cannot be read, or names what the problem does not know.
    """
    book = RosterBook(path.parent)

    class Rows(PublishedRow):
        """Rows of this very file."""

        TABLE = path.stem
        NEEDED = True

    book.rows[Rows] = []
    load(book, Rows)
    people = {p.id for p in problem.people}
    shifts = {s.code for s in problem.shifts}
    found = []
    for number, row in book.of(Rows):
        day = (row.date - problem.start).days
        for column, value, known in (
            ("person_id", row.person_id, row.person_id in people),
            ("shift", row.shift, row.shift in shifts),
            ("date", row.date, 0 <= day < problem.days),
        ):
            if not known:
                fault, remedy = "Nothing of this id is known.", "Add it there, or correct it here."
                book.say(Rows, number, column, fault, remedy, value)
        found.append(Assignment(day, row.shift, row.person_id, row.unit or "", row.role or ""))
    if book.problems:
        raise DataError(book.problems)
    return tuple(sorted(found))
