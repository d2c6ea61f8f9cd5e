"""What was promised, was it kept, and what did it cost: rows of promises.csv and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from optimizer.domain.instance import FloatArray, Instance
from optimizer.domain.levers_decided import as_decided
from optimizer.domain.plan import Plan
from optimizer.domain.promises_kept import (
    PIN_ADMISSION,
    PIN_SURGE,
    churn,
    earlier_flows,
    open_from_level,
    pins_reached,
    received,
    reserve_free,
    reserve_missed,
    reserve_rows,
    site_missed,
    site_unmet,
    taken_in,
    wait_limit,
    wait_missed,
    waiting_promised,
)
from optimizer.i18n import LANGUAGES, translator
from optimizer.report import formats

COLUMNS = ("promise", "place", "care_level", "day", "promised", "reached", "missed")
SHOWN = ("promised", "reached", "missed", "harm", "costs")
HEAD = (
    "Promise",
    "Promised",
    "Reached",
    "Missed",
    "Harm of what was missed",
    "Cost of the promise, harm",
)
"""Message ids of the columns."""
SOME = 1e-9
Row = tuple[str, str, str, int, float, float, float]


def promise_rows(inst: Instance, plan: Plan) -> list[Row]:
    """Return one row for each promise, place, care level and day; day 0: all shown days."""
    return [
        *_reserve(as_decided(inst, plan), plan),
        *_reception(inst, plan),
        *_sites(inst, plan),
        *_waits(inst, plan),
        *_pins(inst, plan),
    ]


def _reserve(inst: Instance, plan: Plan) -> list[Row]:
    decided = plan.treated, plan.boarding, plan.corridor, plan.surge_beds
    due = inst.promises.reserve[None, :, None] * open_from_level(inst, plan.surge_beds)
    free, missed = reserve_free(inst, *decided), reserve_missed(inst, *decided)
    return [
        ("reserve", inst.units[f], inst.levels[k], t + 1, *_figures(f, k, t, due, free, missed))
        for f, k in np.argwhere(reserve_rows(inst)).tolist()
        for t in range(inst.days)
        if due[f, k, t] > SOME or missed[f, k, t] > SOME
    ]


def _reception(inst: Instance, plan: Plan) -> list[Row]:
    limit = inst.promises.reception
    into = received(inst, taken_in(inst, plan.admitted, plan.admitted_observed, plan.moved))
    return [
        ("reception", place, "", t + 1, float(limit[q, t]), float(into[q, t]), 0.0)
        for q, place in enumerate(inst.promises.reception_places)
        for t in np.flatnonzero(np.isfinite(limit[q])).tolist()
    ]


def _sites(inst: Instance, plan: Plan) -> list[Row]:
    limit = inst.promises.site_limit
    if limit is None:
        return []
    reached = site_unmet(inst, plan.boarding, plan.corridor)
    missed = site_missed(inst, plan.boarding, plan.corridor)
    return [
        ("no_site_worse_off", unit, "", 0, float(limit[f]), float(reached[f]), float(missed[f]))
        for f, unit in enumerate(inst.units)
        if max(limit[f], reached[f]) > SOME
    ]


def _waits(inst: Instance, plan: Plan) -> list[Row]:
    if not inst.promises.limits_waiting:
        return []
    may, waits = wait_limit(inst), waiting_promised(inst, plan.waiting)
    missed = wait_missed(inst, plan.waiting)
    rows: list[Row] = []
    for o, t in np.argwhere(waits > SOME).tolist():
        figures = float(may[o, t]), float(waits[o, t]), float(missed[o, t])
        rows.append(("longest_wait", inst.areas[o], "", t + 1, *figures))
    return rows


def _pins(inst: Instance, plan: Plan) -> list[Row]:
    reached = pins_reached(inst, plan.admitted, plan.admitted_observed, plan.moved, plan.surge_beds)
    rows: list[Row] = []
    units = (*inst.units, *inst.outside)
    for pin, now in zip(inst.promises.pins.tolist(), reached.tolist(), strict=True):
        kind, day, sender, receiver, what = (int(x) for x in pin[:5])
        start = (
            "" if kind == PIN_SURGE else (inst.areas if kind == PIN_ADMISSION else units)[sender]
        )
        names = inst.levels if kind == PIN_SURGE else inst.classes.ids
        place = f"{start}>{units[receiver]}:{names[what] if what >= 0 else ''}"
        rows.append(("pins", place, "", day + 1, pin[5], now, abs(pin[5] - now)))
    return rows


def _figures(f: int, k: int, t: int, *parts: FloatArray) -> tuple[float, float, float]:
    due, free, missed = (float(part[f, k, t]) for part in parts)
    return due, free, missed


def promises_told(
    rows: Sequence[Row], inst: Instance, costs: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return the promises of a plan for plan.json, one for each promise and care level.

    `promised`, `reached` and `missed` are sums over places and shown days, `times_missed` counts
    rows; `harm` is what the missed add to it over all days. `costs`: harm that the promise as a
    whole costs the rest of the plan; not there where it was not worked out.
    """
    said = inst.promises
    price = {
        "reserve": said.reserve_price,
        "no_site_worse_off": said.site_price,
        "longest_wait": 0.0 if said.wait_hard else said.wait_price,
    }
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, _, level, day, promised, reached, missed in rows:
        start: dict[str, Any] = {"promise": name, "care_level": level}
        zero = dict.fromkeys(("promised", "reached", "missed"), 0.0)
        one = found.setdefault(
            (name, level), start | zero | {"times_missed": 0, "harm": 0.0, "costs": costs.get(name)}
        )
        one["harm"] += price.get(name, 0.0) * missed
        if day <= inst.shown_days:
            one["promised"] += promised
            one["reached"] += reached
            one["missed"] += missed
            one["times_missed"] += int(missed > 1e-6)
    return list(found.values())


def stability_told(inst: Instance, plan: Plan) -> dict[str, Any]:
    """Return ``stability`` for plan.json: churn against an earlier plan; nothing without one.

    `reached`: of this plan. `with`, `without`: of the plan in means, with the weight and at a
    weight of 0; `costs`: what it adds to the rest of the burden. `gone`: patients of the earlier
    plan on ways that are not permitted now.
    """
    if not inst.promises.churn_days.any():
        return {}
    found = plan.stability
    return {
        "stability": {
            "reached": churn(inst, plan.admitted, plan.admitted_observed, plan.moved),
            "days": int(inst.promises.churn_days.sum()),
            "gone": earlier_flows(inst)[2],
            "with": found.get("churn"),
            "without": found.get("churn_without"),
            "costs": max(0.0, found["rest"] - found["rest_without"]) if found else None,
        }
    }


def stability_line(summary: Mapping[str, Any], lang: str) -> str:
    """Return what the plan changes of an earlier one, and what holding on to it costs."""
    told, say = summary.get("stability"), translator(lang)
    if not told:
        return ""
    text = say("Against the earlier plan, {days} days in common: {reached} patients otherwise")
    text = text.format(days=told["days"], reached=formats.num(told["reached"], lang, 1))
    if told["without"] is not None:
        price = say("; without a weight on it {without}; it costs the burden {costs}")
        text += price.format(
            without=formats.num(told["without"], lang, 1), costs=formats.num(told["costs"], lang, 1)
        )
    return text


def promise_name(one: Mapping[str, Any], level: str, lang: str) -> str:
    """Return what a promise is called, with the care level it speaks of."""
    say = translator(lang)
    words = {
        "reserve": say("reserve kept free, {level} and above (bed-days)"),
        "reception": say("limits on reception (patients)"),
        "pins": say("pinned decisions (patients, surge beds)"),
        "longest_wait": say("longest wait: who may still be waiting (patient-days)"),
        "no_site_worse_off": say("no unit worse off than without transfers (patient-days)"),
    }
    return words[str(one["promise"])].format(level=level)


def promise_title(lang: str) -> tuple[str, str]:
    """Return the title of the table and the note beside it."""
    say = translator(lang)
    return say("Promises"), say("cost: harm that the promise adds to the rest of the plan")


def promise_cells(
    summary: Mapping[str, Any], levels: Mapping[str, str]
) -> list[list[str | float | int | None]]:
    """Return the rows of the table under `HEAD`, names in both languages."""
    rows: list[list[str | float | int | None]] = []
    for one in summary.get("promises") or []:
        level = levels.get(one["care_level"], one["care_level"])
        names = [promise_name(one, level, lang) for lang in LANGUAGES]
        rows.append([" · ".join(dict.fromkeys(names)), *(one[key] for key in SHOWN)])
    return rows


def promise_table(
    summary: Mapping[str, Any], levels: Mapping[str, str], lang: str
) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]:
    """Return head and rows of the table, cells as (HTML, class) pairs; no rows without promises."""
    say = translator(lang)
    head = [(say(text), "n" if i else "") for i, text in enumerate(HEAD)]
    rows = []
    for one in summary.get("promises") or []:
        level = levels.get(one["care_level"], one["care_level"])
        figures = [formats.num(one[key], lang, 1) for key in ("promised", "reached", "missed")]
        cost = "–" if one["costs"] is None else formats.num(one["costs"], lang, 1)
        rows.append(
            [
                (escape(promise_name(one, level, lang)), ""),
                (figures[0], "n"),
                (figures[1], "n"),
                (f"<b>{figures[2]}</b>", "n"),
                (formats.num(one["harm"], lang, 1), "n"),
                (cost, "n"),
            ]
        )
    return head, rows


def promise_lines(summary: Mapping[str, Any], levels: Mapping[str, str], lang: str) -> list[str]:
    """Return the lines of the terminal: promised, kept or not, and what it cost."""
    say, lines = translator(lang), []
    for one in summary.get("promises") or []:
        name = promise_name(one, levels.get(one["care_level"], one["care_level"]), lang)
        if one["missed"] > 1e-6:
            text = say("{promise}: promised {promised}, missed {missed} ({times} times)")
        else:
            text = say("{promise}: promised {promised}, kept")
        if one["promise"] == "reception":
            text = say("{promise}: at most {promised}, taken in {reached}")
        text = text.format(
            promise=name,
            promised=formats.num(one["promised"], lang, 1),
            reached=formats.num(one["reached"], lang, 1),
            missed=formats.num(one["missed"], lang, 1),
            times=one["times_missed"],
        )
        if one["costs"] is not None:
            price = say("; it costs the harm {harm}")
            text += price.format(harm=formats.num(one["costs"], lang, 2))
        lines.append("  " + text)
    changed = stability_line(summary, lang)
    return [
        *([say("What was promised:"), *lines] if lines else []),
        *([changed] if changed else []),
    ]
