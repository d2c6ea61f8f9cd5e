"""Equity on the Situation page: who waits longer and travels further."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from optimizer.app import blocks, listings
from optimizer.app.state import Viewer
from optimizer.report import formats
from optimizer.report.folder import PlanReport, read_csv

NUMBERS = ("new_patients", "waiting_per_patient", "minutes_p90", "late_share")


def show_equity(who: Viewer, report: PlanReport) -> None:
    """Draw the table; nothing for a plan made before there was one."""
    path = report.path / "equity.csv"
    if not path.is_file():
        return
    note = who.say("shown, never decided by: no cost reads where somebody lives or who he is")
    st.html(blocks.section(who.say("Equity"), note))
    st.html(equity_table(who, report, read_csv(path)))


def equity_table(who: Viewer, report: PlanReport, frame: pd.DataFrame) -> str:
    """Return clusters (longest wait first), remote and other communes, population groups."""
    say, lang = who.say, who.lang
    frame = frame.assign(**{name: pd.to_numeric(frame[name]) for name in NUMBERS})
    titles = {
        "cluster": say("Clusters, longest wait first"),
        "place": say("Remote communes and the others"),
        "population_group": say("Population groups"),
    }
    words = {"remote": say("Remote communes"), "other": say("Other communes")}
    rows: list[str] = []
    for dimension, title in titles.items():
        part = frame.loc[frame["dimension"] == dimension]
        if len(part) < 2:
            continue
        if dimension == "cluster":
            part = part.sort_values("waiting_per_patient", ascending=False)
        rows.append(f'<tr class="g"><td colspan="5">{escape(title)}</td></tr>')
        for r in part.to_dict("records"):
            group = str(r["group"])
            name = words.get(group) or report.place_name(group, lang)
            share = formats.pct(r["late_share"], lang, 1)
            rows.append(
                listings.cell(escape(name))
                + listings.cell(formats.num(r["new_patients"], lang), "n")
                + listings.cell(formats.num(r["waiting_per_patient"], lang, 2), "n b")
                + listings.cell(formats.minutes(r["minutes_p90"], lang), "n")
                + listings.cell(share, "n")
            )
    if not rows:
        return blocks.notice(say("One cluster and one group: there is nothing to compare."))
    head = [
        ("", ""),
        (say("New patients"), "n"),
        (say("Waiting days a patient"), "n"),
        (say("P90 minutes"), "n"),
        (say("Late"), "n"),
    ]
    return blocks.block(listings.table(head, rows) + listings.note(_gap(who, report)))


def _gap(who: Viewer, report: PlanReport) -> str:
    """Say what the gaps are, and what a smaller one would cost is asked with epsilon."""
    gaps = report.head.get("equity") or {}
    if gaps.get("worst_gap_days") is None:
        return ""
    text = who.say(
        "{place} waits {gap} days a patient longer than all together; to spend harm on a smaller "
        "gap raise options.fairness.epsilon on the Plan page."
    )
    return text.format(
        place=report.place_name(str(gaps["worst_cluster"]), who.lang),
        gap=formats.num(gaps["worst_gap_days"], who.lang, 2),
    )
