"""Which ways a large plan is offered."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.instance import ADMISSION, Instance
from optimizer.domain.simulate import simulate
from optimizer.planning import screen

from .instances import NURSES, sketch

DAYS = 20


def far_and_near(nurses: tuple[float, ...]) -> Instance:
    """Return a province where the far house is never needed, and a way from one to the other."""
    return sketch(
        days=DAYS,
        beds={"A": {"OXY": 9}, "B": {"OXY": 9}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0), ("o", "B", "SA", ADMISSION, 90.0)],
        transfers=[("A", "B", "SA", 0, 90.0)],
        arrivals={("o", "SA", 1): 1},
        need=NURSES,
        staff={("A", "NUR"): nurses, ("B", "NUR"): (9.0,) * DAYS},
    )


@pytest.mark.parametrize(
    ("nurses", "offered"),
    [
        ((9.0,) * DAYS, [True, False]),
        ((9.0,) * 12 + (8.0,) * 8, [True, True]),  # short windows do not look past the fall
    ],
)
def test_all_admissions_of_acute_patients_are_offered_where_beds_are_lost(
    nurses: tuple[float, ...], offered: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "SCREENED_FROM", 0)
    inst = far_and_near(nurses)
    admissions, _ = screen.offered_ways(inst, simulate(inst))
    assert np.asarray(admissions).tolist() == offered
