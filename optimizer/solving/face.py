"""Between two groups of the objective: what every optimal point of the first has in common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.instance import FloatArray
from optimizer.solving.engine import Answer
from optimizer.solving.matrix import Compiled

FACE = 1e-9
"""Reduced costs and duals above this share of the largest cost fix a face.

At 1e-6 the price of excess (1,000) hid reduced costs up to 0.001, and burden was bought with harm.
"""


def optimal_face(
    model: Compiled,
    cost: FloatArray,
    answer: Answer,
    lower: FloatArray | None = None,
    upper: FloatArray | None = None,
) -> Compiled:
    """Fix what every optimal point has in common.

    Priced columns at their bound, priced rows at their side.

    Exact, with no tolerance row: a later group then moves only inside the face.
    """
    price = FACE * max(1e-12, float(np.abs(cost).max()))
    lower = (model.column_lower if lower is None else lower).copy()
    upper = (model.column_upper if upper is None else upper).copy()
    at_lower = answer.reduced_costs > price
    at_upper = answer.reduced_costs < -price
    upper[at_lower] = lower[at_lower]
    finite = at_upper & np.isfinite(upper)
    lower[finite] = upper[finite]
    row_lower, row_upper = model.row_lower.copy(), model.row_upper.copy()
    row_upper = np.where((answer.row_duals > price) & np.isfinite(row_lower), row_lower, row_upper)
    row_lower = np.where((answer.row_duals < -price) & np.isfinite(row_upper), row_upper, row_lower)
    return replace(
        model,
        column_lower=lower,
        column_upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
    )


def containing(face: Compiled, x: FloatArray) -> Compiled:
    """Move the sides of a face just so far that a known point is on it.

    Rounding leaves an optimum 1e-11 beside its own face, and where nothing else is on the face a
    solver calls it empty.
    """
    moved = face.activity(x)
    return replace(
        face,
        column_lower=np.minimum(face.column_lower, x),
        column_upper=np.maximum(face.column_upper, x),
        row_lower=np.minimum(face.row_lower, moved),
        row_upper=np.maximum(face.row_upper, moved),
    )
