"""The order of the rows and the names of things mean nothing."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from .province import planned, summary, table, template, wave

BUSY = {"demand_factor": 8}
IDS = ["U1", "U2", "U3", "UE", "H1", "H2", "H3", "E1", "X1", "X2", "X3", "C1", "C2", "M1", "M2"]


def tables(province: Path) -> list[Path]:
    return sorted(province.glob("*.csv"))


def shuffle(province: Path, seed: int) -> None:
    """Shuffle the rows of every table; comments and header stay."""
    order = random.Random(seed)
    for path in tables(province):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head = [line for line in lines if line.startswith("#")]
        header, *rows = [line for line in lines if not line.startswith("#")]
        order.shuffle(rows)
        path.write_text("".join([*head, header, *rows]), encoding="utf-8")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plain")
    province = template(root / "province")
    planned(wave(province, shocks=BUSY), province, root / "plan")
    return root / "plan"


def harm(folder: Path) -> float:
    return float(summary(folder)["objective"]["harm"]["value"])


def rounded(folder: Path, name: str) -> list[tuple[object, ...]]:
    """Return rows as a set of cells, patients to six digits."""
    return sorted(
        tuple(round(float(v), 6) if k == "patients" else v for k, v in row.items())
        for row in table(folder, name)
        if abs(float(row["patients"])) > 1e-6
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_rows_give_the_same_plan(plain: Path, tmp_path: Path, seed: int) -> None:
    province = template(tmp_path / "province")
    shuffle(province, seed)
    planned(wave(province, shocks=BUSY), province, tmp_path / "plan")
    assert harm(tmp_path / "plan") == pytest.approx(harm(plain), rel=1e-9)
    assert rounded(tmp_path / "plan", "transfers") == rounded(plain, "transfers")
    assert rounded(tmp_path / "plan", "admissions") == rounded(plain, "admissions")
    assert rounded(plain, "transfers"), "a plan without transfers would show nothing"


def test_same_question_twice_gives_the_same_tables(plain: Path, tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    planned(wave(province, shocks=BUSY), province, tmp_path / "plan")
    for name in ("transfers", "admissions", "patients", "surge_beds", "places_kept"):
        again = (tmp_path / "plan" / f"{name}.csv").read_bytes()
        assert again == (plain / f"{name}.csv").read_bytes(), name


def test_renamed_ids_leave_the_objective(plain: Path, tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    for path in tables(province):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(line for line in file if not line.startswith("#")))
        renamed = [[f"0{cell} é" if cell in IDS else cell for cell in row] for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(renamed)
    assert "0U1 é" in (province / "units.csv").read_text(encoding="utf-8")
    planned(wave(province, shocks=BUSY), province, tmp_path / "plan")
    assert harm(tmp_path / "plan") == pytest.approx(harm(plain), rel=1e-6)
