"""Random instances for hypothesis: every one can be lived in."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from optimizer.domain.capacity import Capacity
from optimizer.domain.fit import fit_census
from optimizer.domain.instance import (
    ADMISSION,
    OUT_OF_PROVINCE,
    OUTSIDE,
    STABILISE,
    STEP_DOWN,
    STEP_UP,
    FloatArray,
    Instance,
)
from tests.planning.instances import CLASSES, Way, sketch


@st.composite
def random_instances(draw: st.DrawFn) -> Instance:
    """Two or three days, one or two areas, one to three units: everything may be short or fall."""
    days = draw(st.integers(2, 3))
    areas = ["o1", "o2"][: draw(st.integers(1, 2))]
    units = ["A", "B", "C"][: draw(st.integers(1, 3))]
    out = {"H": float(draw(st.integers(0, 2)))} if draw(st.booleans()) else {}
    beds: dict[str, dict[str, list[float]]] = {}
    for unit in units:
        has: dict[str, list[float]] = {}
        for level in ("OXY", "ICU")[draw(st.integers(0, 1)) : draw(st.integers(1, 2))] or ("OXY",):
            number = draw(st.integers(0, 3))
            fall = draw(st.sampled_from([0, 0, 0, 1]))
            has[level] = [float(number)] + [float(max(0, number - fall))] * (days - 1)
        beds[unit] = has
    whole = st.sampled_from([0, 0, 1, 2])
    mean = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.75])
    near = st.sampled_from([10.0, 20.0, 45.0])
    able = {u: [s for s in CLASSES if "ICU" in beds[u] or CLASSES[s][0] == "OXY"] for u in units}
    admissions: list[Way] = []
    for area in areas:
        for unit in units:
            road = draw(near)
            admissions += [(area, unit, s, ADMISSION, road) for s in able[unit]]
            admissions += [
                (area, unit, s, STABILISE, road)
                for s in ("CA",)
                if s not in able[unit] and draw(st.booleans())
            ]
        admissions += [(area, h, s, OUT_OF_PROVINCE, 90.0) for h in out for s in ("SA", "CA")]
    transfers: list[Way] = []
    for i, one in enumerate(units):
        for j, other in enumerate(units):
            if i == j:
                continue
            road = draw(near)
            transfers += [(one, other, s, STEP_UP, road) for s in able[other]]
            transfers += [
                (one, other, s, STEP_DOWN, road)
                for s in ("SR", "CR")
                if i > j and s in able[other] and s in able[one]
            ]
        transfers += [(one, h, "CA", OUTSIDE, 90.0) for h in out]
    share = st.sampled_from([0.1, 0.2, 0.25])
    up, die = draw(share), draw(share)
    comes = st.sampled_from([0, 15, 40, 90])
    inst = sketch(
        days=days,
        areas=areas,
        beds=beds,
        outside=out,
        admissions=admissions,
        transfers=transfers,
        arrivals={
            (o, s, t): draw(mean) for o in areas for s in ("SA", "CA") for t in range(1, days + 1)
        },
        requests={(o, s): draw(whole) for o in areas for s in ("SA", "CA")},
        boarding={(u, s): draw(whole) for u in units for s in ("SA", "CA")},
        keep={
            ("SA", "SA"): 0.4,
            ("SA", "SR"): 0.5 - up,
            ("SR", "SR"): 0.6,
            ("CA", "CA"): 0.7,
            ("CA", "CR"): 0.2 - die / 2,
            ("CR", "CR"): 0.5,
            ("CR", "SR"): 0.5,
        },
        worse={("SA", "CA"): up},
        boards={
            ("SA", "SA"): 0.4,
            ("SA", "SR"): 0.3 - up,
            ("SA", "CA"): 0.3,
            ("SR", "SR"): 0.6,
            ("CA", "CA"): 0.6,
            ("CR", "CR"): 0.9,
        },
        waits={("SA", "SA"): 0.4, ("SA", "CA"): 0.5, ("CA", "CA"): 0.3, ("SR", "SR"): 0.6},
        deaths={
            "treated": {"CA": die / 2},
            "boarding": {"CA": 0.3, "SA": 0.05},
            "waiting": {"CA": 0.7, "SA": 0.1},
        },
        surge={
            (u, level): [0.0] + [float(draw(st.integers(0, 2)))] * (days - 1)
            for u in units
            for level in beds[u]
            if draw(st.booleans())
        },
        roles={"NUR": None, "NUR_ICU": "NUR"},
        need={("NUR", "OXY"): 0.25, ("NUR_ICU", "ICU"): 0.5},
        staff={
            (u, role): [float(number)]
            + [float(number) * draw(st.sampled_from([1, 1, 0.5]))] * (days - 1)
            for u in units
            for role, number in (
                ("NUR", draw(st.sampled_from([0, 1, 2]))),
                ("NUR_ICU", draw(st.sampled_from([0, 1, 2]))),
            )
        },
        minutes=float(draw(st.sampled_from([0, 150, 400, 9999]))),
        needs_vehicle=("CA", "CR"),
        devices={
            (u, level): [float(number)] + [float(max(0, number - fall))] * (days - 1)
            for u in units
            for level in beds[u]
            if draw(st.booleans())
            for number, fall in [(draw(st.integers(0, 3)), draw(st.sampled_from([0, 0, -1, 1])))]
        },
        draw={"OXY": 10.0, "ICU": 30.0},
        flow={
            u: [litres] + [litres * draw(st.sampled_from([1, 1, 0.5]))] * (days - 1)
            for u in units
            if draw(st.booleans())
            for litres in [float(draw(st.sampled_from([0, 15, 40, 90])))]
        },
        store={
            u: (tank * draw(st.sampled_from([0.0, 0.5, 1.0])), tank, float(draw(comes)))
            for u in units
            if draw(st.booleans())
            for tank in [float(draw(st.sampled_from([0, 20, 60])))]
        },
        oversees={("NUR_ICU", "ICU"): draw(st.sampled_from([0.0, 0.3, 0.6]))},
    )
    shape = inst.census_treated.shape
    seen = np.array([draw(whole) for _ in range(shape[0] * shape[1])], dtype=float).reshape(shape)
    return fitted(inst, seen)


def fitted(inst: Instance, treated: FloatArray) -> Instance:
    """Return the instance with a census in beds; who has no bed or no staff boards instead."""
    room = Capacity(
        inst.beds,
        inst.listed,
        inst.surge_limit,
        inst.staff,
        inst.staff_need,
        inst.stands_in,
        inst.vehicle_minutes,
        inst.terms,
    )
    kept, boarding = fit_census(room, inst.classes, treated, inst.census_boarding)
    return inst.changed(census_treated=kept, census_boarding=boarding)
