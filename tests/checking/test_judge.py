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
from optimizer.checking.inputs import start_of_day_one
from optimizer.checking.judge import RULES, check_plan
from optimizer.i18n import translator
from tests.checking.folder import rows
from tests.checking.follows import Follows
from tests.checking.wider_example import ranked, wide
from tests.checking.worked_example import breathing, narrow

MODEL_ROWS = {
    "waiting_balance",
    "open_requests",
    "expected_arrivals",
    "treated_balance",
    "boarding_balance",
    "only_stable_move",
    "boarders_leave_once",
    "bed_lost_once",
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


def test_beds_lost_are_whole_where_the_whole_window_is(tmp_path: Path) -> None:
    for whole in (False, True):
        folder = narrow()
        folder.scenario["shocks"].update(staff_factor=0.9, staff_from_day=2)
        folder.scenario["rules"]["whole_window"] = whole
        folder.add("bed_lost", day=2, unit="A", class_id="SR", patients=0.1)
        found = check_plan(folder.write(tmp_path / str(whole))).violations
        where = "whole_people_day_one(A,SR,2)"
        assert any(v.where == where for v in found) == whole


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
