"""Writes a secondment plan as a folder of CSV tables and ``staff.json``; reads nothing."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.instance import FloatArray
from optimizer.domain.secondment import Secondment, SecondmentPlan, SecondmentProblem

SUMMARY_FILE = "staff.json"

BLOCK_COLUMNS = (
    "block_id",
    "role",
    "home",
    "host",
    "start_day",
    "last_day",
    "start_date",
    "last_date",
    "days",
    "heads",
    "travel_days",
    "rest_days_after",
    "pinned",
    "lending",
    "cost_vnd",
)
GOING_COLUMNS = (
    "person_id",
    "block_id",
    "role",
    "home",
    "host",
    "start_date",
    "last_date",
    "back_date",
)
HEAD_COLUMNS = (
    "site",
    "role",
    "day",
    "heads",
    "floor",
    "wanted",
    "eligible",
    "need",
    "leads",
    "weight",
    "away",
    "here",
    "learning",
    "helping_elsewhere",
    "helped",
    "short",
    "lead_short",
)


def write_staff_folder(
    folder: Path,
    problem: SecondmentProblem,
    plan: SecondmentPlan,
    going: Sequence[tuple[str, Secondment]],
    first_day: datetime.date,
    summary: Mapping[str, Any],
    ids: Mapping[Secondment, str],
) -> None:
    """Write the tables and the summary; `going` are person ids with their blocks.

    `ids`: of every block of the plan.
    """
    inputs = folder / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    date = _dates(first_day)
    _write(
        folder / "secondments.csv",
        BLOCK_COLUMNS,
        (_block_row(problem, block, ids[block], date) for block in plan.blocks),
    )
    _write(
        folder / "people_away.csv",
        GOING_COLUMNS,
        (
            (
                person,
                ids[block],
                block.role,
                block.home,
                block.host,
                date(block.start),
                date(block.last),
                date(block.last + problem.rules.rest_days_after + 1),
            )
            for person, block in going
        ),
    )
    _write(
        folder / "training.csv",
        ("site", "role", "post", "start_day", "start_date", "heads"),
        ((t.site, t.role, t.post, t.start, date(t.start), t.heads) for t in plan.training),
    )
    heads = list(_head_rows(problem, plan))
    _write(folder / "heads.csv", HEAD_COLUMNS, heads)
    short = HEAD_COLUMNS.index("short")
    _write(
        folder / "shortage.csv",
        ("site", "role", "day", "date", "need", "short", "lead_short", "weight"),
        (
            (*row[:3], date(int(row[2])), row[7], row[short], row[short + 1], row[9])
            for row in heads
            if row[short] > 0 or row[short + 1] > 0
        ),
    )
    _write(
        folder / "helping.csv",
        ("role", "post", "site", "day", "heads"),
        (
            (one.role, one.post, problem.sites[h], d + 1, _number(plan.substituted[u, h, d]))
            for u, one in enumerate(problem.substitutes)
            for h, d in np.argwhere(plan.substituted[u] > 1e-9)
        ),
    )
    _write_inputs(inputs, problem)
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    (folder / SUMMARY_FILE).write_text(text + "\n", encoding="utf-8")


def _dates(first_day: datetime.date) -> Any:
    def date(day: int) -> str:
        return str(first_day + datetime.timedelta(days=day - 1))

    return date


def _block_row(
    problem: SecondmentProblem, block: Secondment, name: str, date: Any
) -> tuple[object, ...]:
    return (
        name,
        block.role,
        block.home,
        block.host,
        block.start,
        block.last,
        date(block.start),
        date(block.last),
        block.length,
        block.heads,
        problem.travel_of(block),
        problem.rules.rest_days_after,
        int(block.pinned),
        problem.legal_basis[problem.sites.index(block.home)],
        _number(problem.cost_vnd(block)),
    )


def _head_rows(problem: SecondmentProblem, plan: SecondmentPlan) -> Iterable[tuple[Any, ...]]:
    """Yield the rows of heads.csv: every site and role that has heads or a need, every day."""
    away, here = problem.moved(plan.blocks)
    learning, elsewhere, helped = (np.zeros(away.shape) for _ in range(3))
    for u, one in enumerate(problem.substitutes):
        g, k = problem.roles.index(one.role), problem.roles.index(one.post)
        elsewhere[g] += plan.substituted[u]
        helped[k] += plan.substituted[u]
        for course in plan.training:
            if (course.role, course.post) == (one.role, one.post):
                h, first = problem.sites.index(course.site), course.start - 1
                learning[g, h, first : first + one.training_days] += course.heads
    used = (problem.heads > 0) | (problem.need > 0).any(axis=2) | (here > 0).any(axis=2)
    for h, site in enumerate(problem.sites):
        for g, role in enumerate(problem.roles):
            for d in range(problem.days) if used[g, h] else ():
                yield (
                    site,
                    role,
                    d + 1,
                    int(problem.heads[g, h]),
                    int(problem.floor[g, h, d]),
                    int(problem.wanted[g, h, d]),
                    int(problem.eligible[g, h, d]),
                    int(problem.need[g, h, d]),
                    int(problem.leads[g, h, d]),
                    _number(problem.weight[g, h, d]),
                    int(away[g, h, d]),
                    int(here[g, h, d]),
                    _number(learning[g, h, d]),
                    _number(elsewhere[g, h, d]),
                    _number(helped[g, h, d]),
                    _number(plan.short[g, h, d]),
                    _number(plan.lead_short[g, h, d]),
                )


def _number(value: float) -> float | int:
    """Return a number that is written without noise and read back as it was."""
    number = float(value)
    return int(number) if number.is_integer() else number


def _write_inputs(inputs: Path, problem: SecondmentProblem) -> None:
    _write(
        inputs / "sites.csv",
        ("site", "may_host", "may_lend", "lead_days", "allowance_vnd", "pool", "lending"),
        zip(
            problem.sites,
            problem.may_host.astype(int).tolist(),
            problem.may_lend.astype(int).tolist(),
            problem.lead_days.tolist(),
            _plain(problem.allowance_vnd),
            problem.pool,
            problem.legal_basis,
            strict=True,
        ),
    )
    there = np.argwhere(np.isfinite(problem.travel_minutes))
    _write(
        inputs / "pairs.csv",
        ("home", "host", "minutes", "travel_days", "travel_vnd"),
        (
            (
                problem.sites[f],
                problem.sites[h],
                _number(problem.travel_minutes[f, h]),
                int(problem.travel_days[f, h]),
                _number(problem.travel_vnd[f, h]),
            )
            for f, h in there
            if f != h
        ),
    )
    _write(
        inputs / "substitutes.csv",
        ("role", "post", "per_trained", "training_days", "site", "trained_before"),
        (
            (
                one.role,
                one.post,
                "" if np.isinf(one.per_trained) else _number(one.per_trained),
                one.training_days,
                site,
                (one.trained_before or (0,) * len(problem.sites))[h],
            )
            for one in problem.substitutes
            for h, site in enumerate(problem.sites)
        ),
    )
    _write(
        inputs / "pinned.csv",
        ("role", "home", "host", "start_day", "days", "heads", "kind"),
        (
            (b.role, b.home, b.host, b.start, b.length, b.heads, kind)
            for kind, blocks in (("pinned", problem.pinned), ("published", problem.published))
            for b in blocks
        ),
    )
    rules = problem.rules
    told = {
        "lengths": list(rules.lengths),
        "start_every": rules.start_every,
        "rest_days_after": rules.rest_days_after,
        "min_weeks_between": rules.min_weeks_between,
        "host_share": rules.host_share,
        "lead_weight": rules.lead_weight,
        "move_vnd": rules.move_vnd,
        "churn_vnd": rules.churn_vnd,
        "days": problem.days,
        "roles": list(problem.roles),
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (inputs / "rules.json").write_text(text + "\n", encoding="utf-8")


def _plain(values: FloatArray) -> list[float | int]:
    return [_number(value) for value in values]


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
