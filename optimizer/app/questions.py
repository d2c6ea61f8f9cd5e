"""A plan held open in a process of its own: questions are answered while pages stay live."""

from __future__ import annotations

import atexit
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimizer.domain.change import Change


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be asked about a plan."""

    units: dict[str, str]
    """Unit id -> name."""
    levels: dict[str, tuple[str, ...]]
    """Unit id -> care levels it lists."""
    roles: dict[str, tuple[str, ...]]
    """Unit id -> roles it has people of."""
    classes: tuple[str, ...]
    days: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """KPIs before and after one set of changes."""

    changes: tuple[Change, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    seconds: float


_held: dict[str, Any] = {}


def _open(folder: str) -> Choices:
    """Open the plan in this (child) process."""
    from optimizer.whatif import WhatIf

    opened = WhatIf(Path(folder))
    _held["plan"] = opened
    inst = opened.inst
    return Choices(
        units={unit: opened.names.get(unit, unit) for unit in inst.units},
        levels={
            unit: tuple(k for k, here in zip(inst.levels, inst.listed[f], strict=True) if here)
            for f, unit in enumerate(inst.units)
        },
        roles={
            unit: tuple(
                r for r, heads in zip(inst.roles, inst.staff[f].max(axis=1), strict=True) if heads
            )
            for f, unit in enumerate(inst.units)
        },
        classes=inst.classes.ids,
        days=inst.days,
        seconds=opened.seconds_to_open,
    )


def _ask(changes: Sequence[Change]) -> Reply:
    answer = _held["plan"].ask(changes)
    return Reply(tuple(changes), answer.before, answer.after, answer.seconds)


class Questions:
    """One plan, one child process; closed when the server ends or another plan is opened."""

    def __init__(
        self,
        folder: Path,
        *,
        open_plan: Callable[[str], Choices] = _open,
        ask: Callable[[Sequence[Change]], Reply] = _ask,
    ) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self._ask = ask
        self.opening: Future[Choices] = self._pool.submit(open_plan, str(folder))
        atexit.register(self.close)

    def ask(self, changes: Sequence[Change]) -> Future[Reply]:
        """Ask; the future holds the answer or the error."""
        return self._pool.submit(self._ask, tuple(changes))

    def close(self) -> None:
        """End the child."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in list((self._pool._processes or {}).values()):  # noqa: SLF001
            child.terminate()


@dataclass(slots=True)
class OpenPlans:
    """The plans held open by this server; the oldest gives way."""

    most: int = 2
    _open: dict[str, Questions] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, folder: Path) -> Questions:
        """Return the plan of a folder, opening it if it is not open."""
        key = f"{folder.resolve()}:{(folder / 'plan.json').stat().st_mtime}"
        with self._lock:
            if key not in self._open:
                while len(self._open) >= self.most:
                    self._open.pop(next(iter(self._open))).close()
                self._open[key] = Questions(folder)
            return self._open[key]
