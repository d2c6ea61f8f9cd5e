"""Pieces of a page as HTML text: context bar, finding, figures, legends. No Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.i18n import translator
from optimizer.report import formats, marks
from optimizer.report.findings import Finding, plan_name, rule_note
from optimizer.report.folder import TIER_MARKS, PlanReport
from optimizer.report.freshness import Change, clock, plan_time
from optimizer.report.indicators import RIVALS, Indicator, indicators, rival_name
from optimizer.report.maps import MapDrawing
from optimizer.report.palette import Palette, level_colours


def block(inner: str) -> str:
    """Wrap a piece so that our type and digits apply."""
    return f'<div class="rf">{inner}</div>'


def span(inner: str, kind: str = "", hover: str = "") -> str:
    """Return a span; `inner` is HTML, `hover` is text."""
    kind = f' class="{kind}"' if kind else ""
    hover = f' title="{escape(hover)}"' if hover else ""
    return f"<span{kind}{hover}>{inner}</span>"


def notice(text: str, kind: str = "", more: str = "") -> str:
    """Return a state notice; ``bad`` has the alarm rule and its sign, `more` is HTML."""
    sign = "▲ " if kind == "bad" else ""
    return block(f'<div class="state {kind}" role="status">{sign}{escape(text)}{more}</div>')


def stale_band(report: PlanReport, changes: Sequence[Change], lang: str) -> str:
    """Return the band of a plan whose inputs have changed: which files, and when."""
    say = translator(lang)
    files = ", ".join(
        f"<b>{escape(c.path.removeprefix('../'))}</b> "
        + escape("(" + (clock(c.when, lang) if c.when else say("missing")) + ")")
        for c in changes
    )
    said = say("Inputs changed since this plan ({plan}): {files}. Solve again.")
    text = escape(said).format(plan=escape(clock(plan_time(report), lang)), files=files)
    return block(f'<div class="state stale" role="status">{text}</div>')


def rule_band(report: PlanReport, lang: str) -> str:
    """Return the band of a plan that no solver made; nothing for an optimised one."""
    text = rule_note(report.head, lang)
    if not text:
        return ""
    head, _, rest = text.partition(":")
    inner = f"<b>{escape(head)}</b>:{escape(rest)}"
    return block(f'<div class="state rule" role="status">{inner}</div>')


def section(title: str, note: str = "", legend: Sequence[str] = ()) -> str:
    """Return a section's title line, with its legend (HTML) at the right."""
    head = f'<span class="h" role="heading" aria-level="2">{escape(title)}</span>'
    said = span(escape(note), "s") if note else ""
    signs = span("".join(span(mark) for mark in legend), "legend") if legend else ""
    return block(f'<div class="sec">{head}{said}{signs}</div>')


def context_bar(report: PlanReport, lang: str) -> str:
    """Return place, days, scenario and plan; the tag of assumed data stands at the right."""
    say = translator(lang)
    first, last = report.date(1), report.date(report.horizon)
    checked = say("checked independently") if report.head.get("checked") else say("not checked")
    place = str(report.province.get("name") or report.head.get("province", ""))
    parts = [
        span(f"<b>{escape(place)}</b>"),
        span(f"{formats.long_day(first, lang)} → {formats.day(last, lang, year=True)}"),
        span(f"{escape(say('Scenario'))} <b>{escape(report.titles[lang])}</b>"),
        span(f"{escape(say('Plan'))} <b>#{escape(report.plan_id[:10])}</b> · {escape(checked)}"),
    ]
    if report.rests_on_assumptions:
        share = formats.pct(report.confidence_share["assumed"], lang)
        words = say("Assumed data · {share} of the beds").format(share=share)
        hover = say("See the Data page: every assumption is printed there.")
        sample = span("123", "assumed")
        parts.append(span(f"{sample} {escape(say('rests on assumed data'))}", "key"))
        parts.append(span(escape(words), "tag", hover))
    return block(f'<div class="ctx">{"".join(parts)}</div>')


def finding_line(found: Finding) -> str:
    """Return the serif sentence, its alarms in brick."""
    text = escape(found.text)
    for whole in ("ngày-bệnh nhân", "patient-days"):
        text = text.replace(whole, f'<span style="white-space:nowrap">{whole}</span>')
    for alarm in found.alarms:
        text = text.replace(escape(alarm), f"<em>{escape(alarm)}</em>", 1)
    return block(f'<h1 class="finding">{text}</h1>')


def kpi_row(report: PlanReport, lang: str, palette: Palette) -> str:
    """Return the six figures, each beside its rivals."""
    figures = "".join(_kpi(i, report, lang, palette) for i in indicators(report, lang))
    return block(f'<div class="kpis">{figures}</div>')


def _kpi(figure: Indicator, report: PlanReport, lang: str, palette: Palette) -> str:
    mine = figure.read(report.kpis)
    values = {"plan": mine}
    values |= {r: figure.read(report.rivals[r]) for r in RIVALS if r in report.rivals}
    values = {k: v for k, v in values.items() if k != "pooled_bound" or v is not None}
    names = {"plan": plan_name(report.head, lang)} | {r: rival_name(r, lang) for r in RIVALS}
    rows = []
    for rival in (r for r in RIVALS if r in values):
        sign = f'<img src="{marks.baseline(rival, palette)}" alt="">'
        theirs = figure.write(values[rival], lang)
        gain = figure.difference(mine, values[rival], lang)
        rows.append(
            f"<tr><td>{sign}{escape(names[rival])}</td><td>{theirs}</td><td>{gain}</td></tr>"
        )
    alt = "; ".join(f"{names[k]} {figure.write(v, lang)}" for k, v in values.items())
    unit = _unit(figure, report, lang)
    value = span(figure.write(mine, lang), "v assumed" if report.rests_on_assumptions else "v")
    ruler = f'<img class="ruler" src="{marks.ruler(values, palette)}" alt="{escape(alt)}">'
    label = f'<div class="kl" title="{escape(figure.label)}">{escape(figure.label)}</div>'
    top = f'<div class="kv">{value}{span(escape(unit), "u", unit)}</div>'
    return f'<div class="kpi">{label}{top}{ruler}<table>{"".join(rows)}</table></div>'


def _unit(figure: Indicator, report: PlanReport, lang: str) -> str:
    say = translator(lang)
    worst = report.kpis.get("worst_unit") or {}
    if figure.key == "worst" and worst.get("unit"):
        when = formats.day(report.date(int(worst["day"])), lang)
        return f"% · {report.place_name(str(worst['unit']), lang)}, {when}"
    better = {"lower": say("lower is better"), "higher": say("higher is better")}
    return " · ".join(x for x in (figure.unit, better.get(figure.better, "")) if x)


def chip(
    report: PlanReport, level: str, lang: str, palette: Palette, *, named: bool = False
) -> str:
    """Return a care level's chip: its code, or its name if `named`; its name on hover."""
    colours = level_colours(palette, list(report.levels["care_level"]))
    fill, ink = colours.get(level, (palette.sub, palette.ink))
    look = f'style="background:{fill};color:{ink}"'
    name = escape(report.level_name(level, lang))
    text, kind = (name, "chip long") if named else (escape(level.upper()), "chip")
    return f'<span class="{kind}" {look} title="{name}">{text}</span>'


def _sign(uri: str, text: str) -> str:
    return f'<img src="{uri}" alt="">{escape(text)}'


def strips_legend(lang: str, palette: Palette) -> list[str]:
    """Return the legend of the care-level strips."""
    say = translator(lang)
    return [
        _sign(marks.usable(palette), say("usable beds")),
        _sign(marks.in_care(palette), say("in care")),
        _sign(marks.unmet(palette), say("unmet")),
    ]


def map_legend(report: PlanReport, drawing: MapDrawing, lang: str, palette: Palette) -> str:
    """Return the two legend lines below the map."""
    say = translator(lang)
    shapes = [TIER_MARKS[i % len(TIER_MARKS)] for i in range(len(report.tiers))]
    signs = [
        _sign(marks.tier(shape, palette), report.tier_name(tier, lang))
        for tier, shape in zip(report.tiers["tier"], shapes, strict=True)
    ]
    signs += [
        _sign(marks.load("low", palette), say("under 80%")),
        _sign(marks.load("mid", palette), say("80–100%")),
        _sign(marks.load("over", palette), say("over 100%")),
        _sign(marks.arrow("up", palette), say("step up")),
        _sign(marks.arrow("lateral", palette), say("lateral")),
        _sign(marks.arrow("down", palette), say("step down")),
    ]
    steps = " · ".join(formats.num(b, lang) for b in (0.0, *drawing.breaks)) + "+"
    cells = "".join(f'<i class="c" style="background:{c}"></i>' for c in palette.cells)
    ground = [
        escape(
            say("Ground: patient-days of waiting at home per 100,000")
            if drawing.waiting
            else say("Ground: people in need of a place per 100,000")
        ),
        f"{cells}&nbsp;&nbsp;{steps}",
        escape(say("cells are schematic, not official boundaries")),
    ]
    if drawing.arcs_all > drawing.arcs_shown:
        text = say("{shown} largest of {all} transfers drawn")
        ground.append(escape(text.format(shown=drawing.arcs_shown, all=drawing.arcs_all)))
    if drawing.outside >= 0.05:
        away = formats.people(drawing.outside, lang)
        ground.append(escape(say("{a} patients leave the province").format(a=away)))
    lines = ("".join(span(part) for part in line) for line in (signs, ground))
    return block("".join(f'<div class="leg">{line}</div>' for line in lines))


def flows_legend(lang: str, palette: Palette, *, admitted: bool) -> str:
    """Return the legend of the flows; `admitted` if direct admissions are drawn."""
    say = translator(lang)
    pairs = [(palette.none, say("admitted"))] if admitted else []
    pairs += [
        (palette.accent, say("up or lateral")),
        (palette.down, say("down")),
        (palette.bound, say("out of province")),
        (palette.alarm, say("unmet on the last day shown")),
    ]
    swatch = '<i class="c" style="background:{};border:0;margin:0"></i>'
    return block(
        f'<div class="leg">{"".join(span(swatch.format(c) + escape(t)) for c, t in pairs)}</div>'
    )
