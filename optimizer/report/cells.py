"""Schematic land and commune cells from points alone, in km.

No boundary file is needed. Land is every place within a radius of the triangles between
neighbouring communes; the radius is set so that the land has the published area of the province.
A cell is the land nearer to its commune than to any other (Voronoi). Only convex pieces are ever
cut, so a cell is a handful of overlapping pieces of one colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

Point = tuple[float, float]
Ring = tuple[Point, ...]
KM_PER_LAT = 110.57
KM_PER_LON = 111.32
_CORNERS = 20
_GRID_KM = 0.8
_DEFAULT_RADIUS = 3.0


@dataclass(frozen=True, slots=True)
class Cells:
    """Convex rings: `land` together is the province, `pieces[i]` together the cell of point i.

    `seams` are the sides between two cells: (one end, other end, i, j).
    """

    land: tuple[Ring, ...]
    pieces: tuple[tuple[Ring, ...], ...]
    seams: tuple[tuple[Point, Point, int, int], ...]
    radius: float


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
        return (lon - self.lon) * KM_PER_LON * math.cos(math.radians(self.lat)), (
            lat - self.lat
        ) * KM_PER_LAT


def ring_area(ring: Sequence[Point]) -> float:
    """Return the area of a ring."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


@lru_cache(maxsize=16)
def make_cells(points: tuple[Point, ...], area_km2: float | None = None) -> Cells:
    """Return land and cells of the points; without an area the radius is 3 km."""
    near = _neighbours(points)
    faces = _faces(points, near)
    radius = _radius(points, faces, area_km2) if area_km2 else _DEFAULT_RADIUS
    land = {face: _hull([p for i in face for p in _circle(points[i], radius)]) for face in faces}
    pieces: list[tuple[Ring, ...]] = []
    seams: dict[tuple[float, ...], tuple[Point, Point, int, int]] = {}
    for i in range(len(points)):
        mine = []
        for face in (f for f in faces if any(n == i or n in near[i] for n in f)):
            ring, sides = _voronoi_part(land[face], points, i, near[i])
            if len(ring) < 3:
                continue
            mine.append(tuple(ring))
            for k, j in enumerate(sides):
                if j > i:
                    a, b = ring[k], ring[(k + 1) % len(ring)]
                    seams[(*(round(v, 4) for v in (*a, *b)), float(j))] = (a, b, i, j)
        pieces.append(tuple(mine))
    return Cells(tuple(land.values()), tuple(pieces), tuple(seams.values()), radius)


def _circle(middle: Point, radius: float) -> list[Point]:
    turn = 2 * math.pi / _CORNERS
    return [
        (middle[0] + radius * math.cos(k * turn), middle[1] + radius * math.sin(k * turn))
        for k in range(_CORNERS)
    ]


def _neighbours(points: tuple[Point, ...]) -> list[list[int]]:
    """Return the Voronoi neighbours of each point within a wide disc, nearest first."""
    if len(points) < 2:
        return [[] for _ in points]
    gaps = sorted(
        min(math.dist(p, q) for q in points if q != p) if len(set(points)) > 1 else 1.0
        for p in points
    )
    reach = 3.2 * gaps[int(len(gaps) * 0.9)]
    found = []
    for i, p in enumerate(points):
        ring, sides = _circle(p, reach), [-1] * _CORNERS
        order = sorted((math.dist(p, q), j) for j, q in enumerate(points) if j != i)
        for distance, j in order:
            if distance >= 2 * reach:
                break
            if distance > 1e-9:
                ring, sides = _clip(ring, sides, p, points[j], j)
        found.append([j for _, j in order if j in sides])
    return found


def _faces(points: tuple[Point, ...], near: list[list[int]]) -> list[tuple[int, ...]]:
    """Return triangles of neighbours without long sides, then pairs and points left over."""
    if len(points) < 2:
        return [(i,) for i in range(len(points))]
    lengths = sorted(
        math.dist(points[i], points[j]) for i, js in enumerate(near) for j in js if i < j
    )
    longest = 1.75 * lengths[int(len(lengths) * 0.5)] if lengths else 0.0
    mutual = {
        (i, j)
        for i, js in enumerate(near)
        for j in js
        if i < j and i in near[j] and math.dist(points[i], points[j]) <= longest
    }
    faces: list[tuple[int, ...]] = []
    for i, js in enumerate(near):
        faces += [
            (i, j, k)
            for j, k in combinations(sorted(n for n in js if n > i), 2)
            if {(i, j), (i, k), (j, k)} <= mutual
        ]
    covered = {pair for face in faces for pair in combinations(face, 2)}
    faces += sorted(mutual - covered)
    alone = set(range(len(points))) - {i for face in faces for i in face}
    for i in sorted(alone):
        faces.append((i, near[i][0]) if near[i] else (i,))
    return faces


def _radius(points: tuple[Point, ...], faces: list[tuple[int, ...]], area_km2: float) -> float:
    """Return the radius at which the land has the area, counted on a grid."""
    spots = np.array(points)
    margin = 12.0
    xs = np.arange(spots[:, 0].min() - margin, spots[:, 0].max() + margin, _GRID_KM)
    ys = np.arange(spots[:, 1].min() - margin, spots[:, 1].max() + margin, _GRID_KM)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    far = np.full(len(grid), np.inf)
    for face in faces:
        corners = spots[list(face)]
        inside = (
            np.ones(len(grid), dtype=bool) if len(face) == 3 else np.zeros(len(grid), dtype=bool)
        )
        turn = 0.0
        for k in range(len(face)):
            a, b = corners[k], corners[(k + 1) % len(face)]
            side = b - a
            along = np.clip(((grid - a) @ side) / max(float(side @ side), 1e-12), 0, 1)
            far = np.minimum(far, np.hypot(*(grid - a - along[:, None] * side).T))
            if len(face) == 3:
                if k == 0:
                    turn = float(
                        np.sign(side[0] * (corners[2] - a)[1] - side[1] * (corners[2] - a)[0])
                    )
                inside &= (side[0] * (grid - a)[:, 1] - side[1] * (grid - a)[:, 0]) * turn >= 0
        far[inside] = 0.0
    wanted = round(area_km2 / _GRID_KM**2)
    ordered = np.sort(far)
    return float(np.clip(ordered[min(wanted, len(ordered) - 1)], 1.0, margin))


def _hull(points: Sequence[Point]) -> Ring:
    """Return the convex hull, counter-clockwise."""
    ordered = sorted(set(points))

    def half(walk: Sequence[Point]) -> list[Point]:
        chain: list[Point] = []
        for p in walk:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return tuple(half(ordered) + half(ordered[::-1]))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _voronoi_part(
    ring: Ring, points: tuple[Point, ...], i: int, near: Sequence[int]
) -> tuple[list[Point], list[int]]:
    part, sides = list(ring), [-1] * len(ring)
    for j in near:
        if math.dist(points[i], points[j]) > 1e-9:
            part, sides = _clip(part, sides, points[i], points[j], j)
            if len(part) < 3:
                return [], []
    return part, sides


def _clip(
    ring: list[Point], sides: list[int], here: Point, there: Point, label: int
) -> tuple[list[Point], list[int]]:
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


def path_of(rings: Sequence[Sequence[Point]]) -> tuple[list[float | None], list[float | None]]:
    """Return closed rings as one trace, with gaps."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in rings:
        xs += [p[0] for p in (*ring, ring[0])] + [None]
        ys += [p[1] for p in (*ring, ring[0])] + [None]
    return xs, ys


def seams_between(
    cells: Cells, groups: Sequence[str], *, same: bool
) -> tuple[list[float | None], list[float | None]]:
    """Return the sides between cells of one group (`same`) or of two, as one trace."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for a, b, i, j in cells.seams:
        if (groups[i] == groups[j]) == same:
            xs += [a[0], b[0], None]
            ys += [a[1], b[1], None]
    return xs, ys
