"""The parent: instances go to a child process in a folder of plain JSON and arrays."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.fleet import Fleet
from optimizer.domain.instance import (
    AdmissionArcs,
    BurdenPrices,
    Classes,
    FloatArray,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    PlanRules,
    TransferArcs,
)
from optimizer.domain.levers import LeverSet, LeverYields
from optimizer.domain.plan import Plan
from optimizer.domain.promises import Promised
from optimizer.domain.terms import Terms
from optimizer.errors import SolverError

BLOCKS = (
    "admitted",
    "admitted_observed",
    "moved",
    "in_house",
    "bed_lost",
    "treated",
    "boarding",
    "waiting",
    "corridor",
    "excess",
    "surge_beds",
    "oxygen_short",
    "lever_started",
    "lever_closed",
    "lever_open",
    "lever_usable",
    "home_short",
)
"""Fields of a `Plan` and blocks of columns of the same name."""


@dataclass(frozen=True, slots=True)
class CrossResult:
    """What the third hand found."""

    status: str
    """``optimal`` (proved, and every row held by hand afterwards), ``infeasible``, ``unbounded``,
    ``stopped`` (CBC or we ended it), ``wrong`` (CBC says optimal, its answer breaks a row) or
    ``failed``."""
    seconds: float = 0.0
    rows: int = 0
    columns: int = 0
    nonzeros: int = 0
    groups: Mapping[str, float] = field(default_factory=dict)
    """Least value of each group solved, those before it held by a row: never above the truth."""
    highest: Mapping[str, float] = field(default_factory=dict)
    """Likewise, never below the truth; unlike `groups` only where two ways are all but equal."""
    exchange: Mapping[str, float] = field(default_factory=dict)
    """By group: how much of it one unit of the groups before it would buy."""
    broken: tuple[tuple[str, float], ...] = ()
    """Rows that the plan handed in breaks, worst first, as a share of the sizes in each."""
    totals: Mapping[str, float] = field(default_factory=dict)
    """What the decisions of the plan handed in add up to, by group."""
    solution: Mapping[str, FloatArray] = field(default_factory=dict)
    """Arrays of a plan that reaches `groups`, if asked for."""

    @property
    def harm(self) -> float:
        """Return the least harm; NaN unless `status` is ``optimal``."""
        return self.groups.get("harm", math.nan) if self.status == "optimal" else math.nan


def in_a_child(
    instances: Iterable[Instance],
    order: dict[str, Any],
    seconds: float,
    plans: Sequence[Plan | None] = (),
) -> list[CrossResult]:
    """Do `order` with every instance in one child; what it did not answer is said so."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as name:
        folder = Path(name)
        cases = 0
        for inst in instances:
            _save(inst, folder / f"case{cases}")
            plan = plans[cases] if plans else None
            if plan is not None:
                np.savez(folder / f"plan{cases}.npz", **{b: getattr(plan, b) for b in BLOCKS})
            cases += 1
        (folder / "order.json").write_text(json.dumps(order | {"cases": cases}), encoding="utf-8")
        ended = _run(folder, seconds)
        return [_answer(folder, number, ended) for number in range(cases)]


def _run(folder: Path, seconds: float) -> str:
    """Run the child over `folder`; return what to say of cases it did not answer."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    complaints = folder / "complaints.txt"
    with complaints.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.crosscheck", str(folder)],
            cwd=folder,
            env=os.environ | temporary | {"PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    try:
        code = child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return "stopped"
    finally:
        if child.poll() is None:
            end_group(child.pid)
            child.wait()
        if child.stdin:
            with contextlib.suppress(OSError):
                child.stdin.close()
    if code:
        said = complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SolverError(f"The cross-check ended without an answer: {said[-1] if said else code}")
    return "failed"


def end_group(pid: int) -> None:
    """End a process and all it started."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)


def _answer(folder: Path, number: int, missing: str) -> CrossResult:
    path = folder / f"answer{number}.json"
    if not path.exists():
        return CrossResult(missing)
    answer = json.loads(path.read_text(encoding="utf-8"))
    answer["broken"] = tuple((row, float(much)) for row, much in answer.get("broken", ()))
    found = folder / f"found{number}.npz"
    if found.exists():
        with np.load(found, allow_pickle=False) as arrays:
            answer["solution"] = dict(arrays)
    return CrossResult(**answer)


PARTS: dict[str, Any] = {
    "classes": Classes,
    "hazards": Hazards,
    "admissions": AdmissionArcs,
    "transfers": TransferArcs,
    "harm": HarmPrices,
    "burden": BurdenPrices,
    "home": Home,
    "rules": PlanRules,
    "terms": Terms,
    "promises": Promised,
    "fleet": Fleet,
}
LEVERS: dict[str, Any] = {"levers": LeverSet, "lever_yields": LeverYields}
"""Parts of an instance with levers only."""


def _save(inst: Instance, stem: Path) -> None:
    """Write `inst` as arrays (.npz), words and numbers (.json), without the names for a screen."""
    arrays: dict[str, Any] = {}
    plain: dict[str, dict[str, Any]] = {}
    values = [("", inst), *((part, getattr(inst, part)) for part in PARTS)]
    if inst.levers is not None:
        values += [("levers", inst.levers), ("lever_yields", inst.levers.yields)]
    for part, value in values:
        for one in fields(value) if value is not None else ():
            item = getattr(value, one.name)
            if isinstance(item, np.ndarray):
                arrays[f"{part}.{one.name}"] = item
            elif isinstance(item, (int, float, tuple)):
                plain.setdefault(part, {})[one.name] = item
    np.savez(stem.with_suffix(".npz"), **arrays)
    stem.with_suffix(".json").write_text(json.dumps(plain), encoding="utf-8")


def read_instance(stem: Path) -> Instance:
    """Return the instance that the parent wrote beside `stem`."""
    plain = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = {part: {} for part in ("", *PARTS, *LEVERS)}
    for part, items in plain.items():
        for name, item in items.items():
            found[part][name] = tuple(item) if isinstance(item, list) else item
    with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
        for key in arrays.files:
            part, name = key.split(".")
            found[part][name] = arrays[key]
    parts = {part: kind(**found[part]) for part, kind in PARTS.items() if found[part]}
    if found["levers"]:
        yields = LeverYields(**found["lever_yields"])
        parts["levers"] = LeverSet(**found["levers"], yields=yields)
    return Instance(**found[""], **parts)
