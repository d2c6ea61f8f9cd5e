"""Who is there on the morning of day 1, where the scenario states it: whole people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.care import PatientClass
from optimizer.domain.demand import Demand, class_people, class_shares, largest_remainder, spread
from optimizer.domain.instance import FloatArray
from optimizer.domain.phases import AGE, OUT, nights_left
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import Sites
from optimizer.domain.tables import Tables


@dataclass(frozen=True, slots=True)
class Census:
    """Who is there on the morning of day 1, as observed: whole people."""

    treated: FloatArray
    """(F, S)."""
    boarding: FloatArray
    requests: FloatArray
    """(C, S) by commune."""


def is_stated(scenario: Scenario) -> bool:
    """Return whether the scenario states who lies in the houses this morning."""
    return bool(scenario.explicit.census or scenario.explicit.leaving)


def stated_census(
    scenario: Scenario, sites: Sites, classes: tuple[PatientClass, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return the stated people of one disease, treated and boarding, (F, S) each."""
    units = {
        member: f
        for f, unit in enumerate(sites.inside)
        for member in unit.members
        if not unit.by_lever
    }
    shape = (len(sites.inside), len(classes))
    treated, boarding = np.zeros(shape), np.zeros(shape)
    stated = scenario.explicit
    at = {row.class_id: number for number, row in enumerate(classes)}
    inside = [row for row in stated.census if row.unit in units]
    inside.sort(key=lambda row: (row.unit, row.state, row.count))
    for severity, phase in sorted({(row.severity, row.phase) for row in inside}):
        rows = [row for row in inside if (row.severity, row.phase) == (severity, phase)]
        counts = [row.count for row in rows]
        for s, people in class_people(classes, scenario, severity, phase, counts):
            for row, here in zip(rows, people.tolist(), strict=True):
                state = treated if row.state == "treated" else boarding
                older = f"{classes[s].class_id}{AGE}{row.days_since_admission}"
                state[units[row.unit], at.get(older, s)] += here
    for left in stated.leaving:
        nights = nights_left(left.leaves_on_day, scenario.solved_days)
        for s, share in class_shares(classes, scenario, left.severity, left.phase):
            if left.unit in units:
                here = at[f"{classes[s].class_id}{OUT}{nights}"]
                treated[units[left.unit], here] += left.count * share
    return treated, boarding


def stated_requests(
    tables: Tables, scenario: Scenario, classes: tuple[PatientClass, ...], demand: Demand
) -> FloatArray:
    """Return the stated open requests of one disease, whole people by commune, (C, S)."""
    requests = np.zeros((len(demand.communes), len(classes)))
    stated = scenario.explicit.open_requests
    for severity in sorted({request.severity for request in stated}):
        asked = np.zeros(len(demand.communes))
        for request in stated:
            if request.severity == severity:
                where = spread(tables, demand.communes, demand.population, request.area)
                asked += largest_remainder(where * request.count)
        counts = [int(count) for count in asked]
        for s, people in class_people(classes, scenario, severity, "acute", counts):
            requests[:, s] += people
    return requests
