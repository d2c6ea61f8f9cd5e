"""Make a plausible plan folder, data folder and scenarios: invented figures on the real places.

Only the shape of the files matters (``docs/data-format.md``); `World` stands in for the planner.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.app.sample_data import (
    CLUSTERS,
    DAYS,
    FACILITIES,
    LEVELS,
    OUTSIDE,
    SEVERITY,
    SOLVED,
    START,
    WEIGHT,
    communes,
    write_data,
)
from tests.app.sample_world import World


@dataclass(frozen=True)
class Sample:
    """Where the sample stands: `data` holds the province folder, `plan` is the plan folder."""

    data: Path
    scenarios: Path
    plans: Path
    plan: Path


def write_sample(root: Path, *, wave: float = 1.0, name: str = "sample0001") -> Sample:
    """Write everything under `root`; `wave` scales the arrivals (0.1: nothing runs short)."""
    sample = Sample(root / "facilities", root / "scenarios", root / "plans", root / "plans" / name)
    write_data(sample.data)
    write_scenarios(sample.scenarios)
    write_plan(sample.plan, sample.data / "soc_trang", wave)
    return sample


def write_scenarios(folder: Path) -> None:
    (folder / "base").mkdir(parents=True, exist_ok=True)
    (folder / "base" / "delta.yaml").write_text(
        "title: {vi: 'Delta, ít tiêm chủng', en: 'Delta, few vaccinated'}\n"
        "horizon_days: 28\nareas: clusters\n",
        encoding="utf-8",
    )
    (folder / "soc_trang_delta.yaml").write_text(
        "extends: base/delta.yaml\nprovince: soc_trang\nstart_date: 2026-11-23\n", encoding="utf-8"
    )
    (folder / "soc_trang_roads_cut.yaml").write_text(
        "extends: base/delta.yaml\nprovince: soc_trang\n"
        "title: {vi: 'Delta, phà ngừng chạy', en: 'Delta, ferries stopped'}\n",
        encoding="utf-8",
    )


EQUITY = ("new_patients", "waiting_per_patient", "minutes_p90", "late_share")
GOALS = [
    {
        "group": group,
        "key": key,
        "value": value,
        "unit_vi": "điểm",
        "unit_en": "points",
        "meaning_vi": "ý nghĩa",
        "meaning_en": "what it is",
        "source": "",
        "confidence": "assumed",
        "table": table,
    }
    for group, key, value, table in (
        ("harm", "unmet_weight.severe", 4.0, "patient_classes.csv"),
        ("harm", "weights.death", 100.0, ""),
        ("fairness", "options.fairness.epsilon", 0.0, ""),
        ("burden", "burden.move", 1.0, ""),
    )
]


def write_plan(folder: Path, data_dir: Path, wave: float) -> None:
    """Write the plan folder from one run of the stand-in and its rivals."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inputs").mkdir(exist_ok=True)
    plan = World(wave, transfers=True, step_down=True, local=False)
    rivals = {
        "no_transfers": World(wave, transfers=False, step_down=False, local=False).kpis(),
        "greedy": World(wave, transfers=True, step_down=False, local=False).kpis(),
        "local_only": World(wave, transfers=False, step_down=False, local=True).kpis(),
        "proportional_share": World(wave, transfers=True, step_down=False, local=True).kpis(),
    }
    least = {level: 0.5 * days for level, days in plan.kpis()["unmet_patient_days"].items()}
    bound = {
        "harm": 0.5 * plan.kpis()["harm"],
        "unmet_patient_days": least,
        "unmet_patient_days_all": sum(least.values()),
        "deaths_for_want_of_care": 0.0,
    }
    for name in ("admissions", "transfers", "patients", "corridor", "surge_beds", "capacity"):
        frame = plan.frame(name)
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")
    for name in ("in_house", "bed_lost"):
        pd.DataFrame(columns=["day", "unit", "class_id", "patients"]).to_csv(
            folder / f"{name}.csv", index=False
        )
    pd.DataFrame(columns=["day", "unit", "care_level", "patients"]).to_csv(
        folder / "excess.csv", index=False
    )
    into = (
        plan.frame("transfers")
        if plan.rows["transfers"]
        else pd.DataFrame(columns=["day", "to_unit", "class_id", "patients"])
    )
    into = into[into.day.isin([2, 3])].assign(
        care_level=lambda d: [LEVELS[SEVERITY.index(s.rsplit("_", 1)[0])] for s in d.class_id]
    )
    kept = (
        into.groupby(["day", "to_unit", "care_level"], as_index=False)
        .patients.sum()
        .rename(columns={"to_unit": "unit", "patients": "expected"})
    )
    kept["places"] = np.ceil(kept.expected.astype(float)).astype(int)
    kept["if_free"] = (kept.index % 3 == 1).astype(int) * kept.places
    kept[["day", "unit", "care_level", "places", "expected", "if_free"]].to_csv(
        folder / "places_kept.csv", index=False
    )
    home = [
        {
            "day": d,
            "cluster": c,
            "home_patients": wave * 60 * math.exp(-0.5 * ((d - 15) / 8) ** 2),
            "home_capacity": 75.0,
            "unmet": max(0.0, wave * 60 * math.exp(-0.5 * ((d - 15) / 8) ** 2) - 75),
        }
        for d in range(1, SOLVED + 1)
        for c in CLUSTERS
    ]
    pd.DataFrame(home).to_csv(folder / "home.csv", index=False)
    rows = [
        {"baseline": b, "measure": m, "place": "", "care_level": "", "value": v}
        for b, k in rivals.items()
        for m, v in k.items()
        if isinstance(v, float)
    ]
    pd.DataFrame(rows).to_csv(folder / "baselines.csv", index=False)
    first, second = list(CLUSTERS)[:2]
    fair = [
        ("cluster", first, 40.0, 0.5, 35.0, 0.0),
        ("cluster", second, 60.0, 1.25, 80.0, 0.125),
        ("place", "remote", 10.0, 2.5, 95.0, 0.5),
        ("place", "other", 90.0, 0.75, 40.0, 0.0),
    ]
    names = ("dimension", "group", *EQUITY)
    pd.DataFrame(fair, columns=names).to_csv(folder / "equity.csv", index=False)
    _write_inputs(folder / "inputs", plan, data_dir)
    kpis = plan.kpis()
    cap = plan.frame("capacity").query("day == 1").groupby("confidence").usable_beds.sum()
    head = {
        "schema_version": 1,
        "plan_id": folder.name,
        "referral_version": "0.1.0",
        "province": "soc_trang",
        "data_dir": str(data_dir),
        "scenario": "soc_trang_delta",
        "start_date": START,
        "horizon_days": DAYS,
        "solved_days": SOLVED,
        "areas": "clusters",
        "status": "optimal",
        "objective": {
            "harm": {"value": kpis["harm"], "bound": kpis["harm"] * 0.996, "gap": 0.004},
            "burden": {"value": 812.5, "bound": 812.5, "gap": 0.0},
        },
        "ways": {"offered": 936, "permitted": 4425},
        "seconds": {
            "read": 0.8,
            "baselines": 2.1,
            "harm": 6.4,
            "burden": 3.2,
            "whole people": 1.9,
            "check": 0.7,
        },
        "versions": {"python": "3.11", "ortools": "9.15"},
        "inputs_sha256": "0" * 64,
        "kpis": kpis,
        "goals": GOALS,
        "equity": {"worst_cluster": second, "worst_gap_days": 0.375},
        "fairness_cost": {"harm": 0.0, "burden": 3.25, "worst_area_without": 0.5},
        "baselines": {**rivals, "pooled_bound": bound},
        "shortfalls": plan.shortfalls(),
        "names": _names(),
        "checked": True,
        "confidence_share": {
            k: float(cap.get(k, 0) / cap.sum())
            for k in ("official", "open_data", "derived", "assumed")
        },
        "assumptions": [
            {
                "key": "beds.staffed_beds",
                "value": "1 điều dưỡng / 6 giường",
                "confidence": "assumed",
                "source": "A01",
                "text_vi": "Số giường có nhân lực ước theo quy mô giường kế hoạch.",
                "text_en": "Staffed beds estimated from planned beds.",
            },
            {
                "key": "reported_cases.peak_per_100k",
                "value": 60,
                "confidence": "assumed",
                "source": "A11",
                "text_vi": "Đỉnh 60 ca báo cáo trên 100.000 dân một ngày.",
                "text_en": "Peak of 60 reported cases per 100,000 people a day.",
            },
            {
                "key": "surge.delay_days",
                "value": 7,
                "confidence": "assumed",
                "source": "A12",
                "text_vi": "Giường tăng cường mở được sau 7 ngày.",
                "text_en": "Surge beds can open after 7 days.",
            },
            {
                "key": "stays.severe.stay_days",
                "value": 9,
                "confidence": "derived",
                "source": "S31",
                "text_vi": "Ca nặng nằm viện trung bình 9 ngày.",
                "text_en": "Severe patients stay 9 days on average.",
            },
        ],
    }
    (folder / "plan.json").write_text(
        json.dumps(head, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _names() -> dict[str, str]:
    """Return names as the planner writes them: sites, groups, destinations and areas."""
    groups = {f"group:{c}:station:T1": f"Trạm y tế {name}" for c, (name, _, _) in CLUSTERS.items()}
    areas = {c: name for c, (name, _, _) in CLUSTERS.items()}
    return {f[0]: f[2] for f in FACILITIES} | groups | {OUTSIDE[0]: OUTSIDE[2]} | areas


def _write_inputs(folder: Path, plan: World, data_dir: Path) -> None:
    classes = [
        {
            "class_id": f"{s}_{p}",
            "disease": "covid",
            "population_group": "all",
            "severity": s,
            "phase": p,
            "care_level": k,
            "unmet_weight": w,
            "move_risk": 0.01,
            "travel_limit_minutes": 60,
            "needs_vehicle": int(w > 1),
            "top_tier_direct": int(w >= 20),
            "source": "A20",
            "confidence": "assumed",
        }
        for s, k, w in zip(SEVERITY, LEVELS, WEIGHT, strict=True)
        for p in ("acute", "recovering")
    ]
    pd.DataFrame(classes).to_csv(folder / "classes.csv", index=False)
    towns = communes()
    share = towns.population / towns.groupby("cluster").population.transform("sum")
    order = {c: i for i, c in enumerate(CLUSTERS)}
    rows = []
    for day in range(1, SOLVED + 1):
        new = plan.arrivals(day)
        for commune, cluster, part in zip(towns.commune, towns.cluster, share, strict=True):
            rows += [
                (day, commune, f"{s}_acute", new[order[cluster], i] * part)
                for i, s in enumerate(SEVERITY)
            ]
    pd.DataFrame(rows, columns=["day", "commune", "class_id", "patients"]).to_csv(
        folder / "arrivals.csv", index=False
    )
    pd.DataFrame({"area": towns.cluster, "commune": towns.commune}).to_csv(
        folder / "areas.csv", index=False
    )
    pairs = [(f[0], f[0]) for f in FACILITIES] + [
        (f"group:{r.cluster}:station:T1", f"tyt-{r.commune}") for r in towns.itertuples()
    ]
    pd.DataFrame([*pairs, (OUTSIDE[0], OUTSIDE[0])], columns=["planning_unit", "unit_id"]).to_csv(
        folder / "units.csv", index=False
    )
    (folder / "scenario.json").write_text(
        json.dumps(
            {"title": {"vi": "Delta, ít tiêm chủng", "en": "Delta, few vaccinated"}},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    tables = [(f"../{f.name}", f) for f in sorted(data_dir.parent.glob("*.csv"))]
    tables += [(f.name, f) for f in sorted(data_dir.glob("*.csv"))]
    sources = [
        {"path": path, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for path, file in tables
    ]
    (folder / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
