"""COMMANDS `referral init`, `validate`, `roads`, `schema`: a province and its scenarios.

Only Typer and the standard library at import; everything else inside a command.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from optimizer.console import DEFAULT_LANG, JsonOption, LangOption, fail


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
        raise fail(error, lang.value, False) from None
    print(directory)


def validate(
    directory: Annotated[Path, typer.Argument(help="Province folder, or a scenario file.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Province folder of a scenario file.")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Name every fault of a province folder and its scenarios, or of a scenario and its tables."""
    from optimizer.errors import DataError, Problem
    from optimizer.exchange.agreement import cross_check
    from optimizer.exchange.scenarios import read_placed
    from optimizer.exchange.staff_tables import has_people, read_staff_tables
    from optimizer.exchange.tables import read_tables
    from optimizer.i18n.counting import counting
    from optimizer.loading import inspect

    counted = counting(lang.value)
    problems: list[Problem] = []
    if directory.suffix in (".yaml", ".yml"):
        problems += inspect(directory, data)[1]
    else:
        tables = None
        try:
            tables, warnings = read_tables(directory)
            problems += warnings
            if has_people(directory):
                read_staff_tables(tables)
        except DataError as error:
            problems += error.problems
        for path in sorted(directory.glob("*.yaml")):
            try:
                read, source = read_placed(path)
            except DataError as error:
                problems += error.problems
                continue
            if tables is not None:
                problems += (source.placed(odd) for odd in cross_check(read, tables))
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
            counted(
                "{faults} faults, {warnings} warnings in {place}.",
                faults=len(faults),
                warnings=len(problems) - len(faults),
                place=directory,
            )
        )
    raise typer.Exit(1 if faults else 0)


def roads(
    scenario: Annotated[Path, typer.Argument(help="Scenario file (YAML).")],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    cut: Annotated[
        list[str] | None, typer.Option("--cut", help="A:B, a road to cut besides the scenario's.")
    ] = None,
    nearest: Annotated[int, typer.Option("--nearest", min=1, help="Facilities a commune.")] = 3,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Say how far each commune is from care, and whom a cut road isolates."""
    from optimizer.errors import ReferralError
    from optimizer.loading import load
    from optimizer.report.reach import reach, reach_text, read_cuts

    try:
        tables, read, _ = load(scenario, data)
        told = reach(tables, read, read_cuts(cut or (), tables), nearest)
    except ReferralError as error:
        raise fail(error, lang.value, as_json) from None
    print(json.dumps(told, ensure_ascii=False) if as_json else reach_text(told, lang.value))


def schema() -> None:
    """Print the JSON Schema of a scenario file."""
    from optimizer.exchange.scenarios import scenario_schema

    print(json.dumps(scenario_schema(), ensure_ascii=False, indent=1))
