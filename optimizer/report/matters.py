"""Which assumption matters, in words: harm at the ends of the range of an assumed figure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from optimizer.i18n import LANGUAGES, translator
from optimizer.report import formats

MOST = 5
"""Figures named in words; all of them stand in matters.csv."""
COLUMNS = {
    "beds.staffed_beds": "staffed beds of the units",
    "beds.surge_limit": "surge beds of the units",
    "routine.routine_patients": "routine patients in the beds",
    "staff.on_duty": "people on duty at the units",
    "devices.devices": "devices of the units",
    "oxygen.flow_lpm": "oxygen flow of the units",
    "vehicles.minutes_per_day": "minutes a vehicle drives a day",
    "units.daily_places": "daily places outside the province",
    "lever_yields.amount": "what levers give and take",
    "levers.max_units": "units of levers that there are",
    "levers.harm_per_day": "harm of levers",
    "care_ratios.patients_per_staff": "patients for one person on duty",
}
"""What a column of assumed cells is called."""


def matters_told(found: Iterable[dict[str, Any]], harm: float) -> list[dict[str, Any]]:
    """Return the weightiest figures with a sentence in both languages.

    `found`: ``figure``, ``meaning`` (English, empty for a column), ``low``, ``high``, ``stated``,
    ``harm_low``, ``harm_high``; the weightiest first.
    """
    told = []
    for one in list(found)[:MOST]:
        ends = [end for end in (one["harm_low"], one["harm_high"]) if not math.isnan(end)]
        if not ends or max(abs(end - harm) for end in ends) < 0.005 * max(1.0, harm):
            continue
        words = {}
        for lang in LANGUAGES:
            say = translator(lang)
            column = COLUMNS.get(one["figure"])
            name = say(column or one["meaning"]) if column or one["meaning"] else one["figure"]
            if column:
                text = say(
                    "{name}, a fifth fewer or more: harm about {first} or {second} "
                    "instead of {harm}"
                )
            elif one["stated"]:
                text = say(
                    "{name} ({figure}) {low} or {high}: harm about {first} or {second} instead of "
                    "{harm}"
                )
            else:
                text = say(
                    "{name} ({figure}) {low} or {high}, a fifth less or more: harm about {first} "
                    "or {second} instead of {harm}"
                )
            words[f"text_{lang}"] = text.format(
                name=name,
                figure=one["figure"],
                low=_figure(one["low"], lang),
                high=_figure(one["high"], lang),
                first=_harm(one["harm_low"], lang),
                second=_harm(one["harm_high"], lang),
                harm=_harm(harm, lang),
            )
        told.append({**{k: _plain(v) for k, v in one.items()}, "harm": harm, **words})
    return told


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _harm(value: float, lang: str) -> str:
    if math.isnan(value):
        return "?"
    return formats.num(value, lang, 0 if abs(value) >= 100 else 1)


def _figure(value: float, lang: str) -> str:
    digits = max(0, 3 - len(str(int(abs(value)))) if abs(value) >= 1 else 4)
    text = formats.num(value, lang, digits)
    mark = "," if lang == "vi" else "."
    return text.rstrip("0").rstrip(mark) if mark in text else text
