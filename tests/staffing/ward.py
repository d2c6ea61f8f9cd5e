"""A ward that fits in the head: two weeks, day and night, a handful of people."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from optimizer.domain.roster import (
    Assignment,
    Contract,
    Cover,
    RosterProblem,
    RosterRules,
    Shift,
    StaffMember,
)
from optimizer.staffing.roster.solve import RosterOptions, build_roster

MONDAY = datetime.date(2026, 11, 23)
DAY = Shift("D", 7 * 60, 12 * 60)
NIGHT = Shift("N", 19 * 60, 12 * 60, night=True)
QUICK = RosterOptions(seconds=20, workers=1, deterministic=4.0)


def ward(
    people: int = 3,
    days: int = 7,
    shifts: tuple[Shift, ...] = (DAY,),
    need: int = 1,
    contract: Contract | None = None,
    **more: Any,
) -> RosterProblem:
    """Return a ward where each shift of each day needs `need` nurses; 100 points a missing one."""
    contract = contract or Contract("full")
    return RosterProblem(
        facility="BV01",
        start=MONDAY,
        days=days,
        shifts=shifts,
        contracts=(contract,),
        people=tuple(
            StaffMember(f"N{i}", "BV01", ("ICU",), ("nurse",), contract.id)
            for i in range(1, people + 1)
        ),
        cover=tuple(
            Cover("ICU", d, s.code, "nurse", need, need, 100, 10, 1)
            for d in range(days)
            for s in shifts
        ),
        **more,
    )


def with_contract(problem: RosterProblem, **limits: Any) -> RosterProblem:
    """Return the problem with other limits in its contract."""
    return replace(problem, contracts=(replace(problem.contracts[0], **limits),))


def with_rules(problem: RosterProblem, **rules: Any) -> RosterProblem:
    """Return the problem with other rules of the facility."""
    return replace(problem, rules=replace(problem.rules or RosterRules(), **rules))


def points(problem: RosterProblem) -> int:
    """Return the least points of a problem, proved."""
    roster = build_roster(problem, QUICK)
    assert roster.status == "optimal"
    assert roster.score is not None
    return roster.score.total


def days_of(assignments: tuple[Assignment, ...], person: str) -> list[int]:
    """Return the days a person works."""
    return [a.day for a in assignments if a.person == person]
