"""Instances that fit in the head, and the worked example of docs/model.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from optimizer.crosscheck.process import BLOCKS
from optimizer.domain.instance import (
    ADMISSION,
    OUT_OF_PROVINCE,
    OUTSIDE,
    STEP_DOWN,
    STEP_UP,
    AdmissionArcs,
    BurdenPrices,
    Classes,
    FloatArray,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    TransferArcs,
    unmet_price,
)
from optimizer.domain.levers import LeverSet, LeverYields
from optimizer.domain.levers_decided import as_decided
from optimizer.domain.plan import Plan, oxygen_drawn
from optimizer.domain.promises_kept import reserve_missed, site_missed, wait_missed
from optimizer.domain.terms import Terms, in_store, no_terms
from optimizer.planning.model import PlanModel
from optimizer.planning.solve import solve_plan

LEVELS = ("OXY", "ICU")
CLASSES: dict[str, tuple[str, float, bool]] = {
    "SA": ("OXY", 4.0, False),
    "SR": ("OXY", 4.0, True),
    "CA": ("ICU", 20.0, False),
    "CR": ("ICU", 20.0, True),
}
"""Level, weight, recovering: severe and critical, acute and recovering."""

Pairs = Mapping[tuple[str, str], float]
Way = tuple[str, str, str, int, float]
"""From, to, class, kind or direction, minutes."""

TO_A = [("o", "A", s, ADMISSION, 10.0) for s in ("SA", "SR")]
NURSES = {("NUR", "OXY"): 0.25}
HALF = {("SA", "SA"): 0.5, ("SR", "SR"): 0.5, ("CA", "CA"): 0.5}


def _matrix(pairs: Pairs, names: Sequence[str]) -> FloatArray:
    out = np.zeros((len(names), len(names)))
    for (before, after), share in pairs.items():
        out[names.index(before), names.index(after)] = share
    return out


def _by_day(value: float | Sequence[float], days: int) -> FloatArray:
    return np.broadcast_to(np.asarray(value, dtype=float), (days,)).astype(float)


def sketch(
    *,
    days: int = 1,
    areas: Sequence[str] = ("o",),
    beds: Mapping[str, Mapping[str, float | Sequence[float]]],
    outside: Mapping[str, float] | None = None,
    classes: Mapping[str, tuple[str, float, bool]] = CLASSES,
    levels: Sequence[str] = LEVELS,
    admissions: Sequence[Way] = (),
    transfers: Sequence[Way] = (),
    arrivals: Mapping[tuple[str, str, int], float] | None = None,
    requests: Mapping[tuple[str, str], float] | None = None,
    treated: Mapping[tuple[str, str], float] | None = None,
    boarding: Mapping[tuple[str, str], float] | None = None,
    keep: Pairs | None = None,
    worse: Pairs | None = None,
    boards: Pairs | None = None,
    waits: Pairs | None = None,
    deaths: Mapping[str, Mapping[str, float]] | None = None,
    surge: Mapping[tuple[str, str], float | Sequence[float]] | None = None,
    roles: Mapping[str, str | None] | None = None,
    need: Pairs | None = None,
    staff: Mapping[tuple[str, str], float | Sequence[float]] | None = None,
    minutes: float | Sequence[float] = 9999.0,
    needs_vehicle: Sequence[str] = (),
    prices: Mapping[str, float] | None = None,
    devices: Mapping[tuple[str, str], float | Sequence[float]] | None = None,
    draw: Mapping[str, float] | None = None,
    flow: Mapping[str, float | Sequence[float]] | None = None,
    store: Mapping[str, tuple[float, float, float | Sequence[float]]] | None = None,
    oversees: Pairs | None = None,
) -> Instance:
    """Return an instance from names; what is not said is 0, nights send everybody home.

    Devices, flow and store limit nothing where they are not said; a store is what is in it on the
    first morning, what it holds and what comes each day, cubic metres.
    Classes default to SA, SR (oxygen, weight 4) and CA, CR (intensive care, weight 20).
    Prices default to: death 100, corridor 25, excess 1000, up 2, down 0.5, out 5, no risk of moves.
    """
    names, units, out = list(classes), list(beds), list(outside or {})
    roles = roles or {"NUR": None}
    role_names, level_names = list(roles), list(levels)
    price = {"death": 100.0, "corridor": 25.0, "excess": 1000.0, "up": 2.0, "down": 0.5, "out": 5.0}
    price["oxygen_short"] = 70.0
    price |= dict(prices or {})
    f, k, s, r, o = len(units), len(levels), len(names), len(role_names), len(areas)
    c, listed, limit = np.zeros((f, k, days)), np.zeros((f, k), bool), np.zeros((f, k, days))
    for unit, has in beds.items():
        for level, number in has.items():
            at = units.index(unit), level_names.index(level)
            c[at], listed[at] = _by_day(number, days), True
    for (unit, level), number in (surge or {}).items():
        at = units.index(unit), level_names.index(level)
        limit[at], listed[at] = _by_day(number, days), True
    people = np.full((f, r, days), 999.0)
    for (unit, role), number in (staff or {}).items():
        people[units.index(unit), role_names.index(role)] = _by_day(number, days)
    terms = sketched_terms(
        no_terms(f, k, r, days),
        (units, level_names, role_names),
        devices or {},
        draw or {},
        flow or {},
        store or {},
        oversees or {},
    )
    ratios = np.zeros((r, k))
    for (role, level), share in (need or {}).items():
        ratios[role_names.index(role), level_names.index(level)] = share
    stands = np.eye(r, dtype=bool)
    for role in role_names:
        other = roles[role]
        while other is not None:
            stands[role_names.index(role), role_names.index(other)] = True
            other = roles[other]
    died = {pool: np.zeros(s) for pool in ("treated", "boarding", "waiting")}
    for pool, by_class in (deaths or {}).items():
        for name, share in by_class.items():
            died[pool][names.index(name)] = share
    hazards = Hazards(
        keep=_matrix(keep or {}, names),
        worse=_matrix(worse or {}, names),
        boarding=_matrix(boards or {}, names),
        waiting=_matrix(waits or {}, names),
        death_treated=died["treated"],
        death_boarding=died["boarding"],
        death_waiting=died["waiting"],
    )
    places = [*units, *out]
    ways = sorted(
        (list(areas).index(a), names.index(x), places.index(b), kind, m)
        for a, b, x, kind, m in admissions
    )
    arcs = AdmissionArcs(
        area=np.array([w[0] for w in ways], dtype=np.int64),
        to=np.array([w[2] for w in ways], dtype=np.int64),
        patient_class=np.array([w[1] for w in ways], dtype=np.int64),
        kind=np.array([w[3] for w in ways], dtype=np.int64),
        minutes=np.array([w[4] for w in ways], dtype=float),
        late_minutes=np.zeros(len(ways)),
    )
    trips = sorted(
        (units.index(a), names.index(x), places.index(b), direction, m)
        for a, b, x, direction, m in transfers
    )
    direction = np.array([w[3] for w in trips], dtype=np.int64)
    up = (direction == STEP_UP) | (direction == OUTSIDE)
    moves = TransferArcs(
        origin=np.array([w[0] for w in trips], dtype=np.int64),
        to=np.array([w[2] for w in trips], dtype=np.int64),
        patient_class=np.array([w[1] for w in trips], dtype=np.int64),
        direction=direction,
        from_boarding=up.astype(bool),
        minutes=np.array([w[4] for w in trips], dtype=float),
    )
    weight = np.array([classes[name][1] for name in names])
    owed = hazards.care_days_owed
    harm = HarmPrices(
        waiting=unmet_price(weight, died["waiting"], died["treated"], owed, price["death"]),
        boarding=unmet_price(weight, died["boarding"], died["treated"], owed, price["death"]),
        corridor=price["corridor"],
        excess=price["excess"],
        oxygen_short=price["oxygen_short"],
        admission=price["out"] * (arcs.kind == OUT_OF_PROVINCE),
        transfer=np.where(up, price["up"], price["down"]) + price["out"] * (direction == OUTSIDE),
    )
    burden = BurdenPrices(
        admission=0.01 * arcs.minutes + (arcs.kind == OUT_OF_PROVINCE),
        transfer=0.01 * moves.minutes + 1.0,
        surge_bed_day=0.1,
    )
    new, asked = np.zeros((o, s, days)), np.zeros((o, s))
    for (area, name, day), number in (arrivals or {}).items():
        new[list(areas).index(area), names.index(name), day - 1] = number
    for (area, name), number in (requests or {}).items():
        asked[list(areas).index(area), names.index(name)] = number
    census = {"treated": np.zeros((f, s)), "boarding": np.zeros((f, s))}
    for state, rows in (("treated", treated or {}), ("boarding", boarding or {})):
        for (unit, name), number in rows.items():
            census[state][units.index(unit), names.index(name)] = number
    return Instance(
        areas=tuple(areas),
        units=tuple(units),
        outside=tuple(out),
        levels=tuple(levels),
        roles=tuple(role_names),
        bases=("base",),
        classes=Classes(
            ids=tuple(names),
            severity=tuple(name[0] for name in names),
            recovering=np.array([classes[name][2] for name in names], dtype=bool),
            level=np.array([level_names.index(classes[name][0]) for name in names], dtype=np.int64),
            unmet_weight=weight,
            move_risk=np.zeros(s),
            travel_limit=np.full(s, 60.0),
            ground_limit=np.full(s, np.inf),
            needs_vehicle=np.array([name in needs_vehicle for name in names], dtype=bool),
            top_tier_direct=np.zeros(s, dtype=bool),
        ),
        days=days,
        shown_days=days,
        hazards=hazards,
        admissions=arcs,
        transfers=moves,
        arrivals=new,
        open_requests=asked,
        census_treated=census["treated"],
        census_boarding=census["boarding"],
        beds=c,
        listed=listed,
        surge_limit=limit,
        staff=people,
        staff_need=ratios,
        stands_in=stands,
        vehicle_minutes=_by_day(minutes, days)[None, :].copy(),
        unit_base=np.zeros(f, dtype=np.int64),
        area_base=np.zeros(o, dtype=np.int64),
        outside_places=np.repeat(
            np.array([(outside or {})[h] for h in out], dtype=float).reshape(-1, 1), days, axis=1
        ),
        trip_minutes_fixed=50.0,
        harm=harm,
        burden=burden,
        home=Home(np.zeros((1, days)), np.zeros((1, days))),
        unit_tier_rank=tuple(range(1, f + 1)),
        terms=terms,
    )


def sketched_terms(
    nothing: Terms,
    names: tuple[list[str], list[str], list[str]],
    devices: Mapping[tuple[str, str], float | Sequence[float]],
    draw: Mapping[str, float],
    flow: Mapping[str, float | Sequence[float]],
    store: Mapping[str, tuple[float, float, float | Sequence[float]]],
    oversees: Pairs,
) -> Terms:
    """Return `nothing` with what is said put in; names of units, levels and roles."""
    units, levels, roles = names
    days = nothing.oxygen_flow.shape[1]
    new = {item.name: getattr(nothing, item.name).copy() for item in fields(nothing)}
    for (unit, level), number in devices.items():
        new["devices"][units.index(unit), levels.index(level)] = _by_day(number, days)
    for level, litres in draw.items():
        new["oxygen_draw"][levels.index(level)] = litres
    for unit, litres in flow.items():
        new["oxygen_flow"][units.index(unit)] = _by_day(litres, days)
    for unit, (stored, tank, supply) in store.items():
        at = units.index(unit)
        new["oxygen_stored"][at], new["oxygen_tank"][at] = stored, tank
        new["oxygen_supply"][at] = _by_day(supply, days)
    for (role, level), share in oversees.items():
        new["supervision"][roles.index(role), levels.index(level)] = share
    return Terms(**new)


WORKED_KEEP = {
    ("SA", "SA"): 1 / 2,
    ("SA", "SR"): 1 / 4,
    ("SR", "SR"): 1 / 2,
    ("CA", "CA"): 1 / 2,
    ("CA", "CR"): 1 / 2,
    ("CR", "SR"): 1.0,
}
WORKED_WORSE = {("SA", "CA"): 1 / 4}
WORKED_BOARDS = {
    ("SA", "SA"): 1 / 2,
    ("SA", "CA"): 1 / 2,
    ("SR", "SR"): 1 / 2,
    ("CA", "CA"): 1 / 2,
    ("CR", "SR"): 1.0,
}
WORKED_WAITS = {pair: p for pair, p in WORKED_BOARDS.items() if pair != ("CA", "CA")}
WORKED_DEATHS = {"boarding": {"CA": 1 / 2}, "waiting": {"CA": 1.0}}


def worked_example(
    a: Mapping[str, float] | None = None, b: Mapping[str, float] | None = None
) -> Instance:
    """Return the example of docs/model.md section 7, with other beds in A or B if given."""
    return sketch(
        days=3,
        areas=("c",),
        beds={"A": a or {"OXY": 2}, "B": b or {"OXY": 1, "ICU": 1}},
        admissions=[
            *(("c", "A", s, ADMISSION, 10.0) for s in ("SA", "SR")),
            *(("c", "B", s, ADMISSION, 10.0) for s in CLASSES),
        ],
        transfers=[
            *(("A", "B", s, STEP_UP, 10.0) for s in CLASSES),
            ("B", "A", "SR", STEP_DOWN, 10.0),
        ],
        arrivals={("c", "SA", 2): 0.5},
        requests={("c", "SA"): 1},
        treated={("A", "SA"): 1, ("B", "CR"): 1},
        boarding={("A", "CA"): 1},
        keep=WORKED_KEEP,
        worse=WORKED_WORSE,
        boards=WORKED_BOARDS,
        waits=WORKED_WAITS,
        deaths=WORKED_DEATHS,
    )


def point(model: PlanModel, inst: Instance, plan: Plan) -> FloatArray:
    """Return a plan as the model's columns; a decision for which there is no column must be 0."""
    x = np.zeros(model.compiled.size[0])
    of_levers = {"lever_started", "lever_closed", "lever_open", "lever_usable", "home_short"}
    for name in (block for block in BLOCKS if block not in of_levers):
        index, values = getattr(model.variables, name), getattr(plan, name)
        assert np.abs(values[index < 0]).max(initial=0.0) <= 1e-9, f"{name} without a column"
        x[index[index >= 0]] = values[index >= 0]
    v = model.variables.levers
    for index, values in (
        (v.started, plan.lever_started),
        (v.closed, plan.lever_closed),
        (v.standing, plan.lever_open),
        (v.usable, plan.lever_usable),
        (v.home_short, plan.home_short),
    ):
        if inst.levers is not None:
            assert np.abs(values[index < 0]).max(initial=0.0) <= 1e-9
            x[index[index >= 0]] = values[index >= 0]
    inst = as_decided(inst, plan)
    drawn = oxygen_drawn(inst, plan.treated, plan.boarding, plan.corridor)
    index, stored = model.variables.oxygen_stored, in_store(inst.terms, drawn, plan.oxygen_short)
    x[index[index >= 0]] = stored[index >= 0]
    index = model.variables.reserve_missed
    missed = reserve_missed(inst, plan.treated, plan.boarding, plan.corridor, plan.surge_beds)
    x[index[index >= 0]] = missed[index >= 0]
    index = model.variables.worse_off
    x[index[index >= 0]] = site_missed(inst, plan.boarding, plan.corridor)[index >= 0]
    index = model.variables.wait_missed
    x[index[index >= 0]] = wait_missed(inst, plan.waiting)[index >= 0]
    return x


def worst_violation(model: PlanModel, inst: Instance, plan: Plan) -> float:
    """Return how far the worst row or bound is broken."""
    x, compiled = point(model, inst, plan), model.compiled
    activity = compiled.activity(x)
    parts = (
        compiled.row_lower - activity,
        activity - compiled.row_upper,
        compiled.column_lower - x,
        x - compiled.column_upper,
    )
    return max(float(part.max(initial=0.0)) for part in parts)


def with_levers(
    inst: Instance,
    levers: Mapping[str, Mapping[str, float]],
    yields: Mapping[tuple[str, str, str, str], float],
    *,
    budget: float = np.inf,
    pools: Mapping[str, str] | None = None,
    home: float = 0.2,
) -> Instance:
    """Return the instance with levers: figures by lever, yields by (lever, resource, place, item).

    What is not said: one unit, no delay, no ramp, one day at least, stays open, costs nothing.
    Burden: 0.01 a unit-day and 0.001 a million VND.
    """
    ids = sorted(levers)
    usual = {"max_units": 1, "delay": 0, "ramp": 0, "min_days": 1, "may_close": 0}
    usual |= {"open_vnd": 0, "day_vnd": 0, "harm": 0}
    rows = [usual | dict(levers[name]) for name in ids]
    j, f, k = len(ids), len(inst.units), len(inst.levels)
    parts = {
        "bed": np.zeros((j, f, k)),
        "staff": np.zeros((j, f, len(inst.roles))),
        "device": np.zeros((j, f, k)),
        "oxygen_flow": np.zeros((j, f)),
        "oxygen_supply": np.zeros((j, f)),
        "vehicle_minutes": np.zeros((j, len(inst.bases))),
        "outside_place": np.zeros((j, len(inst.outside))),
        "home_place": np.zeros((j, len(inst.bases))),
    }
    items = {"bed": inst.levels, "device": inst.levels, "staff": inst.roles}
    places = {"outside_place": inst.outside} | dict.fromkeys(
        ("vehicle_minutes", "home_place"), inst.bases
    )
    listed = inst.listed.copy()
    for (lever, resource, place, item), amount in yields.items():
        at: tuple[int, ...] = (ids.index(lever), places.get(resource, inst.units).index(place))
        if resource in items:
            at = (*at, items[resource].index(item))
        parts[resource][at] = amount
        if resource == "bed" and amount > 0:
            listed[at[1:]] = True
    made = LeverSet(
        ids=tuple(ids),
        max_units=np.array([row["max_units"] for row in rows], dtype=float),
        delay=np.array([row["delay"] for row in rows], dtype=np.int64),
        ramp=np.array([row["ramp"] for row in rows], dtype=np.int64),
        min_days=np.array([row["min_days"] for row in rows], dtype=np.int64),
        may_close=np.array([row["may_close"] for row in rows], dtype=bool),
        open_vnd=np.array([row["open_vnd"] for row in rows], dtype=float),
        day_vnd=np.array([row["day_vnd"] for row in rows], dtype=float),
        harm=np.array([row["harm"] for row in rows], dtype=float),
        pool=np.array(
            [ids.index((pools or {})[name]) if name in (pools or {}) else -1 for name in ids],
            dtype=np.int64,
        ),
        yields=LeverYields(*parts.values()),
        budget_vnd=budget,
        home_unmet=home,
        unit_day=0.01,
        million_vnd=0.001,
    )
    return inst.changed(levers=made, listed=listed)


def harm(inst: Instance) -> float:
    return solve_plan(inst).harm.value
