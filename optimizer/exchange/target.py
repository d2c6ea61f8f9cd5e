"""Where a plan folder may go: tried before the solve, and nothing of others is replaced."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from pathlib import Path

from optimizer.errors import DataError, Problem, system_fault
from optimizer.exchange import planfolder
from optimizer.exchange.proof_file import PROOF_FILE

OWN_NAMES = frozenset(
    {
        *(
            f"{name}.csv"
            for name in (
                "admissions",
                "admissions_by_commune",
                "transfers",
                "in_house",
                "bed_lost",
                "patients",
                "corridor",
                "excess",
                "surge_beds",
                "places_kept",
                "capacity",
                "oxygen",
                "home",
                "baselines",
                "bottlenecks",
                "why",
                "equity",
                "clear",
                "matters",
                "needs",
                "levers",
            )
        ),
        "plan.json",
        "inputs",
        planfolder.START_FILE,
        PROOF_FILE,
        "report.html",
        "report.xlsx",
    }
)
"""All that stands in a plan folder."""


def sound_target(target: Path) -> Path:
    """Return where a plan folder may go: nothing there, an empty folder, or a plan folder alone.

    A link is followed. The place is tried before anything is solved.

    Raises
    ------
    DataError
        If something else is there, which would be lost, or nobody may write there.
    """
    if target.is_symlink():
        target = target.resolve()
    if target.exists() and not target.is_dir():
        fault = "There is a plain file where the plan folder should go."
        remedy = "Name another folder with --out; the file is left as it is."
        raise DataError([Problem(fault, remedy, str(target))])
    try:
        found = sorted(path.name for path in target.iterdir()) if target.exists() else []
        _try_to_write(target)
    except OSError as error:
        fault, remedy = "The folder cannot be written ({reason}).", "Choose another one."
        reason = system_fault(error)
        raise DataError([Problem(fault, remedy, str(target), values={"reason": reason})]) from error
    others = [name for name in found if not _of_a_plan(name)]
    if found and not _is_plan(target / "plan.json"):
        fault = "The folder is not a plan folder: it would be replaced."
        remedy = "Name a new folder with --out; nothing in it has been touched."
        raise DataError([Problem(fault, remedy, str(target))])
    if others:
        fault = "The plan folder also holds what is not of a plan ({names}): it would be lost."
        remedy = "Move it elsewhere, or name another folder with --out."
        names = ", ".join(others[:5]) + (" …" if others[5:] else "")
        raise DataError([Problem(fault, remedy, str(target), values={"names": names})])
    return target


def _try_to_write(target: Path) -> None:
    """Make and remove a folder beside the target, with the parents it has to have."""
    if any(path.is_file() for path in target.parents):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
    missing = [path for path in (target, *target.parents) if not path.exists()]
    made = [path for path in missing if path != target]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        trial = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
        trial.rmdir()
    finally:
        for path in made:
            with contextlib.suppress(OSError):
                path.rmdir()


def _is_plan(path: Path) -> bool:
    """Return True if the file is the summary of a plan."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and {"plan_id", "inputs_sha256"} <= set(told)


def _of_a_plan(name: str) -> bool:
    """Return True for names that a plan folder has, and for the droppings of a desktop."""
    return name in OWN_NAMES or name.startswith((".", "~$"))
