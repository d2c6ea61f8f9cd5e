"""Levers from tables and scenario to the arrays of an instance; what is refused, what is said."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.scenario import Scenario
from optimizer.domain.settings import LeverChange, Levers
from optimizer.domain.sites import planning_sites
from optimizer.domain.tables import Tables
from optimizer.exchange.agreement import cross_check
from optimizer.exchange.lever_table import figures_that_count, lever_rows
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.planning.solve import solve_plan

Edit = Callable[[str, str, str], None]
Heard = Callable[[], list[str]]

REFUSED = {
    "a bed at no unit": ("bed,U1,OXY", "bed,U9,OXY", [":2", "place", "U9"]),
    "a bed outside": ("bed,U1,OXY", "bed,UE,OXY", [":2", "place", "UE"]),
    "a bed of no level": ("bed,U1,OXY", "bed,U1,OXI", [":2", "item", "OXI", "OXY"]),
    "a bed at home": ("bed,U1,OXY", "bed,U1,HOME", [":2", "item", "HOME"]),
    "staff without a role": ("staff,U1,NUR,2", "staff,U1,-,2", [":3", "item", "-", "NUR"]),
    "no such resource": ("bed,U1,OXY", "room,U1,OXY", [":2", "resource", "bed"]),
    "nothing": ("OXY,8", "OXY,0", [":2", "amount", "yields nothing"]),
    "minutes taken away": (
        "bed,U1,OXY,8",
        "vehicle_minutes,C1,-,-8",
        [":2", "amount", "taken away"],
    ),
    "minutes at a unit": ("bed,U1,OXY,8", "vehicle_minutes,U1,-,8", [":2", "place", "U1"]),
    "places at a unit inside": ("bed,U1,OXY,8", "outside_place,U1,-,8", [":2", "place", "U1"]),
    "no such lever": ("elective-U1,bed", "elective-U2,bed", [":2", "lever_id", "elective-U1"]),
    "the same yield twice": ("staff,U1,NUR,2", "bed,U1,OXY,2", ["row 2", "row 3"]),
    "beds below the house": ("bed,U1,OXY", "bed,U1,ISO", [":2", "item", "ISO", "lowest"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_read_tables_refuses_a_yield(case: str, edit: Edit, refused: Heard) -> None:
    old, new, words = REFUSED[case]
    edit("lever_yields", old, new)
    said = refused()
    assert any(all(word in line for word in ["lever_yields.csv", *words]) for line in said), said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",1,2,2,7,1,", ",1,2,2,0,1,", ["min_days", "0"]),
        (",1,2,2,7,1,", ",1,-2,2,7,1,", ["delay_days", "-2"]),
        ("1.5,1,0,,", "1.5,1,0,elective-U1,", ["drawn_from", "elective-U1", "pool"]),
        ("1.5,1,0,,", "1.5,1,0,nobody,", ["drawn_from", "nobody"]),
    ],
)
def test_read_tables_refuses_a_lever(
    old: str, new: str, words: list[str], edit: Edit, refused: Heard
) -> None:
    edit("levers", old, new)
    assert any(all(word in line for word in ["levers.csv:", *words]) for line in refused())


def test_read_tables_says_which_yields_and_levers_change_nothing(edit: Edit, warned: Heard) -> None:
    edit("lever_yields", "bed,U1,OXY,8", "device,U2,ICU,8")
    edit("lever_yields", "borrow-U2,staff,U2,NUR,-1,example,assumed\n", "")
    edit("lever_yields", "borrow-U2,staff,U1,NUR,1", "elective-U1,bed,U1,OXY,1")
    said = warned()
    assert any("device does not limit this unit" in line for line in said)
    assert any("borrow-U2" in line and "never used" in line for line in said)


# the scenario


@pytest.fixture
def read(province: Path) -> Callable[..., tuple[Tables, Scenario]]:
    def made(**levers: object) -> tuple[Tables, Scenario]:
        tables, _ = read_tables(province)
        scenario = read_scenario(province / "scenario.yaml")
        asked = Levers(**levers) if levers else None  # type: ignore[arg-type]
        return tables, scenario.model_copy(update={"levers": asked})

    return made


def made_of(pair: tuple[Tables, Scenario]) -> Assembled:
    return assemble(*pair)


@pytest.mark.parametrize(
    ("levers", "words"),
    [
        ({"use": ("elective-U2",)}, ["levers.use", "elective-U1"]),
        ({"use": "all", "named": ("crisis",)}, ["levers.named", "crisis"]),
        ({"use": "all", "change": {"x": LeverChange(max_units=2)}}, ["levers.change.x"]),
    ],
)
def test_cross_check_names_levers_that_are_not_there(
    levers: dict[str, object], words: list[str], read: Callable[..., tuple[Tables, Scenario]]
) -> None:
    tables, scenario = read(**levers)
    said = [p.render("en") for p in cross_check(scenario, tables) if p.severity == "error"]
    assert any(all(word in line for word in words) for line in said), said


@pytest.mark.parametrize(
    ("levers", "ids"),
    [
        ({}, ()),
        ({"use": "none", "named": ("elective-U1",)}, ()),
        ({"use": "all"}, ("borrow-U2", "elective-U1")),
        ({"use": ("elective-U1",)}, ("elective-U1",)),
    ],
)
def test_levers_in_use_are_those_the_scenario_allows(
    levers: dict[str, object],
    ids: tuple[str, ...],
    read: Callable[..., tuple[Tables, Scenario]],
) -> None:
    found = made_of(read(**levers)).instance.levers
    assert (found.ids if found else ()) == ids


def test_levers_of_named_only_are_used_when_named(
    edit: Edit, read: Callable[..., tuple[Tables, Scenario]]
) -> None:
    edit("levers", "1.5,1,0,,", "1.5,1,1,,")
    alone = made_of(read(use="all")).instance.levers
    named = made_of(read(use="all", named=("elective-U1",))).instance.levers
    assert alone is not None
    assert named is not None
    assert alone.ids == ("borrow-U2",)
    assert named.ids == ("borrow-U2", "elective-U1")


def test_change_replaces_each_figure_of_a_lever(
    read: Callable[..., tuple[Tables, Scenario]],
) -> None:
    change = LeverChange(
        max_units=3,
        delay_days=4,
        ramp_days=1,
        min_days=9,
        may_close=False,
        open_vnd=7.0,
        day_vnd=8.0,
        harm_per_day=2.0,
        yields=0.5,
    )
    pair = read(use=("elective-U1",), harm=3.0, change={"elective-U1": change})
    inst = made_of(pair).instance
    found = inst.levers
    assert found is not None
    figures = (found.max_units, found.delay, found.ramp, found.min_days, found.open_vnd)
    assert [float(part[0]) for part in figures] == [3, 4, 1, 9, 7]
    assert (found.day_vnd[0], found.harm[0], found.may_close[0]) == (8, 6, False)
    assert found.yields.beds.max() == 4
    rows, yields = figures_that_count(*pair, inst)
    assert rows == [["elective-U1", 3, 4, 1, 9, 0, 7.0, 8.0, 2.0, ""]]
    assert yields == [
        ["elective-U1", "bed", "U1", "OXY", "4.0"],
        ["elective-U1", "staff", "U1", "NUR", "1.0"],
    ]


def test_closed_unit_is_planned_when_a_lever_yields_beds_there(
    edit: Edit, read: Callable[..., tuple[Tables, Scenario]]
) -> None:
    """Of its own it has nothing: not its beds, not its people; ways lead there besides the others.

    The areas, the way of everybody else and the opening census are as without the lever.
    """
    edit("units", "U3,H3,1,open", "U3,H3,1,open,,,,example,assumed\nUF,H2,1,closed")
    edit("lever_yields", "elective-U1,bed,U1,OXY,8", "elective-U1,bed,UF,ISO,50")
    edit("staff", "U3,NUR,5,1", "UF,NUR,50,10,example,assumed\nU3,NUR,5,1")
    with_lever, without = made_of(read(use="all")).instance, made_of(read()).instance
    assert set(with_lever.units) - set(without.units) == {"UF"}
    f = with_lever.units.index("UF")
    assert with_lever.beds[f].sum() == with_lever.staff[f].sum() == 0
    assert with_lever.listed[f].tolist() == [True, False, False, False, False]
    assert with_lever.areas == without.areas
    before = {
        (without.areas[o], without.units[g], s)
        for o, g, s in zip(
            without.admissions.area,
            without.admissions.to,
            without.admissions.patient_class,
            strict=True,
        )
        if g < len(without.units)
    }
    after = {
        (with_lever.areas[o], with_lever.units[g], s)
        for o, g, s in zip(
            with_lever.admissions.area,
            with_lever.admissions.to,
            with_lever.admissions.patient_class,
            strict=True,
        )
        if g < len(with_lever.units)
    }
    assert before < after
    assert {unit for _, unit, _ in after - before} == {"UF"}
    others = [g for g, unit in enumerate(with_lever.units) if unit != "UF"]
    assert np.array_equal(with_lever.census_treated[others], without.census_treated)


def test_planning_sites_leave_a_closed_unit_out_without_levers(
    edit: Edit, read: Callable[..., tuple[Tables, Scenario]]
) -> None:
    edit("units", "U2,H2,2,open", "U2,H2,2,closed")
    assert "U2" not in {unit.unit_id for unit in planning_sites(*read(use="all")).inside}


def test_lever_rows_say_what_opens_when_and_who_decides(
    read: Callable[..., tuple[Tables, Scenario]],
) -> None:
    tables, scenario = read(use=("elective-U1",), home_unmet=0)
    shocks = scenario.shocks.model_copy(update={"demand_factor": 3.0})
    scenario = scenario.model_copy(update={"shocks": shocks})
    inst = assemble(tables, scenario).instance
    plan = solve_plan(inst)
    rows = lever_rows(tables, inst, plan, 0)
    assert plan.lever_started.sum() == 1
    begun = [row for row in rows if row[3] == 1]
    assert [row[1] for row in begun] == ["elective-U1"]
    assert begun[0][2] == "U1"
    assert begun[0][10:12] == ("Giám đốc Sở Y tế", "Director of the health department")
    assert {row[-1] for row in rows} == {"assumed"}
    harm = sum(float(str(row[8])) for row in rows)
    assert harm == pytest.approx(1.5 * plan.lever_open.sum())
    cost = sum(float(str(row[7])) for row in rows)
    assert cost == pytest.approx(2_000_000 * plan.lever_open.sum())


@pytest.mark.parametrize("slug", ["soc_trang", "cao_bang", "can_tho"])
def test_shipped_levers_make_an_instance(slug: str) -> None:
    """Every lever of section 9 is there by its kind, and the model is assembled with them."""
    root = Path(__file__).resolve().parents[2]
    folder = root / "data" / "facilities" / slug
    tables, _ = read_tables(folder)
    scenario = read_scenario(root / "scenarios" / f"{slug}_delta_with_levers.yaml")
    assert not [p for p in cross_check(scenario, tables) if p.severity == "error"]
    kinds = {row.kind for row in tables.levers}
    assert kinds >= {
        "discharge",
        "postpone_elective",
        "convert_wards",
        "surge_icu",
        "field_site",
        "mobile_team",
        "mobile_station",
        "neighbour_nurses",
        "neighbour_nurse_at",
        "neighbour_doctors",
        "neighbour_doctor_at",
        "move_staff",
        "train_up",
        "outside",
        "icu_centre",
        "crisis_ratio",
    }
    inst = assemble(tables, scenario).instance
    assert inst.levers is not None
    assert not [name for name in inst.levers.ids if name.startswith("crisis")]
    bare = assemble(tables, scenario.model_copy(update={"levers": None})).instance
    none = replace(tables, levers=(), lever_yields=())
    gone = assemble(none, scenario.model_copy(update={"levers": None})).instance
    assert bare.units == gone.units
    with (folder / "levers.csv").open(encoding="utf-8") as file:
        assert all(row["legal_basis"] and row["approver_vi"] for row in csv.DictReader(file))
