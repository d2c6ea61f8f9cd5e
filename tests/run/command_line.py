"""The command line as a test calls it."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from optimizer.cli import app


def run(*words: object) -> Result:
    """Run the command; plans are not explained here, which takes most of their time."""
    if words[:1] == ("plan",):
        words = (*words, "--no-explain")
    return CliRunner().invoke(app, [str(word) for word in words])
