"""Care-level strips, flows by tier and baseline rulers; figures only, no page."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport
from optimizer.report.occupancy import free_beds, strip_table
from optimizer.report.palette import Palette, level_colours

FONT = '"Source Sans", "Source Sans Pro", "Noto Sans", sans-serif'
STRIP_HEIGHT = 66
DRAWN = 0.05
"""People unmet from which a day has brick: less reads as 0.0."""


def base_layout(palette: Palette, lang: str) -> dict[str, Any]:
    """Return what every figure shares: transparent ground, our type, no drag, no legend."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "font": {"family": FONT, "size": 12, "color": palette.ink2},
        "separators": ",." if lang == "vi" else ".,",
        "hoverlabel": {
            "bgcolor": palette.panel,
            "bordercolor": palette.line2,
            "font": {"family": FONT, "size": 12.5, "color": palette.ink},
        },
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }


def strips(report: PlanReport, lang: str, palette: Palette, tier: str | None = None) -> go.Figure:
    """Draw one row a care level: bars = in care, line = usable, hatched brick = unmet."""
    table = strip_table(report, tier)
    free = free_beds(report, tier).groupby("care_level")["free"].min()
    order = [
        k for k in reversed(list(report.levels["care_level"])) if k in set(table["care_level"])
    ]
    colours = level_colours(palette, list(report.levels["care_level"]))
    figure = go.Figure()
    figure.update_layout(**base_layout(palette, lang))
    figure.update_layout(
        barmode="stack",
        bargap=0.16,
        height=STRIP_HEIGHT * len(order) + 26,
        margin={"l": 180, "r": 84, "t": 2, "b": 22},
        hovermode="x",
    )
    slot = 1 / len(order)
    for i, level in enumerate(order):
        rows = table.loc[table["care_level"] == level]
        axis = "" if i == 0 else str(i + 1)
        top = 1 - i * slot - 0.24 * slot
        bottom = 1 - (i + 1) * slot + 0.06 * slot
        peak = float(max((rows["treated"] + rows["unmet"]).max(), rows["usable"].max(), 1.0))
        figure.update_layout(
            {
                f"yaxis{axis}": {
                    "domain": [bottom, top],
                    "range": [0, peak * 1.04],
                    "visible": False,
                    "fixedrange": True,
                    "anchor": f"x{axis}",
                },
                f"xaxis{axis}": {
                    "range": [0.4, report.horizon + 0.6],
                    "anchor": f"y{axis}",
                    "fixedrange": True,
                    "showgrid": False,
                    "zeroline": False,
                    "showline": True,
                    "linecolor": palette.line2,
                    "linewidth": 1,
                    "ticks": "",
                    "showticklabels": False,
                },
            }
        )
        _strip(figure, report, lang, palette, rows, f"x{axis}", f"y{axis}", colours[level][0])
        spare = float(free.get(level, (rows["usable"] - rows["treated"]).min()))
        _strip_words(figure, report, lang, palette, rows, level, i, slot, spare)
    last = "" if len(order) == 1 else str(len(order))
    mondays = [d for d in range(1, report.horizon + 1) if report.date(d).weekday() == 0]
    figure.update_layout(
        {
            f"xaxis{last}": {
                "showticklabels": True,
                "tickvals": mondays,
                "tickfont": {"size": 12, "color": palette.ink3},
                "ticktext": [formats.weekday(report.date(d), lang) for d in mondays],
            }
        }
    )
    weekend = [d for d in range(1, report.horizon + 1) if report.date(d).weekday() >= 5]
    figure.update_layout(
        shapes=[
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": d - 0.5,
                "x1": d + 0.5,
                "y0": 0,
                "y1": 1,
                "fillcolor": palette.sub,
                "line": {"width": 0},
                "layer": "below",
            }
            for d in weekend
        ]
    )
    return figure


def _strip(
    figure: go.Figure,
    report: PlanReport,
    lang: str,
    palette: Palette,
    rows: pd.DataFrame,
    x: str,
    y: str,
    fill: str,
) -> None:
    say = translator(lang)
    days = rows["day"].tolist()
    text = [
        f"<b>{formats.weekday(report.date(d), lang)}</b><br>"
        + say("in care {a}, usable {b}, unmet {c}").format(
            a=formats.people(t, lang), b=formats.people(u, lang), c=formats.people(w, lang)
        )
        for d, t, u, w in zip(days, rows["treated"], rows["usable"], rows["unmet"], strict=True)
    ]
    figure.add_bar(
        x=days,
        y=rows["treated"],
        marker={"color": fill, "line": {"width": 0}},
        xaxis=x,
        yaxis=y,
        hovertext=text,
        hoverinfo="text",
    )
    if rows["unmet"].max() >= DRAWN:
        hatch = {
            "shape": "/",
            "fgcolor": palette.alarm,
            "bgcolor": palette.alarm_tint,
            "size": 4,
            "solidity": 0.45,
        }
        figure.add_bar(
            x=days,
            y=rows["unmet"].where(rows["unmet"] >= DRAWN),
            xaxis=x,
            yaxis=y,
            hoverinfo="skip",
            marker={
                "color": palette.alarm_tint,
                "pattern": hatch,
                "line": {"width": 1, "color": palette.alarm},
            },
        )
    edges = [0.5] + [d + 0.5 for d in days]
    steps = [*rows["usable"], rows["usable"].iloc[-1]]
    figure.add_scatter(
        x=edges,
        y=steps,
        mode="lines",
        line={"color": palette.accent, "width": 2, "shape": "hv"},
        xaxis=x,
        yaxis=y,
        hoverinfo="skip",
    )


def _strip_words(
    figure: go.Figure,
    report: PlanReport,
    lang: str,
    palette: Palette,
    rows: pd.DataFrame,
    level: str,
    i: int,
    slot: float,
    spare: float,
) -> None:
    say = translator(lang)
    treated, usable, unmet = (rows[c].to_numpy() for c in ("treated", "usable", "unmet"))
    at = int(treated.argmax())
    ratio = "{a}/{b}"
    today = ratio.format(a=formats.num(treated[0], lang), b=formats.num(usable[0], lang))
    peak = ratio.format(a=formats.num(treated[at], lang), b=formats.num(usable[at], lang))
    head = 1 - i * slot
    name = textwrap.wrap(report.level_name(level, lang), 25)
    if len(name) > 2:
        name = [name[0], name[1].rstrip(",") + " …"]
    left: dict[str, Any] = {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xanchor": "right",
        "xshift": -10,
        "showarrow": False,
        "yanchor": "top",
        "align": "right",
    }
    figure.add_annotation(
        **left,
        y=head - (0.14 if len(name) == 1 else 0.04) * slot,
        text=f"<b>{'<br>'.join(name)}</b>",
        font={"size": 13, "color": palette.ink},
    )
    small = {"size": 12, "color": palette.ink3}
    lines = [say("today {a}").format(a=today), say("peak {a}").format(a=peak)]
    if len(name) == 1:
        figure.add_annotation(**left, y=head - 0.41 * slot, text=lines[0], font=small)
        figure.add_annotation(**left, y=head - 0.66 * slot, text=lines[1], font=small)
    else:
        figure.add_annotation(**left, y=head - 0.6 * slot, text=", ".join(lines), font=small)
    right: dict[str, Any] = {
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 8,
        "showarrow": False,
        "yanchor": "middle",
        "align": "left",
    }
    short = [d for d, u in zip(rows["day"], unmet, strict=True) if u >= 0.5]
    if short:
        worst = int(unmet.argmax())
        date = formats.day(report.date(int(rows["day"].iloc[worst])), lang)
        words = f"<b>{formats.num(-unmet[worst], lang)}</b> " + say("places") + f"<br>{date}"
        figure.add_annotation(
            **right, y=head - 0.58 * slot, text=words, font={"size": 12.5, "color": palette.alarm}
        )
        when = formats.day(report.date(short[0]), lang)
        note = (
            say("short today already")
            if short[0] == 1
            else say("short from {date}").format(date=when)
        )
        anchor = "right" if short[0] > 0.7 * report.horizon else "left"
        figure.add_annotation(
            xref="x",
            yref="paper",
            x=short[0] - 0.4 if anchor == "left" else short[0] + 0.4,
            xanchor=anchor,
            y=head - 0.02 * slot,
            yanchor="top",
            showarrow=False,
            text=f"▼ <b>{note}</b>",
            font={"size": 12, "color": palette.alarm},
        )
        return
    higher = float((treated - usable).max())
    if higher >= 0.5:
        words = say("{a} on<br>higher beds").format(a=formats.num(higher, lang))
    elif usable.max() < 0.5:
        words = say("no beds")
    elif level in report.bed_levels[:-1]:  # beds are nested: higher ones count
        words = say("spare {a}<br>of this level<br>or above").format(
            a=formats.num(int(spare), lang)
        )
    else:
        words = say("spare {a}").format(a=formats.num(int(spare), lang))
    figure.add_annotation(
        **right, y=head - 0.58 * slot, text=words, font={"size": 12, "color": palette.ink3}
    )


def strips_alt(report: PlanReport, lang: str, tier: str | None = None) -> str:
    """Say the strips in words."""
    say = translator(lang)
    parts = []
    for level, rows in strip_table(report, tier).groupby("care_level", sort=False):
        name = report.level_name(str(level), lang)
        worst = rows.iloc[int(rows["unmet"].to_numpy().argmax())]
        if worst["unmet"] >= 0.5:
            date = formats.day(report.date(int(worst["day"])), lang)
            parts.append(
                say("{level}: {a} short on {date}").format(
                    level=name, a=formats.people(worst["unmet"], lang), date=date
                )
            )
        else:
            parts.append(say("{level}: enough").format(level=name))
    return "; ".join(parts)
