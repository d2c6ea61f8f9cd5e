"""The third hand: harm of docs/model.md once more, row by row in PuLP, solved by CBC.

Written from the page, never from `planning/constraints.py`. Balances are spelled cumulatively from
day 0: who is present on day t = whoever entered on any day so far, pushed through every night
since, less whoever left, pushed through the same nights; a day off by one in either hand then
shows. Dense on purpose: for small and sampled instances, and for LP and MPS files with names
people can read.

PuLP is imported in a child process only: PuLP and OR-Tools may each bring a HiGHS, and one process
must never hold both. The child gets a folder of plain JSON and arrays, never a pickle.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimizer.crosscheck.process import CrossResult, in_a_child
from optimizer.crosscheck.rows import CONSTRAINTS, LEVER_CONSTRAINTS
from optimizer.domain.instance import Instance
from optimizer.domain.plan import Plan
from optimizer.errors import SolverError

__all__ = [
    "CONSTRAINTS",
    "LEVER_CONSTRAINTS",
    "CrossResult",
    "crosscheck",
    "crosscheck_many",
    "write_lp",
    "write_mps",
]


def crosscheck(
    inst: Instance,
    *,
    whole: str = "",
    upto: str = "harm",
    seconds: float = 600.0,
    price: float = 0.0,
) -> CrossResult:
    """Return the least value of each group of `inst` up to `upto`.

    `whole`: ``today`` people of day 1 and surge beds are whole, ``always`` every decision is.
    `price`: harm of one waiting day a new patient of the worst-off area, added to the harm.
    """
    return crosscheck_many([inst], whole=whole, upto=upto, seconds=seconds, price=price)[0]


def crosscheck_many(
    instances: Sequence[Instance],
    *,
    whole: str = "",
    upto: str = "harm",
    plans: Sequence[Plan | None] = (),
    solution: bool = False,
    seconds: float = 600.0,
    price: float = 0.0,
) -> list[CrossResult]:
    """Return `crosscheck` of each, in one child process; `seconds` for all of them together.

    `plans`: one for each instance (or None), judged by the rows of this hand. `solution`: bring
    the decisions back, too.
    """
    order = {"do": "solve", "whole": whole, "upto": upto, "solution": solution, "price": price}
    return in_a_child(instances, order, seconds, plans)


def write_lp(inst: Instance, path: Path | str, *, whole: str = "", seconds: float = 600.0) -> None:
    """Write the harm group as an LP file, rows and columns named as in docs/model.md."""
    _write(inst, path, "lp", whole, seconds)


def write_mps(inst: Instance, path: Path | str, *, whole: str = "", seconds: float = 600.0) -> None:
    """Write the harm group as an MPS file, rows and columns named as in docs/model.md."""
    _write(inst, path, "mps", whole, seconds)


def _write(inst: Instance, path: Path | str, do: str, whole: str, seconds: float) -> None:
    to = str(Path(path).resolve())
    order = {"do": do, "whole": whole, "upto": "harm", "to": to, "price": 0.0}
    answer = in_a_child([inst], order, seconds)[0]
    if answer.status != "written":
        raise SolverError(f"The model file could not be written: {answer.status}.")
