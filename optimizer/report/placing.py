"""Where marks and words go on a map so that none covers another; pixels of the narrowest map."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark: middle and radius, px; y grows upwards."""

    x: float
    y: float
    radius: float

    @property
    def box(self) -> Box:
        """Return x0, y0, x1, y1."""
        return (
            self.x - self.radius,
            self.y - self.radius,
            self.x + self.radius,
            self.y + self.radius,
        )


def push_apart(spots: Sequence[Spot], gap: float = 3.0, rounds: int = 200) -> list[Spot]:
    """Move overlapping marks apart, with a weak spring to where they belong."""
    at = [[s.x, s.y] for s in spots]
    for turn in range(rounds):
        moved = False
        for i in range(len(spots)):
            for j in range(i):
                need = spots[i].radius + spots[j].radius + gap
                dx, dy = at[i][0] - at[j][0], at[i][1] - at[j][1]
                distance = math.hypot(dx, dy)
                if distance >= need:
                    continue
                moved = True
                if distance < 1e-6:
                    angle = 2.399 * (i + 1)
                    dx, dy, distance = math.cos(angle), math.sin(angle), 1.0
                    push = need
                else:
                    push = need - distance
                heavy_i = spots[i].radius ** 2
                heavy_j = spots[j].radius ** 2
                share = heavy_j / (heavy_i + heavy_j)
                at[i][0] += dx / distance * push * share
                at[i][1] += dy / distance * push * share
                at[j][0] -= dx / distance * push * (1 - share)
                at[j][1] -= dy / distance * push * (1 - share)
        if not moved:
            break
        if turn < rounds - 120:
            for i, s in enumerate(spots):
                at[i][0] += 0.02 * (s.x - at[i][0])
                at[i][1] += 0.02 * (s.y - at[i][1])
    return [Spot(x, y, s.radius) for (x, y), s in zip(at, spots, strict=True)]


def bunches(points: Sequence[Point], reach: float) -> list[list[int]]:
    """Return the groups of points linked by steps of at most `reach`."""
    left = set(range(len(points)))
    groups = []
    while left:
        queue = [left.pop()]
        group = []
        while queue:
            here = queue.pop()
            group.append(here)
            near = {j for j in left if math.dist(points[here], points[j]) <= reach}
            left -= near
            queue += near
        groups.append(sorted(group))
    return groups


def overlap(a: Box, b: Box) -> float:
    """Return the common area of two boxes."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


@dataclass(frozen=True, slots=True)
class Label:
    """Where a label goes: its anchor point (px) and which side of it the text lies."""

    x: float
    y: float
    xanchor: str
    yanchor: str
    box: Box


def candidates(spot: Spot, width: float, height: float, away: float = 0.0) -> list[Label]:
    """Return twelve places around a mark, `away` px off it, the best readable first."""
    r = spot.radius + 4 + away
    s = r * 0.75
    ways = [
        (r, 0.0, "left", "middle"),
        (-r, 0.0, "right", "middle"),
        (0.0, r, "center", "bottom"),
        (0.0, -r, "center", "top"),
        (s, s, "left", "bottom"),
        (s, -s, "left", "top"),
        (-s, s, "right", "bottom"),
        (-s, -s, "right", "top"),
        (r * 0.2, r, "left", "bottom"),
        (r * 0.2, -r, "left", "top"),
        (-r * 0.2, r, "right", "bottom"),
        (-r * 0.2, -r, "right", "top"),
    ]
    found = []
    for dx, dy, xanchor, yanchor in ways:
        x, y = spot.x + dx, spot.y + dy
        x0 = {"left": x, "right": x - width, "center": x - width / 2}[xanchor]
        y0 = {"bottom": y, "top": y - height, "middle": y - height / 2}[yanchor]
        found.append(Label(x, y, xanchor, yanchor, (x0, y0, x0 + width, y0 + height)))
    return found


def place_label(
    spot: Spot,
    width: float,
    height: float,
    taken: Iterable[Box],
    crossed: Iterable[Point],
    bounds: Box,
    away: Iterable[float] = (0.0,),
) -> Label | None:
    """Return the best free place, near before far; arrows are avoided where that is possible.

    None if every place covers something or leaves the drawing.
    """
    taken, crossed = list(taken), list(crossed)
    best: tuple[float, Label] | None = None
    for ring, distance in enumerate(away):
        for order, label in enumerate(candidates(spot, width, height, distance)):
            outside = width * height - overlap(label.box, bounds)
            if outside > 0.5 or any(overlap(label.box, box) > 0.5 for box in taken):
                continue
            a, b, c, d = label.box
            hits = sum(1 for x, y in crossed if a <= x <= c and b <= y <= d)
            score = 40 * min(hits, 3) + 30 * ring + order
            if best is None or score < best[0]:
                best = (score, label)
    return best[1] if best else None


def bow(start: Point, end: Point, share: float = 0.16, steps: int = 24) -> list[Point]:
    """Return a quadratic curve bowed to the right of travel."""
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    dx, dy = end[0] - start[0], end[1] - start[1]
    cx, cy = mx + dy * share * 2, my - dx * share * 2
    curve = []
    for i in range(steps + 1):
        t = i / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        curve.append((a * start[0] + b * cx + c * end[0], a * start[1] + b * cy + c * end[1]))
    return curve


def trim(curve: Sequence[Point], start: float, end: float) -> list[Point]:
    """Cut `start` px off the beginning of a curve and `end` px off its end."""
    kept = [p for p in curve if math.dist(p, curve[0]) >= start and math.dist(p, curve[-1]) >= end]
    return kept if len(kept) >= 4 else list(curve[2:-2])


def arrow(curve: Sequence[Point], width: float) -> list[Point]:
    """Return the ring of an arrow along a curve: tapers towards the receiver, ends in a head."""
    length = math.dist(curve[0], curve[-1])
    width = min(width, max(2.0, 0.4 * length))
    head = min(max(7.0, 1.5 * width), 0.7 * length)
    body = [p for p in curve if math.dist(p, curve[-1]) > head] or list(curve[:2])
    left, right = [], []
    for i, (x, y) in enumerate(body):
        nxt = body[i + 1] if i + 1 < len(body) else curve[-1]
        dx, dy = nxt[0] - x, nxt[1] - y
        length = math.hypot(dx, dy) or 1.0
        half = width / 2 * (1 - 0.55 * i / max(1, len(body) - 1))
        left.append((x - dy / length * half, y + dx / length * half))
        right.append((x + dy / length * half, y - dx / length * half))
    tip, base = curve[-1], body[-1]
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    half = max(4.0, 0.85 * width)
    wings = [
        (base[0] - dy / length * half, base[1] + dx / length * half),
        tip,
        (base[0] + dy / length * half, base[1] - dx / length * half),
    ]
    return [*left, *wings, *reversed(right), left[0]]
