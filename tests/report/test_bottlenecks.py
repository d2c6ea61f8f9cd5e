"""Which bottlenecks are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.instance import ADMISSION
from optimizer.planning.solve import solve_plan
from optimizer.report.bottlenecks import bottlenecks
from tests.planning.instances import NURSES, sketch


def told(beds: tuple[int, ...], surge: tuple[int, ...] = (0, 0, 0)) -> list[tuple[str, int, float]]:
    """Return kind, days and ceiling where a nurse a day is worth 5 on each day."""
    inst = sketch(
        days=3,
        beds={"A": {"OXY": beds}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        need=NURSES,
        staff={("A", "NUR"): 1.0},
        surge={("A", "OXY"): surge},
    )
    plan = solve_plan(inst)
    prices = {"staff_on_duty": np.full((1, 1, 3), 5.0)}
    found = bottlenecks(inst, replace(plan, shadow_prices=prices))
    return [(one.kind, one.days_binding, one.at_most) for one in found]


def test_people_are_worth_nothing_on_days_on_which_their_house_has_no_bed() -> None:
    assert told((2, 2, 2)) == [("staff", 3, 15.0)]
    assert told((0, 0, 2)) == [("staff", 1, 5.0)]  # a house that opens on day 3
    assert told((0, 0, 0)) == []


def test_people_are_worth_something_where_surge_beds_may_open() -> None:
    assert told((0, 0, 0), (0, 1, 1)) == [("staff", 2, 10.0)]
