"""The template province with levers of every resource, and a hall that only levers open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.run.province import template, wave

NOTE = "example,derived"
BY = "0,{named},{pool},law,Sở Y tế,Health department,example,derived"

LEVERS = """field,field_site,Bệnh viện dã chiến,Field site,3,1,3,5,1,50000000,3000000,0.5
station,mobile_station,Trạm lưu động,Mobile stations,3,0,0,1,0,1000000,500000,0
station-C1,mobile_station,Trạm ở C1,Station in C1,3,1,0,1,1,0,0,0
station-C2,mobile_station,Trạm ở C2,Station in C2,3,1,0,1,1,0,0,0
oxygen,oxygen,Oxy,Oxygen,2,1,0,1,1,1000000,100000,0.1
cars,cars,Xe,Cars,2,1,1,2,1,1000000,100000,0.1
vent,device,Máy thở,Ventilators,2,2,0,3,1,1000000,100000,0.1
secret,named,Chỉ khi nêu tên,Only where named,2,2,0,3,1,1000000,100000,0.1"""
YIELDS = """field,bed,UF,OXY,10
field,bed,UF,ICU,1
field,staff,UF,NUR,3
field,staff,UF,DOC,1
field,device,UF,ICU,1
field,oxygen_flow,UF,-,200
field,oxygen_supply,UF,-,300
station-C1,home_place,C1,-,50
station-C2,home_place,C2,-,50
oxygen,oxygen_flow,U2,-,50
oxygen,oxygen_supply,U2,-,80
cars,vehicle_minutes,C2,-,600
cars,outside_place,UE,-,1
vent,device,U1,ICU,2
vent,bed,U1,WARD,-2
secret,bed,U1,ICU,2"""
ASKED: dict[str, Any] = {"use": "all", "change": {"cars": {"max_units": 3, "yields": 1.5}}}


def lever_province(directory: Path) -> Path:
    """Write the template with these levers beside its own two, and the hall UF."""
    province = template(directory)
    levers = []
    for line in LEVERS.splitlines():
        name = line.partition(",")[0]
        rest = BY.format(named=int(name == "secret"), pool="station" if "station-" in name else "")
        levers.append(f"{line},{rest}")
    _more(province, "levers", levers)
    _more(province, "lever_yields", [f"{line},{NOTE}" for line in YIELDS.splitlines()])
    hall = "HF,Nhà thi đấu,Nhà thi đấu,,commune_health_station,public,,,general,X2,C1,9.62,105.93"
    _more(
        province,
        "facilities",
        [f"{hall},example,assumed,0,none,assumed,example,assumed,,,"],
    )
    _more(province, "units", ["UF,HF,2,closed,,,,example,assumed"])
    return province


def _more(province: Path, name: str, lines: list[str]) -> None:
    path = province / f"{name}.csv"
    path.write_text("\n".join([path.read_text("utf-8").rstrip(), *lines, ""]), encoding="utf-8")


def crowded(province: Path, times: float, **changes: Any) -> Path:
    """Write a scenario with `times` as many patients and all levers that need no name."""
    levers = ASKED | changes.pop("levers", {})
    shocks = {"demand_factor": times} | changes.pop("shocks", {})
    return wave(province, f"crowd{times}.yaml", levers=levers, shocks=shocks, **changes)
