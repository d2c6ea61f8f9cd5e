"""The explanation of a score as rows and as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from optimizer.domain.roster import Assignment, RosterProblem
from optimizer.staffing.roster.score import explain


def score_rows(
    problem: RosterProblem, assignments: Iterable[Assignment]
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``score.csv``; their points add up to the score."""
    for m in explain(problem, assignments).matches:
        date = "" if m.day is None else problem.date(m.day).isoformat()
        yield (
            m.rule, m.level.value, m.weight, m.units, m.points, m.person, date, m.shift, m.unit,
            m.role,
        )  # fmt: skip
