"""Settings of a scenario: staff, surge, travel, prices, shocks, moves, rules and levers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from optimizer.domain.part import (
    DayNumber,
    Factor,
    Part,
    Price,
    TripMinutes,
    contradiction,
    or_file,
)
from optimizer.domain.row import CarePhase, Id, Money, Share


class LentStaff(Part):
    """People on duty whom a unit borrows, or lends (below 0), beside those of ``staff.csv``."""

    unit: Id = Field(description="planning unit; a group by its id")
    role: Id = Field(description="role")
    from_day: DayNumber = Field(description="first day, 1 = start_date")
    to_day: DayNumber = Field(description="last day, included")
    on_duty: Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)] = Field(
        description="people on duty more (less: below 0), day and night, absence taken off"
    )

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.to_day < self.from_day:
            raise contradiction("to_day is before from_day.", "Exchange them.")
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
    lent: tuple[LentStaff, ...] = Field(
        (),
        description="people lent and borrowed, as referral staff decides them",
        json_schema_extra=or_file("unit, role, from_day, to_day, on_duty"),
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
            raise contradiction("staff_to_day is before staff_from_day.")
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
