"""What results rest on: the confidence of figures, and the weakest that a row was made from.

Inside, a confidence is its place in `CONFIDENCES` (0 strongest), so that the weakest of several is
the largest number and whole tables are marked at once. Source: docs/data-format.md section 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from optimizer.domain.arcs import SiteMinutes, site_minutes
from optimizer.domain.assemble import Assembled
from optimizer.domain.facility import Beds, Device, OxygenSupply, RoutineLoad, StaffPool
from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.network import ReferralNetwork
from optimizer.domain.row import CONFIDENCES, Confidence, weakest
from optimizer.domain.scenario import Scenario
from optimizer.domain.tables import Tables
from optimizer.i18n import translator

SAID_ELSEWHERE = {"title", "province", "start_date", "provenance", "route", "disease", "areas"}
CODE: Mapping[str | None, int] = {**{mark: i for i, mark in enumerate(CONFIDENCES)}, None: 3}
"""Place of a confidence in `CONFIDENCES`; figures without one are assumed."""
WEAKEST = len(CONFIDENCES) - 1


@dataclass(frozen=True, slots=True)
class Grounds:
    """Weakest confidence by what a row names; each with the wave's own and stronger ones in it.

    Parameters
    ----------
    places, figures
        (F + H,) units, with the care ratios in force, then destinations; (F,) the same of a
        unit's figures alone.
    areas, communes, classes, bases
        (O,), (C,), (S,), (E,). Areas and communes: their population; bases: that and the mobile
        stations.
    surge
        (F, K) surge beds.
    area_minutes, commune_minutes, unit_minutes
        (O, F + H), (C, F + H), (F, F + H) minutes on the way.
    """

    places: IntArray
    figures: IntArray
    areas: IntArray
    communes: IntArray
    classes: IntArray
    bases: IntArray
    surge: IntArray
    area_minutes: IntArray
    commune_minutes: IntArray
    unit_minutes: IntArray

    def of_places(self, inst: Instance) -> dict[str, Confidence]:
        """Return the confidence of what is said of a unit, a destination or an area, by its id."""
        names = [*inst.units, *inst.outside, *inst.areas]
        codes = [*self.places.tolist(), *self.areas.tolist()]
        return {name: CONFIDENCES[code] for name, code in zip(names, codes, strict=True)}

    @property
    def results(self) -> Confidence:
        """Return the weakest of all units, areas and classes: what the KPIs were made from."""
        units = len(self.figures)
        parts = (self.places[:units], self.areas, self.classes)
        return CONFIDENCES[max(int(part.max(initial=0)) for part in parts)]


def read_grounds(tables: Tables, scenario: Scenario, made: Assembled) -> Grounds:
    """Return what the rows of a plan rest on."""
    inst = made.instance
    wave = CODE[wave_confidence(scenario)]
    phase = scenario.staff.care_phase
    care = max([wave, *(CODE[r.confidence] for r in tables.care_ratios if r.care_phase == phase)])
    marks = unit_confidence(tables, inst)
    figures = _codes(marks[unit] for unit in inst.units)
    outside = {row.unit_id: row.confidence for row in tables.units}
    places = np.concatenate(
        [np.maximum(figures, care), np.maximum(_codes(outside[h] for h in inst.outside), wave)]
    )
    people = {row.admin_unit_id: row for row in tables.admin_units}
    communes = np.maximum(_codes(people[c].population_confidence for c in made.communes), wave)
    areas = np.full(len(inst.areas), wave)
    np.maximum.at(areas, made.area_of, communes)
    bases = np.full(len(inst.bases), wave)
    at = {base: e for e, base in enumerate(inst.bases)}
    for commune, code in zip(made.communes, communes.tolist(), strict=True):
        cluster = people[commune].parent_id
        if cluster in at:
            bases[at[cluster]] = max(bases[at[cluster]], code)
    for station in tables.mobile_stations:
        e = at.get(station.cluster_id, -1)
        if e >= 0:
            bases[e] = max(bases[e], CODE[station.confidence])
    by_commune, by_unit = minutes_codes(tables, scenario, made, wave)
    by_area = np.full((len(inst.areas), by_commune.shape[1]), wave)
    reached = np.where(np.isfinite(made.minutes.commune_unit), by_commune, wave)
    np.maximum.at(by_area, made.area_of, reached)
    return Grounds(
        places=places,
        figures=figures,
        areas=areas,
        communes=communes,
        classes=np.maximum(_codes(row.confidence for row in made.classes), wave),
        bases=bases,
        surge=_surge(tables, inst, wave),
        area_minutes=by_area,
        commune_minutes=by_commune,
        unit_minutes=by_unit,
    )


def _codes(marks: Iterable[str | None]) -> IntArray:
    return np.array([CODE[mark] for mark in marks], dtype=np.int64)


def _surge(tables: Tables, inst: Instance, wave: int) -> IntArray:
    """(F, K) weakest confidence of the surge limits of a unit's members at a level."""
    out = np.full((len(inst.units), len(inst.levels)), wave)
    unit = {m: f for f, u in enumerate(inst.units) for m in inst.unit_members[u]}
    level = {name: k for k, name in enumerate(inst.levels)}
    for row in tables.beds:
        if row.unit_id in unit and row.care_level in level:
            at = unit[row.unit_id], level[row.care_level]
            out[at] = max(out[at], CODE[row.surge_confidence])
    return out


def unit_confidence(tables: Tables, inst: Instance) -> dict[str, Confidence]:
    """Weakest confidence of what a planning unit's capacity was made from."""
    out: dict[str, Confidence] = {}
    found: dict[str, list[Confidence]] = {}
    figures: list[Beds | RoutineLoad | StaffPool | Device | OxygenSupply]
    figures = [*tables.beds, *tables.routine, *tables.staff, *tables.devices, *tables.oxygen]
    for row in figures:
        found.setdefault(row.unit_id, []).append(row.confidence)
    used = set(inst.levers.ids) if inst.levers else set()
    sure = {lever.lever_id: lever.confidence for lever in tables.levers}
    for item in tables.lever_yields:
        if item.lever_id in used:
            both = (item.confidence, sure[item.lever_id])
            found.setdefault(item.place, []).extend(both)
    for unit, members in inst.unit_members.items():
        marks = [mark for member in members for mark in found.get(member, ["assumed"])]
        out[unit] = weakest("official", *marks) if marks else "assumed"
    return out


def confidence_share(tables: Tables, inst: Instance) -> dict[str, float]:
    """Share of the plan's usable beds by the confidence of their figures."""
    marks = unit_confidence(tables, inst)
    beds = inst.beds[:, :, 0].sum(axis=1)
    total = max(1e-12, float(beds.sum()))
    return {
        mark: float(sum(b for b, u in zip(beds, inst.units, strict=True) if marks[u] == mark))
        / total
        for mark in CONFIDENCES
    }


# minutes


def minutes_codes(
    tables: Tables, scenario: Scenario, made: Assembled, least: int
) -> tuple[IntArray, IntArray]:
    """Confidence of minutes, (C, F + H) and (F, F + H), never stronger than `least`.

    Minutes have the strongest confidence at which the same minutes follow: from the rows of
    ``travel.csv``, the travel rules and the coordinates of at least that confidence alone. Nothing
    is worked out where `least` is the weakest already.
    """
    by_commune = np.full(made.minutes.commune_unit.shape, WEAKEST)
    by_unit = np.full(made.minutes.unit_unit.shape, WEAKEST)
    if least == WEAKEST:
        return by_commune, by_unit

    def between(some: Tables) -> SiteMinutes:
        return site_minutes(ReferralNetwork(some, scenario), made.sites, made.communes)

    right = between(tables)
    commune_site = np.full(right.commune_site.shape, WEAKEST)
    site_site = np.full(right.site_site.shape, WEAKEST)
    for code in reversed(range(least, WEAKEST)):
        found = between(_trusted(tables, code))
        commune_site[found.commune_site <= right.commune_site + 1e-9] = code
        site_site[found.site_site <= right.site_site + 1e-9] = code
    column = {site: i for i, site in enumerate(right.sites)}
    row = {site: i for i, site in enumerate(right.inside)}
    for g, unit in enumerate([*made.sites.inside, *made.sites.outside]):
        columns = [column[site] for site in unit.sites]
        by_commune[:, g] = _of_nearest(right.commune_site, commune_site, columns)
        for f, sender in enumerate(made.sites.inside):
            rows = [row[site] for site in sender.sites]
            near = _of_nearest(right.site_site[rows], site_site[rows], columns)
            by_unit[f, g] = near.max(initial=least)
    return by_commune, by_unit


def _of_nearest(minutes: FloatArray, codes: IntArray, columns: Sequence[int]) -> IntArray:
    """Return for each row the code of its nearest column; the stronger one where two are."""
    here = minutes[:, columns]
    nearest = here <= here.min(axis=1, keepdims=True) + 1e-9
    return np.asarray(np.where(nearest, codes[:, columns], WEAKEST).min(axis=1))


def _trusted(tables: Tables, code: int) -> Tables:
    """Return the tables in which minutes come from legs, rules and positions at least so sure.

    An unsure leg takes for ever, but still closes the direct leg of its season; nobody goes
    straight from or to a place whose position is unsure.
    """
    never, apart = {"minutes": np.inf}, {"island": True}
    return replace(
        tables,
        travel=tuple(
            leg.model_copy(update=never) if CODE[leg.confidence] > code else leg
            for leg in tables.travel
        ),
        travel_rules=tuple(rule for rule in tables.travel_rules if CODE[rule.confidence] <= code),
        admin_units=tuple(
            area.model_copy(update=apart) if CODE[area.coord_confidence] > code else area
            for area in tables.admin_units
        ),
        facilities=tuple(
            site.model_copy(update=apart) if CODE[site.coord_confidence] > code else site
            for site in tables.facilities
        ),
    )


# the scenario


def _figures(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """Yield the figures of a scenario: dotted key, value, meaning; a list is one figure."""

    def walk(prefix: str, part: object, meaning: str) -> Iterator[tuple[str, Any, str]]:
        if isinstance(part, BaseModel):
            for name, info in type(part).model_fields.items():
                if prefix or name not in SAID_ELSEWHERE:
                    key = f"{prefix}.{name}" if prefix else name
                    yield from walk(key, getattr(part, name), info.description or "")
        elif isinstance(part, Mapping):
            for name, one in part.items():
                yield from walk(f"{prefix}.{name}", one, meaning)
        elif isinstance(part, (bool, int, float)) or (isinstance(part, tuple) and part):
            yield prefix, part, meaning

    return walk("", scenario, "")


def wave_confidence(scenario: Scenario) -> Confidence:
    """Return the weakest confidence of the scenario's figures; without provenance: assumed."""
    return weakest(
        "official", *(scenario.provenance_of(key)[1] for key, _, _ in _figures(scenario))
    )


def scenario_assumptions(scenario: Scenario) -> list[dict[str, Any]]:
    """Every figure of the scenario that is not official, with its meaning and source."""
    vi = translator("vi")
    out: list[dict[str, Any]] = []
    for key, value, meaning in _figures(scenario):
        source, confidence = scenario.provenance_of(key)
        if confidence != "official" and not isinstance(value, tuple):
            out.append(
                {
                    "key": key,
                    "value": value,
                    "confidence": confidence,
                    "source": source,
                    "text_vi": f"{key} = {str(value).replace('.', ',')}: {vi(meaning)}",
                    "text_en": f"{key} = {value}: {meaning}",
                }
            )
    return out
