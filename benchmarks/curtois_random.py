"""Random rosters in the format of Curtois and Qu, of any size: do unknown instances load and run?

``python -m benchmarks.curtois_random [--sizes 364x150x32,182x100x8] [--seconds 60]`` writes each
into a scratch folder, reads it back, solves it, and judges the roster from its own files. Sizes
are days x staff x shift types. All figures are invented; every instance has a lawful roster for
most people by construction, none is promised.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
from pathlib import Path

from benchmarks.curtois import read_curtois

SIZES = ((28, 36, 4), (28, 60, 10), (28, 120, 18), (56, 32, 4), (84, 40, 5), (182, 100, 8),
         (364, 50, 10), (364, 150, 32))  # fmt: skip
"""Days, staff, shift types, about as large as the larger public ones."""
REST = 11 * 60
"""Minutes between shifts from which the successions follow (assumed)."""


def instance(days: int, staff: int, kinds: int, seed: int) -> str:
    """Return the text of an instance."""
    rng = random.Random(seed)
    starts = sorted(rng.sample(range(0, 1440, 15), kinds))
    lengths = [rng.choice((480, 480, 480, 600, 720)) for _ in range(kinds)]
    codes = [f"K{k}" for k in range(kinds)]
    shifts = []
    for k, code in enumerate(codes):
        ends = starts[k] + lengths[k] + REST - 1440
        after = [codes[j] for j in range(kinds) if starts[j] < ends]
        shifts.append(f"{code},{lengths[k]},{'|'.join(after)}")
    weeks = days / 7
    people, off, wishes_on, wishes_off = [], [], [], []
    for i in range(staff):
        share = rng.choice((1.0, 1.0, 1.0, 0.5))
        own = rng.sample(codes, rng.randint(max(1, kinds // 2), kinds))
        most = "|".join(f"{c}={days if c in own else 0}" for c in codes)
        hours = round(36 * 60 * weeks * share)
        people.append(
            f"P{i},{most},{hours + 360},{hours - 720},{rng.choice((5, 6))},2,"
            f"{rng.choice((2, 2, 3))},{max(1, round(weeks / 2))}"
        )
        free = sorted(rng.sample(range(days), max(1, days // 28)))
        off.append(",".join([f"P{i}", *map(str, free)]))
        for day in rng.sample(range(days), min(days, max(2, days // 6))):
            line = f"P{i},{day},{rng.choice(own)},{rng.randint(1, 3)}"
            (wishes_on if rng.random() < 0.5 else wishes_off).append(line)
    cover = []
    need = 0.58 * staff * 0.875
    for day in range(days):
        for code in codes:
            mean = need / kinds * (0.8 if day % 7 >= 5 else 1.0)
            count = int(mean) + (rng.random() < mean % 1)
            cover.append(f"{day},{code},{count},100,1")
    sections = (
        ("HORIZON", [str(days)]), ("SHIFTS", shifts), ("STAFF", people), ("DAYS_OFF", off),
        ("SHIFT_ON_REQUESTS", wishes_on), ("SHIFT_OFF_REQUESTS", wishes_off), ("COVER", cover),
    )  # fmt: skip
    return "\n".join("\n".join([f"SECTION_{name}", *lines, ""]) for name, lines in sections)


def measured(size: tuple[int, int, int], seed: int, seconds: float, cpu: float) -> list[str]:
    """Return the cells of one line."""
    from optimizer.checking.roster.judge import check_roster
    from optimizer.exchange.roster_folder import write_roster
    from optimizer.staffing.roster.score import score_rows
    from optimizer.staffing.roster.solve import RosterOptions, build_roster

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"Instance{900 + seed}.txt"
        path.write_text(instance(*size, seed), encoding="utf-8")
        problem = read_curtois(path)
        roster = build_roster(problem, RosterOptions(seconds, cpu_seconds=cpu))
        verdict = "no roster"
        if roster.score is not None:
            target = Path(scratch) / "roster"
            write_roster(target, problem, roster, score_rows(problem, roster.assignments))
            judged = check_roster(target)
            verdict = "passed" if judged.passed else judged.render()
    return [
        " x ".join(map(str, size)),
        roster.status.value,
        "–" if roster.score is None else f"{roster.score.total:,}",
        "–" if math.isnan(roster.bound) else f"{roster.bound:,.0f}",
        f"{roster.first_seconds:.1f}",
        f"{roster.wall_seconds:.1f}",
        f"{roster.cpu_seconds:.1f}",
        verdict,
    ]


HEAD = [
    "| days x staff x shifts | status | points | bound | first s | wall s | CPU s | judge |",
    "|---|---|---:|---:|---:|---:|---:|---|",
]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Random instances of the Curtois format.")
    parser.add_argument("--sizes", help="days x staff x kinds, such as 28x36x4,364x150x32")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cpu", type=float, default=math.inf, help="CPU seconds of each")
    options = parser.parse_args()
    sizes = list(SIZES)
    if options.sizes:
        sizes = []
        for text in options.sizes.split(","):
            days, staff, kinds = (int(n) for n in text.split("x"))
            sizes.append((days, staff, kinds))
    print("\n".join(HEAD), flush=True)
    for size in sizes:
        cells = measured(size, options.seed, options.seconds, options.cpu)
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
