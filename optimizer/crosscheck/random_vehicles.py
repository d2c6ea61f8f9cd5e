"""Random instances whose vehicles have classes and shifts (docs/model.md section 4)."""

from __future__ import annotations

import numpy as np

from optimizer.domain.fleet import Fleet
from optimizer.domain.instance import Instance

Dice = np.random.Generator


def vehicles_told_apart(inst: Instance, dice: Dice) -> Instance:
    """Return the instance with its vehicle minutes shared out over classes and shifts.

    One to three classes, none to three shifts; some stand at no base, some are needed by nobody.
    """
    bases, size = len(inst.bases), len(inst.classes.ids)
    count, shifts = int(dice.integers(1, 4)), int(dice.integers(0, 4))
    per_trip = np.ones(count)
    per_trip[0] = float(dice.choice([1.0, 1.0, 4.0]))
    part = dice.dirichlet(np.ones(count), bases) * (dice.random((bases, count)) < 0.8)
    minutes = (
        np.round(part[:, :, None] * inst.vehicle_minutes[:, None, :]) * per_trip[None, :, None]
    )
    hours = np.round(dice.dirichlet(np.ones(shifts)), 3) if shifts else np.zeros(0)
    hours = hours / max(1e-9, float(hours.sum()))
    stated = (
        dice.dirichlet(np.ones(shifts), (bases, count)) if shifts else np.zeros((bases, count, 0))
    )
    spread = dice.random((bases, count, 1)) < 0.5  # those without a shift
    of_shift = np.where(spread, hours[None, None, :], stated)
    share = np.round(dice.dirichlet(np.ones(shifts)), 2) if shifts else np.zeros(0)
    return inst.changed(
        vehicle_minutes=minutes.sum(axis=1),
        fleet=Fleet(
            classes=tuple(f"V{c}" for c in range(count)),
            shifts=tuple(f"J{j}" for j in range(shifts)),
            least=dice.integers(0, count, size),
            urgent=dice.random(size) < 0.4,
            minutes=minutes,
            shift_minutes=np.moveaxis(of_shift, 2, 1)[..., None] * minutes[:, None],
            urgent_share=share / max(1e-9, float(share.sum())),
            hours_share=hours,
            patients_per_trip=per_trip,
        ),
    )
