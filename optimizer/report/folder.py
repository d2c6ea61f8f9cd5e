"""Read a plan folder into frames with the names people use (``docs/data-format.md``, 6 and 7)."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.errors import DataError, Problem
from optimizer.report.placenames import place_names

CONFIDENCES = ("official", "open_data", "derived", "assumed")
_COLUMNS = {
    "admissions": ("day", "area", "unit", "class_id", "observed", "kind", "patients"),
    "transfers": (
        "day",
        "from_unit",
        "to_unit",
        "class_id",
        "pool",
        "direction",
        "patients",
        "minutes",
    ),
    "in_house": ("day", "unit", "class_id", "patients"),
    "bed_lost": ("day", "unit", "class_id", "patients"),
    "patients": ("day", "place", "class_id", "state", "patients"),
    "corridor": ("day", "unit", "patients"),
    "surge_beds": ("day", "unit", "care_level", "beds"),
    "places_kept": ("day", "unit", "care_level", "places", "expected", "if_free"),
    "capacity": ("day", "unit", "care_level", "usable_beds", "surge_beds", "treated"),
    "home": ("day", "cluster", "home_patients", "home_capacity", "unmet"),
}
_NUMBERS = (
    "day",
    "observed",
    "patients",
    "beds",
    "places",
    "expected",
    "if_free",
    "usable_beds",
    "surge_beds",
    "treated",
    "need_at_or_above",
    "devices",
    "home_patients",
    "home_capacity",
    "unmet",
    "minutes",
    "lat",
    "lon",
    "population",
    "rank",
)
UNIT_COLUMNS = (
    "unit",
    "name",
    "short",
    "tier",
    "kind",
    "cluster",
    "grouped",
    "outside",
    "lat",
    "lon",
    "members",
    "facility_id",
)
TIER_MARKS = ("circle", "square", "diamond", "hexagon", "star")


@dataclass(frozen=True)
class PlanReport:
    """A plan folder as read: `head` is ``plan.json``, the frames are its tables; ids are text."""

    path: Path
    head: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    levels: pd.DataFrame
    tiers: pd.DataFrame
    units: pd.DataFrame
    names: Mapping[str, Mapping[str, str]]
    """What places are called: language -> id -> name; the one place for names of places."""
    communes: pd.DataFrame
    classes: pd.DataFrame
    arrivals: pd.DataFrame
    titles: Mapping[str, str]
    area_of: Mapping[str, str]
    province: Mapping[str, Any]

    @property
    def province_area(self) -> float | None:
        """Return the published area of the province, km2."""
        area = self.province.get("area_km2")
        return None if area is None or pd.isna(area) or not float(area) else float(area)

    @property
    def plan_id(self) -> str:
        """Return the id of the plan."""
        return str(self.head["plan_id"])

    @property
    def horizon(self) -> int:
        """Return the number of shown days; what lies beyond is outlook."""
        return int(self.head["horizon_days"])

    @property
    def kpis(self) -> Mapping[str, Any]:
        """Return the KPIs of the plan."""
        kpis: Mapping[str, Any] = self.head["kpis"]
        return kpis

    @property
    def rivals(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the KPIs of each baseline."""
        rivals: Mapping[str, Mapping[str, Any]] = self.head.get("baselines", {})
        return rivals

    @property
    def by_rule(self) -> bool:
        """Tell whether no optimisation took place: the plan is that of the nearest free place."""
        return by_rule(self.head)

    def date(self, day: int) -> dt.date:
        """Return the date of day 1, 2, ..."""
        return dt.date.fromisoformat(str(self.head["start_date"])) + dt.timedelta(days=int(day) - 1)

    @cached_property
    def bed_levels(self) -> list[str]:
        """Return the care levels with beds, in rising order of rank."""
        return list(self.levels.loc[self.levels["place"] == "bed", "care_level"])

    @cached_property
    def _level_of_class(self) -> dict[str, str]:
        return dict(zip(self.classes["class_id"], self.classes["care_level"], strict=True))

    def care_level(self, class_ids: pd.Series) -> pd.Series:
        """Return the care level each patient class needs."""
        return class_ids.map(self._level_of_class)

    def level_name(self, level: str, lang: str) -> str:
        """Return what a care level is called."""
        row = self.levels.loc[self.levels["care_level"] == level]
        return str(row[f"name_{lang}"].iloc[0]) if len(row) else level

    def level_short(self, level: str, lang: str) -> str:
        """Return the name of a care level if it is short, else its code."""
        name = self.level_name(level, lang)
        return name if len(name) <= 10 else level.upper()

    def tier_name(self, tier: str, lang: str) -> str:
        """Return what a tier is called."""
        row = self.tiers.loc[self.tiers["tier"] == tier]
        return str(row[f"name_{lang}"].iloc[0]) if len(row) else tier

    def place_name(self, place: str, lang: str) -> str:
        """Return the short name of a planning unit, a destination outside or an area."""
        return self.names[lang].get(place, place)

    def class_name(self, class_id: str, lang: str) -> str:
        """Return what a patient class is called: its severity and phase."""
        return str(self.head.get("class_names", {}).get(lang, {}).get(class_id, class_id))

    @cached_property
    def _roles(self) -> pd.DataFrame:
        return read_table(find_data_dir(self.path, self.head), "roles.csv")

    def role_name(self, role: str, lang: str) -> str:
        """Return what a staff role is called."""
        row = self._roles.loc[self._roles["role"] == role] if len(self._roles) else self._roles
        return str(row[f"name_{lang}"].iloc[0]) if len(row) else role

    def units_of(self, tier: str) -> set[str]:
        """Return the planning units of a tier."""
        return set(self.units.loc[self.units["tier"] == tier, "unit"])

    @cached_property
    def unmet(self) -> pd.DataFrame:
        """Return who waits or boards at day's end: ``day, place, care_level, state, patients``."""
        rows = self.tables["patients"]
        rows = rows.loc[rows["state"].isin(["waiting", "boarding"])]
        rows = rows.assign(care_level=self.care_level(rows["class_id"]))
        keys = ["day", "place", "care_level", "state"]
        return rows.groupby(keys, as_index=False)[["patients"]].sum()

    @cached_property
    def load(self) -> pd.DataFrame:
        """Return people in the house over usable beds: ``day, unit, patients, beds, share``."""
        beds = self.tables["capacity"].assign(beds=lambda d: d["usable_beds"] + d["surge_beds"])
        beds = beds.groupby(["day", "unit"], as_index=False)[["beds"]].sum()
        people = self.tables["patients"]
        people = people.loc[people["state"] != "waiting"].rename(columns={"place": "unit"})
        people = people.groupby(["day", "unit"], as_index=False)[["patients"]].sum()
        rows = beds.merge(people, on=["day", "unit"], how="left").fillna({"patients": 0.0})
        share = rows["patients"] / rows["beds"].where(rows["beds"] > 0)
        return rows.assign(share=share)

    @property
    def confidence_share(self) -> dict[str, float]:
        """Return the share of the plan's usable beds by confidence."""
        found = self.head.get("confidence_share") or self.kpis.get("confidence_share") or {}
        return {k: float(found.get(k, 0.0)) for k in CONFIDENCES}

    @property
    def rests_on_assumptions(self) -> bool:
        """Tell whether any figure of the plan is assumed, so that every result is."""
        listed = any(a.get("confidence") == "assumed" for a in self.head.get("assumptions", []))
        return listed or self.confidence_share["assumed"] > 0


def by_rule(head: Mapping[str, Any]) -> bool:
    """Tell whether the plan of a ``plan.json`` was made by the rule and not by a solver."""
    return str(head.get("status")) == "rule"


def read_plan_folder(path: Path) -> PlanReport:
    """Read a plan folder and the names of its province.

    Raises
    ------
    DataError
        If ``plan.json`` is missing or unreadable, or a table lacks a column.
    """
    head = _read_head(path / "plan.json")
    problems: list[Problem] = []
    tables = {
        name: _plan_table(path / f"{name}.csv", columns, problems)
        for name, columns in _COLUMNS.items()
    }
    if problems:
        raise DataError(problems)
    data = find_data_dir(path, head)
    levels = read_table(data, "levels.csv").sort_values("rank", ignore_index=True)
    tiers = read_table(data, "tiers.csv").sort_values("rank", ignore_index=True)
    admin = read_table(data, "admin_units.csv")
    inputs = path / "inputs"
    areas = read_csv(inputs / "areas.csv")
    units = _units(data, read_csv(inputs / "units.csv"))
    return PlanReport(
        path=path,
        head=head,
        tables=tables,
        levels=levels,
        tiers=tiers,
        units=units,
        names=place_names(partial(read_table, data), head, units, tiers, admin),
        communes=admin.loc[admin["kind"] == "commune"].reset_index(drop=True),
        classes=read_csv(inputs / "classes.csv"),
        arrivals=read_csv(inputs / "arrivals.csv"),
        area_of=dict(zip(areas["commune"], areas["area"], strict=True)),
        titles=_titles(inputs / "scenario.json", str(head.get("scenario", ""))),
        province=_first_row(admin.loc[admin["kind"] == "province"]),
    )


def find_data_dir(path: Path, head: Mapping[str, Any]) -> Path:
    """Return the province folder a plan was made from: as written, beside the plan, or from here.

    Raises
    ------
    DataError
        If none of these places exists.
    """
    written = Path(str(head.get("data_dir", "")))
    shared = Path(os.environ.get("REFERRAL_DATA", "data/facilities"))
    tries = [path / written, written, shared / str(head.get("province", ""))]
    for found in tries:
        if str(written) and (found / "admin_units.csv").is_file():
            return found
    raise DataError(
        [
            Problem(
                "The tables of the province were not found.",
                "Set REFERRAL_DATA to the data folder.",
                file="plan.json",
                column="data_dir",
                value=str(written),
            )
        ]
    )


def read_csv(path: Path) -> pd.DataFrame:
    """Read one table: comments before the header, comma or semicolon; ids stay text."""
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if start == len(lines):
        return pd.DataFrame()
    separator = ";" if lines[start].count(";") > lines[start].count(",") else ","
    frame = pd.read_csv(
        io.StringIO("".join(lines[start:])), sep=separator, dtype=str, keep_default_na=False
    )
    frame = frame.replace("", None)
    for column in frame.columns.intersection(list(_NUMBERS)):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    return frame


def read_table(data_dir: Path, name: str) -> pd.DataFrame:
    """Read a province table, or the shared one of the parent folder; empty if there is neither."""
    for folder in (data_dir, data_dir.parent):
        if (folder / name).is_file():
            return read_csv(folder / name)
    return pd.DataFrame()


def _first_row(rows: pd.DataFrame) -> dict[str, Any]:
    return {str(k): rows[k].iloc[0] for k in rows.columns} if len(rows) else {}


def _read_head(path: Path) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            [
                Problem(
                    "This is not a plan folder.",
                    "Solve the plan again.",
                    file=str(path),
                    value=type(error).__name__,
                )
            ]
        ) from error
    missing = [k for k in ("plan_id", "start_date", "horizon_days", "kpis") if k not in head]
    if missing:
        raise DataError(
            [
                Problem("A key is missing.", "Solve the plan again.", file=path.name, column=k)
                for k in missing
            ]
        )
    return head


def _plan_table(path: Path, columns: tuple[str, ...], problems: list[Problem]) -> pd.DataFrame:
    """Read a table of the plan; rows that do not say how sure they are count as assumed."""
    if not path.is_file():
        return pd.DataFrame(
            {
                c: pd.Series(dtype=float if c in _NUMBERS else object)
                for c in (*columns, "confidence")
            }
        )
    frame = read_csv(path)
    problems += [
        Problem("A column is missing.", "Solve the plan again.", file=path.name, column=c)
        for c in columns
        if c not in frame.columns
    ]
    if "confidence" not in frame.columns:
        return frame.assign(confidence="assumed")
    return frame.fillna({"confidence": "assumed"})


def _titles(path: Path, fallback: str) -> dict[str, str]:
    try:
        title = json.loads(path.read_text(encoding="utf-8")).get("title") or {}
    except (OSError, ValueError):
        title = {}
    return {lang: str(title.get(lang) or title.get("vi") or fallback) for lang in ("vi", "en")}


def _units(data: Path, members: pd.DataFrame) -> pd.DataFrame:
    """Return one row a planning unit; the position of a group is the mean of its members."""
    sites = read_table(data, "facilities.csv")
    whole = read_table(data, "units.csv").merge(
        sites, on="facility_id", how="left", suffixes=("", "_site")
    )
    whole = members.merge(whole, on="unit_id", how="left")
    if "cluster_id" not in whole:
        whole["cluster_id"] = None
    rows = []
    for unit, part in whole.groupby("planning_unit", sort=False):
        first = part.iloc[0]
        rows.append(
            {
                "unit": unit,
                "name": first["name"],
                "short": first["short_name"],
                "tier": first["tier"],
                "kind": first["kind"],
                "cluster": first["cluster_id"],
                "grouped": str(unit).startswith("group:"),
                "outside": first["intake"] == "out_of_province",
                "lat": part["lat"].mean(),
                "lon": part["lon"].mean(),
                "members": len(part),
                "facility_id": first["facility_id"],
            }
        )
    return pd.DataFrame(rows, columns=list(UNIT_COLUMNS))
