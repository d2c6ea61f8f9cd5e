"""Where anybody can be, and go, on a day: what a bound has to count, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.checking.case import Case
from optimizer.checking.flows import ADMISSION, BOARDING, STABILISE, TREATED
from optimizer.checking.proof import Side
from optimizer.checking.rules_capacity import loses_beds
from optimizer.checking.violation import BoolArray, IntArray


def pool_left(way: IntArray) -> IntArray:
    """Return the pool that each direction leaves."""
    pools: IntArray = np.array([BOARDING, TREATED, TREATED, BOARDING], dtype=np.intp)
    return np.asarray(pools[way])


@dataclass(frozen=True, slots=True)
class Possible:
    """Where anybody can be, and go, on a day: all other columns are 0 in every lawful plan.

    `waiting` (O, S, T), `treated`, `boarding`, `in_house` (F, S, T), `admitted` (A, T), `moved`
    (X, T).
    """

    waiting: BoolArray
    treated: BoolArray
    boarding: BoolArray
    in_house: BoolArray
    admitted: BoolArray
    moved: BoolArray


def possible(case: Case, side: Side) -> Possible:
    """Follow, day by day, who can be where on the ways offered."""
    inputs, planned = case.inputs, case.places.planned
    keep, worse = inputs.keep[0] > 0, inputs.worse[0] > 0
    boards, waits = inputs.night[1] > 0, inputs.night[2] > 0
    asked, new = case.areas_day_one
    o, g, s, kind = side.admissions.T
    f, to, c, way = side.transfers.T
    arrives, up = inputs.classes.arrives_as[c], pool_left(way) == BOARDING
    days, loses = case.scenario.days, loses_beds(case)
    u, n, b = asked > 0, inputs.treated0 > 0, inputs.boarding0 > 0
    waiting = np.zeros((*u.shape, days), dtype=bool)
    treated, boarding, in_house = (np.zeros((*n.shape, days), dtype=bool) for _ in range(3))
    admitted, moved = np.zeros((len(o), days), dtype=bool), np.zeros((len(f), days), dtype=bool)
    for t in range(days):
        if t:
            u, n, b = u @ waits, n @ keep, (b @ boards) | (n @ worse)
        u = u | (new[:, :, t] > 0)
        waiting[:, :, t], in_house[:, :, t] = u, b & inputs.able
        admitted[:, t], moved[:, t] = u[o, s], np.where(up, b[f, c], n[f, c])
        n, b = n | in_house[:, :, t], b | (n & loses[:, t, None])
        for state, here in ((n, kind == ADMISSION), (b, kind == STABILISE)):
            come = here & admitted[:, t]
            state[g[come], s[come]] = True
        come = moved[:, t] & (to < planned)
        n[to[come], arrives[come]] = True
        treated[:, :, t], boarding[:, :, t] = n, b
    return Possible(waiting, treated, boarding, in_house, admitted, moved)
