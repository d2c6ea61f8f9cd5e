"""Every file of a plan folder is known as the planner's own, so that a plan may replace a plan."""

from __future__ import annotations

from pathlib import Path

from optimizer.exchange.target import OWN_NAMES
from tests.run.province import planned, worked


def test_all_that_a_plan_writes_is_known_as_its_own(tmp_path: Path) -> None:
    province = worked(tmp_path / "data")
    planned(province / "scenario.yaml", province, tmp_path / "plan")
    assert {path.name for path in (tmp_path / "plan").iterdir()} <= OWN_NAMES
