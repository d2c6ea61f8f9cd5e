"""What follows by rule from the tables of an example, as the judge works it out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.checking.arcs import Arcs, read_arcs
from optimizer.checking.capacity import Capacity, read_capacity
from optimizer.checking.inputs import Inputs, read_classes, read_inputs
from optimizer.checking.places import Places, read_places
from optimizer.checking.scenario import Scenario, read_scenario
from optimizer.checking.sources import Sources, read_sources
from optimizer.checking.violation import Bench
from tests.checking.folder import Folder


class Follows:
    """Everything that follows by rule from a folder."""

    def __init__(self, folder: Folder, root: Path) -> None:
        plan = folder.write(root)
        self.bench = Bench()
        self.scenario: Scenario = read_scenario(plan / "inputs" / "scenario.json", self.bench)
        self.sources: Sources = read_sources(root / "data" / "worked", self.bench)
        self.places: Places = read_places(self.sources, self.scenario)
        self.capacity: Capacity = read_capacity(self.sources, self.scenario, self.places)
        classes = read_classes(plan / "inputs", self.sources, self.capacity, self.bench)
        self.inputs: Inputs = read_inputs(
            plan / "inputs", classes, self.scenario, self.places, self.capacity, self.bench
        )
        self.arcs: Arcs = read_arcs(
            self.sources, self.scenario, self.places, self.capacity, self.inputs
        )

    def reach(self, kind: int, area: str, s: str) -> list[str]:
        o, c = self.places.areas.index(area), self.inputs.classes.names.index(s)
        return [self.places.names[g] for g in np.flatnonzero(self.arcs.admission[kind, o, :, c])]

    def sends(self, way: int, unit: str, s: str) -> list[str]:
        f, c = self.places.names.index(unit), self.inputs.classes.names.index(s)
        return [self.places.names[g] for g in np.flatnonzero(self.arcs.transfer[way, f, :, c])]

    def minutes(self, commune: str, unit: str) -> float:
        c, g = self.places.communes.index(commune), self.places.names.index(unit)
        return float(self.places.commune_minutes[c, g])
