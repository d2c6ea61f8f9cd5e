"""Who lies where, by care level and shown day, and which beds stand free."""

from __future__ import annotations

import pandas as pd

from optimizer.report.folder import PlanReport


def strip_table(report: PlanReport, tier: str | None = None) -> pd.DataFrame:
    """Return per care level and shown day: ``treated, usable, unmet`` (home: follow-up places).

    With a `tier` only its units: their beds, who is treated there and who boards there. People
    waiting at home and the follow-up at home belong to no tier.
    """
    shown = range(1, report.horizon + 1)
    capacity, unmet = report.tables["capacity"], report.unmet
    if tier is not None:
        units = report.units_of(tier)
        capacity = capacity.loc[capacity["unit"].isin(units)]
        unmet = unmet.loc[unmet["place"].isin(units) & (unmet["state"] == "boarding")]
    capacity = capacity.assign(usable=equipped_beds(capacity))
    beds = capacity.groupby(["care_level", "day"])[["treated", "usable"]].sum()
    axis = pd.MultiIndex.from_product([report.bed_levels, shown], names=["care_level", "day"])
    beds = beds.reindex(axis)
    beds["unmet"] = unmet.groupby(["care_level", "day"])["patients"].sum().reindex(axis)
    table = beds.fillna(0.0).reset_index()
    if tier is not None:
        return table
    home = report.tables["home"]
    level = report.levels.loc[report.levels["place"] == "home", "care_level"]
    if len(home) and len(level):
        daily = (
            home.groupby("day")[["home_patients", "home_capacity", "unmet"]]
            .sum()
            .reindex(shown)
            .fillna(0.0)
        )
        rows = pd.DataFrame(
            {
                "care_level": level.iloc[0],
                "day": list(shown),
                "treated": (daily["home_patients"] - daily["unmet"]).to_numpy(),
                "usable": daily["home_capacity"].to_numpy(),
                "unmet": daily["unmet"].to_numpy(),
            }
        )
        table = pd.concat([rows, table], ignore_index=True)
    return table


def equipped_beds(capacity: pd.DataFrame) -> pd.Series:
    """Return the open beds of each row, no more than there are devices for where those count."""
    beds = capacity["usable_beds"] + capacity["surge_beds"]
    if "devices" not in capacity:
        return beds
    return beds.where(capacity["devices"].isna(), beds.clip(upper=capacity["devices"]))


def free_beds(report: PlanReport, tier: str | None = None) -> pd.DataFrame:
    """Return ``day, care_level, free``: beds (of a tier) that could take one more of the level.

    Beds are nested: those of higher levels count, and in each unit whoever needs less (and every
    boarder) lies in lower beds first, so that only the rest of them takes beds away from the level.
    """
    levels = report.bed_levels
    capacity = report.tables["capacity"]
    capacity = capacity.loc[capacity["day"] <= report.horizon]
    if tier is not None:
        capacity = capacity.loc[capacity["unit"].isin(report.units_of(tier))]
    capacity = capacity.assign(beds=equipped_beds(capacity))
    beds = _by_level(capacity, "unit", "beds", levels)
    people = report.tables["patients"].rename(columns={"place": "unit"})
    treated = people.loc[people["state"] == "treated"]
    treated = treated.assign(care_level=report.care_level(treated["class_id"]))
    lying = _by_level(treated, "unit", "patients", levels).reindex(beds.index).fillna(0.0)
    boarding = people.loc[people["state"] == "boarding"].groupby(["unit", "day"])["patients"].sum()
    boarders = boarding.reindex(beds.index).fillna(0.0)
    parts = []
    for i, level in enumerate(levels):
        here = beds.iloc[:, i:].sum(axis=1) - lying.iloc[:, i:].sum(axis=1)
        below = lying.iloc[:, :i].sum(axis=1) + boarders - beds.iloc[:, :i].sum(axis=1)
        free = (here - below.clip(lower=0.0)).clip(lower=0.0)
        daily = free.groupby(level="day").sum()
        parts.append(pd.DataFrame({"day": daily.index, "care_level": level, "free": daily.values}))
    return pd.concat(parts, ignore_index=True)


def _by_level(rows: pd.DataFrame, unit: str, value: str, levels: list[str]) -> pd.DataFrame:
    sums = rows.groupby([unit, "day", "care_level"])[value].sum()
    return sums.unstack("care_level").reindex(columns=levels).fillna(0.0)
