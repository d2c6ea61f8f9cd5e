"""Two hands, one mathematics: planner (OR-Tools) and `crosscheck` (PuLP, CBC) find one harm."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ortools.linear_solver.python import model_builder

from optimizer.crosscheck import CONSTRAINTS, crosscheck, crosscheck_many, write_lp, write_mps
from optimizer.crosscheck.random_instances import random_instance
from optimizer.domain.instance import (
    STEP_DOWN,
    STEP_UP,
    AdmissionArcs,
    BurdenPrices,
    Classes,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    TransferArcs,
    unmet_price,
)
from optimizer.planning.solve import SolveOptions, solve_plan

SAME = 1e-6
"""Relative to the harm, at least to 1."""
MEANS = SolveOptions(burden=False, whole=False)
WHOLE = SolveOptions(burden=False, whole=True)


def near(value: float) -> float:
    return SAME * max(1.0, abs(value))


def house(
    *,
    units: tuple[str, ...],
    levels: tuple[str, ...],
    classes: tuple[str, ...],
    level: tuple[int, ...],
    recovering: tuple[bool, ...],
    days: int,
    hazards: Hazards,
    beds: list[list[float]],
    listed: list[list[bool]],
    waiting: np.ndarray,
    boarding: np.ndarray,
    admissions: Sequence[tuple[int, int, int]] = (),
    transfers: Sequence[tuple[int, int, int, int, bool]] = (),
    move_price: tuple[float, float] = (2.0, 0.5),
    staff: list[float] | None = None,
    need: list[float] | None = None,
) -> Instance:
    """Return one commune and some units; staff (one role) binds if given, vehicles do not."""
    S, F, K, T = len(classes), len(units), len(levels), days
    a = np.array(admissions, dtype=np.int64).reshape(-1, 3)
    x = np.array([arc[:4] for arc in transfers], dtype=np.int64).reshape(-1, 4)
    out_of_boarding = np.array([arc[4] for arc in transfers], dtype=bool)
    return Instance(
        areas=("commune",),
        units=units,
        outside=(),
        levels=levels,
        roles=("NUR",),
        bases=("cluster",),
        classes=Classes(
            ids=classes,
            severity=classes,
            recovering=np.array(recovering),
            level=np.array(level, dtype=np.int64),
            unmet_weight=np.ones(S),
            move_risk=np.zeros(S),
            travel_limit=np.full(S, 60.0),
            ground_limit=np.full(S, np.inf),
            needs_vehicle=np.zeros(S, dtype=bool),
            top_tier_direct=np.zeros(S, dtype=bool),
        ),
        days=T,
        shown_days=T,
        hazards=hazards,
        admissions=AdmissionArcs(
            a[:, 0], a[:, 1], a[:, 2], np.zeros(len(a), int), np.full(len(a), 9.0), np.zeros(len(a))
        ),
        transfers=TransferArcs(
            x[:, 0], x[:, 1], x[:, 2], x[:, 3], out_of_boarding, np.full(len(x), 9.0)
        ),
        arrivals=np.zeros((1, S, T)),
        open_requests=np.zeros((1, S)),
        census_treated=np.zeros((F, S)),
        census_boarding=np.zeros((F, S)),
        beds=np.repeat(np.array(beds, dtype=float)[:, :, None], T, axis=2),
        listed=np.array(listed, dtype=bool),
        surge_limit=np.zeros((F, K, T)),
        staff=np.repeat(np.array(staff or [99.0] * F)[:, None, None], T, axis=2),
        staff_need=np.array([need or [0.1] * K]),
        stands_in=np.eye(1, dtype=bool),
        vehicle_minutes=np.full((1, T), 9999.0),
        unit_base=np.zeros(F, int),
        area_base=np.zeros(1, int),
        outside_places=np.zeros((0, T)),
        trip_minutes_fixed=50.0,
        harm=HarmPrices(
            waiting=waiting,
            boarding=boarding,
            corridor=25.0,
            excess=1000.0,
            admission=np.zeros(len(a)),
            transfer=np.where(out_of_boarding, *move_price),
        ),
        burden=BurdenPrices(np.zeros(len(a)), np.ones(len(x)), 0.1),
        home=Home(np.zeros((1, T)), np.zeros((1, T))),
    )


def worked_example(
    a: tuple[int, int] = (2, 0), b: tuple[int, int] = (1, 1), *, transfers: bool = True
) -> Instance:
    """docs/model.md section 7; `a`, `b`: OXY and ICU beds of the two hospitals."""
    keep = np.array([[0.5, 0.25, 0, 0], [0, 0.5, 0, 0], [0, 0, 0.5, 0.5], [0, 1, 0, 0]])
    worse = np.zeros((4, 4))
    worse[0, 2] = 0.25
    boarding = np.array([[0.5, 0, 0.5, 0], [0, 0.5, 0, 0], [0, 0, 0.5, 0], [0, 1, 0, 0]])
    waiting = boarding.copy()
    waiting[2, 2] = 0.0
    hazards = Hazards(
        keep,
        worse,
        boarding,
        waiting,
        death_treated=np.zeros(4),
        death_boarding=np.array([0, 0, 0.5, 0]),
        death_waiting=np.array([0, 0, 1.0, 0]),
    )
    weight, owed, none = np.array([4.0, 4, 20, 20]), hazards.care_days_owed, np.zeros(4)
    assert owed == pytest.approx([4.5, 1, 4, 2])
    moves = [(0, 1, s, STEP_UP, True) for s in range(4)] + [(1, 0, 1, STEP_DOWN, False)]
    inst = house(
        units=("A", "B"),
        levels=("OXY", "ICU"),
        classes=("SA", "SR", "CA", "CR"),
        level=(0, 0, 1, 1),
        recovering=(False, True, False, True),
        days=3,
        hazards=hazards,
        beds=[list(a), list(b)],
        listed=[[True, False], [True, True]],
        waiting=unmet_price(weight, hazards.death_waiting, none, owed, 100.0),
        boarding=unmet_price(weight, hazards.death_boarding, none, owed, 100.0),
        admissions=[(0, f, s) for f, s in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3)]],
        transfers=moves if transfers else [],
    )
    arrivals, requests = inst.arrivals.copy(), inst.open_requests.copy()
    treated, boarders = inst.census_treated.copy(), inst.census_boarding.copy()
    arrivals[0, 0, 1] = 0.5
    requests[0, 0] = treated[0, 0] = treated[1, 3] = boarders[0, 2] = 1.0
    return inst.changed(
        arrivals=arrivals,
        open_requests=requests,
        census_treated=treated,
        census_boarding=boarders,
    )


def stable(size: int) -> Hazards:
    """A world where nights change nothing."""
    same, none = np.eye(size), np.zeros((size, size))
    return Hazards(same, none, same, same, *np.zeros((3, size)))


GOLDEN = {
    "as it is": (worked_example(), 153.125),
    "without transfers": (worked_example(transfers=False), 249.5),
    "one more ICU bed in B": (worked_example(b=(1, 2)), 3.125),
    "one more OXY bed in B": (worked_example(b=(2, 1)), 152.75),
    "one more OXY bed in A": (worked_example(a=(3, 0)), 153.125),
}


@pytest.mark.parametrize("whole", [False, True], ids=["means", "whole people"])
def test_worked_example_has_the_harm_of_the_page_on_both_hands(whole: bool) -> None:
    expected = [harm for _, harm in GOLDEN.values()]
    found = crosscheck_many([inst for inst, _ in GOLDEN.values()], whole="today" if whole else "")
    assert [r.status for r in found] == ["optimal"] * len(GOLDEN)
    assert [r.harm for r in found] == pytest.approx(expected, rel=SAME)
    plans = [solve_plan(inst, WHOLE if whole else MEANS) for inst, _ in GOLDEN.values()]
    assert [p.harm.value for p in plans] == pytest.approx(expected, rel=SAME)


# --- corners, each worked by hand -----------------------------------------------------------------


def gap_between_levels() -> Instance:
    """One unit with an OXY bed and an ICU without a bed, no HFNC; one boarder who needs HFNC."""
    inst = house(
        units=("A",),
        levels=("OXY", "HFNC", "ICU"),
        classes=("HA",),
        level=(1,),
        recovering=(False,),
        days=1,
        hazards=stable(1),
        beds=[[1, 0, 0]],
        listed=[[True, False, True]],
        waiting=np.ones(1),
        boarding=np.ones(1),
    )
    return inst.changed(census_boarding=np.ones((1, 1)))


def test_third_hand_leaves_who_needs_more_boarding_when_a_unit_skips_a_level() -> None:
    """Row k = HFNC: treated <= beds of HFNC and ICU = 0. The OXY bed is for the boarder: harm 1."""
    assert crosscheck(gap_between_levels()).harm == pytest.approx(1.0)


def test_planner_leaves_who_needs_more_boarding_when_a_unit_skips_a_level() -> None:
    assert solve_plan(gap_between_levels(), MEANS).harm.value == pytest.approx(1.0)


def test_random_instances_with_skipped_levels_have_the_same_harm_on_both_hands() -> None:
    instances = [random_instance(number, gaps=True) for number in range(1000, 1060)]
    planned = [solve_plan(inst, MEANS).harm.value for inst in instances]
    assert planned == pytest.approx(
        [r.harm for r in crosscheck_many(instances)], rel=SAME, abs=SAME
    )


def halves() -> Instance:
    """A recovering patient has A's bed; B and C have a free bed and staff for half a patient."""
    inst = house(
        units=("A", "B", "C"),
        levels=("OXY",),
        classes=("SA", "SR"),
        level=(0, 0),
        recovering=(False, True),
        days=1,
        hazards=stable(2),
        beds=[[1], [1], [1]],
        listed=[[True]] * 3,
        waiting=np.full(2, 4.0),
        boarding=np.full(2, 4.0),
        transfers=[(0, g, 1, STEP_DOWN, False) for g in (1, 2)],
        staff=[1.0, 0.5, 0.5],
        need=[1.0],
    )
    treated, boarding = np.zeros((3, 2)), np.zeros((3, 2))
    treated[0, 1] = boarding[0, 0] = 1.0
    return inst.changed(census_treated=treated, census_boarding=boarding)


def test_third_hand_moves_halves_as_means_and_nobody_as_people() -> None:
    """Means: half to B, half to C, the boarder gets the bed: 0.5. Whole: corridor, 4 + 25."""
    assert crosscheck(halves()).harm == pytest.approx(0.5)
    assert crosscheck(halves(), whole="today").harm == pytest.approx(29.0)


def test_whole_people_always_have_a_plan() -> None:
    assert solve_plan(halves(), WHOLE).harm.value == pytest.approx(29.0)


def test_excess_stands_at_levels_the_unit_has_on_both_hands() -> None:
    """Two in OXY beds, all staff is lent on day 2: 2 in excess, though 1 in ICU would do."""
    inst = house(
        units=("A",),
        levels=("OXY", "ICU"),
        classes=("SA",),
        level=(0,),
        recovering=(False,),
        days=2,
        hazards=stable(1),
        beds=[[2, 0]],
        listed=[[True, False]],
        waiting=np.ones(1),
        boarding=np.ones(1),
        need=[1.0, 2.0],
    ).changed(census_treated=np.full((1, 1), 2.0), staff=np.array([[[2.0, 0.0]]]))
    corridor = inst.harm.corridor
    assert crosscheck(inst).harm == pytest.approx(2.0 + 2.0 * corridor)  # by the tables: they board
    assert solve_plan(inst, MEANS).harm.value == pytest.approx(2.0 + 2.0 * corridor)
    lent = inst.changed(fell=np.zeros((1, 2), dtype=bool))
    closes = inst.changed(  # people fall that day too, but nobody boards in a house that has closed
        fell=np.array([[False, True]]), no_intake=np.array([[False, True]])
    )
    assert crosscheck(closes).harm == pytest.approx(2000.0)
    assert solve_plan(closes, MEANS).harm.value == pytest.approx(2000.0)
    inst = lent
    assert crosscheck(inst).harm == pytest.approx(2000.0)
    assert solve_plan(inst, MEANS).harm.value == pytest.approx(2000.0)


def test_third_hand_says_infeasible_when_the_census_was_read_in_above_capacity() -> None:
    inst = worked_example().changed(census_treated=np.full((2, 4), 3.0))
    answer = crosscheck(inst)
    assert answer.status == "infeasible"
    assert np.isnan(answer.harm)


# --- files, processes -----------------------------------------------------------------------------


def harm_of_file(path: Path) -> float:
    """Return the optimum: MPS with OR-Tools, LP with CBC (OR-Tools reads another dialect)."""
    if path.suffix == ".mps":
        model, solver = model_builder.Model(), model_builder.Solver("glop")
        assert model.import_from_mps_file(str(path))
        assert solver.solve(model) == model_builder.SolveStatus.OPTIMAL
        return float(solver.objective_value)
    where = "import pulp; print(pulp.PULP_CBC_CMD.pulp_cbc_path)"
    cbc = subprocess.run(
        [sys.executable, "-c", where], check=True, capture_output=True, text=True
    ).stdout.strip()
    said = subprocess.run(
        [cbc, str(path), "-solve"], check=True, capture_output=True, text=True
    ).stdout
    return float(re.findall(r"Optimal objective\s+(\S+)", said)[0])


@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_exported_model_solves_to_the_same_harm_elsewhere(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"harm.{kind}"
    inst = worked_example().changed(units=("bệnh viện-A", "bệnh viện A"))
    nothing = inst.terms  # enough of everything, so that each row is there and none binds
    inst = inst.changed(
        terms=replace(
            nothing,
            devices=np.full_like(nothing.devices, 9.0),
            oxygen_draw=np.array([10.0, 30.0]),
            oxygen_flow=np.full_like(nothing.oxygen_flow, 900.0),
            oxygen_supply=np.full_like(nothing.oxygen_supply, 90.0),
            oxygen_tank=np.full(2, 900.0),
            supervision=np.array([[0.0, 0.1]]),
        )
    )
    (write_lp if kind == "lp" else write_mps)(inst, path)
    assert harm_of_file(path) == pytest.approx(153.125)
    text = path.read_text(encoding="ascii")
    rows = set(re.findall(r"(\w+)\(", text))
    # nothing falls, no such destination here, nobody is forbidden to wait, nothing closes,
    # nothing is promised, vehicles are all alike
    absent = {
        "bed_lost_once",
        "outside_places",
        "nobody_waits",
        "closed_intake",
        "corridor_people",
        "reserve_share",
        "reception_limit",
        "no_site_worse_off",
        "longest_wait",
        "pinned",
        "churn",
        "vehicle_rank",
        "vehicle_shift",
    }
    assert {f.__name__ for f in CONSTRAINTS} - rows <= absent
    assert "treated(b_nh_vi_n_A,SA,3)" in text
    assert "treated(b_nh_vi_n_A.2,SA,3)" in text


def test_third_hand_stops_in_time_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answers = crosscheck_many([worked_example()] * 3, seconds=0.01)
    assert [a.status for a in answers] == ["stopped"] * 3
    assert all(np.isnan(a.harm) for a in answers)
    assert list(tmp_path.iterdir()) == []
    assert crosscheck(worked_example()).status == "optimal"
    assert list(tmp_path.iterdir()) == []
    assert "pulp" not in sys.modules
