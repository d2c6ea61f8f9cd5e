"""`referral roads`: how far care is from each commune, and whom a cut road isolates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli import app

from .province import template, wave


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def ferry(tmp_path: Path) -> Path:
    """Return a scenario of the template in which X3 is an island with one ferry, to H1."""
    province = template(tmp_path / "province")
    path = province / "admin_units.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if line.startswith("admin_unit_id")).split(",")
    for at, line in enumerate(lines):
        if line.startswith("X3,"):
            cells = line.split(",")
            cells[header.index("island")] = "1"
            lines[at] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (province / "travel.csv").open("a", encoding="utf-8") as file:
        file.write("X3,H1,50,,35,,,example,assumed\n")
    return wave(province)


def test_roads_name_the_nearest_facilities_by_minutes(ferry: Path) -> None:
    told = json.loads(run("roads", ferry, "--nearest", 2, "--json").stdout)
    rows = {row["commune"]: row for row in told["communes"]}
    assert rows["X2"]["nearest"][0]["facility"] == "H3"
    assert rows["X2"]["nearest"][0]["minutes"] == 0, "its own station"
    # by the ferry to H1 in 50, and on to H2 over the stated 45
    assert [(n["facility"], n["minutes"]) for n in rows["X3"]["nearest"]] == [
        ("H1", 50.0),
        ("H2", 95.0),
    ]
    assert told["communes"][0]["commune"] == "X3", "the farthest first"
    assert not any(row["isolated"] for row in told["communes"])


@pytest.mark.parametrize(
    ("lang", "word"),
    [("en", "isolated by cutting X3 - H1: "), ("vi", "bị cô lập khi cắt X3 - H1: ")],
)
def test_roads_name_whom_a_cut_isolates(ferry: Path, lang: str, word: str) -> None:
    done = run("roads", ferry, "--cut", "X3:H1", "--lang", lang)
    assert done.exit_code == 0
    assert word in done.stdout
    told = json.loads(run("roads", ferry, "--cut", "X3:H1", "--json").stdout)
    assert [row["commune"] for row in told["communes"] if row["isolated"]] == ["X3"]
    harmless = run("roads", ferry, "--cut", "H2:H1", "--lang", "en")
    assert "isolates no commune" in harmless.stdout


def test_roads_refuse_a_cut_of_no_road(ferry: Path) -> None:
    done = run("roads", ferry, "--cut", "X3", "--cut", "X3:HH", "--lang", "en")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert "X3:HH" in done.stderr


@pytest.mark.parametrize(("lang", "word"), [("en", "X3 (1 in all)"), ("vi", "X3 (tổng cộng 1)")])
def test_plan_and_validate_warn_of_communes_that_the_scenario_isolates(
    ferry: Path, lang: str, word: str
) -> None:
    cut = wave(ferry.parent, "cut.yaml", shocks={"roads_cut": [["H1", "X3"]]})
    for command in ("validate", "plan"):
        out = ("--out", ferry.parent / "out") if command == "plan" else ()
        done = run(command, cut, "--data", ferry.parent, *out, "--lang", lang)
        assert done.exit_code == 0
        assert word in done.stdout + done.stderr
        assert "cut.yaml" in done.stdout + done.stderr
        assert "shocks.roads_cut" in done.stdout + done.stderr
