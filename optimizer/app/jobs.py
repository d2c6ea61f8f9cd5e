"""Solves in a child process, so that a page stays live and a cancel keeps the last checked plan."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from optimizer import __version__

State = Literal["queued", "running", "done", "stopped", "failed"]
Launch = Callable[[Sequence[str]], "subprocess.Popen[str]"]
_GRACE_SECONDS = 4.0
_LOG_LINES = 30
LIMIT_SECONDS = 3600.0
"""After so long a child is taken to hang."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to solve; equal content gives an equal `key`, whoever asks."""

    scenario: Path
    data: Path
    areas: str = "clusters"
    settings: tuple[str, ...] = ()
    """``key=value`` laid over the scenario."""

    @property
    def key(self) -> str:
        """Return the content hash of (data, scenario, options, version)."""
        digest = hashlib.sha256()
        for part in (__version__, self.areas, self.scenario.name, *self.settings):
            digest.update(part.encode() + b"\0")
        for folder, deep in (
            (self.scenario.parent, True),
            (self.data.parent, False),
            (self.data, True),
        ):
            files = folder.rglob("*") if deep else folder.glob("*")
            for file in sorted(
                f for f in files if f.suffix in (".yaml", ".yml", ".csv") and f.is_file()
            ):
                digest.update(
                    str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0"
                )
        return digest.hexdigest()[:12]

    def command(self, out: Path) -> list[str]:
        """Return the command line of the child."""
        return [
            sys.executable,
            "-m",
            "optimizer.cli",
            "plan",
            str(self.scenario),
            "--data",
            str(self.data),
            "--out",
            str(out),
            "--areas",
            self.areas,
            "--progress",
            "json",
            *(word for setting in self.settings for word in ("--set", setting)),
        ]


@dataclass(slots=True)
class Stage:
    """One step of the solve, as the child told it."""

    name: str
    seconds: float
    done: bool


@dataclass(slots=True)
class Job:
    """One solve; `folder` holds a plan that may be used, as soon as there is one."""

    id: str
    request: PlanRequest | None
    state: State = "queued"
    folder: Path | None = None
    stages: list[Stage] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    started: float = 0.0
    ended: float = 0.0
    cancelled: bool = False

    @property
    def live(self) -> bool:
        """Tell whether the job still has something to do."""
        return self.state in ("queued", "running")

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return (self.ended or time.monotonic()) - self.started if self.started else 0.0


def launch(command: Sequence[str]) -> subprocess.Popen[str]:
    """Start the child in a process group of its own; its stderr is ours to read."""
    return subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


class JobManager:
    """All jobs of this server; shared by every session, so every method takes the lock."""

    def __init__(
        self,
        plans: Path,
        *,
        at_once: int | None = None,
        launch: Launch = launch,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        self.plans = plans
        self.limit_seconds = limit_seconds
        self.at_once = at_once or max(1, os.cpu_count() or 1)
        self._launch = launch
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._children: dict[str, subprocess.Popen[str]] = {}
        atexit.register(self.close)

    def start(self, request: PlanRequest) -> Job:
        """Return the job for a request: a finished plan, one under way, or a new one."""
        with self._lock:
            key = request.key
            job = self._jobs.get(key)
            finished = self.plans / key
            if (finished / "plan.json").is_file():
                job = self._jobs[key] = Job(key, request, "done", finished)
            elif job is None or not job.live:
                job = self._jobs[key] = Job(key, request)
                self._start_waiting()
            return job

    def get(self, job_id: str) -> Job | None:
        """Return a job by its id; a plan finished before the server started is found too."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None and job_id.isalnum() and (self.plans / job_id / "plan.json").is_file():
                job = self._jobs[job_id] = Job(job_id, None, "done", self.plans / job_id)
            return job

    def cancel(self, job_id: str) -> None:
        """End the child's whole group; what it had written and checked is kept."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or not job.live:
                return
            job.cancelled = True
            child = self._children.get(job_id)
            if child is None:
                job.state = "stopped"
                return
            _signal_group(child, signal.SIGTERM)
            timer = threading.Timer(_GRACE_SECONDS, _signal_group, (child, signal.SIGKILL))
            timer.daemon = True
            timer.start()

    def close(self) -> None:
        """End every child."""
        with self._lock:
            for job in self._jobs.values():
                job.cancelled = job.cancelled or job.live
            for child in self._children.values():
                _signal_group(child, signal.SIGTERM)

    def _start_waiting(self) -> None:
        free = self.at_once - len(self._children)
        for job in [j for j in self._jobs.values() if j.state == "queued"][: max(0, free)]:
            if job.request is None:
                continue
            out = self.plans / f".run-{job.id}"
            shutil.rmtree(out, ignore_errors=True)
            self.plans.mkdir(parents=True, exist_ok=True)
            job.state, job.started = "running", time.monotonic()
            try:
                child = self._launch(job.request.command(out))
            except OSError as error:
                job.state, job.ended = "failed", time.monotonic()
                job.log.append(str(error))
                continue
            self._children[job.id] = child
            self._end_when_overdue(child)
            threading.Thread(target=self._watch, args=(job, child, out), daemon=True).start()

    def _end_when_overdue(self, child: subprocess.Popen[str]) -> None:
        """End a child that hangs; what it had written and checked is kept."""
        timer = threading.Timer(self.limit_seconds, _signal_group, (child, signal.SIGKILL))
        timer.daemon = True
        timer.start()

    def _watch(self, job: Job, child: subprocess.Popen[str], out: Path) -> None:
        for line in child.stderr or ():
            self._hear(job, line.strip())
        code = child.wait()
        with self._lock:
            job.ended = time.monotonic()
            usable = _readable(out / "plan.json")
            if code == 0 and usable and not job.cancelled:
                job.folder, job.state = _settle(out, self.plans / job.id), "done"
            elif usable:
                job.folder, job.state = (
                    _settle(out, self.plans / f"{job.id}-stopped"),
                    "stopped" if job.cancelled else "failed",
                )
            else:
                shutil.rmtree(out, ignore_errors=True)
                job.state = "stopped" if job.cancelled else "failed"
            for rest in self.plans.glob(f".{out.name}.*.new"):  # half-written by an ended child
                shutil.rmtree(rest, ignore_errors=True)
            self._children.pop(job.id, None)
            self._start_waiting()

    def _hear(self, job: Job, line: str) -> None:
        """Take one line of the child: progress as JSON, anything else is log."""
        if not line:
            return
        try:
            told = json.loads(line)
            stage = Stage(
                str(told["stage"]), float(told.get("seconds", 0.0)), bool(told.get("done", False))
            )
        except (ValueError, KeyError, TypeError):
            job.log = [*job.log, line][-_LOG_LINES:]
            return
        with self._lock:
            known = next((s for s in job.stages if s.name == stage.name), None)
            if known is None:
                job.stages.append(stage)
            else:
                known.seconds, known.done = stage.seconds, stage.done


def _settle(out: Path, target: Path) -> Path:
    """Move a run's folder to where plans are found; a finished plan of the same content stays."""
    if target.exists():
        shutil.rmtree(target)
    out.rename(target)
    return target


def _readable(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        return False


def _signal_group(child: subprocess.Popen[str], number: int) -> None:
    if child.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, number)
        else:
            child.terminate()
