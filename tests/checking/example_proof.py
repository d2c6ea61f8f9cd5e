"""What stands beside the worked example: its proof by prices, and the nearest free place."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from tests.checking.folder import HEADERS, Folder

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
