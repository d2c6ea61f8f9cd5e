"""The frame of the app: language, navigation, style."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from optimizer.app import state
from optimizer.app.style import style_sheet

_HERE = Path(__file__).parent
SITUATION, PLANNING, WHATIF, STAFF, FIGURES = (
    _HERE / f"{name}.py" for name in ("situation", "planning", "whatif", "staff", "figures")
)


def run() -> None:
    """Draw the frame and the page the reader is on."""
    icon = _HERE.parents[1] / "static" / "favicon.png"
    st.set_page_config(
        page_title="Referral", page_icon=str(icon) if icon.is_file() else None, layout="wide"
    )
    if "lang" not in st.session_state:
        st.session_state["lang"] = state.first_language()
    st.segmented_control(
        "Ngôn ngữ / Language",
        ["vi", "en"],
        key="lang",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        format_func=lambda code: {"vi": "Tiếng Việt", "en": "English"}[code],
    )
    who = state.viewer()
    if st.query_params.get("lang") != who.lang:
        st.query_params["lang"] = who.lang
    state.keep_language(who.lang)
    st.html(style_sheet(who.palette))
    page = st.navigation(
        [
            st.Page(SITUATION, title=who.say("Situation"), url_path="start", default=True),
            st.Page(PLANNING, title=who.say("Plan"), url_path="plan"),
            st.Page(WHATIF, title=who.say("What if"), url_path="whatif"),
            st.Page(STAFF, title=who.say("Staff"), url_path="staff"),
            st.Page(FIGURES, title=who.say("Data"), url_path="data"),
            # the default page lives at "/" and its own path opens nothing: so it has one that
            # nobody writes, and the name of the page opens it too
            st.Page(
                SITUATION, title=who.say("Situation"), url_path="situation", visibility="hidden"
            ),
        ],
        position="top",
    )
    page.run()
