"""Promises from the scenario to a judged plan folder, and forged ones that are refused."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from optimizer.checking.judge import check_plan
from optimizer.errors import DataError, InfeasiblePlanError
from optimizer.loading import load
from optimizer.report.folder import read_plan_folder
from optimizer.report.promises import promise_table
from optimizer.report.summary import summary_text
from tests.run.province import planned, table, template, wave

BUSY = {"shocks": {"demand_factor": 12}, "horizon_days": 5}


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("promises") / "province")


def made(
    province: Path, out: Path, promises: dict[str, Any], *, reports: bool = False, **more: Any
) -> dict[str, Any]:
    path = wave(province, f"{out.name}.yaml", **BUSY, promises=promises, **more)
    return planned(path, province, out, reports=reports).summary


@pytest.fixture(scope="module")
def kept(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan with a reserve that is partly taken."""
    out = tmp_path_factory.mktemp("promises") / "plan"
    made(province, out, {"reserve": {"ICU": 0.2, "OXY": 0.1}}, reports=True)
    return out


def told(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "plan.json").read_text(encoding="utf-8")))


def test_reserve_changes_the_plan_and_is_told(kept: Path, province: Path, tmp_path: Path) -> None:
    plain = made(province, tmp_path / "plain", {})
    assert "promises" not in plain
    assert not (tmp_path / "plain" / "promises.csv").exists()
    summary = told(kept)
    entries = {one["care_level"]: one for one in summary["promises"]}
    assert set(entries) == {"ICU", "OXY"}
    assert entries["OXY"]["missed"] > 0.01
    assert summary["objective"]["harm"]["value"] > plain["objective"]["harm"]["value"] + 0.01
    penalty = sum(one["harm"] for one in entries.values())
    rest = summary["objective"]["harm"]["value"] - penalty - plain["objective"]["harm"]["value"]
    assert rest > -1e-6
    assert entries["ICU"]["costs"] == entries["OXY"]["costs"]
    assert 0 <= entries["ICU"]["costs"] <= rest + 0.01 * plain["objective"]["harm"]["value"]
    goals = {row["key"] for row in summary["goals"]} - {row["key"] for row in plain["goals"]}
    assert goals == {"weights.reserve"}


def test_reserve_is_shown_in_both_languages(kept: Path) -> None:
    report = read_plan_folder(kept)
    for lang, words in (("vi", "giường để trống dự phòng"), ("en", "reserve kept free")):
        assert words in summary_text(kept, told(kept), lang)
        _, rows = promise_table(report.head, {}, lang)
        assert len(rows) == 2
        assert words in rows[0][0][0]
    page = (kept / "report.html").read_text(encoding="utf-8")
    assert "reserve kept free" in page
    assert "giường để trống dự phòng" in page


def test_a_dearer_reserve_is_kept_better(kept: Path, province: Path, tmp_path: Path) -> None:
    dear = made(
        province,
        tmp_path / "dear",
        {"reserve": {"ICU": 0.2, "OXY": 0.1}},
        weights={"reserve": 50},
    )
    missed = [sum(one["missed"] for one in s["promises"]) for s in (told(kept), dear)]
    assert missed[1] < missed[0] - 0.01


LIMITS = [{"place": "U1", "patients": 6}, {"place": "H2", "patients": 2, "to_day": 3}]


@pytest.fixture(scope="module")
def limited(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan in which a unit and a site take in few."""
    out = tmp_path_factory.mktemp("promises") / "limited"
    made(province, out, {"reception": LIMITS})
    return out


def test_reception_changes_the_plan_and_is_told(limited: Path, kept: Path) -> None:
    summary = told(limited)
    (one,) = summary["promises"]
    assert one["promised"] == 6 * 5 + 2 * 3
    assert one["reached"] <= one["promised"] + 1e-6
    assert one["costs"] > 1.0
    rows = [row for row in table(limited, "promises") if row["place"] == "H2"]
    assert [row["day"] for row in rows] == ["1", "2", "3"]
    binds = ";".join(row["binding"] for row in table(limited, "capacity"))
    assert "reception" in binds
    for lang, words in (("vi", "giới hạn tiếp nhận"), ("en", "limits on reception")):
        assert words in summary_text(limited, summary, lang)


def test_reception_above_its_limit_is_refused(limited: Path, tmp_path: Path) -> None:
    folder = copied(limited, tmp_path)
    path = folder / "inputs" / "scenario.json"
    scenario = json.loads(path.read_text(encoding="utf-8"))
    scenario["promises"]["reception"][0]["patients"] = 5.9
    path.write_text(json.dumps(scenario), encoding="utf-8")
    found = check_plan(folder, data_of(limited)).violations
    assert any(v.rule == "reception_limit" and "U1" in v.where for v in found)
    assert any(v.rule == "baselines" for v in found)


@pytest.fixture(scope="module")
def fair(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan in which no unit is to be worse off than without transfers."""
    out = tmp_path_factory.mktemp("promises") / "fair"
    made(province, out, {"no_site_worse_off": True}, **HARD)
    return out


HARD = {
    "staff": {"surge_absence": 0.4},
    "weights": {"no_site_worse_off": 40},
}


def test_no_site_worse_off_is_compared_with_the_plan_beside(fair: Path) -> None:
    summary = told(fair)
    (one,) = summary["promises"]
    rows = {row["place"]: row for row in table(fair, "promises")}
    for unit, row in rows.items():
        beside = [r for r in table(fair, "baselines") if r["baseline"] == "no_transfers"]
        boarded = sum(
            float(r["value"])
            for r in beside
            if r["place"] == unit and r["measure"] == "boarding_bed_days"
        )
        assert float(row["promised"]) >= boarded - 1e-3
        assert float(row["missed"]) == pytest.approx(
            max(0.0, float(row["reached"]) - float(row["promised"])), abs=1e-9
        )
    assert one["promised"] > 1.0
    assert one["costs"] >= 0.0
    assert one["harm"] == pytest.approx(40 * one["missed"])


def test_forged_comparison_is_refused(fair: Path, tmp_path: Path) -> None:
    folder = copied(fair, tmp_path)
    rows = table(folder, "promises")
    rows[0]["promised"] = repr(float(rows[0]["promised"]) + 1)
    with (folder / "promises.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = {v.rule for v in check_plan(folder, data_of(fair)).violations}
    assert "no_site_worse_off" in found


def test_pins_are_held_and_told(province: Path, tmp_path: Path) -> None:
    plain = made(province, tmp_path / "plain", {})
    row = next(r for r in table(tmp_path / "plain", "admissions") if r["day"] == "2")
    pin = {"kind": "admission", "day": 2, "from_place": row["area"], "to_place": row["unit"]}
    pin |= {"class_id": row["class_id"], "count": 0.25}
    keys = ("kind", "day", "from_place", "to_place", "class_id", "care_level", "count")
    lines = [",".join(keys), ",".join(str(pin.get(key, "")) for key in keys)]
    (province / "pins.csv").write_text("\n".join(lines), encoding="utf-8")
    summary = made(province, tmp_path / "plan", {}, pins="pins.csv")
    assert summary["status"] in ("optimal", "feasible")
    (one,) = table(tmp_path / "plan", "promises")
    assert float(one["reached"]) == pytest.approx(0.25, abs=1e-6)
    assert summary["promises"][0]["costs"] >= 0.0
    harm = [s["objective"]["harm"]["value"] for s in (plain, summary)]
    assert harm[1] >= harm[0] - 1e-6
    folder = copied(tmp_path / "plan", tmp_path / "forged")
    path = folder / "inputs" / "scenario.json"
    scenario = json.loads(path.read_text(encoding="utf-8"))
    scenario["pins"][0]["count"] = 0.5
    path.write_text(json.dumps(scenario), encoding="utf-8")
    found = check_plan(folder, data_of(tmp_path / "plan")).violations
    assert "pinned" in {v.rule for v in found}


def test_pins_that_cannot_hold_are_refused_with_the_smallest_set(
    province: Path, tmp_path: Path
) -> None:
    surge = {"kind": "surge_beds", "to_place": "U1", "care_level": "ICU"}
    pins = [surge | {"day": 2, "count": 1}, surge | {"day": 5, "count": 0}]
    path = wave(province, "pins.yaml", pins=pins)
    with pytest.raises(InfeasiblePlanError) as refused:
        planned(path, province, tmp_path / "plan")
    assert refused.value.exit_code == 3
    assert [p.column for p in refused.value.problems] == ["pins[1]"]  # too early: day 8
    assert "no fewer are enough" in refused.value.render("en")
    assert "Không thể giữ ghim này" in refused.value.render("vi")
    assert not (tmp_path / "plan").exists()


@pytest.fixture(scope="module")
def soon(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan in which nobody with a moderate illness should wait a second evening."""
    out = tmp_path_factory.mktemp("promises") / "soon"
    made(province, out, {"longest_wait": {"days": 1}})
    return out


def test_longest_wait_is_told_and_forged_ones_are_refused(soon: Path, tmp_path: Path) -> None:
    summary = told(soon)
    (one,) = summary["promises"]
    assert one["promise"] == "longest_wait"
    rows = table(soon, "promises")
    assert sum(float(row["missed"]) for row in rows) > 0.01
    assert one["costs"] >= 0.0
    assert "weights.longest_wait" in {row["key"] for row in summary["goals"]}
    for lang, words in (("vi", "chờ lâu nhất"), ("en", "longest wait")):
        assert words in summary_text(soon, summary, lang)
    folder = copied(soon, tmp_path)
    path = folder / "inputs" / "scenario.json"
    scenario = json.loads(path.read_text(encoding="utf-8"))
    scenario["promises"]["longest_wait"]["days"] = 2
    path.write_text(json.dumps(scenario), encoding="utf-8")
    found = {v.rule for v in check_plan(folder, data_of(soon)).violations}
    assert {"longest_wait", "objective_harm"} <= found
    scenario["promises"]["longest_wait"] |= {"days": 1, "hard": True}
    path.write_text(json.dumps(scenario), encoding="utf-8")
    broken = [v for v in check_plan(folder, data_of(soon)).violations if v.rule == "longest_wait"]
    assert any("are waiting" in v.render("en") for v in broken)


def test_longest_wait_that_cannot_hold_names_where_to_lift_it(
    province: Path, tmp_path: Path
) -> None:
    hard = {"longest_wait": {"days": 0, "hard": True}}
    with pytest.raises(InfeasiblePlanError) as refused:
        made(province, tmp_path / "plan", hard)
    assert refused.value.exit_code == 3
    assert {p.column for p in refused.value.problems} == {"promises.longest_wait"}
    assert "no less is enough" in refused.value.render("en")
    assert "không thể giữ cam kết" in refused.value.render("vi")
    assert not (tmp_path / "plan").exists()
    easy = made(province, tmp_path / "easy", {"longest_wait": {"days": 90, "hard": True}})
    assert easy["promises"][0]["missed"] == 0.0


def test_wrong_pins_are_refused_all_at_once(province: Path) -> None:
    path = wave(
        province,
        "pins.yaml",
        pins=[
            {"kind": "transfer", "day": 1, "from_place": "U2", "to_place": "U1", "count": 0.5},
            {"kind": "surge_beds", "day": 9, "to_place": "U8", "count": 1, "from_place": "U1"},
            {"kind": "admission", "day": 99, "to_place": "U1", "class_id": "none", "count": 1},
        ],
    )
    with pytest.raises(DataError) as refused:
        load(path, province)
    columns = {p.column for p in refused.value.problems}
    assert columns == {
        "pins[1].count",
        *(f"pins[2].{key}" for key in ("from_place", "to_place", "care_level", "day")),
        *(f"pins[3].{key}" for key in ("from_place", "class_id", "day")),
    }


def test_plan_of_the_next_morning_keeps_what_was_told(province: Path, tmp_path: Path) -> None:
    first = made(province, tmp_path / "first", {})
    start = datetime.date.fromisoformat(first["start_date"]) + datetime.timedelta(days=1)
    more = {"start_date": start, "previous_plan": str(tmp_path / "first")}
    second = made(province, tmp_path / "second", {}, **more)
    told_ = second["stability"]
    assert told_["days"] == 4
    assert told_["with"] <= told_["without"] + 1e-6
    assert told_["costs"] >= 0.0
    assert "burden.churn" in {row["key"] for row in second["goals"]}
    assert "Against the earlier plan" in summary_text(tmp_path / "second", second, "en")
    folder = copied(tmp_path / "second", tmp_path / "forged")
    _plan(lambda plan: plan["stability"].update(reached=0.0))(folder)
    found = {v.rule for v in check_plan(folder, data_of(tmp_path / "second")).violations}
    assert "churn" in found


def test_a_previous_plan_must_be_one(province: Path) -> None:
    path = wave(province, "wrong.yaml", previous_plan="nowhere")
    with pytest.raises(DataError) as refused:
        load(path, province)
    assert "days in common" in refused.value.render("en")


def _plan(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "plan.json"
        plan = json.loads(path.read_text(encoding="utf-8"))
        change(plan)
        path.write_text(json.dumps(plan), encoding="utf-8")

    return spoil


def _row(column: str, value: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        rows = table(folder, "promises")
        next(row for row in rows if float(row["missed"]) > 0.01)[column] = value
        with (folder / "promises.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        _row("missed", "0"),
        _row("promised", "0"),
        _row("reached", "99"),
        _row("place", "nowhere"),
        _plan(lambda plan: plan["promises"][1].update(missed=0.0)),
        _plan(lambda plan: plan.pop("promises")),
        lambda folder: (folder / "promises.csv").unlink(),
    ],
)
def test_forged_reserve_is_refused(
    kept: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = copied(kept, tmp_path)
    spoil(folder)
    assert "reserve_share" in {v.rule for v in check_plan(folder, data_of(kept)).violations}


def test_harm_without_the_reserve_is_refused(kept: Path, tmp_path: Path) -> None:
    folder = copied(kept, tmp_path)
    path = folder / "inputs" / "scenario.json"
    scenario = json.loads(path.read_text(encoding="utf-8"))
    scenario["promises"]["reserve"] = {"ICU": 0.3, "OXY": 0.1}
    path.write_text(json.dumps(scenario), encoding="utf-8")
    broken = {v.rule for v in check_plan(folder, data_of(kept)).violations}
    assert {"reserve_share", "objective_harm"} <= broken


def copied(kept: Path, to: Path) -> Path:
    """Return a copy of a plan folder."""
    return Path(shutil.copytree(kept, to / "plan"))


def data_of(kept: Path) -> Path:
    return kept / str(told(kept)["data_dir"])


@pytest.mark.parametrize(
    ("promises", "more", "words"),
    [
        ({"reserve": {"ICU": 1.2}}, {}, "It must be"),
        ({"reserve": {"IUC": 0.1}}, {}, "Did you mean ICU?"),
        ({"reserve": {"ICU": 0.1}}, {"weights": {"reserve": -1}}, "0 or more"),
        ({"reserves": {}}, {}, "reserves"),
        ({"longest_wait": {"days": -1}}, {}, "0 or more"),
        ({"longest_wait": {"days": 1, "severity": "moderat"}}, {}, "Did you mean moderate?"),
        ({"reception": [{"place": "U9", "patients": 3}]}, {}, "No facility or unit"),
        ({"reception": [{"place": "U1", "patients": -3}]}, {}, "0 or more"),
        (
            {"reception": [{"place": "U1", "patients": 3, "from_day": 4, "to_day": 2}]},
            {},
            "to_day is before",
        ),
        ({"reception": [{"place": "U1", "patients": n} for n in (3, 4)]}, {}, "Row 1"),
        ({"reception": [{"place": "H3", "patients": 3}]}, {}, "Name the group"),
    ],
)
def test_wrong_promises_are_refused(
    province: Path, promises: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    path = wave(province, "wrong.yaml", promises=promises, **more)
    with pytest.raises(DataError) as refused:
        load(path, province)
    said = refused.value.render("en")
    assert words in said or words in str([p.value for p in refused.value.problems]), said


@pytest.mark.parametrize(
    ("promises", "weight", "words"),
    [
        ({"reserve": {"ICU": 0.1}}, 0, "no effect on the plan"),
        ({}, 2, "the weight has no effect"),
    ],
)
def test_promises_without_effect_are_said(
    province: Path, promises: dict[str, Any], weight: float, words: str
) -> None:
    path = wave(province, "idle.yaml", promises=promises, weights={"reserve": weight})
    said = " ".join(problem.render("en") for problem in load(path, province)[2])
    assert words in said
