"""Blocks of columns of the secondment model: docs/staffing.md section 2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import BoolArray, FloatArray, IntArray
from optimizer.domain.secondment import SecondmentProblem
from optimizer.solving.matrix import Matrix


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who may be asked for whom: role, home, host, (P,) each."""

    role: IntArray
    home: IntArray
    host: IntArray


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the pinned blocks take and bring, (G, H, T) heads."""

    away: IntArray
    here: IntArray
    departed: IntArray
    """(G, H, T) pinned people who leave on that day."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Column numbers; -1 where there is none."""

    pairs: Pairs
    starts: IntArray
    """(N,) days from 0."""
    lengths: IntArray
    """(L,) days."""
    sent: IntArray
    """z (P, N, L) people who leave."""
    away: IntArray
    """(G, H, T) people missing at home, pinned ones not; at most what the floor leaves."""
    here: IntArray
    """(G, H, T) newcomers at work, pinned ones not."""
    trained: IntArray
    """(U, H, N) people who begin training."""
    used: IntArray
    """y (U, H, T) people at work in a post that is not their role's."""
    short: IntArray
    """(G, H, T)."""
    lead_short: IntArray
    """(G, H, T)."""
    below: IntArray
    """(G, H, T) below what should stay."""
    most_days: int
    """phi, days away a head of the site that lends most."""
    over: int
    """Days above the whole number of days that is tried; 0 in every plan."""
    dropped: IntArray
    """(P, N, L) published people not sent."""
    added: IntArray
    """(P, N, L) people above the published."""
    fixed: Fixed


def fixed_of(problem: SecondmentProblem) -> Fixed:
    """Return what the pinned blocks take and bring."""
    away, here = problem.moved(problem.pinned)
    departed = np.zeros_like(away)
    for block in problem.pinned:
        day = max(0, block.start - 1)
        if day < problem.days:
            at = problem.roles.index(block.role), problem.sites.index(block.home), day
            departed[at] += block.heads
    return Fixed(away, here, departed)


def lacking(problem: SecondmentProblem) -> BoolArray:
    """(G, H) posts for which a site may want somebody: own need, leads, or a post it feeds."""
    fixed = fixed_of(problem)
    there = problem.heads[:, :, None] - fixed.away + fixed.here
    lacks = np.asarray(
        ((problem.need > there) | (problem.leads > there)).any(axis=2) & problem.may_host
    )
    out = lacks.copy()
    for one in problem.substitutes:
        g, k = problem.roles.index(one.role), problem.roles.index(one.post)
        out[g] |= lacks[k]
    return out


def askable(problem: SecondmentProblem) -> Pairs:
    """Return the pairs: for each lack the nearest homes that have the role, and every pool.

    The pairs of published blocks are among them.
    """
    lacks = lacking(problem)
    outside = problem.outside
    asked: set[tuple[int, int, int]] = set()
    for g, h in zip(*np.nonzero(lacks), strict=True):
        lends = problem.may_lend & (problem.heads[g] > 0) & (problem.eligible[g].max(axis=1) > 0)
        lends &= np.isfinite(problem.travel_minutes[:, h])
        lends[h] = False
        inside = np.flatnonzero(lends & ~outside)
        order = np.lexsort((inside, problem.travel_minutes[inside, h]))
        homes = [*inside[order][: problem.rules.nearest], *np.flatnonzero(lends & outside)]
        asked |= {(int(g), int(home), int(h)) for home in homes}
    for block in problem.published:
        home, host = problem.sites.index(block.home), problem.sites.index(block.host)
        if problem.heads[problem.roles.index(block.role), home] > 0:
            asked.add((problem.roles.index(block.role), home, host))
    role, home_of, host_of = zip(*sorted(asked), strict=True) if asked else ((), (), ())
    return Pairs(*(np.array(part, dtype=np.int64) for part in (role, home_of, host_of)))


def published_heads(
    problem: SecondmentProblem, pairs: Pairs, starts: IntArray, lengths: IntArray
) -> IntArray:
    """(P, N, L) published heads where the model has such a column."""
    out = np.zeros((len(pairs.role), len(starts), len(lengths)), dtype=np.int64)
    for block in problem.published:
        at = (
            (pairs.role == problem.roles.index(block.role))
            & (pairs.home == problem.sites.index(block.home))
            & (pairs.host == problem.sites.index(block.host))
        )
        n, m = np.flatnonzero(starts == block.start - 1), np.flatnonzero(lengths == block.length)
        if at.any() and n.size and m.size:
            out[np.flatnonzero(at)[0], n[0], m[0]] += block.heads
    return out


def make_columns(m: Matrix, problem: SecondmentProblem) -> tuple[Columns, IntArray]:
    """Make every column of a problem; return them and the published heads, (P, N, L)."""
    rules, days = problem.rules, problem.days
    pairs = askable(problem)
    soonest = int(problem.lead_days[problem.may_lend].min(initial=days - 1))
    regular = np.arange(soonest, days, rules.start_every)
    known = [b.start - 1 for b in problem.published if 0 < b.start <= days]
    starts = np.unique(np.concatenate([regular, np.array(known, dtype=np.int64)]))
    lengths = np.array(sorted(set(rules.lengths)), dtype=np.int64)
    published = published_heads(problem, pairs, starts, lengths)
    tau = problem.travel_days[pairs.home, pairs.host]
    first = problem.lead_days[pairs.home]
    works = (starts[None, :] + tau[:, None] < days)[:, :, None] & (lengths > 2 * tau[:, None])[
        :, None
    ]
    lawful = problem.may_lend[pairs.home] & problem.may_host[pairs.host]
    lawful &= np.isfinite(problem.travel_minutes[pairs.home, pairs.host])
    may = (works & lawful[:, None, None]) & (
        (starts[None, :] >= first[:, None])[:, :, None] | (published > 0)
    )
    on_grid = np.isin(starts, regular)[None, :, None] | (published > 0)
    most = problem.eligible[pairs.role, pairs.home].max(axis=1, initial=0)
    sent = m.columns(
        "sent",
        (len(pairs.role), len(starts), len(lengths)),
        exists=may & on_grid,
        upper=most[:, None, None].astype(float),
        whole=True,
    )
    shape = (len(problem.roles), len(problem.sites), days)
    fixed = fixed_of(problem)
    gives, takes = np.zeros(shape[:2], dtype=bool), np.zeros(shape[:2], dtype=bool)
    gives[pairs.role, pairs.home] = True
    takes[pairs.role, pairs.host] = True
    room = np.maximum(0, problem.heads[:, :, None] - fixed.away - problem.floor)
    away = m.columns("away", shape, exists=gives[:, :, None], upper=room.astype(float))
    here = m.columns("here", shape, exists=takes[:, :, None])
    needed = problem.need > 0
    wants = lacking(problem)
    trains = np.array([one.training_days > 0 for one in problem.substitutes], dtype=bool)
    posts = np.array([problem.roles.index(one.post) for one in problem.substitutes], np.int64)
    feeds = wants[posts] & needed[posts].any(axis=2) if len(posts) else np.zeros((0, shape[1]))
    delay = np.array([one.training_days for one in problem.substitutes], dtype=np.int64)
    in_time = starts[None, :] + delay[:, None] < days
    trained = m.columns(
        "trained",
        (len(posts), shape[1], len(starts)),
        exists=(feeds.astype(bool) & trains[:, None])[:, :, None] & in_time[:, None, :],
        whole=True,
    )
    used = m.columns(
        "used",
        (len(posts), *shape[1:]),
        exists=feeds.astype(bool)[:, :, None] & needed[posts] if len(posts) else None,
    )
    short = m.columns("short", shape, exists=needed)
    lead_short = m.columns("lead_short", shape, exists=problem.leads > 0)
    below = m.columns("below", shape, exists=gives[:, :, None] & (problem.wanted > problem.floor))
    most_days = int(m.columns("most_days", (1,))[0])
    over = int(m.columns("over", (1,), upper=0.0)[0])
    changes = (published > 0) & (sent >= 0)
    dropped = m.columns("dropped", published.shape, exists=changes)
    added = m.columns("added", published.shape, exists=changes)
    made = Columns(
        pairs,
        starts,
        lengths,
        sent,
        away,
        here,
        trained,
        used,
        short,
        lead_short,
        below,
        most_days,
        over,
        dropped,
        added,
        fixed,
    )
    return made, published


def values(x: FloatArray, index: IntArray) -> FloatArray:
    """Return the values of a block, 0 where there is no column."""
    return np.asarray(np.where(index >= 0, x[np.maximum(index, 0)], 0.0))
