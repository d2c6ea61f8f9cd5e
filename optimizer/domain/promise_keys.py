"""The mapping ``promises`` of a scenario: what the plan owes beside the patients' harm.

Field names are keys of the YAML file (docs/data-format.md section 5). Nothing is promised unless
said.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimizer.domain.part import DayNumber, Part
from optimizer.domain.row import Id, Share


class Reception(Part):
    """How many patients a day a site or unit may take in, over some days."""

    place: Id = Field(
        description="id of a facility (all its units together), or of a planning unit"
    )
    patients: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = Field(
        description="patients a day that may be taken in, by admission or transfer"
    )
    from_day: DayNumber = Field(1, description="first day of the limit, 1 = start_date")
    to_day: DayNumber | None = Field(None, description="last day of the limit; null: to the end")


class Pin(Part):
    """A decision that is taken already: the plan holds it."""

    kind: Literal["admission", "transfer", "surge_beds"] = Field(
        description="what is pinned: patients admitted, patients moved, or surge beds open"
    )
    day: DayNumber = Field(description="day, 1 = start_date")
    from_place: Id | None = Field(
        None, description="planning area (admission) or unit (transfer); empty for surge beds"
    )
    to_place: Id = Field(description="planning unit, or one outside the province")
    class_id: Id | None = Field(
        None, description="patient class; empty: all classes together, or surge beds"
    )
    care_level: Id | None = Field(None, description="care level of the surge beds; else empty")
    count: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = Field(
        description="patients that day, or surge beds open that day (whole)"
    )


class EarlierFlow(Part):
    """Patients whom an earlier plan sends on a way, by the days of this plan."""

    day: DayNumber = Field(description="day of this plan")
    way: Literal[
        "admission", "stabilise", "out_of_province", "step_up", "step_down", "lateral", "leaves"
    ] = Field(description="kind of admission, or direction of the transfer (leaves: out)")
    from_place: Id = Field(description="planning area or unit")
    to_place: Id = Field(description="planning unit, or one outside the province")
    class_id: Id = Field(description="patient class")
    patients: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = Field(
        description="patients that day"
    )


class PreviousPlan(Part):
    """An earlier plan from which this one departs as little as it may; in a file: its folder."""

    first_day: DayNumber = Field(description="first day of this plan that both speak of")
    last_day: DayNumber = Field(description="last day of this plan that both speak of")
    flows: tuple[EarlierFlow, ...] = Field((), description="what the earlier plan does on them")


class LongestWait(Part):
    """How many days patients of one severity may wait for a place."""

    days: Annotated[int, Field(ge=0, le=112)] = Field(
        description="evenings on which somebody may still be waiting, that of the day he came first"
    )
    severity: Id = Field("moderate", description="severity of the patients it is promised to")
    hard: bool = Field(
        False,
        description="true: a plan that cannot keep it is refused, with the areas to lift it in; "
        "false: at weights.longest_wait",
    )


class Promises(Part):
    """Promises of a plan; each is off by default."""

    reserve: dict[Id, Share] = Field(
        default_factory=dict,
        description="share of the open beds of a care level and above that a unit keeps free of "
        "patients in proper beds, 0-1; soft, at weights.reserve",
    )
    reception: tuple[Reception, ...] = Field(
        (), description="limits on what sites or units take in a day; hard"
    )
    no_site_worse_off: bool = Field(
        False,
        description="true: no unit has more boarding and corridor days than it would have without "
        "any transfer; soft, at weights.no_site_worse_off",
    )
    longest_wait: LongestWait | None = Field(
        None, description="nobody of a severity waits more than so many days; null: no promise"
    )

    @property
    def made(self) -> tuple[str, ...]:
        """Return the names of the promises that are made."""
        made = {
            "reserve": any(self.reserve.values()),
            "reception": bool(self.reception),
            "no_site_worse_off": self.no_site_worse_off,
            "longest_wait": self.longest_wait is not None,
        }
        return tuple(name for name, said in made.items() if said)
