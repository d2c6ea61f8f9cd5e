"""Figures of a plan that can be counted by hand."""

from __future__ import annotations

import pytest

from optimizer.domain.instance import ADMISSION, OUT_OF_PROVINCE, STEP_UP, Instance
from optimizer.domain.plan import Plan
from optimizer.planning.solve import solve_plan
from optimizer.report.kpis import baseline_rows, plan_kpis, shortfalls
from tests.planning.instances import sketch, worked_example


@pytest.fixture(scope="module")
def short() -> tuple[Instance, Plan]:
    """Three days, two shown: one oxygen bed for 3, 1 and 5 severe; two boarders, one way up."""
    inst = sketch(
        days=3,
        areas=("o", "p"),
        beds={"A": {"OXY": 3}, "B": {"ICU": 1}},
        outside={"H": 1},
        admissions=[
            ("o", "A", "SA", ADMISSION, 10.0),
            ("p", "H", "CA", OUT_OF_PROVINCE, 90.0),
        ],
        transfers=[("A", "B", "CA", STEP_UP, 20.0)],
        arrivals={("o", "SA", 1): 4, ("o", "SA", 2): 4, ("o", "SA", 3): 9},
        requests={("p", "CA"): 1},
        boarding={("A", "CA"): 2},
        boards={("CA", "CA"): 0.5},
        deaths={"boarding": {"CA": 0.25}, "waiting": {"SA": 0.1}},
    ).changed(shown_days=2)
    return inst, solve_plan(inst)


def test_kpis_count_the_shown_days_only(short: tuple[Instance, Plan]) -> None:
    kpis = plan_kpis(*short)
    # day 1: one boarder goes up and one stays; A has 2 beds left for 4, 2 wait
    # day 2: half a boarder goes up to B, which is free again; A has 3 beds for 4, 1 waits
    assert kpis["unmet_patient_days"] == pytest.approx({"OXY": 2 + 1, "ICU": 1})
    assert kpis["waiting_patient_days"] == pytest.approx(3)
    assert kpis["boarding_patient_days"] == pytest.approx(1)
    assert kpis["corridor_patient_days"] == 0
    assert kpis["harm"] == short[1].harm.value
    # 3 waiting days x 0.1 and a boarding day x 0.25
    assert kpis["deaths_for_want_of_care"] == pytest.approx(0.3 + 0.25)
    assert kpis["peak_short"]["OXY"] == {"patients": pytest.approx(2), "day": 1}
    assert kpis["first_short_day"] == {"OXY": 1, "ICU": 1}
    assert kpis["transfers"]["step_up"] == pytest.approx(1.5)
    assert kpis["transfer_minutes"] == pytest.approx(1.5 * 20)
    assert kpis["admissions_out_of_province"] == pytest.approx(1)
    assert kpis["worst_waiting_area"] == {"area": "o", "patient_days": pytest.approx(3)}
    # 2 of 4 and 3 of 4 expected got a place the day they came
    assert kpis["placed_in_time_share"] == pytest.approx(5 / 8)
    assert kpis["worst_unit"]["share"] == pytest.approx(1)


def test_shortfalls_name_place_level_and_day_worst_first(short: tuple[Instance, Plan]) -> None:
    found = shortfalls(*short)
    assert [(one["place"], one["care_level"]) for one in found] == [("o", "OXY"), ("A", "ICU")]
    assert found[0] == {
        "place": "o",
        "place_kind": "area",
        "care_level": "OXY",
        "first_day": 1,
        "peak_patients": pytest.approx(2),
        "peak_day": 1,
        "patient_days": pytest.approx(3),
    }
    assert found[1]["place_kind"] == "unit"


def test_shortfalls_leave_out_less_than_half_a_patient() -> None:
    for number, count in ((0.49, 0), (0.5, 1)):
        inst = sketch(beds={"A": {"OXY": 0}}, arrivals={("o", "SA", 1): number})
        plan = solve_plan(inst)
        assert len(shortfalls(inst, plan)) == count
        assert plan_kpis(inst, plan)["first_short_day"]["OXY"] == (1 if count else None)


def test_baseline_rows_give_bed_days_and_peaks_by_place_and_level() -> None:
    inst = worked_example()
    found = {row[:4]: row[4] for row in baseline_rows(inst, "plan", solve_plan(inst))}
    # A treats 1, 2, 1.25; in intensive care of B lie CA 0, 1, 0.5 and CR 1, 0, 0.5;
    # 1 and 0.25 board in A
    assert found["plan", "treated_bed_days", "A", "OXY"] == pytest.approx(4.25)
    assert found["plan", "treated_peak", "A", "OXY"] == pytest.approx(2)
    assert found["plan", "treated_bed_days", "B", "ICU"] == pytest.approx(3)
    assert found["plan", "boarding_bed_days", "A", "ICU"] == pytest.approx(1.25)
    assert found["plan", "boarding_peak", "A", "ICU"] == pytest.approx(1)
    assert not any(measure.startswith("waiting") for _, measure, _, _ in found)


def test_kpis_of_nobody_are_zero() -> None:
    inst = sketch(beds={"A": {"OXY": 1}})
    kpis = plan_kpis(inst, solve_plan(inst))
    assert kpis["harm"] == 0
    assert kpis["unmet_patient_days"] == {"OXY": 0, "ICU": 0}
    assert kpis["first_short_day"] == {"OXY": None, "ICU": None}
    assert kpis["placed_in_time_share"] == 1
    assert kpis["worst_unit"] == {"unit": "A", "day": 1, "share": 0}
