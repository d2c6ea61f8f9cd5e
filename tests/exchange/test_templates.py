"""What `referral init` writes can be read, checked and explained in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import faults

from optimizer.domain.people import RULES, STAFF_ROWS
from optimizer.domain.tables import ROWS
from optimizer.exchange.agreement import cross_check
from optimizer.exchange.example import SCENARIO
from optimizer.exchange.scenarios import read_scenario, scenario_from_json
from optimizer.exchange.staff_tables import read_staff_tables
from optimizer.exchange.tables import read_tables
from optimizer.exchange.templates import write_template
from optimizer.i18n import translator


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_write_template_writes_a_sound_province(lang: str, tmp_path: Path) -> None:
    paths = write_template(tmp_path / "new" / "province", lang)
    assert len(paths) == len(ROWS) + len(STAFF_ROWS) + 2
    tables, warnings = read_tables(tmp_path / "new" / "province")
    scenario = read_scenario(tmp_path / "new" / "province" / "scenario.yaml")
    assert warnings == ()
    assert cross_check(scenario, tables) == ()
    assert scenario == scenario_from_json(SCENARIO)


def test_write_template_explains_every_column_and_key(tmp_path: Path) -> None:
    write_template(tmp_path, "vi")
    say = translator("vi")
    for model in STAFF_ROWS:
        for column in model.model_fields:
            meaning = model.meaning(column)
            assert say(meaning) != meaning
    for model in (*ROWS, *STAFF_ROWS):
        text = (tmp_path / f"{model.TABLE}.csv").read_text(encoding="utf-8")
        for column in model.model_fields:
            assert f"\n# {column}: " in text or f"\n# {column} (có thể trống): " in text
    assert "bắt buộc" in (tmp_path / "scenario.yaml").read_text(encoding="utf-8")


def test_write_template_has_one_synthetic_person_a_head(tmp_path: Path) -> None:
    write_template(tmp_path, "en")
    tables, _ = read_tables(tmp_path)
    staff = read_staff_tables(tables)
    assert len(staff.people) == sum(row.heads for row in tables.staff)
    assert all(one.synthetic and one.confidence == "assumed" for one in staff.people)
    assert {row.ownership for row in tables.facilities} <= {row.ownership for row in staff.lending}
    assert set(staff.figures) == set(RULES)
    leads = {(one.facility_id, one.role) for one in staff.people if one.can_supervise}
    assert leads == {(one.facility_id, one.role) for one in staff.people}  # somebody leads each


def test_write_template_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "beds.csv").write_text("mine")
    said = faults(lambda: write_template(tmp_path, "en"))
    assert any("beds.csv" in line for line in said)
    assert [p.name for p in tmp_path.iterdir()] == ["beds.csv"]
    assert (tmp_path / "beds.csv").read_text() == "mine"


def test_write_template_refuses_a_path_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    assert faults(lambda: write_template(tmp_path / "x", "en"))
    assert faults(lambda: write_template(tmp_path / "x" / "y", "en"))
