"""No file of the package grows beyond what can be read at one sitting."""

from __future__ import annotations

from pathlib import Path

MOST_LINES = 450


def test_no_file_is_longer_than_it_may_be(root: Path) -> None:
    package = root / "optimizer"
    lines = {
        path.relative_to(package).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in package.rglob("*.py")
    }
    long = {f"{name}: {count} lines" for name, count in lines.items() if count > MOST_LINES}
    assert long == set()
