"""Plan: choose, solve, see the goals, the flows between tiers and what to do on which day."""

from __future__ import annotations

from html import escape

import streamlit as st

from optimizer.app import blocks, catalogue, state
from optimizer.app.catalogue import Places, ScenarioChoice
from optimizer.app.jobs import Job, PlanRequest
from optimizer.app.situation import CHART
from optimizer.app.state import Viewer
from optimizer.report import formats, tables
from optimizer.report.flows import flow_table, left_out, sankey
from optimizer.report.folder import PlanReport


def show() -> None:
    """Draw the page."""
    who = state.viewer()
    report = state.current_report()
    if isinstance(report, PlanReport):
        st.html(blocks.context_bar(report, who.lang))
    left, right = st.columns([1, 1.12], gap="medium")
    with left:
        _choose(who)
        if isinstance(report, PlanReport):
            _flows(who, report)
            st.html(blocks.section(who.say("Surge beds"), who.say("opened once, open to the end")))
            st.html(blocks.surge_table(report, who.lang, who.palette))
    with right:
        if isinstance(report, PlanReport):
            st.html(blocks.section(who.say("Goals"), who.say("the second never worsens the first")))
            st.html(blocks.goals_table(report, who.lang))
            _moves(who, report)
        else:
            st.html(blocks.section(who.say("What to do")))
            st.html(blocks.block(f'<div class="state">{escape(who.say("Choose a scenario and press Solve; the moves appear here."))}</div>'))


def _choose(who: Viewer) -> None:
    st.html(blocks.section(who.say("Solve"), who.say("a plan of 4 weeks, solved in a process of its own")))
    places = Places.from_environment()
    known = catalogue.provinces(places)
    choices = [s for s in catalogue.scenarios(places) if s.province in known]
    if not choices:
        text = who.say("No scenario with data was found. Put scenario files into {folder}.").format(folder=places.scenarios)
        st.html(blocks.block(f'<div class="state bad">▲ {escape(text)}</div>'))
        return
    first, second = st.columns([1, 1.5], gap="small")
    names = [p for p in known if any(s.province == p for s in choices)]
    province = first.selectbox(who.say("Province"), names, key="province", format_func=lambda p: known[p], persist_state="session")
    mine = [s for s in choices if s.province == province]
    by_name = {s.path.stem: s for s in mine}
    stem = second.selectbox(who.say("Scenario"), list(by_name), key=f"scenario_{province}", format_func=lambda n: by_name[n].title(who.lang), persist_state="session")
    areas = st.segmented_control(
        who.say("Areas"), ["clusters", "communes"], default="clusters", key="areas", required=True, persist_state="session",
        format_func=lambda a: {"clusters": who.say("Clusters of communes"), "communes": who.say("Communes (slower)")}[a],
    )  # fmt: skip
    _progress_box(who, by_name[stem], places, areas or "clusters")


def _progress_box(who: Viewer, scenario: ScenarioChoice, places: Places, areas: str) -> None:
    """Draw the buttons and the stages; only this part polls while a job is under way."""
    job_id = state.remembered("job")
    job = state.manager().get(job_id) if job_id else None
    live = job is not None and job.live
    request = PlanRequest(scenario.path, places.data / scenario.province, areas)

    def solve() -> None:
        started = state.manager().start(request)
        state.remember("job", started.id)
        st.session_state["job_seen"] = None

    def cancel() -> None:
        if job_id:
            state.manager().cancel(job_id)

    one, two, _ = st.columns([1, 1, 2], gap="small")
    one.button(who.say("Solve"), key="solve", type="primary", disabled=live, on_click=solve, width="stretch")
    two.button(who.say("Cancel"), key="cancel", disabled=not live, on_click=cancel, width="stretch")
    if job is not None:
        st.fragment(_watch, run_every=0.7 if live else None)(who, job.id)


def _watch(who: Viewer, job_id: str) -> None:
    job = state.manager().get(job_id)
    if job is None:
        return
    st.html(job_state(job, who))
    mark = f"{job.id}:{job.state}"
    if not job.live and st.session_state.get("job_seen") != mark:
        st.session_state["job_seen"] = mark
        if job.folder is not None:
            state.remember("plan", job.folder.name)
        st.rerun()


def job_state(job: Job, who: Viewer) -> str:
    """Return the stages of a job and what may be used of it."""
    say = who.say
    seconds = formats.num(job.seconds, who.lang)
    words = {
        "queued": say("Waiting for a free processor."),
        "running": say("Stopping …") if job.cancelled else say("Solving, second {s}.").format(s=seconds),
        "done": say("Solved in {s} s; the plan below is this one.").format(s=seconds) if job.started else say("This plan had been solved before; it is shown."),
        "stopped": say("Stopped. The last checked plan is shown.") if job.folder else say("Stopped before the first checked plan."),
        "failed": say("The planner failed; its last words:"),
    }[job.state]
    rows = "".join(
        f"<tr><td>{escape(_stage_name(s.name, who))}</td><td class=n>{formats.num(s.seconds, who.lang, 1)} s</td>"
        f"<td class=w>{'✓' if s.done else escape(say('under way')) if job.live else '–'}</td></tr>"
        for s in job.stages
    )
    table = f'<table class="t" style="max-width:460px">{rows}</table>' if rows else ""
    log = "<br>".join(escape(line) for line in job.log[-8:]) if job.state == "failed" else ""
    kind = "bad" if job.state == "failed" else "work" if job.live else ""
    alarm = "▲ " if job.state == "failed" else ""
    said = f"<br><code>{log}</code>" if log else ""
    return blocks.block(f'<div class="state {kind}" role="status">{alarm}<b>{escape(words)}</b>{said}{table}</div>')


def _stage_name(name: str, who: Viewer) -> str:
    say = who.say
    known = {
        "read": say("read the data"), "instance": say("prepare"), "baselines": say("rivals"), "greedy": say("first plan, checked"),
        "harm": say("least harm"), "burden": say("least burden"), "whole": say("whole people"), "whole people": say("whole people"),
        "check": say("independent check"), "write": say("write"),
    }  # fmt: skip
    return known.get(name, name)


def flows_note(who: Viewer, report: PlanReport) -> str:
    """Return the subtitle of the flows: it names what is not drawn."""
    note = who.say("patients in {days} days").format(days=report.horizon)
    out = left_out(flow_table(report))
    if len(out):
        tiers = ", ".join(f"{report.tier_name(t, who.lang)} {formats.num(p, who.lang)}" for t, p in zip(out["target"], out["patients"], strict=True))
        total = formats.num(float(out["patients"].sum()), who.lang)
        return note + who.say("; not drawn: {total} admitted from the community ({tiers})").format(total=total, tiers=tiers)
    return note


def _flows(who: Viewer, report: PlanReport) -> None:
    st.html(blocks.section(who.say("Flows between tiers"), flows_note(who, report)))
    alt = who.say("Flows of patients from the community and the tiers to the tiers, out of the province and unmet")
    st.plotly_chart(sankey(report, who.lang, who.palette), key="sankey", theme=None, config=CHART, alt=alt)
    st.html(blocks.flows_legend(who.lang, who.palette))


def _moves(who: Viewer, report: PlanReport) -> None:
    st.html(blocks.section(who.say("What to do"), who.say("day 1 orders, days 2–3 places kept, then outlook")))
    st.html(blocks.moves_table(report, who.lang, who.palette))
    one, two, three = st.columns([1, 1, 1.6], gap="small")
    name = report.plan_id[:10]
    one.download_button(who.say("Orders (CSV)"), lambda: tables.orders_csv(report, who.lang), f"{name}-{who.lang}.csv", "text/csv",
                        key="csv", on_click="ignore", width="stretch")  # fmt: skip
    two.download_button(who.say("Plan folder (zip)"), lambda: tables.folder_zip(report.path), f"{name}.zip", "application/zip",
                        key="zip", on_click="ignore", width="stretch")  # fmt: skip
    known = {p.path.name: p for p in catalogue.plans(Places.from_environment())}
    if len(known) > 1:
        options = list(known)

        def pick() -> None:
            state.remember("plan", st.session_state["plan_choice"])

        three.selectbox(who.say("Plans on this machine"), options, index=options.index(report.path.name), key="plan_choice", on_change=pick,
                        format_func=lambda n: f"#{known[n].plan_id[:10]} · {known[n].scenario}", label_visibility="collapsed")  # fmt: skip


if __name__ == "__main__":
    show()
