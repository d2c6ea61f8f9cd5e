"""Posts and heads by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain.cover import (
    CoverLine,
    DutyShift,
    WorkTime,
    cover_from_beds,
    heads,
    patients_in_beds,
    posts,
    without_team,
)
from optimizer.planning.solve import solve_plan
from tests.planning.instances import sketch

THREE = (DutyShift("M", 8.0), DutyShift("A", 8.0), DutyShift("N", 8.0))
USUAL = WorkTime(weekly_hours=40.0, absence=0.15)


def test_one_post_day_and_night_needs_4_94_heads_at_40_hours_and_15_percent() -> None:
    assert USUAL.heads_per_post == pytest.approx(4.941, abs=5e-4)  # 168 / (40 x 0.85)
    assert heads(np.array([24.0]), USUAL).tolist() == [5]
    assert heads(np.array([240.0]), USUAL).tolist() == [50]  # 10 posts: 49.4, not 10 x 5


def test_heads_follow_hours_and_absence_when_the_contract_changes() -> None:
    assert WorkTime(48.0, 0.0).heads_per_post == pytest.approx(3.5)
    assert heads(np.array([24.0 * 2]), WorkTime(48.0, 0.0)).tolist() == [7]
    assert heads(np.array([0.0]), USUAL).tolist() == [0]


def test_posts_round_a_house_up_and_not_each_level() -> None:
    patients = np.array([[[3.0], [1.0]]])  # 3 on oxygen (1:4), 1 in intensive care (1:2)
    need = np.array([[0.25, 0.5]])
    assert posts(patients, need, THREE)[0, 0, 0].tolist() == [2, 2, 2]  # 1.25, not 1 + 1 = 2 each
    assert posts(patients * 4, need, THREE)[0, 0, 0].tolist() == [5, 5, 5]  # 5.0 is not 6


def test_posts_are_fewer_at_night_when_the_shift_says_so() -> None:
    night = (DutyShift("D", 12.0), DutyShift("N", 12.0, share=0.5))
    assert posts(np.array([[[10.0]]]), np.array([[0.5]]), night)[0, 0, 0].tolist() == [5, 3]


def test_posts_follow_the_phase_of_care_by_day() -> None:
    conventional, crisis = 1 / 2, 1 / 6
    need = np.array([[[conventional, crisis]]])
    here = np.full((1, 1, 2), 12.0)
    assert posts(here, need, THREE[:1])[0, 0, :, 0].tolist() == [6, 2]


def test_cover_counts_boarders_at_the_lowest_level_and_nobody_in_a_corridor() -> None:
    inst = sketch(
        beds={"A": {"OXY": 4.0, "ICU": 2.0}},
        treated={("A", "SA"): 3, ("A", "CA"): 2},
        boarding={("A", "CA"): 1},
        roles={"NUR": None, "NUR_ICU": "NUR"},
        need={("NUR", "OXY"): 0.25, ("NUR_ICU", "ICU"): 0.5},
        oversees={("NUR_ICU", "ICU"): 1 / 14},
    )
    plan = solve_plan(inst)
    assert patients_in_beds(inst, plan)[0, :, 0].tolist() == pytest.approx([4.0, 2.0])
    cover = cover_from_beds(inst, plan, THREE)
    assert next(iter(cover.lines())) == CoverLine("A", "NUR", 1, "M", 1, 0)
    assert cover.posts[0, :, 0].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert cover.leads[0, :, 0].tolist() == [[0, 0, 0], [1, 1, 1]]  # 2 / 14 of a lead is one lead
    assert cover.hours[0, :, 0].tolist() == [24.0, 24.0]
    assert cover.lead_hours[0, :, 0].tolist() == [0.0, 24.0]


def test_without_team_shares_what_the_scarcest_role_covers() -> None:
    patients = np.array([[[10.0]]])
    need = np.array([[0.5], [0.1]])  # nurses 5, doctors 1
    stands = np.eye(2)
    enough = np.array([[[5.0], [1.0]]])
    assert without_team(patients, need, enough, stands).tolist() == [[0.0]]
    assert without_team(patients, need, enough * [[[1], [0.4]]], stands).tolist() == [[6.0]]
    assert without_team(patients, need, enough * 0, stands).tolist() == [[10.0]]


def test_without_team_lets_intensive_care_nurses_stand_in() -> None:
    patients = np.array([[[4.0]]])
    need = np.array([[0.5], [0.0]])  # 2 nurses; the second role is asked for by nobody
    stands = np.array([[1.0, 0.0], [1.0, 1.0]])
    staff = np.array([[[1.0], [0.5]]])
    assert without_team(patients, need, staff, stands).tolist() == [[1.0]]  # 1.5 of 2


@given(
    beds=st.floats(0, 500),
    need=st.floats(0, 2),
    more=st.floats(0, 50),
    hours=st.floats(20, 60),
    absence=st.floats(0, 0.6),
)
def test_more_beds_never_need_fewer_heads(
    beds: float, need: float, more: float, hours: float, absence: float
) -> None:
    time = WorkTime(hours, absence)
    few, many = (
        heads(
            (posts(np.array([[[n]]]), np.array([[need]]), THREE) @ np.array([8.0, 8.0, 8.0])), time
        )
        for n in (beds, beds + more)
    )
    assert (many >= few).all()
    assert few.item() * time.hours_a_day >= beds * need * 24 - 1e-3  # never fewer hours than asked
