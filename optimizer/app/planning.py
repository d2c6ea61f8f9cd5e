"""Plan: choose, solve, see the goals, the flows between tiers and what to do on which day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import streamlit as st

from optimizer.app import blocks, catalogue, listings, reasons, state
from optimizer.app.catalogue import Places, ScenarioChoice
from optimizer.app.heading import show_heading
from optimizer.app.jobs import Job, PlanRequest
from optimizer.app.roads import admission_minutes
from optimizer.app.situation import CHART
from optimizer.app.state import Viewer
from optimizer.app.weights import show_weights
from optimizer.report import formats, tables
from optimizer.report.flows import sankey
from optimizer.report.flowtable import flow_table, left_out
from optimizer.report.folder import PlanReport
from optimizer.report.freshness import Change
from optimizer.report.needs import need_table, quota_line

LOG_LINES = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be solved."""

    scenario: ScenarioChoice
    areas: str


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    report = state.current_report()
    say = who.say
    changes = show_heading(who, report) if isinstance(report, PlanReport) else []
    left, right = st.columns([1, 1.12], gap="medium")
    with left:
        _choose(who, report if isinstance(report, PlanReport) else None)
        if isinstance(report, PlanReport):
            _flows(who, report)
            st.html(blocks.section(say("Surge beds"), say("opened once, open to the end")))
            st.html(listings.surge_table(report, who.lang, who.palette))
            show_weights(who, report)
            _needs(who, report)
    with right:
        if isinstance(report, PlanReport):
            st.html(blocks.section(say("Goals"), say("a later one never worsens an earlier one")))
            st.html(listings.goals_table(report, who.lang))
            _moves(who, report, changes)
        else:
            st.html(blocks.section(say("What to do")))
            text = say("Choose a scenario and press Solve; the moves appear here.")
            st.html(blocks.notice(text))


def _choose(who: Viewer, report: PlanReport | None) -> None:
    say = who.say
    on_show, planned = (
        (str(report.head.get(k)) if report is not None else "") for k in ("province", "scenario")
    )
    st.html(blocks.section(say("Solve"), say("in a process of its own; the page stays live")))
    places = Places.from_environment()
    known = catalogue.provinces(places)
    choices = [s for s in catalogue.scenarios(places) if s.province in known]
    if not choices:
        text = say("No scenario with data was found. Put scenario files into {folder}.")
        st.html(blocks.notice(text.format(folder=places.scenarios), "bad"))
        return
    first, second = st.columns([1, 1.5], gap="small")
    names = [p for p in known if any(s.province == p for s in choices)]
    province = first.selectbox(
        say("Province"),
        names,
        index=names.index(on_show) if on_show in names else 0,
        key="province",
        format_func=lambda p: known[p],
        persist_state="session",
    )
    by_name = {s.path.stem: s for s in choices if s.province == province}
    stems = list(by_name)
    stem = second.selectbox(
        say("Scenario"),
        stems,
        index=stems.index(planned) if planned in stems else 0,
        key=f"scenario_{province}",
        format_func=lambda n: by_name[n].title(who.lang),
        persist_state="session",
    )
    kinds = {"clusters": say("Clusters of communes"), "communes": say("Communes (slower)")}
    with st.container(horizontal=True, vertical_alignment="bottom", key="solvebar"):
        areas = st.segmented_control(
            say("Areas"),
            list(kinds),
            default="clusters",
            key="areas",
            required=True,
            persist_state="session",
            format_func=lambda a: kinds[a],
        )
        drawn = Asked(by_name[stem], areas or "clusters")
        job = _buttons(who, places, choices, drawn, planned)
    if job is not None:
        watch = st.fragment(_watch, run_every=0.7 if job.live else None)
        watch(who, job.id)


def asked(
    boxes: Mapping[str, Any], choices: Sequence[ScenarioChoice], drawn: Asked, planned: str
) -> Asked:
    """Return what stands in the boxes now, which the page may not have drawn yet.

    `boxes` is the state of the session. Of a province just chosen it is the scenario that the page
    is about to show: the one chosen there before, that of the plan on show, else the first.
    """
    province = boxes.get("province") or drawn.scenario.province
    known = {s.path.stem: s for s in choices if s.province == province}
    wanted = (boxes.get(f"scenario_{province}"), planned, *known)
    stem = next((name for name in wanted if name in known), None)
    scenario = known[stem] if stem is not None else drawn.scenario
    return Asked(scenario, str(boxes.get("areas") or drawn.areas))


def _buttons(
    who: Viewer, places: Places, choices: Sequence[ScenarioChoice], drawn: Asked, planned: str
) -> Job | None:
    """Draw Solve and Cancel; return the job of this session, if there is one."""
    job_id = state.remembered("job")
    job = state.manager().get(job_id) if job_id else None
    live = job is not None and job.live

    def solve() -> None:
        boxes = {str(key): value for key, value in st.session_state.items()}
        now = asked(boxes, choices, drawn, planned)
        data = places.data / now.scenario.province
        started = state.manager().start(PlanRequest(now.scenario.path, data, now.areas))
        state.remember("job", started.id)
        st.session_state["job_seen"] = None

    def cancel() -> None:
        if job_id:
            state.manager().cancel(job_id)

    st.button(who.say("Solve"), key="solve", type="primary", disabled=live, on_click=solve)
    st.button(who.say("Cancel"), key="cancel", disabled=not live, on_click=cancel)
    return job


def _watch(who: Viewer, job_id: str) -> None:
    """Draw the state of a job; only this part of the page polls while the job is under way."""
    job = state.manager().get(job_id)
    if job is None:
        return
    st.html(job_state(job, who))
    mark = f"{job.id}:{job.state}:{job.started}"
    if not job.live and st.session_state.get("job_seen") != mark:
        st.session_state["job_seen"] = mark
        if job.folder is not None and not _better_on_show(job):
            state.remember("plan", job.folder.name)
        st.rerun()


def _better_on_show(job: Job) -> bool:
    """Say whether an optimised plan of that scenario is on show; a stopped run has none."""
    report = state.current_report()
    if job.state == "done" or job.request is None or not isinstance(report, PlanReport):
        return False
    same = report.head.get("scenario") == job.request.scenario.stem
    return same and report.head.get("areas") == job.request.areas and not report.by_rule


def job_state(job: Job, who: Viewer) -> str:
    """Return the stages of a job and what may be used of it."""
    say = who.say
    seconds = formats.num(job.seconds, who.lang)
    if job.state == "queued":
        words = say("Waiting for a free processor.")
    elif job.state == "running" and job.cancelled:
        words = say("Stopping …")
    elif job.state == "running":
        words = say("Solving, second {s}.").format(s=seconds)
    elif job.state == "done" and job.started:
        words = say("Solved in {s} s; the plan on show is this one.").format(s=seconds)
    elif job.state == "done":
        words = say("This plan had been solved before; it is shown.")
    elif job.state == "stopped" and job.folder and _better_on_show(job):
        words = say("Stopped. The optimised plan made before stays on show.")
    elif job.state == "stopped" and job.folder:
        words = say("Stopped. The last checked plan is shown.")
    elif job.state == "stopped":
        words = say("Stopped before the first checked plan.")
    elif job.folder:
        words = say("The planner failed; the last checked plan is shown. Its last words:")
    else:
        words = say("The planner failed; its last words:")
    more = ""
    if job.state == "failed":
        said = "<br>".join(escape(line) for line in job.log[-LOG_LINES:])
        more = f"<br><code>{said}</code>"
    kind = "bad" if job.state == "failed" else "work" if job.live else ""
    if job.request is not None:
        words = f"{job_title(job.request, who.lang)}: {words}"
    return blocks.notice(words, kind, more + _stages(job, who))


@lru_cache(maxsize=64)
def job_title(request: PlanRequest, lang: str) -> str:
    """Return province and scenario of a job, by name where their files are still there.

    Kept, as a page that watches a job asks twice a second and the names are read from files.
    """
    places = Places.from_environment()
    province, stem = request.data.name, request.scenario.stem
    titles = {s.path.stem: s.title(lang) for s in catalogue.scenarios(places)}
    name = catalogue.provinces(places).get(province, province)
    return f"{name} · {titles.get(stem, stem)}"


def _stages(job: Job, who: Viewer) -> str:
    rows = []
    for stage in job.stages:
        unfinished = escape(who.say("under way")) if job.live else "–"
        rows.append(
            listings.cell(escape(stage_name(stage.name, who)))
            + listings.cell(f"{formats.num(stage.seconds, who.lang, 1)} s", "n")
            + listings.cell("✓" if stage.done else unfinished, "w")
        )
    return f'<div style="max-width:460px">{listings.table([], rows)}</div>' if rows else ""


def _needs(who: Viewer, report: PlanReport) -> None:
    """Show what the plan uses up, and the ICU beds the province is asked to have."""
    head, rows = need_table(report.head, who.lang)
    if rows:
        st.html(
            blocks.section(
                who.say("Supplies"), who.say("what the plan uses up, what must stand there")
            )
        )
        lines = ("".join(listings.cell(escape(text), kind) for text, kind in row) for row in rows)
        note = listings.note(quota_line(report.head, who.lang))
        st.html(blocks.block(listings.table(head, lines) + note))


def stage_name(name: str, who: Viewer) -> str:
    """Return what a stage of the planner is called; one not named here, as the terminal says it."""
    say = who.say
    known = {
        "read": say("read the data"),
        "assemble": say("prepare"),
        "screen": say("choose the ways offered"),
        "build": say("build the model"),
        "greedy": say("first plan, checked"),
        "harm": say("least harm"),
        "fairness": say("longest wait of an area"),
        "burden": say("least burden"),
        "whole beds": say("whole beds"),
        "whole people": say("whole people"),
        "solve": say("solve, in all"),
        "write and check": say("write and check independently"),
    }
    return known.get(name) or say(name)


def flows_note(who: Viewer, report: PlanReport) -> str:
    """Return the subtitle of the flows: it names what is not drawn."""
    note = who.say("patients in {days} days").format(days=report.horizon)
    out = left_out(flow_table(report))
    if out.empty:
        return note
    tiers = ", ".join(
        f"{report.tier_name(t, who.lang)}: {formats.num(p, who.lang)}"
        for t, p in zip(out["target"], out["patients"], strict=True)
    )
    total = formats.num(float(out["patients"].sum()), who.lang)
    text = who.say("; not drawn: {total} admitted from the community ({tiers})")
    return note + text.format(total=total, tiers=tiers)


def _flows(who: Viewer, report: PlanReport) -> None:
    note = flows_note(who, report)
    st.html(blocks.section(who.say("Flows between tiers"), note))
    figure = sankey(report, who.lang, who.palette)
    alt = f"{who.say('Flows between tiers')}, {note}"
    st.plotly_chart(figure, key="sankey", theme=None, config=CHART, alt=alt)
    admitted = left_out(flow_table(report)).empty
    st.html(blocks.flows_legend(who.lang, who.palette, admitted=admitted))


def _moves(who: Viewer, report: PlanReport, changes: list[Change]) -> None:
    say = who.say
    minutes = admission_minutes(report)
    st.html(
        blocks.section(say("What to do"), say("day 1 orders, days 2–3 places kept, then outlook"))
    )
    whys = reasons.why_here(report, who.lang)
    st.html(listings.moves_table(report, who.lang, who.palette, minutes, whys))
    flows = reasons.flows_why(report, who.lang)
    if flows:
        st.html(blocks.section(say("Why here"), say("the largest flows of days 2 and 3")))
        st.html(flows)
    name = report.plan_id[:10] + ("-stale" if changes else "")
    mark = " · " + say("inputs changed") if changes else ""
    files = [change.path for change in changes]
    with st.container(horizontal=True, key="downloads"):
        st.download_button(
            say("Orders (CSV)") + mark,
            lambda: tables.orders_csv(report, who.lang, minutes, stale=files),
            f"{name}-{who.lang}.csv",
            "text/csv",
            key="csv",
            on_click="ignore",
        )
        st.download_button(
            say("Plan folder (zip)") + mark,
            lambda: tables.folder_zip(report.path),
            f"{name}.zip",
            "application/zip",
            key="zip",
            on_click="ignore",
        )
        _other_plans(who, report)


def _other_plans(who: Viewer, report: PlanReport) -> None:
    known = {p.name: p for p in catalogue.plans(Places.from_environment())}
    options = list(known)
    shown = next((name for name, plan in known.items() if plan.path == report.path), None)
    if len(options) < 2 or shown is None:
        return

    def pick() -> None:
        state.remember("plan", st.session_state[key])

    key = f"plan_choice_{shown}"
    st.selectbox(
        who.say("Plans on this machine"),
        options,
        index=options.index(shown),
        key=key,
        on_change=pick,
        format_func=lambda n: f"#{known[n].plan_id[:10]} · {known[n].scenario}",
        label_visibility="collapsed",
    )


if __name__ == "__main__":
    show()
