"""Anchors of supplies and of the ICU quota, by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import assemble
from optimizer.domain.supplies import icu_quota, plan_needs, supply_needs
from optimizer.domain.terms import M3_A_DAY
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.planning import baselines
from optimizer.report.needs import need_lines, needs_told, quota_line
from optimizer.run import plan_scenario
from tests.run.province import summary, table, template, wave

ROOT = Path(__file__).resolve().parents[2]
SHARED = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]
LEVELS = ("ISO", "WARD", "OXY", "HFNC", "ICU")


def test_equipment_of_the_published_example_is_met_within_a_hundredth() -> None:
    """WHO: 100 severe on a mask and 30 critical, 150 workers a day in the wards (ESFT)."""
    patients = np.zeros((len(LEVELS), 1))
    patients[LEVELS.index("OXY")], patients[LEVELS.index("ICU")] = 100, 30
    needs = supply_needs(SHARED.supplies, LEVELS, patients, np.array([50.0]), 3)
    found = {one.item: float(one.amounts[0]) for one in needs}
    due = {
        "gloves": 3600,
        "medical_mask": 860,
        "respirator": 150,
        "gown": 150,
        "hand_rub": 4950,
        "ventilator": 20.1,
        "bipap": 5.1,
        "hfnc": 5.1,
        "monitor": 30,
        "syringe_driver": 90,
        "infusion_pump": 30,
    }
    assert {name: found[name] for name in due} == pytest.approx(due, rel=0.01)
    lasting = {one.item for one in needs if one.lasting}
    assert lasting == {"ventilator", "bipap", "hfnc", "monitor", "syringe_driver", "infusion_pump"}


def test_oxygen_of_the_published_example_is_met_within_a_hundredth() -> None:
    draw = {row.care_level: row.lpm_per_patient for row in SHARED.oxygen_draw}
    litres = 100 * draw["OXY"] + 30 * draw["ICU"]
    assert litres == pytest.approx(1900, rel=0.01)
    assert litres * M3_A_DAY == pytest.approx(2736, rel=0.01)


def test_quota_of_one_provincial_and_eleven_district_hospitals_is_160_and_320() -> None:
    scenario = read_scenario(ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml")
    inst = assemble(SHARED, scenario).instance
    members = {m for inside in inst.unit_members.values() for m in inside}
    home = {unit.unit_id: unit.facility_id for unit in SHARED.units}
    sites = sorted({home[m] for m in members})[:12]
    kinds = dict(zip(sites, ["provincial_general", *["district_health_centre"] * 11], strict=True))
    facilities = tuple(
        row.model_copy(update={"kind": kinds.get(row.facility_id, "commune_health_station")})
        for row in SHARED.facilities
    )
    found = icu_quota(replace(SHARED, facilities=facilities), inst, "ICU")
    assert found is not None
    assert (found["beds"], found["ready_beds"]) == (160, 320)
    without = replace(SHARED, icu_quota=())
    assert icu_quota(without, inst, "ICU") is None


def test_needs_follow_patients_and_workers_of_the_plan(tmp_path: Path) -> None:
    province = template(tmp_path / "data")
    path = wave(province, shocks={"demand_factor": 2.0})
    tables, scenario = read_tables(province)[0], read_scenario(path)
    inst = assemble(tables, scenario).instance
    rule, _ = baselines.greedy(inst)
    needs = {one.item: one.amounts for one in plan_needs(tables, scenario, inst, rule)}
    people = (rule.treated + rule.boarding).sum(axis=(0, 1))[: inst.shown_days]
    workers = (needs["mask"] - 2 * people) / 4
    assert needs["gloves"] == pytest.approx(24 * workers)
    assert (workers > 0).all()
    icu = inst.classes.level == inst.levels.index("ICU")
    treated = rule.treated[:, icu].sum(axis=(0, 1))[: inst.shown_days]
    assert needs["ventilator"] == pytest.approx(0.67 * treated)
    longer = scenario.model_copy(
        update={"staff": scenario.staff.model_copy(update={"shifts_per_day": 2.0})}
    )
    fewer = {one.item: one.amounts for one in plan_needs(tables, longer, inst, rule)}
    assert fewer["gloves"] == pytest.approx(needs["gloves"] * 2 / 3)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", ["Tiêu hao", "Chỉ tiêu giường ICU"]), ("en", ["Used up", "ICU quota"])],
)
def test_needs_stand_in_the_plan_folder_and_the_summary(
    tmp_path: Path, lang: str, words: list[str]
) -> None:
    province = template(tmp_path / "data")
    plan_scenario(
        wave(province), data_dir=province, out=tmp_path / "plan", explain=False, reports=False
    )
    told = summary(tmp_path / "plan")
    lines = "\n".join(need_lines(told, lang))
    assert all(word in lines for word in words)
    assert quota_line(told, lang) in lines
    rows = table(tmp_path / "plan", "needs")
    gloves = [float(row["amount"]) for row in rows if row["item"] == "gloves"]
    (one,) = (one for one in told["needs"] if one["item"] == "gloves")
    assert one["peak"] == pytest.approx(max(gloves))
    assert one["total"] == pytest.approx(sum(gloves))
    assert one["reserve"] == pytest.approx(sum(gloves))  # six days are shown, fewer than 14
    assert check_plan(tmp_path / "plan").violations == ()
    assert needs_told([]) == []
