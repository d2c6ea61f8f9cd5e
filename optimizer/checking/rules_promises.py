"""Rules about promises: what was reached follows from the plan, and what is told of it is true."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.promises import (
    churn_by_day,
    pins_reached,
    receptions,
    reserve_reached,
    site_missed,
    site_unmet,
    taken_in,
    wait_reached,
)
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


def reception_limit(case: Case, bench: Bench) -> None:
    """Check that no place takes in more a day than promised (Q, T), and what is told of it."""
    keep_reception(case, bench)
    belongs, limit = receptions(case)
    into = belongs.astype(float) @ taken_in(case)
    due: Told = {}
    for q, t in np.argwhere(np.isfinite(limit)).tolist():
        key = ("reception", case.scenario.reception[q][0], "", t + 1)
        twice = due.get(key)  # a place with two limits on a day: told apart by no name
        if twice is None or limit[q, t] < twice[0]:
            due[key] = (float(limit[q, t]), float(into[q, t]), 0.0)
    hold_rows(case, bench, "reception_limit", "reception", due, "patients")


def keep_reception(case: Case, bench: Bench) -> None:
    """Hold what each place takes in to its limit; so is a baseline."""
    belongs, limit = receptions(case)
    into = np.where(np.isfinite(limit), belongs.astype(float) @ taken_in(case), 0.0)
    most = np.where(np.isfinite(limit), limit, 0.0)
    places = [row[0] for row in case.scenario.reception]
    message = "{left} are taken in, but no more than {right} a day were promised."
    bench.at_most("reception_limit", into, most, (places, case.days), message)


def no_site_worse_off(case: Case, bench: Bench) -> None:
    """Check what is told of boarding and corridor days against those without transfers (F,)."""
    limit, reached, missed = case.site_limit, site_unmet(case), site_missed(case)
    due: Told = {}
    if limit is not None:
        for f, unit in enumerate(case.units):
            if max(limit[f], reached[f]) > SMALL:
                due["no_site_worse_off", unit, "", 0] = _at((f,), limit, reached, missed)
    hold_rows(case, bench, "no_site_worse_off", "no_site_worse_off", due, "patient-days")


def longest_wait(case: Case, bench: Bench) -> None:
    """Check who waits beyond the promise (O, T), and what is told; a plan by rule may break it."""
    promised, waits, missed = wait_reached(case)
    told = case.scenario.longest_wait
    if told is not None and told[2] and case.plan.get("status") != "rule":
        labels = (list(case.places.areas), case.days)
        message = "{left} are waiting, but no more than {right} came on the days promised."
        bench.at_most("longest_wait", waits, promised, labels, message)
    due: Told = {
        ("longest_wait", case.places.areas[o], "", t + 1): _at((o, t), promised, waits, missed)
        for o, t in np.argwhere(waits > SMALL).tolist()
    }
    hold_rows(case, bench, "longest_wait", "longest_wait", due, "patients")


def pinned(case: Case, bench: Bench) -> None:
    """Check that what is pinned is done (P,); a plan by rule holds no pins, and cannot say so."""
    counts = [row[5] for row in case.scenario.pins]
    reached = pins_reached(case)
    labels = [f"pins[{i + 1}]" for i in range(len(counts))]
    message = "{left} in the plan, but {right} is pinned."
    if case.plan.get("status") != "rule":
        bench.equal("pinned", reached, counts, (labels,), message, "patients", 1e-5)
    due: Told = {
        ("pins", pin_place(row), "", row[1]): (row[5], float(now), abs(row[5] - float(now)))
        for row, now in zip(case.scenario.pins, reached, strict=True)
    }
    hold_rows(case, bench, "pinned", "pins", due, "patients")


def churn(case: Case, bench: Bench) -> None:
    """Check what is told of churn against an earlier plan, over the days of both."""
    if not case.scenario.churn_days.any():
        bench.checked("churn", 0)
        return
    message = "The plan reports {left}; recomputed it is {right}."
    told = stated(case.plan.get("stability.reached"))
    due = float(churn_by_day(case).sum())
    bench.equal("churn", [told], [due], (["churn"],), message, "patients", 1e-4)


def pin_place(row: tuple[str, int, str, str, str, float]) -> str:
    """Return how promises.csv names a pin: from>to:class or level."""
    _, _, sender, receiver, what, _ = row
    return f"{sender}>{receiver}:{what}"


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
