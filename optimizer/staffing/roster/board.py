"""The best roster so far and the best bound, shared by all who search at once."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from optimizer.staffing.roster.rows import Compiled, IntArray


@dataclass(slots=True)
class Board:
    """Best values and bound; `stop` is set once they meet or time is up.

    Parameters
    ----------
    model
        Whose columns the values are.
    tell
        Called with (points, bound, seconds) at each better roster.
    """

    model: Compiled
    seconds: float
    tell: Callable[[int, float, float], None] | None = None
    values: IntArray | None = None
    points: float = math.inf
    bound: float = -math.inf
    first_seconds: float = math.nan
    infeasible: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.perf_counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def left(self) -> float:
        """Seconds of wall time left; none once it is over."""
        if self.stop.is_set():
            return 0.0
        return max(0.0, self.seconds - (time.perf_counter() - self.began))

    def offer(self, values: IntArray) -> bool:
        """Keep a roster if it is lawful and the best; say whether it was."""
        points = self.model.points(values)
        with self._lock:
            if points >= self.points or len(self.model.broken(values)):
                return False
            if self.values is None:
                self.first_seconds = time.perf_counter() - self.began
            self.values, self.points = values, points
            self._settle()
            if self.tell is not None:
                self.tell(points, self.bound, time.perf_counter() - self.began)
        return True

    def prove(self, bound: float) -> None:
        """Keep a bound if it is the best; points are whole, so it is rounded up."""
        if not math.isfinite(bound):
            return
        with self._lock:
            self.bound = max(self.bound, math.ceil(bound - 1e-6))
            self._settle()

    def _settle(self) -> None:
        if self.points <= self.bound:
            self.stop.set()

    def best(self) -> tuple[IntArray | None, float]:
        """Return the best values and their points."""
        with self._lock:
            return self.values, self.points
