"""Judges a staff folder whole: the secondments, the bed plan handed over, and that both agree.

What the plan counts as lent and borrowed is worked out again from the blocks, the helpers and the
courses: docs/staffing.md sections 2 and 4.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.judge import check_plan, read_case
from optimizer.checking.roster_table import roster_table
from optimizer.checking.secondment_files import StaffFiles, losses, read_files
from optimizer.checking.secondments import check_secondments
from optimizer.checking.staff_columns import columns
from optimizer.checking.staff_rosters import rosters
from optimizer.checking.staff_told import told
from optimizer.checking.violation import Bench, CheckResult, FloatArray, Violation

PLAN = "plan"
"""The plan folder inside a staff folder."""
ROSTERS = "rosters"
"""The folder of roster folders inside a staff folder, one a facility."""
HAIR = 1e-5
Lent = dict[tuple[str, str], FloatArray]
"""(unit, role) -> (T,) people on duty more or fewer."""
MISSING = "{file} is missing."
UNREADABLE = "The folder cannot be read: {reason}."


def check_staff(folder: Path, data_dir: Path | None = None) -> CheckResult:
    """Judge a folder that ``referral staff`` wrote, its plan with it.

    A folder of an earlier version has no plan; then its secondments alone are judged.
    """
    began = time.perf_counter()
    result = check_secondments(folder, data_dir)
    try:
        summary = json.loads((folder / "staff.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return result
    if not isinstance(summary, dict) or (
        "plan" not in summary and not (folder / PLAN / "plan.json").is_file()
    ):
        return result
    province = data_dir or folder / str(summary.get("data_dir"))
    judged = check_plan(folder / PLAN, province)
    found = [*result.violations, *judged.violations]
    counts, broken = {**result.counts, **judged.counts}, {**result.broken, **judged.broken}
    bench = Bench()
    with np.errstate(all="ignore"):
        case = read_case(folder / PLAN, province, bench)
    if case is not None and not result.broken.get("files"):
        try:
            files = read_files(folder, province)
            for name, rule in RULES.items():
                some = list(rule(folder, files, case))
                counts[name] = max(1, len(files.blocks))
                found += some
                if some:
                    broken[name] = len(some)
        except FileNotFoundError as error:
            place = str(error.filename)
            fault = Violation("files", place, 1, "files", MISSING, {"file": place})
            found, broken["files"] = [*found, fault], broken.get("files", 0) + 1
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            fault = Violation("files", str(folder), 1, "files", UNREADABLE, {"reason": str(error)})
            found, broken["files"] = [*found, fault], broken.get("files", 0) + 1
    return CheckResult(tuple(found), counts, broken, time.perf_counter() - began)


def lent(folder: Path, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """Whom the plan counts as lent and borrowed follows from the blocks, and from the rosters."""
    due = _due(folder, files, case)
    there: Lent = {}
    for unit, role, first, last, people in case.scenario.lent:
        days = there.setdefault((unit, role), np.zeros(case.scenario.days))
        days[first - 1 : last] += people
    none = np.zeros(case.scenario.days)
    for key in sorted({*due, *there}):
        off = np.abs(due.get(key, none) - there.get(key, none))
        for day in np.flatnonzero(off > HAIR)[:5]:
            text = "The plan counts {stated} people on duty as borrowed; {worked} follows."
            values = {
                "stated": float(there.get(key, none)[day]),
                "worked": float(due.get(key, none)[day]),
            }
            where = f"lent({key[0]},{key[1]},{day + 1})"
            yield Violation("lent", where, float(off[day]), "people", text, values)


def _due(folder: Path, files: StaffFiles, case: Case) -> Lent:
    """Return the people on duty whom each unit has more or fewer, by its secondments."""
    scenario, duty = case.scenario, _duty(files, case)
    there = scenario.staff_factors * (1 - scenario.surge_absence)
    units = set(case.units)
    out: Lent = {}

    def add(unit: str, role: str, first: int, end: int, people: float) -> None:
        if unit in units:
            days = out.setdefault((unit, role), np.zeros(scenario.days))
            span = slice(max(0, first), max(0, end))
            days[span] += people * there[span]

    rest = int(files.number("rest_days_after"))
    for block in files.blocks:
        start, length = int(block["start_day"]) - 1, int(block["days"])
        pair = files.pairs.get((block["home"], block["host"]))
        tau = int(pair["travel_days"]) if pair else 0
        people = int(block["heads"]) * duty(block["home"], block["role"])
        add(block["home"], block["role"], start, start + length + rest, -people)
        add(block["host"], block["role"], start + tau, start + length - tau, people)
    for row in files.helping:
        if files.training_days(row["role"], row["post"]):
            day, site = int(row["day"]), row["site"]
            people = float(row["heads"]) * duty(site, row["role"])
            add(site, row["role"], day - 1, day, -people)
            add(site, row["post"], day - 1, day, people)
    for row in files.training:
        first, length = int(row["start_day"]) - 1, files.training_days(row["role"], row["post"])
        people = int(row["heads"]) * duty(row["site"], row["role"])
        add(row["site"], row["role"], first, first + length, -people)
    for unit, role, day, lost in losses(folder):
        days = out.setdefault((unit, role), np.zeros(scenario.days))
        days[day - 1] -= lost
    return out


def _duty(files: StaffFiles, case: Case) -> Any:
    """Return the time on duty of one head of a site and role: on_duty / heads of its home.

    Where a home has nobody on duty (pools outside), the mean of the role in the province.
    """
    units, table = case.sources["units"].ids("unit_id"), case.sources["staff"]
    unit_of = {units[m]: name for f, name in enumerate(case.units) for m in case.places.members[f]}
    on: dict[tuple[str, str], float] = {}
    figures = table.numbers("on_duty", blank=0.0)
    for member, role, people in zip(table.ids("unit_id"), table.ids("role"), figures, strict=True):
        if member in unit_of:
            key = unit_of[member], role
            on[key] = on.get(key, 0.0) + float(people)

    def heads(site: str, role: str) -> float:
        return float(files.stated("heads", (site, role))[0])

    def duty(site: str, role: str) -> float:
        if on.get((site, role), 0.0) > 0:
            return on[site, role] / max(1.0, heads(site, role))
        total = sum(people for (_, other), people in on.items() if other == role)
        return total / max(1.0, sum(heads(unit, role) for unit in case.units))

    return duty


def handed_over(folder: Path, files: StaffFiles, case: Case) -> Iterator[Violation]:
    """What is told of the plan stands in it, and both are of one scenario."""
    plan: Mapping[str, Any] = case.plan.value
    summary = files.summary
    told = summary["plan"]
    due = {
        "plan.plan_id": (told["plan_id"], plan["plan_id"]),
        "plan.status": (told["status"], plan["status"]),
        **{
            f"plan.{key}": (told[key], plan["objective"]["harm"][key])
            for key in ("value", "bound", "gap")
        },
        "harm.handed_over": (summary["harm"]["handed_over"], plan["objective"]["harm"]["value"]),
        "kpis.handed_over": (summary["kpis"]["handed_over"], plan["kpis"]),
    }
    for name, (stated, worked) in due.items():
        if stated != worked:
            text = "{name} is {stated}, but the plan says {worked}."
            values = {"name": name, "stated": str(stated)[:60], "worked": str(worked)[:60]}
            yield Violation("handed_over", f"handed_over({name})", 1, "", text, values)
    own = json.loads((folder / "inputs" / "scenario.json").read_text(encoding="utf-8"))
    theirs = dict(case.scenario.document)
    for one in (own, theirs):
        one["staff"] = {key: value for key, value in one["staff"].items() if key != "lent"}
        one["provenance"] = {k: v for k, v in one["provenance"].items() if k != "staff.lent"}
    for key in sorted({*own, *theirs}):
        if own.get(key) != theirs.get(key):
            text = "The plan is of another scenario: {name} differs."
            yield Violation("handed_over", f"handed_over({key})", 1, "", text, {"name": key})


RULES: Mapping[str, Callable[[Path, StaffFiles, Case], Iterator[Violation]]] = {
    "lent": lent,
    "handed_over": handed_over,
    "columns": columns,
    "told": told,
    "rosters": rosters,
    "roster_table": roster_table,
}
