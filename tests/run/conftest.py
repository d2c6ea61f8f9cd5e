"""A province with people and its staff folder, made once for all tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.exchange.templates import write_template
from tests.run.staffed_province import RUN, with_people


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
