"""The command line of rosters: ``referral roster``.

Only Typer and the standard library at import; everything else inside a command.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from optimizer.console import DEFAULT_LANG, JsonOption, LangOption
from optimizer.console import fail as _fail


class _BuildByDefault(TyperGroup):
    """``referral roster FOLDER`` builds; the other commands are named."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put ``build`` before a folder."""
        if args and args[0] not in self.commands:
            args = ["build", *args]
        return super().resolve_command(ctx, args)


roster_app = typer.Typer(
    cls=_BuildByDefault,
    help="Shift rosters of one facility: build, check, explain, diagnose, replan, replace.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


LimitOption = Annotated[float, typer.Option("--time-limit", min=1.0, help="Seconds to search.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=8, help="Threads.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of random choices.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Roster folder to write.")]
RosterFolder = Annotated[Path, typer.Argument(help="Roster folder.")]


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _json(told: Any) -> None:
    _print(json.dumps(told, ensure_ascii=False))


def _said(summary: Any, lang: str) -> str:
    """Return one roster in a line."""
    from optimizer.i18n import translator
    from optimizer.report.formats import num

    say = translator(lang)
    text = say(
        "{status}: score {hard} hard / {medium} medium / {soft} soft; bound {bound}, gap {gap} %; "
        "{wall} s, {cpu} s of CPU."
    )

    def shown(value: Any, digits: int) -> str:
        return "?" if value is None else num(value, lang, digits)

    return text.format(
        status=say(summary["status"]),
        **summary["score"],
        bound=shown(summary["bound"], 0),
        gap=shown(100 * summary["gap"], 2),
        wall=shown(summary["wall_seconds"], 1),
        cpu=shown(summary["cpu_seconds"], 1),
    )


@roster_app.command()
def build(
    folder: Annotated[list[Path], typer.Argument(help="Folders of tables, one a facility.")],
    out: OutOption = None,
    time_limit: LimitOption = 60.0,
    workers: WorkersOption = 2,
    seed: SeedOption = 0,
    excel: Annotated[bool, typer.Option("--excel", help="Also write roster.xlsx.")] = False,
    calendars: Annotated[
        bool, typer.Option("--calendars", help="Also write a calendar for each person.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Build the roster of each folder and write it, judged (exit 3: cannot be; 4: not in time)."""
    from optimizer.errors import ReferralError
    from optimizer.exchange.roster_outputs import write_calendars, write_workbook
    from optimizer.rostering import make_roster
    from optimizer.staffing.roster.solve import RosterOptions

    code = 0
    for path in folder:
        target = (out / path.name if len(folder) > 1 else out) if out else path / "roster"

        def tell(points: int, bound: float, seconds: float) -> None:
            if not quiet:
                sys.stderr.write(f"[{seconds:6.1f} s] {points} (≥ {max(bound, 0):.0f})\n")

        options = RosterOptions(seconds=time_limit, workers=workers, seed=seed)
        try:
            made = make_roster(path, target, options, tell)
            if excel:
                write_workbook(target / "roster.xlsx", made.problem, made.roster, lang.value)
            if calendars:
                write_calendars(target / "calendars", made.problem, made.roster, lang.value)
        except ReferralError as error:
            code = _fail(error, lang.value, as_json).exit_code
            continue
        if as_json:
            _json({**made.summary, "folder": str(target)})
        else:
            _print(f"{target}: {_said(made.summary, lang.value)}")
            if "beds" in made.summary:
                from optimizer.report.rostered import beds_text

                _print(beds_text(made.summary["beds"], lang.value))
    if code:
        raise typer.Exit(code)


@roster_app.command()
def check(
    folder: RosterFolder, as_json: JsonOption = False, lang: LangOption = DEFAULT_LANG
) -> None:
    """Judge a roster from its files alone; exit 1 if any rule is broken."""
    from optimizer.checking.roster.judge import check_roster

    verdict = check_roster(folder)
    if as_json:
        findings = [
            {"rule": f.rule, "where": f.where, "message": f.render(lang.value)}
            for f in verdict.findings
        ]
        _json({"passed": verdict.passed, "score": verdict.score, "findings": findings})
    else:
        _print(verdict.render(lang.value))
    if not verdict.passed:
        raise typer.Exit(1)


@roster_app.command()
def explain(
    folder: RosterFolder,
    top: Annotated[int, typer.Option("--top", min=0, help="Dearest matches to list.")] = 20,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Say where every point of the score comes from; the parts add up to it exactly."""
    from optimizer.errors import ReferralError
    from optimizer.i18n import translator
    from optimizer.rostering import explained
    from optimizer.staffing.roster.sentences import sentence

    say = translator(lang.value)
    try:
        problem, found = explained(folder)
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None
    matches = sorted(found.matches, key=lambda m: -m.points)
    rows = [
        {
            "rule": m.rule,
            "level": m.level.value,
            "weight": m.weight,
            "units": m.units,
            "points": m.points,
            "person_id": m.person,
            "date": "" if m.day is None else problem.date(m.day).isoformat(),
            "shift": m.shift,
            "unit": m.unit,
            "role": m.role,
        }
        for m in matches
    ]
    score = found.score
    if as_json:
        by_rule = [
            {"rule": r, "level": level.value, "matches": n, "points": p}
            for r, level, n, p in found.by_rule()
        ]
        levels = {"hard": score.hard, "medium": score.medium, "soft": score.soft}
        _json({"score": levels, "by_rule": by_rule, "matches": rows})
        return
    for rule, level, count, points in found.by_rule():
        _print(f"{points:8d}  {say(level.value):6s} {count:5d}  {rule}: {say(sentence(rule))}")
    total = say("score").format()
    _print(f"{score.hard + score.total:8d}  {total} {score.hard}/{score.medium}/{score.soft}")
    for row in rows[:top]:
        place = " ".join(
            str(row[k]) for k in ("date", "shift", "unit", "role", "person_id") if row[k]
        )
        _print(f"{row['points']:8d}  {row['rule']}  {place}  {row['units']} x {row['weight']}")


@roster_app.command()
def diagnose(
    folder: Annotated[Path, typer.Argument(help="Folder of tables, or a roster folder.")],
    full: Annotated[
        bool, typer.Option("--full", help="Ask what it takes to fill every minimum and skill.")
    ] = False,
    time_limit: LimitOption = 30.0,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Name the smallest set of rules to relax; exit 3 if something must give."""
    from optimizer.errors import ReferralError
    from optimizer.i18n import translator
    from optimizer.report.diagnosis import amount_text, short_text
    from optimizer.rostering import diagnosed
    from optimizer.staffing.roster.sentences import sentence

    say = translator(lang.value)
    try:
        problem, found = diagnosed(folder, time_limit, full=full)
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None

    def date(day: int | None) -> str:
        return "" if day is None else problem.date(day).isoformat()

    if as_json:
        given_up = [
            {
                "rule": r.rule,
                "person_id": r.person,
                "date": date(r.day),
                "shift": r.shift,
                "unit": r.unit,
                "amount": r.amount,
            }
            for r in found.relaxations
        ]
        short = [
            {
                "kind": s.kind,
                "unit": s.unit,
                "date": date(s.day),
                "shift": s.shift,
                "role": s.role,
                "needed": s.needed,
                "available": s.available,
                "people": s.people,
                "more_people": s.more,
                "nights": s.nights,
            }
            for s in found.shortages
        ]
        _json(
            {
                "status": found.status.value,
                "proved": found.proved,
                "too_few_people": found.too_few,
                "relaxations": given_up,
                "shortages": short,
            }
        )
    else:
        for s in found.shortages:
            _print(short_text(s, date(s.day), lang.value))
        if found.feasible:
            _print(say("Every hard rule can be kept."))
        elif not found.relaxations:
            _print(say("Not settled in time: allow more with --time-limit."))
        else:
            if found.too_few:
                _print(say("No rule of a person makes up for people who are missing."))
            head = (
                say("Relax these {count} together, and a roster exists:")
                if found.proved
                else (say("Relaxing these {count} is enough; fewer may do:"))
            )
            _print(head.format(count=len(found.relaxations)))
            for r in found.relaxations:
                place = " ".join(x for x in (r.person, r.unit, date(r.day), r.shift) if x)
                _print(
                    f"  {r.rule} {place}: {say(sentence(r.rule))} ({amount_text(r, lang.value)})"
                )
    if not found.feasible:
        raise typer.Exit(3 if found.relaxations else 4)


@roster_app.command()
def replan(
    folder: RosterFolder,
    sick: Annotated[
        list[str], typer.Option("--sick", help="ID:FIRST:LAST of somebody who cannot work.")
    ],
    frozen_until: Annotated[
        str, typer.Option("--frozen-until", help="Date; days before it stand as they are.")
    ] = "",
    max_changes: Annotated[
        int | None, typer.Option("--max-changes", min=0, help="Days of others that may change.")
    ] = None,
    out: OutOption = None,
    time_limit: LimitOption = 15.0,
    workers: WorkersOption = 2,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Make the roster anew after sick calls: past and pins stand, few others change."""
    from optimizer.errors import ReferralError
    from optimizer.i18n import translator
    from optimizer.rostering import replanned
    from optimizer.staffing.roster.solve import RosterOptions

    say = translator(lang.value)
    target = out or folder.with_name(f"{folder.name}-replanned")
    options = RosterOptions(seconds=time_limit, workers=workers)
    try:
        built, found = replanned(folder, sick, frozen_until, target, options, max_changes)
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None
    rows = [
        {
            "person_id": c.person,
            "date": built.problem.date(c.day).isoformat(),
            "was": c.was,
            "now": c.now,
            "called_in_sick": c.called,
        }
        for c in found
    ]
    if as_json:
        _json({**built.summary, "folder": str(target), "changes": rows})
        return
    _print(f"{target}: {_said(built.summary, lang.value)}")
    for row in rows:
        mark = say("called in sick") if row["called_in_sick"] else ""
        _print(
            f"  {row['date']} {row['person_id']}: {row['was'] or '-'} → {row['now'] or '-'} {mark}"
        )


@roster_app.command()
def replace(
    folder: RosterFolder,
    person: Annotated[str, typer.Argument(help="Who cannot work.")],
    date: Annotated[str, typer.Argument(help="Date, YYYY-MM-DD.")],
    count: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 5,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Rank who could take over one shift, with the change of the score; say who cannot, and why."""
    from optimizer.errors import ReferralError
    from optimizer.i18n import translator
    from optimizer.rostering import replacements
    from optimizer.staffing.roster.sentences import sentence

    say = translator(lang.value)
    try:
        found = replacements(folder, person, date, count)
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None
    if as_json:
        _json(
            [
                {
                    "person_id": s.person,
                    "change": s.change,
                    "hard": s.hard,
                    "excluded": list(s.excluded),
                }
                for s in found
            ]
        )
        return
    if all(s.excluded for s in found):
        _print(say("Nobody can take this shift over; why not stands beside each:"))
    for s in found:
        if s.excluded:
            _print(f"  - {s.person}: " + " ".join(say(sentence(rule)) for rule in s.excluded))
        else:
            _print(f"{s.change:+6d}  {s.person}")


@roster_app.command(name="from")
def from_beds(
    source: Annotated[Path, typer.Argument(help="Plan folder or staff folder.")],
    facility: Annotated[str, typer.Option("--facility", help="Id of the facility.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of roster tables to write.")],
    data: Annotated[Path | None, typer.Option("--data", help="Province folder.")] = None,
    first_day: Annotated[int, typer.Option("--first-day", min=1, help="Day of the plan.")] = 1,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Days of the roster.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Make roster tables of a facility from the beds of a plan and the people left for them."""
    from optimizer.errors import ReferralError
    from optimizer.report.rostered import tables_text
    from optimizer.roster_from_beds import roster_from_beds

    try:
        told = roster_from_beds(
            source, facility, out, data_dir=data, first_day=first_day, days=days
        )
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None
    if as_json:
        _json({**told, "folder": str(out)})
    else:
        _print(f"{out}: {tables_text(told, lang.value)}")


@roster_app.command(name="import")
def take_in(
    book: Annotated[Path, typer.Argument(help="Excel workbook with sheets named as the tables.")],
    folder: Annotated[Path, typer.Argument(help="Folder of tables to write them to.")],
    as_json: JsonOption = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Take people, requests, leave and other tables from an Excel workbook into a folder."""
    from optimizer.errors import ReferralError
    from optimizer.exchange.roster_book import import_book

    try:
        written = import_book(book, folder)
    except ReferralError as error:
        raise _fail(error, lang.value, as_json) from None
    if as_json:
        _json([str(path) for path in written])
    else:
        _print("\n".join(str(path) for path in written))
