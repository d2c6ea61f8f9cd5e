"""Road minutes of admissions: the plan folder has them for transfers only."""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st
from pydantic import ValidationError

from optimizer.domain.assemble import assemble
from optimizer.errors import ReferralError
from optimizer.exchange.scenarios import scenario_from_json
from optimizer.exchange.tables import read_tables
from optimizer.report.folder import PlanReport, find_data_dir
from optimizer.report.freshness import changed_inputs

Minutes = dict[tuple[str, str], float]


def admission_minutes(report: PlanReport) -> Minutes:
    """Return the minutes of each way from an area to a unit, as the planner counts them.

    Mean over the people of the area. Nothing if the tables have changed since the plan.
    """
    if changed_inputs(report):
        return {}
    written = (report.path / "plan.json").stat().st_mtime
    return _minutes(str(report.path), str(find_data_dir(report.path, report.head)), written)


@st.cache_resource(max_entries=12, show_spinner=False)
def _minutes(plan: str, data: str, written: float) -> Minutes:
    try:
        told = json.loads((Path(plan) / "inputs" / "scenario.json").read_text(encoding="utf-8"))
        inst = assemble(read_tables(Path(data))[0], scenario_from_json(told)).instance
    except (OSError, ValueError, ValidationError, ReferralError):
        return {}
    arcs, places = inst.admissions, (*inst.units, *inst.outside)
    return {
        (inst.areas[area], places[to]): float(minutes)
        for area, to, minutes in zip(arcs.area, arcs.to, arcs.minutes, strict=True)
    }
