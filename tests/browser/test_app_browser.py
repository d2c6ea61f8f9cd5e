"""The app in Chromium: every page in both languages, nothing from outside, nothing too wide."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from optimizer.report.findings import finding
from optimizer.report.folder import read_plan_folder
from optimizer.report.indicators import indicators
from tests.app.sample_plan import Sample, write_sample

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
WORDS = {
    ("situation", "vi"): "Nơi thiếu",
    ("situation", "en"): "Shortfalls",
    ("plan", "vi"): "Việc phải làm",
    ("plan", "en"): "What to do",
    ("data", "vi"): "Các giả định",
    ("data", "en"): "Assumptions",
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}"),
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "REFERRAL_DATA": str(sample.data),
        "REFERRAL_SCENARIOS": str(sample.scenarios),
        "REFERRAL_PLANS": str(sample.plans),
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(url: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not answer at {url} within {seconds} s")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright comes with the test extra")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


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


def settle(page: Any, words: str) -> None:
    page.get_by_text(words, exact=True).first.wait_for(timeout=30_000)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(400)


@pytest.mark.parametrize(("name", "lang"), list(WORDS))
def test_page_opens_whole_and_asks_nothing_outside(
    name: str, lang: str, visit: Visit, address: str
) -> None:
    path = "" if name == "situation" else name
    visit.page.goto(f"{address}/{path}?lang={lang}")
    settle(visit.page, WORDS[name, lang])
    assert visit.outside == []
    assert visit.page.locator("[data-testid=stException]").count() == 0
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    main = visit.page.evaluate(
        "(e => e.scrollWidth - e.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    )
    assert (width, main) == (1366, 0)
    assert visit.page.get_by_text("Sóc Trăng").first.is_visible()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_situation_shows_finding_and_figures(
    lang: str, visit: Visit, address: str, sample: Sample
) -> None:
    report = read_plan_folder(sample.plan)
    visit.page.goto(f"{address}/?lang={lang}")
    settle(visit.page, WORDS["situation", lang])
    assert visit.page.locator("h1.finding").inner_text() == finding(report, lang).text
    shown = visit.page.locator(".kpi .v").all_inner_texts()
    assert shown == [f.write(f.read(report.kpis), lang) for f in indicators(report, lang)]
    visit.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert visit.page.locator(".js-plotly-plot").count() == 2
    assert visit.page.locator(".kpi").last.bounding_box()["y"] < 300  # on the first screen


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
    assert page.evaluate(colour) == "rgb(230, 233, 234)"
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
