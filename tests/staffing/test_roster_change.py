"""Diagnosis of planted contradictions, re-plans after sick calls, stand-ins for one shift."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.roster import (
    Leave,
    Level,
    Pin,
    RosterProblem,
    SkillMix,
    StaffMember,
    Stay,
    SupervisionRatio,
    Worked,
)
from optimizer.report.diagnosis import amount_text, short_text
from optimizer.staffing.roster.change import SickCall, changes, replan, stand_ins
from optimizer.staffing.roster.diagnose import diagnose
from optimizer.staffing.roster.score import explain
from optimizer.staffing.roster.solve import RosterOptions, build_roster
from tests.staffing.ward import DAY, NIGHT, QUICK, ward, with_contract, with_rules

HARD = Level.hard


def led(problem: RosterProblem, leads: int) -> RosterProblem:
    people = tuple(
        replace(p, skills=frozenset({"lead"} if k < leads else {"trainee"}))
        for k, p in enumerate(problem.people)
    )
    return replace(problem, people=people)


LEAD = SkillMix("icu_lead", "ICU", "", "lead", 1, 300, HARD)
RATIO = SupervisionRatio("icu", "ICU", "trainee", "lead", 1, 100, HARD)

PLANTED: dict[str, tuple[RosterProblem, list[tuple[str, str, int | None]]]] = {
    "a pin on a day of leave": (
        replace(ward(2, 7), leave=(Leave("N1", 3),), pins=(Pin("N1", 3, "D"),)),
        [("pins", "N1", 3)],
    ),
    "a day pinned after a night": (
        replace(
            with_contract(ward(2, 7, (DAY, NIGHT)), min_rest_minutes=660),
            pins=(Pin("N1", 2, "N"), Pin("N1", 3, "D")),
        ),
        [("pins", "N1", None)],
    ),
    "more hours owed than days left": (
        replace(
            with_contract(ward(2, 7), min_minutes=72 * 60),
            leave=tuple(Leave("N1", d) for d in range(4)),
        ),
        [("min_minutes", "N1", None)],
    ),
    "nobody left for a hard post": (
        replace(with_rules(ward(2, 3), cover_level=HARD), leave=(Leave("N1", 1), Leave("N2", 1))),
        [("cover_minimum", "", 1)],
    ),
    "the only lead is on leave": (
        replace(led(ward(3, 5), 1), skill_mix=(LEAD,), leave=(Leave("N1", 2),)),
        [("skill_mix:icu_lead", "", 2)],
    ),
    "a weekend pinned against the contract": (
        replace(with_contract(ward(2, 7), max_weekends=0), pins=(Pin("N1", 5, "D"),)),
        [("pins", "N1", 5)],
    ),
    "a guest pinned before the stay": (
        replace(ward(2, 7), stays=(Stay("N1", True, 3, 6),), pins=(Pin("N1", 1, "D"),)),
        [("pins", "N1", 1)],
    ),
    "a pin after a full run of history": (
        with_rules(
            replace(
                with_contract(ward(2, 7), max_consecutive_days=3),
                history=tuple(Worked("N1", d, "D") for d in (-3, -2, -1)),
                pins=(Pin("N1", 0, "D"),),
            ),
            history_days=5,
        ),
        [("pins", "N1", 0)],
    ),
    "trainees pinned without a lead": (
        replace(led(ward(2, 3), 0), supervision=(RATIO,), pins=(Pin("N1", 1, "D"),)),
        [("pins", "N1", 1)],
    ),
    "a post of a role that one person has, twice over": (
        with_rules(
            replace(
                ward(2, 3),
                people=(
                    *ward(2, 3).people,
                    StaffMember("M1", "BV01", ("ICU",), ("doctor",), "full"),
                ),
                cover=(
                    *ward(2, 3).cover,
                    replace(ward(2, 3).cover[1], role="doctor", minimum=2, preferred=2),
                ),
            ),
            cover_level=HARD,
        ),
        [("cover_minimum", "", 1)],
    ),
    "a pin on a shift without any post": (
        replace(
            ward(2, 3, (DAY, NIGHT)),
            cover=tuple(c for c in ward(2, 3, (DAY, NIGHT)).cover if c.shift == "D"),
            pins=(Pin("N1", 1, "N"),),
        ),
        [("pins", "N1", 1)],
    ),
}


@pytest.mark.parametrize("name", list(PLANTED))
def test_diagnose_names_the_planted_contradiction(name: str) -> None:
    problem, expected = PLANTED[name]
    assert build_roster(problem, QUICK).status == "infeasible"
    found = diagnose(problem, 20.0, workers=1)
    assert found.proved
    assert len(found.relaxations) == len(expected)
    for relaxation, (rule, person, day) in zip(found.relaxations, expected, strict=True):
        assert (relaxation.rule, relaxation.person) == (rule, person)
        assert day is None or relaxation.day == day
        assert relaxation.amount > 0


def test_diagnose_finds_two_faults_when_two_are_planted() -> None:
    problem = replace(
        ward(3, 7),
        leave=(Leave("N1", 3), Leave("N2", 4)),
        pins=(Pin("N1", 3, "D"), Pin("N2", 4, "D")),
    )
    found = diagnose(problem, 20.0, workers=1)
    assert [(r.rule, r.person) for r in found.relaxations] == [("pins", "N1"), ("pins", "N2")]


def test_diagnose_relaxes_nothing_when_a_roster_exists() -> None:
    assert diagnose(ward(2, 7), 20.0, workers=1).feasible


def test_diagnose_says_what_full_cover_takes_when_cover_is_only_priced() -> None:
    problem = with_contract(ward(1, 7), max_minutes=72 * 60)
    assert build_roster(problem, QUICK).status == "optimal"
    found = diagnose(problem, 20.0, full=True, workers=1)
    # six shifts of seven: one post stays open (cover gives way before the contract)
    assert [r.rule for r in found.relaxations] == ["cover_minimum"]


def full(people: int, days: int = 14, **more: object) -> RosterProblem:
    """Return a hard ward by day and night of people with 7 shifts each, runs of 4 days at most."""
    limits = {"max_minutes": 84 * 60, "max_consecutive_days": 4, "min_rest_minutes": 660}
    problem = with_contract(ward(people, days, (DAY, NIGHT)), **(limits | more))
    return with_rules(problem, cover_level=HARD)


def test_diagnose_names_the_shortage_of_people_before_any_rule_of_a_person() -> None:
    """28 shifts; two people work 7 each: 14 posts stay open, two more people are missing."""
    found = diagnose(full(2), 20.0, workers=1)
    (short,) = found.shortages
    assert (short.needed, short.available, short.people, short.more) == (28, 14, 2, 2)
    assert found.too_few
    assert {r.rule for r in found.relaxations} == {"cover_minimum"}
    assert sum(r.amount for r in found.relaxations) == 14
    text = short_text(short, "", "en")
    assert "28 shifts, but the 2 people can work at most 14; at least 2 more" in text
    assert "thiếu ít nhất 2 người nữa" in short_text(short, "", "vi")


def test_diagnose_counts_the_shifts_of_leads() -> None:
    """Two leads of six work 7 shifts each, but 28 shifts want one."""
    problem = replace(led(with_rules(full(6), cover_level=Level.medium), 2), skill_mix=(LEAD,))
    found = diagnose(problem, 20.0, workers=1)
    assert [(s.kind, s.needed, s.available) for s in found.shortages] == [
        ("skill_mix:icu_lead", 28, 14)
    ]
    assert {r.rule for r in found.relaxations} == {"skill_mix:icu_lead"}
    assert len(found.relaxations) == 14


def test_diagnose_counts_nights_by_themselves() -> None:
    """Four people: 28 shifts fit, but of 14 nights each works 2 (max_shifts N)."""
    found = diagnose(full(4, max_shifts={"N": 2}), 20.0, workers=1)
    (short,) = found.shortages
    assert (short.nights, short.needed, short.available, short.more) == (True, 14, 8, 3)


def test_diagnose_counts_enough_people_at_the_edge() -> None:
    """Four people work 7 shifts each: 28 of 28, nobody is missing by counting."""
    assert diagnose(full(4), 20.0, workers=1).shortages == ()


def test_amount_of_a_relaxation_is_what_it_takes_in_all() -> None:
    """N1 is pinned on 14 days, 4 in a row are allowed: giving up two pins is more than one rule.

    The run is 10 days too long, though each of its windows of 5 days holds only one too many.
    """
    problem = with_contract(ward(2, 14), max_consecutive_days=4)
    problem = replace(problem, pins=tuple(Pin("N1", d, "D") for d in range(14)))
    (one,) = diagnose(problem, 20.0, workers=1).relaxations
    assert (one.rule, one.person, one.day, one.amount) == ("max_consecutive_days", "N1", 0, 10)
    assert (amount_text(one, "en"), amount_text(one, "vi")) == ("10 days", "10 ngày")


def test_amount_of_hours_is_no_more_than_the_pins_take() -> None:
    """Four days of 12 hours are pinned, 24 hours are allowed: 24 hours more, and no other day."""
    problem = with_contract(ward(2, 14), max_minutes=24 * 60)
    problem = replace(problem, pins=tuple(Pin("N1", d, "D") for d in range(0, 8, 2)))
    (one,) = diagnose(problem, 20.0, workers=1).relaxations
    assert (one.rule, one.person, one.amount) == ("max_minutes", "N1", 24 * 60)
    assert amount_text(one, "en") == "24 hours"


def test_diagnose_counts_before_it_solves() -> None:
    problem, _ = PLANTED["nobody left for a hard post"]
    short = diagnose(problem, 20.0, workers=1).shortages
    assert [(s.kind, s.day, s.needed, s.available) for s in short] == [("cover", 1, 1, 0)]
    problem, _ = PLANTED["the only lead is on leave"]
    short = diagnose(problem, 20.0, workers=1).shortages
    assert [(s.kind, s.day) for s in short] == [("skill_mix:icu_lead", 2)]


def busy() -> RosterProblem:
    """Twelve people, three weeks, days and nights, enough but not plenty."""
    problem = with_contract(
        ward(12, 21, (DAY, NIGHT), need=2),
        max_minutes=132 * 60,
        max_consecutive_days=4,
        min_days_off=2,
        max_consecutive_nights=3,
        min_rest_minutes=660,
    )
    return with_rules(problem, night_weight=2, change_weight=10)


def test_replan_changes_few_others_and_nothing_past_or_pinned_after_three_sick_calls() -> None:
    problem = busy()
    published = build_roster(problem, RosterOptions(seconds=20, workers=2)).assignments
    pinned = [a for a in published if a.day > 12][:4]
    problem = replace(problem, pins=tuple(Pin(a.person, a.day, a.shift, a.unit) for a in pinned))
    free = [p.id for p in problem.people if p.id not in {a.person for a in pinned}]
    calls = [SickCall(free[0], 8, 10), SickCall(free[1], 8, 9), SickCall(free[2], 9, 9)]
    after, roster = replan(problem, published, calls, 8, RosterOptions(seconds=15, workers=2))
    assert roster.score is not None
    assert roster.wall_seconds < 60  # limit 15 s; the machine of a test may be busy
    found = changes(published, roster.assignments, calls)
    others = [c for c in found if not c.called]
    assert len(others) <= 5 * len(calls)
    assert all(c.day >= 8 for c in found)
    assert set(pinned) <= set(roster.assignments)
    worked = {(a.person, a.day) for a in roster.assignments}
    assert not worked & {(c.person, d) for c in calls for d in range(c.first, c.last + 1)}
    missing = [m for m in explain(after, roster.assignments).matches if m.rule == "cover"]
    assert not any(m.level == "medium" for m in missing)  # everybody's place is taken


def test_replan_changes_nothing_of_others_when_no_change_is_allowed() -> None:
    problem = busy()
    published = build_roster(problem, RosterOptions(seconds=15, workers=2)).assignments
    calls = [SickCall("N3", 5, 8)]
    _, roster = replan(problem, published, calls, 5, QUICK, max_changes=0)
    assert [c for c in changes(published, roster.assignments, calls) if not c.called] == []


def test_stand_ins_are_ranked_by_what_they_cost_and_the_others_say_why_not() -> None:
    problem = with_contract(ward(4, 7, (DAY, NIGHT)), min_rest_minutes=660, max_minutes=48 * 60)
    problem = replace(problem, leave=(Leave("N4", 3),))
    roster = tuple(a for a in build_roster(problem, QUICK).assignments)
    given = next(a for a in roster if a.day == 3 and a.shift == "D")
    found = stand_ins(problem, roster, given.person, 3)
    assert {s.person for s in found} == {p.id for p in problem.people} - {given.person}
    on_leave = next((s for s in found if s.person == "N4"), None)
    if on_leave is not None:
        assert "leave" in on_leave.excluded
    for s in found:
        taken = [a for a in roster if a is not given] + [replace(given, person=s.person)]
        if not s.excluded:
            before = explain(problem, [a for a in roster if a is not given]).score.total
            assert s.change == explain(problem, taken).score.total - before


def test_stand_in_for_a_free_person_is_refused() -> None:
    with pytest.raises(KeyError):
        stand_ins(ward(1, 2), (), "N1", 0)
