"""What there is to choose from: provinces, scenarios and finished plans on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from optimizer.report.folder import read_table

ROOT = Path(__file__).resolve().parents[2]
STAFF_FILE = "staff.json"
"""A folder with this file has its bed plan in the folder ``plan``."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders the app reads and writes; each may be set by an environment variable."""

    data: Path
    scenarios: Path
    plans: Path

    @classmethod
    def from_environment(cls) -> Places:
        """Return what ``REFERRAL_DATA``, ``REFERRAL_SCENARIOS``, ``REFERRAL_PLANS`` name."""
        return cls(
            data=Path(os.environ.get("REFERRAL_DATA", ROOT / "data" / "facilities")),
            scenarios=Path(os.environ.get("REFERRAL_SCENARIOS", ROOT / "scenarios")),
            plans=Path(os.environ.get("REFERRAL_PLANS", ROOT / "plans")),
        )


@dataclass(frozen=True, slots=True)
class ScenarioChoice:
    """A scenario file, its province and its titles."""

    path: Path
    province: str
    titles: Mapping[str, str]
    areas: str

    def title(self, lang: str) -> str:
        """Return the title in a language."""
        return self.titles.get(lang) or self.path.stem


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A finished plan folder."""

    path: Path
    plan_id: str
    province: str
    scenario: str
    written: float

    @property
    def name(self) -> str:
        """Return the name among the plans: the folder's, within a staff folder after that one's."""
        own = self.path.name
        return (
            f"{self.path.parent.name}/{own}" if (self.path.parent / STAFF_FILE).is_file() else own
        )


def provinces(places: Places) -> dict[str, str]:
    """Return folder name -> name of each province with data."""
    found = {}
    for folder in sorted(p.parent for p in places.data.glob("*/admin_units.csv")):
        admin = read_table(folder, "admin_units.csv")
        names = admin.loc[admin["kind"] == "province", "name"]
        found[folder.name] = str(names.iloc[0]) if len(names) else folder.name
    return found


def scenarios(places: Places) -> list[ScenarioChoice]:
    """Return the scenarios of all provinces; faulty files are for the planner to refuse."""
    found = []
    for path in sorted(places.scenarios.glob("*.y*ml")):
        told = _effective(path)
        province = str(told.get("province") or "")
        title = told.get("title")
        titles = {k: str(v) for k, v in title.items()} if isinstance(title, dict) else {}
        found.append(ScenarioChoice(path, province, titles, str(told.get("areas") or "clusters")))
    return [s for s in found if s.province]


def _effective(path: Path, depth: int = 0) -> dict[str, Any]:
    """Return a scenario's mapping with what it extends below it; only the top keys matter here."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    if not isinstance(told, dict):
        return {}
    base = told.get("extends")
    if isinstance(base, str) and depth < 8:
        return {**_effective(path.parent / base, depth + 1), **told}
    return told


def plans(places: Places) -> list[PlanChoice]:
    """Return the plan folders, those inside staff folders too, newest first."""
    found = []
    within = places.plans.glob("*/plan/plan.json")
    staffed = [path for path in within if (path.parents[1] / STAFF_FILE).is_file()]
    for path in (*places.plans.glob("*/plan.json"), *staffed):
        if any(part.startswith(".") for part in path.relative_to(places.plans).parts[:-1]):
            continue
        try:
            head = json.loads(path.read_text(encoding="utf-8"))
            found.append(
                PlanChoice(
                    path.parent,
                    str(head["plan_id"]),
                    str(head.get("province", "")),
                    str(head.get("scenario", "")),
                    path.stat().st_mtime,
                )
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda p: (-p.written, p.name))
