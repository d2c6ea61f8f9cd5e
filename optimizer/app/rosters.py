"""Rosters on the Staff page: one as a grid, with its cover, open posts and score."""

from __future__ import annotations

import io
import json
import math
import tempfile
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from optimizer.app import blocks, state
from optimizer.app.state import Viewer
from optimizer.errors import ReferralError
from optimizer.report import rostergrid
from optimizer.report.formats import day, num
from optimizer.report.rostered import ROSTER_STATUSES, beds_text

SUMMARY = "roster.json"
PATTERNS = ("*/", "*/roster/", "*/rosters/*/")


def folders(plans: Path) -> dict[str, Path]:
    """Return name -> roster folder of the plans, staff folders' among them, newest first."""
    found = [path for pattern in PATTERNS for path in plans.glob(pattern + SUMMARY)]
    found = [
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(plans).parts)
    ]
    found.sort(key=lambda path: (-path.stat().st_mtime, str(path)))
    return {str(path.parent.relative_to(plans)): path.parent for path in found}


def _name(folder: Path, facility: str) -> str:
    """Return what the staff folder around a roster calls its facility; else its id."""
    try:
        told = json.loads((folder.parents[1] / "staff.json").read_text(encoding="utf-8"))
        rows = told["rosters"]["facilities"]
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return facility
    names = {row["facility_id"]: str(row["name"]) for row in rows}
    return names.get(facility, facility)


def show(who: Viewer, plans: Path) -> None:
    """Draw the rosters of this machine."""
    say = who.say
    found = folders(plans)
    if not found:
        text = say(
            "No roster yet: referral staff SCENARIO --rosters 60 makes those of a whole province, "
            "referral roster FOLDER that of one facility."
        )
        st.html(blocks.notice(text))
        return
    chosen = st.selectbox(
        say("Roster"),
        list(found),
        key="roster_folder",
        format_func=lambda one: f"{_name(found[one], found[one].name)} · {one}",
    )
    try:
        _page(who, found[chosen])
    except (ReferralError, OSError, ValueError, KeyError) as error:
        told = error.render(who.lang) if isinstance(error, ReferralError) else str(error)
        more = f"<br><code>{escape(told)}</code>"
        st.html(blocks.notice(say("This roster cannot be shown."), "bad", more))


def finding(summary: dict[str, Any], missing: int, posts: int, lang: str, say: Any) -> str:
    """Return the one sentence that says how well the roster fills its posts."""
    if missing:
        text = say("{open} of {posts} posts stay open ({status}).")
    else:
        text = say("Every one of {posts} posts is filled ({status}).")
    status = say(ROSTER_STATUSES.get(summary["status"], summary["status"]))
    return str(text).format(open=num(missing, lang, 0), posts=num(posts, lang, 0), status=status)


def _page(who: Viewer, folder: Path) -> None:
    from optimizer.rostering import explained, read_roster

    say, lang = who.say, who.lang
    problem, assignments, summary = read_roster(folder)
    told = dict(summary)
    open_rows = rostergrid.open_rows(problem, assignments, lang)
    missing = sum(row[say("Missing")] for row in open_rows)
    posts = sum(c.minimum for c in problem.cover)
    sentence = finding(told, missing, posts, lang, say)
    last = problem.date(problem.days - 1)
    place = say("Roster of {facility}, {first} to {last}").format(
        facility=_name(folder, problem.facility),
        first=day(problem.start, lang, year=True),
        last=day(last, lang, year=True),
    )
    st.html(blocks.block(f'<div class="ctx"><span><b>{escape(place)}</b></span></div>'))
    st.html(blocks.block(f'<h1 class="finding">{escape(sentence)}</h1>'))
    beds = folder / "beds.json"
    if beds.is_file():
        text = beds_text(json.loads(beds.read_text(encoding="utf-8")), lang)
        st.html(blocks.notice(text))
    st.html(blocks.notice(say("A proposal of a program; a named person issues it.")))
    first = 0
    if problem.days > rostergrid.WINDOW:
        starts = list(range(0, problem.days, rostergrid.WINDOW))
        first = st.select_slider(
            say("From"),
            starts,
            key="roster_from",
            format_func=lambda d: day(problem.date(d), lang, year=True),
        )
    note = say("{count} people").format(count=num(len(problem.people), lang, 0))
    st.html(blocks.section(say("Who works when"), note, rostergrid.legend(problem, lang)))
    st.html(blocks.block(rostergrid.grid_html(problem, assignments, lang, first)))
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        st.html(blocks.section(say("Cover against demand"), say("by unit, role and shift")))
        cover = rostergrid.cover_rows(problem, assignments, lang)
        st.dataframe(cover, hide_index=True, width="stretch")
        st.html(blocks.section(say("Open posts")))
        if open_rows:
            dated = state.dates(lang, say("Date"))
            st.dataframe(open_rows, hide_index=True, width="stretch", column_config=dated)
        else:
            st.html(blocks.notice(say("No post is open.")))
    with right:
        _score(who, told, explained(folder)[1])
        _downloads(who, folder, problem, assignments, told)


def _score(who: Viewer, summary: dict[str, Any], found: Any) -> None:
    """Every point by rule; the rows add up to the score."""
    from optimizer.staffing.roster.sentences import sentence

    say, lang = who.say, who.lang
    score = summary["score"]
    note = f"{score['hard']} / {score['medium']} / {score['soft']}"
    st.html(blocks.section(say("Score by rule"), f"{say('hard / medium / soft')}: {note}"))
    rows = [
        {
            say("Rule"): say(sentence(rule)),
            say("Level"): say(level.value),
            say("Cases"): count,
            say("Points"): points,
        }
        for rule, level, count, points in found.by_rule()
    ]
    if rows:
        st.dataframe(rows, hide_index=True, width="stretch")
    else:
        st.html(blocks.notice(say("Not one point: every rule and wish is kept.")))
    if summary.get("bound") is not None:
        text = say("No roster costs less than {bound} points; this one costs {points}.").format(
            bound=num(summary["bound"], lang, 0), points=num(summary["points"], lang, 0)
        )
        st.html(blocks.block(f'<div class="note">{escape(text)}</div>'))


def _downloads(
    who: Viewer, folder: Path, problem: Any, assignments: Any, summary: dict[str, Any]
) -> None:
    """Excel to print and to read by machine, and the calendars of all."""
    say = who.say
    name = folder.name
    left, right = st.columns(2)
    excel, calendars = files(problem, assignments, summary, who.lang)
    left.download_button(
        say("Excel (A4)"), excel, f"{name}.xlsx", key="roster_xlsx", on_click="ignore"
    )
    right.download_button(
        say("Calendars (zip)"), calendars, f"{name}-ics.zip", "application/zip",
        key="roster_ics", on_click="ignore",
    )  # fmt: skip


def files(
    problem: Any, assignments: Any, summary: dict[str, Any], lang: str
) -> tuple[bytes, bytes]:
    """Return the workbook and a zip of a calendar for each person."""
    from optimizer.domain.roster import Roster, RosterStatus
    from optimizer.exchange.roster_outputs import write_calendars, write_workbook

    known = summary.get("bound")
    bound = math.nan if known is None else float(known)
    status = RosterStatus(summary["status"])
    roster = Roster(status, assignments, None, bound, math.nan, 0.0, 0.0)
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch:
        book = Path(scratch) / "roster.xlsx"
        write_workbook(book, problem, roster, lang)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in write_calendars(Path(scratch) / "calendars", problem, roster, lang):
                entry = zipfile.ZipInfo(path.name, date_time=(2000, 1, 1, 0, 0, 0))
                archive.writestr(entry, path.read_bytes())
        return book.read_bytes(), packed.getvalue()
