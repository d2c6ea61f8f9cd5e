"""Who waits longer and travels further, by hand; and that no decision reads any of it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.domain.assemble import assemble
from optimizer.domain.instance import ADMISSION, Instance
from optimizer.domain.tables import ROWS
from optimizer.exchange.tables import read_tables
from optimizer.loading import load
from optimizer.planning.solve import solve_plan
from optimizer.report.equity import Communes, equity_kpis, equity_rows, p90, waiting_by_commune
from tests.planning.instances import sketch
from tests.run.province import planned, summary, table, template, wave

ROOT = Path(__file__).resolve().parents[2]


def three() -> tuple[Instance, Communes]:
    """Communes a (3 come), b (1, remote) of cluster x, c (2) of y; 2 beds on day 1, 2 days.

    Of x 2 of 4 are admitted, both from a, in 10 minutes; nobody of y. Half of who waits leaves.
    """
    inst = sketch(
        days=2,
        areas=("x", "y"),
        beds={"A": {"OXY": 2}},
        admissions=[("x", "A", "SA", ADMISSION, 10.0), ("y", "A", "SA", ADMISSION, 90.0)],
        arrivals={("x", "SA", 1): 4.0, ("y", "SA", 1): 2.0},
        keep={("SA", "SA"): 0.5},
        waits={("SA", "SA"): 0.5},
    )
    arrivals = np.zeros((3, 4, 2))
    arrivals[:, 0, 0] = [3, 1, 2]
    arc = int(np.flatnonzero(inst.admissions.area == 0)[0])
    return inst, Communes(
        cluster=["x", "x", "y"],
        population=np.array([300.0, 100.0, 200.0]),
        remote=np.array([0.0, 1.0, 0.0]),
        arrivals=arrivals,
        requests=np.zeros((3, 4)),
        commune=np.array([0]),
        arc=np.array([arc]),
        day=np.array([0]),
        patients=np.array([2.0]),
        minutes=np.array([10.0]),
    )


def test_waiting_follows_the_balance_commune_by_commune() -> None:
    inst, of = three()
    waiting = waiting_by_commune(inst, of)
    assert waiting[:, 0].tolist() == [[1.0, 0.5], [1.0, 0.5], [2.0, 1.0]]


def test_rows_by_cluster_remoteness_and_group_by_hand() -> None:
    inst, of = three()
    rows = equity_rows(inst, solve_plan(inst), of, ["all", "all", "all", "all"])
    by_group = {row["group"]: row for row in rows}
    # x: 1.5 + 1.5 days of 4 patients; y: 3 of 2; remote b: 1.5 of 1; the others 4.5 of 5
    assert by_group["x"]["waiting_per_patient"] == pytest.approx(0.75)
    assert by_group["y"]["waiting_per_patient"] == pytest.approx(1.5)
    assert by_group["remote"]["waiting_per_patient"] == pytest.approx(1.5)
    assert by_group["other"]["waiting_per_patient"] == pytest.approx(0.9)
    assert by_group["x"]["minutes_p90"] == 10
    assert by_group["y"]["minutes_p90"] is None
    assert by_group["x"]["late_share"] == 0
    gaps = equity_kpis(rows)
    assert gaps["overall_days"] == pytest.approx(1.0)
    assert gaps["worst_cluster"] == "y"
    assert gaps["worst_gap_days"] == pytest.approx(0.5)
    assert gaps["worst_to_best"] == pytest.approx(2.0)
    assert gaps["remote_gap_days"] == pytest.approx(0.6)
    assert gaps["remote_gap_p90_minutes"] is None  # nobody of the remote commune was placed


def test_gaps_of_a_province_without_remote_communes_are_unknown_not_zero() -> None:
    inst, of = three()
    flat = replace(of, remote=np.zeros(3))
    gaps = equity_kpis(equity_rows(inst, solve_plan(inst), flat, ["all"] * 4))
    assert gaps["remote_gap_days"] is None
    assert gaps["worst_gap_days"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("minutes", "patients", "due"),
    [
        ([5.0, 50.0], [9.0, 1.0], 5.0),  # nine of ten within 5
        ([5.0, 50.0], [8.9, 1.1], 50.0),
        ([50.0, 5.0, 7.0], [1.0, 1.0, 1.0], 50.0),
        ([], [], None),
    ],
)
def test_p90_is_the_least_time_for_nine_tenths(
    minutes: list[float], patients: list[float], due: float | None
) -> None:
    assert p90(np.array(minutes), np.array(patients)) == due


def test_groups_are_told_apart_with_boarders_and_deaths() -> None:
    inst, of = three()
    plan = solve_plan(inst)
    rows = equity_rows(inst, plan, of, ["children", "adults", "adults", "adults"])
    groups = {row["group"]: row for row in rows if row["dimension"] == "population_group"}
    assert groups["children"]["new_patients"] == 6
    assert groups["children"]["unmet_patient_days"] == pytest.approx(
        float(plan.waiting.sum() + plan.boarding[:, 0].sum())
    )
    assert groups["adults"]["unmet_patient_days"] == 0


@pytest.mark.parametrize("areas", ["clusters", "communes"])
def test_plan_folder_says_who_waits_longer(tmp_path: Path, areas: str) -> None:
    province = template(tmp_path / "data")
    scenario = wave(province, areas=areas, shocks={"demand_factor": 40})
    planned(scenario, province, tmp_path / "plan")
    rows = table(tmp_path / "plan", "equity")
    head = summary(tmp_path / "plan")
    days = sum(float(r["waiting_days"]) for r in rows if r["dimension"] == "cluster")
    assert days == pytest.approx(head["kpis"]["waiting_patient_days"], rel=1e-6)
    by_place = sum(float(r["waiting_days"]) for r in rows if r["dimension"] == "place")
    assert by_place == pytest.approx(days, rel=1e-6)
    assert days > 0
    assert head["equity"]["worst_gap_days"] >= -1e-9


# nobody is judged by who he is


def test_no_number_of_the_model_reads_remoteness_or_the_name_of_a_group() -> None:
    scenario_path = ROOT / "scenarios" / "cao_bang_delta_unvaccinated.yaml"
    tables, scenario, _ = load(scenario_path, None)
    others = replace(
        tables,
        admin_units=tuple(
            row.model_copy(update={"remote": not row.remote}) for row in tables.admin_units
        ),
        facilities=tuple(
            row.model_copy(update={"ownership": "private"}) for row in tables.facilities
        ),
        patient_classes=tuple(
            row.model_copy(update={"population_group": "somebody else"})
            for row in tables.patient_classes
        ),
    )
    mine, theirs = assemble(tables, scenario).instance, assemble(others, scenario).instance

    def same(a: object, b: object) -> None:
        for item in fields(a):  # type: ignore[arg-type]
            one, two = getattr(a, item.name), getattr(b, item.name)
            if isinstance(one, np.ndarray):
                assert np.array_equal(one, two), item.name
            elif hasattr(one, "__dataclass_fields__"):
                same(one, two)
            else:
                assert one == two, item.name

    same(mine, theirs)


def test_no_table_asks_for_wealth_insurance_residence_or_ethnicity() -> None:
    words = ("wealth", "income", "poor", "insur", "ethnic", "religio", "household", "national")
    asked = [f"{row.TABLE}.{name}" for row in ROWS for name in row.model_fields]
    assert asked
    assert [name for name in asked if any(word in name for word in words)] == []
    assert [name for name in asked if name.split(".")[1] in ("age", "age_band", "sex")] == []


def test_shipped_provinces_say_which_communes_are_remote() -> None:
    for name in ("soc_trang", "cao_bang", "can_tho"):
        tables, _ = read_tables(ROOT / "data" / "facilities" / name)
        communes = [row for row in tables.admin_units if row.kind == "commune"]
        assert any(row.remote for row in communes) or name == "can_tho"
