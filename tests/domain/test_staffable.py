"""What rosters can staff, and whom a plan may count no more; by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from optimizer.domain.cover import DutyShift
from optimizer.domain.duty import Beds
from optimizer.domain.roster import (
    Assignment,
    Contract,
    Cover,
    RosterProblem,
    Shift,
    StaffMember,
)
from optimizer.domain.staffable import staffable, taken_off

STANDS_IN = np.array([[True, False], [True, True]])  # the second role may do the first one's work


@pytest.mark.parametrize(
    ("staff", "most", "short", "lost"),
    [
        ((3.0, 5.0), (9.0, 9.0), (0, 0), (0.0, 0.0)),  # nothing is short: nothing is taken
        ((3.0, 5.0), (0.0, 2.0), (0, 1), (0.0, 3.0)),  # the second alone
        ((3.0, 5.0), (4.0, 2.0), (1, 0), (-1.0, 3.0)),  # 4 + 2 are left, one of them stands in
        ((3.0, 5.0), (9.0, 2.0), (1, 0), (-3.0, 3.0)),  # never more than the 8 there were
        ((3.0, 5.0), (1.0, 5.0), (1, 0), (2.0, 0.0)),  # the first alone
        ((3.0, 5.0), (0.0, 0.0), (1, 1), (3.0, 5.0)),  # nobody
    ],
)
def test_a_plan_keeps_what_the_roster_fills_where_a_post_is_open(
    staff: tuple[float, float],
    most: tuple[float, float],
    short: tuple[int, int],
    lost: tuple[float, float],
) -> None:
    def daily(values: tuple[float, float]) -> np.ndarray:
        return np.array(values, dtype=float)[None, :, None]

    held = daily(short) > 0
    assert taken_off(daily(staff), STANDS_IN, daily(most), held)[0, :, 0].tolist() == list(lost)


def test_a_role_covers_what_its_worst_shift_fills_and_no_more_than_its_leads() -> None:
    """Four nurses by day, three at night of four posts; of two leads one is there on day 2."""
    people = tuple(
        StaffMember(f"N{n}", "H", (), ("NUR",), "full", frozenset({"lead"} if n < 2 else ()))
        for n in range(8)
    )
    problem = RosterProblem(
        facility="H",
        start=datetime.date(2026, 11, 23),
        days=2,
        shifts=(Shift("S1", 420, 720, night=False), Shift("S2", 1140, 720, night=True)),
        contracts=(Contract("full"),),
        people=people,
        cover=tuple(
            Cover("H", d, s, "NUR", 4, 4, 100, 10, 1) for d in range(2) for s in ("S1", "S2")
        ),
    )
    beds = Beds(
        units=("H",),
        levels=("ICU",),
        roles=("NUR",),
        need=np.array([[0.5]]),
        watch=np.array([[0.25]]),
        patients=np.full((1, 1, 2), 8.0),
        roster_units={("H", "NUR"): "H"},
        leads={("H", "NUR", 1, "S1"): 2},
    )
    made = [Assignment(0, "S1", f"N{n}", "H", "NUR") for n in range(4)]
    made += [Assignment(0, "S2", f"N{n}", "H", "NUR") for n in range(4, 7)]
    made += [Assignment(1, "S1", f"N{n}", "H", "NUR") for n in (1, 2, 3, 4)]
    made += [Assignment(1, "S2", f"N{n}", "H", "NUR") for n in (0, 5, 6, 7)]
    shifts = (DutyShift("S1", 12.0), DutyShift("S2", 12.0))
    found = staffable(problem, made, beds, shifts)
    assert found.short[0, 0].tolist() == [True, True]
    assert found.most[0, 0].tolist() == [3.0, 2.0]  # the night; 8 x 0.5 x 1 of 2 leads
    thin = (DutyShift("S1", 12.0), DutyShift("S2", 12.0, share=0.5))
    assert staffable(problem, made, beds, thin).most[0, 0, 0] == 4.0  # 3 at night stand for 6
