"""What the tables of levers must be true of, alone and beside a scenario; `CHECKS` lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimizer.domain.care import CareLevel, Role
from optimizer.domain.facility import AdminUnit, Beds, Device, FacilityUnit, OxygenSupply
from optimizer.domain.lever_arrays import NO_ITEM
from optimizer.domain.lever_rows import LeverRow, LeverYield
from optimizer.domain.levers_in_use import levers_in_use
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.errors import Problem
from optimizer.exchange.book import Book
from optimizer.exchange.reading import nearest_name, shown

AT_UNITS = ("bed", "staff", "device", "oxygen_flow", "oxygen_supply")
AT_CLUSTERS = ("vehicle_minutes", "home_place")
MAY_TAKE = ("bed", "staff", "device")


def yields_name_places(book: Book) -> None:
    """Refuse a yield at a place of another kind than its resource has."""
    sheets = [book.tables[name].sheet for name in ("units", "admin_units")]
    if not all(sheet.sound and sheet.complete for sheet in sheets):
        return
    units = {row.unit_id: row.intake for _, row in book.rows(FacilityUnit)}
    inside = {unit for unit, intake in units.items() if intake != "out_of_province"}
    outside = set(units) - inside
    clusters = {row.admin_unit_id for _, row in book.rows(AdminUnit) if row.kind == "cluster"}
    for row, item in book.rows(LeverYield):
        if item.resource in AT_UNITS:
            known, fault = inside, "No unit of the province has this id."
        elif item.resource in AT_CLUSTERS:
            known, fault = clusters, "No cluster has this id."
        else:
            known, fault = outside, "No unit outside the province has this id."
        if item.place not in known:
            meant = nearest_name(item.place, known)
            book.say(
                LeverYield,
                row,
                "place",
                fault,
                "Did you mean {meant}?" if meant else "Correct it.",
                value=item.place,
                meant=meant,
            )


def yields_name_items(book: Book) -> None:
    """Refuse a bed or device without a level, staff without a role, other yields with an item."""
    sheets = [book.tables[name].sheet for name in ("levels", "roles")]
    if not all(sheet.sound and sheet.complete for sheet in sheets):
        return
    levels = {row.care_level for _, row in book.rows(CareLevel) if row.place == "bed"}
    roles = {row.role for _, row in book.rows(Role)}
    for row, item in book.rows(LeverYield):
        known = {"bed": levels, "device": levels, "staff": roles}.get(item.resource, {NO_ITEM})
        if item.item not in known:
            meant = nearest_name(item.item, known)
            remedy = "Did you mean {meant}?" if meant else "Write one of: {options}."
            book.say(
                LeverYield,
                row,
                "item",
                "A yield of {resource} has no such item.",
                remedy,
                value=item.item,
                resource=item.resource,
                meant=meant,
                options=", ".join(sorted(known)),
            )


def yields_are_something(book: Book) -> None:
    """Refuse amounts of 0, and what may not be taken away."""
    for row, item in book.rows(LeverYield):
        if item.amount == 0:
            book.say(
                LeverYield,
                row,
                "amount",
                "It yields nothing.",
                "Delete the row.",
                value=item.amount,
            )
        elif item.amount < 0 and item.resource not in MAY_TAKE:
            book.say(
                LeverYield,
                row,
                "amount",
                "Only beds, staff and devices may be taken away.",
                "Write what it gives, or delete the row.",
                value=item.amount,
            )


def pools_are_one_deep(book: Book) -> None:
    """Refuse a lever drawn from itself, or from one that is drawn from another."""
    drawn = {lever.lever_id: lever.drawn_from for _, lever in book.rows(LeverRow)}
    for row, lever in book.rows(LeverRow):
        if lever.drawn_from and drawn.get(lever.drawn_from):
            book.say(
                LeverRow,
                row,
                "drawn_from",
                "A pool is not drawn from another lever, nor from itself.",
                "Name the lever that makes the units.",
                value=lever.drawn_from,
            )


def levers_do_something(book: Book) -> None:
    """Say which levers yield nothing and are nobody's pool."""
    yields = {item.lever_id for _, item in book.rows(LeverYield)}
    pools = {lever.drawn_from for _, lever in book.rows(LeverRow)}
    for row, lever in book.rows(LeverRow):
        if lever.lever_id not in yields and lever.lever_id not in pools:
            book.say(
                LeverRow,
                row,
                "lever_id",
                "The lever has no row in lever_yields.csv: it is never used.",
                "Write what one unit of it yields.",
                value=lever.lever_id,
                warning=True,
            )


def beds_not_below_the_house(book: Book) -> None:
    """Refuse beds below the lowest level of an open unit: whoever boards there lies at that one."""
    ranks = {row.care_level: row.rank for _, row in book.rows(CareLevel)}
    own: dict[str, int] = {}
    for _, bed in book.rows(Beds):
        if bed.physical_beds + bed.surge_limit > 0 and bed.care_level in ranks:
            rank = ranks[bed.care_level]
            own[bed.unit_id] = min(own.get(bed.unit_id, rank), rank)
    open_units = {row.unit_id for _, row in book.rows(FacilityUnit) if row.intake == "open"}
    for row, item in book.rows(LeverYield):
        if item.resource != "bed" or item.amount <= 0 or item.place not in open_units:
            continue
        if ranks.get(item.item, 0) < own.get(item.place, 0):
            book.say(
                LeverYield,
                row,
                "item",
                "{level} is below the lowest level of this unit.",
                "Give these beds a unit of their own (intake closed).",
                value=item.item,
                level=item.item,
            )


def yields_count(book: Book) -> None:
    """Say which yields change nothing: a term that does not limit the unit."""
    closed = {row.unit_id for _, row in book.rows(FacilityUnit) if row.intake == "closed"}
    opened = {
        item.place
        for _, item in book.rows(LeverYield)
        if item.resource == "bed" and item.amount > 0 and item.place in closed
    }
    devices = {(row.unit_id, row.care_level) for _, row in book.rows(Device)}
    oxygen = {row.unit_id: row for _, row in book.rows(OxygenSupply)}
    for row, item in book.rows(LeverYield):
        if item.resource not in AT_UNITS or item.place in opened:
            continue
        supply = oxygen.get(item.place)
        nothing = (
            item.place in closed
            or (item.resource == "device" and (item.place, item.item) not in devices)
            or (item.resource == "oxygen_flow" and (supply is None or supply.flow_lpm is None))
            or (
                item.resource == "oxygen_supply"
                and (supply is None or supply.daily_supply_m3 is None)
            )
        )
        if nothing:
            book.say(
                LeverYield,
                row,
                "resource",
                "{resource} does not limit this unit: the yield changes nothing.",
                "Look whether the row is needed.",
                value=item.resource,
                warning=True,
                resource=item.resource,
            )


def lever_checks(scenario: Scenario, tables: Tables) -> Iterator[Problem]:
    """Yield what of the scenario's levers does not fit the tables."""
    asked = scenario.levers
    if asked is None:
        return
    known = {row.lever_id for row in tables.levers}
    given = [("levers.named", name) for name in asked.named]
    if not isinstance(asked.use, str):
        given += [("levers.use", name) for name in asked.use]
    given += [(f"levers.change.{name}", name) for name in asked.change]
    for column, name in given:
        if name not in known:
            meant = nearest_name(name, known)
            yield Problem(
                "levers.csv has no such lever.",
                "Did you mean {meant}?" if meant else "Correct it.",
                column=column,
                value=shown(name),
                values={"meant": meant},
            )
    used = {row.lever_id for row in levers_in_use(tables, scenario)}
    if asked.use != "none" and not used:
        yield Problem(
            "No lever of levers.csv may be used: the plan decides nothing besides where patients "
            "go.",
            "Name levers, or write use: none.",
            column="levers.use",
            severity="warning",
        )
    wanted = set(asked.named) if isinstance(asked.use, str) else {*asked.named, *asked.use}
    for name in sorted((wanted & known) - used):
        yield Problem(
            "The lever is drawn from one that may not be used, or levers.use is none: it is not "
            "used.",
            "Allow that lever too.",
            column="levers.use",
            value=shown(name),
            severity="warning",
        )


CHECKS: tuple[Callable[[Book], None], ...] = (
    yields_name_places,
    yields_name_items,
    yields_are_something,
    pools_are_one_deep,
    levers_do_something,
    beds_not_below_the_house,
    yields_count,
)
