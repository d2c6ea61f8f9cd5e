"""A simplex basis by block: where a solve ended, for another model with blocks of like axes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimizer.planning.model import PlanModel
from optimizer.solving.engine import Basis

Start = Mapping[str, NDArray[np.int8]]
AT_LOWER, BASIC = 2, 5
"""MathOpt's codes of a basis status."""


def start_of(model: PlanModel, basis: Basis | None) -> dict[str, NDArray[np.int8]]:
    """Return the basis by block: it fits every model that has blocks of these axes."""
    if basis is None:
        return {}
    out = {}
    for kind, blocks, status in (
        ("column", model.column_blocks, np.array(basis.columns, dtype=np.int8)),
        ("row", model.row_blocks, np.array(basis.rows, dtype=np.int8)),
    ):
        for name, index in blocks.items():
            out[f"{kind}:{name}"] = np.where(index >= 0, status[np.maximum(index, 0)], 0).astype(
                np.int8
            )
    return out


def carried(model: PlanModel, start: Start) -> Basis | None:
    """Return the basis for this model; what the start does not know is at its bound, or slack."""
    columns, rows, _ = model.compiled.size
    out = (np.full(columns, AT_LOWER), np.full(rows, BASIC))
    for kind, blocks, status in (
        ("column", model.column_blocks, out[0]),
        ("row", model.row_blocks, out[1]),
    ):
        for name, index in blocks.items():
            known = start.get(f"{kind}:{name}")
            if known is None or known.shape != index.shape:
                return None
            here = (index >= 0) & (known > 0)
            status[index[here]] = known[here]
    return Basis(tuple(out[0].tolist()), tuple(out[1].tolist()))
