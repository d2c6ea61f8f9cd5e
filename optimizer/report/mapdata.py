"""What the map shows of a day: sites with their load, the largest transfers, need by commune."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport


@dataclass(frozen=True, slots=True)
class Site:
    """A planning unit of the province on one day; `share` is people in the house over beds."""

    unit: str
    short: str
    name: str
    tier: str
    grouped: bool
    lat: float
    lon: float
    beds: float
    patients: float
    share: float
    unmet: float

    @property
    def state(self) -> str:
        """Return low, mid or over."""
        return load_state(self.share)


@dataclass(frozen=True, slots=True)
class Arc:
    """The transfers of one day between two units."""

    origin: str
    destination: str
    direction: str
    patients: float


def map_sites(report: PlanReport, day: int, lang: str) -> list[Site]:
    """Return the sites of the province that have a position."""
    rows = report.load.loc[report.load["day"] == day].set_index("unit")
    load = {str(k): v for k, v in rows[["beds", "patients", "share"]].to_dict("index").items()}
    short = report.unmet.loc[report.unmet["day"] == day].groupby("place")["patients"].sum()
    unmet = {str(k): float(v) for k, v in short.items()}
    found = []
    for r in report.units.to_dict("records"):
        unit = str(r["unit"])
        if r["outside"] or math.isnan(float(r["lat"])):
            continue
        of = load.get(unit, {"beds": 0.0, "patients": 0.0, "share": math.nan})
        found.append(
            Site(
                unit,
                report.place_name(unit, lang),
                report.place_name(unit, lang) if r["grouped"] else str(r["name"]),
                str(r["tier"]),
                bool(r["grouped"]),
                float(r["lat"]),
                float(r["lon"]),
                float(of["beds"]),
                float(of["patients"]),
                float(of["share"]),
                unmet.get(unit, 0.0),
            )
        )
    return found


def hover_text(report: PlanReport, site: Site, lang: str) -> str:
    """Return what a site says when pointed at."""
    say = translator(lang)
    house = say("{a} people in the house, {b} usable beds ({c})").format(
        a=formats.people(site.patients, lang),
        b=formats.num(site.beds, lang),
        c=formats.pct(site.share, lang),
    )
    lines = [f"<b>{site.name}</b> · {report.tier_name(site.tier, lang)}", house]
    if site.unmet >= 0.05:
        unmet = formats.people(site.unmet, lang)
        lines.append(say("{a} below the level they need").format(a=unmet))
    return "<br>".join(lines)


def map_arcs(report: PlanReport, day: int) -> list[Arc]:
    """Return the transfers of a day between sites of the province, largest first.

    What rounds to 0.0 people (a mean of the outlook) is not drawn.
    """
    moves = report.tables["transfers"]
    moves = moves.loc[(moves["day"] == day) & (moves["direction"] != "out_of_province")]
    keys = ["from_unit", "to_unit", "direction"]
    rows = moves.groupby(keys, as_index=False)[["patients"]].sum()
    columns = (rows[c] for c in (*keys, "patients"))
    arcs = [Arc(a, b, way, float(n)) for a, b, way, n in zip(*columns, strict=True) if n >= 0.05]
    return sorted(arcs, key=lambda arc: (-arc.patients, arc.origin, arc.destination))


def waiting_by_commune(report: PlanReport) -> pd.Series:
    """Return patient-days of waiting at home over the shown horizon, per 100,000, by commune.

    Everybody of a planning area waits alike, so its communes share one figure.
    """
    rows = report.unmet
    rows = rows.loc[(rows["state"] == "waiting") & (rows["day"] <= report.horizon)]
    days = rows.groupby("place")["patients"].sum()
    towns = report.communes.set_index("admin_unit_id")["population"]
    area = pd.Series(report.area_of).reindex(towns.index)
    people = towns.groupby(area).sum()
    share = days.reindex(people.index).fillna(0.0) / people.where(people > 0) * 1e5
    return area.map(share).fillna(0.0)


def need_by_commune(report: PlanReport) -> pd.Series:
    """Return people who come to need a place over the shown horizon, per 100,000, by commune."""
    rows = report.arrivals.loc[report.arrivals["day"] <= report.horizon]
    people = rows.groupby("commune")["patients"].sum()
    population = report.communes.set_index("admin_unit_id")["population"]
    return (
        people.reindex(population.index).fillna(0.0) / population.where(population > 0) * 1e5
    ).fillna(0.0)


def nice_breaks(top: float, count: int = 4) -> list[float]:
    """Return round class limits below `top`: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if top <= 0:
        return [float(i + 1) for i in range(count)]
    rough = top / (count + 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
    return [step * (i + 1) for i in range(count)]


def load_state(share: float) -> str:
    """Return low, mid or over: under 80 %, to 100 %, above; rounded as it is shown."""
    if math.isnan(share) or round(share * 100) < 80:
        return "low"
    return "mid" if round(share * 100) <= 100 else "over"
