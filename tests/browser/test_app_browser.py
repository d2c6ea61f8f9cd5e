"""The app in Chromium: every page in both languages, nothing from outside, nothing too wide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from optimizer.report.findings import finding
from optimizer.report.folder import read_plan_folder
from optimizer.report.indicators import indicators
from tests.app.sample_plan import Sample, write_sample
from tests.browser.conftest import PATIENCE, holds, needs_chromium, says, serve, settle

WORDS = {
    ("situation", "vi"): "Nơi thiếu",
    ("situation", "en"): "Shortfalls",
    ("plan", "vi"): "Việc phải làm",
    ("plan", "en"): "What to do",
    ("data", "vi"): "Các giả định",
    ("data", "en"): "Assumptions",
}

AS_WIDE = """() => document.documentElement.scrollWidth === 1366 &&
(e => e.scrollWidth === e.clientWidth)(document.querySelector('[data-testid=stMain]'))"""
LETTERED = """() =>
document.querySelectorAll('[class*=st-key-map_] .annotation-text').length > 10"""

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
]


@dataclass
class Visit:
    """One open page and what it asked for."""

    page: Any
    outside: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def address(sample: Sample) -> Iterator[str]:
    with serve(sample.data, sample.scenarios, sample.plans) as url:
        yield url


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    seen = Visit(context.new_page())
    local = (address, address.replace("http", "ws"), "data:", "blob:")
    seen.page.on(
        "request", lambda r: None if r.url.startswith(local) else seen.outside.append(r.url)
    )
    yield seen
    context.close()


@pytest.mark.parametrize(("name", "lang"), list(WORDS))
def test_page_opens_whole_and_asks_nothing_outside(
    name: str, lang: str, visit: Visit, address: str
) -> None:
    path = "" if name == "situation" else name
    visit.page.goto(f"{address}/{path}?lang={lang}")
    settle(visit.page, WORDS[name, lang])
    assert visit.outside == []
    holds(visit.page, "[data-testid=stException]", 0)
    visit.page.wait_for_function(AS_WIDE, timeout=PATIENCE)
    visit.page.get_by_text("Sóc Trăng").first.wait_for(timeout=PATIENCE)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_situation_shows_finding_and_figures(
    lang: str, visit: Visit, address: str, sample: Sample
) -> None:
    report = read_plan_folder(sample.plan)
    visit.page.goto(f"{address}/?lang={lang}")
    settle(visit.page, WORDS["situation", lang])
    says(visit.page, "h1.finding", finding(report, lang).text)
    figures = [f.write(f.read(report.kpis), lang) for f in indicators(report, lang)]
    says(visit.page, ".kpi .v", figures)
    holds(visit.page, ".js-plotly-plot", 2)
    assert visit.page.locator(".kpi").last.bounding_box()["y"] < 300  # on the first screen


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_first_page_opens_at_its_name_too(lang: str, visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/situation?lang={lang}")
    settle(visit.page, WORDS["situation", lang])
    holds(visit.page, "[data-testid=stDialog], [role=dialog]", 0)
    assert visit.page.get_by_text("Page not found").count() == 0
    links = visit.page.get_by_role("link", name={"vi": "Tình hình", "en": "Situation"}[lang])
    assert links.count() == 1  # the second address is not a second entry
    visit.page.get_by_role("link", name={"vi": "Kế hoạch", "en": "Plan"}[lang], exact=True).click()
    settle(visit.page, WORDS["plan", lang])
    links.click()
    settle(visit.page, WORDS["situation", lang])
    assert visit.page.evaluate("location.pathname") == "/"


def test_language_switch_works_and_survives_a_change_of_page(visit: Visit, address: str) -> None:
    visit.page.goto(address)
    settle(visit.page, WORDS["situation", "vi"])
    visit.page.locator(".st-key-lang").get_by_text("English").click()
    settle(visit.page, WORDS["situation", "en"])
    visit.page.get_by_role("link", name="Plan", exact=True).click()
    settle(visit.page, WORDS["plan", "en"])
    visit.page.reload()
    settle(visit.page, WORDS["plan", "en"])
    assert visit.outside == []


def test_dark_theme_draws_on_dark_paper(chromium: Any, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/?lang=en")
    settle(page, WORDS["situation", "en"])
    colour = "getComputedStyle(document.querySelector('h1.finding')).color"
    page.wait_for_function(f"{colour} === 'rgb(230, 233, 234)'", timeout=PATIENCE)
    context.close()


def test_tab_order_reaches_the_language_and_solve(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/plan?lang=en")
    settle(visit.page, WORDS["plan", "en"])
    reached = set()
    for _ in range(30):
        visit.page.keyboard.press("Tab")
        reached.add(visit.page.evaluate("document.activeElement.innerText || ''").strip())
    assert {"English", "Solve"} & reached
    assert "Solve" in reached


@pytest.mark.parametrize(
    ("lang", "tier", "words"),
    [
        ("vi", "Tầng 2", "người chờ chuyển tại các đơn vị của tầng"),
        ("en", "Tier 2", "boarders of its units"),
    ],
)
def test_strips_show_one_tier_when_chosen(
    lang: str, tier: str, words: str, visit: Visit, address: str
) -> None:
    visit.page.goto(f"{address}/?lang={lang}")
    settle(visit.page, WORDS["situation", lang])
    visit.page.locator(".st-key-tierpick").get_by_text(tier, exact=True).click()
    settle(visit.page, words, exact=False)
    holds(visit.page, ".js-plotly-plot", 2)
    holds(visit.page, "[data-testid=stException]", 0)


@pytest.mark.parametrize("day", [1, 2])
def test_words_of_the_map_cover_no_other_words(visit: Visit, address: str, day: int) -> None:
    """The letters as Chromium draws them, not as the layout guesses them."""
    visit.page.goto(f"{address}/?lang=vi")
    settle(visit.page, WORDS["situation", "vi"])
    visit.page.locator(".st-key-mapday button").nth(day - 1).click()
    holds(visit.page, ".st-key-map_1", 1 if day == 1 else 0)  # the map of the day before is gone
    settle(visit.page, WORDS["situation", "vi"])
    visit.page.wait_for_function(LETTERED, timeout=PATIENCE)
    boxes = visit.page.evaluate(
        """() => [...document.querySelectorAll(
        '[class*=st-key-map_] .annotation-text')].map(e => { const r = e.getBoundingClientRect();
        return [r.left, r.top, r.right, r.bottom, e.textContent]; })"""
    )
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            wide = min(a[2], b[2]) - max(a[0], b[0])
            high = min(a[3], b[3]) - max(a[1], b[1])
            assert min(wide, high) <= 4, (a[4], b[4])  # line boxes are taller than letters
