"""Sections of the page that say what the plan comes to: figures, maps, flows, shortfalls."""

from __future__ import annotations

from html import escape

from optimizer.i18n import translator
from optimizer.report import formats, tables
from optimizer.report.diseases import disease_table
from optimizer.report.findings import (
    finding,
    free_beds_note,
    plan_name,
    rivals_note,
    rule_note,
    shortfalls_note,
)
from optimizer.report.flowtable import flow_table, left_out
from optimizer.report.folder import TIER_MARKS, PlanReport
from optimizer.report.indicators import RIVALS, indicators, rival_name
from optimizer.report.mapdata import waiting_by_commune
from optimizer.report.marks import TIER_SHAPES
from optimizer.report.markup import html_table, level_chip, remark, section
from optimizer.report.palette import LIGHT
from optimizer.report.svgcharts import flows_svg, strips_svg
from optimizer.report.svgmap import Ground, map_svg

SHORTFALLS = 12
"""Rows printed; the rest stands in the tables of the folder and in report.xlsx."""


def outcome(report: PlanReport, lang: str, ground: Ground) -> str:
    """Return the heading and the sections of what the plan comes to."""
    say = translator(lang)
    parts = [
        _heading(report, lang),
        _kpis(report, lang),
        _diseases(report, lang),
        _maps(report, lang, ground),
        section(
            say("Care levels, {days} days").format(days=report.horizon),
            say("bars: in care; line: usable beds; hatched: unmet, by the level people need"),
            f"<figure>{strips_svg(report, lang, LIGHT)}</figure>"
            + remark(free_beds_note(report, lang)),
        ),
        _flows(report, lang),
        _shortfalls(report, lang),
    ]
    return "".join(parts)


def _heading(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    place = str(report.province.get("name") or report.head.get("province", ""))
    first, last = report.date(1), report.date(report.horizon)
    checked = say("checked independently") if report.head.get("checked") else say("not checked")
    line = " · ".join(
        [
            place,
            f"{formats.long_day(first, lang)} → {formats.day(last, lang, year=True)}",
            f"{say('Scenario')}: {report.titles[lang]}",
            f"{say('Plan')} #{report.plan_id[:10]}, {checked}",
        ]
    )
    found = finding(report, lang)
    text = escape(found.text)
    for alarm in found.alarms:
        text = text.replace(escape(alarm), f"<em>{escape(alarm)}</em>", 1)
    for whole in ("ngày-bệnh nhân", "patient-days"):
        text = text.replace(whole, f'<span class="w">{whole}</span>')
    tag = ""
    if report.rests_on_assumptions:
        share = formats.pct(report.confidence_share["assumed"], lang)
        words = say("Assumed data · {share} of the beds").format(share=share)
        tag = f'<span class="tag">{escape(words)}</span>'
    rule = rule_note(report.head, lang)
    band = f'<p class="band">▲ {escape(rule)}</p>' if rule else ""
    return f'<header><p class="ctx">{escape(line)} {tag}</p>{band}<h1>{text}</h1></header>'


def _kpis(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    known = [r for r in RIVALS if r in report.rivals]
    rows = []
    for figure in indicators(report, lang):
        mine = figure.read(report.kpis)
        kind = "n assumed" if report.rests_on_assumptions else "n"
        row = [
            (escape(figure.label), ""),
            (escape(figure.unit), "m"),
            (f"<b>{figure.write(mine, lang)}</b>", kind),
        ]
        for rival in known:
            theirs = figure.read(report.rivals[rival])
            gain = figure.difference(mine, theirs, lang)
            row.append((f'{figure.write(theirs, lang)} <i class="m">({gain})</i>', "n"))
        rows.append(row)
    head = [(say("Figure"), ""), (say("Unit"), ""), (plan_name(report.head, lang), "n")]
    head += [(rival_name(r, lang), "n") for r in known]
    note = say("in brackets: the plan less its rival")
    body = html_table(head, rows) + remark(rivals_note(report.head, lang))
    return section(say("The plan beside its rivals"), note, body)


def _diseases(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    head, rows = disease_table(report.head, lang)
    note = say("beds, staff, oxygen and vehicles are shared")
    return section(say("By disease"), note, html_table(head, rows)) if rows else ""


def _maps(report: PlanReport, lang: str, ground: Ground) -> str:
    say = translator(lang)
    unmet = report.unmet.loc[report.unmet["day"] <= report.horizon]
    daily = unmet.groupby("day")["patients"].sum()
    worst = int(str(daily.idxmax())) if len(daily) and daily.max() >= 0.5 else 1
    parts = []
    for day in sorted({1, worst}):
        svg = map_svg(report, lang, LIGHT, day, ground)
        date = formats.day(report.date(day), lang, year=True)
        title = say("Day 1, {date}") if day == 1 else say("Worst day, {date}")
        caption = escape(title.format(date=date))
        parts.append(f"<figure><figcaption>{caption}</figcaption>{svg}</figure>")
    steps = " · ".join(formats.num(b, lang) for b in (0.0, *ground.breaks)) + "+"
    waits = waiting_by_commune(report).max() >= 0.5
    meaning = (
        say("Ground: patient-days of waiting at home per 100,000")
        if waits
        else say("Ground: people in need of a place per 100,000")
    )
    cells = "".join(f'<i class="c" style="background:{c}"></i>' for c in LIGHT.cells)
    shapes = [TIER_MARKS[i % len(TIER_MARKS)] for i in range(len(report.tiers))]
    tiers = "".join(
        f'<span><svg width="12" height="12" viewBox="0 0 14 14" fill="{LIGHT.ink2}">'
        f"{TIER_SHAPES[shape]}</svg> {escape(report.tier_name(tier, lang))}</span>"
        for tier, shape in zip(report.tiers["tier"], shapes, strict=True)
    )
    loads = "".join(
        f'<span><i class="r" style="background:{fill};border-width:{wide}px"></i> '
        f"{escape(text)}</span>"
        for fill, wide, text in (
            (LIGHT.low, 1, say("under 80%")),
            (LIGHT.mid, 2, say("80–100%")),
            (LIGHT.over, 3, say("over 100%")),
        )
    )
    schematic = escape(say("cells are schematic, not official boundaries"))
    legend = (
        f'<p class="leg">{tiers}{loads}</p><p class="leg"><span>{escape(meaning)} {cells} {steps}'
        f"</span><span>{schematic}</span></p>"
    )
    note = say("filled: step up; hollow: lateral; dashed: step down; the largest of the day")
    return section(say("Load and transfers"), note, "".join(parts) + legend)


def _flows(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    note = say("patients in {days} days").format(days=report.horizon)
    out = left_out(flow_table(report))
    if len(out):
        tiers = ", ".join(
            f"{report.tier_name(str(t), lang)}: {formats.num(float(p), lang)}"
            for t, p in zip(out["target"], out["patients"], strict=True)
        )
        total = formats.num(float(out["patients"].sum()), lang)
        text = say("; not drawn: {total} admitted from the community ({tiers})")
        note += text.format(total=total, tiers=tiers)
    if not (svg := flows_svg(report, lang, LIGHT)):
        return ""
    colours = (
        (LIGHT.none, say("admitted")),
        (LIGHT.accent, say("up or lateral")),
        (LIGHT.down, say("down")),
        (LIGHT.bound, say("out of province")),
        (LIGHT.alarm, say("unmet on the last day shown")),
    )
    legend = "".join(
        f'<span><i class="c" style="background:{c}"></i> {escape(t)}</span>' for c, t in colours
    )
    body = f'<figure>{svg}</figure><p class="leg">{legend}</p>'
    return section(say("Flows between tiers"), note, body)


def _shortfalls(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    found = tables.shortfalls(report)
    title = say("Shortfalls")
    if found.empty:
        return section(title, "", remark(say("No place falls short at any level.")))
    rows = []
    for r in found.head(SHORTFALLS).to_dict("records"):
        where = say("in the unit") if r["place_kind"] == "unit" else say("at home")
        rows.append(
            [
                (level_chip(report, str(r["care_level"]), lang, named=True), ""),
                (escape(report.place_name(str(r["place"]), lang)), ""),
                (escape(where), "m"),
                (formats.day(report.date(int(r["first_day"])), lang), "n"),
                (formats.people(float(r["peak_patients"]), lang), "n alarm"),
                (formats.day(report.date(int(r["peak_day"])), lang), "n m"),
                (f"<b>{formats.people(float(r['patient_days']), lang)}</b>", "n"),
            ]
        )
    head = [
        (say("Level"), ""),
        (say("Place"), ""),
        (say("Waiting"), ""),
        (say("From"), "n"),
        (say("Peak"), "n"),
        (say("on"), "n"),
        (say("Patient-days"), "n"),
    ]
    rest = len(found) - SHORTFALLS
    more = remark(say("… and {n} more places").format(n=rest)) if rest > 0 else ""
    note = shortfalls_note(report, lang)
    return section(title, note, html_table(head, rows) + more)
