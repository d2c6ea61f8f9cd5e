"""Every exception of the planner; each names the place, the fault and the remedy.

The reader is a hospital planner at six in the morning: all faults at once, in the reader's
language.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from optimizer.i18n import translator
from optimizer.i18n.counting import filled

SYSTEM_FAULTS = {
    errno.ENOENT: "No such file or directory",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Operation not permitted",
    errno.EISDIR: "Is a directory",
    errno.ENOTDIR: "Not a directory",
    errno.EEXIST: "File exists",
    errno.ENOSPC: "No space left on device",
    errno.EROFS: "Read-only file system",
    errno.ENAMETOOLONG: "File name too long",
}
"""What the operating system says most often, as message ids of the catalogues."""


def system_fault(error: OSError) -> str:
    """Return why the operating system refused; in its own words where we have none."""
    return SYSTEM_FAULTS.get(error.errno or 0) or error.strerror or "?"


def written(value: object, lang: str) -> object:
    """Return a value of a message as it stands in a text of `lang`."""
    if isinstance(value, str) and value in SYSTEM_FAULTS.values():
        return translator(lang)(value)
    if isinstance(value, float) and lang == "vi":
        return str(value).replace(".", ",")
    return value


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input or of a plan.

    Parameters
    ----------
    fault, remedy
        English message ids of the catalogues, with ``{name}`` places filled from `values`.
    file, row, column, value
        Where it stands; `row` counts as a spreadsheet does (the first line is 1), 0 when there is
        none.
    severity
        ``error`` refuses the input, ``warning`` is kept and said.
    """

    fault: str
    remedy: str = ""
    file: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    severity: str = "error"
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: str = "en") -> str:
        """Return one line: place, fault, remedy, in `lang` (``vi`` or ``en``)."""
        place = self.file
        if self.row:
            place += f":{self.row}"
        if self.column:
            place += f" {self.column}"
        values = {name: written(value, lang) for name, value in self.values.items()}
        texts = [filled(text, values, lang) for text in (self.fault, self.remedy) if text]
        shown = f" [{self.value}]" if self.value else ""
        return (f"{place}{shown}: " if place or shown else "") + " ".join(texts)


class ReferralError(Exception):
    """Base of the family; `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem(problems)]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(p.render("en") for p in self.problems))

    def render(self, lang: str = "en") -> str:
        """Return all problems, one a line."""
        return "\n".join(p.render(lang) for p in self.problems)


class DataError(ReferralError):
    """The input contradicts itself: mend the files."""

    exit_code = 2


class InfeasiblePlanError(ReferralError):
    """What was pinned cannot all hold: drop some pins (without any a plan always exists)."""

    exit_code = 3


class InfeasibleRosterError(ReferralError):
    """These pins or roster rules cannot all hold: relax one (a bed plan always exists)."""

    exit_code = 3


class NoRosterInTimeError(ReferralError):
    """No roster found yet: allow more time. Not "infeasible"."""

    exit_code = 4


class MissingExtraError(ReferralError):
    """A part that needs a package which is not installed."""

    exit_code = 5


class PlanCheckError(ReferralError):
    """The solver's plan failed our checker: our bug, report it."""

    exit_code = 6


class SolverError(ReferralError):
    """The solver gave no usable answer where one always exists: our bug, report it."""

    exit_code = 6
