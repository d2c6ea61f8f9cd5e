"""People of several population groups: stated people stay whole and shared by their shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.demand import share_people
from optimizer.run import Outcome

from .province import planned, table, template, wave

# the deal


@pytest.mark.parametrize(
    ("counts", "share", "dealt"),
    [
        # ten rows of one: 6 and 4 in all, not ten times the larger group
        ([1] * 10, [0.6, 0.4], [6, 4]),
        ([5, 3], [0.5, 0.5], [4, 4]),
        # 3.5, 2.1, 1.4: the seventh goes to the largest rest
        ([7], [0.5, 0.3, 0.2], [4, 2, 1]),
        ([3, 0, 4], [0.5, 0.3, 0.2], [4, 2, 1]),
        # 0.5 each: a tie, to the first
        ([1], [0.5, 0.5], [1, 0]),
        ([0, 0], [0.5, 0.5], [0, 0]),
        ([2, 9], [1.0], [11]),
        ([2, 9], [0.0, 1.0], [0, 11]),
    ],
)
def test_people_are_dealt_by_largest_remainder_over_all_rows(
    counts: list[int], share: list[float], dealt: list[int]
) -> None:
    found = share_people(counts, np.array(share))
    assert found.sum(axis=1).tolist() == counts
    assert found.sum(axis=0).tolist() == dealt


def test_row_of_many_people_is_shared_too_when_the_others_are_small() -> None:
    # 12 + 1 + 1 by 0.75 and 0.25: 10.5 and 3.5 in all; of the first row 9 and 3 (9.43 and 2.57)
    found = share_people([12, 1, 1], np.array([0.75, 0.25]))
    assert found.sum(axis=0).tolist() == [11, 3]
    assert found[0].tolist() == [9, 3]


@settings(derandomize=True, deadline=None, database=None)
@given(
    st.lists(st.integers(0, 40), max_size=12),
    st.lists(st.floats(0.01, 1), min_size=1, max_size=5),
)
def test_people_stay_whole_and_near_their_shares(counts: list[int], share: list[float]) -> None:
    found = share_people(counts, np.array(share))
    assert (found >= 0).all()
    assert found.sum(axis=1).tolist() == counts
    ideal = sum(counts) * np.array(share) / sum(share)
    assert (np.abs(found.sum(axis=0) - ideal) < 1 + 1e-6).all()


# a plan with two groups

SHARE = {"adults": 0.7, "children": 0.3}
CENSUS = [
    # adults and children of 5 severe in all: 3.5 and 1.5, a tie to the first: 4 and 1
    ("U1", "severe", "acute", "treated", 2),
    ("U2", "severe", "acute", "treated", 1),
    ("U1", "severe", "acute", "boarding", 2),
    # of 10 moderate: 7 and 3
    ("U1", "moderate", "recovering", "treated", 9),
    ("U2", "moderate", "recovering", "treated", 1),
]
REQUESTS = [
    # 6 + 1 + 3 severe: 7 and 3; the 6 of the cluster are spread by population first
    ("C1", "severe", 6),
    ("X2", "severe", 1),
    ("X3", "severe", 3),
    # 1 critical: an adult
    ("X3", "critical", 1),
]


def two_groups(directory: Path) -> Path:
    """Write the template with every class for adults and for children, who weigh twice as much."""
    province = template(directory)
    path = province / "patient_classes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("class_id,"))
    names = lines[head].split(",")
    made = lines[: head + 1]
    for line in lines[head + 1 :]:
        for group, factor in (("adults", 1), ("children", 2)):
            row = dict(zip(names, line.split(","), strict=True))
            row["class_id"] = f"{row['class_id']}-{group}"
            row["population_group"] = group
            row["unmet_weight"] = f"{float(row['unmet_weight']) * factor:g}"
            made.append(",".join(row.values()))
    path.write_text("\n".join(made) + "\n", encoding="utf-8")
    return province


def explicit(**changes: Any) -> dict[str, Any]:
    census = [
        dict(zip(("unit", "severity", "phase", "state", "count"), row, strict=True))
        for row in CENSUS
    ]
    asked = [dict(zip(("area", "severity", "count"), row, strict=True)) for row in REQUESTS]
    return {
        "population_groups": SHARE,
        "explicit": {"census": census, "open_requests": asked},
        **changes,
    }


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return a plan that the checker has passed twice."""
    root = tmp_path_factory.mktemp("groups")
    province = two_groups(root / "province")
    scenario = wave(province, **explicit(shocks={"demand_factor": 5}))
    return planned(scenario, province, root / "plan")


def counted(outcome: Outcome, state: str, severity: str, group: str) -> float:
    """Return the people of the opening census."""
    rows = table(outcome.folder / "inputs", "opening_census")
    there = [r for r in rows if r["state"] == state and r["class_id"].startswith(severity)]
    return sum(float(r["patients"]) for r in there if r["class_id"].endswith(group))


def test_opening_census_is_whole_and_adds_up_to_what_is_stated(outcome: Outcome) -> None:
    rows = table(outcome.folder / "inputs", "opening_census")
    assert all(float(r["patients"]).is_integer() for r in rows)
    for unit, severity, _, state, count in CENSUS:
        here = [
            float(r["patients"])
            for r in rows
            if r["place"] == unit and r["state"] == state and r["class_id"].startswith(severity)
        ]
        assert sum(here) == count
    waiting = {severity: 0 for _, severity, _ in REQUESTS}
    for _, severity, count in REQUESTS:
        waiting[severity] += count
    for severity, count in waiting.items():
        people = [counted(outcome, "waiting", severity, group) for group in SHARE]
        assert sum(people) == count
    # 52,000 and 21,000 people in X1 and X2: of the six 4.27 and 1.73, with the one of X2: 4 and 3
    by_commune = {
        place: sum(
            float(r["patients"])
            for r in rows
            if r["place"] == place and r["class_id"].startswith("severe")
        )
        for place in ("X1", "X2", "X3")
    }
    assert by_commune == {"X1": 4, "X2": 3, "X3": 3}


def test_groups_have_the_whole_numbers_nearest_to_their_shares(outcome: Outcome) -> None:
    def both(state: str, severity: str) -> list[float]:
        return [counted(outcome, state, severity, group) for group in ("adults", "children")]

    severe = np.add(both("treated", "severe"), both("boarding", "severe"))
    assert severe.tolist() == [4, 1]
    assert both("treated", "moderate") == [7, 3]
    assert both("waiting", "severe") == [7, 3]
    assert both("waiting", "critical") == [1, 0]


def test_means_have_the_shares_themselves(outcome: Outcome) -> None:
    rows = table(outcome.folder / "inputs", "arrivals")
    total = dict.fromkeys(SHARE, 0.0)
    for row in rows:
        total[row["class_id"].rpartition("-")[2]] += float(row["patients"])
    assert total["children"] == pytest.approx(0.3 * sum(total.values()))
    assert total["adults"] == pytest.approx(0.7 * sum(total.values()))


def test_plan_moves_people_of_both_groups_whole_on_day_1(outcome: Outcome) -> None:
    assert outcome.summary["checked"] is True
    assert outcome.summary["solver"] != "nearest free place", "the fallback, not a plan"
    seen = [
        r for r in table(outcome.folder, "admissions") if r["day"] == "1" and r["observed"] == "1"
    ]
    assert {r["class_id"].rpartition("-")[2] for r in seen} == set(SHARE)
    assert all(float(r["patients"]).is_integer() for r in seen)
    assert sum(float(r["patients"]) for r in seen) <= 11


def test_census_is_the_same_when_its_rows_stand_in_another_order(
    outcome: Outcome, tmp_path: Path
) -> None:
    province = two_groups(tmp_path / "province")
    turned = explicit(horizon_days=1)
    for name in ("census", "open_requests"):
        turned["explicit"][name].reverse()
    planned(wave(province, **turned), province, tmp_path / "plan")
    name = "inputs/opening_census.csv"
    assert (tmp_path / "plan" / name).read_text() == (outcome.folder / name).read_text()
