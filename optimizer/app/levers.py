"""Levers on the Situation page: what opens when, what it costs and bought, who decides it."""

from __future__ import annotations

from html import escape

import streamlit as st

from optimizer.app import blocks, listings
from optimizer.app.state import Viewer
from optimizer.report import formats, levers
from optimizer.report.folder import PlanReport


def show_levers(who: Viewer, report: PlanReport) -> None:
    """Draw the table; nothing for a plan whose scenario allows no lever."""
    told = levers.totals(report.head, who.lang)
    if told:
        st.html(blocks.section(who.say("Levers"), told))
        st.html(levers_table(who, report))


def levers_table(who: Viewer, report: PlanReport) -> str:
    """Return one row for each lever the plan opens, those that bought most first."""
    lang = who.lang
    rows = []
    for row in levers.rows(report.head, lang):
        name, first, last, units, _, cost, harm, worth, again, approver, basis = row
        when = f"{formats.day(report.date(first), lang)} – {formats.day(report.date(last), lang)}"
        saved = f"≥ {formats.num(worth, lang)}" if again is None else formats.num(again, lang)
        rows.append(
            listings.cell(escape(name))
            + listings.cell(when, "n")
            + listings.cell(formats.num(units, lang), "n")
            + listings.cell(formats.num(cost, lang), "n")
            + listings.cell(formats.num(harm, lang, 1), "n")
            + listings.cell(saved, "n b")
            + listings.cell(escape(f"{approver}; {basis}"), "m")
        )
    if not rows:
        return blocks.notice(who.say("The plan opens no lever."))
    head = [
        (who.say("Lever"), ""),
        (who.say("Open"), "n"),
        (who.say("Units"), "n"),
        (who.say("Million VND"), "n"),
        (who.say("Own harm"), "n"),
        (who.say("Harm saved"), "n"),
        (who.say("Approved by; legal basis"), ""),
    ]
    note = who.say("≥ = yields at shadow prices, a floor; others: solved again without the lever")
    return blocks.block(listings.table(head, rows) + listings.note(note))
