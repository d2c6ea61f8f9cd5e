"""Random instances under rules of others: survival curves, closing sites, lateral requests, all.

Everything that docs/model.md section 10 lists, alone and mixed; a plan exists for every one.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from optimizer.domain.fit import fit_census
from optimizer.domain.instance import LATERAL, BoolArray, Instance, IntArray, PlanRules
from optimizer.domain.promises import nothing_promised
from optimizer.domain.promises_kept import PIN_ADMISSION, PIN_TRANSFER
from optimizer.domain.simulate import simulate
from optimizer.domain.terms import Terms

Dice = np.random.Generator


def fitted(inst: Instance) -> Instance:
    """Return the instance with a census that beds and staff of day 1 hold; the others board."""
    treated, boarding = fit_census(
        inst,
        inst.classes,
        inst.census_treated,
        inst.census_boarding,
        inst.rules.open_corridor,
    )
    return inst.changed(census_treated=treated, census_boarding=boarding)


def ruled(inst: Instance, dice: Dice) -> Instance:
    """Return the instance under some rules of others, each by chance."""
    if dice.random() < 0.5:
        inst = corridors_open(one_level(inst), dice)
    if dice.random() < 0.4:
        inst = survival_curve(inst, dice)
    if dice.random() < 0.4:
        inst = own_units(inst, dice)
    if dice.random() < 0.5:
        inst = lateral_requests(inst, dice)
    if dice.random() < 0.4:
        inst = moving_once(inst, dice)
    if dice.random() < 0.4:
        inst = closing(inst, dice)
    rules = inst.rules
    if not rules.nobody_waits and dice.random() < 0.2:
        inst = inst.changed(arrivals=np.round(inst.arrivals))
        rules = replace(rules, whole_window=True)
    rules = replace(rules, sender_counts=bool(dice.random() < 0.4))
    return promising(fitted(inst.changed(rules=rules)), dice)


def promising(inst: Instance, dice: Dice) -> Instance:
    """Return the instance with promises, each by chance."""
    promised = inst.promises
    if dice.random() < 0.5:
        share = dice.choice([0.0, 0.1, 0.5, 1.0], len(inst.levels))
        promised = replace(promised, reserve=share, reserve_price=float(dice.choice([0.3, 5.0])))
    if dice.random() < 0.5 and not inst.rules.nobody_waits:
        places = int(dice.integers(1, 3))
        limit = np.round(dice.random((places, inst.days)) * 3, 1)
        promised = replace(
            promised,
            reception=np.where(dice.random(limit.shape) < 0.3, np.inf, limit),
            reception_of=dice.random((len(inst.units), places)) < 0.5,
            reception_places=tuple(f"place {q}" for q in range(places)),
        )
    if dice.random() < 0.5:
        limit = np.round(dice.random(len(inst.units)) * dice.choice([0.0, 4.0, 20.0]), 1)
        price = float(dice.choice([0.5, 5.0]))
        promised = replace(promised, site_limit=limit, site_price=price)
    inst = inst.changed(promises=promised)
    inst = pinning(inst, dice) if dice.random() < 0.4 else inst
    return after_another(inst, dice) if dice.random() < 0.4 else inst


def soon(inst: Instance, dice: Dice) -> Instance:
    """Return the instance with a longest wait promised to some classes, at a price."""
    classes = dice.random(len(inst.classes.ids)) < 0.5
    classes[int(dice.integers(len(classes)))] = True
    promised = replace(
        inst.promises,
        wait_classes=classes,
        wait_days=int(dice.integers(0, inst.days + 1)),
        wait_price=float(dice.choice([0.5, 5.0])),
    )
    return inst.changed(promises=promised)


def after_another(inst: Instance, dice: Dice) -> Instance:
    """Return the instance with an earlier plan: some flows of a rule, more or fewer."""
    rule = simulate(inst)
    rows = []
    for table, flows in ((0, rule.admitted), (1, rule.moved)):
        arcs: Any = inst.transfers if table else inst.admissions
        start, kind = (arcs.origin, arcs.direction) if table else (arcs.area, arcs.kind)
        for i, t in np.argwhere((flows > 1e-3) & (dice.random(flows.shape) < 0.5)).tolist():
            much = round(float(flows[i, t] * dice.choice([0.5, 1.0, 2.0])), 2)
            rows.append((table, t, start[i], arcs.to[i], arcs.patient_class[i], kind[i], much))
    return inst.changed(
        promises=replace(
            inst.promises,
            earlier=np.array(rows, dtype=float).reshape(-1, 7),
            churn_days=dice.random(inst.days) < 0.7,
            churn_price=float(dice.choice([0.5, 3.0])),
        )
    )


def pinning(inst: Instance, dice: Dice) -> Instance:
    """Return the instance with a few decisions of a lawful plan pinned, so that all can hold."""
    rule = simulate(inst)
    pins: list[tuple[float, ...]] = []
    for kind, flows in ((PIN_ADMISSION, rule.admitted), (PIN_TRANSFER, rule.moved)):
        arcs: Any = inst.admissions if kind == PIN_ADMISSION else inst.transfers
        start = arcs.area if kind == PIN_ADMISSION else arcs.origin
        for i, t in np.argwhere(flows > 1e-3).tolist():
            count = float(flows[i, t])
            if kind == PIN_ADMISSION and t == 0:
                count += float(rule.admitted_observed[i])
            if dice.random() < 0.2 and len(pins) < 3 and float(np.round(count, 6)) == count:
                way = start[i], arcs.to[i], arcs.patient_class[i]
                pins.append((kind, t, *way, count))
    kept = np.array(pins, dtype=float).reshape(-1, 6)
    return inst.changed(promises=replace(inst.promises, pins=kept))


def one_level(inst: Instance) -> Instance:
    """Return the instance with all levels of care as one."""

    def summed(values: np.ndarray) -> np.ndarray:
        return np.asarray(values.sum(axis=1, keepdims=True))

    terms = inst.terms
    counted = np.asarray(terms.device_levels.all(axis=1, keepdims=True))[:, :, None]
    return inst.changed(
        levels=inst.levels[:1],
        classes=replace(inst.classes, level=np.zeros_like(inst.classes.level)),
        beds=summed(inst.beds),
        surge_limit=summed(inst.surge_limit),
        listed=np.asarray(inst.listed.any(axis=1, keepdims=True)),
        staff_need=inst.staff_need[:, :1].copy(),
        promises=nothing_promised(1, len(inst.units), inst.days),
        terms=Terms(
            **{item.name: getattr(terms, item.name) for item in fields(terms)}
            | {
                "devices": np.where(counted, summed(terms.devices), np.inf),
                "oxygen_draw": terms.oxygen_draw[-1:].copy(),
                "supervision": terms.supervision[:, :1].copy(),
            }
        ),
    )


def corridors_open(inst: Instance, dice: Dice) -> Instance:
    """Corridors take whom no bed holds, free or not; now and then nobody may wait outside then."""
    waits = bool(dice.random() < 0.5)
    on_foot = replace(inst.classes, needs_vehicle=np.zeros_like(inst.classes.needs_vehicle))
    return inst.changed(
        rules=PlanRules(nobody_waits=not waits, open_corridor=True),
        classes=inst.classes if waits else on_foot,
    )


def survival_curve(inst: Instance, dice: Dice) -> Instance:
    """Classes of one level become the days of one stay: age i to i + 1, the rest leave."""
    level = inst.classes.level
    ages = np.flatnonzero(level == dice.choice(level))
    keep, worse = inst.hazards.keep.copy(), inst.hazards.worse.copy()
    boarding, death = inst.hazards.boarding.copy(), inst.hazards.death_treated.copy()
    mix = float(dice.choice([0.0, 0.5, 1.0]))
    for age, older in zip(ages, [*ages[1:], -1], strict=True):
        stays = round(float(dice.uniform(0.3, 1.0)), 2) if older >= 0 else 0.0
        keep[age], worse[age], boarding[age] = 0.0, 0.0, 0.0
        death[age] = (1.0 - stays) * float(dice.choice([0.0, 0.25]))
        boarding[age, age] = mix
        if older >= 0:
            keep[age, older] = stays
            boarding[age, older] += (1.0 - mix) * stays
    by_day = np.isin(np.arange(len(level)), ages)
    hazards = replace(inst.hazards, keep=keep, worse=worse, boarding=boarding, death_treated=death)
    return inst.changed(hazards=hazards, classes=replace(inst.classes, by_day=by_day))


def own_units(inst: Instance, dice: Dice) -> Instance:
    """Most areas have a unit of their own; going elsewhere is a move with a price."""
    inst = inst.changed(own_unit=dice.integers(-1, len(inst.units), len(inst.areas)))
    moves = (inst.left_unit >= 0).astype(float)
    return inst.changed(
        harm=replace(inst.harm, admission=inst.harm.admission + 0.3 * moves),
        burden=replace(inst.burden, admission=inst.burden.admission + moves),
    )


def lateral_requests(inst: Instance, dice: Dice) -> Instance:
    """Pairs of units between which the acute may be moved out of proper beds, too."""
    able, allowed, pairs = inst.able, inst.movable.copy(), []
    for _ in range(int(dice.integers(1, 4))):
        f, g = dice.integers(0, len(inst.units), 2).tolist()
        for s in np.flatnonzero(able[f] & able[g] & (f != g)).tolist():
            pairs.append((f, g, s))
            allowed[f, s] = True
    return _with_moves(inst.changed(may_leave=allowed), pairs, dice)


def moving_once(inst: Instance, dice: Dice) -> Instance:
    """Who is moved arrives as another class of his level, which may not leave a proper bed."""
    level, size = inst.classes.level, len(inst.classes.ids)
    arrives = np.arange(size)
    for s in range(size):
        later = [k for k in range(s + 1, size) if level[k] == level[s]]
        if later and dice.random() < 0.6:
            arrives[s] = int(dice.choice(later))
    changes = arrives != np.arange(size)
    stays = np.setdiff1d(arrives[changes], np.flatnonzero(changes))
    held = ~np.isin(inst.transfers.patient_class, stays) | inst.transfers.from_boarding
    allowed = inst.movable.copy()
    allowed[:, stays] = False
    inst = _only_moves(inst, held)
    return inst.changed(may_leave=allowed, classes=replace(inst.classes, arrives_as=arrives))


def closing(inst: Instance, dice: Dice) -> Instance:
    """One unit closes: no bed, no intake from its day on; everybody in it may be moved."""
    f, day = int(dice.integers(len(inst.units))), int(dice.integers(1, inst.days))
    closed = inst.closed.copy()
    closed[f, day:] = True
    beds, surge, allowed = inst.beds.copy(), inst.surge_limit.copy(), inst.movable.copy()
    beds[f, :, day:] = surge[f, :, day:] = 0.0
    allowed[f] = True
    able = inst.able
    pairs = [
        (f, g, s)
        for g in range(len(inst.units))
        for s in np.flatnonzero(able[f] & able[g]).tolist()
        if g != f and dice.random() < 0.7
    ]
    inst = inst.changed(beds=beds, surge_limit=surge, no_intake=closed, may_leave=allowed)
    return _with_moves(inst, pairs, dice)


def _with_moves(inst: Instance, pairs: list[tuple[int, int, int]], dice: Dice) -> Instance:
    """Return the instance with lateral ways out of proper beds; those it has stay as they are."""
    moves = inst.transfers
    known = {
        (int(f), int(g), int(s))
        for f, g, s, boards in zip(
            moves.origin, moves.to, moves.patient_class, moves.from_boarding, strict=True
        )
        if not boards
    }
    new = sorted(set(pairs) - known)
    if not new:
        return inst
    more: IntArray = np.array(new, dtype=np.int64)
    minutes = np.round(dice.uniform(0, 120, len(new)))
    price = np.round(dice.random(len(new)) * 3, 2)
    return inst.changed(
        transfers=replace(
            moves,
            origin=np.append(moves.origin, more[:, 0]),
            to=np.append(moves.to, more[:, 1]),
            patient_class=np.append(moves.patient_class, more[:, 2]),
            direction=np.append(moves.direction, np.full(len(new), LATERAL)),
            from_boarding=np.append(moves.from_boarding, np.zeros(len(new), dtype=bool)),
            minutes=np.append(moves.minutes, minutes),
        ),
        harm=replace(inst.harm, transfer=np.append(inst.harm.transfer, price)),
        burden=replace(inst.burden, transfer=np.append(inst.burden.transfer, 1.0 + 0.01 * minutes)),
    )


def _only_moves(inst: Instance, keep: BoolArray) -> Instance:
    moves = inst.transfers
    return inst.changed(
        transfers=replace(
            moves, **{one.name: getattr(moves, one.name)[keep] for one in fields(moves)}
        ),
        harm=replace(inst.harm, transfer=inst.harm.transfer[keep]),
        burden=replace(inst.burden, transfer=inst.burden.transfer[keep]),
    )
