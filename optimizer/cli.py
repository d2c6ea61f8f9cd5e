"""The command line: `referral`.

Only Typer and the standard library at import; everything else inside a command.
"""

from __future__ import annotations

import json
import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Plans hospital capacity and patient referral across the treatment tiers of a province.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=True,
)


class Lang(StrEnum):
    """Languages of messages."""

    vi = "vi"
    en = "en"


class Areas(StrEnum):
    """Planning areas."""

    clusters = "clusters"
    communes = "communes"


class Shown(StrEnum):
    """How progress is told on stderr."""

    auto = "auto"
    plain = "plain"
    json = "json"
    none = "none"


def _default_lang() -> Lang:
    wanted = os.environ.get("REFERRAL_LANG", "")[:2] or os.environ.get("LANG", "")[:2]
    return Lang.vi if wanted == "vi" else Lang.en


DEFAULT_LANG = _default_lang()
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of messages.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


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


def _tell(shown: Shown, lang: str) -> Any:
    """Return a progress function that writes to stderr."""
    from optimizer.i18n import translator

    say = translator(lang)
    started = time.monotonic()

    def progress(stage: str, seconds: float, done: bool) -> None:
        if shown is Shown.none:
            return
        if shown is Shown.json:
            line = json.dumps({"stage": stage, "seconds": round(seconds, 3), "done": done})
        elif done:
            line = f"[{time.monotonic() - started:6.1f} s] {say(stage)}: {seconds:.1f} s"
        else:
            line = f"[{time.monotonic() - started:6.1f} s] {say(stage)} …"
        print(line, file=sys.stderr, flush=True)

    return progress


def _fail(error: Any, lang: str, as_json: bool) -> typer.Exit:
    """Say every fault, in the reader's language, and return the exit with its code."""
    if as_json:
        told = {
            "schema_version": 1,
            "status": "error",
            "problems": [
                {
                    "file": p.file,
                    "row": p.row,
                    "column": p.column,
                    "value": p.value,
                    "severity": p.severity,
                    "message": p.render(lang),
                }
                for p in error.problems
            ],
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(error.render(lang), file=sys.stderr)
    return typer.Exit(error.exit_code)


@app.command()
def plan(
    scenario: Annotated[Path, typer.Argument(help="Scenario file (YAML).")],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Plan folder to write.")] = None,
    areas: Annotated[
        Areas | None, typer.Option("--areas", help="Plan by clusters or by communes.")
    ] = None,
    all_ways: Annotated[
        bool, typer.Option("--all-ways", help="Offer every permitted way (slower, exact).")
    ] = False,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1.0, help="Seconds for one solve.")
    ] = 600.0,
    require_optimal: Annotated[
        bool, typer.Option("--require-optimal", help="Exit 1 unless the gap is at most 0.5 %.")
    ] = False,
    progress: Annotated[Shown, typer.Option("--progress", help="Progress on stderr.")] = Shown.auto,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Plan a scenario: who is treated where, who moves up and down, where and when it breaks."""
    from optimizer.errors import ReferralError
    from optimizer.planning.solve import SolveOptions
    from optimizer.report.summary import summary_text
    from optimizer.run import plan_scenario

    folder = out or Path("plans") / scenario.stem
    shown = Shown.none if quiet else progress
    try:
        outcome = plan_scenario(
            scenario,
            data_dir=data,
            out=folder,
            areas=areas.value if areas else None,
            progress=_tell(shown, lang.value),
            options=SolveOptions(seconds=time_limit),
            all_ways=all_ways,
        )
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None
    for warning in outcome.warnings:
        if not quiet:
            print(warning.render(lang.value), file=sys.stderr)
    if as_json:
        print(json.dumps(outcome.summary, ensure_ascii=False))
    else:
        print(summary_text(folder, outcome.summary, lang.value))
        print(folder)
    if require_optimal and outcome.summary["objective"]["harm"]["gap"] > 0.005:
        raise typer.Exit(1)


@app.command()
def check(
    plan: Annotated[Path, typer.Argument(help="Plan folder or its plan.json.")],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Judge a plan from the files alone; exit 1 with every broken rule named."""
    from optimizer.checking.judge import check_plan
    from optimizer.i18n import translator

    say = translator(lang.value)
    result = check_plan(plan, data)
    if as_json:
        told = {
            "schema_version": 1,
            "status": "violations" if result.violations else "lawful",
            "seconds": result.seconds,
            "counts": dict(result.counts),
            "violations": [
                {
                    "rule": v.rule,
                    "where": v.where,
                    "amount": v.amount,
                    "message": v.render(lang.value),
                }
                for v in result.violations
            ],
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        for violation in result.violations:
            print(violation.render(lang.value))
        if result.violations:
            print(say("{count} violations found.").format(count=len(result.violations)))
        else:
            total = sum(result.counts.values())
            print(
                say(
                    "The plan is lawful: {rules} rules, {total} things checked in {seconds:.1f} s."
                ).format(rules=len(result.counts), total=total, seconds=result.seconds)
            )
    raise typer.Exit(1 if result.violations else 0)


@app.command()
def validate(
    directory: Annotated[Path, typer.Argument(help="Province folder, or a scenario file.")],
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Name every fault of a province folder (and of a scenario file) at once."""
    from optimizer.errors import DataError
    from optimizer.exchange.scenarios import read_scenario
    from optimizer.exchange.tables import read_tables
    from optimizer.i18n import translator

    say = translator(lang.value)
    problems = []
    try:
        if directory.suffix in (".yaml", ".yml"):
            read_scenario(directory)
        else:
            problems += list(read_tables(directory)[1])
            for path in sorted(directory.glob("*.yaml")):
                read_scenario(path)
    except DataError as error:
        problems += list(error.problems)
    faults = [p for p in problems if p.severity == "error"]
    if as_json:
        told = [
            {
                "file": p.file,
                "row": p.row,
                "column": p.column,
                "value": p.value,
                "severity": p.severity,
                "message": p.render(lang.value),
            }
            for p in problems
        ]
        print(json.dumps({"schema_version": 1, "problems": told}, ensure_ascii=False))
    else:
        for problem in problems:
            print(problem.render(lang.value))
        print(
            say("{faults} faults, {warnings} warnings in {place}.").format(
                faults=len(faults), warnings=len(problems) - len(faults), place=directory
            )
        )
    raise typer.Exit(1 if faults else 0)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Folder to make.")],
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Write commented templates for a province of your own; nothing existing is overwritten."""
    from optimizer.errors import ReferralError
    from optimizer.exchange.templates import write_template

    try:
        write_template(directory, lang.value)
    except ReferralError as error:
        raise _fail(error, lang.value, False) from None
    print(directory)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file."""
    from optimizer.exchange.scenarios import scenario_schema

    print(json.dumps(scenario_schema(), ensure_ascii=False, indent=1))


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
