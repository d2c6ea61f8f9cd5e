"""Random levers on random instances: every figure and resource of docs/model.md section 12."""

from __future__ import annotations

import numpy as np

from optimizer.crosscheck.edges import any_instance
from optimizer.crosscheck.random_rules import fitted, promising, soon
from optimizer.domain.instance import FloatArray, Home, Instance, IntArray
from optimizer.domain.levers import LeverSet, LeverYields

Dice = np.random.Generator


def levered_instance(seed: int) -> Instance:
    """Return a random instance, on an edge or under other rules as `any_instance`, with levers."""
    return levered(any_instance(seed), np.random.default_rng([seed, 7]))


def drawn_instance(seed: int) -> Instance:
    """Return `any_instance`, every fourth with levers and every fourth with promises besides.

    Those under other rules have promises already; half of the others with promises, and half of
    those with levers, have a longest wait too.
    """
    inst, dice = any_instance(seed), np.random.default_rng([seed, 9])
    if seed % 4 == 3:
        inst = levered(inst, dice)
    elif seed % 4 == 1 and seed % 3 != 2:
        inst = promising(inst, dice)
    if seed % 2 and dice.random() < 0.5:
        inst = soon(inst, dice)
    return inst


def levered(inst: Instance, dice: Dice) -> Instance:
    """Return the instance with one to four levers, whatever they give, take, cost and need."""
    count = int(dice.integers(1, 5))
    alone = dice.random() < 0.3
    if alone and not len(inst.promises.pins):  # a unit that levers alone open
        beds = inst.beds.copy()
        beds[int(dice.integers(len(inst.units)))] = 0.0
        inst = fitted(inst.changed(beds=beds))
    shape = (len(inst.bases), inst.days)
    patients = np.round(dice.random(shape) * float(dice.choice([0.0, 4.0])), 1)
    capacity = np.repeat(np.floor(dice.random((shape[0], 1)) * 3), inst.days, axis=1)
    inst = inst.changed(home=Home(patients, capacity))
    yields = _yields(inst, count, dice)
    if count == 1 and dice.random() < 0.3:
        yields = _gives_only(yields)
    return inst.changed(levers=_set(inst, count, yields, dice))


def _set(inst: Instance, count: int, yields: LeverYields, dice: Dice) -> LeverSet:
    closes = dice.random(count) < 0.6
    return LeverSet(
        ids=tuple(f"đòn {j}" for j in range(count)),
        max_units=dice.integers(0, 4, count).astype(float),
        delay=dice.choice([0, 0, 1, 2], count),
        ramp=dice.choice([0, 0, 1, 2], count),
        min_days=dice.choice([1, 1, 2, 3], count),
        may_close=closes,
        open_vnd=dice.choice([0.0, 3e6, 2e7], count),
        day_vnd=dice.choice([0.0, 1e6, 4e6], count),
        harm=dice.choice([0.0, 0.3, 2.0], count),
        pool=_pools(count, dice),
        yields=yields,
        budget_vnd=float(dice.choice([np.inf, np.inf, 0.0, 8e6, 3e7])),
        home_unmet=float(dice.choice([0.2, 1.0])),
        unit_day=0.01,
        million_vnd=0.001,
    )


def _pools(count: int, dice: Dice) -> IntArray:
    """Return the pool of each lever: the first one, or none; a pool is drawn from no other."""
    drawn = (dice.random(count) < 0.5) & (dice.random() < 0.5)
    drawn[0] = False
    return np.where(drawn, 0, -1)


def _amounts(dice: Dice, shape: tuple[int, ...], sizes: list[float], share: float) -> FloatArray:
    """Return sizes at some places, 0 at the others."""
    return np.asarray(dice.choice(sizes, shape) * (dice.random(shape) < share))


def _yields(inst: Instance, count: int, dice: Dice) -> LeverYields:
    terms = inst.terms
    units, levels, bases = len(inst.units), len(inst.levels), len(inst.bases)
    beds = _amounts(dice, (count, units, levels), [1.0, 2.0, 3.0, -1.0], 0.35)
    devices = _amounts(dice, (count, units, levels), [1.0, 2.0, -1.0], 0.5)
    flow = _amounts(dice, (count, units), [20.0, 40.0], 0.5)
    supply = _amounts(dice, (count, units), [10.0, 40.0], 0.5)
    closes = np.zeros(units, dtype=bool)
    if inst.no_intake is not None:  # where a site closes nothing counts
        closes = np.asarray(inst.no_intake.any(axis=1))
    stays = ~closes[None, :]
    staff = _amounts(dice, (count, units, len(inst.roles)), [0.5, 1.0, -0.5], 0.4)
    return LeverYields(
        beds=beds * inst.listed[None] * stays[:, :, None],
        staff=staff * stays[:, :, None],
        devices=devices * terms.device_levels[None] * stays[:, :, None],
        oxygen_flow=flow * np.isfinite(terms.oxygen_flow[None, :, 0]) * stays,
        oxygen_supply=supply * np.isfinite(terms.oxygen_supply[None, :, 0]) * stays,
        vehicle_minutes=_amounts(dice, (count, bases), [60.0, 300.0], 0.3),
        outside_places=_amounts(dice, (count, len(inst.outside)), [1.0], 0.3),
        home_places=_amounts(dice, (count, bases), [0.5, 1.0], 0.4),
    )


def _gives_only(yields: LeverYields) -> LeverYields:
    """Return the yields with nothing taken."""
    parts = {name: getattr(yields, name) for name in LeverYields.__slots__}
    return LeverYields(**{name: np.maximum(0.0, part) for name, part in parts.items()})
