"""A folder of tables and ``rules.yaml`` -> one `RosterProblem`, or every fault at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from optimizer.domain.roster import (
    ANY,
    Assignment,
    Contract,
    Cover,
    Leave,
    Level,
    Pin,
    Request,
    RosterProblem,
    RosterRules,
    Shift,
    SkillMix,
    StaffMember,
    Stay,
    SupervisionRatio,
    Worked,
)
from optimizer.errors import DataError, Problem
from optimizer.exchange.reading import nearest_name, shown
from optimizer.exchange.roster_reading import RULES_FILE, RosterBook, load, read_rules, unique
from optimizer.exchange.roster_rows import (
    ROWS,
    ContractRow,
    CoverRow,
    HistoryRow,
    HolidayRow,
    LeaveRow,
    Person,
    PinRow,
    PublishedRow,
    RequestRow,
    RosterRow,
    RulesFile,
    ShiftRow,
    StayRow,
)

MOST_PROBLEMS = 50
FLAGS = ("lead", "can_supervise", "trainee")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_roster_folder(directory: Path) -> RosterProblem:
    """Return the problem that a folder describes.

    Raises
    ------
    DataError
        With every fault of all files.
    """
    if not directory.is_dir():
        raise DataError(
            [Problem("There is no such folder.", "Name a folder of roster tables.", str(directory))]
        )
    book = RosterBook(directory)
    rules = read_rules(directory / RULES_FILE, book.problems)
    for model in ROWS:
        load(book, model)
    for model in ROWS:
        unique(book, model)
    problem = problem_of(book, rules) if rules is not None else None
    errors = book.problems[:MOST_PROBLEMS]
    if len(book.problems) > MOST_PROBLEMS:
        more = len(book.problems) - MOST_PROBLEMS
        errors.append(
            Problem("There are {count} more faults.", "Mend these first.", values={"count": more})
        )
    if errors or problem is None:
        raise DataError(errors)
    return problem


def listed(cell: str | None) -> tuple[str, ...]:
    """Return the entries of a cell that holds several, separated by ``|``."""
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


class _Maker:
    """Turns rows into nouns and says which references lead nowhere."""

    def __init__(self, book: RosterBook, rules: RulesFile) -> None:
        self.book, self.rules = book, rules
        self.shifts = book.named(ShiftRow, "shift")
        self.people = book.named(Person, "person_id")
        self.contracts = book.named(ContractRow, "contract_id")
        self.units = book.named(CoverRow, "unit")
        self.roles = book.named(CoverRow, "role")

    def known(
        self,
        model: type[RosterRow],
        row: int,
        column: str,
        value: str,
        among: frozenset[str] | None,
    ) -> None:
        """Say a value that is not among those of another table, if all of these are known."""
        if among is not None and value not in among:
            meant = nearest_name(value, among)
            remedy = "Did you mean {meant}?" if meant else "Add it there, or correct it here."
            self.book.say(
                model, row, column, "Nothing of this id is known.", remedy, value, meant=meant
            )

    def minutes(
        self, model: type[RosterRow], row: int, column: str, hours: float | None
    ) -> int | None:
        """Return hours as whole minutes."""
        if hours is None:
            return None
        minutes = round(hours * 60)
        if abs(minutes - hours * 60) > 1e-3:
            self.book.say(
                model, row, column, "Not a whole number of minutes.", "Correct the number.", hours
            )
        return minutes

    def day(
        self,
        model: type[RosterRow],
        row: int,
        column: str,
        date: datetime.date,
        *,
        past: bool = False,
    ) -> int:
        """Return the day of a date; outside the horizon is a fault."""
        day = (date - self.rules.start).days
        if past and not -self.rules.history_days <= day < 0:
            self.book.say(
                model,
                row,
                column,
                "The date is not within the {days} days before the roster (history_days).",
                "Correct the date, or history_days in rules.yaml.",
                date,
                days=self.rules.history_days,
            )
        if not past and not 0 <= day < self.rules.days:
            self.book.say(
                model,
                row,
                column,
                "The date is outside the roster.",
                "Correct the date, or start and days in rules.yaml.",
                date,
            )
        return day

    def shift_list(
        self, model: type[RosterRow], row: int, column: str, cell: str | None
    ) -> tuple[str, ...]:
        """Return shifts named in a cell."""
        found = listed(cell)
        for code in found:
            self.known(model, row, column, code, self.shifts)
        return found

    def limits(self, row: int, cell: str | None) -> Mapping[str, int]:
        """Return ``N=8|E=0`` as most shifts by kind."""
        found: dict[str, int] = {}
        for part in listed(cell):
            code, _, count = (piece.strip() for piece in part.partition("="))
            self.known(ContractRow, row, "max_shifts", code, self.shifts)
            if count.isdecimal():
                found[code] = int(count)
            else:
                self.book.say(
                    ContractRow,
                    row,
                    "max_shifts",
                    "Not a limit of shifts.",
                    "Write it like N=8|E=0.",
                    part,
                )
        return found

    def made_shifts(self) -> Iterator[Shift]:
        """Yield the kinds of shift."""
        for number, row in self.book.of(ShiftRow):
            clock = _TIME.fullmatch(row.start)
            if not clock:
                self.book.say(
                    ShiftRow,
                    number,
                    "start",
                    "Not a time of day.",
                    "Write it like 07:00.",
                    row.start,
                )
            start = int(clock[1]) * 60 + int(clock[2]) if clock else 0
            minutes = self.minutes(ShiftRow, number, "hours", row.hours) or 0
            after = self.shift_list(ShiftRow, number, "not_next_day", row.not_next_day)
            yield Shift(row.shift, start, minutes, bool(row.night), after)

    def made_contracts(self) -> Iterator[Contract]:
        """Yield the contracts."""
        for n, row in self.book.of(ContractRow):
            least = self.minutes(ContractRow, n, "min_hours", row.min_hours)
            most = self.minutes(ContractRow, n, "max_hours", row.max_hours)
            pairs = (
                ("min_hours", least, most),
                ("min_consecutive_days", row.min_consecutive_days, row.max_consecutive_days),
            )
            for column, low, high in pairs:
                if low is not None and high is not None and low > high:
                    self.book.say(
                        ContractRow,
                        n,
                        column,
                        "The minimum is above the maximum.",
                        "Lower the one or raise the other.",
                        getattr(row, column),
                    )
            rest = self.rules.min_rest_hours if row.min_rest_hours is None else row.min_rest_hours
            yield Contract(
                row.contract_id,
                max_minutes=most,
                min_minutes=least,
                max_consecutive_days=row.max_consecutive_days,
                min_consecutive_days=row.min_consecutive_days,
                max_consecutive_nights=row.max_consecutive_nights,
                min_days_off=row.min_days_off,
                max_weekends=row.max_weekends,
                min_rest_minutes=self.minutes(ContractRow, n, "min_rest_hours", rest) or 0,
                max_shifts=self.limits(n, row.max_shifts),
            )

    def made_people(self) -> Iterator[StaffMember]:
        """Yield the people of the facility."""
        for n, row in self.book.of(Person):
            self.known(Person, n, "contract_id", row.contract_id, self.contracts)
            if row.facility_id != self.rules.facility_id:
                self.book.say(
                    Person,
                    n,
                    "facility_id",
                    "Not the facility of rules.yaml ({facility}).",
                    "A roster is made for one facility: move the person, or correct the id.",
                    row.facility_id,
                    facility=self.rules.facility_id,
                )
            units, roles = listed(row.unit), listed(row.role)
            for unit in units:
                self.known(Person, n, "unit", unit, self.units)
            if self.roles is not None and not set(roles) & self.roles:
                self.known(Person, n, "role", row.role, self.roles)
            skills = {flag for flag in FLAGS if getattr(row, flag)} | set(listed(row.skills))
            yield StaffMember(
                row.person_id,
                row.facility_id,
                units,
                roles,
                row.contract_id,
                frozenset(skills),
                row.nights_before or 0,
                row.weekends_before or 0,
                row.holidays_before or 0,
            )

    def made_cover(self) -> Iterator[Cover]:
        """Yield the posts."""
        rules = self.rules
        for n, row in self.book.of(CoverRow):
            self.known(CoverRow, n, "shift", row.shift, self.shifts)
            preferred = row.minimum if row.preferred is None else row.preferred
            under, between, over = (
                default if own is None else own
                for own, default in (
                    (row.under_weight, rules.under_weight),
                    (row.preferred_weight, rules.preferred_weight),
                    (row.over_weight, rules.over_weight),
                )
            )
            if preferred < row.minimum:
                self.book.say(
                    CoverRow,
                    n,
                    "preferred",
                    "Preferred is below the minimum.",
                    "Raise it to the minimum or more.",
                    preferred,
                )
            if between > under:
                self.book.say(
                    CoverRow,
                    n,
                    "preferred_weight",
                    "A post above the minimum may not weigh more than one below it ({under}).",
                    "Lower it, or raise under_weight.",
                    between,
                    under=under,
                )
            yield Cover(
                row.unit,
                self.day(CoverRow, n, "date", row.date),
                row.shift,
                row.role,
                row.minimum,
                preferred,
                under,
                between,
                over,
            )

    def person(self, model: type[RosterRow], row: int, id: str) -> str:
        """Return the id, said if unknown."""
        self.known(model, row, "person_id", id, self.people)
        return id

    def made_requests(self) -> Iterator[Request]:
        """Yield the wishes."""
        for n, row in self.book.of(RequestRow):
            if row.shift:
                self.known(RequestRow, n, "shift", row.shift, self.shifts)
            weight = self.rules.request_weight if row.weight is None else row.weight
            yield Request(
                self.person(RequestRow, n, row.person_id),
                self.day(RequestRow, n, "date", row.date),
                row.shift or ANY,
                row.kind == "on",
                weight,
            )

    def made_pins(self) -> Iterator[Pin]:
        """Yield the decisions that stand."""
        for n, row in self.book.of(PinRow):
            if row.shift:
                self.known(PinRow, n, "shift", row.shift, self.shifts)
            if row.unit:
                self.known(PinRow, n, "unit", row.unit, self.units)
            yield Pin(
                self.person(PinRow, n, row.person_id),
                self.day(PinRow, n, "date", row.date),
                row.shift or ANY,
                row.unit or ANY,
            )

    def made_stays(self) -> Iterator[Stay]:
        """Yield secondments; they may reach beyond the horizon."""
        for n, row in self.book.of(StayRow):
            if row.last < row.first:
                self.book.say(
                    StayRow,
                    n,
                    "last",
                    "The stay ends before it begins.",
                    "Correct the dates.",
                    row.last,
                )
            yield Stay(
                self.person(StayRow, n, row.person_id),
                row.kind == "here",
                (row.first - self.rules.start).days,
                (row.last - self.rules.start).days,
                row.travel_days or 0,
                row.rest_days or 0,
            )

    def made_leave(self) -> Iterator[Leave]:
        """Yield promised days off."""
        for n, row in self.book.of(LeaveRow):
            credit = self.minutes(LeaveRow, n, "credit_hours", row.credit_hours) or 0
            day = self.day(LeaveRow, n, "date", row.date)
            yield Leave(self.person(LeaveRow, n, row.person_id), day, credit)

    def made_history(self) -> Iterator[Worked]:
        """Yield shifts before the horizon."""
        for n, row in self.book.of(HistoryRow):
            self.known(HistoryRow, n, "shift", row.shift, self.shifts)
            day = self.day(HistoryRow, n, "date", row.date, past=True)
            yield Worked(self.person(HistoryRow, n, row.person_id), day, row.shift)

    def made_published(self) -> Iterator[Assignment]:
        """Yield the published roster."""
        for n, row in self.book.of(PublishedRow):
            self.known(PublishedRow, n, "shift", row.shift, self.shifts)
            day = self.day(PublishedRow, n, "date", row.date)
            id = self.person(PublishedRow, n, row.person_id)
            yield Assignment(day, row.shift, id, row.unit or ANY, row.role or ANY)


def problem_of(book: RosterBook, rules: RulesFile) -> RosterProblem:
    """Return the problem of sound rows; what leads nowhere is added to the book's problems."""
    make = _Maker(book, rules)
    for where, rule in [("skill_mix", r) for r in rules.skill_mix] + [
        ("supervision", r) for r in rules.supervision
    ]:
        for id, known in ((rule.unit, make.units), (getattr(rule, "shift", ""), make.shifts)):
            if id and known is not None and id not in known:
                fault = "Nothing of this id is known."
                remedy = "Add it there, or correct it here."
                place = str(book.directory / RULES_FILE)
                book.problems.append(Problem(fault, remedy, place, 0, where, shown(id)))
    holidays = {(row.date - rules.start).days for _, row in book.of(HolidayRow)}
    return RosterProblem(
        facility=rules.facility_id,
        start=rules.start,
        days=rules.days,
        shifts=in_order(make.made_shifts(), "code"),
        contracts=in_order(make.made_contracts(), "id"),
        people=in_order(make.made_people(), "id"),
        cover=in_order(make.made_cover(), "unit", "day", "shift", "role"),
        skill_mix=tuple(
            SkillMix(r.name, r.unit, r.shift, r.skill, r.minimum, r.weight, Level(r.level))
            for r in rules.skill_mix
        ),
        supervision=tuple(
            SupervisionRatio(r.name, r.unit, r.trainee, r.trained, r.per, r.weight, Level(r.level))
            for r in rules.supervision
        ),
        requests=in_order(make.made_requests(), "person", "day", "shift", "wanted"),
        leave=in_order(make.made_leave(), "person", "day"),
        pins=in_order(make.made_pins(), "person", "day"),
        stays=in_order(make.made_stays(), "person", "first"),
        history=in_order(make.made_history(), "person", "day"),
        holidays=frozenset(d for d in holidays if 0 <= d < rules.days),
        published=tuple(sorted(make.made_published())),
        rules=RosterRules(
            cover_level=Level(rules.cover_level),
            night_weight=rules.night_weight,
            weekend_weight=rules.weekend_weight,
            holiday_weight=rules.holiday_weight,
            change_weight=rules.change_weight,
            max_changes=rules.max_changes,
            history_days=rules.history_days,
        ),
    )


T = TypeVar("T")


def in_order(found: Iterable[T], *fields: str) -> tuple[T, ...]:
    """Return nouns sorted by some of their fields, so that the order of rows changes nothing."""
    return tuple(sorted(found, key=lambda noun: tuple(getattr(noun, f) for f in fields)))
