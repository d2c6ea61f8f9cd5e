"""Rules about promises: what was reached follows from the plan, and what is told of it is true."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.promises import reserve_reached
from optimizer.checking.reader import read_table
from optimizer.checking.rules_objective import stated
from optimizer.checking.violation import Bench, FloatArray

PROMISES = "promises.csv"
KEYS = ("promise", "place", "care_level", "day")
FIGURES = ("promised", "reached", "missed")
SMALL = 1e-9
SIX_DIGITS = 1e-5
Told = dict[tuple[str, str, str, int], tuple[float, ...]]


def reserve_share(case: Case, bench: Bench) -> None:
    """Check what promises.csv and plan.json say of the reserve (F, K, T): kept, and missed."""
    promised, free, missed = reserve_reached(case)
    due: Told = {
        ("reserve", case.units[f], case.capacity.levels[k], t + 1): _at(
            (f, k, t), promised, free, missed
        )
        for f, k, t in np.argwhere((promised > SMALL) | (missed > SMALL)).tolist()
    }
    hold_rows(case, bench, "reserve_share", "reserve", due, "beds")


def _at(place: tuple[int, ...], *parts: FloatArray) -> tuple[float, ...]:
    return tuple(float(part[place]) for part in parts)


def read_promises(case: Case, bench: Bench) -> Told:
    """Return the rows of promises.csv by promise, place, care level and day; none without it."""
    path = case.folder / PROMISES
    if not path.is_file():
        return {}
    table = read_table(path, PROMISES, (*KEYS, *FIGURES, "confidence"), bench)
    keys = zip(*(table.ids(c) for c in KEYS[:3]), table.wholes("day").tolist(), strict=True)
    figures = zip(*(table.numbers(c).tolist() for c in FIGURES), strict=True)
    return {(p, a, k, int(t)): x for (p, a, k, t), x in zip(keys, figures, strict=True)}


def hold_rows(case: Case, bench: Bench, rule: str, promise: str, due: Told, unit: str) -> None:
    """Hold the rows of one promise, and its sums in plan.json, to what follows from the plan."""
    told = {key: x for key, x in read_promises(case, bench).items() if key[0] == promise}
    keys = sorted({*told, *due})
    nothing = (0.0,) * len(FIGURES)
    labels = [",".join(map(str, key[1:])) for key in keys]
    message = "{left} in promises.csv, recomputed {right}."
    for i in range(len(FIGURES)):
        said = [told.get(key, nothing)[i] for key in keys]
        follows = [due.get(key, nothing)[i] for key in keys]
        bench.equal(rule, said, follows, (labels,), message, unit, SIX_DIGITS)
    listed = case.plan.get("promises")
    listed = listed if isinstance(listed, list) else []
    entries = {
        str(one.get("care_level")): one
        for one in listed
        if isinstance(one, Mapping) and one.get("promise") == promise
    }
    shown = case.scenario.horizon
    message = "The plan reports {left}; recomputed it is {right}."
    for level in sorted({*(key[2] for key in due), *entries}):
        rows = [x for key, x in due.items() if key[2] == level and key[3] <= shown]
        book = entries.get(level, {})
        for i, name in enumerate(FIGURES):
            label = ([f"{promise},{level},{name}"],)
            right = float(sum(x[i] for x in rows))
            bench.equal(rule, [stated(book.get(name))], [right], label, message, unit, SIX_DIGITS)
