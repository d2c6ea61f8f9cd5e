"""On real plans of three provinces nothing on the map covers a word, whatever the day."""

from __future__ import annotations

import itertools
import math

import pytest

from optimizer.report.cells import Projection, make_cells
from optimizer.report.folder import PlanReport
from optimizer.report.mapdata import map_arcs, map_sites
from optimizer.report.maplayout import MapLayout
from optimizer.report.maps import ARCS, frame_of
from optimizer.report.placing import Box, overlap

CASES = [
    (province, day, lang)
    for province in ("can_tho", "cao_bang", "soc_trang")
    for day in (1, 7)
    for lang in ("vi", "en")
]


def layout_of(report: PlanReport, day: int, lang: str, full: float = 1.0) -> MapLayout:
    """Return the layout; `full` scales the load of every site."""
    towns = report.communes
    projection = Projection.around(towns["lat"].tolist(), towns["lon"].tolist())
    points = tuple(projection.km(a, b) for a, b in zip(towns["lat"], towns["lon"], strict=True))
    cells = make_cells(points, report.province_area)
    sites = map_sites(report, day, lang)
    if full != 1.0:
        from dataclasses import replace

        sites = [replace(site, share=site.share * full) for site in sites]
    frame = frame_of(projection, cells, 600)
    arcs = map_arcs(report, day)[:ARCS]
    return MapLayout(sites, frame, lang, list(report.tiers["tier"]), arcs, cells.land)


def boxes(layout: MapLayout) -> list[Box]:
    found = [label.box for label in layout.labels.values()]
    return found if layout.listed is None else [*found, layout.listed]


@pytest.mark.parametrize(("province", "day", "lang"), CASES)
def test_no_word_covers_a_word_or_a_mark(
    real: dict[str, PlanReport], province: str, day: int, lang: str
) -> None:
    layout = layout_of(real[province], day, lang)
    for a, b in itertools.combinations(boxes(layout), 2):
        assert overlap(a, b) < 1
    for word, spot in itertools.product(boxes(layout), layout.spots):
        assert overlap(word, spot.box) < 1


@pytest.mark.parametrize(("province", "day", "lang"), CASES)
def test_marks_stand_apart(real: dict[str, PlanReport], province: str, day: int, lang: str) -> None:
    spots = layout_of(real[province], day, lang).spots
    for a, b in itertools.combinations(spots, 2):
        assert math.dist((a.x, a.y), (b.x, b.y)) >= a.radius + b.radius - 1


@pytest.mark.parametrize(("province", "day", "lang"), CASES)
def test_list_of_letters_keeps_off_the_land(
    real: dict[str, PlanReport], province: str, day: int, lang: str
) -> None:
    layout = layout_of(real[province], day, lang)
    if layout.listed is None:
        assert layout.letters == {}
        return
    x0, y0, x1, y1 = layout.listed
    assert (x0, y1) >= (layout.frame.bounds[0], layout.frame.bounds[1])
    assert y0 >= layout.frame.bounds[1] - 1
    s = layout.frame.scale
    for ring in layout.land:
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            for t in (0.0, 0.25, 0.5, 0.75):
                x, y = (s * (a[k] + t * (b[k] - a[k])) for k in (0, 1))
                assert not (x0 < x < x1 and y0 < y < y1)
        middle = [(s * sum(p[k] for p in ring) / len(ring)) for k in (0, 1)]
        assert not (x0 < middle[0] < x1 and y0 < middle[1] < y1)


@pytest.mark.parametrize("province", ["can_tho", "cao_bang", "soc_trang"])
@pytest.mark.parametrize("full", [1.0, 3.0, 8.0])
def test_overloaded_site_is_always_named(
    real: dict[str, PlanReport], province: str, full: float
) -> None:
    layout = layout_of(real[province], 7, "vi", full)
    over = {i for i, site in enumerate(layout.sites) if site.state == "over"}
    assert over <= set(layout.labels) | set(layout.letters)
    listed = {i for _, rows in layout.columns for i in rows}
    assert listed == set(layout.letters)
