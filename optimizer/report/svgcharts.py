"""Occupancy strips and flows between tiers as inline SVG for printed pages."""

from __future__ import annotations

import textwrap
from html import escape

import pandas as pd

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.flowtable import COMMUNITY, OUTSIDE, UNMET, flow_table, left_out
from optimizer.report.folder import PlanReport
from optimizer.report.occupancy import strip_table
from optimizer.report.palette import Palette, level_colours

WIDE, LEFT, RIGHT, ROW = 660, 176, 92, 58
DRAWN = 0.05
"""People unmet from which a day has brick."""
NODE, PAD = 12, 14


def _text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="11.5" text-anchor="{anchor}"'
        f' font-family="inherit"{weight}>{escape(words)}</text>'
    )


def strips_svg(report: PlanReport, lang: str, palette: Palette) -> str:
    """Return one row a care level: bars in care, line usable, hatched brick unmet."""
    table = strip_table(report)
    names = [
        k for k in reversed(list(report.levels["care_level"])) if k in set(table["care_level"])
    ]
    colours = level_colours(palette, list(report.levels["care_level"]))
    days, height = report.horizon, ROW * len(names) + 20
    slot = (WIDE - LEFT - RIGHT) / days
    parts = [
        f'<defs><pattern id="unmet-{lang}" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="{palette.alarm_tint}"/>'
        f'<rect width="2" height="5" fill="{palette.alarm}"/></pattern></defs>'
    ]
    for d in range(1, days + 1):
        if report.date(d).weekday() >= 5:
            x = LEFT + (d - 1) * slot
            parts.append(
                f'<rect x="{x:.1f}" y="0" width="{slot:.1f}" height="{height - 20}" '
                f'fill="{palette.sub}"/>'
            )
    for i, level in enumerate(names):
        rows = table.loc[table["care_level"] == level]
        parts += _strip(report, rows, level, lang, palette, colours[level][0], i * ROW, slot)
    for d in range(1, days + 1):
        if report.date(d).weekday() == 0:
            words = formats.weekday(report.date(d), lang)
            parts.append(_text(LEFT + (d - 0.5) * slot, height - 6, words, palette.ink3, "middle"))
    return f'<svg viewBox="0 0 {WIDE} {height}" width="{WIDE}" role="img">{"".join(parts)}</svg>'


def _strip(
    report: PlanReport,
    rows: pd.DataFrame,
    level: str,
    lang: str,
    palette: Palette,
    fill: str,
    top: float,
    slot: float,
) -> list[str]:
    say = translator(lang)
    treated, usable, unmet = (rows[c].tolist() for c in ("treated", "usable", "unmet"))
    peak = max(*(a + b for a, b in zip(treated, unmet, strict=True)), *usable, 1.0)
    floor, tall = top + ROW - 5, ROW - 17
    parts = []
    for i, (care, short) in enumerate(zip(treated, unmet, strict=True)):
        x, wide = LEFT + i * slot + 0.08 * slot, 0.84 * slot
        high = care / peak * tall
        parts.append(
            f'<rect x="{x:.1f}" y="{floor - high:.1f}" width="{wide:.1f}" height="{high:.1f}" '
            f'fill="{fill}"/>'
        )
        if short >= DRAWN:
            more = short / peak * tall
            parts.append(
                f'<rect x="{x:.1f}" y="{floor - high - more:.1f}" width="{wide:.1f}" '
                f'height="{more:.1f}" fill="url(#unmet-{lang})" stroke="{palette.alarm}" '
                'stroke-width=".7"/>'
            )
    steps = " ".join(
        f"{LEFT + (i + e) * slot:.1f},{floor - u / peak * tall:.1f}"
        for i, u in enumerate(usable)
        for e in (0, 1)
    )
    parts.append(
        f'<polyline points="{steps}" fill="none" stroke="{palette.accent}" stroke-width="1.8"/>'
    )
    end = WIDE - RIGHT
    parts.append(
        f'<line x1="{LEFT}" x2="{end}" y1="{floor}" y2="{floor}" stroke="{palette.line2}"/>'
    )
    lines = textwrap.wrap(report.level_name(level, lang), 26)[:2]
    for n, line in enumerate(lines):
        y = floor - 28 + 13 * n - 6 * (len(lines) - 1)
        parts.append(_text(LEFT - 8, y, line, palette.ink, "end", bold=True))
    today = say("today {a}").format(
        a=f"{formats.num(treated[0], lang)}/{formats.num(usable[0], lang)}"
    )
    parts.append(_text(LEFT - 8, floor - 3, today, palette.ink3, "end"))
    worst = max(range(len(unmet)), key=lambda i: unmet[i])
    if unmet[worst] >= 0.5:
        date = formats.day(report.date(int(rows["day"].iloc[worst])), lang)
        words = formats.num(-unmet[worst], lang) + " " + say("places")
        parts.append(_text(end + 7, floor - 18, words, palette.alarm, bold=True))
        parts.append(_text(end + 7, floor - 4, date, palette.alarm))
    else:
        parts.append(_text(end + 7, floor - 10, say("enough"), palette.ink3))
    return parts


def flows_svg(report: PlanReport, lang: str, palette: Palette, height: int = 250) -> str:
    """Return two columns of tiers, from where and to where, widths by patients."""
    table = flow_table(report)
    table = table.drop(left_out(table).index).reset_index(drop=True)
    if table.empty:
        return ""
    say = translator(lang)
    tiers = list(report.tiers["tier"])
    names = {t: report.tier_name(t, lang) for t in tiers}
    names |= {
        COMMUNITY: say("Community"),
        OUTSIDE: say("Out of province"),
        UNMET: say("Still unmet"),
    }
    lefts = [s for s in (COMMUNITY, *tiers) if s in set(table["source"])]
    rights = [t for t in (*tiers, OUTSIDE, UNMET) if t in set(table["target"])]
    total = float(table["patients"].sum())
    most = max(len(lefts), len(rights))
    scale = (height - PAD * (most - 1) - 12) / total
    ways = {
        "new": (palette.none, 0.35),
        "lateral": (palette.accent, 0.3),
        "up": (palette.accent, 0.65),
        "down": (palette.down, 0.6),
        "outside": (palette.bound, 0.6),
        "unmet": (palette.alarm, 0.75),
    }
    x0, x1 = 170, WIDE - 190
    starts: dict[tuple[str, str], float] = {}
    parts: list[str] = []
    labels: list[str] = []
    for side, column, x, anchor in ((lefts, "source", x0, "end"), (rights, "target", x1, "start")):
        y, last = 6.0, -99.0
        for node in side:
            patients = float(table.loc[table[column] == node, "patients"].sum())
            tall = max(1.0, patients * scale)
            starts[column, node] = y
            colour = palette.alarm if node == UNMET else palette.ink2
            parts.append(
                f'<rect x="{x}" y="{y:.1f}" width="{NODE}" height="{tall:.1f}" fill="{colour}"/>'
            )
            words = f"{names[node]}: {formats.people(patients, lang)}"
            last = max(y + tall / 2 + 4, last + 14)
            where = x - 7 if anchor == "end" else x + NODE + 7
            ink = palette.alarm if node == UNMET else palette.ink
            labels.append(_text(where, last, words, ink, anchor, bold=node == UNMET))
            y += tall + PAD
        height = max(height, round(y), round(last) + 6)
    for source, target, way, patients in table.itertuples(index=False):
        wide = float(patients) * scale
        a, b = starts["source", str(source)], starts["target", str(target)]
        starts["source", str(source)] += wide
        starts["target", str(target)] += wide
        colour, opacity = ways[str(way)]
        middle, left, right = (x0 + x1) / 2, x0 + NODE, x1
        data = (
            f"M{left} {a:.1f}C{middle} {a:.1f} {middle} {b:.1f} {right} {b:.1f}"
            f"V{b + wide:.1f}C{middle} {b + wide:.1f} {middle} {a + wide:.1f} {left} "
            f"{a + wide:.1f}Z"
        )
        parts.append(f'<path d="{data}" fill="{colour}" fill-opacity="{opacity}"/>')
    body = "".join(parts + labels)
    return f'<svg viewBox="0 0 {WIDE} {height}" width="{WIDE}" role="img">{body}</svg>'
