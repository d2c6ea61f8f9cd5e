"""Whole runs with vehicle classes and shifts: short of vehicles, checked, bound proved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer.checking.judge import check_plan
from optimizer.domain.assemble import assemble
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.report.summary import summary_text
from optimizer.run import plan_scenario

from .province import summary, table, template, wave


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("vehicles"))


def test_plan_short_of_vehicles_is_lawful_and_its_bound_proved(
    province: Path, tmp_path: Path
) -> None:
    out = tmp_path / "plan"
    short = wave(province, horizon_days=4, shocks={"vehicle_factor": 0.003})
    plan_scenario(short, data_dir=province, out=out, explain=False)
    with np.load(out / "proof.npz") as proof:
        priced = {name for name in proof.files if name.startswith("plan/price:vehicle_")}
        assert proof["plan/vehicles"].tolist() == ["COACH", "CAR_O2", "AMB_BASIC", "AMB_ICU"]
        assert proof["plan/shifts"].tolist() == ["day", "night"]
    assert {"plan/price:vehicle_rank", "plan/price:vehicle_shift"} & priced
    told = summary(out)["objective"]["harm"]
    # what holds back is said, vehicles too; one scarcity has one row
    rows = [r for r in table(out, "bottlenecks") if r["resource"] == "vehicle_minutes"]
    days = sum(
        max(int(r["days_binding"]) for r in rows if r["place"] == place)
        for place in {r["place"] for r in rows}
    )
    assert days > 0
    same = [(r["place"], r["week"], r["at_most_harm"]) for r in rows]
    assert len(same) == len(set(same))
    for lang, start, word in (
        ("en", "What holds patients back", "vehicles"),
        ("vi", "Yếu tố kìm hãm", "xe"),
    ):
        (line,) = (x for x in summary_text(out, summary(out), lang).splitlines() if start in x)
        assert f" {word} {days}" in line
        kinds = {b for r in table(out, "capacity") for b in r["binding"].split(";") if b}
        assert len(line.split(": ", 1)[1].split(", ")) == len(kinds) + 1
    assert told["bound"] == pytest.approx(told["value"], rel=0.01)
    result = check_plan(out)
    assert result.passed
    assert min(result.counts["vehicle_rank"], result.counts["vehicle_shift"]) > 0
    # no more of them than stand there: the checker would see it
    vehicles = province / "vehicles.csv"
    text = vehicles.read_text(encoding="utf-8")
    try:
        vehicles.write_text(text.replace("AMB_ICU,,1,900", "AMB_ICU,,1,300"), encoding="utf-8")
        broken = check_plan(out, province).broken
    finally:
        vehicles.write_text(text, encoding="utf-8")
    assert {"vehicle_rank", "vehicle_shift"} & set(broken)


def test_shipped_classes_tell_nothing_apart() -> None:
    root = Path(__file__).resolve().parents[2]
    scenario = read_scenario(root / "scenarios" / "soc_trang_delta_unvaccinated.yaml")
    tables, _ = read_tables(root / "data" / "facilities" / "soc_trang")
    assert len(tables.vehicle_classes) == 4
    assert assemble(tables, scenario).instance.fleet is None


def test_a_limit_on_the_road_that_is_lifted_opens_ways_and_is_said(
    province: Path, tmp_path: Path
) -> None:
    classes = province / "patient_classes.csv"
    text = classes.read_text(encoding="utf-8")
    counts, notes, short = [], [], {"horizon_days": 2}
    try:
        classes.write_text(text.replace(",60,180,1", ",60,20,1"), encoding="utf-8")
        for name, lifted in (("as_it_is", []), ("some", ["critical-acute"]), ("all", True)):
            travel = {"ground_limit_override": lifted}
            scenario = wave(province, f"{name}.yaml", travel=travel, **short)
            inst = assemble(read_tables(province)[0], read_scenario(scenario)).instance
            counts.append(len(inst.admissions.area) + len(inst.transfers.origin))
            notes.append([n for n in inst.notes if "ground_limit_override" in n])
        plan_scenario(scenario, data_dir=province, out=tmp_path / "plan", explain=False)
        told = summary(tmp_path / "plan")
        assert check_plan(tmp_path / "plan").passed  # the checker lifts it too
    finally:
        classes.write_text(text, encoding="utf-8")
    assert counts[0] < counts[1] < counts[2] == told["ways"]["permitted"]
    assert notes[0] == []
    assert notes[1] == ["travel.ground_limit_override: critical-acute"]
    assert notes[2] == ["travel.ground_limit_override: true"]
    assert "travel.ground_limit_override" in [one["key"] for one in told["assumptions"]]
