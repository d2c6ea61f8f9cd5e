"""People lent freely: a bound, and where they would go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.instance import Instance
from optimizer.planning.baselines import MEANS
from optimizer.planning.lent import Lendable, freely_lent
from optimizer.planning.model import build_model
from optimizer.planning.solve import solve_plan
from tests.planning.instances import sketch


def two_houses(days: int = 14) -> Instance:
    """Two come to A each day, for a day; A has no nurse, B has two and nobody. One nurse each."""
    return sketch(
        days=days,
        beds={"A": {"OXY": 2.0}, "B": {"OXY": 2.0}},
        roles={"NUR": None},
        need={("NUR", "OXY"): 1.0},
        staff={("A", "NUR"): 0.0, ("B", "NUR"): 2.0},
        admissions=[("o", "A", "SA", 0, 10.0)],
        arrivals={("o", "SA", day): 2.0 for day in range(days)},
    )


def lend(inst: Instance, most: float, *, first: int = 0, outside: float = 0.0) -> Lendable:
    starts = np.arange(first, inst.days, 7)
    return Lendable(
        starts=starts,
        most=np.array([[0.0], [most]]),
        outside=np.full((1, len(starts)), outside),
        hosts=np.array([True, False]),
    )


def test_freely_lent_people_fill_the_beds_that_had_no_team() -> None:
    """Two nurses go from B to A, and nobody waits."""
    inst = two_houses()
    free = freely_lent(inst, lend(inst, 2.0))
    assert free.harm == pytest.approx(0.0, abs=1e-6)
    assert free.change[:, 0].tolist() == [[2.0] * 14, [-2.0] * 14]
    assert solve_plan(inst, MEANS).harm.value == pytest.approx(4.0 * 2 * 14)


@pytest.mark.parametrize(("most", "waiting"), [(0.0, 2.0), (1.0, 1.0), (2.0, 0.0), (5.0, 0.0)])
def test_freely_lent_are_no_more_than_may_be_lent(most: float, waiting: float) -> None:
    inst = two_houses()
    assert freely_lent(inst, lend(inst, min(most, 2.0))).harm == pytest.approx(4.0 * waiting * 14)


def test_freely_lent_comes_no_earlier_than_the_first_week() -> None:
    inst = two_houses()
    free = freely_lent(inst, lend(inst, 2.0, first=7))
    assert free.change[0, 0].tolist() == [0.0] * 7 + [2.0] * 7


def test_freely_lent_takes_from_outside_what_the_province_lacks() -> None:
    inst = two_houses()
    assert freely_lent(inst, lend(inst, 1.0, outside=1.0)).harm == pytest.approx(0.0, abs=1e-6)


def test_freely_lent_is_a_bound_and_its_prices_are_of_staff() -> None:
    inst = two_houses()
    free = freely_lent(inst, lend(inst, 1.0))
    assert free.harm <= solve_plan(inst, MEANS).harm.value + 1e-9
    assert free.prices["staff_on_duty"][0, 0].max() > 0


def test_rows_of_staff_stay_where_people_may_move() -> None:
    """999 nurses: the row is implied by the beds, and left out unless people may be lent."""
    inst = replace(two_houses(), staff=np.full((2, 1, 14), 999.0))
    assert (build_model(inst).row_blocks["staff_on_duty"] < 0).all()
    assert (build_model(inst, staff_move=True).row_blocks["staff_on_duty"] >= 0).all()
