"""A published roster of a generated facility after sick calls: how soon and how near to it.

``python -m benchmarks.sick_calls [--nurses 60] [--calls 3] [--cpu 60] [--replan-cpu 2,10,30]``.
Each call is of somebody at work on day 10, for three days; the days before it are frozen. All
people are invented.
"""

from __future__ import annotations

import argparse
import random

from benchmarks.facility import facility
from optimizer.domain.roster import Assignment, RosterProblem
from optimizer.staffing.roster.change import SickCall, changes, replan
from optimizer.staffing.roster.score import explain
from optimizer.staffing.roster.solve import RosterOptions, build_roster

DAY, LENGTH = 10, 3
WALL = 20.0
"""Seconds of the clock for a second of CPU, after which a search is given up."""


def open_posts(problem: RosterProblem, made: tuple[Assignment, ...]) -> int:
    """Return posts that nobody fills."""
    matches = explain(problem, made).matches
    return sum(m.units for m in matches if m.rule == "cover" and m.level == "medium")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A roster after sick calls.")
    parser.add_argument("--nurses", type=int, default=60)
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cpu", type=float, default=60.0, help="CPU seconds of the first roster")
    parser.add_argument("--replan-cpu", default="2,10,30", help="CPU seconds of each new one")
    options = parser.parse_args()
    problem = facility(options.nurses, options.seed)
    published = build_roster(
        problem, RosterOptions(WALL * options.cpu, 2, cpu_seconds=options.cpu)
    ).assignments
    at_work = sorted({a.person for a in published if a.day == DAY})
    ill = random.Random(options.seed).sample(at_work, options.calls)
    calls = [SickCall(person, DAY, DAY + LENGTH - 1) for person in ill]
    print(f"published: {open_posts(problem, published)} posts open, ill {', '.join(ill)}")
    print("| CPU s given | wall s | CPU s | status | posts open | other changes | points |")
    print("|---:|---:|---:|---|---:|---:|---:|")
    for given in map(float, options.replan_cpu.split(",")):
        limits = RosterOptions(WALL * given, 2, cpu_seconds=given)
        after, roster = replan(problem, published, calls, DAY, limits)
        if roster.score is None:
            print(f"| {given:g} | {roster.wall_seconds:.1f} | – | {roster.status} | – | – | – |")
            continue
        others = sum(not one.called for one in changes(published, roster.assignments, calls))
        print(
            f"| {given:g} | {roster.wall_seconds:.1f} | {roster.cpu_seconds:.1f} "
            f"| {roster.status.value} | {open_posts(after, roster.assignments)} | {others} "
            f"| {roster.score.total:,} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
