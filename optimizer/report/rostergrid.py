"""A roster as a page shows it: people by days with letters and fills, cover against demand.

Nothing by colour alone: a shift is a letter and a fill, a missing post a figure and a sign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from optimizer.domain.roster import Assignment, RosterProblem, Shift
from optimizer.i18n import translator
from optimizer.report.formats import day, num

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOON = 12 * 60
WINDOW = 28
"""Days shown at once."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a shift looks: its letter, its fill, and what it is."""

    letter: str
    fill: str
    """Class of the style sheet: early, late, night."""
    told: str


def looks(shifts: Sequence[Shift], lang: str) -> dict[str, Look]:
    """Return letter and fill of each shift; where letters would be the same, the codes."""
    say = translator(lang)
    kinds = {
        shift.code: "night" if shift.night else "early" if shift.start < NOON else "late"
        for shift in shifts
    }
    letters = {"early": say("E"), "late": say("A"), "night": say("N")}
    once = len(set(kinds.values())) == len(kinds)
    return {
        shift.code: Look(
            letters[kinds[shift.code]] if once else shift.code[:3],
            kinds[shift.code],
            f"{shift.code} {shift.start // 60:02d}:{shift.start % 60:02d} "
            f"({num(shift.minutes / 60, lang, 1)} h)",
        )
        for shift in shifts
    }


def filled(assignments: Sequence[Assignment]) -> Counter[tuple[str, str, int, str]]:
    """Return people by unit, role, day and shift."""
    return Counter((a.unit, a.role, a.day, a.shift) for a in assignments)


def cover_rows(
    problem: RosterProblem, assignments: Sequence[Assignment], lang: str
) -> list[dict[str, Any]]:
    """Return posts, filled and open by unit, role and shift over the roster, open ones first."""
    say, here = translator(lang), filled(assignments)
    sums: dict[tuple[str, str, str], list[int]] = {}
    for c in problem.cover:
        there = here[c.unit, c.role, c.day, c.shift]
        line = sums.setdefault((c.unit, c.role, c.shift), [0, 0, 0])
        line[0] += c.minimum
        line[1] += min(there, c.minimum)
        line[2] += max(0, c.minimum - there)
    order = sorted(sums.items(), key=lambda one: (-one[1][2], one[0]))
    return [
        {
            say("Unit"): unit,
            say("Role"): role,
            say("Shift"): shift,
            say("Posts"): line[0],
            say("Filled"): line[1],
            say("Open posts"): line[2],
        }
        for (unit, role, shift), line in order
    ]


def open_rows(
    problem: RosterProblem, assignments: Sequence[Assignment], lang: str
) -> list[dict[str, Any]]:
    """Return every post below its minimum: day, shift, unit, role, how many are missing."""
    say, here = translator(lang), filled(assignments)
    rows = []
    for c in sorted(problem.cover, key=lambda c: (c.day, c.shift, c.unit, c.role)):
        short = c.minimum - here[c.unit, c.role, c.day, c.shift]
        if short > 0:
            rows.append(
                {
                    say("Date"): problem.date(c.day),
                    say("Shift"): c.shift,
                    say("Unit"): c.unit,
                    say("Role"): c.role,
                    say("Posts"): c.minimum,
                    say("Missing"): short,
                }
            )
    return rows


def grid_html(
    problem: RosterProblem, assignments: Sequence[Assignment], lang: str, first: int = 0
) -> str:
    """Return the grid of `WINDOW` days from `first` on: cover above, people by role below."""
    say = translator(lang)
    days = range(first, min(problem.days, first + WINDOW))
    look = looks(problem.shifts, lang)
    free = {d for d in days if problem.weekday(d) >= 5 or d in problem.holidays}
    head = "".join(
        f'<th class="{"we" if d in free else ""}" scope="col">'
        f"{escape(say(WEEKDAYS[problem.weekday(d)]))}<br>{problem.date(d).day}</th>"
        for d in days
    )
    columns = (
        f'<tr><th class="who" scope="col">{escape(say("Person"))}</th>{head}'
        f'<th class="sum" scope="col">{escape(say("hours"))}</th>'
        f'<th class="sum" scope="col">{escape(say("nights"))}</th></tr>'
    )
    body = _cover_lines(problem, assignments, days, look, lang)
    body += _people_lines(problem, assignments, days, free, look, lang)
    table = f'<table class="rg"><thead>{columns}</thead><tbody>{body}</tbody></table>'
    return f'<div class="rg">{table}</div>'


def _cover_lines(
    problem: RosterProblem,
    assignments: Sequence[Assignment],
    days: range,
    look: Mapping[str, Look],
    lang: str,
) -> str:
    """Return a line for each unit and shift: posts missing that day."""
    say, here = translator(lang), filled(assignments)
    short: Counter[tuple[str, str, int]] = Counter()
    asked: Counter[tuple[str, str, int]] = Counter()
    for c in problem.cover:
        asked[c.unit, c.shift, c.day] += c.minimum
        short[c.unit, c.shift, c.day] += max(0, c.minimum - here[c.unit, c.role, c.day, c.shift])
    starts = {shift.code: shift.start for shift in problem.shifts}
    lines = sorted({(unit, shift) for unit, shift, _ in asked}, key=lambda k: (k[0], starts[k[1]]))
    out = ""
    for unit, shift in lines:
        cells = ""
        for d in days:
            need, lack = asked[unit, shift, d], short[unit, shift, d]
            kind = "" if not lack else "few" if lack == 1 else "lack"
            text = "·" if not need else f"▼{lack}" if lack > 1 else f"−{lack}" if lack else "✓"
            hover = say("{have} of {need} posts filled").format(have=need - lack, need=need)
            cells += f'<td class="cv {kind}" title="{escape(hover)}">{text}</td>'
        missing = sum(short[unit, shift, d] for d in days)
        name = f"{escape(unit)} {escape(look[shift].letter)}"
        mark = num(-missing, lang, 0) if missing else ""
        out += (
            f'<tr class="cv"><th class="who" scope="row" title="{escape(look[shift].told)}">{name}'
            f'</th>{cells}<td class="sum" colspan="2">{mark}</td></tr>'
        )
    return out


def _people_lines(
    problem: RosterProblem,
    assignments: Sequence[Assignment],
    days: range,
    free: set[int],
    look: Mapping[str, Look],
    lang: str,
) -> str:
    """Return a line for each person, by role, guests last and marked."""
    say = translator(lang)
    absent, rest = say("lent, on the road or resting"), say("leave")
    kinds = {shift.code: shift for shift in problem.shifts}
    does = {(a.person, a.day): a for a in assignments}
    leave = {(x.person, x.day) for x in problem.leave}
    guests = {stay.person: stay for stay in problem.stays if stay.here}
    barred = {(s.person, d) for s in problem.stays for d in days if s.bars(d)}
    order = sorted(problem.people, key=lambda p: (p.roles[:1], p.id in guests, p.id))
    out, role = "", None
    for member in order:
        own = member.roles[0] if member.roles else ""
        if own != role:
            role = own
            count = sum((one.roles[:1] or ("",))[0] == own for one in order)
            said = say("{count} people").format(count=num(count, lang, 0))
            wide = f'scope="rowgroup" colspan="{len(days) + 3}"'
            out += f'<tr class="g"><th {wide}>{escape(own)} · {said}</th></tr>'
        cells = ""
        for d in days:
            done = does.get((member.id, d))
            weekend = " we" if d in free else ""
            if done:
                one = look[done.shift]
                hover = " ".join(x for x in (one.told, done.unit, done.role) if x)
                cells += f'<td class="{one.fill}" title="{escape(hover)}">{escape(one.letter)}</td>'
            elif (member.id, d) in barred:
                cells += f'<td class="out{weekend}" title="{escape(absent)}">↔</td>'
            elif (member.id, d) in leave:
                cells += f'<td class="off{weekend}" title="{escape(rest)}">{escape(say("L"))}</td>'
            else:
                cells += f'<td class="off{weekend}">·</td>'
        work = [kinds[a.shift] for a in assignments if a.person == member.id]
        name, kind, hover = escape(member.id), "who", ", ".join(member.roles)
        if member.id in guests:
            stay, kind = guests[member.id], "who guest"
            hover = say("guest until {date}").format(
                date=day(problem.date(stay.last), lang, year=True)
            )
        hours = num(sum(shift.minutes for shift in work) / 60, lang, 0)
        nights = num(sum(shift.night for shift in work), lang, 0)
        out += (
            f'<tr><th class="{kind}" scope="row" title="{escape(hover)}">{name}</th>{cells}'
            f'<td class="sum">{hours}</td><td class="sum">{nights}</td></tr>'
        )
    return out


def legend(problem: RosterProblem, lang: str) -> list[str]:
    """Return the signs of the grid, as HTML."""
    say = translator(lang)
    signs = [
        f'<i class="rgk {one.fill}">{escape(one.letter)}</i>{escape(one.told)}'
        for one in looks(problem.shifts, lang).values()
    ]
    return [
        *signs,
        f'<i class="rgk off">{escape(say("L"))}</i>{escape(say("leave"))}',
        f'<i class="rgk out">↔</i>{escape(say("lent, on the road or resting"))}',
        f'<i class="rgk lack">▼2</i>{escape(say("posts missing"))}',
    ]
