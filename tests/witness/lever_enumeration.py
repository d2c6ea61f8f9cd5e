"""Levers by trying everything: every lawful schedule of one lever, unit by unit, in pure Python.

A unit is a pair (day begun, day closed or none). What its age lets it give is added to what the
places have, and the instance without levers is enumerated. Written from docs/model.md section 12.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from optimizer.domain.instance import Home, Instance
from optimizer.domain.levers import LeverSet, LeverYields

from .enumeration import Enumeration, Value, exact

Unit = tuple[int, int | None]
"""Day begun, day closed."""
MILLION = 1_000_000


def one_lever(inst: Instance, seed: int) -> Instance:
    """Return the instance with one lever that gives only, at one place or two.

    Where it may close it gives nothing to a unit: then nothing falls, and nobody is in excess.
    """
    dice = np.random.default_rng([seed, 8])
    units, levels, bases = len(inst.units), len(inst.levels), len(inst.bases)
    closes = bool(dice.random() < 0.4)
    parts = {
        "beds": np.zeros((1, units, levels)),
        "staff": np.zeros((1, units, len(inst.roles))),
        "devices": np.zeros((1, units, levels)),
        "oxygen_flow": np.zeros((1, units)),
        "oxygen_supply": np.zeros((1, units)),
        "vehicle_minutes": np.zeros((1, bases)),
        "outside_places": np.zeros((1, len(inst.outside))),
        "home_places": np.zeros((1, bases)),
    }
    f = int(dice.integers(units))
    if not closes:
        parts["beds"][0, f] = dice.choice([0.0, 1.0, 1.0, 2.0], levels) * inst.listed[f]
        parts["staff"][0, f] = dice.choice([0.0, 0.5, 1.0], len(inst.roles))
        parts["devices"][0, f] = inst.terms.device_levels[f]
        parts["oxygen_flow"][0, f] = 20.0 * np.isfinite(inst.terms.oxygen_flow[f, 0])
    parts["vehicle_minutes"][0] = dice.choice([0.0, 240.0], bases)
    parts["outside_places"][0] = dice.choice([0.0, 1.0], len(inst.outside))
    parts["home_places"][0] = dice.choice([0.0, 2.0], bases)
    home = np.round(dice.random((bases, inst.days)) * 4)
    delay = int(dice.choice([0, 0, 1]))
    levers = LeverSet(
        ids=("L",),
        max_units=np.array([float(dice.integers(1, 3))]),
        delay=np.array([delay]),
        ramp=np.array([dice.choice([0, 0, 1])]),
        min_days=np.array([dice.choice([1, 1, 2])]),
        may_close=np.array([closes]),
        open_vnd=np.array([dice.choice([0.0, 3e6])]),
        day_vnd=np.array([dice.choice([1e6, 4e6])]),
        harm=np.array([dice.choice([0.0, 0.25, 2.0])]),
        pool=np.array([-1]),
        yields=LeverYields(**parts),
        budget_vnd=float(dice.choice([np.inf, 4e6, 8e6])),
        home_unmet=0.25,
        unit_day=0.125,
        million_vnd=0.015625,
    )
    return inst.changed(levers=levers, home=Home(home, np.zeros_like(home)))


def schedules(levers: LeverSet, days: int) -> Iterator[tuple[Unit, ...]]:
    """Yield every lawful use of the lever: which units stand, from when to when."""
    delay, ramp = int(levers.delay[0]), int(levers.ramp[0])
    least = max(int(levers.min_days[0]), ramp)
    units: list[Unit] = [(day, None) for day in range(1, days - delay + 1)]
    if levers.may_close[0]:
        units += [
            (day, end)
            for day in range(1, days - delay + 1)
            for end in range(day + delay + least, days + 1)
        ]
    # closed units make room for others, so there may be more of them than stand at once
    most = int(levers.max_units[0]) * (days if levers.may_close[0] else 1)
    for number in range(most + 1):
        for some in itertools.combinations_with_replacement(units, number):
            at_once = [
                sum(begun <= t and (end is None or t < end) for begun, end in some)
                for t in range(1, days + 1)
            ]
            if max(at_once, default=0) <= levers.max_units[0]:
                yield some


def least_with_lever(inst: Instance) -> Value:
    """Return the least harm, waiting and burden over all schedules, in this order."""
    levers = inst.levers
    assert levers is not None
    known: dict[tuple[tuple[Fraction, ...], ...], Value] = {}
    best: Value | None = None
    for some in schedules(levers, inst.days):
        usable = [sum((_share(levers, u, t) for u in some), Fraction(0)) for t in _days(inst)]
        is_open = [sum(_open(levers, u, t) for u in some) for t in _days(inst)]
        vnd = exact(levers.open_vnd[0]) * len(some) + exact(levers.day_vnd[0]) * sum(is_open)
        if np.isfinite(levers.budget_vnd) and vnd > exact(levers.budget_vnd):
            continue
        key = (tuple(usable),)
        if key not in known:
            known[key] = Enumeration(_widened(inst, usable)).least()
        harm, waiting, burden = known[key]
        harm += exact(levers.harm[0]) * sum(is_open)
        harm += exact(levers.home_unmet) * _unfollowed(inst, usable)
        burden += exact(levers.unit_day) * sum(is_open) + exact(levers.million_vnd) * vnd / MILLION
        if best is None or (harm, waiting, burden) < best:
            best = harm, waiting, burden
    assert best is not None
    return best


def _days(inst: Instance) -> range:
    return range(1, inst.days + 1)


def _open(levers: LeverSet, unit: Unit, t: int) -> bool:
    begun, end = unit
    return begun + int(levers.delay[0]) <= t and (end is None or t < end)


def _share(levers: LeverSet, unit: Unit, t: int) -> Fraction:
    """Return how much of a unit is usable on day t."""
    if not _open(levers, unit, t):
        return Fraction(0)
    age = t - unit[0] - int(levers.delay[0])
    return min(Fraction(1), Fraction(age + 1, int(levers.ramp[0]) + 1))


def _widened(inst: Instance, usable: list[Fraction]) -> Instance:
    """Return the instance without levers, its places as the usable units leave them."""
    levers = inst.levers
    assert levers is not None
    y, each = levers.yields, np.array([float(one) for one in usable])
    terms = replace(
        inst.terms,
        devices=inst.terms.devices + y.devices[0][:, :, None] * each,
        oxygen_flow=inst.terms.oxygen_flow + y.oxygen_flow[0][:, None] * each,
    )
    minutes, fleet = y.vehicle_minutes[0][:, None] * each, inst.fleet
    if fleet is not None:  # what a lever brings is of the lowest class, and of no shift
        by_class = fleet.minutes.copy()
        by_class[:, 0] += minutes
        fleet = replace(fleet, minutes=by_class)
    return inst.changed(
        fleet=fleet,
        beds=inst.beds + y.beds[0][:, :, None] * each,
        staff=inst.staff + y.staff[0][:, :, None] * each,
        vehicle_minutes=inst.vehicle_minutes + minutes,
        outside_places=inst.outside_places + y.outside_places[0][:, None] * each,
        terms=terms,
        levers=None,
    )


def _unfollowed(inst: Instance, usable: list[Fraction]) -> Fraction:
    """Return patient-days at home that nobody follows, where the lever could."""
    levers = inst.levers
    assert levers is not None
    total = Fraction(0)
    for e, places in enumerate(levers.yields.home_places[0]):
        for t in _days(inst) if places else ():
            room = exact(inst.home.capacity[e, t - 1]) + exact(places) * usable[t - 1]
            total += max(Fraction(0), exact(inst.home.patients[e, t - 1]) - room)
    return total
