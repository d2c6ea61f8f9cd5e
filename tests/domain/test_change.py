"""Changes as a person types them, and what they do to an instance."""

from __future__ import annotations

import pytest

from optimizer.domain.change import Change, changed_instance, read_change
from optimizer.errors import DataError
from tests.planning.instances import worked_example


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("B:ICU=+2", Change("bed", "B", "ICU", 2.0)),
        ("B:ICU=-1@5-12", Change("bed", "B", "ICU", -1.0, 5, 12)),
        ("group:st:x:1:ICU=3@2-", Change("bed", "group:st:x:1", "ICU", 3.0, 2)),
    ],
)
def test_read_change_reads_what_is_typed(text: str, change: Change) -> None:
    assert read_change("bed", text) == change


@pytest.mark.parametrize("text", ["", "B", "B:ICU", "B:ICU=", "B:ICU=two", "B:ICU=1@x", ":=1"])
def test_read_change_refuses_what_it_cannot_read(text: str) -> None:
    with pytest.raises(DataError):
        read_change("bed", text)


def test_change_is_said_as_it_is_typed() -> None:
    for text in ("B:ICU=+2", "B:ICU=-1@5-12", "B:NUR=+0.5@2-"):
        assert str(read_change("staff", text)) == text


def test_changed_instance_changes_only_the_days_named() -> None:
    inst = worked_example()
    after = changed_instance(inst, [Change("bed", "B", "ICU", 1, 2, 2)])
    assert (after.beds - inst.beds)[1, 1].tolist() == [0, 1, 0]
    assert (after.beds != inst.beds).sum() == 1


def test_changed_instance_takes_patients_from_the_boarders_first() -> None:
    inst = worked_example()  # A: 1 SA treated, 1 CA boarding; B: 1 CR treated
    after = changed_instance(inst, [Change("patient", "A", "CA", -1)])
    assert after.census_boarding.sum() == 0
    assert after.census_treated.sum() == inst.census_treated.sum()
    after = changed_instance(inst, [Change("patient", "B", "CR", -3)])
    assert after.census_treated[1].sum() == 0
    after = changed_instance(inst, [Change("patient", "B", "CA", 2)])
    assert after.census_boarding[1].sum() == 2


def test_changed_instance_never_falls_below_nothing() -> None:
    inst = worked_example()
    assert changed_instance(inst, [Change("bed", "B", "ICU", -9)]).beds.min() == 0


def test_changed_instance_names_every_fault_at_once() -> None:
    inst = worked_example()
    wrong = [
        Change("bed", "X", "ICU", 1),
        Change("bed", "B", "NO", 1),
        Change("bed", "B", "ICU", 0.5),
        Change("bed", "B", "ICU", 1, 2, 99),
    ]
    with pytest.raises(DataError) as caught:
        changed_instance(inst, wrong)
    assert len(caught.value.problems) == 4
    with pytest.raises(DataError):
        changed_instance(inst, [Change("bed", "A", "ICU", 1)])  # A lists no ICU
