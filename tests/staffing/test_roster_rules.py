"""Each rule alone: it binds, and it does not. 100 points is one post uncovered on one shift."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.roster import (
    Assignment,
    Contract,
    Cover,
    Leave,
    Level,
    Pin,
    Request,
    Shift,
    SkillMix,
    StaffMember,
    Stay,
    SupervisionRatio,
    Worked,
)
from optimizer.staffing.roster.model import RULES
from optimizer.staffing.roster.solve import build_roster
from tests.staffing.ward import DAY, NIGHT, QUICK, days_of, points, ward, with_contract, with_rules

EARLY = Shift("E", 6 * 60, 8 * 60)
LATE = Shift("L", 14 * 60, 8 * 60)


def test_one_shift_a_day_leaves_one_of_two_shifts_uncovered_when_alone() -> None:
    # one nurse, two shifts on each of 2 days: 2 of 4 posts stay open
    assert points(ward(1, 2, (EARLY, LATE))) == 200


def test_one_shift_a_day_does_not_bind_when_there_are_two_nurses() -> None:
    assert points(ward(2, 2, (EARLY, LATE))) == 0


def test_forbidden_successions_cost_a_post_when_the_only_nurse_would_follow() -> None:
    # E is needed on day 0 and L on day 1; "L may not follow E": one of the two stays open
    barred = replace(EARLY, not_next_day=("L",))
    problem = ward(1, 2, (barred, LATE))
    cover = tuple(c for c in problem.cover if (c.day, c.shift) in ((0, "E"), (1, "L")))
    assert points(replace(problem, cover=cover)) == 100
    assert points(replace(problem, cover=cover, shifts=(EARLY, LATE))) == 0


def test_rest_between_shifts_bars_an_early_after_a_late_when_under_eleven_hours() -> None:
    # L ends 22:00, E begins 06:00: 8 hours; after 8 hours of rest due it may follow
    problem = ward(1, 2, (EARLY, LATE))
    cover = tuple(c for c in problem.cover if (c.day, c.shift) in ((0, "L"), (1, "E")))
    problem = replace(problem, cover=cover)
    assert points(with_contract(problem, min_rest_minutes=11 * 60)) == 100
    assert points(with_contract(problem, min_rest_minutes=8 * 60)) == 0


def test_rest_between_shifts_reaches_two_days_when_a_shift_is_longer_than_a_day() -> None:
    # 36 hours from 07:00 end at 19:00 on the next day; 07:00 two days after the start is 12 h later
    long = Shift("X", 7 * 60, 36 * 60)
    problem = ward(1, 3, (long,))
    assert points(with_contract(problem, min_rest_minutes=11 * 60)) == 100  # days 0 and 2
    assert points(with_contract(problem, min_rest_minutes=13 * 60)) == 200


def test_max_minutes_leave_posts_open_when_hours_run_out() -> None:
    # 36 hours are three of seven shifts of 12: 4 open
    assert points(with_contract(ward(1), max_minutes=36 * 60)) == 400
    assert points(with_contract(ward(1), max_minutes=84 * 60)) == 0


def test_max_minutes_count_credited_leave_when_it_is_given() -> None:
    problem = replace(with_contract(ward(1), max_minutes=36 * 60), leave=(Leave("N1", 0, 720),))
    assert points(problem) == 500  # one shift less, on the six days left


def test_min_minutes_fill_a_shift_too_many_when_hours_are_owed() -> None:
    # 3 nurses owe 36 hours each = 9 shifts for 7 posts: 2 over at 1 point
    assert points(with_contract(ward(3), min_minutes=36 * 60)) == 2
    assert points(with_contract(ward(3), min_minutes=24 * 60)) == 0


def test_max_shifts_leave_nights_open_when_nights_run_out() -> None:
    problem = ward(2, 4, (NIGHT,))
    assert points(with_contract(problem, max_shifts={"N": 1})) == 200
    assert points(with_contract(problem, max_shifts={"N": 2})) == 0
    assert points(with_contract(problem, max_shifts={"N": 0})) == 400


def test_max_consecutive_days_leave_the_sixth_day_open_when_five_are_the_most() -> None:
    assert points(with_contract(ward(1, 6), max_consecutive_days=5)) == 100
    assert points(with_contract(ward(1, 5), max_consecutive_days=5)) == 0


def test_max_consecutive_days_count_history_when_there_is_some() -> None:
    worked = tuple(Worked("N1", d, "D") for d in (-3, -2, -1))
    problem = with_contract(replace(ward(1, 2), history=worked), max_consecutive_days=4)
    assert points(with_rules(problem, history_days=3)) == 100
    assert points(with_contract(with_rules(problem, history_days=3), max_consecutive_days=5)) == 0


def test_min_consecutive_days_make_a_second_day_worked_when_one_is_not_enough() -> None:
    # only day 3 of 7 needs anybody; two days in a row are due: one over
    problem = with_contract(ward(1), min_consecutive_days=2)
    cover = tuple(c if c.day == 3 else replace(c, minimum=0, preferred=0) for c in problem.cover)
    assert points(replace(problem, cover=cover)) == 1
    last = tuple(c if c.day == 6 else replace(c, minimum=0, preferred=0) for c in problem.cover)
    assert points(replace(problem, cover=last)) == 0  # a run that touches the edge is free


def test_max_consecutive_nights_leave_a_night_open_when_two_are_the_most() -> None:
    problem = ward(1, 3, (NIGHT,))
    assert points(with_contract(problem, max_consecutive_nights=2)) == 100
    assert points(with_contract(problem, max_consecutive_nights=3)) == 0


def test_min_days_off_leave_a_post_open_when_a_single_day_off_is_not_enough() -> None:
    # days 2 and 4 need somebody, day 3 nobody: with two days off due it is worked all the same
    problem = ward(1)
    cover = tuple(
        c if c.day in (2, 4) else replace(c, minimum=0, preferred=0) for c in problem.cover
    )
    assert points(replace(problem, cover=cover)) == 0
    assert points(with_contract(replace(problem, cover=cover), min_days_off=2)) == 1


def test_max_weekends_leave_the_second_weekend_open_when_one_is_the_most() -> None:
    problem = with_contract(ward(1, 14), max_weekends=1)
    assert points(problem) == 200  # Saturday and Sunday of one of two weekends
    assert points(with_contract(ward(1, 14), max_weekends=2)) == 0


def test_max_weekends_count_a_saturday_of_history_when_sunday_opens_the_roster() -> None:
    sunday = ward(1, 7).start.replace(day=29)
    problem = replace(ward(1, 1), start=sunday, history=(Worked("N1", -1, "D"),))
    problem = with_rules(with_contract(problem, max_weekends=0), history_days=1)
    assert build_roster(problem, QUICK).status == "infeasible"  # Saturday was worked already


def test_leave_keeps_the_day_free_when_it_is_promised() -> None:
    problem = replace(ward(1, 3), leave=(Leave("N1", 1),))
    roster = build_roster(problem, QUICK)
    assert days_of(roster.assignments, "N1") == [0, 2]


def test_stays_keep_a_guest_to_the_days_here_when_travel_takes_one_each_way() -> None:
    problem = replace(ward(1, 7), stays=(Stay("N1", True, 1, 5, travel_days=1),))
    roster = build_roster(problem, QUICK)
    assert days_of(roster.assignments, "N1") == [2, 3, 4]


def test_stays_keep_our_own_away_and_resting_when_they_are_lent() -> None:
    problem = replace(ward(1, 7), stays=(Stay("N1", False, 1, 2, rest_days=2),))
    roster = build_roster(problem, QUICK)
    assert days_of(roster.assignments, "N1") == [0, 5, 6]


def test_min_minutes_follow_the_share_of_days_present_when_a_guest_is_here_for_some() -> None:
    # here 3 of 6 days: 72 hours owed become 36, three shifts; without the share it cannot be
    problem = with_contract(ward(1, 6), min_minutes=72 * 60)
    problem = replace(problem, stays=(Stay("N1", True, 0, 2),))
    assert points(problem) == 300


def test_pins_are_kept_when_they_cost_something() -> None:
    problem = replace(ward(1, 2, (EARLY, LATE)), pins=(Pin("N1", 0, "L"), Pin("N1", 1, "")))
    roster = build_roster(problem, QUICK)
    assert [(a.day, a.shift) for a in roster.assignments] == [(0, "L")]


def two_units(per_person: tuple[str, ...] = ("ICU", "HDU")) -> object:
    problem = ward(2, 1)
    people = tuple(replace(p, units=per_person) for p in problem.people)
    cover = (*problem.cover, replace(problem.cover[0], unit="HDU"))
    return replace(problem, people=people, cover=cover)


def test_posts_share_people_between_units_when_they_may_work_on_both() -> None:
    roster = build_roster(two_units(), QUICK)  # type: ignore[arg-type]
    assert roster.score is not None
    assert roster.score.total == 0
    assert {a.unit for a in roster.assignments} == {"ICU", "HDU"}


def test_posts_stay_open_when_nobody_may_work_on_the_unit() -> None:
    assert points(two_units(("ICU",))) == 100  # type: ignore[arg-type]


def test_pins_put_a_person_on_a_unit_when_it_is_named() -> None:
    problem = replace(two_units(), pins=(Pin("N2", 0, "D", "ICU"),))  # type: ignore[type-var]
    roster = build_roster(problem, QUICK)  # type: ignore[arg-type]
    assert {a.person: a.unit for a in roster.assignments} == {"N1": "HDU", "N2": "ICU"}


def test_cover_prices_minimum_preferred_and_over_apart() -> None:
    # 3 preferred, 2 the minimum: with 1, 2, 3, 4 nurses who all must work
    base = with_contract(ward(1, 1), min_minutes=720)
    cover = (Cover("ICU", 0, "D", "nurse", 2, 3, 100, 10, 1),)
    told = []
    for count in (1, 2, 3, 4):
        people = tuple(replace(base.people[0], id=f"N{k}") for k in range(count))
        told.append(points(replace(base, people=people, cover=cover)))
    assert told == [110, 10, 0, 1]


def test_cover_minimum_is_a_wall_when_it_is_hard() -> None:
    problem = ward(1, 1, need=2)
    assert build_roster(with_rules(problem, cover_level=Level.hard), QUICK).status == "infeasible"
    assert points(problem) == 100


def leads(level: Level) -> object:
    problem = ward(2, 2)
    people = (replace(problem.people[0], skills=frozenset({"lead"})), problem.people[1])
    rule = SkillMix("icu_lead", "ICU", "", "lead", 1, 300, level)
    return replace(problem, people=people, skill_mix=(rule,), leave=(Leave("N1", 0),))


def test_skill_mix_costs_its_weight_when_the_lead_is_on_leave() -> None:
    roster = build_roster(leads(Level.medium), QUICK)  # type: ignore[arg-type]
    assert roster.score is not None
    assert (roster.score.medium, roster.score.soft) == (300, 0)
    assert days_of(roster.assignments, "N1") == [1]


def test_skill_mix_is_a_wall_when_it_is_hard() -> None:
    assert build_roster(leads(Level.hard), QUICK).status == "infeasible"  # type: ignore[arg-type]


def test_supervision_keeps_trainees_to_two_for_each_trained_when_more_are_needed() -> None:
    # 4 posts, 1 trained and 3 trainees, two for each: one post stays open
    problem = ward(4, 1, need=4)
    trained, trainee = frozenset({"can_supervise"}), frozenset({"trainee"})
    people = tuple(
        replace(p, skills=trained if k == 0 else trainee) for k, p in enumerate(problem.people)
    )
    rule = SupervisionRatio("icu", "ICU", "trainee", "can_supervise", 2, 150)
    problem = replace(problem, people=people, supervision=(rule,))
    assert points(problem) == 100
    assert points(replace(problem, supervision=(replace(rule, per=3),))) == 0


def test_requests_cost_their_weight_when_they_are_not_met() -> None:
    on, off = Request("N1", 0, "", True, 7), Request("N1", 0, "D", False, 5)
    assert points(replace(ward(1, 1), requests=(on,))) == 0
    assert points(replace(ward(1, 1), requests=(off,))) == 5
    assert points(replace(ward(1, 1), requests=(on,), leave=(Leave("N1", 0),))) == 107


def test_night_fairness_prices_the_spread_when_nights_cannot_be_shared_evenly() -> None:
    problem = with_rules(ward(2, 3, (NIGHT,)), night_weight=4)
    assert points(problem) == 1  # 2 and 2: a night too many is cheaper than a spread of one
    problem = replace(problem, cover=tuple(replace(c, over_weight=9) for c in problem.cover))
    assert points(problem) == 4  # 2 and 1
    assert points(with_rules(problem, night_weight=0)) == 0
    before = (replace(problem.people[0], nights_before=1), problem.people[1])
    assert points(replace(problem, people=before)) == 0  # 1 + 1 and 2


def test_weekend_fairness_prices_the_spread_when_one_has_leave_on_weekends() -> None:
    problem = with_rules(ward(2, 14), weekend_weight=3)
    free = tuple(Leave("N1", d) for d in (5, 6, 12, 13))
    assert points(replace(problem, leave=free)) == 6
    assert points(problem) == 0


def test_holiday_fairness_prices_the_spread_when_one_works_all_of_them() -> None:
    problem = replace(with_rules(ward(2, 3), holiday_weight=5), holidays=frozenset({0, 1}))
    assert points(problem) == 0
    assert points(replace(problem, leave=(Leave("N1", 0), Leave("N1", 1)))) == 10


def test_changes_keep_the_published_roster_when_another_is_as_good() -> None:
    was = tuple(Assignment(d, "D", "N2", "ICU", "nurse") for d in range(3))
    problem = with_rules(replace(ward(3, 3), published=was), change_weight=10)
    roster = build_roster(problem, QUICK)
    assert roster.assignments == was
    gone = replace(problem, leave=(Leave("N2", 1),))
    assert points(gone) == 20  # N2 does not work, somebody else does


def test_every_rule_of_the_table_is_tested_here() -> None:
    tested = open(__file__, encoding="utf-8").read()  # noqa: PTH123, SIM115
    missing = [r.__name__ for r in RULES if f"def test_{r.__name__}" not in tested]
    assert missing == ["weekend_is_worked"]  # a definition; max_weekends tests it


@pytest.mark.parametrize("code", ["D", "N"])
def test_shifts_without_cover_are_never_worked(code: str) -> None:
    problem = ward(2, 2, (DAY, NIGHT))
    cover = tuple(c for c in problem.cover if c.shift == code)
    problem = with_contract(replace(problem, cover=cover), min_minutes=720)
    roster = build_roster(problem, QUICK)
    assert {a.shift for a in roster.assignments} == {code}


def test_people_of_two_roles_fill_only_their_own_posts() -> None:
    problem = ward(1, 1)
    doctor = StaffMember("M1", "BV01", ("ICU",), ("doctor",), "full")
    cover = (*problem.cover, replace(problem.cover[0], role="doctor"))
    problem = replace(problem, people=(*problem.people, doctor), cover=cover)
    roster = build_roster(problem, QUICK)
    assert {a.person: a.role for a in roster.assignments} == {"N1": "nurse", "M1": "doctor"}
    assert Contract("full") == problem.contracts[0]
