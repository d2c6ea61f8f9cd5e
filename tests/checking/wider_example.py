"""A wider example than the worked one, and one with ambulances of two classes.

`wide` adds a far commune, two health stations planned as one group, a hospital outside, a surge bed
and planning by cluster; each figure that follows from these stands beside its sum.
"""

from __future__ import annotations

import copy

from tests.checking.example_proof import stand_beside
from tests.checking.folder import HEADERS, Folder, rows
from tests.checking.worked_example import GROUP, capacity_rows, narrow, staff_assumption

WIDE_WAYS = 33
"""Ways of the wider example, admissions and transfers."""


def wide() -> Folder:
    """Return the wider example: harm 350.848611...

    153.125; the stabilised boarder 110 x (1 + 0.5 + 0.25) = 192.5; one patient out of the province
    5; lateness 4/1440 x (6.25 x 1 + 13.5 x 0.5) + 20/1440 x 13.5 x 1.
    """
    f = narrow()
    d = f.data
    for row in d["patient_classes"][2:]:
        row["top_tier_direct"] = "1"
    d["admin_units"] += rows(" ".join(d["admin_units"][0]), "C2 commune K1 1000 10.6 106.0 0 . .")
    d["facilities"] += rows(
        " ".join(d["facilities"][0]),
        "S1 station C1 K1 10.05 106.0 0 . .",
        "S2 station C2 K1 10.6 106.0 0 . .",
        "FH central . . 11.0 106.0 0 . .",
    )
    d["units"] += rows(
        " ".join(d["units"][0]),
        "U1 S1 T1 open . . .",
        "U2 S2 T1 open . . .",
        "H FH T2 out_of_province 1 . .",
    )
    d["beds"] += rows(" ".join(d["beds"][0]), "U1 OXY 1 1 1 0", "U2 OXY 1 1 1 0")
    f.row("beds", unit_id="B", care_level="ICU")["surge_limit"] = "1"
    f.row("devices", unit_id="B")["surge_devices"] = "1"
    d["staff"] += rows("unit_id role on_duty", "U1 NUR 1", "U2 NUR 1")

    f.inputs["classes"] = copy.deepcopy(d["patient_classes"])
    f.inputs["opening_census"] += rows("place class_id state patients", "C2 CA waiting 2")
    f.inputs["areas"] = rows("area commune", "K1 C1", "K1 C2")
    f.inputs["units"] += rows("planning_unit unit_id", f"{GROUP} U1", f"{GROUP} U2", "H H")
    f.scenario["areas"] = f.plan["areas"] = "clusters"

    split = rows(
        HEADERS["admissions_by_commune"],
        "1 C1 B SA 1 admission 1",
        "2 C1 A SA 0 admission 0.5",
        "1 C2 H CA 1 out_of_province 1",
        f"1 C2 {GROUP} CA 1 stabilise 1",
    )
    f.tables["admissions_by_commune"] = split
    f.tables["admissions"] = [
        {"area": "K1", **{k: v for k, v in r.items() if k != "commune"}} for r in split
    ]
    f.tables["patients"] += rows(
        HEADERS["patients"],
        f"1 {GROUP} CA boarding 1",
        f"2 {GROUP} CA boarding 0.5",
        f"3 {GROUP} CA boarding 0.25",
    )
    f.tables["surge_beds"] = rows(HEADERS["surge_beds"], "2 B ICU 1", "3 B ICU 1")
    f.row("places_kept", unit="B")["if_free"] = "0"  # 2 - 1 + 0.75 -> 1 is free
    f.tables["capacity"] = capacity_rows(
        f, {"A": {"OXY": 2}, "B": {"OXY": 1, "ICU": 1}, GROUP: {"OXY": 2}}
    )
    # minutes, people 3 : 1 -- to A (15, 174), B (15, 145), H (138, 58): 54.75, 47.5, 118;
    # late beyond 120: A (0, 54) 13.5; B (0, 25) 6.25; H (18, 0) 13.5
    late = 4 / 1440 * (6.25 + 13.5 * 0.5) + 20 / 1440 * 13.5
    harm = 153.125 + 192.5 + 5 + late
    f.plan["objective"]["harm"] = {"value": harm, "bound": None, "gap": None}
    f.plan["status"] = "feasible"
    # 0.01 x (47.5 + 118 + 54.75/2 + 33) + 1.5 transfers + 1 outside + 2 surge bed days x 0.1
    f.plan["objective"]["burden"] = {"value": 4.95875, "bound": 4.95875, "gap": 0.0}
    f.plan["kpis"].update(
        harm=harm,
        unmet_patient_days={"OXY": 0.0, "ICU": 3.125},
        boarding_patient_days=3.125,
        deaths_for_want_of_care=1.5625,
        peak_short={"ICU": {"patients": 2.0, "day": 1}},
        admissions_out_of_province=1.0,
        placed_in_time_share=0.0,  # the half patient of day 2 goes to A: late for some of K1
    )
    f.plan["shortfalls"].insert(
        0,
        {
            **f.plan["shortfalls"][0],
            "place": GROUP,
            "patient_days": 1.75,
        },
    )
    f.plan["names"] = {"A": "FA", "B": "FB", GROUP: "station K1", "H": "FH", "K1": "K1"}
    f.plan["assumptions"][0] = staff_assumption("NUR", 17.3, 22.0, 79)  # and 0.9 in each station
    f.proof = {}
    stand_beside(f)
    f.plan["ways"] = {"offered": 0, "permitted": WIDE_WAYS}
    return f


def ranked() -> Folder:
    """Return the worked example with ambulances of two classes, critical patients urgent.

    CA and CR need the better one. Day 2 takes 70.5 minutes of it; half must leave in each shift.
    """
    folder = narrow()
    folder.data["vehicle_classes"] = rows(
        "vehicle_class rank patients_per_trip oxygen", "ICU 2 1 1", "BASIC 1 1 1"
    )
    folder.data["vehicle_shifts"] = rows(
        "shift from_hour to_hour urgent_share", "day 6 18 0.5", "night 18 6 0.5"
    )
    folder.data["vehicles"] = rows(
        "base_unit vehicle_class shift vehicles minutes_per_day",
        "A BASIC . 1 480",
        "A ICU day 1 200",
        "A ICU night 1 100",
    )
    for table in (folder.data["patient_classes"], folder.inputs["classes"]):
        for row in table:
            critical = row["severity"] == "critical"
            row["vehicle_class"] = "ICU" if critical else ""
            row["urgent"] = "1" if row["class_id"] == "CA" else ""
    return folder
