"""What people read in a plan folder is sealed: whoever changes it is told so by the checker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.checking.judge import check_plan

from .province import planned, template, wave


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    province = template(tmp_path / "province")
    planned(wave(province), province, tmp_path / "plan")
    return tmp_path / "plan"


@pytest.mark.parametrize("name", ["home.csv", "baselines.csv", "transfers.csv", "capacity.csv"])
def test_digests_are_named_when_a_table_is_touched(folder: Path, name: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "digests" in check_plan(folder).broken


def test_digests_are_named_when_a_table_is_deleted(folder: Path) -> None:
    (folder / "home.csv").unlink()
    assert "digests" in check_plan(folder).broken


@pytest.mark.parametrize(
    ("key", "value"), [("status", "optimal"), ("assumptions", []), ("shortfalls", [])]
)
def test_digests_are_named_when_the_summary_is_touched(
    folder: Path, key: str, value: object
) -> None:
    path = folder / "plan.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told[key] = "proved" if told[key] == value else value
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    assert "digests" in check_plan(folder).broken
