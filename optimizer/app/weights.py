"""The weights of the plan on show as a table that can be changed, and a new plan with others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from optimizer.app import blocks, catalogue, listings, state
from optimizer.app.catalogue import Places
from optimizer.app.jobs import PlanRequest
from optimizer.app.state import Viewer
from optimizer.report import formats
from optimizer.report.folder import PlanReport

EDITOR = "weights"


def show_weights(who: Viewer, report: PlanReport) -> None:
    """Draw the weights of the plan and, if its scenario is here, a button to solve with others."""
    say, rows = who.say, goals_of(report)
    if not rows:
        return
    title = say("Weights of the goals")
    st.html(
        blocks.section(title, say("change a value and solve; the scenario file stays as it is"))
    )
    mine = [row for row in rows if not row["table"]]
    st.data_editor(
        weight_frame(who, mine),
        key=EDITOR,
        hide_index=True,
        disabled=[name for name in columns(who) if name != say("Value")],
        column_config={say("Value"): st.column_config.NumberColumn(min_value=0.0)},
        height=246,
    )
    places = Places.from_environment()
    known = {s.path.stem: s for s in catalogue.scenarios(places)}
    choice = known.get(str(report.head.get("scenario")))
    classes = class_weights(rows, report, who.lang)
    st.html(
        blocks.block(
            listings.note(say("Harm of an unmet day by class: {list}").format(list=classes))
        )
    )
    if choice is None:
        return

    def solve() -> None:
        changed = (st.session_state.get(EDITOR) or {}).get("edited_rows", {})
        request = PlanRequest(
            choice.path,
            places.data / choice.province,
            str(report.head.get("areas", "clusters")),
            settings(mine, changed, say("Value")),
        )
        started = state.manager().start(request)
        state.remember("job", started.id)
        st.session_state["job_seen"] = None

    job_id = state.remembered("job")
    job = state.manager().get(job_id) if job_id else None
    st.button(
        say("Solve with these weights"),
        key="solve_weights",
        disabled=job is not None and job.live,
        on_click=solve,
    )


def class_weights(rows: Iterable[Mapping[str, Any]], report: PlanReport, lang: str) -> str:
    """Return the classes by name with their weights, those of one name and weight once."""
    told = (
        f"{report.class_name(row['key'].partition('.')[2], lang)} "
        f"{formats.num(row['value'], lang, 1)}"
        for row in rows
        if row["table"]
    )
    return "; ".join(dict.fromkeys(told))


def goals_of(report: PlanReport) -> list[Mapping[str, Any]]:
    """Return the rows of the goals table of a plan; none of a plan made before there was one."""
    return list(report.head.get("goals") or [])


def columns(who: Viewer) -> list[str]:
    """Return the headings of the table."""
    say = who.say
    return [
        say("Goal"),
        say("Weight"),
        say("Value"),
        say("Unit of measure"),
        say("Meaning"),
        say("Confidence"),
    ]


def weight_frame(who: Viewer, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the table as it is shown."""
    say, lang = who.say, who.lang
    names = {"harm": say("harm"), "fairness": say("fairness"), "burden": say("burden")}
    values = [
        (
            names[row["group"]],
            row["key"],
            float(row["value"]),
            row[f"unit_{lang}"],
            row[f"meaning_{lang}"],
            say(row["confidence"]),
        )
        for row in rows
    ]
    return pd.DataFrame(values, columns=columns(who))


def settings(
    rows: list[Mapping[str, Any]], edited: Mapping[Any, Mapping[str, Any]], column: str
) -> tuple[str, ...]:
    """Return ``key=value`` of the rows whose value was changed, in the order of the table."""
    return tuple(
        f"{rows[int(at)]['key']}={float(change[column])!r}"
        for at, change in sorted(edited.items(), key=lambda item: int(item[0]))
        if change.get(column) is not None and float(change[column]) != float(rows[int(at)]["value"])
    )
