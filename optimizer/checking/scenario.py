"""The effective scenario of a plan folder, as written; nothing is derived here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.lever_rows import Asked, read_asked
from optimizer.checking.reader import Document, ident, read_json
from optimizer.checking.violation import Bench, FloatArray

CONFIDENCES = ("official", "open_data", "derived", "assumed")
"""How sure a figure is, strongest first; what says nothing is assumed."""
SURE: Mapping[str, int] = {name: i for i, name in enumerate(CONFIDENCES)}
ASSUMED = SURE["assumed"]
NO_DAY = 10**6
"""A day that no plan has."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the judge needs of ``inputs/scenario.json``; units as they are written.

    `confidence` is the weakest of its figures, as a place in `CONFIDENCES`.
    """

    start_date: date
    days: int
    horizon: int
    areas: str
    care_phase: str
    surge_absence: float
    surge_delay: int
    nearest: int
    transfer_nearest: int
    prepare: float
    handover: float
    staff_factor: float
    staff_from: int
    staff_to: int
    vehicle_factor: float
    weights: Mapping[str, float]
    burden: Mapping[str, float]
    all_roads_cut: bool
    cut: frozenset[tuple[str, str]]
    closed: frozenset[str]
    closing: Mapping[str, int]
    """First closed day of each facility that closes."""
    lateral: bool
    lateral_requests: Sequence[tuple[str, str, str]]
    """From, to, severity (blank: all)."""
    step_down: bool
    transfers: bool
    out_of_province: bool
    local_only: bool
    fairness_epsilon: float
    wait: str
    corridor: str
    movers: str
    sender_counts: bool
    leaving_moves_once: bool
    whole_window: bool
    curves: Mapping[tuple[str, str], FloatArray]
    """Survival curve by disease and severity, where the stay has one."""
    reserve: Mapping[str, float]
    """Share of open beds that is promised to stay free, by care level."""
    reserve_price: float
    levers: Asked | None
    site_price: float
    no_site_worse_off: bool
    longest_wait: tuple[int, str, bool] | None
    """Days, severity, whether it must hold; None where nothing is promised."""
    wait_price: float
    churn_price: float
    churn_days: FloatArray
    """(T,) 1 on days that an earlier plan speaks of too."""
    earlier: Mapping[tuple[int, str, str, str, str], float]
    """Day, way, from, to and class -> patients of the earlier plan."""
    pins: Sequence[tuple[str, int, str, str, str, float]]
    """Kind, day, from, to, class or care level (blank: all), count."""
    reception: Sequence[tuple[str, float, int, int]]
    """Place, patients a day, first and last day of each limit on what is taken in."""
    lent: Sequence[tuple[str, str, int, int, float]]
    """Unit, role, first and last day, people on duty borrowed (lent: below 0)."""
    confidence: int
    document: Mapping[str, Any]
    """All of it, as written."""
    lifted: bool | frozenset[str] = False
    """Classes whose hard limit on the road is lifted; True: all of them."""

    @property
    def staff_factors(self) -> FloatArray:
        """Return (T,) the share of staff left on each day: `staff_factor` on its days, else 1."""
        day = np.arange(1, self.days + 1)
        struck = (day >= self.staff_from) & (day <= self.staff_to)
        return np.where(struck, self.staff_factor, 1.0)


WEIGHTS = (
    "death",
    "corridor",
    "excess",
    "oxygen_short",
    "move_event",
    "move_up",
    "move_down",
    "lateness",
    "out_of_province",
    "move_elsewhere",
)
BURDEN = ("minute", "move", "surge_bed_day")


def read_scenario(path: Path, bench: Bench) -> Scenario:
    """Read the effective scenario; every default is written out, so a missing key is a fault."""
    doc = Document("inputs/scenario.json", read_json(path, "inputs/scenario.json", bench), bench)
    cut = doc.get("shocks.roads_cut")
    pairs: set[tuple[str, str]] = set()
    if isinstance(cut, list) and all(isinstance(p, list) and len(p) == 2 for p in cut):
        pairs = {(str(a), str(b)) for a, b in cut} | {(str(b), str(a)) for a, b in cut}
    elif cut != "all":
        doc.fault("shocks.roads_cut", "It must be 'all' or a list of pairs of ids.")
    closed = doc.get("shocks.closed_facilities")
    if not isinstance(closed, list):
        doc.fault("shocks.closed_facilities", "It must be a list of ids.")
        closed = []
    areas = doc.text("areas")
    if areas not in ("communes", "clusters"):
        doc.fault("areas", "It must be 'communes' or 'clusters'.")
    horizon = doc.whole("horizon_days", 1, 366)
    return Scenario(
        start_date=doc.day("start_date"),
        days=horizon + doc.whole("beyond_days", 0, 366),
        horizon=horizon,
        areas=areas,
        care_phase=doc.text("staff.care_phase"),
        surge_absence=doc.number("staff.surge_absence", 0),
        surge_delay=doc.whole("surge.delay_days"),
        nearest=doc.whole("travel.nearest"),
        transfer_nearest=doc.whole("travel.transfer_nearest"),
        prepare=doc.number("travel.prepare_minutes", 0),
        handover=doc.number("travel.handover_minutes", 0),
        staff_factor=doc.number("shocks.staff_factor", 0),
        staff_from=doc.whole("shocks.staff_from_day", 1),
        staff_to=_last_day(doc),
        vehicle_factor=doc.number("shocks.vehicle_factor", 0),
        weights={w: doc.number(f"weights.{w}", 0) for w in WEIGHTS},
        burden={b: doc.number(f"burden.{b}", 0) for b in BURDEN},
        all_roads_cut=cut == "all",
        cut=frozenset(pairs),
        closed=frozenset(str(c) for c in closed),
        closing=_closing(doc),
        lateral=doc.truth("options.lateral"),
        lateral_requests=_requests(doc),
        step_down=doc.truth("options.step_down"),
        transfers=doc.truth("options.transfers"),
        out_of_province=doc.truth("options.out_of_province"),
        local_only=doc.truth("options.local_only"),
        fairness_epsilon=doc.number("options.fairness.epsilon", 0),
        wait=doc.text("rules.wait"),
        corridor=doc.text("rules.corridor"),
        movers=doc.text("rules.movers"),
        sender_counts=doc.truth("rules.sender_counts_move_day"),
        leaving_moves_once=doc.truth("rules.leaving_moves_once"),
        whole_window=doc.truth("rules.whole_window"),
        curves=_curves(doc),
        reserve=_reserve(doc),
        reserve_price=_number(doc, "weights.reserve"),
        levers=read_asked(doc),
        site_price=_number(doc, "weights.no_site_worse_off"),
        no_site_worse_off=doc.get("promises.no_site_worse_off") is True,
        longest_wait=_longest_wait(doc),
        wait_price=_number(doc, "weights.longest_wait"),
        churn_price=_number(doc, "burden.churn"),
        **_earlier(doc, horizon + doc.whole("beyond_days", 0, 366)),
        pins=_pins(doc),
        reception=_reception(doc),
        lent=_lent(doc),
        confidence=weakest_figure(doc.value),
        document=doc.value,
        lifted=_lifted(doc),
    )


def _number(doc: Document, key: str) -> float:
    """Return a number of 0 or more; 0 where nothing is said, as in plans of earlier versions."""
    return 0.0 if doc.get(key) is None else doc.number(key, 0)


def _reserve(doc: Document) -> dict[str, float]:
    """Return the shares of beds to be kept free, by care level."""
    told = doc.get("promises.reserve")
    if told is None:
        return {}
    if not isinstance(told, dict):
        doc.fault("promises.reserve", "It must give a share for each care level.")
        return {}
    return {ident(level): doc.number(f"promises.reserve.{level}", 0) for level in told}


def _longest_wait(doc: Document) -> tuple[int, str, bool] | None:
    """Return the promised longest wait; None where there is none."""
    key = "promises.longest_wait"
    if doc.get(key) is None:
        return None
    return doc.whole(f"{key}.days", 0), doc.text(f"{key}.severity"), doc.truth(f"{key}.hard")


def _lifted(doc: Document) -> bool | frozenset[str]:
    """Return whose hard limit on the road is lifted; nobody's where the key is not there."""
    told = doc.get("travel.ground_limit_override")
    if told is None or isinstance(told, bool):
        return bool(told)
    if isinstance(told, list) and all(isinstance(one, str) for one in told):
        return frozenset(ident(one) for one in told)
    doc.fault("travel.ground_limit_override", "It must be true or a list of ids.")
    return False


def _reception(doc: Document) -> list[tuple[str, float, int, int]]:
    """Return the limits on what places take in."""
    key = "promises.reception"
    out = []
    for one in _rows(doc, key) if doc.get(key) is not None else ():
        patients, first, last = (one.get(name) for name in ("patients", "from_day", "to_day"))
        last = NO_DAY if last is None else last
        if not isinstance(patients, int | float) or isinstance(patients, bool):
            doc.fault(key, "It must be a number.")
        elif not (isinstance(first, int) and isinstance(last, int)):
            doc.fault(key, "It must be a whole number.")
        else:
            out.append((ident(str(one.get("place"))), float(patients), first, last))
    return out


def _lent(doc: Document) -> list[tuple[str, str, int, int, float]]:
    """Return who is lent and borrowed; nobody where nothing is said, as in earlier plans."""
    key = "staff.lent"
    out = []
    for one in _rows(doc, key) if doc.get(key) is not None else ():
        first, last, people = (one.get(name) for name in ("from_day", "to_day", "on_duty"))
        if not isinstance(people, int | float) or isinstance(people, bool):
            doc.fault(key, "It must be a number.")
        elif not (isinstance(first, int) and isinstance(last, int) and 1 <= first <= last):
            doc.fault(key, "It must be a whole number.")
        else:
            names = ident(str(one.get("unit"))), ident(str(one.get("role")))
            out.append((*names, first, last, float(people)))
    return out


def _earlier(doc: Document, days: int) -> dict[str, Any]:
    """Return the common days and the flows of an earlier plan."""
    common, flows = np.zeros(days), dict[tuple[int, str, str, str, str], float]()
    key = "previous_plan"
    if doc.get(key) is not None:
        day = np.arange(1, days + 1)
        first, last = (doc.whole(f"{key}.{name}", 1) for name in ("first_day", "last_day"))
        common = ((day >= first) & (day <= last)).astype(float)
        for one in _rows(doc, f"{key}.flows"):
            when, much = one.get("day"), one.get("patients")
            if not isinstance(when, int) or not isinstance(much, int | float):
                doc.fault(key, "It must be a number.")
                continue
            names = (one.get(name) for name in ("way", "from_place", "to_place", "class_id"))
            way, sender, receiver, patient = (ident(str(name)) for name in names)
            at = (when, way, sender, receiver, patient)
            flows[at] = flows.get(at, 0.0) + float(much)
    return {"churn_days": common, "earlier": flows}


def _pins(doc: Document) -> list[tuple[str, int, str, str, str, float]]:
    """Return the decisions that the plan must hold."""
    out = []
    for one in _rows(doc, "pins") if doc.get("pins") is not None else ():
        day, count = one.get("day"), one.get("count")
        if not isinstance(day, int) or not isinstance(count, int | float):
            doc.fault("pins", "It must be a number.")
            continue
        what = one.get("class_id") or one.get("care_level") or ""
        names = (one.get("from_place") or "", one.get("to_place"), what)
        sender, receiver, kind = (ident(str(name)) for name in names)
        out.append((str(one.get("kind")), day, sender, receiver, kind, float(count)))
    return out


def _rows(doc: Document, key: str) -> list[Mapping[str, object]]:
    """Return a list of objects; a fault is noted if it is none."""
    value = doc.get(key)
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    doc.fault(key, "It must be a list of objects.")
    return []


def _closing(doc: Document) -> dict[str, int]:
    """Return the first closed day of each facility that closes."""
    out: dict[str, int] = {}
    for one in _rows(doc, "shocks.closing"):
        facility, day = ident(str(one.get("facility"))), one.get("day")
        if isinstance(day, int) and not isinstance(day, bool):
            out[facility] = min(day, out.get(facility, day))
        else:
            doc.fault("shocks.closing", "It must be a whole number.")
    return out


def _last_day(doc: Document) -> int:
    """Return ``shocks.staff_to_day``; a day no plan has where it is null."""
    shocks = doc.get("shocks")
    if isinstance(shocks, dict) and shocks.get("staff_to_day", 0) is None:
        return NO_DAY
    return doc.whole("shocks.staff_to_day", 1)


def _requests(doc: Document) -> list[tuple[str, str, str]]:
    """Return lateral transfers asked for by name."""
    keys = ("from_unit", "to_unit", "severity")
    rows = _rows(doc, "options.lateral_requests")
    told = [tuple(ident(str(one.get(key) or "")) for key in keys) for one in rows]
    return [(a, b, c) for a, b, c in told]


def _curves(doc: Document) -> dict[tuple[str, str], FloatArray]:
    """Return the survival curves of stays; where hazards are given there are none."""
    out: dict[tuple[str, str], FloatArray] = {}
    also = doc.get("also")
    others = also if isinstance(also, dict) else {}
    waves = [("", doc.get("disease"), doc.value)]
    waves += [(f"also.{name}.", name, wave) for name, wave in others.items()]
    for under, disease, wave in waves:
        stays = wave.get("stays") if isinstance(wave, dict) else None
        if not isinstance(stays, dict) or wave.get("hazards") is not None:
            continue
        for name, stay in stays.items():
            curve = stay.get("survival") if isinstance(stay, dict) else None
            if curve is None:
                continue
            try:
                out[str(disease), str(name)] = np.array(curve, dtype=np.float64)
            except (TypeError, ValueError):
                doc.fault(f"{under}stays.{name}.survival", "It must be a list of shares.")
    return out


NO_FIGURES = frozenset(
    {"title", "province", "start_date", "provenance", "route", "disease", "areas"}
)


def weakest_figure(scenario: Mapping[str, Any]) -> int:
    """Return the weakest confidence of the figures of a scenario: numbers, truths, lists.

    The provenance of a figure is that of its dotted key, or of the longest beginning of it that has
    one; a figure without is assumed. An empty list, a text and a null are no figures.
    """
    told = scenario.get("provenance")
    known: Mapping[str, Any] = told if isinstance(told, dict) else {}
    worst = 0
    left = [(key, value) for key, value in scenario.items() if key not in NO_FIGURES]
    while left and worst < ASSUMED:
        key, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{key}.{name}", inner) for name, inner in value.items()]
        elif isinstance(value, int | float) or (isinstance(value, list) and value):
            parts = key.split(".")
            starts = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            entry = next((known[start] for start in starts if start in known), None)
            said = entry.get("confidence") if isinstance(entry, dict) else None
            worst = max(worst, SURE.get(str(said), ASSUMED))
    return worst
