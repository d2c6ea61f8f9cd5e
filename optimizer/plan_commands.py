"""COMMANDS `referral plan`, `check`, `whatif`, `goals`, `crosscheck`: make and question a plan.

Only Typer and the standard library at import; everything else inside a command.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from optimizer.console import DEFAULT_LANG, JsonOption, LangOption, Shown, fail, interruptible, tell


class Areas(StrEnum):
    """Planning areas."""

    clusters = "clusters"
    communes = "communes"


def _stopped(folder: Path, began: float, lang: str, as_json: bool, reports: bool) -> NoReturn:
    """End at once: 0 if a checked plan of this run is kept, 130 if there is nothing to keep.

    As JSON the plan that is kept is printed, or that there is none. Its reports take a second, if
    wanted; a second Ctrl-C leaves them out.
    """
    from optimizer.i18n import translator
    from optimizer.publishing import add_reports

    say = translator(lang)
    kept = folder / "plan.json"
    saved = kept.exists() and kept.stat().st_mtime >= began
    told: dict[str, Any] = {"schema_version": 1, "status": "stopped"}
    if saved:
        if reports:
            with contextlib.suppress(KeyboardInterrupt, OSError):
                add_reports(folder)
        told = json.loads(kept.read_text(encoding="utf-8"))
        text = say("Stopped: the checked nearest-free-place plan is kept in {folder}.")
        print(text.format(folder=folder), file=sys.stderr, flush=True)
    else:
        print(say("Stopped before there was a plan."), file=sys.stderr, flush=True)
    if as_json:
        print(json.dumps(told, ensure_ascii=False), flush=True)
    os._exit(0 if saved else 130)  # the solver's thread cannot be asked to end


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
    explain: Annotated[
        bool | None,
        typer.Option(
            "--explain/--no-explain",
            help="Solve the top bottlenecks and what would clear the shortfall again; "
            "by default for small models only.",
        ),
    ] = None,
    reports: Annotated[
        bool, typer.Option("--reports/--no-reports", help="Write report.html and report.xlsx.")
    ] = True,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1.0, help="Seconds for one solve.")
    ] = 600.0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE of the scenario, such as weights.death=50."),
    ] = None,
    require_optimal: Annotated[
        bool, typer.Option("--require-optimal", help="Exit 1 unless the gap is at most 0.5 %.")
    ] = False,
    progress: Annotated[Shown, typer.Option("--progress", help="Progress on stderr.")] = Shown.auto,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Plan a scenario: who is treated where, who moves up and down, where and when it breaks."""
    from optimizer.errors import DataError, Problem, ReferralError, system_fault
    from optimizer.planning.solve import SolveOptions
    from optimizer.report.summary import summary_text
    from optimizer.run import plan_scenario

    folder = out or Path("plans") / scenario.stem
    shown = Shown.none if quiet else progress
    began = time.time()
    try:
        outcome = interruptible(
            lambda: plan_scenario(
                scenario,
                data_dir=data,
                out=folder,
                areas=areas.value if areas else None,
                progress=tell(shown, lang.value),
                options=SolveOptions(seconds=time_limit),
                all_ways=all_ways,
                settings=settings or (),
                explain=explain,
                reports=reports,
            )
        )
    except KeyboardInterrupt:
        _stopped(folder, began, lang.value, as_json, reports)
    except ReferralError as error:
        raise fail(error, lang.value, as_json) from None
    except OSError as error:
        fault = Problem(
            "The folder cannot be written ({reason}).",
            "Choose another one.",
            str(error.filename or folder),
            values={"reason": system_fault(error)},
        )
        raise fail(DataError([fault]), lang.value, as_json) from None
    for warning in outcome.warnings if not quiet else ():
        text = warning.render(lang.value)
        told = json.dumps({"warning": text}, ensure_ascii=False) if shown is Shown.json else text
        print(told, file=sys.stderr)
    if as_json:
        print(json.dumps(outcome.summary, ensure_ascii=False))
    else:
        print(summary_text(folder, outcome.summary, lang.value))
        print(folder)
    gap = outcome.summary["objective"]["harm"]["gap"]
    if require_optimal and (gap is None or gap > 0.005):
        raise typer.Exit(1)


def check(
    plan: Annotated[Path, typer.Argument(help="Plan folder or its plan.json.")],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Judge a plan (or staff) folder from the files alone; exit 1 with every broken rule named."""
    from optimizer.checking.judge import check_plan
    from optimizer.checking.staff_folder import check_staff
    from optimizer.i18n.counting import counting
    from optimizer.report.formats import num

    counted = counting(lang.value)
    whole = (plan / "staff.json").is_file()
    result = check_staff(plan, data) if whole else check_plan(plan, data)
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
            count = num(len(result.violations), lang.value)
            print(counted("{count} violations found.", count=count))
        else:
            total = sum(result.counts.values())
            print(
                counted(
                    "The plan is lawful: {rules} rules, {total} things checked in {seconds} s.",
                    rules=len(result.counts),
                    total=num(total, lang.value),
                    seconds=num(result.seconds, lang.value, 1),
                )
            )
    raise typer.Exit(1 if result.violations else 0)


def whatif(
    plan: Annotated[Path, typer.Argument(help="Plan folder or its plan.json.")],
    bed: Annotated[
        list[str] | None, typer.Option("--bed", help="UNIT:LEVEL=+2, or UNIT:LEVEL=-1@5-12.")
    ] = None,
    staff: Annotated[
        list[str] | None, typer.Option("--staff", help="UNIT:ROLE=+1 people on duty.")
    ] = None,
    patient: Annotated[
        list[str] | None, typer.Option("--patient", help="UNIT:CLASS=+3 on the morning of day 1.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Change beds, staff or patients of a plan and see at once what that is worth."""
    from optimizer.domain.change import read_change
    from optimizer.errors import ReferralError
    from optimizer.report.compared import compared_json, compared_text
    from optimizer.whatif import WhatIf

    try:
        changes = [
            *(read_change("bed", text) for text in bed or ()),
            *(read_change("staff", text) for text in staff or ()),
            *(read_change("patient", text) for text in patient or ()),
        ]
        opened = WhatIf(plan, data)
        answer = opened.ask(changes)
    except ReferralError as error:
        raise fail(error, lang.value, as_json) from None
    told = [str(change) for change in changes]
    seconds = {"open": opened.seconds_to_open, "answer": answer.seconds}
    if as_json:
        given = compared_json(told, answer.before, answer.after, seconds)
        print(json.dumps(given, ensure_ascii=False))
    else:
        print(
            compared_text(
                told,
                answer.before,
                answer.after,
                seconds,
                lang.value,
                opened.level_names[lang.value],
            )
        )


def goals(
    of: Annotated[Path, typer.Argument(help="Scenario file (YAML), or a plan folder.")],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    routine: Annotated[
        bool, typer.Option("--routine", help="Of a plan: also the price of routine care.")
    ] = False,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Show every weight with unit, meaning and source; of a plan also what each group cost."""
    from optimizer.errors import ReferralError
    from optimizer.exchange.goals import goal_rows
    from optimizer.loading import load
    from optimizer.report import goals as report
    from optimizer.whatif import plan_summary, routine_price

    told: dict[str, Any] = {"schema_version": 1}
    try:
        if of.suffix in (".yaml", ".yml"):
            tables, scenario, _ = load(of, data)
            told["goals"] = goal_rows(scenario, tables)
        else:
            summary = plan_summary(of)
            told |= {name: summary.get(name) for name in ("goals", "objective", "fairness_cost")}
            if routine:
                told["routine_cost"] = routine_price(of, data)
    except ReferralError as error:
        raise fail(error, lang.value, as_json) from None
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    print(report.goals_text(told["goals"] or [], lang.value))
    if "objective" in told:
        print(report.reached_text(told, lang.value))
    if "routine_cost" in told:
        print(report.routine_text(told["routine_cost"], lang.value))


def cross_check(
    target: Annotated[
        Path | None,
        typer.Argument(help="Scenario file or plan folder; without one: random instances."),
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    lp: Annotated[
        Path | None, typer.Option("--lp", help="Write both formulations as LP files.")
    ] = None,
    mps: Annotated[
        Path | None, typer.Option("--mps", help="Write both formulations as MPS files.")
    ] = None,
    instances: Annotated[
        int | None,
        typer.Option("--instances", min=1, help="Samples of the scenario, or random instances."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of samples or random instances.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for what a disagreement leaves.")
    ] = Path("crosscheck"),
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1.0, help="Seconds for the second formulation.")
    ] = 600.0,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Solve again by a second formulation and another solver; exit 1 unless both agree."""
    import secrets

    from optimizer.errors import ReferralError
    from optimizer.report.witnesses import fault_text, witness_text
    from optimizer.witness.journey import crosscheck_target

    try:
        told, faults = interruptible(
            lambda: crosscheck_target(
                target,
                data_dir=data,
                exports={kind: path for kind, path in (("lp", lp), ("mps", mps)) if path},
                count=instances,
                seed=secrets.randbelow(10**6) if seed is None else seed,
                out=out,
                seconds=time_limit,
            )
        )
    except ReferralError as error:
        raise fail(error, lang.value, as_json) from None
    if as_json:
        for case in told["cases"]:
            case["faults"] = [
                fault_text(fault, lang.value) for fault in faults.get(case["name"], ())
            ]
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(witness_text(told, faults, lang.value))
        for path in told["exported"]:
            print(path)
    raise typer.Exit(0 if told["agree"] == len(told["cases"]) else 1)
