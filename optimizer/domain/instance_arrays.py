"""Every array of an instance: tables, scenario, demand and census on common axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.arcs import Minutes, admission_arcs, hard_limit, planning_areas, transfer_arcs
from optimizer.domain.capacity import bed_levels, capacity
from optimizer.domain.care import PatientClass
from optimizer.domain.census import Census
from optimizer.domain.demand import Demand
from optimizer.domain.fit import fit_census
from optimizer.domain.instance import (
    OUT_OF_PROVINCE,
    OUTSIDE,
    AdmissionArcs,
    BurdenPrices,
    Classes,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    IntArray,
    TransferArcs,
    unmet_price,
)
from optimizer.domain.lever_arrays import lever_listed, lever_set
from optimizer.domain.phases import arrives_as, is_plain
from optimizer.domain.promise_arrays import promised
from optimizer.domain.rules import closed_days, may_leave, own_units, plan_rules, rule_notes
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import Sites
from optimizer.domain.tables import Tables


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What an instance is made from, beside the opening census."""

    tables: Tables
    scenario: Scenario
    sites: Sites
    minutes: Minutes
    classes: tuple[PatientClass, ...]
    demand: Demand
    hazards: Hazards
    notes: tuple[str, ...] = ()


def class_axis(
    classes: Sequence[PatientClass], levels: tuple[str, ...], scenario: Scenario
) -> Classes:
    """Return the class axis S as arrays."""
    return Classes(
        ids=tuple(row.class_id for row in classes),
        severity=tuple(row.severity for row in classes),
        recovering=np.array([row.phase == "recovering" for row in classes], dtype=bool),
        level=np.array([levels.index(row.care_level) for row in classes], dtype=np.int64),
        unmet_weight=np.array([row.unmet_weight for row in classes], dtype=float),
        move_risk=np.array([row.move_risk for row in classes], dtype=float),
        travel_limit=np.array([row.travel_limit_minutes for row in classes], dtype=float),
        ground_limit=np.array([hard_limit(scenario, row) for row in classes], dtype=float),
        needs_vehicle=np.array([row.needs_vehicle for row in classes], dtype=bool),
        top_tier_direct=np.array([row.top_tier_direct for row in classes], dtype=bool),
        arrives_as=arrives_as(classes),
        by_day=np.array([not is_plain(row) for row in classes], dtype=bool),
        disease=tuple(row.disease for row in classes),
    )


def prices(
    scenario: Scenario,
    classes: Classes,
    hazards: Hazards,
    admissions: AdmissionArcs,
    transfers: TransferArcs,
    own_unit: IntArray | None = None,
) -> tuple[HarmPrices, BurdenPrices]:
    """Multiply out the prices of both groups (docs/model.md section 5)."""
    weights, burden = scenario.weights, scenario.burden
    owed = hazards.care_days_owed
    leaves = (admissions.kind == OUT_OF_PROVINCE).astype(float)
    gone = (transfers.direction == OUTSIDE).astype(float)
    own = admissions.to if own_unit is None else own_unit[admissions.area]
    elsewhere = ((own >= 0) & (own != admissions.to)).astype(float)
    weight = classes.unmet_weight[admissions.patient_class]
    flat = np.where(transfers.from_boarding, weights.move_up, weights.move_down)
    risk = classes.move_risk[transfers.patient_class] * 1.02 ** (transfers.minutes / 10)
    harm = HarmPrices(
        waiting=unmet_price(
            classes.unmet_weight, hazards.death_waiting, hazards.death_treated, owed, weights.death
        ),
        boarding=unmet_price(
            classes.unmet_weight, hazards.death_boarding, hazards.death_treated, owed, weights.death
        ),
        corridor=weights.corridor,
        excess=weights.excess,
        oxygen_short=weights.oxygen_short,
        admission=weights.lateness * weight / 1440 * admissions.late_minutes
        + weights.out_of_province * leaves
        + weights.move_elsewhere * elsewhere,
        transfer=weights.move_event * risk + flat + weights.out_of_province * gone,
    )
    effort = BurdenPrices(
        admission=burden.minute * admissions.minutes + burden.move * np.maximum(leaves, elsewhere),
        transfer=burden.minute * transfers.minutes + burden.move,
        surge_bed_day=burden.surge_bed_day,
    )
    return harm, effort


def make_instance(
    given: Ingredients, census: Census, *, with_levers: bool = True
) -> tuple[Instance, IntArray]:
    """Return the instance, and (C,) the number of the area of each commune."""
    tables, scenario, sites, minutes = given.tables, given.scenario, given.sites, given.minutes
    rows, demand, hazards = given.classes, given.demand, given.hazards
    levels = bed_levels(tables)
    classes = class_axis(rows, levels, scenario)
    bases = tuple(r.admin_unit_id for r in tables.admin_units if r.kind == "cluster")
    room = capacity(tables, scenario, sites, bases, rows)
    units = len(sites.inside)
    above = np.flip(np.logical_or.accumulate(np.flip(room.listed, axis=1), axis=1), axis=1)
    able = above[:, classes.level] if units else np.zeros((0, len(rows)), dtype=bool)
    levers = lever_set(tables, scenario, sites, room.terms, levels, bases) if with_levers else None
    listed, by_levers = room.listed, None
    if levers is not None:
        listed = lever_listed(tables, scenario, sites, levels, room.listed)
        above = np.flip(np.logical_or.accumulate(np.flip(listed, axis=1), axis=1), axis=1)
        by_levers = above[:, classes.level] & ~able
    of_itself = np.array([not unit.by_lever for unit in sites.inside], dtype=bool)
    reach = np.isfinite(minutes.commune_unit[:, :units])[:, of_itself]
    areas, area_of = planning_areas(tables, scenario, demand.communes, reach, demand.population)
    parent = {row.admin_unit_id: row.parent_id or "" for row in tables.admin_units}
    clusters = tuple(parent[commune] for commune in demand.communes)
    has_beds = (room.beds.max(axis=(1, 2)) > 0) | (room.surge_limit.max(axis=(1, 2)) > 0)
    admissions = admission_arcs(
        scenario,
        rows,
        sites,
        minutes.commune_unit,
        able,
        has_beds,
        area_of,
        demand.population,
        clusters,
        by_levers,
    )
    transfers = transfer_arcs(scenario, tables, rows, sites, minutes.unit_unit, able, by_levers)
    own_unit = own_units(
        tables, scenario, sites, minutes.commune_unit, area_of, demand.population, len(areas)
    )
    harm, burden = prices(scenario, classes, hazards, admissions, transfers, own_unit)
    arrivals = np.zeros((len(areas), len(rows), demand.arrivals.shape[2]))
    np.add.at(arrivals, area_of, demand.arrivals)
    requests = np.zeros((len(areas), len(rows)))
    np.add.at(requests, area_of, census.requests)
    treated, boarding = fit_census(
        room, classes, census.treated, census.boarding, scenario.rules.corridor == "open"
    )
    base_at = {base: e for e, base in enumerate(bases)}
    commune_base = np.array([base_at.get(c, -1) for c in clusters], dtype=np.int64)
    area_base = np.full(len(areas), -1, dtype=np.int64)
    area_base[area_of] = commune_base
    instance = Instance(
        areas=areas,
        units=tuple(unit.unit_id for unit in sites.inside),
        outside=tuple(unit.unit_id for unit in sites.outside),
        levels=levels,
        roles=tuple(row.role for row in tables.roles),
        bases=bases,
        classes=classes,
        days=scenario.solved_days,
        shown_days=scenario.horizon_days,
        hazards=hazards,
        admissions=admissions,
        transfers=transfers,
        arrivals=arrivals,
        open_requests=requests,
        census_treated=treated,
        census_boarding=boarding,
        beds=room.beds,
        listed=listed,
        surge_limit=room.surge_limit,
        staff=room.staff,
        fell=room.fell,
        staff_need=room.staff_need,
        stands_in=room.stands_in,
        vehicle_minutes=room.vehicle_minutes,
        terms=room.terms,
        unit_base=np.array([base_at.get(u.cluster_id, -1) for u in sites.inside], dtype=np.int64),
        area_base=area_base,
        outside_places=np.repeat(
            np.array(sites.daily_places, dtype=float).reshape(-1, 1)[: len(sites.outside)],
            scenario.solved_days,
            axis=1,
        ),
        trip_minutes_fixed=scenario.travel.prepare_minutes + scenario.travel.handover_minutes,
        harm=harm,
        burden=burden,
        home=_home(tables, demand, bases, commune_base),
        unit_names=_names(tables, sites, areas),
        area_communes={
            area: tuple(c for c, at in zip(demand.communes, area_of, strict=True) if at == o)
            for o, area in enumerate(areas)
        },
        unit_members={unit.unit_id: unit.members for unit in sites.inside},
        unit_tier_rank=tuple(unit.tier_rank for unit in sites.inside),
        notes=(*given.notes, *rule_notes(scenario)),
        rules=plan_rules(scenario),
        own_unit=own_unit,
        may_leave=may_leave(scenario, sites, rows),
        no_intake=closed_days(scenario, sites),
        fairness_epsilon=scenario.options.fairness.epsilon,
        levers=levers,
        promises=promised(scenario, levels, sites, areas, classes),
        fleet=room.fleet,
    )
    return instance, area_of


def _names(tables: Tables, sites: Sites, areas: tuple[str, ...]) -> dict[str, str]:
    """Names a reader knows, of units, destinations and areas."""
    names = {unit.unit_id: unit.name for unit in (*sites.inside, *sites.outside)}
    known = {row.admin_unit_id: row.name for row in tables.admin_units}
    for area in areas:
        cluster, _, part = area.partition("+")
        name = known.get(cluster, cluster)
        names[area] = f"{name} ({known.get(part, part)})" if part else name
    return names


def _home(tables: Tables, demand: Demand, bases: tuple[str, ...], base: IntArray) -> Home:
    """Patients followed at home and what the mobile stations can follow, by cluster, (E, T)."""
    patients = np.zeros((len(bases), demand.home.shape[1]))
    known = base >= 0
    np.add.at(patients, base[known], demand.home[known])
    room = np.zeros(len(bases))
    at = {name: e for e, name in enumerate(bases)}
    for station in tables.mobile_stations:
        if station.cluster_id in at:
            room[at[station.cluster_id]] += station.home_patients
    return Home(patients, np.repeat(room[:, None], patients.shape[1], axis=1))
