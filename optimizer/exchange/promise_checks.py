"""Says whether the promises of a scenario fit the tables of a province."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.domain.facility import Tables
from optimizer.domain.scenario import Scenario, Weights
from optimizer.errors import Problem
from optimizer.exchange.reading import nearest_name


def promise_checks(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Yield what does not fit: errors, and warnings of what would have no effect."""
    yield from _reserve(scenario, tables)


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
