"""What a parameter is tried on: waves, shocks and promises, and a bench that plans with them."""

from __future__ import annotations

import copy
import json
import typing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from optimizer.domain.assemble import assemble
from optimizer.domain.row import Row
from optimizer.domain.scenario import Scenario
from optimizer.domain.supplies import icu_quota, plan_needs
from optimizer.domain.tables import Tables
from optimizer.domain.wave import Wave
from optimizer.exchange.scenarios import read_scenario, scenario_to_json
from optimizer.exchange.tables import read_tables
from optimizer.planning.clear import clear_shortfall
from optimizer.planning.promised import with_sites_compared
from optimizer.planning.solve import SolveOptions, solve_plan
from optimizer.planning.worth import Optimum
from optimizer.report.kpis import plan_kpis
from optimizer.report.needs import needs_told
from optimizer.report.promises import promise_rows, stability_told

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

LENT: Data = {
    "staff.lent": [{"unit": "U1", "role": "NUR", "from_day": 1, "to_day": 5, "on_duty": 9}]
}
CLEAR: Data = {"clearing.bed": 1.0}
"""With it what would clear the shortfall is worked out too."""
MANY: Data = {**WAVE, "explicit.census.count": 25, "shocks.staff_factor": 9}
GRAVE: Data = {**WAVE, "explicit.arrivals.severity": "critical", "shocks.staff_factor": 9}
