from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.command_line import run
from tests.run.lever_province import lever_province
from tests.run.province import template, worked
from tests.run.trials import Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(template(tmp_path_factory.mktemp("every") / "province"))


@pytest.fixture(scope="session")
def lever_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(lever_province(tmp_path_factory.mktemp("levers") / "province"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the worked example's province and its plan, made by the command line."""
    root = tmp_path_factory.mktemp("cli")
    province = worked(root / "province")
    done = run("plan", province / "scenario.yaml", "--data", province, "--out", root / "plan", "-q")
    assert done.exit_code == 0, done.output
    return root
