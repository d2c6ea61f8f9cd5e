"""Which term of usable capacity holds patients back, by unit, level and day.

Read off the shadow prices of the harm group: what one more patient of the level would save there,
divided among the rows he would have to pass.
"""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import Plan
from optimizer.domain.terms import M3_A_DAY

WORTH_SAYING = 1e-3
"""Harm of a patient-day from which a term is named."""


def worth_of_terms(inst: Instance, plan: Plan) -> dict[str, FloatArray]:
    """For each term (F, K, T): fall of harm for room for one more patient of that level that day.

    Terms are ``beds``, ``devices``, ``oxygen_flow``, ``oxygen_stock``, ``reserve`` and
    ``reception`` where promised, and ``staff:`` and
    ``supervision:`` with the role. A plan by rule has no prices, and so no terms.
    """
    prices = plan.shadow_prices
    if not prices:
        return {}
    terms, chain = inst.terms, inst.stands_in.T.astype(float)
    draw = terms.oxygen_draw[None, :, None]
    out = {
        "beds": np.cumsum(prices["staffed_bed_capacity"], axis=1)
        + prices["house_capacity"][:, None, :],
        "devices": np.cumsum(prices["device_capacity"], axis=1),
        "oxygen_flow": draw * prices["oxygen_flow"][:, None, :],
        "oxygen_stock": M3_A_DAY * draw * prices["oxygen_stock"][:, None, :],
    }
    if inst.promises.reserve.any():
        out["reserve"] = _kept_free(inst, prices["reserve_share"])
    if inst.promises.reception_places:
        entry = inst.promises.reception_of.astype(float) @ prices["reception_limit"]
        out["reception"] = np.repeat(entry[:, None, :], len(inst.levels), axis=1)
    for row, word, need in (
        ("staff_on_duty", "staff", chain @ inst.staff_need),
        ("supervision", "supervision", chain @ terms.supervision),
    ):
        for r, role in enumerate(inst.roles):
            if need[r].any():
                out[f"{word}:{role}"] = need[r][None, :, None] * prices[row][:, None, r, :]
    return out


def _kept_free(inst: Instance, prices: FloatArray) -> FloatArray:
    """(F, K, T) worth of room beside a promised reserve; `prices` (F, K x K, T), k before k'."""
    size = len(inst.levels)
    by_row = prices.reshape(len(inst.units), size, size, -1).sum(axis=1)
    felt = np.maximum(np.arange(size)[None, :], inst.lowest_level[:, None])
    return np.asarray(
        np.take_along_axis(np.cumsum(by_row, axis=1), np.maximum(felt, 0)[:, :, None], axis=1)
    )


def binding_terms(inst: Instance, plan: Plan) -> dict[tuple[int, int, int], tuple[str, ...]]:
    """Return the terms that bind at (unit, level, day), the one worth most first."""
    worth = worth_of_terms(inst, plan)
    out: dict[tuple[int, int, int], list[tuple[float, str]]] = {}
    for name, values in worth.items():
        for f, k, t in np.argwhere(values > WORTH_SAYING).tolist():
            out.setdefault((f, k, t), []).append((-float(values[f, k, t]), name))
    return {at: tuple(name for _, name in sorted(found)) for at, found in out.items()}
