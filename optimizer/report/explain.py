"""Says bottlenecks and what would clear the shortfall in words, and writes their tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from optimizer.domain.instance import Instance
from optimizer.domain.resource import (
    BY_KIND,
    Clearing,
)
from optimizer.i18n import LANGUAGES, translator
from optimizer.report import formats
from optimizer.report.bottlenecks import WORTH_TELLING, Bottleneck
from optimizer.report.naming import Names

SPOKEN = 12
"""Bottlenecks put into words."""


def one_more(names: Names, kind: str, item: str, lang: str, step: float) -> str:
    """Return one more step of a resource in words."""
    say = translator(lang)
    if kind == "bed":
        if bed := names.bed(item, lang):
            return say("one more {bed}").format(bed=bed)
        return say("one more {level} bed").format(level=names.level(item, lang))
    if kind == "staff":
        return say("one more {role} on duty").format(role=names.role(item, lang))
    if kind == "vehicle_minutes" and item:
        return say("{n} more minutes a day of {vehicle}").format(
            n=formats.num(step, lang), vehicle=names.vehicle(item, lang)
        )
    if kind == "vehicle_minutes":
        return say("{n} more vehicle minutes a day").format(n=formats.num(step, lang))
    return say("one more place a day")


def thing(names: Names, kind: str, item: str, lang: str, amount: float) -> str:
    """Return so much of a resource in words, with its number."""
    say = translator(lang)
    number = formats.num(amount, lang)
    if kind == "bed":
        if bed := names.bed(item, lang):
            return say("{n} × {bed}").format(n=number, bed=bed)
        return say("{n} × {level} bed").format(n=number, level=names.level(item, lang))
    if kind == "staff":
        return say("{n} × {role} on duty").format(n=number, role=names.role(item, lang))
    if kind == "vehicle_minutes" and item:
        return say("{n} minutes a day of {vehicle}").format(
            n=number, vehicle=names.vehicle(item, lang)
        )
    if kind == "vehicle_minutes":
        return say("{n} vehicle minutes a day").format(n=number)
    return say("{n} places a day").format(n=number)


def binding(names: Names, kind: str, item: str, lang: str) -> str:
    """Return what binds where one more of a resource has a price."""
    say = translator(lang)
    if kind == "bed":
        if bed := names.bed(item, lang):
            return say("{bed} or above full").format(bed=bed)
        return say("beds of {level} or above full").format(level=names.level(item, lang))
    if kind == "staff":
        return say("no {role} left on duty").format(role=names.role(item, lang))
    if kind == "vehicle_minutes" and item:
        return say("no {vehicle} or better left").format(vehicle=names.vehicle(item, lang))
    if kind == "vehicle_minutes":
        return say("vehicle minutes used up")
    return say("places outside used up")


def remedy(kind: str, lang: str) -> str:
    """Return what a province does about it."""
    say = translator(lang)
    return {
        "bed": say("open surge beds, or move recovering patients down"),
        "staff": say("send staff there, or postpone routine care"),
        "vehicle_minutes": say("lend vehicles, or contract cars"),
        "outside_place": say("agree more places a day"),
    }[kind]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def bottleneck_sentence(
    inst: Instance, one: Bottleneck, names: Names, start: dt.date, lang: str
) -> str:
    """Say one bottleneck in a sentence of at most 80 words."""
    say = translator(lang)
    first, last = (
        formats.day(start + dt.timedelta(days=d - 1), lang) for d in (one.first_day, one.last_day)
    )
    words = {
        "thing": _capital(one_more(names, one.kind, one.item, lang, one.step)),
        "place": names.place(one.place, lang),
        "week": one.week,
        "first": first,
        "last": last,
        "gain": formats.num(one.gain, lang, 1),
    }
    if one.confirmed is None:
        return say(
            "{thing} at {place} in week {week} ({first} to {last}) saves at most about {gain} harm "
            "(sum of shadow prices, not solved again)."
        ).format(**words)
    text = say(
        "{thing} at {place} in week {week} ({first} to {last}) saves about {gain} harm"
    ).format(**words)
    fall = one.confirmed.unmet_days
    parts = [
        f"{formats.num(float(fall[k]), lang, 1)} {names.level(inst.levels[k], lang)}"
        for k in np.argsort(-np.abs(fall), kind="stable")[:2]
        if fall[k] >= 0.05
    ]
    if parts:
        text += say(", about {days} unmet patient-days").format(days=say(" and ").join(parts))
    ceiling = formats.num(one.at_most, lang, 1)
    return text + say("; solved again, the prices alone say {ceiling}.").format(ceiling=ceiling)


def bottleneck_rows(found: Sequence[Bottleneck], levels: Sequence[str]) -> list[list[object]]:
    """Rows of bottlenecks.csv."""
    rows: list[list[object]] = []
    for b in found:
        told = b.confirmed
        days = [""] * len(levels) if told is None else [f"{x:.4f}" for x in told.unmet_days]
        rows.append(
            [
                b.kind,
                b.place,
                b.item,
                b.cluster,
                b.week,
                b.first_day,
                b.last_day,
                f"{b.step:g}",
                b.days_binding,
                f"{b.at_most:.6g}",
                "" if told is None else f"{told.gain:.6g}",
                *days,
            ]
        )
    return rows


BOTTLENECK_COLUMNS = (
    "resource",
    "place",
    "item",
    "cluster",
    "week",
    "first_day",
    "last_day",
    "step",
    "days_binding",
    "at_most_harm",
    "solved_again_harm",
)
"""Then one column ``unmet_days_<level>`` for each care level."""


def bottlenecks_told(
    inst: Instance, found: Sequence[Bottleneck], names: Names, start: dt.date
) -> list[dict[str, Any]]:
    """Return the first rows for plan.json, with a sentence in each language."""
    doubtful = {
        (b.kind, b.item, b.week) for b in found if b.confirmed is not None and b.kept_too_little
    }
    telling: dict[tuple[str, str, int, float], Bottleneck] = {}
    for b in found:
        if b.gain < WORTH_TELLING or ((b.kind, b.item, b.week) in doubtful and b.kept_too_little):
            continue
        # a role that may stand in for another is worth the same: said once
        telling.setdefault((b.kind, b.place, b.week, round(b.at_most, 6)), b)
    return [
        {
            "resource": b.kind,
            "place": b.place,
            "item": b.item,
            "week": b.week,
            "first_day": b.first_day,
            "last_day": b.last_day,
            "step": b.step,
            "at_most_harm": round(b.at_most, 4),
            "solved_again_harm": None if b.confirmed is None else round(b.confirmed.gain, 4),
            "unmet_days": None
            if b.confirmed is None
            else {
                level: round(float(x), 4)
                for level, x in zip(inst.levels, b.confirmed.unmet_days, strict=True)
            },
            **{
                f"{key}_{lang}": text
                for lang in LANGUAGES
                for key, text in (
                    ("text", bottleneck_sentence(inst, b, names, start, lang)),
                    ("thing", one_more(names, b.kind, b.item, lang, b.step)),
                    ("binding", binding(names, b.kind, b.item, lang)),
                    ("remedy", remedy(b.kind, lang)),
                )
            },
        }
        for b in list(telling.values())[:SPOKEN]
    ]


CLEAR_COLUMNS = ("resource", "place", "item", "amount", "needed_from_day", "weight_each")
LISTED = 5


def clear_rows(
    inst: Instance, clearing: Clearing | None, each: dict[str, list[float]]
) -> list[list[object]]:
    """Rows of clear.csv; `each` is the weight of one more by resource and item number."""
    if clearing is None:
        return []
    return [
        [
            one.kind,
            one.place_id(inst),
            one.item_id(inst),
            f"{one.amount:g}",
            day + 1,
            f"{each[one.kind][one.item]:g}",
        ]
        for one, day in zip(clearing.additions, clearing.needed_from, strict=True)
    ]


def clear_sentence(inst: Instance, clearing: Clearing, names: Names, lang: str) -> str:
    """Say what would clear the shortfall, in at most 80 words."""
    say = translator(lang)
    before, after = (
        formats.people(float(x.sum()), lang) for x in (clearing.unmet_before, clearing.unmet_after)
    )
    if not clearing.additions:
        text = (
            say("Nothing would have to be added: nobody is unmet.")
            if float(clearing.unmet_before.sum()) < WORTH_TELLING
            else say(
                "No capacity would help: {before} unmet patient-days have no way to a bed; limits "
                "on roads and levels would have to be lifted."
            )
        )
        return text.format(before=before)
    largest = sorted(
        clearing.additions,
        key=lambda one: (-one.amount / BY_KIND[one.kind].step, one.kind, one.place, one.item),
    )
    parts = [
        say("{thing} at {place}").format(
            thing=thing(names, one.kind, one.item_id(inst), lang, one.amount),
            place=names.place(one.place_id(inst), lang),
        )
        for one in largest[:LISTED]
    ]
    more = len(largest) - LISTED
    if more > 0:
        parts.append(say("{n} more lines in clear.csv").format(n=more))
    text = say(
        "The lightest set of additions that clears the shortfall: {list}. Unmet patient-days fall "
        "from {before} to {after}"
    ).format(list="; ".join(parts), before=before, after=after)
    return text + (say(", solved again.") if clearing.proved else say(" (not fully proved)."))


def clearing_told(
    inst: Instance,
    clearing: Clearing | None,
    names: Names,
    costs: dict[str, float],
    each: dict[str, list[float]],
) -> dict[str, Any] | None:
    """Return the clearing for plan.json."""
    if clearing is None:
        return None
    rows = clear_rows(inst, clearing, each)
    return {
        "additions": [
            {
                "resource": row[0],
                "place": row[1],
                "item": row[2],
                "amount": one.amount,
                "needed_from_day": row[4],
                **{
                    f"thing_{lang}": thing(names, one.kind, one.item_id(inst), lang, one.amount)
                    for lang in LANGUAGES
                },
            }
            for row, one in zip(rows, clearing.additions, strict=True)
        ][:200],
        "costs": costs,
        "weight": clearing.weight,
        "least_weight": clearing.least_weight,
        "unmet_before": dict(zip(inst.levels, clearing.unmet_before.tolist(), strict=True)),
        "unmet_after": dict(zip(inst.levels, clearing.unmet_after.tolist(), strict=True)),
        "unmet_harm_left": clearing.harm_left,
        "proved": clearing.proved,
        **{f"text_{lang}": clear_sentence(inst, clearing, names, lang) for lang in LANGUAGES},
    }
