"""Who comes to need a place, and how long they stay.

Curves and stays -> arrivals and nightly hazards.

Two routes, never mixed: reported cases (C) and infections (I); or explicit rows. Sources of all
figures: the scenario's `provenance`. Mathematics: docs/model.md section 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from optimizer.domain.care import PatientClass
from optimizer.domain.instance import FloatArray, Hazards, IntArray
from optimizer.domain.phases import (
    Nights,
    ages_of,
    is_plain,
    with_days,
    with_leaving,
    write_curve,
)
from optimizer.domain.scenario import Scenario
from optimizer.domain.stay import Stay
from optimizer.domain.tables import Tables


@dataclass(frozen=True, slots=True)
class Demand:
    """Arrivals by commune (C), class (S) and day; history ends on the eve of day 1."""

    communes: tuple[str, ...]
    population: FloatArray
    arrivals: FloatArray
    """(C, S, T) patients a day, means."""
    history: FloatArray
    """(C, S, days before day 1)."""
    home: FloatArray
    """(C, T) patients followed at home, end of day."""


def scenario_classes(tables: Tables, scenario: Scenario) -> tuple[PatientClass, ...]:
    """Return the patient classes of the scenario's diseases, sorted by id; the class axis S."""
    found: list[PatientClass] = []
    for wave in scenario.waves:
        rows = [row for row in tables.patient_classes if row.disease == wave.disease]
        found += with_days(rows, wave)
    return tuple(sorted(found, key=lambda row: row.class_id))


def by_disease(
    classes: tuple[PatientClass, ...], scenario: Scenario
) -> list[tuple[Scenario, IntArray, tuple[PatientClass, ...]]]:
    """Return each disease's scenario, the numbers of its classes on the class axis, its classes."""
    parts = []
    for wave in scenario.waves:
        numbers = [n for n, row in enumerate(classes) if row.disease == wave.disease]
        rows = tuple(classes[n] for n in numbers)
        parts.append((wave, np.array(numbers, dtype=np.int64), rows))
    return parts


def class_at(
    classes: tuple[PatientClass, ...], severity: str, phase: str, group: str | None = None
) -> int | None:
    """Return the number of the class of a severity and phase (and group), None if there is none."""
    for number in plain_classes(classes, severity, phase):
        if group in (None, classes[number].population_group):
            return number
    return None


def plain_classes(classes: tuple[PatientClass, ...], severity: str, phase: str) -> list[int]:
    """Return the numbers of the classes of a severity and phase, one for each population group."""
    return [
        number
        for number, row in enumerate(classes)
        if (row.severity, row.phase) == (severity, phase) and is_plain(row)
    ]


def class_people(
    classes: tuple[PatientClass, ...],
    scenario: Scenario,
    severity: str,
    phase: str,
    counts: Sequence[int],
) -> list[tuple[int, IntArray]]:
    """Share whole people of a severity and phase among the population groups.

    Returns
    -------
    (class, people of it in each row) pairs, as `share_people` deals them.
    """
    found = plain_classes(classes, severity, phase)
    if not found:
        return []
    share = np.ones(1)
    if scenario.population_groups:
        groups = [classes[n].population_group for n in found]
        share = np.array([scenario.population_groups.get(group, 0.0) for group in groups])
    dealt = share_people(counts, share)
    return [(n, dealt[:, g]) for g, n in enumerate(found[: len(share)])]


def share_people(counts: Sequence[int], share: FloatArray) -> IntArray:
    """Deal the people of some rows to groups: whole, and no group far from its share.

    Each row keeps its people, and over all rows together each group has the whole number nearest
    to its share (largest remainder; ties to the first). So ten rows of one person each do not all
    go to the largest group. A row's ideal is its part of what is left: rounded up it is never more
    than that, so there is always enough.

    Returns
    -------
    (rows, groups) whole people.
    """
    out = np.zeros((len(counts), len(share)), dtype=np.int64)
    left = largest_remainder(sum(counts) * share / max(1e-12, float(share.sum())))
    for row, count in enumerate(counts):
        dealt = largest_remainder(count * left / max(1.0, float(left.sum())))
        out[row] = dealt
        left = left - dealt
    return out


def largest_remainder(values: FloatArray) -> FloatArray:
    """Round an array to whole numbers whose sum is its rounded sum; ties to the first."""
    floor = np.floor(values + 1e-9)
    missing = round(float(values.sum())) - int(floor.sum())
    rest = values - floor
    for i in np.argsort(-rest.ravel(), kind="stable")[: max(0, missing)]:
        floor.ravel()[i] += 1
    return np.asarray(floor)


def class_shares(
    classes: tuple[PatientClass, ...], scenario: Scenario, severity: str, phase: str
) -> list[tuple[int, float]]:
    """Return the classes of a severity and phase with the share of each population group."""
    found = plain_classes(classes, severity, phase)
    if not scenario.population_groups:
        return [(found[0], 1.0)] if found else []
    groups = scenario.population_groups
    return [(n, groups.get(classes[n].population_group, 0.0)) for n in found]


def communes(tables: Tables) -> tuple[tuple[str, ...], FloatArray]:
    """Return commune ids and their population, (C,)."""
    rows = [row for row in tables.admin_units if row.kind == "commune"]
    return (
        tuple(row.admin_unit_id for row in rows),
        np.array([float(row.population or 0) for row in rows]),
    )


def bell(peak: float, width: float, height: float, first: int, days: int) -> FloatArray:
    """Height x exp(-((t - peak) / width)^2 / 2) on days first..first+days-1.

    (days,) per 100,000.
    """
    day = np.arange(first, first + days)
    return np.asarray(height * np.exp(-0.5 * ((day - peak) / width) ** 2))


def _pool(inflow: FloatArray, mean_days: float) -> tuple[FloatArray, FloatArray]:
    """A pool each leaves with probability 1/mean a night.

    (stock at day's end, outflow of the day).
    """
    leave = 1.0 / max(1.0, mean_days)
    stock, outflow = np.zeros_like(inflow), np.zeros_like(inflow)
    present = np.zeros(inflow.shape[:-1])
    for day in range(inflow.shape[-1]):
        outflow[..., day] = present * leave
        present = present - outflow[..., day] + inflow[..., day]
        stock[..., day] = present
    return stock, outflow


def _groups(
    classes: tuple[PatientClass, ...], scenario: Scenario, severity: str
) -> list[tuple[int, float]]:
    """Acute classes of a severity with the share of each population group; shares add up to 1."""
    return class_shares(classes, scenario, severity, "acute")


def expected_demand(
    tables: Tables, scenario: Scenario, classes: tuple[PatientClass, ...]
) -> Demand:
    """Return the arrivals of a scenario by commune, class and day, and who is followed at home."""
    ids, people = communes(tables)
    waves = [
        (numbers, _of_one_disease(tables, wave, rows))
        for wave, numbers, rows in by_disease(classes, scenario)
    ]
    before = max(demand.history.shape[2] for _, demand in waves)
    arrivals = np.zeros((len(ids), len(classes), scenario.solved_days))
    history = np.zeros((len(ids), len(classes), before))
    for numbers, demand in waves:
        arrivals[:, numbers] = demand.arrivals
        history[:, numbers, before - demand.history.shape[2] :] = demand.history
    home = np.asarray(sum(demand.home for _, demand in waves))
    return Demand(ids, people, arrivals, history, home)


def _of_one_disease(
    tables: Tables, scenario: Scenario, classes: tuple[PatientClass, ...]
) -> Demand:
    """Return the same for a scenario of one disease, on its own classes."""
    ids, people = communes(tables)
    days = scenario.solved_days
    if scenario.route == "explicit":
        arrivals = _explicit(tables, scenario, classes, ids, people)
        empty = np.zeros((len(ids), len(classes), 0))
        return Demand(ids, people, arrivals, empty, np.zeros((len(ids), days)))
    wave = scenario.reported_cases if scenario.route == "reported_cases" else scenario.infections
    assert wave is not None
    before = wave.history_days
    rate = bell(wave.peak_day, wave.width_days, wave.peak_per_100k, 1 - before, before + days)
    cases = people[:, None] / 1e5 * rate * scenario.shocks.demand_factor
    out = np.zeros((len(ids), len(classes), before + days))
    home = np.zeros((len(ids), before + days))
    if scenario.route == "reported_cases":
        flows, home = _reported(scenario, cases)
    else:
        flows = _infected(scenario, cases)
    for severity, flow in flows.items():
        for number, share in _groups(classes, scenario, severity):
            out[:, number] += share * flow
    return Demand(ids, people, out[:, :, before:], out[:, :, :before], home[:, before:])


def _reported(scenario: Scenario, cases: FloatArray) -> tuple[Mapping[str, FloatArray], FloatArray]:
    """Route C: cases start at home (or isolated in a bed) and worsen from there; (C, days) each."""
    rule = scenario.reported_cases
    assert rule is not None
    isolated = rule.isolation_share
    share = rule.hospital_share
    if isolated and rule.isolation_severity:
        through_isolation = scenario.stays[rule.isolation_severity].worsens
        share = (share - isolated * through_isolation) / max(1e-12, 1 - isolated)
    share = min(1.0, max(0.0, share))
    acute, leaving = _pool(cases * (1 - isolated), rule.home_delay_days)
    recovering, _ = _pool(leaving * (1 - share), rule.home_stay_days - rule.home_delay_days)
    flows = {rule.hospital_severity: leaving * share}
    if isolated and rule.isolation_severity:
        flows[rule.isolation_severity] = cases * isolated
    return flows, acute + recovering


def _infected(scenario: Scenario, infections: FloatArray) -> Mapping[str, FloatArray]:
    """Route I: infections x age table x multipliers, after a mean delay; (C, days)."""
    rule = scenario.infections
    assert rule is not None
    share = sum(age.population_share * age.hospital_per_infection for age in rule.ages)
    for factor in rule.hospital_multipliers.values():
        share *= factor
    _, leaving = _pool(infections, rule.delay_days)
    return {rule.hospital_severity: leaving * min(1.0, share)}


def _explicit(
    tables: Tables,
    scenario: Scenario,
    classes: tuple[PatientClass, ...],
    ids: tuple[str, ...],
    people: FloatArray,
) -> FloatArray:
    """Explicit arrivals; the count of a cluster is spread over its communes by population.

    (C, S, T).
    """
    out = np.zeros((len(ids), len(classes), scenario.solved_days))
    factor = scenario.shocks.demand_factor
    for row in scenario.explicit.arrivals:
        if row.day > scenario.solved_days:
            continue
        shares = spread(tables, ids, people, row.area)
        for number, share in _groups(classes, scenario, row.severity):
            out[:, number, row.day - 1] += shares * row.count * share * factor
    return out


def spread(tables: Tables, ids: tuple[str, ...], people: FloatArray, area: str) -> FloatArray:
    """Shares of a commune's or cluster's count over the communes, (C,); adds up to 1."""
    if area in ids:
        return np.array([float(one == area) for one in ids])
    parents = {row.admin_unit_id: row.parent_id for row in tables.admin_units}
    inside = np.array([parents.get(one) == area for one in ids], dtype=float)
    weights = inside * people if (inside * people).sum() > 0 else inside
    return np.asarray(weights / max(1e-12, weights.sum()))


def nightly_hazards(
    scenario: Scenario, classes: tuple[PatientClass, ...]
) -> tuple[Hazards, list[str]]:
    """Return the nightly matrices on the class axis, and the stays that had to be raised (said)."""
    size = len(classes)
    out = {
        field.name: np.zeros((size,) if field.name.startswith("death") else (size, size))
        for field in fields(Hazards)
    }
    said: list[str] = []
    for wave, numbers, rows in by_disease(classes, scenario):
        part, notes = _nights_of_one_disease(wave, rows)
        for name, array in out.items():
            array[np.ix_(*[numbers] * array.ndim)] = getattr(part, name)
        several = bool(scenario.also)
        said += [f"{wave.disease} {note}" if several else note for note in notes]
    return Hazards(**out), said


def _nights_of_one_disease(
    scenario: Scenario, classes: tuple[PatientClass, ...]
) -> tuple[Hazards, list[str]]:
    size = len(classes)
    treated = {kind: np.zeros((size, size)) for kind in ("keep", "worse")}
    death = {pool: np.zeros(size) for pool in ("treated", "boarding", "waiting")}
    waiting = np.zeros((size, size))
    notes: list[str] = []
    if scenario.hazards is not None:
        return with_leaving(_stated_hazards(scenario, classes), classes), notes
    for group in sorted({row.population_group for row in classes}):
        for severity, stay in scenario.stays.items():
            acute = class_at(classes, severity, "acute", group)
            recovering = class_at(classes, severity, "recovering", group)
            worse = class_at(classes, stay.worse_to, "acute", group) if stay.worse_to else None
            later = (
                class_at(classes, stay.convalescent, "recovering", group)
                if stay.convalescent
                else None
            )
            if stay.survival is not None:
                if acute is not None:
                    nights = Nights(treated["keep"], waiting, death["treated"], death["waiting"])
                    write_curve(nights, ages_of(classes, acute), stay, later, worse)
                continue
            delay = max(1.0, stay.acute_days)
            stay_days = max(stay.mean_days, delay + 1)
            only_recovering = severity in scenario.recovering_only or acute is None
            mean = max(1.0, stay.mean_days) if only_recovering else stay_days - delay
            if (stay_days > stay.mean_days or delay > stay.acute_days) and not only_recovering:
                notes.append(f"{severity}: {stay.mean_days:g} -> {stay_days:g}")
            if recovering is not None:
                for matrix in (treated["keep"], waiting):
                    matrix[recovering, recovering] += 1 - 1 / mean
                    if later is not None:
                        matrix[recovering, later] += 1 / mean
            if acute is None:
                continue
            _acute(
                treated["keep"],
                treated["worse"],
                death["treated"],
                acute,
                recovering,
                worse,
                stay,
                delay,
            )
            wait = stay.waiting
            if wait is None and stay.death_share > 0:
                notes.append(f"{severity}: waiting = treated")
            wait_delay = max(1.0, wait.delay_days or stay.acute_days) if wait else delay
            share = stay.worsens if wait is None else wait.worse_share
            fatal = stay.death_share if wait is None else wait.death_share
            waits = Stay(
                delay_days=wait_delay,
                stay_days=wait_delay + 1,
                worse_to=stay.worse_to,
                worse_share=share,
                death_share=fatal,
            )
            _acute(waiting, waiting, death["waiting"], acute, recovering, worse, waits, wait_delay)
    mix = scenario.boarding_mix
    boarding = mix * waiting + (1 - mix) * (treated["keep"] + treated["worse"])
    death["boarding"] = mix * death["waiting"] + (1 - mix) * death["treated"]
    hazards = Hazards(
        keep=treated["keep"],
        worse=treated["worse"],
        boarding=boarding,
        waiting=waiting,
        death_treated=death["treated"],
        death_boarding=death["boarding"],
        death_waiting=death["waiting"],
    )
    return with_leaving(hazards, classes), sorted(set(notes))


def _acute(
    keep: FloatArray,
    worse_matrix: FloatArray,
    death: FloatArray,
    acute: int,
    recovering: int | None,
    worse: int | None,
    stay: Stay,
    delay: float,
) -> None:
    """Write one night of an acute phase.

    1/delay leave it, shared among worse, death, recovering.
    """
    leave = 1.0 / delay
    share = stay.worsens
    keep[acute, acute] += 1 - leave
    if worse is not None:
        worse_matrix[acute, worse] += leave * share
    death[acute] += leave * stay.death_share
    rest = leave * (1 - share - stay.death_share)
    if recovering is not None:
        keep[acute, recovering] += rest


def _stated_hazards(scenario: Scenario, classes: tuple[PatientClass, ...]) -> Hazards:
    """Matrices given row by row instead of stays."""
    at = {row.class_id: number for number, row in enumerate(classes)}
    size = len(classes)
    keep, worse, boarding, waiting = (np.zeros((size, size)) for _ in range(4))
    death = {pool: np.zeros(size) for pool in ("treated", "boarding", "waiting")}
    for row in scenario.hazards or ():
        if row.kind == "death" or row.to_class is None:
            death[row.pool][at[row.from_class]] += row.probability
        else:
            matrix = {
                "boarding": boarding,
                "waiting": waiting,
                "treated": worse if row.kind == "worse" else keep,
            }[row.pool]
            matrix[at[row.from_class], at[row.to_class]] += row.probability
    return Hazards(
        keep=keep,
        worse=worse,
        boarding=boarding,
        waiting=waiting,
        death_treated=death["treated"],
        death_boarding=death["boarding"],
        death_waiting=death["waiting"],
    )
