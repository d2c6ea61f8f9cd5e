"""Who waits longer and travels further: clusters, remote communes, population groups.

Shown, never decided by: no cost and no way of the plan reads whether a place is remote or which
group a patient belongs to. Waiting is outside a house; who boards carries no origin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.domain.instance import STABILISE, BoolArray, FloatArray, Instance, IntArray
from optimizer.domain.plan import Plan

COLUMNS = (
    "dimension",
    "group",
    "population",
    "new_patients",
    "waiting_days",
    "waiting_per_patient",
    "placed",
    "minutes_mean",
    "minutes_p90",
    "late_share",
    "unmet_patient_days",
    "deaths_for_want_of_care",
)
REMOTE, OTHER = "remote", "other"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Communes:
    """What is known of each commune (C,), and its admissions, one entry each (N,)."""

    cluster: Sequence[str]
    population: FloatArray
    remote: FloatArray
    """1: remote or hard to reach."""
    arrivals: FloatArray
    """(C, S, T)."""
    requests: FloatArray
    """(C, S)."""
    commune: IntArray
    """(N,) commune of an admission; likewise the next four."""
    arc: IntArray
    day: IntArray
    patients: FloatArray
    minutes: FloatArray
    """(N,) minutes from the commune to the unit."""


def waiting_by_commune(inst: Instance, of: Communes) -> FloatArray:
    """(C, S, T) waiting at day's end: the balance of docs/model.md, commune by commune."""
    gone = np.zeros_like(of.arrivals)
    np.add.at(gone, (of.commune, inst.admissions.patient_class[of.arc], of.day), of.patients)
    out = np.zeros_like(of.arrivals)
    before = of.requests
    for t in range(inst.days):
        out[:, :, t] = before + of.arrivals[:, :, t] - gone[:, :, t]
        before = out[:, :, t] @ inst.hazards.waiting
    return out


def p90(minutes: FloatArray, patients: FloatArray) -> float | None:
    """Return the least minutes within which nine tenths of the patients travel; None of nobody."""
    total = float(patients.sum())
    if total <= 1e-9:
        return None
    order = np.argsort(minutes, kind="stable")
    reached = np.cumsum(patients[order])
    return float(minutes[order][int(np.searchsorted(reached, 0.9 * total - 1e-9))])


def equity_rows(
    inst: Instance, plan: Plan, of: Communes, group_of_class: Sequence[str]
) -> list[Row]:
    """Return the rows of equity.csv, over the shown days."""
    shown = inst.shown_days
    days = waiting_by_commune(inst, of)[:, :, :shown].sum(axis=(1, 2))
    new = of.requests.sum(axis=1) + of.arrivals[:, :, :shown].sum(axis=(1, 2))
    arcs = inst.admissions
    counted = (of.day < shown) & (arcs.kind[of.arc] != STABILISE)
    limit = inst.classes.travel_limit[arcs.patient_class[of.arc]]

    def of_communes(dimension: str, group: str, here: BoolArray) -> Row:
        trips = counted & here[of.commune]
        placed = of.patients[trips]
        total, minutes = float(placed.sum()), of.minutes[trips]
        late = float(placed[minutes > limit[trips]].sum())
        patients = float(new[here].sum())
        waited = max(0.0, float(days[here].sum()))
        return {
            "dimension": dimension,
            "group": group,
            "population": float(of.population[here].sum()),
            "new_patients": patients,
            "waiting_days": waited,
            "waiting_per_patient": waited / patients if patients > 0 else None,
            "placed": total,
            "minutes_mean": float(minutes @ placed) / total if total > 1e-9 else None,
            "minutes_p90": p90(minutes, placed),
            "late_share": late / total if total > 1e-9 else None,
        }

    clusters = np.array(of.cluster)
    rows = [of_communes("cluster", c, clusters == c) for c in sorted(set(of.cluster))]
    remote = of.remote > 0
    rows += [
        of_communes("place", name, here)
        for name, here in ((REMOTE, remote), (OTHER, ~remote))
        if here.any()
    ]
    return rows + list(_groups(inst, plan, group_of_class))


def _groups(inst: Instance, plan: Plan, group_of_class: Sequence[str]) -> Iterator[Row]:
    """One row for each population group of the classes, boarders and deaths too."""
    shown, hazards = slice(0, inst.shown_days), inst.hazards
    waiting = plan.waiting[:, :, shown].sum(axis=(0, 2))
    boarding = plan.boarding[:, :, shown].sum(axis=(0, 2))
    new = inst.open_requests.sum(axis=0) + inst.arrivals[:, :, shown].sum(axis=(0, 2))
    more_waiting = np.maximum(0.0, hazards.death_waiting - hazards.death_treated)
    more_boarding = np.maximum(0.0, hazards.death_boarding - hazards.death_treated)
    groups = np.array(group_of_class)
    for name in sorted(set(group_of_class)):
        here = groups == name
        patients, days = float(new[here].sum()), float(waiting[here].sum())
        yield {
            "dimension": "population_group",
            "group": name,
            "new_patients": patients,
            "waiting_days": days,
            "waiting_per_patient": days / patients if patients > 0 else None,
            "unmet_patient_days": days + float(boarding[here].sum()),
            "deaths_for_want_of_care": float(
                waiting[here] @ more_waiting[here] + boarding[here] @ more_boarding[here]
            ),
        }


def equity_kpis(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the gaps: worst cluster less all, worst over best, remote less other communes.

    Days are waiting days a new patient. None where there is nothing to compare.
    """
    clusters = [r for r in rows if r["dimension"] == "cluster" and r["new_patients"] > 0]
    by_place = {r["group"]: r for r in rows if r["dimension"] == "place"}
    new = sum(r["new_patients"] for r in clusters)
    overall = sum(r["waiting_days"] for r in clusters) / new if new > 0 else None
    ranked = sorted(clusters, key=lambda r: (-r["waiting_per_patient"], r["group"]))
    worst, best = (ranked[0], ranked[-1]) if ranked else (None, None)

    def gap(name: str) -> float | None:
        pair = [by_place.get(place, {}).get(name) for place in (REMOTE, OTHER)]
        return None if pair[0] is None or pair[1] is None else float(pair[0] - pair[1])

    return {
        "overall_days": overall,
        "worst_cluster": worst["group"] if worst else None,
        "worst_gap_days": worst["waiting_per_patient"] - overall if worst else None,
        "worst_to_best": worst["waiting_per_patient"] / best["waiting_per_patient"]
        if worst and best and best["waiting_per_patient"] > 1e-9
        else None,
        "remote_gap_days": gap("waiting_per_patient"),
        "remote_gap_p90_minutes": gap("minutes_p90"),
        "remote_gap_late_share": gap("late_share"),
    }
