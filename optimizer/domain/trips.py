"""What vehicles still can drive on a day, for plans made by a rule."""

from __future__ import annotations

import numpy as np

from optimizer.domain.fleet import FloatArray
from optimizer.domain.instance import Instance


class Trips:
    """Patient-minutes left of a day by base, vehicle class and, for the urgent, shift."""

    def __init__(self, inst: Instance, day: int) -> None:
        self.left: list[float] = inst.vehicle_minutes[:, day].tolist()
        self.fleet = inst.fleet
        if self.fleet is None:
            return
        self.least: list[int] = self.fleet.least.tolist()
        self.urgent: list[bool] = self.fleet.urgent.tolist()
        self.by_class: FloatArray = self.fleet.room[:, :, day].copy()
        share = self.fleet.urgent_share[None, :, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(share > 0, self.fleet.shift_room[..., day] / share, np.inf)
        self.for_urgent: FloatArray = most.min(axis=1, initial=np.inf)
        """(E, V) what urgent trips of a whole day may take, so that each shift has its share."""

    def room(self, base: int, patient_class: int) -> float:
        """Return the patient-minutes left for a class of patients at a base."""
        left = self.left[base]
        if self.fleet is None:
            return left
        upto = self.least[patient_class] + 1
        left = min(left, float(self.by_class[base, :upto].min()))
        if self.urgent[patient_class]:
            left = min(left, float(self.for_urgent[base, :upto].min()))
        return max(0.0, left)

    def take(self, base: int, patient_class: int, minutes: float) -> None:
        """Take patient-minutes for a class of patients at a base."""
        self.left[base] -= minutes
        if self.fleet is None:
            return
        upto = self.least[patient_class] + 1
        self.by_class[base, :upto] -= minutes
        if self.urgent[patient_class]:
            self.for_urgent[base, :upto] -= minutes
