"""The judge on lawful plans, and on what follows by rule."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import optimizer.checking
from optimizer.checking.arcs import Arcs, read_arcs
from optimizer.checking.capacity import Capacity, read_capacity
from optimizer.checking.inputs import Inputs, read_classes, read_inputs, start_of_day_one
from optimizer.checking.judge import RULES, check_plan
from optimizer.checking.places import Places, read_places
from optimizer.checking.roads import great_circle_km, is_closed
from optimizer.checking.scenario import Scenario, read_scenario
from optimizer.checking.sources import Sources, read_sources
from optimizer.checking.violation import Bench
from optimizer.i18n import translator
from tests.checking.worked_example import GROUP, Folder, breathing, narrow, ranked, rows, wide

MODEL_ROWS = {
    "waiting_balance",
    "open_requests",
    "expected_arrivals",
    "treated_balance",
    "boarding_balance",
    "only_stable_move",
    "boarders_leave_once",
    "staffed_bed_capacity",
    "house_capacity",
    "corridor_boarders_only",
    "staff_on_duty",
    "device_capacity",
    "supervision",
    "oxygen_flow",
    "oxygen_stock",
    "surge_limit",
    "surge_stays_open",
    "vehicle_minutes",
    "outside_places",
    "vehicle_rank",
    "vehicle_shift",
}


class Follows:
    """Everything that follows by rule from a folder."""

    def __init__(self, folder: Folder, root: Path) -> None:
        plan = folder.write(root)
        self.bench = Bench()
        self.scenario: Scenario = read_scenario(plan / "inputs" / "scenario.json", self.bench)
        self.sources: Sources = read_sources(root / "data" / "worked", self.bench)
        self.places: Places = read_places(self.sources, self.scenario)
        self.capacity: Capacity = read_capacity(self.sources, self.scenario, self.places)
        classes = read_classes(plan / "inputs", self.sources, self.capacity, self.bench)
        self.inputs: Inputs = read_inputs(
            plan / "inputs", classes, self.scenario, self.places, self.capacity, self.bench
        )
        self.arcs: Arcs = read_arcs(
            self.sources, self.scenario, self.places, self.capacity, self.inputs
        )

    def reach(self, kind: int, area: str, s: str) -> list[str]:
        o, c = self.places.areas.index(area), self.inputs.classes.names.index(s)
        return [self.places.names[g] for g in np.flatnonzero(self.arcs.admission[kind, o, :, c])]

    def sends(self, way: int, unit: str, s: str) -> list[str]:
        f, c = self.places.names.index(unit), self.inputs.classes.names.index(s)
        return [self.places.names[g] for g in np.flatnonzero(self.arcs.transfer[way, f, :, c])]

    def minutes(self, commune: str, unit: str) -> float:
        c, g = self.places.communes.index(commune), self.places.names.index(unit)
        return float(self.places.commune_minutes[c, g])


@pytest.mark.parametrize("make", [narrow, breathing, wide, ranked])
def test_check_plan_finds_nothing_when_plan_is_lawful(make, tmp_path: Path) -> None:
    plan = make().write(tmp_path)
    for path in (plan, plan / "plan.json"):
        result = check_plan(path)
        assert result.violations == (), result.render()
        assert result.passed
        assert result.counts["treated_balance"] > 0
        assert "keeps every rule" in result.render()
        assert "giữ mọi" in result.render("vi")


def test_check_plan_takes_the_data_folder_given(tmp_path: Path) -> None:
    folder = narrow()
    folder.plan["data_dir"] = "nowhere"
    plan = folder.write(tmp_path)
    assert not check_plan(plan).passed
    assert check_plan(plan, tmp_path / "data" / "worked").passed


def test_check_plan_names_the_files_when_there_is_no_folder(tmp_path: Path) -> None:
    assert set(check_plan(tmp_path / "nowhere").broken) == {"files"}


def test_check_plan_reads_semicolons_marks_and_comments(tmp_path: Path) -> None:
    def rewrite(plan: Path) -> None:
        path = plan / "patients.csv"
        text = path.read_text("utf-8").replace(",", ";")
        path.write_text('\ufeff# a note, "unquoted\n' + text + "\n\n", "utf-8")

    folder = narrow()
    folder.after.append(rewrite)
    assert check_plan(folder.write(tmp_path)).violations == ()


def test_digests_take_one_digest_of_all_inputs(tmp_path: Path) -> None:
    plan = narrow().write(tmp_path)
    book = json.loads((plan / "plan.json").read_text("utf-8"))
    lines = "".join(f"{v}  {k}\n" for k, v in sorted(book["inputs_sha256"].items()))
    book["inputs_sha256"] = hashlib.sha256(lines.encode()).hexdigest()
    (plan / "plan.json").write_text(json.dumps(book), "utf-8")
    assert check_plan(plan).passed
    (plan / "inputs" / "deaths.csv").write_text("pool,class_id,probability\n", "utf-8")
    assert "digests" in check_plan(plan).broken


def test_rules_are_named_as_in_the_model() -> None:
    assert set(RULES) >= MODEL_ROWS
    assert all(rule == function.__name__ for rule, function in RULES.items())


def test_checking_imports_nothing_of_ours_but_errors_and_i18n() -> None:
    allowed = set(sys.stdlib_module_names) | {"numpy"}
    for path in Path(optimizer.checking.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            else:
                continue
            for name in names:
                ours = ("optimizer.checking", "optimizer.errors", "optimizer.i18n")
                assert name.split(".")[0] in allowed or name.startswith(ours), (path.name, name)


# --- minutes, areas, arcs -----------------------------------------------------------------------


def test_great_circle_of_one_degree_of_latitude() -> None:
    km = great_circle_km(np.array([10.0, 11.0]), np.array([106.0, 106.0]))
    assert km[0, 1] == pytest.approx(6371.0088 * np.pi / 180)


@pytest.mark.parametrize(
    ("season", "closed"),
    [
        (("09-01", "11-23"), True),
        (("11-24", "12-31"), False),
        (("11-01", "02-01"), True),
        (("", ""), False),
    ],
)
def test_is_closed_counts_both_ends_and_new_year(
    season: tuple[str, str], closed: bool, tmp_path: Path
) -> None:
    follows = Follows(narrow(), tmp_path)
    assert is_closed(*season, follows.scenario.start_date) is closed


def test_minutes_take_the_stated_road_when_it_is_shorter(tmp_path: Path) -> None:
    folder = wide()
    # C2 - S2 costs nothing; S2 - C1 30, C1 - FA 10: 40 to A by road, 174 direct
    folder.data["travel"] = rows(
        "from_id to_id minutes closed_from closed_to",
        "S2 C1 30 . .",
        "C1 FA 10 . .",
        "C2 FB 5 11-01 11-30",
    )
    follows = Follows(folder, tmp_path)
    assert follows.minutes("C2", "A") == 40
    assert follows.minutes("C2", "B") == float("inf")  # closed in November, so is its direct leg
    assert follows.minutes("C2", "H") == 58  # 44.478 km x 1.3 / 60 x 60 = 57.8
    assert follows.minutes("C1", GROUP) == 0


def test_minutes_are_road_only_when_the_commune_is_an_island(tmp_path: Path) -> None:
    folder = wide()
    folder.row("admin_units", admin_unit_id="C2")["island"] = "1"
    folder.inputs["areas"] = rows("area commune", "K1 C1", "K1+C2 C2")
    follows = Follows(folder, tmp_path)
    assert follows.minutes("C2", GROUP) == 0  # its own station
    assert np.isinf(follows.minutes("C2", "A"))
    # C1 has more people and keeps the name of the cluster
    assert list(follows.places.areas) == ["K1", "K1+C2"]
    assert not follows.bench.broken
    assert follows.reach(0, "K1+C2", "CA") == []
    assert follows.reach(1, "K1+C2", "CA") == [GROUP]


def test_minutes_ignore_a_pair_that_is_cut(tmp_path: Path) -> None:
    folder = wide()
    folder.scenario["shocks"]["roads_cut"] = [["S2", "C2"], ["C2", "FB"]]
    follows = Follows(folder, tmp_path)
    assert follows.minutes("C2", "B") == np.inf
    assert follows.minutes("C2", GROUP) == 160  # to S1: 61.157 km x 1.3 / 30 x 60 = 159.01
    folder.scenario["shocks"]["roads_cut"] = "all"
    follows = Follows(folder, tmp_path / "all")
    # the stations S1 in C1 and S2 in C2 are the group: no road lies between them and their communes
    group = follows.places.names.index(GROUP)
    assert (follows.places.commune_minutes[:, group] == 0).all()
    others = np.delete(follows.places.commune_minutes, group, axis=1)
    assert np.isinf(others).all()
    assert follows.places.between[0, 0] == 0


def test_groups_take_means_over_senders_by_beds(tmp_path: Path) -> None:
    folder = wide()
    folder.row("beds", unit_id="U2")["physical_beds"] = "3"
    follows = Follows(folder, tmp_path)
    names = list(follows.places.names)
    assert names == ["A", "B", GROUP, "H"]
    between = follows.places.between
    # stations to B: 15 and 145 minutes (local), beds 1 : 3; B to the stations: the nearest
    assert between[2, 1] == pytest.approx((15 + 3 * 145) / 4)
    assert between[1, 2] == 15
    assert between[0, 1] == 22


def test_closed_facilities_take_no_part(tmp_path: Path) -> None:
    folder = wide()
    folder.scenario["shocks"]["closed_facilities"] = ["S1"]
    follows = Follows(folder, tmp_path)
    assert follows.capacity.beds[2, :, 0].tolist() == [1, 0]
    assert follows.minutes("C1", GROUP) == 160  # to S2: 61.157 km x 1.3 / 30 x 60 = 159.01


def test_admission_arcs_are_late_and_stabilise_when_none_is_near(tmp_path: Path) -> None:
    folder = wide()
    follows = Follows(folder, tmp_path)
    assert follows.reach(0, "K1", "SA") == ["A", "B", GROUP]
    assert follows.reach(0, "K1", "CA") == ["B"]
    assert follows.reach(1, "K1", "CA") == [GROUP]  # from C2: B is 145 minutes away
    assert follows.reach(1, "K1", "SA") == []
    assert follows.reach(2, "K1", "CA") == ["H"]
    assert follows.reach(2, "K1", "SA") == []


def test_transfer_arcs_follow_tier_and_phase(tmp_path: Path) -> None:
    folder = wide()
    folder.scenario["options"]["lateral"] = True
    follows = Follows(folder, tmp_path)
    assert follows.sends(0, "A", "CA") == ["B"]
    assert follows.sends(3, "A", "CA") == ["H"]
    assert follows.sends(0, "B", "SA") == ["A", GROUP]
    assert follows.sends(1, "B", "SR") == ["A", GROUP]
    assert follows.sends(1, "B", "SA") == []
    assert follows.sends(1, "A", "SR") == []
    assert follows.sends(2, "A", "SR") == [GROUP]
    folder.data["links"] = rows("from_unit to_unit kind", "B U1 never", "A H never")
    follows = Follows(folder, tmp_path / "never")
    assert follows.sends(1, "B", "SR") == ["A"]
    assert follows.sends(3, "A", "CA") == []


def test_transfer_arcs_add_the_ordinary_line_to_the_nearest(tmp_path: Path) -> None:
    folder = wide()
    folder.scenario["travel"]["transfer_nearest"] = 1
    folder.data["links"] = []
    follows = Follows(folder, tmp_path)
    assert follows.sends(1, "B", "SR") == [GROUP]  # 15 minutes; A 22
    folder.data["links"] = rows("from_unit to_unit kind", "B A refers_to")
    follows = Follows(folder, tmp_path / "line")
    assert follows.sends(1, "B", "SR") == ["A", GROUP]


def three_tiers() -> Folder:
    """Return `wide` with B in tier T3 and its stations T1, and a hospital M of T2 far from B."""
    folder = wide()
    folder.data["tiers"] += rows("tier rank", "T3 3")
    folder.row("units", unit_id="B")["tier"] = "T3"
    folder.data["facilities"] += rows(
        " ".join(folder.data["facilities"][0]), "FM hospital C1 K1 10.3 106.0 0 . ."
    )
    header = " ".join(folder.data["units"][0])
    folder.data["units"] += rows(header, "M FM T2 open . . .", "B2 FM T3 open . . .")
    header = " ".join(folder.data["beds"][0])
    folder.data["beds"] += rows(header, "M OXY 1 1 1 0", "B2 ICU 1 1 1 0")
    folder.inputs["units"] += rows("planning_unit unit_id", "M M", "B2 B2")
    folder.data["links"] = []
    folder.scenario["travel"]["transfer_nearest"] = 1
    return folder


def test_transfers_down_count_the_nearest_among_lower_tiers_only(tmp_path: Path) -> None:
    # from M: B2 at 0 minutes, B 44, A 66, stations 73; from B: stations 15, A 22
    folder = three_tiers()
    follows = Follows(folder, tmp_path)
    assert follows.sends(0, "M", "SR") == ["B", "B2"]  # the nearest, and the top tier
    assert follows.sends(1, "M", "SR") == ["A"]  # nearest of the lower, not of all
    assert follows.sends(1, "B", "SR") == [GROUP]
    assert follows.sends(1, "A", "SR") == []  # nothing is lower
    # the ordinary line counts if it is lower and able; upwards it is no way down
    folder.data["links"] = rows("from_unit to_unit kind", "M U1 refers_to", "B A refers_to")
    follows = Follows(folder, tmp_path / "line")
    assert follows.sends(1, "M", "SR") == ["A", GROUP]
    assert follows.sends(1, "B", "SR") == ["A", GROUP]
    assert follows.sends(1, "B", "CR") == []
    folder.data["links"] = rows("from_unit to_unit kind", "A M refers_to")
    follows = Follows(folder, tmp_path / "upwards")
    assert follows.sends(1, "A", "SR") == []
    assert "M" in follows.sends(0, "A", "SR")


def test_transfers_down_leave_only_units_that_are_able(tmp_path: Path) -> None:
    folder = three_tiers()
    folder.row("units", unit_id="A")["tier"] = "T3"  # A has no ICU; M gets one, B2 loses its own
    folder.row("beds", unit_id="M")["care_level"] = "ICU"
    follows = Follows(folder, tmp_path)
    assert follows.sends(1, "B", "CR") == ["M"]
    assert follows.sends(1, "A", "CR") == []
    assert follows.sends(1, "A", "SR") == [GROUP]


def test_transfers_sideways_count_the_nearest_of_equal_tier_or_the_top(tmp_path: Path) -> None:
    folder = three_tiers()
    folder.scenario["options"]["lateral"] = True
    folder.data["facilities"] += rows(
        " ".join(folder.data["facilities"][0]), "FZ hospital C1 K1 10.35 106.0 0 . ."
    )
    header = " ".join(folder.data["units"][0])
    folder.data["units"] += rows(header, "Z1 FZ T1 open . . .", "Z3 FZ T3 open . . .")
    header = " ".join(folder.data["beds"][0])
    folder.data["beds"] += rows(header, "Z1 OXY 1 1 1 0", "Z3 ICU 1 1 1 0")
    folder.inputs["units"] += rows("planning_unit unit_id", "Z1 Z1", "Z3 Z3")
    folder.data["links"] = rows("from_unit to_unit kind", "A Z1 refers_to")
    follows = Follows(folder, tmp_path)
    assert follows.sends(2, "A", "SR") == [GROUP]  # the line is no way sideways
    assert follows.sends(2, "B", "SR") == ["B2", "Z3"]  # all of the top tier
    assert follows.sends(2, "B", "SA") == []
    assert follows.sends(2, "M", "SR") == []
    folder.scenario["options"]["lateral"] = False
    follows = Follows(folder, tmp_path / "off")
    assert follows.sends(2, "B", "SR") == []


def test_transfers_leave_the_province_for_acute_classes_of_the_top_tier(tmp_path: Path) -> None:
    follows = Follows(wide(), tmp_path)
    for unit in ("A", "B", GROUP):
        assert follows.sends(3, unit, "CA") == ["H"]
        assert follows.sends(3, unit, "CR") == []  # recovering
        assert follows.sends(3, unit, "SA") == []  # not top_tier_direct
        assert follows.sends(3, unit, "SR") == []


def two_clusters() -> Folder:
    """Return `wide` with C2 and its station in a cluster of their own, planned by commune."""
    folder = wide()
    folder.data["admin_units"] += rows(
        " ".join(folder.data["admin_units"][0]), "K2 cluster P . . . . . ."
    )
    folder.row("admin_units", admin_unit_id="C2")["parent_id"] = "K2"
    folder.row("facilities", facility_id="S2")["cluster_id"] = "K2"
    folder.scenario["areas"] = "communes"
    folder.scenario["options"]["local_only"] = True
    folder.inputs["areas"] = rows("area commune", "C1 C1", "C2 C2")
    folder.inputs["units"] = rows(
        "planning_unit unit_id", "A A", "B B", f"{GROUP} U1", "group:K2:station:T1 U2", "H H"
    )
    return folder


def test_local_only_keeps_everybody_in_his_cluster(tmp_path: Path) -> None:
    other = "group:K2:station:T1"
    folder = two_clusters()
    follows = Follows(folder, tmp_path)
    assert not follows.bench.broken
    assert follows.reach(0, "C1", "SA") == ["A", "B", GROUP]
    assert follows.reach(0, "C2", "SA") == [other]
    assert follows.reach(0, "C2", "CA") == []  # nobody able here, the top tier is elsewhere
    assert follows.reach(1, "C2", "CA") == [other]
    assert follows.reach(2, "C2", "CA") == []
    assert follows.sends(0, other, "SA") == []
    assert follows.sends(0, "A", "SA") == ["B", GROUP]
    assert follows.sends(1, "B", "SR") == ["A", GROUP]
    assert follows.sends(3, "A", "CA") == []
    # the nearest counts among those of the cluster: the station of C2 is at 0 minutes of itself
    folder.scenario["travel"]["nearest"] = 1
    folder.row("facilities", facility_id="S2")["cluster_id"] = "K1"
    folder.inputs["units"] = rows(
        "planning_unit unit_id", "A A", "B B", f"{GROUP} U1", f"{GROUP} U2", "H H"
    )
    folder.row("facilities", facility_id="FA")["cluster_id"] = "K2"
    follows = Follows(folder, tmp_path / "nearest")
    assert follows.reach(0, "C2", "SA") == ["A"]  # 174 minutes: late
    assert follows.reach(1, "C2", "SA") == ["A"]  # and stabilised there
    # who has no cluster shares none
    folder.row("facilities", facility_id="FA")["cluster_id"] = ""
    follows = Follows(folder, tmp_path / "none")
    assert follows.reach(0, "C2", "SA") == []
    assert follows.sends(0, "A", "SA") == []


# --- capacity and the census --------------------------------------------------------------------


def test_capacity_follows_from_the_tables(tmp_path: Path) -> None:
    follows = Follows(narrow(), tmp_path)
    capacity = follows.capacity
    assert list(capacity.levels) == ["OXY", "ICU"]
    assert capacity.beds[:, :, 0].tolist() == [[2, 0], [1, 1]]
    assert capacity.lowest.tolist() == [0, 0]
    for t in range(3):
        assert capacity.staff[:, :, t] == pytest.approx(np.array([[6.5, 0], [9, 1.8]]))
    assert capacity.stands_in.tolist() == [[True, True], [False, True]]
    assert capacity.vehicle_minutes.tolist() == [[960] * 3, [0] * 3]
    assert follows.inputs.owed == pytest.approx([4.5, 1, 4, 2])
    assert follows.inputs.able.tolist() == [[True, True, False, False], [True] * 4]


@pytest.mark.parametrize(
    ("start", "end", "factors"),
    [
        (1, None, [0.5, 0.5, 0.5]),
        (2, None, [1, 0.5, 0.5]),
        (2, 2, [1, 0.5, 1]),
        (1, 2, [0.5, 0.5, 1]),
        (4, None, [1, 1, 1]),
        (3, 99, [1, 1, 0.5]),
    ],
)
def test_staff_shocks_strike_on_their_days(
    start: int, end: int | None, factors: list[float], tmp_path: Path
) -> None:
    folder = narrow()
    folder.scenario["shocks"].update(staff_factor=0.5, staff_from_day=start, staff_to_day=end)
    follows = Follows(folder, tmp_path)
    assert not follows.bench.broken
    # A: 10 x factor x 0.9 - 10 x 1/4, the routine share of those on duty in ordinary times
    assert follows.capacity.staff[0, 0] == pytest.approx([9 * x - 2.5 for x in factors])
    assert follows.capacity.staff[1, 1] == pytest.approx([1.8 * x for x in factors])


def test_excess_is_lawful_once_the_staff_have_fallen(tmp_path: Path) -> None:
    folder = narrow()
    folder.scenario["shocks"].update(staff_factor=0.9, staff_from_day=2, staff_to_day=2)
    for day in (1, 2, 3):
        folder.add("excess", day=day, unit="A", care_level="OXY", patients=0.25)
    result = check_plan(folder.write(tmp_path))
    where = {v.where for v in result.violations if v.rule == "excess_only_when_capacity_falls"}
    # on day 3 staff are as many as on day 1 again
    assert where == {
        "excess_only_when_capacity_falls(A,OXY,1)",
        "excess_only_when_capacity_falls(A,OXY,3)",
    }


def test_placed_in_time_share_is_of_those_who_come(tmp_path: Path) -> None:
    folder = narrow()
    folder.inputs["arrivals"] = rows("day commune class_id patients", "3 C1 SA 0.5", "2 C1 SA 1.5")
    folder.plan["kpis"]["placed_in_time_share"] = 0.25  # 0.5 of day 2, of 2 in all
    kpis = {v.where for v in check_plan(folder.write(tmp_path)).violations if v.rule == "kpis"}
    assert "kpis(placed_in_time_share)" not in kpis
    # more than came that day were waiting before; nobody came at all: 1
    folder.inputs["arrivals"] = rows("day commune class_id patients", "2 C1 SA 0.1")
    folder.plan["kpis"]["placed_in_time_share"] = 1.0
    kpis = {v.where for v in check_plan(folder.write(tmp_path / "a")).violations}
    assert "kpis(placed_in_time_share)" not in kpis
    folder.inputs["arrivals"] = rows("day commune class_id patients", "1 C1 SA 0")
    kpis = {v.where for v in check_plan(folder.write(tmp_path / "b")).violations}
    assert "kpis(placed_in_time_share)" not in kpis
    # a road of 121 minutes is late by one, and no other goes there
    folder = narrow()
    folder.row("admin_units", admin_unit_id="C1")["island"] = "1"
    folder.data["travel"] = rows(
        "from_id to_id minutes closed_from closed_to", "C1 FA 121 . .", "C1 FB 121 . ."
    )
    folder.plan["kpis"]["placed_in_time_share"] = 0.0
    kpis = {v.where for v in check_plan(folder.write(tmp_path / "c")).violations}
    assert "kpis(placed_in_time_share)" not in kpis


def observed(follows: Follows, **people: int) -> np.ndarray:
    """Return treated in B by class."""
    out = np.zeros((2, 4, 2))
    for s, n in people.items():
        out[1, follows.inputs.classes.names.index(s), 0] = n
    return out


def test_census_above_the_beds_boards_the_least_weight_first(tmp_path: Path) -> None:
    follows = Follows(narrow(), tmp_path)
    args = follows.inputs.able, follows.capacity, follows.inputs.classes
    # B: 1 ICU, 1 OXY. Three critical: the ICU row sends CA before CR (equal weight, by id)
    treated, boarding = start_of_day_one(observed(follows, CA=1, CR=2, SA=1), *args)
    assert treated[1].tolist() == [1, 0, 0, 1]
    assert boarding[1].tolist() == [0, 0, 1, 1]
    # two severe and one critical: one severe boards
    treated, boarding = start_of_day_one(observed(follows, CA=1, SA=1, SR=1), *args)
    assert treated[1].tolist() == [0, 1, 1, 0]
    assert boarding[1].tolist() == [1, 0, 0, 0]


def test_census_above_the_staff_boards_those_who_need_the_role(tmp_path: Path) -> None:
    folder = narrow()
    folder.row("staff", unit_id="B", role="NUR_ICU")["on_duty"] = "0.5"  # 0.45 < 1/2
    follows = Follows(folder, tmp_path)
    args = follows.inputs.able, follows.capacity, follows.inputs.classes
    treated, boarding = start_of_day_one(observed(follows, CR=1, SA=1), *args)
    assert treated[1].tolist() == [1, 0, 0, 0]  # SA weighs less, but needs no ICU nurse
    assert boarding[1].tolist() == [0, 0, 0, 1]


def test_census_above_several_staff_rows_boards_one_person_at_a_time(tmp_path: Path) -> None:
    folder = narrow()
    folder.row("beds", unit_id="B", care_level="OXY")["physical_beds"] = "9"
    folder.row("beds", unit_id="B", care_level="OXY")["staffed_beds"] = "9"
    # NUR 1.5 x 0.9 = 1.35, with NUR_ICU 0.45 in the row of NUR: 1.8; needs 4/4 + 1/2 + 1/2 = 2
    folder.row("staff", unit_id="B", role="NUR")["on_duty"] = "1.5"
    folder.row("staff", unit_id="B", role="NUR_ICU")["on_duty"] = "0.5"
    follows = Follows(folder, tmp_path)
    args = follows.inputs.able, follows.capacity, follows.inputs.classes
    # both rows are short: SA weighs least and needs NUR; then the row of NUR holds (1.75), and
    # that of NUR_ICU (1/2 > 0.45) sends the one who needs it
    treated, boarding = start_of_day_one(observed(follows, CR=1, SA=4), *args)
    assert treated[1].tolist() == [3, 0, 0, 0]
    assert boarding[1].tolist() == [1, 0, 0, 1]


def test_census_counts_the_staff_of_day_one_and_no_surge_beds(tmp_path: Path) -> None:
    folder = narrow()
    folder.row("beds", unit_id="B", care_level="ICU")["surge_limit"] = "5"
    folder.scenario["surge"]["delay_days"] = 0
    folder.scenario["shocks"].update(staff_factor=0, staff_from_day=2)
    follows = Follows(folder, tmp_path)
    args = follows.inputs.able, follows.capacity, follows.inputs.classes
    treated, boarding = start_of_day_one(observed(follows, CR=2), *args)
    assert treated[1].tolist() == [0, 0, 0, 1]
    assert boarding[1].tolist() == [0, 0, 0, 1]
    # the lowest row is counted too: two severe in A's two beds and one more
    census = np.zeros((2, 4, 2))
    census[0, 0, 0] = 3
    treated, boarding = start_of_day_one(census, *args)
    assert (treated[0, 0], boarding[0, 0]) == (2, 1)


def test_census_of_a_class_the_unit_cannot_treat_boards(tmp_path: Path) -> None:
    follows = Follows(narrow(), tmp_path)
    census = np.zeros((2, 4, 2))
    census[0, 2] = (1, 1)
    treated, boarding = start_of_day_one(
        census, follows.inputs.able, follows.capacity, follows.inputs.classes
    )
    assert treated[0].tolist() == [0, 0, 0, 0]
    assert boarding[0].tolist() == [0, 0, 2, 0]


def sentences(path: Path) -> Iterator[str]:
    """Yield the texts of a file that end as sentences do, docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr | ast.JoinedStr)
        for part in ast.walk(node)
        if not isinstance(node, ast.Expr) or node.value is part
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            text = node.value
            if " " in text and (text[0].isupper() or text[0] == "{") and text[-1] in ".}":
                yield text


def test_every_message_of_the_judge_has_a_vietnamese_text() -> None:
    say = translator("vi")
    room = Path(optimizer.checking.__file__).parent
    said = {text for path in room.glob("*.py") for text in sentences(path)}
    assert len(said) > 70
    assert {text for text in said if say(text) == text} == set()
