"""Judges the rosters of a staff folder against the bed plan that is handed over.

Posts are worked out again from the patients in beds (docs/staffing.md section 1) and held against
who works: a bed whose post nobody fills is said, never silent.
"""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.roster.judge import check_roster
from optimizer.checking.secondment_files import Row, StaffFiles
from optimizer.checking.violation import FloatArray, IntArray, Violation

HAIR = 1e-6
STANDING = ("optimal", "feasible")


def rosters(folder: Path, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """Every roster passes its own judge, leaves as many posts open as told, and keeps the stays."""
    told = files.summary.get("rosters")
    if told is None:
        return
    base = folder / str(told["folder"])
    posts = posts_of(case)
    open_posts = 0
    for row in told["facilities"]:
        facility = str(row["facility_id"])
        if row["status"] not in STANDING:
            open_posts += int(row["open"])
            continue
        for finding in check_roster(base / facility).findings:
            where = f"rosters({facility},{finding.rule})"
            yield Violation("rosters", where, 1, "", finding.message, dict(finding.values))
        roster = read_roster(base / facility, case)
        left = _open(facility, roster, posts, case)
        open_posts += left
        if left != int(row["open"]):
            text = "{facility}: {left} posts are open, but {told} are told."
            values = {"facility": facility, "left": left, "told": row["open"]}
            amount = abs(left - int(row["open"]))
            yield Violation("rosters", f"rosters({facility})", amount, "posts", text, values)
        yield from _stays(facility, roster, files, case)
    last = next(one for one in told["rounds"] if one["kept"])
    if open_posts != int(last["open"]):
        text = "The rounds tell of {told} open posts, but {left} are open."
        values = {"told": last["open"], "left": open_posts}
        yield Violation("rosters", "rosters(rounds)", 1, "posts", text, values)


@dataclass(frozen=True, slots=True)
class Roster:
    """One roster as its files say it."""

    first: int
    """Its first day, 0 = first day of the plan."""
    days: int
    shifts: tuple[str, ...]
    rows: list[Row]
    start: datetime.date


def read_roster(folder: Path, case: Case) -> Roster:
    """Read what a roster folder says of who works when."""
    rules = json.loads((folder / "inputs" / "rules.json").read_text(encoding="utf-8"))
    start = datetime.date.fromisoformat(rules["start"])
    shifts = tuple(row["shift"] for row in rows_of(folder / "inputs" / "shifts.csv"))
    first = (start - case.scenario.start_date).days
    return Roster(first, int(rules["days"]), shifts, rows_of(folder / "roster.csv"), start)


def rows_of(path: Path) -> list[Row]:
    """Return the rows of a table; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def posts_of(case: Case) -> IntArray:
    """(F, R, T) people on duty on each shift that the patients in beds need, leads among them."""
    at_level = case.at_level
    here = np.einsum("ks,fst->fkt", at_level, case.flows.treated)
    lowest = case.capacity.lowest
    boarders = np.maximum(0.0, case.flows.boarding.sum(axis=1) - case.flows.corridor)
    for f in np.flatnonzero(lowest < here.shape[1]):
        here[f, lowest[f]] += boarders[f]

    def whole(need: FloatArray) -> IntArray:
        wanted = np.maximum(0.0, np.einsum("fkt,rk->frt", here, need))
        return np.asarray(np.ceil(wanted - HAIR), dtype=np.intp)

    return np.maximum(whole(case.capacity.needs), whole(case.capacity.terms.oversees))


def units_of(facility: str, case: Case) -> dict[str, int]:
    """Return the planning units of a facility, with their places on the axis of units."""
    home = case.places.home
    inside = enumerate(case.places.members[: case.places.planned])
    return {case.units[f]: f for f, m in inside if all(home[u] == facility for u in m)}


def filled_posts(
    facility: str, roster: Roster, case: Case, leads: Mapping[str, str] | None = None
) -> tuple[IntArray, IntArray]:
    """(H, F, R, T) people at work on each shift, and of these who leads in the role's own posts.

    Parameters
    ----------
    leads
        Person -> role of which he or she leads.
    """
    names = units_of(facility, case)
    roles = {role: r for r, role in enumerate(case.capacity.roles)}
    shape = len(roster.shifts), len(case.units), len(roles), case.scenario.days
    filled, leading = np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=np.intp)
    for row in roster.rows:
        unit = max(
            (u for u in names if row["unit"] == u or row["unit"].startswith(f"{u}:")),
            key=len,
            default=None,
        )
        day = (datetime.date.fromisoformat(row["date"]) - case.scenario.start_date).days
        if unit is not None and row["role"] in roles and 0 <= day < shape[3]:
            at = roster.shifts.index(row["shift"]), names[unit], roles[row["role"]], day
            filled[at] += 1
            leading[at] += (leads or {}).get(row["person_id"]) == row["role"]
    return filled, leading


def _open(facility: str, roster: Roster, posts: IntArray, case: Case) -> int:
    """Return the posts of a facility that nobody fills."""
    units = list(units_of(facility, case).values())
    filled, _ = filled_posts(facility, roster, case)
    span = slice(roster.first, roster.first + roster.days)
    short = np.maximum(0, posts[None] - filled)[:, units][..., span]
    return int(short.sum())


def _stays(facility: str, roster: Roster, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """Nobody works at home while lent, or at a host outside the stay."""
    hosts = {case.places.unit_ids[u] for u, h in enumerate(case.places.home) if h == facility}
    away = {row["person_id"]: row for row in files.going}
    for row in roster.rows:
        stay = away.get(row["person_id"])
        if stay is None:
            continue
        date = datetime.date.fromisoformat(row["date"])
        first, last, back = (
            datetime.date.fromisoformat(stay[name])
            for name in ("start_date", "last_date", "back_date")
        )
        person = files.people.get(row["person_id"])
        at_home = person is not None and person["facility_id"] == facility
        wrong = first <= date < back if at_home else not first <= date <= last
        if wrong or (not at_home and stay["host"] not in hosts):
            text = "{person} works here on {date}, but is lent then."
            values = {"person": row["person_id"], "date": row["date"]}
            where = f"rosters({facility},{row['person_id']},{row['date']})"
            yield Violation("rosters", where, 1, "shifts", text, values)
