"""What each kind of bad scenario must get; and what extending, rows in files and checks do."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import faults

from optimizer.errors import DataError
from optimizer.exchange.agreement import cross_check
from optimizer.exchange.scenarios import list_scenarios, read_scenario
from optimizer.exchange.strict_yaml import MOST_BYTES
from optimizer.exchange.tables import read_tables

SMALL = """title: {vi: Ví dụ, en: Example}
province: example
start_date: 2026-11-23
horizon_days: 28
route: explicit
disease: covid
surge: {delay_days: 7}
shocks:
  roads_cut: []
stays:
  severe: {delay_days: 2, stay_days: 9, death_share: 0.1}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[..., Path]:
    def write(old: str = "", new: str = "", name: str = "s.yaml") -> Path:
        assert old in SMALL
        path = tmp_path / name
        path.write_text(SMALL.replace(old, new, 1) if old else SMALL + new, encoding="utf-8")
        return path

    return write


REFUSED = {
    "a key twice": ("", "horizon_days: 14\n", [":12", "horizon_days", "line 4", "line 12"]),
    "a tag": ("", "beyond_days: !!python/object/apply:os.system ['x']\n", [":12", "tag"]),
    "a tag of a number": ("", "beyond_days: !!int 3\n", [":12", "tag"]),
    "an alias": ("", "staff: &a {surge_absence: 0.1}\nburden: *a\n", [":13", "alias"]),
    "an anchor": ("", "staff: &a {surge_absence: 0.1}\n", [":12", "anchor"]),
    "a merge key": ("", "staff:\n  <<: {surge_absence: 0.1}\n", [":13", "<<"]),
    "a misspelt key": ("surge:", "surgee:", ["s.yaml:7", "surgee", "surge?"]),
    "a misspelt key within": ("delay_days: 7", "delay_day: 7", [":7", "surge.delay_day", "days?"]),
    "a misspelt key of a stay": ("death_share", "death_shar", [":11", "stays.severe.death_shar"]),
    "a number to the base of 60": ("horizon_days: 28", "horizon_days: 22:30", [":4", "22:30"]),
    "an octal number": ("horizon_days: 28", "horizon_days: 014", [":4", "horizon_days", "014"]),
    "a hexadecimal number": ("horizon_days: 28", "horizon_days: 0x1C", [":4", "0x1C"]),
    "a number with underscores": ("horizon_days: 28", "horizon_days: 2_8", [":4", "2_8"]),
    "a number with an exponent": ("stay_days: 9", "stay_days: 9e0", [":11", "9e0"]),
    "not a number": ("stay_days: 9", "stay_days: .nan", [":11", ".nan"]),
    "a word for true": ("", "options: {lateral: ON}\n", [":12", "options.lateral", "ON"]),
    "a key that is a word for true": ("", "yes: 1\n", [":12", "yes"]),
    "2,700 years": ("horizon_days: 28", "horizon_days: 1000000", [":4", "1000000", "56"]),
    "a horizon of no day": ("horizon_days: 28", "horizon_days: 0", [":4", "1 or more"]),
    "half a day": ("horizon_days: 28", "horizon_days: 2.5", [":4", "whole number"]),
    "a share above 1": ("death_share: 0.1", "death_share: 1.1", [":11", "1 or less"]),
    "a number in quotes": ("horizon_days: 28", "horizon_days: '28'", [":4", "whole number"]),
    "a number for an id": ("province: example", "province: 12", [":2", "province", "quotes"]),
    "true for a number": ("delay_days: 7", "delay_days: true", [":7", "whole number"]),
    "a date that is none": ("2026-11-23", "2026-02-31", [":3", "start_date", "date"]),
    "a date the other way": ("2026-11-23", "23/11/2026", [":3", "start_date", "date"]),
    "a required key that is not there": ("disease: covid\n", "", ["disease", "missing"]),
    "a word that is not in the list": ("route: explicit", "route: explict", [":5", "explicit?"]),
    "a list for a mapping": ("surge: {delay_days: 7}", "surge: [7]", [":7", "mapping"]),
    "roads cut neither all nor pairs": ("roads_cut: []", "roads_cut: al", [":9", "word all"]),
    "a road of one end": ("roads_cut: []", "roads_cut: [[a]]", [":9", "list of pairs"]),
    "a route without its figures": ("route: explicit", "route: infections", ["infections"]),
    "worsening to nothing": ("death_share", "worse_share", [":11", "stays.severe", "worse_to"]),
    "shares above 1": (
        "death_share: 0.1",
        "worse_to: critical, worse_share: 0.7, death_share: 0.4",
        [":11", "worse_share + death_share"],
    ),
    "more in hospital than infected": (
        "",
        "infections: {peak_day: 9, width_days: 9, peak_per_100k: 9, history_days: 9, delay_days: 5,"
        " hospital_severity: severe, hospital_multipliers: {variant: 2, age: 2},"
        " ages: [{band: all, population_share: 1, hospital_per_infection: 0.3}]}\n",
        [":12", "infections", "1.2", "Lower"],
    ),
    "a staff shock that ends before it begins": (
        "roads_cut: []",
        "staff_from_day: 5\n  staff_to_day: 4",
        ["shocks", "staff_to_day"],
    ),
    "provenance of no key": (
        "",
        "provenance:\n  stays.sever: {source: x, confidence: derived}\n",
        [":13", "stays.sever", "stays.severe?"],
    ),
    "two documents": ("", "---\na: 1\n", [":12", "second document"]),
    "no YAML": ("", "a: b: c\n", [":12", "not YAML"]),
    "a tab": ("", "\tstaff: 1\n", [":12", "not YAML"]),
    "a control sign": ("", "staff: \x01\n", ["unprintable"]),
    "extends a file that is not there": ("", "extends: base/dlta.yaml\n", [":12", "extends"]),
    "extends itself": ("", "extends: s.yaml\n", [":12", "circle", "s.yaml > s.yaml"]),
    "extends an absolute path": ("", "extends: /etc/passwd\n", [":12", "relative"]),
    "rows in a file that is not there": (
        "",
        "explicit: {arrivals: arrivls.csv}\n",
        [":12", "explicit.arrivals", "arrivls.csv"],
    ),
    "rows in a file elsewhere": ("", "explicit: {census: ../c.csv}\n", [":12", "explicit.census"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_read_scenario_refuses_and_names_the_line_when(
    case: str, scenario: Callable[..., Path]
) -> None:
    old, new, words = REFUSED[case]
    path = scenario(old, new)
    said = faults(lambda: read_scenario(path))
    assert any(all(w in line for w in words) for line in said), said


def test_read_scenario_runs_no_command_when_a_tag_asks_for_it(
    scenario: Callable[..., Path], tmp_path: Path
) -> None:
    target = tmp_path / "pwned.txt"
    path = scenario("", f"x: !!python/object/apply:os.system ['touch {target}']\n")
    faults(lambda: read_scenario(path))
    assert not target.exists()


def test_read_scenario_refuses_aliases_of_billions_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))
    tracemalloc.start()  # opened out, the aliases are 9 ** 10 words
    try:
        assert any("alias" in line for line in faults(lambda: read_scenario(path)))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "[" * 30 + "]" * 30, "", "- a\n", "a"])
def test_read_scenario_refuses_what_is_no_mapping(text: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text)
    assert faults(lambda: read_scenario(path))


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_read_scenario_says_one_fault_when_the_file_says_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text)
    assert len(faults(lambda: read_scenario(path))) == 1


def test_read_scenario_refuses_a_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("#" * (MOST_BYTES + 1))
    assert "larger" in faults(lambda: read_scenario(path))[0]


def test_read_scenario_refuses_what_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(b"title: x\nprovince: T\xe2ng\n")
    assert "s.yaml:2" in faults(lambda: read_scenario(path))[0]


def test_read_scenario_says_all_faults_at_once(scenario: Callable[..., Path]) -> None:
    path = scenario("", "horizn_days: 3\nbeyond_days: 99\nareas: towns\n")
    said = "\n".join(faults(lambda: read_scenario(path)))
    for word in ("horizn_days", "s.yaml:13 beyond_days", "s.yaml:14 areas"):
        assert word in said


def test_read_scenario_merges_mappings_and_replaces_the_rest(
    scenario: Callable[..., Path], tmp_path: Path
) -> None:
    scenario(name="base.yaml")
    path = tmp_path / "child.yaml"
    path.write_text(
        "extends: base.yaml\nhorizon_days: 7\nstays:\n  severe: {stay_days: 5}\n"
        "shocks: {roads_cut: [[a, b]]}\n"
    )
    read = read_scenario(path)
    assert read.horizon_days == 7
    assert read.stays["severe"].stay_days == 5
    assert read.stays["severe"].delay_days == 2  # from the base
    assert read.shocks.roads_cut == (("a", "b"),)


def test_read_scenario_names_the_file_that_says_it_when_a_base_is_wrong(
    scenario: Callable[..., Path], tmp_path: Path
) -> None:
    scenario("horizon_days: 28", "horizon_days: 99", name="base.yaml")
    path = tmp_path / "child.yaml"
    path.write_text("extends: base.yaml\nbeyond_days: 99\n")
    said = faults(lambda: read_scenario(path))
    assert any("base.yaml:4 horizon_days" in line for line in said)
    assert any("child.yaml:2 beyond_days" in line for line in said)


@pytest.mark.parametrize("parent", ["/etc/passwd", "base/none.yaml", "alone.yaml"])
def test_scenario_tells_what_it_extends_and_its_own_faults_only_when_the_parent_is_not_read(
    tmp_path: Path, parent: str
) -> None:
    path = tmp_path / "alone.yaml"
    path.write_text(f"extends: {parent}\nhorizon_day: 7\n")
    with pytest.raises(DataError) as error:
        read_scenario(path)
    assert [problem.column for problem in error.value.problems] == ["extends", "horizon_day"]


def test_read_scenario_takes_rows_from_files_beside_it(
    scenario: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "open.csv").write_text("area,severity,count\nX1,severe,2\n")
    path = scenario("", "explicit: {open_requests: open.csv}\n")
    assert read_scenario(path).explicit.open_requests[0].count == 2
    (tmp_path / "open.csv").write_text("area,severity,count\nX1,severe,2.5\n")
    said = faults(lambda: read_scenario(path))
    assert any("open.csv:2 count [2.5]" in line for line in said)


def test_list_scenarios_lists_a_faulty_one_with_its_faults(
    scenario: Callable[..., Path], tmp_path: Path
) -> None:
    scenario(name="a.yaml")
    scenario("disease: covid\n", "", name="b.yaml")
    good, bad = list_scenarios(tmp_path)
    assert good.title is not None
    assert good.title.en == "Example"
    assert bad.problems


UNFIT = {
    "disease": ("disease: covid", "disease: covd", ["disease", "covid?"]),
    "severity": ("  severe:", "  sever:", ["stays.sever", "severe?"]),
    "a stay that is missing": (
        "death_share: 0.1",
        "worse_to: high_flow, worse_share: 0.1",
        ["stays.severe.worse_to", "high_flow", "no stay"],
    ),
    "a convalescence at a higher level": (
        "death_share: 0.1}",
        "convalescent: critical}\n  critical: {stay_days: 5}",
        ["stays.severe.convalescent", "critical", "ICU", "OXY"],
    ),
    "convalescence in a circle": (
        "death_share: 0.1",
        "convalescent: severe",
        ["stays.severe.convalescent", "circle", "severe > severe"],
    ),
    "no acute class": (
        "",
        "explicit: {open_requests: [{area: X1, severity: convalescent, count: 1}]}\n",
        ["explicit.open_requests[1].severity", "acute"],
    ),
    "area": (
        "",
        "explicit: {open_requests: [{area: X9, severity: severe, count: 1}]}\n",
        ["open_requests[1].area", "X9"],
    ),
    "unit out of the province": (
        "",
        "explicit: {census: [{unit: UE, severity: severe, phase: acute, state: treated, count: 1}]}"
        "\n",
        ["census[1].unit", "UE"],
    ),
    "closed facility": ("roads_cut: []", "closed_facilities: [H9]", ["closed_facilities[1]", "H9"]),
    "cut road": ("roads_cut: []", "roads_cut: [[H1, C1]]", ["roads_cut[1]", "C1"]),
    "a group that is none": ("", "population_groups: {al: 1}\n", ["population_groups.al", "all?"]),
    "groups that leave out somebody": ("", "population_groups: {all: 0.9}\n", ["0.9, not 1"]),
    "hazards above 1": (
        "",
        "hazards:\n"
        "  - {pool: treated, from_class: severe-acute, to_class: severe-acute, kind: keep,"
        " probability: 0.9}\n"
        "  - {pool: treated, from_class: severe-acute, kind: death, probability: 0.2}\n",
        ["hazards", "1.1"],
    ),
    "hazards of no class": (
        "",
        "hazards: [{pool: treated, from_class: sever-acute, kind: death, probability: 0.2}]\n",
        ["hazards[1].from_class", "severe-acute?"],
    ),
    "arrivals that nobody reads": (
        "",
        "reported_cases: {peak_day: 21, width_days: 12, peak_per_100k: 60, history_days: 21,"
        " hospital_share: 0.2, home_delay_days: 6.5, home_stay_days: 10,"
        " hospital_severity: severe}\n"
        "explicit: {arrivals: [{area: X1, day: 1, severity: severe, count: 1}]}\n",
        ["explicit.arrivals", "reported_cases", "route", "ignored"],
    ),
    "arrivals after the end": (
        "",
        "explicit: {arrivals: [{area: X1, day: 99, severity: severe, count: 1}]}\n",
        ["arrivals[1].day", "99"],
    ),
}


@pytest.mark.parametrize("case", UNFIT)
def test_cross_check_names_what_the_tables_lack(
    case: str, scenario: Callable[..., Path], province: Path
) -> None:
    old, new, words = UNFIT[case]
    path = scenario(old, new)
    if case == "arrivals that nobody reads":
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("route: explicit", "route: reported_cases"), encoding="utf-8")
    tables, _ = read_tables(province)
    said = [p.render("en") for p in cross_check(read_scenario(path), tables)]
    assert any(all(w in line for w in words) for line in said), said


def test_cross_check_says_nothing_when_all_fits(
    scenario: Callable[..., Path], province: Path
) -> None:
    tables, _ = read_tables(province)
    assert cross_check(read_scenario(scenario()), tables) == ()


def test_read_scenario_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.yaml"):
        read_scenario(tmp_path / "nothing.yaml")


def test_cross_check_asks_for_shares_when_a_disease_has_several_groups(
    scenario: Callable[..., Path], province: Path, edit: Callable[..., None]
) -> None:
    row = "severe-acute,covid,all,severe,acute,OXY,4,0.03,60,,1,1,,1,example,assumed"
    child = row.replace("all", "child").replace("severe-", "child-")
    edit("patient_classes", row, f"{row}\n{child}")
    tables, _ = read_tables(province)
    (problem,) = cross_check(read_scenario(scenario()), tables)
    assert "all, child" in problem.render("en")
    path = scenario("", "population_groups: {all: 0.8, child: 0.2}\n")
    said = [p.render("en") for p in cross_check(read_scenario(path), tables)]
    assert any("population_groups.child" in x and "severe, recovering" in x for x in said)


def test_cross_check_warns_of_keys_without_effect_when_a_severity_only_convalesces(
    scenario: Callable[..., Path], province: Path
) -> None:
    path = scenario(
        "death_share: 0.1}",
        "convalescent: convalescent}\n  convalescent: {stay_days: 5, delay_days: 2,"
        " death_share: 0.1, worse_to: severe, worse_share: 0.1,"
        " waiting: {worse_share: 0, death_share: 0.1}}",
    )
    tables, _ = read_tables(province)
    odd = [p for p in cross_check(read_scenario(path), tables) if "no effect" in p.fault]
    keys = ("death_share", "delay_days", "worse_to", "waiting")
    assert [p.column for p in odd] == [f"stays.convalescent.{key}" for key in keys]
    assert {p.severity for p in odd} == {"warning"}


def test_cross_check_refuses_arrivals_of_another_route(
    scenario: Callable[..., Path], province: Path
) -> None:
    read = read_scenario(
        scenario("", "explicit: {arrivals: [{area: X1, day: 1, severity: severe, count: 1}]}\n")
    )
    tables, _ = read_tables(province)
    (odd,) = cross_check(read.model_copy(update={"route": "infections"}), tables)
    assert (odd.severity, odd.column) == ("error", "explicit.arrivals")
