"""One problem to CBC and back, every digit of the answer kept.

PuLP writes the file and names the solver; the answer is read from CBC's binary file, because the
text file that PuLP reads holds eight digits, too few to hold one group while the next is solved.
"""

from __future__ import annotations

import math
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

CBC_OPTIONS = {
    "presolve": "off",
    "preprocess": "off",
    "primalTolerance": "1e-9",
    "dualTolerance": "1e-9",
    "ratio": "0",
    "allow": "0",
    "increment": "0",
}
"""Integer preprocessing stays off: with its default ("sos") CBC 2.10.3 called 3 of 1,385 small
models of this kind optimal that were not, each time with a feasible answer, which no checker of
rules can catch; without it none. The LP presolve is off too: a witness should solve the rows it was
given. The last three ask for proof to the end, not for "near enough"."""
SEARCH = (("-solve",),)
SIMPLEX = (("-initialSolve",), ("-primalSimplex",), ("-scaling", "off", "-dualSimplex"))
"""Ways to solve: the first but for the one LP in a thousand that it leaves a millionth off."""
HOLDS = 1e-6
"""Largest violation of a row, as a share of the sizes in it, that an answer of CBC may show."""


@dataclass(frozen=True, slots=True)
class Found:
    """What CBC says; values of the columns stand in the problem's variables."""

    status: str
    """``optimal``, ``infeasible``, ``unbounded``, ``stopped``, ``wrong`` or ``failed``."""
    value: float = math.nan
    duals: Mapping[str, float] = field(default_factory=dict)
    """By row: change of the objective for one more unit of the right side."""
    reduced: Mapping[str, float] = field(default_factory=dict)
    """By column: reduced cost."""


def solve(pulp: Any, problem: Any) -> Found:
    """Solve one problem to proven optimality; minimise.

    An LP whose answer breaks a row or a bound is solved again in another way.
    """
    whole = any(var.cat == pulp.LpInteger for var in problem.variables())
    for way in SEARCH if whole else SIMPLEX:
        found = _solve(pulp, problem, way)
        if found.status != "wrong":
            break
    return found


def _solve(pulp: Any, problem: Any, way: Sequence[str]) -> Found:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns, _, _, _ = problem.writeMPS(str(folder / "m.mps"), rename=1)
        command = [pulp.PULP_CBC_CMD.pulp_cbc_path, str(folder / "m.mps")]
        for option, setting in CBC_OPTIONS.items():
            command += [f"-{option}", setting]
        command += way
        command += ["-solution", str(folder / "m.sol"), "-saveSolution", str(folder / "m.bin")]
        ended = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        if ended.returncode or not (folder / "m.sol").exists():
            return Found("failed")
        with (folder / "m.sol").open(encoding="utf-8") as file:
            said = file.readline().split()
        status = _status(said)
        if status != "optimal":
            return Found(status)
        if not (folder / "m.bin").exists():
            return Found("failed")
        raw = (folder / "m.bin").read_bytes()
    rows = list(problem.constraints())
    size = struct.calcsize("=iid")
    made, width, _ = struct.unpack("=iid", raw[:size])
    numbers = np.frombuffer(raw[size:])
    if (made, width) != (len(rows), len(columns)) or len(numbers) != 2 * (made + width):
        return Found("failed")
    duals = numbers[made : 2 * made].tolist()
    values, reduced = numbers[2 * made :].reshape(2, width).tolist()
    for var, value in zip(columns, values, strict=True):
        var.varValue = value
    if not holds(pulp, problem):
        return Found("wrong")
    return Found(
        "optimal",
        math.fsum(share * var.varValue for var, share in problem.objective.items()),
        {row.name: dual for row, dual in zip(rows, duals, strict=True)},
        {var.name: cost for var, cost in zip(columns, reduced, strict=True)},
    )


def _status(said: list[str]) -> str:
    """Return the status of the solution file's first line; stopped is never called optimal."""
    if not said:
        return "failed"
    words = {"Optimal": "optimal", "Infeasible": "infeasible", "Integer": "infeasible"}
    return (words | {"Unbounded": "unbounded", "Stopped": "stopped"}).get(said[0], "failed")


def holds(pulp: Any, problem: Any) -> bool:
    """Return whether the values keep every row, every bound and every whole number."""
    for var in problem.variables():
        value = var.varValue
        if value is None or not math.isfinite(value) or value < -HOLDS:
            return False
        if var.cat == pulp.LpInteger and abs(value - round(value)) > 1e-5:
            return False
    return all(violation(pulp, row) <= HOLDS for row in problem.constraints())


def violation(pulp: Any, row: Any) -> float:
    """Return by how much a row is broken at the values set, as a share of the sizes in it."""
    parts = [value * var.varValue for var, value in row.items()]
    off = math.fsum(parts) + row.constant  # PuLP keeps the right side as a constant on the left
    if row.sense == pulp.LpConstraintGE:
        off = -off
    elif row.sense == pulp.LpConstraintEQ:
        off = abs(off)
    size = 1.0 + abs(row.constant) + math.fsum(map(abs, parts))
    return float(max(0.0, off) / size)
