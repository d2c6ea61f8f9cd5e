"""A model that falls apart into independent parts is solved part by part.

Local care only has one part a cluster; a province whose roads are cut has several. Simplex and
interior point both grow faster than the model, so parts are cheaper, and the answer is the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.solving.engine import Answer, Basis
from optimizer.solving.matrix import Compiled

Solve = Callable[[Compiled, FloatArray], Answer]
MOST_PARTS = 400
"""Parts made at most; smaller ones are put together."""


def part_of_columns(model: Compiled) -> IntArray:
    """(columns,) number of the independent part each column lies in, 0 .. parts - 1."""
    columns, rows, _ = model.size
    label = np.arange(columns)
    order = model.rows
    while True:
        of_row = np.full(rows, columns, dtype=np.int64)
        np.minimum.at(of_row, order, label[model.columns])
        new = label.copy()
        np.minimum.at(new, model.columns, of_row[order])
        new = new[new]  # a label is a column of the same part: jump to its own label
        if (new == label).all():
            return np.asarray(np.unique(label, return_inverse=True)[1], dtype=np.int64)
        label = new


def _batches(part: IntArray) -> list[IntArray]:
    """Column numbers of each batch of parts; batches of about equal size, large parts alone."""
    sizes = np.bincount(part)
    least = max(1, int(sizes.sum()) // MOST_PARTS, int(sizes.max()) // 4)
    batch = np.zeros(len(sizes), dtype=np.int64)
    filled, number = 0, 0
    for p in np.argsort(-sizes, kind="stable"):
        if filled and filled + sizes[p] > least:
            filled, number = 0, number + 1
        batch[p] = number
        filled += sizes[p]
    return [np.flatnonzero(batch[part] == b) for b in range(number + 1)]


def _cut(model: Compiled, columns: IntArray) -> tuple[Compiled, IntArray]:
    """Return the model of these columns, and the numbers of its rows."""
    column_at = np.full(model.size[0], -1, dtype=np.int64)
    column_at[columns] = np.arange(len(columns))
    here = column_at[model.columns] >= 0
    rows, row_at = np.unique(model.rows[here], return_inverse=True)
    cut = Compiled(
        row_at.astype(np.int64),
        column_at[model.columns[here]],
        model.values[here],
        model.column_lower[columns],
        model.column_upper[columns],
        model.whole[columns],
        model.row_lower[rows],
        model.row_upper[rows],
    )
    return cut, rows


def solve_parts(model: Compiled, cost: FloatArray, solve: Solve) -> Answer:
    """Solve every independent part with `solve` and put the answers together.

    Raises
    ------
    SolverError
        If a part has no answer.
    """
    batches = _batches(part_of_columns(model))
    if len(batches) == 1:
        return solve(model, cost)
    columns, rows, _ = model.size
    x, reduced, duals = np.zeros(columns), cost.copy(), np.zeros(rows)
    column_status, row_status = np.full(columns, 2), np.full(rows, 5)
    answers: list[Answer] = []
    for numbers in batches:
        cut, its_rows = _cut(model, numbers)
        answer = solve(cut, cost[numbers])
        answers.append(answer)
        x[numbers], reduced[numbers] = answer.x, answer.reduced_costs
        duals[its_rows] = answer.row_duals
        if answer.basis is not None:
            column_status[numbers] = answer.basis.columns
            row_status[its_rows] = answer.basis.rows
    known = all(answer.basis is not None for answer in answers)
    return Answer(
        x=x,
        objective=sum(answer.objective for answer in answers),
        bound=sum(answer.bound for answer in answers),
        row_duals=duals,
        reduced_costs=reduced,
        optimal=all(answer.optimal for answer in answers),
        seconds=sum(answer.seconds for answer in answers),
        engine=max(answers, key=lambda answer: answer.seconds).engine,
        basis=Basis(tuple(column_status.tolist()), tuple(row_status.tolist())) if known else None,
    )
