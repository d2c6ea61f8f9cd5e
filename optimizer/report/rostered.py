"""What the tables of a roster were made from, and what its roster leaves of the beds, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.i18n import translator
from optimizer.report.formats import num


def tables_text(told: Mapping[str, Any], lang: str) -> str:
    """Return people and posts of roster tables in a few sentences."""
    say = translator(lang)
    return say(
        "{posts} posts ({leads} of leads) over {days} days for {people} people, {guests} of them "
        "guests; {away} of our own are away, {kept} stay with routine care. Counting alone, "
        "{least} posts stay open. People and leave are generated and assumed, not real."
    ).format(
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
    say = translator(lang)
    return say(
        "{open} of {posts} posts of the plan's beds stay open (no roster leaves fewer than "
        "{least}), {leads} leads are missing. {lost} of {beds} bed-days cannot be counted; at most "
        "{peak} beds, on day {day}."
    ).format(
        open=num(found["uncovered"], lang, 0),
        posts=num(found["posts"], lang, 0),
        least=num(found["at_least"], lang, 0),
        leads=num(found["leads_missing"], lang, 0),
        lost=num(found["beds_lost"], lang, 1),
        beds=num(found["bed_days"], lang, 1),
        peak=num(found["peak_lost"], lang, 1),
        day=found["peak_day"],
    )
