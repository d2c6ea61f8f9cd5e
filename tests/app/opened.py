"""A page of the app, opened without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app.conftest import ROOT

ENTRY = ROOT / "streamlit_app.py"
PAGES = {
    "situation": "situation",
    "plan": "planning",
    "whatif": "whatif",
    "data": "figures",
}


def open_page(name: str, lang: str) -> AppTest:
    app = AppTest.from_file(str(ENTRY), default_timeout=120)
    app.session_state["lang"] = lang
    app.run()
    if name != "situation":
        app.switch_page(f"optimizer/app/{PAGES[name]}.py").run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in app.get("html"))
