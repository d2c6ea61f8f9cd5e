"""Rules of others and closing sites as an instance sees them (docs/data-format.md section 4)."""

from __future__ import annotations

import numpy as np

from optimizer.domain.care import PatientClass
from optimizer.domain.instance import BoolArray, FloatArray, IntArray, PlanRules
from optimizer.domain.phases import MOVED, OUT
from optimizer.domain.scenario import Scenario
from optimizer.domain.settings import Rules
from optimizer.domain.sites import Sites
from optimizer.domain.tables import Tables


def plan_rules(scenario: Scenario) -> PlanRules:
    """Return the rules of a scenario as rows of the model read them."""
    rules = scenario.rules
    return PlanRules(
        nobody_waits=rules.wait == "none",
        open_corridor=rules.corridor == "open",
        sender_counts=rules.sender_counts_move_day,
        whole_window=rules.whole_window,
    )


def rule_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return each rule that is not this planner's own, as the plan prints it."""
    usual, rules = Rules().model_dump(), scenario.rules.model_dump()
    notes = [f"rules.{key}: {_word(value)}" for key, value in rules.items() if value != usual[key]]
    closing = [f"shocks.closing: {one.facility} ({one.day})" for one in scenario.shocks.closing]
    curves = [
        ("" if wave.disease == scenario.disease else f"also.{wave.disease}.")
        + f"stays.{name}.survival"
        for wave in scenario.waves
        for name, stay in wave.stays.items()
        if stay.survival
    ]
    return (*notes, *closing, *curves, *_lifted(scenario))


def _lifted(scenario: Scenario) -> tuple[str, ...]:
    """Say whose hard limit on the road is lifted, if anybody's."""
    lifted = scenario.travel.ground_limit_override
    said = _word(lifted) if isinstance(lifted, bool) else ", ".join(lifted)
    return (f"travel.ground_limit_override: {said}",) if lifted else ()


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def own_units(
    tables: Tables,
    scenario: Scenario,
    sites: Sites,
    minutes: FloatArray,
    area_of: IntArray,
    people: FloatArray,
    areas: int,
) -> IntArray | None:
    """(O,) the own unit of each area under `movers: new`, -1 if none; None under other rules.

    `minutes` (C, F + H). The planning unit with a facility in one of the area's communes; of
    several the nearest, then the smallest id.
    """
    if scenario.rules.movers != "new":
        return None
    communes = [row.admin_unit_id for row in tables.admin_units if row.kind == "commune"]
    at = {commune: c for c, commune in enumerate(communes)}
    own = np.full(areas, -1, dtype=np.int64)
    best = np.full(areas, np.inf)
    for f, unit in enumerate(sites.inside):
        if unit.by_lever:
            continue
        homes = {sites.facilities[site].admin_unit_id for site in unit.sites}
        for o in sorted({int(area_of[at[home]]) for home in homes if home in at}):
            inside = np.flatnonzero(area_of == o)
            inside = inside[np.isfinite(minutes[inside, f])]
            if not len(inside):
                continue
            weights = people[inside] if people[inside].sum() > 0 else np.ones(len(inside))
            away = round(float(np.average(minutes[inside, f], weights=weights)), 6)
            if away < best[o]:
                own[o], best[o] = f, away
    return own


def closed_days(scenario: Scenario, sites: Sites) -> BoolArray | None:
    """(F, T) days on which a closing unit is closed; None if none closes.

    A group closes with the last of its members.
    """
    if not scenario.shocks.closing:
        return None
    day = np.arange(1, scenario.solved_days + 1)
    last = [max(closing_day(scenario, site) for site in unit.sites) for unit in sites.inside]
    return np.array([day >= one for one in last], dtype=bool).reshape(len(last), len(day))


def closing_day(scenario: Scenario, facility: str) -> int:
    """Return the first closed day of a facility; a day no plan has if it stays open."""
    days = [one.day for one in scenario.shocks.closing if one.facility == facility]
    return min(days, default=10**6)


def evacuated(scenario: Scenario, sites: Sites) -> BoolArray:
    """(F,) some site of the unit closes during the wave: all may be moved out."""
    last = scenario.solved_days
    return np.array(
        [any(closing_day(scenario, s) <= last for s in unit.sites) for unit in sites.inside],
        dtype=bool,
    )


def movable_classes(scenario: Scenario, classes: tuple[PatientClass, ...]) -> BoolArray:
    """(S,) who may leave a proper bed: as `movers` says, and people of `leaving` once."""
    movers, once = scenario.rules.movers, scenario.rules.leaving_moves_once
    out = []
    for row in classes:
        allowed = movers == "all" or (movers == "recovering" and row.phase == "recovering")
        if once and OUT in row.class_id:
            allowed = MOVED not in row.class_id
        out.append(allowed)
    return np.array(out, dtype=bool)


def may_leave(scenario: Scenario, sites: Sites, classes: tuple[PatientClass, ...]) -> BoolArray:
    """(F, S) who may leave a proper bed of each unit."""
    return np.asarray(evacuated(scenario, sites)[:, None] | movable_classes(scenario, classes))
