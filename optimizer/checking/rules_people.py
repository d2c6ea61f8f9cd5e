"""Rules about people: nobody lost, nobody invented, nobody in two places, whole people today."""

from __future__ import annotations

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import OUTSIDE, Rows
from optimizer.checking.phases import evacuated_units, movable_classes
from optimizer.checking.violation import PATIENTS, WHOLE, Bench


def waiting_balance(case: Case, bench: Bench) -> None:
    """Check u = u~ + new - all admissions out of the area (O, S, T), in patients."""
    new = case.areas_day_one[1]
    due = case.waiting_after_night + new - case.flows.admissions.total("o s t")
    axes = (case.places.areas, case.inputs.classes.names, case.days)
    message = (
        "{left} wait at day's end, but {right} follow from the night, arrivals and admissions."
    )
    bench.equal("waiting_balance", case.flows.waiting, due, axes, message)


def open_requests(case: Case, bench: Bench) -> None:
    """Day 1: admissions of people observed out of (o, s) <= U0; on no other day are there any."""
    rows, observed = case.flows.admissions, case.admitted_observed_rows
    admitted = rows.total("o s", observed)
    axes = (case.places.areas, case.inputs.classes.names)
    message = "{left} people with an open request are admitted, but only {right} have one."
    bench.at_most("open_requests", admitted, case.areas_day_one[0], axes, message, "people", WHOLE)
    late = rows.only(observed & (rows["t"] > 0))
    message = "{left} admitted as observed after day 1; people are observed on day 1 only."
    bench.at_most("open_requests", late.x, np.full(late.x.size, -1.0), (late.labels,), message)


def expected_arrivals(case: Case, bench: Bench) -> None:
    """Day 1: admissions of expected patients out of (o, s) <= new, in patients."""
    rows = case.flows.admissions
    admitted = rows.total("o s", ~case.admitted_observed_rows & (rows["t"] == 0))
    axes = (case.places.areas, case.inputs.classes.names)
    message = "{left} of today's expected patients are admitted, but only {right} are expected."
    bench.at_most("expected_arrivals", admitted, case.areas_day_one[1][:, :, 0], axes, message)


def treated_balance(case: Case, bench: Bench) -> None:
    """Check n = n~ + admissions + in-house + transfers in - moved out (F, S, T), in patients."""
    f = case.places.planned
    due = case.treated_after_night + case.admitted[:f] + case.flows.in_house - case.flows.bed_lost
    due = due + case.received[:f] - case.moved_down
    axes = (case.units, case.inputs.classes.names, case.days)
    message = "{left} are treated at day's end, but {right} follow from the night and the moves."
    bench.equal("treated_balance", case.flows.treated, due, axes, message)


def boarding_balance(case: Case, bench: Bench) -> None:
    """Check b = b~ + stabilised - in-house moves - boarders moved out (F, S, T), in patients."""
    due = case.boarding_after_night + case.stabilised + case.flows.bed_lost
    due = due - case.flows.in_house - case.moved_up
    axes = (case.units, case.inputs.classes.names, case.days)
    message = "{left} board at day's end, but {right} follow from the night and the moves."
    bench.equal("boarding_balance", case.flows.boarding, due, axes, message)


def only_stable_move(case: Case, bench: Bench) -> None:
    """Treated moved out <= n~, only classes that may move there (F, S, T), in patients."""
    movable = movable_classes(case.scenario, case.inputs.classes)[None, :]
    stable = movable | evacuated_units(case.scenario, case.places)[:, None]
    most = np.where(stable[:, :, None], case.treated_after_night, 0.0)
    axes = (case.units, case.inputs.classes.names, case.days)
    message = (
        "{left} treated patients are moved, but {right} recovering ones are there after the night."
    )
    bench.at_most("only_stable_move", case.moved_down, most, axes, message)


def boarders_leave_once(case: Case, bench: Bench) -> None:
    """In-house moves + boarders moved out <= b~ (F, S, T), in patients."""
    axes = (case.units, case.inputs.classes.names, case.days)
    message = "{left} leave the boarding pool, but {right} are in it after the night."
    left = case.flows.in_house + case.moved_up
    bench.at_most("boarders_leave_once", left, case.boarding_after_night, axes, message)


def bed_lost_once(case: Case, bench: Bench) -> None:
    """Who loses a bed + treated moved out <= n~ (F, S, T), in patients."""
    axes = (case.units, case.inputs.classes.names, case.days)
    message = "{left} lose their bed or are moved out of it, but {right} lay there after the night."
    here = case.flows.bed_lost > 0
    left = np.where(here, case.flows.bed_lost + case.moved_down, 0.0)
    most = np.where(here, case.treated_after_night, 0.0)
    bench.at_most("bed_lost_once", left, most, axes, message)


def whole_people_day_one(case: Case, bench: Bench) -> None:
    """Admissions of people observed, transfers and in-house moves of day 1 are whole.

    By the rule of a whole window all admissions, transfers and beds lost are.
    """
    rule, message = "whole_people_day_one", "{left} people: people seen on day 1 are whole."
    rows, moves = case.flows.admissions, case.flows.transfers
    seen, today = case.admitted_observed_rows, moves["t"] == 0
    if case.scenario.whole_window:
        seen, today = np.ones(len(rows), dtype=bool), np.ones(len(moves), dtype=bool)
    for table, where in ((rows, seen), (moves, today)):
        part = table.only(where)
        bench.whole(rule, part.x, (part.labels,), message)
    names = (case.units, case.inputs.classes.names)
    bench.whole(rule, case.flows.in_house[:, :, 0], names, message)
    if case.scenario.whole_window:
        bench.whole(rule, case.flows.bed_lost, (*names, case.days), message)


def conservation(case: Case, bench: Bench) -> None:
    """Check the books from day 0: present = census + came - left - died - went out (4, T).

    By pool and in all; written cumulatively, so a day that is shifted shows at once.
    """
    flows, inputs = case.flows, case.inputs
    states = (flows.treated, flows.boarding, flows.waiting)
    gone = 1.0 - inputs.night.sum(axis=2)
    present = [x.sum(axis=(0, 1)) for x in states]
    exits = [
        np.concatenate([[0.0], np.einsum("ist,s->t", x, gone[q])[:-1]])
        for q, x in enumerate(states)
    ]
    worse = np.einsum("fst,s->t", flows.treated, inputs.worse[0].sum(axis=1))
    worse = np.concatenate([[0.0], worse[:-1]])
    new = case.areas_day_one[1].sum(axis=(0, 1))
    admitted = flows.admissions.total("kind t")
    proper, stabilised, outside = admitted
    house = (flows.in_house - flows.bed_lost).sum(axis=(0, 1))
    f = case.places.planned
    received = case.received.sum(axis=1)
    up, down = case.moved_up.sum(axis=(0, 1)), case.moved_down.sum(axis=(0, 1))
    away = received[f:].sum(axis=0)
    came = [
        proper + house + received[:f].sum(axis=0) - down - worse - exits[0],
        stabilised + worse - house - up - exits[1],
        new - proper - stabilised - outside - exits[2],
        new - outside - away - exits[0] - exits[1] - exits[2],
    ]
    start = [
        float(inputs.treated0.sum()),
        float(inputs.boarding0.sum()),
        float(inputs.waiting0.sum()),
    ]
    observed = float(inputs.observed.sum()) + start[2]
    ledger = np.array([*start, observed])[:, None] + np.cumsum(came, axis=1)
    here = np.array([*present, np.sum(present, axis=0)])
    axes = (("treated", "boarding", "waiting", "all"), case.days)
    message = "{left} are present, but the books since day 0 leave {right}."
    bench.equal("conservation", here, ledger, axes, message, tolerance=10 * PATIENTS)


def commune_split(case: Case, bench: Bench) -> None:
    """Check that communes sum to their area, and admit only people they have."""
    rule = "commune_split"
    if case.scenario.areas != "clusters":
        bench.checked(rule, 0)
        return
    split, rows, places = case.flows.by_commune, case.flows.admissions, case.places
    as_areas = Rows(
        {"o": places.areas, **{n: a for n, a in split.axes.items() if n != "c"}},
        {"o": places.area_of[split["c"]], **{n: split[n] for n in split.columns if n != "c"}},
        split.x,
    )
    axes = "o g s obs kind t"
    both = np.concatenate([rows.key(axes), as_areas.key(axes)])
    keys, first, at = np.unique(both, return_index=True, return_inverse=True)
    stated = np.bincount(at[: len(rows)], weights=rows.x, minlength=keys.size)
    summed = np.bincount(at[len(rows) :], weights=as_areas.x, minlength=keys.size)
    joined = Rows(
        rows.axes,
        {n: np.concatenate([rows[n], as_areas[n]])[first] for n in axes.split()},
        np.zeros(keys.size),
    )
    message = "The communes admit {left}, the area {right}."
    bench.equal(rule, summed, stated, (joined.labels,), message)

    seen = split.only(split["obs"] == 1)
    bench.whole(rule, seen.x, (seen.labels,), "{left} people: people seen on day 1 are whole.")
    names = (places.communes, case.inputs.classes.names)
    message = "{left} people with an open request are admitted, but only {right} have one."
    waiting0, new = case.inputs.waiting0, case.inputs.arrivals
    bench.at_most(rule, seen.total("c s"), waiting0, names, message, "people", WHOLE)
    today = split.total("c s", (split["obs"] == 0) & (split["t"] == 0))
    message = "{left} of today's expected patients are admitted, but only {right} are expected."
    bench.at_most(rule, today, new[:, :, 0], names, message)

    out = split.total("t c s")
    here = np.zeros_like(out)
    yesterday = np.zeros_like(waiting0)
    for t in range(case.scenario.days):
        here[t] = (waiting0 if t == 0 else yesterday @ case.inputs.night[2]) + new[:, :, t]
        yesterday = here[t] - out[t]
    message = "{left} are admitted out of the commune, but only {right} are left there that day."
    bench.at_most(rule, out, here, (case.days, *names), message)


def nonnegative(case: Case, bench: Bench) -> None:
    """No flow and no state is below zero; nobody is split below 1e-6."""
    rule, message = "nonnegative", "{right} is below zero."
    flows, s = case.flows, case.inputs.classes.names
    for rows in (flows.admissions, flows.by_commune, flows.transfers, flows.kept, flows.capacity):
        bench.at_most(rule, 0.0, rows.x, (rows.labels,), message, tolerance=WHOLE)
    units, days, levels = case.units, case.days, case.capacity.levels
    bench.at_most(rule, 0.0, flows.waiting, (case.places.areas, s, days), message, tolerance=WHOLE)
    for figures in (flows.in_house, flows.bed_lost, flows.treated, flows.boarding):
        bench.at_most(rule, 0.0, figures, (units, s, days), message, tolerance=WHOLE)
    for figures in (flows.excess, flows.surge_beds):
        bench.at_most(rule, 0.0, figures, (units, levels, days), message, tolerance=WHOLE)
    bench.at_most(rule, 0.0, flows.corridor, (units, days), message, tolerance=WHOLE)


def permitted_arcs(case: Case, bench: Bench) -> None:
    """Every admission and transfer uses an arc that follows by rule, under its right name."""
    rule = "permitted_arcs"
    for rows, arcs, axes in (
        (case.flows.admissions, case.arcs.admission, ("kind", "o", "g", "s")),
        (case.flows.transfers, case.arcs.transfer, ("way", "f", "g", "s")),
    ):
        used = rows.x > 0
        allowed = arcs[tuple(rows[a] for a in axes)] | ~used
        message = "Nobody may go this way: {left} do."
        bench.at_most(
            rule, np.where(allowed, 0.0, rows.x), 0.0, (rows.labels,), message, tolerance=0.0
        )
    moves = case.flows.transfers
    right_pool = np.array([0, 1, 1, 0])[moves["way"]] == moves["pool"]
    message = "The direction does not go with the pool: {left} patients."
    left = np.where(right_pool, 0.0, moves.x)
    bench.at_most(rule, left, 0.0, (moves.labels,), message, tolerance=0.0)


def able_to_treat(case: Case, bench: Bench) -> None:
    """Check that nobody is treated, admitted or received where his class cannot be treated."""
    rule, f = "able_to_treat", case.places.planned
    unable = ~case.inputs.able[:, :, None]
    axes = (case.units, case.inputs.classes.names, case.days)
    flows = case.flows
    message = "The unit is not able to treat the class: {left} patients."
    for figures in (flows.treated, flows.in_house, case.admitted[:f], case.received[:f]):
        bench.at_most(rule, np.where(unable, figures, 0.0), 0.0, axes, message, tolerance=WHOLE)
    rows = flows.admissions
    inside = (rows["kind"] == OUTSIDE) == (rows["g"] >= f)
    message = "The kind of the admission does not go with the unit: {left} patients."
    bench.at_most(
        rule, np.where(inside, 0.0, rows.x), 0.0, (rows.labels,), message, tolerance=WHOLE
    )
