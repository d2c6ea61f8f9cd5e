"""The facility map as inline SVG, from the same prepared geometry as the app's map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from optimizer.report import formats
from optimizer.report.cells import Cells, Projection, make_cells, seams_between
from optimizer.report.folder import PlanReport
from optimizer.report.mapdata import (
    map_arcs,
    map_sites,
    need_by_commune,
    nice_breaks,
    waiting_by_commune,
)
from optimizer.report.maplayout import ARCS, EQUAL, MapLayout, frame_of
from optimizer.report.marks import TIER_SHAPES
from optimizer.report.palette import Palette, contrast
from optimizer.report.placing import Point

HEIGHT = 520
FONT = 'font-family="inherit"'


class _Pen:
    """Writes SVG in pixels from the kilometres and pixels of the layout, y downwards."""

    def __init__(self, layout: MapLayout, palette: Palette) -> None:
        self.layout, self.palette = layout, palette
        self.x0, self.y0, self.x1, self.y1 = layout.frame.bounds
        self.parts: list[str] = []

    def at(self, point: Point) -> str:
        """Return a point given in pixels east and north."""
        return f"{point[0] - self.x0:.1f} {self.y1 - point[1]:.1f}"

    def km(self, point: Point) -> str:
        """Return a point given in kilometres."""
        return self.at((point[0] * self.layout.frame.scale, point[1] * self.layout.frame.scale))

    def path(self, points: str, more: str) -> None:
        """Add a path."""
        self.parts.append(f'<path d="{points}" {more}/>')

    def text(
        self,
        point: Point,
        words: str,
        colour: str,
        *,
        anchor: str = "middle",
        bold: bool = False,
        size: float = 11.5,
        halo: bool = True,
    ) -> None:
        """Add words, with a halo of paper."""
        x, y = self.at(point).split()
        weight = ' font-weight="700"' if bold else ""
        ring = f'stroke="{self.palette.paper}" stroke-width="3" paint-order="stroke"'
        self.parts.append(
            f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" text-anchor="{anchor}"'
            f" {FONT}{weight} {ring if halo else ''}>{escape(words)}</text>"
        )

    def ring(self, points: Sequence[Point], *, km: bool) -> str:
        """Return a closed ring as path data."""
        one = self.km if km else self.at
        return "M" + "L".join(one(p) for p in points) + "Z"


@dataclass(frozen=True, slots=True)
class Ground:
    """The land of every map of a page, drawn once, and the breaks of its shades."""

    svg: str
    breaks: list[float]
    projection: Projection
    cells: Cells


GROUND = "ground"
"""Id of the drawing that every map shows again."""


def map_ground(report: PlanReport, palette: Palette) -> Ground:
    """Return the land, shaded by need, as a hidden drawing to be used by each map."""
    towns = report.communes
    projection = Projection.around(towns["lat"].tolist(), towns["lon"].tolist())
    points = tuple(projection.km(a, b) for a, b in zip(towns["lat"], towns["lon"], strict=True))
    cells = make_cells(points, report.province_area)
    layout = MapLayout([], frame_of(projection, cells, HEIGHT), "en", [], [], cells.land)
    pen = _Pen(layout, palette)
    waiting = waiting_by_commune(report)
    need = waiting if waiting.max() >= 0.5 else need_by_commune(report)
    breaks = nice_breaks(float(need.max()) if len(need) else 0.0)
    land = "".join(pen.ring(ring, km=True) for ring in cells.land)
    pen.path(land, f'fill="{palette.cells[0]}" stroke="{palette.ink3}" stroke-width="3"')
    pen.path(land, f'fill="{palette.cells[0]}"')
    for code, pieces in zip(towns["admin_unit_id"], cells.pieces, strict=True):
        shade = sum(float(need.get(code, 0.0)) >= b for b in breaks)
        if shade:
            data = "".join(pen.ring(ring, km=True) for ring in pieces)
            pen.path(data, f'fill="{palette.cells[shade]}"')
    groups = towns["parent_id"].astype(str).tolist()
    for same, colour, width in ((True, palette.paper, 0.8), (False, palette.line2, 1.1)):
        xs, ys = seams_between(cells, groups, same=same)
        ends = [(x or 0.0, y or 0.0) for x, y in zip(xs, ys, strict=True)]
        sides = (f"M{pen.km(ends[i])}L{pen.km(ends[i + 1])}" for i in range(0, len(ends), 3))
        pen.path("".join(sides), f'fill="none" stroke="{colour}" stroke-width="{width}"')
    body = "".join(pen.parts)
    hidden = 'width="0" height="0" style="position:absolute" aria-hidden="true"'
    return Ground(
        f'<svg {hidden}><defs><g id="{GROUND}">{body}</g></defs></svg>', breaks, projection, cells
    )


def map_svg(report: PlanReport, lang: str, palette: Palette, day: int, ground: Ground) -> str:
    """Return the map of a day as an SVG element over the ground of the page."""
    layout = MapLayout(
        map_sites(report, day, lang),
        frame_of(ground.projection, ground.cells, HEIGHT),
        lang,
        list(report.tiers["tier"]),
        map_arcs(report, day)[:ARCS],
        ground.cells.land,
    )
    pen = _Pen(layout, palette)
    pen.parts.append(f'<use href="#{GROUND}"/>')
    _arrows(pen)
    _marks(pen)
    _words(pen, lang)
    width, height = pen.x1 - pen.x0, pen.y1 - pen.y0
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
    return f'<svg {size} role="img">{"".join(pen.parts)}</svg>'


def _arrows(pen: _Pen) -> None:
    p = pen.palette
    styles = {
        "step_up": f'fill="{p.accent}" stroke="{p.accent}"',
        "lateral": f'fill="{p.paper}" stroke="{p.accent}" stroke-width="1.4"',
        "step_down": f'fill="{p.paper}" stroke="{p.down}" stroke-width="1.4" '
        'stroke-dasharray="3 2"',
    }
    for one in pen.layout.arrows:
        pen.path(pen.ring(one.ring, km=False), styles[one.arc.direction])
    for one in pen.layout.arrows:
        if one.figure is not None:
            colour = p.down if one.arc.direction == "step_down" else p.accent
            x, y = one.figure
            words = formats.people(one.arc.patients, pen.layout.lang)
            pen.text((x, y - 4), words, colour, bold=True)


def _marks(pen: _Pen) -> None:
    plan, p = pen.layout, pen.palette
    for i, (site, spot) in enumerate(zip(plan.sites, plan.spots, strict=True)):
        home, here = plan.frame.px(site.lat, site.lon), (spot.x, spot.y)
        label = plan.labels.get(i)
        lines = [(home, here)] if math.dist(home, here) > max(spot.radius, 6) else []
        if label is not None and math.dist((label.x, label.y), here) > spot.radius + 12:
            lines.append(((label.x, label.y), here))
        for a, b in lines:
            pen.path(f"M{pen.at(a)}L{pen.at(b)}", f'stroke="{p.ink3}" fill="none"')
    fills = {"low": p.low, "mid": p.mid, "over": p.over}
    for i, (site, spot) in enumerate(zip(plan.sites, plan.spots, strict=True)):
        shape = plan.shape(i)
        scale = 2 * plan.radii[i] * EQUAL[shape] / 10
        x, y = pen.at((spot.x, spot.y)).split()
        fill = fills[site.state]
        stroke = {"low": 1.0, "mid": 2.0, "over": 1.0}[site.state] / scale
        drawing = TIER_SHAPES[shape]
        if site.state == "over":
            ring = scale * 1.35
            pen.parts.append(
                f'<g transform="translate({x} {y}) scale({ring:.3f}) translate(-7 -7)" '
                f'fill="{p.paper}" stroke="{p.over}" stroke-width="{2 / ring:.2f}">{drawing}</g>'
            )
        edge = p.paper if site.state == "over" else p.ink
        pen.parts.append(
            f'<g transform="translate({x} {y}) scale({scale:.3f}) translate(-7 -7)" '
            f'fill="{fill}" stroke="{edge}" stroke-width="{stroke:.2f}">{drawing}</g>'
        )
        if i in plan.letters:
            ink = p.ink if contrast(p.ink, fill) > contrast(p.paper, fill) else p.paper
            middle = (spot.x, spot.y - 4)
            pen.text(middle, plan.letters[i], ink, bold=True, halo=False)


def _words(pen: _Pen, lang: str) -> None:
    plan, p = pen.layout, pen.palette
    anchors = {"left": "start", "center": "middle", "right": "end"}
    drop = {"top": -10.0, "middle": -4.0, "bottom": 3.0}
    for i, label in plan.labels.items():
        over = plan.sites[i].state == "over"
        point = (label.x, label.y + drop[label.yanchor])
        colour = p.alarm if over else p.ink
        pen.text(point, plan.name(i), colour, anchor=anchors[label.xanchor], bold=over)
    for corner, rows in plan.columns:
        for n, i in enumerate(rows):
            letter, words = plan.line(i)
            over = plan.sites[i].state == "over"
            y = corner[1] - 12 - 16.5 * n
            colour = p.alarm if over else p.ink2
            pen.text((corner[0], y), letter, colour, anchor="start", bold=True)
            words = words.replace("  ", " · ")
            pen.text((corner[0] + 14, y), words, colour, anchor="start", bold=over)
    scale = plan.frame.scale
    x, y = plan.bar[0] + 6, plan.bar[1] + 6
    points = [(x, y + 5), (x, y), (x + 10 * scale, y), (x + 10 * scale, y + 5)]
    data = "M" + "L".join(pen.at(point) for point in points)
    pen.path(data, f'fill="none" stroke="{p.ink2}" stroke-width="1.2"')
    pen.text((x + 5 * scale, y + 4), "10 km", p.ink2)
    north = (x + 12 + 10 * scale, y + 2)
    pen.text(north, "▲", p.ink2)
    pen.text((north[0], north[1] + 13), "B" if lang == "vi" else "N", p.ink2)
