"""The tables a planner acts on: orders, places kept, outlook, shortfalls, downloads."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.findings import rule_note
from optimizer.report.folder import CONFIDENCES, PlanReport

ORDER_COLUMNS = [
    "day",
    "what",
    "origin",
    "destination",
    "direction",
    "pool",
    "care_level",
    "who",
    "patients",
    "minutes",
    "reason",
    "confidence",
]
KEPT_DAYS = (2, 3)
_WAYS = {"step_up": "up", "step_down": "down", "lateral": "lateral", "out_of_province": "outside"}


def confidence_names(lang: str) -> dict[str, str]:
    """Return what each confidence is called."""
    say = translator(lang)
    return {
        "official": say("official"),
        "open_data": say("open data"),
        "derived": say("derived"),
        "assumed": say("assumed"),
    }


def orders(
    report: PlanReport,
    lang: str,
    days: tuple[int, ...] = (1,),
    roads: Mapping[tuple[str, str], float] | None = None,
) -> pd.DataFrame:
    """Return the moves of some days: transfers, and on day 1 the admissions of people seen today.

    ``who`` names the severities and phases of the people, in `lang`; ``confidence`` is the weakest
    of the rows put together.
    ``direction`` is up, down, lateral, outside or in; ``minutes`` is the road one way, for
    admissions from `roads` ((area, unit) -> minutes), unknown without it.
    """
    moves = report.tables["transfers"]
    moves = moves.loc[moves["day"].isin(days)]
    first = moves.assign(
        what="transfer",
        origin=moves["from_unit"],
        destination=moves["to_unit"],
        direction=moves["direction"].map(_WAYS),
    )
    adm = report.tables["admissions"]
    adm = adm.loc[adm["day"].isin(days) & (adm["day"] == 1) & (adm["observed"] == 1)]
    into = adm["kind"].map({"out_of_province": "outside"}).fillna("in")
    second = adm.assign(
        what=adm["kind"],
        origin=adm["area"],
        destination=adm["unit"],
        direction=into,
        pool="waiting",
        minutes=[
            (roads or {}).get((str(a), str(u)), math.nan)
            for a, u in zip(adm["area"], adm["unit"], strict=True)
        ],
    )
    parts = [p for p in (first, second) if len(p)]
    if not parts:
        return pd.DataFrame(columns=ORDER_COLUMNS)
    rows = pd.concat(parts, ignore_index=True)
    rows["care_level"] = report.care_level(rows["class_id"])
    rows["who"] = [report.class_name(c, lang) for c in rows["class_id"]]
    keys = ["day", "what", "origin", "destination", "direction", "pool", "care_level"]
    rows = rows.groupby(keys, as_index=False, dropna=False).agg(
        who=("who", lambda names: "; ".join(dict.fromkeys(names))),
        patients=("patients", "sum"),
        minutes=("minutes", "mean"),
        confidence=("confidence", lambda marks: max(marks, key=CONFIDENCES.index)),
    )
    rows["reason"] = [
        _reason(report, lang, w, p, d, k)
        for w, p, d, k in zip(
            rows["what"], rows["pool"], rows["direction"], rows["care_level"], strict=True
        )
    ]
    rank = dict(zip(report.levels["care_level"], report.levels["rank"], strict=True))
    rows["_order"] = rows["direction"].map(
        {"up": 0, "outside": 1, "lateral": 2, "in": 3, "down": 4}
    )
    rows["_rank"] = -rows["care_level"].map(rank)
    rows = rows.sort_values(
        ["day", "_order", "_rank", "patients", "origin", "destination"],
        ascending=[True, True, True, False, True, True],
    )
    return rows[ORDER_COLUMNS].reset_index(drop=True)


def _reason(report: PlanReport, lang: str, what: str, pool: str, direction: str, level: str) -> str:
    say = translator(lang)
    name = report.level_name(level, lang)
    name = name[:1].lower() + name[1:]
    if what == "stabilise":
        text = say("taken in to be stabilised; no bed of the level is near")
    elif what != "transfer":
        text = say("sent out of the province") if direction == "outside" else ""
    elif pool == "boarding":
        text = say("waits there for {level}")
    elif direction == "down":
        text = say("recovering, frees {level}")
    else:
        text = say("recovering, evens out the load")
    return text.format(level=name)


def places_kept(report: PlanReport) -> pd.DataFrame:
    """Return the places kept on days 2 and 3, most first."""
    kept = report.tables["places_kept"]
    kept = kept.loc[kept["places"] > 0]
    return kept.sort_values(
        ["day", "places", "unit"], ascending=[True, False, True], ignore_index=True
    )


def outlook(report: PlanReport, first: int = 4) -> dict[str, float]:
    """Return the expected transfers from day `first` to the end of the shown days, by direction."""
    moves = report.tables["transfers"]
    moves = moves.loc[(moves["day"] >= first) & (moves["day"] <= report.horizon)]
    return {str(k): float(v) for k, v in moves.groupby("direction")["patients"].sum().items()}


def shortfalls(report: PlanReport) -> pd.DataFrame:
    """Return the shortfalls as the plan lists them, worst first."""
    columns = [
        "place",
        "place_kind",
        "care_level",
        "first_day",
        "peak_patients",
        "peak_day",
        "patient_days",
        "confidence",
    ]
    return pd.DataFrame(report.head.get("shortfalls", []), columns=columns)


def surge_openings(report: PlanReport) -> pd.DataFrame:
    """Return when surge beds open: ``unit, care_level, first_day, beds`` (most), ``confidence``."""
    rows = report.tables["surge_beds"]
    rows = rows.loc[(rows["beds"] > 0) & (rows["day"] <= report.horizon)]
    if rows.empty:
        return pd.DataFrame(columns=["unit", "care_level", "first_day", "beds", "confidence"])
    table = rows.groupby(["unit", "care_level"], as_index=False).agg(
        first_day=("day", "min"),
        beds=("beds", "max"),
        confidence=("confidence", lambda marks: max(marks, key=CONFIDENCES.index)),
    )
    return table.sort_values(
        ["first_day", "beds", "unit"], ascending=[True, False, True], ignore_index=True
    )


def orders_csv(
    report: PlanReport,
    lang: str,
    roads: Mapping[tuple[str, str], float] | None = None,
    *,
    stale: Sequence[str] = (),
) -> bytes:
    """Return the orders of day 1 as CSV a spreadsheet opens right, names and dates in `lang`.

    `stale` are the input files changed since the plan; the first line then says so.
    """
    say = translator(lang)
    rows = orders(report, lang, roads=roads)
    ways = {
        "up": say("step up"),
        "down": say("step down"),
        "lateral": say("lateral"),
        "outside": say("out of province"),
        "in": say("admission"),
    }
    note = say("# Plan {plan}: decision support; rests on assumed data").format(plan=report.plan_id)
    table = pd.DataFrame(
        {
            say("Date"): [formats.day(report.date(int(d)), lang, year=True) for d in rows["day"]],
            say("Kind"): rows["direction"].map(ways),
            say("From"): [report.place_name(p, lang) for p in rows["origin"]],
            say("Code, from"): rows["origin"],
            say("To"): [report.place_name(p, lang) for p in rows["destination"]],
            say("Code, to"): rows["destination"],
            say("Level"): [report.level_name(k, lang) for k in rows["care_level"]],
            say("Code, level"): rows["care_level"],
            say("Severity and phase"): rows["who"],
            say("Patients"): [_plain(v, 3) for v in rows["patients"]],
            say("Minutes"): [_plain(v, 1) for v in rows["minutes"]],
            say("Reason"): rows["reason"],
            say("Confidence"): rows["confidence"].map(confidence_names(lang)),
        }
    )
    text = (note + "\n" if report.rests_on_assumptions else "") + table.to_csv(index=False)
    if report.by_rule:
        text = f"# {rule_note(report.head, lang)}\n{text}"
    if stale:
        files = ", ".join(stale)
        text = say("# Inputs changed since this plan: {files}").format(files=files) + "\n" + text
    return text.encode("utf-8-sig")


def _plain(value: float, digits: int) -> str:
    """Return ``2``, not ``2.0``; ``0.5`` stays; nothing for an unknown figure."""
    if math.isnan(value):
        return ""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def folder_zip(path: Path) -> bytes:
    """Return the whole plan folder as a zip: every figure, as the checker reads it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                archive.write(file, Path(path.name) / file.relative_to(path))
    return out.getvalue()
