"""The case before the judge: everything read and derived, and the states that the rules share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from optimizer.checking.arcs import Arcs
from optimizer.checking.capacity import Capacity, closed_members
from optimizer.checking.flows import ADMISSION, BOARDING, STABILISE, TREATED, Flows
from optimizer.checking.inputs import Inputs, with_areas
from optimizer.checking.levers import LeverFlows, Levers
from optimizer.checking.phases import own_units
from optimizer.checking.places import Places
from optimizer.checking.proof import Axes
from optimizer.checking.reader import Document
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.vehicles import VehicleNeeds, read_needs
from optimizer.checking.violation import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Case:
    """One plan folder with what it was made from; ``~`` of the model is `after_night`.

    `capacity`: what units have with what levers give there; `own`: without.
    """

    folder: Path
    data_dir: Path
    plan: Document
    sources: Sources
    scenario: Scenario
    places: Places
    capacity: Capacity
    inputs: Inputs
    arcs: Arcs
    flows: Flows
    own: Capacity
    levers: Levers | None = None
    levers_done: LeverFlows | None = None
    site_limit: FloatArray | None = None
    """(F,) boarding and corridor days of each unit in the best plan without transfers."""

    @cached_property
    def units(self) -> list[str]:
        """Ids of planning units (F)."""
        return list(self.places.names[: self.places.planned])

    @property
    def proof_axes(self) -> Axes:
        """Names on the axes of this case, for proof.npz."""
        return Axes(
            areas=self.places.areas,
            units=self.places.names,
            planned=self.places.planned,
            levels=self.capacity.levels,
            classes=self.inputs.classes.names,
            roles=self.capacity.roles,
            bases=self.capacity.bases,
            days=self.scenario.days,
            vehicles=self.capacity.vehicles.names,
            shifts=self.capacity.vehicles.shifts,
            levers=self.levers.ids if self.levers else (),
            receptions=len(self.scenario.reception),
            pins=len(self.scenario.pins),
        )

    @cached_property
    def vehicle_needs(self) -> VehicleNeeds:
        """Return what vehicle each class of patients needs, and who cannot wait for a shift."""
        return read_needs(self.sources, self.inputs.classes.names)

    @cached_property
    def days(self) -> range:
        """Days as people count them (T)."""
        return range(1, self.scenario.days + 1)

    @cached_property
    def areas_day_one(self) -> tuple[FloatArray, FloatArray]:
        """(O, S) people with an open request; (O, S, T) arrivals."""
        return with_areas(self.inputs, self.places)

    @cached_property
    def treated_after_night(self) -> FloatArray:
        """(F, S, T) n~: those kept of yesterday's treated; on day 1 the census."""
        out = np.zeros_like(self.flows.treated)
        out[:, :, 0] = self.inputs.treated0
        out[:, :, 1:] = np.einsum("fat,ab->fbt", self.flows.treated[:, :, :-1], self.inputs.keep[0])
        return out

    @cached_property
    def boarding_after_night(self) -> FloatArray:
        """(F, S, T) b~: yesterday's boarders and the treated who got worse; on day 1 the census."""
        out = np.zeros_like(self.flows.boarding)
        out[:, :, 0] = self.inputs.boarding0
        out[:, :, 1:] = np.einsum(
            "fat,ab->fbt", self.flows.boarding[:, :, :-1], self.inputs.night[1]
        )
        out[:, :, 1:] += np.einsum(
            "fat,ab->fbt", self.flows.treated[:, :, :-1], self.inputs.worse[0]
        )
        return out

    @cached_property
    def waiting_after_night(self) -> FloatArray:
        """(O, S, T) u~: yesterday's waiting; on day 1 the open requests."""
        out = np.zeros_like(self.flows.waiting)
        out[:, :, 0] = self.areas_day_one[0]
        out[:, :, 1:] = np.einsum(
            "oat,ab->obt", self.flows.waiting[:, :, :-1], self.inputs.night[2]
        )
        return out

    @cached_property
    def admitted(self) -> FloatArray:
        """(G, S, T) admissions to a proper bed, or out of the province, into each unit."""
        rows = self.flows.admissions
        return rows.total("g s t", rows["kind"] != STABILISE)

    @cached_property
    def stabilised(self) -> FloatArray:
        """(F, S, T) admissions that arrive as boarders."""
        rows = self.flows.admissions
        return rows.total("g s t", rows["kind"] == STABILISE)[: self.places.planned]

    @cached_property
    def received(self) -> FloatArray:
        """(G, S, T) transfers into each unit, of both pools, by the class they arrive as."""
        sent = self.flows.transfers.total("g s t")
        out = np.zeros_like(sent)
        for s, arrives in enumerate(self.inputs.classes.arrives_as):
            out[:, arrives] += sent[:, s]
        return out

    @cached_property
    def own_unit(self) -> IntArray:
        """(O,) the area's own unit where going elsewhere is a move, else -1."""
        return own_units(self.sources, self.scenario, self.places)

    @cached_property
    def elsewhere(self) -> BoolArray:
        """Rows of admissions to another than the area's own unit."""
        rows = self.flows.admissions
        own = self.own_unit[rows["o"]]
        return np.asarray((own >= 0) & (own != rows["g"]))

    @cached_property
    def closed(self) -> BoolArray:
        """(F, T) the unit is closed that day: a group with the last of its members."""
        gone = closed_members(self.sources, self.scenario)
        rows = [gone[list(m)].all(axis=0) for m in self.places.members[: self.places.planned]]
        return np.array(rows, dtype=bool).reshape(self.places.planned, self.scenario.days)

    @cached_property
    def gone_but_counted(self) -> tuple[FloatArray, FloatArray]:
        """(F, T) and (F, K, T) who leaves a unit that day and still counts there, by the rule.

        All of them; and those out of a proper bed, or due in one, who need level k or above: nobody
        is due in a bed of a unit that cannot treat him.
        """
        f, k = self.places.planned, len(self.capacity.levels)
        house, beds = np.zeros((f, self.scenario.days)), np.zeros((f, k, self.scenario.days))
        if not self.scenario.sender_counts:
            return house, beds
        rows, moves = self.flows.admissions, self.flows.transfers
        level = self.inputs.classes.level
        able = self.capacity.from_level(self.capacity.has.astype(float)) > 0
        for table, leaves, sender, proper in (
            (rows, self.elsewhere, self.own_unit[rows["o"]], rows["kind"] != STABILISE),
            (moves, np.ones(len(moves), dtype=bool), moves["f"], moves["pool"] == TREATED),
        ):
            np.add.at(house, (sender[leaves], table["t"][leaves]), table.x[leaves])
            needs = level[table["s"]]
            proper = proper & able[sender, needs]
            for one in range(k):
                here = leaves & proper & (needs >= one)
                np.add.at(beds[:, one], (sender[here], table["t"][here]), table.x[here])
        return house, beds

    def moved_out(self, pool: int) -> FloatArray:
        """(F, S, T) transfers out of each unit from one pool."""
        rows = self.flows.transfers
        return rows.total("f s t", rows["pool"] == pool)

    @cached_property
    def moved_up(self) -> FloatArray:
        """(F, S, T) x_b out of each unit."""
        return self.moved_out(BOARDING)

    @cached_property
    def moved_down(self) -> FloatArray:
        """(F, S, T) x_n out of each unit."""
        return self.moved_out(TREATED)

    @cached_property
    def needs(self) -> BoolArray:
        """(K, S) True where the class needs level k or above."""
        level = self.inputs.classes.level
        return np.asarray(level[None, :] >= np.arange(len(self.capacity.levels))[:, None])

    @cached_property
    def at_level(self) -> FloatArray:
        """(K, S) 1 where the class needs exactly level k."""
        level = self.inputs.classes.level
        at = level[None, :] == np.arange(len(self.capacity.levels))[:, None]
        return np.asarray(at.astype(np.float64))

    @cached_property
    def treated_from_level(self) -> FloatArray:
        """(F, K, T) treated who need level k or above."""
        return np.asarray(np.einsum("ks,fst->fkt", self.needs.astype(float), self.flows.treated))

    @cached_property
    def open_beds(self) -> FloatArray:
        """(F, K, T) usable and surge beds of each level."""
        return np.asarray(self.capacity.beds + self.flows.surge_beds)

    @cached_property
    def admitted_observed_rows(self) -> BoolArray:
        """Rows of admissions that are of people observed."""
        return np.asarray(self.flows.admissions["obs"] == 1)

    @property
    def proper(self) -> BoolArray:
        """Rows of admissions to a proper bed of the province."""
        return np.asarray(self.flows.admissions["kind"] == ADMISSION)
