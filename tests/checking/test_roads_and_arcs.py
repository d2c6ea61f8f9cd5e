"""What the judge makes of roads: minutes, and the ways that are permitted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer.checking.roads import great_circle_km, is_closed
from tests.checking.folder import Folder, rows
from tests.checking.follows import Follows
from tests.checking.wider_example import wide
from tests.checking.worked_example import GROUP, narrow


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
