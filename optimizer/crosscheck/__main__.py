"""The child: the only place that imports PuLP. ``python -m optimizer.crosscheck FOLDER``."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from optimizer.crosscheck.process import end_group, read_instance
from optimizer.crosscheck.rows import build

CBC_OPTIONS = ("preprocess off", "ratio 0", "allow 0", "increment 0")
"""Integer preprocessing stays off: with its default ("sos") CBC 2.10.3 called 3 of 1,385 small
models of this kind optimal that were not, each time with a feasible answer, which no checker of
rules can catch; without it none. The LP presolve is off too (`presolve=False`): a witness should
solve the rows it was given. The other three ask for proof to the end, not for "near enough"."""
HOLDS = 1e-6
"""Largest violation of a row, as a share of the sizes in it, that an answer of CBC may show."""


def _solve(pulp: Any, problem: Any) -> tuple[str, float]:
    """Solve with CBC.

    PuLP says Optimal also when CBC was stopped, so the status of the solution is read beside it.
    """
    solver = pulp.COIN_CMD(
        path=pulp.PULP_CBC_CMD.pulp_cbc_path, msg=False, presolve=False, options=list(CBC_OPTIONS)
    )
    try:
        problem.solve(solver)
    except pulp.PulpSolverError:
        return "failed", math.nan
    if problem.status == pulp.LpStatusInfeasible:
        return "infeasible", math.nan
    if problem.status == pulp.LpStatusUnbounded:
        return "unbounded", math.nan
    if problem.status != pulp.LpStatusOptimal or problem.sol_status != pulp.LpSolutionOptimal:
        return "stopped", math.nan
    if not _holds(pulp, problem):
        return "wrong", math.nan
    return "optimal", float(pulp.value(problem.objective))


def _holds(pulp: Any, problem: Any) -> bool:
    """Return whether the answer keeps every row, every bound and every whole number."""
    for var in problem.variables():
        value = var.varValue
        if value is None or not math.isfinite(value) or value < -HOLDS:
            return False
        if var.cat == pulp.LpInteger and abs(value - round(value)) > 1e-5:
            return False
    for row in problem.constraints():
        parts = [value * var.varValue for var, value in row.items()]
        off = sum(parts) + row.constant  # PuLP keeps the right side as a constant on the left
        size = 1.0 + abs(row.constant) + sum(map(abs, parts))
        if (off if row.sense == pulp.LpConstraintLE else abs(off)) > HOLDS * size:
            return False
    return True


def _work(folder: Path) -> None:
    import pulp

    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    for number in range(order["cases"]):
        started = time.perf_counter()
        problem = build(
            pulp, read_instance(folder / f"case{number}"), order["whole"], order["price"]
        )
        status, value = "written", math.nan
        if order["do"] == "solve":
            status, value = _solve(pulp, problem)
        elif order["do"] == "lp":
            problem.writeLP(order["to"], max_length=255)
        else:
            problem.writeMPS(order["to"])
        answer = {
            "harm": None if math.isnan(value) else value,
            "status": status,
            "seconds": time.perf_counter() - started,
            "rows": problem.numConstraints(),
            "columns": problem.numVariables(),
        }
        written = folder / f"answer{number}.json.part"
        written.write_text(json.dumps(answer), encoding="utf-8")
        written.rename(folder / f"answer{number}.json")


def _end_with_parent(folder: Path) -> None:
    """End this process group, CBC with it, when the parent is gone: it holds our other end."""

    def watch() -> None:
        os.read(0, 1)  # not sys.stdin: its lock would hold up our own end
        shutil.rmtree(folder, ignore_errors=True)
        end_group(os.getpid())

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    _end_with_parent(Path(sys.argv[1]))
    _work(Path(sys.argv[1]))
