"""What each person may work: hard rules, judged from the files alone.

A rule walks a person's days as a clerk would, not as the planner's rows do.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from optimizer.checking.roster.files import (
    DAY,
    RosterFiles,
    Row,
    grouped,
    limit,
    minutes,
    several,
)


def _contracts(files: RosterFiles) -> Iterator[tuple[str, Row]]:
    for person, row in files.people.items():
        yield person, files.contracts[row["contract_id"]]


def one_shift_a_day(files: RosterFiles) -> None:
    """Found while reading: a second row for the same person and day."""


def forbidden_successions(files: RosterFiles) -> None:
    """A shift follows one that bars it on the next day."""
    barred = {code: several(row.get("not_next_day")) for code, row in files.shifts.items()}
    for person in files.people:
        for day in range(files.begins(person), files.days - 1):
            first, then = files.shift_on(person, day), files.shift_on(person, day + 1)
            if first and then in barred[first]:
                files.find(
                    "forbidden_successions",
                    f"{person}, {files.date(day + 1)}",
                    "{then} may not follow {first} on the next day.",
                    then=then,
                    first=first,
                )


def _clock(row: Row) -> tuple[int, int]:
    hour, minute = row["start"].split(":")
    start = int(hour) * 60 + int(minute)
    return start, start + minutes(row["hours"])


def rest_between_shifts(files: RosterFiles) -> None:
    """Less rest between two shifts than agreed."""
    for person, contract in _contracts(files):
        own = contract.get("min_rest_hours") or str(files.rules.get("min_rest_hours", 0))
        rest = minutes(own)
        for day in range(files.begins(person), files.days):
            first = files.shift_on(person, day)
            for later in (1, 2):
                then = files.shift_on(person, day + later) if day + later < files.days else ""
                if not first or not then:
                    continue
                _, ended = _clock(files.shifts[first])
                began, _ = _clock(files.shifts[then])
                if later * DAY + began - ended < rest:
                    files.find(
                        "rest_between_shifts",
                        f"{person}, {files.date(day + later)}",
                        "Rests {minutes} minutes before {then}; {rest} are due.",
                        minutes=later * DAY + began - ended,
                        then=then,
                        rest=rest,
                    )


def _barred(files: RosterFiles, row: Row, day: int) -> bool:
    first, last = files.day(row["first"]), files.day(row["last"])
    if row["kind"] == "here":
        travel = int(row.get("travel_days") or 0)
        return day < first + travel or day > last - travel
    return first <= day <= last + int(row.get("rest_days") or 0)


def _worked(files: RosterFiles, person: str) -> tuple[int, Fraction]:
    """Return (minutes worked with credited leave, share of the days present)."""
    worked = sum(
        minutes(files.shifts[row["shift"]]["hours"])
        for (who, _), row in files.does.items()
        if who == person
    )
    worked += sum(
        minutes(row.get("credit_hours") or "0")
        for row in files.tables["leave"]
        if row["person_id"] == person
    )
    own = [row for row in files.tables["stays"] if row["person_id"] == person]
    out = sum(any(_barred(files, row, day) for row in own) for day in range(files.days))
    return worked, Fraction(files.days - out, files.days)


def max_minutes(files: RosterFiles) -> None:
    """More working time than the contract allows."""
    for person, contract in _contracts(files):
        if contract.get("max_hours"):
            worked, share = _worked(files, person)
            most = -((-minutes(contract["max_hours"]) * share) // 1)
            if worked > most:
                files.find(
                    "max_minutes",
                    person,
                    "{worked} minutes; at most {most} are allowed.",
                    worked=worked,
                    most=int(most),
                )


def min_minutes(files: RosterFiles) -> None:
    """Less working time than the contract promises."""
    for person, contract in _contracts(files):
        if contract.get("min_hours"):
            worked, share = _worked(files, person)
            least = (minutes(contract["min_hours"]) * share) // 1
            if worked < least:
                files.find(
                    "min_minutes",
                    person,
                    "{worked} minutes; at least {least} are due.",
                    worked=worked,
                    least=int(least),
                )


def max_shifts(files: RosterFiles) -> None:
    """More shifts of a kind than allowed."""
    for person, contract in _contracts(files):
        for part in several(contract.get("max_shifts")):
            code, _, most = part.partition("=")
            worked = sum(files.shift_on(person, d) == code.strip() for d in range(files.days))
            if worked > int(most):
                files.find(
                    "max_shifts",
                    person,
                    "{worked} shifts {code}; at most {most} are allowed.",
                    worked=worked,
                    code=code.strip(),
                    most=int(most),
                )


def _runs(
    files: RosterFiles, person: str, *, nights: bool = False
) -> Iterator[tuple[bool, int, int]]:
    """Yield (at work, first day, last day) of every run of equal days that is known."""
    night = {code for code, row in files.shifts.items() if row.get("night") == "1"}
    begin, first = files.begins(person), files.begins(person)

    def on(day: int) -> bool:
        code = files.shift_on(person, day)
        return code in night if nights else bool(code)

    for day in range(begin, files.days):
        if day + 1 == files.days or on(day + 1) != on(day):
            yield on(day), first, day
            first = day + 1


def max_consecutive_days(files: RosterFiles) -> None:
    """A run of working days is too long."""
    for person, contract in _contracts(files):
        most = limit(contract, "max_consecutive_days")
        for work, first, last in _runs(files, person) if most is not None else ():
            if work and last - first + 1 > (most or 0) and last >= 0:
                files.find(
                    "max_consecutive_days",
                    f"{person}, {files.date(last)}",
                    "{count} days in a row; at most {most} are allowed.",
                    count=last - first + 1,
                    most=most,
                )


def min_consecutive_days(files: RosterFiles) -> None:
    """A run of working days is too short; runs at the edge of what is known are free."""
    for person, contract in _contracts(files):
        least = limit(contract, "min_consecutive_days") or 1
        for work, first, last in _runs(files, person):
            inside = files.begins(person) < first and -1 <= last < files.days - 1
            if work and inside and last - first + 1 < least and last + 1 >= 0:
                files.find(
                    "min_consecutive_days",
                    f"{person}, {files.date(last)}",
                    "{count} days in a row; at least {least} are due.",
                    count=last - first + 1,
                    least=least,
                )


def max_consecutive_nights(files: RosterFiles) -> None:
    """A run of nights is too long."""
    for person, contract in _contracts(files):
        most = limit(contract, "max_consecutive_nights")
        for work, first, last in _runs(files, person, nights=True) if most is not None else ():
            if work and last - first + 1 > (most or 0) and last >= 0:
                files.find(
                    "max_consecutive_nights",
                    f"{person}, {files.date(last)}",
                    "{count} nights in a row; at most {most} are allowed.",
                    count=last - first + 1,
                    most=most,
                )


def min_days_off(files: RosterFiles) -> None:
    """A run of days off between two runs of work is too short."""
    for person, contract in _contracts(files):
        least = limit(contract, "min_days_off") or 1
        for work, first, last in _runs(files, person):
            inside = files.begins(person) < first and -1 <= last < files.days - 1
            if not work and inside and last - first + 1 < least and last + 1 >= 0:
                files.find(
                    "min_days_off",
                    f"{person}, {files.date(last)}",
                    "{count} days off in a row; at least {least} are due.",
                    count=last - first + 1,
                    least=least,
                )


def weekends_worked(files: RosterFiles, person: str) -> int:
    """Count weekends with work on Saturday or Sunday, history included."""
    found = 0
    for day in range(-1, files.days):
        if files.weekday(day) == 5:
            sunday = files.shift_on(person, day + 1) if day + 1 < files.days else ""
            found += bool(files.shift_on(person, day) or sunday)
    return found


def max_weekends(files: RosterFiles) -> None:
    """More weekends with work than allowed."""
    for person, contract in _contracts(files):
        most = limit(contract, "max_weekends")
        worked = weekends_worked(files, person)
        if most is not None and worked > most:
            files.find(
                "max_weekends",
                person,
                "{worked} weekends; at most {most} are allowed.",
                worked=worked,
                most=most,
            )


def leave(files: RosterFiles) -> None:
    """Works on a day of leave."""
    for row in files.tables["leave"]:
        if files.shift_on(row["person_id"], files.day(row["date"])):
            where = f"{row['person_id']}, {row['date']}"
            files.find("leave", where, "Works on a day of leave.")


def stays(files: RosterFiles) -> None:
    """A guest works outside the stay, or somebody who is lent or resting works here."""
    for person, rows in grouped(files.tables["stays"], "person_id").items():
        for day in range(files.days):
            if files.shift_on(person, day) and any(_barred(files, row, day) for row in rows):
                files.find("stays", f"{person}, {files.date(day)}", "Works while not here.")


def pins(files: RosterFiles) -> None:
    """A decision that stands was changed."""
    for row in files.tables["pins"]:
        day = files.day(row["date"])
        done = files.does.get((row["person_id"], day))
        shift, unit = row.get("shift") or "", row.get("unit") or ""
        moved = bool(done and unit and done["unit"] != unit)
        if (done["shift"] if done else "") != shift or (shift and moved):
            files.find(
                "pins",
                f"{row['person_id']}, {row['date']}",
                "Pinned to {pinned}; the roster says {found}.",
                pinned=f"{shift or '-'} {unit}".strip(),
                found=f"{done['shift']} {done['unit']}".strip() if done else "-",
            )


PERSONAL = (
    one_shift_a_day,
    forbidden_successions,
    rest_between_shifts,
    max_minutes,
    min_minutes,
    max_shifts,
    max_consecutive_days,
    min_consecutive_days,
    max_consecutive_nights,
    min_days_off,
    max_weekends,
    leave,
    stays,
    pins,
)
