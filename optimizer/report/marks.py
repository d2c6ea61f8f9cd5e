"""Small drawn marks as SVG data URIs: pages strip inline SVG, and fonts lack half the signs."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from optimizer.report.palette import Palette

TIER_SHAPES = {
    "circle": '<circle cx="7" cy="7" r="5"/>',
    "square": '<rect x="2" y="2" width="10" height="10"/>',
    "diamond": '<path d="M7 .8 L13.2 7 L7 13.2 L.8 7Z"/>',
    "hexagon": '<path d="M4 1.8H10L13 7L10 12.2H4L1 7Z"/>',
    "star": '<path d="M7 .5 8.6 5.2H13.5L9.6 8.2 11 13 7 10.1 3 13 4.4 8.2 .5 5.2H5.4Z"/>',
}


def svg_uri(body: str, width: int, height: int) -> str:
    """Return an SVG as a data URI."""
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _line(x0: float, x1: float, y0: float, y1: float, colour: str, width: float) -> str:
    ends = f'x1="{x0:.1f}" x2="{x1:.1f}" y1="{y0:.1f}" y2="{y1:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _path(d: str, fill: str, stroke: str, more: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="1.6" {more}/>'


def _baseline(name: str, x: float, y: float, p: Palette, fill: str) -> str:
    """Return one mark at a place.

    Plan ●, greedy ◇, no transfers ❘, local only ▽, shares by beds □, pooled bound dashed violet.
    """
    if name == "plan":
        ring = f'stroke="{p.paper}" stroke-width="1"'
        return f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{p.ink}" {ring}/>'
    if name == "greedy":
        return _path(f"M{x:.1f} {y - 5.5} l5.5 5.5 l-5.5 5.5 l-5.5 -5.5 Z", fill, p.greedy)
    if name == "local_only":
        return _path(f"M{x - 5:.1f} {y - 4} H{x + 5:.1f} L{x:.1f} {y + 5} Z", fill, p.none)
    if name == "proportional_share":
        return _path(f"M{x - 4.5:.1f} {y - 4.5} h9 v9 h-9 Z", fill, p.none)
    if name == "pooled_bound":
        ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{y - 7}" y2="{y + 7}"'
        return f'<line {ends} stroke="{p.bound}" stroke-width="2" stroke-dasharray="3 2"/>'
    return _line(x, x, y - 6.5, y + 6.5, p.none, 3)


def ruler(values: Mapping[str, float | None], palette: Palette, width: int = 200) -> str:
    """Return the baseline ruler of a figure: plan and rivals on one line, low at the left."""
    known = {k: v for k, v in values.items() if v is not None}
    low, high = (min(known.values()), max(known.values())) if known else (0.0, 0.0)

    def at(value: float) -> float:
        if high - low < 1e-9:
            return width / 2
        return 10 + (value - low) / (high - low) * (width - 20)

    parts = [_line(2, width - 2, 11, 11, palette.line2, 1)]
    if "plan" in known and "no_transfers" in known:
        ends = at(known["plan"]), at(known["no_transfers"])
        parts.append(_line(*ends, 11, 11, palette.ink, 2))
    order = (
        "no_transfers",
        "local_only",
        "proportional_share",
        "greedy",
        "pooled_bound",
        "plan",
    )
    parts += [_baseline(k, at(known[k]), 11, palette, palette.paper) for k in order if k in known]
    return svg_uri("".join(parts), width, 22)


def baseline(name: str, palette: Palette) -> str:
    """Return the mark of a baseline for a legend, 14 px."""
    return svg_uri(_baseline(name, 7, 7, palette, "none"), 14, 14)


def tier(shape: str, palette: Palette) -> str:
    """Return the corner shape of a tier."""
    return svg_uri(f'<g fill="{palette.ink2}">{TIER_SHAPES[shape]}</g>', 14, 14)


def load(state: str, palette: Palette) -> str:
    """Return the mark of a load: low, mid or over."""
    circle = '<circle cx="7" cy="7" r="{r}" fill="{f}" stroke="{s}" stroke-width="{w}"/>'
    if state == "over":
        outer = circle.format(r=6.2, f="none", s=palette.over, w=1.4)
        return svg_uri(outer + circle.format(r=4, f=palette.over, s=palette.paper, w=1), 14, 14)
    fill, width = (palette.low, 1) if state == "low" else (palette.mid, 2)
    return svg_uri(circle.format(r=5, f=fill, s=palette.ink, w=width), 14, 14)


def arrow(way: str, palette: Palette) -> str:
    """Return the arrow of a direction: up filled, lateral hollow, down hollow and dashed."""
    fill, stroke, more = {
        "up": (palette.accent, palette.accent, ""),
        "lateral": (palette.paper, palette.accent, ""),
        "down": (palette.paper, palette.down, 'stroke-dasharray="3 2"'),
    }[way]
    return svg_uri(_path("M1 5.5H15V2L25 7L15 12V8.5H1Z", fill, stroke, more), 26, 14)


def usable(palette: Palette) -> str:
    """Return the line of usable beds."""
    return svg_uri(_line(0, 20, 6, 6, palette.accent, 2), 20, 12)


def in_care(palette: Palette) -> str:
    """Return the bar of people in care."""
    return svg_uri(f'<rect width="16" height="12" fill="{palette.ramp[4]}"/>', 16, 12)


def unmet(palette: Palette) -> str:
    """Return the hatched bar of unmet need."""
    hatch = "".join(_line(x, x + 12, 12, 0, palette.alarm, 1.6) for x in (-8, -2, 4, 10))
    box = f'fill="{palette.alarm_tint}" stroke="{palette.alarm}"'
    return svg_uri(f'<rect x=".5" y=".5" width="15" height="11" {box}/>{hatch}', 16, 12)
