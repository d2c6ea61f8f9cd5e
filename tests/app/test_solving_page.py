"""The page on which a plan is asked for: what is chosen, the job, its progress and its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.app import catalogue, state
from optimizer.app.catalogue import ScenarioChoice
from optimizer.app.jobs import PlanRequest, Stage
from optimizer.app.planning import Asked, asked, job_title
from optimizer.app.weights import class_weights, goals_of, settings, weight_frame
from optimizer.i18n import translator
from optimizer.report.folder import PlanReport
from optimizer.report.palette import LIGHT
from tests.app.conftest import FakeManager
from tests.app.opened import ENTRY, open_page, text_of
from tests.app.sample_plan import Sample


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
    app = AppTest.from_file(str(ENTRY), default_timeout=120)
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


def test_cancel_keeps_the_optimised_plan_of_that_scenario_on_show(
    jobs: FakeManager, folders: Sample
) -> None:
    app = open_page("plan", "en")
    app.button(key="solve").click().run()
    shown = app.query_params.get("plan")
    stopped = folders.plan.with_name("fake01-stopped")
    jobs.jobs["fake01"].state, jobs.jobs["fake01"].folder = "stopped", stopped
    app.run()
    assert app.query_params.get("plan") == shown
    assert "Stopped. The optimised plan made before stays on show." in text_of(app)


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


STAGES = {
    "read": "đọc số liệu",
    "assemble": "chuẩn bị",
    "screen": "chọn các đường được dùng",
    "build": "",
    "harm": "",
    "burden": "",
    "whole people": "làm tròn người",
    "whole beds": "làm tròn giường",
    "solve": "giải, tổng cộng",
    "write and check": "",
}


def test_progress_names_every_stage_in_vietnamese(jobs: FakeManager) -> None:
    app = open_page("plan", "vi")
    app.button(key="solve").click().run()
    jobs.jobs["fake01"].stages = [Stage(name, 1.0, True) for name in STAGES]
    app.run()
    text = text_of(app)
    for name, words in STAGES.items():
        assert words in text
        assert f"<td>{name}</td>" not in text
        assert f'<td class="">{name}</td>' not in text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_plan_page_shows_the_weights_and_what_fairness_cost(
    lang: str, jobs: FakeManager, report: PlanReport
) -> None:
    app = open_page("plan", lang)
    text = text_of(app)
    assert ("Trọng số của các mục tiêu" if lang == "vi" else "Weights of the goals") in text
    assert "severe 4" in text
    price = "gánh nặng 3,2" if lang == "vi" else "burden 3.2"
    assert price in text
    frame = weight_frame(state.Viewer(lang, translator(lang), LIGHT), goals_of(report))
    assert frame.iloc[1].tolist()[1:3] == ["weights.death", 100.0]


def test_only_changed_weights_become_settings() -> None:
    rows = [{"key": "weights.death", "value": 100.0}, {"key": "burden.move", "value": 1.0}]
    edited = {1: {"Value": 2}, 0: {"Value": 100}}
    assert settings(rows, edited, "Value") == ("burden.move=2.0",)
    assert settings(rows, {0: {"Value": None}}, "Value") == ()


def test_settings_make_another_job(report: PlanReport, tmp_path: Path) -> None:
    request = PlanRequest(tmp_path / "s.yaml", tmp_path)
    other = replace(request, settings=("weights.death=50",))
    assert request.key != other.key
    assert other.command(tmp_path)[-2:] == ["--set", "weights.death=50"]
    assert "--set" not in request.command(tmp_path)


@pytest.mark.parametrize(("lang", "said"), [("vi", "Nặng, cấp 4,0"), ("en", "Severe, acute 4.0")])
def test_weights_of_classes_are_said_by_name(lang: str, said: str, report: PlanReport) -> None:
    names = {"vi": "Nặng, cấp", "en": "Severe, acute"}
    named = {language: {"severe": name, "severe-day1": name} for language, name in names.items()}
    told = replace(report, head={**report.head, "class_names": named})
    keys = ("unmet_weight.severe", "unmet_weight.severe-day1")
    rows: list[dict[str, object]] = [{"key": key, "value": 4.0, "table": True} for key in keys]
    assert class_weights(rows, told, lang) == said  # one name and weight once


def test_solve_takes_what_stands_in_the_boxes_when_the_page_has_not_drawn_it_yet() -> None:
    first, second, other = (
        ScenarioChoice(Path(f"{name}.yaml"), province, {}, "clusters")
        for name, province in (("a1", "a"), ("a2", "a"), ("b1", "b"))
    )
    choices, drawn = (first, second, other), Asked(first, "clusters")
    assert asked({}, choices, drawn, "") == drawn
    assert asked({"province": "b", "areas": "communes"}, choices, drawn, "a1") == Asked(
        other, "communes"
    )
    chosen = {"province": "a", "scenario_a": "a2", "areas": "clusters"}
    assert asked(chosen, choices, Asked(other, "clusters"), "").scenario == second
    assert asked({"province": "a"}, choices, Asked(other, "clusters"), "a2").scenario == second


def test_choice_and_solve_in_one_run_solve_the_choice(jobs: FakeManager) -> None:
    app = open_page("plan", "en")
    box = next(b for b in app.selectbox if b.key and b.key.startswith("scenario_"))
    options = list(jobs_scenarios())
    assert len(options) > 1
    drawn = str(box.value)
    wanted = next(name for name in options if name != drawn)
    box.set_value(wanted)
    app.button(key="solve").click().run()
    assert [r.scenario.stem for r in jobs.requests] == [wanted]


def jobs_scenarios() -> list[str]:
    return [s.path.stem for s in catalogue.scenarios(catalogue.Places.from_environment())]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_progress_and_stop_name_province_and_scenario_of_the_job(
    lang: str, jobs: FakeManager
) -> None:
    app = open_page("plan", lang)
    app.button(key="solve").click().run()
    title = job_title(jobs.requests[0], lang)
    assert "Sóc Trăng · " in title
    assert f"{title}: " in text_of(app)
    app.button(key="cancel").click().run()
    assert f"{title}: " in text_of(app)
