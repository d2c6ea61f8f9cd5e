"""A strong bound: a mix of whole personal rosters against the rows that tie people together.

Column generation: the mix (GLOP) prices days and shifts by its duals; the networks give each
person's cheapest roster at those prices, which joins the mix. The bound is taken from the prices
alone (Lagrange), so it holds at any point of the search and rests on no tolerance of the linear
program.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from optimizer.staffing.roster.engine import FloatArray, Signal
from optimizer.staffing.roster.mix import Mix, Personal, Tied
from optimizer.staffing.roster.paths import Paths
from optimizer.staffing.roster.rows import Compiled, IntArray

KEPT_ROSTERS = 15
"""Personal rosters of each person that a dive begins with."""


@dataclass(frozen=True, slots=True)
class PathBound:
    """The best bound of the search and what proves it.

    Parameters
    ----------
    bound
        Points; -inf if none was reached.
    prices
        Of each column: what it costs after the rows that tie people together are paid for.
    rosters
        Personal rosters that were tried, with their weights in the last mix.
    rounds, seconds
        Of the search.
    """

    bound: float
    prices: FloatArray
    rosters: tuple[tuple[Personal, float], ...]
    rounds: int
    seconds: float


def path_bound(
    model: Compiled,
    paths: Paths,
    seconds: float,
    stop: Signal | None = None,
) -> PathBound:
    """Search the bound of mixed personal rosters.

    Parameters
    ----------
    model, paths
        The rows and the networks of the same columns.
    seconds
        Wall time to spend.
    stop
        Ends the search when it is set.
    """
    began = time.perf_counter()
    mix = Mix(Tied(model, paths.kept), paths, range(paths.people))
    duals = np.zeros(len(mix.tied.rows))
    best, best_price, centre = -math.inf, mix.prices(duals), duals
    weights: FloatArray = np.zeros(0)
    smooth, rounds = 0.0, 0
    while time.perf_counter() - began < seconds and not (stop and stop.is_set()):
        rounds += 1
        trial = mix.sound(smooth * centre + (1 - smooth) * duals)
        price = mix.prices(trial)
        least, sets = paths.cheapest(price)
        bound = mix.bound(trial, price, least)
        if bound > best:
            best, best_price, centre = bound, price, trial
        new = sum(mix.add(i, columns) for i, columns in enumerate(sets))
        if not new and smooth == 0.0:
            break
        if not new:
            smooth = 0.0
            continue
        answer = mix.solve(max(0.5, seconds - (time.perf_counter() - began)))
        if answer is None:
            break
        duals, weights, points = answer
        smooth = 0.7 if rounds > 2 else 0.0
        if points - best < 1e-6 * max(1.0, abs(points)):
            break
    known = np.zeros(len(mix.rosters))
    known[: len(weights)] = weights
    kept = tuple(zip(mix.rosters, known.tolist(), strict=True))
    return PathBound(best, best_price, kept, rounds, time.perf_counter() - began)


def best_of(found: PathBound, people: int) -> list[Personal]:
    """Return the rosters of the last mix, and of each person the cheapest others."""
    price = found.prices
    ranked: list[list[tuple[float, int]]] = [[] for _ in range(people)]
    for k, (roster, weight) in enumerate(found.rosters):
        points = -math.inf if weight > 1e-6 else float(price[roster.columns].sum())
        ranked[roster.person].append((points, k))
    kept = [k for own in ranked for _, k in sorted(own)[:KEPT_ROSTERS]]
    return [found.rosters[k][0] for k in sorted(kept)]


def dive(
    model: Compiled, paths: Paths, found: PathBound, seconds: float, stop: Signal | None = None
) -> list[IntArray] | None:
    """Return a whole roster for everybody, near the bound: settle one person after the other.

    Parameters
    ----------
    found
        Rosters and prices to begin with.
    seconds
        Wall time to spend.
    stop
        Ends the search when it is set.

    Returns
    -------
    For each person the columns set to 1; None if time ran out or rows cannot be kept this way.
    """
    began = time.perf_counter()
    mix = Mix(Tied(model, paths.kept), paths, range(paths.people))
    for roster in best_of(found, paths.people):
        mix.join(roster)

    def left() -> float:
        if stop is not None and stop.is_set():
            return 0.0
        return seconds - (time.perf_counter() - began)

    chosen = mix.dive(left)
    return None if chosen is None else [roster.columns for roster in chosen]
