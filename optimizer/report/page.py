"""report.html: the plan on A4, both languages in one page that needs no script and no network."""

from __future__ import annotations

import re
from html import escape

from optimizer.i18n import translator
from optimizer.report.folder import PlanReport
from optimizer.report.page_outcome import outcome
from optimizer.report.page_reasons import reasons
from optimizer.report.palette import LIGHT, Palette
from optimizer.report.svgmap import map_ground

LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
_SCHEME = re.compile(r"https?://")


def report_page(report: PlanReport) -> str:
    """Return the page; Vietnamese is shown first, the other language on a click."""
    ground = map_ground(report, LIGHT)
    bodies = [
        f'<article class="{lang}" lang="{lang}">'
        f"{outcome(report, lang, ground)}{reasons(report, lang)}{_foot(report, lang)}</article>"
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
