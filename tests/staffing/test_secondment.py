"""Each constraint of the secondment model: it binds, it does not bind, the edge. By hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.secondment import Secondment, SecondmentRules, Substitute
from optimizer.errors import SolverError
from optimizer.staffing.secondment import solve
from optimizer.staffing.secondment.solve import plan_secondments
from tests.staffing.province import RULES, small


def test_plan_secondments_sends_what_lacks_when_nothing_forbids() -> None:
    """B needs 6 and has 2: 4 go for 14 days; 4 x (14 x 300,000 + 50,000) = 17.0 million."""
    plan = plan_secondments(small())
    assert plan.blocks == (Secondment("NUR", "A", "B", 1, 14, 4),)
    assert plan.status == "optimal"
    assert plan.short.sum() == 0
    assert plan.cost_vnd == pytest.approx(17_000_000)
    assert plan.days_per_head.tolist() == pytest.approx([5.6, 0.0])  # 4 x 14 / 10
    assert plan.groups["burden"].value == pytest.approx(17.0)


def test_plan_secondments_moves_nobody_when_nobody_lacks() -> None:
    plan = plan_secondments(small(need=((4, 2),)))
    assert plan.blocks == ()
    assert plan.status == "optimal"
    assert {name: group.value for name, group in plan.groups.items()} == {
        "shortage": 0.0,
        "floors": 0.0,
        "fairness": 0.0,
        "burden": 0.0,
    }


@pytest.mark.parametrize(("floor", "sent"), [(6, 4), (7, 3), (10, 0)])
def test_home_floor_keeps_routine_care(floor: int, sent: int) -> None:
    plan = plan_secondments(small(floor=((floor, 0),)))
    assert plan.heads_moved == sent
    assert plan.short.sum() == 14 * (4 - sent)


def test_home_keeps_its_own_patients_when_their_shortage_is_worse() -> None:
    """A needs 8 of its 10: each more than 2 who leave is short at A for a day short at B."""
    heavy = np.ones((1, 2, 14))
    heavy[0, 0] = 2.0
    plan = plan_secondments(small(need=((8, 6),), weight=1.0, floor=((0, 0),)))
    assert plan.short.sum() == 2 * 14
    plan = plan_secondments(replace(small(need=((8, 6),), floor=((0, 0),)), weight=heavy))
    assert plan.heads_moved == 2
    assert plan.short[0, 0].sum() == 0


def test_wanted_floor_is_left_only_for_shortage() -> None:
    plan = plan_secondments(small(wanted=((8, 0),)))
    assert plan.heads_moved == 4  # shortage comes first
    assert plan.groups["floors"].value == 2 * 14  # 6 stay, 8 should


@pytest.mark.parametrize(("travel", "short"), [(0, 0), (1, 2 * 4)])
def test_travel_days_are_inside_the_block(travel: int, short: int) -> None:
    """One day each way of 14 is lost: 4 heads short on the first and the last day."""
    problem = small(travel_days=travel, eligible=((4, 2),))
    assert plan_secondments(problem).short.sum() == short


def test_rest_days_keep_people_away_from_home_after_the_block() -> None:
    """28 days, B lacks 4 in the first 14: those who rest are short at A on days 15 and 16."""
    need = np.zeros((1, 2, 28), dtype=int)
    need[0, 0], need[0, 1, :14], need[0, 1, 14:] = 10, 6, 2
    weight = np.ones((1, 2, 28))
    weight[0, 1] = 5.0
    problem = replace(small(days=28, need=need, floor=((0, 0),)), weight=weight)
    plan = plan_secondments(problem)
    assert plan.heads_moved == 4
    assert plan.short[0, 0].tolist() == [4.0] * 16 + [0.0] * 12


def test_request_lead_time_delays_the_first_departure() -> None:
    plan = plan_secondments(small(lead_days=7, days=28, floor=((2, 0),), need=((2, 6),)))
    assert min(block.start for block in plan.blocks) == 8
    assert plan.short.sum() == 7 * 4


@pytest.mark.parametrize(("eligible", "sent"), [(4, 4), (3, 3), (0, 0)])
def test_frequency_lets_only_those_leave_who_may(eligible: int, sent: int) -> None:
    assert plan_secondments(small(eligible=((eligible, 2),))).heads_moved == sent


def test_frequency_counts_who_left_within_the_window() -> None:
    """28 days with blocks of 14: 4 may leave, and nobody twice in 12 weeks: 2 + 2, or 4 once."""
    plan = plan_secondments(small(days=28, eligible=((4, 2),)))
    assert plan.heads_moved == 4
    assert plan.short.sum() == 4 * 28 - 4 * 14
    often = replace(RULES, min_weeks_between=2, rest_days_after=0)
    plan = plan_secondments(small(days=28, eligible=((4, 2),), rules=often))
    assert plan.heads_moved == 8
    assert plan.short.sum() == 0


@pytest.mark.parametrize(("share", "sent"), [(0.5, 2), (0.75, 4), (1.0, 4)])
def test_host_share_limits_newcomers(share: float, sent: int) -> None:
    """B has 2: at a half 2 newcomers, at three quarters 6."""
    rules = replace(RULES, host_share=share)
    assert plan_secondments(small(rules=rules)).heads_moved == sent


TWO = {"roles": ("NUR", "NUR_ICU"), "floor": ((0, 0), (0, 0))}
HELPER = Substitute("NUR", "NUR_ICU", per_trained=1.0, training_days=5)


def test_training_up_covers_after_its_days_and_under_watch() -> None:
    """B has 10 nurses and 2 of 4 trained: 2 learn for 5 days and help from day 6 on."""
    problem = small(heads=((0, 10), (0, 2)), need=((0, 4), (0, 4)), substitutes=(HELPER,), **TWO)
    plan = plan_secondments(problem)
    assert plan.short[1, 1].tolist() == [2.0] * 5 + [0.0] * 9
    assert [(t.site, t.start, t.heads) for t in plan.training] == [("B", 1, 2)]


def test_supervision_limits_helpers() -> None:
    """One trained nurse watches one helper: of 4 posts 2 are filled."""
    problem = small(heads=((0, 10), (0, 1)), need=((0, 4), (0, 4)), substitutes=(HELPER,), **TWO)
    assert plan_secondments(problem).short[1, 1].tolist() == [3.0] * 5 + [2.0] * 9


def test_people_trained_before_help_from_the_first_day() -> None:
    helper = replace(HELPER, trained_before=(0, 1))
    problem = small(heads=((0, 10), (0, 2)), need=((0, 4), (0, 4)), substitutes=(helper,), **TWO)
    plan = plan_secondments(problem)
    assert plan.short[1, 1].tolist() == [1.0] * 5 + [0.0] * 9


def test_lead_is_nobody_who_only_helps() -> None:
    """Helpers fill the posts, but the lead of 3 must be of the role itself: 1 lead short."""
    helper = replace(HELPER, trained_before=(0, 5))
    problem = small(
        heads=((0, 10), (0, 2)),
        need=((0, 4), (0, 4)),
        leads=((0, 0), (0, 3)),
        substitutes=(helper,),
        **TWO,
    )
    plan = plan_secondments(problem)
    assert plan.short.sum() == 0
    assert plan.lead_short[1, 1].tolist() == [1.0] * 14


def test_stand_in_does_other_work_without_training() -> None:
    problem = small(
        heads=((0, 1), (0, 4)),
        need=((0, 3), (0, 2)),
        substitutes=(Substitute("NUR_ICU", "NUR"),),
        **TWO,
    )
    assert plan_secondments(problem).short.sum() == 0


def test_fairness_spreads_days_over_homes() -> None:
    """A and C, 10 each, B lacks 4: two from each (2.8 days a head) and not four from one."""
    problem = small(
        heads=((10, 2, 10),), need=((0, 6, 0),), floor=((0, 0, 0),), sites=("A", "B", "C")
    )
    plan = plan_secondments(problem)
    assert sorted((b.home, b.heads) for b in plan.blocks) == [("A", 2), ("C", 2)]
    assert plan.groups["fairness"].value == pytest.approx(2.8)


def test_pool_outside_is_asked_when_the_province_has_nobody() -> None:
    problem = small(
        heads=((4, 2, 5),), sites=("A", "B", "P"), need=((4, 6, 0),), floor=((4, 0, 0),)
    )
    problem = replace(
        problem,
        pool=("", "", "neighbour"),
        may_host=np.array([True, True, False]),
        lead_days=np.array([0, 0, 5]),
    )
    plan = plan_secondments(problem)
    assert {block.home for block in plan.blocks} == {"P"}
    assert plan.groups["fairness"].value == pytest.approx(4 * 14 / 5)


def test_pinned_block_stays_and_counts() -> None:
    pinned = Secondment("NUR", "A", "B", 1, 21, 1, pinned=True)
    plan = plan_secondments(small(pinned=(pinned,)))
    assert pinned in plan.blocks
    assert sum(b.heads for b in plan.blocks if not b.pinned) == 3


def test_pinned_block_that_breaks_the_floor_stands_and_nobody_else_leaves() -> None:
    pinned = Secondment("NUR", "A", "B", -3, 28, 8, pinned=True)
    plan = plan_secondments(small(pinned=(pinned,), need=((4, 16),)))
    assert plan.blocks == (pinned,)


def test_published_block_is_kept_when_another_would_do_as_well() -> None:
    problem = small(
        heads=((10, 2, 10),), need=((0, 6, 0),), floor=((0, 0, 0),), sites=("A", "B", "C")
    )
    published = (Secondment("NUR", "A", "B", 1, 14, 2), Secondment("NUR", "C", "B", 1, 14, 2))
    plan = plan_secondments(replace(problem, published=published))
    assert plan.blocks == published
    fewer = replace(problem, need=np.minimum(problem.need, 5), published=published)
    plan = plan_secondments(fewer)
    assert plan.heads_moved == 3  # one person less, the other block untouched


@pytest.mark.parametrize(("churn", "home"), [(0.0, "A"), (190_000.0, "A"), (210_000.0, "C")])
def test_published_block_moves_to_a_nearer_home_only_where_that_saves_more_than_the_change(
    churn: float, home: str
) -> None:
    travel = np.full((3, 3), 50_000.0)
    travel[2] = 250_000.0  # from C: 200,000 VND a person more
    problem = small(
        heads=((10, 2, 10),),
        need=((0, 3, 0),),
        floor=((0, 0, 0),),
        sites=("A", "B", "C"),
        travel_vnd=travel,
        rules=replace(RULES, churn_vnd=churn),
        published=(Secondment("NUR", "C", "B", 1, 14, 1),),
    )
    plan = plan_secondments(problem)
    assert plan.blocks == (Secondment("NUR", home, "B", 1, 14, 1),)


def test_plan_secondments_says_what_lacks_when_nobody_can_come() -> None:
    plan = plan_secondments(small(heads=((0, 2),), floor=((0, 0),), need=((0, 6),)))
    assert plan.blocks == ()
    assert plan.short[0, 1].tolist() == [4.0] * 14
    assert plan.status == "optimal"


def test_rules_refuse_lengths_that_are_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        SecondmentRules(lengths=())


SMALL_NUMBERS = st.integers(0, 6)


@settings(max_examples=25, deadline=None)
@given(
    heads=st.lists(SMALL_NUMBERS, min_size=3, max_size=3),
    need=st.lists(SMALL_NUMBERS, min_size=3, max_size=3),
    where=st.integers(0, 2),
)
def test_one_person_more_never_worsens_shortage(
    heads: list[int], need: list[int], where: int
) -> None:
    def short(people: list[int]) -> float:
        problem = small(
            heads=(tuple(people),), need=(tuple(need),), floor=((0, 0, 0),), sites=("A", "B", "C")
        )
        return plan_secondments(problem).groups["shortage"].value

    more = [n + (h == where) for h, n in enumerate(heads)]
    assert short(more) <= short(heads) + 1e-6


@settings(max_examples=15, deadline=None)
@given(
    heads=st.lists(SMALL_NUMBERS, min_size=3, max_size=3),
    need=st.lists(SMALL_NUMBERS, min_size=3, max_size=3),
    sent=st.integers(1, 3),
)
def test_pinned_stays_whatever_else_is_planned(
    heads: list[int], need: list[int], sent: int
) -> None:
    pinned = Secondment("NUR", "A", "B", 8, 14, sent, pinned=True)
    problem = small(
        heads=((heads[0] + sent, *heads[1:]),),
        need=(tuple(need),),
        floor=((0, 0, 0),),
        sites=("A", "B", "C"),
        pinned=(pinned,),
    )
    assert pinned in plan_secondments(problem).blocks


def test_plan_secondments_answers_without_whole_numbers_when_time_is_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The LP's people who go whole go, what lacks is counted, and the bound is kept."""
    from optimizer.errors import SolverError
    from optimizer.staffing.secondment import solve

    def hangs(*_: object, **__: object) -> None:
        raise SolverError("out of time")

    monkeypatch.setattr(solve, "in_whole", hangs)
    plan = plan_secondments(small())
    assert plan.heads_moved == 4
    assert plan.status == "feasible"
    assert plan.groups["shortage"].gap == 0.0
    assert plan.groups["burden"].bound is None


def test_plan_secondments_says_that_nobody_moves_when_no_solver_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from optimizer.errors import SolverError
    from optimizer.staffing.secondment import solve

    def hangs(*_: object, **__: object) -> None:
        raise SolverError("out of time")

    monkeypatch.setattr(solve, "in_whole", hangs)
    monkeypatch.setattr(solve, "on_face", hangs)
    plan = plan_secondments(small())
    assert (plan.status, plan.blocks) == ("no_solution_in_time", ())
    assert plan.groups["shortage"].value == 4 * 14
    assert plan.groups["shortage"].bound is None


def test_as_published_nobody_moves_but_whom_a_block_names() -> None:
    """Three were told to go; a fourth would save 14 head-days, but is of no block."""
    told = Secondment("NUR", "A", "B", 1, 14, 3)
    problem = replace(small(), published=(told,))
    assert plan_secondments(problem).heads_moved == 4
    plan = plan_secondments(problem, as_published=True)
    assert plan.blocks == (told,)
    assert plan.short.sum() == 14


def test_as_published_blocks_stand_though_nobody_lacks_them() -> None:
    told = Secondment("NUR", "A", "B", 1, 14, 3)
    problem = replace(small(need=((4, 2),)), published=(told,))
    assert plan_secondments(problem).blocks == ()
    assert plan_secondments(problem, as_published=True).blocks == (told,)


def test_as_published_sends_as_many_as_the_home_floor_lets() -> None:
    told = Secondment("NUR", "A", "B", 1, 14, 3)
    problem = replace(small(floor=((8, 0),)), published=(told,))
    plan = plan_secondments(problem, as_published=True)
    assert [block.heads for block in plan.blocks] == [2]


def test_bound_of_fairness_knows_pinned_blocks_of_homes_that_lend_no_more() -> None:
    pinned = Secondment("NUR", "A", "B", 1, 14, 4, pinned=True)
    problem = replace(small(), pinned=(pinned,), may_lend=np.zeros(2, dtype=bool))
    fairness = plan_secondments(problem).groups["fairness"]
    assert (fairness.value, fairness.bound) == pytest.approx((5.6, 5.6))


def test_published_block_of_a_home_that_may_lend_no_more_does_not_stand() -> None:
    told = Secondment("NUR", "A", "B", 1, 14, 3)
    problem = replace(small(), published=(told,), may_lend=np.zeros(2, dtype=bool))
    assert plan_secondments(problem, as_published=True).blocks == ()
    assert plan_secondments(problem).blocks == ()


def test_published_people_who_cannot_stand_in_time_are_counted_as_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No solver answers: nobody goes, and three who were told to are a million VND each."""

    def fails(*_: object, **__: object) -> None:
        raise SolverError("nothing in time")

    monkeypatch.setattr(solve, "in_whole", fails)
    problem = replace(small(), published=(Secondment("NUR", "A", "B", 1, 14, 3),))
    plan = plan_secondments(problem, as_published=True)
    assert (plan.blocks, plan.status) == ((), "no_solution_in_time")
    assert plan.groups["burden"].value == pytest.approx(3.0)
