"""The worked example of docs/model.md, as files, through reading, solving, writing and checking."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.checking.judge import check_plan
from optimizer.run import plan_scenario

from .province import planned, summary, table, total, worked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("worked")
    province = worked(root / "province")
    planned(province / "scenario.yaml", province, root / "plan")
    return root / "plan"


def test_worked_files_give_the_golden_harm(folder: Path) -> None:
    harm = summary(folder)["objective"]["harm"]
    assert harm["value"] == pytest.approx(153.125)
    assert harm["bound"] == pytest.approx(153.125)
    assert harm["gap"] == pytest.approx(0, abs=1e-9)


def test_worked_files_give_the_golden_baseline(folder: Path) -> None:
    rivals = summary(folder)["baselines"]
    assert rivals["no_transfers"]["harm"] == pytest.approx(249.5)
    assert set(rivals) == {
        "no_transfers",
        "greedy",
        "local_only",
        "proportional_share",
        "pooled_bound",
    }
    # three OXY beds and one ICU bed in one house: no move to pay (1.5 up, 0.375 down)
    assert rivals["pooled_bound"]["harm"] == pytest.approx(153.125 - 1.5 - 0.375)
    assert rivals["greedy"]["harm"] >= 153.125 - 1e-9


def test_worked_files_write_the_moves_of_the_page(folder: Path) -> None:
    moves = table(folder, "transfers")
    assert total(moves, day="2", from_unit="A", to_unit="B", class_id="CA") == pytest.approx(0.75)
    assert total(moves, day="2", from_unit="B", to_unit="A", class_id="SR") == pytest.approx(0.75)
    assert total(moves) == pytest.approx(1.5)
    seen = table(folder, "admissions")
    assert total(seen, day="1", unit="B", observed="1") == 1
    assert total(seen, day="2", unit="A", observed="0") == pytest.approx(0.5)


def test_worked_files_write_the_places_kept(folder: Path) -> None:
    kept = {(r["day"], r["unit"], r["care_level"]): r for r in table(folder, "places_kept")}
    assert float(kept["2", "B", "ICU"]["places"]) == 1
    assert float(kept["2", "A", "OXY"]["places"]) == 2
    assert float(kept["2", "A", "OXY"]["expected"]) == pytest.approx(1.25)


def test_worked_files_name_who_boards_and_dies_for_want_of_care(folder: Path) -> None:
    kpis = summary(folder)["kpis"]
    # CA boards: 1 on day 1, 1/4 + 1/8 on day 3; half of them die of it a night
    assert kpis["unmet_patient_days"] == pytest.approx({"OXY": 0, "ICU": 1.375})
    assert kpis["boarding_patient_days"] == pytest.approx(1.375)
    assert kpis["deaths_for_want_of_care"] == pytest.approx(0.6875)
    assert kpis["peak_short"]["ICU"] == {"patients": pytest.approx(1), "day": 1}
    assert kpis["first_short_day"] == {"OXY": None, "ICU": 1}
    assert kpis["transfers"]["step_up"] == pytest.approx(0.75)
    assert kpis["transfers"]["step_down"] == pytest.approx(0.75)
    assert kpis["transfer_minutes"] == pytest.approx(1.5 * 8)
    # all of the half SA expected get a place the same day
    assert kpis["placed_in_time_share"] == pytest.approx(1)
    assert summary(folder)["shortfalls"] == [
        {
            "place": "A",
            "place_kind": "unit",
            "care_level": "ICU",
            "first_day": 1,
            "peak_patients": pytest.approx(1),
            "peak_day": 1,
            "patient_days": pytest.approx(1.25),
            "confidence": "assumed",
        }
    ]


@pytest.mark.parametrize(
    ("old", "new", "harm"),
    [
        ("B,ICU,1,1,1", "B,ICU,2,2,2", 3.125),
        ("B,OXY,1,1,1", "B,OXY,2,2,2", 152.75),
        ("A,OXY,2,2,2", "A,OXY,3,3,3", 153.125),
    ],
)
def test_worked_files_with_one_more_bed(tmp_path: Path, old: str, new: str, harm: float) -> None:
    province = worked(tmp_path / "province")
    beds = province / "beds.csv"
    text = beds.read_text(encoding="utf-8")
    assert old in text
    beds.write_text(text.replace(old, new), encoding="utf-8")
    outcome = planned(province / "scenario.yaml", province, tmp_path / "plan")
    assert outcome.summary["objective"]["harm"]["value"] == pytest.approx(harm)


def test_worked_files_give_the_same_by_cluster(tmp_path: Path) -> None:
    province = worked(tmp_path / "province")
    outcome = plan_scenario(
        province / "scenario.yaml",
        data_dir=province,
        out=tmp_path / "plan",
        areas="clusters",
        explain=False,
        reports=False,
    )
    assert outcome.summary["objective"]["harm"]["value"] == pytest.approx(153.125)
    assert check_plan(tmp_path / "plan").violations == ()
    assert {row["commune"] for row in table(tmp_path / "plan", "admissions_by_commune")} == {"c"}
