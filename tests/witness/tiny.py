"""Tiny random instances, half under other rules, whose nights are certain and people whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.crosscheck.random_instances import random_instance
from optimizer.crosscheck.random_rules import fitted, ruled
from optimizer.crosscheck.random_vehicles import vehicles_told_apart
from optimizer.crosscheck.sample import part_of
from optimizer.domain.instance import Hazards, Instance, unmet_price
from optimizer.domain.promises import nothing_promised

MOST_PEOPLE = {1: 6, 2: 4, 3: 3}
"""By number of days."""


def tiny_instance(seed: int) -> Instance:
    """Return 1 to 3 days, at most 2 units, 6 people, 1 area; every third: staff or beds fall."""
    dice = np.random.default_rng([seed, 2])
    inst = random_instance(seed)
    if seed % 2:
        inst = ruled(inst, dice)
    if seed % 4 < 2:
        inst = vehicles_told_apart(inst, np.random.default_rng([seed, 5]))
    areas = np.arange(len(inst.areas)) < 1
    units = np.arange(len(inst.units)) < int(dice.integers(1, 3))
    inst = part_of(inst, areas, units)
    days = int(dice.integers(1, min(3, inst.days) + 1))
    shape = (len(inst.areas), len(inst.classes.ids), days)
    size, level = shape[1], inst.classes.level
    hazards = certain_nights(dice, size, level)
    weight, owed = inst.classes.unmet_weight, hazards.care_days_owed
    price = [
        np.round(4 * unmet_price(weight, death, hazards.death_treated, owed, 100.0)) / 4
        for death in (hazards.death_waiting, hazards.death_boarding)
    ]
    harm = replace(
        inst.harm,
        waiting=price[0],
        boarding=price[1],
        admission=np.round(4 * inst.harm.admission) / 4,
        transfer=np.round(4 * inst.harm.transfer) / 4,
    )
    burden = replace(
        inst.burden,
        admission=np.round(8 * inst.burden.admission) / 8,
        transfer=np.round(8 * inst.burden.transfer) / 8,
        surge_bed_day=0.125,
    )
    new, asked = np.zeros(shape), np.zeros(shape[:2])
    treated, boarding = np.zeros((units.sum(), size)), np.zeros((units.sum(), size))
    for _ in range(int(dice.integers(0, MOST_PEOPLE[days] + 1))):
        where, s = dice.integers(0, 4), dice.integers(0, size)
        if where == 0:
            new[0, s, dice.integers(0, days)] += 1
        elif where == 1:
            asked[0, s] += 1
        else:
            place = treated if where == 2 else boarding
            place[dice.integers(0, len(treated)), s] += 1
    part = slice(0, days)
    closed = None if inst.no_intake is None else inst.no_intake[:, part].copy()
    beds = np.repeat(np.minimum(inst.beds[:, :, :1], 2), days, axis=2)
    staff = np.repeat(np.round(4 * inst.staff[:, :, :1]) / 4, days, axis=2)
    if days > 1 and seed % 3 == 1 and closed is None:
        falls = np.random.default_rng([seed, 7])
        less, unit = (beds, staff)[int(falls.integers(0, 2))], int(falls.integers(0, len(beds)))
        less[unit, :, int(falls.integers(1, days)) :] *= falls.choice([0.0, 0.5])
        beds, staff = np.floor(beds), np.floor(4 * staff) / 4
    first = inst.terms.days(slice(0, 1), inst.terms.oxygen_stored)
    draw = first.oxygen_draw.copy()
    if days > 1:  # or a corridor would save oxygen for tomorrow: more than can be tried
        draw[: inst.lowest_level.max() + 1] = 0.0
    terms = replace(
        first,
        devices=np.repeat(first.devices, days, axis=2),
        oxygen_draw=draw,
        oxygen_flow=np.repeat(first.oxygen_flow, days, axis=1),
        oxygen_supply=inst.terms.oxygen_supply[:, part].copy(),
    )
    return fitted(
        inst.changed(
            days=days,
            shown_days=days,
            hazards=hazards,
            harm=harm,
            burden=burden,
            arrivals=new,
            open_requests=asked,
            census_treated=treated,
            census_boarding=boarding,
            beds=beds,
            surge_limit=np.minimum(np.maximum.accumulate(inst.surge_limit, axis=2), 1)[:, :, part],
            staff=staff,
            vehicle_minutes=inst.vehicle_minutes[:, part].copy(),
            fleet=None if inst.fleet is None else inst.fleet.days(part),
            outside_places=np.floor(inst.outside_places[:, part]),
            no_intake=closed,
            promises=nothing_promised(len(inst.levels), len(inst.units), days),
            terms=terms,
        )
    )


def certain_nights(dice: np.random.Generator, size: int, level: np.ndarray) -> Hazards:
    """Return nights in which every class goes to exactly one state, or leaves, or dies."""
    keep, worse, boarding, waiting = np.zeros((4, size, size))
    died = np.zeros((3, size))
    for s in range(size):
        lower = [k for k in range(s + 1, size) if level[k] <= level[s]]  # care ends: no circles
        higher = [k for k in range(size) if level[k] >= level[s] and k != s]
        chance = dice.random()
        if chance < 0.5 and lower:
            keep[s, dice.choice(lower)] = 1.0
        elif chance < 0.65 and s + 1 < size:
            worse[s, s + 1] = 1.0
        for pool, matrix in ((1, boarding), (2, waiting)):
            chance = dice.random()
            if chance < 0.5:
                matrix[s, s] = 1.0
            elif chance < 0.8 and higher:
                matrix[s, dice.choice(higher)] = 1.0
            elif chance < 0.9:
                died[pool, s] = 1.0
    return Hazards(keep, worse, boarding, waiting, *died)
