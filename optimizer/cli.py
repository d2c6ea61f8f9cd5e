"""The command line: `referral`.

Only Typer and the standard library at import; everything else inside a command.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optimizer.plan_commands import check, cross_check, goals, plan, whatif
from optimizer.province_commands import init, roads, schema, validate
from optimizer.roster_commands import roster_app
from optimizer.staff_commands import staff

app = typer.Typer(
    help="Plans hospital capacity and patient referral across the treatment tiers of a province.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=True,
)


for command in (plan, check, whatif, goals, init, validate, roads, schema, staff):
    app.command()(command)
app.command(name="crosscheck")(cross_check)
app.add_typer(roster_app, name="roster")


def _version(value: bool) -> None:
    if value:
        from optimizer import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command(name="app")
def open_app(
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8501,
) -> None:
    """Open the app on this machine (loopback only)."""
    import subprocess

    script = Path(__file__).resolve().parents[1] / "streamlit_app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    print(f"http://127.0.0.1:{port}")
    raise typer.Exit(subprocess.call(command, cwd=script.parent))


def main() -> None:
    """Run the command line; Ctrl-C ends with 130."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
