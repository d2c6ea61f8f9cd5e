"""The repository stands alone: no path of a machine, no neighbour's folder, no registry host."""

from __future__ import annotations

import re
from pathlib import Path

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|home|Users|opt/v)" + "/")
NEIGHBOUR = re.compile(r"\.\./" + "shared" + r"\b")
REGISTRY = re.compile(
    "|".join(
        [
            r"py" + r"pi\.(?:org|python)",
            r"files\.python" + "hosted",
            r"conda\.ana" + "conda",
            r"registry\.npm" + "js",
            r"--(?:extra-)?index" + r"-url[ =]\S",
            r"--find" + r"-links[ =]\S",
        ]
    )
)
LOCKS = {"uv.lock", "pylock.toml", "poetry.lock"}


def findings(paths: list[Path], pattern: re.Pattern[str]) -> list[str]:
    """Return ``file:line`` of every match in the text files among `paths`."""
    found = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture or a compiled catalogue
            text = path.read_bytes().decode("latin-1")
        found += [
            f"{path.name}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if pattern.search(line)
        ]
    return found


def test_tracked_files_hold_no_path_of_a_machine(tracked: list[Path]) -> None:
    assert findings(tracked, MACHINE_PATH) == []


def test_tracked_files_name_no_folder_beside_the_project(tracked: list[Path]) -> None:
    assert findings(tracked, NEIGHBOUR) == []


def test_tracked_files_name_no_registry(tracked: list[Path]) -> None:
    assert findings(tracked, REGISTRY) == []


def test_no_lock_with_addresses_is_tracked(tracked: list[Path]) -> None:
    assert {path.name for path in tracked} & LOCKS == set()


def test_constraints_are_bare_names_and_versions(root: Path) -> None:
    line = re.compile(r"[a-z0-9][a-z0-9.-]*==[\w.+!]+(?: ; .+)?")
    pinned = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [text for text in pinned if not line.fullmatch(text) or "://" in text] == []


def test_constraints_keep_one_highs_and_the_old_pulp(root: Path) -> None:
    """docs/decisions/0002: highspy beside OR-Tools breaks one of them; PuLP 4 brings no CBC."""
    pinned = dict(
        text.split(" ;")[0].split("==")
        for text in (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    )
    assert "highspy" not in pinned
    assert pinned["pulp"].startswith("3.")
