"""The planner's own model as an LP or MPS file, with the names of docs/model.md.

Every digit is written, so that another solver gets the very model that was solved here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from optimizer.domain.instance import ADMISSION_KINDS, STABILISE, FloatArray, Instance, IntArray
from optimizer.domain.labels import Labels, Part
from optimizer.planning.model import PlanModel, build_model

TERMS_A_LINE = 4
COLUMN_AXES: Mapping[str, str] = {
    "admitted": "AT",
    "admitted_observed": "A",
    "moved": "XT",
    "in_house": "FST",
    "bed_lost": "FST",
    "treated": "FST",
    "boarding": "FST",
    "waiting": "OST",
    "corridor": "FT",
    "excess": "FKT",
    "surge_beds": "FKT",
    "oxygen_stored": "FT",
    "oxygen_short": "FT",
    "reserve_missed": "FKT",
    "worse_off": "F",
    "wait_missed": "OT",
    "churn_more": "N",
    "churn_less": "N",
}
ROW_AXES: Mapping[str, str] = {
    "waiting_balance": "OST",
    "open_requests": "OS",
    "expected_arrivals": "OS",
    "treated_balance": "FST",
    "boarding_balance": "FST",
    "only_stable_move": "FST",
    "boarders_leave_once": "FST",
    "bed_lost_once": "FST",
    "staffed_bed_capacity": "FKT",
    "house_capacity": "FT",
    "corridor_boarders_only": "FT",
    "staff_on_duty": "FRT",
    "device_capacity": "FKT",
    "supervision": "FRT",
    "oxygen_flow": "FT",
    "oxygen_stock": "FT",
    "surge_limit": "FKT",
    "surge_stays_open": "FKT",
    "vehicle_minutes": "ET",
    "outside_places": "HT",
    "nobody_waits": "OST",
    "closed_intake": "FT",
    "corridor_people": "FT",
    "reserve_share": "FLT",
    "vehicle_rank": "EVT",
    "vehicle_shift": "EDVT",
    "reception_limit": "QT",
    "no_site_worse_off": "F",
    "longest_wait": "OT",
    "pinned": "P",
    "churn": "N",
}
"""Axes by letter (docs/model.md section 1); A and X: admission and transfer ways, L: pairs of
levels, Q: places with a limit on what they take in, P: pins, N: flows
of an earlier plan. A block that is
not here is named by the numbers on its axes."""


def write_model(
    inst: Instance,
    path: Path,
    *,
    kind: Literal["lp", "mps"] = "lp",
    group: Literal["harm", "burden"] = "harm",
    whole: bool = False,
) -> tuple[int, int, int]:
    """Write one group of the model of `inst`; return the numbers of columns, rows, nonzeros."""
    model = build_model(inst)
    labels = Labels()
    columns = _names(inst, labels, model.column_blocks, COLUMN_AXES, model.compiled.size[0])
    rows = _names(inst, labels, model.row_blocks, ROW_AXES, model.compiled.size[1])
    cost = model.harm if group == "harm" else model.burden
    make = _lp if kind == "lp" else _mps
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(f"{line}\n" for line in make(model, cost, columns, rows, whole))
    return model.compiled.size


def _names(
    inst: Instance,
    labels: Labels,
    blocks: Mapping[str, IntArray],
    axes: Mapping[str, str],
    size: int,
) -> list[str]:
    out = [""] * size
    for block, index in blocks.items():
        letters = axes.get(block, "")
        later = 1 if block == "surge_stays_open" else 0  # its first row speaks of day 2
        for place in np.argwhere(index >= 0):
            parts: list[Part] = [int(i) + 1 for i in place]
            name = block
            if len(letters) == len(place):
                parts = []
                for letter, i in zip(letters, place.tolist(), strict=True):
                    parts += [i + 1 + later] if letter == "T" else _part(inst, letter, i)
                if block == "moved":
                    up = inst.transfers.from_boarding[place[0]]
                    name = "moved_up" if up else "moved_down"
                elif letters == "A":
                    parts.append(1)
            out[int(index[tuple(place)])] = labels.name(name, *parts)
    return out


def _part(inst: Instance, letter: str, i: int) -> list[Part]:
    plain = {
        "O": ("area", inst.areas),
        "F": ("unit", inst.units),
        "H": ("outside", inst.outside),
        "K": ("level", inst.levels),
        "S": ("class", inst.classes.ids),
        "R": ("role", inst.roles),
        "E": ("base", inst.bases),
        "V": ("vehicle", inst.vehicle_classes),
        "D": ("shift", () if inst.fleet is None else inst.fleet.shifts),
    }
    if letter in plain:
        axis, ids = plain[letter]
        return [(axis, ids[i])]
    if letter in "PN":
        return [i + 1]
    if letter == "Q":
        return [("reception", inst.promises.reception_places[i])]
    if letter == "L":
        levels = inst.levels
        return [("level", levels[i // len(levels)]), ("level", levels[i % len(levels)])]
    arcs = inst.admissions if letter == "A" else inst.transfers
    to, units = int(arcs.to[i]), len(inst.units)
    goal: Part = ("to", inst.units[to]) if to < units else ("outside", inst.outside[to - units])
    patient: Part = ("class", inst.classes.ids[int(arcs.patient_class[i])])
    if letter == "X":
        return [("unit", inst.units[int(inst.transfers.origin[i])]), goal, patient]
    area: Part = ("area", inst.areas[int(inst.admissions.area[i])])
    kind = int(inst.admissions.kind[i])
    return [area, goal, patient, *([("kind", ADMISSION_KINDS[kind])] if kind == STABILISE else [])]


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _by_row(model: PlanModel) -> Iterator[tuple[int, IntArray, FloatArray]]:
    compiled = model.compiled
    order = np.argsort(compiled.rows, kind="stable")
    ends = np.searchsorted(compiled.rows[order], np.arange(compiled.size[1] + 1))
    for row, (first, last) in enumerate(pairwise(ends.tolist())):
        part = order[first:last]
        yield row, compiled.columns[part], compiled.values[part]


def _terms(columns: list[str], numbers: IntArray, values: FloatArray) -> list[str]:
    """Return ``+ 2 name`` parts, a few on each line."""
    parts = [
        f"{'-' if value < 0 else '+'} {_number(abs(value))} {columns[number]}"
        for number, value in zip(numbers.tolist(), values.tolist(), strict=True)
    ]
    return [
        "  " + " ".join(parts[at : at + TERMS_A_LINE]) for at in range(0, len(parts), TERMS_A_LINE)
    ]


def _lp(
    model: PlanModel, cost: FloatArray, columns: list[str], rows: list[str], whole: bool
) -> Iterator[str]:
    compiled = model.compiled
    yield "\\ the planner's model: docs/model.md"
    yield "Minimize"
    yield "objective:"
    priced = np.flatnonzero(cost)
    yield from _terms(columns, priced, cost[priced]) or [f"  0 {columns[0]}"]
    yield "Subject To"
    for row, numbers, values in _by_row(model):
        if not len(numbers):
            continue
        lower, upper = float(compiled.row_lower[row]), float(compiled.row_upper[row])
        yield f"{rows[row]}:"
        *before, last = _terms(columns, numbers, values)
        yield from before
        sign, right = ("=", upper) if lower == upper else ("<=", upper)
        if upper == np.inf:
            sign, right = ">=", lower
        yield f"{last} {sign} {_number(right)}"
    yield "Bounds"
    for number in np.flatnonzero(np.isfinite(compiled.column_upper)).tolist():
        low, high = compiled.column_lower[number], compiled.column_upper[number]
        yield f" {_number(low)} <= {columns[number]} <= {_number(high)}"
    if whole and compiled.whole.any():
        yield "Generals"
        yield from (f" {columns[number]}" for number in np.flatnonzero(compiled.whole).tolist())
    yield "End"


def _mps(
    model: PlanModel, cost: FloatArray, columns: list[str], rows: list[str], whole: bool
) -> Iterator[str]:
    compiled = model.compiled
    yield "NAME plan"
    yield "ROWS"
    yield " N objective"
    equal = compiled.row_lower == compiled.row_upper
    least = np.isinf(compiled.row_upper)
    for row, name in enumerate(rows):
        yield f" {'E' if equal[row] else 'G' if least[row] else 'L'} {name}"
    yield "COLUMNS"
    order = np.lexsort((compiled.rows, compiled.columns))
    ends = np.searchsorted(compiled.columns[order], np.arange(len(columns) + 1))
    for number, name in enumerate(columns):
        held = whole and bool(compiled.whole[number])
        if held:
            yield " M1 'MARKER' 'INTORG'"
        yield f" {name} objective {_number(cost[number])}"
        for at in order[ends[number] : ends[number + 1]].tolist():
            yield f" {name} {rows[int(compiled.rows[at])]} {_number(compiled.values[at])}"
        if held:
            yield " M2 'MARKER' 'INTEND'"
    yield "RHS"
    right = np.where(least, compiled.row_lower, compiled.row_upper)
    for row in np.flatnonzero(right).tolist():
        yield f" RHS {rows[row]} {_number(right[row])}"
    yield "BOUNDS"
    for number, name in enumerate(columns):
        low, high = compiled.column_lower[number], compiled.column_upper[number]
        if low or (whole and compiled.whole[number]):
            yield f" LO BND {name} {_number(low)}"
        if np.isfinite(high):
            yield f" UP BND {name} {_number(high)}"
        elif whole and compiled.whole[number]:
            yield f" PL BND {name}"
    yield "ENDATA"
