"""The bound that duals prove: tight at the optimum, lower for any other duals, never too high."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.domain.assemble import assemble
from optimizer.domain.instance import Instance
from optimizer.loading import load
from optimizer.planning.first import least_harm
from optimizer.planning.model import build_model
from optimizer.planning.proved import proved_bound
from tests.run.province import worked


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    province: Path = worked(tmp_path_factory.mktemp("proved") / "province")
    tables, scenario, _ = load(province / "scenario.yaml", province)
    return assemble(tables, scenario).instance


def test_duals_of_the_optimum_prove_it(example: Instance) -> None:
    model = build_model(example)
    assert proved_bound(model, example, least_harm(model)) == pytest.approx(153.125)


@pytest.mark.parametrize("seed", range(20))
def test_other_duals_prove_less_but_never_too_much(example: Instance, seed: int) -> None:
    model = build_model(example)
    answer = least_harm(model)
    noise = np.random.default_rng(seed)
    duals = answer.row_duals * noise.uniform(0.5, 1.5, len(answer.row_duals))
    duals += noise.normal(0, 5, len(duals)) * (noise.random(len(duals)) < 0.3)
    proved = proved_bound(model, example, replace(answer, row_duals=duals))
    assert proved < 153.125


def test_no_duals_prove_that_harm_is_not_negative(example: Instance) -> None:
    model = build_model(example)
    answer = least_harm(model)
    nothing = replace(answer, row_duals=np.zeros_like(answer.row_duals))
    assert proved_bound(model, example, nothing) == 0
