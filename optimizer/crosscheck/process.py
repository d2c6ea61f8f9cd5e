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
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.instance import (
    AdmissionArcs,
    BurdenPrices,
    Classes,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    PlanRules,
    TransferArcs,
)
from optimizer.domain.terms import Terms
from optimizer.errors import SolverError


@dataclass(frozen=True, slots=True)
class CrossResult:
    """What the third hand found."""

    harm: float
    """Least harm; NaN unless `status` is ``optimal``."""
    status: str
    """``optimal`` (proved, and every row held by hand afterwards), ``infeasible``, ``unbounded``,
    ``stopped`` (CBC or we ended it), ``wrong`` (CBC says optimal, its answer breaks a row) or
    ``failed``."""
    seconds: float
    rows: int
    columns: int


def in_a_child(
    instances: Iterable[Instance], order: dict[str, Any], seconds: float
) -> list[CrossResult]:
    """Do `order` with every instance in one child; what it did not answer is said so."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as name:
        folder = Path(name)
        cases = 0
        for inst in instances:
            _save(inst, folder / f"case{cases}")
            cases += 1
        (folder / "order.json").write_text(json.dumps(order | {"cases": cases}), encoding="utf-8")
        ended = _run(folder, seconds)
        return [_answer(folder / f"answer{number}.json", ended) for number in range(cases)]


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


def _answer(path: Path, missing: str) -> CrossResult:
    if not path.exists():
        return CrossResult(math.nan, missing, 0.0, 0, 0)
    answer = json.loads(path.read_text(encoding="utf-8"))
    if answer["harm"] is None:
        answer["harm"] = math.nan
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
}


def _save(inst: Instance, stem: Path) -> None:
    """Write `inst` as arrays (.npz), words and numbers (.json), without the names for a screen."""
    arrays: dict[str, Any] = {}
    plain: dict[str, dict[str, Any]] = {}
    for part, value in [("", inst), *((part, getattr(inst, part)) for part in PARTS)]:
        for field in fields(value):
            item = getattr(value, field.name)
            if isinstance(item, np.ndarray):
                arrays[f"{part}.{field.name}"] = item
            elif isinstance(item, (int, float, tuple)):
                plain.setdefault(part, {})[field.name] = item
    np.savez(stem.with_suffix(".npz"), **arrays)
    stem.with_suffix(".json").write_text(json.dumps(plain), encoding="utf-8")


def read_instance(stem: Path) -> Instance:
    """Return the instance that the parent wrote beside `stem`."""
    plain = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = {part: {} for part in ("", *PARTS)}
    for part, items in plain.items():
        for name, item in items.items():
            found[part][name] = tuple(item) if isinstance(item, list) else item
    with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
        for key in arrays.files:
            part, name = key.split(".")
            found[part][name] = arrays[key]
    parts = {part: kind(**found[part]) for part, kind in PARTS.items()}
    return Instance(**found[""], **parts)
