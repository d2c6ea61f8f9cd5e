"""Public nurse rosters of Curtois and Qu by our own roster engine: read, solve, judge, table.

Run: ``python -m benchmarks.curtois --cases DIR [--only 1,2] [--seconds 60] [--write]``; `DIR` holds
``Instance1.txt`` and so on (or set ``REFERRAL_CASES``). The files stay where they are. Nothing in
the engine knows the format: an instance becomes a `RosterProblem` like any other.
"""

from __future__ import annotations

import argparse
import datetime
import math
import os
import sys
import tempfile
from pathlib import Path

from optimizer.domain.roster import (
    Contract,
    Cover,
    Leave,
    Request,
    RosterProblem,
    Shift,
    StaffMember,
)

BEST_KNOWN = {
    1: 607, 2: 828, 3: 1001, 4: 1716, 5: 1143, 6: 1950, 7: 1056, 8: 1300,
}  # fmt: skip
"""Best known penalties as the publishers of the instances list them; 1 to 7 are proved."""
MONDAY = datetime.date(2026, 11, 23)
"""Instances begin on a Monday without a date; this one."""
UNIT, ROLE = "ward", "nurse"
RESULTS = Path(__file__).with_name("RESULTS.md")


class FormatError(ValueError):
    """The file is not an instance; says every line that is wrong."""


def read_curtois(path: Path) -> RosterProblem:
    """Return the problem of one instance file.

    Raises
    ------
    FormatError
        With every line that cannot be read.
    """
    sections: dict[str, list[tuple[int, list[str]]]] = {}
    faults: list[str] = []
    current = ""
    for number, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            current = line.removeprefix("SECTION_")
            sections.setdefault(current, [])
        elif current:
            sections[current].append((number, [cell.strip() for cell in line.split(",")]))
        else:
            faults.append(f"{path.name}:{number}: text before the first section")
    missing = {"HORIZON", "SHIFTS", "STAFF", "COVER"} - sections.keys()
    faults += [f"{path.name}: SECTION_{name} is missing" for name in sorted(missing)]
    if faults:
        raise FormatError("\n".join(faults))
    reader = _Reader(path.name, faults)
    problem = reader.problem(sections)
    if faults or problem is None:
        raise FormatError("\n".join(faults))
    return problem


class _Reader:
    """Turns the sections into nouns; collects what is wrong."""

    def __init__(self, file: str, faults: list[str]) -> None:
        self.file, self.faults = file, faults

    def number(self, line: int, cell: str) -> int:
        try:
            return int(cell)
        except ValueError:
            self.faults.append(f"{self.file}:{line}: {cell!r} is not a whole number")
            return 0

    def known(self, line: int, cell: str, among: set[str], what: str) -> bool:
        if cell not in among:
            self.faults.append(f"{self.file}:{line}: no {what} {cell!r}")
        return cell in among

    def problem(self, sections: dict[str, list[tuple[int, list[str]]]]) -> RosterProblem | None:
        line, cells = sections["HORIZON"][0]
        days = self.number(line, cells[0])
        shifts = []
        for line, cells in sections["SHIFTS"]:
            after = cells[2] if len(cells) > 2 else ""
            barred = tuple(code for code in after.split("|") if code)
            shifts.append(Shift(cells[0], 0, self.number(line, cells[1]), not_next_day=barred))
        codes = {shift.code for shift in shifts}
        contracts, people = [], []
        for line, cells in sections["STAFF"]:
            if len(cells) != 8:
                self.faults.append(f"{self.file}:{line}: {len(cells)} fields, 8 expected")
                continue
            most = {}
            for part in cells[1].split("|"):
                code, _, count = part.partition("=")
                if part and self.known(line, code, codes, "shift"):
                    most[code] = self.number(line, count)
            limits = [self.number(line, cell) for cell in cells[2:]]
            contracts.append(
                Contract(
                    cells[0],
                    max_minutes=limits[0],
                    min_minutes=limits[1],
                    max_consecutive_days=limits[2],
                    min_consecutive_days=limits[3],
                    min_days_off=limits[4],
                    max_weekends=limits[5],
                    max_shifts=most,
                )
            )
            people.append(StaffMember(cells[0], "", (UNIT,), (ROLE,), cells[0]))
        ids = {member.id for member in people}
        leave = [
            Leave(cells[0], self.number(line, day))
            for line, cells in sections.get("DAYS_OFF", ())
            if self.known(line, cells[0], ids, "employee")
            for day in cells[1:]
            if day
        ]
        requests = [
            Request(cells[0], self.number(line, cells[1]), cells[2], wanted,
                    self.number(line, cells[3]))
            for name, wanted in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False))
            for line, cells in sections.get(name, ())
            if self.known(line, cells[0], ids, "employee")
            and self.known(line, cells[2], codes, "shift")
        ]  # fmt: skip
        cover = []
        for line, cells in sections["COVER"]:
            if self.known(line, cells[1], codes, "shift"):
                day, need, under, over = (self.number(line, c) for c in (cells[0], *cells[2:5]))
                cover.append(Cover(UNIT, day, cells[1], ROLE, need, need, under, 0, over))
        if self.faults:
            return None
        return RosterProblem(
            facility=self.file.removesuffix(".txt"),
            start=MONDAY,
            days=days,
            shifts=tuple(shifts),
            contracts=tuple(contracts),
            people=tuple(people),
            cover=tuple(cover),
            requests=tuple(requests),
            leave=tuple(leave),
        )


def cases_folder(given: str | None) -> Path:
    """Return the folder of the instances, from the option or the environment."""
    folder = given or os.environ.get("REFERRAL_CASES", "")
    if not folder:
        sys.exit("Name the folder of the instances: --cases DIR, or set REFERRAL_CASES.")
    path = Path(folder)
    return path / "curtois" if (path / "curtois").is_dir() else path


def solved(path: Path, seconds: float, workers: int, cpu: float) -> list[str]:
    """Solve one instance, judge it from its files, and return the cells of its line."""
    from optimizer.checking.roster.judge import check_roster
    from optimizer.exchange.roster_folder import write_roster
    from optimizer.staffing.roster.score import score_rows
    from optimizer.staffing.roster.solve import RosterOptions, build_roster

    number = int("".join(c for c in path.stem if c.isdigit()) or 0)
    problem = read_curtois(path)
    roster = build_roster(problem, RosterOptions(seconds, workers, cpu_seconds=cpu))
    best = BEST_KNOWN.get(number)
    verdict = "no roster"
    if roster.score is not None:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "roster"
            write_roster(target, problem, roster, score_rows(problem, roster.assignments))
            found = check_roster(target)
        verdict = "passed" if found.passed else found.render()
    points = roster.score.total if roster.score else None
    away = 100 * (points - best) / best if points is not None and best else None
    return [
        str(number),
        f"{problem.days} x {len(problem.people)} x {len(problem.shifts)}",
        "–" if best is None else f"{best:,}",
        "–" if points is None else f"{points:,}",
        "–" if away is None else f"{away:.2f}",
        f"{roster.bound:,.0f}",
        f"{roster.lp_bound:,.1f}",
        f"{100 * roster.gap:.2f}",
        roster.status.value,
        f"{roster.first_seconds:.1f}",
        f"{roster.wall_seconds:.1f}",
        f"{roster.cpu_seconds:.1f}",
        verdict,
    ]


MARK, END = "<!-- curtois table -->", "<!-- end of curtois table -->"
HEAD = [
    "| instance | days x staff x shifts | best known | points | above best % | bound "
    "| LP bound | gap % | status | first s | wall s | CPU s | judge |",
    "|---:|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---|",
]


def main() -> None:
    """Solve instances one after the other and print, or write, the table."""
    parser = argparse.ArgumentParser(description="Curtois instances by the roster engine.")
    parser.add_argument("--cases", help="folder of the instances; or REFERRAL_CASES")
    parser.add_argument("--only", help="numbers, such as 1,2,8; all there are if left out")
    parser.add_argument("--seconds", type=float, default=60.0, help="wall time of each")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cpu", type=float, default=math.inf, help="CPU seconds of each")
    parser.add_argument("--write", action="store_true", help="put the lines into RESULTS.md")
    parser.add_argument("--printed", type=Path, help="write what an earlier run printed instead")
    options = parser.parse_args()
    if options.printed:
        printed = options.printed.read_text(encoding="utf-8").splitlines()
        merge([line for line in printed if line.startswith("| ") and line[2].isdigit()])
        return
    folder = cases_folder(options.cases)
    numbers = [int(n) for n in options.only.split(",")] if options.only else range(1, 100)
    print("\n".join(HEAD), flush=True)
    for number in numbers:
        path = folder / f"Instance{number}.txt"
        if path.is_file():
            cells = solved(path, options.seconds, options.workers, options.cpu)
            line = "| " + " | ".join(cells) + " |"
            print(line, flush=True)
            if options.write:
                merge([line])


def merge(lines: list[str]) -> None:
    """Put lines into the table of RESULTS.md, each in the place of the same instance."""
    _, _, block = RESULTS.read_text(encoding="utf-8").partition(MARK)
    old = [line for line in block.partition(END)[0].splitlines() if line.startswith("| ")]
    known = {int(line.split("|")[1]): line for line in old if line[2].isdigit()}
    known |= {int(line.split("|")[1]): line for line in lines}
    told = (
        "Curtois and Qu by the roster engine, two workers. The machine was shared and busy (load 6 "
        "to 12 on two cores), so wall time says little; CPU seconds are those of the process. The "
        "judge reads the written files alone. `python -m benchmarks.curtois --cases DIR --cpu 60 "
        "--seconds 300 --write`; 5 and 7 by an earlier version, `--cpu 100 --seconds 420`"
    )
    written(MARK, END, [told, "", *HEAD, *(known[n] for n in sorted(known))])


def written(mark: str, end: str, lines: list[str]) -> None:
    """Put lines between two marks of RESULTS.md."""
    text = RESULTS.read_text(encoding="utf-8")
    before, _, after = text.partition(mark)
    _, _, rest = after.partition(end)
    block = "\n".join([mark, "", *lines, "", end])
    RESULTS.write_text(before.rstrip() + "\n\n" + block + (rest or "\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
