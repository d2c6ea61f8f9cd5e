"""The facility map in kilometres: need by commune, load by site, the largest transfers of a day."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.cells import Cells, Projection, make_cells, path_of, seams_between
from optimizer.report.charts import base_layout
from optimizer.report.folder import PlanReport
from optimizer.report.mapdata import (
    hover_text,
    map_arcs,
    map_sites,
    need_by_commune,
    nice_breaks,
    waiting_by_commune,
)
from optimizer.report.maplayout import ARCS, MapFrame, MapLayout, frame_of
from optimizer.report.mapmarks import SiteLayer
from optimizer.report.palette import Palette
from optimizer.report.placing import Point

ROOMY = 1.08
"""A drawing is this much taller than the narrowest map needs, to grow on wider screens."""


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The figure and what its legend has to say."""

    figure: go.Figure
    breaks: list[float]
    arcs_shown: int
    arcs_all: int
    outside: float
    waiting: bool


def facility_map(
    report: PlanReport, lang: str, palette: Palette, day: int = 1, height: int = 600
) -> MapDrawing:
    """Draw the map of a day."""
    towns = report.communes
    projection = Projection.around(towns["lat"].tolist(), towns["lon"].tolist())
    points = tuple(projection.km(a, b) for a, b in zip(towns["lat"], towns["lon"], strict=True))
    cells = make_cells(points, report.province_area)
    figure = go.Figure()
    figure.update_layout(**base_layout(palette, lang))
    waiting = bool(waiting_by_commune(report).max() >= 0.5)
    breaks = _draw_land(figure, report, lang, palette, cells, points, waiting=waiting)
    sites = map_sites(report, day, lang)
    arcs = map_arcs(report, day)
    layout = MapLayout(
        sites,
        frame_of(projection, cells, height),
        lang,
        list(report.tiers["tier"]),
        arcs[:ARCS],
        cells.land,
    )
    drawing = SiteLayer(figure, layout, palette)
    drawing.arrows()
    drawing.marks([hover_text(report, site, lang) for site in sites])
    drawing.names()
    drawing.letters()
    drawing.scale_bar()
    _set_axes(figure, layout.frame, height)
    moves = report.tables["transfers"]
    outside = moves.loc[
        (moves["day"] == day) & (moves["direction"] == "out_of_province"), "patients"
    ].sum()
    return MapDrawing(figure, breaks, min(ARCS, len(arcs)), len(arcs), float(outside), waiting)


def _set_axes(figure: go.Figure, frame: MapFrame, height: int) -> None:
    """Show the frame and nothing more; a flat province gets a flat drawing."""
    tall = (frame.y1 - frame.y0) * frame.scale
    figure.update_layout(
        height=round(min(max(height, tall), ROOMY * tall)),
        hovermode="closest",
        xaxis={
            "range": [frame.x0, frame.x1],
            "visible": False,
            "fixedrange": True,
            "constrain": "domain",
        },
        yaxis={
            "range": [frame.y0, frame.y1],
            "visible": False,
            "fixedrange": True,
            "scaleanchor": "x",
            "constrain": "domain",
            "constraintoward": "top",
        },
    )


def _draw_land(
    figure: go.Figure,
    report: PlanReport,
    lang: str,
    palette: Palette,
    cells: Cells,
    points: tuple[Point, ...],
    *,
    waiting: bool,
) -> list[float]:
    say = translator(lang)
    need = waiting_by_commune(report) if waiting else need_by_commune(report)
    breaks = nice_breaks(float(need.max()) if len(need) else 0.0)
    classes = [sum(need.get(c, 0.0) >= b for b in breaks) for c in report.communes["admin_unit_id"]]
    outline_x, outline_y = path_of(cells.land)
    figure.add_scatter(
        x=outline_x,
        y=outline_y,
        mode="lines",
        line={"color": palette.ink3, "width": 3, "shape": "linear"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=outline_x,
        y=outline_y,
        mode="none",
        fill="toself",
        fillcolor=palette.cells[0],
        hoverinfo="skip",
    )
    for i, colour in enumerate(palette.cells):
        rings = [
            ring
            for found, mine in zip(classes, cells.pieces, strict=True)
            if found == i
            for ring in mine
        ]
        if rings:
            xs, ys = path_of(rings)
            figure.add_scatter(
                x=xs, y=ys, mode="none", fill="toself", fillcolor=colour, hoverinfo="skip"
            )
    groups = report.communes["parent_id"].astype(str).tolist()
    for same, line in (
        (True, {"color": palette.paper, "width": 0.8}),
        (False, {"color": palette.line2, "width": 1.1}),
    ):
        xs, ys = seams_between(cells, groups, same=same)
        figure.add_scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip")
    texts = [
        f"{report.place_name(str(code), lang)}: "
        + say("{a} per 100,000").format(a=formats.num(need.get(code, 0.0), lang))
        for code in report.communes["admin_unit_id"]
    ]
    figure.add_scatter(
        x=[p[0] for p in points],
        y=[p[1] for p in points],
        mode="markers",
        hovertext=texts,
        hoverinfo="text",
        marker={"size": 3, "color": palette.ink3, "opacity": 0.7},
    )
    return breaks
