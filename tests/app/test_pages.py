"""Every page in both languages, with figures equal to those of the plan."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from optimizer.app import blocks, listings, reasons, state
from optimizer.app.roads import admission_minutes
from optimizer.report import formats, tables
from optimizer.report.findings import finding
from optimizer.report.folder import PlanReport, read_plan_folder
from optimizer.report.indicators import indicators
from optimizer.report.occupancy import strip_table
from optimizer.report.palette import LIGHT
from tests.app.conftest import ROOT, FakeManager
from tests.app.opened import ENTRY, PAGES, open_page, text_of
from tests.app.sample_plan import Sample


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("page", list(PAGES))
def test_page_renders_without_exception_in_each_language(
    page: str, lang: str, jobs: FakeManager
) -> None:
    app = open_page(page, lang)
    assert ("Số liệu giả định" if lang == "vi" else "Assumed data") in text_of(app)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_situation_shows_the_figures_of_the_plan(
    lang: str, jobs: FakeManager, report: PlanReport
) -> None:
    text = text_of(open_page("situation", lang))
    for figure in indicators(report, lang):
        value = figure.write(figure.read(report.kpis), lang)
        assert f'<span class="v assumed">{value}</span>' in text, figure.key
    for alarm in finding(report, lang).alarms:
        assert f"<em>{alarm}</em>" in text


def test_language_switch_changes_the_words_when_pressed(jobs: FakeManager) -> None:
    app = open_page("situation", "vi")
    assert "Nơi thiếu" in text_of(app)
    app.segmented_control(key="lang").set_value("en").run()
    assert "Shortfalls" in text_of(app)
    assert "Nơi thiếu" not in text_of(app)


def test_map_shows_the_worst_day_when_chosen(jobs: FakeManager) -> None:
    app = open_page("situation", "en")
    worst = app.segmented_control(key="map_day").options[1]
    assert worst.startswith("Worst day")


def test_strips_follow_the_tier_when_chosen(jobs: FakeManager, report: PlanReport) -> None:
    app = open_page("situation", "en")
    control = app.segmented_control(key="tier_T1_T2_T3")
    assert control.options == ["All tiers", "Tier 1", "Tier 2", "Tier 3"]
    assert [chart.proto.id.split("-")[-1] for chart in app.get("plotly_chart")][1] == "strips_None"
    control.set_value("T3").run()
    assert not app.exception
    assert "Tier 3: beds, people in care and boarders of its units" in text_of(app)
    spec = json.loads(app.get("plotly_chart")[1].proto.spec)
    steps = [trace for trace in spec["data"] if trace["type"] == "scatter"]
    icu = strip_table(report, "T3").query("care_level == 'icu'")["usable"].tolist()
    assert len(steps) == len(report.bed_levels)
    assert decoded(steps[0]["y"])[: len(icu)] == icu


def decoded(values: Any) -> list[float]:
    """Plotly writes arrays as base64 with a type, lists as they are."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return [float(v) for v in values]


@pytest.fixture
def changed(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the sample whose beds have changed since the plan."""
    shutil.copytree(sample.data.parent, tmp_path / "copy")
    plan = tmp_path / "copy" / "plans" / sample.plan.name
    data = tmp_path / "copy" / "facilities"
    head = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    head["data_dir"] = str(data / "soc_trang")
    (plan / "plan.json").write_text(json.dumps(head), encoding="utf-8")
    monkeypatch.setenv("REFERRAL_DATA", str(data))
    monkeypatch.setenv("REFERRAL_SCENARIOS", str(sample.scenarios))
    monkeypatch.setenv("REFERRAL_PLANS", str(plan.parent))
    with (data / "soc_trang" / "beds.csv").open("a", encoding="utf-8") as file:
        file.write("# a correction\n")
    return data


@pytest.mark.parametrize("page", list(PAGES))
@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", "Số liệu đầu vào đã đổi"), ("en", "Inputs changed since this plan")],
)
def test_band_names_the_file_when_inputs_changed(
    page: str, lang: str, words: str, changed: Path
) -> None:
    text = text_of(open_page(page, lang))
    assert 'class="state stale"' in text
    assert words in text
    assert "<b>beds.csv</b>" in text
    assert "<b>staff.csv</b>" not in text


def test_band_is_absent_when_inputs_are_the_same(jobs: FakeManager) -> None:
    assert 'class="state stale"' not in text_of(open_page("situation", "en"))


def test_band_says_missing_when_a_file_is_gone(changed: Path) -> None:
    (changed / "roles.csv").unlink()
    assert "<b>roles.csv</b> (missing)" in text_of(open_page("plan", "en"))


def test_downloads_of_a_stale_plan_stay_but_are_marked(changed: Path, report: PlanReport) -> None:
    app = open_page("plan", "vi")
    labels = [b.proto.label for b in app.get("download_button")]
    assert labels == ["Lệnh (CSV) · số liệu đã đổi", labels[1]]
    assert labels[1].endswith("· số liệu đã đổi")
    assert not any(b.proto.disabled for b in app.get("download_button"))
    text = tables.orders_csv(report, "en", stale=["beds.csv"]).decode("utf-8-sig")
    assert text.startswith("# Inputs changed since this plan: beds.csv")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_goals_show_ways_and_no_absurd_percentage(report: PlanReport, lang: str) -> None:
    text = listings.goals_table(report, lang)
    four = formats.num(4425, lang)
    assert (f"936 trong {four}" if lang == "vi" else f"936 of {four} permitted") in text
    head = dict(report.head) | {
        "objective": {"harm": {"value": 0.003, "bound": 0.0, "gap": 3e7}},
    }
    nought = listings.goals_table(replace(report, head=head), lang)
    assert "%" not in nought
    assert f'<td class="n">{formats.NONE}</td>' in nought


def test_place_names_come_from_the_plan(report: PlanReport) -> None:
    for lang in ("vi", "en"):
        assert report.place_name("950", lang) == "Vĩnh Châu"
        assert report.place_name("bvdk-tw", lang) == "BVĐK TW Cần Thơ"
    assert report.place_name("group:950:station:T1", "vi") == "Trạm y tế Vĩnh Châu"
    assert report.place_name("group:950:station:T1", "en") == "Commune station, Vĩnh Châu"


def test_moves_show_road_minutes_and_a_dash_where_unknown(report: PlanReport) -> None:
    text = listings.moves_table(report, "en", LIGHT)
    first = tables.orders(report, "en").iloc[0]
    assert formats.minutes(first["minutes"], "en") in text
    assert f'<td class="n m">{formats.NONE}</td>' in text  # admissions: the folder does not say


def test_admissions_get_the_planners_minutes(real: dict[str, PlanReport]) -> None:
    report = real["can_tho"]
    minutes = admission_minutes(report)
    rows = tables.orders(report, "en", roads=minutes)
    seen = rows.loc[rows["what"] != "transfer"]
    assert len(seen) > 0
    assert seen["minutes"].between(0, 300).all()


def test_data_page_reads_any_province_before_a_plan_exists(
    jobs: FakeManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REFERRAL_PLANS", str(tmp_path))
    monkeypatch.setenv("REFERRAL_DATA", str(ROOT / "data" / "facilities"))
    app = open_page("data", "en")
    picker = app.selectbox(key="data_province_")
    assert len(picker.options) == 3
    assert "BV Nhi đồng Cần Thơ" in text_of(app)
    picker.set_value("cao_bang").run()
    assert not app.exception
    assert "BVĐK Tĩnh Túc" in text_of(app)
    assert "BV Nhi đồng Cần Thơ" not in text_of(app)


def test_data_page_starts_with_the_province_of_the_plan(jobs: FakeManager) -> None:
    app = open_page("data", "vi")
    assert app.selectbox(key="data_province_soc_trang").value == "soc_trang"


def test_page_names_the_one_action_when_there_is_no_plan(
    jobs: FakeManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REFERRAL_PLANS", str(tmp_path))
    app = open_page("situation", "vi")
    assert "Hãy lập kế hoạch đầu tiên" in text_of(app)
    open_page("plan", "vi")
    open_page("data", "vi")


def test_page_names_the_fault_when_the_plan_is_broken(
    jobs: FakeManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "plan.json").write_text('{"plan_id": "x"}', encoding="utf-8")
    monkeypatch.setenv("REFERRAL_PLANS", str(tmp_path))
    text = text_of(open_page("situation", "en"))
    assert "This plan cannot be shown." in text
    assert "plan.json kpis" in text


def test_data_page_underlines_assumed_figures_only(jobs: FakeManager) -> None:
    text = text_of(open_page("data", "en"))
    assert '<span class="assumed" title="assumed · A01">26</span>' in text
    assert '<span class="" title="official · A01">90</span>' in text


def test_data_page_prints_every_assumption(jobs: FakeManager, report: PlanReport) -> None:
    text = text_of(open_page("data", "vi"))
    for told in report.head["assumptions"]:
        assert told["text_vi"] in text
    assert formats.pct(report.confidence_share["assumed"], "vi", 1) in text


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", "không có cận: quy tắc chỗ trống gần nhất"),
        ("en", "no bound: nearest-free-place rule"),
    ],
)
def test_plan_of_the_rule_has_no_bound_and_no_percentage(
    lang: str, words: str, changed: Path, report: PlanReport
) -> None:
    file = changed.parent / "plans" / "sample0001" / "plan.json"
    head = json.loads(file.read_text(encoding="utf-8"))
    nothing = {"value": 12.5, "bound": None, "gap": None}
    head |= {"status": "rule", "objective": {"harm": nothing, "burden": nothing}}
    file.write_text(json.dumps(head), encoding="utf-8")
    band = blocks.rule_band(read_plan_folder(file.parent), lang)
    assert blocks.rule_band(report, lang) == ""
    for page in PAGES:
        text = text_of(open_page(page, lang))
        assert text.count(band) == 1
        if page == "situation":
            assert text.index(band) < text.index('class="finding"') < text.index('class="kpis"')
        if page == "plan":
            table = listings.goals_table(read_plan_folder(file.parent), lang)
            assert table in text
            assert table.count(words) == 2
            assert table.count(f'<td class="n">{formats.NONE}</td>') == 4
            assert "%" not in table


def goals(report: PlanReport, lang: str, **head: Any) -> str:
    return listings.goals_table(replace(report, head=dict(report.head) | head), lang)


@pytest.mark.parametrize(
    ("status", "offered", "gap", "proved"),
    [
        ("optimal", 4425, 0.0, True),
        ("optimal", 936, 0.0, False),
        ("feasible", 4425, 0.0, False),
        ("optimal", 4425, 0.004, False),
        ("rule", 4425, None, False),
    ],
)
def test_best_is_proved_only_over_every_way_permitted(
    report: PlanReport, status: str, offered: int, gap: float | None, proved: bool
) -> None:
    told = {"value": 10.0, "bound": None if gap is None else 10.0, "gap": gap}
    ways = {"offered": offered, "permitted": 4425}
    text = goals(report, "en", status=status, ways=ways, objective={"harm": told})
    assert ("proved best" in text) == proved
    if gap is not None and not proved:
        share = formats.pct(gap, "en", 2)
        assert f"at most {share} above the bound of the ways offered" in text
    assert "proved best" not in goals(report, "en", ways={}, objective={"harm": told})


@pytest.mark.parametrize("page", ["planning", "figures"])
def test_language_of_the_session_holds_when_the_address_has_none(
    page: str, jobs: FakeManager
) -> None:
    app = AppTest.from_file(str(ENTRY), default_timeout=120).run()
    assert app.session_state["lang"] == "vi"
    assert app.query_params["lang"] in ("vi", ["vi"])
    app.segmented_control(key="lang").set_value("en").run()
    assert app.query_params["lang"] in ("en", ["en"])
    app.query_params.clear()
    app.switch_page(f"optimizer/app/{page}.py").run()
    assert not app.exception
    assert app.session_state["lang"] == "en"
    assert app.query_params["lang"] in ("en", ["en"])


@pytest.mark.parametrize(
    ("address", "kept", "lang"),
    [
        (None, None, "vi"),
        (None, "en", "en"),
        ("vi", "en", "vi"),
        ("en", None, "en"),
        ("fr", "xx", "vi"),
    ],
)
def test_first_language_is_that_of_the_address_then_the_one_chosen_before(
    address: str | None, kept: str | None, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        cookies = {"referral_lang": kept} if kept else {}

    monkeypatch.setattr(state.st, "query_params", {"lang": address} if address else {})
    monkeypatch.setattr(state.st, "context", Context)
    assert state.first_language() == lang


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_situation_shows_who_waits_longer(lang: str, jobs: FakeManager, report: PlanReport) -> None:
    text = text_of(open_page("situation", lang))
    assert ("Xã vùng xa" if lang == "vi" else "Remote communes") in text
    waits = ("1,25", "0,50") if lang == "vi" else ("1.25", "0.50")
    assert text.index(f"<b>{waits[0]}</b>") < text.index(f"<b>{waits[1]}</b>")  # worst first
    gap = "0,38 ngày" if lang == "vi" else "0.38 days"
    assert gap in text
    assert ("Nhóm dân số" if lang == "vi" else "Population groups") not in text  # there is one


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_situation_and_plan_say_why(lang: str, report: PlanReport) -> None:
    """Bottlenecks beside their remedy, the clearing, and why a move goes where it goes."""
    words = {"text": "a sentence", "thing": "one more bed", "binding": "full", "remedy": "open"}
    spoken = {
        f"{key}_{each}": f"{text} {each}" for key, text in words.items() for each in ["vi", "en"]
    }
    first = tables.orders(report, lang).iloc[0]
    told = {
        "bottlenecks": [
            {
                "place": report.units["unit"].iloc[0],
                "first_day": 1,
                "last_day": 7,
                "at_most_harm": 9.0,
                "solved_again_harm": 4.25,
                **spoken,
            },
            {
                "place": report.units["unit"].iloc[0],
                "first_day": 1,
                "last_day": 7,
                "at_most_harm": 3.5,
                "solved_again_harm": None,
                **spoken,
            },
        ],
        "why": [
            {
                "day": int(first["day"]),
                "origin": first["origin"],
                "place": first["destination"],
                "pool": first["pool"],
                "care_level": first["care_level"],
                "observed": True,
                f"text_{lang}": "because <b>it is near</b>",
            }
        ],
        "clear": {f"text_{lang}": "two beds would do"},
    }
    plan = replace(report, head={**report.head, "explanation": told})
    text = reasons.bottleneck_table(plan, lang)
    comma = "," if lang == "vi" else "."
    assert f"<b>4{comma}2</b>" in text
    assert f"≤ 3{comma}5" in text
    assert f"one more bed {lang}; open {lang}" in text
    assert "two beds would do" in reasons.clearing_note(plan, lang)
    moves = listings.moves_table(plan, lang, LIGHT, None, reasons.why_here(plan, lang))
    assert "because &lt;b&gt;it is near&lt;/b&gt;</details>" in moves
    assert "<details>" not in listings.moves_table(plan, lang, LIGHT)
    bare = replace(report, head={k: v for k, v in report.head.items() if k != "explanation"})
    assert reasons.clearing_note(bare, lang) == ""
    assert "state" in reasons.bottleneck_table(bare, lang)
