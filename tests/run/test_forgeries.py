"""A plan folder forged with every digest mended: the checker works each thing out and names it."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.checking.judge import check_plan

from .province import planned, template, wave, worked

Forge = Callable[[Path], object]
FORGERIES: list[tuple[str, str, Forge]] = []


def forgery(rule: str) -> Callable[[Forge], Forge]:
    """Register one forgery and the rule that must be named."""

    def note(change: Forge) -> Forge:
        FORGERIES.append((change.__name__, rule, change))
        return change

    return note


def sealed(folder: Path) -> None:
    """Mend every digest of a folder, as somebody would who wants to hide what was changed."""
    path = folder / "plan.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    for name in told["files_sha256"]:
        if (folder / name).exists():
            told["files_sha256"][name] = _sha256(folder / name)
    lines = (f"{_sha256(p)}  {p.name}\n" for p in sorted((folder / "inputs").iterdir()))
    told["inputs_sha256"] = hashlib.sha256("".join(lines).encode()).hexdigest()
    told.pop("summary_sha256")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    told["summary_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def summary(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "plan.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def rows(folder: Path, name: str, change: Callable[[list[dict[str, str]]], object]) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    header = list(table[0])
    change(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def proof(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    with np.load(folder / "proof.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    change(arrays)
    np.savez_compressed(folder / "proof.npz", **arrays)


def harm(told: dict[str, Any], **values: object) -> None:
    told["objective"]["harm"].update(values)


# what the folder tells


@forgery("road_minutes")
def minutes_of_a_transfer(folder: Path) -> None:
    rows(folder, "transfers", lambda t: t[0].update(minutes="1.0"))


@forgery("shortfalls")
def shortfalls_emptied(folder: Path) -> None:
    summary(folder, lambda told: told.update(shortfalls=[]))


@forgery("shortfalls")
def shortfall_of_another_first_day(folder: Path) -> None:
    summary(folder, lambda told: told["shortfalls"][0].update(first_day=3))


@forgery("shortfalls")
def worst_shortfall_put_last(folder: Path) -> None:
    def turn(told: dict[str, Any]) -> None:
        assert told["shortfalls"][0]["patient_days"] > told["shortfalls"][-1]["patient_days"]
        told["shortfalls"].reverse()

    summary(folder, turn)


@forgery("shortfalls")
def shortfall_twice(folder: Path) -> None:
    summary(folder, lambda told: told["shortfalls"].append(told["shortfalls"][0]))


@forgery("assumptions")
def assumptions_emptied(folder: Path) -> None:
    summary(folder, lambda told: told.update(assumptions=[]))


@forgery("assumptions")
def assumption_of_a_figure_left_out(folder: Path) -> None:
    def drop(told: dict[str, Any]) -> None:
        kept = [one for one in told["assumptions"] if one["key"] != "weights.death"]
        assert len(kept) + 1 == len(told["assumptions"])
        told["assumptions"] = kept

    summary(folder, drop)


def _assumption(key: str, **values: object) -> Forge:
    def change(folder: Path) -> None:
        def alter(told: dict[str, Any]) -> None:
            next(one for one in told["assumptions"] if one["key"] == key).update(values)

        summary(folder, alter)

    return change


for name, key, values in (
    ("assumed_figure_of_another_value", "weights.death", {"value": 1}),
    ("assumed_figure_called_derived", "weights.death", {"confidence": "derived"}),
    ("assumed_figure_of_another_source", "weights.death", {"source": "a ministry"}),
    ("assumed_figure_told_otherwise", "weights.death", {"text_en": "weights.death = 1: harm"}),
    ("assumed_figure_told_otherwise_in_vietnamese", "weights.death", {"text_vi": "không có gì"}),
    ("staff_all_free", "staff.NUR", {"value": {"free": 1e3, "on_duty": 1e3}}),
    ("staff_told_otherwise", "staff.NUR", {"text_en": "Nurse: all are free"}),
):
    FORGERIES.append((name, "assumptions", _assumption(key, **values)))  # type: ignore[arg-type]


@forgery("assumptions")
def assumption_that_nobody_made(folder: Path) -> None:
    def add(told: dict[str, Any]) -> None:
        told["assumptions"].append({**told["assumptions"][-1], "key": "weights.luck"})

    summary(folder, add)


@forgery("names")
def name_of_a_unit(folder: Path) -> None:
    summary(folder, lambda told: told["names"].update({next(iter(told["names"])): "Elsewhere"}))


@forgery("names")
def name_left_out(folder: Path) -> None:
    summary(folder, lambda told: told["names"].popitem())


@forgery("names")
def title_of_another_wave(folder: Path) -> None:
    summary(folder, lambda told: told["title"].update(en="Omicron"))


@forgery("home_care")
def capacity_at_home(folder: Path) -> None:
    rows(folder, "home", lambda t: t[0].update(home_capacity="1000000"))


@forgery("home_care")
def nobody_at_home_goes_without(folder: Path) -> None:
    rows(folder, "home", lambda t: t[0].update(unmet="7"))


@forgery("home_care")
def day_at_home_left_out(folder: Path) -> None:
    rows(folder, "home", lambda t: t.pop())


# how good the plan is


@forgery("status")
def status_optimal(folder: Path) -> None:
    def call(told: dict[str, Any]) -> None:
        told["status"] = "feasible" if told["status"] == "optimal" else "optimal"

    summary(folder, call)


@forgery("status")
def status_of_no_meaning(folder: Path) -> None:
    summary(folder, lambda told: told.update(status="proved"))


@forgery("status")
def plan_called_a_rule(folder: Path) -> None:
    summary(folder, lambda told: told.update(status="rule"))


@forgery("bound")
def bound_raised_to_the_value(folder: Path) -> None:
    def lift(told: dict[str, Any]) -> None:
        bound = told["objective"]["harm"]["bound"]
        value = told["objective"]["harm"]["value"]
        # nothing but the bound is out of order: value, gap and status agree with it
        lifted = value if value > bound * 1.001 else bound * 1.001
        harm(told, bound=lifted, gap=0.0)
        told["status"] = "optimal"

    summary(folder, lift)


@forgery("bound")
def proof_taken_out(folder: Path) -> None:
    (folder / "proof.npz").unlink()
    summary(folder, lambda told: told["files_sha256"].pop("proof.npz"))


@forgery("bound")
def prices_taken_out(folder: Path) -> None:
    def drop(arrays: dict[str, Any]) -> None:
        for key in [k for k in arrays if k.startswith("plan/price:")]:
            del arrays[key]

    proof(folder, drop)


def _all_prices(arrays: dict[str, Any], factor: float) -> None:
    for key in arrays:
        if key.startswith("plan/price:"):
            arrays[key] = arrays[key] * factor


@forgery("bound")
def prices_made_dearer(folder: Path) -> None:
    proof(folder, lambda arrays: _all_prices(arrays, 1.5))


@forgery("bound")
def prices_with_the_sign_turned(folder: Path) -> None:
    proof(folder, lambda arrays: _all_prices(arrays, -1.0))


@forgery("bound")
def ways_that_the_plan_uses_hidden_from_the_bound(folder: Path) -> None:
    def hide(arrays: dict[str, Any]) -> None:
        arrays["plan/admissions"] = arrays["plan/admissions"][:0]

    proof(folder, hide)


@forgery("bound")
def ways_offered_made_more(folder: Path) -> None:
    summary(folder, lambda told: told["ways"].update(offered=told["ways"]["permitted"] + 1))


@forgery("bound")
def ways_permitted_made_more(folder: Path) -> None:
    summary(folder, lambda told: told["ways"].update(permitted=told["ways"]["permitted"] + 1))


@forgery("bound")
def gap_of_burden(folder: Path) -> None:
    def widen(told: dict[str, Any]) -> None:
        told["objective"]["burden"].update(bound=1.0, gap=0.0)

    summary(folder, widen)


# the plans beside it


def _baseline(name: str, **values: object) -> Forge:
    return lambda folder: summary(folder, lambda told: told["baselines"][name].update(values))


for name, baseline, kpis in (
    ("nearest_free_place_made_worse", "greedy", {"harm": 1e6}),
    ("no_transfers_made_worse", "no_transfers", {"harm": 1e6}),
    ("local_only_with_fewer_waiting", "local_only", {"waiting_patient_days": 0.0}),
    ("no_transfers_with_more_deaths", "no_transfers", {"deaths_for_want_of_care": 99.0}),
):
    FORGERIES.append((name, "baselines", _baseline(baseline, **kpis)))  # type: ignore[arg-type]


@forgery("baselines")
def baselines_emptied(folder: Path) -> None:
    summary(folder, lambda told: told.update(baselines={}))


@forgery("baselines")
def nearest_free_place_left_out_everywhere(folder: Path) -> None:
    summary(folder, lambda told: told["baselines"].pop("greedy"))
    rows(folder, "baselines", lambda t: t.__setitem__(
        slice(None), [r for r in t if r["baseline"] != "greedy"]))  # fmt: skip
    proof(folder, lambda arrays: [arrays.pop(k) for k in list(arrays) if k.startswith("greedy/")])


@forgery("baselines")
def pooled_bound_that_the_plan_beats(folder: Path) -> None:
    def lift(told: dict[str, Any]) -> None:
        told["baselines"]["pooled_bound"]["harm"] = told["objective"]["harm"]["value"] * 1.01

    summary(folder, lift)


@forgery("kpis")
def worst_off_area_waits_less(folder: Path) -> None:
    def shorten(told: dict[str, Any]) -> None:
        told["kpis"]["worst_area_waiting"]["days_per_patient"] = 0.0

    summary(folder, shorten)


@forgery("baselines")
def row_of_a_baseline(folder: Path) -> None:
    rows(folder, "baselines", lambda t: t[-1].update(value="12345"))


@forgery("baselines")
def row_of_the_plan_among_the_baselines(folder: Path) -> None:
    rows(folder, "baselines", lambda t: t[0].update(value="0"))


@forgery("baselines")
def rows_of_a_baseline_left_out(folder: Path) -> None:
    rows(folder, "baselines", lambda t: t.pop())


@forgery("baselines")
def baseline_that_admits_nobody(folder: Path) -> None:
    """The figures would follow from it, but it is not the best without transfers."""

    def idle(arrays: dict[str, Any]) -> None:
        for key in ("admitted", "in_house"):
            arrays[f"no_transfers/{key}"] = 0 * arrays[f"no_transfers/{key}"]

    proof(folder, idle)


@forgery("baselines")
def local_care_offered_one_way_only(folder: Path) -> None:
    def fewer(arrays: dict[str, Any]) -> None:
        arrays["local_only/admissions"] = arrays["local_only/admissions"][:1]
        arrays["local_only/admitted"] = arrays["local_only/admitted"][:1]
        arrays["local_only/admitted_observed"] = arrays["local_only/admitted_observed"][:1]

    proof(folder, fewer)


@forgery("files")
def proof_that_is_no_archive(folder: Path) -> None:
    (folder / "proof.npz").write_bytes(b"PK\x03\x04 nothing")


@forgery("files")
def proof_of_odd_shapes(folder: Path) -> None:
    def bend(arrays: dict[str, Any]) -> None:
        arrays["plan/price:treated_balance"] = np.zeros((2, 2))

    proof(folder, bend)


@pytest.fixture(scope="module")
def wave_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan of the template province in a wave that it cannot bear: with shortfalls."""
    root = tmp_path_factory.mktemp("forge")
    province = template(root / "province")
    planned(wave(province, shocks={"demand_factor": 8}), province, root / "plan")
    told = json.loads((root / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert len(told["shortfalls"]) > 1
    beside = {"greedy", "no_transfers", "local_only", "proportional_share", "pooled_bound"}
    assert set(told["baselines"]) == beside
    sealed(root / "plan")
    assert check_plan(root / "plan", province).passed, "the sealing itself is sound"
    return root


@pytest.mark.parametrize(("name", "rule", "change"), FORGERIES, ids=[f[0] for f in FORGERIES])
def test_check_names_the_rule_when_forged_with_digests_mended(
    name: str, rule: str, change: Forge, wave_plan: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(wave_plan / "plan", folder)
    change(folder)
    sealed(folder)
    result = check_plan(folder, wave_plan / "province")
    assert rule in result.broken, result.render()
    assert "digests" not in result.broken, result.render()
    for lang in ("vi", "en"):
        assert "{" not in result.render(lang)


@pytest.mark.parametrize("areas", ["communes", "clusters"])
def test_check_proves_bound_and_baselines_when_planned_by(areas: str, tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    outcome = planned(wave(province, areas=areas), province, tmp_path / "plan")
    result = check_plan(tmp_path / "plan")
    assert result.counts["baselines"] > 1000
    assert outcome.summary["objective"]["harm"]["bound"] > 0


@pytest.mark.parametrize("epsilon", [0.0, 0.2])
def test_status_allows_what_fairness_may_cost_and_no_more(epsilon: float, tmp_path: Path) -> None:
    province = template(tmp_path / "province")
    options = {"fairness": {"epsilon": epsilon}}
    scenario = wave(province, shocks={"demand_factor": 8}, options=options)
    told = planned(scenario, province, tmp_path / "plan").summary
    assert told["fairness_cost"]["harm"] >= 0

    def spend(told: dict[str, Any]) -> None:
        told["fairness_cost"]["harm"] = 1e6
        told["status"] = "optimal"
        harm(told, bound=0.0, gap=told["objective"]["harm"]["value"])

    summary(tmp_path / "plan", spend)
    sealed(tmp_path / "plan")
    assert "status" in check_plan(tmp_path / "plan").broken


def test_check_proves_the_bound_of_the_worked_example(tmp_path: Path) -> None:
    province = worked(tmp_path / "province")
    told = planned(province / "scenario.yaml", province, tmp_path / "plan").summary
    assert told["objective"]["harm"]["bound"] == pytest.approx(153.125)
    key = "plan/price:treated_balance"
    proof(tmp_path / "plan", lambda arrays: arrays.update({key: 0 * arrays[key]}))
    sealed(tmp_path / "plan")
    broken = check_plan(tmp_path / "plan").violations
    assert {v.rule for v in broken} == {"bound"}
    assert "not proved" in broken[0].render("en")
