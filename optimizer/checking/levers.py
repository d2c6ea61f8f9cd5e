"""Levers on the judge's axes: what a unit of each gives or takes where, and what a plan does.

Letters as in docs/model.md section 12: J levers in order of id, M, d, rho, mu, eta, Y.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from optimizer.checking.capacity import Capacity, lowest_level
from optimizer.checking.lever_rows import FIGURES, Asked, Lever
from optimizer.checking.phases import evacuated_units
from optimizer.checking.places import Places
from optimizer.checking.reader import read_table
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import once
from optimizer.checking.violation import Bench, BoolArray, FloatArray, IntArray

MILLION = 1e6
AT_UNITS = ("bed", "staff", "device", "oxygen_flow", "oxygen_supply")


@dataclass(frozen=True, slots=True)
class Levers:
    """The levers of a case.

    Parameters
    ----------
    rows
        The levers as they are written, in order of id (J).
    figures
        By column of `lever_rows.FIGURES`: (J,).
    pool
        (J,) the lever whose units it sends somewhere, -1 if none.
    yields
        By resource: (J, F, K) `bed`, `device`; (J, F, R) `staff`; (J, F) `oxygen_flow`,
        `oxygen_supply`; (J, E) `vehicle_minutes`, `home_place`; (J, H) `outside_place`.
    """

    rows: Sequence[Lever]
    figures: Mapping[str, FloatArray]
    pool: IntArray
    yields: Mapping[str, FloatArray]
    asked: Asked

    @property
    def ids(self) -> list[str]:
        """Ids (J)."""
        return [lever.name for lever in self.rows]

    @property
    def delay(self) -> IntArray:
        """(J,) days from the decision to the first day open."""
        return self.figures["delay_days"].astype(np.intp)

    @property
    def ramp(self) -> IntArray:
        """(J,) rho."""
        return self.figures["ramp_days"].astype(np.intp)

    @property
    def held(self) -> IntArray:
        """(J,) eta: days that a unit is open at least."""
        return np.maximum(self.figures["min_days"].astype(np.intp), self.ramp)

    @property
    def may_close(self) -> BoolArray:
        """(J,) units may be closed again."""
        return self.figures["may_close"] > 0

    @property
    def harm(self) -> FloatArray:
        """(J,) harm a unit and day open, with the factor of the scenario."""
        return np.asarray(self.asked.harm * self.figures["harm_per_day"])

    @property
    def followed(self) -> BoolArray:
        """(E,) True where some lever yields places at home."""
        return np.asarray(np.any(self.yields["home_place"] != 0, axis=0))

    def may_fall(self, days: int) -> BoolArray:
        """(F, T) days on which a lever may have taken away, or closed, at a unit."""
        day = np.arange(days)[None, :]
        used = (self.figures["max_units"] > 0)[:, None]  # of others there is no unit
        taken = used & self._here(lambda x: np.asarray(x < 0), ("bed", "staff", "device"))
        given = used & self._here(lambda x: np.asarray(x != 0), AT_UNITS[:4])
        opens = day >= self.delay[:, None]
        shuts = (day >= (self.delay + self.held)[:, None]) & self.may_close[:, None]
        falls = taken[:, :, None] & opens[:, None, :] | given[:, :, None] & shuts[:, None, :]
        return np.asarray(falls.any(axis=0))

    def _here(self, test: Callable[[FloatArray], BoolArray], resources: Sequence[str]) -> BoolArray:
        """(J, F) True where some yield of the resources passes."""
        parts = []
        for name in resources:
            here = test(self.yields[name])
            parts.append(here if here.ndim == 2 else here.any(axis=2))
        return np.asarray(np.logical_or.reduce(parts))

    def begun(self, started: FloatArray, first: IntArray, last: IntArray) -> FloatArray:
        """(J, T) sum of js[j, t'] over t - last < t' <= t - first; `first`, `last` (J,) days."""
        days = started.shape[1]
        total = np.concatenate([np.zeros((len(started), 1)), np.cumsum(started, axis=1)], axis=1)
        t = np.arange(1, days + 1)[None, :]
        upto, before = (np.clip(t - x[:, None], 0, days) for x in (first, last))
        between = np.take_along_axis(total, upto, 1) - np.take_along_axis(total, before, 1)
        return np.asarray(between)

    def standing(self, done: LeverFlows) -> FloatArray:
        """(J, T) units open at day's end or being prepared."""
        none = np.zeros_like(self.delay)
        return np.asarray(done.open + self.begun(done.started, none, self.delay))

    def vnd(self, done: LeverFlows) -> FloatArray:
        """(J, T) what the units cost that day."""
        to_open = self.figures["open_vnd"][:, None] * done.started
        return np.asarray(to_open + self.figures["day_vnd"][:, None] * done.open)


@dataclass(frozen=True, slots=True)
class LeverFlows:
    """What the plan does with each lever, (J, T) units: begun, closed, open, usable."""

    started: FloatArray
    closed: FloatArray
    open: FloatArray
    usable: FloatArray


def place_levers(
    rows: Sequence[Lever], scenario: Scenario, places: Places, bare: Capacity
) -> tuple[Levers | None, Capacity]:
    """Return the levers of the case, and what units have of their own, listed as with levers.

    None, and `bare` itself, where no lever is left that does anything.
    """
    asked = scenario.levers
    if asked is None or not rows:
        return None, bare
    listed = _listed(rows, scenario, places, bare)
    yields = _yields(rows, scenario, places, bare, listed)
    counts = np.logical_or.reduce(
        [(np.abs(x) > 0).reshape(len(rows), -1).any(axis=1) for x in yields.values()]
    )
    keep = set(np.flatnonzero(counts).tolist())
    pools = {row.pool for row in rows}
    keep |= {j for j, row in enumerate(rows) if row.name in pools}
    order = sorted(keep)
    if not order:
        return None, bare
    kept = [rows[j] for j in order]
    at = {row.name: j for j, row in enumerate(kept)}
    levers = Levers(
        rows=kept,
        figures={key: np.array([row.figures[key] for row in kept]) for key in FIGURES},
        pool=np.array([at.get(row.pool, -1) for row in kept], dtype=np.intp),
        yields={key: x[order] for key, x in yields.items()},
        asked=asked,
    )
    return levers, listed


def _unit_of(places: Places) -> dict[str, int]:
    """Return the planning unit of each member."""
    planned = enumerate(places.members[: places.planned])
    return {places.unit_ids[u]: f for f, rows in planned for u in rows}


def _listed(rows: Sequence[Lever], scenario: Scenario, places: Places, bare: Capacity) -> Capacity:
    """Return the capacity with the levels, devices and limits that levers add, all from 0."""
    unit, shut = _unit_of(places), evacuated_units(scenario, places)
    level = {name: k for k, name in enumerate(bare.levels)}
    has, counted = bare.has.copy(), bare.terms.counted.copy()
    flow, supply = bare.terms.flow.copy(), bare.terms.supply.copy()
    for one in (y for row in rows for y in row.yields):
        f = unit.get(one.place, -1)
        if f < 0:
            continue
        if one.resource == "bed" and one.amount > 0 and one.item in level and not shut[f]:
            has[f, level[one.item]] = True
        if not places.by_lever[f]:
            continue
        if one.resource == "device" and one.item in level:
            counted[f, level[one.item]] = True
        if one.resource == "oxygen_flow":
            flow[f] = 0.0
        if one.resource == "oxygen_supply":
            supply[f] = 0.0
    devices = np.where((counted & ~bare.terms.counted)[:, :, None], 0.0, bare.terms.devices)
    terms = replace(bare.terms, counted=counted, devices=devices, flow=flow, supply=supply)
    return replace(bare, has=has, lowest=lowest_level(has), terms=terms)


def _yields(
    rows: Sequence[Lever], scenario: Scenario, places: Places, bare: Capacity, own: Capacity
) -> dict[str, FloatArray]:
    """Return the yields that count, by resource."""
    unit, shut = _unit_of(places), evacuated_units(scenario, places)
    planned, level = places.planned, {name: k for k, name in enumerate(bare.levels)}
    role = {name: r for r, name in enumerate(bare.roles)}
    base = {name: e for e, name in enumerate(bare.bases) if name}
    outside = places.names[planned:] if scenario.out_of_province else ()
    destination = {name: h for h, name in enumerate(outside)}
    j, f, k = len(rows), planned, len(level)
    out = {
        "bed": np.zeros((j, f, k)),
        "staff": np.zeros((j, f, len(role))),
        "device": np.zeros((j, f, k)),
        "oxygen_flow": np.zeros((j, f)),
        "oxygen_supply": np.zeros((j, f)),
        "vehicle_minutes": np.zeros((j, len(bare.bases))),
        "home_place": np.zeros((j, len(bare.bases))),
        "outside_place": np.zeros((j, len(places.names) - planned)),
    }
    items = {"bed": level, "device": level, "staff": role}
    where = dict.fromkeys(AT_UNITS, unit) | {"outside_place": destination}
    limited = {"oxygen_flow": own.terms.flow, "oxygen_supply": own.terms.supply}
    for i, row in enumerate(rows):
        for one in row.yields:
            p = where.get(one.resource, base).get(one.place, -1)
            at = (i, p)
            if one.resource not in out or p < 0 or (one.resource in AT_UNITS and shut[p]):
                continue
            if one.resource in items:
                item = items[one.resource].get(one.item, -1)
                if item < 0 or (one.resource == "device" and not own.terms.counted[p, item]):
                    continue
                out[one.resource][(*at, item)] += one.amount
            elif one.resource not in limited or np.isfinite(limited[one.resource][p]).all():
                out[one.resource][at] += one.amount
    return out


def with_levers(own: Capacity, levers: Levers | None, done: LeverFlows | None) -> Capacity:
    """Return c', h', G', L', i', minutes' and places': the own ones and what usable units give."""
    if levers is None or done is None:
        return own
    gives = {name: np.einsum("j...,jt->...t", x, done.usable) for name, x in levers.yields.items()}
    terms = replace(
        own.terms,
        devices=own.terms.devices + gives["device"],
        flow=own.terms.flow + gives["oxygen_flow"],
        supply=own.terms.supply + gives["oxygen_supply"],
    )
    return replace(
        own,
        beds=own.beds + gives["bed"],
        staff=own.staff + gives["staff"],
        vehicle_minutes=own.vehicle_minutes + gives["vehicle_minutes"],
        outside_places=own.outside_places + gives["outside_place"],
        terms=terms,
    )


def check_inputs(
    folder: Path, levers: Levers | None, places: Places, own: Capacity, bench: Bench
) -> None:
    """Compare ``levers.csv`` and ``lever_yields.csv`` of ``inputs/`` with what follows by rule."""
    names = ("levers.csv", "lever_yields.csv")
    if levers is None:
        for name in names:
            if (folder / name).exists():
                message = "No lever is in use: the table should not be here."
                bench.add("inputs", f"inputs/{name}", message)
        return
    rule, file = "inputs", "inputs/levers.csv"
    table = read_table(folder / names[0], file, ("lever_id", *FIGURES, "drawn_from"), bench)
    once(table, ("lever_id",))
    stated = table.ids("lever_id")
    bench.checked(rule)
    if stated != levers.ids:
        message = "{left} are listed, but {right} follow from the tables and the scenario."
        bench.add(rule, file, message, left=", ".join(stated), right=", ".join(levers.ids))
        return
    axes = (levers.ids,)
    for key in FIGURES:
        message = "{left} in inputs/levers.csv, but {right} follow from the tables."
        left = table.numbers(key, low=0.0)
        bench.equal(rule, left, levers.figures[key], axes, message, key, 1e-9)
    due = [levers.ids[p] if p >= 0 else "" for p in levers.pool]
    for i, (mine, right) in enumerate(zip(table.ids("drawn_from"), due, strict=True)):
        if mine != right:
            message = "{left!r} differs from {right!r} in the tables."
            bench.add(rule, f"{file}:{table.rows[i]} drawn_from", message, left=mine, right=right)
    _check_yields(folder / names[1], levers, places, own, bench)


def _check_yields(path: Path, levers: Levers, places: Places, own: Capacity, bench: Bench) -> None:
    rule, file = "inputs", "inputs/lever_yields.csv"
    key = ("lever_id", "resource", "place", "item")
    table = read_table(path, file, (*key, "amount"), bench)
    once(table, key)
    keys = zip(*(table.ids(c) for c in key), strict=True)
    stated = dict(zip(keys, table.numbers("amount").tolist(), strict=True))
    due = dict(yields_by_name(levers, places, own))
    every = sorted({*stated, *due})
    left = [stated.get(one, 0.0) for one in every]
    right = [due.get(one, 0.0) for one in every]
    labels = [",".join(one) for one in every]
    message = "{left} in inputs/lever_yields.csv, but {right} follow from the tables."
    bench.equal(rule, left, right, (labels,), message, "", 1e-9)


def yields_by_name(
    levers: Levers, places: Places, own: Capacity
) -> list[tuple[tuple[str, str, str, str], float]]:
    """Return ((lever, resource, place, item), amount) of every yield that counts."""
    units, outside = places.names[: places.planned], places.names[places.planned :]
    where = dict.fromkeys(AT_UNITS, units) | {"outside_place": outside}
    items = {"bed": own.levels, "device": own.levels, "staff": own.roles}
    out = []
    for resource, amounts in levers.yields.items():
        for at in np.argwhere(np.abs(amounts) > 0).tolist():
            place = where.get(resource, own.bases)[at[1]]
            item = items[resource][at[2]] if resource in items else "-"
            key = (levers.ids[at[0]], resource, place, item)
            out.append((key, float(amounts[tuple(at)])))
    return out
