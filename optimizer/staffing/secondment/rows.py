"""One function for each constraint of the secondment model; `CONSTRAINTS` is the table of contents.

Letters, units and the table sentence | function | judge's twin: docs/staffing.md section 2. Nothing
loops over days, pairs or rows: a block's run of days is written at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.domain.instance import IntArray
from optimizer.domain.secondment import DAYS_A_WEEK, SecondmentProblem
from optimizer.solving.matrix import Matrix, Rows
from optimizer.staffing.secondment.columns import Columns


@dataclass(frozen=True, slots=True)
class Model:
    """What a constraint function may write into and read from."""

    m: Matrix
    problem: SecondmentProblem
    c: Columns
    published: IntArray
    """(P, N, L)."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return the sizes of (G, H, T)."""
        return len(self.problem.roles), len(self.problem.sites), self.problem.days

    @property
    def there(self) -> IntArray:
        """(G, H, T) heads with the pinned blocks alone."""
        fixed = self.c.fixed
        return np.asarray(self.problem.heads[:, :, None] - fixed.away + fixed.here)

    def role_of(self, u: int) -> int:
        """Return the role of a substitute."""
        return self.problem.roles.index(self.problem.substitutes[u].role)

    def post_of(self, u: int) -> int:
        """Return the post of a substitute."""
        return self.problem.roles.index(self.problem.substitutes[u].post)

    def lent(self, rows: Rows, sign: float) -> None:
        """Write sign x (here - away) of the blocks decided into (G, H, T) rows."""
        rows.add(sign, self.c.here)
        rows.add(-sign, self.c.away)

    def left_for(self, rows: Rows, coefficient: float, training: bool) -> None:
        """Write coefficient x those of a role who work in another post, or train for it."""
        for u, one in enumerate(self.problem.substitutes):
            index = rows.index[self.role_of(u)]
            rows.add(coefficient, self.c.used[u], index)
            if training and one.training_days:
                starts = self.c.starts
                learns = (np.arange(self.problem.days) >= starts[:, None]) & (
                    np.arange(self.problem.days) < starts[:, None] + one.training_days
                )
                rows.add(
                    coefficient * learns[None].astype(float),
                    self.c.trained[u][:, :, None],
                    index[:, None, :],
                )


def _run_of_days(
    model: Model, name: str, count: IntArray, sites: IntArray, before: IntArray, after: IntArray
) -> None:
    """Write count[d] = count[d - 1] + who begin on d - who end on d, (G, H, T).

    Everybody begins `before` days after the start and ends `after` days after the block, (P,) each.
    """
    c, days = model.c, model.problem.days
    rows = model.m.rows(name, model.shape, exists=count >= 0)
    rows.add(1.0, count)
    rows.add(-1.0, count[:, :, :-1], rows.index[:, :, 1:])
    pair, start, length = np.nonzero(c.sent >= 0)
    column = c.sent[pair, start, length]
    role, site = c.pairs.role[pair], sites[pair]
    first = c.starts[start] + before[pair]
    last = c.starts[start] + c.lengths[length] + after[pair]
    for sign, day in ((-1.0, first), (1.0, last)):
        inside = day < days
        rows.add(sign, column[inside], rows.index[role[inside], site[inside], day[inside]])
    rows.equals(0.0)


def days_away(model: Model) -> None:
    r"""Who left is missing at home for the block and the rest after it, (G, H, T).

    .. math:: away_{gfd} = \sum z_{gfhtL} \quad t \le d < t + L + q

    The home floor is the upper bound of ``away``: n - away >= m, hard. Where a pinned block already
    takes more, nobody else may leave.
    """
    none = np.zeros(len(model.c.pairs.role), dtype=np.int64)
    rest = none + model.problem.rules.rest_days_after
    _run_of_days(model, "days_away", model.c.away, model.c.pairs.home, none, rest)


def days_here(model: Model) -> None:
    r"""Who was sent works at the host for the block without its travel days, (G, H, T).

    .. math:: here_{ghd} = \sum z_{gfhtL} \quad t + \tau \le d < t + L - \tau
    """
    pairs = model.c.pairs
    tau = model.problem.travel_days[pairs.home, pairs.host]
    _run_of_days(model, "days_here", model.c.here, pairs.host, tau, -tau)


def wanted_floor(model: Model) -> None:
    r"""What is below those who should stay is counted, (G, H, T).

    .. math:: n_{gf} - away_{gfd} + below_{gfd} \ge w_{gfd}
    """
    problem = model.problem
    rows = model.m.rows("wanted_floor", model.shape, exists=model.c.below >= 0)
    rows.add(-1.0, model.c.away)
    rows.add(1.0, model.c.below)
    rows.at_least((problem.wanted - problem.heads[:, :, None] + model.c.fixed.away).astype(float))


def role_use(model: Model) -> None:
    r"""Who works in another post or trains is somebody who is there and not needed at home.

    .. math:: \sum_u y_{ufd} + training_{gfd} \le n_{gf} - away_{gfd} + here_{gfd} - m_{gfd}
    """
    problem = model.problem
    feeds = np.zeros(model.shape[0], dtype=bool)
    feeds[[model.role_of(u) for u in range(len(problem.substitutes))]] = True
    rows = model.m.rows("role_use", model.shape, exists=feeds[:, None, None])
    model.left_for(rows, 1.0, training=True)
    model.lent(rows, -1.0)
    kept = np.minimum(problem.floor, np.maximum(0, problem.heads[:, :, None] - model.c.fixed.away))
    rows.at_most((model.there - kept).astype(float))


def cover(model: Model) -> None:
    r"""Heads at a post and those short make what the beds need, (G, H, T); short is priced.

    .. math:: n - away + here - \sum out + \sum in - training + short \ge D
    """
    problem, c = model.problem, model.c
    rows = model.m.rows("cover", model.shape, exists=c.short >= 0)
    model.lent(rows, 1.0)
    model.left_for(rows, -1.0, training=True)
    for u in range(len(problem.substitutes)):
        rows.add(1.0, c.used[u], rows.index[model.post_of(u)])
    rows.add(1.0, c.short)
    rows.at_least((problem.need - model.there).astype(float))


def lead(model: Model) -> None:
    r"""Leads are fully trained people of the role itself; what lacks is priced above all else.

    .. math:: n - away + here - \sum out + leadshort \ge leads
    """
    c = model.c
    rows = model.m.rows("lead", model.shape, exists=c.lead_short >= 0)
    model.lent(rows, 1.0)
    model.left_for(rows, -1.0, training=True)
    rows.add(1.0, c.lead_short)
    rows.at_least((model.problem.leads - model.there).astype(float))


def supervision(model: Model) -> None:
    r"""Substitutes who need watching are at most so many a trained person there, (U, H, T).

    .. math:: y_{ufd} \le \sigma_u (n - away + here - \sum out)_{kfd}
    """
    problem, c = model.problem, model.c
    for u, one in enumerate(problem.substitutes):
        if not np.isfinite(one.per_trained):
            continue
        k = model.post_of(u)
        exists = np.zeros(model.shape, dtype=bool)
        exists[k] = c.used[u] >= 0
        rows = model.m.rows(f"supervision:{one.role}>{one.post}", model.shape, exists=exists)
        rows.add(1.0, c.used[u], rows.index[k])
        model.lent(rows, -one.per_trained)
        model.left_for(rows, one.per_trained, training=True)
        rows.at_most(one.per_trained * model.there.astype(float))


def training(model: Model) -> None:
    r"""Only those who finished their training count, (U, H, T).

    .. math:: y_{ufd} \le b_{uf} + \sum_{t + c_u \le d} trained_{uft}

    b  ``Substitute.trained_before`` (H,) who were trained before the first day
    """
    problem, c = model.problem, model.c
    for u, one in enumerate(problem.substitutes):
        if not one.training_days:
            continue
        rows = model.m.rows(
            f"training:{one.role}>{one.post}", model.shape[1:], exists=c.used[u] >= 0
        )
        rows.add(1.0, c.used[u])
        done = np.arange(problem.days) >= c.starts[:, None] + one.training_days
        rows.add(-done[None].astype(float), c.trained[u][:, :, None], rows.index[:, None, :])
        before = np.array(one.trained_before or (0,) * model.shape[1], dtype=float)
        rows.at_most(before[:, None])


def frequency(model: Model) -> None:
    r"""No more leave within W weeks than may leave at all, (G, H, N).

    .. math:: \sum_{t \in (d - W, d]} z_{gfthL} \le e_{gfd}

    With everybody's window W days long this is exact: people can be found (docs/staffing.md
    section 3).
    """
    problem, c = model.problem, model.c
    window = DAYS_A_WEEK * problem.rules.min_weeks_between
    gives = np.zeros(model.shape[:2], dtype=bool)
    gives[c.pairs.role, c.pairs.home] = True
    until = np.cumsum(np.pad(c.fixed.departed, ((0, 0), (0, 0), (1, 0))), axis=2)
    before = np.maximum(0, c.starts + 1 - max(1, window))
    gone = until[:, :, c.starts + 1] - until[:, :, before]
    most = np.maximum(0, problem.eligible[:, :, c.starts] - gone)
    # A row says nothing if the next has all its starts and no more room.
    implied = (most[:, :, 1:] <= most[:, :, :-1]) & (before[1:] <= c.starts[0])
    says = np.pad(~implied, ((0, 0), (0, 0), (0, 1)), constant_values=True)
    rows = model.m.rows("frequency", most.shape, exists=gives[:, :, None] & says)
    gap = c.starts[None, :] - c.starts[:, None]
    inside = ((gap >= 0) & (gap < max(1, window))).astype(float)
    index = rows.index[c.pairs.role, c.pairs.home]
    rows.add(inside[None, :, None, :], c.sent[:, :, :, None], index[:, None, None, :])
    rows.at_most(most.astype(float))


def host_share(model: Model) -> None:
    r"""Newcomers are at most a share of those present of their role, (G, H, T).

    .. math:: here \le \kappa (n + here - away)
    """
    problem, c = model.problem, model.c
    share = problem.rules.host_share
    takes = np.zeros(model.shape[:2], dtype=bool)
    takes[c.pairs.role, c.pairs.host] = True
    exists = takes & (problem.heads > 0) & (share < 1.0)
    rows = model.m.rows("host_share", model.shape, exists=exists[:, :, None])
    rows.add(1.0 - share, c.here)
    rows.add(share, c.away)
    fixed = c.fixed
    own = share * (problem.heads[:, :, None] - fixed.away) - (1.0 - share) * fixed.here
    rows.at_most(np.maximum(0.0, own))


def most_days(model: Model) -> None:
    r"""Days away a head of no site are more than phi, (H,); a pool outside is a site too.

    .. math:: \sum L z_{gfhtL} \le \phi \sum_g n_{gf} + over

    While phi is looked for, ``over`` is 0; when whole numbers of days are tried (`fairness.py`),
    phi is 0 and the right side holds those days.
    """
    problem, c = model.problem, model.c
    people = problem.heads.sum(axis=0)
    lends = np.zeros(model.shape[1], dtype=bool)
    lends[c.pairs.home] = True
    lends |= pinned_days(problem) > 0
    rows = model.m.rows("most_days", (model.shape[1],), exists=lends)
    rows.add(
        c.lengths[None, None, :].astype(float), c.sent, rows.index[c.pairs.home][:, None, None]
    )
    rows.add(-people.astype(float), np.full(model.shape[1], c.most_days), rows.index)
    rows.add(-1.0, np.full(model.shape[1], c.over), rows.index)
    rows.at_most(-pinned_days(problem).astype(float))


def pinned_days(problem: SecondmentProblem) -> IntArray:
    """(H,) days away of the pinned blocks that begin in the plan."""
    out = np.zeros(len(problem.sites), dtype=np.int64)
    for block in problem.pinned:
        if block.start >= 1:
            out[problem.sites.index(block.home)] += block.length * block.heads
    return out


def churn(model: Model) -> None:
    r"""What differs from a published block is counted, (P, N, L).

    .. math:: z - added + dropped = \bar z
    """
    c = model.c
    rows = model.m.rows("churn", c.added.shape, exists=c.added >= 0)
    rows.add(1.0, c.sent)
    rows.add(-1.0, c.added)
    rows.add(1.0, c.dropped)
    rows.equals(model.published.astype(float))


CONSTRAINTS: tuple[Callable[[Model], None], ...] = (
    days_away,
    days_here,
    wanted_floor,
    role_use,
    cover,
    lead,
    supervision,
    training,
    frequency,
    host_share,
    most_days,
    churn,
)
