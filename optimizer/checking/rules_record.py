"""What the folder says of itself: digests of what was read, the KPIs, and the table of capacity."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import DIRECTIONS, OUTSIDE, STABILISE
from optimizer.checking.reader import read_json, sha256
from optimizer.checking.rules_objective import harm_by_day, stated, waiting_per_patient
from optimizer.checking.violation import PATIENTS, RELATIVE, Bench, BoolArray, FloatArray

CHANGED = "The digest is {left}, but the file has {right}: it has been changed since."
FIRST_SHORT = 0.5
"""Unmet patients from which a level counts as short."""
MOST_LISTED = 100
"""Shortfalls of a list that is cut."""
IN_TIME = 1e-9
"""Late minutes of an arc that count as none."""


def digests(case: Case, bench: Bench) -> None:
    """Check the digests of every table read, and those of ``inputs/``."""
    rule, file = "digests", "inputs/sources.json"
    listed = read_json(case.folder / file, file, bench)
    if not isinstance(listed, list):
        bench.add("files", file, "It must be a list of tables with path and sha256.")
        listed = []
    seen: set[str] = set()
    for entry in listed:
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str):
            bench.add("files", file, "It must be a list of tables with path and sha256.")
            continue
        seen.add(path)
        _digest(case.data_dir / path, f"{file} {path}", entry.get("sha256"), bench)
    for path in sorted(set(case.sources.found.values()) - seen):
        bench.add(rule, f"{file} {path}", "The table was read, but is not listed.")
    _own_files(case, bench)
    own = case.plan.get("inputs_sha256")
    folder = case.folder / "inputs"
    if isinstance(own, str):
        lines = (f"{sha256(p)}  {p.name}\n" for p in sorted(folder.iterdir()) if p.is_file())
        real = hashlib.sha256("".join(lines).encode()).hexdigest()
        bench.checked(rule)
        if own != real:
            bench.add(rule, "plan.json inputs_sha256", CHANGED, left=own, right=real)
    elif isinstance(own, dict):
        for name, value in own.items():
            _digest(folder / name, f"plan.json inputs_sha256 {name}", value, bench)
        for path in sorted(p.name for p in folder.iterdir() if p.is_file() and p.name not in own):
            bench.add(
                rule, f"plan.json inputs_sha256 {path}", "The table was read, but is not listed."
            )
    else:
        bench.add(
            "files", "plan.json inputs_sha256", "It must give the sha256 of every file of inputs/."
        )


def _own_files(case: Case, bench: Bench) -> None:
    """Hold the tables of the folder and plan.json itself to the digests in plan.json."""
    listed = case.plan.get("files_sha256")
    sealed = case.plan.get("summary_sha256")
    if isinstance(listed, dict):
        for name, value in listed.items():
            _digest(case.folder / str(name), f"plan.json files_sha256 {name}", value, bench)
    if sealed is not None:
        told = json.loads((case.folder / "plan.json").read_text(encoding="utf-8"))
        rest = {key: value for key, value in told.items() if key != "summary_sha256"}
        text = json.dumps(rest, ensure_ascii=False, sort_keys=True)
        real = hashlib.sha256(text.encode()).hexdigest()
        bench.checked("digests")
        if sealed != real:
            bench.add("digests", "plan.json summary_sha256", CHANGED, left=str(sealed), right=real)


def _digest(path: Path, where: str, value: object, bench: Bench) -> None:
    bench.checked("digests")
    try:
        real = sha256(path)
    except (OSError, ValueError):
        bench.add("digests", where, "The file is missing or cannot be opened.")
        return
    if value != real:
        bench.add("digests", where, CHANGED, left=str(value), right=real)


def kpis(case: Case, bench: Bench) -> None:
    """Check the main KPIs and the table of capacity, over the shown horizon."""
    book = case.plan.get("kpis")
    check_kpis(case, bench, book if isinstance(book, dict) else {})
    _capacity(case, bench)


def check_kpis(case: Case, bench: Bench, book: Mapping[str, Any]) -> None:
    """Check the KPIs in `book` against the tables of a plan, or of one beside it."""
    _Kpis(case, bench, book, Unmet(case)).check()


def placed_in_time(case: Case) -> float:
    """Return the share of shown arrivals admitted the day they come, on arcs that are not late."""
    shown, rows = case.scenario.horizon, case.flows.admissions
    late = case.arcs.late[rows["o"], rows["g"], rows["s"]]
    good = (rows["obs"] == 0) & (rows["kind"] != STABILISE) & (late <= IN_TIME)
    arrivals = case.areas_day_one[1][:, :, :shown]
    came = float(arrivals.sum())
    placed = np.minimum(rows.total("o s t", good)[:, :, :shown], arrivals)
    return float(placed.sum()) / came if came > 0 else 1.0


class Unmet:
    """Waiting and boarding over the shown days, by level."""

    def __init__(self, case: Case) -> None:
        shown = case.scenario.horizon
        self.waiting = np.einsum("ks,ost->okt", case.at_level, case.flows.waiting[:, :, :shown])
        self.boarding = np.einsum("ks,fst->fkt", case.at_level, case.flows.boarding[:, :, :shown])
        self.by_level: FloatArray = self.waiting.sum(axis=0) + self.boarding.sum(axis=0)


class _Kpis:
    def __init__(self, case: Case, bench: Bench, book: Mapping[str, Any], unmet: Unmet) -> None:
        self.case = case
        self.bench = bench
        self.book = book
        self.unmet = unmet

    def same(self, name: str, value: object, due: float, unit: str = "patient-days") -> None:
        """Compare one figure."""
        message = "The plan reports {left}; recomputed it is {right}."
        left = [stated(value)]
        self.bench.equal("kpis", left, [due], ([name],), message, unit, 10 * PATIENTS)

    def inner(self, name: str) -> Mapping[str, Any]:
        """Return an object of the book, empty if it is not there."""
        value = self.book.get(name)
        return value if isinstance(value, dict) else {}

    def diseases(self) -> None:
        """Compare the figures of each disease; there are none where there is only one."""
        case, flows, shown = self.case, self.case.flows, self.case.scenario.horizon
        names = np.array(case.inputs.classes.disease)
        due = set(names.tolist()) if len(set(names.tolist())) > 1 else set()
        told = self.inner("by_disease")
        for name in sorted(due ^ set(told)):
            self.bench.add("kpis", f"by_disease.{name}", "{value!r} is not known here.", value=name)
        new, waiting0 = case.areas_day_one[1][:, :, :shown], case.inputs.waiting0
        for name in sorted(due & set(told)):
            own = np.flatnonzero(names == name)
            part = told[name] if isinstance(told[name], dict) else {}
            levels, peak = part.get("unmet_patient_days"), part.get("peak_short")
            waiting = flows.waiting[:, own, :shown].sum(axis=0)
            boarding = flows.boarding[:, own, :shown].sum(axis=0)
            unmet, delta = waiting + boarding, case.inputs.delta[:, own]
            came = float(new[:, own].sum() + waiting0[:, own].sum())
            self.same(f"by_disease.{name}.new_patients", part.get("new_patients"), came)
            deaths = float(delta[2] @ waiting.sum(axis=1) + delta[1] @ boarding.sum(axis=1))
            key = "deaths_for_want_of_care"
            self.same(f"by_disease.{name}.{key}", part.get(key), deaths, "deaths")
            for k, level in enumerate(case.capacity.levels):
                days = float((case.at_level[k][own] @ unmet).sum())
                stands = levels.get(level) if isinstance(levels, dict) else None
                self.same(f"by_disease.{name}.unmet_patient_days.{level}", stands, days)
            if isinstance(peak, dict):
                most = float(unmet.sum(axis=0).max(initial=0.0))
                self.same(f"by_disease.{name}.peak_short", peak.get("patients"), most, "patients")
                day = peak.get("day")
                index = day - 1 if isinstance(day, int) and 0 < day <= shown else 0
                there = float(unmet.sum(axis=0)[index])
                self.same(f"by_disease.{name}.peak_short.day", there, most, "patients")

    def check(self) -> None:
        """Compare everything."""
        case, unmet, shown = self.case, self.unmet, self.case.scenario.horizon
        flows = case.flows
        days = [x[:shown].sum() for x in harm_by_day(case).values()]
        every = sum(float(x.sum()) for x in harm_by_day(case).values())
        harm = stated(self.book.get("harm"))
        whole = abs(harm - every) <= RELATIVE * max(1.0, every)
        self.same("harm", harm, every if whole else float(sum(days)), "harm points")
        self.same(
            "waiting_patient_days",
            self.book.get("waiting_patient_days"),
            float(unmet.waiting.sum()),
        )
        self.same(
            "boarding_patient_days",
            self.book.get("boarding_patient_days"),
            float(unmet.boarding.sum()),
        )
        corridor = float(flows.corridor[:, :shown].sum())
        self.same("corridor_patient_days", self.book.get("corridor_patient_days"), corridor)
        lost = float(flows.bed_lost[:, :, :shown].sum())
        self.same("beds_lost", self.book.get("beds_lost"), lost)
        delta = case.inputs.delta
        deaths = np.einsum("s,ost->", delta[2], flows.waiting[:, :, :shown])
        deaths += np.einsum("s,fst->", delta[1], flows.boarding[:, :, :shown])
        self.same(
            "deaths_for_want_of_care",
            self.book.get("deaths_for_want_of_care"),
            float(deaths),
            "deaths",
        )
        moves, rows = flows.transfers, flows.admissions
        today = moves["t"] < shown
        by_way = moves.total("way", today)
        for i, way in enumerate(DIRECTIONS):
            self.same(
                f"transfers.{way}",
                self.inner("transfers").get(way, 0.0),
                float(by_way[i]),
                "patients",
            )
        outside = float(rows.x[(rows["kind"] == OUTSIDE) & (rows["t"] < shown)].sum())
        self.same(
            "admissions_out_of_province",
            self.book.get("admissions_out_of_province"),
            outside,
            "patients",
        )
        elsewhere = float(rows.x[case.elsewhere & (rows["t"] < shown)].sum())
        told = self.book.get("admissions_elsewhere", 0.0)
        self.same("admissions_elsewhere", told, elsewhere, "patients")
        minutes = case.arcs.transfer_minutes[moves["f"], moves["g"]]
        self.same(
            "transfer_minutes",
            self.book.get("transfer_minutes"),
            float((moves.x * minutes)[today].sum()),
            "minutes",
        )
        self.diseases()
        self.levels()
        self.worst()
        self.worst_waits()
        share = self.book.get("placed_in_time_share")
        self.same("placed_in_time_share", share, placed_in_time(case), "share")

    def levels(self) -> None:
        """Compare the KPIs that speak of care levels."""
        unmet = self.unmet.by_level
        for k, level in enumerate(self.case.capacity.levels):
            total = self.inner("unmet_patient_days").get(level, 0.0)
            self.same(f"unmet_patient_days.{level}", total, float(unmet[k].sum()))
            peak = self.inner("peak_short").get(level)
            peak = peak if isinstance(peak, dict) else {"patients": 0.0, "day": None}
            highest = float(unmet[k].max(initial=0.0))
            self.same(f"peak_short.{level}", peak.get("patients"), highest, "patients")
            day = peak.get("day")
            if highest > 10 * PATIENTS:
                there = unmet[k, self._day(day) - 1] if self._day(day) else math.nan
                self.same(f"peak_short.{level}.day", float(there), highest, "patients")
            self.first(level, self.inner("first_short_day").get(level), unmet[k])

    def _day(self, day: object) -> int:
        """Return a shown day, or 0 if it is none."""
        if isinstance(day, bool) or not isinstance(day, int):
            return 0
        return day if 1 <= day <= self.case.scenario.horizon else 0

    def first(self, level: str, day: object, unmet: FloatArray) -> None:
        """Check that a level is short on `day`, or never if null, and not before."""
        self.bench.checked("kpis")
        right = np.flatnonzero(unmet >= FIRST_SHORT)
        due = int(right[0]) + 1 if right.size else None
        at = self._day(day)
        good = day == due
        if not good and (day is None or at):
            before = unmet[: at - 1] if at else unmet
            there = not at or bool(unmet[at - 1] >= FIRST_SHORT - PATIENTS)
            good = there and bool((before < FIRST_SHORT + PATIENTS).all())
        if not good:
            message = "The plan reports {left}; recomputed it is {right}."
            self.bench.add(
                "kpis", f"kpis(first_short_day.{level})", message, left=str(day), right=str(due)
            )

    def worst(self) -> None:
        """Compare the worst unit (surge beds counted or not) and the worst area."""
        case, shown = self.case, self.case.scenario.horizon
        people = (case.flows.treated + case.flows.boarding).sum(axis=1)[:, :shown]
        usable = case.capacity.beds.sum(axis=1)[:, :shown]
        self._worst_unit(people, usable, case.open_beds.sum(axis=1)[:, :shown])
        waiting = self.unmet.waiting.sum(axis=(1, 2))
        area = self.inner("worst_waiting_area")
        highest = float(waiting.max(initial=0.0))
        if highest > 10 * PATIENTS or area:
            self.same("worst_waiting_area", area.get("patient_days"), highest)
            here = area.get("area")
            places = list(case.places.areas)
            there = float(waiting[places.index(here)]) if here in places else math.nan
            if highest > 10 * PATIENTS:
                self.same("worst_waiting_area.area", there, highest)

    def worst_waits(self) -> None:
        """Compare the area with most waiting days for each of its new patients."""
        waits, told = waiting_per_patient(self.case), self.inner("worst_area_waiting")
        highest = float(waits.max(initial=0.0))
        if highest <= PATIENTS and not told:
            return
        self.same("worst_area_waiting", told.get("days_per_patient"), highest, "days a patient")
        places, here = list(self.case.places.areas), told.get("area")
        there = float(waits[places.index(here)]) if here in places else math.nan
        if highest > 10 * PATIENTS:
            self.same("worst_area_waiting.area", there, highest, "days a patient")

    def _worst_unit(self, people: FloatArray, usable: FloatArray, with_surge: FloatArray) -> None:
        worst = self.inner("worst_unit")
        shares = []
        for beds in (usable, with_surge):
            with np.errstate(divide="ignore", invalid="ignore"):
                shares.append(np.where(beds > 0, people / beds, 0.0))
        highest = [float(s.max(initial=0.0)) for s in shares]
        if not worst and max(highest) <= PATIENTS:
            return
        reported = stated(worst.get("share"))
        which = int(abs(reported - highest[1]) < abs(reported - highest[0]))
        self.same("worst_unit", reported, highest[which], "share")
        row = {name: i for i, name in enumerate(self.case.units)}.get(str(worst.get("unit")), -1)
        day = self._day(worst.get("day"))
        there = shares[which][row, day - 1] if row >= 0 and day else math.nan
        if highest[which] > PATIENTS:
            self.same("worst_unit.unit", float(there), highest[which], "share")


def shortfalls(case: Case, bench: Bench) -> None:
    """Check that every shortfall is listed, worst first, and each as it follows.

    A list that would make plan.json too large may be cut to its first hundred.
    """
    rule, unmet = "shortfalls", Unmet(case)
    told = case.plan.get("shortfalls")
    listed = [one if isinstance(one, dict) else {} for one in told] if _is_list(told) else []
    figures = {
        **{("unit", name): unmet.boarding[i] for i, name in enumerate(case.units)},
        **{("area", name): unmet.waiting[i] for i, name in enumerate(case.places.areas)},
    }
    levels = {name: k for k, name in enumerate(case.capacity.levels)}
    left = {
        (*place, level): rows[k]
        for place, rows in figures.items()
        for level, k in levels.items()
        if rows[k].max(initial=0.0) >= FIRST_SHORT - PATIENTS
    }
    before = math.inf
    for i, entry in enumerate(listed):
        name = f"{rule}[{i}]"
        kind, place, level = (str(entry.get(x)) for x in ("place_kind", "place", "care_level"))
        key = (kind, place, level)
        here = left.pop(key, None)
        bench.checked(rule)
        if here is None:
            bench.add(rule, name, "{value!r} is not short.", value=", ".join(key[1:]))
            continue
        _shortfall(bench, name, entry, here)
        total = float(here.sum())
        if total > before + 10 * PATIENTS * max(1.0, before / 100):
            bench.add(rule, name, "The worst does not stand first.", total - before)
        before = total
    short = {key: row for key, row in left.items() if row.max() >= FIRST_SHORT + PATIENTS}
    cut = len(listed) == MOST_LISTED and all(row.sum() <= before for row in short.values())
    for key in () if cut else sorted(short):
        where = f"{rule}({key[1]},{key[2]})"
        amount = float(short[key].sum())
        message = "{left} patient-days are unmet here, and not listed."
        bench.add(rule, where, message, amount, "patient-days", left=amount)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _shortfall(bench: Bench, name: str, entry: Mapping[str, Any], here: FloatArray) -> None:
    """Compare one entry with the unmet patients of its place and level, (T,)."""
    rule, message = "shortfalls", "The plan reports {left}; recomputed it is {right}."
    highest = float(here.max(initial=0.0))
    for key, value in (("patient_days", float(here.sum())), ("peak_patients", highest)):
        axes = ([f"{name}.{key}"],)
        left = [stated(entry.get(key))]
        bench.equal(rule, left, [value], axes, message, "patients", 10 * PATIENTS)
    for key, due in (
        ("peak_day", here >= highest - 10 * PATIENTS),
        ("first_day", _first(here)),
    ):
        day = entry.get(key)
        at = day if isinstance(day, int) and not isinstance(day, bool) else 0
        if not (1 <= at <= here.size and due[at - 1]):
            right = int(np.flatnonzero(due)[0]) + 1
            bench.add(rule, f"{name}.{key}", message, left=str(day), right=str(right))


def _first(here: FloatArray) -> BoolArray:
    """(T,) the day may be the first short one: it is short, and none before is without doubt."""
    sure = here >= FIRST_SHORT + PATIENTS
    earlier = np.concatenate([[False], np.logical_or.accumulate(sure)[:-1]])
    return np.asarray((here >= FIRST_SHORT - PATIENTS) & ~earlier)


def _capacity(case: Case, bench: Bench) -> None:
    """Compare every row of ``capacity.csv``, and note rows that are not there."""
    rows, shown = case.flows.capacity, case.flows.capacity_shown
    at = (rows["f"], rows["k"], rows["t"])
    usable = case.capacity.beds
    treated = np.einsum("ks,fst->fkt", case.at_level, case.flows.treated)
    terms = case.capacity.terms
    due = {
        "usable_beds": usable,
        "surge_beds": case.flows.surge_beds,
        "treated": treated,
        "need_at_or_above": case.treated_from_level,
        "devices": np.where(terms.counted[:, :, None], terms.devices, -1.0),
    }
    shown = {**shown, "devices": np.nan_to_num(shown["devices"], nan=-1.0)}
    message = "{left} in capacity.csv, recomputed {right}."
    for name, figures in due.items():
        left = rows.x if name == "usable_beds" else shown[name]
        bench.equal("kpis", left, figures[at], (rows.labels,), message, name)
    there = np.zeros(usable.shape, dtype=bool)
    there[at] = True
    missing = np.where(there, 0.0, usable + case.flows.surge_beds + treated)
    axes = (case.units, case.capacity.levels, case.days)
    bench.equal("kpis", missing, 0.0, axes, "The row is not in capacity.csv.", "beds and patients")
