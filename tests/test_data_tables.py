"""The shipped tables: well formed, made by build.py, sourced, with the totals of the facts."""

import csv
import datetime
import math
import sys
from pathlib import Path

import pytest
import yaml

FACILITIES = Path(__file__).resolve().parents[1] / "data" / "facilities"
SOURCES = FACILITIES / "sources"
sys.path.insert(0, str(SOURCES))

import build  # noqa: E402
import planning_rules  # noqa: E402

PROVINCES = ["soc_trang", "cao_bang", "can_tho"]
CONFIDENCES = {"official", "open_data", "derived", "assumed"}
STATION = "commune_health_station"


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rules():
    return build.read_rules()


@pytest.fixture(scope="module")
def source_ids():
    return {row["source_id"] for row in read(SOURCES / "sources.csv")}


def all_tables():
    return sorted(path for path in FACILITIES.glob("*.csv")) + sorted(
        path for province in PROVINCES for path in (FACILITIES / province).glob("*.csv")
    )


def named(path):
    return str(path.relative_to(FACILITIES))


@pytest.mark.parametrize("folder", [".", *PROVINCES])
def test_data_package_is_valid(folder):
    frictionless = pytest.importorskip("frictionless")
    package = FACILITIES / folder / "datapackage.json"
    report = frictionless.validate(str(package))
    assert report.valid, report.flatten(["title", "message"])[:5]
    listed = {resource["path"] for resource in yaml.safe_load(package.read_text())["resources"]}
    assert listed == {path.name for path in package.parent.glob("*.csv")}


def test_tables_are_what_build_makes(capsys):
    assert build.main(["--check"]) == 0, capsys.readouterr().out


def test_check_sees_a_changed_a_missing_and_a_foreign_table(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "FACILITIES", tmp_path)
    changed, missing = tmp_path / "levels.csv", tmp_path / "tiers.csv"
    changed.write_text("other", encoding="utf-8")
    (tmp_path / "foreign.csv").write_text("x", encoding="utf-8")
    problems = build.differences({changed: "text", missing: "text"})
    assert problems == [
        "levels.csv differs",
        "tiers.csv is missing",
        "foreign.csv is not made by build.py",
    ]


@pytest.mark.parametrize("path", all_tables(), ids=named)
def test_every_figure_has_a_source_and_a_known_confidence(path, source_ids):
    for row in read(path):
        for column, value in row.items():
            if column == "confidence" or (column.endswith("_confidence") and value):
                assert value in CONFIDENCES, row
            if column == "source" or (
                column.endswith("_source") and column != "oxygen_source" and value
            ):
                assert value, row
                assert set(value.split(";")) <= source_ids, row


@pytest.mark.parametrize("province", PROVINCES)
def test_filled_figures_are_sourced(province):
    pairs = {
        "admin_units": [("population", "population"), ("area_km2", "area"), ("lat", "coord")],
        "facilities": [("lat", "coord"), ("name", "existence")],
        "beds": [("surge_limit", "surge")],
    }
    for table, columns in pairs.items():
        for row in read(FACILITIES / province / f"{table}.csv"):
            for figure, prefix in columns:
                if row[figure]:
                    assert row[f"{prefix}_source"], row
                    assert row[f"{prefix}_confidence"], row


def test_rule_and_fact_sources_resolve(rules, source_ids):
    for rule in rules.values():
        if isinstance(rule, dict) and "id" in rule:
            assert rule["id"] in source_ids
            assert set(filter(None, rule.get("source", "").split(";"))) <= source_ids
            assert rule.get("confidence", "assumed") in CONFIDENCES
    for row in read(SOURCES / "reference_stats.csv"):
        assert row["source_id"] in source_ids


@pytest.mark.parametrize(
    ("province", "clusters", "communes", "population", "beds", "station_beds"),
    [
        ("soc_trang", 11, 109, 1_199_653, 3190, 545),
        ("cao_bang", 10, 161, 530_341, 1620, 805),
        ("can_tho", 9, 83, 1_235_171, 6280, 415),
    ],
)
def test_totals_equal_the_facts(province, clusters, communes, population, beds, station_beds):
    folder = FACILITIES / province
    areas = read(folder / "admin_units.csv")
    by_kind = {
        kind: [row for row in areas if row["kind"] == kind] for kind in ("cluster", "commune")
    }
    assert (len(by_kind["cluster"]), len(by_kind["commune"])) == (clusters, communes)
    for rows in by_kind.values():
        assert sum(int(row["population"]) for row in rows) == population
    kinds = {row["facility_id"]: row["kind"] for row in read(folder / "facilities.csv")}
    assert sum(kind == STATION for kind in kinds.values()) == communes
    planned = {True: 0, False: 0}
    for row in read(folder / "beds.csv"):
        planned[kinds[row["unit_id"]] == STATION] += int(row["planned_beds"])
    assert planned == {True: station_beds, False: beds}


@pytest.mark.parametrize("province", PROVINCES)
def test_routine_fits_the_beds_and_devices_the_routine(province):
    folder = FACILITIES / province
    beds = {(row["unit_id"], row["care_level"]): row for row in read(folder / "beds.csv")}
    routine = {(row["unit_id"], row["care_level"]): row for row in read(folder / "routine.csv")}
    assert set(routine) == set(beds)
    for place, row in routine.items():
        assert int(row["routine_patients"]) <= int(beds[place]["planned_beds"]), place
    for row in read(folder / "devices.csv"):
        assert int(row["routine_in_use"]) <= int(row["devices"])


@pytest.mark.parametrize("province", PROVINCES)
def test_heads_add_up_to_the_facts(province):
    heads = dict.fromkeys(("doctors", "nurses"), 0)
    for row in read(FACILITIES / province / "staff.csv"):
        if row["role"] in ("DOC", "DOC_ICU", "NUR", "NUR_ICU"):
            heads["doctors" if row["role"].startswith("DOC") else "nurses"] += int(row["heads"])
    facts = read(SOURCES / province / "facilities.csv")
    assert heads == {name: sum(int(fact[name]) for fact in facts) for name in heads}


@pytest.mark.parametrize("province", PROVINCES)
def test_each_pair_is_stated_once_and_known(province):
    folder = FACILITIES / province
    known = {row["facility_id"] for row in read(folder / "facilities.csv")}
    pairs = [frozenset((row["from_id"], row["to_id"])) for row in read(folder / "travel.csv")]
    assert len(set(pairs)) == len(pairs)
    assert all(len(pair) == 2 and pair <= known for pair in pairs)


@pytest.mark.parametrize("province", PROVINCES)
def test_referral_lines_have_no_cycle(province):
    lines = {row["from_unit"]: row["to_unit"] for row in read(FACILITIES / province / "links.csv")}
    for unit in lines:
        steps = 0
        while unit in lines:
            unit, steps = lines[unit], steps + 1
            assert steps <= 10


def test_routine_of_soc_trang_is_near_its_bed_days(rules):
    kinds = {r["facility_id"]: r["kind"] for r in read(FACILITIES / "soc_trang/facilities.csv")}
    routine = sum(
        int(row["routine_patients"])
        for row in read(FACILITIES / "soc_trang" / "routine.csv")
        if kinds[row["unit_id"]] != STATION
    )
    stats = {row["stat"]: row["value"] for row in read(SOURCES / "reference_stats.csv")}
    assert routine == pytest.approx(int(stats["inpatient_days_per_year"]) / 365, rel=0.01)


def test_icu_quota_example_of_decision_3616(rules):
    sites = [("provincial_general", 50)] + [("district_health_centre", 10)] * 11
    surge = [planning_rules.icu_surge(kind, base, base, "S21", rules) for kind, base in sites]
    base_beds = sum(base for _, base in sites)
    assert base_beds == 160
    assert base_beds + sum(int(one["extra"]) for one in surge) == 320
    assert {one["confidence"] for one in surge} == {"derived"}
    private = planning_rules.icu_surge("private_general", 10, 10, "S21", rules)
    assert private["extra"] == "10"


@pytest.mark.parametrize(
    ("kind", "icu", "quota", "source", "extra", "confidence"),
    [
        ("district_health_centre", 3, 10, "S21", "17", "derived"),
        ("district_hospital", 0, 0, "A02", "0", "assumed"),
        ("provincial_general", 60, 60, "A02", "40", "derived"),
        ("provincial_general", 120, 50, "S21", "0", "derived"),
        ("central_general", 60, 200, "S17;S21", "140", "derived"),
    ],
)
def test_icu_surge(kind, icu, quota, source, extra, confidence, rules):
    surge = planning_rules.icu_surge(kind, icu, quota, source, rules)
    assert (surge["extra"], surge["confidence"]) == (extra, confidence)


def test_beds_split_keeps_the_total(rules):
    split = planning_rules.split_beds("provincial_general", 1000, 60, rules)
    assert split == {"WARD": 643, "OXY": 276, "HFNC": 21, "ICU": 60}
    with pytest.raises(ValueError, match="too few"):
        planning_rules.split_beds("provincial_general", 5, 5, rules)


def test_largest_remainder_sums_and_breaks_ties_in_order():
    third = planning_rules.Decimal("1.5")
    assert planning_rules.largest_remainder(3, {"a": third, "b": third}) == {"a": 2, "b": 1}


def new_moons(year):
    """Days (UTC+7) of the new moons of a year, by the series of Meeus, chapter 49, main terms."""
    found = []
    for k in range(int((year - 2000) * 12.3685) - 1, int((year - 2000) * 12.3685) + 15):
        t = k / 1236.85
        jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
        sun = math.radians(2.5534 + 29.10535670 * k)
        moon = math.radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
        node = math.radians(160.7108 + 390.67050284 * k)
        e = 1 - 0.002516 * t
        jde += -0.40720 * math.sin(moon) + 0.17241 * e * math.sin(sun)
        jde += 0.01608 * math.sin(2 * moon) + 0.01039 * math.sin(2 * node)
        jde += 0.00739 * e * math.sin(moon - sun) - 0.00514 * e * math.sin(moon + sun)
        jde += 0.00208 * e * e * math.sin(2 * sun)
        hours = (jde - 2451544.5) * 24 - 70 / 3600 + 7  # from 2000-01-01 00:00; 70 s of delta T
        found.append((datetime.datetime(2000, 1, 1) + datetime.timedelta(hours=hours)).date())
    return [day for day in found if day.year == year]


@pytest.mark.parametrize("year", [2026, 2027])
def test_holidays_of_the_moon_lie_where_the_moon_puts_them(year):
    """Tết is the new moon after 20 January; 10 of the third month is two new moons later."""
    rows = [row for row in read(FACILITIES / "holidays.csv") if row["date"].startswith(str(year))]
    at = {row["name_vi"]: datetime.date.fromisoformat(row["date"]) for row in rows}
    moons = new_moons(year)
    first = next(n for n, day in enumerate(moons) if day >= datetime.date(year, 1, 20))
    one = datetime.timedelta(days=1)
    assert at["Tết Nguyên đán (mùng 1)"] == moons[first]
    assert at["Tết Nguyên đán (29 tháng Chạp)"] == moons[first] - one
    assert (moons[first] - moons[first - 1]).days == 29  # the last month has no 30th day
    assert at["Giỗ Tổ Hùng Vương"] == moons[first + 2] + 9 * one
    tet = sorted(day for name, day in at.items() if name.startswith("Tết Nguyên đán"))
    assert tet == [tet[0] + n * one for n in range(5)]  # five days by the Labour Code
    assert len(rows) == 12
    assert {day.strftime("%m-%d") for day in at.values()} >= {
        "01-01", "04-30", "05-01", "09-02", "11-24",
    }  # fmt: skip


def test_tet_of_2027_begins_on_6_february_and_what_is_not_announced_is_assumed():
    rows = {row["date"]: row for row in read(FACILITIES / "holidays.csv")}
    assert rows["2027-02-06"]["name_en"] == "Lunar New Year, day 1"
    assert {day for day, row in rows.items() if row["confidence"] == "assumed"} == {
        "2027-02-09", "2027-09-03",
    }  # fmt: skip
