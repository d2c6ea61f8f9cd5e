"""The engine as a whole: bounds, statuses, guarded values, ways of searching."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.roster import Level, RosterProblem, RosterStatus, Worked
from optimizer.staffing.roster.board import Board
from optimizer.staffing.roster.columns import dive, path_bound
from optimizer.staffing.roster.engine import Search, cp_sat, relaxed
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.near import near_arcs, near_model
from optimizer.staffing.roster.neighbourhoods import Neighbourhoods
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import Rows, propagated, restricted
from optimizer.staffing.roster.solve import RosterOptions, build_roster
from tests.staffing.ward import DAY, NIGHT, QUICK, points, ward, with_contract, with_rules


def tight(people: int = 3) -> RosterProblem:
    """A ward with every personal rule at work and too few people."""
    problem = with_contract(
        ward(people, 14, (DAY, NIGHT)),
        max_minutes=108 * 60,
        min_minutes=48 * 60,
        max_consecutive_days=4,
        min_consecutive_days=2,
        max_consecutive_nights=2,
        min_days_off=2,
        max_weekends=1,
        min_rest_minutes=11 * 60,
    )
    history = tuple(Worked("N1", d, "D") for d in (-2, -1))
    return with_rules(replace(problem, history=history), history_days=4)


def test_roster_bound_is_never_above_the_points_and_never_below_the_lp() -> None:
    roster = build_roster(tight(), RosterOptions(seconds=20, workers=2))
    assert roster.score is not None
    assert roster.lp_bound - 1e-6 <= roster.bound <= roster.score.total
    assert (roster.status is RosterStatus.optimal) == (roster.bound == roster.score.total)


def test_path_bound_is_at_least_the_lp_and_at_most_the_optimum() -> None:
    problem = tight()
    v = roster_model(problem)
    model = v.rows.compiled()
    low, high, sound = propagated(model, model.low, model.high)
    assert sound
    best = points(problem)
    linear = relaxed(restricted(model, low, high)[0], 10).bound
    for timed in (False, True):
        paths = Paths(v, low, high, timed=timed)
        assert paths.alive
        found = path_bound(model, paths, 20)
        assert linear - 1e-6 <= found.bound <= best + 1e-6
    assert linear < best  # the relaxation alone does not prove it


def test_paths_and_rows_allow_the_same_rosters_when_one_person_is_tried_every_way() -> None:
    """The cheapest path at random prices is a solution of the rows, and as cheap as theirs."""
    problem = with_contract(tight(1), min_minutes=None, max_shifts={"N": 2, "D": 9})
    v = roster_model(problem)
    model = v.rows.compiled()
    low, high, _ = propagated(model, model.low, model.high)
    paths = Paths(v, low, high, timed=True)
    random = np.random.default_rng(7)
    own = model.owner == 0
    personal = v.assigned[v.assigned >= 0]
    for _ in range(25):
        price = np.zeros(model.columns)
        price[personal] = random.integers(-9, 9, len(personal))
        least, sets = paths.cheapest(price)
        values = np.zeros(model.columns, dtype=np.int64)
        values[sets[0]] = 1
        tried = replace(model, cost=np.where(own, price, 0).astype(np.int64), constant=0)
        exact = cp_sat(tried, Search(10))
        assert exact.points == pytest.approx(least[0])
        assert tried.points(values) == exact.points


def test_near_model_holds_the_optimum_when_every_arc_is_near() -> None:
    problem = tight()
    v = roster_model(problem)
    model = v.rows.compiled()
    low, high, _ = propagated(model, model.low, model.high)
    paths = Paths(v, low, high, timed=True)
    found = path_bound(model, paths, 20)
    masks = near_arcs(paths, found.prices, math.inf)
    flow = near_model(model, paths, low, high, masks)
    answer = cp_sat(flow.model, Search(300))  # wall time: a busy machine starves it
    assert answer.values is not None
    assert answer.points == points(problem)
    assert not len(model.broken(answer.values[: model.columns]))


def test_dive_gives_a_lawful_personal_roster_to_everybody() -> None:
    v = roster_model(tight())
    model = v.rows.compiled()
    low, high, _ = propagated(model, model.low, model.high)
    paths = Paths(v, low, high, timed=True)
    chosen = dive(model, paths, path_bound(model, paths, 20), 20)
    assert chosen is not None
    assert [set(model.owner[columns]) for columns in chosen] == [{0}, {1}, {2}]


def test_neighbourhoods_never_worsen_a_roster_and_reach_the_optimum_of_a_small_one() -> None:
    v = roster_model(tight(4))
    model = v.rows.compiled()
    low, high, _ = propagated(model, model.low, model.high)
    board = Board(model, 60.0)
    first = cp_sat(model, Search(20, 1, ("quick_restart_no_lp",), stop_at=math.inf))
    assert first.values is not None
    board.offer(first.values)
    around = Neighbourhoods(v, model, low, high, seed=3)
    seen = [board.points]
    for _ in range(40):
        around.improve(board, 2.0)
        seen.append(board.points)
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == points(tight(4))


def test_board_refuses_values_that_break_a_row() -> None:
    v = roster_model(ward(1, 2))
    board = Board(v.rows.compiled(), 1.0)
    assert not board.offer(np.ones(board.model.columns, dtype=np.int64) * 9)
    assert board.values is None


def test_unknown_gives_no_values_when_time_is_over_at_once() -> None:
    v = roster_model(tight(12))
    found = cp_sat(v.rows.compiled(), Search(1.0, deterministic=1e-9))
    if found.status is RosterStatus.no_solution_in_time:
        assert found.values is None
    else:  # presolve alone found one; then it must be whole
        assert found.values is not None
        assert not len(v.rows.compiled().broken(found.values))


def test_infeasible_and_not_in_time_are_told_apart() -> None:
    never = with_contract(ward(1, 2), min_minutes=48 * 60)
    assert build_roster(never, QUICK).status is RosterStatus.infeasible
    hard = with_rules(tight(2), cover_level=Level.hard)
    assert build_roster(hard, QUICK).status is RosterStatus.infeasible


def test_same_seed_gives_the_same_roster_when_limits_are_deterministic() -> None:
    one, two = (build_roster(tight(4), QUICK) for _ in range(2))
    assert one.assignments == two.assignments


def test_rows_add_up_a_column_that_stands_twice() -> None:
    rows = Rows()
    a, b = rows.new(5), rows.new(5)
    rows.add("r", (), [(b, 1), (a, 2), (b, 3)], at_most=9)
    model = rows.compiled()
    assert model.column.tolist() == [a, b]
    assert model.coefficient.tolist() == [2, 4]


def test_rows_leave_out_a_column_that_cancels() -> None:
    rows = Rows()
    a, b = rows.new(), rows.new()
    rows.add("r", (), [(a, 1), (b, 1), (a, -1)], at_most=0)
    model = rows.compiled()
    assert model.column.tolist() == [b]
    low, high, sound = propagated(model, model.low, model.high)
    assert sound
    assert high.tolist() == [1, 0]
    assert low.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("terms", "sides", "expected"),
    [
        ([(0, 2), (1, 3)], (-100, 7), ([0, 0], [3, 2])),
        ([(0, 2), (1, -3)], (-100, -4), ([0, 2], [4, 5])),
        ([(0, 1), (1, 1)], (9, 100), ([4, 4], [5, 5])),
    ],
)
def test_propagation_tightens_columns_by_hand(
    terms: list[tuple[int, int]], sides: tuple[int, int], expected: tuple[list[int], list[int]]
) -> None:
    rows = Rows()
    rows.new(5)
    rows.new(5)
    rows.add("r", (), terms, *sides)
    model = rows.compiled()
    low, high, sound = propagated(model, model.low, model.high)
    assert sound
    # 2a + 3b <= 7; 2a - 3b <= -4 (so b >= 2, and 2a <= 11: a <= 5); a + b >= 9
    if sides == (-100, -4):
        expected = ([0, 2], [5, 5])
    assert (low.tolist(), high.tolist()) == expected
