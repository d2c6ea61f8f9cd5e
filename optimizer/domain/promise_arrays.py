"""What a scenario promises, pins and keeps of an earlier plan, on the axes of its instance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.instance import ADMISSION_KINDS, DIRECTIONS, BoolArray, Classes, FloatArray
from optimizer.domain.promises import Promised
from optimizer.domain.promises_kept import PIN_KINDS
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import Sites


def promised(
    scenario: Scenario,
    levels: tuple[str, ...],
    sites: Sites,
    areas: tuple[str, ...],
    classes: Classes,
) -> Promised:
    """Return the promises of a scenario on the axes of its instance."""
    said = scenario.promises
    days = np.arange(1, scenario.solved_days + 1)
    limits, belongs = [], []
    for row in said.reception:
        last = scenario.solved_days if row.to_day is None else row.to_day
        limits.append(np.where((days >= row.from_day) & (days <= last), row.patients, np.inf))
        named = [row.place == unit.unit_id for unit in sites.inside]
        homes = [row.place in unit.sites for unit in sites.inside]
        belongs.append(named if any(named) else homes)
    members = np.array(belongs, dtype=bool).reshape(len(belongs), len(sites.inside))
    wait = said.longest_wait
    waits = np.array([wait is not None and name == wait.severity for name in classes.severity])
    return Promised(
        wait_classes=waits if wait else np.zeros(0, dtype=bool),
        wait_days=wait.days if wait else 0,
        wait_price=scenario.weights.longest_wait if wait else 0.0,
        wait_hard=wait.hard if wait else False,
        reserve=np.array([said.reserve.get(level, 0.0) for level in levels]),
        pins=_pins(scenario, levels, sites, areas, classes.ids),
        earlier=_earlier(scenario, sites, areas, classes.ids),
        churn_days=_common_days(scenario),
        churn_price=scenario.burden.churn,
        sites_compared=said.no_site_worse_off,
        site_price=scenario.weights.no_site_worse_off,
        reserve_price=scenario.weights.reserve,
        reception=np.array(limits).reshape(len(limits), len(days)),
        reception_of=members.T.copy(),
        reception_places=tuple(row.place for row in said.reception),
    )


def _pins(
    scenario: Scenario,
    levels: tuple[str, ...],
    sites: Sites,
    areas: tuple[str, ...],
    classes: tuple[str, ...],
) -> FloatArray:
    """(P, 6) the pins of a scenario on the axes of its instance; -1 for what is not there."""
    units = [unit.unit_id for unit in (*sites.inside, *sites.outside)]

    def at(name: str | None, axis: Sequence[str]) -> int:
        return axis.index(name) if name in axis else -1

    rows = []
    for pin in scenario.pins:
        senders = areas if pin.kind == "admission" else units
        what = at(pin.care_level, levels) if pin.kind == "surge_beds" else at(pin.class_id, classes)
        place = at(pin.from_place, senders), at(pin.to_place, units)
        rows.append((PIN_KINDS.index(pin.kind), pin.day - 1, *place, what, pin.count))
    return np.array(rows, dtype=float).reshape(-1, 6)


def _common_days(scenario: Scenario) -> BoolArray:
    """(T,) days that an earlier plan speaks of too; (0,) without one."""
    before = scenario.previous_plan
    if before is None:
        return np.zeros(0, dtype=bool)
    days = np.arange(1, scenario.solved_days + 1)
    return np.asarray((days >= before.first_day) & (days <= before.last_day))


def _earlier(
    scenario: Scenario, sites: Sites, areas: tuple[str, ...], classes: tuple[str, ...]
) -> FloatArray:
    """(N, 7) flows of an earlier plan on the axes of the instance; -1 for what is not there."""
    before = scenario.previous_plan
    units = [unit.unit_id for unit in (*sites.inside, *sites.outside)]
    place = {name: number for number, name in enumerate(units)}
    area = {name: number for number, name in enumerate(areas)}
    patient = {name: number for number, name in enumerate(classes)}
    directions = (*DIRECTIONS[:3], "leaves")
    rows = []
    for flow in before.flows if before is not None else ():
        moves = flow.way in directions
        kinds = directions if moves else ADMISSION_KINDS
        start = (place if moves else area).get(flow.from_place, -1)
        way = start, place.get(flow.to_place, -1), patient.get(flow.class_id, -1)
        if flow.day <= scenario.solved_days:
            row = (int(moves), flow.day - 1, *way, kinds.index(flow.way), flow.patients)
            rows.append(row)
    return np.array(rows, dtype=float).reshape(-1, 7)
