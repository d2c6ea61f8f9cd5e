"""Who takes part, by rule: valid units, planning units and groups, areas, and their minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.checking.reader import Table
from optimizer.checking.roads import minutes_between
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.violation import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Places:
    """Axes of place. G = planning units (F of them), then the units outside (H); ids sorted.

    Parameters
    ----------
    names, members
        Per G: id; rows of ``units.csv`` that make it up.
    tier
        Per F: rank of the tier. `cluster`: per F, the cluster of the facility, blank if none.
    areas, area_of
        Ids of planning areas; per commune its area. `area_cluster`, `commune_cluster`: per area,
        per commune.
    commune_minutes, between, area_minutes
        (C, G), (F, G), (O, G); inf where there is no way.
    not_planned
        Units that exist in the tables and are not planned: closed, or not valid on day 1.
    clusters
        Ids of every cluster.
    stays
        Per row of ``units.csv`` (ids in `unit_ids`): valid on day 1 and not closed by the scenario.
    """

    names: Sequence[str]
    planned: int
    members: Sequence[Sequence[int]]
    tier: FloatArray
    cluster: Sequence[str]
    communes: Sequence[str]
    population: FloatArray
    areas: Sequence[str]
    area_of: IntArray
    area_cluster: Sequence[str]
    commune_cluster: Sequence[str]
    commune_minutes: FloatArray
    between: FloatArray
    area_minutes: FloatArray
    not_planned: frozenset[str]
    stays: BoolArray
    unit_ids: Sequence[str]
    home: Sequence[str]
    """Per row of ``units.csv``: its facility."""
    clusters: Sequence[str]
    by_lever: BoolArray
    """(F,) True for a unit that only levers open: of its own it has nothing for the wave."""

    @property
    def top(self) -> BoolArray:
        """(F,) True for the units of the top tier, the highest among those open of themselves."""
        own = self.tier[~self.by_lever]
        return np.asarray(self.tier == own.max()) if own.size else np.zeros(len(self.tier), bool)

    def area_mean(self, figures: FloatArray) -> FloatArray:
        """Return (O, G): the mean of (C, G) over the communes that can reach G, by people."""
        belongs = np.zeros((len(self.areas), len(self.communes)))
        belongs[self.area_of, np.arange(len(self.communes))] = 1.0
        reach = np.isfinite(self.commune_minutes)
        figures = np.where(reach, figures, 0.0)
        people = np.where(reach, self.population[:, None], 0.0)
        total = belongs @ people
        heads = belongs @ reach
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(
                total > 0, belongs @ (people * figures) / total, belongs @ figures / heads
            )
        return np.where(heads > 0, mean, np.inf)


def valid(table: Table, day: date) -> BoolArray:
    """Return which rows are in force on `day`; an empty end is open."""
    pairs = zip(table.dates("valid_from"), table.dates("valid_to"), strict=True)
    return np.array(
        [(a is None or a <= day) and (b is None or day <= b) for a, b in pairs], dtype=bool
    )


def read_places(
    sources: Sources, scenario: Scenario, opened: frozenset[str] = frozenset()
) -> Places:
    """Work out who takes part and how far everybody is from everybody.

    `opened`: closed units that levers open; planned, and nobody's reason to split an area.
    """
    node, minutes = minutes_between(sources, scenario)
    admin, facilities, units = sources["admin_units"], sources["facilities"], sources["units"]
    kinds, tiers, beds = sources["kinds"], sources["tiers"], sources["beds"]
    facility_row = {f: i for i, f in enumerate(facilities.ids("facility_id"))}
    home = units.look_up("facility_id", facility_row)
    standing = valid(facilities, scenario.start_date)
    standing &= np.array([f not in scenario.closed for f in facility_row], dtype=bool)
    stays = valid(units, scenario.start_date) & (home >= 0)
    stays[stays] &= standing[home[stays]]

    grouped = dict(zip(kinds.ids("kind"), kinds.wholes("grouped"), strict=True))
    rank = dict(zip(tiers.ids("tier"), tiers.numbers("rank"), strict=True))
    facility_kind, facility_cluster = facilities.ids("kind"), facilities.ids("cluster_id")
    unit_ids, unit_tier, intake = units.ids("unit_id"), units.ids("tier"), units.text("intake")
    members: dict[str, list[int]] = {}
    outside: dict[str, list[int]] = {}
    for u in map(int, np.flatnonzero(stays)):
        kind, cluster = facility_kind[home[u]], facility_cluster[home[u]]
        if intake[u] == "out_of_province":
            outside[unit_ids[u]] = [u]
        elif intake[u] == "open":
            name = f"group:{cluster}:{kind}:{unit_tier[u]}" if grouped.get(kind) else unit_ids[u]
            members.setdefault(name, []).append(u)
        elif intake[u] == "closed" and unit_ids[u] in opened:
            members.setdefault(unit_ids[u], []).append(u)
        elif intake[u] != "closed":
            units.fault(u, "intake", "{value!r} is not known here.", value=intake[u])
    for row, tier in enumerate(unit_tier):
        if tier not in rank:
            units.fault(row, "tier", "{value!r} is not known here.", value=tier)
    names = [*sorted(members), *sorted(outside)]
    rows = [members[n] for n in sorted(members)] + [outside[n] for n in sorted(outside)]
    planned = len(members)

    physical = np.zeros(len(units))
    at = beds.look_up("unit_id", {u: i for i, u in enumerate(unit_ids)})
    np.add.at(physical, at[at >= 0], beds.numbers("physical_beds", blank=0.0, low=0.0)[at >= 0])

    admin_kind, admin_ids, parents = (
        admin.text("kind"),
        admin.ids("admin_unit_id"),
        admin.ids("parent_id"),
    )
    here = [i for i in range(len(admin)) if admin_kind[i] == "commune"]
    here.sort(key=lambda i: admin_ids[i])
    communes = [admin_ids[i] for i in here]
    people = admin.numbers("population", blank=0.0, low=0.0)
    population = np.array([people[i] for i in here])

    place = np.array([node[f] for f in facilities.ids("facility_id")], dtype=np.intp)
    commune_node = np.array([node[c] for c in communes], dtype=np.intp)
    to_unit = [minutes[np.ix_(commune_node, place[home[m]])].min(axis=1) for m in rows]
    commune_minutes = np.stack(to_unit, axis=1) if rows else np.zeros((len(communes), 0))
    between = _between(rows, planned, minutes[np.ix_(place, place)], home, physical)

    parent = [parents[i] for i in here]
    by_lever = np.array([intake[m[0]] == "closed" for m in rows[:planned]], dtype=bool)
    reach = np.isfinite(commune_minutes[:, :planned])[:, ~by_lever]
    areas, area_of = _areas(scenario.areas, communes, parent, population, reach)
    first = {int(o): i for i, o in reversed(list(enumerate(area_of)))}
    out = Places(
        names=names,
        planned=planned,
        members=rows,
        tier=np.array([rank.get(unit_tier[m[0]], np.nan) for m in rows[:planned]]),
        cluster=[facility_cluster[home[m[0]]] for m in rows[:planned]],
        communes=communes,
        population=population,
        areas=areas,
        area_of=area_of,
        area_cluster=[parent[first[o]] for o in range(len(areas))],
        commune_cluster=parent,
        commune_minutes=commune_minutes,
        between=between,
        area_minutes=np.zeros(0),
        not_planned=frozenset(unit_ids) - frozenset(names),
        stays=stays,
        unit_ids=unit_ids,
        home=units.ids("facility_id"),
        clusters=[
            name for name, kind in zip(admin_ids, admin_kind, strict=True) if kind == "cluster"
        ],
        by_lever=by_lever,
    )
    object.__setattr__(out, "area_minutes", np.round(out.area_mean(commune_minutes), 9))
    return out


def _between(
    rows: Sequence[Sequence[int]],
    planned: int,
    minutes: FloatArray,
    home: IntArray,
    physical: FloatArray,
) -> FloatArray:
    """Return (F, G): mean over sending members, by physical beds, of the nearest receiver."""
    out = np.full((planned, len(rows)), np.inf)
    for f in range(planned):
        senders = np.asarray(rows[f], dtype=np.intp)
        for g, receivers in enumerate(rows):
            nearest = minutes[
                np.ix_(home[senders], home[np.asarray(receivers, dtype=np.intp)])
            ].min(axis=1)
            can = np.isfinite(nearest)
            if can.any():
                weights = physical[senders][can]
                out[f, g] = np.average(nearest[can], weights=weights if weights.sum() > 0 else None)
    return np.round(out, 9)


def _areas(
    kind: str, communes: Sequence[str], parent: Sequence[str], people: FloatArray, reach: BoolArray
) -> tuple[list[str], IntArray]:
    """Return the planning areas, sorted, and the area of each commune."""
    names = list(communes)
    if kind == "clusters":
        parts: dict[str, dict[bytes, list[int]]] = {}
        for i, cluster in enumerate(parent):
            parts.setdefault(cluster, {}).setdefault(reach[i].tobytes(), []).append(i)
        for cluster, sets in parts.items():
            # communes are sorted, so the first of a set is its smallest id
            best = min(
                sets.values(), key=lambda part: (-float(people[part].sum()), communes[part[0]])
            )
            for part in sets.values():
                name = cluster if part is best else f"{cluster}+{communes[part[0]]}"
                for i in part:
                    names[i] = name
    areas = sorted(set(names))
    index: Mapping[str, int] = {a: i for i, a in enumerate(areas)}
    return areas, np.array([index[n] for n in names], dtype=np.intp)
