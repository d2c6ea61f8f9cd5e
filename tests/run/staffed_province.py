"""The template province with one person a head, and how its staff folder is made."""

from __future__ import annotations

import shutil
from pathlib import Path

from optimizer.exchange.tables import read_tables

FACILITIES = Path(__file__).resolve().parents[2] / "data" / "facilities"
SHARED = ("contracts", "substitution", "lending", "staffing_rules")
PERSON = "{id},{site},{role},,full,{leads},0,1,0,,none,1,example,assumed\n".replace("{leads}", "1")


def with_people(folder: Path) -> None:
    """Give a template province one person a head, and the shipped rules of staff."""
    for name in SHARED:
        shutil.copy(FACILITIES / f"{name}.csv", folder / f"{name}.csv")
    (folder / "lenders.csv").unlink(missing_ok=True)
    tables, _ = read_tables(folder)
    site = {row.unit_id: row.facility_id for row in tables.units}
    head = (FACILITIES / "soc_trang" / "people.csv").read_text(encoding="utf-8").splitlines()[0]
    lines = [head + "\n"]
    for pool in tables.staff:
        for n in range(int(pool.heads)):
            name = f"{pool.unit_id}-{pool.role}-{n:03d}"
            lines.append(PERSON.format(id=name, site=site[pool.unit_id], role=pool.role))
    (folder / "people.csv").write_text("".join(lines), encoding="utf-8")


RUN = [
    "--set",
    "horizon_days=14",
    "--set",
    "beyond_days=0",
    "--set",
    "reported_cases.peak_per_100k=240",
    "--set",
    "reported_cases.peak_day=7",
]
