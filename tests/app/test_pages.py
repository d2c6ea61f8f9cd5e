"""Every page in both languages, with figures equal to those of the plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.report import formats
from optimizer.report.findings import finding
from optimizer.report.folder import PlanReport
from optimizer.report.indicators import indicators
from tests.app.conftest import FakeManager
from tests.app.sample_plan import Sample

ENTRY = Path(__file__).resolve().parents[2] / "streamlit_app.py"
PAGES = {"situation": "situation", "plan": "planning", "data": "figures"}


def open_page(name: str, lang: str) -> AppTest:
    app = AppTest.from_file(str(ENTRY), default_timeout=30)
    app.session_state["lang"] = lang
    app.run()
    if name != "situation":
        app.switch_page(f"optimizer/app/{PAGES[name]}.py").run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in app.get("html"))


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


def test_solve_starts_a_job_with_what_was_chosen(jobs: FakeManager, folders: Sample) -> None:
    app = open_page("plan", "en")
    app.segmented_control(key="areas").set_value("communes").run()
    app.button(key="solve").click().run()
    assert not app.exception
    assert [r.areas for r in jobs.requests] == ["communes"]
    assert jobs.requests[0].data == folders.data / "soc_trang"
    assert app.query_params["job"] == "fake01"
    assert app.button(key="solve").disabled
    assert "read the data" in text_of(app)


def test_refresh_finds_the_job_when_its_id_is_in_the_address(jobs: FakeManager) -> None:
    open_page("plan", "en").button(key="solve").click().run()
    app = AppTest.from_file(str(ENTRY), default_timeout=30)
    app.query_params["job"] = "fake01"
    app.session_state["lang"] = "en"
    app.run()
    app.switch_page("optimizer/app/planning.py").run()
    assert "Solving, second" in text_of(app)


def test_cancel_stops_the_job(jobs: FakeManager) -> None:
    app = open_page("plan", "en")
    app.button(key="solve").click().run()
    app.button(key="cancel").click().run()
    assert jobs.cancelled == ["fake01"]
    assert "Stopped before the first checked plan." in text_of(app)


def test_finished_job_puts_its_plan_on_show(jobs: FakeManager, folders: Sample) -> None:
    app = open_page("plan", "en")
    app.button(key="solve").click().run()
    jobs.jobs["fake01"].state, jobs.jobs["fake01"].folder = "done", folders.plan
    app.run()
    assert app.query_params["plan"] == folders.plan.name
    assert not app.button(key="solve").disabled


def test_failed_job_shows_the_planners_last_words(jobs: FakeManager) -> None:
    app = open_page("plan", "en")
    app.button(key="solve").click().run()
    jobs.jobs["fake01"].state = "failed"
    jobs.jobs["fake01"].log = ["beds.csv:14: <b>42</b> staffed beds but only 40 beds."]
    app.run()
    assert "&lt;b&gt;42&lt;/b&gt; staffed beds" in text_of(app)


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
