"""Vehicle classes and shifts by both hands: by hand, at random, and their names."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.crosscheck.random_instances import random_instance
from optimizer.crosscheck.random_vehicles import vehicles_told_apart
from optimizer.domain.instance import ADMISSION, Instance
from optimizer.planning.export import write_model
from optimizer.planning.model import build_model
from optimizer.solving.engine import solve_arrays
from optimizer.witness.compare import compare
from tests.planning.instances import sketch
from tests.planning.vehicles import with_fleet

DAY_NIGHT = {"day": (0.5, 0.5), "night": (0.5, 0.5)}


def house() -> Instance:
    return sketch(
        beds={"B": {"OXY": 9, "ICU": 9}},
        admissions=[("o", "B", s, ADMISSION, 10.0) for s in ("SA", "CA")],
        arrivals={("o", "CA", 1): 2.0, ("o", "SA", 1): 1.0},
        needs_vehicle=("SA", "CA"),
    )


def made() -> list[tuple[Instance, float]]:
    """Each row binding, not binding and at its edge, with the harm by hand; a trip takes 70."""
    icu = {"CA": "ICU", "CR": "ICU"}
    out = [
        (with_fleet(house(), {"CAR": basic, "ICU": better}, icu), due)
        for basic, better, due in (
            (500.0, 70.0, 20.0),
            (70.0, 140.0, 0.0),
            (0.0, 210.0, 0.0),
            (500.0, 105.0, 10.0),  # means: one and a half may ride
        )
    ]
    for day, night, due in ((70.0, 70.0, 0.0), (500.0, 35.0, 20.0), (500.0, 0.0, 40.0)):
        inst = house()
        stated = {("day", "ICU"): day, ("night", "ICU"): night}
        fleet = {"CAR": 500.0, "ICU": day + night}
        out.append(
            (
                with_fleet(inst, fleet, icu, urgent=("CA",), shifts=DAY_NIGHT, stated=stated),
                due,
            )
        )
    return out


def test_both_hands_find_the_harm_by_hand() -> None:
    cases = made()
    answers = crosscheck_many([inst for inst, _ in cases])
    for (inst, due), answer in zip(cases, answers, strict=True):
        model = build_model(inst)
        assert solve_arrays(model.compiled, model.harm).objective == pytest.approx(due, abs=1e-6)
        assert answer.harm == pytest.approx(due, abs=1e-6)


def test_both_hands_agree_on_random_fleets() -> None:
    cases = [
        (str(n), vehicles_told_apart(random_instance(n), np.random.default_rng([n, 9])))
        for n in range(900, 930)
    ]
    assert [v.name for v in compare(cases) if v.status != "agree"] == []


def test_rows_have_the_names_of_the_page(tmp_path) -> None:  # type: ignore[no-untyped-def]
    inst = made()[-1][0]
    write_model(inst, tmp_path / "plan.lp")
    text = (tmp_path / "plan.lp").read_text(encoding="ascii")
    assert "vehicle_rank(base,ICU,1):" in text
    assert "vehicle_shift(base,night,ICU,1):" in text
