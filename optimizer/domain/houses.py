"""What is left in every house on a day, for plans made by a rule."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.promises_kept import Intake
from optimizer.domain.terms import M3_A_DAY

SMALL = 1e-9
RESERVE_DAYS = 7.0
"""The rule takes a patient only if what is in store lasts so long at what is drawn then."""
Uses = list[tuple[int, float]]


@dataclass(slots=True)
class Houses:
    """What is left in every unit today.

    One slack for each nested bed row, the house, each role, each nested device row, each role that
    oversees, the oxygen flow and, last, the oxygen in store.
    """

    uses: list[list[Uses]]
    """[f][k]: rows that a patient of level k in a proper bed uses, with how much."""
    boarder: list[Uses]
    intake: Intake
    lowest: list[int]
    """[f]: the lowest level of the house; -1: it has no bed at all."""
    slack: list[list[float]] = field(default_factory=list)

    def open(self, inst: Instance, surge_beds: FloatArray, store: FloatArray, day: int) -> None:
        """Set the slacks of a morning on which nobody is there; `surge_beds` (F, K), store (F,)."""
        terms = inst.terms
        beds = inst.beds[:, :, day] + surge_beds
        devices = np.where(terms.device_levels, terms.devices[:, :, day], beds)
        heads = inst.staff[:, :, day] @ inst.stands_in.astype(float)
        self.slack = np.concatenate(
            [
                np.flip(np.cumsum(np.flip(beds, axis=1), axis=1), axis=1),
                beds.sum(axis=1)[:, None],
                heads,
                np.flip(np.cumsum(np.flip(devices, axis=1), axis=1), axis=1),
                heads,
                terms.oxygen_flow[:, day, None],
                (terms.oxygen_supply[:, day] + store / RESERVE_DAYS)[:, None],
            ],
            axis=1,
        ).tolist()

    def room(self, f: int, uses: Uses, wanted: float) -> float:
        """Return how many more of the wanted patients fit."""
        slack = self.slack[f]
        fits = min((slack[row] / much for row, much in uses), default=0.0)
        return max(0.0, min(wanted, fits))

    def take(self, f: int, uses: Uses, patients: float) -> None:
        """Use the rows."""
        for row, much in uses:
            self.slack[f][row] -= much * patients

    def over_at(self, f: int, uses: Uses) -> float:
        """Return the patients above the room of some rows; an empty store is no such row.

        It shows as oxygen that somebody goes without.
        """
        slack = self.slack[f]
        store = len(slack) - 1
        return max((-slack[row] / much for row, much in uses if row != store), default=0.0)

    def over(self, f: int) -> float:
        """Return the patients above the room of a house."""
        low = self.lowest[f]
        uses = [*self.boarder[f], *(self.uses[f][low] if low >= 0 else [])]
        return max(0.0, self.over_at(f, uses))

    def in_open_corridor(self, f: int, boarders: float) -> float:
        """Return who lies in an open corridor: all above the room of the house."""
        self.take(f, self.boarder[f], boarders)
        over = self.over(f)
        return over if over > SMALL else 0.0


def empty_houses(inst: Instance) -> Houses:
    """Return the houses of an instance before a day has opened them."""
    levels, roles, terms = len(inst.levels), len(inst.roles), inst.terms
    chain = inst.stands_in.T.astype(float)
    house, counted = levels, terms.device_levels
    draw = terms.oxygen_draw[None, :]
    # rows whose use depends on the level alone: staff, then after the devices the other three
    staff = chain @ inst.staff_need
    others = np.concatenate([chain @ terms.supervision, draw, M3_A_DAY * draw])
    first_device = house + 1 + roles
    weighed = [
        *((house + 1 + r, staff[r].tolist()) for r in range(roles)),
        *((first_device + levels + i, row.tolist()) for i, row in enumerate(others)),
    ]

    def at_level(k: int) -> Uses:
        return [(row, need[k]) for row, need in weighed if need[k] > 0]

    lowest: list[int] = inst.lowest_level.tolist()
    above = inst.above_lowest
    uses: list[list[Uses]] = []
    boarder: list[Uses] = []
    for f, low in enumerate(lowest):
        rows: list[Uses] = []
        for k in range(levels):
            beds = [(j, 1.0) for j in range(k + 1) if above[f, j]]
            devices = [(first_device + j, 1.0) for j in range(k + 1) if counted[f, j]]
            rows.append([*beds, (house, 1.0), *devices, *at_level(k)])
        uses.append(rows)
        boarder.append([(house, 1.0), *(at_level(low) if low >= 0 else [])])
    return Houses(uses, boarder, Intake(inst), lowest)
