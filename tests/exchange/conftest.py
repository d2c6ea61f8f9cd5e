"""A sound folder to damage: the template, without its comments so that the header is row 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.errors import DataError
from optimizer.exchange.tables import read_tables
from optimizer.exchange.templates import write_template

Said = list[str]


def sound_folder(directory: Path) -> Path:
    write_template(directory, "en")
    for path in directory.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(x for x in lines if not x.startswith("#")), encoding="utf-8")
    return directory


def faults(read: Callable[[], object]) -> Said:
    """Return what is said against an input, and that it can be said in both languages."""
    with pytest.raises(DataError) as caught:
        read()
    assert caught.value.exit_code == 2
    assert caught.value.render("vi")
    return [problem.render("en") for problem in caught.value.problems]


@pytest.fixture
def province(tmp_path: Path) -> Path:
    return sound_folder(tmp_path / "province")


@pytest.fixture
def edit(province: Path) -> Callable[..., None]:
    """Replace text in a table, which must be there."""

    def change(table: str, old: str, new: str) -> None:
        path = province / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")

    return change


@pytest.fixture
def refused(province: Path) -> Callable[[], Said]:
    return lambda: faults(lambda: read_tables(province))


@pytest.fixture
def warned(province: Path) -> Callable[[], Said]:
    return lambda: [w.render("en") for w in read_tables(province)[1]]
