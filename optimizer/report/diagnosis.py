"""A diagnosis of a roster in words: what counting shows, and by how much a rule must give."""

from __future__ import annotations

from typing import Protocol

from optimizer.i18n import translator
from optimizer.i18n.counting import counting
from optimizer.report.formats import num

HOURS = ("max_minutes", "min_minutes", "rest_between_shifts")
DAYS = ("max_consecutive_days", "min_consecutive_days", "max_consecutive_nights", "min_days_off")
PEOPLE = ("cover_minimum", "skill_mix", "supervision")


class Relaxed(Protocol):
    """A rule that gives way, and by how much in its own unit."""

    @property
    def rule(self) -> str:
        """Return its name."""

    @property
    def amount(self) -> int:
        """Return minutes, days, people or times."""


class Short(Protocol):
    """People of a post or skill who are short on a day, or over the horizon."""

    @property
    def unit(self) -> str:
        """Return the unit, or nothing for all."""

    @property
    def role(self) -> str:
        """Return the role or skill, or nothing for all."""

    @property
    def day(self) -> int | None:
        """Return the day, or None for the horizon."""

    @property
    def shift(self) -> str:
        """Return the kind of shift, or nothing for all."""

    @property
    def nights(self) -> bool:
        """Say whether nights alone are counted."""

    @property
    def needed(self) -> int:
        """Return what is needed."""

    @property
    def available(self) -> int:
        """Return what there can be."""

    @property
    def people(self) -> int:
        """Return how many may work these shifts."""

    @property
    def more(self) -> int:
        """Return how many like them are missing."""


def short_text(short: Short, date: str, lang: str) -> str:
    """Return the sentence on one shortage."""
    say, counted = translator(lang), counting(lang)
    place = " ".join(part for part in (short.unit, short.role, short.shift) if part)
    if short.day is None:
        text = (
            "Too few people, by counting alone: {place}: {needed} shifts at night, but the "
            "{people} people can work at most {available}; at least {more} more are missing."
            if short.nights
            else "Too few people, by counting alone: {place}: {needed} shifts, but the {people} "
            "people can work at most {available}; at least {more} more are missing."
        )
        return counted(
            text,
            place=place or say("all posts"),
            needed=num(short.needed, lang, 0),
            people=num(short.people, lang, 0),
            available=num(short.available, lang, 0),
            more=num(short.more, lang, 0),
        )
    text = say(
        "Counting alone: {unit} {role}, {date} {shift}: {needed} needed, at most "
        "{available} can be there."
    )
    return text.format(
        unit=short.unit,
        role=short.role,
        date=date,
        shift=short.shift,
        needed=short.needed,
        available=short.available,
    )


def amount_text(relaxed: Relaxed, lang: str) -> str:
    """Return by how much a rule must give, with its unit where it has one."""
    counted, rule = counting(lang), relaxed.rule.partition(":")[0]
    if rule in HOURS:
        hours = relaxed.amount / 60
        digits = 0 if hours.is_integer() else 1
        return counted("{count} hours", count=num(hours, lang, digits))
    if rule in DAYS:
        return counted("{count} days", count=num(relaxed.amount, lang, 0))
    if rule in PEOPLE:
        return counted("{count} people", count=num(relaxed.amount, lang, 0))
    return num(relaxed.amount, lang, 0)
