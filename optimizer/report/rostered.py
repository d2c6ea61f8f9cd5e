"""What the tables of a roster were made from, and what its roster leaves of the beds, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.i18n import translator
from optimizer.i18n.counting import counting
from optimizer.report.formats import harm_text, num


def tables_text(told: Mapping[str, Any], lang: str) -> str:
    """Return people and posts of roster tables in a few sentences."""
    counted = counting(lang)
    return counted(
        "{posts} posts ({leads} of leads) over {days} days for {people} people, {guests} of them "
        "guests; {away} of our own are away, {kept} stay with routine care. Counting alone, "
        "{least} posts stay open. People and leave are generated and assumed, not real.",
        posts=num(told["posts"], lang, 0),
        leads=num(told["lead_posts"], lang, 0),
        days=told["days"],
        people=num(told["people"], lang, 0),
        guests=num(told["guests"], lang, 0),
        away=num(told["away"], lang, 0),
        kept=num(sum(told["kept_for_routine"].values()), lang, 0),
        least=num(told["at_least_uncovered"], lang, 0),
    )


def beds_text(found: Mapping[str, Any], lang: str) -> str:
    """Return what a roster leaves of the beds in two sentences."""
    counted = counting(lang)
    return counted(
        "{open} of {posts} posts of the plan's beds stay open (no roster leaves fewer than "
        "{least}), {leads} leads are missing. {lost} of {beds} bed-days cannot be counted; at most "
        "{peak} beds, on day {day}.",
        open=num(found["uncovered"], lang, 0),
        posts=num(found["posts"], lang, 0),
        least=num(found["at_least"], lang, 0),
        leads=num(found["leads_missing"], lang, 0),
        lost=num(found["beds_lost"], lang, 1),
        beds=num(found["bed_days"], lang, 1),
        peak=num(found["peak_lost"], lang, 1),
        day=found["peak_day"],
    )


COUNTS = 0.05
"""Bed-days below this read as none."""
ROSTER_STATUSES = {
    "optimal": "proved best",
    "feasible": "not proved best",
    "nothing_to_roster": "no bed in use",
    "infeasible": "no roster can be",
    "no_solution_in_time": "no roster in time",
}


def facility_rows(rosters: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return one row for each facility whose roster was asked for, as a table for people.

    Posts, open posts and bed-days are of the plan handed over. Points, bound and status are of the
    posts that the roster was made for: if these were another plan's, the cell names its round.
    """
    say = translator(lang)
    kept = _kept(rosters)

    def shown(value: float | None, digits: int = 0) -> str:
        return "" if value is None else num(value, lang, digits)

    def then(text: str, row: Mapping[str, Any]) -> str:
        """Return what is of the posts that the roster was made for, with their round."""
        made = row.get("made_in", kept)
        return text if made == kept or not text else f"{text} ({say('round')} {made})"

    return [
        {
            say("Facility"): row["name"],
            say("People"): row["people"],
            say("Posts"): row["posts"],
            say("Open posts"): row["open"],
            say("Medium / soft"): ""
            if row["medium"] is None
            else then(f"{shown(row['medium'])} / {shown(row['soft'])}", row),
            say("Bound"): then(shown(row["bound"]), row),
            say("Status"): then(say(ROSTER_STATUSES[row["status"]]), row)
            if row["medium"] is not None
            else say(ROSTER_STATUSES[row["status"]]),
            say("Seconds"): shown(row["wall_seconds"], 1),
            say("Made in round"): row.get("made_in", ""),
            say("Bed-days lost"): shown(row["bed_days_lost"], 1),
        }
        for row in rosters["facilities"]
    ]


def _kept(rosters: Mapping[str, Any]) -> int:
    """Return the number of the round whose plan is handed over."""
    return next((int(one["number"]) for one in rosters["rounds"] if one.get("kept")), 1)


def rounds_note(rosters: Mapping[str, Any], lang: str) -> str:
    """Return what points and bounds of the table are of, where that is another round's plan."""
    kept = _kept(rosters)
    if all(row["medium"] is None or row.get("made_in", kept) == kept
           for row in rosters["facilities"]):  # fmt: skip
        return ""
    text = translator(lang)(
        "Posts, open posts and bed-days are of the plan handed over (round {number}); points, "
        "bound and status with a round beside them are of the posts of that round's plan, for "
        "which the roster was made."
    )
    return text.format(number=kept)


def still_counted(rosters: Mapping[str, Any], lang: str) -> str:
    """Return how many bed-days of the plan handed over no roster staffs; empty: none."""
    kept = next((one for one in rosters["rounds"] if one.get("kept")), None)
    if kept is None or kept["bed_days_lost"] < COUNTS:
        return ""
    counted = counting(lang)
    text = counted(
        "The plan handed over still counts {lost} bed-days that no roster staffs, {share} % of "
        "those in the facilities with rosters. Plan people for them from elsewhere, or search "
        "longer (--rosters): who lies there on the first day stays, and posts are rounded up, but "
        "a short search leaves posts open too.",
        lost=num(kept["bed_days_lost"], lang, 1),
        share=num(100 * kept["bed_days_lost"] / max(COUNTS, kept["bed_days"]), lang, 1),
    )
    excess = rosters.get("excess", {"patient_days": 0.0})
    if excess["patient_days"] < COUNTS:
        return text
    more = counted(
        "In {days} patient-days people stay in a bed where the plan counts too few to care for "
        "them; these make {harm} of its harm.",
        days=num(excess["patient_days"], lang, 1),
        harm=harm_text(excess["harm"], lang),
    )
    return f"{text} {more}"


def roster_round_rows(rosters: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return harm and what the rosters leave open, round by round."""
    say = translator(lang)
    return [
        {
            say("Round"): str(one["number"]),
            say("Harm"): harm_text(one["harm"], lang),
            say("Harm with the rosters alone"): "–"
            if one.get("harm_staffed") is None
            else num(one["harm_staffed"], lang, 1),
            say("Posts"): num(one["posts"], lang, 0),
            say("Open posts"): num(one["open"], lang, 0),
            say("Bed-days lost"): num(one["bed_days_lost"], lang, 1),
            say("Seconds of CPU"): num(one["cpu_seconds"], lang, 0),
            say("Kept"): say("yes") if one["kept"] else say("no"),
        }
        for one in rosters["rounds"]
    ]


def rosters_text(rosters: Mapping[str, Any], lang: str) -> str:
    """Return the table of facilities and how plan and rosters came together."""
    say = translator(lang)
    counted = counting(lang)
    lines = [say("Rosters of the facilities that are planned by themselves:")]
    rows = facility_rows(rosters, lang)
    if rows:
        table = [list(rows[0]), *([str(cell) for cell in row.values()] for row in rows)]
        wide = [max(len(line[n]) for line in table) for n in range(len(table[0]))]
        for line in table:
            cells = [
                cell.ljust(wide[n]) if n in (0, 6) else cell.rjust(wide[n])
                for n, cell in enumerate(line)
            ]
            lines.append("  " + "  ".join(cells).rstrip())
    note = rounds_note(rosters, lang)
    lines += [note] if note else []
    for one in rosters["rounds"]:
        text = (
            "Plan and rosters, round {number}: harm {harm}, {open} of {posts} posts open, {lost} "
            "bed-days that no roster staffs."
        )
        lines.append(
            counted(
                text,
                number=one["number"],
                harm=harm_text(one["harm"], lang),
                open=num(one["open"], lang, 0),
                posts=num(one["posts"], lang, 0),
                lost=num(one["bed_days_lost"], lang, 1),
            )
            + (" " + say("This one is handed over.") if one["kept"] else "")
        )
    still = still_counted(rosters, lang)
    return "\n".join([*lines, *([still] if still else []), *_warnings(rosters, lang)])


def _warnings(rosters: Mapping[str, Any], lang: str) -> list[str]:
    """Say what the search owes and people do not, and which beds count without a roster."""
    say = translator(lang)
    rows, lines = rosters["facilities"], []
    one = rosters["rounds"][rosters.get("rosters_of_round", 1) - 1]
    if one["open"] > one.get("at_least", one["open"]):
        text = say(
            "Of the {open} posts that the rosters of round {number} leave open, counting heads and "
            "hours proves {least}; a longer search (--rosters) may fill others."
        )
        lines.append(
            text.format(
                open=num(one["open"], lang, 0),
                number=one["number"],
                least=num(one["at_least"], lang, 0),
            )
        )
    late = [row["name"] for row in rows if row["status"] == "no_solution_in_time"]
    if late:
        text = say(
            "No roster was found in time for {names}: the beds there count by people on duty alone."
        )
        lines.append(text.format(names=", ".join(late)))
    none = [row["name"] for row in rows if row["status"] == "infeasible"]
    if none:
        text = say("No roster can be made for {names}: none of their people are counted.")
        lines.append(text.format(names=", ".join(none)))
    return lines
