"""Always an answer: whatever happens to a province, a checked plan that says what is unmet.

Overload, no bed, roads cut, no staff, everything closed, and their mixtures, on the template's
province with its tables changed at random and on shipped provinces. Every case must end with exit
code 0, a plan that the checker passes, every shortage said, and never the word "infeasible".
"""

from __future__ import annotations

import csv
import json
import os
import random
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from optimizer.checking.judge import check_plan
from optimizer.cli import app
from tests.run.province import ROOT, template, wave

OVERLOADS = (1, 2, 5, 20, 100)
TROUBLES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no beds": {},
    "roads cut": {"roads_cut": "all"},
    "no staff": {"staff_factor": 0},
    "all closed": {"closed_facilities": ["H1", "H2", "H3", "E1"]},
    "no vehicles": {"vehicle_factor": 0},
    "staff gone from day 3": {"staff_factor": 0, "staff_from_day": 3},
    "roads cut and no staff": {"roads_cut": "all", "staff_factor": 0},
    "no beds and no staff": {"staff_factor": 0},
    "everything": {
        "roads_cut": "all",
        "staff_factor": 0,
        "vehicle_factor": 0,
        "closed_facilities": ["H1", "H3"],
    },
}
SHIPPED = ("cao_bang", "soc_trang", "can_tho")
BED_FIGURES = ("planned_beds", "physical_beds", "staffed_beds", "surge_limit")
BRIEF = ("--no-explain", "--no-reports")
FORBIDDEN = ("infeasible", "bất khả thi", "Traceback")


def _cells(path: Path, change: Any) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = [line for line in lines if line.startswith("#")]
    reader = csv.DictReader(line for line in lines if not line.startswith("#"))
    rows, names = list(reader), reader.fieldnames or []
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(head)
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def no_beds(province: Path) -> None:
    """No bed anywhere, none to open; no routine patient and no device either."""

    def empty(row: dict[str, str]) -> None:
        row.update(dict.fromkeys(BED_FIGURES, "0"))

    _cells(province / "beds.csv", empty)
    for name in ("routine", "devices"):
        (province / f"{name}.csv").unlink()


def jittered(province: Path, seed: int) -> None:
    """Other numbers of beds, staff and vehicles, and other minutes, in every table."""
    dice = random.Random(seed)

    def beds(row: dict[str, str]) -> None:
        physical = int(row["physical_beds"])
        row["staffed_beds"] = str(dice.randint(physical // 2, physical))
        row["surge_limit"] = str(dice.randint(0, 12))

    def staff(row: dict[str, str]) -> None:
        row["on_duty"] = str(dice.randint(0, int(float(row["on_duty"]))))

    def vehicles(row: dict[str, str]) -> None:
        row["vehicles"] = str(dice.randint(0, 4))

    def travel(row: dict[str, str]) -> None:
        row["minutes"] = str(dice.randint(10, 200))

    for name, change in (("staff", staff), ("vehicles", vehicles), ("travel", travel)):
        _cells(province / f"{name}.csv", change)
    _cells(province / "beds.csv", beds)


def facilities(province: Path) -> list[str]:
    """Return the ids of every site of a province."""
    with (province / "facilities.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [row["facility_id"] for row in rows]


def case(seed: int, folder: Path) -> tuple[Path, Path, str]:
    """Return scenario, data folder and a name; the trouble and the overload go in turn."""
    trouble = list(TROUBLES)[seed % len(TROUBLES)]
    overload = OVERLOADS[seed // len(TROUBLES) % len(OVERLOADS)]
    shocks = {"demand_factor": overload, **TROUBLES[trouble]}
    dice = random.Random(seed)
    if seed % 23 == 22 and "no beds" not in trouble:  # 23 and 10 share nothing: troubles in turn
        name = SHIPPED[seed // 23 % len(SHIPPED)]
        if "closed_facilities" in shocks:
            shocks["closed_facilities"] = facilities(ROOT / "data" / "facilities" / name)
        base = ROOT / "scenarios" / f"{name}_delta_unvaccinated.yaml"
        scenario = wave(
            folder, extends=os.path.relpath(base, folder), horizon_days=4, shocks=shocks
        )
        return scenario, ROOT / "data" / "facilities" / name, f"{name}, {trouble}, x {overload}"
    province = template(folder / "province")
    jittered(province, seed)
    if "no beds" in trouble:
        no_beds(province)
    scenario = wave(
        province,
        horizon_days=dice.choice([1, 3, 5]),
        areas=dice.choice(["clusters", "communes"]),
        shocks=shocks,
    )
    return scenario, province, f"template, {trouble}, x {overload}"


def answered(seed: int, folder: Path, *, explain: bool = True) -> dict[str, Any]:
    """Plan one case; raise AssertionError where an answer is not one. Return the summary."""
    folder.mkdir(parents=True, exist_ok=True)
    scenario, data, name = case(seed, folder)
    out = folder / "plan"
    lang = "vi" if seed % 2 else "en"
    words = ["plan", str(scenario), "--data", str(data), "--out", str(out), "--lang", lang]
    done = CliRunner().invoke(app, words if explain else [*words, *BRIEF])
    assert done.exit_code == 0, f"{name}: exit {done.exit_code}: {done.output[-400:]}"
    said = (done.stdout + done.stderr).lower()
    for word in FORBIDDEN:
        assert word.lower() not in said, f"{name}: says {word}"
    broken = check_plan(out, data).violations
    assert not broken, f"{name}: {broken[0].render('en')}"
    summary: dict[str, Any] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert summary["checked"] is True, name
    assert "infeasible" not in json.dumps(summary).lower(), name
    with (out / "patients.csv").open(encoding="utf-8", newline="") as file:
        unmet = [row for row in csv.DictReader(file) if row["state"] != "treated"]
    told = {(one["place"]) for one in summary["shortfalls"]}
    for row in unmet:  # whoever is short by a person is said by place
        if float(row["patients"]) >= 1.0 and int(row["day"]) <= summary["horizon_days"]:
            assert row["place"] in told, f"{name}: {row} is nowhere said"
    return summary | {"case": name, "unmet": bool(unmet)}
