"""The tables of the pages as HTML text; no Streamlit here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape

import pandas as pd

from optimizer.app.blocks import block, chip
from optimizer.i18n import translator
from optimizer.report import formats, tables
from optimizer.report.folder import PlanReport
from optimizer.report.palette import Palette

NO_FIGURES = {"valid_from", "valid_to", "from_id", "to_id"}
SHARED_CONFIDENCE = {
    "lat": "coord_confidence",
    "lon": "coord_confidence",
    "surge_limit": "surge_confidence",
}
"""Figures whose confidence stands in a column of another name."""


def cell(inner: str, kind: str = "") -> str:
    """Return a cell; kinds: n a number, m muted, w not wrapped, b bold, alarm."""
    if "b" in kind.split():
        inner = f"<b>{inner}</b>"
    return f'<td class="{kind}">{inner}</td>' if kind else f"<td>{inner}</td>"


def table(head: Iterable[tuple[str, str]], rows: Iterable[str], height: int = 0) -> str:
    """Return a table; `head` are (text, kind) pairs, `rows` cells of a row or whole rows."""
    top = "".join(
        f'<th class="{kind}">{escape(text)}</th>' if kind else f"<th>{escape(text)}</th>"
        for text, kind in head
    )
    body = "".join(row if row.startswith("<tr") else f"<tr>{row}</tr>" for row in rows)
    html = f'<table class="t"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll" style="max-height:{height}px">{html}</div>' if height else html


def note(text: str) -> str:
    """Return a line below a table."""
    return f'<div class="note">{escape(text)}</div>' if text else ""


def shortfall_table(report: PlanReport, lang: str, palette: Palette, limit: int = 10) -> str:
    """Return the worst shortfalls: never an error, but the smallest the plan found."""
    say = translator(lang)
    found = tables.shortfalls(report)
    if found.empty:
        text = escape(say("No place falls short at any level."))
        return block(f'<div class="state">{text}</div>')
    rows = []
    for r in found.head(limit).to_dict("records"):
        where = say("in the unit") if r["place_kind"] == "unit" else say("at home")
        cells = [
            cell(chip(report, str(r["care_level"]), lang, palette, named=True)),
            cell(escape(report.place_name(str(r["place"]), lang))),
            cell(escape(where), "m w"),
            cell(formats.day(report.date(int(r["first_day"])), lang), "n"),
            cell(_sure(formats.people(float(r["peak_patients"]), lang), r, lang), "n alarm"),
            cell(formats.day(report.date(int(r["peak_day"])), lang), "n m"),
            cell(_sure(formats.people(float(r["patient_days"]), lang), r, lang), "n b"),
        ]
        rows.append("".join(cells))
    head = [
        (say("Level"), ""),
        (say("Place"), ""),
        (say("Waiting"), ""),
        (say("From"), "n"),
        (say("Peak"), "n"),
        (say("on"), "n"),
        (say("Patient-days"), "n"),
    ]
    rest = len(found) - limit
    more = note(say("… and {n} more places").format(n=rest)) if rest > 0 else ""
    return block(table(head, rows) + more)


def goals_table(report: PlanReport, lang: str) -> str:
    """Return the three goals with value, bound and gap, and how many ways the bound is of."""
    say = translator(lang)
    notes: list[str] = []
    names = {
        "harm": say("Harm to patients"),
        "fairness": say("Fairness: waiting days a new patient, worst area"),
        "burden": say("Burden of moves, minutes and surge beds"),
    }
    ways = report.head.get("ways") or {}
    rows, by_rule = [], report.head.get("status") == "rule"
    for i, (goal, told) in enumerate((report.head.get("objective") or {}).items()):
        value, bound, gap = ((told or {}).get(k) for k in ("value", "bound", "gap"))
        if by_rule or bound is None or gap is None:
            bound = gap = None
            state = say("no bound: nearest-free-place rule") if by_rule else say("no bound")
        elif abs(bound) <= 1e-9 < abs(value or 0.0):  # a share of nothing says nothing
            gap, state = None, say("above a bound of 0")
        elif gap <= 5e-5 and _may_be_proved(report.head.get("status"), ways):
            state = say("✓ proved best")
        else:
            state = say("at most {gap} above the bound of the ways offered").format(
                gap=formats.pct(math.ceil(round(gap * 1e4, 6)) / 1e4, lang, 2)
            )
        cells = [
            cell(str(i + 1), "m"),
            cell(escape(names.get(goal, goal))),
            cell(formats.num(value, lang, 1), "n b"),
            cell(formats.num(bound, lang, 1), "n"),
            cell(formats.pct(gap, lang, 2), "n"),
            cell(escape(state), "w"),
        ]
        rows.append("".join(cells))
    head = [
        ("", ""),
        (say("Goal"), ""),
        (say("Value"), "n"),
        (say("Bound"), "n"),
        (say("Gap to the bound"), "n"),
        (say("Status"), ""),
    ]
    if "offered" in ways and "permitted" in ways:
        offered, permitted = (formats.num(ways[k], lang) for k in ("offered", "permitted"))
        text = (
            say("Ways offered {offered} of {permitted} permitted")
            if by_rule
            else say(
                "Ways offered {offered} of {permitted} permitted; the bound is of the ways offered"
            )
        )
        notes.append(text.format(offered=offered, permitted=permitted))
    cost = report.head.get("fairness_cost")
    if cost:
        text = say(
            "Price of fairness: harm {harm}, burden {burden}; longest wait without it {before}"
        )
        notes.append(
            text.format(
                harm=formats.num(cost["harm"], lang, 2),
                burden=formats.num(cost["burden"], lang, 1),
                before=formats.num(cost["worst_area_without"], lang, 2),
            )
        )
    seconds = {k: float(s) for k, s in (report.head.get("seconds") or {}).items()}
    spent = seconds.get("so far", sum(s for k, s in seconds.items() if ":" not in k))
    status = say("Solver status: {status}; {seconds} s in all").format(
        status=say(str(report.head.get("status") or "–")), seconds=formats.num(spent, lang, 1)
    )
    return block(table(head, rows) + "".join(note(text) for text in (*notes, status)))


def _may_be_proved(status: object, ways: Mapping[str, object]) -> bool:
    """Tell whether a bound met is a proof: solved to the end, over every way permitted."""
    offered, permitted = ways.get("offered"), ways.get("permitted")
    return status == "optimal" and offered is not None and offered == permitted


def _arrow(direction: str) -> str:
    ways = {"up": '<span class="up">↑</span>', "down": '<span class="dn">↓</span>'}
    return ways.get(direction, '<span class="up">→</span>')


def moves_table(
    report: PlanReport,
    lang: str,
    palette: Palette,
    roads: Mapping[tuple[str, str], float] | None = None,
    whys: Mapping[tuple[int, str, str, str, str], str] | None = None,
) -> str:
    """Return day 1 as orders, days 2-3 as places kept and the rest as one line of outlook.

    `roads` are the minutes of admissions, (area, unit) -> minutes; a dash where unknown. `whys` say
    why a move goes where it goes: (day, origin, destination, pool, care level) -> sentences.
    """
    say = translator(lang)
    found = tables.orders(report, lang, roads=roads)
    head = [
        (say("From → to"), ""),
        (say("Level"), ""),
        (say("People"), "n"),
        (say("Road"), "n"),
        (say("Why"), ""),
    ]
    rows = []
    transfer = found["what"] == "transfer"
    for what, part in (
        (say("transfers, orders"), found.loc[transfer]),
        (say("open requests, orders"), found.loc[~transfer]),
    ):
        moves = say("moves: {n}").format(n=len(part))
        rows.append(_group(report, lang, 1, what, float(part["patients"].sum()), moves))
        rows += [_move(report, lang, palette, r, whys or {}) for r in part.to_dict("records")]
    kept = tables.places_kept(report)
    for day in tables.KEPT_DAYS:
        part = kept.loc[kept["day"] == day]
        why = say("a decision for when the people are known")
        rows.append(_group(report, lang, day, say("places kept"), float(part["places"].sum()), why))
        rows += [_kept(report, lang, palette, r) for r in part.to_dict("records")]
    rows.append(_outlook(report, lang))
    return block(table(head, rows, height=760))


def _move(
    report: PlanReport,
    lang: str,
    palette: Palette,
    r: dict[object, object],
    whys: Mapping[tuple[int, str, str, str, str], str],
) -> str:
    origin, destination = (
        escape(report.place_name(str(r[k]), lang)) for k in ("origin", "destination")
    )
    minutes = float(str(r["minutes"]))
    names = ("origin", "destination", "pool", "care_level")
    start, end, pool, level = (str(r[name]) for name in names)
    key = (int(str(r["day"])), start, end, pool, level)
    cells = [
        cell(f"{origin} {_arrow(str(r['direction']))} {destination}"),
        cell(chip(report, str(r["care_level"]), lang, palette), "w"),
        cell(_sure(formats.people(float(str(r["patients"])), lang), r, lang, str(r["who"])), "n b"),
        cell(formats.minutes(minutes, lang), "n m"),
        cell(_reason(str(r["reason"]), whys.get(key, ""), lang), "m"),
    ]
    return "".join(cells)


def _sure(inner: str, r: Mapping[object, object], lang: str, more: str = "") -> str:
    """Return a figure with the mark of assumed data; how sure its row is, and `more`, on hover."""
    known = str(r.get("confidence"))
    name = tables.confidence_names(lang).get(known, "")
    hover = escape(" · ".join(part for part in (more, name) if part))
    kind = "assumed" if known == "assumed" else ""
    return f'<span class="{kind}" title="{hover}">{inner}</span>'


def _reason(reason: str, why: str, lang: str) -> str:
    """Return the reason of a move; why it goes there opens on a click."""
    if not why:
        return escape(reason)
    title = escape(reason or translator(lang)("Why here"))
    return f"<details><summary>{title}</summary>{escape(why)}</details>"


def _kept(report: PlanReport, lang: str, palette: Palette, r: dict[object, object]) -> str:
    say = translator(lang)
    expected = float(str(r["expected"]))
    shown = formats.num(expected, lang, 1) if expected >= 0.05 else "< " + formats.num(0.1, lang, 1)
    why = say("expects {a}").format(a=shown)
    free = float(str(r["if_free"]))
    if free >= 0.5:
        why += say("; {n} of them if a bed is free").format(n=formats.num(free, lang))
    cells = [
        cell(escape(report.place_name(str(r["unit"]), lang))),
        cell(chip(report, str(r["care_level"]), lang, palette), "w"),
        cell(_sure(formats.num(float(str(r["places"])), lang), r, lang), "n b"),
        cell(""),
        cell(escape(why), "m"),
    ]
    return "".join(cells)


def _group(report: PlanReport, lang: str, day: int, what: str, people: float, said: str) -> str:
    date = formats.long_day(report.date(day), lang, year=False)
    return (
        f'<tr class="g"><td colspan="2">{escape(date)}: {escape(what)}</td>'
        f'<td class="n">{formats.people(people, lang)}</td><td></td>'
        f'<td class="m">{escape(said)}</td></tr>'
    )


def _outlook(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    ahead = tables.outlook(report)
    first, last = (formats.day(report.date(d), lang) for d in (4, report.horizon))
    words = say("{first} to {last}: outlook, not orders").format(first=first, last=last)
    names = {
        "step_up": say("up"),
        "step_down": say("down"),
        "lateral": say("lateral"),
        "out_of_province": say("out of province"),
    }
    parts = [f"{formats.num(v, lang)} {names.get(k, k)}" for k, v in ahead.items() if v >= 0.5]
    return (
        f'<tr class="o"><td colspan="2">{escape(words)}</td>'
        f'<td class="n">{formats.num(sum(ahead.values()), lang)}</td><td></td>'
        f"<td>{escape(', '.join(parts))}</td></tr>"
    )


def surge_table(report: PlanReport, lang: str, palette: Palette) -> str:
    """Return where and when surge beds open."""
    say = translator(lang)
    found = tables.surge_openings(report)
    if found.empty:
        return block(note(say("No surge beds are opened.")))
    rows = [
        cell(escape(report.place_name(str(r["unit"]), lang)))
        + cell(chip(report, str(r["care_level"]), lang, palette), "w")
        + cell(formats.day(report.date(int(r["first_day"])), lang), "n")
        + cell(_sure(formats.num(r["beds"], lang), r, lang), "n b")
        for r in found.to_dict("records")
    ]
    head = [(say("Unit"), ""), (say("Level"), ""), (say("From"), "n"), (say("Surge beds"), "n")]
    return block(table(head, rows, height=300))


def raw_table(frame: pd.DataFrame, lang: str, names: dict[str, str], titles: dict[str, str]) -> str:
    """Return a table as it stands in its file; assumed figures have the dashed amber underline.

    A figure's confidence is its own ``<column>_confidence`` or the row's ``confidence``; the
    source is on hover.
    """
    marks = ("_source", "_confidence")
    shown = [
        c
        for c in frame.columns
        if not c.endswith(marks) and c not in ("source", "confidence") and frame[c].notna().any()
    ]
    figures = {c for c in shown if _is_figure(frame[c], c)}
    head = [(titles.get(c, c), "n" if c in figures else "") for c in shown]
    rows = []
    last: object = None
    for r in frame.to_dict("records"):
        again = r[shown[0]] == last and shown[0] in ("unit_id", "base_unit")
        last = r[shown[0]]
        cells = [
            cell("") if again and i == 0 else _raw_cell(r, c, lang, names, figure=c in figures)
            for i, c in enumerate(shown)
        ]
        rows.append("".join(cells))
    return block(table(head, rows, height=560))


def _is_figure(column: pd.Series, name: str) -> bool:
    if name in NO_FIGURES or name.endswith("_id"):
        return False
    return bool(pd.to_numeric(column.dropna(), errors="coerce").notna().all())


def _raw_cell(
    r: dict[object, object], column: str, lang: str, names: dict[str, str], *, figure: bool
) -> str:
    value = r[column]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return cell("")
    if not figure:
        return cell(escape(names.get(str(value), str(value))))
    shared = SHARED_CONFIDENCE.get(column, "confidence")
    known = _first(r.get(f"{column}_confidence"), r.get(shared), r.get("confidence"))
    family = shared.removesuffix("confidence") + "source"
    source = _first(r.get(f"{column}_source"), r.get(family), r.get("source"))
    number = float(str(value))
    text = formats.num(number, lang, _places(number))
    hover = escape(" · ".join(x for x in (known, source) if x))
    kind = "assumed" if known == "assumed" else ""
    return cell(f'<span class="{kind}" title="{hover}">{text}</span>', "n")


def _first(*values: object) -> str:
    return next((str(v) for v in values if isinstance(v, str) and v), "")


def _places(number: float) -> int:
    """Return the decimals a raw figure is shown with."""
    if abs(number - round(number)) < 1e-9:
        return 0
    return 4 if abs(number) < 200 and abs(number * 100 - round(number * 100)) > 1e-6 else 2
