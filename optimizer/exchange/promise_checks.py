"""Says whether the promises of a scenario fit the tables of a province."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.domain.promise_keys import Pin
from optimizer.domain.scenario import Scenario
from optimizer.domain.settings import Weights
from optimizer.domain.sites import planning_sites
from optimizer.domain.tables import Tables
from optimizer.errors import Problem
from optimizer.exchange.reading import nearest_name


def promise_checks(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Yield what does not fit: errors, and warnings of what would have no effect."""
    yield from _reserve(scenario, tables)
    yield from _reception(scenario, tables)
    yield from _sites(scenario)
    yield from _longest_wait(scenario, tables)
    yield from _pins(scenario, tables)


def _reserve(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """A reserve is of a care level with beds, and has a price."""
    levels = {level.care_level for level in tables.levels if level.place == "bed"}
    made = "reserve" in scenario.promises.made
    for level in scenario.promises.reserve:
        if level not in levels:
            meant = nearest_name(level, levels)
            yield Problem(
                "levels.csv has no care level with beds of this name.",
                "Did you mean {meant}?" if meant else "Correct it.",
                column=f"promises.reserve.{level}",
                values={"meant": meant},
            )
    if made and not scenario.weights.reserve:
        yield Problem(
            "At a weight of 0 nobody is sent elsewhere to keep a reserve: the promise has no "
            "effect on the plan.",
            "Raise the weight, or delete the promise.",
            column="weights.reserve",
            severity="warning",
        )
    usual = Weights.model_fields["reserve"].default
    if not made and scenario.weights.reserve != usual:
        yield Problem(
            "Nothing is promised under promises.reserve: the weight has no effect.",
            "Promise a reserve, or delete the weight.",
            column="weights.reserve",
            severity="warning",
        )


def _reception(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """A limit on reception is of a place of the plan, and within its days."""
    rows = scenario.promises.reception
    if rows and scenario.rules.wait == "none":
        yield Problem(
            "Where nobody may wait, no place can refuse to take somebody in.",
            "Leave out rules.wait, or the limits.",
            column="promises.reception",
        )
    units, groups = planned_places(scenario, tables)
    for index, row in enumerate(rows, start=1):
        place = f"promises.reception[{index}]"
        if row.place in groups:
            yield Problem(
                "Sites of this kind are planned together: {groups}.",
                "Name the group.",
                column=f"{place}.place",
                value=row.place,
                values={"groups": ", ".join(sorted(groups[row.place]))},
            )
        elif row.place not in units:
            meant = nearest_name(row.place, units)
            yield Problem(
                "No facility or unit of the plan has this id.",
                "Did you mean {meant}?" if meant else "Correct it.",
                column=f"{place}.place",
                value=row.place,
                values={"meant": meant},
            )
        last = scenario.solved_days if row.to_day is None else row.to_day
        if last < row.from_day and row.to_day is not None:
            yield Problem(
                "to_day is before from_day.", "Correct the days.", column=f"{place}.to_day"
            )
        elif row.from_day > scenario.solved_days:
            yield Problem(
                "Day {day} is after the last day solved ({last}): not counted.",
                "Raise horizon_days or beyond_days.",
                column=f"{place}.from_day",
                severity="warning",
                values={"day": row.from_day, "last": scenario.solved_days},
            )
        for other, earlier in enumerate(rows[: index - 1], start=1):
            end = scenario.solved_days if earlier.to_day is None else earlier.to_day
            if earlier.place == row.place and earlier.from_day <= last and row.from_day <= end:
                yield Problem(
                    "Row {other} has a limit of the same place on the same days.",
                    "Keep one of them.",
                    column=place,
                    values={"other": other},
                )


def planned_places(
    scenario: Scenario, tables: Tables
) -> tuple[frozenset[str], dict[str, set[str]]]:
    """Return ids of planning units and their facilities; and of those in groups, which group."""
    places: set[str] = set()
    groups: dict[str, set[str]] = {}
    for unit in planning_sites(tables, scenario).inside:
        places.add(unit.unit_id)
        if unit.unit_id not in unit.members:
            for name in (*unit.members, *unit.sites):
                groups.setdefault(name, set()).add(unit.unit_id)
        else:
            places.update(unit.sites)
    return frozenset(places), groups


def _sites(scenario: Scenario) -> Iterator[Problem]:
    """A weight of the comparison with a plan without transfers goes with the promise."""
    weight, key = scenario.weights.no_site_worse_off, "weights.no_site_worse_off"
    if scenario.promises.no_site_worse_off and not weight:
        yield Problem(
            "At a weight of 0 nothing is given up for a unit that is worse off: the promise has no "
            "effect on the plan.",
            "Raise the weight, or delete the promise.",
            column=key,
            severity="warning",
        )
    usual = Weights.model_fields["no_site_worse_off"].default
    if not scenario.promises.no_site_worse_off and weight != usual:
        yield Problem(
            "promises.no_site_worse_off is false: the weight has no effect.",
            "Make the promise, or delete the weight.",
            column=key,
            severity="warning",
        )


def _longest_wait(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """A longest wait is promised to a severity of the disease, and has a price or must hold."""
    told, weight = scenario.promises.longest_wait, scenario.weights.longest_wait
    usual, key = Weights.model_fields["longest_wait"].default, "weights.longest_wait"
    if told is None or told.hard:
        if weight != usual:
            yield Problem(
                "No longest wait is promised at a price: the weight has no effect.",
                "Make the promise with hard: false, or delete the weight.",
                column=key,
                severity="warning",
            )
    elif not weight:
        yield Problem(
            "At a weight of 0 nobody is admitted sooner to keep a longest wait: the promise has no "
            "effect on the plan.",
            "Raise the weight, or delete the promise.",
            column=key,
            severity="warning",
        )
    known = {c.severity for c in tables.patient_classes if c.disease in scenario.diseases}
    if told is not None and told.severity not in known:
        meant = nearest_name(told.severity, known)
        yield Problem(
            "patient_classes.csv has no such severity for the disease.",
            "Did you mean {meant}?" if meant else "Correct it.",
            column="promises.longest_wait.severity",
            value=told.severity,
            values={"meant": meant},
        )


def _pins(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """A pin names what there is, on a day that is solved, in whole ones where the plan is whole."""
    sites = planning_sites(tables, scenario)
    units = {unit.unit_id for unit in sites.inside}
    places = units | {unit.unit_id for unit in sites.outside}
    areas = {row.admin_unit_id for row in tables.admin_units if row.kind != "province"}
    classes = {c.class_id for c in tables.patient_classes if c.disease in scenario.diseases}
    levels = {level.care_level for level in tables.levels if level.place == "bed"}
    seen: dict[Pin, int] = {}
    for index, pin in enumerate(scenario.pins, start=1):
        surge = pin.kind == "surge_beds"
        senders = areas if pin.kind == "admission" else units
        for key, needed, known in (
            ("from_place", not surge, senders),
            ("to_place", True, units if surge else places),
            ("care_level", surge, levels),
        ):
            value = getattr(pin, key)
            base = value.partition("+")[0] if value and key == "from_place" else value
            if (value is None) == needed or (needed and base not in known):
                meant = nearest_name(value, known) if value and needed else ""
                remedy = "Did you mean {meant}?" if meant else "Correct it."
                fault = "Here a pin of {kind} names one of the plan." if needed else ""
                yield Problem(
                    fault or "A pin of {kind} says nothing here.",
                    remedy if needed else "Leave it empty.",
                    column=f"pins[{index}].{key}",
                    value=value or "",
                    values={"kind": pin.kind, "meant": meant},
                )
        if pin.class_id is not None and (surge or pin.class_id not in classes):
            meant = nearest_name(pin.class_id, classes)
            yield Problem(
                "patient_classes.csv has no such class for the disease.",
                "Did you mean {meant}?" if meant else "Correct it.",
                column=f"pins[{index}].class_id",
                value=pin.class_id,
                values={"meant": meant},
            )
        if pin.day > scenario.solved_days:
            yield Problem(
                "Day {day} is after the last day solved ({last}).",
                "Correct the day, or raise horizon_days or beyond_days.",
                column=f"pins[{index}].day",
                values={"day": pin.day, "last": scenario.solved_days},
            )
        whole = surge or (pin.kind == "transfer" and pin.day == 1) or scenario.rules.whole_window
        if whole and pin.count != round(pin.count):
            yield Problem(
                "Surge beds, and people who are moved on day 1, are whole.",
                "Write a whole number.",
                column=f"pins[{index}].count",
                value=f"{pin.count:g}",
            )
        same = pin.model_copy(update={"count": 0.0})
        if same in seen:
            yield Problem(
                "Row {other} pins the same.",
                "Keep one of them.",
                column=f"pins[{index}]",
                values={"other": seen[same]},
            )
        seen.setdefault(same, index)
