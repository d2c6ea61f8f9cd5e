"""Provinces, benches and folders made once for all tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.exchange.templates import write_template
from tests.run.command_line import run
from tests.run.lever_province import lever_province
from tests.run.province import template, worked
from tests.run.staffed_province import RUN, with_people
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


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    write_template(folder, "en")
    with_people(folder)
    return folder


@pytest.fixture(scope="session")
def staffed(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("staff") / "plan"
    done = CliRunner().invoke(
        app, ["staff", str(peopled / "scenario.yaml"), "--out", str(out), *RUN, "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["checked"]["rules"] >= 60
    return out
