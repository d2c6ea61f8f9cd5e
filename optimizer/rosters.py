"""JOURNEY: the roster of every facility that is planned by itself, one after the other.

Each is made from the beds of a plan and judged; what none can staff is said in people on duty, so
that the plan can be made without it. docs/staffing.md section 4.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.duty import Beds, Uncovered, uncovered
from optimizer.domain.instance import BoolArray, FloatArray
from optimizer.domain.roster import Assignment, RosterProblem, RosterStatus
from optimizer.domain.staffable import staffable
from optimizer.errors import DataError, InfeasibleRosterError, NoRosterInTimeError
from optimizer.exchange.beds import read_beds, write_uncovered
from optimizer.exchange.roster_tables import read_roster_folder
from optimizer.roster_from_beds import MOST_DAYS, BedPlan, house_tables
from optimizer.rostering import make_roster
from optimizer.staffing.roster.solve import RosterOptions

Tell = Callable[[str, float, bool], None]
TABLE_FILE = "rosters.csv"
WALL = 20.0
"""Seconds of the clock for each second of CPU, after which a roster is given up."""
CROWD = 60
"""People whom the seconds asked for are meant for; a larger facility has more in proportion."""


@dataclass(frozen=True, slots=True)
class FacilityRoster:
    """One facility of the table ``rosters.csv``."""

    facility_id: str
    name: str
    status: str
    """Of its roster: optimal, feasible; without one: nothing_to_roster, infeasible,
    no_solution_in_time."""
    people: int = 0
    posts: int = 0
    open: int = 0
    at_least: int = 0
    """No roster leaves fewer open, by counting heads and hours."""
    leads_missing: int = 0
    medium: int | None = None
    soft: int | None = None
    bound: float | None = None
    gap: float | None = None
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    bed_days: float = 0.0
    bed_days_lost: float = 0.0
    made_in: int = 1
    """Round of plan and rosters in which its roster was made."""


@dataclass(frozen=True, slots=True)
class Made:
    """A roster that stands, so that other beds can be held against it."""

    problem: RosterProblem
    assignments: tuple[Assignment, ...]
    beds: Beds


@dataclass(frozen=True, slots=True)
class Rosters:
    """The rosters of a province and what they can staff; shapes as in the instance."""

    rows: tuple[FacilityRoster, ...]
    made: dict[str, Made]
    most: FloatArray
    """(F, R, T) people on duty that the rosters fill."""
    short: BoolArray
    """(F, R, T) a post or lead is missing that day."""
    known: BoolArray
    """(F, T) days of units that are rostered, or of which it is proved that no roster can be."""

    @property
    def everywhere(self) -> BoolArray:
        """(F, R, T) every role of the days that are known."""
        return np.broadcast_to(self.known[:, None], self.short.shape)

    def total(self, name: str, made_in: int | None = None) -> float:
        """Return the sum of a column, of the rosters made in one round if that is named."""
        rows = [row for row in self.rows if made_in in (None, row.made_in)]
        return float(sum(getattr(row, name) or 0 for row in rows))


def for_people(options: RosterOptions, people: int) -> RosterOptions:
    """Return the options of a facility of so many people."""
    more = max(1.0, people / CROWD)
    return replace(options, seconds=more * options.seconds, cpu_seconds=more * options.cpu_seconds)


def options_of(seconds: float, workers: int, seed: int) -> RosterOptions:
    """Return so many seconds of CPU of each thread for a facility, and a guard by the clock."""
    return RosterOptions(
        seconds=WALL * seconds, workers=workers, seed=seed, cpu_seconds=seconds * workers
    )


def roster_province(
    plan: BedPlan,
    out: Path,
    options: RosterOptions,
    *,
    days: int | None = None,
    before: Rosters | None = None,
    number: int = 1,
    tell: Tell | None = None,
) -> Rosters:
    """Make the roster of each facility into ``out/FACILITY`` and the table beside them.

    Parameters
    ----------
    days
        Of each roster, from the first day of the plan; None: its shown days, at most 28.
    before
        Rosters of other beds; one that fills every post of these beds stands as it is.
    number
        Of the round.
    """
    say = tell or (lambda stage, seconds, done: None)
    names = {row.facility_id: row.short_name for row in plan.tables.facilities}
    known = {row.facility_id: row for row in before.rows} if before else {}
    chosen = plan.alone
    rows: list[FacilityRoster] = []
    made: dict[str, Made] = {}
    for n, facility in enumerate(chosen, 1):
        label = f"{names[facility]} ({n}/{len(chosen)})"
        say(label, 0.0, False)
        row, found = None, before.made.get(facility) if before else None
        if found is not None:
            row, found = _against(plan, known[facility], found, days)
        if row is None or row.open or row.leads_missing:
            row, found = _one(plan, facility, names[facility], out / facility, options, days)
            row = replace(row, made_in=number)
        rows.append(row)
        if found is not None:
            made[facility] = found
        lost = f"{row.open}/{row.posts} · {row.bed_days_lost:.1f}"
        say(f"{label}: {row.status} · {lost}", row.wall_seconds, True)
    write_rosters(out, rows)
    return _held(plan, tuple(rows), made, days)


def _one(
    plan: BedPlan,
    facility: str,
    name: str,
    out: Path,
    options: RosterOptions,
    days: int | None,
) -> tuple[FacilityRoster, Made | None]:
    """Return the row of one facility, and its roster where there is one."""
    with tempfile.TemporaryDirectory() as scratch:
        tables = Path(scratch) / "tables"
        try:
            told = house_tables(plan, facility, tables, days=days)
        except DataError:  # no bed of it is in use, or nobody is left for it
            return _nobody(plan, facility, name, days), None
        known: dict[str, Any] = {
            "people": told["people"],
            "posts": told["posts"],
            "at_least": told["at_least_uncovered"],
            "bed_days": told["bed_days"],
        }
        try:
            built = make_roster(tables, out, for_people(options, told["people"]))
        except (InfeasibleRosterError, NoRosterInTimeError) as error:
            late = isinstance(error, NoRosterInTimeError)
            status = "no_solution_in_time" if late else "infeasible"
            lost = {"open": known["posts"], "bed_days_lost": known["bed_days"]}
            return FacilityRoster(facility, name, status, **known, **lost), None
        beds = read_beds(tables)
        assert beds is not None
        summary = built.summary
        left = summary["beds"]
        row = FacilityRoster(
            facility,
            name,
            str(summary["status"]),
            **known,
            open=left["uncovered"],
            leads_missing=left["leads_missing"],
            medium=summary["score"]["medium"],
            soft=summary["score"]["soft"],
            bound=summary["bound"],
            gap=summary["gap"],
            wall_seconds=summary["wall_seconds"],
            cpu_seconds=summary["cpu_seconds"],
            bed_days_lost=left["beds_lost"],
        )
        return row, Made(built.problem, built.roster.assignments, beds)


def _nobody(plan: BedPlan, facility: str, name: str, days: int | None) -> FacilityRoster:
    """Return the row of a facility for which no tables of a roster can be made."""
    own, inst = plan.units_of(facility), plan.made.instance
    span = slice(0, days or min(inst.shown_days, MOST_DAYS))
    posts = int(plan.posts.posts[own][:, :, span].sum())
    if not posts:
        return FacilityRoster(facility, name, "nothing_to_roster")
    beds = float(plan.here[own][:, :, span].sum())
    return FacilityRoster(
        facility,
        name,
        RosterStatus.infeasible.value,
        posts=posts,
        open=posts,
        at_least=posts,
        bed_days=beds,
        bed_days_lost=beds,
    )


def held_against(plan: BedPlan, before: Rosters, out: Path, days: int | None = None) -> Rosters:
    """Hold the rosters that stand against other beds, and write the table of it."""
    rows, made = list(before.rows), dict(before.made)
    for n, row in enumerate(before.rows):
        if row.facility_id in made:
            rows[n], made[row.facility_id] = _against(plan, row, made[row.facility_id], days)
            write_uncovered(out / row.facility_id, _uncovered(made[row.facility_id]))
        elif row.posts:  # no roster could be made: of these beds none either
            now = _nobody(plan, row.facility_id, row.name, days)
            rows[n] = replace(now, status=row.status, people=row.people) if now.posts else now
    write_rosters(out, rows)
    return _held(plan, tuple(rows), made, days)


def _uncovered(made: Made) -> Uncovered:
    return uncovered(made.problem, made.assignments, made.beds)


def _against(
    plan: BedPlan, row: FacilityRoster, stands: Made, days: int | None
) -> tuple[FacilityRoster, Made]:
    """Return what a roster that stands fills of the posts of other beds, and loses of them."""
    with tempfile.TemporaryDirectory() as scratch:
        tables = Path(scratch) / "tables"
        try:
            house_tables(plan, row.facility_id, tables, days=days)
            beds, cover = read_beds(tables), read_roster_folder(tables).cover
        except DataError:  # no bed of it is in use any more
            beds, cover = replace(stands.beds, patients=0 * stands.beds.patients, leads={}), ()
    assert beds is not None
    made = Made(replace(stands.problem, cover=cover), stands.assignments, beds)
    found = _uncovered(made)
    told = replace(
        row,
        posts=found.posts,
        open=found.uncovered,
        at_least=found.at_least,
        leads_missing=found.leads_missing,
        bed_days=found.bed_days,
        bed_days_lost=found.beds_lost,
    )
    return told, made


def _held(
    plan: BedPlan, rows: tuple[FacilityRoster, ...], made: dict[str, Made], days: int | None
) -> Rosters:
    """Return the rosters with what they can staff, on the axes of the instance."""
    inst = plan.made.instance
    most = np.zeros_like(inst.staff)
    short = np.zeros(inst.staff.shape, dtype=bool)
    known = np.zeros((len(inst.units), inst.days), dtype=bool)
    for stands in made.values():
        found = staffable(stands.problem, stands.assignments, stands.beds, plan.staff.shifts)
        first = (stands.problem.start - plan.scenario.start_date).days
        span = slice(first, first + stands.problem.days)
        for f, unit in enumerate(found.units):
            at = inst.units.index(unit)
            most[at, :, span], short[at, :, span] = found.most[f], found.short[f]
            known[at, span] = True
    for row in rows:  # no roster can be: nobody of it counts; none in time is no such proof
        if row.status == RosterStatus.infeasible:
            own = plan.units_of(row.facility_id)
            span = slice(0, days or min(inst.shown_days, MOST_DAYS))
            short[own, :, span], known[own, span] = inst.staff[own, :, span] > 0, True
    return Rosters(rows, made, most, short, known)


def write_rosters(out: Path, rows: Sequence[FacilityRoster]) -> None:
    """Write the table of the facilities."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / TABLE_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(column.name for column in fields(FacilityRoster)), "confidence"])
        for row in rows:
            cells = ["" if value is None else value for value in asdict(row).values()]
            writer.writerow([*cells, "assumed"])
