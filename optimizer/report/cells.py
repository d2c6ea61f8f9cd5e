"""Schematic commune cells from points alone: Voronoi cells rounded off by discs, in km.

No boundary file is needed: the radius of the discs is set so that the cells together have the area of
the province. Neighbours share their edges exactly, so cluster borders are edges between two clusters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Point = tuple[float, float]
_CORNERS = 28
_OUTER = -1
KM_PER_LAT = 110.57
KM_PER_LON = 111.32


@dataclass(frozen=True, slots=True)
class Cells:
    """`rings[i]` is the cell of point i; `edges[i]` the neighbour across each of its sides (-1: none)."""

    rings: tuple[tuple[Point, ...], ...]
    edges: tuple[tuple[int, ...], ...]
    radius: float

    @property
    def area(self) -> float:
        """Return the area of all cells, km2."""
        return sum(ring_area(ring) for ring in self.rings)


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to kilometres around a middle latitude; good to 1 % over a province."""

    lat: float
    lon: float

    @classmethod
    def around(cls, lats: Sequence[float], lons: Sequence[float]) -> Projection:
        """Return the projection around the middle of some points."""
        return cls((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)

    def km(self, lat: float, lon: float) -> Point:
        """Return kilometres east and north of the middle."""
        return (lon - self.lon) * KM_PER_LON * math.cos(math.radians(self.lat)), (lat - self.lat) * KM_PER_LAT


def ring_area(ring: Sequence[Point]) -> float:
    """Return the area of a ring."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


@lru_cache(maxsize=16)
def make_cells(points: tuple[Point, ...], area_km2: float | None = None) -> Cells:
    """Return the cells of the points; `area_km2` sets the radius, else a typical spacing does."""
    gaps = sorted(sorted(math.dist(p, q) for q in points if q != p)[:3][-1] for p in points) if len(points) > 3 else [10.0]
    low, high = gaps[len(gaps) // 2] * 0.5, gaps[-1] * 1.6 + 1.0
    if area_km2 is None:
        return _cells(points, gaps[int(len(gaps) * 0.9)])
    for _ in range(9):
        middle = (low + high) / 2
        if _cells(points, middle).area < area_km2:
            low = middle
        else:
            high = middle
    return _cells(points, high)


def _cells(points: tuple[Point, ...], radius: float) -> Cells:
    rings, edges = [], []
    turn = [(math.cos(2 * math.pi * i / _CORNERS), math.sin(2 * math.pi * i / _CORNERS)) for i in range(_CORNERS)]
    for i, (x, y) in enumerate(points):
        ring = [(x + radius * c, y + radius * s) for c, s in turn]
        sides = [_OUTER] * _CORNERS
        near = sorted((math.dist(points[i], q), j) for j, q in enumerate(points) if j != i)
        for distance, j in near:
            if distance >= 2 * radius:
                break
            if distance > 1e-9:
                ring, sides = _clip(ring, sides, points[i], points[j], j)
        rings.append(tuple(ring))
        edges.append(tuple(sides))
    return Cells(tuple(rings), tuple(edges), radius)


def _clip(ring: list[Point], sides: list[int], here: Point, there: Point, label: int) -> tuple[list[Point], list[int]]:
    """Keep what is nearer to `here` than to `there`; the new side is labelled."""
    nx, ny = there[0] - here[0], there[1] - here[1]
    limit = (there[0] ** 2 + there[1] ** 2 - here[0] ** 2 - here[1] ** 2) / 2
    depth = [p[0] * nx + p[1] * ny - limit for p in ring]
    if max(depth) <= 0:
        return ring, sides
    out: list[Point] = []
    marks: list[int] = []
    for k, p in enumerate(ring):
        nxt = (k + 1) % len(ring)
        inside, next_inside = depth[k] <= 0, depth[nxt] <= 0
        if inside:
            out.append(p)
            marks.append(sides[k])
        if inside != next_inside:
            t = depth[k] / (depth[k] - depth[nxt])
            out.append((p[0] + t * (ring[nxt][0] - p[0]), p[1] + t * (ring[nxt][1] - p[1])))
            marks.append(label if inside else sides[k])
    return out, marks


def borders(cells: Cells, groups: Sequence[str]) -> tuple[list[float | None], list[float | None], list[float | None], list[float | None]]:
    """Return two line traces (x, y with gaps): borders between groups, and the outline."""
    inner_x: list[float | None] = []
    inner_y: list[float | None] = []
    outer_x: list[float | None] = []
    outer_y: list[float | None] = []
    for i, (ring, sides) in enumerate(zip(cells.rings, cells.edges, strict=True)):
        for k, side in enumerate(sides):
            a, b = ring[k], ring[(k + 1) % len(ring)]
            if side == _OUTER:
                outer_x += [a[0], b[0], None]
                outer_y += [a[1], b[1], None]
            elif i < side and groups[i] != groups[side]:
                inner_x += [a[0], b[0], None]
                inner_y += [a[1], b[1], None]
    return inner_x, inner_y, outer_x, outer_y
