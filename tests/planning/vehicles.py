"""Small fleets for instances of `instances.sketch`: minutes by vehicle class, from names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.domain.fleet import Fleet
from optimizer.domain.instance import Instance


def with_fleet(
    inst: Instance,
    minutes: Mapping[str, float | Sequence[float]],
    least: Mapping[str, str],
    *,
    seats: Mapping[str, float] | None = None,
    urgent: Sequence[str] = (),
    shifts: Mapping[str, tuple[float, float]] | None = None,
    stated: Mapping[tuple[str, str], float] | None = None,
) -> Instance:
    """Return the instance of one base with vehicles told apart.

    Parameters
    ----------
    minutes
        Minutes a day of each vehicle class, lowest rank first; those of `stated` included.
    least
        Least class of each patient class; the others need the lowest.
    shifts
        (share of urgent trips, share of the hours) of each shift.
    stated
        Minutes of a vehicle class that stand in a shift; the rest is spread over the hours.
    """
    names, ids, days = list(minutes), list(inst.classes.ids), inst.days
    parts = dict(shifts or {})
    per_trip = np.array([(seats or {}).get(name, 1.0) for name in names])
    rows = [np.broadcast_to(np.asarray(minutes[n], dtype=float), (days,)) for n in names]
    by_class = np.stack(rows) * per_trip[:, None]
    hours = np.array([part[1] for part in parts.values()], dtype=float)
    held = np.zeros((len(parts), len(names)))
    for (shift, name), number in (stated or {}).items():
        held[list(parts).index(shift), names.index(name)] = number * per_trip[names.index(name)]
    free = by_class - held.sum(axis=0)[:, None]
    return inst.changed(
        vehicle_minutes=by_class.sum(axis=0)[None],
        fleet=Fleet(
            classes=tuple(names),
            shifts=tuple(parts),
            least=np.array([names.index(least.get(s, names[0])) for s in ids], dtype=np.int64),
            urgent=np.array([s in urgent for s in ids], dtype=bool),
            minutes=by_class[None],
            shift_minutes=(held[:, :, None] + hours[:, None, None] * free[None])[None],
            urgent_share=np.array([part[0] for part in parts.values()], dtype=float),
            hours_share=hours,
            patients_per_trip=per_trip,
        ),
    )
