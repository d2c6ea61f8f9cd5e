"""Secondments (che do luan phien co thoi han): who lends whom how many people, from when to when.

Axes: H sites (units of the province, then pools outside it), G roles, T days, P pairs (role, home,
host), N starts, L lengths. A block leaves on a day, has its travel days inside and its rest days
after: away on days [t, t + L + q), at work at the host on [t + tau, t + L - tau). Days count from 1
for people, from 0 in arrays. Mathematics: docs/staffing.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from optimizer.domain.arrays import read_only
from optimizer.domain.instance import BoolArray, FloatArray, IntArray
from optimizer.domain.plan import GroupResult

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, order=True)
class Secondment:
    """So many people of one role lent for one block."""

    role: str
    home: str
    host: str
    start: int
    """Day on which they leave, 1 = first day of the plan; 0 and below: left before it."""
    length: int
    """Days, travel inside."""
    heads: int
    pinned: bool = False

    @property
    def last(self) -> int:
        """Return the last day of the block, travel home inside, rest after it not."""
        return self.start + self.length - 1


@dataclass(frozen=True, slots=True)
class Substitute:
    """People of a role who may do the work of a post, at all or after training and watched."""

    role: str
    post: str
    per_trained: float = float("inf")
    """Of these so many for one fully trained person at the post; inf: on their own."""
    training_days: int = 0
    """Days away from their own work before they count."""
    trained_before: tuple[int, ...] = ()
    """(H,) people of the role at each site who are trained already; empty: none."""


@dataclass(frozen=True, slots=True)
class SecondmentRules:
    """What a department may decide about secondments; figures with sources in docs/staffing.md."""

    lengths: tuple[int, ...] = (14, 21, 28)
    start_every: int = 7
    """Days between two days on which people may leave."""
    rest_days_after: int = 2
    """Rest or quarantine before they work at home again."""
    min_weeks_between: int = 12
    """From leaving to leaving, one person."""
    nearest: int = 12
    """Homes in the province that a host may ask, nearest first; pools outside come on top."""
    host_share: float = 0.5
    """Most newcomers among those present of a role; 1: no limit. A role nobody has there: none."""
    lead_weight: float = 2.0
    """A missing lead counts so many times a missing head, on top of it."""
    move_vnd: float = 200_000.0
    """Price of one more person who moves, beside travel and allowance."""
    churn_vnd: float = 1_000_000.0
    """Price of one person more or fewer than a published block says."""

    def __post_init__(self) -> None:
        if not self.lengths or min(self.lengths) < 1 or self.start_every < 1:
            raise ValueError("lengths and start_every are days, at least one")


@dataclass(frozen=True, slots=True)
class SecondmentProblem:
    """Everything a secondment plan is made from."""

    sites: tuple[str, ...]
    roles: tuple[str, ...]
    days: int
    heads: IntArray
    """(G, H) people on the books."""
    floor: IntArray
    """(G, H, T) of these who stay whatever happens: routine care, protected posts. Hard."""
    wanted: IntArray
    """(G, H, T) of these who should stay: what is below is the second goal."""
    eligible: IntArray
    """(G, H, T) people who may leave on that day or before it, by consent, post and history."""
    need: IntArray
    """(G, H, T) heads the beds need, routine and wave."""
    leads: IntArray
    """(G, H, T) of these, fully trained leads of the role itself."""
    weight: FloatArray
    """(G, H, T) harm of one head short for a day."""
    may_host: BoolArray
    """(H,)."""
    may_lend: BoolArray
    """(H,)."""
    lead_days: IntArray
    """(H,) days from asking a home to the first departure."""
    travel_days: IntArray
    """(H, H) days each way, from home to host."""
    travel_minutes: FloatArray
    """(H, H) for the order of homes; inf: no road."""
    travel_vnd: FloatArray
    """(H, H) there and back, one person."""
    allowance_vnd: FloatArray
    """(H,) a day at that host."""
    substitutes: tuple[Substitute, ...] = ()
    rules: SecondmentRules = field(default_factory=SecondmentRules)
    pinned: tuple[Secondment, ...] = ()
    """Blocks that stand: decided, or begun before the first day."""
    published: tuple[Secondment, ...] = ()
    """Blocks made known but not binding; a change costs."""
    pool: tuple[str, ...] = ()
    """(H,) empty for a site of the province, else the kind of pool: neighbour, private."""
    legal_basis: tuple[str, ...] = ()
    """(H,) of lending from that home."""
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.pool:
            object.__setattr__(self, "pool", ("",) * len(self.sites))
        if not self.legal_basis:
            object.__setattr__(self, "legal_basis", ("",) * len(self.sites))
        read_only(self)

    @property
    def outside(self) -> BoolArray:
        """(H,) a pool outside the province."""
        return np.array([bool(kind) for kind in self.pool], dtype=bool)

    def travel_of(self, block: Secondment) -> int:
        """Return the travel days each way of a block."""
        home, host = self.sites.index(block.home), self.sites.index(block.host)
        return int(self.travel_days[home, host])

    def away_days(self, block: Secondment) -> range:
        """Return the days (from 0) on which the people of a block are missing at home."""
        end = block.start - 1 + block.length + self.rules.rest_days_after
        return range(max(0, block.start - 1), min(self.days, max(0, end)))

    def here_days(self, block: Secondment) -> range:
        """Return the days (from 0) on which they work at the host."""
        tau = self.travel_of(block)
        end = block.start - 1 + block.length - tau
        return range(min(self.days, max(0, block.start - 1 + tau)), min(self.days, max(0, end)))

    def moved(self, blocks: tuple[Secondment, ...]) -> tuple[IntArray, IntArray]:
        """Return away from home and here at host, (G, H, T) heads each."""
        shape = (len(self.roles), len(self.sites), self.days)
        away, here = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for block in blocks:
            g = self.roles.index(block.role)
            gone, there = self.away_days(block), self.here_days(block)
            away[g, self.sites.index(block.home), gone.start : gone.stop] += block.heads
            here[g, self.sites.index(block.host), there.start : there.stop] += block.heads
        return away, here

    def cost_vnd(self, block: Secondment) -> float:
        """Return travel and allowance of a block."""
        home, host = self.sites.index(block.home), self.sites.index(block.host)
        allowance = float(self.allowance_vnd[host]) * block.length
        return block.heads * (float(self.travel_vnd[home, host]) + allowance)


@dataclass(frozen=True, slots=True)
class Training:
    """People of a role at a site who learn to do the work of a post, from a day (1 = first)."""

    site: str
    role: str
    post: str
    start: int
    heads: int


GROUPS = ("shortage", "floors", "fairness", "burden")
"""Goals in their order of importance."""


@dataclass(frozen=True, slots=True)
class SecondmentPlan:
    """Every decision of a secondment plan, with what it reaches."""

    blocks: tuple[Secondment, ...]
    training: tuple[Training, ...]
    substituted: FloatArray
    """(U, H, T) people of substitute u at work in its post."""
    short: FloatArray
    """(G, H, T) heads short, whatever the reason."""
    lead_short: FloatArray
    """(G, H, T) leads short."""
    below_wanted: FloatArray
    """(G, H, T) heads below what should stay."""
    days_per_head: FloatArray
    """(H,) days away a head, of blocks that begin in the plan."""
    cost_vnd: float
    status: str
    """``optimal`` (all groups within 1e-6), ``feasible``, or ``no_solution_in_time`` (nobody moves
    but the pinned)."""
    groups: Mapping[str, GroupResult]
    seconds: Mapping[str, float] = field(default_factory=dict)
    size: tuple[int, int, int] = (0, 0, 0)
    """Columns, rows, nonzeros of the model."""

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def heads_moved(self) -> int:
        """Return how many people go."""
        return sum(block.heads for block in self.blocks)


def present(problem: SecondmentProblem, blocks: tuple[Secondment, ...]) -> IntArray:
    """(G, H, T) heads at each site with some blocks; pools outside have whom they did not send."""
    away, here = problem.moved(blocks)
    return np.asarray(problem.heads[:, :, None] - away + here)
