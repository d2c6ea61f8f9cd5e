"""The child: the only place that imports PuLP. ``python -m optimizer.crosscheck FOLDER``."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.crosscheck.groups import GROUPS, solve_groups
from optimizer.crosscheck.points import judged, solution
from optimizer.crosscheck.process import end_group, read_instance
from optimizer.crosscheck.rows import build
from optimizer.domain.instance import Instance

NOBODY = 1e-9
"""Waiting days a patient below which no area waits."""


def _work(folder: Path) -> None:
    import pulp

    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    for number in range(order["cases"]):
        started = time.perf_counter()
        case = read_instance(folder / f"case{number}")
        least, price = _price(pulp, case) if order["upto"] != "harm" else (None, order["price"])
        model = build(pulp, case, order["whole"], price)
        answer: dict[str, Any] = {
            "rows": model.problem.numConstraints(),
            "columns": model.problem.numVariables(),
            "nonzeros": sum(len(row) for row in model.problem.constraints()),
        }
        plan = folder / f"plan{number}.npz"
        if plan.exists():
            with np.load(plan, allow_pickle=False) as arrays:
                answer |= judged(pulp, model, dict(arrays))
        if order["do"] == "solve":
            solved = solve_groups(pulp, model, order["upto"], answer.get("totals", {}))
            if least is not None and solved.status == "optimal":
                spent = price * solved.values.get("fairness", 0.0)
                solved.highest["harm"] = max(least, solved.values["harm"] - spent)
                solved.values["harm"] = least
            answer |= {
                "status": solved.status,
                "groups": solved.values,
                "highest": solved.values | solved.highest,
                "exchange": solved.exchange,
            }
            if solved.status == "optimal" and order["solution"]:
                # Any: to numpy's stubs one of the names might be allow_pickle
                found: dict[str, Any] = solution(model)
                np.savez(folder / f"found{number}.npz", **found)
        else:
            _write(pulp, model, order)
            answer["status"] = "written"
        answer["seconds"] = time.perf_counter() - started
        written = folder / f"answer{number}.json.part"
        written.write_text(json.dumps(answer), encoding="utf-8")
        written.rename(folder / f"answer{number}.json")


def _price(pulp: Any, inst: Instance) -> tuple[float | None, float]:
    """Return the least harm and the price on the worst area that `fairness_epsilon` makes of it."""
    if not inst.fairness_epsilon:
        return None, 0.0
    first = solve_groups(pulp, build(pulp, inst), "fairness", {})
    if first.status != "optimal":
        return None, 0.0
    harm, worst = first.values["harm"], first.values["fairness"]
    return harm, inst.fairness_epsilon * harm / worst if worst > NOBODY else 0.0


def _write(pulp: Any, model: Any, order: dict[str, Any]) -> None:
    model.problem.setObjective(pulp.LpAffineExpression(GROUPS[order["upto"]](model)))
    if order["do"] == "lp":
        model.problem.writeLP(order["to"], max_length=255)
    else:
        model.problem.writeMPS(order["to"])


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
