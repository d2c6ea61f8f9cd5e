"""The command line as a test calls it."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from optimizer.cli import app


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])
