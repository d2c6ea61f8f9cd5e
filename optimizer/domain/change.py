"""One figure changed to ask "what if": beds, people on duty, or patients in the house."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.domain.fit import fit_census
from optimizer.domain.instance import Instance, falls
from optimizer.errors import DataError, Problem

Kind = Literal["bed", "staff", "patient"]


@dataclass(frozen=True, slots=True)
class Change:
    """So many more (or fewer) of an item at a planning unit, from one day to another."""

    kind: Kind
    unit: str
    item: str
    """Care level of a bed, role of a person on duty, class of a patient."""
    amount: float
    """Beds and patients whole; people on duty may have decimals."""
    from_day: int = 1
    to_day: int | None = None
    """Last day, included; None: to the end. Patients are of the morning of day 1."""

    def __str__(self) -> str:
        """Return it as a person types it."""
        days = f"@{self.from_day}-{'' if self.to_day is None else self.to_day}"
        plain = self.from_day == 1 and self.to_day is None
        return f"{self.unit}:{self.item}={self.amount:+g}{'' if plain else days}"


_TYPED = re.compile(r"(?P<unit>.+):(?P<item>[^:=]+)=(?P<amount>[+-]?\d+(?:\.\d+)?)(?P<days>@.*)?")
_DAYS = re.compile(r"@(\d{1,3})-(\d{0,3})")


def read_change(kind: Kind, text: str) -> Change:
    """Return the change a person typed: ``UNIT:ITEM=+2`` or ``UNIT:ITEM=-1@5-12``.

    Raises
    ------
    DataError
        If it is not of that form.
    """
    found = _TYPED.fullmatch(text.strip())
    days = _DAYS.fullmatch(found["days"]) if found and found["days"] else None
    if found is None or (found["days"] and days is None):
        raise DataError(
            [
                Problem(
                    "This change cannot be read.",
                    "Write UNIT:ITEM=+2, or UNIT:ITEM=-1@5-12 for days 5 to 12.",
                    value=text,
                )
            ]
        )
    first = int(days[1]) if days else 1
    last = int(days[2]) if days and days[2] else None
    return Change(kind, found["unit"], found["item"], float(found["amount"]), first, last)


def _fault(change: Change, fault: str, remedy: str, **values: object) -> Problem:
    return Problem(fault, remedy, value=str(change), values=values)


def _faults(inst: Instance, change: Change) -> list[Problem]:
    axis = {"bed": inst.levels, "staff": inst.roles, "patient": inst.classes.ids}[change.kind]
    found: list[Problem] = []
    if change.unit not in inst.units:
        found.append(
            _fault(
                change,
                "The plan has no unit {unit}.",
                "Units of this plan: {known}.",
                unit=change.unit,
                known=", ".join(inst.units),
            )
        )
    if change.item not in axis:
        found.append(
            _fault(
                change,
                "The plan knows no {item} here.",
                "It knows: {known}.",
                item=change.item,
                known=", ".join(axis),
            )
        )
    if change.kind != "staff" and change.amount != round(change.amount):
        found.append(_fault(change, "Beds and patients are whole.", "Write a whole number."))
    last = inst.days if change.to_day is None else change.to_day
    if not 1 <= change.from_day <= last <= inst.days:
        found.append(
            _fault(
                change, "The plan has days 1 to {days}.", "Write days within them.", days=inst.days
            )
        )
    return found


def changed_instance(inst: Instance, changes: Sequence[Change]) -> Instance:
    """Return the instance after all changes; nothing falls below 0.

    A patient more is observed this morning without a bed of his own: where there is room, he gets
    one on day 1 (moving in the house costs nothing). A patient fewer leaves the boarders first.
    Where beds or people on duty no longer suffice for the census, who has none boards, by rule.

    Raises
    ------
    DataError
        With every change that names something the plan does not have.
    """
    problems = [problem for change in changes for problem in _faults(inst, change)]
    if problems:
        raise DataError(problems)
    beds, staff = inst.beds.copy(), inst.staff.copy()
    treated, boarding = inst.census_treated.copy(), inst.census_boarding.copy()
    for change in changes:
        f = inst.units.index(change.unit)
        days = slice(change.from_day - 1, change.to_day)
        if change.kind == "bed":
            k = inst.levels.index(change.item)
            if not inst.listed[f, k]:
                problems.append(
                    _fault(
                        change,
                        "{unit} has no beds of level {item}.",
                        "Name a level it lists, or open one in beds.csv and plan again.",
                        unit=change.unit,
                        item=change.item,
                    )
                )
            beds[f, k, days] = np.maximum(0.0, beds[f, k, days] + change.amount)
        elif change.kind == "staff":
            r = inst.roles.index(change.item)
            staff[f, r, days] = np.maximum(0.0, staff[f, r, days] + change.amount)
        else:
            s = inst.classes.ids.index(change.item)
            left = boarding[f, s] + change.amount
            boarding[f, s] = max(0.0, left)
            treated[f, s] = max(0.0, treated[f, s] + min(0.0, left))
    if problems:
        raise DataError(problems)
    fell = None if inst.fell is None else inst.fell | falls(beds - inst.beds, staff - inst.staff)
    after = inst.changed(beds=beds, staff=staff, fallen=None, fell=fell)
    treated, boarding = fit_census(after, inst.classes, treated, boarding, inst.rules.open_corridor)
    return after.changed(census_treated=treated, census_boarding=boarding)
