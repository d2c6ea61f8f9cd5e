"""What two hands found, in words: one line a case, what is wrong, what was not compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optimizer.errors import Problem
from optimizer.i18n import translator

MOST_LINES = 12
"""Cases told one by one; of more only those that do not agree."""


def _case_line(case: Mapping[str, Any], lang: str) -> str:
    say = translator(lang)
    parts = [f"{case['name']}: {say(case['status'])}"]
    for group in case["groups"]:
        parts.append(
            f"{say(group['name'])} {group['planner']:.9g} | {group['second']:.9g}"
            f" ({group['difference']:+.1e})"
        )
    sizes = " | ".join(f"{size[0]} × {size[1]}" for size in case["sizes"].values())
    seconds = " | ".join(f"{spent:.2f} s" for spent in case["seconds"].values())
    return "  ".join([*parts, sizes, seconds])


def fault_text(fault: Problem, lang: str) -> str:
    """Return a fault in `lang`, the name of its group included."""
    group = fault.values.get("group")
    if isinstance(group, str):
        fault = replace(fault, values={**fault.values, "group": translator(lang)(group)})
    return fault.render(lang)


def witness_text(told: Mapping[str, Any], faults: Mapping[str, list[Problem]], lang: str) -> str:
    """Return the findings of `referral crosscheck` as text; `faults` by case."""
    say = translator(lang)
    lines = []
    if told["scope"] == "samples":
        lines.append(
            say(
                "{name}: the second formulation would have about {count} coefficients, too many "
                "for CBC. Compared are {samples} samples: some clusters, {days} days each, begun "
                "as the nearest-free-place rule stands. The scenario as a whole was not compared."
            ).format(
                name=told["name"],
                count=f"{told['coefficients']:,}",
                samples=len(told["cases"]),
                days=told["sample_days"],
            )
        )
    if told["scope"] != "whole":
        lines.append(say("Seed {seed}.").format(seed=told["seed"]))
    lines.append(say("Planner | second formulation: objectives, columns × rows, seconds."))
    cases = told["cases"]
    if len(cases) > MOST_LINES:
        cases = [case for case in cases if case["status"] != "agree"]
    for case in cases:
        lines.append("  " + _case_line(case, lang))
        lines += [f"    {fault_text(fault, lang)}" for fault in faults.get(case["name"], ())]
        if case.get("kept"):
            lines.append("    " + say("Kept in {folder}.").format(folder=case["kept"]))
    lines.append(
        say("{agree} of {count} agree; largest difference {difference}.").format(
            agree=told["agree"],
            count=len(told["cases"]),
            difference=f"{told['largest_difference']:.1e}",
        )
    )
    if told.get("kept_plan"):
        lines.append(
            say("The better checked plan ({hand}, harm {harm}) is kept in {folder}.").format(
                hand=say(told["kept_plan"]["hand"]),
                harm=f"{told['kept_plan']['harm']:.9g}",
                folder=told["kept_plan"]["folder"],
            )
        )
    return "\n".join(lines)
