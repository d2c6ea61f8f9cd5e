"""Levers: rows of docs/model.md section 12, and what they add to the rows of section 4.

J levers; other letters as in `constraints.py`. Quantities are units of a lever unless said.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.domain.instance import FloatArray, Instance, IntArray
from optimizer.domain.levers import LeverSet
from optimizer.planning.variables import PlanVariables
from optimizer.solving.matrix import Matrix, Rows


def _widen(rows: Rows, v: PlanVariables, yields: FloatArray) -> None:
    """Add -Y x usable units to rows (P, I, T) or (P, T); `yields` (J, P, I) or (J, P)."""
    where = np.nonzero(yields)
    if len(where[0]):
        index = rows.index[where[1:]]
        rows.add(-yields[where][:, None], v.levers.usable[where[0]], index)


def _from_level(yields: FloatArray) -> FloatArray:
    """(J, F, K) yields of level k and above."""
    return np.asarray(np.flip(np.cumsum(np.flip(yields, axis=2), axis=2), axis=2))


def bed_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the nested bed rows (F, K, T) by beds of levers of level k and above."""
    if inst.levers is not None:
        _widen(rows, v, _from_level(inst.levers.yields.beds))


def reserve_yields(rows: Rows, inst: Instance, v: PlanVariables, widened: FloatArray) -> None:
    """Widen the rows of a promised reserve (F, K x K, T); `widened` (K, K, I) by one bed."""
    if inst.levers is not None:
        beds = np.einsum("kqi,jfi->jfkq", widened, inst.levers.yields.beds)
        _widen(rows, v, np.asarray(beds.reshape(*beds.shape[:2], -1)))


def house_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the house rows (F, T) by all beds of levers."""
    if inst.levers is not None:
        _widen(rows, v, np.asarray(inst.levers.yields.beds.sum(axis=2)))


def device_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the device rows (F, K, T): devices, or beds where a level has none counted."""
    if inst.levers is not None:
        counted = inst.terms.device_levels[None]
        own = np.where(counted, inst.levers.yields.devices, inst.levers.yields.beds)
        _widen(rows, v, _from_level(own))


def staff_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen rows of staff or supervision (F, R, T) by people of levers, stand-ins included."""
    if inst.levers is not None:
        people = inst.levers.yields.staff
        _widen(rows, v, np.einsum("pr,jfp->jfr", inst.stands_in.astype(float), people))


def flow_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the rows of oxygen flow (F, T), litres a minute."""
    if inst.levers is not None:
        _widen(rows, v, inst.levers.yields.oxygen_flow)


def supply_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the rows of the oxygen store (F, T), cubic metres a day."""
    if inst.levers is not None:
        _widen(rows, v, inst.levers.yields.oxygen_supply)


def vehicle_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the rows of vehicle minutes (E, T)."""
    if inst.levers is not None:
        _widen(rows, v, inst.levers.yields.vehicle_minutes)


def outside_yields(rows: Rows, inst: Instance, v: PlanVariables) -> None:
    """Widen the rows of places outside (H, T)."""
    if inst.levers is not None:
        _widen(rows, v, inst.levers.yields.outside_places)


def _of(inst: Instance) -> LeverSet:
    assert inst.levers is not None
    return inst.levers


def _begun(
    rows: Rows, started: IntArray, first: IntArray, last: IntArray, sign: FloatArray
) -> None:
    """Add sign x js[j, t'] for t - last < t' <= t - first to rows (J, T); `first`, `last` (J,)."""
    days = started.shape[1]
    for i in range(int(last.max(initial=0))):
        here = np.flatnonzero((first <= i) & (i < last))
        if len(here) and i < days:
            columns = started[here, : days - i]
            rows.add(sign[here][:, None], columns, rows.index[here, i:])


def lever_balance(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""Units are open from their delay on until they are closed, (J, T).

    .. math:: jo_{jt} = jo_{j,t-1} + js_{j,t-d_j} - jc_{jt}

    d  ``delay`` (J,) days. Shadow price: harm of one more unit that is open from that day.
    """
    levers, c = _of(inst), v.levers
    rows = m.rows("lever_balance", c.standing.shape, exists=c.standing >= 0)
    rows.add(1.0, c.standing)
    rows.add(-1.0, c.standing[:, :-1], rows.index[:, 1:])
    _begun(rows, c.started, levers.delay, levers.delay + 1, -np.ones(len(levers.ids)))
    rows.add(1.0, c.closed)
    rows.equals(0.0)


def lever_ramp(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""What is open becomes usable by and by; what closes is gone at once, (J, T) with a ramp.

    .. math:: ju_{jt} = ju_{j,t-1} + \frac{1}{\rho_j + 1} \sum_{i=0}^{\rho_j} js_{j,t-d_j-i}
              - jc_{jt}

    rho  ``ramp`` (J,) days
    """
    levers, c = _of(inst), v.levers
    ramped = (levers.ramp > 0)[:, None]
    rows = m.rows("lever_ramp", c.usable.shape, exists=(c.usable >= 0) & ramped)
    rows.add(1.0, c.usable)
    rows.add(-1.0, c.usable[:, :-1], rows.index[:, 1:])
    _begun(rows, c.started, levers.delay, levers.delay + levers.ramp + 1, -levers.share)
    rows.add(1.0, c.closed)
    rows.equals(0.0)


def _standing(rows: Rows, levers: LeverSet, v: PlanVariables, index: IntArray) -> None:
    """Add the units open or being prepared, (J, T), to the rows that `index` names."""
    rows.add(1.0, v.levers.standing, index)
    at = Rows(rows.name, index, rows.matrix)
    none = np.zeros(len(levers.ids), dtype=np.int64)
    _begun(at, v.levers.started, none, levers.delay, np.ones(len(levers.ids)))


def lever_limit(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """No more units stand, open or being prepared, than there are: (J, T) <= ``max_units``.

    Of a lever that never closes the last day says it for all. Shadow price: fall of the harm for
    one more unit allowed that day.
    """
    levers = _of(inst)
    last = np.arange(inst.days) == inst.days - 1
    exists = levers.may_close[:, None] | last[None, :]
    rows = m.rows("lever_limit", v.levers.started.shape, exists=exists)
    _standing(rows, levers, v, rows.index)
    rows.at_most(levers.max_units[:, None])


def lever_closing(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    r"""What opened within the last eta days is still open, (J, T) of levers that may close.

    .. math:: \sum_{t - d - \eta < t' \le t - d} js_{jt'} \le jo_{jt}

    eta  ``held`` (J,) days: least days open, and at least the ramp
    """
    levers, c = _of(inst), v.levers
    exists = levers.may_close[:, None] & (c.standing >= 0)
    rows = m.rows("lever_closing", c.standing.shape, exists=exists)
    ones = np.ones(len(levers.ids))
    _begun(rows, c.started, levers.delay, levers.delay + levers.held, ones)
    rows.add(-1.0, c.standing)
    rows.at_most(0.0)


def lever_pool(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Units sent somewhere are units of their pool: none is in two places, (J, T) at the pool.

    Shadow price: fall of the harm for one more unit of the pool that day.
    """
    levers = _of(inst)
    pools = np.zeros(len(levers.ids), dtype=bool)
    pools[levers.pool[levers.pool >= 0]] = True
    rows = m.rows(
        "lever_pool",
        v.levers.started.shape,
        exists=np.repeat(pools[:, None], inst.days, axis=1),
    )
    index = np.where(levers.pool[:, None] >= 0, rows.index[levers.pool], -1)
    _standing(rows, levers, v, index)
    rows.add(-1.0, v.levers.usable)
    rows.at_most(0.0)


def giver_rooms(inst: Instance) -> tuple[FloatArray, FloatArray]:
    """Return what givers have and what levers yield there, items: beds, staff, devices.

    Returns
    -------
    (F, 2K + R, T) what there is of each item, (J, F, 2K + R) yields.
    """
    y = _of(inst).yields
    counted = inst.terms.device_levels[:, :, None]
    devices = np.where(counted, inst.terms.devices, 0.0)
    return (
        np.concatenate([inst.beds, inst.staff, devices], axis=1),
        np.concatenate([y.beds, y.staff, y.devices], axis=2),
    )


def lever_giver(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Nothing is taken that is not there: c', h', G' >= 0, (F, 2K + R, T) beds, people, devices.

    Only where some lever takes away. Shadow price: fall of the harm for one more of it there.
    """
    has, yields = giver_rooms(inst)
    taken = np.asarray((yields < 0).any(axis=0))
    rows = m.rows("lever_giver", has.shape, exists=np.repeat(taken[:, :, None], inst.days, axis=2))
    _widen(rows, v, yields)
    rows.at_most(has)


def budget(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """All that levers cost on the days solved is no more than the budget, one row, million VND.

    Shadow price: fall of the harm for one million VND more.
    """
    levers = _of(inst)
    rows = m.rows("budget", (1,), exists=np.array([np.isfinite(levers.budget_vnd)]))
    rows.add((levers.open_vnd / 1e6)[:, None], v.levers.started, rows.index[None])
    rows.add((levers.day_vnd / 1e6)[:, None], v.levers.standing, rows.index[None])
    rows.at_most(levers.budget_vnd / 1e6)


def home_places(m: Matrix, inst: Instance, v: PlanVariables) -> None:
    """Patients at home are followed by stations, those of levers too, or nobody does, (E, T).

    Shadow price: fall of the harm for one more patient who can be followed.
    """
    home = inst.home
    rows = m.rows("home_places", v.levers.home_short.shape, exists=v.levers.home_short >= 0)
    rows.add(-1.0, v.levers.home_short)
    _widen(rows, v, _of(inst).yields.home_places)
    rows.at_most(home.capacity - home.patients)


LEVER_CONSTRAINTS: tuple[Callable[[Matrix, Instance, PlanVariables], None], ...] = (
    lever_balance,
    lever_ramp,
    lever_limit,
    lever_closing,
    lever_pool,
    lever_giver,
    budget,
    home_places,
)
