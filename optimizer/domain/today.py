"""The day of a rule: who is where, which ways there are, and what is left of everything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.houses import SMALL, Houses, Uses
from optimizer.domain.instance import OUT_OF_PROVINCE, STABILISE, FloatArray, Instance
from optimizer.domain.shares import Shares
from optimizer.domain.trips import Trips


@dataclass(slots=True)
class Flows:
    """What a rule decides; arrays as in `Plan`."""

    admitted: FloatArray
    admitted_observed: FloatArray
    moved: FloatArray
    in_house: FloatArray
    bed_lost: FloatArray
    treated: FloatArray
    boarding: FloatArray
    waiting: FloatArray
    corridor: FloatArray
    excess: FloatArray
    surge_beds: FloatArray
    oxygen_short: FloatArray


def no_flows(inst: Instance) -> Flows:
    """Return the flows of a rule that has decided nothing yet."""
    f, s, t, k = len(inst.units), len(inst.classes.ids), inst.days, len(inst.levels)
    return Flows(
        np.zeros((len(inst.admissions.area), t)),
        np.zeros(len(inst.admissions.area)),
        np.zeros((len(inst.transfers.origin), t)),
        np.zeros((f, s, t)),
        np.zeros((f, s, t)),
        np.zeros((f, s, t)),
        np.zeros((f, s, t)),
        np.zeros((len(inst.areas), s, t)),
        np.zeros((f, t)),
        np.zeros((f, k, t)),
        np.zeros((f, k, t)),
        np.zeros((f, t)),
    )


@dataclass(frozen=True, slots=True)
class Ways:
    """In what order a rule looks at patients and at ways; the same every day."""

    classes: list[int]
    """The worst off first; ties by class id."""
    admissions: dict[tuple[int, int], list[int]]
    """By area and class: proper beds inside, outside, stabilise; each nearest first."""
    out_of_boarding: dict[tuple[int, int], list[int]]
    """By unit and class: the ways out of the boarding pool, inside first, nearest first."""


def ways(inst: Instance) -> Ways:
    """Return the ways of an instance in the order in which a rule tries them."""
    weight, ids = inst.classes.unmet_weight, inst.classes.ids
    worst_off = sorted(range(len(ids)), key=lambda s: (-weight[s], ids[s]))
    return Ways(worst_off, _admissions_by_area(inst), _moves_by_unit(inst))


def _admissions_by_area(inst: Instance) -> dict[tuple[int, int], list[int]]:
    arcs = inst.admissions
    order = {STABILISE: 2, OUT_OF_PROVINCE: 1}
    out: dict[tuple[int, int], list[int]] = {}
    for a in np.lexsort((arcs.to, arcs.minutes)).tolist():
        out.setdefault((int(arcs.area[a]), int(arcs.patient_class[a])), []).append(a)
    for found in out.values():
        found.sort(key=lambda a: order.get(int(arcs.kind[a]), 0))
    return out


def _moves_by_unit(inst: Instance) -> dict[tuple[int, int], list[int]]:
    moves = inst.transfers
    outside = moves.to >= len(inst.units)
    out: dict[tuple[int, int], list[int]] = {}
    for x in np.lexsort((moves.to, moves.minutes, outside)).tolist():
        if moves.from_boarding[x]:
            out.setdefault((int(moves.origin[x]), int(moves.patient_class[x])), []).append(x)
    return out


@dataclass(slots=True)
class Today:
    """One day of a rule; its arrays and lists are changed in place as patients are placed."""

    inst: Instance
    ways: Ways
    houses: Houses
    flows: Flows
    day: int
    treated: FloatArray
    """(F, S) patients in proper beds."""
    boarding: FloatArray
    """(F, S)."""
    stabilised: FloatArray
    """(F,) patients who came in as boarders today; they have a bed."""
    trips: Trips
    places: list[float]
    """Places left outside the province, by destination."""
    deal: Shares | None
    """What part each way is dealt; None: the nearest free place."""

    def may_send(self, f: int, uses: Uses, wanted: float) -> float:
        """Return how many may leave a house that still counts them today."""
        rules = self.inst.rules
        if not rules.sender_counts or rules.open_corridor:
            return wanted
        return self.houses.room(f, uses, wanted)

    def note(self, arc: int, patients: float, *, people: bool) -> None:
        """Write down an admission, of people with an open request or of expected patients."""
        if people:
            self.flows.admitted_observed[arc] += patients
        else:
            self.flows.admitted[arc, self.day] += patients


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a place."""

    waiting: FloatArray
    """(O, S) changed in place: who is admitted waits no longer."""
    people: bool
    """People whom somebody has seen, so whole ones; else expected patients."""


def whole(patients: float, people: bool) -> float:
    """Round down where the patients are people somebody has seen."""
    return float(np.floor(patients + SMALL)) if people else patients
