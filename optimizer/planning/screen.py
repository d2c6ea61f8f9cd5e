"""Which of the permitted ways a large plan is offered.

A look ahead with all ways in two short windows. Levers that could be there by then may be used from
the first day of a window.

A province has some 5,000 permitted ways and uses a few hundred. Solving all of them takes four
times as long for less than a tenth of a per cent of harm (measured in benchmarks/RESULTS.md). Kept
are: every way that the nearest-free-place rule or the best plan of a short window uses, the nearest
proper bed, the nearest way up and down, and every way out of the province. The gap of a plan is
against the bound of the ways it was offered; `all_ways` offers everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np

from optimizer.domain.instance import (
    ADMISSION,
    OUTSIDE,
    STABILISE,
    AdmissionArcs,
    BoolArray,
    FloatArray,
    Home,
    Instance,
    IntArray,
    TransferArcs,
)
from optimizer.domain.plan import Plan, oxygen_drawn
from optimizer.domain.promises_kept import PIN_ADMISSION, PIN_SURGE, earlier_flows, pinned_arcs
from optimizer.domain.terms import in_store
from optimizer.planning.model import build_model
from optimizer.solving.engine import solve_arrays

WINDOW_DAYS = 5
SCREENED_FROM = 40_000
"""Columns of ways from which a model is screened."""
USED = 1e-7


def with_ways(inst: Instance, admissions: BoolArray, transfers: BoolArray) -> Instance:
    """Return the instance with only these admission and transfer arcs."""

    def part(arcs: AdmissionArcs | TransferArcs, keep: BoolArray) -> dict[str, np.ndarray]:
        return {item.name: getattr(arcs, item.name)[keep] for item in fields(arcs)}

    return inst.changed(
        admissions=AdmissionArcs(**part(inst.admissions, admissions)),
        transfers=TransferArcs(**part(inst.transfers, transfers)),
        harm=replace(
            inst.harm,
            admission=inst.harm.admission[admissions],
            transfer=inst.harm.transfer[transfers],
        ),
        burden=replace(
            inst.burden,
            admission=inst.burden.admission[admissions],
            transfer=inst.burden.transfer[transfers],
        ),
    )


def with_pinned(
    inst: Instance, admissions: BoolArray, transfers: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Return the ways offered with those of a pin, or of an earlier plan."""
    for pin in inst.promises.pins:
        kind = int(pin[0])
        if kind != PIN_SURGE:
            (admissions if kind == PIN_ADMISSION else transfers)[pinned_arcs(inst, pin)] = True
    before_a, before_x, _ = earlier_flows(inst)
    return admissions | before_a.any(axis=1), transfers | before_x.any(axis=1)


def _nearest(keys: Sequence[IntArray], minutes: FloatArray, count: int) -> BoolArray:
    """Mark the `count` arcs of least minutes within each combination of keys."""
    out = np.zeros(len(minutes), dtype=bool)
    if not len(minutes):
        return out
    order = np.lexsort((minutes, *keys))
    sorted_keys = np.stack(keys, axis=1)[order]
    first = np.concatenate([[True], (sorted_keys[1:] != sorted_keys[:-1]).any(axis=1)])
    number = np.arange(len(order))
    rank = number - np.maximum.accumulate(np.where(first, number, 0))
    out[order[rank < count]] = True
    return out


def window(inst: Instance, rule: Plan, start: int, days: int) -> Instance:
    """Return days start..start+days-1 (from 0) as an instance of their own.

    Begun as the rule left the eve.
    """
    part = slice(start, start + days)
    arrivals = inst.arrivals[:, :, part].copy()
    if start:
        arrivals[:, :, 0] += rule.waiting[:, :, start - 1]
    eve = start - 1
    drawn = oxygen_drawn(inst, rule.treated, rule.boarding, rule.corridor)
    stored = in_store(inst.terms, drawn, rule.oxygen_short)
    return inst.changed(
        days=days,
        shown_days=days,
        arrivals=arrivals,
        open_requests=inst.open_requests * (start == 0),
        census_treated=rule.treated[:, :, eve].copy() if start else inst.census_treated,
        census_boarding=rule.boarding[:, :, eve].copy() if start else inst.census_boarding,
        beds=inst.beds[:, :, part].copy(),
        surge_limit=inst.surge_limit[:, :, part].copy(),
        staff=inst.staff[:, :, part].copy(),
        vehicle_minutes=inst.vehicle_minutes[:, part].copy(),
        outside_places=inst.outside_places[:, part].copy(),
        fallen=inst.excess_allowed[:, part].copy(),
        fell=inst.loses_beds[:, part].copy(),
        home=Home(inst.home.patients[:, part].copy(), inst.home.capacity[:, part].copy()),
        levers=None if inst.levers is None else inst.levers.in_window(start),
        no_intake=None if inst.no_intake is None else inst.no_intake[:, part].copy(),
        fleet=None if inst.fleet is None else inst.fleet.days(part),
        promises=inst.promises.days(part),
        terms=inst.terms.days(part, stored[:, eve] if start else inst.terms.oxygen_stored),
    )


def _used_in(inst: Instance) -> tuple[BoolArray, BoolArray]:
    """Ways used by the plan of least harm of one window."""
    model = build_model(inst)
    answer = solve_arrays(model.compiled, model.harm, engine="glop")
    found = []
    for block in (model.variables.admitted, model.variables.moved):
        values = np.where(block >= 0, answer.x[np.maximum(block, 0)], 0.0)
        found.append(np.asarray((values > USED).any(axis=1)))
    return found[0], found[1]


def offered_ways(inst: Instance, rule: Plan) -> tuple[BoolArray, BoolArray]:
    """Return which admission arcs (A,) and transfer arcs (X,) are worth offering.

    `rule` is the nearest-free-place plan of the same instance. Small models keep every way.
    """
    arcs, moves = inst.admissions, inst.transfers
    size = (len(arcs.area) + len(moves.origin)) * inst.days
    if size <= SCREENED_FROM or inst.days < 3 * WINDOW_DAYS:
        return np.ones(len(arcs.area), dtype=bool), np.ones(len(moves.origin), dtype=bool)
    admissions = (rule.admitted.sum(axis=1) + rule.admitted_observed) > 0
    transfers = rule.moved.sum(axis=1) > 0
    unmet = rule.waiting.sum(axis=(0, 1)) + rule.boarding.sum(axis=(0, 1))
    last = inst.days - WINDOW_DAYS
    worst = int(np.clip(np.argmax(unmet) - WINDOW_DAYS, WINDOW_DAYS, last))
    starts = sorted({min(8, last), worst})
    with ThreadPoolExecutor(max_workers=2) as pool:
        for a, x in pool.map(_used_in, [window(inst, rule, s, WINDOW_DAYS) for s in starts]):
            admissions |= a
            transfers |= x
    acute = ~inst.classes.recovering
    near = _nearest((arcs.kind, arcs.patient_class, arcs.area), arcs.minutes, 1)
    admissions |= (near & (arcs.kind == ADMISSION)) | (arcs.kind == STABILISE)
    # without moves everything hangs on where people are admitted; and short windows do not look
    # past a day on which beds are lost
    if not len(moves.origin) or inst.loses_beds.any():
        admissions |= acute[arcs.patient_class]
    near = _nearest((moves.direction, moves.patient_class, moves.origin), moves.minutes, 1)
    transfers |= near & (acute[moves.patient_class] | ~moves.from_boarding)
    weight = inst.classes.unmet_weight[moves.patient_class]
    gravest = weight >= inst.classes.unmet_weight.max(initial=0.0) / 2
    transfers |= (moves.direction == OUTSIDE) & gravest
    return admissions, transfers
