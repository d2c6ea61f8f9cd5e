"""The strips of a tier hold the figures of capacity.csv; tiers add up to the province."""

from __future__ import annotations

from math import isnan

import pytest

from optimizer.report import charts
from optimizer.report.folder import PlanReport
from optimizer.report.occupancy import strip_table
from optimizer.report.palette import LIGHT

PROVINCES = ["can_tho", "cao_bang", "soc_trang"]


@pytest.mark.parametrize("province", PROVINCES)
def test_strips_of_a_tier_are_the_sums_of_capacity(
    real: dict[str, PlanReport], province: str
) -> None:
    report = real[province]
    tiers = dict(zip(report.units["unit"], report.units["tier"], strict=True))
    capacity = report.tables["capacity"].assign(tier=lambda d: d["unit"].map(tiers))
    assert capacity["tier"].notna().all()
    for tier in report.tiers["tier"]:
        table = strip_table(report, tier).set_index(["care_level", "day"])
        mine = capacity.loc[(capacity["tier"] == tier) & (capacity["day"] <= report.horizon)]
        for (level, day), rows in mine.groupby(["care_level", "day"]):
            # beds beyond the devices of their level hold nobody who needs it
            beds = sum(
                min(row.usable_beds + row.surge_beds, float("inf") if isnan(n) else n)
                for row in rows.itertuples()
                for n in [float(row.devices)]
            )
            assert table.at[(level, day), "usable"] == pytest.approx(beds)
            assert table.at[(level, day), "treated"] == pytest.approx(rows["treated"].sum())


@pytest.mark.parametrize("province", PROVINCES)
def test_tiers_add_up_to_all_but_those_waiting_at_home(
    real: dict[str, PlanReport], province: str
) -> None:
    report = real[province]
    every = strip_table(report).set_index(["care_level", "day"]).loc[report.bed_levels]
    parts = [strip_table(report, t).set_index(["care_level", "day"]) for t in report.tiers["tier"]]
    total = sum(parts[1:], parts[0])
    for column in ("treated", "usable"):
        assert (total[column] - every[column]).abs().max() < 1e-6
    waiting = report.unmet.query("state == 'waiting' and day <= @report.horizon").patients.sum()
    assert every["unmet"].sum() - total["unmet"].sum() == pytest.approx(waiting)


def test_treated_of_capacity_is_treated_of_patients(real: dict[str, PlanReport]) -> None:
    for report in real.values():
        people = report.tables["patients"].query("state == 'treated'")
        people = people.assign(care_level=report.care_level(people["class_id"]))
        by_level = people.query("day <= 7").groupby("care_level")["patients"].sum()
        table = strip_table(report).groupby("care_level")["treated"].sum()
        for level, patients in by_level.items():
            assert table[level] == pytest.approx(patients)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_strips_of_a_tier_name_levels_without_beds(report: PlanReport, lang: str) -> None:
    figure = charts.strips(report, lang, LIGHT, "T1")
    words = [note.text for note in figure.layout.annotations]
    assert ("không có giường" if lang == "vi" else "no beds") in words
    home = report.levels.loc[report.levels["place"] == "home", "care_level"].iloc[0]
    assert report.level_name(home, lang) not in charts.strips_alt(report, lang, "T1")
