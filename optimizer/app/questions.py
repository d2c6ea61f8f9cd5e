"""A plan held open in a process of its own: questions are answered while pages stay live."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from optimizer.domain.change import Change
from optimizer.errors import Problem, ReferralError


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be asked about a plan: unit ids, their levels and roles, classes, days."""

    units: tuple[str, ...]
    levels: dict[str, list[str]]
    roles: dict[str, list[str]]
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


class Questions:
    """One plan, one child process that answers line by line."""

    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.whatif", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._thread = ThreadPoolExecutor(1)
        self.opening: Future[Choices] = self._thread.submit(self._choices)
        atexit.register(self.close)

    def ask(self, changes: Sequence[Change]) -> Future[Reply]:
        """Ask; the future holds the answer or the error."""
        return self._thread.submit(self._answer, tuple(changes))

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _line(self) -> dict[str, Any]:
        """Read one message of the child; what it complains of becomes our error."""
        text = self._child.stdout.readline() if self._child.stdout else ""
        if not text:
            raise ReferralError([Problem("The process that holds the plan has ended.")])
        told: dict[str, Any] = json.loads(text)
        if "problems" in told:
            raise ReferralError([Problem(**one) for one in told["problems"]])
        return told

    def _choices(self) -> Choices:
        told = self._line()
        told["units"], told["classes"] = tuple(told["units"]), tuple(told["classes"])
        return Choices(**told)

    def _answer(self, changes: tuple[Change, ...]) -> Reply:
        try:
            if self._child.stdin:
                self._child.stdin.write(json.dumps([asdict(one) for one in changes]) + "\n")
                self._child.stdin.flush()
        except OSError:
            raise ReferralError([Problem("The process that holds the plan has ended.")]) from None
        return Reply(changes, **self._line())


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
