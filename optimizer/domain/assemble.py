"""Tables and scenario -> `Instance`: the one place where the figures of a province meet a wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.arcs import (
    Minutes,
    admission_arcs,
    hard_limit,
    plan_minutes,
    planning_areas,
    transfer_arcs,
)
from optimizer.domain.capacity import bed_levels, capacity
from optimizer.domain.demand import (
    Demand,
    by_disease,
    class_people,
    class_shares,
    expected_demand,
    largest_remainder,
    nightly_hazards,
    scenario_classes,
    spread,
)
from optimizer.domain.facility import PatientClass, Tables
from optimizer.domain.fit import fit_census
from optimizer.domain.instance import (
    ADMISSION_KINDS,
    DIRECTIONS,
    OUT_OF_PROVINCE,
    OUTSIDE,
    AdmissionArcs,
    BoolArray,
    BurdenPrices,
    Classes,
    FloatArray,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    IntArray,
    TransferArcs,
    unmet_price,
)
from optimizer.domain.lever_arrays import lever_listed, lever_set
from optimizer.domain.network import ReferralNetwork
from optimizer.domain.phases import AGE, OUT, arrives_as, is_plain, nights_left
from optimizer.domain.promise_keys import Promises
from optimizer.domain.promises import Promised
from optimizer.domain.promises_kept import PIN_KINDS
from optimizer.domain.rules import closed_days, may_leave, own_units, plan_rules, rule_notes
from optimizer.domain.scenario import Options, Rules, Scenario
from optimizer.domain.simulate import simulate
from optimizer.domain.sites import Sites, planning_sites


@dataclass(frozen=True, slots=True)
class Census:
    """Who is there on the morning of day 1, as observed: whole people."""

    treated: FloatArray
    """(F, S)."""
    boarding: FloatArray
    requests: FloatArray
    """(C, S) by commune."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """An instance with what it was made from, as the plan folder writes it down."""

    instance: Instance
    communes: tuple[str, ...]
    area_of: IntArray
    """(C,) number of the area of each commune."""
    demand: Demand
    census: Census
    sites: Sites
    minutes: Minutes
    classes: tuple[PatientClass, ...]


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


def assemble(tables: Tables, scenario: Scenario) -> Assembled:
    """Return the instance of a scenario on the tables of a province.

    Raises
    ------
    DataError
        Never here: `optimizer.exchange` has refused contradictions before.
    """
    sites = planning_sites(tables, scenario)
    network = ReferralNetwork(tables, scenario)
    classes = scenario_classes(tables, scenario)
    demand = expected_demand(tables, scenario, classes)
    minutes = plan_minutes(network, sites, demand.communes, tables)
    hazards, notes = nightly_hazards(scenario, classes)
    census = opening_census(tables, scenario, sites, minutes, classes, demand, hazards)
    instance, area_of = _instance(
        tables, scenario, sites, minutes, classes, demand, hazards, census, tuple(notes)
    )
    return Assembled(instance, demand.communes, area_of, demand, census, sites, minutes, classes)


def _instance(
    tables: Tables,
    scenario: Scenario,
    sites: Sites,
    minutes: Minutes,
    rows: tuple[PatientClass, ...],
    demand: Demand,
    hazards: Hazards,
    census: Census,
    notes: tuple[str, ...] = (),
    *,
    with_levers: bool = True,
) -> tuple[Instance, IntArray]:
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
        notes=(*notes, *rule_notes(scenario)),
        rules=plan_rules(scenario),
        own_unit=own_unit,
        may_leave=may_leave(scenario, sites, rows),
        no_intake=closed_days(scenario, sites),
        fairness_epsilon=scenario.options.fairness.epsilon,
        levers=levers,
        promises=_waiting_at_most(
            _promised(scenario, levels, sites, areas, classes.ids), scenario, classes.severity
        ),
        fleet=room.fleet,
    )
    return instance, area_of


def _promised(
    scenario: Scenario,
    levels: tuple[str, ...],
    sites: Sites,
    areas: tuple[str, ...],
    classes: tuple[str, ...],
) -> Promised:
    """Return the promises of a scenario on the axes of its instance."""
    said = scenario.promises
    days = np.arange(1, scenario.solved_days + 1)
    limits, belongs = [], []
    for row in said.reception:
        last = scenario.solved_days if row.to_day is None else row.to_day
        limits.append(np.where((days >= row.from_day) & (days <= last), row.patients, np.inf))
        named = [row.place == unit.unit_id for unit in sites.inside]
        homes = [row.place in unit.sites for unit in sites.inside]
        belongs.append(named if any(named) else homes)
    members = np.array(belongs, dtype=bool).reshape(len(belongs), len(sites.inside))
    return Promised(
        reserve=np.array([said.reserve.get(level, 0.0) for level in levels]),
        pins=_pins(scenario, levels, sites, areas, classes),
        earlier=_earlier(scenario, sites, areas, classes),
        churn_days=_common_days(scenario),
        churn_price=scenario.burden.churn,
        sites_compared=said.no_site_worse_off,
        site_price=scenario.weights.no_site_worse_off,
        reserve_price=scenario.weights.reserve,
        reception=np.array(limits).reshape(len(limits), len(days)),
        reception_of=members.T.copy(),
        reception_places=tuple(row.place for row in said.reception),
    )


def _waiting_at_most(promised: Promised, scenario: Scenario, severities: Sequence[str]) -> Promised:
    """Return the promises with the longest wait of a scenario, if it promises one."""
    told = scenario.promises.longest_wait
    if told is None:
        return promised
    return replace(
        promised,
        wait_classes=np.array([name == told.severity for name in severities], dtype=bool),
        wait_days=told.days,
        wait_price=scenario.weights.longest_wait,
        wait_hard=told.hard,
    )


def _pins(
    scenario: Scenario,
    levels: tuple[str, ...],
    sites: Sites,
    areas: tuple[str, ...],
    classes: tuple[str, ...],
) -> FloatArray:
    """(P, 6) the pins of a scenario on the axes of its instance; -1 for what is not there."""
    units = [unit.unit_id for unit in (*sites.inside, *sites.outside)]

    def at(name: str | None, axis: Sequence[str]) -> int:
        return axis.index(name) if name in axis else -1

    rows = []
    for pin in scenario.pins:
        senders = areas if pin.kind == "admission" else units
        what = at(pin.care_level, levels) if pin.kind == "surge_beds" else at(pin.class_id, classes)
        place = at(pin.from_place, senders), at(pin.to_place, units)
        rows.append((PIN_KINDS.index(pin.kind), pin.day - 1, *place, what, pin.count))
    return np.array(rows, dtype=float).reshape(-1, 6)


def _common_days(scenario: Scenario) -> BoolArray:
    """(T,) days that an earlier plan speaks of too; (0,) without one."""
    before = scenario.previous_plan
    if before is None:
        return np.zeros(0, dtype=bool)
    days = np.arange(1, scenario.solved_days + 1)
    return np.asarray((days >= before.first_day) & (days <= before.last_day))


def _earlier(
    scenario: Scenario, sites: Sites, areas: tuple[str, ...], classes: tuple[str, ...]
) -> FloatArray:
    """(N, 7) flows of an earlier plan on the axes of the instance; -1 for what is not there."""
    before = scenario.previous_plan
    units = [unit.unit_id for unit in (*sites.inside, *sites.outside)]
    place = {name: number for number, name in enumerate(units)}
    area = {name: number for number, name in enumerate(areas)}
    patient = {name: number for number, name in enumerate(classes)}
    directions = (*DIRECTIONS[:3], "leaves")
    rows = []
    for flow in before.flows if before is not None else ():
        moves = flow.way in directions
        kinds = directions if moves else ADMISSION_KINDS
        start = (place if moves else area).get(flow.from_place, -1)
        way = start, place.get(flow.to_place, -1), patient.get(flow.class_id, -1)
        if flow.day <= scenario.solved_days:
            row = (int(moves), flow.day - 1, *way, kinds.index(flow.way), flow.patients)
            rows.append(row)
    return np.array(rows, dtype=float).reshape(-1, 7)


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


def opening_census(
    tables: Tables,
    scenario: Scenario,
    sites: Sites,
    minutes: Minutes,
    classes: tuple[PatientClass, ...],
    demand: Demand,
    hazards: Hazards,
) -> Census:
    """Return who is there on day 1.

    Stated rows, or the end of the wave's history under local care only.
    """
    shape = (len(sites.inside), len(classes))
    none = np.zeros(shape)
    census = Census(none, none, np.zeros((len(demand.communes), len(classes))))
    waves = by_disease(classes, scenario)
    whole = all(_known(w) and w.explicit.open_requests for w, _, _ in waves)
    if demand.history.shape[2] and not whole:
        census = _end_of_history(tables, scenario, sites, minutes, classes, demand, hazards)
    treated, boarding, requests = (
        part.copy() for part in (census.treated, census.boarding, census.requests)
    )
    for wave, numbers, rows in waves:
        if _known(wave):
            treated[:, numbers], boarding[:, numbers] = _stated_census(wave, sites, rows)
        if wave.explicit.open_requests:
            requests[:, numbers] = _stated_requests(tables, wave, rows, demand)
    return Census(treated, boarding, requests)


def _known(scenario: Scenario) -> bool:
    """Return whether the scenario states who lies in the houses this morning."""
    return bool(scenario.explicit.census or scenario.explicit.leaving)


def _stated_census(
    scenario: Scenario, sites: Sites, classes: tuple[PatientClass, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return the stated people of one disease, treated and boarding, (F, S) each."""
    units = {
        member: f
        for f, unit in enumerate(sites.inside)
        for member in unit.members
        if not unit.by_lever
    }
    shape = (len(sites.inside), len(classes))
    treated, boarding = np.zeros(shape), np.zeros(shape)
    stated = scenario.explicit
    at = {row.class_id: number for number, row in enumerate(classes)}
    inside = [row for row in stated.census if row.unit in units]
    inside.sort(key=lambda row: (row.unit, row.state, row.count))
    for severity, phase in sorted({(row.severity, row.phase) for row in inside}):
        rows = [row for row in inside if (row.severity, row.phase) == (severity, phase)]
        counts = [row.count for row in rows]
        for s, people in class_people(classes, scenario, severity, phase, counts):
            for row, here in zip(rows, people.tolist(), strict=True):
                state = treated if row.state == "treated" else boarding
                older = f"{classes[s].class_id}{AGE}{row.days_since_admission}"
                state[units[row.unit], at.get(older, s)] += here
    for left in stated.leaving:
        nights = nights_left(left.leaves_on_day, scenario.solved_days)
        for s, share in class_shares(classes, scenario, left.severity, left.phase):
            if left.unit in units:
                here = at[f"{classes[s].class_id}{OUT}{nights}"]
                treated[units[left.unit], here] += left.count * share
    return treated, boarding


def _stated_requests(
    tables: Tables, scenario: Scenario, classes: tuple[PatientClass, ...], demand: Demand
) -> FloatArray:
    """Return the stated open requests of one disease, whole people by commune, (C, S)."""
    requests = np.zeros((len(demand.communes), len(classes)))
    stated = scenario.explicit.open_requests
    for severity in sorted({request.severity for request in stated}):
        asked = np.zeros(len(demand.communes))
        for request in stated:
            if request.severity == severity:
                where = spread(tables, demand.communes, demand.population, request.area)
                asked += largest_remainder(where * request.count)
        counts = [int(count) for count in asked]
        for s, people in class_people(classes, scenario, severity, "acute", counts):
            requests[:, s] += people
    return requests


def _end_of_history(
    tables: Tables,
    scenario: Scenario,
    sites: Sites,
    minutes: Minutes,
    classes: tuple[PatientClass, ...],
    demand: Demand,
    hazards: Hazards,
) -> Census:
    """Return the last evening of the wave's history under local care only, whole people."""
    shape = (len(sites.inside), len(classes))
    treated, boarding = np.zeros(shape), np.zeros(shape)
    requests = np.zeros((len(demand.communes), len(classes)))
    history = demand.history.shape[2]
    past = Demand(
        demand.communes,
        demand.population,
        demand.history,
        demand.history[:, :, :0],
        np.zeros((len(demand.communes), history)),
    )
    local = scenario.model_copy(
        update={
            "horizon_days": history,
            "beyond_days": 0,
            "areas": "clusters",
            "options": Options(
                lateral=False, transfers=False, out_of_province=False, local_only=True
            ),
            "rules": Rules(),
            "promises": Promises(),
            "pins": (),
            "previous_plan": None,
            "shocks": scenario.shocks.model_copy(update={"closing": ()}),
        }
    )
    empty = Census(treated, boarding, requests)
    inst, area_of = _instance(
        tables,
        local,
        planning_sites(tables, local),
        minutes_inside(minutes, sites),
        classes,
        past,
        hazards,
        empty,
        with_levers=False,
    )
    end = simulate(inst, surge=False)
    waiting = end.waiting[:, :, -1]
    for s in range(len(classes)):
        treated[:, s] = largest_remainder(end.treated[:, s, -1])
        boarding[:, s] = largest_remainder(end.boarding[:, s, -1])
        weights = demand.population * 1.0
        total = np.bincount(area_of, weights=weights, minlength=len(waiting))
        share = weights / np.maximum(1e-12, total[area_of])
        requests[:, s] = largest_remainder(share * waiting[area_of, s])
    return Census(treated, boarding, requests)


def minutes_inside(minutes: Minutes, sites: Sites) -> Minutes:
    """Return the minutes without the destinations outside."""
    units = len(sites.inside)
    return Minutes(minutes.commune_unit[:, :units], minutes.unit_unit[:, :units])
