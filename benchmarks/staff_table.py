"""How much capacity was an illusion: beds with and without people, and with secondments.

python -m benchmarks.staff_table [--set KEY=VALUE ...] [--folders DIR]

Runs `referral staff` on the Delta scenario of each province and writes the table into RESULTS.md;
with --folders it takes staff folders that the command has written there, one for each scenario.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
from pathlib import Path
from typing import Any

from optimizer.staffed import second_province

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
SCENARIOS = (
    "soc_trang_delta_unvaccinated",
    "can_tho_delta_unvaccinated",
    "cao_bang_delta_unvaccinated",
)
BEGIN, END = "<!-- staff -->", "<!-- end of staff -->"
HEAD = """| scenario | days | bed-days in vain | share % | peak beds | harm: people no limit |\
 everybody at home | with secondments | lent freely (bound) | people lent | million VND | minutes |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def row(scenario: str, told: dict[str, Any]) -> str:
    """One row of the table."""
    harm, illusion = told["harm"], told["illusion"]
    cells = [
        scenario,
        told["shown_days"],
        f"{illusion['bed_days']:,.0f}",
        f"{100 * illusion['share']:.1f}",
        f"{illusion['peak_beds']:,.0f}",
        f"{harm['beds_without_people']:,.1f}",
        f"{harm['everybody_at_home']:,.1f}",
        f"{harm['with_secondments']:,.1f}",
        f"{harm['lent_freely']:,.1f}",
        told["heads_moved"],
        f"{told['cost_vnd'] / 1e6:,.0f}",
        f"{sum(told['seconds'].values()) / 60:.1f}",
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def rounds(scenario: str, told: dict[str, Any]) -> str:
    """Harm by round, and the gap of each round's shortage."""
    parts = [
        f"{one['harm']:,.1f}" + ("" if one["kept"] else " (not kept)") for one in told["rounds"]
    ]
    return f"- {scenario}: {told['harm']['everybody_at_home']:,.1f} -> " + " -> ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", dest="settings", action="append", default=[])
    parser.add_argument("--folders", type=Path)
    given = parser.parse_args()
    rows, history = [], []
    alone = True  # no day is solved beyond those shown
    for scenario in SCENARIOS:
        if given.folders:
            path = given.folders / scenario / "staff.json"
            if not path.exists():
                continue
            told = json.loads(path.read_text(encoding="utf-8"))
        else:
            with tempfile.TemporaryDirectory() as folder:
                told = second_province(
                    ROOT / "scenarios" / f"{scenario}.yaml",
                    out=Path(folder) / "staff",
                    settings=given.settings,
                )
        alone &= told["days"] == told["shown_days"]
        rows.append(row(scenario, told))
        history.append(rounds(scenario, told))
    settings = "".join(f" --set {one}" for one in given.settings)
    if given.folders and alone:
        settings = " --set horizon_days=DAYS --set beyond_days=0"
    text = "\n".join(
        [
            BEGIN,
            "",
            "## Staff: how much capacity was an illusion",
            "",
            f"{datetime.date.today()}, `referral staff SCENARIO{settings}`, two cores beside other "
            "work (minutes are wall clock).",
            "Bed-days in vain: patients whom the plan without people puts into beds "
            "that no team covers.",
            "",
            HEAD,
            *rows,
            "",
            "Harm by round (`--rounds` as many as listed), from everybody at home:",
            "",
            *history,
            "",
            END,
        ]
    )
    old = RESULTS.read_text(encoding="utf-8")
    if BEGIN in old:
        head, _, rest = old.partition(BEGIN)
        text = head + text + rest.partition(END)[2]
    else:
        text = old.rstrip("\n") + "\n\n" + text + "\n"
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
