"""A stand-in for the planner: simple rules, so that the sample's figures hang together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tests.app.sample_data import (
    CLUSTERS,
    DAYS,
    FACILITIES,
    LEVELS,
    OUTSIDE,
    SEVERITY,
    SHARE,
    SOLVED,
    STAY,
    WEIGHT,
    bed_row,
    communes,
)


class World:
    """One run of the stand-in planner under some rules."""

    def __init__(self, wave: float, transfers: bool, step_down: bool, local: bool) -> None:
        self.units = [f[0] for f in FACILITIES] + [f"group:{c}:station:T1" for c in CLUSTERS]
        self.cluster = [f[5] for f in FACILITIES] + list(CLUSTERS)
        self.tier = [int(f[4][1]) for f in FACILITIES] + [1] * len(CLUSTERS)
        counts = communes().groupby("cluster").size()
        self.beds = np.array(
            [f[8] for f in FACILITIES] + [[3 * counts[c], 0, 0, 0, 0] for c in CLUSTERS], float
        )
        where = {f[0]: (f[6], f[7]) for f in FACILITIES}
        spot = [
            where.get(u, CLUSTERS[c][1:]) for u, c in zip(self.units, self.cluster, strict=True)
        ]
        self.km = np.array(
            [[math.hypot(110.6 * (a[0] - b[0]), 109.7 * (a[1] - b[1])) for b in spot] for a in spot]
        )
        self.from_area = np.array(
            [
                [
                    math.hypot(110.6 * (CLUSTERS[c][1] - b[0]), 109.7 * (CLUSTERS[c][2] - b[1]))
                    for b in spot
                ]
                for c in CLUSTERS
            ]
        )
        self.transfers, self.step_down, self.local, self.wave = transfers, step_down, local, wave
        self.rows: dict[str, list[dict[str, Any]]] = {
            k: []
            for k in ("admissions", "transfers", "patients", "corridor", "surge_beds", "capacity")
        }
        self.run()

    def arrivals(self, day: int) -> np.ndarray:
        towns = communes().groupby("cluster").population.sum()
        people = np.array([towns[c] for c in CLUSTERS]) / 1e5
        shape = math.exp(-0.5 * ((day - 16) / 8) ** 2)
        tilt = np.where(np.array(list(CLUSTERS)) == "950", 1.5, 1.0)
        return self.wave * np.outer(people * tilt * 11.5 * shape, SHARE)

    def run(self) -> None:
        shape = (len(self.units), 5)
        acute, well, board = (
            np.zeros(shape),
            np.floor(self.beds * min(0.35, self.wave * 0.35)),
            np.zeros(shape),
        )
        if (
            self.wave > 0.5
        ):  # the provincial hospital starts nearly full, some health centres hold who needs more
            well[0] = np.floor(self.beds[0] * 0.93)
            for f, k, n in (
                (16, 4, 2),
                (16, 3, 3),
                (11, 4, 1),
                (17, 3, 2),
                (14, 4, 1),
                (12, 3, 1),
                (9, 4, 1),
            ):
                board[f, k] = n
        waiting = np.floor(self.arrivals(1) * 1.6)
        for day in range(1, SOLVED + 1):
            opened = np.floor(self.beds / 4) * (0.0 if day <= 7 else 1.0)
            room = self.beds + opened
            if day > 1:
                worse = acute * 0.035
                acute, well = (
                    acute * 0.70,
                    well * (1 - 1 / np.array(STAY)) + acute * 0.26 - worse * 0.1,
                )
                board *= 0.93
                for i in range(4):
                    gets = worse[:, i] * (0.25, 0.5, 0.8, 1.6)[i]
                    board[:, i + 1] += gets
                waiting = waiting * 0.8 + self.arrivals(day)
            self.day(day, acute, well, board, waiting, room)
            self.write(day, acute, well, board, waiting, room, opened)

    def day(
        self,
        day: int,
        acute: np.ndarray,
        well: np.ndarray,
        board: np.ndarray,
        waiting: np.ndarray,
        room: np.ndarray,
    ) -> None:
        for k in range(4, -1, -1):

            def free(f: int, k: int = k) -> float:
                return float(room[f, k] - acute[f, k] - well[f, k])

            if self.transfers and self.step_down and k in (1, 2):
                for f in [i for i, t in enumerate(self.tier) if t == 3]:
                    spare = max(0.0, well[f, k] * 0.25 if free(f) < 0.35 * room[f, k] else 0.0)
                    for g in np.argsort(self.km[f]):
                        n = min(spare, free(g) * 0.3) if self.tier[g] == 2 and room[g, k] else 0.0
                        n = self.move(day, f, g, k, n, "treated", "step_down")
                        well[f, k] -= n
                        well[g, k] += n
                        spare -= n
            for f in np.argsort(-board[:, k]):
                stay = min(board[f, k], max(0.0, free(f)))
                board[f, k] -= stay
                acute[f, k] += stay
                for g in np.argsort(self.km[f]) if self.transfers else []:
                    n = (
                        min(board[f, k], max(0.0, free(g)))
                        if g != f and room[g, k] and self.tier[g] >= self.tier[f]
                        else 0.0
                    )
                    n = self.move(
                        day,
                        f,
                        g,
                        k,
                        n,
                        "boarding",
                        "step_up" if self.tier[g] > self.tier[f] else "lateral",
                    )
                    board[f, k] -= n
                    acute[g, k] += n
            for o, c in enumerate(CLUSTERS):
                near = [g for g in np.argsort(self.from_area[o]) if room[g, k]]
                near = [
                    g
                    for g in near
                    if self.cluster[g] == c
                    or (not self.local and (self.tier[g] == 3 or self.from_area[o][g] < 28))
                ] or near[:1]
                for g in near:
                    n = min(waiting[o, k], max(0.0, free(g)))
                    n = float(math.floor(n)) if day == 1 else n
                    waiting[o, k] -= n
                    acute[g, k] += n
                    self.rows["admissions"].append(
                        {
                            "day": day,
                            "area": c,
                            "unit": self.units[g],
                            "class_id": f"{SEVERITY[k]}_acute",
                            "observed": int(day == 1),
                            "kind": "admission",
                            "patients": n,
                        }
                    )
                if k == 4 and self.step_down and day > 3:
                    n = min(waiting[o, k], 0.15)
                    waiting[o, k] -= n
                    self.rows["admissions"].append(
                        {
                            "day": day,
                            "area": c,
                            "unit": OUTSIDE[0],
                            "class_id": "critical_acute",
                            "observed": 0,
                            "kind": "out_of_province",
                            "patients": n,
                        }
                    )

    def move(self, day: int, f: int, g: int, k: int, n: float, pool: str, direction: str) -> float:
        n = float(math.floor(n)) if day == 1 else n
        if n > 1e-9:
            phase = "recovering" if pool == "treated" else "acute"
            self.rows["transfers"].append(
                {
                    "day": day,
                    "from_unit": self.units[f],
                    "to_unit": self.units[g],
                    "class_id": f"{SEVERITY[k]}_{phase}",
                    "pool": pool,
                    "direction": direction,
                    "patients": n,
                    "minutes": max(1.0, round(1.4 * self.km[f][g])),
                }
            )
        return n

    def write(
        self,
        day: int,
        acute: np.ndarray,
        well: np.ndarray,
        board: np.ndarray,
        waiting: np.ndarray,
        room: np.ndarray,
        opened: np.ndarray,
    ) -> None:
        for f, u in enumerate(self.units):
            for k in range(5):
                for phase, state, n in (
                    ("acute", "treated", acute[f, k]),
                    ("recovering", "treated", well[f, k]),
                    ("acute", "boarding", board[f, k]),
                ):
                    self.rows["patients"].append(
                        {
                            "day": day,
                            "place": u,
                            "class_id": f"{SEVERITY[k]}_{phase}",
                            "state": state,
                            "patients": n,
                        }
                    )
                if room[f, k]:
                    known = bed_row(u, LEVELS[k], 1, u)["confidence"]
                    self.rows["capacity"].append(
                        {
                            "day": day,
                            "unit": u,
                            "care_level": LEVELS[k],
                            "usable_beds": self.beds[f, k],
                            "surge_beds": opened[f, k],
                            "treated": acute[f, k] + well[f, k],
                            "need_at_or_above": (acute + well)[f, k:].sum(),
                            "confidence": known,
                        }
                    )
                if opened[f, k]:
                    self.rows["surge_beds"].append(
                        {"day": day, "unit": u, "care_level": LEVELS[k], "beds": opened[f, k]}
                    )
            lying = max(0.0, acute[f].sum() + well[f].sum() + board[f].sum() - room[f].sum())
            self.rows["corridor"].append({"day": day, "unit": u, "patients": lying})
        for o, c in enumerate(CLUSTERS):
            for k in range(5):
                self.rows["patients"].append(
                    {
                        "day": day,
                        "place": c,
                        "class_id": f"{SEVERITY[k]}_acute",
                        "state": "waiting",
                        "patients": waiting[o, k],
                    }
                )

    def frame(self, name: str) -> pd.DataFrame:
        frame = pd.DataFrame(self.rows[name])
        value = next((c for c in ("patients", "beds") if c in frame), None)
        if value is not None and len(frame):
            frame = frame.loc[frame[value] > 1e-9].reset_index(drop=True)
        return frame

    def kpis(self) -> dict[str, Any]:
        people = self.frame("patients").query("day <= @DAYS").copy()
        people["level"] = people.class_id.map(lambda s: LEVELS[SEVERITY.index(s.rsplit("_", 1)[0])])
        bad = people[people.state != "treated"]
        days = bad.groupby(["level", "day"]).patients.sum()
        peaks = {k: days[k] for k in LEVELS if k in days.index.get_level_values(0)}
        moves = (
            self.frame("transfers")
            if self.rows["transfers"]
            else pd.DataFrame(columns=["day", "direction", "patients"])
        )
        moves = moves[moves.day <= DAYS].groupby("direction").patients.sum()
        adm = self.frame("admissions").query("day <= @DAYS")
        cap = (
            self.frame("capacity")
            .query("day <= @DAYS")
            .groupby(["unit", "day"])[["usable_beds", "surge_beds"]]
            .sum()
            .sum(axis=1)
        )
        house = people[people.place.isin(self.units)].groupby(["place", "day"]).patients.sum()
        load = (house.rename_axis(["unit", "day"]) / cap).dropna()
        top = load.idxmax()
        wait = bad[bad.state == "waiting"]
        areas = wait.groupby("place").patients.sum()
        state = bad.groupby("state").patients.sum()
        weight = dict(zip(LEVELS, WEIGHT, strict=True))
        return {
            "harm": float((bad.patients * bad.level.map(weight).astype(float)).sum()),
            "unmet_patient_days": {
                k: float(bad.loc[bad.level == k, "patients"].sum()) for k in LEVELS
            },
            "waiting_patient_days": float(state.get("waiting", 0)),
            "boarding_patient_days": float(state.get("boarding", 0)),
            "corridor_patient_days": float(
                self.frame("corridor").query("day <= @DAYS").patients.sum()
            )
            if len(self.frame("corridor"))
            else 0.0,
            "deaths_for_want_of_care": float(
                (bad.patients * bad.level.map(weight).astype(float)).sum()
            )
            / 900,
            "peak_short": {
                k: {"patients": float(s.max()), "day": int(s.idxmax())} for k, s in peaks.items()
            },
            "first_short_day": {
                k: next((int(d) for d, x in peaks[k].items() if x >= 0.5), None)
                if k in peaks
                else None
                for k in LEVELS
            },
            "transfers": {
                d: float(moves.get(d, 0))
                for d in ("step_up", "step_down", "lateral", "out_of_province")
            },
            "admissions_out_of_province": float(
                adm.loc[adm.kind == "out_of_province", "patients"].sum()
            ),
            "transfer_minutes": float(moves.sum() * 95),
            "worst_unit": {"unit": top[0], "day": int(top[1]), "share": float(load.max())},
            "worst_waiting_area": {"area": str(areas.idxmax()), "patient_days": float(areas.max())}
            if len(areas)
            else {"area": None, "patient_days": 0.0},
            "placed_in_time_share": float(
                1
                - min(
                    1.0,
                    wait.patients.sum() / max(1.0, 2 * adm.patients.sum() + wait.patients.sum()),
                )
            ),
        }

    def shortfalls(self) -> list[dict[str, Any]]:
        people = self.frame("patients").query("day <= @DAYS and state != 'treated'").copy()
        people["level"] = people.class_id.map(lambda s: LEVELS[SEVERITY.index(s.rsplit("_", 1)[0])])
        out = []
        for (place, level), rows in people.groupby(["place", "level"]):
            daily = rows.groupby("day").patients.sum()
            if daily.max() >= 0.5:
                out.append(
                    {
                        "place": place,
                        "place_kind": "unit" if place in self.units else "area",
                        "care_level": level,
                        "first_day": int(daily[daily >= 0.5].index[0]),
                        "peak_patients": float(daily.max()),
                        "peak_day": int(daily.idxmax()),
                        "patient_days": float(daily.sum()),
                    }
                )
        weight = dict(zip(LEVELS, WEIGHT, strict=True))
        return sorted(out, key=lambda s: -s["patient_days"] * weight[s["care_level"]])
