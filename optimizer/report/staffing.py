"""The summary of a staff plan, as a department reads it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from optimizer.i18n import translator
from optimizer.i18n.counting import counting
from optimizer.report.formats import harm_text, num
from optimizer.report.rostered import COUNTS, rosters_text

STATUSES = {
    "optimal": "proved best",
    "feasible": "not proved best",
    "no_solution_in_time": "no plan in time: nobody moves",
}
GOALS = {
    "shortage": "shortage, by harm",
    "floors": "head-days below what should stay",
    "fairness": "days away a head where most are lent",
    "burden": "money, moves and changes, million VND",
}
NEW_BURDEN = "money, moves and changes beyond the pinned blocks, million VND"
SAME = 1e-6
"""Share of the harm by which two rounds are told apart."""


def staff_text(summary: Mapping[str, Any], lang: str) -> str:
    """Return the summary: the finding, who lends whom, what it costs, what stays short."""
    say = translator(lang)
    counted = counting(lang)
    names, roles = summary["names"], summary["role_names"][lang]
    illusion, harm = summary["illusion"], summary["harm"]
    lines = [
        summary["scenario"][lang],
        "",
        counted(
            "Without counting people the plan fills {beds} bed-days ({share} %) that no team "
            "covers; at most {peak} beds, on day {day}. With the secondments: {after}.",
            beds=num(illusion["bed_days"], lang, 0),
            share=num(100 * illusion["share"], lang, 1),
            peak=num(illusion["peak_beds"], lang, 1),
            day=illusion["peak_day"],
            after=num(illusion["after"], lang, 0),
        ),
        counted(
            "Harm: {home} with everybody at home, {lent} with the secondments, {free} if people "
            "could be lent freely (no plan can have less), {none} if people were no limit.",
            home=harm_text(harm["everybody_at_home"], lang),
            lent=harm_text(harm["with_secondments"], lang),
            free=harm_text(harm["lent_freely"], lang),
            none=harm_text(harm["beds_without_people"], lang),
        ),
        "",
        counted(
            "Who lends whom ({heads} people, {named} named; {status}):",
            heads=num(summary["heads_moved"], lang, 0),
            named=num(summary["people_named"], lang, 0),
            status=say(STATUSES[summary["status"]]),
        ),
    ]
    by_home: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for block in summary["blocks"]:
        by_home[block["home"]].append(block)
    if not by_home:
        lines.append(say("Nobody needs to move."))
    for home in sorted(by_home, key=lambda site: str(names[site])):
        terms = summary["lending"].get(summary["lending_of"][home], {})
        basis, approver = terms.get(f"legal_basis_{lang}", ""), terms.get(f"approver_{lang}", "")
        lines.append(f"  {names[home]}: {basis}; {approver}")
        for block in by_home[home]:
            lines.append(
                "    "
                + say("{heads} {role} to {host}, day {start} to {last}").format(
                    heads=num(block["heads"], lang, 0),
                    role=roles[block["role"]],
                    host=names[block["host"]],
                    start=block["start"],
                    last=block["last"],
                )
            )
    lines += ["", *_figures(summary, lang)]
    if "rosters" in summary:
        lines += ["", rosters_text(summary["rosters"], lang)]
    return "\n".join(lines)


def _figures(summary: Mapping[str, Any], lang: str) -> list[str]:
    """Cost, shortage, floors, goals with their bounds, and harm by round."""
    say = translator(lang)
    counted = counting(lang)
    floors = (
        say("Every home keeps the people of routine care and what should stay.")
        if summary["floors_kept"]
        else say("Every home keeps the people of routine care; some less than should stay.")
    )
    lines = [
        say("Travel and allowances: {cost} million VND.").format(
            cost=num(summary["cost_vnd"] / 1e6, lang, 1)
        ),
        counted(
            "Short: {before} head-days at home, {after} with the secondments.",
            before=num(summary["short_head_days_at_home"], lang, 0),
            after=num(summary["short_head_days"], lang, 0),
        ),
        floors,
    ]
    for need in summary.get("around_the_clock", ()):
        lines.append(
            "  "
            + counted(
                "{role}: {turns} shifts on day {day}, so {heads} people employed for the beds of "
                "the wave; {books} on the books.",
                role=summary["role_names"][lang][need["role"]],
                turns=num(need["turns"], lang, 0),
                day=need["day"],
                heads=num(need["heads"], lang, 0),
                books=num(need["on_books"], lang, 0),
            )
        )
    earlier = summary.get("earlier", {})
    lines += [
        "  "
        + _goal(
            NEW_BURDEN if name == "burden" and earlier.get("pinned") else GOALS[name], group, lang
        )
        for name, group in summary["goals"].items()
    ]
    if earlier.get("pinned") or earlier.get("published"):
        lines.append(
            counted(
                "Of earlier blocks {pinned} people stand as decided, {published} were made known; "
                "{changed} of these change.",
                pinned=num(earlier["pinned"], lang, 0),
                published=num(earlier["published"], lang, 0),
                changed=num(
                    sum(abs(one["planned"] - one["published"]) for one in summary["changes"]),
                    lang,
                    0,
                ),
            )
        )
    lines += _rounds(summary, lang)
    if "plan" in summary:
        lines.append(plan_line(summary, lang))
    lines.append(say("People and rules of staff are generated and assumed, not real."))
    return lines


def _goal(goal: str, group: Mapping[str, Any], lang: str) -> str:
    """Return a goal with its bound; where that is less than 1 a percentage of it says nothing."""
    say = translator(lang)
    value, bound = group["value"], group["bound"]
    told = {"goal": say(goal), "value": num(value, lang, 2)}
    if bound is None:
        return say("{goal}: {value}, no bound").format(**told)
    told["bound"] = num(bound, lang, 2)
    if abs(bound) < 1 and value - bound > 0.005:
        return say("{goal}: {value}, bound {bound} ({above} above it)").format(
            **told, above=num(value - bound, lang, 2)
        )
    gap = num(100 * group["gap"], lang, 2)
    return say("{goal}: {value}, bound {bound} (gap {gap} %)").format(**told, gap=gap)


def _rounds(summary: Mapping[str, Any], lang: str) -> list[str]:
    """Return each round with its harm; of one that is not kept, why."""
    say, counted = translator(lang), counting(lang)
    harm = summary["harm"]
    best = harm.get("decided", harm["everybody_at_home"])
    lines = []
    if "decided" in harm:
        text = say("Exactly what is decided and made known: harm {harm}.")
        lines.append(text.format(harm=harm_text(best, lang)))
    for one in summary["rounds"]:
        text = "Round {number}: harm {harm}, {heads} people lent."
        if not one["kept"]:
            worse = one["harm"] > best * (1 + SAME)
            text = (
                "Round {number}: harm {harm}, {heads} people lent; not kept, for that is more than "
                "{best}."
                if worse
                else "Round {number}: harm {harm}, {heads} people lent; not kept, for that is no "
                "less than {best} as far as the solver can tell."
            )
        values = {"number": one["number"], "heads": num(one["heads_moved"], lang, 0)}
        told = {"harm": harm_text(one["harm"], lang), "best": harm_text(best, lang)}
        lines.append(counted(text, **values, **told))
        best = one["harm"] if one["kept"] else best
    if "decided" in harm and not any(one["kept"] for one in summary["rounds"]):
        lines.append(say("So what is decided and made known stands, and nobody else moves."))
    return lines


def plan_line(summary: Mapping[str, Any], lang: str) -> str:
    """Return the sentence on the bed plan that is handed over: whole people, every rule."""
    say, plan = translator(lang), summary["plan"]
    if plan["bound"] is None:
        text = say("The bed plan handed over: harm {harm}, no bound (folder {folder}).")
        return text.format(harm=num(plan["value"], lang, 1), folder=plan["folder"])
    text = say("The bed plan handed over: harm {harm}, bound {bound} (folder {folder}).")
    return text.format(
        harm=num(plan["value"], lang, 1), bound=num(plan["bound"], lang, 1), folder=plan["folder"]
    )


def finding_text(summary: Mapping[str, Any], lang: str) -> str:
    """Return what lending people does, and what the rosters then leave of it, in two sentences."""
    say = translator(lang)
    counted = counting(lang)
    illusion, harm = summary["illusion"], summary["harm"]
    if illusion["bed_days"] < 0.5:
        text = say("Every bed of the plan has its people.")
    else:
        text = counted(
            "On day {day}, {peak} beds of a plan without people have no team; {heads} people lent "
            "bring the harm from {home} to {lent}.",
            day=illusion["peak_day"],
            peak=num(illusion["peak_beds"], lang, 0),
            heads=num(summary["heads_moved"], lang, 0),
            home=harm_text(harm["everybody_at_home"], lang),
            lent=harm_text(harm["with_secondments"], lang),
        )
    rosters = summary.get("rosters")
    if rosters is None or len(rosters["rounds"]) < 2:
        return text
    more = say("Without the beds that no roster staffs it is {harm}.")
    kept = next((one for one in rosters["rounds"] if one.get("kept")), None)
    if kept is not None and kept.get("bed_days_lost", 0) >= COUNTS:
        more = counted(
            "With the rosters it is {harm}, and {lost} bed-days of that plan no roster staffs.",
            harm=harm_text(harm["handed_over"], lang),
            lost=num(kept["bed_days_lost"], lang, 1),
        )
        return f"{text} {more}"
    return f"{text} {more.format(harm=harm_text(harm['handed_over'], lang))}"


def block_rows(summary: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return one row a block, as a table for people."""
    say = translator(lang)
    names, roles = summary["names"], summary["role_names"][lang]
    first = datetime.date.fromisoformat(summary["first_day"])
    rows = []
    for block in summary["blocks"]:
        terms = summary["lending"].get(summary["lending_of"][block["home"]], {})
        begins, ends = (
            first + datetime.timedelta(days=block[key] - 1) for key in ("start", "last")
        )
        rows.append(
            {
                say("Home"): names[block["home"]],
                say("Host"): names[block["host"]],
                say("Role"): roles[block["role"]],
                say("People"): block["heads"],
                say("From"): begins,
                say("Until"): ends,
                say("Legal basis"): terms.get(f"legal_basis_{lang}", ""),
                say("Decided by"): terms.get(f"approver_{lang}", ""),
            }
        )
    return rows


def round_rows(summary: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return harm by round, from everybody at home to the bound."""
    say = translator(lang)
    harm, earlier = summary["harm"], summary.get("earlier", {})

    def row(what: str, value: float, people: int, kept: str = "") -> dict[str, Any]:
        return {
            say("Round"): what,
            say("Harm"): harm_text(value, lang),
            say("People"): people,
            say("Kept"): kept,
        }

    return [
        row(say("everybody at home"), harm["everybody_at_home"], 0),
        *(
            [
                row(
                    say("exactly what is decided and made known"),
                    harm["decided"],
                    earlier["pinned"] + earlier["published"],
                )
            ]
            if "decided" in harm
            else []
        ),
        *(
            row(
                str(one["number"]),
                one["harm"],
                one["heads_moved"],
                say("yes") if one["kept"] else say("no"),
            )
            for one in summary["rounds"]
        ),
        row(say("lent freely: the bound"), harm["lent_freely"], 0),
        *(
            [row(say("the plan handed over"), harm["handed_over"], summary["heads_moved"])]
            if "plan" in summary
            else []
        ),
    ]
