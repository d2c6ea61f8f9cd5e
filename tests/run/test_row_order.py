"""The order of the rows and the names of things mean nothing."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import pytest

from optimizer.domain.network import ReferralNetwork
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables

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


# new ids: `{}` is the old one
NAMES = {
    "accents and a space": "0{} é",
    "one long ending": "{}-of-the-district",
    "one ending, after the other": "{0}{0}-huyện",
    "longer than any number": "cụm-{}-" + "x" * 40,
}


def rename(province: Path, pattern: str) -> None:
    """Give every cluster, commune, facility, unit and mobile station of the tables another id."""
    for path in tables(province):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(line for line in file if not line.startswith("#")))
        renamed = [[pattern.format(cell) if cell in IDS else cell for cell in row] for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(renamed)
    assert pattern.format("U1") in (province / "units.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("pattern", NAMES.values(), ids=NAMES)
def test_renamed_ids_leave_minutes_and_objective(plain: Path, tmp_path: Path, pattern: str) -> None:
    province = template(tmp_path / "province")
    scenario = wave(province, shocks=BUSY)
    places = [name for name in IDS if name[0] in "HEX"]
    before = ReferralNetwork(read_tables(province)[0], read_scenario(scenario))
    rename(province, pattern)
    after = ReferralNetwork(read_tables(province)[0], read_scenario(scenario))
    new = [pattern.format(name) for name in places]
    np.testing.assert_array_equal(after.minutes(new, new), before.minutes(places, places))
    planned(scenario, province, tmp_path / "plan")  # the checker works the minutes out by itself
    assert harm(tmp_path / "plan") == pytest.approx(harm(plain), rel=1e-9)


def test_clusters_whose_ids_end_alike_are_two_cities(tmp_path: Path) -> None:
    """H1 lies in C1, H2 in C2: the leg between them is by town roads whatever the ids are."""
    province = template(tmp_path / "province")
    scenario = read_scenario(wave(province))
    travel = province / "travel.csv"
    rows = travel.read_text(encoding="utf-8").splitlines(keepends=True)
    travel.write_text("".join(r for r in rows if not r.startswith("H2,H1")), encoding="utf-8")
    minutes = []
    for pattern in ("{}", "{}-of-the-district"):
        if pattern != "{}":
            rename(province, pattern)
        net = ReferralNetwork(read_tables(province)[0], scenario)
        minutes.append(net.minutes([pattern.format("H1")], [pattern.format("H2")])[0, 0])
    # 22.0 km by great circle, detour 1.3, 45 km/h
    assert minutes == [39.0, 39.0]
