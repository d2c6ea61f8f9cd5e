"""The sample's places and tables: invented beds on the real sites of Sóc Trăng."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
    "941": ("Thành phố Sóc Trăng", 9.5956, 105.9567),
    "942": ("Châu Thành", 9.7056, 105.8978),
    "943": ("Kế Sách", 9.7600, 105.9775),
    "944": ("Mỹ Tú", 9.6369, 105.7967),
    "945": ("Cù Lao Dung", 9.6756, 106.1475),
    "946": ("Long Phú", 9.6253, 106.1267),
    "947": ("Mỹ Xuyên", 9.5561, 105.9850),
    "948": ("Ngã Năm", 9.5706, 105.6075),
    "949": ("Thạnh Trị", 9.4239, 105.7381),
    "950": ("Vĩnh Châu", 9.3289, 105.9758),
    "951": ("Trần Đề", 9.5219, 106.1946),
}
# id, name, short name, kind, tier, cluster, lat, lon, beds at iso, ward, oxy, hfnc, icu
FACILITIES: list[tuple[str, str, str, str, str, str, float, float, list[int]]] = [
    (
        "bvdk-tinh",
        "Bệnh viện Đa khoa tỉnh Sóc Trăng",
        "BVĐK tỉnh",
        "general",
        "T3",
        "941",
        9.5864,
        105.9961,
        [0, 60, 90, 26, 24],
    ),
    (
        "quan-dan-y",
        "Bệnh viện Quân dân y tỉnh Sóc Trăng",
        "BV Quân dân y",
        "general",
        "T2",
        "941",
        9.5878,
        105.9717,
        [0, 24, 22, 4, 2],
    ),
    (
        "hoang-tuan",
        "Bệnh viện Đa khoa Hoàng Tuấn",
        "BV Hoàng Tuấn",
        "private",
        "T2",
        "941",
        9.5956,
        105.9567,
        [0, 18, 14, 2, 2],
    ),
    (
        "phuong-chau",
        "Bệnh viện Quốc tế Phương Châu Sóc Trăng",
        "BV Phương Châu",
        "private",
        "T2",
        "941",
        9.5985,
        105.9600,
        [0, 12, 8, 2, 0],
    ),
    (
        "bv-30-4",
        "Bệnh viện 30 tháng 4 tỉnh Sóc Trăng",
        "BV 30/4",
        "general",
        "T2",
        "941",
        9.5878,
        105.9690,
        [0, 26, 20, 4, 2],
    ),
    (
        "bv-27-2",
        "Bệnh viện Chuyên khoa 27 tháng 2",
        "BV 27/2",
        "special",
        "T1",
        "941",
        9.6222,
        105.9522,
        [30, 30, 12, 0, 0],
    ),
    (
        "san-nhi",
        "Bệnh viện Chuyên khoa Sản - Nhi tỉnh Sóc Trăng",
        "BV Sản - Nhi",
        "special",
        "T2",
        "941",
        9.6211,
        106.0078,
        [0, 30, 26, 6, 4],
    ),
    (
        "ttyt-soc-trang",
        "Trung tâm Y tế thành phố Sóc Trăng",
        "TTYT TP Sóc Trăng",
        "ttyt",
        "T1",
        "941",
        9.5970,
        105.9530,
        [20, 12, 0, 0, 0],
    ),
    (
        "ttyt-chau-thanh",
        "Trung tâm Y tế huyện Châu Thành",
        "TTYT Châu Thành",
        "ttyt",
        "T2",
        "942",
        9.7056,
        105.8978,
        [10, 26, 14, 0, 0],
    ),
    (
        "ttyt-ke-sach",
        "Trung tâm Y tế huyện Kế Sách",
        "TTYT Kế Sách",
        "ttyt",
        "T2",
        "943",
        9.7600,
        105.9775,
        [10, 40, 24, 2, 0],
    ),
    (
        "ttyt-my-tu",
        "Trung tâm Y tế huyện Mỹ Tú",
        "TTYT Mỹ Tú",
        "ttyt",
        "T2",
        "944",
        9.6341,
        105.8114,
        [10, 26, 14, 0, 0],
    ),
    (
        "ttyt-cu-lao-dung",
        "Trung tâm Y tế huyện Cù Lao Dung",
        "TTYT Cù Lao Dung",
        "ttyt",
        "T2",
        "945",
        9.6756,
        106.1475,
        [8, 14, 8, 0, 0],
    ),
    (
        "ttyt-long-phu",
        "Trung tâm Y tế huyện Long Phú",
        "TTYT Long Phú",
        "ttyt",
        "T2",
        "946",
        9.6253,
        106.1267,
        [10, 24, 14, 0, 0],
    ),
    (
        "ttyt-my-xuyen",
        "Trung tâm Y tế huyện Mỹ Xuyên",
        "TTYT Mỹ Xuyên",
        "ttyt",
        "T2",
        "947",
        9.5561,
        105.9850,
        [10, 40, 24, 2, 0],
    ),
    (
        "ttyt-nga-nam",
        "Trung tâm Y tế thị xã Ngã Năm",
        "TTYT Ngã Năm",
        "ttyt",
        "T2",
        "948",
        9.5706,
        105.6075,
        [8, 20, 12, 0, 0],
    ),
    (
        "ttyt-thanh-tri",
        "Trung tâm Y tế huyện Thạnh Trị",
        "TTYT Thạnh Trị",
        "ttyt",
        "T2",
        "949",
        9.4239,
        105.7381,
        [8, 20, 12, 0, 0],
    ),
    (
        "ttyt-vinh-chau",
        "Trung tâm Y tế thị xã Vĩnh Châu",
        "TTYT Vĩnh Châu",
        "ttyt",
        "T2",
        "950",
        9.3289,
        105.9758,
        [10, 44, 26, 2, 0],
    ),
    (
        "ttyt-tran-de",
        "Trung tâm Y tế huyện Trần Đề",
        "TTYT Trần Đề",
        "ttyt",
        "T2",
        "951",
        9.5219,
        106.1946,
        [8, 24, 14, 0, 0],
    ),
]
OUTSIDE = ("bvdk-tw", "Bệnh viện Đa khoa Trung ương Cần Thơ", "BVĐK TW Cần Thơ", 10.0288, 105.7532)


def communes() -> pd.DataFrame:
    return pd.read_csv(
        Path(__file__).parent / "communes.csv", comment="#", dtype={"commune": str, "cluster": str}
    )


def _save(
    folder: Path, name: str, rows: list[dict[str, Any]] | pd.DataFrame, **columns: Any
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows).assign(**columns)
    (folder / name).write_text(
        "# sample of the tests\n" + frame.to_csv(index=False), encoding="utf-8"
    )


def write_data(folder: Path) -> None:
    """Write the shared tables and those of the province."""
    home = [
        {
            "care_level": "home",
            "rank": 0,
            "name_vi": "Theo dõi tại nhà",
            "name_en": "Home",
            "place": "home",
        }
    ]
    names = [
        ("Thu dung", "Observation"),
        ("Nội trú", "Ward"),
        ("Thở oxy", "Mask oxygen"),
        ("HFNC, không xâm lấn", "HFNC / NIV"),
        ("Hồi sức (ICU)", "ICU"),
    ]
    _save(
        folder,
        "levels.csv",
        home
        + [
            {"care_level": k, "rank": i + 1, "name_vi": vi, "name_en": en, "place": "bed"}
            for i, (k, (vi, en)) in enumerate(zip(LEVELS, names, strict=True))
        ],
    )
    _save(
        folder,
        "tiers.csv",
        [
            {"tier": f"T{i}", "rank": i, "name_vi": f"Tầng {i}", "name_en": f"Tier {i}"}
            for i in (1, 2, 3)
        ],
    )
    _save(
        folder,
        "kinds.csv",
        [
            {"kind": kind, "name_vi": vi, "name_en": en, "commune_level": low, "grouped": low}
            for kind, vi, en, low in (
                ("station", "Trạm y tế", "Commune station", 1),
                ("ttyt", "Trung tâm y tế", "Health centre", 0),
                ("general", "Bệnh viện đa khoa", "General hospital", 0),
                ("private", "Bệnh viện tư", "Private hospital", 0),
                ("special", "Bệnh viện chuyên khoa", "Special hospital", 0),
            )
        ],
    )
    _save(
        folder,
        "roles.csv",
        [{"role": "NUR", "name_vi": "Điều dưỡng", "name_en": "Nurse", "stands_in_for": ""}],
    )
    place = folder / "soc_trang"
    towns = communes()
    source = {
        "population_source": "S02",
        "population_confidence": "official",
        "coord_source": "S05",
        "coord_confidence": "open_data",
        "island_confidence": "assumed",
        "remote_confidence": "assumed",
    }
    admin = [
        {
            "admin_unit_id": "94",
            "kind": "province",
            "name": "Tỉnh Sóc Trăng",
            "parent_id": "",
            "population": 1199653,
            "area_km2": 3298.2,
            "lat": 9.5528,
            "lon": 105.9167,
        }
    ]
    admin += [
        {
            "admin_unit_id": c,
            "kind": "cluster",
            "name": n,
            "parent_id": "94",
            "lat": lat,
            "lon": lon,
            "population": int(towns.loc[towns.cluster == c, "population"].sum()),
        }
        for c, (n, lat, lon) in CLUSTERS.items()
    ]
    admin += [
        {
            "admin_unit_id": r.commune,
            "kind": "commune",
            "name": r.name_,
            "parent_id": r.cluster,
            "lat": r.lat,
            "lon": r.lon,
            "population": r.population,
        }
        for r in towns.rename(columns={"name": "name_"}).itertuples()
    ]
    _save(place, "admin_units.csv", admin, island=0, remote=0, **source)
    sites, units, beds = [], [], []
    for fid, name, short, kind, tier, cluster, lat, lon, counts in FACILITIES:
        sites.append(
            {
                "facility_id": fid,
                "name": name,
                "short_name": short,
                "kind": kind,
                "cluster_id": cluster,
                "lat": lat,
                "lon": lon,
            }
        )
        units.append({"unit_id": fid, "facility_id": fid, "tier": tier, "intake": "open"})
        beds += [bed_row(fid, k, n, fid) for k, n in zip(LEVELS, counts, strict=True) if n]
    for r in towns.rename(columns={"name": "name_"}).itertuples():
        fid = f"tyt-{r.commune}"
        sites.append(
            {
                "facility_id": fid,
                "name": f"Trạm Y tế {r.name_}",
                "short_name": f"TYT {r.name_}",
                "kind": "station",
                "admin_unit_id": r.commune,
                "cluster_id": r.cluster,
                "lat": r.lat,
                "lon": r.lon,
            }
        )
        units.append({"unit_id": fid, "facility_id": fid, "tier": "T1", "intake": "open"})
        beds.append(bed_row(fid, "iso", 3, fid))
    sites.append(
        {
            "facility_id": OUTSIDE[0],
            "name": OUTSIDE[1],
            "short_name": OUTSIDE[2],
            "kind": "general",
            "lat": OUTSIDE[3],
            "lon": OUTSIDE[4],
        }
    )
    units.append(
        {
            "unit_id": OUTSIDE[0],
            "facility_id": OUTSIDE[0],
            "tier": "T3",
            "intake": "out_of_province",
            "daily_places": 2,
        }
    )
    _save(
        place,
        "facilities.csv",
        sites,
        ownership="public",
        island=0,
        coord_source="S05",
        coord_confidence="derived",
        oxygen_source="central",
        oxygen_confidence="assumed",
        existence_source="S12",
        existence_confidence="open_data",
    )
    _save(place, "units.csv", units, source="A01", confidence="assumed")
    _save(place, "beds.csv", beds)


def bed_row(unit: str, level: str, beds: int, fid: str) -> dict[str, Any]:
    known = (
        "official" if fid in ("bvdk-tinh", "san-nhi") and level in ("oxy", "ward") else "assumed"
    )
    return {
        "unit_id": unit,
        "care_level": level,
        "planned_beds": beds,
        "physical_beds": beds,
        "staffed_beds": beds,
        "surge_limit": beds // 4,
        "source": "A01",
        "confidence": known,
        "surge_source": "A02",
        "surge_confidence": "assumed",
    }
