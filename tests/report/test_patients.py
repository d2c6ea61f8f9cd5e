"""What patients are called: one name for a class, in both languages, wherever it is shown."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from optimizer.domain.demand import scenario_classes
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.report import tables
from optimizer.report.folder import PlanReport
from optimizer.report.patients import class_names

ROOT = Path(__file__).resolve().parents[2]


def shipped(lang: str) -> dict[str, str]:
    rows = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]
    scenario = read_scenario(ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml")
    return class_names(scenario_classes(rows, scenario), rows.severities, lang)


@pytest.mark.parametrize(
    ("lang", "severe", "convalescent"),
    [
        ("en", "Severe, acute phase", "Convalescent, recovering phase"),
        ("vi", "Nặng, giai đoạn cấp", "Dưỡng bệnh, giai đoạn hồi phục"),
    ],
)
def test_classes_are_called_by_severity_and_phase(
    lang: str, severe: str, convalescent: str
) -> None:
    names = shipped(lang)
    assert names["covid-severe-acute"] == severe
    assert names["covid-convalescent-recovering"] == convalescent
    assert len(set(names.values())) == len(names) == 11


def test_every_shipped_severity_has_a_name() -> None:
    rows = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]
    assert {row.severity for row in rows.severities} == {
        row.severity for row in rows.patient_classes
    }


def test_severity_without_a_row_is_shown_as_it_is_written() -> None:
    rows = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]
    names = class_names(rows.patient_classes[:1], (), "en")
    assert list(names.values()) == ["convalescent, recovering phase"]


def test_population_group_is_named_where_there_are_several() -> None:
    row = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0].patient_classes[1]
    child = row.model_copy(update={"class_id": "child", "population_group": "children"})
    names = class_names((row, child), (), "en")
    assert names == {
        row.class_id: "critical, acute phase, all",
        "child": "critical, acute phase, children",
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_app_calls_patients_as_the_terminal_does(real: dict[str, PlanReport], lang: str) -> None:
    report = real["soc_trang"]
    told = report.head["class_names"][lang]
    found = tables.orders(report, lang)
    assert len(found) > 0
    for who in found["who"]:
        assert set(who.split("; ")) <= set(told.values())
    text = tables.orders_csv(report, lang).decode("utf-8-sig")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    column = {"vi": "Mức độ nặng, giai đoạn", "en": "Severity and phase"}[lang]
    assert [row[column] for row in rows] == found["who"].tolist()
    assert not any(class_id in text for class_id in told)


def test_older_plan_without_names_shows_the_ids(report: PlanReport) -> None:
    assert report.class_name("severe_acute", "vi") == "severe_acute"
