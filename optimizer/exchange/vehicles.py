"""What the tables of vehicle classes and shifts must be true of; `CHECKS` lists them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from optimizer.domain.care import OxygenDraw, PatientClass
from optimizer.domain.fleet import shift_hours
from optimizer.domain.travel import VehicleClass, VehicleFleet, VehicleShift
from optimizer.exchange.book import Book

MINUTES_AN_HOUR = 60
NOTHING = 1e-6


def _absent(book: Book, model: type[VehicleClass] | type[VehicleShift]) -> bool:
    return book.tables[model.TABLE].absent


def classes_have_an_order(book: Book) -> None:
    """Refuse two classes of one rank, and a better class without oxygen above one with it."""
    ranks: dict[int, int] = {}
    found = sorted(book.rows(VehicleClass), key=lambda one: one[1].rank)
    for row, one in sorted(found):
        if ranks.setdefault(one.rank, row) != row:
            book.say(
                VehicleClass,
                row,
                "rank",
                "Row {first} has the same rank: which of the two is better is not said.",
                "Give each vehicle class a rank of its own.",
                value=one.rank,
                first=ranks[one.rank],
            )
    for (low_row, low), (row, high) in pairwise(found):
        if low.oxygen and not high.oxygen:
            book.say(
                VehicleClass,
                row,
                "oxygen",
                "{high} has a higher rank than {low} of row {first}, but no oxygen: it might carry "
                "patients on oxygen.",
                "Give it a lower rank.",
                value=0,
                high=high.vehicle_class,
                low=low.vehicle_class,
                first=low_row,
            )


def oxygen_patients_have_oxygen(book: Book) -> None:
    """Refuse patients who draw oxygen and may ride where there is none."""
    draws = {one.care_level: row for row, one in book.rows(OxygenDraw) if one.lpm_per_patient > 0}
    known = {one.vehicle_class: (row, one) for row, one in book.rows(VehicleClass)}
    ready = any(one.oxygen for _, one in known.values())
    for row, patients in book.rows(PatientClass):
        if patients.care_level not in draws or not known:
            continue
        if patients.vehicle_class is None and not ready:
            book.say(
                PatientClass,
                row,
                "vehicle_class",
                "Patients of {level} draw oxygen (oxygen_draw.csv, row {draw}), but no row of "
                "vehicle_classes.csv has oxygen.",
                "Add a vehicle class with oxygen 1.",
                level=patients.care_level,
                draw=draws[patients.care_level],
            )
        at, least = known.get(patients.vehicle_class or "", (0, None))
        if least is not None and not least.oxygen:
            book.say(
                PatientClass,
                row,
                "vehicle_class",
                "{patients} draws oxygen (level {level}), but {vehicle}, row {other} of "
                "vehicle_classes.csv, has none.",
                "Name a vehicle class with oxygen 1, or leave the cell blank.",
                value=least.vehicle_class,
                patients=patients.class_id,
                level=patients.care_level,
                vehicle=least.vehicle_class,
                other=at,
            )


def shifts_are_a_day(book: Book) -> None:
    """Refuse shifts that are not the 24 hours once, and shares that are not 1 in all."""
    found = sorted(book.rows(VehicleShift), key=lambda one: (one[1].from_hour, one[0]))
    if not found or len(found) != len(book.tables[VehicleShift.TABLE].sheet.records):
        return
    shares = sum(one.urgent_share for _, one in found)
    if abs(shares - 1) > NOTHING:
        book.say(
            VehicleShift,
            found[-1][0],
            "urgent_share",
            "The shares of all shifts add up to {total}, not to 1.",
            "Correct them: every urgent trip leaves in some shift.",
            value=found[-1][1].urgent_share,
            total=f"{shares:g}",
        )
    hours = sum(shift_hours(one.from_hour, one.to_hour) for _, one in found)
    ends = [one.to_hour % 24 for _, one in found]
    starts = [one.from_hour % 24 for _, one in found]
    following = starts[1:] + starts[:1]
    joined = all(abs(a - b) < NOTHING for a, b in zip(ends, following, strict=True))
    if abs(hours - 24) > NOTHING or not joined:
        book.say(
            VehicleShift,
            found[-1][0],
            "to_hour",
            "The shifts are not the 24 hours of a day, each hour once ({total} hours in all).",
            "Let each shift begin where another ends.",
            value=f"{found[-1][1].to_hour:g}",
            total=f"{hours:g}",
        )


def vehicles_fit_their_shift(book: Book) -> None:
    """Refuse vehicles that drive longer than their shift lasts."""
    hours = {
        one.shift: shift_hours(one.from_hour, one.to_hour) for _, one in book.rows(VehicleShift)
    }
    for row, fleet in book.rows(VehicleFleet):
        most = hours.get(fleet.shift or "", 24.0) * MINUTES_AN_HOUR
        if fleet.minutes_per_day > most + NOTHING:
            book.say(
                VehicleFleet,
                row,
                "minutes_per_day",
                "The shift {shift} has {most} minutes only.",
                "Correct the minutes, or leave the shift blank.",
                value=f"{fleet.minutes_per_day:g}",
                shift=fleet.shift,
                most=f"{most:g}",
            )


def what_is_named_is_there(book: Book) -> None:
    """Refuse classes and shifts that are named where no table has them; say what has no effect."""
    for row, patients in book.rows(PatientClass):
        if patients.vehicle_class is not None and _absent(book, VehicleClass):
            _no_table(book, PatientClass, row, "vehicle_class", "vehicle_classes.csv")
        if patients.urgent and _absent(book, VehicleShift):
            book.say(
                PatientClass,
                row,
                "urgent",
                "There is no vehicle_shifts.csv: it has no effect.",
                "Add the table, or leave the cell blank.",
                value=1,
                warning=True,
            )
    for row, fleet in book.rows(VehicleFleet):
        if fleet.shift is not None and _absent(book, VehicleShift):
            _no_table(book, VehicleFleet, row, "shift", "vehicle_shifts.csv")


def _no_table(
    book: Book, model: type[PatientClass] | type[VehicleFleet], row: int, column: str, table: str
) -> None:
    book.say(
        model,
        row,
        column,
        "It is named here, but there is no {table}.",
        "Add the table, or leave the cell blank.",
        table=table,
    )


def needed_vehicles_stand_somewhere(book: Book) -> None:
    """Say whom no vehicle of the province may carry."""
    rank = {one.vehicle_class: one.rank for _, one in book.rows(VehicleClass)}
    stands = [
        rank[fleet.vehicle_class]
        for _, fleet in book.rows(VehicleFleet)
        if fleet.vehicle_class in rank and fleet.vehicles and fleet.minutes_per_day
    ]
    for row, patients in book.rows(PatientClass):
        least = patients.vehicle_class
        if stands and least in rank and rank[least] > max(stands):
            book.say(
                PatientClass,
                row,
                "vehicle_class",
                "No vehicle of {vehicle} or above stands anywhere: no trip of {patients} can be "
                "made.",
                "Add rows to vehicles.csv, or name a lesser class.",
                value=least,
                warning=True,
                vehicle=least,
                patients=patients.class_id,
            )


CHECKS: tuple[Callable[[Book], None], ...] = (
    classes_have_an_order,
    oxygen_patients_have_oxygen,
    shifts_are_a_day,
    vehicles_fit_their_shift,
    what_is_named_is_there,
    needed_vehicles_stand_somewhere,
)
