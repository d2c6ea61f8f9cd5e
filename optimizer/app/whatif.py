"""What if: a bed, a person on duty or a patient more or fewer, answered from the plan on show."""

from __future__ import annotations

from concurrent.futures import Future
from html import escape

import streamlit as st

from optimizer.app import blocks, listings, state
from optimizer.app.heading import show_heading
from optimizer.app.questions import Choices, Questions, Reply
from optimizer.app.state import Viewer
from optimizer.domain.change import Change, Kind
from optimizer.errors import ReferralError
from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport
from optimizer.report.summary import kpi_rows

KEPT = 12
"""Answers shown, newest first."""


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    report = state.current_report()
    say = who.say
    if not isinstance(report, PlanReport):
        st.html(blocks.section(say("What if")))
        st.html(blocks.notice(say("Solve a plan first; then its figures can be changed here.")))
        return
    stale = show_heading(who, report)
    note = say("the plan's linear programme, surge beds held; the plan itself is not changed")
    st.html(blocks.section(say("What if"), note))
    if stale:
        text = say("The inputs have changed since this plan was made: solve again, then ask.")
        st.html(blocks.notice(text, "bad"))
        return
    opened = state.questions(report.path)
    st.session_state["whatif_polls"] = not _ready(opened)
    watch = st.fragment(_panel, run_every=0.5 if st.session_state["whatif_polls"] else None)
    watch(who, report, opened)


def _ready(opened: Questions) -> bool:
    asked: Future[Reply] | None = st.session_state.get("whatif_asked")
    return opened.opening.done() and (asked is None or asked.done())


def _panel(who: Viewer, report: PlanReport, opened: Questions) -> None:
    say = who.say
    if st.session_state["whatif_polls"] == _ready(opened):
        st.rerun()  # begin or end to look again and again
    if not opened.opening.done():
        text = say("Opening the plan: its programme is built and warmed up.")
        st.html(blocks.notice(text, "work"))
        return
    try:
        choices = opened.opening.result()
    except ReferralError as error:
        st.html(blocks.notice(error.render(who.lang), "bad"))
        return
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        _form(who, report, opened, choices)
    with right:
        _answers(who, report)


def _form(who: Viewer, report: PlanReport, opened: Questions, choices: Choices) -> None:
    say = who.say
    kinds: dict[Kind, str] = {
        "bed": say("Beds"),
        "staff": say("People on duty"),
        "patient": say("Patients this morning"),
    }
    kind: Kind = st.segmented_control(
        say("What changes"),
        list(kinds),
        key="whatif_kind",
        default="bed",
        required=True,
        format_func=lambda k: kinds[k],
        persist_state="session",
    )
    units = [u for u in choices.units if kind != "bed" or choices.levels[u]]
    units = [u for u in units if kind != "staff" or choices.roles[u]]
    unit = st.selectbox(
        say("Place"),
        units,
        key=f"whatif_unit_{kind}",
        format_func=lambda u: report.place_name(u, who.lang),
        persist_state="session",
    )
    items = {"bed": choices.levels, "staff": choices.roles}.get(kind, {}).get(unit, choices.classes)
    item = st.selectbox(
        {"bed": say("Care level"), "staff": say("Role"), "patient": say("Patients")}[kind],
        list(items),
        key=f"whatif_item_{kind}_{unit}",
        format_func=lambda name: item_name(report, kind, name, who.lang),
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        amount = st.number_input(
            say("More (+) or fewer (−)"), -500, 500, 1, key="whatif_amount", persist_state="session"
        )
        days = (1, choices.days)
        if kind != "patient":
            days = st.slider(
                say("Days"), 1, choices.days, days, key="whatif_days", persist_state="session"
            )
    last = None if days[1] == choices.days else days[1]
    change = Change(kind, unit, str(item), float(amount), days[0], last)
    asked: Future[Reply] | None = st.session_state.get("whatif_asked")
    busy = asked is not None and not asked.done()

    def ask() -> None:
        st.session_state["whatif_asked"] = opened.ask([change])

    st.button(say("Ask"), key="whatif_ask", type="primary", disabled=busy, on_click=ask)
    if busy:
        st.html(blocks.notice(say("Answering …"), "work"))
    elif asked is not None:
        _take(who, asked)


def _take(who: Viewer, asked: Future[Reply]) -> None:
    """Move a finished answer into the list, once."""
    st.session_state["whatif_asked"] = None
    try:
        reply = asked.result()
    except ReferralError as error:
        st.html(blocks.notice(error.render(who.lang), "bad"))
        return
    answers = [reply, *st.session_state.get("whatif_answers", [])]
    st.session_state["whatif_answers"] = answers[:KEPT]


def item_name(report: PlanReport, kind: Kind, item: str, lang: str) -> str:
    """Return what a level, role or class is called."""
    if kind == "bed":
        return f"{item} · {report.level_name(item, lang)}"
    if kind == "patient":
        return report.class_name(item, lang)
    return report.role_name(item, lang)


def change_text(report: PlanReport, change: Change, lang: str) -> str:
    """Return a change in words: ``+2 ICU · BVĐK tỉnh · days 5-12``."""
    amount = formats.num(change.amount, lang, signed=True)
    parts = [
        f"{amount} {item_name(report, change.kind, change.item, lang)}",
        report.place_name(change.unit, lang),
    ]
    if change.from_day > 1 or change.to_day:
        last = change.to_day or int(report.head.get("solved_days", 0))
        parts.append(
            translator(lang)("days {first}–{last}").format(first=change.from_day, last=last)
        )
    return " · ".join(parts)


def _answers(who: Viewer, report: PlanReport) -> None:
    say = who.say
    answers: list[Reply] = st.session_state.get("whatif_answers", [])
    if not answers:
        st.html(blocks.notice(say("Choose a change and press Ask; before and after stand here.")))
        return
    for number, reply in enumerate(answers):
        st.html(answer_block(who, report, reply, full=number == 0))


def answer_block(who: Viewer, report: PlanReport, reply: Reply, *, full: bool) -> str:
    """Return one answer: what was changed, what it is worth, and the KPIs that move."""
    say = who.say
    before, after = reply.before["harm"], reply.after["harm"]
    saved = before - after
    share = formats.pct(abs(saved) / before if before else 0.0, who.lang, 2)
    words = (
        say("harm falls by {saved} ({share})")
        if saved >= 0
        else say("harm rises by {saved} ({share})")
    )
    told = words.format(saved=formats.num(abs(saved), who.lang, 1), share=share)
    what = "; ".join(change_text(report, one, who.lang) for one in reply.changes)
    spent = say("answered in {s} s").format(s=formats.num(reply.seconds, who.lang, 2))
    kind = "" if saved >= 0 else "bad"
    head = blocks.notice(what, kind, f"<br><b>{escape(told)}</b> · {escape(spent)}")
    heads, sides = [say("before"), say("after")], [reply.before, reply.after]
    names = {k: report.level_name(k, who.lang) for k in report.levels["care_level"]}
    table = kpi_rows(heads, sides, who.lang, names)
    rows = [row for row in table[1:] if full or row[1] != row[2]]
    cells = [
        listings.cell(escape(name)) + listings.cell(was, "n") + listings.cell(now, "n b")
        for name, was, now in rows
    ]
    titles = [("", ""), (say("before"), "n"), (say("after"), "n")]
    return head + blocks.block(listings.table(titles, cells) if cells else "")


if __name__ == "__main__":
    show()
