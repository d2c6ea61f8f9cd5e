"""The goals as a table, and settings laid over a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.domain.settings import Burden, Fairness, Levers, Weights
from optimizer.errors import DataError
from optimizer.exchange.goals import GROUPS, OF_LEVERS, UNITS, goal_rows
from optimizer.exchange.scenarios import BY_HAND, read_scenario
from optimizer.exchange.tables import read_tables

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml"


def test_every_weight_of_a_scenario_stands_in_the_table() -> None:
    prices = {f"weights.{name}" for name in Weights.model_fields}
    prices |= {f"burden.{name}" for name in Burden.model_fields}
    prices |= {f"options.fairness.{name}" for name in Fairness.model_fields}
    assert set(UNITS) == prices


def test_table_shows_value_unit_meaning_and_confidence_in_both_languages() -> None:
    tables, _ = read_tables(ROOT / "data" / "facilities" / "soc_trang")
    rows = goal_rows(read_scenario(SCENARIO), tables)
    assert list(dict.fromkeys(row["group"] for row in rows)) == list(GROUPS)
    by_key = {row["key"]: row for row in rows}
    assert by_key["weights.death"]["value"] == 100.0
    weight = by_key["unmet_weight.covid-critical-acute"]
    assert (weight["value"], weight["table"], weight["source"]) == (
        20,
        "patient_classes.csv",
        "R14",
    )
    for row in rows:
        assert row["confidence"] in ("official", "open_data", "derived", "assumed")
        for name in ("unit", "meaning"):
            assert row[f"{name}_vi"]
            assert row[f"{name}_vi"] != row[f"{name}_en"]


def test_table_has_the_weights_of_levers_where_a_scenario_speaks_of_them() -> None:
    tables, _ = read_tables(ROOT / "data" / "facilities" / "soc_trang")
    rows = goal_rows(read_scenario(SCENARIO.with_stem("soc_trang_delta_with_levers")), tables)
    assert list(dict.fromkeys(row["group"] for row in rows)) == list(GROUPS)
    groups = {row["key"]: row["group"] for row in rows if row["key"] in OF_LEVERS}
    assert groups == {
        "levers.harm": "harm",
        "levers.home_unmet": "harm",
        "levers.unit_day": "burden",
        "levers.million_vnd": "burden",
    }
    weights = set(Levers.model_fields) - {"use", "named", "budget_vnd", "change"}
    assert {f"levers.{name}" for name in weights} == set(OF_LEVERS)


def test_setting_replaces_a_figure_and_makes_it_assumed() -> None:
    scenario = read_scenario(SCENARIO, ["weights.death=50", "options.fairness.epsilon=0.02"])
    assert scenario.weights.death == 50
    assert scenario.weights.corridor == read_scenario(SCENARIO).weights.corridor
    assert scenario.options.fairness.epsilon == 0.02
    assert scenario.provenance_of("weights.death") == (BY_HAND, "assumed")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("weights.death", "key=value"),
        ("=3", "key=value"),
        ("weights.dead=3", "death"),
        ("weights.death=many", "weights.death"),
        ("weights.death=-1", "weights.death"),
        ("weights.death=[", "weights.death"),
        ("options.fairness.epsilon=2", "options.fairness.epsilon"),
        ("title.x.y=1", "title"),
    ],
)
def test_setting_that_does_not_fit_is_refused_with_its_key(setting: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_scenario(SCENARIO, [setting])
    for lang in ("vi", "en"):
        text = caught.value.render(lang)
        assert "{" not in text
    assert said in caught.value.render("en")
