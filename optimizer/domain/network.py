"""The facility graph: areas, sites, facility-units and mobile stations.

With minutes on the links (networkx).

Minutes between two places are the smaller of the shortest path over stated links and a direct leg
by the travel rules; islands are reached by stated links only. Source: docs/data-format.md section
4.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal

import networkx as nx
import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.domain.travel import TravelLeg

EARTH_KM = 6371.0088
Cuts = Literal["all"] | tuple[tuple[str, str], ...]
"""Pairs of communes or sites whose road is cut, or all of them."""
PASSED = ("area", "site")
"""Kinds of nodes that ways lead through."""
LEGS: tuple[Literal["central", "local", "city", "town"], ...] = ("central", "local", "city", "town")


def _in_season(leg: TravelLeg, day: datetime.date) -> bool:
    """Tell whether the leg is closed that day of the year."""
    if not leg.closed_from or not leg.closed_to:
        return False
    today, start, end = day.strftime("%m-%d"), leg.closed_from, leg.closed_to
    return start <= today <= end if start <= end else today >= start or today <= end


class ReferralNetwork:
    """Links of a province under a scenario's cuts and season.

    `graph` is a directed graph: nodes have ``kind`` (area, site, unit, mobile_station; the last
    two are named
    ``unit:ID`` and ``mobile:ID``), edges ``minutes``, ``ferry_minutes`` and ``season``.
    """

    def __init__(self, tables: Tables, scenario: Scenario) -> None:
        self.tables = tables
        self._scenario = scenario
        cut = scenario.shocks.roads_cut
        self._all_cut = cut == "all"
        self._cut = set() if isinstance(cut, str) else {frozenset(pair) for pair in cut}
        self._sites = {row.facility_id: row for row in tables.facilities}
        self._areas = {
            row.admin_unit_id: row for row in tables.admin_units if row.kind == "commune"
        }
        self._kinds = {row.kind: row for row in tables.kinds}
        self._rules = {row.leg: row for row in tables.travel_rules}
        outside = {row.facility_id for row in tables.units if row.intake == "out_of_province"}
        self._outside = outside
        closed = {
            frozenset((leg.from_id, leg.to_id))
            for leg in tables.travel
            if _in_season(leg, scenario.start_date)
        }
        self._no_direct = self._cut | closed
        """Pairs without a direct leg: cut by the scenario, or closed this season."""
        self.graph = self._build(scenario.start_date)

    def _build(self, day: datetime.date) -> nx.DiGraph[str]:
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self._areas, kind="area")
        graph.add_nodes_from(self._sites, kind="site")
        for leg in self.tables.travel:
            known = leg.from_id in graph and leg.to_id in graph
            if known and not self.is_cut(leg.from_id, leg.to_id) and not _in_season(leg, day):
                season = f"{leg.closed_from}..{leg.closed_to}" if leg.closed_from else ""
                self._link(graph, leg.from_id, leg.to_id, leg.minutes, leg.ferry_minutes, season)
        for site in self._sites.values():
            if not self._kinds[site.kind].commune_level or site.admin_unit_id not in self._areas:
                continue
            if frozenset((site.facility_id, site.admin_unit_id)) not in self._cut:
                # no road lies between a commune and its own station: cutting all cuts none here
                self._link(graph, site.admin_unit_id, site.facility_id, 0.0, 0.0, "")
        base_site = {unit.unit_id: unit.facility_id for unit in self.tables.units}
        for unit_id, site_id in base_site.items():
            graph.add_node(f"unit:{unit_id}", kind="unit")
            self._link(graph, site_id, f"unit:{unit_id}", 0.0, 0.0, "")
        for station in self.tables.mobile_stations:
            node = f"mobile:{station.mobile_station_id}"
            graph.add_node(node, kind="mobile_station")
            self._link(graph, base_site[station.base_unit], node, 0.0, 0.0, "")
        return graph

    @staticmethod
    def _link(
        graph: nx.DiGraph[str], a: str, b: str, minutes: float, ferry: float, season: str
    ) -> None:
        for start, end in ((a, b), (b, a)):
            known = graph.get_edge_data(start, end)
            if known is None or minutes < known["minutes"]:
                graph.add_edge(start, end, minutes=minutes, ferry_minutes=ferry, season=season)

    def is_cut(self, a: str, b: str) -> bool:
        """Tell whether the scenario cuts the way between two places."""
        return self._all_cut or frozenset((a, b)) in self._cut

    def minutes(self, origins: Sequence[str], targets: Sequence[str]) -> FloatArray:
        """Minutes between areas or sites, (origins, targets); inf where there is no way."""
        stated = self._stated(origins)
        number = self._ways[0]
        there = np.array([number.get(target, -1) for target in targets], dtype=np.int64)
        out = np.where(there >= 0, stated[:, there], np.inf)
        return np.asarray(np.minimum(out, self._direct(origins, targets)))

    @cached_property
    def _ways(self) -> tuple[dict[str, int], IntArray, IntArray, FloatArray]:
        """Areas and sites by number; links from where, to where (rising), minutes.

        Units and mobile stations hang on their site alone: no way leads through them.
        """
        passed = (node for node, told in self.graph.nodes.items() if told["kind"] in PASSED)
        number = {node: i for i, node in enumerate(passed)}
        links = sorted(
            (number[b], number[a], float(told["minutes"]))
            for (a, b), told in self.graph.edges.items()
            if a in number and b in number
        )
        to, start = (np.array([link[i] for link in links], dtype=np.int64) for i in (0, 1))
        return number, start, to, np.array([link[2] for link in links], dtype=float)

    def _stated(self, origins: Sequence[str]) -> FloatArray:
        """Minutes of the shortest paths over stated links, (origins, areas and sites).

        All origins at once, a link more each round, until nothing gets shorter. Minutes are added
        up from the origin on, so the least of a place is one figure whatever order finds it.
        """
        number, start, to, minutes = self._ways
        out = np.full((len(origins), len(number)), np.inf)
        out[np.arange(len(origins)), [number[origin] for origin in origins]] = 0.0
        if not to.size:
            return out
        ends, first = np.unique(to, return_index=True)
        while True:
            longer = np.minimum.reduceat(out[:, start] + minutes, first, axis=1)
            shorter = longer < out[:, ends]
            if not shorter.any():
                return out
            out[:, ends] = np.where(shorter, longer, out[:, ends])

    def _direct(self, origins: Sequence[str], targets: Sequence[str]) -> FloatArray:
        """Direct legs by rule, whole minutes rounded up, at least 1; (origins, targets)."""
        out = np.full((len(origins), len(targets)), np.inf)
        if self._all_cut or not self._rules:
            return out
        cities: dict[tuple[bool, str], int] = {}
        a, b = self._positions(origins, cities), self._positions(targets, cities)
        lat_a, lat_b = np.radians(a[:, None, 0]), np.radians(b[None, :, 0])
        half = (
            np.sin((lat_b - lat_a) / 2) ** 2
            + np.cos(lat_a)
            * np.cos(lat_b)
            * np.sin(np.radians(b[None, :, 1] - a[:, None, 1]) / 2) ** 2
        )
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(half))
        local_a, local_b = a[:, 3] > 0, b[:, 3] > 0
        far = (a[:, None, 4] > 0) | (b[None, :, 4] > 0)
        same = a[:, None, 5] == b[None, :, 5]
        legs = np.where(
            far, 0, np.where(local_a[:, None] | local_b[None, :], 1, np.where(same, 2, 3))
        )
        for code, name in enumerate(LEGS):
            rule = self._rules.get(name)
            here = legs == code
            if rule is not None and here.any():
                minutes = np.ceil(km[here] * rule.detour / rule.speed_kmh * 60 - 1e-9)
                out[here] = np.maximum(1.0, minutes)
        out[(a[:, None, 2] > 0) | (b[None, :, 2] > 0)] = np.inf
        for i, origin in enumerate(origins):
            for j, target in enumerate(targets):
                if origin == target:
                    out[i, j] = 0.0
                elif frozenset((origin, target)) in self._no_direct:
                    out[i, j] = np.inf
        return out

    def _positions(self, places: Iterable[str], cities: dict[tuple[bool, str], int]) -> FloatArray:
        """(n, 6): lat, lon, island, commune level, outside, number of the city.

        `cities` numbers them as they turn up, one number for each id whatever it is written like: a
        city is a cluster, or the place itself where it lies in none.
        """
        rows = []
        for place in places:
            area, site = self._areas.get(place), self._sites.get(place)
            where = area or site
            if where is None:
                raise KeyError(place)
            cluster = area.parent_id if area else site.cluster_id if site else ""
            city = cities.setdefault((bool(cluster), cluster or place), len(cities))
            local = area is not None or (site is not None and self._kinds[site.kind].commune_level)
            rows.append((where.lat, where.lon, where.island, local, place in self._outside, city))
        return np.array(rows, dtype=float).reshape(-1, 6)

    def nearest(
        self, origin: str, count: int, among: Iterable[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return the nearest sites, of all or of some, with their minutes, by (minutes, id)."""
        targets = sorted(self._sites if among is None else set(among))
        minutes = self.minutes([origin], targets)[0]
        found = sorted((m, t) for m, t in zip(minutes, targets, strict=True) if np.isfinite(m))
        return [(target, float(m)) for m, target in found[:count]]

    def without(self, cuts: Cuts) -> ReferralNetwork:
        """Return the network with these roads cut beside those the scenario cuts already."""
        told = self._scenario.shocks.roads_cut
        every: Cuts = "all"
        if not isinstance(cuts, str) and not isinstance(told, str):
            every = (*told, *cuts)
        shocks = self._scenario.shocks.model_copy(update={"roads_cut": every})
        return ReferralNetwork(self.tables, self._scenario.model_copy(update={"shocks": shocks}))

    def isolated_by(self, cuts: Cuts, hubs: Iterable[str]) -> tuple[str, ...]:
        """Return the communes that lose every way to all `hubs` (sites) when these roads are cut.

        Stated paths and direct legs both count as ways, as in `minutes`.
        """
        communes, targets = sorted(self._areas), sorted(set(hubs))
        before = np.isfinite(self.minutes(communes, targets)).any(axis=1)
        after = np.isfinite(self.without(cuts).minutes(communes, targets)).any(axis=1)
        return tuple(communes[c] for c in np.flatnonzero(before & ~after).tolist())
