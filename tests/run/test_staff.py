"""`referral staff` on the template province with its people, start to end."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.checking.secondments import check_secondments
from optimizer.cli import app
from optimizer.errors import DataError
from optimizer.exchange.staff_tables import has_people, read_staff_tables
from optimizer.exchange.tables import read_tables
from optimizer.exchange.templates import write_template
from optimizer.report.staffing import staff_text

FACILITIES = Path(__file__).resolve().parents[2] / "data" / "facilities"
SHARED = ("contracts", "substitution", "lending", "staffing_rules")
PERSON = "{id},{site},{role},,full,{leads},0,1,0,,none,1,example,assumed\n".replace("{leads}", "1")


def with_people(folder: Path) -> None:
    """Give a template province one person a head, and the shipped rules of staff."""
    for name in SHARED:
        shutil.copy(FACILITIES / f"{name}.csv", folder / f"{name}.csv")
    tables, _ = read_tables(folder)
    site = {row.unit_id: row.facility_id for row in tables.units}
    head = (FACILITIES / "soc_trang" / "people.csv").read_text(encoding="utf-8").splitlines()[0]
    lines = [head + "\n"]
    for pool in tables.staff:
        for n in range(int(pool.heads)):
            name = f"{pool.unit_id}-{pool.role}-{n:03d}"
            lines.append(PERSON.format(id=name, site=site[pool.unit_id], role=pool.role))
    (folder / "people.csv").write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    write_template(folder, "en")
    with_people(folder)
    return folder


RUN = [
    "--set",
    "horizon_days=14",
    "--set",
    "beyond_days=0",
    "--set",
    "reported_cases.peak_per_100k=240",
    "--set",
    "reported_cases.peak_day=7",
]


@pytest.fixture(scope="module")
def made(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("staff") / "plan"
    done = CliRunner().invoke(
        app, ["staff", str(province / "scenario.yaml"), "--out", str(out), *RUN, "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["checked"]["rules"] >= 12
    return out


def summary(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "staff.json").read_text(encoding="utf-8")))


def test_staff_writes_a_folder_that_its_judge_passes(made: Path, province: Path) -> None:
    assert check_secondments(made, province).passed
    done = CliRunner().invoke(app, ["staff", str(made), "--data", str(province)])
    assert done.exit_code == 0, done.output
    for name in ("secondments", "people_away", "heads", "shortage"):
        assert (made / f"{name}.csv").is_file()


def test_staff_lends_where_a_bed_has_no_people_and_harm_falls(made: Path) -> None:
    told = summary(made)
    harm = told["harm"]
    assert told["heads_moved"] > 0
    assert harm["with_secondments"] < harm["everybody_at_home"] * (1 - 1e-6)
    assert harm["with_secondments"] >= harm["lent_freely"] * (1 - 1e-6)  # no plan can beat it
    assert harm["lent_freely"] >= harm["beds_without_people"] * (1 - 1e-6)


def test_last_plan_has_no_bed_without_people(made: Path) -> None:
    told = summary(made)
    assert told["illusion"]["bed_days"] > 1
    assert told["illusion"]["after"] == pytest.approx(0.0, abs=1e-6)


def test_every_head_lent_by_a_site_has_a_name(made: Path) -> None:
    told = summary(made)
    with (made / "people_away.csv").open(encoding="utf-8") as file:
        named = list(csv.DictReader(file))
    assert len(named) == told["heads_moved"]
    assert told["nameless"] == 0


@pytest.mark.parametrize(("lang", "word"), [("en", "Who lends whom"), ("vi", "Ai cử cho ai")])
def test_summary_says_who_lends_whom(made: Path, lang: str, word: str) -> None:
    text = staff_text(summary(made), lang)
    assert word in text
    assert "14/2013" in text  # the legal basis of the home


def test_judge_command_names_what_is_spoilt(made: Path, province: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(made, spoilt)
    path = spoilt / "secondments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",14,", ",15,"), encoding="utf-8")
    done = CliRunner().invoke(app, ["staff", str(spoilt), "--data", str(province)])
    assert done.exit_code == 1
    assert "blocks" in done.output


def test_staff_refuses_a_folder_of_something_else(province: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(
        app, ["staff", str(province / "scenario.yaml"), "--out", str(tmp_path), "--lang", "en"]
    )
    assert done.exit_code == 2
    assert "something else than a staff plan" in done.output + done.stderr


def test_staff_tables_name_every_fault_at_once(province: Path, tmp_path: Path) -> None:
    folder = tmp_path / "faulty"
    shutil.copytree(province, folder)
    people = (folder / "people.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    people[1] = people[1].replace(",full,", ",half,")
    people[2] = people[1].replace(",half,", ",full,")  # the same person twice
    (folder / "people.csv").write_text("".join(people[:-1]), encoding="utf-8")
    rules = (folder / "staffing_rules.csv").read_text(encoding="utf-8")
    rules = rules.replace("host_share,0.5", "host_share,many").replace("move_vnd", "moves_vnd")
    (folder / "staffing_rules.csv").write_text(rules, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_staff_tables(read_tables(folder)[0])
    said = str(caught.value)
    for part in (
        "contracts.csv",
        "same key",
        "people, but",
        "not a number",
        "no such rule",
        "move_vnd is missing",
    ):
        assert part in said, said


def test_validate_names_faults_of_staff_tables_too(province: Path, tmp_path: Path) -> None:
    folder = tmp_path / "faulty"
    shutil.copytree(province, folder)
    sound = CliRunner().invoke(app, ["validate", str(folder), "--lang", "en"])
    assert sound.exit_code == 0, sound.output
    lending = (folder / "lending.csv").read_text(encoding="utf-8")
    (folder / "lending.csv").write_text(lending.replace("public,", "state,"), encoding="utf-8")
    done = CliRunner().invoke(app, ["validate", str(folder), "--lang", "en"])
    assert done.exit_code == 1
    assert "No row for the ownership public" in done.output


def test_province_without_people_says_what_is_missing(tmp_path: Path) -> None:
    write_template(tmp_path / "p", "en")
    assert not has_people(tmp_path / "p")
    done = CliRunner().invoke(app, ["staff", str(tmp_path / "p" / "scenario.yaml"), "--lang", "en"])
    assert done.exit_code == 2
    assert "people.csv" in done.output + done.stderr


def test_shipped_provinces_have_one_person_a_head() -> None:
    for name in ("soc_trang", "cao_bang", "can_tho"):
        tables, _ = read_tables(FACILITIES / name)
        staff = read_staff_tables(tables)
        assert len(staff.people) == sum(row.heads for row in tables.staff)
        assert all(one.synthetic and one.confidence == "assumed" for one in staff.people)
