"""The one true sentence of a plan: what runs short, where, from when, and what the plan changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport, by_rule
from optimizer.report.indicators import total_unmet
from optimizer.report.levers import levers_used
from optimizer.report.occupancy import free_beds, strip_table


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence; `alarms` are the parts of it that name the shortage."""

    text: str
    alarms: tuple[str, ...] = ()


def worst_short_level(report: PlanReport, kpis: Mapping[str, Any]) -> str | None:
    """Return the level to speak of: that of the worst shortfall, else the highest short."""
    short = {k: d for k, d in kpis["first_short_day"].items() if d is not None}
    if not short:
        return None
    if kpis is report.kpis:
        for row in report.head.get("shortfalls", []):
            if row["care_level"] in short:
                return str(row["care_level"])
    ranked = [level for level in reversed(report.bed_levels) if level in short]
    return ranked[0] if ranked else next(iter(short))


def finding(report: PlanReport, lang: str) -> Finding:
    """Return the sentence in `lang`, from the KPIs of the plan and of its rivals."""
    level = worst_short_level(report, report.kpis)
    if level is None:
        return _enough(report, lang)
    say = translator(lang)
    first = int(report.kpis["first_short_day"][level])
    when = formats.day(report.date(first), lang)
    worst = [s for s in report.head.get("shortfalls", []) if s["care_level"] == level]
    values = {"level": report.level_name(level, lang), "date": when}
    if worst:
        place = max(worst, key=lambda s: float(s["patient_days"]))["place"]
        values["place"] = report.place_name(str(place), lang)
        text = (
            say("{level}: short today already, worst in {place}")
            if first == 1
            else say("{level}: short from {date}, worst in {place}")
        )
    else:
        text = (
            say("{level}: short today already") if first == 1 else say("{level}: short from {date}")
        )
    mark = say("short today already") if first == 1 else when
    return Finding(text.format(**values) + "; " + _against_rivals(report, lang) + ".", (mark,))


def rule_note(head: Mapping[str, Any], lang: str) -> str:
    """Say that a plan is not optimised but that of the rule; nothing for a plan of the solver."""
    if not by_rule(head):
        return ""
    return translator(lang)(
        "Not optimised: these figures are those of the nearest-free-place rule, kept because "
        "solving was stopped or found nothing in time. Solve again for an optimised plan."
    )


def plan_name(head: Mapping[str, Any], lang: str) -> str:
    """Return what the plan is called beside its rivals."""
    say = translator(lang)
    return say("plan by rule, not optimised") if by_rule(head) else say("plan")


def rivals_lack_levers(head: Mapping[str, Any]) -> bool:
    """Tell whether the plan opens levers that the plan without transfers does not have.

    Where no unit is to be worse off than without transfers, that plan may open levers too.
    """
    held = any(p.get("promise") == "no_site_worse_off" for p in head.get("promises") or ())
    return bool(levers_used(head)) and not held


def rivals_note(head: Mapping[str, Any], lang: str) -> str:
    """Say which rivals go without the levers that the plan opens; nothing without levers."""
    if not levers_used(head):
        return ""
    say = translator(lang)
    if rivals_lack_levers(head):
        return say("the plan opens levers; of its rivals only the pooled bound may")
    return say("the plan opens levers; of its rivals only no transfers and the pooled bound may")


def shortfalls_note(report: PlanReport, lang: str) -> str:
    """Say what the shortfalls are the best of."""
    say = translator(lang)
    if report.by_rule:
        return say("as the nearest-free-place rule leaves them, worst first")
    return say("the smallest the plan could find, worst first")


def free_beds_note(report: PlanReport, lang: str) -> str:
    """Say how many beds stand free on the day most people of a level are unmet; else nothing.

    Beds are then not what is short there: staff, oxygen, vehicles or distance are. Of several such
    levels the one with the most people unmet is named.
    """
    beds = free_beds(report).set_index(["care_level", "day"])["free"]
    found: list[tuple[float, str, int, float]] = []
    for level, rows in strip_table(report).groupby("care_level", sort=False):
        worst = rows.iloc[int(rows["unmet"].to_numpy().argmax())]
        unmet, day = float(worst["unmet"]), int(worst["day"])
        free = float(beds.get((level, day), 0.0)) if level in report.bed_levels else 0.0
        if unmet >= 0.5 and free >= unmet:
            found.append((unmet, str(level), day, free))
    if not found:
        return ""
    unmet, level, day, free = max(found)
    text = translator(lang)(
        "{level}: {unmet} people have no place on {date} though {free} usable beds of that level "
        "or above stand free: staff, oxygen, vehicles or distance bind."
    )
    return text.format(
        level=report.level_name(level, lang),
        unmet=formats.people(unmet, lang),
        date=formats.day(report.date(day), lang),
        free=formats.num(int(free), lang),
    )


def _against_rivals(report: PlanReport, lang: str) -> str:
    """Return what the plan changes in unmet patient-days, as the rounded figures bear out."""
    say = translator(lang)
    plan = total_unmet(report.kpis)
    mine = formats.people(plan, lang)
    rivals = {name: total_unmet(kpis) for name, kpis in report.rivals.items()}
    none, greedy = rivals.get("no_transfers"), rivals.get("greedy")
    if report.by_rule:
        text = say("the nearest-free-place rule leaves {mine} unmet patient-days")
        if none is not None:
            text = say(
                "the nearest-free-place rule leaves {mine} unmet patient-days, {theirs} without "
                "transfers"
            )
        return text.format(mine=mine, theirs=formats.people(none, lang))
    if none is None:
        return say("the plan leaves {mine} unmet patient-days").format(mine=mine)
    theirs = formats.people(none, lang)
    if rivals_lack_levers(report.head):
        return _with_levers(report, lang, plan, none, greedy)
    if mine == theirs:
        text = say("transfers leave the unmet patient-days at {mine}")
    elif plan < none:
        text = say("the plan cuts unmet patient-days from {theirs} without transfers to {mine}")
        if greedy is not None and formats.people(greedy, lang) != mine:
            other = formats.people(greedy, lang)
            text = say(
                "the plan cuts unmet patient-days from {theirs} without transfers to {mine}"
                "; the nearest-free-place rule leaves {other}"
            )
            return text.format(mine=mine, theirs=theirs, other=other)
    else:
        text = say(
            "the plan has {mine} unmet patient-days, {theirs} without transfers, but less harm"
        )
        if float(report.kpis["harm"]) >= float(report.rivals["no_transfers"]["harm"]):
            text = say("the plan has {mine} unmet patient-days, {theirs} without transfers")
    return text.format(mine=mine, theirs=theirs)


def _with_levers(
    report: PlanReport, lang: str, plan: float, none: float, greedy: float | None
) -> str:
    """Say what levers and transfers change together: the rivals have neither."""
    say = translator(lang)
    mine, theirs = formats.people(plan, lang), formats.people(none, lang)
    text = say(
        "with the levers decided and transfers the plan has {mine} unmet patient-days; without "
        "either {theirs}"
    )
    if plan >= none and float(report.kpis["harm"]) < float(report.rivals["no_transfers"]["harm"]):
        text += say("; the plan does less harm")
    text = text.format(mine=mine, theirs=theirs)
    other = mine if greedy is None else formats.people(greedy, lang)
    if other != mine:
        text += say("; the nearest-free-place rule, without levers, leaves {other}").format(
            other=other
        )
    return text


def _enough(report: PlanReport, lang: str) -> Finding:
    say = translator(lang)
    end = formats.day(report.date(report.horizon), lang)
    text = say("There is a place for everybody at every care level until {end}").format(end=end)
    none = report.rivals.get("no_transfers")
    if none is None:
        return Finding(text + ".")
    level = worst_short_level(report, none)
    both = rivals_lack_levers(report.head)
    if level is None:
        too = say("; without levers and transfers too") if both else say("; without transfers too")
        return Finding(text + too + ".")
    when = formats.day(report.date(int(none["first_short_day"][level])), lang)
    values = {
        "level": report.level_name(level, lang),
        "date": when,
        "days": formats.people(total_unmet(none), lang),
    }
    short = (
        say(
            "; without levers and transfers {level} is short from {date} ({days} unmet "
            "patient-days)"
        )
        if both
        else say("; without transfers {level} is short from {date} ({days} unmet patient-days)")
    )
    return Finding(text + short.format(**values) + ".")
