"""Care-level strips, flows by tier and baseline rulers; figures only, no page."""

from __future__ import annotations

import base64
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport
from optimizer.report.palette import Palette, fade, level_colours

FONT = '"Source Sans", "Source Sans Pro", "Noto Sans", sans-serif'
STRIP_HEIGHT = 66


def base_layout(palette: Palette, lang: str) -> dict[str, Any]:
    """Return what every figure shares: transparent ground, our type, no drag, no legend."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "showlegend": False, "dragmode": False,
        "font": {"family": FONT, "size": 12, "color": palette.ink2}, "separators": ",." if lang == "vi" else ".,",
        "hoverlabel": {"bgcolor": palette.panel, "bordercolor": palette.line2, "font": {"family": FONT, "size": 12.5, "color": palette.ink}},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }  # fmt: skip


def strip_table(report: PlanReport) -> pd.DataFrame:
    """Return per care level and shown day: ``treated, usable, unmet`` (home: follow-up places)."""
    shown = range(1, report.horizon + 1)
    capacity = report.tables["capacity"]
    usable = capacity.assign(usable=capacity["usable_beds"] + capacity["surge_beds"])
    usable = usable.groupby(["care_level", "day"])["usable"].sum()
    people = report.tables["patients"]
    treated = people.loc[people["state"] == "treated"]
    treated = treated.assign(care_level=report.care_level(treated["class_id"]))
    treated = treated.groupby(["care_level", "day"])["patients"].sum()
    unmet = report.unmet.groupby(["care_level", "day"])["patients"].sum()
    axis = pd.MultiIndex.from_product([report.bed_levels, shown], names=["care_level", "day"])
    table = pd.DataFrame({"treated": treated, "usable": usable, "unmet": unmet}).reindex(axis).fillna(0.0).reset_index()
    home = report.tables["home"]
    level = report.levels.loc[report.levels["place"] == "home", "care_level"]
    if len(home) and len(level):
        daily = home.groupby("day")[["home_patients", "home_capacity", "unmet"]].sum().reindex(shown).fillna(0.0)
        rows = pd.DataFrame(
            {"care_level": level.iloc[0], "day": list(shown), "treated": (daily["home_patients"] - daily["unmet"]).to_numpy(),
             "usable": daily["home_capacity"].to_numpy(), "unmet": daily["unmet"].to_numpy()}
        )  # fmt: skip
        table = pd.concat([rows, table], ignore_index=True)
    return table


def strips(report: PlanReport, lang: str, palette: Palette) -> go.Figure:
    """Draw one row a care level: bars = in care, line = usable, hatched brick = unmet."""
    table = strip_table(report)
    order = [k for k in reversed(list(report.levels["care_level"])) if k in set(table["care_level"])]
    colours = level_colours(palette, list(report.levels["care_level"]))
    figure = go.Figure()
    figure.update_layout(**base_layout(palette, lang))
    figure.update_layout(barmode="stack", bargap=0.16, height=STRIP_HEIGHT * len(order) + 26, margin={"l": 148, "r": 84, "t": 2, "b": 22}, hovermode="x")
    slot = 1 / len(order)
    for i, level in enumerate(order):
        rows = table.loc[table["care_level"] == level]
        axis = "" if i == 0 else str(i + 1)
        top = 1 - i * slot - 0.24 * slot
        bottom = 1 - (i + 1) * slot + 0.06 * slot
        peak = float(max((rows["treated"] + rows["unmet"]).max(), rows["usable"].max(), 1.0))
        figure.update_layout({
            f"yaxis{axis}": {"domain": [bottom, top], "range": [0, peak * 1.04], "visible": False, "fixedrange": True, "anchor": f"x{axis}"},
            f"xaxis{axis}": {"range": [0.4, report.horizon + 0.6], "anchor": f"y{axis}", "fixedrange": True, "showgrid": False, "zeroline": False,
                             "showline": True, "linecolor": palette.line2, "linewidth": 1, "ticks": "", "showticklabels": False},
        })  # fmt: skip
        _strip(figure, report, lang, palette, rows, f"x{axis}", f"y{axis}", colours[level][0])
        _strip_words(figure, report, lang, palette, rows, level, i, slot)
    last = "" if len(order) == 1 else str(len(order))
    mondays = [d for d in range(1, report.horizon + 1) if report.date(d).weekday() == 0]
    figure.update_layout({f"xaxis{last}": {"showticklabels": True, "tickvals": mondays, "tickfont": {"size": 12, "color": palette.ink3},
                                           "ticktext": [formats.weekday(report.date(d), lang) for d in mondays]}})  # fmt: skip
    weekend = [d for d in range(1, report.horizon + 1) if report.date(d).weekday() >= 5]
    figure.update_layout(shapes=[
        {"type": "rect", "xref": "x", "yref": "paper", "x0": d - 0.5, "x1": d + 0.5, "y0": 0, "y1": 1, "fillcolor": palette.sub, "line": {"width": 0}, "layer": "below"}
        for d in weekend
    ])  # fmt: skip
    return figure


def _strip(figure: go.Figure, report: PlanReport, lang: str, palette: Palette, rows: pd.DataFrame, x: str, y: str, fill: str) -> None:
    say = translator(lang)
    days = rows["day"].tolist()
    text = [
        f"<b>{formats.weekday(report.date(d), lang)}</b><br>" + say("in care {a}, usable {b}, unmet {c}").format(
            a=formats.people(t, lang), b=formats.people(u, lang), c=formats.people(w, lang))
        for d, t, u, w in zip(days, rows["treated"], rows["usable"], rows["unmet"], strict=True)
    ]  # fmt: skip
    figure.add_bar(x=days, y=rows["treated"], marker={"color": fill, "line": {"width": 0}}, xaxis=x, yaxis=y,
                   hovertext=text, hoverinfo="text")  # fmt: skip
    if rows["unmet"].max() > 1e-6:
        hatch = {"shape": "/", "fgcolor": palette.alarm, "bgcolor": palette.alarm_tint, "size": 4, "solidity": 0.45}
        figure.add_bar(x=days, y=rows["unmet"], xaxis=x, yaxis=y, hoverinfo="skip",
                       marker={"color": palette.alarm_tint, "pattern": hatch, "line": {"width": 1, "color": palette.alarm}})  # fmt: skip
    edges = [0.5] + [d + 0.5 for d in days]
    steps = [*rows["usable"], rows["usable"].iloc[-1]]
    figure.add_scatter(x=edges, y=steps, mode="lines", line={"color": palette.accent, "width": 2, "shape": "hv"},
                       xaxis=x, yaxis=y, hoverinfo="skip")  # fmt: skip


def _strip_words(
    figure: go.Figure, report: PlanReport, lang: str, palette: Palette, rows: pd.DataFrame, level: str, i: int, slot: float
) -> None:
    say = translator(lang)
    treated, usable, unmet = (rows[c].to_numpy() for c in ("treated", "usable", "unmet"))
    at = int(treated.argmax())
    ratio = "{a}/{b}"
    today = ratio.format(a=formats.num(treated[0], lang), b=formats.num(usable[0], lang))
    peak = ratio.format(a=formats.num(treated[at], lang), b=formats.num(usable[at], lang))
    head = 1 - i * slot
    left: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "right", "xshift": -10, "showarrow": False, "yanchor": "top", "align": "right"}
    figure.add_annotation(**left, y=head - 0.14 * slot, text=f"<b>{report.level_name(level, lang)}</b>", font={"size": 13, "color": palette.ink})
    small = {"size": 12, "color": palette.ink3}
    figure.add_annotation(**left, y=head - 0.41 * slot, text=say("today {a}").format(a=today), font=small)
    figure.add_annotation(**left, y=head - 0.66 * slot, text=say("peak {a}").format(a=peak), font=small)
    right: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "showarrow": False, "yanchor": "middle", "align": "left"}
    short = [d for d, u in zip(rows["day"], unmet, strict=True) if u >= 0.5]
    if short:
        worst = int(unmet.argmax())
        date = formats.day(report.date(int(rows["day"].iloc[worst])), lang)
        words = f"<b>{formats.num(-unmet[worst], lang)}</b> " + say("places") + f"<br>{date}"
        figure.add_annotation(**right, y=head - 0.58 * slot, text=words, font={"size": 12.5, "color": palette.alarm})
        when = formats.day(report.date(short[0]), lang)
        note = say("short today already") if short[0] == 1 else say("short from {date}").format(date=when)
        anchor = "right" if short[0] > 0.7 * report.horizon else "left"
        figure.add_annotation(xref="x", yref="paper", x=short[0] - 0.4 if anchor == "left" else short[0] + 0.4, xanchor=anchor, y=head - 0.02 * slot,
                              yanchor="top", showarrow=False, text=f"▼ <b>{note}</b>", font={"size": 12, "color": palette.alarm})  # fmt: skip
        return
    spare = float((usable - treated).min())
    words = say("spare {a}").format(a=formats.num(int(spare), lang)) if spare >= 0 else say("{a} on<br>higher beds").format(a=formats.num(-spare, lang))
    figure.add_annotation(**right, y=head - 0.58 * slot, text=words, font={"size": 12, "color": palette.ink3})


def strips_alt(report: PlanReport, lang: str) -> str:
    """Say the strips in words."""
    say = translator(lang)
    parts = []
    for level, rows in strip_table(report).groupby("care_level", sort=False):
        name = report.level_name(str(level), lang)
        worst = rows.loc[rows["unmet"].idxmax()]
        if worst["unmet"] >= 0.5:
            date = formats.day(report.date(int(worst["day"])), lang)
            parts.append(say("{level}: {a} short on {date}").format(level=name, a=formats.people(worst["unmet"], lang), date=date))
        else:
            parts.append(say("{level}: enough").format(level=name))
    return "; ".join(parts)


def ruler(values: dict[str, float | None], palette: Palette, width: int = 200) -> str:
    """Return a data URI: plan ●, greedy ◇, no transfers ❘ and local only ▽ on one line."""
    known = {k: v for k, v in values.items() if v is not None}
    low, high = (min(known.values()), max(known.values())) if known else (0.0, 0.0)
    span = high - low

    def at(value: float) -> float:
        return width / 2 if span < 1e-9 else 10 + (value - low) / span * (width - 20)

    parts = [f'<line x1="2" x2="{width - 2}" y1="11" y2="11" stroke="{palette.line2}" stroke-width="1"/>']
    plan, none = known.get("plan"), known.get("no_transfers")
    if plan is not None and none is not None:
        parts.append(f'<line x1="{at(plan):.1f}" x2="{at(none):.1f}" y1="11" y2="11" stroke="{palette.ink}" stroke-width="2"/>')
    for name, value in known.items():
        x = at(value)
        if name == "no_transfers":
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="18" stroke="{palette.none}" stroke-width="3"/>')
        elif name == "local_only":
            parts.append(f'<path d="M{x - 5:.1f} 7 H{x + 5:.1f} L{x:.1f} 16 Z" fill="{palette.paper}" stroke="{palette.none}" stroke-width="1.6"/>')
        elif name == "greedy":
            parts.append(f'<path d="M{x:.1f} 5 l6 6 l-6 6 l-6 -6 Z" fill="{palette.paper}" stroke="{palette.greedy}" stroke-width="1.8"/>')
    if plan is not None:
        parts.append(f'<circle cx="{at(plan):.1f}" cy="11" r="5" fill="{palette.ink}" stroke="{palette.paper}" stroke-width="1"/>')
    return svg_uri("".join(parts), width, 22)


def mark(name: str, palette: Palette) -> str:
    """Return the data URI of one baseline's mark, 14 px."""
    shapes = {
        "plan": f'<circle cx="7" cy="7" r="5" fill="{palette.ink}"/>',
        "greedy": f'<path d="M7 1.5 L12.5 7 L7 12.5 L1.5 7 Z" fill="none" stroke="{palette.greedy}" stroke-width="1.8"/>',
        "no_transfers": f'<line x1="7" x2="7" y1="1" y2="13" stroke="{palette.none}" stroke-width="3"/>',
        "local_only": f'<path d="M2 3 H12 L7 12 Z" fill="none" stroke="{palette.none}" stroke-width="1.6"/>',
    }
    return svg_uri(shapes.get(name, shapes["no_transfers"]), 14, 14)


def svg_uri(body: str, width: int, height: int) -> str:
    """Return an SVG as a data URI, since inline SVG is stripped by the page."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{body}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def tint(colour: str, opacity: float = 0.55) -> str:
    """Return a link colour."""
    return fade(colour, opacity)
