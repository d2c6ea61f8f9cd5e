"""No staff parameter without effect: every column of a staff table and every rule changes who goes.

These tables decide `referral staff`, not the plan of beds. Each figure is set to a binding value on
the template province with one person a head, and something that the secondments, the names or the
heads around the clock say must differ.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from optimizer.domain.assemble import assemble
from optimizer.domain.cover import patients_in_beds
from optimizer.domain.lending import around_the_clock, secondment_problem, workforce
from optimizer.domain.people import RULES, STAFF_ROWS, Lender, StaffTables
from optimizer.domain.row import Row
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.exchange.scenarios import read_scenario, scenario_to_json
from optimizer.exchange.staff_tables import read_staff_tables
from optimizer.exchange.tables import read_tables
from optimizer.planning.baselines import MEANS
from optimizer.planning.solve import solve_plan
from optimizer.seconding import candidates, lendable
from optimizer.staffing.secondment.solve import plan_secondments
from optimizer.staffing.secondment.who import who_goes
from tests.run.province import template
from tests.run.staffed_province import with_people
from tests.run.trials import laid

Need = dict[tuple[str, str], float]
"""People on duty that the beds would borrow, and below 0 spare, by (site, role)."""
Context = dict[str, Any]
"""What else is changed: rules by name, and what `Bench.told` knows."""

DESCRIBES = {
    "name_vi": "a name",
    "name_en": "a name",
    "legal_basis_vi": "told to who decides",
    "legal_basis_en": "told to who decides",
    "approver_vi": "told to who decides",
    "approver_en": "told to who decides",
    "unit": "what the value is measured in",
    "synthetic": "1 marks a person who was generated; the tables' README says it of results",
}
"""Columns on which no decision hangs, and why. `source` and `confidence` mark results."""
OF_ROSTERS = {"max_hours", "max_consecutive_days", "max_consecutive_nights", "min_rest_hours"}
"""Columns of contracts.csv that rosters keep: tests/run/test_roster_from_beds.py."""

NURSES: Need = {("U2", "NUR"): 2.0, ("U1", "NUR"): -2.0}
"""A dozen nurses who may be spared in U1 are wanted in U2."""
ICU: Need = {("U1", "NUR_ICU"): 1.6, ("U1", "NUR"): -2.0}
OUT: Need = {("U2", "NUR"): 2.0}
"""Nobody in the province may be spared."""
POOL: Context = {"pool": True}
"""There is a pool outside."""
FIVE: Context = {"five": True}
"""Five nurses of U1 may leave at all."""
SHORT: Context = {"block_lengths": (14.0,)}


@dataclass(frozen=True)
class Bench:
    """Plans secondments for needs set by hand, and says all that is decided, as text."""

    tables: Tables
    staff: StaffTables
    scenario: Scenario

    def told(self, need: Need, context: Context, staff: StaffTables) -> str:
        figures = {rule: value for rule, value in context.items() if rule in RULES}
        figures = {**figures, **{r: staff.figures[r] for r in changed_rules(self.staff, staff)}}
        staff = replace(staff, figures={**staff.figures, **figures})
        if not context.get("pool"):
            staff = replace(staff, lenders=())
        if context.get("five"):
            staff = cells(staff, "people", "may_be_seconded", False, few)
        if context.get("leads go"):
            staff = cells(staff, "people", "can_supervise", False, few)
        made, plan = _beds(self)
        inst = made.instance
        force = workforce(self.tables, staff, self.scenario, made)
        change = np.zeros_like(inst.staff)
        for (site, role), much in need.items():
            change[inst.units.index(site), inst.roles.index(role)] = much
        problem = secondment_problem(
            force, staff, self.scenario, made, plan, change, np.ones_like(inst.staff)
        )
        if context.get("leads"):
            problem = replace(problem, leads=problem.need.copy())
        if context.get("published"):  # twice as many as will go
            block = replace(plan_secondments(problem, 5.0).blocks[0], heads=40)
            problem = replace(problem, published=(block,))
        found = plan_secondments(problem, 5.0)
        far = [problem.travel_of(block) > 0 for block in found.blocks]
        people = candidates(force, staff, self.scenario)
        named = who_goes(found.blocks, people, staff.rules, far)
        free = lendable(force, staff, self.scenario, inst)
        here = patients_in_beds(inst, plan)
        out = {
            "groups": {name: round(group.value, 6) for name, group in found.groups.items()},
            "blocks": [str(block) for block in found.blocks],
            "training": [str(course) for course in found.training],
            "short": [found.short.sum(), found.lead_short.sum(), found.below_wanted.sum()],
            "vnd": found.cost_vnd,
            "going": sorted((one.person, str(one.block)) for one in named.going),
            "unwilling": round(named.cost, 6),
            "nameless": len(named.nameless),
            "around the clock": [str(one) for one in around_the_clock(force, staff, inst, here)],
            "lendable": [free.most.sum(), free.outside.sum()],
        }
        return json.dumps(out, default=float, sort_keys=True)


_KNOWN: dict[int, Any] = {}


def _beds(bench: Bench) -> Any:
    """The plan of beds of a bench, solved once: no staff table is read by it."""
    if id(bench) not in _KNOWN:
        made = assemble(bench.tables, bench.scenario)
        _KNOWN[id(bench)] = made, solve_plan(made.instance, MEANS)
    return _KNOWN[id(bench)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    province = template(tmp_path_factory.mktemp("staff") / "province")
    with_people(province)
    tables = read_tables(province)[0]
    base = scenario_to_json(read_scenario(province / "scenario.yaml"))
    days = {"horizon_days": 28, "beyond_days": 0, "reported_cases.peak_per_100k": 90}
    scenario = Scenario.model_validate(laid(base, {**days, "reported_cases.peak_day": 7}))
    pools = tuple(
        Lender(
            lender_id="next",
            role=role,
            name_vi="Tỉnh bạn",
            name_en="Next province",
            ownership="neighbour",
            heads=heads,
            minutes=75,
            road_km=50,
            source="example",
            confidence="assumed",
        )
        for role, heads in (("NUR", 6), ("NUR_ICU", 4))
    )
    staff = read_staff_tables(tables)
    half = staff.contracts[0].model_copy(update={"contract_id": "half", "weekly_hours": 20.0})
    staff = replace(staff, lenders=pools, contracts=(*staff.contracts, half))
    return Bench(tables, staff, scenario)


def cells(staff: StaffTables, name: str, column: str, value: Any, only: Any = None) -> StaffTables:
    """Return the tables with a column set, in the rows for which `only` holds."""
    rows: tuple[Row, ...] = getattr(staff, name)
    told = tuple(
        row.model_copy(update={column: value}) if only is None or only(row) else row for row in rows
    )
    changed: dict[str, Any] = {name: told}
    return replace(staff, **changed)


def changed_rules(before: StaffTables, after: StaffTables) -> list[str]:
    return [rule for rule in RULES if before.figures[rule] != after.figures[rule]]


def of(role: str) -> Any:
    return lambda row: row.role == role


def public(row: Any) -> bool:
    return bool(row.ownership == "public")


def one(number: int) -> Any:
    return lambda row: row.person_id.endswith(f"U1-NUR-{number:03d}")


def few(row: Any) -> bool:
    """Most nurses of U1."""
    return bool(row.person_id.startswith("U1-NUR-") and int(row.person_id[-3:]) >= 5)


AWAY = datetime.date(2026, 11, 1)
COLUMNS: dict[str, tuple[Need, Context, Any, Any]] = {
    "contracts.weekly_hours": ({}, {}, 20.0, None),
    "contracts.absence": ({}, {}, 0.5, None),
    "people.contract_id": ({}, {}, "half", of("NUR")),
    "substitution.per_trained": (ICU, {}, 0.1, None),
    "substitution.training_days": (ICU, {}, 12, None),
    "lending.may_lend": (NURSES, {}, False, public),
    "lending.lead_days": (NURSES, {}, 9, public),
    "people.facility_id": (NURSES, FIVE, "H2", one(0)),
    "people.role": (NURSES, FIVE, "NUR_ICU", one(0)),
    "people.further_roles": (ICU, {}, "NUR_ICU", of("NUR")),
    "people.can_supervise": (NURSES, {**FIVE, "leads go": True}, False, None),
    "people.remote_protected": (NURSES, FIVE, True, one(0)),
    "people.may_be_seconded": (NURSES, FIVE, False, one(0)),
    "people.days_away_last_year": (NURSES, FIVE, 90, one(0)),
    "people.returned_on": (NURSES, FIVE, AWAY, one(0)),
    "people.preference": (NURSES, FIVE, "unwilling", one(0)),
    "lenders.ownership": (OUT, POOL, "public", None),
    "lenders.heads": (OUT, POOL, 1, None),
    "lenders.minutes": (OUT, POOL, 600.0, None),
    "lenders.road_km": (OUT, POOL, 900.0, None),
}
"""Column -> what is needed where, what else is changed, the value, and the rows that have it."""

RULE: dict[str, tuple[Need, Context, tuple[float, ...]]] = {
    "allowance_high_vnd": (NURSES, {"high_case_share": (0.0,)}, (900_000.0,)),
    "allowance_vnd": (NURSES, {"high_case_share": (2.0,)}, (100_000.0,)),
    "block_lengths": (NURSES, {}, (14.0,)),
    "churn_vnd": (NURSES, {"published": True}, (0.0,)),
    "high_case_share": (NURSES, {}, (2.0,)),
    "host_share": (NURSES, {}, (0.1,)),
    "lead_weight": (ICU, {"leads": True}, (9.0,)),
    "min_weeks_between": (NURSES, {**FIVE, **SHORT}, (2.0,)),
    "move_vnd": (NURSES, {}, (9e6,)),
    "nearest_homes": (NURSES, {}, (0.0,)),
    "rest_days_after": (NURSES, SHORT, (7.0,)),
    "shift_hours": ({}, {}, (12.0, 12.0)),
    "start_every": (NURSES, SHORT, (60.0,)),
    "travel_day_minutes": (NURSES, {}, (10.0,)),
    "travel_vnd_per_km": (NURSES, {}, (90_000.0,)),
    "wanted_share": (NURSES, {}, (0.95,)),
}
"""Rule of staffing_rules.csv -> what is needed where, what else is changed, the value."""


def columns() -> Iterator[str]:
    for model in STAFF_ROWS:
        for column in model.model_fields:
            if column not in (*model.KEY, "source", "confidence"):
                yield f"{model.TABLE}.{column}"


def test_every_column_is_tried_or_said_to_decide_nothing() -> None:
    there = set(columns()) - {"staffing_rules.value"}
    silent = {c for c in there if c in DESCRIBES or c.split(".")[1] in (*DESCRIBES, *OF_ROSTERS)}
    assert there - silent == set(COLUMNS)


def test_every_rule_is_tried() -> None:
    assert set(RULES) == set(RULE)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_a_staff_table_changes_who_goes(bench: Bench, name: str) -> None:
    need, context, value, only = COLUMNS[name]
    table, column = name.split(".")
    changed = cells(bench.staff, table, column, value, only)
    assert changed != bench.staff
    assert bench.told(need, context, changed) != bench.told(need, context, bench.staff)


@pytest.mark.parametrize("rule", RULE)
def test_a_rule_of_staffing_changes_who_goes(bench: Bench, rule: str) -> None:
    need, context, value = RULE[rule]
    changed = replace(bench.staff, figures={**bench.staff.figures, rule: value})
    assert changed != bench.staff
    assert bench.told(need, context, changed) != bench.told(need, context, bench.staff)
