"""Whole units of levers near the LP's point, held for all later solves.

A search over the levers' own rows finds the whole units that give up least of what they were worth
to the LP. Where it brings nothing in time, the LP's starts are rounded up: cumulatively, so that no
day has less usable than the LP had. Where a limit, a pool, a giver or the budget would break then,
the unit whose loss costs least at the LP's prices goes, until all rows hold; no unit at all is
always allowed. Source: docs/model.md section 12.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, Instance, IntArray
from optimizer.domain.levers import LeverSet, open_units, usable_units
from optimizer.errors import SolverError
from optimizer.planning.lever_rows import LEVER_CONSTRAINTS, home_places
from optimizer.planning.model import PlanModel
from optimizer.solving.engine import solve_arrays
from optimizer.solving.matrix import Compiled

WHOLE = 1e-6
TIE = 1e-3
"""Weight of burden beside harm where whole units are chosen."""
LEVER_ROWS = tuple(row.__name__ for row in LEVER_CONSTRAINTS if row is not home_places)
"""Rows that speak of levers alone."""
MAY_BREAK = ("lever_limit", "lever_pool", "lever_giver", "budget")
"""Rows that rounding up may break."""
OWN_ROWS = ("lever_balance", "lever_ramp", "lever_limit", "lever_closing", "lever_giver", "budget")
"""Rows whose prices say nothing of what a lever gives."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Whole units of each lever, cumulative by day, (J, T) each."""

    begun: FloatArray
    shut: FloatArray

    def columns(self, levers: LeverSet) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return started, closed, open and usable units by day, (J, T) each."""
        started = np.diff(self.begun, axis=1, prepend=0.0)
        closed = np.diff(self.shut, axis=1, prepend=0.0)
        return (
            started,
            closed,
            open_units(levers, started, closed),
            usable_units(levers, started, closed),
        )


def no_levers(inst: Instance) -> Decided:
    """Return the decision to use none of the levers there are."""
    shape = (len(inst.levers.ids) if inst.levers else 0, inst.days)
    return Decided(np.zeros(shape), np.zeros(shape))


def _later(cumulative: FloatArray, days: IntArray) -> FloatArray:
    """Return cumulative units by day, each lever `days` later."""
    out = np.zeros_like(cumulative)
    for j, d in enumerate(days.tolist()):
        if d < cumulative.shape[1]:
            out[j, d:] = cumulative[j, : cumulative.shape[1] - d]
    return out


def _values(x: FloatArray, index: IntArray) -> FloatArray:
    return np.asarray(np.where(index >= 0, x[np.maximum(index, 0)], 0.0))


def worth_of_usable(model: PlanModel, duals: FloatArray, *, pools: bool = True) -> FloatArray:
    """(J, T) fall of harm for one more usable unit of a lever, at the prices of the LP.

    `pools`: a unit of a pool is worth what those sent somewhere bring, and these only what they
    bring beyond that; else the pool is worth nothing and these what they bring.
    """
    compiled = model.compiled
    own = np.zeros(compiled.size[1], dtype=bool)
    for name in OWN_ROWS if pools else (*OWN_ROWS, "lever_pool"):
        index = model.row_blocks[name]
        own[index[index >= 0]] = True
    price = np.where(own, 0.0, duals)
    gain = np.bincount(
        compiled.columns,
        weights=compiled.values * price[compiled.rows],
        minlength=compiled.size[0],
    )
    return _values(np.asarray(gain, dtype=float), model.variables.levers.usable)


@dataclass(frozen=True, slots=True)
class _Fit:
    """The rows that rounding up may break, as a small matrix over all columns."""

    model: PlanModel
    compiled: Compiled
    day: IntArray
    """Day of each row; the last day for a row of all days."""

    def excess(self, x: FloatArray) -> FloatArray:
        return np.asarray(self.compiled.activity(x) - self.compiled.row_upper)


def _rows_that_may_break(model: PlanModel, days: int) -> _Fit:
    numbers, on = [], []
    for name in MAY_BREAK:
        index = model.row_blocks[name]
        here = index >= 0
        day = np.arange(index.shape[-1]) if index.shape[-1] == days else np.array([days - 1])
        numbers.append(index[here])
        on.append(np.broadcast_to(day, index.shape)[here])
    rows = np.concatenate(numbers)
    at = np.full(model.compiled.size[1], -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    c = model.compiled
    here = at[c.rows] >= 0
    small = replace(
        c,
        rows=at[c.rows[here]],
        columns=c.columns[here],
        values=c.values[here],
        row_lower=c.row_lower[rows],
        row_upper=c.row_upper[rows],
    )
    return _Fit(model, small, np.concatenate(on))


def _less_one(decided: Decided, levers: LeverSet, j: int, day: int) -> Decided | None:
    """Return the decisions without the last unit of lever j begun by `day`; None if none was."""
    if decided.begun[j, day] < 1 - WHOLE:
        return None
    first = int(np.argmax(decided.begun[j] >= decided.begun[j, day] - WHOLE))
    begun = decided.begun.copy()
    begun[j, first:] -= 1.0
    shut = np.minimum(decided.shut, _later(begun, levers.delay + levers.held))
    return Decided(begun, shut)


def whole_levers(model: PlanModel, inst: Instance, x: FloatArray, duals: FloatArray) -> Decided:
    """Return whole units of all levers near the LP's point `x` that break no row of theirs."""
    levers, v = inst.levers, model.variables.levers
    assert levers is not None
    begun = np.ceil(np.cumsum(_values(x, v.started), axis=1) - WHOLE)
    shut = np.floor(np.cumsum(_values(x, v.closed), axis=1) + WHOLE)
    shut = np.minimum(shut, _later(begun, levers.delay + levers.held))
    decided = Decided(np.maximum(0.0, begun), shut)
    wanted = _values(x, v.usable)
    worth = np.maximum(0.0, worth_of_usable(model, duals, pools=False))
    fit = _rows_that_may_break(model, inst.days)
    while True:
        point = placed(model, x, levers, decided)
        over = fit.excess(point)
        scale = np.maximum(1.0, np.abs(fit.compiled.row_upper))
        worst = int(np.argmax(over / scale)) if len(over) else -1
        if worst < 0 or over[worst] <= WHOLE * scale[worst]:
            return decided
        best: tuple[float, Decided] | None = None
        usable = decided.columns(levers)[3]
        for j in range(len(levers.ids)):
            fewer = _less_one(decided, levers, j, int(fit.day[worst]))
            if fewer is None:
                continue
            relief = over[worst] - fit.excess(placed(model, x, levers, fewer))[worst]
            if relief <= 1e-12:
                continue
            left = fewer.columns(levers)[3]
            lost = np.minimum(usable[j], wanted[j]) - np.minimum(left[j], wanted[j])
            price = float((worth[j] * lost).sum()) / min(relief, over[worst])
            if best is None or price < best[0]:
                best = price, fewer
        if best is None:  # cannot be: with no unit at all every row holds
            return Decided(np.zeros_like(begun), np.zeros_like(shut))
        decided = best[1]


DEARER = 10.0
"""A whole unit less costs far more than the price of the next tiny piece says: harm is convex."""
LEAST = 0.1
"""Harm of a whole unit and day less, beside its own: where a lever is free its price is 0."""
SEARCH_GAP = 1e-3
"""The search over levers alone ends within this share of its own bound."""


def lost_by_lever(
    model: PlanModel, inst: Instance, x: FloatArray, duals: FloatArray, decided: Decided
) -> FloatArray:
    """(J,) harm of each lever's whole units beside the point: shortage at its prices, own harm."""
    levers, v = inst.levers, model.variables.levers
    assert levers is not None
    worth = np.maximum(0.0, worth_of_usable(model, duals, pools=False))
    _, _, standing, usable = decided.columns(levers)
    short = np.maximum(0.0, _values(x, v.usable) - usable)
    more = np.maximum(0.0, standing - _values(x, v.standing))
    lost = (LEAST + DEARER * worth) * short + levers.harm[:, None] * (short + more)
    return np.asarray(lost.sum(axis=1))


def _may_have_closed(standing: FloatArray) -> FloatArray:
    """(J, T) units closed so far at most: by how many what the LP has open, rounded up, fell."""
    whole = np.ceil(standing - WHOLE)
    fell = np.maximum(0.0, whole[:, :-1] - whole[:, 1:])
    return np.concatenate([np.zeros_like(whole[:, :1]), np.cumsum(fell, axis=1)], axis=1)


def nearest_whole(
    model: PlanModel,
    inst: Instance,
    x: FloatArray,
    duals: FloatArray,
    seconds: float,
    held: tuple[Decided, BoolArray] | None = None,
) -> Decided | None:
    """Search the whole units that give up least of what the LP's levers were worth to it.

    Only the levers' own rows and columns, and one shortage a lever and day: how much less is usable
    than the LP had, at the LP's prices. The levers' own harm counts in full; burden breaks ties. No
    lever is begun more often than the LP did, rounded up.
    Nor is one closed while the LP has some of it: who lies there then would be left standing, which
    no price of the LP tells. Those of a pool go where they are sent, and are free to.
    None where no answer came in time. `held`: units decided before, and which levers, (J,), keep
    them; the point `x` has them too.
    """
    levers, v, c = inst.levers, model.variables.levers, model.compiled
    assert levers is not None
    wanted = _values(x, v.usable)
    worth = np.maximum(0.0, worth_of_usable(model, duals, pools=False))
    used = np.asarray((wanted > WHOLE).any(axis=1))
    lower, upper = np.zeros(c.size[0]), np.full(c.size[0], np.inf)
    if held is not None:
        used |= held[1] & (held[0].begun > 0).any(axis=1)
        point = placed(model, x, levers, held[0])
        for block in (v.started[held[1]], v.closed[held[1]]):
            kept = block[block >= 0]
            lower[kept] = upper[kept] = point[kept]
    used[np.unique(levers.pool[used & (levers.pool >= 0)])] = True
    blocks = [v.started[used], v.closed[used], v.standing[used], v.usable[used]]
    columns = np.unique(np.concatenate([b[b >= 0] for b in blocks]))
    rows = np.unique(np.concatenate([model.row_blocks[name].ravel() for name in LEVER_ROWS]))
    rows = rows[rows >= 0]
    column_at, row_at = np.full(c.size[0], -1), np.full(c.size[1], -1)
    column_at[columns], row_at[rows] = np.arange(len(columns)), np.arange(len(rows))
    here = (column_at[c.columns] >= 0) & (row_at[c.rows] >= 0)
    short = np.argwhere(wanted > WHOLE)
    count, extra = len(columns), np.arange(len(short))
    usable = column_at[v.usable[short[:, 0], short[:, 1]]]
    shared = len(rows) + extra
    some, begun = np.flatnonzero(used), v.started[used]
    most = np.ceil(_values(x, begun).sum(axis=1) - WHOLE)
    total = np.broadcast_to(shared.size + len(rows) + np.arange(len(some))[:, None], begun.shape)
    total, begun = total[begun >= 0], column_at[begun[begun >= 0]]
    stays = used & (levers.pool < 0) & levers.may_close
    stays &= ~held[1] if held is not None else True
    fewer = _may_have_closed(_values(x, v.standing)[stays])
    until, on = np.tril_indices(inst.days)
    left = len(rows) + shared.size + len(some) + np.arange(fewer.size).reshape(fewer.shape)
    closings = left[:, until].ravel()
    shut = column_at[v.closed[stays][:, on]].ravel()
    small = Compiled(
        rows=np.concatenate([row_at[c.rows[here]], shared, shared, total, closings]),
        columns=np.concatenate([column_at[c.columns[here]], usable, count + extra, begun, shut]),
        values=np.concatenate(
            [c.values[here], np.ones(2 * len(short) + len(total) + len(closings))]
        ),
        column_lower=np.concatenate([lower[columns], np.zeros(len(short))]),
        column_upper=np.concatenate([upper[columns], np.full(len(short), np.inf)]),
        whole=np.concatenate([c.whole[columns], np.zeros(len(short), dtype=bool)]),
        row_lower=np.concatenate(
            [
                c.row_lower[rows],
                wanted[short[:, 0], short[:, 1]],
                np.zeros(len(some) + fewer.size),
            ]
        ),
        row_upper=np.concatenate(
            [c.row_upper[rows], np.full(len(short), np.inf), most, fewer.ravel()]
        ),
    )
    order = np.lexsort((small.columns, small.rows))
    small = replace(
        small,
        rows=small.rows[order],
        columns=small.columns[order],
        values=small.values[order],
    )
    own = model.harm[columns] + TIE * model.burden[columns]
    priced = LEAST + DEARER * worth[short[:, 0], short[:, 1]]
    cost = np.concatenate([own, priced + levers.harm[short[:, 0]]])
    try:
        found = solve_arrays(small, cost, whole=True, seconds=seconds, gap=SEARCH_GAP)
    except SolverError:
        return None
    full = np.zeros(c.size[0])
    full[columns] = np.round(found.x[:count])
    return Decided(
        np.cumsum(_values(full, v.started), axis=1), np.cumsum(_values(full, v.closed), axis=1)
    )


def all_whole(model: PlanModel, inst: Instance, seconds: float) -> Decided:
    """Return the levers of a plan that is whole throughout: what must hold may ask for them.

    Raises
    ------
    SolverError
        If none is found in time.
    """
    assert inst.levers is not None
    v, found = (
        model.variables.levers,
        solve_arrays(model.compiled, model.harm, whole=True, seconds=seconds),
    )
    begun, shut = (np.round(_values(found.x, index)) for index in (v.started, v.closed))
    return Decided(np.cumsum(begun, axis=1), np.cumsum(shut, axis=1))


def placed(model: PlanModel, x: FloatArray, levers: LeverSet, decided: Decided) -> FloatArray:
    """Return the point with its lever columns replaced by whole units."""
    out = x.copy()
    v = model.variables.levers
    started, closed, standing, usable = decided.columns(levers)
    for index, values in (
        (v.started, started),
        (v.closed, closed),
        (v.standing, standing),
        (v.usable, usable),
    ):
        out[index[index >= 0]] = values[index >= 0]
    return out


def holding(
    model: PlanModel, inst: Instance, decided: Decided, only: BoolArray | None = None
) -> PlanModel:
    """Return the model with all levers held as decided, or `only` those of a mask (J,)."""
    levers = inst.levers
    assert levers is not None
    compiled = model.compiled
    point = placed(model, compiled.column_lower, levers, decided)
    lower, upper = compiled.column_lower.copy(), compiled.column_upper.copy()
    v = model.variables.levers
    for index in (v.started, v.closed, v.standing, v.usable):
        some = index if only is None else index[only]
        columns = some[some >= 0]
        lower[columns] = upper[columns] = point[columns]
    return replace(model, compiled=replace(compiled, column_lower=lower, column_upper=upper))
