"""What tables must be true of together; one function for each idea, `CHECKS` lists them.

An error refuses the folder; a warning is kept and said: real life may be like that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise

from optimizer.domain.care import CareLevel, CareRatio, OxygenDraw, PatientClass, Role, Supervision
from optimizer.domain.facility import (
    AdminUnit,
    Beds,
    Device,
    Facility,
    FacilityUnit,
    RoutineLoad,
    StaffPool,
)
from optimizer.domain.row import Row
from optimizer.domain.travel import ReferralLink
from optimizer.exchange.book import Book

DEVICES_PER_BED = 3
"""More devices of a level than this for each bed there are said."""


def circle(next_of: Mapping[str, list[str]]) -> list[str]:
    """Return the members of one circle of a directed graph in order, or nothing."""
    left = {node: list(after) for node, after in next_of.items()}
    while ends := [node for node, after in left.items() if not any(a in left for a in after)]:
        for node in ends:
            del left[node]
    if not left:
        return []
    path = [min(left)]
    while True:
        after = min(node for node in left[path[-1]] if node in left)
        if after in path:
            return path[path.index(after) :]
        path.append(after)


def levels_have_an_order(book: Book) -> None:
    """Refuse two bed levels of one rank, and patients or beds at a level without beds."""
    ranks: dict[int, int] = {}
    places = {}
    for row, level in book.rows(CareLevel):
        places[level.care_level] = level.place
        if level.place == "bed" and ranks.setdefault(level.rank, row) != row:
            book.say(
                CareLevel,
                row,
                "rank",
                "The level of row {first} has the same rank.",
                "Give every level with beds a rank of its own.",
                value=level.rank,
                first=ranks[level.rank],
            )
    in_bed: tuple[
        type[PatientClass | Beds | RoutineLoad | Device | OxygenDraw | Supervision], ...
    ] = (PatientClass, Beds, RoutineLoad, Device, OxygenDraw, Supervision)
    for model in in_bed:
        for row, item in book.rows(model):
            if places.get(item.care_level) == "home":
                book.say(
                    model,
                    row,
                    "care_level",
                    "A level whose place is home has no beds.",
                    "Name a level with beds.",
                    value=item.care_level,
                )


def classes_differ(book: Book) -> None:
    """Allow one row for each disease, group, severity and phase."""
    first: dict[tuple[str, ...], int] = {}
    for row, c in book.rows(PatientClass):
        key = (c.disease, c.population_group, c.severity, c.phase)
        if first.setdefault(key, row) != row:
            book.say(
                PatientClass,
                row,
                "severity",
                "Row {first} has the same disease, group, severity and phase.",
                "Delete one of the two.",
                value=" ".join(key),
                first=first[key],
            )


def recovering_needs_no_more(book: Book) -> None:
    """Refuse a recovering class at a higher level than the acute class it comes from."""
    ranks = {level.care_level: level.rank for _, level in book.rows(CareLevel)}
    acute = {
        (c.disease, c.population_group, c.severity): c.care_level
        for _, c in book.rows(PatientClass)
        if c.phase == "acute"
    }
    for row, c in book.rows(PatientClass):
        ill = acute.get((c.disease, c.population_group, c.severity), "")
        if c.phase != "recovering" or c.care_level not in ranks or ill not in ranks:
            continue
        if ranks[c.care_level] > ranks[ill]:
            book.say(
                PatientClass,
                row,
                "care_level",
                "Recovering patients need {well}, a higher level than the acute phase ({ill}).",
                "Name the level of the acute phase or a lower one.",
                value=c.care_level,
                well=c.care_level,
                ill=ill,
            )


def roles_have_no_circle(book: Book) -> None:
    """Refuse a role that stands in for itself, even in steps."""
    links = {r.role: [r.stands_in_for] for _, r in book.rows(Role) if r.stands_in_for}
    _say_circle(book, Role, "stands_in_for", circle(links), "role")


def ratios_grow_with_the_level(book: Book) -> None:
    """Refuse ratios by which a patient who recovers to a lower level needs more of some role.

    Stand-ins counted: such a house could be short of staff though nobody came.
    """
    ranks = {
        level.care_level: level.rank for _, level in book.rows(CareLevel) if level.place == "bed"
    }
    below = {role.role: role.stands_in_for for _, role in book.rows(Role)}
    for phase in sorted({ratio.care_phase for _, ratio in book.rows(CareRatio)}):
        need: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(ranks, 0.0))
        last: dict[tuple[str, str], int] = {}
        for row, ratio in book.rows(CareRatio):
            if ratio.care_phase != phase or ratio.care_level not in ranks:
                continue
            role: str | None = ratio.role
            seen: set[str] = set()
            while role and role not in seen:
                need[role][ratio.care_level] += 1.0 / ratio.patients_per_staff
                last[role, ratio.care_level] = row
                seen.add(role)
                role = below.get(role)
        levels = sorted(ranks, key=lambda level: ranks[level])
        for role, by_level in need.items():
            for low, high in pairwise(levels):
                if by_level[low] > by_level[high] + 1e-9:
                    book.say(
                        CareRatio,
                        last[role, low],
                        "patients_per_staff",
                        "Patients of {low} need more {role} than of {high}, stand-ins counted.",
                        "Raise patients_per_staff of {low} or give {high} a row.",
                        value=f"{low} {role} {phase}",
                        low=low,
                        high=high,
                        role=role,
                    )


def referral_has_no_circle(book: Book) -> None:
    """Refuse a line that comes back to where it began, or a unit linked to itself."""
    links: dict[str, list[str]] = defaultdict(list)
    for row, link in book.rows(ReferralLink):
        if link.from_unit == link.to_unit:
            book.say(
                ReferralLink,
                row,
                "to_unit",
                "A unit is linked to itself.",
                "Name another unit or delete the row.",
                value=link.to_unit,
            )
        elif link.kind == "refers_to":
            links[link.from_unit].append(link.to_unit)
    _say_circle(book, ReferralLink, "to_unit", circle(links), "from_unit")


def _say_circle(book: Book, model: type[Row], column: str, members: list[str], start: str) -> None:
    if members:
        rows = [n for n, row in book.rows(model) if getattr(row, start) == members[0]]
        book.say(
            model,
            rows[0],
            column,
            "These lead in a circle: {members}.",
            "Delete one of the links.",
            members=" > ".join([*members, members[0]]),
        )


def dates_are_in_order(book: Book) -> None:
    """Refuse what ends before it begins."""
    models: tuple[type[AdminUnit | Facility | FacilityUnit], ...] = (
        AdminUnit,
        Facility,
        FacilityUnit,
    )
    for model in models:
        for row, item in book.rows(model):
            begin, end = item.valid_from, item.valid_to
            if begin and end and end < begin:
                book.say(
                    model,
                    row,
                    "valid_to",
                    "valid_to is before valid_from.",
                    "Correct one of the two dates.",
                    value=end,
                )


def units_are_planned(book: Book) -> None:
    """Ask for an open unit, and for places a day where they belong."""
    for row, unit in book.rows(FacilityUnit):
        outside = unit.intake == "out_of_province"
        if outside and unit.daily_places is None:
            book.say(
                FacilityUnit,
                row,
                "daily_places",
                "A destination out of the province needs its places a day.",
                "Write how many patients it takes a day; 0 for none.",
            )
        elif not outside and unit.daily_places is not None:
            book.say(
                FacilityUnit,
                row,
                "daily_places",
                "Places a day are read for destinations out of the province only.",
                "Leave the cell empty.",
                value=unit.daily_places,
            )
    rows = book.rows(FacilityUnit)
    if rows and not any(u.intake == "open" for _, u in rows):
        book.say(FacilityUnit, 0, "intake", "No unit is open.", "Open one: write open.")


def beds_have_teams(book: Book) -> None:
    """Refuse more staffed than physical beds; say where teams or beds are missing."""
    on_duty: dict[tuple[str, str], float] = defaultdict(float)
    stands_in = {r.role: r.stands_in_for for _, r in book.rows(Role)}
    for _, pool in book.rows(StaffPool):
        role: str | None = pool.role
        seen: set[str] = set()
        while role and role not in seen:
            seen.add(role)
            on_duty[pool.unit_id, role] += pool.on_duty
            role = stands_in.get(role)
    needed: dict[str, set[str]] = defaultdict(set)
    for _, ratio in book.rows(CareRatio):
        if ratio.care_phase == "conventional":
            needed[ratio.care_level].add(ratio.role)
    beds = {}
    for row, bed in book.rows(Beds):
        beds[bed.unit_id, bed.care_level] = bed.physical_beds + bed.surge_limit
        if bed.staffed_beds is not None and bed.staffed_beds > bed.physical_beds:
            book.say(
                Beds,
                row,
                "staffed_beds",
                "{staffed} staffed beds, but only {physical} physical beds.",
                "Lower staffed_beds or raise physical_beds.",
                value=bed.staffed_beds,
                staffed=bed.staffed_beds,
                physical=bed.physical_beds,
            )
        if min(bed.physical_beds, bed.staffed_beds or bed.physical_beds) == 0:
            continue
        for missing in sorted(needed[bed.care_level]):
            if not on_duty[bed.unit_id, missing]:
                book.say(
                    Beds,
                    row,
                    "staffed_beds",
                    "{beds} beds of {level}, but nobody of role {role} on duty: none can be used.",
                    "Add the role to staff.csv, or correct the beds.",
                    value=bed.unit_id,
                    warning=True,
                    beds=bed.physical_beds,
                    level=bed.care_level,
                    role=missing,
                )
    _devices(book, beds)
    _routine(book, {(b.unit_id, b.care_level): b.physical_beds for _, b in book.rows(Beds)})


def _devices(book: Book, beds: Mapping[tuple[str, str], int]) -> None:
    for row, device in book.rows(Device):
        if device.routine_in_use > device.devices:
            book.say(
                Device,
                row,
                "routine_in_use",
                "More devices in use than there are: none is counted as free.",
                "Correct one of the two.",
                value=device.routine_in_use,
                warning=True,
            )
        room = beds.get((device.unit_id, device.care_level), 0)
        if device.devices > DEVICES_PER_BED * max(room, 1):
            book.say(
                Device,
                row,
                "devices",
                "{devices} of {device} for {beds} beds of that level.",
                "Look whether the number is right; it is kept.",
                value=device.devices,
                warning=True,
                devices=device.devices,
                device=device.device,
                beds=room,
            )


def _routine(book: Book, physical: Mapping[tuple[str, str], int]) -> None:
    for row, load in book.rows(RoutineLoad):
        room = physical.get((load.unit_id, load.care_level), 0)
        if load.routine_patients > room:
            book.say(
                RoutineLoad,
                row,
                "routine_patients",
                "{patients} ordinary patients in {beds} beds: no bed is counted as free.",
                "Look whether the number is right; it is kept.",
                value=load.routine_patients,
                warning=True,
                patients=load.routine_patients,
                beds=room,
            )


def duty_is_less_than_heads(book: Book) -> None:
    """Refuse more people on duty than are employed."""
    for row, pool in book.rows(StaffPool):
        if pool.on_duty > pool.heads + 1e-9:
            book.say(
                StaffPool,
                row,
                "on_duty",
                "More people on duty than are employed ({heads}).",
                "on_duty is the average at any moment: about a fifth of heads.",
                value=pool.on_duty,
                heads=pool.heads,
            )


CHECKS: tuple[Callable[[Book], None], ...] = (
    levels_have_an_order,
    classes_differ,
    recovering_needs_no_more,
    roles_have_no_circle,
    ratios_grow_with_the_level,
    referral_has_no_circle,
    dates_are_in_order,
    units_are_planned,
    beds_have_teams,
    duty_is_less_than_heads,
)
