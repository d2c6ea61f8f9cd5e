"""Judges ``staff.json`` key by key: what follows from the files and the plan is worked out again.

Which keys are only stated stands in docs/staffing.md section 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.rules_told import place_names
from optimizer.checking.secondment_files import Row, StaffFiles, losses, province_rows
from optimizer.checking.staff_rosters import posts_of
from optimizer.checking.violation import FloatArray, Violation

RULE = "told"
RELATIVE, SMALL = 1e-6, 1e-5
PROVED, BETTER = 1e-4, 1e-6
"""Gap of a goal that counts as optimal; share by which a round that is kept is better."""
WEEK = 7
HAIR = 1e-6
ABSENT = "(absent)"
TEXT = "{name} is {stated}, but {worked} follows from the files."
Due = Iterator[tuple[str, object]]
"""(key of staff.json with its parents, what follows)."""


def told(folder: Path, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """Every key of ``staff.json`` that follows from the files says what follows."""
    parts = (
        _frame(files, case),
        _places(files, case),
        _terms(files, case),
        _counts(files),
        _earlier(files),
        _goals(files),
        _harm(files),
        _beds(folder, files, case),
    )
    for part in parts:
        for name, worked in part:
            stated = _at(files.summary, name)
            if not same(stated, worked):
                values = {"name": name, "stated": str(stated)[:60], "worked": str(worked)[:60]}
                amount = 1.0
                if isinstance(stated, int | float) and isinstance(worked, int | float):
                    amount = abs(float(stated) - float(worked))
                yield Violation(RULE, f"{RULE}({name})", amount, "", TEXT, values)


def _at(summary: Mapping[str, Any], name: str) -> object:
    """Return the value of a dotted key."""
    here: Any = summary
    for part in name.split("."):
        if not isinstance(here, dict) or part not in here:
            return ABSENT
        here = here[part]
    return here


def same(stated: object, worked: object) -> bool:
    """Tell whether two values of JSON are the same; numbers within a hair."""
    if isinstance(worked, bool) or worked is None or isinstance(stated, bool):
        return stated is worked
    if isinstance(worked, int | float):
        if not isinstance(stated, int | float):
            return False
        return abs(stated - worked) <= max(SMALL, RELATIVE * abs(worked))
    if isinstance(worked, dict):
        return (
            isinstance(stated, dict)
            and stated.keys() == worked.keys()
            and all(same(stated[key], worked[key]) for key in worked)
        )
    if isinstance(worked, list):
        return (
            isinstance(stated, list)
            and len(stated) == len(worked)
            and all(map(same, stated, worked))
        )
    return stated == worked


def _frame(files: StaffFiles, case: Case) -> Due:
    yield "schema_version", 1
    yield "confidence", "assumed"
    yield "scenario", case.scenario.document.get("title")
    yield "first_day", str(case.scenario.start_date)
    yield "days", case.scenario.days
    yield "shown_days", case.scenario.horizon
    yield "plan.folder", "plan"
    if files.days != case.scenario.days:
        yield "days", files.days


def _places(files: StaffFiles, case: Case) -> Due:
    names, roles = dict(place_names(case)), case.sources["roles"]
    lenders = shared_rows(case.data_dir, "lenders")
    called = {f"outside:{row['lender_id']}": row["name_vi"] for row in lenders}
    yield "names", {site: names.get(site, called.get(site, site)) for site in files.sites}
    yield (
        "role_names",
        {
            lang: dict(zip(roles.ids("role"), roles.text(f"name_{lang}"), strict=True))
            for lang in ("vi", "en")
        },
    )
    members = _members(case)
    yield "site_of_facility", members
    asked = set(files.rules["roles"])
    yield (
        "named_sites",
        sorted(
            {
                members[person["facility_id"]]
                for person in files.people.values()
                if person["facility_id"] in members and person["role"] in asked
            }
        ),
    )


def _members(case: Case) -> dict[str, str]:
    """Facility -> its planning unit."""
    return {
        case.places.home[u]: unit
        for f, unit in enumerate(case.units)
        for u in case.places.members[f]
    }


def shared_rows(data_dir: Path, name: str) -> list[Row]:
    """Return a staff table of a province, or the one it shares; none where there is none."""
    for path in (data_dir / f"{name}.csv", data_dir / ".." / f"{name}.csv"):
        if path.is_file():
            return province_rows(path)
    return []


def _terms(files: StaffFiles, case: Case) -> Due:
    rows = shared_rows(case.data_dir, "lending")
    yield (
        "lending",
        {
            row["ownership"].strip(): {
                **{key: cell.strip() for key, cell in row.items()},
                "may_lend": row["may_lend"].strip() == "1",
                "lead_days": int(row["lead_days"]),
            }
            for row in rows
        },
    )
    yield "lending_of", {site: row["lending"] for site, row in files.sites.items()}


def _blocks(files: StaffFiles) -> Iterator[tuple[Row, bool]]:
    """Yield every block and whether it was decided before."""
    for row in files.blocks:
        yield row, row["pinned"] == "1"


def _counts(files: StaffFiles) -> Due:
    yield (
        "blocks",
        [
            {
                "role": row["role"],
                "home": row["home"],
                "host": row["host"],
                "start": int(row["start_day"]),
                "length": int(row["days"]),
                "heads": int(row["heads"]),
                "pinned": pinned,
                "last": int(row["start_day"]) + int(row["days"]) - 1,
            }
            for row, pinned in _blocks(files)
        ],
    )
    yield "heads_moved", sum(int(row["heads"]) for row in files.blocks)
    yield "people_named", len(files.going)
    given: dict[str, int] = {}
    for row in files.going:
        given[row["block_id"]] = given.get(row["block_id"], 0) + 1
    known = set(map(str, files.summary["named_sites"]))
    yield (
        "nameless",
        sum(
            int(row["heads"]) - given.get(row["block_id"], 0)
            for row, pinned in _blocks(files)
            if row["home"] in known and not pinned
        ),
    )
    yield "trained", sum(int(row["heads"]) for row in files.training)
    for name, column in (("short_head_days", "short"), ("lead_short_head_days", "lead_short")):
        yield name, float(sum(float(row[column]) for row in files.heads))
    at_home = sum(max(0.0, float(row["need"]) - float(row["heads"])) for row in files.heads)
    yield "short_head_days_at_home", at_home
    yield "floors_kept", _below(files) <= 0


def _below(files: StaffFiles) -> float:
    """Return the head-days below what should stay, where somebody is lent."""
    gives = {(row["home"], row["role"]) for row in files.blocks}
    out = 0.0
    for key in sorted(gives):
        stay = files.stated("heads", key) - files.away.get(key, np.zeros(files.days))
        out += float(np.maximum(0.0, files.stated("wanted", key) - stay).sum())
    return out


def _earlier(files: StaffFiles) -> Due:
    """What was decided and published, and what of it changed."""
    decided = _decided(files)
    yield "earlier.pinned", sum(int(row["heads"]) for row in decided["pinned"])
    now = {
        _key(row, "start_day", "days"): int(row["heads"])
        for row, pinned in _blocks(files)
        if not pinned
    }
    yield "earlier.published", sum(int(row["heads"]) for row in decided["published"])
    yield (
        "changes",
        [
            {
                "role": row["role"],
                "home": row["home"],
                "host": row["host"],
                "start": int(row["start_day"]),
                "length": int(row["days"]),
                "published": int(row["heads"]),
                "planned": now.get(_key(row, "start_day", "days"), 0),
            }
            for row in decided["published"]
            if now.get(_key(row, "start_day", "days"), 0) != int(row["heads"])
        ],
    )


def _decided(files: StaffFiles) -> dict[str, list[Row]]:
    """Return the blocks that were pinned and those that were published."""
    out: dict[str, list[Row]] = {"pinned": [], "published": []}
    for row in files.pinned:
        out[row["kind"]].append(row)
    return out


def _key(row: Row, start: str, days: str) -> tuple[str, ...]:
    return row["role"], row["home"], row["host"], row[start], row[days]


def _goals(files: StaffFiles) -> Due:
    goals = files.summary["goals"]
    yield "goals.floors.value", _below(files)
    proved = True
    for name, group in goals.items():
        bound, value = group["bound"], float(group["value"] or 0.0)
        gap = None if bound is None else max(0.0, value - bound) / max(1.0, abs(bound))
        yield f"goals.{name}.gap", gap
        proved = proved and gap is not None and gap <= PROVED
    if files.summary["status"] != "no_solution_in_time" or any(
        not pinned for _, pinned in _blocks(files)
    ):
        yield "status", "optimal" if proved else "feasible"


def _harm(files: StaffFiles) -> Due:
    """Harm and figures by plan agree, and the rounds with what is handed over.

    Where no round is better, what was decided and published stands, and nobody else moves.
    """
    summary = files.summary
    harm, rounds = summary["harm"], summary["rounds"]
    for name in ("beds_without_people", "everybody_at_home", "with_secondments"):
        yield f"kpis.{name}.harm", harm[name]
    stands = float(harm["decided" if files.pinned else "everybody_at_home"])
    kept = [one for one in rounds if one["kept"]]
    best = stands
    flags, number = [], 0
    for number, one in enumerate(rounds, 1):
        better = float(one["harm"]) < best * (1 - BETTER)
        flags.append({**one, "number": number, "kept": better})
        best = float(one["harm"]) if better else best
    yield "rounds", flags
    if kept:
        last = kept[-1]
        yield "harm.with_secondments", last["harm"]
        yield "heads_moved", last["heads_moved"]
        yield "short_head_days", last["head_days_short"]
        yield "status", last["status"]
        yield "goals.shortage.gap", last["gap"]
    else:
        published = {
            _key(row, "start_day", "days"): int(row["heads"])
            for row in _decided(files)["published"]
        }
        known = (int(row["heads"]) for row, pinned in _blocks(files) if pinned)
        rest = (
            min(int(row["heads"]), published.get(_key(row, "start_day", "days"), 0))
            for row, pinned in _blocks(files)
            if not pinned
        )
        yield "heads_moved", sum(known) + sum(rest)
        yield "harm.with_secondments", stands


def _beds(folder: Path, files: StaffFiles, case: Case) -> Due:
    """What the beds handed over need, and for whom of them nobody is on duty.

    Whom no roster brings is on duty here: what they leave is told in bed-days lost.
    """
    here, needs = patients_in_beds(case), case.capacity.needs
    stands_in = case.capacity.stands_in.astype(float)
    asked = np.einsum("rp,fkt,pk->frt", stands_in, here, needs)
    staff, roles = case.own.staff.copy(), list(case.capacity.roles)
    for unit, role, day, lost in losses(folder):
        staff[case.units.index(unit), roles.index(role), day - 1] += lost
    there = np.einsum("rp,fpt->frt", stands_in, staff)
    share = np.divide(there, asked, out=np.ones_like(asked), where=asked > HAIR)
    bare = here.sum(axis=1) * (1 - np.clip(share, 0.0, 1.0).min(axis=1, initial=1.0))
    yield "illusion.after", float(bare[:, : case.scenario.horizon].sum())
    yield "around_the_clock", _around(files, case)


def patients_in_beds(case: Case) -> FloatArray:
    """(F, K, T) patients in beds; who boards has the lowest level of the house."""
    here = np.einsum("ks,fst->fkt", case.at_level, case.flows.treated)
    boarders = np.maximum(0.0, case.flows.boarding.sum(axis=1) - case.flows.corridor)
    for f in np.flatnonzero(case.capacity.lowest < here.shape[1]):
        here[f, case.capacity.lowest[f]] += boarders[f]
    return np.asarray(here)


def _around(files: StaffFiles, case: Case) -> list[dict[str, object]]:
    """Shifts and heads that the beds of each role need on their fullest shown day."""
    rules = {row["rule"]: row["value"] for row in shared_rows(case.data_dir, "staffing_rules")}
    hours = [float(part) for part in rules["shift_hours"].split(";")]
    contracts = {row["contract_id"]: row for row in shared_rows(case.data_dir, "contracts")}
    a_day = {
        name: float(row["weekly_hours"]) * (1 - float(row["absence"])) / WEEK
        for name, row in contracts.items()
    }
    members, shown = _members(case), case.scenario.horizon
    posts = posts_of(case)[:, :, :shown]
    out: list[dict[str, object]] = []
    for role in files.rules["roles"]:
        own = [
            p for p in files.people.values() if p["role"] == role and p["facility_id"] in members
        ]
        if not own:
            continue
        mean = sum(a_day[person["contract_id"]] for person in own) / len(own)
        turns = posts[:, list(case.capacity.roles).index(role)]
        heads = np.ceil(turns * sum(hours) / mean - HAIR).sum(axis=0)
        day = int(heads.argmax())
        out.append(
            {
                "role": role,
                "day": day + 1,
                "turns": int(turns[:, day].sum()) * len(hours),
                "heads": int(heads[day]),
                "on_books": len(own),
            }
        )
    return out
