"""Small random instances that use every corner of docs/model.md, to compare two hands on."""

from __future__ import annotations

import numpy as np

from optimizer.domain.instance import (
    ADMISSION,
    LATERAL,
    OUT_OF_PROVINCE,
    OUTSIDE,
    STABILISE,
    STEP_DOWN,
    STEP_UP,
    AdmissionArcs,
    BoolArray,
    BurdenPrices,
    Classes,
    FloatArray,
    HarmPrices,
    Hazards,
    Home,
    Instance,
    TransferArcs,
    unmet_price,
)
from optimizer.domain.terms import Terms


def random_instance(seed: int, *, gaps: bool = False) -> Instance:
    """Return a lawful instance: up to 3 areas, 4 units, 3 levels, 6 classes, 5 days, 2 outside.

    `gaps`: some unit may list a level below and one above, but not the one between.
    """
    dice = np.random.default_rng(seed)
    A, F, K = int(dice.integers(1, 4)), int(dice.integers(1, 5)), int(dice.integers(1, 4))
    S, T, H = int(dice.integers(2, 7)), int(dice.integers(2, 6)), int(dice.integers(0, 3))
    R, E = int(dice.integers(1, 4)), int(dice.integers(1, 3))
    level = dice.integers(0, K, S)
    level[0] = K - 1
    recovering = dice.random(S) < 0.5
    hazards = _hazards(dice, level)
    weight = dice.choice([1.0, 4.0, 7.5, 20.0], S)
    classes = Classes(
        ids=tuple(f"s-{s}" for s in range(S)),
        severity=tuple(f"severity{s}" for s in range(S)),
        recovering=recovering,
        level=level,
        unmet_weight=weight,
        move_risk=np.zeros(S),
        travel_limit=np.full(S, 60.0),
        ground_limit=np.full(S, np.inf),
        needs_vehicle=dice.random(S) < 0.5,
        top_tier_direct=np.ones(S, dtype=bool),
    )
    listed = dice.random((F, K)) < 0.7
    if dice.random() < 0.9:  # now and then a unit without any bed stays
        listed[np.arange(F), dice.integers(0, K, F)] = True
    if not gaps:
        listed[:, 1:-1] |= listed[:, :1] & listed[:, -1:]
    beds = np.repeat((dice.integers(0, 4, (F, K)) * listed)[:, :, None], T, axis=2).astype(float)
    surge = np.zeros((F, K, T))
    delay = int(dice.integers(0, T + 1))
    surge[:, :, delay:] = (dice.integers(0, 3, (F, K)) * listed)[:, :, None]
    staff = np.repeat(np.round(dice.random((F, R)) * 2.5, 2)[:, :, None], T, axis=2)
    if dice.random() < 0.5:  # staff or beds fall and may come back
        first = int(dice.integers(1, T))
        last = int(dice.integers(first, T)) + 1
        staff[int(dice.integers(0, F)), :, first:last] *= dice.choice([0.0, 0.4, 0.8])
    if dice.random() < 0.3:
        f, first = int(dice.integers(0, F)), int(dice.integers(1, T))
        beds[f, :, first:] = np.floor(beds[f, :, first:] / 2)
    stands_in = np.eye(R, dtype=bool)
    for r in range(1, R):
        if dice.random() < 0.6:  # r does the work of r - 1 and of all that r - 1 does
            stands_in[r] |= stands_in[r - 1]
    # A higher level needs no fewer of any role: who steps down in the house still fits the team.
    need = np.cumsum(dice.choice([0.0, 0.1, 0.25, 0.5], (R, K)), axis=1)
    able = np.flip(np.logical_or.accumulate(np.flip(listed, axis=1), axis=1), axis=1)[:, level]
    treated = dice.integers(0, 3, (F, S)) * able
    boarding = dice.integers(0, 2, (F, S))
    terms = _terms(dice, listed, R, T)
    treated, boarding = _fits(
        dice, treated, boarding, level, listed, beds, staff, need, stands_in, terms
    )
    admissions = _admissions(dice, A, F, H, able)
    transfers = _transfers(dice, F, H, able, recovering)
    owed, under_care = hazards.care_days_owed, hazards.death_treated
    harm = HarmPrices(
        waiting=unmet_price(weight, hazards.death_waiting, under_care, owed, 100.0),
        boarding=unmet_price(weight, hazards.death_boarding, under_care, owed, 100.0),
        corridor=float(dice.choice([0.0, 25.0])),
        excess=1000.0,
        admission=np.round(dice.random(len(admissions.area)) * 3, 2)
        + 5.0 * (admissions.kind == OUT_OF_PROVINCE),
        transfer=np.round(dice.random(len(transfers.origin)) * 3, 2)
        + 5.0 * (transfers.direction == OUTSIDE),
    )
    arrivals = np.round(dice.random((A, S, T)) * dice.choice([0.0, 0.5, 2.0]), 2)
    return Instance(
        areas=tuple(f"xã {o}" for o in range(A)),
        units=tuple(f"group:c{f}:kind" for f in range(F)),
        outside=tuple(f"h{h}" for h in range(H)),
        levels=tuple(f"L{k}" for k in range(K)),
        roles=tuple(f"R{r}" for r in range(R)),
        bases=tuple(f"E{e}" for e in range(E)),
        classes=classes,
        days=T,
        shown_days=T,
        hazards=hazards,
        admissions=admissions,
        transfers=transfers,
        arrivals=arrivals,
        open_requests=dice.integers(0, 3, (A, S)).astype(float),
        census_treated=treated.astype(float),
        census_boarding=boarding.astype(float),
        beds=beds,
        listed=listed,
        surge_limit=surge,
        staff=staff,
        staff_need=need,
        stands_in=stands_in,
        vehicle_minutes=np.round(dice.random((E, T)) * dice.choice([60.0, 600.0, 6000.0])),
        unit_base=dice.integers(-1 if dice.random() < 0.2 else 0, E, F),
        area_base=dice.integers(-1 if dice.random() < 0.2 else 0, E, A),
        outside_places=np.round(dice.random((H, T)) * 2, 1),
        trip_minutes_fixed=float(dice.choice([0.0, 50.0])),
        harm=harm,
        burden=BurdenPrices(
            0.01 * admissions.minutes, 1.0 + 0.01 * transfers.minutes, surge_bed_day=0.1
        ),
        home=Home(np.zeros((A, T)), np.zeros((A, T))),
        terms=terms,
    )


def _terms(dice: np.random.Generator, listed: BoolArray, R: int, T: int) -> Terms:
    """Return devices, oxygen and supervision, each unlimited here and there, falling now and then.

    A higher level draws no less and needs no fewer supervisors, like staff.
    """
    F, K = listed.shape

    def by_day(figures: np.ndarray) -> FloatArray:
        out = np.repeat(figures[..., None].astype(float), T, axis=-1)
        if dice.random() < 0.3:
            f, first = int(dice.integers(0, F)), int(dice.integers(1, T))
            out[f, ..., first:] = np.floor(out[f, ..., first:] / 2)
        return out

    def limited(figures: FloatArray, share: float) -> FloatArray:
        here = dice.random(figures.shape[:-1]) < share
        return np.where(here[..., None], figures, np.inf)

    tank = dice.choice([0.0, 20.0, 80.0], F)
    return Terms(
        devices=limited(by_day(dice.integers(0, 4, (F, K))), 0.4),
        oxygen_draw=np.cumsum(dice.choice([0.0, 5.0, 10.0], K)),
        oxygen_flow=limited(by_day(dice.choice([0.0, 20.0, 60.0], F)), 0.5),
        oxygen_supply=limited(by_day(dice.choice([0.0, 15.0, 60.0], F)), 0.5),
        oxygen_stored=np.round(tank * dice.random(F), 1),
        oxygen_tank=tank,
        supervision=np.cumsum(dice.choice([0.0, 0.0, 0.2, 0.4], (R, K)), axis=1),
        oxygen_routine=np.zeros(F),
    )


def _hazards(dice: np.random.Generator, level: np.ndarray) -> Hazards:
    """Treated stay at or below their level, others go to any class; rows sum to less than 1."""
    S = len(level)

    def shares(columns: int) -> FloatArray:
        raw = dice.random((S, columns)) * (dice.random((S, columns)) < 0.6)
        return np.asarray(raw / np.maximum(1e-9, raw.sum(axis=1, keepdims=True)))

    def column(values: FloatArray) -> FloatArray:
        return values[:, None]

    lower = level[None, :] <= level[:, None]
    keep = shares(S) * lower * column(dice.uniform(0.2, 0.7, S))
    worse = shares(S) * column(dice.uniform(0.0, 0.2, S))
    boarding = shares(S) * column(dice.uniform(0.3, 0.9, S))
    waiting = shares(S) * column(dice.uniform(0.0, 0.8, S))
    left = [1.0 - keep.sum(1) - worse.sum(1), 1.0 - boarding.sum(1), 1.0 - waiting.sum(1)]
    die = [dice.choice([0.0, 0.1, 0.5, 1.0], S) * rest for rest in left]
    return Hazards(keep, worse, boarding, waiting, *die)


def _fits(
    dice: np.random.Generator,
    treated: np.ndarray,
    boarding: np.ndarray,
    level: np.ndarray,
    listed: BoolArray,
    beds: FloatArray,
    staff: FloatArray,
    need: FloatArray,
    stands_in: BoolArray,
    terms: Terms,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the census, people made boarders until every row of day 1 holds."""
    treated, boarding = treated.copy(), boarding.copy()
    for f in range(len(treated)):
        while treated[f].any():
            nested = all(
                treated[f, level >= k].sum() <= beds[f, k:, 0].sum()
                for k in range(beds.shape[1])
                if k == 0 or k > listed[f].argmax()
            )
            heads = stands_in.T @ staff[f, :, 0]
            team = stands_in.T @ (need[:, level] @ treated[f]) <= heads
            watched = stands_in.T @ (terms.supervision[:, level] @ treated[f]) <= heads
            breathe = terms.oxygen_draw[level] @ treated[f] <= terms.oxygen_flow[f, 0]
            counted = np.isfinite(terms.devices[f]).all(axis=1)
            ready = np.where(counted, terms.devices[f, :, 0], beds[f, :, 0])
            equipped = all(
                treated[f, level >= k].sum() <= ready[k:].sum() for k in np.flatnonzero(counted)
            )
            if nested and team.all() and watched.all() and breathe and equipped:
                break
            s = int(dice.choice(np.flatnonzero(treated[f])))
            treated[f, s] -= 1
            boarding[f, s] += 1
    return treated, boarding


def _admissions(
    dice: np.random.Generator, A: int, F: int, H: int, able: BoolArray
) -> AdmissionArcs:
    arcs = []
    for o in range(A):
        for s in range(able.shape[1]):
            for f in range(F):
                if able[f, s] and dice.random() < 0.6:
                    arcs.append((o, f, s, ADMISSION))
                if dice.random() < 0.15:
                    arcs.append((o, f, s, STABILISE))
            arcs += [(o, F + h, s, OUT_OF_PROVINCE) for h in range(H) if dice.random() < 0.3]
    table = np.array(sorted(arcs), dtype=np.int64).reshape(-1, 4)
    minutes = np.round(dice.uniform(0, 120, len(table)))
    return AdmissionArcs(
        table[:, 0], table[:, 1], table[:, 2], table[:, 3], minutes, np.maximum(0, minutes - 60)
    )


def _transfers(
    dice: np.random.Generator, F: int, H: int, able: BoolArray, recovering: BoolArray
) -> TransferArcs:
    arcs: list[tuple[int, int, int, int, bool]] = []
    for f in range(F):
        for s in range(able.shape[1]):
            for g in range(F):
                if g == f or not able[g, s]:
                    continue
                if dice.random() < 0.5:
                    arcs.append((f, g, s, STEP_UP, True))
                if able[f, s] and recovering[s] and dice.random() < 0.5:
                    arcs.append((f, g, s, STEP_DOWN if g < f else LATERAL, False))
            arcs += [(f, F + h, s, OUTSIDE, True) for h in range(H) if dice.random() < 0.3]
    table = np.array([arc[:4] for arc in arcs], dtype=np.int64).reshape(-1, 4)
    return TransferArcs(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        table[:, 3],
        np.array([arc[4] for arc in arcs], dtype=bool),
        np.round(dice.uniform(0, 120, len(arcs))),
    )
