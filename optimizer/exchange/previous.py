"""What an earlier plan does on the days that a new one has in common with it."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path
from typing import Any

LEAVES = "leaves"


def earlier_flows(folder: Path, start: object) -> dict[str, Any]:
    """Return the flows of a plan folder by the days of a plan that begins on `start`.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError
        If it is no plan folder, or no day is common to both.
    """
    told = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    begins = datetime.date.fromisoformat(str(start))
    later = (begins - datetime.date.fromisoformat(str(told["start_date"]))).days
    first, last = max(1, 1 - later), int(told["solved_days"]) - later
    if last < first:
        raise ValueError("no day in common")
    flows: dict[tuple[int, str, str, str, str], float] = {}
    for table, columns in (
        ("admissions", ("kind", "area", "unit", "class_id")),
        ("transfers", ("direction", "from_unit", "to_unit", "class_id")),
    ):
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = int(row["day"]) - later
                way, sender, receiver, patient = (row[name] for name in columns)
                if table == "transfers" and way == "out_of_province":
                    way = LEAVES
                if day >= first:
                    key = (day, way, sender, receiver, patient)
                    flows[key] = flows.get(key, 0.0) + float(row["patients"])
    names = ("day", "way", "from_place", "to_place", "class_id")
    rows = [
        {**dict(zip(names, key, strict=True)), "patients": patients}
        for key, patients in sorted(flows.items())
    ]
    return {"first_day": first, "last_day": last, "flows": rows}
