"""The roster model: its table of contents, and the way from a problem to columns and rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.domain.roster import RosterProblem
from optimizer.staffing.roster.personal import (
    forbidden_successions,
    leave,
    max_consecutive_days,
    max_consecutive_nights,
    max_minutes,
    max_shifts,
    max_weekends,
    min_consecutive_days,
    min_days_off,
    min_minutes,
    one_shift_a_day,
    pins,
    rest_between_shifts,
    stays,
    weekend_is_worked,
)
from optimizer.staffing.roster.shared import (
    changes,
    cover,
    holiday_fairness,
    night_fairness,
    posts,
    requests,
    skill_mix,
    supervision,
    weekend_fairness,
)
from optimizer.staffing.roster.variables import RosterColumns

Rule = Callable[[RosterColumns], None]

PERSONAL: tuple[Rule, ...] = (
    one_shift_a_day,
    forbidden_successions,
    rest_between_shifts,
    max_minutes,
    min_minutes,
    max_shifts,
    max_consecutive_days,
    min_consecutive_days,
    max_consecutive_nights,
    min_days_off,
    weekend_is_worked,
    max_weekends,
    leave,
    stays,
    pins,
)
SHARED: tuple[Rule, ...] = (
    posts,
    cover,
    skill_mix,
    supervision,
    requests,
    night_fairness,
    weekend_fairness,
    holiday_fairness,
    changes,
)
RULES = PERSONAL + SHARED


def roster_model(problem: RosterProblem, rules: Sequence[Rule] = RULES) -> RosterColumns:
    """Return the columns of a problem with the rows of `rules` written."""
    columns = RosterColumns(problem)
    for rule in rules:
        rule(columns)
    return columns
