"""Free rectangles on a map: what is covered, as a raster of small squares."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from optimizer.report.placing import Box, Point

STEP = 4.0
"""Side of a square, px."""


class Raster:
    """Which squares of a frame are covered; boxes and rings in px, y upwards."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        columns = max(1, int((frame[2] - frame[0]) / STEP))
        rows = max(1, int((frame[3] - frame[1]) / STEP))
        self.covered = np.zeros((rows, columns), dtype=bool)

    def cover_boxes(self, boxes: Iterable[Box]) -> None:
        """Mark boxes as covered."""
        for box in boxes:
            self.covered[self._window(box)] = True

    def cover_rings(self, rings: Iterable[Sequence[Point]]) -> None:
        """Mark convex rings as covered, with a square's width around them."""
        for ring in rings:
            xs, ys = [p[0] for p in ring], [p[1] for p in ring]
            at = self._window((min(xs) - STEP, min(ys) - STEP, max(xs) + STEP, max(ys) + STEP))
            x = self.frame[0] + (np.arange(at[1].start, at[1].stop) + 0.5)[None, :] * STEP
            y = self.frame[1] + (np.arange(at[0].start, at[0].stop) + 0.5)[:, None] * STEP
            sides = []
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
                length = math.dist(a, b)
                if length > 1e-9:
                    cross = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
                    sides.append(cross / length)
            if sides:
                turn = np.array(sides)
                inside = (turn >= -STEP).all(axis=0) | (turn <= STEP).all(axis=0)
                self.covered[at] |= inside

    def free(self, width: float, height: float, corners: Sequence[Point]) -> Box | None:
        """Return the free box nearest to a corner of the frame; (0, 0) is lower left.

        A corner counts as 60 px farther than the one named before it.
        """
        columns, rows = math.ceil(width / STEP), math.ceil(height / STEP)
        if rows > self.covered.shape[0] or columns > self.covered.shape[1]:
            return None
        total = np.pad(self.covered.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        count = (
            total[rows:, columns:]
            - total[:-rows, columns:]
            - total[rows:, :-columns]
            + total[:-rows, :-columns]
        )
        spots = np.argwhere(count == 0)
        if not len(spots):
            return None
        last = np.array(count.shape) - 1
        far = np.min(
            [
                np.hypot(*(spots - last * np.array([y, x])).T) * STEP + 60 * i
                for i, (x, y) in enumerate(corners)
            ],
            axis=0,
        )
        row, column = spots[int(far.argmin())]
        x, y = self.frame[0] + column * STEP, self.frame[1] + row * STEP
        return float(x), float(y), float(x + width), float(y + height)

    def _window(self, box: Box) -> tuple[slice, slice]:
        rows, columns = self.covered.shape
        x0, y0 = (math.floor((box[i] - self.frame[i]) / STEP) for i in (0, 1))
        x1, y1 = (math.ceil((box[i + 2] - self.frame[i]) / STEP) for i in (0, 1))
        return slice(max(0, y0), max(0, min(rows, y1))), slice(max(0, x0), max(0, min(columns, x1)))
