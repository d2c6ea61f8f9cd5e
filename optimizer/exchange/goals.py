"""The goals of a plan as a table: every weight with its unit, meaning, source and confidence.

What may be edited is said by its key: a key of the scenario (``referral plan --set KEY=VALUE``), or
a cell of a table.
"""

from __future__ import annotations

from typing import Any

from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.i18n import translator

GROUPS = ("harm", "fairness", "burden")
UNITS = {
    "weights.death": "harm a death",
    "weights.corridor": "harm a patient-day",
    "weights.excess": "harm a patient-day",
    "weights.oxygen_short": "harm a cubic metre",
    "weights.move_event": "harm an event",
    "weights.move_up": "harm a transfer",
    "weights.move_down": "harm a transfer",
    "weights.lateness": "factor",
    "weights.out_of_province": "harm a patient",
    "weights.move_elsewhere": "harm a patient",
    "weights.no_site_worse_off": "harm a patient-day",
    "weights.longest_wait": "harm a patient-day",
    "weights.reserve": "harm a bed-day",
    "options.fairness.epsilon": "share of the harm",
    "burden.minute": "points a minute",
    "burden.move": "points a move",
    "burden.surge_bed_day": "points a bed-day",
    "burden.churn": "points a patient",
}
"""Unit of each key of the scenario that is a weight; the rows stand in this order."""
PROMISES = frozenset({"reserve", "no_site_worse_off", "longest_wait"})
"""Weights of promises, shown where the promise is made: a promise and its weight have one name."""
OF_LEVERS = {
    "levers.harm": "factor",
    "levers.home_unmet": "harm a patient-day",
    "levers.unit_day": "points a unit-day",
    "levers.million_vnd": "points a million VND",
}
"""The same, where the scenario speaks of levers."""


def goal_rows(scenario: Scenario, tables: Tables) -> list[dict[str, Any]]:
    """Return one row for each weight, in order of the groups.

    Returns
    -------
    ``group``, ``key``, ``value``, ``unit_vi``, ``unit_en``, ``meaning_vi``, ``meaning_en``,
    ``source``, ``confidence`` and ``table`` (empty: the key is one of the scenario).
    """
    rows: list[dict[str, Any]] = []

    def add(group: str, key: str, value: float, unit: str, meaning: str, **more: str) -> None:
        said = {
            f"{name}_{lang}": translator(lang)(text)
            for name, text in (("unit", unit), ("meaning", meaning))
            for lang in ("vi", "en")
        }
        rows.append({"group": group, "key": key, "value": value, **said, **more})

    for row in tables.patient_classes:
        if row.disease in scenario.diseases:
            add(
                "harm",
                f"unmet_weight.{row.class_id}",
                row.unmet_weight,
                "harm a patient-day",
                "harm of one unmet patient-day",
                source=row.source,
                confidence=row.confidence,
                table="patient_classes.csv",
            )
    for key, unit in (UNITS | (OF_LEVERS if scenario.levers else {})).items():
        if key.removeprefix("weights.") in PROMISES - set(scenario.promises.made):
            continue
        if key == "burden.churn" and scenario.previous_plan is None:
            continue
        part: Any = scenario
        for name in key.split("."):
            holder, part = part, getattr(part, name)
        meaning = type(holder).model_fields[name].description or ""
        source, confidence = scenario.provenance_of(key)
        group = {"weights": "harm", "burden": "burden"}.get(key.split(".")[0], "fairness")
        if key in OF_LEVERS:
            group = "harm" if key in ("levers.harm", "levers.home_unmet") else "burden"
        add(group, key, part, unit, meaning, source=source, confidence=confidence, table="")
    return sorted(rows, key=lambda row: GROUPS.index(row["group"]))
