"""What the house tests share: the root of the repository, its tracked files, README's commands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file git tracks; what git does not know is nobody's business."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    return [root / name for name in names.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="session")
def readme_commands(root: Path) -> dict[str, str]:
    """The two commands of README, by what they do; each stands on one line of a code block."""
    text = (root / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^python3 -m venv \.venv && .+$", text, flags=re.MULTILINE)
    plan = {line for line in lines if "referral plan" in line}
    test = {line for line in lines if "pytest" in line}
    assert len(plan) == 1, f"README must show one plan command, it shows {sorted(plan)}"
    assert len(test) == 1, f"README must show one test command, it shows {sorted(test)}"
    return {"plan": plan.pop(), "test": test.pop()}
