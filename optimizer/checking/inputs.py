"""The ``inputs/`` of a plan: classes, hazards, arrivals, census, and how day 1 starts from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from optimizer.checking.capacity import Capacity
from optimizer.checking.phases import (
    arrival_classes,
    leaves_on_known_day,
    nights_by_day,
    plain,
)
from optimizer.checking.places import Places
from optimizer.checking.reader import Table, ident, read_table
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import COLUMNS, OPTIONAL, Sources, once
from optimizer.checking.violation import WHOLE, Bench, BoolArray, FloatArray, IntArray

POOLS = ("treated", "boarding", "waiting")


@dataclass(frozen=True, slots=True)
class Classes:
    """Patient classes, in the order of ``inputs/classes.csv``; all arrays (S,)."""

    names: Sequence[str]
    disease: Sequence[str]
    severity: Sequence[str]
    level: IntArray
    recovering: BoolArray
    weight: FloatArray
    move_risk: FloatArray
    travel_limit: FloatArray
    ground_limit: FloatArray
    needs_vehicle: BoolArray
    direct: BoolArray
    by_day: BoolArray
    """Classes made by rule: one day of a stay each, not a row of patient_classes.csv."""
    arrives_as: IntArray
    """Class as which somebody of the class arrives after a transfer."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the plan was made from.

    Parameters
    ----------
    able
        (F, S) True where the unit is able to treat the class.
    keep, worse
        (3, S, S) a night's moves by pool, [pool, from, to]; pools as in `POOLS`.
    death
        (3, S) probability of death a night.
    arrivals
        (C, S, T) means of patients.
    waiting0, treated0, boarding0
        (C, S), (F, S), (F, S) whole people on day 1; the last two after the rule for a census
        above capacity.
    observed
        (F, S, 2) treated and boarding as observed.
    owed
        (S,) mean care days still owed after today.
    delta
        (3, S) probability of death a night beyond that under care.
    """

    classes: Classes
    able: BoolArray
    keep: FloatArray
    worse: FloatArray
    death: FloatArray
    arrivals: FloatArray
    waiting0: FloatArray
    treated0: FloatArray
    boarding0: FloatArray
    observed: FloatArray
    owed: FloatArray
    delta: FloatArray

    @property
    def night(self) -> FloatArray:
        """(3, S, S) keep and worse together."""
        return np.asarray(self.keep + self.worse)


def read_classes(folder: Path, sources: Sources, capacity: Capacity, bench: Bench) -> Classes:
    """Read ``classes.csv`` and compare it with the rows of ``patient_classes.csv``."""
    columns = COLUMNS["patient_classes"]
    table = read_table(
        folder / "classes.csv",
        "inputs/classes.csv",
        columns,
        bench,
        OPTIONAL["patient_classes"],
    )
    once(table, ("class_id",))
    source = sources["patient_classes"]
    row = {name: i for i, name in enumerate(source.ids("class_id"))}
    for i, full in enumerate(table.ids("class_id")):
        name = plain(full)
        for column in columns:
            bench.checked("inputs")
            mine = name if column == "class_id" else ident(table.columns[column][i])
            theirs = ident(source.columns[column][row[name]]) if name in row else None
            if not _same(mine, theirs):
                where = f"inputs/classes.csv:{table.rows[i]} {column}"
                message = "{left!r} differs from {right!r} in patient_classes.csv."
                bench.add("inputs", where, message, left=mine, right=theirs)
    index = {name: k for k, name in enumerate(capacity.levels)}
    return Classes(
        names=table.ids("class_id"),
        disease=table.ids("disease"),
        severity=table.ids("severity"),
        level=table.look_up("care_level", index),
        recovering=np.array([p == "recovering" for p in table.text("phase")], dtype=bool),
        weight=table.numbers("unmet_weight", low=0.0),
        move_risk=table.numbers("move_risk", blank=0.0, low=0.0),
        travel_limit=table.numbers("travel_limit_minutes", low=0.0),
        ground_limit=table.numbers("ground_limit_minutes", blank=np.inf, low=0.0),
        needs_vehicle=table.wholes("needs_vehicle") > 0,
        direct=table.wholes("top_tier_direct") > 0,
        by_day=np.array([plain(name) != name for name in table.ids("class_id")], dtype=bool),
        arrives_as=arrival_classes(table.ids("class_id")),
    )


def with_limits_lifted(classes: Classes, lifted: bool | frozenset[str]) -> Classes:
    """Return the classes without the hard limits on the road that the scenario lifts."""
    free = [lifted if isinstance(lifted, bool) else plain(name) in lifted for name in classes.names]
    return replace(classes, ground_limit=np.where(free, np.inf, classes.ground_limit))


def _same(mine: str, theirs: str | None) -> bool:
    """Return True if two cells say the same, as text or as numbers."""
    if theirs is None or mine == theirs:
        return mine == theirs
    try:
        return float(mine) == float(theirs)
    except ValueError:
        return False


def read_inputs(
    folder: Path,
    classes: Classes,
    scenario: Scenario,
    places: Places,
    capacity: Capacity,
    bench: Bench,
) -> Inputs:
    """Read the other tables of ``inputs/``; what breaks its own rules is noted under ``inputs``.

    `capacity` is that without levers: so is whom a unit is able to treat here.
    """
    _membership(folder, scenario, places, bench)
    s_index = {name: i for i, name in enumerate(classes.names)}
    pool_index = {name: i for i, name in enumerate(POOLS)}
    size = len(classes.names)

    table = read_table(
        folder / "hazards.csv",
        "inputs/hazards.csv",
        ("pool", "from_class", "to_class", "kind", "probability"),
        bench,
    )
    once(table, ("pool", "from_class", "to_class", "kind"))
    key = (
        table.look_up("pool", pool_index),
        table.look_up("from_class", s_index),
        table.look_up("to_class", s_index),
    )
    kind = table.look_up("kind", {"keep": 0, "worse": 1})
    hazards = np.zeros((2, 3, size, size))
    good = (np.array(key) >= 0).all(axis=0) & (kind >= 0)
    np.add.at(hazards, (kind[good], *(k[good] for k in key)), table.numbers("probability")[good])
    table = read_table(
        folder / "deaths.csv", "inputs/deaths.csv", ("pool", "class_id", "probability"), bench
    )
    once(table, ("pool", "class_id"))
    death = np.zeros((3, size))
    pool, s = table.look_up("pool", pool_index), table.look_up("class_id", s_index)
    good = (pool >= 0) & (s >= 0)
    np.add.at(death, (pool[good], s[good]), table.numbers("probability")[good])
    _lawful(hazards, death, classes, bench)
    illness = list(zip(classes.disease, classes.severity, strict=True))
    nights_by_day(hazards[0], classes.names, illness, scenario, bench)

    commune = {name: i for i, name in enumerate(places.communes)}
    table = read_table(
        folder / "arrivals.csv",
        "inputs/arrivals.csv",
        ("day", "commune", "class_id", "patients"),
        bench,
    )
    day, at = look_up_day(table, scenario.days), table.look_up("commune", commune)
    s, figures = table.look_up("class_id", s_index), table.numbers("patients")
    good = (day >= 0) & (at >= 0) & (s >= 0)
    arrivals = np.zeros((len(commune), size, scenario.days))
    np.add.at(arrivals, (at[good], s[good], day[good]), figures[good])
    axes = (places.communes, classes.names, range(1, scenario.days + 1))
    bench.at_most(
        "inputs", 0.0, arrivals, axes, "{right} patients arrive: below zero.", tolerance=0.0
    )

    able = able_to_treat(capacity.has, classes.level)
    waiting0, observed = _census(folder, places, classes.names, commune, bench)
    treated0, boarding0 = start_of_day_one(
        observed, able, capacity, classes, scenario.corridor == "open"
    )
    owed, delta = _outlook(hazards.sum(axis=0)[0], death, bench)
    return Inputs(
        classes=classes,
        able=able,
        keep=hazards[0],
        worse=hazards[1],
        death=death,
        arrivals=arrivals,
        waiting0=waiting0,
        treated0=treated0,
        boarding0=boarding0,
        observed=observed,
        owed=owed,
        delta=delta,
    )


def able_to_treat(has: BoolArray, level: IntArray) -> BoolArray:
    """Return (F, S): a level of the class or above is among those the unit has."""
    able = np.zeros((len(has), level.size), dtype=bool)
    for i, k in enumerate(level):
        able[:, i] = has[:, k:].any(axis=1) if k >= 0 else False
    return able


def look_up_day(table: Table, days: int) -> IntArray:
    """Return days counted from 0; -1 and a fault outside 1..`days`."""
    figures = table.wholes("day", low=-np.inf)
    out = np.where((figures >= 1) & (figures <= days), figures - 1, -1).astype(np.intp)
    for i in np.flatnonzero(out < 0):
        table.fault(
            int(i), "day", "Day {value} is outside 1 to {last}.", value=figures[i], last=days
        )
    return out


def _membership(folder: Path, scenario: Scenario, places: Places, bench: Bench) -> None:
    """Compare ``areas.csv`` and ``units.csv`` with what follows by rule."""
    table = read_table(folder / "areas.csv", "inputs/areas.csv", ("area", "commune"), bench)
    stated = set(zip(table.ids("area"), table.ids("commune"), strict=True))
    due = {(places.areas[o], c) for o, c in zip(places.area_of, places.communes, strict=True)}
    _same_pairs("inputs/areas.csv", stated, due, len(table), bench)
    table = read_table(
        folder / "units.csv", "inputs/units.csv", ("planning_unit", "unit_id"), bench
    )
    stated = set(zip(table.ids("planning_unit"), table.ids("unit_id"), strict=True))
    unit_ids = places.unit_ids
    due = {
        (name, unit_ids[u])
        for name, rows in zip(places.names, places.members, strict=True)
        for u in rows
    }
    outside = {(name, name) for name in places.names[places.planned :]}
    _same_pairs(
        "inputs/units.csv", stated | outside, due, len(table) + len(outside - stated), bench
    )


def _same_pairs(
    file: str, stated: set[tuple[str, str]], due: set[tuple[str, str]], rows: int, bench: Bench
) -> None:
    bench.checked("inputs", len(due))
    for pair in sorted(stated ^ due):
        message = (
            "{left} holds {right} here, which does not follow from the tables."
            if pair in stated
            else "{left} must hold {right}, as follows from the tables."
        )
        bench.add("inputs", file, message, left=pair[0], right=pair[1])
    if rows != len(stated):
        bench.add("inputs", file, "A row stands twice.")


def _lawful(hazards: FloatArray, death: FloatArray, classes: Classes, bench: Bench) -> None:
    axes = (("keep", "worse"), POOLS, classes.names, classes.names)
    bench.at_most(
        "inputs",
        0.0,
        hazards,
        axes,
        "The probability {right} is below zero.",
        "share",
        tolerance=1e-12,
    )
    bench.at_most(
        "inputs",
        0.0,
        death,
        (POOLS, classes.names),
        "The probability {right} is below zero.",
        "share",
        1e-12,
    )
    bench.at_most(
        "inputs",
        hazards.sum(axis=(0, 3)) + death,
        1.0,
        (POOLS, classes.names),
        "The probabilities of a night sum to {left}, above 1.",
        "share",
        tolerance=1e-9,
    )


def _census(
    folder: Path, places: Places, names: Sequence[str], commune: dict[str, int], bench: Bench
) -> tuple[FloatArray, FloatArray]:
    """Return (C, S) waiting and (F, S, 2) treated and boarding, as observed."""
    file = "inputs/opening_census.csv"
    columns = ("place", "class_id", "state", "patients")
    table = read_table(folder / "opening_census.csv", file, columns, bench)
    once(table, ("place", "class_id", "state"))
    planned = enumerate(places.names[: places.planned])
    unit = {name: i for i, name in planned if not places.by_lever[i]}
    people = table.numbers("patients", low=0.0)
    means = np.array([leaves_on_known_day(name) for name in table.ids("class_id")], dtype=bool)
    for i in map(int, np.flatnonzero((np.abs(people - np.rint(people)) > WHOLE) & ~means)):
        where, message = f"{file}:{table.rows[i]} patients", "{left} people: people seen are whole."
        bench.add(
            "inputs", where, message, float(abs(people[i] - np.rint(people[i]))), left=people[i]
        )
    s = table.look_up("class_id", {name: i for i, name in enumerate(names)})
    state = table.look_up("state", {name: i for i, name in enumerate(POOLS)})
    waiting = np.zeros((len(commune), len(names)))
    observed = np.zeros((places.planned, len(names), 2))
    for i, place in enumerate(table.ids("place")):
        known = commune if state[i] == 2 else unit
        if place not in known:
            table.fault(i, "place", "{value!r} is not known here.", value=place)
        elif s[i] >= 0 and state[i] == 2:
            waiting[commune[place], s[i]] += people[i]
        elif s[i] >= 0 and state[i] >= 0:
            observed[unit[place], s[i], state[i]] += people[i]
    return waiting, observed


def start_of_day_one(
    observed: FloatArray,
    able: BoolArray,
    capacity: Capacity,
    classes: Classes,
    open_corridor: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Return treated and boarding on day 1: whom beds or staff cannot hold enters as a boarder.

    A class that the unit is not able to treat boards. Then level by level from the top, the lowest
    included, least weight first (ties: class id), whole people, until the treated need no more than
    the usable beds, then the devices, at and above each level. Then one person at a time, by the
    same order among those who use a short row, until none is short: staff, supervision (stand-ins
    as in ``staff_on_duty``) and oxygen flow, needs of the treated only. Surge beds do not count. In
    an open corridor whom the unit is able to treat is treated.
    """
    terms = capacity.terms
    treated = np.where(able, observed[:, :, 0], 0.0)
    if open_corridor:
        return treated, observed[:, :, 1] + observed[:, :, 0] - treated
    order = sorted(range(len(classes.names)), key=lambda s: (classes.weight[s], classes.names[s]))
    beds = capacity.beds[:, :, 0]
    room = capacity.from_level(beds)
    ready = capacity.from_level(np.where(terms.counted, terms.devices[:, :, 0], beds))
    ready = np.where(terms.counted, ready, np.inf)
    spare_staff = capacity.staff[:, :, 0] @ capacity.stands_in.T
    spare = np.concatenate([spare_staff, spare_staff, terms.flow[:, :1]], axis=1)
    by_role = [capacity.stands_in @ figures for figures in (capacity.needs, terms.oversees)]
    needs = np.concatenate([*by_role, terms.draw[None]])[:, classes.level]
    for f in np.flatnonzero(treated.any(axis=1)):
        n = treated[f]
        for k in reversed(range(len(capacity.levels))):
            above = classes.level >= k
            for limit in (room[f, k], ready[f, k]):
                for s in order:
                    while above[s] and n[s] > 0 and n[above].sum() > limit + WHOLE:
                        n[s] = max(0.0, n[s] - 1)
        while n.any():
            short = needs @ n > spare[f] + WHOLE
            asks = needs[short].any(axis=0)
            first = next((s for s in order if n[s] > 0 and asks[s]), None)
            if first is None:
                break
            n[first] = max(0.0, n[first] - 1)
    return treated, observed[:, :, 1] + observed[:, :, 0] - treated


def _outlook(night: FloatArray, death: FloatArray, bench: Bench) -> tuple[FloatArray, FloatArray]:
    """Return (S,) care days still owed, and (3, S) deaths a night beyond those under care."""
    size = len(night)
    try:
        owed = np.asarray(np.linalg.solve(np.eye(size) - night, np.ones(size)) - 1)
    except np.linalg.LinAlgError:
        bench.add("inputs", "inputs/hazards.csv", "Somebody under care would never leave.")
        owed = np.zeros(size)
    return owed, np.asarray(np.maximum(0.0, death - death[0]))


def with_areas(inputs: Inputs, places: Places) -> tuple[FloatArray, FloatArray]:
    """Return (O, S) people waiting on day 1 and (O, S, T) arrivals, by planning area."""
    belongs = np.zeros((len(places.areas), len(places.communes)))
    belongs[places.area_of, np.arange(len(places.communes))] = 1.0
    return belongs @ inputs.waiting0, np.einsum("oc,cst->ost", belongs, inputs.arrivals)
