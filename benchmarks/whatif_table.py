"""How much faster a what-if is than the cold solve of the same LP; writes RESULTS.md.

``python -m benchmarks.whatif_table [SCENARIO]``: opens the full LP (28 + 14 days), asks for beds,
staff and patients one after another, and solves the same LP cold for each kind once.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from optimizer.domain.assemble import assemble
from optimizer.domain.instance import Instance
from optimizer.loading import load
from optimizer.planning import baselines
from optimizer.planning.live import LiveModel
from optimizer.planning.screen import offered_ways, with_ways
from optimizer.planning.solve import solve_plan

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")
MARK, END = "<!-- what-if table -->", "<!-- end of what-if table -->"
ASKED = 8


def variants(inst: Instance, kind: str, dice: np.random.Generator) -> list[Instance]:
    """Return instances with one figure changed each."""
    out = []
    for _ in range(ASKED):
        if kind == "one bed more":
            f, k = dice.choice(np.argwhere(inst.listed))
            beds = inst.beds.copy()
            beds[f, k] += 1
            out.append(inst.changed(beds=beds))
        elif kind in ("one on duty more", "one on duty fewer from day 10"):
            f, r = dice.choice(np.argwhere(inst.staff.max(axis=2) >= 1))
            staff = inst.staff.copy()
            if kind == "one on duty more":
                staff[f, r] += 1
            else:
                staff[f, r, 9:] -= np.minimum(1.0, staff[f, r, 9:])
            out.append(inst.changed(staff=staff, fallen=None))
        else:
            f, s = dice.choice(np.argwhere(inst.able))
            boarding = inst.census_boarding.copy()
            boarding[f, s] += 1
            out.append(inst.changed(census_boarding=boarding))
    return out


KINDS = ("one bed more", "one patient more", "one on duty fewer from day 10", "one on duty more")


def main() -> None:
    """Write the table."""
    name = sys.argv[1] if len(sys.argv) > 1 else "soc_trang_delta_unvaccinated"
    tables, scenario, _ = load(ROOT / "scenarios" / f"{name}.yaml", None)
    inst = assemble(tables, scenario).instance
    rule, _ = baselines.greedy(inst)
    inst = with_ways(inst, *offered_ways(inst, rule))
    plan = solve_plan(inst)
    live = LiveModel(inst, plan.surge_beds, plan.start)
    started = time.process_time()
    live.cold(inst)
    cold = time.process_time() - started
    lines = [
        MARK,
        "",
        f"`python -m benchmarks.whatif_table {name}`: CPU seconds; cold solve of the same LP "
        f"{cold:.1f} s; {ASKED} figures of each kind, each asked alone after the unchanged plan.",
        "",
        "| changed for all days | median s | largest s | cold / median | cold / largest "
        "| apart from cold |",
        "|---|" + "---:|" * 5,
    ]
    dice = np.random.default_rng(7)
    for kind in KINDS:
        spent, apart = [], 0.0
        for number, changed in enumerate(variants(inst, kind, dice)):
            live.ask(inst)
            started = time.process_time()
            reply = live.ask(changed)
            spent.append(time.process_time() - started)
            if number == 0:
                other = live.cold(changed).objective
                apart = abs(reply.plan.harm.value - other) / max(1.0, abs(other))
        lines.append(
            f"| {kind} | {median(spent):.2f} | {max(spent):.2f} | {cold / median(spent):.0f} "
            f"| {cold / max(spent):.0f} | {apart:.0e} |"
        )
        print(lines[-1], flush=True)
    text = RESULTS.read_text(encoding="utf-8")
    before, _, after = text.partition(MARK)
    _, _, rest = after.partition(END)
    RESULTS.write_text(before + "\n".join([*lines, "", END]) + (rest or "\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
