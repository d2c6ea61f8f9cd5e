"""The judge on a folder of the size of a province: steady in 100,000 rows of noise."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from optimizer.checking.judge import RULES, check_plan
from tests.checking.folder import HEADERS, Folder, Row, rows
from tests.checking.worked_example import narrow

COMMUNES, CLUSTERS, HOSPITALS, OUTSIDE, DAYS = 109, 11, 21, 2, 42
SEVERITIES = {"mild": "ISO", "moderate": "WARD", "severe": "OXY", "high": "HFNC", "critical": "ICU"}
LEVELS = ("ISO", "WARD", "OXY", "HFNC", "ICU")


def province(noise: random.Random) -> Folder:
    """Return 109 communes, 11 clusters, 21 hospitals, 109 stations and 2 units outside.

    The opening plan does nothing: whoever comes waits.
    """
    f = narrow()
    d = f.data
    d["levels"] = rows(
        "care_level rank place", "HOME 0 home", *(f"{k} {i + 1} bed" for i, k in enumerate(LEVELS))
    )
    names = [(s, phase) for s in SEVERITIES for phase in ("acute", "recovering")]
    header = " ".join(d["patient_classes"][0])
    d["patient_classes"] = rows(
        header,
        *(
            f"{s}-{p} covid all {s} {p} {SEVERITIES[s]} {i + 1} 0.01 60 . 1 {int(i > 5)}"
            for i, (s, p) in enumerate(names)
        ),
        "convalescent covid all convalescent recovering OXY 2 0.01 60 . 1 1",
    )
    f.inputs["classes"] = [dict(r) for r in d["patient_classes"]]
    classes = [r["class_id"] for r in d["patient_classes"]]
    d["care_ratios"] = rows(
        "care_level role care_phase patients_per_staff",
        *(f"{k} NUR conventional {10 - i}" for i, k in enumerate(LEVELS)),
    )
    clusters = [f"K{i:02}" for i in range(CLUSTERS)]
    communes = [f"C{i:03}" for i in range(COMMUNES)]
    points = {c: (9.3 + noise.random() * 0.7, 105.6 + noise.random() * 0.6) for c in communes}
    header = " ".join(d["admin_units"][0])
    d["admin_units"] = rows(
        header,
        *(f"{k} cluster . . . . . . ." for k in clusters),
        *(
            f"{c} commune {clusters[i % CLUSTERS]} {5000 + i} {points[c][0]} {points[c][1]} 0 . ."
            for i, c in enumerate(communes)
        ),
    )
    facilities, units, beds, staff = [], [], [], []
    for i in range(HOSPITALS):
        c = communes[i]
        facilities.append(
            f"H{i:02} hospital {c} {clusters[i % CLUSTERS]} {points[c][0]} {points[c][1]} 0 . ."
        )
        units.append(f"H{i:02} H{i:02} T{1 + i % 2} open . . .")
        beds += [f"H{i:02} {k} 40 40 30 10" for k in LEVELS]
        staff.append(f"H{i:02} NUR 40")
    for i, c in enumerate(communes):
        facilities.append(
            f"S{i:03} station {c} {clusters[i % CLUSTERS]} {points[c][0]} {points[c][1]} 0 . ."
        )
        units.append(f"S{i:03} S{i:03} T1 open . . .")
        beds.append(f"S{i:03} ISO 5 5 5 0")
        staff.append(f"S{i:03} NUR 2")
    for i in range(OUTSIDE):
        facilities.append(f"X{i} central . . 10.{i + 1} 106.0 0 . .")
        units.append(f"X{i} X{i} T2 out_of_province 3 . .")
    d["facilities"] = rows(" ".join(d["facilities"][0]), *facilities)
    d["units"] = rows(" ".join(d["units"][0]), *units)
    d["beds"] = rows(" ".join(d["beds"][0]), *beds)
    d["staff"] = rows("unit_id role on_duty", *staff)
    d["routine"], d["devices"], d["links"] = [], [], []
    d["travel"] = rows(
        "from_id to_id minutes closed_from closed_to",
        *(f"{c} H{i % HOSPITALS:02} 25 . ." for i, c in enumerate(communes)),
    )
    d["vehicles"] = rows(
        "base_unit vehicle_class vehicles minutes_per_day",
        *(f"H{i:02} van 3 720" for i in range(HOSPITALS)),
    )
    f.inputs["areas"] = rows("area commune", *(f"{c} {c}" for c in communes))
    planning = [f"group:{k}:station:T1" for k in clusters] + [f"H{i:02}" for i in range(HOSPITALS)]
    f.inputs["units"] = rows(
        "planning_unit unit_id",
        *(f"H{i:02} H{i:02}" for i in range(HOSPITALS)),
        *(f"group:{clusters[i % CLUSTERS]}:station:T1 S{i:03}" for i in range(COMMUNES)),
    )
    f.inputs["hazards"] = rows(
        "pool from_class to_class kind probability",
        *(f"{q} {s} {s} keep 0.8" for q in ("treated", "boarding", "waiting") for s in classes),
    )
    f.inputs["deaths"] = rows("pool class_id probability", *(f"waiting {s} 0.05" for s in classes))
    f.inputs["arrivals"] = rows(
        "day commune class_id patients",
        *(f"{t} {c} {s} 0.25" for t in range(1, DAYS + 1) for c in communes for s in classes[::2]),
    )
    f.inputs["opening_census"] = rows(
        "place class_id state patients", "C000 severe-acute waiting 1"
    )
    f.scenario.update(horizon_days=28, beyond_days=14)
    f.plan.update(horizon_days=28, solved_days=DAYS, shortfalls=[], kpis={}, baselines={})
    f.proof = {}
    f.tables = {name: [] for name in f.tables}
    for c in communes:
        for s in classes:
            here = float(c == "C000" and s == "severe-acute")
            for t in range(1, DAYS + 1):
                here = (here * 0.8 if t > 1 else here) + (0.25 if s in classes[::2] else 0.0)
                if here:
                    key = {"day": t, "place": c, "class_id": s, "state": "waiting"}
                    f.tables["patients"].append({**key, "patients": repr(here)})
    beds_of = dict.fromkeys(planning[CLUSTERS:], 30)
    f.tables["capacity"] = [
        dict(zip(HEADERS["capacity"].split(), (t, u, k, 30, 0, 0, 0, ""), strict=True))
        for t in range(1, DAYS + 1)
        for u in beds_of
        for k in LEVELS
    ] + [
        dict(zip(HEADERS["capacity"].split(), (t, u, "ISO", n, 0, 0, 0, ""), strict=True))
        for t in range(1, DAYS + 1)
        for u in planning[:CLUSTERS]
        for n in [5 * sum(r["planning_unit"] == u for r in f.inputs["units"])]
    ]
    return f


def add_noise(f: Folder, noise: random.Random, part: float = 1.0) -> int:
    """Fill the plan with random flows, or a part of them; return the rows in all."""
    classes = [r["class_id"] for r in f.inputs["classes"]]
    areas = [r["area"] for r in f.inputs["areas"]]
    units = sorted({r["planning_unit"] for r in f.inputs["units"]})

    def fill(name: str, size: int, *axes: list[str]) -> None:
        keys: set[tuple[object, ...]] = set()
        while len(keys) < part * size:
            keys.add((noise.randint(1, DAYS), *(noise.choice(a) for a in axes)))
        columns = HEADERS[name].split()
        columns = [c for c in columns if c != "minutes"]
        done: list[Row] = [dict(zip(columns, (*k, noise.random()), strict=True)) for k in keys]
        for row in done if name == "transfers" else ():
            row["minutes"] = 1
        f.tables[name] = f.tables[name] + done

    fill("admissions", 18_000, areas, units, classes, ["0"], ["admission"])
    fill("transfers", 8_000, units, units, classes, ["boarding"], ["step_up"])
    fill("in_house", 5_000, units, classes)
    fill("patients", 12_000, units, classes, ["treated"])
    fill("patients", 10_000, units, classes, ["boarding"])
    fill("corridor", 1_000, units)
    fill("surge_beds", 4_000, units, list(LEVELS))
    return sum(map(len, f.tables.values())) + sum(map(len, f.inputs.values()))


def test_check_plan_accepts_a_province_where_everybody_waits(tmp_path: Path) -> None:
    result = check_plan(province(random.Random(1)).write(tmp_path))
    # what plan.json tells is of another plan, and home.csv is empty; everything else is lawful
    figures = {"objective_harm", "objective_burden", "worst_area_waiting", "bound", "kpis"}
    told = {"shortfalls", "baselines", "assumptions", "names", "home_care"}
    assert set(result.broken) == figures | told
    assert all("capacity" not in v.message for v in result.violations)


def test_check_plan_names_every_sort_when_a_province_is_full_of_noise(tmp_path: Path) -> None:
    noise = random.Random(2)
    folder = province(noise)
    size = add_noise(folder, noise)
    assert size > 100_000
    result = check_plan(folder.write(tmp_path))
    assert (
        set(RULES) >= set(result.broken) >= {"treated_balance", "permitted_arcs", "vehicle_minutes"}
    )
    assert len(result.violations) < 2_000


def lines_run(work: Callable[[], object]) -> int:
    """Count the lines of Python a piece of work runs: its length on any machine at any load."""
    count, before = 0, sys.gettrace()

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_check_plan_runs_few_lines_a_row_when_a_province_is_full_of_noise(tmp_path: Path) -> None:
    """About 12; rows compared with rows would make it thousands."""
    noise = random.Random(3)
    folder = province(noise)
    size = add_noise(folder, noise, 0.4)
    where = folder.write(tmp_path)
    assert size < lines_run(lambda: check_plan(where)) < 40 * size
