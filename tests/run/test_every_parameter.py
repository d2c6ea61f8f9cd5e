"""No parameter without effect: every key of a scenario changes a plan, or says why it need not.

Each is set to two values on a tiny province in trouble, and something that the plan decides or says
of itself must differ. What only describes is listed with the reason why no decision hangs on it. A
new key is neither until somebody says so here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.scenario import Scenario
from optimizer.domain.wave import Wave
from optimizer.errors import SolverError
from tests.run.trials import (
    AWAY,
    BEDS,
    BEFORE,
    CLEAR,
    CLOSING,
    CURVE,
    FULL,
    HAZARDS,
    ICU,
    INFECTIONS,
    LENT,
    LEVERS,
    LIMIT,
    MANY,
    ONLY,
    OPEN,
    PASSING,
    PIN,
    RESERVE,
    SECRET,
    TEXTS,
    TIERS,
    WAIT,
    WAVE,
    WORSE,
    Bench,
    Data,
    cells,
    keys_of,
)

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
    "staff.lent.unit": (LENT, "U1", "U2"),
    "staff.lent.role": (LENT, "NUR", "DOC"),
    "staff.lent.from_day": (LENT, 1, 3),
    "staff.lent.to_day": (LENT, 5, 2),
    "staff.lent.on_duty": (LENT, 9, -9),
    "surge.delay_days": (CLEAR, 1, 3),
    "travel.nearest": (CLEAR, 3, 1),
    "travel.transfer_nearest": ({}, 3, 0),
    "travel.prepare_minutes": ({"shocks.vehicle_factor": 0.02}, 20, 200),
    "travel.handover_minutes": ({"shocks.vehicle_factor": 0.02}, 30, 300),
    "weights.death": ({}, 100, 500),
    "weights.corridor": ({**WAVE, "explicit.census.state": "boarding"}, 25, 50),
    "weights.excess": ({**MANY, **CLOSING}, 1000, 1),
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
