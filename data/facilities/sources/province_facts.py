"""The raw facts of one province, as they lie in its folder."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Table = list[dict[str, str]]


def read_facts(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Facts:
    """The raw facts of one province."""

    slug: str
    metadata: dict[str, Any]
    admin_units: Table
    facilities: Table
    distances: Table
    external: Table

    @classmethod
    def read(cls, folder: Path) -> "Facts":
        return cls(
            slug=folder.name,
            metadata=json.loads((folder / "metadata.json").read_text(encoding="utf-8")),
            admin_units=read_facts(folder / "admin_units.csv"),
            facilities=read_facts(folder / "facilities.csv"),
            distances=read_facts(folder / "distances.csv"),
            external=read_facts(folder / "external_referral.csv"),
        )
