"""Sites, arrows and words of the map, laid over the land so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go

from optimizer.report import formats
from optimizer.report.cells import Projection
from optimizer.report.folder import TIER_MARKS
from optimizer.report.mapdata import Arc, Site
from optimizer.report.palette import Palette, contrast
from optimizer.report.placing import (
    Box,
    Point,
    Spot,
    arrow,
    bow,
    bunches,
    place_label,
    push_apart,
    trim,
)

LARGEST_MARK = 32.0
SMALLEST_MARK = 9.0
CROWD_KM = 4.2
LABELS = 40
"""Up to so many sites every one keeps its name, even where it has to cross something."""
_EQUAL = {"circle": 1.0, "square": 0.886, "diamond": 1.08, "hexagon": 1.05, "star": 1.2}


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


@dataclass(slots=True)
class SiteLayer:
    """What is drawn over the land; `crossed` and `written` are where words should not go."""

    figure: go.Figure
    found: list[Site]
    frame: MapFrame
    lang: str
    palette: Palette
    spots: list[Spot] = field(init=False)
    letters: dict[int, str] = field(init=False)
    crossed: list[Point] = field(default_factory=list)
    written: list[Box] = field(default_factory=list)

    def __post_init__(self) -> None:
        top = max([1.0, *(site.beds for site in self.found)])
        spots = []
        for site in self.found:
            x, y = self.frame.px(site.lat, site.lon)
            spots.append(
                Spot(x, y, max(SMALLEST_MARK, LARGEST_MARK * math.sqrt(site.beds / top)) / 2)
            )
        self.spots = push_apart(spots)
        self.letters = letters(self.found)

    def arcs(self, arcs: Sequence[Arc]) -> None:
        """Draw the transfers: up filled, lateral hollow, down hollow and dashed."""
        p, scale = self.palette, self.frame.scale
        at = {site.unit: spot for site, spot in zip(self.found, self.spots, strict=True)}
        top = max([1e-9, *(arc.patients for arc in arcs)])
        styles = {
            "step_up": (p.accent, {"color": p.accent, "width": 1}),
            "lateral": (p.paper, {"color": p.accent, "width": 1.4}),
            "step_down": (p.paper, {"color": p.down, "width": 1.4, "dash": "3px,2px"}),
        }
        figures: list[tuple[Point, str, str]] = []
        for arc in arcs:
            if arc.origin not in at or arc.destination not in at or arc.direction not in styles:
                continue
            a, b = at[arc.origin], at[arc.destination]
            curve = trim(bow((a.x, a.y), (b.x, b.y)), a.radius + 1, b.radius + 2)
            ring = arrow(curve, max(3.0, 11 * arc.patients / top))
            fill, line = styles[arc.direction]
            self.figure.add_scatter(
                x=[x / scale for x, _ in ring],
                y=[y / scale for _, y in ring],
                mode="lines",
                fill="toself",
                fillcolor=fill,
                line=line,
                hoverinfo="skip",
            )
            self.crossed += curve
            if math.dist(curve[0], curve[-1]) > 30:
                colour = p.down if arc.direction == "step_down" else p.accent
                figures.append(
                    (curve[len(curve) // 2], formats.people(arc.patients, self.lang), colour)
                )
        placed: list[Point] = []
        for spot, text, colour in figures:
            if any(math.dist(spot, other) < 13 for other in placed):
                continue
            placed.append(spot)
            self._write(spot, f"<b>{text}</b>", {"size": 12, "color": colour}, bgcolor=p.paper)
        self.written += [(x - 8, y - 8, x + 8, y + 8) for x, y in placed]

    def sites(self, tiers: Sequence[str], hover: Sequence[str]) -> None:
        """Draw the sites: shape by tier, area by beds, fill and ring by load."""
        p, s = self.palette, self.frame.scale
        self._leaders()
        by_tier = {t: TIER_MARKS[i % len(TIER_MARKS)] for i, t in enumerate(tiers)}
        shapes = [by_tier.get(site.tier, "circle") for site in self.found]
        states = [site.state for site in self.found]
        sizes = [2 * k.radius * _EQUAL[shape] for k, shape in zip(self.spots, shapes, strict=True)]
        over = [i for i, state in enumerate(states) if state == "over"]
        self.figure.add_scatter(
            x=[self.spots[i].x / s for i in over],
            y=[self.spots[i].y / s for i in over],
            mode="markers",
            hoverinfo="skip",
            marker={
                "symbol": [shapes[i] for i in over],
                "size": [sizes[i] + 8 for i in over],
                "color": p.paper,
                "opacity": 1,
                "line": {"width": 2, "color": p.over},
            },
        )
        fills = {"low": p.low, "mid": p.mid, "over": p.over}
        inks = {
            k: p.ink if contrast(p.ink, f) > contrast(p.paper, f) else p.paper
            for k, f in fills.items()
        }
        rings = {"low": (p.ink, 1), "mid": (p.ink, 2), "over": (p.paper, 1)}
        self.figure.add_scatter(
            x=[spot.x / s for spot in self.spots],
            y=[spot.y / s for spot in self.spots],
            mode="markers+text",
            hoverinfo="text",
            hovertext=list(hover),
            text=[
                f"<b>{self.letters[i]}</b>" if i in self.letters else "" for i in range(len(states))
            ],
            textfont={"size": 12, "color": [inks[state] for state in states]},
            marker={
                "symbol": shapes,
                "size": sizes,
                "opacity": 1,
                "color": [fills[state] for state in states],
                "line": {
                    "color": [rings[state][0] for state in states],
                    "width": [rings[state][1] for state in states],
                },
            },
        )

    def _leaders(self) -> None:
        """Draw a line from a mark to its place where it was moved by more than its radius."""
        xs: list[float | None] = []
        ys: list[float | None] = []
        for site, spot in zip(self.found, self.spots, strict=True):
            home = self.frame.px(site.lat, site.lon)
            if math.dist(home, (spot.x, spot.y)) > max(spot.radius, 6):
                xs += [home[0] / self.frame.scale, spot.x / self.frame.scale, None]
                ys += [home[1] / self.frame.scale, spot.y / self.frame.scale, None]
        line = {"color": self.palette.ink3, "width": 1}
        self.figure.add_scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip")

    def labels(self) -> None:
        """Write the names; an overloaded site is never left unnamed, groups only if overloaded."""
        p = self.palette
        around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
        halo = ", ".join(f"{x}px {y}px 1px {p.paper}" for x, y in around)
        taken = [spot.box for spot in self.spots] + self.written
        order = sorted(
            range(len(self.found)),
            key=lambda i: (self.found[i].state != "over", -self.found[i].beds),
        )
        for i in order:
            site, over = self.found[i], self.found[i].state == "over"
            if i in self.letters or (site.grouped and not over):
                continue
            text = f"{site.short} {formats.pct(site.share, self.lang)}" if over else site.short
            size = (6.5 * len(text) + 2, 15.0)
            must = over or len(self.found) < LABELS
            label = place_label(
                self.spots[i], *size, taken, self.crossed, self.frame.bounds, must=must
            )
            if label is None:
                continue
            taken.append(label.box)
            self._write(
                (label.x, label.y),
                f"<b>{text}</b>" if over else text,
                {"size": 12.5, "color": p.alarm if over else p.ink, "shadow": halo},
                xanchor=label.xanchor,
                yanchor=label.yanchor,
            )

    def corner_list(self, points: Sequence[Point]) -> None:
        """Write what the letters stand for into the corner farthest from any commune."""
        if not self.letters:
            return
        lines = []
        for i, letter in self.letters.items():
            site = self.found[i]
            line = f"<b>{letter}</b>  {site.short}  {formats.pct(site.share, self.lang)}"
            if site.state == "over":
                line = f"<span style='color:{self.palette.alarm}'><b>{line}</b></span>"
            lines.append(line)
        f = self.frame
        corners = {
            (0, 1): (f.x0, f.y1),
            (1, 1): (f.x1, f.y1),
            (0, 0): (f.x0, f.y0 + 8),
            (1, 0): (f.x1, f.y0),
        }
        free = max(corners, key=lambda c: min(math.dist(corners[c], p) for p in points))
        self.figure.add_annotation(
            xref="x domain",
            yref="y domain",
            x=free[0],
            y=free[1],
            xanchor="left" if free[0] == 0 else "right",
            yanchor="top" if free[1] else "bottom",
            xshift=8 if free[0] == 0 else -8,
            align="left",
            showarrow=False,
            text="<br>".join(lines),
            font={"size": 12.5, "color": self.palette.ink2},
        )

    def _write(self, at: Point, text: str, font: dict[str, object], **more: object) -> None:
        x, y = at[0] / self.frame.scale, at[1] / self.frame.scale
        self.figure.add_annotation(
            x=x, y=y, text=text, font=font, showarrow=False, borderpad=0, **more
        )


def letters(sites: Sequence[Site]) -> dict[int, str]:
    """Letter the sites of a crowded town, all but the largest: index -> letter."""
    rows = [i for i, site in enumerate(sites) if not site.grouped]
    where = [(sites[i].lat * 110.57, sites[i].lon * 109.5) for i in rows]
    found: dict[int, str] = {}
    for bunch in bunches(where, CROWD_KM):
        crowd = sorted((rows[b] for b in bunch), key=lambda i: (-sites[i].beds, sites[i].unit))
        for i in crowd[1:] if len(crowd) >= 3 else []:
            found[i] = "abcdefghijklmnopqrstuvwxyz"[len(found) % 26]
    return found
