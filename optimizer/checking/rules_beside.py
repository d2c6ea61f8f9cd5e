"""The plans beside the plan, redone from their decisions in proof.npz, and baselines.csv."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.checking import rules_capacity as beds
from optimizer.checking import rules_people as people
from optimizer.checking import rules_promises as promises
from optimizer.checking import rules_terms as terms
from optimizer.checking import rules_vehicles as vehicles
from optimizer.checking.arcs import read_arcs
from optimizer.checking.capacity import read_capacity
from optimizer.checking.case import Case
from optimizer.checking.flows import DIRECTIONS, KINDS, Flows, Rows
from optimizer.checking.inputs import able_to_treat
from optimizer.checking.lever_rows import levers_in_use, opened_units
from optimizer.checking.levers import LeverFlows, place_levers
from optimizer.checking.places import read_places
from optimizer.checking.promises import site_unmet
from optimizer.checking.proof import PROOF, Proof, Side
from optimizer.checking.reader import read_table
from optimizer.checking.rules_bound import PLAN, prove
from optimizer.checking.rules_objective import harm_by_day, stated
from optimizer.checking.rules_record import Unmet, check_kpis
from optimizer.checking.violation import Bench, BoolArray

RULE = "baselines"
GREEDY, STILL, LOCAL, SHARES = "greedy", "no_transfers", "local_only", "proportional_share"
POOLED = "pooled_bound"
"""No plan, but figures that none can beat."""
LAWS: tuple[Callable[[Case, Bench], object], ...] = (
    people.open_requests,
    people.expected_arrivals,
    people.only_stable_move,
    people.boarders_leave_once,
    people.bed_lost_once,
    people.able_to_treat,
    people.permitted_arcs,
    beds.staffed_bed_capacity,
    beds.house_capacity,
    beds.corridor_boarders_only,
    beds.staff_on_duty,
    terms.device_capacity,
    terms.supervision,
    terms.oxygen_flow,
    terms.store_is_not_below_empty,
    beds.surge_limit,
    beds.surge_stays_open,
    vehicles.vehicle_minutes,
    vehicles.vehicle_rank,
    vehicles.vehicle_shift,
    beds.outside_places,
    beds.nobody_waits,
    beds.closed_intake,
    beds.corridor_people,
    promises.keep_reception,
    beds.excess_only_when_capacity_falls,
    beds.bed_lost_only_when_capacity_falls,
)
"""Rules that a baseline keeps as the plan does; people and surge beds may be parts of one."""
MEASURES = ("treated", "boarding", "waiting")
BEST = 1e-4
"""A baseline is the best of its kind to this share: solvers end within tolerances."""
SIX_DIGITS = 1e-3
"""Figures of baselines.csv have six digits: up to 100 within this, above in proportion."""


def baselines(case: Case, bench: Bench) -> None:
    """Check that each baseline is a lawful plan of its kind with the figures it reports.

    Those without transfers and of local care are the best of their kind: their prices prove it.
    """
    told = case.plan.get("baselines")
    told = dict(told) if isinstance(told, dict) else {}
    pooled = told.pop(POOLED, None)
    proof = Proof(case.folder / PROOF, bench)
    found = [name for name in proof.sides() if name != PLAN]
    bench.checked(RULE)
    for name in sorted({*found, *told, GREEDY}):
        if name not in found or not isinstance(told.get(name), dict):
            message = "The baseline must stand in plan.json and in proof.npz."
            bench.add(RULE, f"{RULE}({name})", message)
    redone: dict[str, Case] = {PLAN: case}
    for name in found:
        here = _by_clusters(case) if name in (STILL, LOCAL, SHARES) else case
        here = _without_levers(here)
        side = proof.side(name, here.proof_axes)
        book = told.get(name)
        if side is None or not isinstance(book, dict):
            continue
        redone[name] = _redone(here, side)
        inner = Bench()
        _judge(name, redone[name], side, book, inner)
        bench.checked(RULE, sum(inner.counts.values()))
        for v in inner.violations:
            where = f"{RULE}({name}: {v.where})"
            bench.note(replace(v, rule=RULE, where=where))
    if pooled is not None:
        _pooled(pooled if isinstance(pooled, dict) else {}, redone, bench)
    _table(case, redone, bench)


def held_to_no_transfers(case: Case, bench: Bench) -> Case:
    """Return the case with what each unit has without transfers, if that is promised and told."""
    if not case.scenario.no_site_worse_off:
        return case
    proof = Proof(case.folder / PROOF, bench)
    here = _by_clusters(case)
    side = proof.side(STILL, here.proof_axes) if STILL in proof.sides() else None
    if side is None:
        return case
    return replace(case, site_limit=site_unmet(_redone(here, side)))


def _pooled(book: Mapping[str, Any], redone: Mapping[str, Case], bench: Bench) -> None:
    """Check that no plan beats the pooled bound: it is never above a figure of any of them."""
    message = "The pooled bound says {left}, but a plan reaches {right}."
    for name, case in redone.items():
        unmet, shown = Unmet(case), case.scenario.horizon
        levels = book.get("unmet_patient_days")
        levels = levels if isinstance(levels, dict) else {}
        dead = case.inputs.delta
        deaths = np.einsum("s,ost->", dead[2], case.flows.waiting[:, :, :shown])
        deaths += np.einsum("s,fst->", dead[1], case.flows.boarding[:, :, :shown])
        pairs = {
            "harm": (book.get("harm"), sum(float(x.sum()) for x in harm_by_day(case).values())),
            "unmet_patient_days_all": (
                book.get("unmet_patient_days_all"),
                float(unmet.by_level.sum()),
            ),
            "deaths_for_want_of_care": (book.get("deaths_for_want_of_care"), float(deaths)),
            **{
                f"unmet_patient_days.{level}": (levels.get(level), float(unmet.by_level[k].sum()))
                for k, level in enumerate(case.capacity.levels)
            },
        }
        left = [stated(low) for low, _ in pairs.values()]
        right = [value for _, value in pairs.values()]
        labels = [f"{POOLED}.{key}, {name}" for key in pairs]
        bench.at_most(RULE, left, right, (labels,), message, "", 10 * SIX_DIGITS)


def _without_levers(case: Case) -> Case:
    """Return the case with no unit of any lever: places they would open stay, with nothing in."""
    if case.levers is None or case.levers_done is None:
        return case
    none = {"max_units": np.zeros_like(case.levers.figures["max_units"])}
    return replace(
        case,
        capacity=case.own,
        levers=replace(case.levers, figures={**case.levers.figures, **none}),
        levers_done=LeverFlows(*4 * [np.zeros_like(case.levers_done.open)]),
    )


def _by_clusters(case: Case) -> Case:
    """Return the case planned by clusters: so are the baselines that are solved."""
    if case.scenario.areas == "clusters":
        return case
    scenario = replace(case.scenario, areas="clusters")
    rows = levers_in_use(case.sources, scenario.levers)
    places = read_places(case.sources, scenario, opened_units(case.sources, rows))
    bare = read_capacity(case.sources, scenario, places)
    own = place_levers(rows, scenario, places, bare)[1]
    able = able_to_treat(bare.has, case.inputs.classes.level)
    inputs, more = replace(case.inputs, able=able), case.inputs.able & ~able
    arcs = read_arcs(case.sources, scenario, places, bare, inputs, more)
    return replace(case, scenario=scenario, places=places, capacity=own, own=own, arcs=arcs)


def _redone(case: Case, side: Side) -> Case:
    """Return the case of a baseline: its decisions, and the states that follow from them."""
    days, planned = case.scenario.days, case.places.planned
    shape = (planned, len(case.inputs.classes.names), days)
    sizes = {
        "admitted": (len(side.admissions), days),
        "admitted_observed": (len(side.admissions),),
        "moved": (len(side.transfers), days),
        "in_house": shape,
        "bed_lost": shape,
        "corridor": (planned, days),
        "oxygen_short": (planned, days),
    }
    sizes["excess"] = sizes["surge_beds"] = (planned, len(case.capacity.levels), days)
    done = {k: side.decisions.get(k, np.zeros(size)) for k, size in sizes.items()}
    f, s = case.units, case.inputs.classes.names
    axes = {"g": case.places.names, "s": s, "obs": ("0", "1"), "kind": KINDS, "t": case.days}
    way, t = np.nonzero(done["admitted"])
    seen = np.flatnonzero(done["admitted_observed"])
    every = np.concatenate([way, seen])
    columns = dict(zip(("o", "g", "s", "kind"), side.admissions[every].T, strict=True))
    columns["obs"] = np.concatenate([np.zeros_like(way), np.ones_like(seen)])
    columns["t"] = np.concatenate([t, np.zeros_like(seen)])
    x = np.concatenate([done["admitted"][way, t], done["admitted_observed"][seen]])
    admissions = Rows({"o": case.places.areas, **axes}, columns, x)
    way, t = np.nonzero(done["moved"])
    columns = dict(zip(("f", "g", "s", "way"), side.transfers[way].T, strict=True))
    columns["pool"], columns["t"] = np.array([0, 1, 1, 0])[columns["way"]], t
    labels = {"f": f, "g": case.places.names, "s": s, "pool": ("b", "t"), "way": DIRECTIONS}
    transfers = Rows({**labels, "t": case.days}, columns, done["moved"][way, t])
    unit, t = np.nonzero(done["oxygen_short"])
    short = Rows({"f": f, "t": case.days}, {"f": unit, "t": t}, done["oxygen_short"][unit, t])
    nothing = Rows({}, {}, np.zeros(0))
    flows = Flows(
        admissions=admissions,
        by_commune=nothing,
        transfers=transfers,
        in_house=done["in_house"],
        bed_lost=done["bed_lost"],
        treated=np.zeros(shape),
        boarding=np.zeros(shape),
        waiting=np.zeros((len(case.places.areas), *shape[1:])),
        corridor=done["corridor"],
        excess=done["excess"],
        surge_beds=done["surge_beds"],
        kept=nothing,
        kept_shown={},
        capacity=nothing,
        capacity_shown={},
        sure={},
        oxygen=short,
        oxygen_shown={},
        home=case.flows.home,
        home_shown=case.flows.home_shown,
    )
    told = case.scenario.longest_wait
    kept = None if told is not None and told[2] else told  # what must hold binds the plan alone
    scenario = replace(case.scenario, pins=(), longest_wait=kept)
    return _with_states(replace(case, flows=flows, scenario=scenario, site_limit=None))


def _with_states(case: Case) -> Case:
    """Return the case with who is where at each day's end, as the balances say."""
    flows, inputs, planned = case.flows, case.inputs, case.places.planned
    u, n, b = (np.zeros_like(x) for x in (flows.waiting, flows.treated, flows.boarding))
    asked, new = case.areas_day_one
    left = flows.admissions.total("o s t")
    house = flows.in_house - flows.bed_lost
    into = case.admitted[:planned] + house + case.received[:planned] - case.moved_down
    boards = case.stabilised - house - case.moved_up
    for t in range(case.scenario.days):
        if t:
            night = u[:, :, t - 1] @ inputs.night[2]
            stay = n[:, :, t - 1] @ inputs.keep[0]
            worse = b[:, :, t - 1] @ inputs.night[1] + n[:, :, t - 1] @ inputs.worse[0]
        else:
            night, stay, worse = asked, inputs.treated0, inputs.boarding0
        u[:, :, t] = night + new[:, :, t] - left[:, :, t]
        n[:, :, t] = stay + into[:, :, t]
        b[:, :, t] = worse + boards[:, :, t]
    return replace(case, flows=replace(flows, waiting=u, treated=n, boarding=b))


def _judge(name: str, case: Case, side: Side, book: Mapping[str, object], bench: Bench) -> None:
    """Judge one baseline as a plan, and as one of its kind."""
    flows, s = case.flows, case.inputs.classes.names
    message = "{right} is below zero."
    for places, figures in (
        (case.places.areas, flows.waiting),
        (case.units, flows.treated),
        (case.units, flows.boarding),
        (case.units, flows.in_house),
        (case.units, flows.bed_lost),
    ):
        bench.at_most(RULE, 0.0, figures, (places, s, case.days), message)
    for figures in (flows.admissions.x, flows.transfers.x, flows.oxygen.x):
        bench.at_most(RULE, 0.0, figures, (range(figures.size),), message)
    for figures in (flows.corridor, flows.excess, flows.surge_beds):
        bench.at_most(RULE, 0.0, figures.ravel(), (range(figures.size),), message)
    for law in LAWS:
        law(case, bench)
    check_kpis(case, bench, book)
    if name not in (STILL, LOCAL):  # made by a rule
        return
    message = "{left} patients are moved, which this baseline does not do."
    bench.at_most(RULE, flows.transfers.x, 0.0, (flows.transfers.labels,), message)
    o, g, s_, kind = side.admissions.T
    if name == STILL:
        gone = np.where(case.elsewhere, flows.admissions.x, 0.0)
        bench.at_most(RULE, gone, 0.0, (flows.admissions.labels,), message)
    if name == LOCAL:
        due = case.arcs.admission & _own_cluster(case)[None, :, :, None]
        offered = np.zeros_like(due)
        offered[kind, o, g, s_] = True
        bench.checked(RULE, due.size)
        if (offered != due).any():
            message = "Its ways are not those inside the own cluster."
            bench.add(RULE, LOCAL, message, float((offered != due).sum()), "ways")
    harm = sum(float(x.sum()) for x in harm_by_day(case).values())
    prove(case, side, harm, RULE, bench, BEST)


def _own_cluster(case: Case) -> BoolArray:
    """(O, G) True where area and unit are of one cluster; none outside, none without."""
    out = np.zeros((len(case.places.areas), len(case.places.names)), dtype=bool)
    for f, cluster in enumerate(case.places.cluster):
        out[:, f] = [mine == cluster for mine in case.places.area_cluster]
    return out


def _table(case: Case, redone: Mapping[str, Case], bench: Bench) -> None:
    """Compare every row of ``baselines.csv``, and note rows that are not there."""
    columns = ("baseline", "measure", "place", "care_level", "value")
    table = read_table(case.folder / "baselines.csv", "baselines.csv", columns, bench)
    names = zip(*(table.ids(c) for c in columns[:4]), strict=True)
    stated = dict(zip(names, table.numbers("value").tolist(), strict=True))
    if len(stated) != len(table):
        bench.add(RULE, "baselines.csv", "A row stands twice.")
    due: dict[tuple[str, ...], float] = {}
    shown = case.scenario.horizon
    for name, of in redone.items():
        for state in MEASURES:
            places = of.places.areas if state == "waiting" else of.units
            figures = getattr(of.flows, state)[:, :, :shown]
            figures = np.einsum("ks,pst->pkt", of.at_level, figures)
            for p, k in np.argwhere(figures.max(axis=2, initial=0.0) > 0).tolist():
                key = (str(places[p]), of.capacity.levels[k])
                due[name, f"{state}_bed_days", *key] = float(figures[p, k].sum())
                due[name, f"{state}_peak", *key] = float(figures[p, k].max())
    keys = sorted({*stated, *due})
    left = np.array([stated.get(key, 0.0) for key in keys])
    right = np.array([due.get(key, 0.0) for key in keys])
    labels = [",".join(key) for key in keys]
    message = "{left} in baselines.csv, recomputed {right}."
    bench.equal(RULE, left, right, (labels,), message, "patients", SIX_DIGITS)
