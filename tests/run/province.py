"""Provinces on disk for whole runs: the template, and the worked example of docs/model.md."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from optimizer.checking.judge import check_plan
from optimizer.exchange.templates import write_template
from optimizer.run import Outcome, plan_scenario

ROOT = Path(__file__).resolve().parents[2]


def template(directory: Path) -> Path:
    """Write the template province and return its folder."""
    write_template(directory, "en")
    return directory


def wave(province: Path, name: str = "wave.yaml", **changes: Any) -> Path:
    """Write a scenario that extends the template's: a short one, with these keys changed."""
    text = {"extends": "scenario.yaml", "horizon_days": 6, "beyond_days": 0, **changes}
    path = province / name
    path.write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def planned(
    scenario: Path, province: Path, out: Path, *, explain: bool = False, reports: bool = False
) -> Outcome:
    """Plan, and hold the folder to the checker once more.

    `explain` and `reports` take nine tenths of the time here: only for tests that read them.
    """
    outcome = plan_scenario(scenario, data_dir=province, out=out, explain=explain, reports=reports)
    assert check_plan(out).violations == ()
    return outcome


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summary(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "plan.json").read_text(encoding="utf-8")))


def total(rows: list[dict[str, str]], **match: str) -> float:
    """Return the patients of the rows that match."""
    return sum(float(row["patients"]) for row in rows if all(row[k] == v for k, v in match.items()))


NOTE = "example,assumed"
WORKED: dict[str, str] = {
    "levels": """care_level,rank,name_vi,name_en,place
HOME,0,Nhà,Home,home
OXY,1,Oxy,Oxygen,bed
ICU,2,Hồi sức,Intensive care,bed
""",
    "tiers": "tier,rank,name_vi,name_en\nT1,1,Tầng 1,Tier 1\nT2,2,Tầng 2,Tier 2\n",
    "kinds": "kind,name_vi,name_en,commune_level,grouped\nhospital,Bệnh viện,Hospital,0,0\n",
    "roles": "role,name_vi,name_en,stands_in_for\nNUR,Điều dưỡng,Nurse,\n",
    "care_ratios": "care_level,role,care_phase,patients_per_staff,source,confidence\n"
    f"OXY,NUR,conventional,4,{NOTE}\nICU,NUR,conventional,2,{NOTE}\n",
    "patient_classes": "class_id,disease,population_group,severity,phase,care_level,unmet_weight,"
    "move_risk,travel_limit_minutes,ground_limit_minutes,needs_vehicle,top_tier_direct,source,"
    "confidence\n"
    f"CA,covid,all,critical,acute,ICU,20,0.05,60,,1,0,{NOTE}\n"
    f"CR,covid,all,critical,recovering,ICU,20,0.05,60,,1,0,{NOTE}\n"
    f"SA,covid,all,severe,acute,OXY,4,0.01,60,,1,0,{NOTE}\n"
    f"SR,covid,all,severe,recovering,OXY,4,0.01,60,,1,0,{NOTE}\n",
    "admin_units": "admin_unit_id,kind,name,name_ascii,parent_id,population,population_source,"
    "population_confidence,area_km2,area_source,area_confidence,lat,lon,coord_source,"
    "coord_confidence,island,island_confidence,remote,remote_confidence,valid_from,valid_to,"
    "merged_into,note\n"
    f"P,province,Tỉnh,,,,,,,,,9.60,105.95,{NOTE},0,assumed,0,assumed,,,,\n"
    f"K,cluster,Cụm,,P,,,,,,,9.60,105.95,{NOTE},0,assumed,0,assumed,,,,\n"
    f"c,commune,Xã,,K,1000,{NOTE},,,,9.60,105.95,{NOTE},0,assumed,0,assumed,,,,\n",
    "facilities": "facility_id,name,short_name,name_ascii,kind,ownership,hospital_class,"
    "hospital_class_confidence,specialty,admin_unit_id,cluster_id,lat,lon,coord_source,"
    "coord_confidence,island,oxygen_source,oxygen_confidence,existence_source,"
    "existence_confidence,valid_from,valid_to,note\n"
    f"FA,Bệnh viện A,A,,hospital,public,,,,c,K,9.61,105.95,{NOTE},0,central,assumed,{NOTE},,,\n"
    f"FB,Bệnh viện B,B,,hospital,public,,,,c,K,9.60,105.96,{NOTE},0,central,assumed,{NOTE},,,\n",
    "units": "unit_id,facility_id,tier,intake,daily_places,valid_from,valid_to,source,confidence\n"
    f"A,FA,T1,open,,,,{NOTE}\nB,FB,T2,open,,,,{NOTE}\n",
    "beds": "unit_id,care_level,planned_beds,physical_beds,staffed_beds,surge_limit,source,"
    "confidence,surge_source,surge_confidence\n"
    f"A,OXY,2,2,2,0,{NOTE},{NOTE}\nB,OXY,1,1,1,0,{NOTE},{NOTE}\nB,ICU,1,1,1,0,{NOTE},{NOTE}\n",
    "staff": "unit_id,role,heads,on_duty,source,confidence\n"
    f"A,NUR,100,50,{NOTE}\nB,NUR,100,50,{NOTE}\n",
    "links": f"from_unit,to_unit,kind,source,confidence\nA,B,refers_to,{NOTE}\n",
    "travel": "from_id,to_id,minutes,road_km,ferry_minutes,closed_from,closed_to,source,"
    "confidence\n"
    f"c,FA,10,,0,,,{NOTE}\nc,FB,12,,0,,,{NOTE}\nFA,FB,8,,0,,,{NOTE}\n",
    "vehicles": "base_unit,vehicle_class,vehicles,minutes_per_day,source,confidence\n"
    f"A,ambulance,9,1440,{NOTE}\n",
}
"""Tables of the worked example; staff and vehicles do not bind."""

HAZARDS = """pool,from_class,to_class,kind,probability
treated,SA,SA,keep,0.5
treated,SA,SR,keep,0.25
treated,SA,CA,worse,0.25
treated,SR,SR,keep,0.5
treated,CA,CA,keep,0.5
treated,CA,CR,keep,0.5
treated,CR,SR,keep,1
boarding,SA,SA,keep,0.5
boarding,SA,CA,worse,0.5
boarding,SR,SR,keep,0.5
boarding,CA,CA,keep,0.5
boarding,CA,,death,0.5
boarding,CR,SR,keep,1
waiting,SA,SA,keep,0.5
waiting,SA,CA,worse,0.5
waiting,SR,SR,keep,0.5
waiting,CA,,death,1
waiting,CR,SR,keep,1
"""
WORKED_SCENARIO = """title: {vi: Ví dụ, en: Worked example}
province: worked
start_date: 2026-11-23
horizon_days: 3
beyond_days: 0
areas: communes
route: explicit
disease: covid
explicit:
  arrivals: arrivals.csv
  open_requests: open.csv
  census: census.csv
hazards: hazards.csv
weights: {death: 100, corridor: 25, excess: 1000, move_event: 0, move_up: 2,
          move_down: 0.5, lateness: 0}
"""


def worked(directory: Path) -> Path:
    """Write the worked example's tables and scenario, and return the folder."""
    directory.mkdir(parents=True)
    for name, text in WORKED.items():
        (directory / f"{name}.csv").write_text(text, encoding="utf-8")
    rows = {
        "hazards": HAZARDS,
        "arrivals": "area,day,severity,count\nc,2,severe,0.5\n",
        "open": "area,severity,count\nc,severe,1\n",
        "census": "unit,severity,phase,state,count\nA,severe,acute,treated,1\n"
        "A,critical,acute,boarding,1\nB,critical,recovering,treated,1\n",
    }
    for name, text in rows.items():
        (directory / f"{name}.csv").write_text(text, encoding="utf-8")
    (directory / "scenario.yaml").write_text(WORKED_SCENARIO, encoding="utf-8")
    return directory
