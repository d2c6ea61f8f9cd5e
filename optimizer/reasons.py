"""JOURNEY, its last leg: why the plan is as it is. Planning solves, report speaks, joined here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from optimizer.domain.assemble import Assembled
from optimizer.domain.instance import Instance
from optimizer.domain.plan import Plan
from optimizer.domain.resource import RESOURCES
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.matters import MATTERS_COLUMNS, Matter, matter_rows, meaning, what_matters
from optimizer.planning.bought import Bought, levers_bought, solved_without
from optimizer.planning.clear import clear_shortfall, weights_of
from optimizer.planning.screen import with_ways
from optimizer.planning.worth import Optimum, confirm, prices_of_ways
from optimizer.report import explain, why
from optimizer.report.bottlenecks import bottlenecks, to_confirm, with_confirmed
from optimizer.report.matters import matters_told
from optimizer.report.naming import names_of

CONFIRMED = 5
"""Bottlenecks solved again."""
SMALL = 20_000
"""Columns up to which bottlenecks and clearing are solved again without being asked: a second."""
FEW_COMMUNES = 20
"""Communes up to which every assumption is tried without being asked; a hundred take a minute."""
NEAR = 6
"""Nearest places of an origin looked at for a rule that excludes them."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What plan.json and the tables beside it say about why."""

    summary: dict[str, Any]
    tables: dict[str, tuple[Sequence[str], list[list[object]]]]
    seconds: dict[str, float] = field(default_factory=dict)
    levers: tuple[Bought, ...] = ()
    """What each lever that the plan opens bought."""


NONE = Reasons({}, {})


def excluded_places(
    tables: Tables, scenario: Scenario, made: Assembled, plan_ways: Instance, plan: Plan
) -> dict[tuple[str, str, str], list[tuple[str, float, str]]]:
    """For each origin, class and pool in use: near units that are not permitted, and the rule.

    Source of the rules: docs/data-format.md section 4.
    """
    full, out = made.instance, {}
    units, able = len(full.units), full.able
    place = {m: f for f, unit in enumerate(made.sites.inside) for m in unit.members}
    never = {
        (place[row.from_unit], place[row.to_unit])
        for row in tables.links
        if row.kind == "never" and row.from_unit in place and row.to_unit in place
    }
    for what, _, i, _, _ in why.ways_used(plan_ways, plan):
        first = what == "admission"
        arcs = plan_ways.admissions if first else plan_ways.transfers
        s = int(arcs.patient_class[i])
        hard, target = full.classes.ground_limit[s], full.classes.travel_limit[s]
        if first:
            o = int(plan_ways.admissions.area[i])
            origin, pool, base = full.areas[o], "waiting", int(full.area_base[o])
            near = made.minutes.commune_unit[made.area_of == o][:, :units]
            reach = np.isfinite(near)
            total = np.where(reach, near, 0.0).sum(axis=0)
            minutes = np.where(reach.any(axis=0), total / np.maximum(1, reach.sum(axis=0)), np.inf)
            own = full.admissions
            permitted = set(own.to[(own.area == o) & (own.patient_class == s)].tolist())
        else:
            o = int(plan_ways.transfers.origin[i])
            boards = bool(plan_ways.transfers.from_boarding[i])
            origin, pool = full.units[o], "boarding" if boards else "treated"
            base = int(full.unit_base[o])
            minutes = made.minutes.unit_unit[o, :units]
            moves = full.transfers
            same = (moves.origin == o) & (moves.patient_class == s)
            permitted = set(moves.to[same & (moves.from_boarding == boards)].tolist()) | {o}
        key = (origin, full.classes.ids[s], pool)
        if key in out:
            continue
        rows: list[tuple[str, float, str]] = []
        for f in np.argsort(minutes, kind="stable")[:NEAR].tolist():
            if f in permitted or not np.isfinite(minutes[f]):
                continue
            rule = "nearest" if first else "tier"
            if not able[f, s]:
                rule = "not_able"
            elif minutes[f] > hard:
                rule = "hard_limit"
            elif (o, f) in never and not first:
                rule = "never"
            elif scenario.options.local_only and int(full.unit_base[f]) != base:
                rule = "local_only"
            elif first and minutes[f] > target:
                rule = "target"
            rows.append((full.units[f], float(minutes[f]), rule))
        out[key] = rows
    return out


def explained(
    tables: Tables,
    scenario: Scenario,
    made: Assembled,
    offered: Instance,
    plan: Plan,
    optimum: Optimum | None,
    *,
    full: bool | None,
) -> Reasons:
    """Return why the plan is as it is; empty for a plan by rule, which has no prices.

    `full` solves the dearest bottlenecks and the clearing again and tries every assumption whatever
    the size; None does so for models of up to `SMALL` columns, assumptions for up to `FEW_COMMUNES`
    (each is an assembly of the province); false leaves all of it out.
    """
    if optimum is None:
        return NONE
    seconds: dict[str, float] = {}
    names, start = names_of(tables, made.instance), scenario.start_date
    again = optimum.model.compiled.size[0] <= SMALL if full is None else full
    began = time.perf_counter()
    found = bottlenecks(offered, plan)
    wide = with_ways(made.instance, *why.rival_arcs(offered, made.instance, plan))
    ways = prices_of_ways(optimum, wide)
    barred = excluded_places(tables, scenario, made, offered, plan)
    chosen = why.choices(offered, plan, wide, ways, barred)
    seconds["explain: prices"] = time.perf_counter() - began
    costs = scenario.clearing.model_dump()
    bought = levers_bought(offered, plan, optimum)
    clearing = None
    moved: list[Matter] = []
    if again:
        began = time.perf_counter()
        top = to_confirm(found, CONFIRMED)
        told = confirm(optimum, offered, [one.addition for one in top])
        found = with_confirmed(found, told)
        bought = solved_without(optimum, offered, bought)
        seconds["explain: solved again"] = time.perf_counter() - began
        began = time.perf_counter()
        clearing = clear_shortfall(optimum, offered, costs)
        seconds["explain: clearing"] = time.perf_counter() - began
        began = time.perf_counter()
        if full or len(made.communes) <= FEW_COMMUNES:
            moved = what_matters(tables, scenario, offered, optimum)
        seconds["explain: assumptions"] = time.perf_counter() - began
    each = {r.kind: weights_of(offered, costs, r.kind).tolist() for r in RESOURCES}
    days = tuple(f"unmet_days_{level}" for level in offered.levels)
    return Reasons(
        {
            "solved_again": again,
            "bottlenecks": explain.bottlenecks_told(offered, found, names, start),
            "why": why.choices_told(chosen, names, start),
            "clear": explain.clearing_told(offered, clearing, names, costs, each),
            "matters": matters_told(
                ({"meaning": meaning(scenario, one.figure), **asdict(one)} for one in moved),
                optimum.answer.objective,
            ),
        },
        {
            "bottlenecks": (
                (*explain.BOTTLENECK_COLUMNS, *days),
                explain.bottleneck_rows(found, offered.levels),
            ),
            "why": (why.WHY_COLUMNS, why.why_rows(chosen)),
            "clear": (explain.CLEAR_COLUMNS, explain.clear_rows(offered, clearing, each)),
            "matters": (MATTERS_COLUMNS, matter_rows(moved, optimum.answer.objective)),
        },
        seconds,
        tuple(bought),
    )
