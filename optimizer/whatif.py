"""JOURNEY: a finished plan opened again, a figure changed, the answer at once.

The harm LP of the plan is solved on from the basis the plan ended with; surge beds stay as they
were opened. What is compared are LPs, before and after: the plan itself is not touched.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.assemble import assemble
from optimizer.domain.capacity import capacity
from optimizer.domain.change import Change, changed_instance
from optimizer.domain.instance import Instance
from optimizer.domain.scenario import Scenario
from optimizer.domain.sites import planning_sites
from optimizer.domain.tables import Tables
from optimizer.errors import DataError, Problem, ReferralError, system_fault
from optimizer.exchange.planfolder import START_FILE
from optimizer.exchange.scenarios import scenario_from_json
from optimizer.exchange.tables import read_tables
from optimizer.i18n import LANGUAGES
from optimizer.planning import baselines
from optimizer.planning.live import LiveModel, Reply
from optimizer.planning.promised import with_sites_compared
from optimizer.planning.screen import offered_ways, with_pinned, with_ways
from optimizer.planning.solve import solve_plan
from optimizer.planning.whole_levers import Decided, no_levers
from optimizer.report.folder import find_data_dir
from optimizer.report.kpis import plan_kpis


@dataclass(frozen=True, slots=True)
class Compared:
    """One change: KPIs before and after."""

    changes: tuple[Change, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    seconds: float


class WhatIf:
    """A plan folder held open; `ask` as often as you like.

    Raises
    ------
    DataError
        If the folder is not a plan, or the tables it was made from have changed since.
    """

    def __init__(self, plan: Path, data_dir: Path | None = None) -> None:
        began = time.perf_counter()
        opened = _opened(plan, data_dir)
        self.inst: Instance = opened.inst
        self.names: dict[str, str] = dict(self.inst.unit_names)
        self.level_names: dict[str, dict[str, str]] = {
            lang: {
                row.care_level: str(getattr(row, f"name_{lang}")) for row in opened.tables.levels
            }
            for lang in LANGUAGES
        }
        start, surge, levers = _start(opened.folder / START_FILE)
        if self.inst.levers is not None and levers is None:
            levers = no_levers(self.inst)  # a plan by rule opens none
        self._live = LiveModel(self.inst, surge, start, levers)
        self.seconds_to_open = time.perf_counter() - began

    @property
    def base(self) -> Reply:
        """Return the answer with nothing changed."""
        return self._live.base

    def ask(self, changes: Sequence[Change]) -> Compared:
        """Return KPIs before and after all these changes together.

        Raises
        ------
        DataError
            If a change names what the plan does not have.
        """
        began = time.perf_counter()
        inst = changed_instance(self.inst, changes)
        reply = self._live.ask(inst)
        spent = time.perf_counter() - began
        before = plan_kpis(self.inst, self.base.plan)
        return Compared(tuple(changes), before, plan_kpis(inst, reply.plan), spent)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a plan folder was made from."""

    folder: Path
    summary: dict[str, Any]
    tables: Tables
    scenario: Scenario
    inst: Instance


def _opened(plan: Path, data_dir: Path | None) -> _Opened:
    """Make the instance of a plan folder again, with the ways it was offered."""
    folder = plan if plan.is_dir() else plan.parent
    summary = _json(folder / "plan.json")
    scenario = _scenario(folder / "inputs" / "scenario.json")
    directory = data_dir or find_data_dir(folder, summary)
    tables, _ = read_tables(directory)
    known = {one["path"]: one["sha256"] for one in _json(folder / "inputs" / "sources.json")}
    changed = sorted(f.path for f in tables.files if known.get(f.path) != f.sha256)
    if changed:
        raise DataError(
            [
                Problem(
                    "The table has changed since the plan was made.",
                    "Plan again, then ask.",
                    file=path,
                )
                for path in changed
            ]
        )
    inst = assemble(tables, scenario).instance
    if scenario.promises.no_site_worse_off:
        clusters = scenario.model_copy(update={"areas": "clusters"})
        inst = with_sites_compared(inst, assemble(tables, clusters).instance)
    if summary["ways"]["offered"] < summary["ways"]["permitted"]:
        rule, _ = baselines.greedy(inst)
        inst = with_ways(inst, *with_pinned(inst, *offered_ways(inst, rule)))
    return _Opened(folder, summary, tables, scenario, inst)


def routine_price(plan: Path, data_dir: Path | None = None) -> dict[str, float]:
    """Return the least harm with and without what is kept for routine care, and how many beds.

    Beds, devices and people that ordinary patients use become free for the wave; the ordinary
    patients' own harm is not counted, so this is a price and not advice. One LP solved from
    nothing: so much changes that the basis of the plan is no near start.

    Raises
    ------
    DataError
        If the folder is not a plan, or the tables it was made from have changed since.
    """
    opened, began = _opened(plan, data_dir), time.perf_counter()
    devices = tuple(d.model_copy(update={"routine_in_use": 0}) for d in opened.tables.devices)
    tables = replace(opened.tables, routine=(), devices=devices)
    sites, inst = planning_sites(tables, opened.scenario), opened.inst
    room = capacity(tables, opened.scenario, sites, inst.bases)
    freed = inst.changed(beds=room.beds, staff=room.staff)
    known = opened.summary["objective"]["harm"]
    return {
        "beds": float((room.beds - inst.beds)[:, :, 0].sum()),
        "harm": known["value"] if known["bound"] is None else known["bound"],
        "without": solve_plan(freed, baselines.MEANS).harm.value,
        "seconds": time.perf_counter() - began,
    }


def plan_summary(plan: Path) -> dict[str, Any]:
    """Return ``plan.json`` of a plan folder.

    Raises
    ------
    DataError
        If it is none.
    """
    return dict(
        _json((plan if plan.is_dir() or plan.suffix != ".json" else plan.parent) / "plan.json")
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_plan(path, error) from error


def _scenario(path: Path) -> Scenario:
    try:
        return scenario_from_json(_json(path))
    except ValueError as error:  # pydantic's
        raise _no_plan(path, error) from error


def _no_plan(path: Path, error: Exception) -> DataError:
    reason = system_fault(error) if isinstance(error, OSError) else str(error).splitlines()[0]
    return DataError(
        [
            Problem(
                "This is not the folder of a plan: {reason}.",
                "Name a folder that `referral plan` wrote.",
                file=str(path),
                values={"reason": reason},
            )
        ]
    )


def _start(path: Path) -> tuple[dict[str, Any], Any, Decided | None]:
    """Basis by block, surge beds and levers; all empty where the folder has none."""
    if not path.exists():
        return {}, None, None
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
        blocks = {name: stored[name] for name in stored.files}
    surge = blocks.pop("surge_beds", None)
    begun, shut = blocks.pop("lever_started", None), blocks.pop("lever_closed", None)
    levers = None
    if begun is not None and shut is not None:
        levers = Decided(
            np.cumsum(begun, axis=1).astype(float), np.cumsum(shut, axis=1).astype(float)
        )
    return blocks, None if surge is None else surge.astype(float), levers


def choices(opened: WhatIf) -> dict[str, Any]:
    """Return what may be asked: units, their levels and roles, classes, days."""
    inst = opened.inst
    return {
        "units": list(inst.units),
        "levels": {
            unit: [k for k, here in zip(inst.levels, inst.listed[f], strict=True) if here]
            for f, unit in enumerate(inst.units)
        },
        "roles": {
            unit: [r for r, n in zip(inst.roles, inst.staff[f].max(axis=1), strict=True) if n > 0]
            for f, unit in enumerate(inst.units)
        },
        "classes": list(inst.classes.ids),
        "days": inst.days,
        "seconds": opened.seconds_to_open,
    }


def serve(folder: Path) -> None:
    """Answer questions line by line: JSON lists of changes in, JSON answers out; for the app."""

    def tell(message: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def trouble(error: ReferralError) -> dict[str, Any]:
        return {"problems": [asdict(problem) for problem in error.problems]}

    try:
        opened = WhatIf(folder)
    except ReferralError as error:
        tell(trouble(error))
        return
    tell(choices(opened))
    for line in sys.stdin:
        try:
            answer = opened.ask([Change(**one) for one in json.loads(line)])
        except ReferralError as error:
            tell(trouble(error))
        else:
            tell({"before": answer.before, "after": answer.after, "seconds": answer.seconds})


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
