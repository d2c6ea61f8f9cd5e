"""Rows of the tables of a roster folder, as a person types them, and of its ``rules.yaml``."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Whole = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Hours = Annotated[float, Field(ge=0, le=10_000)]
Text = Annotated[str, Field(min_length=1, max_length=80)]


class RosterRow(BaseModel):
    """One row; `TABLE` is the file's stem, `KEY` the columns that tell rows apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    NEEDED: ClassVar[bool] = False


class Person(RosterRow):
    """A member of staff, pseudonymous."""

    TABLE, KEY, NEEDED = "people", ("person_id",), True
    person_id: Text
    facility_id: Text
    unit: str | None = None
    role: Text
    contract_id: Text
    lead: bool | None = None
    can_supervise: bool | None = None
    trainee: bool | None = None
    skills: str | None = None
    nights_before: Whole | None = None
    weekends_before: Whole | None = None
    holidays_before: Whole | None = None


class ContractRow(RosterRow):
    """Limits of those who share a contract."""

    TABLE, KEY, NEEDED = "contracts", ("contract_id",), True
    contract_id: Text
    max_hours: Hours | None = None
    min_hours: Hours | None = None
    max_consecutive_days: Positive | None = None
    min_consecutive_days: Positive | None = None
    max_consecutive_nights: Positive | None = None
    min_days_off: Positive | None = None
    max_weekends: Whole | None = None
    min_rest_hours: Hours | None = None
    max_shifts: str | None = None


class ShiftRow(RosterRow):
    """A kind of shift."""

    TABLE, KEY, NEEDED = "shifts", ("shift",), True
    shift: Text
    start: Text
    hours: Annotated[float, Field(gt=0, le=48)]
    night: bool | None = None
    not_next_day: str | None = None


class CoverRow(RosterRow):
    """Posts to fill."""

    TABLE, KEY, NEEDED = "cover", ("unit", "date", "shift", "role"), True
    unit: Text
    date: datetime.date
    shift: Text
    role: Text
    minimum: Whole
    preferred: Whole | None = None
    under_weight: Whole | None = None
    preferred_weight: Whole | None = None
    over_weight: Whole | None = None


class RequestRow(RosterRow):
    """A wish; a blank shift means any."""

    TABLE, KEY = "requests", ("person_id", "date", "shift", "kind")
    person_id: Text
    date: datetime.date
    shift: str | None = None
    kind: Literal["on", "off"]
    weight: Positive | None = None


class LeaveRow(RosterRow):
    """A promised day off."""

    TABLE, KEY = "leave", ("person_id", "date")
    person_id: Text
    date: datetime.date
    credit_hours: Hours | None = None


class PinRow(RosterRow):
    """A decision that stands; a blank shift means a day off."""

    TABLE, KEY = "pins", ("person_id", "date")
    person_id: Text
    date: datetime.date
    shift: str | None = None
    unit: str | None = None


class StayRow(RosterRow):
    """A secondment to (here) or from (away) the facility."""

    TABLE, KEY = "stays", ("person_id", "first")
    person_id: Text
    kind: Literal["here", "away"]
    first: datetime.date
    last: datetime.date
    travel_days: Whole | None = None
    rest_days: Whole | None = None


class HistoryRow(RosterRow):
    """A shift before the horizon."""

    TABLE, KEY = "history", ("person_id", "date")
    person_id: Text
    date: datetime.date
    shift: Text


class PublishedRow(RosterRow):
    """An assignment of a published roster; also the rows of ``roster.csv``."""

    TABLE, KEY = "published", ("person_id", "date")
    date: datetime.date
    shift: Text
    person_id: Text
    unit: str | None = None
    role: str | None = None


class HolidayRow(RosterRow):
    """A public holiday."""

    TABLE, KEY = "holidays", ("date",)
    date: datetime.date
    name_vi: str | None = None
    name_en: str | None = None


ROWS: tuple[type[RosterRow], ...] = (
    Person,
    ContractRow,
    ShiftRow,
    CoverRow,
    RequestRow,
    LeaveRow,
    PinRow,
    StayRow,
    HistoryRow,
    PublishedRow,
    HolidayRow,
)


class MixRule(BaseModel):
    """One rule of skill mix."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Text
    unit: Text
    shift: str = ""
    skill: Text = "lead"
    minimum: Positive = 1
    weight: Whole = 300
    level: Literal["hard", "medium", "soft"] = "medium"


class RatioRule(BaseModel):
    """One rule of supervision."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Text
    unit: Text
    trainee: Text = "trainee"
    trained: Text = "can_supervise"
    per: Positive = 2
    weight: Whole = 100
    level: Literal["hard", "medium", "soft"] = "medium"


class RulesFile(BaseModel):
    """``rules.yaml``: the horizon, and what holds for the whole facility.

    Weights are points; 100 is one post uncovered on one shift. All are choices of the facility.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    facility_id: Text
    start: datetime.date
    days: Annotated[int, Field(ge=1, le=366)]
    cover_level: Literal["hard", "medium"] = "medium"
    under_weight: Whole = 100
    preferred_weight: Whole = 10
    over_weight: Whole = 1
    request_weight: Whole = 2
    night_weight: Whole = 2
    weekend_weight: Whole = 2
    holiday_weight: Whole = 5
    change_weight: Whole = 10
    max_changes: Whole | None = None
    history_days: Annotated[int, Field(ge=0, le=60)] = 0
    min_rest_hours: Hours = 11.0
    skill_mix: tuple[MixRule, ...] = ()
    supervision: tuple[RatioRule, ...] = ()
