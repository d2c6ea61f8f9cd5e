"""Runs a battery in full and writes its table into RESULTS.md.

``python -m benchmarks.battery``: thirteen metamorphic properties, 200 instances each.
``python -m benchmarks.battery --always``: 500 provinces in trouble, a checked plan each.
``python -m benchmarks.battery --crosscheck``: 2,000 random instances by two hands.
``--count N`` and ``--seed S`` change how many and which. Exit code 1 if anything is violated.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.province_table import RESULTS
from optimizer.witness.compare import GROUPS, compare
from optimizer.witness.journey import random_cases
from tests.battery.always import answered
from tests.battery.metamorphic import PROPERTIES


def metamorphic(count: int, seed: int) -> tuple[list[str], int]:
    """Return the table, and how many violations there were."""
    lines = [
        f"Seeds {seed} to {seed + count - 1}; every third instance on an edge, every third under",
        "rules of others; both solves to optimality, one core beside other work.",
        "",
        "| property | instances | violations | seconds |",
        "|---|---:|---:|---:|",
    ]
    violations = 0
    for name, check in PROPERTIES.items():
        started, bad = time.perf_counter(), 0
        for number in range(seed, seed + count):
            try:
                check(number)
            except AssertionError as error:
                bad += 1
                _say(f"{name}, seed {number}: {error}")
        violations += bad
        spent = time.perf_counter() - started
        lines.append(f"| {name.replace('_', ' ')} | {count} | {bad} | {spent:.0f} |")
        _say(lines[-1])
    return lines, violations


def always(count: int, seed: int) -> tuple[list[str], int]:
    """Return the table, and how many cases had no answer."""
    started, bad, by_trouble = time.perf_counter(), 0, Counter[str]()
    unmet = rule = 0
    for number in range(seed, seed + count):
        with tempfile.TemporaryDirectory(prefix="always-") as folder:
            try:
                summary = answered(number, Path(folder) / "case")
            except AssertionError as error:
                bad += 1
                _say(f"case {number}: {error}")
                continue
        by_trouble[str(summary["case"]).rsplit(", x", 1)[0]] += 1
        unmet += summary["unmet"]
        rule += summary["solver"] == "nearest free place"
    lines = [
        f"Cases {seed} to {seed + count - 1}: overload 1, 2, 5, 20, 100 in turn on the template's",
        "province with beds, staff, vehicles and minutes at random, every 23rd a shipped province.",
        "",
        "| trouble | checked plans |",
        "|---|---:|",
        *(f"| {name} | {number} |" for name, number in sorted(by_trouble.items())),
        f"| **all** | **{count - bad} of {count}** |",
        "",
        f"{unmet} plans leave somebody unmet and say where; {rule} are the nearest-free-place",
        f"plan, kept as the better one; {time.perf_counter() - started:.0f} s.",
    ]
    return lines, bad


def crosscheck(count: int, seed: int) -> tuple[list[str], int]:
    """Return the table, and how many instances the two hands do not agree on."""
    started = time.perf_counter()
    verdicts = compare(random_cases(count, seed))
    spent = time.perf_counter() - started
    for verdict in verdicts:
        for fault in verdict.faults:
            _say(f"{verdict.name}: {fault.render('en')}")
    agree = sum(verdict.status == "agree" for verdict in verdicts)
    lines = [
        f"Seeds {seed} to {seed + count - 1}, every third instance on an edge, every third under",
        "rules of others.",
        "",
        f"| instances | agree | largest difference: {' | '.join(GROUPS)} | seconds |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    widest = [
        max((abs(v.groups[g].difference) for v in verdicts if v.groups), default=0.0)
        for g in range(len(GROUPS))
    ]
    apart = " | ".join(f"{one:.1e}" for one in widest)
    lines.append(f"| {count} | {agree} | {apart} | {spent:.0f} |")
    return lines, count - agree


def write_part(name: str, lines: list[str]) -> None:
    """Put a table between its marks in RESULTS.md, or at its end."""
    mark, end = f"<!-- {name} battery -->", f"<!-- end of {name} battery -->"
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    before, _, after = text.partition(mark)
    _, _, rest = after.partition(end)
    part = "\n".join([mark, "", *lines, "", end])
    RESULTS.write_text(before.rstrip() + f"\n\n{part}" + (rest or "\n"), encoding="utf-8")


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    """Run one battery."""
    asked = argparse.ArgumentParser(description=__doc__)
    which = asked.add_mutually_exclusive_group()
    which.add_argument("--always", action="store_true")
    which.add_argument("--crosscheck", action="store_true")
    asked.add_argument("--count", type=int)
    asked.add_argument("--seed", type=int, default=0)
    wanted = asked.parse_args()
    if wanted.always:
        lines, bad = always(wanted.count or 500, wanted.seed)
        write_part("always-an-answer", lines)
    elif wanted.crosscheck:
        lines, bad = crosscheck(wanted.count or 2000, wanted.seed)
        write_part("crosscheck", lines)
    else:
        lines, bad = metamorphic(wanted.count or 200, wanted.seed)
        write_part("metamorphic", lines)
    _say("\n".join(lines))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
