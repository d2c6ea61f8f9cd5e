"""Plans all nine shipped scenarios and writes RESULTS.md: the plan beside its rivals.

Run it alone on the machine: ``python -m benchmarks.province_table [--proof] [NAME ...]``.
``--proof`` also solves the LP with every permitted way, to say what screening the ways costs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from optimizer.domain.assemble import assemble
from optimizer.loading import load
from optimizer.planning.model import build_model
from optimizer.solving.engine import solve_arrays

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")
MARK = "<!-- province table -->"
RIVALS = ("no_transfers", "greedy", "local_only", "proportional_share", "pooled_bound")
HEADS = "no transfers | nearest free | local only | shares by beds | pooled bound"


def _run(name: str, folder: Path, *more: str) -> tuple[dict[str, Any], float]:
    """Plan one scenario in a process of its own, imports included; (plan.json, wall seconds)."""
    out = folder / "-".join((name, *more)).replace("--", "")
    command = [sys.executable, "-m", "optimizer.cli", "plan", str(ROOT / "scenarios" / name)]
    command[-1] += ".yaml"
    started = time.perf_counter()
    subprocess.run(
        [*command, "--out", str(out), "-q", *more], check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - started
    return json.loads((out / "plan.json").read_text(encoding="utf-8")), seconds


def _proof(name: str) -> float:
    """LP bound of harm with every permitted way."""
    tables, scenario, _ = load(ROOT / "scenarios" / f"{name}.yaml", None)
    model = build_model(assemble(tables, scenario).instance)
    return solve_arrays(model.compiled, model.harm).objective


def _unmet(kpis: dict[str, Any]) -> float:
    levels = kpis["unmet_patient_days"]
    return float(kpis.get("unmet_patient_days_all", sum(levels.values())))


def main() -> None:
    """Write the table."""
    names = [a for a in sys.argv[1:] if not a.startswith("--")] or sorted(
        path.stem for path in (ROOT / "scenarios").glob("*.yaml")
    )
    proof = "--proof" in sys.argv
    lines = [
        MARK,
        "",
        "Harm over all 42 days solved; unmet patient-days over the 28 shown; seconds are wall time",
        "of the whole command, imports to checked plan folder, on two cores.",
        "",
        f"| scenario | harm: plan | {HEADS} | gap % "
        f"| above the bound of all ways % | unmet: plan | {HEADS} | seconds |",
        "|---|" + "---:|" * 15,
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            plan, seconds = _run(name, Path(folder))
            harm = plan["objective"]["harm"]
            above = "–"
            if proof:
                best = _proof(name)
                above = f"{100 * (harm['value'] - best) / max(1.0, best):.3f}"
            sides = [plan["kpis"], *(plan["baselines"].get(r) for r in RIVALS)]
            harms = [f"{side['harm']:,.0f}" if side else "–" for side in sides]
            unmet = [f"{_unmet(side):,.0f}" if side else "–" for side in sides]
            cells = [name, *harms, f"{100 * harm['gap']:.4f}", above, *unmet, f"{seconds:.1f}"]
            lines.append("| " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else f"# Results\n\n{MARK}\n"
    before, _, after = text.partition(MARK)
    _, _, rest = after.partition("<!-- end of province table -->")
    RESULTS.write_text(
        before + "\n".join([*lines, "", "<!-- end of province table -->"]) + (rest or "\n"),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
