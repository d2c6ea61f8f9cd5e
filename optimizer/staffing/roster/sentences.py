"""One sentence for each rule, as a head nurse would say it: message ids of the catalogues."""

from __future__ import annotations

SENTENCES = {
    "one_shift_a_day": "One shift a day.",
    "forbidden_successions": "Some shifts may not follow others on the next day.",
    "rest_between_shifts": "Enough rest between two shifts.",
    "max_minutes": "No more working time than the contract allows.",
    "min_minutes": "No less working time than the contract promises.",
    "max_shifts": "Not too many shifts of one kind.",
    "max_consecutive_days": "Not too many working days in a row.",
    "min_consecutive_days": "Not too few working days in a row.",
    "max_consecutive_nights": "Not too many nights in a row.",
    "min_days_off": "Enough days off in a row.",
    "weekend_is_worked": "A weekend counts if Saturday or Sunday is worked.",
    "max_weekends": "Not too many weekends with work.",
    "leave": "No work on days of leave.",
    "stays": "Guests work inside their stay; who is lent or resting does not work here.",
    "pins": "Pinned decisions stand.",
    "posts": "Everybody works on a post they may fill.",
    "cover": "Every post is filled.",
    "cover_minimum": "The minimum of every post is filled.",
    "skill_mix": "Somebody with the skill is on every shift of the unit.",
    "supervision": "Trainees have somebody to ask.",
    "requests": "Wishes are met.",
    "request_on": "Wishes to work are met.",
    "request_off": "Wishes to be off are met.",
    "night_fairness": "Nights are shared evenly.",
    "weekend_fairness": "Weekends are shared evenly.",
    "holiday_fairness": "Holidays are shared evenly.",
    "changes": "The published roster is kept.",
}
"""Rule -> sentence; a rule of ``rules.yaml`` is named ``skill_mix:<name>``."""


def sentence(rule: str) -> str:
    """Return the message id of a rule, named ones too."""
    return SENTENCES[rule.partition(":")[0]]
