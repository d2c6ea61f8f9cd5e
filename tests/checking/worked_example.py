"""The worked example of docs/model.md section 7 as files, written by hand.

`narrow` is the example itself: one commune, two hospitals. Each figure that follows from it stands
beside its sum.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.checking.example_proof import prove, stand_beside
from tests.checking.folder import HEADERS, Folder, Row, rows

GROUP = "group:K1:station:T1"

LEVEL = {"SA": "OXY", "SR": "OXY", "CA": "ICU", "CR": "ICU"}


def capacity_rows(folder: Folder, beds: dict[str, dict[str, int]], days: int = 3) -> list[Row]:
    """Return ``capacity.csv`` as the other tables have it."""
    out = []
    for day in range(1, days + 1):
        for unit, levels in beds.items():
            here = {
                r["class_id"]: float(r["patients"])
                for r in folder.tables["patients"]
                if r["place"] == unit and int(r["day"]) == day and r["state"] == "treated"
            }
            for level in ("OXY", "ICU"):
                treated = sum(x for s, x in here.items() if LEVEL[s] == level)
                above = sum(x for s, x in here.items() if level == "OXY" or LEVEL[s] == "ICU")
                surge = sum(
                    float(r["beds"])
                    for r in folder.tables["surge_beds"]
                    if (int(r["day"]), r["unit"], r["care_level"]) == (day, unit, level)
                )
                figures = (levels.get(level, 0), surge, treated, above)
                if any(figures):
                    key = (day, unit, level)
                    names = HEADERS["capacity"].split()
                    counted = folder.data["devices"] if (unit, level) == ("B", "ICU") else []
                    more = [int(r.get("surge_devices") or 0) for r in counted if day > 1]
                    devices = 1 + sum(more) if counted else ""
                    out.append(dict(zip(names, (*key, *figures, devices), strict=True)))
    return out


def staff_assumption(role: str, free: float, on_duty: float, share: int) -> dict[str, Any]:
    """Return what the plan says of a role: free for the wave of those on duty."""
    parts = f"{free:.1f} of {on_duty:.1f}", f"({share} %)", "10 %"
    text = f"{role}: {' '.join(parts)}"
    return {
        "key": f"staff.{role}",
        "value": {"free": free, "on_duty": on_duty},
        "confidence": "assumed",
        "source": "routine patients keep the staff the site gives them in ordinary times",
        "text_en": text,
        "text_vi": text.replace(".", ","),
    }


def narrow() -> Folder:
    """Return the worked example: harm 153.125."""
    data = {
        "levels": rows("care_level rank place", "HOME 0 home", "ICU 2 bed", "OXY 1 bed"),
        "tiers": rows("tier rank", "T1 1", "T2 2"),
        "kinds": rows("kind commune_level grouped", "hospital 0 0", "station 1 1", "central 0 0"),
        "roles": rows("role stands_in_for", "NUR .", "NUR_ICU NUR"),
        "care_ratios": rows(
            "care_level role care_phase patients_per_staff",
            "OXY NUR conventional 4",
            "ICU NUR conventional 2",
            "ICU NUR_ICU conventional 2",
            "ICU NUR crisis 9",
        ),
        "patient_classes": rows(
            "class_id disease population_group severity phase care_level unmet_weight move_risk "
            "travel_limit_minutes ground_limit_minutes needs_vehicle top_tier_direct",
            "SA covid all severe acute OXY 4 0.01 120 . 1 0",
            "SR covid all severe recovering OXY 4 0.01 120 . 1 0",
            "CA covid all critical acute ICU 20 0.05 120 . 1 0",
            "CR covid all critical recovering ICU 20 0.05 120 . 1 0",
        ),
        # great circle of 0.1 degrees: 11.1195 km
        "travel_rules": rows(
            "leg detour speed_kmh", "local 1.3 30", "city 1.3 40", "town 1.3 50", "central 1.3 60"
        ),
        "admin_units": rows(
            # a commune plans on after the reform that merged it
            "admin_unit_id kind parent_id population lat lon island valid_from valid_to",
            "P province . . . . . . .",
            "K1 cluster P . . . . . .",
            "C1 commune K1 3000 10.05 106.0 0 . 2025-06-30",
        ),
        "facilities": rows(
            "facility_id kind admin_unit_id cluster_id lat lon island valid_from valid_to",
            "FA hospital C1 K1 10.0 106.0 0 . .",
            "FB hospital C1 K1 10.1 106.0 0 2020-01-01 .",
        ),
        "units": rows(
            "unit_id facility_id tier intake daily_places valid_from valid_to",
            "A FA T1 open . . .",
            "B FB T2 open . . 2030-12-31",
            "AX FA T1 closed . . .",
            "BX FB T2 open . . 2025-06-30",
        ),
        "beds": rows(
            "unit_id care_level planned_beds physical_beds staffed_beds surge_limit",
            "A OXY 4 4 3 0",  # 3 staffed, 1 kept for ordinary patients: 2
            "B OXY 1 1 1 0",
            "B ICU 2 1 . 0",  # blank does not limit; 2 ventilators, 1 in use: 1 is left
            "AX ICU 5 5 5 0",
        ),
        "routine": rows("unit_id care_level routine_patients", "A OXY 1"),
        "devices": rows("unit_id device care_level devices routine_in_use", "B ventilator ICU 2 1"),
        # on duty for the wave: A 10 x 0.9 - 10 x 1/4 = 6.5 ; B 9 and 1.8
        "staff": rows("unit_id role on_duty", "A NUR 10", "B NUR 10", "B NUR_ICU 2"),
        "links": rows("from_unit to_unit kind", "A B refers_to"),
        "travel": rows("from_id to_id minutes closed_from closed_to", "C1 FA 60 . ."),
        "vehicles": rows("base_unit vehicle_class vehicles minutes_per_day", "A van 2 480"),
        "mobile_stations": rows("mobile_station_id cluster_id home_patients", "M1 K1 75"),
    }
    hazards = rows(
        "pool from_class to_class kind probability",
        "treated SA SA keep 0.5",
        "treated SA SR keep 0.25",
        "treated SA CA worse 0.25",
        "treated SR SR keep 0.5",
        "treated CA CA keep 0.5",
        "treated CA CR keep 0.5",
        "treated CR SR keep 1",
        "boarding SA SA keep 0.5",
        "boarding SA CA worse 0.5",
        "boarding SR SR keep 0.5",
        "boarding CA CA keep 0.5",
        "boarding CR SR keep 1",
        "waiting SA SA keep 0.5",
        "waiting SA CA worse 0.5",
        "waiting SR SR keep 0.5",
        "waiting CR SR keep 1",
    )
    inputs = {
        "classes": copy.deepcopy(data["patient_classes"]),
        "arrivals": rows("day commune class_id patients", "2 C1 SA 0.5"),
        "hazards": hazards,
        "deaths": rows("pool class_id probability", "boarding CA 0.5", "waiting CA 1"),
        "opening_census": rows(
            "place class_id state patients",
            "A SA treated 1",
            "A CA boarding 1",
            "B CR treated 1",
            "C1 SA waiting 1",
        ),
        "areas": rows("area commune", "C1 C1"),
        "units": rows("planning_unit unit_id", "A A", "B B"),
    }
    tables = {name: [] for name in HEADERS if name not in data}
    tables["admissions"] = rows(
        HEADERS["admissions"], "1 C1 B SA 1 admission 1", "2 C1 A SA 0 admission 0.5"
    )
    tables["transfers"] = rows(
        HEADERS["transfers"],
        "2 A B CA boarding step_up 0.75 22.0",
        "2 B A SR treated step_down 0.75 22.0",
    )
    tables["in_house"] = rows(HEADERS["in_house"], "2 B CA 0.25")
    tables["patients"] = rows(
        HEADERS["patients"],
        "1 A SA treated 1",
        "1 A CA boarding 1",
        "1 B SA treated 1",
        "1 B CR treated 1",
        "2 A SA treated 1",
        "2 A SR treated 1",
        "2 B SA treated 0.5",
        "2 B SR treated 0.5",
        "2 B CA treated 1",
        "3 A SA treated 0.5",
        "3 A SR treated 0.75",
        "3 A CA boarding 0.25",
        "3 B SA treated 0.25",
        "3 B SR treated 0.375",
        "3 B CA treated 0.5",
        "3 B CR treated 0.5",
        "3 B CA boarding 0.125",
    )
    tables["places_kept"] = rows(
        HEADERS["places_kept"], "2 B ICU 1 0.75 1", "2 A OXY 2 1.25 1"
    )  # free at B: 1 - 1 + 0.75 -> 0; at A: 2 - 2 + 1.25 -> 1
    tables["home"] = rows(HEADERS["home"], *(f"{t} K1 0 75 0" for t in (1, 2, 3)))
    scenario = {
        "title": {"vi": "Ví dụ", "en": "Worked example"},
        "start_date": "2026-11-23",
        "horizon_days": 3,
        "beyond_days": 0,
        "areas": "communes",
        "staff": {"care_phase": "conventional", "surge_absence": 0.10},
        "surge": {"delay_days": 1},
        "travel": {
            "nearest": 3,
            "transfer_nearest": 3,
            "prepare_minutes": 20,
            "handover_minutes": 30,
        },
        "weights": {
            "death": 100,
            "corridor": 25,
            "excess": 1000,
            "oxygen_short": 70,
            "move_event": 0,
            "move_up": 2,
            "move_down": 0.5,
            "lateness": 1,
            "out_of_province": 5,
            "move_elsewhere": 0,
        },
        "burden": {"minute": 0.01, "move": 1, "surge_bed_day": 0.1},
        "shocks": {
            "demand_factor": 1,
            "staff_factor": 1,
            "staff_from_day": 1,
            "staff_to_day": None,
            "vehicle_factor": 1,
            "roads_cut": [],
            "closed_facilities": [],
            "closing": [],
        },
        "options": {
            "lateral": False,
            "lateral_requests": [],
            "step_down": True,
            "transfers": True,
            "out_of_province": True,
            "local_only": False,
            "fairness": {"epsilon": 0.0},
        },
        "rules": {
            "wait": "allowed",
            "corridor": "boarders",
            "movers": "recovering",
            "sender_counts_move_day": False,
            "leaving_moves_once": False,
            "whole_window": False,
        },
        "stays": {},
        "hazards": None,
    }
    scenario["provenance"] = {
        key: {"source": "worked", "confidence": "official"} for key in scenario
    }
    plan = {
        "schema_version": 1,
        "plan_id": "worked",
        "data_dir": "../data/worked",
        "start_date": "2026-11-23",
        "horizon_days": 3,
        "solved_days": 3,
        "areas": "communes",
        "status": "optimal",
        "solver": "by hand",
        "title": {"vi": "Ví dụ", "en": "Worked example"},
        "names": {"A": "FA", "B": "FB", "C1": "C1"},
        "assumptions": [
            staff_assumption("NUR", 15.5, 20.0, 78),  # A 6.5, B 9
            staff_assumption("NUR_ICU", 1.8, 2.0, 90),
        ],
        "objective": {
            "harm": {"value": 153.125, "bound": 153.125, "gap": 0.0},
            "fairness": {"value": 0.0, "bound": 0.0, "gap": 0.0},
            # minutes: commune to A or B 15 (14.46 rounded up), A to B 22 (21.68):
            # 0.01 x (1.5 x 15 + 1.5 x 22) + 1.5 transfers
            "burden": {"value": 2.055, "bound": 2.0, "gap": 0.0275},
        },
        "kpis": {
            "harm": 153.125,
            "unmet_patient_days": {"OXY": 0.0, "ICU": 1.375},
            "waiting_patient_days": 0.0,
            "boarding_patient_days": 1.375,
            "corridor_patient_days": 0.0,
            "beds_lost": 0.0,
            "deaths_for_want_of_care": 0.6875,
            "peak_short": {
                "OXY": {"patients": 0.0, "day": None},
                "ICU": {"patients": 1.0, "day": 1},
            },
            "first_short_day": {"OXY": None, "ICU": 1},
            "transfers": {"step_up": 0.75, "step_down": 0.75, "lateral": 0, "out_of_province": 0},
            "admissions_out_of_province": 0.0,
            "transfer_minutes": 33.0,
            "worst_unit": {"unit": "A", "day": 1, "share": 1.0},
            "worst_waiting_area": {"area": None, "patient_days": 0.0},
            "placed_in_time_share": 1.0,
        },
        "shortfalls": [
            {
                "place": "A",
                "place_kind": "unit",
                "care_level": "ICU",
                "first_day": 1,
                "peak_patients": 1.0,
                "peak_day": 1,
                "patient_days": 1.25,
                "confidence": "official",
            }
        ],
    }
    folder = Folder(data, inputs, tables, scenario, plan)
    folder.tables["capacity"] = capacity_rows(folder, {"A": {"OXY": 2}, "B": {"OXY": 1, "ICU": 1}})
    prove(folder)
    stand_beside(folder)
    return folder


def breathing() -> Folder:
    """Return the worked example with oxygen in A and supervision in B, both just enough.

    In A 2, 2 and 1.5 people lie in beds on days 1 to 3: 20, 20 and 15 litres a minute, 28.8, 28.8
    and 21.6 m3. Ordinary patients draw 5, 7.2 m3 a day: 20 flow and 28.8 come for the wave. Left on
    day 3: 7.2, which last 7.2 / (0.06 x 20) = 6 hours.
    """
    f = narrow()
    f.data["supervision"] = rows(
        "care_level role care_phase patients_per_supervisor", "ICU NUR_ICU conventional 0.6"
    )  # 1 / 0.6 of the 1.8
    f.data["oxygen_draw"] = rows("care_level lpm_per_patient", "OXY 10", "ICU 30")
    f.data["oxygen"] = rows(
        "unit_id flow_lpm tank_m3 stored_m3 daily_supply_m3 routine_lpm", "A 25 100 0 36 5"
    )
    f.tables["oxygen"] = rows(
        HEADERS["oxygen"], "1 A 20 20 0 0.0 0", "2 A 20 20 0 0.0 0", "3 A 15 20 7.2 6.0 0"
    )
    return f
