"""The plan in words a coordinator reads on a terminal.

KPIs beside the rivals, first shortfalls, today's moves.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimizer.i18n import translator
from optimizer.report.diseases import disease_lines
from optimizer.report.findings import plan_name, rivals_note, rule_note
from optimizer.report.folder import PlanReport, by_rule, read_plan_folder
from optimizer.report.formats import num
from optimizer.report.levers import lever_lines
from optimizer.report.needs import need_lines
from optimizer.report.promises import promise_lines

ASSUMED = "≈"
"""Mark of what rests on assumed figures."""
ARROW = {"step_up": "↑", "step_down": "↓", "lateral": "→", "out_of_province": "⇢"}


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(values: Sequence[float], lang: str) -> list[str]:
    """Return the figures of one row, all with as many digits as the row needs."""
    told = [abs(value) for value in values if not math.isnan(value)]
    whole = max(told, default=0.0) >= 100 or all(value == round(value) for value in told)
    return [num(value, lang, 0 if whole else 1) for value in values]


def _number(value: float, lang: str) -> str:
    return _numbers([value], lang)[0]


def kpi_rows(
    heads: Sequence[str],
    sides: Sequence[Mapping[str, Any]],
    lang: str,
    level_names: Mapping[str, str],
) -> list[list[str]]:
    """Return a table of KPIs, one column a side; the first side lists the care levels."""
    say = translator(lang)
    levels = list(sides[0]["unmet_patient_days"])
    rows = [["", *heads]]

    def add(label: str, pick: Any) -> None:
        values = []
        for side in sides:
            try:
                values.append(float(pick(side)))
            except (KeyError, TypeError):
                values.append(math.nan)
        rows.append([label, *_numbers(values, lang)])

    add(say("harm (all days solved)"), lambda k: k["harm"])
    for level in reversed(levels):
        name = say("unmet patient-days, {level}").format(level=level_names.get(level, level))
        add(name, lambda k, level=level: k["unmet_patient_days"][level])
    add(say("deaths for want of care (model)"), lambda k: k["deaths_for_want_of_care"])
    add(say("corridor patient-days"), lambda k: k["corridor_patient_days"])
    if any(side.get("beds_lost") for side in sides):
        add(say("lost their bed: staff or beds fell"), lambda k: k["beds_lost"])
    add(say("transfers up"), lambda k: k["transfers"]["step_up"])
    add(say("transfers down"), lambda k: k["transfers"]["step_down"])
    add(
        say("sent out of the province"),
        lambda k: k["transfers"]["out_of_province"] + k["admissions_out_of_province"],
    )
    if any(side.get("admissions_elsewhere") for side in sides):
        add(say("admitted elsewhere than at home"), lambda k: k["admissions_elsewhere"])
    return rows


def aligned(rows: list[list[str]]) -> list[str]:
    """Return the lines of a table, the first column left, the others right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


def _people(row: Mapping[str, str], who: Mapping[str, str]) -> str:
    """How many are moved and how ill they are; ≈ where the row rests on assumed figures."""
    mark = f"{ASSUMED} " if row["confidence"] == "assumed" else ""
    return f"{mark}{float(row['patients']):.0f} × {who.get(row['class_id'], row['class_id'])}"


def _today(
    folder: Path, summary: Mapping[str, Any], names: Mapping[str, str], lang: str
) -> list[str]:
    """Moves of day 1, then the places kept on days 2 and 3."""
    say = translator(lang)
    who = summary.get("class_names", {}).get(lang, {})
    lines = []
    for row in _table(folder / "transfers.csv"):
        if row["day"] == "1":
            sender = names.get(row["from_unit"], row["from_unit"])
            receiver = names.get(row["to_unit"], row["to_unit"])
            lines.append(f"  {sender} {ARROW[row['direction']]} {receiver}: {_people(row, who)}")
    for row in _table(folder / "admissions.csv"):
        if row["day"] == "1" and row["observed"] == "1":
            sender, receiver = (names.get(row[k], row[k]) for k in ("area", "unit"))
            lines.append(f"  {sender} → {receiver}: {_people(row, who)}")
    kept = [r for r in _table(folder / "places_kept.csv") if float(r["places"]) > 0]
    more = len(lines) - 12
    if more > 0:
        lines = [
            *lines[:12],
            "  " + say("… and {count} more in transfers.csv and admissions.csv").format(count=more),
        ]
    head = [say("Today's moves (people):")]
    if not lines:
        lines = ["  " + say("nobody observed this morning needs to move")]
    mark = f"{ASSUMED} " if any(row["confidence"] == "assumed" for row in kept) else ""
    total = mark + str(sum(int(float(row["places"])) for row in kept))
    tail = [say("Places kept for days 2 and 3: {total} (places_kept.csv)").format(total=total)]
    if any(f": {ASSUMED} " in line for line in (*lines, *tail)):
        tail.append(f"  {ASSUMED} " + say("rests on assumed data"))
    return [*head, *lines, *tail]


def _status(summary: Mapping[str, Any], lang: str) -> str:
    """How good the plan is known to be: by its bound, or without one."""
    say = translator(lang)
    gap, seconds = summary["objective"]["harm"]["gap"], _number(summary["seconds"]["so far"], lang)
    if summary["status"] == "rule":
        return say(
            "Status: nearest free place, a rule; no bound; checked independently; {seconds} s"
        ).format(seconds=seconds)
    if gap is None:
        return say(
            "Status {status}: no bound proved in time; checked independently; {seconds} s"
        ).format(status=say(summary["status"]), seconds=seconds)
    return say(
        "Status {status}: {gap} % above the LP bound of the {offered} ways offered "
        "({permitted} permitted); checked independently; {seconds} s"
    ).format(
        status=say(summary["status"]),
        gap=f"{100 * gap:.3f}".replace(".", "," if lang == "vi" else "."),
        offered=summary["ways"]["offered"],
        permitted=summary["ways"]["permitted"],
        seconds=seconds,
    )


def _fairness(summary: Mapping[str, Any], names: Mapping[str, str], lang: str) -> list[str]:
    """The area that waits longest, and what holding it down cost."""
    say, worst = translator(lang), summary["kpis"].get("worst_area_waiting")
    if not worst or worst["days_per_patient"] < 0.005:
        return []
    place = names.get(worst["area"], worst["area"])
    days = num(worst["days_per_patient"], lang, 2)
    text = say("Longest wait: {place}, {days} days a new patient").format(place=place, days=days)
    cost = summary.get("fairness_cost")
    if cost:
        text += say("; without fairness {before}; its price: harm {harm}, burden {burden}").format(
            before=num(cost["worst_area_without"], lang, 2),
            harm=num(cost["harm"], lang, 2),
            burden=num(cost["burden"], lang, 1),
        )
    return [text, *_equity(summary, names, lang), ""]


def _equity(summary: Mapping[str, Any], names: Mapping[str, str], lang: str) -> list[str]:
    """How far the worst cluster and the remote communes are from the others."""
    say, gaps = translator(lang), summary.get("equity") or {}
    lines = []
    if gaps.get("worst_gap_days") is not None:
        text = say("Worst cluster {place}: {gap} days a new patient more than all together")
        place = names.get(gaps["worst_cluster"], gaps["worst_cluster"])
        lines.append("  " + text.format(place=place, gap=num(gaps["worst_gap_days"], lang, 2)))
    if gaps.get("remote_gap_days") is not None:
        text = say(
            "Remote communes against the others: {days} days a new patient, P90 {minutes} min"
        )
        minutes = gaps["remote_gap_p90_minutes"]
        lines.append(
            "  "
            + text.format(
                days=num(gaps["remote_gap_days"], lang, 2, signed=True),
                minutes=num(minutes, lang, 0, signed=True),
            )
        )
    return lines


def _bottlenecks(report: PlanReport, lang: str) -> list[str]:
    """Say in how many places and days each kind of capacity holds patients back.

    Units by `binding` of capacity.csv; vehicles of clusters and places outside the province by
    bottlenecks.csv, of several classes of one cluster the one that binds on most days.
    """
    say = translator(lang)
    folder, shown = report.path, report.horizon
    words = {
        "beds": say("beds"),
        "devices": say("devices"),
        "oxygen_flow": say("oxygen flow"),
        "oxygen_stock": say("oxygen in store"),
        "reserve": say("reserve promised"),
        "reception": say("limits on reception"),
        "staff": say("staff {role}"),
        "supervision": say("supervision {role}"),
    }
    beyond = {"vehicle_minutes": say("vehicles"), "outside_place": say("places outside")}
    found: dict[str, set[tuple[str, str]]] = {}
    for row in _table(folder / "capacity.csv"):
        for term in filter(None, row.get("binding", "").split(";")):
            if int(row["day"]) <= shown:
                found.setdefault(term, set()).add((row["unit"], row["day"]))
    days: dict[tuple[str, str, str], int] = {}
    for row in _table(folder / "bottlenecks.csv"):
        if row["resource"] in beyond:
            at = (row["resource"], row["place"], row["week"])
            days[at] = max(days.get(at, 0), int(row["days_binding"]))
    counts = {name: len(where) for name, where in found.items()}
    for (kind, _, _), count in days.items():
        counts[kind] = counts.get(kind, 0) + count
    said = []
    for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        word, _, role = name.partition(":")
        text = (words | beyond)[word].format(role=report.role_name(role, lang))
        said.append(f"{text} {_number(count, lang)}")
    lines = []
    if said:
        text = say("What holds patients back (places x days): {terms}")
        lines.append(text.format(terms=", ".join(said)))
    hours = [
        (float(row["hours_to_empty"]), row["unit"], row["day"])
        for row in _table(folder / "oxygen.csv")
        if row["hours_to_empty"] and int(row["day"]) <= shown and float(row["drawn_lpm"]) > 0
    ]
    if hours:
        least, unit, day = min(hours)
        text = say("Oxygen runs lowest at {unit} on day {day}: {hours} h if nothing comes")
        name = report.place_name(unit, lang)
        lines.append(text.format(unit=name, day=day, hours=_number(least, lang)))
    return lines


def summary_text(folder: Path, summary: Mapping[str, Any], lang: str) -> str:
    """Return the summary of a plan folder in `lang`."""
    say = translator(lang)
    report = read_plan_folder(folder)
    names = report.names[lang]
    level_names = {k: report.level_name(k, lang) for k in report.levels["care_level"]}
    rivals = ("no_transfers", "greedy", "local_only", "proportional_share", "pooled_bound")
    sides = [summary["kpis"], *(summary["baselines"].get(name, {}) for name in rivals)]
    heads = [
        plan_name(summary, lang),
        say("no transfers"),
        say("nearest free"),
        say("local only"),
        say("shares by beds"),
        say("pooled bound"),
    ]
    lines = [
        summary["title"][lang],
        say("Plan {id}, {start}, {days} days shown, {solved} solved").format(
            id=summary["plan_id"],
            start=summary["start_date"],
            days=summary["horizon_days"],
            solved=summary["solved_days"],
        ),
        _status(summary, lang),
        *([rule_note(summary, lang)] if by_rule(summary) else []),
        "",
        *aligned(kpi_rows(heads, sides, lang, level_names)),
        *([f"  {note}"] if (note := rivals_note(summary, lang)) else []),
        "",
    ]
    lines += [*disease_lines(summary, lang), *_fairness(summary, names, lang)]
    short = summary["shortfalls"][:6]
    if short:
        lines.append(say("Where it breaks first (unmet, patients):"))
        for one in sorted(short, key=lambda s: (s["first_day"], -s["patient_days"])):
            lines.append(
                "  "
                + say("{place}, {level}: from day {day}, at most {peak} on day {peak_day}").format(
                    place=names.get(one["place"], one["place"]),
                    level=level_names.get(one["care_level"], one["care_level"]),
                    day=one["first_day"],
                    peak=_number(one["peak_patients"], lang),
                    peak_day=one["peak_day"],
                )
            )
    else:
        lines.append(say("Nobody goes without a place in the days shown."))
    lines += _bottlenecks(report, lang)
    lines += promise_lines(summary, level_names, lang)
    lines += lever_lines(summary, lang)
    lines += need_lines(summary, lang)
    lines += ["", *_today(folder, summary, names, lang), ""]
    lines.append(say("Assumptions that decide this result:"))
    lines += [
        f"  {ASSUMED} " + one[f"text_{lang}"]
        for one in summary["assumptions"]
        if one["key"].startswith("staff.") and isinstance(one["value"], dict)
    ]
    matters = (summary.get("explanation") or {}).get("matters") or []
    if matters:
        lines.append(say("Which assumption matters most (to first order, plan not solved again):"))
        lines += [f"  {ASSUMED} " + one[f"text_{lang}"] for one in matters]
    share = 100 * summary["confidence_share"].get("assumed", 0.0)
    lines += [f"  · {note}" for note in summary.get("notes", ())]
    late = summary.get("not_counted", {})
    if late.get("rows"):
        text = say(
            "{rows} rows of arrivals with {patients} patients come after the last day solved: "
            "not counted"
        )
        patients = _number(late["patients"], lang)
        lines.append("  · " + text.format(rows=late["rows"], patients=patients))
    lines.append(
        "  "
        + say("{share} of the usable beds rest on assumed figures").format(share=f"{share:.0f} %")
    )
    lines.append(say("Decision support for places, routes and staff; not medical advice."))
    return "\n".join(lines)
