"""Rules about beds, staff, places outside and places kept."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import ADMISSION
from optimizer.checking.violation import WHOLE, Bench, BoolArray, FloatArray


def staffed_bed_capacity(case: Case, bench: Bench) -> None:
    """Check that treated who need k or above <= beds and excess there (F, K, T), levels k > k0."""
    room = case.capacity.from_level(case.open_beds + case.flows.excess)
    above_lowest = np.arange(len(case.capacity.levels))[None, :] > case.capacity.lowest[:, None]
    here = case.treated_from_level + case.gone_but_counted[1]
    left = np.where(above_lowest[:, :, None], here, 0.0)
    axes = (case.units, case.capacity.levels, case.days)
    message = "{left} treated patients need this level or above, but {right} beds are open there."
    bench.at_most("staffed_bed_capacity", left, room, axes, message)


def house_capacity(case: Case, bench: Bench) -> None:
    """Everybody in the house less the corridor <= all usable, surge and excess beds (F, T)."""
    flows = case.flows
    people = (flows.treated + flows.boarding).sum(axis=1) - flows.corridor
    people = people + case.gone_but_counted[0]
    room = (case.open_beds + flows.excess).sum(axis=1)
    message = "{left} people lie in beds, but {right} beds are open."
    bench.at_most("house_capacity", people, room, (case.units, case.days), message)


def corridor_boarders_only(case: Case, bench: Bench) -> None:
    """Corridor <= boarders who did not arrive today on a stabilise arc (F, T); not an open one."""
    if case.scenario.corridor == "open":
        bench.checked("corridor_boarders_only", 0)
        return
    most = case.flows.boarding.sum(axis=1) - case.stabilised.sum(axis=1)
    message = (
        "{left} lie in the corridor, but only {right} boarders may: nobody is admitted into one."
    )
    axes = (case.units, case.days)
    bench.at_most("corridor_boarders_only", case.flows.corridor, most, axes, message)


def corridor_people(case: Case, bench: Bench) -> None:
    """Hold an open corridor to the people of its house that day (F, T): treated, boarding, sent."""
    if case.scenario.corridor != "open":
        bench.checked("corridor_people", 0)
        return
    most = (case.flows.treated + case.flows.boarding).sum(axis=1) + case.gone_but_counted[0]
    message = "{left} lie in the corridor, but only {right} people are in the house."
    bench.at_most("corridor_people", case.flows.corridor, most, (case.units, case.days), message)


def staff_on_duty(case: Case, bench: Bench) -> None:
    """Check that the need of a role and its stand-ins <= those on duty (F, R, T)."""
    capacity, flows = case.capacity, case.flows
    per_class = capacity.needs[:, case.inputs.classes.level]
    padded = np.concatenate([capacity.needs, np.zeros((len(capacity.roles), 1))], axis=1)
    boarder = padded[:, capacity.lowest]
    bedded = flows.boarding.sum(axis=1) - flows.corridor
    need = np.einsum("rs,fst->frt", per_class, flows.treated)
    need += np.einsum("rf,ft->frt", boarder, bedded)
    need -= np.einsum("rk,fkt->frt", capacity.needs, flows.excess)
    chain = capacity.stands_in.astype(float)
    left = np.einsum("rq,fqt->frt", chain, need)
    right = np.einsum("rq,fqt->frt", chain, capacity.staff)
    message = "{left} staff are needed, but {right} are on duty for the wave."
    bench.at_most(
        "staff_on_duty", left, right, (case.units, capacity.roles, case.days), message, "staff"
    )


def surge_limit(case: Case, bench: Bench) -> None:
    """Surge beds <= limit, none before day 1 + delay (F, K, T)."""
    open_from = np.arange(case.scenario.days) >= case.scenario.surge_delay
    most = case.capacity.surge_limit * open_from
    axes = (case.units, case.capacity.levels, case.days)
    message = "{left} surge beds are open, but {right} may be by that day."
    bench.at_most("surge_limit", case.flows.surge_beds, most, axes, message, "beds", WHOLE)


def surge_stays_open(case: Case, bench: Bench) -> None:
    """Check that a surge bed once opened stays open (F, K, T)."""
    z, limit = case.flows.surge_beds, case.capacity.surge_limit
    fewer = np.maximum(0.0, limit[:, :, :-1] - limit[:, :, 1:])  # beds of a site that closed
    axes = (case.units, case.capacity.levels, case.days[1:])
    message = "{left} surge beds were open the day before, {right} are now."
    bench.at_most(
        "surge_stays_open", z[:, :, :-1] - fewer, z[:, :, 1:], axes, message, "beds", WHOLE
    )


def whole_surge_beds(case: Case, bench: Bench) -> None:
    """Surge beds are whole (F, K, T)."""
    axes = (case.units, case.capacity.levels, case.days)
    message = "{left} surge beds: beds are whole."
    bench.whole("whole_surge_beds", case.flows.surge_beds, axes, message, "beds")


def outside_places(case: Case, bench: Bench) -> None:
    """Everything that enters a destination outside <= its places that day (H, T)."""
    f = case.places.planned
    entered = (case.admitted[f:] + case.received[f:]).sum(axis=1)
    most = case.capacity.outside_places
    axes = (case.places.names[f:], case.days)
    limited = np.where(np.isfinite(most), entered, 0.0)
    message = "{left} patients are sent there, but {right} places are given a day."
    bench.at_most("outside_places", limited, np.where(np.isfinite(most), most, 0.0), axes, message)


def excess_only_when_capacity_falls(case: Case, bench: Bench) -> None:
    """Check that excess is 0 unless staff or beds of the unit have been more (F, K, T)."""
    falls = capacity_falls(case)
    left = np.where(np.expand_dims(falls, 1), 0.0, case.flows.excess)
    axes = (case.units, case.capacity.levels, case.days)
    message = "{left} stand in excess, but no capacity of the unit has fallen."
    bench.at_most("excess_only_when_capacity_falls", left, 0.0, axes, message, tolerance=WHOLE)


def capacity_falls(case: Case) -> BoolArray:
    """(F, T) True where staff or beds of the unit have been more on an earlier day."""
    # staff are stated by day; beds and surge limits fall where a site closes; devices and oxygen
    # flow never fall; levers may take away or close
    opened = np.arange(case.scenario.days) >= case.scenario.surge_delay
    falls = np.zeros((len(case.units), case.scenario.days), dtype=bool)
    limit = case.own.surge_limit * opened
    for figures in (case.own.staff, case.own.beds, limit):
        before = np.maximum.accumulate(figures, axis=2)
        falls |= np.any(figures < before - WHOLE, axis=1)
    return falls if case.levers is None else falls | case.levers.may_fall(case.scenario.days)


def bed_lost_only_when_capacity_falls(case: Case, bench: Bench) -> None:
    """Check that nobody loses a bed but where fewer staff or beds are there than the day before.

    (F, S, T); never in a unit that is closed.
    """
    left = np.where(loses_beds(case)[:, None], 0.0, case.flows.bed_lost)
    axes = (case.units, case.inputs.classes.names, case.days)
    message = "{left} lose their bed, but no capacity of the unit falls that day."
    bench.at_most("bed_lost_only_when_capacity_falls", left, 0.0, axes, message, tolerance=WHOLE)


def loses_beds(case: Case) -> BoolArray:
    """(F, T) True where staff or beds of an open unit are fewer than the day before.

    Who is lent or borrowed does not count: what is planned takes nobody's bed.
    """
    falls = np.zeros((len(case.units), case.scenario.days), dtype=bool)
    for figures in (case.own.at_home, case.own.beds):
        falls[:, 1:] |= np.any(np.diff(figures, axis=2) < -WHOLE, axis=1)
    return falls & ~case.closed


def nobody_waits(case: Case, bench: Bench) -> None:
    """Check u = 0 wherever a proper bed of an open unit can be reached (O, S, T), by the rule."""
    if case.scenario.wait != "none":
        bench.checked("nobody_waits", 0)
        return
    left = np.where(ways_reach(case), case.flows.waiting, 0.0)
    axes = (case.places.areas, case.inputs.classes.names, case.days)
    message = "{left} wait, but nobody may wait where there is a way."
    bench.at_most("nobody_waits", left, 0.0, axes, message)


def ways_reach(case: Case) -> BoolArray:
    """(O, S, T) True where a proper bed of a unit that is open that day can be reached."""
    ways = case.arcs.admission[ADMISSION, :, : case.places.planned].astype(float)
    return np.asarray(np.einsum("ogs,gt->ost", ways, (~case.closed).astype(float)) > 0)


def closed_intake(case: Case, bench: Bench) -> None:
    """Check that nobody enters a unit that has closed (F, T)."""
    f = case.places.planned
    into = (case.admitted[:f] + case.received[:f] + case.stabilised).sum(axis=1)
    left = np.where(case.closed, into, 0.0)
    message = "{left} enter a unit that has closed."
    bench.at_most("closed_intake", left, 0.0, (case.units, case.days), message)


def places_kept(case: Case, bench: Bench) -> None:
    """Check that places kept are the means rounded up cumulatively, `if_free` too (F, K, T)."""
    rule, f, flows = "places_kept", case.places.planned, case.flows
    into = case.received[:f] + case.admitted[:f]
    expected = np.einsum("ks,fst->fkt", case.at_level, into)
    expected[:, :, :1] = 0.0
    expected[:, :, 3:] = 0.0
    raised = np.ceil(np.cumsum(expected, axis=2) - WHOLE)
    due = np.diff(raised, axis=2, prepend=0.0)
    due[:, :, 3:] = 0.0
    entered = np.einsum("ks,fst->fkt", case.needs.astype(float), into)
    room, terms = case.capacity.from_level(case.open_beds), case.capacity.terms
    ready = np.where(terms.counted[:, :, None], terms.devices, case.open_beds)
    ready = np.where(terms.counted[:, :, None], case.capacity.from_level(ready), np.inf)
    free = np.minimum(room, ready) - case.treated_from_level + entered
    if_free = np.maximum(0.0, due - np.maximum(0.0, np.floor(free + WHOLE)))
    stated = flows.kept.total("f k t")
    axes = (case.units, case.capacity.levels, case.days)
    # a mean that stands on the very edge of rounding may be rounded either way
    edge = _on_edge(np.cumsum(expected, axis=2) - WHOLE)
    edge[:, :, 1:] |= edge[:, :, :-1].copy()
    message = "{left} places are kept, but {right} follow from the means."
    bench.equal(rule, stated, np.where(edge, stated, due), axes, message, "places", WHOLE)
    rows, shown = flows.kept, flows.kept_shown
    at = (rows["f"], rows["k"], rows["t"])
    message = "{left} are said to come, but {right} follow from the plan."
    bench.equal(rule, shown["expected"], expected[at], (rows.labels,), message)
    either = (edge | _on_edge(free + WHOLE))[at]
    right = np.where(either, shown["if_free"], if_free[at])
    message = "{left} places are said to depend on a bed coming free, but {right} do."
    bench.equal(rule, shown["if_free"], right, (rows.labels,), message, "places", WHOLE)


def _on_edge(figures: FloatArray) -> BoolArray:
    return np.asarray(np.abs(figures - np.rint(figures)) < 1e-8)
