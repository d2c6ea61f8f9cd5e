"""What a plan promises beside the patients' harm, as rows of the model read it.

Axes as in `optimizer.domain.instance`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.arrays import read_only

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Promised:
    """Promises on the axes of an instance; what is not promised limits nothing."""

    reserve: FloatArray
    """(K,) share of the open beds of level k and above that each unit keeps free; 0: no promise."""
    reception: FloatArray
    """(Q, T) patients a day that each place with a limit may take in; inf: no limit that day."""
    reception_of: NDArray[np.bool_]
    """(F, Q) the unit belongs to the place."""
    pins: FloatArray = field(default_factory=lambda: np.zeros((0, 6)))
    """(P, 6) decisions taken already: kind, day (from 0), from, to, class or level, count.

    Kind as in `optimizer.domain.promises_kept`; -1: no such place, or every class; from an area or
    a unit, to a unit, or a destination outside counted after the units.
    """
    earlier: FloatArray = field(default_factory=lambda: np.zeros((0, 7)))
    """(N, 7) flows of an earlier plan: transfer (1) or admission (0), day (from 0), from, to,
    class, kind or direction, patients; -1: not there now."""
    churn_days: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(T,) days that both plans speak of; (0,) without an earlier plan."""
    churn_price: float = 0.0
    """Burden of a patient more or fewer on a way than in the earlier plan."""
    sites_compared: bool = False
    """No unit is to be worse off than without transfers."""
    site_limit: FloatArray | None = None
    """(F,) its boarding and corridor days without transfers, shown days; None: not worked out."""
    site_price: float = 0.0
    """Harm of a day beyond it."""
    reserve_price: float = 0.0
    """Harm of a bed of the reserve taken for a day."""
    reception_places: tuple[str, ...] = ()
    """Ids of the places with a limit, in the order of the scenario."""
    wait_classes: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(S,) classes to whom a longest wait is promised; (0,) where none is."""
    wait_days: int = 0
    """Evenings on which somebody of them may still be waiting."""
    wait_price: float = 0.0
    """Harm of a patient and day beyond it."""
    wait_hard: bool = False
    """It must hold: nothing may be missed at a price."""

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def any(self) -> bool:
        """Return whether anything is promised."""
        return bool((self.reserve > 0).any()) or bool(
            self.reception_places or self.compared or len(self.pins) or self.limits_waiting
        )

    @property
    def limits_waiting(self) -> bool:
        """Return whether a longest wait is promised to anybody."""
        return bool(self.wait_classes.any())

    @property
    def must_hold(self) -> bool:
        """Return whether something is promised without which there may be no plan."""
        return bool(len(self.pins)) or (self.limits_waiting and self.wait_hard)

    @property
    def compared(self) -> bool:
        """Return whether units are held to what they have without transfers."""
        return self.site_limit is not None

    def days(self, part: slice) -> Promised:
        """Return the same promises for some of the days."""
        return replace(
            self,
            reception=self.reception[:, part].copy(),
            site_limit=None,
            pins=self.pins[:0],
            earlier=self.earlier[:0],
            churn_days=self.churn_days[:0],
            wait_classes=self.wait_classes[:0],
        )

    def without_what_must_hold(self) -> Promised:
        """Return the same without pins, and without a longest wait that must hold."""
        waits = self.wait_classes[:0] if self.wait_hard else self.wait_classes
        return replace(self, pins=self.pins[:0], wait_classes=waits)


def nothing_promised(levels: int, units: int, days: int) -> Promised:
    """Return promises that limit nothing."""
    return Promised(
        reserve=np.zeros(levels),
        reception=np.zeros((0, days)),
        reception_of=np.zeros((units, 0), dtype=bool),
    )
