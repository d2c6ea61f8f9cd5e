"""The door of the room: ``check_plan`` reads a plan folder and says what is not lawful in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from optimizer.checking import rules_beside as beside
from optimizer.checking import rules_bound as quality
from optimizer.checking import rules_capacity as beds
from optimizer.checking import rules_confidence as sure
from optimizer.checking import rules_levers as levers_
from optimizer.checking import rules_objective as objective
from optimizer.checking import rules_people as people
from optimizer.checking import rules_promises as promises
from optimizer.checking import rules_record as record
from optimizer.checking import rules_terms as terms
from optimizer.checking import rules_told as told
from optimizer.checking import rules_vehicles as vehicles
from optimizer.checking.arcs import read_arcs
from optimizer.checking.capacity import read_capacity
from optimizer.checking.case import Case
from optimizer.checking.flows import read_flows
from optimizer.checking.inputs import (
    able_to_treat,
    read_classes,
    read_inputs,
    with_limits_lifted,
)
from optimizer.checking.lever_rows import levers_in_use, opened_units
from optimizer.checking.levers import check_inputs, place_levers, with_levers
from optimizer.checking.places import read_places
from optimizer.checking.reader import FILES, Document, read_json
from optimizer.checking.scenario import Scenario, read_scenario
from optimizer.checking.sources import read_sources
from optimizer.checking.vehicles import read_needs
from optimizer.checking.violation import Bench, CheckResult

Rule = Callable[[Case, Bench], None]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "digests": record.digests,
        "waiting_balance": people.waiting_balance,
        "open_requests": people.open_requests,
        "expected_arrivals": people.expected_arrivals,
        "treated_balance": people.treated_balance,
        "boarding_balance": people.boarding_balance,
        "only_stable_move": people.only_stable_move,
        "boarders_leave_once": people.boarders_leave_once,
        "bed_lost_once": people.bed_lost_once,
        "staffed_bed_capacity": beds.staffed_bed_capacity,
        "house_capacity": beds.house_capacity,
        "corridor_boarders_only": beds.corridor_boarders_only,
        "staff_on_duty": beds.staff_on_duty,
        "device_capacity": terms.device_capacity,
        "supervision": terms.supervision,
        "oxygen_flow": terms.oxygen_flow,
        "oxygen_stock": terms.oxygen_stock,
        "surge_limit": beds.surge_limit,
        "surge_stays_open": beds.surge_stays_open,
        "vehicle_minutes": vehicles.vehicle_minutes,
        "vehicle_rank": vehicles.vehicle_rank,
        "vehicle_shift": vehicles.vehicle_shift,
        "outside_places": beds.outside_places,
        "nobody_waits": beds.nobody_waits,
        "closed_intake": beds.closed_intake,
        "corridor_people": beds.corridor_people,
        "reserve_share": promises.reserve_share,
        "lever_balance": levers_.lever_balance,
        "lever_ramp": levers_.lever_ramp,
        "lever_limit": levers_.lever_limit,
        "lever_closing": levers_.lever_closing,
        "lever_pool": levers_.lever_pool,
        "lever_giver": levers_.lever_giver,
        "budget": levers_.budget,
        "home_places": levers_.home_places,
        "whole_levers": levers_.whole_levers,
        "levers_told": levers_.levers_told,
        "reception_limit": promises.reception_limit,
        "no_site_worse_off": promises.no_site_worse_off,
        "longest_wait": promises.longest_wait,
        "pinned": promises.pinned,
        "churn": promises.churn,
        "able_to_treat": people.able_to_treat,
        "permitted_arcs": people.permitted_arcs,
        "whole_people_day_one": people.whole_people_day_one,
        "whole_surge_beds": beds.whole_surge_beds,
        "excess_only_when_capacity_falls": beds.excess_only_when_capacity_falls,
        "bed_lost_only_when_capacity_falls": beds.bed_lost_only_when_capacity_falls,
        "places_kept": beds.places_kept,
        "conservation": people.conservation,
        "commune_split": people.commune_split,
        "nonnegative": people.nonnegative,
        "objective_harm": objective.objective_harm,
        "objective_burden": objective.objective_burden,
        "worst_area_waiting": objective.worst_area_waiting,
        "bound": quality.bound,
        "status": quality.status,
        "kpis": record.kpis,
        "shortfalls": record.shortfalls,
        "baselines": beside.baselines,
        "assumptions": told.assumptions,
        "names": told.names,
        "road_minutes": told.road_minutes,
        "home_care": told.home_care,
        "confidence": sure.confidence,
    }
)
"""Every rule by name. Two more may be broken: ``files`` (a file or cell that cannot be read) and
``inputs`` (a table of ``inputs/`` that is not lawful or does not follow from the sources)."""


def check_plan(plan: Path, data_dir: Path | None = None) -> CheckResult:
    """Judge the plan folder `plan` (or its ``plan.json``) from files alone.

    Parameters
    ----------
    plan
        The folder, or the ``plan.json`` in it.
    data_dir
        The province folder; default: what ``plan.json`` says, relative to the plan folder.

    Returns
    -------
    The verdict. Whatever is missing or cannot be read is a violation too, never an exception.
    """
    started = time.perf_counter()
    bench = Bench()
    # figures out of all proportion end as inf or nan, and no comparison holds for those
    with np.errstate(all="ignore"):
        case = read_case(Path(plan), data_dir, bench)
        if case is not None:
            for rule, check in RULES.items():
                bench.checked(rule, 0)
                check(case, bench)
    return CheckResult(
        violations=tuple(bench.violations),
        counts=MappingProxyType(bench.counts),
        broken=MappingProxyType(bench.broken),
        seconds=time.perf_counter() - started,
    )


def read_case(path: Path, data_dir: Path | None, bench: Bench) -> Case | None:
    """Return the case, or None if the sources or inputs are too broken to judge anything by."""
    folder = path if path.is_dir() or path.suffix != ".json" else path.parent
    if not (folder / "plan.json").is_file():
        bench.add("files", "plan.json", "The file is missing or cannot be opened.")
        return None
    plan = Document("plan.json", read_json(folder / "plan.json", "plan.json", bench), bench)
    if plan.value and data_dir is None:
        data_dir = folder / plan.text("data_dir")
    scenario = read_scenario(folder / "inputs" / "scenario.json", bench)
    if data_dir is None or bench.broken:
        return None
    _agree(plan, scenario, bench)
    sources = read_sources(data_dir, bench)
    if FILES in bench.broken:
        return None
    rows = levers_in_use(sources, scenario.levers)
    places = read_places(sources, scenario, opened_units(sources, rows))
    bare = read_capacity(sources, scenario, places)
    levers, own = place_levers(rows, scenario, places, bare)
    if FILES in bench.broken:
        return None
    classes = read_classes(folder / "inputs", sources, bare, bench)
    classes = with_limits_lifted(classes, scenario.lifted)
    read_needs(sources, classes.names)
    if FILES in bench.broken:
        return None
    inputs = read_inputs(folder / "inputs", classes, scenario, places, bare, bench)
    check_inputs(folder / "inputs", levers, places, own, bench)
    if FILES in bench.broken:
        return None
    able = able_to_treat(own.has, classes.level)
    arcs = read_arcs(sources, scenario, places, bare, inputs, able & ~inputs.able)
    inputs = replace(inputs, able=able)
    flows = read_flows(folder, scenario, places, bare, inputs, bench, levers)
    case = Case(
        folder=folder,
        data_dir=data_dir,
        plan=plan,
        sources=sources,
        scenario=scenario,
        places=places,
        capacity=with_levers(own, levers, flows.levers),
        inputs=inputs,
        arcs=arcs,
        flows=flows,
        own=own,
        levers=levers,
        levers_done=flows.levers,
    )
    return beside.held_to_no_transfers(case, bench)


def _agree(plan: Document, scenario: Scenario, bench: Bench) -> None:
    """Compare what ``plan.json`` says of the scenario with ``inputs/scenario.json``."""
    due = {
        "start_date": scenario.start_date.isoformat(),
        "horizon_days": scenario.horizon,
        "solved_days": scenario.days,
        "areas": scenario.areas,
    }
    for key, value in due.items():
        bench.checked("inputs")
        if plan.get(key) != value:
            message = "{left!r} differs from {right!r} in inputs/scenario.json."
            bench.add("inputs", f"plan.json {key}", message, left=plan.get(key), right=value)
