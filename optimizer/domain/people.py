"""Who works where, one row model for each staff table of docs/data-format.md section 3.

These tables are read by what plans people, never by the plan of beds.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from optimizer.domain.cover import DutyShift, WorkTime
from optimizer.domain.row import Amount, Confidence, Id, Minutes, Positive, Row, Text, Whole
from optimizer.domain.secondment import SecondmentRules
from optimizer.domain.tables import SourceFile

Preference = Literal["none", "willing", "near", "unwilling"]


class Person(Row):
    """One person, pseudonymous; no name, number or phone ever."""

    TABLE: ClassVar[str] = "people"
    KEY: ClassVar[tuple[str, ...]] = ("person_id",)
    person_id: Id = Field(description="pseudonymous id")
    facility_id: Id = Field(description="facility that employs the person")
    role: Id
    further_roles: Text | None = Field(None, description="posts trained for besides, joined by ;")
    contract_id: Id = Field(description="a contract of contracts.csv")
    can_supervise: bool = Field(description="1: may lead and supervise")
    remote_protected: bool = Field(description="1: stays at a remote post")
    may_be_seconded: bool = Field(description="0: pregnancy, small children, illness")
    days_away_last_year: Whole = Field(description="days seconded in the year before")
    returned_on: datetime.date | None = Field(None, description="day of the last return")
    preference: Preference = Field(description="none, willing, near or unwilling")
    synthetic: bool = Field(description="1: generated, no real person")
    source: Text
    confidence: Confidence

    @property
    def trained_for(self) -> tuple[str, ...]:
        """Return the posts the person is trained for besides the own role's."""
        return tuple(part for part in (self.further_roles or "").split(";") if part)


class ContractTerms(Row):
    """What a contract asks for and forbids."""

    TABLE: ClassVar[str] = "contracts"
    KEY: ClassVar[tuple[str, ...]] = ("contract_id",)
    contract_id: Id = Field(description="id of the contract")
    weekly_hours: Positive = Field(description="hours a week")
    absence: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = Field(
        description="share of these hours not worked, 0-1"
    )
    max_hours: Whole = Field(description="most hours in 28 days")
    max_consecutive_days: Whole = Field(description="most days in a row")
    max_consecutive_nights: Whole = Field(description="most nights in a row")
    min_rest_hours: Amount = Field(description="hours of rest between two shifts")
    source: Text
    confidence: Confidence


class Substitution(Row):
    """People of a role who may do the work of a post under watch, after training."""

    TABLE: ClassVar[str] = "substitution"
    KEY: ClassVar[tuple[str, ...]] = ("role", "post")
    role: Id
    post: Id = Field(description="role whose post it is")
    per_trained: Positive = Field(description="helpers for one fully trained person")
    training_days: Whole = Field(description="days of training before they count")
    source: Text
    confidence: Confidence


class LendingTerms(Row):
    """On what terms homes of an ownership lend people."""

    TABLE: ClassVar[str] = "lending"
    KEY: ClassVar[tuple[str, ...]] = ("ownership",)
    ownership: Id = Field(description="ownership as facilities.csv and lenders.csv name it")
    may_lend: bool = Field(description="1: may lend")
    lead_days: Whole = Field(description="days from the request to the first day away")
    legal_basis_vi: Text
    legal_basis_en: Text
    approver_vi: Text
    approver_en: Text
    source: Text
    confidence: Confidence

    @classmethod
    def meaning(cls, column: str) -> str:
        """Return what a column means."""
        if column.startswith("legal_basis"):
            return "legal basis"
        return "who decides" if column.startswith("approver") else super().meaning(column)


class Lender(Row):
    """People of one role whom a pool outside the province may spare."""

    TABLE: ClassVar[str] = "lenders"
    KEY: ClassVar[tuple[str, ...]] = ("lender_id", "role")
    lender_id: Id = Field(description="id of the pool")
    role: Id
    name_vi: Text
    name_en: Text
    ownership: Id = Field(description="a row of lending.csv")
    heads: Whole = Field(description="people it may spare")
    minutes: Minutes = Field(description="minutes to the middle of the province")
    road_km: Amount = Field(description="km to the middle of the province")
    source: Text
    confidence: Confidence


class StaffingRule(Row):
    """One rule of secondments and posts."""

    TABLE: ClassVar[str] = "staffing_rules"
    KEY: ClassVar[tuple[str, ...]] = ("rule",)
    rule: Id = Field(description="name of the rule")
    value: Text = Field(description="value, several joined by ;")
    unit: Text = Field(description="unit of the value")
    source: Text
    confidence: Confidence


class Holiday(Row):
    """A public holiday."""

    TABLE: ClassVar[str] = "holidays"
    KEY: ClassVar[tuple[str, ...]] = ("date",)
    date: datetime.date = Field(description="day of the holiday, YYYY-MM-DD")
    name_vi: Text
    name_en: Text
    source: Text
    confidence: Confidence


STAFF_ROWS: tuple[type[Row], ...] = (
    ContractTerms,
    Substitution,
    LendingTerms,
    StaffingRule,
    Person,
    Lender,
    Holiday,
)
"""The row model of every staff table."""

RULES = (
    "allowance_high_vnd",
    "allowance_vnd",
    "block_lengths",
    "churn_vnd",
    "high_case_share",
    "host_share",
    "lead_weight",
    "min_weeks_between",
    "move_vnd",
    "nearest_homes",
    "rest_days_after",
    "shift_hours",
    "start_every",
    "travel_day_minutes",
    "travel_vnd_per_km",
    "wanted_share",
)
"""Rules that staffing_rules.csv must give."""


@dataclass(frozen=True, slots=True)
class StaffTables:
    """All staff tables of a province."""

    contracts: tuple[ContractTerms, ...]
    substitution: tuple[Substitution, ...]
    lending: tuple[LendingTerms, ...]
    people: tuple[Person, ...]
    lenders: tuple[Lender, ...]
    figures: dict[str, tuple[float, ...]]
    """Values of staffing_rules.csv by rule."""
    files: tuple[SourceFile, ...]
    holidays: tuple[Holiday, ...] = ()

    def figure(self, rule: str) -> float:
        """Return the value of a rule with one value."""
        return self.figures[rule][0]

    @property
    def shifts(self) -> tuple[DutyShift, ...]:
        """Return the shifts of a day."""
        hours = self.figures["shift_hours"]
        return tuple(DutyShift(f"S{n}", length) for n, length in enumerate(hours, 1))

    def work_time(self, contract: str) -> WorkTime:
        """Return what a contract gives."""
        row = next(row for row in self.contracts if row.contract_id == contract)
        return WorkTime(row.weekly_hours, row.absence)

    @property
    def rules(self) -> SecondmentRules:
        """Return the rules of secondments."""
        return SecondmentRules(
            lengths=tuple(int(days) for days in self.figures["block_lengths"]),
            start_every=int(self.figure("start_every")),
            rest_days_after=int(self.figure("rest_days_after")),
            min_weeks_between=int(self.figure("min_weeks_between")),
            nearest=int(self.figure("nearest_homes")),
            host_share=self.figure("host_share"),
            lead_weight=self.figure("lead_weight"),
            move_vnd=self.figure("move_vnd"),
            churn_vnd=self.figure("churn_vnd"),
        )
