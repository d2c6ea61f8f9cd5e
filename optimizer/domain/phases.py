"""Phases that are days: since admission (a survival curve), or until a known day of leaving.

A severity whose stay has a curve S has one class for each day since admission; age i becomes age
i + 1 with S(i+1) / S(i) a night: the rows of the model stay as they are, and the means are exact.
People of `explicit.leaving` have one class for each night they still stay. Ids: ``ICU`` is age 0,
``ICU~day3`` age 3, ``ICU~out5`` leaves after five more nights, ``ICU~out5~moved`` the same once
moved. Source: docs/model.md section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.care import PatientClass
from optimizer.domain.instance import FloatArray, Hazards
from optimizer.domain.scenario import Scenario
from optimizer.domain.stay import Stay

AGE, OUT, MOVED = "~day", "~out", "~moved"


def is_plain(row: PatientClass) -> bool:
    """Return whether the class is a row of patient_classes.csv, not made here."""
    return "~" not in row.class_id


def last_age(curve: Sequence[float]) -> int:
    """Return the last day since admission on which somebody is still in bed."""
    return max(day for day, share in enumerate(curve) if share > 0)


def nights_left(leaves_on_day: int, solved_days: int) -> int:
    """Return the nights until the day of leaving; all beyond the window are the same."""
    return min(leaves_on_day, solved_days + 1) - 1


def with_days(rows: Sequence[PatientClass], scenario: Scenario) -> tuple[PatientClass, ...]:
    """Return the classes of patient_classes.csv with all that a curve or a leaving day adds."""
    found = list(rows)

    def another(row: PatientClass, ending: str) -> None:
        found.append(row.model_copy(update={"class_id": row.class_id + ending}))

    longest: dict[tuple[str, str], int] = {}
    for left in scenario.explicit.leaving:
        key = (left.severity, left.phase)
        nights = nights_left(left.leaves_on_day, scenario.solved_days)
        longest[key] = max(longest.get(key, 0), nights)
    for row in rows:
        stay = scenario.stays.get(row.severity) if scenario.hazards is None else None
        if stay is not None and stay.survival is not None and row.phase == "acute":
            for age in range(1, last_age(stay.survival) + 1):
                another(row, f"{AGE}{age}")
        for nights in range(1, longest.get((row.severity, row.phase), 0) + 1):
            another(row, f"{OUT}{nights}")
            if scenario.rules.leaving_moves_once:
                another(row, f"{OUT}{nights}{MOVED}")
    return tuple(sorted(found, key=lambda row: row.class_id))


@dataclass(slots=True)
class Nights:
    """Matrices under construction, (S, S) and (S,)."""

    keep: FloatArray
    waiting: FloatArray
    death_treated: FloatArray
    death_waiting: FloatArray


def write_curve(
    nights: Nights, ages: Sequence[int], stay: Stay, later: int | None, worse: int | None
) -> None:
    """Write the nights of a survival curve; `ages` are the numbers of its classes, youngest first.

    Who leaves dies with `death_share`, else convalesces or goes home. The clock starts with
    admission: who waits stays age 0 (a boarder his age) but for what `waiting` says.
    """
    curve = stay.survival or ()
    for age, here in enumerate(ages):
        stays = curve[age + 1] / curve[age] if age + 1 < len(ages) else 0.0
        if age + 1 < len(ages):
            nights.keep[here, ages[age + 1]] = stays
        nights.death_treated[here] = (1 - stays) * stay.death_share
        if later is not None:
            nights.keep[here, later] += (1 - stays) * (1 - stay.death_share)
        leave = 0.0
        if stay.waiting is not None:
            leave = 1.0 / max(1.0, stay.waiting.delay_days or stay.mean_days)
            nights.death_waiting[here] = leave * stay.waiting.death_share
            if worse is not None:
                nights.waiting[here, worse] += leave * stay.waiting.worse_share
        nights.waiting[here, here] += 1 - leave


def ages_of(classes: Sequence[PatientClass], young: int) -> list[int]:
    """Return the numbers of the classes of one curve, from age 0 (number `young`) on."""
    at = {row.class_id: number for number, row in enumerate(classes)}
    found, name = [young], classes[young].class_id
    while (older := at.get(f"{name}{AGE}{len(found)}")) is not None:
        found.append(older)
    return found


def with_leaving(hazards: Hazards, classes: Sequence[PatientClass]) -> Hazards:
    """Return the hazards with the nights of those whose day of leaving is known."""
    at = {row.class_id: number for number, row in enumerate(classes)}
    leaving = [number for number, row in enumerate(classes) if OUT in row.class_id]
    if not leaving:
        return hazards
    parts = {name: getattr(hazards, name).copy() for name in ("keep", "boarding", "waiting")}
    for number in leaving:
        base, _, rest = classes[number].class_id.partition(OUT)
        nights, moved, _ = rest.partition(MOVED)
        after = at.get(f"{base}{OUT}{int(nights) - 1}{moved}")
        if after is not None:
            for matrix in parts.values():
                matrix[number, after] = 1.0
    return replace(hazards, **parts)


def arrives_as(classes: Sequence[PatientClass]) -> np.ndarray:
    """(S,) the class as which somebody of a class arrives after a transfer."""
    at = {row.class_id: number for number, row in enumerate(classes)}
    return np.array(
        [
            at.get(row.class_id + MOVED, number) if OUT in row.class_id else number
            for number, row in enumerate(classes)
        ],
        dtype=np.int64,
    )
