"""``referral --help`` must answer at once: heavy packages load only when a command needs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"numpy", "pandas", "networkx", "ortools", "pulp", "streamlit", "plotly", "babel"}


def imported_by(statement: str, root: Path) -> set[str]:
    """Return the top-level names of every module that a fresh interpreter loads for `statement`."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    times = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in times}


@pytest.mark.parametrize(
    "module", ["optimizer", "optimizer.cli", "optimizer.errors", "optimizer.i18n"]
)
def test_import_loads_nothing_heavy_when_only_the_door_opens(module: str, root: Path) -> None:
    loaded = imported_by(f"import {module}", root)
    assert "optimizer" in loaded
    assert loaded & HEAVY == set()


def test_checker_loads_no_solver_when_it_is_imported(root: Path) -> None:
    loaded = imported_by("import optimizer.checking", root)
    assert loaded & {"ortools", "pulp", "streamlit", "networkx", "pydantic", "yaml"} == set()


def test_third_hand_loads_no_solver_until_its_child_does(root: Path) -> None:
    loaded = imported_by("import optimizer.crosscheck", root)
    assert loaded & {"ortools", "pulp", "highspy", "streamlit", "pandas"} == set()
