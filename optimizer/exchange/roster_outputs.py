"""A roster for people: an A4 sheet to pin up, a sheet for machines, a calendar for each person."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from optimizer.domain.roster import Assignment, Roster, RosterProblem
from optimizer.errors import DataError, Problem, system_fault
from optimizer.i18n import translator

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UTC_OFFSET = datetime.timedelta(hours=7)
"""Indochina time; Vietnam has no summer time."""
MACHINE_SHEET = "roster"


def harmless(text: str) -> str:
    """Return text that a spreadsheet will not run."""
    return "'" + text if text[:1] in "=+-@\t\r" else text


def write_workbook(path: Path, problem: RosterProblem, roster: Roster, lang: str) -> None:
    """Write the workbook: sheet 1 to print on A4, sheet `roster` as the table ``roster.csv``.

    Raises
    ------
    DataError
        If nobody may write there.
    """
    import xlsxwriter

    try:
        with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
            book.set_properties({"created": datetime.datetime(2000, 1, 1)})
            _printable(book, problem, roster, lang)
            _machine(book, problem, roster)
    except OSError as error:
        raise _refused(path, error) from error


def _printable(book: object, problem: RosterProblem, roster: Roster, lang: str) -> None:
    import xlsxwriter

    assert isinstance(book, xlsxwriter.Workbook)
    say = translator(lang)
    sheet = book.add_worksheet(say("Roster to print"))
    plain = book.add_format({"align": "center", "border": 1, "border_color": "#DEDBD3"})
    grey = {"align": "center", "border": 1, "border_color": "#DEDBD3", "bg_color": "#F0EEE8"}
    weekend = book.add_format(grey)
    night = book.add_format(grey | {"bg_color": "#173F61", "font_color": "#FFFFFF"})
    bold, title = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 14})
    short = book.add_format({"bold": True, "font_color": "#A82E22", "align": "center"})
    last = problem.date(problem.days - 1)
    head = say("Roster of {facility}, {first} to {last}")
    sheet.write_string(
        0,
        0,
        harmless(head.format(facility=problem.facility, first=problem.start, last=last)),
        title,
    )
    sheet.write_string(2, 0, say("Person"), bold)
    free = {d for d in range(problem.days) if problem.weekday(d) >= 5 or d in problem.holidays}
    for d in range(problem.days):
        date = problem.date(d)
        style = weekend if d in free else plain
        sheet.write_string(1, d + 1, say(WEEKDAYS[problem.weekday(d)]), style)
        sheet.write_string(2, d + 1, f"{date.day}/{date.month}", style)
    sheet.write_string(2, problem.days + 1, say("hours"), bold)
    sheet.write_string(2, problem.days + 2, say("nights"), bold)
    kinds = {kind.code: kind for kind in problem.shifts}
    does = {(a.person, a.day): a for a in roster.assignments}
    leave = {(x.person, x.day) for x in problem.leave}
    for row, member in enumerate(problem.people, start=3):
        sheet.write_string(row, 0, harmless(member.id))
        for d in range(problem.days):
            done = does.get((member.id, d))
            if done:
                style = night if kinds[done.shift].night else weekend if d in free else plain
                sheet.write_string(row, d + 1, harmless(done.shift), style)
            else:
                mark = say("L") if (member.id, d) in leave else ""
                sheet.write_string(row, d + 1, mark, weekend if d in free else plain)
        own = [kinds[a.shift] for a in roster.assignments if a.person == member.id]
        sheet.write_number(row, problem.days + 1, sum(kind.minutes for kind in own) / 60)
        sheet.write_number(row, problem.days + 2, sum(kind.night for kind in own))
    row = 3 + len(problem.people)
    sheet.write_string(row, 0, say("posts missing"), bold)
    for d, missing in sorted(missing_posts(problem, roster.assignments).items()):
        sheet.write_number(row, d + 1, missing, short)
    told = ", ".join(
        f"{kind.code} {kind.start // 60:02d}:{kind.start % 60:02d} ({kind.minutes / 60:g} h)"
        for kind in problem.shifts
    )
    sheet.write_string(row + 2, 0, harmless(told))
    sheet.write_string(row + 3, 0, say("A proposal of a program; a named person issues it."))
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, problem.days, 4)
    sheet.set_column(problem.days + 1, problem.days + 2, 7)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1, 2)
    sheet.repeat_columns(0)
    sheet.freeze_panes(3, 1)


def missing_posts(problem: RosterProblem, roster: tuple[Assignment, ...]) -> dict[int, int]:
    """Return posts below the minimum by day, where there are any."""
    here = Counter((a.unit, a.role, a.day, a.shift) for a in roster)
    missing: Counter[int] = Counter()
    for c in problem.cover:
        missing[c.day] += max(0, c.minimum - here[c.unit, c.role, c.day, c.shift])
    return {day: count for day, count in missing.items() if count}


def _machine(book: object, problem: RosterProblem, roster: Roster) -> None:
    import xlsxwriter

    assert isinstance(book, xlsxwriter.Workbook)
    sheet = book.add_worksheet(MACHINE_SHEET)
    for column, name in enumerate(("date", "shift", "person_id", "unit", "role")):
        sheet.write_string(0, column, name)
    for row, a in enumerate(roster.assignments, start=1):
        cells = (problem.date(a.day).isoformat(), a.shift, a.person, a.unit, a.role)
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, harmless(cell))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(roster.assignments), 4)


def write_calendars(
    folder: Path, problem: RosterProblem, roster: Roster, lang: str
) -> tuple[Path, ...]:
    """Write ``<person>.ics`` for each person; returns the files.

    Raises
    ------
    DataError
        If nobody may write there.
    """
    found = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, member in enumerate(problem.people, start=1):
            safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in member.id)
            path = folder / (f"{safe}.ics" if safe == member.id else f"{safe}-{number}.ics")
            path.write_bytes(calendar(problem, roster, member.id, lang).encode("utf-8"))
            found.append(path)
    except OSError as error:
        raise _refused(folder, error) from error
    return tuple(found)


def calendar(problem: RosterProblem, roster: Roster, person: str, lang: str) -> str:
    """Return the iCalendar (RFC 5545) of one person, times in UTC."""
    say = translator(lang)
    kinds = {kind.code: kind for kind in problem.shifts}

    def stamp(day: int, minutes: int) -> str:
        midnight = datetime.datetime.combine(problem.date(day), datetime.time())
        at = midnight + datetime.timedelta(minutes=minutes) - UTC_OFFSET
        return at.strftime("%Y%m%dT%H%M%SZ")

    def lines() -> Iterator[str]:
        yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//referral-optimizer//roster//EN")
        yield "CALSCALE:GREGORIAN"
        yield f"X-WR-CALNAME:{escaped(say('Roster'))} {escaped(person)}"
        for a in roster.assignments:
            if a.person != person:
                continue
            kind = kinds[a.shift]
            yield "BEGIN:VEVENT"
            yield f"UID:{problem.date(a.day):%Y%m%d}-{escaped(person)}@{escaped(problem.facility)}"
            yield f"DTSTAMP:{stamp(0, 0)}"
            yield f"DTSTART:{stamp(a.day, kind.start)}"
            yield f"DTEND:{stamp(a.day, kind.start + kind.minutes)}"
            yield f"SUMMARY:{escaped(' '.join(x for x in (a.shift, a.unit, a.role) if x))}"
            yield f"LOCATION:{escaped(problem.facility)}"
            yield "END:VEVENT"
        yield "END:VCALENDAR"

    return "".join(folded(line) + "\r\n" for line in lines())


def escaped(text: str) -> str:
    """Return text as iCalendar wants it."""
    for plain, meant in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(plain, meant)
    return text


def folded(line: str) -> str:
    """Return a line cut so that no piece is longer than 75 octets."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode("utf-8")) > 74:
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece])


def _refused(path: Path, error: OSError) -> DataError:
    reason = system_fault(error)
    fault, remedy = "The folder cannot be written ({reason}).", "Choose another one."
    return DataError([Problem(fault, remedy, str(path), values={"reason": reason})])
