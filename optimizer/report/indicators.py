"""The six figures of the Situation page, of the plan and of each of its rivals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.i18n import translator
from optimizer.report import formats
from optimizer.report.folder import PlanReport

RIVALS = ("greedy", "no_transfers", "local_only", "proportional_share", "pooled_bound")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: how it is read and written; `better` is lower, higher or empty."""

    key: str
    label: str
    unit: str
    better: str
    read: Callable[[Mapping[str, Any]], float | None]
    share: bool = False
    digits: int = 0

    def write(self, value: float | None, lang: str, *, signed: bool = False) -> str:
        """Return the figure without its unit."""
        value = self._scaled(value)
        return formats.num(value, lang, self._digits(value), signed=signed)

    def difference(self, mine: float | None, theirs: float | None, lang: str) -> str:
        """Return mine less theirs, of the figures as written, so that the page adds up."""
        a, b = self._scaled(mine), self._scaled(theirs)
        if a is None or b is None:
            return formats.NONE
        gain = round(a, self._digits(a)) - round(b, self._digits(b))
        digits = max(self._digits(a), self._digits(b)) if abs(gain) < 9.95 else self.digits
        return formats.num(gain, lang, digits, signed=True)

    def _scaled(self, value: float | None) -> float | None:
        return value * 100 if value is not None and self.share else value

    def _digits(self, value: float | None) -> int:
        small = value is not None and abs(value) < 9.95 and abs(value - round(value)) > 0.05
        return max(self.digits, 1) if small and not self.share else self.digits


def total_unmet(kpis: Mapping[str, Any]) -> float:
    """Return the unmet patient-days of all care levels; of a bound the least of all together."""
    levels = kpis["unmet_patient_days"]
    return float(kpis.get("unmet_patient_days_all", sum(levels.values())))


def total_transfers(kpis: Mapping[str, Any]) -> float | None:
    """Return the transfers of all directions; None of a bound, which has none."""
    return float(sum(kpis["transfers"].values())) if "transfers" in kpis else None


def indicators(report: PlanReport, lang: str) -> list[Indicator]:
    """Return the six indicators in the order of the page."""
    say = translator(lang)
    top = report.bed_levels[-1]
    top_name = report.level_short(top, lang)

    def unmet_top(kpis: Mapping[str, Any]) -> float:
        return float(kpis["unmet_patient_days"].get(top, 0.0))

    return [
        Indicator(
            "unmet", say("Unmet patient-days, all levels"), say("pt-days"), "lower", total_unmet
        ),
        Indicator(
            "unmet_top",
            say("Unmet patient-days, {level}").format(level=top_name),
            say("pt-days"),
            "lower",
            unmet_top,
        ),
        Indicator(
            "in_time",
            say("Placed in time"),
            "%",
            "higher",
            lambda k: _float(k.get("placed_in_time_share")),
            share=True,
            digits=1,
        ),
        Indicator(
            "deaths",
            say("Deaths for want of care (modelled)"),
            say("people"),
            "lower",
            lambda k: _float(k.get("deaths_for_want_of_care")),
        ),
        Indicator(
            "worst",
            say("Busiest unit"),
            "%",
            "lower",
            lambda k: _float((k.get("worst_unit") or {}).get("share")),
            share=True,
        ),
        Indicator(
            "transfers",
            say("Transfers in {days} days").format(days=report.horizon),
            say("people"),
            "",
            total_transfers,
        ),
    ]


def rival_name(rival: str, lang: str) -> str:
    """Return what a baseline is called."""
    say = translator(lang)
    return {
        "greedy": say("nearest free"),
        "no_transfers": say("no transfers"),
        "local_only": say("local only"),
        "proportional_share": say("shares by beds"),
        "pooled_bound": say("pooled bound"),
    }.get(rival, rival)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
