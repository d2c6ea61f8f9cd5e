"""The only place that knows the keys of the session and of the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from optimizer.app import catalogue
from optimizer.app.catalogue import Places
from optimizer.app.jobs import JobManager
from optimizer.app.questions import OpenPlans, Questions
from optimizer.errors import ReferralError
from optimizer.i18n import LANGUAGES, translator
from optimizer.report.folder import PlanReport, read_plan_folder
from optimizer.report.palette import PALETTES, Palette

_COOKIE = "referral_lang"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: language, theme and the translator."""

    lang: str
    say: Callable[[str], str]
    palette: Palette


@st.cache_resource(show_spinner=False)
def _manager(plans: str) -> JobManager:
    return JobManager(Path(plans))


def manager() -> JobManager:
    """Return the one job manager of this server."""
    return _manager(str(Places.from_environment().plans))


@st.cache_resource(show_spinner=False)
def _open_plans() -> OpenPlans:
    return OpenPlans()


def questions(folder: Path) -> Questions:
    """Return a plan held open for questions."""
    return _open_plans().of(folder)


def viewer() -> Viewer:
    """Return the language of the session and the palette of the browser's theme."""
    lang = st.session_state.get("lang") or "vi"
    lang = lang if lang in LANGUAGES else "vi"
    theme = getattr(st.context.theme, "type", None) or "light"
    return Viewer(lang, translator(lang), PALETTES[theme])


def first_language() -> str:
    """Return the language a page opens in: of the address, else chosen before, else Vietnamese."""
    for lang in (st.query_params.get("lang"), st.context.cookies.get(_COOKIE)):
        if lang in LANGUAGES:
            return str(lang)
    return "vi"


def keep_language(lang: str) -> None:
    """Keep the language in the browser until it is closed, for pages opened by their address."""
    script = f"<script>document.cookie='{_COOKIE}={lang}; path=/; SameSite=Lax'</script>"
    with st.container(key="keep_language"):
        st.html(script, unsafe_allow_javascript=True)


def remembered(name: str) -> str | None:
    """Return a choice that survives a refresh: from the session, else from the address."""
    value = st.session_state.get(f"kept_{name}") or st.query_params.get(name)
    return str(value) if value else None


def remember(name: str, value: str | None) -> None:
    """Keep a choice in the session and write it into the address."""
    st.session_state[f"kept_{name}"] = value
    if value:
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


@st.cache_resource(max_entries=6, show_spinner=False)
def _report(path: str, written: float) -> PlanReport:
    return read_plan_folder(Path(path))


def plan_folder() -> Path | None:
    """Return the plan folder on show: the chosen one, else the newest."""
    known = catalogue.plans(Places.from_environment())
    chosen = remembered("plan")
    for plan in known:
        if plan.name == chosen:
            return plan.path
    return known[0].path if known else None


def current_report() -> PlanReport | ReferralError | None:
    """Return the plan on show, the reason it cannot be read, or None when there is none yet."""
    folder = plan_folder()
    if folder is None:
        return None
    try:
        return _report(str(folder), (folder / "plan.json").stat().st_mtime)
    except ReferralError as error:
        return error


def dates(lang: str, *columns: str) -> dict[str, Any]:
    """Return how date columns of a table are shown: 24/11/2026 or 24 Nov 2026, sorted as dates."""
    form = "DD/MM/YYYY" if lang == "vi" else "D MMM YYYY"
    return {name: st.column_config.DateColumn(format=form) for name in columns}
