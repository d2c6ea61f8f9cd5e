"""Units of one site, communes of one name: whoever reads of them sees which one is meant."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from optimizer.app import listings
from optimizer.app.figures import unit_names
from optimizer.app.state import Viewer
from optimizer.i18n import translator
from optimizer.report.folder import read_plan_folder
from optimizer.report.mapdata import hover_text, map_sites
from optimizer.report.naming import communes_apart, told_apart, words_of_units
from optimizer.report.palette import LIGHT
from optimizer.report.summary import summary_text

from .province import ROOT, planned, summary, template, wave, worked


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
            {"a": " · Tier 1 · 1", "b": " · Tier 1 · 2", "c": " · Tier 2"},
        ),
    ],
)
def test_told_apart_adds_the_tier_and_a_number_where_nothing_else_differs(
    units: Sequence[tuple[str, str, str]], wanted: dict[str, str]
) -> None:
    assert told_apart(units) == wanted


def test_told_apart_says_what_units_of_one_site_and_tier_are() -> None:
    units = [("a", "A", "Tier 3"), ("a:icu", "A", "Tier 3"), ("b", "B", "T1"), ("c", "B", "T1")]
    words = words_of_units(
        {"A": "Hospital A", "B": "Hospital B"},
        [(unit, site) for unit, site, _ in units],
        [("a:icu", "New intensive-care centre Hospital A")],
        [("a", "OXY"), ("a", "ICU"), ("a:icu", "ICU"), ("b", "OXY"), ("c", "OXY"), ("c", "ICU")],
        {"OXY": "Oxygen bed", "ICU": "Intensive care"},
    )
    assert told_apart(units, words) == {
        "a": " · Tier 3",
        "a:icu": " · Tier 3 · New intensive-care centre",
        "b": " · T1 · Oxygen bed",
        "c": " · T1 · Intensive care",
    }


@pytest.mark.parametrize(("lang", "centre"), [("vi", "Trung tâm"), ("en", "centre")])
def test_units_of_the_shipped_provinces_are_told_apart_by_words_never_by_id(
    lang: str, centre: str
) -> None:
    who = Viewer(lang, translator(lang), LIGHT)
    for province in ("soc_trang", "cao_bang", "can_tho"):
        names = unit_names(who, ROOT / "data" / "facilities" / province)
        several = {unit: name for unit, name in names.items() if ":" in unit}
        several |= {site: names[site] for site in (unit.split(":")[0] for unit in several)}
        assert len(set(several.values())) == len(several) >= 4
        assert not any(unit in name for unit, name in several.items())
        (found,) = (name for unit, name in several.items() if unit.endswith(":icu-centre"))
        assert centre in found


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


@pytest.mark.parametrize(
    ("communes", "wanted"),
    [
        ([("1", "A", "K"), ("2", "B", "K")], {}),
        ([("1", "A", "K"), ("2", "A", "L")], {"1": "A (K)", "2": "A (L)"}),
        (
            [("1", "A", "K"), ("2", "A", "K"), ("3", "A", "")],
            {"1": "A (K) · 1", "2": "A (K) · 2", "3": "A"},
        ),
    ],
)
def test_communes_of_one_name_are_told_apart_by_cluster_then_code(
    communes: Sequence[tuple[str, str, str]], wanted: dict[str, str]
) -> None:
    assert communes_apart(communes) == wanted


@pytest.fixture(scope="module")
def namesakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan the starter province by communes, X1 of cluster C1 and X3 of C2 called the same."""
    province = template(tmp_path_factory.mktemp("namesakes") / "province")
    units = province / "admin_units.csv"
    text = units.read_text(encoding="utf-8")
    for name in ("Phường Trung tâm", "Xã Ven biển"):
        assert name in text
        text = text.replace(name, "Phường 2")
    units.write_text(text, encoding="utf-8")
    scenario = wave(province, areas="communes", shocks={"demand_factor": 30})
    planned(scenario, province, province.parent / "plan", explain=True, reports=True)
    return province.parent / "plan"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_communes_of_one_name_are_said_with_their_cluster_and_clusters_by_name(
    lang: str, namesakes: Path
) -> None:
    report = read_plan_folder(namesakes)
    told = summary(namesakes)
    assert told["names"]["X1"] == told["names"]["X3"] == "Phường 2"  # as the tables have it
    both = {"Phường 2 (Cụm Thành phố)", "Phường 2 (Cụm Ven biển)"}
    assert {report.place_name(area, lang) for area in ("X1", "X3")} == both
    assert {report.place_name(c, lang) for c in ("C1", "C2")} == {"Cụm Thành phố", "Cụm Ven biển"}
    text = summary_text(namesakes, told, lang)
    broken = [line for line in text.splitlines() if "Phường 2" in line]
    assert broken
    assert all("Phường 2 (Cụm" in line for line in broken)
    assert both <= set(re.findall(r"Phường 2 \(Cụm [^)]*\)", text))
    worst = report.place_name(told["equity"]["worst_cluster"], lang)
    start = {"en": "Worst cluster", "vi": "Cụm chờ lâu nhất"}[lang]
    assert f"{start} {worst}: " in text
    ids = r"(?<![\w.])(X[123]|C[12])(?![\w.])"
    assert re.findall(ids, text) == []
    page = (namesakes / "report.html").read_text(encoding="utf-8")
    seen = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert re.findall(r"Phường 2(?! \(Cụm)", seen) == []
    assert re.findall(ids, seen) == []
