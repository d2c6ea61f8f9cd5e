"""A generated province for secondments: 40 sites, about 2,500 staff, 56 days, by seed."""

from __future__ import annotations

import numpy as np

from optimizer.domain.secondment import SecondmentProblem, SecondmentRules, Substitute

ROLES = ("DOC", "DOC_ICU", "NUR", "NUR_ICU", "TECH")
SHARES = (0.26, 0.05, 0.45, 0.13, 0.11)
SUBSTITUTES = (
    Substitute("DOC_ICU", "DOC"),
    Substitute("NUR_ICU", "NUR"),
    Substitute("NUR", "NUR_ICU", per_trained=1.0, training_days=5),
)


def province(
    seed: int = 0, sites: int = 40, staff: int = 2500, days: int = 56, pools: int = 3
) -> SecondmentProblem:
    """Return a province in a surge: a few hosts lack intensive-care people, others have some left.

    Sites lie on a 120 km square; the wave peaks at the hosts at different weeks.
    """
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.0, 0.7, sites)
    size = size / size.sum() * staff
    heads = np.stack([rng.binomial(np.round(size).astype(int), share) for share in SHARES])
    outside = rng.integers(5, 25, (len(ROLES), pools))
    heads = np.concatenate([heads, outside], axis=1).astype(np.int64)
    total = sites + pools
    at = rng.uniform(0, 120, (total, 2))
    km = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) * 1.35
    km[sites:] += 150.0
    floor = np.floor(heads * rng.uniform(0.55, 0.75, heads.shape)).astype(np.int64)
    floor[:, sites:] = 0
    wanted = np.minimum(heads, floor + np.ceil(0.1 * heads).astype(np.int64))
    wanted[:, sites:] = 0
    day = np.arange(days)
    need = np.repeat(floor[:, :, None] + (heads - floor)[:, :, None] // 3, days, axis=2)
    hosts = np.argsort(-size)[:10]
    for h in hosts:
        peak, width = rng.uniform(15, 40), rng.uniform(8, 16)
        wave = np.exp(-(((day - peak) / width) ** 2))
        for g, scale in ((0, 0.5), (1, 1.6), (2, 0.7), (3, 1.8), (4, 0.3)):
            extra = scale * heads[g, h] * wave
            need[g, h] = np.maximum(need[g, h], np.ceil(floor[g, h] + extra).astype(np.int64))
    need[:, sites:] = 0
    leads = np.zeros_like(need)
    leads[1, hosts] = np.minimum(need[1, hosts], 5)
    weight = np.array([4.0, 20.0, 4.0, 16.0, 2.0])[:, None, None] * np.ones_like(need, dtype=float)
    outside_sites = np.arange(total) >= sites
    return SecondmentProblem(
        sites=tuple(f"S{i:02d}" for i in range(sites)) + tuple(f"P{i}" for i in range(pools)),
        roles=ROLES,
        days=days,
        heads=heads,
        floor=np.repeat(floor[:, :, None], days, axis=2),
        wanted=np.repeat(wanted[:, :, None], days, axis=2),
        eligible=np.repeat(
            np.where(outside_sites, heads, np.floor(heads * 0.7)).astype(np.int64)[:, :, None],
            days,
            axis=2,
        ),
        need=need,
        leads=leads,
        weight=weight,
        may_host=~outside_sites,
        may_lend=np.ones(total, dtype=bool),
        lead_days=np.where(outside_sites, 5, 1),
        travel_days=np.where(km > 60, 1, 0).astype(np.int64),
        travel_minutes=km * 1.5,
        travel_vnd=np.round(km) * 2 * 3000.0,
        allowance_vnd=np.where(np.isin(np.arange(total), hosts), 450_000.0, 300_000.0),
        substitutes=SUBSTITUTES,
        rules=SecondmentRules(),
        pool=tuple("neighbour" if out else "" for out in outside_sites),
    )


def main() -> None:
    """Measure the case of one seed and write it into RESULTS.md."""
    import argparse
    import datetime
    import time
    from pathlib import Path

    from optimizer.staffing.secondment.solve import plan_secondments

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    problem = province(given.seed)
    wall, cpu = time.perf_counter(), time.process_time()
    plan = plan_secondments(problem, given.seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    columns, rows, nonzeros = plan.size
    goals = "\n".join(
        f"| {name} | {group.value:,.3f} | "
        + ("–" if group.bound is None else f"{group.bound:,.3f}")
        + " | "
        + ("–" if group.gap is None else f"{100 * group.gap:.3f}")
        + " |"
        for name, group in plan.groups.items()
    )
    begin, end = "<!-- secondments -->", "<!-- end of secondments -->"
    text = f"""{begin}

## Secondments: 40 sites, 3 pools outside, {int(problem.heads.sum()):,} staff, 56 days

{datetime.date.today()}, `python -m benchmarks.secondment_case --seed {given.seed} --seconds\
 {given.seconds:g}`, building included: **{cpu:.1f} s CPU**, {wall:.0f} s wall clock beside other\
 work. {columns:,} columns, {rows:,} rows, {nonzeros:,} nonzeros. {len(plan.blocks)} blocks,\
 {plan.heads_moved} people; {int(np.maximum(0, problem.need - problem.heads[:, :, None]).sum()):,}\
 head-days short at home, {plan.short.sum():,.0f} with them.

| goal | value | bound | gap % |
|---|---:|---:|---:|
{goals}

{end}"""
    results = Path(__file__).with_name("RESULTS.md")
    old = results.read_text(encoding="utf-8")
    if begin in old:
        head, _, rest = old.partition(begin)
        text = head + text + rest.partition(end)[2]
    else:
        text = old.rstrip("\n") + "\n\n" + text + "\n"
    results.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
