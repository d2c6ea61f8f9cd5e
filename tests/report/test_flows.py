"""Flows by tier: nobody of the tables is lost on the way, least of all who leaves the province."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.report.flows import sankey
from optimizer.report.flowtable import OUTSIDE, flow_table
from optimizer.report.folder import PlanReport
from optimizer.report.palette import LIGHT
from optimizer.report.svgcharts import flows_svg


@pytest.fixture
def sending(report: PlanReport) -> PlanReport:
    """Make every lateral move one out of the province; no unit there is listed, as in a plan."""
    moves = report.tables["transfers"].copy()
    away = moves["direction"] == "lateral"
    assert away.any()
    moves.loc[away, ["direction", "to_unit"]] = ["out_of_province", "ELSEWHERE"]
    units = report.units.loc[~report.units["outside"]]
    return replace(report, units=units, tables=dict(report.tables) | {"transfers": moves})


def test_who_leaves_the_province_flows_out_of_it(sending: PlanReport) -> None:
    moves, adm = (
        sending.tables[name].query("day <= @sending.horizon")
        for name in ("transfers", "admissions")
    )
    flows = flow_table(sending)
    away = flows.loc[flows["target"] == OUTSIDE]
    assert set(away["way"]) == {"outside"}
    moved = moves.loc[moves["direction"] == "out_of_province", "patients"].sum()
    admitted = adm.loc[adm["kind"] == "out_of_province", "patients"].sum()
    assert moved > 0
    assert admitted > 0
    assert away["patients"].sum() == pytest.approx(moved + admitted, abs=0.1)
    inside = flows.loc[flows["way"] != "unmet", "patients"].sum()
    assert inside == pytest.approx(moves["patients"].sum() + adm["patients"].sum(), abs=0.3)


@pytest.mark.parametrize(("lang", "words"), [("vi", "Ngoài tỉnh"), ("en", "Out of province")])
def test_both_drawings_show_who_leaves_the_province(
    sending: PlanReport, lang: str, words: str
) -> None:
    assert words in flows_svg(sending, lang, LIGHT)
    assert any(words in str(note.text) for note in sankey(sending, lang, LIGHT).layout.annotations)
