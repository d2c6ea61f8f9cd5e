"""Who goes: by hand."""

from __future__ import annotations

import pytest

from optimizer.domain.secondment import Secondment
from optimizer.staffing.secondment.who import Candidate, who_goes
from tests.staffing.province import RULES


def person(name: str, **values: object) -> Candidate:
    usual: dict[str, object] = {"free_from": 0, "days_away": 0, "leads": False, "cost": 0.0}
    return Candidate(person=name, **(usual | values))  # type: ignore[arg-type]


def names(blocks: list[Secondment], people: list[Candidate], **more: object) -> list[str]:
    named = who_goes(blocks, {("A", "NUR"): people}, RULES, **more)  # type: ignore[arg-type]
    assert sum(block.heads for block in blocks) == len(named.going) + sum(
        n for _, n in named.nameless
    )
    assert named.cost == pytest.approx(named.bound)
    return [one.person for one in named.going]


ONE = Secondment("NUR", "A", "B", 1, 14, 1)
TWO = Secondment("NUR", "A", "B", 1, 14, 2)


def test_who_goes_takes_those_who_were_away_least() -> None:
    people = [person("p1", days_away=28), person("p2", days_away=14), person("p3")]
    assert names([TWO], people) == ["p2", "p3"]


def test_who_goes_takes_nobody_who_may_not() -> None:
    people = [person("p1", free_from=None), person("p2", free_from=30), person("p3", days_away=60)]
    assert names([ONE], people) == ["p3"]


def test_who_goes_heeds_wishes_among_equals() -> None:
    people = [person("p1", cost=20.0), person("p2"), person("p3", cost=-3.0)]
    assert names([ONE], people) == ["p3"]
    near = [person("p1", far_cost=10.0), person("p2", cost=5.0)]
    assert names([ONE], near, far=[False]) == ["p1"]
    assert names([ONE], near, far=[True]) == ["p2"]


def test_who_goes_sends_nobody_twice_within_the_window() -> None:
    later = Secondment("NUR", "A", "B", 22, 14, 1)
    people = [person("p1"), person("p2", days_away=100)]
    assert sorted(names([ONE, later], people)) == ["p1", "p2"]
    after = Secondment("NUR", "A", "B", 1 + 84, 14, 1)  # 12 weeks from leaving to leaving
    assert names([ONE, after], people) == ["p1", "p1"]


def test_who_goes_leaves_somebody_who_may_supervise() -> None:
    people = [person("p1", leads=True), person("p2", days_away=200)]
    assert names([ONE], people) == ["p2"]


def test_who_goes_says_how_many_stay_nameless() -> None:
    named = who_goes([TWO], {("A", "NUR"): [person("p1")]}, RULES)
    assert [one.person for one in named.going] == ["p1"]
    assert named.nameless == ((TWO, 1),)


def test_who_goes_leaves_pools_outside_to_name_their_own() -> None:
    assert who_goes([ONE], {}, RULES).going == ()
