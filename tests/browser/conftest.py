"""Chromium, and servers of the app on folders of a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
PATIENCE = 60_000
"""Milliseconds a condition may take on a busy machine; met at once on an idle one."""
IDLE = """() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
&& !document.querySelector('[data-stale=true]') && document.fonts.status === 'loaded'"""
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")


@contextmanager
def serve(data: Path, scenarios: Path, plans: Path) -> Iterator[str]:
    """Run the app on some folders; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "REFERRAL_DATA": str(data),
        "REFERRAL_SCENARIOS": str(scenarios),
        "REFERRAL_PLANS": str(plans),
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


def wait_for(url: str, seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not answer at {url} within {seconds} s")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright comes with the test extra")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def settle(page: Any, words: str, *, exact: bool = True) -> None:
    """Wait until words stand on the page and nothing of an earlier run is left on it."""
    page.get_by_text(words, exact=exact).first.wait_for(timeout=PATIENCE)
    page.wait_for_function(IDLE, timeout=PATIENCE)


def holds(page: Any, selector: str, count: int) -> None:
    """Wait until the page holds so many elements; a rerun leaves old ones there for a while."""
    api = pytest.importorskip("playwright.sync_api")
    api.expect(page.locator(selector)).to_have_count(count, timeout=PATIENCE)


def says(page: Any, selector: str, text: str | list[str]) -> None:
    """Wait until the one element of a selector says this and no more; of a list, each its text."""
    api = pytest.importorskip("playwright.sync_api")
    api.expect(page.locator(selector)).to_have_text(text, timeout=PATIENCE, use_inner_text=True)
