"""The What if page: what is asked, what is answered, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from optimizer.app import state
from optimizer.app.questions import Choices, OpenPlans, Questions, Reply
from optimizer.domain.change import Change
from optimizer.errors import ReferralError
from optimizer.whatif import WhatIf, choices
from tests.app.opened import open_page, text_of
from tests.run.province import planned, template, wave


class FakeQuestions:
    """A plan opened at once, in this process."""

    def __init__(self, folder: Path) -> None:
        self.opened = WhatIf(folder)
        told = choices(self.opened)
        self.opening: Future[Choices] = Future()
        self.opening.set_result(Choices(**told))
        self.asked: list[tuple[Change, ...]] = []

    def ask(self, changes: Sequence[Change]) -> Future[Reply]:
        self.asked.append(tuple(changes))
        answer: Future[Reply] = Future()
        told = self.opened.ask(changes)
        answer.set_result(Reply(tuple(changes), told.before, told.after, told.seconds))
        return answer


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("asked")
    province = template(root / "data" / "example")
    planned(wave(province), province, root / "plans" / "asked")
    return root / "plans" / "asked"


@pytest.fixture
def opened(plan: Path, monkeypatch: pytest.MonkeyPatch) -> FakeQuestions:
    root = plan.parents[1]
    monkeypatch.setenv("REFERRAL_DATA", str(root / "data"))
    monkeypatch.setenv("REFERRAL_SCENARIOS", str(root / "data" / "example"))
    monkeypatch.setenv("REFERRAL_PLANS", str(plan.parent))
    fake = FakeQuestions(plan)
    monkeypatch.setattr(state, "questions", lambda folder: fake)
    return fake


@pytest.mark.parametrize(("lang", "asks"), [("vi", "bấm Hỏi"), ("en", "press Ask")])
def test_whatif_page_says_what_to_do_when_nothing_was_asked(
    lang: str, asks: str, opened: FakeQuestions
) -> None:
    assert asks in text_of(open_page("whatif", lang))


@pytest.mark.parametrize(("lang", "word"), [("vi", "tổn hại"), ("en", "harm")])
def test_whatif_page_shows_the_figures_of_the_answer_when_asked(
    lang: str, word: str, opened: FakeQuestions, plan: Path
) -> None:
    app = open_page("whatif", lang)
    app.number_input(key="whatif_amount").set_value(3).run()
    app.button(key="whatif_ask").click().run()
    app.run()
    assert not app.exception, app.exception
    (change,) = opened.asked[0]
    assert change.kind == "bed"
    assert change.amount == 3
    answer = WhatIf(plan).ask([change])
    text = text_of(app)
    saved = answer.before["harm"] - answer.after["harm"]
    assert saved >= -1e-6
    shown = f"{abs(saved):,.1f}"
    assert (shown.translate(str.maketrans(",.", ".,")) if lang == "vi" else shown) in text
    assert word in text


def test_whatif_page_asks_for_people_on_duty_on_the_days_chosen(opened: FakeQuestions) -> None:
    app = open_page("whatif", "en")
    app.segmented_control(key="whatif_kind").set_value("staff").run()
    app.slider(key="whatif_days").set_range(2, 4).run()
    app.number_input(key="whatif_amount").set_value(-1).run()
    app.button(key="whatif_ask").click().run()
    assert not app.exception, app.exception
    (change,) = opened.asked[0]
    assert (change.kind, change.amount, change.from_day, change.to_day) == ("staff", -1.0, 2, 4)


def test_questions_are_answered_in_a_process_of_their_own(plan: Path) -> None:
    opened = Questions(plan)
    try:
        choices = opened.opening.result(timeout=300)
        unit = next(u for u, levels in choices.levels.items() if levels)
        reply = opened.ask([Change("bed", unit, choices.levels[unit][0], 1)]).result(timeout=300)
        assert reply.after["harm"] <= reply.before["harm"] + 1e-6
        with pytest.raises(ReferralError):
            opened.ask([Change("bed", "nowhere", "ICU", 1)]).result(timeout=300)
    finally:
        opened.close()
    with pytest.raises(ReferralError):
        opened._answer(())


def test_questions_say_what_is_wrong_when_the_folder_is_no_plan(tmp_path: Path) -> None:
    opened = Questions(tmp_path)
    try:
        with pytest.raises(ReferralError) as caught:
            opened.opening.result(timeout=300)
        assert "plan.json" in caught.value.problems[0].file
    finally:
        opened.close()


def test_open_plans_close_the_oldest_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed: list[str] = []

    class Fake:
        def __init__(self, folder: Path) -> None:
            self.name = folder.name

        def close(self) -> None:
            closed.append(self.name)

    monkeypatch.setattr("optimizer.app.questions.Questions", Fake)
    plans = OpenPlans(most=1)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.json").write_text("{}", encoding="utf-8")
    first = plans.of(tmp_path / "one")
    assert plans.of(tmp_path / "one") is first
    plans.of(tmp_path / "two")
    assert closed == ["one"]
