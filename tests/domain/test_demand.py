"""Who comes, and how long they stay: the anchors a reader can check by hand."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.domain.care import PatientClass
from optimizer.domain.demand import (
    Demand,
    bell,
    class_at,
    expected_demand,
    nightly_hazards,
    scenario_classes,
)
from optimizer.domain.instance import FloatArray, Hazards
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.exchange.scenarios import read_scenario
from optimizer.exchange.tables import read_tables
from optimizer.exchange.templates import write_template

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("delta_unvaccinated", "omicron_vaccinated", "new_variant_worst")


@pytest.fixture(scope="module")
def shipped_tables() -> Tables:
    return read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]


def shipped(name: str) -> Scenario:
    return read_scenario(ROOT / "scenarios" / f"soc_trang_{name}.yaml")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Scenario]:
    folder = tmp_path_factory.mktemp("example")
    write_template(folder, "en")
    return read_tables(folder)[0], read_scenario(folder / "scenario.yaml")


def changed(scenario: Scenario, **changes: Any) -> Scenario:
    """Return a scenario with keys replaced, judged anew."""
    return Scenario.model_validate({**scenario.model_dump(), **changes})


def drained(scenario: Scenario) -> Scenario:
    """Return the scenario with its whole wave long before the end, so that everybody has come."""
    wave = scenario.reported_cases
    assert wave is not None
    early = {**wave.model_dump(), "peak_day": -60, "width_days": 5, "history_days": 120}
    return changed(scenario, reported_cases=early, horizon_days=56, beyond_days=56)


def cases(tables: Tables, scenario: Scenario) -> float:
    wave = scenario.reported_cases
    assert wave is not None
    days = wave.history_days + scenario.solved_days
    rate = bell(wave.peak_day, wave.width_days, wave.peak_per_100k, 1 - wave.history_days, days)
    people = sum(row.population or 0 for row in tables.admin_units if row.kind == "commune")
    return float(people / 1e5 * rate.sum())


def came(demand: Demand) -> FloatArray:
    """Return everybody who came, by class."""
    return np.asarray(demand.history.sum(axis=(0, 2)) + demand.arrivals.sum(axis=(0, 2)))


def days_spent(hazards: Hazards) -> FloatArray:
    """Return the days spent in each class (column) by who starts in a class (row), under care."""
    night = hazards.keep + hazards.worse
    return np.asarray(np.linalg.inv(np.eye(len(night)) - night))


def ever(hazards: Hazards) -> FloatArray:
    """Return the probability of ever being in a class (column) from a class (row)."""
    spent = days_spent(hazards)
    return np.asarray(spent / np.diag(spent))


def acute(classes: tuple[PatientClass, ...], severity: str) -> int:
    number = class_at(classes, severity, "acute")
    assert number is not None
    return number


# shares of cases


@pytest.mark.parametrize(
    ("name", "hospital", "severe"),
    [
        ("delta_unvaccinated", 2000, 500),
        ("omicron_vaccinated", 400, 100),
        ("new_variant_worst", 4000, 1000),
    ],
)
def test_ten_thousand_cases_give_the_stated_number_in_hospital_and_severe(
    shipped_tables: Tables, name: str, hospital: float, severe: float
) -> None:
    scenario = drained(shipped(name))
    classes = scenario_classes(shipped_tables, scenario)
    hazards, _ = nightly_hazards(scenario, classes)
    flow = came(expected_demand(shipped_tables, scenario, classes))
    flow = flow * 10_000 / cases(shipped_tables, scenario)
    reached = flow @ ever(hazards)
    assert reached[acute(classes, "moderate")] == pytest.approx(hospital, rel=1e-4)
    assert reached[acute(classes, "severe")] == pytest.approx(severe, rel=1e-4)


def test_isolated_cases_come_at_once_and_the_others_after_their_days_at_home(
    shipped_tables: Tables,
) -> None:
    scenario = drained(shipped("delta_unvaccinated"))
    classes = scenario_classes(shipped_tables, scenario)
    demand = expected_demand(shipped_tables, scenario, classes)
    both = np.concatenate([demand.history, demand.arrivals], axis=2).sum(axis=0)
    day = np.arange(both.shape[1])
    mean = (both @ day) / np.maximum(1e-12, both.sum(axis=1))
    wait = mean[acute(classes, "moderate")] - mean[acute(classes, "mild")]
    assert wait == pytest.approx(6.5, abs=0.01)
    isolated = both[acute(classes, "mild")].sum()
    assert isolated == pytest.approx(0.10 * cases(shipped_tables, scenario), rel=1e-6)


def test_patients_at_home_stay_their_stated_days(shipped_tables: Tables) -> None:
    wave = shipped("delta_unvaccinated")
    scenario = drained(wave)
    assert scenario.reported_cases is not None
    # all days of the wave counted: as history is short the wave falls into the days solved
    late = {**scenario.reported_cases.model_dump(), "peak_day": 30, "history_days": 0}
    late |= {"isolation_share": 0, "hospital_share": 0}
    scenario = changed(scenario, reported_cases=late)
    classes = scenario_classes(shipped_tables, scenario)
    demand = expected_demand(shipped_tables, scenario, classes)
    assert demand.home.sum() / cases(shipped_tables, scenario) == pytest.approx(10, rel=1e-3)


# both means of a stay


@pytest.mark.parametrize("name", SHIPPED)
def test_both_means_of_a_stay_are_exact_when_the_chain_is_run(
    shipped_tables: Tables, name: str
) -> None:
    scenario = shipped(name)
    classes = scenario_classes(shipped_tables, scenario)
    hazards, raised = nightly_hazards(scenario, classes)
    assert raised == []
    tried = 0
    for severity, stay in scenario.stays.items():
        start = class_at(classes, severity, "acute")
        later = class_at(classes, severity, "recovering")
        assert later is not None
        if start is None or severity in scenario.recovering_only:
            continue
        present = np.zeros(len(classes))
        present[start] = 1.0
        in_acute = in_recovering = began = 0.0
        for _ in range(3000):
            in_acute += present[start]
            in_recovering += present[later]
            began += present[start] * hazards.keep[start, later]
            # only this stay: who gets worse or convalesces elsewhere has left it
            night = np.zeros_like(hazards.keep)
            night[start, [start, later]] = hazards.keep[start, [start, later]]
            night[later, later] = hazards.keep[later, later]
            present = present @ night
        assert in_acute == pytest.approx(stay.acute_days, rel=1e-9), severity
        assert in_recovering / began == pytest.approx(stay.stay_days - stay.acute_days, rel=1e-9)
        worsens = hazards.worse[start].sum() * in_acute
        assert worsens == pytest.approx(stay.worsens, abs=1e-12)
        assert hazards.death_treated[start] * in_acute == pytest.approx(stay.death_share)
        tried += 1
    assert tried == 5


@pytest.mark.parametrize("name", SHIPPED)
def test_convalescents_have_the_recovering_phase_only(shipped_tables: Tables, name: str) -> None:
    scenario = shipped(name)
    classes = scenario_classes(shipped_tables, scenario)
    hazards, _ = nightly_hazards(scenario, classes)
    later = class_at(classes, "convalescent", "recovering")
    assert later is not None
    assert days_spent(hazards)[later, later] == pytest.approx(
        scenario.stays["convalescent"].stay_days
    )
    for severity in ("high_flow", "critical"):
        before = class_at(classes, severity, "recovering")
        assert before is not None
        assert ever(hazards)[before, later] == pytest.approx(1)


@pytest.mark.parametrize(
    ("delay", "stay", "acute_mean", "recovering_mean", "said"),
    [
        (3.0, 9.0, 3.0, 6.0, False),
        (3.0, 4.0, 3.0, 1.0, False),  # edge: just a day of recovering
        (3.0, 3.5, 3.0, 1.0, True),  # raised to delay + 1
        (0.5, 5.0, 1.0, 4.0, True),  # a phase lasts a day at least
    ],
)
def test_short_stays_are_raised_and_said(
    example: tuple[Tables, Scenario],
    delay: float,
    stay: float,
    acute_mean: float,
    recovering_mean: float,
    said: bool,
) -> None:
    tables, scenario = example
    stays = {**scenario.model_dump()["stays"], "moderate": {"delay_days": delay, "stay_days": stay}}
    classes = scenario_classes(tables, scenario)
    hazards, notes = nightly_hazards(changed(scenario, stays=stays), classes)
    spent = days_spent(hazards)
    start, later = acute(classes, "moderate"), class_at(classes, "moderate", "recovering")
    assert spent[start, start] == pytest.approx(acute_mean)
    assert spent[start, later] == pytest.approx(recovering_mean)
    assert any("moderate" in note for note in notes) == said


@pytest.mark.parametrize("name", SHIPPED)
def test_every_night_ends_somewhere(shipped_tables: Tables, name: str) -> None:
    scenario = shipped(name)
    hazards, _ = nightly_hazards(scenario, scenario_classes(shipped_tables, scenario))
    treated = hazards.keep + hazards.worse
    for night, death in (
        (treated, hazards.death_treated),
        (hazards.boarding, hazards.death_boarding),
        (hazards.waiting, hazards.death_waiting),
    ):
        assert night.min() >= 0
        assert death.min() >= 0
        assert (night.sum(axis=1) + death).max() <= 1 + 1e-12
    mix = scenario.boarding_mix
    assert hazards.boarding == pytest.approx(mix * hazards.waiting + (1 - mix) * treated)
    assert (hazards.death_waiting >= hazards.death_treated - 1e-12).all()


# censuses


def test_isolation_site_of_2100_in_steady_state_sends_up_7_to_10_a_day() -> None:
    tables = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]
    scenario = read_scenario(ROOT / "scenarios" / "soc_trang_delta_unvaccinated.yaml")
    classes = scenario_classes(tables, scenario)
    hazards, _ = nightly_hazards(scenario, classes)
    mild = [s for s, row in enumerate(classes) if row.severity == "mild"]
    there = days_spent(hazards)[acute(classes, "mild"), mild]
    census = 2100 * there / there.sum()
    ups = float((census @ hazards.worse[mild]).sum())
    assert 7 <= ups <= 10, ups


# the other routes

AGES = (
    ("0-19", 0.299, 0.0015),
    ("20-49", 0.464, 0.0089),
    ("50-64", 0.159, 0.0357),
    ("65-79", 0.059, 0.0927),
    ("80+", 0.019, 0.233),
)


@pytest.mark.parametrize(
    ("factors", "share"),
    [
        # 0.299 x 0.15 + 0.464 x 0.89 + 0.159 x 3.57 + 0.059 x 9.27 + 0.019 x 23.3 = 2.01507 %
        ({}, 0.0201507),
        ({"variant": 3.2}, 0.0201507 * 3.2),
        ({"variant": 3.2, "vaccination": 0.27}, 0.0201507 * 3.2 * 0.27),
        ({"variant": 4.29}, 0.0201507 * 4.29),  # nearly all of the oldest; more is refused
    ],
)
def test_route_of_infections_gives_the_age_table_times_the_multipliers(
    example: tuple[Tables, Scenario], factors: dict[str, float], share: float
) -> None:
    tables, scenario = example
    rule = {
        "peak_day": -60,
        "width_days": 5,
        "peak_per_100k": 100,
        "history_days": 120,
        "delay_days": 7,
        "hospital_severity": "moderate",
        "ages": [
            {"band": band, "population_share": part, "hospital_per_infection": p}
            for band, part, p in AGES
        ],
        "hospital_multipliers": factors,
    }
    wave = changed(scenario, route="infections", infections=rule, horizon_days=56, beyond_days=56)
    classes = scenario_classes(tables, wave)
    flow = came(expected_demand(tables, wave, classes))
    infected = 103_000 / 1e5 * bell(-60, 5, 100, -119, 232).sum()  # 52,000 + 21,000 + 30,000 people
    assert flow.sum() == pytest.approx(flow[acute(classes, "moderate")])
    assert flow.sum() / infected == pytest.approx(share, rel=1e-6)


def explicit(scenario: Scenario, **parts: Any) -> Scenario:
    return changed(scenario, route="explicit", explicit=parts, horizon_days=5, beyond_days=0)


def test_explicit_arrivals_of_a_cluster_are_spread_by_population(
    example: tuple[Tables, Scenario],
) -> None:
    tables, scenario = example
    wave = explicit(
        scenario,
        arrivals=[
            {"area": "C1", "day": 2, "severity": "severe", "count": 7.3},
            {"area": "X3", "day": 5, "severity": "mild", "count": 2},
            {"area": "X3", "day": 6, "severity": "mild", "count": 99},
        ],
    )
    classes = scenario_classes(tables, wave)
    demand = expected_demand(tables, wave, classes)
    at = {commune: c for c, commune in enumerate(demand.communes)}
    severe = demand.arrivals[:, acute(classes, "severe")]
    # 52,000 and 21,000 people
    assert severe[at["X1"], 1] == pytest.approx(7.3 * 52 / 73)
    assert severe[at["X2"], 1] == pytest.approx(7.3 * 21 / 73)
    assert demand.arrivals[at["X3"], acute(classes, "mild"), 4] == 2
    assert demand.arrivals.sum() == pytest.approx(9.3)  # day 6 is beyond the days solved
    assert demand.history.size == 0


def test_demand_factor_multiplies_who_comes_on_every_route(
    example: tuple[Tables, Scenario],
) -> None:
    tables, scenario = example
    rows = [{"area": "X1", "day": 1, "severity": "severe", "count": 2}]
    for wave in (scenario, explicit(scenario, arrivals=rows)):
        classes = scenario_classes(tables, wave)
        threefold = changed(wave, shocks={"demand_factor": 3})
        once = expected_demand(tables, wave, classes)
        thrice = expected_demand(tables, threefold, classes)
        assert once.arrivals.sum() > 0
        assert thrice.arrivals == pytest.approx(3 * once.arrivals)
        assert thrice.home == pytest.approx(3 * once.home)


def test_bell_is_highest_on_its_peak_day_and_falls_by_its_width() -> None:
    rate = bell(21, 12, 60, 1, 40)
    assert int(np.argmax(rate)) + 1 == 21
    assert rate[20] == 60
    assert rate[32] == pytest.approx(60 * np.exp(-0.5))  # day 33 = peak + width
    assert rate[8] == pytest.approx(rate[32])


def test_start_date_shifts_nothing_else(example: tuple[Tables, Scenario]) -> None:
    tables, scenario = example
    later = changed(scenario, start_date=datetime.date(2028, 2, 26))
    classes = scenario_classes(tables, scenario)
    assert expected_demand(tables, later, classes).arrivals == pytest.approx(
        expected_demand(tables, scenario, classes).arrivals
    )


@pytest.mark.parametrize(
    ("name", "observed"),
    [("delta_unvaccinated", (63.5, 22.8, 13.8)), ("omicron_vaccinated", (75.9, 13.6, 10.4))],
)
def test_device_mix_of_the_steady_census_is_within_5_points(
    name: str, observed: tuple[float, float, float]
) -> None:
    tables = read_tables(ROOT / "data" / "facilities" / "soc_trang")[0]
    scenario = read_scenario(ROOT / "scenarios" / f"soc_trang_{name}.yaml")
    classes = scenario_classes(tables, scenario)
    hazards, _ = nightly_hazards(scenario, classes)
    census = days_spent(hazards)[acute(classes, "severe")]
    by_device = {"OXY": 0.0, "HFNC": 0.0, "ICU": 0.0}
    for row, days in zip(classes, census, strict=True):
        if days:
            by_device[row.care_level] += days
    mix = 100 * np.array(list(by_device.values())) / sum(by_device.values())
    assert np.abs(mix - observed).max() <= 5, mix
