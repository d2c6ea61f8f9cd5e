"""The facility map in kilometres: need by commune, load by site, the largest transfers of a day."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd
import plotly.graph_objects as go

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.cells import Cells, Projection, make_cells, path_of, seams_between
from optimizer.report.charts import base_layout
from optimizer.report.folder import TIER_MARKS, PlanReport
from optimizer.report.palette import Palette
from optimizer.report.placing import Box, Point, Spot, arrow, bow, bunches, place_label, push_apart, trim

NARROWEST = 660.0
ARCS = 12
_EQUAL = {"circle": 1.0, "square": 0.886, "diamond": 1.08, "hexagon": 1.05, "star": 1.2}


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The figure and what its legend has to say."""

    figure: go.Figure
    breaks: list[float]
    arcs_shown: int
    arcs_all: int
    outside: float
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Frame:
    """Kilometres and pixels of one drawing."""

    projection: Projection
    scale: float
    x0: float
    x1: float
    y0: float
    y1: float

    def px(self, lat: float, lon: float) -> Point:
        x, y = self.projection.km(lat, lon)
        return x * self.scale, y * self.scale

    @property
    def bounds(self) -> Box:
        s = self.scale
        return self.x0 * s, self.y0 * s, self.x1 * s, self.y1 * s


def map_sites(report: PlanReport, day: int) -> pd.DataFrame:
    """Return the sites of the province on a day: ``unit, lat, lon, tier, beds, patients, share, unmet``."""
    load = report.load.loc[report.load["day"] == day, ["unit", "beds", "patients", "share"]]
    unmet = report.unmet.loc[report.unmet["day"] == day].groupby("place")["patients"].sum()
    sites = report.units.loc[~report.units["outside"] & report.units["lat"].notna()].merge(load, on="unit", how="left")
    sites = sites.fillna({"beds": 0.0, "patients": 0.0})
    return sites.assign(unmet=sites["unit"].map(unmet).fillna(0.0)).reset_index(drop=True)


def map_arcs(report: PlanReport, day: int) -> pd.DataFrame:
    """Return the transfers of a day between sites of the province, largest first."""
    moves = report.tables["transfers"]
    moves = moves.loc[(moves["day"] == day) & (moves["direction"] != "out_of_province")]
    rows = moves.groupby(["from_unit", "to_unit", "direction"], as_index=False)["patients"].sum()
    return rows.sort_values(["patients", "from_unit", "to_unit"], ascending=[False, True, True], ignore_index=True)


def need_by_commune(report: PlanReport) -> pd.Series:
    """Return people who come to need a place over the shown horizon, per 100,000, by commune."""
    rows = report.arrivals.loc[report.arrivals["day"] <= report.horizon]
    people = rows.groupby("commune")["patients"].sum()
    population = report.communes.set_index("admin_unit_id")["population"]
    return (people.reindex(population.index).fillna(0.0) / population.where(population > 0) * 1e5).fillna(0.0)


def nice_breaks(top: float, count: int = 4) -> list[float]:
    """Return round class limits below `top`: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if top <= 0:
        return [float(i + 1) for i in range(count)]
    rough = top / (count + 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
    return [step * (i + 1) for i in range(count)]


def load_state(share: float) -> str:
    """Return low, mid or over: under 80 %, to 100 %, above; rounded as it is shown."""
    if math.isnan(share) or round(share * 100) < 80:
        return "low"
    return "mid" if round(share * 100) <= 100 else "over"


def facility_map(report: PlanReport, lang: str, palette: Palette, day: int = 1, height: int = 600) -> MapDrawing:
    """Draw the map of a day."""
    towns = report.communes
    projection = Projection.around(towns["lat"].tolist(), towns["lon"].tolist())
    points = tuple(projection.km(a, b) for a, b in zip(towns["lat"], towns["lon"], strict=True))
    cells = make_cells(points, _area(report))
    frame = _frame(projection, cells, height)
    figure = go.Figure()
    figure.update_layout(**base_layout(palette, lang))
    figure.update_layout(
        height=height, hovermode="closest",
        xaxis={"range": [frame.x0, frame.x1], "visible": False, "fixedrange": True, "constrain": "domain"},
        yaxis={"range": [frame.y0, frame.y1], "visible": False, "fixedrange": True, "scaleanchor": "x", "constrain": "domain", "constraintoward": "top"},
    )  # fmt: skip
    breaks = _draw_land(figure, report, lang, palette, cells, points)
    sites = map_sites(report, day)
    spots = _spots(sites, frame)
    arcs = map_arcs(report, day)
    crossed = _draw_arcs(figure, arcs.head(ARCS), sites, spots, lang, palette, frame)
    letters = _letters(sites)
    _draw_sites(figure, report, lang, palette, sites, spots, frame, letters)
    _draw_labels(figure, report, lang, palette, sites, spots, frame, letters, crossed)
    _corner_list(figure, report, lang, palette, sites, letters, points, frame)
    _scale_bar(figure, palette, frame, lang)
    moves = report.tables["transfers"]
    outside = moves.loc[(moves["day"] == day) & (moves["direction"] == "out_of_province"), "patients"].sum()
    return MapDrawing(figure, breaks, min(ARCS, len(arcs)), len(arcs), float(outside))


def _area(report: PlanReport) -> float | None:
    area = report.head.get("province_area_km2")
    return float(area) if area else report.province_area


def _frame(projection: Projection, cells: Cells, height: int) -> _Frame:
    xs = [p[0] for ring in cells.land for p in ring]
    ys = [p[1] for ring in cells.land for p in ring]
    pad = 0.02 * (max(xs) - min(xs))
    x0, x1, y0, y1 = min(xs) - pad, max(xs) + pad, min(ys) - pad, max(ys) + pad
    scale = min(NARROWEST / (x1 - x0), height / (y1 - y0))
    return _Frame(projection, scale, x0, x1, y0, y1)


def _draw_land(figure: go.Figure, report: PlanReport, lang: str, palette: Palette, cells: Cells, points: tuple[Point, ...]) -> list[float]:
    say = translator(lang)
    need = need_by_commune(report)
    breaks = nice_breaks(float(need.max()) if len(need) else 0.0)
    classes = [sum(need.get(c, 0.0) >= b for b in breaks) for c in report.communes["admin_unit_id"]]
    outline_x, outline_y = path_of(cells.land)
    figure.add_scatter(x=outline_x, y=outline_y, mode="lines", line={"color": palette.ink3, "width": 3, "shape": "linear"}, hoverinfo="skip")
    figure.add_scatter(x=outline_x, y=outline_y, mode="none", fill="toself", fillcolor=palette.cells[0], hoverinfo="skip")
    for i, colour in enumerate(palette.cells):
        rings = [ring for found, mine in zip(classes, cells.pieces, strict=True) if found == i for ring in mine]
        if rings:
            xs, ys = path_of(rings)
            figure.add_scatter(x=xs, y=ys, mode="none", fill="toself", fillcolor=colour, hoverinfo="skip")
    groups = report.communes["parent_id"].astype(str).tolist()
    for same, line in ((True, {"color": palette.paper, "width": 0.8}), (False, {"color": palette.line2, "width": 1.1})):
        xs, ys = seams_between(cells, groups, same=same)
        figure.add_scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip")
    texts = [
        f"{name}: " + say("{a} per 100,000").format(a=formats.num(need.get(code, 0.0), lang))
        for name, code in zip(report.communes["name"], report.communes["admin_unit_id"], strict=True)
    ]
    figure.add_scatter(x=[p[0] for p in points], y=[p[1] for p in points], mode="markers", hovertext=texts, hoverinfo="text",
                       marker={"size": 3, "color": palette.ink3, "opacity": 0.7})  # fmt: skip
    return breaks


def _spots(sites: pd.DataFrame, frame: _Frame) -> list[Spot]:
    top = max(1.0, float(sites["beds"].max()))
    found = []
    for lat, lon, beds in zip(sites["lat"], sites["lon"], sites["beds"], strict=True):
        x, y = frame.px(lat, lon)
        found.append(Spot(x, y, max(9.0, 32 * math.sqrt(beds / top)) / 2))
    return push_apart(found)


def _letters(sites: pd.DataFrame) -> dict[int, str]:
    """Letter the sites of a crowded town, all but the largest: index -> letter."""
    rows = sites.index[~sites["grouped"]].tolist()
    where = [(sites.at[i, "lat"] * 110.57, sites.at[i, "lon"] * 109.5) for i in rows]
    letters: dict[int, str] = {}
    for bunch in bunches(where, 4.2):
        crowd = sorted((rows[b] for b in bunch), key=lambda i: (-sites.at[i, "beds"], sites.at[i, "unit"]))
        if len(crowd) >= 3:
            for i in crowd[1:]:
                letters[i] = "abcdefghijklmnopqrstuvwxyz"[len(letters) % 26]
    return letters


def _draw_arcs(
    figure: go.Figure, arcs: pd.DataFrame, sites: pd.DataFrame, spots: list[Spot], lang: str, palette: Palette, frame: _Frame
) -> list[Point]:
    at = dict(zip(sites["unit"], spots, strict=True))
    top = float(arcs["patients"].max()) if len(arcs) else 1.0
    styles = {
        "step_up": {"fillcolor": palette.accent, "line": {"color": palette.accent, "width": 1}},
        "lateral": {"fillcolor": palette.paper, "line": {"color": palette.accent, "width": 1.4}},
        "step_down": {"fillcolor": palette.paper, "line": {"color": palette.down, "width": 1.4, "dash": "3px,2px"}},
    }
    crossed: list[Point] = []
    figures: list[tuple[Point, str, str]] = []
    for a, b, way, patients in zip(arcs["from_unit"], arcs["to_unit"], arcs["direction"], arcs["patients"], strict=True):
        if a not in at or b not in at or way not in styles:
            continue
        curve = trim(bow((at[a].x, at[a].y), (at[b].x, at[b].y)), at[a].radius + 1, at[b].radius + 2)
        ring = arrow(curve, max(3.0, 11 * patients / top))
        figure.add_scatter(x=[p[0] / frame.scale for p in ring], y=[p[1] / frame.scale for p in ring], mode="lines", fill="toself",
                           hoverinfo="skip", **styles[way])  # fmt: skip
        crossed += curve
        far = math.dist(curve[0], curve[-1])
        colour = palette.down if way == "step_down" else palette.accent
        if far > 30:
            figures.append((curve[len(curve) // 2], formats.people(patients, lang), colour))
    placed: list[Point] = []
    for spot, text, colour in figures:
        if any(math.dist(spot, p) < 13 for p in placed):
            continue
        placed.append(spot)
        figure.add_annotation(x=spot[0] / frame.scale, y=spot[1] / frame.scale, text=f"<b>{text}</b>", showarrow=False, bgcolor=palette.paper,
                              borderpad=0.5, font={"size": 12, "color": colour})  # fmt: skip
    return crossed


def _draw_sites(
    figure: go.Figure, report: PlanReport, lang: str, palette: Palette, sites: pd.DataFrame, spots: list[Spot], frame: _Frame, letters: dict[int, str]
) -> None:
    s = frame.scale
    lines_x: list[float | None] = []
    lines_y: list[float | None] = []
    for lat, lon, spot in zip(sites["lat"], sites["lon"], spots, strict=True):
        home = frame.px(lat, lon)
        if math.dist(home, (spot.x, spot.y)) > max(spot.radius, 6):
            lines_x += [home[0] / s, spot.x / s, None]
            lines_y += [home[1] / s, spot.y / s, None]
    figure.add_scatter(x=lines_x, y=lines_y, mode="lines", line={"color": palette.ink3, "width": 1}, hoverinfo="skip")
    tiers = {t: TIER_MARKS[i % len(TIER_MARKS)] for i, t in enumerate(report.tiers["tier"])}
    shapes = [tiers.get(t, "circle") for t in sites["tier"]]
    states = [load_state(v) for v in sites["share"]]
    sizes = [2 * spot.radius * _EQUAL[shape] for spot, shape in zip(spots, shapes, strict=True)]
    over = [i for i, state in enumerate(states) if state == "over"]
    figure.add_scatter(x=[spots[i].x / s for i in over], y=[spots[i].y / s for i in over], mode="markers", hoverinfo="skip",
                       marker={"symbol": [shapes[i] for i in over], "size": [sizes[i] + 8 for i in over], "color": palette.paper, "opacity": 1,
                               "line": {"width": 2, "color": palette.over}})  # fmt: skip
    fills = {"low": palette.low, "mid": palette.mid, "over": palette.over}
    figure.add_scatter(
        x=[spot.x / s for spot in spots], y=[spot.y / s for spot in spots], mode="markers+text", hoverinfo="text",
        hovertext=[_hover(report, lang, row) for row in sites.to_dict("records")],
        text=[f"<b>{letters[i]}</b>" if i in letters else "" for i in range(len(sites))],
        textfont={"size": 12, "color": [palette.paper if state == "over" else "#1B2630" for state in states]},
        marker={"symbol": shapes, "size": sizes, "opacity": 1, "color": [fills[state] for state in states],
                "line": {"color": [palette.paper if state == "over" else palette.ink for state in states],
                         "width": [2 if state == "mid" else 1 for state in states]}},
    )  # fmt: skip


def _hover(report: PlanReport, lang: str, row: dict[str, object]) -> str:
    say = translator(lang)
    share = float(str(row["share"]))
    lines = [
        f"<b>{row['name'] if not row['grouped'] else row[f'short_{lang}']}</b> · {report.tier_name(str(row['tier']), lang)}",
        say("{a} people in the house, {b} usable beds ({c})").format(
            a=formats.people(float(str(row["patients"])), lang), b=formats.num(float(str(row["beds"])), lang), c=formats.pct(share, lang)),
    ]  # fmt: skip
    unmet = float(str(row["unmet"]))
    if unmet >= 0.05:
        lines.append(say("{a} below the level they need").format(a=formats.people(unmet, lang)))
    return "<br>".join(lines)


def _draw_labels(
    figure: go.Figure, report: PlanReport, lang: str, palette: Palette, sites: pd.DataFrame, spots: list[Spot], frame: _Frame,
    letters: dict[int, str], crossed: list[Point],
) -> None:  # fmt: skip
    halo = ", ".join(f"{x}px {y}px 1px {palette.paper}" for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y)
    taken = [spot.box for spot in spots]
    rows = sites.to_dict("records")
    order = sorted(range(len(rows)), key=lambda i: (load_state(rows[i]["share"]) != "over", bool(rows[i]["grouped"]), -rows[i]["beds"]))
    for i in order:
        over = load_state(rows[i]["share"]) == "over"
        if i in letters or (rows[i]["grouped"] and not over):
            continue
        text = str(rows[i][f"short_{lang}"]) + (f" {formats.pct(rows[i]['share'], lang)}" if over else "")
        label = place_label(spots[i], 6.5 * len(text) + 2, 15, taken, crossed, frame.bounds, must=over or len(rows) < 40)
        if label is None:
            continue
        taken.append(label.box)
        figure.add_annotation(
            x=label.x / frame.scale, y=label.y / frame.scale, xanchor=label.xanchor, yanchor=label.yanchor, showarrow=False, borderpad=0,
            text=f"<b>{text}</b>" if over else text, font={"size": 12.5, "color": palette.alarm if over else palette.ink, "shadow": halo},
        )  # fmt: skip


def _corner_list(
    figure: go.Figure, report: PlanReport, lang: str, palette: Palette, sites: pd.DataFrame, letters: dict[int, str], points: tuple[Point, ...], frame: _Frame
) -> None:
    if not letters:
        return
    lines = []
    for i, letter in letters.items():
        share = float(sites.at[i, "share"])
        shown = formats.pct(share, lang)
        line = f"<b>{letter}</b>  {sites.at[i, f'short_{lang}']}  {shown}"
        lines.append(f"<span style='color:{palette.alarm}'><b>{line}</b></span>" if load_state(share) == "over" else line)
    corners = {(0, 1): (frame.x0, frame.y1), (1, 1): (frame.x1, frame.y1), (0, 0): (frame.x0, frame.y0 + 8), (1, 0): (frame.x1, frame.y0)}
    free = max(corners, key=lambda c: min(math.dist(corners[c], p) for p in points))
    figure.add_annotation(
        xref="x domain", yref="y domain", x=free[0], y=free[1], xanchor="left" if free[0] == 0 else "right", yanchor="top" if free[1] else "bottom",
        align="left", showarrow=False, text="<br>".join(lines), font={"size": 12.5, "color": palette.ink2}, xshift=8 if free[0] == 0 else -8,
    )  # fmt: skip


def _scale_bar(figure: go.Figure, palette: Palette, frame: _Frame, lang: str) -> None:
    x, y = frame.x0 + 1, frame.y0 + 1.2
    figure.add_scatter(x=[x, x, x + 10, x + 10], y=[y + 0.6, y, y, y + 0.6], mode="lines", line={"color": palette.ink2, "width": 1.2}, hoverinfo="skip")
    figure.add_annotation(x=x + 5, y=y + 0.3, text="10 km", showarrow=False, yanchor="bottom", font={"size": 12, "color": palette.ink2})
    figure.add_annotation(x=x + 13, y=y, text=("B" if lang == "vi" else "N") + "<br>▲", showarrow=False, yanchor="bottom", font={"size": 12, "color": palette.ink2})
