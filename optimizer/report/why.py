"""Why here: the destination chosen, the next two, what each would cost and what binds there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.domain.instance import (
    ADMISSION_KINDS,
    DIRECTIONS,
    STABILISE,
    BoolArray,
    FloatArray,
    Instance,
    IntArray,
)
from optimizer.domain.plan import Plan
from optimizer.i18n import LANGUAGES, translator
from optimizer.report import formats
from optimizer.report.naming import Names

FLOWS = 10
"""Largest flows of days 2 and 3 explained."""
NEXT = 2
SPOKEN = 80
"""Ways put into words in plan.json; the others stand in why.csv."""
PRICED = 1e-6
SAME = 0.05
"""Harm a patient below which a way costs the same."""

Ways = tuple[FloatArray, FloatArray, FloatArray]
Excluded = Mapping[tuple[str, str, str], Sequence[tuple[str, float, str]]]
"""(origin, class, pool) -> places not permitted, nearest first: place, minutes, rule."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place somebody could have gone to."""

    place: str
    minutes: float
    extra: float
    """Harm a patient more than the chosen way costs, at the plan's prices."""
    direct: float
    """Harm of the way itself: lateness, risk of the move, leaving the province."""
    binds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way the plan uses, with its rivals."""

    day: int
    what: str
    origin: str
    pool: str
    class_id: str
    care_level: str
    observed: bool
    patients: float
    chosen: Candidate
    rivals: tuple[Candidate, ...]
    excluded: tuple[tuple[str, float, str], ...]


def binds_at(
    inst: Instance, plan: Plan, to: int, patient_class: int, day: int, base: int, vehicle: bool
) -> tuple[str, ...]:
    """Return what has a price for one more patient at a place that day.

    Codes: ``bed:<level>``, ``house``, ``reception``, ``staff:<role>``, ``vehicles``,
    ``vehicles:<class>``, ``shift:<shift>``, ``outside``; ``later:`` stands before one that binds
    within the next week only.
    """
    prices, units = plan.shadow_prices, len(inst.units)
    found: list[str] = []

    def price(block: str, *at: int | slice) -> float:
        array = prices.get(block)
        return float(np.max(array[tuple(at)], initial=0.0)) if array is not None else 0.0

    if vehicle and base >= 0:
        found += _vehicles_short(inst, prices, patient_class, day, base)
    if to >= units:
        if price("outside_places", to - units, day) > PRICED:
            found.append("outside")
        return tuple(found)
    level = int(inst.classes.level[patient_class])
    need = inst.stands_in.T.astype(float) @ inst.staff_need
    for when, mark in ((slice(day, day + 1), ""), (slice(day + 1, day + 8), "later:")):
        here = [
            f"bed:{inst.levels[k]}"
            for k in range(level, -1, -1)
            if price("staffed_bed_capacity", to, k, when) > PRICED
        ][:1]
        here += ["house"] if price("house_capacity", to, when) > PRICED else []
        limits = np.flatnonzero(inst.promises.reception_of[to]) if inst.promises.any else ()
        here += (
            ["reception"]
            if any(price("reception_limit", int(q), when) > PRICED for q in limits)
            else []
        )
        here += [
            f"staff:{role}"
            for r, role in enumerate(inst.roles)
            if need[r, level] > 0 and price("staff_on_duty", to, r, when) > PRICED
        ]
        if here:
            return (*found, *(mark + code for code in here[:2]))
    return tuple(found)


def _vehicles_short(
    inst: Instance, prices: Mapping[str, FloatArray], patient_class: int, day: int, base: int
) -> list[str]:
    """Return what of the vehicles has a price: a class, a shift, or all of them."""
    fleet, found = inst.fleet, []
    if fleet is not None:
        upto = int(fleet.least[patient_class]) + 1
        ranks = prices.get("vehicle_rank")
        if ranks is not None:
            short = np.flatnonzero(ranks[base, :upto, day] > PRICED)
            found += [f"vehicles:{fleet.classes[int(c)]}" for c in short[-1:]]
        shifts = prices.get("vehicle_shift")
        if shifts is not None and fleet.urgent[patient_class]:
            late = np.flatnonzero(shifts[base, :, :upto, day].max(axis=1, initial=0.0) > PRICED)
            found += [f"shift:{fleet.shifts[int(j)]}" for j in late[:1]]
    every = prices.get("vehicle_minutes")
    if not found and every is not None and every[base, day] > PRICED:
        found.append("vehicles")
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    """Arcs among which one origin chooses for one class."""

    arcs: IntArray
    costs: FloatArray
    direct: FloatArray
    minutes: FloatArray
    to: IntArray


def choices(
    offered: Instance, plan: Plan, wide: Instance, ways: Ways, excluded: Excluded
) -> list[Choice]:
    """Return every way used on day 1 by people observed, and the largest flows of days 2 and 3.

    `wide` holds the ways offered and every permitted rival of those used; `ways` are their prices
    (`prices_of_ways`).
    """
    places = [*offered.units, *offered.outside]
    ids, level_of = offered.classes.ids, offered.classes.level
    found: list[Choice] = []
    for what, observed, a, t, patients in ways_used(offered, plan):
        admission = what == "admission"
        arcs = offered.admissions if admission else offered.transfers
        s, to = int(arcs.patient_class[a]), int(arcs.to[a])
        if admission:
            o = int(offered.admissions.area[a])
            origin, base, pool = offered.areas[o], int(offered.area_base[o]), "waiting"
            vehicle = bool(offered.classes.needs_vehicle[s])
            kind = ADMISSION_KINDS[int(offered.admissions.kind[a])]
        else:
            o = int(offered.transfers.origin[a])
            boards = bool(offered.transfers.from_boarding[a])
            origin, base = offered.units[o], int(offered.unit_base[o])
            pool, vehicle = ("boarding" if boards else "treated"), True
            kind = DIRECTIONS[int(offered.transfers.direction[a])]
        group = _group(offered, wide, ways, a, t, admission=admission, observed=observed)
        here = int(np.flatnonzero(group.to == to)[0]) if (group.to == to).any() else -1
        base_cost = float(group.costs[here]) if here >= 0 else 0.0
        base_cost = 0.0 if np.isnan(base_cost) else base_cost

        def candidate(
            i: int,
            *,
            group: _Group = group,
            base_cost: float = base_cost,
            at: tuple[int, int, int, bool] = (s, t, base, vehicle),
        ) -> Candidate:
            return Candidate(
                place=places[int(group.to[i])],
                minutes=float(group.minutes[i]),
                extra=float(group.costs[i]) - base_cost,
                direct=float(group.direct[i]),
                binds=binds_at(offered, plan, int(group.to[i]), *at),
            )

        order = np.lexsort((group.minutes, np.where(np.isnan(group.costs), np.inf, group.costs)))
        rivals = [i for i in order.tolist() if int(group.to[i]) != to]
        rivals = [i for i in rivals if not np.isnan(group.costs[i])]
        chosen = candidate(here)
        found.append(
            Choice(
                day=t + 1,
                what=kind,
                origin=origin,
                pool=pool,
                class_id=ids[s],
                care_level=offered.levels[int(level_of[s])],
                observed=observed,
                patients=patients,
                chosen=chosen,
                rivals=tuple(candidate(i) for i in rivals[:NEXT]),
                excluded=tuple(
                    one
                    for one in excluded.get((origin, ids[s], pool), ())
                    if one[1] < chosen.minutes - 1e-9 and one[0] != chosen.place
                )[:NEXT],
            )
        )
    return found


def ways_used(inst: Instance, plan: Plan) -> Iterable[tuple[str, bool, int, int, float]]:
    """Yield (admission or transfer, observed, arc, day, patients) in the order they are told."""
    for x in np.flatnonzero(plan.moved[:, 0] > 1e-9):
        yield "transfer", True, int(x), 0, float(plan.moved[x, 0])
    for a in np.flatnonzero(plan.admitted_observed > 1e-9):
        yield "admission", True, int(a), 0, float(plan.admitted_observed[a])
    later: list[tuple[float, str, int, int]] = []
    for t in range(1, min(3, inst.days)):
        for what, values in (("admission", plan.admitted), ("transfer", plan.moved)):
            later += [
                (-float(values[i, t]), what, int(i), t) for i in np.argsort(-values[:, t])[:FLOWS]
            ]
    for minus, what, i, t in sorted(later)[:FLOWS]:
        if minus < -1e-3:
            yield what, False, i, t, -minus


def rival_arcs(offered: Instance, full: Instance, plan: Plan) -> tuple[BoolArray, BoolArray]:
    """Mark the arcs of `full` that were offered or are rivals of a way used, (A,) and (X,) bool."""

    def keys(inst: Instance, *, admissions: bool, wide: bool) -> IntArray:
        arcs, moves = inst.admissions, inst.transfers
        s = len(inst.classes.ids)
        if admissions:
            key = arcs.area * s + arcs.patient_class
            return key if wide else (key * 1000 + arcs.to) * 3 + arcs.kind
        key = (moves.origin * s + moves.patient_class) * 2 + moves.from_boarding
        return key if wide else (key * 1000 + moves.to) * 4 + moves.direction

    used: dict[str, list[int]] = {"admission": [], "transfer": []}
    for what, _, i, _, _ in ways_used(offered, plan):
        used[what].append(i)
    out = []
    for what in ("admission", "transfer"):
        first = what == "admission"
        same = np.isin(
            keys(full, admissions=first, wide=False), keys(offered, admissions=first, wide=False)
        )
        mine = keys(offered, admissions=first, wide=True)[used[what]]
        out.append(same | np.isin(keys(full, admissions=first, wide=True), mine))
    return out[0], out[1]


def _group(
    offered: Instance,
    wide: Instance,
    ways: Ways,
    a: int,
    t: int,
    *,
    admission: bool,
    observed: bool,
) -> _Group:
    """Return one way and its rivals: the same origin, class and pool."""
    if admission:
        own, arcs = offered.admissions, wide.admissions
        same = (arcs.area == own.area[a]) & (arcs.patient_class == own.patient_class[a])
        if own.kind[a] != STABILISE:
            same &= arcs.kind != STABILISE
        prices, direct = (ways[1] if observed else ways[0][:, t]), wide.harm.admission
        index = np.flatnonzero(same)
        return _Group(index, prices[index], direct[index], arcs.minutes[index], arcs.to[index])
    own_moves, moves = offered.transfers, wide.transfers
    same = (
        (moves.origin == own_moves.origin[a])
        & (moves.patient_class == own_moves.patient_class[a])
        & (moves.from_boarding == own_moves.from_boarding[a])
    )
    index = np.flatnonzero(same)
    return _Group(
        index,
        ways[2][index, t],
        wide.harm.transfer[index],
        moves.minutes[index],
        moves.to[index],
    )


def bind_words(names: Names, codes: Sequence[str], lang: str) -> str:
    """Say what binds at a candidate."""
    say = translator(lang)
    told = []
    for code in codes[:2]:
        later, bare = code.startswith("later:"), code.removeprefix("later:")
        kind, _, item = bare.partition(":")
        if kind == "bed":
            bed = names.bed(item, lang)
            text = say("{level} beds full").format(level=names.level(item, lang))
            text = say("{bed} full").format(bed=bed) if bed else text
        elif kind == "staff":
            text = say("no {role} free").format(role=names.role(item, lang))
        elif kind == "vehicles" and item:
            text = say("no {vehicle} or better left").format(vehicle=names.vehicle(item, lang))
        elif kind == "shift":
            text = say("vehicles of the {shift} used up").format(shift=names.vehicle(item, lang))
        else:
            text = {
                "house": say("house full"),
                "reception": say("as many taken in as promised"),
                "vehicles": say("vehicle minutes used up"),
                "outside": say("places used up"),
            }[kind]
        told.append(say("{what} within a week").format(what=text) if later else text)
    return ", ".join(told)


def rule_words(rule: str, lang: str) -> str:
    """Say which rule excluded a place."""
    say = translator(lang)
    return {
        "not_able": say("has no beds of that level"),
        "hard_limit": say("beyond the hard limit in minutes"),
        "target": say("beyond the target minutes, others are within"),
        "nearest": say("not among the nearest offered"),
        "never": say("a link that is ruled out"),
        "tier": say("not a permitted step between tiers"),
        "local_only": say("in another cluster"),
    }[rule]


def choice_sentence(one: Choice, names: Names, start: dt.date, lang: str) -> str:
    """Say one choice in a sentence of at most 80 words."""
    say = translator(lang)
    head = say("{n} in need of {level}, {origin} to {place} on {date}, {minutes} by road").format(
        n=formats.people(one.patients, lang),
        level=names.level(one.care_level, lang),
        origin=names.place(one.origin, lang),
        place=names.place(one.chosen.place, lang),
        date=formats.day(start + dt.timedelta(days=one.day - 1), lang),
        minutes=formats.minutes(one.chosen.minutes, lang),
    )
    parts = [head]
    for rival in one.rivals:
        place, why = names.place(rival.place, lang), bind_words(names, rival.binds, lang)
        if not why and rival.direct > one.chosen.direct + SAME:
            why = say("later or a riskier road")
        cost = (
            say("{place} costs the same, {minutes} by road")
            if rival.extra < SAME
            else say("{place} costs about {cost} more harm each")
        ).format(
            place=place,
            cost=formats.num(rival.extra, lang, 1),
            minutes=formats.minutes(rival.minutes, lang),
        )
        parts.append(f"{cost} ({why})" if why else cost)
    if not one.rivals:
        parts.append(say("no other place is permitted"))
    for place, minutes, rule in one.excluded[:1]:
        parts.append(
            say("nearer {place} ({minutes}): {rule}").format(
                place=names.place(place, lang),
                minutes=formats.minutes(minutes, lang),
                rule=rule_words(rule, lang),
            )
        )
    return "; ".join(parts) + "."


WHY_COLUMNS = (
    "day",
    "kind",
    "origin",
    "pool",
    "class_id",
    "observed",
    "patients",
    "rank",
    "place",
    "minutes",
    "extra_harm",
    "direct_harm",
    "binds",
)
"""``rank`` 0 is the place chosen, 1 and 2 the next, empty a place that a rule excludes."""


def why_rows(found: Sequence[Choice]) -> list[list[object]]:
    """Rows of why.csv: the chosen place, the next two, then what is not permitted."""
    rows: list[list[object]] = []
    for one in found:
        head = [
            one.day,
            one.what,
            one.origin,
            one.pool,
            one.class_id,
            int(one.observed),
            repr(one.patients),
        ]
        for rank, c in enumerate((one.chosen, *one.rivals)):
            rows.append(
                [
                    *head,
                    rank,
                    c.place,
                    f"{c.minutes:.1f}",
                    f"{c.extra:.6g}",
                    f"{c.direct:.6g}",
                    " ".join(c.binds),
                ]
            )
        for place, minutes, rule in one.excluded:
            rows.append([*head, "", place, f"{minutes:.1f}", "", "", f"rule:{rule}"])
    return rows


def choices_told(found: Sequence[Choice], names: Names, start: dt.date) -> list[dict[str, Any]]:
    """Return the choices for plan.json, with a sentence in each language."""
    return [
        {
            "day": one.day,
            "kind": one.what,
            "origin": one.origin,
            "pool": one.pool,
            "class_id": one.class_id,
            "care_level": one.care_level,
            "observed": one.observed,
            "patients": one.patients,
            "place": one.chosen.place,
            "next": [
                {"place": c.place, "extra_harm": round(c.extra, 4), "binds": list(c.binds)}
                for c in one.rivals
            ],
            **{f"text_{lang}": choice_sentence(one, names, start, lang) for lang in LANGUAGES},
        }
        for one in found[:SPOKEN]
    ]
