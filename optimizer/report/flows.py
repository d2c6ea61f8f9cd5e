"""Flows between tiers over the shown horizon as a Sankey diagram."""

from __future__ import annotations

import plotly.graph_objects as go

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.charts import base_layout
from optimizer.report.flowtable import COMMUNITY, OUTSIDE, UNMET, flow_table, left_out
from optimizer.report.folder import PlanReport
from optimizer.report.palette import Palette, fade

_PAD = 16


def sankey(report: PlanReport, lang: str, palette: Palette, height: int = 330) -> go.Figure:
    """Draw two columns, from where and to where; labels stand outside with totals."""
    table = flow_table(report)
    table = table.drop(left_out(table).index).reset_index(drop=True)
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
    figure = go.Figure()
    figure.update_layout(**base_layout(palette, lang))
    figure.update_layout(height=height, margin={"l": 112, "r": 128, "t": 6, "b": 8})
    if table.empty:
        return figure
    inner = height - 14
    total = float(table["patients"].sum())
    scale = (inner - _PAD * (max(len(lefts), len(rights)) - 1)) / total
    fill = dict(zip(tiers, palette.ramp[1 : 1 + 2 * len(tiers) : 2] or palette.ramp, strict=False))
    colour = {
        COMMUNITY: palette.ramp[0],
        OUTSIDE: palette.none,
        UNMET: palette.alarm,
        **{t: fill.get(t, palette.ramp[-1]) for t in tiers},
    }
    xs, ys, colours, marks = [], [], [], []
    for x, side, column in ((0.001, lefts, "source"), (0.999, rights, "target")):
        y = 0.0
        for node in side:
            size = float(table.loc[table[column] == node, "patients"].sum()) * scale
            xs.append(x)
            ys.append(min(0.9999, max(0.0001, (y + size / 2) / inner)))
            colours.append(colour[node])
            marks.append((x, y + size / 2, node, size / scale))
            y += size + _PAD
    ways = {
        "new": fade(palette.none, 0.32),
        "lateral": fade(palette.accent, 0.3),
        "up": fade(palette.accent, 0.65),
        "down": fade(palette.down, 0.6),
        "outside": fade(palette.bound, 0.6),
        "unmet": fade(palette.alarm, 0.8),
    }
    texts = [
        f"{names[s]} → {names[t]}: <b>{formats.people(p, lang)}</b>"
        for s, t, p in zip(table["source"], table["target"], table["patients"], strict=True)
    ]
    figure.add_sankey(
        arrangement="fixed",
        node={
            "x": xs,
            "y": ys,
            "color": colours,
            "pad": _PAD,
            "thickness": 13,
            "line": {"width": 0},
            "label": [""] * len(xs),
            "customdata": [f"{names[n]}: <b>{formats.people(v, lang)}</b>" for _, _, n, v in marks],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        link={
            "source": [lefts.index(s) for s in table["source"]],
            "target": [len(lefts) + rights.index(t) for t in table["target"]],
            "value": table["patients"],
            "color": [ways[w] for w in table["way"]],
            "customdata": texts,
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    )
    _labels(figure, marks, names, lang, palette, inner)
    return figure


def _labels(
    figure: go.Figure,
    marks: list[tuple[float, float, str, float]],
    names: dict[str, str],
    lang: str,
    palette: Palette,
    inner: float,
) -> None:
    """Write the labels beside the nodes, at least 17 px apart."""
    for left in (True, False):
        side = [m for m in marks if (m[0] < 0.5) == left]
        ys = [m[1] for m in side]
        for i in range(1, len(ys)):
            ys[i] = max(ys[i], ys[i - 1] + 17)
        over = max(0.0, ys[-1] - (inner - 6)) if ys else 0.0
        for i in range(len(ys) - 1, -1, -1):
            ys[i] = min(ys[i], inner - 6 - 17 * (len(ys) - 1 - i)) if over else ys[i]
        for (_, _, node, value), y in zip(side, ys, strict=True):
            figure.add_annotation(
                xref="paper",
                yref="paper",
                x=0 if left else 1,
                y=1 - y / inner,
                xanchor="right" if left else "left",
                yanchor="middle",
                xshift=-7 if left else 7,
                showarrow=False,
                text=f"{names[node]} <b>{formats.people(value, lang)}</b>",
                font={"size": 13, "color": palette.alarm if node == UNMET else palette.ink},
            )
