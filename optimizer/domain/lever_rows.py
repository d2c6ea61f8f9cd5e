"""Levers as the tables tell them: what may be decided, and what a unit of it gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimizer.domain.row import Amount, Confidence, Id, LeverDays, Money, Row, Text, Whole


class LeverRow(Row):
    """Something that may be decided: what a unit of it costs, when it is there, who decides."""

    TABLE = "levers"
    KEY = ("lever_id",)
    lever_id: Id = Field(description="id of the lever")
    kind: Id = Field(description="kind of lever, such as postpone_elective or field_site")
    title_vi: Text = Field(description="name in Vietnamese")
    title_en: Text = Field(description="name in English")
    max_units: Whole = Field(description="most units at once, being prepared or open")
    delay_days: LeverDays = Field(description="days from the decision to the first day open")
    ramp_days: LeverDays = Field(
        description="days after opening until all of it is usable; 0: at once"
    )
    min_days: Annotated[int, Field(ge=1, le=365)] = Field(
        description="days a unit stays open at least"
    )
    may_close: bool = Field(description="1: may be closed again")
    open_vnd: Money = Field(description="VND to open a unit")
    day_vnd: Money = Field(description="VND a unit and day open")
    harm_per_day: Amount = Field(
        description="harm of a unit and day open (1: an unmet day of a patient of weight 1)"
    )
    reversible: bool = Field(description="1: can be undone afterwards; changes no plan")
    named_only: bool = Field(description="1: used only where the scenario names it")
    drawn_from: Id | None = Field(
        None, description="lever whose units this one sends somewhere; empty: none"
    )
    legal_basis: Text = Field(description="what allows it")
    approver_vi: Text = Field(description="who decides, in Vietnamese")
    approver_en: Text = Field(description="who decides, in English")
    source: Text
    confidence: Confidence


LeverResource = Literal[
    "bed",
    "staff",
    "device",
    "oxygen_flow",
    "oxygen_supply",
    "vehicle_minutes",
    "outside_place",
    "home_place",
]


class LeverYield(Row):
    """What one unit of a lever gives at a place, or takes away."""

    TABLE = "lever_yields"
    KEY = ("lever_id", "resource", "place", "item")
    lever_id: Id
    resource: LeverResource = Field(
        description="bed, staff, device, oxygen_flow (L/min), oxygen_supply (m3 a day), "
        "vehicle_minutes (a day), outside_place (a day) or home_place"
    )
    place: Id = Field(description="unit; cluster for vehicle_minutes and home_place")
    item: Id = Field(description="care level of a bed or device, role of staff; - for the others")
    amount: Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)] = Field(
        description="amount for one unit of the lever; negative takes away (bed, staff, device)"
    )
    source: Text
    confidence: Confidence
