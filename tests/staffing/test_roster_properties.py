"""Properties of random small rosters: order, explanation, judge, three ways to count a score."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.checking.roster.judge import check_roster
from optimizer.domain.roster import (
    Cover,
    Leave,
    Request,
    RosterProblem,
    RosterRules,
    RosterStatus,
    Shift,
    SkillMix,
    StaffMember,
    SupervisionRatio,
    Worked,
)
from optimizer.exchange.roster_folder import write_roster
from optimizer.staffing.roster.model import roster_model
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import propagated
from optimizer.staffing.roster.score import explain, score_rows
from optimizer.staffing.roster.solve import RosterOptions, build_roster
from tests.staffing.ward import MONDAY, ward, with_contract

OPTIONS = RosterOptions(seconds=20, workers=1, deterministic=1.0)
SHIFTS = (
    Shift("D", 7 * 60, 12 * 60),
    Shift("E", 6 * 60, 8 * 60),
    Shift("N", 19 * 60, 12 * 60, night=True, not_next_day=("D",)),
)


@st.composite
def problems(draw: st.DrawFn) -> RosterProblem:
    """A ward of up to five people with a random choice of every rule."""
    count, days = draw(st.integers(1, 5)), draw(st.integers(2, 9))
    limit = st.none() | st.integers(1, 4)
    units = draw(st.sampled_from([("ICU",), ("ICU", "HDU")]))
    base = with_contract(
        ward(count, days),
        max_minutes=draw(st.none() | st.integers(8, 80).map(lambda h: h * 60)),
        max_consecutive_days=draw(limit),
        min_consecutive_days=draw(st.sampled_from([None, 1, 2])),
        max_consecutive_nights=draw(limit),
        min_days_off=draw(st.sampled_from([None, 1, 2])),
        max_weekends=draw(st.sampled_from([None, 1, 2])),
        min_rest_minutes=draw(st.sampled_from([0, 660])),
        max_shifts={"N": draw(st.integers(0, 3))},
    )
    people = tuple(
        StaffMember(
            f"N{k}", "BV01", units, ("nurse",), "full",
            frozenset(draw(st.sets(st.sampled_from(["lead", "trainee"])))),
        )
        for k in range(count)
    )  # fmt: skip
    cover = tuple(
        Cover(unit, d, s.code, "nurse", need, need + draw(st.integers(0, 1)), 100, 10, 1)
        for unit in units
        for d in range(days)
        for s in SHIFTS
        for need in [draw(st.integers(0, 2))]
    )
    person, day = st.integers(0, count - 1).map("N{}".format), st.integers(0, days - 1)
    requests = draw(
        st.dictionaries(
            st.tuples(person, day), st.tuples(st.booleans(), st.integers(1, 9)), max_size=4
        )
    )
    leave = draw(st.sets(st.tuples(person, day), max_size=3))
    worked = draw(st.sets(st.tuples(person, st.just(-1)), max_size=2))
    return replace(
        base,
        start=MONDAY,
        shifts=SHIFTS,
        people=people,
        cover=cover,
        skill_mix=(SkillMix("lead", "ICU", "", "lead", 1, 30),),
        supervision=(SupervisionRatio("s", "ICU", "trainee", "lead", 1, 20),),
        requests=tuple(Request(p, d, "", on, w) for (p, d), (on, w) in sorted(requests.items())),
        leave=tuple(Leave(p, d) for p, d in sorted(leave)),
        history=tuple(Worked(p, d, "E") for p, d in sorted(worked)),
        rules=RosterRules(
            night_weight=draw(st.integers(0, 3)), weekend_weight=1, history_days=draw(st.just(1))
        ),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_every_roster_is_judged_sound_and_its_explanation_adds_up(problem: RosterProblem) -> None:
    roster = build_roster(problem, OPTIONS)
    if roster.score is None:
        assert roster.status in (RosterStatus.infeasible, RosterStatus.no_solution_in_time)
        return
    told = explain(problem, roster.assignments)
    assert told.score == roster.score
    assert sum(m.points for m in told.matches) == roster.score.total
    assert sum(points for *_, points in told.by_rule()) == roster.score.total
    assert roster.bound <= roster.score.total
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "roster"
        write_roster(target, problem, roster, score_rows(problem, roster.assignments))
        verdict = check_roster(target)
    assert verdict.passed, verdict.render()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_points(problem: RosterProblem, random: object) -> None:
    def mixed(values: tuple[object, ...]) -> tuple[object, ...]:
        found = list(values)
        random.shuffle(found)  # type: ignore[attr-defined]
        return tuple(found)

    other = replace(
        problem,
        people=mixed(problem.people),  # type: ignore[arg-type]
        cover=mixed(problem.cover),  # type: ignore[arg-type]
        shifts=mixed(problem.shifts),  # type: ignore[arg-type]
        requests=mixed(problem.requests),  # type: ignore[arg-type]
        leave=mixed(problem.leave),  # type: ignore[arg-type]
    )
    one, two = build_roster(problem, OPTIONS), build_roster(other, OPTIONS)
    if one.status == two.status == RosterStatus.optimal:
        assert one.score is not None
        assert two.score is not None
        assert one.score.total == two.score.total
    else:  # time may end a search; but what cannot be, cannot be in any order
        assert (one.status == "infeasible") == (two.status == "infeasible")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_everybody_has_a_path_whenever_there_is_a_roster(problem: RosterProblem) -> None:
    v = roster_model(problem)
    model = v.rows.compiled()
    low, high, sound = propagated(model, model.low, model.high)
    if not sound:
        return
    roster = build_roster(problem, OPTIONS)
    if roster.score is not None:
        assert Paths(v, low, high, timed=True).alive
