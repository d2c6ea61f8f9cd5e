"""Who goes: people for the heads of each block, fair over time, nobody against a rule.

One small model for each home and role, all in one matrix: a[i, b] person i goes with block b. Docs:
docs/staffing.md section 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import FloatArray, IntArray
from optimizer.domain.secondment import DAYS_A_WEEK, Secondment, SecondmentRules
from optimizer.solving.engine import solve_arrays
from optimizer.solving.matrix import INFINITY, Matrix

NAMELESS = 1e6
"""A head of a block for whom nobody was found; never unless the tables contradict the plan."""
NO_LEAD = 1e4
"""Somebody who may supervise and leaves a home where nobody of the role may any more."""
TOLD = 50.0
"""Worth of sending somebody who was told so before; more than any wish."""
SQUARED = 1e-2
"""Price of a squared day away within a year."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person who could go, as the model sees him or her."""

    person: str
    free_from: int | None
    """First day (from 0) on which the person may leave; None: never."""
    days_away: int
    """In the year before."""
    leads: bool
    cost: float
    """Of going at all: an unwilling person costs more than a willing one."""
    far_cost: float = 0.0
    """More where the block loses days on the road."""


@dataclass(frozen=True, slots=True)
class Going:
    """One person who goes with one block."""

    person: str
    block: Secondment


@dataclass(frozen=True, slots=True)
class Named:
    """Who goes, and how many heads stayed without a name."""

    going: tuple[Going, ...]
    nameless: tuple[tuple[Secondment, int], ...]
    seconds: float
    cost: float
    bound: float


def who_goes(
    blocks: Sequence[Secondment],
    candidates: Mapping[tuple[str, str], Sequence[Candidate]],
    rules: SecondmentRules,
    far: Sequence[bool] = (),
    seconds: float = 30.0,
    rather: Sequence[frozenset[str]] = (),
) -> Named:
    """Name people for blocks.

    Parameters
    ----------
    candidates
        By (home, role); blocks of a home that is not there stay nameless and are not counted.
    far
        For each block, whether it loses days on the road.
    rather
        For each block, who was told to go before: they go rather than others.

    Raises
    ------
    SolverError
        If the solver gives no answer.
    """
    asked = [b for b, block in enumerate(blocks) if (block.home, block.role) in candidates]
    if not asked:
        return Named((), (), 0.0, 0.0, 0.0)
    m = Matrix()
    people: list[Candidate] = []
    first_of: dict[tuple[str, str], int] = {}
    for key in sorted({(blocks[b].home, blocks[b].role) for b in asked}):
        first_of[key] = len(people)
        people += candidates[key]
    may = np.zeros((len(people), len(asked)), dtype=bool)
    cost = np.zeros(may.shape)
    past = np.array([one.days_away for one in people], dtype=float)
    for at, b in enumerate(asked):
        block = blocks[b]
        begin = first_of[block.home, block.role]
        for i in range(begin, begin + len(candidates[block.home, block.role])):
            one = people[i]
            may[i, at] = one.free_from is not None and one.free_from <= block.start - 1
            cost[i, at] = one.cost + (one.far_cost if far and far[b] else 0.0)
            cost[i, at] -= TOLD if rather and one.person in rather[b] else 0.0
        cost[:, at] += SQUARED * ((past + block.length) ** 2 - past**2)
    goes = m.columns("goes", may.shape, exists=may, upper=1.0, whole=True)
    nameless = m.columns("nameless", (len(asked),))
    heads = np.array([blocks[b].heads for b in asked], dtype=float)
    rows = m.rows("heads", (len(asked),))
    rows.add(1.0, goes.T, rows.index[:, None])
    rows.add(1.0, nameless)
    rows.equals(heads)
    _once(m, goes, [blocks[b] for b in asked], rules)
    leads_there = np.array(
        [sum(one.leads for one in candidates[blocks[b].home, blocks[b].role]) for b in asked]
    )
    bare = _leads_stay(m, goes, people, [blocks[b] for b in asked], leads_there, rules)
    compiled = m.compiled()
    price = np.zeros(m.columns_made)
    price[goes[may]] = cost[may]
    price[nameless] = NAMELESS
    price[bare[bare >= 0]] = NO_LEAD
    answer = solve_arrays(compiled, price, seconds=seconds)
    bound = answer.objective if answer.optimal else -INFINITY
    if not _whole(answer.x, goes[may]):
        answer = solve_arrays(
            compiled, price, whole=True, engine="highs-mip-simplex", seconds=seconds, gap=1e-6
        )
        bound = max(bound, answer.bound)
    chosen = np.where(may, answer.x[np.maximum(goes, 0)] > 0.5, False)
    left = answer.x[nameless]
    return Named(
        going=tuple(
            sorted(
                (Going(people[i].person, blocks[asked[at]]) for i, at in np.argwhere(chosen)),
                key=lambda one: (one.block, one.person),
            )
        ),
        nameless=tuple(
            (blocks[b], int(np.round(left[at]))) for at, b in enumerate(asked) if left[at] > 0.5
        ),
        seconds=answer.seconds,
        cost=float(price @ answer.x),
        bound=min(bound, float(price @ answer.x)),
    )


def _whole(x: FloatArray, columns: IntArray) -> bool:
    values = x[columns]
    return bool(np.abs(values - np.round(values)).max(initial=0.0) <= 1e-6)


def _once(m: Matrix, goes: IntArray, blocks: Sequence[Secondment], rules: SecondmentRules) -> None:
    """Nobody leaves twice within W weeks, nor while still away or resting."""
    starts = np.array([block.start for block in blocks])
    ends = np.array([block.start + block.length + rules.rest_days_after for block in blocks])
    window = max(1, DAYS_A_WEEK * rules.min_weeks_between)
    # clash[b, c]: c began within the window of b, or was not over when b began.
    gap = starts[:, None] - starts[None, :]
    clash = (gap >= 0) & ((gap < window) | (ends[None, :] > starts[:, None]))
    rows = m.rows("once", goes.shape, exists=goes >= 0)
    rows.add(clash[None].astype(float), goes[:, None, :], rows.index[:, :, None])
    rows.at_most(1.0)


def _leads_stay(
    m: Matrix,
    goes: IntArray,
    people: Sequence[Candidate],
    blocks: Sequence[Secondment],
    leads_there: IntArray,
    rules: SecondmentRules,
) -> IntArray:
    """On the first day of each block one who may supervise is left at home; else it is counted.

    `leads_there` (blocks,) those who may supervise at the home in that role, whoever may go.
    """
    leads = np.array([one.leads for one in people], dtype=bool)
    home = [(block.home, block.role) for block in blocks]
    same = np.array([[one == other for other in home] for one in home], dtype=bool)
    starts = np.array([block.start for block in blocks])
    ends = np.array([block.start + block.length + rules.rest_days_after for block in blocks])
    away = same & (starts[None, :] <= starts[:, None]) & (ends[None, :] > starts[:, None])
    count = ((goes >= 0) & leads[:, None]).sum(axis=0)
    exists = count > 0
    bare = m.columns("bare", (len(blocks),), exists=exists)
    rows = m.rows("leads_stay", (len(blocks),), exists=exists)
    entries = away.astype(float)[:, None, :] * leads[None, :, None]
    rows.add(entries, goes[None], rows.index[:, None, None])
    rows.add(-1.0, bare)
    rows.at_most(np.maximum(0.0, leads_there - 1.0))
    return bare
