"""Says whether rules of others, survival curves and closing sites of a scenario fit the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from optimizer.domain.phases import last_age
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.errors import Problem
from optimizer.exchange.promise_checks import promise_checks
from optimizer.exchange.reading import nearest_name, shown


def rule_checks(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Yield what does not fit: errors, and warnings of what would have no effect."""
    if scenario.rules.leaving_moves_once and not any(w.explicit.leaving for w in scenario.waves):
        yield _said(
            "rules.leaving_moves_once",
            "There are no rows under explicit.leaving: the rule has no effect.",
            "Add rows, or delete the rule.",
            warn=True,
        )
    yield from _one_level(scenario, tables)
    yield from _closing(scenario, tables)
    yield from _lateral_requests(scenario, tables)
    yield from promise_checks(scenario, tables)
    yield from _lifted_limits(scenario, tables)
    if scenario.weights.move_elsewhere and scenario.rules.movers != "new":
        yield _said(
            "weights.move_elsewhere",
            "Only rules.movers: new knows moves on admission: the price has no effect.",
            "Delete it.",
            warn=True,
        )


def wave_checks(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Yield what does not fit of a scenario of one disease."""
    yield from _curves(scenario)
    yield from _leaving(scenario, tables)
    yield from _whole_window(scenario, tables)


def _said(
    column: str, fault: str, remedy: str, value: str = "", warn: bool = False, **facts: object
) -> Problem:
    """Return a problem of the scenario."""
    grade: Literal["error", "warning"] = "warning" if warn else "error"
    return Problem(fault, remedy, "", 0, column, shown(value), severity=grade, values=facts)


def _curves(scenario: Scenario) -> Iterator[Problem]:
    """Curves belong to severities in which people come; their census says the day of the stay."""
    curves = {n: s.survival for n, s in scenario.stays.items() if s.survival is not None}
    for name in sorted(set(curves) & scenario.recovering_only):
        yield _said(
            f"stays.{name}.survival",
            "Severity {severity} only convalesces: a survival curve is for those who come.",
            "Write stay_days instead.",
            severity=name,
        )
    for index, row in enumerate(scenario.explicit.census, start=1):
        place = f"explicit.census[{index}].days_since_admission"
        curve = curves.get(row.severity) if scenario.hazards is None else None
        if curve is None and row.days_since_admission is not None:
            yield _said(
                place, "The stay of this severity has no survival curve.", "Leave the cell empty."
            )
        if curve is None:
            continue
        if row.phase == "recovering":
            yield _said(
                f"explicit.census[{index}].phase",
                "A stay with a survival curve has the acute phase only.",
                "Write acute.",
            )
        if row.days_since_admission is None:
            yield _said(
                place,
                "The stay of this severity has a survival curve: since when are they here?",
                "Write the days since admission, or list them under explicit.leaving.",
            )
        elif row.days_since_admission > last_age(curve):
            yield _said(
                place,
                "By the survival curve nobody stays longer than {last} days.",
                "Correct the days or the curve.",
                str(row.days_since_admission),
                last=last_age(curve),
            )


def _leaving(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """People whose day of leaving is known lie in units that exist, and have a class."""
    inside = {u.unit_id for u in tables.units if u.intake != "out_of_province"}
    rows = [c for c in tables.patient_classes if c.disease == scenario.disease]
    classes = {(c.severity, c.phase) for c in rows}
    for index, row in enumerate(scenario.explicit.leaving, start=1):
        if row.unit not in inside:
            meant = nearest_name(row.unit, inside)
            yield _said(
                f"explicit.leaving[{index}].unit",
                "No unit of the province has this id.",
                "Did you mean {meant}?" if meant else "Correct it.",
                row.unit,
                meant=meant,
            )
        if (row.severity, row.phase) not in classes:
            yield _said(
                f"explicit.leaving[{index}].severity",
                "patient_classes.csv has no row for {disease}, {severity}, {phase}.",
                "Add the row, or name another severity.",
                row.severity,
                disease=scenario.disease,
                severity=row.severity,
                phase=row.phase,
            )


def _one_level(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """An open corridor replaces beds of one level; only then can nobody be made to wait."""
    rules = scenario.rules
    if rules.wait == "none" and rules.corridor != "open":
        yield _said(
            "rules.wait",
            "Where nobody may wait, somebody must be able to lie in a corridor.",
            "Write corridor: open as well.",
        )
    key = "rules.wait" if rules.wait == "none" else "rules.corridor"
    if rules.wait != "none" and rules.corridor != "open":
        return
    beds = {level.care_level for level in tables.levels if level.place == "bed"}
    open_units = {u.unit_id for u in tables.units if u.intake == "open"}
    listed = {
        b.care_level
        for b in tables.beds
        if b.unit_id in open_units and b.physical_beds + b.surge_limit > 0 and b.care_level in beds
    }
    classes = [c for c in tables.patient_classes if c.disease in scenario.diseases]
    needed = {c.care_level for c in classes}
    if len(listed | needed) > 1:
        yield _said(
            key,
            "This rule is for one care level; here are {levels}.",
            "Plan one level at a time, or leave the rule out.",
            levels=", ".join(sorted(listed | needed)),
        )
    if rules.wait == "none" and any(c.needs_vehicle for c in classes):
        yield _said(
            key,
            "Classes that need a vehicle may have to wait for one.",
            "Write needs_vehicle 0, or leave the rule out.",
        )


def _whole_window(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Whole people on every day ask for whole arrivals of communes on every day."""
    if not scenario.rules.whole_window:
        return
    if scenario.route != "explicit" or scenario.population_groups:
        yield _said(
            "rules.whole_window",
            "Whole people on every day need whole arrivals: route explicit, without shares of "
            "population groups.",
            "Give the arrivals row by row, or leave the rule out.",
        )
        return
    communes = {u.admin_unit_id for u in tables.admin_units if u.kind == "commune"}
    for index, row in enumerate(scenario.explicit.arrivals, start=1):
        people = row.count * scenario.shocks.demand_factor
        if abs(people - round(people)) > 1e-9 or row.area not in communes:
            yield _said(
                f"explicit.arrivals[{index}].count",
                "Under rules.whole_window every row is whole people of one commune.",
                "Write whole people of a commune, or leave the rule out.",
                f"{people:g}",
            )


def _closing(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Facilities that close are there, and close within the window."""
    facilities = {f.facility_id for f in tables.facilities}
    for index, one in enumerate(scenario.shocks.closing, start=1):
        place = f"shocks.closing[{index}]"
        if one.facility not in facilities:
            meant = nearest_name(one.facility, facilities)
            yield _said(
                f"{place}.facility",
                "No facility has this id.",
                "Did you mean {meant}?" if meant else "Correct it.",
                one.facility,
                meant=meant,
            )
        if one.day > scenario.solved_days:
            yield _said(
                f"{place}.day",
                "Day {day} is after the last day solved ({last}): not counted.",
                "Raise horizon_days or beyond_days.",
                warn=True,
                day=one.day,
                last=scenario.solved_days,
            )


def _lateral_requests(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Lateral transfers asked for by name join two open units of the same tier rank."""
    ranks = {tier.tier: tier.rank for tier in tables.tiers}
    units = {u.unit_id: ranks.get(u.tier) for u in tables.units if u.intake == "open"}
    severities = {c.severity for c in tables.patient_classes if c.disease in scenario.diseases}
    for index, one in enumerate(scenario.options.lateral_requests, start=1):
        place = f"options.lateral_requests[{index}]"
        for key, unit in (("from_unit", one.from_unit), ("to_unit", one.to_unit)):
            if unit not in units:
                meant = nearest_name(unit, units)
                yield _said(
                    f"{place}.{key}",
                    "No open unit has this id.",
                    "Did you mean {meant}?" if meant else "Correct it.",
                    unit,
                    meant=meant,
                )
        if units.get(one.from_unit) != units.get(one.to_unit):
            yield _said(
                place,
                "The two units are not of the same tier rank: that is no lateral transfer.",
                "Name two units of one rank.",
            )
        if one.severity is not None and one.severity not in severities:
            meant = nearest_name(one.severity, severities)
            yield _said(
                f"{place}.severity",
                "patient_classes.csv has no such severity for the disease.",
                "Did you mean {meant}?" if meant else "Correct it.",
                one.severity,
                meant=meant,
            )


def _lifted_limits(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Limits that are lifted belong to classes that have one."""
    key, lifted = "travel.ground_limit_override", scenario.travel.ground_limit_override
    if isinstance(lifted, bool):
        return
    limits = {row.class_id: row.ground_limit_minutes for row in tables.patient_classes}
    for index, given in enumerate(lifted, start=1):
        if given not in limits:
            meant = nearest_name(given, limits)
            yield _said(
                f"{key}[{index}]",
                "patient_classes.csv has no such class.",
                "Did you mean {meant}?" if meant else "Write one that it has.",
                given,
                meant=meant,
            )
        elif limits[given] is None:
            yield _said(
                f"{key}[{index}]",
                "The class has no ground_limit_minutes: there is nothing to lift.",
                "Delete it.",
                given,
                warn=True,
            )
