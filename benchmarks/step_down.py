"""What step-down is worth: an intensive care centre without wards, beside two general hospitals.

``python -m benchmarks.step_down`` writes an invented province into a temporary folder, plans it
with and without step-down (`options.step_down`) by `referral plan`'s own machinery, prints both and
writes them into RESULTS.md. With wards in the centre the same wave shows how little it is worth
where a recovering patient finds a lower bed in the same house.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.texas import put_between
from optimizer.run import plan_scenario

MARK, END = "<!-- step-down table -->", "<!-- end of step-down table -->"
NOTE = "invented,assumed"
CENTRE_BEDS = 12
WARD_BEDS = 12

TABLES: Mapping[str, str] = {
    "levels": """care_level,rank,name_vi,name_en,place
HOME,0,Nhà,Home,home
OXY,1,Oxy,Oxygen,bed
ICU,2,Hồi sức,Intensive care,bed
""",
    "tiers": "tier,rank,name_vi,name_en\nT1,1,Tầng 1,Tier 1\nT2,2,Tầng 2,Tier 2\n",
    "kinds": "kind,name_vi,name_en,commune_level,grouped\nhospital,Bệnh viện,Hospital,0,0\n",
    "roles": "role,name_vi,name_en,stands_in_for\nNUR,Điều dưỡng,Nurse,\n",
    "care_ratios": "care_level,role,care_phase,patients_per_staff,source,confidence\n"
    f"OXY,NUR,conventional,8,{NOTE}\nICU,NUR,conventional,2,{NOTE}\n",
    "patient_classes": "class_id,disease,population_group,severity,phase,care_level,unmet_weight,"
    "move_risk,travel_limit_minutes,ground_limit_minutes,needs_vehicle,top_tier_direct,source,"
    "confidence\n"
    f"CA,covid,all,critical,acute,ICU,20,0.09,120,,1,1,{NOTE}\n"
    f"CR,covid,all,critical,recovering,ICU,15,0.09,120,,1,1,{NOTE}\n"
    f"VR,covid,all,convalescent,recovering,OXY,2,0.01,120,,1,0,{NOTE}\n",
    "admin_units": "admin_unit_id,kind,name,parent_id,population,population_source,"
    "population_confidence,lat,lon,coord_source,coord_confidence,island,island_confidence,remote,"
    "remote_confidence\n"
    f"P,province,Tỉnh,,,,,9.60,105.95,{NOTE},0,assumed,0,assumed\n"
    f"K,cluster,Cụm,P,,,,9.60,105.95,{NOTE},0,assumed,0,assumed\n"
    f"c,commune,Xã,K,100000,{NOTE},9.60,105.95,{NOTE},0,assumed,0,assumed\n",
    "facilities": "facility_id,name,short_name,kind,ownership,admin_unit_id,cluster_id,lat,lon,"
    "coord_source,coord_confidence,island,oxygen_source,oxygen_confidence,existence_source,"
    "existence_confidence,valid_from,valid_to\n"
    + "".join(
        f"F{u},{name},{u},hospital,public,c,K,{lat},105.95,{NOTE},0,central,assumed,{NOTE},,\n"
        for u, name, lat in (
            ("ICU", "Trung tâm hồi sức", 9.60),
            ("W1", "Bệnh viện đa khoa 1", 9.61),
            ("W2", "Bệnh viện đa khoa 2", 9.62),
        )
    ),
    "units": "unit_id,facility_id,tier,intake,daily_places,valid_from,valid_to,source,confidence\n"
    f"ICU,FICU,T2,open,,,,{NOTE}\nW1,FW1,T1,open,,,,{NOTE}\nW2,FW2,T1,open,,,,{NOTE}\n",
    "staff": "unit_id,role,heads,on_duty,source,confidence\n"
    f"ICU,NUR,100,50,{NOTE}\nW1,NUR,100,50,{NOTE}\nW2,NUR,100,50,{NOTE}\n",
    "travel": "from_id,to_id,minutes,ferry_minutes,closed_from,closed_to,source,confidence\n"
    f"c,FICU,20,0,,,{NOTE}\nc,FW1,15,0,,,{NOTE}\nc,FW2,15,0,,,{NOTE}\n"
    f"FICU,FW1,15,0,,,{NOTE}\nFICU,FW2,25,0,,,{NOTE}\n",
    "vehicles": "base_unit,vehicle_class,vehicles,minutes_per_day,source,confidence\n"
    f"ICU,ambulance,6,1440,{NOTE}\n",
}
"""The province but for its beds: one centre of tier 2, two general hospitals of tier 1."""

SCENARIO: Mapping[str, Any] = {
    "title": {"vi": "Trung tâm hồi sức không có khoa thường", "en": "A centre without wards"},
    "province": "centre",
    "start_date": "2026-11-23",
    "horizon_days": 21,
    "beyond_days": 7,
    "areas": "communes",
    "route": "explicit",
    "disease": "covid",
    "explicit": {
        "arrivals": [
            {"area": "c", "day": day, "severity": "critical", "count": 1.6} for day in range(1, 29)
        ]
    },
    "stays": {
        "critical": {"delay_days": 4, "stay_days": 7, "death_share": 0.1}
        | {"convalescent": "convalescent"}
        | {"waiting": {"delay_days": 1.5, "worse_share": 0, "death_share": 0.8}},
        "convalescent": {"stay_days": 8},
    },
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one plan comes to."""

    harm: float
    unmet: float
    deaths: float
    down: float


def write_centre(folder: Path, *, wards: bool, step_down: bool = True) -> Path:
    """Write the province, with or without wards in the centre, and return its scenario."""
    folder.mkdir(parents=True)
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    beds = [("ICU", "ICU", CENTRE_BEDS), ("W1", "OXY", 20), ("W2", "OXY", 20)]
    beds += [("ICU", "OXY", WARD_BEDS)] if wards else []
    lines = [f"{u},{k},{n},{n},{n},0,{NOTE},{NOTE}" for u, k, n in beds]
    head = (
        "unit_id,care_level,planned_beds,physical_beds,staffed_beds,surge_limit,source,confidence"
    )
    text = "\n".join([f"{head},surge_source,surge_confidence", *lines, ""])
    (folder / "beds.csv").write_text(text, encoding="utf-8")
    path = folder / "scenario.yaml"
    told = {**SCENARIO, "options": {"step_down": step_down}}
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def planned_centre(folder: Path, *, wards: bool, step_down: bool) -> Found:
    """Plan the centre; the checker judges the plan before it is published."""
    path = write_centre(folder / "data", wards=wards, step_down=step_down)
    told = plan_scenario(path, data_dir=path.parent, out=folder / "plan").summary
    kpis = told["kpis"]
    return Found(
        told["objective"]["harm"]["value"],
        kpis["unmet_patient_days"]["ICU"],
        kpis["deaths_for_want_of_care"],
        kpis["transfers"]["step_down"],
    )


def table(rows: Sequence[tuple[str, Found, Found]]) -> list[str]:
    """Return the Markdown table."""
    lines = [
        "A centre of 12 intensive care beds and two general hospitals of 20 oxygen beds, 1.6",
        "critical patients a day, 21 days shown and 7 beyond (invented;",
        "`python -m benchmarks.step_down`). Harm over all days solved, the rest over those shown.",
        "",
        "| the centre | step-down | harm | unmet ICU patient-days | deaths for want | moved down |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for what, yes, no in rows:
        for word, one in (("allowed", yes), ("not allowed", no)):
            figures = f"{one.harm:,.0f} | {one.unmet:,.1f} | {one.deaths:,.1f} | {one.down:,.1f}"
            lines.append(f"| {what} | {word} | {figures} |")
    return lines


def main() -> None:
    """Plan the four cases and write the table."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for what, wards in (("has no wards", False), (f"has {WARD_BEDS} ward beds", True)):
            both = [
                planned_centre(Path(temporary) / f"{wards}{down}", wards=wards, step_down=down)
                for down in (True, False)
            ]
            rows.append((what, both[0], both[1]))
    lines = table(rows)
    print("\n".join(lines))
    put_between(MARK, END, lines)


if __name__ == "__main__":
    main()
