"""Devices, oxygen, supervision from files to plan folder; provinces that say nothing of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.province import planned, table, template, wave

OPTIONAL = ("devices", "oxygen", "oxygen_draw", "supervision")
BUSY = {"shocks": {"demand_factor": 12}}


def edited(province: Path, name: str, old: str, new: str) -> None:
    path = province / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_province_without_the_tables_plans_and_says_so(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    for name in OPTIONAL:
        (province / f"{name}.csv").unlink()
    outcome = planned(wave(province, **BUSY), province, tmp_path / "plan")
    said = " ".join(problem.fault for problem in outcome.warnings)
    for name in OPTIONAL:
        assert f"No {name}.csv" in said
    assert table(tmp_path / "plan", "oxygen") == []
    assert {row["devices"] for row in table(tmp_path / "plan", "capacity")} == {""}


def test_old_tables_without_the_column_surge_devices_still_plan(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    edited(province, "devices", ",surge_devices", "")
    edited(province, "devices", "12,3,4", "12,3")
    edited(province, "devices", "8,0,4", "8,0")
    planned(wave(province, **BUSY), province, tmp_path / "plan")


@pytest.mark.parametrize(
    ("name", "old", "new", "term"),
    [
        ("devices", "ICU,12,3,4", "ICU,3,3,0", "devices"),
        ("oxygen", "U1,1200,", "U1,230,", "oxygen_flow"),
        ("oxygen", "6000,1500,150", "0,230,150", "oxygen_stock"),
        ("supervision", "ICU,DOC_ICU,conventional,14", "ICU,DOC_ICU,conventional,1", "supervision"),
    ],
)
def test_each_table_changes_the_plan_and_is_named(
    tmp_path: Path, name: str, old: str, new: str, term: str
) -> None:
    province = template(tmp_path / "province")
    scenario = wave(province, **BUSY)
    before = planned(scenario, province, tmp_path / "before").summary
    edited(province, name, old, new)
    after = planned(scenario, province, tmp_path / "after").summary
    harm = [one["objective"]["harm"]["value"] for one in (before, after)]
    assert harm[1] > harm[0] + 1e-3
    found = {row["binding"] for row in table(tmp_path / "after", "capacity")}
    assert any(term in binding for binding in found), found


def test_the_folder_tells_the_hours_until_oxygen_runs_out(tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    edited(province, "oxygen", "6000,1500,150", "300,230,150")
    planned(wave(province, **BUSY), province, tmp_path / "plan")
    rows = [r for r in table(tmp_path / "plan", "oxygen") if r["unit"] == "U1"]
    assert [int(r["day"]) for r in rows] == list(range(1, len(rows) + 1))
    first = rows[0]
    assert float(first["flow_lpm"]) == 1200 - 150
    left = 300 + (230 - 1.44 * 150) - 1.44 * float(first["drawn_lpm"]) + float(first["short_m3"])
    assert float(first["stored_m3"]) == pytest.approx(left)
    hours = left / (0.06 * (float(first["drawn_lpm"]) + 150))
    assert float(first["hours_to_empty"]) == pytest.approx(hours, abs=0.05)
