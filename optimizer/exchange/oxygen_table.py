"""The table of oxygen in a plan folder: drawn, in store, hours to empty, by unit and day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.instance import Instance
from optimizer.domain.plan import Plan, oxygen_drawn
from optimizer.domain.terms import hours_to_empty, in_store

HEADER = ("day", "unit", "drawn_lpm", "flow_lpm", "stored_m3", "hours_to_empty", "short_m3")


def oxygen_rows(
    inst: Instance, plan: Plan, marks: Sequence[object]
) -> tuple[list[tuple[object, ...]], list[object]]:
    """Return a row for each unit and day with a limit of oxygen; what has no limit is blank.

    Parameters
    ----------
    marks
        (F,) how sure each unit's figures are.

    Returns
    -------
    The rows, and the mark of each.
    """
    terms = inst.terms
    drawn = oxygen_drawn(inst, plan.treated, plan.boarding, plan.corridor)
    stored = in_store(terms, drawn, plan.oxygen_short)
    hours = hours_to_empty(terms, drawn, np.maximum(0.0, stored))
    flows, stores = np.isfinite(terms.oxygen_flow), np.isfinite(terms.oxygen_supply)
    here = [(int(f), int(t)) for t, f in np.argwhere((flows | stores).T)]
    rows: list[tuple[object, ...]] = [
        (
            t + 1,
            inst.units[f],
            repr(float(drawn[f, t])),
            repr(float(terms.oxygen_flow[f, t])) if flows[f, t] else "",
            repr(max(0.0, float(stored[f, t]))) if stores[f, t] else "",
            f"{hours[f, t]:.1f}" if stores[f, t] and np.isfinite(hours[f, t]) else "",
            repr(float(plan.oxygen_short[f, t])),
        )
        for f, t in here
    ]
    return rows, [marks[f] for f, _ in here]
