"""Rules of others, own units, closing sites and twins by chance: both hands, and the rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.domain.instance import (
    ADMISSION,
    LATERAL,
    Instance,
    PlanRules,
)
from optimizer.domain.simulate import simulate
from optimizer.planning.model import build_model
from optimizer.planning.solve import SolveOptions, solve_plan

from .instances import sketch, worst_violation


def dice(seed: int) -> Instance:
    """Return an instance of one level with rules, own units, closing sites and twins by chance."""
    r = np.random.default_rng(seed)
    units, days = ("A", "B", "C")[: int(r.integers(2, 4))], 3
    areas = ("o", "p")
    beds = {u: {"ICU": [float(r.integers(0, 3))] * days} for u in units}
    none = r.random() < 0.5
    inst = sketch(
        days=days,
        areas=areas,
        levels=("ICU",),
        classes={"P": ("ICU", float(r.integers(1, 40)), False), "M": ("ICU", 4.0, False)},
        beds=beds,  # type: ignore[arg-type]
        admissions=[
            (o, u, "P", ADMISSION, float(r.integers(5, 60)))
            for o in areas
            for u in units
            if r.random() < 0.8
        ],
        transfers=[
            (f, g, "P", LATERAL, 10.0) for f in units for g in units if f != g and r.random() < 0.6
        ],
        arrivals={(o, "P", t): float(r.integers(0, 3)) for o in areas for t in (1, 2, 3)},
        requests={(o, "P"): float(r.integers(0, 2)) for o in areas},
        treated={(u, "P"): float(r.integers(0, 2)) for u in units},
        keep={("P", "P"): 0.5, ("M", "M"): 0.75},
        boards={("P", "P"): 0.5, ("M", "M"): 0.75},
        waits={("P", "P"): 0.75},
    )
    closed = np.zeros((len(units), days), dtype=bool)
    left = inst.beds.copy()
    if r.random() < 0.5:
        closed[0, int(r.integers(1, days)) :] = True
        left[0, :, closed[0]] = 0.0
    twin = np.array([1, 1] if r.random() < 0.5 else [0, 1], dtype=np.int64)
    inst = inst.changed(
        beds=left,
        no_intake=closed,
        own_unit=r.integers(-1, len(units), len(areas)),
        may_leave=np.repeat([[True, False]], len(units), axis=0),
        classes=replace(inst.classes, arrives_as=twin),
        census_treated=np.minimum(inst.census_treated, inst.beds[:, 0, :1]),
        rules=PlanRules(
            nobody_waits=none,
            open_corridor=none or r.random() < 0.5,
            sender_counts=r.random() < 0.5,
        ),
    )
    moves = (inst.left_unit >= 0).astype(float)
    return inst.changed(harm=replace(inst.harm, admission=inst.harm.admission + 0.3 * moves))


def test_both_hands_agree_under_rules_by_chance() -> None:
    many = [dice(seed) for seed in range(40)]
    found = crosscheck_many(many)
    for seed, (inst, answer) in enumerate(zip(many, found, strict=True)):
        harm = solve_plan(inst, SolveOptions(burden=False, whole=False)).harm.value
        assert answer.status == "optimal", seed
        assert harm == pytest.approx(answer.harm, rel=1e-6, abs=1e-6), seed


@pytest.mark.parametrize("seed", range(40))
def test_greedy_rule_is_lawful_under_rules_by_chance(seed: int) -> None:
    inst = dice(seed)
    rule = simulate(inst)
    assert worst_violation(build_model(inst), inst, rule) <= 1e-6
    best = solve_plan(inst, SolveOptions(burden=False, whole=False)).harm.value
    assert rule.harm.value >= best - 1e-6
