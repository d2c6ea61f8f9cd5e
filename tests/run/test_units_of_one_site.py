"""Two units of one site: whoever reads of them sees which of the two is meant."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from optimizer.app import listings
from optimizer.report.folder import read_plan_folder
from optimizer.report.mapdata import hover_text, map_sites
from optimizer.report.naming import told_apart
from optimizer.report.palette import LIGHT
from optimizer.report.summary import summary_text

from .province import planned, summary, worked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan the worked example with both units in hospital A."""
    province = worked(tmp_path_factory.mktemp("site") / "province")
    units = province / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("B,FB", "B,FA"), encoding="utf-8")
    planned(province / "scenario.yaml", province, province.parent / "plan", reports=True)
    return province.parent / "plan"


@pytest.mark.parametrize(
    ("units", "wanted"),
    [
        ([("a", "A", "Tier 1"), ("b", "B", "Tier 1")], {}),
        ([("a", "A", "Tier 1"), ("b", "A", "Tier 2")], {"a": " · Tier 1", "b": " · Tier 2"}),
        (
            [("a", "A", "Tier 1"), ("b", "A", "Tier 1"), ("c", "A", "Tier 2")],
            {"a": " · Tier 1 · a", "b": " · Tier 1 · b", "c": " · Tier 2"},
        ),
    ],
)
def test_told_apart_adds_the_tier_and_the_code_where_the_tier_is_the_same(
    units: Sequence[tuple[str, str, str]], wanted: dict[str, str]
) -> None:
    assert told_apart(units) == wanted


@pytest.mark.parametrize(
    ("lang", "names"), [("vi", {"A · Tầng 1", "A · Tầng 2"}), ("en", {"A · Tier 1", "A · Tier 2"})]
)
def test_units_of_one_site_have_names_of_their_own(
    lang: str, names: set[str], folder: Path
) -> None:
    report = read_plan_folder(folder)
    assert {report.place_name(unit, lang) for unit in ("A", "B")} == names
    assert summary(folder)["names"]["A"] == summary(folder)["names"]["B"] == "A"  # as written
    sites = map_sites(report, 1, lang)
    assert {site.short for site in sites} == names
    assert len({hover_text(report, site, lang).split("<br>")[0] for site in sites}) == 2
    moves = listings.moves_table(report, lang, LIGHT)
    terminal = summary_text(folder, summary(folder), lang)
    page = (folder / "report.html").read_text(encoding="utf-8")
    told = str(summary(folder)["explanation"])
    for name in names:
        assert all(name in text for text in (moves, terminal, page, told))


def test_workbook_tells_units_of_one_site_apart(folder: Path) -> None:
    with zipfile.ZipFile(folder / "report.xlsx") as book:
        text = book.read("xl/sharedStrings.xml").decode()
    said = set(re.findall(r"<t[^>]*>([^<]*)</t>", text))
    assert {"A · Tầng 1", "A · Tầng 2"} <= said
