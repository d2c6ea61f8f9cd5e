"""The first visit: no plan at all; choose, solve, watch, see the plan, then change an input."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from optimizer.report.findings import finding
from optimizer.report.folder import read_plan_folder
from tests.app.conftest import short_scenarios
from tests.browser.conftest import PATIENCE, ROOT, holds, needs_chromium, says, serve, settle

SCENARIOS = ["can_tho_new_variant_worst", "cao_bang_delta_unvaccinated"]
TEXTS = {
    "vi": {
        "empty": "Hãy lập kế hoạch đầu tiên",
        "action": "Mở trang Kế hoạch và bấm Giải",
        "province": "Tỉnh",
        "solve": "Giải",
        "read": "đọc số liệu",
        "solved": "Đã giải trong",
        "moves": "Việc phải làm",
        "situation": "Tình hình",
        "shortfalls": "Nơi thiếu",
        "stale": "Số liệu đầu vào đã đổi",
    },
    "en": {
        "empty": "Make the first plan",
        "action": "Open the Plan page and press Solve",
        "province": "Province",
        "solve": "Solve",
        "read": "read the data",
        "solved": "Solved in",
        "moves": "What to do",
        "situation": "Situation",
        "shortfalls": "Shortfalls",
        "stale": "Inputs changed since this plan",
    },
}

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_first_visitor_gets_from_nothing_to_a_plan(
    lang: str, chromium: Any, tmp_path: Path
) -> None:
    data, plans = tmp_path / "facilities", tmp_path / "plans"
    shutil.copytree(ROOT / "data" / "facilities", data)
    scenarios = short_scenarios(tmp_path / "scenarios", SCENARIOS)
    say = TEXTS[lang]
    with serve(data, scenarios, plans) as address:
        page = chromium.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{address}/?lang={lang}")
        settle(page, say["empty"])
        holds(page, ".js-plotly-plot", 0)
        says(page, "[data-testid=stMain] a", say["action"])  # the one action
        page.locator("[data-testid=stMain] a").click()

        page.locator(".st-key-province").wait_for()
        page.locator(".st-key-province [data-baseweb=select], .st-key-province input").first.click()
        page.get_by_role("option", name="Cao Bằng").click()
        page.locator(".st-key-scenario_cao_bang").wait_for()
        page.get_by_role("button", name=say["solve"], exact=True).click()
        page.get_by_text(say["read"]).first.wait_for(timeout=PATIENCE)  # progress by stage
        page.locator(".state", has_text=say["solved"]).wait_for(timeout=10 * PATIENCE)
        settle(page, say["moves"])
        made = [p.parent for p in plans.glob("*/plan.json")]
        assert len(made) == 1
        page.wait_for_url(f"**plan={made[0].name}*", timeout=PATIENCE)
        settle(page, say["moves"])

        page.get_by_role("link", name=say["situation"], exact=True).click()
        settle(page, say["shortfalls"])
        report = read_plan_folder(made[0])
        says(page, "h1.finding", finding(report, lang).text)
        holds(page, ".state.stale", 0)

        with (data / "cao_bang" / "beds.csv").open("a", encoding="utf-8") as file:
            file.write("# a correction\n")
        page.reload()
        settle(page, say["shortfalls"])
        for part in (say["stale"], "beds.csv"):
            page.locator(".state.stale", has_text=part).wait_for(timeout=PATIENCE)
        page.close()
