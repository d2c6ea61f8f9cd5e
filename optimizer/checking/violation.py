"""What the judge finds: violations and counts of things checked, and the bench for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from optimizer.errors import Problem
from optimizer.i18n.counting import counting, filled

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

PATIENTS = 1e-5
"""Means of patients: accumulated over the days, written with 17 digits."""
WHOLE = 1e-6
"""Whole people and beds are whole within this."""
RELATIVE = 1e-6
"""Objective values and minutes, relative."""
SHOWN = 25
"""Violations of one comparison that are listed, largest first; `broken` counts them all."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule at one place.

    Parameters
    ----------
    rule
        Name in ``judge.RULES``, or ``files``.
    where
        The row of the rule, as ``staffed_bed_capacity(BV01,ICU,3)``, or ``file:row column``.
    amount, unit
        By how much it is broken.
    message
        English message id of ``check.po`` with ``{name}`` places filled from `values`.
    """

    rule: str
    where: str
    amount: float
    unit: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def _filled(self) -> dict[str, object]:
        """Return the values as a person reads them."""
        return {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in self.values.items()}

    def render(self, lang: str = "en") -> str:
        """Return one line: rule and place, then the fault, in `lang`."""
        text = filled(self.message, self._filled(), lang)
        head = self.where if self.where.startswith(self.rule) else f"{self.rule}: {self.where}"
        return f"{head}: {text}"

    def problem(self) -> Problem:
        """Return it as a `Problem`, for ``PlanCheckError``."""
        return Problem(self.message, file=f"{self.rule}: {self.where}", values=self._filled())


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one plan folder.

    Parameters
    ----------
    violations
        Listed violations; at most `SHOWN` of one comparison.
    counts
        Rule -> number of things checked.
    broken
        Rule -> number of violations, listed or not.
    seconds
        Time the check took.
    """

    violations: tuple[Violation, ...]
    counts: Mapping[str, int]
    broken: Mapping[str, int]
    seconds: float

    @property
    def passed(self) -> bool:
        """True if nothing is broken."""
        return not self.violations

    def render(self, lang: str = "en") -> str:
        """Return a line for the verdict and one for each listed violation."""
        counted = counting(lang)
        things = sum(self.counts.values())
        if self.passed:
            text = "The plan keeps every rule: {rules} rules, {things} things checked."
            return counted(text, rules=len(self.counts), things=things)
        head = counted(
            "The plan breaks {rules} rules at {places} places; {things} things checked.",
            rules=len(self.broken),
            places=sum(self.broken.values()),
            things=things,
        )
        return "\n".join([head, *(v.render(lang) for v in self.violations)])


class Labels(Protocol):
    """Anything that names its i-th entry."""

    def __getitem__(self, index: int, /) -> object: ...


class Bench:
    """Collects what the rules compare; whole arrays at once, names made only for what is broken."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.counts: dict[str, int] = {}
        self.broken: dict[str, int] = {}

    def checked(self, rule: str, things: int = 1) -> None:
        """Count `things` as checked under `rule`."""
        self.counts[rule] = self.counts.get(rule, 0) + things

    def add(
        self,
        rule: str,
        where: str,
        message: str,
        amount: float = 1.0,
        unit: str = "",
        **values: object,
    ) -> None:
        """Note one violation."""
        self.note(Violation(rule, where, amount, unit, message, values))

    def note(self, violation: Violation) -> None:
        """Note one violation; of thousands under one rule only the first are listed."""
        rule = violation.rule
        self.broken[rule] = self.broken.get(rule, 0) + 1
        if self.broken[rule] <= 40 * SHOWN:
            self.violations.append(violation)

    def more(self, rule: str, number: int) -> None:
        """Count violations that are not listed."""
        if number > 0:
            self.broken[rule] = self.broken.get(rule, 0) + number

    def at_most(
        self,
        rule: str,
        left: npt.ArrayLike,
        right: npt.ArrayLike,
        axes: Sequence[Labels],
        message: str,
        unit: str = "patients",
        tolerance: float = PATIENTS,
    ) -> None:
        """Check left <= right cell by cell; the tolerance grows with figures above 100."""
        a, b = _pair(left, right)
        self._compare(rule, a, b, a - b, axes, message, unit, tolerance)

    def equal(
        self,
        rule: str,
        left: npt.ArrayLike,
        right: npt.ArrayLike,
        axes: Sequence[Labels],
        message: str,
        unit: str = "patients",
        tolerance: float = PATIENTS,
    ) -> None:
        """Check left = right cell by cell; the tolerance grows with figures above 100."""
        a, b = _pair(left, right)
        self._compare(rule, a, b, np.abs(a - b), axes, message, unit, tolerance)

    def whole(
        self,
        rule: str,
        values: npt.ArrayLike,
        axes: Sequence[Labels],
        message: str,
        unit: str = "people",
    ) -> None:
        """Check that every value is a whole number within `WHOLE`."""
        a = np.asarray(values, dtype=np.float64)
        b = np.rint(a)
        self._compare(rule, a, b, np.abs(a - b), axes, message, unit, WHOLE, scaled=False)

    def _compare(
        self,
        rule: str,
        left: FloatArray,
        right: FloatArray,
        amount: FloatArray,
        axes: Sequence[Labels],
        message: str,
        unit: str,
        tolerance: float,
        *,
        scaled: bool = True,
    ) -> None:
        self.checked(rule, amount.size)
        allowed = tolerance * np.maximum(1.0, np.abs(right) / 100.0) if scaled else tolerance
        bad = ~(amount <= allowed)
        number = int(bad.sum())
        if not number:
            return
        self.broken[rule] = self.broken.get(rule, 0) + number
        cells = np.argwhere(bad)
        worst = np.argsort(-amount[bad], kind="stable")[:SHOWN]
        for cell in cells[worst]:
            key = tuple(int(i) for i in cell)
            names = ",".join(str(axis[i]) for axis, i in zip(axes, key, strict=True))
            values: dict[str, object] = {
                "left": float(left[key]),
                "right": float(right[key]),
                "amount": float(amount[key]),
            }
            where = f"{rule}({names})" if names else rule
            self.violations.append(
                Violation(rule, where, float(amount[key]), unit, message, values)
            )


def _pair(left: npt.ArrayLike, right: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = np.broadcast_arrays(
        np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    )
    return a, b
