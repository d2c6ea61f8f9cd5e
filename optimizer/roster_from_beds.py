"""JOURNEY: the beds of a plan and the people of a facility become the tables of its roster.

What a roster then cannot staff is said in beds by `rostering.make_roster`. docs/roster.md.
"""

from __future__ import annotations

import csv
import datetime
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.cover import Cover, cover_of
from optimizer.domain.duty import House, Lent, least_uncovered, roster_problem
from optimizer.domain.instance import FloatArray
from optimizer.domain.lending import Workforce, presence, routine_heads, workforce
from optimizer.domain.people import Person, StaffTables
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, Problem
from optimizer.exchange.beds import BEDS_FILE, read_patients, write_beds
from optimizer.exchange.reading import nearest_name
from optimizer.exchange.roster_folder import write_inputs
from optimizer.exchange.roster_rows import ROWS
from optimizer.exchange.scenarios import scenario_from_json
from optimizer.exchange.staff_folder import SUMMARY_FILE as STAFF_FILE
from optimizer.exchange.staff_tables import read_staff_tables
from optimizer.exchange.tables import read_tables
from optimizer.report.folder import find_data_dir

MOST_DAYS = 28
"""Of a roster, unless more are asked for."""


@dataclass(frozen=True, slots=True)
class BedPlan:
    """A plan or staff folder opened: its beds, and the people of its province."""

    source: Path
    tables: Tables
    scenario: Scenario
    staff: StaffTables
    made: Assembled
    force: Workforce
    here: FloatArray
    """(F, K, T) patients in beds."""
    posts: Cover

    @property
    def alone(self) -> tuple[str, ...]:
        """Facilities that are planned by themselves, so that their own beds are known."""
        inside = self.made.sites.inside
        grouped = {site for unit in inside if len(set(unit.sites)) > 1 for site in unit.sites}
        return tuple(sorted({unit.sites[0] for unit in inside} - grouped))

    def units_of(self, facility: str) -> list[int]:
        """Return the planning units of a facility that is planned by itself."""
        return _units(self.made, facility)


def opened_plan(source: Path, data_dir: Path | None = None) -> BedPlan:
    """Open a plan or staff folder.

    Raises
    ------
    DataError
        If the folder is no plan, or its tables have changed.
    """
    summary, scenario = _opened(source)
    tables, _ = read_tables(data_dir or find_data_dir(source, summary))
    _same_tables(source, {f.path: f.sha256 for f in tables.files})
    staff = read_staff_tables(tables)
    made = assemble(tables, scenario)
    here = read_patients(beds_of(source), made.instance)
    posts = cover_of(made.instance, here, staff.shifts)
    force = workforce(tables, staff, scenario, made)
    return BedPlan(source, tables, scenario, staff, made, force, here, posts)


def roster_from_beds(
    source: Path,
    facility: str,
    out: Path,
    *,
    data_dir: Path | None = None,
    first_day: int = 1,
    days: int | None = None,
) -> dict[str, Any]:
    """Write the tables of a facility's roster from a plan or staff folder; return what is said.

    Parameters
    ----------
    first_day, days
        Of the plan; without `days` its shown days from then on, at most 28.

    Raises
    ------
    DataError
        If the folder is no plan, its tables have changed, or it knows no such facility.
    """
    _sound(out)
    return house_tables(opened_plan(source, data_dir), facility, out, first_day, days)


def house_tables(
    plan: BedPlan, facility: str, out: Path, first_day: int = 1, days: int | None = None
) -> dict[str, Any]:
    """Write the tables of a facility's roster from an open plan, as `roster_from_beds` does."""
    source, scenario, staff, made = plan.source, plan.scenario, plan.staff, plan.made
    inst, force, whole = made.instance, plan.force, plan.posts
    at = _units(made, facility)
    left = inst.shown_days - first_day + 1
    length = min(left, MOST_DAYS) if days is None else days
    if not 1 <= length <= left:
        raise DataError(
            [
                Problem(
                    "The plan shows days 1 to {last}; the roster would reach beyond them.",
                    "Choose --first-day and --days within them.",
                    values={"last": inst.shown_days},
                )
            ]
        )
    span = slice(first_day - 1, first_day - 1 + length)
    patients = plan.here[at][:, :, span]
    posts = replace(
        whole,
        units=tuple(inst.units[f] for f in at),
        posts=whole.posts[at][:, :, span].copy(),
        leads=whole.leads[at][:, :, span].copy(),
    )
    there = presence(scenario, inst.days)
    floors = routine_heads(force, there)[:, :, span].max(axis=2)
    here = [h for h, site in enumerate(force.sites) if site in posts.units]
    lent = _lent(source, staff, posts.units, facility)
    house = House(
        facility=facility,
        start=scenario.start_date + datetime.timedelta(days=first_day - 1),
        posts=posts,
        need=inst.staff_need,
        watch=inst.terms.supervision,
        stands_in=inst.stands_in,
        present=there[span],
        people=tuple(p for p in staff.people if p.facility_id == facility),
        kept={role: int(floors[g, here].sum()) for g, role in enumerate(force.roles)},
        lent=lent,
        contracts=staff.contracts,
        substitution=staff.substitution,
        holidays=frozenset(row.date for row in staff.holidays),
    )
    problem = roster_problem(house, inst.levels)
    if not problem.cover or not problem.people:
        raise DataError(
            [
                Problem(
                    "No bed of {facility} is in use on these days, or nobody is left for it: there "
                    "is nothing to roster.",
                    "Choose other days or another facility.",
                    str(source),
                    values={"facility": facility},
                )
            ]
        )
    for name in [*(f"{model.TABLE}.csv" for model in ROWS), BEDS_FILE]:
        (out / name).unlink(missing_ok=True)
    write_inputs(problem, out)
    guests = {stay.person for stay in problem.stays if stay.here}
    told = {
        "facility_id": facility,
        "from": "staff" if (source / STAFF_FILE).is_file() else "plan",
        "start": str(house.start),
        "days": length,
        "people": len(problem.people),
        "guests": len(guests),
        "away": sum(not one.here for one in lent),
        "kept_for_routine": {role: n for role, n in house.kept.items() if n},
        "leave_days": len(problem.leave),
        "holidays": [str(problem.date(day)) for day in sorted(problem.holidays)],
        "posts": int(posts.posts.sum()),
        "lead_posts": int(posts.leads.sum()),
        "bed_days": float(patients.sum()),
        "at_least_uncovered": least_uncovered(problem),
    }
    write_beds(out, house, inst.levels, patients, told)
    return {"schema_version": 1, "confidence": "assumed", "synthetic": True, **told}


def beds_of(source: Path) -> Path:
    """Return the folder that says who lies in the beds: the plan of a staff folder, or the plan.

    A staff folder of an earlier version says so itself.
    """
    return source / "plan" if (source / "plan" / "plan.json").is_file() else source


def _sound(out: Path) -> None:
    """Refuse a folder that holds something else than roster tables made here."""
    if out.exists() and (
        not out.is_dir() or (any(out.iterdir()) and not (out / BEDS_FILE).exists())
    ):
        fault = "Something else than roster tables made from a plan stands there."
        raise DataError([Problem(fault, "Name a new folder with --out.", str(out))])


def _opened(source: Path) -> tuple[dict[str, Any], Scenario]:
    """Return summary and scenario of a plan or staff folder."""
    head = source / (STAFF_FILE if (source / STAFF_FILE).is_file() else "plan.json")
    try:
        summary = dict(json.loads(head.read_text(encoding="utf-8")))
        text = (source / "inputs" / "scenario.json").read_text(encoding="utf-8")
        return summary, scenario_from_json(json.loads(text))
    except (OSError, ValueError) as error:
        fault = "This is neither a plan folder nor a staff folder."
        remedy = "Name a folder that referral plan or referral staff wrote."
        raise DataError([Problem(fault, remedy, str(source))]) from error


def _same_tables(source: Path, now: dict[str, str]) -> None:
    """Refuse tables that have changed since the plan was made."""
    path = source / "inputs" / "sources.json"
    known = {one["path"]: one["sha256"] for one in json.loads(path.read_text(encoding="utf-8"))}
    changed = sorted(file for file, digest in now.items() if known.get(file) != digest)
    fault, remedy = "The table has changed since the plan was made.", "Plan again, then ask."
    if changed:
        raise DataError([Problem(fault, remedy, file=file) for file in changed])


def _units(made: Assembled, facility: str) -> list[int]:
    """Return the planning units of a facility."""
    inside = made.sites.inside
    found = [f for f, unit in enumerate(inside) if facility in unit.sites]
    alone = sorted({unit.sites[0] for unit in inside if len(set(unit.sites)) == 1})
    if any(len(set(inside[f].sites)) > 1 for f in found):
        fault = "{facility} is planned together with others; its own beds are not known."
        remedy = "Name a facility that is planned by itself, such as {known}."
    elif not found:
        fault = "The plan knows no facility {facility}."
        remedy = "Did you mean {known}? Ids stand in facilities.csv."
    else:
        return found
    near = nearest_name(facility, alone) or (alone[0] if alone else "")
    values = {"facility": facility, "known": near}
    raise DataError([Problem(fault, remedy, column="--facility", values=values)])


def _lent(
    source: Path, staff: StaffTables, units: tuple[str, ...], facility: str
) -> tuple[Lent, ...]:
    """Return who is lent to or by a facility in a staff folder; nobody in a plan folder.

    Heads of a block without a name (pools outside) get an id made of block and number.
    """
    if not (source / STAFF_FILE).is_file():
        return ()
    people = {person.person_id: person for person in staff.people}
    out: list[Lent] = []
    try:
        blocks = _rows(source / "secondments.csv")
        going = _rows(source / "people_away.csv")
        for block in blocks:
            here = block["host"] in units
            if not here and block["home"] not in units:
                continue
            named = [people[r["person_id"]] for r in going if r["block_id"] == block["block_id"]]
            if here:
                named += [
                    _nameless(block, n, staff, facility)
                    for n in range(len(named) + 1, int(block["heads"]) + 1)
                ]
            first, last = (
                datetime.date.fromisoformat(block[name]) for name in ("start_date", "last_date")
            )
            travel, rest = int(block["travel_days"]), int(block["rest_days_after"])
            out += [Lent(person, here, first, last, travel, rest) for person in named]
    except (OSError, ValueError, KeyError) as error:
        fault = "The secondments of this folder cannot be read, or name people who are not there."
        remedy = "Judge it with referral staff, or make it anew."
        raise DataError([Problem(fault, remedy, str(source / "secondments.csv"))]) from error
    return tuple(out)


def _nameless(block: dict[str, str], n: int, staff: StaffTables, facility: str) -> Person:
    return Person(
        person_id=f"{block['block_id']}:{block['role']}:{n:03d}",
        facility_id=facility,
        role=block["role"],
        further_roles=None,
        contract_id=staff.contracts[0].contract_id,
        returned_on=None,
        can_supervise=False,
        remote_protected=False,
        may_be_seconded=True,
        days_away_last_year=0,
        preference="none",
        synthetic=True,
        source="generated",
        confidence="assumed",
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
