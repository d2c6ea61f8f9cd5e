"""The scenarios that come with the project: figures, anchors and provenance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.exchange.agreement import cross_check
from optimizer.exchange.scenarios import (
    list_scenarios,
    read_scenario,
    scenario_from_json,
    scenario_schema,
    scenario_to_json,
)
from optimizer.exchange.tables import read_tables

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
NAMES = [
    f"{province}_{name}"
    for province in ("can_tho", "cao_bang", "soc_trang")
    for name in ("delta_unvaccinated", "new_variant_worst", "omicron_vaccinated")
]


def test_list_scenarios_finds_all_nine() -> None:
    files = list_scenarios(SCENARIOS)
    assert {f.name for f in files} >= set(NAMES)
    assert [f for f in files if f.problems] == []


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenario_survives_the_plan_folder(name: str) -> None:
    scenario = read_scenario(SCENARIOS / f"{name}.yaml")
    assert scenario_from_json(json.loads(json.dumps(scenario_to_json(scenario)))) == scenario


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenario_fits_its_province(name: str) -> None:
    scenario = read_scenario(SCENARIOS / f"{name}.yaml")
    folder = ROOT / "data" / "facilities" / scenario.province
    if not folder.is_dir():
        pytest.skip("the province's tables are not in this checkout")
    tables, _ = read_tables(folder)
    assert cross_check(scenario, tables) == ()


@pytest.mark.parametrize(
    ("name", "hospital", "severe"),
    [
        ("soc_trang_delta_unvaccinated", 2000, 500),  # 10,000 x 0.20; x 0.25
        ("soc_trang_omicron_vaccinated", 400, 100),  # 10,000 x 0.04; 3 to 1
        ("soc_trang_new_variant_worst", 4000, 1000),  # twice Delta
    ],
)
def test_shipped_scenario_sends_so_many_of_10000_cases_to_hospital(
    name: str, hospital: float, severe: float
) -> None:
    scenario = read_scenario(SCENARIOS / f"{name}.yaml")
    assert scenario.reported_cases is not None
    share = scenario.reported_cases.hospital_share
    assert 10_000 * share == pytest.approx(hospital)
    assert 10_000 * share * scenario.stays["moderate"].worsens == pytest.approx(severe)


def test_shipped_scenario_lets_6_of_10_die_without_oxygen() -> None:
    stays = read_scenario(SCENARIOS / "soc_trang_delta_unvaccinated.yaml").stays
    severe, flow, critical = (stays[s].waiting for s in ("severe", "high_flow", "critical"))
    assert severe is not None
    assert flow is not None
    assert critical is not None
    dies = severe.death_share + severe.worse_share * (
        flow.death_share + flow.worse_share * critical.death_share
    )
    assert dies == pytest.approx(0.60, abs=0.03)  # 0.01 + 0.62 x (0.35 + 0.60 x 0.95) = 0.58
    assert critical.death_share == 0.95


def test_shipped_scenario_keeps_stays_longer_than_delays() -> None:
    for name in NAMES:
        for severity, stay in read_scenario(SCENARIOS / f"{name}.yaml").stays.items():
            if severity != "convalescent":
                assert stay.stay_days >= stay.acute_days + 1, (name, severity)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenario_names_the_source_of_every_figure_of_the_disease(name: str) -> None:
    scenario = read_scenario(SCENARIOS / f"{name}.yaml")
    data = scenario_to_json(scenario)
    for severity, stay in data["stays"].items():
        for key in ("stay_days", "delay_days", "worse_share", "worse_per_day", "death_share"):
            if stay[key]:
                assert scenario.provenance_of(f"stays.{severity}.{key}")[0], (severity, key)
    for key in data["reported_cases"]:
        assert scenario.provenance_of(f"reported_cases.{key}")[0]


def test_provenance_of_takes_the_longest_prefix() -> None:
    scenario = read_scenario(SCENARIOS / "soc_trang_delta_unvaccinated.yaml")
    assert scenario.provenance_of("stays.critical.death_share")[1] == "open_data"
    assert scenario.provenance_of("stays.critical.waiting.death_share")[1] == "assumed"
    assert scenario.provenance_of("weights.death") == ("", "assumed")


def test_scenario_schema_describes_every_key() -> None:
    schema = scenario_schema()
    for name, part in [("Scenario", schema), *schema["$defs"].items()]:
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), (name, key)
