"""Make a plausible plan folder, data folder and scenarios: invented figures on the real places.

Only the shape of the files matters (``docs/data-format.md``); the little simulation below stands in
for the planner so that the screens have figures that hang together.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DAYS, BEYOND = 28, 14
SOLVED = DAYS + BEYOND
START = "2026-11-23"
LEVELS = ["iso", "ward", "oxy", "hfnc", "icu"]
SEVERITY = ["mild", "moderate", "severe", "high_flow", "critical"]
SHARE = [0.28, 0.36, 0.28, 0.045, 0.035]
WEIGHT = [0.2, 1.0, 4.0, 10.0, 20.0]
STAY = [8.0, 7.0, 9.0, 10.0, 12.0]
CLUSTERS = {
    "941": ("Thành phố Sóc Trăng", 9.5956, 105.9567), "942": ("Châu Thành", 9.7056, 105.8978),
    "943": ("Kế Sách", 9.7600, 105.9775), "944": ("Mỹ Tú", 9.6369, 105.7967),
    "945": ("Cù Lao Dung", 9.6756, 106.1475), "946": ("Long Phú", 9.6253, 106.1267),
    "947": ("Mỹ Xuyên", 9.5561, 105.9850), "948": ("Ngã Năm", 9.5706, 105.6075),
    "949": ("Thạnh Trị", 9.4239, 105.7381), "950": ("Vĩnh Châu", 9.3289, 105.9758),
    "951": ("Trần Đề", 9.5219, 106.1946),
}  # fmt: skip
# id, name, short name, kind, tier, cluster, lat, lon, beds for the wave at iso, ward, oxy, hfnc, icu
FACILITIES: list[tuple[str, str, str, str, str, str, float, float, list[int]]] = [
    ("bvdk-tinh", "Bệnh viện Đa khoa tỉnh Sóc Trăng", "BVĐK tỉnh", "general", "T3", "941", 9.5864, 105.9961, [0, 60, 90, 26, 24]),
    ("quan-dan-y", "Bệnh viện Quân dân y tỉnh Sóc Trăng", "BV Quân dân y", "general", "T2", "941", 9.5878, 105.9717, [0, 24, 22, 4, 2]),
    ("hoang-tuan", "Bệnh viện Đa khoa Hoàng Tuấn", "BV Hoàng Tuấn", "private", "T2", "941", 9.5956, 105.9567, [0, 18, 14, 2, 2]),
    ("phuong-chau", "Bệnh viện Quốc tế Phương Châu Sóc Trăng", "BV Phương Châu", "private", "T2", "941", 9.5985, 105.9600, [0, 12, 8, 2, 0]),
    ("bv-30-4", "Bệnh viện 30 tháng 4 tỉnh Sóc Trăng", "BV 30/4", "general", "T2", "941", 9.5878, 105.9690, [0, 26, 20, 4, 2]),
    ("bv-27-2", "Bệnh viện Chuyên khoa 27 tháng 2", "BV 27/2", "special", "T1", "941", 9.6222, 105.9522, [30, 30, 12, 0, 0]),
    ("san-nhi", "Bệnh viện Chuyên khoa Sản - Nhi tỉnh Sóc Trăng", "BV Sản - Nhi", "special", "T2", "941", 9.6211, 106.0078, [0, 30, 26, 6, 4]),
    ("ttyt-soc-trang", "Trung tâm Y tế thành phố Sóc Trăng", "TTYT TP Sóc Trăng", "ttyt", "T1", "941", 9.5970, 105.9530, [20, 12, 0, 0, 0]),
    ("ttyt-chau-thanh", "Trung tâm Y tế huyện Châu Thành", "TTYT Châu Thành", "ttyt", "T2", "942", 9.7056, 105.8978, [10, 26, 14, 0, 0]),
    ("ttyt-ke-sach", "Trung tâm Y tế huyện Kế Sách", "TTYT Kế Sách", "ttyt", "T2", "943", 9.7600, 105.9775, [10, 40, 24, 2, 0]),
    ("ttyt-my-tu", "Trung tâm Y tế huyện Mỹ Tú", "TTYT Mỹ Tú", "ttyt", "T2", "944", 9.6341, 105.8114, [10, 26, 14, 0, 0]),
    ("ttyt-cu-lao-dung", "Trung tâm Y tế huyện Cù Lao Dung", "TTYT Cù Lao Dung", "ttyt", "T2", "945", 9.6756, 106.1475, [8, 14, 8, 0, 0]),
    ("ttyt-long-phu", "Trung tâm Y tế huyện Long Phú", "TTYT Long Phú", "ttyt", "T2", "946", 9.6253, 106.1267, [10, 24, 14, 0, 0]),
    ("ttyt-my-xuyen", "Trung tâm Y tế huyện Mỹ Xuyên", "TTYT Mỹ Xuyên", "ttyt", "T2", "947", 9.5561, 105.9850, [10, 40, 24, 2, 0]),
    ("ttyt-nga-nam", "Trung tâm Y tế thị xã Ngã Năm", "TTYT Ngã Năm", "ttyt", "T2", "948", 9.5706, 105.6075, [8, 20, 12, 0, 0]),
    ("ttyt-thanh-tri", "Trung tâm Y tế huyện Thạnh Trị", "TTYT Thạnh Trị", "ttyt", "T2", "949", 9.4239, 105.7381, [8, 20, 12, 0, 0]),
    ("ttyt-vinh-chau", "Trung tâm Y tế thị xã Vĩnh Châu", "TTYT Vĩnh Châu", "ttyt", "T2", "950", 9.3289, 105.9758, [10, 44, 26, 2, 0]),
    ("ttyt-tran-de", "Trung tâm Y tế huyện Trần Đề", "TTYT Trần Đề", "ttyt", "T2", "951", 9.5219, 106.1946, [8, 24, 14, 0, 0]),
]  # fmt: skip
OUTSIDE = ("bvdk-tw", "Bệnh viện Đa khoa Trung ương Cần Thơ", "BVĐK TW Cần Thơ", 10.0288, 105.7532)


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


def communes() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).parent / "communes.csv", comment="#", dtype={"commune": str, "cluster": str})


def _save(folder: Path, name: str, rows: list[dict[str, Any]] | pd.DataFrame, **columns: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows).assign(**columns)
    (folder / name).write_text("# sample of the tests\n" + frame.to_csv(index=False), encoding="utf-8")


def write_data(folder: Path) -> None:
    """Write the shared tables and those of the province."""
    home = [dict(care_level="home", rank=0, name_vi="Theo dõi tại nhà", name_en="Home", place="home")]
    names = [("Thu dung", "Observation"), ("Nội trú", "Ward"), ("Thở oxy", "Mask oxygen"),
             ("HFNC, không xâm lấn", "HFNC / NIV"), ("Hồi sức (ICU)", "ICU")]  # fmt: skip
    _save(folder, "levels.csv", home + [
        dict(care_level=k, rank=i + 1, name_vi=vi, name_en=en, place="bed") for i, (k, (vi, en)) in enumerate(zip(LEVELS, names, strict=True))
    ])  # fmt: skip
    _save(folder, "tiers.csv", [dict(tier=f"T{i}", rank=i, name_vi=f"Tầng {i}", name_en=f"Tier {i}") for i in (1, 2, 3)])
    _save(folder, "kinds.csv", [
        dict(kind="station", name_vi="Trạm y tế", name_en="Commune station", commune_level=1, grouped=1),
        dict(kind="ttyt", name_vi="Trung tâm y tế", name_en="Health centre", commune_level=0, grouped=0),
        dict(kind="general", name_vi="Bệnh viện đa khoa", name_en="General hospital", commune_level=0, grouped=0),
        dict(kind="private", name_vi="Bệnh viện tư", name_en="Private hospital", commune_level=0, grouped=0),
        dict(kind="special", name_vi="Bệnh viện chuyên khoa", name_en="Special hospital", commune_level=0, grouped=0),
    ])  # fmt: skip
    _save(folder, "roles.csv", [dict(role="NUR", name_vi="Điều dưỡng", name_en="Nurse", stands_in_for="")])
    place = folder / "soc_trang"
    towns = communes()
    source = dict(population_source="S02", population_confidence="official", coord_source="S05", coord_confidence="open_data",
                  island_confidence="assumed", remote_confidence="assumed")  # fmt: skip
    admin = [dict(admin_unit_id="94", kind="province", name="Tỉnh Sóc Trăng", parent_id="", population=1199653,
                  area_km2=3298.2, lat=9.5528, lon=105.9167)]  # fmt: skip
    admin += [dict(admin_unit_id=c, kind="cluster", name=n, parent_id="94", lat=lat, lon=lon,
                   population=int(towns.loc[towns.cluster == c, "population"].sum())) for c, (n, lat, lon) in CLUSTERS.items()]  # fmt: skip
    admin += [dict(admin_unit_id=r.commune, kind="commune", name=r.name_, parent_id=r.cluster, lat=r.lat, lon=r.lon,
                   population=r.population) for r in towns.rename(columns={"name": "name_"}).itertuples()]  # fmt: skip
    _save(place, "admin_units.csv", admin, island=0, remote=0, **source)
    sites, units, beds = [], [], []
    for fid, name, short, kind, tier, cluster, lat, lon, counts in FACILITIES:
        sites.append(dict(facility_id=fid, name=name, short_name=short, kind=kind, cluster_id=cluster, lat=lat, lon=lon))
        units.append(dict(unit_id=fid, facility_id=fid, tier=tier, intake="open"))
        beds += [_bed(fid, k, n, fid) for k, n in zip(LEVELS, counts, strict=True) if n]
    for r in towns.rename(columns={"name": "name_"}).itertuples():
        fid = f"tyt-{r.commune}"
        sites.append(dict(facility_id=fid, name=f"Trạm Y tế {r.name_}", short_name=f"TYT {r.name_}", kind="station",
                          admin_unit_id=r.commune, cluster_id=r.cluster, lat=r.lat, lon=r.lon))  # fmt: skip
        units.append(dict(unit_id=fid, facility_id=fid, tier="T1", intake="open"))
        beds.append(_bed(fid, "iso", 3, fid))
    sites.append(dict(facility_id=OUTSIDE[0], name=OUTSIDE[1], short_name=OUTSIDE[2], kind="general", lat=OUTSIDE[3], lon=OUTSIDE[4]))
    units.append(dict(unit_id=OUTSIDE[0], facility_id=OUTSIDE[0], tier="T3", intake="out_of_province", daily_places=2))
    _save(place, "facilities.csv", sites, ownership="public", island=0, coord_source="S05", coord_confidence="derived",
          oxygen_source="central", oxygen_confidence="assumed", existence_source="S12", existence_confidence="open_data")  # fmt: skip
    _save(place, "units.csv", units, source="A01", confidence="assumed")
    _save(place, "beds.csv", beds)


def _bed(unit: str, level: str, beds: int, fid: str) -> dict[str, Any]:
    known = "official" if fid in ("bvdk-tinh", "san-nhi") and level in ("oxy", "ward") else "assumed"
    return dict(unit_id=unit, care_level=level, planned_beds=beds, physical_beds=beds, staffed_beds=beds,
                surge_limit=beds // 4, source="A01", confidence=known, surge_source="A02", surge_confidence="assumed")  # fmt: skip


def write_scenarios(folder: Path) -> None:
    (folder / "base").mkdir(parents=True, exist_ok=True)
    (folder / "base" / "delta.yaml").write_text(
        "title: {vi: 'Delta, ít tiêm chủng', en: 'Delta, few vaccinated'}\nhorizon_days: 28\nareas: clusters\n", encoding="utf-8"
    )
    (folder / "soc_trang_delta.yaml").write_text("extends: base/delta.yaml\nprovince: soc_trang\nstart_date: 2026-11-23\n", encoding="utf-8")
    (folder / "soc_trang_roads_cut.yaml").write_text(
        "extends: base/delta.yaml\nprovince: soc_trang\ntitle: {vi: 'Delta, phà ngừng chạy', en: 'Delta, ferries stopped'}\n", encoding="utf-8"
    )


# --------------------------------------------------------------------------- a stand-in for the planner


class _World:
    """One run of the stand-in planner under some rules."""

    def __init__(self, wave: float, transfers: bool, step_down: bool, local: bool) -> None:
        self.units = [f[0] for f in FACILITIES] + [f"group:{c}:station:T1" for c in CLUSTERS]
        self.cluster = [f[5] for f in FACILITIES] + list(CLUSTERS)
        self.tier = [int(f[4][1]) for f in FACILITIES] + [1] * len(CLUSTERS)
        counts = communes().groupby("cluster").size()
        self.beds = np.array([f[8] for f in FACILITIES] + [[3 * counts[c], 0, 0, 0, 0] for c in CLUSTERS], float)
        where = {f[0]: (f[6], f[7]) for f in FACILITIES}
        spot = [where.get(u, CLUSTERS[c][1:]) for u, c in zip(self.units, self.cluster, strict=True)]
        self.km = np.array([[math.hypot(110.6 * (a[0] - b[0]), 109.7 * (a[1] - b[1])) for b in spot] for a in spot])
        self.from_area = np.array([[math.hypot(110.6 * (CLUSTERS[c][1] - b[0]), 109.7 * (CLUSTERS[c][2] - b[1])) for b in spot] for c in CLUSTERS])
        self.transfers, self.step_down, self.local, self.wave = transfers, step_down, local, wave
        self.rows: dict[str, list[dict[str, Any]]] = {k: [] for k in ("admissions", "transfers", "patients", "corridor", "surge_beds", "capacity")}
        self.run()

    def arrivals(self, day: int) -> np.ndarray:
        towns = communes().groupby("cluster").population.sum()
        people = np.array([towns[c] for c in CLUSTERS]) / 1e5
        shape = math.exp(-0.5 * ((day - 16) / 8) ** 2)
        tilt = np.where(np.array(list(CLUSTERS)) == "950", 1.5, 1.0)
        return self.wave * np.outer(people * tilt * 11.5 * shape, SHARE)

    def run(self) -> None:
        shape = (len(self.units), 5)
        acute, well, board = np.zeros(shape), np.floor(self.beds * min(0.35, self.wave * 0.35)), np.zeros(shape)
        if self.wave > 0.5:  # the provincial hospital starts nearly full, some health centres hold who needs more
            well[0] = np.floor(self.beds[0] * 0.93)
            for f, k, n in ((16, 4, 2), (16, 3, 3), (11, 4, 1), (17, 3, 2), (14, 4, 1), (12, 3, 1), (9, 4, 1)):
                board[f, k] = n
        waiting = np.floor(self.arrivals(1) * 1.6)
        for day in range(1, SOLVED + 1):
            opened = np.floor(self.beds / 4) * (0.0 if day <= 7 else 1.0)
            room = self.beds + opened
            if day > 1:
                worse = acute * 0.035
                acute, well = acute * 0.70, well * (1 - 1 / np.array(STAY)) + acute * 0.26 - worse * 0.1
                board *= 0.93
                for i in range(4):
                    gets = worse[:, i] * (0.25, 0.5, 0.8, 1.6)[i]
                    board[:, i + 1] += gets
                waiting = waiting * 0.8 + self.arrivals(day)
            self.day(day, acute, well, board, waiting, room)
            self.write(day, acute, well, board, waiting, room, opened)

    def day(self, day: int, acute: np.ndarray, well: np.ndarray, board: np.ndarray, waiting: np.ndarray, room: np.ndarray) -> None:
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
                    n = min(board[f, k], max(0.0, free(g))) if g != f and room[g, k] and self.tier[g] >= self.tier[f] else 0.0
                    n = self.move(day, f, g, k, n, "boarding", "step_up" if self.tier[g] > self.tier[f] else "lateral")
                    board[f, k] -= n
                    acute[g, k] += n
            for o, c in enumerate(CLUSTERS):
                near = [g for g in np.argsort(self.from_area[o]) if room[g, k]]
                near = [g for g in near if self.cluster[g] == c or (not self.local and (self.tier[g] == 3 or self.from_area[o][g] < 28))] or near[:1]
                for g in near:
                    n = min(waiting[o, k], max(0.0, free(g)))
                    n = float(math.floor(n)) if day == 1 else n
                    waiting[o, k] -= n
                    acute[g, k] += n
                    self.rows["admissions"].append(dict(day=day, area=c, unit=self.units[g], class_id=f"{SEVERITY[k]}_acute",
                                                        observed=int(day == 1), kind="admission", patients=n))  # fmt: skip
                if k == 4 and self.step_down and day > 3:
                    n = min(waiting[o, k], 0.15)
                    waiting[o, k] -= n
                    self.rows["admissions"].append(dict(day=day, area=c, unit=OUTSIDE[0], class_id="critical_acute", observed=0, kind="out_of_province", patients=n))

    def move(self, day: int, f: int, g: int, k: int, n: float, pool: str, direction: str) -> float:
        n = float(math.floor(n)) if day == 1 else n
        if n > 1e-9:
            phase = "recovering" if pool == "treated" else "acute"
            self.rows["transfers"].append(dict(day=day, from_unit=self.units[f], to_unit=self.units[g], class_id=f"{SEVERITY[k]}_{phase}",
                                               pool=pool, direction=direction, patients=n))  # fmt: skip
        return n

    def write(self, day: int, acute: np.ndarray, well: np.ndarray, board: np.ndarray, waiting: np.ndarray, room: np.ndarray, opened: np.ndarray) -> None:
        for f, u in enumerate(self.units):
            for k in range(5):
                for phase, state, n in (("acute", "treated", acute[f, k]), ("recovering", "treated", well[f, k]), ("acute", "boarding", board[f, k])):
                    self.rows["patients"].append(dict(day=day, place=u, class_id=f"{SEVERITY[k]}_{phase}", state=state, patients=n))
                if room[f, k]:
                    known = _bed(u, LEVELS[k], 1, u)["confidence"]
                    self.rows["capacity"].append(dict(day=day, unit=u, care_level=LEVELS[k], usable_beds=self.beds[f, k], surge_beds=opened[f, k],
                                                      treated=acute[f, k] + well[f, k], need_at_or_above=(acute + well)[f, k:].sum(), confidence=known))  # fmt: skip
                if opened[f, k]:
                    self.rows["surge_beds"].append(dict(day=day, unit=u, care_level=LEVELS[k], beds=opened[f, k]))
            lying = max(0.0, acute[f].sum() + well[f].sum() + board[f].sum() - room[f].sum())
            self.rows["corridor"].append(dict(day=day, unit=u, patients=lying))
        for o, c in enumerate(CLUSTERS):
            for k in range(5):
                self.rows["patients"].append(dict(day=day, place=c, class_id=f"{SEVERITY[k]}_acute", state="waiting", patients=waiting[o, k]))

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
        moves = self.frame("transfers") if self.rows["transfers"] else pd.DataFrame(columns=["day", "direction", "patients"])
        moves = moves[moves.day <= DAYS].groupby("direction").patients.sum()
        adm = self.frame("admissions").query("day <= @DAYS")
        cap = self.frame("capacity").query("day <= @DAYS").groupby(["unit", "day"])[["usable_beds", "surge_beds"]].sum().sum(axis=1)
        house = people[people.place.isin(self.units)].groupby(["place", "day"]).patients.sum()
        load = (house.rename_axis(["unit", "day"]) / cap).dropna()
        top = load.idxmax()
        wait = bad[bad.state == "waiting"]
        areas = wait.groupby("place").patients.sum()
        state = bad.groupby("state").patients.sum()
        weight = dict(zip(LEVELS, WEIGHT, strict=True))
        return {
            "harm": float((bad.patients * bad.level.map(weight)).sum()),
            "unmet_patient_days": {k: float(bad.loc[bad.level == k, "patients"].sum()) for k in LEVELS},
            "waiting_patient_days": float(state.get("waiting", 0)), "boarding_patient_days": float(state.get("boarding", 0)),
            "corridor_patient_days": float(self.frame("corridor").query("day <= @DAYS").patients.sum()) if len(self.frame("corridor")) else 0.0,
            "deaths_for_want_of_care": float((bad.patients * bad.level.map(weight)).sum()) / 900,
            "peak_short": {k: {"patients": float(s.max()), "day": int(s.idxmax())} for k, s in peaks.items()},
            "first_short_day": {k: next((int(d) for d, x in peaks[k].items() if x >= 0.5), None) if k in peaks else None for k in LEVELS},
            "transfers": {d: float(moves.get(d, 0)) for d in ("step_up", "step_down", "lateral", "out_of_province")},
            "admissions_out_of_province": float(adm.loc[adm.kind == "out_of_province", "patients"].sum()),
            "transfer_minutes": float(moves.sum() * 95), "worst_unit": {"unit": top[0], "day": int(top[1]), "share": float(load.max())},
            "worst_waiting_area": {"area": str(areas.idxmax()), "patient_days": float(areas.max())} if len(areas) else {"area": None, "patient_days": 0.0},
            "placed_in_time_share": float(1 - min(1.0, wait.patients.sum() / max(1.0, 2 * adm.patients.sum() + wait.patients.sum()))),
        }  # fmt: skip

    def shortfalls(self) -> list[dict[str, Any]]:
        people = self.frame("patients").query("day <= @DAYS and state != 'treated'").copy()
        people["level"] = people.class_id.map(lambda s: LEVELS[SEVERITY.index(s.rsplit("_", 1)[0])])
        out = []
        for (place, level), rows in people.groupby(["place", "level"]):
            daily = rows.groupby("day").patients.sum()
            if daily.max() >= 0.5:
                out.append(dict(place=place, place_kind="unit" if place in self.units else "area", care_level=level,
                                first_day=int(daily[daily >= 0.5].index[0]), peak_patients=float(daily.max()),
                                peak_day=int(daily.idxmax()), patient_days=float(daily.sum())))  # fmt: skip
        weight = dict(zip(LEVELS, WEIGHT, strict=True))
        return sorted(out, key=lambda s: -s["patient_days"] * weight[s["care_level"]])


def write_plan(folder: Path, data_dir: Path, wave: float) -> None:
    """Write the plan folder from one run of the stand-in and its three rivals."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inputs").mkdir(exist_ok=True)
    plan = _World(wave, transfers=True, step_down=True, local=False)
    rivals = {
        "no_transfers": _World(wave, transfers=False, step_down=False, local=False).kpis(),
        "greedy": _World(wave, transfers=True, step_down=False, local=False).kpis(),
        "local_only": _World(wave, transfers=False, step_down=False, local=True).kpis(),
    }
    for name in ("admissions", "transfers", "patients", "corridor", "surge_beds", "capacity"):
        frame = plan.frame(name)
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")
    pd.DataFrame(columns=["day", "unit", "class_id", "patients"]).to_csv(folder / "in_house.csv", index=False)
    pd.DataFrame(columns=["day", "unit", "care_level", "patients"]).to_csv(folder / "excess.csv", index=False)
    into = plan.frame("transfers") if plan.rows["transfers"] else pd.DataFrame(columns=["day", "to_unit", "class_id", "patients"])
    into = into[into.day.isin([2, 3])].assign(care_level=lambda d: [LEVELS[SEVERITY.index(s.rsplit("_", 1)[0])] for s in d.class_id])
    kept = into.groupby(["day", "to_unit", "care_level"], as_index=False).patients.sum().rename(columns={"to_unit": "unit", "patients": "expected"})
    kept["places"] = np.ceil(kept.expected).astype(int) if len(kept) else []
    kept["if_free"] = (kept.index % 3 == 1).astype(int) * kept.places
    kept[["day", "unit", "care_level", "places", "expected", "if_free"]].to_csv(folder / "places_kept.csv", index=False)
    home = [dict(day=d, cluster=c, home_patients=wave * 60 * math.exp(-0.5 * ((d - 15) / 8) ** 2), home_capacity=75.0,
                 unmet=max(0.0, wave * 60 * math.exp(-0.5 * ((d - 15) / 8) ** 2) - 75)) for d in range(1, SOLVED + 1) for c in CLUSTERS]  # fmt: skip
    pd.DataFrame(home).to_csv(folder / "home.csv", index=False)
    rows = [dict(baseline=b, measure=m, place="", care_level="", value=v) for b, k in rivals.items() for m, v in k.items() if isinstance(v, float)]
    pd.DataFrame(rows).to_csv(folder / "baselines.csv", index=False)
    _write_inputs(folder / "inputs", plan)
    kpis = plan.kpis()
    cap = plan.frame("capacity").query("day == 1").groupby("confidence").usable_beds.sum()
    head = dict(
        schema_version=1, plan_id=folder.name, referral_version="0.1.0", province="soc_trang", data_dir=str(data_dir),
        scenario="soc_trang_delta", start_date=START, horizon_days=DAYS, solved_days=SOLVED, areas="clusters", status="optimal",
        objective={"harm": {"value": kpis["harm"], "bound": kpis["harm"] * 0.996, "gap": 0.004},
                   "burden": {"value": 812.5, "bound": 812.5, "gap": 0.0}},
        seconds={"read": 0.8, "baselines": 2.1, "harm": 6.4, "burden": 3.2, "whole people": 1.9, "check": 0.7},
        versions={"python": "3.11", "ortools": "9.15"}, inputs_sha256="0" * 64, kpis=kpis, baselines=rivals,
        shortfalls=plan.shortfalls(), checked=True,
        confidence_share={k: float(cap.get(k, 0) / cap.sum()) for k in ("official", "open_data", "derived", "assumed")},
        assumptions=[
            dict(key="beds.staffed_beds", value="1 điều dưỡng / 6 giường", confidence="assumed", source="A01",
                 text_vi="Số giường có nhân lực ước theo quy mô giường kế hoạch.", text_en="Staffed beds estimated from planned beds."),
            dict(key="reported_cases.peak_per_100k", value=60, confidence="assumed", source="A11",
                 text_vi="Đỉnh 60 ca báo cáo trên 100.000 dân một ngày.", text_en="Peak of 60 reported cases per 100,000 people a day."),
            dict(key="surge.delay_days", value=7, confidence="assumed", source="A12",
                 text_vi="Giường tăng cường mở được sau 7 ngày.", text_en="Surge beds can open after 7 days."),
            dict(key="stays.severe.stay_days", value=9, confidence="derived", source="S31",
                 text_vi="Ca nặng nằm viện trung bình 9 ngày.", text_en="Severe patients stay 9 days on average."),
        ],
    )  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(head, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_inputs(folder: Path, plan: _World) -> None:
    classes = [dict(class_id=f"{s}_{p}", disease="covid", population_group="all", severity=s, phase=p, care_level=k, unmet_weight=w,
                    move_risk=0.01, travel_limit_minutes=60, needs_vehicle=int(w > 1), top_tier_direct=int(w >= 20), source="A20",
                    confidence="assumed") for s, k, w in zip(SEVERITY, LEVELS, WEIGHT, strict=True) for p in ("acute", "recovering")]  # fmt: skip
    pd.DataFrame(classes).to_csv(folder / "classes.csv", index=False)
    towns = communes()
    share = towns.population / towns.groupby("cluster").population.transform("sum")
    order = {c: i for i, c in enumerate(CLUSTERS)}
    rows = []
    for day in range(1, SOLVED + 1):
        new = plan.arrivals(day)
        for commune, cluster, part in zip(towns.commune, towns.cluster, share, strict=True):
            rows += [(day, commune, f"{s}_acute", new[order[cluster], i] * part) for i, s in enumerate(SEVERITY)]
    pd.DataFrame(rows, columns=["day", "commune", "class_id", "patients"]).to_csv(folder / "arrivals.csv", index=False)
    pd.DataFrame({"area": towns.cluster, "commune": towns.commune}).to_csv(folder / "areas.csv", index=False)
    pairs = [(f[0], f[0]) for f in FACILITIES] + [(f"group:{r.cluster}:station:T1", f"tyt-{r.commune}") for r in towns.itertuples()]
    pd.DataFrame([*pairs, (OUTSIDE[0], OUTSIDE[0])], columns=["planning_unit", "unit_id"]).to_csv(folder / "units.csv", index=False)
    (folder / "scenario.json").write_text(json.dumps({"title": {"vi": "Delta, ít tiêm chủng", "en": "Delta, few vaccinated"}}, ensure_ascii=False), encoding="utf-8")
    (folder / "sources.json").write_text("[]", encoding="utf-8")
