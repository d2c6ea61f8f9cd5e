"""Sites, arrows and words of the map, drawn where the layout put them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from optimizer.report import formats
from optimizer.report.maplayout import EQUAL, MapLayout
from optimizer.report.palette import Palette, contrast
from optimizer.report.placing import Point


@dataclass(frozen=True, slots=True)
class SiteLayer:
    """What is drawn over the land."""

    figure: go.Figure
    layout: MapLayout
    palette: Palette

    def arrows(self) -> None:
        """Draw the transfers: up filled, lateral hollow, down hollow and dashed."""
        p, scale = self.palette, self.layout.frame.scale
        styles = {
            "step_up": (p.accent, {"color": p.accent, "width": 1}),
            "lateral": (p.paper, {"color": p.accent, "width": 1.4}),
            "step_down": (p.paper, {"color": p.down, "width": 1.4, "dash": "3px,2px"}),
        }
        for one in self.layout.arrows:
            fill, line = styles[one.arc.direction]
            self.figure.add_scatter(
                x=[x / scale for x, _ in one.ring],
                y=[y / scale for _, y in one.ring],
                mode="lines",
                fill="toself",
                fillcolor=fill,
                line=line,
                hoverinfo="skip",
            )
        for one in self.layout.arrows:
            if one.figure is not None:
                colour = p.down if one.arc.direction == "step_down" else p.accent
                text = f"<b>{formats.people(one.arc.patients, self.layout.lang)}</b>"
                self._write(one.figure, text, {"size": 12, "color": colour}, bgcolor=p.paper)

    def marks(self, hover: Sequence[str]) -> None:
        """Draw the sites: shape by tier, area by beds, fill and ring by load."""
        p, plan, s = self.palette, self.layout, self.layout.frame.scale
        self._leaders()
        every = range(len(plan.sites))
        states = [site.state for site in plan.sites]
        shapes = [plan.shape(i) for i in every]
        sizes = [2 * plan.radii[i] * EQUAL[shapes[i]] for i in every]
        over = [i for i in every if states[i] == "over"]
        self.figure.add_scatter(
            x=[plan.spots[i].x / s for i in over],
            y=[plan.spots[i].y / s for i in over],
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
            x=[spot.x / s for spot in plan.spots],
            y=[spot.y / s for spot in plan.spots],
            mode="markers+text",
            hoverinfo="text",
            hovertext=list(hover),
            text=[f"<b>{plan.letters[i]}</b>" if i in plan.letters else "" for i in every],
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
        """Draw a line from a mark to its place, and to a name that stands off, if moved far."""
        plan, scale = self.layout, self.layout.frame.scale
        pairs: list[tuple[Point, Point]] = []
        for i, (site, spot) in enumerate(zip(plan.sites, plan.spots, strict=True)):
            here, home = (spot.x, spot.y), plan.frame.px(site.lat, site.lon)
            if math.dist(home, here) > max(spot.radius, 6):
                pairs.append((home, here))
            label = plan.labels.get(i)
            if label is not None and math.dist((label.x, label.y), here) > spot.radius + 12:
                pairs.append(((label.x, label.y), here))
        xs: list[float | None] = []
        ys: list[float | None] = []
        for a, b in pairs:
            xs += [a[0] / scale, b[0] / scale, None]
            ys += [a[1] / scale, b[1] / scale, None]
        line = {"color": self.palette.ink3, "width": 1}
        self.figure.add_scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip")

    def names(self) -> None:
        """Write the names, with a halo of paper; overloaded sites in brick."""
        p, plan = self.palette, self.layout
        around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
        halo = ", ".join(f"{x}px {y}px 1px {p.paper}" for x, y in around)
        for i, label in plan.labels.items():
            over, text = plan.sites[i].state == "over", plan.name(i)
            self._write(
                (label.x, label.y),
                f"<b>{text}</b>" if over else text,
                {"size": 12.5, "color": p.alarm if over else p.ink, "shadow": halo},
                xanchor=label.xanchor,
                yanchor=label.yanchor,
            )

    def letters(self) -> None:
        """Write what the letters stand for."""
        plan = self.layout
        for corner, rows in plan.columns:
            lines = []
            for i in rows:
                letter, words = plan.line(i)
                line = f"<b>{letter}</b>  {words}"
                if plan.sites[i].state == "over":
                    line = f"<span style='color:{self.palette.alarm}'><b>{line}</b></span>"
                lines.append(line)
            font = {"size": 12.5, "color": self.palette.ink2}
            self._write(
                corner, "<br>".join(lines), font, xanchor="left", yanchor="top", align="left"
            )

    def scale_bar(self) -> None:
        """Draw ten kilometres and the north."""
        plan, scale = self.layout, self.layout.frame.scale
        x, y = (plan.bar[0] + 6) / scale, (plan.bar[1] + 6) / scale
        tick = 5 / scale
        line = {"color": self.palette.ink2, "width": 1.2}
        self.figure.add_scatter(
            x=[x, x, x + 10, x + 10],
            y=[y + tick, y, y, y + tick],
            mode="lines",
            line=line,
            hoverinfo="skip",
        )
        font = {"size": 12, "color": self.palette.ink2}
        middle = (plan.bar[0] + 6 + 5 * scale, plan.bar[1] + 8)
        self._write(middle, "10 km", font, yanchor="bottom")
        north = "B" if plan.lang == "vi" else "N"
        beside = (plan.bar[0] + 18 + 10 * scale, plan.bar[1] + 5)
        self._write(beside, north + "<br>▲", font, yanchor="bottom")

    def _write(self, at: Point, text: str, font: dict[str, object], **more: object) -> None:
        x, y = at[0] / self.layout.frame.scale, at[1] / self.layout.frame.scale
        self.figure.add_annotation(
            x=x, y=y, text=text, font=font, showarrow=False, borderpad=0, **more
        )
