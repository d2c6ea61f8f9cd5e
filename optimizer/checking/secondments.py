"""Judges the folder of a secondment plan from its files alone; no solver, no model of ours.

One function for each rule of docs/staffing.md section 2, written from that page. Figures are worked
out again from the blocks; people are held against the people.csv of the province.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from optimizer.checking.secondment_files import Row, StaffFiles, read_files
from optimizer.checking.violation import CheckResult, FloatArray, Violation

HAIR = 1e-5
RELATIVE = 1e-6
Found = Iterator[Violation]


def _broken(
    rule: str, where: str, amount: float, unit: str, message: str, **values: object
) -> Violation:
    return Violation(rule, f"{rule}({where})", amount, unit, message, values)


def blocks(files: StaffFiles) -> Found:
    """A block has an allowed length, a road, a host that may host, and leaves after the request."""
    lengths = set(files.rules["lengths"])
    decided = {_same(row) for row in files.pinned if row["kind"] == "pinned"}
    known = {_same(row) for row in files.pinned}
    for row in files.blocks:
        if row["pinned"] == "1" and _same(row) in decided:
            continue
        where, start = row["block_id"], int(row["start_day"])
        if int(row["days"]) not in lengths:
            text = "A block of {days} days is not allowed."
            yield _broken("blocks", where, 1, "blocks", text, days=row["days"])
        home, host = files.sites.get(row["home"]), files.sites.get(row["host"])
        if home is None or host is None or (row["home"], row["host"]) not in files.pairs:
            text = "There is no road from {home} to {host}."
            yield _broken("blocks", where, 1, "blocks", text, home=row["home"], host=row["host"])
            continue
        if home["may_lend"] != "1" or host["may_host"] != "1":
            text = "{home} may not lend to {host}."
            yield _broken("blocks", where, 1, "blocks", text, home=row["home"], host=row["host"])
        if start - 1 < int(home["lead_days"]) and _same(row) not in known:
            text = "They leave {days} days after the request, but {needed} are needed."
            late = int(home["lead_days"]) - start + 1
            values = {"days": start - 1, "needed": home["lead_days"]}
            yield _broken("blocks", where, late, "days", text, **values)
        if int(row["heads"]) <= 0:
            yield _broken("blocks", where, 1, "people", "A block without people.")


def _same(row: Row) -> tuple[str, ...]:
    return tuple(row[c] for c in ("role", "home", "host", "start_day", "days", "heads"))


def pinned(files: StaffFiles) -> Found:
    """Every pinned block is there."""
    there = [_same(row) for row in files.blocks if row["pinned"] == "1"]
    for row in files.pinned:
        if row["kind"] == "pinned" and _same(row) not in there:
            text = "The pinned block from {home} to {host} is missing or changed."
            where = f"{row['role']},{row['home']},{row['start_day']}"
            values = {"home": row["home"], "host": row["host"]}
            yield _broken("pinned", where, float(row["heads"]), "people", text, **values)


def _fixed(files: StaffFiles) -> dict[tuple[str, str], FloatArray]:
    """Return who is away from a site by pinned blocks, (T,)."""
    out: dict[tuple[str, str], FloatArray] = {}
    for row in files.pinned:
        if row["kind"] == "pinned":
            first, length = int(row["start_day"]) - 1, int(row["days"])
            days = out.setdefault((row["home"], row["role"]), np.zeros(files.days))
            end = first + length + int(files.number("rest_days_after"))
            days[max(0, first) : max(0, end)] += int(row["heads"])
    return out


def home_floor(files: StaffFiles) -> Found:
    """At home stay those whom routine care and protected posts need."""
    fixed = _fixed(files)
    for key in sorted(files.away):
        left = files.stated("heads", key) - files.away[key]
        most = np.minimum(
            files.stated("floor", key),
            files.stated("heads", key) - fixed.get(key, np.zeros(files.days)),
        )
        lack = most - left
        for day in np.flatnonzero(lack > HAIR):
            text = "{left} stay at home, {floor} must."
            values = {"left": float(left[day]), "floor": float(most[day])}
            where = f"{key[0]},{key[1]},{day + 1}"
            yield _broken("home_floor", where, float(lack[day]), "people", text, **values)


def days_away(files: StaffFiles) -> Found:
    """The days away and at the host follow from the blocks: travel inside, rest after."""
    for column, worked in (("away", files.away), ("here", files.here)):
        for key in files.places():
            off = np.abs(files.stated(column, key) - worked.get(key, np.zeros(files.days)))
            for day in np.flatnonzero(off > HAIR):
                text = "heads.csv says {stated} {column}, the blocks say otherwise."
                values = {"stated": float(files.stated(column, key)[day]), "column": column}
                where = f"{key[0]},{key[1]},{day + 1}"
                yield _broken("days_away", where, float(off[day]), "people", text, **values)


def cover(files: StaffFiles) -> Found:
    """Who is short is need less who is there, those learning and helping elsewhere not."""
    for key in files.places():
        site, role = key
        own = files.present(key) - files.moved("role", role, site) - files.learning(role, site)
        short = np.maximum(0.0, files.stated("need", key) - own - files.moved("post", role, site))
        leads = np.maximum(0.0, files.stated("leads", key) - own)
        for column, worked in (("short", short), ("lead_short", leads)):
            off = np.abs(worked - files.stated(column, key))
            for day in np.flatnonzero(off > HAIR):
                text = "{column} is {stated}, but {worked} follows from the people."
                values = {
                    "column": column,
                    "stated": float(files.stated(column, key)[day]),
                    "worked": float(worked[day]),
                }
                where = f"{site},{role},{day + 1}"
                yield _broken("cover", where, float(off[day]), "people", text, **values)


def role_use(files: StaffFiles) -> Found:
    """Who helps or learns is there and not needed for routine care."""
    fixed = _fixed(files)
    roles = sorted({row["role"] for row in files.substitutes})
    for site in sorted(files.sites):
        for role in roles:
            key = site, role
            used = files.moved("role", role, site) + files.learning(role, site)
            kept = np.minimum(
                files.stated("floor", key),
                np.maximum(0, files.stated("heads", key) - fixed.get(key, np.zeros(files.days))),
            )
            over = used - np.maximum(0.0, files.present(key) - kept)
            for day in np.flatnonzero((over > HAIR) & (used > HAIR)):
                text = "{used} help or learn, more than are free."
                values = {"used": float(used[day])}
                where = f"{site},{role},{day + 1}"
                yield _broken("role_use", where, float(over[day]), "people", text, **values)


def supervision(files: StaffFiles) -> Found:
    """Helpers are at most so many a trained person at the post, and trained."""
    for row in files.substitutes:
        site, role, post = row["site"], row["role"], row["post"]
        used, done = np.zeros(files.days), np.full(files.days, float(row["trained_before"]))
        for one in files.helping:
            if (one["site"], one["role"], one["post"]) == (site, role, post):
                used[int(one["day"]) - 1] += float(one["heads"])
        if not used.any():
            continue
        length = int(row["training_days"])
        for one in files.training:
            if (one["site"], one["role"], one["post"]) == (site, role, post):
                done[int(one["start_day"]) - 1 + length :] += int(one["heads"])
        if row["per_trained"]:
            own = files.present((site, post)) - files.moved("role", post, site)
            own -= files.learning(post, site)
            over = used - float(row["per_trained"]) * own
            for day in np.flatnonzero(over > HAIR):
                text = "{used} helpers, more than the trained people may watch."
                where = f"{site},{role}>{post},{day + 1}"
                yield _broken(
                    "supervision", where, float(over[day]), "people", text, used=float(used[day])
                )
        if length:
            for day in np.flatnonzero(used - done > HAIR):
                text = "{used} helpers, but only {done} have finished their training."
                values = {"used": float(used[day]), "done": float(done[day])}
                where = f"{site},{role}>{post},{day + 1}"
                yield _broken(
                    "training", where, float(used[day] - done[day]), "people", text, **values
                )


def frequency(files: StaffFiles) -> Found:
    """No more leave within the window than may leave at all."""
    window = max(1, int(7 * files.number("min_weeks_between")))
    fixed = {_same(row) for row in files.pinned if row["kind"] == "pinned"}
    left: dict[tuple[str, str], FloatArray] = {}
    for row in files.blocks:
        day = int(row["start_day"]) - 1
        if day < files.days:
            days = left.setdefault((row["home"], row["role"]), np.zeros(files.days))
            days[max(0, day)] += int(row["heads"]) * (
                row["pinned"] != "1" or _same(row) not in fixed
            )
    for key, gone in left.items():
        total = np.cumsum(gone)
        before = np.concatenate([np.zeros(window), total])[: files.days]
        over = total - before - files.stated("eligible", key)
        for late in np.flatnonzero((over > HAIR) & (gone > 0)):
            text = "{left} left within the window, more than may."
            where = f"{key[0]},{key[1]},{late + 1}"
            values = {"left": float((total - before)[late])}
            yield _broken("frequency", where, float(over[late]), "people", text, **values)


def host_share(files: StaffFiles) -> Found:
    """Newcomers are at most a share of those present of their role, where the host has its own."""
    share = files.number("host_share")
    pinned_here = {(row["host"], row["role"]) for row in files.pinned if row["kind"] == "pinned"}
    for key in sorted(files.here):
        if share >= 1 or not files.stated("heads", key).any() or key in pinned_here:
            continue
        over = files.here[key] - share * files.present(key)
        for day in np.flatnonzero((over > HAIR) & (files.here[key] > 0)):
            text = "{here} of {present} are newcomers."
            values = {
                "here": float(files.here[key][day]),
                "present": float(files.present(key)[day]),
            }
            where = f"{key[0]},{key[1]},{day + 1}"
            yield _broken("host_share", where, float(over[day]), "people", text, **values)


def people(files: StaffFiles) -> Found:
    """Every head of a home with known people has a name; nobody goes against a rule or twice."""
    known = {str(site) for site in files.summary["named_sites"]}
    first = datetime.date.fromisoformat(str(files.summary["first_day"]))
    members: dict[str, str] = dict(files.summary["site_of_facility"])
    by_block: dict[str, list[Row]] = {}
    for row in files.going:
        by_block.setdefault(row["block_id"], []).append(row)
    window = int(7 * files.number("min_weeks_between"))
    for block in files.blocks:
        given = by_block.pop(block["block_id"], [])
        where = block["block_id"]
        if block["home"] in known and block["pinned"] != "1" and len(given) != int(block["heads"]):
            text = "{named} people for {heads} heads."
            values = {"named": len(given), "heads": block["heads"]}
            lack = abs(len(given) - int(block["heads"]))
            yield _broken("people", where, lack, "people", text, **values)
        leaves = first + datetime.timedelta(days=int(block["start_day"]) - 1)
        for row in given:
            person = files.people.get(row["person_id"])
            fault = ""
            if person is None:
                fault = "{person} is not in people.csv."
            elif (
                person["role"] != block["role"]
                or members.get(person["facility_id"]) != (block["home"])
            ):
                fault = "{person} has another role or home."
            elif person["may_be_seconded"] != "1" or person["remote_protected"] == "1":
                fault = "{person} may not be seconded."
            elif (
                person["returned_on"]
                and (leaves - datetime.date.fromisoformat(person["returned_on"])).days < window
            ):
                fault = "{person} came back too recently."
            if fault:
                where = f"{block['block_id']},{row['person_id']}"
                yield _broken("people", where, 1, "people", fault, person=row["person_id"])
    for block_id in by_block:
        yield _broken("people", block_id, 1, "people", "There is no such block.")
    yield from _twice(files, window)


def _twice(files: StaffFiles, window: int) -> Found:
    starts: dict[str, list[datetime.date]] = {}
    for row in files.going:
        day = datetime.date.fromisoformat(row["start_date"])
        starts.setdefault(row["person_id"], []).append(day)
    for person, days in sorted(starts.items()):
        days.sort()
        for one, other in pairwise(days):
            if (other - one).days < max(1, window):
                text = "{person} leaves twice within the window."
                yield _broken("people", person, 1, "people", text, person=person)


def tables(files: StaffFiles) -> Found:
    """Heads are those of people.csv, by site and role."""
    members: dict[str, str] = dict(files.summary["site_of_facility"])
    counted: dict[tuple[str, str], int] = {}
    for person in files.people.values():
        site = members.get(person["facility_id"])
        if site is not None:
            key = site, person["role"]
            counted[key] = counted.get(key, 0) + 1
    inside = set(members.values())
    for key in files.places():
        if key[0] in inside:
            stated, people_there = files.stated("heads", key)[0], counted.get(key, 0)
            if abs(stated - people_there) > HAIR:
                text = "{stated} heads, but {people} people in people.csv."
                values = {"stated": float(stated), "people": people_there}
                where = f"{key[0]},{key[1]}"
                amount = float(abs(stated - people_there))
                yield _broken("tables", where, amount, "people", text, **values)


def goals(files: StaffFiles) -> Found:
    """Shortage, fairness and cost are what the blocks make; no bound is above its value."""
    told: dict[str, dict[str, float | None]] = files.summary["goals"]
    harm = 0.0
    for row in files.heads:
        lead = files.number("lead_weight") * float(row["lead_short"])
        harm += float(row["weight"]) * (float(row["short"]) + lead)
    money = 0.0
    days: dict[str, int] = {}
    for row in files.blocks:
        pair = files.pairs.get((row["home"], row["host"]))
        host = files.sites.get(row["host"])
        if pair is None or host is None:
            continue
        allowance = float(host["allowance_vnd"]) * int(row["days"])
        cost = int(row["heads"]) * (float(pair["travel_vnd"]) + allowance)
        money += cost
        if int(row["start_day"]) >= 1:
            days[row["home"]] = days.get(row["home"], 0) + int(row["days"]) * int(row["heads"])
        if abs(cost - float(row["cost_vnd"])) > 1:
            text = "cost_vnd is {stated}, but {worked} follows."
            values = {"stated": row["cost_vnd"], "worked": cost}
            yield _broken(
                "goals", row["block_id"], abs(cost - float(row["cost_vnd"])), "VND", text, **values
            )
    staff: dict[str, float] = {}
    for key in files.places():
        staff[key[0]] = staff.get(key[0], 0.0) + files.stated("heads", key)[0]
    worst = max((total / max(1.0, staff.get(home, 0)) for home, total in days.items()), default=0.0)
    for name, worked in (("shortage", harm), ("fairness", worst)):
        stated = float(told[name]["value"] or 0.0)
        if abs(stated - worked) > RELATIVE * max(1.0, abs(worked)):
            text = "{name} is {stated}, but {worked} follows from the files."
            values = {"name": name, "stated": stated, "worked": worked}
            yield _broken("goals", name, abs(stated - worked), "", text, **values)
    if abs(float(str(files.summary["cost_vnd"])) - money) > 1:
        text = "{name} is {stated}, but {worked} follows from the files."
        stated = float(str(files.summary["cost_vnd"]))
        values = {"name": "cost_vnd", "stated": stated, "worked": money}
        yield _broken("goals", "cost_vnd", abs(stated - money), "VND", text, **values)
    for name, group in told.items():
        bound, value = group["bound"], float(group["value"] or 0.0)
        if bound is not None and bound > value + RELATIVE * max(1.0, abs(value)):
            text = "The bound of {name} is above its value."
            yield _broken("goals", name, bound - value, "", text, name=name)


def churn(files: StaffFiles) -> Found:
    """What differs from the published blocks costs as told: the burden is worked out again.

    A published block counts if it could be kept: an allowed length, within the plan, work at the
    host between the days of travel, and somebody of the role at home.
    """
    published: dict[tuple[str, ...], int] = {}
    for row in files.pinned:
        if row["kind"] == "published":
            key = _same(row)[:-1]
            published[key] = published.get(key, 0) + int(row["heads"])
    planned: dict[tuple[str, ...], int] = {}
    money = 0.0
    for row in files.blocks:
        if row["pinned"] == "1":
            continue
        key = _same(row)[:-1]
        planned[key] = planned.get(key, 0) + int(row["heads"])
        pair, host = files.pairs.get((row["home"], row["host"])), files.sites.get(row["host"])
        if pair is not None and host is not None:
            each = float(pair["travel_vnd"]) + float(host["allowance_vnd"]) * int(row["days"])
            money += int(row["heads"]) * (each + files.number("move_vnd"))
    changed = 0
    for key, heads in published.items():
        role, home, host_name, start, days = key
        pair = files.pairs.get((home, host_name))
        tau = int(pair["travel_days"]) if pair else files.days
        could = (
            int(days) in files.rules["lengths"]
            and 1 <= int(start) <= files.days - tau
            and int(days) > 2 * tau
            and files.stated("heads", (home, role)).any()
        )
        changed += abs(planned.get(key, 0) - heads) if could else 0
    worked = (money + files.number("churn_vnd") * changed) / 1e6
    stated = float(files.summary["goals"]["burden"]["value"] or 0.0)
    if abs(stated - worked) > RELATIVE * max(1.0, abs(worked)):
        text = "The burden is {stated} million VND, but {worked} follows: {changed} people changed."
        values = {"stated": stated, "worked": worked, "changed": changed}
        yield _broken("churn", "burden", abs(stated - worked), "million VND", text, **values)


RULES: tuple[Callable[[StaffFiles], Found], ...] = (
    blocks,
    pinned,
    home_floor,
    days_away,
    cover,
    role_use,
    supervision,
    frequency,
    host_share,
    people,
    tables,
    goals,
    churn,
)


def check_secondments(folder: Path, data_dir: Path | None = None) -> CheckResult:
    """Judge a folder that ``referral staff`` wrote."""
    began = time.perf_counter()
    try:
        files = read_files(folder, data_dir)
    except (OSError, ValueError, KeyError, IndexError) as error:
        text = "The folder cannot be read: {reason}."
        fault = Violation("files", str(folder), 1, "files", text, {"reason": str(error)})
        return CheckResult((fault,), {"files": 1}, {"files": 1}, time.perf_counter() - began)
    found: list[Violation] = []
    counts: dict[str, int] = {}
    for rule in RULES:
        found += rule(files)
        counts[rule.__name__] = max(1, len(files.blocks))
    broken: dict[str, int] = {}
    for one in found:
        broken[one.rule] = broken.get(one.rule, 0) + 1
    return CheckResult(tuple(found), counts, broken, time.perf_counter() - began)
