"""What places must be true of together: the tree of areas, where sites lie, legs, coordinates."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from statistics import median

from optimizer.domain.facility import AdminUnit, Facility, FacilityKind, FacilityUnit, MobileStation
from optimizer.domain.travel import TravelLeg
from optimizer.exchange.book import Book

EARTH_KM = 6371.0088
FASTEST_KMH = 120.0
FAR_KM = 60.0
"""A place is never called far from the others within this distance."""


def great_circle_km(a: AdminUnit | Facility, b: AdminUnit | Facility) -> float:
    """Return the distance of two places on a sphere, km."""
    lat1, lat2 = math.radians(a.lat), math.radians(b.lat)
    dlat, dlon = lat2 - lat1, math.radians(b.lon - a.lon)
    h = math.sin(dlat / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


def admin_units_make_a_tree(book: Book) -> None:
    """Let communes lie in clusters, clusters in provinces; communes have people."""
    kinds = {u.admin_unit_id: u.kind for _, u in book.rows(AdminUnit)}
    above = {"commune": "cluster", "cluster": "province"}
    communes = 0
    for row, unit in book.rows(AdminUnit):
        communes += unit.kind == "commune"
        parent = kinds.get(unit.parent_id or "")
        wanted = above.get(unit.kind)
        if unit.kind == "commune" and unit.parent_id is None:
            fault, remedy = "The commune has no cluster.", "Name its cluster in parent_id."
            book.say(AdminUnit, row, "parent_id", fault, remedy)
        elif unit.parent_id and parent and parent != wanted:
            book.say(
                AdminUnit,
                row,
                "parent_id",
                "A {kind} cannot lie in a {parent}.",
                "Name the {wanted} it lies in.",
                value=unit.parent_id,
                kind=unit.kind,
                parent=parent,
                wanted=wanted or "-",
            )
        if unit.kind == "commune" and unit.population is None:
            book.say(
                AdminUnit,
                row,
                "population",
                "The cell is blank.",
                "Blank is unknown, not zero: write the value.",
            )
        elif unit.population is not None and unit.population_confidence is None:
            book.say(
                AdminUnit,
                row,
                "population_confidence",
                "The cell is blank beside a figure.",
                "Write official, open_data, derived or assumed.",
            )
    if not communes and book.tables["admin_units"].sheet.sound:
        fault, remedy = "There is no commune.", "Add the communes: patients come from them."
        book.say(AdminUnit, 0, "kind", fault, remedy)


def facilities_lie_somewhere(book: Book) -> None:
    """Let a facility name a commune and the cluster of that; grouped sites need one."""
    units = {u.admin_unit_id: u for _, u in book.rows(AdminUnit)}
    grouped = {k.kind for _, k in book.rows(FacilityKind) if k.grouped}
    for row, f in book.rows(Facility):
        for column, kind in (("admin_unit_id", "commune"), ("cluster_id", "cluster")):
            place = units.get(getattr(f, column) or "")
            if place and place.kind != kind:
                book.say(
                    Facility,
                    row,
                    column,
                    "This is a {given}, not a {wanted}.",
                    "Name a {wanted}.",
                    value=place.admin_unit_id,
                    given=place.kind,
                    wanted=kind,
                )
        commune = units.get(f.admin_unit_id or "")
        if commune and commune.kind == "commune" and commune.parent_id != f.cluster_id:
            book.say(
                Facility,
                row,
                "cluster_id",
                "Its commune lies in cluster {cluster}.",
                "Write the same cluster, or correct the commune.",
                value=f.cluster_id or "",
                cluster=commune.parent_id or "-",
            )
        if f.kind in grouped and not f.cluster_id:
            book.say(
                Facility,
                row,
                "cluster_id",
                "Sites of this kind are planned together per cluster, but this one has none.",
                "Name its cluster.",
            )


def open_units_lie_in_a_cluster(book: Book) -> None:
    """Ask for the cluster of every site that is planned for: its vehicles and groups hang on it."""
    nowhere = {f.facility_id for _, f in book.rows(Facility) if f.cluster_id is None}
    for row, unit in book.rows(FacilityUnit):
        if unit.facility_id in nowhere and unit.intake != "out_of_province":
            book.say(
                FacilityUnit,
                row,
                "facility_id",
                "The facility has no cluster, yet its unit is not out_of_province.",
                "Name its cluster in facilities.csv, or write out_of_province here.",
                value=unit.facility_id,
            )


def ids_tell_places_apart(book: Book) -> None:
    """Refuse one id for two places: travel, plans and maps name places by id alone."""
    admin = {u.admin_unit_id: row for row, u in book.rows(AdminUnit)}
    for model, column in ((Facility, "facility_id"), (FacilityUnit, "unit_id")):
        for row, item in book.rows(model):
            given = getattr(item, column)
            if given in admin:
                book.say(
                    model,
                    row,
                    column,
                    "admin_units.csv has the same id in row {first}.",
                    "Rename one of the two.",
                    value=given,
                    first=admin[given],
                )
            if given.startswith("group:"):
                book.say(
                    model,
                    row,
                    column,
                    "Ids that begin with group: are made by the planner.",
                    "Rename it.",
                    value=given,
                )


def stations_serve_a_cluster(book: Book) -> None:
    """Let a mobile station serve a cluster, nothing else."""
    kinds = {u.admin_unit_id: u.kind for _, u in book.rows(AdminUnit)}
    for row, station in book.rows(MobileStation):
        kind = kinds.get(station.cluster_id, "cluster")
        if kind != "cluster":
            book.say(
                MobileStation,
                row,
                "cluster_id",
                "This is a {given}, not a {wanted}.",
                "Name a {wanted}.",
                value=station.cluster_id,
                given=kind,
                wanted="cluster",
            )


def legs_can_be_driven(book: Book) -> None:
    """Let legs join communes and facilities, in a time that a vehicle needs."""
    units = {u.admin_unit_id: u for _, u in book.rows(AdminUnit)}
    places: dict[str, AdminUnit | Facility] = {**units}
    places.update({f.facility_id: f for _, f in book.rows(Facility)})
    for row, leg in book.rows(TravelLeg):
        for column in ("from_id", "to_id"):
            unit = units.get(getattr(leg, column))
            if unit and unit.kind != "commune":
                book.say(
                    TravelLeg,
                    row,
                    column,
                    "This is a {given}, not a {wanted}.",
                    "Name a commune or a facility: patients start and end there.",
                    value=unit.admin_unit_id,
                    given=unit.kind,
                    wanted="commune",
                )
        if leg.from_id == leg.to_id:
            book.say(
                TravelLeg,
                row,
                "to_id",
                "The leg ends where it starts.",
                "Correct one end or delete the row.",
                value=leg.to_id,
            )
            continue
        for column in ("closed_from", "closed_to"):
            given = getattr(leg, column)
            if given and not _is_day(given):
                fault, remedy = "There is no such day in the calendar.", "Correct the date."
                book.say(TravelLeg, row, column, fault, remedy, value=given)
        if (leg.closed_from is None) != (leg.closed_to is None):
            book.say(
                TravelLeg,
                row,
                "closed_from",
                "A closed season needs both its first and its last day.",
                "Fill in closed_from and closed_to, or neither.",
                value=leg.closed_from or leg.closed_to or "",
            )
        ends = places.get(leg.from_id), places.get(leg.to_id)
        if ends[0] and ends[1]:
            _speed(book, row, leg, great_circle_km(ends[0], ends[1]))
    if all(book.tables[t].absent for t in ("travel", "travel_rules")):
        book.say(
            TravelLeg,
            0,
            "",
            "Neither travel.csv nor travel_rules.csv is there: nobody can be moved.",
            "Add one of them.",
        )


def _is_day(month_day: str) -> bool:
    """Say whether MM-DD is a day of some year; 02-29 is."""
    try:
        date.fromisoformat(f"2024-{month_day}")
    except ValueError:
        return False
    return True


def _speed(book: Book, row: int, leg: TravelLeg, straight_km: float) -> None:
    km = max(straight_km, leg.road_km or 0.0)
    driving = leg.minutes - leg.ferry_minutes
    if driving < 0:
        book.say(
            TravelLeg,
            row,
            "ferry_minutes",
            "The ferry takes longer than the whole leg ({minutes} minutes).",
            "minutes is the whole leg, ferry included.",
            value=leg.ferry_minutes,
            minutes=f"{leg.minutes:g}",
        )
    elif km > 1 and km > FASTEST_KMH / 60 * leg.minutes:
        book.say(
            TravelLeg,
            row,
            "minutes",
            "{km} km in {minutes} minutes is faster than {limit} km/h.",
            "Are these hours? Write minutes. The number is kept.",
            value=f"{leg.minutes:g}",
            warning=True,
            km=f"{km:.0f}",
            minutes=f"{leg.minutes:g}",
            limit=f"{FASTEST_KMH:.0f}",
        )


def places_are_near(book: Book) -> None:
    """Say which places lie at 0,0 or far from all the others: probably mistyped."""
    places: list[tuple[int, AdminUnit | Facility]] = [*book.rows(AdminUnit)]
    places += [(row, f) for row, f in book.rows(Facility)]
    inside = [p for _, p in places if _inside(p) and (p.lat or p.lon)]
    if not inside:
        return
    lat, lon = median(p.lat for p in inside), median(p.lon for p in inside)
    centre = inside[0].model_copy(update={"lat": lat, "lon": lon})
    far = max(FAR_KM, 4 * median(great_circle_km(p, centre) for p in inside))
    for row, place in places:
        distance = great_circle_km(place, centre)
        if not place.lat and not place.lon:
            book.say(
                type(place),
                row,
                "lat",
                "0, 0 lies in the sea off Africa: a missing coordinate?",
                "Write the coordinates; they are kept as they are.",
                value=place.key[0],
                warning=True,
            )
        elif _inside(place) and distance > far:
            book.say(
                type(place),
                row,
                "lat",
                "{place} lies {km} km from the middle of the others.",
                "Look whether the coordinates are right; they are kept.",
                value=place.key[0],
                warning=True,
                place=place.key[0],
                km=f"{distance:.0f}",
            )


def _inside(place: AdminUnit | Facility) -> bool:
    return isinstance(place, AdminUnit) or place.cluster_id is not None


CHECKS: tuple[Callable[[Book], None], ...] = (
    admin_units_make_a_tree,
    facilities_lie_somewhere,
    open_units_lie_in_a_cluster,
    ids_tell_places_apart,
    stations_serve_a_cluster,
    legs_can_be_driven,
    places_are_near,
)
