"""Judges the table of rosters of a staff folder, row by row, and the rounds that end in it.

Posts, leads and bed-days are worked out again from the patients of the plan and from who works;
points, status and bound are those of the roster's own folder, which its own judge has passed.
docs/staffing.md section 4.
"""

from __future__ import annotations

import csv
import datetime
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.roster.files import several
from optimizer.checking.secondment_files import Row, StaffFiles
from optimizer.checking.staff_columns import same_cell
from optimizer.checking.staff_rosters import (
    HAIR,
    STANDING,
    Roster,
    filled_posts,
    posts_of,
    read_roster,
    rows_of,
    units_of,
)
from optimizer.checking.staff_told import patients_in_beds, same
from optimizer.checking.violation import FloatArray, IntArray, Violation

RULE = "roster_table"
TEXT = "{name} is {stated}, but {worked} follows from the files."
DAYS = 28
"""Days of a roster where nothing is asked for, as far as the plan shows them."""
SUMS = ("posts", "open", "leads_missing", "bed_days", "bed_days_lost")
BETTER = 1e-6
"""Share of the harm by which rosters are better than those of a round before."""
OWN = ("medium", "soft", "bound", "gap")
NONE = ("people", "posts", "open", "at_least", "leads_missing", "bed_days", "bed_days_lost")
TABLE = "rosters.csv"


def roster_table(folder: Path, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """Every figure of the table follows from plan and rosters, and file and summary agree."""
    said = files.summary.get("rosters")
    if said is None:
        return
    rows = said["facilities"]
    yield from _off("folder", said["folder"], "rosters")
    yield from _off("facilities", [row["facility_id"] for row in rows], _alone(case))
    base = folder / "rosters"
    table = case.sources["facilities"]
    names = dict(zip(table.ids("facility_id"), table.text("short_name"), strict=True))
    beds = _Beds(posts_of(case), _leads(case), patients_in_beds(case))
    for row in rows:
        facility = str(row["facility_id"])
        for name, worked in _due(base / facility, row, files, case, beds).items():
            yield from _off(f"{facility},{name}", row[name], worked)
        yield from _off(f"{facility},name", row["name"], names.get(facility, ""))
        if row["status"] in STANDING:
            yield from _lead_skills(base / facility, facility, files)
            yield from _span(base / facility, facility, said["days"], case)
    yield from _rounds(said, files)
    left = float(case.flows.excess.sum())
    harm = left * case.scenario.weights["excess"]
    yield from _off("excess", said["excess"], {"patient_days": left, "harm": harm})
    yield from _file(base / TABLE, rows)


def _off(name: str, stated: object, worked: object) -> Iterator[Violation]:
    if not same(stated, worked):
        values = {"name": name, "stated": str(stated)[:60], "worked": str(worked)[:60]}
        yield Violation(RULE, f"{RULE}({name})", 1, "", TEXT, values)


def _alone(case: Case) -> list[str]:
    """Return the facilities that are planned by themselves, sorted."""
    home, inside = case.places.home, case.places.members[: case.places.planned]
    sites = [{home[u] for u in members} for members in inside]
    grouped = {site for some in sites if len(some) > 1 for site in some}
    return sorted({home[members[0]] for members in inside} - grouped)


@dataclass(frozen=True, slots=True)
class _Beds:
    """What the beds of the plan ask for: (F, R, T) posts and leads a shift, (F, K, T) patients."""

    posts: IntArray
    leads: IntArray
    patients: FloatArray


def _leads(case: Case) -> IntArray:
    wanted = np.einsum("fkt,rk->frt", patients_in_beds(case), case.capacity.terms.oversees)
    return np.asarray(np.ceil(np.maximum(0.0, wanted) - HAIR), dtype=np.intp)


def _due(
    folder: Path, row: Mapping[str, Any], files: StaffFiles, case: Case, beds: _Beds
) -> dict[str, object]:
    """Return what follows for one facility; of one without a roster only what must agree."""
    if row["status"] not in STANDING:
        none: dict[str, object] = dict.fromkeys(OWN)
        if row["status"] == "nothing_to_roster" and not (folder / "roster.json").exists():
            return none | dict.fromkeys(NONE, 0)
        none |= {"open": max(1, row["posts"]), "leads_missing": 0, "bed_days_lost": row["bed_days"]}
        none["status"] = "infeasible"
        late = row["status"] == "no_solution_in_time"
        if late and not (folder / "roster.json").exists():
            none["status"] = row["status"]
        return none
    told = json.loads((folder / "roster.json").read_text(encoding="utf-8"))
    roster = read_roster(folder, case)
    units = list(units_of(str(row["facility_id"]), case).values())
    span = slice(roster.first, roster.first + roster.days)
    posts = beds.posts[units][..., span]
    leads = beds.leads[units][..., span]
    patients = beds.patients[units][..., span]
    people = rows_of(folder / "inputs" / "people.csv")
    shifts = len(roster.shifts)
    filled, leading = filled_posts(str(row["facility_id"]), roster, case, _who_leads(people))
    open_posts = np.maximum(0, posts[None] - filled[:, units][..., span])
    bare = np.maximum(0, leads[None] - leading[:, units][..., span])
    share = np.ones(patients.shape)
    for missing, whole, served in (
        (open_posts, posts, case.capacity.needs > 0),
        (bare, leads, case.capacity.terms.oversees > 0),
    ):
        there = 1 - (missing / np.maximum(1, whole)[None]).max(axis=0, initial=0.0)
        for r, k in np.argwhere(served):
            share[:, k] = np.minimum(share[:, k], there[:, r])
    return {
        "status": told["status"],
        "people": len(people),
        "posts": int(posts.sum()) * shifts,
        "open": int(open_posts.sum()),
        "at_least": _least(folder, roster, posts, people, list(case.capacity.roles)),
        "leads_missing": int(bare.sum()),
        "medium": told["score"]["medium"],
        "soft": told["score"]["soft"],
        "bound": told["bound"],
        "gap": told["gap"],
        "bed_days": float(patients.sum()),
        "bed_days_lost": float((patients * (1 - share)).sum()),
        "wall_seconds": told["wall_seconds"],
        "cpu_seconds": told["cpu_seconds"],
    }


def _who_leads(people: list[Row]) -> dict[str, str]:
    """Person -> the role of which he or she leads."""
    return {row["person_id"]: several(row["role"])[0] for row in people
            if "lead" in several(row.get("skills"))}  # fmt: skip


def _lead_skills(folder: Path, facility: str, files: StaffFiles) -> Iterator[Violation]:
    """Who leads in a roster may supervise by people.csv."""
    for person in _who_leads(rows_of(folder / "inputs" / "people.csv")):
        known = files.people.get(person)
        if known is None or known["can_supervise"] != "1":
            text = "{person} leads here, but may not supervise by people.csv."
            where = f"{RULE}({facility},{person})"
            yield Violation(RULE, where, 1, "people", text, {"person": person})


def _span(folder: Path, facility: str, days: int | None, case: Case) -> Iterator[Violation]:
    """Rosters begin with the plan and have the days asked for, or its shown days up to 28."""
    roster = read_roster(folder, case)
    yield from _off(f"{facility},first_day", roster.first + 1, 1)
    yield from _off("days", days or min(case.scenario.horizon, DAYS), roster.days)


def _least(
    folder: Path, roster: Roster, posts: IntArray, people: list[Row], roles: list[str]
) -> int:
    """Return posts that nobody can fill: one shift a day, leave, stays and hours counted alone.

    The largest of: the posts of each role, and of all, less people day by day; less their shifts.
    """
    inputs, days = folder / "inputs", roster.days

    def at(row: Row, column: str) -> int:
        return (datetime.date.fromisoformat(row[column]) - roster.start).days

    barred: set[tuple[str, int]] = set()
    for row in rows_of(inputs / "stays.csv"):
        first, last, here = at(row, "first"), at(row, "last"), row["kind"] == "here"
        travel, rest = int(row["travel_days"] or 0), int(row["rest_days"] or 0)
        inside = range(first + travel, last - travel + 1) if here else range(first, last + rest + 1)
        barred |= {(row["person_id"], d) for d in range(days) if (d in inside) != here}
    leave = rows_of(inputs / "leave.csv")
    off = {(row["person_id"], at(row, "date")) for row in leave}
    credit: dict[str, int] = {}
    for row in leave:
        minutes = round(60 * float(row["credit_hours"] or 0))
        credit[row["person_id"]] = credit.get(row["person_id"], 0) + minutes
    contracts = {row["contract_id"]: row for row in rows_of(inputs / "contracts.csv")}
    shortest = min(round(60 * float(row["hours"])) for row in rows_of(inputs / "shifts.csv"))
    wanted = {role: len(roster.shifts) * posts[:, r].sum(axis=0) for r, role in enumerate(roles)}
    asked = {role for role in roles if wanted[role].any()}
    best = 0
    for among in [*({role} for role in sorted(asked)), asked]:
        need = np.sum([wanted[role] for role in among], axis=0) if among else np.zeros(days)
        there, shifts = np.zeros(days), 0
        for row in people:
            if not among & set(several(row["role"])):
                continue
            name = row["person_id"]
            stayed = [d for d in range(days) if (name, d) not in barred]
            free = [d for d in stayed if (name, d) not in off]
            there[free] += 1
            most = contracts[row["contract_id"]].get("max_hours") or ""
            able = len(free)
            if most:
                allowed = math.ceil(round(60 * float(most)) * len(stayed) / days)
                able = min(able, max(0, allowed - credit.get(name, 0)) // shortest)
            shifts += able
        by_day = int(np.maximum(0, need - there).sum())
        best = max(best, by_day, int(need.sum()) - shifts)
    return best


def _rounds(said: Mapping[str, Any], files: StaffFiles) -> Iterator[Violation]:
    """The rosters with the least harm stand, and the plan made last or theirs is kept.

    Its sums are those of the table.
    """
    rounds, rows = said["rounds"], said["facilities"]
    best, least = 0, math.inf
    for n, one in enumerate(rounds):
        reached = one["harm_staffed"]
        if reached is not None and float(reached) < least * (1 - BETTER):
            best, least = n, float(reached)
    held = [n for n, one in enumerate(rounds) if one["harm_staffed"] is None]
    kept = held[-1] if held else best
    yield from _off("rosters_of_round", said["rosters_of_round"], best + 1)
    yield from _off("rounds.harm_staffed", held, held and [len(rounds) - 1])
    yield from _off("rounds.number", [one["number"] for one in rounds],
                    list(range(1, len(rounds) + 1)))  # fmt: skip
    yield from _off("rounds.kept", [one["kept"] for one in rounds],
                    [n == kept for n in range(len(rounds))])  # fmt: skip
    for name in SUMS:
        worked = float(sum(row[name] or 0 for row in rows))
        yield from _off(f"rounds.{name}", rounds[kept][name], worked)
    proved = sum(min(row["open"], row["at_least"]) for row in rows)
    yield from _off("rounds.at_least", rounds[kept]["at_least"], proved)
    spent = float(sum(row["cpu_seconds"] for row in rows if row["made_in"] == kept + 1))
    yield from _off("rounds.cpu_seconds", rounds[kept]["cpu_seconds"], spent)
    late = [row["facility_id"] for row in rows if not 1 <= row["made_in"] <= best + 1]
    yield from _off("made_in", late, [])
    yield from _off("rounds.harm", rounds[kept]["harm"], files.summary["plan"]["value"])
    yield from _off("bed_days_lost", said["bed_days_lost"], rounds[kept]["bed_days_lost"])


def _file(path: Path, rows: list[dict[str, Any]]) -> Iterator[Violation]:
    """The file and staff.json say the same, cell by cell."""
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    yield from _off(f"{TABLE} facility_id", [row.get("facility_id") for row in written],
                    [row["facility_id"] for row in rows])  # fmt: skip
    for line, row in zip(written, rows, strict=False):
        for column, worked in {**row, "confidence": "assumed"}.items():
            stated = line.get(column)
            if not same_cell(stated, worked):
                where = f"{TABLE} {row['facility_id']},{column}"
                values = {"name": where, "stated": str(stated), "worked": str(worked)}
                yield Violation(RULE, f"{RULE}({where})", 1, "", TEXT, values)
