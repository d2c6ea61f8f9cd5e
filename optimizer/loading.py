"""A scenario and the tables of its province, read together and held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, Problem
from optimizer.exchange.agreement import cross_check
from optimizer.exchange.scenarios import read_placed
from optimizer.exchange.tables import read_tables


def load(
    scenario_path: Path,
    data_dir: Path | None,
    areas: Literal["clusters", "communes"] | None = None,
    settings: Sequence[str] = (),
) -> tuple[Tables, Scenario, tuple[Problem, ...]]:
    """Read scenario and tables and hold them against each other.

    Raises
    ------
    DataError
        With every fault of both.
    """
    read, problems = inspect(scenario_path, data_dir, areas, settings)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or read is None:
        raise DataError(errors)
    return *read, problems


def inspect(
    scenario_path: Path,
    data_dir: Path | None = None,
    areas: Literal["clusters", "communes"] | None = None,
    settings: Sequence[str] = (),
) -> tuple[tuple[Tables, Scenario] | None, tuple[Problem, ...]]:
    """Return scenario and tables, if both can be read, and what is wrong with them or odd."""
    placed, tables = None, None
    problems: list[Problem] = []
    try:
        placed = read_placed(scenario_path, settings)
    except DataError as error:
        problems += error.problems
    folder = data_dir or default_data_dir(scenario_path, placed[0].province if placed else "")
    if placed or data_dir or (folder / "units.csv").exists():
        try:
            tables, warnings = read_tables(folder)
            problems += warnings
        except DataError as error:
            problems += error.problems
    if placed is None or tables is None:
        return None, tuple(problems)
    scenario, source = placed
    if areas is not None:
        scenario = scenario.model_copy(update={"areas": areas})
    problems += (source.placed(problem) for problem in cross_check(scenario, tables))
    return (tables, scenario), tuple(problems)


def default_data_dir(scenario_path: Path, province: str) -> Path:
    """Return the scenario's own folder, or data/facilities/<province> upwards of it or of here."""
    if (scenario_path.parent / "units.csv").exists():  # a province of one's own, scenario beside it
        return scenario_path.parent
    for root in (*scenario_path.resolve().parents, *Path(__file__).resolve().parents):
        found = root / "data" / "facilities" / province
        if found.is_dir():
            return found
    return Path("data/facilities") / province
