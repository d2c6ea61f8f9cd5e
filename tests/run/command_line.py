"""The command line as a test calls it."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from optimizer.cli import app


def run(*words: object) -> Result:
    """Run the command; plans are neither explained nor reported here: most of their time."""
    if words[:1] == ("plan",):
        words = (*words, "--no-explain", "--no-reports")
    return CliRunner().invoke(app, [str(word) for word in words])
