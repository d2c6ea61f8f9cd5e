"""Ctrl-C while a plan is made: a checked plan is kept if there is one; the end comes at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .province import ROOT

SCENARIO = ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml"
PATIENCE = 120.0
"""Seconds after which a command that does not move is given up."""
# a shell that runs tests in the background hands SIGINT down as ignored
WORDS = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from optimizer.cli import main; main()"
)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGINT is sent as POSIX has it")


@contextmanager
def planning(out: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Start `referral plan` on a shipped scenario; it is gone when the test ends."""
    command = [sys.executable, "-c", WORDS, "plan", str(SCENARIO), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--lang", "en", "--progress", "json", *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Send Ctrl-C and return the exit code and what was said, once it has ended."""
    process.send_signal(signal.SIGINT)
    said, told = process.communicate(timeout=PATIENCE)
    return process.returncode, said, told


def test_plan_keeps_the_checked_rule_plan_when_interrupted_while_the_solver_works(
    tmp_path: Path,
) -> None:
    out = tmp_path / "plan"
    with planning(out) as process:
        until = time.monotonic() + PATIENCE
        while not (out / "plan.json").exists():
            assert process.poll() is None, "it ended before there was a plan to keep"
            assert time.monotonic() < until, "the rule's plan is late"
            time.sleep(0.05)
        code, said, told = interrupted(process)
    assert code == 0
    assert said == "", "the summary is of a plan that was never finished"
    assert f"the checked nearest-free-place plan is kept in {out}" in told
    kept = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert kept["status"] == "rule"
    assert kept["checked"] is True
    assert (out / "report.html").exists(), "what is kept is reported"
    assert [path.name for path in tmp_path.iterdir()] == ["plan"], "something half-made is left"
    done = subprocess.run(
        [sys.executable, "-m", "optimizer.cli", "check", str(out), "--lang", "en"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "lawful" in done.stdout


def test_plan_prints_what_is_kept_as_json_when_interrupted_and_asked_for_json(
    tmp_path: Path,
) -> None:
    out = tmp_path / "plan"
    with planning(out, "--json") as process:
        until = time.monotonic() + 60
        while not (out / "plan.json").exists():
            assert process.poll() is None, "it ended before there was a plan to keep"
            assert time.monotonic() < until, "the rule's plan is late"
            time.sleep(0.05)
        code, said, _ = interrupted(process)
    assert code == 0
    assert json.loads(said) == json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert json.loads(said)["status"] == "rule"


def test_plan_says_so_as_json_when_interrupted_before_there_is_a_plan(tmp_path: Path) -> None:
    with planning(tmp_path / "plan", "--json") as process:
        assert process.stderr is not None
        process.stderr.readline()
        code, said, _ = interrupted(process)
    assert code == 130
    assert json.loads(said)["status"] == "stopped"


def test_plan_ends_with_130_when_interrupted_before_there_is_a_plan(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    with planning(out) as process:
        assert process.stderr is not None
        assert json.loads(process.stderr.readline())["stage"] == "read"
        code, said, told = interrupted(process)
    assert code == 130
    assert said == ""
    assert "Stopped before there was a plan." in told
    assert list(tmp_path.iterdir()) == []


def test_plan_leaves_an_older_plan_alone_when_interrupted_before_there_is_a_new_one(
    tmp_path: Path,
) -> None:
    out = tmp_path / "plan"
    out.mkdir()
    older = json.dumps({"plan_id": "older", "inputs_sha256": ""})
    (out / "plan.json").write_text(older, encoding="utf-8")
    before = time.time() - 3600
    os.utime(out / "plan.json", (before, before))
    with planning(out) as process:
        assert process.stderr is not None
        process.stderr.readline()
        code, _, told = interrupted(process)
    assert code == 130, "the older plan is not of this run"
    assert "Stopped before there was a plan." in told
    assert (out / "plan.json").read_text(encoding="utf-8") == older
