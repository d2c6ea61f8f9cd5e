"""The pages, the model and the checker use the same names."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import yaml


def names(members: Iterable[object]) -> list[str]:
    """Return the names of functions, or the members themselves where they are names already."""
    return [m if isinstance(m, str) else str(getattr(m, "__name__", m)) for m in members]


def section(text: str, heading: str) -> str:
    """Return what stands under `heading` up to the next heading of the same depth."""
    start = text.index(f"\n{heading}")
    end = text.find("\n## ", start + len(heading))
    return text[start : end if end > 0 else None]


def model_constraints(root: Path) -> list[str]:
    page = section((root / "docs/model.md").read_text(encoding="utf-8"), "## 4. Constraints")
    found = re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)
    assert len(found) >= 15, "the constraint table of docs/model.md could not be read"
    return found


def test_model_page_names_every_constraint_of_the_planner(root: Path) -> None:
    constraints = importlib.import_module("optimizer.planning.constraints").CONSTRAINTS
    constraints += importlib.import_module("optimizer.planning.fairness").FAIRNESS
    assert sorted(names(constraints)) == sorted(model_constraints(root))


def test_every_constraint_of_the_model_page_has_a_row_and_a_sentence(root: Path) -> None:
    page = section((root / "docs/model.md").read_text(encoding="utf-8"), "## 4. Constraints")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    cells = {line.split("`")[1]: line.strip("| ").split(" | ") for line in table}
    assert [name for name, told in cells.items() if len(told) != 3 or not all(told)] == []


def test_model_page_names_every_row_of_levers(root: Path) -> None:
    page = section((root / "docs/model.md").read_text(encoding="utf-8"), "## 12. Levers")
    found = re.findall(r"^\| `(\w+)` \| [^`]", page, flags=re.MULTILINE)
    levers = importlib.import_module("optimizer.planning.lever_rows").LEVER_CONSTRAINTS
    assert [name for name in found if name in names(levers)] == names(levers)


def test_model_page_names_every_constraint_the_checker_must_hold(root: Path) -> None:
    """The checker may have rules of its own (files that agree) beside all of the model's."""
    rules = importlib.import_module("optimizer.checking.judge").RULES
    assert set(model_constraints(root)) - set(names(rules)) == set()


def test_model_page_names_every_row_of_the_third_hand_in_order(root: Path) -> None:
    constraints = importlib.import_module("optimizer.crosscheck").CONSTRAINTS
    assert names(constraints) == model_constraints(root)


def test_model_page_names_every_row_of_levers_that_the_other_hands_hold(root: Path) -> None:
    page = section((root / "docs/model.md").read_text(encoding="utf-8"), "## 12. Levers")
    third = names(importlib.import_module("optimizer.crosscheck").LEVER_CONSTRAINTS)
    rules = importlib.import_module("optimizer.checking.judge").RULES
    found = re.findall(r"^\| `(\w+)` \| [^`]", page, flags=re.MULTILINE)
    assert [name for name in found if name in third] == third
    assert set(third) <= set(names(rules))


def test_table_of_hands_names_the_file_of_every_row_in_each_hand(root: Path) -> None:
    page = section((root / "docs/model.md").read_text(encoding="utf-8"), "## 14. Who holds")
    row = r"^\| `(\w+)` \| ([^|]+) \| `([\w/]+)\.py` \| `([\w/]+)\.py` \| `([\w/]+)\.py` \|$"
    told = {name: files for name, _, *files in re.findall(row, page, flags=re.MULTILINE)}

    def at(function: object) -> str:
        return str(getattr(function, "__module__", "")).removeprefix("optimizer.").replace(".", "/")

    planning = [
        *importlib.import_module("optimizer.planning.constraints").CONSTRAINTS,
        *importlib.import_module("optimizer.planning.lever_rows").LEVER_CONSTRAINTS,
        *importlib.import_module("optimizer.planning.fairness").FAIRNESS,
    ]
    third = importlib.import_module("optimizer.crosscheck")
    written = {one.__name__: at(one) for one in (*third.CONSTRAINTS, *third.LEVER_CONSTRAINTS)}
    rules = importlib.import_module("optimizer.checking.judge").RULES
    due = {
        one.__name__: [at(one), at(rules[one.__name__]), written[one.__name__]] for one in planning
    }
    assert told == due


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *root.glob("benchmarks/*.md")]
    broken = []
    for page in pages:
        text = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target or target.startswith(("#", "mailto:")):
                continue
            if not (page.parent / unquote(target.split("#")[0])).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_version_is_the_same_everywhere(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    version = importlib.import_module("optimizer").__version__
    assert project["version"] == citation["version"] == version
    assert f"## [{version}]" in changes or "## [Unreleased]" in changes


def test_theme_has_both_grounds(root: Path) -> None:
    theme = tomllib.loads((root / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    assert {"light", "dark"} <= {key for key, value in theme.items() if isinstance(value, dict)}
