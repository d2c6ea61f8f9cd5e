"""The head of every page that shows a plan: its context; a plan gone stale or made by rule."""

from __future__ import annotations

import streamlit as st

from optimizer.app import blocks
from optimizer.app.state import Viewer
from optimizer.report.folder import PlanReport
from optimizer.report.freshness import Change, changed_inputs


def show_heading(who: Viewer, report: PlanReport) -> list[Change]:
    """Draw the head and its warnings; return which inputs changed since the plan was made."""
    st.html(blocks.context_bar(report, who.lang))
    changes = changed_inputs(report)
    if changes:
        st.html(blocks.stale_band(report, changes, who.lang))
    if report.by_rule:
        st.html(blocks.rule_band(report, who.lang))
    return changes
