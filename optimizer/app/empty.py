"""What a page says when there is no plan to show."""

from __future__ import annotations

from html import escape

import streamlit as st

from optimizer.app.blocks import block, notice
from optimizer.app.state import Viewer
from optimizer.errors import ReferralError


def show_without_plan(who: Viewer, error: ReferralError | None) -> None:
    """Say the one action; or name the fault of the plan folder and its remedy."""
    if error is not None:
        faults = "".join(f"<br><code>{escape(p.render(who.lang))}</code>" for p in error.problems)
        st.html(notice(who.say("This plan cannot be shown."), "bad", faults))
    else:
        st.html(block(f'<h1 class="finding">{escape(who.say("Make the first plan"))}</h1>'))
        first = who.say("No plan has been made yet.")
        time = who.say("Solving takes about half a minute and shows a usable plan early.")
        st.html(notice(f"{first} {time}"))
    st.page_link("optimizer/app/planning.py", label=who.say("Open the Plan page and press Solve"))
