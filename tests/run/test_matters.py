"""Which assumption matters: told with the plan, by its range, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import DataError
from optimizer.exchange.scenarios import read_scenario
from optimizer.matters import assumed_keys
from optimizer.report.summary import summary_text
from tests.run.province import planned, summary, table, template, wave


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a crowded province, short of staff, and its plan; one range is stated."""
    root = tmp_path_factory.mktemp("matters")
    province = template(root / "data")
    ranged = {
        "stays.severe.stay_days": {"source": "x", "confidence": "assumed", "low": 3, "high": 20}
    }
    shocks = {"demand_factor": 3.0, "staff_factor": 0.4}
    path = wave(province, horizon_days=14, provenance=ranged, shocks=shocks)
    planned(path, province, root / "plan", explain=True, reports=True)
    return root


def test_every_assumed_figure_stands_in_the_table_weightiest_first(crowd: Path) -> None:
    rows = table(crowd / "plan", "matters")
    named = [row["figure"] for row in rows]
    assert {key for key, _ in assumed_keys(read_scenario(crowd / "data" / "wave.yaml"))} <= set(
        named
    )
    assert {"beds.staffed_beds", "staff.on_duty", "routine.routine_patients"} <= set(named)
    swing = [
        max(
            abs(float(row[end]) - float(row["harm"]))
            for end in ("harm_low", "harm_high")
            if row[end]
        )
        for row in rows
        if row["harm_low"] or row["harm_high"]
    ]
    assert swing == sorted(swing, reverse=True)
    assert swing[0] > 0
    stay = rows[named.index("stays.severe.stay_days")]
    assert (float(stay["low"]), float(stay["high"]), stay["stated_range"]) == (3, 20, "1")
    assert rows[named.index("beds.staffed_beds")]["stated_range"] == "0"


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "Giả định nào quan trọng"), ("en", "Which assumption matters")]
)
def test_the_weightiest_are_told(crowd: Path, lang: str, words: str) -> None:
    told = summary(crowd / "plan")
    first = told["explanation"]["matters"][0]
    assert first["harm_low"] != first["harm_high"]
    assert len(first[f"text_{lang}"].split()) <= 80
    text = summary_text(crowd / "plan", told, lang)
    assert words in text
    assert first[f"text_{lang}"] in text
    page = (crowd / "plan" / "report.html").read_text(encoding="utf-8")
    assert words in page


def test_more_staff_never_looks_worse_than_less(crowd: Path) -> None:
    rows = {row["figure"]: row for row in table(crowd / "plan", "matters")}
    staff, beds = rows["staff.on_duty"], rows["beds.staffed_beds"]
    assert float(staff["harm_low"]) > float(staff["harm"]) > float(staff["harm_high"])
    assert float(beds["harm_low"]) >= float(beds["harm_high"])


@pytest.mark.parametrize(
    ("ends", "fault"),
    [({"low": 3}, "both low and high"), ({"low": 5, "high": 2}, "low is more than high")],
)
def test_half_a_range_is_refused(tmp_path: Path, ends: dict[str, float], fault: str) -> None:
    province = template(tmp_path / "data")
    said = {"stays.severe.stay_days": {"source": "x", "confidence": "assumed", **ends}}
    with pytest.raises(DataError, match=fault):
        read_scenario(wave(province, provenance=said))
