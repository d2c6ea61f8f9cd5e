"""Tables and scenario -> `Instance`: the one place where the figures of a province meet a wave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.arcs import Minutes, plan_minutes
from optimizer.domain.care import PatientClass
from optimizer.domain.census import Census, is_stated, stated_census, stated_requests
from optimizer.domain.demand import (
    Demand,
    by_disease,
    expected_demand,
    largest_remainder,
    nightly_hazards,
    scenario_classes,
)
from optimizer.domain.instance import Instance, IntArray
from optimizer.domain.instance_arrays import Ingredients, make_instance
from optimizer.domain.network import ReferralNetwork
from optimizer.domain.promise_keys import Promises
from optimizer.domain.scenario import Scenario
from optimizer.domain.settings import Options, Rules
from optimizer.domain.simulate import simulate
from optimizer.domain.sites import Sites, planning_sites
from optimizer.domain.tables import Tables


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
    given = Ingredients(tables, scenario, sites, minutes, classes, demand, hazards, tuple(notes))
    census = opening_census(given)
    instance, area_of = make_instance(given, census)
    return Assembled(instance, demand.communes, area_of, demand, census, sites, minutes, classes)


def opening_census(given: Ingredients) -> Census:
    """Return who is there on day 1.

    Stated rows, or the end of the wave's history under local care only.
    """
    sites, classes, demand = given.sites, given.classes, given.demand
    shape = (len(sites.inside), len(classes))
    none = np.zeros(shape)
    census = Census(none, none, np.zeros((len(demand.communes), len(classes))))
    waves = by_disease(classes, given.scenario)
    whole = all(is_stated(w) and w.explicit.open_requests for w, _, _ in waves)
    if demand.history.shape[2] and not whole:
        census = _end_of_history(given)
    treated, boarding, requests = (
        part.copy() for part in (census.treated, census.boarding, census.requests)
    )
    for wave, numbers, rows in waves:
        if is_stated(wave):
            treated[:, numbers], boarding[:, numbers] = stated_census(wave, sites, rows)
        if wave.explicit.open_requests:
            requests[:, numbers] = stated_requests(given.tables, wave, rows, demand)
    return Census(treated, boarding, requests)


def _end_of_history(given: Ingredients) -> Census:
    """Return the last evening of the wave's history under local care only, whole people."""
    scenario, sites, classes, demand = given.scenario, given.sites, given.classes, given.demand
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
    then = replace(
        given,
        scenario=local,
        sites=planning_sites(given.tables, local),
        minutes=minutes_inside(given.minutes, sites),
        demand=past,
        notes=(),
    )
    inst, area_of = make_instance(then, empty, with_levers=False)
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
