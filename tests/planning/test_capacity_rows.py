"""Devices, supervision and oxygen: where each row binds, where it does not, at the edge.

Every instance is solved by both hands. Prices as in test_constraints.py; a cubic metre of oxygen
short costs 70. OXY draws 10 litres a minute, ICU 30: 14.4 and 43.2 cubic metres a day.
"""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.crosscheck import crosscheck
from optimizer.domain.binding import binding_terms
from optimizer.domain.instance import ADMISSION, Instance
from optimizer.planning.model import build_model
from optimizer.planning.solve import solve_plan

from .instances import sketch

BOTH = [("o", "A", s, ADMISSION, 10.0) for s in ("SA", "CA")]
DRAW = {"OXY": 10.0, "ICU": 30.0}
HALF = {("SA", "SA"): 0.5}


def harm(inst: Instance) -> float:
    """Least harm with whole people, the same by both hands."""
    value = solve_plan(inst).harm.value
    assert crosscheck(inst, whole="today").harm == pytest.approx(value, rel=1e-6, abs=1e-6)
    return value


def asked(sa: float = 0, ca: float = 0, **more: Any) -> Instance:
    """One hospital with room for everybody; people who ask for a place on day 1."""
    has = {"beds": {"A": {"OXY": 9, "ICU": 9}}, "admissions": BOTH, **more}
    return sketch(requests={("o", "SA"): sa, ("o", "CA"): ca}, **has)


# device_capacity


@pytest.mark.parametrize(
    ("sa", "ca", "due"),
    [
        (0, 3, 20.0),  # binds: two ventilators for three
        (0, 2, 0.0),  # edge
        (0, 1, 0.0),
        (9, 2, 0.0),  # who needs mask oxygen uses no ventilator
    ],
)
def test_device_capacity_limits_patients_of_its_level(sa: float, ca: float, due: float) -> None:
    assert harm(asked(sa, ca, devices={("A", "ICU"): 2})) == pytest.approx(due)


@pytest.mark.parametrize(
    ("sa", "ca", "due"),
    [
        (3, 0, 0.0),  # one mask device and two ventilators
        (4, 0, 4.0),
        (1, 2, 0.0),
        (2, 2, 4.0),  # ventilators serve who needs less, not the other way round
    ],
)
def test_device_capacity_nests_devices(sa: float, ca: float, due: float) -> None:
    inst = asked(sa, ca, devices={("A", "ICU"): 2, ("A", "OXY"): 1})
    assert harm(inst) == pytest.approx(due)


@pytest.mark.parametrize(("sa", "due"), [(3, 0.0), (4, 4.0)])
def test_device_capacity_counts_beds_where_a_higher_level_has_no_devices(
    sa: float, due: float
) -> None:
    inst = asked(sa, beds={"A": {"OXY": 9, "ICU": 2}}, devices={("A", "OXY"): 1})
    assert harm(inst) == pytest.approx(due)


@pytest.mark.parametrize(("devices", "due"), [(1, 20.0), (2, 0.0), (9, 0.0)])
def test_device_capacity_holds_for_surge_beds_too(devices: float, due: float) -> None:
    inst = asked(
        ca=2,
        beds={"A": {"ICU": 1}},
        surge={("A", "ICU"): 1},
        devices={("A", "ICU"): devices},
    )
    assert harm(inst) == pytest.approx(due)


def test_device_capacity_lets_who_is_there_board_when_devices_fall() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"ICU": 2}},
        treated={("A", "CA"): 2},
        keep={("CA", "CA"): 0.75},
        devices={("A", "ICU"): (2, 1)},
    )
    assert harm(inst) == pytest.approx(0.5 * 20)  # 1.5 of them are there on day 2


# supervision: an intensivist oversees two


@pytest.mark.parametrize(
    ("ca", "intensivists", "due"),
    [(3, 1, 20.0), (2, 1, 0.0), (1, 1, 0.0), (3, 1.5, 0.0), (1, 0, 20.0)],
)
def test_supervision_limits_patients_of_its_level(
    ca: float, intensivists: float, due: float
) -> None:
    inst = asked(
        ca=ca,
        roles={"DOC": None, "DOC_ICU": "DOC"},
        staff={("A", "DOC_ICU"): intensivists},
        oversees={("DOC_ICU", "ICU"): 0.5},
    )
    assert harm(inst) == pytest.approx(due)


def test_supervision_is_its_own_row_beside_the_bedside_ratio() -> None:
    # at the bedside any doctor cares for two; one intensivist oversees three
    inst = asked(
        ca=4,
        roles={"DOC": None, "DOC_ICU": "DOC"},
        need={("DOC", "ICU"): 0.5},
        staff={("A", "DOC_ICU"): 1, ("A", "DOC"): 9},
        oversees={("DOC_ICU", "ICU"): 1 / 3},
    )
    assert harm(inst) == pytest.approx(20.0)
    assert binding_terms(inst, solve_plan(inst))[0, 1, 0] == ("supervision:DOC_ICU",)


def test_supervision_counts_boarders_at_the_lowest_level() -> None:
    # the boarder in the bed uses half of the one who oversees; of three SA one waits
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        boarding={("A", "CA"): 1},
        requests={("o", "SA"): 2},
        staff={("A", "NUR"): 1},
        oversees={("NUR", "OXY"): 0.5, ("NUR", "ICU"): 0.5},
    )
    assert harm(inst) == pytest.approx(20 + 4)


# oxygen_flow


@pytest.mark.parametrize(
    ("litres", "due"),
    [
        (50, 0.0),  # edge: 2 x 10 + 30
        (49, 4.0),  # whole people: one SA waits, 10 + 30
        (40, 4.0),
        (29, 20.0),  # the SA fit, the CA does not
        (99, 0.0),
        (0, 28.0),
    ],
)
def test_oxygen_flow_limits_what_patients_draw_at_once(litres: float, due: float) -> None:
    assert harm(asked(2, 1, draw=DRAW, flow={"A": litres})) == pytest.approx(due)


@pytest.mark.parametrize(
    ("litres", "due"),
    [
        (20, 20.0),  # edge: the boarder draws 10 as if he lay at the lowest level, and one SA
        (10, 24.0),  # the SA waits
        (9, 20 + 2.5 + 4),  # a tenth of the boarder's days go to the corridor, where nobody draws
    ],
)
def test_oxygen_flow_counts_boarders_in_beds_at_the_lowest_level(litres: float, due: float) -> None:
    inst = sketch(
        beds={"A": {"OXY": 9}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        boarding={("A", "CA"): 1},
        requests={("o", "SA"): 1},
        draw=DRAW,
        flow={"A": litres},
    )
    assert harm(inst) == pytest.approx(due)


def test_oxygen_flow_lets_who_is_there_board_when_it_falls() -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 2}},
        treated={("A", "SA"): 2},
        keep=HALF,
        draw=DRAW,
        flow={"A": (20, 5)},
    )
    # one of them is there on day 2, with oxygen for half: the corridor has none
    assert harm(inst) == pytest.approx(0.5 * (4 + 25))


# oxygen_stock


@pytest.mark.parametrize(
    ("stored", "supply", "due"),
    [
        (21.6, 0, 0.0),  # edge: 14.4 on day 1, half of that on day 2
        (7.2, 7.2, 0.0),
        (21.5, 0, 0.1 * 70),  # a tenth of a cubic metre is missing on day 2
        (0, 14.4, 0.0),  # what comes in the day may be drawn the same day
        (0, 0, 21.6 * 70),
        (50, 50, 0.0),
    ],
)
def test_oxygen_stock_carries_what_is_left_to_the_next_day(
    stored: float, supply: float, due: float
) -> None:
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1}},
        treated={("A", "SA"): 1},
        keep=HALF,
        draw=DRAW,
        store={"A": (stored, 50, supply)},
    )
    assert harm(inst) == pytest.approx(due)


@pytest.mark.parametrize(("tank", "due"), [(14.4, 0.0), (10, 4.4 * 70), (99, 0.0)])
def test_oxygen_stock_holds_no_more_than_the_tank(tank: float, due: float) -> None:
    # a full tank; 20 come on day 1, when nobody is there, nothing on day 2, when one is
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 1, "ICU": 1}},
        admissions=[("o", "A", "SA", ADMISSION, 10.0)],
        arrivals={("o", "SA", 2): 1},
        deaths={"waiting": {"SA": 1.0}},
        prices={"death": 2000.0},
        draw=DRAW,
        store={"A": (tank, tank, (20, 0))},
    )
    assert harm(inst) == pytest.approx(due)


def test_oxygen_stock_keeps_people_out_rather_than_without_oxygen() -> None:
    # oxygen for one of the two who ask; the other waits for 4
    plan = solve_plan(asked(2, draw=DRAW, store={"A": (14.4, 14.4, 0)}))
    assert plan.harm.value == pytest.approx(4)
    assert plan.oxygen_short.sum() == 0


def test_oxygen_stock_saves_for_later_when_more_is_lost_then() -> None:
    # one CA-day of oxygen in store; the SA of day 1 would take 14.4 of the 43.2
    inst = sketch(
        days=2,
        beds={"A": {"OXY": 9, "ICU": 9}},
        admissions=BOTH,
        arrivals={("o", "SA", 1): 1, ("o", "CA", 2): 1},
        draw=DRAW,
        store={"A": (43.2, 50, 0)},
    )
    assert harm(inst) == pytest.approx(4)  # all of it for the CA of day 2


def test_oxygen_stock_has_no_row_where_it_cannot_run_dry() -> None:
    def rows(supply: float) -> int:
        inst = sketch(
            days=3,
            beds={"A": {"OXY": 2}},
            treated={("A", "SA"): 1},
            draw=DRAW,
            store={"A": (0, 99, supply)},
        )
        return int((build_model(inst).row_blocks["oxygen_stock"] >= 0).sum())

    assert rows(28.8) == 0  # two beds draw no more
    assert rows(28.7) == 3


# what binds


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({"beds": {"A": {"ICU": 1}}}, "beds"),
        ({"devices": {("A", "ICU"): 1}}, "devices"),
        ({"draw": DRAW, "flow": {"A": 30.0}}, "oxygen_flow"),
        ({"draw": DRAW, "store": {"A": (43.2, 50, 0)}}, "oxygen_stock"),
        ({"need": {("NUR", "ICU"): 0.5}, "staff": {("A", "NUR"): 0.5}}, "staff:NUR"),
        ({"oversees": {("NUR", "ICU"): 0.5}, "staff": {("A", "NUR"): 0.5}}, "supervision:NUR"),
    ],
)
def test_the_term_that_binds_is_named(more: dict[str, Any], due: str) -> None:
    inst = asked(ca=3, **more)
    plan = solve_plan(inst)
    assert plan.harm.value == pytest.approx(40)
    top = len(inst.levels) - 1
    assert binding_terms(inst, plan)[0, top, 0] == (due,)


def test_nothing_is_named_where_nothing_binds() -> None:
    inst = asked(ca=1, devices={("A", "ICU"): 2}, draw=DRAW, flow={"A": 99.0})
    assert binding_terms(inst, solve_plan(inst)) == {}
