"""What a unit has left for the wave, counted by hand on the template province."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.domain.assemble import assemble
from optimizer.domain.capacity import Capacity
from optimizer.domain.fit import fit_census
from optimizer.domain.instance import Instance
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.exchange.templates import write_template
from tests.planning.instances import sketch


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Scenario]:
    folder = tmp_path_factory.mktemp("example")
    write_template(folder, "en")
    return read_tables(folder)[0], read_scenario(folder / "scenario.yaml")


def made(example: tuple[Tables, Scenario], **changes: Any) -> Instance:
    tables, scenario = example
    new = {**scenario.model_dump(), "horizon_days": 10, "beyond_days": 0, **changes}
    return assemble(tables, Scenario.model_validate(new)).instance


def at(inst: Instance, unit: str, level: str) -> tuple[int, int]:
    return inst.units.index(unit), inst.levels.index(level)


def test_usable_beds_are_staffed_less_routine(
    example: tuple[Tables, Scenario],
) -> None:
    inst = made(example)
    for unit, level, beds in (
        ("U1", "WARD", 100 - 60),
        ("U1", "OXY", 30 - 10),
        ("U1", "HFNC", 6),
        ("U1", "ICU", 8 - 3),
        ("U2", "WARD", 50 - 30),
        ("U2", "ICU", 0),
    ):
        assert (inst.beds[at(inst, unit, level)] == beds).all(), (unit, level)


def test_devices_are_what_routine_leaves_and_what_comes_with_surge_beds(
    example: tuple[Tables, Scenario],
) -> None:
    inst = made(example)
    devices = inst.terms.devices
    assert devices[at(inst, "U1", "ICU")].tolist() == [12 - 3] * 7 + [12 - 3 + 4] * 3  # delay 7
    assert devices[at(inst, "U1", "HFNC")].tolist() == [8] * 7 + [12] * 3
    assert np.isinf(devices[at(inst, "U1", "OXY")]).all()  # no row: no limit
    assert np.isinf(devices[inst.units.index("U2")]).all()


def test_oxygen_for_the_wave_is_what_routine_leaves(example: tuple[Tables, Scenario]) -> None:
    inst = made(example)
    terms, u2 = inst.terms, inst.units.index("U2")
    assert (terms.oxygen_flow[u2] == 120 - 20).all()
    assert terms.oxygen_supply[u2] == pytest.approx(120 - 1.44 * 20)
    assert (terms.oxygen_stored[u2], terms.oxygen_tank[u2]) == (200, 250)
    assert terms.oxygen_draw.tolist() == [0, 0, 10, 24.7, 30]  # ISO, WARD, OXY, HFNC, ICU
    stations = inst.units.index("group:C1:commune_health_station:1")
    assert np.isinf(terms.oxygen_flow[stations]).all()


@pytest.mark.parametrize(("phase", "patients"), [("conventional", 14), ("crisis", 30)])
def test_supervision_follows_the_care_phase(
    example: tuple[Tables, Scenario], phase: str, patients: float
) -> None:
    inst = made(example, staff={"care_phase": phase})
    r, k = inst.roles.index("DOC_ICU"), inst.levels.index("ICU")
    assert inst.terms.supervision[r, k] == pytest.approx(1 / patients)
    assert inst.terms.supervision.sum() == pytest.approx(1 / patients)


def test_surge_beds_may_open_after_the_delay(example: tuple[Tables, Scenario]) -> None:
    inst = made(example)
    limit = inst.surge_limit[at(inst, "U1", "ICU")]
    assert limit.tolist() == [0] * 7 + [4] * 3  # delay 7: from day 8
    assert made(example, surge={"delay_days": 0}).surge_limit[at(inst, "U1", "ICU")][0] == 4


def test_staff_for_the_wave_are_who_is_left_after_absence_and_routine(
    example: tuple[Tables, Scenario],
) -> None:
    inst = made(example)
    nurses = inst.staff[inst.units.index("U1"), inst.roles.index("NUR")]
    # nurses serve ISO, WARD, OXY: 60 + 10 routine patients of 120 + 40 planned beds;
    # 30 are on duty, a tenth absent
    assert nurses == pytest.approx(30 * 0.9 - 30 * 70 / 160)
    icu = inst.staff[inst.units.index("U1"), inst.roles.index("NUR_ICU")]
    assert icu == pytest.approx(8 * 0.9 - 8 * 3 / 18)  # HFNC 8 and ICU 10 beds planned, 3 routine


def test_staff_shock_holds_on_its_days_only(example: tuple[Tables, Scenario]) -> None:
    shock = {"staff_factor": 0.5, "staff_from_day": 3, "staff_to_day": 4}
    inst = made(example, shocks=shock)
    f, r = inst.units.index("U1"), inst.roles.index("NUR")
    hit = 30 * 0.9 * 0.5 - 30 * 70 / 160
    assert inst.staff[f, r, 2:4] == pytest.approx(max(0.0, hit))
    assert inst.staff[f, r, [1, 4]] == pytest.approx(30 * 0.9 - 30 * 70 / 160)
    assert inst.excess_allowed[f].tolist() == [False, False, True, True] + [False] * 6


def test_vehicle_minutes_belong_to_the_cluster(example: tuple[Tables, Scenario]) -> None:
    inst = made(example, shocks={"vehicle_factor": 0.5})
    assert inst.bases == ("C1", "C2")
    coach = 240 * 15  # counted by the seats taken
    assert inst.vehicle_minutes[:, 0].tolist() == [(900 + 660 + 900 + coach) * 0.5, 900 * 0.5]


def test_stand_ins_go_one_way(example: tuple[Tables, Scenario]) -> None:
    inst = made(example)
    role = inst.roles.index
    assert inst.stands_in[role("NUR_ICU"), role("NUR")]
    assert not inst.stands_in[role("NUR"), role("NUR_ICU")]
    assert inst.staff_need[role("NUR"), inst.levels.index("OXY")] == pytest.approx(1 / 4)


def test_able_means_a_bed_of_the_level_or_above(example: tuple[Tables, Scenario]) -> None:
    inst = made(example)
    for unit, severities in (
        ("U1", {"mild", "moderate", "severe", "high_flow", "critical", "convalescent"}),
        ("U2", {"mild", "moderate", "severe", "convalescent"}),
        ("group:C1:commune_health_station:1", {"mild"}),
    ):
        able = inst.able[inst.units.index(unit)]
        found = {s for s, can in zip(inst.classes.severity, able, strict=True) if can}
        assert found == severities


# a census above capacity


def fit(inst: Instance) -> tuple[list[float], list[float]]:
    room = Capacity(
        inst.beds,
        inst.listed,
        inst.surge_limit,
        inst.staff,
        inst.staff_need,
        inst.stands_in,
        inst.vehicle_minutes,
        inst.terms,
    )
    treated, boarding = fit_census(room, inst.classes, inst.census_treated, inst.census_boarding)
    return treated[0].tolist(), boarding[0].tolist()


@pytest.mark.parametrize(
    ("beds", "there", "treated", "boarding"),
    [
        # classes SA, SR, CA, CR; equal weights: the smallest id boards first
        ({"OXY": 2, "ICU": 1}, (1, 1, 1, 0), [1, 1, 1, 0], [0, 0, 0, 0]),
        ({"OXY": 2, "ICU": 1}, (2, 1, 1, 0), [1, 1, 1, 0], [1, 0, 0, 0]),
        ({"OXY": 2, "ICU": 1}, (0, 0, 1, 1), [0, 0, 0, 1], [0, 0, 1, 0]),
        ({"OXY": 0, "ICU": 1}, (2, 0, 1, 0), [0, 0, 1, 0], [2, 0, 0, 0]),
        ({"OXY": 3}, (1, 0, 1, 1), [1, 0, 0, 0], [0, 0, 1, 1]),  # no intensive care at all
    ],
)
def test_census_above_the_beds_boards_the_least_weight_first(
    beds: dict[str, float],
    there: tuple[float, ...],
    treated: list[float],
    boarding: list[float],
) -> None:
    inst = sketch(
        beds={"A": beds},
        treated={("A", s): n for s, n in zip(("SA", "SR", "CA", "CR"), there, strict=True)},
    )
    assert fit(inst) == (treated, boarding)


def test_census_above_the_staff_boards_who_needs_the_short_role() -> None:
    inst = sketch(
        beds={"A": {"OXY": 9, "ICU": 9}},
        treated={("A", "SA"): 5, ("A", "CA"): 2},
        roles={"NUR": None, "NUR_ICU": "NUR"},
        need={("NUR", "OXY"): 0.25, ("NUR_ICU", "ICU"): 0.5},
        staff={("A", "NUR"): 1, ("A", "NUR_ICU"): 0.5},
    )
    # both rows are short: 5/4 + 2/2 > 3/2 and 2/2 > 1/2. The least weight first: SA boards until
    # the row of NUR holds, 2/4 + 2/2; then only the row of NUR_ICU is short, and one CA boards
    assert fit(inst) == ([2, 0, 1, 0], [3, 0, 1, 0])


@pytest.mark.parametrize(
    ("terms", "treated", "boarding"),
    [
        ({"devices": {("A", "ICU"): 1}}, [2, 0, 1, 0], [0, 0, 1, 0]),
        ({"devices": {("A", "OXY"): 1, ("A", "ICU"): 1}}, [1, 0, 1, 0], [1, 0, 1, 0]),
        # 2 x 10 + 2 x 30 = 80 litres: the least weight first, all of the SA, then nobody
        ({"draw": {"OXY": 10.0, "ICU": 30.0}, "flow": {"A": 60.0}}, [0, 0, 2, 0], [2, 0, 0, 0]),
        ({"draw": {"OXY": 10.0, "ICU": 30.0}, "flow": {"A": 59.0}}, [0, 0, 1, 0], [2, 0, 1, 0]),
        (
            {"oversees": {("NUR", "ICU"): 0.5}, "staff": {("A", "NUR"): 0.5}},
            [2, 0, 1, 0],
            [0, 0, 1, 0],
        ),
    ],
)
def test_census_above_devices_oxygen_or_supervision_boards(
    terms: dict[str, Any], treated: list[float], boarding: list[float]
) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9, "ICU": 9}}, treated={("A", "SA"): 2, ("A", "CA"): 2}, **terms
    )
    assert fit(inst) == (treated, boarding)


def test_opening_census_of_a_wave_is_whole_and_fits(
    example: tuple[Tables, Scenario], tmp_path: Path
) -> None:
    inst = made(example, shocks={"demand_factor": 12})
    for part in (inst.census_treated, inst.census_boarding, inst.open_requests):
        assert np.array_equal(part, np.round(part))
    assert inst.census_treated.sum() > 0
    for f in range(len(inst.units)):
        for k in np.flatnonzero(inst.listed[f]):
            need = inst.census_treated[f, inst.classes.level >= k].sum()
            assert need <= inst.beds[f, k:, 0].sum() + 1e-6
