"""No file of the package grows beyond what can be read at one sitting."""

from __future__ import annotations

from pathlib import Path

MOST_LINES = 450
LONGER = {"cli.py", "exchange/planfolder.py"}
"""Files that are longer still. The list may only shrink: a name goes when its file has parted."""


def test_no_file_is_longer_than_it_may_be_but_those_named(root: Path) -> None:
    package = root / "optimizer"
    lines = {
        path.relative_to(package).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in package.rglob("*.py")
    }
    long = {f"{name}: {count} lines" for name, count in lines.items() if count > MOST_LINES}
    assert {entry.partition(":")[0] for entry in long} <= LONGER, sorted(long)


def test_no_file_is_called_long_that_is_not(root: Path) -> None:
    package = root / "optimizer"
    short = {
        name
        for name in LONGER
        if len((package / name).read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    }
    assert short == set()
