"""Whatever happens to a province, a checked plan comes back that says where and when it breaks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from optimizer.run import plan_scenario

from .province import ROOT, planned, summary, table, template, wave

SOC_TRANG = ROOT / "data" / "facilities" / "soc_trang"
DELTA = ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml"

TROUBLES: dict[str, dict[str, Any]] = {
    "twenty times the demand": {"demand_factor": 20},
    "all roads cut": {"roads_cut": "all", "demand_factor": 5},
    "no staff": {"staff_factor": 0},
    "staff gone from day 3": {"staff_factor": 0, "staff_from_day": 3, "demand_factor": 5},
    "no vehicles": {"vehicle_factor": 0, "demand_factor": 5},
    "a station closed": {"closed_facilities": ["H3"], "demand_factor": 5},
    "everything at once": {
        "demand_factor": 20,
        "staff_factor": 0,
        "vehicle_factor": 0,
        "roads_cut": "all",
        "closed_facilities": ["H1", "H3"],
    },
}


def told(folder: Path) -> list[dict[str, Any]]:
    """Return the shortfalls, after holding each to the tables of the plan."""
    found: list[dict[str, Any]] = summary(folder)["shortfalls"]
    states = table(folder, "patients")
    for one in found:
        state = "boarding" if one["place_kind"] == "unit" else "waiting"
        here = [r for r in states if r["place"] == one["place"] and r["state"] == state]
        assert any(int(r["day"]) == one["peak_day"] for r in here)
        assert one["peak_patients"] >= 0.5
        assert one["first_day"] <= one["peak_day"]
    return found


@pytest.mark.parametrize("name", TROUBLES)
def test_plan_comes_back_checked_when_there_is(name: str, tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    scenario = wave(province, shocks=TROUBLES[name])
    outcome = planned(scenario, province, tmp_path / "plan")
    assert outcome.summary["checked"] is True
    assert outcome.summary["solver"] != "nearest free place", "the fallback, not a plan"
    assert told(tmp_path / "plan"), "somebody is short, and it is not said where and when"
    assert outcome.summary["objective"]["harm"]["value"] > 0


WISHES: dict[str, dict[str, Any]] = {
    "one day": {"horizon_days": 1},
    "days beyond": {"horizon_days": 3, "beyond_days": 5},
    "everybody stays in the cluster": {"options": {"local_only": True}},
    "no transfers": {"options": {"transfers": False}},
    "lateral transfers": {"options": {"lateral": True}},
    "nobody leaves the province": {"options": {"out_of_province": False}},
    "no near transfers": {"travel": {"transfer_nearest": 0}},
    "surge beds at once": {"surge": {"delay_days": 0}},
    "communes": {"areas": "communes"},
    "crisis ratios": {"staff": {"care_phase": "crisis"}},
    "staff back on day 5": {
        "shocks": {"demand_factor": 8, "staff_factor": 0, "staff_from_day": 2, "staff_to_day": 4}
    },
    "a road cut": {"shocks": {"demand_factor": 8, "roads_cut": [["H2", "H1"], ["X3", "H2"]]}},
    "no history": {"reported_cases": {"history_days": 0}},
}


@pytest.mark.parametrize("name", WISHES)
def test_plan_comes_back_checked_when_the_scenario_asks_for(name: str, tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    scenario = wave(province, **{"shocks": {"demand_factor": 8}, **WISHES[name]})
    outcome = planned(scenario, province, tmp_path / "plan")
    assert outcome.summary["solver"] != "nearest free place", "the fallback, not a plan"
    harm = outcome.summary["objective"]["harm"]
    assert harm["bound"] <= harm["value"] <= outcome.summary["baselines"]["greedy"]["harm"] + 1e-6
    assert table(tmp_path / "plan", "admissions")


def test_plan_is_empty_when_nobody_comes(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    outcome = planned(wave(province, shocks={"demand_factor": 0}), province, tmp_path / "plan")
    assert outcome.summary["shortfalls"] == []
    assert outcome.summary["objective"]["harm"]["value"] == 0
    assert outcome.summary["objective"]["burden"]["value"] == 0
    for name in ("admissions", "transfers", "in_house", "patients", "corridor", "surge_beds"):
        assert table(tmp_path / "plan", name) == []


@pytest.mark.parametrize("factor", [1, 2, 5, 20, 100])
def test_more_demand_never_means_less_harm(
    factor: int, tmp_path: Path, harms: dict[int, float]
) -> None:
    province = template(tmp_path / "province")
    scenario = wave(province, shocks={"demand_factor": factor})
    outcome = planned(scenario, province, tmp_path / "plan")
    harms[factor] = outcome.summary["objective"]["harm"]["value"]
    assert all(harms[less] <= harms[factor] + 1e-6 for less in harms if less < factor)


@pytest.fixture(scope="module")
def harms() -> dict[int, float]:
    return {}


PROVINCE_TROUBLES: dict[str, dict[str, Any]] = {
    "twenty times the demand": {"demand_factor": 20},
    "nobody comes": {"demand_factor": 0},
    "all roads cut": {"roads_cut": "all"},
    "no staff": {"staff_factor": 0},
}


@pytest.mark.parametrize("name", PROVINCE_TROUBLES)
def test_province_gets_a_checked_plan_when_there_is(name: str, tmp_path: Path) -> None:
    scenario = wave(
        tmp_path,
        extends=os.path.relpath(DELTA, tmp_path),
        horizon_days=7,
        shocks=PROVINCE_TROUBLES[name],
    )
    outcome = plan_scenario(
        scenario, data_dir=SOC_TRANG, out=tmp_path / "plan", explain=False, reports=False
    )
    assert outcome.summary["checked"] is True
    if name == "nobody comes":
        assert outcome.summary["shortfalls"] == []
        assert table(tmp_path / "plan", "patients") == []
    else:
        assert told(tmp_path / "plan")


@pytest.mark.parametrize("closed", [["H1"], ["H2"], ["H1", "H2", "H3"], ["H1", "H2", "H3", "E1"]])
def test_plan_comes_back_checked_when_facilities_are_closed(
    tmp_path: Path, closed: list[str]
) -> None:
    province = template(tmp_path / "province")
    scenario = wave(province, shocks={"closed_facilities": closed, "demand_factor": 20})
    planned(scenario, province, tmp_path / "plan")
    assert told(tmp_path / "plan")
