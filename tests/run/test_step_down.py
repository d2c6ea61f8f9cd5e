"""What step-down is worth where an intensive care centre has no wards, and where it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.step_down import planned_centre, table


def test_step_down_is_worth_much_in_a_centre_without_wards(tmp_path: Path) -> None:
    with_it = planned_centre(tmp_path / "a", wards=False, step_down=True)
    without = planned_centre(tmp_path / "b", wards=False, step_down=False)
    assert with_it.harm < 0.01 * without.harm
    assert with_it.down > 10
    assert without.down == 0
    assert without.unmet > 10 > with_it.unmet
    lines = table([("has no wards", with_it, without)])
    assert lines[-2].startswith("| has no wards | allowed |")


def test_step_down_is_worth_nothing_in_a_centre_with_wards(tmp_path: Path) -> None:
    with_it = planned_centre(tmp_path / "a", wards=True, step_down=True)
    without = planned_centre(tmp_path / "b", wards=True, step_down=False)
    assert with_it.harm == pytest.approx(without.harm, abs=1e-6)
