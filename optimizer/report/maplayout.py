"""Where everything on the map stands, settled before anything is drawn: nothing covers a word.

Marks are pushed apart, names stand beside them; a name that finds no place, and those of a
crowded town, become letters with a list in a free corner, or below the land if there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from optimizer.report import formats
from optimizer.report.cells import Cells, Projection, Ring
from optimizer.report.folder import TIER_MARKS
from optimizer.report.freespace import Raster
from optimizer.report.mapdata import Arc, Site
from optimizer.report.placing import (
    Box,
    Label,
    Point,
    Spot,
    arrow,
    bow,
    bunches,
    place_label,
    push_apart,
    trim,
)

NARROWEST = 660.0
ARCS = 12
LARGEST_MARK = 32.0
SMALLEST_MARK = 9.0
LETTERED_MARK = 16.0
CROWD_KM = 4.2
LABELS = 40
"""Up to so many sites every one is named; beyond, those without room only when pointed at."""
LETTER, LISTED = 6.4, 6.0
LINE = 16.5
"""Width of a letter beside a mark and in the list, height of a line, px."""
WIDEST_ARROW = 11.0
EQUAL = {"circle": 1.0, "square": 0.886, "diamond": 1.08, "hexagon": 1.05, "star": 1.2}
"""Size of a shape that looks as large as a circle of the same area."""
REACH = {"circle": 1.0, "square": 1.26, "diamond": 1.41, "hexagon": 1.1, "star": 1.7}
"""How far a shape reaches, in radii of that circle."""
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class MapFrame:
    """Kilometres and pixels of one drawing."""

    projection: Projection
    scale: float
    x0: float
    x1: float
    y0: float
    y1: float

    def px(self, lat: float, lon: float) -> Point:
        """Return pixels east and north of the middle."""
        x, y = self.projection.km(lat, lon)
        return x * self.scale, y * self.scale

    @property
    def bounds(self) -> Box:
        """Return the frame in pixels."""
        s = self.scale
        return self.x0 * s, self.y0 * s, self.x1 * s, self.y1 * s


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transfer as drawn: its ring, and where its figure stands (None: too short for one)."""

    arc: Arc
    curve: list[Point]
    ring: list[Point]
    figure: Point | None


@dataclass(slots=True)
class MapLayout:
    """Places in pixels; indices are those of the sites. The frame may have grown downwards."""

    sites: list[Site]
    frame: MapFrame
    lang: str
    tiers: list[str]
    arcs: list[Arc]
    land: Sequence[Ring]
    letters: dict[int, str] = field(init=False)
    spots: list[Spot] = field(init=False)
    radii: list[float] = field(init=False)
    arrows: list[Arrow] = field(init=False)
    labels: dict[int, Label] = field(init=False)
    columns: list[tuple[Point, list[int]]] = field(init=False, default_factory=list)
    """Upper left corner and the sites of each column of the list of letters."""
    listed: Box | None = field(init=False, default=None)
    bar: Point = field(init=False, default=(0.0, 0.0))
    """Lower left corner of scale bar and north arrow."""

    def __post_init__(self) -> None:
        lettered = crowded(self.sites)
        while True:
            self.letters = dict(zip(lettered, (ALPHABET * 4)[: len(lettered)], strict=False))
            self._marks()
            self._arrows()
            nameless = self._names()
            if not nameless:
                break
            lettered += nameless
        self._corners()

    def shape(self, i: int) -> str:
        """Return the shape of a site's tier."""
        tier = self.sites[i].tier
        place = self.tiers.index(tier) if tier in self.tiers else 0
        return TIER_MARKS[place % len(TIER_MARKS)]

    def name(self, i: int) -> str:
        """Return what stands beside a mark."""
        site = self.sites[i]
        if site.state != "over":
            return site.short
        return f"{site.short} {formats.pct(site.share, self.lang)}"

    def line(self, i: int) -> tuple[str, str]:
        """Return the letter of a site and what the list says of it."""
        site = self.sites[i]
        return self.letters[i], f"{site.short}  {formats.pct(site.share, self.lang)}"

    def _marks(self) -> None:
        top = max([1.0, *(site.beds for site in self.sites)])
        self.radii, spots = [], []
        for i, site in enumerate(self.sites):
            least = LETTERED_MARK if i in self.letters else SMALLEST_MARK
            radius = max(least, LARGEST_MARK * math.sqrt(site.beds / top)) / 2
            self.radii.append(radius)
            x, y = self.frame.px(site.lat, site.lon)
            spots.append(Spot(x, y, radius * REACH[self.shape(i)]))
        self.spots = push_apart(spots, gap=2.0)

    def _arrows(self) -> None:
        at = {site.unit: spot for site, spot in zip(self.sites, self.spots, strict=True)}
        top = max([1.0, *(arc.patients for arc in self.arcs)])
        self.arrows = []
        figures: list[Box] = [spot.box for spot in self.spots]
        for arc in self.arcs:
            if arc.origin not in at or arc.destination not in at:
                continue
            a, b = at[arc.origin], at[arc.destination]
            curve = trim(bow((a.x, a.y), (b.x, b.y)), a.radius + 1, b.radius + 2)
            ring = arrow(curve, max(3.0, WIDEST_ARROW * arc.patients / top))
            figure = None
            if math.dist(curve[0], curve[-1]) > 30:
                x, y = curve[len(curve) // 2]
                box = (x - 9, y - 8, x + 9, y + 8)
                if all(_apart(box, other) for other in figures):
                    figure = (x, y)
                    figures.append(box)
            self.arrows.append(Arrow(arc, curve, ring, figure))

    def _names(self) -> list[int]:
        """Place the names; return the sites that must be named and found no place."""
        taken = [spot.box for spot in self.spots]
        for a in self.arrows:
            if a.figure is not None:
                x, y = a.figure
                taken.append((x - 9, y - 8, x + 9, y + 8))
        crossed = [point for a in self.arrows for point in a.curve]
        self.labels, nameless = {}, []
        order = sorted(
            range(len(self.sites)),
            key=lambda i: (self.sites[i].state != "over", -self.sites[i].beds),
        )
        for i in order:
            over = self.sites[i].state == "over"
            if i in self.letters or (self.sites[i].grouped and not over):
                continue
            size = (LETTER * len(self.name(i)) + 2, LINE - 1.5)
            away = (0.0, 12.0, 26.0) if over else (0.0, 12.0)
            label = place_label(self.spots[i], *size, taken, crossed, self.frame.bounds, away)
            if label is not None:
                self.labels[i] = label
                taken.append(label.box)
            elif over or len(self.sites) < LABELS or not self.sites[i].grouped:
                nameless.append(i)
        return nameless

    def _corners(self) -> None:
        """Put scale bar and list where neither land nor words are, else below the land."""
        raster = Raster(self.frame.bounds)
        scale = self.frame.scale
        raster.cover_rings([[(x * scale, y * scale) for x, y in ring] for ring in self.land])
        raster.cover_boxes(spot.box for spot in self.spots)
        raster.cover_boxes(label.box for label in self.labels.values())
        raster.cover_boxes((x - 5, y - 5, x + 5, y + 5) for a in self.arrows for x, y in a.ring)
        x0, y0, _, _ = self.frame.bounds
        below = y0
        bar = raster.free(10 * scale + 34, 40, [(0, 0), (1, 0), (0, 1), (1, 1)])
        if bar is None:
            below -= 44
            bar = (x0 + 4, below + 2, 0.0, 0.0)
        else:
            raster.cover_boxes([bar])
        self.bar = bar[:2]
        rows = sorted(self.letters, key=lambda i: ALPHABET.index(self.letters[i]))
        for count in (1, 2) if rows else ():
            width, height = self._list_size(rows, count)
            box = raster.free(width, height, [(0, 1), (1, 1), (1, 0), (0, 0)])
            if box is not None:
                self._put(rows, count, (box[0] + 6, box[3] - 2))
                break
        else:
            if rows:
                bounds = self.frame.bounds
                room = bounds[2] - bounds[0]
                count = next((n for n in (4, 3, 2) if self._list_size(rows, n)[0] <= room), 1)
                self._put(rows, count, (x0 + 8, below - 6))
                below -= self._list_size(rows, count)[1] + 6
        self.frame = replace(self.frame, y0=below / scale)

    def _widths(self, rows: Sequence[int], count: int) -> list[tuple[list[int], float]]:
        """Cut the list into columns, each with its width."""
        size = math.ceil(len(rows) / count)
        parts = [list(rows[i : i + size]) for i in range(0, len(rows), size)]
        return [(p, LISTED * max(len("".join(self.line(i))) + 3 for i in p) + 14) for p in parts]

    def _list_size(self, rows: Sequence[int], count: int) -> tuple[float, float]:
        columns = self._widths(rows, count)
        return sum(w for _, w in columns) + 10, LINE * len(columns[0][0]) + 8

    def _put(self, rows: Sequence[int], count: int, corner: Point) -> None:
        x, y = corner
        width, height = self._list_size(rows, count)
        self.listed = (x, y - height, x + width - 10, y)
        self.columns = []
        for part, wide in self._widths(rows, count):
            self.columns.append(((x, y), part))
            x += wide


def _apart(a: Box, b: Box) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def crowded(sites: Sequence[Site]) -> list[int]:
    """Return the sites of crowded towns that get a letter: all but the largest of each."""
    rows = [i for i, site in enumerate(sites) if not site.grouped]
    where = [(sites[i].lat * 110.57, sites[i].lon * 109.5) for i in rows]
    found: list[int] = []
    for bunch in bunches(where, CROWD_KM):
        crowd = sorted((rows[b] for b in bunch), key=lambda i: (-sites[i].beds, sites[i].unit))
        found += crowd[1:] if len(crowd) >= 3 else []
    return found


def frame_of(projection: Projection, cells: Cells, height: int) -> MapFrame:
    """Return the frame around the land, as large as the narrowest map allows."""
    xs = [p[0] for ring in cells.land for p in ring]
    ys = [p[1] for ring in cells.land for p in ring]
    pad = 0.02 * (max(xs) - min(xs))
    x0, x1, y0, y1 = min(xs) - pad, max(xs) + pad, min(ys) - pad, max(ys) + pad
    scale = min(NARROWEST / (x1 - x0), height / (y1 - y0))
    return MapFrame(projection, scale, x0, x1, y0, y1)
