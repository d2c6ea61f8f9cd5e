"""Tables, charts and the map hold the plan's figures and never cover one another."""

from __future__ import annotations

import base64
import io
import itertools
import math
import zipfile

import pandas as pd
import pytest

from optimizer.errors import DataError
from optimizer.report import charts, marks, tables
from optimizer.report.cells import make_cells, ring_area
from optimizer.report.flows import sankey
from optimizer.report.flowtable import flow_table, left_out
from optimizer.report.folder import PlanReport, read_plan_folder
from optimizer.report.freespace import Raster
from optimizer.report.mapdata import load_state, map_arcs, nice_breaks
from optimizer.report.maps import ARCS, facility_map
from optimizer.report.palette import DARK, LIGHT
from optimizer.report.placing import Spot, overlap, place_label, push_apart
from tests.app.sample_plan import Sample


def test_orders_of_day_one_are_the_plans_whole_people(report: PlanReport) -> None:
    rows = tables.orders(report, "vi")
    moves = report.tables["transfers"].query("day == 1").patients.sum()
    seen = report.tables["admissions"].query("day == 1 and observed == 1").patients.sum()
    assert rows["patients"].sum() == pytest.approx(moves + seen)
    assert (rows["patients"] % 1 == 0).all()
    assert rows.loc[rows["what"] == "transfer", "minutes"].between(1, 200).all()
    assert rows.loc[rows["what"] != "transfer", "minutes"].isna().all()
    area, unit = rows.loc[rows["what"] != "transfer", ["origin", "destination"]].iloc[0]
    known = tables.orders(report, "vi", roads={(area, unit): 17.0})
    mine = (known["origin"] == area) & (known["destination"] == unit)
    assert set(known.loc[mine, "minutes"]) == {17.0}


def test_flows_hold_every_patient_of_the_shown_days(report: PlanReport) -> None:
    table = flow_table(report)
    shown = report.tables["admissions"].query("day <= 28").patients.sum()
    moved = report.tables["transfers"].query("day <= 28").patients.sum()
    by_way = table.groupby("way").patients.sum()
    last = report.unmet.query("day == 28").patients.sum()
    assert by_way["unmet"] == pytest.approx(last, abs=0.3)
    assert by_way.sum() == pytest.approx(shown + moved + last, rel=0.001)


def test_flows_leave_admissions_out_when_they_dwarf_the_rest(report: PlanReport) -> None:
    out = left_out(flow_table(report))
    assert set(out["way"]) == {"new"}
    assert sankey(report, "vi", LIGHT).data[0].link.value is not None


def test_places_kept_and_outlook_are_the_plans(report: PlanReport) -> None:
    assert set(tables.places_kept(report)["day"]) <= {2, 3}
    moves = report.tables["transfers"]
    ahead = moves.loc[moves["day"].between(4, 28), "patients"].sum()
    assert sum(tables.outlook(report).values()) == pytest.approx(ahead)


def test_downloads_open_again(report: PlanReport) -> None:
    text = tables.orders_csv(report, "vi").decode("utf-8-sig")
    assert text.startswith("# Kế hoạch")
    assert len(pd.read_csv(io.StringIO(text), comment="#")) == len(tables.orders(report, "vi"))
    with zipfile.ZipFile(io.BytesIO(tables.folder_zip(report.path))) as archive:
        assert f"{report.path.name}/plan.json" in archive.namelist()
        assert archive.testzip() is None


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_strips_and_map_are_drawn_in_each_theme_and_language(
    report: PlanReport, lang: str, palette: object
) -> None:
    figure = charts.strips(report, lang, palette)  # type: ignore[arg-type]
    assert sum(trace.type == "bar" for trace in figure.data) >= 6
    drawing = facility_map(report, lang, palette)  # type: ignore[arg-type]
    assert drawing.arcs_shown == min(ARCS, drawing.arcs_all)
    assert "http" not in drawing.figure.to_json()


def test_no_brick_is_drawn_when_nothing_is_wrong(calm: PlanReport) -> None:
    assert LIGHT.alarm not in charts.strips(calm, "vi", LIGHT).to_json()
    assert LIGHT.alarm not in marks.ruler({"plan": 1.0, "greedy": 2.0}, LIGHT)


def test_bound_is_dashed_and_violet_on_the_ruler() -> None:
    def drawn(values: dict[str, float | None]) -> str:
        return base64.b64decode(marks.ruler(values, LIGHT).split(",")[1]).decode()

    assert "stroke-dasharray" not in drawn({"plan": 1.0, "proportional_share": 2.0})
    line = f'stroke="{LIGHT.bound}" stroke-width="2" stroke-dasharray'
    assert line in drawn({"plan": 1.0, "pooled_bound": 0.5})
    assert LIGHT.bound not in drawn({"plan": 1.0, "pooled_bound": None})


def test_map_arcs_are_the_largest_first(report: PlanReport) -> None:
    arcs = map_arcs(report, 1)
    assert all(a.patients >= b.patients for a, b in itertools.pairwise(arcs))


def test_land_has_the_area_of_the_province(report: PlanReport) -> None:
    points = tuple((float(x), float(y)) for x in range(0, 40, 5) for y in range(0, 40, 5))
    cells = make_cells(points, 2000.0)
    step = 0.5
    spots = [(x * step, y * step) for x in range(-30, 120) for y in range(-30, 120)]
    inside = sum(any(within(p, ring) for ring in cells.land) for p in spots) * step**2
    assert inside == pytest.approx(2000.0, rel=0.05)
    largest = [max(ring_area(ring) for ring in pieces) for pieces in cells.pieces]
    assert min(largest) > 0


def within(point: tuple[float, float], ring: tuple[tuple[float, float], ...]) -> bool:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    x, y = point
    return all((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= 0 for a, b in pairs)


@pytest.mark.parametrize(
    "points", [((0.0, 0.0),), ((0.0, 0.0), (0.0, 0.0)), ((0.0, 0.0), (9.0, 1.0))]
)
def test_cells_stand_few_and_equal_points(points: tuple[tuple[float, float], ...]) -> None:
    assert len(make_cells(points, 50.0).pieces) == len(points)


def test_marks_do_not_overlap_when_pushed_apart() -> None:
    spots = push_apart([Spot(0.0, 0.0, 10.0 + i) for i in range(6)])
    for a, b in itertools.combinations(spots, 2):
        assert math.dist((a.x, a.y), (b.x, b.y)) >= a.radius + b.radius - 0.5


def test_label_avoids_what_is_taken() -> None:
    taken = [(4.0, -10.0, 100.0, 10.0)]
    label = place_label(Spot(0, 0, 5), 60, 14, taken, [], (-200, -200, 200, 200))
    assert label is not None
    assert overlap(label.box, taken[0]) < 0.5
    everything = [(-200.0, -200.0, 200.0, 200.0)]
    assert place_label(Spot(0, 0, 5), 60, 14, everything, [], everything[0]) is None


def test_free_box_keeps_off_what_is_covered() -> None:
    raster = Raster((0.0, 0.0, 100.0, 100.0))
    raster.cover_rings([[(0.0, 0.0), (100.0, 0.0), (100.0, 60.0), (0.0, 60.0)]])
    raster.cover_boxes([(0.0, 60.0, 50.0, 100.0)])
    box = raster.free(30, 20, [(0, 1), (1, 1)])
    assert box is not None
    assert box[0] >= 50
    assert box[1] >= 60
    assert raster.free(60, 20, [(0, 1)]) is None


def test_load_state_follows_the_rounded_figure() -> None:
    states = [load_state(s) for s in (0.794, 0.796, 1.004, 1.006, math.nan)]
    assert states == ["low", "mid", "mid", "over", "low"]


def test_breaks_are_round() -> None:
    assert nice_breaks(500.0) == [100.0, 200.0, 300.0, 400.0]
    assert nice_breaks(0.0) == [1.0, 2.0, 3.0, 4.0]


def test_reading_names_every_missing_column(sample: Sample, tmp_path: object) -> None:
    import shutil
    from pathlib import Path

    broken = Path(str(tmp_path)) / "plan"
    shutil.copytree(sample.plan, broken)
    (broken / "transfers.csv").write_text("day,from_unit\n1,A\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_plan_folder(broken)
    assert {p.column for p in caught.value.problems} >= {"to_unit", "patients"}
    assert "Thiếu một cột." in caught.value.render("vi")


def test_orders_csv_writes_whole_people_and_names_beside_codes(report: PlanReport) -> None:
    text = tables.orders_csv(report, "vi").decode("utf-8-sig")
    found = pd.read_csv(io.StringIO(text), comment="#", dtype=str)
    rows = tables.orders(report, "vi")
    assert all("." not in number for number in found["Số ca"])
    assert found["Số ca"].astype(float).tolist() == pytest.approx(rows["patients"].tolist())
    assert found["Mã nơi đi"].tolist() == rows["origin"].tolist()
    assert found["Mã nơi đến"].tolist() == rows["destination"].tolist()
    assert found["Từ"].tolist() == [report.place_name(p, "vi") for p in rows["origin"]]
    levels = dict(zip(found["Mã mức"], found["Mức"], strict=True))
    assert levels == {k: report.level_name(k, "vi") for k in levels}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", "<br>từ mức này<br>trở lên"), ("en", "<br>of this level<br>or above")],
)
def test_spare_beds_are_said_to_be_of_the_level_or_above(
    calm: PlanReport, lang: str, words: str
) -> None:
    spare = "dư " if lang == "vi" else "spare "
    said = [a.text for a in charts.strips(calm, lang, LIGHT).layout.annotations]
    said = [text for text in said if text.startswith(spare)]
    assert any(text.endswith(words) for text in said)
    top = charts.strips(calm, lang, LIGHT).layout.annotations
    assert sum(a.text.endswith(words) for a in top) <= len(calm.bed_levels) - 1
