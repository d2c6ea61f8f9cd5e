"""Figures of a plan, by the formulas of docs/data-format.md section 7, over the shown horizon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.domain.instance import DIRECTIONS, FloatArray, Instance
from optimizer.domain.levers_decided import as_decided
from optimizer.domain.plan import Plan, area_waiting

SHORT = 0.5
"""Unmet patients from which a day counts as short."""


def unmet_by_level(inst: Instance, plan: Plan) -> FloatArray:
    """Waiting and boarding by the level they need, (K, T shown)."""
    shown = slice(0, inst.shown_days)
    unmet = plan.waiting[:, :, shown].sum(axis=0) + plan.boarding[:, :, shown].sum(axis=0)
    of_level = inst.classes.level[None, :] == np.arange(len(inst.levels))[:, None]
    return np.asarray(of_level.astype(float) @ unmet)


def deaths_for_want(inst: Instance, plan: Plan) -> float:
    """Modelled deaths above those under care, among waiting and boarding."""
    hazards, shown = inst.hazards, slice(0, inst.shown_days)
    waiting = np.maximum(0.0, hazards.death_waiting - hazards.death_treated)
    boarding = np.maximum(0.0, hazards.death_boarding - hazards.death_treated)
    return float(
        np.einsum("ost,s->", plan.waiting[:, :, shown], waiting)
        + np.einsum("fst,s->", plan.boarding[:, :, shown], boarding)
    )


def _placed_in_time(inst: Instance, plan: Plan) -> float:
    """Share of those who come to need a place and get one that day within the target minutes."""
    arcs, shown = inst.admissions, slice(0, inst.shown_days)
    proper = (arcs.kind != 1) & (arcs.late_minutes <= 1e-9)
    placed = np.zeros_like(inst.arrivals)
    np.add.at(placed, (arcs.area[proper], arcs.patient_class[proper]), plan.admitted[proper])
    new = inst.arrivals[:, :, shown]
    total = float(new.sum())
    return float(np.minimum(placed[:, :, shown], new).sum()) / total if total > 0 else 1.0


def _worst_unit(inst: Instance, plan: Plan) -> dict[str, object] | None:
    """The unit and day with most people per usable bed."""
    beds = (as_decided(inst, plan).beds + plan.surge_beds).sum(axis=1)[:, : inst.shown_days]
    people = (plan.treated + plan.boarding).sum(axis=1)[:, : inst.shown_days]
    if not beds.size or not (beds > 0).any():
        return None
    share = np.where(beds > 0, people / np.maximum(beds, 1e-12), 0.0)
    f, t = np.unravel_index(int(np.argmax(share)), share.shape)
    return {"unit": inst.units[f], "day": int(t) + 1, "share": float(share[f, t])}


def _worst_area(inst: Instance, plan: Plan) -> dict[str, object] | None:
    """The area that waits longest for each of its new patients."""
    waits = area_waiting(inst, plan.waiting)
    if not waits.size:
        return None
    worst = int(np.argmax(waits))
    return {"area": inst.areas[worst], "days_per_patient": float(waits[worst])}


def by_disease(inst: Instance, plan: Plan) -> dict[str, dict[str, Any]]:
    """Return who comes and what is short of each disease; empty where there is only one."""
    named, shown = np.array(inst.classes.disease), slice(0, inst.shown_days)
    found: dict[str, dict[str, Any]] = {}
    for disease in sorted(set(inst.classes.disease)) if len(set(named.tolist())) > 1 else ():
        own = named == disease
        alone = replace(
            plan,
            waiting=plan.waiting * own[None, :, None],
            boarding=plan.boarding * own[None, :, None],
        )
        unmet = unmet_by_level(inst, alone)
        total = unmet.sum(axis=0)
        found[disease] = {
            "new_patients": float(inst.arrivals[:, own, shown].sum())
            + float(inst.open_requests[:, own].sum()),
            "unmet_patient_days": dict(zip(inst.levels, unmet.sum(axis=1).tolist(), strict=True)),
            "peak_short": {
                "patients": float(total.max(initial=0.0)),
                "day": int(np.argmax(total)) + 1,
            },
            "deaths_for_want_of_care": deaths_for_want(inst, alone),
        }
    return found


def _levers(inst: Instance, plan: Plan) -> dict[str, Any]:
    """What levers cost and harm over the shown days, and whom nobody follows at home."""
    levers, shown = inst.levers, slice(0, inst.shown_days)
    assert levers is not None
    vnd = levers.open_vnd[:, None] * plan.lever_started + levers.day_vnd[:, None] * plan.lever_open
    return {
        "vnd": float(vnd[:, shown].sum()),
        "vnd_solved": float(vnd.sum()),
        "budget_vnd": levers.budget_vnd if np.isfinite(levers.budget_vnd) else None,
        "unit_days": float(plan.lever_open[:, shown].sum()),
        "harm": float(levers.harm @ plan.lever_open[:, shown].sum(axis=1)),
        "home_short_days": float(plan.home_short[:, shown].sum()),
    }


def plan_kpis(inst: Instance, plan: Plan) -> dict[str, Any]:
    """Return the KPIs of one plan; `inst` is the instance whose ways it was offered."""
    shown = slice(0, inst.shown_days)
    arcs, moves = inst.admissions, inst.transfers
    unmet = unmet_by_level(inst, plan)
    waiting = plan.waiting[:, :, shown].sum(axis=(1, 2))
    moved = plan.moved[:, shown].sum(axis=1)
    admitted = plan.admitted[:, shown].sum(axis=1) + plan.admitted_observed
    worst = int(np.argmax(waiting)) if waiting.size else 0
    days = np.arange(1, inst.shown_days + 1)
    return {
        "harm": plan.harm.value,
        "unmet_patient_days": dict(zip(inst.levels, unmet.sum(axis=1).tolist(), strict=True)),
        "waiting_patient_days": float(waiting.sum()),
        "boarding_patient_days": float(plan.boarding[:, :, shown].sum()),
        "corridor_patient_days": float(plan.corridor[:, shown].sum()),
        "beds_lost": float(plan.bed_lost[:, :, shown].sum()),
        "deaths_for_want_of_care": deaths_for_want(inst, plan),
        "peak_short": {
            level: {"patients": float(row.max(initial=0.0)), "day": int(days[np.argmax(row)])}
            for level, row in zip(inst.levels, unmet, strict=True)
        },
        "first_short_day": {
            level: int(days[row >= SHORT][0]) if (row >= SHORT).any() else None
            for level, row in zip(inst.levels, unmet, strict=True)
        },
        "transfers": {
            name: float(moved[moves.direction == code].sum())
            for code, name in enumerate(DIRECTIONS)
        },
        "admissions_out_of_province": float(admitted[arcs.kind == 2].sum()),
        "admissions_elsewhere": float(admitted[inst.left_unit >= 0].sum()),
        "transfer_minutes": float(moves.minutes @ moved),
        "worst_unit": _worst_unit(inst, plan),
        "worst_waiting_area": {
            "area": inst.areas[worst],
            "patient_days": float(waiting[worst]),
        }
        if waiting.size
        else None,
        "worst_area_waiting": _worst_area(inst, plan),
        "placed_in_time_share": _placed_in_time(inst, plan),
        **({"by_disease": parts} if (parts := by_disease(inst, plan)) else {}),
        **({"levers": _levers(inst, plan)} if inst.levers is not None else {}),
    }


def shortfalls(inst: Instance, plan: Plan) -> list[dict[str, Any]]:
    """Where it breaks: unmet by place and level, worst first (patient-days)."""
    found: list[dict[str, Any]] = []
    for kind, places, state in (
        ("unit", inst.units, plan.boarding),
        ("area", inst.areas, plan.waiting),
    ):
        for i, place in enumerate(places):
            for k, level in enumerate(inst.levels):
                row = state[i, inst.classes.level == k, : inst.shown_days].sum(axis=0)
                if row.size and row.max(initial=0.0) >= SHORT:
                    found.append(
                        {
                            "place": place,
                            "place_kind": kind,
                            "care_level": level,
                            "first_day": int(np.flatnonzero(row >= SHORT)[0]) + 1,
                            "peak_patients": float(row.max()),
                            "peak_day": int(np.argmax(row)) + 1,
                            "patient_days": float(row.sum()),
                        }
                    )
    return sorted(found, key=lambda one: (-one["patient_days"], one["place"], one["care_level"]))


def baseline_rows(inst: Instance, name: str, plan: Plan) -> list[tuple[str, str, str, str, float]]:
    """Rows of baselines.csv: bed-days and peak beds by site, area and care level."""
    rows: list[tuple[str, str, str, str, float]] = []
    shown = slice(0, inst.shown_days)
    of_level = (inst.classes.level[None, :] == np.arange(len(inst.levels))[:, None]).astype(float)
    for places, states in (
        (inst.units, (("treated", plan.treated), ("boarding", plan.boarding))),
        (inst.areas, (("waiting", plan.waiting),)),
    ):
        for state, array in states:
            values = np.einsum("ks,pst->pkt", of_level, array[:, :, shown])
            for p, place in enumerate(places):
                for k, level in enumerate(inst.levels):
                    if values[p, k].max(initial=0.0) > 1e-9:
                        rows.append(
                            (name, f"{state}_bed_days", place, level, float(values[p, k].sum()))
                        )
                        rows.append(
                            (name, f"{state}_peak", place, level, float(values[p, k].max()))
                        )
    return rows
