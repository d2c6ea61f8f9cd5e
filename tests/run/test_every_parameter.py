"""No parameter without effect: every key of a scenario and every column of a table changes a plan.

Each is set to two values on a tiny province in trouble, and something that the plan decides or says
of itself must differ. What only describes is listed with the reason why no decision hangs on it. A
new key or column is neither until somebody says so here.
"""

from __future__ import annotations

import copy
import datetime
import json
import typing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from optimizer.domain.assemble import assemble
from optimizer.domain.facility import ROWS, Row, Tables
from optimizer.domain.scenario import Scenario, Wave
from optimizer.domain.supplies import icu_quota, plan_needs
from optimizer.errors import SolverError
from optimizer.exchange.scenarios import read_scenario, scenario_to_json
from optimizer.exchange.tables import read_tables
from optimizer.planning.clear import clear_shortfall
from optimizer.planning.promised import with_sites_compared
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.worth import Optimum
from optimizer.report.kpis import plan_kpis
from optimizer.report.needs import needs_told
from optimizer.report.promises import promise_rows, stability_told
from tests.run.lever_province import lever_province
from tests.run.province import template

Data = dict[str, Any]
MEANS = SolveOptions(whole=False)

TEXTS = {
    "title.vi": "a name",
    "title.en": "a name",
    "province": "where the tables are looked for; the tables are what counts",
    "provenance.source": "where a figure comes from: it marks results, and decides nothing",
    "provenance.confidence": "how sure a figure is: it marks results, and decides nothing",
    "provenance.low": "an end of what is plausible: matters.csv says what it would change",
    "provenance.high": "likewise",
    "infections.ages.band": "a name",
}
"""Keys on which no decision hangs, and why."""
DESCRIBES = {
    "name": "a name",
    "name_vi": "a name",
    "name_en": "a name",
    "name_ascii": "a name",
    "short_name": "a name",
    "note": "a remark",
    "ownership": "described only (docs/data-format.md section 3)",
    "hospital_class": "described only; hangs together with staffing norms, not with this plan",
    "specialty": "described only",
    "oxygen_source": "described only: oxygen.csv has the figures",
    "area_km2": "described only",
    "merged_into": "described only",
    "heads": "described only: on_duty is what works",
    "road_km": "described only: minutes is what counts",
    "ferry_minutes": "part of minutes",
    "remote": "shown in equity.csv, never decided by",
    "device": "a name: which row it is",
    "title_vi": "a name",
    "title_en": "a name",
    "levers.kind": "a word for what sort of lever it is: places and figures say what it does",
    "levers.reversible": "told to who decides (docs/data-format.md section 3)",
    "levers.legal_basis": "told to who decides",
    "levers.approver_vi": "told to who decides",
    "levers.approver_en": "told to who decides",
    "unit": "what a supply is measured in",
    "mobile_stations.staff": "described only: home_patients is what a station follows",
    "mobile_stations.base_unit": "described only: cluster_id is where it works",
    "admin_units.valid_from": "units of one date are shipped together (data-format section 3)",
    "admin_units.valid_to": "likewise",
}
"""Columns on which no decision hangs, by name or table.column, and why. `*source` and
`*confidence` mark results. The first key of a table says which row it is."""

WAVE: Data = {
    "route": "explicit",
    "explicit": {
        "arrivals": [{"area": "X1", "day": 2, "severity": "moderate", "count": 90}],
        "open_requests": [{"area": "X1", "severity": "severe", "count": 9}],
        "census": [
            {"unit": "U1", "severity": "severe", "phase": "acute", "state": "treated", "count": 9}
        ],
        "leaving": [
            {
                "unit": "U1",
                "severity": "moderate",
                "phase": "acute",
                "leaves_on_day": 3,
                "count": 70,
            }
        ],
    },
}
INFECTIONS: Data = {
    "route": "infections",
    "infections": {
        "peak_day": 3,
        "width_days": 5,
        "peak_per_100k": 900,
        "history_days": 5,
        "delay_days": 3,
        "hospital_severity": "moderate",
        "ages": [{"band": "all", "population_share": 1, "hospital_per_infection": 0.4}],
        "hospital_multipliers": {"variant": 1.0},
    },
}
HAZARDS: Data = {
    **WAVE,
    "hazards": [
        {
            "pool": pool,
            "from_class": f"{name}-acute",
            "to_class": f"{name}-acute",
            "kind": "keep",
            "probability": 0.8,
        }
        for pool in ("treated", "boarding", "waiting")
        for name in ("moderate", "severe")
    ],
}
CURVE: Data = {
    **WAVE,
    "stays.severe": {"survival": [1, 0.9, 0.5], "stay_days": None, "delay_days": None}
    | {"worse_share": 0, "worse_to": None, "death_share": 0.1, "waiting": None},
    "explicit.census": [
        {
            "unit": "U1",
            "severity": "severe",
            "phase": "acute",
            "state": "treated",
            "count": 9,
            "days_since_admission": 0,
        }
    ],
}
RESERVE: Data = {"promises.reserve": {"OXY": 0.9}}
WAIT: Data = {"promises.longest_wait": {"days": 1, "severity": "moderate", "hard": False}}
LIMIT: Data = {"promises.reception": [{"place": "U1", "patients": 3, "from_day": 1}]}
PIN: Data = {
    "pins": [
        {"kind": "admission", "day": 2, "from_place": "C1", "to_place": "U1", "count": 1}
        | {"class_id": "severe-acute", "care_level": None}
    ]
}
BEDS: Data = {
    "pins": [
        {"kind": "surge_beds", "day": 3, "to_place": "U1", "care_level": "ICU", "count": 1}
        | {"class_id": None, "from_place": None}
    ]
}
BEFORE: Data = {
    "previous_plan": {
        "first_day": 1,
        "last_day": 5,
        "flows": [
            {"day": 2, "way": "admission", "from_place": "C1", "to_place": "U1"}
            | {"class_id": "severe-acute", "patients": 3}
        ],
    }
}
CLOSING: Data = {"shocks.closing": [{"facility": "H2", "day": 3}]}
TIERS: Data = {
    "tiers": 1,
    "options.lateral_requests": [{"from_unit": "U2", "to_unit": "U1", "severity": None}],
}
AWAY: Data = {
    **CLOSING,
    "tiers": 1,
    "options.lateral_requests": [{"from_unit": "U1", "to_unit": "U2", "severity": None}],
}
ICU: Data = {"explicit": WAVE["explicit"], "route": "explicit"}
LEVERS: Data = {"levers": {"use": "all", "change": {"field": {}}}}
"""On the province of `lever_province`: a field site, mobile stations, oxygen, cars, devices."""
PASSING: Data = {
    **WAVE,
    "explicit.arrivals.day": 1,
    "stays.moderate.stay_days": 1,
    "stays.moderate.delay_days": None,
    "beyond_days": 4,
    "shocks.demand_factor": 1,
    "shocks.staff_factor": 9,
    "levers": {
        "use": ["field"],
        "change": {"field": {"delay_days": 0, "ramp_days": 0, "min_days": 1, "harm_per_day": 2.0}},
    },
}
"""Beds that are wanted on the first days only, and do harm while they stand."""
SECRET: Data = {
    **WAVE,
    "explicit.arrivals.severity": "critical",
    "shocks.staff_factor": 9,
    "surge.delay_days": 9,
    "levers": {"use": "all"},
}
DRIVES: Data = {"shocks.vehicle_factor": 0.03}


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of a scenario that hold no mapping of their own."""
    for name, field in model.model_fields.items():
        inner: list[type[BaseModel]] = []

        def models(kind: Any, found: list[type[BaseModel]] = inner) -> None:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found.append(kind)
            for part in typing.get_args(kind):
                models(part)

        models(field.annotation)
        if inner and inner[0] is not Wave:
            yield from keys_of(inner[0], f"{prefix}{name}.")
        else:
            yield prefix + name


def laid(data: Data, change: Data) -> Data:
    """Return the scenario with dotted keys changed; a list is its first row."""
    out = copy.deepcopy(data)
    for key, value in change.items():
        here: Any = out
        *way, last = key.split(".")
        for part in way:
            here = here[part]
            here = here[0] if isinstance(here, list) else here
        here[last] = copy.deepcopy(value)
    return out


class Bench:
    """Plans a scenario on tables and says all that it decides, as text."""

    def __init__(self, province: Path) -> None:
        self.tables: Tables = read_tables(province)[0]
        self.base = laid(
            scenario_to_json(read_scenario(province / "scenario.yaml")),
            {
                "horizon_days": 4,
                "beyond_days": 1,
                "shocks.demand_factor": 12,
                "surge.delay_days": 1,
                "shocks.staff_factor": 0.5,
            },
        )
        self.known: dict[str, str] = {}

    def told(self, change: Data, tables: Tables | None = None) -> str:
        change = dict(change)
        if change.pop("whole", False):
            return self._told(Scenario.model_validate(laid(self.base, change)), self.tables, True)
        data = laid(self.base, change)
        key = json.dumps([data, sorted(change)], sort_keys=True, default=str)
        if tables is None and key in self.known:
            return self.known[key]
        clears = any(name.startswith("clearing") for name in change)
        text = self._told(Scenario.model_validate(data), tables or self.tables, clears=clears)
        if tables is None:
            self.known[key] = text
        return text

    def said(self, change: Data) -> str:
        """Return what a plan says; some contexts are of the tables."""
        change = dict(change)
        tables = self.tables
        if change.pop(ONE, False):
            tables = one_level(tables)
        if change.pop("season", 0):
            tables = cells(
                cells(tables, "travel", "closed_from", "05-01"), "travel", "closed_to", "07-31"
            )
        if change.pop("far", 0):
            tables = cells(tables, "patient_classes", "ground_limit_minutes", 20.0)
        if change.pop("tiers", 0):
            tables = cells(tables, "units", "tier", "3")
        if change.pop("oxygen", None) is not None:
            tables = cells(tables, "oxygen", "daily_supply_m3", 150.0)
            tables = cells(tables, "oxygen", "stored_m3", 0.0)
        return self.told(change, None if tables is self.tables else tables)

    def _told(
        self, scenario: Scenario, tables: Tables, whole: bool = False, clears: bool = False
    ) -> str:
        made = assemble(tables, scenario)
        inst = with_sites_compared(made.instance, made.instance)
        seen: list[Optimum] = []
        options = SolveOptions() if whole else MEANS
        plan = solve_plan(inst, options, seen=lambda m, a: seen.append(Optimum(m, a)))
        costs = scenario.clearing.model_dump()
        cleared = clear_shortfall(seen[0], inst, costs) if clears else None
        out = {
            "harm": plan.harm.value,
            "fairness": plan.fairness.value,
            "burden": plan.burden.value,
            "kpis": plan_kpis(inst, plan),
            "needs": needs_told(plan_needs(tables, scenario, inst, plan)),
            "home": [inst.home.patients.sum(), *inst.home.capacity[:, 0]],
            "quota": icu_quota(tables, inst, inst.levels[-1]),
            "units": sorted(inst.units),
            "promises": promise_rows(inst, plan),
            "stability": stability_told(inst, plan),
            "clear": cleared.least_weight if cleared else None,
        }
        return json.dumps(_rounded(out), sort_keys=True, default=str)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    try:
        return float(f"{float(value):.5g}") + 0.0
    except (TypeError, ValueError):
        return value


def cells(tables: Tables, name: str, column: str, value: Any, row: str = "") -> Tables:
    """Return the tables with a column, or one cell of it, set; `row`: its key, parts by ``|``."""
    rows: tuple[Row, ...] = getattr(tables, name)
    told = tuple(
        one.model_copy(update={column: value})
        if not row or "|".join(str(getattr(one, key)) for key in one.KEY) == row
        else one
        for one in rows
    )
    changed: dict[str, Any] = {name: told}
    return replace(tables, **changed)


def one_level(tables: Tables) -> Tables:
    """Return the tables with ward beds only, which all patients need; nobody needs a vehicle."""
    tables = cells(tables, "patient_classes", "care_level", "WARD")
    tables = cells(tables, "patient_classes", "needs_vehicle", False)
    beds = tuple(row for row in tables.beds if row.care_level == "WARD")
    return replace(tables, beds=beds, devices=(), oxygen=(), supervision=())


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(template(tmp_path_factory.mktemp("every") / "province"))


@pytest.fixture(scope="module")
def lever_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(lever_province(tmp_path_factory.mktemp("levers") / "province"))


ONE = "one level"
"""Context key: on tables with one care level, where rules of others are lawful."""
ONLY: Data = {**WAVE, ONE: True}
OPEN: Data = {**ONLY, "rules.corridor": "open"}

WORSE: Data = {
    "promises.no_site_worse_off": True,
    "shocks.vehicle_factor": 0,
    "pins": [
        {"kind": "admission", "day": 2, "from_place": "C2", "to_place": "U2", "count": 0}
        | {"class_id": None, "care_level": None}
    ],
}
FULL: Data = {
    **OPEN,
    "rules.movers": "new",
    "shocks.demand_factor": 1,
    "shocks.staff_factor": 9,
    "surge.delay_days": 9,
}

CLEAR: Data = {"clearing.bed": 1.0}
"""With it what would clear the shortfall is worked out too."""
MANY: Data = {**WAVE, "explicit.census.count": 25, "shocks.staff_factor": 9}
GRAVE: Data = {**WAVE, "explicit.arrivals.severity": "critical", "shocks.staff_factor": 9}

CASES: dict[str, tuple[Data, Any, Any]] = {
    "route": (ICU, "explicit", "reported_cases"),
    "reported_cases.peak_day": ({}, 21, 3),
    "reported_cases.width_days": ({}, 12, 30),
    "reported_cases.peak_per_100k": ({}, 60, 90),
    "reported_cases.history_days": ({}, 21, 2),
    "reported_cases.hospital_share": ({}, 0.2, 0.4),
    "reported_cases.home_delay_days": ({}, 6.5, 1),
    "reported_cases.home_stay_days": ({}, 10, 3),
    "reported_cases.hospital_severity": ({}, "moderate", "severe"),
    "reported_cases.isolation_share": ({}, 0.1, 0.4),
    "reported_cases.isolation_severity": ({}, "mild", "moderate"),
    "infections.peak_day": (INFECTIONS, 3, 20),
    "infections.width_days": (INFECTIONS, 5, 20),
    "infections.peak_per_100k": (INFECTIONS, 900, 300),
    "infections.history_days": (INFECTIONS, 5, 0),
    "infections.delay_days": (INFECTIONS, 3, 9),
    "infections.hospital_severity": (INFECTIONS, "moderate", "severe"),
    "infections.ages.population_share": (INFECTIONS, 1, 0.996),
    "infections.ages.hospital_per_infection": (INFECTIONS, 0.4, 0.2),
    "infections.hospital_multipliers": (INFECTIONS, {"variant": 1}, {"variant": 2}),
    "explicit.arrivals.area": (WAVE, "X1", "X3"),
    "explicit.arrivals.day": (WAVE, 2, 4),
    "explicit.arrivals.severity": (WAVE, "moderate", "critical"),
    "explicit.arrivals.count": (WAVE, 90, 45),
    "explicit.open_requests.area": (WAVE, "X1", "X3"),
    "explicit.open_requests.severity": (WAVE, "severe", "critical"),
    "explicit.open_requests.count": (WAVE, 9, 3),
    "explicit.census.unit": (WAVE, "U1", "U2"),
    "explicit.census.severity": (WAVE, "severe", "moderate"),
    "explicit.census.phase": (WAVE, "acute", "recovering"),
    "explicit.census.state": (WAVE, "treated", "boarding"),
    "explicit.census.count": (WAVE, 9, 2),
    "explicit.census.days_since_admission": (CURVE, 0, 1),
    "explicit.leaving.unit": (WAVE, "U1", "U2"),
    "explicit.leaving.severity": (WAVE, "moderate", "severe"),
    "explicit.leaving.phase": ({**WAVE, "options.lateral": True}, "acute", "recovering"),
    "explicit.leaving.leaves_on_day": (WAVE, 3, 5),
    "explicit.leaving.count": (WAVE, 70, 10),
    "hazards.pool": (HAZARDS, "treated", "waiting"),
    "hazards.from_class": (HAZARDS, "moderate-acute", "severe-recovering"),
    "hazards.to_class": (HAZARDS, "moderate-acute", "severe-acute"),
    "hazards.kind": (HAZARDS, None, None),
    "hazards.probability": (HAZARDS, 0.8, 0.2),
    "population_groups": ({}, None, None),
    "stays.survival": (CURVE, [1, 0.9, 0.5], [1, 0.4]),
    "start_date": ({"season": 1}, "2026-11-23", "2026-06-01"),
    "horizon_days": ({}, 4, 3),
    "beyond_days": ({}, 1, 2),
    "areas": ({}, "clusters", "communes"),
    "disease": ({}, None, None),
    "also": ({}, None, None),
    "boarding_mix": ({}, 0.5, 1.0),
    "staff.care_phase": ({}, "conventional", "crisis"),
    "staff.surge_absence": ({}, 0.1, 0.5),
    "staff.shifts_per_day": ({}, 3, 2),
    "surge.delay_days": (CLEAR, 1, 3),
    "travel.nearest": (CLEAR, 3, 1),
    "travel.transfer_nearest": ({}, 3, 0),
    "travel.prepare_minutes": ({"shocks.vehicle_factor": 0.02}, 20, 200),
    "travel.handover_minutes": ({"shocks.vehicle_factor": 0.02}, 30, 300),
    "weights.death": ({}, 100, 500),
    "weights.corridor": ({**WAVE, "explicit.census.state": "boarding"}, 25, 50),
    "weights.excess": ({**MANY, "shocks.staff_from_day": 2, "shocks.staff_factor": 0}, 1000, 500),
    "weights.oxygen_short": ({**MANY, "oxygen": 0}, 70, 7),
    "weights.move_event": ({}, 20, 2000),
    "weights.move_up": ({}, 0, 3),
    "weights.move_down": (CLOSING, 0, 3),
    "weights.lateness": ({"travel.nearest": 1}, 1, 50),
    "weights.out_of_province": ({}, 5, 0),
    "weights.move_elsewhere": ({**OPEN, "rules.movers": "new"}, 0, 9),
    "weights.no_site_worse_off": (WORSE, 0, 5),
    "weights.reserve": (RESERVE, 0.3, 0.6),
    "weights.longest_wait": (WAIT, 5, 50),
    "burden.minute": ({}, 0.01, 1),
    "burden.move": ({}, 1, 5),
    "burden.surge_bed_day": ({"shocks.staff_factor": 9}, 0.1, 1),
    "burden.churn": (BEFORE, 1, 2),
    "shocks.demand_factor": ({}, 12, 6),
    "shocks.staff_factor": ({}, 0.5, 1),
    "shocks.staff_from_day": ({}, 1, 3),
    "shocks.staff_to_day": ({}, None, 2),
    "shocks.vehicle_factor": ({}, 1, 0.01),
    "shocks.roads_cut": ({}, [], "all"),
    "shocks.closed_facilities": ({}, [], ["H2"]),
    "shocks.closing.facility": (CLOSING, "H2", "H1"),
    "shocks.closing.day": (CLOSING, 3, 5),
    "options.lateral": ({"tiers": 1}, False, True),
    "options.lateral_requests.from_unit": (TIERS, "U2", "U3"),
    "options.lateral_requests.to_unit": (TIERS, "U1", "U3"),
    "options.lateral_requests.severity": (AWAY, None, "mild"),
    "options.step_down": ({}, True, False),
    "options.transfers": ({}, True, False),
    "options.out_of_province": ({}, True, False),
    "options.local_only": ({}, False, True),
    "options.fairness.epsilon": ({}, 0, 1),
    "rules.wait": (OPEN, "allowed", "none"),
    "rules.corridor": (ONLY, "boarders", "open"),
    "rules.movers": (ONLY, "recovering", "new"),
    "rules.sender_counts_move_day": ({**CLEAR, **OPEN, "rules.movers": "new"}, False, True),
    "rules.leaving_moves_once": (FULL, False, True),
    "rules.whole_window": ({**WAVE, "whole": True}, False, True),
    "clearing.bed": ({}, 1, 9),
    "clearing.staff": ({}, 3, 1),
    "clearing.vehicle_minutes": ({"shocks.vehicle_factor": 0.01}, 0.005, 0.5),
    "clearing.outside_place": ({}, 20, 0.01),
    "promises.reserve": ({}, {}, {"OXY": 0.9}),
    "promises.reception.place": (LIMIT, "U1", "U2"),
    "promises.reception.patients": (LIMIT, 3, 9),
    "promises.reception.from_day": (LIMIT, 1, 3),
    "promises.reception.to_day": (LIMIT, None, 2),
    "promises.no_site_worse_off": ({}, False, True),
    "promises.longest_wait.days": (WAIT, 1, 2),
    "promises.longest_wait.severity": (WAIT, "moderate", "severe"),
    "promises.longest_wait.hard": (WAIT, None, None),
    "pins.kind": (PIN, None, None),
    "pins.day": (PIN, 2, 3),
    "pins.from_place": (PIN, "C1", "C2"),
    "pins.to_place": (PIN, "U1", "UE"),
    "pins.class_id": (PIN, "severe-acute", None),
    "pins.care_level": (BEDS, "ICU", "OXY"),
    "pins.count": (PIN, 1, 2),
    "previous_plan.first_day": (BEFORE, 1, 3),
    "previous_plan.last_day": (BEFORE, 5, 1),
    "previous_plan.flows.day": (BEFORE, 2, 3),
    "previous_plan.flows.way": (BEFORE, "admission", "stabilise"),
    "previous_plan.flows.from_place": (BEFORE, "C1", "C2"),
    "previous_plan.flows.to_place": (BEFORE, "U1", "UE"),
    "previous_plan.flows.class_id": (BEFORE, "severe-acute", "critical-acute"),
    "previous_plan.flows.patients": (BEFORE, 3, 6),
    **{f"stays.{key}": ({}, a, b) for key, a, b in (
        ("delay_days", 3, 1),
        ("stay_days", 9, 5),
        ("worse_to", "severe", "critical"),
        ("worse_share", 0.25, 0.6),
        ("death_share", 0.0, 0.3),
        ("convalescent", None, "convalescent"),
        ("waiting.delay_days", 3, 1),
        ("waiting.worse_share", 0.35, 0.9),
        ("waiting.death_share", 0.0, 0.5),
    )},
    "stays.worse_per_day": ({}, None, None),
    "travel.ground_limit_override": ({"far": 1}, [], ["severe-acute"]),
    "levers.use": (LEVERS, "all", "none"),
    "levers.named": (SECRET, [], ["secret"]),
    "levers.budget_vnd": (LEVERS, None, 60e6),
    "levers.harm": (LEVERS, 1, 50),
    "levers.home_unmet": (LEVERS, 0.2, 0),
    "levers.unit_day": (LEVERS, 0.01, 1),
    "levers.million_vnd": (LEVERS, 0.001, 1),
    "levers.change.max_units": (LEVERS, None, 1),
    "levers.change.delay_days": (LEVERS, None, 3),
    "levers.change.ramp_days": (LEVERS, None, 0),
    "levers.change.min_days": (PASSING, 1, 5),
    "levers.change.may_close": (PASSING, True, False),
    "levers.change.open_vnd": (LEVERS, None, 9e9),
    "levers.change.day_vnd": (LEVERS, None, 9e9),
    "levers.change.harm_per_day": (LEVERS, None, 99),
    "levers.change.yields": (LEVERS, None, 2),
}  # fmt: skip
"""Key -> what else is changed, and two values that must tell. None, None: a test of its own."""


def test_every_key_is_tried_or_said_to_decide_nothing() -> None:
    known = set(CASES) | set(TEXTS)
    there = set(keys_of(Scenario))
    assert there - known == set(), "say here what the key changes, or why it changes nothing"
    assert known - there == set()
    assert set(CASES) & set(TEXTS) == set()


@pytest.mark.parametrize("key", [k for k, (_, a, b) in CASES.items() if (a, b) != (None, None)])
def test_a_key_of_the_scenario_changes_the_plan(bench: Bench, lever_bench: Bench, key: str) -> None:
    context, *values = CASES[key]
    place = key
    if key.startswith("stays.") and key != "stays.survival":
        place = key.replace("stays.", "stays.moderate.")
    elif key == "stays.survival":
        place = "stays.severe.survival"
    elif key.startswith("levers."):
        bench = lever_bench
        place = key.replace("levers.change.", "levers.change.field.")
    told = [bench.said(context | {place: value}) for value in values]
    assert told[0] != told[1]


def test_kind_of_a_hazard_is_staying_or_dying(bench: Bench) -> None:
    row = {"pool": "waiting", "from_class": "moderate-acute", "probability": 0.1}
    more = [
        row | {"kind": "keep", "to_class": "moderate-recovering"},
        row | {"kind": "death", "to_class": None},
    ]
    told = [bench.said({**HAZARDS, "hazards": [*HAZARDS["hazards"], one]}) for one in more]
    assert told[0] != told[1]


def test_share_that_worsens_each_day_stands_for_the_share_of_the_phase(bench: Bench) -> None:
    told = [bench.said({"stays.mild.worse_per_day": share}) for share in (0.004, 0.05)]
    assert told[0] != told[1]


def test_a_longest_wait_must_hold_or_has_a_price(bench: Bench) -> None:
    """Nobody may wait: at a price there is a plan, else there is none (`impossible_pins`)."""
    none = {**WAIT, "promises.longest_wait.days": 0}
    assert bench.said(none) != bench.said({})
    with pytest.raises(SolverError):
        bench.said({**none, "promises.longest_wait.hard": True})


def test_kind_of_a_pin_says_what_is_held(bench: Bench) -> None:
    assert bench.said(PIN) != bench.said(BEDS)


def test_disease_and_groups_pick_the_classes(bench: Bench) -> None:
    flu = cells(bench.tables, "patient_classes", "disease", "flu")
    rows = tuple(
        row.model_copy(update={"class_id": f"flu-{row.class_id}", "unmet_weight": 2.0})
        for row in flu.patient_classes
    )
    both = replace(bench.tables, patient_classes=(*bench.tables.patient_classes, *rows))
    plain = bench.told({}, both)
    assert bench.told({"disease": "flu"}, both) != plain
    wave = {name: bench.base[name] for name in Wave.model_fields}
    assert bench.told({"also": {"flu": wave}}, both) != plain
    old = tuple(
        row.model_copy(
            update={"class_id": f"old-{row.class_id}", "population_group": "old"}
        ).model_copy(update={"unmet_weight": 30.0})
        for row in bench.tables.patient_classes
    )
    groups = replace(bench.tables, patient_classes=(*bench.tables.patient_classes, *old))
    shares = [{"all": 0.9, "old": 0.1}, {"all": 0.5, "old": 0.5}]
    told = [bench.told({"population_groups": share}, groups) for share in shares]
    assert told[0] != told[1]


# tables: column -> row (None: every row), value, what else is changed
COLUMNS: dict[str, tuple[str, Any, Data]] = {
    "levels.rank": ("OXY", 9, {}),
    "levels.place": ("HOME", "bed", {}),
    "tiers.rank": ("1", 3, {}),
    "kinds.commune_level": ("commune_health_station", False, {}),
    "kinds.grouped": ("commune_health_station", False, {"together": 1}),
    "roles.stands_in_for": ("NUR_ICU", None, {}),
    "care_ratios.role": (
        "ICU|NUR_ICU|conventional",
        "DOC_ICU",
        {**GRAVE, "shocks.staff_factor": 0.5},
    ),
    "care_ratios.care_phase": ("", "crisis", {}),
    "care_ratios.patients_per_staff": ("", 1.0, {}),
    "supervision.role": ("", "NUR", {"few": 1}),
    "supervision.care_phase": ("", "crisis", {"few": 1}),
    "supervision.patients_per_supervisor": ("", 0.1, {}),
    "supplies.per": ("gloves|worker_shift", "patient_day", {}),
    "supplies.care_level": ("ventilator|bed", "WARD", {}),
    "supplies.amount": ("", 9.0, {}),
    "icu_quota.beds": ("", 7, {}),
    "icu_quota.ready_beds": ("", 7, {}),
    "oxygen_draw.lpm_per_patient": ("", 500.0, {}),
    "patient_classes.disease": ("severe-acute", "x", {}),
    "patient_classes.care_level": ("severe-acute", "ICU", {}),
    "patient_classes.unmet_weight": ("", 7.0, {}),
    "patient_classes.move_risk": ("", 0.9, {}),
    "patient_classes.travel_limit_minutes": ("", 1.0, {}),
    "patient_classes.ground_limit_minutes": ("", 20.0, {}),
    "patient_classes.needs_vehicle": ("", True, {"shocks.vehicle_factor": 0.1}),
    "patient_classes.top_tier_direct": ("", False, {}),
    "travel_rules.detour": ("", 5.0, {}),
    "travel_rules.speed_kmh": ("", 5.0, {}),
    "admin_units.parent_id": ("X3", "C1", {}),
    "admin_units.population": ("X3", 5000, {}),
    "admin_units.lat": ("X3", 9.9, {}),
    "admin_units.lon": ("X3", 105.5, {}),
    "admin_units.island": ("X3", True, {}),
    "facilities.kind": ("H2", "commune_health_station", {}),
    "facilities.admin_unit_id": ("H3", "X1", {}),
    "facilities.cluster_id": ("H2", "C1", {}),
    "facilities.lat": ("H2", 9.9, {}),
    "facilities.lon": ("H2", 105.5, {}),
    "facilities.island": ("H2", True, {}),
    "facilities.valid_from": ("H2", datetime.date(2030, 1, 1), {}),
    "facilities.valid_to": ("H2", datetime.date(2020, 1, 1), {}),
    "units.facility_id": ("U2", "H1", {}),
    "units.tier": ("U3", "3", {}),
    "units.intake": ("U2", "closed", {}),
    "units.daily_places": ("UE", 0, {}),
    "units.valid_from": ("U2", datetime.date(2030, 1, 1), {}),
    "units.valid_to": ("U2", datetime.date(2020, 1, 1), {}),
    "beds.planned_beds": ("", 400, {}),
    "beds.physical_beds": ("U2|WARD", 35, {"shocks.staff_factor": 9}),
    "beds.staffed_beds": ("U2|WARD", 40, {"shocks.staff_factor": 9}),
    "beds.surge_limit": ("", 0, {"shocks.staff_factor": 9}),
    "routine.care_level": ("U1|OXY", "ICU", {}),
    "routine.routine_patients": ("", 5, {}),
    "devices.care_level": ("U1|ventilator", "OXY", GRAVE),
    "devices.devices": ("U1|ventilator", 3, GRAVE),
    "devices.routine_in_use": ("U1|ventilator", 12, GRAVE),
    "devices.surge_devices": ("U1|ventilator", 0, {**CLEAR, **GRAVE, "surge.delay_days": 0}),
    "oxygen.flow_lpm": ("U1", 155.0, {}),
    "oxygen.tank_m3": ("", 0.0, {**MANY, "oxygen": 0}),
    "oxygen.stored_m3": ("", 0.0, {**MANY, "oxygen": 0}),
    "oxygen.daily_supply_m3": ("", 150.0, {**MANY, "dry": 1}),
    "oxygen.routine_lpm": ("U1", 1190.0, {}),
    "staff.role": ("U1|NUR", "DOC", {}),
    "staff.on_duty": ("", 1.0, {}),
    "links.kind": ("", "never", {}),
    "travel.minutes": ("H1|E1", 20.0, {}),
    "vehicles.vehicles": ("", 0, {}),
    "vehicles.minutes_per_day": ("", 1.0, {}),
    "mobile_stations.cluster_id": ("M2", "C1", {}),
    "mobile_stations.home_patients": ("", 1, {}),
    "patient_classes.vehicle_class": ("severe-acute", "AMB_ICU", DRIVES),
    "patient_classes.urgent": ("severe-acute", False, DRIVES),
    "vehicle_classes.rank": ("AMB_BASIC", 5, DRIVES),
    "vehicle_classes.patients_per_trip": ("AMB_BASIC", 2.0, DRIVES),
    "vehicle_classes.oxygen": ("COACH", True, DRIVES),
    "vehicle_shifts.from_hour": ("night", 22.0, DRIVES),
    "vehicle_shifts.to_hour": ("day", 8.0, DRIVES),
    "vehicle_shifts.urgent_share": ("night", 0.9, DRIVES),
    "vehicles.shift": ("U1|AMB_BASIC|None", "day", DRIVES),
    "levers.max_units": ("field", 1, LEVERS),
    "levers.delay_days": ("field", 3, LEVERS),
    "levers.ramp_days": ("field", 0, LEVERS),
    "levers.min_days": ("field", 1, {**PASSING, "levers.change.field.min_days": None}),
    "levers.may_close": ("field", False, PASSING),
    "levers.open_vnd": ("field", 9e9, LEVERS),
    "levers.day_vnd": ("field", 9e9, LEVERS),
    "levers.harm_per_day": ("field", 99.0, LEVERS),
    "levers.named_only": ("secret", False, SECRET),
    "levers.drawn_from": ("station-C1", None, LEVERS),
    "lever_yields.amount": ("field|bed|UF|OXY", 5.0, LEVERS),
}
"""None for both: a test of its own, or the row's other cells would no longer fit."""
ELSEWHERE = {
    "patient_classes.population_group": "test_disease_and_groups_pick_the_classes",
    "patient_classes.severity": "with the phase it says which class it is; explicit.*.severity",
    "patient_classes.phase": "with the severity it says which class it is",
    "admin_units.kind": "what a row is: every table that names it fails without it",
    "travel.closed_from": "test_a_key_of_the_scenario_changes_the_plan[start_date]",
    "travel.closed_to": "likewise",
}


def columns() -> Iterator[str]:
    """Yield table.column of everything that is not the key of its row, a source or a confidence."""
    for model in ROWS:
        for column in model.model_fields:
            if column not in model.KEY and not column.endswith(("source", "confidence")):
                yield f"{model.TABLE}.{column}"


def test_every_column_is_tried_or_said_to_decide_nothing() -> None:
    there = set(columns())
    silent = {c for c in there if c.split(".")[1] in DESCRIBES or c in DESCRIBES}
    assert there - silent - set(COLUMNS) - set(ELSEWHERE) == set()
    names = {f"{model.TABLE}.{column}" for model in ROWS for column in model.model_fields}
    assert set(COLUMNS) | set(ELSEWHERE) <= names
    assert set(COLUMNS) & silent == set()
    assert {c for c, (_, value, _) in COLUMNS.items() if value is None} <= {
        *ELSEWHERE,
        "levers.drawn_from",
        "roles.stands_in_for",
    }


@pytest.mark.parametrize("name", [c for c in COLUMNS if c not in ELSEWHERE])
def test_a_column_of_a_table_changes_the_plan(bench: Bench, lever_bench: Bench, name: str) -> None:
    row, value, context = COLUMNS[name]
    table, column = name.split(".")
    bench = lever_bench if table in ("levers", "lever_yields") else bench
    context, tables = copy.deepcopy(context), bench.tables
    if context.pop("few", None) is not None:
        tables = cells(tables, "supervision", "patients_per_supervisor", 0.1)
    if context.pop("together", None) is not None:  # two sites of one kind, tier and cluster
        tables = cells(tables, "facilities", "kind", "commune_health_station", "H2")
        tables = cells(tables, "facilities", "cluster_id", "C1", "H2")
        tables = cells(tables, "units", "tier", "1", "U2")
    if context.pop("oxygen", None) is not None:
        tables = cells(tables, "oxygen", "daily_supply_m3", 150.0)
    if context.pop("dry", None) is not None:
        tables = cells(tables, "oxygen", "stored_m3", 0.0)
    changed = cells(tables, table, column, value, row)
    assert changed != tables
    assert bench.told(context, tables) != bench.told(context, changed)
