"""The road graph: shortest minutes, nearest places, cuts, seasons, islands, the referral line."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from optimizer.domain.arcs import plan_minutes
from optimizer.domain.network import EARTH_KM, ReferralNetwork
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import planning_sites
from optimizer.domain.tables import Tables
from optimizer.domain.travel import TravelLeg
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.exchange.templates import write_template

ROOT = Path(__file__).resolve().parents[2]
NOTE = {"source": "test", "confidence": "assumed"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Scenario]:
    """H1 in X1 (cluster C1), H2 in C2, station H3 in X2, E1 outside; H2-H1 45, H1-E1 95 minutes."""
    folder = tmp_path_factory.mktemp("example")
    write_template(folder, "en")
    return read_tables(folder)[0], read_scenario(folder / "scenario.yaml")


def leg(a: str, b: str, minutes: float, **more: Any) -> TravelLeg:
    return TravelLeg.model_validate(
        {"from_id": a, "to_id": b, "minutes": minutes, "ferry_minutes": 0, **NOTE, **more}
    )


def network(
    example: tuple[Tables, Scenario],
    legs: list[TravelLeg] | None = None,
    *,
    direct: bool = False,
    islands: tuple[str, ...] = (),
    day: datetime.date | None = None,
    **shocks: Any,
) -> ReferralNetwork:
    """Return the network with these stated legs, without direct legs unless said."""
    tables, scenario = example
    tables = replace(
        tables,
        travel=tables.travel if legs is None else tuple(legs),
        travel_rules=tables.travel_rules if direct else (),
        admin_units=tuple(
            row.model_copy(update={"island": row.admin_unit_id in islands})
            for row in tables.admin_units
        ),
        facilities=tuple(
            row.model_copy(update={"island": row.facility_id in islands})
            for row in tables.facilities
        ),
    )
    changes = {"shocks": scenario.shocks.model_copy(update=shocks)}
    if day is not None:
        changes["start_date"] = day  # type: ignore[assignment]
    return ReferralNetwork(tables, scenario.model_copy(update=changes))


def minutes(net: ReferralNetwork, a: str, b: str) -> float:
    return float(net.minutes([a], [b])[0, 0])


LINE = [("X1", "X2", 10), ("X2", "X3", 20), ("X1", "X3", 45), ("X3", "H2", 5)]


# shortest minutes


def test_minutes_are_the_shortest_path_over_stated_legs(
    example: tuple[Tables, Scenario],
) -> None:
    net = network(example, [leg(*one) for one in LINE])
    assert minutes(net, "X1", "X3") == 30  # by X2, not the 45 of the direct row
    assert minutes(net, "X1", "H2") == 35
    assert minutes(net, "H2", "X1") == 35
    assert minutes(net, "X1", "X1") == 0


def test_minutes_are_inf_where_there_is_no_way(example: tuple[Tables, Scenario]) -> None:
    net = network(example, [leg("X1", "X2", 10)])
    assert minutes(net, "X1", "X3") == np.inf


def test_commune_and_its_own_station_are_0_minutes_apart(
    example: tuple[Tables, Scenario],
) -> None:
    net = network(example, [leg("X1", "X2", 10)])
    assert minutes(net, "X2", "H3") == 0
    assert minutes(net, "X1", "H3") == 10
    assert minutes(net, "X1", "H1") == np.inf, "a hospital is no commune-level kind"


def test_cut_between_commune_and_its_station_holds(example: tuple[Tables, Scenario]) -> None:
    net = network(example, [leg("X1", "X2", 10)], roads_cut=(("H3", "X2"),))
    assert minutes(net, "X2", "H3") == np.inf


def test_direct_leg_is_great_circle_times_detour_rounded_up(
    example: tuple[Tables, Scenario],
) -> None:
    net = network(example, [], direct=True)
    # X1 (9.60, 105.97) to H2 (9.452, 106.102): local, one end is a commune; detour 1.3, 30 km/h
    north = math.sin(math.radians(9.60 - 9.452) / 2) ** 2
    east = math.sin(math.radians(106.102 - 105.97) / 2) ** 2
    half = north + math.cos(math.radians(9.60)) * math.cos(math.radians(9.452)) * east
    km = 2 * EARTH_KM * math.asin(math.sqrt(half))
    assert km == pytest.approx(21.92, abs=0.01)
    assert minutes(net, "X1", "H2") == math.ceil(km * 1.3 / 30 * 60) == 57
    # H1 to H2: two clusters, town, 45 km/h
    assert minutes(net, "H1", "H2") == pytest.approx(math.ceil(km * 1.3 / 45 * 60), abs=1)
    # H1 to E1: central, 50 km/h; 0.429 degrees of 111.2 km north, 0.221 of 109.5 km west
    far = math.hypot(0.429 * 111.195, 0.221 * 109.5)
    assert minutes(net, "H1", "E1") == pytest.approx(far * 1.3 / 50 * 60, abs=1.2)


def test_direct_leg_takes_a_minute_at_least(example: tuple[Tables, Scenario]) -> None:
    net = network(example, [], direct=True)
    assert minutes(net, "X1", "H1") == 1  # 0.16 km


def test_smaller_of_path_and_direct_leg_counts(example: tuple[Tables, Scenario]) -> None:
    assert minutes(network(example, [leg("X1", "H2", 40)], direct=True), "X1", "H2") == 40
    assert minutes(network(example, [leg("X1", "H2", 90)], direct=True), "X1", "H2") == 57


# nearest places


def test_nearest_gives_the_first_k_by_minutes_then_id(example: tuple[Tables, Scenario]) -> None:
    legs = [leg("X1", "H2", 10), leg("X1", "H1", 10), leg("X1", "X2", 25), leg("X1", "E1", 90)]
    net = network(example, legs)
    assert net.nearest("X1", 3) == [("H1", 10.0), ("H2", 10.0), ("H3", 25.0)]
    assert net.nearest("X1", 1) == [("H1", 10.0)]
    assert len(net.nearest("X1", 99)) == 4


# cuts, seasons, islands


def test_all_roads_cut_leave_a_commune_its_own_station_and_nothing_else(
    example: tuple[Tables, Scenario],
) -> None:
    net = network(example, direct=True, roads_cut="all")
    assert minutes(net, "X2", "H3") == 0, "no road lies between a commune and its own station"
    assert minutes(net, "X1", "H1") == np.inf, "a hospital in it is reached by road"
    assert minutes(net, "X1", "H3") == np.inf
    assert minutes(net, "X1", "X2") == np.inf
    assert minutes(net, "H1", "H1") == 0


def test_cut_pair_has_no_direct_leg_but_may_be_gone_round(
    example: tuple[Tables, Scenario],
) -> None:
    stated = [leg("X1", "X2", 10), leg("X2", "H2", 30)]
    assert (
        minutes(network(example, [], direct=True, roads_cut=(("H2", "X1"),)), "X1", "H2") == np.inf
    )
    assert (
        minutes(network(example, stated, direct=True, roads_cut=(("X1", "H2"),)), "X1", "H2") == 40
    )


def test_isolated_by_names_the_communes_that_lose_every_way(
    example: tuple[Tables, Scenario],
) -> None:
    net = network(example, [leg(*one) for one in LINE] + [leg("X1", "H1", 5)])
    assert net.isolated_by((("X2", "X3"),), ["H1"]) == ()  # the 45-minute road is left
    assert net.isolated_by((("X3", "X2"), ("X1", "X3")), ["H1"]) == ("X3",)
    assert net.isolated_by((("H1", "X1"),), ["H1"]) == ("X1", "X2", "X3")
    assert net.isolated_by((("H1", "X1"),), ["H1", "H2"]) == (), "the other hospital is left"
    assert net.isolated_by("all", ["H1", "H3"]) == ("X1", "X3"), "X2 has its own station H3"
    assert minutes(net, "X3", "H1") == 35, "asking changes nothing"


def test_isolated_by_counts_direct_legs_but_for_islands(
    example: tuple[Tables, Scenario],
) -> None:
    stated = [leg("X3", "H1", 50), leg("X1", "H1", 5)]
    mainland = network(example, stated, direct=True)
    assert mainland.isolated_by((("X3", "H2"),), ["H1"]) == ()
    assert minutes(mainland.without((("X3", "H1"),)), "X3", "H1") == np.inf, "no way round is said"
    assert mainland.isolated_by((("X3", "H1"),), ["H1", "H2"]) == (), "H2 has a direct leg"
    island = network(example, stated, direct=True, islands=("X3",))
    assert island.isolated_by((("X3", "H1"),), ["H1", "H2"]) == ("X3",)


@pytest.mark.parametrize(
    ("closed", "day", "open_"),
    [
        (("09-01", "11-30"), "2026-11-23", False),
        (("09-01", "11-23"), "2026-11-23", False),  # the last day is closed
        (("11-23", "12-01"), "2026-11-23", False),  # so is the first
        (("09-01", "11-22"), "2026-11-23", True),
        (("12-15", "02-15"), "2027-01-05", False),  # over the New Year
        (("12-15", "02-15"), "2026-12-14", True),
    ],
)
def test_seasonal_leg_is_closed_in_its_season(
    example: tuple[Tables, Scenario], closed: tuple[str, str], day: str, open_: bool
) -> None:
    ferry = leg("X3", "H1", 30, closed_from=closed[0], closed_to=closed[1])
    net = network(example, [ferry], day=datetime.date.fromisoformat(day))
    assert minutes(net, "X3", "H1") == (30 if open_ else np.inf)


def test_ferry_commune_is_reached_by_stated_legs_only(example: tuple[Tables, Scenario]) -> None:
    alone = network(example, [], direct=True, islands=("X3",))
    assert minutes(alone, "X3", "H1") == np.inf
    assert minutes(alone, "X3", "H2") == np.inf
    ferry = network(example, [leg("X3", "X2", 50, ferry_minutes=35)], direct=True, islands=("X3",))
    # the ferry, then the stated path ends: direct legs do not continue a path
    assert minutes(ferry, "X3", "H3") == 50
    assert minutes(ferry, "X3", "H1") == np.inf
    onward = [leg("X3", "X2", 50, ferry_minutes=35), leg("X2", "H1", 20)]
    assert minutes(network(example, onward, direct=True, islands=("X3",)), "X3", "H1") == 70
    assert ferry.graph.edges["X3", "X2"]["ferry_minutes"] == 35


def test_graph_has_areas_sites_units_and_mobile_stations(
    example: tuple[Tables, Scenario],
) -> None:
    graph = network(example).graph
    kinds: dict[str, int] = {}
    for _, kind in graph.nodes(data="kind"):
        kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds == {"area": 3, "site": 4, "unit": 4, "mobile_station": 2}


# planning units


def test_group_takes_the_nearest_member_from_a_commune_and_the_mean_to_a_unit(
    tmp_path: Path,
) -> None:
    write_template(tmp_path, "en")
    scenario = read_scenario(tmp_path / "scenario.yaml")
    for name, line in {
        "facilities": "H4,Trạm B,TYT B,,commune_health_station,public,,,general,X1,C1,9.61,105.98,"
        "example,assumed,0,none,assumed,example,assumed,,,\n",
        "units": "U4,H4,1,open,,,,example,assumed\n",
        "beds": "U4,ISO,30,30,30,0,example,assumed,example,assumed\n",
    }.items():
        with (tmp_path / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(line)
    tables, _ = read_tables(tmp_path)
    tables = replace(
        tables,
        travel_rules=(),
        travel=(leg("H3", "H1", 40), leg("H4", "H1", 20), leg("X3", "H3", 70), leg("X3", "H4", 60)),
    )
    net = ReferralNetwork(tables, scenario)
    sites = planning_sites(tables, scenario)
    names = [unit.unit_id for unit in sites.inside]
    group, hospital = names.index("group:C1:commune_health_station:1"), names.index("U1")
    assert sites.inside[group].members == ("U3", "U4")
    communes = ("X1", "X2", "X3")
    found = plan_minutes(net, sites, communes, tables)
    assert found.commune_unit[:, group] == pytest.approx([0, 0, 60])
    # group to unit: weighted by physical beds, H3 10 and H4 30: (10 x 40 + 30 x 20) / 40
    assert found.unit_unit[group, hospital] == pytest.approx(25)
    assert found.unit_unit[hospital, group] == pytest.approx(20)  # the nearest member


@pytest.mark.parametrize("province", ["soc_trang", "cao_bang", "can_tho"])
def test_minutes_over_links_are_those_of_dijkstra_to_the_last_bit(province: str) -> None:
    scenarios = ROOT / "scenarios"
    tables, _ = read_tables(ROOT / "data" / "facilities" / province)
    scenario = read_scenario(scenarios / f"{province}_delta_unvaccinated.yaml")
    roads = ReferralNetwork(replace(tables, travel_rules=()), scenario)  # links alone
    sites = [row.facility_id for row in tables.facilities]
    communes = [row.admin_unit_id for row in tables.admin_units if row.kind == "commune"]
    origins = [*communes[::7], *sites[::11]]
    found, several = roads.minutes(origins, [*sites, *sites[:2]]), 0
    for i, origin in enumerate(origins):
        paths = nx.single_source_dijkstra_path_length(roads.graph, origin, weight="minutes")
        known = [paths.get(site, math.inf) for site in [*sites, *sites[:2]]]
        assert found[i].tolist() == known
        several += sum(math.isfinite(one) and one > 0 for one in known)
    assert several > 100
