"""The objective from nothing: harm, burden, and how long the worst-off area waits."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import BOARDING, LEAVES, OUTSIDE
from optimizer.checking.levers import MILLION
from optimizer.checking.promises import (
    churn_by_day,
    reserve_reached,
    site_missed,
    wait_reached,
)
from optimizer.checking.violation import PATIENTS, RELATIVE, Bench, FloatArray

MINUTES_A_DAY = 1440


def unmet_weights(case: Case) -> FloatArray:
    """Return (3, S) harm of a patient-day by pool: w (1 + delta R) + D delta; 0 for the treated."""
    inputs = case.inputs
    out = inputs.classes.weight * (1 + inputs.delta * inputs.owed)
    out = out + case.scenario.weights["death"] * inputs.delta
    out[0] = 0.0
    return np.asarray(out)


def harm_by_day(case: Case) -> Mapping[str, FloatArray]:
    """Return every term of harm as (T,): one currency, every solved day."""
    flows, arcs, classes, w = case.flows, case.arcs, case.inputs.classes, case.scenario.weights
    weights = unmet_weights(case)
    rows, moves = flows.admissions, flows.transfers
    late = arcs.late[rows["o"], rows["g"], rows["s"]]
    lateness = w["lateness"] * classes.weight[rows["s"]] / MINUTES_A_DAY * late
    minutes = arcs.transfer_minutes[moves["f"], moves["g"]]
    risk = w["move_event"] * classes.move_risk[moves["s"]] * 1.02 ** (minutes / 10)
    risk = risk + np.where(moves["pool"] == BOARDING, w["move_up"], w["move_down"])
    away = rows.total("t", rows["kind"] == OUTSIDE) + moves.total("t", moves["way"] == LEAVES)
    return {
        "elsewhere": w["move_elsewhere"] * rows.total("t", case.elsewhere),
        "waiting": np.einsum("s,ost->t", weights[2], flows.waiting),
        "boarding": np.einsum("s,fst->t", weights[1], flows.boarding),
        "corridor": w["corridor"] * flows.corridor.sum(axis=0),
        "excess": w["excess"] * flows.excess.sum(axis=(0, 1)),
        "oxygen_short": w["oxygen_short"] * flows.oxygen_short.sum(axis=0),
        "lateness": rows.total("t", None, lateness),
        "out_of_province": w["out_of_province"] * away,
        "transfers": moves.total("t", None, risk),
        "no_site_worse_off": _last_shown(case, case.scenario.site_price * site_missed(case).sum()),
        "longest_wait": _waits_too_long(case),
        "reserve": case.scenario.reserve_price * reserve_reached(case)[2].sum(axis=(0, 1)),
        **_levers_harm(case),
    }


def _waits_too_long(case: Case) -> FloatArray:
    """(T,) harm of waiting beyond a promised longest wait; 0 where it must hold."""
    told = case.scenario.longest_wait
    if told is None or told[2]:
        return np.zeros(case.scenario.days)
    return np.asarray(case.scenario.wait_price * wait_reached(case)[2].sum(axis=0))


def _levers_harm(case: Case) -> dict[str, FloatArray]:
    """Return the harm of levers open, and of patients at home whom nobody follows, (T,) each."""
    levers, done = case.levers, case.levers_done
    if levers is None or done is None:
        return {}
    short = home_short(case)[2][levers.followed]
    return {
        "levers": levers.harm @ done.open,
        "home_short": levers.asked.home_unmet * short.sum(axis=0),
    }


def home_short(case: Case) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(E, T) each: patients at home, places there, those of levers too, and whom nobody follows.

    E are the bases of vehicles.
    """
    at = {name: e for e, name in enumerate(case.places.clusters)}
    dense, places = case.flows.home.total("e t"), home_room(case)
    home, room = (np.zeros((len(case.own.bases), case.scenario.days)) for _ in range(2))
    for e, base in enumerate(case.own.bases):
        if base in at:
            home[e], room[e] = dense[at[base]], places[at[base]]
    return home, room, np.maximum(0.0, home - room)


def home_room(case: Case) -> FloatArray:
    """(E, T) patients who can be followed at home, by cluster: by its stations and by levers."""
    stations, clusters = case.sources["mobile_stations"], case.places.clusters
    at = {name: e for e, name in enumerate(clusters)}
    out = np.zeros((len(clusters), case.scenario.days))
    figures = stations.wholes("home_patients", blank=0.0)
    for cluster, people in zip(stations.ids("cluster_id"), figures, strict=True):
        if cluster in at:
            out[at[cluster]] += float(people)
    if case.levers is not None and case.levers_done is not None:
        more = np.einsum("je,jt->et", case.levers.yields["home_place"], case.levers_done.usable)
        for e, base in enumerate(case.own.bases):
            if base in at:
                out[at[base]] += more[e]
    return out


def _last_shown(case: Case, harm: float) -> FloatArray:
    """Return (T,) a harm of all shown days, put on the last of them."""
    out = np.zeros(case.scenario.days)
    out[case.scenario.horizon - 1] = harm
    return out


def burden_by_day(case: Case) -> Mapping[str, FloatArray]:
    """Return every term of burden as (T,)."""
    flows, arcs, burden = case.flows, case.arcs, case.scenario.burden
    rows, moves = flows.admissions, flows.transfers
    minutes = rows.total("t", None, arcs.admission_minutes[rows["o"], rows["g"]])
    minutes = minutes + moves.total("t", None, arcs.transfer_minutes[moves["f"], moves["g"]])
    moved = moves.total("t") + rows.total("t", (rows["kind"] == OUTSIDE) | case.elsewhere)
    return {
        "minute": burden["minute"] * minutes,
        "move": burden["move"] * moved,
        "surge_bed_day": burden["surge_bed_day"] * flows.surge_beds.sum(axis=(0, 1)),
        "churn": case.scenario.churn_price * churn_by_day(case),
        **_levers_burden(case),
    }


def _levers_burden(case: Case) -> dict[str, FloatArray]:
    """Return the burden of units open, and of what they cost, (T,) each."""
    levers, done = case.levers, case.levers_done
    if levers is None or done is None:
        return {}
    return {
        "unit_day": levers.asked.unit_day * done.open.sum(axis=0),
        "million_vnd": levers.asked.million_vnd * levers.vnd(done).sum(axis=0) / MILLION,
    }


def stated(value: object) -> float:
    """Return a JSON number, or nan if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def objective_harm(case: Case, bench: Bench) -> None:
    """Harm recomputed from nothing equals the reported value."""
    _value(case, bench, "harm", sum(float(x.sum()) for x in harm_by_day(case).values()))


def objective_burden(case: Case, bench: Bench) -> None:
    """Burden recomputed from nothing equals the reported value."""
    _value(case, bench, "burden", sum(float(x.sum()) for x in burden_by_day(case).values()))


def _value(case: Case, bench: Bench, group: str, value: float) -> None:
    reported = stated(case.plan.get(f"objective.{group}.value"))
    message = "The plan reports {left}; recomputed it is {right}."
    scaled = RELATIVE * max(1.0, abs(value)) / max(1.0, abs(value) / 100)
    bench.equal(f"objective_{group}", reported, value, (), message, "harm points", scaled)


def waiting_per_patient(case: Case) -> FloatArray:
    """(O,) waiting days of the shown days for each new patient; 0 where nobody is new."""
    shown = case.scenario.horizon
    requests, arrivals = case.areas_day_one
    new = requests.sum(axis=1) + arrivals[:, :, :shown].sum(axis=(1, 2))
    days = case.flows.waiting[:, :, :shown].sum(axis=(1, 2))
    return np.where(new > 0, days / np.where(new > 0, new, 1.0), 0.0)


def worst_area_waiting(case: Case, bench: Bench) -> None:
    """Waiting days of the worst-off area for each of its new patients, and its bound.

    New: open requests, and arrivals of the shown days; waiting days of the shown days.
    """
    shown = case.scenario.horizon
    requests, arrivals = case.areas_day_one
    worst = 0.0
    for o, area in enumerate(case.places.areas):
        new = float(requests[o].sum() + arrivals[o, :, :shown].sum())
        days = float(case.flows.waiting[o, :, :shown].sum())
        if new > 0:
            worst = max(worst, days / new)
        elif days > PATIENTS:
            message = "The plan reports {left}; recomputed it is {right}."
            bench.equal("worst_area_waiting", [0.0], [days], ([area],), message, "patient-days")
    reported = stated(case.plan.get("objective.fairness.value"))
    message = "The plan reports {left}; recomputed it is {right}."
    unit, slack = "days a new patient", RELATIVE * max(1.0, worst)
    bench.equal("worst_area_waiting", reported, worst, (), message, unit, slack)
    low = case.plan.get("objective.fairness.bound")
    if low is not None:
        message = "The bound {left} is above the value {right}."
        bench.at_most("worst_area_waiting", stated(low), worst, (), message, unit, slack)
