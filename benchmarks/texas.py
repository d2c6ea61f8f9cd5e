"""A real wave under the rules of a published peer: ICU patients in Texas, summer 2020.

``python -m benchmarks.texas [--cases DIR] [--only NAME ...]`` reads the folder ``texas_icu`` of DIR
(or of the environment variable REFERRAL_CASES), writes it as a province in our own format into a
temporary folder, plans with `referral plan`'s own machinery, has every plan judged by the checker,
and writes the table into RESULTS.md. Nothing of the case is kept.

A node is an area with its own unit; one care level; nobody waits; the corridor is open, so that its
patient-days are the overflow; who comes may be admitted elsewhere, which is a move and counts at
the sender that day; the opening census leaves on known days; 1 a patient-day above the beds, 0.01 a
move.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.texas_format import (
    Wave,
    arrivals_of,
    leaving_of,
    read_wave,
    write_province,
    write_scenario,
)
from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import assemble
from optimizer.loading import load
from optimizer.planning import baselines
from optimizer.planning.solve import SolveOptions
from optimizer.run import Outcome, plan_scenario

RESULTS = Path(__file__).with_name("RESULTS.md")
MARK, END = "<!-- texas table -->", "<!-- end of texas table -->"
WINDOW = 14
"""Days looked ahead by the plan that is made anew each morning."""
MEMORY = 3
"""Days whose mean is its forecast."""


@dataclass(slots=True)
class Line:
    """One line of the table."""

    what: str
    overflow: float
    moved: float
    seconds: float
    remark: str = ""


@dataclass(slots=True)
class Bench:
    """Plans the case in one temporary folder."""

    wave: Wave
    folder: Path
    days: int
    lines: list[Line] = field(default_factory=list)

    def say(self, line: Line) -> None:
        """Keep a line and print it."""
        self.lines.append(line)
        print(cells(line), flush=True)

    def plan(self, scenario: Path, seconds: float = 120.0) -> Outcome:
        """Plan as `referral plan --all-ways` does, and judge the folder once more."""
        out = self.folder / "plans" / scenario.stem
        options = SolveOptions(window_seconds=seconds)
        outcome = plan_scenario(
            scenario, data_dir=self.folder, out=out, options=options, all_ways=True
        )
        broken = check_plan(out).violations
        if broken:
            raise SystemExit("\n".join(v.render("en") for v in broken[:5]))
        return outcome


def overflow(folder: Path, days: int = 10**6) -> float:
    """Return the patient-days above the beds, over all days solved."""
    with (folder / "corridor.csv").open(encoding="utf-8", newline="") as file:
        return sum(float(r["patients"]) for r in csv.DictReader(file) if int(r["day"]) <= days)


def moves(
    folder: Path, day: int = 0, tables: Sequence[str] = ("admissions", "transfers")
) -> list[tuple[str, str, float]]:
    """Return (from, to, patients) of everybody admitted elsewhere or transferred (on one day)."""
    found = []
    for name in tables:
        sender, receiver = ("area", "unit") if name == "admissions" else ("from_unit", "to_unit")
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                a, b = row[sender][1:], row[receiver][1:]
                if a != b and day in (0, int(row["day"])):
                    found.append((a, b, float(row["patients"])))
    return found


def total(found: Sequence[tuple[str, str, float]]) -> float:
    """Return the patients of some moves."""
    return sum(patients for _, _, patients in found)


def cells(line: Line) -> str:
    """Return a line of the Markdown table."""
    moved = f"{line.moved:,.1f}" if line.moved % 1 > 0.05 else f"{line.moved:,.0f}"
    return f"| {line.what} | {line.overflow:,.1f} | {moved} | {line.seconds:.0f} | {line.remark} |"


def baselines_of(bench: Bench, days: int) -> None:
    """Add no transfers and the greedy rule, whole people, by the product's own baselines."""
    rows = {"arrivals": arrivals_of(bench.wave, days), "leaving": leaving_of(bench.wave, days)}
    path = write_scenario(
        bench.folder, "rules", bench.wave, days=days, rules={"whole_window": True}, **rows
    )
    for what, rival in (
        ("no transfers", baselines.no_transfers),
        ("greedy: nearest free bed, today only", baselines.greedy),
    ):
        started = time.perf_counter()
        tables, scenario, _ = load(path, bench.folder)
        plan, inst = rival(assemble(tables, scenario).instance)
        moved = float(plan.admitted[inst.left_unit >= 0].sum())
        seconds = time.perf_counter() - started
        bench.say(Line(what, float(plan.corridor.sum()), moved, seconds, "`planning/baselines.py`"))


def hindsight(bench: Bench, days: int, what: str, remark: str, **rules: Any) -> None:
    """Add a plan that knows the whole wave."""
    rows = {"arrivals": arrivals_of(bench.wave, days), "leaving": leaving_of(bench.wave, days)}
    name = "hindsight-" + "-".join(rules)
    path = write_scenario(bench.folder, name, bench.wave, days=days, rules=rules, **rows)
    started = time.perf_counter()
    outcome = bench.plan(path)
    found, harm = moves(outcome.folder), outcome.summary["objective"]["harm"]
    seconds = time.perf_counter() - started
    inpatients = total(moves(outcome.folder, tables=("transfers",)))
    told = remark.format(gap=100 * harm["gap"], bound=harm["bound"], inpatients=inpatients)
    bench.say(Line(what, overflow(outcome.folder), total(found), seconds, told))


def rolling(bench: Bench, days: int, what: str, remark: str, *, known_leaving: bool) -> None:
    """Add the plan that is made anew each morning and knows nothing of the days to come.

    Today's patients are open requests, whole; the next days' are the mean of the last three. Who
    of the eve's patients leaves when is known (`known_leaving`), or falls by the mean of the last
    three days too. What is carried out is day 1 of each plan.
    """
    wave, started = bench.wave, time.perf_counter()
    nodes = len(wave.ids)
    placed = np.zeros((nodes, days))
    over = moved = 0.0
    still = wave.eve.copy()
    for today in range(days):
        still = still - wave.left[:, today]
        recent = slice(max(0, today - MEMORY + 1), today + 1)
        ahead = wave.came[:, recent].mean(axis=1)
        pace = wave.left[:, recent].mean(axis=1)
        leaving: list[dict[str, Any]] = []
        for n, name in enumerate(wave.ids):
            stays = np.zeros(WINDOW + 1)
            for t in range(WINDOW):
                if known_leaving:
                    last = min(days - 1, today + t)
                    stays[t] = still[n] - wave.left[n, today + 1 : last + 1].sum()
                else:
                    stays[t] = max(0.0, still[n] - t * pace[n])
                for before in range(today):
                    age = today + t - before
                    if age < len(wave.curve):
                        stays[t] += placed[n, before] * wave.curve[age]
            for t in range(1, WINDOW + 1):
                gone = stays[t - 1] - stays[t]
                if gone > 1e-9:
                    leaving.append(
                        {"unit": f"U{name}", "severity": "icu", "phase": "acute"}
                        | {"leaves_on_day": t + 1, "count": round(float(gone), 9)}
                    )
        requests = [
            {"area": f"C{name}", "severity": "icu", "count": int(wave.came[n, today])}
            for n, name in enumerate(wave.ids)
            if wave.came[n, today] > 0
        ]
        arrivals = [
            {"area": f"C{name}", "day": t + 1, "severity": "icu", "count": round(float(mean), 9)}
            for name, mean in zip(wave.ids, ahead, strict=True)
            for t in range(1, WINDOW)
            if mean > 0
        ]
        name = f"rolling-{int(known_leaving)}-{today + 1}"
        path = write_scenario(
            bench.folder,
            name,
            wave,
            days=WINDOW,
            start=today + 1,
            arrivals=arrivals,
            requests=requests,
            leaving=leaving,
        )
        folder = bench.plan(path).folder
        for area, unit, patients in moves(folder, day=1):
            a, b = wave.ids.index(area), wave.ids.index(unit)
            placed[a, today] -= patients
            placed[b, today] += patients
            moved += patients
        placed[:, today] += wave.came[:, today]
        over += overflow(folder, days=1)
    assert np.allclose(placed, np.round(placed))
    bench.say(Line(what, over, moved, time.perf_counter() - started, remark))


def put_between(mark: str, end: str, lines: Sequence[str]) -> None:
    """Put lines into RESULTS.md between two marks, at the end if the marks are not there yet."""
    text = RESULTS.read_text(encoding="utf-8")
    before, found, after = text.partition(mark)
    rest = after.partition(end)[2] if found else "\n"
    head = before if found else before.rstrip("\n") + "\n\n"
    RESULTS.write_text(head + "\n".join([mark, "", *lines, "", end]) + rest, encoding="utf-8")


def write_results(lines: Sequence[Line]) -> None:
    """Put the table into RESULTS.md."""
    table = [
        "Texas, ICU patients, summer 2020: 22 areas, 62 days, a published peer's rules as options",
        "of the same model (`python -m benchmarks.texas --cases DIR`); every plan but those of the",
        "first two lines judged by the checker. Overflow in patient-days above the beds; seconds",
        "are wall time, files to judged plan, on two cores shared with other work.",
        "",
        "| what | overflow | moved | seconds | |",
        "|---|---:|---:|---:|---|",
        *map(cells, lines),
    ]
    put_between(MARK, END, table)


def main() -> None:
    """Run every line, or those named by --only."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", default=os.environ.get("REFERRAL_CASES", ""))
    parser.add_argument("--only", nargs="*", default=[])
    told = parser.parse_args()
    folder = Path(told.cases) / "texas_icu"
    if not told.cases or not folder.is_dir():
        sys.exit("Name the folder of cases by --cases DIR or REFERRAL_CASES; texas_icu lies in it.")
    wave = read_wave(folder)
    days = wave.came.shape[1]
    runs: dict[str, Callable[[Bench], None]] = {
        "baselines": lambda b: baselines_of(b, days),
        "lp": lambda b: hindsight(b, days, "hindsight, LP (the bound)", "objective {bound:.3f}"),
        "whole": lambda b: hindsight(
            b, days, "hindsight, whole patients", "gap {gap:.2f} % of the LP", whole_window=True
        ),
        "once": lambda b: hindsight(
            b,
            days,
            "hindsight, opening census may move once as well",
            "{inpatients:.1f} of the moves are of the opening census",
            leaving_moves_once=True,
        ),
        "rolling": lambda b: rolling(
            b,
            days,
            "re-planned daily, leaving days of the opening census known",
            "14-day window, arrivals = mean of the last 3 days, today's patients whole",
            known_leaving=True,
        ),
        "blind": lambda b: rolling(
            b,
            days,
            "re-planned daily, nothing known ahead",
            "the opening census too falls as in the last 3 days",
            known_leaving=False,
        ),
    }
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(wave, Path(temporary) / "texas", days)
        write_province(bench.folder, wave)
        for name in told.only or runs:
            runs[name](bench)
    if not told.only:
        write_results(bench.lines)


if __name__ == "__main__":
    main()
