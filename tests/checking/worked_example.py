"""The worked example of docs/model.md section 7 as files, written by hand, and a wider one.

`narrow` is the example itself: one commune, two hospitals. `wide` adds a far commune, two health
stations planned as one group, a hospital outside, a surge bed and planning by cluster; each figure
that follows from these stands beside its sum.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]
GROUP = "group:K1:station:T1"


def rows(header: str, *lines: str) -> list[Row]:
    """Return rows of blank-separated cells; ``.`` is an empty cell."""
    names = header.split()
    out = []
    for line in lines:
        cells = line.split()
        assert len(cells) == len(names), line
        out.append({n: "" if c == "." else c for n, c in zip(names, cells, strict=True)})
    return out


@dataclass
class Folder:
    """Tables of a data folder and of a plan folder, before they are written."""

    data: dict[str, list[Row]]
    inputs: dict[str, list[Row]]
    tables: dict[str, list[Row]]
    scenario: dict[str, Any]
    plan: dict[str, Any]
    proof: dict[str, Any] = field(default_factory=dict)
    after: list[Callable[[Path], None]] = field(default_factory=list)

    def row(self, table: str, **match: object) -> Row:
        """Return the one row that matches."""
        pool = {**self.inputs, **self.tables, **self.data}[table]
        found = [r for r in pool if all(str(r[k]) == str(v) for k, v in match.items())]
        assert len(found) == 1, (table, match, found)
        return found[0]

    def add(self, table: str, **cells: object) -> None:
        """Add a row to a plan table, blank where nothing is said."""
        self.tables[table].append(dict(cells))

    def copy(self) -> Folder:
        return copy.deepcopy(self)

    def write(self, root: Path) -> Path:
        """Write everything under `root`, with true digests; return the plan folder."""
        home, plan = root / "data" / "worked", root / "plan"
        (plan / "inputs").mkdir(parents=True)
        home.mkdir(parents=True)
        shared = {
            "levels",
            "tiers",
            "kinds",
            "roles",
            "care_ratios",
            "patient_classes",
            "travel_rules",
            "oxygen_draw",
            "supervision",
        }
        sources = []
        for name, table in self.data.items():
            for row in table:
                for column in SURE.get(name, ()):
                    row.setdefault(column, "official")
                for column in CALLED.get(name, ()):
                    row.setdefault(column, next(iter(row.values())))
            path = (home.parent if name in shared else home) / f"{name}.csv"
            write_csv(path, table, name)
            relative = f"../{name}.csv" if name in shared else f"{name}.csv"
            sources.append({"path": relative, "sha256": digest(path)})
        for row in self.inputs["classes"]:
            row.setdefault("confidence", "official")
        for name, table in self.inputs.items():
            write_csv(plan / "inputs" / f"{name}.csv", table, name)
        (plan / "inputs" / "scenario.json").write_text(json.dumps(self.scenario), "utf-8")
        (plan / "inputs" / "sources.json").write_text(json.dumps(sources), "utf-8")
        for name, table in self.tables.items():
            for row in table if name != "baselines" else ():
                row.setdefault("confidence", "official")
            write_csv(plan / f"{name}.csv", table, name)
        if self.proof:
            np.savez_compressed(plan / "proof.npz", **self.proof)
        own = {p.name: digest(p) for p in sorted((plan / "inputs").iterdir())}
        (plan / "plan.json").write_text(json.dumps({**self.plan, "inputs_sha256": own}), "utf-8")
        for spoil in self.after:
            spoil(plan)
        return plan


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_csv(path: Path, table: list[Row], name: str) -> None:
    header = list(table[0]) if table else [*HEADERS[name].split(), *SURE.get(name, ("confidence",))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(table)


HEADERS = {
    "admissions": "day area unit class_id observed kind patients",
    "admissions_by_commune": "day commune unit class_id observed kind patients",
    "transfers": "day from_unit to_unit class_id pool direction patients minutes",
    "baselines": "baseline measure place care_level value",
    "in_house": "day unit class_id patients",
    "patients": "day place class_id state patients",
    "corridor": "day unit patients",
    "excess": "day unit care_level patients",
    "surge_beds": "day unit care_level beds",
    "places_kept": "day unit care_level places expected if_free",
    "capacity": "day unit care_level usable_beds surge_beds treated need_at_or_above devices",
    "home": "day cluster home_patients home_capacity unmet",
    "oxygen": "day unit drawn_lpm flow_lpm stored_m3 hours_to_empty short_m3",
    "routine": "unit_id care_level routine_patients",
    "devices": "unit_id device care_level devices routine_in_use",
    "links": "from_unit to_unit kind",
    "travel": "from_id to_id minutes closed_from closed_to",
    "mobile_stations": "mobile_station_id cluster_id home_patients",
}
"""Columns of tables that may be without rows; each plan table has its confidence after these."""
SURE = {
    "care_ratios": ("confidence",),
    "patient_classes": ("confidence",),
    "admin_units": ("population_confidence",),
    "units": ("confidence",),
    "beds": ("confidence", "surge_confidence"),
    "routine": ("confidence",),
    "devices": ("confidence",),
    "oxygen": ("confidence",),
    "oxygen_draw": (),
    "supervision": (),
    "staff": ("confidence",),
    "mobile_stations": ("confidence",),
    "links": (),
    "travel": (),
    "baselines": (),
}
"""Columns that say how sure the figures are; all official but where a test says otherwise."""

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


CALLED = {
    "roles": ("name_vi", "name_en"),
    "kinds": ("name_vi",),
    "admin_units": ("name",),
    "facilities": ("short_name",),
}
"""Names: everything is called by its id."""

PRICES: dict[str, list[str]] = {
    "waiting_balance": [
        "C1 CA 1 -200", "C1 CA 2 -188", "C1 CA 3 -140.666666667", "C1 SA 1 -135.166666667",
        "C1 SA 2 -74.333333333",
    ],
    "open_requests": ["C1 SA 13.791666667"],
    "treated_balance": [
        "A SA 1 -121.375", "A SA 2 -74.333333333", "A SR 2 -46.833333333", "B CA 1 -228",
        "B CA 2 -188", "B CA 3 -140.666666667", "B CR 1 -181.333333333", "B CR 3 -140.666666667",
        "B SA 1 -121.375", "B SA 2 -74.833333333", "B SR 2 -47.333333333",
    ],
    "boarding_balance": [
        "A CA 1 -230", "A CA 2 -190", "A CA 3 -110", "B CA 2 -188", "B CA 3 -110",
    ],
    "staffed_bed_capacity": ["B ICU 1 108.875", "B ICU 3 140.666666667"],
    "house_capacity": ["A 1 25", "A 2 46.833333333", "B 1 25.125", "B 2 47.333333333"],
    "corridor_boarders_only": ["A 2 21.833333333", "B 1 229.125", "B 2 24.333333333"],
}  # fmt: skip
"""Shadow prices of the example: with them weak duality proves that no plan has less harm."""
WAYS = {
    "admissions": ["C1 A SA 0", "C1 A SR 0", "C1 B SA 0", "C1 B SR 0", "C1 B CA 0", "C1 B CR 0"],
    "transfers": [
        "A B SA 0", "A B SR 0", "A B CA 0", "A B CR 0", "B A SA 0", "B A SR 0", "B A SR 1",
    ],
}  # fmt: skip
"""Every permitted way of the example: from, to, class, kind or direction."""


def axes(folder: Folder) -> dict[str, list[str]]:
    """Return the names on the axes of a proof."""
    units = list(dict.fromkeys(r["planning_unit"] for r in folder.inputs["units"]))
    outside = [r["unit_id"] for r in folder.data["units"] if r["intake"] == "out_of_province"]
    return {
        "areas": list(dict.fromkeys(r["area"] for r in folder.inputs["areas"])),
        "units": [*(u for u in units if u not in outside), *outside],
        "levels": ["OXY", "ICU"],
        "classes": [r["class_id"] for r in folder.inputs["classes"]],
        "roles": [r["role"] for r in folder.data["roles"]],
        "bases": [r["admin_unit_id"] for r in folder.data["admin_units"] if r["kind"] == "cluster"],
    }


def prove(folder: Folder) -> None:
    """Add the plan's side of the proof: all ways and the prices of the example."""
    names = axes(folder)
    planned = [u for u in names["units"] if u != "H"]
    index = {"O": names["areas"], "F": planned, "S": names["classes"], "K": names["levels"]}
    index["T"] = ["1", "2", "3"]
    letters = {"waiting_balance": "OST", "open_requests": "OS", "treated_balance": "FST"}
    letters |= {"boarding_balance": "FST", "staffed_bed_capacity": "FKT"}
    letters |= {"house_capacity": "FT", "corridor_boarders_only": "FT"}
    side: dict[str, Any] = {key: np.array(value) for key, value in names.items()}
    for row, lines in PRICES.items():
        figures = np.zeros([len(index[x]) for x in letters[row]])
        for line in lines:
            *key, price = line.split()
            figures[tuple(index[x].index(k) for x, k in zip(letters[row], key, strict=True))] = (
                price
            )
        side[f"price:{row}"] = figures
    for name, start in (("admissions", names["areas"]), ("transfers", names["units"])):
        ways = [line.split() for line in WAYS[name]]
        side[name] = np.array(
            [
                (start.index(a), names["units"].index(b), names["classes"].index(s), int(k))
                for a, b, s, k in ways
            ]
        )
    folder.proof |= {f"plan/{key}": value for key, value in side.items()}
    folder.plan["ways"] = {"offered": sum(map(len, WAYS.values()))}
    folder.plan["ways"]["permitted"] = folder.plan["ways"]["offered"]


def stand_beside(folder: Folder) -> None:
    """Let the plan itself stand beside it as the plan by the nearest free place."""
    names = axes(folder)
    planned = len([u for u in names["units"] if u != "H"])
    days, s, k = 3, len(names["classes"]), len(names["levels"])
    kinds = ("admission", "stabilise", "out_of_province")
    ways = ("step_up", "step_down", "lateral", "out_of_province")
    at = {key: {name: i for i, name in enumerate(value)} for key, value in names.items()}
    side: dict[str, Any] = {key: np.array(value) for key, value in names.items()}
    for name, axis, words, figures in (
        ("admissions", ("area", "unit"), kinds, ("admitted", "admitted_observed")),
        ("transfers", ("from_unit", "to_unit"), ways, ("moved",)),
    ):
        table = folder.tables[name]
        start = at["areas" if axis[0] == "area" else "units"]
        word = "kind" if name == "admissions" else "direction"
        side[name] = np.array(
            [
                (start[r[axis[0]]], at["units"][r[axis[1]]], at["classes"][r["class_id"]],
                 words.index(r[word]))
                for r in table
            ]
        ).reshape(-1, 4)  # fmt: skip
        side[figures[0]] = np.zeros((len(table), days))
        if len(figures) > 1:
            side[figures[1]] = np.zeros(len(table))
        for i, r in enumerate(table):
            if r.get("observed") == "1":
                side["admitted_observed"][i] = float(r["patients"])
            else:
                side[figures[0]][i, int(r["day"]) - 1] = float(r["patients"])
    side["in_house"], side["corridor"] = np.zeros((planned, s, days)), np.zeros((planned, days))
    side["surge_beds"] = np.zeros((planned, k, days))
    for r in folder.tables["in_house"]:
        key = at["units"][r["unit"]], at["classes"][r["class_id"]], int(r["day"]) - 1
        side["in_house"][key] = float(r["patients"])
    for r in folder.tables["surge_beds"]:
        key = at["units"][r["unit"]], at["levels"][r["care_level"]], int(r["day"]) - 1
        side["surge_beds"][key] = float(r["beds"])
    folder.proof |= {f"greedy/{key}": value for key, value in side.items()}
    folder.plan["baselines"] = {"greedy": copy.deepcopy(folder.plan["kpis"])}
    need = {r["class_id"]: r["care_level"] for r in folder.inputs["classes"]}
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for r in folder.tables["patients"]:
        here = found.setdefault((r["state"], r["place"], need[r["class_id"]]), {})
        here[r["day"]] = here.get(r["day"], 0.0) + float(r["patients"])
    folder.tables["baselines"] = [
        dict(zip(HEADERS["baselines"].split(), (name, f"{state}_{what}", *key, value), strict=True))
        for name in ("plan", "greedy")
        for (state, *key), days_ in found.items()
        for what, value in (("bed_days", sum(days_.values())), ("peak", max(days_.values())))
    ]


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
