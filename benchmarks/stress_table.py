"""Plans each province when everything goes wrong, at full size, and writes RESULTS.md.

Run it alone on the machine: ``python -m benchmarks.stress_table``. Every line is a checked plan.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.province_table import RESULTS, ROOT

MARK = "<!-- stress table -->"
END = "<!-- end of stress table -->"
TROUBLES = {
    "demand x 20": "{demand_factor: 20}",
    "nobody comes": "{demand_factor: 0}",
    "all roads cut": "{roads_cut: all}",
    "no staff": "{staff_factor: 0}",
    "half the staff from day 10": "{staff_factor: 0.5, staff_from_day: 10}",
}


def main() -> None:
    """Write the table."""
    lines = [
        MARK,
        "",
        "28 days shown and 14 beyond, Delta wave; unmet patient-days of the shown days.",
        "",
        "| province | trouble | exit | unmet | deaths for want of care | first short "
        "| gap % | seconds |",
        "|---|---|---:|---:|---:|---|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for province in ("soc_trang", "cao_bang", "can_tho"):
            base = ROOT / "scenarios" / f"{province}_delta_unvaccinated.yaml"
            for name, shocks in TROUBLES.items():
                path = Path(folder) / f"{province}.yaml"
                path.write_text(
                    f"extends: {os.path.relpath(base, folder)}\nshocks: {shocks}\n",
                    encoding="utf-8",
                )
                out = Path(folder) / "plan"
                data = ROOT / "data" / "facilities" / province
                command = [sys.executable, "-m", "optimizer.cli", "plan", str(path)]
                command += ["--data", str(data), "--out", str(out), "-q"]
                started = time.perf_counter()
                done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
                seconds = time.perf_counter() - started
                plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
                kpis = plan["kpis"]
                short = [d for d in kpis["first_short_day"].values() if d is not None]
                cells = [
                    province,
                    name,
                    str(done.returncode),
                    f"{sum(kpis['unmet_patient_days'].values()):,.0f}",
                    f"{kpis['deaths_for_want_of_care']:,.0f}",
                    f"day {min(short)}" if short else "never",
                    f"{100 * plan['objective']['harm']['gap']:.4f}",
                    f"{seconds:.1f}",
                ]
                lines.append("| " + " | ".join(cells) + " |")
                print(lines[-1], flush=True)
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    before, _, after = text.partition(MARK)
    _, _, rest = after.partition(END)
    RESULTS.write_text(
        before.rstrip() + "\n\n" + "\n".join([*lines, "", END]) + (rest or "\n"), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
