"""Harm of a plan, and the same instances by the second formulation once a module is through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from optimizer.crosscheck import crosscheck_many
from optimizer.domain.instance import Instance
from optimizer.planning.solve import solve_plan

SEEN: list[tuple[str, Instance, float]] = []
"""Test, instance and harm of the plan, since the module began."""


@pytest.fixture(autouse=True)
def named(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write down which test the instances are of."""
    first = len(SEEN)
    yield
    SEEN[first:] = [(request.node.name, inst, value) for _, inst, value in SEEN[first:]]


@pytest.fixture(scope="module", autouse=True)
def third_hand() -> Iterator[None]:
    """Solve in PuLP, in whole people, all whose harm was asked for: equal, or the test's name."""
    SEEN.clear()
    yield
    answers = crosscheck_many([inst for _, inst, _ in SEEN], whole="today")
    apart = [
        (name, value, answer.status, answer.harm)
        for (name, _, value), answer in zip(SEEN, answers, strict=True)
        if not abs(answer.harm - value) <= 1e-6 * max(1.0, abs(value))
    ]
    assert apart == [], "(test, planner, status, second hand)"


def harm(inst: Instance) -> float:
    """Return the harm of the plan, and note it for the second hand."""
    value = solve_plan(inst).harm.value
    SEEN.append(("", inst, value))
    return value
