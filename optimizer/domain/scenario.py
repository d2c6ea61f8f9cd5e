"""A scenario: everything assumed about a wave, as one frozen value.

Field names are the keys of the YAML file (`docs/data-format.md`, section 5); every description says
meaning and unit and feeds the JSON Schema and the template that `referral init` writes.
"""

from __future__ import annotations

import datetime
import math
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator
from pydantic_core import PydanticCustomError

from optimizer.domain.facility import CarePhase, Confidence, Id, Money, Phase, Share, Text, Whole
from optimizer.domain.promise_keys import Pin, PreviousPlan, Promises

Route = Literal["reported_cases", "infections", "explicit"]
Pool = Literal["treated", "boarding", "waiting"]
Days = Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)]
DaysOrNone = Annotated[float, Field(ge=0, le=365, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Price = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
TripMinutes = Annotated[float, Field(ge=0, le=1440, allow_inf_nan=False)]
DayNumber = Annotated[int, Field(ge=1, le=112)]
Count = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


def _or_file(what: str) -> dict[str, Any]:
    """Let the JSON Schema accept the name of a CSV file where the value holds its rows."""
    note = f"or the name of a CSV file beside the scenario with {what}"
    return {"anyOf": [{"type": "array"}, {"type": "string", "description": note}, {"type": "null"}]}


def _fault(fault: str, remedy: str = "", **values: object) -> PydanticCustomError:
    """Return an error of a mapping; `fault` and `remedy` are message ids of the catalogues."""
    said = {"fault": fault, "remedy": remedy, "values": values}
    return PydanticCustomError("contradiction", "{fault}", said)


class Part(BaseModel):
    """A mapping of the scenario: frozen, and no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Part):
    """The scenario's name in both languages."""

    vi: Text = Field(description="title in Vietnamese")
    en: Text = Field(description="title in English")


class Provenance(Part):
    """Where a figure comes from."""

    source: Text = Field(description="source: a document, a code of docs/sources.md, a reason")
    confidence: Confidence = Field(description="official, open_data, derived or assumed")
    low: FiniteFloat | None = Field(None, description="smallest value that is plausible")
    high: FiniteFloat | None = Field(None, description="largest value that is plausible")

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise _fault("A range has both low and high.", "Write the other end, or none.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise _fault("low is more than high.", "Exchange them.")
        return self


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
            raise _fault("hospital_share + isolation_share is more than 1.")
        if self.isolation_share > 0 and self.isolation_severity is None:
            raise _fault("isolation_severity is missing beside isolation_share.")
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
            raise _fault(
                "population_share of the ages adds up to {total}, not 1.", total=f"{total:.4g}"
            )
        return self

    @model_validator(mode="after")
    def _some_stay_home(self) -> Self:
        most = max(age.hospital_per_infection for age in self.ages)
        most *= math.prod(self.hospital_multipliers.values())
        if most > 1 + 1e-9:
            raise _fault(
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
            raise _fault(
                "Who leaves on day 1 is not there this morning.", "Write 2 or more, or delete it."
            )
        return self


class Explicit(Part):
    """Route explicit: the rows themselves. In a file: rows, or the name of a CSV file beside it."""

    arrivals: tuple[ExplicitArrival, ...] = Field(
        (),
        description="patients who come, by area and day",
        json_schema_extra=_or_file("area, day, severity, count"),
    )
    open_requests: tuple[OpenRequest, ...] = Field(
        (),
        description="people who ask for a place on day 1",
        json_schema_extra=_or_file("area, severity, count"),
    )
    census: tuple[CensusRow, ...] = Field(
        (),
        description="people in the house on the morning of day 1",
        json_schema_extra=_or_file("unit, severity, phase, state, count, days_since_admission"),
    )
    leaving: tuple[LeavingRow, ...] = Field(
        (),
        description="people in a proper bed this morning, by the day they leave; not in census",
        json_schema_extra=_or_file("unit, severity, phase, leaves_on_day, count"),
    )


class SurvivalRow(Part):
    """One point of a survival curve in a file."""

    days_since_admission: Annotated[int, Field(ge=0, le=365)] = Field(
        description="whole days since admission; the rows count 0, 1, 2, ..."
    )
    share: Share = Field(description="share still in bed, 0-1")


class HazardRow(Part):
    """One nightly probability, where the matrices are given instead of the stays."""

    pool: Pool = Field(description="treated, boarding or waiting")
    from_class: Id = Field(description="class_id of the evening")
    to_class: Id | None = Field(None, description="class_id of the morning; empty for death")
    kind: Literal["keep", "worse", "death"] = Field(
        description="keep: stays treated; worse: to the boarding pool; death. Missing to 1: left"
    )
    probability: Share = Field(description="probability a night, 0-1")

    @model_validator(mode="after")
    def _target(self) -> Self:
        if (self.kind == "death") != (self.to_class is None):
            raise _fault("to_class is needed for keep and worse, and stays empty for death.")
        return self


class WaitingStay(Part):
    """What happens to those who wait for a place."""

    delay_days: Days | None = Field(
        None, description="mean days of the acute phase, days; null: as treated"
    )
    worse_share: Share = Field(description="share of the acute phase that ends in worse_to, 0-1")
    death_share: Share = Field(description="share of the acute phase that ends in death, 0-1")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.worse_share + self.death_share > 1 + 1e-9:
            raise _fault("worse_share + death_share is more than 1.")
        return self


class Stay(Part):
    """The stay of one severity: acute phase, then recovering phase (docs/model.md, section 2)."""

    delay_days: Days | None = Field(
        None, description="mean days of the acute phase, days; null: half the stay (assumed)"
    )
    stay_days: Days | None = Field(
        None, description="mean days of both phases together, days; null beside survival"
    )
    survival: tuple[Share, ...] | None = Field(
        None,
        description="instead of two phases: share still in bed 0, 1, 2, ... days after admission",
        json_schema_extra=_or_file("days_since_admission, share"),
    )
    worse_to: Id | None = Field(None, description="severity it may worsen to; null: none")
    worse_share: Share = Field(0.0, description="share of the acute phase that worsens, 0-1")
    worse_per_day: Share | None = Field(
        None, description="instead of worse_share: share that worsens each day, 0-1"
    )
    death_share: Share = Field(
        0.0, description="share of the acute phase that dies though treated, 0-1"
    )
    convalescent: Id | None = Field(
        None, description="severity of the bed in which it convalesces afterwards; null: goes home"
    )
    waiting: WaitingStay | None = Field(
        None, description="the same while waiting for a place; null: as treated"
    )

    @property
    def acute_days(self) -> float:
        """Return the mean of the acute phase as stated, before `docs/model.md` raises it."""
        return self.mean_days / 2 if self.delay_days is None else self.delay_days

    @property
    def mean_days(self) -> float:
        """Return the mean of the whole stay, days; of a survival curve its sum."""
        if self.survival is not None:
            return float(sum(self.survival))
        assert self.stay_days is not None
        return self.stay_days

    @property
    def worsens(self) -> float:
        """Return the share of the acute phase that ends in `worse_to`, however it was given."""
        if self.worse_per_day is None:
            return self.worse_share
        return self.worse_per_day * max(1.0, self.acute_days)

    @model_validator(mode="after")
    def _curve(self) -> Self:
        if (self.stay_days is None) == (self.survival is None):
            raise _fault("Give stay_days or survival: one of the two.")
        curve = self.survival
        if curve is None:
            return self
        if not curve or abs(curve[0] - 1) > 1e-12:
            raise _fault("survival starts with 1: everybody is in bed on the day of admission.")
        if any(later > before + 1e-12 for before, later in pairwise(curve)):
            raise _fault("survival rises: nobody comes back into bed.")
        if self.delay_days is not None or self.worse_share or self.worse_per_day is not None:
            raise _fault(
                "Beside survival there is one phase: delay_days, worse_share and worse_per_day "
                "stay empty."
            )
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.worse_per_day is not None:
            if self.delay_days is not None:
                raise _fault("Beside worse_per_day, delay_days must be null: half the stay.")
            if self.worse_share:
                raise _fault("Give worse_share or worse_per_day, not both.")
        if self.worsens + self.death_share > 1 + 1e-9:
            raise _fault("worse_share + death_share is more than 1.")
        waits = self.waiting.worse_share if self.waiting else 0.0
        if self.worse_to is None and (self.worsens > 0 or waits > 0):
            raise _fault("worse_to is missing: somebody worsens, but to what?")
        return self


class StaffRules(Part):
    """How thinly staff may be spread."""

    care_phase: CarePhase = Field(
        "conventional", description="row of care_ratios.csv: conventional, contingency or crisis"
    )
    surge_absence: Share = Field(
        0.10, description="share of staff absent on top of ordinary leave, 0-1"
    )
    shifts_per_day: Annotated[float, Field(ge=1, le=6)] = Field(
        3.0, description="shifts a day, for what supplies the workers use up"
    )


class SurgeRules(Part):
    """When surge beds may be opened."""

    delay_days: Annotated[int, Field(ge=0, le=120)] = Field(
        7, description="days from day 1 until surge beds can be open, whole days"
    )


class TravelOptions(Part):
    """Which ways are offered to the plan, and what a trip takes besides the road."""

    nearest: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="units offered to each commune and class, nearest first"
    )
    transfer_nearest: Annotated[int, Field(ge=0, le=100)] = Field(
        3, description="units offered for a transfer, nearest first"
    )
    prepare_minutes: TripMinutes = Field(20.0, description="minutes to make a trip ready")
    handover_minutes: TripMinutes = Field(30.0, description="minutes to hand over and clean")
    ground_limit_override: bool | tuple[Id, ...] = Field(
        (),
        description="patient classes whose hard limit on the road is lifted, or true: all of them",
    )

    @field_validator("ground_limit_override")
    @classmethod
    def _none_is_no_figure(cls, value: bool | tuple[str, ...]) -> bool | tuple[str, ...]:
        return value or ()

    def lifts_limit(self, class_id: str) -> bool:
        """Return whether the hard limit on the road of a patient class is lifted."""
        lifted = self.ground_limit_override
        return lifted if isinstance(lifted, bool) else class_id.partition("~")[0] in lifted


class Weights(Part):
    """Harm, in one currency: 1 = one unmet day of a patient of weight 1."""

    death: Price = Field(100.0, description="harm of a death that care would have averted")
    corridor: Price = Field(25.0, description="harm of a patient-day without a bed")
    excess: Price = Field(1000.0, description="harm of a patient-day above lost capacity")
    oxygen_short: Price = Field(
        70.0, description="harm of a cubic metre of oxygen that patients in beds go without"
    )
    move_event: Price = Field(20.0, description="harm of an adverse event on a transfer")
    move_up: Price = Field(0.0, description="harm of a transfer to a higher level")
    move_down: Price = Field(0.0, description="harm of a transfer to a lower tier")
    lateness: Price = Field(1.0, description="factor on unmet_weight for a day on a late road")
    out_of_province: Price = Field(5.0, description="harm of a patient sent out of the province")
    move_elsewhere: Price = Field(
        0.0,
        description="harm of an admission to another than the area's own unit (rules.movers: new)",
    )
    no_site_worse_off: Price = Field(
        5.0,
        description="harm of a boarding or corridor day beyond those without transfers "
        "(promises.no_site_worse_off)",
    )
    longest_wait: Price = Field(
        5.0,
        description="harm of a patient and day waiting beyond the longest wait "
        "(promises.longest_wait)",
    )
    reserve: Price = Field(
        0.3, description="harm of a bed of promises.reserve that is taken, for a day"
    )


class Burden(Part):
    """Effort, looked at only among plans of the same least harm."""

    minute: Price = Field(0.01, description="effort of a road minute of a patient")
    move: Price = Field(1.0, description="effort of a transfer")
    surge_bed_day: Price = Field(0.1, description="effort of a surge bed open for a day")
    churn: Price = Field(
        1.0, description="effort of a patient more or fewer on a way than in previous_plan"
    )


class Closing(Part):
    """A facility that closes on a day of the wave."""

    facility: Id = Field(description="facility id")
    day: DayNumber = Field(description="first day without beds and without intake")


class Shocks(Part):
    """What goes wrong."""

    demand_factor: Factor = Field(1.0, description="factor on all who come to need a place")
    staff_factor: Factor = Field(1.0, description="factor on all staff on duty")
    staff_from_day: DayNumber = Field(1, description="first day of staff_factor")
    staff_to_day: DayNumber | None = Field(
        None, description="last day of staff_factor; null: to the end"
    )
    vehicle_factor: Factor = Field(1.0, description="factor on all vehicle minutes")
    roads_cut: Literal["all"] | tuple[tuple[Id, Id], ...] = Field(
        (), description="pairs of commune or facility ids whose road is cut, or the word all"
    )
    closed_facilities: tuple[Id, ...] = Field((), description="facility ids that are closed")
    closing: tuple[Closing, ...] = Field(
        (), description="facilities that close during the wave: all may be moved out, at their risk"
    )

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.staff_to_day is not None and self.staff_to_day < self.staff_from_day:
            raise _fault("staff_to_day is before staff_from_day.")
        return self


class Fairness(Part):
    """Second goal: the area that waits longest for each of its new patients."""

    epsilon: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="share of the least harm that may be spent on the worst-off area, 0-1"
    )


class LateralRequest(Part):
    """Lateral transfers asked for by name: to keep a specialty, or to even out the load."""

    from_unit: Id = Field(description="unit id")
    to_unit: Id = Field(description="unit id, of the same tier rank")
    severity: Id | None = Field(None, description="severity of those who may go; null: all")


class Options(Part):
    """Which moves the plan may use, and what it owes to whom."""

    lateral: bool = Field(False, description="true: transfers between units of the same tier rank")
    lateral_requests: tuple[LateralRequest, ...] = Field(
        (), description="pairs of units between which lateral transfers are allowed all the same"
    )
    step_down: bool = Field(True, description="false: nobody is moved to a lower tier")
    transfers: bool = Field(True, description="false: no transfer at all")
    out_of_province: bool = Field(True, description="false: nobody is sent out of the province")
    local_only: bool = Field(False, description="true: everybody stays in the own cluster")
    fairness: Fairness = Field(default_factory=Fairness, description="fairness, second goal")


class Rules(Part):
    """Rules of others, as options of the same model: the defaults are this planner's own."""

    wait: Literal["allowed", "none"] = Field(
        "allowed", description="none: who comes is admitted the same day, wherever there is a way"
    )
    corridor: Literal["boarders", "open"] = Field(
        "boarders", description="open: anybody may lie in a corridor, newly admitted too"
    )
    movers: Literal["recovering", "new", "all"] = Field(
        "recovering",
        description="who may leave a proper bed for another unit; new: nobody, but who comes may "
        "be admitted elsewhere than in the area's own unit, and that is a move",
    )
    sender_counts_move_day: bool = Field(
        False, description="true: who is moved counts at the sender too on that day"
    )
    leaving_moves_once: bool = Field(
        False, description="true: people of explicit.leaving may be moved once, whatever movers say"
    )
    whole_window: bool = Field(
        False, description="true: whole people on every day (whole arrivals are given for all days)"
    )


class Clearing(Part):
    """How heavy each addition weighs when the lightest set that clears the shortfall is sought."""

    bed: Price = Field(1.0, description="weight of one more usable bed of the lowest level")
    staff: Price = Field(3.0, description="weight of one more person on duty")
    vehicle_minutes: Price = Field(0.005, description="weight of one more vehicle minute a day")
    outside_place: Price = Field(20.0, description="weight of one more place outside a day")


class LeverChange(Part):
    """Figures of one lever that this scenario sees otherwise; null: as in the table."""

    max_units: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        None, description="most units at once"
    )
    delay_days: Annotated[int, Field(ge=0, le=365)] | None = Field(
        None, description="days from the decision to the first day open"
    )
    ramp_days: Annotated[int, Field(ge=0, le=365)] | None = Field(
        None, description="days after opening until all of it is usable"
    )
    min_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        None, description="days a unit stays open at least"
    )
    may_close: bool | None = Field(None, description="true: may be closed again")
    open_vnd: Money | None = Field(None, description="VND to open a unit")
    day_vnd: Money | None = Field(None, description="VND a unit and day open")
    harm_per_day: Price | None = Field(None, description="harm of a unit and day open")
    yields: Factor | None = Field(None, description="factor on all its yields")


class Levers(Part):
    """Which levers the plan may use, and what they weigh."""

    use: Literal["all", "none"] | tuple[Id, ...] = Field(
        "none",
        description="levers the plan may use: all (but those of named_only), none, or a list of "
        "ids of levers.csv",
    )
    named: tuple[Id, ...] = Field(
        (), description="levers of named_only that are allowed by this decision"
    )
    budget_vnd: Money | None = Field(
        None, description="VND that levers may cost over all days solved; null: no limit"
    )
    harm: Factor = Field(1.0, description="factor on the harm of all levers")
    home_unmet: Price = Field(
        0.2, description="harm of a patient at home whom nobody follows, a day"
    )
    unit_day: Price = Field(0.01, description="effort of a unit of a lever open for a day")
    million_vnd: Price = Field(0.001, description="effort of a million VND")
    change: dict[Id, LeverChange] = Field(
        default_factory=dict, description="figures of levers that this scenario sees otherwise"
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
        json_schema_extra=_or_file("pool, from_class, to_class, kind, probability"),
    )

    @property
    def recovering_only(self) -> frozenset[str]:
        """Return the severities that only convalesce: their whole stay is the recovering phase."""
        return frozenset(s.convalescent for s in self.stays.values() if s.convalescent)

    @model_validator(mode="after")
    def _route_has_figures(self) -> Self:
        if self.route == "reported_cases" and self.reported_cases is None:
            raise _fault("route is reported_cases, but the mapping reported_cases is missing.")
        if self.route == "infections" and self.infections is None:
            raise _fault("route is infections, but the mapping infections is missing.")
        if not self.stays and self.hazards is None:
            raise _fault("Give stays or hazards: without them nobody gets better or worse.")
        return self


class Scenario(Wave):
    """Everything assumed about a wave."""

    title: Title = Field(description="name of the scenario in both languages")
    province: Id = Field(description="folder under data/facilities; --data DIR overrides it")
    start_date: datetime.date = Field(description="day 1, YYYY-MM-DD")
    horizon_days: Annotated[int, Field(ge=1, le=56)] = Field(
        28, description="days planned and shown, whole days"
    )
    beyond_days: Annotated[int, Field(ge=0, le=56)] = Field(
        14, description="days solved beyond what is shown, whole days"
    )
    areas: Literal["clusters", "communes"] = Field(
        "clusters", description="planning areas: clusters of communes, or each commune"
    )
    disease: Id = Field(description="picks the rows of patient_classes.csv")
    also: dict[Id, Wave] = Field(
        default_factory=dict,
        description="other diseases at the same time, each with its own wave and stays; beds, "
        "staff, oxygen and vehicles are shared",
    )
    boarding_mix: Share = Field(
        0.5, description="hazards of boarders = mix x waiting + (1 - mix) x treated, 0-1"
    )
    staff: StaffRules = Field(default_factory=StaffRules, description="how staff count")
    surge: SurgeRules = Field(default_factory=SurgeRules, description="when surge beds open")
    travel: TravelOptions = Field(default_factory=TravelOptions, description="ways offered")
    weights: Weights = Field(default_factory=Weights, description="harm, first goal")
    burden: Burden = Field(default_factory=Burden, description="effort, third goal")
    levers: Levers | None = Field(
        None, description="what the plan may decide besides where patients go; null: nothing"
    )
    shocks: Shocks = Field(default_factory=Shocks, description="what goes wrong")
    options: Options = Field(default_factory=Options, description="moves the plan may use")
    rules: Rules = Field(
        default_factory=Rules, description="rules of other planners, as options of the same model"
    )
    clearing: Clearing = Field(default_factory=Clearing, description="weights of additions")
    promises: Promises = Field(
        default_factory=Promises, description="what the plan owes beside the patients' harm"
    )
    pins: tuple[Pin, ...] = Field(
        (),
        description="decisions that are taken already; the plan holds them",
        json_schema_extra=_or_file("kind, day, from_place, to_place, class_id, care_level, count"),
    )
    previous_plan: PreviousPlan | None = Field(
        None,
        description="folder of an earlier plan; its flows are kept where burden.churn says so",
        json_schema_extra={"anyOf": [{"type": "object"}, {"type": "string"}, {"type": "null"}]},
    )
    provenance: dict[Id, Provenance] = Field(
        default_factory=dict, description="source and confidence of a dotted key or its prefix"
    )

    @property
    def solved_days(self) -> int:
        """Return the number of days solved: shown and beyond."""
        return self.horizon_days + self.beyond_days

    @property
    def diseases(self) -> tuple[str, ...]:
        """Return the diseases at the same time, the scenario's own first."""
        return (self.disease, *self.also)

    @property
    def waves(self) -> tuple[Scenario, ...]:
        """Return this scenario as one scenario for each disease, with its own wave and stays."""
        own = self.model_copy(update={"also": {}})
        return (
            own,
            *(
                own.model_copy(
                    update={
                        "disease": disease,
                        **{name: getattr(wave, name) for name in Wave.model_fields},
                        "provenance": {
                            key.removeprefix(f"also.{disease}."): said
                            for key, said in self.provenance.items()
                            if key.startswith(f"also.{disease}.") or not _of_wave(key)
                        },
                    }
                )
                for disease, wave in self.also.items()
            ),
        )

    def provenance_of(self, dotted_key: str) -> tuple[str, Confidence]:
        """Return (source, confidence) by the longest prefix in `provenance`; else assumed."""
        parts = dotted_key.split(".")
        for length in range(len(parts), 0, -1):
            found = self.provenance.get(".".join(parts[:length]))
            if found is not None:
                return found.source, found.confidence
        return "", "assumed"

    def range_of(self, dotted_key: str) -> tuple[float, float] | None:
        """Return the range stated for exactly this key; None if none is."""
        said = self.provenance.get(dotted_key)
        return (
            None if said is None or said.low is None or said.high is None else (said.low, said.high)
        )

    @model_validator(mode="after")
    def _another_disease(self) -> Self:
        if self.disease in self.also:
            raise _fault("{disease} is the scenario's own disease already.", disease=self.disease)
        return self


def _of_wave(key: str) -> bool:
    """Return whether a dotted key is one of the figures that each disease has for itself."""
    return key.split(".", 1)[0] in Wave.model_fields
