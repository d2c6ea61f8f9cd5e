"""Pieces of a page as HTML text: context bar, finding, figures with rivals, tables. No Streamlit here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import pandas as pd

from optimizer.i18n import translator
from optimizer.report import charts, formats, tables
from optimizer.report.findings import Finding
from optimizer.report.folder import PlanReport
from optimizer.report.indicators import RIVALS, Indicator, indicators, rival_name
from optimizer.report.maps import MapDrawing
from optimizer.report.palette import Palette, level_colours


def block(inner: str, name: str = "") -> str:
    """Wrap a piece so that our type and digits apply."""
    return f'<div class="rf {name}">{inner}</div>'


def section(title: str, note: str = "", legend: Sequence[str] = ()) -> str:
    """Return a section's title line, with its legend at the right."""
    marks = f'<span class="legend">{"".join(f"<span>{mark}</span>" for mark in legend)}</span>' if legend else ""
    said = f'<span class="s">{escape(note)}</span>' if note else ""
    return block(f'<div class="sec"><span class="h" role="heading" aria-level="2">{escape(title)}</span>{said}{marks}</div>')


def context_bar(report: PlanReport, lang: str) -> str:
    """Return place, days, scenario and plan; the tag of assumed data stands at the right."""
    say = translator(lang)
    first, last = report.date(1), report.date(report.horizon)
    checked = say("checked independently") if report.head.get("checked") else say("not checked")
    parts = [
        f"<span><b>{escape(str(report.province.get('name') or report.head.get('province', '')))}</b></span>",
        f"<span>{formats.long_day(first, lang)} → {formats.day(last, lang, year=True)}</span>",
        f"<span>{escape(say('Scenario'))} <b>{escape(report.titles[lang])}</b></span>",
        f"<span>{escape(say('Plan'))} <b>#{escape(report.plan_id[:10])}</b> · {escape(checked)}</span>",
    ]
    if report.rests_on_assumptions:
        share = formats.pct(report.confidence_share["assumed"], lang)
        words = say("Assumed data · {share} of the beds").format(share=share)
        parts.append(f'<span class="tag" title="{escape(say("See the Data page: every assumption is printed there."))}">{escape(words)}</span>')
    return block(f'<div class="ctx">{"".join(parts)}</div>')


def finding_line(found: Finding) -> str:
    """Return the serif sentence, its alarms in brick."""
    text = escape(found.text)
    for alarm in found.alarms:
        text = text.replace(escape(alarm), f"<em>{escape(alarm)}</em>", 1)
    return block(f'<h1 class="finding">{text}</h1>')


def kpi_row(report: PlanReport, lang: str, palette: Palette) -> str:
    """Return the six figures, each beside its rivals."""
    return block('<div class="kpis">' + "".join(_kpi(i, report, lang, palette) for i in indicators(report, lang)) + "</div>")


def _kpi(figure: Indicator, report: PlanReport, lang: str, palette: Palette) -> str:
    say = translator(lang)
    mine = figure.read(report.kpis)
    values = {"plan": mine} | {r: figure.read(report.rivals[r]) for r in RIVALS if r in report.rivals}
    better = {"lower": say("lower is better"), "higher": say("higher is better")}.get(figure.better, "")
    unit = " · ".join(x for x in (figure.unit, better) if x)
    if figure.key == "worst":
        worst = report.kpis.get("worst_unit") or {}
        if worst.get("unit"):
            unit = f"% · {report.place_name(str(worst['unit']), lang)}, {formats.day(report.date(int(worst['day'])), lang)}"
    rows = []
    for rival in (r for r in RIVALS if r in values):
        theirs = values[rival]
        shown_mine, shown = _shown(figure, mine), _shown(figure, theirs)
        gain = None if shown_mine is None or shown is None else shown_mine - shown
        signed = formats.num(gain, lang, _digits(figure, gain), signed=True)
        rows.append(
            f'<tr><td><img src="{charts.mark(rival, palette)}" alt="">{escape(rival_name(rival, lang))}</td>'
            f"<td>{figure.write(theirs, lang)}</td><td>{signed}</td></tr>"
        )
    assumed = " assumed" if report.rests_on_assumptions else ""
    alt = "; ".join(f"{rival_name(k, lang) if k != 'plan' else say('plan')} {figure.write(v, lang)}" for k, v in values.items())
    return (
        f'<div class="kpi"><div class="kl" title="{escape(figure.label)}">{escape(figure.label)}</div>'
        f'<div class="kv"><span class="v{assumed}">{figure.write(mine, lang)}</span><span class="u" title="{escape(unit)}">{escape(unit)}</span></div>'
        f'<img class="ruler" src="{charts.ruler(values, palette)}" alt="{escape(alt)}"><table>{"".join(rows)}</table></div>'
    )


def _shown(figure: Indicator, value: float | None) -> float | None:
    """Return the figure rounded as it is written, so that the differences on the page add up."""
    if value is None:
        return None
    value = value * 100 if figure.share else value
    return round(value, _digits(figure, value))


def _digits(figure: Indicator, value: float | None) -> int:
    if figure.share or value is None:
        return figure.digits
    return 1 if abs(value) < 9.95 and abs(value - round(value)) > 0.05 else figure.digits


def chip(report: PlanReport, level: str, lang: str, palette: Palette) -> str:
    """Return a care level's chip; its name is on hover, its code on the chip."""
    fill, ink = level_colours(palette, list(report.levels["care_level"])).get(level, (palette.sub, palette.ink))
    name = escape(report.level_name(level, lang))
    return f'<span class="chip" style="background:{fill};color:{ink}" title="{name}">{escape(level.upper())}</span>'


def strips_legend(lang: str, palette: Palette) -> list[str]:
    """Return the legend of the care-level strips."""
    say = translator(lang)
    line = charts.svg_uri(f'<line x1="0" x2="20" y1="6" y2="6" stroke="{palette.accent}" stroke-width="2"/>', 20, 12)
    bar = charts.svg_uri(f'<rect width="16" height="12" fill="{palette.ramp[4]}"/>', 16, 12)
    lines = "".join(f'<path d="M{x} 12 l12 -12" stroke="{palette.alarm}" stroke-width="1.6"/>' for x in (-8, -2, 4, 10))
    body = f'<rect x=".5" y=".5" width="15" height="11" fill="{palette.alarm_tint}" stroke="{palette.alarm}"/>{lines}'
    hatch = charts.svg_uri(body, 16, 12)
    pairs = ((line, say("usable beds")), (bar, say("in care")), (hatch, say("unmet")))
    return [f'<img src="{src}" alt="">{escape(text)}' for src, text in pairs]


def map_legend(report: PlanReport, drawing: MapDrawing, lang: str, palette: Palette) -> str:
    """Return the two legend lines below the map."""
    say = translator(lang)
    shapes = {
        "circle": '<circle cx="7" cy="7" r="5"/>', "square": '<rect x="2" y="2" width="10" height="10"/>',
        "diamond": '<path d="M7 .8 L13.2 7 L7 13.2 L.8 7Z"/>', "hexagon": '<path d="M4 1.8H10L13 7L10 12.2H4L1 7Z"/>',
        "star": '<path d="M7 .5 8.6 5.2 13.5 5.2 9.6 8.2 11 13 7 10.1 3 13 4.4 8.2 .5 5.2 5.4 5.2Z"/>',
    }  # fmt: skip

    def image(body: str, width: int = 14) -> str:
        return f'<img src="{charts.svg_uri(body, width, 14)}" alt="">'

    names = list(shapes.values())
    tiers = [f"<span>{image(f'<g fill={chr(34)}{palette.ink2}{chr(34)}>' + names[i % 5] + '</g>')}{escape(report.tier_name(t, lang))}</span>"
             for i, t in enumerate(report.tiers["tier"])]  # fmt: skip
    circle = '<circle cx="7" cy="7" r="{r}" fill="{f}" stroke="{s}" stroke-width="{w}"/>'
    loads = [
        (circle.format(r=5, f=palette.low, s=palette.ink, w=1), say("under 80%")),
        (circle.format(r=5, f=palette.mid, s=palette.ink, w=2), say("80–100%")),
        (circle.format(r=6.2, f="none", s=palette.over, w=1.4) + circle.format(r=4, f=palette.over, s=palette.paper, w=1), say("over 100%")),
    ]
    up, side, down = (
        f'<path d="M1 5.5H15V2L25 7L15 12V8.5H1Z" fill="{f}" stroke="{s}" stroke-width="1.2" {d}/>'
        for f, s, d in ((palette.accent, palette.accent, ""), (palette.paper, palette.accent, ""), (palette.paper, palette.down, 'stroke-dasharray="3 2"'))
    )
    ways = [(up, say("step up")), (side, say("lateral")), (down, say("step down"))]
    line1 = "".join(tiers) + "".join(f"<span>{image(b)}{escape(t)}</span>" for b, t in loads) + "".join(f"<span>{image(b, 26)}{escape(t)}</span>" for b, t in ways)
    steps = " · ".join(formats.num(b, lang) for b in (0.0, *drawing.breaks)) + "+"
    cells = "".join(f'<i class="c" style="background:{c}"></i>' for c in palette.cells)
    arcs = say("{shown} largest of {all} transfers drawn").format(shown=drawing.arcs_shown, all=drawing.arcs_all)
    line2 = (
        f"<span>{escape(say('Ground: people in need of a place per 100,000'))}</span><span>{cells}&nbsp;&nbsp;{steps}</span>"
        f"<span>{escape(say('cells are schematic, not official boundaries'))}</span>"
        + (f"<span>{escape(arcs)}</span>" if drawing.arcs_all > drawing.arcs_shown else "")
        + (f"<span>{escape(say('{a} patients leave the province').format(a=formats.people(drawing.outside, lang)))}</span>" if drawing.outside >= 0.05 else "")
    )
    return block(f'<div class="leg">{line1}</div><div class="leg">{line2}</div>')


def shortfall_table(report: PlanReport, lang: str, palette: Palette, limit: int = 10) -> str:
    """Return the worst shortfalls; what is short is never an error, it is the smallest the plan found."""
    say = translator(lang)
    rows = tables.shortfalls(report)
    if rows.empty:
        return block(f'<div class="state">{escape(say("No place falls short at any level."))}</div>')
    body = []
    for r in rows.head(limit).to_dict("records"):
        body.append(
            f"<tr><td class=w>{chip(report, str(r['care_level']), lang, palette)}</td><td>{escape(report.place_name(str(r['place']), lang))}</td>"
            f"<td class='m w'>{escape(say('in the unit') if r['place_kind'] == 'unit' else say('at home'))}</td>"
            f"<td class=n>{formats.day(report.date(int(r['first_day'])), lang)}</td>"
            f"<td class='n alarm'>{formats.people(float(r['peak_patients']), lang)}</td><td class='n m'>{formats.day(report.date(int(r['peak_day'])), lang)}</td>"
            f"<td class='n'><b>{formats.people(float(r['patient_days']), lang)}</b></td></tr>"
        )
    head = "".join(
        f"<th{' class=n' if right else ''}>{escape(text)}</th>"
        for text, right in ((say("Level"), 0), (say("Place"), 0), (say("Waiting"), 0), (say("From"), 1), (say("Peak"), 1), (say("on"), 1), (say("Patient-days"), 1))
    )
    rest = len(rows) - limit
    more = f'<div class="note">{escape(say("… and {n} more places").format(n=rest))}</div>' if rest > 0 else ""
    return block(f'<table class="t"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>{more}')


def goals_table(report: PlanReport, lang: str) -> str:
    """Return the two goals with value, bound and gap."""
    say = translator(lang)
    names = {"harm": say("Harm to patients"), "burden": say("Burden of moves, minutes and surge beds")}
    body = []
    for i, (goal, told) in enumerate((report.head.get("objective") or {}).items()):
        value, bound, gap = (told.get(k) for k in ("value", "bound", "gap"))
        proved = gap is not None and gap <= 1e-6
        state = say("✓ proved best") if proved else say("within {gap} of the bound").format(gap=formats.pct(gap, lang, 2)) if gap is not None else say("no bound")
        body.append(
            f"<tr><td class=m>{i + 1}</td><td>{escape(names.get(goal, goal))}</td><td class=n><b>{formats.num(value, lang, 1)}</b></td>"
            f"<td class=n>{formats.num(bound, lang, 1)}</td><td class=n>{formats.pct(gap, lang, 2)}</td><td class=w>{escape(state)}</td></tr>"
        )
    head = f"<th></th><th>{say('Goal')}</th><th class=n>{say('Value')}</th><th class=n>{say('Bound')}</th><th class=n>{say('Gap')}</th><th>{say('Status')}</th>"
    spent = sum(float(s) for s in (report.head.get("seconds") or {}).values())
    note = say("Solver status: {status}; {seconds} s in all").format(status=say(str(report.head.get("status", ""))), seconds=formats.num(spent, lang, 1))
    return block(f'<table class="t"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table><div class="note">{escape(note)}</div>')


def _arrow(direction: str) -> str:
    return {"up": '<span class="up">↑</span>', "down": '<span class="dn">↓</span>'}.get(direction, '<span class="up">→</span>')


def moves_table(report: PlanReport, lang: str, palette: Palette) -> str:
    """Return day 1 as orders, days 2-3 as places kept and the rest as one line of outlook."""
    say = translator(lang)
    rows = tables.orders(report, lang)
    far = rows["minutes"].notna().any() if len(rows) else False
    head = "".join(
        f"<th{' class=n' if right else ''}>{escape(text)}</th>"
        for text, right in ((say("From → to"), 0), (say("Level"), 0), (say("People"), 1), (say("Min") if far else say("km, straight"), 1), (say("Why"), 0))
    )
    body = []
    for what, part in ((say("transfers, orders"), rows.loc[rows["what"] == "transfer"]), (say("open requests, orders"), rows.loc[rows["what"] != "transfer"])):
        body.append(_group(report, lang, 1, what, float(part["patients"].sum()), say("{n} moves").format(n=len(part))))
        for r in part.to_dict("records"):
            distance = formats.minutes(r["minutes"], lang) if far else formats.num(r["km"], lang) if r["km"] == r["km"] else ""
            origin, destination = (escape(report.place_name(str(r[k]), lang)) for k in ("origin", "destination"))
            body.append(
                f"<tr><td>{origin} {_arrow(str(r['direction']))} {destination}</td><td class=w>{chip(report, str(r['care_level']), lang, palette)}</td>"
                f"<td class=n><b>{formats.people(r['patients'], lang)}</b></td><td class='n m'>{distance}</td><td class=m>{escape(str(r['reason']))}</td></tr>"
            )
    kept = tables.places_kept(report)
    for day in tables.KEPT_DAYS:
        part = kept.loc[kept["day"] == day]
        body.append(_group(report, lang, day, say("places kept"), float(part["places"].sum()), say("a decision for when the people are known")))
        for r in part.to_dict("records"):
            free = int(r["if_free"]) if not math.isnan(r["if_free"]) else 0
            why = say("expects {a}").format(a=formats.num(r["expected"], lang, 1)) + (say("; {n} of them if a bed is free").format(n=free) if free else "")
            body.append(
                f"<tr><td>{escape(report.place_name(str(r['unit']), lang))}</td><td class=w>{chip(report, str(r['care_level']), lang, palette)}</td>"
                f"<td class=n><b>{formats.num(r['places'], lang)}</b></td><td></td><td class=m>{escape(why)}</td></tr>"
            )
    body.append(_outlook(report, lang))
    return block(f'<div class="scroll" style="max-height:760px"><table class="t"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>')


def _group(report: PlanReport, lang: str, day: int, what: str, people: float, note: str) -> str:
    date = formats.long_day(report.date(day), lang, year=False)
    return f'<tr class="g"><td colspan="2">{escape(date)}: {escape(what)}</td><td class="n">{formats.people(people, lang)}</td><td></td><td class="m">{escape(note)}</td></tr>'


def _outlook(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    ahead = tables.outlook(report)
    first, last = (formats.day(report.date(d), lang) for d in (4, report.horizon))
    words = say("{first} to {last}: outlook, not orders").format(first=first, last=last)
    names = {"step_up": say("up"), "step_down": say("down"), "lateral": say("lateral"), "out_of_province": say("out of province")}
    parts = ", ".join(f"{formats.num(v, lang)} {names.get(k, k)}" for k, v in ahead.items() if v >= 0.5)
    total = formats.num(sum(ahead.values()), lang)
    return f'<tr class="o"><td colspan="2">{escape(words)}</td><td class="n">{total}</td><td></td><td>{escape(parts)}</td></tr>'


def surge_table(report: PlanReport, lang: str, palette: Palette) -> str:
    """Return where and when surge beds open."""
    say = translator(lang)
    rows = tables.surge_openings(report)
    if rows.empty:
        return block(f'<div class="note">{escape(say("No surge beds are opened."))}</div>')
    body = "".join(
        f"<tr><td>{escape(report.place_name(str(r['unit']), lang))}</td><td class=w>{chip(report, str(r['care_level']), lang, palette)}</td>"
        f"<td class=n>{formats.day(report.date(int(r['first_day'])), lang)}</td><td class=n><b>{formats.num(r['beds'], lang)}</b></td></tr>"
        for r in rows.to_dict("records")
    )
    head = f"<th>{say('Unit')}</th><th>{say('Level')}</th><th class=n>{say('From')}</th><th class=n>{say('Surge beds')}</th>"
    return block(f'<div class="scroll" style="max-height:300px"><table class="t"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>')


def raw_table(frame: pd.DataFrame, lang: str, names: dict[str, str], titles: dict[str, str]) -> str:
    """Return a table as it stands in its file; an assumed figure has the dashed amber underline.

    A figure's confidence is its own ``<column>_confidence`` or the row's ``confidence``; the source is on hover.
    """
    marks = [c for c in frame.columns if c.endswith(("_source", "_confidence")) or c in ("source", "confidence")]
    shown = [c for c in frame.columns if c not in marks and frame[c].notna().any()]
    figures = {c for c in shown if pd.to_numeric(frame[c], errors="coerce").notna().any() and c not in names and not c.endswith("_id")}
    figures -= {"valid_from", "valid_to", "from_id", "to_id"}
    head = "".join(f"<th{' class=n' if c in figures else ''}>{escape(titles.get(c, c))}</th>" for c in shown)
    body = []
    last = None
    for r in frame.to_dict("records"):
        cells = []
        for c in shown:
            value = r[c]
            if c == shown[0] and value == last and c in ("unit_id", "base_unit"):
                cells.append("<td></td>")
                continue
            last = value if c == shown[0] else last
            if value is None or (isinstance(value, float) and math.isnan(value)):
                cells.append("<td></td>")
                continue
            if c not in figures:
                cells.append(f"<td>{escape(names.get(str(value), str(value)))}</td>")
                continue
            known = str(r.get(f"{c}_confidence") or r.get(_family(c)) or r.get("confidence") or "")
            number = float(pd.to_numeric(value, errors="coerce"))
            text = escape(str(value)) if math.isnan(number) else formats.num(number, lang, _places(number))
            hover = escape(" · ".join(x for x in (known, str(r.get(f"{c}_source") or r.get("source") or "")) if x and x != "None"))
            cells.append(f'<td class="n"><span class="{"assumed" if known == "assumed" else ""}" title="{hover}">{text}</span></td>')
        body.append(f"<tr>{''.join(cells)}</tr>")
    return block(f'<div class="scroll"><table class="t"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>')


def _family(column: str) -> str:
    """Return the confidence column that several figures share."""
    return {"lat": "coord_confidence", "lon": "coord_confidence", "surge_limit": "surge_confidence"}.get(column, "")


def _places(number: float) -> int:
    return 0 if abs(number - round(number)) < 1e-9 else 4 if abs(number) < 200 and abs(number * 100 - round(number * 100)) > 1e-6 else 2


def flows_legend(lang: str, palette: Palette) -> str:
    """Return the legend of the flows."""
    say = translator(lang)
    pairs = (
        (palette.none, say("admitted")), (palette.accent, say("up or lateral")), (palette.down, say("down")), (palette.bound, say("out of province")),
        (palette.alarm, say("unmet on the last day shown")),
    )  # fmt: skip
    marks = "".join(f'<span><i class="c" style="background:{c};border:0;margin:0"></i>{escape(t)}</span>' for c, t in pairs)
    return block(f'<div class="leg">{marks}</div>')
