"""A province for secondments that fits in the head: home A, host B, one role unless said."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.domain.secondment import SecondmentProblem, SecondmentRules, Substitute

RULES = SecondmentRules(
    lengths=(14,),
    start_every=7,
    rest_days_after=2,
    min_weeks_between=12,
    host_share=1.0,
    move_vnd=0.0,
)


def small(
    *,
    heads: Any = ((10, 2),),
    need: Any = ((4, 6),),
    floor: Any = ((4, 0),),
    wanted: Any = None,
    eligible: Any = None,
    leads: Any = None,
    weight: float = 1.0,
    days: int = 14,
    roles: tuple[str, ...] = ("NUR",),
    sites: tuple[str, ...] = ("A", "B"),
    travel_days: int = 0,
    lead_days: int = 0,
    rules: SecondmentRules = RULES,
    substitutes: tuple[Substitute, ...] = (),
    **more: Any,
) -> SecondmentProblem:
    """Return a problem; figures by role, then site, the same every day."""
    g, h = len(roles), len(sites)

    def daily(values: Any) -> np.ndarray:
        array = np.asarray(values, dtype=np.int64)
        return array if array.ndim == 3 else np.repeat(array[:, :, None], days, axis=2)

    n = np.asarray(heads, dtype=np.int64)
    travel = np.full((h, h), travel_days, dtype=np.int64)
    values: dict[str, Any] = {
        "may_host": np.ones(h, dtype=bool),
        "may_lend": np.ones(h, dtype=bool),
        "lead_days": np.full(h, lead_days, dtype=np.int64),
        "travel_minutes": np.full((h, h), 30.0),
        "travel_vnd": np.full((h, h), 50_000.0),
        "allowance_vnd": np.full(h, 300_000.0),
        "weight": np.full((g, h, days), weight),
    }
    values |= more
    return SecondmentProblem(
        sites=sites,
        roles=roles,
        days=days,
        heads=n,
        floor=daily(floor),
        wanted=daily(floor if wanted is None else wanted),
        eligible=daily(n if eligible is None else eligible),
        need=daily(need),
        leads=daily(np.zeros((g, h), dtype=int) if leads is None else leads),
        travel_days=travel,
        rules=rules,
        substitutes=substitutes,
        **values,
    )
