"""Classes of one day of a stay, who may move, and the own unit of an area: by rule, for the judge.

``X~day3`` is class X three days after admission, ``X~out5`` leaves after five more nights,
``X~out5~moved`` the same once moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from optimizer.checking.places import Places
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.violation import Bench, BoolArray, FloatArray, IntArray


class HasClasses(Protocol):
    """What is asked of the classes here."""

    @property
    def names(self) -> Sequence[str]:
        """Ids (S)."""

    @property
    def recovering(self) -> BoolArray:
        """(S,)."""


def plain(name: str) -> str:
    """Return the class of patient_classes.csv from which a class was made."""
    return name.partition("~")[0]


def leaves_on_known_day(name: str) -> bool:
    """Return whether it is a class of people whose day of leaving is known; means are allowed."""
    return "~out" in name


def arrival_classes(names: Sequence[str]) -> IntArray:
    """Return (S,) the class as which somebody arrives after a transfer."""
    at = {name: i for i, name in enumerate(names)}
    moved = [at.get(f"{name}~moved", i) for i, name in enumerate(names)]
    return np.array(moved, dtype=np.intp)


def movable_classes(scenario: Scenario, classes: HasClasses) -> BoolArray:
    """Return (S,) who may leave a proper bed: by ``movers``, and people of ``leaving`` once."""
    out = np.zeros(len(classes.names), dtype=bool)
    for i, name in enumerate(classes.names):
        if scenario.leaving_moves_once and leaves_on_known_day(name):
            out[i] = not name.endswith("~moved")
        else:
            out[i] = {"all": True, "new": False}.get(scenario.movers, bool(classes.recovering[i]))
    return out


def evacuated_units(scenario: Scenario, places: Places) -> BoolArray:
    """Return (F,) True where a member's facility closes during the wave."""
    ends = [
        min((scenario.closing.get(places.home[u], 10**6) for u in rows), default=10**6)
        for rows in places.members[: places.planned]
    ]
    return np.array([end <= scenario.days for end in ends], dtype=bool)


def own_units(sources: Sources, scenario: Scenario, places: Places) -> IntArray:
    """Return (O,) the area's own unit under ``movers: new``, -1 if none or under other rules.

    The nearest unit with a member in one of the area's communes; ties: the smallest id.
    """
    own = np.full(len(places.areas), -1, dtype=np.intp)
    if scenario.movers != "new":
        return own
    facilities = sources["facilities"]
    commune = dict(zip(facilities.ids("facility_id"), facilities.ids("admin_unit_id"), strict=True))
    area = {c: int(o) for c, o in zip(places.communes, places.area_of, strict=True)}
    best: dict[int, float] = {}
    for f, rows in enumerate(places.members[: places.planned]):
        if places.by_lever[f]:
            continue
        for o in {area.get(commune.get(places.home[u], ""), -1) for u in rows} - {-1}:
            away = round(float(places.area_minutes[o, f]), 6)
            if np.isfinite(away) and away < best.get(o, np.inf):
                own[o], best[o] = f, away
    return own


def nights_by_day(
    keep: FloatArray,
    names: Sequence[str],
    illness: Sequence[tuple[str, str]],
    scenario: Scenario,
    bench: Bench,
) -> None:
    """Hold the nights of classes of one day of a stay to the curve, or to the day of leaving.

    `keep` (3, S, S): the treated first. `illness`: disease and severity of each class.
    """
    at = {name: i for i, name in enumerate(names)}
    message = "{left} a night in inputs/hazards.csv, but {right} follow from the scenario."
    for i, name in enumerate(names):
        base, _, rest = name.partition("~")
        curve = scenario.curves.get(illness[i])
        kind, number = rest[:3], rest[3:].removesuffix("~moved")
        if rest and not (kind in ("day", "out") and number.isdecimal()):
            bench.add("inputs", "inputs/classes.csv", "{value!r} is not known here.", value=name)
            continue
        if kind == "out":
            after = f"{base}~out{int(number) - 1}{rest[3 + len(number) :]}"
            due = 1.0
        elif curve is not None and (kind == "day" or f"{name}~day1" in at):
            age = int(number or 0)
            after = f"{base}~day{age + 1}"
            alive = age + 1 < curve.size and curve[age] > 0
            due = float(curve[age + 1] / curve[age]) if alive else 0.0
            if after not in at and due > 0:
                missing = "The class {value} is missing."
                bench.add("inputs", "inputs/classes.csv", missing, value=after)
        else:
            continue
        if after in at:
            left = keep[0, i, at[after]]
            bench.equal("inputs", [left], [due], ((name,),), message, "share", 1e-9)
