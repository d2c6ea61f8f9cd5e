"""Staff: who is lent where until when, and which beds no team covers; read from a staff folder."""

from __future__ import annotations

import csv
import json
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from optimizer.app import blocks, rosters, state
from optimizer.app.catalogue import Places
from optimizer.app.state import Viewer
from optimizer.report import staffing
from optimizer.report.formats import num
from optimizer.report.rostered import (
    facility_rows,
    roster_round_rows,
    rounds_note,
    still_counted,
)

SUMMARY = "staff.json"


def folders(plans: Path) -> list[Path]:
    """Return the staff folders among the plans, newest first."""
    found = [path.parent for path in plans.glob(f"*/{SUMMARY}")]
    return sorted(found, key=lambda folder: -(folder / SUMMARY).stat().st_mtime)


def cover_rows(folder: Path, site: str, lang: str, say: Any) -> list[dict[str, Any]]:
    """Return need, people there and people short of one site, by role and week."""
    weeks: dict[tuple[str, int], list[dict[str, str]]] = {}
    with (folder / "heads.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["site"] == site and float(row["need"]) > 0:
                weeks.setdefault((row["role"], (int(row["day"]) - 1) // 7), []).append(row)
    return [
        {
            say("Role"): role,
            say("Week"): week + 1,
            say("Needed"): max(int(row["need"]) for row in rows),
            say("Own people"): int(rows[0]["heads"]),
            say("Lent"): max(int(row["away"]) for row in rows),
            say("Borrowed"): max(int(row["here"]) for row in rows),
            say("Short, head-days"): num(sum(float(row["short"]) for row in rows), lang, 1),
        }
        for (role, week), rows in sorted(weeks.items())
    ]


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    plans = Places.from_environment().plans
    lent, shifts = st.tabs([who.say("Who lends whom"), who.say("Rosters")])
    with lent:
        _secondments(who, folders(plans))
    with shifts:
        rosters.show(who, plans)


def _secondments(who: Viewer, found: list[Path]) -> None:
    """Draw the staff plan that is chosen."""
    if not found:
        _empty(who)
        return
    names = [folder.name for folder in found]
    chosen = st.selectbox(who.say("Staff plan"), names, key="staff_plan")
    folder = found[names.index(chosen)]
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        _page(who, folder, summary)
    except (OSError, ValueError, KeyError) as error:
        more = f"<br><code>{escape(str(error))}</code>"
        st.html(blocks.notice(who.say("This staff plan cannot be shown."), "bad", more))


def _empty(who: Viewer) -> None:
    say = who.say
    st.html(blocks.section(say("Staff")))
    text = say("No staff plan yet: referral staff SCENARIO makes one in a few minutes.")
    st.html(blocks.notice(text))


def _page(who: Viewer, folder: Path, summary: dict[str, Any]) -> None:
    say, lang = who.say, who.lang
    finding = escape(staffing.finding_text(summary, lang))
    st.html(blocks.block(f'<h1 class="finding">{finding}</h1>'))
    st.html(blocks.notice(say("People and rules of staff are generated and assumed, not real.")))
    note = say("{heads} people, {cost} million VND").format(
        heads=num(summary["heads_moved"], lang, 0), cost=num(summary["cost_vnd"] / 1e6, lang, 0)
    )
    st.html(blocks.section(say("Who lends whom"), note))
    rows = staffing.block_rows(summary, lang)
    if rows:
        dated = state.dates(lang, say("From"), say("Until"))
        st.dataframe(rows, hide_index=True, width="stretch", column_config=dated)
    else:
        st.html(blocks.notice(say("Nobody needs to move.")))
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        st.html(blocks.section(say("Cover by week"), say("heads on the books")))
        sites = [site for site in summary["names"] if not site.startswith("outside:")]
        hosts = {block["host"] for block in summary["blocks"]}
        order = sorted(sites, key=lambda site: (site not in hosts, str(summary["names"][site])))
        site = st.selectbox(
            say("Facility"),
            order,
            key="staff_site",
            format_func=lambda one: str(summary["names"][one]),
        )
        roles = summary["role_names"][lang]
        cover = cover_rows(folder, site, lang, say)
        for row in cover:
            row[say("Role")] = roles[row[say("Role")]]
        st.dataframe(cover, hide_index=True, width="stretch")
    with right:
        st.html(blocks.section(say("Beds and staff, round by round")))
        st.dataframe(staffing.round_rows(summary, lang), hide_index=True, width="stretch")
    if "rosters" in summary:
        told = summary["rosters"]
        lost = num(told["bed_days_lost"], lang, 1)
        note = say("{lost} bed-days that no roster staffs").format(lost=lost)
        st.html(blocks.section(say("Rosters of the province"), note))
        if text := still_counted(told, lang):
            st.html(blocks.notice(text, "bad"))
        st.dataframe(facility_rows(told, lang), hide_index=True, width="stretch")
        if text := rounds_note(told, lang):
            st.html(blocks.notice(text))
        st.html(blocks.section(say("Plan and rosters, round by round")))
        st.dataframe(roster_round_rows(told, lang), hide_index=True, width="stretch")


if __name__ == "__main__":
    show()
