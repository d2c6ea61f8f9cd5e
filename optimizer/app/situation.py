"""Situation: what runs short, where and when, and what the plan makes of it."""

from __future__ import annotations

import streamlit as st

from optimizer.app import blocks, listings, reasons, state
from optimizer.app.empty import show_without_plan
from optimizer.app.equity import show_equity
from optimizer.app.heading import show_heading
from optimizer.app.levers import show_levers
from optimizer.app.state import Viewer
from optimizer.report import charts, formats
from optimizer.report.diseases import disease_table
from optimizer.report.findings import finding, free_beds_note, rivals_note, shortfalls_note
from optimizer.report.folder import PlanReport
from optimizer.report.maps import facility_map
from optimizer.report.promises import promise_table, promise_title, stability_line

CHART = {"displayModeBar": False, "scrollZoom": False}


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    report = state.current_report()
    if not isinstance(report, PlanReport):
        show_without_plan(who, report)
        return
    show_heading(who, report)
    st.html(blocks.finding_line(finding(report, who.lang)))
    st.html(blocks.kpi_row(report, who.lang, who.palette))
    if note := rivals_note(report.head, who.lang):
        st.html(blocks.block(listings.note(note)))
    left, right = st.columns([1.12, 1], gap="medium")
    with left:
        _map(who, report)
        _bottlenecks(who, report)
    with right:
        _levels(who, report)
        st.html(blocks.section(who.say("Shortfalls"), shortfalls_note(report, who.lang)))
        st.html(listings.shortfall_table(report, who.lang, who.palette))
        _diseases(who, report)
        _promises(who, report)
        show_levers(who, report)
        show_equity(who, report)


def peak_day(report: PlanReport) -> int:
    """Return the shown day with the most people unmet; without any, the fullest day."""
    days = range(1, report.horizon + 1)
    unmet = report.unmet.groupby("day")["patients"].sum().reindex(days).fillna(0.0).to_numpy()
    if unmet.max() >= 0.5:
        return int(unmet.argmax()) + 1
    load = report.load.groupby("day")["patients"].sum().reindex(days).fillna(0.0).to_numpy()
    return int(load.argmax()) + 1


def _map(who: Viewer, report: PlanReport) -> None:
    peak = peak_day(report)
    days = [1] if peak == 1 else [1, peak]
    names = (
        {1: who.say("Day 1, {date}"), peak: who.say("Worst day, {date}")}
        if peak != 1
        else {1: who.say("Day 1, {date}")}
    )
    shown = {d: names[d].format(date=formats.day(report.date(d), who.lang)) for d in days}
    st.html(
        blocks.section(who.say("Load and transfers"), who.say("arrows: patients moved that day"))
    )
    day = 1
    if len(days) > 1:
        with st.container(key="mapday"):
            day = (
                st.segmented_control(
                    who.say("Day"),
                    days,
                    key="map_day",
                    default=1,
                    required=True,
                    label_visibility="collapsed",
                    format_func=lambda d: shown[d],
                )
                or 1
            )
    drawing = facility_map(report, who.lang, who.palette, day)
    st.plotly_chart(
        drawing.figure,
        key=f"map_{day}",
        theme=None,
        config=CHART,
        alt=finding(report, who.lang).text,
    )
    st.html(blocks.map_legend(report, drawing, who.lang, who.palette))


def _bottlenecks(who: Viewer, report: PlanReport) -> None:
    prices = who.say("about = solved again with it; ≤ = sum of shadow prices, a ceiling")
    st.html(blocks.section(who.say("Bottlenecks"), prices))
    st.html(reasons.bottleneck_table(report, who.lang))
    cure = reasons.clearing_note(report, who.lang)
    if cure:
        st.html(blocks.section(who.say("What would clear the shortfall")))
        st.html(cure)


def _diseases(who: Viewer, report: PlanReport) -> None:
    """Say how short each of several diseases falls."""
    head, rows = disease_table(report.head, who.lang)
    if rows:
        note = who.say("beds, staff, oxygen and vehicles are shared")
        st.html(blocks.section(who.say("By disease"), note))
        lines = ("".join(listings.cell(*one) for one in row) for row in rows)
        st.html(blocks.block(listings.table(head, lines)))


def _promises(who: Viewer, report: PlanReport) -> None:
    """Say what was promised, whether it was kept, and what it cost."""
    levels = {k: report.level_name(k, who.lang) for k in report.levels["care_level"]}
    head, rows = promise_table(report.head, levels, who.lang)
    changed = stability_line(report.head, who.lang)
    if rows or changed:
        st.html(blocks.section(*promise_title(who.lang)))
    if rows:
        lines = ("".join(listings.cell(*one) for one in row) for row in rows)
        st.html(blocks.block(listings.table(head, lines)))
    if changed:
        st.html(blocks.block(listings.note(changed)))


def _levels(who: Viewer, report: PlanReport) -> None:
    title = who.say("Care levels, {days} days").format(days=report.horizon)
    legend = blocks.strips_legend(who.lang, who.palette)
    st.html(blocks.section(title, who.say("by the level people need"), legend))
    tier = _tier(who, report)
    figure = charts.strips(report, who.lang, who.palette, tier)
    alt = charts.strips_alt(report, who.lang, tier)
    st.plotly_chart(figure, key=f"strips_{tier}", theme=None, config=CHART, alt=alt)
    if tier is None:
        note = free_beds_note(report, who.lang)
    else:
        note = who.say(
            "{tier}: beds, people in care and boarders of its units; people waiting at home are "
            "counted under all tiers only."
        ).format(tier=report.tier_name(tier, who.lang))
    if note:
        st.html(blocks.block(listings.note(note)))


def _tier(who: Viewer, report: PlanReport) -> str | None:
    """Let the reader choose a tier of the tier file; None is all of them."""
    tiers = list(report.tiers["tier"])
    with st.container(key="tierpick"):
        chosen = st.segmented_control(
            who.say("Tier"),
            ["", *tiers],
            key=f"tier_{'_'.join(tiers)}",
            default="",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
            format_func=lambda t: report.tier_name(t, who.lang) if t else who.say("All tiers"),
        )
    return chosen or None


if __name__ == "__main__":
    show()
