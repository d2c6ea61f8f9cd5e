"""Which units a plan has: valid on its first day, open.

Grouped kinds together per cluster and tier.

Source: docs/data-format.md section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.facility import Facility, FacilityUnit
from optimizer.domain.levers_in_use import opened_by_levers
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables


@dataclass(frozen=True, slots=True)
class PlanningUnit:
    """One place of the plan: a facility-unit.

    Or all units of a grouped kind in a cluster and tier.
    """

    unit_id: str
    name: str
    members: tuple[str, ...]
    """Unit ids."""
    sites: tuple[str, ...]
    """Facility ids of the members, in the same order."""
    cluster_id: str
    tier: str
    tier_rank: int
    by_lever: bool = False
    """Closed but for what levers open there: of its own it has nothing for the wave."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Planning units in the province and destinations outside, each sorted by id."""

    inside: tuple[PlanningUnit, ...]
    outside: tuple[PlanningUnit, ...]
    facilities: dict[str, Facility]
    daily_places: tuple[float, ...]

    @property
    def top_rank(self) -> int:
        """Rank of the highest tier among the units in the province that are open of themselves."""
        return max((unit.tier_rank for unit in self.inside if not unit.by_lever), default=0)


def _valid(row: Facility | FacilityUnit, scenario: Scenario) -> bool:
    day = scenario.start_date
    return (row.valid_from is None or row.valid_from <= day) and (
        row.valid_to is None or day <= row.valid_to
    )


def existing_units(tables: Tables, scenario: Scenario) -> set[str]:
    """Return the units that exist on the first day: valid, and their facility is not closed."""
    facilities = {row.facility_id: row for row in tables.facilities}
    closed = set(scenario.shocks.closed_facilities)
    return {
        row.unit_id
        for row in tables.units
        if row.facility_id not in closed
        and _valid(row, scenario)
        and _valid(facilities[row.facility_id], scenario)
    }


def planning_sites(tables: Tables, scenario: Scenario) -> Sites:
    """Return the planning units and outside destinations of a scenario."""
    facilities = {row.facility_id: row for row in tables.facilities}
    kinds = {row.kind: row for row in tables.kinds}
    ranks = {row.tier: row.rank for row in tables.tiers}
    existing = existing_units(tables, scenario)
    opened = opened_by_levers(tables, scenario)
    groups: dict[str, list[FacilityUnit]] = {}
    names: dict[str, str] = {}
    clusters = {row.admin_unit_id: row.name for row in tables.admin_units}
    outside: list[tuple[PlanningUnit, float]] = []
    for row in tables.units:
        site = facilities[row.facility_id]
        if row.unit_id not in existing:
            continue
        if row.intake == "out_of_province":
            unit = PlanningUnit(
                row.unit_id, site.short_name, (row.unit_id,), (row.facility_id,), "", row.tier, 0
            )
            outside.append((unit, float(row.daily_places or 0)))
        elif row.intake == "open":
            key, name = row.unit_id, site.short_name
            if kinds[site.kind].grouped:
                key = f"group:{site.cluster_id or ''}:{site.kind}:{row.tier}"
                name = f"{kinds[site.kind].name_vi} {clusters.get(site.cluster_id or '', '')}"
            groups.setdefault(key, []).append(row)
            names[key] = name
        elif row.unit_id in opened:
            groups[row.unit_id], names[row.unit_id] = [row], site.short_name
    inside = [
        PlanningUnit(
            unit_id=key,
            name=names[key],
            members=tuple(row.unit_id for row in rows),
            sites=tuple(row.facility_id for row in rows),
            cluster_id=facilities[rows[0].facility_id].cluster_id or "",
            tier=rows[0].tier,
            tier_rank=ranks[rows[0].tier],
            by_lever=rows[0].intake == "closed",
        )
        for key, rows in sorted(groups.items())
    ]
    outside.sort(key=lambda pair: pair[0].unit_id)
    if not scenario.options.out_of_province:
        outside = []
    return Sites(
        tuple(inside),
        tuple(unit for unit, _ in outside),
        facilities,
        tuple(places for _, places in outside),
    )
