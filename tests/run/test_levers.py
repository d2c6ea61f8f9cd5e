"""Whole runs with levers: the checker accepts the folder, and refuses forged ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from optimizer.checking.judge import check_plan
from optimizer.run import plan_scenario
from tests.run.lever_province import crowded, lever_province
from tests.run.province import planned, summary, table, wave

KEPT_OUT = {"secret"}


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lever_province(tmp_path_factory.mktemp("levers") / "province")


@pytest.fixture(scope="module")
def crowd(province: Path) -> Path:
    """A plan of twelve times as many patients, with levers."""
    out = province.parent / "crowd"
    planned(crowded(province, 12, levers={"budget_vnd": 900_000_000}), province, out)
    return out


def used(folder: Path) -> set[str]:
    return {row["lever"] for row in table(folder, "levers")}


def test_plan_with_levers_passes_the_checker_and_uses_what_a_lever_opens(crowd: Path) -> None:
    assert {"field", "station"} <= used(crowd)
    assert not used(crowd) & KEPT_OUT
    hall = [r for r in table(crowd, "patients") if r["place"] == "UF"]
    assert sum(float(r["patients"]) for r in hall) > 1
    told = summary(crowd)
    assert told["kpis"]["levers"]["vnd_solved"] <= 900_000_000
    assert told["objective"]["harm"]["bound"] > 0
    assert told["objective"]["harm"]["value"] < told["baselines"]["no_transfers"]["harm"]


@pytest.mark.parametrize(
    ("times", "changes"),
    [
        (4, {"areas": "communes"}),
        (9, {"levers": {"use": ["cars", "vent", "oxygen"], "named": ["secret"]}}),
        (9, {"options": {"out_of_province": False}, "rules": {"movers": "new"}}),
        (6, {"promises": {"reserve": {"ICU": 0.2}}}),
        (9, {"shocks": {"closing": [{"facility": "H2", "day": 4}], "roads_cut": "all"}}),
    ],
)
def test_plan_with_levers_passes_the_checker(
    province: Path, times: float, changes: dict[str, object], tmp_path: Path
) -> None:
    planned(crowded(province, times, **changes), province, tmp_path / "plan")
    assert used(tmp_path / "plan")


def test_checker_refuses_a_bound_with_forged_prices_of_levers(crowd: Path, tmp_path: Path) -> None:
    """Without the prices that limit levers their beds are free: next to nothing is proved."""
    data = (crowd / summary(crowd)["data_dir"]).resolve()
    for row in ("lever_limit", "lever_balance"):
        folder = tmp_path / row
        shutil.copytree(crowd, folder)
        with np.load(folder / "proof.npz") as proof:
            arrays = {name: proof[name] for name in proof.files if name != f"plan/price:{row}"}
        np.savez_compressed(folder / "proof.npz", **arrays)
        assert "bound" in check_plan(folder, data_dir=data).broken, row


def test_levers_that_are_not_allowed_change_no_plan(province: Path, tmp_path: Path) -> None:
    """`use: none` gives the plan of a scenario without the key, to the last digit of harm."""
    harms = []
    for name, levers in (("none", {"use": "none"}), ("null", None)):
        path = wave(province, f"{name}.yaml", levers=levers, shocks={"demand_factor": 9})
        plan_scenario(path, data_dir=province, out=tmp_path / name, explain=False, reports=False)
        harms.append(summary(tmp_path / name)["objective"]["harm"]["value"])
        assert not (tmp_path / name / "levers.csv").exists()
    assert harms[0] == harms[1]
