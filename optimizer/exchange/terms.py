"""What the tables of devices, oxygen and supervision must be true of; `CHECKS` lists them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

from optimizer.domain.care import CareLevel, OxygenDraw, Role, Supervision
from optimizer.domain.facility import Beds, Device, FacilityUnit, OxygenSupply
from optimizer.domain.terms import M3_A_DAY
from optimizer.exchange.book import Book


def _bed_levels(book: Book) -> list[str]:
    """Return the levels with beds, lowest first."""
    levels = [level for _, level in book.rows(CareLevel) if level.place == "bed"]
    return [level.care_level for level in sorted(levels, key=lambda one: one.rank)]


def draw_grows_with_the_level(book: Book) -> None:
    """Refuse a lower level that draws more: who recovers in the house could then lack oxygen."""
    draw = dict.fromkeys(_bed_levels(book), 0.0)
    at: dict[str, int] = {}
    for row, asked in book.rows(OxygenDraw):
        if asked.care_level in draw:
            draw[asked.care_level] = asked.lpm_per_patient
            at[asked.care_level] = row
    for low, high in pairwise(draw):
        if draw[low] > draw[high] + 1e-9:
            book.say(
                OxygenDraw,
                at[low],
                "lpm_per_patient",
                "Patients of {low} draw more oxygen than of {high}.",
                "Lower the draw of {low} or give {high} a row.",
                value=draw[low],
                low=low,
                high=high,
            )


def supervision_grows_with_the_level(book: Book) -> None:
    """Refuse a lower level that needs more supervisors of some role, stand-ins counted."""
    levels = _bed_levels(book)
    below = {role.role: role.stands_in_for for _, role in book.rows(Role)}
    need: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: dict.fromkeys(levels, 0.0))
    last: dict[tuple[str, str, str], int] = {}
    for row, ratio in book.rows(Supervision):
        if ratio.care_level not in levels:
            continue
        role: str | None = ratio.role
        seen: set[str] = set()
        while role and role not in seen:
            share = 1.0 / ratio.patients_per_supervisor
            need[ratio.care_phase, role][ratio.care_level] += share
            last[ratio.care_phase, role, ratio.care_level] = row
            seen.add(role)
            role = below.get(role)
    for (phase, name), by_level in need.items():
        for low, high in pairwise(levels):
            if by_level[low] > by_level[high] + 1e-9:
                book.say(
                    Supervision,
                    last[phase, name, low],
                    "patients_per_supervisor",
                    "Patients of {low} need more supervisors ({role}) than of {high}.",
                    "Raise patients_per_supervisor of {low} or give {high} a row.",
                    value=f"{low} {name} {phase}",
                    low=low,
                    high=high,
                    role=name,
                )


def stores_hold_what_they_say(book: Book) -> None:
    """Refuse more in store than it holds; say where routine care takes all there is."""
    for row, supply in book.rows(OxygenSupply):
        if supply.stored_m3 > supply.tank_m3 + 1e-9:
            book.say(
                OxygenSupply,
                row,
                "stored_m3",
                "{stored} m3 in a store that holds {tank} m3.",
                "Correct one of the two.",
                value=supply.stored_m3,
                stored=supply.stored_m3,
                tank=supply.tank_m3,
            )
        spare = supply.flow_lpm is None or supply.flow_lpm > supply.routine_lpm
        each_day = M3_A_DAY * supply.routine_lpm
        comes = supply.daily_supply_m3 is None or supply.daily_supply_m3 >= each_day - 1e-9
        if not (spare and comes) and supply.routine_lpm > 0:
            book.say(
                OxygenSupply,
                row,
                "routine_lpm",
                "Ordinary patients draw {routine} L/min, {daily} m3 a day: all there is.",
                "Look whether the number is right; nothing is left for the wave.",
                value=supply.routine_lpm,
                warning=True,
                routine=supply.routine_lpm,
                daily=round(each_day, 1),
            )


def oxygen_beds_have_oxygen(book: Book) -> None:
    """Say which open units with oxygen beds have no row: oxygen does not limit them."""
    draws = {asked.care_level for _, asked in book.rows(OxygenDraw) if asked.lpm_per_patient > 0}
    known = {supply.unit_id for _, supply in book.rows(OxygenSupply)}
    if not known:
        return
    beds: dict[str, int] = defaultdict(int)
    for _, bed in book.rows(Beds):
        if bed.care_level in draws:
            beds[bed.unit_id] += bed.physical_beds + bed.surge_limit
    for row, unit in book.rows(FacilityUnit):
        if unit.intake == "open" and beds[unit.unit_id] and unit.unit_id not in known:
            book.say(
                FacilityUnit,
                row,
                "unit_id",
                "{beds} oxygen beds, but no row in oxygen.csv: oxygen does not limit this unit.",
                "Add the unit to oxygen.csv.",
                value=unit.unit_id,
                warning=True,
                beds=beds[unit.unit_id],
            )


def surge_beds_have_devices(book: Book) -> None:
    """Say which surge beds no device stands beside: a patient of that level cannot use them."""
    beds = {(bed.unit_id, bed.care_level): bed for _, bed in book.rows(Beds)}
    for row, device in book.rows(Device):
        bed = beds.get((device.unit_id, device.care_level))
        more = device.surge_devices or 0
        if bed is None:
            continue
        spare = max(0, device.devices - bed.physical_beds)
        without = bed.surge_limit - more - spare
        if without <= 0:
            continue
        book.say(
            Device,
            row,
            "surge_devices",
            "{without} of {surge} surge beds of {level} are without {device}.",
            "Write how many come with the surge beds, if they do.",
            value="" if device.surge_devices is None else device.surge_devices,
            warning=True,
            without=without,
            surge=bed.surge_limit,
            level=device.care_level,
            device=device.device,
        )


CHECKS: tuple[Callable[[Book], None], ...] = (
    draw_grows_with_the_level,
    supervision_grows_with_the_level,
    stores_hold_what_they_say,
    oxygen_beds_have_oxygen,
    surge_beds_have_devices,
)
