"""Why the plan is as it is: plan.json, its tables, report.html and report.xlsx of a real folder."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from optimizer.checking.judge import check_plan
from optimizer.report.indicators import RIVALS
from optimizer.report.workbook import RIVALS_HEAD, both, harmless
from optimizer.run import plan_scenario

from .province import planned, summary, table, template, wave, worked

LANGUAGES = ("vi", "en")
WORDS = 80


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reports")
    province = worked(root / "province")
    planned(province / "scenario.yaml", province, root / "plan", explain=True, reports=True)
    return root / "plan"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's province with eight times its demand: something falls short."""
    root = tmp_path_factory.mktemp("busy")
    province = template(root / "province")
    planned(
        wave(province, shocks={"demand_factor": 8.0}),
        province,
        root / "plan",
        explain=True,
        reports=True,
    )
    return root / "plan"


def sentences(folder: Path) -> list[str]:
    told = summary(folder)["explanation"]
    found = [*told["bottlenecks"], *told["why"], *([told["clear"]] if told["clear"] else [])]
    return [one[f"text_{lang}"] for one in found for lang in LANGUAGES]


def test_bottleneck_of_the_worked_example_is_an_icu_bed_in_b(plan: Path) -> None:
    first = summary(plan)["explanation"]["bottlenecks"][0]
    assert (first["resource"], first["place"], first["item"]) == ("bed", "B", "ICU")
    # docs/model.md section 7: 153.125 - 3.125
    assert first["solved_again_harm"] == pytest.approx(150.0, abs=1e-3)
    assert first["at_most_harm"] >= 150.0
    assert first["unmet_days"] == pytest.approx({"OXY": 0.0, "ICU": 1.375}, abs=1e-3)
    assert first["text_en"].startswith(
        "One more Intensive care bed at B in week 1 (23 Nov to 25 Nov) saves about 150.0 harm, "
        "about 1.4 Intensive care unmet patient-days"
    )
    assert "Thêm một giường Hồi sức tại B trong tuần 1 (23/11 đến 25/11)" in first["text_vi"]
    assert "giảm khoảng 150,0 tổn hại" in first["text_vi"]


def test_clearing_of_the_worked_example_is_told_and_tabled(plan: Path) -> None:
    told = summary(plan)["explanation"]["clear"]
    assert told["proved"] is True
    assert told["costs"]["bed"] == 1.0
    assert told["weight"] == pytest.approx(1.1)
    assert "1 × Intensive care bed at B" in told["text_en"]
    assert "1 giường Hồi sức tại B" in told["text_vi"]
    (row,) = table(plan, "clear")
    assert row == {
        "resource": "bed",
        "place": "B",
        "item": "ICU",
        "amount": "1",
        "needed_from_day": "1",
        "weight_each": "1.1",
    }


def test_why_names_the_place_the_plan_chose_and_prices_the_next(plan: Path) -> None:
    chosen = [row for row in table(plan, "why") if row["rank"] == "0"]
    (request,) = [row for row in chosen if row["day"] == "1" and row["observed"] == "1"]
    (order,) = [
        row for row in table(plan, "admissions") if row["day"] == "1" and row["observed"] == "1"
    ]
    assert request["place"] == order["unit"] == "B"
    assert float(request["patients"]) == float(order["patients"]) == 1.0
    rivals = [
        row
        for row in table(plan, "why")
        if row["rank"] == "1" and row["day"] == "1" and row["observed"] == "1"
    ]
    # A is full with one SA and one boarder in two beds: sending him there is not better
    assert [row["place"] for row in rivals] == ["A"]
    assert float(rivals[0]["extra_harm"]) >= -1e-6


@pytest.mark.parametrize("name", ["plan", "busy"])
def test_every_chosen_row_is_a_flow_of_the_plan(name: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(name)
    flows: dict[tuple[str, ...], float] = {}
    for row in table(folder, "admissions"):
        key = (row["day"], row["area"], row["unit"], row["class_id"], row["observed"])
        flows[key] = float(row["patients"])
    for row in table(folder, "transfers"):
        seen = "1" if row["day"] == "1" else "0"
        key = (row["day"], row["from_unit"], row["to_unit"], row["class_id"], seen)
        flows[key] = float(row["patients"])
    chosen = [row for row in table(folder, "why") if row["rank"] == "0"]
    assert chosen
    for row in chosen:
        key = (row["day"], row["origin"], row["place"], row["class_id"], row["observed"])
        assert float(row["patients"]) == pytest.approx(flows[key])


@pytest.mark.parametrize("name", ["plan", "busy"])
def test_sentences_are_short_and_in_both_languages(
    name: str, request: pytest.FixtureRequest
) -> None:
    found = sentences(request.getfixturevalue(name))
    assert len(found) >= 4
    for text in found:
        assert 0 < len(text.split()) <= WORDS, text
        assert "{" not in text
    for vi, en in zip(found[::2], found[1::2], strict=True):
        assert vi != en


@pytest.mark.parametrize("name", ["bottlenecks.csv", "why.csv", "clear.csv", "report.html"])
def test_digests_are_named_when_an_explanation_is_touched(tmp_path: Path, name: str) -> None:
    province = worked(tmp_path / "province")
    planned(province / "scenario.yaml", province, tmp_path / "plan", explain=True, reports=True)
    path = tmp_path / "plan" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "digests" in check_plan(tmp_path / "plan").broken


@pytest.mark.parametrize("name", ["plan", "busy"])
def test_page_needs_no_network_and_no_script(name: str, request: pytest.FixtureRequest) -> None:
    page = (request.getfixturevalue(name) / "report.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert "<script" not in page
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    for lang in LANGUAGES:
        assert f'<article class="{lang}" lang="{lang}">' in page
    assert page.count('<use href="#ground"/>') >= 2  # a map in each language
    assert "Decision support" in page
    assert "@page{size:A4" in page


def test_page_says_the_bottleneck_and_the_clearing_in_both_languages(plan: Path) -> None:
    page = (plan / "report.html").read_text(encoding="utf-8")
    told = summary(plan)["explanation"]
    for lang in LANGUAGES:
        assert told["bottlenecks"][0][f"text_{lang}"] in page
        assert told["clear"][f"text_{lang}"] in page


def test_workbook_gives_each_rival_a_column_of_its_own() -> None:
    assert len(set(RIVALS_HEAD)) == len(RIVALS)
    assert {both(name) for name in RIVALS_HEAD} >= {"không chuyển\nno transfers"}


def test_workbook_has_every_sheet_frozen_headers_a4_and_no_formula(busy: Path) -> None:
    with zipfile.ZipFile(busy / "report.xlsx") as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if ".xml" in name}
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"])
    wanted = ("Summary", "Shortfalls", "Moves", "Occupancy", "Bottlenecks", "Why", "Assumptions")
    for word in (*wanted, "Clearing"):
        assert any(word in name for name in names), (word, names)
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(names)
    for text in sheets:
        assert 'state="frozen"' in text
        assert 'paperSize="9"' in text
        assert 'fitToWidth="1"' in text or "fitToPage" in text
        assert "<f>" not in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+84", "'+84"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("TTYT Kế Sách", "TTYT Kế Sách"),
        ("", ""),
    ],
)
def test_texts_that_look_like_formulas_are_made_harmless(text: str, kept: str) -> None:
    assert harmless(text) == kept


def test_no_explain_leaves_out_what_is_solved_again(tmp_path: Path) -> None:
    province = worked(tmp_path / "province")
    scenario = province / "scenario.yaml"
    plan_scenario(scenario, data_dir=province, out=tmp_path / "plan", explain=False, reports=False)
    assert not list((tmp_path / "plan").glob("report.*"))
    told = summary(tmp_path / "plan")["explanation"]
    assert told["solved_again"] is False
    assert told["clear"] is None
    assert table(tmp_path / "plan", "clear") == []
    assert all(one["solved_again_harm"] is None for one in told["bottlenecks"])
    assert "at most about" in told["bottlenecks"][0]["text_en"]
    assert "nhiều nhất khoảng" in told["bottlenecks"][0]["text_vi"]


def test_weights_of_the_scenario_choose_what_clears_the_shortfall(tmp_path: Path) -> None:
    province = worked(tmp_path / "province")
    scenario = province / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text + "clearing: {bed: 7}\n", encoding="utf-8")
    planned(scenario, province, tmp_path / "plan", explain=True, reports=True)
    told = summary(tmp_path / "plan")["explanation"]["clear"]
    assert told["costs"]["bed"] == 7.0
    assert told["weight"] == pytest.approx(7.7)  # second of two levels: a tenth dearer


def test_explanation_is_in_the_json_of_the_folder_and_small(busy: Path) -> None:
    assert (busy / "plan.json").stat().st_size <= 1_000_000
    told = json.loads((busy / "plan.json").read_text(encoding="utf-8"))
    assert {"bottlenecks", "why", "clear", "solved_again"} <= set(told["explanation"])
    assert "report.xlsx" in told["files_sha256"]
