"""A wave: who comes with a disease, who is there already, and how they stay."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from optimizer.domain.part import (
    Count,
    DayNumber,
    Days,
    DaysOrNone,
    Factor,
    Part,
    Rate,
    contradiction,
    or_file,
)
from optimizer.domain.row import Id, Phase, Share, Whole
from optimizer.domain.stay import HazardRow, Stay

Route = Literal["reported_cases", "infections", "explicit"]


class ReportedCases(Part):
    """Route C: a bell of reported cases, the same in every commune per 100,000 people."""

    peak_day: Annotated[float, Field(ge=-120, le=365)] = Field(
        description="day with most reported cases; day 1 is start_date"
    )
    width_days: Days = Field(description="standard deviation of the bell, days")
    peak_per_100k: Rate = Field(description="reported cases on the peak day, per 100,000 people")
    history_days: Annotated[int, Field(ge=0, le=120)] = Field(
        description="days before day 1 whose cases are counted too, days"
    )
    hospital_share: Share = Field(description="share of reported cases who come to need a bed, 0-1")
    home_delay_days: DaysOrNone = Field(
        description="mean days from report to the need of a bed, days"
    )
    home_stay_days: Days = Field(description="mean days of a patient followed at home, days")
    hospital_severity: Id = Field(description="severity with which they come (a severity of stays)")
    isolation_share: Share = Field(
        0.0, description="share of reported cases to be isolated in a bed from the report on, 0-1"
    )
    isolation_severity: Id | None = Field(None, description="severity with which these come")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.hospital_share + self.isolation_share > 1 + 1e-9:
            raise contradiction("hospital_share + isolation_share is more than 1.")
        if self.isolation_share > 0 and self.isolation_severity is None:
            raise contradiction("isolation_severity is missing beside isolation_share.")
        return self


class AgeBand(Part):
    """A band of ages of route I."""

    band: Id = Field(description="name of the band, such as 65-79")
    population_share: Share = Field(description="share of the population, 0-1; all add up to 1")
    hospital_per_infection: Share = Field(description="share of the infected who need a bed, 0-1")


class Infections(Part):
    """Route I: a bell of infections, age bands and multipliers."""

    peak_day: Annotated[float, Field(ge=-120, le=365)] = Field(
        description="day with most infections; day 1 is start_date"
    )
    width_days: Days = Field(description="standard deviation of the bell, days")
    peak_per_100k: Rate = Field(description="infections on the peak day, per 100,000 people")
    history_days: Annotated[int, Field(ge=0, le=120)] = Field(
        description="days before day 1 whose infections are counted too, days"
    )
    delay_days: DaysOrNone = Field(
        description="mean days from infection to the need of a bed, days"
    )
    hospital_severity: Id = Field(description="severity with which they come (a severity of stays)")
    ages: tuple[AgeBand, ...] = Field(min_length=1, description="the age bands")
    hospital_multipliers: dict[Id, Factor] = Field(
        default_factory=dict,
        description="factors on hospital_per_infection, by name (variant, vaccination, ...)",
    )

    @model_validator(mode="after")
    def _ages(self) -> Self:
        total = sum(age.population_share for age in self.ages)
        if abs(total - 1) > 0.005:
            raise contradiction(
                "population_share of the ages adds up to {total}, not 1.", total=f"{total:.4g}"
            )
        return self

    @model_validator(mode="after")
    def _some_stay_home(self) -> Self:
        most = max(age.hospital_per_infection for age in self.ages)
        most *= math.prod(self.hospital_multipliers.values())
        if most > 1 + 1e-9:
            raise contradiction(
                "The largest hospital_per_infection times all hospital_multipliers is {share}, "
                "more than 1.",
                "Lower the shares or the multipliers.",
                share=f"{most:.4g}",
            )
        return self


class ExplicitArrival(Part):
    """Patients who come to need a place, given one by one."""

    area: Id = Field(description="commune or cluster id; a cluster is spread by population")
    day: DayNumber = Field(description="day, 1 = start_date")
    severity: Id = Field(description="severity with which they come")
    count: Count = Field(description="patients that day; a mean may have decimals")


class OpenRequest(Part):
    """People who ask for a place today."""

    area: Id = Field(description="commune or cluster id")
    severity: Id = Field(description="severity, acute phase")
    count: Whole = Field(description="people, whole")


class CensusRow(Part):
    """People in the house this morning."""

    unit: Id = Field(description="unit id")
    severity: Id = Field(description="severity of the patient")
    phase: Phase = Field(description="acute or recovering")
    state: Literal["treated", "boarding"] = Field(description="in a proper bed, or waiting for one")
    count: Whole = Field(description="people, whole")
    days_since_admission: Annotated[int, Field(ge=0, le=365)] | None = Field(
        None, description="whole days since admission; needed where the stay has a survival curve"
    )


class LeavingRow(Part):
    """People in the house this morning whose day of leaving is known or expected."""

    unit: Id = Field(description="unit id")
    severity: Id = Field(description="severity of the patient")
    phase: Phase = Field(description="acute or recovering")
    leaves_on_day: DayNumber = Field(
        description="day on which they are no longer counted, from 2; 1 = start_date"
    )
    count: Count = Field(description="patients; a mean may have decimals")

    @model_validator(mode="after")
    def _still_here(self) -> Self:
        if self.leaves_on_day < 2:
            raise contradiction(
                "Who leaves on day 1 is not there this morning.", "Write 2 or more, or delete it."
            )
        return self


class Explicit(Part):
    """Route explicit: the rows themselves. In a file: rows, or the name of a CSV file beside it."""

    arrivals: tuple[ExplicitArrival, ...] = Field(
        (),
        description="patients who come, by area and day",
        json_schema_extra=or_file("area, day, severity, count"),
    )
    open_requests: tuple[OpenRequest, ...] = Field(
        (),
        description="people who ask for a place on day 1",
        json_schema_extra=or_file("area, severity, count"),
    )
    census: tuple[CensusRow, ...] = Field(
        (),
        description="people in the house on the morning of day 1",
        json_schema_extra=or_file("unit, severity, phase, state, count, days_since_admission"),
    )
    leaving: tuple[LeavingRow, ...] = Field(
        (),
        description="people in a proper bed this morning, by the day they leave; not in census",
        json_schema_extra=or_file("unit, severity, phase, leaves_on_day, count"),
    )


class Wave(Part):
    """Who comes with a disease, and how they stay."""

    route: Route = Field(
        description="where demand comes from: reported_cases, infections or explicit"
    )
    reported_cases: ReportedCases | None = Field(
        None, description="the figures of route reported_cases"
    )
    infections: Infections | None = Field(None, description="the figures of route infections")
    explicit: Explicit = Field(
        default_factory=Explicit,
        description="rows of arrivals (route explicit), open requests and census",
    )
    stays: dict[Id, Stay] = Field(
        default_factory=dict, description="the stay of each severity, under care and waiting"
    )
    population_groups: dict[Id, Share] = Field(
        default_factory=dict,
        description="share of each population group of patient_classes.csv, 0-1; empty: one group",
    )
    hazards: tuple[HazardRow, ...] | None = Field(
        None,
        description="nightly probabilities instead of stays",
        json_schema_extra=or_file("pool, from_class, to_class, kind, probability"),
    )

    @property
    def recovering_only(self) -> frozenset[str]:
        """Return the severities that only convalesce: their whole stay is the recovering phase."""
        return frozenset(s.convalescent for s in self.stays.values() if s.convalescent)

    @model_validator(mode="after")
    def _route_has_figures(self) -> Self:
        if self.route == "reported_cases" and self.reported_cases is None:
            raise contradiction(
                "route is reported_cases, but the mapping reported_cases is missing."
            )
        if self.route == "infections" and self.infections is None:
            raise contradiction("route is infections, but the mapping infections is missing.")
        if not self.stays and self.hazards is None:
            raise contradiction("Give stays or hazards: without them nobody gets better or worse.")
        return self
