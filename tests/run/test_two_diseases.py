"""Two diseases at once: one set of beds, staff and vehicles, each disease with its own wave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer.checking.judge import check_plan
from optimizer.domain.demand import by_disease, scenario_classes
from optimizer.errors import DataError
from optimizer.exchange.planfolder import write_summary
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.loading import load
from optimizer.report.summary import summary_text
from tests.run.province import HAZARDS, ROOT, WORKED, planned, summary, template, wave, worked

HARM = 153.125
"""Of the worked example, docs/model.md section 7."""


def split(directory: Path) -> Path:
    """Write the worked example with influenza instead of covid for the one who boards in A."""
    folder = worked(directory)
    rows = [line.split(",", 2) for line in WORKED["patient_classes"].splitlines()]
    text = WORKED["patient_classes"] + "".join(
        f"F{name},influenza,{rest}\n" for name, _, rest in rows[1:]
    )
    (folder / "patient_classes.csv").write_text(text, encoding="utf-8")
    names = "disease,name_vi,name_en\ncovid,COVID-19,COVID-19\ninfluenza,Cúm,Influenza\n"
    (folder / "diseases.csv").write_text(names, encoding="utf-8")
    nights = [line.split(",") for line in HAZARDS.splitlines()]
    for night in nights[1:]:
        night[1] = "F" + night[1]
        night[2] = "F" + night[2] if night[2] else ""
    flu = "\n".join(",".join(night) for night in nights) + "\n"
    (folder / "flu_hazards.csv").write_text(flu, encoding="utf-8")
    head = "unit,severity,phase,state,count\n"
    (folder / "flu_census.csv").write_text(head + "A,critical,acute,boarding,1\n", "utf-8")
    census = head + "A,severe,acute,treated,1\nB,critical,recovering,treated,1\n"
    (folder / "census.csv").write_text(census, encoding="utf-8")
    with (folder / "scenario.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "also:\n  influenza:\n    route: explicit\n    hazards: flu_hazards.csv\n"
            "    explicit: {census: flu_census.csv}\n"
        )
    return folder


def test_who_is_ill_of_what_changes_no_harm_when_the_classes_are_alike(tmp_path: Path) -> None:
    folder = split(tmp_path / "data")
    planned(folder / "scenario.yaml", folder, tmp_path / "plan")
    told = summary(tmp_path / "plan")
    assert told["objective"]["harm"]["value"] == pytest.approx(HARM)
    parts = told["kpis"]["by_disease"]
    assert set(parts) == {"covid", "influenza"}
    assert parts["covid"]["new_patients"] == pytest.approx(1.5)
    assert parts["influenza"]["new_patients"] == 0
    for level, days in told["kpis"]["unmet_patient_days"].items():
        both = sum(part["unmet_patient_days"][level] for part in parts.values())
        assert both == pytest.approx(days)


def test_a_figure_of_one_disease_is_held_to_the_plan(tmp_path: Path) -> None:
    folder = split(tmp_path / "data")
    planned(folder / "scenario.yaml", folder, tmp_path / "plan")
    told = summary(tmp_path / "plan")
    told["kpis"]["by_disease"]["influenza"]["deaths_for_want_of_care"] += 1
    del told["kpis"]["by_disease"]["covid"]
    write_summary(tmp_path / "plan", told)
    said = [one.render("en") for one in check_plan(tmp_path / "plan").violations]
    assert any("by_disease.influenza.deaths_for_want_of_care" in one for one in said)
    assert any("by_disease.covid" in one for one in said)


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", ["Theo bệnh", "Cúm: 0"]), ("en", ["By disease", "Influenza: 0"])]
)
def test_each_disease_is_told_by_name(tmp_path: Path, lang: str, words: list[str]) -> None:
    folder = split(tmp_path / "data")
    planned(folder / "scenario.yaml", folder, tmp_path / "plan", reports=True)
    told = summary(tmp_path / "plan")
    text = summary_text(tmp_path / "plan", told, lang)
    assert all(word in text for word in words)
    assert told["class_names"]["en"]["FCA"].startswith("Influenza, ")
    page = (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    assert words[0] in page


def test_classes_and_nights_of_one_disease_lead_to_no_other(tmp_path: Path) -> None:
    tables = read_tables(ROOT / "data" / "facilities" / "cao_bang")[0]
    scenario = read_scenario(ROOT / "scenarios" / "cao_bang_delta_and_influenza.yaml")
    classes = scenario_classes(tables, scenario)
    parts = by_disease(classes, scenario)
    assert [wave.disease for wave, _, _ in parts] == ["covid", "influenza"]
    assert sorted(n for _, numbers, _ in parts for n in numbers) == list(range(len(classes)))
    stay = parts[1][0].stays["moderate"]
    assert stay.stay_days == 4
    assert parts[1][0].provenance_of("stays.moderate.stay_days")[1] == "open_data"
    assert parts[0][0].provenance_of("stays.moderate.delay_days")[1] == "assumed"


# faults stand under the key of their disease


def faults(folder: Path, also: dict[str, Any]) -> list[tuple[str, str]]:
    path = wave(folder, also=also)
    with pytest.raises(DataError) as caught:
        load(path, folder)
    return [(one.column, one.fault) for one in caught.value.problems]


FLU: dict[str, Any] = {
    "route": "explicit",
    "stays": {"moderate": {"stay_days": 4, "worse_to": "worst", "worse_share": 0.1}},
}


def with_influenza(folder: Path) -> Path:
    path = folder / "patient_classes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    more = ["flu-" + line.replace("covid", "influenza") for line in lines if ",covid," in line]
    path.write_text("\n".join([*lines, *more]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("also", "column", "fault"),
    [
        (
            {"influenza": FLU},
            "also.influenza.stays.moderate.worse_to",
            "patient_classes.csv has no such severity for the disease.",
        ),
        (
            {"measles": {**FLU, "stays": {"moderate": {"stay_days": 4}}}},
            "also.measles",
            "patient_classes.csv has no such disease.",
        ),
        (
            {"covid": {**FLU, "stays": {"moderate": {"stay_days": 4}}}},
            "",
            "{disease} is the scenario's own disease already.",
        ),
        ({"influenza": {"extends": "nowhere.yaml"}}, "also.influenza.extends", ""),
        ({"influenza": {"extends": "scenario.yaml"}}, "also.influenza.extends", ""),
        (
            {"influenza": {**FLU, "route": "infections"}},
            "also.influenza",
            "route is infections, but the mapping infections is missing.",
        ),
    ],
)
def test_fault_of_another_disease_is_said_where_it_stands(
    tmp_path: Path, also: dict[str, Any], column: str, fault: str
) -> None:
    folder = with_influenza(template(tmp_path / "data"))
    found = faults(folder, also)
    assert any(where == column and said == (fault or said) for where, said in found), found


def test_another_disease_may_be_taken_from_its_own_scenario(tmp_path: Path) -> None:
    folder = with_influenza(template(tmp_path / "data"))
    text = yaml.safe_load((folder / "scenario.yaml").read_text(encoding="utf-8"))
    text["disease"] = "influenza"
    text["stays"]["moderate"]["stay_days"] = 4
    (folder / "flu.yaml").write_text(yaml.safe_dump(text), encoding="utf-8")
    path = wave(folder, also={"influenza": {"extends": "flu.yaml", "boarding_mix": 0.5}})
    with pytest.raises(DataError, match=r"also\.influenza\.boarding_mix"):
        read_scenario(path)
    scenario = read_scenario(wave(folder, also={"influenza": {"extends": "flu.yaml"}}))
    assert scenario.stays["moderate"].stay_days != 4
    assert scenario.also["influenza"].stays["moderate"].stay_days == 4
    assert json.loads(scenario.model_dump_json())["also"]["influenza"]["route"] == scenario.route
    planned(path.with_name("wave.yaml"), folder, tmp_path / "plan")
    assert set(summary(tmp_path / "plan")["kpis"]["by_disease"]) == {"covid", "influenza"}
