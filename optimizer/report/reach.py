"""How far each commune is from care, and which communes lose it when roads are cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.domain.network import ReferralNetwork
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import planning_sites
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, Problem
from optimizer.i18n import translator
from optimizer.report.formats import num


def read_cuts(given: Sequence[str], tables: Tables) -> tuple[tuple[str, str], ...]:
    """Return the roads to cut, each written ``A:B`` with ids of communes or facilities.

    Raises
    ------
    DataError
        With every one that is not two known ids.
    """
    known = {row.facility_id for row in tables.facilities}
    known |= {row.admin_unit_id for row in tables.admin_units if row.kind == "commune"}
    problems = []
    for text in given:
        ends = text.split(":")
        if len(ends) != 2 or any(end not in known for end in ends):
            fault = "A road to cut is two ids of communes or facilities, such as X1:H2."
            problems.append(Problem(fault, "Correct it.", column="--cut", value=text))
    if problems:
        raise DataError(problems)
    return tuple((a, b) for a, b in (text.split(":") for text in given))


def reach(
    tables: Tables, scenario: Scenario, cuts: tuple[tuple[str, str], ...], count: int
) -> dict[str, Any]:
    """Return the nearest planned facilities of each commune, and whom the cuts isolate.

    Communes whose nearest facility is farthest come first, those without any before them.
    `minutes_before` is the way to the nearest before `cuts`, beside those of the scenario.
    """
    net = ReferralNetwork(tables, scenario)
    after = net.without(cuts) if cuts else net
    sites = planning_sites(tables, scenario)
    hubs = sorted({site for unit in sites.inside for site in unit.sites})
    names = {row.facility_id: row.short_name for row in tables.facilities}
    lost = set(net.isolated_by(cuts, hubs)) if cuts else set()
    rows = []
    for row in tables.admin_units:
        if row.kind != "commune":
            continue
        near = after.nearest(row.admin_unit_id, count, hubs)
        before = net.nearest(row.admin_unit_id, 1, hubs) if cuts else near
        rows.append(
            {
                "commune": row.admin_unit_id,
                "name": row.name,
                "population": row.population or 0,
                "isolated": row.admin_unit_id in lost,
                "minutes_before": before[0][1] if before else None,
                "nearest": [
                    {"facility": site, "name": names[site], "minutes": minutes}
                    for site, minutes in near
                ],
            }
        )
    rows.sort(key=lambda one: (-_minutes(one), one["commune"]))
    return {"schema_version": 1, "cut": [list(pair) for pair in cuts], "communes": rows}


def _minutes(row: dict[str, Any]) -> float:
    return float(row["nearest"][0]["minutes"]) if row["nearest"] else float("inf")


def reach_text(told: dict[str, Any], lang: str) -> str:
    """Return the answer of `reach` as lines in `lang`."""
    say = translator(lang)
    lines = []
    lost = [row for row in told["communes"] if row["isolated"]]
    if told["cut"]:
        roads = ", ".join(" - ".join(pair) for pair in told["cut"])
        people = num(sum(row["population"] for row in lost), lang)
        text = (
            say("Communes isolated by cutting {roads}: {names} ({count}; {people} people)")
            if lost
            else say("Cutting {roads} isolates no commune.")
        )
        names = ", ".join(row["name"] for row in lost)
        lines += [text.format(roads=roads, count=len(lost), people=people, names=names), ""]
    lines.append(say("Nearest planned facilities by road (minutes), the farthest communes first:"))
    for row in told["communes"]:
        near = ", ".join(f"{one['name']} {num(one['minutes'], lang)}" for one in row["nearest"])
        line = f"  {row['name']} ({row['commune']}): {near or say('no way to any')}"
        before = row["minutes_before"]
        if row["nearest"] and before is not None and _minutes(row) > before:
            line += " · " + say("{minutes} before the cut").format(minutes=num(before, lang))
        lines.append(line)
    return "\n".join(lines)
