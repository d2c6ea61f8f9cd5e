"""What a page says when there is no plan to show, and how a plan is started or found faulty."""

from __future__ import annotations

from html import escape

import streamlit as st

from optimizer.app.blocks import block
from optimizer.app.state import Viewer
from optimizer.errors import ReferralError


def show_without_plan(who: Viewer, error: ReferralError | None) -> None:
    """Say the one action; or name the fault of the plan folder and its remedy."""
    if error is not None:
        faults = "<br>".join(f"<code>{escape(p.render(who.lang))}</code>" for p in error.problems)
        st.html(block(f'<div class="state bad">▲ <b>{escape(who.say("This plan cannot be shown."))}</b><br>{faults}</div>'))
    else:
        words = who.say("No plan has been made yet. Solving takes about half a minute and shows a usable plan early.")
        st.html(block(f'<h1 class="finding">{escape(who.say("Make the first plan"))}</h1><div class="state">{escape(words)}</div>'))
    st.page_link("optimizer/app/planning.py", label=who.say("Open the Plan page and press Solve"))
