"""`referral crosscheck`: what is compared, what is kept of a disagreement, what is told."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.crosscheck import crosscheck_many, write_lp, write_mps
from optimizer.crosscheck.random_levers import drawn_instance
from optimizer.crosscheck.sample import burdensome, sampled_clusters
from optimizer.domain.assemble import Assembled, assemble
from optimizer.domain.harm import harm_value
from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.plan import GroupResult, Plan, area_waiting
from optimizer.domain.scenario import Scenario
from optimizer.domain.simulate import simulate
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, PlanCheckError, Problem, SolverError
from optimizer.exchange.scenarios import scenario_from_json
from optimizer.exchange.tables import read_tables
from optimizer.loading import load
from optimizer.planning.export import write_model
from optimizer.planning.promised import with_sites_compared
from optimizer.planning.screen import window
from optimizer.planning.solve import solve_plan
from optimizer.publishing import publish_plan
from optimizer.witness.compare import (
    BELOW,
    BOUND_ABOVE,
    SAME,
    Solve,
    Verdict,
    compare,
    least_plan,
    shown,
)

MOST_WHOLE = 1_500_000
"""Coefficients of the second formulation up to which a scenario is solved whole (half a minute)."""
MOST_SAMPLED = 60_000
SAMPLE_DAYS = 5
SAMPLES = 10


def keep_reproducer(verdict: Verdict, inst: Instance, folder: Path) -> Path:
    """Write both formulations of a disagreement as LP files into `folder`; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(inst, folder / "planner.lp")
    write_lp(inst, folder / "second.lp")
    lines = [verdict.name, *(fault.render("en") for fault in verdict.faults)]
    (folder / "faults.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def export(inst: Instance, path: Path, kind: str) -> tuple[Path, Path]:
    """Write the harm group of both formulations, the second as ``NAME.second.SUFFIX``.

    Returns
    -------
    Both paths, the planner's first.
    """
    other = path.with_name(f"{path.stem}.second{path.suffix}")
    if kind == "lp":
        write_model(inst, path, kind="lp")
        write_lp(inst, other)
    else:
        write_model(inst, path, kind="mps")
        write_mps(inst, other)
    return path, other


@dataclass(frozen=True, slots=True)
class Target:
    """A scenario or a plan folder, read."""

    name: str
    tables: Tables
    scenario: Scenario
    made: Assembled
    path: Path
    stated: Mapping[str, Any] | None = None
    """plan.json, if a plan folder was given."""

    @property
    def instance(self) -> Instance:
        """Return what both hands solve."""
        return self.made.instance

    @property
    def fits(self) -> bool:
        """Return whether the second formulation can solve it whole."""
        return burdensome(self.instance) <= MOST_WHOLE


def read_target(path: Path, data_dir: Path | None = None) -> Target:
    """Read a scenario file, or a plan folder (its own effective scenario and data).

    Raises
    ------
    DataError
        With every fault of the files.
    """
    folder = path.parent if path.name == "plan.json" else path
    if not folder.is_dir():
        tables, scenario, _ = load(path, data_dir)
        return Target(path.stem, tables, scenario, _assembled(tables, scenario), path)
    try:
        stated = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        text = (folder / "inputs" / "scenario.json").read_text(encoding="utf-8")
        scenario = scenario_from_json(json.loads(text))
        data = data_dir or folder / stated["data_dir"]
        name = str(stated["scenario"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            [Problem("It is not a plan folder that can be read.", "", str(folder))]
        ) from error
    tables, _ = read_tables(data)
    made = _assembled(tables, scenario)
    return Target(name, tables, scenario, made, folder / "inputs" / f"{name}.yaml", stated)


def _assembled(tables: Tables, scenario: Scenario) -> Assembled:
    """Return the instance of a scenario, promises that need a solve worked out."""
    made = assemble(tables, scenario)
    if not scenario.promises.no_site_worse_off:
        return made
    clusters = assemble(tables, scenario.model_copy(update={"areas": "clusters"})).instance
    return replace(made, instance=with_sites_compared(made.instance, clusters))


def samples(inst: Instance, count: int, seed: int) -> list[tuple[str, Instance]]:
    """Return parts of a large instance: some clusters over a few days.

    Each is begun as the nearest-free-place rule stands that morning.
    """
    dice, rule, out = np.random.default_rng(seed), simulate(inst), []
    days = min(SAMPLE_DAYS, inst.days)
    for _ in range(count):
        start = int(dice.integers(0, inst.days - days + 1))
        part = sampled_clusters(window(inst, rule, start, days), dice, MOST_SAMPLED)
        bases = sorted({inst.bases[b] for b in part.area_base.tolist() if b >= 0})
        out.append((f"{start + 1}-{start + days} {'+'.join(bases)}", part))
    return out


def random_cases(count: int, seed: int) -> list[tuple[str, Instance]]:
    """Return `count` random instances: edges, rules of others, promises and levers among them."""
    return [(f"seed {number}", drawn_instance(number)) for number in range(seed, seed + count)]


def against_stated(target: Target, verdict: Verdict) -> tuple[Problem, ...]:
    """Return what a plan folder says of itself that the second formulation cannot confirm."""
    second = verdict.second
    if target.stated is None or second is None or second.status != "optimal":
        return ()
    try:
        harm = target.stated["objective"]["harm"]
        ways = target.stated["ways"]
        value, bound = float(harm["value"]), harm["bound"]
    except (KeyError, TypeError, ValueError):
        return (Problem("plan.json states no harm that can be read.", "", str(target.path)),)
    least, out = second.groups["harm"], []
    slack = SAME * max(1.0, abs(least))
    if bound is not None and ways["offered"] == ways["permitted"] and bound > least + slack:
        out.append(Problem(BOUND_ABOVE, values={"bound": shown(bound), "second": shown(least)}))
    if not value >= least - slack:
        values = {"group": "harm", "planner": shown(value), "second": shown(least)}
        out.append(Problem(BELOW, values=values))
    return tuple(out)


def second_plan(inst: Instance, seconds: float = 600.0) -> Plan | None:
    """Return the second formulation's plan in whole people and beds, or None if it found none.

    It claims no bound: CBC hands over no prices that would prove one.
    """
    found = crosscheck_many([inst], whole="today", upto="burden", solution=True, seconds=seconds)[0]
    if found.status != "optimal":
        return None
    parts: dict[str, FloatArray] = {
        name: np.where(np.abs(part) < 1e-9, 0.0, part) for name, part in found.solution.items()
    }
    parts["admitted_observed"] = np.round(parts["admitted_observed"])
    for name in ("surge_beds", "lever_started", "lever_closed", "lever_open"):
        parts[name] = np.round(parts[name])
    for name in ("moved", "in_house"):
        parts[name][..., 0] = np.round(parts[name][..., 0])
    if inst.rules.whole_window:
        for name in ("admitted", "moved"):
            parts[name] = np.round(parts[name])
    days = float(parts["surge_beds"].sum())
    entered = parts["admitted"].sum(axis=1) + parts["admitted_observed"]
    left = parts["moved"].sum(axis=1)
    effort = inst.burden
    burden = float(
        effort.admission @ entered + effort.transfer @ left + effort.surge_bed_day * days
    )
    if inst.levers is not None:
        millions = (
            inst.levers.open_vnd @ parts["lever_started"]
            + inst.levers.day_vnd @ parts["lever_open"]
        ).sum() / 1e6
        burden += inst.levers.unit_day * float(parts["lever_open"].sum())
        burden += inst.levers.million_vnd * float(millions)
    nothing = GroupResult(0.0, None)
    made = Plan(
        **parts,  # type: ignore[arg-type]
        harm=nothing,
        fairness=GroupResult(float(area_waiting(inst, parts["waiting"]).max(initial=0.0)), None),
        burden=GroupResult(burden, None),
        status="feasible",
        solver="cbc",
    )
    return replace(made, harm=GroupResult(harm_value(inst, made), None))


def keep_better(
    target: Target, folder: Path, solve: Solve = solve_plan
) -> tuple[str, float] | None:
    """Put the better of both hands' plans that the checker accepts into `folder`.

    Returns
    -------
    Whose it is (``planner`` or ``second``) and its harm; None if the checker accepts neither.
    """
    inst = target.instance
    plans: list[tuple[float, str, Plan]] = []
    with contextlib.suppress(SolverError):
        plan = solve(inst)
        plans.append((plan.harm.value, "planner", plan))
    with contextlib.suppress(SolverError):
        other = second_plan(inst)
        if other is not None:
            plans.append((other.harm.value, "second", other))
    for harm, hand, plan in sorted(plans, key=lambda one: one[:2]):
        with contextlib.suppress(PlanCheckError):
            publish_plan(
                plan,
                inst,
                tables=target.tables,
                scenario=target.scenario,
                made=target.made,
                scenario_path=target.path,
                out=folder,
            )
            return hand, harm
        shutil.rmtree(folder.with_name(f"{folder.name}.refused"), ignore_errors=True)
    return None


def crosscheck_target(
    path: Path | None,
    *,
    data_dir: Path | None = None,
    exports: Mapping[str, Path] | None = None,
    count: int | None = None,
    seed: int = 0,
    out: Path = Path("crosscheck"),
    seconds: float = 600.0,
    solve: Solve = least_plan,
) -> tuple[dict[str, Any], dict[str, list[Problem]]]:
    """Compare a scenario or plan folder, or random instances, and keep what disagrees.

    Parameters
    ----------
    count
        Samples of a scenario (even of a small one), or random instances.
    exports
        ``lp`` and ``mps``: where to write both formulations of the whole scenario, or of the
        first sample where that is too large.

    Returns
    -------
    What to tell, and the faults by case.
    """
    target = read_target(path, data_dir) if path is not None else None
    whole = target is not None and target.fits and count is None
    if target is None:
        cases = random_cases(count or 200, seed)
    elif whole:
        cases = [(target.name, target.instance)]
    else:
        cases = samples(target.instance, count or SAMPLES, seed)
    exported: list[Path] = []
    for kind, to in (exports or {}).items():
        exported += export(target.instance if whole and target else cases[0][1], to, kind)
    verdicts = compare(cases, solve=solve, seconds=seconds)
    told: dict[str, Any] = {
        "schema_version": 1,
        "name": target.name if target else "random",
        "scope": "whole" if whole else "samples" if target else "random",
        "seed": seed,
        "coefficients": burdensome(target.instance) if target else 0,
        "sample_days": SAMPLE_DAYS,
        "exported": [str(one) for one in exported],
        "cases": [],
    }
    faults: dict[str, list[Problem]] = {}
    for (name, inst), verdict in zip(cases, verdicts, strict=True):
        found = [*verdict.faults, *(against_stated(target, verdict) if whole and target else ())]
        status = "disagree" if found else verdict.status
        case: dict[str, Any] = {
            "name": name,
            "status": status,
            "groups": [asdict(group) for group in verdict.groups],
            "sizes": verdict.sizes,
            "seconds": {hand: round(spent, 3) for hand, spent in verdict.seconds.items()},
        }
        if found:
            faults[name] = found
            folder = out / "".join(c if c.isalnum() else "-" for c in name)
            case["kept"] = str(keep_reproducer(replace(verdict, faults=tuple(found)), inst, folder))
            if whole and target:
                kept = keep_better(target, folder / "plan")
                if kept:
                    hand, harm = kept
                    where = str(folder / "plan")
                    told["kept_plan"] = {"hand": hand, "harm": harm, "folder": where}
        told["cases"].append(case)
    told["agree"] = sum(case["status"] == "agree" for case in told["cases"])
    told["largest_difference"] = max(
        (abs(group.difference) for verdict in verdicts for group in verdict.groups), default=0.0
    )
    return told, faults
