"""Every key of staff.json and every column of a staff folder, forged one by one: the judge sees it.

What is only stated by the solver is listed here and in docs/staffing.md; nothing else may pass.
"""

from __future__ import annotations

import copy
import csv
import fnmatch
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimizer.checking.case import Case
from optimizer.checking.judge import read_case
from optimizer.checking.roster_table import roster_table
from optimizer.checking.secondment_files import StaffFiles, read_files
from optimizer.checking.secondments import RULES as SECONDMENT_RULES
from optimizer.checking.staff_columns import columns
from optimizer.checking.staff_folder import check_staff, handed_over
from optimizer.checking.staff_told import told
from optimizer.checking.violation import Bench, Violation
from optimizer.cli import app
from optimizer.rosters import FacilityRoster

DOCS = Path(__file__).resolve().parents[2] / "docs" / "staffing.md"
STATED = (
    "size",
    "data_dir",
    "seconds",
    "secondment_seconds",
    "checked",
    "earlier.left_out",
    "harm.lent_freely",
    "kpis.beds_without_people",
    "kpis.everybody_at_home",
    "kpis.with_secondments",
    "illusion.bed_days",
    "illusion.share",
    "illusion.peak_beds",
    "illusion.peak_day",
    "rounds.*.plan_seconds",
    "rounds.*.staff_seconds",
    "rosters.rounds.*.wall_seconds",
)
"""What nothing in the folder can prove: plans that are not in it, times, sizes."""
AGREEING = ("goals.*.bound", "harm.beds_without_people", "harm.everybody_at_home")
"""Seen where it alone is forged, for another figure rests on it; not if both are."""
OTHER_ROUNDS = "rounds that were not kept"
KEYS = [
    "schema_version",
    "status",
    "scenario",
    "first_day",
    "days",
    "shown_days",
    "size",
    "data_dir",
    "names",
    "role_names",
    "named_sites",
    "site_of_facility",
    "lending",
    "blocks",
    "lending_of",
    "heads_moved",
    "changes",
    "earlier",
    "people_named",
    "nameless",
    "trained",
    "cost_vnd",
    "goals",
    "short_head_days",
    "short_head_days_at_home",
    "lead_short_head_days",
    "around_the_clock",
    "floors_kept",
    "harm",
    "plan",
    "kpis",
    "illusion",
    "rounds",
    "seconds",
    "secondment_seconds",
    "confidence",
    "checked",
    "rosters",
]


@dataclass(frozen=True)
class Read:
    """A staff folder as the judge has read it."""

    folder: Path
    province: Path
    files: StaffFiles
    case: Case

    def found(self, files: StaffFiles, folder: Path | None = None) -> list[Violation]:
        """Return what the judge of staff finds; the plan itself is judged elsewhere."""
        base = folder or self.folder
        rules: list[Callable[[], Iterator[Violation]]] = [
            *(lambda rule=rule: rule(files) for rule in SECONDMENT_RULES),
            lambda: told(base, files, self.case),
            lambda: columns(base, files, self.case),
            lambda: handed_over(base, files, self.case),
            lambda: roster_table(base, files, self.case),
        ]
        out: list[Violation] = []
        for rule in rules:
            try:
                out += rule()
            except (OSError, ValueError, KeyError, IndexError, TypeError, StopIteration) as error:
                out.append(Violation("files", str(error), 1, "files", "unreadable"))
        return out


def read(folder: Path, province: Path) -> Read:
    case = read_case(folder / "plan", province, Bench())
    assert case is not None
    return Read(folder, province, read_files(folder, province), case)


@pytest.fixture(scope="module")
def lending(staffed: Path, peopled: Path) -> Read:
    """A folder in which people are lent."""
    return read(staffed, peopled)


@pytest.fixture(scope="module")
def rostered_beds(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """A folder with rosters of four days and posts on them."""
    out = tmp_path_factory.mktemp("forged_rosters") / "staff"
    done = CliRunner().invoke(
        app,
        [
            "staff",
            str(peopled / "scenario.yaml"),
            "--out",
            str(out),
            "--rounds",
            "1",
            "--set",
            "horizon_days=4",
            "--set",
            "beyond_days=0",
            "--set",
            "reported_cases.peak_per_100k=240",
            "--set",
            "reported_cases.peak_day=3",
            "--rosters",
            "1",
            "--roster-rounds",
            "1",
            "--workers",
            "1",
            "--json",
        ],
    )
    assert done.exit_code == 0, done.output
    assert sum(row["posts"] for row in json.loads(done.stdout)["rosters"]["facilities"]) > 100
    return read(out, peopled)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value that holds no others; of lists the last entry's."""
    if isinstance(value, dict) and value:
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield from leaves(value[-1], (*path, len(value) - 1))
    else:
        yield path


def forged(summary: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """Return the summary with one value another."""
    out = copy.deepcopy(summary)
    here = out
    for key in path[:-1]:
        here = here[key]
    was = here[path[-1]]
    if isinstance(was, bool):
        here[path[-1]] = not was
    elif isinstance(was, int | float):
        here[path[-1]] = 2 * was + 2
    elif isinstance(was, str):
        here[path[-1]] = "2026-01-01" if was[:4].isdigit() and "-" in was else was + "x"
    else:
        here[path[-1]] = 1 if was is None else [1]
    return out


def is_stated(path: tuple[Any, ...], summary: dict[str, Any]) -> bool:
    """Tell whether nothing in the folder can prove the value."""
    name = ".".join(map(str, path))
    if path[0] == "rounds" and not summary["rounds"][path[1]]["kept"]:
        return path[2] not in ("number", "kept")
    if path[:2] == ("rosters", "rounds") and not summary["rosters"]["rounds"][path[2]]["kept"]:
        return path[3] not in ("number", "kept")
    if path[0] == "kpis" and path[2] == "harm":
        return False
    return any(fnmatch.fnmatch(name, p) or fnmatch.fnmatch(name, f"{p}.*") for p in STATED)


def passing(one: Read, key: str) -> list[str]:
    """Return the forgeries below a key of staff.json that nobody notices."""
    summary = one.files.summary
    out = []
    for path in leaves(summary[key], (key,)):
        if path[:2] == ("kpis", "handed_over") and len(path) > 3:
            continue  # compared whole, as its first values show
        found = one.found(replace(one.files, summary=forged(summary, path)))
        if bool(found) == is_stated(path, summary):
            out.append(f"{'.'.join(map(str, path))}: {[v.rule for v in found]}")
    return out


def test_sound_folders_pass_whole(lending: Read, rostered_beds: Read) -> None:
    for one in (lending, rostered_beds):
        result = check_staff(one.folder, one.province)
        assert result.passed, result.render("en")
        assert {"told", "columns", "roster_table"} <= set(result.counts)
        assert one.found(one.files) == []


def test_every_key_of_the_summary_is_named_here(rostered_beds: Read) -> None:
    assert sorted(rostered_beds.files.summary) == sorted(KEYS)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "rosters"])
def test_a_forged_key_is_seen_unless_it_is_only_stated(lending: Read, key: str) -> None:
    assert passing(lending, key) == []


def test_a_forged_figure_of_the_rosters_is_seen_unless_it_is_only_stated(
    rostered_beds: Read,
) -> None:
    assert passing(rostered_beds, "rosters") == []


@pytest.mark.parametrize("key", KEYS)
def test_a_key_left_out_is_seen_unless_it_is_only_stated(rostered_beds: Read, key: str) -> None:
    summary = {k: v for k, v in rostered_beds.files.summary.items() if k != key}
    found = rostered_beds.found(replace(rostered_beds.files, summary=summary))
    left_out = key in STATED or key == "rosters"  # a folder without rosters has none
    assert bool(found) != left_out


@pytest.mark.parametrize("column", [*FacilityRoster.__dataclass_fields__, "confidence"])
def test_a_forged_cell_of_the_table_of_rosters_is_seen(
    rostered_beds: Read, tmp_path: Path, column: str
) -> None:
    folder = tmp_path / "staff"
    shutil.copytree(rostered_beds.folder / "rosters", folder / "rosters")
    path = folder / "rosters" / "rosters.csv"
    tamper(path, column)
    found = list(roster_table(folder, rostered_beds.files, rostered_beds.case))
    assert {v.rule for v in found} == {"roster_table"}
    assert all(column in v.where for v in found)
    for lang in ("vi", "en"):
        assert "{" not in found[0].render(lang)


def tamper(path: Path, column: str) -> None:
    """Change one cell of the first row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    was = rows[0][column]
    try:
        rows[0][column] = str(2 * int(was) + 2) if was.isdigit() else str(2 * float(was) + 2)
    except ValueError:
        rows[0][column] = "2026-01-01" if was[:4].isdigit() else was + "x"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(
            ("secondments", c)
            for c in [
                "last_day",
                "start_date",
                "last_date",
                "travel_days",
                "rest_days_after",
                "lending",
                "cost_vnd",
                "heads",
                "days",
                "start_day",
            ]
        ),
        *(
            ("people_away", c)
            for c in [
                "person_id",
                "block_id",
                "role",
                "home",
                "host",
                "start_date",
                "last_date",
                "back_date",
            ]
        ),
        *(
            ("heads", c)
            for c in [
                "heads",
                "away",
                "here",
                "learning",
                "helping_elsewhere",
                "helped",
                "short",
                "lead_short",
            ]
        ),
        *(
            ("shortage", c)
            for c in ["site", "role", "day", "date", "need", "short", "lead_short", "weight"]
        ),
    ],
)
def test_a_forged_cell_of_the_secondments_is_seen(
    lending: Read, tmp_path: Path, table: str, column: str
) -> None:
    folder = tmp_path / "staff"
    shutil.copytree(lending.folder, folder, ignore=shutil.ignore_patterns("plan"))
    tamper(folder / f"{table}.csv", column)
    assert lending.found(read_files(folder, lending.province), folder)


def _agreed(summary: dict[str, Any], column: str) -> dict[str, Any]:
    """Forge a figure of a facility in the table and in the sums of its round."""
    out = copy.deepcopy(summary)
    more = out["rosters"]["facilities"][0][column] + 2
    out["rosters"]["facilities"][0][column] += more
    for one in out["rosters"]["rounds"]:
        if one["kept"] and column in one:
            one[column] += more
        if one["kept"]:  # of the posts open so many are proved, whichever of the two is forged
            rows = out["rosters"]["facilities"]
            one["at_least"] = sum(min(row["open"], row["at_least"]) for row in rows)
    if column == "bed_days_lost":
        out["rosters"]["bed_days_lost"] += more
    return out


@pytest.mark.parametrize(
    "column",
    [
        "people",
        "posts",
        "open",
        "at_least",
        "leads_missing",
        "medium",
        "soft",
        "bed_days",
        "bed_days_lost",
    ],
)
def test_a_figure_forged_in_table_summary_and_sums_is_worked_out_again(
    rostered_beds: Read, tmp_path: Path, column: str
) -> None:
    folder = tmp_path / "staff"
    shutil.copytree(rostered_beds.folder / "rosters", folder / "rosters")
    tamper(folder / "rosters" / "rosters.csv", column)
    files = replace(rostered_beds.files, summary=_agreed(rostered_beds.files.summary, column))
    where = [v.where for v in roster_table(folder, files, rostered_beds.case)]
    assert where == [f"roster_table(H1,{column})"]


@pytest.mark.parametrize("status", ["nothing_to_roster", "infeasible", "no_solution_in_time"])
def test_a_roster_that_stands_cannot_be_called_missing(rostered_beds: Read, status: str) -> None:
    summary = copy.deepcopy(rostered_beds.files.summary)
    summary["rosters"]["facilities"][1]["status"] = status
    files = replace(rostered_beds.files, summary=summary)
    found = list(roster_table(rostered_beds.folder, files, rostered_beds.case))
    assert "roster_table(H2,posts)" in {v.where for v in found} or "H2" in found[0].where


def test_docs_name_every_figure_that_is_only_stated() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name in (*STATED, *AGREEING):
        assert f"`{name}`" in text, name
    assert OTHER_ROUNDS in text
