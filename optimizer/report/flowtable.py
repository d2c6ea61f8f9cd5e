"""Flows between tiers over the shown horizon, as a table; nothing here draws."""

from __future__ import annotations

import pandas as pd

from optimizer.report.folder import PlanReport

OUTSIDE, UNMET, COMMUNITY = "outside", "unmet", "community"


def flow_table(report: PlanReport) -> pd.DataFrame:
    """Return ``source, target, way, patients``; ways are new, up, down, lateral, outside, unmet.

    A plan folder lists no unit outside the province (``inputs/units.csv``); who is sent there is
    known by the kind of admission and the direction of the transfer.
    """
    tier = dict(zip(report.units["unit"], report.units["tier"], strict=True))
    tier |= dict.fromkeys(report.units.loc[report.units["outside"], "unit"], OUTSIDE)
    shown = report.horizon
    adm = report.tables["admissions"]
    adm = adm.loc[adm["day"] <= shown]
    into = adm["unit"].map(tier).mask(adm["kind"] == "out_of_province", OUTSIDE)
    parts = [
        pd.DataFrame(
            {
                "source": COMMUNITY,
                "target": into,
                "way": into.map(lambda t: "outside" if t == OUTSIDE else "new"),
                "patients": adm["patients"],
            }
        )
    ]
    moves = report.tables["transfers"]
    moves = moves.loc[moves["day"] <= shown]
    ways = {
        "step_up": "up",
        "step_down": "down",
        "lateral": "lateral",
        "out_of_province": "outside",
    }
    parts.append(
        pd.DataFrame(
            {
                "source": moves["from_unit"].map(tier),
                "target": moves["to_unit"]
                .map(tier)
                .mask(moves["direction"] == "out_of_province", OUTSIDE),
                "way": moves["direction"].map(ways),
                "patients": moves["patients"],
            }
        )
    )
    last = report.unmet.loc[report.unmet["day"] == shown]
    parts.append(
        pd.DataFrame(
            {
                "source": [tier.get(place, COMMUNITY) for place in last["place"]],
                "target": UNMET,
                "way": "unmet",
                "patients": last["patients"],
            }
        )
    )
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.groupby(["source", "target", "way"], as_index=False)[["patients"]].sum()
    return rows.loc[rows["patients"] >= 0.05].reset_index(drop=True)


def left_out(table: pd.DataFrame) -> pd.DataFrame:
    """Return the direct admissions if they dwarf all other flows; they are then said, not drawn."""
    new = table.loc[table["way"] == "new"]
    others = float(table["patients"].sum() - new["patients"].sum())
    return new if others >= 1 and new["patients"].sum() > 4 * others else new.iloc[:0]
