"""Minutes between communes and facilities: stated travel, free steps, direct legs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.violation import BoolArray, FloatArray

EARTH_KM = 6371.0088


def great_circle_km(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Return the haversine distance between all pairs of points, in km."""
    phi, lam = np.radians(lat), np.radians(lon)
    north = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    east = np.sin((lam[:, None] - lam[None, :]) / 2) ** 2
    half = north + np.cos(phi)[:, None] * np.cos(phi)[None, :] * east
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def shortest_paths(edges: FloatArray) -> FloatArray:
    """Return the shortest path between all pairs; `edges` is square, inf where there is none."""
    out = edges.copy()
    np.fill_diagonal(out, 0.0)
    met = np.flatnonzero(np.isfinite(edges).any(axis=0))
    inner = out[np.ix_(met, met)]
    for via in range(met.size):
        np.minimum(inner, inner[:, via, None] + inner[None, via, :], out=inner)
    out[np.ix_(met, met)] = inner
    return out


def is_closed(closed_from: str, closed_to: str, day: date) -> bool:
    """Return True if `day` lies in the season ``MM-DD`` to ``MM-DD``, ends included."""
    if not closed_from or not closed_to:
        return False
    today = f"{day:%m-%d}"
    if closed_from <= closed_to:
        return closed_from <= today <= closed_to
    return today >= closed_from or today <= closed_to


def minutes_between(sources: Sources, scenario: Scenario) -> tuple[Mapping[str, int], FloatArray]:
    """Return the nodes (every commune and facility) and the minutes between them, inf if no way.

    The smaller of the shortest path over stated rows (and free steps between a commune and its own
    commune-level facilities) and the direct leg between two nodes that are not on an island.
    """
    admin, facilities, kinds = sources["admin_units"], sources["facilities"], sources["kinds"]
    communes = [i for i, kind in enumerate(admin.text("kind")) if kind == "commune"]
    admin_ids = admin.ids("admin_unit_id")
    names = [admin_ids[i] for i in communes] + facilities.ids("facility_id")
    node = {name: i for i, name in enumerate(names)}
    size, split = len(names), len(communes)
    is_local = dict(zip(kinds.ids("kind"), kinds.wholes("commune_level"), strict=True))
    local = np.ones(size, dtype=bool)
    local[split:] = [bool(is_local.get(k, 0)) for k in facilities.ids("kind")]

    edges = np.full((size, size), np.inf)
    for f, commune in enumerate(facilities.ids("admin_unit_id")):
        c = node.get(commune, size)
        if local[split + f] and c < split and (commune, names[split + f]) not in scenario.cut:
            edges[c, split + f] = edges[split + f, c] = 0.0
    if scenario.all_roads_cut:  # no road lies between a commune and its own station
        return node, shortest_paths(edges)
    travel = sources["travel"]
    seasons = zip(travel.text("closed_from"), travel.text("closed_to"), strict=True)
    rows = zip(
        travel.ids("from_id"),
        travel.ids("to_id"),
        travel.numbers("minutes", low=0.0),
        seasons,
        strict=True,
    )
    no_direct = list(scenario.cut)
    for a, b, minutes, season in rows:
        if a in node and b in node and (a, b) not in scenario.cut:
            if is_closed(*season, scenario.start_date):
                no_direct += [(a, b), (b, a)]
                continue
            i, j = node[a], node[b]
            edges[i, j] = edges[j, i] = min(edges[i, j], minutes)
    direct = _direct_legs(sources, communes, local)
    for a, b in no_direct:
        if a in node and b in node:
            direct[node[a], node[b]] = np.inf
    return node, np.asarray(np.round(np.minimum(shortest_paths(edges), direct), 9))


def _direct_legs(sources: Sources, communes: list[int], local: BoolArray) -> FloatArray:
    """Return great circle x detour / speed x 60, rounded up, at least 1; inf for islands."""
    admin, facilities, units = sources["admin_units"], sources["facilities"], sources["units"]
    split, size = len(communes), local.size

    def both(column: str) -> FloatArray:
        figures = facilities.numbers(column)
        # only communes: clusters and provinces may be without
        cells = [admin.columns[column][i] for i in communes]
        part = type(admin)(admin.name, admin.bench, {column: cells}, 2)
        part.rows = [admin.rows[i] for i in communes]
        return np.concatenate([part.numbers(column), figures])

    lat, lon, island = both("lat"), both("lon"), both("island") > 0
    outside = {
        f
        for f, intake in zip(units.ids("facility_id"), units.text("intake"), strict=True)
        if intake == "out_of_province"
    }
    central = np.zeros(size, dtype=bool)
    central[split:] = [f in outside for f in facilities.ids("facility_id")]
    numbers: dict[str, int] = {}
    cluster = np.arange(-1, -size - 1, -1)
    for i, name in enumerate(facilities.ids("cluster_id")):
        if name:
            cluster[split + i] = numbers.setdefault(name, len(numbers))

    rules = sources["travel_rules"]
    per_km = dict.fromkeys(("local", "city", "town", "central"), np.inf)
    speeds = rules.numbers("speed_kmh", low=1e-9)
    for leg, detour, speed in zip(rules.ids("leg"), rules.numbers("detour"), speeds, strict=True):
        per_km[leg] = detour / max(speed, 1e-9) * 60
    slow = np.where(cluster[:, None] == cluster[None, :], per_km["city"], per_km["town"])
    slow = np.where(local[:, None] | local[None, :], per_km["local"], slow)
    slow = np.where(central[:, None] | central[None, :], per_km["central"], slow)
    km = great_circle_km(lat, lon)
    with np.errstate(invalid="ignore"):
        minutes = np.maximum(1.0, np.ceil(km * slow))
    minutes[~np.isfinite(slow)] = np.inf
    minutes[island, :] = np.inf
    minutes[:, island] = np.inf
    np.fill_diagonal(minutes, 0.0)
    return np.asarray(minutes)
