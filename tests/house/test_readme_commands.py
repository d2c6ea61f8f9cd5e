"""README's two commands run in a fresh clone and a fresh virtual environment.

They install everything anew (minutes), so they run only if ``REFERRAL_SETUP_TESTS=1`` asks for it.
The test command starts pytest inside pytest: the inner run gets ``REFERRAL_INNER=1``, which skips
this file's slow half, and is narrowed to the house tests by ``PYTEST_ADDOPTS``; the command itself
is README's, word by word.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

unless_asked = pytest.mark.skipif(
    os.environ.get("REFERRAL_SETUP_TESTS") != "1" or os.environ.get("REFERRAL_INNER") == "1",
    reason="makes a fresh clone and environment; set REFERRAL_SETUP_TESTS=1 to run it",
)
TIMEOUT_SECONDS = 900
INNER_TESTS = "house and not readme_commands"


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A fresh clone of what is committed."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    target = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(root), str(target)], check=True)
    return target


def stranger_environment() -> dict[str, str]:
    """The environment of somebody who has just cloned: no active venv, no variable of ours."""
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTEST_", "PYTHON", "REFERRAL_")) and key != "VIRTUAL_ENV"
    }
    own = str(Path(sys.prefix) / "bin")
    env["PATH"] = os.pathsep.join(p for p in env.get("PATH", "").split(os.pathsep) if p != own)
    return env


def run(command: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        cwd=cwd,
        env=stranger_environment() | extra,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def assert_clean(clone: Path) -> None:
    """Nothing that a command makes may show up in git."""
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True, text=True
    ).stdout
    assert status == ""


def test_readme_shows_both_commands_on_one_line_each(readme_commands: dict[str, str]) -> None:
    for command in readme_commands.values():
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert " -c constraints.txt " in command


def test_readme_plan_command_names_a_scenario_that_exists(
    root: Path, readme_commands: dict[str, str]
) -> None:
    scenario = readme_commands["plan"].split("referral plan ")[1].split()[0]
    assert (root / scenario).is_file()


@pytest.mark.setup
@unless_asked
def test_readme_plan_command_gives_a_checked_plan_when_run_in_a_fresh_clone(
    clone: Path, readme_commands: dict[str, str]
) -> None:
    done = run(readme_commands["plan"], clone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
    plans = list((clone / "plans").glob("**/plan.json"))
    assert len(plans) == 1
    check = run(f"'.venv/bin/referral' check '{plans[0].parent}'", clone)
    assert check.returncode == 0, check.stdout + check.stderr
    assert_clean(clone)


@pytest.mark.setup
@unless_asked
def test_readme_test_command_passes_when_run_in_a_fresh_clone(
    clone: Path, readme_commands: dict[str, str]
) -> None:
    done = run(
        readme_commands["test"], clone, REFERRAL_INNER="1", PYTEST_ADDOPTS=f"-k '{INNER_TESTS}'"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b\d+ passed", done.stdout)
    assert_clean(clone)
