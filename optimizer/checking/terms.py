"""Devices, oxygen and supervision of planning units, by rule, from the tables as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.checking.places import Places
from optimizer.checking.scenario import Scenario
from optimizer.checking.sources import Sources
from optimizer.checking.violation import BoolArray, FloatArray

LITRES_A_M3 = 1000.0
MINUTES_A_DAY = 1440.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What is left for the wave; a unit without a limit has inf, a level without devices too.

    Parameters
    ----------
    devices
        (F, K, T) devices of the level; `counted` (F, K): some member has a row, and every member
        with beds there.
    draw
        (K,) litres a minute of a patient.
    flow, supply
        (F, T) litres a minute at once; cubic metres a day.
    stored, tank, routine
        (F,) cubic metres on the first morning and at most; litres a minute of ordinary patients.
    oversees
        (R, K) supervisors a patient.
    """

    devices: FloatArray
    counted: BoolArray
    draw: FloatArray
    flow: FloatArray
    supply: FloatArray
    stored: FloatArray
    tank: FloatArray
    routine: FloatArray
    oversees: FloatArray

    @property
    def m3_a_day(self) -> FloatArray:
        """(K,) cubic metres a day of a patient."""
        return np.asarray(self.draw * MINUTES_A_DAY / LITRES_A_M3)


def read_terms(
    sources: Sources,
    scenario: Scenario,
    places: Places,
    level: Mapping[str, int],
    row: Mapping[str, int],
    has: BoolArray,
) -> Terms:
    """Work out the terms; `has` (units, K): the unit has beds of the level or may open some."""
    grouped = [np.asarray(m, dtype=np.intp) for m in places.members[: places.planned]]
    own = ~places.by_lever
    devices, counted = _devices(sources, scenario, level, row, has)
    gas = _oxygen(sources, row)

    def added(figures: FloatArray) -> FloatArray:
        return np.array([figures[m].sum(axis=0) for m in grouped]).reshape(
            len(grouped), *figures.shape[1:]
        )

    together = added(devices)
    listed = (added(counted.astype(float)) > 0) & np.isfinite(together).all(axis=2)
    listed &= own[:, None]
    # a unit that only levers open has no limit but those for which levers yield something there
    flow, supply = (np.where(own, added(gas[name]), np.inf) for name in ("flow", "supply"))
    stored, tank, routine = (
        np.where(own, added(gas[name]), 0.0) for name in ("stored", "tank", "routine")
    )
    draw = np.zeros(len(level))
    table = sources["oxygen_draw"]
    figures = table.numbers("lpm_per_patient", low=0.0)
    for i, name in enumerate(table.ids("care_level")):
        if name in level:
            draw[level[name]] = figures[i]
    return Terms(
        devices=np.where(listed[:, :, None], together, np.inf),
        counted=listed,
        draw=draw,
        flow=np.repeat(flow[:, None], scenario.days, axis=1),
        supply=np.repeat(supply[:, None], scenario.days, axis=1),
        stored=stored,
        tank=tank,
        routine=routine,
        oversees=_supervision(sources, scenario, level),
    )


def _devices(
    sources: Sources,
    scenario: Scenario,
    level: Mapping[str, int],
    row: Mapping[str, int],
    has: BoolArray,
) -> tuple[FloatArray, BoolArray]:
    """Return (units, K, T) devices free for the wave, the scarcest of a level, and where listed."""
    table = sources["devices"]
    free = table.wholes("devices", blank=0.0) - table.wholes("routine_in_use", blank=0.0)
    more = table.wholes("surge_devices", blank=0.0)
    late = np.arange(scenario.days) >= scenario.surge_delay
    out = np.full((*has.shape, scenario.days), np.inf)
    counted = np.zeros(has.shape, dtype=bool)
    names = table.ids("care_level")
    for i, u in enumerate(table.look_up("unit_id", row)):
        if u >= 0 and names[i] in level:
            k = level[names[i]]
            counted[u, k] = True
            out[u, k] = np.minimum(out[u, k], max(0.0, free[i]) + more[i] * late)
    return np.where((counted | has)[:, :, None], out, 0.0), counted


def _oxygen(sources: Sources, row: Mapping[str, int]) -> dict[str, FloatArray]:
    """Return figures by unit, (units,) each; no row: no limit."""
    table = sources["oxygen"]
    at = table.look_up("unit_id", row)
    out = {name: np.full(len(row), np.inf) for name in ("flow", "supply")}
    out |= {name: np.zeros(len(row)) for name in ("stored", "tank", "routine")}
    routine = table.numbers("routine_lpm", low=0.0)
    flow = table.numbers("flow_lpm", blank=np.inf, low=0.0)
    supply = table.numbers("daily_supply_m3", blank=np.inf, low=0.0)
    columns = {
        "flow": np.maximum(0.0, flow - routine),
        "supply": np.maximum(0.0, supply - routine * MINUTES_A_DAY / LITRES_A_M3),
        "stored": table.numbers("stored_m3", low=0.0),
        "tank": table.numbers("tank_m3", low=0.0),
        "routine": routine,
    }
    good = at >= 0
    for name, figures in columns.items():
        out[name][at[good]] = figures[good]
    return out


def _supervision(sources: Sources, scenario: Scenario, level: Mapping[str, int]) -> FloatArray:
    """Return (R, K) supervisors a patient in the phase in force."""
    roles: Sequence[str] = sources["roles"].ids("role")
    table = sources["supervision"]
    out = np.zeros((len(roles), len(level)))
    at = table.look_up("role", {r: i for i, r in enumerate(roles)})
    care, phase = table.ids("care_level"), table.text("care_phase")
    patients = table.numbers("patients_per_supervisor", low=1e-9)
    for i in range(len(table)):
        if at[i] >= 0 and phase[i] == scenario.care_phase and care[i] in level:
            out[at[i], level[care[i]]] = 1 / max(patients[i], 1e-9)
    return out
