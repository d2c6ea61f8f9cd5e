"""Whether the tables a plan was made from are still the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from optimizer.errors import DataError
from optimizer.report import formats
from optimizer.report.folder import PlanReport, find_data_dir


@dataclass(frozen=True, slots=True)
class Change:
    """A table that is no longer what the plan read; `when` is None if the file is gone."""

    path: str
    when: dt.datetime | None


def changed_inputs(report: PlanReport) -> list[Change]:
    """Return the tables whose digest differs from the one in ``inputs/sources.json``."""
    try:
        told = json.loads((report.path / "inputs" / "sources.json").read_text(encoding="utf-8"))
        folder = find_data_dir(report.path, report.head)
        sources = [(str(one["path"]), str(one["sha256"])) for one in told]
    except (OSError, ValueError, KeyError, TypeError, DataError):
        return []
    found = []
    for path, digest in sources:
        file = folder / path
        try:
            if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                when = dt.datetime.fromtimestamp(file.stat().st_mtime).astimezone()
                found.append(Change(path, when))
        except OSError:
            found.append(Change(path, None))
    return found


def plan_time(report: PlanReport) -> dt.datetime:
    """Return when the plan was written on this machine."""
    written = (report.path / "plan.json").stat().st_mtime
    return dt.datetime.fromtimestamp(written).astimezone()


def clock(when: dt.datetime, lang: str) -> str:
    """Return ``22/11 07:05`` or ``22 Nov 07:05``."""
    return f"{formats.day(when.date(), lang)} {when:%H:%M}"
