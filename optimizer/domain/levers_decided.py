"""An instance as a plan leaves it: what its levers give and take is part of what a unit has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.domain.instance import FloatArray, Home, Instance
from optimizer.domain.plan import Plan


def as_decided(inst: Instance, plan: Plan) -> Instance:
    """Return the instance with the capacity that the plan's levers make, and no levers.

    What is usable on a day counts: docs/model.md section 12, right sides.
    """
    levers = inst.levers
    if levers is None or not plan.lever_usable.size:
        return inst
    usable, y, terms = plan.lever_usable, levers.yields, inst.terms

    def given(yields: FloatArray) -> FloatArray:
        """(P, ..., T) what all levers give."""
        return np.asarray(np.tensordot(np.moveaxis(yields, 0, -1), usable, axes=1))

    return inst.changed(
        beds=inst.beds + given(y.beds),
        staff=inst.staff + given(y.staff),
        vehicle_minutes=inst.vehicle_minutes + given(y.vehicle_minutes),
        outside_places=inst.outside_places + given(y.outside_places),
        home=Home(inst.home.patients, inst.home.capacity + given(y.home_places)),
        terms=replace(
            terms,
            devices=terms.devices + given(y.devices),
            oxygen_flow=terms.oxygen_flow + given(y.oxygen_flow),
            oxygen_supply=terms.oxygen_supply + given(y.oxygen_supply),
        ),
        fallen=inst.excess_allowed,
        fell=inst.loses_beds,
        levers=None,
    )


def without_levers(inst: Instance) -> Instance:
    """Return the instance with no unit of any lever allowed; whom nobody follows still counts."""
    if inst.levers is None:
        return inst
    none = np.zeros_like(inst.levers.max_units)
    return inst.changed(levers=replace(inst.levers, max_units=none))
