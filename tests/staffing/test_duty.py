"""Leads, helpers and beds of a roster made from posts, on a house that fits in the head."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np

from optimizer.domain.cover import Cover, DutyShift
from optimizer.domain.duty import Beds, House, Lent, least_uncovered, roster_problem, uncovered
from optimizer.domain.people import ContractTerms, Person, Substitution
from optimizer.domain.roster import Assignment

START = datetime.date(2026, 11, 23)
FULL = ContractTerms(
    contract_id="full", weekly_hours=40, absence=0, max_hours=176, max_consecutive_days=6,
    max_consecutive_nights=3, min_rest_hours=11, source="x", confidence="assumed",
)  # fmt: skip


def person(name: str, role: str, trained: str | None = None, *, leads: bool = False) -> Person:
    return Person(
        person_id=name, facility_id="A", role=role, further_roles=trained, contract_id="full",
        can_supervise=leads, remote_protected=False, may_be_seconded=True, days_away_last_year=0,
        returned_on=None, preference="none", synthetic=True, source="x", confidence="assumed",
    )  # fmt: skip


def house(days: int = 7, kept: int = 0, lent: tuple[Lent, ...] = ()) -> House:
    """Ward nurses 2 a shift, ICU nurses 1, of whom 1 leads; NUR helps at NUR_ICU."""
    posts = np.zeros((1, 2, days, 2), dtype=np.int64)
    posts[0, 0], posts[0, 1] = 2, 1
    leads = np.zeros_like(posts)
    leads[0, 1] = 1
    shifts = (DutyShift("D", 12), DutyShift("N", 12))
    return House(
        facility="A",
        start=START,
        posts=Cover(("A",), ("NUR", "NUR_ICU"), shifts, posts, leads),
        need=np.array([[0.2, 0.0], [0.0, 0.5]]),
        watch=np.array([[0.0, 0.0], [0.0, 0.1]]),
        stands_in=np.array([[True, False], [True, True]]),
        present=np.ones(days),
        people=(
            person("N1", "NUR", "NUR_ICU"), person("N2", "NUR"), person("N3", "NUR"),
            person("I1", "NUR_ICU", leads=True), person("I2", "NUR_ICU"),
        ),
        kept={"NUR": kept},
        lent=lent,
        contracts=(FULL,),
        substitution=(
            Substitution(role="NUR", post="NUR_ICU", per_trained=1, training_days=5, source="x",
                         confidence="assumed"),
        ),
    )  # fmt: skip


def test_a_lead_is_asked_for_on_every_intensive_care_shift() -> None:
    problem = roster_problem(house(), ("WARD", "ICU"))
    assert {(c.unit, c.role) for c in problem.cover} == {("A", "NUR"), ("A:ICU", "NUR_ICU")}
    assert [(m.unit, m.shift, m.skill, m.minimum) for m in problem.skill_mix] == [
        ("A:ICU", "", "lead", 1)
    ]
    leads = {m.id for m in problem.people if "lead" in m.skills}
    assert leads == {"I1"}


def test_holidays_of_the_province_that_fall_into_the_roster_are_its_holidays() -> None:
    """The first day, the last day; the day before and the day after are none of it."""
    days = [START + datetime.timedelta(n) for n in (-1, 0, 6, 7)]
    problem = roster_problem(replace(house(), holidays=frozenset(days)), ("WARD", "ICU"))
    assert problem.holidays == {0, 6}
    assert problem.rules.holiday_weight == 5
    assert roster_problem(house(), ("WARD", "ICU")).holidays == frozenset()


def test_helpers_are_watched_at_the_ratio_of_the_table() -> None:
    problem = roster_problem(house(), ("WARD", "ICU"))
    rule = problem.supervision[0]
    assert (rule.unit, rule.trainee, rule.trained, rule.per) == (
        "A:ICU", "helper:NUR_ICU", "trained:NUR_ICU", 1,
    )  # fmt: skip
    members = {m.id: m for m in problem.people}
    assert members["N1"].roles == ("NUR", "NUR_ICU")
    assert members["N2"].roles == ("NUR",)
    assert members["I1"].roles == ("NUR_ICU", "NUR")


def test_who_is_kept_for_routine_care_or_away_is_not_there() -> None:
    assert len(roster_problem(house(kept=2), ("WARD", "ICU")).people) == 3
    away = Lent(person("I2", "NUR_ICU"), False, START, START + datetime.timedelta(6), 0, 2)
    there = roster_problem(house(lent=(away,)), ("WARD", "ICU"))
    assert "I2" not in {m.id for m in there.people}


def test_the_least_open_posts_follow_from_heads_and_hours() -> None:
    problem = roster_problem(house(), ("WARD", "ICU"))
    # 42 posts of 12 hours; 5 people have 44 hours in a week: 3 shifts each
    assert least_uncovered(problem) == 42 - 15


def test_a_lead_missing_takes_the_beds_that_need_one() -> None:
    problem = roster_problem(house(days=1), ("WARD", "ICU"))
    beds = Beds(
        ("A",), ("WARD", "ICU"), ("NUR", "NUR_ICU"), house().need, house().watch,
        np.array([[[10.0], [2.0]]]), {("A", "NUR"): "A", ("A", "NUR_ICU"): "A:ICU"},
        {("A", "NUR_ICU", 0, "D"): 1, ("A", "NUR_ICU", 0, "N"): 1},
    )  # fmt: skip
    made = [
        Assignment(0, "D", "N1", "A", "NUR"), Assignment(0, "D", "N2", "A", "NUR"),
        Assignment(0, "N", "N3", "A", "NUR"), Assignment(0, "D", "I1", "A:ICU", "NUR_ICU"),
        Assignment(0, "N", "I2", "A:ICU", "NUR_ICU"),
    ]  # fmt: skip
    found = uncovered(problem, made, beds)
    assert (found.uncovered, found.leads_missing) == (1, 1)
    assert found.beds_lost == 5.0 + 2.0  # half the ward at night; intensive care without a lead
