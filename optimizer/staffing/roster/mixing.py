"""Whole rosters of some people made anew at once, by mixing personal rosters.

The others stand still. Prices of what is open give new personal rosters (column generation); if
the bound of the part says that nothing better exists, that is proved at once. Otherwise people are
settled one by one, and CP-SAT chooses the best combination of all personal rosters met so far: a
crossover of everything the search has seen. The networks make this reach farther than rows would.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from optimizer.domain.roster import RosterStatus
from optimizer.staffing.roster.board import Board
from optimizer.staffing.roster.columns import PathBound
from optimizer.staffing.roster.engine import FloatArray, Search, cp_sat
from optimizer.staffing.roster.mix import Mix, Personal, Tied
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import FREE, Compiled, IntArray

BEGUN_WITH = 12
"""Personal rosters of each open person that a mix begins with."""
REMEMBERED = 150
"""Personal rosters kept of each person."""
MOST_CHOSEN_FROM = 2_000
"""Personal rosters that CP-SAT chooses from."""
ROUNDS = 40
"""Rounds of pricing in one part."""


class Mixing:
    """Chooses people and mixes their rosters anew.

    Parameters
    ----------
    model, paths
        The rows and the networks of the same columns.
    found
        The bound of everybody and what was met on the way.
    complete
        Offers a roster made of personal rosters to the board.
    seed
        Of every choice.
    """

    def __init__(
        self,
        model: Compiled,
        paths: Paths,
        found: PathBound,
        complete: Callable[[list[IntArray]], bool],
        seed: int,
    ) -> None:
        self.model, self.paths, self.complete = model, paths, complete
        self.tied = Tied(model, paths.kept)
        self.random = np.random.default_rng(seed)
        self.price = found.prices
        self.least, _ = paths.cheapest(found.prices)
        self.size = min(paths.people, 8)
        self.pool: list[dict[bytes, tuple[float, Personal]]] = [{} for _ in range(paths.people)]
        self.remember(roster for roster, _ in found.rosters)

    def added(self, roster: Personal) -> float:
        """Return what a roster costs above the cheapest of its person, at the best prices."""
        return float(self.price[roster.columns].sum() - self.least[roster.person])

    def remember(self, rosters: Iterable[Personal]) -> None:
        """Keep personal rosters; of each person those that add least."""
        for roster in rosters:
            key = np.sort(roster.columns).tobytes()
            self.pool[roster.person].setdefault(key, (self.added(roster), roster))
        for i, own in enumerate(self.pool):
            if len(own) > 2 * REMEMBERED:
                ranked = sorted(own.items(), key=lambda item: item[1][0])[:REMEMBERED]
                self.pool[i] = dict(ranked)

    def standing(self, values: IntArray) -> list[Personal]:
        """Return each person's roster in `values`."""
        own = np.nonzero((self.model.owner >= 0) & (values > 0))[0]
        owner = self.model.owner[own]
        return [self.tied.personal(i, own[owner == i]) for i in range(self.paths.people)]

    def choose(self, now: Sequence[Personal]) -> list[int]:
        """Return people, more often those whose rosters add much at the best prices."""
        added = np.array([self.added(roster) for roster in now])
        weight = np.maximum(added, 0) + 0.3 * max(float(added.mean()), 1.0)
        size = min(self.size, len(now))
        chosen = self.random.choice(len(now), size, replace=False, p=weight / weight.sum())
        return sorted(int(i) for i in chosen)

    def improve(self, board: Board, seconds: float) -> bool:
        """Make the rosters of some people anew; say whether the whole became better.

        `seconds` are CP-SAT's deterministic ones.
        """
        values, points = board.best()
        if values is None:
            return False
        now = self.standing(values)
        people = self.choose(now)
        better, easy = self.mixed(board, now, points, people, seconds)
        step = 1 if easy else -1
        self.size = int(np.clip(self.size + step, 2, self.paths.people))
        return better

    def mixed(
        self,
        board: Board,
        now: Sequence[Personal],
        points: float,
        people: Sequence[int],
        seconds: float,
    ) -> tuple[bool, bool]:
        """Return (better, easily solved) for the rosters of `people`."""
        inside = set(people)
        mix = Mix(
            self.tied,
            self.paths.only(people),
            people,
            [roster for roster in now if roster.person not in inside],
        )
        for i in people:
            mix.join(now[i])
            ranked = sorted(self.pool[i].values(), key=lambda item: item[0])[:BEGUN_WITH]
            for _, roster in ranked:
                mix.join(roster)
        bound, price, least = self.converged(mix, points, board)
        if bound >= points - 1 + 1e-6:
            return False, True
        settled = mix.dive(lambda: board.left, worth=points - 1)
        worth = points
        better = False
        if settled is not None:
            better = self.offer(now, settled, inside)
            worth = board.best()[1]
        chosen, easy = self.chosen(mix, board, price, least, worth - bound, worth, seconds)
        if chosen is not None:
            better |= self.offer(now, chosen, inside)
        self.remember(mix.rosters)
        return better, easy

    def converged(
        self, mix: Mix, points: float, board: Board
    ) -> tuple[float, FloatArray, FloatArray]:
        """Price until the mix is as cheap as it gets; return (bound, prices, least of each)."""
        best, kept_price, kept_least = -math.inf, self.price, self.least
        for _ in range(ROUNDS):
            answer = mix.solve(max(0.2, board.left))
            if answer is None or board.left <= 0:
                break
            duals = mix.sound(answer[0])
            price = mix.prices(duals)
            least, sets = mix.paths.cheapest(price)
            bound = mix.bound(duals, price, least)
            if bound > best:
                best, kept_price, kept_least = bound, price, least
            new = sum(mix.add(i, sets[i]) for i in mix.people)
            if not new or best >= points - 1 + 1e-6 or answer[2] - best < 0.2:
                break
        return best, kept_price, kept_least

    def chosen(
        self,
        mix: Mix,
        board: Board,
        price: FloatArray,
        least: FloatArray,
        near: float,
        worth: float,
        seconds: float,
    ) -> tuple[list[Personal] | None, bool]:
        """Return (the best combination of the rosters met that beats `worth`, whether proved)."""
        added = np.array([price[r.columns].sum() - least[r.person] for r in mix.rosters])
        order = np.argsort(added, kind="stable")[:MOST_CHOSEN_FROM]
        kept = [k for k in order.tolist() if added[k] <= near + 1e-6 and mix.rosters[k].lawful]
        if {mix.rosters[k].person for k in kept} != set(mix.people):
            return None, False
        model = _combination(mix, [mix.rosters[k] for k in kept], worth)
        found = cp_sat(
            model,
            Search(board.left, deterministic=seconds, seed=int(self.random.integers(2**30))),
            stop=board.stop,
        )
        easy = found.status in (RosterStatus.optimal, RosterStatus.infeasible)
        if found.values is None:
            return None, easy
        shared = len(self.tied.shared)
        picked = np.nonzero(found.values[shared:])[0]
        return [mix.rosters[kept[k]] for k in picked], easy

    def offer(self, now: Sequence[Personal], changed: Sequence[Personal], inside: set[int]) -> bool:
        """Offer a whole roster; shared columns are settled by CP-SAT."""
        rosters = [roster for roster in now if roster.person not in inside] + list(changed)
        return self.complete([roster.columns for roster in rosters])


def _combination(mix: Mix, rosters: Sequence[Personal], worth: float) -> Compiled:
    """Return the choice of one of `rosters` for each open person, cheaper than `worth`."""
    tied, model = mix.tied, mix.tied.model
    shared, rows = len(tied.shared), len(tied.rows)
    width = shared + len(rosters)
    person = np.array([mix.place[r.person] for r in rosters], dtype=np.int64)
    sizes = [len(r.rows) for r in rosters]
    cost = np.concatenate([model.cost[tied.shared], [int(r.cost) for r in rosters]])
    priced = np.nonzero(cost)[0]
    limit = rows + len(mix.people)
    row = np.concatenate(
        [
            tied.shared_entries[0],
            *(r.rows for r in rosters),
            rows + person,
            np.full(len(priced), limit, dtype=np.int64),
        ]
    )
    column = np.concatenate(
        [
            tied.shared_entries[1],
            shared + np.repeat(np.arange(len(rosters)), sizes),
            shared + np.arange(len(rosters)),
            priced,
        ]
    )
    value = np.concatenate(
        [
            tied.shared_entries[2],
            *(r.values for r in rosters),
            np.ones(len(rosters)),
            cost[priced].astype(float),
        ]
    )
    order = np.lexsort((column, row))
    ones = np.ones(len(mix.people))
    low = np.concatenate([mix.low, ones, [-np.inf]])
    high = np.concatenate([mix.high, ones, [worth - 1 - mix.constant]])
    count = limit + 1
    return Compiled(
        low=np.concatenate([model.low[tied.shared], np.zeros(len(rosters), dtype=np.int64)]),
        high=np.concatenate([model.high[tied.shared], np.ones(len(rosters), dtype=np.int64)]),
        cost=cost.astype(np.int64),
        owner=np.full(width, -1, dtype=np.int64),
        start=np.searchsorted(row[order], np.arange(count + 1)).astype(np.int64),
        column=column[order].astype(np.int64),
        coefficient=np.round(value[order]).astype(np.int64),
        row_low=np.where(np.isfinite(low), low, -FREE).astype(np.int64),
        row_high=np.where(np.isfinite(high), high, FREE).astype(np.int64),
        rule=np.zeros(count, dtype=np.int64),
        rules=("mix",),
        places=((),) * count,
        constant=round(mix.constant),
    )
