"""The sentence is true of the figures below it, in both languages."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from optimizer.report import formats
from optimizer.report.findings import (
    finding,
    free_beds_note,
    rivals_note,
    rule_note,
    shortfalls_note,
)
from optimizer.report.folder import PlanReport
from optimizer.report.indicators import indicators, total_unmet
from optimizer.report.occupancy import free_beds, strip_table
from optimizer.report.tables import orders_csv


def with_kpis(report: PlanReport, **changes: Any) -> PlanReport:
    head = copy.deepcopy(dict(report.head))
    head["kpis"].update(changes)
    return replace(report, head=head)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_finding_names_level_place_day_and_both_figures(report: PlanReport, lang: str) -> None:
    found = finding(report, lang)
    worst = report.head["shortfalls"][0]
    first = report.kpis["first_short_day"][worst["care_level"]]
    assert report.level_name(worst["care_level"], lang) in found.text
    assert report.place_name(worst["place"], lang) in found.text
    assert formats.day(report.date(first), lang) in found.alarms
    for kpis in (report.kpis, report.rivals["no_transfers"], report.rivals["greedy"]):
        assert formats.people(total_unmet(kpis), lang) in found.text


def test_finding_agrees_with_the_tables_it_stands_above(report: PlanReport) -> None:
    table = strip_table(report)
    level = report.head["shortfalls"][0]["care_level"]
    daily = table.loc[table["care_level"] == level].set_index("day")["unmet"]
    assert daily[daily >= 0.5].index[0] == report.kpis["first_short_day"][level]
    home = report.levels.loc[report.levels["place"] == "home", "care_level"].iloc[0]
    beds = table.loc[table["care_level"] != home]
    assert beds["unmet"].sum() == pytest.approx(total_unmet(report.kpis))


@pytest.mark.parametrize(
    ("lang", "rule", "plan"),
    [("vi", "quy tắc chỗ trống gần nhất để lại", "kế hoạch"), ("en", "rule leaves", "the plan")],
)
def test_finding_speaks_of_the_rule_when_nothing_was_optimised(
    lang: str, rule: str, plan: str, report: PlanReport
) -> None:
    ruled = replace(report, head=dict(report.head) | {"status": "rule"})
    text = finding(ruled, lang).text
    assert rule in text
    assert plan not in text
    assert formats.people(total_unmet(report.rivals["no_transfers"]), lang) in text
    assert rule_note(ruled.head, lang)
    assert shortfalls_note(ruled, lang) != shortfalls_note(report, lang)
    assert rule_note(report.head, lang) == ""
    assert plan in finding(report, lang).text
    orders = orders_csv(ruled, lang).decode("utf-8-sig")
    assert orders.startswith(f"# {rule_note(ruled.head, lang)}")
    assert rule_note(ruled.head, lang) not in orders_csv(report, lang).decode("utf-8-sig")


def test_finding_says_there_is_enough_when_nothing_runs_short(calm: PlanReport) -> None:
    assert finding(calm, "en").text.startswith("There is a place for everybody")
    assert finding(calm, "vi").text.startswith("Mọi mức chăm sóc đều đủ chỗ đến 20/12")
    assert finding(calm, "en").alarms == ()


def test_finding_claims_no_cut_when_the_plan_is_no_better(report: PlanReport) -> None:
    rival = report.rivals["no_transfers"]
    same = with_kpis(report, unmet_patient_days=rival["unmet_patient_days"])
    assert "cuts" not in finding(same, "en").text
    worse = with_kpis(report, unmet_patient_days={"icu": total_unmet(rival) + 50})
    assert "but less harm" in finding(worse, "en").text
    harmful = with_kpis(report, unmet_patient_days={"icu": total_unmet(rival) + 50}, harm=1e9)
    assert "less harm" not in finding(harmful, "en").text
    assert "cuts" not in finding(harmful, "en").text


def with_levers(report: PlanReport, **more: Any) -> PlanReport:
    return replace(report, head=dict(report.head) | {"levers_bought": [{"lever": "L"}]} | more)


@pytest.mark.parametrize(
    ("lang", "words", "never"),
    [
        ("en", ("with the levers decided and transfers", "without either"), "without transfers"),
        ("vi", ("với các biện pháp đã chọn và chuyển tầng", "không có cả hai"), "(không chuyển)"),
    ],
)
def test_finding_credits_transfers_with_nothing_that_levers_did(
    lang: str, words: tuple[str, str], never: str, report: PlanReport
) -> None:
    text = finding(with_levers(report), lang).text
    assert all(word in text for word in words)
    assert never in finding(report, lang).text
    assert never not in text
    for kpis in (report.kpis, report.rivals["no_transfers"], report.rivals["greedy"]):
        assert formats.people(total_unmet(kpis), lang) in text
    assert "pooled" in rivals_note(with_levers(report).head, "en")
    assert rivals_note(report.head, lang) == ""


def test_finding_compares_transfers_alone_where_the_rival_may_open_levers_too(
    report: PlanReport,
) -> None:
    held = with_levers(report, promises=[{"promise": "no_site_worse_off"}])
    assert finding(held, "en").text == finding(report, "en").text
    assert "no transfers and the pooled bound" in rivals_note(held.head, "en")


def test_finding_of_levers_says_less_harm_only_where_it_is(report: PlanReport) -> None:
    rival = report.rivals["no_transfers"]
    more = with_levers(with_kpis(report, unmet_patient_days={"icu": total_unmet(rival) + 50}))
    assert "does less harm" in finding(more, "en").text
    assert "does less harm" not in finding(with_levers(report), "en").text
    assert "less harm" not in finding(with_levers(with_kpis(more, harm=1e9)), "en").text


def test_finding_says_what_levers_and_transfers_spared(calm: PlanReport) -> None:
    text = finding(with_levers(calm), "en").text
    assert ("without levers and transfers" in text) == (
        "without transfers" in finding(calm, "en").text
    )
    assert "; without transfers" not in text


def test_finding_says_today_when_day_one_is_short(report: PlanReport) -> None:
    level = report.head["shortfalls"][0]["care_level"]
    first = dict(report.kpis["first_short_day"]) | {level: 1}
    assert "short today already" in finding(with_kpis(report, first_short_day=first), "en").text
    assert "thiếu ngay hôm nay" in finding(with_kpis(report, first_short_day=first), "vi").text


def test_difference_on_the_page_adds_up_with_the_figures_shown(report: PlanReport) -> None:
    for figure in indicators(report, "en"):
        mine = figure.read(report.kpis)
        for rival in report.rivals.values():
            if figure.read(rival) is None:  # the bound has no such figure
                continue
            a, b = (figure.write(v, "en") for v in (mine, figure.read(rival)))
            gain = figure.difference(mine, figure.read(rival), "en")
            numbers = [float(t.replace(",", "").replace("\u2212", "-")) for t in (a, b, gain)]
            assert numbers[0] - numbers[1] == pytest.approx(numbers[2], abs=0.51)


def test_free_beds_leave_out_what_lower_levels_take(report: PlanReport) -> None:
    """By hand: one unit, 10 ward and 4 ICU beds; 12 ward patients: 2 of them lie in ICU beds."""
    tables = dict(report.tables)
    capacity = tables["capacity"].head(2).copy()
    capacity["day"], capacity["unit"] = 1, "A"
    capacity["care_level"] = ["ward", "icu"]
    capacity["usable_beds"], capacity["surge_beds"] = [10.0, 4.0], 0.0
    people = tables["patients"].head(1).copy()
    people["day"], people["place"], people["class_id"] = 1, "A", "moderate_acute"
    people["state"], people["patients"] = "treated", 12.0
    tables |= {"capacity": capacity, "patients": people}
    free = free_beds(replace(report, tables=tables)).set_index("care_level")["free"]
    assert free["icu"] == pytest.approx(2.0)  # 4 - (12 - 10)
    assert free["ward"] == pytest.approx(2.0)  # 10 + 4 - 12


def test_free_beds_note_is_silent_when_beds_are_what_is_short(calm: PlanReport) -> None:
    assert free_beds_note(calm, "en") == ""


def test_free_beds_note_names_what_the_tables_say(report: PlanReport) -> None:
    """In the sample stations hold free observation beds while people elsewhere wait for them."""
    table = strip_table(report).set_index(["care_level", "day"])
    free = free_beds(report).set_index(["care_level", "day"])["free"]
    day = int(table.loc["iso"]["unmet"].idxmax())
    note = free_beds_note(report, "en")
    assert formats.people(table.at[("iso", day), "unmet"], "en") in note
    assert formats.num(int(free["iso", day]), "en") in note
    assert formats.day(report.date(day), "en") in note
