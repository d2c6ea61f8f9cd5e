"""report.html: the plan on A4, both languages in one page that needs no script and no network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from optimizer.i18n import translator
from optimizer.report import formats, levers, tables
from optimizer.report.diseases import disease_table
from optimizer.report.findings import finding, free_beds_note, plan_name, rule_note, shortfalls_note
from optimizer.report.flowtable import flow_table, left_out
from optimizer.report.folder import TIER_MARKS, PlanReport
from optimizer.report.indicators import RIVALS, indicators, rival_name
from optimizer.report.mapdata import waiting_by_commune
from optimizer.report.marks import TIER_SHAPES
from optimizer.report.palette import LIGHT, Palette, level_colours
from optimizer.report.promises import promise_table, promise_title, stability_line
from optimizer.report.svgcharts import flows_svg, strips_svg
from optimizer.report.svgmap import Ground, map_ground, map_svg

SHORTFALLS, CHOICES, ASSUMPTIONS = 12, 24, 60
"""Rows printed; the rest stands in the tables of the folder and in report.xlsx."""
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
_SCHEME = re.compile(r"https?://")


def report_page(report: PlanReport) -> str:
    """Return the page; Vietnamese is shown first, the other language on a click."""
    ground = map_ground(report, LIGHT)
    bodies = [
        f'<article class="{lang}" lang="{lang}">{_body(report, lang, ground)}</article>'
        for lang in LANGUAGE_NAMES
    ]
    switch = "".join(
        f'<input type="radio" name="lang" id="{lang}"{" checked" if lang == "vi" else ""}>'
        f'<label for="{lang}">{name}</label>'
        for lang, name in LANGUAGE_NAMES.items()
    )
    title = escape(f"{report.titles['vi']} · {report.titles['en']}")
    page = (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_sheet(LIGHT)}</style></head>'
        f"<body>{ground.svg}{switch}{''.join(bodies)}</body></html>"
    )
    return _SCHEME.sub("", page)


def _body(report: PlanReport, lang: str, ground: Ground) -> str:
    say = translator(lang)
    parts = [
        _heading(report, lang),
        _kpis(report, lang),
        _diseases(report, lang),
        _maps(report, lang, ground),
        _section(
            say("Care levels, {days} days").format(days=report.horizon),
            say("bars: in care; line: usable beds; hatched: unmet, by the level people need"),
            f"<figure>{strips_svg(report, lang, LIGHT)}</figure>"
            + _note(free_beds_note(report, lang)),
        ),
        _flows(report, lang),
        _shortfalls(report, lang),
        _bottlenecks(report, lang),
        _clearing(report, lang),
        _promises(report, lang),
        _levers(report, lang),
        _moves(report, lang),
        _matters(report, lang),
        _assumptions(report, lang),
        _foot(report, lang),
    ]
    return "".join(parts)


def explanation(report: PlanReport) -> Mapping[str, Any]:
    """Return what plan.json says of why; empty for a plan by rule."""
    found = report.head.get("explanation")
    return found if isinstance(found, Mapping) else {}


def _section(title: str, note: str, body: str) -> str:
    said = f' <span class="s">{escape(note)}</span>' if note else ""
    return f"<section><h2>{escape(title)}{said}</h2>{body}</section>"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>' if text else ""


def _table(head: Sequence[tuple[str, str]], rows: Iterable[Sequence[tuple[str, str]]]) -> str:
    """Return a table; cells are (HTML, class) pairs."""

    def cells(tag: str, row: Sequence[tuple[str, str]]) -> str:
        return "".join(
            f'<{tag} class="{kind}">{inner}</{tag}>' if kind else f"<{tag}>{inner}</{tag}>"
            for inner, kind in row
        )

    top = cells("th", [(escape(text), kind) for text, kind in head])
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _chip(report: PlanReport, level: str, lang: str, *, named: bool = False) -> str:
    colours = level_colours(LIGHT, list(report.levels["care_level"]))
    fill, ink = colours.get(level, (LIGHT.sub, LIGHT.ink))
    name = escape(report.level_name(level, lang))
    look = f'style="background:{fill};color:{ink}"'
    text, kind = (name, "chip long") if named else (escape(level.upper()), "chip")
    return f'<span class="{kind}" title="{name}" {look}>{text}</span>'


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
    return _section(say("The plan beside its rivals"), note, _table(head, rows))


def _diseases(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    head, rows = disease_table(report.head, lang)
    note = say("beds, staff, oxygen and vehicles are shared")
    return _section(say("By disease"), note, _table(head, rows)) if rows else ""


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
    return _section(say("Load and transfers"), note, "".join(parts) + legend)


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
    return _section(say("Flows between tiers"), note, body)


def _shortfalls(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    found = tables.shortfalls(report)
    title = say("Shortfalls")
    if found.empty:
        return _section(title, "", _note(say("No place falls short at any level.")))
    rows = []
    for r in found.head(SHORTFALLS).to_dict("records"):
        where = say("in the unit") if r["place_kind"] == "unit" else say("at home")
        rows.append(
            [
                (_chip(report, str(r["care_level"]), lang, named=True), ""),
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
    more = _note(say("… and {n} more places").format(n=rest)) if rest > 0 else ""
    note = shortfalls_note(report, lang)
    return _section(title, note, _table(head, rows) + more)


def _bottlenecks(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    found = explanation(report).get("bottlenecks") or []
    if not found:
        return ""
    rows = [
        [
            (escape(report.place_name(str(one["place"]), lang)), ""),
            (escape(f"{say('week')} {one['week']}"), "m w"),
            (escape(str(one[f"binding_{lang}"])), ""),
            (escape(str(one[f"thing_{lang}"])), ""),
            (gain_words(one, lang), "n"),
            (escape(str(one[f"remedy_{lang}"])), "m"),
        ]
        for one in found
    ]
    head = [
        (say("Place"), ""),
        (say("When"), ""),
        (say("Binding"), ""),
        (say("Addition"), ""),
        (say("Harm saved"), "n"),
        (say("Remedy"), ""),
    ]
    first = _note(str(found[0][f"text_{lang}"]))
    note = say("about = solved again with it; ≤ = sum of shadow prices, a ceiling")
    return _section(say("Bottlenecks"), note, _table(head, rows) + first)


def gain_words(one: Mapping[str, Any], lang: str) -> str:
    """Return the gain of a bottleneck as it is shown: about, or at most."""
    say = translator(lang)
    told = one.get("solved_again_harm")
    if told is None:
        return f"≤ {formats.num(float(one['at_most_harm']), lang, 1)}"
    return say("about {a}").format(a=f"<b>{formats.num(float(told), lang, 1)}</b>")


def _clearing(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    title = say("What would clear the shortfall")
    told = explanation(report).get("clear")
    if not told:
        text = say("Not computed; referral plan --explain computes it.")
        return _section(title, "", _note(text)) if explanation(report) else ""
    rows = [
        [
            (escape(report.place_name(str(one["place"]), lang)), ""),
            (escape(str(one[f"thing_{lang}"])), ""),
            (formats.day(report.date(int(one["needed_from_day"])), lang), "n"),
        ]
        for one in told["additions"][:SHORTFALLS]
    ]
    head = [(say("Place"), ""), (say("Add"), ""), (say("Needed from"), "n")]
    weights = ", ".join(
        f"{resource_name(kind, lang)} {formats.num(float(weight), lang, 3 if weight % 1 else 0)}"
        for kind, weight in told["costs"].items()
    )
    note = say("Weights (editable in the scenario, assumed): {weights}.").format(weights=weights)
    body = f"<p>{escape(str(told[f'text_{lang}']))}</p>"
    return _section(title, "", body + (_table(head, rows) if rows else "") + _note(note))


def _promises(report: PlanReport, lang: str) -> str:
    levels = {k: report.level_name(k, lang) for k in report.levels["care_level"]}
    head, rows = promise_table(report.head, levels, lang)
    title, note = promise_title(lang)
    changed = _note(stability_line(report.head, lang))
    body = (_table(head, rows) if rows else "") + changed
    return _section(title, note, body) if body else ""


def resource_name(kind: str, lang: str) -> str:
    """Return what a resource is called."""
    say = translator(lang)
    return {
        "bed": say("bed"),
        "staff": say("person on duty"),
        "vehicle_minutes": say("vehicle minute a day"),
        "outside_place": say("place outside a day"),
    }.get(kind, kind)


def _levers(report: PlanReport, lang: str) -> str:
    say, told = translator(lang), levers.totals(report.head, lang)
    if not told:
        return ""
    body = []
    for row in levers.rows(report.head, lang):
        name, first, last, units, _, cost, harm, worth, again, approver, basis = row
        saved = f"≥ {formats.num(worth, lang)}" if again is None else formats.num(again, lang)
        body.append(
            [
                (escape(name), ""),
                (formats.day(report.date(first), lang), "n"),
                (formats.day(report.date(last), lang), "n m"),
                (formats.num(units, lang), "n"),
                (formats.num(cost, lang), "n"),
                (formats.num(harm, lang, 1), "n"),
                (f"<b>{saved}</b>", "n"),
                (escape(f"{approver}; {basis}"), "m"),
            ]
        )
    head = [
        (say("Lever"), ""),
        (say("Open from"), "n"),
        (say("to"), "n"),
        (say("Units"), "n"),
        (say("Million VND"), "n"),
        (say("Own harm"), "n"),
        (say("Harm saved"), "n"),
        (say("Approved by; legal basis"), ""),
    ]
    note = say("≥ = yields at shadow prices, a floor; others: solved again without the lever")
    table = _table(head, body) if body else _note(say("The plan opens no lever."))
    return _section(say("Levers"), note, f"<p>{escape(told)}</p>{table}")


def _moves(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    found = explanation(report).get("why") or []
    if not found:
        return ""
    rows = [
        [
            (formats.day(report.date(int(one["day"])), lang), "n"),
            (_chip(report, str(one["care_level"]), lang), ""),
            (formats.people(float(one["patients"]), lang), "n"),
            (escape(str(one[f"text_{lang}"])), ""),
        ]
        for one in found[:CHOICES]
    ]
    head = [(say("Day"), "n"), (say("Level"), ""), (say("People"), "n"), (say("Why here"), "")]
    note = say("day 1 orders, then the largest flows of days 2 and 3; harm a patient")
    rest = len(found) - CHOICES
    more = _note(say("… and {n} more in report.xlsx").format(n=rest)) if rest > 0 else ""
    return _section(say("Why here"), note, _table(head, rows) + more)


def _assumptions(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    names = {
        "official": say("official"),
        "open_data": say("open data"),
        "derived": say("derived"),
        "assumed": say("assumed"),
    }
    told = list(report.head.get("assumptions", []))
    rows = []
    for one in told[:ASSUMPTIONS]:
        mark = str(one.get("confidence"))
        kind = "assumed" if mark == "assumed" else ""
        text = escape(str(one.get(f"text_{lang}") or one.get("key")))
        sign = "≈ " if kind else ""
        rows.append(
            [
                (f'{sign}<span class="{kind}">{text}</span>', ""),
                (escape(names.get(mark, mark)), "m"),
                (escape(str(one.get("source") or "")), "m"),
            ]
        )
    head = [(say("Assumption"), ""), (say("Confidence"), ""), (say("Source"), "")]
    rest = len(told) - ASSUMPTIONS
    more = _note(say("… and {n} more in report.xlsx").format(n=rest)) if rest > 0 else ""
    return _section(say("Assumptions"), "", _table(head, rows) + more)


def _matters(report: PlanReport, lang: str) -> str:
    say, told = translator(lang), explanation(report).get("matters") or []
    note = say("to first order, the plan not solved again; all figures in matters.csv")
    body = "".join(_note(f"≈ {one[f'text_{lang}']}") for one in told)
    return _section(say("Which assumption matters"), note, body) if told else ""


def _foot(report: PlanReport, lang: str) -> str:
    say = translator(lang)
    words = [
        f"{say('Plan')} {report.plan_id}",
        say("Decision support for places, routes and staff; not medical advice."),
        say("map: schematic"),
    ]
    return f"<footer>{escape(' · '.join(words))}</footer>"


def _sheet(p: Palette) -> str:
    return f"""
:root{{--paper:{p.paper};--ink:{p.ink};--ink2:{p.ink2};--ink3:{p.ink3};--line:{p.line};
--line2:{p.line2};--alarm:{p.alarm};--warn:{p.warn};--sub:{p.sub};--accent:{p.accent}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;padding:18px 20px 40px;max-width:700px;background:var(--paper);
color:var(--ink);font:10.5pt/1.4 "Noto Sans","Source Sans 3",system-ui,sans-serif;
font-variant-numeric:tabular-nums;print-color-adjust:exact;-webkit-print-color-adjust:exact}}
body>input{{position:absolute;opacity:0}}
body>label{{display:inline-block;padding:2px 12px;border:1px solid var(--line2);
font-size:9.5pt;cursor:pointer;margin-right:-1px}}
body>input:checked+label{{color:var(--accent);font-weight:700;border-color:var(--accent)}}
body>input:focus-visible+label{{outline:2px solid var(--accent)}}
article{{display:none}}
#vi:checked~article.vi,#en:checked~article.en{{display:block}}
h1{{font:600 17pt/1.32 "Noto Serif","Source Serif 4",serif;margin:6px 0 12px;
text-wrap:balance}}
h1 em{{font-style:normal;color:var(--alarm)}}
.ctx{{font-size:9pt;color:var(--ink2);border-bottom:1px solid var(--line);
padding:8px 0 6px;margin:0}}
.band{{border-left:4px solid var(--warn);background:var(--sub);padding:6px 10px;margin:8px 0 0;
font-weight:600}}
.tag{{border:1px dashed var(--warn);color:var(--warn);padding:0 7px;font-weight:600;
white-space:nowrap}}
section{{margin:14px 0 0}}
h2{{font-size:10.5pt;font-weight:700;border-top:2px solid var(--ink);padding:5px 0 3px;
margin:0;break-after:avoid}}
h2 .s{{font-weight:400;font-size:9pt;color:var(--ink3);margin-left:8px}}
table{{width:100%;border-collapse:collapse;font-size:9pt;line-height:1.35}}
thead{{display:table-header-group}}
th{{text-align:left;font-weight:600;color:var(--ink2);border-bottom:1px solid var(--line2);
padding:3px 8px 3px 0;vertical-align:bottom}}
td{{border-bottom:1px solid var(--line);padding:3px 8px 3px 0;vertical-align:top}}
tr,figure{{break-inside:avoid}}
.n{{text-align:right;white-space:nowrap}}.m{{color:var(--ink3)}}i.m{{font-style:normal}}
.w{{white-space:nowrap}}
.alarm{{color:var(--alarm);font-weight:600}}
.assumed{{text-decoration:underline dashed var(--warn) 1px;text-underline-offset:3px}}
.chip{{display:inline-block;min-width:40px;padding:0 5px;text-align:center;font-weight:650;
font-size:8.5pt}}
.chip.long{{font-weight:400;text-align:left;max-width:13em}}
.note{{font-size:9pt;color:var(--ink3);margin:4px 0}}
figure{{margin:4px 0}}figure svg{{display:block;max-width:100%;height:auto}}
figcaption{{font-size:9pt;color:var(--ink2);padding:2px 0 6px}}
.leg{{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:9pt;color:var(--ink2);margin:2px 0}}
.leg span{{display:inline-flex;align-items:center;gap:4px}}
i.c{{display:inline-block;width:16px;height:11px;border:1px solid var(--line2);
margin-right:-5px}}
i.c:last-of-type{{margin-right:3px}}
i.r{{display:inline-block;width:12px;height:12px;border-radius:50%;border:1px solid var(--ink)}}
footer{{margin-top:18px;border-top:1px solid var(--line);padding-top:5px;font-size:8.5pt;
color:var(--ink3)}}
@page{{size:A4;margin:18mm 15mm 18mm 20mm}}
@media print{{body{{max-width:none;padding:0;background:#fff}}body>label{{display:none}}}}
"""
