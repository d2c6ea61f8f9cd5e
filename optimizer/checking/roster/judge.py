"""The judge of rosters: posts, every point counted again, and the claims of the summary."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from optimizer.checking.roster.files import Finding, RosterFiles, Row, read_files, several
from optimizer.checking.roster.inputs import inputs
from optimizer.checking.roster.personal import PERSONAL, weekends_worked
from optimizer.i18n.counting import counting

FLAGS = ("lead", "can_supervise", "trainee")
Points = Iterator[tuple[str, str, int]]
"""(rule, level, points)."""


@dataclass(frozen=True, slots=True)
class RosterVerdict:
    """What the judge found; `score` are the points by level as counted here."""

    findings: tuple[Finding, ...]
    score: dict[str, int]
    rules: int
    seconds: float

    @property
    def passed(self) -> bool:
        """True if nothing is broken."""
        return not self.findings

    def render(self, lang: str = "en") -> str:
        """Return a line for the verdict and one for each finding."""
        counted = counting(lang)
        if self.passed:
            text = "The roster keeps every rule: {rules} rules; score {hard}/{medium}/{soft}."
            return counted(text, rules=self.rules, **self.score)
        head = counted(
            "The roster breaks {rules} rules at {places} places.",
            rules=len({f.rule for f in self.findings}),
            places=len(self.findings),
        )
        return "\n".join([head, *(f.render(lang) for f in self.findings)])


def posts(files: RosterFiles) -> None:
    """Each shift is worked on a post that has cover and that the person may fill."""
    opened = {(r["unit"], r["date"], r["shift"], r["role"]) for r in files.tables["cover"]}
    for (person, _), row in files.does.items():
        own = files.people[person]
        where = f"{person}, {row['date']}"
        if (row["unit"], row["date"], row["shift"], row["role"]) not in opened:
            files.find("posts", where, "No cover is asked for on this post.")
        units = several(own.get("unit"))
        if row["role"] not in several(own["role"]) or (units and row["unit"] not in units):
            files.find(
                "posts",
                where,
                "May not fill the post {unit} {role}.",
                unit=row["unit"],
                role=row["role"],
            )


def _weight(files: RosterFiles, row: Row, column: str) -> int:
    return int(row.get(column) or files.rules.get(column, 0))


def _cover(files: RosterFiles) -> Points:
    here = Counter((r["unit"], r["date"], r["shift"], r["role"]) for r in files.does.values())
    for row in files.tables["cover"]:
        count = here[row["unit"], row["date"], row["shift"], row["role"]]
        least = int(row["minimum"])
        wanted = int(row.get("preferred") or least)
        missing = max(0, least - count)
        if files.rules.get("cover_level") == "hard" and missing:
            where = f"{row['unit']} {row['role']}, {row['date']} {row['shift']}"
            files.find("cover_minimum", where, "{count} missing below the minimum.", count=missing)
            yield "cover_minimum", "hard", missing
        yield "cover", "medium", missing * _weight(files, row, "under_weight")
        between = max(0, wanted - max(count, least))
        yield "cover", "soft", between * _weight(files, row, "preferred_weight")
        yield "cover", "soft", max(0, count - wanted) * _weight(files, row, "over_weight")


def _skills(row: Row) -> set[str]:
    return {flag for flag in FLAGS if row.get(flag) == "1"} | set(several(row.get("skills")))


def _unit_shifts(files: RosterFiles, unit: str, shift: str = "") -> list[tuple[str, str]]:
    return sorted(
        {
            (row["date"], row["shift"])
            for row in files.tables["cover"]
            if row["unit"] == unit
            and shift in ("", row["shift"])
            and int(row.get("preferred") or row["minimum"]) > 0
        }
    )


def _present(files: RosterFiles, skill: str) -> Counter[tuple[str, str, str]]:
    skilled = {person for person, row in files.people.items() if skill in _skills(row)}
    return Counter(
        (row["unit"], row["date"], row["shift"])
        for (person, _), row in files.does.items()
        if person in skilled
    )


def _mix(files: RosterFiles) -> Points:
    for rule in files.rules.get("skill_mix", ()):
        present = _present(files, rule["skill"])
        for date, shift in _unit_shifts(files, rule["unit"], rule["shift"]):
            missing = max(0, rule["minimum"] - present[rule["unit"], date, shift])
            yield from _priced(files, "skill_mix", rule, missing, date, shift)


def _supervised(files: RosterFiles) -> Points:
    for rule in files.rules.get("supervision", ()):
        trainees, trained = _present(files, rule["trainee"]), _present(files, rule["trained"])
        for date, shift in _unit_shifts(files, rule["unit"]):
            place = (rule["unit"], date, shift)
            missing = max(0, trainees[place] - rule["per"] * trained[place])
            yield from _priced(files, "supervision", rule, missing, date, shift)


def _priced(
    files: RosterFiles, name: str, rule: dict[str, object], missing: int, date: str, shift: str
) -> Points:
    if missing and rule["level"] == "hard":
        files.find(name, f"{rule['name']}, {date} {shift}", "{count} missing.", count=missing)
    weight = 1 if rule["level"] == "hard" else int(str(rule["weight"]))
    yield name, str(rule["level"]), missing * weight


def _requests(files: RosterFiles) -> Points:
    for row in files.tables["requests"]:
        shift = files.shift_on(row["person_id"], files.day(row["date"]))
        wanted = row.get("shift") or ""
        worked = bool(shift) and wanted in ("", shift)
        if worked != (row["kind"] == "on"):
            weight = int(row.get("weight") or files.rules.get("request_weight", 0))
            yield "requests", "soft", weight


def _fair(files: RosterFiles) -> Points:
    night = {code for code, row in files.shifts.items() if row.get("night") == "1"}
    holidays = {files.day(row["date"]) for row in files.tables["holidays"]}
    away = {row["person_id"] for row in files.tables["stays"]}
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for person, row in files.people.items():
        if person not in away:
            alike[row["contract_id"], tuple(sorted(several(row["role"])))].append(person)

    def nights(person: str) -> int:
        return sum(files.shift_on(person, d) in night for d in range(files.days))

    def days_off_lost(person: str) -> int:
        return sum(bool(files.shift_on(person, d)) for d in holidays if 0 <= d < files.days)

    counts: tuple[tuple[str, Callable[[str], int], bool], ...] = (
        ("night", nights, bool(night)),
        ("weekend", lambda person: weekends_worked(files, person), True),
        ("holiday", days_off_lost, bool(holidays)),
    )
    for name, count, applies in counts:
        weight = int(files.rules.get(f"{name}_weight", 0))
        for members in alike.values() if weight and applies else ():
            totals = [count(p) + int(files.people[p].get(f"{name}s_before") or 0) for p in members]
            yield f"{name}_fairness", "soft", weight * (max(totals) - min(totals))


def _changed(files: RosterFiles) -> Points:
    weight = int(files.rules.get("change_weight", 0))
    if not files.tables["published"]:
        return
    count = 0
    was = {(r["person_id"], files.day(r["date"])): r["shift"] for r in files.tables["published"]}
    for person in files.people:
        for day in range(files.days):
            if was.get((person, day), "") != files.shift_on(person, day):
                count += 1
                yield "changes", "soft", weight
    most = files.rules.get("max_changes")
    if most is not None and count > most:
        files.find(
            "changes",
            "published.csv",
            "{count} days differ; at most {most} may.",
            count=count,
            most=most,
        )


def score(files: RosterFiles) -> dict[str, int]:
    """Count every point again; the summary must say the same, level by level."""
    counted = {"hard": 0, "medium": 0, "soft": 0}
    for part in (_cover, _mix, _supervised, _requests, _fair, _changed):
        for _, level, points in part(files):
            counted[level] += points
    told = files.summary.get("score")
    for level, points in counted.items():
        said = told.get(level) if isinstance(told, dict) else None
        if said != points:
            files.find(
                "score",
                level,
                "The summary says {said} points; counted again {points}.",
                said=said,
                points=points,
            )
    total = counted["medium"] + counted["soft"]
    if files.summary.get("points") != total:
        files.find(
            "score",
            "points",
            "The summary says {said} points; counted again {points}.",
            said=files.summary.get("points"),
            points=total,
        )
    explained = [int(row["points"]) for row in _score_rows(files)]
    if sum(explained) != sum(counted.values()):
        files.find(
            "score",
            "score.csv",
            "The explanation adds up to {found}; the score is {points}.",
            found=sum(explained),
            points=sum(counted.values()),
        )
    return counted


def _score_rows(files: RosterFiles) -> list[Row]:
    from optimizer.checking.roster.files import _rows

    try:
        return _rows(files.folder / "score.csv")
    except (OSError, ValueError):
        files.find("files", "score.csv", "The file is missing or cannot be read.")
        return []


def claims(files: RosterFiles) -> None:
    """Status, bound and gap of the summary agree with each other and with the points."""
    told = files.summary
    points, bound, status = told.get("points"), told.get("bound"), told.get("status")
    if status not in ("optimal", "feasible"):
        files.find("claims", "status", "A roster cannot have the status {status}.", status=status)
    if not isinstance(points, int) or not isinstance(bound, int | float):
        if status == "optimal":
            files.find("claims", "bound", "Optimal is claimed without a bound.")
        return
    if bound > points:
        files.find(
            "claims",
            "bound",
            "The bound {bound} is above the points {points}.",
            bound=bound,
            points=points,
        )
    if (status == "optimal") != (bound >= points):
        files.find(
            "claims",
            "status",
            "The status is {status}; bound {bound}, points {points}.",
            status=status,
            bound=bound,
            points=points,
        )
    gap = told.get("gap")
    expected = max(0.0, (points - bound) / points) if points else 0.0
    if not isinstance(gap, int | float) or abs(gap - expected) > 1e-5:
        files.find(
            "claims",
            "gap",
            "The gap is {gap}; by bound and points it is {expected}.",
            gap=gap,
            expected=round(expected, 6),
        )


SHARED = ("cover_minimum", "skill_mix", "supervision", "changes")
RULES = (*(rule.__name__ for rule in PERSONAL), "posts", *SHARED, "score", "claims", "files")


def check_roster(folder: Path) -> RosterVerdict:
    """Judge a roster folder from its files alone."""
    began = time.perf_counter()
    files = read_files(folder)
    counted = {"hard": 0, "medium": 0, "soft": 0}
    if not any(f.rule == "files" for f in files.findings):
        try:
            for rule in (*PERSONAL, posts):
                rule(files)
            counted = score(files)
            claims(files)
        except (KeyError, ValueError, TypeError, ZeroDivisionError) as error:
            files.find("files", "inputs", "The files cannot be understood ({what}).", what=error)
    if files.summary and (folder / "inputs").is_dir():
        inputs(files)
    return RosterVerdict(tuple(files.findings), counted, len(RULES), time.perf_counter() - began)
