from __future__ import annotations

import pytest

from tests.run.lever_province import lever_province
from tests.run.province import template
from tests.run.trials import Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(template(tmp_path_factory.mktemp("every") / "province"))


@pytest.fixture(scope="session")
def lever_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(lever_province(tmp_path_factory.mktemp("levers") / "province"))
