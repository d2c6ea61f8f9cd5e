"""`referral staff`: beds and staff together, or a folder of it judged again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from optimizer.console import (
    DEFAULT_LANG,
    JsonOption,
    LangOption,
    Shown,
    fail,
    interruptible,
    tell,
)


def staff(
    target: Annotated[
        Path, typer.Argument(help="Scenario file (YAML), or a staff folder to judge again.")
    ],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Staff folder to write.")] = None,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, max=5, help="Most rounds of beds and staff.")
    ] = 3,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1.0, help="Seconds for the secondments of a round.")
    ] = 30.0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE of the scenario, such as staff.surge_absence=0.2."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            help="Earlier staff folder, or a table of blocks: what has begun stands, the rest "
            "changes at a price.",
        ),
    ] = None,
    pins: Annotated[
        list[str] | None,
        typer.Option("--pin", help="Id of an earlier block that stands."),
    ] = None,
    rosters: Annotated[
        float | None,
        typer.Option(
            "--rosters",
            min=1.0,
            help="Make the roster of every facility too, so many seconds each (CPU of a worker, "
            "for 60 people), and take off the plan what none can staff.",
        ),
    ] = None,
    roster_rounds: Annotated[
        int, typer.Option("--roster-rounds", min=1, max=5, help="Most rounds of plan and rosters.")
    ] = 2,
    roster_days: Annotated[
        int | None, typer.Option("--roster-days", min=1, max=364, help="Days of each roster.")
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=8, help="Threads of a roster.")
    ] = 2,
    progress: Annotated[Shown, typer.Option("--progress", help="Progress on stderr.")] = Shown.auto,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Plan beds and staff together: who lends whom, who goes, and what no team can cover."""
    from optimizer.checking.staff_folder import check_staff
    from optimizer.errors import ReferralError
    from optimizer.report.staffing import staff_text
    from optimizer.rosters import options_of
    from optimizer.staffed import RosterWish, second_province

    if target.is_dir():
        result = check_staff(target, data)
        print(result.render(lang.value))
        raise typer.Exit(0 if result.passed else 1)
    folder = out or Path("plans") / f"{target.stem}-staff"
    wish = None
    if rosters is not None:
        wish = RosterWish(options_of(rosters, workers, 0), roster_rounds, roster_days)
    try:
        summary = interruptible(
            lambda: second_province(
                target,
                data_dir=data,
                out=folder,
                rounds=rounds,
                seconds=time_limit,
                settings=settings or (),
                progress=tell(progress, lang.value),
                rosters=wish,
                previous=previous,
                pins=pins or (),
            )
        )
    except KeyboardInterrupt:
        sys.exit(130)
    except ReferralError as error:
        raise fail(error, lang.value, as_json) from None
    if as_json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(staff_text(summary, lang.value))
        print(folder)
