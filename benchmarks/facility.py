"""A generated facility of nurses, by seed: how soon a first roster is there, how good it gets.

``python -m benchmarks.facility [--nurses 60,120] [--seconds 60] [--write] [--folder DIR]``. Two
units (ICU and HDU), morning, afternoon and night, leads and trainees, requests, leave, a tenth of
the people lent elsewhere for two weeks, history. All people are invented.
"""

from __future__ import annotations

import argparse
import datetime
import math
import random
import tempfile
from pathlib import Path

from benchmarks.curtois import written
from optimizer.domain.roster import (
    Contract,
    Cover,
    Leave,
    Request,
    RosterProblem,
    RosterRules,
    Shift,
    SkillMix,
    StaffMember,
    Stay,
    SupervisionRatio,
    Worked,
)
from optimizer.staffing.roster.solve import RosterOptions, build_roster

DAYS = 28
HISTORY = 7
HEADS_A_POST = 5.6
"""Nurses for a post kept day and night: 168 h / (40 h x 0.85) = 4.94, and some lent (assumed)."""
MARK, END = "<!-- facility table -->", "<!-- end of facility table -->"


def facility(nurses: int, seed: int, *, pressure: float = 1.0) -> RosterProblem:
    """Return a facility of `nurses`; `pressure` scales what is needed."""
    rng = random.Random(seed)
    shifts = (
        Shift("M", 6 * 60, 8 * 60),
        Shift("A", 14 * 60, 8 * 60),
        Shift("N", 22 * 60, 8 * 60, night=True),
    )
    limits = {
        "max_consecutive_days": 6, "max_consecutive_nights": 4, "min_days_off": 2,
        "min_rest_minutes": 11 * 60,
    }  # fmt: skip
    contracts = (
        Contract("full", max_minutes=168 * 60, min_minutes=112 * 60, max_weekends=3, **limits),
        Contract("part", max_minutes=88 * 60, min_minutes=56 * 60, max_weekends=2, **limits),
    )
    people = []
    for i in range(nurses):
        icu = i % 5 < 3
        skills = {"lead"} if i % 4 == 0 else {"can_supervise"} if i % 4 < 3 else {"trainee"}
        if "lead" in skills:
            skills.add("can_supervise")
        role = ("ICU_NURSE", "NURSE") if icu else ("NURSE",)
        if not icu and i % 2:
            role = ("NURSE", "ICU_NURSE")
        people.append(
            StaffMember(
                f"DD{i:03d}",
                "BV-MAU",
                ("ICU", "HDU"),
                role,
                "part" if i % 10 == 9 else "full",
                frozenset(skills),
                nights_before=rng.randrange(3),
            )
        )
    posts = pressure * nurses * 0.9 / HEADS_A_POST
    shares = {"M": 1.25, "A": 1.0, "N": 0.75}
    cover = []
    for d in range(DAYS):
        busy = 0.85 if d % 7 >= 5 else 1.0
        for code, share in shares.items():
            icu = max(2, round(posts * share * busy * 0.6))
            hdu = max(1, round(posts * share * busy * 0.4))
            cover.append(Cover("ICU", d, code, "ICU_NURSE", icu, icu, 100, 10, 1))
            cover.append(Cover("HDU", d, code, "NURSE", hdu, hdu + 1, 100, 1, 1))
    ids = [p.id for p in people]
    lent = rng.sample(ids, nurses // 10)
    stays = []
    for id in lent:
        first = rng.randrange(0, 14)
        stays.append(Stay(id, False, first, first + 13, rest_days=2))
    here = [id for id in ids if id not in lent]
    leave = []
    for id in rng.sample(here, nurses // 4):
        first = rng.randrange(DAYS - 4)
        leave += [Leave(id, first + k, 480) for k in range(4)]
    wishes = {}
    for id in here:
        for day in rng.sample(range(DAYS), 3):
            code = rng.choice(["", "M", "A", "N"])
            wanted = bool(code) and rng.random() < 0.4
            wishes[id, day] = Request(id, day, code, wanted, rng.choice([1, 2, 3]))
    history = []
    for id in here:
        pattern = rng.choice(["MMM----", "--MMAA-", "NNN----", "--MMMA-", "---AAAA", "----MMM"])
        history += [Worked(id, k - HISTORY, c) for k, c in enumerate(pattern) if c != "-"]
    return RosterProblem(
        facility="BV-MAU",
        start=datetime.date(2026, 11, 23),
        days=DAYS,
        shifts=shifts,
        contracts=contracts,
        people=tuple(people),
        cover=tuple(cover),
        skill_mix=(SkillMix("icu_lead", "ICU", "", "lead", 1, 300),),
        supervision=(SupervisionRatio("icu_trainees", "ICU", "trainee", "can_supervise", 2, 100),),
        requests=tuple(wishes.values()),
        stays=tuple(stays),
        leave=tuple(leave),
        history=tuple(history),
        rules=RosterRules(night_weight=1, weekend_weight=1, history_days=HISTORY),
    )


def measured(nurses: int, seed: int, pressure: float, limits: RosterOptions) -> list[str]:
    """Return the cells of one line."""
    from optimizer.checking.roster.judge import check_roster
    from optimizer.exchange.roster_folder import write_roster
    from optimizer.staffing.roster.score import explain, score_rows

    problem = facility(nurses, seed, pressure=pressure)
    roster = build_roster(problem, limits)
    if roster.score is None:
        return [str(nurses), f"{pressure:g}", roster.status.value, *["–"] * 9]
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "roster"
        write_roster(target, problem, roster, score_rows(problem, roster.assignments))
        verdict = check_roster(target)
    matches = explain(problem, roster.assignments).matches
    missing = sum(m.units for m in matches if m.rule == "cover" and m.level == "medium")
    posts = sum(c.minimum for c in problem.cover)
    return [
        str(nurses),
        f"{pressure:g}",
        roster.status.value,
        f"{roster.score.medium:,}",
        f"{roster.score.soft:,}",
        f"{roster.bound:,.0f}",
        f"{roster.score.total - roster.bound:,.0f}",
        f"{missing} of {posts:,}",
        f"{roster.first_seconds:.1f}",
        f"{roster.wall_seconds:.1f}",
        f"{roster.cpu_seconds:.1f}",
        "passed" if verdict.passed else verdict.render(),
    ]


HEAD = [
    "| nurses | pressure | status | medium | soft | bound | points above it | posts missing "
    "| first s | wall s | CPU s | judge |",
    "|---:|---:|---|---:|---:|---:|---:|---|---:|---:|---:|---|",
]


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description="Generated facilities by the roster engine.")
    parser.add_argument("--nurses", default="60,120")
    parser.add_argument("--pressure", default="1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cpu", type=float, default=math.inf, help="CPU seconds of each")
    parser.add_argument("--folder", type=Path, help="only write the tables of the first facility")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sizes = [int(n) for n in options.nurses.split(",")]
    if options.folder:
        from optimizer.exchange.roster_folder import write_inputs

        write_inputs(facility(sizes[0], options.seed), options.folder)
        return
    limits = RosterOptions(options.seconds, options.workers, cpu_seconds=options.cpu)
    lines = [*HEAD]
    print("\n".join(lines), flush=True)
    for size in sizes:
        for pressure in options.pressure.split(","):
            cells = measured(size, options.seed, float(pressure), limits)
            lines.append("| " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    if options.write:
        told = (
            f"Generated facility, 28 days, seed {options.seed}, {options.workers} workers; 100 "
            "points are one post uncovered. Pressure 1: what the people could just staff."
        )
        written(MARK, END, [told, "", *lines])


if __name__ == "__main__":
    main()
